/* questions.h: a turn made by hand about a phone, a user and her headset, for the tests of single questions and verbs. Nothing is committed. */
#ifndef TESTS_UNIT_QUESTIONS_H
#define TESTS_UNIT_QUESTIONS_H

#include "damage.h"

#include "rules/rows.h"

static const char script[] =
    "user alice, pin 1234\nphone desk-1\nphone desk-2\nheadset H1 of alice\n"
    "policy min_firmware = \"CP-7* 12.1\" and \"nothing\" and \"CP-88* 12.0.5\"\nat 09:00 verify\n";

static struct world world, *const w = &world;
static struct hsvc__turn *t;
static struct hsvc__device *dev, *other;
static struct hsvc__user *alice;
static struct hsvc__headset *h1;
static hsvc_input in;

#define NOW INT64_C(1900000000000)

static inline struct hsvc__device *blank_device(hsvc__str name) {
    struct hsvc__device *d = hsvc__device_of(t, name);
    struct hsvc__record rec = d->rec;
    memset(d, 0, sizeof *d);
    d->rec = rec;
    d->rec.present = 1;
    d->name = name;
    d->session_state = HSVC__session_VACANT;
    d->profile_state = HSVC__profile_WORN;
    d->registered = 1;
    return d;
}

/* begin: a turn about desk-1, alice and her H1, who is nowhere; everything else is as it is made. */
static inline void begin(void) {
    hsvc_engine *e = w->desk.engine;
    struct hsvc__user blank_user;
    int64_t value;
    OK(hsvc_policy_value(e, HSVC_PARAM_KEEP_MAX, NULL, 0, NULL, 0, &value, NULL)); /* the policy is known */
    hsvc_effects_reset(w->desk.fx);
    memset(&in, 0, sizeof in);
    in.struct_size = sizeof in;
    hsvc__txn_begin(&e->txn, NOW, 2000);
    hsvc__policy_plant(e);
    t = hsvc__turn_begin(e, w->desk.fx, &in, 0);
    dev = t->dev = t->lead = blank_device(TEXT("desk-1"));
    other = blank_device(TEXT("desk-2"));
    alice = t->user = hsvc__user_of(t, TEXT("alice"));
    memset(&blank_user, 0, sizeof blank_user);
    blank_user.rec = alice->rec;
    *alice = blank_user;
    alice->rec.present = 1;
    alice->id = TEXT("alice");
    h1 = t->headset = hsvc__serial_of(t, TEXT("H1"));
    hsvc__blank(h1);
    h1->rec.present = 1;
    h1->owner = alice->id;
}

static inline int open_world(void **state) {
    (void)state;
    world_open(w, script);
    begin();
    return 0;
}
static inline int close_world(void **state) {
    (void)state;
    world_close(w);
    return 0;
}

#define ASKED(question, answer) assert_int_equal(!!hsvc__is_##question(t), answer)
#define INPUT_TEXT(field, text) ((void)(in.field = (text), in.field##_len = strlen(text)))

static inline struct hsvc__present *put_here(struct hsvc__device *at, hsvc__str serial, uint32_t flags) {
    struct hsvc__present *one = &at->presents[at->present_count++];
    memset(one, 0, sizeof *one);
    one->serial = serial;
    one->owner = h1->owner;
    one->flags = flags;
    return one;
}
static inline void choose(struct hsvc__overrides *set, uint32_t param, int64_t value) {
    set->at[set->count].param = param;
    set->at[set->count++].value = value;
}
static inline void sign_in(uint32_t state) {
    dev->session_state = state;
    dev->session = 7;
    dev->user = alice->id;
}
#define NO_PIN() choose(&dev->set, HSVC_PARAM_PIN_ENTRY, HSVC_CHOICE_PIN_ENTRY_NOT_REQUIRED)

#define Q(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

#endif
