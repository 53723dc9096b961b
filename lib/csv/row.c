/* row.c: libcsv, held so that nothing of one record reaches the next. Unquoted blanks around a field go, quoted ones
 * stay: libcsv's own rule. */
#include "csv/row.h"

/* libcsv asks for room in steps beyond what the entry holds; a record never needs more than its own length. */
#define ROOM (HSVC__RECORD_LEN + 8)

int32_t hsvc__row_init(struct hsvc__row *row, const hsvc_allocator *allocator) {
    memset(row, 0, sizeof *row);
    row->allocator = *allocator;
    row->buffer = (uint8_t *)hsvc__alloc(allocator, ROOM);
    row->text = (uint8_t *)hsvc__alloc(allocator, HSVC__RECORD_LEN);
    if (row->buffer != NULL && row->text != NULL) return HSVC_OK;
    hsvc__row_free(row);
    return HSVC_ERR_MEMORY;
}

void hsvc__row_free(struct hsvc__row *row) {
    if (row->buffer != NULL) hsvc__release(&row->allocator, row->buffer, ROOM);
    if (row->text != NULL) hsvc__release(&row->allocator, row->text, HSVC__RECORD_LEN);
    memset(row, 0, sizeof *row);
}

static void *no_more_room(void *block, size_t size) {
    (void)block;
    (void)size;
    return NULL;
}

static void add_field(void *text, size_t len, void *user) {
    struct hsvc__row *row = (struct hsvc__row *)user;
    if (row->count++ >= HSVC__COLUMNS) return;
    memcpy(row->text + row->used, text, len);
    row->fields[row->count - 1] = hsvc__str_of((const char *)row->text + row->used, len);
    row->used += len;
}

int hsvc__row_split(struct hsvc__row *row, hsvc__str record, uint8_t separator, size_t *bad) {
    struct csv_parser parser;
    row->used = 0;
    row->count = 0;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_delim(&parser, separator);
    csv_set_realloc_func(&parser, no_more_room);
    parser.entry_buf = row->buffer;
    parser.entry_size = ROOM;
    *bad = csv_parse(&parser, record.p, record.n, add_field, NULL, row);
    return *bad == record.n && csv_fini(&parser, add_field, NULL, row) == 0;
}
