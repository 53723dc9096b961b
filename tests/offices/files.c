/* files.c: an administrator feeds a file to the component csv: its bytes go in pieces, and an import that the store broke off
 * goes on from its last token (BULK-1 to 7). */
#include "files.h"

#include <stdlib.h>
#include <string.h>

/* What libcsv writes MemorySanitizer does not see. */
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define SEEN(bytes, len) __msan_unpoison(bytes, len)
#endif
#endif
#ifndef SEEN
#define SEEN(bytes, len) (void)0
#endif

void file_begin(struct file *f, struct world *w, uint32_t kind) {
    memset(f, 0, sizeof *f);
    f->w = w;
    f->kind = kind;
    (void)hsvc_csv_summary_init(&f->summary, sizeof f->summary);
}

static void put(struct file *f, const char *text, size_t n) {
    if (f->len + n > sizeof f->bytes) abort(); /* an office is smaller */
    memcpy(f->bytes + f->len, text, n);
    f->len += n;
}

void file_put(struct file *f, const char *text) { put(f, text, strlen(text)); }

/* file_row: one that no statement of a script stands for. */
void file_row(struct file *f, const char *line) {
    file_put(f, line);
    say(f->w, "# %.*s", (int)strlen(line) - 2, line);
}

static int32_t on_effects(const hsvc_effects *fx, void *user) {
    struct file *f = user;
    world_heard(f->w, fx);
    return HSVC_OK;
}

static int32_t on_progress(const hsvc_csv_progress *progress, void *user) {
    struct file *f = user;
    memcpy(f->token, progress->token, HSVC_CSV_TOKEN);
    f->has_token = 1;
    return HSVC_OK;
}

static int32_t on_bytes(const char *bytes, size_t len, void *user) {
    SEEN(bytes, len);
    put(user, bytes, len);
    return HSVC_OK;
}

/* zeroed: for the same reason a file's memory is written to before. */
static void *zeroed(void *block, size_t old_size, size_t new_size, void *user) {
    uint8_t *p;
    (void)user;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    p = realloc(block, new_size);
    if (p == NULL) abort();
    if (new_size > old_size) memset(p + old_size, 0, new_size - old_size);
    return p;
}

static void configure(struct file *f, hsvc_csv_config *config, hsvc_allocator *allocator) {
    (void)hsvc_allocator_init(allocator, sizeof *allocator);
    allocator->resize = zeroed;
    (void)hsvc_csv_config_init(config, sizeof *config);
    config->kind = f->kind;
    config->engine = f->w->engines[0];
    config->allocator = allocator;
    config->user = f;
}

/* feed: all passes; a status other than HSVC_OK broke it off. */
static int32_t feed(struct file *f, hsvc_csv_import *import, size_t piece) {
    int32_t again = 1, status = HSVC_OK;
    while (again && status == HSVC_OK) {
        for (size_t at = 0; at < f->len && status == HSVC_OK; at += piece)
            status = hsvc_csv_import_feed(import, f->bytes + at, f->len - at < piece ? f->len - at : piece);
        if (status == HSVC_OK) status = hsvc_csv_import_end(import, &again);
    }
    return status;
}

static int32_t import_once(struct file *f, const struct event *e) {
    hsvc_csv_config config;
    hsvc_csv_import *import = NULL;
    hsvc_allocator allocator;
    int32_t status;
    configure(f, &config, &allocator);
    config.mode = e->arg & FILE_ATOMIC ? HSVC_CSV_ATOMIC : HSVC_CSV_PARTIAL;
    config.flags = e->arg & FILE_DRY ? HSVC_CSV_DRY_RUN : 0;
    if (f->kind == HSVC_CSV_ASSOCIATIONS) config.meaning = e->arg & FILE_REPLACE ? HSVC_CSV_REPLACE : HSVC_CSV_ADD;
    config.token = f->has_token ? f->token : NULL;
    config.effects = e->arg & FILE_DRY ? NULL : on_effects;
    config.progress = on_progress;
    status = hsvc_csv_import_new(&config, &import);
    if (status == HSVC_OK) status = feed(f, import, 1 + e->extra);
    if (status == HSVC_OK) status = hsvc_csv_import_summary(import, &f->summary);
    hsvc_csv_import_free(import);
    return status;
}

void file_import(struct file *f, const struct event *e) {
    int32_t status;
    struct world *w = f->w;
    witness_begin(w, 0);
    while (world_passes(status = import_once(f, e)) && f->broken < 100) f->broken++;
    if (status != HSVC_OK) world_find(w, FAILED, 0, HSVC_OK, status);
    (void)m_sample(&w->model, 0, world_clock(w, 0));
    memset(w->model.decided, 0, sizeof w->model.decided);
    world_decided(w);
    w->model.now = w->model.at = world_now(w);
}

void file_changed(struct file *f, uint64_t wanted) { world_imported(f->w, wanted, f->summary.changed, f->broken); }

static int32_t export_once(struct file *f) {
    hsvc_csv_config config;
    hsvc_csv_export *exporter = NULL;
    hsvc_allocator allocator;
    int32_t status, done = 0;
    configure(f, &config, &allocator);
    config.write = on_bytes;
    f->len = 0;
    status = hsvc_csv_export_new(&config, &exporter);
    while (status == HSVC_OK && !done) status = hsvc_csv_export_step(exporter, &done);
    hsvc_csv_export_free(exporter);
    return status;
}

void file_export(struct file *f) {
    int32_t status;
    uint32_t tries = 0;
    while (world_passes(status = export_once(f)) && tries < 100) tries++;
    if (status != HSVC_OK) world_find(f->w, FAILED, 0, HSVC_OK, status);
    world_digest(f->w, f->bytes, (uint32_t)f->len);
}
