/* conformance_together.c: commits at the same time, each job on a connection and in a thread of its own.
 *
 * The library starts no threads: hsvc_store_target.together does. Jobs share nothing but the store: they meet by rows that
 * each writes and the others wait for, and each notes what it saw in a place of its own. */
#include "conformance_impl.h"

#define JOBS_MOST HSVC_CONFORMANCE_CONNECTIONS_MOST
#define TRIES 2000u /* of a commit that conflicts or finds the store unavailable, and of waiting for the others */
#define COMMITS_A_ROUND 4u

enum { COUNTING, SKEW_PRESENT, SKEW_ABSENT };

struct job {
    hsvc_conformance *suite;
    uint32_t which;
    uint32_t kind;
    int32_t bad; /* a status that is not documented, or came too often */
    uint64_t counted;
    uint64_t *revisions;
    size_t revision_count;
};

struct jobs {
    struct job of[JOBS_MOST];
};

/* ---- one connection's calls ---- */

struct cell { /* a row of one byte */
    uint8_t key[CONF_PREFIX + 6];
    uint32_t there;
    uint64_t value;
    uint64_t revision;
};

static void name_cell(const hsvc_conformance *suite, struct cell *cell, char kind, uint32_t round, uint32_t which) {
    memset(cell, 0, sizeof *cell);
    hsvc__conf_prefix(suite, cell->key);
    cell->key[CONF_PREFIX] = (uint8_t)kind;
    hsvc__put32(cell->key + CONF_PREFIX + 1, round);
    cell->key[CONF_PREFIX + 5] = (uint8_t)which;
}

static int32_t take_cell(const hsvc_row *row, void *user) {
    struct cell *cells = (struct cell *)user;
    if (row->index >= JOBS_MOST || row->value_len != 8) return CONF_STOP;
    cells[row->index].there = 1;
    cells[row->index].value = hsvc__get64(row->value);
    cells[row->index].revision = row->revision;
    return HSVC_OK;
}

static int32_t read_cells(const hsvc_store *store, struct cell *cells, size_t count) {
    hsvc_key keys[JOBS_MOST];
    for (size_t i = 0; i < count; i++) {
        keys[i].bytes = cells[i].key;
        keys[i].len = sizeof cells[i].key;
        cells[i].there = 0;
    }
    return store->read(keys, count, take_cell, cells, store->user);
}

static hsvc_op op_for(const struct cell *cell, uint32_t kind, const uint8_t *value) {
    hsvc_op op;
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = kind;
    op.expect = cell->there ? HSVC_EXPECT_REVISION : HSVC_EXPECT_ABSENT;
    op.revision = cell->there ? cell->revision : 0;
    op.key = cell->key;
    op.key_len = sizeof cell->key;
    op.value = kind == HSVC_OP_PUT ? value : NULL;
    op.value_len = kind == HSVC_OP_PUT ? 8 : 0;
    return op;
}

/* HSVC_OK, HSVC_ERR_CONFLICT; anything else ends the job. A store that is busy is asked again. */
static int32_t commit(struct job *job, const hsvc_op *ops, size_t count) {
    const hsvc_store *store = &job->suite->stores[job->which];
    uint64_t revision = 0;
    int32_t status = HSVC_ERR_UNAVAILABLE;
    for (uint32_t i = 0; i < TRIES && status == HSVC_ERR_UNAVAILABLE; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a suite without connections begins no job */
        status = store->commit(ops, count, &revision, store->user);
    if (status == HSVC_OK && job->revision_count < (size_t)job->suite->target.rounds * COMMITS_A_ROUND)
        job->revisions[job->revision_count++] = revision;
    if (status != HSVC_OK && status != HSVC_ERR_CONFLICT) job->bad = status;
    return status;
}

static int32_t look(struct job *job, struct cell *cells, size_t count) {
    const hsvc_store *store = &job->suite->stores[job->which];
    int32_t status = HSVC_ERR_UNAVAILABLE;
    for (uint32_t i = 0; i < TRIES && status == HSVC_ERR_UNAVAILABLE; i++) status = read_cells(store, cells, count);
    if (status != HSVC_OK) job->bad = status;
    return status;
}

/* Waits until all jobs have come to this round; not for ever, since a broken store may never show it. */
static void meet(struct job *job, uint32_t round) {
    uint32_t count = job->suite->target.connections, here = 0;
    struct cell cells[JOBS_MOST];
    uint8_t value[8] = {0};
    hsvc_op op;
    for (uint32_t i = 0; i < count; i++) name_cell(job->suite, &cells[i], 'm', 0, i);
    hsvc__put64(value, round + 1);
    op = op_for(&cells[job->which], HSVC_OP_PUT, value);
    op.expect = HSVC_EXPECT_ANY;
    op.revision = 0;
    for (uint32_t i = 0; i < TRIES && commit(job, &op, 1) == HSVC_ERR_CONFLICT; i++) continue;
    for (uint32_t i = 0; i < TRIES && here < count && job->bad == HSVC_OK; i++) {
        if (look(job, cells, count) != HSVC_OK) return;
        here = 0;
        for (uint32_t k = 0; k < count; k++) here += cells[k].there && cells[k].value > round;
    }
}

/* ---- jobs ---- */

static void count_up(struct job *job) {
    struct cell cell;
    uint8_t value[8];
    int32_t status = HSVC_ERR_CONFLICT;
    name_cell(job->suite, &cell, 'x', 0, 0);
    for (uint32_t i = 0; i < TRIES && status == HSVC_ERR_CONFLICT; i++) {
        hsvc_op op;
        if (look(job, &cell, 1) != HSVC_OK) return;
        hsvc__put64(value, cell.there ? cell.value + 1 : 1);
        op = op_for(&cell, HSVC_OP_PUT, value);
        status = commit(job, &op, 1);
    }
    if (status == HSVC_OK) job->counted++;
    if (status == HSVC_ERR_CONFLICT) job->bad = status;
}

/* Two rows of which one must stay on (present), or at most one may come to be (absent): each job writes its own side and
 * checks the other. */
static void skew(struct job *job, uint32_t round) {
    uint32_t own = job->which % 2;
    struct cell cells[2];
    uint8_t off[8] = {0};
    hsvc_op ops[2];
    name_cell(job->suite, &cells[0], 'p', round, 0);
    name_cell(job->suite, &cells[1], 'p', round, 1);
    if (look(job, cells, 2) != HSVC_OK) return;
    for (uint32_t i = 0; i < 2; i++)
        if (job->kind == SKEW_PRESENT ? cells[i].value == 0 : cells[i].there) return; /* somebody was first */
    ops[0] = op_for(&cells[own], HSVC_OP_PUT, off);
    ops[1] = op_for(&cells[1 - own], HSVC_OP_CHECK, NULL);
    (void)commit(job, ops, 2);
}

static void run_job(uint32_t which, void *user) {
    struct job *job = &((struct jobs *)user)->of[which];
    for (uint32_t round = 0; round < job->suite->target.rounds && job->bad == HSVC_OK; round++) {
        meet(job, round);
        if (job->kind == COUNTING)
            count_up(job);
        else
            skew(job, round);
    }
}

/* ---- around them ---- */

static void begin(hsvc_conformance *suite, struct jobs *jobs, uint32_t kind, uint32_t promise) {
    static const uint8_t on[8] = {1};
    hsvc__arena_reset(&suite->arena);
    suite->number++;
    suite->promise = promise;
    memset(&suite->now, 0, sizeof suite->now);
    suite->now.promise = CONF_PROMISES;
    memset(jobs, 0, sizeof *jobs);
    for (uint32_t i = 0; i < suite->target.connections; i++) {
        struct job *job = &jobs->of[i];
        job->suite = suite;
        job->which = i;
        job->kind = kind;
        job->revisions =
            (uint64_t *)hsvc__arena_take(&suite->arena, (size_t)suite->target.rounds * COMMITS_A_ROUND * sizeof(uint64_t));
    }
    if (suite->arena.failed) suite->failed = HSVC_ERR_MEMORY;
    for (uint32_t round = 0; kind == SKEW_PRESENT && round < suite->target.rounds && suite->failed == HSVC_OK;
         round++) {
        struct cell cells[2];
        hsvc_op ops[2];
        for (uint32_t i = 0; i < 2; i++) {
            name_cell(suite, &cells[i], 'p', round, i);
            ops[i] = op_for(&cells[i], HSVC_OP_PUT, on);
        }
        (void)commit(&jobs->of[0], ops, 2);
    }
}

static void judge_counting(hsvc_conformance *suite, const struct jobs *jobs) {
    struct cell cell;
    uint64_t counted = 0;
    name_cell(suite, &cell, 'x', 0, 0);
    (void)read_cells(&suite->stores[0], &cell, 1);
    for (uint32_t i = 0; i < suite->target.connections; i++) counted += jobs->of[i].counted;
    if (cell.value == counted) return;
    if (!hsvc__conf_break(suite, suite->promise, HSVC_OK, "successful commits that each counted one up: ")) return;
    hsvc__conf_say_number(suite, counted);
    hsvc__conf_say(suite, "; counted: ");
    hsvc__conf_say_number(suite, cell.value);
}

static void judge_skew(hsvc_conformance *suite, uint32_t kind) {
    uint64_t skewed = 0;
    for (uint32_t round = 0; round < suite->target.rounds; round++) {
        struct cell cells[2];
        name_cell(suite, &cells[0], 'p', round, 0);
        name_cell(suite, &cells[1], 'p', round, 1);
        if (read_cells(&suite->stores[0], cells, 2) != HSVC_OK) continue;
        skewed += kind == SKEW_PRESENT ? cells[0].value == 0 && cells[1].value == 0 : cells[0].there && cells[1].there;
    }
    if (skewed == 0 || !hsvc__conf_break(suite, suite->promise, HSVC_OK, "both of two commits succeeded: ")) return;
    hsvc__conf_say_number(suite, skewed);
    hsvc__conf_say(suite, " times");
}

static void judge_statuses(hsvc_conformance *suite, const struct jobs *jobs) {
    for (uint32_t i = 0; i < suite->target.connections; i++) {
        int32_t bad = jobs->of[i].bad;
        if (bad == HSVC_OK || !hsvc__conf_break(suite, suite->promise, bad, "a call kept returning HSVC_")) continue;
        hsvc__conf_say(suite, hsvc_name(HSVC_REGISTRY_STATUS, bad));
    }
}

static void judge_revisions(hsvc_conformance *suite, const struct jobs *jobs) {
    uint64_t twice = 0;
    for (uint32_t i = 0; i < suite->target.connections; i++)
        for (size_t k = 0; k < jobs->of[i].revision_count; k++)
            twice += !hsvc__conf_fresh(suite, jobs->of[i].revisions[k]);
    if (twice == 0 || !hsvc__conf_break(suite, KEEP_REVISION_TOGETHER, HSVC_OK, "revisions given twice: ")) return;
    hsvc__conf_say_number(suite, twice);
}

static void one(hsvc_conformance *suite, uint32_t kind, uint32_t promise, const char *sequence) {
    struct jobs jobs;
    begin(suite, &jobs, kind, promise);
    if (suite->failed != HSVC_OK) return;
    suite->failed = suite->target.together(suite->target.connections, run_job, &jobs, suite->target.user);
    if (suite->failed == HSVC_OK && (suite->target.flags & HSVC_CONFORMANCE_STALE_READS) != 0)
        suite->failed = hsvc__conf_reopen(suite); /* judged by what is there, not by what a cache remembers */
    if (suite->failed != HSVC_OK) return;
    judge_statuses(suite, &jobs);
    if (kind == COUNTING)
        judge_counting(suite, &jobs);
    else
        judge_skew(suite, kind);
    if (suite->now.promise != CONF_PROMISES) hsvc__conf_note(suite, sequence, strlen(sequence));
    memset(&suite->now, 0, sizeof suite->now);
    suite->now.promise = CONF_PROMISES;
    judge_revisions(suite, &jobs);
    if (suite->now.promise != CONF_PROMISES) hsvc__conf_note(suite, sequence, strlen(sequence));
    hsvc__conf_clean(suite);
}

void hsvc__conf_together(hsvc_conformance *suite) {
    one(suite, COUNTING, KEEP_NO_LOST_UPDATE_TOGETHER,
        "together: each get x; put x <one more> if seen, until it succeeds");
    if (suite->failed == HSVC_OK)
        one(suite, SKEW_PRESENT, KEEP_CHECK_PRESENT_TOGETHER,
            "A put x on, put y on; together: A get x y; A put x off if seen, check y if seen | B get x y; B put y off "
            "if seen, check x if seen");
    if (suite->failed == HSVC_OK)
        one(suite, SKEW_ABSENT, KEEP_CHECK_ABSENT_TOGETHER,
            "together: A get x y; A put x 1 if absent, check y if absent | B get x y; B put y 1 if absent, check x if "
            "absent");
}
