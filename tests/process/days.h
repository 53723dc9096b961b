/* days.h: what the programs share that take one day after the other to a bad end: a file in a folder of its own, and Check's
 * main with the number of bad ends as its argument. */
#ifndef TESTS_PROCESS_DAYS_H
#define TESTS_PROCESS_DAYS_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "headsetsvc/sqlite.h"
#include "headsetsvc/stdlib.h"

static char days_folder[64];
static char days_path[128]; /* of the store's file */

static inline void days_make_folder(void) {
    snprintf(days_folder, sizeof days_folder, "/tmp/hsvc-days-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(days_folder));
    snprintf(days_path, sizeof days_path, "%s/desks.db", days_folder);
}

static inline void days_remove_folder(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", days_folder);
    ck_assert_int_eq(system(command), 0);
}

/* days_open: the store on that file; NULL if it cannot be opened: *problem says why. */
static inline hsvc_sqlite *days_open(uint32_t flags, uint32_t wait_ms, hsvc_store *store, hsvc_sqlite_problem *problem) {
    hsvc_allocator allocator;
    hsvc_sqlite_config config;
    hsvc_sqlite *sqlite = NULL;
    hsvc_stdlib_allocator(&allocator);
    hsvc_sqlite_init(&config, sizeof config);
    hsvc_sqlite_init(problem, sizeof *problem);
    config.allocator = &allocator;
    config.path = days_path;
    config.flags = flags;
    config.wait_ms = wait_ms;
    if (hsvc_sqlite_new(&config, &sqlite, problem) != HSVC_OK) return NULL;
    hsvc_store_init(store, sizeof *store);
    hsvc_sqlite_bind(sqlite, store);
    return sqlite;
}

/* days_run: `ends` bad ends, or as many as the program's argument says, so many a day. Its exit status. */
static inline int days_run(int argc, char **argv, const TTest *day, int ends, int ends_a_day) {
    TCase *days = tcase_create("days");
    Suite *suite = suite_create("days");
    SRunner *runner;
    int failed;
    if (argc > 1) ends = (int)strtol(argv[1], NULL, 10);
    tcase_set_timeout(days, 300);
    tcase_add_loop_test(days, day, 0, (ends + ends_a_day - 1) / ends_a_day);
    suite_add_tcase(suite, days);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

#endif
