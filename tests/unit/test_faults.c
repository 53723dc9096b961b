/* test_faults.c: whatever fails, wherever it fails, a caller that gives the same input again ends where an undisturbed
 * caller would have ended (STORE-3, STORE-4). The story is told once undisturbed; then each of its lines is told again
 * for each store call and each allocation in it that can fail, and the store is compared byte for byte.
 *
 * Nothing is taken out before comparing: a retry spends no prompt id, no request id and no generation, because what
 * failed left no trace and what happened is found by its request id. */
#include "disturb.h"
#include "story.h"

static struct story story;

static int open_story(void **state) {
    (void)state;
    story_make(&story);
    return 0;
}

static int close_story(void **state) {
    (void)state;
    story_free(&story);
    return 0;
}

/* retry: the caller's part: the same input, until it is taken. */
static void retry(struct desk *d, size_t line, const struct fault_row *row) {
    hsvc_fault_store_disarm(d->fault);
    OK(story_go(d, &story, line));
    if (row->kind == HSVC_FAULT_UNKNOWN_LATE) hsvc_fault_store_settle(d->fault); /* it must change nothing now */
}

/* Every line commits, and a cold engine reads: a loop that no fault ever reached would be green for nothing (F58, F77). */
static void every_store_call_fails_once_STORE_3_STORE_4(void **state) {
    (void)state;
    for (int warm = 0; warm <= 1; warm++)
        for (size_t line = 0; line < STORY_LINES; line++)
            for (size_t f = 0; f < FAULTS; f++) {
                uint64_t nth = 1;
                while (disturbed(&story, line, &faults[f], (struct chance){nth, warm, 1})) nth++;
                assert_true(nth > 1 || (warm && !(faults[f].on & COMMIT)) || faults[f].kind == HSVC_FAULT_CORRUPT);
            }
}

/* ---- an outcome that stays unknown: the retry is answered, not decided again ---- */

static void a_retry_of_what_happened_is_answered_as_repeated_STORE_4(void **state) {
    static const struct fault_row lost_answer = {"", HSVC_FAULT_UNKNOWN_DONE, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, 0};
    (void)state;
    for (size_t line = 0; line < STORY_LINES; line++) {
        struct desk d;
        hsvc_verdict verdict;
        if (story.in[line].kind == 0) continue;
        open_before(&d, &story, line, 0);
        arm(&d, &lost_answer, 1);
        assert_int_equal(story_go(&d, &story, line), HSVC_ERR_UNKNOWN);
        hsvc_fault_store_disarm(d.fault);
        OK(story_go(&d, &story, line));
        verdict = verdict_of(d.fx, 0);
        if (!verdict.repeated) say_where(&story, "not marked as repeated", line, 0);
        assert_int_equal(verdict.repeated, 1);
        assert_int_equal(verdict.reason, story_lines[line].reason);
        assert_true(story_same(&d, &story, line + 1));
        desk_close(&d);
    }
}

/* The answer was lost and then the store went away: that nothing happened is what the host must not be told. */
static void an_outcome_unknown_and_then_a_failure_is_unknown_STORE_4(void **state) {
    static const struct fault_row lost[] = {{"", HSVC_FAULT_UNKNOWN_DONE, COMMIT, 1, 0, 0, 0},
                                            {"", HSVC_FAULT_UNKNOWN_LOST, COMMIT, 1, 0, 0, 0}};
    static const struct fault_row then[] = {{"", HSVC_FAULT_UNAVAILABLE, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, 0},
                                            {"", HSVC_FAULT_FULL, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, 0},
                                            {"", HSVC_FAULT_CONFLICT, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, 0}};
    (void)state;
    for (size_t line = 0; line < STORY_LINES; line++)
        for (size_t k = 0; k < 6; k++) {
            struct desk d;
            if (story.in[line].kind == 0) continue;
            open_before(&d, &story, line, 0);
            arm(&d, &lost[k % 2], 1);
            arm(&d, &then[k / 2], 2);
            assert_int_equal(story_go(&d, &story, line), HSVC_ERR_UNKNOWN);
            failed_call_is_told(&d, &story, line, HSVC_ERR_UNKNOWN);
            retry(&d, line, &lost[0]);
            assert_true(story_same(&d, &story, line + 1));
            desk_close(&d);
        }
}

/* ---- the whole story with one engine and one failure ---- */

static void the_story_goes_on_after_any_failure_STORE_4(void **state) {
    static const size_t some[] = {0, 6, 8, 14, 16}; /* of `faults` */
    (void)state;
    for (size_t f = 0; f < sizeof some / sizeof some[0]; f++) {
        int reached = 1;
        for (uint64_t nth = 1; reached; nth += 7) { /* 7: the lines themselves are above; this is about what follows */
            struct desk d;
            desk_open(&d);
            arm(&d, &faults[some[f]], nth);
            for (size_t line = 0; line < STORY_LINES; line++) {
                if (story_go(&d, &story, line) != HSVC_OK) retry(&d, line, &faults[some[f]]);
            }
            reached = fired(&d) != 0 || nth < 50;
            hsvc_fault_store_settle(d.fault);
            if (!story_same(&d, &story, STORY_LINES)) say_where(&story, faults[some[f]].name, STORY_LINES, nth);
            assert_true(story_same(&d, &story, STORY_LINES));
            sound(&d);
            desk_close(&d);
            if (nth > 1000) break;
        }
    }
}

/* ---- memory ---- */

static void every_allocation_fails_once_and_for_ever_SAFE_5(void **state) {
    (void)state;
    for (size_t line = 0; line < STORY_LINES; line++) {
        for (uint64_t nth = 1; short_of_memory(&story, line, nth, 1); nth++) assert_true(nth < 1000);
        for (uint64_t nth = 1; short_of_memory(&story, line, nth, HSVC_TESTKIT_ALWAYS); nth++) assert_true(nth < 1000);
    }
}

/* ---- looking fails like doing, and harms nothing ---- */

static int32_t look_at(struct desk *d, int which) {
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_user_view user = {.struct_size = sizeof user};
    hsvc_headset_view headset = {.struct_size = sizeof headset};
    int64_t value;
    uint64_t findings;
    switch (which) {
        case 0: return hsvc_device_get(d->engine, "P1", 2, &device);
        case 1: return hsvc_device_next(d->engine, NULL, 0, &device);
        case 2: return hsvc_user_get(d->engine, "ann", 3, &user);
        case 3: return hsvc_headset_get(d->engine, "S1", 2, &headset);
        case 4: return hsvc_policy_value(d->engine, HSVC_PARAM_KEEP_MAX, "ann", 3, "P1", 2, &value, NULL);
        case 5: return hsvc_next_deadline(d->engine, &value);
        default: return hsvc_verify(d->engine, NULL, NULL, &findings);
    }
}
#define LOOKS 7

static void looking_fails_by_name_and_changes_nothing_STORE_2(void **state) {
    (void)state;
    for (int which = 0; which < LOOKS; which++)
        for (size_t f = 0; f < FAULTS; f++)
            for (uint64_t nth = 1; nth < 200; nth++) {
                struct desk d;
                struct rows before = {NULL, 0, 0, 0};
                int32_t status;
                uint64_t reached;
                if (!(faults[f].on & LOOK)) break;
                open_before(&d, &story, STORY_LINES - 1, 0);
                rows_read(&before, &d.plain, 1);
                arm(&d, &faults[f], nth);
                status = look_at(&d, which);
                reached = fired(&d);
                /* A spoilt value is verify's finding, not its failure; a spoilt deadline key's row says nothing. */
                if (reached && which != 6 && status != faults[f].expected)
                    say_where(&story, faults[f].name, (size_t)which, nth);
                if (reached && !(which == 6 && faults[f].kind == HSVC_FAULT_CORRUPT))
                    assert_int_equal(status, faults[f].expected);
                hsvc_fault_store_disarm(d.fault);
                OK(look_at(&d, which));
                nothing_written(&d, &before);
                rows_free(&before);
                desk_close(&d);
                if (!reached) break;
            }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_store_call_fails_once_STORE_3_STORE_4),
        cmocka_unit_test(a_retry_of_what_happened_is_answered_as_repeated_STORE_4),
        cmocka_unit_test(an_outcome_unknown_and_then_a_failure_is_unknown_STORE_4),
        cmocka_unit_test(the_story_goes_on_after_any_failure_STORE_4),
        cmocka_unit_test(every_allocation_fails_once_and_for_ever_SAFE_5),
        cmocka_unit_test(looking_fails_by_name_and_changes_nothing_STORE_2),
    };
    return cmocka_run_group_tests(tests, open_story, close_story);
}
