/* connect.c: a connection, made ready for work: session settings, schema, statements. One attempt per call of the store,
 * bounded by connect_ms, so that a server that is away costs each call little and is found again by the first one after. */
#include <stdio.h>

#include "store/pgsql/store.h"

static int32_t dropped(struct hsvc_pgsql_store *store, int32_t status) {
    if (store->conn != NULL) hsvc__pg_drop(store);
    return status;
}

/* reason_in: a failed connection has no result to ask; its verbose text has the state of the last server tried. */
static uint32_t reason_in(const char *text, char state[6]) {
    uint32_t reason = HSVC_PGSQL_NO_SERVER;
    state[0] = 0;
    for (const char *at = text; (at = strstr(at, ": ")) != NULL;) {
        at += 2 + strspn(at + 2, " ");
        if (strspn(at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5 || at[5] != ':') continue;
        if (strcspn(at, "0123456789") >= 5) continue; /* "FATAL" */
        memcpy(state, at, 5);
        state[5] = 0;
        reason = hsvc__pg_reason_of(state);
    }
    if (state[0] == 0 && strstr(text, "read-only") != NULL) reason = HSVC_PGSQL_READ_ONLY; /* target_session_attrs */
    return reason;
}

static int32_t refused(struct hsvc_pgsql_store *store, const char *text) {
    char state[6];
    uint32_t reason = reason_in(text, state);
    if (reason == HSVC_PGSQL_NO_SERVER && PQconnectionNeedsPassword(store->conn)) reason = HSVC_PGSQL_LOGIN_REFUSED;
    return dropped(store, hsvc__pg_problem(store, reason, state, text));
}

/* A commit that waits for a standby can be cancelled by an administrator: it is then committed, but perhaps not safe. */
static void on_notice(void *user, const PGresult *notice) {
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    if (state != NULL && (strcmp(state, "57014") == 0 || strcmp(state, "57P01") == 0))
        ((struct hsvc_pgsql_store *)user)->warned = 1;
}

/* is_garbled: of such a conninfo libpq says what it could not read: a piece of a password, or a URI with all of it. What has
 * neither sign is a database's name to it. */
static int is_garbled(const char *conninfo) {
    PQconninfoOption *options;
    if (conninfo == NULL || (strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL)) return 0;
    options = PQconninfoParse(conninfo, NULL);
    PQconninfoFree(options);
    return options == NULL;
}

static int32_t dial(struct hsvc_pgsql_store *store) {
    static const char *const keywords[] = {"fallback_application_name", "dbname", NULL};
    const char *values[] = {"headsetsvc", store->conninfo, NULL};
    int64_t until = hsvc__pg_now() + store->connect_ms;
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    store->counters.connects++;
    if (is_garbled(store->conninfo))
        return hsvc__pg_problem(store, HSVC_PGSQL_NO_SERVER, "",
                                "libpq cannot read the conninfo; its words might show a password, and are left out");
    store->conn = PQconnectStartParams(keywords, values, 1);
    if (store->conn == NULL) return hsvc__pg_problem(store, HSVC_PGSQL_OTHER, "", "no memory");
    PQsetErrorVerbosity(store->conn, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(store->conn, on_notice, store);
    while (PQstatus(store->conn) != CONNECTION_BAD && next != PGRES_POLLING_OK && next != PGRES_POLLING_FAILED) {
        if (!hsvc__pg_wait(store->conn, next == PGRES_POLLING_WRITING, until)) return refused(store, "the server did not answer in time");
        next = PQconnectPoll(store->conn);
    }
    if (next != PGRES_POLLING_OK) return refused(store, PQerrorMessage(store->conn));
    PQsetErrorVerbosity(store->conn, PQERRORS_DEFAULT);
    return PQsetnonblocking(store->conn, 1) == 0 ? HSVC_OK : refused(store, "the socket cannot be used");
}

/* done: a statement whose answer is of no interest. */
static int32_t done(struct hsvc_pgsql_store *store, PGresult *result) {
    PQclear(result);
    return result != NULL ? HSVC_OK : store->status;
}

static int32_t run(struct hsvc_pgsql_store *store, const char *text, PGresult **result) {
    const char *sql = hsvc__pg_sql(store, text);
    *result = NULL;
    if (sql == NULL) return hsvc__pg_problem(store, HSVC_PGSQL_OTHER, "", "no memory");
    *result = hsvc__pg_run(store, sql);
    return *result != NULL ? HSVC_OK : store->status;
}

static int32_t set_up(struct hsvc_pgsql_store *store) {
    char sql[160];
    (void)snprintf(sql, sizeof sql, "SET statement_timeout = %lu; %s", (unsigned long)store->call_ms,
             store->flags & HSVC_PGSQL_ASYNC
                 ? "SET synchronous_commit = off"
                 : "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'");
    return done(store, hsvc__pg_run(store, sql));
}

/* made: is there a schema? Else it is made, unless that is not wanted. */
static int32_t made(struct hsvc_pgsql_store *store) {
    PGresult *result;
    int32_t status = run(store, hsvc__pg_sql_session, &result);
    int there = status == HSVC_OK && PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);
    if (status != HSVC_OK || there) return status;
    if (store->flags & HSVC_PGSQL_NO_CREATE)
        return hsvc__pg_problem(store, HSVC_PGSQL_NO_SCHEMA, "", "the database has no schema of that name");
    status = run(store, hsvc__pg_sql_create, &result);
    PQclear(result);
    if (status == HSVC_OK) status = run(store, hsvc__pg_sql_views, &result), PQclear(status == HSVC_OK ? result : NULL);
    return status;
}

/* Numbers of revisions that a crash of the server might have given back are left behind: see docs/decisions/076. */
static const char sql_skip[] = "SELECT pg_advisory_xact_lock(hashtextextended('@.revisions', 0));"
                               "SELECT setval('@.revisions', nextval('@.revisions') + 1048576)";

static int32_t known(struct hsvc_pgsql_store *store) {
    PGresult *result;
    int32_t status = run(store, "SELECT version, salt FROM @.meta", &result);
    if (status != HSVC_OK) return status;
    if (PQntuples(result) != 1) {
        status = hsvc__pg_problem(store, HSVC_PGSQL_DAMAGED, "", "the schema does not say its version");
    } else if (strtol(PQgetvalue(result, 0, 0), NULL, 10) > HSVC__PG_SCHEMA_VERSION) {
        status = hsvc__pg_problem(store, HSVC_PGSQL_NEWER_SCHEMA, "", "the schema is of a newer version");
    } else {
        store->salt = (uint64_t)strtoull(PQgetvalue(result, 0, 1), NULL, 10);
    }
    PQclear(result);
    if (status == HSVC_OK) status = run(store, sql_skip, &result), PQclear(status == HSVC_OK ? result : NULL);
    return status;
}

static int32_t prepared(struct hsvc_pgsql_store *store) {
    for (size_t i = 0; i < hsvc__pg_statement_count; i++) {
        const char *sql = hsvc__pg_sql(store, hsvc__pg_statements[i].sql);
        int32_t status = sql == NULL ? hsvc__pg_problem(store, HSVC_PGSQL_OTHER, "", "no memory")
                                     : done(store, hsvc__pg_prepare(store, &hsvc__pg_statements[i], sql));
        if (status != HSVC_OK) return status;
    }
    return HSVC_OK;
}

int32_t hsvc__pg_ready(struct hsvc_pgsql_store *store) {
    int32_t status;
    if (store->conn != NULL && PQstatus(store->conn) == CONNECTION_OK) return HSVC_OK;
    (void)dropped(store, HSVC_OK);
    status = dial(store);
    if (status == HSVC_OK) status = set_up(store);
    if (status == HSVC_OK) status = made(store);
    if (status == HSVC_OK) status = known(store);
    if (status == HSVC_OK) status = prepared(store);
    return status == HSVC_OK ? HSVC_OK : dropped(store, status);
}
