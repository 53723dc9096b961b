/* test_clock.c: what clocks may do to deadlines and locks: step both ways, differ between nodes, stop with the machine. No
 * deadline lasts more than twice its length, none fires twice, none is lost (TIME-4). */
#include "clock.h"

/* ---- stories: each arms one kind of timer; its length, and what is said when it fires ---- */
static void sign_in(void) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    advance(d, 15 * SECOND);
    assert_int_equal(said(d->fx, HSVC_NO_INPUT), HSVC_REASON_SIGNED_IN);
}
static void settle(void) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, 20 * SECOND);
    assert_int_equal(said(d->fx, HSVC_NO_INPUT), HSVC_REASON_SETTLED);
}
static void leave(void) {
    hsvc_input in;
    sign_in();
    settle();
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", "S1", 1)), HSVC_REASON_WINDOW_OPENED);
}

static void arm_prompt(void) {
    hsvc_input in;
    DO(hsvc_input_headset_connected(&in, "P2", "S9", 9));
}
static void arm_countdown(void) {
    hsvc_input in;
    DO(hsvc_input_headset_connected(&in, "P1", "S1", 1));
}
static void arm_verify(void) {
    hsvc_input in;
    set_global(HSVC_PARAM_PIN_ENTRY, HSVC_CHOICE_PIN_ENTRY_REQUIRED);
    arm_countdown();
    DO(hsvc_input_submit(&in, "P1", device_view(d, "P1").prompt_id, "ann", "1234", 4));
}
static void arm_calls(void) {
    hsvc_input in;
    DO(hsvc_input_call_begun(&in, "P1", 7, HSVC_CALL_ACTIVE));
}
static void arm_doubt(void) {
    hsvc_input in;
    arm_countdown();
    DO(hsvc_input_headset_connected(&in, "P2", "S1", 1));
}
static void arm_settling(void) {
    hsvc_input in;
    sign_in();
    DO(hsvc_input_device_registered(&in, "P1", 1, 0));
}
static void arm_hold(void) {
    hsvc_input in;
    OK(hsvc_input_call_begun(&in, "P1", 7, HSVC_CALL_ACTIVE));
    in.flags = HSVC_FLAG_EMERGENCY;
    give_ok(&in);
    DO(hsvc_input_call_ended(&in, "P1", 7));
}
static void arm_warning(void) {
    set_global(HSVC_PARAM_SIGN_OUT_WARNING, MINUTE);
    leave();
}
static void arm_keep(void) {
    hsvc_input in;
    set_global(HSVC_PARAM_CANCEL_ON_SIGN_OUT_PROMPT, HSVC_CHOICE_CANCEL_ON_SIGN_OUT_PROMPT_KEEP);
    leave();
    assert_int_equal(GIVE(d, hsvc_input_cancel(&in, "P1", device_view(d, "P1").prompt_id)), HSVC_REASON_KEPT);
}
static void arm_max(void) {
    set_global(HSVC_PARAM_MAX_LOGIN_TIME, HOUR);
    sign_in();
}
static void arm_max_warning(void) {
    set_global(HSVC_PARAM_SIGN_OUT_WARNING, MINUTE);
    arm_max();
}
static void arm_away(void) {
    hsvc_input in;
    sign_in();
    settle();
    DO(hsvc_input_device_unregistered(&in, "P1"));
}
static void arm_flapping(void) {
    hsvc_input in;
    set_global(HSVC_PARAM_FLAP_CONNECTS, 1);
    DO(hsvc_input_headset_connected(&in, "P2", "S9", 9));
}

static const struct story {
    const char *timer;
    void (*arm)(void);
    int64_t length;
    uint32_t reason;
} stories[] = {
    {"verify_due", arm_verify, 10 * SECOND, HSVC_REASON_VERIFY_TIMEOUT},
    {"prompt_due", arm_prompt, 2 * MINUTE, HSVC_REASON_PROMPT_TIMEOUT},
    {"prompt_due", arm_countdown, 15 * SECOND, HSVC_REASON_SIGNED_IN},
    {"calls_due", arm_calls, 12 * HOUR, HSVC_REASON_CALLS_ASKED},
    {"presence_due", arm_doubt, 10 * SECOND, HSVC_REASON_PROMPT_CLOSED},
    {"profile_due", sign_in, 5 * MINUTE, HSVC_REASON_RESET_TIMEOUT},
    {"profile_due", arm_settling, 20 * SECOND, HSVC_REASON_SETTLED},
    {"warn_due", arm_warning, 4 * MINUTE, HSVC_REASON_SIGN_OUT_WARNING},
    {"max_warn_due", arm_max_warning, 59 * MINUTE, HSVC_REASON_SIGN_OUT_WARNING},
    {"hold_due", arm_hold, 30 * MINUTE, HSVC_REASON_HOLD_OVER},
    {"window_due", leave, 5 * MINUTE, HSVC_REASON_SIGNED_OUT},
    {"keep_due", arm_keep, 8 * HOUR, HSVC_REASON_SIGNED_OUT},
    {"max_due", arm_max, HOUR, HSVC_REASON_SIGNED_OUT},
    {"away_due", arm_away, 24 * HOUR, HSVC_REASON_SIGNED_OUT},
    {"flap_due", arm_flapping, 30 * SECOND, HSVC_REASON_FLAPPING_OVER},
};
enum { STORIES = sizeof stories / sizeof stories[0] };

/* offer_due has no story: it is 1 ms long, and its kind is cut to a second. */
static void every_timer_has_a_story_TIME_4(void **state) {
    static const char *const timers[] = {
#define TIMER(field, machine, event, most, rule, text) #field,
#include "rules/timers.def"
#undef TIMER
    };
    (void)state;
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        int found = strcmp(timers[i], "offer_due") == 0;
        for (size_t j = 0; j < STORIES; j++) found |= strcmp(stories[j].timer, timers[i]) == 0;
        assert_true(found);
    }
}

static int has_said(uint32_t reason) {
    hsvc_verdict verdict;
    int found = 0;
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    for (size_t i = 0; hsvc_verdict_at(d->fx, i, &verdict) == HSVC_OK; i++) found += verdict.reason == reason;
    return found;
}

/* ---- a world of its own: true time, and nodes whose clocks say something else ---- */
#define NODES 2
static struct {
    uint64_t seed;
    int64_t truth;
    int64_t offset[NODES];
    int64_t wakes[NODES]; /* in true time: hosts wait by a clock that does not step */
    hsvc_engine *node[NODES];
    uint32_t nodes;
    int64_t poll;
    int back;    /* steps back by more than clocks may differ */
    int forward; /* and forward */
    int64_t asleep;
} w;

static uint64_t draw(uint64_t below) {
    w.seed = w.seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (w.seed >> 33) % below;
}

static void use(uint32_t n) {
    d->engine = w.node[n];
    OK(hsvc_manual_clock_set(d->clock, w.truth + w.offset[n]));
}

static hsvc_engine *node_new(uint32_t n) {
    hsvc_config config = d->config;
    hsvc_engine *engine = NULL;
    config.node = n;
    config.node_count = w.nodes;
    config.poll_ms = w.poll;
    OK(hsvc_engine_new(&config, &engine));
    return engine;
}

static void sleep_until_next(uint32_t n) {
    int64_t at;
    use(n);
    OK(hsvc_next_deadline(d->engine, &at));
    w.wakes[n] = at == HSVC_NEVER ? INT64_MAX : at - w.offset[n];
}

static int64_t a_step(void) {
    static const int64_t sizes[] = {SECOND, 5 * SECOND, MINUTE, 10 * MINUTE, HOUR, 30 * HOUR, 366 * 24 * HOUR};
    int64_t size = sizes[draw(sizeof sizes / sizeof sizes[0])];
    return size / 2 + (int64_t)draw((uint64_t)size);
}

static void step_clock(uint32_t n, int sign) {
    int64_t by = sign * a_step();
    w.offset[n] += by;
    w.back += by < -2 * SECOND;
    w.forward += by > 2 * SECOND;
}

/* Something happens to the clocks, or to the processes that read them. */
static void disturb(int ways) {
    uint32_t n = (uint32_t)draw(w.nodes);
    switch (draw(5)) {
        case 0:
        case 1: step_clock(n, -1); break;
        case 2:
            if (ways > 1) step_clock(n, 1);
            break;
        case 3:
            hsvc_engine_free(w.node[n]);
            w.node[n] = node_new(n);
            sleep_until_next(n);
            break;
        default: { /* suspended: nobody calls, but the clocks go on */
            int64_t by = (int64_t)draw((uint64_t)w.poll * 4 + 1);
            w.truth += by;
            w.asleep += by;
        }
    }
}

static void begin_world(uint64_t seed, const struct story *story) {
    memset(&w, 0, sizeof w);
    w.seed = seed;
    w.truth = START + 400 * 24 * HOUR;
    w.nodes = 1 + (uint32_t)draw(NODES);
    w.poll = story->length / 20 + 1;
    desk_ready(d);
    OK(hsvc_effects_new(&d->allocator, &d->fx));
    for (uint32_t n = 0; n < w.nodes; n++) w.node[n] = node_new(n);
    if (w.nodes > 1 && draw(2)) w.offset[1] = (draw(2) ? 1 : -1) * a_step();
    use(0);
    set_up();
    story->arm();
    w.truth = now() - w.offset[0];
    for (uint32_t n = 0; n < w.nodes; n++) sleep_until_next(n);
}

static void end_world(void) {
    for (uint32_t n = 1; n < w.nodes; n++) hsvc_engine_free(w.node[n]);
    d->engine = w.node[0];
    sound(d);
    desk_close(d);
}

/* run_world: until the timer fires; how long that took in true time. 0: it is stuck. */
static int64_t run_world(const struct story *story, int ways) {
    int64_t armed = w.truth, change = w.truth + (int64_t)draw((uint64_t)story->length);
    int changes = (int)draw(5);
    for (int turn = 0; turn < 2000; turn++) {
        uint32_t n = w.nodes > 1 && w.wakes[1] < w.wakes[0] ? 1 : 0;
        int64_t wake = w.wakes[n];
        if (changes > 0 && change <= wake) {
            if (change > w.truth) w.truth = change;
            disturb(ways);
                change = w.truth + (int64_t)draw((uint64_t)story->length);
            changes--;
            continue;
        }
        if (wake > w.truth) w.truth = wake;
        use(n);
        OK(hsvc_advance(d->engine, d->fx));
        if (has_said(story->reason)) return w.truth - armed + 1;
        if (turn % 7 == 0) sound(d);
        sleep_until_next(n);
    }
    return 0;
}

static int differ_much(void) { return w.nodes > 1 && (w.offset[1] - w.offset[0] > 2 * SECOND || w.offset[0] - w.offset[1] > 2 * SECOND); }

/* Twice the length, whatever else clocks do; but each further step back that nobody can see in the record, as it ends after
 * the timer was armed, delays it by what has passed since. */
static int run_one(uint64_t seed, const struct story *story, int ways) {
    int64_t took, most;
    int apart;
    begin_world(seed, story);
    apart = differ_much();
    took = run_world(story, ways) - 1;
    most = story->length * (w.back > 1 ? w.back + 1 : 2) + w.asleep + 2 * w.poll + 5 * SECOND;
    end_world();
    if (took < 0 || took > most) {
        print_error("seed %llu, %s: took %lld of %lld ms\n", (unsigned long long)seed, story->timer, (long long)took,
                    (long long)story->length);
        return 1;
    }
    /* one clock that stepped back once at most, and no other: never early */
    if (!apart && w.nodes == 1 && w.forward == 0 && w.back <= 1 && took < story->length - 4 * SECOND) {
        print_error("seed %llu, %s: early, %lld of %lld ms\n", (unsigned long long)seed, story->timer, (long long)took,
                    (long long)story->length);
        return 1;
    }
    return 0;
}

static void no_deadline_lasts_twice_its_length_whatever_clocks_do_TIME_4(void **state) {
    int wrong = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++)
        for (size_t i = 0; i < STORIES; i++) {
            wrong += run_one(seed * 1000 + i, &stories[i], 1);
            wrong += run_one(seed * 1000 + 500 + i, &stories[i], 2);
        }
    assert_int_equal(wrong, 0);
}

/* ---- one by one ---- */
static void a_step_back_begins_the_window_anew_once_TIME_4(void **state) {
    (void)state;
    leave();
    pass(d, -HOUR);
    assert_int_equal(next(), now()); /* what the keys say is of the old time */
    advance(d, 0);
    assert_true(notices() >= 1); /* of each record that the step has touched */
    assert_int_equal(counters_of(d->engine).clock_notices, notices());
    assert_int_equal(next(), now() + 5 * MINUTE);
    assert_int_equal(device_view(d, "P1").window_due_at, now() + 5 * MINUTE);
    sound(d);
    pass(d, -HOUR);
    restart(); /* it need not have seen the step */
    assert_int_equal(next(), now());
    advance(d, 0);
    assert_true(notices() >= 1);
    assert_true(has_said(HSVC_REASON_SIGNED_OUT)); /* the second time it would be more than twice its length */
}

/* advance_failing: with the nth call of the store failing, or the nth request for memory; was there one? */
static int advance_failing(uint64_t nth, int memory) {
    hsvc_fault_counts counts;
    hsvc_alloc_counts blocks;
    hsvc_fault what;
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_testkit_init(&blocks, sizeof blocks));
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = HSVC_FAULT_UNAVAILABLE;
    what.on = HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN | HSVC_FAULT_ON_COMMIT;
    what.nth = nth;
    what.times = 1;
    if (memory) OK(hsvc_count_alloc_fail(d->count, nth, 1));
    else OK(hsvc_fault_store_arm(d->fault, &what));
    (void)hsvc_advance(d->engine, d->fx);
    OK(hsvc_fault_store_counts(d->fault, &counts));
    OK(hsvc_count_alloc_counts(d->count, &blocks));
    OK(hsvc_count_alloc_fail(d->count, 0, 0));
    hsvc_fault_store_disarm(d->fault);
    return counts.fired + blocks.failures != 0;
}

static void a_step_back_is_found_though_the_first_look_failed_TIME_4(void **state) {
    for (int memory = 0; memory <= 1; memory++) {
        int failed = 1;
        for (uint64_t nth = 1; failed; nth++) {
            assert_int_equal(open_desk(state), 0);
            leave();
            pass(d, -HOUR);
            if (memory) restart(); /* whose memory is all still to come */
            failed = advance_failing(nth, memory);
            OK(hsvc_advance(d->engine, d->fx));
            assert_int_equal(device_view(d, "P1").window_due_at, now() + 5 * MINUTE);
            assert_int_equal(next(), now() + 5 * MINUTE);
            assert_int_equal(close_desk(state), 0);
        }
    }
}

static void an_input_finds_the_step_as_well_TIME_4(void **state) {
    hsvc_input in;
    (void)state;
    leave();
    pass(d, -365 * 24 * HOUR);
    DO(hsvc_input_call_begun(&in, "P1", 7, HSVC_CALL_ACTIVE));
    assert_int_equal(notices(), 1);
    assert_int_equal(device_view(d, "P1").window_due_at, now() + 5 * MINUTE);
    DO(hsvc_input_call_ended(&in, "P1", 7));
    assert_int_equal(notices(), 0);
}

static void small_steps_are_smoothed_TIME_4(void **state) {
    int64_t due;
    (void)state;
    leave();
    due = device_view(d, "P1").window_due_at;
    for (int i = 0; i < 2000; i++) advance(d, -1);
    assert_int_equal(notices(), 0);
    assert_int_equal(next(), due);
    advance(d, 0);
    assert_int_equal(notices(), 0);
    assert_int_equal(device_view(d, "P1").window_due_at, due);
    set_global(HSVC_PARAM_CLOCK_SKEW_MAX, 0);
    pass(d, -1); /* now the least step is one */
    advance(d, 0);
    assert_true(device_view(d, "P1").window_due_at < due);
}

static void clock_skew_max_is_obeyed_TIME_4(void **state) {
    int64_t due;
    (void)state;
    set_global(HSVC_PARAM_CLOCK_SKEW_MAX, 60 * SECOND);
    leave();
    due = device_view(d, "P1").window_due_at;
    pass(d, -60 * SECOND);
    restart(); /* a new engine knows nothing but what the store says */
    advance(d, 0);
    assert_int_equal(device_view(d, "P1").window_due_at, due);
    pass(d, -1);
    restart();
    advance(d, 0);
    assert_true(notices() >= 1);
    assert_int_equal(device_view(d, "P1").window_due_at, now() + 5 * MINUTE);
}

static void a_jump_forward_fires_each_timer_once_with_a_notice_TIME_4(void **state) {
    (void)state;
    set_global(HSVC_PARAM_SIGN_OUT_WARNING, MINUTE);
    leave();
    advance(d, 366 * 24 * HOUR);
    assert_int_equal(has_said(HSVC_REASON_SIGN_OUT_WARNING), 1);
    assert_int_equal(has_said(HSVC_REASON_SIGNED_OUT), 1);
    assert_int_equal(notices(), 1);
    advance(d, 0);
    assert_int_equal(hsvc_verdict_count(d->fx), 0);
}

static void a_jump_is_longer_than_five_minutes_TIME_4_SAFE_6(void **state) {
    hsvc_input in;
    (void)state;
    sign_in();
    settle();
    set_global(HSVC_PARAM_PROMPT_TIMEOUT, 2 * MINUTE);
    DO(hsvc_input_headset_connected(&in, "P2", "S9", 9));
    advance(d, HSVC_LIMIT_CLOCK_JUMP);
    assert_true(has_said(HSVC_REASON_PROMPT_TIMEOUT));
    assert_int_equal(notices(), 0);
    DO(hsvc_input_menu_associate(&in, "P2"));
    advance(d, HSVC_LIMIT_CLOCK_JUMP + 1);
    assert_true(has_said(HSVC_REASON_PROMPT_TIMEOUT));
    assert_int_equal(notices(), 1);
}

static void a_quiet_hour_is_no_jump_TIME_4(void **state) {
    (void)state;
    arm_away();
    advance(d, 24 * HOUR);
    assert_true(has_said(HSVC_REASON_SIGNED_OUT));
    assert_int_equal(notices(), 0);
}

static void a_decision_is_no_earlier_than_what_it_rests_on_TIME_4(void **state) {
    hsvc_engine *other = NULL, *own = d->engine;
    hsvc_input in;
    int64_t written;
    (void)state;
    OK(hsvc_engine_new(&d->config, &other));
    pass(d, SECOND); /* the other node is a second ahead */
    d->engine = other;
    leave();
    written = now();
    d->engine = own;
    pass(d, -SECOND);
    DO(hsvc_input_headset_connected(&in, "P1", "S1", 2));
    assert_int_equal(verdict_of(d->fx, 0).at_ms, written);
    assert_int_equal(notices(), 0);
    d->engine = other;
    hsvc_engine_free(own);
    d->engine = other;
}

/* What it armed lies an hour ahead, where nobody looks who only asks what is due: so each poll of several nodes patrols. */
static int32_t an_hour_ahead(int64_t *at, void *user) {
    (void)user;
    *at = now() + HOUR;
    return HSVC_OK;
}
static void of_two_nodes_one_finds_what_the_others_clock_armed_TIME_4(void **state) {
    hsvc_config config;
    hsvc_engine *other;
    hsvc_input in;
    (void)state;
    d->config.node_count = 2;
    restart();
    advance(d, 0); /* the patrol that each engine begins with */
    config = d->config;
    config.node = 1;
    config.clock = an_hour_ahead;
    OK(hsvc_engine_new(&config, &other));
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 1));
    OK(hsvc_apply(other, &in, 1, 0, d->fx));
    hsvc_engine_free(other);
    assert_true(next() - now() < MINUTE);
    advance(d, next() - now());
    assert_true(notices() != 0);
    advance(d, MINUTE);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_SIGNED_IN);
}

/* ---- extremes ---- */
static void no_time_makes_it_overflow_TIME_4_TIME_2(void **state) {
    static const int64_t times[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, HSVC_LIMIT_TIME - 1, HSVC_LIMIT_TIME,
                                    HSVC_LIMIT_TIME + 1, INT64_MAX - 1, INT64_MAX};
    enum { TIMES = sizeof times / sizeof times[0] };
    (void)state;
    w.seed = 7;
    for (int i = 0; i < 3000; i++) {
        int64_t at = times[draw(TIMES)];
        int good = at >= 0 && at <= HSVC_LIMIT_TIME;
        hsvc_input in;
        OK(hsvc_manual_clock_set(d->clock, at));
        if (draw(2)) OK(hsvc_input_headset_connected(&in, draw(2) ? "P1" : "P2", "S1", draw(3)));
        else OK(hsvc_input_headset_disconnected(&in, draw(2) ? "P1" : "P2", "S1", draw(3)));
        in.at_ms = times[draw(TIMES)];
        assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, d->fx), !good ? HSVC_ERR_CLOCK : in.at_ms < 0 || in.at_ms > HSVC_LIMIT_TIME ? HSVC_ERR_INPUT_VALUE : HSVC_OK);
        assert_int_equal(hsvc_advance(d->engine, d->fx), good ? HSVC_OK : HSVC_ERR_CLOCK);
        if (i % 50 == 0) sound(d);
    }
    OK(hsvc_manual_clock_set(d->clock, START));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_timer_has_a_story_TIME_4),
        cmocka_unit_test(no_deadline_lasts_twice_its_length_whatever_clocks_do_TIME_4),
        TEST(a_step_back_begins_the_window_anew_once_TIME_4),
        cmocka_unit_test(a_step_back_is_found_though_the_first_look_failed_TIME_4),
        TEST(an_input_finds_the_step_as_well_TIME_4),
        TEST(small_steps_are_smoothed_TIME_4),
        TEST(clock_skew_max_is_obeyed_TIME_4),
        TEST(a_jump_forward_fires_each_timer_once_with_a_notice_TIME_4),
        TEST(a_jump_is_longer_than_five_minutes_TIME_4_SAFE_6),
        TEST(a_quiet_hour_is_no_jump_TIME_4),
        TEST(a_decision_is_no_earlier_than_what_it_rests_on_TIME_4),
        TEST(of_two_nodes_one_finds_what_the_others_clock_armed_TIME_4),
        TEST(no_time_makes_it_overflow_TIME_4_TIME_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
