/* crash_csv.c: a partial import into a file of SQLite, killed by SIGKILL at a random moment, again and again, and gone on with
 * by the last token that the host heard of. At the end: what is there is what an import without any of that leaves, and every
 * row was told, or done before (BULK-7). */
#define _DEFAULT_SOURCE /* usleep */
#include <check.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "headsetsvc/csv.h"
#include "headsetsvc/sqlite.h"
#include "process/workload.h"

#define USERS 40
#define ROWS 1200 /* gives, of which every seventh fails; behind as many as USERS removals */
#define PROGRESS_A_LIFE 5u

static char path[128], text[ROWS * 48];
static size_t text_len;

/* What a host tells another process: how far it is; at the end what became of it. */
struct told {
    uint32_t ended;
    uint64_t processed, skipped;
    uint8_t token[HSVC_CSV_TOKEN];
};

struct life {
    hsvc_allocator allocator;
    hsvc_engine *engine;
    hsvc_effects *effects;
    hsvc_csv_config config;
    int pipe;
};

static void make_text(void) {
    text_len = (size_t)sprintf(text, "USER ID,SERIAL NUMBER,ACTION\n");
    for (int i = 0; i < USERS; i++) text_len += (size_t)sprintf(text + text_len, "u%d,OLD%d,disassociate\n", i, i);
    for (int i = 0; i < ROWS; i++)
        text_len += (size_t)sprintf(text + text_len, i % 7 == 6 ? "nobody%d,S%d,\n" : "u%d,S%d,\n", i % USERS, i);
}

static int32_t on_progress(const hsvc_csv_progress *progress, void *user) {
    const struct life *life = (const struct life *)user;
    struct told told = {0};
    memcpy(told.token, progress->token, sizeof told.token);
    return write(life->pipe, &told, sizeof told) == (ssize_t)sizeof told ? HSVC_OK : HSVC_ERR_UNAVAILABLE;
}

static void open_life(struct life *life, const hsvc_store *store) {
    memset(life, 0, sizeof *life);
    ck_assert_int_eq(hsvc_stdlib_allocator(&life->allocator), HSVC_OK);
    ck_assert_int_eq(hsvc_stdlib_engine(store, &life->engine, &life->effects), HSVC_OK);
    ck_assert_int_eq(hsvc_csv_config_init(&life->config, sizeof life->config), HSVC_OK);
    life->config.kind = HSVC_CSV_ASSOCIATIONS;
    life->config.engine = life->engine;
    life->config.allocator = &life->allocator;
    life->config.user = life;
}

static void close_life(struct life *life) {
    hsvc_effects_free(life->effects);
    hsvc_engine_free(life->engine);
}

/* import_all: the whole file; what is told at its end. */
static struct told import_all(struct life *life) {
    struct told told = {.ended = 1};
    hsvc_csv_summary sum = {.struct_size = sizeof sum};
    hsvc_csv_import *import;
    int32_t again = 1;
    ck_assert_int_eq(hsvc_csv_import_new(&life->config, &import), HSVC_OK);
    while (again) {
        ck_assert_int_eq(hsvc_csv_import_feed(import, text, text_len), HSVC_OK);
        ck_assert_int_eq(hsvc_csv_import_end(import, &again), HSVC_OK);
    }
    ck_assert_int_eq(hsvc_csv_import_summary(import, &sum), HSVC_OK);
    ck_assert_int_eq((int)sum.refused, 0);
    told.processed = sum.processed;
    told.skipped = sum.skipped;
    hsvc_csv_import_free(import);
    return told;
}

/* set_up: users who each have one headset that the file takes. */
static void set_up(const struct life *life) {
    for (int i = 0; i < USERS; i++) {
        char user[16], serial[16];
        hsvc_input in;
        (void)sprintf(user, "u%d", i);
        (void)sprintf(serial, "OLD%d", i);
        ck_assert_int_eq(hsvc_input_user_put(&in, user, NULL, 0), HSVC_OK);
        ck_assert_int_eq(hsvc_apply(life->engine, &in, 1, 0, life->effects), HSVC_OK);
        ck_assert_int_eq(hsvc_input_associate(&in, user, serial), HSVC_OK);
        ck_assert_int_eq(hsvc_apply(life->engine, &in, 1, 0, life->effects), HSVC_OK);
    }
}

static hsvc_sqlite *open_file(hsvc_store *store) {
    hsvc_allocator allocator;
    hsvc_sqlite_config config;
    hsvc_sqlite_problem problem;
    hsvc_sqlite *sqlite;
    hsvc_stdlib_allocator(&allocator);
    hsvc_sqlite_init(&config, sizeof config);
    hsvc_sqlite_init(&problem, sizeof problem);
    config.allocator = &allocator;
    config.path = path;
    if (hsvc_sqlite_new(&config, &sqlite, &problem) != HSVC_OK) ck_abort_msg("%s (%d)", problem.name, (int)problem.sqlite_code);
    hsvc_store_init(store, sizeof *store);
    hsvc_sqlite_bind(sqlite, store);
    return sqlite;
}

/* ---- what is there ---- */

static int32_t hash_bytes(const char *bytes, size_t len, void *user) {
    uint64_t *hash = (uint64_t *)user, parts[2] = {*hash, hsvc_hash64(bytes, len)};
    *hash = hsvc_hash64(parts, sizeof parts);
    return HSVC_OK;
}

static int32_t count_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    (void)user;
    ck_abort_msg("violated: %s (%s) of %.*s", invariant, rule, (int)key_len, (const char *)key);
    return HSVC_OK;
}

/* left_by: the hash of all associations, of a store that is sound. */
static uint64_t left_by(const struct life *life) {
    hsvc_csv_config config = life->config;
    hsvc_csv_export *exporter;
    uint64_t hash = 1, findings = 1;
    int32_t done = 0;
    config.token = NULL;
    config.progress = NULL;
    config.write = hash_bytes;
    config.user = &hash;
    ck_assert_int_eq(hsvc_csv_export_new(&config, &exporter), HSVC_OK);
    while (!done) ck_assert_int_eq(hsvc_csv_export_step(exporter, &done), HSVC_OK);
    hsvc_csv_export_free(exporter);
    ck_assert_int_eq(hsvc_verify(life->engine, count_finding, NULL, &findings), HSVC_OK);
    return hash;
}

/* ---- dying ---- */

static void child(int pipe, const uint8_t *token) {
    struct life life;
    hsvc_store store;
    struct told told;
    (void)open_file(&store); /* never closed: that is the point */
    open_life(&life, &store);
    life.pipe = pipe;
    life.config.progress = on_progress;
    life.config.token = token;
    told = import_all(&life);
    _exit(write(pipe, &told, sizeof told) == (ssize_t)sizeof told ? 0 : 4);
}

/* live: an import that is killed after some progress and some moments, or ends before; what it told last. */
static struct told live(struct workload *dice, const struct told *before) {
    struct told told = *before, next;
    uint32_t more = 1 + workload_pick(dice, PROGRESS_A_LIFE);
    int pipes[2], how;
    pid_t pid;
    ck_assert_int_eq(pipe(pipes), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(pipes[0]);
        child(pipes[1], before->token[0] == 0 ? NULL : before->token);
    }
    close(pipes[1]);
    while (more-- > 0 && read(pipes[0], &next, sizeof next) == (ssize_t)sizeof next) told = next;
    if (!told.ended) usleep(workload_pick(dice, 3000));
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &how, 0), pid);
    while (read(pipes[0], &next, sizeof next) == (ssize_t)sizeof next) told = next;
    close(pipes[0]);
    ck_assert(told.ended || WIFSIGNALED(how));
    return told;
}

/* without_deaths: what the same file leaves in memory. */
static uint64_t without_deaths(uint64_t *rows) {
    hsvc_memory_store *memory;
    hsvc_store store = {.struct_size = sizeof store};
    struct life life;
    uint64_t left;
    ck_assert_int_eq(hsvc_stdlib_memory_store(&memory, &store), HSVC_OK);
    open_life(&life, &store);
    set_up(&life);
    *rows = import_all(&life).processed;
    left = left_by(&life);
    close_life(&life);
    hsvc_memory_store_free(memory);
    return left;
}

START_TEST(a_killed_import_goes_on_by_its_token_BULK_7) {
    char folder[] = "/tmp/hsvc-crash-XXXXXX", command[64];
    struct workload dice = {.random = (uint64_t)_i + 1};
    struct told told = {0};
    struct life life;
    hsvc_store store;
    hsvc_sqlite *sqlite;
    uint64_t rows, wanted;
    make_text();
    wanted = without_deaths(&rows);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/desks.db", folder);
    sqlite = open_file(&store);
    open_life(&life, &store);
    set_up(&life);
    close_life(&life);
    hsvc_sqlite_free(sqlite);
    for (int lives = 0; lives < 1000 && !told.ended; lives++) told = live(&dice, &told);
    ck_assert(told.ended);
    ck_assert_uint_eq(told.processed + told.skipped, rows);
    sqlite = open_file(&store);
    open_life(&life, &store);
    ck_assert(left_by(&life) == wanted);
    close_life(&life);
    hsvc_sqlite_free(sqlite);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

/* crash_csv [IMPORTS] */
int main(int argc, char **argv) {
    Suite *suite = suite_create("crash");
    TCase *imports = tcase_create("imports");
    SRunner *runner;
    int failed;
    tcase_set_timeout(imports, 300);
    tcase_add_loop_test(imports, a_killed_import_goes_on_by_its_token_BULK_7, 0, argc > 1 ? atoi(argv[1]) : 8);
    suite_add_tcase(suite, imports);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
