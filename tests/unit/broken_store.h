/* broken_store.h: a store simple enough to see through, that keeps every promise but one of its tester's choice. */
#ifndef HSVC_TEST_BROKEN_STORE_H
#define HSVC_TEST_BROKEN_STORE_H

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "headsetsvc/headsetsvc.h"

/* MISTAKE(id, the promise it breaks, what it does) */
#define MISTAKES(MISTAKE)                                                                                         \
    MISTAKE(ROWS_AT_START, "starts-empty", "was in use")                                                          \
    MISTAKE(POSITIVE_CONFLICT, "documented-statuses", "returns 1 for a conflict")                                 \
    MISTAKE(ABSENT_NOT_FOUND, "documented-statuses", "returns NOT_FOUND for an absent key")                       \
    MISTAKE(NO_REVISION, "gives-revision", "leaves *revision alone")                                              \
    MISTAKE(INDEX_ZERO, "row-as-asked", "every row of a read has index 0")                                        \
    MISTAKE(ROW_TWICE, "row-as-asked", "hands out the last row again")                                            \
    MISTAKE(ROW_COUNTERS, "one-revision", "counts revisions for each row")                                        \
    MISTAKE(STALE_READS, "read-your-commits", "each connection reads what was there when it first looked")        \
    MISTAKE(EMPTY_FOR_ABSENT, "absent-is-an-answer", "hands out an empty row for an absent key")                  \
    MISTAKE(NEGATIVE_CACHE, "absent-is-an-answer", "a connection remembers for ever that a key was absent")       \
    MISTAKE(REUSED_AFTER_DELETE, "revision-never-reused", "the next revision is one more than the highest row's") \
    MISTAKE(CONNECTION_COUNTERS, "revision-never-reused", "each connection counts its own commits")               \
    MISTAKE(SINK_IGNORED, "sink-stops", "goes on when the sink wants no more")                                    \
    MISTAKE(SINK_STATUS_CHANGED, "sink-stops", "returns a status of its own when the sink wants no more")         \
    MISTAKE(DELETE_ABSENT_CONFLICTS, "expect-any", "deleting what is absent conflicts")                           \
    MISTAKE(ABSENT_IGNORED, "expect-absent", "a PUT that expects absence overwrites")                             \
    MISTAKE(REVISION_IGNORED, "no-lost-update", "a PUT overwrites whatever it expects")                           \
    MISTAKE(DELETE_REVISION_IGNORED, "no-lost-update", "a DELETE deletes whatever it expects")                    \
    MISTAKE(REVISION_AT_LEAST, "no-lost-update", "takes an expected revision for the oldest allowed")             \
    MISTAKE(TORN, "all-or-nothing", "writes operations until one conflicts")                                      \
    MISTAKE(CHECK_WRITES, "check-writes-nothing", "a CHECK writes its empty value")                               \
    MISTAKE(CHECKS_ALONE_CONFLICT, "check-writes-nothing", "a commit that writes nothing conflicts")              \
    MISTAKE(CHECK_REVISION_IGNORED, "check-present", "a CHECK never looks at a revision")                         \
    MISTAKE(CHECK_ABSENT_IGNORED, "check-absent", "a CHECK never looks for absence")                              \
    MISTAKE(ABA_BY_COUNT, "aba", "compares how often a row was written since it was made")                        \
    MISTAKE(ABA_BY_VALUE, "aba", "compares the value that a row had at a revision")                               \
    MISTAKE(KEY_TWICE, "key-once", "takes a key twice in one commit")                                             \
    MISTAKE(C_STRING_KEYS, "binary-keys-and-values", "a key ends at its first 00")                                \
    MISTAKE(FOLDED_KEYS, "binary-keys-and-values", "keys that differ in case are one")                            \
    MISTAKE(C_STRING_VALUES, "binary-keys-and-values", "a value ends at its first 00")                            \
    MISTAKE(EMPTY_IS_ABSENT, "empty-value", "an empty value deletes the row")                                     \
    MISTAKE(UNORDERED, "scan-order", "scans in the order of insertion")                                           \
    MISTAKE(LOCALE_ORDER, "scan-order", "scans in the order of a dictionary")                                     \
    MISTAKE(SIGNED_ORDER, "scan-order", "takes bytes for signed")                                                 \
    MISTAKE(TO_INCLUSIVE, "scan-bounds", "hands out the row at `to`")                                             \
    MISTAKE(FROM_EXCLUSIVE, "scan-bounds", "leaves out the row at `from`")                                        \
    MISTAKE(EMPTY_TO_IS_NOTHING, "scan-bounds", "takes an empty `to` for the beginning")                          \
    MISTAKE(LIMIT_ONE_MORE, "scan-limit", "hands out a row more than the limit")                                  \
    MISTAKE(LIMIT_ZERO_IS_ALL, "scan-limit", "takes a limit of 0 for none")                                       \
    MISTAKE(KEYS_CUT, "long-keys", "keeps 255 bytes of a key")                                                    \
    MISTAKE(VALUES_CUT, "big-values", "keeps 32767 bytes of a value")                                             \
    MISTAKE(VALUES_FULL, "big-values", "has no room for values of more than 60000 bytes")                         \
    MISTAKE(OPS_63, "ops-max", "takes 63 operations")                                                             \
    MISTAKE(LAST_OP_DROPPED, "ops-max", "forgets what comes after the 50th operation")                            \
    MISTAKE(KEYS_50, "ops-max", "reads the first 50 keys")                                                        \
    MISTAKE(OUR_STRIDE, "stride", "walks the operations by its own sizeof")                                       \
    MISTAKE(HINT_TRUSTED, "hint-is-a-hint", "writes where the hint points")                                       \
    MISTAKE(LAST_COMMIT_LOST, "survives-reopening", "loses the last commit when it is closed")                    \
    MISTAKE(COUNTER_RESTARTS, "revisions-survive-reopening", "counts from 1 after it was opened")                 \
    MISTAKE(THREE_THEN_SEVEN, "history", "does not write a 7 over a 3")                                           \
    MISTAKE(PUT_COMPARED_EARLY, "no-lost-update-together", "compares what PUTs expect before it takes its lock")  \
    MISTAKE(READ_COMMITTED, "check-present-together", "locks what it writes, not what it checks")                 \
    MISTAKE(FOR_SHARE, "check-absent-together", "locks the rows it checks, which absent ones have not")           \
    MISTAKE(REVISION_TAKEN_EARLY, "revision-together", "takes the revision before it takes its lock")
enum {
    NO_MISTAKE,
#define MISTAKE_ID(id, promise, what) MISTAKE_##id,
    MISTAKES(MISTAKE_ID)
#undef MISTAKE_ID
        MISTAKE_COUNT
};

#define BROKEN_ROWS 4096
#define BROKEN_CONNECTIONS 8

struct broken_row {
    uint8_t *key;
    size_t key_len;
    uint8_t *value;
    size_t value_len;
    uint64_t revision;
    uint64_t written; /* how often since it was made */
    uint64_t slot;    /* given again after a delete */
};
struct broken_rows {
    struct broken_row at[BROKEN_ROWS];
    size_t count;
    uint64_t revision;
};
/* What a revision stood for, for the mistakes about ABA. */
struct broken_past {
    uint64_t revision;
    uint64_t written;
    uint8_t key[8];
    uint8_t value[8];
};

struct broken_store {
    int mistake;
    pthread_mutex_t lock;
    struct broken_rows rows;
    struct broken_rows before; /* the last commit */
    struct broken_rows views[BROKEN_CONNECTIONS];
    int has_view[BROKEN_CONNECTIONS];
    uint64_t counters[BROKEN_CONNECTIONS];
    uint8_t absent[BROKEN_CONNECTIONS][256][8]; /* keys remembered as absent, by their last bytes */
    size_t absent_count[BROKEN_CONNECTIONS];
    struct broken_past past[100000];
    size_t past_count;
    uint8_t slots[BROKEN_ROWS]; /* in use */
    struct broken_link {
        struct broken_store *store;
        uint32_t number;
    } links[BROKEN_CONNECTIONS];
    uint32_t open;
};

static int is_mistake(const struct broken_store *store, int mistake) { return store->mistake == mistake; }
#define WITH(id) is_mistake(store, MISTAKE_##id)

/* ---- rows ---- */

static void *copy_of(const void *bytes, size_t len) {
    void *copy = malloc(len + 1);
    if (copy == NULL) abort();
    if (len > 0) memcpy(copy, bytes, len);
    return copy;
}

static void empty_rows(struct broken_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->at[i].key);
        free(rows->at[i].value);
    }
    rows->count = 0;
}

static void copy_rows(struct broken_rows *to, const struct broken_rows *from) {
    empty_rows(to);
    *to = *from;
    for (size_t i = 0; i < to->count; i++) {
        to->at[i].key = (uint8_t *)copy_of(from->at[i].key, from->at[i].key_len);
        to->at[i].value = (uint8_t *)copy_of(from->at[i].value, from->at[i].value_len);
    }
}

static size_t kept_key_len(const struct broken_store *store, const uint8_t *key, size_t len) {
    const uint8_t *end = WITH(C_STRING_KEYS) && len > 3 ? (const uint8_t *)memchr(key + 3, 0, len - 3) : NULL;
    if (WITH(KEYS_CUT) && len > 255) return 255;
    return end == NULL ? len : (size_t)(end - key);
}

/* The suite's keys begin with three bytes of prefix: a locale or a sign is about the rest. */
static int compare_bytes(const struct broken_store *store, const uint8_t *a, const uint8_t *b, size_t len) {
    for (size_t i = 0; i < len; i++) {
        int x = a[i], y = b[i];
        if (i >= 3 && WITH(SIGNED_ORDER)) x = (signed char)a[i], y = (signed char)b[i];
        if (i >= 3 && WITH(LOCALE_ORDER) && x >= 'a' && x <= 'z') x = x * 2 - 'a' - 31;
        if (i >= 3 && WITH(LOCALE_ORDER) && y >= 'a' && y <= 'z') y = y * 2 - 'a' - 31;
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

static int compare_keys(const struct broken_store *store, const uint8_t *a, size_t a_len, const uint8_t *b,
                        size_t b_len) {
    int order = compare_bytes(store, a, b, a_len < b_len ? a_len : b_len);
    if (order != 0) return order;
    return a_len == b_len ? 0 : a_len < b_len ? -1 : 1;
}

static int same_key(const struct broken_store *store, const struct broken_row *row, const uint8_t *key, size_t len) {
    len = kept_key_len(store, key, len);
    if (row->key_len != len) return 0;
    if (WITH(FOLDED_KEYS))
        return memcmp(row->key, key, 3) == 0 && strncasecmp((char *)row->key + 3, (const char *)key + 3, len - 3) == 0;
    return memcmp(row->key, key, len) == 0;
}

static struct broken_row *find_row(const struct broken_store *store, struct broken_rows *rows, const uint8_t *key,
                                   size_t len) {
    for (size_t i = 0; i < rows->count; i++)
        if (same_key(store, &rows->at[i], key, len)) return &rows->at[i];
    return NULL;
}

static void remove_row(struct broken_store *store, struct broken_row *row) {
    size_t at = (size_t)(row - store->rows.at);
    store->slots[row->slot] = 0;
    free(row->key);
    free(row->value);
    store->rows.count--;
    memmove(row, row + 1, (store->rows.count - at) * sizeof *row);
}

static struct broken_row *add_row(struct broken_store *store, const uint8_t *key, size_t len) {
    struct broken_rows *rows = &store->rows;
    struct broken_row *row;
    size_t at = rows->count;
    len = kept_key_len(store, key, len);
    if (!WITH(UNORDERED))
        for (at = 0; at < rows->count && compare_keys(store, rows->at[at].key, rows->at[at].key_len, key, len) < 0;)
            at++;
    row = &rows->at[at];
    memmove(row + 1, row, (rows->count - at) * sizeof *row);
    rows->count++;
    memset(row, 0, sizeof *row);
    row->key = (uint8_t *)copy_of(key, len);
    row->key_len = len;
    while (store->slots[row->slot]) row->slot++;
    store->slots[row->slot] = 1;
    return row;
}

/* ---- read and scan ---- */

static struct broken_rows *view_of(struct broken_store *store, uint32_t connection) {
    if (!WITH(STALE_READS)) return &store->rows;
    if (!store->has_view[connection]) copy_rows(&store->views[connection], &store->rows);
    store->has_view[connection] = 1;
    return &store->views[connection];
}

static int32_t give_row(const struct broken_row *row, size_t index, hsvc_row_sink sink, void *user) {
    hsvc_row out;
    memset(&out, 0, sizeof out);
    out.struct_size = sizeof out;
    out.index = (uint32_t)index;
    out.key = row->key;
    out.key_len = row->key_len;
    out.value = row->value;
    out.value_len = row->value_len;
    out.revision = row->revision;
    out.hint = row->slot + 1;
    return sink(&out, user);
}

/* The end of a key or value: enough for the suite's short ones. */
static uint8_t *tail_of(uint8_t *to, const uint8_t *bytes, size_t len) {
    memset(to, 0, 8);
    memcpy(to, bytes + (len > 7 ? len - 7 : 0), len > 7 ? 7 : len);
    to[7] = (uint8_t)len;
    return to;
}

static int known_absent(struct broken_store *store, uint32_t connection, const hsvc_key *key, int absent) {
    uint8_t tail[8];
    size_t count = store->absent_count[connection];
    tail_of(tail, key->bytes, key->len);
    for (size_t i = 0; i < count; i++)
        if (memcmp(store->absent[connection][i], tail, 8) == 0) return 1;
    if (absent && count < 256) memcpy(store->absent[connection][store->absent_count[connection]++], tail, 8);
    return 0;
}

static int32_t read_one(struct broken_store *store, uint32_t connection, const hsvc_key *key, size_t i,
                        hsvc_row_sink sink, void *user) {
    struct broken_row none = {(uint8_t *)(uintptr_t)key->bytes, key->len, NULL, 0, 1, 0, 0}, asked;
    const struct broken_row *row = find_row(store, view_of(store, connection), key->bytes, key->len);
    if (WITH(NEGATIVE_CACHE) && known_absent(store, connection, key, row == NULL)) row = NULL;
    if (row == NULL && WITH(EMPTY_FOR_ABSENT)) row = &none;
    if (row == NULL) return WITH(ABSENT_NOT_FOUND) ? HSVC_ERR_NOT_FOUND : HSVC_OK;
    asked = *row;
    asked.key = (uint8_t *)(uintptr_t)key->bytes; /* these mistakes are the index's, not the row's */
    asked.key_len = key->len;
    return give_row(&asked, WITH(INDEX_ZERO) ? 0 : i, sink, user);
}

static int32_t stopped(const struct broken_store *store, int32_t status) {
    return status != HSVC_OK && WITH(SINK_STATUS_CHANGED) ? HSVC_ERR_UNAVAILABLE : status;
}

static int32_t broken_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    struct broken_link *link = (struct broken_link *)user;
    struct broken_store *store = link->store;
    int32_t status = HSVC_OK;
    pthread_mutex_lock(&store->lock);
    for (size_t i = 0; i < count && status == HSVC_OK && !(i == 50 && WITH(KEYS_50)); i++) {
        status = read_one(store, link->number, &keys[i], i, sink, sink_user);
        if (WITH(SINK_IGNORED)) status = HSVC_OK;
    }
    pthread_mutex_unlock(&store->lock);
    return stopped(store, status);
}

static int is_in(const struct broken_store *store, const struct broken_row *row, hsvc_key from, hsvc_key to) {
    int order = compare_keys(store, row->key, row->key_len, from.bytes, from.len);
    if (order < 0 || (order == 0 && WITH(FROM_EXCLUSIVE))) return 0;
    if (to.len == 0) return !WITH(EMPTY_TO_IS_NOTHING);
    order = compare_keys(store, row->key, row->key_len, to.bytes, to.len);
    return order < 0 || (order == 0 && WITH(TO_INCLUSIVE));
}

static int32_t broken_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                           hsvc_row_sink sink, void *sink_user, void *user) {
    struct broken_link *link = (struct broken_link *)user;
    struct broken_store *store = link->store;
    hsvc_key low = {from, from_len}, high = {to, to_len};
    const struct broken_rows *rows;
    int32_t status = HSVC_OK;
    size_t given = 0;
    if (WITH(LIMIT_ONE_MORE) && limit < SIZE_MAX) limit++;
    if (WITH(LIMIT_ZERO_IS_ALL) && limit == 0) limit = SIZE_MAX;
    pthread_mutex_lock(&store->lock);
    rows = view_of(store, link->number);
    for (size_t i = 0; i < rows->count && given < limit && status == HSVC_OK; i++) {
        if (!is_in(store, &rows->at[i], low, high)) continue;
        status = give_row(&rows->at[i], given++, sink, sink_user);
        if (WITH(ROW_TWICE) && status == HSVC_OK) status = give_row(&rows->at[i], given - 1, sink, sink_user);
        if (WITH(SINK_IGNORED)) status = HSVC_OK;
    }
    pthread_mutex_unlock(&store->lock);
    return stopped(store, status);
}

/* ---- commit ---- */

static const hsvc_op *broken_op(const struct broken_store *store, const hsvc_op *ops, size_t i) {
    size_t stride = WITH(OUR_STRIDE) ? sizeof *ops : ops->struct_size;
    return (const hsvc_op *)(const void *)((const uint8_t *)ops + i * stride);
}

static const struct broken_past *past_of(const struct broken_store *store, uint64_t revision, const uint8_t *key) {
    for (size_t i = store->past_count; i-- > 0;)
        if (store->past[i].revision == revision && memcmp(store->past[i].key, key, 8) == 0) return &store->past[i];
    return NULL;
}

static int revision_holds(const struct broken_store *store, const hsvc_op *op, const struct broken_row *row) {
    const struct broken_past *past;
    uint8_t tail[8];
    if (row == NULL) return 0;
    if (row->revision == op->revision) return 1;
    past = past_of(store, op->revision, tail_of(tail, op->key, op->key_len));
    if (WITH(REVISION_AT_LEAST)) return op->kind != HSVC_OP_CHECK && row->revision > op->revision;
    if (WITH(ABA_BY_COUNT)) return past != NULL && past->written == row->written;
    if (!WITH(ABA_BY_VALUE) || past == NULL) return 0;
    return memcmp(past->value, tail_of(tail, row->value, row->value_len), 8) == 0;
}

static int is_ignored(const struct broken_store *store, const hsvc_op *op) {
    if (op->expect == HSVC_EXPECT_ABSENT)
        return (op->kind == HSVC_OP_PUT && WITH(ABSENT_IGNORED)) ||
               (op->kind == HSVC_OP_CHECK && WITH(CHECK_ABSENT_IGNORED));
    if (op->kind == HSVC_OP_PUT) return WITH(REVISION_IGNORED);
    return op->kind == HSVC_OP_DELETE ? WITH(DELETE_REVISION_IGNORED) : WITH(CHECK_REVISION_IGNORED);
}

static int expectation_holds(struct broken_store *store, const hsvc_op *op) {
    const struct broken_row *row = find_row(store, &store->rows, op->key, op->key_len);
    if (op->kind == HSVC_OP_DELETE && row == NULL && WITH(DELETE_ABSENT_CONFLICTS)) return 0;
    if (op->expect == HSVC_EXPECT_ANY || is_ignored(store, op)) return 1;
    return op->expect == HSVC_EXPECT_ABSENT ? row == NULL : revision_holds(store, op, row);
}

static int all_hold(struct broken_store *store, const hsvc_op *ops, size_t count, int again) {
    for (size_t i = 0; i < count; i++) {
        const hsvc_op *op = broken_op(store, ops, i);
        int is_check = op->kind == HSVC_OP_CHECK, is_absent = op->expect == HSVC_EXPECT_ABSENT;
        for (size_t k = 0; k < i && !again && !WITH(KEY_TWICE); k++) {
            const hsvc_op *other = broken_op(store, ops, k);
            if (op->key_len == other->key_len && memcmp(op->key, other->key, op->key_len) == 0) return 0;
        }
        if (again && WITH(PUT_COMPARED_EARLY) && !is_check) continue;
        if (again && WITH(READ_COMMITTED) && is_check && !is_absent) continue;
        if (again && WITH(FOR_SHARE) && is_check && is_absent) continue;
        if (!expectation_holds(store, op)) return 0;
    }
    return 1;
}

static uint64_t next_revision(struct broken_store *store, uint32_t connection) {
    uint64_t highest = 0;
    if (WITH(CONNECTION_COUNTERS)) return ++store->counters[connection];
    for (size_t i = 0; i < store->rows.count; i++)
        if (store->rows.at[i].revision > highest) highest = store->rows.at[i].revision;
    if (WITH(REUSED_AFTER_DELETE)) return highest + 1;
    return store->rows.revision + 1;
}

static size_t kept_value_len(const struct broken_store *store, const hsvc_op *op) {
    const uint8_t *end =
        WITH(C_STRING_VALUES) && op->value_len > 0 ? (const uint8_t *)memchr(op->value, 0, op->value_len) : NULL;
    if (WITH(VALUES_CUT) && op->value_len > 32767) return 32767;
    return end == NULL || op->value_len > 8 ? op->value_len : (size_t)(end - op->value);
}

static void note_past(struct broken_store *store, const struct broken_row *row, const hsvc_op *op) {
    struct broken_past *past = &store->past[store->past_count];
    if (store->past_count == sizeof store->past / sizeof *store->past) return;
    store->past_count++;
    past->revision = row->revision;
    past->written = row->written;
    tail_of(past->key, op->key, op->key_len);
    tail_of(past->value, row->value, row->value_len);
}

static struct broken_row *hinted(struct broken_store *store, const hsvc_op *op) {
    for (size_t i = 0; i < store->rows.count; i++)
        if (op->hint != 0 && store->rows.at[i].slot + 1 == op->hint) return &store->rows.at[i];
    return NULL;
}

static void write_row(struct broken_store *store, const hsvc_op *op, uint64_t revision) {
    struct broken_row *row = find_row(store, &store->rows, op->key, op->key_len);
    if (WITH(HINT_TRUSTED) && hinted(store, op) != NULL) row = hinted(store, op);
    if (op->value_len == 0 && WITH(EMPTY_IS_ABSENT)) {
        if (row != NULL) remove_row(store, row);
        return;
    }
    if (WITH(THREE_THEN_SEVEN) && row != NULL && row->value_len == 1 && row->value[0] == '3' && op->value_len == 1 &&
        op->value[0] == '7')
        return;
    if (row == NULL) row = add_row(store, op->key, op->key_len);
    free(row->value);
    row->value_len = kept_value_len(store, op);
    row->value = (uint8_t *)copy_of(op->value, row->value_len);
    row->written++;
    row->revision = WITH(ROW_COUNTERS) ? row->written : revision;
    note_past(store, row, op);
}

static void apply_op(struct broken_store *store, const hsvc_op *op, uint64_t revision) {
    struct broken_row *row = find_row(store, &store->rows, op->key, op->key_len);
    if (op->kind == HSVC_OP_PUT || (op->kind == HSVC_OP_CHECK && row != NULL && WITH(CHECK_WRITES)))
        write_row(store, op, revision);
    else if (op->kind == HSVC_OP_DELETE && row != NULL)
        remove_row(store, row);
}

static int32_t conflict(const struct broken_store *store) { return WITH(POSITIVE_CONFLICT) ? 1 : HSVC_ERR_CONFLICT; }

/* What a store does that compares before it locks: others come in between. */
static void let_others_in(struct broken_store *store) {
    struct timespec moment = {0, 20000};
    if (!WITH(PUT_COMPARED_EARLY) && !WITH(READ_COMMITTED) && !WITH(FOR_SHARE) && !WITH(REVISION_TAKEN_EARLY)) return;
    pthread_mutex_unlock(&store->lock);
    nanosleep(&moment, NULL);
    pthread_mutex_lock(&store->lock);
}

static int writes_nothing(const struct broken_store *store, const hsvc_op *ops, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (broken_op(store, ops, i)->kind != HSVC_OP_CHECK) return 0;
    return 1;
}

static int32_t commit_locked(struct broken_link *link, const hsvc_op *ops, size_t count, uint64_t *revision) {
    struct broken_store *store = link->store;
    uint64_t given = next_revision(store, link->number);
    if (WITH(OPS_63) && count > 63) return HSVC_ERR_FULL;
    if (WITH(LAST_OP_DROPPED) && count > 50) count = 50;
    if (WITH(CHECKS_ALONE_CONFLICT) && writes_nothing(store, ops, count)) return HSVC_ERR_CONFLICT;
    for (size_t i = 0; i < count; i++)
        if (WITH(VALUES_FULL) && broken_op(store, ops, i)->value_len > 60000) return HSVC_ERR_FULL;
    if (!WITH(TORN) && !all_hold(store, ops, count, 0)) return conflict(store);
    let_others_in(store);
    if (!WITH(TORN) && !all_hold(store, ops, count, 1)) return conflict(store);
    if (!WITH(REVISION_TAKEN_EARLY)) given = WITH(CONNECTION_COUNTERS) ? given : next_revision(store, link->number);
    if (WITH(LAST_COMMIT_LOST)) copy_rows(&store->before, &store->rows);
    for (size_t i = 0; i < count; i++) {
        const hsvc_op *op = broken_op(store, ops, i);
        if (WITH(TORN) && !expectation_holds(store, op)) return conflict(store);
        apply_op(store, op, given);
    }
    if (given > store->rows.revision) store->rows.revision = given;
    if (!WITH(NO_REVISION)) *revision = given;
    return HSVC_OK;
}

static int32_t broken_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    struct broken_link *link = (struct broken_link *)user;
    int32_t status;
    pthread_mutex_lock(&link->store->lock);
    status = commit_locked(link, ops, count, revision);
    if (status == HSVC_OK) link->store->has_view[link->number] = 0;
    pthread_mutex_unlock(&link->store->lock);
    return status;
}

/* ---- opening ---- */

static int32_t broken_open(uint32_t connection, hsvc_store *bound, void *user) {
    struct broken_store *store = (struct broken_store *)user;
    store->links[connection].store = store;
    store->links[connection].number = connection;
    store->open++;
    bound->read = broken_read;
    bound->scan = broken_scan;
    bound->commit = broken_commit;
    bound->user = &store->links[connection];
    return HSVC_OK;
}

static void broken_close(uint32_t connection, void *user) {
    struct broken_store *store = (struct broken_store *)user;
    store->has_view[connection] = 0;
    if (--store->open > 0) return;
    if (WITH(LAST_COMMIT_LOST) && store->before.revision > 0) copy_rows(&store->rows, &store->before);
    if (WITH(COUNTER_RESTARTS)) store->rows.revision = 0;
}

static struct broken_store *broken_new(int mistake) {
    struct broken_store *store = (struct broken_store *)calloc(1, sizeof *store);
    if (store == NULL) abort();
    store->mistake = mistake;
    pthread_mutex_init(&store->lock, NULL);
    if (WITH(ROWS_AT_START)) (void)add_row(store, (const uint8_t *)"Uann", 5);
    return store;
}

static void broken_free(struct broken_store *store) {
    empty_rows(&store->rows);
    empty_rows(&store->before);
    for (size_t i = 0; i < BROKEN_CONNECTIONS; i++) empty_rows(&store->views[i]);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

#undef WITH
#endif
