/* pgsql_floor.c: an ordinary sign-in written by hand, for comparison: three plain tables, prepared statements, all of a
 * transaction in one pipeline: one round trip. No history of requests, no checks of what was read, no rules.
 *   bench_pgsql_floor CONNINFO [connections] [transactions]     synchronous_commit: PGOPTIONS */
#define _DEFAULT_SOURCE
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PEOPLE 20000

static const char *const statements[][2] = {
    {"begin", "BEGIN"},
    {"user", "SELECT sessions, locked FROM floor.users WHERE id = $1"},
    {"headset", "SELECT owner FROM floor.headsets WHERE serial = $1"},
    {"sign", "UPDATE floor.devices SET usr = $2, state = state + 1, since = 1 WHERE name = $1"},
    {"count", "UPDATE floor.users SET sessions = sessions + 1 WHERE id = $1"},
    {"note", "INSERT INTO floor.log(usr, device, what) VALUES($1, $2, 1)"},
    {"commit", "COMMIT"},
};
#define STATEMENTS (sizeof statements / sizeof statements[0])

static void fail(PGconn *conn, const char *where) {
    fprintf(stderr, "%s: %s\n", where, PQerrorMessage(conn));
    exit(1);
}

static PGconn *open_connection(const char *conninfo) {
    PGconn *conn = PQconnectdb(conninfo);
    if (PQstatus(conn) != CONNECTION_OK) fail(conn, "connect");
    return conn;
}

static void run_sql(PGconn *conn, const char *sql) {
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) fail(conn, sql);
    PQclear(result);
}

static void set_up(const char *conninfo) {
    PGconn *conn = open_connection(conninfo);
    char sql[1024];
    run_sql(conn, "SET client_min_messages = error; DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor;"
                  "CREATE TABLE floor.users(id text PRIMARY KEY, sessions int, locked bigint, rest text) WITH (fillfactor = 70);"
                  "CREATE TABLE floor.headsets(serial text PRIMARY KEY, owner text, rest text) WITH (fillfactor = 70);"
                  "CREATE TABLE floor.devices(name text PRIMARY KEY, usr text, state int, since bigint, rest text) WITH (fillfactor = 70);"
                  "CREATE TABLE floor.log(number bigserial PRIMARY KEY, usr text, device text, what int)");
    snprintf(sql, sizeof sql,
             "INSERT INTO floor.users SELECT 'user.' || i || '@example.com', 0, 0, repeat('x', 100) FROM generate_series(0, %d) i;"
             "INSERT INTO floor.headsets SELECT 'FCH' || i, 'user.' || i || '@example.com', repeat('x', 100) FROM generate_series(0, %d) i;"
             "INSERT INTO floor.devices SELECT 'SEP' || i, '', 0, 0, repeat('x', 300) FROM generate_series(0, %d) i;"
             "ANALYZE",
             PEOPLE, PEOPLE, PEOPLE);
    run_sql(conn, sql);
    PQfinish(conn);
}

/* answer: everything up to the pipeline's sync. */
static void answer(PGconn *conn) {
    for (;;) {
        PGresult *result = PQgetResult(conn);
        ExecStatusType status = PQresultStatus(result);
        if (result != NULL && status != PGRES_PIPELINE_SYNC && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            fail(conn, "answer");
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC) return;
    }
}

static void sign_in(PGconn *conn, unsigned long person) {
    char user[40], serial[24], device[24];
    const char *of_user[] = {user}, *of_headset[] = {serial}, *of_device[] = {device, user}, *of_log[] = {user, device};
    const char *const *values[] = {NULL, of_user, of_headset, of_device, of_user, of_log, NULL};
    static const int counts[] = {0, 1, 1, 2, 1, 2, 0};
    snprintf(user, sizeof user, "user.%lu@example.com", person);
    snprintf(serial, sizeof serial, "FCH%lu", person);
    snprintf(device, sizeof device, "SEP%lu", person);
    for (size_t i = 0; i < STATEMENTS; i++)
        if (!PQsendQueryPrepared(conn, statements[i][0], counts[i], values[i], NULL, NULL, 1)) fail(conn, "send");
    PQpipelineSync(conn);
    answer(conn);
}

static double seconds(void) {
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void work(const char *conninfo, unsigned who, unsigned connections, unsigned long count, int out) {
    PGconn *conn = open_connection(conninfo);
    unsigned long random = who * 7919 + 17;
    double rate, from;
    for (size_t i = 0; i < STATEMENTS; i++) PQclear(PQprepare(conn, statements[i][0], statements[i][1], 0, NULL));
    PQenterPipelineMode(conn);
    from = seconds();
    for (unsigned long i = 0; i < count; i++) {
        random = random * 6364136223846793005ul + 1442695040888963407ul;
        sign_in(conn, (random >> 33) % (PEOPLE / connections) * connections + who);
    }
    rate = (double)count / (seconds() - from);
    if (write(out, &rate, sizeof rate) != sizeof rate) exit(1);
    PQfinish(conn);
}

int main(int argc, char **argv) {
    unsigned connections = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    unsigned long count = argc > 3 ? strtoul(argv[3], NULL, 10) : 5000;
    int ends[2], status, wrong = 0;
    double all = 0, rate;
    if (argc < 2 || connections == 0 || pipe(ends) != 0) return 2;
    set_up(argv[1]);
    for (unsigned i = 0; i < connections; i++)
        if (fork() == 0) {
            work(argv[1], i, connections, count / connections, ends[1]);
            _exit(0);
        }
    while (wait(&status) > 0) wrong |= status;
    for (unsigned i = 0; i < connections && read(ends[0], &rate, sizeof rate) == sizeof rate; i++) all += rate;
    printf("floor, %u connections: %.0f sign-ins a second\n", connections, all);
    return wrong != 0;
}
