/* test_verbs.c: a verb that finds less than it expects, as in rows of different moments or of a damaged store, changes nothing
 * else and writes nowhere (STORE-3, STORE-7, SAFE-5). */
#include "questions.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
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
