/* batch.h: a phone, two users and a headset, for the tests of what one call holds: several inputs, one input twice, inputs of earlier times. */
#ifndef TESTS_UNIT_BATCH_H
#define TESTS_UNIT_BATCH_H

#include "desk.h"

static struct desk desk, *const d = &desk;
static struct rows before;

/* ann with S1, bob with none, a phone P1 that nobody is signed in to; no PIN is asked. */
static inline int open_desk(void **state) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    (void)state;
    memset(&before, 0, sizeof before);
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "bob", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                                                   HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 0)),
                     HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, MINUTE);
    return 0;
}

static inline int close_desk(void **state) {
    (void)state;
    rows_free(&before);
    sound(d);
    desk_close(d);
    return 0;
}

/* sign_in: ann by S1 on P1, and the phone is back from its reset. */
static inline void sign_in(void) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    advance(d, MINUTE);
    assert_int_equal(said(d->fx, HSVC_NO_INPUT), HSVC_REASON_SIGNED_IN);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, MINUTE);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_SIGNED_IN);
}

static inline int owns(const char *user, const char *serial) {
    hsvc_headset_view view = headset_view(d, serial);
    return text_is(view.owner, view.owner_len, user);
}

static inline void with_id(hsvc_input *in, uint8_t id) {
    memset(in->request_id, 0, sizeof in->request_id);
    in->request_id[7] = id;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)

#endif
