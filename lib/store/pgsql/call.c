/* call.c: one statement and its answer. The socket is never waited for without end: a server that dies without a word
 * must not hold the host up for longer than call_ms and a little. */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>
#include <time.h>

#include "store/pgsql/store.h"

#define GRACE_MS 1000 /* after the server should have given up by itself, so that its word usually comes first */

static const struct {
    const char *name;
    const char *remedy;
    int32_t status;
} problems[] = {
#define PROBLEM(name, status, remedy) {#name, remedy, status},
#include "store/pgsql/problems.def"
#undef PROBLEM
};
#define PROBLEMS (sizeof problems / sizeof problems[0])

static const struct {
    const char *state;
    uint32_t reason;
} states[] = {
#define STATE(state, name) {state, HSVC_PGSQL_##name},
#include "store/pgsql/problems.def"
#undef STATE
};

const char *hsvc_pgsql_reason_name(uint32_t reason) { return reason < PROBLEMS ? problems[reason].name : "UNKNOWN"; }
const char *hsvc_pgsql_reason_remedy(uint32_t reason) { return reason < PROBLEMS ? problems[reason].remedy : ""; }

uint32_t hsvc__pg_reason_of(const char *sqlstate) {
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strncmp(sqlstate, states[i].state, strlen(states[i].state)) == 0) return states[i].reason;
    return HSVC_PGSQL_OTHER;
}

int32_t hsvc__pg_problem(struct hsvc_pgsql_store *store, uint32_t reason, const char *sqlstate, const char *text) {
    size_t len = strcspn(text, "\n");
    if (len >= sizeof store->text) len = sizeof store->text - 1;
    memcpy(store->text, text, len);
    store->text[len] = 0;
    memset(store->sqlstate, 0, sizeof store->sqlstate);
    strncpy(store->sqlstate, sqlstate, sizeof store->sqlstate - 1);
    store->reason = reason;
    store->status = problems[reason].status;
    return store->status;
}

int64_t hsvc__pg_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int hsvc__pg_wait(const PGconn *conn, int for_writing, int64_t until) {
    struct pollfd fd = {PQsocket(conn), (short)(POLLIN | (for_writing ? POLLOUT : 0)), 0};
    for (;;) { /* ends at the latest when the time is come */
        int64_t left = until - hsvc__pg_now();
        int ready = fd.fd < 0 || left <= 0 ? 0 : poll(&fd, 1, left > 1000 ? 1000 : (int)left);
        if (ready > 0) return 1;
        if (fd.fd < 0 || left <= 0) return 0;
    }
}

void hsvc__pg_drop(struct hsvc_pgsql_store *store) {
    PQfinish(store->conn);
    store->conn = NULL;
}

/* lose: the connection is of no use any more, whatever became of the statement. */
static void lose(struct hsvc_pgsql_store *store) {
    store->lost = 1;
    store->counters.lost++;
    hsvc__pg_drop(store);
}

/* flushed: everything is on its way; meanwhile the server may want to be read. */
static int flushed(struct hsvc_pgsql_store *store, int64_t until) {
    int left;
    while ((left = PQflush(store->conn)) == 1) {
        if (!hsvc__pg_wait(store->conn, 1, until)) return 0;
        if (!PQconsumeInput(store->conn)) return 0;
    }
    return left == 0;
}

/* arrived: the next answer is there, be it that the connection broke. */
static int arrived(struct hsvc_pgsql_store *store, int64_t until) {
    while (PQisBusy(store->conn)) {
        if (!hsvc__pg_wait(store->conn, 0, until)) return 0;
        if (!PQconsumeInput(store->conn)) return 1;
    }
    return 1;
}

static int is_error(const PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
}

static void note_error(struct hsvc_pgsql_store *store, const PGresult *result) {
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE), *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (state == NULL) state = "";
    (void)hsvc__pg_problem(store, state[0] == 0 ? HSVC_PGSQL_LOST : hsvc__pg_reason_of(state), state,
                           text != NULL ? text : PQresultErrorMessage(result));
}

/* answer: all answers up to the server's "ready", which alone says that the transaction is over: a connection lost between
 * the last row and that word leaves a commit unknown. The first error counts, else the last answer. */
static PGresult *answer(struct hsvc_pgsql_store *store, int sent) {
    int64_t until = hsvc__pg_now() + store->call_ms + GRACE_MS;
    PGresult *last = NULL;
    int wrong = 0, over = 0;
    store->counters.round_trips++;
    for (sent = sent && flushed(store, until); sent && !over && arrived(store, until);) {
        PGresult *result = PQgetResult(store->conn);
        over = result == NULL;
        if (over) break;
        if (is_error(result) && wrong++ == 0) note_error(store, result);
        PQclear(last);
        last = result;
    }
    if (over && !wrong && PQstatus(store->conn) == CONNECTION_OK) return last;
    if (!wrong) {
        if (hsvc__pg_now() >= until) (void)hsvc__pg_problem(store, HSVC_PGSQL_TIMEOUT, "", "the server did not answer in time");
        else (void)hsvc__pg_problem(store, HSVC_PGSQL_LOST, "", PQerrorMessage(store->conn));
    }
    if (!over || PQstatus(store->conn) != CONNECTION_OK) lose(store);
    PQclear(last);
    return NULL;
}

static void begin(struct hsvc_pgsql_store *store) {
    store->lost = 0;
    store->warned = 0;
}

PGresult *hsvc__pg_run(struct hsvc_pgsql_store *store, const char *sql) {
    begin(store);
    return answer(store, PQsendQuery(store->conn, sql));
}

PGresult *hsvc__pg_prepare(struct hsvc_pgsql_store *store, const struct hsvc__pg_statement *statement, const char *sql) {
    begin(store);
    return answer(store, PQsendPrepare(store->conn, statement->name, sql, statement->count, statement->types));
}

PGresult *hsvc__pg_call(struct hsvc_pgsql_store *store, const struct hsvc__pg_statement *statement) {
    const struct hsvc__pg_args *args = &store->args;
    const char *values[HSVC__PG_ARGS];
    int lengths[HSVC__PG_ARGS], formats[HSVC__PG_ARGS];
    begin(store);
    for (size_t i = 0; i < args->count; i++) {
        values[i] = args->bytes + args->at[i];
        lengths[i] = (int)((i + 1 < args->count ? args->at[i + 1] : args->len) - args->at[i]);
        formats[i] = 1;
    }
    return answer(store, PQsendQueryPrepared(store->conn, statement->name, statement->count, values, lengths, formats, 1));
}
