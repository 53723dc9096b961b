/* test_records.c: rows whose checksum is right and whose inside is not: another version or another program wrote them. Lists
 * that end too soon, numbers beyond what they count, times no clock shows; and what a wrong clock wrote, mended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "headsetsvc/stdlib.h"
#include "records/record.h"

static hsvc__str text_of(const void *bytes, size_t n) { return hsvc__str_of((const char *)bytes, n); }

/* ---- lists ---- */

static struct hsvc__device device;
static struct hsvc__user user;

static void forget(void) {
    memset(&device, 0, sizeof device);
    memset(&user, 0, sizeof user);
}

/* Every length of a list of zeros is taken or refused; what is taken has whole entries. A block of its own for each, so that a
 * sanitizer sees a byte read behind it. */
static void cut_everywhere(hsvc__str *slot, void *record, uint32_t family, const uint32_t *count, size_t entry, size_t most) {
    for (size_t n = 0; n <= most * entry + 1; n++) {
        uint8_t *bytes = calloc(n + 1, 1);
        int32_t want = n % entry == 0 && n <= most * entry ? HSVC_OK : HSVC_ERR_CORRUPT;
        assert_non_null(bytes);
        *slot = text_of(bytes + 1, n);
        assert_int_equal(hsvc__lists_decode(record, family), want);
        if (want == HSVC_OK) assert_int_equal(*count, n / entry);
        free(bytes);
    }
    *slot = text_of(NULL, 0);
}

static void lists_end_with_a_whole_entry_STORE_7(void **state) {
    (void)state;
    forget();
    cut_everywhere(&device.presence, &device, HSVC__FAMILY_DEVICE, &device.present_count, 32, HSVC_LIMIT_PRESENCE_PER_DEVICE);
    cut_everywhere(&device.held, &device, HSVC__FAMILY_DEVICE, &device.report_count, 24, HSVC_LIMIT_REPORTS_PER_HOLD);
    cut_everywhere(&device.calls, &device, HSVC__FAMILY_DEVICE, &device.call_count, 24, HSVC_LIMIT_CALLS_PER_DEVICE);
    cut_everywhere(&device.earlier, &device, HSVC__FAMILY_DEVICE, &device.check_count, 12, HSVC_LIMIT_EARLIER_CHECKS);
    cut_everywhere(&device.overrides, &device, HSVC__FAMILY_DEVICE, &device.set.count, 12, HSVC_LIMIT_OVERRIDES);
    cut_everywhere(&device.requests, &device, HSVC__FAMILY_DEVICE, &device.recent.count, 32, HSVC_LIMIT_RECENT_REQUESTS);
    cut_everywhere(&user.profiles, &user, HSVC__FAMILY_USER, &user.profile_list.count, 4, HSVC_LIMIT_PROFILES_PER_USER);
    cut_everywhere(&user.sessions, &user, HSVC__FAMILY_USER, &user.login_count, 12, HSVC_LIMIT_SESSIONS_PER_USER);
}

static void a_text_of_a_list_ends_in_it_STORE_7(void **state) {
    static const uint8_t right[] = {2, 0, 0, 0, 'a', 'b'}, longer[] = {3, 0, 0, 0, 'a', 'b'}, endless[] = {255, 255, 255, 255, 'a'};
    (void)state;
    forget();
    user.profiles = text_of(right, sizeof right);
    assert_int_equal(hsvc__lists_decode(&user, HSVC__FAMILY_USER), HSVC_OK);
    assert_int_equal(user.profile_list.at[0].n, 2);
    user.profiles = text_of(longer, sizeof longer);
    assert_int_equal(hsvc__lists_decode(&user, HSVC__FAMILY_USER), HSVC_ERR_CORRUPT);
    user.profiles = text_of(endless, sizeof endless);
    assert_int_equal(hsvc__lists_decode(&user, HSVC__FAMILY_USER), HSVC_ERR_CORRUPT);
}

/* A handle names a serial of the same device; a time of a list is one that a clock can show. */
static void what_a_list_points_at_is_there_STORE_7(void **state) {
    uint8_t plug[12] = {0}, presence[32] = {0}, call[24] = {0};
    (void)state;
    forget();
    device.plugs = text_of(plug, sizeof plug);
    assert_int_equal(hsvc__lists_decode(&device, HSVC__FAMILY_DEVICE), HSVC_ERR_CORRUPT);
    device.presence = text_of(presence, sizeof presence);
    assert_int_equal(hsvc__lists_decode(&device, HSVC__FAMILY_DEVICE), HSVC_OK);
    plug[8] = 1;
    assert_int_equal(hsvc__lists_decode(&device, HSVC__FAMILY_DEVICE), HSVC_ERR_CORRUPT);
    plug[8] = 0;
    device.calls = text_of(call, sizeof call);
    assert_int_equal(hsvc__lists_decode(&device, HSVC__FAMILY_DEVICE), HSVC_OK);
    call[14] = 1;
    assert_int_equal(hsvc__lists_decode(&device, HSVC__FAMILY_DEVICE), HSVC_ERR_CORRUPT);
}

/* ---- the whole record ---- */

static void a_record_has_the_length_that_it_says_STORE_7(void **state) {
    hsvc_allocator allocator;
    struct hsvc__arena arena;
    hsvc__str out;
    uint8_t *bytes;
    size_t first_length;
    (void)state;
    forget();
    assert_int_equal(hsvc_stdlib_allocator(&allocator), HSVC_OK);
    hsvc__arena_init(&arena, &allocator);
    user.id = text_of("ann", 3);
    assert_int_equal(hsvc__record_encode(&user, HSVC__FAMILY_USER, &arena, &out), HSVC_OK);
    bytes = (uint8_t *)(uintptr_t)out.p;
    assert_int_equal(hsvc__record_check(bytes, out.n, HSVC__FAMILY_USER), HSVC_OK);
    assert_int_equal(hsvc__record_check(bytes, out.n, HSVC__FAMILY_DEVICE), HSVC_ERR_CORRUPT);
    assert_int_equal(hsvc__record_check(bytes, out.n, 'Z'), HSVC_ERR_CORRUPT);
    assert_int_equal(hsvc__record_check(bytes, HSVC_LIMIT_VALUE_LEN + 1, HSVC__FAMILY_USER), HSVC_ERR_CORRUPT);
    assert_int_equal(hsvc__record_check(NULL, out.n, HSVC__FAMILY_USER), HSVC_ERR_CORRUPT);
    for (first_length = out.n - 3; hsvc__get32(bytes + first_length) != 3;) first_length -= 4;
    bytes[first_length] = 2; /* the slots together are now shorter than the record, and the checksum is right */
    hsvc__put64(bytes + 8, hsvc_hash64(bytes + HSVC__HEAD, out.n - HSVC__HEAD) + hsvc__get64(bytes));
    assert_int_equal(hsvc__record_check(bytes, out.n, HSVC__FAMILY_USER), HSVC_ERR_CORRUPT);
    hsvc__arena_free(&arena);
}

static void a_record_with_such_a_time_is_damage_TIME_1(void **state) {
    hsvc_allocator allocator;
    struct hsvc__arena arena;
    struct hsvc__user back;
    hsvc__str out;
    (void)state;
    forget();
    assert_int_equal(hsvc_stdlib_allocator(&allocator), HSVC_OK);
    hsvc__arena_init(&arena, &allocator);
    for (user.locked_at = 1; user.locked_at >= -1; user.locked_at -= 2) {
        assert_int_equal(hsvc__record_encode(&user, HSVC__FAMILY_USER, &arena, &out), HSVC_OK);
        assert_int_equal(hsvc__record_check((const uint8_t *)out.p, out.n, HSVC__FAMILY_USER), HSVC_OK);
        assert_int_equal(hsvc__record_decode(&back, (const uint8_t *)out.p, out.n, HSVC__FAMILY_USER),
                         user.locked_at > 0 ? HSVC_OK : HSVC_ERR_CORRUPT);
    }
    hsvc__arena_free(&arena);
}

static void a_record_too_long_for_a_row_is_not_written_STORE_3(void **state) {
    static char endless[HSVC_LIMIT_VALUE_LEN + 1];
    hsvc_allocator allocator;
    struct hsvc__arena arena;
    hsvc__str out;
    (void)state;
    forget();
    assert_int_equal(hsvc_stdlib_allocator(&allocator), HSVC_OK);
    hsvc__arena_init(&arena, &allocator);
    assert_int_equal(hsvc__record_encode(&user, HSVC__FAMILY_USER, &arena, &out), HSVC_OK);
    user.id = text_of(endless, HSVC_LIMIT_VALUE_LEN - out.n);
    assert_int_equal(hsvc__record_encode(&user, HSVC__FAMILY_USER, &arena, &out), HSVC_OK);
    user.id.n++;
    assert_int_equal(hsvc__record_encode(&user, HSVC__FAMILY_USER, &arena, &out), HSVC_ERR_LIMIT);
    hsvc__arena_free(&arena);
}

static void a_state_beyond_every_table_is_damage_STORE_7(void **state) {
    struct hsvc__job job;
    (void)state;
    forget();
    assert_true(hsvc__states_sound(&device, HSVC__FAMILY_DEVICE));
    device.session_state = 31; /* inside the table, and no state */
    assert_false(hsvc__states_sound(&device, HSVC__FAMILY_DEVICE));
    device.session_state = 32;
    assert_false(hsvc__states_sound(&device, HSVC__FAMILY_DEVICE));
    memset(&job, 0, sizeof job);
    assert_false(hsvc__states_sound(&job, HSVC__FAMILY_JOB));
    job.kind = 31;
    assert_false(hsvc__states_sound(&job, HSVC__FAMILY_JOB));
}

/* ---- keys ---- */

/* A name out of a damaged record may be of any length: the key stays within its bounds. */
static void a_key_never_outgrows_its_bound_STORE_3(void **state) {
    static char name[2 * HSVC_LIMIT_SERIAL_LEN];
    struct hsvc__key key;
    (void)state;
    memset(name, 'x', sizeof name);
    hsvc__key_skip(&key, text_of(name, sizeof name), 7);
    assert_int_equal(key.len, 1 + HSVC_LIMIT_SERIAL_LEN + 1 + 16 + 1);
    hsvc__key_1(&key, HSVC__FAMILY_USER, text_of(name, HSVC_LIMIT_SERIAL_LEN));
    assert_int_equal(key.len, HSVC_LIMIT_SERIAL_LEN + 2);
}

static void an_entrys_key_is_read_as_it_was_written_OBS_3(void **state) {
    static const char not_hex[] = "/:`gG";
    struct hsvc__entry_key parts;
    struct hsvc__key key;
    (void)state;
    hsvc__key_entry(&key, HSVC__FAMILY_HEADSET, UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba987654));
    assert_true(hsvc__key_entry_parts(text_of(key.bytes, key.len), &parts));
    assert_int_equal(parts.family, HSVC__FAMILY_HEADSET);
    assert_true(parts.number == UINT64_C(0x0123456789abcdef) && parts.sequence == UINT64_C(0xfedcba987654));
    assert_false(hsvc__key_entry_parts(text_of(key.bytes, key.len - 1), &parts));
    for (size_t at = 0; at < key.len; at++) {
        uint8_t was = key.bytes[at];
        for (size_t i = 0; i < sizeof not_hex - 1; i++) {
            key.bytes[at] = (uint8_t)not_hex[i];
            assert_false(hsvc__key_entry_parts(text_of(key.bytes, key.len), &parts));
        }
        key.bytes[at] = was;
    }
}

static void a_key_without_an_end_has_no_part_STORE_7(void **state) {
    hsvc_allocator allocator;
    struct hsvc__arena arena;
    (void)state;
    assert_int_equal(hsvc_stdlib_allocator(&allocator), HSVC_OK);
    hsvc__arena_init(&arena, &allocator);
    assert_int_equal(hsvc__key_part(text_of("Dab", 4), 1, &arena).n, 2);
    assert_null(hsvc__key_part(text_of("Dab", 3), 1, &arena).p);
    assert_null(hsvc__key_part(text_of("Dab", 4), 9, &arena).p);
    hsvc__arena_free(&arena);
}

/* ---- the audit's subjects ---- */

static void who_is_no_subject_has_no_audit_OBS_3(void **state) {
    static const uint32_t families[][2] = {{HSVC__FAMILY_DEVICE, HSVC_SUBJECT_DEVICE}, {HSVC__FAMILY_USER, HSVC_SUBJECT_USER},
                                           {HSVC__FAMILY_HEADSET, HSVC_SUBJECT_HEADSET}, {HSVC__FAMILY_POLICY, HSVC_SUBJECT_POLICY}};
    struct hsvc__vector vector;
    struct hsvc__job job;
    (void)state;
    for (size_t i = 0; i < 4; i++) assert_int_equal(hsvc__subject_kind(families[i][0]), families[i][1]);
    assert_int_equal(hsvc__subject_kind(HSVC__FAMILY_JOB), 0);
    memset(&job, 0, sizeof job);
    job.rec.family = HSVC__FAMILY_JOB;
    job.rec.present = 1;
    assert_null(hsvc__trail_of(&job).number);
    hsvc__vector_of(&job, &vector);
    assert_true((vector.word[0] | vector.word[1] | vector.word[2]) == 0);
}

/* ---- times ---- */

#define NOW INT64_C(1000000000)
#define FAR ((int64_t)1 << 48)

static void times_that_no_clock_shows_are_damage_TIME_1(void **state) {
    (void)state;
    forget();
    assert_true(hsvc__times_sound(&device, HSVC__FAMILY_DEVICE));
    device.throttled_until = HSVC_NEVER;
    assert_true(hsvc__times_sound(&device, HSVC__FAMILY_DEVICE));
    device.throttled_until = HSVC_LIMIT_TIME + 1;
    assert_false(hsvc__times_sound(&device, HSVC__FAMILY_DEVICE));
    device.throttled_until = HSVC_LIMIT_TIME;
    assert_true(hsvc__times_sound(&device, HSVC__FAMILY_DEVICE));
    device.window_at = FAR;
    assert_false(hsvc__times_sound(&device, HSVC__FAMILY_DEVICE));
    user.locked_until = -1;
    assert_false(hsvc__times_sound(&user, HSVC__FAMILY_USER));
    user.locked_until = HSVC_NEVER;
    assert_true(hsvc__times_sound(&user, HSVC__FAMILY_USER));
    user.locked_at = -1;
    assert_false(hsvc__times_sound(&user, HSVC__FAMILY_USER));
}

/* Armed in time, but due later than any of its kind: cut to the longest there is. */
static void a_timer_too_far_ahead_is_cut_TIME_4(void **state) {
    (void)state;
    forget();
    device.verify_due = NOW + 120001;
    device.verify_due_span = 120001;
    assert_true(hsvc__times_mend(&device, HSVC__FAMILY_DEVICE, NOW, NOW, HSVC__ONLY_NODE));
    assert_true(device.verify_due == NOW + 120000);
    assert_int_equal(device.verify_due_span, 120000);
    assert_false(hsvc__times_mend(&device, HSVC__FAMILY_DEVICE, NOW, NOW, HSVC__ONLY_NODE));
}

static void a_lock_too_far_ahead_is_cut_TIME_4(void **state) {
    (void)state;
    forget();
    user.stamped_at = NOW + 1; /* somebody's clock was wrong, though not when it locked */
    user.locked_at = NOW - 5;
    user.locked_until = NOW + 86400001;
    assert_true(hsvc__times_mend(&user, HSVC__FAMILY_USER, NOW, NOW, HSVC__ONLY_NODE));
    assert_true(user.locked_until == NOW + 86400000);
    user.stamped_at = NOW + 1;
    assert_true(hsvc__times_mend(&user, HSVC__FAMILY_USER, NOW, NOW, HSVC__ONLY_NODE));
    assert_true(user.locked_until == NOW + 86400000);
    user.stamped_at = NOW + 1;
    user.locked_until = HSVC_NEVER;
    assert_true(hsvc__times_mend(&user, HSVC__FAMILY_USER, NOW, NOW, HSVC__ONLY_NODE));
    assert_true(user.locked_until == HSVC_NEVER);
}

/* What a timer stands for, or comes before, is mended with it. */
static void what_goes_with_a_timer_is_mended_with_it_TIME_4(void **state) {
    (void)state;
    forget();
    device.stamped_at = NOW + 1;
    device.present_count = device.report_count = 1;
    device.presents[0].flags = HSVC__DOUBTFUL;
    device.presence_due = NOW + 10;
    device.presence_due_span = 10;
    device.presents[0].due_at = NOW + 7200011;
    device.reports[0].at = NOW + 3;
    device.window_due = NOW + 100;
    device.window_due_span = 100;
    device.warn_due = NOW + 101;
    device.warn_due_span = 101;
    device.max_due = NOW + 200;
    device.max_due_span = 200;
    device.max_warn_due = NOW + 201;
    device.max_warn_due_span = 201;
    device.window_at = NOW - HSVC_LIMIT_WINDOW;
    assert_true(hsvc__times_mend(&device, HSVC__FAMILY_DEVICE, NOW, NOW, HSVC__ONLY_NODE));
    assert_true(device.presents[0].due_at == NOW + 7200010);
    assert_true(device.reports[0].at == NOW);
    assert_true(device.warn_due == device.window_due);
    assert_true(device.max_warn_due == device.max_due);
    assert_true(device.window_due - device.window_at == HSVC_LIMIT_WINDOW);
}

/* A skip's key ends with the device's number, all of it. */
static void a_skip_is_of_one_device_PROMPT_3(void **state) {
    static const char wanted[] = "h1\0" "0123456789abcdef";
    struct hsvc__key key;
    (void)state;
    hsvc__key_skip(&key, hsvc__str_of("H1", 2), 0x0123456789abcdefu);
    assert_int_equal(key.len, 1 + sizeof wanted);
    assert_memory_equal(key.bytes + 1, wanted, sizeof wanted);
}

/* What the audit has no room for is written as the largest, and is no other fact. */
static void a_count_beyond_its_bits_spoils_no_fact_beside_it_OBS_3(void **state) {
    struct hsvc__vector vector;
    (void)state;
    forget();
    device.rec.family = HSVC__FAMILY_DEVICE;
    device.rec.present = 1;
    device.failures = 200;
    hsvc__vector_of(&device, &vector);
    assert_int_equal(vector.word[0] >> 26 & 127, 127); /* failures: FACT of facts.def */
    assert_int_equal(vector.word[0] >> 33, 0);
}

/* The same memory holds one record after the other. */
static void who_does_not_wait_has_no_times_of_another_PRES_3(void **state) {
    uint8_t waits[56] = {0}, settled[32] = {0};
    (void)state;
    forget();
    waits[16] = HSVC__DOUBTFUL;
    waits[32] = waits[40] = 9; /* due, left */
    device.presence = text_of(waits, sizeof waits);
    assert_int_equal(hsvc__lists_decode(&device, HSVC__FAMILY_DEVICE), HSVC_OK);
    assert_int_equal(device.presents[0].due_at, 9);
    device.presence = text_of(settled, sizeof settled);
    assert_int_equal(hsvc__lists_decode(&device, HSVC__FAMILY_DEVICE), HSVC_OK);
    assert_int_equal(device.presents[0].due_at, 0);
    assert_int_equal(device.presents[0].left_at, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_skip_is_of_one_device_PROMPT_3),
        cmocka_unit_test(lists_end_with_a_whole_entry_STORE_7),
        cmocka_unit_test(a_text_of_a_list_ends_in_it_STORE_7),
        cmocka_unit_test(what_a_list_points_at_is_there_STORE_7),
        cmocka_unit_test(a_record_has_the_length_that_it_says_STORE_7),
        cmocka_unit_test(a_record_with_such_a_time_is_damage_TIME_1),
        cmocka_unit_test(a_record_too_long_for_a_row_is_not_written_STORE_3),
        cmocka_unit_test(a_state_beyond_every_table_is_damage_STORE_7),
        cmocka_unit_test(a_key_never_outgrows_its_bound_STORE_3),
        cmocka_unit_test(an_entrys_key_is_read_as_it_was_written_OBS_3),
        cmocka_unit_test(a_key_without_an_end_has_no_part_STORE_7),
        cmocka_unit_test(who_is_no_subject_has_no_audit_OBS_3),
        cmocka_unit_test(times_that_no_clock_shows_are_damage_TIME_1),
        cmocka_unit_test(a_timer_too_far_ahead_is_cut_TIME_4),
        cmocka_unit_test(a_lock_too_far_ahead_is_cut_TIME_4),
        cmocka_unit_test(what_goes_with_a_timer_is_mended_with_it_TIME_4),
        cmocka_unit_test(a_count_beyond_its_bits_spoils_no_fact_beside_it_OBS_3),
        cmocka_unit_test(who_does_not_wait_has_no_times_of_another_PRES_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
