/* test_conformance.c: does the conformance suite pass good stores, and catch every broken one by the name of the promise
 * that it breaks? A suite that passes everything proves nothing: so each promise has a store that breaks it alone. */
#define _POSIX_C_SOURCE 200809L /* nanosleep, strncasecmp */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "headsetsvc/conformance.h"
#include "headsetsvc/stdlib.h"
#include "broken_store.h"
#include "../support/together.h"
#include "../support/each_request.h"
#include "testkit/conformance_impl.h"

#define OK(call) assert_int_equal((call), HSVC_OK)

static hsvc_conformance *suite;

static int open_suite(void **state) {
    hsvc_allocator allocator;
    (void)state;
    return hsvc_stdlib_allocator(&allocator) != HSVC_OK || hsvc_conformance_new(&allocator, &suite) != HSVC_OK;
}

static int close_suite(void **state) {
    (void)state;
    hsvc_conformance_free(suite);
    return 0;
}

static hsvc_store_target target_of(struct broken_store *store) {
    hsvc_store_target target;
    OK(hsvc_conformance_init(&target, sizeof target));
    target.open = broken_open;
    target.close = broken_close;
    target.together = together;
    target.user = store;
    return target;
}

static void print_findings(void) {
    hsvc_broken_promise broken = {.struct_size = sizeof broken};
    for (size_t i = 0; i < hsvc_conformance_broken(suite); i++) {
        OK(hsvc_conformance_at(suite, i, &broken));
        printf("    %s (%s): %s\n        %s\n", broken.name, broken.rule, broken.sequence, broken.seen);
    }
}

/* ---- good stores ---- */

static hsvc_memory_store *memory;
static uint32_t memory_opened;

static int32_t open_memory(uint32_t connection, hsvc_store *store, void *user) {
    (void)connection;
    (void)user;
    memory_opened++;
    return hsvc_memory_store_bind(memory, store);
}

static void close_memory(uint32_t connection, void *user) {
    (void)connection;
    (void)user;
    memory_opened--;
}

static void run_memory(uint32_t flags, uint32_t connections) {
    hsvc_store_target target;
    hsvc_allocator allocator;
    uint64_t rows, bytes;
    OK(hsvc_conformance_init(&target, sizeof target));
    OK(hsvc_stdlib_allocator(&allocator));
    OK(hsvc_memory_store_new(&allocator, &memory));
    target.flags = flags;
    target.connections = connections;
    target.open = open_memory;
    target.close = close_memory;
    OK(hsvc_conformance_run(suite, &target));
    print_findings();
    assert_int_equal(hsvc_conformance_broken(suite), 0);
    assert_true(hsvc_conformance_calls(suite) > 1000);
    assert_int_equal(memory_opened, 0);
    OK(hsvc_memory_store_size(memory, &rows, &bytes));
    assert_int_equal(rows, 0); /* left as it was found */
    hsvc_memory_store_free(memory);
}

static void memory_store_keeps_every_promise(void **state) {
    (void)state;
    run_memory(0, 0);
    run_memory(0, 2);
    run_memory(HSVC_CONFORMANCE_STALE_READS, HSVC_CONFORMANCE_CONNECTIONS_MOST);
}

static void store_without_mistakes_keeps_every_promise(void **state) {
    struct broken_store *store = broken_new(NO_MISTAKE);
    hsvc_store_target target = target_of(store);
    (void)state;
    OK(hsvc_conformance_run(suite, &target));
    print_findings();
    assert_int_equal(hsvc_conformance_broken(suite), 0);
    assert_int_equal(store->rows.count, 0);
    broken_free(store);
}

/* ---- broken stores ---- */

static const struct mistake {
    const char *name;
    const char *promise;
    const char *what;
} mistakes[] = {{"NO_MISTAKE", "", ""},
#define MISTAKE_ROW(id, promise, what) {#id, promise, what},
                MISTAKES(MISTAKE_ROW)
#undef MISTAKE_ROW
};

static void each_broken_store_is_caught_by_name(void **state) {
    hsvc_broken_promise broken = {.struct_size = sizeof broken};
    int missed = 0;
    (void)state;
    for (int i = 1; i < MISTAKE_COUNT; i++) {
        struct broken_store *store = broken_new(i);
        hsvc_store_target target = target_of(store);
        if (strstr(mistakes[i].promise, "together") == NULL) target.together = NULL; /* caught long before */
        OK(hsvc_conformance_run(suite, &target));
        if (hsvc_conformance_at(suite, 0, &broken) != HSVC_OK || strcmp(broken.name, mistakes[i].promise) != 0) {
            printf("%s (%s) should break %s:\n", mistakes[i].name, mistakes[i].what, mistakes[i].promise);
            print_findings();
            missed++;
        }
        broken_free(store);
    }
    assert_int_equal(missed, 0);
}

static void each_promise_has_a_store_that_breaks_it(void **state) {
    hsvc_store_promise promise = {.struct_size = sizeof promise};
    (void)state;
    for (size_t i = 0; hsvc_conformance_promise(i, &promise) == HSVC_OK; i++) {
        int found = 0;
        for (int k = 1; k < MISTAKE_COUNT; k++) found += strcmp(mistakes[k].promise, promise.name) == 0;
        if (found == 0) fail_msg("no store breaks %s", promise.name);
        assert_true(strlen(promise.rule) > 0 && strlen(promise.promise) > 20);
        assert_int_equal(promise.needs_together, strstr(promise.name, "together") != NULL);
    }
}

/* ---- what it says ---- */

static void run_mistake(int mistake, uint32_t flags, uint64_t seed) {
    struct broken_store *store = broken_new(mistake);
    hsvc_store_target target = target_of(store);
    target.together = NULL;
    target.flags = flags;
    target.seed = seed;
    OK(hsvc_conformance_run(suite, &target));
    broken_free(store);
}

static void it_says_the_shortest_sequence(void **state) {
    hsvc_broken_promise broken = {.struct_size = sizeof broken};
    size_t steps = 0;
    (void)state;
    run_mistake(MISTAKE_REVISION_IGNORED, 0, 0);
    OK(hsvc_conformance_at(suite, 0, &broken));
    assert_string_equal(broken.sequence, "A put x 1; A put x 2; A put x 3 if stale");
    assert_string_equal(broken.seen, "expected HSVC_ERR_CONFLICT, got HSVC_OK");
    assert_string_equal(broken.rule, "STORE-2");
    assert_int_equal(broken.status, HSVC_OK);
    run_mistake(MISTAKE_THREE_THEN_SEVEN, 0, 7);
    OK(hsvc_conformance_at(suite, 0, &broken));
    for (const char *at = broken.sequence; at != NULL; at = strchr(at + 1, ';')) steps++;
    assert_int_equal(steps, 2); /* put 3; put 7 */
}

/* A cache may give old rows, as long as a commit that rests on them conflicts and the next read is right. */
static void stale_reads_are_allowed_only_to_a_cache(void **state) {
    hsvc_broken_promise broken = {.struct_size = sizeof broken};
    (void)state;
    run_mistake(MISTAKE_STALE_READS, 0, 0);
    OK(hsvc_conformance_at(suite, 0, &broken));
    assert_string_equal(broken.name, "read-your-commits");
    run_mistake(MISTAKE_STALE_READS, HSVC_CONFORMANCE_STALE_READS, 0);
    OK(hsvc_conformance_at(suite, 0, &broken)); /* this one is never put right, and scans are stale too */
    assert_string_equal(broken.name, "read-your-commits");
}

/* ---- what fails ---- */

static hsvc_store good; /* behind one that is not */

/* One after the other: enough for who fails anyway. */
static int32_t in_turn(uint32_t jobs, hsvc_store_job_fn job, void *job_user, void *user) {
    (void)user;
    for (uint32_t which = 0; which < jobs; which++) job(which, job_user);
    return HSVC_OK;
}

static int32_t run_small(const hsvc_allocator *allocator, void *user) {
    hsvc_store_target target;
    hsvc_conformance *small;
    hsvc_allocator plenty;
    int32_t status = hsvc_conformance_new(allocator, &small);
    (void)user;
    if (status != HSVC_OK) return status;
    OK(hsvc_conformance_init(&target, sizeof target));
    OK(hsvc_stdlib_allocator(&plenty));
    OK(hsvc_memory_store_new(&plenty, &memory));
    target.open = open_memory;
    target.close = close_memory;
    target.together = in_turn;
    target.histories = 2;
    target.rounds = 1;
    status = hsvc_conformance_run(small, &target);
    assert_int_equal(memory_opened, 0);
    hsvc_memory_store_free(memory);
    hsvc_conformance_free(small);
    return status;
}

static void each_request_for_memory_may_fail(void **state) {
    (void)state;
    assert_true(each_request_fails(run_small, NULL) > 5);
}

/* An arena as at the beginning of a sequence, of which only so much is left; in the coverage build, where no take shares a block
 * with another, a take for each 16 bytes of it (decision 143). */
static size_t room; /* of it */

static void leave_room(hsvc_count_alloc *count, const hsvc_allocator *allocator, size_t left) {
    OK(hsvc_count_alloc_fail(count, 0, 0));
    hsvc__arena_free(&suite->arena);
    hsvc__arena_init(&suite->arena, allocator);
    assert_true(hsvc__conf_model_begin(suite));
#ifdef HSVC_TEST_EACH_TAKE
    OK(hsvc_count_alloc_fail(count, 1 + left / 16, HSVC_TESTKIT_ALWAYS));
#else
    OK(hsvc_count_alloc_fail(count, 1, HSVC_TESTKIT_ALWAYS));
    while (room == 0 || left > room)
        for (room = 0; hsvc__arena_take(&suite->arena, 16) != NULL; room += 16, left = 0) continue;
    if (!suite->arena.failed && room > left) assert_non_null(hsvc__arena_take(&suite->arena, room - left));
#endif
    suite->arena.failed = 0;
    suite->failed = HSVC_OK;
    memset(&suite->now, 0, sizeof suite->now);
    suite->now.promise = CONF_PROMISES;
}

/* What is left of the arena decides which request is the one too many: every one of a step's. */
static void a_step_without_memory_is_not_made(void **state) {
    static const char *const steps[] = {"A get a b c", "A scan begin end 3", "A scan a b 3", "A fill k most if absent",
                                        "A put a 1 if seen, check b if absent, delete c", "A stop 2 wide put a a*900"};
    hsvc_store_target target;
    hsvc_allocator allocator = {.struct_size = sizeof allocator}, plenty;
    hsvc_count_alloc *count;
    uint64_t missed = 0;
    (void)state;
    OK(hsvc_stdlib_allocator(&plenty));
    OK(hsvc_memory_store_new(&plenty, &memory));
    OK(hsvc_count_alloc_new(NULL, &count));
    OK(hsvc_count_alloc_bind(count, &allocator));
    hsvc_conformance_free(suite);
    OK(hsvc_conformance_new(&allocator, &suite));
    OK(hsvc_conformance_init(&target, sizeof target));
    target.open = open_memory;
    target.close = close_memory;
    target.connections = 2;
    suite->target = target;
    OK(hsvc__conf_reopen(suite));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        for (size_t left = 0; left < 14000 && (room == 0 || left <= room); left += left < 2400 ? 16 : 640) {
            const char *at = steps[i];
            struct conf_step step;
            leave_room(count, &allocator, left);
            hsvc__conf_parse(suite, &at, &step);
            if (!suite->arena.failed) hsvc__conf_step(suite, &step);
            assert_true(suite->failed == HSVC_OK || suite->failed == HSVC_ERR_MEMORY);
            missed += suite->arena.failed != 0;
            hsvc__conf_clean(suite);
        }
    assert_in_range(missed, 100, 10000);
    {
        static char endless[5000 * 9];
        size_t length;
        for (size_t i = 0; i < 5000; i++) memcpy(endless + 9 * i, "A get a; ", 9);
        endless[sizeof endless - 1] = 0;
        leave_room(count, &allocator, room);
        assert_false(hsvc__conf_sequence(suite, 0, endless, &length));
        assert_int_equal(suite->failed, HSVC_ERR_MEMORY);
    }
    target.close(0, NULL), target.close(1, NULL);
    suite->opened = 0;
    hsvc_memory_store_free(memory);
    hsvc_conformance_free(suite);
    hsvc_count_alloc_free(count);
    suite = NULL;
}

/* A cache whose old rows no commit ever finds out. */
static int32_t check_is_content(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    if (count != 1 || ops->kind != HSVC_OP_CHECK || ops->expect == HSVC_EXPECT_ANY) return good.commit(ops, count, revision, user);
    *revision = 1;
    return HSVC_OK;
}

static int32_t open_content(uint32_t connection, hsvc_store *store, void *user) {
    int32_t status = broken_open(connection, store, user);
    good = *store;
    store->commit = check_is_content;
    return status;
}

static int32_t open_small(uint32_t connection, hsvc_store *store, void *user) {
    int32_t status = open_memory(connection, store, user);
    store->ops_max = *(const uint32_t *)user;
    return status;
}

static void more_ways_to_be_wrong_are_caught(void **state) {
    hsvc_broken_promise broken = {.struct_size = sizeof broken};
    struct broken_store *store = broken_new(MISTAKE_STALE_READS);
    hsvc_store_target target = target_of(store);
    hsvc_allocator allocator;
    uint32_t most;
    (void)state;
    target.open = open_content;
    target.together = NULL;
    target.flags = HSVC_CONFORMANCE_STALE_READS;
    OK(hsvc_conformance_run(suite, &target));
    OK(hsvc_conformance_at(suite, 0, &broken));
    broken_free(store);
    OK(hsvc_stdlib_allocator(&allocator));
    for (most = 63; most <= 100; most += 37) {
        OK(hsvc_memory_store_new(&allocator, &memory));
        OK(hsvc_conformance_init(&target, sizeof target));
        target.open = open_small;
        target.close = close_memory;
        target.user = &most;
        target.histories = 1;
        OK(hsvc_conformance_run(suite, &target));
        assert_int_equal(hsvc_conformance_at(suite, 0, &broken) == HSVC_OK, most == 63);
        if (most == 63) assert_string_equal(broken.name, "ops-max");
        hsvc_memory_store_free(memory);
    }
}

static int32_t not_together(uint32_t count, hsvc_store_job_fn job, void *job_user, void *user) {
    (void)count, (void)job, (void)job_user, (void)user;
    return HSVC_ERR_UNAVAILABLE;
}

static void who_cannot_run_jobs_together_says_so(void **state) {
    struct broken_store *store = broken_new(NO_MISTAKE);
    hsvc_store_target target = target_of(store);
    (void)state;
    target.together = not_together;
    target.histories = 1;
    assert_int_equal(hsvc_conformance_run(suite, &target), HSVC_ERR_UNAVAILABLE);
    memset(&suite->now, 0, sizeof suite->now);
    for (int i = 0; i < 99; i++) hsvc__conf_say(suite, "what is seen is cut "); /* where it would not fit */
    assert_int_equal(strlen(suite->now.seen), CONF_TEXT - 1);
    broken_free(store);
}

/* The memory store, of which from some call on every one returns a status. */
static uint64_t calls_left;
static int32_t then_status;

static int32_t failing_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    if (calls_left == 0) return then_status;
    calls_left--;
    return good.read(keys, count, sink, sink_user, user);
}
static int32_t failing_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit, hsvc_row_sink sink,
                            void *sink_user, void *user) {
    if (calls_left == 0) return then_status;
    calls_left--;
    return good.scan(from, from_len, to, to_len, limit, sink, sink_user, user);
}
static int32_t failing_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    if (calls_left == 0) return then_status;
    calls_left--;
    return good.commit(ops, count, revision, user);
}

static int32_t open_failing(uint32_t connection, hsvc_store *store, void *user) {
    int32_t status = open_memory(connection, store, user);
    good = *store;
    store->read = failing_read;
    store->scan = failing_scan;
    store->commit = failing_commit;
    return status;
}

static void a_store_that_fails_is_told_whenever_it_does(void **state) {
    static const int32_t statuses[] = {HSVC_ERR_UNAVAILABLE, HSVC_ERR_UNKNOWN, HSVC_ERR_FULL, HSVC_ERR_CORRUPT, HSVC_ERR_CONFLICT, 1};
    hsvc_broken_promise broken = {.struct_size = sizeof broken};
    hsvc_store_target target;
    hsvc_allocator allocator;
    uint64_t all = 0;
    size_t turn = 0;
    (void)state;
    OK(hsvc_conformance_init(&target, sizeof target));
    OK(hsvc_stdlib_allocator(&allocator));
    target.open = open_failing;
    target.close = close_memory;
    target.together = in_turn;
    target.histories = 1;
    target.rounds = 1;
    for (uint64_t from = 0; from == 0 || from < all; from = 2 * from + 1) {
        for (size_t i = turn++ % 2; i < sizeof statuses / sizeof statuses[0]; i += 2) { /* every other one by turns */
            OK(hsvc_memory_store_new(&allocator, &memory));
            calls_left = from == 0 ? UINT64_MAX : from - 1;
            then_status = statuses[i];
            target.flags = from % 2 ? HSVC_CONFORMANCE_STALE_READS : 0;
            OK(hsvc_conformance_run(suite, &target));
            assert_true((hsvc_conformance_at(suite, 0, &broken) == HSVC_OK) == (from != 0));
            if (from == 0) all = UINT64_MAX - calls_left;
            hsvc_memory_store_free(memory);
        }
    }
    assert_true(all > 500);
}

/* ---- misuse ---- */

static int32_t open_half(uint32_t connection, hsvc_store *store, void *user) {
    int32_t status = open_memory(connection, store, user);
    store->scan = NULL;
    return status;
}

static int32_t refuse_to_open(uint32_t connection, hsvc_store *store, void *user) {
    (void)store;
    (void)user;
    return connection == 1 ? HSVC_ERR_UNAVAILABLE : open_memory(connection, store, user);
}

static void misuse_is_refused(void **state) {
    struct broken_store *store = broken_new(NO_MISTAKE);
    hsvc_store_target target = target_of(store), bad;
    hsvc_store_promise promise = {.struct_size = sizeof promise};
    hsvc_broken_promise broken = {.struct_size = sizeof broken};
    hsvc_allocator allocator;
    hsvc_conformance *none;
    (void)state;
    assert_int_equal(hsvc_conformance_run(NULL, &target), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_conformance_run(suite, NULL), HSVC_ERR_ARGUMENT);
    bad = target, bad.open = NULL;
    assert_int_equal(hsvc_conformance_run(suite, &bad), HSVC_ERR_ARGUMENT);
    bad = target, bad.close = NULL;
    assert_int_equal(hsvc_conformance_run(suite, &bad), HSVC_ERR_ARGUMENT);
    bad = target, bad.connections = 1;
    assert_int_equal(hsvc_conformance_run(suite, &bad), HSVC_ERR_ARGUMENT);
    bad = target, bad.connections = HSVC_CONFORMANCE_CONNECTIONS_MOST + 1;
    assert_int_equal(hsvc_conformance_run(suite, &bad), HSVC_ERR_ARGUMENT);
    bad = target, bad.flags = 1u << 31;
    assert_int_equal(hsvc_conformance_run(suite, &bad), HSVC_ERR_FLAGS);
    bad = target, bad.struct_size = 4;
    assert_int_equal(hsvc_conformance_run(suite, &bad), HSVC_ERR_STRUCT_SIZE);
    OK(hsvc_stdlib_allocator(&allocator));
    OK(hsvc_memory_store_new(&allocator, &memory));
    bad = target, bad.open = refuse_to_open, bad.close = close_memory;
    assert_int_equal(hsvc_conformance_run(suite, &bad), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(memory_opened, 0);
    bad.open = open_half;
    assert_int_equal(hsvc_conformance_run(suite, &bad), HSVC_ERR_ARGUMENT);
    assert_int_equal(memory_opened, 0);
    hsvc_memory_store_free(memory);
    bad = target, bad.reserved = 1;
    assert_int_equal(hsvc_conformance_run(suite, &bad), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_conformance_new(&allocator, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_conformance_at(NULL, 0, &broken), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_conformance_at(suite, 0, NULL), HSVC_ERR_ARGUMENT);
    hsvc_conformance_free(NULL);
    assert_int_equal(hsvc_conformance_new(NULL, &none), HSVC_ERR_ARGUMENT);
    assert_null(none);
    assert_int_equal(hsvc_conformance_promise(0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_conformance_promise(10000, &promise), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_conformance_broken(NULL), 0);
    assert_int_equal(hsvc_conformance_calls(NULL), 0);
    broken_free(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_store_keeps_every_promise, open_suite, close_suite),
        cmocka_unit_test_setup_teardown(store_without_mistakes_keeps_every_promise, open_suite, close_suite),
        cmocka_unit_test_setup_teardown(each_broken_store_is_caught_by_name, open_suite, close_suite),
        cmocka_unit_test(each_promise_has_a_store_that_breaks_it),
        cmocka_unit_test_setup_teardown(it_says_the_shortest_sequence, open_suite, close_suite),
        cmocka_unit_test_setup_teardown(stale_reads_are_allowed_only_to_a_cache, open_suite, close_suite),
        cmocka_unit_test(each_request_for_memory_may_fail),
        cmocka_unit_test_setup_teardown(a_step_without_memory_is_not_made, open_suite, close_suite),
        cmocka_unit_test_setup_teardown(more_ways_to_be_wrong_are_caught, open_suite, close_suite),
        cmocka_unit_test_setup_teardown(who_cannot_run_jobs_together_says_so, open_suite, close_suite),
        cmocka_unit_test_setup_teardown(a_store_that_fails_is_told_whenever_it_does, open_suite, close_suite),
        cmocka_unit_test_setup_teardown(misuse_is_refused, open_suite, close_suite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
