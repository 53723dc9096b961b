/* test_promises.c: promises that no row of a table keeps, and no script can look at: what a node, a site, a damaged byte
 * and the mere passing of time do. */
#include <dirent.h>

#include "committed.h"
#include "damage.h"
#include "support/rest.h"

#define PEOPLE "user alice, pin 1234\nphone desk-1, site hall\nheadset H1 of alice\n"

/* ---- the engine keeps nothing that matters ---- */
static void a_policy_set_at_one_node_counts_at_the_other_STORE_1(void **state) {
    struct world w;
    hsvc_engine *other;
    hsvc_input in;
    (void)state;
    world_open(&w, PEOPLE "at 09:00 verify\n");
    OK(hsvc_engine_new(&w.desk.config, &other));
    OK(hsvc_advance(w.desk.engine, w.desk.fx));
    assert_int_equal(GIVE(&w.desk, hsvc_input_user_activity(&in, "desk-1")), HSVC_REASON_UNCHANGED); /* it knows the policy now */
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, HSVC_CHOICE_PIN_ENTRY_NOT_REQUIRED));
    OK(hsvc_apply(other, &in, 1, 0, w.desk.fx));
    assert_int_equal(GIVE(&w.desk, hsvc_input_headset_connected(&in, "desk-1", "H1", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    hsvc_engine_free(other);
    world_close(&w);
}

/* ---- what a store may answer ---- */
static int32_t odd_answer;
static int32_t answer_oddly(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    (void)keys;
    (void)count;
    (void)sink;
    (void)sink_user;
    (void)user;
    return odd_answer;
}

static void a_status_that_no_store_may_return_is_no_success_STORE_2(void **state) {
    static const int32_t odd[] = {1, 7, -9999, HSVC_ERR_MEMORY, HSVC_ERR_NOT_FOUND, HSVC_ERR_CONFLICT, HSVC_ERR_UNKNOWN, HSVC_ERR_FULL};
    struct world w;
    hsvc_config config;
    hsvc_store store;
    hsvc_engine *engine;
    hsvc_input in;
    (void)state;
    world_open(&w, PEOPLE "at 09:00 verify\n");
    config = w.desk.config;
    store = w.desk.plain;
    store.read = answer_oddly;
    config.store = &store;
    OK(hsvc_engine_new(&config, &engine));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        odd_answer = odd[i];
        OK(hsvc_input_associate(&in, "alice", "H1"));
        assert_int_equal(hsvc_apply(engine, &in, 1, 0, w.desk.fx), HSVC_ERR_CALLBACK);
    }
    hsvc_engine_free(engine);
    world_close(&w);
}

/* ---- result codes ---- */
static void a_refusal_carries_its_own_result_code_OBS_8(void **state) {
    struct world w;
    hsvc_input in;
    (void)state;
    world_open(&w, PEOPLE "user bob\nat 09:00 verify\n");
    assert_int_equal(GIVE(&w.desk, hsvc_input_associate(&in, "nobody", "H9")), HSVC_REASON_USER_UNKNOWN);
    assert_int_equal(verdict_of(w.desk.fx, 0).em_code, 23);
    assert_int_equal(GIVE(&w.desk, hsvc_input_menu_sign_out(&in, "desk-1")), HSVC_REASON_NO_SESSION);
    assert_int_equal(verdict_of(w.desk.fx, 0).em_code, 19);
    assert_int_equal(GIVE(&w.desk, hsvc_input_associate(&in, "alice", "H1")), HSVC_REASON_ALREADY_ASSOCIATED);
    assert_int_equal(verdict_of(w.desk.fx, 0).em_code, -1);
    world_close(&w);
}

/* ---- nodes and sites ---- */
static void effects_name_the_node_of_the_registration_PROF_3(void **state) {
    struct world w;
    hsvc_effect effect;
    hsvc_input in;
    (void)state;
    world_open(&w, PEOPLE "at 09:00 verify\n");
    OK(hsvc_input_device_registered(&in, "desk-1", 0, 3));
    assert_int_equal(give(&w.desk, &in), HSVC_REASON_PROFILE_CONFIRMED);
    assert_int_equal(device_view(&w.desk, "desk-1").node, 3);
    assert_int_equal(GIVE(&w.desk, hsvc_input_headset_connected(&in, "desk-1", "H1", 1)), HSVC_REASON_PIN_ASKED);
    assert_int_equal(effects_of(w.desk.fx, HSVC_EFFECT_SHOW_PROMPT, &effect), 1);
    assert_int_equal(effect.node, 3);
    world_close(&w);
}

/* every_effect_says: is the site this one in each effect about the device? */
static int every_effect_says(const hsvc_effects *fx, const char *site) {
    hsvc_effect effect;
    int same = hsvc_effects_count(fx) != 0;
    OK(hsvc_effect_init(&effect, sizeof effect));
    for (size_t i = 0; hsvc_effects_at(fx, i, &effect) == HSVC_OK; i++) same &= text_is(effect.site, effect.site_len, site);
    return same;
}

/* F103. */
static void a_session_never_moves_its_device_SAFE_3(void **state) {
    struct world w;
    hsvc_device_view view;
    hsvc_input in;
    (void)state;
    world_open(&w, PEOPLE "at 09:00 H1 plugs into desk-1\nat 09:00:10 alice enters 1234 on desk-1\n");
    view = device_view(&w.desk, "desk-1");
    assert_true(text_is(view.user, view.user_len, "alice"));
    assert_true(text_is(view.site, view.site_len, "hall"));
    assert_int_equal(GIVE(&w.desk, hsvc_input_menu_sign_out(&in, "desk-1")), HSVC_REASON_SIGNED_OUT);
    assert_true(every_effect_says(w.desk.fx, "hall"));
    view = device_view(&w.desk, "desk-1");
    assert_true(text_is(view.site, view.site_len, "hall"));
    world_close(&w);
}

/* ---- damaged bytes ---- (F80). */
static void each_damaged_byte_is_named_and_not_guessed_at_STORE_7(void **state) {
    struct hsvc__key key = key_of(HSVC__FAMILY_DEVICE, TEXT("desk-1"));
    hsvc_device_view view = {.struct_size = sizeof view};
    struct world w;
    hsvc__str row;
    (void)state;
    world_open(&w, PEOPLE "at 09:00 H1 plugs into desk-1\nat 09:00:10 alice enters 1234 on desk-1\n");
    row = row_of(&w, HSVC__FAMILY_DEVICE, TEXT("desk-1"));
    for (size_t i = 0; i < row.n; i++) {
        uint8_t *byte = (uint8_t *)(uintptr_t)row.p + i;
        hsvc_problem problem;
        hsvc_input in;
        *byte ^= 0x10;
        write_row(&w, bytes_of(&key), row);
        OK(hsvc_input_headset_disconnected(&in, "desk-1", "H1", 0));
        assert_int_equal(hsvc_apply(w.desk.engine, &in, 1, 0, w.desk.fx), HSVC_ERR_CORRUPT);
        problem = problem_of(w.desk.fx);
        assert_memory_equal(problem.key, key.bytes, key.len);
        assert_int_equal(hsvc_device_get(w.desk.engine, "desk-1", 6, &view), HSVC_ERR_CORRUPT);
        *byte ^= 0x10;
    }
    write_row(&w, bytes_of(&key), row);
    sound(&w.desk);
    world_close(&w);
}

/* ---- time alone leads to rest ---- */
#define SCRIPT_MOST 32768

/* leads_to_rest: does time lead there from the end of a part of a script? What it expects of a refusal may be cut off. */
static int leads_to_rest(const char *script) {
    struct world w;
    int rest;
    world_open_with(&w, script, HSVC_SCENARIO_ALLOW_REFUSALS);
    rest = comes_to_rest(&w.desk.allocator, &w.desk.plain, w.later - HOUR);
    world_close(&w);
    return rest;
}

/* ---- what is read and written again is the same ---- */
struct again {
    struct world *world;
    uint64_t rows;
    int same;
};

static int32_t write_again(const hsvc_row *row, void *user) {
    struct again *again = (struct again *)user;
    uint32_t family = row->key[0];
    void *record = hsvc__arena_take(&again->world->memory, hsvc__record_size(family));
    hsvc__str bytes = {NULL, 0};
    memset(record, 0, hsvc__record_size(family));
    OK(hsvc__record_decode(record, row->value, row->value_len, family));
    OK(hsvc__record_encode(record, family, &again->world->memory, &bytes));
    again->same &= bytes.n == row->value_len && memcmp(bytes.p, row->value, bytes.n) == 0;
    again->rows++;
    return HSVC_OK;
}

/* writes_the_same: is every record that a script leaves behind the same after it was decoded and encoded? (F81) */
static int writes_the_same(const char *script, uint64_t *rows) {
    struct world w;
    struct again again = {&w, 0, 1};
    world_open_with(&w, script, HSVC_SCENARIO_ALLOW_REFUSALS);
    OK(w.desk.plain.scan(NULL, 0, NULL, 0, 100000, write_again, &again, w.desk.plain.user));
    world_close(&w);
    *rows += again.rows;
    return again.same;
}

/* ---- each part of each script ---- */
/* cut: ends a script after a line, at about this part of it. */
static void cut(char *script, size_t len, size_t part, size_t parts) {
    size_t end = len * part / parts;
    while (end < len && script[end] != '\n') end++;
    script[end] = '\0';
}

typedef void (*part_fn)(const char *part, const char *name);

/* each_part: calls back with a third, two thirds and all of each script. */
static void each_part(part_fn look) {
    static char whole[SCRIPT_MOST], part[SCRIPT_MOST];
    DIR *folder = opendir(HSVC_SOURCE_DIR "/tests/scenario");
    struct dirent *entry;
    int scripts = 0;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        char path[512];
        size_t len = strlen(entry->d_name);
        FILE *file;
        if (len < 4 || strcmp(entry->d_name + len - 4, ".hsv") != 0) continue;
        snprintf(path, sizeof path, "tests/scenario/%s", entry->d_name);
        file = open_committed(path);
        assert_non_null(file);
        len = fread(whole, 1, sizeof whole - 1, file);
        fclose(file);
        for (size_t i = 1; i <= 3; i++) {
            memcpy(part, whole, len + 1);
            cut(part, len, i, 3);
            look(part, entry->d_name);
        }
        memset(whole, 0, sizeof whole);
        scripts++;
    }
    closedir(folder);
    assert_true(scripts > 100);
}

static void look_for_rest(const char *part, const char *name) {
    if (!leads_to_rest(part)) fail_msg("%s, its first %zu bytes: time does not lead to rest", name, strlen(part));
}
/* F34. */
static void time_and_the_end_of_calls_lead_to_rest_TIME_7(void **state) {
    (void)state;
    each_part(look_for_rest);
}

static uint64_t records;
static void look_at_records(const char *part, const char *name) {
    if (!writes_the_same(part, &records)) fail_msg("%s, its first %zu bytes: a record changed", name, strlen(part));
}
static void every_record_is_written_as_it_was_read_STORE_7(void **state) {
    (void)state;
    each_part(look_at_records);
    assert_true(records > 1000);
}

/* ---- views ---- */
static void a_walk_goes_on_from_the_key_of_its_own_view_STORE_3(void **state) {
    hsvc_device_view device = {.struct_size = sizeof(hsvc_device_view)};
    hsvc_user_view user = {.struct_size = sizeof(hsvc_user_view)};
    hsvc_headset_view headset = {.struct_size = sizeof(hsvc_headset_view)};
    char seen[64] = "";
    struct world w;
    (void)state;
    world_open(&w, "user alice\nuser bob\nuser carol\nphone desk-1\nphone desk-2\nphone desk-3\n"
                   "headset H1 of alice\nheadset H2 of bob\nat 09:00 verify\n");
    while (hsvc_device_next(w.desk.engine, device.key, device.key_len, &device) == HSVC_OK)
        (void)snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s ", (int)device.key_len, device.key);
    while (hsvc_user_next(w.desk.engine, user.key, user.key_len, &user) == HSVC_OK)
        (void)snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s ", (int)user.key_len, user.key);
    while (hsvc_headset_next(w.desk.engine, headset.key, headset.key_len, &headset) == HSVC_OK)
        (void)snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s ", (int)headset.key_len, headset.key);
    assert_string_equal(seen, "desk-1 desk-2 desk-3 alice bob carol h1 h2 ");
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_goes_on_from_the_key_of_its_own_view_STORE_3),
        cmocka_unit_test(a_policy_set_at_one_node_counts_at_the_other_STORE_1),
        cmocka_unit_test(a_status_that_no_store_may_return_is_no_success_STORE_2),
        cmocka_unit_test(a_refusal_carries_its_own_result_code_OBS_8),
        cmocka_unit_test(effects_name_the_node_of_the_registration_PROF_3),
        cmocka_unit_test(a_session_never_moves_its_device_SAFE_3),
        cmocka_unit_test(each_damaged_byte_is_named_and_not_guessed_at_STORE_7),
        cmocka_unit_test(every_record_is_written_as_it_was_read_STORE_7),
        cmocka_unit_test(time_and_the_end_of_calls_lead_to_rest_TIME_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
