/* step.c: one step of a world: an event becomes an input, the engine decides it on a copy of the state, and what came of it
 * is noted. One engine serves all states: it keeps nothing that matters outside the store (STORE-1), so that only its clock
 * has to be told that this is another life. */
#include "worlds/worlds.h"

enum { TURNS = 200 };

static int32_t clock_of(int64_t *now_ms, void *user) {
    *now_ms = ((const struct place *)user)->now;
    return HSVC_OK;
}

/* another_life: the engine's memory of the clock, so that a state that lies before the last one is no clock that went back;
 * and it looks for no such clock's deadlines. Its cached policy would be proven by every commit; dropped, it costs less. */
static void another_life(struct hsvc_engine *engine, const struct image *image) {
    uint64_t policy = 0;
    for (uint32_t i = 0; i < image->count; i++)
        if (image->rows[i].key[0] == HSVC__FAMILY_POLICY && image->rows[i].key_len == 2) policy = image->rows[i].revision;
    engine->now = engine->called_at = engine->swept_at = -1;
    engine->behind = engine->patrols = 0;
    if (engine->policy.revision != policy) engine->policy.known = 0;
}

static void load(struct place *p, struct spot *s) {
    p->flat.image = &s->image;
    p->flat.dirty = 0;
    p->flat.commits = 0;
    p->flat.broken = NULL;
    p->now = s->now;
    another_life(p->engine, &s->image);
}

/* ---- what came of it ---- */
static void note_effect(const struct place *p, const hsvc_effect *from, struct effect *to) {
    (void)p;
    memset(to, 0, sizeof *to);
    to->kind = from->kind;
    to->reason = from->reason;
    to->prompt = from->prompt;
    to->cause = from->cause;
    to->flags = from->flags;
    to->device = whose(device_names, DEVICES, from->device, from->device_len);
    to->user = whose(user_names, USERS, from->user, from->user_len);
    to->other = whose(user_names, USERS, from->other_user, from->other_user_len);
    to->serial = whose(headset_names, HEADSETS, from->serial, from->serial_len);
    to->worn = whose_profile(from->profile, from->profile_len);
    to->site_kept = from->site_len == 6 && memcmp(from->site, "Berlin", 6) == 0;
    to->session = from->session;
    to->generation = from->generation;
    to->prompt_id = from->prompt_id;
}

static void note_effects(const struct place *p, struct happened *h) {
    hsvc_effect effect = {.struct_size = sizeof effect};
    for (size_t i = 0; hsvc_effects_at(p->fx, i, &effect) == HSVC_OK; i++) {
        if (effect.kind == HSVC_EFFECT_MENU_STATE) continue;
        if (h->effect_count == EFFECTS) exit(2);
        note_effect(p, &effect, &h->effect[h->effect_count++]);
    }
}

static void note_verdicts(const struct place *p, struct happened *h) {
    hsvc_verdict verdict = {.struct_size = sizeof verdict};
    for (size_t i = 0; hsvc_verdict_at(p->fx, i, &verdict) == HSVC_OK; i++) {
        if (verdict.input_index != 0 || verdict.item_number != 0) continue;
        if (h->verdicts++ != 0) continue;
        h->accepted = verdict.accepted;
        h->reason = verdict.reason;
        h->has_rule = verdict.rule != NULL && verdict.rule[0] != '\0';
    }
}

static void note(struct place *p, struct happened *h, int32_t status) {
    p->steps++;
    if (h->status == HSVC_OK) h->status = status;
    note_effects(p, h);
}

/* work: what an administrator's change leaves to be done is done before anything else happens. */
static void work(struct place *p, struct spot *s, struct happened *h) {
    h->commits = p->flat.commits;
    for (int turn = 0; turn < TURNS && h->status == HSVC_OK && image_has(&s->image, HSVC__FAMILY_JOB); turn++)
        note(p, h, hsvc_advance(p->engine, p->fx));
    if (h->status == HSVC_OK && image_has(&s->image, HSVC__FAMILY_JOB)) h->broken = "a job never ends";
    if (h->broken == NULL) h->broken = p->flat.broken;
    look(p, s, p->flat.dirty);
}

/* ends_by_time: the parts of a view that time alone changes: locks and updates that are over. */
static uint32_t ends_by_time(const struct view *v) {
    uint32_t dirty = 0;
    for (int i = 0; i < USERS; i++)
        if (v->user[i].locked) dirty |= (uint32_t)DIRTY_USER << i;
    for (int i = 0; i < HEADSETS; i++)
        if (v->headset[i].updating) dirty |= (uint32_t)DIRTY_HEADSET << i;
    return dirty;
}

int fire(struct place *p, struct spot *s, struct happened *h) {
    int64_t at = next_deadline(&s->view);
    if (at == HSVC_NEVER) return 0;
    memset(h, 0, offsetof(struct happened, effect));
    if (at > s->now) s->now = at;
    load(p, s);
    p->flat.dirty = ends_by_time(&s->view);
    note(p, h, hsvc_advance(p->engine, p->fx));
    work(p, s, h);
    return 1;
}

static void decide(struct place *p, struct spot *s, const hsvc_input *in, struct happened *h) {
    note(p, h, hsvc_apply(p->engine, in, 1, 0, p->fx));
    note_verdicts(p, h);
    work(p, s, h);
}

static void pass(struct place *p, struct spot *s, const struct event *e) {
    s->now = next_deadline(&s->view) + (e->kind == EV_late);
    look(p, s, ends_by_time(&s->view));
}

static void identify(struct place *p, hsvc_input *in) {
    if (p->world->classes & IN(REQUESTS)) memcpy(in->request_id, &p->requests, sizeof p->requests);
}

/* The input of the last step. */
static hsvc_input last;
static hsvc_item items[2];

void repeat(struct place *p, struct spot *s, struct happened *h) {
    memset(h, 0, offsetof(struct happened, effect));
    load(p, s);
    identify(p, &last);
    decide(p, s, &last, h);
}

void step(struct place *p, struct spot *to, const struct spot *from, const struct event *e, int fault, struct happened *h) {
    to->now = from->now;
    to->view = from->view;
    image_copy(&to->image, &from->image);
    memset(h, 0, offsetof(struct happened, effect));
    p->flat.fault = fault;
    if (e->kind == EV_fire) {
        (void)fire(p, to, h);
    } else if (!input_of(e, to, &last, items)) {
        pass(p, to, e);
    } else {
        load(p, to);
        p->requests++;
        identify(p, &last);
        decide(p, to, &last, h);
    }
    p->flat.fault = FAULT_NONE;
}

void settle_calls(struct place *p, struct spot *s, struct happened *h) {
    memset(h, 0, offsetof(struct happened, effect));
    load(p, s);
    for (int i = 0; i < DEVICES && h->status == HSVC_OK; i++) {
        hsvc_input in;
        if (s->view.device[i].calls == 0) continue;
        if (hsvc_input_call_snapshot(&in, device_names[i], NULL, 0) == HSVC_OK) decide(p, s, &in, h);
    }
}

/* ---- opening ---- */
static void give_up(const char *what, const char *why) {
    fprintf(stderr, "worlds: %s: %s\n", what, why);
    exit(2);
}

static int32_t on_failure(const hsvc_scenario_failure *f, void *user) {
    int *wanted = user;
    if (*wanted) printf("# line %u: %.*s (%.*s)\n", (unsigned)f->line, (int)f->message_len, f->message, (int)f->seen_len, f->seen);
    return HSVC_OK;
}

/* play: with the testkit's own runner. A script of ours is wrong if a line cannot be read. */
int play(struct place *p, const char *script, struct spot *end) {
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario = NULL;
    int wanted = 1;
    memset(end, 0, sizeof *end);
    p->flat.image = &end->image;
    if (hsvc_scenario_config_init(&config, sizeof config) != HSVC_OK) return 0;
    if (hsvc_scenario_result_init(&result, sizeof result) != HSVC_OK) return 0;
    config.allocator = &p->allocator;
    config.store = &p->store;
    config.flags = HSVC_SCENARIO_ALLOW_REFUSALS;
    config.failure = on_failure;
    config.user = &wanted;
    if (hsvc_scenario_new(&config, &scenario) != HSVC_OK) return 0;
    if (hsvc_scenario_run(scenario, "made", script, strlen(script), &result) != HSVC_OK) result.failures = 1;
    end->now = result.end_at;
    hsvc_scenario_free(scenario);
    if (result.malformed == 0 && result.failures == 0) look(p, end, DIRTY_ALL);
    return result.malformed == 0 && result.failures == 0;
}

int fails(const char *script) {
    hsvc_allocator allocator;
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario = NULL;
    if (hsvc_stdlib_allocator(&allocator) != HSVC_OK) give_up("fails", "no allocator");
    if (hsvc_scenario_config_init(&config, sizeof config) != HSVC_OK) give_up("fails", "no config");
    if (hsvc_scenario_result_init(&result, sizeof result) != HSVC_OK) give_up("fails", "no result");
    config.allocator = &allocator;
    config.flags = HSVC_SCENARIO_ALLOW_REFUSALS;
    if (hsvc_scenario_new(&config, &scenario) != HSVC_OK) give_up("fails", "no scenario");
    if (hsvc_scenario_run(scenario, "made", script, strlen(script), &result) != HSVC_OK) result.failures++;
    hsvc_scenario_free(scenario);
    if (result.malformed != 0) give_up("a line cannot be read", script);
    return result.failures != 0;
}

static int64_t param(struct place *p, uint32_t which) {
    int64_t value = 0;
    uint32_t scope;
    if (hsvc_policy_value(p->engine, which, "", 0, "", 0, &value, &scope) != HSVC_OK) give_up(p->world->name, "no policy");
    return value;
}

int place_open(struct place *p, const struct world *world) {
    hsvc_config config;
    char *script = prologue(world);
    memset(p, 0, offsetof(struct place, root));
    p->world = world;
    flat_bind(&p->flat, &p->store);
    p->flat.image = &p->root.image;
    if (hsvc_stdlib_allocator(&p->allocator) != HSVC_OK) give_up(world->name, "no allocator");
    if (hsvc_config_init(&config, sizeof config) != HSVC_OK) give_up(world->name, "no config");
    config.allocator = &p->allocator;
    config.store = &p->store;
    config.clock = clock_of;
    config.clock_user = p;
    if (hsvc_engine_new(&config, &p->engine) != HSVC_OK) give_up(world->name, "no engine");
    if (hsvc_effects_new(&p->allocator, &p->fx) != HSVC_OK) give_up(world->name, "no batch");
    if (!play(p, script, &p->root)) give_up(world->name, "its beginning cannot be played");
    free(script);
    p->flat.image = &p->root.image;
    p->reset_after = param(p, HSVC_PARAM_LOCKOUT_RESET_AFTER);
    p->flap_connects = param(p, HSVC_PARAM_FLAP_CONNECTS);
    p->flap_window = param(p, HSVC_PARAM_FLAP_WINDOW);
    p->remembers = param(p, HSVC_PARAM_REMEMBER_LAST_USER);
    p->steps = 0;
    list_events(p);
    return 1;
}

void place_close(struct place *p) {
    hsvc_engine_free(p->engine);
    hsvc_effects_free(p->fx);
}
