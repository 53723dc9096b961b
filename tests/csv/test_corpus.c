/* test_corpus.c: each file of corpus/ is imported into the same small world; what is told must be what stands in NAME.expected
 * (BULK-3). A file's name says how: users-, devices-, atomic-, replace-, remove-; else associations, row by row. Fed whole and
 * byte by byte. With HSVC_CORPUS_UPDATE set the expectations are written instead: read what git shows of them. */
#include <dirent.h>

#include "csv/bulk.h"

#define FOLDER HSVC_SOURCE_DIR "/tests/csv/corpus/"

static void read_file(const char *path, struct said *to) {
    char bytes[4096];
    FILE *file = fopen(path, "rb");
    size_t n;
    to->len = 0;
    say(to, "", 0);
    if (file == NULL) return;
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0) say(to, bytes, n);
    (void)fclose(file);
}

static int begins(const char *name, const char *with) { return strncmp(name, with, strlen(with)) == 0; }

static void import_file(const char *name, const struct said *text, size_t piece, struct said *told) {
    struct desk d;
    struct bulk b;
    char line[256];
    world(&d);
    bulk_open(&b, &d,
              begins(name, "users-")     ? HSVC_CSV_USERS
              : begins(name, "devices-") ? HSVC_CSV_DEVICES
                                         : HSVC_CSV_ASSOCIATIONS);
    if (begins(name, "atomic-")) b.config.mode = HSVC_CSV_ATOMIC;
    if (begins(name, "replace-")) b.config.meaning = HSVC_CSV_REPLACE;
    if (begins(name, "remove-")) b.config.meaning = HSVC_CSV_REMOVE;
    b.piece = piece;
    bulk_run(&b, text->bytes, text->len);
    OK(b.status);
    told->len = 0;
    say(told, line,
        (size_t)snprintf(line, sizeof line,
                         "separator %u, refused %s, rows %llu: changed %llu unchanged %llu failed %llu left %llu\n",
                         (unsigned)b.summary.separator,
                         b.summary.refused == 0 ? "no" : hsvc_name(HSVC_REGISTRY_REASON, (int32_t)b.summary.refused),
                         (unsigned long long)b.summary.rows, (unsigned long long)b.summary.changed,
                         (unsigned long long)b.summary.unchanged, (unsigned long long)b.summary.failed,
                         (unsigned long long)b.summary.left));
    say(told, b.reports.bytes, b.reports.len);
    say(told, "failed rows:\n", 13);
    for (size_t i = 0; i < b.failed.len; i++)
        if (b.failed.bytes[i] != '\r')
            say(told, b.failed.bytes[i] == '\0' ? "<NUL>" : &b.failed.bytes[i], b.failed.bytes[i] == '\0' ? 5 : 1);
    bulk_close(&b);
    desk_close(&d);
}

static void check_file(const char *name) {
    char path[512];
    struct said text = {0}, told = {0}, expected = {0};
    (void)snprintf(path, sizeof path, FOLDER "%s", name);
    read_file(path, &text);
    (void)snprintf(path, sizeof path, FOLDER "%.*s.expected", (int)(strlen(name) - 4), name);
    import_file(name, &text, 0, &told);
    if (getenv("HSVC_CORPUS_UPDATE") != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(told.bytes, 1, told.len, file), told.len);
        assert_int_equal(fclose(file), 0);
    }
    read_file(path, &expected);
    if (expected.len != told.len || memcmp(expected.bytes, told.bytes, told.len) != 0)
        fail_msg("%s: told\n%sexpected\n%s", name, told.bytes, expected.bytes);
    import_file(name, &text, 1, &told);
    if (expected.len != told.len || memcmp(expected.bytes, told.bytes, told.len) != 0)
        fail_msg("%s, byte by byte: told\n%s", name, told.bytes);
    free(text.bytes);
    free(told.bytes);
    free(expected.bytes);
}

/* F93. */
static void every_nasty_file_is_told_as_expected_BULK_3(void **state) {
    DIR *folder = opendir(FOLDER);
    struct dirent *entry;
    int count = 0;
    (void)state;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        size_t n = strlen(entry->d_name);
        if (n < 5 || strcmp(entry->d_name + n - 4, ".csv") != 0) continue;
        check_file(entry->d_name);
        count++;
    }
    (void)closedir(folder);
    assert_true(count >= 30);
}

/* Too large to be kept as files. */
static void a_quote_before_256_MiB_costs_its_line_alone_BULK_2(void **state) {
    static char block[1 << 20];
    hsvc_alloc_counts counts;
    hsvc_csv_import *import;
    struct desk d;
    struct bulk b;
    int32_t again = 1;
    (void)state;
    memset(block, 'x', sizeof block);
    world(&d);
    bulk_open(&b, &d, HSVC_CSV_ASSOCIATIONS);
    OK(hsvc_csv_import_new(&b.config, &import));
    while (again) {
        OK(hsvc_csv_import_feed(import, "USER ID,SERIAL NUMBER\namara,S1\nben,\"", 36));
        for (int i = 0; i < 256; i++) OK(hsvc_csv_import_feed(import, block, sizeof block));
        OK(hsvc_csv_import_feed(import, "\namara,S2\n", 10));
        OK(hsvc_csv_import_end(import, &again));
    }
    OK(hsvc_csv_summary_init(&b.summary, sizeof b.summary));
    OK(hsvc_csv_import_summary(import, &b.summary));
    assert_int_equal(b.summary.changed, 2);
    assert_int_equal(b.summary.failed, 1);
    assert_non_null(strstr(b.reports.bytes, "row 2 line 3 at 31: FAILED BULK_RECORD_LONG"));
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_count_alloc_counts(d.count, &counts));
    assert_true(counts.most_bytes < 2u << 20);
    hsvc_csv_import_free(import);
    bulk_close(&b);
    desk_close(&d);
}

static void ten_million_columns_are_one_faulty_row_BULK_2(void **state) {
    static char commas[10000];
    hsvc_csv_import *import;
    struct desk d;
    struct bulk b;
    int32_t again = 1;
    (void)state;
    memset(commas, ',', sizeof commas);
    world(&d);
    bulk_open(&b, &d, HSVC_CSV_ASSOCIATIONS);
    OK(hsvc_csv_import_new(&b.config, &import));
    while (again) {
        OK(hsvc_csv_import_feed(import, "USER ID,SERIAL NUMBER\n", 22));
        for (int i = 0; i < 1000; i++) OK(hsvc_csv_import_feed(import, commas, sizeof commas));
        OK(hsvc_csv_import_feed(import, "\namara,S2\n", 10));
        OK(hsvc_csv_import_end(import, &again));
    }
    OK(hsvc_csv_summary_init(&b.summary, sizeof b.summary));
    OK(hsvc_csv_import_summary(import, &b.summary));
    assert_int_equal(b.summary.changed, 1);
    assert_int_equal(b.summary.failed, 1);
    hsvc_csv_import_free(import);
    bulk_close(&b);
    desk_close(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_nasty_file_is_told_as_expected_BULK_3),
        cmocka_unit_test(a_quote_before_256_MiB_costs_its_line_alone_BULK_2),
        cmocka_unit_test(ten_million_columns_are_one_faulty_row_BULK_2),
    };
    return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
