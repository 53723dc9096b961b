/* files.h: what the tests of stores share: folders that go away, statuses, the suite in threads. */
#ifndef HSVC_TEST_FILES_H
#define HSVC_TEST_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "headsetsvc/conformance.h"
#include "../support/together.h"
#include "headsetsvc/sqlite.h"
#include "headsetsvc/stdlib.h"

#define OK(call) assert_int_equal((call), HSVC_OK)

/* ---- a folder, and the store's file in it ---- */

static char folder[64];
static char path[128];

static inline void remove_folder(void) {
    char command[128];
    if (folder[0] == 0) return;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0) abort();
    folder[0] = 0;
}

static inline int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/hsvc-stores-XXXXXX");
    if (mkdtemp(folder) == NULL) return -1;
    snprintf(path, sizeof path, "%s/desks.db", folder);
    return 0;
}

static inline int drop_folder(void **state) {
    (void)state;
    remove_folder();
    return 0;
}

/* ---- handles ---- */

static inline hsvc_allocator the_allocator(void) {
    hsvc_allocator allocator;
    OK(hsvc_stdlib_allocator(&allocator));
    return allocator;
}

static inline int32_t try_open(const char *file, uint32_t flags, uint32_t wait_ms, hsvc_sqlite **store,
                               hsvc_sqlite_problem *problem) {
    hsvc_allocator allocator = the_allocator();
    hsvc_sqlite_config config;
    OK(hsvc_sqlite_init(&config, sizeof config));
    OK(hsvc_sqlite_init(problem, sizeof *problem));
    config.allocator = &allocator;
    config.path = file;
    config.flags = flags;
    config.wait_ms = wait_ms;
    return hsvc_sqlite_new(&config, store, problem);
}

static inline hsvc_sqlite *open_sqlite(hsvc_store *store) {
    hsvc_sqlite *sqlite;
    hsvc_sqlite_problem problem;
    int32_t status = try_open(path, 0, 0, &sqlite, &problem);
    if (status != HSVC_OK) fail_msg("%s: %s (%d)", problem.name, problem.text, (int)problem.sqlite_code);
    OK(hsvc_store_init(store, sizeof *store));
    OK(hsvc_sqlite_bind(sqlite, store));
    return sqlite;
}

/* ---- one row ---- */

static inline int32_t put(const hsvc_store *store, const char *key, const char *value, uint64_t *revision) {
    hsvc_op op;
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = HSVC_OP_PUT;
    op.expect = HSVC_EXPECT_ANY;
    op.key = (const uint8_t *)key;
    op.key_len = strlen(key);
    op.value = (const uint8_t *)value;
    op.value_len = strlen(value);
    return store->commit(&op, 1, revision, store->user);
}

static inline int32_t count_row(const hsvc_row *row, void *user) {
    (void)row;
    ++*(size_t *)user;
    return HSVC_OK;
}

static inline size_t rows_in(const hsvc_store *store) {
    size_t rows = 0;
    OK(store->scan(NULL, 0, NULL, 0, SIZE_MAX, count_row, &rows, store->user));
    return rows;
}

/* ---- the suite ---- */

static inline void expect_conformance(hsvc_store_target *target) {
    hsvc_allocator allocator = the_allocator();
    hsvc_broken_promise broken = {.struct_size = sizeof broken};
    hsvc_conformance *suite;
    OK(hsvc_conformance_new(&allocator, &suite));
    OK(hsvc_conformance_run(suite, target));
    for (size_t i = 0; hsvc_conformance_at(suite, i, &broken) == HSVC_OK; i++)
        printf("%s (%s): %s\n    %s\n    %s\n", broken.name, broken.rule, broken.promise, broken.sequence, broken.seen);
    assert_int_equal(hsvc_conformance_broken(suite), 0);
    hsvc_conformance_free(suite);
}

#endif
