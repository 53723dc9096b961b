/* commit.c: one call of the database's function `commit`, which does all of it or nothing in one round trip. */
#include "core/ops.h"
#include "store/pgsql/store.h"

/* One operation by its lock: the lowest bit of a lock says that it is shared, so that CHECKs do not wait for each other. */
struct lock {
    uint64_t id;
    const hsvc_op *op;
};

static int are_possible(const hsvc_op *ops, size_t op_count) {
    if (op_count == 0 || op_count > HSVC__PG_OPS_MAX || !hsvc__ops_stride_ok(ops)) return 0;
    for (size_t i = 0; i < op_count; i++)
        if (!hsvc__op_is_possible(hsvc__op_at(ops, i))) return 0;
    return 1;
}

/* ---- locks ---- */
static uint64_t lock_of(const struct hsvc_pgsql_store *store, const hsvc_op *op) {
    uint64_t id = (hsvc_hash64(op->key, op->key_len) ^ store->salt) & ~(uint64_t)1;
    return id | (op->kind == HSVC_OP_CHECK);
}

static int by_lock(const void *a, const void *b) {
    uint64_t x = ((const struct lock *)a)->id, y = ((const struct lock *)b)->id;
    return (x > y) - (x < y);
}

/* One order for everybody, so that two commits never wait for each other; of one lock the exclusive use comes first. */
static void sort_locks(const struct hsvc_pgsql_store *store, const hsvc_op *ops, size_t op_count, struct lock *locks) {
    for (size_t i = 0; i < op_count; i++) {
        locks[i].op = hsvc__op_at(ops, i);
        locks[i].id = lock_of(store, locks[i].op);
    }
    qsort(locks, op_count, sizeof *locks, by_lock);
}

/* names_twice: one key in two operations, which then have one lock. */
static int names_twice(const struct lock *locks, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count && (locks[i].id | 1) == (locks[j].id | 1); j++)
            if (locks[i].op->key_len == locks[j].op->key_len &&
                memcmp(locks[i].op->key, locks[j].op->key, locks[i].op->key_len) == 0)
                return 1;
    return 0;
}

/* gate: every commit holds it: shared with the others, or alone if it has more keys than the server has locks to spare. */
static int64_t gate(const struct hsvc_pgsql_store *store, size_t op_count) {
    uint64_t id = (hsvc_hash64("gate", 4) ^ store->salt) & ~(uint64_t)1;
    return (int64_t)(id | (op_count <= HSVC__PG_LOCKS_MAX));
}

/* ---- parameters: locks, keys, expected revisions, values, keys to delete, readable columns ---- */
static int64_t expected_of(const hsvc_op *op) {
    if (op->expect == HSVC_EXPECT_ANY) return -1;
    if (op->expect == HSVC_EXPECT_ABSENT) return 0;
    return op->revision == 0 || op->revision > INT64_MAX ? INT64_MAX : (int64_t)op->revision; /* no row ever has that one */
}

/* The keys of the PUTs come first, in the order of their values. */
static void add_keys(struct hsvc_pgsql_store *store, const hsvc_op *ops, size_t op_count) {
    hsvc__pg_array_begin(store, HSVC__PG_BYTEA);
    for (int puts = 1; puts >= 0; puts--)
        for (size_t i = 0; i < op_count; i++) {
            const hsvc_op *op = hsvc__op_at(ops, i);
            if ((op->kind == HSVC_OP_PUT) == puts) hsvc__pg_array_bytes(store, op->key, op->key_len);
        }
    hsvc__pg_array_end(store);
    hsvc__pg_array_begin(store, HSVC__PG_INT8);
    for (int puts = 1; puts >= 0; puts--)
        for (size_t i = 0; i < op_count; i++)
            if ((hsvc__op_at(ops, i)->kind == HSVC_OP_PUT) == puts) hsvc__pg_array_int8(store, expected_of(hsvc__op_at(ops, i)));
    hsvc__pg_array_end(store);
}

static void add_args(struct hsvc_pgsql_store *store, const hsvc_op *ops, size_t op_count, const struct lock *locks) {
    hsvc__pg_args_begin(store);
    hsvc__pg_array_begin(store, HSVC__PG_INT8);
    hsvc__pg_array_int8(store, gate(store, op_count));
    for (size_t i = 0; i < op_count && op_count <= HSVC__PG_LOCKS_MAX; i++) hsvc__pg_array_int8(store, (int64_t)locks[i].id);
    hsvc__pg_array_end(store);
    add_keys(store, ops, op_count);
    hsvc__pg_array_begin(store, HSVC__PG_BYTEA);
    for (size_t i = 0; i < op_count; i++)
        if (hsvc__op_at(ops, i)->kind == HSVC_OP_PUT) hsvc__pg_array_bytes(store, hsvc__op_at(ops, i)->value, hsvc__op_at(ops, i)->value_len);
    hsvc__pg_array_end(store);
    hsvc__pg_array_begin(store, HSVC__PG_BYTEA);
    for (size_t i = 0; i < op_count; i++)
        if (hsvc__op_at(ops, i)->kind == HSVC_OP_DELETE) hsvc__pg_array_bytes(store, hsvc__op_at(ops, i)->key, hsvc__op_at(ops, i)->key_len);
    hsvc__pg_array_end(store);
    hsvc__pg_array_begin(store, HSVC__PG_JSONB);
    for (size_t i = 0; i < op_count; i++)
        if (hsvc__op_at(ops, i)->kind == HSVC_OP_PUT) hsvc__pg_array_readable(store, hsvc__op_at(ops, i));
    hsvc__pg_array_end(store);
}

/* ---- the commit ---- */

/* submit: what became of it. A revision of 0 is the function's word for an expectation that did not hold. */
static int32_t submit(struct hsvc_pgsql_store *store, uint64_t *revision) {
    PGresult *result;
    uint64_t given;
    if (store->args.failed) return hsvc__pg_problem(store, HSVC_PGSQL_OTHER, "", "no memory");
    result = hsvc__pg_call(store, &hsvc__pg_statements[HSVC__PG_COMMIT]);
    if (result == NULL) {
        if (store->lost) store->status = HSVC_ERR_UNKNOWN;
        return store->status;
    }
    given = (uint64_t)hsvc__pg_int8_of(result, 0, 0);
    PQclear(result);
    if (given == 0) return HSVC_ERR_CONFLICT;
    if (store->warned) {
        (void)hsvc__pg_problem(store, HSVC_PGSQL_LOST, "", "the commit was not confirmed by a standby");
        return store->status = HSVC_ERR_UNKNOWN;
    }
    *revision = given;
    return HSVC_OK;
}

static int32_t commit_locked(struct hsvc_pgsql_store *store, const hsvc_op *ops, size_t op_count, struct lock *locks,
                             uint64_t *revision) {
    sort_locks(store, ops, op_count, locks);
    if (names_twice(locks, op_count)) return HSVC_ERR_CONFLICT;
    add_args(store, ops, op_count, locks);
    return submit(store, revision);
}

int32_t hsvc__pg_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    struct hsvc_pgsql_store *store = (struct hsvc_pgsql_store *)user;
    struct lock few[HSVC__PG_LOCKS_MAX], *locks = few;
    int32_t status;
    if (!are_possible(ops, op_count)) return HSVC_ERR_ARGUMENT;
    status = hsvc__pg_ready(store);
    if (status != HSVC_OK) return status;
    if (op_count > HSVC__PG_LOCKS_MAX) locks = (struct lock *)hsvc__alloc(&store->allocator, op_count * sizeof *locks);
    if (locks == NULL) return hsvc__pg_problem(store, HSVC_PGSQL_OTHER, "", "no memory");
    status = commit_locked(store, ops, op_count, locks, revision);
    if (locks != few) hsvc__release(&store->allocator, locks, op_count * sizeof *locks);
    return status;
}
