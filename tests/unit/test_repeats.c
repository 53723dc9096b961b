/* test_repeats.c: the same input twice: request ids (STORE-4). */
#include "batch.h"

/* The sign-out resets the phone and owes a wipe; who repeats it must get both again, and the session ends once. */
static void a_repeat_is_answered_with_the_stored_verdict_and_the_devices_state_STORE_4(void **state) {
    hsvc_verdict first, again;
    hsvc_effect effect = {0};
    hsvc_input in;
    (void)state;
    sign_in();
    OK(hsvc_input_menu_sign_out(&in, "P1"));
    with_id(&in, 9);
    assert_int_equal(give(d, &in), HSVC_REASON_SIGNED_OUT);
    first = verdict_of(d->fx, 0);
    assert_int_equal(first.repeated, 0);
    rows_read(&before, &d->plain, 1);
    pass(d, SECOND);
    assert_int_equal(give(d, &in), HSVC_REASON_SIGNED_OUT);
    again = verdict_of(d->fx, 0);
    assert_int_equal(again.repeated, 1);
    assert_int_equal(again.accepted, 1);
    assert_string_equal(again.rule, first.rule);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL), 0);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, &effect), 1);
    assert_int_equal(effect.generation, 2);
    assert_true(effect.flags & HSVC_FLAG_REPEATED);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_WIPE, &effect), 1);
    assert_true(effect.flags & HSVC_FLAG_REPEATED);
    nothing_written(d, &before);
}

/* The profile is acknowledged, the wipe is not: it is still owed (OUT-7, STORE-6). */
static void a_repeat_tells_the_wipe_that_is_still_owed_STORE_4(void **state) {
    hsvc_input in, back;
    hsvc_effect effect;
    (void)state;
    sign_in();
    OK(hsvc_input_menu_sign_out(&in, "P1"));
    with_id(&in, 9);
    assert_int_equal(give(d, &in), HSVC_REASON_SIGNED_OUT);
    OK(hsvc_input_profile_applied(&back, "P1", 2));
    assert_int_equal(give(d, &back), HSVC_REASON_PROFILE_CONFIRMED);
    assert_int_equal(give(d, &in), HSVC_REASON_SIGNED_OUT);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 0);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_WIPE, &effect), 1);
    assert_int_equal(effect.generation, 2);
}

static void a_repeat_shows_the_prompt_again_without_a_pin_STORE_4(void **state) {
    hsvc_input in;
    hsvc_effect effect;
    uint64_t prompt;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S8", 1)), HSVC_REASON_ASSOCIATION_ASKED);
    prompt = device_view(d, "P1").prompt_id;
    OK(hsvc_input_submit(&in, "P1", prompt, "bob", "1234", 4));
    with_id(&in, 4);
    assert_int_equal(give(d, &in), HSVC_REASON_VERIFYING);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, NULL), 1);
    assert_int_equal(give(d, &in), HSVC_REASON_VERIFYING);
    assert_int_equal(verdict_of(d->fx, 0).repeated, 1);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, NULL), 0);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SHOW_PROMPT, &effect), 1);
    assert_int_equal(effect.prompt_id, prompt);
    assert_int_equal(effect.pin_len, 0);
}

static void a_refusal_is_repeated_as_one_STORE_4(void **state) {
    hsvc_input in;
    (void)state;
    OK(hsvc_input_associate(&in, "bob", "S1"));
    with_id(&in, 2);
    assert_int_equal(give(d, &in), HSVC_REASON_HEADSET_IN_USE);
    assert_int_equal(give(d, &in), HSVC_REASON_HEADSET_IN_USE);
    assert_int_equal(verdict_of(d->fx, 0).repeated, 1);
    assert_int_equal(verdict_of(d->fx, 0).accepted, 0);
    assert_string_equal(verdict_of(d->fx, 0).rule, "ASSOC-2");
}

static void the_same_id_twice_in_one_batch_is_a_repeat_STORE_4(void **state) {
    hsvc_input in[2];
    (void)state;
    OK(hsvc_input_associate(&in[0], "bob", "S2"));
    with_id(&in[0], 2);
    in[1] = in[0];
    OK(hsvc_apply(d->engine, in, 2, 0, d->fx));
    assert_int_equal(verdict_of(d->fx, 0).repeated, 0);
    assert_int_equal(verdict_of(d->fx, 1).repeated, 1);
    assert_int_equal(verdict_of(d->fx, 1).reason, HSVC_REASON_ASSOCIATED);
}

/* A store that never says what came of it is asked so many times and no more. */
static void an_outcome_is_asked_for_so_many_times_STORE_4(void **state) {
    struct desk silent;
    hsvc_fault fault;
    hsvc_input in;
    (void)state;
    desk_open(&silent);
    OK(hsvc_testkit_init(&fault, sizeof fault));
    fault.kind = HSVC_FAULT_UNKNOWN_LOST;
    fault.on = HSVC_FAULT_ON_COMMIT;
    fault.nth = 1;
    fault.times = HSVC_TESTKIT_ALWAYS;
    OK(hsvc_fault_store_arm(silent.fault, &fault));
    OK(hsvc_input_user_put(&in, "ann", NULL, 0));
    assert_int_equal(hsvc_apply(silent.engine, &in, 1, 0, silent.fx), HSVC_ERR_UNKNOWN);
    assert_int_equal(counters_of(silent.engine).unknown_outcomes, HSVC_LIMIT_ATTEMPTS);
    hsvc_fault_store_disarm(silent.fault);
    desk_close(&silent);
}

/* Any other content: each field of the connect, one after the other. */
static void the_same_id_with_other_content_is_refused_STORE_4(void **state) {
    hsvc_input first, in;
    (void)state;
    OK(hsvc_input_headset_connected(&first, "P1", "S1", 1));
    with_id(&first, 3);
    assert_int_equal(give(d, &first), HSVC_REASON_COUNTDOWN_STARTED);
    rows_read(&before, &d->plain, 1);
#define OTHER(change)                                            \
    in = first;                                                  \
    change;                                                      \
    assert_int_equal(give(d, &in), HSVC_REASON_KEY_REUSED);      \
    assert_int_equal(verdict_of(d->fx, 0).repeated, 0)
    OTHER(hsvc_input_set_serial(&in, "S2"));
    OTHER(in.handle = 2);
    OTHER(in.state = HSVC_HEADSET_DECT);
    OTHER(in.flags = HSVC_FLAG_UPDATING);
    OTHER(in.at_ms = START);
    OTHER(hsvc_input_set_vendor(&in, "v"));
    OTHER(hsvc_input_set_model(&in, "v"));
    OTHER(hsvc_input_set_firmware(&in, "v"));
    OTHER(hsvc_input_set_dock(&in, "v"));
    OTHER(hsvc_input_set_headset_template(&in, "v"));
    OTHER(OK(hsvc_input_user_activity(&in, "P1")); with_id(&in, 3));
    nothing_written(d, &before);
    OK(hsvc_input_device_put(&first, "P9", "own", HSVC_DEVICE_ANONYMOUS, "hall", NULL, NULL, 0));
    with_id(&first, 4);
    assert_int_equal(give(d, &first), HSVC_REASON_DONE);
    OTHER(hsvc_input_set_site(&in, "room"));
    OTHER(hsvc_input_set_firmware(&in, "1"));
    with_id(&in, 5);
    first = in;
    first.firmware = "2";
    assert_int_equal(give(d, &first), HSVC_REASON_DONE);
    OTHER(hsvc_input_set_firmware(&in, "3")); /* one byte is content, too */
    OTHER(hsvc_input_set_firmware(&in, "1"));
    OTHER(hsvc_input_set_location(&in, "here"));
    OTHER(hsvc_input_set_related_user(&in, "ann"));
}

static void the_ninth_id_forgets_the_first_STORE_4(void **state) {
    hsvc_input in;
    (void)state;
    for (uint8_t i = 1; i <= HSVC_LIMIT_RECENT_REQUESTS + 1; i++) {
        OK(hsvc_input_call_begun(&in, "P1", i, HSVC_CALL_ACTIVE));
        with_id(&in, i);
        assert_int_equal(give(d, &in), HSVC_REASON_CALL_NOTED);
    }
    for (uint8_t i = HSVC_LIMIT_RECENT_REQUESTS + 1; i >= 1; i--) {
        OK(hsvc_input_call_begun(&in, "P1", i, HSVC_CALL_ACTIVE));
        with_id(&in, i);
        assert_int_equal(give(d, &in), i == 1 ? HSVC_REASON_UNCHANGED : HSVC_REASON_CALL_NOTED);
        assert_int_equal(verdict_of(d->fx, 0).repeated, i != 1);
    }
}

static void ids_belong_to_the_record_of_their_input_STORE_4(void **state) {
    hsvc_input in;
    (void)state;
    OK(hsvc_input_associate(&in, "ann", "S2"));
    with_id(&in, 5);
    assert_int_equal(give(d, &in), HSVC_REASON_ASSOCIATED);
    OK(hsvc_input_associate(&in, "bob", "S3")); /* another user's list */
    with_id(&in, 5);
    assert_int_equal(give(d, &in), HSVC_REASON_ASSOCIATED);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_KEEP_MAX, HSVC_SCOPE_GLOBAL, HOUR));
    with_id(&in, 5);
    assert_int_equal(give(d, &in), HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(give(d, &in), HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(verdict_of(d->fx, 0).repeated, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_repeat_is_answered_with_the_stored_verdict_and_the_devices_state_STORE_4),
        TEST(a_repeat_tells_the_wipe_that_is_still_owed_STORE_4),
        TEST(a_repeat_shows_the_prompt_again_without_a_pin_STORE_4),
        TEST(a_refusal_is_repeated_as_one_STORE_4),
        TEST(the_same_id_twice_in_one_batch_is_a_repeat_STORE_4),
        TEST(the_same_id_with_other_content_is_refused_STORE_4),
        TEST(an_outcome_is_asked_for_so_many_times_STORE_4),
        TEST(the_ninth_id_forgets_the_first_STORE_4),
        TEST(ids_belong_to_the_record_of_their_input_STORE_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
