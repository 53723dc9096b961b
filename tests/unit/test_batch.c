/* test_batch.c: several inputs in one call, the same input twice, and inputs that tell of earlier times (STORE-3,
 * STORE-4, TIME-2, TIME-3). */
#include "desk.h"

static struct desk desk, *const d = &desk;
static struct rows before;

/* ann with S1, bob with none, a phone P1 that nobody is signed in to; no PIN is asked. */
static int open_desk(void **state) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    (void)state;
    memset(&before, 0, sizeof before);
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "bob", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                                                   HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 0)),
                     HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, MINUTE);
    return 0;
}

static int close_desk(void **state) {
    (void)state;
    rows_free(&before);
    sound(d);
    desk_close(d);
    return 0;
}

/* sign_in: ann by S1 on P1, and the phone is back from its reset. */
static void sign_in(void) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    advance(d, MINUTE);
    assert_int_equal(said(d->fx, HSVC_NO_INPUT), HSVC_REASON_SIGNED_IN);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    advance(d, MINUTE);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_SIGNED_IN);
}

static int owns(const char *user, const char *serial) {
    hsvc_headset_view view = headset_view(d, serial);
    return text_is(view.owner, view.owner_len, user);
}

static void with_id(hsvc_input *in, uint8_t id) {
    memset(in->request_id, 0, sizeof in->request_id);
    in->request_id[7] = id;
}

/* ---- one batch, one commit ---- */

static void inputs_are_decided_in_order_over_their_own_changes_STORE_3_TIME_1(void **state) {
    hsvc_input in[3];
    hsvc_verdict verdict;
    uint64_t commits = counters_of(d->engine).commits, ticks = hsvc_manual_clock_calls(d->clock);
    (void)state;
    OK(hsvc_input_associate(&in[0], "ann", "S2"));
    OK(hsvc_input_disassociate(&in[1], "S2"));
    OK(hsvc_input_associate(&in[2], "bob", "S2"));
    OK(hsvc_apply(d->engine, in, 3, 0, d->fx));
    assert_int_equal(hsvc_verdict_count(d->fx), 3);
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    for (uint32_t i = 0; i < 3; i++) {
        OK(hsvc_verdict_at(d->fx, i, &verdict));
        assert_int_equal(verdict.input_index, i);
        assert_int_equal(verdict.reason, i == 1 ? HSVC_REASON_DISASSOCIATED : HSVC_REASON_ASSOCIATED);
    }
    assert_true(owns("bob", "S2"));
    assert_int_equal(counters_of(d->engine).commits - commits, 1);
    assert_int_equal(hsvc_manual_clock_calls(d->clock) - ticks, 1);
}

static void mixed_batch(hsvc_input in[3]) {
    OK(hsvc_input_associate(&in[0], "ann", "S2"));
    OK(hsvc_input_associate(&in[1], "bob", "S2"));
    OK(hsvc_input_associate(&in[2], "bob", "S3"));
}

static void a_refusal_undoes_nothing_STORE_3(void **state) {
    hsvc_input in[3];
    (void)state;
    mixed_batch(in);
    OK(hsvc_apply(d->engine, in, 3, 0, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_ASSOCIATED);
    assert_int_equal(said(d->fx, 1), HSVC_REASON_HEADSET_IN_USE);
    assert_int_equal(said(d->fx, 2), HSVC_REASON_ASSOCIATED);
    assert_true(owns("ann", "S2") && owns("bob", "S3"));
}

static void all_or_none_undoes_everything_for_one_refusal_STORE_3(void **state) {
    hsvc_counters counted = counters_of(d->engine), now;
    hsvc_input in[3];
    (void)state;
    rows_read(&before, &d->plain, 1);
    mixed_batch(in);
    OK(hsvc_apply(d->engine, in, 3, HSVC_APPLY_ALL_OR_NONE, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_ASSOCIATED);
    assert_int_equal(said(d->fx, 1), HSVC_REASON_HEADSET_IN_USE);
    assert_int_equal(said(d->fx, 2), HSVC_REASON_ASSOCIATED);
    assert_int_equal(hsvc_effects_count(d->fx), 0);
    nothing_written(d, &before);
    now = counters_of(d->engine);
    assert_int_equal(now.associations, counted.associations); /* counted is what happened (OBS-5) */
    assert_int_equal(now.inputs - counted.inputs, 3);
    in[1] = in[2];
    OK(hsvc_apply(d->engine, in, 2, HSVC_APPLY_ALL_OR_NONE, d->fx));
    assert_true(owns("ann", "S2") && owns("bob", "S3"));
}

/* A refusal is a refusal, whoever decided it and when. */
static void all_or_none_counts_texts_repeats_and_reused_ids_STORE_4(void **state) {
    hsvc_input in[2], again;
    (void)state;
    OK(hsvc_input_associate(&again, "bob", "S1"));
    with_id(&again, 1);
    assert_int_equal(give(d, &again), HSVC_REASON_HEADSET_IN_USE);
    rows_read(&before, &d->plain, 1);
    OK(hsvc_input_associate(&in[0], "ann", "S2"));
    in[1] = again;
    OK(hsvc_apply(d->engine, in, 2, HSVC_APPLY_ALL_OR_NONE, d->fx));
    assert_int_equal(verdict_of(d->fx, 1).repeated, 1);
    nothing_written(d, &before);
    OK(hsvc_input_associate(&in[1], "bob", "S3"));
    with_id(&in[1], 1);
    OK(hsvc_apply(d->engine, in, 2, HSVC_APPLY_ALL_OR_NONE, d->fx));
    assert_int_equal(said(d->fx, 1), HSVC_REASON_KEY_REUSED);
    nothing_written(d, &before);
    OK(hsvc_input_associate(&in[1], "\xff", "S3"));
    OK(hsvc_apply(d->engine, in, 2, HSVC_APPLY_ALL_OR_NONE, d->fx));
    assert_int_equal(said(d->fx, 1), HSVC_REASON_TEXT_NOT_UTF8);
    nothing_written(d, &before);
}

/* same_answers: the two batches hold the same verdicts and effects, text by text. */
static void same_answers(const hsvc_effects *a, const hsvc_effects *b) {
    hsvc_effect x, y;
    hsvc_verdict v, w;
    assert_int_equal(hsvc_effects_count(a), hsvc_effects_count(b));
    assert_int_equal(hsvc_verdict_count(a), hsvc_verdict_count(b));
    for (size_t i = 0; i < hsvc_effects_count(a); i++) {
        OK(hsvc_effect_init(&x, sizeof x));
        OK(hsvc_effect_init(&y, sizeof y));
        OK(hsvc_effects_at(a, i, &x));
        OK(hsvc_effects_at(b, i, &y));
        assert_int_equal(x.kind, y.kind);
        assert_int_equal(x.reason, y.reason);
        assert_int_equal(x.prompt_id, y.prompt_id);
        assert_int_equal(x.generation, y.generation);
        assert_int_equal(x.due_ms, y.due_ms);
        assert_memory_equal(x.device, y.device, x.device_len);
        assert_int_equal(x.user_len, y.user_len);
    }
    for (size_t i = 0; i < hsvc_verdict_count(a); i++) {
        OK(hsvc_verdict_init(&v, sizeof v));
        OK(hsvc_verdict_init(&w, sizeof w));
        OK(hsvc_verdict_at(a, i, &v));
        OK(hsvc_verdict_at(b, i, &w));
        assert_int_equal(v.reason, w.reason);
        assert_string_equal(v.rule, w.rule);
    }
}

static void a_dry_run_answers_what_the_real_run_would_OBS_7(void **state) {
    hsvc_input in[3];
    hsvc_effects *dry;
    hsvc_counters counted;
    (void)state;
    OK(hsvc_effects_new(&d->allocator, &dry));
    OK(hsvc_input_policy_set(&in[0], HSVC_PARAM_AUTO_SIGN_IN_AFTER, HSVC_SCOPE_GLOBAL,
                             0)); /* the cache must not keep it */
    OK(hsvc_input_headset_connected(&in[1], "P1", "S1", 1));
    OK(hsvc_input_associate(&in[2], "nobody", "S9"));
    for (int i = 0; i < 2; i++) {
        rows_read(&before, &d->plain, 1);
        counted = counters_of(d->engine);
        OK(hsvc_apply(d->engine, &in[i], (size_t)(3 - i), HSVC_APPLY_DRY_RUN, dry));
        nothing_written(d, &before);
        assert_int_equal(counters_of(d->engine).inputs, counted.inputs);
    }
    OK(hsvc_apply(d->engine, &in[1], 2, 0, d->fx));
    same_answers(dry, d->fx);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SHOW_PROMPT, NULL), 1); /* 15 s, not at once */
    hsvc_effects_free(dry);
}

/* Nothing is committed that would prove the policy, so what the engine remembers of it does not do. */
static void a_dry_run_knows_what_another_node_has_set_OBS_7(void **state) {
    hsvc_engine *other;
    hsvc_input in;
    hsvc_effect shown;
    (void)state;
    OK(hsvc_engine_new(&d->config, &other));
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 1));
    OK(hsvc_apply(other, &in, 1, 0, d->fx));
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 1));
    OK(hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx));
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SHOW_PROMPT, &shown), 1);
    assert_int_equal(shown.prompt, HSVC_PROMPT_SIGN_IN_PIN);
    hsvc_engine_free(other);
}

static void a_dry_run_takes_no_notice_of_a_jump_OBS_7(void **state) {
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    pass(d, HOUR);
    OK(hsvc_input_user_activity(&in, "P1"));
    OK(hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx));
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_NOTICE, NULL), 1);
    OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_NOTICE, NULL), 1);
}

/* ---- how much fits into one commit ---- */

static char names[300][16];
static hsvc_input many[300];

static void make_users(size_t count) {
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "u%03u", (unsigned)i);
        OK(hsvc_input_user_put(&many[i], names[i], NULL, 0));
    }
}

/* A new user is three operations: the record, its number, its entry in the audit. The policy and the
 * counter of numbers are two more. */
#define NEW_USERS_OF(operations) (((size_t)(operations) - 2) / 3)
static void a_batch_beyond_the_stores_commit_is_refused_unwritten_STORE_3(void **state) {
    hsvc_config config = d->config;
    hsvc_store small = d->store;
    hsvc_engine *engine;
    (void)state;
    small.ops_max = 0; /* as many as every store must take */
    config.store = &small;
    OK(hsvc_engine_new(&config, &engine));
    make_users(300);
    rows_read(&before, &d->plain, 1);
    assert_int_equal(hsvc_apply(engine, many, NEW_USERS_OF(HSVC_LIMIT_OPS_PER_COMMIT) + 1, 0, d->fx), HSVC_ERR_LIMIT);
    assert_int_equal(problem_of(d->fx).limit, HSVC_LIMIT_OPS_PER_COMMIT);
    assert_int_equal(hsvc_verdict_count(d->fx), 0);
    assert_int_equal(hsvc_apply(engine, many, 300, 0, d->fx), HSVC_ERR_LIMIT);
    nothing_written(d, &before);
    OK(hsvc_apply(engine, many, NEW_USERS_OF(HSVC_LIMIT_OPS_PER_COMMIT), 0, d->fx));
    assert_int_equal(said(d->fx, NEW_USERS_OF(HSVC_LIMIT_OPS_PER_COMMIT) - 1), HSVC_REASON_DONE);
    hsvc_engine_free(engine);
}

/* A call looks at no more records than that, unless the store's commit holds more; and reads no more at once. */
static void a_batch_beyond_one_calls_records_is_refused_unwritten_STORE_3(void **state) {
    hsvc_config config = d->config;
    hsvc_store small = d->store;
    hsvc_engine *engine;
    hsvc_counters counters;
    (void)state;
    OK(hsvc_counters_init(&counters, sizeof counters));
    small.ops_max = HSVC_LIMIT_OPS_PER_COMMIT;
    config.store = &small;
    OK(hsvc_engine_new(&config, &engine));
    make_users(300);
    rows_read(&before, &d->plain, 1);
    assert_int_equal(hsvc_apply(engine, many, 300, 0, d->fx), HSVC_ERR_LIMIT);
    nothing_written(d, &before);
    OK(hsvc_counters_get(engine, &counters));
    assert_int_equal(counters.reads, 0); /* it did not come to that */
    hsvc_engine_free(engine);
    OK(hsvc_apply(d->engine, many, 300, 0, d->fx));
    assert_int_equal(said(d->fx, 299), HSVC_REASON_DONE);
    OK(hsvc_counters_get(d->engine, &counters));
    assert_true(counters.reads > HSVC_LIMIT_RECORDS_PER_CALL);
    assert_true(counters.read_trips >= 2);
}

/* ---- a deferred sign-out ---- */

static void a_deferred_sign_out_waits_for_the_end_of_the_batch_TIME_3(void **state) {
    hsvc_input in, some[3];
    (void)state;
    sign_in();
    assert_int_equal(GIVE(d, hsvc_input_call_begun(&in, "P1", 1, HSVC_CALL_ACTIVE)), HSVC_REASON_CALL_NOTED);
    assert_int_equal(GIVE(d, hsvc_input_menu_sign_out(&in, "P1")), HSVC_REASON_DEFERRED);
    OK(hsvc_input_call_ended(&some[0], "P1", 1));
    OK(hsvc_input_call_begun(&some[1], "P1", 2, HSVC_CALL_RINGING));
    OK(hsvc_apply(d->engine, some, 2, 0, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_CALLS_OVER);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL), 0);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_ENDING);
    OK(hsvc_input_call_begun(&some[0], "P1", 3, HSVC_CALL_HELD));
    OK(hsvc_input_call_ended(&some[1], "P1", 2));
    OK(hsvc_input_call_ended(&some[2], "P1", 3));
    OK(hsvc_apply(d->engine, some, 3, 0, d->fx));
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL), 1);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_VACANT);
}

/* The host signs somebody in behind the end of the call: the end that waited comes first, and nothing is in the way. */
static void a_deferred_sign_out_comes_before_a_sign_in_of_its_batch_OUT_5(void **state) {
    hsvc_input in, some[2];
    hsvc_effect ended;
    (void)state;
    sign_in();
    assert_int_equal(GIVE(d, hsvc_input_call_begun(&in, "P1", 1, HSVC_CALL_ACTIVE)), HSVC_REASON_CALL_NOTED);
    assert_int_equal(GIVE(d, hsvc_input_menu_sign_out(&in, "P1")), HSVC_REASON_DEFERRED);
    OK(hsvc_input_call_ended(&some[0], "P1", 1));
    OK(hsvc_input_sign_in_user(&some[1], "P1", "bob", "", 0));
    OK(hsvc_apply(d->engine, some, 2, 0, d->fx));
    assert_int_equal(said(d->fx, 1), HSVC_REASON_SIGNED_IN);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, &ended), 1);
    assert_int_equal(ended.cause, HSVC_CAUSE_USER);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 1);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_SIGNED_IN);
}

/* The window was over when the call began, and the host tells of both at once: the sign-out stands, the reset waits. */
static void what_was_due_before_a_call_resets_no_phone_in_it_CALL_1(void **state) {
    hsvc_input in;
    size_t sent = 0;
    (void)state;
    sign_in();
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", "S1", 1)), HSVC_REASON_WINDOW_OPENED);
    pass(d, 6 * MINUTE);
    OK(hsvc_input_call_begun(&in, "P1", 1, HSVC_CALL_RINGING));
    OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL), 1);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 0);
    assert_int_equal(device_view(d, "P1").profile_state, HSVC_PROFILE_RETRYING);
    for (int i = 0; i < 12; i++) {
        advance(d, MINUTE);
        sent += effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL);
    }
    assert_int_equal(sent, 0);
    assert_int_equal(GIVE(d, hsvc_input_call_ended(&in, "P1", 1)), HSVC_REASON_CALLS_OVER);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 1);
}

/* ---- the audit's bound ---- */

/* One more refusal of a reason is written over the newest entry; if that one falls to the bound in the same commit, it goes
 * from the store too. */
static void an_entry_written_again_can_fall_to_the_bound_OBS_3(void **state) {
    hsvc_input in, some[2];
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_AUDIT_KEEP_MAX, HSVC_SCOPE_GLOBAL, 1)), HSVC_REASON_POLICY_CHANGED);
    for (int i = 0; i < 4; i++) assert_int_equal(GIVE(d, hsvc_input_cancel(&in, "P1", 77)), HSVC_REASON_PROMPT_STALE);
    OK(hsvc_input_cancel(&some[0], "P1", 77));
    OK(hsvc_input_call_begun(&some[1], "P1", 1, HSVC_CALL_ACTIVE));
    OK(hsvc_apply(d->engine, some, 2, 0, d->fx));
    sound(d);
}

/* What is over a bound that was just lowered goes step by step, and only as far as the commit has room: bob's end is fifteen
 * headsets, each with an entry. */
static void a_lowered_bound_takes_no_room_from_the_decision_OBS_3_STORE_3(void **state) {
    char serial[] = "B00";
    hsvc_input in;
    (void)state;
    for (int round = 0; round < 4; round++)
        for (int i = 0; i < HSVC_LIMIT_HEADSETS_PER_USER; i++) {
            serial[1] = (char)('0' + i / 10);
            serial[2] = (char)('0' + i % 10);
            if (round % 2 == 0) assert_int_equal(GIVE(d, hsvc_input_associate(&in, "bob", serial)), HSVC_REASON_ASSOCIATED);
            else assert_int_equal(GIVE(d, hsvc_input_disassociate(&in, serial)), HSVC_REASON_DISASSOCIATED);
        }
    for (int i = 0; i < HSVC_LIMIT_HEADSETS_PER_USER; i++) {
        serial[1] = (char)('0' + i / 10);
        serial[2] = (char)('0' + i % 10);
        assert_int_equal(GIVE(d, hsvc_input_associate(&in, "bob", serial)), HSVC_REASON_ASSOCIATED);
    }
    for (int i = 0; i < 4; i++) assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", "B00", 1)), HSVC_REASON_UNCHANGED);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "B00", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_AUDIT_KEEP_MAX, HSVC_SCOPE_GLOBAL, 1)), HSVC_REASON_POLICY_CHANGED);
    hsvc_engine_free(d->engine);
    d->store.ops_max = HSVC_LIMIT_OPS_PER_COMMIT; /* what every store holds */
    OK(hsvc_engine_new(&d->config, &d->engine));
    assert_int_equal(GIVE(d, hsvc_input_user_remove(&in, "bob")), HSVC_REASON_DONE);
    assert_int_equal(headset_view(d, "B00").owner_len, 0);
}

/* ---- request ids ---- */

/* The sign-out resets the phone and owes a wipe; who repeats it must get both again, and the session ends once. */
static void a_repeat_is_answered_with_the_stored_verdict_and_the_devices_state_STORE_4(void **state) {
    hsvc_verdict first, again;
    hsvc_effect effect = {0};
    hsvc_input in;
    (void)state;
    sign_in();
    OK(hsvc_input_menu_sign_out(&in, "P1"));
    with_id(&in, 9);
    assert_int_equal(give(d, &in), HSVC_REASON_SIGNED_OUT);
    first = verdict_of(d->fx, 0);
    assert_int_equal(first.repeated, 0);
    rows_read(&before, &d->plain, 1);
    pass(d, SECOND);
    assert_int_equal(give(d, &in), HSVC_REASON_SIGNED_OUT);
    again = verdict_of(d->fx, 0);
    assert_int_equal(again.repeated, 1);
    assert_int_equal(again.accepted, 1);
    assert_string_equal(again.rule, first.rule);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL), 0);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, &effect), 1);
    assert_int_equal(effect.generation, 2);
    assert_true(effect.flags & HSVC_FLAG_REPEATED);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_WIPE, &effect), 1);
    assert_true(effect.flags & HSVC_FLAG_REPEATED);
    nothing_written(d, &before);
}

/* The profile is acknowledged, the wipe is not: it is still owed (OUT-7, STORE-6). */
static void a_repeat_tells_the_wipe_that_is_still_owed_STORE_4(void **state) {
    hsvc_input in, back;
    hsvc_effect effect;
    (void)state;
    sign_in();
    OK(hsvc_input_menu_sign_out(&in, "P1"));
    with_id(&in, 9);
    assert_int_equal(give(d, &in), HSVC_REASON_SIGNED_OUT);
    OK(hsvc_input_profile_applied(&back, "P1", 2));
    assert_int_equal(give(d, &back), HSVC_REASON_PROFILE_CONFIRMED);
    assert_int_equal(give(d, &in), HSVC_REASON_SIGNED_OUT);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 0);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_WIPE, &effect), 1);
    assert_int_equal(effect.generation, 2);
}

static void a_repeat_shows_the_prompt_again_without_a_pin_STORE_4(void **state) {
    hsvc_input in;
    hsvc_effect effect;
    uint64_t prompt;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S8", 1)), HSVC_REASON_ASSOCIATION_ASKED);
    prompt = device_view(d, "P1").prompt_id;
    OK(hsvc_input_submit(&in, "P1", prompt, "bob", "1234", 4));
    with_id(&in, 4);
    assert_int_equal(give(d, &in), HSVC_REASON_VERIFYING);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, NULL), 1);
    assert_int_equal(give(d, &in), HSVC_REASON_VERIFYING);
    assert_int_equal(verdict_of(d->fx, 0).repeated, 1);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, NULL), 0);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SHOW_PROMPT, &effect), 1);
    assert_int_equal(effect.prompt_id, prompt);
    assert_int_equal(effect.pin_len, 0);
}

static void a_refusal_is_repeated_as_one_STORE_4(void **state) {
    hsvc_input in;
    (void)state;
    OK(hsvc_input_associate(&in, "bob", "S1"));
    with_id(&in, 2);
    assert_int_equal(give(d, &in), HSVC_REASON_HEADSET_IN_USE);
    assert_int_equal(give(d, &in), HSVC_REASON_HEADSET_IN_USE);
    assert_int_equal(verdict_of(d->fx, 0).repeated, 1);
    assert_int_equal(verdict_of(d->fx, 0).accepted, 0);
    assert_string_equal(verdict_of(d->fx, 0).rule, "ASSOC-2");
}

static void the_same_id_twice_in_one_batch_is_a_repeat_STORE_4(void **state) {
    hsvc_input in[2];
    (void)state;
    OK(hsvc_input_associate(&in[0], "bob", "S2"));
    with_id(&in[0], 2);
    in[1] = in[0];
    OK(hsvc_apply(d->engine, in, 2, 0, d->fx));
    assert_int_equal(verdict_of(d->fx, 0).repeated, 0);
    assert_int_equal(verdict_of(d->fx, 1).repeated, 1);
    assert_int_equal(verdict_of(d->fx, 1).reason, HSVC_REASON_ASSOCIATED);
}

/* A store that never says what came of it is asked so many times and no more. */
static void an_outcome_is_asked_for_so_many_times_STORE_4(void **state) {
    struct desk silent;
    hsvc_fault fault;
    hsvc_input in;
    (void)state;
    desk_open(&silent);
    OK(hsvc_testkit_init(&fault, sizeof fault));
    fault.kind = HSVC_FAULT_UNKNOWN_LOST;
    fault.on = HSVC_FAULT_ON_COMMIT;
    fault.nth = 1;
    fault.times = HSVC_TESTKIT_ALWAYS;
    OK(hsvc_fault_store_arm(silent.fault, &fault));
    OK(hsvc_input_user_put(&in, "ann", NULL, 0));
    assert_int_equal(hsvc_apply(silent.engine, &in, 1, 0, silent.fx), HSVC_ERR_UNKNOWN);
    assert_int_equal(counters_of(silent.engine).unknown_outcomes, HSVC_LIMIT_ATTEMPTS);
    hsvc_fault_store_disarm(silent.fault);
    desk_close(&silent);
}

/* Any other content: each field of the connect, one after the other. */
static void the_same_id_with_other_content_is_refused_STORE_4(void **state) {
    hsvc_input first, in;
    (void)state;
    OK(hsvc_input_headset_connected(&first, "P1", "S1", 1));
    with_id(&first, 3);
    assert_int_equal(give(d, &first), HSVC_REASON_COUNTDOWN_STARTED);
    rows_read(&before, &d->plain, 1);
#define OTHER(change)                                            \
    in = first;                                                  \
    change;                                                      \
    assert_int_equal(give(d, &in), HSVC_REASON_KEY_REUSED);      \
    assert_int_equal(verdict_of(d->fx, 0).repeated, 0)
    OTHER(hsvc_input_set_serial(&in, "S2"));
    OTHER(in.handle = 2);
    OTHER(in.state = HSVC_HEADSET_DECT);
    OTHER(in.flags = HSVC_FLAG_UPDATING);
    OTHER(in.at_ms = START);
    OTHER(hsvc_input_set_vendor(&in, "v"));
    OTHER(hsvc_input_set_model(&in, "v"));
    OTHER(hsvc_input_set_firmware(&in, "v"));
    OTHER(hsvc_input_set_dock(&in, "v"));
    OTHER(hsvc_input_set_headset_template(&in, "v"));
    OTHER(OK(hsvc_input_user_activity(&in, "P1")); with_id(&in, 3));
    nothing_written(d, &before);
    OK(hsvc_input_device_put(&first, "P9", "own", HSVC_DEVICE_ANONYMOUS, "hall", NULL, NULL, 0));
    with_id(&first, 4);
    assert_int_equal(give(d, &first), HSVC_REASON_DONE);
    OTHER(hsvc_input_set_site(&in, "room"));
    OTHER(hsvc_input_set_firmware(&in, "1"));
    with_id(&in, 5);
    first = in;
    first.firmware = "2";
    assert_int_equal(give(d, &first), HSVC_REASON_DONE);
    OTHER(hsvc_input_set_firmware(&in, "3")); /* one byte is content, too */
    OTHER(hsvc_input_set_firmware(&in, "1"));
    OTHER(hsvc_input_set_location(&in, "here"));
    OTHER(hsvc_input_set_related_user(&in, "ann"));
}

static void the_ninth_id_forgets_the_first_STORE_4(void **state) {
    hsvc_input in;
    (void)state;
    for (uint8_t i = 1; i <= HSVC_LIMIT_RECENT_REQUESTS + 1; i++) {
        OK(hsvc_input_call_begun(&in, "P1", i, HSVC_CALL_ACTIVE));
        with_id(&in, i);
        assert_int_equal(give(d, &in), HSVC_REASON_CALL_NOTED);
    }
    for (uint8_t i = HSVC_LIMIT_RECENT_REQUESTS + 1; i >= 1; i--) {
        OK(hsvc_input_call_begun(&in, "P1", i, HSVC_CALL_ACTIVE));
        with_id(&in, i);
        assert_int_equal(give(d, &in), i == 1 ? HSVC_REASON_UNCHANGED : HSVC_REASON_CALL_NOTED);
        assert_int_equal(verdict_of(d->fx, 0).repeated, i != 1);
    }
}

static void ids_belong_to_the_record_of_their_input_STORE_4(void **state) {
    hsvc_input in;
    (void)state;
    OK(hsvc_input_associate(&in, "ann", "S2"));
    with_id(&in, 5);
    assert_int_equal(give(d, &in), HSVC_REASON_ASSOCIATED);
    OK(hsvc_input_associate(&in, "bob", "S3")); /* another user's list */
    with_id(&in, 5);
    assert_int_equal(give(d, &in), HSVC_REASON_ASSOCIATED);
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_KEEP_MAX, HSVC_SCOPE_GLOBAL, HOUR));
    with_id(&in, 5);
    assert_int_equal(give(d, &in), HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(give(d, &in), HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(verdict_of(d->fx, 0).repeated, 1);
}

/* ---- event times ---- */

static int64_t now_of(void) {
    int64_t now;
    OK(hsvc_manual_clock_get(d->clock, &now));
    return now;
}

static hsvc_verdict gone_at(int64_t at) {
    hsvc_input in;
    OK(hsvc_input_headset_disconnected(&in, "P1", NULL, 1));
    in.at_ms = at;
    assert_int_equal(give(d, &in), HSVC_REASON_WINDOW_OPENED);
    return verdict_of(d->fx, 0);
}

static void windows_run_from_event_time_TIME_2_OUT_1(void **state) {
    (void)state;
    sign_in();
    pass(d, HOUR);
    assert_int_equal(gone_at(now_of() - 2 * MINUTE).at_ms, now_of() - 2 * MINUTE);
    assert_int_equal(device_view(d, "P1").window_due_at, now_of() + 3 * MINUTE);
}

static void the_future_is_clamped_to_now_TIME_2(void **state) {
    (void)state;
    sign_in();
    assert_int_equal(gone_at(now_of() + HOUR).at_ms, now_of());
    assert_int_equal(device_view(d, "P1").window_due_at, now_of() + 5 * MINUTE);
}

static void the_past_ends_at_the_sessions_start_TIME_2(void **state) {
    (void)state;
    sign_in();
    assert_int_equal(gone_at(1).at_ms, device_view(d, "P1").signed_in_at);
}

static void the_past_is_bounded_by_backdate_max_TIME_2(void **state) {
    hsvc_input in, at;
    (void)state;
    OK(hsvc_input_call_begun(&at, "P1", 5, HSVC_CALL_ACTIVE));
    at.at_ms = now_of() - 100 * HOUR;
    assert_int_equal(give(d, &at), HSVC_REASON_CALL_NOTED);
    assert_int_equal(verdict_of(d->fx, 0).at_ms, now_of() - 8 * HOUR);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_BACKDATE_MAX, HSVC_SCOPE_GLOBAL, 0)),
                     HSVC_REASON_POLICY_CHANGED);
    at.call_id = 6;
    at.at_ms = now_of() - 1;
    assert_int_equal(give(d, &at), HSVC_REASON_CALL_NOTED);
    assert_int_equal(verdict_of(d->fx, 0).at_ms, now_of());
}

/* back_at: the headset is back at a time relative to the window's end, told so many ms after that end. The reason. */
static uint32_t back_at(int64_t after_due, int64_t told_after) {
    int64_t due = device_view(d, "P1").window_due_at;
    hsvc_input in;
    OK(hsvc_manual_clock_set(d->clock, due + told_after));
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 2));
    in.at_ms = due + after_due;
    return give(d, &in);
}

/* Late reports are judged by when it happened, as long as nobody has fired the deadline. */
static void at_exactly_the_deadline_the_reconnect_wins_OUT_3_TIME_3(void **state) {
    static const int64_t told[] = {0, 1, SECOND, HOUR};
    (void)state;
    sign_in();
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        hsvc_input in;
        assert_int_equal(gone_at(0).accepted, 1);
        assert_int_equal(back_at(0, told[i]), HSVC_REASON_WINDOW_CLOSED);
        assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL), 0);
        assert_int_equal(hsvc_verdict_count(d->fx), 1);
        assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", NULL, 2)), HSVC_REASON_WINDOW_OPENED);
        assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_WINDOW_CLOSED);
    }
}

static void a_deadline_before_the_event_fires_first_TIME_3(void **state) {
    hsvc_verdict verdict;
    hsvc_effect ended;
    (void)state;
    sign_in();
    assert_int_equal(gone_at(0).accepted, 1);
    assert_int_equal(back_at(1, 1), HSVC_REASON_OFFERED_LATER); /* a connect at a phone that resets */
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    OK(hsvc_verdict_at(d->fx, 0, &verdict));
    assert_int_equal(verdict.input_index, HSVC_NO_INPUT);
    assert_int_equal(verdict.reason, HSVC_REASON_SIGNED_OUT);
    assert_int_equal(verdict.at_ms, now_of() - 1);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, &ended), 1);
    assert_int_equal(ended.cause, HSVC_CAUSE_WINDOW);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_VACANT);
}

static void a_committed_sign_out_is_not_undone_by_an_earlier_event_TIME_2(void **state) {
    hsvc_input in;
    int64_t due;
    (void)state;
    sign_in();
    assert_int_equal(gone_at(0).accepted, 1);
    due = device_view(d, "P1").window_due_at;
    OK(hsvc_manual_clock_set(d->clock, due + 1));
    OK(hsvc_advance(d->engine, d->fx));
    assert_int_equal(said(d->fx, HSVC_NO_INPUT), HSVC_REASON_SIGNED_OUT);
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 2));
    in.at_ms = due - MINUTE;
    assert_int_equal(give(d, &in), HSVC_REASON_OFFERED_LATER);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_VACANT);
}

/* ended_now: advances; how many sessions that ended. */
static size_t ended_now(void) {
    OK(hsvc_advance(d->engine, d->fx));
    return effects_of(d->fx, HSVC_EFFECT_SESSION_ENDED, NULL);
}

static void a_deadline_fires_once_and_never_early_TIME_3(void **state) {
    int64_t due, next;
    (void)state;
    sign_in();
    assert_int_equal(gone_at(0).accepted, 1);
    due = device_view(d, "P1").window_due_at;
    OK(hsvc_next_deadline(d->engine, &next));
    assert_int_equal(next, due);
    OK(hsvc_manual_clock_set(d->clock, due - 1));
    assert_int_equal(ended_now(), 0);
    assert_int_equal(hsvc_verdict_count(d->fx), 0);
    OK(hsvc_manual_clock_set(d->clock, due));
    assert_int_equal(ended_now(), 1);
    assert_int_equal(ended_now(), 0);
}

/* A forced sign-out cuts the call that there is; an emergency call of the same batch comes before its profile is told. */
static void an_emergency_call_in_the_batch_of_a_forced_sign_out_is_not_cut_SAFE_2_CALL_1(void **state) {
    hsvc_input in, both[2];
    (void)state;
    sign_in();
    assert_int_equal(GIVE(d, hsvc_input_call_begun(&in, "P1", 1, HSVC_CALL_ACTIVE)), HSVC_REASON_CALL_NOTED);
    OK(hsvc_input_force_sign_out(&both[0], "P1"));
    both[0].flags = HSVC_FLAG_NOW;
    OK(hsvc_input_call_begun(&both[1], "P1", 2, HSVC_CALL_ACTIVE));
    both[1].flags = HSVC_FLAG_EMERGENCY;
    OK(hsvc_apply(d->engine, both, 2, 0, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_SIGNED_OUT);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 0);
    assert_int_equal(GIVE(d, hsvc_input_call_ended(&in, "P1", 2)), HSVC_REASON_CALL_NOTED);
    assert_int_equal(GIVE(d, hsvc_input_call_ended(&in, "P1", 1)), HSVC_REASON_CALLS_OVER);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 0);
    advance(d, 30 * MINUTE);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_APPLY_PROFILE, NULL), 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(inputs_are_decided_in_order_over_their_own_changes_STORE_3_TIME_1),
        TEST(a_refusal_undoes_nothing_STORE_3),
        TEST(all_or_none_undoes_everything_for_one_refusal_STORE_3),
        TEST(all_or_none_counts_texts_repeats_and_reused_ids_STORE_4),
        TEST(a_dry_run_answers_what_the_real_run_would_OBS_7),
        TEST(a_dry_run_knows_what_another_node_has_set_OBS_7),
        TEST(a_dry_run_takes_no_notice_of_a_jump_OBS_7),
        TEST(a_batch_beyond_the_stores_commit_is_refused_unwritten_STORE_3),
        TEST(a_batch_beyond_one_calls_records_is_refused_unwritten_STORE_3),
        TEST(a_deferred_sign_out_waits_for_the_end_of_the_batch_TIME_3),
        TEST(a_deferred_sign_out_comes_before_a_sign_in_of_its_batch_OUT_5),
        TEST(what_was_due_before_a_call_resets_no_phone_in_it_CALL_1),
        TEST(an_entry_written_again_can_fall_to_the_bound_OBS_3),
        TEST(a_lowered_bound_takes_no_room_from_the_decision_OBS_3_STORE_3),
        TEST(a_repeat_is_answered_with_the_stored_verdict_and_the_devices_state_STORE_4),
        TEST(a_repeat_tells_the_wipe_that_is_still_owed_STORE_4),
        TEST(a_repeat_shows_the_prompt_again_without_a_pin_STORE_4),
        TEST(a_refusal_is_repeated_as_one_STORE_4),
        TEST(the_same_id_twice_in_one_batch_is_a_repeat_STORE_4),
        TEST(the_same_id_with_other_content_is_refused_STORE_4),
        TEST(an_outcome_is_asked_for_so_many_times_STORE_4),
        TEST(the_ninth_id_forgets_the_first_STORE_4),
        TEST(ids_belong_to_the_record_of_their_input_STORE_4),
        TEST(windows_run_from_event_time_TIME_2_OUT_1),
        TEST(the_future_is_clamped_to_now_TIME_2),
        TEST(the_past_ends_at_the_sessions_start_TIME_2),
        TEST(the_past_is_bounded_by_backdate_max_TIME_2),
        TEST(at_exactly_the_deadline_the_reconnect_wins_OUT_3_TIME_3),
        TEST(a_deadline_before_the_event_fires_first_TIME_3),
        TEST(a_committed_sign_out_is_not_undone_by_an_earlier_event_TIME_2),
        TEST(a_deadline_fires_once_and_never_early_TIME_3),
        TEST(an_emergency_call_in_the_batch_of_a_forced_sign_out_is_not_cut_SAFE_2_CALL_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
