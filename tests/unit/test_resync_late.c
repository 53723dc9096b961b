/* test_resync_late.c: what is due of a device comes before what a resync repeats, whatever the store does meanwhile (STORE-6, TIME-3). That it
 * does is tests/scenario/resync-late.hsv. */
#include "damage.h"

static struct world world, *const w = &world;

#define PEOPLE                                                                                                         \
    "user alice, pin 1234\nphone desk-1\nphone desk-2\nheadset H1 of alice\nheadset H2 of alice\nphones reset in 40 s\n" \
    "policy pin_entry = NOT_REQUIRED\npolicy multiple_login = AUTO_SIGN_OUT\npolicy auto_sign_out_after = 15 min\n"        \
    "at 09:00 H1 plugs into desk-1\nat 09:05 H1 unplugs from desk-1\n"

/* open_after: an engine that has read nothing, so long after the script's end. */
static void open_after(const char *script, int64_t time) {
    world_open(w, script);
    OK(hsvc_manual_clock_set(w->desk.clock, w->later - HOUR + time));
    hsvc_engine_free(w->desk.engine);
    OK(hsvc_engine_new(&w->desk.config, &w->desk.engine));
}

static void fault_once(uint32_t kind) {
    hsvc_fault what;
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = kind;
    what.on = HSVC_FAULT_ON_COMMIT;
    what.nth = 1;
    OK(hsvc_fault_store_arm(w->desk.fault, &what));
}

/* told: is this device told this, in the last batch? */
static int told(const char *device, uint32_t kind) {
    hsvc_effect e;
    int found = 0;
    OK(hsvc_effect_init(&e, sizeof e));
    for (size_t i = 0; hsvc_effects_at(w->desk.fx, i, &e) == HSVC_OK; i++) found |= e.kind == kind && text_is(e.device, e.device_len, device);
    return found;
}

static int32_t resync(void) {
    hsvc_cursor cursor;
    int32_t status;
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    status = hsvc_resync(w->desk.engine, NULL, &cursor, w->desk.fx);
    assert_int_equal(cursor.done, 1);
    return status;
}

/* A countdown that is over signs alice in at desk-2, and out at desk-1, which has to hear of it although the commit was in doubt. */
static void what_a_commit_in_doubt_told_another_phone_is_told_STORE_6_MULTI_1(void **state) {
    static const uint32_t kinds[] = {HSVC_FAULT_UNKNOWN_DONE, HSVC_FAULT_UNKNOWN_LOST, HSVC_FAULT_CONFLICT};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        open_after(PEOPLE "at 09:06 H2 plugs into desk-2\nat 09:06:01 verify\n", 20 * SECOND);
        fault_once(kinds[i]);
        OK(resync());
        assert_int_equal(device_view(&w->desk, "desk-1").session_state, HSVC_SESSION_VACANT);
        assert_true(told("desk-1", HSVC_EFFECT_APPLY_PROFILE));
        assert_true(told("desk-2", HSVC_EFFECT_APPLY_PROFILE));
        sound(&w->desk);
        world_close(w);
    }
}

/* The end of a window asks about a user whose record is damaged: nobody can decide it, and the phone is told what it is owed. */
static void damage_elsewhere_keeps_nobody_from_being_told_STORE_6_STORE_7(void **state) {
    struct hsvc__key key;
    (void)state;
    open_after(PEOPLE "at 09:06 verify\n", HOUR);
    key = key_of(HSVC__FAMILY_USER, TEXT("alice"));
    write_row(w, bytes_of(&key), TEXT("junk"));
    assert_int_equal(hsvc_advance(w->desk.engine, w->desk.fx), HSVC_ERR_CORRUPT);
    OK(resync());
    assert_true(told("desk-1", HSVC_EFFECT_SHOW_PROMPT));
    world_close(w);
}

/* A record that contradicts itself has something due that no row decides. */
static void what_nobody_can_decide_keeps_nobody_from_being_told_STORE_6_STORE_7(void **state) {
    struct hsvc__device *d;
    (void)state;
    open_after(PEOPLE "at 09:06 verify\n", MINUTE);
    d = device_in(w, TEXT("desk-2")); /* nobody is signed in */
    d->warn_due = w->later - HOUR;
    d->max_due = w->later;
    put_device(w, d);
    assert_int_equal(hsvc_advance(w->desk.engine, w->desk.fx), HSVC_ERR_BUG);
    OK(resync());
    assert_true(told("desk-2", HSVC_EFFECT_MENU_STATE));
    world_close(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_commit_in_doubt_told_another_phone_is_told_STORE_6_MULTI_1),
        cmocka_unit_test(what_nobody_can_decide_keeps_nobody_from_being_told_STORE_6_STORE_7),
        cmocka_unit_test(damage_elsewhere_keeps_nobody_from_being_told_STORE_6_STORE_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
