/* test_jobs.c: what touches many records is a fact and a job. Bounded slices beside the deadlines, one node at a time,
 * each record once whoever dies in between, nobody held up by a damaged one; and what must fit into one commit does. */
#include "desk.h"

#define MANY 100 /* more than an advance looks at */

/* ---- a store that counts, and lets another engine come between ---- */
static struct watcher {
    hsvc_store inner;
    uint64_t scans;
    size_t most_ops;
    uint64_t calls;
    uint64_t meddle_at; /* before which call another engine advances; 0: never */
    hsvc_engine *other;
    hsvc_effects *other_fx;
    int busy;
} watcher;

static void come_between(void) {
    watcher.calls++;
    if (watcher.busy || watcher.calls != watcher.meddle_at) return;
    watcher.busy = 1;
    OK(hsvc_advance(watcher.other, watcher.other_fx));
    watcher.busy = 0;
}
static int32_t watched_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    (void)user;
    come_between();
    return watcher.inner.read(keys, count, sink, sink_user, watcher.inner.user);
}
static int32_t watched_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                            hsvc_row_sink sink, void *sink_user, void *user) {
    (void)user;
    come_between();
    watcher.scans++;
    return watcher.inner.scan(from, from_len, to, to_len, limit, sink, sink_user, watcher.inner.user);
}
static int32_t watched_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    (void)user;
    come_between();
    if (count > watcher.most_ops) watcher.most_ops = count;
    return watcher.inner.commit(ops, count, revision, watcher.inner.user);
}

/* ---- an office ---- */
static struct desk desk, *const d = &desk;

static const char *name_of(const char *kind, int i) {
    static char names[8][32];
    static int next;
    next = (next + 1) % 8;
    snprintf(names[next], sizeof names[next], "%s-%03d", kind, i);
    return names[next];
}

static void set_policy(uint32_t param, int64_t value) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, param, HSVC_SCOPE_GLOBAL, value)), HSVC_REASON_POLICY_CHANGED);
}

/* work_off: until no job is left. */
static void work_off(void) {
    int64_t at = 0;
    for (int i = 0; i < 1000; i++) {
        OK(hsvc_next_deadline(d->engine, &at));
        if (at != 0) return;
        OK(hsvc_advance(d->engine, d->fx));
    }
    fail();
}

static void open_office(void) {
    desk_ready(d);
    memset(&watcher, 0, sizeof watcher);
    watcher.inner = d->plain;
    d->store = d->plain;
    d->store.read = watched_read;
    d->store.scan = watched_scan;
    d->store.commit = watched_commit;
    d->store.ops_max = 0; /* the least that every store holds */
    desk_start(d);
    set_policy(HSVC_PARAM_PIN_ENTRY, 0);
    set_policy(HSVC_PARAM_AUTO_SIGN_IN_AFTER, 0);
    set_policy(HSVC_PARAM_PRESENCE_SETTLE, 0);
    set_policy(HSVC_PARAM_FLAP_CONNECTS, 1000); /* many headsets at one phone, all at once */
    set_policy(HSVC_PARAM_MULTIPLE_LOGIN, 0);
    work_off();
}

static void put_user(const char *id) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, id, &profile, 1)), HSVC_REASON_DONE);
}
static void put_phone(const char *name) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, name, "own", HSVC_DEVICE_ANONYMOUS, "hall", "CP-8851", "14.1(1)",
                                                   HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    (void)GIVE(d, hsvc_input_device_registered(&in, name, 0, 0));
}
static void give_headset(const char *serial, const char *user) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, user, serial)), HSVC_REASON_ASSOCIATED);
}
static void plug(const char *serial, const char *device) {
    hsvc_input in;
    (void)GIVE(d, hsvc_input_headset_connected(&in, device, serial, 0));
}
static void reset_done(const char *device) {
    hsvc_input in;
    (void)GIVE(d, hsvc_input_device_registered(&in, device, device_view(d, device).generation_desired, 0));
}

static void fill_office(int count) {
    for (int i = 0; i < count; i++) {
        put_user(name_of("user", i));
        put_phone(name_of("desk", i));
        give_headset(name_of("H", i), name_of("user", i));
        plug(name_of("H", i), name_of("desk", i));
        reset_done(name_of("desk", i));
    }
}

static size_t signed_in(int count) {
    size_t found = 0;
    for (int i = 0; i < count; i++) found += device_view(d, name_of("desk", i)).session_state != HSVC_SESSION_VACANT;
    return found;
}

static void force_all(void) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_force_sign_out(&in, NULL)), HSVC_REASON_JOB_STARTED);
}

static size_t ended(const hsvc_effects *fx) { return effects_of(fx, HSVC_EFFECT_SESSION_ENDED, NULL); }

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
static void open_other_on(const hsvc_store *store, uint32_t node) {
    hsvc_config config = d->config;
    config.store = store;
    config.node = node;
    config.node_count = 2;
    OK(hsvc_engine_new(&config, &watcher.other));
    OK(hsvc_effects_new(&d->allocator, &watcher.other_fx));
}
static void open_other(uint32_t node) { open_other_on(&d->plain, node); }
static void close_other(void) {
    hsvc_engine_free(watcher.other);
    hsvc_effects_free(watcher.other_fx);
}

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

/* ---- damage ---- */
static void write_bytes(const char *key, size_t key_len, const void *value, size_t len) {
    uint64_t revision = 0;
    hsvc_op op;
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = HSVC_OP_PUT;
    op.expect = HSVC_EXPECT_ANY;
    op.key = (const uint8_t *)key;
    op.key_len = key_len;
    op.value = (const uint8_t *)value;
    op.value_len = len;
    OK(d->plain.commit(&op, 1, &revision, d->plain.user));
}

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

static int64_t next_at(void) {
    int64_t at = 0;
    OK(hsvc_next_deadline(d->engine, &at));
    return at;
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
    write_bytes(key, key_len, kept.bytes, kept.len);
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
    write_bytes(first, sizeof first, "nonsense", 8);
    force_all();
    assert_int_equal(hsvc_advance(d->engine, d->fx), HSVC_ERR_CORRUPT);
    assert_int_equal(ended(d->fx), 3);
    desk_close(d);
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
        cmocka_unit_test(a_job_is_worked_off_in_slices_by_whoever_is_there_STORE_3),
        cmocka_unit_test(jobs_do_not_hold_up_deadlines_TIME_3),
        cmocka_unit_test(without_jobs_they_cost_no_trip_STORE_3),
        cmocka_unit_test(one_node_works_on_a_job_until_it_stops_STORE_5),
        cmocka_unit_test(two_nodes_at_one_job_sweep_each_record_once_STORE_5),
        cmocka_unit_test(a_damaged_record_does_not_stop_the_rest_STORE_7),
        cmocka_unit_test(a_damaged_job_does_not_stop_the_others_STORE_7),
        cmocka_unit_test(the_most_of_a_user_fits_into_each_commit_USER_2),
        cmocka_unit_test(a_stale_cache_hides_no_session_from_a_job_STORE_5),
        cmocka_unit_test(a_user_is_renamed_in_one_commit_or_not_at_all_USER_1),
        cmocka_unit_test(the_most_of_a_device_fits_into_one_commit_DEV_1),
        cmocka_unit_test(each_damaged_record_is_tried_twice_STORE_7),
        cmocka_unit_test(a_job_that_goes_on_is_not_put_off_STORE_5),
        cmocka_unit_test(jobs_that_are_put_off_hide_no_deadline_TIME_3),
        cmocka_unit_test(damage_that_a_job_came_to_is_told_STORE_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
