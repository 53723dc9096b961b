/* tables.c: see tables.h. */
#include "csv/tables.h"

#include <stddef.h>

#define AT_NONE 0
#define AT_user offsetof(hsvc_input, user)
#define AT_serial offsetof(hsvc_input, serial)
#define AT_name offsetof(hsvc_input, name)
#define AT_device offsetof(hsvc_input, device)
#define AT_related_user offsetof(hsvc_input, related_user)
#define AT_profile offsetof(hsvc_input, profile)
#define AT_site offsetof(hsvc_input, site)
#define AT_model offsetof(hsvc_input, model)
#define AT_firmware offsetof(hsvc_input, firmware)
#define AT_location offsetof(hsvc_input, location)
#define NEEDS_MAY 0
#define NEEDS_FILLED 1

#define FIELD_NONE 0
#define FIELD_user HSVC_FIELD_USER
#define FIELD_serial HSVC_FIELD_SERIAL
#define FIELD_name HSVC_FIELD_NAME
#define FIELD_device HSVC_FIELD_DEVICE
#define FIELD_related_user HSVC_FIELD_RELATED_USER
#define FIELD_profile HSVC_FIELD_PROFILE
#define FIELD_site HSVC_FIELD_SITE
#define FIELD_model HSVC_FIELD_MODEL
#define FIELD_firmware HSVC_FIELD_FIRMWARE
#define FIELD_location HSVC_FIELD_LOCATION

static const struct hsvc__column columns[] = {
#define COLUMN(kind, name, heading, holds, needs, field) \
    {HSVC_CSV_##kind, HSVC__HOLDS_##holds, NEEDS_##needs, FIELD_##field, AT_##field, heading},
#include "csv/columns.def"
#undef COLUMN
};

static const struct {
    uint32_t holds;
    const char *word;
    int64_t value;
} words[] = {
#define WORD(holds, word, value) {HSVC__HOLDS_##holds, word, value},
#include "csv/columns.def"
#undef WORD
};
#define WORDS (sizeof words / sizeof words[0])

static hsvc__str text_of(const char *words_of) {
    size_t n = 0;
    while (words_of[n] != '\0') n++;
    return hsvc__str_of(words_of, n);
}

size_t hsvc__columns_of(uint32_t kind, size_t *first) {
    size_t count = 0;
    for (size_t i = 0; i < HSVC__COLUMN_COUNT; i++)
        if (columns[i].kind == kind && count++ == 0) *first = i;
    return count;
}

const struct hsvc__column *hsvc__column(size_t number) { return &columns[number]; }

size_t hsvc__column_called(uint32_t kind, hsvc__str heading) {
    size_t i = 0;
    while (i < HSVC__COLUMN_COUNT &&
           (columns[i].kind != kind || !hsvc__fold_eq(hsvc__trim(heading), text_of(columns[i].heading))))
        i++;
    return i;
}

int64_t hsvc__word(uint32_t holds, hsvc__str text) {
    for (size_t i = 0; i < WORDS; i++)
        if (words[i].holds == holds && hsvc__fold_eq(hsvc__trim(text), text_of(words[i].word))) return words[i].value;
    return -1;
}

hsvc__str hsvc__word_of(uint32_t holds, int64_t value) {
    for (size_t i = 0; i < WORDS; i++)
        if (words[i].holds == holds && words[i].value == value) return text_of(words[i].word);
    return hsvc__str_of(NULL, 0);
}

/* ---- cells ---- */

static size_t digits(hsvc__str text, size_t at) {
    size_t n = 0;
    while (at + n < text.n && text.p[at + n] >= '0' && text.p[at + n] <= '9') n++;
    return n;
}

/* is_mangled: 1.23E+15, also with a decimal comma: what spreadsheets make of a long number (BULK-8). */
static int is_mangled(hsvc__str text) {
    size_t at = digits(text, 0);
    if (at == 0 || HSVC__MUTANT(mangled_serials_pass)) return 0;
    if (at < text.n && (text.p[at] == '.' || text.p[at] == ',')) at += 1 + digits(text, at + 1);
    if (at + 1 >= text.n || (text.p[at] != 'E' && text.p[at] != 'e') || text.p[at + 1] != '+') return 0;
    at += 2;
    return digits(text, at) > 0 && at + digits(text, at) == text.n;
}

uint32_t hsvc__cell_check(const struct hsvc__column *column, hsvc__str text, int64_t *limit) {
    uint32_t reason;
    *limit = 0;
    if (column->holds == HSVC__HOLDS_NOTE) return 0;
    if (column->holds == HSVC__HOLDS_SERIAL) text = hsvc__trim(text);
    if (text.n == 0) return column->filled ? HSVC_REASON_TEXT_EMPTY : 0;
    if (column->holds >= HSVC__HOLDS_YES_NO) return hsvc__word(column->holds, text) < 0 ? HSVC_REASON_BULK_WORD : 0;
    *limit = column->holds == HSVC__HOLDS_ID ? HSVC_LIMIT_USER_ID_LEN : HSVC_LIMIT_NAME_LEN;
    if (column->holds == HSVC__HOLDS_SERIAL) *limit = HSVC_LIMIT_SERIAL_LEN;
    reason = hsvc__text_check(text, (size_t)*limit);
    if (reason != HSVC_REASON_TEXT_TOO_LONG) *limit = 0;
    if (reason == 0 && column->holds == HSVC__HOLDS_SERIAL && is_mangled(text)) return HSVC_REASON_SERIAL_SUSPECT;
    return reason;
}

static int is_run(char byte) {
    static const char run[] = "=+-@\t\r'";
    for (size_t i = 0; run[i] != '\0'; i++)
        if (run[i] == byte) return 1;
    return 0;
}

int hsvc__needs_guard(hsvc__str text) { return text.n > 0 && is_run(text.p[0]) && !HSVC__MUTANT(formulas_run); }

hsvc__str hsvc__unguard(hsvc__str text) {
    if (text.n > 1 && text.p[0] == '\'' && is_run(text.p[1])) return hsvc__str_of(text.p + 1, text.n - 1);
    return text;
}
