/* keys.c: the keys of records. They sort by family, then by canonical name, and no name can pretend to be two parts.
 * A name is at most 132 bytes (ID-1): two escaped names and a time stay below HSVC_LIMIT_KEY_LEN. */
#include "records/record.h"

void hsvc__key_begin(struct hsvc__key *key, uint32_t family) {
    key->bytes[0] = (uint8_t)family;
    key->len = 1;
}

/* Names have passed hsvc__text_check: no byte is 0, so that folding is all there is to do. */
void hsvc__key_fold(struct hsvc__key *key, hsvc__str name) {
    if (name.n > HSVC_LIMIT_SERIAL_LEN) name.n = HSVC_LIMIT_SERIAL_LEN;
    hsvc__fold((char *)key->bytes + key->len, name);
    key->len += name.n;
    key->bytes[key->len++] = 0;
}

void hsvc__key_time(struct hsvc__key *key, int64_t at) {
    for (int i = 7; i >= 0; i--) key->bytes[key->len++] = (uint8_t)((uint64_t)at >> (8 * i));
}

void hsvc__key_1(struct hsvc__key *key, uint32_t family, hsvc__str name) {
    hsvc__key_begin(key, family);
    hsvc__key_fold(key, name);
}

/* The device by its number, so that it may take another name, and its successor of the same name has no part in it. */
void hsvc__key_skip(struct hsvc__key *key, hsvc__str serial, uint64_t device) {
    static const char digits[] = "0123456789abcdef";
    char text[16];
    for (int i = 0; i < 16; i++) text[i] = digits[device >> (60 - 4 * i) & 15u];
    hsvc__key_1(key, HSVC__FAMILY_SKIP, serial);
    hsvc__key_fold(key, hsvc__str_of(text, sizeof text));
}

hsvc__str hsvc__key_name(const struct hsvc__key *key) { return hsvc__str_of((const char *)key->bytes + 1, key->len - 2); }

void hsvc__key_deadline(struct hsvc__key *key, int64_t at, hsvc__str device) {
    hsvc__key_begin(key, HSVC__FAMILY_DEADLINE);
    hsvc__key_time(key, at);
    hsvc__key_fold(key, device);
}

hsvc__str hsvc__key_part(hsvc__str key, size_t at, struct hsvc__arena *arena) {
    size_t end = at;
    while (end < key.n && key.p[end] != 0) end++;
    if (end >= key.n) return hsvc__str_of(NULL, 0);
    return hsvc__arena_copy(arena, key.p + at, end - at);
}
