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
    pg_ready(&pg, SCHEMA);
    pg.config.call_ms = 300000; /* a busy machine is no failure */
    pg_start(&pg);
    an_atomic_import_of_all(&pg.store);
    pg_close(&pg);
}

/* ---- beside others ---- */
#define KEYS 60u
#define MORE 600u /* than a commit locks one by one */
#define LARGE 60u
#define SMALL 600u

struct counter {
    struct pg pg;
    uint32_t more, rounds; /* rows beside the count in each commit; how many it tries */
    uint32_t counted[KEYS];
};

static char fillers[MORE][8];

/* count_up: a key from what it is to one more, unless somebody else came between. */
static void count_up(struct counter *c, uint32_t number) {
    hsvc_op ops[MORE + 1];
    char key[8], value[24];
    struct pg_found found;
    uint64_t revision;
    (void)snprintf(key, sizeof key, "k%02u", (unsigned)number);
    for (uint32_t i = 0; i < c->more; i++) ops[i] = pg_op(HSVC_OP_PUT, fillers[i], HSVC_EXPECT_ANY, 0, "x");
    found = pg_get(&c->pg, key);
    (void)snprintf(value, sizeof value, "%ld", strtol(found.value, NULL, 10) + 1);
    ops[c->more] = pg_op(HSVC_OP_PUT, key, found.count == 0 ? HSVC_EXPECT_ABSENT : HSVC_EXPECT_REVISION, found.revision, value);
    if (pg_commit(&c->pg, ops, c->more + 1, &revision) == HSVC_OK) c->counted[number]++;
}

static void *count(void *arg) {
    struct counter *c = (struct counter *)arg;
    for (uint32_t i = 0; i < c->rounds; i++) count_up(c, i * 7 % KEYS);
    return NULL;
}

/* A commit of many keys and commits of few never take each other's place: nobody's count is lost. */
static void large_and_small_commits_see_each_other_STORE_5(void **state) {
    struct counter counters[3] = {{.more = MORE, .rounds = LARGE}, {.rounds = SMALL}, {.rounds = SMALL}};
    pthread_t threads[3];
    (void)state;
    pg_drop(SCHEMA);
    for (uint32_t i = 0; i < MORE; i++) (void)snprintf(fillers[i], sizeof fillers[i], "f%03u", (unsigned)i);
    for (int i = 0; i < 3; i++) pg_ready(&counters[i].pg, SCHEMA);
    for (int i = 0; i < 3; i++) pg_start(&counters[i].pg);
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_create(&threads[i], NULL, count, &counters[i]), 0);
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (uint32_t k = 0; k < KEYS; k++) {
        char key[8];
        (void)snprintf(key, sizeof key, "k%02u", (unsigned)k);
        assert_int_equal(strtol(pg_get(&counters[0].pg, key).value, NULL, 10),
                         counters[0].counted[k] + counters[1].counted[k] + counters[2].counted[k]);
    }
    for (int i = 0; i < 3; i++) pg_close(&counters[i].pg);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_atomic_import_is_one_commit_of_the_server_BULK_4_BULK_5),
        cmocka_unit_test(large_and_small_commits_see_each_other_STORE_5),
    };
    return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
