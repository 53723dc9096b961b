/* acts_import.c: an administrator feeds a file of associations to the component csv: the file is made here, its bytes go in
 * pieces, and an import that the store broke off goes on from its last token (BULK-1 to 7). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acts.h"
#include "headsetsvc/csv.h"

#define ROWS_MOST 16

struct file {
    struct world *w;
    struct m_row rows[ROWS_MOST];
    uint32_t count, broken; /* broken: the store broke it off at least once */
    char bytes[2048];
    size_t len;
    uint8_t token[HSVC_CSV_TOKEN];
    uint32_t has_token;
};

static const char *const actions[] = {"associate", "disassociate", "move"};

/* row: what a person who knows the office by and large would write; some rows are wrong. */
static struct m_row row(const struct world *w, struct random *r) {
    struct m_row row = {0, 0, 0, 0, 0};
    uint32_t owner;
    row.user = (uint8_t)(1 + random_below(r, w->shape.users));
    row.headset = (uint8_t)(1 + random_below(r, w->shape.headsets));
    owner = w->model.headsets[row.headset].owner;
    if (random_chance(r, 300)) {
        row.action = M_ROW_DISASSOCIATE;
        if (owner != 0 && random_chance(r, 900)) row.user = (uint8_t)owner;
    } else if (owner != 0 && owner != row.user && random_chance(r, 800)) {
        row.action = M_ROW_MOVE;
        row.from = (uint8_t)owner;
    }
    row.bad = (uint8_t)random_chance(r, 15);
    return row;
}

/* moved_and_freed: what a file means that both moves a headset and frees it nobody says. */
static uint32_t moved_and_freed(const struct file *f, const struct m_row *row) {
    for (uint32_t i = 0; i < f->count; i++)
        if (f->rows[i].headset == row->headset && (f->rows[i].action == M_ROW_MOVE) != (row->action == M_ROW_MOVE)) return 1;
    return 0;
}

static void put(struct file *f, const char *text) {
    size_t n = strlen(text);
    if (f->len + n >= sizeof f->bytes) return;
    memcpy(f->bytes + f->len, text, n + 1);
    f->len += n;
}

static void write_row(struct file *f, const struct m_row *row) {
    char line[160];
    const struct world *w = f->w;
    (void)snprintf(line, sizeof line, "%s,%s,%s,%s\r\n", user_id(w, row->user), row->bad ? "1.23E+15" : serial_name(row->headset),
                   actions[row->action], row->from ? user_id(w, row->from) : "");
    put(f, line);
    if (row->bad) say(f->w, "# a row of the file that is wrong");
    else if (row->action == M_ROW_MOVE) say(f->w, "move %s from %s to %s", serial_name(row->headset), person(w, row->from), person(w, row->user));
    else if (row->action == M_ROW_ASSOCIATE) say(f->w, "associate %s with %s", serial_name(row->headset), person(w, row->user));
    else say(f->w, "disassociate %s from %s", serial_name(row->headset), person(w, row->user));
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

/* zeroed: what libcsv writes MemorySanitizer does not see, so a file's memory is written to before. */
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

static int32_t import_once(struct file *f, const struct event *e, hsvc_csv_summary *summary) {
    hsvc_csv_config config;
    hsvc_csv_import *import = NULL;
    hsvc_allocator allocator;
    int32_t status;
    (void)hsvc_allocator_init(&allocator, sizeof allocator);
    allocator.resize = zeroed;
    (void)hsvc_csv_config_init(&config, sizeof config);
    config.kind = HSVC_CSV_ASSOCIATIONS;
    config.mode = e->arg ? HSVC_CSV_ATOMIC : HSVC_CSV_PARTIAL;
    config.engine = f->w->engines[0];
    config.allocator = &allocator;
    config.token = f->has_token ? f->token : NULL;
    config.effects = on_effects;
    config.progress = on_progress;
    config.user = f;
    status = hsvc_csv_import_new(&config, &import);
    if (status == HSVC_OK) status = feed(f, import, 1 + e->extra);
    if (status == HSVC_OK) status = hsvc_csv_import_summary(import, summary);
    hsvc_csv_import_free(import);
    return status;
}

/* act_import: number: what the file is made of; extra: bytes of a piece, less one; arg: 1 atomic. */
void act_import(struct world *w, const struct event *e) {
    struct random r = {(uint64_t)e->number};
    struct file f;
    hsvc_csv_summary summary;
    int32_t status;
    memset(&f, 0, sizeof f);
    (void)hsvc_csv_summary_init(&summary, sizeof summary);
    f.w = w;
    say(w, "# a file%s:", e->arg ? ", all or none" : "");
    put(&f, "USER ID,SERIAL NUMBER,ACTION,FROM\r\n");
    for (uint32_t left = 1 + random_below(&r, ROWS_MOST); left > 0; left--) {
        struct m_row made = row(w, &r);
        if (moved_and_freed(&f, &made)) continue;
        write_row(&f, &made);
        f.rows[f.count++] = made;
    }
    witness_begin(w, 0);
    while (world_passes(status = import_once(&f, e, &summary)) && f.broken < 100) f.broken++;
    if (status != HSVC_OK) world_find(w, FAILED, 0, HSVC_OK, status);
    (void)m_sample(&w->model, 0, world_clock(w, 0));
    world_decided(w);
    w->model.now = w->model.at = world_now(w);
    world_imported(w, m_import(&w->model, f.rows, f.count, e->arg), summary.changed, f.broken);
}
