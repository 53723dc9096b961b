/* figures.c: what an import costs: dry run, import, the same again, export; beside libcsv parsing the same bytes, and in one
 * process. The file is made in memory; a tenth as many users as rows hold ten headsets each.
 *
 *     csv_figures [ROWS] [FILE]     100 000 rows and the memory store, or a new file of SQLite */
#include <csv.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "headsetsvc/csv.h"
#include "headsetsvc/inputs.h"
#include "headsetsvc/sqlite.h"
#include "headsetsvc/stdlib.h"

static char *text, *users;
static size_t text_len, users_len, out_len;

#define MUST(call) must((call), #call)
static void must(int32_t status, const char *what) {
    if (status == HSVC_OK) return;
    fprintf(stderr, "%s: %s\n", what, hsvc_name(HSVC_REGISTRY_STATUS, status));
    exit(1);
}

/* Of the processor: a busy machine makes nothing slower than it is. */
static double seconds(void) {
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void tell(const char *what, double from, long rows, size_t bytes) {
    double took = seconds() - from + 1e-6;
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("%-22s %8.2f s of CPU %10.0f rows/s %8.1f MB/s   peak %ld MiB\n", what, took, (double)rows / took,
           (double)bytes / took / 1e6, usage.ru_maxrss / 1024);
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
    int32_t again = 1;
    double from = seconds();
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
    int32_t done = 0;
    double from = seconds();
    config.write = count;
    out_len = 0;
    MUST(hsvc_csv_export_new(&config, &exporter));
    while (!done) MUST(hsvc_csv_export_step(exporter, &done));
    hsvc_csv_export_free(exporter);
    tell("export", from, rows, out_len);
}

static void parse(long rows) {
    struct csv_parser parser;
    double from = seconds();
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

int main(int argc, char **argv) {
    long rows = argc > 1 ? atol(argv[1]) : 100000;
    hsvc_allocator allocator;
    hsvc_effects *effects;
    hsvc_csv_config config;
    hsvc_store store;
    if (rows < 10 || rows > 10000000) return 2;
    make(rows);
    open_store(argc > 2 ? argv[2] : NULL, &store);
    MUST(hsvc_csv_config_init(&config, sizeof config));
    MUST(hsvc_stdlib_allocator(&allocator));
    MUST(hsvc_stdlib_engine(&store, &config.engine, &effects));
    config.allocator = &allocator;
    printf("%ld rows, %.1f MB, %s\n", rows, (double)text_len / 1e6, argc > 2 ? "SQLite" : "memory store");
    parse(rows);
    config.kind = HSVC_CSV_USERS;
    run("users", &config, users, users_len, (uint64_t)((rows + 9) / 10));
    config.kind = HSVC_CSV_ASSOCIATIONS;
    config.flags = HSVC_CSV_DRY_RUN;
    run("dry run", &config, text, text_len, (uint64_t)rows);
    config.flags = 0;
    run("import", &config, text, text_len, (uint64_t)rows);
    run("the same again", &config, text, text_len, 0);
    export_all(config, rows);
    return 0;
}
