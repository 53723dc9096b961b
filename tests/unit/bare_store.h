/* bare_store.h: a memory store with an allocator that counts and fails, and nothing else: what the tests of the store itself
 * stand on. */
#ifndef TESTS_UNIT_BARE_STORE_H
#define TESTS_UNIT_BARE_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "headsetsvc/headsetsvc.h"

/* ---- allocator that counts and fails ---- */

static size_t live_bytes, live_blocks, alloc_calls, fail_at; /* fail_at: number of the call, 0 = never */

static inline void *resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)user;
    if (new_size == 0) {
        assert_non_null(block);
        live_blocks--;
        live_bytes -= old_size;
        free(block);
        return NULL;
    }
    alloc_calls++;
    if (alloc_calls == fail_at) return NULL;
    live_blocks += block == NULL;
    live_bytes += new_size - old_size;
    return realloc(block, new_size);
}

static const hsvc_allocator allocator = {sizeof allocator, 0, resize, NULL};

/* ---- random numbers: splitmix64 ---- */

static uint64_t seed;

static inline uint64_t next_random(void) {
    uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline size_t below(size_t bound) { return (size_t)(next_random() % bound); }

/* ---- a store under test ---- */

static hsvc_memory_store *memory;
static hsvc_store store;

static inline int open_store(void **state) {
    (void)state;
    live_bytes = live_blocks = alloc_calls = fail_at = 0;
    memset(&store, 0, sizeof store);
    store.struct_size = sizeof store;
    return hsvc_memory_store_new(&allocator, &memory) != HSVC_OK || hsvc_memory_store_bind(memory, &store) != HSVC_OK;
}

static inline int close_store(void **state) {
    (void)state;
    hsvc_memory_store_free(memory);
    return live_blocks != 0 || live_bytes != 0;
}

static inline uint64_t row_count(void) {
    uint64_t rows, bytes;
    assert_int_equal(hsvc_memory_store_size(memory, &rows, &bytes), HSVC_OK);
    assert_true(bytes == live_bytes);
    return rows;
}

static inline hsvc_op op_of(uint32_t kind, uint32_t expect, const void *key, size_t key_len) {
    hsvc_op op;
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = kind;
    op.expect = expect;
    op.key = key;
    op.key_len = key_len;
    return op;
}

static inline hsvc_op put_of(const char *key, const char *value) {
    hsvc_op op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, key, strlen(key));
    op.value = (const uint8_t *)value;
    op.value_len = strlen(value);
    return op;
}

static inline int32_t commit(const hsvc_op *ops, size_t count, uint64_t *revision) {
    return store.commit(ops, count, revision, store.user);
}

static inline uint64_t must_put(const char *key, const char *value) {
    hsvc_op op = put_of(key, value);
    uint64_t revision = 0;
    assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
    assert_true(revision != 0);
    return revision;
}

/* What a read or scan handed out. */
struct seen {
    size_t count;
    size_t stop_at; /* 0 = never */
    uint32_t index[300];
    uint8_t key[300][600];
    size_t key_len[300];
    const uint8_t *value[300];
    size_t value_len[300];
    uint64_t revision[300];
    uint64_t hint[300];
};
static struct seen seen;

static inline int32_t note(const hsvc_row *row, void *user) {
    struct seen *to = user;
    size_t i = to->count++;
    assert_int_equal(row->struct_size, sizeof *row);
    to->index[i] = row->index;
    memcpy(to->key[i], row->key, row->key_len);
    to->key_len[i] = row->key_len;
    to->value[i] = row->value;
    to->value_len[i] = row->value_len;
    to->revision[i] = row->revision;
    to->hint[i] = row->hint;
    return to->count == to->stop_at ? -77 : HSVC_OK;
}

static inline size_t read_one(const void *key, size_t key_len) {
    hsvc_key one = {key, key_len};
    seen.count = seen.stop_at = 0;
    assert_int_equal(store.read(&one, 1, note, &seen, store.user), HSVC_OK);
    return seen.count;
}

static inline size_t scan(const void *from, size_t from_len, const void *to, size_t to_len, size_t limit) {
    seen.count = seen.stop_at = 0;
    assert_int_equal(store.scan(from, from_len, to, to_len, limit, note, &seen, store.user), HSVC_OK);
    return seen.count;
}

#endif
