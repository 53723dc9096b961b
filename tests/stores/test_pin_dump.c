/* test_pin_dump.c: a host as it runs, on SQLite, with a trace and a recording in files: once the caller has wiped its copy and
 * the batch is reset, a PIN is in no file of the run, nowhere in the memory of the process, and not in the core file of a host
 * that is killed, which holds the registers too (SIGN-9). tests/unit/test_pins.c looks into the library's own memory, after
 * every kind of refusal and failure. */
#define _DEFAULT_SOURCE /* mkdtemp, pread, MAP_ANONYMOUS */
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "files.h"
#include "headsetsvc/inputs.h"
#include "headsetsvc/testkit.h"

#define PIN_LEN 64 /* long, and like no other bytes */
#define PIECE 8    /* any run of so many bytes of it counts, at multiples of itself */
#define CHUNK ((size_t)1 << 20)
#define REGION_MOST ((size_t)1 << 30) /* what is larger is nobody's data: address space that is kept free */

static uint8_t hidden[PIN_LEN]; /* the PIN with every bit the other way, so that looking for it does not make it */
static uint8_t *typed;          /* the caller's copy */

static void hide_pin(uint64_t seed) {
    for (size_t i = 0; i < sizeof hidden; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        hidden[i] = (uint8_t)(seed >> 56);
    }
}

static void type_pin(void) {
    typed = (uint8_t *)malloc(PIN_LEN);
    assert_non_null(typed);
    for (size_t i = 0; i < PIN_LEN; i++) typed[i] = (uint8_t)~hidden[i];
}

static void wipe_pin(void) {
    volatile uint8_t *at = typed;
    for (size_t i = 0; i < PIN_LEN; i++) at[i] = 0;
    free(typed);
    typed = NULL;
}

/* ---- searching ---- */
static int is_piece(const uint8_t *at, size_t piece) {
    for (size_t i = 0; i < PIECE; i++)
        if ((at[i] ^ hidden[piece + i]) != 0xff) return 0;
    return 1;
}

static size_t found_in(const uint8_t *bytes, size_t len) {
    size_t found = 0;
    for (size_t i = 0; i + PIECE <= len; i++)
        for (size_t piece = 0; piece < PIN_LEN; piece += PIECE) found += (size_t)is_piece(bytes + i, piece);
    return found;
}

static size_t found_in_file(const char *name) {
    static uint8_t bytes[CHUNK];
    FILE *file = fopen(name, "rb");
    size_t found = 0, got, kept = 0;
    if (file == NULL) return 0;
    while ((got = fread(bytes + kept, 1, sizeof bytes - kept, file)) != 0) {
        found += found_in(bytes, kept + got);
        kept = kept + got < PIECE - 1 ? kept + got : PIECE - 1;
        memmove(bytes, bytes + got, kept);
    }
    (void)fclose(file);
    return found;
}

/* found_in_region: of this process, read as a debugger would. */
static size_t found_in_region(int memory, uint8_t *window, size_t from, size_t to) {
    size_t found = 0;
    for (size_t at = from; at < to; at += CHUNK - PIECE + 1) {
        ssize_t got = pread(memory, window, to - at < CHUNK ? to - at : CHUNK, (off_t)at);
        if (got < PIECE) break;
        found += found_in(window, (size_t)got);
    }
    return found;
}

static size_t found_in_process(void) {
    uint8_t *window = (uint8_t *)mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int memory = open("/proc/self/mem", O_RDONLY);
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], rights[8];
    size_t from, to, found = 0, regions = 0;
    assert_true(window != MAP_FAILED && memory >= 0 && maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%zx-%zx %7s", &from, &to, rights) != 3 || rights[0] != 'r' || to - from > REGION_MOST) continue;
        if (from <= (uintptr_t)window && (uintptr_t)window < to) continue;
        found += found_in_region(memory, window, from, to);
        regions++;
    }
    assert_true(regions > 5);
    (void)fclose(maps);
    (void)close(memory);
    (void)munmap(window, CHUNK);
    return found;
}

/* ---- the run ---- */
static hsvc_store inner, store;
static hsvc_sqlite *sqlite;
static hsvc_fault_store *fault;
static hsvc_engine *engine;
static hsvc_effects *fx;
static hsvc_manual_clock *now;
static FILE *recording, *trace;

static int32_t write_frame(const uint8_t *bytes, size_t len, void *user) {
    (void)user;
    return fwrite(bytes, 1, len, recording) == len ? HSVC_OK : HSVC_ERR_FULL;
}

static int32_t write_trace(const hsvc_trace *row, void *user) {
    (void)user;
    (void)fprintf(trace, "%s %s %s %s %s %.*s\n", row->machine, row->event, row->from, row->to, row->rule, (int)row->device_len,
                  row->device);
    return HSVC_OK;
}

static const char *file_of_run(const char *ending) {
    static char name[160];
    (void)snprintf(name, sizeof name, "%s%s", path, ending);
    return name;
}

/* found_in_files_left: as far as they were written when the process ended. */
static size_t found_in_files_left(void) {
    static const char *const endings[] = {"", "-wal", "-shm", "-journal", ".recording", ".trace"};
    size_t found = 0;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) found += found_in_file(file_of_run(endings[i]));
    return found;
}

static size_t found_in_files(void) {
    (void)fflush(recording);
    (void)fflush(trace);
    return found_in_files_left();
}

static uint32_t give(const hsvc_input *in) {
    hsvc_verdict verdict = {.struct_size = sizeof verdict};
    OK(hsvc_apply(engine, in, 1, 0, fx));
    OK(hsvc_verdict_at(fx, 0, &verdict));
    return verdict.reason;
}

static void open_run(void) {
    hsvc_allocator allocator = the_allocator();
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_config config;
    hsvc_input in;
    sqlite = open_sqlite(&inner);
    recording = fopen(file_of_run(".recording"), "wb");
    trace = fopen(file_of_run(".trace"), "wb");
    assert_true(recording != NULL && trace != NULL);
    OK(hsvc_store_init(&store, sizeof store));
    OK(hsvc_fault_store_new(&allocator, &inner, &fault));
    OK(hsvc_fault_store_bind(fault, &store));
    OK(hsvc_manual_clock_new(&allocator, INT64_C(1800000000000), &now));
    OK(hsvc_config_init(&config, sizeof config));
    config.allocator = &allocator;
    config.store = &store;
    config.clock = hsvc_manual_clock_read;
    config.clock_user = now;
    config.trace = write_trace;
    config.recording = write_frame;
    OK(hsvc_engine_new(&config, &engine));
    OK(hsvc_effects_new(&allocator, &fx));
    OK(hsvc_input_user_put(&in, "ann", &profile, 1));
    assert_int_equal(give(&in), HSVC_REASON_DONE);
    OK(hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED));
    assert_int_equal(give(&in), HSVC_REASON_DONE);
    OK(hsvc_input_device_registered(&in, "P1", 0, 0));
    assert_int_equal(give(&in), HSVC_REASON_PROFILE_CONFIRMED);
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 1));
    assert_int_equal(give(&in), HSVC_REASON_ASSOCIATION_ASKED);
}

static void close_run(void) {
    hsvc_engine_free(engine);
    hsvc_effects_free(fx);
    hsvc_manual_clock_free(now);
    hsvc_fault_store_free(fault);
    hsvc_sqlite_free(sqlite);
    (void)fclose(recording);
    (void)fclose(trace);
}

/* submit: what came of it; the caller's copy is gone then. */
static int32_t submit(uint32_t flags) {
    hsvc_device_view view = {.struct_size = sizeof view};
    hsvc_input in;
    int32_t status;
    OK(hsvc_device_get(engine, "P1", 2, &view));
    type_pin();
    OK(hsvc_input_submit(&in, "P1", view.prompt_id, "ann", typed, PIN_LEN));
    status = hsvc_apply(engine, &in, 1, flags, fx);
    wipe_pin();
    return status;
}

static void answer(uint32_t with, uint32_t reason) {
    hsvc_effect effect = {.struct_size = sizeof effect};
    hsvc_input in;
    for (size_t i = 0; effect.kind != HSVC_EFFECT_VERIFY_PIN; i++) OK(hsvc_effects_at(fx, i, &effect));
    assert_int_equal(effect.pin_len, PIN_LEN);
    OK(hsvc_input_verify_result(&in, "P1", effect.request, with));
    assert_int_equal(give(&in), reason);
}

/* look_around: what an operator's screens and logs would be made of. */
static void look_around(void) {
    static hsvc_audit_entry entries[64];
    static hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    hsvc_audit_cursor cursor = {.struct_size = sizeof cursor};
    size_t count;
    entries[0].struct_size = sizeof entries[0];
    items[0].struct_size = sizeof items[0];
    OK(hsvc_audit_read(engine, &cursor, entries, 64, &count));
    assert_true(count > 3);
    OK(hsvc_explain(engine, HSVC_SUBJECT_DEVICE, "P1", 2, items, HSVC_LIMIT_EXPLAINED, &count));
}

static void nowhere(void) {
    assert_int_equal(found_in_files(), 0);
    assert_int_equal(found_in_process(), 0);
}

static void a_pin_is_in_no_file_and_no_memory_of_a_run_SIGN_9(void **state) {
    (void)state;
    hide_pin(20261122);
    open_run();
    nowhere();
    OK(submit(0));
    assert_true(found_in_process() >= PIN_LEN / PIECE); /* it is on its way to the host, and would be found elsewhere too */
    assert_int_equal(found_in_files(), 0);
    answer(HSVC_VERIFY_WRONG, HSVC_REASON_CREDENTIALS_WRONG);
    nowhere();
    OK(submit(HSVC_APPLY_DRY_RUN));
    hsvc_effects_reset(fx);
    nowhere();
    OK(submit(0));
    answer(HSVC_VERIFY_OK, HSVC_REASON_ASSOCIATED);
    look_around();
    nowhere();
    close_run();
    nowhere();
}

/* What a failing store says, and what the library makes of it, names keys and fields alone. */
static void a_failing_store_keeps_no_pin_in_its_words_SIGN_9(void **state) {
    static const uint32_t kinds[] = {HSVC_FAULT_UNAVAILABLE, HSVC_FAULT_UNKNOWN_DONE, HSVC_FAULT_CONFLICT, HSVC_FAULT_CORRUPT};
    hsvc_sqlite_problem said;
    hsvc_problem problem;
    hsvc_fault what;
    (void)state;
    hide_pin(20261123);
    open_run();
    OK(hsvc_sqlite_init(&said, sizeof said));
    OK(hsvc_problem_init(&problem, sizeof problem));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        OK(hsvc_testkit_init(&what, sizeof what));
        what.kind = kinds[i];
        what.on = HSVC_FAULT_ON_COMMIT;
        what.times = HSVC_TESTKIT_ALWAYS;
        OK(hsvc_fault_store_arm(fault, &what));
        assert_int_not_equal(submit(0), HSVC_OK);
        hsvc_fault_store_disarm(fault);
        OK(hsvc_effects_problem(fx, &problem));
        OK(hsvc_sqlite_last_problem(sqlite, &said));
        nowhere();
    }
    close_run();
    nowhere();
}

/* ---- core files ---- */

static void on_its_way(void) { OK(submit(0)); }

static void a_prompt_waits_again(void) {
    OK(submit(0));
    answer(HSVC_VERIFY_WRONG, HSVC_REASON_CREDENTIALS_WRONG);
}

static void just_verified(void) {
    OK(submit(0));
    answer(HSVC_VERIFY_OK, HSVC_REASON_ASSOCIATED);
}

/* host: a process that comes as far as `until`, and is killed by SIGABRT. */
static void host(void (*until)(void)) {
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY}, soft = {1 << 30, RLIM_INFINITY};
    if (setrlimit(RLIMIT_CORE, &unlimited) != 0) (void)setrlimit(RLIMIT_CORE, &soft);
    (void)prctl(PR_SET_DUMPABLE, 1);
    (void)signal(SIGABRT, SIG_DFL);
    if (chdir(folder) != 0) _exit(1);
    open_run();
    until();
    (void)raise(SIGABRT);
    _exit(1);
}

/* found_in_core: of a host that was killed there. Where the kernel gives cores to somebody else, or nobody, the test is skipped. */
static size_t found_in_core(void (*until)(void)) {
    char pattern[160];
    glob_t cores;
    size_t found;
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) host(until);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    (void)snprintf(pattern, sizeof pattern, "%s/*core*", folder);
    if (glob(pattern, 0, NULL, &cores) != 0) {
        print_message("no core file in the folder of the process: see /proc/sys/kernel/core_pattern\n");
        skip();
    }
    assert_int_equal(cores.gl_pathc, 1);
    found = found_in_file(cores.gl_pathv[0]);
    assert_int_equal(unlink(cores.gl_pathv[0]), 0);
    globfree(&cores);
    return found;
}

/* Each in a folder of its own. While it is on its way to the directory the PIN is in the core, and so would be found elsewhere. */
static void a_pin_on_its_way_is_found_in_a_core_SIGN_9(void **state) {
    (void)state;
    hide_pin(20261124);
    assert_true(found_in_core(on_its_way) >= PIN_LEN / PIECE);
}

static void no_pin_is_in_a_core_while_a_prompt_waits_again_SIGN_9(void **state) {
    (void)state;
    hide_pin(20261125);
    assert_int_equal(found_in_core(a_prompt_waits_again), 0);
    assert_int_equal(found_in_files_left(), 0);
}

static void no_pin_is_in_a_core_after_its_answer_SIGN_9(void **state) {
    (void)state;
    hide_pin(20261126);
    assert_int_equal(found_in_core(just_verified), 0);
    assert_int_equal(found_in_files_left(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_pin_is_in_no_file_and_no_memory_of_a_run_SIGN_9, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(a_failing_store_keeps_no_pin_in_its_words_SIGN_9, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(a_pin_on_its_way_is_found_in_a_core_SIGN_9, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(no_pin_is_in_a_core_while_a_prompt_waits_again_SIGN_9, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(no_pin_is_in_a_core_after_its_answer_SIGN_9, make_folder, drop_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
