/* test_faults.c: whatever fails, wherever it fails, a caller that gives the same input again ends where an undisturbed
 * caller would have ended (STORE-3, STORE-4). The story is told once undisturbed; then each of its lines is told again
 * for each store call and each allocation in it that can fail, and the store is compared byte for byte.
 *
 * Nothing is taken out before comparing: a retry spends no prompt id, no request id and no generation, because what
 * failed left no trace and what happened is found by its request id. */
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

/* ---- faults ---- */

struct fault_row {
    const char *name;
    uint32_t kind;
    uint32_t on;
    uint64_t times;
    uint64_t delay;
    int32_t status;   /* RETURN: what the callback returns */
    int32_t expected; /* what the call must return if the fault reached it; HSVC_OK: the engine copes by itself */
};
#define EVERYWHERE (HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN | HSVC_FAULT_ON_COMMIT)
#define COMMIT HSVC_FAULT_ON_COMMIT
#define LOOK (HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN)
static const struct fault_row faults[] = {
    {"unavailable", HSVC_FAULT_UNAVAILABLE, EVERYWHERE, 1, 0, 0, HSVC_ERR_UNAVAILABLE},
    {"full", HSVC_FAULT_FULL, COMMIT, 1, 0, 0, HSVC_ERR_FULL},
    {"corrupt answer", HSVC_FAULT_CORRUPT, COMMIT, 1, 0, 0, HSVC_ERR_CORRUPT},
    {"corrupt value", HSVC_FAULT_CORRUPT, HSVC_FAULT_ON_READ, 1, 0, 0, HSVC_ERR_CORRUPT},
    {"conflict once", HSVC_FAULT_CONFLICT, COMMIT, 1, 0, 0, HSVC_OK},
    {"conflict seven times", HSVC_FAULT_CONFLICT, COMMIT, 7, 0, 0, HSVC_OK},
    {"conflict for ever", HSVC_FAULT_CONFLICT, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, HSVC_ERR_CONFLICT},
    {"unknown, it happened", HSVC_FAULT_UNKNOWN_DONE, COMMIT, 1, 0, 0, HSVC_OK},
    {"unknown for ever, it happened", HSVC_FAULT_UNKNOWN_DONE, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, HSVC_ERR_UNKNOWN},
    {"unknown, it never happens", HSVC_FAULT_UNKNOWN_LOST, COMMIT, 1, 0, 0, HSVC_OK},
    {"unknown for ever, it never happens", HSVC_FAULT_UNKNOWN_LOST, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, HSVC_ERR_UNKNOWN},
    {"unknown, it happens at the next call", HSVC_FAULT_UNKNOWN_LATE, COMMIT, 1, 1, 0, HSVC_OK},
    {"unknown, it happens after the next call", HSVC_FAULT_UNKNOWN_LATE, COMMIT, 1, 2, 0, HSVC_OK},
    {"unknown, it happens much later", HSVC_FAULT_UNKNOWN_LATE, COMMIT, 1, 0, 0, HSVC_OK},
    {"unknown for ever, it happens at the retry", HSVC_FAULT_UNKNOWN_LATE, COMMIT, 8, 9, 0, HSVC_ERR_UNKNOWN},
    {"success without a revision", HSVC_FAULT_NO_REVISION, COMMIT, 1, 0, 0, HSVC_ERR_CALLBACK},
    {"undocumented: positive", HSVC_FAULT_RETURN, EVERYWHERE, 1, 0, 1, HSVC_ERR_CALLBACK},
    {"undocumented: negative", HSVC_FAULT_RETURN, EVERYWHERE, 1, 0, -9999, HSVC_ERR_CALLBACK},
    {"undocumented: fatal", HSVC_FAULT_RETURN, EVERYWHERE, 1, 0, HSVC_ERR_BUG, HSVC_ERR_CALLBACK},
    {"undocumented: a commit's status", HSVC_FAULT_RETURN, LOOK, 1, 0, HSVC_ERR_CONFLICT, HSVC_ERR_CALLBACK},
    {"undocumented: no memory", HSVC_FAULT_RETURN, EVERYWHERE, 1, 0, HSVC_ERR_MEMORY, HSVC_ERR_CALLBACK},
};
#define FAULTS (sizeof faults / sizeof faults[0])

static void arm(struct desk *d, const struct fault_row *row, uint64_t nth) {
    hsvc_fault what;
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = row->kind;
    what.on = row->on;
    what.status = row->status;
    what.nth = nth;
    what.times = row->times;
    what.delay = row->delay;
    what.flip_at = 20; /* of the numbers, which only the checksum guards */
    OK(hsvc_fault_store_arm(d->fault, &what));
}

static uint64_t fired(const struct desk *d) {
    hsvc_fault_counts counts;
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_fault_store_counts(d->fault, &counts));
    return counts.fired;
}

/* open_before: a new desk whose store is what it was before line i. A warm engine has read the policy already. */
static void open_before(struct desk *d, size_t i, int warm) {
    int64_t value;
    desk_open(d);
    rows_write(&story.before[i], &d->plain);
    OK(hsvc_manual_clock_set(d->clock, story.at[i]));
    if (warm) OK(hsvc_policy_value(d->engine, HSVC_PARAM_PIN_ENTRY, NULL, 0, NULL, 0, &value, NULL));
}

static void say_where(const char *what, size_t line, uint64_t nth) {
    print_error("%s: line %u, number %u\n", what, (unsigned)line, (unsigned)nth);
}

/* A failed call left an empty batch that says why (hsvc_apply); advance alone may have done a part. */
static void failed_call_is_told(const struct desk *d, size_t line, int32_t status) {
    assert_int_equal(problem_of(d->fx).status, status);
    if (story.in[line].kind == 0) return;
    assert_int_equal(hsvc_effects_count(d->fx), 0);
    assert_int_equal(hsvc_verdict_count(d->fx), 0);
}

/* retry: the caller's part: the same input, until it is taken. */
static void retry(struct desk *d, size_t line, const struct fault_row *row) {
    hsvc_fault_store_disarm(d->fault);
    OK(story_go(d, &story, line));
    if (row->kind != HSVC_FAULT_UNKNOWN_LATE) return;
    hsvc_fault_store_settle(d->fault); /* what is late may still come, and must change nothing */
}

/* disturbed: one line with one fault at the nth call it is for. 0 when there is no such call any more. */
static int disturbed(size_t line, const struct fault_row *row, uint64_t nth, int warm) {
    struct desk d;
    int32_t status;
    int reached, good;
    open_before(&d, line, warm);
    arm(&d, row, nth);
    status = story_go(&d, &story, line);
    reached = fired(&d) != 0;
    good = status == HSVC_OK || (reached && status == row->expected);
    if (!good) say_where(row->name, line, nth);
    if (!good) print_error("returned %s\n", hsvc_name(HSVC_REGISTRY_STATUS, status));
    assert_true(good);
    if (status != HSVC_OK) failed_call_is_told(&d, line, status);
    retry(&d, line, row);
    good = story_same(&d, &story, line + 1);
    if (!good) say_where(row->name, line, nth);
    assert_true(good);
    sound(&d);
    desk_close(&d);
    return reached;
}

/* Every line commits, and a cold engine reads: a loop that no fault ever reached would be green for nothing (F58, F77). */
static void every_store_call_fails_once_STORE_3_STORE_4(void **state) {
    (void)state;
    for (int warm = 0; warm <= 1; warm++)
        for (size_t line = 0; line < STORY_LINES; line++)
            for (size_t f = 0; f < FAULTS; f++) {
                uint64_t nth = 1;
                while (disturbed(line, &faults[f], nth, warm)) nth++;
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
        open_before(&d, line, 0);
        arm(&d, &lost_answer, 1);
        assert_int_equal(story_go(&d, &story, line), HSVC_ERR_UNKNOWN);
        hsvc_fault_store_disarm(d.fault);
        OK(story_go(&d, &story, line));
        verdict = verdict_of(d.fx, 0);
        if (!verdict.repeated) say_where("not marked as repeated", line, 0);
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
            open_before(&d, line, 0);
            arm(&d, &lost[k % 2], 1);
            arm(&d, &then[k / 2], 2);
            assert_int_equal(story_go(&d, &story, line), HSVC_ERR_UNKNOWN);
            failed_call_is_told(&d, line, HSVC_ERR_UNKNOWN);
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
            if (!story_same(&d, &story, STORY_LINES)) say_where(faults[some[f]].name, STORY_LINES, nth);
            assert_true(story_same(&d, &story, STORY_LINES));
            sound(&d);
            desk_close(&d);
            if (nth > 1000) break;
        }
    }
}

/* ---- memory ---- */

static uint64_t memory_failures(const struct desk *d) {
    hsvc_alloc_counts counts;
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_count_alloc_counts(d->count, &counts));
    return counts.failures;
}

/* The memory store has the same allocator: it answers FULL. */
static int is_about_memory(int32_t status) { return status == HSVC_ERR_MEMORY || status == HSVC_ERR_FULL; }

/* start_short: engine and batch with the nth allocation failing; nothing may be left of what was not made. */
static void start_short(struct desk *d) {
    int32_t status = hsvc_engine_new(&d->config, &d->engine);
    if (status == HSVC_OK) status = hsvc_effects_new(&d->allocator, &d->fx);
    if (status == HSVC_OK) return;
    assert_int_equal(status, HSVC_ERR_MEMORY);
    OK(hsvc_count_alloc_fail(d->count, 0, 0));
    if (d->engine == NULL) OK(hsvc_engine_new(&d->config, &d->engine));
    assert_null(d->fx);
    OK(hsvc_effects_new(&d->allocator, &d->fx));
}

/* short_of_memory: one line whose nth request for memory fails, once or from there on. */
static int short_of_memory(size_t line, uint64_t nth, uint64_t times) {
    struct desk d;
    int32_t status;
    uint64_t failures;
    desk_ready(&d);
    rows_write(&story.before[line], &d.plain);
    OK(hsvc_count_alloc_fail(d.count, nth, times));
    start_short(&d);
    status = story_go(&d, &story, line);
    if (status != HSVC_OK) {
        if (!is_about_memory(status)) say_where(hsvc_name(HSVC_REGISTRY_STATUS, status), line, nth);
        assert_true(is_about_memory(status));
        failed_call_is_told(&d, line, status);
    }
    if (status != HSVC_OK && times == HSVC_TESTKIT_ALWAYS) assert_true(is_about_memory(story_go(&d, &story, line)));
    failures = memory_failures(&d);
    OK(hsvc_count_alloc_fail(d.count, 0, 0));
    OK(story_go(&d, &story, line));
    if (!story_same(&d, &story, line + 1)) say_where("memory", line, nth);
    assert_true(story_same(&d, &story, line + 1));
    desk_close(&d);
    return failures != 0;
}

static void every_allocation_fails_once_and_for_ever_SAFE_5(void **state) {
    (void)state;
    for (size_t line = 0; line < STORY_LINES; line++) {
        for (uint64_t nth = 1; short_of_memory(line, nth, 1); nth++) assert_true(nth < 1000);
        for (uint64_t nth = 1; short_of_memory(line, nth, HSVC_TESTKIT_ALWAYS); nth++) assert_true(nth < 1000);
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
                open_before(&d, STORY_LINES - 1, 0);
                rows_read(&before, &d.plain, 1);
                arm(&d, &faults[f], nth);
                status = look_at(&d, which);
                reached = fired(&d);
                /* A spoilt value is verify's finding, not its failure; a spoilt deadline key's row says nothing. */
                if (reached && which != 6 && status != faults[f].expected)
                    say_where(faults[f].name, (size_t)which, nth);
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
