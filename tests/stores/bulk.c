/* bulk.c: an atomic import as large as the policy lets it be, into a file of SQLite (BULK-4, BULK-5). */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "files.h"
#include "csv/atomic.h"

static void an_atomic_import_is_one_commit_of_the_file_BULK_4_BULK_5(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    (void)state;
    an_atomic_import_of_all(&store);
    hsvc_sqlite_free(sqlite);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_atomic_import_is_one_commit_of_the_file_BULK_4_BULK_5, make_folder, drop_folder),
    };
    return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
