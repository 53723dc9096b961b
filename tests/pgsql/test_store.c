/* test_store.c: the PostgreSQL store by itself: what it stores, how many trips that takes, what it waits for (STORE-2,
 * STORE-3). Every promise of the contract under every interleaving is the conformance suite's: test_conformance.c. */
#include "headsetsvc/inputs.h"
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
