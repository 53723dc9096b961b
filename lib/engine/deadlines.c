/* deadlines.c: the deadline keys: one a device, its earliest. The key is a hint, the device's record the truth. */
#include "engine/engine.h"

#define TIME_AT 1 /* the family byte is first, then 8 bytes of time */
#define NAME_AT 9

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
    if (row->key_len <= NAME_AT || dues->count == HSVC_LIMIT_ADVANCE_DEVICES) return HSVC_ERR_CORRUPT;
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

int32_t hsvc__read_dues(struct hsvc_engine *engine, int64_t now, struct hsvc__dues *dues) {
    int32_t status;
    dues->count = 0;
    dues->arena = &engine->inputs;
    if (HSVC__MUTANT(deadlines_of_this_engine) && engine->counters.commits == 0) return HSVC_OK;
    status = scan(engine, now, HSVC_LIMIT_ADVANCE_DEVICES, take_due, dues);
    if (dues->arena->failed) return HSVC_ERR_MEMORY;
    status = hsvc__store_status(status, 0);
    if (status == HSVC_OK && engine->node_count > 1) own_first(engine, dues);
    return status;
}
