/* test_recording.c: a recording is all that another process needs to decide again what an engine decided, and holds no PIN
 * (OBS-6). Damage is named, a cut-off tail is said, and a difference is told by frame and field. */
#include "story.h"

#include "headsetsvc/recording.h"

struct tape {
    uint8_t *bytes;
    size_t len;
    uint64_t refuse_after; /* frames; 0: takes all */
    uint64_t frames;
};

static int32_t take_frame(const uint8_t *bytes, size_t len, void *user) {
    struct tape *tape = (struct tape *)user;
    if (tape->refuse_after != 0 && tape->frames == tape->refuse_after) return HSVC_ERR_FULL;
    tape->bytes = (uint8_t *)realloc(tape->bytes, tape->len + len);
    assert_non_null(tape->bytes);
    memcpy(tape->bytes + tape->len, bytes, len);
    tape->len += len;
    tape->frames++;
    return HSVC_OK;
}

static void desk_recorded(struct desk *d, struct tape *tape) {
    desk_ready(d);
    d->config.recording = take_frame;
    d->config.recording_user = tape;
    desk_start(d);
}

/* What the replay said. */
struct seen {
    hsvc_difference difference;
    uint64_t differences;
    uint64_t steps;
    uint64_t verdicts;
    uint64_t last_number;
    int stop;
};

static int32_t on_difference(const hsvc_difference *d, void *user) {
    struct seen *seen = (struct seen *)user;
    seen->difference = *d;
    seen->differences++;
    return HSVC_OK;
}

static int32_t on_step(const hsvc_replay_step *step, void *user) {
    struct seen *seen = (struct seen *)user;
    assert_int_equal(step->struct_size, sizeof *step);
    seen->steps++;
    seen->last_number = step->number;
    seen->verdicts += hsvc_verdict_count(step->effects);
    if (step->kind == HSVC_RECORDED_APPLY) assert_true(step->count > 0 && step->inputs != NULL);
    for (size_t i = 0; i < step->count; i++)
        for (size_t k = 0; k < step->inputs[i].pin_len; k++) assert_int_equal(step->inputs[i].pin[k], 0);
    return seen->stop ? HSVC_ERR_CALLBACK : HSVC_OK;
}

static int32_t replay_with(const hsvc_allocator *allocator, const struct tape *tape, struct seen *seen,
                           hsvc_replay_report *report) {
    hsvc_replay_config config;
    OK(hsvc_replay_config_init(&config, sizeof config));
    OK(hsvc_replay_report_init(report, sizeof *report));
    config.allocator = allocator;
    config.difference = on_difference;
    config.step = on_step;
    config.user = seen;
    return hsvc_replay(&config, tape->bytes, tape->len, report);
}

static void *plain_resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)old_size;
    (void)user;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, new_size);
}
static const hsvc_allocator plain = {sizeof plain, 0, plain_resize, NULL};

static int32_t replay(const struct tape *tape, struct seen *seen, hsvc_replay_report *report) {
    int stop = seen->stop;
    memset(seen, 0, sizeof *seen);
    seen->stop = stop;
    return replay_with(&plain, tape, seen, report);
}

/* ---- recordings ---- */
static int32_t permit(const struct hsvc_input *input, void *user) {
    (void)user;
    return input->kind == HSVC_INPUT_USER_UNLOCK ? HSVC_ERR_NOT_FOUND : HSVC_OK;
}

/* The story, with views, dry runs, misuse and refusals between its lines. */
static void record_story(struct tape *tape, uint32_t nodes, int with_faults) {
    static struct story story;
    struct desk d;
    hsvc_input in;
    int64_t at;
    memset(tape, 0, sizeof *tape);
    story_make(&story);
    desk_ready(&d);
    d.config.recording = take_frame;
    d.config.recording_user = tape;
    d.config.permission = permit;
    d.config.node_count = nodes;
    desk_start(&d);
    for (size_t i = 0; i < STORY_LINES; i++) {
        if (with_faults) {
            static const uint32_t kinds[] = {HSVC_FAULT_CONFLICT, HSVC_FAULT_UNKNOWN_DONE, HSVC_FAULT_UNKNOWN_LOST};
            hsvc_fault fault;
            OK(hsvc_testkit_init(&fault, sizeof fault));
            fault.kind = kinds[i % 3];
            fault.on = HSVC_FAULT_ON_COMMIT;
            fault.nth = 1;
            OK(hsvc_fault_store_arm(d.fault, &fault));
        }
        OK(story_go(&d, &story, i));
        hsvc_fault_store_disarm(d.fault);
        OK(hsvc_next_deadline(d.engine, &at));
        if (i % 5 == 0) sound(&d);
        OK(hsvc_input_user_unlock(&in, "ann"));
        OK(hsvc_apply(d.engine, &in, 1, i % 2 ? HSVC_APPLY_DRY_RUN : 0, d.fx));
        OK(hsvc_input_init(&in, sizeof in, HSVC_INPUT_YES)); /* without its fields: misuse */
        assert_int_equal(hsvc_apply(d.engine, &in, 1, 0, d.fx), HSVC_ERR_INPUT_MISSING);
        assert_int_equal(hsvc_apply(d.engine, &in, 1, 64, d.fx), HSVC_ERR_FLAGS);
    }
    OK(hsvc_input_exit(&in, "a name that is much too long for a device, and longer, and still longer than that, until the "
                            "bound of a hundred and twenty-eight bytes is passed", 1));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    assert_int_equal(said(d.fx, 0), HSVC_REASON_TEXT_TOO_LONG);
    {
        hsvc_cursor cursor;
        OK(hsvc_cursor_init(&cursor, sizeof cursor));
        OK(hsvc_resync(d.engine, NULL, &cursor, d.fx));
    }
    desk_close(&d);
    story_free(&story);
}

static void a_recording_comes_out_the_same_OBS_6(void **state) {
    struct tape tape;
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    (void)state;
    for (uint32_t round = 0; round < 4; round++) {
        record_story(&tape, round % 2 ? 3 : 1, round > 1);
        OK(replay(&tape, &seen, &report));
        assert_int_equal(report.bytes, tape.len);
        assert_int_equal(report.frames, tape.frames);
        assert_int_equal(report.truncated, 0);
        assert_int_equal(report.engines, 1);
        assert_true(report.commits >= STORY_LINES);
        assert_true(seen.verdicts > STORY_LINES);
        assert_int_equal(seen.last_number, report.calls);
        free(tape.bytes);
    }
}

static void no_pin_is_recorded_OBS_6(void **state) {
    struct tape tape;
    (void)state;
    record_story(&tape, 1, 0);
    for (size_t i = 0; i + sizeof story_pin - 1 <= tape.len; i++)
        assert_memory_not_equal(tape.bytes + i, story_pin, sizeof story_pin - 1);
    free(tape.bytes);
}

/* Engines that follow one another: their recordings follow one another too. */
static void recordings_may_be_joined_OBS_6(void **state) {
    struct tape one, two;
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    (void)state;
    record_story(&one, 1, 0);
    record_story(&two, 3, 0);
    one.bytes = (uint8_t *)realloc(one.bytes, one.len + two.len);
    assert_non_null(one.bytes);
    memcpy(one.bytes + one.len, two.bytes, two.len);
    one.len += two.len;
    OK(replay(&one, &seen, &report));
    assert_int_equal(report.engines, 2);
    assert_int_equal(report.frames, one.frames + two.frames);
    free(one.bytes);
    free(two.bytes);
}

/* Looks are not recorded, so they may not move the engine's time: a clock that steps back a little afterwards would stand still
 * here, and not in the replay. Found by tests/fuzz/api.c. */
static void a_look_moves_no_clock_OBS_6_TIME_4(void **state) {
    struct desk desk, *d = &desk;
    struct tape tape = {NULL, 0, 0, 0};
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    hsvc_explained item = {.struct_size = sizeof item};
    hsvc_inventory *page = NULL;
    hsvc_input in;
    size_t count;
    (void)state;
    desk_recorded(d, &tape);
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)", 0)),
                     HSVC_REASON_DONE);
    OK(hsvc_input_headset_connected(&in, "P1", "S1", 1));
    (void)give(d, &in);
    OK(hsvc_inventory_new(&d->allocator, &page));
    pass(d, SECOND);
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, "P1", 2, &item, 1, &count));
    OK(hsvc_inventory_get(d->engine, "S1", 2, page));
    pass(d, -SECOND);
    assert_int_equal(GIVE(d, hsvc_input_user_activity(&in, "P1")), HSVC_REASON_UNCHANGED);
    assert_true(verdict_of(d->fx, 0).at_ms == START);
    advance(d, 0);
    hsvc_inventory_free(page);
    desk_close(d);
    OK(replay(&tape, &seen, &report));
    free(tape.bytes);
}

/* A call that was none decided nothing, but it was a call at its time: what is due eight minutes after the last one is late, what is due
 * eight minutes after the last but one is not. */
static void misuse_is_a_call_at_its_time_OBS_6_TIME_4(void **state) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    struct desk desk, *d = &desk;
    struct tape tape = {NULL, 0, 0, 0};
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    hsvc_input in;
    (void)state;
    desk_recorded(d, &tape);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    give_phone(d, "P1");
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_PIN_ASKED);
    pass(d, 4 * MINUTE);
    OK(hsvc_input_init(&in, sizeof in, HSVC_INPUT_YES)); /* without its fields */
    assert_int_equal(hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx), HSVC_ERR_INPUT_MISSING);
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 64, d->fx), HSVC_ERR_FLAGS);
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, d->fx), HSVC_ERR_INPUT_MISSING);
    advance(d, 4 * MINUTE);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_NOTICE, NULL), 0); /* of a clock that jumped */
    desk_close(d);
    OK(replay(&tape, &seen, &report));
    assert_int_equal(seen.differences, 0);
    free(tape.bytes);
}

/* ---- what can happen to the bytes ---- */
static void a_cut_off_tail_is_said_OBS_6(void **state) {
    struct tape tape, cut;
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    uint64_t before = 0;
    (void)state;
    record_story(&tape, 1, 0);
    for (size_t len = 0; len < tape.len; len += len < 4000 ? 1 : 997) {
        cut = tape;
        cut.len = len;
        OK(replay(&cut, &seen, &report));
        assert_true(report.bytes <= len);
        assert_int_equal(report.truncated, report.bytes != len);
        assert_true(report.calls >= before);
        before = report.calls;
    }
    assert_true(before > 50);
    free(tape.bytes);
}

static void damage_is_named_OBS_6(void **state) {
    struct tape tape;
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    (void)state;
    record_story(&tape, 1, 0);
    for (size_t at = 0; at < tape.len; at += at < 2000 ? 1 : 1009) {
        int32_t status;
        tape.bytes[at] ^= 0x10;
        status = replay(&tape, &seen, &report);
        /* A length that became longer than the rest is a tail that is missing. */
        if (status == HSVC_OK) assert_int_equal(report.truncated, 1);
        else assert_int_equal(status, HSVC_ERR_CORRUPT);
        tape.bytes[at] ^= 0x10;
    }
    tape.bytes[3]++;
    assert_int_equal(replay(&tape, &seen, &report), HSVC_ERR_CORRUPT); /* an unknown version */
    assert_int_equal(report.bytes, 0);
    free(tape.bytes);
}

/* ---- differences ---- */
/* frame_of: the offset of the nth frame of a type. */
static size_t frame_of(const struct tape *tape, uint8_t type, int nth) {
    size_t at = 0;
    while (at < tape->len) {
        uint32_t len = hsvc__get32(tape->bytes + at + 4);
        if (tape->bytes[at + 2] == type && nth-- == 0) return at;
        at += 16 + len;
    }
    fail();
    return 0;
}

/* seal: a checksum that fits, so that only the replay can notice. */
static void seal(struct tape *tape, size_t at) {
    uint8_t *frame = tape->bytes + at;
    hsvc__put64(frame + 8, hsvc_hash64(frame + 16, hsvc__get32(frame + 4)) + hsvc__get64(frame));
}

static void a_difference_names_frame_and_field_OBS_6(void **state) {
    struct tape tape;
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    size_t at;
    (void)state;
    record_story(&tape, 1, 0);
    /* a time: the audit's entry of a refused input has another one */
    at = frame_of(&tape, HSVC_FRAME_CLOCK, 12);
    tape.bytes[at + 17]++;
    seal(&tape, at);
    assert_int_equal(replay(&tape, &seen, &report), HSVC_ERR_DIFFERENT);
    assert_int_equal(seen.differences, 1);
    assert_string_equal(seen.difference.frame_name, "COMMIT"); /* times stand in records and in keys of deadlines */
    assert_string_equal(seen.difference.group, "operation");
    assert_string_equal(seen.difference.field, "key");
    assert_int_equal(seen.difference.is_text, 1);
    tape.bytes[at + 17]--;
    seal(&tape, at);
    /* a row that is written: the last byte of the user's record */
    at = frame_of(&tape, HSVC_FRAME_COMMIT, 0);
    for (size_t i = at + 16; i + 3 < tape.len; i++) {
        if (memcmp(tape.bytes + i, "ann-2", 5) != 0) continue;
        tape.bytes[i + 4] = '3';
        break;
    }
    seal(&tape, at);
    assert_int_equal(replay(&tape, &seen, &report), HSVC_ERR_DIFFERENT);
    assert_string_equal(seen.difference.frame_name, "COMMIT");
    assert_string_equal(seen.difference.group, "operation");
    assert_string_equal(seen.difference.field, "value");
    assert_int_equal(seen.difference.is_text, 1);
    assert_int_equal(seen.difference.expected_len, seen.difference.came_len);
    assert_true(seen.difference.came_len > 5 && seen.difference.index < 8);
    assert_int_equal(report.calls, 0);
    free(tape.bytes);
    record_story(&tape, 1, 0);
    /* a verdict */
    at = frame_of(&tape, HSVC_FRAME_END, 2);
    for (size_t i = at + 16; i < tape.len; i++) {
        if (tape.bytes[i] != 91) continue; /* reason */
        tape.bytes[i + 1] ^= 1;
        break;
    }
    seal(&tape, at);
    assert_int_equal(replay(&tape, &seen, &report), HSVC_ERR_DIFFERENT);
    assert_string_equal(seen.difference.frame_name, "END");
    assert_string_equal(seen.difference.group, "verdict");
    assert_string_equal(seen.difference.field, "reason");
    assert_int_equal(seen.difference.is_text, 0);
    assert_int_equal(seen.difference.expected_number ^ 1, seen.difference.came_number);
    assert_int_equal(seen.difference.index, 0);
    assert_int_equal(seen.difference.offset, at);
    assert_int_equal(report.calls + 1, seen.difference.call);
    assert_int_equal(report.frames + 1, seen.difference.frame);
    free(tape.bytes);
}

/* A frame is left out: another kind of frame comes. */
static void a_missing_frame_is_a_difference_OBS_6(void **state) {
    struct tape tape;
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    size_t at;
    uint32_t len;
    (void)state;
    record_story(&tape, 1, 0);
    at = frame_of(&tape, HSVC_FRAME_READ, 4);
    len = hsvc__get32(tape.bytes + at + 4);
    memmove(tape.bytes + at, tape.bytes + at + 16 + len, tape.len - at - 16 - len);
    tape.len -= 16 + len;
    assert_int_equal(replay(&tape, &seen, &report), HSVC_ERR_DIFFERENT);
    assert_string_equal(seen.difference.field, "frame");
    assert_int_equal(seen.difference.came_number, HSVC_FRAME_READ);
    assert_int_not_equal(seen.difference.expected_number, HSVC_FRAME_READ);
    free(tape.bytes);
}

/* ---- what can happen around it ---- */
static void a_full_disk_does_not_stop_the_service_OBS_6(void **state) {
    static struct story story;
    (void)state;
    story_make(&story);
    for (uint64_t after = 1; after < 40; after += 3) {
        struct tape tape = {NULL, 0, after, 0};
        struct seen seen = {.stop = 0};
        hsvc_replay_report report;
        struct desk d;
        desk_recorded(&d, &tape);
        for (size_t i = 0; i < STORY_LINES; i++) {
            OK(story_go(&d, &story, i));
            assert_int_equal(story_said(&d, &story, i), story_lines[i].reason);
        }
        assert_true(story_same(&d, &story, STORY_LINES));
        desk_close(&d);
        assert_int_equal(tape.frames, after);
        OK(replay(&tape, &seen, &report)); /* what is there is good */
        free(tape.bytes);
    }
    story_free(&story);
}

/* Without memory for its frames the recording ends, the service goes on. */
static void no_memory_ends_the_recording_alone_OBS_6(void **state) {
    static struct story story;
    struct tape tape = {NULL, 0, 0, 0};
    struct desk d;
    int32_t status = HSVC_OK;
    (void)state;
    story_make(&story);
    desk_recorded(&d, &tape);
    OK(story_go(&d, &story, 0));
    for (uint64_t nth = 1; nth < 6; nth++) {
        OK(hsvc_count_alloc_fail(d.count, nth, 1));
        status = story_go(&d, &story, 1);
        OK(hsvc_count_alloc_fail(d.count, 0, 0));
        if (status != HSVC_OK) assert_true(status == HSVC_ERR_MEMORY || status == HSVC_ERR_FULL); /* the store's own */
    }
    OK(story_go(&d, &story, 1));
    desk_close(&d);
    free(tape.bytes);
    story_free(&story);
}

static void replay_without_memory_says_so_OBS_6(void **state) {
    struct tape tape;
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    hsvc_count_alloc *count = NULL;
    hsvc_allocator allocator;
    hsvc_alloc_counts counts;
    uint64_t failed = 0;
    (void)state;
    record_story(&tape, 1, 0);
    allocator.struct_size = sizeof allocator;
    OK(hsvc_count_alloc_new(NULL, &count));
    OK(hsvc_count_alloc_bind(count, &allocator));
    OK(hsvc_testkit_init(&counts, sizeof counts));
    for (uint64_t nth = 1; nth < 60; nth++) {
        int32_t status;
        OK(hsvc_count_alloc_fail(count, nth, 1));
        status = replay_with(&allocator, &tape, &seen, &report);
        failed += status == HSVC_ERR_MEMORY;
        if (status != HSVC_OK) assert_int_equal(status, HSVC_ERR_MEMORY);
        OK(hsvc_count_alloc_fail(count, 0, 0));
        OK(hsvc_count_alloc_counts(count, &counts));
        assert_int_equal(counts.live_blocks, 0);
        assert_int_equal(counts.wrong_sizes, 0);
    }
    assert_true(failed > 3);
    assert_int_equal(seen.differences, 0);
    hsvc_count_alloc_free(count);
    free(tape.bytes);
}

static void misuse_is_named_OBS_6(void **state) {
    struct tape tape = {NULL, 0, 0, 0}, headless;
    struct seen seen = {.stop = 0};
    hsvc_replay_config config;
    hsvc_replay_report report;
    (void)state;
    OK(replay(&tape, &seen, &report)); /* nothing is a recording of nothing */
    assert_int_equal(hsvc_replay(NULL, NULL, 0, NULL), HSVC_ERR_ARGUMENT);
    OK(hsvc_replay_config_init(&config, sizeof config));
    assert_int_equal(hsvc_replay(&config, NULL, 0, NULL), HSVC_ERR_ARGUMENT); /* no allocator */
    config.allocator = &plain;
    assert_int_equal(hsvc_replay(&config, NULL, 5, NULL), HSVC_ERR_ARGUMENT);
    config.flags = 1;
    assert_int_equal(hsvc_replay(&config, NULL, 0, NULL), HSVC_ERR_FLAGS);
    config.flags = 0;
    report.struct_size = 1;
    assert_int_equal(hsvc_replay(&config, NULL, 0, &report), HSVC_ERR_STRUCT_SIZE);
    assert_int_equal(hsvc_replay(&config, (const uint8_t *)"no recording at all", 19, NULL), HSVC_ERR_CORRUPT);
    record_story(&tape, 1, 0);
    seen.stop = 1;
    assert_int_equal(replay(&tape, &seen, &report), HSVC_ERR_CALLBACK);
    assert_int_equal(seen.steps, 1);
    /* without the head nothing says what engine it was */
    headless = tape;
    headless.bytes += frame_of(&tape, HSVC_FRAME_CALL, 0);
    headless.len -= frame_of(&tape, HSVC_FRAME_CALL, 0);
    seen.stop = 0;
    assert_int_equal(replay(&headless, &seen, &report), HSVC_ERR_CORRUPT);
    free(tape.bytes);
}

/* Every field of input, effect and verdict is recorded, or is made of others. */
static int is_recorded(const char *name) {
    static const char *const names[] = {
#define IN_NUMBER(type, name) "hsvc_input." #name,
#define IN_TEXT(name) "hsvc_input." #name, "hsvc_input." #name "_len",
#define ITEM_NUMBER(type, name) "hsvc_item." #name,
#define EFFECT_NUMBER(name) "hsvc_effect." #name,
#define EFFECT_TEXT(name) "hsvc_effect." #name, "hsvc_effect." #name "_len",
#define VERDICT_NUMBER(name) "hsvc_verdict." #name,
#include "engine/recording.def"
#undef IN_NUMBER
#undef IN_TEXT
#undef ITEM_NUMBER
#undef EFFECT_NUMBER
#undef EFFECT_TEXT
#undef VERDICT_NUMBER
        "hsvc_input.struct_size", "hsvc_input.request_id", "hsvc_input.pin", "hsvc_input.items", "hsvc_input.item_count",
        "hsvc_input.item_size", "hsvc_input.value", "hsvc_item.text", "hsvc_item.text_len", "hsvc_item.reserved",
        "hsvc_effect.struct_size", "hsvc_effect.pin", "hsvc_effect.profile_count", "hsvc_effect.rule",
        "hsvc_verdict.struct_size", "hsvc_verdict.serial", "hsvc_verdict.serial_len", "hsvc_verdict.device", "hsvc_verdict.device_len",
        "hsvc_verdict.event", "hsvc_verdict.rule",
        /* of a configuration: callbacks and what they are given, and what HEAD holds */
        "hsvc_config.struct_size", "hsvc_config.flags", "hsvc_config.allocator", "hsvc_config.store", "hsvc_config.clock",
        "hsvc_config.clock_user", "hsvc_config.permission", "hsvc_config.permission_user", "hsvc_config.trace",
        "hsvc_config.trace_user", "hsvc_config.recording", "hsvc_config.recording_user", "hsvc_config.node",
        "hsvc_config.node_count", "hsvc_config.poll_ms", "hsvc_config.epoch",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0) return 1;
    return 0;
}

static void every_field_is_recorded_OBS_6(void **state) {
    static const struct {
        const char *type, *name;
    } fields[] = {
#define SIZE(type, bytes)
#define FIRST(type, bytes)
#define FIELD(type, field, offset, bytes) {#type, #type "." #field},
#include "../abi/layout.def"
    };
    int missing = 0;
    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *type = fields[i].type;
        if (strcmp(type, "hsvc_input") != 0 && strcmp(type, "hsvc_item") != 0 && strcmp(type, "hsvc_effect") != 0 &&
            strcmp(type, "hsvc_verdict") != 0 && strcmp(type, "hsvc_config") != 0)
            continue;
        if (is_recorded(fields[i].name)) continue;
        print_error("%s is not in lib/engine/recording.def\n", fields[i].name);
        missing++;
    }
    assert_int_equal(missing, 0);
}

/* Texts of one byte are texts; the replay holds the epoch that the engine was begun with. */
static void the_shortest_names_and_an_epoch_are_recorded_OBS_6_STORE_9(void **state) {
    struct desk desk, *d = &desk;
    struct tape tape = {NULL, 0, 0, 0};
    struct seen seen = {.stop = 0};
    hsvc_replay_report report;
    hsvc_input in;
    (void)state;
    desk_open(d);
    OK(hsvc_epoch_raise(d->engine, 5));
    hsvc_engine_free(d->engine);
    d->config.recording = take_frame;
    d->config.recording_user = &tape;
    d->config.epoch = 5;
    OK(hsvc_engine_new(&d->config, &d->engine));
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "a", NULL, 0)), HSVC_REASON_DONE);
    assert_int_equal(user_view(d, "a").id_len, 1);
    desk_close(d);
    OK(replay(&tape, &seen, &report));
    assert_int_equal(report.calls, 1);
    assert_int_equal(report.commits, 1);
    free(tape.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_comes_out_the_same_OBS_6),
        cmocka_unit_test(no_pin_is_recorded_OBS_6),
        cmocka_unit_test(a_look_moves_no_clock_OBS_6_TIME_4),
        cmocka_unit_test(recordings_may_be_joined_OBS_6),
        cmocka_unit_test(misuse_is_a_call_at_its_time_OBS_6_TIME_4),
        cmocka_unit_test(a_cut_off_tail_is_said_OBS_6),
        cmocka_unit_test(damage_is_named_OBS_6),
        cmocka_unit_test(a_difference_names_frame_and_field_OBS_6),
        cmocka_unit_test(a_missing_frame_is_a_difference_OBS_6),
        cmocka_unit_test(a_full_disk_does_not_stop_the_service_OBS_6),
        cmocka_unit_test(no_memory_ends_the_recording_alone_OBS_6),
        cmocka_unit_test(replay_without_memory_says_so_OBS_6),
        cmocka_unit_test(misuse_is_named_OBS_6),
        cmocka_unit_test(every_field_is_recorded_OBS_6),
        cmocka_unit_test(the_shortest_names_and_an_epoch_are_recorded_OBS_6_STORE_9),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
