/* test_erase.c: after a person was erased, no byte of the store names that person: neither the id as it was given nor its
 * canonical form (OBS-4). */
#include "desk.h"

static struct desk desk, *const d = &desk;
static const char given[] = "Alice.Example", canonical[] = "alice.example";

static int open_world(void **state) {
    hsvc_item profile = {"line-7", 6, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, given, &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "bob", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, given, "S1")), HSVC_REASON_ASSOCIATED);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, given, "S2")), HSVC_REASON_ASSOCIATED);
    for (char i = '1'; i <= '4'; i++) {
        char name[] = "P0";
        name[1] = i;
        OK(hsvc_input_device_put(&in, name, "own", i == '2' ? HSVC_DEVICE_OWNED : HSVC_DEVICE_SHARED, NULL, "CP-8851", "14.1(1)",
                                 HSVC_FLAG_EM_ENABLED));
        in.related_user = i == '2' || i == '3' ? given : "bob";
        in.related_user_len = strlen(in.related_user);
        assert_int_equal(give(d, &in), HSVC_REASON_DONE);
        assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, name, 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    }
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_REMEMBER_LAST_USER, HSVC_SCOPE_GLOBAL, 1)), HSVC_REASON_POLICY_CHANGED);
    return 0;
}

static int close_world(void **state) {
    (void)state;
    sound(d);
    desk_close(d);
    return 0;
}

/* mentions: rows of the store that hold the text in their key or value. */
static size_t mentions(const char *text) {
    struct rows rows = {NULL, 0, 0, 0};
    size_t found = 0;
    rows_read(&rows, &d->plain, 0);
    for (size_t at = 0; at < rows.len;) {
        uint64_t head[3];
        size_t len, here = 0;
        memcpy(head, rows.bytes + at, sizeof head);
        len = (size_t)(head[0] + head[1]);
        at += sizeof head;
        for (size_t i = 0; i + strlen(text) <= len; i++) here |= memcmp(rows.bytes + at + i, text, strlen(text)) == 0;
        if (here) print_error("%c: %.*s\n", rows.bytes[at], (int)head[0], (const char *)rows.bytes + at);
        found += here;
        at += len;
    }
    rows_free(&rows);
    return found;
}

static void nobody_is_named(void) {
    assert_int_equal(mentions(given), 0);
    assert_int_equal(mentions(canonical), 0);
}

static void submit(const char *device, const char *user, uint32_t answer) {
    hsvc_input in;
    hsvc_effect effect;
    assert_int_equal(GIVE(d, hsvc_input_submit(&in, device, device_view(d, device).prompt_id, user, "1", 1)), HSVC_REASON_VERIFYING);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, &effect), 1);
    if (answer == 0) return;
    OK(hsvc_input_verify_result(&in, device, effect.request, answer));
    give(d, &in);
}

/* A life that left traces: sessions, prompts, a pending PIN, a skip, a policy, request ids, the audit. */
static void live(void) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_PIN_ASKED);
    submit("P1", given, HSVC_VERIFY_OK);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P3", "S9", 9)), HSVC_REASON_ASSOCIATION_ASKED);
    submit("P3", given, HSVC_VERIFY_WRONG);
    assert_int_equal(GIVE(d, hsvc_input_menu_sign_in_by_hand(&in, "P4")), HSVC_REASON_PIN_ASKED);
    submit("P4", given, 0);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_USER, 1));
    in.user = given;
    in.user_len = strlen(given);
    in.request_id[3] = 7;
    in.actor = given;
    in.actor_len = strlen(given);
    assert_int_equal(give(d, &in), HSVC_REASON_POLICY_CHANGED);
    assert_true(mentions(given) > 3);
}

static void no_byte_of_the_store_names_who_was_erased_OBS_4(void **state) {
    hsvc_subject_view whom;
    hsvc_input in;
    uint64_t number;
    (void)state;
    live();
    number = user_view(d, given).number;
    OK(hsvc_subject_view_init(&whom, sizeof whom));
    OK(hsvc_subject_get(d->engine, number, &whom));
    assert_int_equal(GIVE(d, hsvc_input_user_erase(&in, given)), HSVC_REASON_DONE);
    assert_int_equal(hsvc_subject_get(d->engine, number, &whom), HSVC_ERR_NOT_FOUND);
    advance(d, MINUTE);
    advance(d, 15 * MINUTE);
    nobody_is_named();
}

static void a_call_delays_it_and_no_more_SAFE_2_OBS_4(void **state) {
    hsvc_input in;
    (void)state;
    live();
    OK(hsvc_input_call_begun(&in, "P1", 5, HSVC_CALL_ACTIVE));
    in.flags = HSVC_FLAG_EMERGENCY;
    assert_int_equal(give(d, &in), HSVC_REASON_CALL_NOTED);
    assert_int_equal(GIVE(d, hsvc_input_user_erase(&in, given)), HSVC_REASON_DONE);
    advance(d, HOUR);
    assert_int_equal(mentions(given), 1); /* the phone that is in the call */
    assert_int_not_equal(device_view(d, "P1").session, 0);
    OK(hsvc_input_call_ended(&in, "P1", 5));
    give(d, &in);
    advance(d, HOUR);
    assert_int_equal(device_view(d, "P1").session, 0);
    nobody_is_named();
}

static void who_was_removed_before_is_forgotten_too_OBS_4(void **state) {
    hsvc_input in;
    hsvc_item profile = {"line-7", 6, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    (void)state;
    live();
    assert_int_equal(GIVE(d, hsvc_input_user_remove(&in, given)), HSVC_REASON_DONE);
    advance(d, MINUTE);
    assert_true(mentions(given) > 0); /* the audit still says who it was */
    assert_int_equal(GIVE(d, hsvc_input_user_erase(&in, given)), HSVC_REASON_DONE);
    advance(d, MINUTE);
    nobody_is_named();
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, given, &profile, 1)), HSVC_REASON_DONE);
    advance(d, MINUTE);
    assert_true(user_view(d, given).number != 0);
}

/* One node prunes what another node's erasure still has a mark for: the mark's entries go, and the store is sound meanwhile.
 * Found by tests/fuzz/api.c. */
static void entries_of_somebody_who_goes_may_be_pruned_meanwhile_OBS_3(void **state) {
    hsvc_engine *nodes[2];
    hsvc_config config = d->config;
    hsvc_input in;
    (void)state;
    config.node_count = 2;
    for (; config.node < 2; config.node++) OK(hsvc_engine_new(&config, &nodes[config.node]));
    pass(d, MINUTE);
    OK(hsvc_input_audit_prune(&in, START + SECOND));
    OK(hsvc_apply(nodes[0], &in, 1, 0, d->fx));
    OK(hsvc_input_user_erase(&in, given));
    OK(hsvc_apply(nodes[1], &in, 1, 0, d->fx));
    for (int i = 0; i < 8; i++) {
        OK(hsvc_advance(nodes[i / 4], d->fx)); /* first all of the one's work, then the other's */
        sound(d);
    }
    nobody_is_named();
    for (int i = 0; i < 2; i++) hsvc_engine_free(nodes[i]);
}

/* The number of somebody who was removed, and not erased, says who that was. */
static void nobody_else_is_forgotten_OBS_4(void **state) {
    hsvc_subject_view whom;
    hsvc_input in;
    uint64_t number;
    (void)state;
    number = user_view(d, "bob").number;
    assert_int_equal(GIVE(d, hsvc_input_user_remove(&in, "bob")), HSVC_REASON_DONE);
    advance(d, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_user_erase(&in, given)), HSVC_REASON_DONE);
    advance(d, MINUTE);
    OK(hsvc_subject_view_init(&whom, sizeof whom));
    OK(hsvc_subject_get(d->engine, number, &whom));
    assert_true(text_is(whom.name, whom.name_len, "bob"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(no_byte_of_the_store_names_who_was_erased_OBS_4),
        TEST(a_call_delays_it_and_no_more_SAFE_2_OBS_4),
        TEST(who_was_removed_before_is_forgotten_too_OBS_4),
        TEST(entries_of_somebody_who_goes_may_be_pruned_meanwhile_OBS_3),
        TEST(nobody_else_is_forgotten_OBS_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
