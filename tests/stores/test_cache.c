/* test_cache.c: does the cache keep the promises of a store, but for reads that the commit refuses? Does it save trips, hold
 * its bound, and change nothing when it is lost? */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "files.h"

#include "headsetsvc/testkit.h"
#include "process/workload.h"
#include "support/each_request.h"

/* ---- the suite: a cache for each connection, on handles of one file ---- */

static hsvc_sqlite *handles[HSVC_CONFORMANCE_CONNECTIONS_MOST];
static hsvc_cache_store *caches[HSVC_CONFORMANCE_CONNECTIONS_MOST];

static int32_t open_one(uint32_t connection, hsvc_store *store, void *user) {
    hsvc_allocator allocator = the_allocator();
    hsvc_sqlite_problem problem;
    hsvc_store inner = {.struct_size = sizeof inner};
    int32_t status = try_open(path, HSVC_SQLITE_NORMAL, 0, &handles[connection], &problem);
    if (status == HSVC_OK) status = hsvc_sqlite_bind(handles[connection], &inner);
    if (status == HSVC_OK) status = hsvc_cache_store_new(&allocator, &inner, *(const size_t *)user, &caches[connection]);
    return status == HSVC_OK ? hsvc_cache_store_bind(caches[connection], store) : status;
}

static void close_one(uint32_t connection, void *user) {
    hsvc_cache_counts counts = {.struct_size = sizeof counts};
    OK(hsvc_cache_store_counts(caches[connection], &counts));
    assert_true(counts.bytes <= *(const size_t *)user);
    hsvc_cache_store_free(caches[connection]);
    hsvc_sqlite_free(handles[connection]);
}

static void keeps_promises(size_t bytes) {
    hsvc_store_target target;
    OK(hsvc_conformance_init(&target, sizeof target));
    target.flags = HSVC_CONFORMANCE_STALE_READS;
    target.histories = 40;
    target.rounds = 60;
    target.open = open_one;
    target.close = close_one;
    target.together = together;
    target.user = &bytes;
    expect_conformance(&target);
}

static void a_roomy_cache_keeps_every_promise(void **state) {
    (void)state;
    keeps_promises((size_t)1 << 20);
}
static void a_tiny_cache_keeps_every_promise(void **state) {
    (void)state;
    keeps_promises(300);
}

/* ---- below an engine ---- */

static void it_saves_trips_and_changes_nothing(void **state) {
    hsvc_allocator allocator = the_allocator();
    hsvc_store plain = {.struct_size = sizeof plain}, inner = plain, cached = plain, counted = plain;
    hsvc_record_counts without = {.struct_size = sizeof without}, with = without;
    hsvc_memory_store *one, *two;
    hsvc_record_store *record, *below;
    hsvc_cache_store *cache;
    struct workload w, v;
    (void)state;
    OK(hsvc_stdlib_memory_store(&one, &plain));
    OK(hsvc_stdlib_memory_store(&two, &inner));
    OK(hsvc_record_store_new(&allocator, &plain, HSVC_RECORD_COUNTS_ONLY, &record));
    OK(hsvc_record_store_bind(record, &counted));
    assert_true(workload_open(&w, &counted, 2));
    OK(hsvc_record_store_new(&allocator, &inner, HSVC_RECORD_COUNTS_ONLY, &below));
    OK(hsvc_record_store_bind(below, &cached));
    OK(hsvc_cache_store_new(&allocator, &cached, (size_t)1 << 20, &cache));
    OK(hsvc_cache_store_bind(cache, &cached));
    assert_true(workload_open(&v, &cached, 2));
    for (uint32_t step = 0; step < 300; step++) {
        OK(workload_step(&w, step));
        OK(workload_step(&v, step));
        if (step % 50 == 49) hsvc_cache_store_drop(cache);
    }
    assert_true(workload_hash(&plain) == workload_hash(&inner));
    assert_int_equal(workload_findings(&v), 0);
    OK(hsvc_record_store_counts(record, &without));
    OK(hsvc_record_store_counts(below, &with));
    assert_int_equal(with.commits, without.commits);
    printf("    %u trips instead of %u\n", (unsigned)with.read_trips, (unsigned)without.read_trips);
    assert_true(with.read_trips * 3 < without.read_trips * 2);
    workload_close(&w);
    workload_close(&v);
    hsvc_cache_store_free(cache);
    hsvc_record_store_free(record);
    hsvc_record_store_free(below);
    hsvc_memory_store_free(one);
    hsvc_memory_store_free(two);
}

/* Two engines by turns, each with a cache of its own that the other one makes old: what they leave is sound. */
static void two_engines_with_caches_leave_it_sound(void **state) {
    hsvc_allocator allocator = the_allocator();
    hsvc_store shared = {.struct_size = sizeof shared}, bound = shared;
    hsvc_memory_store *two;
    hsvc_cache_store *cache[2];
    struct workload both[2];
    (void)state;
    OK(hsvc_stdlib_memory_store(&two, &shared));
    for (int i = 0; i < 2; i++) {
        OK(hsvc_cache_store_new(&allocator, &shared, (size_t)1 << 20, &cache[i]));
        OK(hsvc_cache_store_bind(cache[i], &bound));
        assert_true(workload_open(&both[i], &bound, 4));
    }
    for (uint32_t step = 0; step < 300; step++) {
        int turn = (int)(hsvc_hash64(&step, sizeof step) % 2);
        OK(workload_step(&both[turn], step));
    }
    hsvc_cache_store_drop(cache[0]); /* verify looks, and rests nothing on it */
    assert_int_equal(workload_findings(&both[0]), 0);
    for (int i = 0; i < 2; i++) {
        workload_close(&both[i]);
        hsvc_cache_store_free(cache[i]);
    }
    hsvc_memory_store_free(two);
}

/* ---- what fails ---- */

/* The first letter of each value, by its number: what is remembered comes before what is asked for. */
static int32_t note(const hsvc_row *row, void *user) {
    ((char *)user)[row->index] = (char)row->value[0];
    return HSVC_OK;
}

static void reads(const hsvc_store *store, const hsvc_key *keys, size_t count, const char *want) {
    char seen[8] = "-------";
    seen[count] = 0;
    OK(store->read(keys, count, note, seen, store->user));
    assert_string_equal(seen, want);
}

/* The same work, with and without memory: the cache may forget, and gives the same answers. */
static int32_t work_on_a_cache(const hsvc_allocator *allocator, void *user) {
    static const char *const names[] = {"a", "b", "none", "big", "", "AAAAAAAAaaaaaaaa", "BBBBBBBB\xc8\x1a\xf0\x97\x3f\x5d\xc7\x1f"};
    static char big[3000];
    hsvc_store plain = {.struct_size = sizeof plain}, cached = plain;
    hsvc_memory_store *memory;
    hsvc_cache_store *cache;
    hsvc_key keys[7];
    uint64_t revision;
    int32_t status;
    (void)user;
    OK(hsvc_stdlib_memory_store(&memory, &plain));
    memset(big, 'b', sizeof big - 1);
    status = hsvc_cache_store_new(allocator, &plain, 2000, &cache);
    for (int i = 0; i < 7; i++) keys[i] = (hsvc_key){(const uint8_t *)names[i], strlen(names[i])};
    if (status == HSVC_OK) {
        OK(hsvc_cache_store_bind(cache, &cached));
        OK(put(&cached, "a", "1", &revision));
        OK(put(&cached, names[5], "5", &revision));
        OK(put(&cached, names[6], "6", &revision)); /* of the same hash: it has the place now */
        OK(put(&plain, "big", big, &revision));
        for (int i = 0; i < 2; i++) { /* a read for what it remembers, one for what it does not */
            reads(&cached, keys, 3, "1--");
            reads(&cached, keys + 4, 3, "-56");
        }
        reads(&cached, keys + 3, 1, "b"); /* larger than all that it may hold */
        OK(put(&cached, "b", "2", &revision));
        reads(&cached, keys, 3, "12-");
        hsvc_cache_store_free(cache);
    }
    hsvc_memory_store_free(memory);
    return status;
}

static void without_memory_it_forgets_and_says_the_same(void **state) {
    (void)state;
    assert_true(each_request_fails(work_on_a_cache, NULL) > 8);
}

static int32_t enough(const hsvc_row *row, void *user) {
    (void)row;
    (void)user;
    return HSVC_ERR_NOT_FOUND;
}

static void wrong_calls_go_no_further(void **state) {
    hsvc_allocator allocator = the_allocator();
    hsvc_store plain = {.struct_size = sizeof plain}, cached = plain, half;
    hsvc_memory_store *memory;
    hsvc_cache_store *cache;
    hsvc_key keys[2] = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"b", 1}};
    hsvc_op op = {.struct_size = sizeof op, .kind = HSVC_OP_PUT, .expect = HSVC_EXPECT_ANY};
    uint64_t revision = 0;
    char seen[64] = "";
    (void)state;
    OK(hsvc_stdlib_memory_store(&memory, &plain));
    half = plain, half.scan = NULL;
    assert_int_equal(hsvc_cache_store_new(&allocator, &half, 100, &cache), HSVC_ERR_ARGUMENT);
    half = plain, half.commit = NULL;
    assert_int_equal(hsvc_cache_store_new(&allocator, &half, 100, &cache), HSVC_ERR_ARGUMENT);
    OK(hsvc_cache_store_new(&allocator, &plain, 10000, &cache));
    OK(hsvc_cache_store_bind(cache, &cached));
    assert_int_equal(cached.read(keys, 1, note, seen, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(cached.read(keys, 1, NULL, seen, cached.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(cached.read(NULL, 1, note, seen, cached.user), HSVC_ERR_ARGUMENT);
    OK(cached.read(NULL, 0, note, seen, cached.user));
    assert_int_equal(cached.scan(NULL, 0, NULL, 0, 1, note, seen, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(cached.commit(&op, 1, &revision, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(cached.commit(&op, 1, NULL, cached.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(cached.commit(NULL, 1, &revision, cached.user), HSVC_ERR_ARGUMENT);
    OK(cached.commit(NULL, 0, &revision, cached.user));
    assert_int_equal(cached.commit(&op, 1, &revision, cached.user), HSVC_ERR_ARGUMENT); /* without a key: the store's word */
    OK(put(&plain, "b", "2", &revision));
    OK(put(&cached, "a", "1", &revision));
    assert_int_equal(cached.read(keys, 2, enough, NULL, cached.user), HSVC_ERR_NOT_FOUND); /* of what it remembers */
    assert_int_equal(cached.read(keys + 1, 1, enough, NULL, cached.user), HSVC_ERR_NOT_FOUND); /* of what it asked for */
    OK(put(&cached, "AAAAAAAA\xe4\xa1\x9e\x86\x9e\x64\x40\x57", "1", &revision));
    keys[0] = (hsvc_key){(const uint8_t *)"CCCCCCCC", 8}; /* of the same hash, and shorter */
    reads(&cached, keys, 1, "-");
    hsvc_cache_store_free(cache);
    hsvc_memory_store_free(memory);
}

/* ---- a store that hands out rows as no store should: nothing is written past what there is, nothing of it is remembered ---- */
static hsvc_row odd;

static int32_t odd_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    (void)keys, (void)count;
    return sink((const hsvc_row *)user, sink_user);
}

static void rows_that_no_store_hands_out_are_refused_STORE_2_SAFE_5(void **state) {
    hsvc_allocator allocator = the_allocator();
    hsvc_store plain = {.struct_size = sizeof plain}, cached = plain;
    const hsvc_row sound = {.struct_size = sizeof sound, .key = (const uint8_t *)"a", .key_len = 1, .value = (const uint8_t *)"1",
                            .value_len = 1, .revision = 1};
    hsvc_row *const rows[] = {&odd, &odd, &odd, &odd, NULL};
    hsvc_memory_store *memory;
    hsvc_cache_store *cache;
    hsvc_key key = {(const uint8_t *)"a", 1};
    char seen[64] = "";
    (void)state;
    OK(hsvc_stdlib_memory_store(&memory, &plain));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        odd = sound;
        if (i == 0) odd.index = 1;
        if (i == 1) odd.index = UINT32_MAX;
        if (i == 2) odd.key = NULL;
        if (i == 3) odd.value = NULL;
        plain.read = odd_read;
        plain.user = rows[i];
        OK(hsvc_cache_store_new(&allocator, &plain, 10000, &cache));
        OK(hsvc_cache_store_bind(cache, &cached));
        assert_int_equal(cached.read(&key, 1, note, seen, cached.user), HSVC_ERR_CALLBACK);
        hsvc_cache_store_free(cache);
    }
    assert_string_equal(seen, "");
    hsvc_memory_store_free(memory);
}

static void misuse_is_refused(void **state) {
    hsvc_allocator allocator = the_allocator();
    hsvc_store store = {.struct_size = sizeof store};
    hsvc_cache_store *cache;
    (void)state;
    assert_int_equal(hsvc_cache_store_new(&allocator, &store, 100, &cache), HSVC_ERR_ARGUMENT); /* no callbacks */
    assert_int_equal(hsvc_cache_store_new(&allocator, NULL, 100, &cache), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_cache_store_new(&allocator, &store, 0, &cache), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_cache_store_new(&allocator, &store, ((size_t)1 << 30) + 1, &cache), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_cache_store_new(&allocator, &store, 100, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_cache_store_new(NULL, &store, 100, &cache), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_cache_store_bind(NULL, &store), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_cache_store_counts(NULL, NULL), HSVC_ERR_ARGUMENT);
    hsvc_cache_store_drop(NULL);
    hsvc_cache_store_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_roomy_cache_keeps_every_promise, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(a_tiny_cache_keeps_every_promise, make_folder, drop_folder),
        cmocka_unit_test(it_saves_trips_and_changes_nothing),
        cmocka_unit_test(two_engines_with_caches_leave_it_sound),
        cmocka_unit_test(without_memory_it_forgets_and_says_the_same),
        cmocka_unit_test(wrong_calls_go_no_further),
        cmocka_unit_test(rows_that_no_store_hands_out_are_refused_STORE_2_SAFE_5),
        cmocka_unit_test(misuse_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
