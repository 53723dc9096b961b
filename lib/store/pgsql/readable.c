/* readable.c: the readable columns of a row as one JSON object, which the views of the schema take apart. One column instead
 * of twenty: a row is rewritten at every change, and most of them are empty in most rows. */
#include <stdio.h>

#include "store/pgsql/store.h"

#define JSONB_VERSION 1 /* of the binary form, before the text */

static const char *const names[] = {
#define COLUMN(name, type) #name,
#include "store/each_column.h"
};

static void put(struct hsvc_pgsql_store *store, const char *bytes, size_t len) {
    if (!hsvc__pg_room(store, len)) return;
    memcpy(store->args.bytes + store->args.len, bytes, len);
    store->args.len += len;
}

/* Text of a record has no control characters (ID-1): what JSON must have escaped besides them is two characters. */
static void put_string(struct hsvc_pgsql_store *store, const char *text, size_t len) {
    put(store, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\') put(store, "\\", 1);
        put(store, (unsigned char)text[i] < 0x20 ? "?" : &text[i], 1);
    }
    put(store, "\"", 1);
}

static void put_number(struct hsvc_pgsql_store *store, int64_t number) {
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)number);
    put(store, digits, (size_t)len);
}

static void put_member(void *user, int column, const char *text, size_t len, int64_t number) {
    struct hsvc_pgsql_store *store = (struct hsvc_pgsql_store *)user;
    put(store, store->args.members++ == 0 ? "{" : ",", 1);
    put_string(store, names[column], strlen(names[column]));
    put(store, ":", 1);
    if (text != NULL) put_string(store, text, len);
    else put_number(store, number);
}

void hsvc__pg_array_readable(struct hsvc_pgsql_store *store, const hsvc_op *op) {
    static const char version = JSONB_VERSION;
    hsvc_row row = {.struct_size = sizeof row};
    size_t at = hsvc__pg_element_begin(store);
    row.key = op->key;
    row.key_len = op->key_len;
    row.value = op->value;
    row.value_len = op->value_len;
    store->args.members = 0;
    put(store, &version, 1);
    hsvc__columns(&row, put_member, store);
    put(store, "}", 1);
    hsvc__pg_element_end(store, at, store->args.members == 0);
}
