/* schema.c: the tables and views, how they are made, and how an older file is brought up to date.
 *
 * A file knows that it is ours by application_id and how old it is by user_version. Each step takes it one version on; a new
 * file takes them all. All of it is one transaction: it happens, or the file is as it was. */
#include "sqlite_store.h"

#define APPLICATION 0x68737663 /* "hsvc" */
#define VERSION 2

/* ---- queries ---- */

int32_t hsvc__sqlite_exec(hsvc_sqlite *store, const char *sql) {
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? HSVC_OK : hsvc__sqlite_fail(store, code);
}

int32_t hsvc__sqlite_number(hsvc_sqlite *store, const char *sql, int64_t *number) {
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &query, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(query);
    if (code == SQLITE_ROW) *number = sqlite3_column_int64(query, 0);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        int32_t status = hsvc__sqlite_fail(store, code);
        (void)sqlite3_finalize(query);
        return status;
    }
    (void)sqlite3_finalize(query);
    return HSVC_OK;
}

/* ---- version 1: rows of bytes, and the counter of revisions ---- */

static const char step_1[] =
    "CREATE TABLE store(one INTEGER PRIMARY KEY CHECK(one = 1), revision INTEGER NOT NULL);"
    "INSERT INTO store VALUES(1, 0);"
    "CREATE TABLE records(key BLOB PRIMARY KEY, revision INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;";

/* ---- version 2: readable columns, and views that name them ---- */

/* The bytes stand last, so that a report need not walk over them. */
static const char step_2_table[] =
    "ALTER TABLE records RENAME TO records_1;"
    "CREATE TABLE records(key BLOB PRIMARY KEY, revision INTEGER NOT NULL"
#define COLUMN(name, type) ", " #name " " #type
#include "store/each_column.h"
    ", value BLOB NOT NULL) WITHOUT ROWID;";

#define TIME(column) "strftime('%Y-%m-%d %H:%M:%S', " column " / 1000, 'unixepoch')"
#define OF(family, next) " FROM records WHERE key >= x'" family "' AND key < x'" next "' AND name IS NOT NULL"
/* Whom a number means; nobody once a person was erased. */
#define WHOM(number)                                                                                 \
    "(SELECT name FROM records AS whom WHERE whom.key = CAST('N' || printf('%016x', records." number \
    ") || char(0) AS BLOB))"
static const char step_2_views[] =
    "DROP TABLE records_1;"
    "CREATE VIEW devices AS SELECT name, site, flag AS registered, user AS signed_in_user, profile, state, " TIME(
        "since_at") " AS signed_in_at, serial AS by_headset, " TIME("due_at") " AS sign_out_at, prompt,"
    " headsets AS headsets_here, calls" OF("44", "45") ";"
    "CREATE VIEW sessions AS SELECT signed_in_user AS user, name AS device, site, profile, state, signed_in_at,"
    " by_headset, sign_out_at FROM devices WHERE signed_in_user IS NOT NULL;"
    "CREATE VIEW users AS SELECT name AS id, flag AS disabled, headsets, sessions, profile AS last_profile, failures,"
    " CASE due_at WHEN 9223372036854775807 THEN 'until unlocked' ELSE " TIME("due_at") " END AS locked_until" OF("55", "56") ";"
    "CREATE VIEW headsets AS SELECT name AS serial, user AS owner, flag AS connected, device, vendor, model, firmware, " TIME(
        "since_at") " AS first_seen_at, " TIME("last_at") " AS last_connected_at" OF("48", "49") ";"
    "CREATE VIEW audit AS SELECT " TIME("since_at") " AS at, state AS subject_kind, CASE state WHEN 'POLICY' THEN"
    " coalesce(" WHOM("number") ", 'everywhere') ELSE " WHOM("number") " END AS subject, input, event, flag AS accepted, reason, rule, times, " WHOM(
        "device_number") " AS device, " WHOM("headset_number") " AS headset, coalesce(actor, " WHOM(
        "actor_number") ") AS actor, since_at AS at_ms, entry FROM records WHERE key >= x'41' AND key < x'42'"
    " AND entry IS NOT NULL;";

/* Rows that are there already get their columns. */
static int32_t fill_columns(hsvc_sqlite *store) {
    char put_text[HSVC__SQLITE_PUT_LEN];
    sqlite3_stmt *from = NULL, *put = NULL;
    int code;
    int32_t status = HSVC_OK;
    hsvc__sqlite_put_text(put_text);
    code = sqlite3_prepare_v2(store->db, "SELECT key, revision, value FROM records_1", -1, &from, NULL);
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(store->db, put_text, -1, &put, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(from)) == SQLITE_ROW) {
        hsvc_row row = {.struct_size = sizeof row};
        row.key = (const uint8_t *)sqlite3_column_blob(from, 0);
        row.key_len = (size_t)sqlite3_column_bytes(from, 0);
        row.revision = (uint64_t)sqlite3_column_int64(from, 1);
        row.value = (const uint8_t *)sqlite3_column_blob(from, 2);
        row.value_len = (size_t)sqlite3_column_bytes(from, 2);
        code = hsvc__sqlite_bind_row(put, &row);
        if (code == SQLITE_OK) (void)sqlite3_step(put);
        if (code == SQLITE_OK) code = sqlite3_reset(put); /* gives the step's error */
    }
    if (code != SQLITE_DONE) status = hsvc__sqlite_fail(store, code);
    (void)sqlite3_finalize(from);
    (void)sqlite3_finalize(put);
    return status;
}

/* ---- steps ---- */

static int32_t step(hsvc_sqlite *store, int64_t version) {
    int32_t status;
    if (version == 1) return hsvc__sqlite_exec(store, step_1);
    status = hsvc__sqlite_exec(store, step_2_table);
    if (status == HSVC_OK) status = fill_columns(store);
    return status == HSVC_OK ? hsvc__sqlite_exec(store, step_2_views) : status;
}

/* What is it? version: 0 for a file that is still empty. */
static int32_t look_at(hsvc_sqlite *store, int64_t *version) {
    int64_t application = 0, tables = 0;
    int32_t status = hsvc__sqlite_number(store, "PRAGMA application_id", &application);
    if (status == HSVC_OK) status = hsvc__sqlite_number(store, "PRAGMA user_version", version);
    if (status == HSVC_OK) status = hsvc__sqlite_number(store, "SELECT count(*) FROM sqlite_master", &tables);
    if (status != HSVC_OK) return status;
    if (application != APPLICATION && (application != 0 || *version != 0 || tables != 0))
        return hsvc__sqlite_problem(store, HSVC_SQLITE_NOT_A_STORE);
    return *version > VERSION ? hsvc__sqlite_problem(store, HSVC_SQLITE_NEWER) : HSVC_OK;
}

static int32_t bring_up_to_date(hsvc_sqlite *store) {
    char sql[] = "PRAGMA user_version = 0";
    int64_t version = 0;
    int32_t status = look_at(store, &version); /* again: another process may have been first */
    if (status == HSVC_OK && version == 0) status = hsvc__sqlite_exec(store, "PRAGMA application_id = 0x68737663");
    while (status == HSVC_OK && version < VERSION) {
        status = step(store, ++version);
        sql[sizeof sql - 2] = (char)('0' + version);
        if (status == HSVC_OK) status = hsvc__sqlite_exec(store, sql);
    }
    return status;
}

#define LOCK_STEP 20 /* ms */

/* Two processes that make a file at once may be told so without having waited. */
static int32_t use_log(hsvc_sqlite *store, uint32_t wait_ms) {
    int64_t ignored;
    int32_t status = hsvc__sqlite_number(store, "PRAGMA journal_mode = WAL", &ignored);
    for (uint32_t waited = 0; status != HSVC_OK && store->problem == HSVC_SQLITE_LOCKED && waited < wait_ms;
         waited += LOCK_STEP) {
        (void)sqlite3_sleep(LOCK_STEP);
        status = hsvc__sqlite_number(store, "PRAGMA journal_mode = WAL", &ignored);
    }
    return status;
}

/* At one moment: another process may be making the file. */
static int32_t look_once(hsvc_sqlite *store, int64_t *version) {
    int32_t status = hsvc__sqlite_exec(store, "BEGIN");
    if (status == HSVC_OK) status = look_at(store, version);
    if (sqlite3_get_autocommit(store->db) == 0) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

int32_t hsvc__sqlite_schema(hsvc_sqlite *store, uint32_t wait_ms) {
    int64_t version = 0;
    int32_t status = look_once(store, &version);
    if (status != HSVC_OK) return status;
    if ((store->flags & HSVC_SQLITE_READ_ONLY) != 0)
        return version == VERSION
                   ? HSVC_OK
                   : hsvc__sqlite_problem(store, version == 0 ? HSVC_SQLITE_NOT_A_STORE : HSVC_SQLITE_IS_READ_ONLY);
    status = use_log(store, wait_ms);
    if (status != HSVC_OK || version == VERSION) return status;
    status = hsvc__sqlite_exec(store, "BEGIN IMMEDIATE");
    if (status != HSVC_OK) return status;
    status = bring_up_to_date(store);
    if (status == HSVC_OK) status = hsvc__sqlite_exec(store, "COMMIT");
    if (status != HSVC_OK) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
