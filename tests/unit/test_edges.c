/* test_edges.c: what comes about only by a store, a clock or a neighbour of its own: rows under keys that no library writes, one
 * record too many, memory that ends behind the last request, and other nodes that move a job meanwhile (STORE-3, STORE-4, STORE-7). */
#include "damage.h"
#include "headsetsvc/inventory.h"

static struct world world, *const w = &world;

#define PEOPLE                                                                                                    \
    "user alice, pin 1234\nuser bob, pin 5678\nphone desk-1\nphone desk-2\nheadset H1 of alice\nheadset H2 of bob\n" \
    "headset H3\nphones reset in 40 s\n"
#define WINDOW PEOPLE "at 09:00 H1 plugs into desk-1\nat 09:00:10 alice enters 1234 on desk-1\nat 09:05 H1 unplugs from desk-1\n"

/* open_at: the world as the script left it, so long ago. */
static void open_at(const char *script, int64_t ago) {
    world_open(w, script);
    OK(hsvc_manual_clock_set(w->desk.clock, w->later - HOUR + ago));
}

/* through: the engine anew, with nothing read yet, on this store. */
static void through(const hsvc_store *store) {
    w->desk.config.store = store;
    hsvc_engine_free(w->desk.engine);
    OK(hsvc_engine_new(&w->desk.config, &w->desk.engine));
}

/* ---- rows that a scan should not have given ---- */
enum odd { SHORT_KEY, OPEN_KEY, NO_ROW };
static struct {
    enum odd odd;
    uint32_t nth; /* the scan whose rows are odd */
    hsvc_row_sink sink;
    void *user;
} strange;

static int32_t give_odd(const hsvc_row *row, void *user) {
    hsvc_row odd = *row;
    (void)user;
    odd.key_len = strange.odd == OPEN_KEY ? row->key_len - 1 : 9; /* a name that does not end; a deadline's time, and no name */
    return strange.sink(strange.odd == NO_ROW ? NULL : &odd, strange.user);
}
static int32_t strange_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit, hsvc_row_sink sink,
                            void *sink_user, void *user) {
    if (--strange.nth != 0) return w->desk.plain.scan(from, from_len, to, to_len, limit, sink, sink_user, user);
    strange.sink = sink;
    strange.user = sink_user;
    return w->desk.plain.scan(from, from_len, to, to_len, limit, give_odd, NULL, user);
}

static void make_odd(hsvc_store *store, uint32_t nth, enum odd odd) {
    *store = w->desk.plain;
    store->scan = strange_scan;
    through(store);
    strange.nth = nth;
    strange.odd = odd;
}

static int32_t next_through(uint32_t nth, enum odd odd) {
    hsvc_store store;
    int64_t at;
    make_odd(&store, nth, odd);
    return hsvc_next_deadline(w->desk.engine, &at);
}

static void the_next_deadline_is_of_no_odd_row_STORE_7(void **state) {
    (void)state;
    open_at(WINDOW, 0);
    assert_int_equal(next_through(1, SHORT_KEY), HSVC_ERR_CORRUPT);
    assert_int_equal(next_through(1, NO_ROW), HSVC_ERR_CALLBACK);
    assert_int_equal(next_through(2, SHORT_KEY), HSVC_ERR_CORRUPT); /* on patrol */
    assert_int_equal(next_through(2, NO_ROW), HSVC_ERR_CALLBACK);
    OK(next_through(3, NO_ROW));
    through(&w->desk.plain);
    world_close(w);
}

/* Whose it is cannot be read from it, so it can neither fire nor go: that is said, or a host would call for ever. */
static void a_deadline_whose_key_does_not_end_is_named_STORE_7(void **state) {
    hsvc_store store;
    int64_t due;
    (void)state;
    open_at(WINDOW, 0);
    OK(hsvc_next_deadline(w->desk.engine, &due));
    OK(hsvc_manual_clock_set(w->desk.clock, due));
    make_odd(&store, 1, OPEN_KEY);
    assert_int_equal(hsvc_advance(w->desk.engine, w->desk.fx), HSVC_ERR_CORRUPT);
    through(&w->desk.plain);
    OK(hsvc_advance(w->desk.engine, w->desk.fx));
    sound(&w->desk);
    world_close(w);
}

/* A cursor holds the longest name. What stands under a longer key is nobody's, and the pages go on without it. */
static void a_device_under_a_key_that_is_no_name_ends_no_page_STORE_6_STORE_7(void **state) {
    char key[HSVC_LIMIT_SERIAL_LEN + 50];
    hsvc_device_view view = {.struct_size = sizeof view};
    hsvc_cursor cursor;
    (void)state;
    open_at(PEOPLE, 0);
    memset(key, 'z', sizeof key);
    key[0] = HSVC__FAMILY_DEVICE;
    key[sizeof key - 1] = 0;
    write_row(w, hsvc__str_of(key, sizeof key), row_of(w, HSVC__FAMILY_DEVICE, TEXT("desk-1")));
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    OK(hsvc_resync(w->desk.engine, NULL, &cursor, w->desk.fx));
    assert_true(cursor.done);
    OK(hsvc_device_next(w->desk.engine, "desk-1", 6, &view));
    assert_int_equal(hsvc_device_next(w->desk.engine, "desk-2", 6, &view), HSVC_ERR_CORRUPT); /* and not: there are no more */
    world_close(w);
}

/* pages: of a resync from its beginning to its end. */
static unsigned pages(void) {
    hsvc_cursor cursor;
    unsigned count = 0;
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    for (; !cursor.done && count < 100; count++) OK(hsvc_resync(w->desk.engine, NULL, &cursor, w->desk.fx));
    return count;
}

/* strange_keys: two pages of sound rows of a device behind a beginning of so many bytes; each is followed by two digits, and more. */
static void strange_keys(char byte, size_t len, const char *more, size_t more_len) {
    char key[HSVC_LIMIT_KEY_LEN];
    for (unsigned i = 0; i < 2 * HSVC_LIMIT_RESYNC_DEVICES; i++) {
        memset(key, byte, len);
        key[0] = HSVC__FAMILY_DEVICE;
        key[len] = (char)('0' + i / 16);
        key[len + 1] = (char)('0' + i % 16);
        memcpy(key + len + 2, more, more_len);
        write_row(w, hsvc__str_of(key, len + 2 + more_len), row_of(w, HSVC__FAMILY_DEVICE, TEXT("desk-1")));
    }
}

static void pages_of_keys_that_are_no_names_come_to_an_end_STORE_6_SAFE_5(void **state) {
    static const struct {
        char byte;
        size_t len;
        const char *more;
        size_t more_len;
    } keys[] = {{'a', 150, "", 1}, {'z', 150, "", 1}, {(char)0xff, 150, "", 1}, {'a', 5, "", 0}, {'a', 5, "\0xyz", 4}, {'A', 5, "", 1}, {'z', 136, "", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        open_at(PEOPLE, 0);
        strange_keys(keys[i].byte, keys[i].len, keys[i].more, keys[i].more_len);
        assert_in_range(pages(), 1, 4);
        assert_int_equal(effects_of(w->desk.fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 0);
        world_close(w);
    }
}

/* told: how many effects a resync from its beginning to its end hands out. */
static size_t told(void) {
    hsvc_cursor cursor;
    size_t count = 0;
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    for (unsigned i = 0; !cursor.done && i < 100; i++) {
        OK(hsvc_resync(w->desk.engine, NULL, &cursor, w->desk.fx));
        count += hsvc_effects_count(w->desk.fx);
    }
    return count;
}

/* The cursor stands behind a key that is longer than it holds, and before the next name. */
static void a_page_that_ends_with_no_name_hides_no_phone_behind_it_STORE_6_STORE_7(void **state) {
    char key[HSVC_LIMIT_KEY_LEN];
    size_t before;
    (void)state;
    open_at(PEOPLE "at 09:00 H1 plugs into desk-1\n", 0);
    before = told();
    assert_int_not_equal(before, 0);
    memset(key, 0xff, sizeof key);
    memcpy(key + 1, "desk-0", 6);
    key[0] = HSVC__FAMILY_DEVICE;
    for (size_t i = 0; i < HSVC_LIMIT_RESYNC_DEVICES; i++)
        write_row(w, hsvc__str_of(key, 150 + i), row_of(w, HSVC__FAMILY_DEVICE, TEXT("desk-2")));
    assert_int_equal(told(), before);
    world_close(w);
}

/* ---- too many ---- */

/* What these users' headsets are is read only when the decision asks for it. */
static void a_decision_that_asks_for_too_many_records_is_refused_whole_STORE_3(void **state) {
    enum { USERS = 40, EACH = HSVC_LIMIT_DEVICES_AT_ONCE };
    static char script[20000], id[USERS][8];
    hsvc_input in[USERS];
    struct rows before = {NULL, 0, 0, 0};
    hsvc_store few;
    size_t at = 0;
    (void)state;
    for (int u = 0; u < USERS; u++) {
        at += (size_t)snprintf(script + at, sizeof script - at, "user u%d, pin 1234\n", u);
        for (int h = 0; h < EACH; h++) at += (size_t)snprintf(script + at, sizeof script - at, "headset H%d-%d of u%d\n", u, h, u);
    }
    open_at(script, 0);
    few = w->desk.plain;
    few.ops_max = HSVC_LIMIT_OPS_PER_COMMIT;
    through(&few);
    rows_read(&before, &w->desk.plain, 1);
    for (int u = 0; u < USERS; u++) {
        (void)snprintf(id[u], sizeof id[u], "u%d", u);
        OK(hsvc_input_user_put(&in[u], id[u], NULL, 0));
        in[u].flags = HSVC_FLAG_DISABLED;
    }
    assert_int_equal(hsvc_apply(w->desk.engine, in, USERS, 0, w->desk.fx), HSVC_ERR_LIMIT);
    nothing_written(&w->desk, &before);
    rows_free(&before);
    OK(hsvc_apply(w->desk.engine, in, 1, 0, w->desk.fx));
    world_close(w);
}

/* Of a batch with more records than are looked at one by one, the last input comes after a prompt's end, which comes first. */
static void a_deadline_between_two_inputs_of_a_large_batch_comes_between_them_TIME_3(void **state) {
    enum { PHONES = 80 };
    static char script[4000], name[PHONES][8];
    hsvc_input in[PHONES];
    hsvc_verdict verdict;
    size_t at = 0, before = 0;
    (void)state;
    for (int i = 0; i < PHONES; i++) at += (size_t)snprintf(script + at, sizeof script - at, "phone p%d\n", i);
    (void)snprintf(script + at, sizeof script - at, "headset H1\nat 09:00 H1 plugs into p0\n");
    open_at(script, 10 * MINUTE);
    for (int i = 0; i < PHONES; i++) {
        (void)snprintf(name[i], sizeof name[i], "p%d", i);
        OK(hsvc_input_user_activity(&in[i], name[i]));
        in[i].at_ms = w->later - HOUR + (i + 1 < PHONES ? MINUTE : 3 * MINUTE);
    }
    OK(hsvc_apply(w->desk.engine, in, PHONES, 0, w->desk.fx));
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    while (hsvc_verdict_at(w->desk.fx, before, &verdict) == HSVC_OK && verdict.reason != HSVC_REASON_PROMPT_TIMEOUT) before++;
    assert_int_equal(before, PHONES - 1);
    assert_int_equal(verdict.reason, HSVC_REASON_PROMPT_TIMEOUT);
    sound(&w->desk);
    world_close(w);
}

/* A phone whose deadline's key is lost, with more due than the least commit has room for: advance does not come to it in small steps,
 * and the job that does names it and goes on to the others. */
static void a_job_passes_over_what_is_too_large_STORE_3_STORE_7(void **state) {
    static char script[6000];
    size_t at = (size_t)snprintf(script, sizeof script, "user carol, pin 1\nphone desk-1\nphone desk-2\nheadset U1 of carol\nheadset H2 of carol\n");
    struct hsvc__device *d;
    hsvc_store least;
    hsvc_input in;
    (void)state;
    for (int i = 2; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++) at += (size_t)snprintf(script + at, sizeof script - at, "headset U%d\n", i);
    for (int i = 1; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++)
        at += (size_t)snprintf(script + at, sizeof script - at, "at 09:%02d U%d plugs into desk-1\nU%d starts updating\nU%d unplugs from desk-1\n", i, i, i, i);
    (void)snprintf(script + at, sizeof script - at, "at 09:40 H2 plugs into desk-2\n");
    open_at(script, 3 * HOUR);
    d = device_in(w, TEXT("desk-1"));
    put_deadline_key(w, d->deadline_at, d->name, 0);
    least = w->desk.plain;
    least.ops_max = HSVC_LIMIT_OPS_PER_COMMIT;
    through(&least);
    assert_int_equal(GIVE(&w->desk, hsvc_input_user_remove(&in, "carol")), HSVC_REASON_DONE);
    for (int i = 0; i < 3; i++) assert_int_equal(hsvc_advance(w->desk.engine, w->desk.fx), HSVC_ERR_LIMIT);
    assert_int_equal(device_in(w, TEXT("desk-1"))->present_count, HSVC_LIMIT_PRESENCE_PER_DEVICE - 1);
    assert_int_equal(device_in(w, TEXT("desk-2"))->presents[0].owner.n, 0);
    through(&w->desk.plain);
    world_close(w);
}

/* Many come from other phones to one that is held, and the hold's deadline is lost: the job finds it over, and all of them there. */
static void a_job_finds_done_what_was_due_at_a_phone_of_many_TIME_3_STORE_3(void **state) {
    static char script[8000];
    size_t at = (size_t)snprintf(script, sizeof script, "user carol, pin 1\nphone desk-1\nheadset H1 of carol\nat 09:00 H1 plugs into desk-1\n");
    struct hsvc__device *d;
    hsvc_input in;
    (void)state;
    for (int i = 1; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++)
        at += (size_t)snprintf(script + at, sizeof script - at, "user u%d, pin 1\nphone p%d\nheadset U%d of u%d\nat 09:%02d U%d plugs into p%d\n", i, i, i, i, i, i, i);
    for (int i = 1; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++)
        at += (size_t)snprintf(script + at, sizeof script - at, "at 09:40 U%d plugs into desk-1\n", i);
    open_at(script, 3 * HOUR);
    d = device_in(w, TEXT("desk-1"));
    assert_true(d->report_count > HSVC_LIMIT_PRESENCE_PER_DEVICE / 2);
    put_deadline_key(w, d->deadline_at, d->name, 0);
    through(&w->desk.plain);
    assert_int_equal(GIVE(&w->desk, hsvc_input_user_remove(&in, "carol")), HSVC_REASON_DONE);
    for (int i = 0; i < 10; i++) OK(hsvc_advance(w->desk.engine, w->desk.fx));
    d = device_in(w, TEXT("desk-1"));
    assert_int_equal(d->report_count, 0);
    assert_int_equal(d->present_count, HSVC_LIMIT_PRESENCE_PER_DEVICE);
    for (uint32_t i = 0; i < d->present_count; i++) assert_false(hsvc__str_eq(d->presents[i].owner, TEXT("carol")));
    sound(&w->desk);
    world_close(w);
}

/* ---- memory ---- */
static hsvc_item three[] = {{"H3", 2, 0, HSVC_ITEM_HEADSET, 0, 0, 0}, {"H4", 2, 0, HSVC_ITEM_HEADSET, 0, 0, 0}, {"H5", 2, 0, HSVC_ITEM_HEADSET, 0, 0, 0}};

/* short_by: the same once more in a world of its own, its nth request for memory failing and all after it; 0 when it needs fewer. */
static int short_by(uint64_t nth, const char *script, void (*prepare)(hsvc_input *in)) {
    struct rows before = {NULL, 0, 0, 0};
    hsvc_alloc_counts counts = {.struct_size = sizeof counts};
    uint64_t failed;
    hsvc_input in;
    int32_t status;
    open_at(script, 0);
    through(&w->desk.plain);
    prepare(&in);
    rows_read(&before, &w->desk.plain, 1);
    OK(hsvc_count_alloc_counts(w->desk.count, &counts));
    failed = counts.failures;
    OK(hsvc_count_alloc_fail(w->desk.count, nth, HSVC_TESTKIT_ALWAYS));
    status = hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx);
    OK(hsvc_count_alloc_fail(w->desk.count, 0, 0));
    OK(hsvc_count_alloc_counts(w->desk.count, &counts));
    if (counts.failures != failed) {
        assert_true(status == HSVC_ERR_MEMORY || status == HSVC_ERR_FULL || status == HSVC_ERR_BUG);
        nothing_written(&w->desk, &before);
    }
    rows_free(&before);
    world_close(w);
    return counts.failures != failed;
}

static void prepare_list(hsvc_input *in) {
    OK(hsvc_input_init(in, sizeof *in, HSVC_INPUT_ASSOCIATE_DEVICE_OWNER));
    in->items = three;
    in->item_count = 3;
    in->item_size = sizeof three[0];
}
static void a_list_ends_where_memory_does_ASSOC_8_SAFE_5(void **state) {
    uint64_t nth = 1;
    (void)state;
    while (short_by(nth, "user alice, pin 1234\nphone desk-1 owned by alice\nheadset H3\nheadset H4\nheadset H5\nat 09:00 H3 plugs into desk-1\n"
                         "at 09:01 H4 plugs into desk-1\nat 09:02 H5 plugs into desk-1\n", prepare_list)) nth++;
    assert_true(nth > 1);
}

/* alice's record says that she is signed in where nobody is: the rows are compared, and memory ends before they are. */
static void prepare_contradiction(hsvc_input *in) {
    struct hsvc__user *alice = user_in(w, TEXT("alice"));
    alice->login_count = 1;
    alice->logins[0].device = TEXT("desk-2");
    alice->logins[0].session = 77;
    put_user(w, alice);
    OK(hsvc_input_user_put(in, "alice", NULL, 0));
    in->flags = HSVC_FLAG_DISABLED;
}
static void a_doubt_ends_where_memory_does_STORE_4_SAFE_5(void **state) {
    uint64_t nth = 1;
    (void)state;
    while (short_by(nth, PEOPLE, prepare_contradiction)) nth++;
    assert_true(nth > 1);
}

static void a_summary_ends_where_memory_does_INV_4_SAFE_5(void **state) {
    int32_t status = HSVC_ERR_MEMORY;
    (void)state;
    open_at(PEOPLE "at 09:00 H3 plugs into desk-1\n", MINUTE);
    for (uint64_t nth = 1; status == HSVC_ERR_MEMORY; nth++) {
        hsvc_inventory_query query;
        hsvc_inventory *page = NULL;
        OK(hsvc_inventory_query_init(&query, sizeof query));
        through(&w->desk.plain);
        OK(hsvc_inventory_new(&w->desk.allocator, &page));
        OK(hsvc_count_alloc_fail(w->desk.count, nth, HSVC_TESTKIT_ALWAYS));
        status = hsvc_inventory_summarise(w->desk.engine, &query, page);
        OK(hsvc_count_alloc_fail(w->desk.count, 0, 0));
        hsvc_inventory_free(page);
    }
    OK(status);
    world_close(w);
}

/* ---- in doubt ---- */

/* desk-2 is read with the headset that is there, and left alone, as nothing is due there; desk-1 is told again what it was told in
 * doubt. */
static void a_phone_that_was_only_looked_at_is_not_told_again_STORE_4(void **state) {
    hsvc_fault what;
    hsvc_input in[2];
    (void)state;
    open_at(PEOPLE "at 09:00 H2 plugs into desk-2\nat 09:01 H3 plugs into desk-1\n", SECOND);
    through(&w->desk.store);
    OK(hsvc_input_exit(&in[0], "desk-1", device_view(&w->desk, "desk-1").prompt_id));
    OK(hsvc_input_presence_answer(&in[1], "desk-1", "H2", HSVC_PRESENCE_NOT_THERE));
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = HSVC_FAULT_UNKNOWN_DONE;
    what.on = HSVC_FAULT_ON_COMMIT;
    what.nth = 1;
    OK(hsvc_fault_store_arm(w->desk.fault, &what));
    OK(hsvc_apply(w->desk.engine, in, 2, 0, w->desk.fx));
    assert_true(effects_of(w->desk.fx, HSVC_EFFECT_SHOW_PROMPT, NULL) >= 1);
    sound(&w->desk);
    world_close(w);
}

/* ---- numbers of the audit ---- */

/* Numbers are made of the time, the node and a count: here the next ones are taken, by records that nothing else speaks of. */
static void take_numbers(uint64_t first, uint64_t count, int64_t now) {
    struct hsvc__number record;
    struct hsvc__key key;
    memset(&record, 0, sizeof record);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t parts[] = {(uint64_t)now, 0, first + i};
        uint8_t bytes[sizeof parts];
        hsvc__str value;
        for (size_t k = 0; k < 3; k++) hsvc__put64(bytes + 8 * k, parts[k]);
        record.number = hsvc_hash64(bytes, sizeof bytes);
        record.of = HSVC__FAMILY_USER;
        record.name = TEXT("somebody");
        hsvc__key_number(&key, record.number);
        OK(hsvc__record_encode(&record, HSVC__FAMILY_NUMBER, &w->memory, &value));
        write_row(w, bytes_of(&key), value);
    }
}

static void no_number_is_given_twice_OBS_3(void **state) {
    struct rows before = {NULL, 0, 0, 0};
    struct hsvc__number *counter;
    struct hsvc__key key;
    hsvc_input in;
    (void)state;
    open_at(PEOPLE, HOUR);
    hsvc__key_counter(&key, 0);
    counter = (struct hsvc__number *)record_of(w, HSVC__FAMILY_NUMBER, hsvc__key_name(&key));
    take_numbers(counter->number + 1, HSVC_LIMIT_ATTEMPTS, w->later);
    rows_read(&before, &w->desk.plain, 1);
    OK(hsvc_input_user_put(&in, "carol", NULL, 0));
    assert_int_equal(hsvc_apply(w->desk.engine, &in, 1, 0, w->desk.fx), HSVC_ERR_CONFLICT);
    nothing_written(&w->desk, &before);
    rows_free(&before);
    pass(&w->desk, 1);
    assert_int_equal(give(&w->desk, &in), HSVC_REASON_DONE);
    assert_int_not_equal(user_in(w, TEXT("carol"))->number, 0);
    take_numbers(counter->number + 2, HSVC_LIMIT_ATTEMPTS - 1, w->later + 1);
    OK(hsvc_input_user_put(&in, "dave", NULL, 0));
    assert_int_equal(give(&w->desk, &in), HSVC_REASON_DONE); /* the eighth is free */
    world_close(w);
}

/* ---- a job that another node moves ---- */
static void (*meanwhile)(struct hsvc__job *job);
static hsvc__str job_name;

static int32_t read_meanwhile(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    if (count == 1 && keys[0].bytes[0] == HSVC__FAMILY_JOB && meanwhile != NULL) {
        struct hsvc__job *job = (struct hsvc__job *)record_of(w, HSVC__FAMILY_JOB, job_name);
        meanwhile(job);
        meanwhile = NULL;
        put_record(w, HSVC__FAMILY_JOB, job_name, job);
    }
    return w->desk.plain.read(keys, count, sink, sink_user, user);
}

static void step_on(struct hsvc__job *job) { job->step++; }
static void walk_on(struct hsvc__job *job) { job->walk++; }
static void look_on(struct hsvc__job *job) { job->seen++; }
static void begin_anew(struct hsvc__job *job) { job->created_at++; }

static void a_job_that_another_node_moved_is_that_nodes_STORE_5(void **state) {
    static void (*const moves[])(struct hsvc__job *) = {step_on, walk_on, look_on, begin_anew};
    char name[2];
    (void)state;
    job_name = hsvc__str_of(name, hsvc__job_name(name, HSVC_JOB_FORCED, TEXT("")));
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        struct hsvc__job *was, *is;
        hsvc_store store;
        hsvc_input in;
        open_at(PEOPLE, MINUTE);
        assert_int_equal(GIVE(&w->desk, hsvc_input_force_sign_out(&in, 0)), HSVC_REASON_JOB_STARTED);
        was = (struct hsvc__job *)record_of(w, HSVC__FAMILY_JOB, job_name);
        moves[i](was);
        store = w->desk.plain;
        store.read = read_meanwhile;
        through(&store);
        meanwhile = moves[i];
        OK(hsvc_advance(w->desk.engine, w->desk.fx));
        is = (struct hsvc__job *)record_of(w, HSVC__FAMILY_JOB, job_name);
        assert_true(is->step == was->step && is->walk == was->walk && is->seen == was->seen && is->created_at == was->created_at);
        through(&w->desk.plain);
        world_close(w);
    }
}

/* ---- what a change of a user means to what stands elsewhere ---- */
static void who_is_disabled_stays_so_with_other_profiles_USER_1(void **state) {
    hsvc_item home = {"home", 4, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    (void)state;
    open_at(PEOPLE, 0);
    for (size_t profiles = 0; profiles < 2; profiles++) { /* the first also disables */
        OK(hsvc_input_user_put(&in, "alice", &home, profiles));
        in.flags = HSVC_FLAG_DISABLED;
        assert_int_equal(give(&w->desk, &in), HSVC_REASON_DONE);
        assert_int_equal(user_in(w, TEXT("alice"))->profile_list.count, profiles);
        assert_true(user_in(w, TEXT("alice"))->disabled);
    }
    sound(&w->desk);
    world_close(w);
}

/* A phone remembers whose PIN was asked for: of who is removed it forgets that, and of nobody else. */
static void of_who_is_removed_no_check_is_remembered_USER_1(void **state) {
    struct hsvc__device *d;
    hsvc_input in;
    (void)state;
    open_at(PEOPLE, 0);
    for (int both = 0; both < 2; both++) {
        d = device_in(w, both ? TEXT("desk-1") : TEXT("desk-2"));
        d->checks[0].request = d->checks[1].request = 1;
        d->checks[0].user = TEXT("bob");
        d->checks[1].user = TEXT("alice");
        d->check_count = 1 + (uint32_t)both;
        put_device(w, d);
    }
    assert_int_equal(GIVE(&w->desk, hsvc_input_user_remove(&in, "alice")), HSVC_REASON_DONE);
    for (int i = 0; i < 5; i++) OK(hsvc_advance(w->desk.engine, w->desk.fx));
    for (int both = 0; both < 2; both++) {
        d = device_in(w, both ? TEXT("desk-1") : TEXT("desk-2"));
        for (uint32_t i = 0; i < d->check_count; i++) assert_false(hsvc__str_eq(d->checks[i].user, TEXT("alice")));
        assert_true(d->check_count >= 1 && hsvc__str_eq(d->checks[0].user, TEXT("bob")));
    }
    world_close(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_deadline_is_of_no_odd_row_STORE_7),
        cmocka_unit_test(a_deadline_whose_key_does_not_end_is_named_STORE_7),
        cmocka_unit_test(a_device_under_a_key_that_is_no_name_ends_no_page_STORE_6_STORE_7),
        cmocka_unit_test(pages_of_keys_that_are_no_names_come_to_an_end_STORE_6_SAFE_5),
        cmocka_unit_test(a_page_that_ends_with_no_name_hides_no_phone_behind_it_STORE_6_STORE_7),
        cmocka_unit_test(a_decision_that_asks_for_too_many_records_is_refused_whole_STORE_3),
        cmocka_unit_test(a_deadline_between_two_inputs_of_a_large_batch_comes_between_them_TIME_3),
        cmocka_unit_test(a_job_passes_over_what_is_too_large_STORE_3_STORE_7),
        cmocka_unit_test(a_job_finds_done_what_was_due_at_a_phone_of_many_TIME_3_STORE_3),
        cmocka_unit_test(a_list_ends_where_memory_does_ASSOC_8_SAFE_5),
        cmocka_unit_test(a_doubt_ends_where_memory_does_STORE_4_SAFE_5),
        cmocka_unit_test(a_summary_ends_where_memory_does_INV_4_SAFE_5),
        cmocka_unit_test(a_phone_that_was_only_looked_at_is_not_told_again_STORE_4),
        cmocka_unit_test(no_number_is_given_twice_OBS_3),
        cmocka_unit_test(a_job_that_another_node_moved_is_that_nodes_STORE_5),
        cmocka_unit_test(who_is_disabled_stays_so_with_other_profiles_USER_1),
        cmocka_unit_test(of_who_is_removed_no_check_is_remembered_USER_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
