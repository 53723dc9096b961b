/* rows.c: read and scan. One read is one statement, so that its rows are of one moment. A long scan goes by pages, so that
 * its memory is bounded; it decides no rule (STORE-4), so that its pages may be of several moments. */
#include "store/pgsql/store.h"

#define PAGE 256

static int32_t no_memory(struct hsvc_pgsql_store *store) {
    return hsvc__pg_problem(store, HSVC_PGSQL_OTHER, "", "no memory");
}

/* A read or a scan that broke off has changed nothing, and CONFLICT is no answer to either. */
static int32_t failed(const struct hsvc_pgsql_store *store) {
    return store->status == HSVC_ERR_CORRUPT ? HSVC_ERR_CORRUPT : HSVC_ERR_UNAVAILABLE;
}

static PGresult *call(struct hsvc_pgsql_store *store, int which) {
    if (store->args.failed) {
        (void)no_memory(store);
        return NULL;
    }
    return hsvc__pg_call(store, &hsvc__pg_statements[which]);
}

static void set_row(hsvc_row *row, const PGresult *result, int number) {
    row->revision = (uint64_t)hsvc__pg_int8_of(result, number, 1);
    row->value = (const uint8_t *)PQgetvalue(result, number, 2);
    row->value_len = (size_t)PQgetlength(result, number, 2);
}

int32_t hsvc__pg_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    struct hsvc_pgsql_store *store = (struct hsvc_pgsql_store *)user;
    hsvc_row row = {.struct_size = sizeof row};
    PGresult *result;
    int32_t status = key_count == 0 ? HSVC_OK : hsvc__pg_ready(store);
    if (status != HSVC_OK) return failed(store);
    if (key_count == 0) return HSVC_OK;
    hsvc__pg_args_begin(store);
    hsvc__pg_array_begin(store, HSVC__PG_BYTEA);
    for (size_t i = 0; i < key_count; i++) hsvc__pg_array_bytes(store, keys[i].bytes, keys[i].len);
    hsvc__pg_array_end(store);
    result = call(store, HSVC__PG_READ);
    if (result == NULL) return failed(store);
    for (int i = 0; i < PQntuples(result) && status == HSVC_OK; i++) {
        row.index = (uint32_t)hsvc__pg_int8_of(result, i, 0) - 1;
        row.key = keys[row.index].bytes;
        row.key_len = keys[row.index].len;
        set_row(&row, result, i);
        status = sink(&row, sink_user);
    }
    PQclear(result);
    return status;
}

/* ---- scan ---- */
struct scan {
    uint8_t from[HSVC_LIMIT_KEY_LEN + 1];
    size_t from_len;
    const uint8_t *to;
    size_t to_len;
    uint32_t count; /* rows handed out */
    int32_t status;
};

static PGresult *page(struct hsvc_pgsql_store *store, const struct scan *scan, size_t limit) {
    hsvc__pg_args_begin(store);
    hsvc__pg_arg_bytes(store, scan->from, scan->from_len);
    hsvc__pg_arg_int8(store, (int64_t)limit);
    if (scan->to_len != 0) hsvc__pg_arg_bytes(store, scan->to, scan->to_len);
    return call(store, scan->to_len != 0 ? HSVC__PG_SCAN_TO : HSVC__PG_SCAN);
}

/* hand_out: the rows of a page; the next page begins behind the last of them, which is that key and a 00. */
static void hand_out(struct scan *scan, const PGresult *result, hsvc_row_sink sink, void *sink_user) {
    hsvc_row row = {.struct_size = sizeof row};
    for (int i = 0; i < PQntuples(result) && scan->status == HSVC_OK; i++) {
        row.index = scan->count++;
        row.key = (const uint8_t *)PQgetvalue(result, i, 0);
        row.key_len = (size_t)PQgetlength(result, i, 0);
        set_row(&row, result, i);
        scan->status = row.key_len > HSVC_LIMIT_KEY_LEN ? HSVC_ERR_CORRUPT : sink(&row, sink_user);
    }
    if (scan->status != HSVC_OK || row.key == NULL) return;
    memcpy(scan->from, row.key, row.key_len);
    scan->from[row.key_len] = 0;
    scan->from_len = row.key_len + 1;
}

int32_t hsvc__pg_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                      hsvc_row_sink sink, void *sink_user, void *user) {
    struct hsvc_pgsql_store *store = (struct hsvc_pgsql_store *)user;
    struct scan scan = {.from_len = from_len, .to = to, .to_len = to_len};
    int more = limit != 0;
    if (from_len > HSVC_LIMIT_KEY_LEN) return HSVC_ERR_CORRUPT;
    if (from_len != 0) memcpy(scan.from, from, from_len);
    if (more && hsvc__pg_ready(store) != HSVC_OK) return failed(store);
    while (more && scan.status == HSVC_OK) {
        size_t wanted = limit - scan.count < PAGE ? limit - scan.count : PAGE;
        PGresult *result = page(store, &scan, wanted);
        if (result == NULL) return failed(store);
        hand_out(&scan, result, sink, sink_user);
        more = PQntuples(result) == (int)wanted && scan.count < limit;
        PQclear(result);
    }
    return scan.status;
}
