/* clock.h: a user with a headset and two phones, for the tests of clocks that step. */
#ifndef TESTS_UNIT_CLOCK_H
#define TESTS_UNIT_CLOCK_H

#include "desk.h"

static struct desk desk, *const d = &desk;

static inline int close_desk(void **state) {
    (void)state;
    sound(d);
    desk_close(d);
    return 0;
}

static inline void give_ok(const hsvc_input *in) {
    OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
}
#define DO(maker) (OK(maker), give_ok(&in))

/* And everybody is told: what a change still has to do would mix with what a clock does. */
static inline void set_global(uint32_t param, int64_t value) {
    hsvc_input in;
    int64_t at;
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, param, HSVC_SCOPE_GLOBAL, value)), HSVC_REASON_POLICY_CHANGED);
    for (OK(hsvc_next_deadline(d->engine, &at)); at == 0; OK(hsvc_next_deadline(d->engine, &at)))
        OK(hsvc_advance(d->engine, d->fx));
}

static inline void set_up(void) {
    static const hsvc_item lines = {"ann-1", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    DO(hsvc_input_user_put(&in, "ann", &lines, 1));
    DO(hsvc_input_associate(&in, "ann", "S1"));
    set_global(HSVC_PARAM_PIN_ENTRY, HSVC_CHOICE_PIN_ENTRY_NOT_REQUIRED);
    DO(hsvc_input_device_put(&in, "P1", "own-1", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED));
    DO(hsvc_input_device_put(&in, "P2", "own-2", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED));
    DO(hsvc_input_device_registered(&in, "P1", 0, 0));
    DO(hsvc_input_device_registered(&in, "P2", 0, 0));
}

static inline int open_desk(void **state) {
    (void)state;
    desk_open(d);
    set_up();
    return 0;
}

static inline int notices(void) {
    hsvc_effect effect;
    int found = 0;
    OK(hsvc_effect_init(&effect, sizeof effect));
    for (size_t i = 0; hsvc_effects_at(d->fx, i, &effect) == HSVC_OK; i++)
        found += effect.kind == HSVC_EFFECT_NOTICE && effect.reason == HSVC_REASON_CLOCK_SKEW;
    return found;
}

static inline int64_t next(void) {
    int64_t at;
    OK(hsvc_next_deadline(d->engine, &at));
    return at;
}

static inline int64_t now(void) {
    int64_t at;
    OK(hsvc_manual_clock_get(d->clock, &at));
    return at;
}

static inline void restart(void) {
    hsvc_engine_free(d->engine);
    OK(hsvc_engine_new(&d->config, &d->engine));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)

#endif
