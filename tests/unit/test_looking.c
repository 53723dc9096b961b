/* test_looking.c: every call that only looks, and advance, in a world that has everything: short of memory, on a store that
 * fails, and on stores that hand out rows as no store should. Each fails by a name of its documentation or copes, and none
 * writes past what it was given (STORE-2, STORE-7, SAFE-5). */
#include "looking.h"

/* ---- the calls ---- */
static int32_t no_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    (void)invariant, (void)rule, (void)key, (void)key_len, (void)user;
    return HSVC_OK;
}

static int32_t inventory(hsvc_engine *e, int which) {
    hsvc_inventory_query query;
    hsvc_inventory *page = NULL;
    int32_t status = hsvc_inventory_new(&w->desk.allocator, &page);
    if (status != HSVC_OK) return status;
    OK(hsvc_inventory_query_init(&query, sizeof query));
    query.text = "H";
    query.text_len = 1;
    query.site = "hall";
    query.site_len = which == 2 ? 4 : 0;
    if (which == 0) status = hsvc_inventory_get(e, NAMED("H1"), page);
    if (which == 1 || which == 2) status = hsvc_inventory_list(e, &query, page);
    if (which == 3) status = hsvc_inventory_summarise(e, NULL, page);
    hsvc_inventory_free(page);
    return status;
}

/* The entries have room for one more, which must stay as it is. */
static int32_t audit(hsvc_engine *e, uint32_t kind) {
    enum { ROOM = 5 };
    static const hsvc_audit_entry untouched;
    hsvc_audit_entry entries[ROOM + 1];
    hsvc_audit_cursor cursor;
    size_t count;
    int32_t status;
    memset(entries, 0, sizeof entries);
    OK(hsvc_audit_entry_init(entries, sizeof entries[0]));
    OK(hsvc_audit_cursor_init(&cursor, sizeof cursor));
    cursor.subject_kind = kind;
    cursor.subject = kind == 0 || kind == HSVC_SUBJECT_POLICY ? 0 : desk_1;
    status = hsvc_audit_read(e, &cursor, entries, ROOM, &count);
    assert_true(count <= ROOM);
    assert_memory_equal(&entries[ROOM], &untouched, sizeof untouched);
    return status;
}

static int32_t explain(hsvc_engine *e, uint32_t kind, const char *name) {
    hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    size_t count;
    memset(items, 0, sizeof items);
    OK(hsvc_explained_init(items, sizeof items[0]));
    return hsvc_explain(e, kind, name, strlen(name), items, HSVC_LIMIT_EXPLAINED, &count);
}

static int32_t resync(hsvc_engine *e, int named) {
    hsvc_resync_scope scope;
    hsvc_cursor cursor;
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    OK(hsvc_resync_scope_init(&scope, sizeof scope));
    scope.device = "desk-1";
    scope.device_len = 6;
    return named ? hsvc_resync(e, &scope, NULL, w->desk.fx) : hsvc_resync(e, NULL, &cursor, w->desk.fx);
}

static int32_t subject(hsvc_engine *e) {
    hsvc_subject_view view;
    OK(hsvc_subject_view_init(&view, sizeof view));
    return hsvc_subject_get(e, desk_1, &view);
}

static int32_t view(hsvc_engine *e, int which) {
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_user_view user = {.struct_size = sizeof user};
    hsvc_headset_view headset = {.struct_size = sizeof headset};
    const char *text;
    size_t len;
    switch (which) {
        case 0: return hsvc_device_get(e, NAMED("desk-1"), &device);
        case 1: return hsvc_device_next(e, NULL, 0, &device);
        case 2: return hsvc_user_get(e, NAMED("alice"), &user);
        case 3: return hsvc_user_next(e, NAMED("alice"), &user); /* bob is removed: nobody follows */
        case 4: return hsvc_headset_get(e, NAMED("H1"), &headset);
        case 5: return hsvc_headset_next(e, NULL, 0, &headset);
        default: return hsvc_headset_alias(e, NAMED("H1"), 0, &text, &len);
    }
}

static int32_t policy(hsvc_engine *e, int which) {
    const char *text;
    size_t len;
    int64_t value;
    if (which == 0) return hsvc_policy_value(e, HSVC_PARAM_AUTO_SIGN_OUT_AFTER, NAMED("alice"), NAMED("desk-1"), &value, NULL);
    return hsvc_policy_text(e, HSVC_PARAM_MIN_FIRMWARE, which == 1 ? "desk-1" : NULL, which == 1 ? 6 : 0, &text, &len, NULL);
}

/* apply: more inputs than a chunk of memory holds, of which the first tell what is damaged; nothing is committed. */
static int32_t apply(hsvc_engine *e, int which) {
    static hsvc_input in[200];
    static const hsvc_item items[3] = {{"p1", 2, 0, HSVC_ITEM_PROFILE, 0, 0, 0}, {"p2", 2, 0, HSVC_ITEM_PROFILE, 0, 0, 0},
                                       {"p3", 2, 0, HSVC_ITEM_PROFILE, 0, 0, 0}};
    OK(hsvc_input_headset_connected(&in[0], "desk-1", "H1", 1));
    OK(hsvc_input_user_unlock(&in[1], "alice"));
    for (size_t i = 2; i < 200; i++) OK(hsvc_input_user_put(&in[i], "alice", items, 3));
    return hsvc_apply(e, in, which == 0 ? 2 : 200, HSVC_APPLY_DRY_RUN, w->desk.fx);
}

#define CALLS 31
static int32_t look(hsvc_engine *e, int which) {
    static const uint32_t kinds[] = {0, HSVC_SUBJECT_DEVICE, HSVC_SUBJECT_POLICY};
    uint64_t number;
    int64_t at;
    if (which < 7) return view(e, which);
    if (which < 11) return inventory(e, which - 7);
    if (which < 14) return audit(e, kinds[which - 11]);
    if (which < 17) return policy(e, which - 14);
    switch (which) {
        case 17: return explain(e, HSVC_SUBJECT_DEVICE, "desk-1");
        case 18: return explain(e, HSVC_SUBJECT_USER, "alice");
        case 19: return explain(e, HSVC_SUBJECT_HEADSET, "H1");
        case 20: return explain(e, HSVC_SUBJECT_POLICY, "hall");
        case 21: return resync(e, 0);
        case 22: return resync(e, 1);
        case 23: return subject(e);
        case 24: return hsvc_verify(e, no_finding, NULL, &number);
        case 25: return hsvc_next_deadline(e, &at);
        case 26: return hsvc_epoch_get(e, &number);
        case 27: return hsvc_epoch_raise(e, 1);
        case 28: return hsvc_advance(e, w->desk.fx);
        default: return apply(e, which - 29);
    }
}

/* The hosts: alone, one of two nodes, the other, one whose clock is far behind, one that has none. */
enum { ALONE, FIRST_NODE, SECOND_NODE, EARLY, CLOCKLESS, RECORDED, RESTORED, HOSTS };
static int32_t no_tape(const uint8_t *bytes, size_t len, void *user) {
    (void)bytes, (void)len, (void)user;
    return HSVC_OK;
}
static int32_t no_clock(int64_t *now, void *user) {
    (void)user;
    *now = 0;
    return HSVC_ERR_CLOCK;
}

/* one_look: with an engine of its own, on this store; the world is as before. many: one node of several, which looks again. */
static int32_t one_look(const hsvc_store *store, int which, int many, uint64_t fail, uint64_t times) {
    hsvc_config config = w->desk.config;
    hsvc_engine *engine = NULL;
    int32_t status;
    config.store = store;
    if (many == 1 || many == 2) {
        config.node_count = 2;
        config.node = (uint32_t)many - 1;
    }
    OK(hsvc_manual_clock_set(w->desk.clock, many == EARLY ? w->later - 24 * HOUR : w->later));
    if (many == CLOCKLESS) config.clock = no_clock;
    if (many == RECORDED || many == RESTORED) config.recording = no_tape;
    if (many == RESTORED) config.flags = HSVC_CONFIG_ANY_EPOCH;
    OK(hsvc_engine_new(&config, &engine));
    OK(hsvc_count_alloc_fail(w->desk.count, fail, times));
    status = look(engine, which);
    OK(hsvc_count_alloc_fail(w->desk.count, 0, 0));
    hsvc_engine_free(engine);
    return status;
}

static void keep(struct rows *before) {
    memset(before, 0, sizeof *before);
    rows_read(before, &w->desk.plain, 0);
}
static void put_back(struct rows *before) { /* advance and raising the epoch write */
    struct rows now = {NULL, 0, 0, 0};
    rows_read(&now, &w->desk.plain, 0);
    if (!rows_same(before, &now)) {
        for (size_t at = 0; at < now.len; at += row_len(now.bytes + at)) {
            uint64_t head[3];
            memcpy(head, now.bytes + at, sizeof head);
            write_row(w, hsvc__str_of((const char *)now.bytes + at + sizeof head, (size_t)head[0]), hsvc__str_of(NULL, 0));
        }
        rows_write(before, &w->desk.plain);
    }
    rows_free(&now);
}

static uint64_t alloc_failures(void) {
    hsvc_alloc_counts counts;
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_count_alloc_counts(w->desk.count, &counts));
    return counts.failures;
}

/* ---- short of memory ---- */
static void every_look_fails_by_name_when_memory_ends_SAFE_5(void **state) {
    static const uint64_t often[] = {1, HSVC_TESTKIT_ALWAYS};
    struct rows before;
    (void)state;
    keep(&before);
    for (int which = 0; which < CALLS; which++)
        for (size_t k = 0; k < 2; k++)
            for (uint64_t nth = 1, failed = 1; failed != 0; nth++) {
                uint64_t was = alloc_failures();
                int32_t status = one_look(&w->desk.plain, which, nth % 2 ? ALONE : EARLY, (nth + 1) / 2, often[k]);
                failed = alloc_failures() - was;
                if (failed != 0 && status != HSVC_ERR_MEMORY && status != HSVC_ERR_FULL && status != HSVC_OK && status != HSVC_ERR_UNAVAILABLE)
                    print_error("call %d, request %u: %s\n", which, (unsigned)nth, hsvc_name(HSVC_REGISTRY_STATUS, status));
                if (failed != 0) assert_true(status == HSVC_ERR_MEMORY || status == HSVC_ERR_FULL || status == HSVC_OK);
                put_back(&before);
                assert_true(nth < 5000);
            }
    rows_free(&before);
}

/* So many records that they stand in a table, and their slots in runs. */
static void many_records_fail_by_name_when_memory_ends_SAFE_5(void **state) {
    static const uint64_t often[] = {1, HSVC_TESTKIT_ALWAYS};
    static char names[HSVC_LIMIT_RECORDS_PER_CALL + 2][8];
    static hsvc_input in[HSVC_LIMIT_RECORDS_PER_CALL + 2];
    const size_t count = sizeof in / sizeof in[0];
    (void)state;
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names[i], sizeof names[i], "H%u", 100 + (unsigned)i);
        OK(hsvc_input_disassociate(&in[i], names[i]));
    }
    for (size_t k = 0; k < 2; k++)
        for (uint64_t nth = 1, failed = 1; failed != 0; nth++) {
            hsvc_engine *engine;
            uint64_t was = alloc_failures();
            int32_t status;
            OK(hsvc_engine_new(&w->desk.config, &engine));
            OK(hsvc_count_alloc_fail(w->desk.count, nth, often[k]));
            status = hsvc_apply(engine, in, count, HSVC_APPLY_DRY_RUN, w->desk.fx);
            OK(hsvc_count_alloc_fail(w->desk.count, 0, 0));
            hsvc_engine_free(engine);
            failed = alloc_failures() - was;
            assert_true(status == HSVC_ERR_MEMORY || (failed == 0 && status == HSVC_OK));
            assert_true(nth < 5000);
        }
}

/* ---- the store fails ---- */
static void arm_fault(uint32_t kind, uint32_t on, int32_t status, uint64_t nth) {
    hsvc_fault what;
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = kind;
    what.on = on;
    what.status = status;
    what.nth = nth;
    what.times = 1;
    what.flip_at = 20;
    hsvc_fault_store_disarm(w->desk.fault);
    OK(hsvc_fault_store_arm(w->desk.fault, &what));
}

static uint64_t reached(void) {
    hsvc_fault_counts counts;
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_fault_store_counts(w->desk.fault, &counts));
    return counts.fired;
}

static void every_look_fails_by_name_when_the_store_fails_STORE_2(void **state) {
    static const struct {
        uint32_t kind;
        uint32_t on;
        int32_t status;
        int32_t said; /* by every call in which it fired; 0: it may be mended, or name one record */
    } kinds[] = {
        {HSVC_FAULT_UNAVAILABLE, HSVC_FAULT_ON_READ, 0, HSVC_ERR_UNAVAILABLE},
        {HSVC_FAULT_UNAVAILABLE, HSVC_FAULT_ON_SCAN, 0, HSVC_ERR_UNAVAILABLE},
        {HSVC_FAULT_UNAVAILABLE, HSVC_FAULT_ON_COMMIT, 0, HSVC_ERR_UNAVAILABLE},
        {HSVC_FAULT_CORRUPT, HSVC_FAULT_ON_READ, 0, 0},
        {HSVC_FAULT_RETURN, HSVC_FAULT_ON_SCAN, 17, HSVC_ERR_CALLBACK},
        {HSVC_FAULT_CORRUPT, HSVC_FAULT_ON_SCAN, 0, 0},
        {HSVC_FAULT_CONFLICT, HSVC_FAULT_ON_COMMIT, 0, 0},
    };
    struct rows before;
    (void)state;
    keep(&before);
    for (int which = 0; which < CALLS; which++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            for (uint64_t nth = 1, fired = 1; fired != 0; nth++)
                for (int many = 0; many < HOSTS; many++) {
                    int32_t status;
                    arm_fault(kinds[k].kind, kinds[k].on, kinds[k].status, nth);
                    status = one_look(&w->desk.store, which, many, 0, 0);
                    fired = reached();
                    if (fired) assert_true(status <= HSVC_OK && status != HSVC_ERR_BUG);
                    if (fired && kinds[k].said != 0) assert_int_equal(status, kinds[k].said);
                    hsvc_fault_store_disarm(w->desk.fault);
                    put_back(&before);
                    assert_true(nth < 500);
                }
    rows_free(&before);
}

/* ---- rows as no store should hand them out ---- */
enum odd { SHORT_0, SHORT_1, SHORT_2, SHORT_9, LONG, LONGER, BACKWARDS, NO_KEY, HUGE_VALUE, NO_ENDS, NO_VALUE, CUT_VALUE, WRONG_INSIDE, FAR_INDEX, NO_REVISION, NULL_VALUE, NO_ROW, TOO_MANY, ODDS };

struct odd_sink {
    enum odd odd;
    hsvc_row_sink sink;
    void *user;
};
static enum odd odd_now;
static int odd_on_scan;
static uint32_t reads, odd_after; /* so many reads, or scans, are as they should be */

/* wrong_inside: the row's record with a right checksum and what no library writes: a time before all times, a state of no name. */
static hsvc__str wrong_inside(const hsvc_row *row) {
    uint32_t family = row->value[0];
    void *record = hsvc__arena_take(&w->memory, hsvc__record_size(family));
    hsvc__str out = {(const char *)row->value, row->value_len};
    assert_non_null(record);
    memset(record, 0, hsvc__record_size(family));
    OK(hsvc__record_decode(record, row->value, row->value_len, family));
    ((struct hsvc__record *)record)->family = family;
    if (family == HSVC__FAMILY_DEVICE) ((struct hsvc__device *)record)->session_state = 31;
    if (family == HSVC__FAMILY_USER) ((struct hsvc__user *)record)->locked_until = -5;
    if (family == HSVC__FAMILY_HEADSET) ((struct hsvc__headset *)record)->first_seen_at = -5;
    if (family == HSVC__FAMILY_JOB) ((struct hsvc__job *)record)->kind = 0;
    OK(hsvc__record_encode(record, family, &w->memory, &out));
    return out;
}

static int32_t hand_out_odd(const hsvc_row *row, void *user) {
    static uint8_t key[600], back = 255, huge[HSVC_LIMIT_VALUE_LEN + 10];
    hsvc__str inside;
    struct odd_sink *to = (struct odd_sink *)user;
    hsvc_row odd = *row;
    int32_t status = HSVC_OK;
    memset(key, 'x', sizeof key);
    memcpy(key, row->key, row->key_len);
    odd.key = key;
    switch (to->odd) {
        case SHORT_0: odd.key_len = 0; break;
        case SHORT_1: odd.key_len = 1; break;
        case SHORT_2: odd.key_len = 2; break;
        case SHORT_9: odd.key_len = 9; break;
        case LONG:
            odd.key_len = sizeof key;
            key[sizeof key - 1] = 0;
            break;
        case BACKWARDS: key[1] = back--; break;
        case NO_KEY: odd.key = NULL; break;
        case HUGE_VALUE:
            odd.value = huge;
            odd.value_len = sizeof huge;
            break;
        case LONGER: odd.key_len = 100; break;
        case NO_ENDS: memset(key + 1, 'y', row->key_len - 1); odd.key_len = row->key_len; break;
        case NO_VALUE: odd.value_len = 0; break;
        case CUT_VALUE: odd.value_len = row->value_len / 2; break;
        case WRONG_INSIDE:
            inside = wrong_inside(row);
            odd.value = (const uint8_t *)inside.p;
            odd.value_len = inside.n;
            break;
        case FAR_INDEX: odd.index = 1000; break;
        case NO_REVISION: odd.revision = 0; break;
        case NULL_VALUE: odd.value = NULL; odd.value_len = 0; break;
        case NO_ROW: return to->sink(NULL, to->user);
        default:
            for (int i = 0; i < 600 && status == HSVC_OK; i++) status = to->sink(row, to->user);
            return status;
    }
    return to->sink(&odd, to->user);
}

static int32_t odd_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    const hsvc_store *inner = (const hsvc_store *)user;
    struct odd_sink to = {odd_now, sink, sink_user};
    if (odd_on_scan || reads++ < odd_after) return inner->read(keys, count, sink, sink_user, inner->user);
    return inner->read(keys, count, hand_out_odd, &to, inner->user);
}
static int32_t odd_scan(const uint8_t *from, size_t from_len, const uint8_t *until, size_t until_len, size_t limit,
                        hsvc_row_sink sink, void *sink_user, void *user) {
    const hsvc_store *inner = (const hsvc_store *)user;
    struct odd_sink to = {odd_now, sink, sink_user};
    if (!odd_on_scan || reads++ < odd_after) return inner->scan(from, from_len, until, until_len, limit, sink, sink_user, inner->user);
    return inner->scan(from, from_len, until, until_len, limit, hand_out_odd, &to, inner->user);
}
static int32_t plain_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    const hsvc_store *inner = (const hsvc_store *)user;
    return inner->commit(ops, count, revision, inner->user);
}

static void no_look_is_harmed_by_rows_of_a_broken_store_STORE_7_SAFE_5(void **state) {
    hsvc_store broken;
    struct rows before;
    (void)state;
    OK(hsvc_store_init(&broken, sizeof broken));
    broken.read = odd_read;
    broken.scan = odd_scan;
    broken.commit = plain_commit;
    broken.user = &w->desk.plain;
    keep(&before);
    for (odd_now = SHORT_0; odd_now < ODDS; odd_now++)
        for (odd_on_scan = 0; odd_on_scan < 2; odd_on_scan++)
            for (int which = 0; which < CALLS; which++)
                for (int many = 0; many < HOSTS; many++) {
                    int32_t status;
                    reads = 0;
                    odd_after = (uint32_t)many % 3;
                    status = one_look(&broken, which, many, 0, 0);
                    if (status > HSVC_OK || status == HSVC_ERR_BUG)
                        print_error("rows %d, call %d: %d\n", (int)odd_now, which, (int)status);
                    assert_true(status <= HSVC_OK);
                    hsvc__arena_reset(&w->memory);
                    put_back(&before);
                }
    rows_free(&before);
}

/* A job of no kind, its checksum right, is damaged: taken, it would be done at once, with nothing done. */
struct spoiled {
    struct hsvc__key key;
    hsvc__str value;
};
static int32_t spoil(const hsvc_row *row, void *user) {
    struct spoiled *job = (struct spoiled *)user;
    job->value = wrong_inside(row);
    memcpy(job->key.bytes, row->key, row->key_len);
    job->key.len = row->key_len;
    return HSVC_OK;
}

static void a_job_of_no_kind_is_damaged_and_stays_STORE_7(void **state) {
    static const uint8_t from = HSVC__FAMILY_JOB, to = HSVC__FAMILY_JOB + 1;
    struct spoiled job;
    (void)state;
    OK(w->desk.plain.scan(&from, 1, &to, 1, 1, spoil, &job, w->desk.plain.user));
    write_row(w, bytes_of(&job.key), job.value);
    assert_int_equal(one_look(&w->desk.plain, 28, ALONE, 0, 0), HSVC_ERR_CORRUPT);
    assert_int_not_equal(row_of(w, HSVC__FAMILY_JOB, hsvc__key_name(&job.key)).n, 0);
}

/* ---- from inside ---- */
static hsvc_engine *inside;
static int32_t look_inside(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    static const int refused[] = {0, 1, 2, 4, 11, 14, 17, 21, 24, 25, 26, 27, 28, 29};
    const hsvc_store *inner = (const hsvc_store *)user;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(look(inside, refused[i]), HSVC_ERR_REENTRANT);
    return inner->read(keys, count, sink, sink_user, inner->user);
}

static void no_look_is_taken_from_inside_another_SAFE_5(void **state) {
    hsvc_config config = w->desk.config;
    hsvc_store store = w->desk.plain;
    hsvc_device_view device = {.struct_size = sizeof device};
    (void)state;
    store.read = look_inside;
    store.user = &w->desk.plain;
    config.store = &store;
    OK(hsvc_engine_new(&config, &inside));
    OK(hsvc_device_get(inside, NAMED("desk-1"), &device));
    hsvc_engine_free(inside);
}

static void rows_that_are_none_are_not_decoded_STORE_7(void **state) {
    hsvc__str value = row_of(w, HSVC__FAMILY_DEVICE, TEXT("desk-1"));
    struct hsvc__key key = key_of(HSVC__FAMILY_DEVICE, TEXT("desk-1"));
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_user_view user = {.struct_size = sizeof user};
    struct hsvc__entry *strange;
    hsvc_subject_view named = {.struct_size = sizeof named};
    hsvc_audit_entry entry = {.struct_size = sizeof entry};
    hsvc_row row = {.struct_size = sizeof row};
    (void)state;
    row.key = key.bytes;
    row.key_len = key.len;
    row.value = (const uint8_t *)value.p;
    row.value_len = value.n;
    OK(hsvc_device_decode(&row, &device));
    row.key_len = 1;
    assert_int_not_equal(hsvc_device_decode(&row, &device), HSVC_OK);
    row.key_len = key.len;
    value = wrong_inside(&row);
    row.value = (const uint8_t *)value.p;
    row.value_len = value.n;
    assert_int_equal(hsvc_device_decode(&row, &device), HSVC_ERR_CORRUPT);
    key = key_of(HSVC__FAMILY_USER, TEXT("bob")); /* the mark of a user who is gone */
    value = row_of(w, HSVC__FAMILY_USER, TEXT("bob"));
    row.value = (const uint8_t *)value.p;
    row.value_len = value.n;
    row.key_len = key.len;
    assert_int_equal(hsvc_user_decode(&row, &user), HSVC_ERR_NOT_FOUND);
    hsvc__key_entry(&key, HSVC__FAMILY_DEVICE, desk_1, 1);
    row.key_len = key.len;
    value = row_of(w, HSVC__FAMILY_ENTRY, hsvc__key_name(&key));
    row.value = (const uint8_t *)value.p;
    row.value_len = value.n;
    OK(hsvc_audit_decode(&row, &entry));
    strange = (struct hsvc__entry *)record_of(w, HSVC__FAMILY_ENTRY, hsvc__key_name(&key));
    strange->event = TEXT("an event of another version");
    OK(hsvc__record_encode(strange, HSVC__FAMILY_ENTRY, &w->memory, &value));
    row.value = (const uint8_t *)value.p;
    row.value_len = value.n;
    OK(hsvc_audit_decode(&row, &entry));
    assert_string_equal(entry.event, "");
    assert_int_equal(hsvc__fact_machine(1000, 0), HSVC__MACHINE_NONE);
    row.key_len = 1;
    REFUSED(hsvc_subject_decode(NULL, &named));
    REFUSED(hsvc_subject_decode(&row, NULL));
    REFUSED(hsvc_audit_decode(NULL, &entry));
    REFUSED(hsvc_audit_decode(&row, NULL));
    assert_int_not_equal(hsvc_subject_view_init(NULL, sizeof named), HSVC_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_look_fails_by_name_when_memory_ends_SAFE_5),
        TEST(many_records_fail_by_name_when_memory_ends_SAFE_5),
        TEST(every_look_fails_by_name_when_the_store_fails_STORE_2),
        TEST(no_look_is_harmed_by_rows_of_a_broken_store_STORE_7_SAFE_5),
        TEST(a_job_of_no_kind_is_damaged_and_stays_STORE_7),
        TEST(no_look_is_taken_from_inside_another_SAFE_5),
        TEST(rows_that_are_none_are_not_decoded_STORE_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
