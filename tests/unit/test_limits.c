/* test_limits.c: every bound of the limits table is reached by a test, at its most and one beyond (SAFE-6). Here are the
 * tests of bounds that no other test is about, and the list of where each one is reached, which is checked. */
#include "committed.h"
#include "damage.h"

#include "headsetsvc/explain.h"

static struct desk desk;
static struct desk *const d = &desk;

static int open_desk(void **state) {
    (void)state;
    desk_open(d);
    return 0;
}
static int close_desk(void **state) {
    (void)state;
    sound(d);
    desk_close(d);
    return 0;
}

/* ---- names and lists ---- */
static void a_name_has_128_bytes_at_most_SAFE_6(void **state) {
    char name[HSVC_LIMIT_NAME_LEN + 2];
    hsvc_verdict verdict;
    hsvc_input in;
    (void)state;
    memset(name, 'n', sizeof name);
    name[HSVC_LIMIT_NAME_LEN] = '\0';
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, name, "own", HSVC_DEVICE_ANONYMOUS, NULL, NULL, NULL, 0)), HSVC_REASON_DONE);
    name[HSVC_LIMIT_NAME_LEN] = 'n';
    name[HSVC_LIMIT_NAME_LEN + 1] = '\0';
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, name, "own", HSVC_DEVICE_ANONYMOUS, NULL, NULL, NULL, 0)),
                     HSVC_REASON_TEXT_TOO_LONG);
    verdict = verdict_of(d->fx, 0);
    assert_int_equal(verdict.field, HSVC_FIELD_DEVICE);
    assert_int_equal(verdict.limit, HSVC_LIMIT_NAME_LEN);
}

/* The longest name is one like any other in every call that takes a name. */
static void the_longest_name_can_be_asked_about_SAFE_6(void **state) {
    char name[HSVC_LIMIT_NAME_LEN + 2];
    hsvc_item profile = {name, HSVC_LIMIT_NAME_LEN, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    const char *text = NULL;
    size_t len = 0, count = 0;
    int64_t value = 0;
    hsvc_explained item;
    hsvc_resync_scope scope;
    hsvc_input in;
    (void)state;
    memset(name, 'n', sizeof name);
    name[HSVC_LIMIT_NAME_LEN] = '\0';
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, name, "own", HSVC_DEVICE_ANONYMOUS, NULL, NULL, NULL, 0)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, name, &profile, 1)), HSVC_REASON_DONE);
    OK(hsvc_policy_text(d->engine, HSVC_PARAM_MIN_FIRMWARE, name, HSVC_LIMIT_NAME_LEN, &text, &len, NULL));
    OK(hsvc_policy_value(d->engine, HSVC_PARAM_KEEP_MAX, name, HSVC_LIMIT_NAME_LEN, name, HSVC_LIMIT_USER_ID_LEN, &value, NULL));
    OK(hsvc_explained_init(&item, sizeof item));
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, name, HSVC_LIMIT_NAME_LEN, &item, 1, &count));
    OK(hsvc_resync_scope_init(&scope, sizeof scope));
    scope.device = name;
    scope.device_len = HSVC_LIMIT_NAME_LEN;
    OK(hsvc_resync(d->engine, &scope, NULL, d->fx));
    assert_int_equal(counters_of(d->engine).refused, 0);
    assert_int_equal(GIVE(d, hsvc_input_user_unlock(&in, "nobody")), HSVC_REASON_USER_UNKNOWN);
    assert_int_equal(counters_of(d->engine).refused, 1);
}

/* F11. */
static void a_user_has_15_headsets_at_most_SAFE_6(void **state) {
    char serial[16];
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", NULL, 0)), HSVC_REASON_DONE);
    for (int i = 0; i < HSVC_LIMIT_HEADSETS_PER_USER; i++) {
        snprintf(serial, sizeof serial, "S%d", i);
        assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", serial)), HSVC_REASON_ASSOCIATED);
    }
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "T9")), HSVC_REASON_HEADSET_LIMIT);
    assert_int_equal(verdict_of(d->fx, 0).limit, HSVC_LIMIT_HEADSETS_PER_USER);
    assert_int_equal(user_view(d, "ann").headset_count, HSVC_LIMIT_HEADSETS_PER_USER);
}

static void a_record_remembers_8_requests_SAFE_6(void **state) {
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", NULL, 0)), HSVC_REASON_DONE);
    for (int i = 1; i <= HSVC_LIMIT_RECENT_REQUESTS; i++) {
        OK(hsvc_input_user_unlock(&in, "ann"));
        in.request_id[0] = (uint8_t)i;
        (void)give(d, &in);
    }
    in.request_id[0] = 1;
    (void)give(d, &in);
    assert_int_equal(verdict_of(d->fx, 0).repeated, 1); /* the first of eight */
    in.request_id[0] = 99;
    (void)give(d, &in);
    in.request_id[0] = 1;
    (void)give(d, &in);
    assert_int_equal(verdict_of(d->fx, 0).repeated, 0); /* the ninth pushed it out */
}

/* Lists inside records: a slot with one entry more than its limit is a damaged record. Entries are zeros here. */
static uint8_t zeros[HSVC_LIMIT_VALUE_LEN];
static int32_t decode(uint32_t family, void *record) { return hsvc__lists_decode(record, family); }
static hsvc__str entries(size_t count, size_t len) { return hsvc__str_of((const char *)zeros, count * len); }

#define LIST_HAS(most, family, type, slot, entry_len)                                  \
    do {                                                                                \
        struct type record;                                                             \
        memset(&record, 0, sizeof record);                                              \
        record.slot = entries(most, entry_len);                                         \
        OK(decode(family, &record));                                                    \
        record.slot = entries((most) + 1, entry_len);                                   \
        assert_int_equal(decode(family, &record), HSVC_ERR_CORRUPT);                    \
    } while (0)

static void no_list_of_a_record_is_longer_than_its_limit_SAFE_6(void **state) {
    struct hsvc__device plugged;
    (void)state;
    LIST_HAS(HSVC_LIMIT_PRESENCE_PER_DEVICE, HSVC__FAMILY_DEVICE, hsvc__device, presence, 32);
    LIST_HAS(HSVC_LIMIT_CALLS_PER_DEVICE, HSVC__FAMILY_DEVICE, hsvc__device, calls, 24);
    LIST_HAS(HSVC_LIMIT_OVERRIDES, HSVC__FAMILY_DEVICE, hsvc__device, overrides, 12);
    LIST_HAS(HSVC_LIMIT_RECENT_REQUESTS, HSVC__FAMILY_DEVICE, hsvc__device, requests, 32);
    LIST_HAS(HSVC_LIMIT_PROFILES_PER_USER, HSVC__FAMILY_USER, hsvc__user, profiles, 4);
    LIST_HAS(HSVC_LIMIT_HEADSETS_PER_USER, HSVC__FAMILY_USER, hsvc__user, headsets, 4);
    LIST_HAS(HSVC_LIMIT_SESSIONS_PER_USER, HSVC__FAMILY_USER, hsvc__user, sessions, 12);
    LIST_HAS(HSVC_LIMIT_PLACES_PER_SERIAL - 1, HSVC__FAMILY_HEADSET, hsvc__headset, others, 4);
    LIST_HAS(HSVC_LIMIT_ALIASES_PER_HEADSET, HSVC__FAMILY_HEADSET, hsvc__headset, aliases, 4);
    memset(&plugged, 0, sizeof plugged);
    plugged.presence = entries(1, 32); /* the handles' headset */
    plugged.plugs = entries(HSVC_LIMIT_PRESENCE_PER_DEVICE, 12);
    OK(decode(HSVC__FAMILY_DEVICE, &plugged));
    plugged.plugs = entries(HSVC_LIMIT_PRESENCE_PER_DEVICE + 1, 12);
    assert_int_equal(decode(HSVC__FAMILY_DEVICE, &plugged), HSVC_ERR_CORRUPT);
}

/* ---- one input ---- */
static struct hsvc__turn *begin_turn(void) {
    hsvc__txn_begin(&d->engine->txn, START, 0);
    return hsvc__turn_begin(d->engine, d->fx, NULL, HSVC_NO_INPUT);
}

static void an_input_raises_72_events_at_once_SAFE_6(void **state) {
    struct hsvc__turn *t = begin_turn();
    (void)state;
    for (int i = 0; i < HSVC_LIMIT_RAISES; i++)
        hsvc__raise_event(t, HSVC__MACHINE_calls, HSVC_EVENT_call_ended, 0, t->dev, t->headset, t->user);
    assert_int_equal(t->txn->status, HSVC_OK);
    hsvc__raise_event(t, HSVC__MACHINE_calls, HSVC_EVENT_call_ended, 0, t->dev, t->headset, t->user);
    assert_int_equal(t->txn->status, HSVC_ERR_BUG);
}

static void an_input_takes_128_steps_SAFE_6(void **state) {
    struct hsvc__turn *t = begin_turn();
    (void)state;
    t->steps = HSVC_LIMIT_STEPS - 1;
    hsvc__run(t, HSVC__MACHINE_calls, HSVC_EVENT_call_ended, 0);
    assert_int_equal(t->txn->status, HSVC_OK);
    hsvc__run(t, HSVC__MACHINE_calls, HSVC_EVENT_call_ended, 0);
    assert_int_equal(t->txn->status, HSVC_ERR_BUG);
}

/* ---- holds ---- */
static uint32_t reports_of(struct world *w) {
    return ((const struct hsvc__device *)record_of(w, HSVC__FAMILY_DEVICE, TEXT("desk-1")))->report_count;
}

static uint32_t plug(struct world *w, const char *serial, uint64_t handle) {
    hsvc_input in;
    return GIVE(&w->desk, hsvc_input_headset_connected(&in, "desk-1", serial, handle));
}

static const char *numbered(char letter, uint64_t number) {
    static char serial[24];
    snprintf(serial, sizeof serial, "%c%llu", letter, (unsigned long long)number);
    return serial;
}

/* work_off: advances of an engine whose store's commits are of the least size, until nothing is due; how many it took. */
static int work_off(struct desk *of) {
    static hsvc_store least;
    int64_t at = 0, now = 0;
    int calls = 0;
    least = of->plain;
    least.ops_max = HSVC_LIMIT_OPS_PER_COMMIT;
    hsvc_engine_free(of->engine);
    of->config.store = &least;
    OK(hsvc_engine_new(&of->config, &of->engine));
    OK(hsvc_manual_clock_read(&now, of->clock));
    for (OK(hsvc_next_deadline(of->engine, &at)); at <= now && calls < 100; calls++) {
        OK(hsvc_advance(of->engine, of->fx));
        OK(hsvc_next_deadline(of->engine, &at));
    }
    assert_true(at > now);
    return calls;
}

/* One headset by 31 handles, 30 without any and one more by its own: as many rows as there can be from before. With 31
 * that are new, and a new handle of the first one, that is 94; whatever comes then is refused, or takes the place of one. */
static void no_hold_has_more_than_94_reports_SAFE_6(void **state) {
    struct world w;
    hsvc_input in;
    (void)state;
    world_open(&w, "phone desk-1\npolicy association_prompt = NEVER\npolicy flap_connects = 64\nat 09:00 verify\n");
    for (uint64_t i = 1; i <= 31; i++) (void)plug(&w, "A0", i);
    for (uint64_t i = 1; i <= 30; i++) assert_int_equal(plug(&w, numbered('B', i), 0), HSVC_REASON_PROMPT_NEVER);
    assert_int_equal(plug(&w, numbered('B', 31), 32), HSVC_REASON_PROMPT_NEVER);
    assert_int_equal(plug(&w, "C99", 33), HSVC_REASON_PRESENCE_FULL);
    assert_int_equal(GIVE(&w.desk, hsvc_input_policy_set(&in, HSVC_PARAM_FLAP_CONNECTS, HSVC_SCOPE_GLOBAL, 1)), HSVC_REASON_POLICY_CHANGED);
    (void)GIVE(&w.desk, hsvc_input_headset_disconnected(&in, "desk-1", "B31", 0));
    assert_int_equal(plug(&w, "B31", 32), HSVC_REASON_PROMPT_NEVER);
    assert_int_equal(device_view(&w.desk, "desk-1").flapping, 1);
    for (uint64_t i = 1; i <= 31; i++) assert_int_equal(plug(&w, numbered('C', i), 100 + i), HSVC_REASON_HELD);
    assert_int_equal(plug(&w, "A0", 99), HSVC_REASON_HELD);
    assert_int_equal(reports_of(&w), 63);
    for (uint64_t i = 1; i <= 31; i++)
        assert_int_equal(GIVE(&w.desk, hsvc_input_headset_disconnected(&in, "desk-1", numbered('B', i), 0)), HSVC_REASON_HELD);
    assert_int_equal(reports_of(&w), HSVC_LIMIT_REPORTS_PER_HOLD - 2);
    assert_int_equal(plug(&w, "D1", 200), HSVC_REASON_PRESENCE_FULL);
    assert_int_equal(plug(&w, "A0", 200), HSVC_REASON_PRESENCE_FULL);
    assert_int_equal(GIVE(&w.desk, hsvc_input_headset_disconnected(&in, "desk-1", "A0", 0)), HSVC_REASON_HELD);
    assert_int_equal(reports_of(&w), 63);
    pass(&w.desk, 10 * MINUTE);
    assert_in_range(work_off(&w.desk), 2, 50); /* a commit of the least size has no room for all of that (STORE-3) */
    assert_int_equal(reports_of(&w), 0);
    assert_int_equal(device_view(&w.desk, "desk-1").flapping, 0);
    sound(&w.desk);
    world_close(&w);
}

/* ---- deadlines ---- */
/* Every device shows a prompt that is over at the same time. */
static void prompts_on(int devices) {
    for (int i = 0; i < devices; i++) {
        char name[16], serial[16];
        hsvc_input in;
        snprintf(name, sizeof name, "P%d", i);
        snprintf(serial, sizeof serial, "S%d", i);
        assert_int_equal(GIVE(d, hsvc_input_device_put(&in, name, "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8865", NULL,
                                                       HSVC_FLAG_EM_ENABLED)), HSVC_REASON_DONE);
        assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, name, 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
        assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, name, serial, 1)), HSVC_REASON_ASSOCIATION_ASKED);
    }
}

static void one_advance_works_off_64_devices_TIME_3_SAFE_6(void **state) {
    (void)state;
    prompts_on(HSVC_LIMIT_ADVANCE_DEVICES + 1);
    advance(d, HOUR);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_CLEAR_PROMPT, NULL), HSVC_LIMIT_ADVANCE_DEVICES);
    advance(d, 0);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_CLEAR_PROMPT, NULL), 1);
}

/* updating_and_gone: as many headsets as a device can have, unplugged amid their updates, and what each is waited for until is over:
 * a time for all, or a time of its own. */
static void updating_and_gone(int64_t apart) {
    char serial[16];
    hsvc_input in;
    prompts_on(1);
    for (int i = 1; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++) {
        snprintf(serial, sizeof serial, "U%d", i);
        pass(d, 10 * SECOND); /* or the device would count as flapping */
        assert_true(hsvc__is_accepted(GIVE(d, hsvc_input_headset_connected(&in, "P0", serial, (uint64_t)i + 1))));
    }
    for (int i = 1; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++) {
        snprintf(serial, sizeof serial, "U%d", i);
        pass(d, apart);
        assert_int_equal(GIVE(d, hsvc_input_update_begin(&in, serial)), HSVC_REASON_RECORDED);
        assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P0", serial, (uint64_t)i + 1)), HSVC_REASON_UPDATING);
    }
    pass(d, 3 * HOUR);
}

/* All that is due comes before an input, in the input's commit: who left last has left when it is plugged in again. */
static void what_a_device_can_have_due_fires_in_one_commit_SAFE_6(void **state) {
    hsvc_input in;
    (void)state;
    updating_and_gone(SECOND);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P0", "U31", 99)), HSVC_REASON_ASSOCIATION_ASKED);
    assert_int_equal(device_view(d, "P0").headset_count, 2);
    assert_true(2 * (HSVC__TIMERS + HSVC_LIMIT_PRESENCE_PER_DEVICE) <= HSVC_LIMIT_FIRINGS);
}

static void what_is_due_at_a_device_is_never_too_much_for_the_least_commit_STORE_3_TIME_7(void **state) {
    hsvc_input in;
    (void)state;
    for (int64_t apart = 0; apart <= SECOND; apart += SECOND) {
        updating_and_gone(apart);
        assert_in_range(work_off(d), 2, HSVC_LIMIT_PRESENCE_PER_DEVICE / HSVC_LIMIT_WAITS_AT_ONCE);
        assert_int_equal(device_view(d, "P0").headset_count, 1);
        assert_int_equal(GIVE(d, hsvc_input_user_activity(&in, "P0")), HSVC_REASON_UNCHANGED);
        if (apart != 0) continue;
        desk_close(d);
        desk_open(d);
    }
}

/* ---- jobs ---- */
static int32_t count_row(const hsvc_row *row, void *user) {
    (void)row;
    ++*(uint32_t *)user;
    return HSVC_OK;
}

static uint32_t jobs_left(void) {
    static const uint8_t from[] = {HSVC__FAMILY_JOB}, to[] = {HSVC__FAMILY_JOB + 1};
    uint32_t count = 0;
    OK(d->plain.scan(from, 1, to, 1, 1000, count_row, &count, d->plain.user));
    return count;
}

/* remove_users: users u(from) to u(below), each a job; in the order of their keys. */
static void remove_users(hsvc_engine *engine, int from, int below) {
    for (int i = from; i < below; i++) {
        char user[16];
        hsvc_input in[2];
        snprintf(user, sizeof user, "u%02d", i);
        OK(hsvc_input_user_put(&in[0], user, NULL, 0));
        OK(hsvc_input_user_remove(&in[1], user));
        OK(hsvc_apply(engine, in, 2, 0, d->fx));
        assert_int_equal(said(d->fx, 1), HSVC_REASON_DONE);
    }
}

static void make_devices(int from, int below) {
    for (int i = from; i < below; i++) {
        char name[16];
        hsvc_input in;
        snprintf(name, sizeof name, "P%03d", i);
        assert_int_equal(GIVE(d, hsvc_input_device_put(&in, name, "own", HSVC_DEVICE_ANONYMOUS, NULL, NULL, NULL, 0)), HSVC_REASON_DONE);
    }
}

static void one_advance_works_on_4_jobs_SAFE_6(void **state) {
    (void)state;
    remove_users(d->engine, 0, HSVC_LIMIT_ADVANCE_JOBS + 1);
    advance(d, 0);
    assert_int_equal(jobs_left(), 1);
    advance(d, 0);
    assert_int_equal(jobs_left(), 0);
}

static void a_slice_of_a_job_looks_at_32_records_SAFE_6(void **state) {
    (void)state;
    make_devices(0, HSVC_LIMIT_JOB_SLICE - 1);
    remove_users(d->engine, 0, 1);
    advance(d, 0);
    assert_int_equal(jobs_left(), 0); /* it saw the last record and, with room left, that there is no other */
    make_devices(HSVC_LIMIT_JOB_SLICE - 1, HSVC_LIMIT_JOB_SLICE);
    remove_users(d->engine, 1, 2);
    advance(d, 0);
    assert_int_equal(jobs_left(), 1);
    advance(d, 0);
    assert_int_equal(jobs_left(), 0);
}

/* other_node: a second engine on the same store. */
static hsvc_engine *other_node(void) {
    hsvc_config config = d->config;
    hsvc_engine *other;
    config.node = 1;
    config.node_count = 2;
    OK(hsvc_engine_new(&config, &other));
    return other;
}

static void a_node_looks_among_16_jobs_for_one_of_its_own_SAFE_6(void **state) {
    hsvc_engine *other = other_node();
    (void)state;
    remove_users(d->engine, 0, HSVC_LIMIT_JOBS_SEEN - 1);
    remove_users(other, HSVC_LIMIT_JOBS_SEEN - 1, HSVC_LIMIT_JOBS_SEEN);
    OK(hsvc_advance(other, d->fx));
    assert_int_equal(jobs_left(), HSVC_LIMIT_JOBS_SEEN - 1); /* the sixteenth is done */
    remove_users(d->engine, HSVC_LIMIT_JOBS_SEEN, HSVC_LIMIT_JOBS_SEEN + 1);
    remove_users(other, HSVC_LIMIT_JOBS_SEEN + 1, HSVC_LIMIT_JOBS_SEEN + 2);
    OK(hsvc_advance(other, d->fx));
    assert_int_equal(jobs_left(), HSVC_LIMIT_JOBS_SEEN + 1); /* the seventeenth waits until others are done */
    hsvc_engine_free(other);
}

static void a_job_is_taken_over_after_10_seconds_SAFE_6(void **state) {
    hsvc_engine *other = other_node();
    (void)state;
    remove_users(d->engine, 0, 1);
    pass(d, HSVC_LIMIT_JOB_PATIENCE - 1);
    OK(hsvc_advance(other, d->fx));
    assert_int_equal(jobs_left(), 1);
    pass(d, 1);
    OK(hsvc_advance(other, d->fx));
    assert_int_equal(jobs_left(), 0);
    hsvc_engine_free(other);
}

/* ---- where each bound is reached ---- */
static const struct reached {
    const char *limit;
    const char *where; /* unit.FILE, and the test; or scenario.FILE, which has a rule line of SAFE-6 */
    const char *test;
} reached[] = {
    {"USER_ID_LEN", "unit.misuse", "lengths_are_taken_up_to_the_limit_and_never_cut_ID_1"},
    {"NAME_LEN", "unit.limits", "a_name_has_128_bytes_at_most_SAFE_6"},
    {"SERIAL_LEN", "unit.misuse", "lengths_are_taken_up_to_the_limit_and_never_cut_ID_1"},
    {"PIN_LEN", "unit.pins", "the_longest_pin_is_taken_and_a_longer_one_is_not_kept_SIGN_9"},
    {"TEXT_LEN", "unit.misuse", "lengths_are_taken_up_to_the_limit_and_never_cut_ID_1"},
    {"PROFILES_PER_USER", "unit.misuse", "items_beyond_the_limit_are_named_SAFE_5"},
    {"HEADSETS_PER_USER", "unit.limits", "a_user_has_15_headsets_at_most_SAFE_6"},
    {"SESSIONS_PER_USER", "scenario.many-sessions-by-hand", NULL},
    {"PRESENCE_PER_DEVICE", "scenario.presence-full", NULL},
    {"PLACES_PER_SERIAL", "scenario.clone-many", NULL},
    {"CALLS_PER_DEVICE", "scenario.calls-full", NULL},
    {"APPLY_RETRIES", "scenario.apply-failed", NULL},
    {"APPLY_BACKOFF", "scenario.apply-failed", NULL},
    {"RECENT_REQUESTS", "unit.limits", "a_record_remembers_8_requests_SAFE_6"},
    {"RAISES", "unit.limits", "an_input_raises_72_events_at_once_SAFE_6"},
    {"STEPS", "unit.limits", "an_input_takes_128_steps_SAFE_6"},
    {"ATTEMPTS", "unit.concurrency", "seven_conflicts_are_survived_STORE_4"},
    {"RECORDS_PER_CALL", "unit.batch", "a_batch_beyond_one_calls_records_is_refused_unwritten_STORE_3"},
    {"OPS_PER_COMMIT", "unit.batch", "a_batch_beyond_the_stores_commit_is_refused_unwritten_STORE_3"},
    {"KEY_LEN", "unit.memory_store", "lengths_at_their_borders_STORE_3"},
    {"VALUE_LEN", "unit.memory_store", "lengths_at_their_borders_STORE_3"},
    {"INPUTS_PER_BATCH", "unit.callbacks", "flags_and_counts_of_a_call_have_limits_SAFE_5"},
    {"ITEMS_PER_INPUT", "unit.misuse", "items_beyond_the_limit_are_named_SAFE_5"},
    {"ADVANCE_DEVICES", "unit.limits", "one_advance_works_off_64_devices_TIME_3_SAFE_6"},
    {"ADVANCE_JOBS", "unit.limits", "one_advance_works_on_4_jobs_SAFE_6"},
    {"JOBS_SEEN", "unit.limits", "a_node_looks_among_16_jobs_for_one_of_its_own_SAFE_6"},
    {"JOB_SLICE", "unit.limits", "a_slice_of_a_job_looks_at_32_records_SAFE_6"},
    {"JOB_AGAIN", "unit.jobs_damage", "a_damaged_record_does_not_stop_the_rest_STORE_7"},
    {"DEVICES_AT_ONCE", "scenario.user-many", NULL},
    {"SETTLINGS", "scenario.settling-bounded", NULL},
    {"EARLIER_CHECKS", "scenario.late-wrong-many", NULL},
    {"JOB_PATIENCE", "unit.limits", "a_job_is_taken_over_after_10_seconds_SAFE_6"},
    {"RESYNC_DEVICES", "unit.resync", "pages_are_bounded_and_complete_STORE_6"},
    {"ALIASES_PER_HEADSET", "scenario.alias", NULL},
    {"INVENTORY_ROWS", "unit.inventory", "pages_of_any_size_are_the_whole_INV_4"},
    {"INVENTORY_SCAN", "unit.inventory", "sums_by_slices_are_those_of_the_whole_INV_4"},
    {"INVENTORY_MODELS", "unit.inventory", "more_models_than_counted_SAFE_6"},
    {"AUDIT_PAGE", "unit.audit", "a_reader_is_told_of_misuse_SAFE_5"},
    {"FIRINGS", "unit.limits", "what_a_device_can_have_due_fires_in_one_commit_SAFE_6"},
    {"WAITS_AT_ONCE", "unit.limits", "what_is_due_at_a_device_is_never_too_much_for_the_least_commit_STORE_3_TIME_7"},
    {"OVERRIDES", "unit.limits", "no_list_of_a_record_is_longer_than_its_limit_SAFE_6"},
    {"WINDOW", "scenario.warning", NULL},
    {"EXPLAINED", "unit.audit", "explaining_is_bounded_and_told_of_misuse_OBS_2_SAFE_5"},
    {"BULK_RECORD", "csv.import", "rows_and_columns_have_limits_BULK_2"},
    {"BULK_COLUMNS", "csv.import", "rows_and_columns_have_limits_BULK_2"},
    {"BULK_BATCH", "csv.import", "a_commit_holds_a_bounded_number_of_rows_BULK_2"},
    {"BULK_PROGRESS", "csv.import", "a_commit_holds_a_bounded_number_of_rows_BULK_2"},
    {"BULK_ROW_BYTES", "csv.import", "memory_a_row_is_bounded_BULK_2"},
    {"REPORTS_PER_HOLD", "unit.limits", "no_hold_has_more_than_94_reports_SAFE_6"},
    {"FLAP_HOLD", "scenario.flapping-held", NULL},
    {"CLOCK_JUMP", "unit.clock", "a_jump_is_longer_than_five_minutes_TIME_4_SAFE_6"},
    {"STRUCT_SIZE", "unit.core", "sized_in_refuses_absurd_sizes"},
    {"TIME", "unit.misuse", "an_event_time_that_cannot_be_is_named_TIME_2"},
};

static const char *const limits[] = {
#define LIMIT(name, value, unit, rule, why) #name,
#include "core/limits.def"
#undef LIMIT
};

static char text[1 << 17];

/* file_of: the text of the file that a place names; NULL if there is none. */
static const char *file_of(const char *where) {
    char path[256];
    const char *dot = strchr(where, '.');
    FILE *file;
    size_t len;
    if (strncmp(where, "scenario.", 9) == 0) snprintf(path, sizeof path, "tests/scenario/%s.hsv", dot + 1);
    else snprintf(path, sizeof path, "tests/%.*s/test_%s.c", (int)(dot - where), where, dot + 1);
    file = open_committed(path);
    if (file == NULL) return NULL;
    len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

static int is_there(const struct reached *r) {
    const char *file = file_of(r->where);
    char name[64];
    snprintf(name, sizeof name, "HSVC_LIMIT_%s", r->limit);
    if (file == NULL) return 0;
    return r->test == NULL ? strstr(file, "\nrule SAFE-6 ") != NULL : strstr(file, r->test) != NULL && strstr(file, name) != NULL;
}

static void every_bound_is_reached_by_a_test_SAFE_6(void **state) {
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        int found = 0;
        for (size_t j = 0; j < sizeof reached / sizeof reached[0]; j++)
            found += strcmp(reached[j].limit, limits[i]) == 0 && is_there(&reached[j]);
        if (found != 0) continue;
        print_error("HSVC_LIMIT_%s: no test is known that reaches it\n", limits[i]);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(a_name_has_128_bytes_at_most_SAFE_6),
        TEST(the_longest_name_can_be_asked_about_SAFE_6),
        TEST(a_user_has_15_headsets_at_most_SAFE_6),
        TEST(a_record_remembers_8_requests_SAFE_6),
        cmocka_unit_test(no_list_of_a_record_is_longer_than_its_limit_SAFE_6),
        TEST(an_input_raises_72_events_at_once_SAFE_6),
        TEST(an_input_takes_128_steps_SAFE_6),
        TEST(one_advance_works_off_64_devices_TIME_3_SAFE_6),
        TEST(one_advance_works_on_4_jobs_SAFE_6),
        TEST(a_slice_of_a_job_looks_at_32_records_SAFE_6),
        TEST(a_node_looks_among_16_jobs_for_one_of_its_own_SAFE_6),
        TEST(a_job_is_taken_over_after_10_seconds_SAFE_6),
        cmocka_unit_test_setup_teardown(what_a_device_can_have_due_fires_in_one_commit_SAFE_6, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(what_is_due_at_a_device_is_never_too_much_for_the_least_commit_STORE_3_TIME_7, open_desk, close_desk),
        cmocka_unit_test(no_hold_has_more_than_94_reports_SAFE_6),
        cmocka_unit_test(every_bound_is_reached_by_a_test_SAFE_6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
