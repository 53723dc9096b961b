/* test_threads.c: engines in several threads, on one file and on one memory store: does everything that they left hold
 * (STORE-5), and, under ThreadSanitizer, does any of them touch what is another's? The memory store is for one thread at a time
 * (docs/guide/threads.md), so the host puts a lock around it; engines, batches and caches are each thread's own. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include <stdatomic.h>

#include "files.h"
#include "headsetsvc/inputs.h"
#include "headsetsvc/stores.h"

#define THREADS 4
#define PLACES 3 /* phones, people, headsets: few, so that threads meet */
#ifdef HSVC_TEST_SLOW
#define ROUNDS 60
#else
#define ROUNDS 250
#endif

/* ---- what the threads share ---- */

static _Atomic int64_t now_ms; /* every look takes two seconds, so that deadlines come due in the middle of it all */
static hsvc_memory_store *memory;
static hsvc_store plain; /* the memory store without its lock */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int32_t shared_clock(int64_t *now, void *user) {
    (void)user;
    *now = atomic_fetch_add(&now_ms, 2000);
    return HSVC_OK;
}

static int32_t locked_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    int32_t status;
    (void)user;
    pthread_mutex_lock(&lock);
    status = plain.read(keys, count, sink, sink_user, plain.user);
    pthread_mutex_unlock(&lock);
    return status;
}

static int32_t locked_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                           hsvc_row_sink sink, void *sink_user, void *user) {
    int32_t status;
    (void)user;
    pthread_mutex_lock(&lock);
    status = plain.scan(from, from_len, to, to_len, limit, sink, sink_user, plain.user);
    pthread_mutex_unlock(&lock);
    return status;
}

static int32_t locked_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    int32_t status;
    (void)user;
    pthread_mutex_lock(&lock);
    status = plain.commit(ops, count, revision, plain.user);
    pthread_mutex_unlock(&lock);
    return status;
}

/* ---- a thread: an engine and a batch of its own, on a connection of its own ---- */

struct node {
    hsvc_sqlite *sqlite;
    hsvc_cache_store *cache;
    hsvc_engine *engine;
    hsvc_effects *fx;
    uint64_t random;
    uint64_t done;    /* calls that were committed */
    uint64_t put_off; /* that the others came before too often */
    int32_t failed;   /* the first status that is neither; an assertion must not leave a thread */
};
static struct node nodes[THREADS];
enum { MEMORY, SQLITE, CACHED };

static hsvc_store store_of(struct node *n, int kind) {
    hsvc_allocator allocator = the_allocator();
    hsvc_store store, cached;
    if (kind == MEMORY) {
        store = plain;
        store.read = locked_read;
        store.scan = locked_scan;
        store.commit = locked_commit;
        return store;
    }
    n->sqlite = open_sqlite(&store);
    if (kind == SQLITE) return store;
    OK(hsvc_cache_store_new(&allocator, &store, 1 << 20, &n->cache));
    OK(hsvc_store_init(&cached, sizeof cached));
    OK(hsvc_cache_store_bind(n->cache, &cached));
    return cached;
}

static void open_node(uint32_t which, int kind) {
    struct node *n = &nodes[which];
    hsvc_allocator allocator = the_allocator();
    hsvc_store store;
    hsvc_config config;
    memset(n, 0, sizeof *n);
    n->random = which + 1;
    store = store_of(n, kind);
    OK(hsvc_config_init(&config, sizeof config));
    config.allocator = &allocator;
    config.store = &store;
    config.clock = shared_clock;
    config.node = which;
    config.node_count = THREADS;
    OK(hsvc_engine_new(&config, &n->engine));
    OK(hsvc_effects_new(&allocator, &n->fx));
}

static void close_node(struct node *n) {
    hsvc_engine_free(n->engine);
    hsvc_effects_free(n->fx);
    hsvc_cache_store_free(n->cache);
    hsvc_sqlite_free(n->sqlite);
}

/* ---- what happens ---- */

static uint32_t draw(struct node *n, uint32_t below) {
    n->random = n->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(n->random >> 33) % below;
}

static void note(struct node *n, int32_t status) {
    if (status == HSVC_OK)
        n->done++;
    else if (status == HSVC_ERR_CONFLICT || status == HSVC_ERR_UNAVAILABLE)
        n->put_off++;
    else if (n->failed == HSVC_OK)
        n->failed = status;
}

static void give(struct node *n, int32_t made, const hsvc_input *in) {
    note(n, made == HSVC_OK ? hsvc_apply(n->engine, in, 1, 0, n->fx) : made);
}

/* sign_in: what the phone asks for, with a PIN that the directory finds right. */
static void sign_in(struct node *n, const char *phone, const char *who, uint64_t prompt) {
    hsvc_effect effect;
    hsvc_input in;
    uint64_t request = 0;
    if (prompt == 0) return;
    give(n, hsvc_input_submit(&in, phone, prompt, who, (const uint8_t *)"1", 1), &in);
    (void)hsvc_effect_init(&effect, sizeof effect);
    for (size_t i = 0; hsvc_effects_at(n->fx, i, &effect) == HSVC_OK; i++)
        if (effect.kind == HSVC_EFFECT_VERIFY_PIN) request = effect.request;
    if (request != 0) give(n, hsvc_input_verify_result(&in, phone, request, HSVC_VERIFY_OK), &in);
}

static void something(struct node *n) {
    static const char *const phones[] = {"P0", "P1", "P2"}, *const people[] = {"ann", "bob", "eve"}, *const serials[] = {"S0", "S1", "S2"};
    const char *phone = phones[draw(n, PLACES)], *who = people[draw(n, PLACES)], *serial = serials[draw(n, PLACES)];
    hsvc_device_view view = {.struct_size = sizeof view};
    hsvc_input in;
    note(n, hsvc_device_get(n->engine, phone, 2, &view));
    switch (draw(n, 8)) {
        case 0:
        case 1: give(n, hsvc_input_headset_connected(&in, phone, serial, 1), &in); break;
        case 2: give(n, hsvc_input_headset_disconnected(&in, phone, serial, 1), &in); break;
        case 3:
        case 4: sign_in(n, phone, who, view.prompt_id); break;
        case 5: give(n, hsvc_input_device_registered(&in, phone, view.generation_desired, 0), &in); break;
        case 6:
            give(n, hsvc_input_call_begun(&in, phone, 7, HSVC_CALL_ACTIVE), &in);
            give(n, hsvc_input_call_ended(&in, phone, 7), &in);
            break;
        default: note(n, hsvc_advance(n->engine, n->fx));
    }
}

static void work(uint32_t which, void *user) {
    (void)user;
    for (int i = 0; i < ROUNDS; i++) something(&nodes[which]);
}

static void put_all(struct node *n) {
    static const char *const phones[] = {"P0", "P1", "P2"}, *const people[] = {"ann", "bob", "eve"};
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    for (int i = 0; i < PLACES; i++) {
        give(n, hsvc_input_user_put(&in, people[i], &profile, 1), &in);
        give(n, hsvc_input_device_put(&in, phones[i], "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED), &in);
        give(n, hsvc_input_device_registered(&in, phones[i], 0, 0), &in);
    }
    assert_int_equal(n->done, 3 * PLACES);
}

static void nobody_is_twice(struct node *n) {
    hsvc_user_view view = {.struct_size = sizeof view};
    static const char *const people[] = {"ann", "bob", "eve"};
    for (int i = 0; i < PLACES; i++) {
        OK(hsvc_user_get(n->engine, people[i], 3, &view));
        assert_true(view.session_count <= 1);
    }
}

static void in_threads(int kind) {
    uint64_t findings = 1;
    atomic_store(&now_ms, INT64_C(1800000000000));
    for (uint32_t i = 0; i < THREADS; i++) open_node(i, kind);
    put_all(&nodes[0]);
    OK(together(THREADS, work, NULL, NULL));
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(nodes[i].failed, HSVC_OK);
        assert_true(nodes[i].done > 0);
        if (nodes[i].cache != NULL) hsvc_cache_store_drop(nodes[i].cache);
    }
    OK(hsvc_verify(nodes[0].engine, NULL, NULL, &findings));
    assert_int_equal(findings, 0);
    nobody_is_twice(&nodes[0]);
    for (int i = 0; i < THREADS; i++) close_node(&nodes[i]);
}

static void engines_in_threads_on_a_locked_memory_store_STORE_5(void **state) {
    hsvc_allocator allocator = the_allocator();
    (void)state;
    OK(hsvc_memory_store_new(&allocator, &memory));
    OK(hsvc_store_init(&plain, sizeof plain));
    OK(hsvc_memory_store_bind(memory, &plain));
    in_threads(MEMORY);
    hsvc_memory_store_free(memory);
}

static void engines_in_threads_on_one_file_STORE_5(void **state) {
    (void)state;
    in_threads(SQLITE);
}

static void engines_in_threads_each_with_a_cache_STORE_5(void **state) {
    (void)state;
    in_threads(CACHED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines_in_threads_on_a_locked_memory_store_STORE_5),
        cmocka_unit_test_setup_teardown(engines_in_threads_on_one_file_STORE_5, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(engines_in_threads_each_with_a_cache_STORE_5, make_folder, drop_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
