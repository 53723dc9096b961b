/* test_fault_store.c: does the fault store do what testkit.h says? */
#include "kit.h"

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

int main(void) {
#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
