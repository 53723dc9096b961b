/* test_recording_look.c: looks are not recorded, but what a look has learned of the policy is in use before the next call reads it: the
 * recording says it, so that it replays (OBS-6). Found by tests/fuzz/api.c. */
#include "desk.h"

#include "headsetsvc/recording.h"

/* ---- a tape, and its replay ---- */
static uint8_t tape[1 << 16];
static size_t tape_len;

static int32_t take_frame(const uint8_t *bytes, size_t len, void *user) {
    (void)user;
    assert_true(tape_len + len <= sizeof tape);
    memcpy(tape + tape_len, bytes, len);
    tape_len += len;
    return HSVC_OK;
}

static void replays(const hsvc_allocator *allocator) {
    hsvc_replay_config config;
    OK(hsvc_replay_config_init(&config, sizeof config));
    config.allocator = allocator;
    OK(hsvc_replay(&config, tape, tape_len, NULL));
}

/* ---- a store behind which another can be put ---- */
static const hsvc_store *behind;

static int32_t read_behind(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    (void)user;
    return behind->read(keys, count, sink, sink_user, behind->user);
}
static int32_t scan_behind(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit, hsvc_row_sink sink,
                           void *sink_user, void *user) {
    (void)user;
    return behind->scan(from, from_len, to, to_len, limit, sink, sink_user, behind->user);
}
static int32_t commit_behind(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    (void)user;
    return behind->commit(ops, count, revision, behind->user);
}

/* open_recorded: one of two nodes, since one of several looks as far as its own time goes; beside it another engine, not recorded. */
static hsvc_engine *open_recorded(struct desk *d) {
    hsvc_engine *other = NULL;
    tape_len = 0;
    desk_ready(d);
    behind = &d->plain;
    d->store = d->plain;
    d->store.read = read_behind;
    d->store.scan = scan_behind;
    d->store.commit = commit_behind;
    d->config.recording = take_frame;
    d->config.node_count = 2;
    desk_start(d);
    give_phone(d, "P1");
    d->config.recording = NULL;
    OK(hsvc_engine_new(&d->config, &other));
    return other;
}

static void look(struct desk *d) {
    hsvc_explained item = {.struct_size = sizeof item};
    size_t count;
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, "P1", 2, &item, 1, &count));
}

/* ask: it has dropped what it knew, and reads no policy. */
static int64_t ask(struct desk *d) {
    int64_t at = 0;
    OK(hsvc_next_deadline(d->engine, &at));
    return at;
}

/* learn: what the other engine sets, by a look alone. */
static void learn(struct desk *d, hsvc_engine *other) {
    hsvc_engine *recorded = d->engine;
    hsvc_input in;
    d->engine = other;
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_CLOCK_SKEW_MAX, HSVC_SCOPE_GLOBAL, 60 * SECOND)), HSVC_REASON_POLICY_CHANGED);
    OK(hsvc_epoch_raise(other, 3));
    d->engine = recorded;
    look(d);
    (void)ask(d);
    look(d);
}

/* ---- the tests ---- */
static void how_far_clocks_differ_is_said_OBS_6_TIME_4(void **state) {
    struct desk desk, *d = &desk;
    hsvc_engine *other = open_recorded(d);
    (void)state;
    learn(d, other);
    pass(d, -30 * SECOND);
    assert_true(ask(d) > START); /* by a time that stands still */
    hsvc_engine_free(other);
    replays(&d->allocator);
    desk_close(d);
}

/* A call that was none comes between two looks: it decided nothing, and what the first one learned is said once. */
static void misuse_between_two_looks_OBS_6(void **state) {
    struct desk desk, *d = &desk;
    hsvc_engine *other = open_recorded(d);
    hsvc_input in;
    (void)state;
    learn(d, other);
    OK(hsvc_input_init(&in, sizeof in, HSVC_INPUT_YES)); /* without its fields */
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, d->fx), HSVC_ERR_INPUT_MISSING);
    look(d);
    (void)ask(d);
    hsvc_engine_free(other);
    replays(&d->allocator);
    desk_close(d);
}

/* A backup is put in the store's place: who has seen its epoch refuses it, and so does the replay. */
static void an_epoch_that_was_seen_is_said_OBS_6_STORE_9(void **state) {
    struct desk desk, *d = &desk;
    hsvc_engine *other = open_recorded(d);
    hsvc_memory_store *older = NULL;
    hsvc_store store;
    hsvc_input in;
    (void)state;
    learn(d, other);
    hsvc_engine_free(other);
    OK(hsvc_memory_store_new(&d->allocator, &older));
    OK(hsvc_store_init(&store, sizeof store));
    OK(hsvc_memory_store_bind(older, &store));
    behind = &store;
    OK(hsvc_input_user_activity(&in, "P1"));
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, d->fx), HSVC_ERR_EPOCH);
    behind = &d->plain;
    replays(&d->allocator);
    hsvc_memory_store_free(older);
    desk_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_far_clocks_differ_is_said_OBS_6_TIME_4),
        cmocka_unit_test(misuse_between_two_looks_OBS_6),
        cmocka_unit_test(an_epoch_that_was_seen_is_said_OBS_6_STORE_9),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
