/* figures.c: what an import costs: dry run, import, the same again, export; beside libcsv parsing the same bytes and SQLite
 * loading the same rows by a prepared insert, in as many commits; in one process. The file is made in memory; a tenth as
 * many users as rows hold ten headsets each.
 *
 *     csv_figures [ROWS] [FILE]     100 000 rows, into memory, or into FILE and FILE.bare, which must not be there */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <csv.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "headsetsvc/csv.h"
#include "headsetsvc/inputs.h"
#include "headsetsvc/sqlite.h"
#include "headsetsvc/stdlib.h"
#include "headsetsvc/testkit.h"

static char *text, *users;
static size_t text_len, users_len, out_len;
static hsvc_count_alloc *counted; /* the memory of an import or export itself */

#define MUST(call) must((call), #call)
static void must(int32_t status, const char *what) {
    if (status == HSVC_OK) return;
    fprintf(stderr, "%s: %s\n", what, hsvc_name(HSVC_REGISTRY_STATUS, status));
    exit(1);
}

struct moment {
    double processor, wall;
};

static struct moment now(void) {
    struct rusage usage;
    struct timespec wall;
    struct moment moment;
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)clock_gettime(CLOCK_MONOTONIC, &wall);
    moment.processor = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    moment.wall = (double)wall.tv_sec + (double)wall.tv_nsec / 1e9;
    return moment;
}

/* tell: rates are of the processor's seconds: a busy machine makes nothing slower than it is. */
static void tell(const char *what, struct moment from, long rows, size_t bytes) {
    struct moment to = now();
    double took = to.processor - from.processor + 1e-6;
    hsvc_alloc_counts counts = {.struct_size = sizeof counts};
    MUST(hsvc_count_alloc_counts(counted, &counts));
    printf("%-22s %8.2f %8.2f %10.0f %8.1f %10.2f %8.1f\n", what, took, to.wall - from.wall, (double)rows / took,
           (double)bytes / took / 1e6, (double)counts.most_bytes / 1048576, (double)counts.most_bytes / (double)rows);
}

/* fresh: an allocator whose highest mark begins at nothing. */
static void fresh(hsvc_allocator *allocator) {
    hsvc_count_alloc_free(counted);
    MUST(hsvc_count_alloc_new(NULL, &counted));
    MUST(hsvc_count_alloc_bind(counted, allocator));
}

static void make(long rows) {
    text = (char *)malloc((size_t)rows * 40 + 64);
    users = (char *)malloc((size_t)rows * 4 + 64);
    if (text == NULL || users == NULL) exit(1);
    text_len = (size_t)sprintf(text, "USER ID,SERIAL NUMBER\r\n");
    users_len = (size_t)sprintf(users, "USER ID\r\n");
    for (long i = 0; i < rows; i++) {
        if (i % 10 == 0) users_len += (size_t)sprintf(users + users_len, "user%07ld@example.com\r\n", i / 10);
        text_len += (size_t)sprintf(text + text_len, "user%07ld@example.com,WFG%08ld\r\n", i / 10, i);
    }
}

static int32_t count(const char *bytes, size_t len, void *user) {
    (void)bytes;
    (void)user;
    out_len += len;
    return HSVC_OK;
}

static void run(const char *what, hsvc_csv_config *config, const char *bytes, size_t len, uint64_t changed) {
    hsvc_csv_import *import;
    hsvc_csv_summary sum;
    hsvc_allocator allocator = {.struct_size = sizeof allocator};
    int32_t again = 1;
    struct moment from = now();
    fresh(&allocator);
    config->allocator = &allocator;
    MUST(hsvc_csv_summary_init(&sum, sizeof sum));
    MUST(hsvc_csv_import_new(config, &import));
    while (again) {
        for (size_t at = 0; at < len; at += 65536)
            MUST(hsvc_csv_import_feed(import, bytes + at, len - at < 65536 ? len - at : 65536));
        MUST(hsvc_csv_import_end(import, &again));
    }
    MUST(hsvc_csv_import_summary(import, &sum));
    hsvc_csv_import_free(import);
    if (sum.changed != changed || sum.failed != 0 || sum.refused != 0) must(HSVC_ERR_BUG, what);
    tell(what, from, (long)sum.rows, len);
}

static void export_all(hsvc_csv_config config, long rows) {
    hsvc_csv_export *exporter;
    hsvc_allocator allocator = {.struct_size = sizeof allocator};
    int32_t done = 0;
    struct moment from = now();
    fresh(&allocator);
    config.allocator = &allocator;
    config.write = count;
    out_len = 0;
    MUST(hsvc_csv_export_new(&config, &exporter));
    while (!done) MUST(hsvc_csv_export_step(exporter, &done));
    hsvc_csv_export_free(exporter);
    tell("  export", from, rows, out_len);
}

static void parse(long rows) {
    struct csv_parser parser;
    hsvc_allocator allocator = {.struct_size = sizeof allocator};
    struct moment from = now();
    fresh(&allocator);
    if (csv_init(&parser, CSV_STRICT) != 0 || csv_parse(&parser, text, text_len, NULL, NULL, NULL) != text_len) exit(1);
    csv_fini(&parser, NULL, NULL, NULL);
    csv_free(&parser);
    tell("libcsv, parsing alone", from, rows, text_len);
}

static void open_store(const char *path, hsvc_store *store) {
    static hsvc_allocator allocator;
    hsvc_memory_store *memory;
    hsvc_sqlite_config config;
    hsvc_sqlite_problem problem;
    hsvc_sqlite *sqlite;
    MUST(hsvc_stdlib_allocator(&allocator));
    if (path == NULL) {
        MUST(hsvc_stdlib_memory_store(&memory, store));
        return;
    }
    MUST(hsvc_sqlite_init(&config, sizeof config));
    MUST(hsvc_sqlite_init(&problem, sizeof problem));
    MUST(hsvc_store_init(store, sizeof *store));
    config.allocator = &allocator;
    config.path = path;
    MUST(hsvc_sqlite_new(&config, &sqlite, &problem));
    MUST(hsvc_sqlite_bind(sqlite, store));
}

/* ---- SQLite by itself ---- */

static void sql(sqlite3 *db, const char *text_of) {
    if (sqlite3_exec(db, text_of, NULL, NULL, NULL) == SQLITE_OK) return;
    fprintf(stderr, "%s: %s\n", text_of, sqlite3_errmsg(db));
    exit(1);
}

/* load_bare: the same rows into a table whose key is the serial, HSVC_LIMIT_BULK_BATCH a commit, as safe as the store's. */
static void load_bare(const char *file, long rows) {
    char path[512], user[40], serial[24];
    sqlite3 *db;
    sqlite3_stmt *insert;
    hsvc_allocator allocator = {.struct_size = sizeof allocator};
    struct moment from;
    (void)snprintf(path, sizeof path, "%s.bare", file);
    if (sqlite3_open(path, &db) != SQLITE_OK) exit(1);
    sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE h(serial TEXT PRIMARY KEY, user TEXT) WITHOUT ROWID");
    if (sqlite3_prepare_v2(db, "INSERT INTO h VALUES(?2, ?1)", -1, &insert, NULL) != SQLITE_OK) exit(1);
    fresh(&allocator);
    from = now();
    for (long i = 0; i < rows; i++) {
        if (i % HSVC_LIMIT_BULK_BATCH == 0) sql(db, i == 0 ? "BEGIN" : "COMMIT; BEGIN");
        (void)sqlite3_bind_text(insert, 1, user, sprintf(user, "user%07ld@example.com", i / 10), SQLITE_STATIC);
        (void)sqlite3_bind_text(insert, 2, serial, sprintf(serial, "WFG%08ld", i), SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) exit(1);
        (void)sqlite3_reset(insert);
    }
    sql(db, "COMMIT");
    tell("SQLite, loading alone", from, rows, text_len);
    (void)sqlite3_finalize(insert);
    (void)sqlite3_close(db);
}

/* ---- a store ---- */

static void figures_of(const char *path, long rows) {
    hsvc_effects *effects;
    hsvc_csv_config config;
    hsvc_store store;
    open_store(path, &store);
    MUST(hsvc_csv_config_init(&config, sizeof config));
    MUST(hsvc_stdlib_engine(&store, &config.engine, &effects));
    printf("%s\n", path != NULL ? "into a file of SQLite" : "into the memory store");
    config.kind = HSVC_CSV_USERS;
    run("  users", &config, users, users_len, (uint64_t)((rows + 9) / 10));
    config.kind = HSVC_CSV_ASSOCIATIONS;
    config.flags = HSVC_CSV_DRY_RUN;
    run("  dry run", &config, text, text_len, (uint64_t)rows);
    config.flags = 0;
    run("  import", &config, text, text_len, (uint64_t)rows);
    run("  the same again", &config, text, text_len, 0);
    export_all(config, rows);
    hsvc_effects_free(effects);
    hsvc_engine_free(config.engine);
}

int main(int argc, char **argv) {
    long rows = argc > 1 ? atol(argv[1]) : 100000;
    struct rusage usage;
    if (rows < 10 || rows > 10000000) return 2;
    make(rows);
    printf("%ld rows, %.1f MB\n%-22s %8s %8s %10s %8s %10s %8s\n", rows, (double)text_len / 1e6, "", "CPU s", "wall s", "rows/s",
           "MB/s", "MiB of it", "B a row");
    parse(rows);
    if (argc > 2) load_bare(argv[2], rows);
    figures_of(argc > 2 ? argv[2] : NULL, rows);
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("the process at its highest, text and store included: %ld MiB\n", usage.ru_maxrss / 1024);
    return 0;
}
