/* test_testkit.c: do clock, allocator, fault store and recording store do what testkit.h says?
 * Everything allocates through hsvc_count_alloc, so every test also checks that nothing leaks and sizes are exact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static hsvc_store empty_store(void) {
    hsvc_store store;
    memset(&store, 0, sizeof store);
    store.struct_size = sizeof store;
    return store;
}

static hsvc_alloc_counts alloc_counts(void) {
    hsvc_alloc_counts counts;
    assert_int_equal(hsvc_testkit_init(&counts, sizeof counts), HSVC_OK);
    assert_int_equal(hsvc_count_alloc_counts(count, &counts), HSVC_OK);
    return counts;
}

static int open_all(void **state) {
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

static int close_all(void **state) {
    hsvc_alloc_counts counts;
    (void)state;
    hsvc_record_store_free(record);
    hsvc_fault_store_free(fault);
    hsvc_memory_store_free(memory);
    counts = alloc_counts();
    hsvc_count_alloc_free(count);
    return counts.live_blocks != 0 || counts.live_bytes != 0 || counts.wrong_sizes != 0;
}

static hsvc_op op_of(uint32_t kind, uint32_t expect, const char *key, const char *value) {
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

static int32_t put(const hsvc_store *store, uint32_t expect, const char *key, const char *value) {
    hsvc_op op = op_of(HSVC_OP_PUT, expect, key, value);
    last_revision = 0;
    return store->commit(&op, 1, &last_revision, store->user);
}

/* The latest row handed out, as text. */
static char got[64];
static size_t got_len, got_rows;

static int32_t note(const hsvc_row *row, void *user) {
    assert_ptr_equal(user, got);
    assert_true(row->value_len < sizeof got);
    got_len = row->value_len;
    got_rows++;
    memcpy(got, row->value, row->value_len);
    got[row->value_len] = 0;
    return HSVC_OK;
}

static int32_t read_key(const hsvc_store *store, const char *key) {
    hsvc_key one = {(const uint8_t *)key, strlen(key)};
    got_rows = got_len = 0;
    got[0] = 0;
    return store->read(&one, 1, note, got, store->user);
}

static int32_t scan_all(const hsvc_store *store) {
    got_rows = 0;
    return store->scan(NULL, 0, NULL, 0, 100, note, got, store->user);
}

static int holds(const char *key, const char *value) {
    assert_int_equal(read_key(&plain, key), HSVC_OK);
    return value == NULL ? got_rows == 0 : got_rows == 1 && strcmp(got, value) == 0;
}

/* ---- clock ---- */

static void clock_obeys_TIME_1(void **state) {
    hsvc_manual_clock *clock;
    int64_t now = -1;
    (void)state;
    assert_int_equal(hsvc_manual_clock_new(&allocator, 1000, &clock), HSVC_OK);
    assert_int_equal(hsvc_manual_clock_read(&now, clock), HSVC_OK);
    assert_int_equal(now, 1000);
    assert_int_equal(hsvc_manual_clock_advance(clock, 500), HSVC_OK);
    assert_int_equal(hsvc_manual_clock_advance(clock, -2), HSVC_OK);
    assert_int_equal(hsvc_manual_clock_get(clock, &now), HSVC_OK);
    assert_int_equal(now, 1498);
    assert_int_equal(hsvc_manual_clock_set(clock, INT64_MAX), HSVC_OK);
    assert_int_equal(hsvc_manual_clock_advance(clock, 1), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_manual_clock_set(clock, INT64_MIN), HSVC_OK);
    assert_int_equal(hsvc_manual_clock_advance(clock, -1), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_manual_clock_read(&now, clock), HSVC_OK);
    assert_true(now == INT64_MIN);
    assert_int_equal(hsvc_manual_clock_calls(clock), 2);
    hsvc_manual_clock_free(clock);
}

static void clock_fails_as_often_as_ordered_TIME_1(void **state) {
    hsvc_manual_clock *clock;
    int64_t now = -1;
    (void)state;
    assert_int_equal(hsvc_manual_clock_new(&allocator, 7, &clock), HSVC_OK);
    assert_int_equal(hsvc_manual_clock_fail(clock, 2, 1), HSVC_OK);
    for (int i = 0; i < 2; i++) assert_int_equal(hsvc_manual_clock_read(&now, clock), 1);
    assert_int_equal(now, -1);
    assert_int_equal(hsvc_manual_clock_read(&now, clock), HSVC_OK);
    assert_int_equal(hsvc_manual_clock_fail(clock, HSVC_TESTKIT_ALWAYS, HSVC_ERR_CLOCK), HSVC_OK);
    for (int i = 0; i < 100; i++) assert_int_equal(hsvc_manual_clock_read(&now, clock), HSVC_ERR_CLOCK);
    assert_int_equal(hsvc_manual_clock_fail(clock, 0, 0), HSVC_OK);
    assert_int_equal(hsvc_manual_clock_read(&now, clock), HSVC_OK);
    hsvc_manual_clock_free(clock);
}

/* ---- allocator ---- */

static void *resize(void *block, size_t old_size, size_t new_size) {
    return allocator.resize(block, old_size, new_size, allocator.user);
}

static void allocator_counts_blocks_and_bytes(void **state) {
    hsvc_alloc_counts before = alloc_counts(), now;
    unsigned char *a = resize(NULL, 0, 100), *b = resize(NULL, 0, 50);
    (void)state;
    for (size_t i = 0; i < 100; i++) assert_int_equal(a[i], 0xa5);
    assert_int_equal((uintptr_t)a % sizeof(void *), 0);
    a[9] = 1;
    a = resize(a, 100, 10);
    assert_int_equal(a[9], 1);
    a = resize(a, 10, 20);
    assert_int_equal(a[9], 1);
    assert_int_equal(a[10], 0xa5);
    now = alloc_counts();
    assert_int_equal(now.requests - before.requests, 3);
    assert_int_equal(now.live_blocks - before.live_blocks, 2);
    assert_int_equal(now.live_bytes - before.live_bytes, 70);
    assert_true(now.most_bytes >= before.live_bytes + 150);
    assert_null(resize(a, 20, 0));
    assert_null(resize(b, 50, 0));
    now = alloc_counts();
    assert_int_equal(now.frees - before.frees, 2);
    assert_int_equal(now.live_bytes, before.live_bytes);
}

static void allocator_notices_wrong_sizes(void **state) {
    hsvc_count_alloc *strict;
    hsvc_alloc_counts counts;
    hsvc_allocator a = {sizeof a, 0, NULL, NULL};
    void *block;
    (void)state;
    assert_int_equal(hsvc_count_alloc_new(&allocator, &strict), HSVC_OK); /* over another one */
    assert_int_equal(hsvc_count_alloc_bind(strict, &a), HSVC_OK);
    block = a.resize(NULL, 0, 10, a.user);
    block = a.resize(block, 11, 20, a.user);
    a.resize(block, 10, 0, a.user);
    a.resize(NULL, 0, 0, a.user);
    hsvc_testkit_init(&counts, sizeof counts);
    assert_int_equal(hsvc_count_alloc_counts(strict, &counts), HSVC_OK);
    assert_int_equal(counts.wrong_sizes, 3);
    assert_int_equal(counts.live_bytes, 0);
    hsvc_count_alloc_free(strict);
}

static void allocator_fails_the_nth_request(void **state) {
    void *block = resize(NULL, 0, 8), *same = block;
    uint64_t failures = alloc_counts().failures;
    (void)state;
    assert_int_equal(hsvc_count_alloc_fail(count, 2, 2), HSVC_OK);
    block = resize(block, 8, 16);
    assert_non_null(block);
    same = block;
    block = resize(block, 16, 12); /* shrinking is no request */
    assert_non_null(block);
    same = block;
    assert_null(resize(block, 12, 16));
    assert_null(resize(NULL, 0, 1));
    assert_ptr_equal(block, same);
    assert_int_equal(alloc_counts().failures - failures, 2);
    block = resize(block, 12, 32);
    assert_non_null(block);
    assert_int_equal(hsvc_count_alloc_fail(count, 1, HSVC_TESTKIT_ALWAYS), HSVC_OK);
    for (int i = 0; i < 9; i++) assert_null(resize(NULL, 0, 1));
    assert_int_equal(hsvc_count_alloc_fail(count, 0, 0), HSVC_OK);
    assert_null(resize(block, 32, 0));
}

/* ---- fault store ---- */

static hsvc_fault fault_of(uint32_t kind, uint32_t on) {
    hsvc_fault what;
    hsvc_testkit_init(&what, sizeof what);
    what.kind = kind;
    what.on = on;
    what.nth = 1;
    return what;
}

static void arm(const hsvc_fault *what) { assert_int_equal(hsvc_fault_store_arm(fault, what), HSVC_OK); }

static hsvc_fault_counts fault_counts(void) {
    hsvc_fault_counts counts;
    hsvc_testkit_init(&counts, sizeof counts);
    assert_int_equal(hsvc_fault_store_counts(fault, &counts), HSVC_OK);
    return counts;
}

static void a_fault_store_without_faults_passes_everything_on(void **state) {
    hsvc_fault_counts counts;
    (void)state;
    assert_int_equal(faulty.ops_max, plain.ops_max);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, "k", "v"), HSVC_OK);
    assert_true(last_revision != 0);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, "k", "v"), HSVC_ERR_CONFLICT);
    assert_int_equal(read_key(&faulty, "k"), HSVC_OK);
    assert_string_equal(got, "v");
    assert_int_equal(scan_all(&faulty), HSVC_OK);
    assert_int_equal(got_rows, 1);
    counts = fault_counts();
    assert_int_equal(counts.commits, 2);
    assert_int_equal(counts.reads, 1);
    assert_int_equal(counts.scans, 1);
    assert_int_equal(counts.fired, 0);
}

/* Faults that only answer: nothing happens, the documented status comes back, and the next call is fine again. */
static void faults_that_only_answer_STORE_4(void **state) {
    static const struct {
        uint32_t kind;
        int32_t status;
    } rows[] = {
        {HSVC_FAULT_UNAVAILABLE, HSVC_ERR_UNAVAILABLE},
        {HSVC_FAULT_CONFLICT, HSVC_ERR_CONFLICT},
        {HSVC_FAULT_FULL, HSVC_ERR_FULL},
        {HSVC_FAULT_UNKNOWN_LOST, HSVC_ERR_UNKNOWN},
        {HSVC_FAULT_CORRUPT, HSVC_ERR_CORRUPT},
        {HSVC_FAULT_RETURN, 12345},
        {HSVC_FAULT_NO_REVISION, HSVC_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hsvc_fault what = fault_of(rows[i].kind, HSVC_FAULT_ON_COMMIT);
        what.status = 12345;
        arm(&what);
        assert_int_equal(put(&faulty, HSVC_EXPECT_ANY, "k", "v"), rows[i].status);
        assert_true(last_revision == 0);
        assert_true(holds("k", NULL));
        assert_int_equal(fault_counts().fired, 1);
        hsvc_fault_store_disarm(fault);
    }
    for (uint32_t on = HSVC_FAULT_ON_READ; on <= HSVC_FAULT_ON_SCAN; on *= 2) {
        hsvc_fault what = fault_of(HSVC_FAULT_UNAVAILABLE, on), undocumented = fault_of(HSVC_FAULT_RETURN, on);
        undocumented.status = -9999;
        undocumented.nth = 2;
        arm(&what);
        arm(&undocumented);
        for (int call = 0; call < 3; call++) {
            int32_t want = call == 0 ? HSVC_ERR_UNAVAILABLE : call == 1 ? -9999 : HSVC_OK;
            assert_int_equal(on == HSVC_FAULT_ON_READ ? read_key(&faulty, "k") : scan_all(&faulty), want);
        }
        hsvc_fault_store_disarm(fault);
    }
}

static void an_unknown_commit_may_have_happened_STORE_4(void **state) {
    hsvc_fault what = fault_of(HSVC_FAULT_UNKNOWN_DONE, HSVC_FAULT_ON_COMMIT);
    (void)state;
    what.times = 2;
    arm(&what);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, "k", "v"), HSVC_ERR_UNKNOWN);
    assert_true(last_revision == 0);
    assert_true(holds("k", "v"));
    assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, "k", "v"), HSVC_ERR_UNKNOWN); /* conflicts, but who knows */
    assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, "k", "v"), HSVC_ERR_CONFLICT);
}

static void an_unknown_commit_may_happen_later_STORE_4(void **state) {
    (void)state;
    for (uint64_t delay = 1; delay <= 4; delay++) {
        hsvc_fault what = fault_of(HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_ON_COMMIT);
        char key[] = "k?", value[] = "late";
        key[1] = (char)('0' + delay);
        what.delay = delay;
        arm(&what);
        assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, key, value), HSVC_ERR_UNKNOWN);
        memset(value, 'x', 4); /* the caller's bytes are his again */
        for (uint64_t call = 1; call <= 4; call++) {
            assert_int_equal(read_key(&faulty, key), HSVC_OK);
            assert_int_equal(got_rows, call >= delay);
        }
        assert_true(holds(key, "late"));
        assert_int_equal(fault_counts().late_done, 1);
        assert_int_equal(fault_counts().late_now, 0);
        hsvc_fault_store_disarm(fault);
    }
}

/* The same commit sent again: one of the two must lose, whichever comes first. */
static void a_late_commit_that_was_sent_again_is_refused_STORE_4(void **state) {
    hsvc_fault what = fault_of(HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_ON_COMMIT);
    (void)state;
    what.delay = 2;
    arm(&what);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, "k", "v"), HSVC_ERR_UNKNOWN);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, "k", "v"), HSVC_OK);
    assert_int_equal(read_key(&faulty, "k"), HSVC_OK);
    assert_int_equal(fault_counts().late_refused, 1);
    hsvc_fault_store_disarm(fault);
    what.delay = 1;
    arm(&what);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, "l", "v"), HSVC_ERR_UNKNOWN);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ABSENT, "l", "v"), HSVC_ERR_CONFLICT);
    assert_int_equal(fault_counts().late_done, 1);
}

static void late_commits_settle_in_their_order_STORE_4(void **state) {
    hsvc_fault what = fault_of(HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_ON_COMMIT);
    (void)state;
    what.nth = 0; /* every one, and only by settling */
    arm(&what);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ANY, "k", "1"), HSVC_ERR_UNKNOWN);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ANY, "k", "2"), HSVC_ERR_UNKNOWN);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ANY, "l", ""), HSVC_ERR_UNKNOWN);
    for (int i = 0; i < 20; i++) assert_int_equal(scan_all(&faulty), HSVC_OK);
    assert_int_equal(got_rows, 0);
    hsvc_fault_store_disarm(fault);
    assert_int_equal(fault_counts().late_now, 3);
    hsvc_fault_store_settle(fault);
    assert_true(holds("k", "2"));
    assert_int_equal(fault_counts().late_done, 3);
    arm(&what);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ANY, "k", "3"), HSVC_ERR_UNKNOWN); /* freed with the handle */
}

static void a_late_commit_without_memory_is_lost_STORE_4(void **state) {
    hsvc_fault what = fault_of(HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_ON_COMMIT);
    (void)state;
    arm(&what);
    hsvc_count_alloc_fail(count, 1, 1);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ANY, "k", "1"), HSVC_ERR_UNKNOWN);
    hsvc_fault_store_settle(fault);
    assert_true(holds("k", NULL));
    assert_int_equal(fault_counts().late_refused, 1);
}

static int32_t knock(const hsvc_row *row, void *user) {
    (void)row;
    (void)user;
    return read_key(&faulty, "none");
}

static void a_late_commit_waits_while_a_sink_is_at_work_STORE_4(void **state) {
    hsvc_fault what = fault_of(HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_ON_COMMIT);
    (void)state;
    assert_int_equal(put(&plain, HSVC_EXPECT_ANY, "a", "1"), HSVC_OK);
    what.delay = 2;
    arm(&what);
    assert_int_equal(put(&faulty, HSVC_EXPECT_ANY, "b", "2"), HSVC_ERR_UNKNOWN);
    assert_int_equal(faulty.scan(NULL, 0, NULL, 0, 9, knock, NULL, faulty.user), HSVC_OK);
    assert_true(holds("b", NULL));
    assert_int_equal(scan_all(&faulty), HSVC_OK);
    assert_true(holds("b", "2"));
}

static void a_late_commit_waits_until_its_store_is_there_STORE_4(void **state) {
    hsvc_fault what = fault_of(HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_ON_COMMIT);
    hsvc_fault away = fault_of(HSVC_FAULT_UNAVAILABLE, HSVC_FAULT_ON_COMMIT);
    hsvc_fault_store *outer;
    hsvc_store twice = empty_store();
    (void)state;
    assert_int_equal(hsvc_fault_store_new(&allocator, &faulty, &outer), HSVC_OK);
    assert_int_equal(hsvc_fault_store_bind(outer, &twice), HSVC_OK);
    assert_int_equal(hsvc_fault_store_arm(outer, &what), HSVC_OK);
    arm(&away);
    assert_int_equal(put(&twice, HSVC_EXPECT_ANY, "k", "v"), HSVC_ERR_UNKNOWN);
    hsvc_fault_store_settle(outer);
    assert_true(holds("k", NULL));
    assert_int_equal(scan_all(&twice), HSVC_OK); /* tried again before the next call */
    assert_true(holds("k", "v"));
    hsvc_fault_store_free(outer);
}

static void corrupt_spoils_what_the_sink_gets_only_STORE_7(void **state) {
    hsvc_fault what = fault_of(HSVC_FAULT_CORRUPT, HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN);
    (void)state;
    assert_int_equal(put(&plain, HSVC_EXPECT_ANY, "k", "abcd"), HSVC_OK);
    what.times = 2;
    what.flip_at = 6; /* counted round: 2 */
    what.flip_bits = 1;
    arm(&what);
    assert_int_equal(read_key(&faulty, "k"), HSVC_OK);
    assert_string_equal(got, "abbd");
    assert_int_equal(scan_all(&faulty), HSVC_OK);
    assert_string_equal(got, "abbd");
    assert_int_equal(read_key(&faulty, "k"), HSVC_OK);
    assert_string_equal(got, "abcd");
    hsvc_fault_store_disarm(fault);
    what.flip_bits = 0;
    arm(&what);
    assert_int_equal(read_key(&faulty, "k"), HSVC_OK);
    assert_int_equal((unsigned char)got[2], 'c' ^ 0xff);
    hsvc_count_alloc_fail(count, 1, 1);
    assert_int_equal(read_key(&faulty, "k"), HSVC_ERR_CORRUPT);
    assert_true(holds("k", "abcd"));
    hsvc_fault_store_disarm(fault);
    assert_int_equal(put(&plain, HSVC_EXPECT_ANY, "k", ""), HSVC_OK);
    arm(&what);
    assert_int_equal(read_key(&faulty, "k"), HSVC_OK); /* an empty value has nothing to spoil */
    assert_int_equal(got_rows, 1);
}

/* The loop that the counts are made for: every call of a scene fails once, then none is left. */
static void a_loop_over_nth_reaches_every_call_and_ends(void **state) {
    uint64_t n = 1, fired = 1;
    (void)state;
    for (; fired != 0; n++) {
        hsvc_fault what = fault_of(HSVC_FAULT_UNAVAILABLE, 7);
        size_t failed = 0;
        what.nth = n;
        arm(&what);
        failed += put(&faulty, HSVC_EXPECT_ANY, "k", "v") != HSVC_OK;
        failed += read_key(&faulty, "k") != HSVC_OK;
        failed += scan_all(&faulty) != HSVC_OK;
        fired = fault_counts().fired;
        assert_int_equal(failed, fired);
        hsvc_fault_store_disarm(fault);
    }
    assert_int_equal(n - 1, 4);
}

static void faults_are_checked_when_armed(void **state) {
    static const uint32_t commit_only[] = {HSVC_FAULT_CONFLICT,     HSVC_FAULT_FULL,         HSVC_FAULT_UNKNOWN_DONE,
                                           HSVC_FAULT_UNKNOWN_LOST, HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_NO_REVISION};
    hsvc_fault what = fault_of(HSVC_FAULT_UNAVAILABLE, HSVC_FAULT_ON_READ);
    (void)state;
    for (size_t i = 0; i < sizeof commit_only / sizeof *commit_only; i++) {
        what.kind = commit_only[i];
        assert_int_equal(hsvc_fault_store_arm(fault, &what), HSVC_ERR_ARGUMENT);
    }
    what = fault_of(HSVC_FAULT_UNAVAILABLE, 0);
    assert_int_equal(hsvc_fault_store_arm(fault, &what), HSVC_ERR_ARGUMENT);
    what.on = 8;
    assert_int_equal(hsvc_fault_store_arm(fault, &what), HSVC_ERR_ARGUMENT);
    what = fault_of(0, HSVC_FAULT_ON_COMMIT);
    assert_int_equal(hsvc_fault_store_arm(fault, &what), HSVC_ERR_ARGUMENT);
    what.kind = HSVC_FAULT_NO_REVISION + 1;
    assert_int_equal(hsvc_fault_store_arm(fault, &what), HSVC_ERR_ARGUMENT);
    what = fault_of(HSVC_FAULT_FULL, HSVC_FAULT_ON_COMMIT);
    for (int i = 0; i < HSVC_FAULT_STORE_ARMED_MOST; i++) arm(&what);
    assert_int_equal(hsvc_fault_store_arm(fault, &what), HSVC_ERR_LIMIT);
    what.struct_size = 4;
    assert_int_equal(hsvc_fault_store_arm(fault, &what), HSVC_ERR_STRUCT_SIZE);
    assert_int_equal(hsvc_fault_store_arm(NULL, &what), HSVC_ERR_ARGUMENT);
    hsvc_fault_store_disarm(NULL);
    hsvc_fault_store_settle(NULL);
}

/* ---- recording store ---- */

static hsvc_record_call call_at(uint64_t index) {
    hsvc_record_call call;
    hsvc_testkit_init(&call, sizeof call);
    assert_int_equal(hsvc_record_store_call_at(record, index, &call), HSVC_OK);
    return call;
}

static hsvc_record_item item_at(uint64_t index, uint64_t which) {
    hsvc_record_item item;
    hsvc_testkit_init(&item, sizeof item);
    assert_int_equal(hsvc_record_store_item_at(record, index, which, &item), HSVC_OK);
    return item;
}

static hsvc_record_counts record_counts(void) {
    hsvc_record_counts counts;
    hsvc_testkit_init(&counts, sizeof counts);
    assert_int_equal(hsvc_record_store_counts(record, &counts), HSVC_OK);
    return counts;
}

static void item_is(hsvc_record_item item, uint32_t kind, const char *key, const char *value) {
    assert_int_equal(item.kind, kind);
    assert_int_equal(item.key_len, strlen(key));
    if (item.key_len > 0) assert_memory_equal(item.key, key, item.key_len);
    assert_int_equal(item.value_len, strlen(value));
    if (item.value_len > 0) assert_memory_equal(item.value, value, item.value_len);
}

static void a_log_holds_every_call_with_its_result_OBS_6(void **state) {
    hsvc_op ops[3] = {op_of(HSVC_OP_PUT, HSVC_EXPECT_ABSENT, "a", "one"),
                      op_of(HSVC_OP_DELETE, HSVC_EXPECT_ANY, "b", NULL),
                      op_of(HSVC_OP_CHECK, HSVC_EXPECT_ABSENT, "c", NULL)};
    hsvc_key keys[2] = {{(const uint8_t *)"none", 4}, {(const uint8_t *)"a", 1}};
    uint64_t revision;
    (void)state;
    assert_int_equal(recorded.commit(ops, 3, &revision, recorded.user), HSVC_OK);
    assert_int_equal(recorded.read(keys, 2, note, got, recorded.user), HSVC_OK);
    assert_int_equal(recorded.scan((const uint8_t *)"a", 1, (const uint8_t *)"zz", 2, 5, note, got, recorded.user),
                     HSVC_OK);
    assert_int_equal(put(&recorded, HSVC_EXPECT_ABSENT, "a", "two"), HSVC_ERR_CONFLICT);
    assert_int_equal(hsvc_record_store_length(record), 4);

    assert_int_equal(call_at(0).kind, HSVC_RECORD_COMMIT);
    assert_int_equal(call_at(0).status, HSVC_OK);
    assert_true(call_at(0).revision == revision);
    assert_int_equal(call_at(0).items, 3);
    item_is(item_at(0, 0), HSVC_RECORD_ITEM_OP, "a", "one");
    item_is(item_at(0, 1), HSVC_RECORD_ITEM_OP, "b", "");
    assert_int_equal(item_at(0, 1).op, HSVC_OP_DELETE);
    assert_int_equal(item_at(0, 2).op, HSVC_OP_CHECK);
    assert_int_equal(item_at(0, 2).expect, HSVC_EXPECT_ABSENT);

    assert_int_equal(call_at(1).kind, HSVC_RECORD_READ);
    assert_int_equal(call_at(1).items, 3);
    item_is(item_at(1, 0), HSVC_RECORD_ITEM_KEY, "none", "");
    item_is(item_at(1, 1), HSVC_RECORD_ITEM_KEY, "a", "");
    item_is(item_at(1, 2), HSVC_RECORD_ITEM_ROW, "a", "one");
    assert_true(item_at(1, 2).revision == revision);
    assert_true(item_at(1, 2).hint != 0);

    assert_int_equal(call_at(2).kind, HSVC_RECORD_SCAN);
    assert_int_equal(call_at(2).limit, 5);
    item_is(item_at(2, 0), HSVC_RECORD_ITEM_FROM, "a", "");
    item_is(item_at(2, 1), HSVC_RECORD_ITEM_TO, "zz", "");
    item_is(item_at(2, 2), HSVC_RECORD_ITEM_ROW, "a", "one");

    assert_int_equal(call_at(3).status, HSVC_ERR_CONFLICT);
    assert_true(call_at(3).revision == 0);
}

static void a_log_counts_trips_keys_and_bytes(void **state) {
    hsvc_record_counts counts;
    (void)state;
    assert_int_equal(put(&recorded, HSVC_EXPECT_ANY, "key", "value"), HSVC_OK);
    assert_int_equal(put(&recorded, HSVC_EXPECT_ABSENT, "key", "value"), HSVC_ERR_CONFLICT);
    assert_int_equal(read_key(&recorded, "key"), HSVC_OK);
    assert_int_equal(read_key(&recorded, "none"), HSVC_OK);
    assert_int_equal(scan_all(&recorded), HSVC_OK);
    assert_int_equal(recorded.scan(NULL, 1, NULL, 0, 1, note, got, recorded.user), HSVC_ERR_ARGUMENT);
    counts = record_counts();
    assert_int_equal(counts.read_trips, 2);
    assert_int_equal(counts.keys, 2);
    assert_int_equal(counts.scans, 2);
    assert_int_equal(counts.rows, 2);
    assert_int_equal(counts.bytes_read, 16);
    assert_int_equal(counts.commits, 2);
    assert_int_equal(counts.committed, 1);
    assert_int_equal(counts.conflicts, 1);
    assert_int_equal(counts.puts, 2);
    assert_int_equal(counts.bytes_written, 16);
    assert_int_equal(counts.failures, 1);
    assert_int_equal(counts.not_noted, 0);
    hsvc_record_store_reset(record);
    assert_int_equal(record_counts().puts, 0);
    assert_int_equal(hsvc_record_store_length(record), 0);
}

static int32_t look_again(const hsvc_row *row, void *user) {
    hsvc_record_call call = call_at(0);
    (void)row;
    (void)user;
    assert_int_equal(call.status, HSVC_ERR_REENTRANT); /* under way */
    return read_key(&recorded, "b");
}

static void nested_calls_keep_their_items_apart(void **state) {
    (void)state;
    assert_int_equal(put(&plain, HSVC_EXPECT_ANY, "a", "1"), HSVC_OK);
    assert_int_equal(put(&plain, HSVC_EXPECT_ANY, "b", "2"), HSVC_OK);
    assert_int_equal(recorded.scan(NULL, 0, NULL, 0, 9, look_again, NULL, recorded.user), HSVC_OK);
    assert_int_equal(hsvc_record_store_length(record), 3);
    assert_int_equal(call_at(0).items, 4);
    assert_int_equal(call_at(0).status, HSVC_OK);
    item_is(item_at(0, 2), HSVC_RECORD_ITEM_ROW, "a", "1");
    item_is(item_at(0, 3), HSVC_RECORD_ITEM_ROW, "b", "2");
    item_is(item_at(1, 0), HSVC_RECORD_ITEM_KEY, "b", "");
    item_is(item_at(2, 1), HSVC_RECORD_ITEM_ROW, "b", "2");
}

static void a_log_without_memory_says_so_and_passes_on(void **state) {
    (void)state;
    assert_int_equal(put(&recorded, HSVC_EXPECT_ANY, "warm", "up"), HSVC_OK);
    hsvc_count_alloc_fail(count, 1, HSVC_TESTKIT_ALWAYS);
    for (int i = 0; i < 500; i++) assert_int_equal(read_key(&recorded, "warm"), HSVC_OK);
    assert_int_equal(got_rows, 1);
    assert_true(record_counts().not_noted > 400);
    assert_int_equal(record_counts().read_trips, 500);
    assert_true(hsvc_record_store_length(record) < 100);
}

static void counts_only_allocates_nothing(void **state) {
    hsvc_record_store *light;
    hsvc_store store = empty_store();
    hsvc_record_counts counts;
    (void)state;
    assert_int_equal(hsvc_record_store_new(&allocator, &plain, 2, &light), HSVC_ERR_FLAGS);
    assert_int_equal(hsvc_record_store_new(&allocator, &plain, HSVC_RECORD_COUNTS_ONLY, &light), HSVC_OK);
    assert_int_equal(hsvc_record_store_bind(light, &store), HSVC_OK);
    assert_int_equal(put(&plain, HSVC_EXPECT_ANY, "k", "v"), HSVC_OK);
    hsvc_count_alloc_fail(count, 1, HSVC_TESTKIT_ALWAYS);
    assert_int_equal(read_key(&store, "k"), HSVC_OK);
    assert_int_equal(put(&store, HSVC_EXPECT_ANY, "k", "w"), HSVC_OK);
    hsvc_testkit_init(&counts, sizeof counts);
    assert_int_equal(hsvc_record_store_counts(light, &counts), HSVC_OK);
    assert_int_equal(counts.keys + counts.puts, 2);
    assert_int_equal(counts.not_noted, 0);
    assert_int_equal(hsvc_record_store_length(light), 0);
    hsvc_record_store_free(light);
}

static void positions_beyond_the_log_are_not_found(void **state) {
    hsvc_record_call call;
    hsvc_record_item item;
    (void)state;
    hsvc_testkit_init(&call, sizeof call);
    hsvc_testkit_init(&item, sizeof item);
    assert_int_equal(scan_all(&recorded), HSVC_OK);
    assert_int_equal(hsvc_record_store_call_at(record, 1, &call), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_record_store_item_at(record, 1, 0, &item), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_record_store_item_at(record, 0, 2, &item), HSVC_ERR_NOT_FOUND);
    item_is(item_at(0, 0), HSVC_RECORD_ITEM_FROM, "", "");
    item.struct_size = 1;
    assert_int_equal(hsvc_record_store_item_at(record, 0, 0, &item), HSVC_ERR_STRUCT_SIZE);
    assert_int_equal(hsvc_record_store_item_at(record, 0, 0, NULL), HSVC_ERR_ARGUMENT);
}

/* ---- misuse of all of them ---- */

static void handles_check_what_they_are_made_of(void **state) {
    hsvc_store half = plain;
    hsvc_fault_store *f = fault;
    hsvc_record_store *r = record;
    hsvc_manual_clock *c;
    hsvc_count_alloc *a;
    int64_t now;
    (void)state;
    half.scan = NULL;
    assert_int_equal(hsvc_fault_store_new(&allocator, &half, &f), HSVC_ERR_ARGUMENT);
    assert_null(f);
    assert_int_equal(hsvc_record_store_new(&allocator, &half, 0, &r), HSVC_ERR_ARGUMENT);
    assert_null(r);
    assert_int_equal(hsvc_fault_store_new(NULL, &plain, &f), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_fault_store_new(&allocator, NULL, &f), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_fault_store_new(&allocator, &plain, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_record_store_new(&allocator, &plain, 0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_manual_clock_new(&allocator, 0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_count_alloc_new(NULL, NULL), HSVC_ERR_ARGUMENT);
    hsvc_count_alloc_fail(count, 1, HSVC_TESTKIT_ALWAYS);
    assert_int_equal(hsvc_fault_store_new(&allocator, &plain, &f), HSVC_ERR_MEMORY);
    assert_int_equal(hsvc_record_store_new(&allocator, &plain, 0, &r), HSVC_ERR_MEMORY);
    assert_int_equal(hsvc_manual_clock_new(&allocator, 0, &c), HSVC_ERR_MEMORY);
    assert_int_equal(hsvc_count_alloc_new(&allocator, &a), HSVC_ERR_MEMORY);
    assert_null(a);
    assert_int_equal(hsvc_fault_store_bind(NULL, &half), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_record_store_bind(record, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_manual_clock_read(&now, NULL), HSVC_ERR_CLOCK);
    hsvc_fault_store_free(NULL);
    hsvc_record_store_free(NULL);
    hsvc_manual_clock_free(NULL);
    hsvc_count_alloc_free(NULL);
}

int main(void) {
#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        WITH_ALL(clock_obeys_TIME_1),
        WITH_ALL(clock_fails_as_often_as_ordered_TIME_1),
        WITH_ALL(allocator_counts_blocks_and_bytes),
        WITH_ALL(allocator_notices_wrong_sizes),
        WITH_ALL(allocator_fails_the_nth_request),
        WITH_ALL(a_fault_store_without_faults_passes_everything_on),
        WITH_ALL(faults_that_only_answer_STORE_4),
        WITH_ALL(an_unknown_commit_may_have_happened_STORE_4),
        WITH_ALL(an_unknown_commit_may_happen_later_STORE_4),
        WITH_ALL(a_late_commit_that_was_sent_again_is_refused_STORE_4),
        WITH_ALL(late_commits_settle_in_their_order_STORE_4),
        WITH_ALL(a_late_commit_without_memory_is_lost_STORE_4),
        WITH_ALL(a_late_commit_waits_while_a_sink_is_at_work_STORE_4),
        WITH_ALL(a_late_commit_waits_until_its_store_is_there_STORE_4),
        WITH_ALL(corrupt_spoils_what_the_sink_gets_only_STORE_7),
        WITH_ALL(a_loop_over_nth_reaches_every_call_and_ends),
        WITH_ALL(faults_are_checked_when_armed),
        WITH_ALL(a_log_holds_every_call_with_its_result_OBS_6),
        WITH_ALL(a_log_counts_trips_keys_and_bytes),
        WITH_ALL(nested_calls_keep_their_items_apart),
        WITH_ALL(a_log_without_memory_says_so_and_passes_on),
        WITH_ALL(counts_only_allocates_nothing),
        WITH_ALL(positions_beyond_the_log_are_not_found),
        WITH_ALL(handles_check_what_they_are_made_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
