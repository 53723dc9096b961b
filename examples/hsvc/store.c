/* store.c: what a command looks at: a scenario that is played first, or a file of SQLite; and verifying it. */
#define _POSIX_C_SOURCE 200809L /* mkdtemp */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "headsetsvc/stdlib.h"
#include "host.h"
#ifdef HSVC_WITH_SQLITE
#include "headsetsvc/sqlite.h"
#endif

int fail_status(const char *what, int32_t status) {
    fprintf(stderr, "hsvc: %s: %s\n", what, hsvc_text(HSVC_REGISTRY_STATUS, status));
    return EXIT_LIBRARY;
}

static int ends_in(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static int is_script(const char *where) { return ends_in(where, ".hsv") || is_folder(where); }

static int open_script(struct host *host, const char *where, struct opened *opened) {
    hsvc_allocator allocator;
    int code = script_open(host, where);
    int32_t status = hsvc_stdlib_allocator(&allocator);
    if (code != EXIT_OK) return code;
    opened->engine = hsvc_scenario_engine(host->scenario);
    if (status == HSVC_OK) status = hsvc_effects_new(&allocator, &opened->effects);
    return status == HSVC_OK ? EXIT_OK : fail_status(where, status);
}

#ifdef HSVC_WITH_SQLITE
int open_file(const char *where, int writes, void **file, hsvc_store *store) {
    hsvc_allocator allocator;
    hsvc_sqlite_config config;
    hsvc_sqlite_problem problem;
    hsvc_sqlite *sqlite = NULL;
    int32_t status = hsvc_stdlib_allocator(&allocator);
    (void)hsvc_sqlite_init(&config, sizeof config);
    (void)hsvc_sqlite_init(&problem, sizeof problem);
    (void)hsvc_store_init(store, sizeof *store);
    config.allocator = &allocator;
    config.path = where;
    config.flags = writes ? 0 : HSVC_SQLITE_READ_ONLY;
    if (status == HSVC_OK) status = hsvc_sqlite_new(&config, &sqlite, &problem);
    if (status != HSVC_OK) {
        fprintf(stderr, "hsvc: %s: %s\n", where, problem.text != NULL ? problem.text : hsvc_text(HSVC_REGISTRY_STATUS, status));
        return EXIT_LIBRARY;
    }
    *file = sqlite;
    status = hsvc_sqlite_bind(sqlite, store);
    return status == HSVC_OK ? EXIT_OK : fail_status(where, status);
}

void close_file(void *file) { hsvc_sqlite_free(file); }

/* A file in a folder of its own, both of which go with the host. */
static int open_passing(struct host *host) {
    const char *where = getenv("TMPDIR");
    text_printf(&host->passing, "%s/hsvc-XXXXXX", where != NULL && where[0] != '\0' ? where : "/tmp");
    if (mkdtemp(host->passing.bytes) == NULL) {
        text_free(&host->passing);
        return usage("no temporary file can be made: --store=FILE or --store=memory, please", "");
    }
    text_puts(&host->passing, "/desks.db");
    return open_file(host->passing.bytes, 1, &host->file, &host->store);
}
#else
static int open_passing(struct host *host) {
    (void)host;
    return EXIT_OK;
}

int open_file(const char *where, int writes, void **file, hsvc_store *store) {
    (void)writes;
    (void)file;
    (void)store;
    return usage("this hsvc was built without SQLite; a store is FILE.hsv or a folder: ", where);
}

void close_file(void *file) { (void)file; }
#endif

static int32_t note_row(const hsvc_row *row, void *found) {
    (void)row;
    *(int *)found = 1;
    return HSVC_OK;
}

/* is_new: not there yet, or without a byte. */
static int is_new(const char *where) {
    FILE *file = fopen(where, "rb");
    int empty = file == NULL || fgetc(file) == EOF;
    if (file != NULL) (void)fclose(file);
    return empty;
}

/* Played onto another day, a script meets people who are signed in already, and nothing comes as it expects. Who opens a store to
 * write brings it up to date: so it is looked at before. */
static int must_be_empty(const char *where) {
    static const uint8_t none[1] = {0};
    hsvc_store store;
    void *file = NULL;
    int found = 0, code = is_new(where) ? EXIT_OK : open_file(where, 0, &file, &store);
    if (code == EXIT_OK && file != NULL) {
        int32_t status = store.scan(none, 0, none, 0, 1, note_row, &found, store.user);
        if (status != HSVC_OK) code = fail_status(where, status);
    }
    close_file(file);
    if (!found) return code;
    return usage_see("this store is not empty: ", where, "name a file that is not there yet, or remove this one first");
}

int open_played(struct host *host) {
    int code;
    if (host->into == NULL) return open_passing(host);
    if (strcmp(host->into, "memory") == 0) return EXIT_OK;
    code = must_be_empty(host->into);
    return code == EXIT_OK ? open_file(host->into, 1, &host->file, &host->store) : code;
}

void close_played(struct host *host) {
    close_file(host->file);
    if (host->passing.len == 0) return;
    (void)unlink(host->passing.bytes);
    *strrchr(host->passing.bytes, '/') = '\0';
    (void)rmdir(host->passing.bytes);
    text_free(&host->passing);
}

static int open_engine(const char *where, int writes, struct opened *opened) {
    hsvc_store store;
    int code = open_file(where, writes, &opened->file, &store);
    int32_t status;
    if (code != EXIT_OK) return code;
    status = hsvc_stdlib_engine(&store, &opened->own, &opened->effects);
    opened->engine = opened->own;
    return status == HSVC_OK ? EXIT_OK : fail_status(where, status);
}

int open_store(struct host *host, const char *where, struct opened *opened) {
    memset(opened, 0, sizeof *opened);
    if (is_script(where)) return open_script(host, where, opened);
    if (host->until != NULL) return usage("--at is for a scenario: ", where);
    if (!host->makes && access(where, F_OK) != 0) return cannot(where);
    return open_engine(where, host->writes, opened);
}

void close_store(struct opened *opened) {
    hsvc_effects_free(opened->effects);
    hsvc_engine_free(opened->own);
    close_file(opened->file);
}

struct span real_name(const struct host *host, uint32_t kind, const char *word) {
    struct span name = {NULL, 0};
    size_t n = strlen(word);
    if (host->scenario == NULL || hsvc_scenario_name(host->scenario, kind, word, n, &name.p, &name.n) != HSVC_OK)
        return span_of(word, n);
    return name;
}

uint32_t subject_kind(const char *word) {
    if (strcmp(word, "phone") == 0) return HSVC_SUBJECT_DEVICE;
    if (strcmp(word, "user") == 0) return HSVC_SUBJECT_USER;
    return strcmp(word, "headset") == 0 ? HSVC_SUBJECT_HEADSET : 0;
}

struct span subject_name(const struct host *host, uint32_t kind, const char *word) {
    uint32_t of_script = kind == HSVC_SUBJECT_DEVICE ? HSVC_SCENARIO_PHONE : kind == HSVC_SUBJECT_USER ? HSVC_SCENARIO_USER : HSVC_SCENARIO_HEADSET;
    return real_name(host, of_script, word);
}

int no_such_subject(const struct host *host) {
    uint32_t kind = subject_kind(host->words[1]);
    const char *list = kind == HSVC_SUBJECT_HEADSET ? "inventory" : "export";
    const char *what = kind == HSVC_SUBJECT_DEVICE ? " devices" : kind == HSVC_SUBJECT_USER ? " users" : "";
    fprintf(stderr, "hsvc: there is no %s %s\n", host->words[1], host->words[2]);
    if (host->scenario == NULL)
        fprintf(stderr, "a script has names of its own, a store the real ones; hsvc %s %s%s lists them\n", list, host->words[0], what);
    return EXIT_USAGE;
}

/* ---- verify ---- */

void key_words(const uint8_t *key, size_t key_len, struct text *to) {
    const char *kind = NULL, *name = NULL;
    size_t name_len = 0;
    if (hsvc_key_name(key, key_len, &kind, &name, &name_len) == HSVC_OK) {
        text_printf(to, "%s%s%.*s", kind, name_len > 0 ? " " : "", (int)name_len, name);
        return;
    }
    for (size_t i = 0; i < key_len; i++) {
        char c = key[i] >= 0x20 && key[i] < 0x7f ? (char)key[i] : '.';
        text_add(to, &c, 1);
    }
}

static int32_t add_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    struct table *table = user;
    struct text shown = {NULL, 0, 0};
    key_words(key, key_len, &shown);
    table_words(table, invariant);
    table_words(table, rule);
    table_text(table, shown.bytes, shown.len);
    text_free(&shown);
    return HSVC_OK;
}

static int verify_file(struct host *host, struct opened *opened) {
    static const char *const heads[] = {"invariant", "rule", "record"};
    struct table *table = table_new(host, "finding", 3, heads);
    uint64_t findings = 0;
    int32_t status = hsvc_verify(opened->engine, add_finding, table, &findings);
    table_print(table);
    if (status != HSVC_OK) return fail_status(host->words[0], status);
    if (!host->json) printf(findings == 0 ? "The store is sound.\n" : "The store is NOT sound.\n");
    return findings == 0 ? EXIT_OK : EXIT_UNMET;
}

int command_verify(struct host *host) {
    struct opened opened;
    int code;
    if (is_script(host->words[0]) && !host->json) return script_verify(host);
    code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) code = verify_file(host, &opened);
    close_store(&opened);
    return code;
}
