/* test_event_times.c: inputs that tell of earlier times, and what was due before them (TIME-2, TIME-3). */
#include "batch.h"

static int64_t now_of(void) {
    int64_t now;
    OK(hsvc_manual_clock_get(d->clock, &now));
    return now;
}

static hsvc_verdict gone_at(int64_t at) {
    hsvc_input in;
    OK(hsvc_input_headset_disconnected(&in, "P1", NULL, 1));
    in.at_ms = at;
    assert_int_equal(give(d, &in), HSVC_REASON_WINDOW_OPENED);
    return verdict_of(d->fx, 0);
}

static void windows_run_from_event_time_TIME_2_OUT_1(void **state) {
    (void)state;
    sign_in();
    pass(d, HOUR);
    assert_int_equal(gone_at(now_of() - 2 * MINUTE).at_ms, now_of() - 2 * MINUTE);
    assert_int_equal(device_view(d, "P1").window_due_at, now_of() + 3 * MINUTE);
}

static void the_future_is_clamped_to_now_TIME_2(void **state) {
    (void)state;
    sign_in();
    assert_int_equal(gone_at(now_of() + HOUR).at_ms, now_of());
    assert_int_equal(device_view(d, "P1").window_due_at, now_of() + 5 * MINUTE);
}

static void the_past_ends_at_the_sessions_start_TIME_2(void **state) {
    (void)state;
    sign_in();
    assert_int_equal(gone_at(1).at_ms, device_view(d, "P1").signed_in_at);
}

static void the_past_is_bounded_by_backdate_max_TIME_2(void **state) {
    hsvc_input in, at;
    (void)state;
    OK(hsvc_input_call_begun(&at, "P1", 5, HSVC_CALL_ACTIVE));
    at.at_ms = now_of() - 100 * HOUR;
    assert_int_equal(give(d, &at), HSVC_REASON_CALL_NOTED);
    assert_int_equal(verdict_of(d->fx, 0).at_ms, now_of() - 8 * HOUR);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_BACKDATE_MAX, HSVC_SCOPE_GLOBAL, 0)),
                     HSVC_REASON_POLICY_CHANGED);
    at.call_id = 6;
    at.at_ms = now_of() - 1;
    assert_int_equal(give(d, &at), HSVC_REASON_CALL_NOTED);
    assert_int_equal(verdict_of(d->fx, 0).at_ms, now_of());
}

/* back_at: the headset is back at a time relative to the window's end, told so many ms after that end. The reason. */
static uint32_t back_at(int64_t after_due, int64_t told_after) {
    int64_t due = device_view(d, "P1").window_due_at;
    hsvc_input in;
    OK(hsvc_manual_clock_set(d->clock, due + told_after));
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 2));
    in.at_ms = due + after_due;
    return give(d, &in);
}

/* Late reports are judged by when it happened, as long as nobody has fired the deadline. */
static void at_exactly_the_deadline_the_reconnect_wins_OUT_3_TIME_3(void **state) {
    static const int64_t told[] = {0, 1, SECOND, HOUR};
    (void)state;
    sign_in();
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        hsvc_input in;
        assert_int_equal(gone_at(0).accepted, 1);
        assert_int_equal(back_at(0, told[i]), HSVC_REASON_WINDOW_CLOSED);
        assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL), 0);
        assert_int_equal(hsvc_verdict_count(d->fx), 1);
        assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 2)), HSVC_REASON_WINDOW_OPENED);
        assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_WINDOW_CLOSED);
    }
}

static void a_deadline_before_the_event_fires_first_TIME_3(void **state) {
    hsvc_verdict verdict;
    hsvc_effect ended;
    (void)state;
    sign_in();
    assert_int_equal(gone_at(0).accepted, 1);
    assert_int_equal(back_at(1, 1), HSVC_REASON_OFFERED_LATER); /* a connect at a phone that resets */
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    OK(hsvc_verdict_at(d->fx, 0, &verdict));
    assert_int_equal(verdict.input_index, HSVC_NO_INPUT);
    assert_int_equal(verdict.reason, HSVC_REASON_SIGNED_OUT);
    assert_int_equal(verdict.at_ms, now_of() - 1);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, &ended), 1);
    assert_int_equal(ended.cause, HSVC_CAUSE_WINDOW);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_VACANT);
}

static void a_committed_sign_out_is_not_undone_by_an_earlier_event_TIME_2(void **state) {
    hsvc_input in;
    int64_t due;
    (void)state;
    sign_in();
    assert_int_equal(gone_at(0).accepted, 1);
    due = device_view(d, "P1").window_due_at;
    OK(hsvc_manual_clock_set(d->clock, due + 1));
    OK(hsvc_advance(d->engine, d->fx));
    assert_int_equal(said(d->fx, HSVC_NO_INPUT), HSVC_REASON_SIGNED_OUT);
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 2));
    in.at_ms = due - MINUTE;
    assert_int_equal(give(d, &in), HSVC_REASON_OFFERED_LATER);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_VACANT);
}

/* ended_now: advances; how many sessions that ended. */
static size_t ended_now(void) {
    OK(hsvc_advance(d->engine, d->fx));
    return effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL);
}

static void a_deadline_fires_once_and_never_early_TIME_3(void **state) {
    int64_t due, next;
    (void)state;
    sign_in();
    assert_int_equal(gone_at(0).accepted, 1);
    due = device_view(d, "P1").window_due_at;
    OK(hsvc_next_deadline(d->engine, &next));
    assert_int_equal(next, due);
    OK(hsvc_manual_clock_set(d->clock, due - 1));
    assert_int_equal(ended_now(), 0);
    assert_int_equal(hsvc_verdict_count(d->fx), 0);
    OK(hsvc_manual_clock_set(d->clock, due));
    assert_int_equal(ended_now(), 1);
    assert_int_equal(ended_now(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(windows_run_from_event_time_TIME_2_OUT_1),
        TEST(the_future_is_clamped_to_now_TIME_2),
        TEST(the_past_ends_at_the_sessions_start_TIME_2),
        TEST(the_past_is_bounded_by_backdate_max_TIME_2),
        TEST(at_exactly_the_deadline_the_reconnect_wins_OUT_3_TIME_3),
        TEST(a_deadline_before_the_event_fires_first_TIME_3),
        TEST(a_committed_sign_out_is_not_undone_by_an_earlier_event_TIME_2),
        TEST(a_deadline_fires_once_and_never_early_TIME_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
