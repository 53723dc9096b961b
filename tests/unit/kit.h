/* kit.h: all parts of the testkit on one memory store: what the tests of the testkit itself stand on. Everything allocates
 * through hsvc_count_alloc, so that every test also checks that nothing leaks and sizes are exact. */
#ifndef TESTS_UNIT_KIT_H
#define TESTS_UNIT_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "headsetsvc/testkit.h"

/* ---- what every test stands on ---- */

static hsvc_count_alloc *count;
static hsvc_allocator allocator;
static hsvc_memory_store *memory;
static hsvc_store plain, faulty, recorded;
static hsvc_fault_store *fault;
static hsvc_record_store *record;

static inline hsvc_store empty_store(void) {
    hsvc_store store;
    memset(&store, 0, sizeof store);
    store.struct_size = sizeof store;
    return store;
}

static inline hsvc_alloc_counts alloc_counts(void) {
    hsvc_alloc_counts counts;
    assert_int_equal(hsvc_testkit_init(&counts, sizeof counts), HSVC_OK);
    assert_int_equal(hsvc_count_alloc_counts(count, &counts), HSVC_OK);
    return counts;
}

static inline int open_all(void **state) {
    (void)state;
    plain = faulty = recorded = empty_store();
    memset(&allocator, 0, sizeof allocator);
    allocator.struct_size = sizeof allocator;
    if (hsvc_count_alloc_new(NULL, &count) != HSVC_OK) return 1;
    if (hsvc_count_alloc_bind(count, &allocator) != HSVC_OK) return 1;
    if (hsvc_memory_store_new(&allocator, &memory) != HSVC_OK) return 1;
    if (hsvc_memory_store_bind(memory, &plain) != HSVC_OK) return 1;
    if (hsvc_fault_store_new(&allocator, &plain, &fault) != HSVC_OK) return 1;
    if (hsvc_fault_store_bind(fault, &faulty) != HSVC_OK) return 1;
    if (hsvc_record_store_new(&allocator, &plain, 0, &record) != HSVC_OK) return 1;
    return hsvc_record_store_bind(record, &recorded) != HSVC_OK;
}

static inline int close_all(void **state) {
    hsvc_alloc_counts counts;
    (void)state;
    hsvc_record_store_free(record);
    hsvc_fault_store_free(fault);
    hsvc_memory_store_free(memory);
    counts = alloc_counts();
    hsvc_count_alloc_free(count);
    return counts.live_blocks != 0 || counts.live_bytes != 0 || counts.wrong_sizes != 0;
}

static inline hsvc_op op_of(uint32_t kind, uint32_t expect, const char *key, const char *value) {
    hsvc_op op;
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = kind;
    op.expect = expect;
    op.key = (const uint8_t *)key;
    op.key_len = strlen(key);
    op.value = (const uint8_t *)value;
    op.value_len = value == NULL ? 0 : strlen(value);
    return op;
}

static uint64_t last_revision;

static inline int32_t put(const hsvc_store *store, uint32_t expect, const char *key, const char *value) {
    hsvc_op op = op_of(HSVC_OP_PUT, expect, key, value);
    last_revision = 0;
    return store->commit(&op, 1, &last_revision, store->user);
}

/* The latest row handed out, as text. */
static char got[64];
static size_t got_len, got_rows;

static inline int32_t note(const hsvc_row *row, void *user) {
    assert_ptr_equal(user, got);
    assert_true(row->value_len < sizeof got);
    got_len = row->value_len;
    got_rows++;
    memcpy(got, row->value, row->value_len);
    got[row->value_len] = 0;
    return HSVC_OK;
}

static inline int32_t read_key(const hsvc_store *store, const char *key) {
    hsvc_key one = {(const uint8_t *)key, strlen(key)};
    got_rows = got_len = 0;
    got[0] = 0;
    return store->read(&one, 1, note, got, store->user);
}

static inline int32_t scan_all(const hsvc_store *store) {
    got_rows = 0;
    return store->scan(NULL, 0, NULL, 0, 100, note, got, store->user);
}

static inline int holds(const char *key, const char *value) {
    assert_int_equal(read_key(&plain, key), HSVC_OK);
    return value == NULL ? got_rows == 0 : got_rows == 1 && strcmp(got, value) == 0;
}

#endif
