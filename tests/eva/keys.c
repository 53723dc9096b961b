/* keys.c: keys of names of any length and bytes, and any bytes that a store hands back as a key. */
#include "eva.h"

#define MOST (HSVC_LIMIT_SERIAL_LEN + 3)
#define BACK 48 /* longer than any key but a name's, which is a loop of one step */
static char block[MOST];

static hsvc__str text_of(size_t n) {
    ANY(block);
    return hsvc__str_of(block + (MOST - n), n);
}

static void make(hsvc__str name) {
    struct hsvc__key key;
    hsvc__key_1(&key, HSVC__FAMILY_HEADSET, name);
    /*@ assert key.len <= 512; */
    hsvc__key_skip(&key, name, ANY_64);
    /*@ assert key.len <= 512; */
    hsvc__key_deadline(&key, (int64_t)ANY_64, name);
    /*@ assert key.len <= 512; */
}

static void make_of_numbers(void) {
    struct hsvc__key key;
    hsvc__key_number(&key, ANY_64);
    hsvc__key_counter(&key, ANY_32);
    hsvc__key_entry(&key, ANY_32, ANY_64, ANY_64);
    /*@ assert key.len <= 512; */
}

static void read_back(hsvc__str key) {
    struct hsvc__entry_key parts;
    const char *kind, *name;
    size_t len;
    if (key.n > 0) (void)hsvc__key_entry_parts(key, &parts);
    (void)hsvc_key_name((const uint8_t *)key.p, key.n, &kind, &name, &len);
}

int main(void) {
    make_of_numbers();
    /*@ loop unroll 300; */
    for (size_t n = 0; n <= MOST; n++) make(text_of(n));
    /*@ loop unroll 300; */
    for (size_t n = 0; n <= BACK; n++) read_back(text_of(n));
    Frama_C_show_each_end();
    return 0;
}
