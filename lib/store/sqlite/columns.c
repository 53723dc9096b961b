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
#include "columns.h"
    sql = append(sql, ") VALUES(?, ?, ?");
#define COLUMN(name, type) sql = append(sql, ", ?");
#include "columns.h"
    (void)append(sql, ")");
}

/* ---- one value each ---- */

static int put_text(sqlite3_stmt *put, int column, const char *text, size_t len) {
    return len == 0 ? SQLITE_OK
                    : sqlite3_bind_text64(put, FIRST_COLUMN + column, text, len, SQLITE_STATIC, SQLITE_UTF8);
}
static int put_number(sqlite3_stmt *put, int column, int64_t number) {
    return sqlite3_bind_int64(put, FIRST_COLUMN + column, number);
}
static int put_time(sqlite3_stmt *put, int column, int64_t at) {
    return at == 0 ? SQLITE_OK : sqlite3_bind_int64(put, FIRST_COLUMN + column, at);
}
static int put_name(sqlite3_stmt *put, int column, uint32_t registry, uint32_t code) {
    const char *name = hsvc_name(registry, (int32_t)code);
    return code == 0 ? SQLITE_OK : put_text(put, column, name, strlen(name));
}

#define BIND_TEXT(column, field) put_text(put, HSVC__COLUMN_##column, view.field, view.field##_len)
#define BIND_NUMBER(column, field) put_number(put, HSVC__COLUMN_##column, (int64_t)view.field)
#define BIND_TIME(column, field) put_time(put, HSVC__COLUMN_##column, view.field)
#define BIND_NAME_OF_SESSION(column, field) put_name(put, HSVC__COLUMN_##column, HSVC_REGISTRY_SESSION, view.field)
#define BIND_NAME_OF_PROMPT(column, field) put_name(put, HSVC__COLUMN_##column, HSVC_REGISTRY_PROMPT, view.field)

#define BIND_WORD(column, field) put_text(put, HSVC__COLUMN_##column, view.field, strlen(view.field))
#define BIND_SOMEBODY(column, field) put_time(put, HSVC__COLUMN_##column, (int64_t)view.field)
#define BIND_NAME_OF_SUBJECT(column, field) put_name(put, HSVC__COLUMN_##column, HSVC_REGISTRY_SUBJECT, view.field)
#define BIND_NAME_OF_INPUT(column, field) put_name(put, HSVC__COLUMN_##column, HSVC_REGISTRY_INPUT, view.field)
#define BIND_NAME_OF_REASON(column, field) put_name(put, HSVC__COLUMN_##column, HSVC_REGISTRY_REASON, view.field)
#define BIND(column, kind, field) code = code != SQLITE_OK ? code : BIND_##kind(column, field);

/* ---- one function for each kind of row; what cannot be decoded has no columns ---- */

static int bind_device(sqlite3_stmt *put, const hsvc_row *row) {
    hsvc_device_view view = {.struct_size = sizeof view};
    int code = SQLITE_OK;
    if (hsvc_device_decode(row, &view) != HSVC_OK) return SQLITE_OK;
#define FROM_DEVICE BIND
#include "columns.h"
    return code;
}

static int bind_user(sqlite3_stmt *put, const hsvc_row *row) {
    hsvc_user_view view = {.struct_size = sizeof view};
    int code = SQLITE_OK;
    if (hsvc_user_decode(row, &view) != HSVC_OK) return SQLITE_OK;
#define FROM_USER BIND
#include "columns.h"
    return code;
}

static int bind_headset(sqlite3_stmt *put, const hsvc_row *row) {
    hsvc_headset_view view = {.struct_size = sizeof view};
    int code = SQLITE_OK;
    if (hsvc_headset_decode(row, &view) != HSVC_OK) return SQLITE_OK;
#define FROM_HEADSET BIND
#include "columns.h"
    return code;
}

static int bind_subject(sqlite3_stmt *put, const hsvc_row *row) {
    hsvc_subject_view view = {.struct_size = sizeof view};
    int code = SQLITE_OK;
    if (hsvc_subject_decode(row, &view) != HSVC_OK) return SQLITE_OK;
#define FROM_SUBJECT BIND
#include "columns.h"
    return code;
}

static int bind_audit(sqlite3_stmt *put, const hsvc_row *row) {
    hsvc_audit_entry view = {.struct_size = sizeof view};
    int code = SQLITE_OK;
    if (hsvc_audit_decode(row, &view) != HSVC_OK) return SQLITE_OK;
#define FROM_AUDIT BIND
#include "columns.h"
    return code;
}

/* Each looks at the family first, so that all but one cost a comparison. */
int hsvc__sqlite_bind_row(sqlite3_stmt *put, const hsvc_row *row) {
    int code = sqlite3_clear_bindings(put);
    if (code == SQLITE_OK) code = hsvc__sqlite_bind_bytes(put, 1, row->key, row->key_len);
    if (code == SQLITE_OK) code = sqlite3_bind_int64(put, 2, (int64_t)row->revision);
    if (code == SQLITE_OK) code = hsvc__sqlite_bind_bytes(put, 3, row->value, row->value_len);
    if (code == SQLITE_OK) code = bind_device(put, row);
    if (code == SQLITE_OK) code = bind_user(put, row);
    if (code == SQLITE_OK) code = bind_headset(put, row);
    if (code == SQLITE_OK) code = bind_subject(put, row);
    return code == SQLITE_OK ? bind_audit(put, row) : code;
}
