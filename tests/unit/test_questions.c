/* test_questions.c: what each question and verb makes of records that scripts lead to seldom or never: each condition of a
 * question alone changes its answer, and a verb that finds less than it expects, as in rows of different moments or of a
 * damaged store, changes nothing else and writes nowhere (STORE-3, STORE-7, SAFE-5). The turn is made by hand; nothing is committed. */
#include "damage.h"

#include "rules/rows.h"

static const char script[] =
    "user alice, pin 1234\nphone desk-1\nphone desk-2\nheadset H1 of alice\n"
    "policy min_firmware = \"CP-7* 12.1\" and \"nothing\" and \"CP-88* 12.0.5\"\nat 09:00 verify\n";

static struct world world, *const w = &world;
static struct hsvc__turn *t;
static struct hsvc__device *dev, *other;
static struct hsvc__user *alice;
static struct hsvc__headset *h1;
static hsvc_input in;

#define NOW INT64_C(1900000000000)

static struct hsvc__device *blank_device(hsvc__str name) {
    struct hsvc__device *d = hsvc__device_of(t, name);
    struct hsvc__record rec = d->rec;
    memset(d, 0, sizeof *d);
    d->rec = rec;
    d->rec.present = 1;
    d->name = name;
    d->session_state = HSVC__session_VACANT;
    d->profile_state = HSVC__profile_WORN;
    d->registered = 1;
    return d;
}

/* begin: a turn about desk-1, alice and her H1, who is nowhere; everything else is as it is made. */
static void begin(void) {
    hsvc_engine *e = w->desk.engine;
    struct hsvc__user blank_user;
    int64_t value;
    OK(hsvc_policy_value(e, HSVC_PARAM_KEEP_MAX, NULL, 0, NULL, 0, &value, NULL)); /* the policy is known */
    hsvc_effects_reset(w->desk.fx);
    memset(&in, 0, sizeof in);
    in.struct_size = sizeof in;
    hsvc__txn_begin(&e->txn, NOW, 2000);
    hsvc__policy_plant(e);
    t = hsvc__turn_begin(e, w->desk.fx, &in, 0);
    dev = t->dev = t->lead = blank_device(TEXT("desk-1"));
    other = blank_device(TEXT("desk-2"));
    alice = t->user = hsvc__user_of(t, TEXT("alice"));
    memset(&blank_user, 0, sizeof blank_user);
    blank_user.rec = alice->rec;
    *alice = blank_user;
    alice->rec.present = 1;
    alice->id = TEXT("alice");
    h1 = t->headset = hsvc__serial_of(t, TEXT("H1"));
    hsvc__blank(h1);
    h1->rec.present = 1;
    h1->owner = alice->id;
}

static int open_world(void **state) {
    (void)state;
    world_open(w, script);
    begin();
    return 0;
}
static int close_world(void **state) {
    (void)state;
    world_close(w);
    return 0;
}

#define ASKED(question, answer) assert_int_equal(!!hsvc__is_##question(t), answer)
#define INPUT_TEXT(field, text) ((void)(in.field = (text), in.field##_len = strlen(text)))

static struct hsvc__present *put_here(struct hsvc__device *at, hsvc__str serial, uint32_t flags) {
    struct hsvc__present *one = &at->presents[at->present_count++];
    memset(one, 0, sizeof *one);
    one->serial = serial;
    one->owner = h1->owner;
    one->flags = flags;
    return one;
}
static void choose(struct hsvc__overrides *set, uint32_t param, int64_t value) {
    set->at[set->count].param = param;
    set->at[set->count++].value = value;
}
static void sign_in(uint32_t state) {
    dev->session_state = state;
    dev->session = 7;
    dev->user = alice->id;
}
#define NO_PIN() choose(&dev->set, HSVC_PARAM_PIN_ENTRY, HSVC_CHOICE_PIN_ENTRY_NOT_REQUIRED)

/* ---- questions ---- */
static void of_the_device_itself_DEV_1(void **state) {
    (void)state;
    dev->own_profile = TEXT("own");
    INPUT_TEXT(profile, "another");
    ASKED(changes_worn_own_profile, 1);
    sign_in(HSVC__session_ENDING);
    ASKED(changes_worn_own_profile, 0);
    memset(&in, 0, sizeof in);
    begin();
    ASKED(device_put_says_nothing_new, 1);
    INPUT_TEXT(related_user, "bob");
    ASKED(device_put_says_nothing_new, 0);
    ASKED(absence_is_bounded, 1);
    dev->away_due = NOW;
    ASKED(absence_is_bounded, 0);
    dev->generation_desired = dev->generation_acked = 3;
    ASKED(unworn_profile_must_wait, 0);
    ASKED(device_is_not_judged, 0);
    dev->profile_state = HSVC__profile_RETRYING;
    ASKED(device_is_not_judged, 1);
    ASKED(presence_is_full, 0);
    dev->present_count = HSVC_LIMIT_PRESENCE_PER_DEVICE; /* each without a handle */
    ASKED(presence_is_full, 1);
    h1->counted = 1;
    h1->device = dev->name;
    h1->last_connected_at = NOW;
    ASKED(is_counted_here, 1);
    h1->last_connected_at = NOW + 1;
    ASKED(is_counted_here, 0);
    ASKED(device_has_failures, 0);
    dev->throttled_until = NOW + 1;
    ASKED(device_has_failures, 1);
}

static void of_presence_at_another_device_PRES_7(void **state) {
    struct hsvc__present *there;
    (void)state;
    h1->connected = 1;
    h1->device = other->name;
    ASKED(serial_is_elsewhere, 0); /* the device knows nothing of it */
    there = put_here(other, h1->serial, 0);
    there->event_at = 5;
    ASKED(serial_is_elsewhere, 1);
    there->flags = HSVC__GONE;
    ASKED(serial_is_elsewhere, 0);
    ASKED(newer_is_elsewhere, 0);
}

static void of_answers_to_questions_PRES_7_OUT_6(void **state) {
    (void)state;
    put_here(dev, h1->serial, HSVC__DOUBTFUL)->request = 9;
    in.request = 9;
    ASKED(question_is_another, 0);
    in.request = 8;
    ASKED(question_is_another, 1);
    dev->calls_request = 8;
    ASKED(call_question_is_another, 0);
    dev->calls_request = 7;
    ASKED(call_question_is_another, 1);
    dev->call_count = 1;
    ASKED(other_calls_remain, 0);
    dev->calls_lost = 1;
    ASKED(other_calls_remain, 1);
}

static void of_deny_and_of_force_DENY_1_OUT_13(void **state) {
    (void)state;
    t->at = 5;
    choose(&dev->set, HSVC_PARAM_HEADSET_EM, HSVC_CHOICE_HEADSET_EM_DENY);
    ASKED(headset_came_under_deny, 0);
    put_here(dev, h1->serial, 0)->since_at = 5;
    ASKED(headset_came_under_deny, 1);
    sign_in(HSVC__session_SIGNED_IN);
    dev->session_flags = HSVC__SESSION_UNWATCHED;
    ASKED(watch_resumes, 0);
    in.user_len = 1; /* an input of another kind */
    ASKED(forces_a_user, 0);
    ASKED(forces_many, 0);
}

static void of_a_device_that_flaps_PRES_8(void **state) {
    (void)state;
    dev->flap_state = HSVC__flapping_HELD;
    sign_in(HSVC__session_KEPT);
    ASKED(connect_is_held, 0); /* who is awaited is let in */
    dev->session_state = HSVC__session_DEFERRED;
    ASKED(connect_is_held, 0);
    dev->session_state = HSVC__session_LINGERING;
    ASKED(connect_is_held, 0);
    dev->session_state = HSVC__session_SIGNED_IN;
    ASKED(connect_is_held, 1);
    put_here(dev, h1->serial, 0);
    dev->session_state = HSVC__session_KEPT;
    ASKED(connect_is_held, 1);
    ASKED(disconnect_is_held, 1);
    dev->presents[0].flags = HSVC__GONE;
    ASKED(disconnect_is_held, 0);
    ASKED(no_usable_headset, 1);
}

static void of_credentials_SIGN_6_SIGN_7(void **state) {
    (void)state;
    ASKED(attempts_are_used_up, 0); /* of nobody */
    in.kind = HSVC_INPUT_SUBMIT;
    in.pin_len = 1;
    INPUT_TEXT(user, "alice");
    alice->locked_until = NOW + 1;
    ASKED(entry_is_for_locked_user, 1);
    dev->verify_state = HSVC__verification_PENDING;
    ASKED(entry_is_for_locked_user, 0);
    ASKED(user_has_failures, 1);
    alice->locked_until = 0;
    ASKED(user_has_failures, 0);
}

static void of_locks_where_no_pin_is_asked_LOCK_1(void **state) {
    (void)state;
    alice->locked_until = dev->throttled_until = NOW + 1;
    ASKED(newcomer_is_locked, 1);
    ASKED(owner_is_locked_for_return, 1);
    ASKED(device_is_throttled_for_return, 1);
    NO_PIN();
    ASKED(newcomer_is_locked, 0);
    ASKED(owner_is_locked_for_return, 0);
    ASKED(device_is_throttled_for_return, 0);
    put_here(dev, h1->serial, HSVC__DOUBTFUL);
    ASKED(pin_is_required, 1);
}

static void of_who_would_be_replaced_AUTO_5_TAKE_2(void **state) {
    (void)state;
    NO_PIN();
    choose(&dev->set, HSVC_PARAM_TAKEOVER_COMMIT, HSVC_CHOICE_TAKEOVER_COMMIT_ON_YES);
    sign_in(HSVC__session_LINGERING);
    ASKED(pin_is_needed, 0); /* the headset is the session user's */
    ASKED(takeover_is_on_yes, 1);
    dev->user = TEXT("bob");
    ASKED(pin_is_needed, 0);
    dev->session_flags = HSVC__SESSION_BY_HAND;
    ASKED(pin_is_needed, 1);
    ASKED(takeover_is_on_yes, 0);
    dev->session_state = HSVC__session_ENDING;
    ASKED(sign_in_is_not_offered, 1);
}

static void of_the_owner_who_returns_SIGN_2(void **state) {
    (void)state;
    dev->kind = HSVC_DEVICE_OWNED;
    dev->related_user = alice->id;
    sign_in(HSVC__session_SIGNED_IN);
    ASKED(owner_returns, 0); /* it is the own session */
    dev->user = TEXT("bob");
    ASKED(owner_returns, 1);
}

static void of_sessions_elsewhere_OUT_12(void **state) {
    (void)state;
    alice->logins[0].device = other->name;
    alice->login_count = 1;
    other->session_state = HSVC__session_SIGNED_IN;
    other->session_flags = HSVC__SESSION_BY_HAND;
    other->user = alice->id;
    ASKED(newcomer_is_signed_in_elsewhere, 1);
    other->profile_state = HSVC__profile_OVERDUE;
    ASKED(newcomer_is_signed_in_elsewhere, 1);
    other->profile_state = HSVC__profile_RESETTING;
    ASKED(newcomer_is_signed_in_elsewhere, 0);
}

static void of_scopes_and_ranges_POL_2(void **state) {
    struct hsvc__policy strange;
    (void)state;
    in.param = HSVC_PARAM_KEEP_MAX;
    in.state = HSVC_SCOPE_GLOBAL;
    ASKED(scope_is_invalid, 0);
    in.site_len = 1;
    ASKED(scope_is_invalid, 1);
    in.site_len = 0;
    in.state = HSVC_SCOPE_USER + 1;
    ASKED(scope_is_invalid, 1);
    in.param = HSVC_PARAM_MIN_FIRMWARE;
    in.text_len = HSVC_LIMIT_VALUE_LEN;
    ASKED(value_is_out_of_range, 1);
    assert_int_equal(t->verdict.field, HSVC_FIELD_TEXT);
    assert_false(hsvc__may_stand(HSVC_PARAM_MIN_FIRMWARE, HSVC_SCOPE_GLOBAL, 0));
    assert_false(hsvc__may_stand(HSVC_PARAM_KEEP_MAX, HSVC_SCOPE_USER, 2 * HOUR));
    assert_true(hsvc__may_stand(HSVC_PARAM_KEEP_MAX, HSVC_SCOPE_GLOBAL, 2 * HOUR));
    memset(&strange, 0, sizeof strange); /* of a later version that knows more */
    choose(&strange.set, HSVC__PARAMS, 5);
    choose(&strange.set, HSVC_PARAM_KEEP_MAX, 3 * HOUR);
    hsvc__policy_values(w->desk.engine, &strange);
    assert_int_equal(w->desk.engine->policy.values[HSVC_PARAM_KEEP_MAX], 3 * HOUR);
}

static void of_patterns_and_versions_SIGN_1(void **state) {
    static const struct {
        const char *model, *firmware;
        int old;
    } cases[] = {
        {"CP-8851", "12.0.5", 0}, {"CP-8851", "12.0.4", 1},          {"CP-8851", "12.0x", 1}, {"CP-8851", "12.0.99999999999", 0},
        {"CP-7811", "12.0", 1},   {"CP-7811", "sip78xx.12-5-1", 0},  {"CP-7811", "78x", 0}, {"CP-6900", "1", 0},
        {"CP-7811", "12.1 x", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dev->model = hsvc__static(cases[i].model);
        dev->firmware = hsvc__static(cases[i].firmware);
        if (!!hsvc__is_firmware_is_too_old(t) != cases[i].old) print_error("%s on %s\n", cases[i].firmware, cases[i].model);
        ASKED(firmware_is_too_old, cases[i].old);
    }
    dev->firmware = TEXT("no number");
    ASKED(firmware_is_unknown, 1);
    assert_true(hsvc__in_list(TEXT("\n\nCP*\n"), TEXT("CP-1")));
    assert_false(hsvc__in_list(TEXT("\nCP-2"), TEXT("CP-1")));
}

/* ---- what is looked up ---- */
static int menu_is(uint32_t kind, const char *serial) {
    hsvc__str found = hsvc__menu_serial(dev, kind);
    return hsvc__str_eq(found, hsvc__static(serial));
}

static void of_the_menu_PROMPT_4(void **state) {
    (void)state;
    put_here(dev, TEXT("A"), HSVC__AWAITED)->since_at = 9;
    assert_true(menu_is(HSVC_INPUT_MENU_SIGN_IN, ""));
    put_here(dev, TEXT("B"), 0)->since_at = 5;
    put_here(dev, TEXT("C"), 0)->since_at = 4; /* told of late */
    assert_true(menu_is(HSVC_INPUT_MENU_SIGN_IN, "B"));
    put_here(dev, TEXT("D"), 0)->since_at = 6;
    assert_true(menu_is(HSVC_INPUT_MENU_SIGN_IN, "D"));
    dev->presents[2].owner = hsvc__str_of(NULL, 0);
    assert_true(menu_is(HSVC_INPUT_MENU_SIGN_IN, "D"));
    assert_true(menu_is(HSVC_INPUT_MENU_ASSOCIATE, "C"));
}

static void of_rules_by_their_number_OBS_1(void **state) {
    const uint32_t machines = HSVC__MACHINES;
    (void)state;
    assert_string_not_equal(hsvc__rule_of(HSVC__MACHINE_session << 16), "");
    assert_string_equal(hsvc__rule_of(HSVC__MACHINE_session << 16 | 0xffffu), "");
    assert_string_equal(hsvc__rule_of(machines << 16), steps[0].rule);
    assert_string_equal(hsvc__rule_of(machines << 16 | 0xffffu), "");
    assert_string_equal(hsvc__rule_of((machines + 1) << 16), admits[0].rule);
    assert_string_equal(hsvc__rule_of((machines + 1) << 16 | 0xffffu), "");
    assert_string_equal(hsvc__rule_of((machines + 2) << 16), "");
}

static void admissions_of_a_kind_stand_together_OBS_1(void **state) {
    (void)state;
    for (size_t i = 1; i < ADMIT_COUNT; i++)
        for (size_t k = 0; k + 1 < i; k++)
            if (strcmp(admits[k].kind, admits[i].kind) == 0) assert_string_equal(admits[i - 1].kind, admits[i].kind);
}

static void of_who_waits_longest_PRES_7(void **state) {
    (void)state;
    put_here(dev, TEXT("A"), HSVC__DOUBTFUL)->due_at = 9;
    put_here(dev, TEXT("B"), HSVC__DOUBTFUL)->due_at = 5;
    put_here(dev, TEXT("C"), 0)->due_at = 1;
    put_here(dev, TEXT("D"), HSVC__DOUBTFUL)->due_at = 7;
    hsvc__arm_presence(dev);
    assert_int_equal(dev->presence_due, 5);
}

/* ---- verbs ---- */
static void a_shorter_max_time_twice_POL_5(void **state) {
    (void)state;
    sign_in(HSVC__session_SIGNED_IN);
    dev->signed_in_at = NOW - 5 * HOUR;
    choose(&dev->set, HSVC_PARAM_MAX_LOGIN_TIME, HOUR);
    choose(&dev->set, HSVC_PARAM_SIGN_OUT_WARNING, MINUTE);
    dev->max_due = NOW + 10 * HOUR;
    assert_int_equal(hsvc__max_time(t), NOW + MINUTE);
    dev->max_due = NOW + 30 * SECOND; /* as the first shortening left it */
    assert_int_equal(hsvc__max_time(t), NOW + 30 * SECOND);
}

static void a_window_does_not_begin_before_its_session_TIME_2(void **state) {
    (void)state;
    sign_in(HSVC__session_SIGNED_IN);
    dev->signed_in_at = NOW;
    t->arg = NOW - 5;
    hsvc__do_open_window(t, 0);
    assert_int_equal(dev->window_at, NOW);
}

static void a_session_that_another_login_replaced_leaves_it_STORE_3(void **state) {
    (void)state;
    sign_in(HSVC__session_SIGNED_IN);
    alice->logins[0].device = dev->name;
    alice->logins[0].session = dev->session + 1;
    alice->login_count = 1;
    hsvc__do_defer(t, HSVC_CAUSE_ADMIN);
    assert_int_equal(alice->login_count, 1);
    alice->logins[0].session = dev->session;
    hsvc__do_defer(t, HSVC_CAUSE_ADMIN);
    assert_int_equal(alice->login_count, 0);
}

static void only_sessions_with_a_dropped_profile_end_PROF_4(void **state) {
    (void)state;
    alice->profile_list.at[alice->profile_list.count++] = TEXT("kept");
    alice->logins[0].device = dev->name;
    alice->logins[1].device = other->name;
    alice->login_count = 2;
    dev->profile = TEXT("kept");
    other->profile = TEXT("dropped");
    hsvc__do_end_sessions_of_dropped(t, HSVC_CAUSE_PROFILE_REMOVED);
    assert_int_equal(t->raised - t->taken, 1);
}

static void who_is_not_here_is_given_nothing_PROMPT_6(void **state) {
    (void)state;
    hsvc__do_freshen(t, 0);
    hsvc__do_count_attempt(t, 0);
    hsvc__do_forgive_attempts(t, 0);
    hsvc__do_bind(t, 0);
    assert_int_equal(dev->present_count, 0);
    put_here(dev, h1->serial, HSVC__GONE);
    dev->flap_state = HSVC__flapping_HELD;
    hsvc__do_hold_connect(t, 0); /* and who is gone leaves no report of before */
    assert_int_equal(dev->report_count, 1);
}

static void a_handle_more_than_there_may_be_is_left_out_PRES_4(void **state) {
    (void)state;
    put_here(dev, h1->serial, 0);
    dev->plug_count = HSVC_LIMIT_PRESENCE_PER_DEVICE;
    for (uint32_t i = 0; i < dev->plug_count; i++) dev->handles[i].handle = 100 + i;
    t->arg = 7;
    hsvc__do_add_handle(t, 0);
    assert_int_equal(dev->plug_count, HSVC_LIMIT_PRESENCE_PER_DEVICE);
    assert_null(hsvc__plugged(dev, 7));
}

static void inventory_reports_late_and_twice_INV_2(void **state) {
    (void)state;
    in.flags = HSVC_FLAG_INVENTORY_ONLY;
    t->at = 50;
    hsvc__do_note_inventory(t, 0);
    assert_int_equal(h1->status_since_at, 50);
    t->at = 60;
    hsvc__do_note_inventory(t, 0); /* it still is there */
    assert_int_equal(h1->status_since_at, 50);
    assert_int_equal(h1->last_connected_at, 60);
    t->at = 55;
    hsvc__do_note_inventory(t, 0);
    assert_int_equal(h1->last_connected_at, 60);
}

static void an_alias_joins_wherever_the_headset_is_ID_7(void **state) {
    struct hsvc__headset *alias;
    (void)state;
    INPUT_TEXT(alias, "H1-radio");
    alias = hsvc__serial_of(t, TEXT("H1-radio"));
    alias->first_seen_at = 5;
    h1->connected = 1;
    h1->device = dev->name;
    hsvc__do_join_alias(t, 0); /* the device knows nothing of it */
    assert_int_equal(dev->plug_count, 0);
    assert_int_equal(h1->first_seen_at, 5);
    put_here(dev, TEXT("H2"), 0);
    put_here(dev, h1->serial, 0);
    dev->handles[0].handle = 3; /* of H2 */
    dev->plug_count = 1;
    hsvc__do_join_alias(t, 0);
    assert_int_equal(dev->plug_count, 2);
    assert_ptr_equal(hsvc__plugged(dev, hsvc__serial_handle(h1->serial)), &dev->presents[1]);
    dev->plug_count = HSVC_LIMIT_PRESENCE_PER_DEVICE;
    for (uint32_t i = 0; i < dev->plug_count; i++) dev->handles[i].of = 0;
    hsvc__do_join_alias(t, 0);
    assert_int_equal(dev->plug_count, HSVC_LIMIT_PRESENCE_PER_DEVICE);
    assert_int_equal(h1->first_seen_at, 5);
}

static void a_place_that_lists_nobody_says_nothing_of_when_PRES_7(void **state) {
    struct hsvc__present *here = put_here(dev, h1->serial, HSVC__DOUBTFUL);
    (void)state;
    h1->connected = 1;
    h1->device = other->name;
    t->at = 40;
    hsvc__do_ask_presence(t, 0);
    assert_int_equal(here->left_at, 40);
}

static void names_change_where_they_stand_USER_1(void **state) {
    struct hsvc__job job;
    (void)state;
    memset(&job, 0, sizeof job);
    job.subject = TEXT("alice");
    job.name = TEXT("anna");
    t->job = &job;
    dev->prompt_user = TEXT("alice"); /* of a screen that is gone */
    hsvc__do_rename_mentions(t, 0);
    assert_true(hsvc__str_eq(dev->prompt_user, TEXT("anna")));
    assert_int_equal(hsvc_effects_count(w->desk.fx), 0);
    h1->device = TEXT("desk-1");
    hsvc__do_rename_last_device(t, 0); /* it was elsewhere */
    assert_true(hsvc__str_eq(h1->device, TEXT("desk-1")));
    INPUT_TEXT(name, "anna");
    hsvc__do_rename_user(t, 0); /* whom the audit does not know */
    assert_true(hsvc__user_of(t, TEXT("anna"))->rec.present);
    hsvc__do_forget_number(t, 0);
    assert_int_equal(t->txn->status, HSVC_OK);
}

static void a_device_that_cannot_be_left_is_not_left_for_ever_SAFE_5(void **state) {
    (void)state;
    put_here(dev, h1->serial, 0);
    t->txn->status = HSVC_ERR_MEMORY;
    hsvc__do_leave_headsets(t, 0);
    assert_int_equal(dev->present_count, 1);
}

static void without_memory_a_job_is_nobodys_SAFE_5(void **state) {
    struct hsvc__job *job = NULL;
    (void)state;
    OK(hsvc_count_alloc_fail(w->desk.count, 1, HSVC_TESTKIT_ALWAYS));
    for (int i = 0; i < 100000 && t->txn->status == HSVC_OK; i++) job = hsvc__job_of(t, 1, TEXT("alice"));
    OK(hsvc_count_alloc_fail(w->desk.count, 0, 0));
    assert_int_equal(t->txn->status, HSVC_ERR_MEMORY);
    assert_ptr_equal(job, &t->txn->spare.job);
}

/* A sweep that no row is for, of no device: read again, and no key to name. */
static void what_cannot_be_of_no_device_names_none_STORE_4(void **state) {
    struct hsvc__job job;
    (void)state;
    memset(&job, 0, sizeof job);
    job.kind = HSVC_JOB_DEVICE_REMOVED;
    t->job = &job;
    t->dev = &t->txn->nobody.device;
    t->txn->missing = 0;
    hsvc__run(t, HSVC__MACHINE_sweep, HSVC_EVENT_device_swept, 0);
    assert_int_equal(t->txn->status, HSVC_ERR_CONFLICT);
    assert_int_equal(t->txn->impossible, 1);
    assert_int_equal(t->txn->bad_key.n, 0);
}

static void an_effect_is_found_by_its_device_STORE_6(void **state) {
    (void)state;
    (void)hsvc__tell(t, HSVC_EFFECT_WIPE, dev);
    assert_int_equal(hsvc__effects_find(t->fx, HSVC_EFFECT_WIPE, dev->name), 0);
    assert_int_equal(hsvc__effects_find(t->fx, HSVC_EFFECT_WIPE, other->name), 1);
}

/* ---- entries of the audit ---- */
static void sweep(uint32_t family, uint64_t number, uint64_t sequence) {
    struct hsvc__key key;
    hsvc__key_entry(&key, family, number, sequence);
    t->entry = (struct hsvc__entry *)hsvc__txn_get(t->txn, HSVC__FAMILY_ENTRY, hsvc__key_name(&key));
    t->entry->rec.removed = 0;
    hsvc__do_drop_entry(t, 0);
}

static void entries_go_from_the_oldest_on_OBS_3(void **state) {
    struct hsvc__number *number;
    struct hsvc__key key;
    (void)state;
    dev->number = 77;
    dev->audit_last = 5;
    dev->audit_gone = 2;
    hsvc__key_number(&key, 77);
    number = (struct hsvc__number *)hsvc__txn_get(t->txn, HSVC__FAMILY_NUMBER, hsvc__key_name(&key));
    number->rec.present = 1;
    number->name = dev->name;
    sweep(HSVC__FAMILY_DEVICE, 77, 4); /* number 3 is older */
    assert_false(t->entry->rec.removed);
    sweep(HSVC__FAMILY_DEVICE, 77, 3);
    assert_true(t->entry->rec.removed);
    assert_int_equal(dev->audit_gone, 3);
    sweep(HSVC__FAMILY_DEVICE, 77, 2); /* left behind: it is gone already */
    assert_true(t->entry->rec.removed);
    assert_int_equal(dev->audit_gone, 3);
    dev->audit_gone = dev->audit_last;
    sweep(HSVC__FAMILY_DEVICE, 77, 6); /* not written yet */
    assert_false(t->entry->rec.removed);
    dev->number = 78; /* another device of that name */
    sweep(HSVC__FAMILY_DEVICE, 77, 5);
    assert_true(t->entry->rec.removed);
    number->name = hsvc__str_of(NULL, 0);
    sweep(HSVC__FAMILY_DEVICE, 77, 4);
    assert_true(t->entry->rec.removed);
    t->entry = (struct hsvc__entry *)hsvc__txn_get(t->txn, HSVC__FAMILY_ENTRY, TEXT("no entry"));
    hsvc__do_drop_entry(t, 0);
    assert_false(t->entry->rec.removed);
}

#define Q(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)
int main(void) {
    const struct CMUnitTest tests[] = {
        Q(of_the_device_itself_DEV_1),
        Q(of_presence_at_another_device_PRES_7),
        Q(of_answers_to_questions_PRES_7_OUT_6),
        Q(of_deny_and_of_force_DENY_1_OUT_13),
        Q(of_a_device_that_flaps_PRES_8),
        Q(of_credentials_SIGN_6_SIGN_7),
        Q(of_locks_where_no_pin_is_asked_LOCK_1),
        Q(of_who_would_be_replaced_AUTO_5_TAKE_2),
        Q(of_the_owner_who_returns_SIGN_2),
        Q(of_sessions_elsewhere_OUT_12),
        Q(of_scopes_and_ranges_POL_2),
        Q(of_patterns_and_versions_SIGN_1),
        Q(of_the_menu_PROMPT_4),
        Q(of_rules_by_their_number_OBS_1),
        Q(admissions_of_a_kind_stand_together_OBS_1),
        Q(of_who_waits_longest_PRES_7),
        Q(a_shorter_max_time_twice_POL_5),
        Q(a_window_does_not_begin_before_its_session_TIME_2),
        Q(a_session_that_another_login_replaced_leaves_it_STORE_3),
        Q(only_sessions_with_a_dropped_profile_end_PROF_4),
        Q(who_is_not_here_is_given_nothing_PROMPT_6),
        Q(a_handle_more_than_there_may_be_is_left_out_PRES_4),
        Q(inventory_reports_late_and_twice_INV_2),
        Q(an_alias_joins_wherever_the_headset_is_ID_7),
        Q(a_place_that_lists_nobody_says_nothing_of_when_PRES_7),
        Q(names_change_where_they_stand_USER_1),
        Q(a_device_that_cannot_be_left_is_not_left_for_ever_SAFE_5),
        Q(without_memory_a_job_is_nobodys_SAFE_5),
        Q(what_cannot_be_of_no_device_names_none_STORE_4),
        Q(an_effect_is_found_by_its_device_STORE_6),
        Q(entries_go_from_the_oldest_on_OBS_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
