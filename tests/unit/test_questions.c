/* test_questions.c: what each question makes of records that scripts lead to seldom or never: each condition of a question alone
 * changes its answer (STORE-3, STORE-7). */
#include "questions.h"

static void of_the_device_itself_DEV_1(void **state) {
    (void)state;
    dev->own_profile = TEXT("own");
    INPUT_TEXT(profile, "another");
    ASKED(changes_worn_own_profile, 1);
    sign_in(HSVC__session_ENDING);
    ASKED(changes_worn_own_profile, 0);
    memset(&in, 0, sizeof in);
    begin();
    ASKED(device_put_says_nothing_new, 1);
    INPUT_TEXT(related_user, "bob");
    ASKED(device_put_says_nothing_new, 0);
    ASKED(absence_is_bounded, 1);
    dev->away_due = NOW;
    ASKED(absence_is_bounded, 0);
    dev->generation_desired = dev->generation_acked = 3;
    ASKED(unworn_profile_must_wait, 0);
    ASKED(device_is_not_judged, 0);
    dev->profile_state = HSVC__profile_RETRYING;
    ASKED(device_is_not_judged, 1);
    ASKED(presence_is_full, 0);
    dev->present_count = HSVC_LIMIT_PRESENCE_PER_DEVICE; /* each without a handle */
    ASKED(presence_is_full, 1);
    h1->counted = 1;
    h1->device = dev->name;
    h1->last_connected_at = NOW;
    ASKED(is_counted_here, 1);
    h1->last_connected_at = NOW + 1;
    ASKED(is_counted_here, 0);
    ASKED(device_has_failures, 0);
    dev->throttled_until = NOW + 1;
    ASKED(device_has_failures, 1);
}

static void of_presence_at_another_device_PRES_7(void **state) {
    struct hsvc__present *there;
    (void)state;
    h1->connected = 1;
    h1->device = other->name;
    ASKED(serial_is_elsewhere, 0); /* the device knows nothing of it */
    there = put_here(other, h1->serial, 0);
    there->event_at = 5;
    ASKED(serial_is_elsewhere, 1);
    there->flags = HSVC__GONE;
    ASKED(serial_is_elsewhere, 0);
    ASKED(newer_is_elsewhere, 0);
}

static void of_answers_to_questions_PRES_7_OUT_6(void **state) {
    (void)state;
    put_here(dev, h1->serial, HSVC__DOUBTFUL)->request = 9;
    in.request = 9;
    ASKED(question_is_another, 0);
    in.request = 8;
    ASKED(question_is_another, 1);
    dev->calls_request = 8;
    ASKED(call_question_is_another, 0);
    dev->calls_request = 7;
    ASKED(call_question_is_another, 1);
    dev->call_count = 1;
    ASKED(other_calls_remain, 0);
    dev->calls_lost = 1;
    ASKED(other_calls_remain, 1);
}

static void of_deny_and_of_force_DENY_1_OUT_13(void **state) {
    (void)state;
    t->at = 5;
    choose(&dev->set, HSVC_PARAM_HEADSET_EM, HSVC_CHOICE_HEADSET_EM_DENY);
    ASKED(headset_came_under_deny, 0);
    put_here(dev, h1->serial, 0)->since_at = 5;
    ASKED(headset_came_under_deny, 1);
    sign_in(HSVC__session_SIGNED_IN);
    dev->session_flags = HSVC__SESSION_UNWATCHED;
    ASKED(watch_resumes, 0);
    in.user_len = 1; /* an input of another kind */
    ASKED(forces_a_user, 0);
    ASKED(forces_many, 0);
}

static void of_a_device_that_flaps_PRES_8(void **state) {
    (void)state;
    dev->flap_state = HSVC__flapping_HELD;
    sign_in(HSVC__session_KEPT);
    ASKED(connect_is_held, 0); /* who is awaited is let in */
    dev->session_state = HSVC__session_DEFERRED;
    ASKED(connect_is_held, 0);
    dev->session_state = HSVC__session_LINGERING;
    ASKED(connect_is_held, 0);
    dev->session_state = HSVC__session_SIGNED_IN;
    ASKED(connect_is_held, 1);
    put_here(dev, h1->serial, 0);
    dev->session_state = HSVC__session_KEPT;
    ASKED(connect_is_held, 1);
    ASKED(disconnect_is_held, 1);
    dev->presents[0].flags = HSVC__GONE;
    ASKED(disconnect_is_held, 0);
    ASKED(no_usable_headset, 1);
}

static void of_credentials_SIGN_6_SIGN_7(void **state) {
    (void)state;
    ASKED(attempts_are_used_up, 0); /* of nobody */
    in.kind = HSVC_INPUT_SUBMIT;
    in.pin_len = 1;
    INPUT_TEXT(user, "alice");
    alice->locked_until = NOW + 1;
    ASKED(entry_is_for_locked_user, 1);
    dev->verify_state = HSVC__verification_PENDING;
    ASKED(entry_is_for_locked_user, 0);
    ASKED(user_has_failures, 1);
    alice->locked_until = 0;
    ASKED(user_has_failures, 0);
}

static void of_locks_where_no_pin_is_asked_LOCK_1(void **state) {
    (void)state;
    alice->locked_until = dev->throttled_until = NOW + 1;
    ASKED(newcomer_is_locked, 1);
    ASKED(owner_is_locked_for_return, 1);
    ASKED(device_is_throttled_for_return, 1);
    NO_PIN();
    ASKED(newcomer_is_locked, 0);
    ASKED(owner_is_locked_for_return, 0);
    ASKED(device_is_throttled_for_return, 0);
    put_here(dev, h1->serial, HSVC__DOUBTFUL);
    ASKED(pin_is_required, 1);
}

static void of_who_would_be_replaced_AUTO_5_TAKE_2(void **state) {
    (void)state;
    NO_PIN();
    choose(&dev->set, HSVC_PARAM_TAKEOVER_COMMIT, HSVC_CHOICE_TAKEOVER_COMMIT_ON_YES);
    sign_in(HSVC__session_LINGERING);
    ASKED(pin_is_needed, 0); /* the headset is the session user's */
    ASKED(takeover_is_on_yes, 1);
    dev->user = TEXT("bob");
    ASKED(pin_is_needed, 0);
    dev->session_flags = HSVC__SESSION_BY_HAND;
    ASKED(pin_is_needed, 1);
    ASKED(takeover_is_on_yes, 0);
    dev->session_state = HSVC__session_ENDING;
    ASKED(sign_in_is_not_offered, 1);
}

static void of_the_owner_who_returns_SIGN_2(void **state) {
    (void)state;
    dev->kind = HSVC_DEVICE_OWNED;
    dev->related_user = alice->id;
    sign_in(HSVC__session_SIGNED_IN);
    ASKED(owner_returns, 0); /* it is the own session */
    dev->user = TEXT("bob");
    ASKED(owner_returns, 1);
}

static void of_sessions_elsewhere_OUT_12(void **state) {
    (void)state;
    alice->logins[0].device = other->name;
    alice->login_count = 1;
    other->session_state = HSVC__session_SIGNED_IN;
    other->session_flags = HSVC__SESSION_BY_HAND;
    other->user = alice->id;
    ASKED(newcomer_is_signed_in_elsewhere, 1);
    other->profile_state = HSVC__profile_OVERDUE;
    ASKED(newcomer_is_signed_in_elsewhere, 1);
    other->profile_state = HSVC__profile_RESETTING;
    ASKED(newcomer_is_signed_in_elsewhere, 0);
}

static void of_scopes_and_ranges_POL_2(void **state) {
    struct hsvc__policy strange;
    (void)state;
    in.param = HSVC_PARAM_KEEP_MAX;
    in.state = HSVC_SCOPE_GLOBAL;
    ASKED(scope_is_invalid, 0);
    in.site_len = 1;
    ASKED(scope_is_invalid, 1);
    in.site_len = 0;
    in.state = HSVC_SCOPE_USER + 1;
    ASKED(scope_is_invalid, 1);
    in.param = HSVC_PARAM_MIN_FIRMWARE;
    in.text_len = HSVC_LIMIT_VALUE_LEN;
    ASKED(value_is_out_of_range, 1);
    assert_int_equal(t->verdict.field, HSVC_FIELD_TEXT);
    assert_false(hsvc__may_stand(HSVC_PARAM_MIN_FIRMWARE, HSVC_SCOPE_GLOBAL, 0));
    assert_false(hsvc__may_stand(HSVC_PARAM_KEEP_MAX, HSVC_SCOPE_USER, 2 * HOUR));
    assert_true(hsvc__may_stand(HSVC_PARAM_KEEP_MAX, HSVC_SCOPE_GLOBAL, 2 * HOUR));
    memset(&strange, 0, sizeof strange); /* of a later version that knows more */
    choose(&strange.set, HSVC__PARAMS, 5);
    choose(&strange.set, HSVC_PARAM_KEEP_MAX, 3 * HOUR);
    hsvc__policy_values(w->desk.engine, &strange);
    assert_int_equal(w->desk.engine->policy.values[HSVC_PARAM_KEEP_MAX], 3 * HOUR);
}

static void of_patterns_and_versions_SIGN_1(void **state) {
    static const struct {
        const char *model, *firmware;
        int old;
    } cases[] = {
        {"CP-8851", "12.0.5", 0}, {"CP-8851", "12.0.4", 1},          {"CP-8851", "12.0x", 1}, {"CP-8851", "12.0.99999999999", 0},
        {"CP-7811", "12.0", 1},   {"CP-7811", "sip78xx.12-5-1", 0},  {"CP-7811", "78x", 0}, {"CP-6900", "1", 0},
        {"CP-7811", "12.1 x", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dev->model = hsvc__static(cases[i].model);
        dev->firmware = hsvc__static(cases[i].firmware);
        if (!!hsvc__is_firmware_is_too_old(t) != cases[i].old) print_error("%s on %s\n", cases[i].firmware, cases[i].model);
        ASKED(firmware_is_too_old, cases[i].old);
    }
    dev->firmware = TEXT("no number");
    ASKED(firmware_is_unknown, 1);
    assert_true(hsvc__in_list(TEXT("\n\nCP*\n"), TEXT("CP-1")));
    assert_false(hsvc__in_list(TEXT("\nCP-2"), TEXT("CP-1")));
}

/* ---- what is looked up ---- */
static int menu_is(uint32_t kind, const char *serial) {
    hsvc__str found = hsvc__menu_serial(dev, kind);
    return hsvc__str_eq(found, hsvc__static(serial));
}

static void of_the_menu_PROMPT_4(void **state) {
    (void)state;
    put_here(dev, TEXT("A"), HSVC__AWAITED)->since_at = 9;
    assert_true(menu_is(HSVC_INPUT_MENU_SIGN_IN, ""));
    put_here(dev, TEXT("B"), 0)->since_at = 5;
    put_here(dev, TEXT("C"), 0)->since_at = 4; /* told of late */
    assert_true(menu_is(HSVC_INPUT_MENU_SIGN_IN, "B"));
    put_here(dev, TEXT("D"), 0)->since_at = 6;
    assert_true(menu_is(HSVC_INPUT_MENU_SIGN_IN, "D"));
    dev->presents[2].owner = hsvc__str_of(NULL, 0);
    assert_true(menu_is(HSVC_INPUT_MENU_SIGN_IN, "D"));
    assert_true(menu_is(HSVC_INPUT_MENU_ASSOCIATE, "C"));
}

static void of_rules_by_their_number_OBS_1(void **state) {
    const uint32_t machines = HSVC__MACHINES;
    (void)state;
    assert_string_not_equal(hsvc__rule_of(HSVC__MACHINE_session << 16), "");
    assert_string_equal(hsvc__rule_of(HSVC__MACHINE_session << 16 | 0xffffu), "");
    assert_string_equal(hsvc__rule_of(machines << 16), steps[0].rule);
    assert_string_equal(hsvc__rule_of(machines << 16 | 0xffffu), "");
    assert_string_equal(hsvc__rule_of((machines + 1) << 16), admits[0].rule);
    assert_string_equal(hsvc__rule_of((machines + 1) << 16 | 0xffffu), "");
    assert_string_equal(hsvc__rule_of((machines + 2) << 16), "");
}

static void admissions_of_a_kind_stand_together_OBS_1(void **state) {
    (void)state;
    for (size_t i = 1; i < ADMIT_COUNT; i++)
        for (size_t k = 0; k + 1 < i; k++)
            if (strcmp(admits[k].kind, admits[i].kind) == 0) assert_string_equal(admits[i - 1].kind, admits[i].kind);
}

static void of_who_waits_longest_PRES_7(void **state) {
    (void)state;
    put_here(dev, TEXT("A"), HSVC__DOUBTFUL)->due_at = 9;
    put_here(dev, TEXT("B"), HSVC__DOUBTFUL)->due_at = 5;
    put_here(dev, TEXT("C"), 0)->due_at = 1;
    put_here(dev, TEXT("D"), HSVC__DOUBTFUL)->due_at = 7;
    hsvc__arm_presence(dev);
    assert_int_equal(dev->presence_due, 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        Q(of_the_device_itself_DEV_1),
        Q(of_presence_at_another_device_PRES_7),
        Q(of_answers_to_questions_PRES_7_OUT_6),
        Q(of_deny_and_of_force_DENY_1_OUT_13),
        Q(of_a_device_that_flaps_PRES_8),
        Q(of_credentials_SIGN_6_SIGN_7),
        Q(of_locks_where_no_pin_is_asked_LOCK_1),
        Q(of_who_would_be_replaced_AUTO_5_TAKE_2),
        Q(of_the_owner_who_returns_SIGN_2),
        Q(of_sessions_elsewhere_OUT_12),
        Q(of_scopes_and_ranges_POL_2),
        Q(of_patterns_and_versions_SIGN_1),
        Q(of_the_menu_PROMPT_4),
        Q(of_rules_by_their_number_OBS_1),
        Q(admissions_of_a_kind_stand_together_OBS_1),
        Q(of_who_waits_longest_PRES_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
