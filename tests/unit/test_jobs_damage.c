/* test_jobs_damage.c: no damaged record holds up a job, nor a job what is due; each is told, tried again, and put off
 * meanwhile. */
#include "jobs.h"

/* ---- damage ---- */
struct kept {
    uint8_t bytes[4096];
    size_t len;
};
static int32_t keep(const hsvc_row *row, void *user) {
    struct kept *kept = (struct kept *)user;
    kept->len = row->value_len;
    memcpy(kept->bytes, row->value, row->value_len);
    return HSVC_OK;
}

struct jobs_seen {
    struct hsvc__job last;
    size_t count;
};
static int32_t take_job(const hsvc_row *row, void *user) {
    struct jobs_seen *seen = (struct jobs_seen *)user;
    memset(&seen->last, 0, sizeof seen->last);
    seen->count++;
    return hsvc__record_decode(&seen->last, row->value, row->value_len, HSVC__FAMILY_JOB);
}
/* jobs_left: how many there are; the last one's numbers are copied to *last, which may be NULL. */
static size_t jobs_left(struct hsvc__job *last) {
    static const uint8_t from = HSVC__FAMILY_JOB, to = HSVC__FAMILY_JOB + 1;
    struct jobs_seen seen;
    seen.count = 0;
    OK(d->plain.scan(&from, 1, &to, 1, 100, take_job, &seen, d->plain.user));
    if (last != NULL && seen.count != 0) *last = seen.last;
    return seen.count;
}

/* flip: damages a row, or repairs it. */
static void flip(const char *key, size_t key_len) {
    hsvc_key asked = {(const uint8_t *)key, key_len};
    struct kept kept = {{0}, 0};
    OK(d->plain.read(&asked, 1, keep, &kept, d->plain.user));
    assert_true(kept.len != 0);
    kept.bytes[30] ^= 1u;
    row_put(&d->plain, key, key_len, kept.bytes, kept.len);
}

/* The record at this key is damaged, and repaired later: meanwhile all the others are swept, and then it is, too. */
static void damage_and_repair(const char *key, size_t key_len) {
    int damaged = 0;
    open_office();
    fill_office(3);
    flip(key, key_len);
    force_all();
    for (int i = 0; i < 5 && next_at() == 0; i++) damaged += hsvc_advance(d->engine, d->fx) == HSVC_ERR_CORRUPT;
    assert_true(damaged != 0);
    assert_true(next_at() != 0);
    flip(key, key_len);
    assert_int_equal(signed_in(3), 1);
    advance(d, HSVC_LIMIT_JOB_AGAIN);
    work_off();
    assert_int_equal(signed_in(3), 0);
    assert_int_equal(jobs_left(NULL), 0);
    sound(d);
    desk_close(d);
}

static void a_damaged_record_does_not_stop_the_rest_STORE_7(void **state) {
    static const char device[] = "Ddesk-001", user[] = "Uuser-001";
    (void)state;
    damage_and_repair(device, sizeof device);
    damage_and_repair(user, sizeof user);
}

static void a_damaged_job_does_not_stop_the_others_STORE_7(void **state) {
    static const char first[] = "S0aaa";
    (void)state;
    open_office();
    fill_office(3);
    row_put(&d->plain, first, sizeof first, "nonsense", 8);
    force_all();
    assert_int_equal(hsvc_advance(d->engine, d->fx), HSVC_ERR_CORRUPT);
    assert_int_equal(ended(d->fx), 3);
    desk_close(d);
}

/* A record that fails is tried twice, each for itself: the second one is not passed over for the first. */
static void each_damaged_record_is_tried_twice_STORE_7(void **state) {
    static const char first[] = "Uuser-000", second[] = "Uuser-002";
    (void)state;
    open_office();
    fill_office(4);
    flip(first, sizeof first);
    flip(second, sizeof second);
    force_all();
    for (int i = 0; i < 2; i++) assert_int_equal(hsvc_advance(d->engine, d->fx), HSVC_ERR_CORRUPT);
    flip(second, sizeof second);
    OK(hsvc_advance(d->engine, d->fx));
    flip(first, sizeof first);
    assert_int_equal(signed_in(4), 1);
    advance(d, HSVC_LIMIT_JOB_AGAIN);
    work_off();
    assert_int_equal(jobs_left(NULL), 0);
    desk_close(d);
}

/* Once a job goes on it is on, and no longer put off: the others count their patience from its last slice. */
static void a_job_that_goes_on_is_not_put_off_STORE_5(void **state) {
    static const char key[] = "Ddesk-001";
    struct hsvc__job job;
    int64_t now;
    (void)state;
    open_office();
    fill_office(40);
    flip(key, sizeof key);
    force_all();
    assert_int_equal(hsvc_advance(d->engine, d->fx), HSVC_ERR_CORRUPT);
    assert_int_equal(jobs_left(&job), 1);
    assert_int_equal(job.seen, HSVC_LIMIT_JOB_SLICE);
    OK(hsvc_advance(d->engine, d->fx));
    assert_int_equal(jobs_left(&job), 1);
    assert_int_equal(job.seen, 40);
    assert_true(job.again_at != 0);
    flip(key, sizeof key);
    advance(d, HSVC_LIMIT_JOB_AGAIN + MINUTE);
    assert_int_equal(next_at(), 0);
    open_other(1);
    OK(hsvc_manual_clock_get(d->clock, &now));
    OK(hsvc_advance(watcher.other, watcher.other_fx));
    assert_int_equal(jobs_left(&job), 1);
    assert_int_equal(job.seen, 40 + HSVC_LIMIT_JOB_SLICE);
    work_off();
    assert_int_equal(jobs_left(NULL), 0);
    close_other();
    desk_close(d);
}

/* As many jobs as one look sees stand first in the store, all put off: they hide nothing that is due before them. */
static void jobs_that_are_put_off_hide_no_deadline_TIME_3(void **state) {
    static const char key[] = "Ddesk-001";
    hsvc_input in;
    int64_t now, again_at;
    (void)state;
    open_office();
    fill_office(2);
    put_phone("free");
    set_policy(HSVC_PARAM_PROMPT_TIMEOUT, HSVC_LIMIT_JOB_AGAIN / 2);
    work_off();
    flip(key, sizeof key);
    for (int i = 0; i < (int)HSVC_LIMIT_JOBS_SEEN; i++) {
        put_user(name_of("gone", i));
        assert_int_equal(GIVE(d, hsvc_input_user_remove(&in, name_of("gone", i))), HSVC_REASON_DONE);
    }
    for (int i = 0; i < 100 && next_at() == 0; i++) (void)hsvc_advance(d->engine, d->fx);
    assert_int_equal(jobs_left(NULL), HSVC_LIMIT_JOBS_SEEN);
    OK(hsvc_manual_clock_get(d->clock, &now));
    again_at = next_at();
    assert_int_equal(again_at, now + HSVC_LIMIT_JOB_AGAIN);
    (void)GIVE(d, hsvc_input_menu_sign_in_by_hand(&in, "free"));
    assert_int_equal(next_at(), now + HSVC_LIMIT_JOB_AGAIN / 2);
    flip(key, sizeof key);
    advance(d, HSVC_LIMIT_JOB_AGAIN);
    work_off();
    desk_close(d);
}

/* What the job looks at for its list of records fails: that is told, and the other jobs go on. */
static void damage_that_a_job_came_to_is_told_STORE_7(void **state) {
    static const char key[] = "Uuser-001";
    hsvc_input in;
    (void)state;
    open_office();
    fill_office(2);
    assert_int_equal(GIVE(d, hsvc_input_user_remove(&in, "user-001")), HSVC_REASON_DONE);
    flip(key, sizeof key);
    assert_int_equal(hsvc_advance(d->engine, d->fx), HSVC_ERR_CORRUPT);
    assert_int_equal(jobs_left(NULL), 1);
    flip(key, sizeof key);
    work_off();
    assert_int_equal(jobs_left(NULL), 0);
    assert_int_equal(signed_in(2), 1);
    desk_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_record_does_not_stop_the_rest_STORE_7),
        cmocka_unit_test(a_damaged_job_does_not_stop_the_others_STORE_7),
        cmocka_unit_test(each_damaged_record_is_tried_twice_STORE_7),
        cmocka_unit_test(a_job_that_goes_on_is_not_put_off_STORE_5),
        cmocka_unit_test(jobs_that_are_put_off_hide_no_deadline_TIME_3),
        cmocka_unit_test(damage_that_a_job_came_to_is_told_STORE_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
