/* text.c: what may stand in a name, and how names compare. ASCII only and byte by byte: no locale can change an
 * answer. */
#include "core.h"

#define EVERY_BYTE UINT64_C(0x0101010101010101)
#define HIGH_BITS (EVERY_BYTE * 0x80)

/* Byte order does not matter to these helpers: they treat the eight bytes alike. */
static inline uint64_t load8(const char *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Eight bytes at once: A-Z to a-z. Sums stay below 0x100 per byte because the high bit is taken out first, so no carry
 * crosses into a neighbour. */
static inline uint64_t fold8(uint64_t v) {
    uint64_t low = v & ~HIGH_BITS;
    uint64_t from_a = low + EVERY_BYTE * (0x80 - 'A');
    uint64_t above_z = low + EVERY_BYTE * (0x7f - 'Z');
    return v | (((from_a & ~above_z & ~v) & HIGH_BITS) >> 2);
}

static inline unsigned char fold1(char c) {
    unsigned char b = (unsigned char)c;
    return b >= 'A' && b <= 'Z' ? (unsigned char)(b + ('a' - 'A')) : b;
}

/* True if all eight bytes are printable ASCII: no high bit, none below 0x20, none 0x7f. */
static inline int plain8(uint64_t v) {
    uint64_t at_least_space = v + EVERY_BYTE * (0x80 - 0x20);
    uint64_t at_least_del = v + EVERY_BYTE;
    return (v & HIGH_BITS) == 0 && ((at_least_space & ~at_least_del) & HIGH_BITS) == HIGH_BITS;
}

static inline int is_tail(unsigned char b) { return (b & 0xc0) == 0x80; }

/* Length of the well-formed sequence that starts with a byte above 0x7f, or 0. The bounds on the second byte are what
 * keeps out overlong forms, surrogates and everything above U+10FFFF. */
static size_t sequence_len(const unsigned char *p, size_t left) {
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    unsigned char low = 0x80, high = 0xbf;
    if (p[0] < 0xc2 || p[0] > 0xf4 || left < len) return 0;
    if (p[0] == 0xe0) low = 0xa0;
    if (p[0] == 0xed) high = 0x9f;
    if (p[0] == 0xf0) low = 0x90;
    if (p[0] == 0xf4) high = 0x8f;
    if (p[1] < low || p[1] > high) return 0;
    if (len > 2 && !is_tail(p[2])) return 0;
    if (len > 3 && !is_tail(p[3])) return 0;
    return len;
}

uint32_t hsvc__text_check(hsvc__str text, size_t longest) {
    const unsigned char *p = (const unsigned char *)text.p;
    size_t i = 0;
    if (text.n == 0) return HSVC_REASON_TEXT_EMPTY;
    if (HSVC__MUTANT(longer_texts)) longest++;
    if (HSVC__MUTANT(texts_unchecked)) return 0;
    if (text.n > longest) return HSVC_REASON_TEXT_TOO_LONG;
    while (i < text.n) {
        size_t len = 1, word = text.n - i >= 8 ? i : text.n - 8; /* the last word overlaps the one before */
        if (text.n >= 8 && plain8(load8(text.p + word))) {
            i = word + 8;
            continue;
        }
        if (p[i] < 0x20 || p[i] == 0x7f) return HSVC_REASON_TEXT_CONTROL;
        if (p[i] >= 0x80) {
            len = sequence_len(p + i, text.n - i);
            if (len == 0) return HSVC_REASON_TEXT_NOT_UTF8;
            if (p[i] == 0xc2 && p[i + 1] < 0xa0) return HSVC_REASON_TEXT_CONTROL;
        }
        i += len;
    }
    return 0;
}

static inline int is_blank(char c) { return c == ' ' || c == '\t'; }

hsvc__str hsvc__trim(hsvc__str text) {
    while (text.n > 0 && is_blank(text.p[text.n - 1])) text.n--;
    while (text.n > 0 && is_blank(text.p[0])) {
        text.p++;
        text.n--;
    }
    return text;
}

static inline void fold_into(char *to, const char *from) {
    uint64_t v = fold8(load8(from));
    memcpy(to, &v, sizeof v);
}

/* The last eight bytes overlap those before: folding twice changes nothing, and going byte by byte costs more. */
void hsvc__fold(char *to, hsvc__str text) {
    size_t i = 0;
    for (; text.n - i > 8; i += 8) fold_into(to + i, text.p + i);
    if (text.n >= 8) fold_into(to + text.n - 8, text.p + text.n - 8);
    else
        for (; i < text.n; i++) to[i] = (char)fold1(text.p[i]);
}

static inline int fold_same8(const char *a, const char *b) {
    uint64_t x = load8(a), y = load8(b);
    return x == y || fold8(x) == fold8(y);
}

int hsvc__fold_eq(hsvc__str a, hsvc__str b) {
    size_t i = 0;
    if (HSVC__MUTANT(case_matters)) return hsvc__str_eq(a, b);
    if (a.n != b.n) return 0;
    for (; a.n - i > 8; i += 8) {
        if (!fold_same8(a.p + i, b.p + i)) return 0;
    }
    if (a.n >= 8) return fold_same8(a.p + a.n - 8, b.p + a.n - 8);
    for (; i < a.n; i++) {
        if (fold1(a.p[i]) != fold1(b.p[i])) return 0;
    }
    return 1;
}

uint64_t hsvc__fold_tail(hsvc__str text) {
    uint64_t v = 0;
    if (text.n >= sizeof v) return fold8(load8(text.p + text.n - sizeof v));
    if (text.n != 0) memcpy(&v, text.p, text.n);
    return fold8(v);
}

/* On a mismatch only the latest '*' needs to take one byte more: whatever an earlier one could still gain, the later
 * one has room for as well. So the work is at most text.n * pattern.n. */
int hsvc__matches(hsvc__str text, hsvc__str pattern) {
    size_t t = 0, p = 0, star = SIZE_MAX, star_t = 0;
    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            star_t = t;
        } else if (p < pattern.n && fold1(pattern.p[p]) == fold1(text.p[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++star_t;
        } else {
            return 0;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*') p++;
    return p == pattern.n;
}

void hsvc__wipe(void *bytes, size_t len) {
#if defined(__GNUC__)
    if (len > 0) memset(bytes, 0, len);
    __asm__ __volatile__("" : : "r"(bytes) : "memory"); /* the compiler must assume that someone reads it now */
#else
    volatile unsigned char *p = (volatile unsigned char *)bytes;
    for (size_t i = 0; i < len; i++) p[i] = 0;
#endif
}
