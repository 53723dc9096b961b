/* test_order.c: in which order what is due before an input fires, where the call knows several phones (TIME-3). Of many records the
 * queue stays from input to input, so the tests are made with few phones and with many. */
#include "desk.h"

#define FEW 3
#define MANY 40 /* a phone, a user and a headset each: more records than are looked at one by one */
#define LENGTH (5 * MINUTE)

static struct desk desk, *const d = &desk;
static char users[MANY][16], phones[MANY][16], headsets[MANY][16];
static hsvc_input in[2 * MANY];

static int64_t now_of(void) {
    int64_t now;
    OK(hsvc_manual_clock_get(d->clock, &now));
    return now;
}

static void apply(size_t count) { OK(hsvc_apply(d->engine, in, count, 0, d->fx)); }

static void plug(hsvc_input *to, unsigned i) { OK(hsvc_input_headset_connected(to, phones[i], headsets[i], 1)); }

static void unplug(unsigned i) {
    OK(hsvc_input_headset_disconnected(&in[0], phones[i], NULL, 1));
    assert_int_equal(give(d, &in[0]), HSVC_REASON_WINDOW_OPENED);
}

static void set(uint32_t param, int64_t value) {
    OK(hsvc_input_policy_set(&in[0], param, HSVC_SCOPE_GLOBAL, value));
    (void)give(d, &in[0]);
}

/* open_office: so many phones, at each of which its user is signed in by a headset; no PIN is asked. */
static void open_office(unsigned count) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    desk_open(d);
    set(HSVC_PARAM_PIN_ENTRY, 0);
    set(HSVC_PARAM_AUTO_SIGN_IN_AFTER, 0);
    for (unsigned i = 0; i < count; i++) {
        (void)snprintf(users[i], sizeof users[i], "u%u", i);
        (void)snprintf(phones[i], sizeof phones[i], "p%u", i);
        (void)snprintf(headsets[i], sizeof headsets[i], "h%u", i);
        give_phone(d, phones[i]);
        OK(hsvc_input_user_put(&in[0], users[i], &profile, 1));
        OK(hsvc_input_associate(&in[1], users[i], headsets[i]));
        apply(2);
        plug(&in[0], i);
        apply(1);
        OK(hsvc_input_device_registered(&in[0], phones[i], 1, 0));
        apply(1);
    }
    advance(d, MINUTE);
    for (unsigned i = 0; i < count; i++) assert_int_equal(device_view(d, phones[i]).session_state, HSVC_SESSION_SIGNED_IN);
}

static void close_office(void) {
    sound(d);
    desk_close(d);
}

/* all_come_back: every headset is reported again, in the phones' order. */
static void all_come_back(unsigned count) {
    for (unsigned i = 0; i < count; i++) plug(&in[i], i);
    apply(count);
}

/* fired: the verdict of the nth deadline that fired before the first input. */
static hsvc_verdict fired(size_t n) {
    hsvc_verdict verdict;
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    OK(hsvc_verdict_at(d->fx, n, &verdict));
    assert_int_equal(verdict.input_index, HSVC_NO_INPUT);
    assert_int_equal(verdict.reason, HSVC_REASON_SIGNED_OUT);
    return verdict;
}

static int is_at(const hsvc_verdict *verdict, unsigned phone) { return text_is(verdict->device, verdict->device_len, phones[phone]); }

static void windows_end_in_their_order(unsigned count) {
    open_office(count);
    for (unsigned i = count; i-- > 0; pass(d, SECOND)) unplug(i);
    pass(d, LENGTH);
    all_come_back(count);
    for (unsigned i = 0; i < count; i++) {
        hsvc_verdict verdict = fired(i);
        assert_true(is_at(&verdict, count - 1 - i));
    }
    close_office();
}

static void what_is_due_first_fires_first_whosever_it_is_TIME_3(void **state) {
    (void)state;
    windows_end_in_their_order(FEW);
    windows_end_in_their_order(MANY);
}

/* Both windows end in one moment. */
static void of_one_moment_what_was_armed_first_fires_first_TIME_3(void **state) {
    hsvc_verdict first;
    (void)state;
    open_office(2);
    set(HSVC_PARAM_AUTO_SIGN_OUT_AFTER, LENGTH + MINUTE);
    unplug(1);
    pass(d, MINUTE);
    set(HSVC_PARAM_AUTO_SIGN_OUT_AFTER, LENGTH);
    unplug(0);
    assert_int_equal(device_view(d, "p0").window_due_at, device_view(d, "p1").window_due_at);
    pass(d, LENGTH + MINUTE);
    all_come_back(2);
    first = fired(0);
    assert_true(is_at(&first, 1));
    close_office();
}

static void what_was_armed_together_fires_in_the_order_of_the_call_TIME_3(void **state) {
    hsvc_verdict first;
    (void)state;
    open_office(2);
    OK(hsvc_input_headset_disconnected(&in[0], "p0", NULL, 1));
    OK(hsvc_input_headset_disconnected(&in[1], "p1", NULL, 1));
    apply(2);
    pass(d, LENGTH + MINUTE);
    plug(&in[0], 1);
    plug(&in[1], 0);
    apply(2);
    first = fired(0);
    assert_true(is_at(&first, 1));
    close_office();
}

/* at: an input of this batch and when it happened. */
static void at(size_t i, int64_t when) { in[i].at_ms = when; }

/* In one batch a window opens, closes, and opens again with another end than before; everything else is about others. */
static void window_that_opens_again(unsigned count, int64_t first, int64_t second) {
    int64_t begun;
    hsvc_effect ended;
    open_office(count);
    set(HSVC_PARAM_AUTO_SIGN_OUT_AFTER, first);
    begun = now_of();
    pass(d, HOUR);
    for (unsigned i = 0; i < count; i++) plug(&in[i], i), at(i, begun);
    OK(hsvc_input_headset_disconnected(&in[count], "p0", NULL, 1)), at(count, begun);
    plug(&in[count + 1], 0), at(count + 1, begun + MINUTE);
    OK(hsvc_input_policy_set(&in[count + 2], HSVC_PARAM_AUTO_SIGN_OUT_AFTER, HSVC_SCOPE_GLOBAL, second)), at(count + 2, begun + MINUTE);
    OK(hsvc_input_headset_disconnected(&in[count + 3], "p0", NULL, 1)), at(count + 3, begun + 2 * MINUTE);
    plug(&in[count + 4], 1), at(count + 4, begun + 10 * LENGTH);
    apply(count + 5);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, &ended), 1);
    assert_int_equal(ended.cause, HSVC_CAUSE_WINDOW);
    assert_int_equal(ended.at_ms, begun + 2 * MINUTE + second);
    close_office();
}

static void a_window_that_opens_again_ends_once_and_in_its_time_TIME_3_OUT_3(void **state) {
    (void)state;
    for (unsigned count = FEW; count <= MANY; count += MANY - FEW) {
        window_that_opens_again(count, 3 * LENGTH, LENGTH);
        window_that_opens_again(count, LENGTH, 3 * LENGTH);
    }
}

/* reason_of: of the nth deadline that fired before the first input; at which phone it was. */
static uint32_t reason_of(size_t n, unsigned phone) {
    hsvc_verdict verdict;
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    OK(hsvc_verdict_at(d->fx, n, &verdict));
    assert_int_equal(verdict.input_index, HSVC_NO_INPUT);
    assert_true(is_at(&verdict, phone));
    return verdict.reason;
}

/* three_of_one_moment: the first and the last armed are the first phone's. */
static void three_of_one_moment(unsigned count) {
    open_office(count);
    OK(hsvc_input_call_begun(&in[0], "p0", 7, HSVC_CALL_ACTIVE));
    apply(1);
    pass(d, 12 * HOUR - LENGTH - MINUTE);
    set(HSVC_PARAM_AUTO_SIGN_OUT_AFTER, LENGTH + MINUTE);
    unplug(1);
    pass(d, MINUTE);
    set(HSVC_PARAM_AUTO_SIGN_OUT_AFTER, LENGTH);
    unplug(0);
    pass(d, LENGTH + MINUTE);
}

static void another_phone_comes_between_two_of_one(unsigned count) {
    three_of_one_moment(count);
    all_come_back(count);
    assert_int_equal(reason_of(0, 0), HSVC_REASON_CALLS_ASKED);
    assert_int_equal(reason_of(1, 1), HSVC_REASON_SIGNED_OUT);
    (void)reason_of(2, 0);
    close_office();
}

/* The first of the three is over before, in the same batch: of the other two the other phone's was armed first. */
static void another_phone_comes_before_what_is_left(unsigned count) {
    three_of_one_moment(count);
    for (unsigned i = 0; i < count; i++) plug(&in[i + 2], i);
    plug(&in[0], count - 1), at(0, now_of() - 3 * MINUTE);
    OK(hsvc_input_call_ended(&in[1], "p0", 7)), at(1, now_of() - 2 * MINUTE);
    apply(count + 2);
    assert_int_equal(verdict_of(d->fx, 1).accepted, 1);
    assert_int_equal(reason_of(2, 1), HSVC_REASON_SIGNED_OUT);
    assert_int_equal(reason_of(3, 0), HSVC_REASON_SIGNED_OUT);
    close_office();
}

static void another_phone_comes_between_two_deadlines_of_one_moment_TIME_3(void **state) {
    (void)state;
    another_phone_comes_between_two_of_one(FEW);
    another_phone_comes_between_two_of_one(MANY);
    another_phone_comes_before_what_is_left(FEW);
    another_phone_comes_before_what_is_left(MANY);
}

/* A phone that was cut off for hours tells it all at once: a headset that is loose, each time with a warning, and at last somebody who
 * was away for longer than the window. However much fired in this batch, the window ends before the last report. */
#define TIMES (HSVC_LIMIT_FIRINGS + 2u)
static hsvc_input late[MANY + 2 * TIMES + 2];
static void loose_headset(unsigned count) {
    int64_t begun;
    size_t n = 0;
    open_office(count);
    set(HSVC_PARAM_SIGN_OUT_WARNING, 4 * MINUTE);
    begun = now_of();
    pass(d, 7 * HOUR);
    for (unsigned i = 0; i < count; i++, n++) plug(&late[n], i), late[n].at_ms = begun;
    for (unsigned i = 0; i <= TIMES; i++) {
        OK(hsvc_input_headset_disconnected(&late[n], "p0", NULL, 1)), late[n++].at_ms = begun + i * 2 * MINUTE;
        plug(&late[n], 0), late[n++].at_ms = begun + i * 2 * MINUTE + (i == TIMES ? 10 : 1) * MINUTE + SECOND;
    }
    OK(hsvc_apply(d->engine, late, n, 0, d->fx));
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL), 1);
    close_office();
}

static void a_long_batch_fires_all_that_is_due_before_its_last_input_TIME_3(void **state) {
    (void)state;
    loose_headset(FEW);
    loose_headset(MANY);
}

/* short_by: several phones are late, and the nth request for memory fails, and all after it; 0 when fewer are needed. */
static int short_by(uint64_t nth) {
    struct rows before = {NULL, 0, 0, 0};
    hsvc_alloc_counts counts = {.struct_size = sizeof counts};
    uint64_t failed;
    int32_t status;
    open_office(FEW);
    for (unsigned i = 0; i < FEW; i++) unplug(i);
    pass(d, LENGTH + SECOND);
    desk_is_node(d, 0); /* with no memory of before */
    for (unsigned i = 0; i < FEW; i++) OK(hsvc_input_user_activity(&in[i], phones[i]));
    rows_read(&before, &d->plain, 1);
    OK(hsvc_count_alloc_counts(d->count, &counts));
    failed = counts.failures;
    OK(hsvc_count_alloc_fail(d->count, nth, HSVC_TESTKIT_ALWAYS));
    status = hsvc_apply(d->engine, in, FEW, 0, d->fx);
    OK(hsvc_count_alloc_fail(d->count, 0, 0));
    OK(hsvc_count_alloc_counts(d->count, &counts));
    if (counts.failures != failed) {
        assert_true(status == HSVC_ERR_MEMORY || status == HSVC_ERR_FULL); /* the engine's, or the store's */
        nothing_written(d, &before);
    }
    rows_free(&before);
    close_office();
    return counts.failures != failed;
}

static void who_is_due_ends_where_memory_does_TIME_3_SAFE_5(void **state) {
    uint64_t nth = 1;
    (void)state;
    while (short_by(nth)) nth++;
    assert_true(nth > 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_due_first_fires_first_whosever_it_is_TIME_3),
        cmocka_unit_test(of_one_moment_what_was_armed_first_fires_first_TIME_3),
        cmocka_unit_test(what_was_armed_together_fires_in_the_order_of_the_call_TIME_3),
        cmocka_unit_test(a_window_that_opens_again_ends_once_and_in_its_time_TIME_3_OUT_3),
        cmocka_unit_test(another_phone_comes_between_two_deadlines_of_one_moment_TIME_3),
        cmocka_unit_test(a_long_batch_fires_all_that_is_due_before_its_last_input_TIME_3),
        cmocka_unit_test(who_is_due_ends_where_memory_does_TIME_3_SAFE_5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
