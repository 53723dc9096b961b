/* test_stdlib.c: stdlib.h makes what it says, and leaves nothing behind when it cannot. Its realloc is one that counts and
 * fails on order: the functions are inline, so they take the one that is defined here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static int blocks;   /* now held */
static int requests; /* for memory, since the last test began */
static int fails_at; /* which of them fails; 0: none */

static void *counting_realloc(void *block, size_t size) {
    void *moved;
    if (++requests == fails_at) return NULL;
    moved = realloc(block, size);
    blocks += block == NULL && moved != NULL;
    return moved;
}

static void counting_free(void *block) {
    blocks -= block != NULL;
    free(block);
}

#define realloc counting_realloc
#define free counting_free
#include "headsetsvc/stdlib.h"
#undef realloc
#undef free

static int start(void **unused) {
    (void)unused;
    blocks = requests = fails_at = 0;
    return 0;
}

static void an_engine_is_made_and_works(void **unused) {
    hsvc_memory_store *memory = NULL;
    hsvc_store store;
    hsvc_engine *engine = NULL;
    hsvc_effects *effects = NULL;
    hsvc_input input;
    int64_t at_ms = 0;
    (void)unused;
    assert_int_equal(hsvc_stdlib_memory_store(&memory, &store), HSVC_OK);
    assert_int_equal(hsvc_stdlib_engine(&store, &engine, &effects), HSVC_OK);
    assert_int_equal(hsvc_input_init(&input, sizeof input, HSVC_INPUT_USER_PUT), HSVC_OK);
    input.user = "alice";
    input.user_len = 5;
    assert_int_equal(hsvc_apply(engine, &input, 1, 0, effects), HSVC_OK);
    assert_int_equal(hsvc_verdict_count(effects), 1);
    assert_int_equal(hsvc_next_deadline(engine, &at_ms), HSVC_OK);
    assert_true(at_ms == HSVC_NEVER);
    hsvc_effects_free(effects);
    hsvc_engine_free(engine);
    hsvc_memory_store_free(memory);
    assert_int_equal(blocks, 0);
}

static void what_is_missing_is_named(void **unused) {
    hsvc_memory_store *memory = (hsvc_memory_store *)(void *)&blocks;
    hsvc_store store;
    hsvc_engine *engine = (hsvc_engine *)(void *)&blocks;
    hsvc_effects *effects = (hsvc_effects *)(void *)&blocks;
    (void)unused;
    assert_int_equal(hsvc_stdlib_memory_store(NULL, &store), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_stdlib_memory_store(&memory, NULL), HSVC_ERR_ARGUMENT);
    assert_null(memory);
    assert_int_equal(hsvc_stdlib_engine(NULL, &engine, &effects), HSVC_ERR_ARGUMENT);
    assert_null(engine);
    assert_null(effects);
    hsvc_store_init(&store, sizeof store); /* no callbacks */
    assert_int_equal(hsvc_stdlib_engine(&store, &engine, &effects), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_stdlib_engine(&store, NULL, &effects), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_stdlib_engine(&store, &engine, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(blocks, 0);
}

/* Whichever request for memory fails: nothing is left, and the pointers say so. */
static void without_memory_nothing_is_left(void **unused) {
    hsvc_memory_store *memory = NULL;
    hsvc_store store;
    hsvc_engine *engine = NULL;
    hsvc_effects *effects = NULL;
    int held;
    (void)unused;
    fails_at = 1;
    assert_int_equal(hsvc_stdlib_memory_store(&memory, &store), HSVC_ERR_MEMORY);
    assert_null(memory);
    assert_int_equal(blocks, 0);
    fails_at = 0;
    assert_int_equal(hsvc_stdlib_memory_store(&memory, &store), HSVC_OK);
    held = blocks;
    for (int nth = 1; nth <= 2; nth++) { /* the engine, the batch */
        requests = 0;
        fails_at = nth;
        assert_int_equal(hsvc_stdlib_engine(&store, &engine, &effects), HSVC_ERR_MEMORY);
        assert_null(engine);
        assert_null(effects);
        assert_int_equal(requests, nth);
        assert_int_equal(blocks, held);
    }
    hsvc_memory_store_free(memory);
    assert_int_equal(blocks, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_engine_is_made_and_works, start),
        cmocka_unit_test_setup(what_is_missing_is_named, start),
        cmocka_unit_test_setup(without_memory_nothing_is_left, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
