/* key.c: keys that a store hands back, whatever is in them, and names that become keys (DESIGN 3, ID-2, STORE-7). */
#include "fuzz/fuzz.h"
#include "records/record.h"

static void any_bytes(const uint8_t *bytes, size_t len) {
    const char *kind = NULL, *name = NULL;
    size_t name_len = 0;
    struct hsvc__entry_key parts;
    struct hsvc__arena arena;
    hsvc_allocator allocator;
    int32_t status = hsvc_key_name(bytes, len, &kind, &name, &name_len);
    MUST(status == HSVC_OK || status == HSVC_ERR_NOT_FOUND);
    if (status == HSVC_OK) MUST(kind[0] != '\0' && (const uint8_t *)name >= bytes && (const uint8_t *)name + name_len <= bytes + len);
    if (len != 0 && hsvc__key_entry_parts(hsvc__str_of((const char *)bytes, len), &parts)) {
        struct hsvc__key key;
        hsvc__key_entry(&key, parts.family, parts.number, parts.sequence);
        MUST(key.len == len && (memcmp(key.bytes, bytes, len) == 0 || bytes[1] < 'a'));
    }
    OK(hsvc_stdlib_allocator(&allocator));
    hsvc__arena_init(&arena, &allocator);
    for (size_t at = 0; at < len; at += 1 + len / 8) {
        hsvc__str part = hsvc__key_part(hsvc__str_of((const char *)bytes, len), at, &arena);
        MUST(part.n <= len - at);
    }
    hsvc__arena_free(&arena);
}

static int sign(int n) { return (n > 0) - (n < 0); }

static int compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len) {
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order != 0 ? sign(order) : (a_len > b_len) - (a_len < b_len);
}

/* Two names that the library takes: one key only if they are one name, sorted as their canonical forms are. */
static void two_names(hsvc__str a, hsvc__str b) {
    struct hsvc__key key_a, key_b;
    uint8_t fold_a[HSVC_LIMIT_SERIAL_LEN], fold_b[HSVC_LIMIT_SERIAL_LEN];
    const char *kind, *name;
    size_t name_len;
    if (a.n == 0 || b.n == 0 || hsvc__text_check(a, HSVC_LIMIT_SERIAL_LEN) || hsvc__text_check(b, HSVC_LIMIT_SERIAL_LEN)) return;
    hsvc__fold((char *)fold_a, a);
    hsvc__fold((char *)fold_b, b);
    hsvc__key_1(&key_a, HSVC__FAMILY_HEADSET, a);
    hsvc__key_1(&key_b, HSVC__FAMILY_HEADSET, b);
    MUST(compare(key_a.bytes, key_a.len, key_b.bytes, key_b.len) == compare(fold_a, a.n, fold_b, b.n));
    OK(hsvc_key_name(key_a.bytes, key_a.len, &kind, &name, &name_len));
    MUST(name_len == a.n && memcmp(name, fold_a, a.n) == 0);
    hsvc__key_skip(&key_a, a, b.n);
    hsvc__key_deadline(&key_b, START, b);
    MUST(key_a.len <= HSVC_LIMIT_KEY_LEN && key_b.len <= HSVC_LIMIT_KEY_LEN);
    OK(hsvc_key_name(key_a.bytes, key_a.len, &kind, &name, &name_len));
    MUST(name_len == a.n && memcmp(name, fold_a, a.n) == 0);
    OK(hsvc_key_name(key_b.bytes, key_b.len, &kind, &name, &name_len));
    MUST(name_len == b.n && memcmp(name, fold_b, b.n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    size_t half = len / 2;
    any_bytes(bytes, len);
    two_names(hsvc__str_of((const char *)bytes, half), hsvc__str_of((const char *)bytes + half, len - half));
    return 0;
}
