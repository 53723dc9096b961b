/* test_unknown.c: inputs about what is not there, and answers to what is not asked: refused by name, and nothing is
 * written, no record comes into being by being mentioned (PRES-4, PROMPT-5, ASSOC-4, SIGN-8). */
#include "desk.h"

static struct desk desk, *const d = &desk;
static struct rows before;

/* A phone with ann signed in by S1, and S2, which is nobody's, asked about. */
static int open_desk(void **state) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 0)),
                     HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                                                   HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    advance(d, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S2", 2)), HSVC_REASON_ASSOCIATION_ASKED);
    rows_read(&before, &d->plain, 1);
    return 0;
}

static int close_desk(void **state) {
    (void)state;
    rows_free(&before);
    sound(d);
    desk_close(d);
    return 0;
}

static void refused_unwritten(const hsvc_input *in, uint32_t reason) {
    uint32_t given = give(d, in);
    if (given != reason)
        print_error("%s says %s\n", hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)in->kind),
                    hsvc_name(HSVC_REGISTRY_REASON, (int32_t)given));
    assert_int_equal(given, reason);
    assert_int_equal(verdict_of(d->fx, 0).accepted, 0);
    assert_int_equal(hsvc_effects_count(d->fx), 0);
    nothing_changed(d, &before);
}
#define REFUSED(maker, reason) \
    OK(maker);                 \
    refused_unwritten(&in, HSVC_REASON_##reason)

static void an_unknown_device_is_named_by_every_input_of_a_device_PRES_4(void **state) {
    hsvc_input in;
    (void)state;
    REFUSED(hsvc_input_device_registered(&in, "PX", 1, 0), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_device_unregistered(&in, "PX"), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_profile_applied(&in, "PX", 1), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_profile_failed(&in, "PX", 1), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_wipe_done(&in, "PX", 1), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_user_activity(&in, "PX"), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_headset_connected(&in, "PX", "S1", 1), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_headset_disconnected(&in, "PX", "S1", 1), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_presence_snapshot(&in, "PX", NULL, 0), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_call_begun(&in, "PX", 1, HSVC_CALL_ACTIVE), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_call_changed(&in, "PX", 1, HSVC_CALL_HELD), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_call_ended(&in, "PX", 1), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_call_snapshot(&in, "PX", NULL, 0), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_submit(&in, "PX", 1, "ann", "1", 1), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_cancel(&in, "PX", 1), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_menu_associate(&in, "PX"), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_menu_sign_in(&in, "PX"), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_menu_sign_out(&in, "PX"), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_verify_result(&in, "PX", 1, HSVC_VERIFY_OK), DEVICE_UNKNOWN);
    REFUSED(hsvc_input_force_sign_out(&in, "PX"), DEVICE_UNKNOWN);
}

static void unknown_users_and_headsets_are_named_ASSOC_4(void **state) {
    hsvc_input in;
    (void)state;
    REFUSED(hsvc_input_associate(&in, "eve", "S2"), USER_UNKNOWN);
    REFUSED(hsvc_input_user_unlock(&in, "eve"), USER_UNKNOWN);
    REFUSED(hsvc_input_user_unlock(&in, NULL), USER_UNKNOWN);
    REFUSED(hsvc_input_disassociate(&in, "SX"), NOT_ASSOCIATED);
    REFUSED(hsvc_input_update_begin(&in, "SX"), HEADSET_UNKNOWN);
    REFUSED(hsvc_input_update_end(&in, "SX"), HEADSET_UNKNOWN);
    OK(hsvc_input_disassociate(&in, "S1"));
    hsvc_input_set_user(&in, "eve");
    refused_unwritten(&in, HSVC_REASON_NOT_OWNER);
    OK(hsvc_input_device_put(&in, "P9", "own", HSVC_DEVICE_OWNED, NULL, NULL, NULL, 0));
    in.related_user = "eve";
    in.related_user_len = 3;
    refused_unwritten(&in, HSVC_REASON_USER_UNKNOWN);
    OK(hsvc_input_device_put(&in, "P9", "own", HSVC_DEVICE_OWNED, NULL, NULL, NULL, 0)); /* by nobody */
    refused_unwritten(&in, HSVC_REASON_USER_UNKNOWN);
}

static void unknown_parameters_scopes_and_values_are_named_POL_2(void **state) {
    hsvc_input in;
    (void)state;
    REFUSED(hsvc_input_policy_set(&in, 43, HSVC_SCOPE_GLOBAL, 1), PARAMETER_UNKNOWN);
    REFUSED(hsvc_input_policy_set(&in, UINT32_MAX, HSVC_SCOPE_GLOBAL, 1), PARAMETER_UNKNOWN);
    REFUSED(hsvc_input_policy_unset(&in, 1000, HSVC_SCOPE_GLOBAL), PARAMETER_UNKNOWN);
    REFUSED(hsvc_input_policy_set(&in, HSVC_PARAM_KEEP_MAX, HSVC_SCOPE_SITE, HOUR), SCOPE_INVALID);
    REFUSED(hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_DEVICE, 1), SCOPE_INVALID); /* of no device */
    REFUSED(hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 2), OUT_OF_RANGE);
    REFUSED(hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, INT64_MIN), OUT_OF_RANGE);
    REFUSED(hsvc_input_policy_set(&in, HSVC_PARAM_KEEP_MAX, HSVC_SCOPE_GLOBAL, INT64_MAX), OUT_OF_RANGE);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_USER, 1));
    hsvc_input_set_user(&in, "eve");
    refused_unwritten(&in, HSVC_REASON_USER_UNKNOWN);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_DEVICE, 1));
    hsvc_input_set_device(&in, "PX");
    refused_unwritten(&in, HSVC_REASON_DEVICE_UNKNOWN);
}

/* stale_answers: every answer a prompt can have, to this prompt id. */
static void stale_answers(uint64_t prompt) {
    hsvc_input in;
    REFUSED(hsvc_input_submit(&in, "P1", prompt, "ann", "1", 1), PROMPT_STALE);
    REFUSED(hsvc_input_choose_profile(&in, "P1", prompt, "p"), PROMPT_STALE);
    REFUSED(hsvc_input_sign_in(&in, "P1", prompt), PROMPT_STALE);
    REFUSED(hsvc_input_sign_out(&in, "P1", prompt), PROMPT_STALE);
    REFUSED(hsvc_input_yes(&in, "P1", prompt), PROMPT_STALE);
    REFUSED(hsvc_input_no(&in, "P1", prompt), PROMPT_STALE);
    REFUSED(hsvc_input_cancel(&in, "P1", prompt), PROMPT_STALE);
    REFUSED(hsvc_input_exit(&in, "P1", prompt), PROMPT_STALE);
    REFUSED(hsvc_input_extend(&in, "P1", prompt), PROMPT_STALE);
}

static void an_answer_to_another_prompt_is_stale_PROMPT_5(void **state) {
    uint64_t shown = device_view(d, "P1").prompt_id;
    (void)state;
    for (uint64_t old = 1; old < shown; old++) stale_answers(old);
    stale_answers(shown + 1);
    stale_answers(UINT64_MAX);
}

static void an_answer_to_no_prompt_is_stale_PROMPT_5(void **state) {
    uint64_t shown = device_view(d, "P1").prompt_id;
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", "S2", 2)), HSVC_REASON_PROMPT_CLOSED);
    rows_read(&before, &d->plain, 1);
    stale_answers(shown);
    stale_answers(1);
}

static void an_answer_that_the_prompt_does_not_have_is_named_PROMPT_5(void **state) {
    uint64_t shown = device_view(d, "P1").prompt_id; /* ASSOCIATE: submit, exit */
    hsvc_input in;
    (void)state;
    REFUSED(hsvc_input_sign_in(&in, "P1", shown), ANSWER_INVALID);
    REFUSED(hsvc_input_sign_out(&in, "P1", shown), ANSWER_INVALID);
    REFUSED(hsvc_input_yes(&in, "P1", shown), ANSWER_INVALID);
    REFUSED(hsvc_input_no(&in, "P1", shown), ANSWER_INVALID);
    REFUSED(hsvc_input_cancel(&in, "P1", shown), ANSWER_INVALID);
    REFUSED(hsvc_input_choose_profile(&in, "P1", shown, "p"), ANSWER_INVALID);
}

static void an_answer_to_no_question_is_stale_SIGN_8(void **state) {
    hsvc_input in;
    (void)state;
    for (uint32_t answer = HSVC_VERIFY_OK; answer <= HSVC_VERIFY_UNAVAILABLE; answer++) {
        REFUSED(hsvc_input_verify_result(&in, "P1", 1, answer), REQUEST_STALE);
        REFUSED(hsvc_input_verify_result(&in, "P1", UINT64_MAX, answer), REQUEST_STALE);
    }
    REFUSED(hsvc_input_device_registered(&in, "P1", 2, 0), GENERATION_NEWER);
    REFUSED(hsvc_input_profile_applied(&in, "P1", UINT64_MAX), GENERATION_NEWER);
}

/* What is harmless is not refused, but it writes nothing either. */
static void late_and_doubled_reports_change_nothing_PRES_4_OUT_6(void **state) {
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", "SX", 0)), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_call_ended(&in, "P1", 77)), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_wipe_done(&in, "P1", 1)), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_profile_applied(&in, "P1", 1)), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_update_end(&in, "S1")), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_user_unlock(&in, "ann")), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ANN", "s1")), HSVC_REASON_ALREADY_ASSOCIATED);
    nothing_changed(d, &before);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(an_unknown_device_is_named_by_every_input_of_a_device_PRES_4),
        TEST(unknown_users_and_headsets_are_named_ASSOC_4),
        TEST(unknown_parameters_scopes_and_values_are_named_POL_2),
        TEST(an_answer_to_another_prompt_is_stale_PROMPT_5),
        TEST(an_answer_to_no_prompt_is_stale_PROMPT_5),
        TEST(an_answer_that_the_prompt_does_not_have_is_named_PROMPT_5),
        TEST(an_answer_to_no_question_is_stale_SIGN_8),
        TEST(late_and_doubled_reports_change_nothing_PRES_4_OUT_6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
