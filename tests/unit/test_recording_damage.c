/* test_recording_damage.c: a recording in which one thing was changed and the checksums put right, for every entry of every frame:
 * replayed it comes out the same, differently, or is said to be corrupt, and nothing else (OBS-6, SAFE-5). */
#include "desk.h"

#include "engine/recorder.h"
#include "headsetsvc/recording.h"

/* ---- a recording of everything that is recorded, as short as can be ---- */
struct tape {
    uint8_t bytes[1 << 16];
    size_t len;
};

static int32_t take_frame(const uint8_t *bytes, size_t len, void *user) {
    struct tape *tape = (struct tape *)user;
    assert_true(tape->len + len <= sizeof tape->bytes);
    memcpy(tape->bytes + tape->len, bytes, len);
    tape->len += len;
    return HSVC_OK;
}

static int32_t permit(const struct hsvc_input *input, void *user) {
    (void)user;
    return input->kind == HSVC_INPUT_USER_UNLOCK ? HSVC_ERR_NOT_FOUND : HSVC_OK;
}

/* request_in: of the PIN check that is asked for. */
static uint64_t request_in(const hsvc_effects *fx) {
    hsvc_effect effect;
    OK(hsvc_effect_init(&effect, sizeof effect));
    for (size_t i = 0; hsvc_effects_at(fx, i, &effect) == HSVC_OK; i++)
        if (effect.kind == HSVC_EFFECT_VERIFY_PIN) return effect.request;
    return 0;
}

/* look: at the device, which learns what another engine has set meanwhile. */
static void look(struct desk *d) {
    hsvc_config config = d->config;
    hsvc_engine *other;
    hsvc_explained item = {.struct_size = sizeof item};
    hsvc_input in;
    int64_t at;
    size_t count;
    config.recording = NULL;
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, "P1", 2, &item, 1, &count));
    OK(hsvc_next_deadline(d->engine, &at));
    OK(hsvc_engine_new(&config, &other));
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_CLOCK_SKEW_MAX, HSVC_SCOPE_GLOBAL, 60 * SECOND));
    OK(hsvc_apply(other, &in, 1, 0, d->fx));
    OK(hsvc_epoch_raise(other, 3));
    hsvc_engine_free(other);
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, "P1", 2, &item, 1, &count));
}

static void play(struct desk *d, int first) {
    hsvc_item items[2] = {{"ann-1", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0}, {"ann-2", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0}};
    hsvc_cursor cursor;
    hsvc_input in[2];
    int64_t at;
    if (first) {
        OK(hsvc_input_user_put(&in[0], "ann", items, 2));
        memset(in[0].request_id, 7, sizeof in[0].request_id);
        OK(hsvc_input_device_put(&in[1], "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED));
        OK(hsvc_apply(d->engine, in, 2, 0, d->fx));
        OK(hsvc_input_associate(&in[0], "ann", "S1"));
        OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
        OK(hsvc_input_device_registered(&in[0], "P1", 0, 0));
        OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
        OK(hsvc_input_headset_connected(&in[0], "P1", "S1", 1));
        OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
        OK(hsvc_input_submit(&in[0], "P1", device_view(d, "P1").prompt_id, "ann", (const uint8_t *)"1234", 4));
        OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
        OK(hsvc_input_verify_result(&in[0], "P1", request_in(d->fx), HSVC_VERIFY_OK));
        OK(hsvc_apply(d->engine, in, 1, 0, d->fx)); /* which of two profiles? */
        look(d);
    }
    OK(hsvc_input_user_unlock(&in[0], "ann"));
    OK(hsvc_apply(d->engine, in, 1, HSVC_APPLY_DRY_RUN, d->fx));
    OK(hsvc_input_init(&in[0], sizeof in[0], HSVC_INPUT_YES));
    assert_int_equal(hsvc_apply(d->engine, in, 1, 0, d->fx), HSVC_ERR_INPUT_MISSING);
    OK(hsvc_next_deadline(d->engine, &at));
    OK(hsvc_advance(d->engine, d->fx));
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    cursor.key_len = 2;
    memcpy(cursor.key, "p0", 2);
    OK(hsvc_resync(d->engine, NULL, &cursor, d->fx));
}

static struct tape whole, changed;

static int record(void **state) {
    struct desk d;
    (void)state;
    whole.len = 0;
    desk_ready(&d);
    d.config.recording = take_frame;
    d.config.recording_user = &whole;
    d.config.permission = permit;
    desk_start(&d);
    play(&d, 1);
    hsvc_engine_free(d.engine);
    OK(hsvc_engine_new(&d.config, &d.engine)); /* a second engine on the same recording */
    play(&d, 0);
    desk_close(&d);
    return 0;
}

/* ---- replaying ---- */
static int told, told_fails, told_off;
static hsvc_replay_report report;
static hsvc_difference difference; /* the last that was told */

static int32_t on_difference(const hsvc_difference *d, void *user) {
    (void)user;
    assert_non_null(d->frame_name);
    assert_non_null(d->group);
    assert_non_null(d->field);
    difference = *d;
    told++;
    return told_fails ? HSVC_ERR_NOT_FOUND : HSVC_OK;
}

static int32_t replay(const struct tape *tape, uint64_t fail) {
    hsvc_replay_config config;
    hsvc_count_alloc *count;
    hsvc_allocator allocator = {.struct_size = sizeof allocator};
    hsvc_alloc_counts counts;
    int32_t status;
    OK(hsvc_count_alloc_new(NULL, &count));
    OK(hsvc_count_alloc_bind(count, &allocator));
    OK(hsvc_replay_config_init(&config, sizeof config));
    OK(hsvc_replay_report_init(&report, sizeof report));
    config.allocator = &allocator;
    config.difference = told_off ? NULL : on_difference;
    OK(hsvc_count_alloc_fail(count, fail, 1));
    status = hsvc_replay(&config, tape->bytes, tape->len, &report);
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_count_alloc_counts(count, &counts));
    assert_int_equal(counts.live_blocks, 0);
    if (fail != 0 && counts.failures == 0) status = HSVC_ERR_NOT_FOUND;
    hsvc_count_alloc_free(count);
    return status;
}

static void comes_out(const struct tape *tape) {
    int32_t status = replay(tape, 0);
    if (status == HSVC_ERR_CALLBACK && told_fails) status = HSVC_ERR_DIFFERENT;
    if (status != HSVC_OK && status != HSVC_ERR_DIFFERENT && status != HSVC_ERR_CORRUPT)
        print_error("replayed: %s\n", hsvc_name(HSVC_REGISTRY_STATUS, status));
    assert_true(status == HSVC_OK || status == HSVC_ERR_DIFFERENT || status == HSVC_ERR_CORRUPT);
}

/* ---- changing ---- */
#ifdef HSVC_TEST_SLOW
#define STEP 8
#else
#define STEP 4
#endif
#define TAGS 3 /* of the tags, every third is put in the place of each: entries of one kind begin at many places */
static size_t frame_size(const uint8_t *at) { return HSVC__FRAME_HEAD_LEN + hsvc__get32(at + 4); }

static void seal(uint8_t *frame) {
    hsvc__put64(frame + 8, hsvc_hash64(frame + HSVC__FRAME_HEAD_LEN, hsvc__get32(frame + 4)) + hsvc__get64(frame));
}

/* cut_in: `changed` is the whole with the frame at `at` replaced by this payload of a type. */
static void cut_in(size_t at, uint8_t type, const uint8_t *payload, size_t len) {
    size_t rest = at + frame_size(whole.bytes + at);
    uint8_t *to = changed.bytes + at;
    memcpy(changed.bytes, whole.bytes, at);
    memcpy(to, whole.bytes + at, HSVC__FRAME_HEAD_LEN);
    to[2] = type;
    hsvc__put32(to + 4, (uint32_t)len);
    memcpy(to + HSVC__FRAME_HEAD_LEN, payload, len);
    seal(to);
    memcpy(to + HSVC__FRAME_HEAD_LEN + len, whole.bytes + rest, whole.len - rest);
    changed.len = at + HSVC__FRAME_HEAD_LEN + len + whole.len - rest;
}

static void each_entry_changed(size_t at, size_t entry_at, size_t next) {
    static const uint8_t tags[] = {0, HSVC__TAG_input, HSVC__TAG_item, HSVC__TAG_row, HSVC__TAG_outcome, HSVC__TAG_key, HSVC__TAG_value,
                                   HSVC__TAG_status, HSVC__TAG_now, HSVC__TAG_request_id, 63, 255};
    uint8_t payload[1 << 14];
    size_t len = frame_size(whole.bytes + at) - HSVC__FRAME_HEAD_LEN;
    const uint8_t *from = whole.bytes + at + HSVC__FRAME_HEAD_LEN;
    uint8_t type = whole.bytes[at + 2];
    assert_true(len + 1000 <= sizeof payload);
    for (size_t i = entry_at % TAGS; i < sizeof tags; i += TAGS) {
        memcpy(payload, from, len);
        payload[entry_at] = tags[i];
        cut_in(at, type, payload, len);
        comes_out(&changed);
    }
    memcpy(payload, from, entry_at); /* left out */
    memcpy(payload + entry_at, from + next, len - next);
    cut_in(at, type, payload, len - (next - entry_at));
    comes_out(&changed);
    if (next > entry_at + 5 && from[entry_at] < HSVC__TAG_status) { /* a text that is longer than any of ours */
        memcpy(payload, from, entry_at + 1);
        hsvc__put32(payload + entry_at + 1, 700);
        memset(payload + entry_at + 5, 'x', 700);
        memcpy(payload + entry_at + 705, from + next, len - next);
        cut_in(at, type, payload, entry_at + 705 + len - next);
        comes_out(&changed);
    }
    memcpy(payload, from, next); /* twice */
    memcpy(payload + next, from + entry_at, len - entry_at);
    if (len + next - entry_at <= sizeof payload) {
        cut_in(at, type, payload, len + next - entry_at);
        comes_out(&changed);
    }
    for (size_t byte = entry_at + 1; byte < next && byte < entry_at + 10; byte += STEP)
        for (unsigned bits = 1; bits < 256; bits = bits * 255 + (bits == 255)) {
            memcpy(payload, from, len);
            payload[byte] ^= (uint8_t)bits;
            cut_in(at, type, payload, len);
            comes_out(&changed);
        }
    for (size_t end = entry_at + 1; end < next && end < entry_at + 8; end += 3) { /* cut off within */
        cut_in(at, type, from, end);
        comes_out(&changed);
    }
}

static void every_entry_changed_is_told_or_harmless_OBS_6(void **state) {
    (void)state;
    OK(replay(&whole, 0));
    for (int round = 0; round < 2; round++)
        for (size_t at = 0; at < whole.len; at += frame_size(whole.bytes + at)) {
            struct hsvc__frame frame;
            struct hsvc__piece entry;
            OK(hsvc__frame_at(whole.bytes + at, whole.len - at, &frame));
            for (size_t entry_at = 0, next = 0; hsvc__entry_at(&frame, &next, &entry) == HSVC_OK && entry.tag != 0; entry_at = next)
                if (round == 0 || entry_at == 0) each_entry_changed(at, entry_at, next);
            told_fails = round;
        }
    told_off = 1; /* nobody listens */
    each_entry_changed(0, 0, 9);
    told_off = told_fails = 0;
    assert_true(told > 1000);
}

static void every_frame_of_another_type_left_out_twice_or_cut_off_is_told_OBS_6(void **state) {
    (void)state;
    told_off = told_fails = 0;
    for (size_t at = 0; at < whole.len; at += frame_size(whole.bytes + at)) {
        size_t size = frame_size(whole.bytes + at);
        for (uint8_t type = 0; type < 16; type++) {
            cut_in(at, type, whole.bytes + at + HSVC__FRAME_HEAD_LEN, size - HSVC__FRAME_HEAD_LEN);
            comes_out(&changed);
        }
        memcpy(changed.bytes, whole.bytes, at); /* left out */
        memcpy(changed.bytes + at, whole.bytes + at + size, whole.len - at - size);
        changed.len = whole.len - size;
        comes_out(&changed);
        memcpy(changed.bytes, whole.bytes, at + size); /* twice */
        memcpy(changed.bytes + at + size, whole.bytes + at, whole.len - at);
        changed.len = whole.len + size;
        comes_out(&changed);
        memcpy(changed.bytes, whole.bytes, whole.len); /* a checksum that is wrong */
        changed.bytes[at + 9] ^= 1;
        changed.len = whole.len;
        comes_out(&changed);
        for (size_t end = at; end < at + size; end += 1 + size / 3) {
            changed = whole;
            changed.len = end;
            OK(replay(&changed, 0)); /* truncated is said in the report */
        }
    }
    assert_true(told > 100);
}

static void a_call_that_begins_inside_another_is_damage_OBS_6(void **state) {
    int calls = 0;
    (void)state;
    for (size_t at = 0; at < whole.len; at += frame_size(whole.bytes + at)) {
        size_t size = frame_size(whole.bytes + at);
        if (whole.bytes[at + 2] != HSVC_FRAME_CALL) continue;
        memcpy(changed.bytes, whole.bytes, at + size);
        memcpy(changed.bytes + at + size, whole.bytes + at, whole.len - at);
        changed.len = whole.len + size;
        assert_int_equal(replay(&changed, 0), HSVC_ERR_CORRUPT);
        calls++;
    }
    assert_true(calls > 10);
}

/* However much of it is there: the rest is in memory here, and must not be looked at. */
static void a_frame_of_which_the_end_is_missing_is_none_OBS_6(void **state) {
    struct hsvc__frame frame;
    (void)state;
    for (size_t at = 0; at < whole.len; at += frame_size(whole.bytes + at))
        for (size_t len = 0; len < frame_size(whole.bytes + at); len++)
            assert_int_equal(hsvc__frame_at(whole.bytes + at, len, &frame), HSVC_ERR_NOT_FOUND);
}

static void a_replay_that_is_short_of_memory_says_so_SAFE_5(void **state) {
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        int32_t status = replay(&whole, nth);
        if (status == HSVC_ERR_NOT_FOUND) break;
        if (status == HSVC_OK) assert_int_equal(report.bytes, whole.len); /* it was not needed */
        else assert_int_equal(status, HSVC_ERR_MEMORY);
        assert_true(nth < 1000);
    }
}

/* Found by fuzzing: the engine refuses such flags, which the replay handed on as its caller's own mistake. */
static void an_engine_with_flags_that_nobody_knows_is_damage_OBS_6(void **state) {
    uint8_t payload[256];
    size_t len = frame_size(whole.bytes) - HSVC__FRAME_HEAD_LEN;
    (void)state;
    assert_int_equal(whole.bytes[2], HSVC_FRAME_HEAD);
    assert_true(len + 9 <= sizeof payload);
    memcpy(payload, whole.bytes + HSVC__FRAME_HEAD_LEN, len);
    payload[len] = HSVC__TAG_flags;
    hsvc__put64(payload + len + 1, UINT64_C(1) << 40 | 0x4000);
    cut_in(0, HSVC_FRAME_HEAD, payload, len + 9);
    assert_int_equal(replay(&changed, 0), HSVC_ERR_CORRUPT);
    assert_int_equal(report.bytes, 0);
}

static void names_of_nothing_are_empty_OBS_6(void **state) {
    (void)state;
    assert_string_equal(hsvc__frame_name(0), "");
    assert_string_equal(hsvc__frame_name(1000), "");
    assert_string_equal(hsvc__tag_name(0), "");
    assert_string_equal(hsvc__tag_name(1000), "");
    assert_false(hsvc__tag_is_group(1000));
}

/* find_entry: the first entry of this tag that ends an END, or does not; where the frame begins, and in the payload where the entry
 * begins and ends. */
static size_t find_entry(uint32_t tag, int is_last, size_t *begin, size_t *end) {
    struct hsvc__frame frame;
    for (size_t at = 0; hsvc__frame_at(whole.bytes + at, whole.len - at, &frame) == HSVC_OK; at += frame.size) {
        struct hsvc__piece entry = {.tag = 1};
        *end = 0;
        while (frame.type == HSVC_FRAME_END && entry.tag != 0) {
            *begin = *end;
            OK(hsvc__entry_at(&frame, end, &entry));
            if (entry.tag == tag && (*end == frame.len) == is_last) return at;
        }
    }
    fail();
    return 0;
}

/* Of a decision that came out with more than was recorded the difference names what is more, wherever it stands. */
static void what_was_not_recorded_is_told_by_its_name_OBS_6(void **state) {
    static const uint32_t tags[] = {HSVC__TAG_at_ms, HSVC__TAG_reason}; /* the last of its frame, and one in between */
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint8_t payload[1 << 14];
        size_t begin, end, at = find_entry(tags[i], i == 0, &begin, &end), len = frame_size(whole.bytes + at) - HSVC__FRAME_HEAD_LEN;
        const uint8_t *from = whole.bytes + at + HSVC__FRAME_HEAD_LEN;
        assert_true(len <= sizeof payload);
        memcpy(payload, from, begin);
        memcpy(payload + begin, from + end, len - end);
        cut_in(at, HSVC_FRAME_END, payload, len - (end - begin));
        assert_int_equal(replay(&changed, 0), HSVC_ERR_DIFFERENT);
        assert_string_equal(difference.frame_name, "END");
        assert_string_equal(difference.field, hsvc__tag_name(tags[i]));
        assert_int_equal(difference.expected_number, 0);
        assert_int_equal(difference.came_number, hsvc__get64(from + begin + 1));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_changed_is_told_or_harmless_OBS_6),
        cmocka_unit_test(every_frame_of_another_type_left_out_twice_or_cut_off_is_told_OBS_6),
        cmocka_unit_test(a_call_that_begins_inside_another_is_damage_OBS_6),
        cmocka_unit_test(a_frame_of_which_the_end_is_missing_is_none_OBS_6),
        cmocka_unit_test(a_replay_that_is_short_of_memory_says_so_SAFE_5),
        cmocka_unit_test(an_engine_with_flags_that_nobody_knows_is_damage_OBS_6),
        cmocka_unit_test(names_of_nothing_are_empty_OBS_6),
        cmocka_unit_test(what_was_not_recorded_is_told_by_its_name_OBS_6),
    };
    return cmocka_run_group_tests(tests, record, NULL);
}
