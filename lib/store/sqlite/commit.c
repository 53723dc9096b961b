/* commit.c: all operations or none.
 *
 * A commit that writes takes the write lock first and compares then: never a read transaction that becomes a writing one,
 * which two processes could wait for for ever. One that only checks needs no lock: it compares in one snapshot, which is
 * the moment at which it took place. */
#include "core/ops.h"
#include "sqlite_store.h"

#define FEW ((size_t)4 * HSVC_LIMIT_OPS_PER_COMMIT)

struct commit {
    hsvc_sqlite *store;
    const hsvc_op *ops;
    size_t count;
    uint32_t *seen; /* by the hash of its key, each operation's number and 1: to find a key that stands there twice */
    size_t seen_room;
    uint32_t few[FEW];
    uint64_t revision;
};

static const hsvc_op *op_at(const struct commit *commit, size_t i) { return hsvc__op_at(commit->ops, i); }

/* ---- look ---- */

/* take_seen: a table that is half empty; of few operations it needs no memory. */
static int32_t take_seen(struct commit *commit) {
    commit->seen = commit->few;
    commit->seen_room = FEW;
    while (commit->seen_room < 2 * commit->count) commit->seen_room *= 2;
    if (commit->seen_room > FEW)
        commit->seen = (uint32_t *)hsvc__alloc(&commit->store->allocator, commit->seen_room * sizeof *commit->seen);
    if (commit->seen == NULL) return hsvc__sqlite_problem(commit->store, HSVC_SQLITE_NO_MEMORY);
    memset(commit->seen, 0, commit->seen_room * sizeof *commit->seen);
    return HSVC_OK;
}

static void give_seen(struct commit *commit) {
    if (commit->seen == commit->few || commit->seen == NULL) return;
    hsvc__release(&commit->store->allocator, commit->seen, commit->seen_room * sizeof *commit->seen);
}

static int is_first(struct commit *commit, size_t number) {
    const hsvc_op *op = op_at(commit, number);
    size_t at = hsvc_hash64(op->key, op->key_len) & (commit->seen_room - 1);
    for (; commit->seen[at] != 0; at = (at + 1) & (commit->seen_room - 1)) {
        const hsvc_op *other = op_at(commit, commit->seen[at] - 1);
        if (other->key_len == op->key_len && memcmp(other->key, op->key, op->key_len) == 0) return 0;
    }
    commit->seen[at] = (uint32_t)number + 1;
    return 1;
}

/* ARGUMENT for what no engine sends, CONFLICT for a key twice. writes: does any operation? */
static int32_t look(struct commit *commit, int *writes) {
    int32_t status = HSVC_OK;
    if (commit->count != 0 && !hsvc__ops_stride_ok(commit->ops)) return HSVC_ERR_ARGUMENT;
    for (size_t i = 0; i < commit->count; i++) {
        if (!hsvc__op_is_possible(op_at(commit, i))) return HSVC_ERR_ARGUMENT;
        if (!is_first(commit, i)) status = HSVC_ERR_CONFLICT;
        if (op_at(commit, i)->kind != HSVC_OP_CHECK) *writes = 1;
    }
    return status;
}

/* ---- compare ---- */

/* The revision of a key's row, 0 if there is none. */
static int32_t revision_of(hsvc_sqlite *store, const hsvc_op *op, uint64_t *revision) {
    sqlite3_stmt *query = store->sql[HSVC__SQL_REVISION_OF];
    int code = hsvc__sqlite_bind_bytes(query, 1, op->key, op->key_len);
    int32_t status = HSVC_OK;
    *revision = 0;
    if (code == SQLITE_OK) code = sqlite3_step(query);
    if (code == SQLITE_ROW)
        *revision = (uint64_t)sqlite3_column_int64(query, 0);
    else if (code != SQLITE_DONE)
        status = hsvc__sqlite_fail(store, code);
    (void)sqlite3_reset(query);
    return status;
}

static int32_t compare(const struct commit *commit) {
    for (size_t i = 0; i < commit->count; i++) {
        const hsvc_op *op = op_at(commit, i);
        uint64_t now;
        int32_t status;
        if (op->expect == HSVC_EXPECT_ANY) continue;
        status = revision_of(commit->store, op, &now);
        if (status != HSVC_OK) return status;
        if (op->expect == HSVC_EXPECT_ABSENT ? now != 0 : now == 0 || now != op->revision) return HSVC_ERR_CONFLICT;
    }
    return HSVC_OK;
}

/* ---- write ---- */

static int32_t number_of(struct commit *commit, int statement) {
    sqlite3_stmt *query = commit->store->sql[statement];
    int code = sqlite3_step(query);
    int32_t status = code == SQLITE_ROW ? HSVC_OK : hsvc__sqlite_fail(commit->store, code);
    if (code == SQLITE_ROW) commit->revision = (uint64_t)sqlite3_column_int64(query, 0);
    (void)sqlite3_reset(query);
    return status;
}

static int32_t write_one(const struct commit *commit, const hsvc_op *op) {
    hsvc_sqlite *store = commit->store;
    hsvc_row row = {.struct_size = sizeof row, .key = op->key, .key_len = op->key_len, .revision = commit->revision};
    int code;
    if (op->kind == HSVC_OP_CHECK) return HSVC_OK;
    row.value = op->value;
    row.value_len = op->value_len;
    code = op->kind == HSVC_OP_PUT ? hsvc__sqlite_bind_row(store->sql[HSVC__SQL_PUT], &row)
                                   : hsvc__sqlite_bind_bytes(store->sql[HSVC__SQL_DELETE], 1, op->key, op->key_len);
    if (code != SQLITE_OK) return hsvc__sqlite_fail(store, code);
    return hsvc__sqlite_run(store, op->kind == HSVC_OP_PUT ? HSVC__SQL_PUT : HSVC__SQL_DELETE);
}

static int32_t write_all(struct commit *commit) {
    int32_t status = number_of(commit, HSVC__SQL_NEXT_REVISION);
    for (size_t i = 0; i < commit->count && status == HSVC_OK; i++) status = write_one(commit, op_at(commit, i));
    return status;
}

/* ---- the transaction ---- */

static void roll_back(hsvc_sqlite *store) {
    if (sqlite3_get_autocommit(store->db) != 0) return; /* SQLite did it itself */
    (void)sqlite3_step(store->sql[HSVC__SQL_ROLLBACK]);
    (void)sqlite3_reset(store->sql[HSVC__SQL_ROLLBACK]);
}

/* The log has it whole, and its mark, or it has not; but after an error of writing or syncing nobody knows what the disk
 * kept, and after a crash the mark may be found there. */
static int32_t finish(hsvc_sqlite *store) {
    int32_t status = hsvc__sqlite_run(store, HSVC__SQL_COMMIT);
    if (status == HSVC_OK) return HSVC_OK;
    roll_back(store);
    return store->problem == HSVC_SQLITE_IO ? HSVC_ERR_UNKNOWN : status;
}

/* A commit of checks alone gives the number that the next one may give too: no row will carry it. */
static int32_t only_compare(struct commit *commit) {
    int32_t status = compare(commit);
    if (status == HSVC_OK) status = number_of(commit, HSVC__SQL_LAST_REVISION);
    commit->revision++;
    return status;
}

static int32_t transact(struct commit *commit, int writes) {
    hsvc_sqlite *store = commit->store;
    int32_t status = hsvc__sqlite_run(store, writes ? HSVC__SQL_BEGIN_WRITE : HSVC__SQL_BEGIN_READ);
    if (status != HSVC_OK) return status;
    status = writes ? compare(commit) : only_compare(commit);
    if (status == HSVC_OK && writes) status = write_all(commit);
    if (status == HSVC_OK && writes) return finish(store);
    roll_back(store);
    return status;
}

int32_t hsvc__sqlite_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    struct commit commit;
    int writes = 0;
    int32_t status;
    if (user == NULL || revision == NULL || (ops == NULL && op_count > 0) || op_count > HSVC__SQLITE_OPS_MAX)
        return HSVC_ERR_ARGUMENT;
    commit.store = (hsvc_sqlite *)user;
    commit.ops = ops;
    commit.count = op_count;
    commit.seen = NULL;
    commit.revision = 0;
    status = hsvc__sqlite_enter(commit.store);
    if (status == HSVC_OK) status = take_seen(&commit);
    if (status == HSVC_OK) status = look(&commit, &writes);
    give_seen(&commit);
    if (status == HSVC_OK && writes && (commit.store->flags & HSVC_SQLITE_READ_ONLY) != 0)
        status = hsvc__sqlite_problem(commit.store, HSVC_SQLITE_IS_READ_ONLY);
    if (status == HSVC_OK) status = transact(&commit, writes);
    if (status == HSVC_OK) *revision = commit.revision;
    return status;
}
