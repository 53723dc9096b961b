/* test_memory_store.c: does the memory store keep the contract of hsvc_store?
 * The heart is a comparison with a store too simple to be wrong (a sorted array), over a long random history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "headsetsvc/headsetsvc.h"

/* ---- allocator that counts and fails ---- */

static size_t live_bytes, live_blocks, alloc_calls, fail_at; /* fail_at: number of the call, 0 = never */

static void *resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)user;
    if (new_size == 0) {
        assert_non_null(block);
        live_blocks--;
        live_bytes -= old_size;
        free(block);
        return NULL;
    }
    alloc_calls++;
    if (alloc_calls == fail_at) return NULL;
    live_blocks += block == NULL;
    live_bytes += new_size - old_size;
    return realloc(block, new_size);
}

static const hsvc_allocator allocator = {sizeof allocator, 0, resize, NULL};

/* ---- random numbers: splitmix64 ---- */

static uint64_t seed;

static uint64_t next_random(void) {
    uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t below(size_t bound) { return (size_t)(next_random() % bound); }

/* ---- a store under test ---- */

static hsvc_memory_store *memory;
static hsvc_store store;

static int open_store(void **state) {
    (void)state;
    live_bytes = live_blocks = alloc_calls = fail_at = 0;
    memset(&store, 0, sizeof store);
    store.struct_size = sizeof store;
    return hsvc_memory_store_new(&allocator, &memory) != HSVC_OK || hsvc_memory_store_bind(memory, &store) != HSVC_OK;
}

static int close_store(void **state) {
    (void)state;
    hsvc_memory_store_free(memory);
    return live_blocks != 0 || live_bytes != 0;
}

static uint64_t row_count(void) {
    uint64_t rows, bytes;
    assert_int_equal(hsvc_memory_store_size(memory, &rows, &bytes), HSVC_OK);
    assert_true(bytes == live_bytes);
    return rows;
}

static hsvc_op op_of(uint32_t kind, uint32_t expect, const void *key, size_t key_len) {
    hsvc_op op;
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = kind;
    op.expect = expect;
    op.key = key;
    op.key_len = key_len;
    return op;
}

static hsvc_op put_of(const char *key, const char *value) {
    hsvc_op op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, key, strlen(key));
    op.value = (const uint8_t *)value;
    op.value_len = strlen(value);
    return op;
}

static int32_t commit(const hsvc_op *ops, size_t count, uint64_t *revision) {
    return store.commit(ops, count, revision, store.user);
}

static uint64_t must_put(const char *key, const char *value) {
    hsvc_op op = put_of(key, value);
    uint64_t revision = 0;
    assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
    assert_true(revision != 0);
    return revision;
}

/* What a read or scan handed out. */
struct seen {
    size_t count;
    size_t stop_at; /* 0 = never */
    uint32_t index[300];
    uint8_t key[300][600];
    size_t key_len[300];
    const uint8_t *value[300];
    size_t value_len[300];
    uint64_t revision[300];
    uint64_t hint[300];
};
static struct seen seen;

static int32_t note(const hsvc_row *row, void *user) {
    struct seen *to = user;
    size_t i = to->count++;
    assert_int_equal(row->struct_size, sizeof *row);
    to->index[i] = row->index;
    memcpy(to->key[i], row->key, row->key_len);
    to->key_len[i] = row->key_len;
    to->value[i] = row->value;
    to->value_len[i] = row->value_len;
    to->revision[i] = row->revision;
    to->hint[i] = row->hint;
    return to->count == to->stop_at ? -77 : HSVC_OK;
}

static size_t read_one(const void *key, size_t key_len) {
    hsvc_key one = {key, key_len};
    seen.count = seen.stop_at = 0;
    assert_int_equal(store.read(&one, 1, note, &seen, store.user), HSVC_OK);
    return seen.count;
}

static size_t scan(const void *from, size_t from_len, const void *to, size_t to_len, size_t limit) {
    seen.count = seen.stop_at = 0;
    assert_int_equal(store.scan(from, from_len, to, to_len, limit, note, &seen, store.user), HSVC_OK);
    return seen.count;
}

/* ---- the model: a sorted array ---- */

#define MODEL_ROWS 4000
struct model_row {
    uint8_t key[512];
    size_t key_len;
    uint8_t *value;
    size_t value_len;
    uint64_t revision;
    uint64_t hint; /* the latest seen, so often stale */
};
static struct model_row *model[MODEL_ROWS];
static size_t model_count;

static int compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len) {
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order != 0 ? order : a_len < b_len ? -1 : a_len > b_len;
}

/* Where a key is or would be. */
static size_t model_place(const uint8_t *key, size_t key_len) {
    size_t low = 0, high = model_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare(model[middle]->key, model[middle]->key_len, key, key_len) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct model_row *model_find(const uint8_t *key, size_t key_len) {
    size_t at = model_place(key, key_len);
    if (at == model_count || compare(model[at]->key, model[at]->key_len, key, key_len) != 0) return NULL;
    return model[at];
}

static void model_delete(const uint8_t *key, size_t key_len) {
    size_t at = model_place(key, key_len);
    if (model_find(key, key_len) == NULL) return;
    free(model[at]->value);
    free(model[at]);
    model_count--;
    memmove(model + at, model + at + 1, (model_count - at) * sizeof *model);
}

static void model_put(const hsvc_op *op, uint64_t revision) {
    struct model_row *row = model_find(op->key, op->key_len);
    if (row == NULL) {
        size_t at = model_place(op->key, op->key_len);
        assert_true(model_count < MODEL_ROWS);
        memmove(model + at + 1, model + at, (model_count - at) * sizeof *model);
        model[at] = row = calloc(1, sizeof *row);
        memcpy(row->key, op->key, op->key_len);
        row->key_len = op->key_len;
        model_count++;
    }
    free(row->value);
    row->value = malloc(op->value_len + 1);
    if (op->value_len > 0) memcpy(row->value, op->value, op->value_len);
    row->value_len = op->value_len;
    row->revision = revision;
}

static int model_agrees(const hsvc_op *op) {
    const struct model_row *row = model_find(op->key, op->key_len);
    if (op->expect == HSVC_EXPECT_ANY) return 1;
    if (op->expect == HSVC_EXPECT_ABSENT) return row == NULL;
    return row != NULL && row->revision == op->revision;
}

static void model_clear(void) {
    while (model_count > 0) model_delete(model[0]->key, model[0]->key_len);
}

static void seen_is_model_row(size_t i, struct model_row *row) {
    assert_int_equal(seen.key_len[i], row->key_len);
    assert_memory_equal(seen.key[i], row->key, row->key_len);
    assert_int_equal(seen.value_len[i], row->value_len);
    assert_memory_equal(seen.value[i], row->value, row->value_len);
    assert_true(seen.revision[i] == row->revision);
    row->hint = seen.hint[i];
}

/* ---- a random history ---- */

/* A key of one of several shapes: shared beginnings, zeros and 0xff, one the beginning of another, very long. */
static size_t random_key(uint8_t *key) {
    size_t len = 1 + below(6), shape = below(8);
    if (shape == 0) len = HSVC_LIMIT_KEY_LEN - below(3);
    if (shape == 1) len = 40 + below(2);
    if (shape <= 1) memset(key, 'p', len);
    if (shape == 2) {
        key[0] = 'd';
        for (size_t i = 1; i <= 8; i++) key[i] = (uint8_t)below(i < 7 ? 1 : 40);
        return 9;
    }
    for (size_t i = shape <= 1 ? len - 1 : 0; i < len; i++) {
        static const uint8_t alphabet[] = {0x00, 0x01, 'a', 'b', 0x7f, 0x80, 0xff};
        key[i] = alphabet[below(sizeof alphabet)];
    }
    return len;
}

static size_t random_value_len(void) {
    size_t pick = below(200);
    if (pick == 0) return HSVC_LIMIT_VALUE_LEN - below(2);
    if (pick < 6) return below(5000);
    return pick < 30 ? 0 : below(200);
}

#define OPS_MOST 12
static uint8_t op_keys[OPS_MOST][HSVC_LIMIT_KEY_LEN];
static uint8_t value_bytes[HSVC_LIMIT_VALUE_LEN + 256];

/* Mostly expects what is so, sometimes what was so or never was. */
static void random_expectation(hsvc_op *op) {
    const struct model_row *row = model_find(op->key, op->key_len);
    size_t pick = below(16);
    if (pick == 0)
        op->expect = 1 + (uint32_t)below(3);
    else if (pick < 6)
        op->expect = HSVC_EXPECT_ANY;
    else
        op->expect = row == NULL ? HSVC_EXPECT_ABSENT : HSVC_EXPECT_REVISION;
    if (row != NULL) op->revision = row->revision;
    if (pick == 1) op->revision -= below(3);
    if (row != NULL && below(3) > 0) op->hint = row->hint;
    if (below(10) == 0) op->hint = below(2) == 0 ? below(5000) : next_random();
}

static void random_op(hsvc_op *op, size_t number) {
    uint8_t *key = op_keys[number];
    size_t len, kind = below(10);
    if (model_count > 0 && below(3) > 0) {
        const struct model_row *row = model[below(model_count)];
        len = row->key_len;
        memcpy(key, row->key, len);
    } else {
        len = random_key(key);
    }
    *op = op_of(kind < 5 ? HSVC_OP_PUT : kind < 8 ? HSVC_OP_DELETE : HSVC_OP_CHECK, HSVC_EXPECT_ANY, key, len);
    if (model_count + OPS_MOST > MODEL_ROWS / 2 && op->kind == HSVC_OP_PUT && below(2) == 0) op->kind = HSVC_OP_DELETE;
    random_expectation(op);
    if (op->kind != HSVC_OP_PUT) return;
    op->value = value_bytes + below(256);
    op->value_len = random_value_len();
}

static int has_twins(const hsvc_op *ops, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (compare(ops[i].key, ops[i].key_len, ops[k].key, ops[k].key_len) == 0) return 1;
        }
    }
    return 0;
}

/* One commit on both; how many operations it had. */
static size_t random_commit(uint64_t *last_revision) {
    hsvc_op ops[OPS_MOST];
    size_t count = 1 + below(below(2) == 0 ? 2 : OPS_MOST);
    uint64_t revision = 0;
    int holds = 1;
    for (size_t i = 0; i < count; i++) {
        random_op(&ops[i], i);
        holds = holds && model_agrees(&ops[i]);
    }
    holds = holds && !has_twins(ops, count);
    assert_int_equal(commit(ops, count, &revision), holds ? HSVC_OK : HSVC_ERR_CONFLICT);
    if (!holds) {
        assert_true(revision == 0);
        return count;
    }
    assert_true(revision > *last_revision);
    *last_revision = revision;
    for (size_t i = 0; i < count; i++) {
        if (ops[i].kind == HSVC_OP_PUT) model_put(&ops[i], revision);
        if (ops[i].kind == HSVC_OP_DELETE) model_delete(ops[i].key, ops[i].key_len);
    }
    return count;
}

static void random_read(void) {
    hsvc_key keys[8];
    size_t count = below(9), found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = random_key(op_keys[i]);
        if (model_count > 0 && below(2) == 0) {
            const struct model_row *row = model[below(model_count)];
            len = row->key_len;
            memcpy(op_keys[i], row->key, len);
        }
        keys[i].bytes = op_keys[i];
        keys[i].len = len;
    }
    seen.count = seen.stop_at = 0;
    assert_int_equal(store.read(keys, count, note, &seen, store.user), HSVC_OK);
    for (size_t i = 0; i < count; i++) {
        struct model_row *row = model_find(keys[i].bytes, keys[i].len);
        if (row == NULL) continue;
        assert_true(found < seen.count);
        assert_int_equal(seen.index[found], i); /* this store reads in order; the contract would allow any */
        seen_is_model_row(found++, row);
    }
    assert_int_equal(found, seen.count);
}

static void random_scan(void) {
    uint8_t from[HSVC_LIMIT_KEY_LEN], to[HSVC_LIMIT_KEY_LEN];
    size_t from_len = below(4) == 0 ? 0 : random_key(from), to_len = below(3) == 0 ? 0 : random_key(to);
    size_t limit = below(100), count = 0;
    scan(from, from_len, to, to_len, limit);
    for (size_t at = model_place(from, from_len); at < model_count && count < limit; at++, count++) {
        if (to_len > 0 && compare(model[at]->key, model[at]->key_len, to, to_len) >= 0) break;
        assert_true(count < seen.count);
        assert_int_equal(seen.index[count], count);
        seen_is_model_row(count, model[at]);
    }
    assert_int_equal(count, seen.count);
}

static void whole_store_is_model(void) {
    size_t at = 0;
    uint8_t from[HSVC_LIMIT_KEY_LEN + 1];
    size_t from_len = 0;
    assert_int_equal(row_count(), model_count);
    while (scan(from, from_len, NULL, 0, 256) > 0) {
        for (size_t i = 0; i < seen.count; i++) seen_is_model_row(i, model[at++]);
        from_len = seen.key_len[seen.count - 1] + 1; /* the key just behind the last one */
        memcpy(from, seen.key[seen.count - 1], from_len - 1);
        from[from_len - 1] = 0;
    }
    assert_int_equal(at, model_count);
}

static void random_history_agrees_with_a_sorted_array_STORE_2(void **state) {
    (void)state;
    for (uint64_t run = 1; run <= 4; run++) {
        uint64_t last_revision = 0;
        size_t ops = 0;
        assert_int_equal(open_store(NULL), 0);
        seed = run;
        for (size_t i = 0; i < sizeof value_bytes; i++) value_bytes[i] = (uint8_t)next_random();
        while (ops < 100000) {
            size_t pick = below(10);
            if (pick < 6)
                ops += random_commit(&last_revision);
            else if (pick < 8)
                random_read();
            else
                random_scan();
            if (below(5000) == 0) whole_store_is_model();
        }
        whole_store_is_model();
        model_clear();
        assert_int_equal(close_store(NULL), 0);
    }
}

/* ---- single promises ---- */

static void revisions_grow_and_are_never_used_twice_STORE_2(void **state) {
    uint64_t first = must_put("k", "1"), second, revision;
    hsvc_op op = op_of(HSVC_OP_DELETE, HSVC_EXPECT_REVISION, "k", 1);
    (void)state;
    op.revision = first;
    assert_int_equal(commit(&op, 1, &second), HSVC_OK);
    assert_true(second > first);
    assert_int_equal(read_one("k", 1), 0);
    assert_int_equal(commit(&op, 1, &revision), HSVC_ERR_CONFLICT); /* absent now */
    revision = must_put("k", "1");
    assert_true(revision > second);
    assert_int_equal(commit(&op, 1, &revision), HSVC_ERR_CONFLICT); /* same content, another revision */
    assert_int_equal(read_one("k", 1), 1);
}

static void one_revision_for_all_rows_of_a_commit_STORE_2(void **state) {
    hsvc_op ops[3] = {put_of("a", "1"), put_of("b", ""), put_of("c", "3")};
    uint64_t revision = 0, none = 0;
    (void)state;
    assert_int_equal(commit(ops, 3, &revision), HSVC_OK);
    assert_int_equal(scan(NULL, 0, NULL, 0, 10), 3);
    for (size_t i = 0; i < 3; i++) assert_true(seen.revision[i] == revision);
    assert_int_equal(commit(NULL, 0, &none), HSVC_OK); /* nothing to do is done, with a revision of its own */
    assert_true(none > revision);
}

static void an_expectation_that_fails_undoes_the_whole_batch_STORE_3(void **state) {
    (void)state;
    for (size_t bad = 0; bad < 3; bad++) {
        hsvc_op ops[3] = {put_of("new", "1"), put_of("old", "2"), op_of(HSVC_OP_DELETE, HSVC_EXPECT_ANY, "gone", 4)};
        uint64_t revision = 0, old = must_put("old", "1"), gone = must_put("gone", "1");
        ops[bad].expect = bad == 0 ? HSVC_EXPECT_REVISION : HSVC_EXPECT_ABSENT;
        ops[bad].revision = old;
        assert_int_equal(commit(ops, 3, &revision), HSVC_ERR_CONFLICT);
        assert_true(revision == 0);
        assert_int_equal(row_count(), 2);
        assert_int_equal(read_one("old", 3), 1);
        assert_true(seen.revision[0] == old && seen.value[0][0] == '1');
        assert_int_equal(read_one("gone", 4), 1);
        assert_true(seen.revision[0] == gone);
    }
}

static void a_key_twice_in_a_batch_is_a_conflict_STORE_3(void **state) {
    static const uint32_t kinds[] = {HSVC_OP_PUT, HSVC_OP_DELETE, HSVC_OP_CHECK};
    (void)state;
    for (size_t i = 0; i < 18; i++) {
        hsvc_op ops[3] = {op_of(kinds[i % 3], HSVC_EXPECT_ANY, "same", 4), put_of("other", "x"),
                          op_of(kinds[i / 3 % 3], HSVC_EXPECT_ANY, "same", 4)};
        uint64_t revision;
        if (i == 9) must_put("same", ""); /* first absent, then there */
        assert_int_equal(commit(ops, 3, &revision), HSVC_ERR_CONFLICT);
        assert_int_equal(read_one("other", 5), 0);
    }
}

static void the_stride_is_the_first_operations_size_STORE_2(void **state) {
    unsigned char wide[3 * (sizeof(hsvc_op) + 16)];
    static const char *const keys[] = {"x", "y", "z"};
    hsvc_op op = put_of("", "v");
    uint64_t revision;
    (void)state;
    memset(wide, 0xaa, sizeof wide);
    op.struct_size = sizeof op + 16;
    op.key_len = 1;
    for (size_t i = 0; i < 3; i++) {
        op.key = (const uint8_t *)keys[i];
        memcpy(wide + i * (sizeof op + 16), &op, sizeof op);
    }
    assert_int_equal(commit((hsvc_op *)(void *)wide, 3, &revision), HSVC_OK);
    assert_int_equal(scan(NULL, 0, NULL, 0, 10), 3);
    for (size_t i = 0; i < 3; i++) assert_memory_equal(seen.key[i], keys[i], 1);
}

static void lengths_at_their_borders_STORE_3(void **state) {
    static uint8_t key[HSVC_LIMIT_KEY_LEN + 1], value[HSVC_LIMIT_VALUE_LEN + 1];
    static const size_t key_lens[] = {1, HSVC_LIMIT_KEY_LEN - 1, HSVC_LIMIT_KEY_LEN};
    static const size_t value_lens[] = {0, 1, HSVC_LIMIT_VALUE_LEN - 1, HSVC_LIMIT_VALUE_LEN};
    uint64_t revision;
    hsvc_op op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ANY, key, 1);
    (void)state;
    op.value = value;
    for (size_t i = 0; i < 12; i++) {
        op.key_len = key_lens[i % 3];
        op.value_len = value_lens[i / 3];
        assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
        assert_int_equal(read_one(key, op.key_len), 1);
        assert_int_equal(seen.value_len[0], op.value_len);
    }
    op.key_len = HSVC_LIMIT_KEY_LEN + 1;
    assert_int_equal(commit(&op, 1, &revision), HSVC_ERR_ARGUMENT);
    op.key_len = 0;
    assert_int_equal(commit(&op, 1, &revision), HSVC_ERR_ARGUMENT);
    op.key_len = 1;
    op.value_len = HSVC_LIMIT_VALUE_LEN + 1;
    assert_int_equal(commit(&op, 1, &revision), HSVC_ERR_ARGUMENT);
    assert_int_equal(read_one(key, HSVC_LIMIT_KEY_LEN + 1), 0); /* such a key cannot be there */
    assert_int_equal(read_one(NULL, 0), 0);
}

static void misuse_is_an_argument_error_and_changes_nothing(void **state) {
    uint64_t revision = 0, rows, bytes;
    hsvc_op ops[2] = {put_of("a", "1"), put_of("b", "2")};
    hsvc_key key = {(const uint8_t *)"a", 1};
    (void)state;
    for (size_t i = 0; i < 7; i++) {
        hsvc_op was = ops[1];
        if (i == 0) ops[1].kind = 0;
        if (i == 1) ops[1].kind = 4;
        if (i == 2) ops[1].expect = 0;
        if (i == 3) ops[1].expect = 4;
        if (i == 4) ops[1].key = NULL;
        if (i == 5) ops[1].value = NULL;
        if (i == 6) ops[0].struct_size = sizeof ops[0] - 8;
        assert_int_equal(commit(ops, 2, &revision), HSVC_ERR_ARGUMENT);
        ops[1] = was;
    }
    assert_int_equal(commit(NULL, 1, &revision), HSVC_ERR_ARGUMENT);
    assert_int_equal(commit(ops, 2, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.read(NULL, 1, note, &seen, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.read(&key, 1, NULL, &seen, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.scan(NULL, 1, NULL, 0, 1, note, &seen, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(row_count(), 0);
    assert_int_equal(hsvc_memory_store_new(&allocator, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_bind(NULL, &store), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_bind(memory, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_size(NULL, &rows, &bytes), HSVC_ERR_ARGUMENT);
    hsvc_memory_store_free(NULL);
}

/* Every byte string sorts where memcmp says, and a beginning before what goes on from it. */
static void scans_follow_the_bytes_and_stop_before_to_STORE_2(void **state) {
    static const struct {
        const char *bytes;
        size_t len;
    } sorted[] = {{"\0", 1}, {"\0\0", 2}, {"\0\x01", 2}, {"a", 1},    {"a\0", 2},     {"a\0z", 3},
                  {"aa", 2}, {"b", 1},    {"\x80", 1},   {"\xff", 1}, {"\xff\xff", 2}};
    const size_t n = sizeof sorted / sizeof *sorted;
    (void)state;
    for (size_t i = 0; i < n; i++) {
        size_t pick = i * 7 % n;
        hsvc_op op = op_of(HSVC_OP_PUT, HSVC_EXPECT_ABSENT, sorted[pick].bytes, sorted[pick].len);
        uint64_t revision;
        assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
    }
    for (size_t from = 0; from < n; from++) {
        for (size_t to = from; to < n; to++) {
            assert_int_equal(scan(sorted[from].bytes, sorted[from].len, sorted[to].bytes, sorted[to].len, 99),
                             to - from);
            for (size_t i = 0; i < seen.count; i++) {
                assert_int_equal(seen.key_len[i], sorted[from + i].len);
                assert_memory_equal(seen.key[i], sorted[from + i].bytes, sorted[from + i].len);
            }
        }
        assert_int_equal(scan(sorted[from].bytes, sorted[from].len, NULL, 0, 99), n - from);
        assert_int_equal(scan(sorted[from].bytes, sorted[from].len, NULL, 0, 2), n - from < 2 ? n - from : 2);
    }
    assert_int_equal(scan(NULL, 0, NULL, 0, 0), 0);
    assert_int_equal(scan("b", 1, "a", 1, 99), 0);
}

static void what_the_sink_returns_comes_back_at_once_STORE_2(void **state) {
    hsvc_key keys[3] = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"b", 1}, {(const uint8_t *)"c", 1}};
    (void)state;
    must_put("a", "1");
    must_put("b", "2");
    must_put("c", "3");
    seen.count = 0;
    seen.stop_at = 2;
    assert_int_equal(store.read(keys, 3, note, &seen, store.user), -77);
    assert_int_equal(seen.count, 2);
    seen.count = 0;
    assert_int_equal(store.scan(NULL, 0, NULL, 0, 9, note, &seen, store.user), -77);
    assert_int_equal(seen.count, 2);
    assert_true(must_put("a", "4") != 0); /* the store is free again */
}

static int32_t nosy(const hsvc_row *row, void *user) {
    hsvc_op op = put_of("b", "changed");
    uint64_t revision;
    (void)user;
    assert_int_equal(read_one(row->key, row->key_len), 1);
    assert_int_equal(scan(NULL, 0, NULL, 0, 9), 3);
    assert_int_equal(commit(&op, 1, &revision), HSVC_ERR_UNAVAILABLE);
    return HSVC_OK;
}

static void a_sink_may_look_but_not_commit_STORE_2(void **state) {
    hsvc_key key = {(const uint8_t *)"b", 1};
    (void)state;
    must_put("a", "1");
    must_put("b", "2");
    must_put("c", "3");
    assert_int_equal(store.scan(NULL, 0, NULL, 0, 9, nosy, NULL, store.user), HSVC_OK);
    assert_int_equal(store.read(&key, 1, nosy, NULL, store.user), HSVC_OK);
    assert_int_equal(read_one("b", 1), 1);
    assert_memory_equal(seen.value[0], "2", 1);
    must_put("b", "3");
}

static void stale_and_garbage_hints_never_mislead_STORE_2(void **state) {
    uint64_t revision, hint_a, hint_b;
    hsvc_op op;
    (void)state;
    must_put("a", "1");
    must_put("b", "2");
    read_one("a", 1);
    hint_a = seen.hint[0];
    read_one("b", 1);
    hint_b = seen.hint[0];
    assert_true(hint_a != hint_b && hint_a != 0);
    for (uint64_t shift = 0; shift < 64; shift++) { /* any number is safe, the right one too */
        op = put_of("a", "x");
        op.hint = UINT64_C(1) << shift;
        assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
        op.hint = UINT64_MAX >> shift;
        assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
    }
    op = put_of("a", "other");
    op.hint = hint_b;
    assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
    read_one("b", 1);
    assert_memory_equal(seen.value[0], "2", 1);
    op = op_of(HSVC_OP_DELETE, HSVC_EXPECT_ANY, "a", 1);
    assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
    must_put("c", "3"); /* moves into a's slot */
    op = op_of(HSVC_OP_CHECK, HSVC_EXPECT_ABSENT, "a", 1);
    op.hint = hint_a;
    assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
    assert_int_equal(row_count(), 2);
}

/* ---- memory ---- */

/* Fails every single allocation of a history in turn; nothing may change by it, and the next try succeeds. */
static void each_failing_allocation_leaves_no_trace_STORE_3(void **state) {
    static uint8_t big[5000];
    size_t total = 0;
    (void)state;
    for (size_t n = 1;; n++) {
        size_t failures = 0;
        live_bytes = live_blocks = alloc_calls = 0;
        fail_at = n;
        if (hsvc_memory_store_new(&allocator, &memory) != HSVC_OK) {
            assert_null(memory);
            assert_int_equal(live_blocks, 0);
            continue;
        }
        assert_int_equal(hsvc_memory_store_bind(memory, &store), HSVC_OK);
        for (uint32_t i = 0; i < 150; i++) {
            char name[2][24];
            hsvc_op ops[2];
            uint64_t revision = 0, rows = row_count();
            snprintf(name[0], sizeof name[0], "row %u", (unsigned)i);
            snprintf(name[1], sizeof name[1], "row %u", (unsigned)i / 2);
            ops[0] = put_of(name[0], "v");
            ops[1] = put_of(name[1], "");
            ops[1].value = big;
            ops[1].value_len = i * 33;
            while (commit(ops, i == 0 ? 1 : 2, &revision) != HSVC_OK) {
                assert_int_equal(commit(ops + 1, 0, NULL), HSVC_ERR_ARGUMENT);
                assert_int_equal(row_count(), rows);
                assert_int_equal(read_one(name[0], strlen(name[0])), 0);
                assert_true(++failures == 1);
            }
            assert_true(revision != 0);
        }
        assert_int_equal(row_count(), 150);
        assert_int_equal(scan(NULL, 0, NULL, 0, 299), 150);
        total = alloc_calls;
        hsvc_memory_store_free(memory);
        assert_int_equal(live_blocks, 0);
        assert_int_equal(live_bytes, 0);
        if (failures == 0) break; /* fail_at was beyond the last allocation */
    }
    assert_true(total > 20);
}

static void a_full_store_says_full_STORE_3(void **state) {
    hsvc_op op = put_of("k", "v");
    uint64_t revision = 0;
    (void)state;
    fail_at = alloc_calls + 1;
    assert_int_equal(commit(&op, 1, &revision), HSVC_ERR_FULL);
    assert_int_equal(commit(&op, SIZE_MAX, &revision), HSVC_ERR_FULL); /* refused before any operation is looked at */
    assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
}

/* How much memory a commit takes in the end after it was refused so often. With 64 rows, where arrays are full, the
 * commit fails for want of room for more rows, else for want of the second block. */
static uint64_t bytes_after_refusals(size_t refusals, size_t rows, size_t value_len) {
    static uint8_t big[60000];
    hsvc_op ops[2] = {put_of("a", ""), put_of("b", "")};
    uint64_t revision, bytes;
    assert_int_equal(open_store(NULL), 0);
    ops[0].value = ops[1].value = big;
    ops[1].value_len = value_len;
    for (size_t i = 0; i < rows; i++) {
        char name[16];
        snprintf(name, sizeof name, "row %u", (unsigned)i);
        must_put(name, "");
    }
    for (size_t i = 0; i < refusals; i++) {
        fail_at = alloc_calls + 1;
        assert_int_equal(commit(ops, 2, &revision), HSVC_ERR_FULL);
    }
    assert_int_equal(row_count(), rows);
    assert_int_equal(commit(ops, 2, &revision), HSVC_OK);
    bytes = live_bytes;
    assert_int_equal(close_store(NULL), 0);
    return bytes;
}

static void a_refused_commit_keeps_no_memory_STORE_3(void **state) {
    (void)state;
    assert_true(bytes_after_refusals(2000, 1, 60000) == bytes_after_refusals(0, 1, 60000));
    assert_true(bytes_after_refusals(2000, 64, 0) == bytes_after_refusals(0, 64, 0));
}

/* Rows coming and going at their usual sizes must not reach the allocator. */
static void the_steady_state_allocates_nothing_STORE_3(void **state) {
    size_t calls = 0;
    (void)state;
    for (size_t round = 0; round < 6; round++) {
        if (round == 2) calls = alloc_calls;
        for (uint32_t i = 0; i < 3000; i++) {
            char device[32], deadline[32], old[32];
            static const char text[400] = "";
            hsvc_op ops[3];
            uint64_t revision;
            snprintf(device, sizeof device, "dSEP%08u", (unsigned)(i % 500));
            snprintf(deadline, sizeof deadline, "t%08u", (unsigned)(i % 1000));
            snprintf(old, sizeof old, "t%08u", (unsigned)((i + 500) % 1000));
            ops[0] = put_of(device, "");
            ops[0].value = (const uint8_t *)text;
            ops[0].value_len = 100 + i % 7 * 40;
            ops[1] = put_of(deadline, "");
            ops[2] = op_of(HSVC_OP_DELETE, HSVC_EXPECT_ANY, old, strlen(old));
            assert_int_equal(commit(ops, 3, &revision), HSVC_OK);
        }
    }
    assert_int_equal(alloc_calls, calls);
}

static void a_batch_larger_than_any_other_store_takes_STORE_3(void **state) {
    enum { MANY = 20000 };
    static char names[MANY][12];
    hsvc_op *ops = calloc(MANY, sizeof *ops);
    uint64_t revision;
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "n%zu", i);
        ops[i] = put_of(names[i], "value");
    }
    assert_int_equal(commit(ops, MANY, &revision), HSVC_OK);
    assert_int_equal(row_count(), MANY);
    for (size_t i = 0; i < MANY; i++) ops[i].kind = HSVC_OP_DELETE;
    ops[MANY - 1].expect = HSVC_EXPECT_ABSENT;
    assert_int_equal(commit(ops, MANY, &revision), HSVC_ERR_CONFLICT);
    assert_int_equal(row_count(), MANY);
    ops[MANY - 1].expect = HSVC_EXPECT_ANY;
    assert_int_equal(commit(ops, MANY, &revision), HSVC_OK);
    assert_int_equal(row_count(), 0);
    free(ops);
}

/* Keys with equal low hash bits fill one bucket of the index; look-ups must still be right. */
static void keys_that_collide_are_still_found_STORE_2(void **state) {
    enum { WANTED = 40, MASK = 0xfff };
    static char names[WANTED][16];
    size_t found = 0;
    uint64_t revision;
    (void)state;
    for (unsigned i = 0; found < WANTED; i++) {
        snprintf(names[found], sizeof names[found], "c%u", i);
        if ((hsvc_hash64(names[found], strlen(names[found])) & MASK) == 5) found++;
    }
    for (size_t i = 0; i < WANTED; i++) must_put(names[i], "v");
    for (size_t i = 0; i < WANTED; i += 2) {
        hsvc_op op = op_of(HSVC_OP_DELETE, HSVC_EXPECT_ANY, names[i], strlen(names[i]));
        assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
    }
    for (size_t i = 0; i < WANTED; i++) assert_int_equal(read_one(names[i], strlen(names[i])), i % 2);
    for (size_t i = 0; i < WANTED; i++) must_put(names[i], "w");
    for (size_t i = 0; i < WANTED; i++) assert_int_equal(read_one(names[i], strlen(names[i])), 1);
}

/* The index is built anew while some slots are free: what was deleted must stay so. */
static void growing_with_free_slots_brings_nothing_back_STORE_2(void **state) {
    enum { ROWS = 64, GONE = 10, MORE = 30 };
    char names[ROWS + MORE][8];
    hsvc_op ops[MORE];
    uint64_t revision;
    (void)state;
    for (size_t i = 0; i < ROWS + MORE; i++) snprintf(names[i], sizeof names[i], "g%u", (unsigned)i);
    for (size_t i = 0; i < ROWS; i++) must_put(names[i], "v");
    for (size_t i = 0; i < GONE; i++) ops[i] = op_of(HSVC_OP_DELETE, HSVC_EXPECT_ANY, names[i], strlen(names[i]));
    assert_int_equal(commit(ops, GONE, &revision), HSVC_OK);
    for (size_t i = 0; i < MORE; i++) ops[i] = put_of(names[ROWS + i], "v");
    assert_int_equal(commit(ops, MORE, &revision), HSVC_OK);
    for (size_t i = 0; i < ROWS + MORE; i++) assert_int_equal(read_one(names[i], strlen(names[i])), i >= GONE);
    for (size_t i = GONE; i + 1 < ROWS + MORE; i++) { /* the last one stays: an empty store would not even look */
        ops[0] = op_of(HSVC_OP_DELETE, HSVC_EXPECT_ANY, names[i], strlen(names[i]));
        assert_int_equal(commit(ops, 1, &revision), HSVC_OK);
    }
    for (size_t i = 0; i + 1 < ROWS + MORE; i++) assert_int_equal(read_one(names[i], strlen(names[i])), 0);
}

int main(void) {
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_history_agrees_with_a_sorted_array_STORE_2),
        WITH_STORE(revisions_grow_and_are_never_used_twice_STORE_2),
        WITH_STORE(one_revision_for_all_rows_of_a_commit_STORE_2),
        WITH_STORE(an_expectation_that_fails_undoes_the_whole_batch_STORE_3),
        WITH_STORE(a_key_twice_in_a_batch_is_a_conflict_STORE_3),
        WITH_STORE(the_stride_is_the_first_operations_size_STORE_2),
        WITH_STORE(lengths_at_their_borders_STORE_3),
        WITH_STORE(misuse_is_an_argument_error_and_changes_nothing),
        WITH_STORE(scans_follow_the_bytes_and_stop_before_to_STORE_2),
        WITH_STORE(what_the_sink_returns_comes_back_at_once_STORE_2),
        WITH_STORE(a_sink_may_look_but_not_commit_STORE_2),
        WITH_STORE(stale_and_garbage_hints_never_mislead_STORE_2),
        cmocka_unit_test(each_failing_allocation_leaves_no_trace_STORE_3),
        WITH_STORE(a_full_store_says_full_STORE_3),
        cmocka_unit_test(a_refused_commit_keeps_no_memory_STORE_3),
        WITH_STORE(the_steady_state_allocates_nothing_STORE_3),
        WITH_STORE(a_batch_larger_than_any_other_store_takes_STORE_3),
        WITH_STORE(growing_with_free_slots_brings_nothing_back_STORE_2),
        WITH_STORE(keys_that_collide_are_still_found_STORE_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
