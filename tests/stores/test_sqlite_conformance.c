/* test_sqlite_conformance.c: does the SQLite store keep every promise of a store, with connections of its own for each
 * engine, full and normal? */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "files.h"

static hsvc_sqlite *handles[HSVC_CONFORMANCE_CONNECTIONS_MOST];

static int32_t open_one(uint32_t connection, hsvc_store *store, void *user) {
    hsvc_sqlite_problem problem;
    int32_t status = try_open(path, *(const uint32_t *)user, 0, &handles[connection], &problem);
    if (status != HSVC_OK) printf("%s: %s\n", problem.name, problem.sqlite_text);
    return status == HSVC_OK ? hsvc_sqlite_bind(handles[connection], store) : status;
}

static void close_one(uint32_t connection, void *user) {
    (void)user;
    hsvc_sqlite_free(handles[connection]);
}

static void run(uint32_t flags, uint32_t connections, uint64_t seed) {
    hsvc_store_target target;
    OK(hsvc_conformance_init(&target, sizeof target));
    target.connections = connections;
    target.seed = seed;
    target.histories = 60;
    target.open = open_one;
    target.close = close_one;
    target.together = together;
    target.user = &flags;
    expect_conformance(&target);
}

static void full_keeps_every_promise(void **state) {
    (void)state;
    run(0, 0, 0);
}

static void normal_keeps_every_promise(void **state) {
    (void)state;
    run(HSVC_SQLITE_NORMAL, 4, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(full_keeps_every_promise, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(normal_keeps_every_promise, make_folder, drop_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
