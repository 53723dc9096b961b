/* test_answers.c: what a host holds in its hands after a call, and asks again: the texts of a batch while the engine goes on, answers
 * that were lost, request ids, fields of views that mean nothing yet. */
#include "desk.h"

#include "headsetsvc/registry.h"
#include "headsetsvc/views.h"

static struct desk desk, *const d = &desk;

/* ann, who has two profiles, and her headset S1. */
static int open_desk(void **state) {
    hsvc_item profiles[] = {{"ann-1", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0}, {"ann-2", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0}};
    hsvc_input in;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", profiles, 2)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    give_phone(d, "P1");
    return 0;
}

static int close_desk(void **state) {
    (void)state;
    sound(d);
    desk_close(d);
    return 0;
}

static void enter_right_pin(void) {
    hsvc_effect effect;
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_PIN_ASKED);
    assert_int_equal(GIVE(d, hsvc_input_submit(&in, "P1", device_view(d, "P1").prompt_id, "ann", "1", 1)), HSVC_REASON_VERIFYING);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, &effect), 1);
    assert_int_equal(GIVE(d, hsvc_input_verify_result(&in, "P1", effect.request, HSVC_VERIFY_OK)), HSVC_REASON_PROFILE_ASKED);
}

/* The host draws the screen when it comes to it; by then the engine has decided other things. */
static void the_profiles_to_choose_from_stay_while_the_engine_goes_on_SIGN_3(void **state) {
    static const char *const names[] = {"ann-1", "ann-2"};
    const hsvc_effects *kept = d->fx;
    size_t at = 0, len;
    hsvc_effect effect;
    const char *name;
    (void)state;
    enter_right_pin();
    OK(hsvc_effects_new(&d->allocator, &d->fx));
    give_phone(d, "another phone with a name so long that it needs the room where the profiles of before once were");
    OK(hsvc_effect_init(&effect, sizeof effect));
    while (hsvc_effects_at(kept, at, &effect) == HSVC_OK && effect.kind != HSVC_EFFECT_SHOW_PROMPT) at++;
    assert_int_equal(effect.profile_count, 2);
    for (size_t i = 0; i < 2; i++) {
        OK(hsvc_effects_profile(kept, at, i, &name, &len));
        assert_true(text_is(name, len, names[i]));
    }
    hsvc_effects_free((hsvc_effects *)(uintptr_t)kept);
}

/* The phone is told what it should wear when a decision says so; one that says nothing of it does not repeat it, lost answer or not. */
static void an_answer_that_was_lost_says_no_more_than_it_would_have_STORE_4(void **state) {
    hsvc_fault fault;
    hsvc_input in;
    (void)state;
    enter_right_pin();
    assert_int_equal(GIVE(d, hsvc_input_choose_profile(&in, "P1", device_view(d, "P1").prompt_id, "ann-2")), HSVC_REASON_SIGNED_IN);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 1);
    OK(hsvc_testkit_init(&fault, sizeof fault));
    fault.kind = HSVC_FAULT_UNKNOWN_DONE;
    fault.on = HSVC_FAULT_ON_COMMIT;
    fault.nth = fault.times = 1;
    OK(hsvc_fault_store_arm(d->fault, &fault));
    OK(hsvc_input_device_unregistered(&in, "P1"));
    (void)give(d, &in);
    assert_int_equal(counters_of(d->engine).conflicts, 1); /* with itself */
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 0);
}

/* ---- what means nothing is 0, whatever lay there before ---- */
__attribute__((noinline)) static void spoil_stack(void) {
    volatile uint8_t spoilt[4096];
    for (size_t i = 0; i < sizeof spoilt; i++) spoilt[i] = 0xa5;
}

static void what_a_view_does_not_use_is_0_SAFE_5(void **state) {
    hsvc_call_view call = {.struct_size = sizeof call};
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_code_info code = {.struct_size = sizeof code};
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_call_begun(&in, "P1", 5, HSVC_CALL_ACTIVE)), HSVC_REASON_CALL_NOTED);
    OK(hsvc_device_get(d->engine, "P1", 2, &device));
    spoil_stack();
    OK(hsvc_device_call_at(d->engine, 0, &call));
    assert_int_equal(call.id, 5);
    assert_int_equal(call.reserved, 0);
    spoil_stack();
    OK(hsvc_code_at(HSVC_REGISTRY_STATUS, 0, &code));
    assert_int_equal(code.accepted, 0); /* is said of reasons */
}

/* A list's sum is of the whole list: which limit was broken is said of the item that broke it. */
static void the_sum_of_a_list_has_no_limit_of_an_item_OBS_1_ASSOC_8(void **state) {
    hsvc_item serials[2];
    hsvc_verdict sum, last = {.struct_size = sizeof last};
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_HEADSETS_PER_USER_MAX, HSVC_SCOPE_GLOBAL, 2)), HSVC_REASON_POLICY_CHANGED);
    OK(hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_OWNED, NULL, "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED));
    hsvc_input_set_related_user(&in, "ann");
    assert_int_equal(give(d, &in), HSVC_REASON_DONE);
    (void)GIVE(d, hsvc_input_headset_connected(&in, "P1", "S2", 2));
    (void)GIVE(d, hsvc_input_headset_connected(&in, "P1", "S3", 3));
    hsvc_item_headset(&serials[0], "S2", 0);
    hsvc_item_headset(&serials[1], "S3", 0);
    OK(hsvc_input_init(&in, sizeof in, HSVC_INPUT_ASSOCIATE_DEVICE_OWNER));
    hsvc_input_set_items(&in, serials, 2);
    assert_int_equal(give(d, &in), HSVC_REASON_ASSOCIATED); /* of the first item */
    OK(hsvc_verdict_at(d->fx, 1, &last));
    assert_int_equal(last.reason, HSVC_REASON_HEADSET_LIMIT);
    assert_int_equal(last.limit, 2);
    OK(hsvc_verdict_init(&sum, sizeof sum));
    OK(hsvc_verdict_at(d->fx, 2, &sum));
    assert_int_equal(sum.reason, HSVC_REASON_PARTLY_DONE);
    assert_int_equal(sum.field, 0);
    assert_int_equal(sum.limit, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(the_profiles_to_choose_from_stay_while_the_engine_goes_on_SIGN_3),
        TEST(an_answer_that_was_lost_says_no_more_than_it_would_have_STORE_4),
        TEST(what_a_view_does_not_use_is_0_SAFE_5),
        TEST(the_sum_of_a_list_has_no_limit_of_an_item_OBS_1_ASSOC_8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
