/* rows.c: read and scan. Several keys are read in one transaction: what they show was true at one moment. */
#include "sqlite_store.h"

/* Hands out the row on which a statement stands. */
static int32_t hand_out(sqlite3_stmt *query, size_t index, hsvc_row_sink sink, void *sink_user) {
    hsvc_row row;
    memset(&row, 0, sizeof row);
    row.struct_size = sizeof row;
    row.index = (uint32_t)index;
    row.key = (const uint8_t *)sqlite3_column_blob(query, 0);
    row.key_len = (size_t)sqlite3_column_bytes(query, 0);
    row.revision = (uint64_t)sqlite3_column_int64(query, 1);
    row.value = (const uint8_t *)sqlite3_column_blob(query, 2);
    row.value_len = (size_t)sqlite3_column_bytes(query, 2);
    return sink(&row, sink_user);
}

static int32_t read_one(hsvc_sqlite *store, const hsvc_key *key, size_t index, hsvc_row_sink sink, void *sink_user) {
    sqlite3_stmt *query = store->sql[HSVC__SQL_READ];
    int code = hsvc__sqlite_bind_bytes(query, 1, key->bytes, key->len);
    int32_t status = HSVC_OK;
    if (code == SQLITE_OK) code = sqlite3_step(query);
    if (code == SQLITE_ROW)
        status = hand_out(query, index, sink, sink_user);
    else if (code != SQLITE_DONE)
        status = hsvc__sqlite_fail(store, code);
    (void)sqlite3_reset(query);
    return status;
}

static int32_t read_all(hsvc_sqlite *store, const hsvc_key *keys, size_t key_count, hsvc_row_sink sink,
                        void *sink_user) {
    int32_t status = key_count > 1 ? hsvc__sqlite_run(store, HSVC__SQL_BEGIN_READ) : HSVC_OK;
    if (status != HSVC_OK) return status;
    for (size_t i = 0; i < key_count && status == HSVC_OK; i++) status = read_one(store, &keys[i], i, sink, sink_user);
    if (key_count > 1 && sqlite3_get_autocommit(store->db) == 0) {
        (void)sqlite3_step(store->sql[HSVC__SQL_COMMIT]); /* of a transaction that wrote nothing */
        (void)sqlite3_reset(store->sql[HSVC__SQL_COMMIT]);
    }
    return status;
}

int32_t hsvc__sqlite_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_sqlite *store = (hsvc_sqlite *)user;
    int32_t status = store == NULL || sink == NULL || (keys == NULL && key_count > 0) ? HSVC_ERR_ARGUMENT
                                                                                      : hsvc__sqlite_enter(store);
    if (status != HSVC_OK) return status;
    store->in_use = 1;
    status = read_all(store, keys, key_count, sink, sink_user);
    store->in_use = 0;
    return status;
}

static sqlite3_stmt *scan_query(hsvc_sqlite *store, hsvc_key from, hsvc_key to, size_t limit) {
    sqlite3_stmt *query = store->sql[to.len == 0 ? HSVC__SQL_SCAN : HSVC__SQL_SCAN_TO];
    int64_t most = limit > INT64_MAX ? INT64_MAX : (int64_t)limit;
    int code = hsvc__sqlite_bind_bytes(query, 1, from.bytes, from.len);
    if (code == SQLITE_OK) code = sqlite3_bind_int64(query, 2, most);
    if (code == SQLITE_OK && to.len > 0) code = hsvc__sqlite_bind_bytes(query, 3, to.bytes, to.len);
    if (code == SQLITE_OK) return query;
    (void)hsvc__sqlite_fail(store, code);
    return NULL;
}

int32_t hsvc__sqlite_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                          hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_sqlite *store = (hsvc_sqlite *)user;
    hsvc_key low = {from, from_len}, high = {to, to_len};
    sqlite3_stmt *query;
    int32_t status = store == NULL || sink == NULL ? HSVC_ERR_ARGUMENT : hsvc__sqlite_enter(store);
    int code = SQLITE_ROW;
    if (status != HSVC_OK) return status;
    query = scan_query(store, low, high, limit);
    if (query == NULL) return HSVC_ERR_UNAVAILABLE;
    store->in_use = 1;
    for (size_t i = 0; status == HSVC_OK && (code = sqlite3_step(query)) == SQLITE_ROW; i++)
        status = hand_out(query, i, sink, sink_user);
    store->in_use = 0;
    if (status == HSVC_OK && code != SQLITE_DONE) status = hsvc__sqlite_fail(store, code);
    (void)sqlite3_reset(query);
    return status;
}
