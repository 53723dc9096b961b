/* explain.c: why a device, a user or a headset is as it is: its states, what will end them and when, which scope decided
 * each parameter, and the last thing that was decided about it (OBS-2). A pure look: decided like an input over one set of
 * records, and not committed. Everything said stands in the tables already: facts, states, timers, parameters. */
#include "rules/ask.h"

struct telling {
    uint32_t kind; /* HSVC_SUBJECT_ */
    hsvc__str name;
    int64_t now;
    struct hsvc__arena *arena; /* of the texts */
    hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    size_t count;
    int found;
    struct hsvc_effects *fx;
};

static const struct {
    uint32_t machine, number;
    const char *contract;
} contracts[] = {
#define STATE(machine, name, number, contract) {HSVC__MACHINE_##machine, number, contract},
#include "rules/states.def"
#undef STATE
};
static const struct {
    size_t at;
    const char *name, *rule, *text;
} timers[] = {
#define TIMER(field, machine, event, most, rule, text) {offsetof(struct hsvc__device, field), #field, rule, text},
#include "rules/timers.def"
#undef TIMER
};
static const struct {
    uint32_t bit;
    const char *name, *text;
} causes[] = {
#define CAUSE(name, number, strength, text) {1u << (HSVC_CAUSE_##name - HSVC_CAUSE_ADMIN), #name, text},
#include "rules/causes.def"
#undef CAUSE
};
enum { G = 1u << HSVC_SCOPE_GLOBAL, S = 1u << HSVC_SCOPE_SITE, D = 1u << HSVC_SCOPE_DEVICE, U = 1u << HSVC_SCOPE_USER };
static const struct {
    uint32_t param, scopes;
    const char *name, *rule;
} params[] = {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) {number, scopes, #name, rule},
#include "rules/parameters.def"
#undef PARAM
};

/* ---- items ---- */
static hsvc_explained *add(struct telling *x, uint32_t kind, const char *name) {
    hsvc_explained *item = &x->items[HSVC__BUG(x->count == HSVC_LIMIT_EXPLAINED) ? --x->count : x->count];
    x->count++;
    memset(item, 0, sizeof *item);
    item->struct_size = sizeof *item;
    item->kind = kind;
    item->name = name;
    item->state = item->text = item->rule = item->who = "";
    return item;
}

static void say_who(struct telling *x, hsvc_explained *item, hsvc__str who) {
    char *copy = (char *)hsvc__arena_take(x->arena, who.n + 1);
    if (copy == NULL || who.n == 0) return;
    memcpy(copy, who.p, who.n);
    copy[who.n] = '\0';
    item->who = copy;
    item->who_len = who.n;
}

static void say_state(struct telling *x, const char *name, uint32_t machine, uint64_t state) {
    hsvc_explained *item = add(x, HSVC_EXPLAINED_STATE, name);
    item->value = (int64_t)state;
    item->state = hsvc__state_name(machine, (uint32_t)state);
    for (size_t i = 0; i < sizeof contracts / sizeof contracts[0]; i++)
        if (contracts[i].machine == machine && contracts[i].number == state) item->text = contracts[i].contract;
}

/* say_facts: what the audit says of it, too; who: the user that its one number of somebody means. */
static void say_facts(struct telling *x, const void *record, hsvc__str who) {
    struct hsvc__vector now;
    hsvc_audit_entry entry;
    hsvc_audit_fact fact;
    memset(&entry, 0, sizeof entry);
    entry.struct_size = sizeof entry;
    fact.struct_size = sizeof fact;
    entry.subject_kind = x->kind;
    hsvc__vector_of(record, &now);
    memcpy(entry.after, now.word, sizeof entry.after);
    for (size_t i = 0; hsvc_audit_fact_at(&entry, i, &fact) == HSVC_OK; i++) {
        hsvc_explained *item;
        if (hsvc__fact_machine(x->kind, i) != 0) {
            say_state(x, fact.name, hsvc__fact_machine(x->kind, i), fact.after);
            continue;
        }
        item = add(x, HSVC_EXPLAINED_FACT, fact.name);
        item->value = (int64_t)fact.after;
        if (fact.subject_kind != 0) say_who(x, item, who);
    }
}

static void say_due(struct telling *x, const char *name, int64_t due, const char *rule, const char *text) {
    hsvc_explained *item;
    if (due == 0) return;
    item = add(x, HSVC_EXPLAINED_DEADLINE, name);
    item->at_ms = due;
    item->rule = rule;
    item->text = text;
}

static void say_causes(struct telling *x, uint32_t bits) {
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        hsvc_explained *item;
        if (!(bits & causes[i].bit)) continue;
        item = add(x, HSVC_EXPLAINED_CAUSE, "sign_out_waits");
        item->state = causes[i].name;
        item->text = causes[i].text;
        item->rule = "OUT-5";
    }
}

/* say_policy: every number or choice that can be set for such a subject. */
static void say_policy(struct telling *x, struct hsvc__turn *t, const struct hsvc__device *dev, const struct hsvc__user *user) {
    uint32_t scopes = x->kind == HSVC_SUBJECT_DEVICE ? S | D : U;
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++) {
        hsvc_explained *item;
        uint32_t scope = 0;
        if (!(params[i].scopes & scopes) || !hsvc__is_number(params[i].param)) continue;
        item = add(x, HSVC_EXPLAINED_POLICY, params[i].name);
        item->value = hsvc__value(t, params[i].param, dev, user, &scope);
        item->param = params[i].param;
        item->scope = scope;
        item->state = hsvc_choice_name(params[i].param, item->value);
        item->text = hsvc_text(HSVC_REGISTRY_SCOPE, (int32_t)scope);
        item->rule = params[i].rule;
    }
}

/* say_verdict: the newest entry of the audit. */
static void say_verdict(struct telling *x, struct hsvc__turn *t, void *record) {
    struct hsvc__trail trail = hsvc__trail_of(record);
    const struct hsvc__entry *entry;
    hsvc_explained *item;
    struct hsvc__key key;
    char *rule;
    if (*trail.last == *trail.gone || HSVC__MUTANT(nothing_was_decided)) return;
    hsvc__key_entry(&key, ((const struct hsvc__record *)record)->family, *trail.number, *trail.last);
    entry = (const struct hsvc__entry *)hsvc__txn_get(t->txn, HSVC__FAMILY_ENTRY, hsvc__key_name(&key));
    item = add(x, HSVC_EXPLAINED_VERDICT, "last_verdict");
    item->at_ms = entry->at;
    item->value = entry->reason;
    item->state = hsvc_name(HSVC_REGISTRY_REASON, (int32_t)entry->reason);
    item->text = hsvc_text(HSVC_REGISTRY_REASON, (int32_t)entry->reason);
    rule = (char *)hsvc__arena_take(x->arena, entry->rule.n + 1);
    if (rule == NULL) return;
    if (entry->rule.n != 0) memcpy(rule, entry->rule.p, entry->rule.n);
    rule[entry->rule.n] = '\0';
    item->rule = rule;
}

/* ---- subjects ---- */
static void tell_device(struct telling *x, struct hsvc__turn *t) {
    struct hsvc__device *dev = hsvc__device_of(t, x->name);
    x->found = dev->rec.present != 0;
    if (!x->found) return;
    say_facts(x, dev, dev->user);
    say_causes(x, dev->causes);
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        int64_t due;
        memcpy(&due, (const char *)dev + timers[i].at, sizeof due);
        say_due(x, timers[i].name, due, timers[i].rule, timers[i].text);
    }
    if (dev->throttled_until > x->now) say_due(x, "throttled_until", dev->throttled_until, "LOCK-1", "the device takes PINs again");
    say_policy(x, t, dev, dev->user.n == 0 ? NULL : hsvc__session_user(t));
    say_verdict(x, t, dev);
}

static void tell_user(struct telling *x, struct hsvc__turn *t) {
    struct hsvc__user *user = hsvc__user_of(t, x->name);
    x->found = user->rec.present != 0;
    if (!x->found) return;
    say_facts(x, user, hsvc__str_of(NULL, 0));
    for (uint32_t i = 0; i < user->login_count; i++) say_who(x, add(x, HSVC_EXPLAINED_PLACE, "session"), user->logins[i].device);
    if (user->locked_until > x->now) say_due(x, "locked_until", user->locked_until, "SIGN-7", "the user may be asked for a PIN again");
    say_policy(x, t, NULL, user);
    say_verdict(x, t, user);
}

/* say_place: a device that lists the headset, and what the headset is to it. */
static void say_place(struct telling *x, struct hsvc__turn *t, struct hsvc__headset *headset, hsvc__str device) {
    hsvc_explained *item = add(x, HSVC_EXPLAINED_PLACE, "connected");
    t->dev = hsvc__device_of(t, device);
    t->headset = headset;
    item->state = hsvc__state_name(HSVC__MACHINE_presence, hsvc__machines[HSVC__MACHINE_presence].get(t));
    say_who(x, item, device);
}

static void tell_headset(struct telling *x, struct hsvc__turn *t) {
    struct hsvc__headset *headset = hsvc__headset_of(t, x->name);
    x->found = headset->rec.present != 0;
    if (!x->found) return;
    say_state(x, "association", HSVC__MACHINE_association, headset->owner.n != 0 ? HSVC__association_OWNED : HSVC__association_FREE);
    say_facts(x, headset, headset->owner);
    for (uint32_t i = 0; i < hsvc__place_count(headset); i++) say_place(x, t, headset, hsvc__place(headset, i));
    if (headset->updating_until > x->now)
        say_due(x, "updating_until", headset->updating_until, "ASSOC-10", "its update is over by then, reported or not");
    say_verdict(x, t, headset);
}

static void decide_explain(struct hsvc_engine *engine, void *job) {
    struct telling *x = (struct telling *)job;
    struct hsvc__turn *t = hsvc__turn_begin(engine, x->fx, NULL, HSVC_NO_INPUT);
    x->now = t->now;
    x->count = 0;
    switch (x->kind) {
        case HSVC_SUBJECT_DEVICE: tell_device(x, t); break;
        case HSVC_SUBJECT_USER: tell_user(x, t); break;
        default: tell_headset(x, t); break;
    }
}

static int32_t nothing_ahead(struct hsvc_engine *engine, void *job) {
    (void)engine;
    (void)job;
    return HSVC_OK;
}

static int32_t explain(hsvc_engine *engine, struct telling *x) {
    int dry = 1;
    int64_t now, was = engine->now;
    int32_t status = hsvc__sample_look(engine, &now);
    hsvc__arena_reset(&engine->views);
    x->arena = &engine->views;
    if (status == HSVC_OK) engine->now = now;
    if (status == HSVC_OK) status = hsvc__transact(engine, x->fx, decide_explain, nothing_ahead, x, &dry);
    engine->now = was;
    if (status == HSVC_OK && engine->views.failed) status = HSVC_ERR_MEMORY;
    return status == HSVC_OK && !x->found ? HSVC_ERR_NOT_FOUND : status;
}

int32_t hsvc_explained_init(hsvc_explained *item, size_t size) { return hsvc__sized_init(item, size, sizeof(hsvc_explained)); }

/* hand_out: by the caller's stride, as many as there is room for. */
static int32_t hand_out(const struct telling *x, hsvc_explained *items, size_t room) {
    uint32_t stride = room == 0 ? 0 : items->struct_size;
    int32_t status = HSVC_OK;
    for (size_t i = 0; i < room && i < x->count && status == HSVC_OK; i++) {
        uint8_t *to = (uint8_t *)items + i * stride;
        memcpy(to, &stride, sizeof stride);
        status = hsvc__sized_out(to, &x->items[i], sizeof x->items[i], sizeof x->items[i]);
    }
    return status;
}

static int is_name(uint32_t kind, hsvc__str name) {
    size_t most = kind == HSVC_SUBJECT_HEADSET ? HSVC_LIMIT_SERIAL_LEN : HSVC_LIMIT_NAME_LEN;
    return name.n != 0 && name.n <= most;
}

int32_t hsvc_explain(hsvc_engine *engine, uint32_t subject_kind, const char *name, size_t len, hsvc_explained *items,
                     size_t room, size_t *count) {
    struct telling *x;
    int32_t status;
    if (engine == NULL || count == NULL || name == NULL || (items == NULL && room != 0)) return HSVC_ERR_ARGUMENT;
    *count = 0;
    if (subject_kind < HSVC_SUBJECT_DEVICE || subject_kind > HSVC_SUBJECT_HEADSET) return HSVC_ERR_ARGUMENT;
    if (!is_name(subject_kind, hsvc__trim(hsvc__str_of(name, len > HSVC_LIMIT_TEXT_LEN ? 0 : len)))) return HSVC_ERR_NOT_FOUND;
    if (engine->inside) return HSVC_ERR_REENTRANT;
    x = (struct telling *)hsvc__alloc(&engine->allocator, sizeof *x);
    if (x == NULL) return HSVC_ERR_MEMORY;
    memset(x, 0, offsetof(struct telling, items));
    x->kind = subject_kind;
    x->name = subject_kind == HSVC_SUBJECT_HEADSET ? hsvc__trim(hsvc__str_of(name, len)) : hsvc__str_of(name, len);
    status = hsvc_effects_new(&engine->allocator, &x->fx);
    if (status == HSVC_OK) {
        (void)hsvc__enter(engine);
        status = explain(engine, x);
        hsvc__leave(engine);
        hsvc_effects_free(x->fx);
    }
    if (status == HSVC_OK) {
        *count = x->count;
        status = hand_out(x, items, room);
    }
    hsvc__release(&engine->allocator, x, sizeof *x);
    return status;
}
