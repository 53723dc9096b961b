/* test_flapping.c: a plug that comes and goes sixty thousand times in an hour costs a line in the log now and then, and
 * nothing else: one session, one timer, no reset, no memory (TIME-6, PRES-8, F31). */
#include "desk.h"

static struct desk desk, *const d = &desk;

static int open_signed_in(void **state) {
    static const hsvc_item profile = {"ann-1", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
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
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, MINUTE);
    return 0;
}

static int close_desk(void **state) {
    (void)state;
    sound(d);
    desk_close(d);
    return 0;
}

/* ---- counting ---- */
static struct {
    uint64_t effects;   /* of any kind */
    uint64_t resets;    /* APPLY_PROFILE, WIPE */
    uint64_t ends;
    uint64_t held;      /* verdicts HELD */
    uint64_t over;      /* verdicts FLAPPING_OVER: what the audit has of a hold */
    uint64_t others;    /* every other verdict */
    uint64_t timers;    /* most deadline keys at once */
    uint64_t entries;   /* of the audit */
    uint64_t rows;      /* most, without those */
} seen;

static void count_batch(void) {
    hsvc_verdict verdict;
    seen.effects += hsvc_effects_count(d->fx);
    seen.resets += effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL) + effects_of(d->fx, HSVC_EFFECT_WIPE, NULL);
    seen.ends += effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL);
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    for (size_t i = 0; hsvc_verdict_at(d->fx, i, &verdict) == HSVC_OK; i++) {
        if (verdict.reason == HSVC_REASON_HELD) seen.held++;
        else if (verdict.reason == HSVC_REASON_FLAPPING_OVER) seen.over++;
        else seen.others++;
    }
}

static int32_t count_row(const hsvc_row *row, void *user) {
    (void)row;
    ++*(uint64_t *)user;
    return HSVC_OK;
}

static uint64_t rows_between(const char *from, const char *to) {
    uint64_t count = 0;
    OK(d->plain.scan((const uint8_t *)from, 1, (const uint8_t *)to, 1, 100000, count_row, &count, d->plain.user));
    return count;
}

static void count_store(void) {
    uint64_t rows = 0, bytes = 0, timers = rows_between("T", "U");
    OK(hsvc_memory_store_size(d->memory, &rows, &bytes));
    seen.entries = rows_between("A", "B");
    rows -= seen.entries;
    if (rows > seen.rows) seen.rows = rows;
    if (timers > seen.timers) seen.timers = timers;
}

/* Beyond what the store holds. */
static uint64_t live_bytes(void) {
    hsvc_alloc_counts counts;
    uint64_t rows = 0, bytes = 0;
    OK(hsvc_memory_store_size(d->memory, &rows, &bytes));
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_count_alloc_counts(d->count, &counts));
    return counts.live_bytes - bytes;
}

/* One flap: gone and back 60 ms later, by a new handle each time. */
static void flap(uint64_t i) {
    hsvc_input in;
    int64_t at;
    OK(hsvc_input_headset_disconnected(&in, "P1", "S1", 0));
    OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
    count_batch();
    pass(d, 60);
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 100 + i));
    OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
    count_batch();
    OK(hsvc_next_deadline(d->engine, &at));
    if (i % 64 == 0) count_store();
}

static void sixty_thousand_flaps_in_an_hour_leave_one_session_and_one_timer_TIME_6(void **state) {
    const uint64_t flaps = 60000;
    uint64_t before = 0, session = device_view(d, "P1").session;
    hsvc_counters counters;
    (void)state;
    memset(&seen, 0, sizeof seen);
    for (uint64_t i = 0; i < flaps; i++) {
        if (i == flaps / 10) before = live_bytes();
        flap(i);
    }
    assert_int_equal(live_bytes(), before);
    count_store();
    counters = counters_of(d->engine);
    print_message("%u flaps: %u effects, %u verdicts HELD, %u holds, %u other verdicts; %u "
                  "audit entries; store: at most %u other rows, %u deadline\n",
                  (unsigned)flaps, (unsigned)seen.effects, (unsigned)seen.held, (unsigned)seen.over, (unsigned)seen.others,
                  (unsigned)seen.entries, (unsigned)seen.rows, (unsigned)seen.timers);
    assert_int_equal(seen.resets, 0);
    assert_int_equal(seen.ends, 0);
    assert_int_equal(seen.timers, 1);
    assert_int_equal(device_view(d, "P1").session, session);
    assert_true(seen.rows < 16);
    assert_true(seen.entries < 13 * 40);
    assert_true(counters.flaps <= 13); /* a hold lasts ten windows of 30 s */
    assert_true(seen.others <= 13 * 16);
    assert_true(seen.effects <= 13 * 32);
    advance(d, 5 * MINUTE);
    assert_int_equal(device_view(d, "P1").session, session); /* it is here */
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_SIGNED_IN);
}

/* The last of them was a disconnect: the session ends five minutes after it, not after the hold. */
static void the_last_disconnect_counts_from_its_own_time_PRES_8_TIME_7(void **state) {
    hsvc_input in;
    int64_t left;
    (void)state;
    for (uint64_t i = 0; i < 100; i++) flap(i);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", "S1", 0)), HSVC_REASON_HELD);
    OK(hsvc_manual_clock_get(d->clock, &left));
    advance(d, 30 * SECOND);
    assert_int_equal(device_view(d, "P1").window_due_at, left + 5 * MINUTE);
    advance(d, 5 * MINUTE - 30 * SECOND);
    assert_int_equal(device_view(d, "P1").session, 0);
}

static uint32_t verdicts(void) { return (uint32_t)hsvc_verdict_count(d->fx); }

/* flap_until_held: S1 is here afterwards, by this handle. */
static uint64_t flap_until_held(void) {
    uint64_t i = 0;
    while (!device_view(d, "P1").flapping) flap(i++);
    return 100 + i - 1;
}

/* S1 was here before the hold and is here by the same handle: the hold is over, and that is all there is to say. */
static void a_report_that_says_nothing_new_has_no_verdict_PRES_8(void **state) {
    uint64_t handle = flap_until_held();
    hsvc_input in;
    (void)state;
    pass(d, SECOND);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", handle)), HSVC_REASON_HELD);
    advance(d, 30 * SECOND);
    assert_int_equal(verdicts(), 1);
    assert_int_equal(said(d->fx, HSVC_NO_INPUT), HSVC_REASON_FLAPPING_OVER);
}

/* A store of few operations takes what was held in parts. S1's second handle was reported behind two others: it is judged with the
 * first, and the others keep their places. */
static void a_hold_that_ends_in_parts_loses_nothing_PRES_8_STORE_3(void **state) {
    static const char *const serials[] = {"S2", "S3", "S4", "S5", "S6"};
    hsvc_engine *whole = d->engine;
    hsvc_input in;
    (void)state;
    (void)flap_until_held();
    d->store.ops_max = HSVC_LIMIT_OPS_PER_COMMIT;
    OK(hsvc_engine_new(&d->config, &d->engine));
    for (uint64_t i = 0; i < 5; i++) {
        assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", serials[i], 11 + i)), HSVC_REASON_HELD);
        assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", serials[0], 21 + i)), HSVC_REASON_HELD);
    }
    for (int i = 0; i < 6; i++) advance(d, 30 * SECOND);
    assert_int_equal(device_view(d, "P1").flapping, 0);
    assert_int_equal(device_view(d, "P1").headset_count, 6);
    for (uint64_t i = 0; i < 5; i++) {
        assert_true(headset_view(d, serials[i]).connected);
        OK(hsvc_input_headset_disconnected(&in, "P1", NULL, 11 + i));
        (void)give(d, &in);
        assert_int_equal(headset_view(d, serials[i]).connected, i == 0); /* by five more handles */
    }
    hsvc_engine_free(d->engine);
    d->engine = whole;
}

/* Any order of reports of few headsets over few handles: nothing is left in the store that a list cannot clear. */
static void no_order_of_reports_confuses_a_hold_PRES_8_TIME_7(void **state) {
    static const char *const serials[] = {"S1", "S2", "S3"};
    uint64_t seed = 11;
    hsvc_input in;
    (void)state;
    for (int i = 0; i < 6000; i++) {
        const char *serial;
        uint64_t handle;
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        serial = serials[(seed >> 33) % 3];
        handle = (seed >> 36) % 5;
        if (seed >> 40 & 1) OK(hsvc_input_headset_connected(&in, "P1", serial, handle));
        else if (seed >> 41 & 3) OK(hsvc_input_headset_disconnected(&in, "P1", serial, handle));
        else OK(hsvc_input_headset_disconnected(&in, "P1", NULL, handle));
        if (seed >> 43 & 1) OK(hsvc_manual_clock_get(d->clock, &in.at_ms));
        if (in.at_ms != 0) in.at_ms -= (int64_t)((seed >> 44) % 3000);
        (void)give(d, &in);
        advance(d, (int64_t)((seed >> 50) % 4000));
        if (i % 10 == 0) sound(d);
    }
    advance(d, 10 * MINUTE);
    assert_int_equal(device_view(d, "P1").flapping, 0);
    OK(hsvc_input_presence_snapshot(&in, "P1", NULL, 0));
    assert_int_equal(give(d, &in), HSVC_REASON_RECORDED);
    advance(d, HOUR);
    assert_int_equal(device_view(d, "P1").headset_count, 0);
    assert_int_equal(device_view(d, "P1").session, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_signed_in, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(sixty_thousand_flaps_in_an_hour_leave_one_session_and_one_timer_TIME_6),
        TEST(the_last_disconnect_counts_from_its_own_time_PRES_8_TIME_7),
        TEST(a_report_that_says_nothing_new_has_no_verdict_PRES_8),
        TEST(a_hold_that_ends_in_parts_loses_nothing_PRES_8_STORE_3),
        TEST(no_order_of_reports_confuses_a_hold_PRES_8_TIME_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
