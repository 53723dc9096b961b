/* test_testkit.c: do the manual clock and the counting allocator do what testkit.h says, and does every part check what it is made of? */
#include "kit.h"

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
    half = plain, half.read = NULL;
    assert_int_equal(hsvc_fault_store_new(&allocator, &half, &f), HSVC_ERR_ARGUMENT);
    half = plain, half.commit = NULL;
    assert_int_equal(hsvc_fault_store_new(&allocator, &half, &f), HSVC_ERR_ARGUMENT);
    hsvc_fault_store_free(NULL);
    hsvc_record_store_free(NULL);
    hsvc_manual_clock_free(NULL);
    hsvc_count_alloc_free(NULL);
}

static void nothing_is_no_handle(void **state) {
    hsvc_alloc_counts counted = {.struct_size = sizeof counted};
    hsvc_fault_counts fired = {.struct_size = sizeof fired};
    hsvc_record_counts recorded_so_far = {.struct_size = sizeof recorded_so_far};
    hsvc_record_call call = {.struct_size = sizeof call};
    hsvc_record_item item = {.struct_size = sizeof item};
    hsvc_store store = empty_store();
    hsvc_allocator bound = {sizeof bound, 0, NULL, NULL};
    hsvc_manual_clock *clock;
    int64_t now;
    (void)state;
    assert_int_equal(hsvc_manual_clock_new(&allocator, 7, &clock), HSVC_OK);
    assert_int_equal(hsvc_manual_clock_read(NULL, clock), HSVC_ERR_CLOCK);
    assert_int_equal(hsvc_manual_clock_get(clock, NULL), HSVC_ERR_ARGUMENT);
    hsvc_manual_clock_free(clock);
    assert_int_equal(hsvc_manual_clock_set(NULL, 1), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_manual_clock_advance(NULL, 1), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_manual_clock_get(NULL, &now), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_manual_clock_fail(NULL, 1, 1), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_manual_clock_calls(NULL), 0);
    assert_int_equal(hsvc_count_alloc_fail(NULL, 1, 1), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_count_alloc_counts(NULL, &counted), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_count_alloc_bind(NULL, &bound), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_fault_store_counts(NULL, &fired), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_record_store_bind(NULL, &store), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_record_store_counts(NULL, &recorded_so_far), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_record_store_length(NULL), 0);
    assert_int_equal(hsvc_record_store_call_at(NULL, 0, &call), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_record_store_call_at(record, 0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_record_store_item_at(NULL, 0, 0, &item), HSVC_ERR_ARGUMENT);
    hsvc_record_store_reset(NULL);
}

static int32_t careless(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    (void)ops, (void)op_count, (void)revision, (void)user;
    return HSVC_OK;
}

static void a_store_that_looks_at_nothing_can_be_recorded(void **state) {
    hsvc_store below = plain, above = empty_store();
    hsvc_op op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, "k", "v");
    hsvc_record_store *of_it;
    (void)state;
    below.commit = careless;
    assert_int_equal(hsvc_record_store_new(&allocator, &below, 0, &of_it), HSVC_OK);
    assert_int_equal(hsvc_record_store_bind(of_it, &above), HSVC_OK);
    assert_int_equal(above.commit(&op, 1, NULL, above.user), HSVC_OK);
    hsvc_record_store_free(of_it);
}

/* What there is no memory to note is missing in the log, and nowhere else. */
static void a_log_without_memory_is_shorter(void **state) {
    (void)state;
    for (uint64_t nth = 1; nth < 9; nth++) {
        hsvc_store above = empty_store();
        hsvc_record_store *of_it;
        uint64_t first = 0, last = 0;
        assert_int_equal(hsvc_record_store_new(&allocator, &plain, 0, &of_it), HSVC_OK);
        assert_int_equal(hsvc_record_store_bind(of_it, &above), HSVC_OK);
        assert_int_equal(put(&above, HSVC_EXPECT_ANY, "k", "v"), HSVC_OK);
        first = hsvc_record_store_length(of_it);
        for (int i = 0; i < 200; i++) {
            if (i == 20) hsvc_count_alloc_fail(count, nth, 1);
            assert_int_equal(read_key(&above, "k"), HSVC_OK);
            assert_int_equal(got_rows, 1);
        }
        hsvc_count_alloc_fail(count, 0, 0);
        last = hsvc_record_store_length(of_it);
        assert_true(last > first && last <= first + 200);
        hsvc_record_store_free(of_it);
    }
}

/* What nobody may ask for is handed on, for the store behind to refuse. */
static void what_is_wrong_is_refused_by_the_store_behind(void **state) {
    hsvc_fault late = {.struct_size = sizeof late};
    hsvc_op op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, "k", "v");
    hsvc_key key = {(const uint8_t *)"k", 1};
    uint64_t revision = 0;
    void *block;
    (void)state;
    assert_int_equal(recorded.read(NULL, 1, note, got, recorded.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(recorded.commit(NULL, 1, &revision, recorded.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(recorded.commit(&op, 1, NULL, recorded.user), HSVC_ERR_ARGUMENT);
    op.value_len = SIZE_MAX;
    assert_int_equal(recorded.commit(&op, 1, &revision, recorded.user), HSVC_ERR_ARGUMENT);
    op.value_len = SIZE_MAX / 8;
    assert_int_equal(recorded.commit(&op, 1, &revision, recorded.user), HSVC_ERR_ARGUMENT);
    op.value_len = (size_t)64 << 20; /* there is room for a copy of so much, but not so much to copy */
    assert_int_equal(recorded.commit(&op, 1, &revision, recorded.user), HSVC_ERR_ARGUMENT);
    op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, "k", "v");
    op.key_len = HSVC_LIMIT_KEY_LEN + 1;
    assert_int_equal(recorded.commit(&op, 1, &revision, recorded.user), HSVC_ERR_ARGUMENT);
    for (int i = 0; i < 7; i++) {
        op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, "k", "v");
        if (i == 0) op.value = NULL;
        if (i == 1) op.key = NULL;
        if (i == 2) op.value_len = SIZE_MAX;
        if (i == 3) op.struct_size = 0;
        if (i == 5) op.kind = HSVC_OP_DELETE;
        hsvc_fault_store_disarm(fault);
        late.kind = HSVC_FAULT_UNKNOWN_LATE;
        late.on = HSVC_FAULT_ON_COMMIT;
        assert_int_equal(hsvc_fault_store_arm(fault, &late), HSVC_OK);
        assert_int_equal(faulty.commit(i == 4 || i == 6 ? NULL : &op, i < 6, &revision, faulty.user), HSVC_ERR_UNKNOWN);
        hsvc_fault_store_settle(fault);
        assert_int_equal(plain.read(&key, 1, note, got, plain.user), HSVC_OK);
    }
    assert_true(holds("k", NULL));
    block = resize(NULL, 0, SIZE_MAX); /* more than there can be with its size in front of it */
    assert_null(block);
    hsvc_count_alloc_fail(count, 0, 0);
}

int main(void) {
#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        WITH_ALL(clock_obeys_TIME_1),
        WITH_ALL(clock_fails_as_often_as_ordered_TIME_1),
        WITH_ALL(allocator_counts_blocks_and_bytes),
        WITH_ALL(allocator_notices_wrong_sizes),
        WITH_ALL(allocator_fails_the_nth_request),
        WITH_ALL(nothing_is_no_handle),
        WITH_ALL(a_log_without_memory_is_shorter),
        WITH_ALL(a_store_that_looks_at_nothing_can_be_recorded),
        WITH_ALL(what_is_wrong_is_refused_by_the_store_behind),
        WITH_ALL(handles_check_what_they_are_made_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
