/* test_core.c: does lib/core keep the promises of core.h?
 * Blocks come from malloc at their exact sizes, so that a sanitizer sees every byte read or written past an end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core.h"

/* ---- helpers ---- */

static size_t live_blocks, live_bytes, fail_after = SIZE_MAX;

static void *resize(void *block, size_t old_size, size_t new_size, void *user) {
    assert_ptr_equal(user, &live_blocks);
    if (new_size == 0) {
        live_blocks--;
        live_bytes -= old_size;
        free(block);
        return NULL;
    }
    if (fail_after == 0) return NULL;
    fail_after--;
    if (block == NULL) assert_int_equal(old_size, 0);
    live_blocks += block == NULL;
    live_bytes += new_size - old_size;
    return realloc(block, new_size);
}

static hsvc_allocator counting_allocator(void) {
    hsvc_allocator a = {sizeof a, 0, resize, &live_blocks};
    fail_after = SIZE_MAX;
    return a;
}

static char *exact(const void *bytes, size_t len) {
    char *p = malloc(len == 0 ? 1 : len);
    assert_non_null(p);
    if (len > 0) memcpy(p, bytes, len);
    return p;
}

static hsvc__str lit(const char *text) { return hsvc__str_of(text, strlen(text)); }

/* ---- hash ---- */

static void hash_gives_the_published_vectors(void **state) {
    static const struct {
        const char *text;
        uint64_t hash;
    } known[] = {
        {"", UINT64_C(0xef46db3751d8e999)},
        {"a", UINT64_C(0xd24ec4f1a98c6e5b)},
        {"abc", UINT64_C(0x44bc2cf5ad770999)},
        {"Nobody inspects the spammish repetition", UINT64_C(0xfbcea83c8a378bf1)},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char *text = exact(known[i].text, strlen(known[i].text));
        assert_true(hsvc_hash64(text, strlen(known[i].text)) == known[i].hash);
        free(text);
    }
    assert_true(hsvc_hash64(NULL, 0) == known[0].hash);
}

/* XXH64 can be run backwards, so there is text whose hash would be 0, which means "not given" everywhere in the interface. */
static void hash_is_never_zero(void **state) {
    static const uint8_t bytes[8] = {0x73, 0x85, 0x80, 0x7d, 0x8f, 0x0b, 0x53, 0x39};
    (void)state;
    assert_true(hsvc_hash64(bytes, sizeof bytes) == 1);
}

static void hash_agrees_with_the_reference_tool_at_every_border(void **state) {
    static const struct {
        size_t len;
        uint64_t hash;
    } known[] = {
        /* printed by `xxhsum -H1` for bytes[i] = (i * 131 + 7) & 255 */
        {1, UINT64_C(0xa96c7f0ce858bbb7)},   {3, UINT64_C(0xbed43740ee6332bb)},   {4, UINT64_C(0xfa212ae44b3bb23d)},
        {5, UINT64_C(0xd339dcc9ac8e6776)},   {8, UINT64_C(0x994b676b71ce94dd)},   {11, UINT64_C(0x97f078da7a1a590c)},
        {16, UINT64_C(0x94ad0095e72b24d5)},  {31, UINT64_C(0x6711d55e306b5d8f)},  {32, UINT64_C(0x07f7b8e3bc5d6e25)},
        {33, UINT64_C(0x09f85eeb4e1cbe9f)},  {63, UINT64_C(0xb7c9968c066cb6a5)},  {64, UINT64_C(0x50d4159a0411632e)},
        {100, UINT64_C(0x9ddada11d3dc2d8f)}, {127, UINT64_C(0x54cf771b5423f6a7)}, {200, UINT64_C(0x3b8cc7eaa63f107e)},
        {300, UINT64_C(0xc68e7ef39b5ca10e)},
    };
    unsigned char bytes[300];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 131 + 7);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char *copy = exact(bytes, known[i].len);
        assert_true(hsvc_hash64(copy, known[i].len) == known[i].hash);
        free(copy);
    }
}

/* ---- numbers ---- */

static void numbers_are_little_endian_at_any_address(void **state) {
    unsigned char b[17] = {0};
    (void)state;
    hsvc__put64(b + 1, UINT64_C(0x1122334455667788));
    hsvc__put32(b + 9, 0xa1b2c3d4u);
    assert_int_equal(b[1], 0x88);
    assert_int_equal(b[8], 0x11);
    assert_int_equal(b[9], 0xd4);
    assert_int_equal(b[12], 0xa1);
    assert_int_equal(b[0] | b[13], 0);
    assert_true(hsvc__get64(b + 1) == UINT64_C(0x1122334455667788));
    assert_true(hsvc__get32(b + 9) == 0xa1b2c3d4u);
}

/* ---- text ---- */

static uint32_t check(const void *bytes, size_t len, size_t longest) {
    char *copy = exact(bytes, len);
    uint32_t reason = hsvc__text_check(hsvc__str_of(copy, len), longest);
    free(copy);
    return reason;
}

static void text_lengths_at_their_borders_ID_1(void **state) {
    char text[133];
    (void)state;
    memset(text, 'x', sizeof text);
    assert_int_equal(hsvc__text_check(hsvc__str_of(NULL, 0), 128), HSVC_REASON_TEXT_EMPTY);
    assert_int_equal(check(text, 1, 128), 0);
    assert_int_equal(check(text, 128, 128), 0);
    assert_int_equal(check(text, 129, 128), HSVC_REASON_TEXT_TOO_LONG);
    assert_int_equal(check(text, 132, 132), 0);
    assert_int_equal(check(text, 133, 132), HSVC_REASON_TEXT_TOO_LONG);
}

static void text_refuses_control_characters_at_every_place_ID_6(void **state) {
    (void)state;
    for (size_t len = 1; len <= 20; len++) {
        for (size_t at = 0; at < len; at++) {
            for (unsigned c = 0; c < 0x80; c++) {
                char text[20];
                uint32_t want = c < 0x20 || c == 0x7f ? HSVC_REASON_TEXT_CONTROL : 0;
                memset(text, '~', sizeof text);
                text[at] = (char)c;
                assert_int_equal(check(text, len, 64), want);
            }
        }
    }
}

/* The code point of a 1..4 byte sequence by the definition of UTF-8, or -1: the slow and obvious way. */
static long decode(const unsigned char *p, size_t len) {
    static const long least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t want = p[0] < 0x80             ? 1
                  : (p[0] & 0xe0) == 0xc0 ? 2
                  : (p[0] & 0xf0) == 0xe0 ? 3
                  : (p[0] & 0xf8) == 0xf0 ? 4
                                          : 0;
    long code;
    if (want == 0 || want != len) return -1;
    code = want == 1 ? p[0] : p[0] & (0xff >> (want + 1));
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) return -1;
        code = code << 6 | (p[i] & 0x3f);
    }
    return code < least[want] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? -1 : code;
}

static void text_takes_exactly_well_formed_utf8_ID_6(void **state) {
    static const unsigned char tails[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe0, 0xff};
    const size_t n = sizeof tails;
    (void)state;
    for (unsigned lead = 0x80; lead <= 0xff; lead++) {
        for (size_t pick = 0; pick < n * n * n; pick++) {
            unsigned char text[4] = {(unsigned char)lead, tails[pick / n / n], tails[pick / n % n], tails[pick % n]};
            size_t len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
            long code = decode(text, len);
            uint32_t want = code < 0 ? HSVC_REASON_TEXT_NOT_UTF8 : code < 0xa0 ? HSVC_REASON_TEXT_CONTROL : 0;
            assert_int_equal(check(text, len, 64), want);
            assert_int_equal(check(text, len - 1, 64), HSVC_REASON_TEXT_NOT_UTF8); /* cut short */
        }
    }
}

static void names_of_ours_end_at_the_bound_of_a_value(void **state) {
    char *text = malloc(HSVC_LIMIT_VALUE_LEN + 1);
    (void)state;
    memset(text, 'x', HSVC_LIMIT_VALUE_LEN + 1);
    assert_int_equal(hsvc__static(text).n, HSVC_LIMIT_VALUE_LEN);
    text[HSVC_LIMIT_VALUE_LEN - 1] = 0;
    assert_int_equal(hsvc__static(text).n, HSVC_LIMIT_VALUE_LEN - 1);
    assert_int_equal(hsvc__static(NULL).n, 0);
    free(text);
    assert_string_equal(hsvc__rule_id(lit("sign-4")), "SIGN-4");
    assert_string_equal(hsvc__rule_id(lit("SIGN-999")), "");
}

static void trim_takes_blanks_and_tabs_only_at_the_ends_ID_2(void **state) {
    (void)state;
    assert_true(hsvc__str_eq(hsvc__trim(lit(" \t a b\t ")), lit("a b")));
    assert_true(hsvc__str_eq(hsvc__trim(lit("\na\r")), lit("\na\r")));
    assert_int_equal(hsvc__trim(lit(" \t ")).n, 0);
    assert_int_equal(hsvc__trim(hsvc__str_of(NULL, 0)).n, 0);
}

static void fold_changes_A_to_Z_and_nothing_else_ID_2(void **state) {
    unsigned char text[259], folded[259];
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        for (size_t i = 0; i < sizeof text; i++) text[i] = (unsigned char)(i + shift);
        hsvc__fold((char *)folded, hsvc__str_of((char *)text, sizeof text));
        for (size_t i = 0; i < sizeof text; i++) {
            unsigned char want = text[i] >= 'A' && text[i] <= 'Z' ? (unsigned char)(text[i] + 32) : text[i];
            assert_int_equal(folded[i], want);
        }
        hsvc__fold((char *)text, hsvc__str_of((char *)text, sizeof text)); /* in place */
        assert_memory_equal(text, folded, sizeof text);
    }
}

static void fold_eq_agrees_with_fold_ID_2(void **state) {
    (void)state;
    for (size_t len = 0; len <= 24; len++) {
        char *a = exact("ABCDEFGHIJKLMNOPQRSTUVWXYZ", len), *b = exact("abcdefghijklmnopqrstuvwxyz", len);
        assert_true(hsvc__fold_eq(hsvc__str_of(a, len), hsvc__str_of(b, len)));
        for (size_t i = 0; i < len; i++) {
            char was = b[i];
            b[i] = '_';
            assert_false(hsvc__fold_eq(hsvc__str_of(a, len), hsvc__str_of(b, len)));
            b[i] = was;
        }
        if (len > 0) assert_false(hsvc__fold_eq(hsvc__str_of(a, len), hsvc__str_of(b, len - 1)));
        free(a);
        free(b);
    }
    assert_false(hsvc__fold_eq(lit("@"), lit("`")));
    assert_false(hsvc__fold_eq(lit("\xc3\x84"), lit("\xc3\xa4"))); /* not ASCII: different */
}

static void matches_patterns(void **state) {
    static const struct {
        const char *text, *pattern;
        int match;
    } rows[] = {
        {"", "", 1},
        {"", "*", 1},
        {"a", "", 0},
        {"a", "*", 1},
        {"abc", "ABC", 1},
        {"abc", "a*", 1},
        {"abc", "*c", 1},
        {"abc", "a*c", 1},
        {"abc", "a*b", 0},
        {"abc", "**b**", 1},
        {"abcabd", "*ab?", 0},
        {"abcabd", "*abd", 1},
        {"aaab", "*a*a*b", 1},
        {"aab", "*a*a*a*", 0},
        {"Jabra-1", "jabra*", 1},
        {"xJabra", "jabra*", 0},
        {"ab", "abc", 0},
        {"abc", "ab", 0},
        {"a", "a**", 1},
        {"*", "*", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(hsvc__matches(lit(rows[i].text), lit(rows[i].pattern)), rows[i].match);
    }
}

static void matches_stays_quadratic_on_hostile_patterns_POL_2(void **state) {
    char text[4096], pattern[4096];
    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < sizeof pattern; i++) pattern[i] = i % 2 == 0 ? '*' : 'a';
    pattern[sizeof pattern - 1] = 'b';
    assert_false(hsvc__matches(hsvc__str_of(text, sizeof text), hsvc__str_of(pattern, sizeof pattern)));
}

/* ---- sized structs ---- */

struct ours {
    uint32_t struct_size;
    uint32_t first;
    uint64_t second;
};
#define LEAST 8u

static void *sized_block(size_t size, unsigned char fill) {
    uint32_t own = (uint32_t)size;
    unsigned char *p = malloc(size);
    assert_non_null(p);
    memset(p, fill, size);
    memcpy(p, &own, sizeof own);
    return p;
}

static void sized_init_zeroes_exactly_the_callers_size(void **state) {
    (void)state;
    for (size_t size = LEAST; size <= 40; size++) {
        unsigned char *p = sized_block(size, 0xee);
        uint32_t own;
        assert_int_equal(hsvc__sized_init(p, size, LEAST), HSVC_OK);
        memcpy(&own, p, sizeof own);
        assert_int_equal(own, size);
        for (size_t i = sizeof own; i < size; i++) assert_int_equal(p[i], 0);
        assert_int_equal(hsvc__sized_init(p, LEAST - 1, LEAST), HSVC_ERR_STRUCT_SIZE);
        assert_int_equal(hsvc__sized_init(p, HSVC_LIMIT_STRUCT_SIZE + 1, LEAST), HSVC_ERR_STRUCT_SIZE);
        free(p);
    }
    assert_int_equal(hsvc__sized_init(NULL, 8, LEAST), HSVC_ERR_ARGUMENT);
}

static void sized_in_fills_up_short_structs_and_refuses_unknown_tails(void **state) {
    (void)state;
    for (size_t size = LEAST; size <= 40; size++) {
        unsigned char *from = sized_block(size, 0x55);
        struct ours *to = malloc(sizeof *to);
        int32_t want = size > sizeof *to ? HSVC_ERR_STRUCT_TAIL : HSVC_OK;
        assert_int_equal(hsvc__sized_in(to, sizeof *to, LEAST, from), want);
        if (size > sizeof *to) memset(from + sizeof *to, 0, size - sizeof *to);
        assert_int_equal(hsvc__sized_in(to, sizeof *to, LEAST, from), HSVC_OK);
        assert_int_equal(to->struct_size, sizeof *to);
        assert_int_equal(to->first, 0x55555555);
        for (size_t i = LEAST; i < sizeof *to; i++) {
            assert_int_equal(((unsigned char *)to)[i], i < size ? 0x55 : 0);
        }
        free(from);
        free(to);
    }
}

static void sized_in_refuses_absurd_sizes(void **state) {
    static const uint32_t absurd[] = {0, 1, LEAST - 1, HSVC_LIMIT_STRUCT_SIZE + 1, UINT32_MAX};
    struct ours to;
    (void)state;
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++) {
        uint32_t *from = malloc(sizeof *from); /* nothing behind struct_size may be touched */
        *from = absurd[i];
        assert_int_equal(hsvc__sized_in(&to, sizeof to, LEAST, from), HSVC_ERR_STRUCT_SIZE);
        assert_int_equal(hsvc__sized_out(from, &to, sizeof to, LEAST), HSVC_ERR_STRUCT_SIZE);
        free(from);
    }
    assert_int_equal(hsvc__sized_in(&to, sizeof to, LEAST, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc__sized_in(NULL, sizeof to, LEAST, &to), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc__sized_out(NULL, &to, sizeof to, LEAST), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc__sized_out(&to, NULL, sizeof to, LEAST), HSVC_ERR_ARGUMENT);
}

static void sized_out_never_writes_past_the_callers_size(void **state) {
    struct ours from = {sizeof from, 0x01020304, UINT64_C(0x1111111111111111)};
    (void)state;
    for (size_t size = LEAST; size <= 40; size++) {
        unsigned char *to = sized_block(size, 0xee);
        uint32_t own;
        assert_int_equal(hsvc__sized_out(to, &from, sizeof from, LEAST), HSVC_OK);
        memcpy(&own, to, sizeof own);
        assert_int_equal(own, size);
        for (size_t i = sizeof own; i < size; i++) {
            assert_int_equal(to[i], i < sizeof from ? ((unsigned char *)&from)[i] : 0);
        }
        free(to);
    }
}

/* ---- allocator ---- */

static void allocator_in_checks_what_it_copies(void **state) {
    hsvc_allocator good = counting_allocator(), bad = good, to;
    (void)state;
    assert_int_equal(hsvc__allocator_in(&to, &good), HSVC_OK);
    assert_memory_equal(&to, &good, sizeof to);
    assert_int_equal(hsvc__allocator_in(&to, NULL), HSVC_ERR_ARGUMENT);
    bad.resize = NULL;
    assert_int_equal(hsvc__allocator_in(&to, &bad), HSVC_ERR_ARGUMENT);
    bad = good;
    bad.reserved = 1;
    assert_int_equal(hsvc__allocator_in(&to, &bad), HSVC_ERR_STRUCT_TAIL);
    bad = good;
    bad.struct_size--;
    assert_int_equal(hsvc__allocator_in(&to, &bad), HSVC_ERR_STRUCT_SIZE);
}

static void allocator_passes_on_exact_sizes(void **state) {
    hsvc_allocator a = counting_allocator();
    char *block = hsvc__alloc(&a, 3), *grown;
    (void)state;
    memcpy(block, "abc", 3);
    grown = hsvc__grow(&a, block, 3, 700);
    assert_memory_equal(grown, "abc", 3);
    assert_int_equal(live_bytes, 700);
    fail_after = 0;
    assert_null(hsvc__grow(&a, grown, 700, 900));
    assert_memory_equal(grown, "abc", 3);
    assert_null(hsvc__grow(&a, grown, 700, 0)); /* frees nothing */
    assert_null(hsvc__alloc(&a, 0));
    hsvc__release(&a, grown, 700);
    hsvc__release(&a, NULL, 0);
    assert_int_equal(live_blocks, 0);
    assert_int_equal(live_bytes, 0);
}

/* ---- arena ---- */

/* Takes blocks of many sizes, fills each, and sees that none overlaps another. */
static void fill_arena(struct hsvc__arena *arena, size_t count) {
    unsigned char *blocks[64];
    for (size_t i = 0; i < count; i++) {
        blocks[i] = hsvc__arena_take(arena, i * i * 7);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)i, i * i * 7);
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i * i * 7; k++) assert_int_equal(blocks[i][k], i);
    }
}

static void arena_allocates_nothing_in_the_steady_state(void **state) {
    hsvc_allocator allocator = counting_allocator();
    struct hsvc__arena arena;
    size_t bytes;
    (void)state;
    hsvc__arena_init(&arena, &allocator);
    assert_int_equal(live_blocks, 0);
    fill_arena(&arena, 64);
    bytes = live_bytes;
    fail_after = 0;
    for (int i = 0; i < 100; i++) {
        if (i % 2 == 0)
            hsvc__arena_reset(&arena);
        else
            hsvc__arena_wipe(&arena);
        fill_arena(&arena, 64);
    }
    assert_int_equal(live_bytes, bytes);
    hsvc__arena_free(&arena);
    assert_int_equal(live_blocks, 0);
    assert_int_equal(live_bytes, 0);
}

static void arena_without_memory_says_so_until_reset(void **state) {
    hsvc_allocator allocator = counting_allocator();
    struct hsvc__arena arena;
    (void)state;
    hsvc__arena_init(&arena, &allocator);
    fail_after = 0;
    assert_null(hsvc__arena_take(&arena, 1));
    assert_true(arena.failed);
    hsvc__arena_reset(&arena);
    assert_false(arena.failed);
    assert_int_equal(hsvc__arena_copy(&arena, "x", 0).n, 0);
    assert_false(arena.failed);
    assert_null(hsvc__arena_copy(&arena, "x", 1).p);
    assert_true(arena.failed);
    fail_after = SIZE_MAX;
    hsvc__arena_reset(&arena);
    assert_non_null(hsvc__arena_take(&arena, 1));
    assert_null(hsvc__arena_take(&arena, SIZE_MAX));
    assert_null(hsvc__arena_take(&arena, SIZE_MAX - 15));
    assert_true(arena.failed);
    hsvc__arena_free(&arena);
    assert_int_equal(live_blocks, 0);
}

static void arena_wipe_overwrites_what_was_used_before_a_reset_too_SIGN_9(void **state) {
    hsvc_allocator allocator = counting_allocator();
    struct hsvc__arena arena;
    hsvc__str pin;
    (void)state;
    hsvc__arena_init(&arena, &allocator);
    pin = hsvc__arena_copy(&arena, "1234", 4);
    hsvc__arena_reset(&arena);
    hsvc__arena_wipe(&arena);
    assert_memory_equal(pin.p, "\0\0\0\0", 4); /* the chunk is still ours to look at */
    hsvc__arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_gives_the_published_vectors),
        cmocka_unit_test(hash_is_never_zero),
        cmocka_unit_test(hash_agrees_with_the_reference_tool_at_every_border),
        cmocka_unit_test(numbers_are_little_endian_at_any_address),
        cmocka_unit_test(text_lengths_at_their_borders_ID_1),
        cmocka_unit_test(text_refuses_control_characters_at_every_place_ID_6),
        cmocka_unit_test(text_takes_exactly_well_formed_utf8_ID_6),
        cmocka_unit_test(names_of_ours_end_at_the_bound_of_a_value),
        cmocka_unit_test(trim_takes_blanks_and_tabs_only_at_the_ends_ID_2),
        cmocka_unit_test(fold_changes_A_to_Z_and_nothing_else_ID_2),
        cmocka_unit_test(fold_eq_agrees_with_fold_ID_2),
        cmocka_unit_test(matches_patterns),
        cmocka_unit_test(matches_stays_quadratic_on_hostile_patterns_POL_2),
        cmocka_unit_test(sized_init_zeroes_exactly_the_callers_size),
        cmocka_unit_test(sized_in_fills_up_short_structs_and_refuses_unknown_tails),
        cmocka_unit_test(sized_in_refuses_absurd_sizes),
        cmocka_unit_test(sized_out_never_writes_past_the_callers_size),
        cmocka_unit_test(allocator_in_checks_what_it_copies),
        cmocka_unit_test(allocator_passes_on_exact_sizes),
        cmocka_unit_test(arena_allocates_nothing_in_the_steady_state),
        cmocka_unit_test(arena_without_memory_says_so_until_reset),
        cmocka_unit_test(arena_wipe_overwrites_what_was_used_before_a_reset_too_SIGN_9),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
