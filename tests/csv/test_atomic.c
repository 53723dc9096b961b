/* test_atomic.c: all or nothing, of as many rows as the policy lets it be (BULK-4); in stores that last: tests/stores/bulk.c,
 * tests/pgsql/bulk.c. */
#include "csv/atomic.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_atomic_import_is_as_large_as_the_policy_says_BULK_4_BULK_5),
        cmocka_unit_test(what_the_stores_commit_cannot_hold_is_too_large_BULK_4),
    };
    return cmocka_run_group_tests_name("atomic", tests, NULL, NULL);
}
