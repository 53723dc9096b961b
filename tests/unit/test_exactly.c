/* test_exactly.c: the engine at the very edge of a length or a count (OBS-2, OBS-3, SAFE-5). */
#include "desk.h"

#include "headsetsvc/explain.h"

static void somebody_of_one_letter_is_named_OBS_2(void **state) {
    static hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    struct desk d;
    hsvc_input in;
    size_t count = 0, named = 0;
    (void)state;
    desk_open(&d);
    (void)GIVE(&d, hsvc_input_user_put(&in, "a", NULL, 0));
    assert_int_equal(GIVE(&d, hsvc_input_associate(&in, "a", "S1")), HSVC_REASON_ASSOCIATED);
    OK(hsvc_explained_init(items, sizeof items[0]));
    OK(hsvc_explain(d.engine, HSVC_SUBJECT_HEADSET, "S1", 2, items, HSVC_LIMIT_EXPLAINED, &count));
    for (size_t i = 0; i < count; i++) named += text_is(items[i].who, items[i].who_len, "a") != 0;
    assert_int_equal(named, 1);
    desk_close(&d);
}

static void a_list_may_be_as_long_as_the_limit_SAFE_5(void **state) {
    hsvc_item items[HSVC_LIMIT_ITEMS_PER_INPUT];
    struct desk d;
    hsvc_input in;
    (void)state;
    desk_open(&d);
    memset(items, 0, sizeof items);
    for (size_t i = 0; i < HSVC_LIMIT_ITEMS_PER_INPUT; i++) {
        items[i].kind = HSVC_ITEM_HEADSET;
        items[i].text = "S1";
        items[i].text_len = 2;
    }
    (void)GIVE(&d, hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8865", "14.2(1)", HSVC_FLAG_EM_ENABLED));
    assert_int_not_equal(GIVE(&d, hsvc_input_presence_snapshot(&in, "P1", items, HSVC_LIMIT_ITEMS_PER_INPUT)), 0);
    desk_close(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_may_be_as_long_as_the_limit_SAFE_5),
        cmocka_unit_test(somebody_of_one_letter_is_named_OBS_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
