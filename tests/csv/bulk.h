/* bulk.h: imports and exports of texts for the tests: a small world, and everything an import said as one text. */
#ifndef TESTS_CSV_BULK_H
#define TESTS_CSV_BULK_H

#include "headsetsvc/csv.h"
#include "unit/desk.h"

struct said {
    char *bytes;
    size_t len;
    size_t room;
};

static inline void say(struct said *to, const char *bytes, size_t len) {
    if (to->len + len + 1 > to->room) {
        to->room = (to->len + len + 1) * 2;
        to->bytes = (char *)realloc(to->bytes, to->room);
        assert_non_null(to->bytes);
    }
    if (len != 0) memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
    to->bytes[to->len] = '\0';
}

/* One import: what is told of it. */
struct bulk {
    struct desk *desk;
    hsvc_csv_config config;
    hsvc_csv_summary summary;
    struct said reports; /* a line each */
    struct said failed;  /* the failed rows */
    size_t piece;        /* bytes fed at once; 0: all */
    uint32_t stop_after; /* reports of progress until the import is cancelled; 0: never */
    uint32_t progressed;
    uint32_t passes;
    uint8_t token[HSVC_CSV_TOKEN];
    int32_t status;
};

static inline int32_t on_report(const hsvc_csv_report *r, void *user) {
    static const char *const outcomes[] = {"?", "CHANGED", "UNCHANGED", "FAILED", "LEFT"};
    struct bulk *bulk = (struct bulk *)user;
    char line[512];
    int n = snprintf(line, sizeof line, "row %llu line %llu at %llu: %s %s", (unsigned long long)r->row,
                     (unsigned long long)r->line, (unsigned long long)r->offset, outcomes[r->outcome],
                     hsvc_name(HSVC_REGISTRY_REASON, (int32_t)r->reason));
    say(&bulk->reports, line, (size_t)n);
    if (r->column != 0) say(&bulk->reports, line, (size_t)snprintf(line, sizeof line, " in column %u", r->column));
    if (r->name_len != 0) {
        say(&bulk->reports, " (", 2);
        say(&bulk->reports, r->name, r->name_len);
        say(&bulk->reports, ")", 1);
    }
    if (r->limit != 0)
        say(&bulk->reports, line, (size_t)snprintf(line, sizeof line, " limit %lld", (long long)r->limit));
    say(&bulk->reports, "\n", 1);
    return HSVC_OK;
}

static inline int32_t on_write(const char *bytes, size_t len, void *user) {
    say(&((struct bulk *)user)->failed, bytes, len);
    return HSVC_OK;
}

static inline int32_t on_progress(const hsvc_csv_progress *progress, void *user) {
    struct bulk *bulk = (struct bulk *)user;
    memcpy(bulk->token, progress->token, sizeof bulk->token);
    bulk->passes = progress->passes;
    return bulk->stop_after != 0 && ++bulk->progressed >= bulk->stop_after ? HSVC_ERR_NOT_FOUND : HSVC_OK;
}

static inline void bulk_open(struct bulk *bulk, struct desk *d, uint32_t kind) {
    memset(bulk, 0, sizeof *bulk);
    bulk->desk = d;
    OK(hsvc_csv_config_init(&bulk->config, sizeof bulk->config));
    bulk->config.kind = kind;
    bulk->config.engine = d->engine;
    bulk->config.allocator = &d->allocator;
    bulk->config.report = on_report;
    bulk->config.write = on_write;
    bulk->config.progress = on_progress;
    bulk->config.user = bulk;
}

static inline void bulk_close(struct bulk *bulk) {
    free(bulk->reports.bytes);
    free(bulk->failed.bytes);
}

static inline int32_t feed_all(struct bulk *bulk, hsvc_csv_import *import, const char *bytes, size_t len) {
    size_t piece = bulk->piece == 0 ? len : bulk->piece;
    int32_t status = HSVC_OK;
    for (size_t at = 0; at < len && status == HSVC_OK; at += piece)
        status = hsvc_csv_import_feed(import, bytes + at, len - at < piece ? len - at : piece);
    return status;
}

/* bulk_run: the whole import of a text. */
static inline void bulk_run(struct bulk *bulk, const char *bytes, size_t len) {
    hsvc_csv_import *import = NULL;
    int32_t again = 1;
    bulk->reports.len = 0;
    bulk->failed.len = 0;
    say(&bulk->reports, "", 0);
    say(&bulk->failed, "", 0);
    bulk->status = hsvc_csv_import_new(&bulk->config, &import);
    while (bulk->status == HSVC_OK && again) {
        bulk->status = feed_all(bulk, import, bytes, len);
        if (bulk->status == HSVC_OK) bulk->status = hsvc_csv_import_end(import, &again);
    }
    if (import != NULL) {
        OK(hsvc_csv_summary_init(&bulk->summary, sizeof bulk->summary));
        OK(hsvc_csv_import_summary(import, &bulk->summary));
    }
    hsvc_csv_import_free(import);
}

static inline void bulk_text(struct bulk *bulk, const char *text) { bulk_run(bulk, text, strlen(text)); }

/* bulk_export: everything of a kind, into bulk->failed. */
static inline void bulk_export(struct bulk *bulk, uint32_t kind, uint32_t flags) {
    hsvc_csv_config config = bulk->config;
    hsvc_csv_export *exporter = NULL;
    int32_t done = 0;
    config.kind = kind;
    config.flags = flags;
    bulk->failed.len = 0;
    say(&bulk->failed, "", 0);
    OK(hsvc_csv_export_new(&config, &exporter));
    while (!done) OK(hsvc_csv_export_step(exporter, &done));
    hsvc_csv_export_free(exporter);
}

/* ---- the world ---- */

static inline void add_user(struct desk *d, const char *id) {
    hsvc_input in;
    OK(hsvc_input_user_put(&in, id, NULL, 0));
    OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
}

static inline void give_headset(struct desk *d, const char *user, const char *serial) {
    hsvc_input in;
    OK(hsvc_input_associate(&in, user, serial));
    OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
}

/* world: amara, ben, chloe; `full` holds F1..F15 and `crowded` C1..C15. */
static inline void world(struct desk *d) {
    char serial[8];
    desk_open(d);
    add_user(d, "amara");
    add_user(d, "ben");
    add_user(d, "chloe");
    add_user(d, "full");
    add_user(d, "crowded");
    for (int i = 1; i <= 15; i++) {
        (void)snprintf(serial, sizeof serial, "F%d", i);
        give_headset(d, "full", serial);
        serial[0] = 'C';
        give_headset(d, "crowded", serial);
    }
}

/* owner_of: of a headset, "" if nobody. */
static inline const char *owner_of(struct desk *d, const char *serial) {
    static char owner[160];
    hsvc_headset_view view = {0};
    view.struct_size = sizeof view;
    owner[0] = '\0';
    if (hsvc_headset_get(d->engine, serial, strlen(serial), &view) == HSVC_OK)
        (void)snprintf(owner, sizeof owner, "%.*s", (int)view.owner_len, view.owner);
    return owner;
}

#endif
