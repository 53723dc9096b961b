/* export.c: what the store holds, as rows. A step writes a bounded number; where it stands is the key of the last record. */
#include <stddef.h>

#include "csv/import.h"
#include "headsetsvc/inventory.h"

#define STEP 64     /* records of one step */
#define AT_MOST 512 /* bytes of a key or cursor that an export stands at */

struct hsvc_csv_export {
    hsvc_csv_config config;
    hsvc_allocator allocator;
    hsvc_inventory *page;
    hsvc_audit_cursor cursor;
    uint32_t begun;
    uint32_t done;
    uint8_t separator;
    uint8_t between; /* 0 before the first cell of a row */
    size_t at_len;
    char at[AT_MOST];
};

#define FLAGS_OF_EXPORT (HSVC_CSV_NO_GUARD | HSVC_CSV_BOM | HSVC_CSV_SEMICOLON)

/* ---- making one ---- */

int32_t hsvc_csv_export_new(const hsvc_csv_config *config, hsvc_csv_export **exporter) {
    hsvc_allocator allocator;
    hsvc_csv_config own;
    int32_t status;
    if (exporter == NULL) return HSVC_ERR_ARGUMENT;
    *exporter = NULL;
    status = hsvc__sized_in(&own, sizeof own, sizeof own, config);
    if (status != HSVC_OK) return status;
    if (own.engine == NULL || own.write == NULL || own.kind < HSVC_CSV_ASSOCIATIONS || own.kind > HSVC_CSV_AUDIT)
        return HSVC_ERR_ARGUMENT;
    if (own.flags & ~FLAGS_OF_EXPORT) return HSVC_ERR_FLAGS;
    status = hsvc__allocator_in(&allocator, own.allocator);
    if (status != HSVC_OK) return status;
    *exporter = (hsvc_csv_export *)hsvc__alloc(&allocator, sizeof **exporter);
    if (*exporter == NULL) return HSVC_ERR_MEMORY;
    memset(*exporter, 0, sizeof **exporter);
    (*exporter)->config = own;
    (*exporter)->allocator = allocator;
    (*exporter)->separator = own.flags & HSVC_CSV_SEMICOLON ? ';' : ',';
    (void)hsvc_audit_cursor_init(&(*exporter)->cursor, sizeof(*exporter)->cursor);
    if (own.kind == HSVC_CSV_INVENTORY) status = hsvc_inventory_new(&allocator, &(*exporter)->page);
    if (status == HSVC_OK) return HSVC_OK;
    hsvc_csv_export_free(*exporter);
    *exporter = NULL;
    return status;
}

void hsvc_csv_export_free(hsvc_csv_export *exporter) {
    hsvc_allocator allocator;
    if (exporter == NULL) return;
    allocator = exporter->allocator;
    hsvc_inventory_free(exporter->page);
    hsvc__release(&allocator, exporter, sizeof *exporter);
}

/* ---- cells ---- */

/* put: without the guard only a cell that an import would take one from gets it, so that every export comes back as it was. */
static int32_t put(hsvc_csv_export *exporter, const char *bytes, size_t len) {
    char guarded[AT_MOST + 1];
    hsvc__str text = hsvc__str_of(bytes, len);
    int guard = exporter->config.flags & HSVC_CSV_NO_GUARD ? hsvc__unguard(text).n != len : hsvc__needs_guard(text);
    uint8_t between = exporter->between;
    exporter->between = exporter->separator;
    if (!guard || len > AT_MOST) return hsvc__write_cell(&exporter->config, between, text);
    guarded[0] = '\'';
    memcpy(guarded + 1, bytes, len);
    return hsvc__write_cell(&exporter->config, between, hsvc__str_of(guarded, len + 1));
}

static int32_t put_words(hsvc_csv_export *exporter, const char *words) {
    size_t n = 0;
    while (words[n] != '\0') n++;
    return put(exporter, words, n);
}

static int32_t put_word(hsvc_csv_export *exporter, uint32_t holds, int64_t value) {
    hsvc__str word = hsvc__word_of(holds, value);
    return put(exporter, word.p, word.n);
}

/* digits_of: at least `width` of them, before *end. */
static char *digits_of(char *end, uint64_t number, int width) {
    for (; number != 0 || width > 0; width--, number /= 10) *--end = (char)('0' + number % 10);
    return end;
}

static int32_t put_number(hsvc_csv_export *exporter, uint64_t number) {
    char text[24], *end = text + sizeof text, *from = digits_of(end, number, 1);
    return put(exporter, from, (size_t)(end - from));
}

/* put_time: 2027-01-15T08:00:00.000Z; empty if there is none. Days are counted from the 1st of March of the year 0, so that
 * the leap day is a year's last. No clock of a host gets past the year 9999, but a damaged record may: there is room for
 * any number's year. */
static int32_t put_time(hsvc_csv_export *exporter, int64_t at_ms) {
    uint64_t at = (uint64_t)at_ms, days = at / 86400000 + 719468, era = days / 146097, of_era = days % 146097;
    uint64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100),
             month = (5 * of_year + 2) / 153;
    uint64_t day = of_year - (153 * month + 2) / 5 + 1, year = year_of_era + era * 400 + (month >= 10);
    char text[] = "000000000-00-00T00:00:00.000Z", *ends = text + 5, *from;
    if (at_ms <= 0) return put(exporter, "", 0);
    from = digits_of(ends + 4, year, 4);
    (void)digits_of(ends + 7, month < 10 ? month + 3 : month - 9, 2);
    (void)digits_of(ends + 10, day, 2);
    (void)digits_of(ends + 13, at / 3600000 % 24, 2);
    (void)digits_of(ends + 16, at / 60000 % 60, 2);
    (void)digits_of(ends + 19, at / 1000 % 60, 2);
    (void)digits_of(ends + 23, at % 1000, 3);
    return put(exporter, from, (size_t)(text + sizeof text - 1 - from));
}

static int32_t end_row(hsvc_csv_export *exporter) {
    exporter->between = 0;
    return hsvc__write_end(&exporter->config);
}

static int32_t put_header(hsvc_csv_export *exporter) {
    size_t first = 0, count = hsvc__columns_of(exporter->config.kind, &first);
    int32_t status = HSVC_OK;
    if (exporter->config.flags & HSVC_CSV_BOM &&
        exporter->config.write("\xef\xbb\xbf", 3, exporter->config.user) != HSVC_OK)
        return HSVC_ERR_CALLBACK;
    for (size_t i = first; i < first + count && status == HSVC_OK; i++)
        if (hsvc__column(i)->holds != HSVC__HOLDS_NOTE && i != HSVC__COLUMN_ASSOCIATIONS_ACTION &&
            i != HSVC__COLUMN_ASSOCIATIONS_FROM)
            status = put_words(exporter, hsvc__column(i)->heading);
    return status == HSVC_OK ? end_row(exporter) : status;
}

/* ---- rows ---- */

static int32_t stand_at(hsvc_csv_export *exporter, const char *key, size_t len) {
    if (HSVC__BUG(len > AT_MOST)) return HSVC_ERR_BUG;
    memcpy(exporter->at, key, len);
    exporter->at_len = len;
    return HSVC_OK;
}

static int32_t next_association(hsvc_csv_export *exporter) {
    hsvc_headset_view view = {0};
    int32_t status;
    view.struct_size = sizeof view;
    status = hsvc_headset_next(exporter->config.engine, exporter->at, exporter->at_len, &view);
    if (status == HSVC_OK) status = stand_at(exporter, view.key, view.key_len);
    if (status != HSVC_OK || view.owner_len == 0) return status;
    status = put(exporter, view.owner, view.owner_len);
    if (status == HSVC_OK) status = put(exporter, view.serial, view.serial_len);
    return status == HSVC_OK ? end_row(exporter) : status;
}

static int32_t next_user(hsvc_csv_export *exporter) {
    hsvc_user_view view = {0};
    int32_t status;
    view.struct_size = sizeof view;
    status = hsvc_user_next(exporter->config.engine, exporter->at, exporter->at_len, &view);
    if (status == HSVC_OK) status = stand_at(exporter, view.key, view.key_len);
    if (status == HSVC_OK) status = put(exporter, view.id, view.id_len);
    if (status == HSVC_OK) status = put_word(exporter, HSVC__HOLDS_YES_NO, !view.disabled);
    for (size_t i = 0; i < HSVC_LIMIT_PROFILES_PER_USER && status == HSVC_OK; i++) {
        const char *name = "";
        size_t len = 0;
        if (hsvc_user_profile_at(exporter->config.engine, i, &name, &len) != HSVC_OK) len = 0;
        status = put(exporter, name, len);
    }
    return status == HSVC_OK ? end_row(exporter) : status;
}

static int32_t put_device(hsvc_csv_export *exporter, const hsvc_device_view *view) {
    static const uint32_t flags[] = {HSVC_FLAG_EM_ENABLED, HSVC_FLAG_REMOTE_ACCESS, HSVC_FLAG_CROSS_CLUSTER};
    int32_t status = put(exporter, view->name, view->name_len);
    if (status == HSVC_OK) status = put_word(exporter, HSVC__HOLDS_DEVICE, view->kind);
    if (status == HSVC_OK) status = put(exporter, view->related_user, view->related_user_len);
    if (status == HSVC_OK) status = put(exporter, view->signed_out_profile, view->signed_out_profile_len);
    if (status == HSVC_OK) status = put(exporter, view->site, view->site_len);
    if (status == HSVC_OK) status = put(exporter, view->model, view->model_len);
    if (status == HSVC_OK) status = put(exporter, view->firmware, view->firmware_len);
    for (size_t i = 0; i < 3 && status == HSVC_OK; i++)
        status = put_word(exporter, HSVC__HOLDS_YES_NO, (view->flags & flags[i]) != 0);
    if (status == HSVC_OK) status = put(exporter, view->location, view->location_len);
    return status == HSVC_OK ? end_row(exporter) : status;
}

static int32_t put_session(hsvc_csv_export *exporter, const hsvc_device_view *view) {
    int32_t status = put(exporter, view->user, view->user_len);
    if (status == HSVC_OK) status = put(exporter, view->name, view->name_len);
    if (status == HSVC_OK) status = put(exporter, view->site, view->site_len);
    if (status == HSVC_OK) status = put(exporter, view->profile, view->profile_len);
    if (status == HSVC_OK) status = put(exporter, view->serial, view->serial_len);
    if (status == HSVC_OK) status = put_time(exporter, view->signed_in_at);
    if (status == HSVC_OK) status = put_words(exporter, hsvc_name(HSVC_REGISTRY_SESSION, (int32_t)view->session_state));
    return status == HSVC_OK ? end_row(exporter) : status;
}

static int32_t next_device(hsvc_csv_export *exporter) {
    hsvc_device_view view = {0};
    int32_t status;
    view.struct_size = sizeof view;
    status = hsvc_device_next(exporter->config.engine, exporter->at, exporter->at_len, &view);
    if (status == HSVC_OK) status = stand_at(exporter, view.key, view.key_len);
    if (status != HSVC_OK) return status;
    if (exporter->config.kind == HSVC_CSV_DEVICES) return put_device(exporter, &view);
    return view.session != 0 ? put_session(exporter, &view) : HSVC_OK;
}

static int32_t put_headset(hsvc_csv_export *exporter, const hsvc_inventory_row *row) {
    int32_t status = put(exporter, row->serial, row->serial_len);
    if (status == HSVC_OK) status = put(exporter, row->model, row->model_len);
    if (status == HSVC_OK) status = put(exporter, row->vendor, row->vendor_len);
    if (status == HSVC_OK)
        status = put_words(exporter, row->type == 0 ? "" : hsvc_name(HSVC_REGISTRY_HEADSET, (int32_t)row->type));
    if (status == HSVC_OK) status = put(exporter, row->firmware, row->firmware_len);
    if (status == HSVC_OK) status = put(exporter, row->phone_owner, row->phone_owner_len);
    if (status == HSVC_OK) status = put(exporter, row->owner, row->owner_len);
    if (status == HSVC_OK) status = put(exporter, row->headset_template, row->headset_template_len);
    if (status == HSVC_OK)
        status = put_words(exporter, row->status == HSVC_INVENTORY_CONNECTED ? "Connected" : "Disconnected");
    if (status == HSVC_OK) status = put_time(exporter, row->status_since_at);
    if (status == HSVC_OK) status = put(exporter, row->dock, row->dock_len);
    if (status == HSVC_OK) status = put(exporter, row->device, row->device_len);
    if (status == HSVC_OK) status = put(exporter, row->device_model, row->device_model_len);
    if (status == HSVC_OK) status = put(exporter, row->device_firmware, row->device_firmware_len);
    if (status == HSVC_OK) status = put_number(exporter, row->age_days);
    return status == HSVC_OK ? end_row(exporter) : status;
}

/* A page is a step: the cursor leads past it. */
static int32_t next_page(hsvc_csv_export *exporter) {
    hsvc_inventory_query query = {0};
    hsvc_inventory_row row = {0};
    const char *cursor;
    size_t len;
    int32_t status;
    query.struct_size = sizeof query;
    row.struct_size = sizeof row;
    query.cursor = exporter->at;
    query.cursor_len = exporter->at_len;
    status = hsvc_inventory_list(exporter->config.engine, &query, exporter->page);
    for (size_t i = 0; status == HSVC_OK && hsvc_inventory_at(exporter->page, i, &row) == HSVC_OK; i++)
        status = put_headset(exporter, &row);
    cursor = hsvc_inventory_cursor(exporter->page, &len);
    if (status == HSVC_OK) status = stand_at(exporter, cursor, len);
    return status == HSVC_OK && len == 0 ? HSVC_ERR_NOT_FOUND : status;
}

static int32_t next_entry(hsvc_csv_export *exporter) {
    hsvc_audit_entry entry = {0};
    size_t count = 0;
    int32_t status;
    entry.struct_size = sizeof entry;
    status = hsvc_audit_read(exporter->config.engine, &exporter->cursor, &entry, 1, &count);
    if (status == HSVC_OK && count == 0) return HSVC_ERR_NOT_FOUND;
    if (status == HSVC_OK) status = put_time(exporter, entry.at_ms);
    if (status == HSVC_OK) status = put_words(exporter, hsvc_name(HSVC_REGISTRY_SUBJECT, (int32_t)entry.subject_kind));
    if (status == HSVC_OK) status = put_number(exporter, entry.subject);
    if (status == HSVC_OK) status = put_number(exporter, entry.sequence);
    if (status == HSVC_OK)
        status =
            put_words(exporter, entry.input == 0 ? entry.event : hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)entry.input));
    if (status == HSVC_OK) status = put_words(exporter, hsvc_name(HSVC_REGISTRY_REASON, (int32_t)entry.reason));
    if (status == HSVC_OK) status = put_words(exporter, entry.rule);
    if (status == HSVC_OK) status = put_number(exporter, entry.count);
    if (status == HSVC_OK) status = put(exporter, entry.actor, entry.actor_len);
    return status == HSVC_OK ? end_row(exporter) : status;
}

static int32_t next(hsvc_csv_export *exporter) {
    switch (exporter->config.kind) {
        case HSVC_CSV_ASSOCIATIONS:
            return next_association(exporter);
        case HSVC_CSV_USERS:
            return next_user(exporter);
        case HSVC_CSV_INVENTORY:
            return next_page(exporter);
        case HSVC_CSV_AUDIT:
            return next_entry(exporter);
        default:
            return next_device(exporter);
    }
}

int32_t hsvc_csv_export_step(hsvc_csv_export *exporter, int32_t *done) {
    int32_t status = HSVC_OK;
    if (exporter == NULL || done == NULL) return HSVC_ERR_ARGUMENT;
    if (!exporter->begun && !HSVC__MUTANT(exports_without_header)) status = put_header(exporter);
    exporter->begun = 1;
    for (int i = 0; i < STEP && status == HSVC_OK && !exporter->done; i++) {
        status = next(exporter);
        exporter->done = status == HSVC_ERR_NOT_FOUND;
        if (exporter->done) status = HSVC_OK;
    }
    *done = (int32_t)exporter->done;
    return status;
}
