/* test_problems.c: what goes wrong with a server has a name, the right status, and is over when its cause is (STORE-2): wrong
 * password, no server, no rights, a standby, a full disk, a newer schema, a server that goes away or does not answer. */
#define _GNU_SOURCE /* memmem */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pg.h"

#define SCHEMA "test_problems"

static struct pg pg;

static int open_store(void **state) {
    (void)state;
    pg_drop(SCHEMA);
    pg_open(&pg, SCHEMA);
    OK(hsvc_pgsql_store_connect(pg.pgsql));
    return 0;
}

static int close_store(void **state) {
    (void)state;
    pg_close(&pg);
    pg_drop(SCHEMA);
    return 0;
}

static void reason_is(const struct pg *of, int32_t status, uint32_t reason) {
    hsvc_pgsql_problem problem = pg_problem(of);
    if (problem.reason != reason)
        print_error("%s: %s %s\n", hsvc_pgsql_reason_name(problem.reason), problem.sqlstate, problem.text);
    assert_int_equal(problem.reason, reason);
    assert_int_equal(problem.status, status);
    assert_true(strlen(problem.text) > 5);
    assert_true(strlen(hsvc_pgsql_reason_remedy(reason)) > 5);
}

/* connects: what connecting with this conninfo gives; every call of the store must give the same. */
static void connects(const char *conninfo, uint32_t flags, int32_t status, uint32_t reason) {
    struct pg other;
    hsvc_op op = pg_op(HSVC_OP_PUT, "k", HSVC_EXPECT_ANY, 0, "v");
    uint64_t revision;
    pg_ready(&other, SCHEMA);
    other.config.conninfo = conninfo;
    other.config.flags = flags;
    other.config.connect_ms = 500;
    pg_start(&other);
    assert_int_equal(hsvc_pgsql_store_connect(other.pgsql), status);
    reason_is(&other, status, reason);
    assert_int_equal(pg_commit(&other, &op, 1, &revision), status);
    assert_null(strstr(pg_problem(&other).text, "wr0ng"));
    pg_close(&other);
}

static const char *with(const char *more) {
    static char conninfo[512];
    snprintf(conninfo, sizeof conninfo, "%s %s", pg_conninfo(), more);
    return conninfo;
}

static void no_server_is_named(void **state) {
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    int silent = socket(AF_INET, SOCK_STREAM, 0);
    char conninfo[64];
    (void)state;
    connects("host=/nonexistent dbname=x", 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_SERVER);
    connects("host=127.0.0.1 port=1 dbname=x", 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_SERVER);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(silent, (struct sockaddr *)&at, sizeof at) | listen(silent, 4), 0);
    assert_int_equal(getsockname(silent, (struct sockaddr *)&at, &len), 0);
    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%u dbname=x", (unsigned)ntohs(at.sin_port));
    connects(conninfo, 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_SERVER); /* it listens, and says nothing */
    close(silent);
}

static void a_login_that_is_refused_is_named(void **state) {
    (void)state;
    (void)pg_sql("DROP ROLE IF EXISTS locked_one; DROP ROLE IF EXISTS locked; CREATE ROLE locked;"
                 "CREATE ROLE locked_one LOGIN PASSWORD 'r1ght' IN ROLE locked");
    connects(with("user=locked_one password=wr0ng"), 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_LOGIN_REFUSED);
    connects(with("user=locked_one"), 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_LOGIN_REFUSED);
    connects(with("user=nobody_at_all"), 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_LOGIN_REFUSED);
    connects(with("dbname=no_such"), 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_DATABASE);
}

/* A password is found where libpq looks for it, and is asked of nobody else: with the right one the login succeeds, and then
 * the role may not use the schema. */
static void a_password_file_is_libpqs_own(void **state) {
    static const char *const lines[] = {"*:*:*:locked_one:wr0ng\n", "*:*:*:locked_one:r1ght\n"};
    char file[] = "/tmp/hsvc-passfile-XXXXXX", more[128];
    int fd = mkstemp(file);
    (void)state;
    (void)pg_sql("DROP ROLE IF EXISTS locked_one; DROP ROLE IF EXISTS locked; CREATE ROLE locked;"
                 "CREATE ROLE locked_one LOGIN PASSWORD 'r1ght' IN ROLE locked");
    snprintf(more, sizeof more, "user=locked_one passfile=%s", file);
    for (int right = 0; right < 2; right++) {
        assert_int_equal(pwrite(fd, lines[right], strlen(lines[right]), 0), strlen(lines[right]));
        connects(with(more), 0, HSVC_ERR_UNAVAILABLE, right ? HSVC_PGSQL_NO_RIGHT : HSVC_PGSQL_LOGIN_REFUSED);
    }
    close(fd);
    unlink(file);
}

/* What libpq says of a conninfo that it cannot read shows parts of it, or all: a password that was not quoted, a URI. */
static void a_garbled_conninfo_shows_no_password_STORE_2(void **state) {
    static const char *const garbled[] = {"host=/nowhere password=not wr0ng", "postgresql://ann:wr0ng@[::1/desks", "postgresql://ann:%zzwr0ng@db/desks",
                                          "postgres://ann:wr0ng@db/desks?wr0ng", "host=/nowhere password='wr0ng", "host=/nowhere wr0ng"};
    (void)state;
    for (size_t i = 0; i < sizeof garbled / sizeof garbled[0]; i++) connects(garbled[i], 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_SERVER);
    connects("no_database_of_that_name host=/nowhere", 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_SERVER);
}

/* ---- what is given back ---- */
static size_t given_back, with_password;

static void *look_and_resize(void *block, size_t old_size, size_t new_size, void *user) {
    const hsvc_allocator *inner = (const hsvc_allocator *)user;
    if (new_size == 0 && block != NULL) given_back++, with_password += memmem(block, old_size, "wr0ng", 5) != NULL;
    return inner->resize(block, old_size, new_size, inner->user);
}

static void a_password_is_overwritten_before_its_memory_is_given_back_STORE_2(void **state) {
    hsvc_allocator inner, looking;
    hsvc_pgsql_config config;
    hsvc_pgsql_store *store = NULL;
    (void)state;
    OK(hsvc_stdlib_allocator(&inner));
    looking = inner;
    looking.resize = look_and_resize;
    looking.user = &inner;
    OK(hsvc_pgsql_config_init(&config, sizeof config));
    config.allocator = &looking;
    config.conninfo = "host=/nowhere password=wr0ng";
    OK(hsvc_pgsql_store_new(&config, &store));
    assert_int_equal(hsvc_pgsql_store_connect(store), HSVC_ERR_UNAVAILABLE);
    hsvc_pgsql_store_free(store);
    assert_true(given_back > 1);
    assert_int_equal(with_password, 0);
}

/* a_free_port: of the loopback; nobody else is given it in a moment. */
static unsigned a_free_port(void) {
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static void secured(const char *plain, const char *how, int32_t status, uint32_t reason) {
    char conninfo[1024];
    struct pg other;
    snprintf(conninfo, sizeof conninfo, "%s %s", plain, how);
    pg_ready(&other, SCHEMA);
    other.config.conninfo = conninfo;
    pg_start(&other);
    assert_int_equal(hsvc_pgsql_store_connect(other.pgsql), status);
    if (status != HSVC_OK) reason_is(&other, status, reason);
    else pg_put(&other, "k", "v");
    pg_close(&other);
}

/* The server takes nothing but TLS there, and whom to trust is a matter of the conninfo. */
static void tls_is_libpqs_own(void **state) {
    char command[1024], cert[512] = "", plain[256], trusted[600];
    unsigned port = a_free_port();
    FILE *script;
    (void)state;
    snprintf(command, sizeof command, "'%s' tls '%s' %u", getenv("HSVC_TEST_PGSQL_SCRIPT"), getenv("HSVC_TEST_PGSQL_DIR"), port);
    script = popen(command, "r");
    assert_non_null(script);
    assert_non_null(fgets(cert, sizeof cert, script));
    assert_int_equal(pclose(script), 0);
    snprintf(plain, sizeof plain, "host=localhost hostaddr=127.0.0.1 port=%u user=tester dbname=postgres", port);
    snprintf(trusted, sizeof trusted, "sslmode=verify-full sslrootcert=%s", cert);
    secured(plain, trusted, HSVC_OK, HSVC_PGSQL_NO_PROBLEM);
    secured(plain, "sslmode=disable", HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_LOGIN_REFUSED);
    secured(plain, "sslmode=verify-full sslrootcert=/etc/hostname", HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_SERVER);
    pg_script("stop");
    pg_script("start");
}

static void missing_rights_and_a_standby_are_named(void **state) {
    (void)state;
    (void)pg_sql("DROP ROLE IF EXISTS poor; CREATE ROLE poor LOGIN; DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN SUPERUSER;"
                 "ALTER ROLE reader SET default_transaction_read_only = on");
    connects(with("user=poor"), 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_RIGHT);
    connects(with("user=reader"), 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_READ_ONLY);
    pg_drop(SCHEMA);
    connects(with("user=poor"), 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_RIGHT); /* to create it */
    connects(pg_conninfo(), HSVC_PGSQL_NO_CREATE, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_SCHEMA);
    connects(with("target_session_attrs=standby"), 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_SERVER);
    connects(with("user=reader target_session_attrs=read-write"), 0, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_READ_ONLY);
}

static void a_schema_that_is_not_ours_to_use_is_named_STORE_7(void **state) {
    (void)state;
    (void)pg_sql("UPDATE " SCHEMA ".meta SET version = 99");
    connects(pg_conninfo(), 0, HSVC_ERR_CORRUPT, HSVC_PGSQL_NEWER_SCHEMA);
    (void)pg_sql("DELETE FROM " SCHEMA ".meta");
    connects(pg_conninfo(), 0, HSVC_ERR_CORRUPT, HSVC_PGSQL_DAMAGED);
    (void)pg_sql("DROP TABLE " SCHEMA ".records CASCADE");
    assert_int_equal(pg.store.scan(NULL, 0, NULL, 0, 1, pg_take, NULL, pg.store.user), HSVC_ERR_CORRUPT);
    reason_is(&pg, HSVC_ERR_CORRUPT, HSVC_PGSQL_DAMAGED);
}

/* raising: every write of a row makes the server say this. */
static void raising(const char *how) {
    char sql[512];
    snprintf(sql, sizeof sql,
             "CREATE OR REPLACE FUNCTION " SCHEMA ".t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN %s; RETURN new; END $$;"
             "DROP TRIGGER IF EXISTS t ON " SCHEMA ".records;"
             "CREATE TRIGGER t BEFORE INSERT ON " SCHEMA ".records FOR EACH ROW EXECUTE FUNCTION " SCHEMA ".t()",
             how);
    (void)pg_sql(sql);
}

static void commit_gives(int32_t status, uint32_t reason) {
    hsvc_op op = pg_op(HSVC_OP_PUT, "k", HSVC_EXPECT_ANY, 0, "v");
    uint64_t revision;
    assert_int_equal(pg_commit(&pg, &op, 1, &revision), status);
    reason_is(&pg, status, reason);
}

static void what_the_server_says_in_a_commit_is_told_apart(void **state) {
    static const struct {
        const char *how;
        int32_t status;
        uint32_t reason;
    } cases[] = {{"RAISE 'no room' USING ERRCODE = '53100'", HSVC_ERR_FULL, HSVC_PGSQL_DISK_FULL},
                 {"RAISE 'serialisation' USING ERRCODE = '40001'", HSVC_ERR_CONFLICT, HSVC_PGSQL_CONTENTION},
                 {"RAISE 'a deadlock' USING ERRCODE = '40P01'", HSVC_ERR_CONFLICT, HSVC_PGSQL_CONTENTION},
                 {"RAISE 'too many locks' USING ERRCODE = '53200'", HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_BUSY_SERVER},
                 {"RAISE 'a bad page' USING ERRCODE = 'XX001'", HSVC_ERR_CORRUPT, HSVC_PGSQL_DAMAGED},
                 {"RAISE 'of its own' USING ERRCODE = 'P0001'", HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_OTHER}};
    (void)state;
    raising("RAISE '%', repeat('a long story ', 99)");
    commit_gives(HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_OTHER);
    assert_true(strlen(pg_problem(&pg).text) < 999);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        raising(cases[i].how);
        commit_gives(cases[i].status, cases[i].reason);
        assert_int_equal(pg_get(&pg, "k").count, 0);
    }
    /* What a server says of a commit that it could not give to its standby: it is there, and may be lost in a failover. */
    raising("RAISE WARNING 'canceling wait for synchronous replication' USING ERRCODE = '57014'");
    commit_gives(HSVC_ERR_UNKNOWN, HSVC_PGSQL_LOST);
    raising("RAISE WARNING 'the server goes down' USING ERRCODE = '57P01'");
    commit_gives(HSVC_ERR_UNKNOWN, HSVC_PGSQL_LOST);
    raising("RAISE WARNING 'the weather is fine'");
    pg_put(&pg, "k", "v");
    raising("NULL");
    pg_put(&pg, "k", "v");
}

/* A schema that somebody has built into: each step of making it ours fails by name. */
static void a_schema_that_cannot_be_finished_is_named(void **state) {
    struct pg_found found = {0};
    hsvc_key key = {(const uint8_t *)"k", 1};
    (void)state;
    pg_close(&pg);
    pg_drop(SCHEMA);
    (void)pg_sql("CREATE SCHEMA " SCHEMA "; CREATE TABLE " SCHEMA ".devices (mine int)");
    connects(pg_conninfo(), 0, HSVC_ERR_CORRUPT, HSVC_PGSQL_DAMAGED);
    pg_drop(SCHEMA);
    pg_start(&pg);
    OK(hsvc_pgsql_store_connect(pg.pgsql));
    pg_close(&pg);
    (void)pg_sql("DROP SEQUENCE " SCHEMA ".revisions");
    connects(pg_conninfo(), 0, HSVC_ERR_CORRUPT, HSVC_PGSQL_DAMAGED);
    pg_drop(SCHEMA);
    pg_start(&pg);
    OK(hsvc_pgsql_store_connect(pg.pgsql));
    pg_close(&pg);
    (void)pg_sql("DROP TABLE " SCHEMA ".records CASCADE");
    connects(pg_conninfo(), 0, HSVC_ERR_CORRUPT, HSVC_PGSQL_DAMAGED);
    pg.config.conninfo = "host=/nonexistent dbname=x"; /* and who only reads is told the same */
    pg_start(&pg);
    assert_int_equal(pg.store.read(&key, 1, pg_take, &found, pg.store.user), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(pg.store.scan(NULL, 0, NULL, 0, 1, pg_take, &found, pg.store.user), HSVC_ERR_UNAVAILABLE);
}

static int32_t enough(const hsvc_row *row, void *user) {
    (void)row;
    return ++*(size_t *)user == 3 ? HSVC_ERR_NOT_FOUND : HSVC_OK;
}

static void a_row_of_somebody_elses_is_damage_STORE_7(void **state) {
    struct pg_found found = {0};
    size_t seen = 0;
    (void)state;
    (void)pg_sql("INSERT INTO " SCHEMA ".records SELECT convert_to('k' || i, 'UTF8'), '\\x00', i FROM generate_series(1, 300) i");
    assert_int_equal(pg.store.scan(NULL, 0, NULL, 0, 1000, enough, &seen, pg.store.user), HSVC_ERR_NOT_FOUND);
    assert_int_equal(seen, 3);
    (void)pg_sql("INSERT INTO " SCHEMA ".records VALUES (convert_to(repeat('a', 600), 'UTF8'), '\\x00', 1)");
    assert_int_equal(pg.store.scan(NULL, 0, NULL, 0, 1000, pg_take, &found, pg.store.user), HSVC_ERR_CORRUPT);
}

static void a_statement_that_takes_too_long_is_given_up_and_did_nothing(void **state) {
    PGconn *other = PQconnectdb(pg_conninfo());
    (void)state;
    pg_close(&pg);
    pg.config.call_ms = 300;
    pg_start(&pg);
    OK(hsvc_pgsql_store_connect(pg.pgsql));
    PQclear(PQexec(other, "BEGIN; LOCK TABLE " SCHEMA ".records IN SHARE MODE"));
    commit_gives(HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_TIMEOUT);
    PQfinish(other);
    assert_int_equal(pg_get(&pg, "k").count, 0);
    pg_put(&pg, "k", "v");
}

#define TERMINATE \
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'headsetsvc'"

static void a_connection_that_broke_is_made_again_by_the_next_call_STORE_4(void **state) {
    struct pg_found found;
    (void)state;
    (void)pg_sql(TERMINATE);
    commit_gives(HSVC_ERR_UNKNOWN, HSVC_PGSQL_LOST);
    pg_put(&pg, "k", "v");
    (void)pg_sql(TERMINATE);
    assert_int_equal(pg.store.scan(NULL, 0, NULL, 0, 1, pg_take, &found, pg.store.user), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(pg_get(&pg, "k").count, 1);
}

static void a_server_that_crashed_and_came_back_is_found_again_STORE_4(void **state) {
    hsvc_op op = pg_op(HSVC_OP_PUT, "k", HSVC_EXPECT_ANY, 0, "v");
    uint64_t revision, before = pg_put(&pg, "k", "before");
    (void)state;
    pg_script("crash");
    assert_int_equal(pg_commit(&pg, &op, 1, &revision), HSVC_ERR_UNKNOWN);
    assert_int_equal(pg_commit(&pg, &op, 1, &revision), HSVC_ERR_UNAVAILABLE);
    reason_is(&pg, HSVC_ERR_UNAVAILABLE, HSVC_PGSQL_NO_SERVER);
    pg_script("start");
    assert_true(pg_get(&pg, "k").revision == before);
    OK(pg_commit(&pg, &op, 1, &revision));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)
    static const struct CMUnitTest tests[] = {
        TEST(no_server_is_named),
        TEST(a_login_that_is_refused_is_named),
        TEST(a_password_file_is_libpqs_own),
        TEST(a_garbled_conninfo_shows_no_password_STORE_2),
        TEST(a_password_is_overwritten_before_its_memory_is_given_back_STORE_2),
        TEST(tls_is_libpqs_own),
        TEST(missing_rights_and_a_standby_are_named),
        TEST(a_schema_that_is_not_ours_to_use_is_named_STORE_7),
        TEST(what_the_server_says_in_a_commit_is_told_apart),
        TEST(a_schema_that_cannot_be_finished_is_named),
        TEST(a_row_of_somebody_elses_is_damage_STORE_7),
        TEST(a_statement_that_takes_too_long_is_given_up_and_did_nothing),
        TEST(a_connection_that_broke_is_made_again_by_the_next_call_STORE_4),
        TEST(a_server_that_crashed_and_came_back_is_found_again_STORE_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
