/* crash_power.c: the power goes at any write or sync of a day on the SQLite store; what was only written comes back in part,
 * torn or not at all. Under `full` every acknowledged input is there afterwards; under `normal` the last ones may be gone,
 * but what is there is what once was, and sound. */
#define _DEFAULT_SOURCE
#include "process/days.h"
#include "process/power_vfs.h"
#include "process/workload.h"

#define STEPS 70u
#define COMMITS_MOST 400u
#define POINTS 50 /* of one day */
#define DEFAULT_POINTS 1000

/* ---- the day, as it goes on a store that never fails ---- */

struct past {
    hsvc_store inner;
    uint64_t hashes[COMMITS_MOST]; /* after each commit; the first is of the empty store */
    size_t count;
    size_t after_step[STEPS + 1]; /* how many of them there are when so many steps are done */
};

static int32_t past_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    struct past *past = (struct past *)user;
    int32_t status = past->inner.commit(ops, count, revision, past->inner.user);
    if (status == HSVC_OK && past->count < COMMITS_MOST) past->hashes[past->count++] = workload_hash(&past->inner);
    return status;
}
static int32_t past_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    struct past *past = (struct past *)user;
    return past->inner.read(keys, count, sink, sink_user, past->inner.user);
}
static int32_t past_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                         hsvc_row_sink sink, void *sink_user, void *user) {
    struct past *past = (struct past *)user;
    return past->inner.scan(from, from_len, to, to_len, limit, sink, sink_user, past->inner.user);
}

static void live_it(struct past *past, uint64_t seed) {
    hsvc_memory_store *memory;
    hsvc_store store;
    struct workload w;
    memset(past, 0, sizeof *past);
    hsvc_store_init(&past->inner, sizeof past->inner);
    ck_assert_int_eq(hsvc_stdlib_memory_store(&memory, &past->inner), HSVC_OK);
    store = past->inner;
    store.read = past_read;
    store.scan = past_scan;
    store.commit = past_commit;
    store.user = past;
    past->hashes[past->count++] = workload_hash(&past->inner);
    past->after_step[0] = 1;
    ck_assert(workload_open(&w, &store, seed));
    for (uint32_t step = 0; step < STEPS; step++) {
        ck_assert_int_eq(workload_step(&w, step), HSVC_OK);
        past->after_step[step + 1] = past->count;
    }
    ck_assert_uint_lt(past->count, COMMITS_MOST);
    workload_close(&w);
    hsvc_memory_store_free(memory);
}

/* Is this what the store was after some commit from `first` to `last`? */
static int was(const struct past *past, uint64_t hash, size_t first, size_t last) {
    for (size_t i = first; i <= last && i < past->count; i++)
        if (past->hashes[i] == hash) return 1;
    return 0;
}

/* ---- the same on a disk ---- */

static hsvc_sqlite *open_store(uint32_t flags, hsvc_store *store) {
    hsvc_sqlite_problem problem;
    return days_open(flags, 100, store, &problem);
}

/* Steps that were answered before the power went. */
static uint32_t live_until_dark(uint32_t flags, uint64_t seed) {
    struct workload w;
    hsvc_store store;
    hsvc_sqlite *sqlite = open_store(flags, &store);
    uint32_t step = 0;
    if (sqlite == NULL) return 0;
    ck_assert(workload_open(&w, &store, seed));
    while (step < STEPS && workload_step(&w, step) == HSVC_OK) step++;
    ck_assert(step == STEPS || power.dead);
    workload_close(&w);
    hsvc_sqlite_free(sqlite);
    return step;
}

static void look(const struct past *past, uint64_t seed, uint32_t flags, uint32_t answered, uint64_t point) {
    size_t first = (flags & HSVC_SQLITE_NORMAL) != 0 ? 0 : past->after_step[answered] - 1;
    size_t last = past->after_step[answered < STEPS ? answered + 1 : STEPS] - 1;
    struct workload w;
    hsvc_store store;
    hsvc_sqlite *sqlite = open_store(0, &store);
    ck_assert_ptr_nonnull(sqlite);
    ck_assert(workload_open(&w, &store, seed));
    if (!was(past, workload_hash(&store), first, last))
        ck_abort_msg("seed %d, operation %d, %u steps answered: what is there never was", (int)seed, (int)point, answered);
    ck_assert_uint_eq(workload_findings(&w), 0);
    workload_close(&w);
    hsvc_sqlite_free(sqlite);
}

static void one_point(const struct past *past, uint64_t seed, uint32_t flags, uint64_t point) {
    char wal[140], shm[140];
    uint32_t answered;
    snprintf(wal, sizeof wal, "%s-wal", days_path);
    snprintf(shm, sizeof shm, "%s-shm", days_path);
    (void)unlink(days_path), (void)unlink(wal), (void)unlink(shm);
    power_on(point, seed * 100003 + point);
    answered = live_until_dark(flags, seed);
    power_restore();
    look(past, seed, flags, answered, point);
}

START_TEST(power_cuts_take_back_nothing_acknowledged) {
    static struct past past;
    uint64_t seed = (uint64_t)_i + 1, operations;
    uint32_t flags = _i % 4 == 3 ? HSVC_SQLITE_NORMAL : 0;
    days_make_folder();
    live_it(&past, seed);
    power_on(0, seed);
    ck_assert_uint_eq(live_until_dark(flags, seed), STEPS);
    operations = power.operations;
    power_restore();
    look(&past, seed, flags, STEPS, 0);
    ck_assert_uint_gt(operations, POINTS);
    for (uint32_t i = 0; i < POINTS; i++) one_point(&past, seed, flags, 1 + (i * operations + power_pick(20)) / POINTS);
    days_remove_folder();
}
END_TEST

/* crash_power [POINTS] */
int main(int argc, char **argv) { return days_run(argc, argv, power_cuts_take_back_nothing_acknowledged, DEFAULT_POINTS, POINTS); }
