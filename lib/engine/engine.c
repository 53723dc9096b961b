/* engine.c: an engine's life, its callbacks, and the transaction that every decision goes through. */
#include "engine/engine.h"

int32_t hsvc_allocator_init(hsvc_allocator *allocator, size_t size) {
    return hsvc__sized_init(allocator, size, sizeof(hsvc_allocator));
}
int32_t hsvc_store_init(hsvc_store *store, size_t size) { return hsvc__sized_init(store, size, sizeof(hsvc_store)); }
int32_t hsvc_config_init(hsvc_config *config, size_t size) { return hsvc__sized_init(config, size, sizeof(hsvc_config)); }

/* index_rows: each event's rows as a list in file order, so that a step need not walk the rows of others. */
static void index_rows(hsvc_engine *engine, uint32_t m) {
    const struct hsvc__machine *machine = &hsvc__machines[m];
    for (uint32_t event = 0; event < HSVC__EVENTS; event++) engine->first_row[m][event] = (uint16_t)machine->row_count;
    for (uint32_t i = machine->row_count; i-- > 0;) {
        engine->next_row[m][i] = engine->first_row[m][machine->rows[i].event];
        engine->first_row[m][machine->rows[i].event] = (uint16_t)i;
        if (machine->rows[i].kind == 0) engine->row_states[m][machine->rows[i].event] |= machine->rows[i].states;
    }
}

static void index_tables(hsvc_engine *engine) {
    for (uint32_t m = 1; m < HSVC__MACHINES; m++) index_rows(engine, m);
    for (uint32_t i = 1; i < HSVC__KINDS; i++) engine->admissions[i] = hsvc__admissions_of(HSVC_INPUT_DEVICE_PUT + i - 1);
}

static int32_t take_config(const hsvc_config *config, hsvc_config *ours, hsvc_allocator *allocator, hsvc_store *store) {
    int32_t status = hsvc__sized_in(ours, sizeof *ours, sizeof(hsvc_config), config);
    if (status != HSVC_OK) return status;
    if (ours->flags & ~HSVC_CONFIG_ANY_EPOCH) return HSVC_ERR_FLAGS;
    status = hsvc__allocator_in(allocator, ours->allocator);
    if (status == HSVC_OK) status = hsvc__sized_in(store, sizeof *store, sizeof(hsvc_store), ours->store);
    if (status != HSVC_OK) return status;
    if (store->read == NULL || store->scan == NULL || store->commit == NULL || ours->clock == NULL) return HSVC_ERR_ARGUMENT;
    if (store->ops_max != 0 && store->ops_max < HSVC_LIMIT_OPS_PER_COMMIT) return HSVC_ERR_ARGUMENT;
    if (ours->node_count == 0) ours->node_count = 1;
    return ours->node < ours->node_count && ours->poll_ms >= 0 && ours->poll_ms <= HSVC_LIMIT_TIME ? HSVC_OK : HSVC_ERR_ARGUMENT;
}

int32_t hsvc_engine_new(const hsvc_config *config, hsvc_engine **engine) {
    hsvc_config ours;
    hsvc_allocator allocator;
    hsvc_store store;
    hsvc_engine *e;
    int32_t status;
    if (engine == NULL) return HSVC_ERR_ARGUMENT;
    *engine = NULL;
    status = take_config(config, &ours, &allocator, &store);
    if (status != HSVC_OK) return status;
    e = (hsvc_engine *)hsvc__alloc(&allocator, sizeof *e);
    if (e == NULL) return HSVC_ERR_MEMORY;
    memset(e, 0, sizeof *e);
    e->allocator = allocator;
    e->store = store;
    e->clock = ours.clock;
    e->clock_user = ours.clock_user;
    e->permission = ours.permission;
    e->permission_user = ours.permission_user;
    e->trace = ours.trace;
    e->trace_user = ours.trace_user;
    e->attempts = HSVC_LIMIT_ATTEMPTS;
    e->node = ours.node;
    e->node_count = ours.node_count;
    e->poll_ms = ours.poll_ms == 0 ? 1000 : ours.poll_ms;
    e->now = e->called_at = e->swept_at = -1;
    e->patrols = 1;
    e->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX] = hsvc__preset_value(HSVC_PARAM_CLOCK_SKEW_MAX, 0);
    hsvc__arena_init(&e->views, &e->allocator);
    hsvc__arena_init(&e->inputs, &e->allocator);
    hsvc__txn_init(&e->txn, &e->allocator, &e->store, &e->counters);
    e->txn.node = e->node_count > 1 ? e->node : HSVC__ONLY_NODE;
    index_tables(e);
    e->epoch = ours.epoch;
    e->any_epoch = (ours.flags & HSVC_CONFIG_ANY_EPOCH) != 0;
    hsvc__record_open(e, &ours); /* before the check: it is a look, of which a replay has to know */
    status = ours.epoch == 0 ? HSVC_OK : hsvc__epoch_check(e);
    if (status != HSVC_OK) {
        hsvc_engine_free(e);
        return status;
    }
    *engine = e;
    return HSVC_OK;
}

void hsvc_engine_free(hsvc_engine *engine) {
    hsvc_allocator allocator;
    if (engine == NULL) return;
    allocator = engine->allocator;
    hsvc__txn_free(&engine->txn);
    hsvc__record_close(engine);
    hsvc__arena_free(&engine->views);
    hsvc__arena_free(&engine->inputs);
    hsvc__release(&allocator, engine->policy.raw, engine->policy.raw_room);
    hsvc__release(&allocator, engine, sizeof *engine);
}

int32_t hsvc__enter(struct hsvc_engine *engine) {
    if (engine->inside) return HSVC_ERR_REENTRANT;
    engine->inside = 1;
    return HSVC_OK;
}
void hsvc__leave(struct hsvc_engine *engine) { engine->inside = 0; }

int32_t hsvc_counters_init(hsvc_counters *counters, size_t size) {
    return hsvc__sized_init(counters, size, sizeof(hsvc_counters));
}

int32_t hsvc_counters_get(const hsvc_engine *engine, hsvc_counters *counters) {
    if (engine == NULL || counters == NULL) return HSVC_ERR_ARGUMENT;
    if (engine->inside) return HSVC_ERR_REENTRANT;
    return hsvc__sized_out(counters, &engine->counters, sizeof engine->counters, sizeof engine->counters);
}

/* ---- the cached policy ---- */
static const hsvc__str global = {NULL, 0}; /* its record has no name */

void hsvc__policy_plant(struct hsvc_engine *engine) {
    const struct hsvc__policy_cache *cache = &engine->policy;
    struct hsvc__slot *slot = hsvc__txn_policy(&engine->txn);
    if (!cache->known) return;
    slot->raw = hsvc__str_of((const char *)cache->raw, cache->raw_len);
    slot->revision = cache->revision;
    slot->known = 1;
}

/* hsvc__policy_learn: from the record that this call read; a decision that changed the policy dropped the cache. */
int32_t hsvc__policy_learn(struct hsvc_engine *engine) {
    struct hsvc__policy_cache *cache = &engine->policy;
    const struct hsvc__policy *policy;
    const struct hsvc__slot *slot;
    if (cache->known) {
        hsvc__txn_policy(&engine->txn)->used = !HSVC__MUTANT(policy_taken_for_granted); /* that it has not changed is all that matters */
        return engine->txn.status;
    }
    policy = (const struct hsvc__policy *)hsvc__txn_get(&engine->txn, HSVC__FAMILY_POLICY, global);
    slot = policy->rec.slot;
    if (slot == NULL) return engine->txn.status;
    if (slot->raw.n > cache->raw_room) {
        uint8_t *grown = (uint8_t *)hsvc__grow(&engine->allocator, cache->raw, cache->raw_room, slot->raw.n);
        if (grown == NULL) return HSVC_ERR_MEMORY;
        cache->raw = grown;
        cache->raw_room = slot->raw.n;
    }
    if (slot->raw.n != 0) memmove(cache->raw, slot->raw.p, slot->raw.n);
    cache->raw_len = slot->raw.n;
    cache->revision = slot->revision;
    if (policy->epoch < engine->epoch && !engine->any_epoch && !HSVC__MUTANT(epoch_ignored)) return HSVC_ERR_EPOCH;
    if (policy->epoch > engine->epoch) engine->epoch = policy->epoch;
    cache->known = 1;
    hsvc__policy_values(engine, policy);
    return engine->txn.status;
}

/* ---- the transaction ---- */
struct hsvc__turn *hsvc__turn_begin(struct hsvc_engine *engine, struct hsvc_effects *fx, const hsvc_input *in, uint32_t index) {
    static const hsvc_input nothing;
    struct hsvc__turn *t = &engine->turn;
    t->engine = engine;
    t->txn = &engine->txn;
    t->fx = fx;
    t->in = in == NULL ? &nothing : in;
    t->index = index;
    t->item = t->items_refused = 0;
    t->now = engine->txn.now;
    t->at = t->now;
    t->dev = &engine->txn.nobody.device;
    t->headset = &engine->txn.nobody.headset;
    t->user = &engine->txn.nobody.user;
    t->job = NULL;
    t->skip = NULL;
    t->arg = 0;
    t->rule = "";
    t->barred = NULL;
    memset(&t->verdict, 0, sizeof t->verdict);
    t->raised = t->taken = t->steps = t->flap_counted = 0;
    return t;
}

/* move_deadline: the device's one deadline key follows its earliest due time (DESIGN 3), and says when the newest of its
 * timers was armed: whoever comes by and has another clock sees by that what has to begin anew (TIME-4). */
static void move_deadline(struct hsvc__txn *txn, struct hsvc__device *dev, int armed) {
    int64_t due = dev->rec.present ? hsvc__earliest(dev, NULL) : HSVC_NEVER;
    struct hsvc__deadline record;
    struct hsvc__key key;
    hsvc__str value = {NULL, 0};
    if (due == HSVC_NEVER) due = 0;
    if (due == dev->deadline_at && !armed) return;
    if (dev->deadline_at != 0 && due != dev->deadline_at) {
        hsvc__key_deadline(&key, dev->deadline_at, dev->name);
        hsvc__txn_loose(txn, &key, value);
    }
    record.armed_at = hsvc__newest_armed(dev);
    if (due != 0 && hsvc__record_encode(&record, HSVC__FAMILY_DEADLINE, &txn->work, &value) == HSVC_OK) {
        hsvc__key_deadline(&key, due, dev->name);
        hsvc__txn_loose(txn, &key, value);
    }
    dev->deadline_at = due;
}

/* stamp_records: what this decision writes says when; a device's timers say when they were armed. */
static void stamp_records(struct hsvc_engine *engine) {
    struct hsvc__txn *txn = &engine->txn;
    for (struct hsvc__slot *slot = txn->slots; slot != NULL; slot = slot->next) {
        struct hsvc__record *record = (struct hsvc__record *)slot->record;
        int armed;
        if (record == NULL || !slot->used || (!record->dirty && !record->removed)) continue;
        armed = hsvc__times_stamp(record, slot->family, txn->now);
        if (slot->family == HSVC__FAMILY_DEVICE) move_deadline(txn, (struct hsvc__device *)record, armed || record->clocked);
        if (slot->family == HSVC__FAMILY_JOB) hsvc__look_again(engine);
    }
}

/* is_final: a failure that reading more would not mend. Others may come of a record that was not there yet. */
static int is_final(int32_t status) {
    return status == HSVC_ERR_MEMORY || status == HSVC_ERR_LIMIT || status == HSVC_ERR_CALLBACK;
}

/* learn_policy: what was decoded before the policy was known may have been taken for too new, or not. */
static int32_t learn_policy(struct hsvc_engine *engine) {
    int known = engine->policy.known;
    int32_t status = hsvc__policy_learn(engine);
    if (known || status != HSVC_OK) return status;
    engine->txn.latest = engine->now + engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX];
    hsvc__txn_again(&engine->txn);
    return hsvc__policy_learn(engine);
}

/* decide_fully: decides again until no record is missing. Each round reads in one trip. */
static int32_t decide_fully(struct hsvc_engine *engine, struct hsvc_effects *fx, hsvc__decide_fn decide, void *job) {
    struct hsvc__txn *txn = &engine->txn;
    for (uint32_t round = 0;; round++) { /* each reads what all inputs miss, or it is the last */
        int32_t status = HSVC__BUG(round > HSVC__SLOTS) ? HSVC_ERR_LIMIT : hsvc__txn_fetch(txn);
        if (status != HSVC_OK) return status;
        if (round > 0) hsvc__txn_again(txn); /* reading ahead changed no record that it decoded */
        hsvc__effects_back(fx);
        memset(&engine->tally, 0, sizeof engine->tally);
        status = learn_policy(engine);
        if (status != HSVC_OK) return status;
        hsvc__txn_catch_up(txn);
        decide(engine, job);
        if (txn->missing == 0 || is_final(txn->status)) return txn->status;
        txn->status = HSVC_OK;
    }
}

/* The list that names the counters is the struct's own. */
#define COUNTER(name, text) +1
_Static_assert((0
#include "engine/counters.def"
               ) * sizeof(uint64_t) == offsetof(hsvc_counters, sign_outs_by) - offsetof(hsvc_counters, inputs),
               "counters.def lists every counter");
#undef COUNTER

/* Counters are a run of 64-bit numbers; this is the first. */
static uint64_t *first_of(hsvc_counters *counters) {
    return (uint64_t *)(void *)((uint8_t *)counters + offsetof(hsvc_counters, inputs));
}

/* count_tally: what the decision counted becomes true with its commit. */
static void count_tally(struct hsvc_engine *engine) {
    uint64_t *to = first_of(&engine->counters);
    const uint64_t *from = first_of(&engine->tally);
    size_t count = (sizeof engine->counters - offsetof(hsvc_counters, inputs)) / sizeof *to;
    for (size_t i = 0; i < count && !HSVC__MUTANT(nothing_is_counted); i++) to[i] += from[i];
}

/* doubt_records: what cannot be may come of a cache's old rows, which only a refused commit makes it forget. So the records
 * are compared, with nothing written; whatever comes of it, they are read afresh. */
static void doubt_records(struct hsvc__txn *txn) {
    txn->checks_only = 1;
    txn->status = HSVC_OK;
    if (hsvc__txn_prepare(txn) == HSVC_OK) (void)hsvc__txn_commit(txn);
}

/* is_told: does this decision say what the device should wear or show? */
static int is_told(const struct hsvc_effects *fx, hsvc__str device) {
    static const uint32_t kinds[] = {HSVC_EFFECT_APPLY_PROFILE, HSVC_EFFECT_WIPE, HSVC_EFFECT_SHOW_PROMPT, HSVC_EFFECT_CLEAR_PROMPT,
                                     HSVC_EFFECT_MENU_STATE};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (hsvc__effects_find(fx, kinds[i], device) != fx->effect_count) return 1;
    return 0;
}

static int doubt(struct hsvc_engine *engine, hsvc__str device) {
    struct hsvc__doubted *doubted = (struct hsvc__doubted *)hsvc__arena_take(&engine->inputs, sizeof *doubted);
    if (doubted == NULL) return 0;
    doubted->device = hsvc__arena_copy(&engine->inputs, device.p, device.n);
    doubted->next = engine->doubted;
    engine->doubted = doubted;
    return doubted->device.n != 0;
}

/* doubt_devices: a commit whose outcome is unknown met a conflict: perhaps with itself, as it has landed after all. The
 * decision that follows tells these devices again. */
static int32_t doubt_devices(struct hsvc_engine *engine, const struct hsvc_effects *fx) {
    for (const struct hsvc__slot *slot = engine->txn.slots; slot != NULL; slot = slot->next) {
        const struct hsvc__device *dev = (const struct hsvc__device *)slot->record;
        if (slot->family != HSVC__FAMILY_DEVICE || !slot->used || !is_told(fx, dev->name)) continue;
        if (!doubt(engine, dev->name)) return HSVC_ERR_MEMORY;
    }
    return HSVC_ERR_CONFLICT;
}

void hsvc__inform_doubted(struct hsvc__turn *t) {
    const struct hsvc__doubted *doubted = HSVC__MUTANT(doubt_untold) ? NULL : t->engine->doubted;
    for (; doubted != NULL; doubted = doubted->next) {
        struct hsvc__device *dev = hsvc__device_of(t, doubted->device);
        t->steps = 0;
        if (dev->rec.present) hsvc__inform(t, dev);
    }
}

static int32_t attempt(struct hsvc_engine *engine, struct hsvc_effects *fx, hsvc__decide_fn decide, void *job, int *dry) {
    int32_t status = decide_fully(engine, fx, decide, job);
    if (status == HSVC_ERR_CONFLICT) doubt_records(&engine->txn); /* a row said that this cannot be */
    if (status != HSVC_OK) return status;
    hsvc__audit_write(engine);
    stamp_records(engine);
    status = hsvc__txn_prepare(&engine->txn);
    if (status == HSVC_OK) status = hsvc__effects_settle(fx);
    if (status != HSVC_OK || (*dry && !HSVC__MUTANT(dry_runs_commit))) return status;
    status = hsvc__txn_commit(&engine->txn);
    if (status == HSVC_OK) count_tally(engine);
    return status == HSVC_ERR_CONFLICT && engine->txn.in_doubt ? doubt_devices(engine, fx) : status;
}

/* patience: how many attempts a decision has. Torn records are read afresh in any case, to tell them from a bug, and so is
 * what may have been committed, to know it. */
static int patience(const struct hsvc_engine *engine) {
    return engine->txn.impossible || engine->txn.in_doubt ? HSVC_LIMIT_ATTEMPTS : engine->attempts;
}

int32_t hsvc__transact(struct hsvc_engine *engine, struct hsvc_effects *fx, hsvc__decide_fn decide, hsvc__ahead_fn ahead,
                       void *job, int *dry) {
    int32_t status = HSVC_ERR_CONFLICT;
    engine->txn.in_doubt = 0;
    engine->doubted = NULL;
    for (int i = 0; i < patience(engine) && status == HSVC_ERR_CONFLICT; i++) {
        engine->attempt = (uint32_t)i;
        hsvc__txn_begin(&engine->txn, engine->now, engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX]);
        hsvc__policy_plant(engine);
        status = ahead(engine, job);
        if (status == HSVC_OK) status = attempt(engine, fx, decide, job, dry);
        if (status != HSVC_OK) engine->policy.known = 0; /* it may be what changed */
        if (HSVC__MUTANT(conflicts_are_final)) break;
    }
    if (status != HSVC_OK && engine->txn.in_doubt) return HSVC_ERR_UNKNOWN; /* other failures say that nothing happened */
    return status == HSVC_ERR_CONFLICT && engine->txn.impossible ? HSVC_ERR_BUG : status;
}
