/* tables.h: columns.def as tables: which columns the files of a kind have, and what their cells may say. */
#ifndef HSVC_CSV_TABLES_H
#define HSVC_CSV_TABLES_H

#include "core/core.h"
#include "headsetsvc/csv.h"

enum {
    HSVC__HOLDS_ID,
    HSVC__HOLDS_NAME,
    HSVC__HOLDS_SERIAL,
    HSVC__HOLDS_YES_NO,
    HSVC__HOLDS_ACTION,
    HSVC__HOLDS_DEVICE,
    HSVC__HOLDS_SHOWN,
    HSVC__HOLDS_NOTE
};

/* HSVC__COLUMN_<kind>_<name>: number of a column among all of columns.def. */
enum {
#define COLUMN(kind, name, heading, holds, needs, field) HSVC__COLUMN_##kind##_##name,
#include "csv/columns.def"
#undef COLUMN
    HSVC__COLUMN_COUNT
};

struct hsvc__column {
    uint32_t kind; /* HSVC_CSV_ */
    uint32_t holds;
    uint32_t filled; /* must be there, and no cell empty */
    uint32_t field;  /* HSVC_FIELD_ of the input, else 0 */
    size_t at;       /* where it stands in hsvc_input */
    const char *heading;
};

/* hsvc__columns_of: of a kind, one behind the other; *first: the number of the first. */
size_t hsvc__columns_of(uint32_t kind, size_t *first);
const struct hsvc__column *hsvc__column(size_t number);
/* hsvc__column_called: by its heading, whatever its case and the blanks around; HSVC__COLUMN_COUNT if there is none. */
size_t hsvc__column_called(uint32_t kind, hsvc__str heading);
/* hsvc__word: the value of a word; -1: none of those. hsvc__word_of: the word of a value. */
int64_t hsvc__word(uint32_t holds, hsvc__str text);
hsvc__str hsvc__word_of(uint32_t holds, int64_t value);
/* hsvc__cell_check: what is wrong with a cell's text, HSVC_REASON_ or 0; *limit of a text that is too long. */
uint32_t hsvc__cell_check(const struct hsvc__column *column, hsvc__str text, int64_t *limit);
/* hsvc__needs_guard: would a spreadsheet run a cell that begins so? A leading apostrophe is one more such byte, so that taking
 * one away again is exact (BULK-6). hsvc__unguard: the text as it was before a guard was put before it. */
int hsvc__needs_guard(hsvc__str text);
hsvc__str hsvc__unguard(hsvc__str text);

#endif
