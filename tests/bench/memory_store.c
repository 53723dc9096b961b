/* memory_store.c: how many instructions does the memory store take for one read, one scan, one write?
 *
 *   memory_store [rows]                wall time per call of every phase
 *   valgrind --tool=callgrind --toggle-collect='phase_*' ... counts a phase's instructions; divide by CALLS
 *
 * Keys look like the library's: a family byte, a name that ends in 00; deadlines begin with the time. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "headsetsvc/headsetsvc.h"

#define CALLS 100000u
#define NEAR_MS 60000u /* deadlines lie within a minute from now */

#if defined(__GNUC__)
#define PHASE static __attribute__((noinline, used))
#else
#define PHASE static
#endif

static hsvc_store store;
static uint32_t row_count = 1000000;
static uint64_t seed = 1;
static uint64_t hints[CALLS];
static uint8_t keys[CALLS][32];
static size_t key_lens[CALLS];
static const uint8_t value[400];
static uint64_t clock_ms = 1700000000000u;

static uint64_t next_random(void) {
    uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void *resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)old_size;
    (void)user;
    if (new_size > 0) return realloc(block, new_size);
    free(block);
    return NULL;
}

/* Two in five are devices, two users, one a headset. */
static size_t record_key(uint8_t *key, uint32_t number) {
    static const char *const shapes[] = {"dsep%012x", "uuser.%07u@example.com", "hj%011u"};
    const char *shape = shapes[number % 5 / 2];
    return (size_t)snprintf((char *)key, 32, shape, (unsigned)(number * 2654435761u % 16777216u)) + 1;
}

static size_t deadline_key(uint8_t *key, uint32_t number) {
    uint64_t at = clock_ms + next_random() % NEAR_MS;
    key[0] = 't';
    for (int i = 0; i < 8; i++) key[1 + i] = (uint8_t)(at >> (56 - 8 * i));
    return 9 + record_key(key + 9, number * 5);
}

static void check(int32_t status) {
    if (status == HSVC_OK) return;
    fprintf(stderr, "status %d\n", (int)status);
    exit(1);
}

static uint64_t commit_one(uint32_t kind, uint32_t i, size_t value_len, uint64_t hint) {
    hsvc_op op = {sizeof op, kind, HSVC_EXPECT_ANY, 0, 0, keys[i], key_lens[i], value, value_len, hint};
    uint64_t revision;
    check(store.commit(&op, 1, &revision, store.user));
    return revision;
}

static int32_t take_hint(const hsvc_row *row, void *user) {
    *(uint64_t *)user = row->hint;
    return HSVC_OK;
}

/* ---- phases: CALLS calls each ---- */

PHASE void phase_read_present(void) {
    for (uint32_t i = 0; i < CALLS; i++) {
        hsvc_key key = {keys[i], key_lens[i]};
        check(store.read(&key, 1, take_hint, &hints[i], store.user));
    }
}
PHASE void phase_read_absent(void) {
    for (uint32_t i = 0; i < CALLS; i++) {
        hsvc_key key = {keys[i], key_lens[i] - 1};
        check(store.read(&key, 1, take_hint, &hints[i], store.user));
    }
}
PHASE void phase_put_with_hint(void) {
    for (uint32_t i = 0; i < CALLS; i++) commit_one(HSVC_OP_PUT, i, 200, hints[i]);
}
PHASE void phase_put_without_hint(void) {
    for (uint32_t i = 0; i < CALLS; i++) commit_one(HSVC_OP_PUT, i, 200, 0);
}
PHASE void phase_put_other_class(void) {
    for (uint32_t i = 0; i < CALLS; i++) commit_one(HSVC_OP_PUT, i, 300, hints[i]);
}
PHASE void phase_put_new(void) {
    for (uint32_t i = 0; i < CALLS; i++) commit_one(HSVC_OP_PUT, i, 8, 0);
}
PHASE void phase_delete(void) {
    for (uint32_t i = 0; i < CALLS; i++) commit_one(HSVC_OP_DELETE, i, 0, 0);
}
PHASE void phase_scan_first_due(void) {
    for (uint32_t i = 0; i < CALLS; i++) {
        check(store.scan((const uint8_t *)"t", 1, (const uint8_t *)"u", 1, 1, take_hint, &hints[0], store.user));
    }
}
/* The shape of a usual input: two records written, three checked, one deadline moved. */
PHASE void phase_commit_of_seven(void) {
    for (uint32_t i = 0; i + 7 <= CALLS; i += 7) {
        hsvc_op ops[7];
        uint64_t revision;
        for (uint32_t k = 0; k < 7; k++) {
            hsvc_op op = {sizeof op,
                          k < 3 ? HSVC_OP_PUT : HSVC_OP_CHECK,
                          HSVC_EXPECT_ANY,
                          0,
                          0,
                          keys[i + k],
                          key_lens[i + k],
                          value,
                          200,
                          hints[i + k]};
            ops[k] = op;
        }
        check(store.commit(ops, 7, &revision, store.user));
    }
}

static void run(const char *name, void (*phase)(void)) {
    struct timespec from, to;
    timespec_get(&from, TIME_UTC);
    phase();
    timespec_get(&to, TIME_UTC);
    printf("%-24s %8.0f ns a call\n", name,
           ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / CALLS);
}

/* A different record for each call, in no order that a cache would like. */
static uint32_t scattered(uint32_t i) { return (uint32_t)(((uint64_t)i * 2654435761u) % row_count); }

static void fill(void) {
    for (uint32_t i = 0; i < row_count; i++) {
        key_lens[0] = record_key(keys[0], i);
        commit_one(HSVC_OP_PUT, 0, 200, 0);
    }
}

int main(int argc, char **argv) {
    hsvc_allocator allocator = {sizeof allocator, 0, resize, NULL};
    hsvc_memory_store *memory;
    uint64_t rows, bytes;
    if (argc > 1) row_count = (uint32_t)strtoul(argv[1], NULL, 10);
    store.struct_size = sizeof store;
    check(hsvc_memory_store_new(&allocator, &memory));
    check(hsvc_memory_store_bind(memory, &store));
    fill();
    for (uint32_t i = 0; i < CALLS; i++) key_lens[i] = record_key(keys[i], scattered(i));
    check(hsvc_memory_store_size(memory, &rows, &bytes));
    printf("%llu rows, %llu bytes each\n", (unsigned long long)rows, (unsigned long long)(bytes / rows));
    run("read, absent", phase_read_absent);
    run("read, present", phase_read_present);
    run("put, hint", phase_put_with_hint);
    run("put, no hint", phase_put_without_hint);
    run("commit of seven / 7", phase_commit_of_seven);
    run("put, other size class", phase_put_other_class);
    for (uint32_t i = 0; i < CALLS; i++) key_lens[i] = deadline_key(keys[i], i);
    for (uint32_t i = 0; i < CALLS; i++) commit_one(HSVC_OP_PUT, i, 8, 0); /* grow to the steady state first */
    for (uint32_t i = 0; i < CALLS; i++) commit_one(HSVC_OP_DELETE, i, 0, 0);
    run("put, new deadline", phase_put_new);
    run("scan, first deadline", phase_scan_first_due);
    run("delete deadline", phase_delete);
    hsvc_memory_store_free(memory);
    return 0;
}
