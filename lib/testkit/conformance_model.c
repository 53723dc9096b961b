/* conformance_model.c: what a store should hold: a sorted list, too simple to be wrong. */
#include "conformance_impl.h"

int hsvc__conf_model_begin(hsvc_conformance *suite) {
    suite->rows = (struct conf_row *)hsvc__arena_take(&suite->arena, CONF_ROWS_MOST * sizeof *suite->rows);
    suite->past = (struct conf_row *)hsvc__arena_take(&suite->arena, CONF_ROWS_MOST * sizeof *suite->past);
    suite->seen = (struct conf_seen *)hsvc__arena_take(&suite->arena, CONF_SEEN_MOST * sizeof *suite->seen);
    suite->row_count = suite->past_count = suite->seen_count = 0;
    return !suite->arena.failed;
}

/* ---- rows ---- */

int hsvc__conf_order(hsvc__str a, hsvc__str b) {
    size_t shorter = a.n < b.n ? a.n : b.n;
    int order = shorter == 0 ? 0 : memcmp(a.p, b.p, shorter);
    if (order != 0) return order;
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

size_t hsvc__conf_place(const hsvc_conformance *suite, hsvc__str key) {
    size_t low = 0, high = suite->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hsvc__conf_order(suite->rows[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct conf_row *hsvc__conf_find(const hsvc_conformance *suite, hsvc__str key) {
    size_t at = hsvc__conf_place(suite, key);
    return at < suite->row_count && hsvc__str_eq(suite->rows[at].key, key) ? &suite->rows[at] : NULL;
}

int hsvc__conf_was(const hsvc_conformance *suite, const struct conf_row *row) {
    for (size_t i = 0; i < suite->past_count; i++) {
        const struct conf_row *past = &suite->past[i];
        if (past->revision != row->revision || !hsvc__str_eq(past->key, row->key)) continue;
        if (hsvc__str_eq(past->value, row->value)) return 1;
    }
    return 0;
}

/* ---- commits ---- */

static hsvc__str key_of(const hsvc_op *op) { return hsvc__str_of((const char *)op->key, op->key_len); }

static int holds(const hsvc_conformance *suite, const hsvc_op *op) {
    const struct conf_row *row = hsvc__conf_find(suite, key_of(op));
    if (op->expect == HSVC_EXPECT_ANY) return 1;
    if (op->expect == HSVC_EXPECT_ABSENT) return row == NULL;
    return row != NULL && row->revision == op->revision;
}

int32_t hsvc__conf_expected(hsvc_conformance *suite, const hsvc_op *ops, size_t op_count) {
    for (size_t i = 0; i < op_count; i++) {
        const hsvc_op *op = hsvc__op_at(ops, i);
        if (!holds(suite, op)) return HSVC_ERR_CONFLICT;
        if (op_count > CONF_WORDS_MOST) continue; /* a fill: its keys differ */
        for (size_t j = 0; j < i; j++)
            if (hsvc__str_eq(key_of(hsvc__op_at(ops, j)), key_of(op))) return HSVC_ERR_CONFLICT;
    }
    return HSVC_OK;
}

static void put_row(hsvc_conformance *suite, const hsvc_op *op, uint64_t revision) {
    size_t at = hsvc__conf_place(suite, key_of(op));
    struct conf_row *row = &suite->rows[at];
    if (at == suite->row_count || !hsvc__str_eq(row->key, key_of(op))) {
        if (suite->row_count == CONF_ROWS_MOST) return;
        memmove(row + 1, row, (suite->row_count - at) * sizeof *row);
        suite->row_count++;
    }
    row->key = key_of(op);
    row->value = hsvc__str_of((const char *)op->value, op->value_len);
    row->revision = revision;
    if (suite->past_count < CONF_ROWS_MOST) suite->past[suite->past_count++] = *row;
}

static void delete_row(hsvc_conformance *suite, const hsvc_op *op) {
    size_t at = hsvc__conf_place(suite, key_of(op));
    struct conf_row *row = &suite->rows[at];
    if (at == suite->row_count || !hsvc__str_eq(row->key, key_of(op))) return;
    suite->row_count--;
    memmove(row, row + 1, (suite->row_count - at) * sizeof *row);
}

void hsvc__conf_apply(hsvc_conformance *suite, const hsvc_op *ops, size_t op_count, uint64_t revision) {
    for (size_t i = 0; i < op_count; i++) {
        const hsvc_op *op = hsvc__op_at(ops, i);
        if (op->kind == HSVC_OP_PUT) put_row(suite, op, revision);
        if (op->kind == HSVC_OP_DELETE) delete_row(suite, op);
    }
}

/* ---- what a connection saw ---- */

struct conf_seen *hsvc__conf_seen(hsvc_conformance *suite, uint32_t connection, hsvc__str key) {
    for (size_t i = 0; i < suite->seen_count; i++) {
        struct conf_seen *seen = &suite->seen[i];
        if (seen->connection == connection && hsvc__str_eq(seen->key, key)) return seen;
    }
    return NULL;
}

void hsvc__conf_saw(hsvc_conformance *suite, uint32_t connection, hsvc__str key, uint64_t revision, uint64_t hint) {
    struct conf_seen *seen = hsvc__conf_seen(suite, connection, key);
    if (seen == NULL) {
        if (suite->seen_count == CONF_SEEN_MOST) return;
        seen = &suite->seen[suite->seen_count++];
        memset(seen, 0, sizeof *seen);
        seen->key = key;
        seen->connection = connection;
    }
    if (revision != seen->revision) seen->before = seen->revision;
    seen->revision = revision;
    if (hint != 0) seen->hint = hint; /* an old one stays: no hint may do harm */
}

/* ---- revisions ---- */

static int make_room(hsvc_conformance *suite) {
    size_t grown = suite->revision_room == 0 ? 1024 : suite->revision_room * 2;
    void *moved;
    if (suite->revision_count < suite->revision_room) return 1;
    moved = suite->revisions == NULL
                ? hsvc__alloc(&suite->allocator, grown * sizeof *suite->revisions)
                : hsvc__grow(&suite->allocator, suite->revisions, suite->revision_room * sizeof *suite->revisions,
                             grown * sizeof *suite->revisions);
    if (moved == NULL) {
        suite->failed = HSVC_ERR_MEMORY;
        return 0;
    }
    suite->revisions = (uint64_t *)moved;
    suite->revision_room = grown;
    return 1;
}

/* Most stores count upwards, so the place is nearly always the end. */
int hsvc__conf_fresh(hsvc_conformance *suite, uint64_t revision) {
    size_t at = suite->revision_count;
    if (!make_room(suite)) return 1;
    while (at > 0 && suite->revisions[at - 1] > revision) at--;
    if (at > 0 && suite->revisions[at - 1] == revision) return 0;
    memmove(suite->revisions + at + 1, suite->revisions + at, (suite->revision_count - at) * sizeof revision);
    suite->revisions[at] = revision;
    suite->revision_count++;
    return 1;
}
