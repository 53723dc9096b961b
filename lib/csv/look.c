/* look.c: the header, and one row by itself: what its cells say and everything that is wrong with them. */
#include "csv/import.h"

void hsvc__refuse(hsvc_csv_import *import, uint32_t reason, uint32_t column, hsvc__str name) {
    if (import->summary.refused == 0) import->summary.refused = reason;
    if (import->status == HSVC_OK) import->status = hsvc__tell_refusal(import, reason, column, name);
}

/* ---- the header ---- */

/* keep_header: a copy of the cells, for the failed rows. */
static int keep_header(hsvc_csv_import *import) {
    const struct hsvc__row *row = &import->reader.row;
    size_t at = 0;
    import->header_len = row->used + 1;
    import->header_text = (char *)hsvc__alloc(&import->allocator, import->header_len);
    if (import->header_text == NULL) return 0;
    memcpy(import->header_text, row->text, row->used);
    for (size_t i = 0; i < row->count && i < HSVC__COLUMNS; at += row->fields[i++].n)
        import->header[i] = hsvc__str_of(import->header_text + at, row->fields[i].n);
    return 1;
}

static void find_columns(hsvc_csv_import *import) {
    const struct hsvc__row *row = &import->reader.row;
    for (size_t i = 0; i < row->count && i < HSVC__COLUMNS; i++) {
        size_t column = hsvc__column_called(import->config.kind, row->fields[i]);
        if (column == HSVC__COLUMN_COUNT)
            hsvc__refuse(import, HSVC_REASON_BULK_HEADER_UNKNOWN, (uint32_t)i + 1, row->fields[i]);
        for (size_t before = 0; before < i && column < HSVC__COLUMN_COUNT; before++)
            if (import->columns[before] == column)
                hsvc__refuse(import, HSVC_REASON_BULK_HEADER_TWICE, (uint32_t)i + 1, row->fields[i]);
        import->columns[i] = column;
    }
    import->columns_found = (uint32_t)(row->count < HSVC__COLUMNS ? row->count : HSVC__COLUMNS);
}

static void miss_columns(hsvc_csv_import *import) {
    size_t first = 0, count = hsvc__columns_of(import->config.kind, &first);
    for (size_t column = first; column < first + count; column++) {
        const char *heading = hsvc__column(column)->heading;
        size_t n = 0, at = 0;
        if (!hsvc__column(column)->filled) continue;
        while (at < import->columns_found && import->columns[at] != column) at++;
        while (heading[n] != '\0') n++;
        if (at == import->columns_found)
            hsvc__refuse(import, HSVC_REASON_BULK_HEADER_MISSING, 0, hsvc__str_of(heading, n));
    }
}

int hsvc__look_header(hsvc_csv_import *import) {
    const struct hsvc__reader *reader = &import->reader;
    import->header_seen = 1;
    if (import->pass != HSVC__PASS_LOOK) return 1;
    import->summary.separator = reader->frame.separator;
    if (reader->wrong != 0) {
        hsvc__refuse(import, reader->wrong, reader->wrong_column, hsvc__str_of(NULL, 0));
        return 0;
    }
    if (reader->row.count > HSVC__COLUMNS)
        hsvc__refuse(import, HSVC_REASON_BULK_HEADER_UNKNOWN, HSVC__COLUMNS + 1, hsvc__str_of(NULL, 0));
    find_columns(import);
    miss_columns(import);
    if (!keep_header(import)) import->status = HSVC_ERR_MEMORY;
    return import->summary.refused == 0;
}

/* ---- a row ---- */

hsvc__str hsvc__cell(const hsvc_csv_import *import, size_t column) {
    for (size_t i = 0; i < import->columns_found; i++)
        if (import->columns[i] == column) return hsvc__unguard(import->reader.row.fields[i]);
    return hsvc__str_of(NULL, 0);
}

static uint32_t position_of(const hsvc_csv_import *import, size_t column) {
    uint32_t i = 0;
    while (i < import->columns_found && import->columns[i] != column) i++;
    return i < import->columns_found ? i + 1 : 0;
}

static void add(struct hsvc__wrong *wrongs, uint32_t *count, uint32_t reason, uint32_t column) {
    wrongs[*count].reason = reason;
    wrongs[*count].column = column;
    wrongs[(*count)++].limit = 0;
}

uint32_t hsvc__row_kind(const hsvc_csv_import *import) {
    hsvc__str action;
    if (import->config.kind == HSVC_CSV_USERS) return HSVC_INPUT_USER_PUT;
    if (import->config.kind == HSVC_CSV_DEVICES) return HSVC_INPUT_DEVICE_PUT;
    action = hsvc__cell(import, HSVC__COLUMN_ASSOCIATIONS_ACTION);
    if (action.n != 0) return (uint32_t)hsvc__word(HSVC__HOLDS_ACTION, action);
    return import->config.meaning == HSVC_CSV_REMOVE ? HSVC_INPUT_DISASSOCIATE : HSVC_INPUT_ASSOCIATE;
}

void hsvc__row_mark(const hsvc_csv_import *import, struct hsvc__mark *mark) {
    static const size_t keys[] = {0, HSVC__COLUMN_ASSOCIATIONS_SERIAL, HSVC__COLUMN_USERS_USER,
                                  HSVC__COLUMN_DEVICES_DEVICE};
    uint8_t space = hsvc__row_kind(import) == HSVC_INPUT_DISASSOCIATE ? HSVC__SPACE_REMOVE : HSVC__SPACE_ADD;
    hsvc__str key = hsvc__cell(import, keys[import->config.kind]);
    hsvc__str user = {NULL, 0};
    if (import->config.kind == HSVC_CSV_ASSOCIATIONS) {
        user = hsvc__cell(import, HSVC__COLUMN_ASSOCIATIONS_USER);
        key = hsvc__trim(key);
    }
    hsvc__mark_of(mark, space, key, user);
}

/* look_together: what one cell by itself does not show: only a move comes from somebody, and it must say from whom. */
static void look_together(const hsvc_csv_import *import, struct hsvc__wrong *wrongs, uint32_t *count) {
    uint32_t from = position_of(import, HSVC__COLUMN_ASSOCIATIONS_FROM);
    int given = hsvc__cell(import, HSVC__COLUMN_ASSOCIATIONS_FROM).n != 0;
    int moves = import->config.kind == HSVC_CSV_ASSOCIATIONS && hsvc__row_kind(import) == HSVC_INPUT_MOVE;
    if (moves && !given) add(wrongs, count, HSVC_REASON_TEXT_EMPTY, from);
    if (!moves && given)
        add(wrongs, count, HSVC_REASON_BULK_WORD, position_of(import, HSVC__COLUMN_ASSOCIATIONS_ACTION));
}

static void look_twice(const hsvc_csv_import *import, struct hsvc__wrong *wrongs, uint32_t *count) {
    static const size_t keys[] = {0, HSVC__COLUMN_ASSOCIATIONS_SERIAL, HSVC__COLUMN_USERS_USER,
                                  HSVC__COLUMN_DEVICES_DEVICE};
    struct hsvc__mark mark;
    if (import->pass == HSVC__PASS_LOOK || HSVC__MUTANT(twice_unseen)) return; /* not all are in yet */
    hsvc__row_mark(import, &mark);
    if (hsvc__seen_count(&import->marks, &mark, HSVC__MARK_KEY) > 1)
        add(wrongs, count, HSVC_REASON_BULK_TWICE, position_of(import, keys[import->config.kind]));
}

uint32_t hsvc__look_row(hsvc_csv_import *import, struct hsvc__wrong *wrongs) {
    const struct hsvc__reader *reader = &import->reader;
    uint32_t count = 0;
    if (reader->wrong != 0) {
        add(wrongs, &count, reader->wrong, reader->wrong_column);
        return count;
    }
    if (reader->row.count != import->columns_found) {
        add(wrongs, &count, HSVC_REASON_BULK_CELLS, (uint32_t)reader->row.count);
        wrongs[0].limit = import->columns_found;
    }
    for (uint32_t i = 0; i < import->columns_found && i < reader->row.count; i++) {
        int64_t limit;
        uint32_t reason =
            hsvc__cell_check(hsvc__column(import->columns[i]), hsvc__unguard(reader->row.fields[i]), &limit);
        if (reason == 0) continue;
        add(wrongs, &count, reason, i + 1);
        wrongs[count - 1].limit = limit;
    }
    if (count == 0) look_together(import, wrongs, &count);
    if (count == 0) look_twice(import, wrongs, &count);
    return count;
}
