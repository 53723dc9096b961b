/* crash_sqlite.c: a host with the SQLite store, killed by SIGKILL at a random moment of a random day, again and again.
 * Every time: is each acknowledged input there, none in half, the store sound, and do its timers go on?
 *
 * What should be there is known exactly: the same day is taken through a memory store, commit by commit, until it is what
 * the killed host left: not before the last acknowledged step, and not after the one that was under way. */
#define _DEFAULT_SOURCE /* usleep */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/days.h"
#include "process/workload.h"

#define KILLS 25 /* of one day: then it comes to rest, and a new one begins */
#define DEFAULT_KILLS 500
#define STEPS_A_LIFE 12u

static hsvc_sqlite *open_store(hsvc_store *store) {
    hsvc_sqlite_problem problem;
    hsvc_sqlite *sqlite = days_open(0, 0, store, &problem);
    if (sqlite == NULL) ck_abort_msg("%s (%d)", problem.name, (int)problem.sqlite_code);
    return sqlite;
}

/* ---- what should be there: a memory store that can be stopped behind a commit ---- */

struct trail {
    hsvc_memory_store *memory;
    hsvc_store inner;
    hsvc_store store;
    uint64_t wanted; /* 0: not looking */
    int found;
};

static int32_t trail_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    struct trail *trail = (struct trail *)user;
    int32_t status = trail->found ? HSVC_ERR_UNAVAILABLE : trail->inner.commit(ops, count, revision, trail->inner.user);
    if (status == HSVC_OK && trail->wanted != 0 && workload_hash(&trail->inner) == trail->wanted) trail->found = 1;
    return status;
}
static int32_t trail_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    struct trail *trail = (struct trail *)user;
    return trail->inner.read(keys, count, sink, sink_user, trail->inner.user);
}
static int32_t trail_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                          hsvc_row_sink sink, void *sink_user, void *user) {
    struct trail *trail = (struct trail *)user;
    return trail->inner.scan(from, from_len, to, to_len, limit, sink, sink_user, trail->inner.user);
}

static void trail_open(struct trail *trail) {
    memset(trail, 0, sizeof *trail);
    hsvc_store_init(&trail->inner, sizeof trail->inner);
    ck_assert_int_eq(hsvc_stdlib_memory_store(&trail->memory, &trail->inner), HSVC_OK);
    trail->store = trail->inner;
    trail->store.read = trail_read;
    trail->store.scan = trail_scan;
    trail->store.commit = trail_commit;
    trail->store.user = trail;
}

/* Goes from step `from` through the acknowledged ones, then looks for what is there. */
static int trail_follow(struct trail *trail, struct workload *w, uint32_t from, uint32_t acknowledged, uint64_t wanted) {
    trail->found = 0;
    trail->wanted = 0;
    for (uint32_t step = from; step < acknowledged; step++) ck_assert_int_eq(workload_step(w, step), HSVC_OK);
    if (workload_hash(&trail->inner) == wanted) return 1;
    trail->wanted = wanted;
    (void)workload_step(w, acknowledged);
    trail->wanted = 0;
    return trail->found;
}

/* ---- the host that is killed ---- */

/* Tells by the pipe how many steps have been answered. */
static void host(uint64_t seed, uint32_t step, int tell) {
    struct workload w;
    hsvc_store store;
    hsvc_sqlite *sqlite = open_store(&store);
    (void)sqlite; /* it is never closed: that is the point */
    if (!workload_open(&w, &store, seed)) _exit(2);
    for (;;) {
        if (workload_step(&w, step) != HSVC_OK) _exit(3);
        step++;
        if (write(tell, &step, sizeof step) != (ssize_t)sizeof step) _exit(4);
    }
}

/* Starts a host at a step, kills it some steps and moments later; what it had acknowledged. */
static uint32_t live_and_die(uint64_t seed, uint32_t step, struct workload *dice) {
    uint32_t told = step, target = step + workload_pick(dice, STEPS_A_LIFE), ended = 0;
    int pipes[2], how = 0;
    pid_t child;
    ck_assert_int_eq(pipe(pipes), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(pipes[0]);
        host(seed, step, pipes[1]);
    }
    close(pipes[1]);
    while (told < target && read(pipes[0], &ended, sizeof ended) == (ssize_t)sizeof ended) told = ended;
    usleep(workload_pick(dice, told == step ? 4000 : 600));
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, &how, 0), child);
    ck_assert_msg(WIFSIGNALED(how), "the host ended by itself: %d", WEXITSTATUS(how));
    while (read(pipes[0], &ended, sizeof ended) == (ssize_t)sizeof ended) told = ended;
    close(pipes[0]);
    return told;
}

/* What is there after a death: sound, and what the trail finds. The hash of it. */
static uint64_t look(uint64_t seed) {
    struct workload w;
    hsvc_store store;
    hsvc_sqlite *sqlite = open_store(&store);
    uint64_t hash = workload_hash(&store);
    ck_assert(workload_open(&w, &store, seed));
    ck_assert_uint_eq(workload_findings(&w), 0);
    workload_close(&w);
    hsvc_sqlite_free(sqlite);
    return hash;
}

/* Timers go on: both come to rest, at the same place. */
static void rest(struct trail *trail, struct workload *expected, uint32_t step) {
    struct workload w;
    hsvc_store store;
    hsvc_sqlite *sqlite = open_store(&store);
    trail->found = 0;
    ck_assert(workload_open(&w, &store, expected->seed));
    ck_assert_int_eq(workload_step(&w, step), HSVC_OK);
    ck_assert_int_eq(workload_step(expected, step), HSVC_OK);
    ck_assert_uint_gt(workload_rest(&w), 0);
    ck_assert_uint_gt(workload_rest(expected), 0);
    ck_assert(workload_hash(&store) == workload_hash(&trail->inner));
    ck_assert_uint_eq(workload_findings(&w), 0);
    workload_close(&w);
    hsvc_sqlite_free(sqlite);
}

START_TEST(a_killed_host_loses_nothing_it_acknowledged) {
    uint64_t seed = (uint64_t)_i + 1;
    struct workload expected, dice;
    struct trail trail;
    uint32_t step = 0;
    days_make_folder();
    memset(&dice, 0, sizeof dice);
    dice.random = seed;
    trail_open(&trail);
    ck_assert(workload_open(&expected, &trail.store, seed));
    for (uint32_t kill = 0; kill < KILLS; kill++) {
        uint32_t acknowledged = live_and_die(seed, step, &dice);
        uint64_t there = look(seed);
        if (!trail_follow(&trail, &expected, step, acknowledged, there))
            ck_abort_msg("seed %d, kill %u: what is there is neither step %u nor on the way to the next", _i + 1, kill, acknowledged);
        step = acknowledged;
    }
    rest(&trail, &expected, step);
    workload_close(&expected);
    hsvc_memory_store_free(trail.memory);
    days_remove_folder();
}
END_TEST

/* crash_sqlite [KILLS] */
int main(int argc, char **argv) { return days_run(argc, argv, a_killed_host_loses_nothing_it_acknowledged, DEFAULT_KILLS, KILLS); }
