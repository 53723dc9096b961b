/* test_times.c: what the times in a record become when a clock was wrong (TIME-4), at the very lengths that SPEC and
 * limits.def allow. The lengths are written down here once more, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "records/record.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOW INT64_C(1700000000000)
#define LATEST (NOW + 2 * SECOND)

static const int64_t lengths[HSVC__TIMERS] = {
    [HSVC__TIMER_verify_due] = 120 * SECOND, [HSVC__TIMER_prompt_due] = 10 * MINUTE,  [HSVC__TIMER_offer_due] = SECOND,
    [HSVC__TIMER_calls_due] = 24 * HOUR,     [HSVC__TIMER_presence_due] = 2 * HOUR,   [HSVC__TIMER_profile_due] = 30 * MINUTE,
    [HSVC__TIMER_warn_due] = 24 * HOUR,      [HSVC__TIMER_max_warn_due] = 168 * HOUR, [HSVC__TIMER_flap_due] = 100 * MINUTE,
    [HSVC__TIMER_hold_due] = 2 * HOUR,       [HSVC__TIMER_window_due] = 15 * MINUTE,  [HSVC__TIMER_keep_due] = 24 * HOUR,
    [HSVC__TIMER_max_due] = 168 * HOUR,      [HSVC__TIMER_away_due] = 168 * HOUR,
};

/* A device with one timer, armed now; a warning has what it warns of behind it. */
static struct hsvc__device device_with(uint32_t timer, int64_t due) {
    struct hsvc__device d;
    memset(&d, 0, sizeof d);
    d.stamped_at = NOW;
    (void)hsvc__times_mend(&d, HSVC__FAMILY_DEVICE, NOW, LATEST, HSVC__ONLY_NODE);
    if (timer == HSVC__TIMER_warn_due) d.keep_due = LATEST + 24 * HOUR;
    if (timer == HSVC__TIMER_max_warn_due) d.max_due = LATEST + 168 * HOUR;
    hsvc__timers(&d)[timer] = due;
    (void)hsvc__times_stamp(&d, HSVC__FAMILY_DEVICE, NOW);
    return d;
}

static void a_timer_may_lie_as_far_ahead_as_its_kind_lasts_TIME_4(void **state) {
    (void)state;
    for (uint32_t i = 0; i < HSVC__TIMERS; i++) {
        struct hsvc__device d = device_with(i, LATEST + lengths[i]);
        assert_false(hsvc__times_mend(&d, HSVC__FAMILY_DEVICE, NOW, LATEST, HSVC__ONLY_NODE));
        assert_int_equal(hsvc__timers(&d)[i], LATEST + lengths[i]);
    }
}

static void a_timer_further_ahead_is_cut_to_its_length_from_now_TIME_4(void **state) {
    (void)state;
    for (uint32_t i = 0; i < HSVC__TIMERS; i++) {
        struct hsvc__device d = device_with(i, LATEST + lengths[i] + 1);
        assert_true(hsvc__times_mend(&d, HSVC__FAMILY_DEVICE, NOW, LATEST, HSVC__ONLY_NODE));
        assert_int_equal(hsvc__timers(&d)[i], NOW + lengths[i]);
    }
}

/* Armed by a clock that was an hour ahead, for longer than its kind ever lasts. */
static void what_was_armed_in_the_future_begins_anew_once_TIME_4(void **state) {
    (void)state;
    for (uint32_t i = 0; i < HSVC__TIMERS; i++) {
        struct hsvc__device d = device_with(i, NOW + HOUR + lengths[i] + 5);
        if (i == HSVC__TIMER_warn_due || i == HSVC__TIMER_max_warn_due) continue; /* no later than what they warn of */
        (void)hsvc__times_stamp(&d, HSVC__FAMILY_DEVICE, NOW + HOUR);
        assert_true(hsvc__times_mend(&d, HSVC__FAMILY_DEVICE, NOW, LATEST, HSVC__ONLY_NODE));
        assert_int_equal(hsvc__timers(&d)[i], NOW + lengths[i]);
    }
}

static struct hsvc__user user_locked(int64_t at, int64_t until, int64_t stamped) {
    struct hsvc__user u;
    memset(&u, 0, sizeof u);
    u.locked_at = at;
    u.locked_until = until;
    u.stamped_at = stamped;
    return u;
}

static void a_lock_from_the_future_lasts_as_long_as_it_was_to_and_a_day_at_most_TIME_4(void **state) {
    struct hsvc__user u = user_locked(LATEST + 1, LATEST + 1 + 30 * MINUTE, LATEST + 1);
    (void)state;
    assert_true(hsvc__times_mend(&u, HSVC__FAMILY_USER, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(u.locked_until, NOW + 30 * MINUTE);
    assert_int_equal(u.locked_at, NOW);
    u = user_locked(LATEST + 1, LATEST + 1 + 25 * HOUR, LATEST + 1);
    assert_true(hsvc__times_mend(&u, HSVC__FAMILY_USER, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(u.locked_until, NOW + 24 * HOUR);
    u = user_locked(LATEST, LATEST + 24 * HOUR, LATEST + 1);
    assert_true(hsvc__times_mend(&u, HSVC__FAMILY_USER, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(u.locked_until, LATEST + 24 * HOUR);
    u = user_locked(LATEST, LATEST + 24 * HOUR + 1, LATEST + 1);
    assert_true(hsvc__times_mend(&u, HSVC__FAMILY_USER, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(u.locked_until, NOW + 24 * HOUR);
}

static void a_lock_for_ever_stays_and_a_record_of_now_is_left_alone_TIME_4(void **state) {
    struct hsvc__user u = user_locked(LATEST + 1, HSVC_NEVER, LATEST + 1);
    (void)state;
    assert_true(hsvc__times_mend(&u, HSVC__FAMILY_USER, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(u.locked_until, HSVC_NEVER);
    assert_int_equal(u.locked_at, NOW);
    u = user_locked(LATEST + 1, LATEST + HOUR, LATEST);
    assert_false(hsvc__times_mend(&u, HSVC__FAMILY_USER, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(u.locked_until, LATEST + HOUR);
}

static void failures_from_the_future_count_on_once_and_then_lapse_TIME_4(void **state) {
    struct hsvc__user u = user_locked(0, 0, LATEST + 1);
    (void)state;
    u.first_failure_at = LATEST + 1;
    u.failures = 2;
    assert_true(hsvc__times_mend(&u, HSVC__FAMILY_USER, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(u.first_failure_at, NOW);
    assert_int_equal(u.failures, 2);
    u.first_failure_at = LATEST + 1;
    assert_true(hsvc__times_mend(&u, HSVC__FAMILY_USER, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(u.failures, 0);
}

static void an_update_from_the_future_lasts_two_hours_at_most_TIME_4(void **state) {
    struct hsvc__headset h;
    (void)state;
    memset(&h, 0, sizeof h);
    h.stamped_at = h.updating_at = h.event_at = h.last_connected_at = h.status_since_at = LATEST + 1;
    h.updating_until = LATEST + 1 + 3 * HOUR;
    assert_true(hsvc__times_mend(&h, HSVC__FAMILY_HEADSET, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(h.updating_until, NOW + 2 * HOUR);
    assert_int_equal(h.event_at, NOW);
    assert_int_equal(h.last_connected_at, NOW);
    assert_int_equal(h.status_since_at, NOW);
}

/* What is known of a headset that waits, and of one that does not: no time of it is later than now. */
static void what_is_present_is_of_now_at_the_latest_TIME_4(void **state) {
    struct hsvc__device d = device_with(HSVC__TIMER_presence_due, LATEST + 2);
    (void)state;
    d.present_count = 2;
    d.presents[0].flags = HSVC__AWAITED;
    for (uint32_t i = 0; i < 2; i++) d.presents[i].since_at = d.presents[i].event_at = d.presents[i].left_at = LATEST + 1;
    d.stamped_at = LATEST + 1;
    assert_true(hsvc__times_mend(&d, HSVC__FAMILY_DEVICE, NOW, LATEST, HSVC__ONLY_NODE));
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(d.presents[i].since_at, NOW);
        assert_int_equal(d.presents[i].event_at, NOW);
        assert_int_equal(d.presents[i].left_at, NOW);
    }
}

/* What a decision armed is armed from its time on; a due time that is over, or was taken away, lasts no longer. */
static void what_is_armed_is_stamped_TIME_4(void **state) {
    struct hsvc__device d;
    struct hsvc__headset h;
    (void)state;
    memset(&d, 0, sizeof d);
    memset(&h, 0, sizeof h);
    assert_int_equal(hsvc__times_stamp(&d, HSVC__FAMILY_DEVICE, NOW), 0);
    assert_int_equal(d.stamped_at, NOW);
    d.window_due = NOW + 5;
    assert_int_equal(hsvc__times_stamp(&d, HSVC__FAMILY_DEVICE, NOW), 1);
    assert_int_equal(d.window_due_span, 5);
    d.window_due = NOW - 1;
    assert_int_equal(hsvc__times_stamp(&d, HSVC__FAMILY_DEVICE, NOW), 1);
    assert_int_equal(d.window_due_span, 0);
    d.dues[HSVC__TIMER_window_due] = d.window_due;
    d.window_due = 0;
    assert_int_equal(hsvc__times_stamp(&d, HSVC__FAMILY_DEVICE, NOW), 0);
    assert_int_equal(hsvc__times_stamp(&h, HSVC__FAMILY_HEADSET, NOW), 0);
    assert_int_equal(h.stamped_at, NOW);
}

static void who_is_not_locked_is_not_by_a_wrong_clock_TIME_4(void **state) {
    struct hsvc__user u = user_locked(LATEST + 1, 0, LATEST + 1);
    (void)state;
    assert_true(hsvc__times_mend(&u, HSVC__FAMILY_USER, NOW, LATEST, HSVC__ONLY_NODE));
    assert_int_equal(u.locked_until, 0);
    assert_int_equal(u.locked_at, NOW);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timer_may_lie_as_far_ahead_as_its_kind_lasts_TIME_4),
        cmocka_unit_test(a_timer_further_ahead_is_cut_to_its_length_from_now_TIME_4),
        cmocka_unit_test(what_was_armed_in_the_future_begins_anew_once_TIME_4),
        cmocka_unit_test(a_lock_from_the_future_lasts_as_long_as_it_was_to_and_a_day_at_most_TIME_4),
        cmocka_unit_test(a_lock_for_ever_stays_and_a_record_of_now_is_left_alone_TIME_4),
        cmocka_unit_test(failures_from_the_future_count_on_once_and_then_lapse_TIME_4),
        cmocka_unit_test(an_update_from_the_future_lasts_two_hours_at_most_TIME_4),
        cmocka_unit_test(what_is_armed_is_stamped_TIME_4),
        cmocka_unit_test(who_is_not_locked_is_not_by_a_wrong_clock_TIME_4),
        cmocka_unit_test(what_is_present_is_of_now_at_the_latest_TIME_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
