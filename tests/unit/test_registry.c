/* test_registry.c: what the library says of itself is what it does: each code once, with the words of the reference; each reason
 * exactly one code of the Extension Mobility API (OBS-8); which inputs ask for permission (OBS-9); parameters as they are set; lines
 * of the tables as they run. */
#include "desk.h"

#include "headsetsvc/registry.h"

static hsvc_code_info code_at(uint32_t registry, size_t index) {
    hsvc_code_info info;
    OK(hsvc_code_info_init(&info, sizeof info));
    if (hsvc_code_at(registry, index, &info) != HSVC_OK) info.name = NULL;
    return info;
}

static void every_registry_lists_each_code_once_OBS_1(void **state) {
    (void)state;
    for (uint32_t registry = HSVC_REGISTRY_STATUS; registry <= HSVC_REGISTRY_EXPLAINED; registry++) {
        size_t count = 0;
        for (hsvc_code_info info = code_at(registry, 0); info.name != NULL; info = code_at(registry, ++count)) {
            int32_t code = -12345;
            assert_string_equal(hsvc_name(registry, info.code), info.name);
            assert_string_equal(hsvc_text(registry, info.code), info.text);
            OK(hsvc_code(registry, info.name, strlen(info.name), &code));
            assert_int_equal(code, info.code);
        }
        assert_true(count != 0);
    }
    assert_null(code_at(0, 0).name);
    assert_null(code_at(HSVC_REGISTRY_EXPLAINED + 100, 0).name);
    assert_int_equal(hsvc_code_at(HSVC_REGISTRY_STATUS, 0, NULL), HSVC_ERR_ARGUMENT);
}

static void a_status_has_cause_and_remedy_OBS_1(void **state) {
    size_t i = 0;
    (void)state;
    for (hsvc_code_info info = code_at(HSVC_REGISTRY_STATUS, 0); info.name != NULL; info = code_at(HSVC_REGISTRY_STATUS, ++i)) {
        if (info.code == HSVC_OK) continue;
        assert_true(info.cause[0] != 0);
        assert_true(info.remedy[0] != 0);
    }
}

/* The whole list: what the API calls each refusal. A reason that is not here has the API's "other error", 4. */
static const struct {
    uint32_t reason;
    int32_t em;
} results[] = {
    {HSVC_REASON_DEVICE_UNKNOWN, 11},     {HSVC_REASON_USER_UNKNOWN, 23},          {HSVC_REASON_USER_DISABLED, 9},
    {HSVC_REASON_BUSY_CALL, 26},          {HSVC_REASON_BUSY_UPDATE, 26},           {HSVC_REASON_BUSY_VERIFYING, 26},
    {HSVC_REASON_BUSY_PROMPT, 26},        {HSVC_REASON_BUSY_RESETTING, 26},        {HSVC_REASON_BUSY_JOB, 26},
    {HSVC_REASON_EM_DISABLED, 22},        {HSVC_REASON_CROSS_CLUSTER, 38},         {HSVC_REASON_SIGNED_IN_ELSEWHERE, 25},
    {HSVC_REASON_NO_PROFILE, 12},         {HSVC_REASON_PROFILE_UNKNOWN, 12},       {HSVC_REASON_LOCKED_OUT, 9},
    {HSVC_REASON_DEVICE_THROTTLED, 9},    {HSVC_REASON_CREDENTIALS_WRONG, 201},    {HSVC_REASON_CREDENTIALS_UNAVAILABLE, 204},
    {HSVC_REASON_CREDENTIALS_BLANK, 202}, {HSVC_REASON_PIN_CHANGE_REQUIRED, 41},   {HSVC_REASON_ATTEMPTS_EXHAUSTED, 201},
    {HSVC_REASON_NO_SESSION, 19},         {HSVC_REASON_SESSION_ENDING, 18},        {HSVC_REASON_ANOTHER_USER, 18},
    {HSVC_REASON_NOT_PERMITTED, 10},      {HSVC_REASON_EMERGENCY_HOLD, 26},        {HSVC_REASON_HEADSET_CONNECTED, 26},
};
static int32_t result_of(uint32_t reason) {
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (results[i].reason == reason) return results[i].em;
    return 4;
}

static void every_reason_has_one_result_code_OBS_8(void **state) {
    size_t i = 0;
    (void)state;
    for (hsvc_code_info info = code_at(HSVC_REGISTRY_REASON, 0); info.name != NULL; info = code_at(HSVC_REGISTRY_REASON, ++i)) {
        int32_t expected = info.accepted ? -1 : result_of((uint32_t)info.code);
        int in_range = (info.em_code >= 0 && info.em_code <= 47) || (info.em_code >= 201 && info.em_code <= 216);
        if (info.em_code != expected) print_error("%s is %d, not %d\n", info.name, info.em_code, expected);
        assert_int_equal(info.em_code, expected);
        assert_true(info.accepted ? info.em_code == -1 : in_range);
        assert_true(info.accepted == (info.remedy[0] == 0)); /* who is refused is told what to do */
    }
}

/* ---- kinds ---- */
/* What devices, headsets and people report or press; everything else changes what an administrator is responsible for. */
static int is_report(uint32_t kind) {
    if (kind == HSVC_INPUT_DEVICE_PUT || kind == HSVC_INPUT_DEVICE_REMOVE || kind == HSVC_INPUT_DEVICE_RENAME) return 0;
    return kind < HSVC_INPUT_USER_PUT && kind != HSVC_INPUT_HEADSET_DELETE && kind != HSVC_INPUT_HEADSET_ALIAS;
}

static struct {
    uint32_t asked;
    uint32_t kind;
} host;
static int32_t refuse(const hsvc_input *input, void *user) {
    (void)user;
    host.asked++;
    host.kind = input->kind;
    return HSVC_ERR_NOT_FOUND;
}

static const hsvc_item headset_item = {"S1", 2, 0, HSVC_ITEM_HEADSET, 0, 0, 0};
/* required_of: an input with what its kind must have and nothing more. */
static hsvc_input required_of(const hsvc_kind_info *kind) {
    hsvc_input in;
    OK(hsvc_input_init(&in, sizeof in, kind->kind));
#define HAS(field) (kind->required >> (HSVC_FIELD_##field - 1) & 1u)
    if (HAS(DEVICE)) hsvc_input_set_device(&in, "P1");
    if (HAS(SERIAL)) hsvc_input_set_serial(&in, "S1");
    if (HAS(USER)) hsvc_input_set_user(&in, "ann");
    if (HAS(PROFILE)) hsvc_input_set_profile(&in, "line");
    if (HAS(NAME)) hsvc_input_set_name(&in, "other");
    if (HAS(ALIAS)) hsvc_input_set_alias(&in, "R1");
    if (HAS(STATE)) in.state = 1;
    if (HAS(PARAM)) in.param = HSVC_PARAM_PIN_ENTRY;
    if (HAS(VALUE)) in.value = 1;
    if (HAS(GENERATION)) in.generation = 1;
    if (HAS(PROMPT_ID)) in.prompt_id = 1;
    if (HAS(CALL_ID)) in.call_id = 1;
    if (HAS(REQUEST)) in.request = 1;
    if (HAS(ITEMS)) {
        in.items = &headset_item;
        in.item_count = 1;
        in.item_size = sizeof headset_item;
    }
    return in;
}

static void administrators_ask_before_anything_changes_OBS_9(void **state) {
    struct desk desk;
    hsvc_kind_info kind;
    uint64_t rows = 0, bytes = 0;
    (void)state;
    desk_ready(&desk);
    desk.config.permission = refuse;
    desk_start(&desk);
    OK(hsvc_kind_info_init(&kind, sizeof kind));
    for (size_t i = 0; hsvc_kind_at(i, &kind) == HSVC_OK; i++) {
        hsvc_input in = required_of(&kind);
        host.asked = 0;
        OK(hsvc_apply(desk.engine, &in, 1, 0, desk.fx));
        if (kind.asks == (uint32_t)is_report(kind.kind)) print_error("%s\n", hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)kind.kind));
        assert_int_equal(kind.asks, !is_report(kind.kind));
        assert_int_equal(host.asked, kind.asks);
        if (!kind.asks) continue;
        assert_int_equal(host.kind, kind.kind);
        assert_int_equal(said(desk.fx, 0), HSVC_REASON_NOT_PERMITTED);
        assert_int_equal(hsvc_effects_count(desk.fx), 0);
    }
    assert_int_equal(hsvc_kind_at(0, &kind), HSVC_OK); /* there were some */
    OK(hsvc_memory_store_size(desk.memory, &rows, &bytes));
    assert_int_equal(rows, 0);
    desk_close(&desk);
}

/* ---- parameters ---- */
static void parameters_are_as_they_are_set_POL_2(void **state) {
    struct desk desk;
    hsvc_param_info info;
    (void)state;
    desk_open(&desk);
    OK(hsvc_param_info_init(&info, sizeof info));
    for (size_t i = 0; hsvc_param_at(i, &info) == HSVC_OK; i++) {
        hsvc_input in;
        int64_t value = 0;
        assert_string_equal(info.name, hsvc_name(HSVC_REGISTRY_PARAM, (int32_t)info.param));
        assert_true(info.text[0] != 0 && info.scopes >> HSVC_SCOPE_GLOBAL & 1u);
        assert_true(hsvc_rule_text(info.rule, strlen(info.rule))[0] != 0);
        if (info.param == HSVC_PARAM_SUPPORTED_MODELS) assert_string_equal(info.text_value, "CP-78*\nCP-88*\n78*\n88*");
        if (info.type == HSVC_TYPE_TEXT) continue;
        assert_string_equal(info.text_value, "");
        OK(hsvc_policy_value(desk.engine, info.param, NULL, 0, NULL, 0, &value, NULL));
        assert_int_equal(value, info.value_guide);
        OK(hsvc_input_policy_set(&in, info.param, HSVC_SCOPE_GLOBAL, info.most));
        assert_int_equal(give(&desk, &in), HSVC_REASON_POLICY_CHANGED);
        in.value = info.most + 1;
        assert_int_equal(give(&desk, &in), HSVC_REASON_OUT_OF_RANGE);
        in.value = info.value_guide;
        (void)give(&desk, &in);
    }
    desk_close(&desk);
}

static void expect_models(struct desk *desk, const char *device, const char *wanted, uint32_t scope) {
    const char *text = NULL;
    size_t len = 0;
    uint32_t by = 0;
    OK(hsvc_policy_text(desk->engine, HSVC_PARAM_SUPPORTED_MODELS, device, strlen(device), &text, &len, &by));
    assert_true(text_is(text, len, wanted) && text[len] == 0);
    assert_int_equal(by, scope);
}

static void texts_are_told_with_their_scope_POL_3(void **state) {
    struct desk desk;
    hsvc_input in;
    const char *text = NULL;
    size_t len = 0;
    (void)state;
    desk_open(&desk);
    OK(hsvc_input_device_put(&in, "desk-17", "lines", HSVC_DEVICE_ANONYMOUS, "floor-5", "CP-8865", "14.2(1)", HSVC_FLAG_EM_ENABLED));
    (void)give(&desk, &in);
    expect_models(&desk, "desk-17", "CP-78*\nCP-88*\n78*\n88*", HSVC_SCOPE_GLOBAL);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_SUPPORTED_MODELS, HSVC_SCOPE_SITE, 0));
    hsvc_input_set_site(&in, "floor-5");
    hsvc_input_set_text(&in, "X-1*\nX-2*");
    assert_int_equal(give(&desk, &in), HSVC_REASON_POLICY_CHANGED);
    expect_models(&desk, "desk-17", "X-1*\nX-2*", HSVC_SCOPE_SITE);
    expect_models(&desk, "", "CP-78*\nCP-88*\n78*\n88*", HSVC_SCOPE_GLOBAL);
    OK(hsvc_policy_text(desk.engine, HSVC_PARAM_MIN_FIRMWARE, NULL, 0, &text, &len, NULL));
    assert_true(len == 0 && text[0] == 0);
    assert_int_equal(hsvc_policy_text(desk.engine, HSVC_PARAM_PIN_ENTRY, NULL, 0, &text, &len, NULL), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_policy_text(desk.engine, HSVC_PARAM_MIN_FIRMWARE, NULL, 4, &text, &len, NULL), HSVC_ERR_ARGUMENT);
    desk_close(&desk);
}

static void choices_are_the_values_of_a_choice_POL_1(void **state) {
    hsvc_param_info param;
    hsvc_choice_info choice;
    (void)state;
    OK(hsvc_param_info_init(&param, sizeof param));
    OK(hsvc_choice_info_init(&choice, sizeof choice));
    for (size_t i = 0; hsvc_param_at(i, &param) == HSVC_OK; i++) {
        size_t count = 0;
        while (hsvc_choice_at(param.param, count, &choice) == HSVC_OK) {
            assert_string_equal(hsvc_choice_name(param.param, choice.value), choice.name);
            assert_true(choice.value >= param.least && choice.value <= param.most);
            count++;
        }
        assert_int_equal(count, param.type == HSVC_TYPE_CHOICE ? param.most - param.least + 1 : 0);
    }
    assert_int_equal(hsvc_param_at(SIZE_MAX, &param), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_param_at(0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_choice_at(999, 0, &choice), HSVC_ERR_NOT_FOUND);
}

/* ---- the tables ---- */

/* What the trace says of a row that ran is what its line says. */
struct looked_up {
    size_t rows;
    size_t wrong;
};

static int32_t look_up(const hsvc_trace *trace, void *user) {
    struct looked_up *found = user;
    hsvc_line_info line;
    OK(hsvc_line_info_init(&line, sizeof line));
    for (size_t i = 0; hsvc_line_at(i, &line) == HSVC_OK; i++) {
        if (strcmp(line.table, trace->machine) != 0 || line.kind > HSVC_LINE_OTHER || line.number != trace->row) continue;
        found->rows++;
        found->wrong += strcmp(line.event, trace->event) != 0 || strcmp(line.rule, trace->rule) != 0;
    }
    return HSVC_OK;
}

static void lines_are_the_rows_that_run_OBS_1(void **state) {
    struct desk desk;
    struct looked_up found = {0, 0};
    hsvc_input in;
    (void)state;
    desk_ready(&desk);
    desk.config.trace = look_up;
    desk.config.trace_user = &found;
    desk_start(&desk);
    OK(hsvc_input_device_put(&in, "desk-17", "desk-lines", HSVC_DEVICE_ANONYMOUS, "floor-5", "CP-8865", "14.2(1)", HSVC_FLAG_EM_ENABLED));
    (void)give(&desk, &in);
    OK(hsvc_input_device_registered(&in, "desk-17", 0, 0));
    (void)give(&desk, &in);
    assert_true(found.rows > 3);
    assert_int_equal(found.wrong, 0);
    desk_close(&desk);
}

static void every_line_is_whole_OBS_1(void **state) {
    hsvc_line_info line;
    size_t count = 0, of[HSVC_LINE_ADMIT + 1] = {0};
    (void)state;
    OK(hsvc_line_info_init(&line, sizeof line));
    for (; hsvc_line_at(count, &line) == HSVC_OK; count++) {
        assert_in_range(line.kind, HSVC_LINE_ROW, HSVC_LINE_ADMIT);
        of[line.kind]++;
        assert_true(line.table[0] != 0 && line.guard[0] != 0 && line.verdict[0] != 0);
        assert_true(hsvc_rule_text(line.rule, strlen(line.rule))[0] != 0);
        assert_int_equal(line.event[0] != 0, line.kind <= HSVC_LINE_OTHER);
        assert_int_equal(strstr("IGNORE REFUSE IMPOSSIBLE", line.actions) != NULL && line.actions[0] != 0, line.kind == HSVC_LINE_OTHER);
    }
    for (size_t kind = HSVC_LINE_ROW; kind <= HSVC_LINE_ADMIT; kind++) assert_true(of[kind] > 10);
    assert_int_equal(hsvc_line_at(count, &line), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_line_at(0, NULL), HSVC_ERR_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_registry_lists_each_code_once_OBS_1),
        cmocka_unit_test(a_status_has_cause_and_remedy_OBS_1),
        cmocka_unit_test(every_reason_has_one_result_code_OBS_8),
        cmocka_unit_test(administrators_ask_before_anything_changes_OBS_9),
        cmocka_unit_test(parameters_are_as_they_are_set_POL_2),
        cmocka_unit_test(texts_are_told_with_their_scope_POL_3),
        cmocka_unit_test(choices_are_the_values_of_a_choice_POL_1),
        cmocka_unit_test(lines_are_the_rows_that_run_OBS_1),
        cmocka_unit_test(every_line_is_whole_OBS_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
