/* test_clock_locks.c: locks and counts of failures under a clock that steps back: none is lost, and none lasts for ever (TIME-4,
 * SIGN-7, LOCK-1; F44). */
#include "clock.h"

static uint32_t try_pin(uint32_t answer) {
    hsvc_effect asked;
    hsvc_input in;
    uint32_t reason = GIVE(d, hsvc_input_submit(&in, "P1", device_view(d, "P1").prompt_id, "ann", "1", 1));
    if (reason != HSVC_REASON_VERIFYING) return reason;
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, &asked), 1);
    return GIVE(d, hsvc_input_verify_result(&in, "P1", asked.request, answer));
}

static void ask_for_pin(void) {
    hsvc_input in;
    set_global(HSVC_PARAM_PIN_ENTRY, HSVC_CHOICE_PIN_ENTRY_REQUIRED);
    set_global(HSVC_PARAM_PROMPT_TIMEOUT, 10 * MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_PIN_ASKED);
}

static void replug(uint32_t wanted) {
    hsvc_input in;
    DO(hsvc_input_headset_disconnected(&in, "P1", "S1", 1));
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), wanted);
}

static void a_step_back_loses_no_failure_and_keeps_none_for_ever_TIME_4_SIGN_7(void **state) {
    (void)state;
    ask_for_pin();
    assert_int_equal(try_pin(HSVC_VERIFY_WRONG), HSVC_REASON_CREDENTIALS_WRONG);
    pass(d, -10 * HOUR);
    assert_int_equal(try_pin(HSVC_VERIFY_WRONG), HSVC_REASON_CREDENTIALS_WRONG);
    assert_int_equal(user_view(d, "ann").failures, 2);
    advance(d, 30 * MINUTE); /* lockout_reset_after: they lapse */
    replug(HSVC_REASON_PIN_ASKED);
    assert_int_equal(try_pin(HSVC_VERIFY_WRONG), HSVC_REASON_CREDENTIALS_WRONG);
    assert_int_equal(user_view(d, "ann").failures, 1);
}

static void a_lock_is_neither_lost_nor_endless_TIME_4_SIGN_7(void **state) {
    (void)state;
    ask_for_pin();
    for (int i = 0; i < 3; i++) assert_int_equal(try_pin(HSVC_VERIFY_WRONG), HSVC_REASON_CREDENTIALS_WRONG);
    pass(d, -10 * HOUR);
    replug(HSVC_REASON_LOCKED_OUT);
    assert_true(user_view(d, "ann").locked_until_at <= now() + 30 * MINUTE);
    pass(d, 29 * MINUTE);
    replug(HSVC_REASON_LOCKED_OUT);
    pass(d, -10 * HOUR); /* and again: it is over */
    replug(HSVC_REASON_PIN_ASKED);
}

static void a_device_takes_pins_again_TIME_4_LOCK_1(void **state) {
    (void)state;
    set_global(HSVC_PARAM_DEVICE_FAILURES_MAX, 2);
    set_global(HSVC_PARAM_LOCKOUT_FAILURES, 0);
    ask_for_pin();
    for (int i = 0; i < 2; i++) assert_int_equal(try_pin(HSVC_VERIFY_WRONG), HSVC_REASON_CREDENTIALS_WRONG);
    pass(d, -400 * 24 * HOUR);
    replug(HSVC_REASON_DEVICE_THROTTLED);
    pass(d, 30 * MINUTE + 1);
    replug(HSVC_REASON_PIN_ASKED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_step_back_loses_no_failure_and_keeps_none_for_ever_TIME_4_SIGN_7),
        TEST(a_lock_is_neither_lost_nor_endless_TIME_4_SIGN_7),
        TEST(a_device_takes_pins_again_TIME_4_LOCK_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
