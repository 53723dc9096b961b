/* bulk.c: an atomic import as large as the policy lets it be, into PostgreSQL, while other nodes commit (BULK-4, STORE-5). */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "pg.h"
#include "csv/atomic.h"

#define SCHEMA "bulk"

static void an_atomic_import_is_one_commit_of_the_server_BULK_4_BULK_5(void **state) {
    struct pg pg;
    (void)state;
    pg_drop(SCHEMA);
    pg_open(&pg, SCHEMA);
    an_atomic_import_of_all(&pg.store);
    pg_close(&pg);
}

/* ---- beside others ---- */
#define KEYS 600u /* more than a commit locks one by one */
#define LARGE 10u
#define SMALL 400u

struct counter {
    struct pg pg;
    uint32_t keys, rounds; /* of one commit; how many it tries */
    uint32_t counted[KEYS];
};

/* count_up: some keys from what they are to one more, unless somebody else came between. */
static void count_up(struct counter *c, uint32_t first) {
    static const char zero[] = "0";
    hsvc_op ops[KEYS];
    char keys[KEYS][8], values[KEYS][24];
    uint64_t revision;
    for (uint32_t i = 0; i < c->keys; i++) {
        struct pg_found found;
        (void)snprintf(keys[i], sizeof keys[i], "k%03u", (unsigned)(first + i));
        found = pg_get(&c->pg, keys[i]);
        (void)snprintf(values[i], sizeof values[i], "%ld", strtol(found.count == 0 ? zero : found.value, NULL, 10) + 1);
        ops[i] = pg_op(HSVC_OP_PUT, keys[i], found.count == 0 ? HSVC_EXPECT_ABSENT : HSVC_EXPECT_REVISION, found.revision, values[i]);
    }
    if (pg_commit(&c->pg, ops, c->keys, &revision) != HSVC_OK) return;
    for (uint32_t i = 0; i < c->keys; i++) c->counted[first + i]++;
}

static void *count(void *arg) {
    struct counter *c = (struct counter *)arg;
    for (uint32_t i = 0; i < c->rounds; i++) count_up(c, c->keys == KEYS ? 0 : i * 7 % KEYS);
    return NULL;
}

/* A commit of many keys and commits of few never take each other's place: nobody's count is lost. */
static void large_and_small_commits_see_each_other_STORE_5(void **state) {
    struct counter counters[3] = {{.keys = KEYS, .rounds = LARGE}, {.keys = 1, .rounds = SMALL}, {.keys = 1, .rounds = SMALL}};
    pthread_t threads[3];
    uint32_t all = 0;
    (void)state;
    pg_drop(SCHEMA);
    for (int i = 0; i < 3; i++) pg_open(&counters[i].pg, SCHEMA);
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_create(&threads[i], NULL, count, &counters[i]), 0);
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (uint32_t k = 0; k < KEYS; k++) {
        uint32_t counted = counters[0].counted[k] + counters[1].counted[k] + counters[2].counted[k];
        char key[8];
        (void)snprintf(key, sizeof key, "k%03u", (unsigned)k);
        if (counted > 0) assert_int_equal(strtol(pg_get(&counters[0].pg, key).value, NULL, 10), counted);
        all += counted;
    }
    assert_true(all > SMALL); /* small ones meet no one most of the time */
    for (int i = 0; i < 3; i++) pg_close(&counters[i].pg);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_atomic_import_is_one_commit_of_the_server_BULK_4_BULK_5),
        cmocka_unit_test(large_and_small_commits_see_each_other_STORE_5),
    };
    return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
