/* columns.c: what people may read of a row, beside the library's bytes, in the same row of the same commit. */
#include "sqlite_store.h"

#define FIRST_COLUMN 4 /* parameters 1 to 3 are key, revision and value */

int hsvc__sqlite_bind_bytes(sqlite3_stmt *statement, int at, const uint8_t *bytes, size_t len) {
    return sqlite3_bind_blob64(statement, at, len == 0 ? (const void *)"" : bytes, len,
                               SQLITE_STATIC); /* NULL is NULL */
}

static char *append(char *to, const char *text) {
    size_t len = strlen(text);
    memcpy(to, text, len + 1);
    return to + len;
}

void hsvc__sqlite_put_text(char *sql) {
    sql = append(sql, "REPLACE INTO records(key, revision, value");
#define COLUMN(name, type) sql = append(sql, ", " #name);
#include "store/each_column.h"
    sql = append(sql, ") VALUES(?, ?, ?");
#define COLUMN(name, type) sql = append(sql, ", ?");
#include "store/each_column.h"
    (void)append(sql, ")");
}

struct binding {
    sqlite3_stmt *put;
    int code; /* the first that failed */
};

static void bind_column(void *user, int column, const char *text, size_t len, int64_t number) {
    struct binding *to = (struct binding *)user;
    if (to->code != SQLITE_OK) return;
    if (text == NULL) to->code = sqlite3_bind_int64(to->put, FIRST_COLUMN + column, number);
    else to->code = sqlite3_bind_text64(to->put, FIRST_COLUMN + column, text, len, SQLITE_STATIC, SQLITE_UTF8);
}

int hsvc__sqlite_bind_row(sqlite3_stmt *put, const hsvc_row *row) {
    struct binding to = {put, sqlite3_clear_bindings(put)};
    if (to.code == SQLITE_OK) to.code = hsvc__sqlite_bind_bytes(put, 1, row->key, row->key_len);
    if (to.code == SQLITE_OK) to.code = sqlite3_bind_int64(put, 2, (int64_t)row->revision);
    if (to.code == SQLITE_OK) to.code = hsvc__sqlite_bind_bytes(put, 3, row->value, row->value_len);
    hsvc__columns(row, bind_column, &to);
    return to.code;
}
