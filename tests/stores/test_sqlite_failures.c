/* test_sqlite_failures.c: does the SQLite store keep its word when SQLite has no memory, when its file is damaged or locked
 * while it is opened, and when a caller is wrong? A call fails by name, and the next one works. */
#define _XOPEN_SOURCE 700 /* mkdtemp, pwrite */
#include "files.h"

#include <fcntl.h>
#include <sqlite3.h>

#include "headsetsvc/testkit.h"
#include "store/sqlite/sqlite_store.h"

/* ---- SQLite's own memory ---- */

static sqlite3_mem_methods real;
static uint64_t requests, fail_from, fail_times;

static int must_fail(void) {
    requests++;
    return fail_from != 0 && requests >= fail_from && requests - fail_from < fail_times;
}
static void *mem_malloc(int size) { return must_fail() ? NULL : real.xMalloc(size); }
static void *mem_realloc(void *block, int size) { return must_fail() ? NULL : real.xRealloc(block, size); }

static void fail_memory(uint64_t nth, uint64_t times) {
    requests = 0;
    fail_from = nth;
    fail_times = times;
}

/* Before SQLite is used at all. Without its own stock of small blocks, so that every request is seen. */
static void watch_memory(void) {
    sqlite3_mem_methods watched;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK) abort();
    watched = real;
    watched.xMalloc = mem_malloc;
    watched.xRealloc = mem_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &watched) != SQLITE_OK) abort();
    if (sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK) abort();
}

/* ---- calls ---- */

static hsvc_op op_of(uint32_t kind, uint32_t expect, const char *key, uint64_t revision) {
    hsvc_op op = {.struct_size = sizeof op, .kind = kind, .expect = expect, .revision = revision};
    op.key = (const uint8_t *)key;
    op.key_len = strlen(key);
    op.value = (const uint8_t *)"value";
    op.value_len = kind == HSVC_OP_PUT ? 5 : 0;
    return op;
}

static int32_t one(const hsvc_row *row, void *user) {
    ++*(size_t *)user;
    return row->value_len > 0 ? HSVC_OK : HSVC_ERR_CORRUPT;
}

/* One of each kind of call: what it gave. */
#define CALLS 6
static int32_t call(const hsvc_store *store, int which) {
    const hsvc_key keys[] = {{(const uint8_t *)"Da", 2}, {(const uint8_t *)"Db", 2}};
    static const uint8_t to[] = "Dz";
    hsvc_op ops[] = {op_of(HSVC_OP_CHECK, HSVC_EXPECT_ABSENT, "Dnone", 0), op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, "Da", 0),
                     op_of(HSVC_OP_DELETE, HSVC_EXPECT_ANY, "Dgone", 0)};
    uint64_t revision = 0;
    size_t rows = 0;
    switch (which) {
        case 0: return store->read(keys, 1, one, &rows, store->user);
        case 1: return store->read(keys, 2, one, &rows, store->user);
        case 2: return store->scan(to, 1, NULL, 0, 9, one, &rows, store->user);
        case 3: return store->scan(to, 1, to, 2, 9, one, &rows, store->user);
        case 4: return store->commit(ops, 1, &revision, store->user);
        default: return store->commit(ops, 3, &revision, store->user);
    }
}

static void expect_named(const hsvc_sqlite *sqlite, int32_t status) {
    hsvc_sqlite_problem problem = {.struct_size = sizeof problem};
    OK(hsvc_sqlite_last_problem(sqlite, &problem));
    assert_int_equal(status == HSVC_OK, problem.kind == HSVC_SQLITE_NO_PROBLEM);
    assert_true(status == HSVC_OK || status == HSVC_ERR_UNAVAILABLE || status == HSVC_ERR_UNKNOWN || status == HSVC_ERR_FULL);
}

/* ---- no memory ---- */

static void a_call_without_memory_fails_and_the_next_one_works(void **state) {
    uint64_t failed = 0;
    (void)state;
    for (int which = 0; which < CALLS; which++)
        for (uint64_t times = 1; times != 0; times = times == 1 ? UINT64_MAX : 0) {
            uint64_t nth = 0;
            do { /* a handle of its own for each: what SQLite has kept from the call before is not asked for again */
                hsvc_store store;
                hsvc_sqlite *sqlite = open_sqlite(&store);
                int32_t status;
                fail_memory(++nth, times);
                status = call(&store, which);
                fail_memory(fail_from > requests ? 0 : 1, 0); /* 0: the call needed less */
                failed += status != HSVC_OK;
                expect_named(sqlite, status);
                OK(call(&store, which));
                OK(call(&store, CALLS));
                hsvc_sqlite_free(sqlite);
            } while (fail_from != 0);
        }
    assert_true(failed > 10);
}

/* make_file: what is opened: nothing yet, a file of today, a file of version 1. */
static void make_file(int which) {
    hsvc_store store;
    char *error = NULL;
    sqlite3 *db;
    (void)unlink(path);
    if (which == 0) return;
    {
        hsvc_sqlite *sqlite = open_sqlite(&store);
        OK(call(&store, CALLS));
        hsvc_sqlite_free(sqlite);
    }
    if (which == 1) return;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db,
                     "DROP VIEW audit; DROP VIEW sessions; DROP VIEW devices; DROP VIEW users; DROP VIEW headsets;"
                     "ALTER TABLE records RENAME TO newer;"
                     "CREATE TABLE records(key BLOB PRIMARY KEY, revision INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;"
                     "INSERT INTO records SELECT key, revision, value FROM newer;"
                     "DROP TABLE newer; PRAGMA user_version = 1",
                     NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
    sqlite3_close(db);
}

static void opening_without_memory_fails_and_leaves_the_file_as_it_was(void **state) {
    (void)state;
    for (int which = 0; which < 3; which++) {
        uint64_t nth = 0;
        do {
            hsvc_sqlite_problem problem;
            hsvc_sqlite *sqlite;
            int32_t status;
            if (nth == 0 || which == 2) make_file(which);
            nth += 1 + nth / (which == 2 ? 8 : 16);
            fail_memory(nth, nth % 2 ? UINT64_MAX : 1);
            status = try_open(path, HSVC_SQLITE_NORMAL, 50, &sqlite, &problem);
            fail_memory(fail_from > requests ? 0 : 1, 0);
            assert_int_equal(problem.status, status);
            if (status == HSVC_OK) {
                hsvc_sqlite_free(sqlite);
            } else {
                hsvc_store store;
                assert_null(sqlite);
                assert_true(problem.kind == HSVC_SQLITE_NO_MEMORY || problem.kind == HSVC_SQLITE_IO ||
                            problem.kind == HSVC_SQLITE_CANNOT_OPEN);
                sqlite = open_sqlite(&store);
                OK(call(&store, CALLS));
                hsvc_sqlite_free(sqlite);
            }
        } while (fail_from != 0);
        assert_true(nth > 20);
    }
}

static int32_t open_and_commit(const hsvc_allocator *allocator, void *user) {
    hsvc_sqlite_config config;
    hsvc_sqlite_problem problem = {.struct_size = sizeof problem};
    hsvc_store store = {.struct_size = sizeof store};
    hsvc_sqlite *sqlite;
    hsvc_op ops[300];
    char keys[300][8];
    uint64_t revision;
    int32_t status;
    OK(hsvc_sqlite_init(&config, sizeof config));
    config.allocator = allocator;
    config.path = path;
    status = hsvc_sqlite_new(&config, &sqlite, user == NULL ? NULL : &problem);
    if (status != HSVC_OK) return status;
    OK(hsvc_sqlite_bind(sqlite, &store));
    for (int i = 0; i < 300; i++) {
        snprintf(keys[i], sizeof keys[i], "D%d", i);
        ops[i] = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, keys[i], 0);
    }
    status = store.commit(ops, 300, &revision, store.user);
    hsvc_sqlite_free(sqlite);
    return status;
}

/* Ours is asked for twice: for the handle, and for a commit of many operations. */
static void a_caller_without_memory_is_told(void **state) {
    hsvc_alloc_counts counts = {.struct_size = sizeof counts};
    hsvc_allocator allocator = {.struct_size = sizeof allocator};
    hsvc_count_alloc *count;
    (void)state;
    OK(hsvc_count_alloc_new(NULL, &count));
    OK(hsvc_count_alloc_bind(count, &allocator));
    OK(hsvc_count_alloc_fail(count, 1, 1));
    assert_int_equal(open_and_commit(&allocator, &counts), HSVC_ERR_MEMORY);
    OK(hsvc_count_alloc_fail(count, 2, 1));
    assert_int_equal(open_and_commit(&allocator, NULL), HSVC_ERR_UNAVAILABLE);
    OK(hsvc_count_alloc_fail(count, 0, 0));
    OK(open_and_commit(&allocator, NULL));
    OK(hsvc_count_alloc_counts(count, &counts));
    assert_int_equal(counts.live_blocks, 0);
    hsvc_count_alloc_free(count);
}

/* ---- a file that is not as it should be ---- */

static void run_sql(const char *sql) {
    sqlite3 *db;
    char *error = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) fail_msg("%s: %s", sql, error);
    sqlite3_close(db);
}

static void expect_open(uint32_t flags, int32_t status, uint32_t kind) {
    hsvc_sqlite_problem problem;
    hsvc_sqlite *sqlite;
    assert_int_equal(try_open(path, flags, 50, &sqlite, &problem), status);
    assert_int_equal(problem.kind, kind);
    assert_null(sqlite);
}

static void a_damaged_file_is_named_STORE_7(void **state) {
    static uint8_t noise[64 * 1024];
    int fd;
    (void)state;
    make_file(1);
    fd = open(path, O_RDWR);
    memset(noise, 0x5a, sizeof noise);
    assert_true(pwrite(fd, noise, sizeof noise, 100) == (ssize_t)sizeof noise); /* behind the head of the first page */
    close(fd);
    expect_open(0, HSVC_ERR_CORRUPT, HSVC_SQLITE_DAMAGED);
}

/* A table that somebody has taken away is nothing that SQLite has a word for: it says so itself. */
static void a_file_without_its_table_is_told_in_SQLites_words(void **state) {
    hsvc_sqlite_problem problem;
    hsvc_sqlite *sqlite;
    (void)state;
    make_file(1);
    run_sql("DROP VIEW audit; DROP VIEW sessions; DROP VIEW devices; DROP VIEW users; DROP VIEW headsets; DROP TABLE records");
    assert_int_equal(try_open(path, 0, 50, &sqlite, &problem), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(problem.kind, HSVC_SQLITE_OTHER);
    assert_true(problem.sqlite_code == SQLITE_ERROR);
}

static void somebody_elses_marks_are_left_alone(void **state) {
    (void)state;
    run_sql("PRAGMA application_id = 77");
    expect_open(0, HSVC_ERR_CORRUPT, HSVC_SQLITE_NOT_A_STORE);
    run_sql("PRAGMA application_id = 0; PRAGMA user_version = 3");
    expect_open(0, HSVC_ERR_CORRUPT, HSVC_SQLITE_NOT_A_STORE);
    run_sql("PRAGMA user_version = 0");
    expect_open(HSVC_SQLITE_READ_ONLY, HSVC_ERR_CORRUPT, HSVC_SQLITE_NOT_A_STORE);
}

/* An older file whose log is not switched on yet, and which somebody keeps reading. */
static void a_file_that_is_held_while_it_is_opened_is_waited_for(void **state) {
    sqlite3 *other;
    (void)state;
    make_file(2);
    run_sql("PRAGMA journal_mode = delete");
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN; SELECT count(*) FROM records", NULL, NULL, NULL), SQLITE_OK);
    expect_open(0, HSVC_ERR_UNAVAILABLE, HSVC_SQLITE_LOCKED);
    assert_int_equal(sqlite3_exec(other, "COMMIT; BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    expect_open(0, HSVC_ERR_UNAVAILABLE, HSVC_SQLITE_LOCKED);
    sqlite3_close(other);
    make_file(2);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    expect_open(0, HSVC_ERR_UNAVAILABLE, HSVC_SQLITE_LOCKED); /* to be brought up to date it must be written */
    sqlite3_close(other);
}

/* SQLite may be built or told to take no more than so many bytes: what is longer is refused before it is looked for. */
static void what_is_too_long_for_SQLite_is_refused(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    static const char key[] = "D a key that is longer than thirty-one bytes";
    hsvc_key keys[1] = {{(const uint8_t *)key, sizeof key - 1}};
    hsvc_op op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, key, 0);
    uint64_t revision = 0;
    size_t rows = 0;
    (void)state;
    (void)sqlite3_limit(sqlite->db, SQLITE_LIMIT_LENGTH, 31);
    assert_int_equal(store.commit(&op, 1, &revision, store.user), HSVC_ERR_UNAVAILABLE);
    expect_named(sqlite, HSVC_ERR_UNAVAILABLE);
    op.kind = HSVC_OP_DELETE;
    assert_int_equal(store.commit(&op, 1, &revision, store.user), HSVC_ERR_UNAVAILABLE);
    op.expect = HSVC_EXPECT_ABSENT;
    assert_int_equal(store.commit(&op, 1, &revision, store.user), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(store.read(keys, 1, one, &rows, store.user), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(store.scan(op.key, op.key_len, NULL, 0, 9, one, &rows, store.user), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(store.scan(op.key, 1, op.key, op.key_len, 9, one, &rows, store.user), HSVC_ERR_UNAVAILABLE);
    (void)sqlite3_limit(sqlite->db, SQLITE_LIMIT_LENGTH, 1 << 20);
    OK(store.commit(&op, 1, &revision, store.user));
    OK(call(&store, CALLS));
    hsvc_sqlite_free(sqlite);
}

/* A program that shares the file may say more than fits, or leave something open on this very handle. */
static void SQLites_words_are_cut_to_what_fits(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    hsvc_sqlite_problem problem = {.struct_size = sizeof problem};
    hsvc_key keys[2] = {{(const uint8_t *)"Da", 2}, {(const uint8_t *)"Db", 2}};
    char sql[600];
    size_t rows = 0;
    (void)state;
    snprintf(sql, sizeof sql, "CREATE TRIGGER t BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, '%0400d'); END", 7);
    run_sql(sql);
    assert_int_equal(call(&store, CALLS), HSVC_ERR_UNAVAILABLE);
    OK(hsvc_sqlite_last_problem(sqlite, &problem));
    assert_int_equal(problem.kind, HSVC_SQLITE_OTHER);
    assert_int_equal(strlen(problem.sqlite_text), HSVC__SQLITE_TEXT - 1);
    run_sql("DROP TRIGGER t");
    assert_int_equal(sqlite3_exec(sqlite->db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store.read(keys, 2, one, &rows, store.user), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(sqlite3_exec(sqlite->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    OK(call(&store, CALLS));
    hsvc_sqlite_free(sqlite);
}

/* ---- wrong callers ---- */

static void wrong_calls_are_refused_STORE_2(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    hsvc_key key = {(const uint8_t *)"D", 1};
    hsvc_op op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, "Da", 0);
    hsvc_op *many = calloc(131073, sizeof *many);
    uint64_t revision = 0;
    size_t rows = 0;
    (void)state;
    assert_int_equal(store.commit(&op, 1, &revision, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.commit(&op, 1, NULL, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.commit(NULL, 1, &revision, store.user), HSVC_ERR_ARGUMENT);
    OK(store.commit(NULL, 0, &revision, store.user));
    assert_int_equal(store.commit(many, 131073, &revision, store.user), HSVC_ERR_ARGUMENT);
    free(many);
    op.struct_size = 3;
    assert_int_equal(store.commit(&op, 1, &revision, store.user), HSVC_ERR_ARGUMENT);
    op.struct_size = sizeof op;
    op.kind = 77;
    assert_int_equal(store.commit(&op, 1, &revision, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.read(&key, 1, one, &rows, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.read(&key, 1, NULL, NULL, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.read(NULL, 1, one, &rows, store.user), HSVC_ERR_ARGUMENT);
    OK(store.read(NULL, 0, one, &rows, store.user));
    assert_int_equal(store.scan(NULL, 0, NULL, 0, 1, one, &rows, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.scan(NULL, 0, NULL, 0, 1, NULL, NULL, store.user), HSVC_ERR_ARGUMENT);
    hsvc_sqlite_free(sqlite);
}

static int32_t inside(const hsvc_row *row, void *user) {
    const hsvc_store *store = (const hsvc_store *)user;
    hsvc_key key = {row->key, row->key_len};
    size_t rows = 0;
    assert_int_equal(store->read(&key, 1, one, &rows, store->user), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(store->scan(NULL, 0, NULL, 0, 1, one, &rows, store->user), HSVC_ERR_UNAVAILABLE);
    return HSVC_OK;
}

static void a_sink_reads_nothing_either_STORE_2(void **state) {
    hsvc_store store;
    hsvc_sqlite *sqlite = open_sqlite(&store);
    (void)state;
    OK(call(&store, CALLS));
    OK(store.scan(NULL, 0, NULL, 0, 9, inside, &store, store.user));
    hsvc_sqlite_free(sqlite);
}

static void wrong_configurations_are_refused(void **state) {
    hsvc_allocator allocator = the_allocator();
    hsvc_sqlite_problem problem = {.struct_size = 4};
    hsvc_sqlite_config config;
    hsvc_sqlite *sqlite;
    (void)state;
    OK(hsvc_sqlite_init(&config, sizeof config));
    config.allocator = &allocator;
    config.path = "";
    assert_int_equal(hsvc_sqlite_new(&config, &sqlite, NULL), HSVC_ERR_ARGUMENT);
    config.path = path;
    config.reserved = 1;
    assert_int_equal(hsvc_sqlite_new(&config, &sqlite, NULL), HSVC_ERR_ARGUMENT);
    config.reserved = 0;
    assert_int_equal(hsvc_sqlite_new(&config, &sqlite, &problem), HSVC_ERR_STRUCT_SIZE);
    config.wait_ms = UINT32_MAX;
    OK(hsvc_sqlite_new(&config, &sqlite, NULL));
    hsvc_sqlite_free(sqlite);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)
int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(a_call_without_memory_fails_and_the_next_one_works),
        WITH_FOLDER(opening_without_memory_fails_and_leaves_the_file_as_it_was),
        WITH_FOLDER(a_caller_without_memory_is_told),
        WITH_FOLDER(a_damaged_file_is_named_STORE_7),
        WITH_FOLDER(a_file_without_its_table_is_told_in_SQLites_words),
        WITH_FOLDER(somebody_elses_marks_are_left_alone),
        WITH_FOLDER(a_file_that_is_held_while_it_is_opened_is_waited_for),
        WITH_FOLDER(what_is_too_long_for_SQLite_is_refused),
        WITH_FOLDER(SQLites_words_are_cut_to_what_fits),
        WITH_FOLDER(wrong_calls_are_refused_STORE_2),
        WITH_FOLDER(a_sink_reads_nothing_either_STORE_2),
        WITH_FOLDER(wrong_configurations_are_refused),
    };
    watch_memory();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
