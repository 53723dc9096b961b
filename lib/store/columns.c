/* columns.c: see columns.h; which columns there are, and what a row of a family has there, is columns.def. */
#include "store/columns.h"

struct to {
    hsvc__column_fn put;
    void *user;
};

static void put_text(const struct to *to, int column, const char *text, size_t len) {
    if (len != 0) to->put(to->user, column, text, len, 0);
}
static void put_number(const struct to *to, int column, int64_t number) { to->put(to->user, column, NULL, 0, number); }
static void put_time(const struct to *to, int column, int64_t at) {
    if (at != 0) put_number(to, column, at);
}
static void put_name(const struct to *to, int column, uint32_t registry, uint32_t code) {
    const char *name = hsvc_name(registry, (int32_t)code);
    if (code != 0) put_text(to, column, name, strlen(name));
}

#define PUT_TEXT(column, field) put_text(to, HSVC__COLUMN_##column, view.field, view.field##_len)
#define PUT_NUMBER(column, field) put_number(to, HSVC__COLUMN_##column, (int64_t)view.field)
#define PUT_TIME(column, field) put_time(to, HSVC__COLUMN_##column, view.field)
#define PUT_NAME_OF_SESSION(column, field) put_name(to, HSVC__COLUMN_##column, HSVC_REGISTRY_SESSION, view.field)
#define PUT_WORD(column, field) put_text(to, HSVC__COLUMN_##column, view.field, strlen(view.field))
#define PUT_SOMEBODY(column, field) put_time(to, HSVC__COLUMN_##column, (int64_t)view.field)
#define PUT_NAME_OF_SUBJECT(column, field) put_name(to, HSVC__COLUMN_##column, HSVC_REGISTRY_SUBJECT, view.field)
#define PUT_NAME_OF_INPUT(column, field) put_name(to, HSVC__COLUMN_##column, HSVC_REGISTRY_INPUT, view.field)
#define PUT_NAME_OF_REASON(column, field) put_name(to, HSVC__COLUMN_##column, HSVC_REGISTRY_REASON, view.field)
#define PUT_NAME_OF_PROMPT(column, field) put_name(to, HSVC__COLUMN_##column, HSVC_REGISTRY_PROMPT, view.field)

#define PUT(column, kind, field) PUT_##kind(column, field);

/* ---- one function for each kind of row; each looks at the family first, so that all but one cost a comparison ---- */
static void of_device(const hsvc_row *row, const struct to *to) {
    hsvc_device_view view = {.struct_size = sizeof view};
    if (hsvc_device_decode(row, &view) != HSVC_OK) return;
#define FROM_DEVICE PUT
#include "store/each_column.h"
}

static void of_user(const hsvc_row *row, const struct to *to) {
    hsvc_user_view view = {.struct_size = sizeof view};
    if (hsvc_user_decode(row, &view) != HSVC_OK) return;
#define FROM_USER PUT
#include "store/each_column.h"
}

static void of_headset(const hsvc_row *row, const struct to *to) {
    hsvc_headset_view view = {.struct_size = sizeof view};
    if (hsvc_headset_decode(row, &view) != HSVC_OK) return;
#define FROM_HEADSET PUT
#include "store/each_column.h"
}

static void of_subject(const hsvc_row *row, const struct to *to) {
    hsvc_subject_view view = {.struct_size = sizeof view};
    if (hsvc_subject_decode(row, &view) != HSVC_OK) return;
#define FROM_SUBJECT PUT
#include "store/each_column.h"
}

static void of_audit(const hsvc_row *row, const struct to *to) {
    hsvc_audit_entry view = {.struct_size = sizeof view};
    if (hsvc_audit_decode(row, &view) != HSVC_OK) return;
#define FROM_AUDIT PUT
#include "store/each_column.h"
}

void hsvc__columns(const hsvc_row *row, hsvc__column_fn put, void *user) {
    struct to to = {put, user};
    of_device(row, &to);
    of_user(row, &to);
    of_headset(row, &to);
    of_subject(row, &to);
    of_audit(row, &to);
}
