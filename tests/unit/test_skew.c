/* test_skew.c: nodes whose clocks differ, by less and by more than clock_skew_max, at work on one phone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/stdlib.h"

#define NODES 3u
#define HOUR INT64_C(3600000)

/* Real time, and by how much each node's clock is ahead of it. */
static int64_t real_ms;
static int64_t ahead_ms[NODES];

static int32_t clock_now(int64_t *now, void *user) {
    *now = real_ms + *(const int64_t *)user;
    return HSVC_OK;
}

struct world {
    hsvc_allocator allocator;
    hsvc_memory_store *memory;
    hsvc_store store;
    hsvc_engine *nodes[NODES];
    hsvc_effects *effects;
    uint32_t asked;   /* REPORT_CALLS that were handed out */
    uint64_t request; /* the last of them */
    uint32_t reset;   /* APPLY_PROFILE */
};

static void hear(struct world *w) {
    for (size_t i = 0; i < hsvc_effects_count(w->effects); i++) {
        hsvc_effect e;
        assert_int_equal(hsvc_effect_init(&e, sizeof e), HSVC_OK);
        assert_int_equal(hsvc_effects_at(w->effects, i, &e), HSVC_OK);
        if (e.kind == HSVC_EFFECT_REPORT_CALLS) w->asked++, w->request = e.request;
        if (e.kind == HSVC_EFFECT_APPLY_PROFILE) w->reset++;
    }
}

static void tell(struct world *w, uint32_t node, const hsvc_input *in) {
    assert_int_equal(hsvc_apply(w->nodes[node], in, 1, 0, w->effects), HSVC_OK);
    hear(w);
}

static void advance(struct world *w, uint32_t node) {
    assert_int_equal(hsvc_advance(w->nodes[node], w->effects), HSVC_OK);
    hear(w);
}

/* pass: real time goes on, and every node is called as often as hosts call. */
static void pass(struct world *w, int64_t ms) {
    for (int64_t i = 0; i < ms; i += 500) {
        real_ms += 500;
        for (uint32_t node = 0; node < NODES; node++) advance(w, node);
    }
}

static uint32_t calls_of(struct world *w) {
    hsvc_device_view v;
    assert_int_equal(hsvc_device_view_init(&v, sizeof v), HSVC_OK);
    assert_int_equal(hsvc_device_get(w->nodes[0], "desk-1", 6, &v), HSVC_OK);
    return v.call_count;
}

static void start(struct world *w, uint32_t node, uint32_t count) {
    hsvc_config config;
    assert_int_equal(hsvc_config_init(&config, sizeof config), HSVC_OK);
    config.allocator = &w->allocator;
    config.store = &w->store;
    config.clock = clock_now;
    config.clock_user = &ahead_ms[node];
    config.node = node;
    config.node_count = count;
    config.poll_ms = 500;
    assert_int_equal(hsvc_engine_new(&config, &w->nodes[node]), HSVC_OK);
}

/* leave_one: the first node goes on without the others. */
static void leave_one(struct world *w) {
    hsvc_engine_free(w->nodes[0]);
    start(w, 0, 1);
}

static void begin(struct world *w, int64_t first, int64_t second, int64_t third) {
    memset(w, 0, sizeof *w);
    real_ms = INT64_C(1700000000000);
    ahead_ms[0] = first;
    ahead_ms[1] = second;
    ahead_ms[2] = third;
    assert_int_equal(hsvc_stdlib_allocator(&w->allocator), HSVC_OK);
    assert_int_equal(hsvc_memory_store_new(&w->allocator, &w->memory), HSVC_OK);
    assert_int_equal(hsvc_store_init(&w->store, sizeof w->store), HSVC_OK);
    assert_int_equal(hsvc_memory_store_bind(w->memory, &w->store), HSVC_OK);
    assert_int_equal(hsvc_effects_new(&w->allocator, &w->effects), HSVC_OK);
    for (uint32_t n = 0; n < NODES; n++) start(w, n, NODES);
}

static void end(struct world *w) {
    uint64_t findings = 0;
    assert_int_equal(hsvc_verify(w->nodes[0], NULL, NULL, &findings), HSVC_OK);
    assert_int_equal(findings, 0);
    for (uint32_t n = 0; n < NODES; n++) hsvc_engine_free(w->nodes[n]);
    hsvc_effects_free(w->effects);
    hsvc_memory_store_free(w->memory);
}

/* sign_in: alice, by hand, at desk-1; told to this node. */
static void sign_in(struct world *w, uint32_t node) {
    hsvc_input in;
    hsvc_item profile;
    hsvc_item_profile(&profile, "alice-line");
    hsvc_input_user_put(&in, "alice", &profile, 1);
    tell(w, node, &in);
    hsvc_input_device_put(&in, "desk-1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8865", "14.2(1)", HSVC_FLAG_EM_ENABLED);
    tell(w, node, &in);
    hsvc_input_device_registered(&in, "desk-1", 0, 0);
    tell(w, node, &in);
    hsvc_input_sign_in_user(&in, "desk-1", "alice", "alice-line", 0);
    tell(w, node, &in);
    hsvc_input_device_registered(&in, "desk-1", 1, 0);
    tell(w, node, &in);
    w->reset = 0;
}

/* old_call: a call at desk-1 that nothing was heard of for nearly call_deferral_max; a sign-out waits for it. */
static void old_call(struct world *w, uint32_t node) {
    hsvc_input in;
    sign_in(w, node);
    hsvc_input_call_begun(&in, "desk-1", 7, HSVC_CALL_ACTIVE);
    tell(w, node, &in);
    hsvc_input_force_sign_out(&in, "desk-1");
    tell(w, node, &in);
    real_ms += 12 * HOUR - 120000 - 5000;
    w->asked = 0;
}

/* ---- old calls (OUT-4, OUT-6) ---- */

/* The host is asked, and has its ten seconds, whichever node asks and whatever the clocks of the others say. */
static void nobody_takes_a_call_for_ended_before_the_host_had_its_time(int64_t first, int64_t second, int64_t third) {
    struct world w;
    hsvc_input in;
    begin(&w, first, second, third);
    old_call(&w, 0);
    for (int i = 0; i < 600 && w.asked == 0; i++) pass(&w, 500);
    assert_int_not_equal(w.asked, 0);
    pass(&w, 8000);
    assert_int_equal(calls_of(&w), 1);
    assert_int_equal(w.reset, 0);
    hsvc_input_call_answer(&in, "desk-1", NULL, 0);
    in.request = w.request;
    tell(&w, 1, &in);
    assert_int_equal(calls_of(&w), 0);
    assert_int_equal(w.reset, 1);
    end(&w);
}

static void a_host_has_its_time_to_answer_about_old_calls_whatever_clocks_say_OUT_4_OUT_6_TIME_4(void **state) {
    static const int64_t clocks[][NODES] = {{0, 0, 0}, {0, 1500, -1500}, {0, 20000, -20000}, {60000, 0, -60000}, {-60000, 0, 60000}, {0, 60000, 60000}, {0, 60000, -60000}, {60000, 30000, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++)
        nobody_takes_a_call_for_ended_before_the_host_had_its_time(clocks[i][0], clocks[i][1], clocks[i][2]);
}

/* Nobody answers: all the same it is over some time (TIME-7), also if the node that asked is not there any more. */
static void a_call_that_nobody_knows_of_is_dropped_by_whichever_nodes_OUT_6_TIME_7(void **state) {
    struct world w;
    (void)state;
    for (uint32_t gone = 0; gone <= NODES; gone++) {
        begin(&w, 60000, 0, -60000);
        old_call(&w, 1);
        for (int i = 0; i < 600 && w.asked == 0; i++) pass(&w, 500);
        for (int i = 0; i < 600; i++) {
            real_ms += 500;
            for (uint32_t node = 0; node < NODES; node++)
                if (node != gone) advance(&w, node);
        }
        assert_int_equal(calls_of(&w), 0);
        assert_in_range(w.asked, 1, NODES + 1);
        end(&w);
    }
}

/* The clock of the node that asked is set right by an hour, and others have written since: the wait begins anew all the same, also where
 * only one node is left. */
static void a_question_of_a_clock_that_went_back_is_over_in_time(int is_alone) {
    struct world w;
    hsvc_input in;
    begin(&w, HOUR, 0, 0);
    old_call(&w, 1);
    real_ms -= HOUR;
    for (int i = 0; i < 600 && w.asked == 0; i++) {
        real_ms += 500;
        advance(&w, 0);
    }
    assert_int_equal(w.asked, 1);
    hsvc_input_user_activity(&in, "desk-1");
    tell(&w, 1, &in);
    ahead_ms[0] = 0;
    if (is_alone) leave_one(&w);
    for (int i = 0; i < 60; i++) {
        real_ms += 500;
        advance(&w, 0);
        if (!is_alone) advance(&w, 1);
    }
    assert_int_equal(calls_of(&w), 0);
    end(&w);
}

static void a_question_of_a_clock_that_went_back_is_over_in_time_TIME_4_TIME_7(void **state) {
    (void)state;
    a_question_of_a_clock_that_went_back_is_over_in_time(0);
    a_question_of_a_clock_that_went_back_is_over_in_time(1);
}

/* ---- a sign-out of everybody (OUT-13) ---- */

/* Who was signed in by a node whose clock is a little ahead was there before, all the same. */
static void a_sign_out_of_all_means_whom_a_node_ahead_signed_in_OUT_13_TIME_3(void **state) {
    struct world w;
    hsvc_input in;
    (void)state;
    begin(&w, 0, 1400, 0);
    sign_in(&w, 1);
    real_ms += 10;
    hsvc_input_force_sign_out(&in, NULL);
    tell(&w, 0, &in);
    pass(&w, 1000);
    assert_int_equal(w.reset, 1);
    end(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_has_its_time_to_answer_about_old_calls_whatever_clocks_say_OUT_4_OUT_6_TIME_4),
        cmocka_unit_test(a_call_that_nobody_knows_of_is_dropped_by_whichever_nodes_OUT_6_TIME_7),
        cmocka_unit_test(a_question_of_a_clock_that_went_back_is_over_in_time_TIME_4_TIME_7),
        cmocka_unit_test(a_sign_out_of_all_means_whom_a_node_ahead_signed_in_OUT_13_TIME_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
