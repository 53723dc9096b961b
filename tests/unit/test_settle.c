/* test_settle.c: what follows from a decision, in the same call: a headset that waited for the end of a call is offered, what is due
 * at once happens, and all of it names the input that it came of. */
#include "desk.h"

static struct desk desk, *const d = &desk;

/* A vacant phone in a call, and ann's headset, which was plugged in during it. */
static void open_in_call(int64_t countdown) {
    hsvc_item profile = {"ann-1", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 0)), HSVC_REASON_POLICY_CHANGED);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_AUTO_SIGN_IN_AFTER, HSVC_SCOPE_GLOBAL, countdown));
    (void)give(d, &in);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    OK(hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED));
    assert_int_equal(give(d, &in), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    assert_int_equal(GIVE(d, hsvc_input_call_begun(&in, "P1", 5, HSVC_CALL_ACTIVE)), HSVC_REASON_CALL_NOTED);
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 1));
    (void)give(d, &in);
    advance(d, MINUTE);
    assert_int_equal(device_view(d, "P1").prompt_id, 0);
    assert_int_equal(device_view(d, "P1").session, 0);
}

static int close_desk(void **state) {
    (void)state;
    sound(d);
    desk_close(d);
    return 0;
}

static void end_call(void) {
    hsvc_input in;
    OK(hsvc_input_call_ended(&in, "P1", 5));
    (void)give(d, &in);
}

static void a_countdown_of_nothing_ends_in_the_same_call_TIME_3_CALL_1(void **state) {
    (void)state;
    open_in_call(0);
    end_call();
    assert_int_not_equal(device_view(d, "P1").session, 0);
}

static void what_follows_an_input_names_it_OBS_1(void **state) {
    hsvc_effect effect;
    size_t i = 0;
    (void)state;
    open_in_call(10 * SECOND);
    end_call();
    OK(hsvc_effect_init(&effect, sizeof effect));
    for (; hsvc_effects_at(d->fx, i, &effect) == HSVC_OK; i++) assert_int_equal(effect.input_index, 0);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SHOW_PROMPT, NULL), 1);
    assert_true(i > 1);
}

/* ann's PIN prompt ran out of time before anybody looked: who presses a button then is served by the headset that is plugged in, and not
 * by the one of the prompt that was over first. */
static void what_was_due_before_an_input_decides_whom_the_input_is_about_TIME_3(void **state) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_effect shown;
    hsvc_input in;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "bob", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "bob", "S2")), HSVC_REASON_ASSOCIATED);
    give_phone(d, "P1");
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_PIN_ASKED);
    OK(hsvc_input_headset_connected(&in, "P1", "S2", 2));
    (void)give(d, &in);
    pass(d, 10 * MINUTE);
    OK(hsvc_input_menu_sign_in(&in, "P1"));
    assert_int_equal(give(d, &in), HSVC_REASON_PIN_ASKED);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SHOW_PROMPT, &shown), 1);
    assert_true(text_is(shown.serial, shown.serial_len, "S2"));
    assert_true(text_is(shown.user, shown.user_len, "bob"));
}

/* ann may be signed in for an hour. That it is over at one phone, where nobody looked, is known when she comes to another. */
static void what_was_due_elsewhere_comes_before_the_input_TIME_3(void **state) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S2")), HSVC_REASON_ASSOCIATED);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 0));
    (void)give(d, &in);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_MAX_LOGIN_TIME, HSVC_SCOPE_GLOBAL, HOUR));
    assert_int_equal(give(d, &in), HSVC_REASON_POLICY_CHANGED);
    give_phone(d, "P1");
    give_phone(d, "P2");
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    advance(d, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, MINUTE);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_SIGNED_IN);
    pass(d, 2 * HOUR);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P2", "S2", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    assert_int_equal(device_view(d, "P1").session, 0);
}

/* Calls end together at many phones, at each of which others' headsets wait. Each of these users may have one more session: at every
 * phone the same user's countdown of nothing ends, one phone has the user, the others show the next one's, which ends at once too. In
 * one call that goes on only so long; what is left is due, and the next call goes on with it. */
enum { PHONES = 17, LAST = PHONES - 1, OTHERS = HSVC_LIMIT_SESSIONS_PER_USER - 1 };

/* waits_at: the user whose turn it is at a phone in this round: with one more than a user may have headsets, two share the first. */
static void waits_at(char *user, size_t size, unsigned round, unsigned phone) {
    unsigned second = round == 1 && (phone == 1 || phone > PHONES / 2);
    (void)snprintf(user, size, "u%u", second ? 0 : round);
}

static void phone_of(char *phone, size_t size, unsigned i) { (void)snprintf(phone, size, "P%u", i); }

/* fill: a phone in a call, with its headsets, the last round's first: the newest has its turn first (PROMPT-7). */
static void fill(unsigned i) {
    char phone[8], user[8], serial[16];
    hsvc_input in;
    phone_of(phone, sizeof phone, i);
    give_phone(d, phone);
    assert_int_equal(GIVE(d, hsvc_input_call_begun(&in, phone, 5, HSVC_CALL_ACTIVE)), HSVC_REASON_CALL_NOTED);
    for (unsigned round = i < 2 ? 1 : i; round > 0; round--) {
        waits_at(user, sizeof user, round, i);
        (void)snprintf(serial, sizeof serial, "%s-%u", user, i);
        assert_int_equal(GIVE(d, hsvc_input_associate(&in, user, serial)), HSVC_REASON_ASSOCIATED);
        OK(hsvc_input_headset_connected(&in, phone, serial, round));
        (void)give(d, &in);
        pass(d, SECOND);
    }
}

/* sign_in_elsewhere: a user at as many other phones as leave one session. */
static void sign_in_elsewhere(unsigned u, const char *user) {
    char phone[16];
    hsvc_input in;
    for (unsigned i = 0; i < OTHERS; i++) {
        (void)snprintf(phone, sizeof phone, "O%u-%u", u, i);
        give_phone(d, phone);
        OK(hsvc_input_sign_in_user(&in, phone, user, NULL, 0));
        assert_int_equal(give(d, &in), HSVC_REASON_SIGNED_IN);
    }
}

static void what_follows_for_ever_goes_on_in_the_next_call_TIME_3_AUTO_3(void **state) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    char names[PHONES][8], user[8];
    hsvc_input in, ends[PHONES];
    int64_t due, now;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 0)), HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_AUTO_SIGN_IN_AFTER, HSVC_SCOPE_GLOBAL, 0)), HSVC_REASON_POLICY_CHANGED);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_MULTIPLE_LOGIN, HSVC_SCOPE_GLOBAL, HSVC_CHOICE_MULTIPLE_LOGIN_ALLOWED));
    assert_int_equal(give(d, &in), HSVC_REASON_POLICY_CHANGED);
    for (unsigned i = 0; i < PHONES; i++) {
        (void)snprintf(user, sizeof user, "u%u", i);
        assert_int_equal(GIVE(d, hsvc_input_user_put(&in, user, &profile, 1)), HSVC_REASON_DONE);
        if (i != LAST) sign_in_elsewhere(i, user);
    }
    for (unsigned i = 0; i < PHONES; i++) fill(i);
    advance(d, MINUTE);
    for (unsigned i = 0; i < PHONES; i++) {
        phone_of(names[i], sizeof names[i], i);
        OK(hsvc_input_call_ended(&ends[i], names[i], 5));
    }
    OK(hsvc_apply(d->engine, ends, PHONES, 0, d->fx));
    for (unsigned i = 0; i < LAST; i++) assert_int_not_equal(device_view(d, names[i]).session, 0);
    assert_int_equal(device_view(d, names[LAST]).session, 0);
    assert_int_equal(device_view(d, names[LAST]).prompt, HSVC_PROMPT_COUNTDOWN);
    OK(hsvc_manual_clock_get(d->clock, &now));
    OK(hsvc_next_deadline(d->engine, &due));
    assert_true(due <= now);
    advance(d, 0);
    assert_int_not_equal(device_view(d, names[LAST]).session, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_countdown_of_nothing_ends_in_the_same_call_TIME_3_CALL_1, close_desk),
        cmocka_unit_test_teardown(what_follows_an_input_names_it_OBS_1, close_desk),
        cmocka_unit_test_teardown(what_was_due_elsewhere_comes_before_the_input_TIME_3, close_desk),
        cmocka_unit_test_teardown(what_was_due_before_an_input_decides_whom_the_input_is_about_TIME_3, close_desk),
        cmocka_unit_test_teardown(what_follows_for_ever_goes_on_in_the_next_call_TIME_3_AUTO_3, close_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
