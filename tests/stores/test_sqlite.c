/* test_sqlite.c: does the SQLite store name what is wrong with a file, lose nothing over it, bring old files up to date,
 * and show an administrator in plain SQL what the engine knows? */
#define _XOPEN_SOURCE 700 /* mkdtemp, pwrite */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "headsetsvc/inputs.h"

/* ---- plain SQL, as an administrator types it ---- */

static sqlite3 *raw_open(void) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void raw(sqlite3 *db, const char *sql) {
    char *error = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) fail_msg("%s: %s", sql, error);
}

/* The first row of a query, its columns parted by bars. */
static const char *ask(const char *sql) {
    static char answer[512];
    sqlite3 *db = raw_open();
    sqlite3_stmt *query;
    answer[0] = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(query) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(query); i++) {
            const char *text = (const char *)sqlite3_column_text(query, i);
            snprintf(answer + strlen(answer), sizeof answer - strlen(answer), "%s%s", i > 0 ? "|" : "",
                     text == NULL ? "-" : text);
        }
    }
    sqlite3_finalize(query);
    sqlite3_close(db);
    return answer;
}

static void expect_problem(uint32_t flags, int32_t status, uint32_t kind, const char *name) {
    hsvc_sqlite *sqlite = (hsvc_sqlite *)1;
    hsvc_sqlite_problem problem;
    assert_int_equal(try_open(path, flags, 50, &sqlite, &problem), status);
    assert_null(sqlite);
    assert_int_equal(problem.kind, kind);
    assert_int_equal(problem.status, status);
    assert_string_equal(problem.name, name);
    assert_true(strlen(problem.text) > 20);
    assert_non_null(problem.sqlite_text);
}

/* ---- files that are not ours ---- */

static void write_file(const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void something_else_is_no_database(void **state) {
    char back[64] = "";
    FILE *file;
    (void)state;
    write_file("Dear diary, today nobody forgot a headset. It was a good day, by and large.\n");
    expect_problem(0, HSVC_ERR_CORRUPT, HSVC_SQLITE_NOT_A_DATABASE, "NOT_A_DATABASE");
    file = fopen(path, "rb");
    assert_true(fread(back, 1, 10, file) == 10);
    fclose(file);
    assert_string_equal(back, "Dear diary");
}

static void a_database_of_another_program_is_left_alone(void **state) {
    sqlite3 *db = raw_open();
    (void)state;
    raw(db, "CREATE TABLE diary(day, words)");
    sqlite3_close(db);
    expect_problem(0, HSVC_ERR_CORRUPT, HSVC_SQLITE_NOT_A_STORE, "NOT_A_STORE");
    assert_string_equal(ask("SELECT count(*), max(name) FROM sqlite_master"), "1|diary");
    assert_string_equal(ask("PRAGMA journal_mode"), "delete");
}

static void a_newer_file_is_left_alone(void **state) {
    hsvc_store store;
    sqlite3 *db;
    (void)state;
    hsvc_sqlite_free(open_sqlite(&store));
    db = raw_open();
    raw(db, "PRAGMA user_version = 99");
    sqlite3_close(db);
    expect_problem(0, HSVC_ERR_CORRUPT, HSVC_SQLITE_NEWER, "NEWER");
    expect_problem(HSVC_SQLITE_READ_ONLY, HSVC_ERR_CORRUPT, HSVC_SQLITE_NEWER, "NEWER");
    assert_string_equal(ask("PRAGMA user_version"), "99");
}

static void a_folder_that_is_not_there(void **state) {
    (void)state;
    snprintf(path, sizeof path, "%s/nowhere/desks.db", folder);
    expect_problem(0, HSVC_ERR_UNAVAILABLE, HSVC_SQLITE_CANNOT_OPEN, "CANNOT_OPEN");
    snprintf(path, sizeof path, "%s", folder);
    expect_problem(0, HSVC_ERR_UNAVAILABLE, HSVC_SQLITE_CANNOT_OPEN, "CANNOT_OPEN");
}

/* ---- what may not be written: tried as somebody who is not the superuser ---- */

static void as_nobody(uint32_t flags, uint32_t kind, const char *name) {
    if (geteuid() == 0) assert_int_equal(seteuid(65534), 0);
    expect_problem(flags, HSVC_ERR_UNAVAILABLE, kind, name);
    if (getuid() == 0) assert_int_equal(seteuid(0), 0);
}

static void a_file_that_may_not_be_written(void **state) {
    hsvc_store store;
    (void)state;
    hsvc_sqlite_free(open_sqlite(&store));
    assert_int_equal(chmod(folder, 0555), 0);
    assert_int_equal(chmod(path, 0444), 0);
    as_nobody(0, HSVC_SQLITE_IS_READ_ONLY, "IS_READ_ONLY");
    assert_int_equal(chmod(path, 0666), 0); /* the folder alone */
    as_nobody(0, HSVC_SQLITE_IS_READ_ONLY, "IS_READ_ONLY");
    assert_int_equal(unlink(path), 0);
    as_nobody(0, HSVC_SQLITE_CANNOT_OPEN, "CANNOT_OPEN");
    assert_int_equal(chmod(folder, 0700), 0);
}

static void a_report_reads_and_never_writes(void **state) {
    hsvc_store store, report;
    hsvc_sqlite *writer = open_sqlite(&store), *reader;
    hsvc_sqlite_problem problem;
    uint64_t revision = 0;
    (void)state;
    OK(put(&store, "Kone", "1", &revision));
    OK(try_open(path, HSVC_SQLITE_READ_ONLY, 0, &reader, &problem));
    OK(hsvc_store_init(&report, sizeof report));
    OK(hsvc_sqlite_bind(reader, &report));
    assert_int_equal(rows_in(&report), 1);
    assert_int_equal(put(&report, "Ktwo", "2", &revision), HSVC_ERR_UNAVAILABLE);
    OK(hsvc_sqlite_last_problem(reader, &problem));
    assert_int_equal(problem.kind, HSVC_SQLITE_IS_READ_ONLY);
    OK(put(&store, "Ktwo", "2", &revision));
    assert_int_equal(rows_in(&report), 2); /* what others write is seen */
    hsvc_sqlite_free(reader);
    hsvc_sqlite_free(writer);
    assert_int_equal(unlink(path), 0);
    expect_problem(HSVC_SQLITE_READ_ONLY, HSVC_ERR_UNAVAILABLE, HSVC_SQLITE_CANNOT_OPEN, "CANNOT_OPEN");
}

/* ---- trouble while it runs ---- */

/* SQLite's own way to stand between it and the operating system. */
static int write_error;
static ssize_t failing_pwrite(int fd, const void *bytes, size_t len, off_t at) {
    if (write_error == 0) return pwrite(fd, bytes, len, at);
    errno = write_error;
    return -1;
}

static void set_writes(int error) {
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    write_error = error;
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite64", error == 0 ? NULL : (sqlite3_syscall_ptr)failing_pwrite),
                     SQLITE_OK);
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite", error == 0 ? NULL : (sqlite3_syscall_ptr)failing_pwrite),
                     SQLITE_OK);
}

static void expect_last(const hsvc_sqlite *sqlite, uint32_t kind) {
    hsvc_sqlite_problem problem = {.struct_size = sizeof problem};
    OK(hsvc_sqlite_last_problem(sqlite, &problem));
    assert_int_equal(problem.kind, kind);
}

static void a_full_disk_loses_nothing(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    hsvc_sqlite_problem problem = {.struct_size = sizeof problem};
    uint64_t before = 0, after = 0;
    (void)state;
    OK(put(&store, "Kone", "1", &before));
    set_writes(ENOSPC);
    assert_int_equal(put(&store, "Ktwo", "2", &after), HSVC_ERR_FULL);
    OK(hsvc_sqlite_last_problem(sqlite, &problem));
    assert_string_equal(problem.name, "DISK_FULL");
    assert_true(strlen(problem.sqlite_text) > 0 && problem.sqlite_code != 0);
    assert_int_equal(rows_in(&store), 1); /* reading goes on */
    expect_last(sqlite, HSVC_SQLITE_NO_PROBLEM);
    set_writes(0);
    OK(put(&store, "Ktwo", "2", &after));
    assert_true(after > before);
    assert_int_equal(rows_in(&store), 2);
    hsvc_sqlite_free(sqlite);
}

static void a_failing_disk_is_an_unknown_outcome(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    uint64_t revision = 0;
    (void)state;
    OK(put(&store, "Kone", "1", &revision));
    set_writes(EIO);
    assert_int_equal(put(&store, "Ktwo", "2", &revision), HSVC_ERR_UNKNOWN);
    expect_last(sqlite, HSVC_SQLITE_IO);
    set_writes(0);
    OK(put(&store, "Ktwo", "2", &revision));
    hsvc_sqlite_free(sqlite);
}

static void waiting_has_an_end(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite;
    hsvc_sqlite_problem problem;
    uint64_t revision = 0;
    sqlite3 *other;
    (void)state;
    OK(try_open(path, 0, 50, &sqlite, &problem));
    OK(hsvc_store_init(&store, sizeof store));
    OK(hsvc_sqlite_bind(sqlite, &store));
    other = raw_open();
    raw(other, "BEGIN IMMEDIATE");
    assert_int_equal(put(&store, "Kone", "1", &revision), HSVC_ERR_UNAVAILABLE);
    expect_last(sqlite, HSVC_SQLITE_LOCKED);
    assert_int_equal(rows_in(&store), 0); /* nobody waits to read */
    raw(other, "ROLLBACK");
    sqlite3_close(other);
    OK(put(&store, "Kone", "1", &revision));
    hsvc_sqlite_free(sqlite);
}

static int32_t commit_inside(const hsvc_row *row, void *user) {
    uint64_t revision = 0;
    (void)row;
    return put((const hsvc_store *)user, "Kin", "1", &revision);
}

static void a_sink_cannot_use_the_handle(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    uint64_t revision = 0;
    (void)state;
    OK(put(&store, "Kone", "1", &revision));
    assert_int_equal(store.scan(NULL, 0, NULL, 0, 9, commit_inside, &store, store.user), HSVC_ERR_UNAVAILABLE);
    expect_last(sqlite, HSVC_SQLITE_BUSY);
    assert_int_equal(rows_in(&store), 1);
    hsvc_sqlite_free(sqlite);
}

static void a_child_cannot_use_its_parents_handle(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    uint64_t revision = 0;
    int ended = -1;
    pid_t child;
    (void)state;
    child = fork();
    if (child == 0) {
        int32_t status = put(&store, "Kone", "1", &revision);
        hsvc_sqlite_problem problem = {.struct_size = sizeof problem};
        hsvc_sqlite_last_problem(sqlite, &problem);
        hsvc_sqlite_free(sqlite);
        _exit(status == HSVC_ERR_UNAVAILABLE && problem.kind == HSVC_SQLITE_FORKED ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
    OK(put(&store, "Kone", "1", &revision));
    hsvc_sqlite_free(sqlite);
}

/* ---- what a desk's day looks like in SQL ---- */

#define GIVE(call, reason) give(engine, fx, (call), &in, reason)
static void give(hsvc_engine *engine, hsvc_effects *fx, int32_t built, const hsvc_input *in, uint32_t reason) {
    hsvc_verdict verdict;
    OK(built);
    OK(hsvc_apply(engine, in, 1, 0, fx));
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    OK(hsvc_verdict_at(fx, hsvc_verdict_count(fx) - 1, &verdict));
    if (verdict.reason != reason) fail_msg("%s", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)verdict.reason));
}

static uint64_t of_effect(const hsvc_effects *fx, uint32_t kind) {
    hsvc_effect effect;
    OK(hsvc_effect_init(&effect, sizeof effect));
    for (size_t i = 0; i < hsvc_effects_count(fx); i++) {
        OK(hsvc_effects_at(fx, i, &effect));
        if (effect.kind == kind) return kind == HSVC_EFFECT_VERIFY_PIN ? effect.request : effect.prompt_id;
    }
    fail_msg("no such effect");
    return 0;
}

/* ann signs in at P1 with her headset S1; S2 is hers too, and nowhere. */
static void sign_in(const hsvc_store *store) {
    hsvc_item profile = {"ann-p", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_engine *engine;
    hsvc_effects *fx;
    hsvc_input in;
    OK(hsvc_stdlib_engine(store, &engine, &fx));
    GIVE(hsvc_input_user_put(&in, "Ann", &profile, 1), HSVC_REASON_DONE);
    GIVE(hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, "Berlin", "CP-8851", "14.1(1)",
                               HSVC_FLAG_EM_ENABLED),
         HSVC_REASON_DONE);
    GIVE(hsvc_input_device_registered(&in, "P1", 0, 0), HSVC_REASON_PROFILE_CONFIRMED);
    GIVE(hsvc_input_associate(&in, "Ann", "S1"), HSVC_REASON_ASSOCIATED);
    GIVE(hsvc_input_associate(&in, "Ann", "S2"), HSVC_REASON_ASSOCIATED);
    GIVE(hsvc_input_headset_connected(&in, "P1", "S1", 1), HSVC_REASON_PIN_ASKED);
    GIVE(hsvc_input_submit(&in, "P1", of_effect(fx, HSVC_EFFECT_SHOW_PROMPT), "Ann", "1234", 4), HSVC_REASON_VERIFYING);
    GIVE(hsvc_input_verify_result(&in, "P1", of_effect(fx, HSVC_EFFECT_VERIFY_PIN), HSVC_VERIFY_OK),
         HSVC_REASON_SIGNED_IN);
    hsvc_effects_free(fx);
    hsvc_engine_free(engine);
}

static void an_administrator_asks_in_plain_sql(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    (void)state;
    sign_in(&store);
    assert_string_equal(
        ask("SELECT user, device, site, profile, state, by_headset, signed_in_at > '2020', sign_out_at FROM sessions"),
        "Ann|P1|Berlin|ann-p|SIGNED_IN|S1|1|-");
    assert_string_equal(ask("SELECT group_concat(serial) FROM headsets WHERE owner = 'Ann'"), "S1,S2");
    assert_string_equal(ask("SELECT serial, device, connected FROM headsets WHERE connected"), "S1|P1|1");
    assert_string_equal(ask("SELECT id, disabled, headsets, sessions, failures, locked_until FROM users"),
                        "Ann|0|2|1|0|-");
    assert_string_equal(ask("SELECT name, registered, signed_in_user, headsets_here, calls FROM devices"),
                        "P1|1|Ann|1|0");
    assert_string_equal(ask("SELECT subject, input, reason, rule, device, accepted, times FROM audit"
                            " WHERE subject = 'Ann' AND at > '2020' AND reason = 'SIGNED_IN'"),
                        "Ann|VERIFY_RESULT|SIGNED_IN|SIGN-4|P1|1|1");
    assert_string_equal(ask("SELECT subject_kind, headset FROM audit WHERE subject = 'P1' AND reason = 'PIN_ASKED'"), "DEVICE|S1");
    assert_string_equal(ask("PRAGMA journal_mode"), "wal");
    hsvc_sqlite_free(sqlite);
}

/* ---- an older file ---- */

/* The rows of today's file in the tables of version 1. */
static void make_version_1(void) {
    sqlite3 *db = raw_open();
    raw(db,
        "DROP VIEW audit; DROP VIEW sessions; DROP VIEW devices; DROP VIEW users; DROP VIEW headsets;"
        "ALTER TABLE records RENAME TO newer;"
        "CREATE TABLE records(key BLOB PRIMARY KEY, revision INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;"
        "INSERT INTO records SELECT key, revision, value FROM newer;"
        "DROP TABLE newer; PRAGMA user_version = 1");
    sqlite3_close(db);
}

static void an_older_file_is_brought_up_to_date(void **state) {
    char before[64];
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    uint64_t revision = 0;
    (void)state;
    sign_in(&store);
    OK(put(&store, "Knot a record", "x", &revision));
    hsvc_sqlite_free(sqlite);
    snprintf(before, sizeof before, "%s", ask("SELECT count(*), max(revision), sum(length(value)) FROM records"));
    make_version_1();
    expect_problem(HSVC_SQLITE_READ_ONLY, HSVC_ERR_UNAVAILABLE, HSVC_SQLITE_IS_READ_ONLY, "IS_READ_ONLY");
    sqlite = open_sqlite(&store);
    assert_string_equal(ask("PRAGMA user_version"), "2");
    assert_string_equal(ask("SELECT count(*), max(revision), sum(length(value)) FROM records"), before);
    assert_string_equal(ask("SELECT user, device FROM sessions"), "Ann|P1");
    assert_string_equal(ask("SELECT group_concat(name) FROM sqlite_master WHERE type = 'table'"), "store,records");
    hsvc_sqlite_free(sqlite);
}

/* A full disk in the middle of it leaves the older file as it was. */
static void bringing_up_to_date_happens_or_does_not(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    (void)state;
    sign_in(&store);
    hsvc_sqlite_free(sqlite);
    make_version_1();
    set_writes(ENOSPC);
    expect_problem(0, HSVC_ERR_FULL, HSVC_SQLITE_DISK_FULL, "DISK_FULL");
    set_writes(0);
    assert_string_equal(ask("PRAGMA user_version"), "1");
    hsvc_sqlite_free(open_sqlite(&store));
    assert_string_equal(ask("SELECT user FROM sessions"), "Ann");
}

/* ---- several processes at the beginning ---- */

static void many_make_the_file_at_once(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite;
    uint64_t revision = 0;
    (void)state;
    for (int i = 0; i < 6; i++) {
        if (fork() != 0) continue;
        char key[8] = "K0";
        hsvc_sqlite_problem problem;
        key[1] = (char)('0' + i);
        int32_t status = try_open(path, 0, 0, &sqlite, &problem);
        if (status == HSVC_OK) status = hsvc_store_init(&store, sizeof store);
        if (status == HSVC_OK) status = hsvc_sqlite_bind(sqlite, &store);
        if (status == HSVC_OK) status = put(&store, key, "1", &revision);
        hsvc_sqlite_free(status == HSVC_OK ? sqlite : NULL);
        if (status != HSVC_OK) fprintf(stderr, "%s %d\n", problem.name, (int)problem.sqlite_code);
        _exit(status == HSVC_OK ? 0 : 1);
    }
    for (int i = 0; i < 6; i++) {
        int ended = -1;
        assert_true(wait(&ended) > 0);
        assert_int_equal(ended, 0);
    }
    sqlite = open_sqlite(&store);
    assert_int_equal(rows_in(&store), 6);
    assert_string_equal(ask("SELECT count(DISTINCT revision) FROM records"), "6");
    hsvc_sqlite_free(sqlite);
}

static void misuse_is_refused(void **state) {
    hsvc_allocator allocator = the_allocator();
    hsvc_sqlite_config config;
    hsvc_sqlite *sqlite;
    hsvc_store store = {.struct_size = sizeof store};
    (void)state;
    OK(hsvc_sqlite_init(&config, sizeof config));
    assert_int_equal(hsvc_sqlite_new(NULL, &sqlite, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_sqlite_new(&config, &sqlite, NULL), HSVC_ERR_ARGUMENT);
    config.allocator = &allocator;
    assert_int_equal(hsvc_sqlite_new(&config, &sqlite, NULL), HSVC_ERR_ARGUMENT); /* no path */
    config.path = path;
    assert_int_equal(hsvc_sqlite_new(&config, NULL, NULL), HSVC_ERR_ARGUMENT);
    config.flags = 1u << 30;
    assert_int_equal(hsvc_sqlite_new(&config, &sqlite, NULL), HSVC_ERR_FLAGS);
    config.flags = 0;
    config.struct_size = 1;
    assert_int_equal(hsvc_sqlite_new(&config, &sqlite, NULL), HSVC_ERR_STRUCT_SIZE);
    assert_int_equal(hsvc_sqlite_bind(NULL, &store), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_sqlite_last_problem(NULL, NULL), HSVC_ERR_ARGUMENT);
    hsvc_sqlite_free(NULL);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)
int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(something_else_is_no_database),
        WITH_FOLDER(a_database_of_another_program_is_left_alone),
        WITH_FOLDER(a_newer_file_is_left_alone),
        WITH_FOLDER(a_folder_that_is_not_there),
        WITH_FOLDER(a_file_that_may_not_be_written),
        WITH_FOLDER(a_report_reads_and_never_writes),
        WITH_FOLDER(a_full_disk_loses_nothing),
        WITH_FOLDER(a_failing_disk_is_an_unknown_outcome),
        WITH_FOLDER(waiting_has_an_end),
        WITH_FOLDER(a_sink_cannot_use_the_handle),
        WITH_FOLDER(a_child_cannot_use_its_parents_handle),
        WITH_FOLDER(an_administrator_asks_in_plain_sql),
        WITH_FOLDER(an_older_file_is_brought_up_to_date),
        WITH_FOLDER(bringing_up_to_date_happens_or_does_not),
        WITH_FOLDER(many_make_the_file_at_once),
        WITH_FOLDER(misuse_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
