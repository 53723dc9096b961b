/* faults.c: every call of a long day on a store fails once, in each of the ways a store may fail: `faults STORE`, by name as
 * for the hammer; it must be empty. A host that gives an unanswered input again must end where the undisturbed day ended
 * (STORE-4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "headsetsvc/testkit.h"
#include "process/hammer.h"
#include "process/workload.h"

#define OK(call) assert_int_equal((call), HSVC_OK)
#define STEPS 40u
#define TRIES 6

static struct hammer_store opened;

/* ---- the store is emptied after each day, which is faster than a new one ---- */
#define MOST 256
struct rows {
    uint8_t keys[MOST][HSVC_LIMIT_KEY_LEN];
    hsvc_op ops[MOST];
    size_t count;
};

static int32_t doom(const hsvc_row *row, void *user) {
    struct rows *rows = (struct rows *)user;
    hsvc_op *op = &rows->ops[rows->count];
    memcpy(rows->keys[rows->count], row->key, row->key_len);
    op->struct_size = sizeof *op;
    op->kind = HSVC_OP_DELETE;
    op->expect = HSVC_EXPECT_ANY;
    op->key = rows->keys[rows->count++];
    op->key_len = row->key_len;
    return HSVC_OK;
}

static void empty(const hsvc_store *store) {
    static struct rows rows;
    uint64_t revision;
    for (int more = 1; more;) {
        memset(&rows, 0, sizeof rows);
        OK(store->scan(NULL, 0, NULL, 0, MOST, doom, &rows, store->user));
        more = rows.count != 0;
        if (more) OK(store->commit(rows.ops, rows.count, &revision, store->user));
    }
}

/* ---- a day ---- */

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

/* The nth call of these kinds fails. */
static uint64_t day(uint64_t seed, uint32_t kind, uint32_t on, uint64_t nth, int *fired) {
    hsvc_allocator allocator;
    hsvc_fault what = {.struct_size = sizeof what, .kind = kind, .on = on, .nth = nth, .delay = 2};
    hsvc_fault_store *fault;
    hsvc_store store = {.struct_size = sizeof store};
    uint64_t hash;
    OK(hsvc_stdlib_allocator(&allocator));
    OK(hsvc_fault_store_new(&allocator, &opened.store, &fault));
    OK(hsvc_fault_store_bind(fault, &store));
    if (kind != 0) OK(hsvc_fault_store_arm(fault, &what));
    hash = live(&store, fault, seed, fired);
    hsvc_fault_store_free(fault);
    empty(&opened.store);
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

int main(int argc, char **argv) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(unavailable),      cmocka_unit_test(conflict),         cmocka_unit_test(full),
        cmocka_unit_test(unknown_and_done), cmocka_unit_test(unknown_and_lost), cmocka_unit_test(unknown_and_late),
    };
    int wrong;
    if (argc != 2 || !hammer_store_open(&opened, argv[1])) return 2;
    wrong = cmocka_run_group_tests(tests, NULL, NULL);
    hammer_store_close(&opened);
    return wrong;
}
