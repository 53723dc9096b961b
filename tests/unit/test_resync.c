/* test_resync.c: the service dies after any commit of a long story and before any of its effects: does the next start
 * give every device what it should wear and show (STORE-6)? And the pages, the answers and the views that belong to it. */
#include "screens.h"

/* die_after: the story up to line `last`, whose effects nobody hears; then a new engine and a resync. */
static void die_after(const struct story *story, size_t last, int acks) {
    struct desk d;
    struct world seen, truth;
    memset(&seen, 0, sizeof seen);
    desk_open(&d);
    for (size_t i = 0; i < last; i++) {
        OK(story_go(&d, story, i));
        obey(&seen, d.fx);
        if (acks) OK(acknowledge(&d, &seen));
    }
    truth = seen;
    OK(story_go(&d, story, last));
    obey(&truth, d.fx);
    hsvc_engine_free(d.engine);
    hsvc_effects_reset(d.fx);
    OK(hsvc_engine_new(&d.config, &d.engine));
    seen.fresh = 0;
    resync_all(&d, &seen);
    assert_int_equal(seen.fresh, 0);
    for (int i = 0; i < PHONES; i++) compare_phone(&d, i, &seen.phone[i], &truth.phone[i]);
    sound(&d);
    desk_close(&d);
}

/* F78. */
static void no_crash_leaves_a_wrong_screen_STORE_6(void **state) {
    static struct story story;
    (void)state;
    story_make(&story);
    for (size_t i = 0; i < STORY_LINES; i++) {
        die_after(&story, i, 0);
        die_after(&story, i, 1);
    }
    story_free(&story);
}

/* doubted: the story up to line `last`, whose commit happens although the store cannot tell; two phones are painted. */
static void doubted(const struct story *story, size_t last) {
    struct desk d;
    struct world seen;
    hsvc_fault what;
    memset(&seen, 0, sizeof seen);
    desk_open(&d);
    for (size_t i = 0; i <= last; i++) {
        OK(hsvc_testkit_init(&what, sizeof what));
        what.kind = HSVC_FAULT_UNKNOWN_DONE;
        what.on = HSVC_FAULT_ON_COMMIT;
        what.nth = 1;
        if (i == last) OK(hsvc_fault_store_arm(d.fault, &what));
        OK(story_go(&d, story, i));
        obey(&seen, d.fx);
    }
    for (int i = 0; i < PHONES; i++) {
        hsvc_device_view view;
        memset(&view, 0, sizeof view);
        view.struct_size = sizeof view;
        if (hsvc_device_get(d.engine, phone_names[i], strlen(phone_names[i]), &view) == HSVC_ERR_NOT_FOUND) continue;
        assert_int_equal(seen.phone[i].prompt_id, view.prompt_id);
        if (view.generation_acked != view.generation_desired) assert_int_equal(seen.phone[i].generation, view.generation_desired);
    }
    sound(&d);
    desk_close(&d);
}

/* A deadline has no request id by which its decision could be found again: what it may have decided is told again. */
static void no_doubt_leaves_a_wrong_screen_STORE_6(void **state) {
    static struct story story;
    (void)state;
    story_make(&story);
    for (size_t i = 0; i < STORY_LINES; i++) doubted(&story, i);
    story_free(&story);
}

/* ---- pages ---- */
#define MANY 150 /* more than two pages */
static void name_of(char name[16], unsigned i) { (void)snprintf(name, 16, "desk-%03u", i); }

static void many_devices(struct desk *d) {
    hsvc_input in;
    char name[16];
    desk_open(d);
    for (unsigned i = 0; i < MANY; i++) {
        name_of(name, i);
        OK(hsvc_input_device_put(&in, name, "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                                 HSVC_FLAG_EM_ENABLED));
        OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
        OK(hsvc_input_device_registered(&in, name, 0, i % 3));
        OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
    }
}

/* told: how often each device was told its menu. */
static void count_menus(const hsvc_effects *fx, unsigned told[MANY]) {
    hsvc_effect e;
    OK(hsvc_effect_init(&e, sizeof e));
    for (size_t i = 0; hsvc_effects_at(fx, i, &e) == HSVC_OK; i++)
        if (e.kind == HSVC_EFFECT_MENU_STATE) told[atoi(e.device + 5)]++;
}

static unsigned pages_of(struct desk *d, const hsvc_resync_scope *scope, unsigned told[MANY]) {
    hsvc_cursor cursor;
    unsigned pages = 0;
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    while (!cursor.done) {
        OK(hsvc_resync(d->engine, scope, &cursor, d->fx));
        count_menus(d->fx, told);
        pages++;
    }
    OK(hsvc_resync(d->engine, scope, &cursor, d->fx)); /* done is done */
    assert_int_equal(hsvc_effects_count(d->fx), 0);
    return pages;
}

static void pages_are_bounded_and_complete_STORE_6(void **state) {
    struct desk d;
    unsigned told[MANY] = {0}, nodes[MANY] = {0};
    hsvc_resync_scope scope;
    (void)state;
    many_devices(&d);
    assert_int_equal(pages_of(&d, NULL, told), MANY / HSVC_LIMIT_RESYNC_DEVICES + 1);
    for (unsigned i = 0; i < MANY; i++) assert_int_equal(told[i], 1);
    OK(hsvc_resync_scope_init(&scope, sizeof scope));
    scope.flags = HSVC_RESYNC_NODE;
    scope.node = 2;
    (void)pages_of(&d, &scope, nodes);
    for (unsigned i = 0; i < MANY; i++) assert_int_equal(nodes[i], i % 3 == 2);
    scope.node = 9; /* nobody's */
    assert_int_equal(pages_of(&d, &scope, nodes), MANY / HSVC_LIMIT_RESYNC_DEVICES + 1);
    desk_close(&d);
}

/* A resync changes nothing: it may be repeated, and it commits nothing. */
static void resync_writes_nothing_STORE_6(void **state) {
    struct desk d;
    struct rows before = {NULL, 0, 0, 0};
    unsigned told[MANY] = {0};
    (void)state;
    many_devices(&d);
    rows_read(&before, &d.plain, 1);
    (void)pages_of(&d, NULL, told);
    nothing_written(&d, &before);
    rows_free(&before);
    desk_close(&d);
}

/* Whatever read fails: the next call goes on, and nobody is left out. */
static void a_failed_page_goes_on_STORE_6(void **state) {
    struct desk d;
    (void)state;
    many_devices(&d);
    for (uint64_t nth = 1; nth < 12; nth++) {
        unsigned told[MANY] = {0}, failures = 0;
        hsvc_cursor cursor;
        hsvc_fault fault;
        OK(hsvc_testkit_init(&fault, sizeof fault));
        fault.kind = HSVC_FAULT_UNAVAILABLE;
        fault.on = HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN;
        fault.nth = nth * nth;
        hsvc_fault_store_disarm(d.fault);
        OK(hsvc_fault_store_arm(d.fault, &fault));
        OK(hsvc_cursor_init(&cursor, sizeof cursor));
        while (!cursor.done) {
            int32_t status = hsvc_resync(d.engine, NULL, &cursor, d.fx);
            if (status != HSVC_OK) assert_int_equal(status, HSVC_ERR_UNAVAILABLE);
            failures += status != HSVC_OK;
            count_menus(d.fx, told);
        }
        assert_int_equal(failures, 1);
        for (unsigned i = 0; i < MANY; i++) assert_int_equal(told[i], 1);
    }
    desk_close(&d);
}

static const uint8_t damaged_key[] = "Ddesk-070"; /* with its last byte, 00 */

static void damage_one(struct desk *d) { row_put(&d->plain, damaged_key, sizeof damaged_key, "junk", 5); }

static void a_damaged_device_holds_up_no_other_STORE_6(void **state) {
    struct desk d;
    unsigned told[MANY] = {0};
    hsvc_cursor cursor;
    hsvc_problem problem;
    uint32_t damaged = 0;
    (void)state;
    many_devices(&d);
    damage_one(&d);
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    OK(hsvc_problem_init(&problem, sizeof problem));
    while (!cursor.done) {
        int32_t status = hsvc_resync(d.engine, NULL, &cursor, d.fx);
        count_menus(d.fx, told);
        if (status == HSVC_OK) continue;
        assert_int_equal(status, HSVC_ERR_CORRUPT);
        OK(hsvc_effects_problem(d.fx, &problem));
        assert_int_equal(problem.status, HSVC_ERR_CORRUPT);
        damaged++;
    }
    assert_int_equal(damaged, 1);
    for (unsigned i = 0; i < MANY; i++) assert_int_equal(told[i], i != 70);
    desk_close(&d);
}

/* Where nothing else has to be told the problem says which record it is. */
static void a_damaged_device_is_named_STORE_7(void **state) {
    struct desk d;
    hsvc_cursor cursor;
    hsvc_problem problem;
    (void)state;
    desk_open(&d);
    damage_one(&d);
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    OK(hsvc_problem_init(&problem, sizeof problem));
    assert_int_equal(hsvc_resync(d.engine, NULL, &cursor, d.fx), HSVC_ERR_CORRUPT);
    assert_int_equal(cursor.done, 1);
    OK(hsvc_effects_problem(d.fx, &problem));
    assert_int_equal(problem.status, HSVC_ERR_CORRUPT);
    assert_int_equal(problem.key_len, sizeof damaged_key);
    assert_memory_equal(problem.key, damaged_key, sizeof damaged_key);
    desk_close(&d);
}

static void arm_read(struct desk *d, uint32_t kind) {
    hsvc_fault fault;
    OK(hsvc_testkit_init(&fault, sizeof fault));
    fault.kind = kind;
    fault.on = HSVC_FAULT_ON_READ;
    fault.nth = 1;
    OK(hsvc_fault_store_arm(d->fault, &fault));
}

/* The scan found the device sound; what is read of it for the decision is not. */
static void a_device_damaged_meanwhile_is_told_STORE_7(void **state) {
    struct desk d;
    unsigned told[MANY] = {0}, all = 0;
    hsvc_cursor cursor;
    (void)state;
    many_devices(&d);
    arm_read(&d, HSVC_FAULT_CORRUPT);
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    assert_int_equal(hsvc_resync(d.engine, NULL, &cursor, d.fx), HSVC_ERR_CORRUPT);
    assert_int_equal(problem_of(d.fx).status, HSVC_ERR_CORRUPT);
    count_menus(d.fx, told);
    for (unsigned i = 0; i < MANY; i++) all += told[i];
    assert_int_equal(all, HSVC_LIMIT_RESYNC_DEVICES - 1);
    desk_close(&d);
}

/* A store that is not there comes before a device that is damaged: the page is not over. */
static void no_damage_hides_that_the_store_failed_STORE_6(void **state) {
    struct desk d;
    hsvc_cursor cursor;
    (void)state;
    many_devices(&d);
    damage_one(&d);
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    OK(hsvc_resync(d.engine, NULL, &cursor, d.fx));
    arm_read(&d, HSVC_FAULT_UNAVAILABLE);
    assert_int_equal(hsvc_resync(d.engine, NULL, &cursor, d.fx), HSVC_ERR_UNAVAILABLE);
    assert_int_equal(hsvc_resync(d.engine, NULL, &cursor, d.fx), HSVC_ERR_CORRUPT);
    desk_close(&d);
}


static void misuse_is_named_STORE_6(void **state) {
    struct desk d;
    hsvc_resync_scope scope;
    hsvc_cursor cursor;
    (void)state;
    desk_open(&d);
    OK(hsvc_resync_scope_init(&scope, sizeof scope));
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    assert_int_equal(hsvc_resync(NULL, NULL, &cursor, d.fx), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_resync(d.engine, NULL, &cursor, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_resync(d.engine, NULL, NULL, d.fx), HSVC_ERR_ARGUMENT);
    scope.flags = 2;
    assert_int_equal(hsvc_resync(d.engine, &scope, &cursor, d.fx), HSVC_ERR_FLAGS);
    scope.flags = 0;
    scope.device = "nowhere";
    scope.device_len = 7;
    assert_int_equal(hsvc_resync(d.engine, &scope, NULL, d.fx), HSVC_ERR_NOT_FOUND);
    scope.struct_size = 4;
    assert_int_equal(hsvc_resync(d.engine, &scope, NULL, d.fx), HSVC_ERR_STRUCT_SIZE);
    cursor.struct_size = 3;
    assert_int_equal(hsvc_resync(d.engine, NULL, &cursor, d.fx), HSVC_ERR_STRUCT_SIZE);
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    cursor.key_len = sizeof cursor.key + 1;
    assert_int_equal(hsvc_resync(d.engine, NULL, &cursor, d.fx), HSVC_ERR_ARGUMENT);
    desk_close(&d);
}

/* ---- answers ---- */
static hsvc_input answer_of(uint32_t kind, uint32_t state) {
    hsvc_effect e;
    hsvc_input in;
    OK(hsvc_effect_init(&e, sizeof e));
    e.kind = kind;
    e.device = "P1";
    e.device_len = 2;
    e.serial = "S1";
    e.serial_len = 2;
    e.generation = 7;
    e.request = 9;
    memset(&in, 0xee, sizeof in);
    in.struct_size = sizeof in;
    OK(hsvc_answer(&e, state, &in));
    assert_int_equal(in.device_len, 2);
    return in;
}

static void an_effect_is_answered_by_its_input(void **state) {
    hsvc_input in;
    hsvc_effect e;
    (void)state;
    assert_int_equal(answer_of(HSVC_EFFECT_SHOW_PROMPT, 0).kind, HSVC_INPUT_EFFECT_ACK);
    assert_int_equal(answer_of(HSVC_EFFECT_CLEAR_PROMPT, 0).kind, HSVC_INPUT_EFFECT_ACK);
    assert_int_equal(answer_of(HSVC_EFFECT_MENU_STATE, 0).generation, 7);
    assert_int_equal(answer_of(HSVC_EFFECT_APPLY_PROFILE, 3).kind, HSVC_INPUT_PROFILE_APPLIED);
    assert_int_equal(answer_of(HSVC_EFFECT_APPLY_PROFILE, 3).state, 0);
    assert_int_equal(answer_of(HSVC_EFFECT_WIPE, 0).kind, HSVC_INPUT_WIPE_DONE);
    assert_int_equal(answer_of(HSVC_EFFECT_REPORT_CALLS, 0).kind, HSVC_INPUT_CALL_ANSWER);
    in = answer_of(HSVC_EFFECT_VERIFY_PIN, HSVC_VERIFY_OK);
    assert_int_equal(in.kind, HSVC_INPUT_VERIFY_RESULT);
    assert_int_equal(in.state, HSVC_VERIFY_OK);
    assert_int_equal(in.request, 9);
    assert_int_equal(in.generation, 0);
    in = answer_of(HSVC_EFFECT_REPORT_PRESENCE, HSVC_PRESENCE_THERE);
    assert_int_equal(in.kind, HSVC_INPUT_PRESENCE_ANSWER);
    assert_int_equal(in.serial_len, 2);
    OK(hsvc_effect_init(&e, sizeof e));
    e.kind = HSVC_EFFECT_NOTICE;
    assert_int_equal(hsvc_answer(&e, 0, &in), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_answer(NULL, 0, &in), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_answer(&e, 0, NULL), HSVC_ERR_ARGUMENT);
}

/* ---- the whole picture ---- */
static void views_give_the_whole_picture_STORE_6(void **state) {
    static struct story story;
    struct desk d;
    hsvc_present_view present;
    hsvc_call_view call;
    hsvc_login_view login;
    hsvc_user_view user;
    const char *text;
    size_t len;
    (void)state;
    story_make(&story);
    desk_open(&d);
    for (size_t i = 0; story_lines[i].kind != HSVC_INPUT_CALL_BEGUN || i == 0; i++) {
        OK(story_go(&d, &story, i));
        if (story_lines[i + 1].kind == HSVC_INPUT_CALL_BEGUN) OK(story_go(&d, &story, i + 1));
    }
    OK(hsvc_present_view_init(&present, sizeof present));
    OK(hsvc_call_view_init(&call, sizeof call));
    OK(hsvc_login_view_init(&login, sizeof login));
    OK(hsvc_user_view_init(&user, sizeof user));
    assert_int_equal(hsvc_device_present_at(d.engine, 0, &present), HSVC_ERR_NOT_FOUND);
    assert_int_equal(device_view(&d, "P1").headset_count, 2);
    OK(hsvc_device_present_at(d.engine, 1, &present));
    assert_memory_equal(present.serial, "S2", 2);
    assert_memory_equal(present.owner, "bob", 3);
    assert_int_equal(present.gone, 0);
    assert_int_equal(hsvc_device_present_at(d.engine, 2, &present), HSVC_ERR_NOT_FOUND);
    OK(hsvc_device_call_at(d.engine, 0, &call));
    assert_int_equal(call.id, 7);
    assert_int_equal(call.state, HSVC_CALL_ACTIVE);
    assert_int_equal(hsvc_device_call_at(d.engine, 1, &call), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_user_login_at(d.engine, 0, &login), HSVC_ERR_NOT_FOUND); /* a device was viewed last */
    OK(hsvc_user_get(d.engine, "bob", 3, &user));
    assert_int_equal(hsvc_device_call_at(d.engine, 0, &call), HSVC_ERR_NOT_FOUND);
    OK(hsvc_user_login_at(d.engine, 0, &login));
    assert_memory_equal(login.device, "P1", 2);
    assert_int_equal(login.session, device_view(&d, "P1").session);
    OK(hsvc_user_get(d.engine, "ann", 3, &user));
    OK(hsvc_user_profile_at(d.engine, 1, &text, &len));
    assert_memory_equal(text, "ann-2", len);
    OK(hsvc_user_headset_at(d.engine, 0, &text, &len));
    assert_int_equal(len, 2);
    assert_int_equal(hsvc_user_headset_at(d.engine, 1, &text, &len), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_user_login_at(d.engine, 0, &login), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_device_present_at(NULL, 0, &present), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_device_call_at(d.engine, 0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_user_login_at(d.engine, 0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_user_profile_at(d.engine, 0, NULL, &len), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_user_headset_at(d.engine, 0, &text, NULL), HSVC_ERR_ARGUMENT);
    desk_close(&d);
    story_free(&story);
}

/* A headset that leaves while its phone is away is in the phone's list, but is no headset that is there. */
static void a_list_says_who_is_gone_PRES_1(void **state) {
    static struct story story;
    struct desk d;
    hsvc_present_view present;
    size_t i = 0;
    (void)state;
    story_make(&story);
    desk_open(&d);
    OK(hsvc_present_view_init(&present, sizeof present));
    for (; story_lines[i].kind != HSVC_INPUT_HEADSET_DISCONNECTED; i++) OK(story_go(&d, &story, i));
    assert_int_equal(device_view(&d, "P1").headset_count, 1);
    OK(hsvc_device_present_at(d.engine, 0, &present));
    assert_int_equal(present.gone, 0);
    assert_int_equal(present.since_at, present.event_at);
    OK(story_go(&d, &story, i));
    assert_int_equal(device_view(&d, "P1").headset_count, 0);
    OK(hsvc_device_present_at(d.engine, 0, &present));
    assert_memory_equal(present.serial, "S1", 2);
    assert_int_equal(present.gone, 1);
    assert_int_equal(present.doubtful, 0);
    assert_true(present.event_at > present.since_at);
    desk_close(&d);
    story_free(&story);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_crash_leaves_a_wrong_screen_STORE_6),
        cmocka_unit_test(no_doubt_leaves_a_wrong_screen_STORE_6),
        cmocka_unit_test(pages_are_bounded_and_complete_STORE_6),
        cmocka_unit_test(resync_writes_nothing_STORE_6),
        cmocka_unit_test(a_failed_page_goes_on_STORE_6),
        cmocka_unit_test(a_damaged_device_holds_up_no_other_STORE_6),
        cmocka_unit_test(a_damaged_device_is_named_STORE_7),
        cmocka_unit_test(misuse_is_named_STORE_6),
        cmocka_unit_test(an_effect_is_answered_by_its_input),
        cmocka_unit_test(views_give_the_whole_picture_STORE_6),
        cmocka_unit_test(a_list_says_who_is_gone_PRES_1),
        cmocka_unit_test(a_device_damaged_meanwhile_is_told_STORE_7),
        cmocka_unit_test(no_damage_hides_that_the_store_failed_STORE_6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
