/* sqlite_store.h: what the parts of the SQLite store share. */
#ifndef HSVC_SQLITE_STORE_H
#define HSVC_SQLITE_STORE_H

#include <sqlite3.h>

#include "core/core.h"
#include "headsetsvc/sqlite.h"
#include "store/columns.h"

#define HSVC__SQLITE_OPS_MAX 131072u /* an atomic import of bulk_atomic_max rows is some 50 000 */
#define HSVC__SQLITE_TEXT 240u

/* Prepared once, when the store is opened. */
enum {
    HSVC__SQL_BEGIN_READ,
    HSVC__SQL_BEGIN_WRITE,
    HSVC__SQL_COMMIT,
    HSVC__SQL_ROLLBACK,
    HSVC__SQL_READ,
    HSVC__SQL_SCAN,
    HSVC__SQL_SCAN_TO,
    HSVC__SQL_REVISION_OF,
    HSVC__SQL_LAST_REVISION,
    HSVC__SQL_NEXT_REVISION,
    HSVC__SQL_PUT,
    HSVC__SQL_DELETE,
    HSVC__SQL_COUNT
};

struct hsvc_sqlite {
    hsvc_allocator allocator;
    sqlite3 *db;
    uint32_t flags;
    uint32_t in_use; /* a read or scan is under way */
    long process;    /* that opened it */
    uint32_t problem;
    int32_t sqlite_code;
    char sqlite_text[HSVC__SQLITE_TEXT];
    sqlite3_stmt *sql[HSVC__SQL_COUNT];
};

/* ---- sqlite.c ---- */
/* hsvc__sqlite_fail: notes what SQLite says of its last call and gives the status for it. code: its result. */
int32_t hsvc__sqlite_fail(hsvc_sqlite *store, int code);
int32_t hsvc__sqlite_problem(hsvc_sqlite *store, uint32_t kind);
/* hsvc__sqlite_enter: may this call be made here and now? Forgets the last problem. */
int32_t hsvc__sqlite_enter(hsvc_sqlite *store);
/* hsvc__sqlite_run: a prepared statement without rows, to its end. HSVC_OK or what hsvc__sqlite_fail gives. */
int32_t hsvc__sqlite_run(hsvc_sqlite *store, int statement);

/* ---- schema.c ---- */
/* hsvc__sqlite_schema: makes the tables or brings them up to date. hsvc__sqlite_number: the first column of a query. */
int32_t hsvc__sqlite_schema(hsvc_sqlite *store, uint32_t wait_ms);
int32_t hsvc__sqlite_exec(hsvc_sqlite *store, const char *sql);
int32_t hsvc__sqlite_number(hsvc_sqlite *store, const char *sql, int64_t *number);

/* ---- columns.c ---- */
/* hsvc__sqlite_put_text: the statement that writes one row; given back by hsvc__sqlite_bind_row. */
#define HSVC__SQLITE_PUT_LEN 2048u
void hsvc__sqlite_put_text(char *sql);
/* hsvc__sqlite_bind_row: binds a row and its readable columns to it. SQLite's result code. */
int hsvc__sqlite_bind_row(sqlite3_stmt *put, const hsvc_row *row);
int hsvc__sqlite_bind_bytes(sqlite3_stmt *statement, int at, const uint8_t *bytes, size_t len);

/* ---- rows.c, commit.c: the callbacks of hsvc_store ---- */
int32_t hsvc__sqlite_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user);
int32_t hsvc__sqlite_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                          hsvc_row_sink sink, void *sink_user, void *user);
int32_t hsvc__sqlite_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user);

#endif
