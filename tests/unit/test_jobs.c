/* test_jobs.c: what touches many records is a fact and a job. Bounded slices beside the deadlines, one node at a time,
 * each record once whoever dies in between; and what must fit into one commit does. */
#include "jobs.h"

#define MANY 100 /* more than an advance looks at */

/* ---- slices ---- */
static void a_job_is_worked_off_in_slices_by_whoever_is_there_STORE_3(void **state) {
    size_t all = 0;
    int64_t at = 1;
    (void)state;
    open_office();
    fill_office(MANY);
    assert_int_equal(signed_in(MANY), MANY);
    force_all();
    for (int turn = 0; turn < 20; turn++) {
        OK(hsvc_next_deadline(d->engine, &at));
        if (at != 0) break;
        OK(hsvc_advance(d->engine, d->fx));
        assert_true(ended(d->fx) <= HSVC_LIMIT_JOB_SLICE);
        assert_true(hsvc_verdict_count(d->fx) <= HSVC_LIMIT_JOB_SLICE);
        all += ended(d->fx);
        sound(d);
        hsvc_engine_free(d->engine); /* the service dies between two slices */
        OK(hsvc_engine_new(&d->config, &d->engine));
    }
    assert_int_equal(all, MANY);
    assert_int_equal(signed_in(MANY), 0);
    assert_true(at != 0);
    desk_close(d);
}

static void jobs_do_not_hold_up_deadlines_TIME_3(void **state) {
    hsvc_input in;
    (void)state;
    open_office();
    fill_office(MANY);
    for (int i = 0; i < MANY; i++)
        OK(hsvc_input_headset_disconnected(&in, name_of("desk", i), name_of("H", i), 0)), (void)give(d, &in);
    for (int i = 0; i < 2 * (int)HSVC_LIMIT_JOBS_SEEN; i++) {
        put_user(name_of("gone", i));
        assert_int_equal(GIVE(d, hsvc_input_user_remove(&in, name_of("gone", i))), HSVC_REASON_DONE);
    }
    advance(d, 5 * MINUTE);
    assert_int_equal(ended(d->fx), HSVC_LIMIT_ADVANCE_DEVICES);
    advance(d, 0);
    assert_int_equal(ended(d->fx), MANY - HSVC_LIMIT_ADVANCE_DEVICES);
    work_off();
    sound(d);
    desk_close(d);
}

static void without_jobs_they_cost_no_trip_STORE_3(void **state) {
    int64_t at;
    (void)state;
    open_office();
    fill_office(1);
    watcher.scans = 0;
    OK(hsvc_next_deadline(d->engine, &at));
    assert_int_equal(watcher.scans, 1);
    OK(hsvc_advance(d->engine, d->fx));
    assert_int_equal(watcher.scans, 2);
    desk_close(d);
}

/* ---- several nodes ---- */
static void one_node_works_on_a_job_until_it_stops_STORE_5(void **state) {
    int64_t at, now;
    (void)state;
    open_office();
    fill_office(40);
    open_other(1);
    force_all();
    OK(hsvc_advance(watcher.other, watcher.other_fx));
    assert_int_equal(ended(watcher.other_fx), 0);
    OK(hsvc_manual_clock_get(d->clock, &now));
    OK(hsvc_next_deadline(watcher.other, &at));
    assert_true(at > now && at <= now + 1000); /* no more often than it polls */
    OK(hsvc_advance(d->engine, d->fx));
    assert_int_equal(ended(d->fx), HSVC_LIMIT_JOB_SLICE);
    /* the first one dies */
    pass(d, HSVC_LIMIT_JOB_PATIENCE);
    OK(hsvc_next_deadline(watcher.other, &at));
    assert_true(at <= now + HSVC_LIMIT_JOB_PATIENCE);
    OK(hsvc_advance(watcher.other, watcher.other_fx));
    assert_int_equal(ended(watcher.other_fx), 40 - HSVC_LIMIT_JOB_SLICE);
    assert_int_equal(signed_in(40), 0);
    sound(d);
    close_other();
    desk_close(d);
}

/* Both hold the job for theirs, and the other one comes at each store call of the first. */
static void two_nodes_at_one_job_sweep_each_record_once_STORE_5(void **state) {
    struct rows before = {NULL, 0, 0, 0};
    uint64_t k = 1;
    int reached = 1;
    (void)state;
    open_office();
    fill_office(3);
    force_all();
    rows_read(&before, &d->plain, 0);
    desk_close(d);
    for (; reached; k++) {
        open_office();
        rows_write(&before, &d->plain);
        pass(d, SECOND); /* poll_ms: the job came behind the engine's back */
        open_other(0);
        watcher.calls = 0;
        watcher.meddle_at = k;
        OK(hsvc_advance(d->engine, d->fx));
        reached = watcher.calls >= k;
        watcher.meddle_at = 0;
        assert_int_equal(ended(d->fx) + (reached ? ended(watcher.other_fx) : 0), 3);
        work_off();
        assert_int_equal(signed_in(3), 0);
        sound(d);
        close_other();
        desk_close(d);
    }
    assert_true(k > 6);
    rows_free(&before);
}

/* ---- what must fit into one commit ---- */
#define SESSIONS ((int)HSVC_LIMIT_SESSIONS_PER_USER)
#define HEADSETS ((int)HSVC_LIMIT_HEADSETS_PER_USER)

/* ann: signed in at sixteen phones; fifteen headsets, each listed at so many more phones. */
static void open_busy_user(int places) {
    hsvc_input in;
    open_office();
    put_user("ann");
    for (int i = 0; i < HEADSETS; i++) give_headset(name_of("H", i), "ann");
    for (int i = 0; i < SESSIONS; i++) {
        put_phone(name_of("desk", i));
        if (i == HEADSETS) (void)GIVE(d, hsvc_input_headset_disconnected(&in, name_of("desk", 0), name_of("H", 0), 0));
        plug(name_of("H", i % HEADSETS), name_of("desk", i));
        reset_done(name_of("desk", i));
    }
    for (int i = 0; i < places * HEADSETS; i++) {
        put_phone(name_of("spare", i));
        plug(name_of("H", i % HEADSETS), name_of("spare", i));
    }
    assert_int_equal(user_view(d, "ann").session_count, SESSIONS);
    watcher.most_ops = 0;
}

static void the_most_of_a_user_fits_into_each_commit_USER_2(void **state) {
    hsvc_input in;
    (void)state;
    for (int places = 0; places <= 2; places++) {
        open_busy_user(places);
        OK(hsvc_input_user_put(&in, "ann", NULL, 0));
        in.flags = HSVC_FLAG_DISABLED;
        assert_int_equal(give(d, &in), HSVC_REASON_DONE);
        work_off();
        assert_int_equal(user_view(d, "ann").session_count, 0);
        assert_in_range(watcher.most_ops, 1, HSVC_LIMIT_OPS_PER_COMMIT);
        sound(d);
        desk_close(d);
        open_busy_user(places);
        assert_int_equal(GIVE(d, hsvc_input_user_remove(&in, "ann")), HSVC_REASON_DONE);
        sound(d);
        work_off();
        assert_int_equal(signed_in(SESSIONS), 0);
        assert_in_range(watcher.most_ops, 1, HSVC_LIMIT_OPS_PER_COMMIT);
        sound(d);
        desk_close(d);
    }
}

/* The node that works on the job remembers the user from before the last sign-in, which was at another node. */
static void a_stale_cache_hides_no_session_from_a_job_STORE_5(void **state) {
    hsvc_cache_store *cache;
    hsvc_store store = {.struct_size = sizeof store};
    hsvc_user_view view = {.struct_size = sizeof view};
    const char last[] = "desk-015";
    hsvc_input in;
    (void)state;
    open_busy_user(0);
    (void)GIVE(d, hsvc_input_menu_sign_out(&in, last));
    reset_done(last);
    (void)GIVE(d, hsvc_input_headset_disconnected(&in, last, name_of("H", 0), 0));
    OK(hsvc_cache_store_new(&d->allocator, &d->plain, (size_t)1 << 20, &cache));
    OK(hsvc_cache_store_bind(cache, &store));
    open_other_on(&store, 0);
    OK(hsvc_user_get(watcher.other, "ann", 3, &view));
    assert_int_equal(view.session_count, SESSIONS - 1);
    (void)GIVE(d, hsvc_input_sign_in_user(&in, last, "ann", NULL, 0));
    reset_done(last);
    assert_int_equal(user_view(d, "ann").session_count, SESSIONS);
    OK(hsvc_input_user_put(&in, "ann", NULL, 0));
    in.flags = HSVC_FLAG_DISABLED;
    assert_int_equal(give(d, &in), HSVC_REASON_DONE);
    pass(d, HSVC_LIMIT_JOB_PATIENCE + SECOND);
    for (int i = 0; i < 4; i++) OK(hsvc_advance(watcher.other, watcher.other_fx));
    assert_int_equal(signed_in(SESSIONS), 0);
    close_other();
    hsvc_cache_store_free(cache);
    desk_close(d);
}

static void a_user_is_renamed_in_one_commit_or_not_at_all_USER_1(void **state) {
    struct rows before = {NULL, 0, 0, 0};
    hsvc_input in;
    (void)state;
    open_busy_user(1);
    assert_int_equal(GIVE(d, hsvc_input_user_rename(&in, "ann", "anna")), HSVC_REASON_DONE);
    assert_in_range(watcher.most_ops, 40, HSVC_LIMIT_OPS_PER_COMMIT);
    sound(d);
    work_off();
    assert_int_equal(user_view(d, "anna").session_count, SESSIONS);
    assert_int_equal(user_view(d, "anna").headset_count, HEADSETS);
    sound(d);
    desk_close(d);
    open_busy_user(3); /* every serial at four phones: so many clones are nobody's desk */
    rows_read(&before, &d->plain, 1);
    OK(hsvc_input_user_rename(&in, "ann", "anna"));
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, d->fx), HSVC_ERR_LIMIT);
    nothing_written(d, &before);
    rows_free(&before);
    desk_close(d);
}

static void the_most_of_a_device_fits_into_one_commit_DEV_1(void **state) {
    hsvc_input in;
    (void)state;
    open_office();
    put_user("ann");
    put_phone("desk");
    for (int i = 0; i < HEADSETS; i++) give_headset(name_of("H", i), "ann");
    for (int i = 0; i < (int)HSVC_LIMIT_PRESENCE_PER_DEVICE; i++) plug(name_of("H", i), "desk");
    reset_done("desk");
    assert_int_equal(device_view(d, "desk").headset_count, HSVC_LIMIT_PRESENCE_PER_DEVICE);
    watcher.most_ops = 0;
    assert_int_equal(GIVE(d, hsvc_input_device_rename(&in, "desk", "room")), HSVC_REASON_DONE);
    assert_in_range(watcher.most_ops, 33, HSVC_LIMIT_OPS_PER_COMMIT);
    sound(d);
    work_off();
    assert_int_equal(GIVE(d, hsvc_input_device_remove(&in, "room")), HSVC_REASON_DONE);
    assert_in_range(watcher.most_ops, 33, HSVC_LIMIT_OPS_PER_COMMIT);
    sound(d);
    work_off();
    assert_int_equal(next_at(), HSVC_NEVER);
    sound(d);
    desk_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_worked_off_in_slices_by_whoever_is_there_STORE_3),
        cmocka_unit_test(jobs_do_not_hold_up_deadlines_TIME_3),
        cmocka_unit_test(without_jobs_they_cost_no_trip_STORE_3),
        cmocka_unit_test(one_node_works_on_a_job_until_it_stops_STORE_5),
        cmocka_unit_test(two_nodes_at_one_job_sweep_each_record_once_STORE_5),
        cmocka_unit_test(the_most_of_a_user_fits_into_each_commit_USER_2),
        cmocka_unit_test(a_stale_cache_hides_no_session_from_a_job_STORE_5),
        cmocka_unit_test(a_user_is_renamed_in_one_commit_or_not_at_all_USER_1),
        cmocka_unit_test(the_most_of_a_device_fits_into_one_commit_DEV_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
