/* test_memory_model.c: does the memory store keep the contract of hsvc_store over a long random history? It is compared with
 * a store too simple to be wrong, a sorted array. */
#include "bare_store.h"
#include "support/slow.h"

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
        while (ops < (wrapped() ? 10000u : 100000u)) {
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_history_agrees_with_a_sorted_array_STORE_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
