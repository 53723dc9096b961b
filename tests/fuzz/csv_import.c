/* csv_import.c: a whole file of any bytes, imported (BULK-1, BULK-3, BULK-5, BULK-7): the store is sound afterwards, a dry run writes nothing,
 * pieces of any size make the same store, a cancelled import resumes to it, and what is exported then changes nothing when
 * it is imported. Byte 0: what the file is about and how it is meant; byte 1: pieces, and when it is cancelled. */
#include "fuzz/fuzz.h"
#include "headsetsvc/csv.h"

struct told {
    uint64_t reports;
    uint32_t stop_after; /* reports of progress; 0: never */
    uint8_t token[HSVC_CSV_TOKEN];
    char *bytes; /* of an export */
    size_t len;
    size_t room;
};

static int32_t on_report(const hsvc_csv_report *r, void *user) {
    ((struct told *)user)->reports++;
    MUST(r->outcome >= HSVC_CSV_CHANGED && r->outcome <= HSVC_CSV_LEFT);
    MUST(r->reason == 0 || is_known(HSVC_REGISTRY_REASON, r->reason));
    MUST(r->index < r->count && r->name != NULL && (r->row == 0 || r->line >= r->row));
    return HSVC_OK;
}

static int32_t on_progress(const hsvc_csv_progress *progress, void *user) {
    struct told *told = (struct told *)user;
    memcpy(told->token, progress->token, sizeof told->token);
    return told->stop_after != 0 && --told->stop_after == 0 ? HSVC_ERR_NOT_FOUND : HSVC_OK;
}

static int32_t on_effects(const hsvc_effects *effects, void *user) {
    (void)user;
    must_be_listed(effects);
    return HSVC_OK;
}

static int32_t on_write(const char *bytes, size_t len, void *user) {
    struct told *told = (struct told *)user;
    if (told->len + len > told->room) {
        told->room = 2 * (told->len + len);
        told->bytes = (char *)realloc(told->bytes, told->room);
        MUST(told->bytes != NULL);
    }
    memcpy(told->bytes + told->len, bytes, len);
    told->len += len;
    return HSVC_OK;
}

/* config_of: what byte 0 says. */
static hsvc_csv_config config_of(struct world *w, uint32_t how, struct told *told) {
    hsvc_csv_config config;
    OK(hsvc_csv_config_init(&config, sizeof config));
    config.kind = HSVC_CSV_ASSOCIATIONS + how % 4 % 3;
    config.mode = how >> 2 & 1 ? HSVC_CSV_ATOMIC : HSVC_CSV_PARTIAL;
    config.meaning = config.kind == HSVC_CSV_ASSOCIATIONS ? HSVC_CSV_ADD + (how >> 3 & 3) % 3 : 0;
    config.flags = how >> 5 & 1 ? HSVC_CSV_DRY_RUN : 0;
    config.engine = w->engines[0];
    config.allocator = &w->allocator;
    config.report = on_report;
    config.progress = on_progress;
    config.effects = on_effects;
    config.write = on_write;
    config.user = told;
    return config;
}

static int is_expected(int32_t status) { return status == HSVC_OK || status == HSVC_ERR_CALLBACK; }

/* run: one import; its status. */
static int32_t run(const hsvc_csv_config *config, const char *bytes, size_t len, size_t piece, hsvc_csv_summary *summary) {
    hsvc_csv_import *import = NULL;
    int32_t again = 1, status = hsvc_csv_import_new(config, &import);
    MUST(status == HSVC_OK);
    for (int passes = 0; again && status == HSVC_OK; passes++) {
        MUST(passes < 4);
        for (size_t at = 0; at < len && status == HSVC_OK; at += piece)
            status = hsvc_csv_import_feed(import, bytes + at, len - at < piece ? len - at : piece);
        if (status == HSVC_OK) status = hsvc_csv_import_end(import, &again);
    }
    MUST(is_expected(status));
    OK(hsvc_csv_summary_init(summary, sizeof *summary));
    OK(hsvc_csv_import_summary(import, summary));
    MUST(summary->processed == summary->changed + summary->unchanged + summary->failed + summary->left);
    MUST(summary->refused == 0 || is_known(HSVC_REGISTRY_REASON, summary->refused));
    hsvc_csv_import_free(import);
    return status;
}

/* ---- what a store holds, as one number: without revisions, and without the audit, which knows of commits ---- */
static int32_t take_row(const hsvc_row *row, void *user) {
    uint64_t *digest = (uint64_t *)user;
    hsvc_headset_view headset = {.struct_size = sizeof headset};
    hsvc_user_view view = {.struct_size = sizeof view};
    if (hsvc_headset_decode(row, &headset) == HSVC_OK) {
        *digest += hsvc_hash64(headset.key, headset.key_len) * 31 + hsvc_hash64(headset.owner, headset.owner_len);
    } else if (hsvc_user_decode(row, &view) == HSVC_OK) {
        *digest += hsvc_hash64(view.key, view.key_len) * 37 + view.headset_count * 41 + view.profile_count * 43 + view.disabled;
    }
    return HSVC_OK;
}

static uint64_t digest_of(struct world *w) {
    uint64_t digest = 0;
    OK(w->plain.scan(NULL, 0, NULL, 0, 1000000, take_row, &digest, w->plain.user));
    return digest;
}

static void open_with_people(struct world *w) {
    hsvc_input in;
    char serial[8];
    world_open(w);
    world_people(w);
    for (int i = 0; i < 15; i++) { /* u2 holds all that one may */
        (void)snprintf(serial, sizeof serial, "F%d", i);
        OK(hsvc_input_associate(&in, "u2", serial));
        world_give(w, &in);
    }
}

/* in_pieces: the same bytes into another world, byte by byte or so, cancelled and resumed if byte 1 says so. */
static uint64_t in_pieces(uint32_t how, uint32_t cut, const char *bytes, size_t len) {
    struct told told = {0};
    struct world w;
    hsvc_csv_summary summary;
    uint64_t digest;
    hsvc_csv_config config;
    open_with_people(&w);
    config = config_of(&w, how, &told);
    told.stop_after = cut >> 4;
    if (run(&config, bytes, len, 1 + cut % 16, &summary) == HSVC_ERR_CALLBACK) {
        static const uint8_t none[HSVC_CSV_TOKEN];
        must_be_sound(&w);
        told.stop_after = 0;
        config.token = memcmp(told.token, none, sizeof none) == 0 ? NULL : told.token;
        OK(run(&config, bytes, len, 1 + cut % 16, &summary));
    }
    must_be_sound(&w);
    digest = digest_of(&w);
    free(told.bytes);
    world_close(&w);
    return digest;
}

/* An export of all that there is, imported, changes nothing (BULK-5). */
static void export_and_import(struct world *w, uint32_t how) {
    struct told out = {0}, in = {0};
    hsvc_csv_config config = config_of(w, how & 3, &out);
    hsvc_csv_export *exporter = NULL;
    hsvc_csv_summary summary;
    int32_t done = 0;
    OK(hsvc_csv_export_new(&config, &exporter));
    while (!done) OK(hsvc_csv_export_step(exporter, &done));
    hsvc_csv_export_free(exporter);
    config.user = &in;
    OK(run(&config, out.bytes, out.len, out.len, &summary));
    MUST(summary.refused == 0 && summary.changed == 0 && summary.failed == 0);
    free(out.bytes);
    free(in.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    struct bytes b = {bytes, len};
    uint32_t how = next_byte(&b), cut = next_byte(&b);
    const char *file = (const char *)b.at;
    struct told told = {0};
    struct world w;
    hsvc_csv_config config;
    hsvc_csv_summary summary;
    uint64_t before, after;
    open_with_people(&w);
    before = digest_of(&w);
    config = config_of(&w, how, &told);
    OK(run(&config, file, b.left, b.left + 1, &summary));
    after = digest_of(&w);
    MUST(before == after || (summary.changed != 0 && config.flags == 0));
    must_be_sound(&w);
    if (cut % 2 != 0 || cut >> 4 != 0) MUST(in_pieces(how, cut, file, b.left) == after);
    export_and_import(&w, how);
    free(told.bytes);
    world_close(&w);
    return 0;
}
