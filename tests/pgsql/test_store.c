/* test_store.c: the PostgreSQL store by itself: what it stores, how many trips that takes, what it waits for (STORE-2,
 * STORE-3). Every promise of the contract under every interleaving is the conformance suite's: test_conformance.c. */
#define _DEFAULT_SOURCE
#include <signal.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/testkit.h"
#include "pg.h"

#define SCHEMA "test_store"

static struct pg pg;

static int open_store(void **state) {
    (void)state;
    pg_drop(SCHEMA);
    pg_open(&pg, SCHEMA);
    return 0;
}

static int close_store(void **state) {
    (void)state;
    pg_close(&pg);
    pg_drop(SCHEMA);
    return 0;
}

static uint64_t trips(void) {
    hsvc_pgsql_counters counters;
    OK(hsvc_pgsql_counters_init(&counters, sizeof counters));
    OK(hsvc_pgsql_store_counters(pg.pgsql, &counters));
    return counters.round_trips;
}

static void what_is_written_is_read_again_STORE_2(void **state) {
    uint64_t first = pg_put(&pg, "k", "one"), second = pg_put(&pg, "k", "two");
    struct pg_found found = pg_get(&pg, "k");
    (void)state;
    assert_true(second != first);
    assert_int_equal(found.count, 1);
    assert_true(found.revision == second);
    assert_string_equal(found.value, "two");
    assert_int_equal(pg_get(&pg, "absent").count, 0);
}

static void a_read_of_several_keys_and_a_commit_are_one_trip_each(void **state) {
    hsvc_key keys[3] = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"b", 1}, {(const uint8_t *)"c", 1}};
    hsvc_op ops[3];
    struct pg_found found;
    uint64_t before, revision;
    (void)state;
    memset(&found, 0, sizeof found);
    pg_put(&pg, "a", "1");
    before = trips();
    ops[0] = pg_op(HSVC_OP_PUT, "b", HSVC_EXPECT_ABSENT, 0, "2");
    ops[1] = pg_op(HSVC_OP_CHECK, "c", HSVC_EXPECT_ABSENT, 0, NULL);
    ops[2] = pg_op(HSVC_OP_DELETE, "d", HSVC_EXPECT_ANY, 0, NULL);
    OK(pg_commit(&pg, ops, 3, &revision));
    assert_int_equal(trips() - before, 1);
    OK(pg.store.read(keys, 3, pg_take, &found, pg.store.user));
    assert_int_equal(trips() - before, 2);
    assert_int_equal(found.count, 2);
}

static void a_long_scan_goes_by_pages_and_keeps_its_order(void **state) {
    struct pg_found found;
    char key[16];
    (void)state;
    for (int i = 600; i-- > 0;) {
        snprintf(key, sizeof key, "s%03d", i);
        pg_put(&pg, key, key);
    }
    memset(&found, 0, sizeof found);
    OK(pg.store.scan((const uint8_t *)"s", 1, (const uint8_t *)"t", 1, 100000, pg_take, &found, pg.store.user));
    assert_int_equal(found.count, 600);
    assert_string_equal(found.value, "s599");
    memset(&found, 0, sizeof found);
    OK(pg.store.scan((const uint8_t *)"s1", 2, (const uint8_t *)"s103", 4, 100000, pg_take, &found, pg.store.user));
    assert_string_equal(found.keys, "s100s101s102");
    memset(&found, 0, sizeof found);
    OK(pg.store.scan(NULL, 0, NULL, 0, 257, pg_take, &found, pg.store.user));
    assert_int_equal(found.count, 257);
    assert_string_equal(found.value, "s256");
}

static void stores_of_one_database_know_nothing_of_each_other(void **state) {
    struct pg other;
    (void)state;
    pg_drop("test_store_other");
    pg_open(&other, "test_store_other");
    pg_put(&pg, "k", "here");
    assert_int_equal(pg_get(&other, "k").count, 0);
    pg_close(&other);
    pg_drop("test_store_other");
}

/* Nothing is written twice with one number, not even after a crash that gave numbers back: each connection begins far
 * behind all numbers that were ever given out. */
static void revisions_are_never_given_back_STORE_2(void **state) {
    uint64_t before = pg_put(&pg, "k", "1"), after;
    (void)state;
    pg_close(&pg);
    (void)pg_sql("SELECT setval('" SCHEMA ".revisions', last_value - 30) FROM " SCHEMA ".revisions");
    pg_start(&pg);
    after = pg_put(&pg, "k", "2");
    assert_true(after > before);
}

/* The same question in plain SQL as on the SQLite store, answered as of the last commit. */
static void people_can_read_it_in_plain_sql(void **state) {
    hsvc_engine *engine;
    hsvc_effects *fx;
    hsvc_item profile;
    hsvc_input in[3];
    (void)state;
    OK(hsvc_stdlib_engine(&pg.store, &engine, &fx));
    hsvc_item_profile(&profile, "lines");
    OK(hsvc_input_user_put(&in[0], "Ann \"the\\ \xc3\xa9", &profile, 1));
    OK(hsvc_input_associate(&in[1], "Ann \"the\\ \xc3\xa9", "S1"));
    OK(hsvc_input_device_put(&in[2], "P1", "own", HSVC_DEVICE_ANONYMOUS, "Lyon", "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED));
    OK(hsvc_apply(engine, in, 3, 0, fx));
    assert_string_equal(pg_sql("SELECT owner FROM " SCHEMA ".headsets WHERE serial = 'S1'"), "Ann \"the\\ \xc3\xa9");
    assert_string_equal(pg_sql("SELECT headsets FROM " SCHEMA ".users WHERE NOT disabled AND locked_until IS NULL"), "1");
    assert_string_equal(pg_sql("SELECT site FROM " SCHEMA ".devices WHERE name = 'P1' AND signed_in_user IS NULL"), "Lyon");
    assert_string_equal(pg_sql("SELECT count(*) FROM " SCHEMA ".sessions"), "0");
    assert_string_equal(pg_sql("SELECT subject FROM " SCHEMA ".audit WHERE input = 'DEVICE_PUT' AND accepted AND entry = 1"), "P1");
    hsvc_effects_free(fx);
    hsvc_engine_free(engine);
}

static void impossible_operations_are_misuse(void **state) {
    hsvc_op op = pg_op(HSVC_OP_PUT, "k", HSVC_EXPECT_ANY, 0, "v"), two[2];
    uint64_t revision;
    (void)state;
    two[0] = two[1] = op;
    assert_int_equal(pg_commit(&pg, two, 2, &revision), HSVC_ERR_CONFLICT); /* one key twice */
    op.kind = 9;
    assert_int_equal(pg_commit(&pg, &op, 1, &revision), HSVC_ERR_ARGUMENT);
    op.kind = HSVC_OP_PUT;
    op.key_len = 0;
    assert_int_equal(pg_commit(&pg, &op, 1, &revision), HSVC_ERR_ARGUMENT);
    assert_int_equal(pg_get(&pg, "k").count, 0);
}

static void a_store_is_made_of_a_sound_config(void **state) {
    struct pg bad;
    (void)state;
    pg_ready(&bad, "Robert'); DROP");
    assert_int_equal(hsvc_pgsql_store_new(&bad.config, &bad.pgsql), HSVC_ERR_ARGUMENT);
    bad.config.schema = "";
    assert_int_equal(hsvc_pgsql_store_new(&bad.config, &bad.pgsql), HSVC_ERR_ARGUMENT);
    bad.config.schema = NULL;
    bad.config.flags = 1u << 31;
    assert_int_equal(hsvc_pgsql_store_new(&bad.config, &bad.pgsql), HSVC_ERR_FLAGS);
    bad.config.flags = 0;
    bad.config.allocator = NULL;
    assert_int_equal(hsvc_pgsql_store_new(&bad.config, &bad.pgsql), HSVC_ERR_ARGUMENT);
    assert_null(bad.pgsql);
    hsvc_pgsql_store_free(NULL);
}

static void more_of_a_config_is_looked_at(void **state) {
    static const char *const schemas[] = {"a123456789b123456789c123456789d123456789e123456789f123456789g123", "7th"};
    struct pg odd;
    (void)state;
    pg_ready(&odd, schemas[0]);
    for (size_t i = 0; i < 2; i++) {
        odd.config.schema = schemas[i];
        assert_int_equal(hsvc_pgsql_store_new(&odd.config, &odd.pgsql), HSVC_ERR_ARGUMENT);
    }
    odd.config.schema = SCHEMA;
    odd.config.call_ms = (uint32_t)INT32_MAX + 1;
    assert_int_equal(hsvc_pgsql_store_new(&odd.config, &odd.pgsql), HSVC_ERR_ARGUMENT);
    odd.config.struct_size = 8;
    assert_int_equal(hsvc_pgsql_store_new(&odd.config, &odd.pgsql), HSVC_ERR_STRUCT_SIZE);
    pg_ready(&odd, SCHEMA);
    assert_int_equal(hsvc_pgsql_store_new(&odd.config, NULL), HSVC_ERR_ARGUMENT);
    odd.config.conninfo = NULL; /* libpq's own defaults, which lead nowhere here */
    pg_start(&odd);
    hsvc_pgsql_store_free(odd.pgsql);
    odd.config.conninfo = pg_conninfo();
    odd.config.flags = HSVC_PGSQL_ASYNC;
    pg_start(&odd);
    pg_put(&odd, "k", "v");
    pg_close(&odd);
}

static void wrong_calls_are_refused(void **state) {
    hsvc_pgsql_problem problem;
    hsvc_pgsql_counters counters;
    hsvc_store store = {.struct_size = sizeof store};
    static uint8_t endless[HSVC_LIMIT_KEY_LEN + 1];
    struct pg_found found = {0};
    hsvc_op op = pg_op(HSVC_OP_PUT, "k", HSVC_EXPECT_ANY, 0, "v"), ops[2];
    uint64_t revision;
    (void)state;
    OK(hsvc_pgsql_problem_init(&problem, sizeof problem));
    OK(hsvc_pgsql_counters_init(&counters, sizeof counters));
    assert_int_equal(hsvc_pgsql_store_bind(NULL, &store), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_pgsql_store_bind(pg.pgsql, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_pgsql_store_connect(NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_pgsql_store_problem(NULL, &problem), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_pgsql_store_problem(pg.pgsql, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_pgsql_store_counters(NULL, &counters), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_pgsql_store_counters(pg.pgsql, NULL), HSVC_ERR_ARGUMENT);
    assert_string_equal(hsvc_pgsql_reason_name(HSVC_PGSQL_LOST), "LOST");
    assert_string_equal(hsvc_pgsql_reason_name(9999), "UNKNOWN");
    assert_string_equal(hsvc_pgsql_reason_remedy(9999), "");
    assert_int_equal(pg_commit(&pg, &op, 0, &revision), HSVC_ERR_ARGUMENT);
    assert_int_equal(pg_commit(&pg, &op, 131073, &revision), HSVC_ERR_ARGUMENT);
    op.struct_size = 4;
    assert_int_equal(pg_commit(&pg, &op, 1, &revision), HSVC_ERR_ARGUMENT);
    OK(pg.store.read(NULL, 0, pg_take, &found, pg.store.user));
    assert_int_equal(pg.store.scan(endless, sizeof endless, NULL, 0, 1, pg_take, &found, pg.store.user), HSVC_ERR_CORRUPT);
    ops[0] = pg_op(HSVC_OP_CHECK, "k", HSVC_EXPECT_REVISION, 0, NULL); /* a revision that no row has */
    assert_int_equal(pg_commit(&pg, ops, 1, &revision), HSVC_ERR_CONFLICT);
}

/* The hash can be run backwards: two keys of one lock, which are two keys all the same. */
static void keys_of_one_hash_are_two_keys_STORE_3(void **state) {
    hsvc_op ops[2] = {pg_op(HSVC_OP_PUT, "AAAAAAAAaaaaaaaa", HSVC_EXPECT_ABSENT, 0, "1"),
                      pg_op(HSVC_OP_PUT, "BBBBBBBB\xc8\x1a\xf0\x97\x3f\x5d\xc7\x1f", HSVC_EXPECT_ABSENT, 0, "2")};
    hsvc_op other[2] = {pg_op(HSVC_OP_PUT, "CCCCCCCC", HSVC_EXPECT_ABSENT, 0, "3"),
                        pg_op(HSVC_OP_PUT, "AAAAAAAA\xe4\xa1\x9e\x86\x9e\x64\x40\x57", HSVC_EXPECT_ABSENT, 0, "4")};
    uint64_t revision;
    (void)state;
    OK(pg_commit(&pg, ops, 2, &revision));
    OK(pg_commit(&pg, other, 2, &revision)); /* of two lengths */
    assert_string_equal(pg_get(&pg, "AAAAAAAAaaaaaaaa").value, "1");
    assert_string_equal(pg_get(&pg, "CCCCCCCC").value, "3");
    ops[1] = ops[0];
    assert_int_equal(pg_commit(&pg, ops, 2, &revision), HSVC_ERR_CONFLICT);
}

/* ---- what fails ---- */

#define MANY 600 /* more than a commit may have locks */
static hsvc_op many[MANY];
static char names[MANY][8];

static int32_t work(struct pg *with) {
    struct pg_found found = {0};
    hsvc_key keys[MANY];
    uint64_t revision;
    int32_t status;
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "w%d", i);
        many[i] = pg_op(HSVC_OP_PUT, names[i], HSVC_EXPECT_ANY, 0, "v");
        keys[i].bytes = many[i].key;
        keys[i].len = many[i].key_len;
    }
    status = pg_commit(with, many, MANY, &revision);
    if (status == HSVC_OK) status = with->store.read(keys, MANY, pg_take, &found, with->store.user);
    if (status == HSVC_OK) status = with->store.scan((const uint8_t *)"w", 1, (const uint8_t *)"x", 1, 9, pg_take, &found, with->store.user);
    return status;
}

static void a_store_without_memory_says_so_and_goes_on(void **state) {
    hsvc_alloc_counts counts = {.struct_size = sizeof counts};
    hsvc_count_alloc *count;
    uint64_t nth = 0;
    (void)state;
    OK(hsvc_pgsql_store_connect(pg.pgsql));
    OK(hsvc_count_alloc_new(NULL, &count));
    do {
        struct pg poor;
        int32_t status;
        uint64_t before = counts.failures;
        pg_ready(&poor, SCHEMA);
        poor.allocator.struct_size = sizeof poor.allocator;
        OK(hsvc_count_alloc_bind(count, &poor.allocator));
        OK(hsvc_count_alloc_fail(count, ++nth, 1));
        status = hsvc_pgsql_store_new(&poor.config, &poor.pgsql);
        if (status == HSVC_OK) {
            poor.store.struct_size = sizeof poor.store;
            OK(hsvc_pgsql_store_bind(poor.pgsql, &poor.store));
            status = work(&poor);
            if (status != HSVC_OK) {
                assert_int_equal(status, HSVC_ERR_UNAVAILABLE);
                assert_string_equal(pg_problem(&poor).text, "no memory");
            }
            OK(hsvc_count_alloc_fail(count, 0, 0));
            if (work(&poor) != HSVC_OK) fail_msg("%d: %s", (int)nth, pg_problem(&poor).text);
            hsvc_pgsql_store_free(poor.pgsql);
        } else {
            assert_int_equal(status, HSVC_ERR_MEMORY);
        }
        OK(hsvc_count_alloc_counts(count, &counts));
        assert_int_equal(counts.live_blocks, 0);
        if (counts.failures == before) break;
    } while (nth < 1000);
    assert_in_range(nth, 4, 999);
    hsvc_count_alloc_free(count);
}

/* Memory that ends when there is a connection: then every call finds out by itself. */
static void no_memory_for_a_call(void **state) {
    static char value[60000];
    struct pg_found found = {0};
    hsvc_alloc_counts counts = {.struct_size = sizeof counts};
    hsvc_count_alloc *count;
    struct pg poor;
    static uint8_t long_key[500];
    hsvc_key keys[40];
    hsvc_op op = pg_op(HSVC_OP_PUT, "k", HSVC_EXPECT_ANY, 0, "v");
    uint64_t revision;
    (void)state;
    OK(hsvc_count_alloc_new(NULL, &count));
    pg_ready(&poor, SCHEMA);
    poor.allocator.struct_size = sizeof poor.allocator;
    OK(hsvc_count_alloc_bind(count, &poor.allocator));
    pg_start(&poor);
    OK(hsvc_pgsql_store_connect(poor.pgsql));
    memset(value, 'v', sizeof value - 1);
    op.value = (const uint8_t *)value;
    op.value_len = sizeof value;
    for (size_t i = 0; i < 40; i++) keys[i] = (hsvc_key){long_key, sizeof long_key};
    OK(hsvc_count_alloc_fail(count, 1, HSVC_TESTKIT_ALWAYS));
    assert_int_equal(pg_commit(&poor, &op, 1, &revision), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(poor.store.read(keys, 40, pg_take, &found, poor.store.user), HSVC_ERR_UNAVAILABLE);
    assert_string_equal(pg_problem(&poor).text, "no memory");
    OK(hsvc_count_alloc_fail(count, 0, 0));
    OK(pg_commit(&poor, &op, 1, &revision));
    pg_close(&poor);
    OK(hsvc_count_alloc_counts(count, &counts));
    assert_int_equal(counts.live_blocks, 0);
    hsvc_count_alloc_free(count);
}

/* More than a socket takes at once, and a server that stops reading in the middle of it. */
static void signal_server(int what) {
    pid_t pid = (pid_t)atol(pg_sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'headsetsvc' ORDER BY backend_start DESC LIMIT 1"));
    assert_true(pid > 1);
    assert_int_equal(kill(pid, what), 0);
}

static void a_server_that_stands_still_is_given_up_STORE_4(void **state) {
    static char value[60000];
    struct pg_found found = {0};
    uint64_t revision;
    (void)state;
    memset(value, 'v', sizeof value);
    for (int i = 0; i < 100; i++) {
        snprintf(names[i], sizeof names[i], "w%d", i);
        many[i] = pg_op(HSVC_OP_PUT, names[i], HSVC_EXPECT_ANY, 0, NULL);
        many[i].value = (const uint8_t *)value;
        many[i].value_len = sizeof value;
    }
    OK(pg_commit(&pg, many, 100, &revision));
    pg_close(&pg);
    pg.config.call_ms = 50;
    for (int i = 0; i < 3; i++) {
        pg_start(&pg);
        OK(hsvc_pgsql_store_connect(pg.pgsql));
        signal_server(SIGSTOP);
        if (i == 0) assert_int_equal(pg_commit(&pg, many, 100, &revision), HSVC_ERR_UNKNOWN); /* while it is on its way */
        if (i == 1) assert_int_equal(pg_commit(&pg, many, 1, &revision), HSVC_ERR_UNKNOWN);
        if (i == 2) assert_int_equal(pg.store.scan(NULL, 0, NULL, 0, 1, pg_take, &found, pg.store.user), HSVC_ERR_UNAVAILABLE);
        assert_int_equal(pg_problem(&pg).reason, HSVC_PGSQL_TIMEOUT);
        signal_server(SIGCONT);
        pg_close(&pg);
        (void)pg_sql("SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity WHERE application_name = 'headsetsvc'");
    }
    pg.config.call_ms = 0;
    pg_start(&pg);
    pg_put(&pg, "k", "v");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)
    static const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read_again_STORE_2),
        TEST(a_read_of_several_keys_and_a_commit_are_one_trip_each),
        TEST(a_long_scan_goes_by_pages_and_keeps_its_order),
        TEST(stores_of_one_database_know_nothing_of_each_other),
        TEST(revisions_are_never_given_back_STORE_2),
        TEST(people_can_read_it_in_plain_sql),
        TEST(impossible_operations_are_misuse),
        TEST(a_store_is_made_of_a_sound_config),
        TEST(more_of_a_config_is_looked_at),
        TEST(wrong_calls_are_refused),
        TEST(keys_of_one_hash_are_two_keys_STORE_3),
        TEST(a_store_without_memory_says_so_and_goes_on),
        TEST(no_memory_for_a_call),
        TEST(a_server_that_stands_still_is_given_up_STORE_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
