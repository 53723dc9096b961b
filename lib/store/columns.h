/* columns.h: what people may read of a row, for stores that keep it beside the library's bytes, in the same row of the same
 * commit. Every such store has the same columns and views, so that a report written for one can be taken to another. */
#ifndef HSVC_STORE_COLUMNS_H
#define HSVC_STORE_COLUMNS_H

#include "core/core.h"

enum {
#define COLUMN(name, type) HSVC__COLUMN_##name,
#include "store/each_column.h"
    HSVC__COLUMNS
};

/* hsvc__columns: calls put for each column that the row has something for; text is NULL for a number. A row that is no
 * device, user, headset, number or audit entry, or cannot be decoded, has no columns. */
typedef void (*hsvc__column_fn)(void *user, int column, const char *text, size_t len, int64_t number);
void hsvc__columns(const hsvc_row *row, hsvc__column_fn put, void *user);

#endif
