/* import.c: an import as its host sees it: bytes fed in passes. */
#include "csv/import.h"

int32_t hsvc_csv_config_init(hsvc_csv_config *config, size_t size) {
    return hsvc__sized_init(config, size, sizeof *config);
}
int32_t hsvc_csv_summary_init(hsvc_csv_summary *summary, size_t size) {
    return hsvc__sized_init(summary, size, sizeof *summary);
}

/* ---- making one ---- */

#define FLAGS_OF_IMPORT HSVC_CSV_DRY_RUN

static int32_t check_config(hsvc_csv_config *config) {
    if (config->engine == NULL || config->allocator == NULL || (config->actor == NULL && config->actor_len != 0))
        return HSVC_ERR_ARGUMENT;
    if (config->kind < HSVC_CSV_ASSOCIATIONS || config->kind > HSVC_CSV_DEVICES || config->mode > HSVC_CSV_ATOMIC)
        return HSVC_ERR_ARGUMENT;
    if (config->meaning > HSVC_CSV_REMOVE) return HSVC_ERR_ARGUMENT;
    if (config->kind != HSVC_CSV_ASSOCIATIONS && config->meaning > HSVC_CSV_ADD) return HSVC_ERR_ARGUMENT;
    if (config->flags & ~FLAGS_OF_IMPORT) return HSVC_ERR_FLAGS;
    if (config->mode == 0) config->mode = HSVC_CSV_PARTIAL;
    if (config->meaning == 0) config->meaning = HSVC_CSV_ADD;
    return HSVC_OK;
}

static int32_t bound(hsvc_engine *engine, uint32_t param, int64_t *value) {
    uint32_t scope;
    return hsvc_policy_value(engine, param, NULL, 0, NULL, 0, value, &scope);
}

static int32_t fill(hsvc_csv_import *import) {
    int32_t status = bound(import->config.engine, HSVC_PARAM_BULK_ROWS_MAX, &import->rows_max);
    if (status == HSVC_OK) status = bound(import->config.engine, HSVC_PARAM_BULK_ATOMIC_MAX, &import->atomic_max);
    if (status == HSVC_OK) status = hsvc__reader_init(&import->reader, &import->allocator);
    if (status == HSVC_OK) status = hsvc_effects_new(&import->allocator, &import->effects);
    if (status == HSVC_OK && import->config.actor_len != 0) {
        import->actor = (char *)hsvc__alloc(&import->allocator, import->config.actor_len);
        if (import->actor == NULL) return HSVC_ERR_MEMORY;
        memcpy(import->actor, import->config.actor, import->config.actor_len);
    }
    if (status == HSVC_OK && import->config.token != NULL && !hsvc__resume_by(import, import->config.token))
        status = HSVC_ERR_ARGUMENT;
    return status;
}

int32_t hsvc_csv_import_new(const hsvc_csv_config *config, hsvc_csv_import **import) {
    hsvc_allocator allocator;
    hsvc_csv_config own;
    int32_t status;
    if (import == NULL) return HSVC_ERR_ARGUMENT;
    *import = NULL;
    status = hsvc__sized_in(&own, sizeof own, sizeof own, config);
    if (status == HSVC_OK) status = check_config(&own);
    if (status == HSVC_OK) status = hsvc__allocator_in(&allocator, own.allocator);
    if (status != HSVC_OK) return status;
    *import = (hsvc_csv_import *)hsvc__alloc(&allocator, sizeof **import);
    if (*import == NULL) return HSVC_ERR_MEMORY;
    memset(*import, 0, sizeof **import);
    (*import)->config = own;
    (*import)->allocator = allocator;
    (*import)->pass = HSVC__PASS_LOOK;
    (*import)->batch = HSVC_LIMIT_BULK_BATCH;
    hsvc__heap_init(&(*import)->marks, &allocator, HSVC__MARK);
    hsvc__heap_init(&(*import)->surplus, &allocator, HSVC__MARK);
    hsvc__heap_init(&(*import)->outcomes, &allocator, 1);
    hsvc__tally_init(&(*import)->tally, &allocator);
    hsvc__arena_init(&(*import)->texts, &allocator);
    status = fill(*import);
    if (status == HSVC_OK) return status;
    hsvc_csv_import_free(*import);
    *import = NULL;
    return status;
}

void hsvc_csv_import_free(hsvc_csv_import *import) {
    hsvc_allocator allocator;
    if (import == NULL) return;
    allocator = import->allocator;
    hsvc__reader_free(&import->reader);
    hsvc__heap_free(&import->marks);
    hsvc__heap_free(&import->surplus);
    hsvc__heap_free(&import->outcomes);
    hsvc__tally_free(&import->tally);
    hsvc__arena_free(&import->texts);
    hsvc_effects_free(import->effects);
    if (import->actor != NULL) hsvc__release(&allocator, import->actor, import->config.actor_len);
    if (import->header_text != NULL) hsvc__release(&allocator, import->header_text, import->header_len);
    if (import->inputs != NULL) hsvc__release(&allocator, import->inputs, import->input_room * sizeof *import->inputs);
    if (import->decided != NULL)
        hsvc__release(&allocator, import->decided, import->decided_room * sizeof *import->decided);
    hsvc__release(&allocator, import, sizeof *import);
}

/* ---- one row ---- */

/* look: in the first pass: what the row is about is noted, and whether anything is wrong with it. */
static int32_t look(hsvc_csv_import *import) {
    struct hsvc__wrong wrongs[HSVC__WRONGS];
    struct hsvc__mark mark;
    uint8_t *at;
    if (import->row > (uint64_t)import->rows_max) {
        hsvc__refuse(import, HSVC_REASON_BULK_ROWS, 0, hsvc__str_of(NULL, 0));
        return HSVC_OK;
    }
    if (hsvc__look_row(import, wrongs) != 0) {
        import->faults++;
        return HSVC_OK;
    }
    hsvc__row_mark(import, &mark);
    import->removals += hsvc__row_kind(import) == HSVC_INPUT_DISASSOCIATE;
    at = hsvc__heap_add(&import->marks);
    if (at == NULL) return HSVC_ERR_MEMORY;
    memcpy(at, mark.bytes, HSVC__MARK);
    return HSVC_OK;
}

static int32_t take_row(hsvc_csv_import *import) {
    int32_t status;
    if (!import->header_seen) {
        (void)hsvc__look_header(import);
        return import->status;
    }
    import->row++;
    status = import->pass == HSVC__PASS_LOOK ? look(import) : hsvc__decide_row(import);
    if (status != HSVC_OK) return status;
    if (import->row - import->told >= HSVC_LIMIT_BULK_PROGRESS &&
        (import->pass == HSVC__PASS_LOOK || import->config.mode == HSVC_CSV_ATOMIC))
        status = hsvc__tell_progress(import);
    return status != HSVC_OK ? status : import->status;
}

static int32_t take_rows(hsvc_csv_import *import, hsvc__str input) {
    while (import->status == HSVC_OK && import->summary.refused == 0 && hsvc__reader_next(&import->reader, &input))
        import->status = take_row(import);
    if (import->status == HSVC_OK && import->summary.refused == 0 && import->reader.utf16)
        hsvc__refuse(import, HSVC_REASON_BULK_UTF16, 0, hsvc__str_of(NULL, 0));
    return import->status;
}

int32_t hsvc_csv_import_feed(hsvc_csv_import *import, const char *bytes, size_t len) {
    if (import == NULL || (bytes == NULL && len != 0) || import->pass == HSVC__PASS_DONE) return HSVC_ERR_ARGUMENT;
    return take_rows(import, hsvc__str_of(bytes, len));
}

/* ---- the end of a pass ---- */

/* count_twice: rows that say what another says are faults as well. */
static void count_twice(hsvc_csv_import *import) {
    for (uint64_t i = 1; i < import->marks.count; i++)
        import->faults +=
            memcmp(hsvc__heap_at(&import->marks, i - 1), hsvc__heap_at(&import->marks, i), HSVC__MARK_KEY) == 0;
}

/* is_changed: of an import that resumes: are the rows other ones, or more, or fewer? Of what came behind the token only the last
 * pass is left, so it has to be the file that the passes before it saw. */
static int is_changed(const hsvc_csv_import *import) {
    return import->resume_pass > HSVC__PASS_LOOK && import->digest != import->resume_digest;
}

/* end_look: everything is known of the file but what the engine says; which pass is next. */
static int32_t end_look(hsvc_csv_import *import) {
    int atomic = import->config.mode == HSVC_CSV_ATOMIC, replaces = import->config.meaning == HSVC_CSV_REPLACE;
    hsvc__str none = {NULL, 0};
    if (!import->header_seen) hsvc__refuse(import, HSVC_REASON_BULK_EMPTY, 0, none);
    import->rows = import->row;
    import->summary.rows = import->row;
    import->digest = import->reader.digest;
    if (is_changed(import)) hsvc__refuse(import, HSVC_REASON_BULK_CHANGED, 0, none);
    hsvc__seen_sort(&import->marks);
    count_twice(import);
    if (atomic && import->rows > (uint64_t)import->atomic_max)
        hsvc__refuse(import, HSVC_REASON_BULK_TOO_LARGE, 0, none);
    import->summary.kept = replaces && import->faults != 0;
    if (replaces && import->faults == 0) import->removals += import->rows;
    if (HSVC__MUTANT(additions_first)) import->removals = 0;
    import->pass = import->removals != 0 && !atomic ? HSVC__PASS_REMOVE : HSVC__PASS_ADD;
    for (uint64_t i = 0; i < import->rows && import->pass == HSVC__PASS_REMOVE; i++)
        if (hsvc__heap_add(&import->outcomes) == NULL) return HSVC_ERR_MEMORY;
    return import->status;
}

static int32_t end_pass(hsvc_csv_import *import) {
    int32_t status = HSVC_OK;
    if (import->pass == HSVC__PASS_LOOK) {
        status = end_look(import);
    } else {
        if (import->reader.digest != import->digest)
            hsvc__refuse(import, HSVC_REASON_BULK_CHANGED, 0, hsvc__str_of(NULL, 0));
        else
            status = hsvc__decide_waiting(import);
        hsvc__seen_sort(&import->surplus);
        import->pass++;
    }
    hsvc__reader_again(&import->reader);
    import->header_seen = 0;
    import->row = 0;
    import->told = 0;
    import->last_user.n = 0;
    return status;
}

int32_t hsvc_csv_import_end(hsvc_csv_import *import, int32_t *again) {
    int32_t status;
    if (import == NULL || again == NULL || import->pass == HSVC__PASS_DONE) return HSVC_ERR_ARGUMENT;
    *again = 0;
    import->reader.ended = 1;
    status = take_rows(import, hsvc__str_of(NULL, 0));
    if (status == HSVC_OK && import->summary.refused == 0) status = end_pass(import);
    if (import->summary.refused != 0) import->pass = HSVC__PASS_DONE;
    import->status = status;
    *again = status == HSVC_OK && import->pass != HSVC__PASS_DONE;
    return status;
}

int32_t hsvc_csv_import_summary(const hsvc_csv_import *import, hsvc_csv_summary *summary) {
    hsvc_csv_summary own;
    if (import == NULL || summary == NULL) return HSVC_ERR_ARGUMENT;
    own = import->summary;
    return hsvc__sized_out(summary, &own, sizeof own, sizeof own);
}
