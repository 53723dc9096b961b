/* floor.c: the store's work for one input, without deciding anything: three records read in one trip, two of them
 * written and one checked in one commit, with the sizes that they have. What the core adds is the ratio to this. */
#include <string.h>
#include <time.h>

#include "office.h"

#define KEYS 3

struct got {
    uint8_t value[KEYS][2048];
    size_t len[KEYS];
    uint64_t revision[KEYS], hint[KEYS];
};

static int32_t take(const hsvc_row *row, void *user) {
    struct got *got = (struct got *)user;
    if (row->index >= KEYS || row->value_len > sizeof got->value[0]) return HSVC_ERR_CALLBACK;
    memcpy(got->value[row->index], row->value, row->value_len);
    got->len[row->index] = row->value_len;
    got->revision[row->index] = row->revision;
    got->hint[row->index] = row->hint;
    return HSVC_OK;
}

/* As lib/records/keys.c makes them: a family byte, the name in small letters, a zero. */
static size_t make_key(uint8_t *key, char family, const char *name) {
    size_t len = strlen(name);
    key[0] = (uint8_t)family;
    for (size_t i = 0; i <= len; i++) key[1 + i] = (uint8_t)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    return len + 2;
}

static void one_input(struct world *w, uint32_t desk, uint32_t user) {
    uint8_t bytes[KEYS][64];
    hsvc_key keys[KEYS];
    hsvc_op ops[KEYS];
    struct got got;
    uint64_t revision;
    for (int i = 0; i < KEYS; i++) keys[i].bytes = bytes[i];
    keys[0].len = make_key(bytes[0], 'D', desk_name(desk));
    keys[1].len = make_key(bytes[1], 'H', serial_of(user));
    keys[2].len = make_key(bytes[2], 'U', user_id(user));
    memset(got.revision, 0, sizeof got.revision);
    bench_check(w->store.read(keys, KEYS, take, &got, w->store.user), "floor read");
    memset(ops, 0, sizeof ops);
    for (int i = 0; i < KEYS; i++) {
        ops[i].struct_size = sizeof ops[i];
        ops[i].kind = i == 2 ? HSVC_OP_CHECK : HSVC_OP_PUT;
        ops[i].expect = HSVC_EXPECT_REVISION;
        ops[i].revision = got.revision[i];
        ops[i].hint = got.hint[i];
        ops[i].key = keys[i].bytes;
        ops[i].key_len = keys[i].len;
        ops[i].value = i == 2 ? NULL : got.value[i];
        ops[i].value_len = i == 2 ? 0 : got.len[i];
    }
    bench_check(w->store.commit(ops, KEYS, &revision, w->store.user), "floor commit");
}

double floor_ns(struct world *w, uint32_t times) {
    struct timespec from, to;
    timespec_get(&from, TIME_UTC);
    for (uint32_t i = 0; i < times; i++) one_input(w, world_random(w, w->desks), world_random(w, w->users));
    timespec_get(&to, TIME_UTC);
    return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / times;
}
