/* test_failures.c: imports and exports whose surroundings fail: each callback, each call of the store and each request for
 * memory in turn; and what no caller may ask for. (BULK-1, BULK-2, BULK-7) */
#include "csv/failing.h"
#include "support/each_request.h"

static const char rows[] = HEAD "x,amara,F1,associate,\nx,full,F1,disassociate,\n,ben,C1,move,crowded\n\n,ben,\xff,,\n"
                                ",nobody,N1,,\n,amara,N2,,\n,\x01,\xff,dance,\n,ben,N9,move,crowded\n";
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
    {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_PARTIAL, HSVC_CSV_ADD, 0, "USER,SERIAL\namara,N1\n"},
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
    static const struct way kinds[] = {{HSVC_CSV_ASSOCIATIONS, HSVC_CSV_PARTIAL, HSVC_CSV_ADD, HSVC_CSV_DRY_RUN, text},
                                       {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_ATOMIC, HSVC_CSV_ADD, HSVC_CSV_DRY_RUN, text},
                                       {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_PARTIAL, HSVC_CSV_REPLACE, HSVC_CSV_DRY_RUN, text},
                                       {HSVC_CSV_ASSOCIATIONS, HSVC_CSV_ATOMIC, HSVC_CSV_REPLACE, HSVC_CSV_DRY_RUN, text},
                                       {HSVC_CSV_USERS, HSVC_CSV_PARTIAL, HSVC_CSV_ADD, HSVC_CSV_DRY_RUN, text}};
    (void)state;
    b.config.actor = "root";
    b.config.actor_len = 4;
    for (int i = 0; i < 240; i++) {
        const struct way *way = &kinds[i % 5];
        int pad = i / 5 * 48 + 1, rows_of_it = i > 230 ? 90 : 12 + i % 21; /* of the first row, which fails if it is too long */
        size_t n = 0;
        if (way->kind == HSVC_CSV_USERS) n = (size_t)snprintf(text, sizeof text, "USER ID,PROFILE 1,PROFILE 2\n%0*d,a,b\n", pad, 7);
        for (int row = 0; row < rows_of_it && way->kind == HSVC_CSV_USERS; row++)
            n += (size_t)snprintf(text + n, sizeof text - n, "u%d,work,home\n", row);
        for (int row = 0; row < rows_of_it && way->kind != HSVC_CSV_USERS; row++)
            n += (size_t)snprintf(text + n, sizeof text - n,
                                  row == 0 ? "USER ID,SERIAL NUMBER,ACTION,FROM\nbob,%0*d,,\n"
                                  : row % 3 == 1 ? "full,F%d,move,full\n" : row % 3 == 2 ? "crowded,C%d,disassociate,\n" : "nobody,S%d,,\n",
                                  row == 0 ? pad : row / 3 + 1, 7);
        assert_true(each_request_fails(import_or_export, (void *)(uintptr_t)way) > 5);
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
    };
    return cmocka_run_group_tests_name("failures", tests, NULL, NULL);
}
