/* test_presence.c: what reports of headsets do when handles are lost, unknown or missing. A handle that the library
 * believes in although it is gone keeps a session alive that nothing ends; a report it refers to the wrong headset
 * ends one that nobody left. */
#include "desk.h"

static struct desk desk, *const d = &desk;

/* One phone, and a headset of ann that signed her in on it; everything has settled. */
static int open_signed_in(void **state) {
    hsvc_item profile = {"ann-1", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
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
    assert_int_equal(said(d->fx, HSVC_NO_INPUT), HSVC_REASON_SIGNED_IN);
    return 0;
}

static void come_back_registered(void) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
}

static int close_desk(void **state) {
    (void)state;
    sound(d);
    desk_close(d);
    return 0;
}

static void a_handle_lost_in_a_reset_is_no_presence_afterwards_PRES_4_OUT_1(void **state) {
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", "S1", 1)), HSVC_REASON_RESETTING);
    come_back_registered();
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 2)), HSVC_REASON_RECORDED);
    advance(d, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 2)), HSVC_REASON_WINDOW_OPENED);
}

static void a_disconnect_of_an_unknown_handle_is_nobodys_PRES_4(void **state) {
    struct rows before = {NULL, 0, 0, 0};
    hsvc_input in;
    (void)state;
    come_back_registered();
    advance(d, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S2", 2)), HSVC_REASON_ASSOCIATION_ASKED);
    rows_read(&before, &d->plain, 1);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 99)), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 0)), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", " \t ", 0)), HSVC_REASON_UNCHANGED);
    nothing_written(d, &before);
    rows_free(&before);
    assert_int_equal(device_view(d, "P1").prompt, HSVC_PROMPT_ASSOCIATE);
}

static void an_answer_about_no_headset_is_no_answer_about_the_prompts_PRES_7(void **state) {
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_update_begin(&in, "  ")), HSVC_REASON_HEADSET_UNKNOWN);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "  ")), HSVC_REASON_SERIAL_UNUSABLE);
    assert_int_equal(GIVE(d, hsvc_input_disassociate(&in, "  ")), HSVC_REASON_HEADSET_UNKNOWN);
}

/* The list says that handle 2 is S3's now, and S2 has another: S2 lost it, and whoever unplugs 2 unplugs S3. */
static void a_handle_that_changed_hands_in_a_list_is_the_new_ones_PRES_4_PRES_5(void **state) {
    static const hsvc_item items[] = {{"S1", 2, 1, HSVC_ITEM_HEADSET, 0, 0, 0},
                                      {"S3", 2, 2, HSVC_ITEM_HEADSET, 0, 0, 0},
                                      {"S2", 2, 3, HSVC_ITEM_HEADSET, 0, 0, 0}};
    hsvc_input in;
    (void)state;
    come_back_registered();
    advance(d, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S2", 2)), HSVC_REASON_ASSOCIATION_ASKED);
    assert_int_equal(GIVE(d, hsvc_input_presence_snapshot(&in, "P1", items, 3)), HSVC_REASON_RECORDED);
    assert_int_equal(device_view(d, "P1").headset_count, 3);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 2)) != 0, 1);
    assert_int_equal(device_view(d, "P1").headset_count, 2);
    assert_int_equal(headset_view(d, "S3").connected, 0);
    assert_int_equal(headset_view(d, "S2").connected, 1);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 3)) != 0, 1);
    assert_int_equal(headset_view(d, "S2").connected, 0);
}

/* A list replaces what was believed, handles too: an old one would keep the session alive for ever (PRES-4). */
static void a_handle_that_a_list_replaces_is_gone_PRES_5_OUT_1(void **state) {
    static const hsvc_item items[] = {{"S1", 2, 7, HSVC_ITEM_HEADSET, 0, 0, 0},
                                      {"S1", 2, 8, HSVC_ITEM_HEADSET, 0, 0, 0}};
    hsvc_input in;
    (void)state;
    come_back_registered();
    advance(d, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_presence_snapshot(&in, "P1", items, 2)), HSVC_REASON_RECORDED);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 7)), HSVC_REASON_STILL_PRESENT);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 1)), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 8)), HSVC_REASON_WINDOW_OPENED);
}

/* A host that has no handles in its lists has them in its events all the same. */
static void a_list_without_handles_replaces_none_PRES_5(void **state) {
    static const hsvc_item items[] = {{"S1", 2, 0, HSVC_ITEM_HEADSET, 0, 0, 0}};
    hsvc_input in;
    (void)state;
    come_back_registered();
    advance(d, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_presence_snapshot(&in, "P1", items, 1)), HSVC_REASON_RECORDED);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 1)), HSVC_REASON_WINDOW_OPENED);
}

/* last_firings: how many deadlines the audit of P1 has of the moment that its newest entry is of. */
static int last_firings(void) {
    static hsvc_audit_entry entries[HSVC_LIMIT_AUDIT_PAGE];
    hsvc_audit_cursor cursor;
    size_t count = 0;
    int found = 0;
    OK(hsvc_audit_cursor_init(&cursor, sizeof cursor));
    cursor.subject_kind = HSVC_SUBJECT_DEVICE;
    cursor.subject = device_view(d, "P1").number;
    OK(hsvc_audit_entry_init(&entries[0], sizeof entries[0]));
    OK(hsvc_audit_read(d->engine, &cursor, entries, HSVC_LIMIT_AUDIT_PAGE, &count));
    assert_in_range(count, 1, HSVC_LIMIT_AUDIT_PAGE - 1);
    for (size_t i = 0; i < count; i++) found += entries[i].input == 0 && entries[i].at_ms == entries[count - 1].at_ms;
    return found;
}

/* Everybody's headset moves to the next desk in one report: as many doubts as a device can have, due in one moment, and the
 * session's is among them. Each has two things to tell when it is over. */
static void doubts_about_all_headsets_end_in_one_moment_PRES_7_OUT_1(void **state) {
    char serials[HSVC_LIMIT_PRESENCE_PER_DEVICE][8];
    hsvc_item items[HSVC_LIMIT_PRESENCE_PER_DEVICE];
    hsvc_input in;
    (void)state;
    come_back_registered();
    advance(d, MINUTE);
    memset(items, 0, sizeof items);
    for (uint32_t i = 0; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++) {
        items[i].kind = HSVC_ITEM_HEADSET;
        items[i].text = serials[i];
        items[i].text_len = (size_t)snprintf(serials[i], sizeof serials[i], "S%u", (unsigned)i + 1);
        items[i].number = i + 1;
    }
    assert_int_equal(GIVE(d, hsvc_input_presence_snapshot(&in, "P1", items, HSVC_LIMIT_PRESENCE_PER_DEVICE)), HSVC_REASON_RECORDED);
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, "P2", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                                                   HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P2", 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, SECOND);
    assert_int_equal(GIVE(d, hsvc_input_presence_snapshot(&in, "P2", items, HSVC_LIMIT_PRESENCE_PER_DEVICE)), HSVC_REASON_RECORDED);
    assert_int_equal(device_view(d, "P1").headset_count, HSVC_LIMIT_PRESENCE_PER_DEVICE);
    advance(d, MINUTE);
    assert_int_equal(device_view(d, "P1").headset_count, 0);
    assert_int_equal(last_firings(), 1);
    assert_int_equal(device_view(d, "P2").headset_count, HSVC_LIMIT_PRESENCE_PER_DEVICE);
}

/* A headset of several serials is told apart by its handles where the host gives them (ID-7). */
static void handles_are_the_hosts_also_of_a_headset_with_two_serials_PRES_4_ID_7(void **state) {
    hsvc_input in;
    (void)state;
    come_back_registered();
    advance(d, MINUTE);
    OK(hsvc_input_headset_alias(&in, "S1", "S1-RADIO"));
    (void)give(d, &in);
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 7));
    (void)give(d, &in);
    OK(hsvc_input_headset_disconnected(&in, "P1", NULL, 1));
    (void)give(d, &in);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_SIGNED_IN); /* 7 is here */
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 7)), HSVC_REASON_WINDOW_OPENED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_handle_lost_in_a_reset_is_no_presence_afterwards_PRES_4_OUT_1, open_signed_in,
                                        close_desk),
        cmocka_unit_test_setup_teardown(handles_are_the_hosts_also_of_a_headset_with_two_serials_PRES_4_ID_7, open_signed_in,
                                        close_desk),
        cmocka_unit_test_setup_teardown(a_disconnect_of_an_unknown_handle_is_nobodys_PRES_4, open_signed_in, close_desk),
        cmocka_unit_test_setup_teardown(an_answer_about_no_headset_is_no_answer_about_the_prompts_PRES_7, open_signed_in,
                                        close_desk),
        cmocka_unit_test_setup_teardown(a_handle_that_changed_hands_in_a_list_is_the_new_ones_PRES_4_PRES_5, open_signed_in,
                                        close_desk),
        cmocka_unit_test_setup_teardown(a_handle_that_a_list_replaces_is_gone_PRES_5_OUT_1, open_signed_in, close_desk),
        cmocka_unit_test_setup_teardown(a_list_without_handles_replaces_none_PRES_5, open_signed_in, close_desk),
        cmocka_unit_test_setup_teardown(doubts_about_all_headsets_end_in_one_moment_PRES_7_OUT_1, open_signed_in, close_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
