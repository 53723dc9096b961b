/* hash.c: hsvc_hash64, which is XXH64 with seed 0 after its public description. Numbers are read little-endian, so that
 * the hash is the same on every machine: it stands in stored records as their checksum. */
#include "core.h"

#define PRIME_1 UINT64_C(0x9e3779b185ebca87)
#define PRIME_2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define PRIME_3 UINT64_C(0x165667b19e3779f9)
#define PRIME_4 UINT64_C(0x85ebca77c2b2ae63)
#define PRIME_5 UINT64_C(0x27d4eb2f165667c5)

static inline uint64_t rotl(uint64_t v, unsigned by) { return v << by | v >> (64 - by); }

static inline uint64_t mix(uint64_t lane, uint64_t input) { return rotl(lane + input * PRIME_2, 31) * PRIME_1; }

static inline uint64_t fold_lane(uint64_t hash, uint64_t lane) { return (hash ^ mix(0, lane)) * PRIME_1 + PRIME_4; }

/* Four lanes over whole 32-byte stripes; *at is left behind the last stripe. */
static uint64_t hash_stripes(const uint8_t **at, size_t len) {
    uint64_t a = PRIME_1 + PRIME_2, b = PRIME_2, c = 0, d = 0 - PRIME_1, hash;
    const uint8_t *p = *at;
    for (size_t stripes = len / 32; stripes > 0; stripes--, p += 32) {
        a = mix(a, hsvc__get64(p));
        b = mix(b, hsvc__get64(p + 8));
        c = mix(c, hsvc__get64(p + 16));
        d = mix(d, hsvc__get64(p + 24));
    }
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = fold_lane(hash, a);
    hash = fold_lane(hash, b);
    hash = fold_lane(hash, c);
    *at = p;
    return fold_lane(hash, d);
}

/* What is left after the stripes: at most 31 bytes. */
static uint64_t hash_rest(uint64_t hash, const uint8_t *p, size_t rest) {
    for (; rest >= 8; rest -= 8, p += 8) hash = rotl(hash ^ mix(0, hsvc__get64(p)), 27) * PRIME_1 + PRIME_4;
    if (rest >= 4) {
        hash = rotl(hash ^ hsvc__get32(p) * PRIME_1, 23) * PRIME_2 + PRIME_3;
        rest -= 4;
        p += 4;
    }
    for (; rest > 0; rest--, p++) hash = rotl(hash ^ *p * PRIME_5, 11) * PRIME_1;
    return hash;
}

uint64_t hsvc_hash64(const void *bytes, size_t len) {
    const uint8_t *p = (const uint8_t *)bytes;
    uint64_t hash = len >= 32 ? hash_stripes(&p, len) : PRIME_5;
    hash = hash_rest(hash + (uint64_t)len, p, len % 32);
    hash = (hash ^ hash >> 33) * PRIME_2;
    hash = (hash ^ hash >> 29) * PRIME_3;
    hash ^= hash >> 32;
    return hash == 0 ? 1 : hash; /* 0 means "not given" everywhere in the interface */
}
