/* test_keynames.c: a message about a record says whose it is (STORE-7): every key that the library writes has a name. */
#include "desk.h"

struct name {
    const char *kind;
    const char *text;
    size_t len;
};

static struct name name_of(const char *key, size_t len) {
    struct name name = {"", NULL, 0};
    OK(hsvc_key_name((const uint8_t *)key, len, &name.kind, &name.text, &name.len));
    return name;
}

static void expect(const char *key, size_t len, const char *kind, const char *text) {
    struct name name = name_of(key, len);
    assert_string_equal(name.kind, kind);
    assert_true(text_is(name.text, name.len, text));
}
#define EXPECT(key, kind, text) expect(key, sizeof key, kind, text)

static void keys_are_named_in_words_STORE_7(void **state) {
    (void)state;
    EXPECT("Ddesk-17", "device", "desk-17");
    EXPECT("Ualice", "user", "alice");
    EXPECT("Hh-1", "headset", "h-1");
    EXPECT("Kh-1\0" "0123456789abcdef", "skip of a headset", "h-1");
    EXPECT("N0123456789abcdef", "number in the audit", "0123456789abcdef");
    EXPECT("P", "policy", "");
    EXPECT("Pfloor-5", "policy of a site", "floor-5");
    EXPECT("S5alice", "job", "alice");
    EXPECT("T\0\0\1\2\3\4\5\6" "desk-17", "deadline of a device", "desk-17");
    EXPECT("Au0123456789abcdef000000000001", "audit entry of a user", "0123456789abcdef000000000001");
    EXPECT("Ad0123456789abcdef000000000001", "audit entry of a device", "0123456789abcdef000000000001");
    EXPECT("Ah0123456789abcdef000000000001", "audit entry of a headset", "0123456789abcdef000000000001");
    EXPECT("Ap0123456789abcdef000000000001", "audit entry of the policy", "0123456789abcdef000000000001");
}

static void other_bytes_have_no_name_STORE_7(void **state) {
    static const char *const bad[] = {"Xdesk-17", "S", "Tdesk-17", "Aalice", "Ax0123456789abcdef000000000001", ""};
    struct name name;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(hsvc_key_name((const uint8_t *)bad[i], strlen(bad[i]) + 1, &name.kind, &name.text, &name.len), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_key_name((const uint8_t *)"Dno-end", 7, &name.kind, &name.text, &name.len), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_key_name(NULL, 4, &name.kind, &name.text, &name.len), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_key_name((const uint8_t *)"Da", 3, NULL, &name.text, &name.len), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_key_name((const uint8_t *)"Da", 3, &name.kind, NULL, &name.len), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_key_name((const uint8_t *)"Da", 3, &name.kind, &name.text, NULL), HSVC_ERR_ARGUMENT);
}

static int32_t take_named(const hsvc_row *row, void *user) {
    size_t *seen = user;
    struct name name = name_of((const char *)row->key, row->key_len);
    assert_true(name.kind[0] != 0);
    ++*seen;
    return HSVC_OK;
}

static void everything_written_has_a_name_STORE_7(void **state) {
    struct desk desk;
    hsvc_input in;
    size_t seen = 0;
    (void)state;
    desk_open(&desk);
    OK(hsvc_input_user_put(&in, "alice", NULL, 0));
    (void)give(&desk, &in);
    OK(hsvc_input_associate(&in, "alice", "H-1"));
    (void)give(&desk, &in);
    OK(hsvc_input_user_rename(&in, "alice", "alina"));
    (void)give(&desk, &in);
    OK(desk.store.scan(NULL, 0, NULL, 0, 1000, take_named, &seen, desk.store.user));
    assert_true(seen > 5);
    desk_close(&desk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_named_in_words_STORE_7),
        cmocka_unit_test(other_bytes_have_no_name_STORE_7),
        cmocka_unit_test(everything_written_has_a_name_STORE_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
