/* test_failures.c: imports and exports whose surroundings fail: each callback, each call of the store and each request for
 * memory in turn; and what only another node, a clock or a damaged record can bring about. (BULK-2, BULK-4, BULK-7) */
#include "csv/bulk.h"
#include "csv/tables.h"
#include "support/each_request.h"

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

static void anew(void) {
    (void)end(NULL);
    (void)begin(NULL);
}

#define HEAD "REASON,USER ID,SERIAL NUMBER,ACTION,FROM\n"
static const char rows[] = HEAD "x,amara,F1,associate,\nx,full,F1,disassociate,\n,ben,C1,move,crowded\n\n,ben,\xff,,\n"
                                ",nobody,N1,,\n,amara,N2,,\n,full,=N3,dance,\n";
static const char users[] = "USER ID,ENABLED,PROFILE 1,PROFILE 2\namara,yes,desk,home\nben,no,,\nzoe,yes,,x\n";
static const char devices[] = "DEVICE NAME,KIND,SIGNED-OUT PROFILE,EM ENABLED\nsj-1,shared,own,yes\nsj-2,wrong,own,\n";

static const struct way {
    uint32_t kind, mode, meaning, flags;
    const char *text;
} ways[] = {
    {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_PARTIAL, HSVC_CSV_ADD, 0, rows},
    {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_PARTIAL, HSVC_CSV_ADD, HSVC_CSV_DRY_RUN, rows},
    {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_ATOMIC, HSVC_CSV_ADD, 0, rows},
    {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_ATOMIC, HSVC_CSV_ADD, 0, HEAD ",amara,F1,,\n,full,F1,disassociate,\n,ben,C1,move,crowded\n"},
    {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_PARTIAL, HSVC_CSV_REPLACE, 0, HEAD ",full,N1,,\n,full,F2,,\n"},
    {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_PARTIAL, HSVC_CSV_REPLACE, HSVC_CSV_DRY_RUN, HEAD ",full,N1,,\n,full,F2,,\n"},
    {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_ATOMIC, HSVC_CSV_REPLACE, 0, HEAD ",full,N1,,\n,full,F2,,\n"},
    {HSVC_CSV_USERS, HSVC_CSV_PARTIAL, 0, 0, users},
    {HSVC_CSV_DEVICES, HSVC_CSV_PARTIAL, 0, 0, devices},
    {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_PARTIAL, HSVC_CSV_ADD, 0, "USER ID\namara\n"},
};
#define WAYS (sizeof ways / sizeof ways[0])

static void go(const struct way *way) {
    b.config.kind = way->kind;
    b.config.mode = way->mode;
    b.config.meaning = way->meaning;
    b.config.flags = way->flags;
    bulk_text(&b, way->text);
}

/* ---- callbacks ---- */

static uint64_t calls, fail_at;

static int32_t called(void) { return ++calls == fail_at ? HSVC_ERR_NOT_FOUND : HSVC_OK; }
static int32_t told(const hsvc_csv_report *report, void *user) {
    (void)report, (void)user;
    return called();
}
static int32_t progressed(const hsvc_csv_progress *progress, void *user) {
    (void)progress, (void)user;
    return called();
}
static int32_t asked(const hsvc_effects *effects, void *user) {
    (void)user;
    assert_true(hsvc_effects_count(effects) > 0);
    return called();
}
static int32_t written(const char *bytes, size_t len, void *user) {
    (void)bytes, (void)len, (void)user;
    return called();
}

static void call_all(hsvc_csv_config *config) {
    config->report = told;
    config->progress = progressed;
    config->effects = asked;
    config->write = written;
    calls = 0;
}

static void every_callback_of_an_import_may_fail_BULK_7(void **state) {
    (void)state;
    for (size_t way = 0; way < WAYS; way++) {
        fail_at = 0;
        do {
            anew();
            call_all(&b.config);
            fail_at++;
            go(&ways[way]);
            assert_int_equal(b.status, calls >= fail_at ? HSVC_ERR_CALLBACK : HSVC_OK);
            assert_true(calls <= fail_at);
        } while (calls >= fail_at);
        assert_true(fail_at > 1);
    }
}

static void what_failed_once_stays_failed_BULK_7(void **state) {
    hsvc_csv_import *import;
    int32_t again = 1;
    (void)state;
    call_all(&b.config);
    fail_at = 1;
    OK(hsvc_csv_import_new(&b.config, &import));
    assert_int_equal(hsvc_csv_import_feed(import, "USER ID\n", 8), HSVC_ERR_CALLBACK);
    assert_int_equal(hsvc_csv_import_feed(import, rows, sizeof rows - 1), HSVC_ERR_CALLBACK);
    assert_int_equal(hsvc_csv_import_end(import, &again), HSVC_ERR_CALLBACK);
    assert_int_equal(again, 0);
    hsvc_csv_import_free(import);
}

/* A headset of every kind at a phone, somebody signed in, and names that a spreadsheet would run. */
static void fill(void) {
    hsvc_item profile = {"desk", 4, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    OK(hsvc_input_user_put(&in, "=ada", &profile, 1));
    assert_int_equal(give(&d, &in), HSVC_REASON_DONE);
    OK(hsvc_input_device_put(&in, "sj-1", "out", HSVC_DEVICE_SHARED, "sj", "CP-8845", "14.3", HSVC_FLAG_EM_ENABLED));
    in.actor = "root";
    in.actor_len = 4;
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    OK(hsvc_input_device_registered(&in, "sj-1", 0, 0));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    OK(hsvc_input_headset_connected(&in, "sj-1", "H1", 7));
    in.state = HSVC_HEADSET_DECT;
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    advance(&d, MINUTE); /* settled */
    OK(hsvc_input_sign_in_user(&in, "sj-1", "=ada", NULL, 0));
    assert_int_equal(give(&d, &in), HSVC_REASON_SIGNED_IN);
    OK(hsvc_input_headset_connected(&in, "sj-1", "H2", 8));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    advance(&d, 24 * HOUR); /* prompts close, sessions end: entries without an input */
    OK(hsvc_input_sign_in_user(&in, "sj-1", "=ada", NULL, 0));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
}

static int32_t export_all(const hsvc_csv_config *config) {
    hsvc_csv_export *exporter;
    int32_t done = 0, status = hsvc_csv_export_new(config, &exporter);
    while (status == HSVC_OK && !done) status = hsvc_csv_export_step(exporter, &done);
    hsvc_csv_export_free(exporter);
    return status;
}

static void every_callback_of_an_export_may_fail_BULK_7(void **state) {
    hsvc_csv_config config;
    (void)state;
    fill();
    config = b.config;
    config.flags = HSVC_CSV_BOM;
    for (config.kind = HSVC_CSV_ASSOCIATIONS; config.kind <= HSVC_CSV_AUDIT; config.kind++) {
        call_all(&config);
        fail_at = 0;
        OK(export_all(&config));
        for (uint64_t most = calls < 700 ? calls : 700; most > 0; most--) { /* the audit is long, and its rows are alike */
            calls = 0;
            fail_at = most;
            assert_int_equal(export_all(&config), HSVC_ERR_CALLBACK);
        }
    }
}

/* ---- the store ---- */

static void fail_store(uint64_t nth) {
    hsvc_fault what;
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = HSVC_FAULT_UNAVAILABLE;
    what.on = HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN | HSVC_FAULT_ON_COMMIT;
    what.nth = nth;
    what.times = HSVC_TESTKIT_ALWAYS;
    OK(hsvc_fault_store_arm(d.fault, &what));
}

/* A cold engine for each, so that every record is read. */
static void every_call_of_the_store_may_fail_BULK_2(void **state) {
    (void)state;
    for (size_t way = 0; way < WAYS; way++) {
        uint64_t nth = 0;
        do {
            anew();
            hsvc_engine_free(d.engine);
            hsvc_effects_free(d.fx);
            desk_start(&d);
            b.config.engine = d.engine;
            fail_store(++nth);
            go(&ways[way]);
            if (b.status != HSVC_OK) assert_int_equal(b.status, HSVC_ERR_UNAVAILABLE);
        } while (b.status != HSVC_OK);
        assert_true(nth > 1);
    }
}

static void every_call_of_the_store_under_an_export_may_fail_BULK_1(void **state) {
    hsvc_csv_config config;
    (void)state;
    fill();
    config = b.config;
    call_all(&config);
    fail_at = 0;
    for (config.kind = HSVC_CSV_ASSOCIATIONS; config.kind <= HSVC_CSV_AUDIT; config.kind++) {
        int32_t status;
        uint64_t nth = 0;
        do {
            hsvc_fault_store_disarm(d.fault);
            fail_store(++nth);
            status = export_all(&config);
            if (status != HSVC_OK) assert_int_equal(status, HSVC_ERR_UNAVAILABLE);
        } while (status != HSVC_OK && nth < 200);
        assert_true(nth > 1);
        hsvc_fault_store_disarm(d.fault);
    }
}

/* ---- memory ---- */

static int32_t import_or_export(const hsvc_allocator *allocator, void *user) {
    const struct way *way = (const struct way *)user;
    b.config.allocator = allocator;
    if (way->text == NULL) {
        b.config.kind = way->kind;
        return export_all(&b.config);
    }
    go(way);
    return b.status;
}

/* The cells of a row stand in the arena behind those before: rows of all lengths put its end at every place. Dry, so that the
 * world stays as it is, and with memory of its own, since the engine's is another matter. */
static void every_request_for_memory_may_fail_BULK_2(void **state) {
    static char text[16000];
    struct way way = {0, 0, 0, HSVC_CSV_DRY_RUN, text};
    (void)state;
    b.config.actor = "root";
    b.config.actor_len = 4;
    for (int pad = 0; pad < 1700; pad += 16) {
        size_t n = 0;
        int atomic = pad / 16 % 2;
        for (int row = 0; row < 30; row++)
            n += (size_t)snprintf(text + n, sizeof text - n,
                                  row == 0 ? "USER ID,SERIAL NUMBER,ACTION,FROM\nbob,%0*d,,\n"
                                  : row % 3 == 1 ? "full,F%d,move,full\n" : row % 3 == 2 ? "crowded,C%d,disassociate,\n" : "nobody,S%d,,\n",
                                  row == 0 ? pad / 12 + 1 : row / 3 + 1, 7);
        way.kind = HSVC_CSV_ASSOCIATIONS;
        way.mode = atomic ? HSVC_CSV_ATOMIC : HSVC_CSV_PARTIAL;
        assert_true(each_request_fails(import_or_export, &way) > 5);
    }
}

static void every_request_of_an_export_may_fail_BULK_2(void **state) {
    struct way way = {HSVC_CSV_INVENTORY, 0, 0, 0, NULL};
    (void)state;
    call_all(&b.config);
    fail_at = 0;
    fill();
    for (; way.kind <= HSVC_CSV_AUDIT; way.kind++) assert_true(each_request_fails(import_or_export, &way) >= 1);
}

/* ---- misuse ---- */

#define REFUSED(change, status)                                                        \
    do {                                                                               \
        hsvc_csv_config config = b.config;                                             \
        hsvc_csv_import *import = (hsvc_csv_import *)1;                                 \
        change;                                                                        \
        assert_int_equal(hsvc_csv_import_new(&config, &import), status);                \
        assert_null(import);                                                           \
    } while (0)
#define EXPORT_REFUSED(change, status)                                                 \
    do {                                                                               \
        hsvc_csv_config config = b.config;                                             \
        hsvc_csv_export *exporter = (hsvc_csv_export *)1;                               \
        change;                                                                        \
        assert_int_equal(hsvc_csv_export_new(&config, &exporter), status);              \
        assert_null(exporter);                                                         \
    } while (0)

static void wrong_configurations_are_refused_BULK_1(void **state) {
    static const uint8_t none[HSVC_CSV_TOKEN];
    (void)state;
    REFUSED(config.engine = NULL, HSVC_ERR_ARGUMENT);
    REFUSED(config.allocator = NULL, HSVC_ERR_ARGUMENT);
    REFUSED(config.actor_len = 1, HSVC_ERR_ARGUMENT);
    REFUSED(config.kind = 0, HSVC_ERR_ARGUMENT);
    REFUSED(config.kind = HSVC_CSV_INVENTORY, HSVC_ERR_ARGUMENT);
    REFUSED(config.mode = HSVC_CSV_ATOMIC + 1, HSVC_ERR_ARGUMENT);
    REFUSED(config.meaning = HSVC_CSV_REMOVE + 1, HSVC_ERR_ARGUMENT);
    REFUSED((config.kind = HSVC_CSV_USERS, config.meaning = HSVC_CSV_REPLACE), HSVC_ERR_ARGUMENT);
    REFUSED(config.flags = HSVC_CSV_BOM, HSVC_ERR_FLAGS);
    REFUSED(config.token = none, HSVC_ERR_ARGUMENT);
    REFUSED(config.struct_size = 8, HSVC_ERR_STRUCT_SIZE);
    assert_int_equal(hsvc_csv_import_new(&b.config, NULL), HSVC_ERR_ARGUMENT);
    EXPORT_REFUSED(config.engine = NULL, HSVC_ERR_ARGUMENT);
    EXPORT_REFUSED(config.write = NULL, HSVC_ERR_ARGUMENT);
    EXPORT_REFUSED(config.kind = 0, HSVC_ERR_ARGUMENT);
    EXPORT_REFUSED(config.kind = HSVC_CSV_AUDIT + 1, HSVC_ERR_ARGUMENT);
    EXPORT_REFUSED(config.flags = HSVC_CSV_DRY_RUN, HSVC_ERR_FLAGS);
    EXPORT_REFUSED(config.allocator = NULL, HSVC_ERR_ARGUMENT);
    EXPORT_REFUSED(config.struct_size = 8, HSVC_ERR_STRUCT_SIZE);
    assert_int_equal(hsvc_csv_export_new(&b.config, NULL), HSVC_ERR_ARGUMENT);
}

static void wrong_calls_are_refused_BULK_1(void **state) {
    hsvc_csv_summary summary = {.struct_size = sizeof summary};
    hsvc_csv_import *import;
    hsvc_csv_export *exporter;
    int32_t again = 1;
    (void)state;
    OK(hsvc_csv_import_new(&b.config, &import));
    assert_int_equal(hsvc_csv_import_feed(NULL, "", 0), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_csv_import_feed(import, NULL, 1), HSVC_ERR_ARGUMENT);
    OK(hsvc_csv_import_feed(import, NULL, 0));
    assert_int_equal(hsvc_csv_import_end(NULL, &again), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_csv_import_end(import, NULL), HSVC_ERR_ARGUMENT);
    OK(hsvc_csv_import_end(import, &again)); /* of nothing: refused, and over */
    assert_int_equal(again, 0);
    assert_int_equal(hsvc_csv_import_feed(import, "x", 1), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_csv_import_end(import, &again), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_csv_import_summary(NULL, &summary), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_csv_import_summary(import, NULL), HSVC_ERR_ARGUMENT);
    hsvc_csv_import_free(import);
    hsvc_csv_import_free(NULL);
    OK(hsvc_csv_export_new(&b.config, &exporter));
    assert_int_equal(hsvc_csv_export_step(NULL, &again), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_csv_export_step(exporter, NULL), HSVC_ERR_ARGUMENT);
    hsvc_csv_export_free(exporter);
    hsvc_csv_export_free(NULL);
}

/* A token is of one kind of import, and nobody but us makes one. */
static void a_token_of_another_import_is_refused_BULK_7(void **state) {
    static const uint32_t passes[] = {0, 1, 4, 5};
    uint8_t token[HSVC_CSV_TOKEN];
    (void)state;
    bulk_text(&b, HEAD ",amara,N1,,\n");
    OK(b.status);
    memcpy(token, b.token, sizeof token);
    REFUSED((config.token = token, config.mode = HSVC_CSV_ATOMIC), HSVC_ERR_ARGUMENT);
    token[9] ^= 1;
    REFUSED(config.token = token, HSVC_ERR_ARGUMENT);
    for (size_t i = 0; i < 4; i++) {
        int32_t want = passes[i] >= 1 && passes[i] <= 4 ? HSVC_OK : HSVC_ERR_ARGUMENT;
        hsvc_csv_config config = b.config;
        hsvc_csv_import *import;
        hsvc__put32(token + 4, passes[i]);
        hsvc__put64(token + 24, hsvc_hash64(token, 24));
        config.token = token;
        assert_int_equal(hsvc_csv_import_new(&config, &import), want);
        hsvc_csv_import_free(import);
    }
}

/* ---- files ---- */

static void a_lost_quote_outgrows_a_record_BULK_2(void **state) {
    struct said text = {0};
    (void)state;
    say(&text, "USER ID,SERIAL NUMBER\namara,\"N1\n", 33);
    for (int i = 0; i < 6000; i++) say(&text, "ben,N2,3,4,5\n", 13);
    bulk_run(&b, text.bytes, text.len);
    OK(b.status);
    assert_int_equal(b.summary.failed, 6001);
    assert_non_null(strstr(b.reports.bytes, "row 1 line 2 at 22: FAILED BULK_RECORD_LONG"));
    assert_non_null(strstr(b.reports.bytes, "row 6001 line 6002"));
    text.len = 0;
    say(&text, "USER ID,SERIAL NUMBER\namara,N\"1\n\"ben\",\"N2\nben,N3\nben,N\"4\n", 60);
    bulk_run(&b, text.bytes, text.len); /* the last of them ends within what is read again */
    OK(b.status);
    free(text.bytes);
}

static void a_header_longer_than_is_looked_at_is_still_read_BULK_3(void **state) {
    struct said text = {0};
    (void)state;
    say(&text, "USER ID,", 8);
    for (int i = 0; i < 5000; i++) say(&text, " ", 1);
    say(&text, "SERIAL NUMBER\namara,N1\n", 23);
    bulk_run(&b, text.bytes, text.len);
    OK(b.status);
    assert_int_equal(b.summary.changed, 1);
    free(text.bytes);
}

static void a_failed_cell_too_long_for_a_guard_comes_back_as_it_is_BULK_6(void **state) {
    struct said text = {0};
    (void)state;
    say(&text, "USER ID,SERIAL NUMBER\namara,=", 29);
    for (int i = 0; i < 600; i++) say(&text, "x", 1);
    bulk_run(&b, text.bytes, text.len);
    OK(b.status);
    assert_int_equal(b.summary.failed, 1);
    assert_non_null(strstr(b.failed.bytes, ",\"=xxx"));
    b.config.write = NULL; /* failed rows need not be wanted */
    bulk_run(&b, text.bytes, text.len);
    assert_int_equal(b.summary.failed, 1);
    b.config.report = NULL;
    bulk_run(&b, text.bytes, text.len);
    assert_int_equal(b.summary.failed, 1);
    free(text.bytes);
}

/* ---- several things for one row ---- */

static void a_batch_is_full_of_inputs_before_it_is_of_rows_BULK_2(void **state) {
    static const char *const more[] = {"amara", "ben", "chloe"};
    char serial[16];
    (void)state;
    for (int i = 0; i < 45; i++) {
        (void)snprintf(serial, sizeof serial, "%c%d", more[i % 3][0], i);
        give_headset(&d, more[i % 3], serial);
    }
    b.config.meaning = HSVC_CSV_REPLACE;
    bulk_text(&b, HEAD ",full,N1,,\n,crowded,N2,,\n,amara,N3,,\n,ben,N4,,\n,chloe,N5,,\n");
    OK(b.status);
    assert_int_equal(b.summary.changed, 5);
    assert_string_equal(owner_of(&d, "F1"), "");
    assert_string_equal(owner_of(&d, "c44"), "");
    assert_string_equal(owner_of(&d, "N5"), "chloe");
}

/* The pass before took its user's headsets, and then the row itself is refused. */
static void a_row_that_replaced_may_still_fail_BULK_4(void **state) {
    (void)state;
    give_headset(&d, "ben", "B1");
    b.config.meaning = HSVC_CSV_REPLACE;
    bulk_text(&b, HEAD ",full,B1,,\n");
    OK(b.status);
    assert_int_equal(b.summary.failed, 1);
    assert_non_null(strstr(b.reports.bytes, "HEADSET_IN_USE"));
    assert_string_equal(owner_of(&d, "B1"), "ben");
}

static int32_t nobody_may_remove(const hsvc_input *input, void *user) {
    (void)user;
    return input->kind == HSVC_INPUT_DISASSOCIATE ? HSVC_ERR_NOT_FOUND : HSVC_OK;
}

/* Who may give but not take: of a row that needs both the one that is refused decides. */
static void the_worst_of_a_rows_inputs_is_the_rows_OBS_9(void **state) {
    (void)state;
    hsvc_engine_free(d.engine);
    hsvc_effects_free(d.fx);
    d.config.permission = nobody_may_remove;
    desk_start(&d);
    b.config.engine = d.engine;
    b.config.meaning = HSVC_CSV_REPLACE;
    b.config.mode = HSVC_CSV_ATOMIC;
    give_headset(&d, "ben", "B1");
    bulk_text(&b, HEAD ",ben,N1,,\n");
    OK(b.status);
    assert_int_equal(b.summary.failed, 1);
    assert_non_null(strstr(b.reports.bytes, "FAILED NOT_PERMITTED"));
    assert_string_equal(owner_of(&d, "B1"), "ben");
}

static void a_removal_of_what_is_somebody_elses_fails_BULK_5(void **state) {
    (void)state;
    bulk_text(&b, HEAD ",ben,F1,disassociate,\n");
    OK(b.status);
    assert_int_equal(b.summary.failed, 1);
    assert_non_null(strstr(b.reports.bytes, "NOT_OWNER"));
    bulk_text(&b, HEAD ",ben,F1,disassociate,\n,full,F1,associate,\n"); /* it was imported before */
    OK(b.status);
    assert_int_equal(b.summary.unchanged, 2);
}

/* ---- what happens meanwhile ---- */

/* A prompt is due when the import begins: its verdict stands among the rows'. */
static void deadlines_between_the_rows_are_no_rows_TIME_3(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        hsvc_input in;
        anew();
        OK(hsvc_input_device_put(&in, "sj-1", "out", HSVC_DEVICE_SHARED, "sj", "CP-8845", "14.3", HSVC_FLAG_EM_ENABLED));
        OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
        OK(hsvc_input_device_registered(&in, "sj-1", 0, 0));
        OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
        advance(&d, MINUTE);
        give_headset(&d, "amara", "H1");
        OK(hsvc_input_headset_connected(&in, "sj-1", "H1", 7));
        OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
        pass(&d, HOUR);
        b.config.mode = i < 2 ? HSVC_CSV_PARTIAL : HSVC_CSV_ATOMIC;
        b.config.flags = i % 2 ? HSVC_CSV_DRY_RUN : 0;
        bulk_text(&b, HEAD ",amara,H1,disassociate,\n,nobody,N1,,\n");
        OK(b.status);
        assert_int_equal(b.summary.failed, 1);
        assert_int_equal(b.summary.changed + b.summary.left, 1);
    }
}

/* Somebody else is faster, between the look and the commit of an atomic file. */
static hsvc_store behind;
static hsvc_engine *other;
static int quick;

static int32_t commit_late(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    if (quick) {
        hsvc_input in;
        hsvc_effects *fx;
        quick = 0;
        OK(hsvc_effects_new(&d.allocator, &fx));
        OK(hsvc_input_associate(&in, "ben", "N1"));
        OK(hsvc_apply(other, &in, 1, 0, fx));
        hsvc_effects_free(fx);
    }
    return behind.commit(ops, count, revision, user);
}

static void an_atomic_file_that_loses_a_race_leaves_all_BULK_4(void **state) {
    (void)state;
    OK(hsvc_engine_new(&d.config, &other));
    behind = d.store;
    d.store.commit = commit_late;
    hsvc_engine_free(d.engine);
    hsvc_effects_free(d.fx);
    desk_start(&d);
    b.config.engine = d.engine;
    b.config.mode = HSVC_CSV_ATOMIC;
    quick = 1;
    bulk_text(&b, HEAD ",amara,N1,,\n,chloe,N2,,\n");
    OK(b.status);
    assert_int_equal(b.summary.failed, 1);
    assert_int_equal(b.summary.left, 1);
    assert_string_equal(owner_of(&d, "N1"), "ben");
    assert_string_equal(owner_of(&d, "N2"), "");
    hsvc_engine_free(other);
    d.store = behind;
}

/* After the first pass of a dry run somebody takes all that a user had: there is less to take back than the file says. */
static int32_t take_all(const hsvc_csv_progress *progress, void *user) {
    (void)user;
    for (int i = 1; i <= 15 && progress->pass == 2; i++) {
        char serial[8];
        hsvc_input in;
        (void)snprintf(serial, sizeof serial, "F%d", i);
        OK(hsvc_input_disassociate(&in, serial));
        OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    }
    return HSVC_OK;
}

static void a_dry_run_sees_what_others_do_meanwhile_BULK_4(void **state) {
    (void)state;
    b.config.flags = HSVC_CSV_DRY_RUN;
    bulk_text(&b, HEAD ",full,F2,disassociate,\n,full,F1,associate,\n"); /* F1 is the user's own: another is taken back */
    OK(b.status);
    assert_int_equal(b.summary.failed, 0);
    b.config.progress = take_all;
    bulk_text(&b, HEAD ",full,F2,disassociate,\n,full,F3,disassociate,\n,full,N1,associate,\n");
    OK(b.status);
    assert_int_equal(b.summary.failed, 0);
}

static void progress_is_told_of_rows_that_were_done_before_BULK_7(void **state) {
    struct said text = {0};
    char line[64];
    uint64_t skipped;
    (void)state;
    say(&text, "USER ID,SERIAL NUMBER\n", 22);
    for (int i = 0; i < 1400; i++) say(&text, line, (size_t)snprintf(line, sizeof line, "nobody,S%d\n", i));
    b.stop_after = 2 + 1200 / 64;
    bulk_run(&b, text.bytes, text.len);
    assert_int_equal(b.status, HSVC_ERR_CALLBACK);
    b.stop_after = 0;
    b.config.token = b.token;
    bulk_run(&b, text.bytes, text.len);
    OK(b.status);
    skipped = b.summary.skipped;
    assert_true(skipped > HSVC_LIMIT_BULK_PROGRESS);
    assert_int_equal(skipped + b.summary.processed, 1400);
    free(text.bytes);
}

/* ---- exports of what is unusual ---- */

static void times_of_every_month_are_exported_BULK_1(void **state) {
    static const struct {
        int64_t at;
        const char *text;
    } times[] = {{INT64_C(1830297600000), "2028-01-01T00:00:00"}, {INT64_C(1835395200000), "2028-02-29T00:00:00"},
                 {INT64_C(1835481600000), "2028-03-01T00:00:00"}, {INT64_C(1861919999000), "2028-12-31T23:59:59"}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        hsvc_input in;
        OK(hsvc_manual_clock_set(d.clock, times[i].at));
        OK(hsvc_input_user_put(&in, "dora", NULL, 0));
        in.flags = i % 2 ? HSVC_FLAG_DISABLED : 0;
        OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
        bulk_export(&b, HSVC_CSV_AUDIT, 0);
        assert_non_null(strstr(b.failed.bytes, times[i].text));
    }
}

/* A device of another program's making: a kind that has no word, and a name longer than any of ours. */
static void a_record_of_another_making_is_exported_as_it_is_BULK_6(void **state) {
    static char name[700] = "=";
    struct hsvc__device device;
    struct hsvc__arena arena;
    struct hsvc__key key;
    hsvc__str row;
    hsvc_op op = {.struct_size = sizeof op, .kind = HSVC_OP_PUT, .expect = HSVC_EXPECT_ANY};
    uint64_t revision;
    (void)state;
    memset(name + 1, 'x', sizeof name - 2);
    memset(&device, 0, sizeof device);
    device.kind = 77;
    device.name = hsvc__str_of(name, sizeof name - 1);
    hsvc__arena_init(&arena, &d.allocator);
    OK(hsvc__record_encode(&device, HSVC__FAMILY_DEVICE, &arena, &row));
    hsvc__key_1(&key, HSVC__FAMILY_DEVICE, hsvc__str_of("odd", 3));
    op.key = key.bytes, op.key_len = key.len, op.value = (const uint8_t *)row.p, op.value_len = row.n;
    OK(d.plain.commit(&op, 1, &revision, d.plain.user));
    bulk_export(&b, HSVC_CSV_DEVICES, 0);
    assert_non_null(strstr(b.failed.bytes, "\r\n\"=xxx"));
    assert_non_null(strstr(b.failed.bytes, "xxx\",\"\",\"\""));
    assert_int_equal(hsvc__word_of(HSVC__HOLDS_DEVICE, 77).n, 0);
    hsvc__arena_free(&arena);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)
int main(void) {
    const struct CMUnitTest tests[] = {
        WITH(every_callback_of_an_import_may_fail_BULK_7),
        WITH(what_failed_once_stays_failed_BULK_7),
        WITH(every_callback_of_an_export_may_fail_BULK_7),
        WITH(every_call_of_the_store_may_fail_BULK_2),
        WITH(every_call_of_the_store_under_an_export_may_fail_BULK_1),
        WITH(every_request_for_memory_may_fail_BULK_2),
        WITH(every_request_of_an_export_may_fail_BULK_2),
        WITH(wrong_configurations_are_refused_BULK_1),
        WITH(wrong_calls_are_refused_BULK_1),
        WITH(a_token_of_another_import_is_refused_BULK_7),
        WITH(a_lost_quote_outgrows_a_record_BULK_2),
        WITH(a_header_longer_than_is_looked_at_is_still_read_BULK_3),
        WITH(a_failed_cell_too_long_for_a_guard_comes_back_as_it_is_BULK_6),
        WITH(a_batch_is_full_of_inputs_before_it_is_of_rows_BULK_2),
        WITH(a_row_that_replaced_may_still_fail_BULK_4),
        WITH(the_worst_of_a_rows_inputs_is_the_rows_OBS_9),
        WITH(a_removal_of_what_is_somebody_elses_fails_BULK_5),
        WITH(deadlines_between_the_rows_are_no_rows_TIME_3),
        WITH(an_atomic_file_that_loses_a_race_leaves_all_BULK_4),
        WITH(a_dry_run_sees_what_others_do_meanwhile_BULK_4),
        WITH(progress_is_told_of_rows_that_were_done_before_BULK_7),
        WITH(times_of_every_month_are_exported_BULK_1),
        WITH(a_record_of_another_making_is_exported_as_it_is_BULK_6),
    };
    return cmocka_run_group_tests_name("failures", tests, NULL, NULL);
}
