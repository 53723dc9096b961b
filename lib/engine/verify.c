/* verify.c: is everything in the store as it must be? One record after the other, each with what it claims about others.
 * The same walk is the state checker of the tests: what holds in each state is states.def, asserted here (STORE-8). */
#include "engine/verify.h"
#include "rules/ask.h"

static const struct {
    const char *name;
    const char *rule;
} invariants[] = {
#define INVARIANT(name, rule, text) {#name, rule},
#include "engine/invariants.def"
#undef INVARIANT
};

void hsvc__found(struct hsvc__walk *w, uint32_t invariant) {
    if (HSVC__MUTANT(verify_is_blind)) return;
    w->findings++;
    if (w->finding == NULL || w->status != HSVC_OK) return;
    if (w->finding(invariants[invariant].name, invariants[invariant].rule, (const uint8_t *)w->key.p, w->key.n, w->user) != HSVC_OK)
        w->status = HSVC_ERR_CALLBACK;
}

/* ---- one record fetched by its key, decoded into the walk's memory ---- */
struct fetched {
    struct hsvc__walk *walk;
    uint32_t family;
    uint32_t version; /* of the bytes, 0 if there are none */
    void *record;
};

static int32_t take(const hsvc_row *row, void *user) {
    struct fetched *f = (struct fetched *)user;
    struct hsvc__arena *arena = &f->walk->engine->views;
    hsvc__str copy;
    if (!hsvc__row_is_whole(row)) return HSVC_ERR_CALLBACK;
    copy = hsvc__arena_copy(arena, row->value, row->value_len);
    if (copy.n > 1) f->version = (uint8_t)copy.p[1];
    if (copy.n == 0 || hsvc__record_check((const uint8_t *)copy.p, copy.n, f->family) != HSVC_OK) return HSVC_OK;
    f->record = hsvc__arena_take(arena, hsvc__record_size(f->family));
    if (f->record == NULL) return HSVC_ERR_MEMORY;
    memset(f->record, 0, hsvc__record_size(f->family));
    ((struct hsvc__record *)f->record)->family = f->family;
    ((struct hsvc__record *)f->record)->present = 1;
    if (hsvc__record_decode(f->record, (const uint8_t *)copy.p, copy.n, f->family) != HSVC_OK) f->record = NULL;
    return HSVC_OK;
}

static struct fetched read_key(struct hsvc__walk *w, uint32_t family, const struct hsvc__key *key) {
    struct fetched f = {w, family, 0, NULL};
    hsvc_key asked = {key->bytes, key->len};
    int32_t status = w->engine->store.read(&asked, 1, take, &f, w->engine->store.user);
    if (w->engine->views.failed) w->status = HSVC_ERR_MEMORY;
    else if (w->status == HSVC_OK) w->status = hsvc__store_status(status, 0);
    return f;
}

void *hsvc__fetch_key(struct hsvc__walk *w, uint32_t family, const struct hsvc__key *key) {
    return read_key(w, family, key).record;
}

void *hsvc__fetch(struct hsvc__walk *w, uint32_t family, hsvc__str name) {
    struct hsvc__key key;
    if (name.n == 0) return NULL;
    hsvc__key_1(&key, family, name);
    return hsvc__fetch_key(w, family, &key);
}

int hsvc__is_gone(struct hsvc__walk *w, hsvc__str user) {
    const struct hsvc__user *u = (const struct hsvc__user *)hsvc__fetch(w, HSVC__FAMILY_USER, user);
    return u != NULL && u->gone == HSVC__USER_REMOVED;
}

/* ---- settings ---- */
void hsvc__check_settings(struct hsvc__walk *w, const struct hsvc__overrides *set, uint32_t scope) {
    for (uint32_t i = 0; i < set->count; i++) {
        MUST(hsvc__may_stand(set->at[i].param, scope, set->at[i].value), setting_is_in_range);
        MUST(hsvc__override(set, set->at[i].param) == &set->at[i].value, setting_stands_once);
    }
}

static const char global[] = {HSVC__FAMILY_POLICY, 0}; /* key of the policy that stands everywhere */

static void check_policy(struct hsvc__walk *w, const struct hsvc__policy *p) {
    int is_global = w->key.n == sizeof global;
    if (is_global) w->sites_said = p->sites;
    else w->sites_seen++;
    hsvc__check_settings(w, &p->set, is_global ? HSVC_SCOPE_GLOBAL : HSVC_SCOPE_SITE);
}

/* Known only at the walk's end. */
static void check_sites(struct hsvc__walk *w) {
    w->key = hsvc__str_of(global, sizeof global);
    MUST(w->sites_said == w->sites_seen, policy_counts_its_sites);
}

/* ---- jobs ---- */
static void job_key(struct hsvc__key *key, uint32_t kind, hsvc__str subject) {
    char name[1 + HSVC_LIMIT_USER_ID_LEN];
    if (subject.n > HSVC_LIMIT_USER_ID_LEN) subject.n = HSVC_LIMIT_USER_ID_LEN;
    hsvc__key_1(key, HSVC__FAMILY_JOB, hsvc__str_of(name, hsvc__job_name(name, kind, subject)));
}

static int is_key_of_job(const struct hsvc__walk *w, const struct hsvc__job *j) {
    struct hsvc__key key;
    job_key(&key, j->kind, j->subject);
    return hsvc__key_is(w->key, &key);
}

static uint32_t mark_of(struct hsvc__walk *w, hsvc__str id) {
    const struct hsvc__user *u = (const struct hsvc__user *)hsvc__fetch(w, HSVC__FAMILY_USER, id);
    return u == NULL ? 0 : u->gone;
}

static void check_job(struct hsvc__walk *w, const struct hsvc__job *j) {
    MUST(hsvc__has_walk(j), job_has_somewhere_to_go);
    MUST(j->kind != HSVC_JOB_USER_REMOVED || mark_of(w, j->subject) == HSVC__USER_REMOVED, job_has_its_mark);
    MUST(j->kind != HSVC_JOB_USER_RENAMED || mark_of(w, j->subject) == HSVC__USER_RENAMED, job_has_its_mark);
}

/* What is left of a user who is gone. */
static void check_mark(struct hsvc__walk *w, const struct hsvc__user *u) {
    struct hsvc__key key;
    job_key(&key, u->gone == HSVC__USER_RENAMED ? HSVC_JOB_USER_RENAMED : HSVC_JOB_USER_REMOVED, u->id);
    MUST(hsvc__fetch_key(w, HSVC__FAMILY_JOB, &key) != NULL, mark_has_its_job);
}

/* ---- users and headsets ---- */
static void check_user(struct hsvc__walk *w, const struct hsvc__user *u) {
    if (u->gone) {
        check_mark(w, u);
        return;
    }
    for (uint32_t i = 0; i < u->headset_list.count; i++) {
        const struct hsvc__headset *h = (const struct hsvc__headset *)hsvc__fetch(w, HSVC__FAMILY_HEADSET, u->headset_list.at[i]);
        MUST(h != NULL && hsvc__fold_eq(h->owner, u->id), listed_headset_is_the_users);
    }
    for (uint32_t i = 0; i < u->login_count; i++) {
        const struct hsvc__device *d = (const struct hsvc__device *)hsvc__fetch(w, HSVC__FAMILY_DEVICE, u->logins[i].device);
        MUST(hsvc__login_of(u, u->logins[i].device) == i, user_counts_a_device_once);
        MUST(d != NULL && d->session == u->logins[i].session && hsvc__fold_eq(d->user, u->id), counted_session_exists);
    }
    hsvc__check_settings(w, &u->set, HSVC_SCOPE_USER);
}

/* Every serial leads to one headset, and that knows it (ID-7). */
static void check_alias(struct hsvc__walk *w, const struct hsvc__headset *h) {
    const struct hsvc__headset *of = (const struct hsvc__headset *)hsvc__fetch(w, HSVC__FAMILY_HEADSET, h->alias_of);
    uint32_t listed = 0;
    for (uint32_t i = 0; of != NULL && i < of->alias_list.count; i++)
        listed += hsvc__fold_eq(of->alias_list.at[i], h->serial) ? 1 : 0;
    MUST(listed == 1, alias_is_listed_once);
    MUST(h->owner.n == 0 && !h->connected && h->alias_list.count == 0, alias_is_nothing_else);
}

static void check_aliases(struct hsvc__walk *w, const struct hsvc__headset *h) {
    for (uint32_t i = 0; i < h->alias_list.count; i++) {
        const struct hsvc__headset *alias = (const struct hsvc__headset *)hsvc__fetch(w, HSVC__FAMILY_HEADSET, h->alias_list.at[i]);
        MUST(alias != NULL && hsvc__fold_eq(alias->alias_of, h->serial), listed_alias_leads_here);
    }
}

static void check_headset(struct hsvc__walk *w, const struct hsvc__headset *h) {
    const struct hsvc__user *u = (const struct hsvc__user *)hsvc__fetch(w, HSVC__FAMILY_USER, h->owner);
    uint32_t listed = 0;
    if (h->alias_of.n != 0) {
        check_alias(w, h);
        return;
    }
    check_aliases(w, h);
    if (h->owner.n != 0) {
        for (uint32_t i = 0; u != NULL && i < u->headset_list.count; i++)
            listed += hsvc__fold_eq(u->headset_list.at[i], h->serial) ? 1 : 0;
        MUST(listed == 1, owner_lists_the_headset_once);
    }
    MUST(h->connected || h->other_list.count == 0, nowhere_is_nowhere);
    for (uint32_t i = 0; i < hsvc__place_count(h); i++) {
        struct hsvc__device *d = (struct hsvc__device *)hsvc__fetch(w, HSVC__FAMILY_DEVICE, hsvc__place(h, i));
        MUST(d != NULL && hsvc__here(d, h->serial) != NULL, connected_headset_is_present);
    }
}

static int is_key_of_skip(const struct hsvc__walk *w, const struct hsvc__skip *s) {
    struct hsvc__key key;
    hsvc__key_skip(&key, s->serial, s->device_number);
    return hsvc__key_is(w->key, &key);
}

static void check_deadline_key(struct hsvc__walk *w) {
    hsvc__str name = hsvc__key_part(w->key, 9, &w->engine->views);
    const struct hsvc__device *d = (const struct hsvc__device *)hsvc__fetch(w, HSVC__FAMILY_DEVICE, name);
    struct hsvc__key key;
    if (d != NULL) hsvc__key_deadline(&key, d->deadline_at, d->name);
    MUST(d != NULL && hsvc__key_is(w->key, &key), deadline_key_is_the_devices);
}

/* named_as: the name that stands in a record. */
static hsvc__str named_as(uint32_t family, const void *record) {
    switch (family) {
        case HSVC__FAMILY_DEVICE: return ((const struct hsvc__device *)record)->name;
        case HSVC__FAMILY_USER: return ((const struct hsvc__user *)record)->id;
        case HSVC__FAMILY_HEADSET: return ((const struct hsvc__headset *)record)->serial;
        default: return ((const struct hsvc__policy *)record)->site;
    }
}

static int is_key_of_number(const struct hsvc__walk *w, const struct hsvc__number *n) {
    struct hsvc__key key;
    if (n->of == 0) return 1; /* a node's counter */
    hsvc__key_number(&key, n->number);
    return hsvc__key_is(w->key, &key);
}

static int is_key_of_entry(const struct hsvc__walk *w) {
    struct hsvc__entry_key parts;
    return hsvc__key_entry_parts(w->key, &parts);
}

/* is_in_place: does a record stand where its name belongs? A deadline key's record has none. */
static int is_in_place(const struct hsvc__walk *w, uint32_t family, const void *record) {
    if (family == HSVC__FAMILY_DEADLINE) return 1;
    if (family == HSVC__FAMILY_NUMBER) return is_key_of_number(w, (const struct hsvc__number *)record);
    if (family == HSVC__FAMILY_ENTRY) return is_key_of_entry(w);
    if (family == HSVC__FAMILY_JOB) return is_key_of_job(w, (const struct hsvc__job *)record);
    if (family == HSVC__FAMILY_SKIP) return is_key_of_skip(w, (const struct hsvc__skip *)record);
    return hsvc__key_is_of(w->key, family, named_as(family, record));
}

static void check_record(struct hsvc__walk *w, uint32_t family, void *record) {
    MUST(is_in_place(w, family, record), record_stands_under_its_name);
    if (hsvc__is_subject(family)) hsvc__check_trail(w, family, record, named_as(family, record));
    switch (family) {
        case HSVC__FAMILY_DEVICE: hsvc__check_device(w, (struct hsvc__device *)record); break;
        case HSVC__FAMILY_USER: check_user(w, (const struct hsvc__user *)record); break;
        case HSVC__FAMILY_HEADSET: check_headset(w, (const struct hsvc__headset *)record); break;
        case HSVC__FAMILY_POLICY: check_policy(w, (const struct hsvc__policy *)record); break;
        case HSVC__FAMILY_DEADLINE: check_deadline_key(w); break;
        case HSVC__FAMILY_ENTRY: hsvc__check_entry(w, (const struct hsvc__entry *)record); break;
        case HSVC__FAMILY_JOB: check_job(w, (const struct hsvc__job *)record); break;
        default: break;
    }
}

/* ---- the walk: one row at a time, so that no callback of the store runs inside another ---- */
static int32_t take_next(const hsvc_row *row, void *user) {
    struct hsvc__walk *w = (struct hsvc__walk *)user;
    if (!hsvc__row_is_whole(row)) return HSVC_ERR_CALLBACK;
    w->key = hsvc__arena_copy(&w->engine->views, row->key, row->key_len);
    return w->key.n == 0 ? HSVC_ERR_MEMORY : HSVC_OK;
}

static void check_key(struct hsvc__walk *w, const struct hsvc__key *key) {
    uint32_t family = key->bytes[0];
    struct fetched row;
    MUST(hsvc__record_size(family) != 0, key_is_ours);
    if (hsvc__record_size(family) == 0) return;
    row = read_key(w, family, key);
    if (row.record != NULL) check_record(w, family, row.record);
    else if (row.version > HSVC__FORMAT) hsvc__found(w, HSVC__INVARIANT_record_version_is_known);
    else hsvc__found(w, HSVC__INVARIANT_record_is_sound);
}

/* Where the walk goes on: the smallest key after the last one. */
struct position {
    uint8_t bytes[HSVC_LIMIT_KEY_LEN + 1];
    size_t len;
};

/* is_before: a store that goes back would make the walk endless (SAFE-5). */
static int is_before(hsvc__str key, const struct position *at) {
    size_t n = key.n < at->len ? key.n : at->len;
    int order = n == 0 ? 0 : memcmp(key.p, at->bytes, n);
    return order < 0 || (order == 0 && key.n < at->len);
}

static int check_next(struct hsvc__walk *w, struct position *after) {
    struct hsvc_store *store = &w->engine->store;
    struct hsvc__key key;
    int32_t status;
    w->key = hsvc__str_of(NULL, 0);
    hsvc__arena_reset(&w->engine->views);
    status = store->scan(after->bytes, after->len, NULL, 0, 1, take_next, w, store->user);
    w->status = w->engine->views.failed ? HSVC_ERR_MEMORY : hsvc__store_status(status, 0);
    if (w->key.n > sizeof key.bytes || (w->key.n != 0 && is_before(w->key, after))) w->status = HSVC_ERR_CALLBACK;
    if (w->status != HSVC_OK || w->key.n == 0) return 0;
    memcpy(key.bytes, w->key.p, w->key.n);
    key.len = w->key.n;
    check_key(w, &key);
    memcpy(after->bytes, key.bytes, key.len);
    after->bytes[key.len] = 0;
    after->len = key.len + 1;
    return w->status == HSVC_OK;
}

int32_t hsvc_verify(hsvc_engine *engine, hsvc_finding_fn finding, void *user, uint64_t *findings) {
    struct hsvc__walk w;
    struct position after;
    int32_t status;
    if (engine == NULL || findings == NULL) return HSVC_ERR_ARGUMENT;
    *findings = 0;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    memset(&w, 0, sizeof w);
    w.engine = engine;
    w.finding = finding;
    w.user = user;
    after.len = 0;
    while (check_next(&w, &after)) continue;
    if (w.status == HSVC_OK) check_sites(&w);
    *findings = w.findings;
    hsvc__leave(engine);
    return w.status;
}
