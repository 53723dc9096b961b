/* test_batch.c: several inputs in one call: one commit, one order, one bound (STORE-3, TIME-3, OBS-7). */
#include "batch.h"

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
        TEST(an_emergency_call_in_the_batch_of_a_forced_sign_out_is_not_cut_SAFE_2_CALL_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
