/* test_unusual.c: imports and exports of files that hardly anybody writes, and what only another node, a clock or a damaged
 * record can bring about in the middle of one. (BULK-2, BULK-4, BULK-7) */
#include "unit/damage.h"

#include "csv/failing.h"
#include "csv/tables.h"

#define SAY(literal) say(&text, literal, sizeof(literal) - 1)

/* ---- files ---- */

static void a_lost_quote_outgrows_a_record_BULK_2(void **state) {
    struct said text = {0};
    (void)state;
    SAY("USER ID,SERIAL NUMBER\namara,\"N1\n");
    for (int i = 0; i < 6000; i++) SAY("ben,N2,3,4,5\n");
    bulk_run(&b, text.bytes, text.len);
    OK(b.status);
    assert_int_equal(b.summary.failed, 6001);
    assert_non_null(strstr(b.reports.bytes, "row 1 line 2 at 22: FAILED BULK_RECORD_LONG"));
    assert_non_null(strstr(b.reports.bytes, "row 6001 line 6002"));
    text.len = 0;
    SAY("USER ID,SERIAL NUMBER\namara,N\"1\n\"ben\",\"N2\nben,N3\nben,N\"4\n");
    bulk_run(&b, text.bytes, text.len); /* the last of them ends within what is read again */
    OK(b.status);
    free(text.bytes);
}

static void a_header_longer_than_is_looked_at_is_still_read_BULK_3(void **state) {
    struct said text = {0};
    (void)state;
    SAY("USER ID,");
    for (int i = 0; i < 5000; i++) SAY(" ");
    SAY("SERIAL NUMBER\namara,N1\n");
    bulk_run(&b, text.bytes, text.len);
    OK(b.status);
    assert_int_equal(b.summary.changed, 1);
    free(text.bytes);
}

/* More cells than a file can have columns, and more rows than progress is told of. */
static void a_row_of_more_cells_than_columns_is_told_BULK_3(void **state) {
    struct said text = {0};
    (void)state;
    SAY("USER ID,SERIAL NUMBER\namara,N1");
    for (int i = 0; i < 40; i++) SAY(",x");
    bulk_run(&b, text.bytes, text.len);
    OK(b.status);
    assert_non_null(strstr(b.reports.bytes, "FAILED BULK_CELLS"));
    text.len = 0;
    SAY("USER ID,SERIAL NUMBER\n");
    for (int i = 0; i < 1001; i++) SAY("nobody,S\n");
    call_all(&b.config);
    fail_at = 1;
    bulk_run(&b, text.bytes, text.len);
    assert_int_equal(b.status, HSVC_ERR_CALLBACK);
    free(text.bytes);
}

static void every_piece_of_a_long_cell_may_fail_BULK_7(void **state) {
    struct said text = {0};
    (void)state;
    SAY("USER ID,SERIAL NUMBER\namara,");
    for (int i = 0; i < 1300; i++) SAY("x");
    fail_at = 0;
    do {
        call_all(&b.config);
        fail_at++;
        bulk_run(&b, text.bytes, text.len);
        assert_int_equal(b.status, calls >= fail_at ? HSVC_ERR_CALLBACK : HSVC_OK);
    } while (calls >= fail_at);
    assert_true(fail_at > 10);
    free(text.bytes);
}

static void a_failed_cell_too_long_for_a_guard_comes_back_as_it_is_BULK_6(void **state) {
    struct said text = {0};
    (void)state;
    SAY("USER ID,SERIAL NUMBER\namara,=");
    for (int i = 0; i < 600; i++) SAY("x");
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

static uint32_t asked_for_mallory;

static int32_t mallory_may_nothing(const hsvc_input *input, void *user) {
    (void)user;
    if (input->actor_len != 7 || memcmp(input->actor, "mallory", 7) != 0) return HSVC_OK;
    asked_for_mallory++;
    return HSVC_ERR_NOT_FOUND;
}

/* A file is no way around the permission: each row is asked for, in the name of who brought the file. */
static void each_row_needs_its_actors_permission_OBS_9(void **state) {
    static const uint32_t modes[] = {HSVC_CSV_PARTIAL, HSVC_CSV_ATOMIC};
    (void)state;
    hsvc_engine_free(d.engine);
    hsvc_effects_free(d.fx);
    d.config.permission = mallory_may_nothing;
    desk_start(&d);
    b.config.engine = d.engine;
    b.config.actor = "mallory";
    b.config.actor_len = 7;
    give_headset(&d, "ben", "B1");
    for (size_t i = 0; i < 2; i++) {
        b.config.mode = modes[i];
        asked_for_mallory = 0;
        bulk_text(&b, HEAD ",amara,N1,associate,\n,ben,B1,disassociate,\n,amara,B1,move,ben\n");
        OK(b.status);
        assert_int_equal(b.summary.failed, 3);
        assert_int_equal(b.summary.changed, 0);
        assert_true(asked_for_mallory >= 3);
        assert_string_equal(owner_of(&d, "B1"), "ben");
        assert_string_equal(owner_of(&d, "N1"), "");
    }
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
        hsvc_item profile = {"desk", 4, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
        hsvc_input in;
        anew();
        OK(hsvc_input_user_put(&in, "amara", &profile, 1));
        assert_int_equal(give(&d, &in), HSVC_REASON_DONE);
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

static int32_t remove_user(const hsvc_csv_progress *progress, void *user) {
    hsvc_input in;
    (void)user;
    OK(hsvc_input_user_remove(&in, "full"));
    if (progress->pass == 2) OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    return HSVC_OK;
}

/* Ids as long as they may be, a user who goes away meanwhile, and a serial in a record that is longer than any of ours. */
static void a_dry_run_takes_back_what_there_is_BULK_4(void **state) {
    char text[600], longest[HSVC_LIMIT_USER_ID_LEN + 1];
    static char endless[HSVC_LIMIT_SERIAL_LEN + 9];
    struct world w = {.desk = d};
    struct hsvc__user *full;
    (void)state;
    memset(longest, 'u', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    add_user(&d, longest);
    b.config.flags = HSVC_CSV_DRY_RUN;
    (void)snprintf(text, sizeof text, HEAD ",%s,N1,,\n,%s,N2,,\n", longest, longest);
    bulk_text(&b, text);
    OK(b.status);
    assert_int_equal(b.summary.changed, 2);
    hsvc__arena_init(&w.memory, &d.allocator);
    full = user_in(&w, hsvc__str_of("full", 4));
    memset(endless, 'e', sizeof endless);
    full->headset_list.at[0] = hsvc__str_of(endless, sizeof endless);
    put_record(&w, HSVC__FAMILY_USER, hsvc__str_of("full", 4), full);
    hsvc__arena_free(&w.memory);
    bulk_text(&b, HEAD ",full,F2,disassociate,\n,full,N1,associate,\n");
    OK(b.status);
    b.config.progress = remove_user;
    bulk_text(&b, HEAD ",full,F2,disassociate,\n,full,F3,disassociate,\n,full,N1,associate,\n");
    OK(b.status);
    assert_int_equal(b.summary.failed, 1);
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
    SAY("USER ID,SERIAL NUMBER\n");
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
/* More headsets than a page has, and a phone that nobody uses. */
static void an_export_goes_by_pages_BULK_1(void **state) {
    char user[16], name[16];
    hsvc_input in;
    size_t lines = 0;
    (void)state;
    for (int i = 0; i < 300; i++) {
        (void)snprintf(user, sizeof user, "user%d", i / 15);
        if (i % 15 == 0) add_user(&d, user);
        (void)snprintf(name, sizeof name, "P%03d", i);
        give_headset(&d, user, name);
    }
    OK(hsvc_input_device_put(&in, "sj-1", "out", HSVC_DEVICE_SHARED, "sj", "CP-8845", "14.3", HSVC_FLAG_EM_ENABLED));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    bulk_export(&b, HSVC_CSV_SESSIONS, 0);
    bulk_export(&b, HSVC_CSV_INVENTORY, 0);
    for (const char *at = b.failed.bytes; (at = strstr(at, "\r\n")) != NULL; at++) lines++;
    assert_int_equal(lines, 1 + 300 + 30);
}

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
        WITH(a_lost_quote_outgrows_a_record_BULK_2),
        WITH(a_header_longer_than_is_looked_at_is_still_read_BULK_3),
        WITH(a_row_of_more_cells_than_columns_is_told_BULK_3),
        WITH(every_piece_of_a_long_cell_may_fail_BULK_7),
        WITH(a_failed_cell_too_long_for_a_guard_comes_back_as_it_is_BULK_6),
        WITH(a_batch_is_full_of_inputs_before_it_is_of_rows_BULK_2),
        WITH(a_row_that_replaced_may_still_fail_BULK_4),
        WITH(the_worst_of_a_rows_inputs_is_the_rows_OBS_9),
        WITH(each_row_needs_its_actors_permission_OBS_9),
        WITH(a_removal_of_what_is_somebody_elses_fails_BULK_5),
        WITH(deadlines_between_the_rows_are_no_rows_TIME_3),
        WITH(an_atomic_file_that_loses_a_race_leaves_all_BULK_4),
        WITH(a_dry_run_takes_back_what_there_is_BULK_4),
        WITH(a_dry_run_sees_what_others_do_meanwhile_BULK_4),
        WITH(progress_is_told_of_rows_that_were_done_before_BULK_7),
        WITH(times_of_every_month_are_exported_BULK_1),
        WITH(an_export_goes_by_pages_BULK_1),
        WITH(a_record_of_another_making_is_exported_as_it_is_BULK_6),
    };
    return cmocka_run_group_tests_name("unusual", tests, NULL, NULL);
}
