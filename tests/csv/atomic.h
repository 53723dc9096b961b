/* atomic.h: an atomic import as large as the policy lets it be, into any store: all of it or nothing (BULK-4, BULK-5). */
#ifndef TESTS_CSV_ATOMIC_H
#define TESTS_CSV_ATOMIC_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "headsetsvc/csv.h"
#include "headsetsvc/stdlib.h"

#define ATOMIC_ROWS 10000u /* bulk_atomic_max of every preset */
#define ATOMIC_USERS 667u  /* each holds 15, which is all a user may */

#ifndef OK
#define OK(call) assert_int_equal((call), HSVC_OK)
#endif

struct atomic {
    hsvc_engine *engine;
    hsvc_effects *effects;
    hsvc_csv_config config;
    hsvc_csv_summary summary;
    hsvc_allocator allocator;
    char *text;
    size_t len;
};

static inline void atomic_open(struct atomic *a, const hsvc_store *store) {
    memset(a, 0, sizeof *a);
    OK(hsvc_stdlib_allocator(&a->allocator));
    OK(hsvc_stdlib_engine(store, &a->engine, &a->effects));
    OK(hsvc_csv_config_init(&a->config, sizeof a->config));
    a->config.engine = a->engine;
    a->config.allocator = &a->allocator;
    a->text = (char *)malloc(ATOMIC_ROWS * 64 + 256);
    assert_non_null(a->text);
}

static inline void atomic_close(struct atomic *a) {
    free(a->text);
    hsvc_effects_free(a->effects);
    hsvc_engine_free(a->engine);
}

static inline void atomic_run(struct atomic *a) {
    hsvc_csv_import *import;
    int32_t again = 1;
    OK(hsvc_csv_import_new(&a->config, &import));
    while (again) {
        OK(hsvc_csv_import_feed(import, a->text, a->len));
        OK(hsvc_csv_import_end(import, &again));
    }
    OK(hsvc_csv_summary_init(&a->summary, sizeof a->summary));
    OK(hsvc_csv_import_summary(import, &a->summary));
    hsvc_csv_import_free(import);
}

/* atomic_file: rows that give user number i / 15 headset number i, or, with a shift, move it from the user so far before. */
static inline void atomic_file(struct atomic *a, uint32_t rows, uint32_t shift) {
    a->len = (size_t)sprintf(a->text, "USER ID,SERIAL NUMBER%s\n", shift == 0 ? "" : ",ACTION,FROM");
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t from = i / 15, to = (from + shift) % ATOMIC_USERS;
        a->len += (size_t)sprintf(a->text + a->len, "user%03u@example.com,WFG%06u", to, i);
        if (shift != 0) a->len += (size_t)sprintf(a->text + a->len, ",move,user%03u@example.com", from);
        a->text[a->len++] = '\n';
    }
}

static inline void atomic_summed(const struct atomic *a, uint64_t changed, uint64_t unchanged, uint64_t failed) {
    assert_int_equal(a->summary.refused, 0);
    assert_int_equal(a->summary.changed, changed);
    assert_int_equal(a->summary.unchanged, unchanged);
    assert_int_equal(a->summary.failed, failed);
}

static inline void atomic_owner(const struct atomic *a, uint32_t headset, const char *owner) {
    hsvc_headset_view view = {0};
    char serial[16];
    view.struct_size = sizeof view;
    (void)snprintf(serial, sizeof serial, "WFG%06u", headset);
    if (owner == NULL) {
        assert_int_equal(hsvc_headset_get(a->engine, serial, strlen(serial), &view), HSVC_ERR_NOT_FOUND);
        return;
    }
    OK(hsvc_headset_get(a->engine, serial, strlen(serial), &view));
    assert_int_equal(view.owner_len, strlen(owner));
    assert_memory_equal(view.owner, owner, view.owner_len);
}

static inline void atomic_users(struct atomic *a) {
    a->config.kind = HSVC_CSV_USERS;
    a->config.mode = HSVC_CSV_PARTIAL;
    a->len = (size_t)sprintf(a->text, "USER ID\n");
    for (uint32_t i = 0; i < ATOMIC_USERS; i++) a->len += (size_t)sprintf(a->text + a->len, "user%03u@example.com\n", i);
    atomic_run(a);
    atomic_summed(a, ATOMIC_USERS, 0, 0);
    a->config.kind = HSVC_CSV_ASSOCIATIONS;
    a->config.mode = HSVC_CSV_ATOMIC;
}

/* an_atomic_import_of_all: one row too many and one bad row leave nothing; then all land, the same again changes nothing, and
 * all of them move on at once, though everybody holds all that they may. */
static inline void an_atomic_import_of_all(const hsvc_store *store) {
    struct atomic a;
    atomic_open(&a, store);
    atomic_users(&a);
    atomic_file(&a, ATOMIC_ROWS + 1, 0);
    atomic_run(&a);
    assert_int_equal(a.summary.refused, HSVC_REASON_BULK_TOO_LARGE);
    atomic_file(&a, ATOMIC_ROWS, 0);
    memcpy(a.text + a.len - 20, "w", 1); /* of the last user's name */
    atomic_run(&a);
    atomic_summed(&a, 0, 0, 1);
    assert_int_equal(a.summary.left, ATOMIC_ROWS - 1);
    atomic_owner(&a, 0, NULL);
    atomic_file(&a, ATOMIC_ROWS, 0);
    atomic_run(&a);
    atomic_summed(&a, ATOMIC_ROWS, 0, 0);
    atomic_run(&a);
    atomic_summed(&a, 0, ATOMIC_ROWS, 0);
    atomic_file(&a, ATOMIC_ROWS, 1);
    atomic_run(&a);
    atomic_summed(&a, ATOMIC_ROWS, 0, 0);
    atomic_owner(&a, 0, "user001@example.com");
    atomic_owner(&a, ATOMIC_ROWS - 1, "user000@example.com");
    atomic_close(&a);
}

#endif
