/* test_import.c: what an import does with good and bad rows: modes, meanings, files that come again, tokens (BULK-2..5, 7, 8). */
#include "csv/bulk.h"

/* Each test has a world of its own, and an import of associations into it. */
static struct desk d;
static struct bulk b;

static int begin(void **state) {
    (void)state;
    world(&d);
    bulk_open(&b, &d, HSVC_CSV_ASSOCIATIONS);
    return 0;
}

static int end(void **state) {
    (void)state;
    bulk_close(&b);
    desk_close(&d);
    return 0;
}

/* anew: the next case of a test, as if nothing had been. */
static void anew(void) {
    (void)end(NULL);
    (void)begin(NULL);
}

#define SUMMED(b, c, u, f, l)                                                                                   \
    do {                                                                                                        \
        OK((b).status);                                                                                         \
        if ((b).summary.refused != 0)                                                                           \
            fail_msg("refused: %s", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)(b).summary.refused));             \
        if ((b).summary.changed != (c) || (b).summary.unchanged != (u) || (b).summary.failed != (f) ||          \
            (b).summary.left != (l))                                                                            \
            fail_msg("changed %u unchanged %u failed %u left %u\n%s", (unsigned)(b).summary.changed,            \
                     (unsigned)(b).summary.unchanged, (unsigned)(b).summary.failed, (unsigned)(b).summary.left, \
                     (b).reports.bytes);                                                                        \
    } while (0)

static void good_rows_land_and_bad_ones_are_told_BULK_4(void **state) {
    static const char *const modes[] = {"dry", "real", "again"};
    (void)state;
    for (int i = 0; i < 3; i++) {
        b.config.flags = i == 0 ? HSVC_CSV_DRY_RUN : 0;
        bulk_text(&b, "USER ID,SERIAL NUMBER\namara,S1\nnobody,S2\nben,F1\nfull,S3\nben,S4\n");
        if (i < 2)
            SUMMED(b, 2, 0, 3, 0);
        else
            SUMMED(b, 0, 2, 3, 0);
        assert_non_null(strstr(b.reports.bytes, "row 2 line 3 at 31: FAILED USER_UNKNOWN"));
        assert_non_null(strstr(b.reports.bytes, "row 3 line 4 at 41: FAILED HEADSET_IN_USE"));
        assert_non_null(strstr(b.reports.bytes, "FAILED HEADSET_LIMIT"));
        assert_string_equal(owner_of(&d, "s1"), i == 0 ? "" : "amara");
        print_message("%s\n", modes[i]);
    }
}

static void failed_rows_can_be_corrected_and_fed_again_BULK_4(void **state) {
    char *again, *bad;
    (void)state;
    bulk_text(&b, "serial number ; USER ID\nS1;amara\nS2;nobody\n\nS3;\n");
    SUMMED(b, 1, 0, 3, 0);
    assert_int_equal(b.summary.separator, ';');
    assert_memory_equal(b.failed.bytes, "\"REASON\";\"serial number\";\"USER ID\"\r\n", 36);
    again = (char *)malloc(b.failed.len + 1);
    assert_non_null(again);
    memcpy(again, b.failed.bytes, b.failed.len + 1);
    bulk_text(&b, again);
    SUMMED(b, 0, 0, 3, 0);
    bad = strstr(again, "nobody");
    assert_non_null(bad);
    memcpy(bad, "ben\"\r\n", 6);
    bad[6] = '\0';
    bulk_text(&b, again);
    SUMMED(b, 1, 0, 0, 0);
    assert_string_equal(owner_of(&d, "S2"), "ben");
    free(again);
}

/* F91: every row is told, not the last alone. */
static void every_error_of_a_row_is_told_BULK_3(void **state) {
    (void)state;
    bulk_text(&b, "USER ID,SERIAL NUMBER,ACTION\n\x01,\xff,dance\n");
    SUMMED(b, 0, 0, 1, 0);
    assert_non_null(strstr(b.reports.bytes, "TEXT_CONTROL in column 1 (USER ID)"));
    assert_non_null(strstr(b.reports.bytes, "TEXT_NOT_UTF8 in column 2 (SERIAL NUMBER)"));
    assert_non_null(strstr(b.reports.bytes, "BULK_WORD in column 3 (ACTION)"));
}

/* F90. */
static void a_faulty_header_stops_the_file_before_any_row_BULK_3(void **state) {
    static const struct {
        const char *text;
        uint32_t reason;
        const char *named;
    } files[] = {
        {"USER ID,SERIAL\namara,S1\n", HSVC_REASON_BULK_HEADER_UNKNOWN, "(SERIAL)"},
        {"USER ID\namara\n", HSVC_REASON_BULK_HEADER_MISSING, "(SERIAL NUMBER)"},
        {"USER ID,SERIAL NUMBER,user id\namara,S1,x\n", HSVC_REASON_BULK_HEADER_TWICE, "(user id)"},
        {"\xff\xfeU\0S\0", HSVC_REASON_BULK_UTF16, ""},
        {"", HSVC_REASON_BULK_EMPTY, ""},
        {"\nUSER ID,SERIAL NUMBER\namara,S1\n", HSVC_REASON_BULK_LINE_BLANK, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        bulk_text(&b, files[i].text);
        OK(b.status);
        assert_int_equal(b.summary.refused, files[i].reason);
        assert_non_null(strstr(b.reports.bytes, files[i].named));
        assert_string_equal(owner_of(&d, "S1"), "");
    }
}

/* F100. */
static void what_stands_twice_is_done_for_nobody_BULK_3(void **state) {
    (void)state;
    bulk_text(&b, "USER ID,SERIAL NUMBER\namara,S1\nben, s1 \nben,S2\n");
    SUMMED(b, 1, 0, 2, 0);
    assert_string_equal(owner_of(&d, "S1"), "");
}

/* F94. */
static void a_mangled_serial_is_suspect_BULK_8(void **state) {
    (void)state;
    bulk_text(&b, "USER ID,SERIAL NUMBER\namara,1.23E+15\namara,\"1,2e+7\"\namara,12E5\namara,1E+\n");
    SUMMED(b, 2, 0, 2, 0);
    assert_non_null(strstr(b.reports.bytes, "row 1 line 2 at 22: FAILED SERIAL_SUSPECT in column 2 (SERIAL NUMBER)"));
}

/* F89: importing twice is importing once. */
static void removals_come_first_and_again_is_no_change_BULK_2_BULK_5(void **state) {
    static const char text[] =
        "USER ID,SERIAL "
        "NUMBER,ACTION,FROM\namara,F1,associate,\nfull,S9,,\nfull,F1,disassociate,\nben,C1,move,crowded\n";
    (void)state;
    for (int i = 0; i < 3; i++) {
        b.config.flags = i == 0 ? HSVC_CSV_DRY_RUN : 0;
        bulk_text(&b, text);
        if (i < 2)
            SUMMED(b, 4, 0, 0, 0);
        else
            SUMMED(b, 0, 4, 0, 0);
        assert_int_equal(b.passes, 3);
        assert_string_equal(owner_of(&d, "F1"), i == 0 ? "full" : "amara");
        assert_string_equal(owner_of(&d, "S9"), i == 0 ? "" : "full");
        assert_string_equal(owner_of(&d, "C1"), i == 0 ? "crowded" : "ben");
    }
}

/* F92: a limit is judged on the result of an atomic file. */
static void two_full_users_exchange_in_one_atomic_file_BULK_5(void **state) {
    static const char *const texts[] = {
        "USER ID,SERIAL NUMBER,ACTION,FROM\nfull,C1,move,crowded\ncrowded,F1,move,full\n",
        "USER ID,SERIAL "
        "NUMBER,ACTION\nfull,F2,disassociate\ncrowded,C2,disassociate\nfull,C2,associate\ncrowded,F2,associate\n",
    };
    (void)state;
    b.config.mode = HSVC_CSV_ATOMIC;
    for (int i = 0; i < 3; i++) {
        b.config.flags = i == 0 ? HSVC_CSV_DRY_RUN : 0;
        bulk_text(&b, texts[0]);
        SUMMED(b, i < 2 ? 2u : 0u, i < 2 ? 0u : 2u, 0, 0);
        assert_string_equal(owner_of(&d, "F1"), i == 0 ? "full" : "crowded");
        bulk_text(&b, texts[1]);
        SUMMED(b, i < 2 ? 4u : 0u, i < 2 ? 0u : 4u, 0, 0);
        assert_string_equal(owner_of(&d, "C2"), i == 0 ? "crowded" : "full");
    }
}

static void one_bad_row_undoes_an_atomic_file_BULK_4(void **state) {
    (void)state;
    b.config.mode = HSVC_CSV_ATOMIC;
    bulk_text(&b, "USER ID,SERIAL NUMBER\namara,S1\nfull,F1\nfull,S2\n\n");
    SUMMED(b, 0, 1, 2, 1);
    assert_string_equal(owner_of(&d, "S1"), "");
}

static void replace_leaves_a_user_what_the_file_says_BULK_4(void **state) {
    (void)state;
    for (int atomic = 0; atomic < 2; atomic++) {
        anew();
        give_headset(&d, "amara", "A1");
        give_headset(&d, "amara", "A2");
        b.config.mode = atomic ? HSVC_CSV_ATOMIC : HSVC_CSV_PARTIAL;
        b.config.meaning = HSVC_CSV_REPLACE;
        for (int i = 0; i < 3; i++) {
            b.config.flags = i == 0 ? HSVC_CSV_DRY_RUN : 0;
            bulk_text(&b, "USER ID,SERIAL NUMBER\namara,A2\nben,A1\nfull,S1\n");
            SUMMED(b, i < 2 ? 3u : 0u, i < 2 ? 0u : 3u, 0, 0);
        }
        assert_string_equal(owner_of(&d, "A1"), "ben");
        assert_string_equal(owner_of(&d, "A2"), "amara");
        assert_string_equal(owner_of(&d, "F7"), "");
        assert_string_equal(owner_of(&d, "C7"), "crowded");
        bulk_text(&b, "USER ID,SERIAL NUMBER\nben,S8\nben,2E+9\n");
        if (!atomic) SUMMED(b, 1, 0, 1, 0);
        assert_int_equal(b.summary.kept, 1);
        assert_string_equal(owner_of(&d, "A1"), "ben");
    }
}

static void a_dry_run_counts_what_the_file_gives_BULK_4(void **state) {
    struct said text = {0}, dry = {0};
    char line[64];
    (void)state;
    say(&text, "USER ID,SERIAL NUMBER,ACTION\nfull,F1,disassociate\nfull,F2,disassociate\n", 72);
    say(&text, "full,F1,associate\nfull,N1,associate\nfull,N2,associate\n", 54);
    for (int i = 0; i < 17; i++) say(&text, line, (size_t)snprintf(line, sizeof line, "ben,B%d,associate\n", i));
    b.config.flags = HSVC_CSV_DRY_RUN;
    bulk_run(&b, text.bytes, text.len);
    SUMMED(b, 19, 0, 3, 0);
    say(&dry, b.reports.bytes, b.reports.len);
    b.config.flags = 0;
    bulk_run(&b, text.bytes, text.len);
    assert_string_equal(b.reports.bytes, dry.bytes);
    free(text.bytes);
    free(dry.bytes);
}

/* What stands twice takes nothing, so nobody gets it. */
static void a_dry_run_leaves_out_what_stands_twice_BULK_4(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        b.config.flags = i == 0 ? HSVC_CSV_DRY_RUN : 0;
        bulk_text(&b, "USER ID,SERIAL NUMBER,ACTION\nfull,F1,disassociate\nfull,F1,disassociate\nben,F1,associate\n");
        SUMMED(b, 0, 0, 3, 0);
        assert_non_null(strstr(b.reports.bytes, "FAILED HEADSET_IN_USE"));
    }
}

static void bytes_may_come_in_pieces_of_any_size_BULK_2(void **state) {
    static const char text[] = "\xef\xbb\xbf\"USER ID\",\"SERIAL NUMBER\"\r\namara,\"S\n1\"\r\"am\"\"ara\",S2\nben,S3";
    struct said whole = {0};
    (void)state;
    for (size_t piece = 0; piece < 12; piece++) {
        anew();
        b.piece = piece;
        bulk_run(&b, text, sizeof text - 1);
        SUMMED(b, 1, 0, 2, 0);
        if (piece == 0) say(&whole, b.reports.bytes, b.reports.len);
        assert_string_equal(b.reports.bytes, whole.bytes);
    }
    free(whole.bytes);
}

static void sizes_have_limits_BULK_4_BULK_2(void **state) {
    hsvc_input in;
    (void)state;
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_BULK_ATOMIC_MAX, HSVC_SCOPE_GLOBAL, 2));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_BULK_ROWS_MAX, HSVC_SCOPE_GLOBAL, 3));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    b.config.mode = HSVC_CSV_ATOMIC;
    bulk_text(&b, "USER ID,SERIAL NUMBER\namara,S1\namara,S2\namara,S3\n");
    assert_int_equal(b.summary.refused, HSVC_REASON_BULK_TOO_LARGE);
    b.config.mode = HSVC_CSV_PARTIAL;
    bulk_text(&b, "USER ID,SERIAL NUMBER\namara,S1\namara,S2\namara,S3\namara,S4\n");
    assert_int_equal(b.summary.refused, HSVC_REASON_BULK_ROWS);
    assert_string_equal(owner_of(&d, "S1"), "");
    bulk_text(&b, "USER ID,SERIAL NUMBER\namara,S1\namara,S2\namara,S3\n");
    SUMMED(b, 3, 0, 0, 0);
}

/* many: rows for as many users, every tenth row one that fails, and removals of what the world has. */
static void many(struct said *text, int rows) {
    char line[64];
    say(text, "USER ID,SERIAL NUMBER,ACTION\n", 29);
    for (int i = 0; i < 15; i++) say(text, line, (size_t)snprintf(line, sizeof line, "full,F%d,disassociate\n", i + 1));
    for (int i = 0; i < rows; i++) {
        (void)snprintf(line, sizeof line, "user%d", i / 10);
        if (i % 10 == 0) add_user(&d, line);
        say(text, line,
            (size_t)snprintf(line, sizeof line, i % 10 == 9 ? "nobody%d,S%d,\n" : "user%d,S%d,\n", i / 10, i));
    }
    say(text, "full,F1,\n", 9);
}

static void a_cancelled_import_resumes_by_its_token_BULK_7(void **state) {
    (void)state;
    for (uint32_t stop = 1; stop < 12; stop++) {
        struct said text = {0};
        uint64_t skipped = 0;
        anew();
        many(&text, 300);
        b.stop_after = stop;
        bulk_run(&b, text.bytes, text.len);
        if (b.status == HSVC_OK)
            stop = 100;
        else
            assert_int_equal(b.status, HSVC_ERR_CALLBACK);
        skipped = b.summary.processed;
        b.stop_after = 0;
        b.config.token = b.token;
        bulk_run(&b, text.bytes, text.len);
        OK(b.status);
        assert_int_equal(b.summary.refused, 0);
        assert_int_equal(b.summary.processed + b.summary.skipped, 316);
        assert_true(b.summary.skipped >= skipped);
        assert_string_equal(owner_of(&d, "F1"), "full");
        assert_string_equal(owner_of(&d, "F2"), "");
        assert_string_equal(owner_of(&d, "S298"), "user29");
        if (b.summary.skipped > 0) { /* another file by the same token */
            text.bytes[29] = 'F';
            bulk_run(&b, text.bytes, text.len);
            assert_int_equal(b.summary.refused, HSVC_REASON_BULK_CHANGED);
        }
        free(text.bytes);
    }
}

/* What was done before the token is the same, but rows came or went behind it: the pass that removes is over, and would never
 * see them. */
static void a_file_that_is_shorter_or_longer_than_at_the_token_is_refused_BULK_7(void **state) {
    static const char added[] = "full,F15,disassociate\n";
    (void)state;
    for (int longer = 0; longer < 2; longer++) {
        struct said text = {0};
        anew();
        many(&text, 300);
        b.stop_after = 7; /* when the removals are over */
        bulk_run(&b, text.bytes, text.len);
        assert_int_equal(b.status, HSVC_ERR_CALLBACK);
        assert_string_equal(owner_of(&d, "F2"), "");
        b.stop_after = 0;
        b.config.token = b.token;
        if (longer) say(&text, added, sizeof added - 1);
        bulk_run(&b, text.bytes, longer ? text.len : (size_t)(strstr(text.bytes, "user1,") - text.bytes));
        assert_int_equal(b.summary.refused, HSVC_REASON_BULK_CHANGED);
        assert_int_equal(b.summary.skipped + b.summary.processed, 0);
        free(text.bytes);
    }
}

static void another_file_in_a_later_pass_is_noticed_BULK_2(void **state) {
    static const char first[] = "USER ID,SERIAL NUMBER\namara,S1\n", then[] = "USER ID,SERIAL NUMBER\namara,S2\n";
    hsvc_csv_import *import;
    int32_t again = 0;
    (void)state;
    OK(hsvc_csv_import_new(&b.config, &import));
    OK(hsvc_csv_import_feed(import, first, sizeof first - 1));
    OK(hsvc_csv_import_end(import, &again));
    assert_int_equal(again, 1);
    OK(hsvc_csv_import_feed(import, then, sizeof then - 1));
    OK(hsvc_csv_import_end(import, &again));
    assert_int_equal(again, 0);
    OK(hsvc_csv_summary_init(&b.summary, sizeof b.summary));
    OK(hsvc_csv_import_summary(import, &b.summary));
    assert_int_equal(b.summary.refused, HSVC_REASON_BULK_CHANGED);
    assert_string_equal(owner_of(&d, "S2"), "");
    hsvc_csv_import_free(import);
}

static void memory_a_row_is_bounded_BULK_2(void **state) {
    struct said text = {0};
    hsvc_alloc_counts few, lots;
    (void)state;
    OK(hsvc_testkit_init(&few, sizeof few));
    OK(hsvc_testkit_init(&lots, sizeof lots));
    say(&text, "USER ID,SERIAL NUMBER,ACTION\n", 29);
    for (int i = 0; i < 40000; i++) {
        char line[64];
        hsvc_csv_import *import;
        say(&text, line, (size_t)snprintf(line, sizeof line, "nobody,S%d,%s\n", i, i % 2 ? "disassociate" : ""));
        if (i != 20 && i != 39999) continue;
        int32_t again = 0;
        OK(hsvc_csv_import_new(&b.config, &import));
        OK(hsvc_csv_import_feed(import, text.bytes, text.len));
        OK(hsvc_csv_import_end(import, &again));
        OK(hsvc_count_alloc_counts(d.count, i == 20 ? &few : &lots));
        hsvc_csv_import_free(import);
    }
    assert_true(lots.live_bytes - few.live_bytes <= (uint64_t)40000 * HSVC_LIMIT_BULK_ROW_BYTES + 4096 * 16);
    free(text.bytes);
}

/* dry_most: the most that a dry run of so many rows had at once; a headset for each of a tenth as many users who exist. */
static uint64_t dry_most(uint32_t rows) {
    struct said text = {0};
    char line[64];
    hsvc_count_alloc *count;
    hsvc_allocator allocator = {.struct_size = sizeof allocator};
    hsvc_alloc_counts counts = {.struct_size = sizeof counts};
    OK(hsvc_count_alloc_new(NULL, &count));
    OK(hsvc_count_alloc_bind(count, &allocator));
    b.config.allocator = &allocator;
    b.config.flags = HSVC_CSV_DRY_RUN;
    b.config.report = NULL;
    b.config.write = NULL;
    say(&text, "USER ID,SERIAL NUMBER,ACTION\n", 29);
    for (uint32_t i = 0; i < rows; i++) {
        (void)snprintf(line, sizeof line, "user%u", i / 10);
        if (i % 10 == 0) add_user(&d, line);
        say(&text, line, (size_t)snprintf(line, sizeof line, "user%u,S%u,\n", i / 10, i));
    }
    bulk_run(&b, text.bytes, text.len);
    SUMMED(b, rows, 0, 0, 0);
    OK(hsvc_count_alloc_counts(count, &counts));
    hsvc_count_alloc_free(count);
    free(text.bytes);
    return counts.most_bytes;
}

static void a_dry_run_needs_no_more_than_a_users_gains_BULK_2(void **state) {
    enum { ROWS = 20000 };
    uint64_t few = dry_most(10), lots;
    (void)state;
    anew();
    lots = dry_most(ROWS);
    assert_in_range(lots - few, 1, ROWS * HSVC_LIMIT_BULK_ROW_BYTES + ROWS / 10 * 32 + 4096 * 16);
}

static void rows_and_columns_have_limits_BULK_2(void **state) {
    struct said text = {0};
    (void)state;
    say(&text, "USER ID,SERIAL NUMBER\namara,", 28);
    for (int i = 0; i < HSVC_LIMIT_BULK_RECORD - 6; i++) say(&text, "x", 1);
    say(&text, "\nben,S1\n", 8);
    bulk_run(&b, text.bytes, text.len);
    SUMMED(b, 1, 0, 1, 0);
    assert_non_null(strstr(b.reports.bytes, "row 1 line 2 at 22: FAILED TEXT_TOO_LONG"));
    text.len -= 8;
    say(&text, "x\nben,S2\n", 9);
    bulk_run(&b, text.bytes, text.len);
    SUMMED(b, 1, 0, 1, 0);
    assert_non_null(strstr(b.reports.bytes, "row 1 line 2 at 22: FAILED BULK_RECORD_LONG"));
    text.len = 0;
    say(&text, "USER ID,SERIAL NUMBER", 21);
    for (int i = 2; i <= HSVC_LIMIT_BULK_COLUMNS; i++) say(&text, ",", 1);
    bulk_run(&b, text.bytes, text.len);
    assert_int_equal(b.summary.refused, HSVC_REASON_BULK_HEADER_UNKNOWN);
    assert_non_null(strstr(b.reports.bytes, "in column 33"));
    free(text.bytes);
}

static void a_commit_holds_a_bounded_number_of_rows_BULK_2(void **state) {
    struct said text = {0};
    hsvc_counters before = {0}, after = {0};
    char line[64];
    (void)state;
    before.struct_size = after.struct_size = sizeof before;
    say(&text, "USER ID,SERIAL NUMBER\n", 22);
    for (int i = 0; i < 2 * HSVC_LIMIT_BULK_PROGRESS; i++)
        say(&text, line, (size_t)snprintf(line, sizeof line, "%s,S%d\n", i % 2 ? "amara" : "ben", i));
    OK(hsvc_counters_get(d.engine, &before));
    bulk_run(&b, text.bytes, text.len);
    SUMMED(b, 30, 0, 2 * HSVC_LIMIT_BULK_PROGRESS - 30, 0);
    OK(hsvc_counters_get(d.engine, &after));
    /* each input reads its user and its headset */
    assert_true(after.commits - before.commits >= 2 * HSVC_LIMIT_BULK_PROGRESS / HSVC_LIMIT_BULK_BATCH);
    assert_true(after.commits - before.commits <= 2 * (2 * HSVC_LIMIT_BULK_PROGRESS / HSVC_LIMIT_BULK_BATCH + 1));
    b.stop_after = 3; /* two of the first pass, then one */
    b.progressed = 0;
    bulk_run(&b, text.bytes, text.len);
    assert_int_equal(b.status, HSVC_ERR_CALLBACK);
    assert_int_equal(b.summary.processed, HSVC_LIMIT_BULK_BATCH);
    free(text.bytes);
}

/* sign_amara_in: at a phone, by the host's hand. */
static void sign_amara_in(void) {
    hsvc_item profile = {"desk", 4, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    OK(hsvc_input_user_put(&in, "amara", &profile, 1));
    assert_int_equal(give(&d, &in), HSVC_REASON_DONE);
    OK(hsvc_input_device_put(&in, "sj-1", "out", HSVC_DEVICE_SHARED, "sj", "CP-8845", "14.3", HSVC_FLAG_EM_ENABLED));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    OK(hsvc_input_device_registered(&in, "sj-1", 0, 0));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    advance(&d, MINUTE); /* settled */
    OK(hsvc_input_sign_in_user(&in, "sj-1", "amara", NULL, 0));
    assert_int_equal(give(&d, &in), HSVC_REASON_SIGNED_IN);
}

/* What an administrator wants to know before: how many people it would throw out. */
static void the_summary_counts_effects_and_the_sessions_that_end_BULK_4(void **state) {
    uint64_t effects = 0;
    (void)state;
    sign_amara_in();
    b.config.kind = HSVC_CSV_USERS;
    for (int i = 0; i < 3; i++) {
        b.config.flags = i == 0 ? HSVC_CSV_DRY_RUN : 0;
        bulk_text(&b, "USER ID,ENABLED,PROFILE 1\namara,no,desk\nben,yes,\n");
        SUMMED(b, i < 2 ? 1u : 0u, i < 2 ? 1u : 2u, 0, 0);
        assert_int_equal(b.summary.sessions_ended, i < 2 ? 1 : 0);
        if (i == 0) effects = b.summary.effects;
        assert_int_equal(b.summary.effects, i < 2 ? effects : 0);
    }
    assert_true(effects > 1);
}

static void every_allocation_may_fail_BULK_2(void **state) {
    static const char text[] =
        "USER ID,SERIAL "
        "NUMBER,ACTION,FROM\namara,F1,associate,\nfull,F1,disassociate,\nben,C1,move,crowded\n\nben,\xff,,\n";
    (void)state;
    for (uint32_t mode = HSVC_CSV_PARTIAL; mode <= HSVC_CSV_ATOMIC; mode++) {
        uint64_t n = 0, failed = 1;
        while (failed) {
            anew();
            b.config.mode = mode;
            b.config.flags = n++ % 2 ? HSVC_CSV_DRY_RUN : 0;
            OK(hsvc_count_alloc_fail(d.count, n, 1));
            bulk_text(&b, text);
            failed = b.status != HSVC_OK;
            if (failed && b.status != HSVC_ERR_FULL) assert_int_equal(b.status, HSVC_ERR_MEMORY);
        }
        assert_true(n > 10); /* as many requests at least were refused, one by one */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_rows_land_and_bad_ones_are_told_BULK_4, begin, end),
        cmocka_unit_test_setup_teardown(failed_rows_can_be_corrected_and_fed_again_BULK_4, begin, end),
        cmocka_unit_test_setup_teardown(every_error_of_a_row_is_told_BULK_3, begin, end),
        cmocka_unit_test_setup_teardown(a_faulty_header_stops_the_file_before_any_row_BULK_3, begin, end),
        cmocka_unit_test_setup_teardown(what_stands_twice_is_done_for_nobody_BULK_3, begin, end),
        cmocka_unit_test_setup_teardown(a_mangled_serial_is_suspect_BULK_8, begin, end),
        cmocka_unit_test_setup_teardown(removals_come_first_and_again_is_no_change_BULK_2_BULK_5, begin, end),
        cmocka_unit_test_setup_teardown(two_full_users_exchange_in_one_atomic_file_BULK_5, begin, end),
        cmocka_unit_test_setup_teardown(one_bad_row_undoes_an_atomic_file_BULK_4, begin, end),
        cmocka_unit_test_setup_teardown(replace_leaves_a_user_what_the_file_says_BULK_4, begin, end),
        cmocka_unit_test_setup_teardown(a_dry_run_counts_what_the_file_gives_BULK_4, begin, end),
        cmocka_unit_test_setup_teardown(a_dry_run_leaves_out_what_stands_twice_BULK_4, begin, end),
        cmocka_unit_test_setup_teardown(bytes_may_come_in_pieces_of_any_size_BULK_2, begin, end),
        cmocka_unit_test_setup_teardown(sizes_have_limits_BULK_4_BULK_2, begin, end),
        cmocka_unit_test_setup_teardown(a_cancelled_import_resumes_by_its_token_BULK_7, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_is_shorter_or_longer_than_at_the_token_is_refused_BULK_7, begin, end),
        cmocka_unit_test_setup_teardown(another_file_in_a_later_pass_is_noticed_BULK_2, begin, end),
        cmocka_unit_test_setup_teardown(rows_and_columns_have_limits_BULK_2, begin, end),
        cmocka_unit_test_setup_teardown(a_commit_holds_a_bounded_number_of_rows_BULK_2, begin, end),
        cmocka_unit_test_setup_teardown(the_summary_counts_effects_and_the_sessions_that_end_BULK_4, begin, end),
        cmocka_unit_test_setup_teardown(a_dry_run_needs_no_more_than_a_users_gains_BULK_2, begin, end),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail_BULK_2, begin, end),
        cmocka_unit_test_setup_teardown(memory_a_row_is_bounded_BULK_2, begin, end),
    };
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
