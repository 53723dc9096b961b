/* deadlines.c: the deadline keys: one a device, its earliest. The key is a hint, the device's record the truth. */
#include "engine/engine.h"

#define TIME_AT 1 /* the family byte is first, then 8 bytes of time */
#define NAME_AT 9
#define DUES (2 * HSVC_LIMIT_ADVANCE_DEVICES)

static int64_t key_time(const uint8_t *key) {
    uint64_t at = 0;
    for (int i = 0; i < 8; i++) at = at << 8 | key[TIME_AT + i];
    return (int64_t)at;
}

static int32_t scan(struct hsvc_engine *engine, int64_t until, size_t limit, hsvc_row_sink sink, void *user) {
    static const uint8_t from[] = {HSVC__FAMILY_DEADLINE};
    struct hsvc__key to;
    hsvc__key_begin(&to, HSVC__FAMILY_DEADLINE);
    if (until == HSVC_NEVER) to.bytes[0]++;
    else hsvc__key_time(&to, until + 1);
    return engine->store.scan(from, sizeof from, to.bytes, to.len, limit, sink, user, engine->store.user);
}

static int32_t take_first(const hsvc_row *row, void *user) {
    if (row->key_len <= NAME_AT) return HSVC_ERR_CORRUPT;
    *(int64_t *)user = key_time(row->key);
    return HSVC_OK;
}

int32_t hsvc__first_deadline(struct hsvc_engine *engine, int64_t *at) {
    *at = HSVC_NEVER;
    return hsvc__store_status(scan(engine, HSVC_NEVER, 1, take_first, at), 0);
}

static int32_t take_due(const hsvc_row *row, void *user) {
    struct hsvc__dues *dues = (struct hsvc__dues *)user;
    if (row->key_len <= NAME_AT || dues->count == DUES) return HSVC_ERR_CORRUPT;
    dues->at[dues->count].device = hsvc__key_part(hsvc__str_of((const char *)row->key, row->key_len), NAME_AT, dues->arena);
    dues->at[dues->count].due = key_time(row->key);
    if (dues->at[dues->count].device.n == 0) return HSVC_ERR_MEMORY;
    dues->count++;
    return HSVC_OK;
}

static int is_own(const struct hsvc_engine *engine, hsvc__str device) {
    return hsvc_hash64(device.p, device.n) % engine->node_count == engine->node;
}

/* own_first: devices of this node come first, in order of time, so that nodes rarely meet over one (DESIGN 3). */
static void own_first(const struct hsvc_engine *engine, struct hsvc__dues *dues) {
    uint32_t own = 0;
    for (uint32_t i = 0; i < dues->count; i++) {
        if (!is_own(engine, dues->at[i].device)) continue;
        for (uint32_t j = i; j > own; j--) {
            hsvc__str device = dues->at[j].device;
            int64_t due = dues->at[j].due;
            dues->at[j] = dues->at[j - 1];
            dues->at[j - 1].device = device;
            dues->at[j - 1].due = due;
        }
        own++;
    }
}

int32_t hsvc__read_dues(struct hsvc_engine *engine, struct hsvc__dues *dues) {
    int32_t status;
    dues->count = 0;
    dues->arena = &engine->inputs;
    status = scan(engine, engine->now, HSVC_LIMIT_ADVANCE_DEVICES, take_due, dues);
    if (dues->arena->failed) return HSVC_ERR_MEMORY;
    status = hsvc__store_status(status, 0);
    if (status == HSVC_OK && engine->node_count > 1) own_first(engine, dues);
    return status != HSVC_OK || !engine->patrols ? status : hsvc__patrol(engine, dues);
}

/* ---- the patrol (TIME-4) ---- */
struct patrol {
    struct hsvc_engine *engine;
    struct hsvc__dues *dues;
    size_t seen;
};

/* A damaged row says nothing about when it was armed; its device is found when it is due. */
static int was_armed_later(const hsvc_row *row, int64_t latest) {
    return hsvc__record_check(row->value, row->value_len, HSVC__FAMILY_DEADLINE) == HSVC_OK &&
           (int64_t)hsvc__get64(row->value + HSVC__HEAD) > latest;
}

static int32_t take_future(const hsvc_row *row, void *user) {
    struct patrol *p = (struct patrol *)user;
    struct hsvc__key *from = &p->engine->patrol_from;
    if (row->key_len <= NAME_AT || row->key_len >= sizeof from->bytes) return HSVC_ERR_CORRUPT;
    p->seen++;
    memcpy(from->bytes, row->key, row->key_len);
    from->len = row->key_len;
    from->bytes[from->len++] = 0; /* the next key is after this one */
    if (!was_armed_later(row, p->engine->now + p->engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX])) return HSVC_OK;
    return take_due(row, p->dues);
}

int32_t hsvc__patrol(struct hsvc_engine *engine, struct hsvc__dues *dues) {
    static const uint8_t to[] = {HSVC__FAMILY_DEADLINE + 1};
    struct patrol p = {engine, dues, 0};
    struct hsvc__key from = engine->patrol_from;
    int32_t status;
    if (from.len == 0) {
        hsvc__key_begin(&from, HSVC__FAMILY_DEADLINE);
        hsvc__key_time(&from, engine->now + 1); /* what is due is looked at anyway */
    }
    status = hsvc__store_status(engine->store.scan(from.bytes, from.len, to, sizeof to, HSVC_LIMIT_ADVANCE_DEVICES, take_future,
                                                   &p, engine->store.user), 0);
    if (dues->arena->failed) return HSVC_ERR_MEMORY;
    if (status != HSVC_OK || p.seen == HSVC_LIMIT_ADVANCE_DEVICES) return status;
    engine->patrol_from.len = 0;
    engine->patrols = engine->node_count > 1;
    return HSVC_OK;
}

void hsvc__patrol_again(struct hsvc_engine *engine) {
    engine->patrols = 1;
    engine->patrol_from.len = 0;
}
