/* test_sqlite_faults.c: every call of a long day on the SQLite store fails once, in each of the ways a store may fail. A host
 * that gives an unanswered input again must end where the undisturbed day ended (STORE-4). */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "files.h"

#include "headsetsvc/testkit.h"
#include "process/workload.h"

#define STEPS 40u
#define TRIES 6

/* Takes the store through the day: the hash of what it then holds. fired: did a call fail? */
static uint64_t live(const hsvc_store *store, hsvc_fault_store *fault, uint64_t seed, int *fired) {
    hsvc_fault_counts counts = {.struct_size = sizeof counts};
    struct workload w;
    uint64_t hash;
    assert_true(workload_open(&w, store, seed));
    for (uint32_t step = 0; step < STEPS; step++) {
        int32_t status = HSVC_ERR_UNAVAILABLE;
        for (int i = 0; i < TRIES && status != HSVC_OK; i++) status = workload_step(&w, step);
        if (status != HSVC_OK) fail_msg("step %u: %s", (unsigned)step, hsvc_name(HSVC_REGISTRY_STATUS, status));
    }
    OK(hsvc_fault_store_counts(fault, &counts));
    *fired = counts.fired > 0;
    hsvc_fault_store_disarm(fault);
    hsvc_fault_store_settle(fault);
    hash = workload_hash(store);
    assert_int_equal(workload_findings(&w), 0);
    workload_close(&w);
    return hash;
}

/* One day on a new file; the nth call of these kinds fails. */
static uint64_t day(uint64_t seed, uint32_t kind, uint32_t on, uint64_t nth, int *fired) {
    hsvc_allocator allocator = the_allocator();
    hsvc_fault what = {.struct_size = sizeof what, .kind = kind, .on = on, .nth = nth, .delay = 2};
    hsvc_fault_store *fault;
    hsvc_sqlite_problem problem;
    hsvc_sqlite *sqlite;
    hsvc_store inner = {.struct_size = sizeof inner}, store = {.struct_size = sizeof store};
    char command[160];
    uint64_t hash;
    snprintf(command, sizeof command, "%s-wal", path);
    (void)unlink(path), (void)unlink(command);
    OK(try_open(path, HSVC_SQLITE_NORMAL, 0, &sqlite, &problem));
    OK(hsvc_sqlite_bind(sqlite, &inner));
    OK(hsvc_fault_store_new(&allocator, &inner, &fault));
    OK(hsvc_fault_store_bind(fault, &store));
    if (kind != 0) OK(hsvc_fault_store_arm(fault, &what));
    hash = live(&store, fault, seed, fired);
    hsvc_fault_store_free(fault);
    hsvc_sqlite_free(sqlite);
    return hash;
}

static void each_call_fails_once(uint64_t seed, uint32_t kind, uint32_t on) {
    int fired = 1;
    uint64_t undisturbed = day(seed, 0, 0, 0, &fired), nth = 0;
    fired = 1;
    while (fired) {
        uint64_t disturbed = day(seed, kind, on, ++nth, &fired);
        if (disturbed != undisturbed) fail_msg("call %u ends elsewhere", (unsigned)nth);
    }
    printf("    %u calls\n", (unsigned)nth - 1);
    assert_true(nth > STEPS / 2);
}

#define ON_ALL (HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN | HSVC_FAULT_ON_COMMIT)
static void unavailable(void **state) { (void)state; each_call_fails_once(2, HSVC_FAULT_UNAVAILABLE, ON_ALL); }
static void conflict(void **state) { (void)state; each_call_fails_once(1, HSVC_FAULT_CONFLICT, HSVC_FAULT_ON_COMMIT); }
static void full(void **state) { (void)state; each_call_fails_once(2, HSVC_FAULT_FULL, HSVC_FAULT_ON_COMMIT); }
static void unknown_and_done(void **state) { (void)state; each_call_fails_once(1, HSVC_FAULT_UNKNOWN_DONE, HSVC_FAULT_ON_COMMIT); }
static void unknown_and_lost(void **state) { (void)state; each_call_fails_once(2, HSVC_FAULT_UNKNOWN_LOST, HSVC_FAULT_ON_COMMIT); }
static void unknown_and_late(void **state) { (void)state; each_call_fails_once(1, HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_ON_COMMIT); }

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)
int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(unavailable),      WITH_FOLDER(conflict),         WITH_FOLDER(full),
        WITH_FOLDER(unknown_and_done), WITH_FOLDER(unknown_and_lost), WITH_FOLDER(unknown_and_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
