/* row.h: the fields of one record, by libcsv. A parser of its own for each record: after an error libcsv carries the bad
 * record into the next. Its buffer is ours, so it allocates nothing and its bound is the record's. */
#ifndef HSVC_CSV_ROW_H
#define HSVC_CSV_ROW_H

#include <csv.h>

#include "core/core.h"
#include "csv/frame.h"

#define HSVC__COLUMNS HSVC_LIMIT_BULK_COLUMNS /* the rest is only counted */

struct hsvc__row {
    hsvc_allocator allocator;
    uint8_t *buffer; /* libcsv's field */
    uint8_t *text;   /* the fields, one behind the other */
    size_t used;     /* of text */
    size_t count;    /* fields, also those beyond HSVC__COLUMNS */
    hsvc__str fields[HSVC__COLUMNS];
};

/* hsvc__row_init: HSVC_OK, HSVC_ERR_MEMORY. hsvc__row_free: also of a zeroed one. */
int32_t hsvc__row_init(struct hsvc__row *row, const hsvc_allocator *allocator);
void hsvc__row_free(struct hsvc__row *row);
/* hsvc__row_split: the fields of a record; they are good until the next split. 1, or 0 if it is no record: *bad is then
 * the offset within it at which libcsv gave up. An empty record has no fields. */
int hsvc__row_split(struct hsvc__row *row, hsvc__str record, uint8_t separator, size_t *bad);

#endif
