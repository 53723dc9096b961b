/* store.h: the PostgreSQL store from inside.
 *
 *   store.c    the public handle           connect.c  connection, session, schema
 *   rows.c     read, scan                  commit.c   commit
 *   call.c     one statement and its answer, within a bounded time; what errors mean
 *   wire.c     parameters in the protocol's binary form
 *   schema.c   the text of the SQL         readable.c what people may read of a row
 *
 * A commit is one call of the function `commit` in the database: it locks the hashes of all keys (advisory, until the
 * transaction's end, shared for keys that are only checked), then compares, then writes. docs/decisions/075 says why; and
 * docs/decisions/094 why one of very many keys locks all others out instead. */
#ifndef HSVC_PGSQL_STORE_H
#define HSVC_PGSQL_STORE_H

#include <stdlib.h>

#include <libpq-fe.h>

#include "core/core.h"
#include "headsetsvc/pgsql.h"
#include "store/columns.h"

#define HSVC__PG_SCHEMA_VERSION 1
#define HSVC__PG_OPS_MAX 131072u
#define HSVC__PG_LOCKS_MAX 512u /* of one commit: the server has 64 a connection by default, shared by all */
#define HSVC__PG_ARGS 8

/* Parameters of a statement, in one growing block. */
struct hsvc__pg_args {
    char *bytes;
    size_t len, room;
    size_t at[HSVC__PG_ARGS];
    size_t count;
    size_t array; /* where the array that is being filled begins */
    size_t members; /* of the JSON object that is being written */
    int failed;     /* no memory */
};

struct hsvc_pgsql_store {
    hsvc_allocator allocator;
    char *conninfo; /* may be NULL */
    size_t conninfo_size;
    char schema[64];
    uint32_t flags;
    uint32_t connect_ms;
    uint32_t call_ms;
    PGconn *conn;
    uint64_t salt; /* of this store's locks, so that stores of one database do not wait for each other */
    int lost;      /* the connection broke while a statement was under way: nobody knows what became of it */
    int warned;    /* the server said that a commit is not as safe as it should be */
    struct hsvc__pg_args args;
    hsvc_pgsql_counters counters;
    uint32_t reason;
    int32_t status;
    char sqlstate[8];
    char text[256];
};

/* ---- schema.c: with @ for the schema's name ---- */
extern const char hsvc__pg_sql_session[];
extern const char hsvc__pg_sql_create[]; /* begins a transaction, which _views ends */
extern const char hsvc__pg_sql_views[];
struct hsvc__pg_statement {
    const char *name;
    const char *sql;
    int count;
    Oid types[HSVC__PG_ARGS];
};
extern const struct hsvc__pg_statement hsvc__pg_statements[];
extern const size_t hsvc__pg_statement_count;
/* hsvc__pg_sql: the text with the schema's name put in, in memory of the args' block; NULL if there is no memory. */
const char *hsvc__pg_sql(struct hsvc_pgsql_store *store, const char *text);

/* ---- wire.c ---- */
#define HSVC__PG_BYTEA 17
#define HSVC__PG_INT8 20
#define HSVC__PG_BYTEA_ARRAY 1001
#define HSVC__PG_INT8_ARRAY 1016
#define HSVC__PG_JSONB 3802
#define HSVC__PG_JSONB_ARRAY 3807
void hsvc__pg_args_begin(struct hsvc_pgsql_store *store);
void hsvc__pg_arg_bytes(struct hsvc_pgsql_store *store, const void *bytes, size_t len);
void hsvc__pg_arg_int8(struct hsvc_pgsql_store *store, int64_t value);
/* An array: begin, its elements, end. */
void hsvc__pg_array_begin(struct hsvc_pgsql_store *store, Oid of);
void hsvc__pg_array_bytes(struct hsvc_pgsql_store *store, const void *bytes, size_t len);
void hsvc__pg_array_int8(struct hsvc_pgsql_store *store, int64_t value);
void hsvc__pg_array_end(struct hsvc_pgsql_store *store);
/* An element written piece by piece: begin gives where it begins, which end wants. */
size_t hsvc__pg_element_begin(struct hsvc_pgsql_store *store);
void hsvc__pg_element_end(struct hsvc_pgsql_store *store, size_t at, int is_null);
/* readable.c: the readable columns of what a PUT writes, as an element. */
void hsvc__pg_array_readable(struct hsvc_pgsql_store *store, const hsvc_op *op);
/* hsvc__pg_room: makes room for so many bytes more; 0 and args.failed if there is no memory. */
int hsvc__pg_room(struct hsvc_pgsql_store *store, size_t more);
int64_t hsvc__pg_int8_of(const PGresult *result, int row, int column);

/* ---- call.c ---- */
/* hsvc__pg_now: milliseconds of a clock that never goes back. hsvc__pg_wait: until the socket is ready or the time is
 * come; 0 if it came first. */
int64_t hsvc__pg_now(void);
int hsvc__pg_wait(const PGconn *conn, int for_writing, int64_t until);
/* hsvc__pg_run: SQL without parameters, perhaps several statements; hsvc__pg_prepare; hsvc__pg_call: a prepared statement
 * with the args, binary answer. The last answer, which the caller clears; NULL on failure: reason and text are noted, and
 * `lost` says whether the outcome is unknown. */
PGresult *hsvc__pg_run(struct hsvc_pgsql_store *store, const char *sql);
PGresult *hsvc__pg_prepare(struct hsvc_pgsql_store *store, const struct hsvc__pg_statement *statement, const char *sql);
PGresult *hsvc__pg_call(struct hsvc_pgsql_store *store, const struct hsvc__pg_statement *statement);
/* hsvc__pg_problem: notes why the call failed; the status that belongs to it. text: its first line counts. */
int32_t hsvc__pg_problem(struct hsvc_pgsql_store *store, uint32_t reason, const char *sqlstate, const char *text);
uint32_t hsvc__pg_reason_of(const char *sqlstate);
void hsvc__pg_drop(struct hsvc_pgsql_store *store);

/* ---- connect.c ---- */
/* hsvc__pg_ready: a connection that can be used, the one there is or a new one, with schema and statements. OK, or the
 * status of the problem that it noted. */
int32_t hsvc__pg_ready(struct hsvc_pgsql_store *store);

/* ---- rows.c, commit.c: the callbacks of hsvc_store ---- */
int32_t hsvc__pg_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user);
int32_t hsvc__pg_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                      hsvc_row_sink sink, void *sink_user, void *user);
int32_t hsvc__pg_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user);
enum { HSVC__PG_READ, HSVC__PG_SCAN, HSVC__PG_SCAN_TO, HSVC__PG_COMMIT };

#endif
