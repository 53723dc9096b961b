/* desk.h: a small world behind the public interface for the tests of whole inputs: an engine on a memory store, seen
 * through a store that can fail, with a clock that obeys and an allocator that counts. Nothing here knows a rule. */
#ifndef TESTS_UNIT_DESK_H
#define TESTS_UNIT_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/testkit.h"
#include "records/record.h"

#define START INT64_C(1800000000000)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

struct desk {
    hsvc_count_alloc *count;
    hsvc_allocator allocator;
    hsvc_memory_store *memory;
    hsvc_store plain;
    hsvc_fault_store *fault;
    hsvc_store store; /* what the engine sees: `plain` behind `fault`, unless a test puts something before it */
    hsvc_manual_clock *clock;
    hsvc_config config;
    hsvc_engine *engine;
    hsvc_effects *fx;
};

#define OK(call) assert_int_equal((call), HSVC_OK)

/* desk_ready: everything but engine and batch, so that a test can change the configuration first. */
static inline void desk_ready(struct desk *d) {
    memset(d, 0, sizeof *d);
    d->allocator.struct_size = sizeof d->allocator;
    d->plain.struct_size = sizeof d->plain;
    d->store.struct_size = sizeof d->store;
    OK(hsvc_count_alloc_new(NULL, &d->count));
    OK(hsvc_count_alloc_bind(d->count, &d->allocator));
    OK(hsvc_memory_store_new(&d->allocator, &d->memory));
    OK(hsvc_memory_store_bind(d->memory, &d->plain));
    OK(hsvc_fault_store_new(&d->allocator, &d->plain, &d->fault));
    OK(hsvc_fault_store_bind(d->fault, &d->store));
    OK(hsvc_manual_clock_new(&d->allocator, START, &d->clock));
    OK(hsvc_config_init(&d->config, sizeof d->config));
    d->config.allocator = &d->allocator;
    d->config.store = &d->store;
    d->config.clock = hsvc_manual_clock_read;
    d->config.clock_user = d->clock;
}

static inline void desk_start(struct desk *d) {
    OK(hsvc_engine_new(&d->config, &d->engine));
    OK(hsvc_effects_new(&d->allocator, &d->fx));
}

static inline void desk_open(struct desk *d) {
    desk_ready(d);
    desk_start(d);
}

/* desk_is_node: goes on as another node of the cluster. */
static inline void desk_is_node(struct desk *d, uint32_t node) {
    d->config.node = node;
    d->config.node_count = node + 1;
    hsvc_engine_free(d->engine);
    OK(hsvc_engine_new(&d->config, &d->engine));
}

/* desk_close: frees everything; nothing may be left, and every size must have been right. */
static inline void desk_close(struct desk *d) {
    hsvc_alloc_counts counts;
    hsvc_engine_free(d->engine);
    hsvc_effects_free(d->fx);
    hsvc_manual_clock_free(d->clock);
    hsvc_fault_store_free(d->fault);
    hsvc_memory_store_free(d->memory);
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_count_alloc_counts(d->count, &counts));
    assert_int_equal(counts.live_blocks, 0);
    assert_int_equal(counts.live_bytes, 0);
    assert_int_equal(counts.wrong_sizes, 0);
    hsvc_count_alloc_free(d->count);
}

/* ---- asking ---- */

/* said: the reason of the first verdict about input number `index`, 0 if there is none. */
static inline uint32_t said(const hsvc_effects *fx, uint32_t index) {
    hsvc_verdict verdict;
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    for (size_t i = 0; hsvc_verdict_at(fx, i, &verdict) == HSVC_OK; i++)
        if (verdict.input_index == index) return verdict.reason;
    return 0;
}

static inline hsvc_verdict verdict_of(const hsvc_effects *fx, uint32_t index) {
    hsvc_verdict verdict;
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    for (size_t i = 0; hsvc_verdict_at(fx, i, &verdict) == HSVC_OK; i++)
        if (verdict.input_index == index) return verdict;
    memset(&verdict, 0, sizeof verdict);
    return verdict;
}

/* effects_of: how many effects of a kind there are; the last one is copied to *last, which may
 * be NULL; zeroes if there is none. */
static inline size_t effects_of(const hsvc_effects *fx, uint32_t kind, hsvc_effect *last) {
    hsvc_effect effect;
    size_t found = 0;
    OK(hsvc_effect_init(&effect, sizeof effect));
    if (last != NULL) *last = effect;
    for (size_t i = 0; hsvc_effects_at(fx, i, &effect) == HSVC_OK; i++) {
        if (effect.kind != kind) continue;
        found++;
        if (last != NULL) *last = effect;
    }
    return found;
}

static inline hsvc_problem problem_of(const hsvc_effects *fx) {
    hsvc_problem problem;
    OK(hsvc_problem_init(&problem, sizeof problem));
    OK(hsvc_effects_problem(fx, &problem));
    return problem;
}

/* give: one input that the engine must decide; its reason. */
static inline uint32_t give(struct desk *d, const hsvc_input *in) {
    OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
    return said(d->fx, 0);
}
#define GIVE(d, maker) (OK(maker), give(d, &in))

/* give_phone: an anonymous phone with EM, which has registered. */
static inline void give_phone(struct desk *d, const char *name) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, name, "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                                                   HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, name, 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
}

static inline void pass(struct desk *d, int64_t by) { OK(hsvc_manual_clock_advance(d->clock, by)); }

static inline void advance(struct desk *d, int64_t by) {
    pass(d, by);
    OK(hsvc_advance(d->engine, d->fx));
}

static inline hsvc_device_view device_view(struct desk *d, const char *device) {
    hsvc_device_view view;
    memset(&view, 0, sizeof view);
    view.struct_size = sizeof view;
    OK(hsvc_device_get(d->engine, device, strlen(device), &view));
    return view;
}

static inline hsvc_user_view user_view(struct desk *d, const char *user) {
    hsvc_user_view view;
    memset(&view, 0, sizeof view);
    view.struct_size = sizeof view;
    OK(hsvc_user_get(d->engine, user, strlen(user), &view));
    return view;
}

static inline hsvc_headset_view headset_view(struct desk *d, const char *serial) {
    hsvc_headset_view view;
    memset(&view, 0, sizeof view);
    view.struct_size = sizeof view;
    OK(hsvc_headset_get(d->engine, serial, strlen(serial), &view));
    return view;
}

static inline hsvc_counters counters_of(const hsvc_engine *engine) {
    hsvc_counters counters;
    memset(&counters, 0, sizeof counters);
    counters.struct_size = sizeof counters;
    OK(hsvc_counters_get(engine, &counters));
    return counters;
}

static inline int text_is(const char *text, size_t len, const char *wanted) {
    return len == strlen(wanted) && (len == 0 || memcmp(text, wanted, len) == 0);
}

/* ---- is the store sound? ---- */

static inline int32_t print_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len,
                                    void *user) {
    (void)user;
    print_error("violated: %s (%s) of %.*s\n", invariant, rule, (int)key_len, (const char *)key);
    return HSVC_OK;
}

/* sound: no invariant is violated; asked through an engine of its own on the plain store, so that nothing can fail. */
static inline void sound(struct desk *d) {
    hsvc_config config = d->config;
    hsvc_engine *engine;
    uint64_t findings = 1;
    config.store = &d->plain;
    OK(hsvc_engine_new(&config, &engine));
    OK(hsvc_verify(engine, print_finding, NULL, &findings));
    hsvc_engine_free(engine);
    assert_int_equal(findings, 0);
}

/* ---- all bytes of a store ---- */

/* rows: each row as key length, value length, revision (8 bytes each), key, value, one after the other in key order. */
struct rows {
    uint8_t *bytes;
    size_t len;
    size_t room;
    int revisions; /* else 0 stands in their place: what is compared is what is stored, not when */
};

static inline void rows_add(struct rows *rows, const void *bytes, size_t len) {
    if (len == 0) return;
    if (rows->len + len > rows->room) {
        rows->room = (rows->len + len) * 2;
        rows->bytes = (uint8_t *)realloc(rows->bytes, rows->room);
        assert_non_null(rows->bytes);
    }
    memcpy(rows->bytes + rows->len, bytes, len);
    rows->len += len;
}

static inline int32_t rows_take(const hsvc_row *row, void *user) {
    struct rows *rows = (struct rows *)user;
    uint64_t head[3] = {row->key_len, row->value_len, rows->revisions ? row->revision : 0};
    rows_add(rows, head, sizeof head);
    rows_add(rows, row->key, row->key_len);
    rows_add(rows, row->value, row->value_len);
    return HSVC_OK;
}

static inline void rows_read(struct rows *rows, const hsvc_store *store, int revisions) {
    rows->len = 0;
    rows->revisions = revisions;
    OK(store->scan(NULL, 0, NULL, 0, 100000, rows_take, rows, store->user));
}

static inline int rows_same(const struct rows *a, const struct rows *b) {
    return a->len == b->len && (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

static inline void rows_free(struct rows *rows) {
    free(rows->bytes);
    memset(rows, 0, sizeof *rows);
}

/* row_put: a row, whatever stood there, behind the engine's back. */
static inline void row_put(const hsvc_store *store, const void *key, size_t key_len, const void *value, size_t value_len) {
    hsvc_op op = {.struct_size = sizeof op, .kind = HSVC_OP_PUT, .expect = HSVC_EXPECT_ANY};
    uint64_t revision = 0;
    op.key = (const uint8_t *)key;
    op.key_len = key_len;
    op.value = (const uint8_t *)value;
    op.value_len = value_len;
    OK(store->commit(&op, 1, &revision, store->user));
}

/* rows_write: puts the rows into a store, each by a commit of its own. */
static inline void rows_write(const struct rows *rows, const hsvc_store *store) {
    for (size_t at = 0; at < rows->len;) {
        const uint8_t *key = rows->bytes + at + 3 * sizeof(uint64_t);
        uint64_t head[3];
        memcpy(head, rows->bytes + at, sizeof head);
        row_put(store, key, (size_t)head[0], key + head[0], (size_t)head[1]);
        at += sizeof head + (size_t)(head[0] + head[1]);
    }
}

static inline size_t row_len(const uint8_t *row) {
    uint64_t head[3];
    memcpy(head, row, sizeof head);
    return sizeof head + (size_t)head[0] + (size_t)head[1];
}

static inline int rows_have(const struct rows *rows, const uint8_t *row) {
    for (size_t at = 0; rows != NULL && at < rows->len; at += row_len(rows->bytes + at))
        if (row_len(rows->bytes + at) == row_len(row) && memcmp(rows->bytes + at, row, row_len(row)) == 0) return 1;
    return 0;
}

/* rows_print_but: the keys and a hash of the values, for a test that has found two stores different, without the rows that
 * are in the other store too. */
static inline void rows_print_but(const char *title, const struct rows *rows, const struct rows *other) {
    print_error("%s:\n", title);
    for (size_t at = 0; at < rows->len; at += row_len(rows->bytes + at)) {
        uint64_t head[3];
        if (rows_have(other, rows->bytes + at)) continue;
        memcpy(head, rows->bytes + at, sizeof head);
        print_error("  %.*s (%u bytes) %016llx\n", (int)head[0], (const char *)rows->bytes + at + sizeof head,
                    (unsigned)head[1],
                    (unsigned long long)hsvc_hash64(rows->bytes + at + sizeof head + head[0], (size_t)head[1]));
    }
}

static inline void rows_print(const char *title, const struct rows *rows) { rows_print_but(title, rows, NULL); }

/* ---- the same, but for what the audit adds ---- */

/* The rules' own part of a row: everything but the audit's entries, and where in the audit a record stands. */
static inline void rows_add_plain(struct rows *to, const struct rows *from, size_t at, const uint64_t head[3],
                                  struct hsvc__arena *arena) {
    const uint8_t *key = from->bytes + at + 3 * sizeof(uint64_t), *value = key + head[0];
    union {
        struct hsvc__device device;
        struct hsvc__user user;
        struct hsvc__headset headset;
        struct hsvc__policy policy;
    } record;
    uint64_t plain[3] = {head[0], head[1], 0};
    hsvc__str out;
    if (key[0] == HSVC__FAMILY_ENTRY || key[0] == HSVC__FAMILY_NUMBER) return;
    rows_add(to, plain, sizeof plain);
    rows_add(to, key, (size_t)head[0]);
    if (!hsvc__is_subject(key[0])) {
        rows_add(to, value, (size_t)head[1]);
        return;
    }
    memset(&record, 0, sizeof record);
    OK(hsvc__record_decode(&record, value, (size_t)head[1], key[0]));
    record.device.rec.family = key[0];
    *hsvc__trail_of(&record).last = *hsvc__trail_of(&record).gone = 0;
    (void)hsvc__times_stamp(&record, key[0], 0);
    if (key[0] == HSVC__FAMILY_DEVICE) record.device.refused_at = record.device.refused_reason = record.device.refused_count = 0;
    OK(hsvc__record_encode(&record, key[0], arena, &out));
    rows_add(to, out.p, out.n);
}

static inline void rows_plain(const struct desk *d, struct rows *to, const struct rows *from) {
    struct hsvc__arena arena;
    hsvc__arena_init(&arena, &d->allocator);
    to->len = 0;
    for (size_t at = 0; at < from->len;) {
        uint64_t head[3];
        memcpy(head, from->bytes + at, sizeof head);
        rows_add_plain(to, from, at, head, &arena);
        at += sizeof head + (size_t)head[0] + (size_t)head[1];
    }
    hsvc__arena_free(&arena);
}

/* nothing_changed: since `before` was read, as far as any rule can tell; a refusal adds to the audit. */
static inline void nothing_changed(const struct desk *d, const struct rows *before) {
    struct rows now = {NULL, 0, 0, 0}, plain = {NULL, 0, 0, 0}, was = {NULL, 0, 0, 0};
    int same;
    rows_read(&now, &d->plain, 1);
    rows_plain(d, &plain, &now);
    rows_plain(d, &was, before);
    same = rows_same(&was, &plain);
    if (!same) {
        rows_print("before", before);
        rows_print("now", &now);
    }
    rows_free(&now);
    rows_free(&plain);
    rows_free(&was);
    assert_true(same);
}

/* nothing_written: since `before` was read, with revisions. */
static inline void nothing_written(const struct desk *d, const struct rows *before) {
    struct rows now = {NULL, 0, 0, 0};
    int same;
    rows_read(&now, &d->plain, 1);
    same = rows_same(before, &now);
    if (!same) {
        rows_print("before", before);
        rows_print("now", &now);
    }
    rows_free(&now);
    assert_true(same);
}

#endif
