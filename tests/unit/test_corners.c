/* test_corners.c: the engine where it seldom comes: decisions too large for a commit, outcomes in doubt while memory ends, records
 * that contradict themselves, clocks that went back behind a watermark (STORE-3, STORE-4, STORE-7, TIME-4, SAFE-5). */
#include "damage.h"

#include "headsetsvc/explain.h"
#include "headsetsvc/inventory.h"

static struct world world, *const w = &world;

#define PEOPLE                                                                                                    \
    "user alice, pin 1234\nuser bob, pin 5678\nphone desk-1\nphone desk-2\nheadset H1 of alice\nheadset H2 of bob\n" \
    "headset H3\nphones reset in 40 s\n"
#define SIGN_IN PEOPLE "at 09:00 H1 plugs into desk-1\nat 09:00:10 alice enters 1234 on desk-1\nat 09:05 verify\n"

static void open_at(const char *script, int64_t behind) {
    world_open(w, script);
    OK(hsvc_manual_clock_set(w->desk.clock, w->later - behind));
}

/* fresh: an engine that has read nothing yet. */
static void fresh(uint32_t nodes, uint32_t node, const hsvc_store *store) {
    hsvc_config config = w->desk.config;
    hsvc_engine_free(w->desk.engine);
    config.node_count = nodes;
    config.node = node;
    config.store = store;
    OK(hsvc_engine_new(&config, &w->desk.engine));
}

/* ---- records that contradict themselves ---- */
static void a_timer_of_nothing_is_named_and_the_rest_goes_on_STORE_7(void **state) {
    struct hsvc__device *d;
    hsvc_input in[2];
    (void)state;
    open_at(SIGN_IN "at 09:10 H1 unplugs from desk-1\nat 09:11 verify\n", 0);
    d = device_in(w, TEXT("desk-2")); /* nobody is signed in */
    d->warn_due = w->later - 2 * MINUTE;
    d->max_due = w->later - MINUTE;
    put_device(w, d);
    assert_int_equal(hsvc_advance(w->desk.engine, w->desk.fx), HSVC_ERR_BUG);
    assert_int_equal(device_view(&w->desk, "desk-1").session_state, HSVC_SESSION_VACANT); /* its window had ended */
    OK(hsvc_input_headset_connected(&in[0], "desk-2", "H3", 1));
    OK(hsvc_input_user_unlock(&in[1], "alice"));
    assert_int_equal(hsvc_apply(w->desk.engine, in, 2, 0, w->desk.fx), HSVC_ERR_BUG);
    world_close(w);
}

static void what_verify_says_of_odd_rows_STORE_8(void **state) {
    struct hsvc__device *d;
    struct hsvc__job job;
    struct hsvc__key key;
    hsvc__str value;
    char wide[HSVC_LIMIT_USER_ID_LEN + 20];
    uint64_t findings = 0;
    (void)state;
    open_at(PEOPLE "at 09:00 H1 plugs into desk-1\nat 09:01 H2 plugs into desk-1\nat 09:02 H3 plugs into desk-1\n", 0);
    d = device_in(w, TEXT("desk-1"));
    for (uint32_t i = 0; i < d->present_count; i++) d->presents[i].flags = HSVC__DOUBTFUL;
    d->presents[0].due_at = d->presence_due = w->later + 9;
    d->presents[1].due_at = w->later + 5;
    d->presents[2].due_at = w->later + 7;
    put_device(w, d);
    hsvc__key_entry(&key, HSVC__FAMILY_DEVICE, d->number, 1);
    value = row_of(w, HSVC__FAMILY_ENTRY, hsvc__key_name(&key));
    write_row(w, TEXT("Ano entry's key"), value);
    memset(&job, 0, sizeof job);
    memset(wide, 'w', sizeof wide);
    job.kind = HSVC_JOB_FORCED_USER;
    job.subject = hsvc__str_of(wide, sizeof wide);
    key = key_of(HSVC__FAMILY_JOB, TEXT("5alice"));
    OK(hsvc__record_encode(&job, HSVC__FAMILY_JOB, &w->memory, &value));
    write_row(w, bytes_of(&key), value);
    OK(hsvc_verify(w->desk.engine, NULL, NULL, &findings));
    assert_true(findings >= 3);
    world_close(w);
}

static void what_is_told_of_locks_and_late_reports_OBS_2_INV_3(void **state) {
    hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    hsvc_inventory_row row = {.struct_size = sizeof row};
    struct hsvc__device *d;
    struct hsvc__headset *h;
    hsvc_inventory *page;
    size_t count;
    int found = 0;
    (void)state;
    open_at(PEOPLE "at 09:00 H1 plugs into desk-1\nat 09:01 H1 unplugs from desk-1\n", 0);
    d = device_in(w, TEXT("desk-1"));
    d->throttled_until = w->later + HOUR;
    put_device(w, d);
    OK(hsvc_explained_init(items, sizeof items[0]));
    OK(hsvc_explain(w->desk.engine, HSVC_SUBJECT_DEVICE, "desk-1", 6, items, HSVC_LIMIT_EXPLAINED, &count));
    for (size_t i = 0; i < count; i++) found |= strcmp(items[i].name, "throttled_until") == 0;
    assert_true(found);
    h = headset_in(w, TEXT("H1"));
    h->last_connected_at = h->status_since_at + 1;
    put_headset(w, h);
    OK(hsvc_inventory_new(&w->desk.allocator, &page));
    OK(hsvc_inventory_get(w->desk.engine, "H1", 2, page));
    OK(hsvc_inventory_at(page, 0, &row));
    assert_int_equal(row.activity, HSVC_INVENTORY_ACTIVE);
    hsvc_inventory_free(page);
    world_close(w);
}

/* What was reported in a hold of a headset that came into doubt before it, and of one that only passed by; at the hold's time, or with
 * the first input after it. */
static void end_hold(int by_input) {
    struct hsvc__device *d;
    hsvc_input in;
    open_at(PEOPLE "at 09:00 H3 plugs into desk-1\nat 09:01 H2 plugs into desk-1\n", 0);
    d = device_in(w, TEXT("desk-1"));
    d->flap_state = HSVC__flapping_HELD;
    d->flap_due = w->later - 1;
    for (uint32_t i = 0; i < 2; i++) {
        d->presents[i].flags = HSVC__DOUBTFUL;
        d->presents[i].due_at = w->later + HOUR;
    }
    d->presence_due = w->later + HOUR;
    for (uint32_t i = 0; i < 3; i++) d->reports[i].at = w->later - 2;
    d->reports[0].serial = TEXT("H3"); /* gone */
    d->reports[1].serial = TEXT("H2"); /* here after all */
    d->reports[1].here = 1;
    d->reports[1].handle = 99;
    d->reports[2].serial = TEXT("H4"); /* came and went */
    d->report_count = 3;
    d->prompt_state = HSVC__prompt_IDLE;
    d->prompt_id = 0;
    d->prompt_serial = d->prompt_user = TEXT("");
    d->prompt_due = 0;
    put_device(w, d);
    OK(hsvc_input_user_activity(&in, "desk-1"));
    if (by_input) OK(hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx));
    else OK(hsvc_advance(w->desk.engine, w->desk.fx));
    d = device_in(w, TEXT("desk-1"));
    assert_int_equal(d->report_count, 0);
    assert_int_equal(d->present_count, 1);
    world_close(w);
}

static void the_end_of_a_hold_judges_who_is_in_doubt_PRES_8(void **state) {
    (void)state;
    end_hold(0);
    end_hold(1);
}

/* ---- lists ---- */
static void a_list_that_leaves_out_what_is_held_begins_afresh_PRES_5_PRES_8(void **state) {
    hsvc_item items[3] = {{"H1", 2, 5, HSVC_ITEM_HEADSET, 0, 0, 0}, {NULL, 0, 7, HSVC_ITEM_CALL, HSVC_CALL_ACTIVE, 0, 0},
                          {"H3", 2, 6, HSVC_ITEM_HEADSET, 0, 0, 0}};
    struct hsvc__device *d;
    hsvc_input in;
    (void)state;
    open_at(SIGN_IN "at 09:06 H3 plugs into desk-2\nat 09:10 verify\n", 0);
    OK(hsvc_input_presence_snapshot(&in, "desk-2", &items[2], 1));
    in.at_ms = w->later - 65 * MINUTE; /* before its last report, and by another handle */
    OK(hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx));
    OK(hsvc_input_device_registered(&in, "desk-1", device_view(&w->desk, "desk-1").generation_desired, 0));
    in.flags = HSVC_FLAG_HAS_PRESENCE | HSVC_FLAG_HAS_CALLS;
    in.items = items;
    in.item_size = sizeof items[0];
    in.item_count = 3;
    OK(hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx));
    assert_int_equal(device_view(&w->desk, "desk-1").headset_count, 2);
    assert_int_equal(device_view(&w->desk, "desk-1").call_count, 1);
    d = device_in(w, TEXT("desk-1"));
    d->flap_state = HSVC__flapping_HELD;
    d->flap_due = w->later + MINUTE;
    d->reports[0].serial = TEXT("H9");
    d->reports[0].at = w->later;
    d->report_count = 1;
    put_device(w, d);
    OK(hsvc_input_presence_snapshot(&in, "desk-1", items, 1));
    OK(hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx));
    world_close(w);
}

static void a_list_of_which_a_part_is_refused_is_refused_with_a_request_id_too_ASSOC_8(void **state) {
    hsvc_item items[2] = {{"H1", 2, 0, HSVC_ITEM_HEADSET, 0, 0, 0}, {"H3", 2, 0, HSVC_ITEM_HEADSET, 0, 0, 0}};
    hsvc_verdict sum = {.struct_size = sizeof sum};
    struct hsvc__device *d;
    hsvc_input in;
    (void)state;
    open_at(PEOPLE "at 09:00 H3 plugs into desk-1\n", 0);
    d = device_in(w, TEXT("desk-1"));
    d->kind = HSVC_DEVICE_OWNED;
    d->related_user = TEXT("bob");
    put_device(w, d);
    OK(hsvc_input_init(&in, sizeof in, HSVC_INPUT_ASSOCIATE_DEVICE_OWNER));
    in.items = items;
    in.item_count = 2;
    in.item_size = sizeof items[0];
    memset(in.request_id, 9, sizeof in.request_id);
    OK(hsvc_apply(w->desk.engine, &in, 1, HSVC_APPLY_ALL_OR_NONE, w->desk.fx));
    OK(hsvc_verdict_at(w->desk.fx, hsvc_verdict_count(w->desk.fx) - 1, &sum));
    assert_int_equal(sum.reason, HSVC_REASON_PARTLY_DONE);
    assert_true(hsvc__str_eq(headset_in(w, TEXT("H3"))->owner, TEXT(""))); /* one refusal undoes all */
    world_close(w);
}

static void a_text_of_the_policy_may_have_empty_lines_POL_2(void **state) {
    hsvc_input in;
    (void)state;
    open_at(PEOPLE, 0);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_MIN_FIRMWARE, HSVC_SCOPE_GLOBAL, 0));
    hsvc_input_set_text(&in, "CP-8* 1\n\nCP-9* 2");
    assert_int_equal(give(&w->desk, &in), HSVC_REASON_POLICY_CHANGED);
    OK(hsvc_input_device_put(&in, "new", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-1", "1", 0)); /* made and gone in one commit */
    {
        hsvc_input both[2] = {in, in};
        OK(hsvc_input_device_remove(&both[1], "new"));
        OK(hsvc_apply(w->desk.engine, both, 2, 0, w->desk.fx));
        assert_int_equal(said(w->desk.fx, 0), HSVC_REASON_DONE);
        assert_int_equal(row_of(w, HSVC__FAMILY_DEVICE, TEXT("new")).n, 0);
    }
    sound(&w->desk);
    world_close(w);
}

/* ---- too large for one commit ---- */
static void a_batch_that_comes_to_too_many_records_is_refused_whole_STORE_3(void **state) {
    char script[8000], id[9][8];
    size_t at = 0;
    hsvc_input in[9];
    struct rows before = {NULL, 0, 0, 0};
    hsvc_store few;
    (void)state;
    for (int u = 0; u < 9; u++) {
        at += (size_t)snprintf(script + at, sizeof script - at, "user u%d, pin 1234\n", u);
        for (int h = 0; h < 8; h++) at += (size_t)snprintf(script + at, sizeof script - at, "headset H%d%d of u%d\n", u, h, u);
    }
    open_at(script, 0);
    few = w->desk.plain;
    few.ops_max = HSVC_LIMIT_OPS_PER_COMMIT;
    fresh(1, 0, &few);
    rows_read(&before, &w->desk.plain, 1);
    for (int u = 0; u < 9; u++) {
        (void)snprintf(id[u], sizeof id[u], "u%d", u);
        OK(hsvc_input_user_put(&in[u], id[u], NULL, 0));
        in[u].flags = HSVC_FLAG_DISABLED;
    }
    assert_int_equal(hsvc_apply(w->desk.engine, in, 9, 0, w->desk.fx), HSVC_ERR_LIMIT);
    nothing_written(&w->desk, &before);
    rows_free(&before);
    OK(hsvc_apply(w->desk.engine, in, 1, 0, w->desk.fx));
    world_close(w);
}

/* A desk full of headsets in doubt, each of another owner, whose time comes at once. */
static void a_deadline_that_comes_to_too_many_records_is_named_STORE_3(void **state) {
    char script[8000];
    size_t at = (size_t)snprintf(script, sizeof script, "phone desk-1\nphone desk-2\n");
    static char serials[HSVC_LIMIT_PRESENCE_PER_DEVICE][8], owners[HSVC_LIMIT_PRESENCE_PER_DEVICE][8];
    struct hsvc__device *d;
    hsvc_store few;
    int32_t status;
    (void)state;
    for (int i = 0; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++)
        at += (size_t)snprintf(script + at, sizeof script - at, "user u%d, pin 1234\nheadset H%d of u%d\n", i, i, i);
    open_at(script, 0);
    few = w->desk.plain;
    few.ops_max = HSVC_LIMIT_OPS_PER_COMMIT;
    fresh(1, 0, &few);
    d = device_in(w, TEXT("desk-1"));
    for (int i = 0; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++) {
        struct hsvc__present *one = &d->presents[d->present_count++];
        (void)snprintf(serials[i], sizeof serials[i], "H%d", i);
        (void)snprintf(owners[i], sizeof owners[i], "u%d", i);
        one->serial = hsvc__static(serials[i]);
        one->owner = hsvc__static(owners[i]);
        one->flags = HSVC__DOUBTFUL;
        one->due_at = w->later - 5;
        one->left_at = one->since_at = one->event_at = w->later - HOUR;
    }
    d->presence_due = w->later - 5;
    put_device(w, d);
    for (int i = 0; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++) {
        struct hsvc__headset *h = headset_in(w, hsvc__static(serials[i]));
        h->connected = 1;
        h->device = TEXT("desk-1");
        put_headset(w, h);
    }
    status = hsvc_advance(w->desk.engine, w->desk.fx);
    assert_true(status == HSVC_OK || status == HSVC_ERR_LIMIT);
    world_close(w);
}

/* ---- in doubt ---- */
static void unknown_once(void) {
    hsvc_fault what;
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = HSVC_FAULT_UNKNOWN_DONE;
    what.on = HSVC_FAULT_ON_COMMIT;
    what.nth = 1;
    what.times = 1;
    hsvc_fault_store_disarm(w->desk.fault);
    OK(hsvc_fault_store_arm(w->desk.fault, &what));
}

static void a_device_that_went_in_doubt_is_told_nothing_STORE_4(void **state) {
    hsvc_input in;
    (void)state;
    open_at(PEOPLE "at 09:00 H3 plugs into desk-1\n", HOUR);
    OK(hsvc_input_device_remove(&in, "desk-1"));
    unknown_once();
    OK(hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx));
    assert_int_equal(said(w->desk.fx, 0), HSVC_REASON_DEVICE_UNKNOWN); /* without a request id nobody knows that it was this */
    world_close(w);
}

/* The phone where the headset was last is read as well, and is told nothing. */
static void only_who_was_told_in_doubt_is_told_again_STORE_4(void **state) {
    hsvc_input in;
    (void)state;
    open_at(PEOPLE "at 09:00 H1 plugs into desk-1\nat 09:01 H1 unplugs from desk-1\n", HOUR);
    OK(hsvc_input_headset_connected(&in, "desk-2", "H1", 1));
    unknown_once();
    OK(hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx));
    assert_int_equal(device_view(&w->desk, "desk-2").prompt, HSVC_PROMPT_SIGN_IN_PIN);
    assert_int_equal(device_view(&w->desk, "desk-1").prompt, 0);
    sound(&w->desk);
    world_close(w);
}

static void memory_that_ends_in_doubt_leaves_the_doubt_STORE_4_SAFE_5(void **state) {
    (void)state;
    for (uint64_t nth = 1; nth < 60; nth++) {
        hsvc_input in;
        int32_t status;
        open_at(SIGN_IN, HOUR);
        fresh(1, 0, &w->desk.store);
        OK(hsvc_input_force_sign_out(&in, "desk-1"));
        unknown_once();
        OK(hsvc_count_alloc_fail(w->desk.count, nth, 1));
        status = hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx);
        OK(hsvc_count_alloc_fail(w->desk.count, 0, 0));
        assert_true(status == HSVC_OK || status == HSVC_ERR_MEMORY || status == HSVC_ERR_UNKNOWN || status == HSVC_ERR_FULL);
        hsvc_fault_store_disarm(w->desk.fault);
        sound(&w->desk);
        world_close(w);
    }
}

/* Of two nodes one is not the deadline's; in doubt it does not leave it to the other. */
static void anothers_deadline_in_doubt_is_seen_to_STORE_4_STORE_5(void **state) {
    (void)state;
    for (uint32_t node = 0; node < 2; node++) {
        open_at(SIGN_IN "at 09:10 H1 unplugs from desk-1\nat 09:11 verify\n", 0);
        fresh(2, node, &w->desk.store);
        unknown_once();
        OK(hsvc_advance(w->desk.engine, w->desk.fx));
        hsvc_fault_store_disarm(w->desk.fault);
        assert_int_equal(device_view(&w->desk, "desk-1").session_state, HSVC_SESSION_VACANT);
        assert_true(hsvc_effects_count(w->desk.fx) > 0); /* what the phone should wear */
        sound(&w->desk);
        world_close(w);
    }
}

/* ---- deadlines and jobs, by clocks that went back ---- */
static int32_t no_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit, hsvc_row_sink sink,
                       void *sink_user, void *user) {
    (void)from, (void)from_len, (void)to, (void)to_len, (void)limit, (void)sink, (void)sink_user, (void)user;
    return HSVC_ERR_UNAVAILABLE;
}

static void what_was_passed_over_is_due_at_once_or_not_yet_TIME_4(void **state) {
    hsvc_store store;
    hsvc_engine *e;
    int64_t at;
    (void)state;
    open_at(SIGN_IN "at 09:10 H1 unplugs from desk-1\nat 09:11 verify\n", HOUR - MINUTE);
    e = w->desk.engine;
    OK(hsvc_next_deadline(e, &at));
    hsvc__key_deadline(&e->dues_from, e->now - 5, TEXT("desk-0"));
    OK(hsvc_next_deadline(e, &at));
    assert_int_equal(at, e->now); /* others stay behind it */
    hsvc__key_deadline(&e->dues_from, e->now + HOUR, TEXT("desk-0"));
    OK(hsvc_next_deadline(e, &at));
    assert_true(at > e->now);
    e->dues_from.len = 0;
    e->behind = 1; /* it cannot keep up: what is left lies behind the watermark */
    e->swept = 0;
    e->swept_at = e->now;
    OK(hsvc_next_deadline(e, &at));
    assert_true(at > e->now);
    OK(hsvc_manual_clock_advance(w->desk.clock, HOUR));
    hsvc__key_deadline(&e->dues_from, e->now, TEXT("desk-0"));
    OK(hsvc_next_deadline(e, &at));
    assert_true(at <= e->now);
    e->swept_at = e->now;
    OK(hsvc_next_deadline(e, &at));
    store = w->desk.plain;
    store.scan = no_scan;
    fresh(2, 0, &store);
    w->desk.engine->swept_at = w->later;
    assert_int_equal(hsvc_next_deadline(w->desk.engine, &at), HSVC_ERR_UNAVAILABLE);
    w->desk.engine->swept_at = w->desk.engine->now;
    assert_int_equal(hsvc_next_deadline(w->desk.engine, &at), HSVC_ERR_UNAVAILABLE);
    world_close(w);
}

static void whose_turn_a_job_is_STORE_3_TIME_4(void **state) {
    struct hsvc__job job;
    hsvc__str value;
    (void)state;
    open_at(PEOPLE, 0);
    memset(&job, 0, sizeof job);
    w->desk.engine->now = w->later;
    job.kind = HSVC_JOB_FORCED;
    job.node = 1; /* of another */
    job.worked_at = w->later;
    OK(hsvc__record_encode(&job, HSVC__FAMILY_JOB, &w->memory, &value));
    assert_int_equal(hsvc__job_due(w->desk.engine, value), w->later + HSVC_LIMIT_JOB_PATIENCE);
    job.again_at = w->later + HOUR;
    OK(hsvc__record_encode(&job, HSVC__FAMILY_JOB, &w->memory, &value));
    assert_int_equal(hsvc__job_due(w->desk.engine, value), w->later + HOUR + HSVC_LIMIT_JOB_PATIENCE);
    job.worked_at = w->later + HOUR;
    OK(hsvc__record_encode(&job, HSVC__FAMILY_JOB, &w->memory, &value));
    assert_int_equal(hsvc__job_due(w->desk.engine, value), 0);
    world_close(w);
}

static void a_sweep_of_one_phones_skips_leaves_the_others_DEV_1(void **state) {
    hsvc_input in;
    (void)state;
    open_at(PEOPLE "at 09:00 H3 plugs into desk-1\nat 09:01 somebody presses exit on desk-1\nat 09:01:10 somebody presses yes on desk-1\n"
                   "at 09:02 H3 unplugs from desk-1\nat 09:03 H3 plugs into desk-2\nat 09:04 somebody presses exit on desk-2\n"
                   "at 09:04:10 somebody presses yes on desk-2\nexpect 2 skips remembered\n",
            HOUR);
    OK(hsvc_input_device_remove(&in, "desk-1"));
    OK(hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx));
    for (int i = 0; i < 5; i++) OK(hsvc_advance(w->desk.engine, w->desk.fx));
    sound(&w->desk);
    world_close(w);
}

/* ---- many records in one call ---- */
static void a_call_of_many_records_SAFE_5(void **state) {
    struct hsvc__txn txn;
    hsvc_counters counters;
    char name[1000];
    (void)state;
    open_at(PEOPLE, 0);
    w->desk.plain.ops_max = 100000;
    memset(&counters, 0, sizeof counters);
    hsvc__txn_init(&txn, &w->desk.allocator, &w->desk.plain, &counters);
    memset(name, 'n', sizeof name);
    hsvc__txn_want(&txn, HSVC__FAMILY_USER, TEXT("alice"));
    assert_null(hsvc__txn_peek(&txn, HSVC__FAMILY_USER, TEXT("alice"))); /* not read yet */
    for (uint32_t i = 0; i < 2 * HSVC__SLOTS; i++) {
        (void)snprintf(name, sizeof name, "u%u", (unsigned)i);
        hsvc__txn_want(&txn, HSVC__FAMILY_USER, hsvc__static(name));
    }
    memset(name, 'n', sizeof name); /* longer than any key: by its beginning */
    hsvc__txn_want(&txn, HSVC__FAMILY_USER, hsvc__str_of(name, sizeof name));
    assert_int_equal(txn.status, HSVC_OK);
    for (int fresh_ones = 0; fresh_ones < 2; fresh_ones++) {
        OK(hsvc_count_alloc_fail(w->desk.count, 1, HSVC_TESTKIT_ALWAYS));
        for (uint32_t i = 0; i < 5000 && txn.status == HSVC_OK; i++) {
            (void)snprintf(name, sizeof name, "v%d-%u", fresh_ones, (unsigned)i);
            if (fresh_ones) (void)hsvc__txn_fresh(&txn, HSVC__FAMILY_SKIP, hsvc__str_of(name, strlen(name)));
            else hsvc__txn_want(&txn, HSVC__FAMILY_USER, hsvc__static(name));
        }
        OK(hsvc_count_alloc_fail(w->desk.count, 0, 0));
        assert_int_equal(txn.status, HSVC_ERR_MEMORY);
        hsvc__txn_begin(&txn, w->later, 0);
    }
    txn.work.failed = 1;
    assert_int_equal(hsvc__txn_prepare(&txn), HSVC_ERR_MEMORY);
    txn.work.failed = 0;
    txn.raws.failed = 1;
    assert_int_equal(hsvc__txn_prepare(&txn), HSVC_ERR_MEMORY);
    hsvc__txn_free(&txn);
    world_close(w);
}

/* ---- keys and times at their ends ---- */
static void a_jobs_key_that_is_none_is_named_STORE_7(void **state) {
    static const char key[] = {HSVC__FAMILY_JOB, 0};
    (void)state;
    for (size_t len = 1; len <= sizeof key; len++) {
        int64_t at;
        open_at(PEOPLE, 0);
        write_row(w, hsvc__str_of(key, len), TEXT("x"));
        OK(hsvc_next_deadline(w->desk.engine, &at));
        assert_true(at <= w->later); /* so that advance is called, and tells */
        assert_int_equal(hsvc_advance(w->desk.engine, w->desk.fx), HSVC_ERR_CORRUPT);
        world_close(w);
    }
}

static int32_t count_row(const hsvc_row *row, void *user) {
    (void)row;
    ++*(size_t *)user;
    return HSVC_OK;
}

/* A clock that begins at 0 is a clock: in its first second nothing was looked at a second ago. */
static void a_job_is_found_in_the_first_second_of_time_STORE_3_TIME_1(void **state) {
    static const uint8_t from = HSVC__FAMILY_JOB, to = HSVC__FAMILY_JOB + 1;
    struct desk *d = &w->desk;
    hsvc_input in;
    size_t jobs = 0;
    (void)state;
    desk_ready(d);
    OK(hsvc_manual_clock_set(d->clock, 5));
    desk_start(d);
    give_phone(d, "P1");
    assert_int_equal(GIVE(d, hsvc_input_force_sign_out(&in, 0)), HSVC_REASON_JOB_STARTED);
    OK(d->plain.scan(&from, 1, &to, 1, 9, count_row, &jobs, d->plain.user));
    assert_int_equal(jobs, 1);
    OK(hsvc_advance(d->engine, d->fx));
    jobs = 0;
    OK(d->plain.scan(&from, 1, &to, 1, 9, count_row, &jobs, d->plain.user));
    assert_int_equal(jobs, 0);
    desk_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timer_of_nothing_is_named_and_the_rest_goes_on_STORE_7),
        cmocka_unit_test(what_verify_says_of_odd_rows_STORE_8),
        cmocka_unit_test(what_is_told_of_locks_and_late_reports_OBS_2_INV_3),
        cmocka_unit_test(the_end_of_a_hold_judges_who_is_in_doubt_PRES_8),
        cmocka_unit_test(a_list_that_leaves_out_what_is_held_begins_afresh_PRES_5_PRES_8),
        cmocka_unit_test(a_list_of_which_a_part_is_refused_is_refused_with_a_request_id_too_ASSOC_8),
        cmocka_unit_test(a_text_of_the_policy_may_have_empty_lines_POL_2),
        cmocka_unit_test(a_batch_that_comes_to_too_many_records_is_refused_whole_STORE_3),
        cmocka_unit_test(a_deadline_that_comes_to_too_many_records_is_named_STORE_3),
        cmocka_unit_test(a_device_that_went_in_doubt_is_told_nothing_STORE_4),
        cmocka_unit_test(only_who_was_told_in_doubt_is_told_again_STORE_4),
        cmocka_unit_test(memory_that_ends_in_doubt_leaves_the_doubt_STORE_4_SAFE_5),
        cmocka_unit_test(anothers_deadline_in_doubt_is_seen_to_STORE_4_STORE_5),
        cmocka_unit_test(what_was_passed_over_is_due_at_once_or_not_yet_TIME_4),
        cmocka_unit_test(whose_turn_a_job_is_STORE_3_TIME_4),
        cmocka_unit_test(a_sweep_of_one_phones_skips_leaves_the_others_DEV_1),
        cmocka_unit_test(a_call_of_many_records_SAFE_5),
        cmocka_unit_test(a_jobs_key_that_is_none_is_named_STORE_7),
        cmocka_unit_test(a_job_is_found_in_the_first_second_of_time_STORE_3_TIME_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
