/* test_atomic.c: all or nothing, of as many rows as the policy lets it be (BULK-4); in stores that last: tests/stores/bulk.c,
 * tests/pgsql/bulk.c. */
#include "csv/atomic.h"
#include "headsetsvc/inputs.h"

static void an_atomic_import_is_as_large_as_the_policy_says_BULK_4_BULK_5(void **state) {
    hsvc_memory_store *memory;
    hsvc_store store = {.struct_size = sizeof store};
    (void)state;
    OK(hsvc_stdlib_memory_store(&memory, &store));
    an_atomic_import_of_all(&store);
    hsvc_memory_store_free(memory);
}

/* What the policy would let pass the store may not hold. */
static void what_the_stores_commit_cannot_hold_is_too_large_BULK_4(void **state) {
    hsvc_memory_store *memory;
    hsvc_store store = {.struct_size = sizeof store};
    struct atomic a;
    (void)state;
    OK(hsvc_stdlib_memory_store(&memory, &store));
    store.ops_max = 0; /* as many as every store must take */
    atomic_open(&a, &store);
    atomic_users(&a);
    atomic_file(&a, 100, 0);
    atomic_run(&a);
    assert_int_equal(a.summary.refused, HSVC_REASON_BULK_TOO_LARGE);
    assert_int_equal(a.summary.processed, 0);
    atomic_owner(&a, 0, NULL);
    atomic_file(&a, 10, 0);
    atomic_run(&a);
    atomic_summed(&a, 10, 0, 0);
    atomic_close(&a);
    hsvc_memory_store_free(memory);
}

static void apply(const struct atomic *a, const hsvc_input *in) { OK(hsvc_apply(a->engine, in, 1, 0, a->effects)); }

/* plug_in: the file's headsets, each at a phone of its own, which then asks whose it is. */
static void plug_in(const struct atomic *a, uint32_t count) {
    hsvc_input in;
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_PRESENCE_SETTLE, HSVC_SCOPE_GLOBAL, 0));
    apply(a, &in);
    for (uint32_t i = 0; i < count; i++) {
        char device[16], serial[16];
        (void)snprintf(device, sizeof device, "desk-%u", (unsigned)i);
        (void)snprintf(serial, sizeof serial, "WFG%06u", (unsigned)i);
        OK(hsvc_input_device_put(&in, device, "own", HSVC_DEVICE_ANONYMOUS, "Berlin", "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED));
        apply(a, &in);
        OK(hsvc_input_device_registered(&in, device, 0, 0));
        apply(a, &in);
        OK(hsvc_input_headset_connected(&in, device, serial, i + 1));
        apply(a, &in);
    }
}

/* Each row meets a phone that nobody knew of before: it is not decided afresh for each of them. */
static void connected_headsets_cost_no_trip_each_BULK_4_ASSOC_7(void **state) {
    enum { ROWS = 500 };
    hsvc_memory_store *memory;
    hsvc_store store = {.struct_size = sizeof store};
    hsvc_counters before = {.struct_size = sizeof before}, after = before;
    struct atomic a;
    (void)state;
    OK(hsvc_stdlib_memory_store(&memory, &store));
    atomic_open(&a, &store);
    atomic_users(&a);
    plug_in(&a, ROWS);
    atomic_file(&a, ROWS, 0);
    OK(hsvc_counters_get(a.engine, &before));
    atomic_run(&a);
    OK(hsvc_counters_get(a.engine, &after));
    atomic_summed(&a, ROWS, 0, 0);
    assert_true(a.summary.effects >= 2 * ROWS); /* each prompt is withdrawn */
    assert_in_range(after.read_trips - before.read_trips, 2, 20);
    atomic_close(&a);
    hsvc_memory_store_free(memory);
}

/* The large commit lands, but its word is lost on the way; that it is sent again meets itself. */
static int32_t (*real_commit)(const hsvc_op *ops, size_t count, uint64_t *revision, void *user);
static int lost;
static int32_t lose_the_word(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    int32_t status = real_commit(ops, count, revision, user);
    return status == HSVC_OK && count > HSVC_LIMIT_RECORDS_PER_CALL && lost++ == 0 ? HSVC_ERR_UNKNOWN : status;
}

/* Every phone is told again, however many there are: nobody has heard of what the first one decided. */
static void a_large_commit_in_doubt_is_told_to_every_phone_STORE_4_STORE_6(void **state) {
    enum { ROWS = 400 };
    hsvc_memory_store *memory;
    hsvc_store store = {.struct_size = sizeof store};
    struct atomic a;
    (void)state;
    OK(hsvc_stdlib_memory_store(&memory, &store));
    real_commit = store.commit;
    store.commit = lose_the_word;
    atomic_open(&a, &store);
    atomic_users(&a);
    plug_in(&a, ROWS);
    atomic_file(&a, ROWS, 0);
    lost = 0;
    atomic_run(&a);
    assert_int_equal(lost, 2);
    assert_int_equal(a.summary.failed, 0);
    assert_in_range(a.summary.effects, ROWS, 9 * ROWS); /* each prompt is withdrawn */
    atomic_owner(&a, ROWS - 1, "user026@example.com");
    atomic_close(&a);
    hsvc_memory_store_free(memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_commit_in_doubt_is_told_to_every_phone_STORE_4_STORE_6),
        cmocka_unit_test(an_atomic_import_is_as_large_as_the_policy_says_BULK_4_BULK_5),
        cmocka_unit_test(connected_headsets_cost_no_trip_each_BULK_4_ASSOC_7),
        cmocka_unit_test(what_the_stores_commit_cannot_hold_is_too_large_BULK_4),
    };
    return cmocka_run_group_tests_name("atomic", tests, NULL, NULL);
}
