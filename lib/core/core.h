/* core.h: what every layer of the library stands on: borrowed strings, the arena, sized structs, text, hash, allocator.
 * Nothing here knows the service. All functions are pure but for the memory they are given. */
#ifndef HSVC_CORE_H
#define HSVC_CORE_H

#include <string.h>

#include "headsetsvc/headsetsvc.h"

/* HSVC__MUTANT: is this fault on purpose switched on (mutants.def)? Only in the masking build, by a test; else never. */
#ifdef HSVC_MASKING
enum {
    HSVC__MUTANT_NONE = 0,
#define MUTANT(name, rule, witness, text) HSVC__MUTANT_##name,
#include "core/mutants.def"
#undef MUTANT
    HSVC__MUTANTS
};
HSVC_API extern int hsvc__mutant;
#define HSVC__MUTANT(name) (hsvc__mutant == HSVC__MUTANT_##name)
#define HSVC__TABLE /* a test may write into the tables of rules */
#else
#define HSVC__MUTANT(name) 0
#define HSVC__TABLE const
#endif

/* HSVC__BUG: is true what only a bug of ours, and nothing that a host, a phone or a store gives, could make true? The plain
 * condition in what is shipped, which then goes on with an error. Builds for tests end here, so that no test lives with it, and
 * the coverage build takes it for false, so that what is left can be reached to the last condition. */
#if !defined(HSVC_BUG_IS) || defined(HSVC_MASKING)
#define HSVC__BUG(x) (x)
#elif HSVC_BUG_IS
#include <stdlib.h>
#define HSVC__BUG(x) ((x) ? (abort(), 1) : 0)
#else
#define HSVC__BUG(x) 0
#endif

/* hsvc__str: borrowed text; n 0 means "not given" and p may then be NULL. */
typedef struct hsvc__str {
    const char *p;
    size_t n;
} hsvc__str;

static inline hsvc__str hsvc__str_of(const char *p, size_t n) {
    hsvc__str s = {p, n};
    return s;
}

/* hsvc__static: a name of ours, NUL-terminated; NULL is empty. With a bound, or compilers make a call of strlen of it. */
static inline hsvc__str hsvc__static(const char *text) {
    size_t n = 0;
    while (text != NULL && n < HSVC_LIMIT_VALUE_LEN && text[n] != '\0') n++;
    return hsvc__str_of(text, n);
}

static inline int hsvc__str_eq(hsvc__str a, hsvc__str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }

/* ---- allocator ---- */
/* hsvc__alloc, hsvc__grow, hsvc__release: the caller's allocator, by exact sizes. alloc zeroes nothing.
 * grow: a block of new_size that keeps the old content; NULL leaves the old block as it is. */
void *hsvc__alloc(const hsvc_allocator *a, size_t size);
void *hsvc__grow(const hsvc_allocator *a, void *block, size_t old_size, size_t new_size);
void hsvc__release(const hsvc_allocator *a, void *block, size_t size);
/* hsvc__allocator_in: checks and copies a caller's allocator. ARGUMENT, STRUCT_SIZE, STRUCT_TAIL, OK. */
int32_t hsvc__allocator_in(hsvc_allocator *to, const hsvc_allocator *from);

/* ---- arena: bump memory that lives for one call; chunks are kept for the next call, so a steady state allocates nothing ---- */
struct hsvc__chunk;
struct hsvc__arena {
    hsvc_allocator allocator;
    struct hsvc__chunk *first;
    struct hsvc__chunk *now;
    int failed; /* set by a take that got no memory; cleared by reset */
};
void hsvc__arena_init(struct hsvc__arena *arena, const hsvc_allocator *allocator);
void *hsvc__arena_take(struct hsvc__arena *arena, size_t size); /* 16-aligned, not zeroed; NULL sets failed */
hsvc__str hsvc__arena_copy(struct hsvc__arena *arena, const void *bytes, size_t len); /* {NULL, 0} sets failed, or len 0 */
/* hsvc__arena_text: a copy that ends in a NUL, which its length does not count; of nothing, the empty string. */
hsvc__str hsvc__arena_text(struct hsvc__arena *arena, hsvc__str text);
void hsvc__arena_reset(struct hsvc__arena *arena);
void hsvc__arena_wipe(struct hsvc__arena *arena); /* overwrites everything used, then resets (PINs) */
void hsvc__arena_free(struct hsvc__arena *arena);

/* ---- sized structs (first member uint32_t struct_size) ---- */
/* hsvc__sized_init: zeroes `size` bytes and sets struct_size. ARGUMENT, STRUCT_SIZE (size < least or > limit), OK. */
int32_t hsvc__sized_init(void *to, size_t size, size_t least);
/* hsvc__sized_in: copies a caller's struct into ours: a shorter one is filled up with zeros, a longer one must have a
 * zero tail. least: the first version's size. ARGUMENT, STRUCT_SIZE, STRUCT_TAIL, OK. to->struct_size becomes our_size. */
int32_t hsvc__sized_in(void *to, size_t our_size, size_t least, const void *from);
/* hsvc__sized_out: copies ours into the caller's, never past its struct_size, zeroing a longer caller's tail; keeps the
 * caller's struct_size. ARGUMENT, STRUCT_SIZE, OK. */
int32_t hsvc__sized_out(void *to, const void *from, size_t our_size, size_t least);

/* ---- names ---- */
/* hsvc__code_entry: entry number `index` of a public registry, in its order; 0 if there is none. */
int hsvc__code_entry(uint32_t registry, size_t index, int32_t *code, const char **name, const char **text);
/* hsvc__choice_at: value number `index` of a choice parameter; NULL if there is none. */
const char *hsvc__choice_at(uint32_t param, size_t index, int64_t *value);

/* ---- text ---- */
/* hsvc__text_check: 0, or HSVC_REASON_TEXT_EMPTY, _TOO_LONG, _NOT_UTF8, _CONTROL (ID-1, ID-6). Control: below 0x20,
 * 0x7f, and U+0080..U+009F. UTF-8 is strict: no overlong forms, no surrogates, nothing above U+10FFFF. */
uint32_t hsvc__text_check(hsvc__str text, size_t longest);
/* hsvc__trim: without ASCII blanks and tabs at both ends (ID-2). */
hsvc__str hsvc__trim(hsvc__str text);
/* hsvc__fold: writes text with A-Z as a-z to `to` (text.n bytes), 8 bytes at a time; other bytes unchanged (ID-2). */
void hsvc__fold(char *to, hsvc__str text);
int hsvc__fold_eq(hsvc__str a, hsvc__str b);
/* hsvc__fold_tail: the folded last eight bytes as a number: what tells names of one kind apart most cheaply. Names that
 * are equal for hsvc__fold_eq have the same; never stored, since it differs between machines. */
uint64_t hsvc__fold_tail(hsvc__str text);
/* hsvc__matches: does text match a pattern with '*' (any run of bytes, also none), ASCII case-insensitive? No recursion. */
int hsvc__matches(hsvc__str text, hsvc__str pattern);
/* hsvc__rule_id: the static, NUL-terminated form of a rule id; "" if there is none. */
const char *hsvc__rule_id(hsvc__str rule);
/* hsvc__wipe: overwrites memory in a way the compiler may not remove (SIGN-9). */
void hsvc__wipe(void *bytes, size_t len);

/* ---- little-endian numbers at any address ---- */
static inline uint64_t hsvc__get64(const void *at) {
    const uint8_t *b = (const uint8_t *)at;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 |
           (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}
static inline uint32_t hsvc__get32(const void *at) {
    const uint8_t *b = (const uint8_t *)at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}
/* Written out byte by byte, not as a loop: that is the form every compiler turns into one store. */
static inline void hsvc__put64(void *at, uint64_t v) {
    uint8_t *b = (uint8_t *)at;
    b[0] = (uint8_t)v;
    b[1] = (uint8_t)(v >> 8);
    b[2] = (uint8_t)(v >> 16);
    b[3] = (uint8_t)(v >> 24);
    b[4] = (uint8_t)(v >> 32);
    b[5] = (uint8_t)(v >> 40);
    b[6] = (uint8_t)(v >> 48);
    b[7] = (uint8_t)(v >> 56);
}
static inline void hsvc__put32(void *at, uint32_t v) {
    uint8_t *b = (uint8_t *)at;
    b[0] = (uint8_t)v;
    b[1] = (uint8_t)(v >> 8);
    b[2] = (uint8_t)(v >> 16);
    b[3] = (uint8_t)(v >> 24);
}

#endif
