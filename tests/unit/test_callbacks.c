/* test_callbacks.c: what a host may get wrong around the inputs: missing arguments, impossible sizes, callbacks that
 * return what no contract knows, and callbacks that call the engine which is calling them. Each has a name, nothing is
 * half done, and the engine works on afterwards (DESIGN 3). */
#include "desk.h"

#include "headsetsvc/inventory.h"

static struct desk desk, *const d = &desk;
static struct rows before;

static int32_t permit(const hsvc_input *input, void *user);
static int32_t note_row(const hsvc_trace *trace, void *user);

/* What the callbacks of this file do, by order of a test. */
static struct {
    int32_t permission;
    uint32_t permission_asked;
    hsvc_input permission_input;
    int32_t trace;
    uint64_t trace_at; /* which row gets it; 0 none */
    uint64_t traced;
    void (*enter)(void); /* called from every callback */
    uint32_t entered;
} host;

static void enter(void) {
    if (host.enter == NULL) return;
    host.entered++;
    host.enter();
}

static int32_t permit(const hsvc_input *input, void *user) {
    assert_ptr_equal(user, &host);
    host.permission_asked++;
    host.permission_input = *input;
    enter();
    return host.permission;
}

static int32_t note_row(const hsvc_trace *trace, void *user) {
    assert_ptr_equal(user, &host);
    assert_int_equal(trace->struct_size, sizeof *trace);
    host.traced++;
    enter();
    return host.traced == host.trace_at ? host.trace : HSVC_OK;
}

/* ---- the store and the clock, with an ear ---- */

static int32_t heard_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    const hsvc_store *inner = (const hsvc_store *)user;
    enter();
    return inner->read(keys, count, sink, sink_user, inner->user);
}
static int32_t heard_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                          hsvc_row_sink sink, void *sink_user, void *user) {
    const hsvc_store *inner = (const hsvc_store *)user;
    enter();
    return inner->scan(from, from_len, to, to_len, limit, sink, sink_user, inner->user);
}
static int32_t heard_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    const hsvc_store *inner = (const hsvc_store *)user;
    enter();
    return inner->commit(ops, count, revision, inner->user);
}
static int32_t heard_clock(int64_t *now, void *user) {
    enter();
    return hsvc_manual_clock_read(now, user);
}

static hsvc_store heard(void) {
    hsvc_store store;
    OK(hsvc_store_init(&store, sizeof store));
    store.read = heard_read;
    store.scan = heard_scan;
    store.commit = heard_commit;
    store.user = &d->store;
    return store;
}

static int open_desk(void **state) {
    hsvc_input in;
    hsvc_store store;
    (void)state;
    memset(&host, 0, sizeof host);
    desk_ready(d);
    store = heard();
    d->config.store = &store;
    d->config.clock = heard_clock;
    d->config.permission = permit;
    d->config.permission_user = &host;
    d->config.trace = note_row;
    d->config.trace_user = &host;
    desk_start(d);
    d->config.store = &d->store; /* ours ends here */
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", NULL, 0)), HSVC_REASON_DONE);
    give_phone(d, "P1");
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_ASSOCIATION_ASKED);
    rows_read(&before, &d->plain, 1);
    host.permission_asked = 0;
    host.traced = 0;
    return 0;
}

/* Every test ends with a store as it was, and an engine that still works. */
static int close_desk(void **state) {
    hsvc_input in;
    (void)state;
    nothing_changed(d, &before);
    rows_free(&before);
    memset(&host, 0, sizeof host);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    sound(d);
    desk_close(d);
    return 0;
}

/* ---- arguments that are missing ---- */

static void null_is_named_in_codes_and_structs(void **state) {
    int32_t code;
    int64_t value;
    (void)state;
    assert_int_equal(hsvc_code(HSVC_REGISTRY_REASON, NULL, 4, &code), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_code(HSVC_REGISTRY_REASON, "DONE", 4, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_choice_code(HSVC_PARAM_PIN_ENTRY, NULL, 4, &value), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_choice_code(HSVC_PARAM_PIN_ENTRY, "REQUIRED", 8, NULL), HSVC_ERR_ARGUMENT);
    assert_string_equal(hsvc_name(0, 0), "UNKNOWN");
    assert_string_equal(hsvc_text(99, 7), "");
    assert_true(hsvc_hash64(NULL, 0) != 0);
    assert_int_equal(hsvc_allocator_init(NULL, sizeof(hsvc_allocator)), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_store_init(NULL, sizeof(hsvc_store)), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_config_init(NULL, sizeof(hsvc_config)), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_input_init(NULL, sizeof(hsvc_input), HSVC_INPUT_YES), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_effect_init(NULL, sizeof(hsvc_effect)), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_verdict_init(NULL, sizeof(hsvc_verdict)), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_problem_init(NULL, sizeof(hsvc_problem)), HSVC_ERR_ARGUMENT);
}

static void null_is_named_in_batches(void **state) {
    hsvc_effects *fx = d->fx;
    hsvc_effect effect = {.struct_size = sizeof effect};
    hsvc_verdict verdict = {.struct_size = sizeof verdict};
    hsvc_problem problem = {.struct_size = sizeof problem};
    const char *name;
    size_t len;
    (void)state;
    assert_int_equal(hsvc_effects_new(NULL, &fx), HSVC_ERR_ARGUMENT);
    assert_null(fx);
    assert_int_equal(hsvc_effects_new(&d->allocator, NULL), HSVC_ERR_ARGUMENT);
    hsvc_effects_free(NULL);
    hsvc_effects_reset(NULL);
    assert_int_equal(hsvc_effects_count(NULL) + hsvc_verdict_count(NULL), 0);
    assert_int_equal(hsvc_effects_at(NULL, 0, &effect), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_effects_at(d->fx, 0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_effects_at(d->fx, 1000, &effect), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_effects_at(d->fx, SIZE_MAX, &effect), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_verdict_at(NULL, 0, &verdict), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_verdict_at(d->fx, 0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_verdict_at(d->fx, SIZE_MAX, &verdict), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_effects_problem(NULL, &problem), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_effects_problem(d->fx, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_effects_profile(NULL, 0, 0, &name, &len), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_effects_profile(d->fx, 0, 0, NULL, &len), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_effects_profile(d->fx, 0, 0, &name, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_effects_profile(d->fx, 0, 0, &name, &len), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_effects_profile(d->fx, SIZE_MAX, 0, &name, &len), HSVC_ERR_NOT_FOUND);
}

static void null_is_named_by_the_engine(void **state) {
    hsvc_input in;
    hsvc_device_view view = {.struct_size = sizeof view};
    hsvc_user_view user = {.struct_size = sizeof user};
    hsvc_headset_view headset = {.struct_size = sizeof headset};
    hsvc_counters counters = {.struct_size = sizeof counters};
    int64_t at;
    uint64_t findings;
    (void)state;
    OK(hsvc_input_user_activity(&in, "P1"));
    assert_int_equal(hsvc_apply(NULL, &in, 1, 0, d->fx), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_apply(d->engine, NULL, 1, 0, d->fx), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, NULL), HSVC_ERR_ARGUMENT);
    OK(hsvc_apply(d->engine, NULL, 0, 0, d->fx));
    assert_int_equal(hsvc_advance(NULL, d->fx), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_advance(d->engine, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_next_deadline(NULL, &at), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_next_deadline(d->engine, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_verify(NULL, NULL, NULL, &findings), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_verify(d->engine, NULL, NULL, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_counters_get(NULL, &counters), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_counters_get(d->engine, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_device_get(NULL, "P1", 2, &view), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_device_get(d->engine, NULL, 2, &view), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_device_get(d->engine, "P1", 0, &view), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_device_get(d->engine, "P1", 2, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_device_next(d->engine, NULL, 2, &view), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_device_get(d->engine, "P1", SIZE_MAX, &view), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_user_get(d->engine, NULL, 2, &user), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_user_next(NULL, NULL, 0, &user), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_headset_get(d->engine, "S1", 2, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_headset_next(d->engine, "S1", SIZE_MAX, &headset), HSVC_ERR_NOT_FOUND);
}

static void null_is_named_by_policy_and_memory_store(void **state) {
    hsvc_memory_store *memory = d->memory;
    uint64_t rows, bytes;
    int64_t value;
    (void)state;
    assert_int_equal(hsvc_policy_value(NULL, 1, NULL, 0, NULL, 0, &value, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_policy_value(d->engine, 1, NULL, 1, NULL, 0, &value, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_policy_value(d->engine, 1, NULL, 0, NULL, 1, &value, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_policy_value(d->engine, 1, NULL, 0, NULL, 0, NULL, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_policy_value(d->engine, 0, NULL, 0, NULL, 0, &value, NULL), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_policy_value(d->engine, UINT32_MAX, NULL, 0, NULL, 0, &value, NULL), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_policy_value(d->engine, HSVC_PARAM_MIN_FIRMWARE, NULL, 0, NULL, 0, &value, NULL),
                     HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_policy_value(d->engine, HSVC_PARAM_KEEP_MAX, "x", SIZE_MAX, "x", 1, &value, NULL),
                     HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_policy_value(d->engine, HSVC_PARAM_KEEP_MAX, "x", 1, "x", SIZE_MAX, &value, NULL), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_memory_store_new(NULL, &memory), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_new(&d->allocator, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_bind(NULL, &d->plain), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_bind(d->memory, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_memory_store_size(NULL, &rows, &bytes), HSVC_ERR_ARGUMENT);
    hsvc_memory_store_free(NULL);
    hsvc_engine_free(NULL);
}

/* ---- configurations that cannot be ---- */

static void refused_config(const hsvc_config *config, int32_t status) {
    hsvc_engine *engine = d->engine;
    assert_int_equal(hsvc_engine_new(config, &engine), status);
    assert_null(engine);
}

static void a_configuration_that_cannot_be_is_named(void **state) {
    hsvc_config good = d->config, bad;
    (void)state;
    assert_int_equal(hsvc_engine_new(&good, NULL), HSVC_ERR_ARGUMENT);
    refused_config(NULL, HSVC_ERR_ARGUMENT);
#define BAD(field, value, status) \
    bad = good;                   \
    bad.field = value;            \
    refused_config(&bad, status)
    BAD(allocator, NULL, HSVC_ERR_ARGUMENT);
    BAD(store, NULL, HSVC_ERR_ARGUMENT);
    BAD(clock, NULL, HSVC_ERR_ARGUMENT);
    BAD(flags, 2, HSVC_ERR_FLAGS);
    BAD(node, 1, HSVC_ERR_ARGUMENT);
    BAD(poll_ms, -1, HSVC_ERR_ARGUMENT);
    BAD(poll_ms, HSVC_LIMIT_TIME + 1, HSVC_ERR_ARGUMENT); /* no sum with a time overflows */
    BAD(struct_size, 0, HSVC_ERR_STRUCT_SIZE);
    BAD(struct_size, 3, HSVC_ERR_STRUCT_SIZE);
    BAD(struct_size, HSVC_LIMIT_STRUCT_SIZE + 1, HSVC_ERR_STRUCT_SIZE);
    BAD(struct_size, UINT32_MAX, HSVC_ERR_STRUCT_SIZE);
}

static void a_store_or_allocator_that_cannot_be_is_named(void **state) {
    hsvc_config config = d->config;
    hsvc_store store = d->store;
    hsvc_allocator allocator = d->allocator;
    (void)state;
    config.store = &store;
    config.allocator = &allocator;
#define BAD_IN(of, from, field, value, status) \
    of = from;                                 \
    of.field = value;                          \
    refused_config(&config, status);           \
    of = from
    BAD_IN(store, d->store, read, NULL, HSVC_ERR_ARGUMENT);
    BAD_IN(store, d->store, scan, NULL, HSVC_ERR_ARGUMENT);
    BAD_IN(store, d->store, commit, NULL, HSVC_ERR_ARGUMENT);
    BAD_IN(store, d->store, ops_max, 1, HSVC_ERR_ARGUMENT);
    BAD_IN(store, d->store, ops_max, HSVC_LIMIT_OPS_PER_COMMIT - 1, HSVC_ERR_ARGUMENT);
    BAD_IN(store, d->store, struct_size, 0, HSVC_ERR_STRUCT_SIZE);
    BAD_IN(store, d->store, struct_size, HSVC_LIMIT_STRUCT_SIZE + 1, HSVC_ERR_STRUCT_SIZE);
    BAD_IN(allocator, d->allocator, resize, NULL, HSVC_ERR_ARGUMENT);
    BAD_IN(allocator, d->allocator, reserved, 1, HSVC_ERR_STRUCT_TAIL);
    BAD_IN(allocator, d->allocator, struct_size, sizeof allocator - 1, HSVC_ERR_STRUCT_SIZE);
}

/* ---- struct sizes of inputs ---- */

static void an_input_of_an_impossible_size_is_named(void **state) {
    static const uint32_t odd[] = {0, 1, 4, sizeof(hsvc_input) - 1, HSVC_LIMIT_STRUCT_SIZE + 1, UINT32_MAX};
    hsvc_input in[2];
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        OK(hsvc_input_user_activity(&in[0], "P1"));
        OK(hsvc_input_user_activity(&in[1], "P1"));
        in[0].struct_size = odd[i];
        assert_int_equal(hsvc_apply(d->engine, in, 1, 0, d->fx), HSVC_ERR_STRUCT_SIZE);
        assert_int_equal(problem_of(d->fx).input_index, 0);
        in[0].struct_size = sizeof in[0];
        in[1].struct_size = odd[i];
        assert_int_equal(hsvc_apply(d->engine, in, 2, 0, d->fx), HSVC_ERR_STRUCT_SIZE);
        assert_int_equal(problem_of(d->fx).input_index, 1);
    }
}

static void an_input_with_an_unknown_tail_is_named(void **state) {
    struct {
        hsvc_input in;
        uint64_t news;
    } longer;
    (void)state;
    memset(&longer, 0, sizeof longer);
    OK(hsvc_input_yes(&longer.in, "P1", 999));
    longer.in.struct_size = sizeof longer;
    assert_int_equal(give(d, &longer.in), HSVC_REASON_PROMPT_STALE);
    longer.news = 1;
    assert_int_equal(hsvc_apply(d->engine, &longer.in, 1, 0, d->fx), HSVC_ERR_STRUCT_TAIL);
}

static void flags_and_counts_of_a_call_have_limits_SAFE_5(void **state) {
    static hsvc_input in[HSVC_LIMIT_INPUTS_PER_BATCH + 1];
    (void)state;
    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) OK(hsvc_input_yes(&in[i], "P1", 999));
    for (uint32_t bit = 2; bit < 32; bit++) {
        assert_int_equal(hsvc_apply(d->engine, in, 1, 1u << bit, d->fx), HSVC_ERR_FLAGS);
        assert_int_equal(problem_of(d->fx).status, HSVC_ERR_FLAGS);
    }
    assert_int_equal(hsvc_apply(d->engine, in, HSVC_LIMIT_INPUTS_PER_BATCH + 1, 0, d->fx), HSVC_ERR_LIMIT);
    assert_int_equal(hsvc_apply(d->engine, in, SIZE_MAX, 0, d->fx), HSVC_ERR_LIMIT);
    OK(hsvc_apply(d->engine, in, HSVC_LIMIT_INPUTS_PER_BATCH, 0, d->fx));
    assert_int_equal(hsvc_verdict_count(d->fx), HSVC_LIMIT_INPUTS_PER_BATCH);
}

/* ---- the clock ---- */

static void call_all(int32_t status) {
    hsvc_inventory *page = NULL;
    hsvc_inventory_query query;
    hsvc_input in;
    int64_t at;
    OK(hsvc_inventory_new(&d->allocator, &page));
    OK(hsvc_inventory_query_init(&query, sizeof query));
    assert_int_equal(hsvc_inventory_list(d->engine, &query, page), status);
    hsvc_inventory_free(page);
    assert_int_equal(hsvc_next_deadline(d->engine, &at), status);
    OK(hsvc_input_associate(&in, "ann", "S9"));
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, d->fx), status);
    assert_int_equal(hsvc_verdict_count(d->fx), 0);
    assert_int_equal(problem_of(d->fx).status, status);
    assert_int_equal(hsvc_advance(d->engine, d->fx), status);
    assert_int_equal(problem_of(d->fx).status, status);
}

static void a_clock_that_fails_is_named_TIME_1(void **state) {
    static const int32_t odd[] = {HSVC_ERR_CLOCK, 1, INT32_MAX, INT32_MIN, HSVC_ERR_UNAVAILABLE};
    static const int64_t times[] = {-1, INT64_MIN, HSVC_LIMIT_TIME + 1, INT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        OK(hsvc_manual_clock_fail(d->clock, HSVC_TESTKIT_ALWAYS, odd[i]));
        call_all(HSVC_ERR_CLOCK);
    }
    OK(hsvc_manual_clock_fail(d->clock, HSVC_TESTKIT_ALWAYS, HSVC_OK)); /* says that it wrote, and did not */
    call_all(HSVC_ERR_CLOCK);
    OK(hsvc_manual_clock_fail(d->clock, 0, 0));
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        OK(hsvc_manual_clock_set(d->clock, times[i]));
        call_all(HSVC_ERR_CLOCK);
    }
    OK(hsvc_manual_clock_set(d->clock, START));
}

static void the_clock_is_read_once_a_call_TIME_1(void **state) {
    hsvc_input in[3];
    uint64_t calls = hsvc_manual_clock_calls(d->clock);
    (void)state;
    for (int i = 0; i < 3; i++) OK(hsvc_input_yes(&in[i], "P1", 999));
    OK(hsvc_apply(d->engine, in, 3, 0, d->fx));
    assert_int_equal(hsvc_manual_clock_calls(d->clock) - calls, 1);
    OK(hsvc_advance(d->engine, d->fx));
    assert_int_equal(hsvc_manual_clock_calls(d->clock) - calls, 2);
}

/* ---- permission ---- */

/* F99. */
static void what_is_not_permitted_does_not_happen_OBS_9(void **state) {
    hsvc_input in[2];
    (void)state;
    OK(hsvc_input_associate(&in[0], "ann", "S9"));
    in[0].actor = "root";
    in[0].actor_len = 4;
    OK(hsvc_input_yes(&in[1], "P1", 999)); /* people at phones are not asked about */
    host.permission = HSVC_ERR_NOT_FOUND;
    OK(hsvc_apply(d->engine, in, 2, 0, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_NOT_PERMITTED);
    assert_int_equal(said(d->fx, 1), HSVC_REASON_PROMPT_STALE);
    assert_int_equal(verdict_of(d->fx, 0).em_code, 10);
    assert_string_equal(verdict_of(d->fx, 0).rule, "OBS-9");
    assert_int_equal(verdict_of(d->fx, 0).field, 0); /* no field is wrong */
    assert_int_equal(verdict_of(d->fx, 0).limit, 0);
    assert_int_equal(host.permission_asked, 1);
    assert_int_equal(host.permission_input.kind, HSVC_INPUT_ASSOCIATE);
    assert_true(text_is(host.permission_input.actor, host.permission_input.actor_len, "root"));
    in[0].user = "\xff"; /* refused before anybody is asked */
    in[0].user_len = 1;
    OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_TEXT_NOT_UTF8);
    assert_int_equal(host.permission_asked, 1);
}

static void a_permission_that_is_neither_yes_nor_no_is_named_OBS_9(void **state) {
    static const int32_t odd[] = {1, INT32_MAX, HSVC_ERR_ARGUMENT, HSVC_ERR_UNAVAILABLE, HSVC_ERR_BUG, INT32_MIN};
    hsvc_input in[2];
    (void)state;
    OK(hsvc_input_call_begun(&in[0], "P1", 1, HSVC_CALL_ACTIVE));
    OK(hsvc_input_associate(&in[1], "ann", "S9"));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        host.permission = odd[i];
        assert_int_equal(hsvc_apply(d->engine, in, 2, 0, d->fx), HSVC_ERR_CALLBACK);
        assert_int_equal(hsvc_verdict_count(d->fx), 0);
        assert_int_equal(problem_of(d->fx).status, HSVC_ERR_CALLBACK);
    }
}

/* ---- trace ---- */

/* "Do not associate this headset?" Yes: a decision that has to read more when its row runs, and is made again. An error
 * of the first time must not get lost. */
static void a_trace_that_fails_fails_the_call(void **state) {
    static const int32_t odd[] = {1, HSVC_ERR_NOT_FOUND, INT32_MIN};
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_exit(&in, "P1", device_view(d, "P1").prompt_id)), HSVC_REASON_SKIP_ASKED);
    rows_read(&before, &d->plain, 1);
    OK(hsvc_input_yes(&in, "P1", device_view(d, "P1").prompt_id));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        for (host.trace_at = 1; host.trace_at < 100; host.trace_at++) {
            int32_t status;
            host.traced = 0;
            host.trace = odd[i];
            status = hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx);
            if (host.traced < host.trace_at) break;
            assert_int_equal(status, HSVC_ERR_CALLBACK);
            assert_int_equal(hsvc_verdict_count(d->fx), 0);
        }
    assert_true(host.trace_at > 1 && host.trace_at < 100);
}

/* ---- verify ---- */

static int32_t odd_finding;
static uint32_t findings_told;
static int32_t find(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    assert_true(invariant[0] != 0 && rule[0] != 0 && key != NULL && key_len != 0);
    assert_ptr_equal(user, &host);
    findings_told++;
    enter();
    return odd_finding;
}

/* spoil_store: a headset row goes, so that verify has something to find; mend_store puts everything back. */
static void spoil_store(struct rows *kept) {
    uint64_t revision = 0;
    hsvc_op op;
    rows_read(kept, &d->plain, 0);
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = HSVC_OP_DELETE;
    op.expect = HSVC_EXPECT_ANY;
    op.key = (const uint8_t *)"Hs1";
    op.key_len = 4;
    OK(d->plain.commit(&op, 1, &revision, d->plain.user));
}

static void mend_store(struct rows *kept) {
    rows_write(kept, &d->plain);
    rows_read(&before, &d->plain, 1);
    rows_free(kept);
}

static void a_finding_callback_that_fails_stops_the_walk_STORE_8(void **state) {
    static const int32_t odd[] = {1, -1, HSVC_ERR_NOT_FOUND, INT32_MIN};
    struct rows kept = {NULL, 0, 0, 0};
    uint64_t findings = 0;
    (void)state;
    spoil_store(&kept);
    odd_finding = HSVC_OK;
    OK(hsvc_verify(d->engine, find, &host, &findings));
    assert_true(findings >= 1 && findings == findings_told);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        findings_told = 0;
        odd_finding = odd[i];
        assert_int_equal(hsvc_verify(d->engine, find, &host, &findings), HSVC_ERR_CALLBACK);
        assert_int_equal(findings_told, 1);
    }
    mend_store(&kept);
}

/* ---- re-entry ---- */

static void call_everything(void) {
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_user_view user = {.struct_size = sizeof user};
    hsvc_headset_view headset = {.struct_size = sizeof headset};
    hsvc_counters counters = {.struct_size = sizeof counters};
    hsvc_effects *own;
    hsvc_input in;
    uint64_t findings;
    int64_t value;
    OK(hsvc_effects_new(&d->allocator, &own));
    OK(hsvc_input_associate(&in, "ann", "S7"));
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, own), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_apply(d->engine, &in, 0, 0, own), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_advance(d->engine, own), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_next_deadline(d->engine, &value), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_verify(d->engine, NULL, NULL, &findings), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_policy_value(d->engine, 1, NULL, 0, NULL, 0, &value, NULL), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_device_get(d->engine, "P1", 2, &device), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_device_next(d->engine, NULL, 0, &device), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_user_get(d->engine, "ann", 3, &user), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_user_next(d->engine, NULL, 0, &user), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_headset_get(d->engine, "S1", 2, &headset), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_headset_next(d->engine, NULL, 0, &headset), HSVC_ERR_REENTRANT);
    assert_int_equal(hsvc_counters_get(d->engine, &counters), HSVC_ERR_REENTRANT);
    hsvc_effects_free(own);
}

static void no_callback_may_enter_its_engine_SAFE_5(void **state) {
    struct rows kept = {NULL, 0, 0, 0};
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_input in;
    uint64_t findings;
    int64_t at;
    (void)state;
    host.enter = call_everything;
    OK(hsvc_input_associate(&in, "ann", "S1"));
    OK(hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx)); /* clock, read, permission, trace */
    assert_int_equal(said(d->fx, 0), HSVC_REASON_ASSOCIATED);
    assert_true(host.entered >= 4);
    OK(hsvc_input_yes(&in, "P1", 999));
    assert_int_equal(give(d, &in), HSVC_REASON_PROMPT_STALE); /* commit */
    OK(hsvc_advance(d->engine, d->fx)); /* scan */
    OK(hsvc_next_deadline(d->engine, &at));
    OK(hsvc_device_get(d->engine, "P1", 2, &device));
    odd_finding = HSVC_OK;
    spoil_store(&kept);
    OK(hsvc_verify(d->engine, find, &host, &findings));
    mend_store(&kept);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(null_is_named_in_codes_and_structs),
        TEST(null_is_named_in_batches),
        TEST(null_is_named_by_the_engine),
        TEST(null_is_named_by_policy_and_memory_store),
        TEST(a_configuration_that_cannot_be_is_named),
        TEST(a_store_or_allocator_that_cannot_be_is_named),
        TEST(an_input_of_an_impossible_size_is_named),
        TEST(an_input_with_an_unknown_tail_is_named),
        TEST(flags_and_counts_of_a_call_have_limits_SAFE_5),
        TEST(a_clock_that_fails_is_named_TIME_1),
        TEST(the_clock_is_read_once_a_call_TIME_1),
        TEST(what_is_not_permitted_does_not_happen_OBS_9),
        TEST(a_permission_that_is_neither_yes_nor_no_is_named_OBS_9),
        TEST(a_trace_that_fails_fails_the_call),
        TEST(a_finding_callback_that_fails_stops_the_walk_STORE_8),
        TEST(no_callback_may_enter_its_engine_SAFE_5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
