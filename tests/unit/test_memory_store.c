/* test_memory_store.c: does the memory store keep each promise of the contract of hsvc_store, at its bounds and without memory? */
#include "bare_store.h"
#include "store/memory/memory.h"

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
    uint64_t revision = 0, none = 0, first = 0;
    (void)state;
    assert_int_equal(commit(NULL, 0, &first), HSVC_OK); /* before there is anything */
    assert_true(first != 0);
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
    for (size_t i = 0; i < 9; i++) {
        hsvc_op was = ops[1];
        if (i == 0) ops[1].kind = 0;
        if (i == 1) ops[1].kind = 4;
        if (i == 2) ops[1].expect = 0;
        if (i == 3) ops[1].expect = 4;
        if (i == 4) ops[1].key = NULL;
        if (i == 5) ops[1].value = NULL;
        if (i == 6) ops[0].struct_size = sizeof ops[0] - 8;
        if (i == 7) ops[0].struct_size = HSVC_LIMIT_STRUCT_SIZE + 8;
        if (i == 8) ops[0].struct_size = sizeof ops[0] + 1;
        assert_int_equal(commit(ops, 2, &revision), HSVC_ERR_ARGUMENT);
        ops[1] = was;
    }
    assert_int_equal(commit(NULL, 1, &revision), HSVC_ERR_ARGUMENT);
    assert_int_equal(commit(ops, 2, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.read(NULL, 1, note, &seen, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.read(NULL, 0, note, &seen, store.user), HSVC_OK); /* nothing asked, nothing said */
    assert_int_equal(store.read(&key, 1, NULL, &seen, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.scan(NULL, 1, NULL, 0, 1, note, &seen, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.scan(NULL, 0, NULL, 1, 1, note, &seen, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.scan(NULL, 0, NULL, 0, 1, NULL, &seen, store.user), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.read(&key, 1, note, &seen, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.scan(NULL, 0, NULL, 0, 1, note, &seen, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(store.commit(ops, 2, &revision, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(row_count(), 0);
    assert_int_equal(hsvc_memory_store_new(&allocator, NULL), HSVC_ERR_ARGUMENT);
    {
        hsvc_memory_store *none = memory;
        assert_int_equal(hsvc_memory_store_new(NULL, &none), HSVC_ERR_ARGUMENT);
        assert_null(none);
    }
    assert_int_equal(hsvc_memory_store_bind(NULL, &store), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_bind(memory, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_size(NULL, &rows, &bytes), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_size(memory, NULL, &bytes), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_size(memory, &rows, NULL), HSVC_ERR_ARGUMENT);
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

/* The hash can be run backwards: three keys, one of another length, whose whole hashes are one number. */
static void keys_of_one_hash_are_told_apart_STORE_2(void **state) {
    static const struct {
        const char *bytes;
        size_t len;
    } keys[] = {{"CCCCCCCC", 8},
                {"AAAAAAAA" "\xe4\xa1\x9e\x86\x9e\x64\x40\x57", 16},
                {"AAAAAAAAaaaaaaaa", 16},
                {"BBBBBBBB" "\xc8\x1a\xf0\x97\x3f\x5d\xc7\x1f", 16}};
    hsvc_op ops[4];
    uint64_t revision;
    (void)state;
    assert_true(hsvc_hash64(keys[0].bytes, 8) == hsvc_hash64(keys[1].bytes, 16));
    assert_true(hsvc_hash64(keys[2].bytes, 16) == hsvc_hash64(keys[3].bytes, 16));
    for (size_t i = 0; i < 4; i++) ops[i] = op_of(HSVC_OP_PUT, HSVC_EXPECT_ABSENT, keys[i].bytes, keys[i].len);
    assert_int_equal(commit(ops, 4, &revision), HSVC_OK);
    assert_int_equal(row_count(), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(read_one(keys[i].bytes, keys[i].len), 1);
        ops[i].kind = HSVC_OP_DELETE;
        ops[i].expect = HSVC_EXPECT_ANY;
        assert_int_equal(commit(&ops[i], 1, &revision), HSVC_OK);
        assert_int_equal(read_one(keys[i].bytes, keys[i].len), 0);
    }
}

/* As many rows as have numbers: nobody has the memory to wait for it, so the store is told that it is there. */
static void more_rows_than_there_are_numbers_is_full_STORE_3(void **state) {
    hsvc_op op = put_of("b", "2");
    uint64_t revision;
    (void)state;
    must_put("a", "1");
    memory->row_count = HSVC__SLOTS_MOST;
    assert_int_equal(commit(&op, 1, &revision), HSVC_ERR_FULL);
    memory->row_count = 1;
    assert_int_equal(commit(&op, 1, &revision), HSVC_OK);
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
        WITH_STORE(keys_of_one_hash_are_told_apart_STORE_2),
        WITH_STORE(more_rows_than_there_are_numbers_is_full_STORE_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
