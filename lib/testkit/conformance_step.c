/* conformance_step.c: makes the calls of a step and compares what comes with the model. */
#include "conformance_impl.h"

/* What a sink needs to judge the rows it is given. */
struct looking {
    hsvc_conformance *suite;
    const struct conf_step *step;
    size_t rows;
    size_t expected_at;          /* scan: the model's next row */
    uint8_t got[CONF_KEYS_MOST]; /* read: 1 came, 2 came as it was before */
    int stopped;
};

static void say_status(hsvc_conformance *suite, int32_t status) {
    hsvc__conf_say(suite, "HSVC_");
    hsvc__conf_say(suite, hsvc_name(HSVC_REGISTRY_STATUS, status));
    if (status <= 0) return;
    hsvc__conf_say(suite, " (");
    hsvc__conf_say_number(suite, (uint64_t)status);
    hsvc__conf_say(suite, ")");
}

static void break_status(hsvc_conformance *suite, uint32_t promise, int32_t status, int32_t expected) {
    if (!hsvc__conf_break(suite, promise, status, "expected ")) return;
    if (expected == CONF_STOP)
        hsvc__conf_say(suite, "what the sink returned");
    else
        say_status(suite, expected);
    hsvc__conf_say(suite, ", got ");
    say_status(suite, status);
}

static void break_row(hsvc_conformance *suite, uint32_t promise, hsvc__str key, const char *what) {
    if (!hsvc__conf_break(suite, promise, HSVC_OK, "row ")) return;
    hsvc__conf_say_key(suite, key);
    hsvc__conf_say(suite, what);
}

/* ---- rows ---- */

static void break_revision(hsvc_conformance *suite, const struct conf_row *row, uint64_t expected) {
    if (!hsvc__conf_break(suite, KEEP_ONE_REVISION, HSVC_OK, "row ")) return;
    hsvc__conf_say_key(suite, row->key);
    hsvc__conf_say(suite, ": expected revision ");
    hsvc__conf_say_number(suite, expected);
    hsvc__conf_say(suite, ", got ");
    hsvc__conf_say_number(suite, row->revision);
}

/* Compares a row with the model's (NULL: there should be none). 1 if it is that row, or may have been. */
static int compare(hsvc_conformance *suite, const struct conf_row *row, const struct conf_row *expected,
                   int may_be_stale) {
    int right = expected != NULL && hsvc__str_eq(expected->value, row->value);
    if (right && expected->revision == row->revision) return 1;
    if (may_be_stale && hsvc__conf_was(suite, row)) return 2;
    if (right && !hsvc__conf_was(suite, row))
        break_revision(suite, row, expected->revision);
    else
        break_row(suite, suite->promise, row->key,
                  expected == NULL ? ": expected none, got one"
                  : right          ? ": got an older revision than the last"
                                   : ": its value is not the one last written");
    return 0;
}

static struct conf_row row_of(const hsvc_row *row) {
    struct conf_row out;
    out.key = hsvc__str_of((const char *)row->key, row->key_len);
    out.value = hsvc__str_of((const char *)row->value, row->value_len);
    out.revision = row->revision;
    return out;
}

static int32_t go_on(struct looking *looking) {
    if (looking->step->stop_at == 0 || looking->rows < looking->step->stop_at) return HSVC_OK;
    looking->stopped = 1;
    return CONF_STOP;
}

/* Rows after the sink said stop are looked at by nobody but this. */
static int came_too_late(struct looking *looking) {
    if (!looking->stopped) return 0;
    hsvc__conf_break(looking->suite, KEEP_SINK_STOPS, HSVC_OK,
                     "a row was handed out after the sink had returned something else than HSVC_OK");
    return 1;
}

static int32_t take_read(const hsvc_row *row, void *user) {
    struct looking *looking = (struct looking *)user;
    hsvc_conformance *suite = looking->suite;
    struct conf_row is = row_of(row);
    size_t i = row->index;
    looking->rows++;
    if (came_too_late(looking)) return CONF_STOP;
    if (i >= looking->step->op_count || !hsvc__str_eq(is.key, looking->step->ops[i].key) || looking->got[i]) {
        break_row(suite, KEEP_ROW_AS_ASKED, is.key, ": not the key of that index, or once more");
        return HSVC_OK;
    }
    looking->got[i] = (uint8_t)compare(suite, &is, hsvc__conf_find(suite, is.key),
                                       (suite->target.flags & HSVC_CONFORMANCE_STALE_READS) != 0);
    if (looking->got[i])
        hsvc__conf_saw(suite, looking->step->connection, looking->step->ops[i].key, is.revision, row->hint);
    return go_on(looking);
}

static int32_t take_scan(const hsvc_row *row, void *user) {
    struct looking *looking = (struct looking *)user;
    hsvc_conformance *suite = looking->suite;
    struct conf_row is = row_of(row);
    const struct conf_row *expected =
        looking->expected_at < suite->row_count ? &suite->rows[looking->expected_at] : NULL;
    if (came_too_late(looking)) return CONF_STOP;
    if (row->index != looking->rows)
        break_row(suite, KEEP_ROW_AS_ASKED, is.key, ": index is not the number of the row in the scan");
    if (looking->rows >= looking->step->limit)
        break_row(suite, suite->promise, is.key, ": beyond the limit");
    else if (expected == NULL || !hsvc__str_eq(expected->key, is.key))
        break_row(suite, suite->promise, is.key, ": not the next one in order and bounds");
    else if (compare(suite, &is, expected, 0))
        hsvc__conf_saw(suite, looking->step->connection, expected->key, is.revision, row->hint);
    looking->rows++;
    looking->expected_at++;
    return suite->now.promise == CONF_PROMISES ? go_on(looking) : HSVC_OK;
}

/* ---- read ---- */

static int32_t read_keys(hsvc_conformance *suite, struct looking *looking) {
    const struct conf_step *step = looking->step;
    const hsvc_store *store = &suite->stores[step->connection];
    hsvc_key keys[CONF_KEYS_MOST];
    for (size_t i = 0; i < step->op_count; i++) {
        keys[i].bytes = (const uint8_t *)step->ops[i].key.p;
        keys[i].len = step->ops[i].key.n;
    }
    suite->calls++;
    return store->read(keys, step->op_count, take_read, looking, store->user);
}

static int is_documented_read(int32_t status) {
    return status == HSVC_OK || status == HSVC_ERR_UNAVAILABLE || status == HSVC_ERR_CORRUPT || status == CONF_STOP;
}

/* 1 if the call returned what it should. */
static int read_status_is(hsvc_conformance *suite, int32_t status, int stopped) {
    int32_t expected = stopped ? CONF_STOP : HSVC_OK;
    if (status == expected) return 1;
    break_status(suite,
                 stopped                      ? KEEP_SINK_STOPS
                 : is_documented_read(status) ? suite->promise
                                              : KEEP_DOCUMENTED,
                 status, expected);
    return 0;
}

/* A stale read is allowed if a commit that expects it conflicts; what is read then must be right. */
static void find_out(hsvc_conformance *suite, const struct conf_step *step) {
    const hsvc_store *store = &suite->stores[step->connection];
    const struct conf_seen *seen = hsvc__conf_seen(suite, step->connection, step->ops[0].key);
    uint64_t revision = 0;
    struct looking again = {.suite = suite, .step = step};
    hsvc_op check;
    int32_t status;
    memset(&check, 0, sizeof check);
    check.struct_size = sizeof check;
    check.kind = HSVC_OP_CHECK;
    check.expect = seen == NULL || seen->revision == 0 ? HSVC_EXPECT_ABSENT : HSVC_EXPECT_REVISION;
    check.revision = seen == NULL ? 0 : seen->revision;
    check.key = (const uint8_t *)step->ops[0].key.p;
    check.key_len = step->ops[0].key.n;
    suite->calls++;
    status = store->commit(&check, 1, &revision, store->user);
    if (status != HSVC_ERR_CONFLICT) {
        break_status(suite, suite->promise, status, HSVC_ERR_CONFLICT);
        return;
    }
    if (!read_status_is(suite, read_keys(suite, &again), 0)) return;
    if (again.got[0] == 2 || (again.got[0] != 0) != (hsvc__conf_find(suite, step->ops[0].key) != NULL))
        break_row(suite, suite->promise, step->ops[0].key, ": still as it was before, after a conflict had told");
    if (again.got[0] == 0) hsvc__conf_saw(suite, step->connection, step->ops[0].key, 0, 0);
}

/* A key for which nothing came, or an old row. */
static void settle(hsvc_conformance *suite, const struct conf_step *step, size_t i, uint32_t got) {
    int may_be_stale = (suite->target.flags & HSVC_CONFORMANCE_STALE_READS) != 0;
    struct conf_step one = *step;
    const struct conf_row *row = hsvc__conf_find(suite, step->ops[i].key);
    const struct conf_seen *seen = hsvc__conf_seen(suite, step->connection, step->ops[i].key);
    int is_there = row != NULL;
    if (got == 1) return;
    if (got == 2 && seen != NULL && seen->revision == (row == NULL ? 0 : row->revision)) return; /* found out already */
    if (got == 0) hsvc__conf_saw(suite, step->connection, step->ops[i].key, 0, 0);
    if (got == 0 && !is_there) return;
    if (got == 0 && !may_be_stale) {
        break_row(suite, suite->promise, step->ops[i].key, ": expected, but it did not come");
        return;
    }
    one.ops = &step->ops[i];
    one.op_count = 1;
    find_out(suite, &one);
}

static void do_get(hsvc_conformance *suite, const struct conf_step *step) {
    struct looking looking = {.suite = suite, .step = step};
    int32_t status = read_keys(suite, &looking);
    if (!read_status_is(suite, status, looking.stopped) || looking.stopped) return;
    for (size_t i = 0; i < step->op_count && suite->now.promise == CONF_PROMISES; i++)
        settle(suite, step, i, looking.got[i]);
}

/* ---- scan ---- */

static size_t rows_expected(const hsvc_conformance *suite, const struct conf_step *step, size_t from) {
    size_t to = step->to.n == 0 ? suite->row_count : hsvc__conf_place(suite, step->to);
    size_t rows = to > from ? to - from : 0;
    return rows < step->limit ? rows : step->limit;
}

static void do_scan(hsvc_conformance *suite, const struct conf_step *step) {
    const hsvc_store *store = &suite->stores[step->connection];
    struct looking looking = {.suite = suite, .step = step};
    size_t from = hsvc__conf_place(suite, step->from), rows = rows_expected(suite, step, from);
    int32_t status;
    looking.expected_at = from;
    suite->calls++;
    status = store->scan((const uint8_t *)step->from.p, step->from.n, (const uint8_t *)step->to.p, step->to.n,
                         step->limit, take_scan, &looking, store->user);
    if (!read_status_is(suite, status, looking.stopped) || looking.stopped || looking.rows == rows) return;
    if (!hsvc__conf_break(suite, suite->promise, status, "expected ")) return;
    hsvc__conf_say_number(suite, rows);
    hsvc__conf_say(suite, " rows, got ");
    hsvc__conf_say_number(suite, looking.rows);
}

/* ---- commit ---- */

static void expect_of(hsvc_conformance *suite, const struct conf_step *step, const struct conf_op *want, hsvc_op *op) {
    const struct conf_seen *seen = hsvc__conf_seen(suite, step->connection, want->key);
    uint64_t revision = seen == NULL ? 0 : want->expect == CONF_EXPECT_STALE ? seen->before : seen->revision;
    op->hint = seen == NULL ? 0 : seen->hint;
    op->expect = HSVC_EXPECT_ANY;
    if (want->expect == CONF_EXPECT_ANY) return;
    op->expect = HSVC_EXPECT_REVISION;
    op->revision = want->expect == CONF_EXPECT_NEVER ? UINT64_MAX : revision;
    if (want->expect != CONF_EXPECT_ABSENT && op->revision != 0) return;
    op->expect = HSVC_EXPECT_ABSENT;
    op->revision = 0;
}

/* What a newer library's operation might have behind what this one knows. */
#define WIDER 32u

static hsvc_op *ops_of(hsvc_conformance *suite, const struct conf_step *step) {
    size_t stride = sizeof(hsvc_op) + (step->wide ? WIDER : 0);
    uint8_t *bytes = (uint8_t *)hsvc__arena_take(&suite->arena, step->op_count * stride);
    if (bytes == NULL) return NULL;
    memset(bytes, 0, step->op_count * stride);
    for (size_t i = 0; i < step->op_count; i++) {
        const struct conf_op *want = &step->ops[i];
        hsvc_op *op = (hsvc_op *)(void *)(bytes + i * stride);
        op->struct_size = (uint32_t)stride;
        op->kind = want->kind;
        op->key = (const uint8_t *)want->key.p;
        op->key_len = want->key.n;
        op->value = (const uint8_t *)want->value.p;
        op->value_len = want->value.n;
        expect_of(suite, step, want, op);
    }
    return (hsvc_op *)(void *)bytes;
}

static int is_documented_commit(int32_t status) {
    return status == HSVC_OK || status == HSVC_ERR_CONFLICT || status == HSVC_ERR_UNAVAILABLE ||
           status == HSVC_ERR_UNKNOWN || status == HSVC_ERR_FULL || status == HSVC_ERR_CORRUPT;
}

/* A commit of checks alone gives its revision to no row, so that one may come again. */
static int writes(const struct conf_step *step) {
    for (size_t i = 0; i < step->op_count; i++)
        if (step->ops[i].kind == HSVC_OP_PUT) return 1;
    return 0;
}

static void committed(hsvc_conformance *suite, const struct conf_step *step, const hsvc_op *ops, uint64_t revision) {
    int reopened = suite->promise == KEEP_REOPEN || suite->promise == KEEP_REOPEN_REVISIONS;
    uint32_t reused = reopened ? KEEP_REOPEN_REVISIONS : KEEP_NEVER_REUSED;
    if (revision == 0) {
        hsvc__conf_break(suite, KEEP_GIVES_REVISION, HSVC_OK, "HSVC_OK, and *revision is 0");
        return;
    }
    if (writes(step) && !hsvc__conf_fresh(suite, revision) &&
        hsvc__conf_break(suite, reused, HSVC_OK, "given before: revision "))
        hsvc__conf_say_number(suite, revision);
    hsvc__conf_apply(suite, ops, step->op_count, revision);
    for (size_t i = 0; i < step->op_count && step->op_count <= CONF_WORDS_MOST; i++) {
        if (step->ops[i].kind == HSVC_OP_CHECK) continue;
        hsvc__conf_saw(suite, step->connection, step->ops[i].key, step->ops[i].kind == HSVC_OP_PUT ? revision : 0, 0);
    }
}

static void do_commit(hsvc_conformance *suite, const struct conf_step *step) {
    const hsvc_store *store = &suite->stores[step->connection];
    hsvc_op *ops = ops_of(suite, step);
    uint64_t revision = 0;
    int32_t status, expected;
    if (ops == NULL) {
        suite->failed = HSVC_ERR_MEMORY;
        return;
    }
    if (store->ops_max != 0 && store->ops_max < HSVC_LIMIT_OPS_PER_COMMIT)
        hsvc__conf_break(suite, KEEP_OPS_MAX, HSVC_OK, "ops_max is below HSVC_LIMIT_OPS_PER_COMMIT");
    expected = hsvc__conf_expected(suite, ops, step->op_count);
    suite->calls++;
    status = store->commit(ops, step->op_count, &revision, store->user);
    if (status != expected)
        break_status(suite, is_documented_commit(status) ? suite->promise : KEEP_DOCUMENTED, status, expected);
    else if (status == HSVC_OK)
        committed(suite, step, ops, revision);
}

/* ---- everything ---- */

/* All rows of the sequence by keys, as many at once as a call of the engine may ask for, and by a scan. */
static void do_all(hsvc_conformance *suite, const struct conf_step *step) {
    struct conf_step part = *step;
    uint8_t bounds[2][CONF_PREFIX];
    struct conf_op keys[CONF_KEYS_MOST];
    memset(keys, 0, sizeof keys);
    part.ops = keys;
    for (size_t from = 0; from < suite->row_count && suite->now.promise == CONF_PROMISES; from += part.op_count) {
        size_t left = suite->row_count - from;
        part.op_count = left < CONF_KEYS_MOST ? left : CONF_KEYS_MOST;
        for (size_t i = 0; i < part.op_count; i++) keys[i].key = suite->rows[from + i].key;
        do_get(suite, &part);
    }
    hsvc__conf_prefix(suite, bounds[0]);
    hsvc__conf_prefix(suite, bounds[1]);
    bounds[1][CONF_PREFIX - 1]++;
    part.from = hsvc__str_of((const char *)bounds[0], CONF_PREFIX);
    part.to = hsvc__str_of((const char *)bounds[1], CONF_PREFIX);
    part.limit = SIZE_MAX;
    if (suite->now.promise == CONF_PROMISES) do_scan(suite, &part);
}

void hsvc__conf_step(hsvc_conformance *suite, const struct conf_step *step) {
    if (step->kind == CONF_GET)
        do_get(suite, step);
    else if (step->kind == CONF_SCAN)
        do_scan(suite, step);
    else if (step->kind == CONF_COMMIT)
        do_commit(suite, step);
    else if (step->kind == CONF_ALL)
        do_all(suite, step);
    else
        suite->failed = hsvc__conf_reopen(suite);
}

/* ---- cleaning ---- */

struct left {
    hsvc_conformance *suite;
    hsvc_op *ops;
    size_t count;
};

static int32_t note_left(const hsvc_row *row, void *user) {
    struct left *left = (struct left *)user;
    hsvc__str key = hsvc__arena_copy(&left->suite->arena, row->key, row->key_len);
    hsvc_op *op;
    if (left->count == CONF_ROWS_MOST || key.n == 0) return CONF_STOP;
    op = &left->ops[left->count++];
    memset(op, 0, sizeof *op);
    op->struct_size = sizeof *op;
    op->kind = HSVC_OP_DELETE;
    op->expect = HSVC_EXPECT_ANY;
    op->key = (const uint8_t *)key.p;
    op->key_len = key.n;
    return HSVC_OK;
}

/* Whether it works is no promise of its own: deleting and scanning were tried before. */
void hsvc__conf_clean(hsvc_conformance *suite) {
    const hsvc_store *store = &suite->stores[0];
    struct left left = {suite, (hsvc_op *)hsvc__arena_take(&suite->arena, CONF_ROWS_MOST * sizeof(hsvc_op)), 0};
    uint8_t bounds[2][CONF_PREFIX];
    if (left.ops == NULL || suite->failed != HSVC_OK) return;
    hsvc__conf_prefix(suite, bounds[0]);
    hsvc__conf_prefix(suite, bounds[1]);
    bounds[1][CONF_PREFIX - 1]++;
    suite->calls++;
    (void)store->scan(bounds[0], CONF_PREFIX, bounds[1], CONF_PREFIX, CONF_ROWS_MOST, note_left, &left, store->user);
    for (size_t from = 0; from < left.count; from += HSVC_LIMIT_OPS_PER_COMMIT) {
        size_t rest = left.count - from;
        uint64_t revision = 0;
        suite->calls++;
        (void)store->commit(left.ops + from, rest < HSVC_LIMIT_OPS_PER_COMMIT ? rest : HSVC_LIMIT_OPS_PER_COMMIT,
                            &revision, store->user);
        if (revision != 0) (void)hsvc__conf_fresh(suite, revision);
    }
}
