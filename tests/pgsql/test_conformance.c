/* test_conformance.c: the conformance suite on the PostgreSQL store, and on ways to write its commit that were tried and are
 * wrong: the suite must name what they break, else it proves nothing about the right one (STORE-2, STORE-4). */

#include "headsetsvc/conformance.h"
#include "pg.h"
#include "../support/together.h"

#define SCHEMA "test_conformance"

static hsvc_conformance *suite;
static struct pg connections[HSVC_CONFORMANCE_CONNECTIONS_MOST];

static int32_t open_store(uint32_t connection, hsvc_store *store, void *user) {
    (void)user;
    pg_open(&connections[connection], SCHEMA);
    *store = connections[connection].store;
    return HSVC_OK;
}

static void close_store(uint32_t connection, void *user) {
    (void)user;
    pg_close(&connections[connection]);
}

/* run: the suite on the schema as it is; how many promises broke. */
static size_t run(uint32_t rounds, uint32_t histories) {
    hsvc_store_target target;
    OK(hsvc_conformance_init(&target, sizeof target));
    target.open = open_store;
    target.close = close_store;
    target.together = together;
    target.histories = histories;
    target.rounds = rounds;
    OK(hsvc_conformance_run(suite, &target));
    return hsvc_conformance_broken(suite);
}

/* broken: does the suite say that the promise is broken? */
static int broken(const char *name) {
    hsvc_broken_promise found = {.struct_size = sizeof found};
    for (size_t i = 0; hsvc_conformance_at(suite, i, &found) == HSVC_OK; i++)
        if (strcmp(found.name, name) == 0) return 1;
    return 0;
}

static void print_findings(void) {
    hsvc_broken_promise found = {.struct_size = sizeof found};
    for (size_t i = 0; hsvc_conformance_at(suite, i, &found) == HSVC_OK; i++)
        print_error("%s (%s): %s\n    %s\n", found.name, found.rule, found.sequence, found.seen);
}

static int fresh(void **state) {
    struct pg pg;
    hsvc_allocator allocator;
    (void)state;
    pg_drop(SCHEMA);
    (void)pg_sql("ALTER ROLE tester SET deadlock_timeout = '20ms'"); /* wrong variants run into many */
    pg_open(&pg, SCHEMA);
    OK(hsvc_pgsql_store_connect(pg.pgsql));
    pg_close(&pg);
    OK(hsvc_stdlib_allocator(&allocator));
    OK(hsvc_conformance_new(&allocator, &suite));
    return 0;
}

static int gone(void **state) {
    (void)state;
    hsvc_conformance_free(suite);
    pg_drop(SCHEMA);
    return 0;
}

static void it_keeps_every_promise_STORE_2(void **state) {
    (void)state;
    if (run(60, 30) != 0) print_findings();
    assert_int_equal(hsvc_conformance_broken(suite), 0);
}

/* variant: the database's function with one text in it replaced. The text must have been there. */
static void variant(const char *from, const char *to) {
    char sql[2048];
    snprintf(sql, sizeof sql,
             "DO $do$ DECLARE old text; new text; BEGIN SELECT pg_get_functiondef(p.oid) INTO STRICT old FROM pg_proc p"
             " WHERE pronamespace = '" SCHEMA "'::regnamespace AND proname = 'commit';"
             " new := replace(old, $f$%s$f$, $f$%s$f$); IF new = old THEN RAISE 'nothing to replace'; END IF;"
             " EXECUTE new; END $do$",
             from, to);
    (void)pg_sql(sql);
}

/* slowly: a pause between comparing and writing, in which another commit can come in: what is wrong shows at once, and not
 * only by luck. What is right stays right. */
static void slowly(void) { variant("IF FOUND THEN RETURN 0; END IF;", "IF FOUND THEN RETURN 0; END IF; PERFORM pg_sleep(0.002);"); }

static void it_keeps_every_promise_slowly_too_STORE_2(void **state) {
    (void)state;
    slowly();
    if (run(10, 2) != 0) print_findings();
    assert_int_equal(hsvc_conformance_broken(suite), 0);
}

/* caught: does the suite say so of one of these promises? Which commits meet is luck, and on a busy machine few do. */
static int caught(const char *const *names) {
    for (int i = 0; i < 5; i++) {
        (void)run(10, 2);
        for (const char *const *name = names; *name != NULL; name++)
            if (broken(*name)) return 1;
    }
    return 0;
}
#define CAUGHT(...) assert_true(caught((const char *const[]){__VA_ARGS__, NULL}))

#define LOCKS \
    "PERFORM CASE WHEN l & 1 = 1 THEN pg_advisory_xact_lock_shared(l & -2) ELSE pg_advisory_xact_lock(l) END FROM unnest(locks) l;"

static void read_committed_without_locks_is_caught(void **state) {
    (void)state;
    slowly();
    variant(LOCKS, "");
    CAUGHT("no-lost-update-together", "check-present-together");
}

/* Rows can be locked, what is not there cannot. */
static void for_share_is_caught_on_absence(void **state) {
    (void)state;
    slowly();
    variant(LOCKS, "PERFORM 1 FROM " SCHEMA ".records r WHERE r.key = ANY (keys) ORDER BY r.key FOR SHARE;");
    CAUGHT("check-absent-together");
}

/* Locks of writers alone: two commits that each check what the other writes both find it as it was. */
static void locks_for_writes_only_are_caught(void **state) {
    (void)state;
    slowly();
    variant("pg_advisory_xact_lock_shared(l & -2)", "NULL");
    CAUGHT("check-present-together", "check-absent-together");
}

/* In one statement with its locks the comparison sees what was there before it waited. */
static void comparing_at_the_moment_of_the_locks_is_caught(void **state) {
    (void)state;
    slowly();
    variant(LOCKS " PERFORM 1 FROM unnest(keys, expected) o(key, revision) WHERE o.revision >= 0",
            "PERFORM 1 FROM (SELECT count(CASE WHEN l & 1 = 1 THEN pg_advisory_xact_lock_shared(l & -2)::text"
            " ELSE pg_advisory_xact_lock(l)::text END) AS n FROM unnest(locks) l) locked, unnest(keys, expected) o(key, revision)"
            " WHERE o.revision >= 0 AND locked.n >= 0");
    CAUGHT("no-lost-update-together", "check-present-together", "check-absent-together");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)
    static const struct CMUnitTest tests[] = {
        TEST(it_keeps_every_promise_STORE_2),
        TEST(it_keeps_every_promise_slowly_too_STORE_2),
        TEST(read_committed_without_locks_is_caught),
        TEST(for_share_is_caught_on_absence),
        TEST(locks_for_writes_only_are_caught),
        TEST(comparing_at_the_moment_of_the_locks_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
