/* test_arguments.c: calls that only look, with arguments of which nothing can be made: each is refused by name (SAFE-5). */
#include "looking.h"

static void views_without_arguments_are_refused_SAFE_5(void **state) {
    hsvc_engine *e = w->desk.engine;
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_present_view present = {.struct_size = sizeof present};
    hsvc_call_view call = {.struct_size = sizeof call};
    hsvc_login_view login = {.struct_size = sizeof login};
    const char *text;
    size_t len;
    (void)state;
    OK(hsvc_device_get(e, NAMED("desk-1"), &device)); /* of a device: there is no user whose lists could be asked for */
    REFUSED(hsvc_device_present_at(e, 0, NULL));
    REFUSED(hsvc_device_present_at(NULL, 0, &present));
    REFUSED(hsvc_device_call_at(NULL, 0, &call));
    REFUSED(hsvc_device_call_at(e, 0, NULL));
    REFUSED(hsvc_user_login_at(NULL, 0, &login));
    REFUSED(hsvc_user_login_at(e, 0, NULL));
    REFUSED(hsvc_user_profile_at(NULL, 0, &text, &len));
    REFUSED(hsvc_user_profile_at(e, 0, NULL, &len));
    REFUSED(hsvc_user_profile_at(e, 0, &text, NULL));
    REFUSED(hsvc_user_headset_at(NULL, 0, &text, &len));
    REFUSED(hsvc_user_headset_at(e, 0, NULL, &len));
    REFUSED(hsvc_user_headset_at(e, 0, &text, NULL));
    assert_int_equal(hsvc_user_profile_at(e, 0, &text, &len), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_user_headset_at(e, 0, &text, &len), HSVC_ERR_NOT_FOUND);
    REFUSED(hsvc_headset_alias(NULL, NAMED("H1"), 0, &text, &len));
    REFUSED(hsvc_headset_alias(e, NAMED("H1"), 0, NULL, &len));
    REFUSED(hsvc_headset_alias(e, NAMED("H1"), 0, &text, NULL));
    assert_int_equal(hsvc_headset_alias(e, NAMED("H9"), 0, &text, &len), HSVC_ERR_NOT_FOUND);
    REFUSED(hsvc_policy_text(NULL, HSVC_PARAM_MIN_FIRMWARE, NULL, 0, &text, &len, NULL));
    REFUSED(hsvc_policy_text(e, HSVC_PARAM_MIN_FIRMWARE, NULL, 0, NULL, &len, NULL));
    REFUSED(hsvc_policy_text(e, HSVC_PARAM_MIN_FIRMWARE, NULL, 0, &text, NULL, NULL));
    assert_int_not_equal(hsvc_policy_text(e, HSVC_PARAM_MIN_FIRMWARE, "x", HSVC_LIMIT_NAME_LEN + 1, &text, &len, NULL), HSVC_OK);
    assert_int_not_equal(hsvc_policy_text(e, 100000, NULL, 0, &text, &len, NULL), HSVC_OK);
    REFUSED(hsvc_device_next(e, NULL, 0, NULL));
    REFUSED(hsvc_user_get(e, NAMED("alice"), NULL));
    REFUSED(hsvc_kind_at(0, NULL));
    REFUSED(hsvc_choice_at(HSVC_PARAM_PIN_ENTRY, 0, NULL));
}

static void the_inventory_without_arguments_is_refused_SAFE_5(void **state) {
    hsvc_inventory_row row = {.struct_size = sizeof row};
    hsvc_inventory_model model = {.struct_size = sizeof model};
    hsvc_inventory_sums sums = {.struct_size = sizeof sums};
    char wide[HSVC_LIMIT_TEXT_LEN + 1];
    hsvc_inventory_query query;
    hsvc_inventory *page, *none = NULL;
    hsvc_allocator broken = w->desk.allocator;
    size_t len = 7;
    (void)state;
    memset(wide, 'w', sizeof wide);
    OK(hsvc_inventory_new(&w->desk.allocator, &page));
    REFUSED(hsvc_inventory_new(&w->desk.allocator, NULL));
    broken.struct_size = 1;
    assert_int_not_equal(hsvc_inventory_new(&broken, &none), HSVC_OK);
    assert_null(none);
    REFUSED(hsvc_inventory_at(NULL, 0, &row));
    REFUSED(hsvc_inventory_at(page, 0, NULL));
    REFUSED(hsvc_inventory_model_at(NULL, 0, &model));
    REFUSED(hsvc_inventory_model_at(page, 0, NULL));
    REFUSED(hsvc_inventory_sum(NULL, &sums));
    REFUSED(hsvc_inventory_sum(page, NULL));
    assert_int_equal(hsvc_inventory_count(NULL), 0);
    assert_int_equal(hsvc_inventory_model_count(NULL), 0);
    assert_string_equal(hsvc_inventory_cursor(NULL, &len), "");
    assert_int_equal(len, 0);
    assert_string_equal(hsvc_inventory_cursor(page, NULL), "");
    assert_int_not_equal(hsvc_inventory_get(w->desk.engine, NAMED(""), page), HSVC_OK);
    assert_int_not_equal(hsvc_inventory_get(w->desk.engine, "   ", 3, page), HSVC_OK);
    assert_int_not_equal(hsvc_inventory_get(w->desk.engine, wide, sizeof wide, page), HSVC_OK);
    assert_int_not_equal(hsvc_inventory_get(w->desk.engine, wide, HSVC_LIMIT_SERIAL_LEN + 1, page), HSVC_OK);
    assert_int_not_equal(hsvc_inventory_get(w->desk.engine, NULL, 0, page), HSVC_OK);
    for (int field = 0; field < 9; field++) {
        OK(hsvc_inventory_query_init(&query, sizeof query));
        if (field == 0) query.owner_len = 1;
        if (field == 1) query.model_len = 1;
        if (field == 2) query.site_len = 1;
        if (field == 3) query.text_len = 1;
        if (field == 4) query.cursor_len = 1;
        if (field == 5) query.cursor = "H", query.cursor_len = 1;
        if (field == 6) query.cursor = wide, query.cursor_len = HSVC_LIMIT_KEY_LEN;
        if (field == 7) query.cursor = "Hxx", query.cursor_len = 3;
        if (field == 8) query.cursor = "Dx", query.cursor_len = 3;
        REFUSED(hsvc_inventory_list(w->desk.engine, &query, page));
    }
    hsvc_inventory_free(page);
}

static void explaining_epochs_and_scopes_without_arguments_are_refused_SAFE_5(void **state) {
    char wide[HSVC_LIMIT_TEXT_LEN + 1];
    hsvc_explained item, items[2];
    hsvc_audit_cursor cursor;
    hsvc_resync_scope scope;
    uint64_t epoch;
    size_t count;
    hsvc_engine *e = w->desk.engine;
    (void)state;
    memset(wide, 'w', sizeof wide);
    OK(hsvc_explained_init(&item, sizeof item));
    assert_int_not_equal(hsvc_explain(e, 0, NAMED("x"), &item, 1, &count), HSVC_OK);
    assert_int_not_equal(hsvc_explain(e, HSVC_SUBJECT_DEVICE, wide, sizeof wide, &item, 1, &count), HSVC_OK);
    assert_int_not_equal(hsvc_explain(e, HSVC_SUBJECT_DEVICE, wide, HSVC_LIMIT_NAME_LEN + 1, &item, 1, &count), HSVC_OK);
    assert_int_not_equal(hsvc_explain(e, HSVC_SUBJECT_DEVICE, NAMED(""), &item, 1, &count), HSVC_OK);
    item.struct_size = 1;
    items[0] = items[1] = item;
    assert_int_equal(hsvc_explain(e, HSVC_SUBJECT_DEVICE, NAMED("desk-1"), items, 2, &count), HSVC_ERR_STRUCT_SIZE);
    OK(hsvc_audit_cursor_init(&cursor, sizeof cursor));
    cursor.struct_size = 1;
    assert_int_equal(hsvc_audit_read(e, &cursor, NULL, 0, &count), HSVC_ERR_STRUCT_SIZE);
    REFUSED(hsvc_epoch_get(NULL, &epoch));
    REFUSED(hsvc_epoch_get(e, NULL));
    OK(hsvc_resync_scope_init(&scope, sizeof scope));
    scope.device_len = 3;
    REFUSED(hsvc_resync(e, &scope, NULL, w->desk.fx));
    scope.device = wide;
    scope.device_len = HSVC_LIMIT_NAME_LEN + 1;
    assert_int_not_equal(hsvc_resync(e, &scope, NULL, w->desk.fx), HSVC_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(views_without_arguments_are_refused_SAFE_5),
        TEST(the_inventory_without_arguments_is_refused_SAFE_5),
        TEST(explaining_epochs_and_scopes_without_arguments_are_refused_SAFE_5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
