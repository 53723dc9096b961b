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

int hsvc__key_is(hsvc__str bytes, const struct hsvc__key *key) {
    return hsvc__str_eq(bytes, hsvc__str_of((const char *)key->bytes, key->len));
}

int hsvc__key_is_of(hsvc__str bytes, uint32_t family, hsvc__str name) {
    struct hsvc__key key;
    hsvc__key_1(&key, family, name);
    return hsvc__key_is(bytes, &key);
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

#define NUMBER_DIGITS 16
#define NODE_DIGITS 8
#define SEQUENCE_DIGITS 12

static void put_hex(struct hsvc__key *key, uint64_t number, int digits) {
    for (int i = digits - 1; i >= 0; i--) key->bytes[key->len++] = (uint8_t)"0123456789abcdef"[number >> (4 * i) & 15];
}

void hsvc__key_number(struct hsvc__key *key, uint64_t number) {
    hsvc__key_begin(key, HSVC__FAMILY_NUMBER);
    put_hex(key, number, NUMBER_DIGITS);
    key->bytes[key->len++] = 0;
}

void hsvc__key_counter(struct hsvc__key *key, uint32_t node) {
    hsvc__key_begin(key, HSVC__FAMILY_NUMBER);
    put_hex(key, node, NODE_DIGITS);
    key->bytes[key->len++] = 0;
}

void hsvc__key_entry(struct hsvc__key *key, uint32_t family, uint64_t number, uint64_t sequence) {
    hsvc__key_begin(key, HSVC__FAMILY_ENTRY);
    key->bytes[key->len++] = (uint8_t)(family | 0x20u); /* names are folded: a small letter */
    put_hex(key, number, NUMBER_DIGITS);
    put_hex(key, sequence, SEQUENCE_DIGITS);
    key->bytes[key->len++] = 0;
}

static int get_hex(const char *digits, int count, uint64_t *number) {
    *number = 0;
    for (int i = 0; i < count; i++) {
        char c = digits[i];
        int is_letter = c >= 'a' && c <= 'f';
        if (!is_letter && (c < '0' || c > '9')) return 0;
        *number = *number << 4 | (uint64_t)(is_letter ? c - 'a' + 10 : c - '0');
    }
    return 1;
}

int hsvc__key_entry_parts(hsvc__str key, struct hsvc__entry_key *parts) {
    if (key.n != 3 + NUMBER_DIGITS + SEQUENCE_DIGITS || key.p[0] != HSVC__FAMILY_ENTRY || key.p[key.n - 1] != 0) return 0;
    parts->family = (uint8_t)key.p[1] & ~0x20u;
    return hsvc__is_subject(parts->family) && get_hex(key.p + 2, NUMBER_DIGITS, &parts->number) &&
           get_hex(key.p + 2 + NUMBER_DIGITS, SEQUENCE_DIGITS, &parts->sequence);
}

hsvc__str hsvc__key_part(hsvc__str key, size_t at, struct hsvc__arena *arena) {
    size_t end = at;
    while (end < key.n && key.p[end] != 0) end++;
    if (end >= key.n) return hsvc__str_of(NULL, 0);
    return hsvc__arena_copy(arena, key.p + at, end - at);
}
