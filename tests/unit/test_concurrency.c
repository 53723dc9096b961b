/* test_concurrency.c: two engines on one store, the second at work in the middle of the first one's call (STORE-5).
 *
 * The first engine's store runs an input of the second before or after its k-th callback, for every k. Whatever k, the
 * store must end as if one of the two had come wholly before the other: that is what keeps every count and every
 * uniqueness rule, and it needs no list of them. */
#include <stdlib.h>

#include "story.h"

/* ---- the decorator ---- */

struct meddler {
    hsvc_store inner;
    void (*meddle)(void); /* what the other engine does */
    uint64_t at;          /* at which callback, counted from 1; 0 never */
    uint64_t times;       /* at so many in a row */
    int after;            /* when it has answered, not before */
    uint64_t calls;
    uint64_t meddled;
    int busy;
};
static struct meddler meddler;

static void come_between(int after) {
    uint64_t call = meddler.calls + (after ? 0 : 1);
    if (!after) meddler.calls++;
    if (meddler.busy || meddler.after != after || meddler.at == 0) return;
    if (call < meddler.at || call - meddler.at >= meddler.times) return;
    meddler.busy = 1; /* the other engine has a store of its own, but a test may share this one */
    meddler.meddled++;
    meddler.meddle();
    meddler.busy = 0;
}

static int32_t meddled_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    int32_t status;
    (void)user;
    come_between(0);
    status = meddler.inner.read(keys, count, sink, sink_user, meddler.inner.user);
    come_between(1);
    return status;
}
static int32_t meddled_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                            hsvc_row_sink sink, void *sink_user, void *user) {
    int32_t status;
    (void)user;
    come_between(0);
    status = meddler.inner.scan(from, from_len, to, to_len, limit, sink, sink_user, meddler.inner.user);
    come_between(1);
    return status;
}
static int32_t meddled_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    int32_t status;
    (void)user;
    come_between(0);
    status = meddler.inner.commit(ops, count, revision, meddler.inner.user);
    come_between(1);
    return status;
}

/* ---- two engines ---- */

static struct desk desk, *const d = &desk; /* d->engine is the first, behind the meddler */
static hsvc_engine *other;
static hsvc_effects *other_fx;
static int32_t other_status;

static void open_both(void) {
    hsvc_store store;
    desk_ready(d);
    memset(&meddler, 0, sizeof meddler);
    meddler.inner = d->plain;
    meddler.times = 1;
    store = d->plain;
    store.read = meddled_read;
    store.scan = meddled_scan;
    store.commit = meddled_commit;
    d->config.store = &store;
    desk_start(d);
    d->config.store = &d->plain;
    OK(hsvc_engine_new(&d->config, &other));
    OK(hsvc_effects_new(&d->allocator, &other_fx));
}

static void close_both(void) {
    hsvc_engine_free(other);
    hsvc_effects_free(other_fx);
    desk_close(d);
}

/* ---- a world in which everything is about to happen ----
 * P1: ann signed in, settled; bob's S2 there, his takeover's PIN being verified. P2: ann's second headset S3 there, its
 * PIN being verified. P3: free. S4 is nobody's; S5 was never seen. ann has 13 headsets, and may have 14. */

#define WORLD_AT (START + 30 * SECOND)
static uint64_t request_1, request_2;
static struct rows world;

static uint64_t submitted(const char *device, const char *user) {
    hsvc_input in;
    hsvc_effect effect;
    assert_int_equal(GIVE(d, hsvc_input_submit(&in, device, device_view(d, device).prompt_id, user, "1", 1)),
                     HSVC_REASON_VERIFYING);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, &effect), 1);
    return effect.request;
}

static void put_people(void) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    char serial[] = "A00";
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "bob", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_HEADSETS_PER_USER_MAX, HSVC_SCOPE_GLOBAL, 14)),
                     HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "bob", "S2")), HSVC_REASON_ASSOCIATED);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S3")), HSVC_REASON_ASSOCIATED);
    for (char i = 0; i < 11; i++) {
        serial[1] = (char)('0' + i / 10);
        serial[2] = (char)('0' + i % 10);
        assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", serial)), HSVC_REASON_ASSOCIATED);
    }
}

static void make_world(void) {
    hsvc_input in;
    open_both();
    put_people();
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_VERIFY_TIMEOUT, HSVC_SCOPE_GLOBAL, 2 * MINUTE)),
                     HSVC_REASON_POLICY_CHANGED); /* the questions outlive P1's settling */
    give_phone(d, "P1");
    give_phone(d, "P2");
    give_phone(d, "P3");
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P3", "S4", 4)), HSVC_REASON_ASSOCIATION_ASKED);
    /* at P2 before ann is confirmed to be at P1, which would bar it */
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_PIN_ASKED);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P2", "S3", 3)), HSVC_REASON_PIN_ASKED);
    request_2 = submitted("P2", "ann");
    request_1 = submitted("P1", "ann");
    assert_int_equal(GIVE(d, hsvc_input_verify_result(&in, "P1", request_1, HSVC_VERIFY_OK)), HSVC_REASON_SIGNED_IN);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, WORLD_AT - START);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S2", 2)), HSVC_REASON_TAKEOVER_ASKED);
    assert_int_equal(GIVE(d, hsvc_input_yes(&in, "P1", device_view(d, "P1").prompt_id)), HSVC_REASON_PIN_ASKED);
    request_1 = submitted("P1", "bob");
    sound(d);
    rows_read(&world, &d->plain, 0);
    close_both();
}

static int open_world(void **state) {
    (void)state;
    make_world();
    return 0;
}
static int close_world(void **state) {
    (void)state;
    rows_free(&world);
    return 0;
}

/* open_in: two engines in a fresh copy of the world. */
static void open_in(void) {
    open_both();
    rows_write(&world, &d->plain);
    OK(hsvc_manual_clock_set(d->clock, WORLD_AT));
}

/* ---- what may happen in it ---- */

enum {
    TAKE_OVER,
    SIGN_IN_ANN,
    WRONG_PIN,
    SIGN_OUT,
    UNPLUG_ANN,
    UNPLUG_BOB,
    UNPLUG_AT_P2,
    FREE_S1,
    FREE_S2,
    GIVE_ANN_S4,
    GIVE_BOB_S4,
    GIVE_ANN_S5,
    GIVE_BOB_S5,
    SKIP_S4,
    CALL_AT_P1,
    CALL_AT_P2,
    DISABLE_ANN,
    DROP_PROFILE,
    NO_PINS,
    LIMIT_13,
    AWAY_P1,
    MOVE_S4,
    FORCE_OUT,
    REMOVE_ANN,
    RENAME_ANN,
    REMOVE_P1,
    RENAME_P1,
    LATER,
    MUCH_LATER,
    EVENTS
};

static const char *const event_names[EVENTS] = {
    "take over",     "sign ann in", "wrong PIN",   "sign out",    "unplug ann", "unplug bob", "unplug at P2",
    "free S1",       "free S2",     "S4 to ann",   "S4 to bob",   "S5 to ann",  "S5 to bob",  "exit at P3",
    "call at P1",    "call at P2",  "disable ann", "drop profile", "no PINs",   "limit 13",   "P1 away",
    "S4 to P1 too",  "force out",   "remove ann", "rename ann", "remove P1", "rename P1", "20 s later",  "10 min later"};

static hsvc_input event_input(int event) {
    hsvc_input in;
    memset(&in, 0, sizeof in);
    switch (event) {
        case TAKE_OVER: hsvc_input_verify_result(&in, "P1", request_1, HSVC_VERIFY_OK); break;
        case SIGN_IN_ANN: hsvc_input_verify_result(&in, "P2", request_2, HSVC_VERIFY_OK); break;
        case WRONG_PIN: hsvc_input_verify_result(&in, "P2", request_2, HSVC_VERIFY_WRONG); break;
        case SIGN_OUT: hsvc_input_menu_sign_out(&in, "P1"); break;
        case UNPLUG_ANN: hsvc_input_headset_disconnected(&in, "P1", "S1", 1); break;
        case UNPLUG_BOB: hsvc_input_headset_disconnected(&in, "P1", "S2", 2); break;
        case UNPLUG_AT_P2: hsvc_input_headset_disconnected(&in, "P2", "S3", 3); break;
        case FREE_S1: hsvc_input_disassociate(&in, "S1"); break;
        case FREE_S2: hsvc_input_disassociate(&in, "S2"); break;
        case GIVE_ANN_S4: hsvc_input_associate(&in, "ann", "S4"); break;
        case GIVE_BOB_S4: hsvc_input_associate(&in, "bob", "S4"); break;
        case GIVE_ANN_S5: hsvc_input_associate(&in, "ann", "S5"); break;
        case GIVE_BOB_S5: hsvc_input_associate(&in, "bob", "S5"); break;
        case SKIP_S4: hsvc_input_exit(&in, "P3", 1); break;
        case CALL_AT_P1: hsvc_input_call_begun(&in, "P1", 7, HSVC_CALL_ACTIVE); break;
        case CALL_AT_P2: hsvc_input_call_begun(&in, "P2", 7, HSVC_CALL_ACTIVE); break;
        case DISABLE_ANN:
            hsvc_input_user_put(&in, "ann", NULL, 0);
            in.flags = HSVC_FLAG_DISABLED;
            break;
        case DROP_PROFILE: hsvc_input_user_put(&in, "ann", NULL, 0); break;
        case NO_PINS: hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 0); break;
        case LIMIT_13: hsvc_input_policy_set(&in, HSVC_PARAM_HEADSETS_PER_USER_MAX, HSVC_SCOPE_GLOBAL, 13); break;
        case AWAY_P1: hsvc_input_device_unregistered(&in, "P1"); break;
        case MOVE_S4: hsvc_input_headset_connected(&in, "P1", "S4", 9); break;
        case FORCE_OUT: hsvc_input_force_sign_out(&in, "P1"); break;
        case REMOVE_ANN: hsvc_input_user_remove(&in, "ann"); break;
        case RENAME_ANN: hsvc_input_user_rename(&in, "ann", "anna"); break;
        case REMOVE_P1: hsvc_input_device_remove(&in, "P1"); break;
        case RENAME_P1: hsvc_input_device_rename(&in, "P1", "P9"); break;
        default: break;
    }
    return in;
}

/* happen: one event through an engine; an advance is at its own time, an input at the world's. */
static int32_t happen(hsvc_engine *engine, hsvc_effects *fx, int event) {
    hsvc_input in = event_input(event);
    if (in.kind != 0) return hsvc_apply(engine, &in, 1, 0, fx);
    return hsvc_advance(engine, fx);
}

static void set_time(int event) {
    int64_t by = event == LATER ? 20 * SECOND : event == MUCH_LATER ? 10 * MINUTE : 0;
    int64_t now;
    OK(hsvc_manual_clock_get(d->clock, &now));
    if (WORLD_AT + by > now) OK(hsvc_manual_clock_set(d->clock, WORLD_AT + by));
}

/* The other engine's events: one, or two in a row, during which records can change and change back. */
static int others[2];
static size_t others_count;
static uint32_t others_said;

static uint32_t answer_of(const hsvc_effects *fx, int event) {
    return event_input(event).kind == 0 ? 0 : said(fx, 0); /* an advance tells of several devices, perhaps in two calls */
}

static void others_happen(void) {
    for (size_t i = 0; i < others_count; i++) {
        int32_t status = happen(other, other_fx, others[i]);
        if (other_status == HSVC_OK) other_status = status;
        others_said = others_said * 10007 + answer_of(other_fx, others[i]);
    }
}

static void open_at(int a) {
    open_in();
    set_time(a);
    for (size_t i = 0; i < others_count; i++) set_time(others[i]);
    other_status = HSVC_OK;
    others_said = 0;
}

/* outcome: the store, and what everybody was told. */
static void outcome(struct rows *end, uint32_t a_said) {
    uint32_t both[2] = {a_said, others_said};
    rows_read(end, &d->plain, 0);
    rows_add(end, both, sizeof both);
}

/* serial: nobody comes between; all at the later time, as they are when interleaved. */
static void serial(int a, int a_first, struct rows *end) {
    uint32_t a_said;
    open_at(a);
    if (!a_first) others_happen();
    OK(happen(d->engine, d->fx, a));
    a_said = answer_of(d->fx, a);
    if (a_first) others_happen();
    OK(other_status);
    outcome(end, a_said);
    close_both();
}

/* warm: the first engine has read the policy before anything happens: what it remembers is never to be trusted. */
static void warm(void) {
    int64_t value;
    OK(hsvc_policy_value(d->engine, HSVC_PARAM_PIN_ENTRY, NULL, 0, NULL, 0, &value, NULL));
}

/* too_late: the others were done before a began. */
static void too_late(int a, struct rows *end) {
    open_at(a);
    warm();
    others_happen();
    OK(happen(d->engine, d->fx, a));
    OK(other_status);
    outcome(end, answer_of(d->fx, a));
    close_both();
}

/* interleaved: a, with the others at its k-th callback. 0 when there is none. */
static int interleaved(int a, uint64_t k, int after, struct rows *end) {
    int reached;
    open_at(a);
    if (k % 2 == 0) warm();
    meddler.calls = 0;
    meddler.meddle = others_happen;
    meddler.after = after;
    meddler.at = k;
    OK(happen(d->engine, d->fx, a));
    OK(other_status);
    reached = meddler.meddled != 0;
    outcome(end, answer_of(d->fx, a));
    if (reached) sound(d);
    close_both();
    return reached;
}

static void say_interleaving(int a, uint64_t k, int after) {
    print_error("%s, and at %s callback %u:", event_names[a], after ? "the end of" : "the beginning of", (unsigned)k);
    for (size_t i = 0; i < others_count; i++) print_error(" %s", event_names[others[i]]);
    print_error("\n");
}

/* in_any_order: is every interleaving of a with the others the same as one of the two orders? */
static void in_any_order(int a) {
    struct rows first = {NULL, 0, 0, 0}, last = {NULL, 0, 0, 0}, now = {NULL, 0, 0, 0};
    serial(a, 1, &first);
    serial(a, 0, &last);
    too_late(a, &now);
    if (!rows_same(&now, &last)) say_interleaving(a, 0, 0);
    assert_true(rows_same(&now, &last));
    for (int after = 0; after <= 1; after++)
        for (uint64_t k = 1; interleaved(a, k, after, &now); k++) {
            int good = rows_same(&now, &first) || rows_same(&now, &last);
            if (!good) say_interleaving(a, k, after);
            assert_true(good);
            assert_true(k < 200);
        }
    rows_free(&first);
    rows_free(&last);
    rows_free(&now);
}

/* stride: under a sanitizer or a wrapper such as valgrind, which are slower and look for other things, a quarter of the
 * events; everywhere else all of them. 4 and 29 have no part in common. */
static int stride(void) {
#ifdef HSVC_TEST_SLOW
    return 4;
#else
    return getenv("HSVC_TEST_WRAPPER") == NULL ? 1 : 4;
#endif
}

/* F82. */
static void every_interleaving_is_one_order_or_the_other_STORE_5(void **state) {
    (void)state;
    others_count = 1;
    for (int a = 0; a < EVENTS; a += stride())
        for (others[0] = 0; others[0] < EVENTS; others[0]++) in_any_order(a);
}

/* A record that was read early and one that was read late may then never have stood beside each other: a torn read. */
static void no_decision_rests_on_records_of_two_moments_STORE_5(void **state) {
    (void)state;
    others_count = 2;
    for (int i = 0; i < EVENTS * EVENTS * EVENTS; i += 21 * stride()) { /* 21 and 29 have no part in common: every pair occurs */
        others[0] = i % EVENTS;
        others[1] = i / EVENTS % EVENTS;
        in_any_order(i / EVENTS / EVENTS);
    }
}

/* ---- the rules by name, so that their failure has one too ---- */

/* both: a and b, with b at a's k-th callback; 0 when there is none. The desk stays open. */
static int both(int a, int b, uint64_t k) {
    others_count = 1;
    others[0] = b;
    open_at(a);
    meddler.meddle = others_happen;
    meddler.at = k;
    OK(happen(d->engine, d->fx, a));
    OK(other_status);
    sound(d);
    return meddler.meddled != 0;
}

static void a_serial_goes_to_one_of_two_users_ASSOC_1(void **state) {
    static const int pairs[][2] = {{GIVE_ANN_S4, GIVE_BOB_S4}, {GIVE_ANN_S5, GIVE_BOB_S5}};
    (void)state;
    for (int i = 0; i < 4; i++)
        for (uint64_t k = 1, reached = 1; reached; k++) {
            int a = pairs[i / 2][i % 2], b = pairs[i / 2][1 - i % 2];
            reached = (uint64_t)both(a, b, k);
            if (reached) {
                assert_int_equal(said(d->fx, 0), HSVC_REASON_HEADSET_IN_USE);
                assert_int_equal(said(other_fx, 0), HSVC_REASON_ASSOCIATED);
            }
            close_both();
        }
}

static void the_last_place_for_a_headset_is_given_once_ASSOC_3(void **state) {
    (void)state;
    for (uint64_t k = 1, reached = 1; reached; k++) {
        reached = (uint64_t)both(GIVE_ANN_S4, GIVE_ANN_S5, k);
        if (reached) {
            assert_int_equal(said(d->fx, 0), HSVC_REASON_HEADSET_LIMIT);
            assert_int_equal(said(other_fx, 0), HSVC_REASON_ASSOCIATED);
            assert_int_equal(user_view(d, "ann").headset_count, 14);
        }
        close_both();
    }
}

static int is_ann_in(const char *device) {
    hsvc_device_view view = device_view(d, device);
    int active = view.session_state != HSVC_SESSION_VACANT && view.session_state != HSVC_SESSION_ENDING;
    return active && text_is(view.user, view.user_len, "ann");
}

/* Whatever makes ann's presence at P1 doubtful lets her sign in at P2, and then P1's session ends in that very commit;
 * if it comes too late she may not. Never are there two (F60). */
static void one_user_is_in_one_session_MULTI_1(void **state) {
    static const int events[] = {AWAY_P1, UNPLUG_ANN, TAKE_OVER, SIGN_OUT, FORCE_OUT, MUCH_LATER};
    uint32_t moved = 0;
    (void)state;
    for (size_t i = 0; i < 2 * sizeof events / sizeof events[0]; i++)
        for (uint64_t k = 1, reached = 1; reached; k++) {
            int event = events[i / 2];
            reached = (uint64_t)(i % 2 ? both(SIGN_IN_ANN, event, k) : both(event, SIGN_IN_ANN, k));
            assert_int_equal(user_view(d, "ann").session_count, is_ann_in("P1") + is_ann_in("P2"));
            assert_true(user_view(d, "ann").session_count <= 1);
            moved += (uint32_t)is_ann_in("P2");
            close_both();
        }
    assert_true(moved > 5);
}

static size_t sessions_ended(void) {
    return effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL) + effects_of(other_fx, HSVC_EFFECT_SESSION_ENDED, NULL);
}

/* F58. */
static void a_takeover_and_a_sign_out_end_the_session_once_TAKE_2(void **state) {
    (void)state;
    for (int turn = 0; turn < 2; turn++)
        for (uint64_t k = 1, reached = 1; reached; k++) {
            reached = (uint64_t)(turn ? both(TAKE_OVER, SIGN_OUT, k) : both(SIGN_OUT, TAKE_OVER, k));
            if (reached && turn) assert_int_equal(said(d->fx, 0), HSVC_REASON_REQUEST_STALE);
            if (reached && turn) assert_int_equal(sessions_ended(), 1);
            if (reached && !turn) assert_int_equal(sessions_ended(), 2); /* ann's, then bob's: who is there signs out */
            close_both();
        }
}

/* ---- the timer ---- */

static void a_timer_fires_once_though_two_engines_advance_STORE_5(void **state) {
    (void)state;
    for (int after = 0; after < 2; after++)
        for (uint64_t k = 1, reached = 1; reached; k++) {
            hsvc_input in;
            others_count = 1;
            others[0] = MUCH_LATER;
            open_in();
            assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", "S1", 1)), HSVC_REASON_WINDOW_OPENED);
            hsvc_effects_reset(other_fx);
            set_time(MUCH_LATER);
            meddler.calls = 0;
            meddler.meddle = others_happen;
            meddler.after = after;
            meddler.at = k;
            OK(hsvc_advance(d->engine, d->fx));
            reached = meddler.meddled;
            assert_int_equal(sessions_ended(), 1);
            assert_int_equal(counters_of(d->engine).sign_outs + counters_of(other).sign_outs, 1);
            sound(d);
            close_both();
        }
}

/* ---- conflicts that do not end ---- */

static void a_call_comes(void) {
    static uint64_t id = 100;
    hsvc_input in;
    OK(hsvc_input_call_begun(&in, "P1", id, HSVC_CALL_ACTIVE));
    OK(hsvc_apply(other, &in, 1, 0, other_fx));
    OK(hsvc_input_call_ended(&in, "P1", id++));
    OK(hsvc_apply(other, &in, 1, 0, other_fx));
}

/* F85. */
static void conflicts_without_end_are_given_up_by_name_STORE_4(void **state) {
    hsvc_input in = event_input(SIGN_OUT);
    (void)state;
    open_in();
    meddler.meddle = a_call_comes;
    meddler.at = 1;
    meddler.times = HSVC_TESTKIT_ALWAYS;
    meddler.after = 1; /* what was read is old before it is used */
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, d->fx), HSVC_ERR_CONFLICT);
    assert_int_equal(counters_of(d->engine).commits, HSVC_LIMIT_ATTEMPTS);
    assert_int_equal(counters_of(d->engine).conflicts, HSVC_LIMIT_ATTEMPTS);
    assert_int_equal(problem_of(d->fx).status, HSVC_ERR_CONFLICT);
    assert_int_equal(hsvc_verdict_count(d->fx), 0);
    assert_int_equal(counters_of(d->engine).sign_outs, 0);
    meddler.at = 0;
    sound(d);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_SIGNED_IN);
    OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_SIGNED_OUT);
    close_both();
}

/* The seventh conflict is not the last word. */
static void seven_conflicts_are_survived_STORE_4(void **state) {
    hsvc_input in = event_input(SIGN_OUT);
    (void)state;
    open_in();
    warm();
    meddler.calls = 0;
    meddler.meddle = a_call_comes;
    meddler.at = 1;
    meddler.times = 14; /* each attempt reads before it commits: at least two callbacks */
    OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_SIGNED_OUT);
    assert_in_range(counters_of(d->engine).conflicts, 2, HSVC_LIMIT_ATTEMPTS - 1);
    sound(d);
    close_both();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_interleaving_is_one_order_or_the_other_STORE_5),
        cmocka_unit_test(no_decision_rests_on_records_of_two_moments_STORE_5),
        cmocka_unit_test(a_serial_goes_to_one_of_two_users_ASSOC_1),
        cmocka_unit_test(the_last_place_for_a_headset_is_given_once_ASSOC_3),
        cmocka_unit_test(one_user_is_in_one_session_MULTI_1),
        cmocka_unit_test(a_takeover_and_a_sign_out_end_the_session_once_TAKE_2),
        cmocka_unit_test(a_timer_fires_once_though_two_engines_advance_STORE_5),
        cmocka_unit_test(conflicts_without_end_are_given_up_by_name_STORE_4),
        cmocka_unit_test(seven_conflicts_are_survived_STORE_4),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
