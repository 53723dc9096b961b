/* tell.c: what became of the rows: reports, the failed rows, progress and its token. */
#include "csv/import.h"

/* ---- reports ---- */

static int32_t tell(hsvc_csv_import *import, const hsvc_csv_report *report) {
    if (import->config.report == NULL) return HSVC_OK;
    return import->config.report(report, import->config.user) == HSVC_OK ? HSVC_OK : HSVC_ERR_CALLBACK;
}

static void name_column(const hsvc_csv_import *import, hsvc_csv_report *report, uint32_t column) {
    report->column = column;
    report->name = "";
    if (column == 0 || column > import->columns_found) return;
    report->name = hsvc__column(import->columns[column - 1])->heading;
    while (report->name[report->name_len] != '\0') report->name_len++;
}

static int32_t tell_row(hsvc_csv_import *import, const struct hsvc__waiting *waiting) {
    hsvc_csv_report report = {0};
    int32_t status = HSVC_OK;
    report.struct_size = sizeof report;
    report.outcome = waiting->outcome;
    report.row = waiting->row;
    report.line = waiting->line;
    report.offset = waiting->offset;
    report.count = waiting->wrong_count == 0 ? 1 : waiting->wrong_count;
    for (; report.index < report.count && status == HSVC_OK; report.index++) {
        const struct hsvc__wrong *wrong = &waiting->wrongs[report.index];
        report.reason = waiting->wrong_count == 0 ? waiting->reason : wrong->reason;
        report.limit = waiting->wrong_count == 0 ? 0 : wrong->limit;
        report.name_len = 0;
        name_column(import, &report, waiting->wrong_count == 0 ? 0 : wrong->column);
        status = tell(import, &report);
    }
    return status;
}

int32_t hsvc__tell_refusal(hsvc_csv_import *import, uint32_t reason, uint32_t column, hsvc__str name) {
    hsvc_csv_report report = {0};
    report.struct_size = sizeof report;
    report.outcome = HSVC_CSV_FAILED;
    report.line = import->reader.line;
    report.offset = import->reader.offset;
    report.reason = reason;
    report.column = column;
    report.name = name.n == 0 ? "" : name.p;
    report.name_len = name.n;
    report.count = 1;
    if (reason == HSVC_REASON_BULK_TOO_LARGE) report.limit = import->atomic_max;
    if (reason == HSVC_REASON_BULK_ROWS) report.limit = import->rows_max;
    return tell(import, &report);
}

/* ---- failed rows ---- */

static int is_note(const hsvc_csv_import *import, size_t i) {
    return i < import->columns_found && hsvc__column(import->columns[i])->holds == HSVC__HOLDS_NOTE;
}

static int32_t write_header(hsvc_csv_import *import) {
    uint8_t separator = (uint8_t)import->summary.separator;
    int32_t status = hsvc__write_cell(&import->config, 0, hsvc__str_of("REASON", 6));
    import->failed_begun = 1;
    for (size_t i = 0; i < import->columns_found && status == HSVC_OK; i++)
        if (!is_note(import, i)) status = hsvc__write_cell(&import->config, separator, import->header[i]);
    return status == HSVC_OK ? hsvc__write_end(&import->config) : status;
}

static size_t put(char *to, size_t at, size_t room, const char *words) {
    for (; *words != '\0' && at < room; words++) to[at++] = *words;
    return at;
}

static size_t put_number(char *to, size_t at, size_t room, uint64_t number) {
    char digits[24];
    size_t n = sizeof digits - 1;
    digits[n] = '\0';
    do digits[--n] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    return put(to, at, room, digits + n);
}

/* reason_text: "line 7, SERIAL NUMBER: the text is too long (132); ...". */
static hsvc__str reason_text(const hsvc_csv_import *import, const struct hsvc__waiting *waiting, char *to,
                             size_t room) {
    size_t at = put(to, 0, room, "line ");
    at = put_number(to, at, room, waiting->line);
    for (uint32_t i = 0; i < waiting->wrong_count; i++) {
        const struct hsvc__wrong *wrong = &waiting->wrongs[i];
        at = put(to, at, room, i == 0 ? ", " : "; ");
        if (wrong->column > 0 && wrong->column <= import->columns_found) {
            at = put(to, at, room, hsvc__column(import->columns[wrong->column - 1])->heading);
            at = put(to, at, room, ": ");
        }
        at = put(to, at, room, hsvc_text(HSVC_REGISTRY_REASON, (int32_t)wrong->reason));
    }
    return hsvc__str_of(to, at);
}

/* write_again: a cell of the file, so that neither a spreadsheet nor another import takes it for something else (BULK-6). */
static int32_t write_again(hsvc_csv_import *import, hsvc__str cell) {
    char guarded[HSVC_LIMIT_SERIAL_LEN + 1];
    uint8_t separator = (uint8_t)import->summary.separator;
    hsvc__str text = hsvc__unguard(cell);
    if (!hsvc__needs_guard(text) || text.n >= sizeof guarded) return hsvc__write_cell(&import->config, separator, cell);
    guarded[0] = '\'';
    memcpy(guarded + 1, text.p, text.n);
    return hsvc__write_cell(&import->config, separator, hsvc__str_of(guarded, text.n + 1));
}

/* A row that is none becomes one cell of it, as it stood there. */
static int32_t write_failed(hsvc_csv_import *import, const struct hsvc__waiting *waiting) {
    uint8_t separator = (uint8_t)import->summary.separator;
    char text[4096];
    int32_t status = import->config.write != NULL && !import->failed_begun ? write_header(import) : HSVC_OK;
    if (import->config.write == NULL || status != HSVC_OK) return status;
    status = hsvc__write_cell(&import->config, 0, reason_text(import, waiting, text, sizeof text));
    for (size_t i = 0; i < waiting->cell_count && status == HSVC_OK; i++)
        if (!is_note(import, i)) status = write_again(import, waiting->cells[i]);
    if (waiting->cells == NULL && status == HSVC_OK)
        status = hsvc__write_cell(&import->config, separator, waiting->raw);
    return status == HSVC_OK ? hsvc__write_end(&import->config) : status;
}

int32_t hsvc__tell_waiting(hsvc_csv_import *import) {
    hsvc_csv_summary *sum = &import->summary;
    int32_t status = HSVC_OK;
    for (struct hsvc__waiting *waiting = import->first_waiting; waiting != NULL && status == HSVC_OK;
         waiting = waiting->next) {
        sum->processed++;
        if (waiting->outcome == HSVC_CSV_CHANGED)
            sum->changed++;
        else if (waiting->outcome == HSVC_CSV_UNCHANGED)
            sum->unchanged++;
        else if (waiting->outcome == HSVC_CSV_LEFT)
            sum->left++;
        else
            sum->failed++;
        status = tell_row(import, waiting);
        if (status == HSVC_OK && waiting->outcome == HSVC_CSV_FAILED) status = write_failed(import, waiting);
    }
    return status;
}

/* ---- progress ---- */

#define TOKEN_VERSION 1

/* kinds_of: what must be the same for a token to fit. */
static uint32_t kinds_of(const hsvc_csv_config *config) {
    return TOKEN_VERSION | config->kind << 8 | config->mode << 16 | config->meaning << 24;
}

static void make_token(const hsvc_csv_import *import, uint8_t *token) {
    int decides = import->config.mode == HSVC_CSV_PARTIAL && import->pass >= HSVC__PASS_REMOVE &&
                  !(import->config.flags & HSVC_CSV_DRY_RUN);
    memset(token, 0, HSVC_CSV_TOKEN);
    hsvc__put32(token, kinds_of(&import->config));
    hsvc__put32(token + 4, decides ? import->pass : HSVC__PASS_LOOK);
    if (decides) {
        hsvc__put64(token + 8, import->row);
        hsvc__put64(token + 16, import->digest);
    }
    hsvc__put64(token + 24, hsvc_hash64(token, 24));
}

int hsvc__resume_by(hsvc_csv_import *import, const uint8_t *token) {
    if (hsvc__get32(token) != kinds_of(&import->config) || hsvc__get64(token + 24) != hsvc_hash64(token, 24)) return 0;
    import->resume_pass = hsvc__get32(token + 4);
    import->resume_row = hsvc__get64(token + 8);
    import->resume_digest = hsvc__get64(token + 16);
    return import->resume_pass >= HSVC__PASS_LOOK && import->resume_pass <= HSVC__PASS_DONE;
}

int32_t hsvc__tell_progress(hsvc_csv_import *import) {
    hsvc_csv_progress progress = {0};
    import->told = import->row;
    if (import->config.progress == NULL) return HSVC_OK;
    progress.struct_size = sizeof progress;
    progress.pass = import->pass == HSVC__PASS_ADD && import->removals == 0 ? 2 : import->pass;
    progress.passes = import->removals == 0 ? 2 : 3;
    progress.rows = import->row;
    progress.rows_all = import->pass == HSVC__PASS_LOOK ? 0 : import->rows;
    progress.bytes = import->reader.frame.next;
    make_token(import, progress.token);
    return import->config.progress(&progress, import->config.user) == HSVC_OK ? HSVC_OK : HSVC_ERR_CALLBACK;
}
