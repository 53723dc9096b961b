/* test_record_store.c: does the recording store do what testkit.h says? */
#include "kit.h"

/* ---- recording store ---- */

static hsvc_record_call call_at(uint64_t index) {
    hsvc_record_call call;
    hsvc_testkit_init(&call, sizeof call);
    assert_int_equal(hsvc_record_store_call_at(record, index, &call), HSVC_OK);
    return call;
}

static hsvc_record_item item_at(uint64_t index, uint64_t which) {
    hsvc_record_item item;
    hsvc_testkit_init(&item, sizeof item);
    assert_int_equal(hsvc_record_store_item_at(record, index, which, &item), HSVC_OK);
    return item;
}

static hsvc_record_counts record_counts(void) {
    hsvc_record_counts counts;
    hsvc_testkit_init(&counts, sizeof counts);
    assert_int_equal(hsvc_record_store_counts(record, &counts), HSVC_OK);
    return counts;
}

static void item_is(hsvc_record_item item, uint32_t kind, const char *key, const char *value) {
    assert_int_equal(item.kind, kind);
    assert_int_equal(item.key_len, strlen(key));
    if (item.key_len > 0) assert_memory_equal(item.key, key, item.key_len);
    assert_int_equal(item.value_len, strlen(value));
    if (item.value_len > 0) assert_memory_equal(item.value, value, item.value_len);
}

static void a_log_holds_every_call_with_its_result_OBS_6(void **state) {
    hsvc_op ops[3] = {op_of(HSVC_OP_PUT, HSVC_EXPECT_ABSENT, "a", "one"),
                      op_of(HSVC_OP_DELETE, HSVC_EXPECT_ANY, "b", NULL),
                      op_of(HSVC_OP_CHECK, HSVC_EXPECT_ABSENT, "c", NULL)};
    hsvc_key keys[2] = {{(const uint8_t *)"none", 4}, {(const uint8_t *)"a", 1}};
    uint64_t revision;
    (void)state;
    assert_int_equal(recorded.commit(ops, 3, &revision, recorded.user), HSVC_OK);
    assert_int_equal(recorded.read(keys, 2, note, got, recorded.user), HSVC_OK);
    assert_int_equal(recorded.scan((const uint8_t *)"a", 1, (const uint8_t *)"zz", 2, 5, note, got, recorded.user),
                     HSVC_OK);
    assert_int_equal(put(&recorded, HSVC_EXPECT_ABSENT, "a", "two"), HSVC_ERR_CONFLICT);
    assert_int_equal(hsvc_record_store_length(record), 4);

    assert_int_equal(call_at(0).kind, HSVC_RECORD_COMMIT);
    assert_int_equal(call_at(0).status, HSVC_OK);
    assert_true(call_at(0).revision == revision);
    assert_int_equal(call_at(0).items, 3);
    item_is(item_at(0, 0), HSVC_RECORD_ITEM_OP, "a", "one");
    item_is(item_at(0, 1), HSVC_RECORD_ITEM_OP, "b", "");
    assert_int_equal(item_at(0, 1).op, HSVC_OP_DELETE);
    assert_int_equal(item_at(0, 2).op, HSVC_OP_CHECK);
    assert_int_equal(item_at(0, 2).expect, HSVC_EXPECT_ABSENT);

    assert_int_equal(call_at(1).kind, HSVC_RECORD_READ);
    assert_int_equal(call_at(1).items, 3);
    item_is(item_at(1, 0), HSVC_RECORD_ITEM_KEY, "none", "");
    item_is(item_at(1, 1), HSVC_RECORD_ITEM_KEY, "a", "");
    item_is(item_at(1, 2), HSVC_RECORD_ITEM_ROW, "a", "one");
    assert_true(item_at(1, 2).revision == revision);
    assert_true(item_at(1, 2).hint != 0);

    assert_int_equal(call_at(2).kind, HSVC_RECORD_SCAN);
    assert_int_equal(call_at(2).limit, 5);
    item_is(item_at(2, 0), HSVC_RECORD_ITEM_FROM, "a", "");
    item_is(item_at(2, 1), HSVC_RECORD_ITEM_TO, "zz", "");
    item_is(item_at(2, 2), HSVC_RECORD_ITEM_ROW, "a", "one");

    assert_int_equal(call_at(3).status, HSVC_ERR_CONFLICT);
    assert_true(call_at(3).revision == 0);
}

static void a_log_counts_trips_keys_and_bytes(void **state) {
    hsvc_record_counts counts;
    (void)state;
    assert_int_equal(put(&recorded, HSVC_EXPECT_ANY, "key", "value"), HSVC_OK);
    assert_int_equal(put(&recorded, HSVC_EXPECT_ABSENT, "key", "value"), HSVC_ERR_CONFLICT);
    assert_int_equal(read_key(&recorded, "key"), HSVC_OK);
    assert_int_equal(read_key(&recorded, "none"), HSVC_OK);
    assert_int_equal(scan_all(&recorded), HSVC_OK);
    assert_int_equal(recorded.scan(NULL, 1, NULL, 0, 1, note, got, recorded.user), HSVC_ERR_ARGUMENT);
    counts = record_counts();
    assert_int_equal(counts.read_trips, 2);
    assert_int_equal(counts.keys, 2);
    assert_int_equal(counts.scans, 2);
    assert_int_equal(counts.rows, 2);
    assert_int_equal(counts.bytes_read, 16);
    assert_int_equal(counts.commits, 2);
    assert_int_equal(counts.committed, 1);
    assert_int_equal(counts.conflicts, 1);
    assert_int_equal(counts.puts, 2);
    assert_int_equal(counts.bytes_written, 16);
    assert_int_equal(counts.failures, 1);
    assert_int_equal(counts.not_noted, 0);
    hsvc_record_store_reset(record);
    assert_int_equal(record_counts().puts, 0);
    assert_int_equal(hsvc_record_store_length(record), 0);
}

static int32_t look_again(const hsvc_row *row, void *user) {
    hsvc_record_call call = call_at(0);
    (void)row;
    (void)user;
    assert_int_equal(call.status, HSVC_ERR_REENTRANT); /* under way */
    return read_key(&recorded, "b");
}

static void nested_calls_keep_their_items_apart(void **state) {
    (void)state;
    assert_int_equal(put(&plain, HSVC_EXPECT_ANY, "a", "1"), HSVC_OK);
    assert_int_equal(put(&plain, HSVC_EXPECT_ANY, "b", "2"), HSVC_OK);
    assert_int_equal(recorded.scan(NULL, 0, NULL, 0, 9, look_again, NULL, recorded.user), HSVC_OK);
    assert_int_equal(hsvc_record_store_length(record), 3);
    assert_int_equal(call_at(0).items, 4);
    assert_int_equal(call_at(0).status, HSVC_OK);
    item_is(item_at(0, 2), HSVC_RECORD_ITEM_ROW, "a", "1");
    item_is(item_at(0, 3), HSVC_RECORD_ITEM_ROW, "b", "2");
    item_is(item_at(1, 0), HSVC_RECORD_ITEM_KEY, "b", "");
    item_is(item_at(2, 1), HSVC_RECORD_ITEM_ROW, "b", "2");
}

static void a_log_without_memory_says_so_and_passes_on(void **state) {
    (void)state;
    assert_int_equal(put(&recorded, HSVC_EXPECT_ANY, "warm", "up"), HSVC_OK);
    hsvc_count_alloc_fail(count, 1, HSVC_TESTKIT_ALWAYS);
    for (int i = 0; i < 500; i++) assert_int_equal(read_key(&recorded, "warm"), HSVC_OK);
    assert_int_equal(got_rows, 1);
    assert_true(record_counts().not_noted > 400);
    assert_int_equal(record_counts().read_trips, 500);
    assert_true(hsvc_record_store_length(record) < 100);
}

static void counts_only_allocates_nothing(void **state) {
    hsvc_record_store *light;
    hsvc_store store = empty_store();
    hsvc_record_counts counts;
    (void)state;
    assert_int_equal(hsvc_record_store_new(&allocator, &plain, 2, &light), HSVC_ERR_FLAGS);
    assert_int_equal(hsvc_record_store_new(&allocator, &plain, HSVC_RECORD_COUNTS_ONLY, &light), HSVC_OK);
    assert_int_equal(hsvc_record_store_bind(light, &store), HSVC_OK);
    assert_int_equal(put(&plain, HSVC_EXPECT_ANY, "k", "v"), HSVC_OK);
    hsvc_count_alloc_fail(count, 1, HSVC_TESTKIT_ALWAYS);
    assert_int_equal(read_key(&store, "k"), HSVC_OK);
    assert_int_equal(put(&store, HSVC_EXPECT_ANY, "k", "w"), HSVC_OK);
    hsvc_testkit_init(&counts, sizeof counts);
    assert_int_equal(hsvc_record_store_counts(light, &counts), HSVC_OK);
    assert_int_equal(counts.keys + counts.puts, 2);
    assert_int_equal(counts.not_noted, 0);
    assert_int_equal(hsvc_record_store_length(light), 0);
    hsvc_record_store_free(light);
}

static void positions_beyond_the_log_are_not_found(void **state) {
    hsvc_record_call call;
    hsvc_record_item item;
    (void)state;
    hsvc_testkit_init(&call, sizeof call);
    hsvc_testkit_init(&item, sizeof item);
    assert_int_equal(scan_all(&recorded), HSVC_OK);
    assert_int_equal(hsvc_record_store_call_at(record, 1, &call), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_record_store_item_at(record, 1, 0, &item), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_record_store_item_at(record, 0, 2, &item), HSVC_ERR_NOT_FOUND);
    item_is(item_at(0, 0), HSVC_RECORD_ITEM_FROM, "", "");
    item.struct_size = 1;
    assert_int_equal(hsvc_record_store_item_at(record, 0, 0, &item), HSVC_ERR_STRUCT_SIZE);
    assert_int_equal(hsvc_record_store_item_at(record, 0, 0, NULL), HSVC_ERR_ARGUMENT);
}

int main(void) {
#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        WITH_ALL(a_log_holds_every_call_with_its_result_OBS_6),
        WITH_ALL(a_log_counts_trips_keys_and_bytes),
        WITH_ALL(nested_calls_keep_their_items_apart),
        WITH_ALL(a_log_without_memory_says_so_and_passes_on),
        WITH_ALL(counts_only_allocates_nothing),
        WITH_ALL(positions_beyond_the_log_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
