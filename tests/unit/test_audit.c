/* test_audit.c: the audit and explanations, as a host reads them: pages from a cursor of its own, numbers instead of names, one entry for each
 * thing that happened and no more, and never a name, a serial or a PIN in it (OBS-3). That nothing changes without an
 * entry is checked by hsvc_verify after every scenario. */
#include "desk.h"

static struct desk desk, *const d = &desk;
#define ROOM 200
static hsvc_audit_entry all[ROOM];

static hsvc_audit_cursor cursor_of(uint32_t kind, uint64_t number) {
    hsvc_audit_cursor cursor;
    OK(hsvc_audit_cursor_init(&cursor, sizeof cursor));
    cursor.subject_kind = kind;
    cursor.subject = number;
    return cursor;
}

/* read_on: what there is behind the cursor, in pages; how much it is. Texts of the last page only are good. */
static size_t read_on(hsvc_audit_cursor *cursor, size_t page) {
    size_t count = page, total = 0;
    while (count == page) {
        assert_true(total + page <= ROOM);
        OK(hsvc_audit_entry_init(&all[total], sizeof all[0]));
        OK(hsvc_audit_read(d->engine, cursor, &all[total], page, &count));
        total += count;
    }
    return total;
}

static size_t read_all(uint32_t kind, uint64_t number) {
    hsvc_audit_cursor cursor = cursor_of(kind, number);
    return read_on(&cursor, 50);
}

static hsvc_audit_entry newest(uint32_t kind, uint64_t number) {
    size_t count = read_all(kind, number);
    assert_true(count > 0);
    return all[count - 1];
}

static uint64_t number_of_phone(void) { return device_view(d, "P1").number; }

/* One phone, ann with S1, and bob, who has none; no PIN is asked. */
static int open_world(void **state) {
    hsvc_item profile = {"line", 4, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann@example", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "bob@example", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann@example", "SERIAL-1")), HSVC_REASON_ASSOCIATED);
    give_phone(d, "P1");
    return 0;
}

static int close_world(void **state) {
    (void)state;
    sound(d);
    desk_close(d);
    return 0;
}

static void submit_pin(const char *pin, uint32_t answer) {
    hsvc_input in;
    hsvc_effect effect;
    assert_int_equal(GIVE(d, hsvc_input_submit(&in, "P1", device_view(d, "P1").prompt_id, "ann@example", pin, strlen(pin))),
                     HSVC_REASON_VERIFYING);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, &effect), 1);
    give(d, (OK(hsvc_input_verify_result(&in, "P1", effect.request, answer)), &in));
}

static void sign_in(void) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "SERIAL-1", 1)), HSVC_REASON_PIN_ASKED);
    submit_pin("90817263", HSVC_VERIFY_WRONG);
    submit_pin("90817264", HSVC_VERIFY_OK);
}

/* ---- reading ---- */

static void pages_of_any_size_give_the_same_entries_OBS_3(void **state) {
    static hsvc_audit_entry once[ROOM];
    size_t count;
    (void)state;
    sign_in();
    count = read_all(0, 0);
    assert_true(count > 8);
    memcpy(once, all, sizeof once);
    for (size_t page = 1; page <= count + 1; page++) {
        hsvc_audit_cursor cursor = cursor_of(0, 0);
        assert_int_equal(read_on(&cursor, page), count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(all[i].subject, once[i].subject);
            assert_int_equal(all[i].sequence, once[i].sequence);
            assert_int_equal(all[i].reason, once[i].reason);
        }
    }
}

static void a_subjects_entries_are_in_its_own_order_and_a_cursor_goes_on_OBS_3(void **state) {
    hsvc_audit_cursor cursor = cursor_of(HSVC_SUBJECT_DEVICE, number_of_phone());
    hsvc_input in;
    size_t count = read_on(&cursor, 3);
    (void)state;
    for (size_t i = 0; i < count; i++) assert_int_equal(all[i].sequence, i + 1);
    for (size_t i = 1; i < count; i++) assert_memory_equal(all[i].before, all[i - 1].after, sizeof all[i].before);
    assert_int_equal(read_on(&cursor, 3), 0);
    assert_int_equal(GIVE(d, hsvc_input_call_begun(&in, "P1", 7, HSVC_CALL_ACTIVE)), HSVC_REASON_CALL_NOTED);
    assert_int_equal(read_on(&cursor, 3), 1);
    assert_int_equal(all[0].input, HSVC_INPUT_CALL_BEGUN);
    assert_int_equal(all[0].sequence, count + 1);
}

static void a_number_means_its_record_OBS_3(void **state) {
    hsvc_subject_view view;
    (void)state;
    OK(hsvc_subject_view_init(&view, sizeof view));
    OK(hsvc_subject_get(d->engine, user_view(d, "ANN@example").number, &view));
    assert_int_equal(view.kind, HSVC_SUBJECT_USER);
    assert_true(text_is(view.name, view.name_len, "ann@example"));
    OK(hsvc_subject_get(d->engine, headset_view(d, "SERIAL-1").number, &view));
    assert_int_equal(view.kind, HSVC_SUBJECT_HEADSET);
    assert_true(text_is(view.name, view.name_len, "SERIAL-1"));
    OK(hsvc_subject_get(d->engine, number_of_phone(), &view));
    assert_int_equal(view.kind, HSVC_SUBJECT_DEVICE);
    assert_int_equal(hsvc_subject_get(d->engine, 1, &view), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_subject_get(d->engine, 1, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_subject_get(NULL, 1, &view), HSVC_ERR_ARGUMENT);
}

static void facts_have_names_and_states_OBS_3(void **state) {
    hsvc_audit_entry entry;
    hsvc_audit_fact fact;
    size_t i = 0;
    int seen = 0;
    (void)state;
    sign_in();
    OK(hsvc_audit_fact_init(&fact, sizeof fact));
    read_all(HSVC_SUBJECT_DEVICE, number_of_phone());
    for (entry = all[0]; entry.reason != HSVC_REASON_SIGNED_IN; entry = all[i]) i++;
    for (i = 0; hsvc_audit_fact_at(&entry, i, &fact) == HSVC_OK; i++) {
        if (strcmp(fact.name, "session") == 0) {
            assert_string_equal(fact.before_name, "VACANT");
            assert_string_equal(fact.after_name, "SIGNED_IN");
            seen++;
        } else if (strcmp(fact.name, "user") == 0) {
            assert_int_equal(fact.subject_kind, HSVC_SUBJECT_USER);
            assert_int_equal(fact.before, 0);
            assert_int_equal(fact.after, user_view(d, "ann@example").number);
            seen++;
        }
    }
    assert_int_equal(seen, 2);
    assert_int_equal(hsvc_audit_fact_at(&entry, i, &fact), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_audit_fact_at(NULL, 0, &fact), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_audit_fact_at(&entry, 0, NULL), HSVC_ERR_ARGUMENT);
}

static void a_reader_is_told_of_misuse_SAFE_5(void **state) {
    hsvc_audit_cursor cursor = cursor_of(0, 0);
    size_t count;
    (void)state;
    OK(hsvc_audit_entry_init(&all[0], sizeof all[0]));
    assert_int_equal(hsvc_audit_read(NULL, &cursor, all, 1, &count), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_audit_read(d->engine, NULL, all, 1, &count), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_audit_read(d->engine, &cursor, NULL, 1, &count), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_audit_read(d->engine, &cursor, all, 1, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_audit_read(d->engine, &cursor, all, HSVC_LIMIT_AUDIT_PAGE + 1, &count), HSVC_ERR_LIMIT);
    OK(hsvc_audit_read(d->engine, &cursor, NULL, 0, &count));
    cursor.subject = 5; /* of no kind */
    assert_int_equal(hsvc_audit_read(d->engine, &cursor, all, 1, &count), HSVC_ERR_ARGUMENT);
    cursor.subject_kind = 9;
    assert_int_equal(hsvc_audit_read(d->engine, &cursor, all, 1, &count), HSVC_ERR_ARGUMENT);
    cursor = cursor_of(0, 0);
    cursor.position_len = sizeof cursor.position + 1;
    assert_int_equal(hsvc_audit_read(d->engine, &cursor, all, 1, &count), HSVC_ERR_ARGUMENT);
    cursor.position_len = 1; /* not a key of the audit */
    assert_int_equal(hsvc_audit_read(d->engine, &cursor, all, 1, &count), HSVC_ERR_ARGUMENT);
    cursor = cursor_of(0, 0);
    all[0].struct_size = 0;
    assert_int_equal(hsvc_audit_read(d->engine, &cursor, all, 1, &count), HSVC_ERR_STRUCT_SIZE);
}

static void damage_entry(uint64_t sequence) {
    struct hsvc__key key;
    hsvc__key_entry(&key, HSVC__FAMILY_DEVICE, number_of_phone(), sequence);
    row_put(&d->plain, key.bytes, key.len, "garbage", 7);
}

static void a_damaged_entry_is_told_once_and_passed_STORE_7(void **state) {
    hsvc_audit_cursor cursor = cursor_of(HSVC_SUBJECT_DEVICE, number_of_phone());
    hsvc_input in;
    size_t count;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_call_begun(&in, "P1", 7, HSVC_CALL_ACTIVE)), HSVC_REASON_CALL_NOTED);
    assert_int_equal(read_all(HSVC_SUBJECT_DEVICE, number_of_phone()), 3);
    damage_entry(2);
    OK(hsvc_audit_entry_init(&all[0], sizeof all[0]));
    OK(hsvc_audit_read(d->engine, &cursor, all, 10, &count));
    assert_int_equal(count, 1);
    assert_int_equal(hsvc_audit_read(d->engine, &cursor, all, 10, &count), HSVC_ERR_CORRUPT);
    assert_int_equal(count, 0);
    OK(hsvc_audit_read(d->engine, &cursor, all, 10, &count));
    assert_int_equal(count, 1);
    assert_int_equal(all[0].sequence, 3);
    damage_entry(2); /* so that the store is sound again, it goes */
    desk_close(d);
    open_world(NULL);
}

/* ---- what is entered ---- */

static void an_entry_names_nobody_and_holds_no_pin_OBS_3(void **state) {
    static const char *const secrets[] = {"ann@example", "bob@example", "SERIAL-1", "serial-1", "90817263", "90817264"};
    struct rows rows = {NULL, 0, 0, 0};
    hsvc_input in;
    size_t entries = 0;
    (void)state;
    sign_in();
    OK(hsvc_input_disassociate(&in, "SERIAL-1"));
    in.actor = "bob@example";
    in.actor_len = 11;
    assert_int_equal(give(d, &in), HSVC_REASON_DISASSOCIATED);
    rows_read(&rows, &d->plain, 0);
    for (size_t at = 0; at < rows.len;) {
        uint64_t head[3];
        size_t len;
        memcpy(head, rows.bytes + at, sizeof head);
        len = (size_t)(head[0] + head[1]);
        at += sizeof head;
        if (rows.bytes[at] == HSVC__FAMILY_ENTRY) {
            entries++;
            for (size_t s = 0; s < sizeof secrets / sizeof secrets[0]; s++)
                for (size_t i = 0; i + strlen(secrets[s]) <= len; i++)
                    assert_memory_not_equal(rows.bytes + at + i, secrets[s], strlen(secrets[s]));
        }
        at += len;
    }
    rows_free(&rows);
    assert_true(entries > 10);
    assert_int_equal(newest(HSVC_SUBJECT_HEADSET, headset_view(d, "SERIAL-1").number).actor_number, user_view(d, "bob@example").number);
}

static void each_firing_of_a_deadline_is_one_entry_OBS_3_TIME_3(void **state) {
    hsvc_input in;
    size_t before, fired = 0;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "SERIAL-1", 1)), HSVC_REASON_PIN_ASKED);
    before = read_all(HSVC_SUBJECT_DEVICE, number_of_phone());
    advance(d, HOUR);
    for (size_t i = before; i < read_all(HSVC_SUBJECT_DEVICE, number_of_phone()); i++) fired += all[i].input == 0;
    assert_int_equal(counters_of(d->engine).deadlines, fired);
    assert_true(fired > 0);
    before = read_all(0, 0);
    advance(d, HOUR);
    assert_int_equal(read_all(0, 0), before);
}

static void refusals_of_one_reason_are_one_entry_also_in_one_batch_OBS_3(void **state) {
    hsvc_input in, some[3];
    hsvc_audit_entry entry;
    size_t count;
    (void)state;
    for (size_t i = 0; i < 3; i++) OK(hsvc_input_menu_sign_out(&some[i], "P1"));
    OK(hsvc_apply(d->engine, some, 3, 0, d->fx));
    count = read_all(HSVC_SUBJECT_DEVICE, number_of_phone());
    entry = all[count - 1];
    assert_int_equal(entry.reason, HSVC_REASON_NO_SESSION);
    assert_int_equal(entry.accepted, 0);
    assert_int_equal(entry.count, 3);
    assert_int_equal(all[0].reason, HSVC_REASON_DONE);
    assert_int_equal(all[0].accepted, 1);
    advance(d, MINUTE);
    OK(hsvc_apply(d->engine, some, 1, 0, d->fx));
    assert_int_equal(read_all(HSVC_SUBJECT_DEVICE, number_of_phone()), count);
    assert_int_equal(all[count - 1].count, 4);
    assert_int_equal(all[count - 1].at_ms - all[count - 1].first_ms, MINUTE);
    assert_int_equal(GIVE(d, hsvc_input_headset_disconnected(&in, "P1", "SERIAL-1", 1)), HSVC_REASON_UNCHANGED); /* none */
    assert_int_equal(GIVE(d, hsvc_input_sign_in(&in, "P1", 77)), HSVC_REASON_PROMPT_STALE);
    assert_int_equal(read_all(HSVC_SUBJECT_DEVICE, number_of_phone()), count + 1);
    OK(hsvc_apply(d->engine, some, 1, 0, d->fx));
    assert_int_equal(newest(HSVC_SUBJECT_DEVICE, number_of_phone()).count, 1);
}

static int32_t nobody_may(const hsvc_input *in, void *user) {
    (void)in;
    (void)user;
    return HSVC_ERR_NOT_FOUND;
}

static void what_was_not_permitted_is_entered_OBS_9(void **state) {
    hsvc_config config = d->config;
    hsvc_audit_entry entry;
    hsvc_engine *engine;
    hsvc_input in;
    (void)state;
    config.permission = nobody_may;
    OK(hsvc_engine_new(&config, &engine));
    OK(hsvc_input_disassociate(&in, "SERIAL-1"));
    in.actor = "mallory";
    in.actor_len = 7;
    OK(hsvc_apply(engine, &in, 1, 0, d->fx));
    hsvc_engine_free(engine);
    entry = newest(HSVC_SUBJECT_HEADSET, headset_view(d, "SERIAL-1").number);
    assert_int_equal(entry.reason, HSVC_REASON_NOT_PERMITTED);
    assert_int_equal(entry.input, HSVC_INPUT_DISASSOCIATE);
    entry = newest(HSVC_SUBJECT_HEADSET, headset_view(d, "SERIAL-1").number);
    assert_string_equal(entry.actor, "mallory");
    assert_string_equal(entry.rule, "OBS-9");
    OK(hsvc_input_user_put(&in, "zoe", NULL, 0));
    in.actor = "m";
    in.actor_len = 1;
    OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
    assert_string_equal(newest(HSVC_SUBJECT_USER, user_view(d, "zoe").number).actor, "m");
}

static void what_does_not_happen_is_not_entered_OBS_7_STORE_3(void **state) {
    struct rows before = {NULL, 0, 0, 0};
    hsvc_input in[2];
    (void)state;
    OK(hsvc_input_call_begun(&in[0], "P1", 7, HSVC_CALL_ACTIVE));
    OK(hsvc_input_menu_sign_out(&in[1], "P1"));
    rows_read(&before, &d->plain, 1);
    OK(hsvc_apply(d->engine, in, 2, HSVC_APPLY_DRY_RUN, d->fx));
    OK(hsvc_apply(d->engine, in, 2, HSVC_APPLY_ALL_OR_NONE, d->fx));
    nothing_written(d, &before);
    rows_free(&before);
}

/* Two engines of one node make the same number; the second finds it taken and takes another. */
static void numbers_are_given_once_OBS_3(void **state) {
    hsvc_engine *other;
    hsvc_input in;
    uint64_t numbers[4];
    static const char *const names[] = {"u1", "u2", "u3", "u4"};
    (void)state;
    OK(hsvc_engine_new(&d->config, &other));
    for (size_t i = 0; i < 4; i++) {
        OK(hsvc_input_user_put(&in, names[i], NULL, 0));
        OK(hsvc_apply(i % 2 == 0 ? d->engine : other, &in, 1, 0, d->fx));
        numbers[i] = user_view(d, names[i]).number;
        for (size_t j = 0; j < i; j++) assert_int_not_equal(numbers[i], numbers[j]);
    }
    hsvc_engine_free(other);
}

/* The number that the next user will get is somebody's already: by the commit's own word, not by looking first. */
static void a_taken_number_is_nobody_elses_OBS_3(void **state) {
    uint8_t parts[24] = {0}, rest[8];
    struct hsvc__number taken;
    struct hsvc__arena arena;
    struct hsvc__key key;
    uint64_t revision = 0, numbers = 4; /* given so far: ann, bob, the headset, the phone */
    hsvc__str value;
    hsvc_input in;
    hsvc_op op;
    int64_t now;
    (void)state;
    OK(hsvc_manual_clock_get(d->clock, &now));
    hsvc__put64(rest, (uint64_t)now);
    memcpy(parts, rest, 8);
    hsvc__put64(rest, numbers + 1);
    memcpy(parts + 16, rest, 8);
    memset(&taken, 0, sizeof taken);
    taken.number = hsvc_hash64(parts, sizeof parts);
    taken.of = HSVC__FAMILY_USER;
    hsvc__arena_init(&arena, &d->allocator);
    OK(hsvc__record_encode(&taken, HSVC__FAMILY_NUMBER, &arena, &value));
    hsvc__key_number(&key, taken.number);
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = HSVC_OP_PUT;
    op.expect = HSVC_EXPECT_ABSENT;
    op.key = key.bytes;
    op.key_len = key.len;
    op.value = (const uint8_t *)value.p;
    op.value_len = value.n;
    OK(d->plain.commit(&op, 1, &revision, d->plain.user));
    hsvc__arena_free(&arena);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "carol", NULL, 0)), HSVC_REASON_DONE);
    assert_int_equal(counters_of(d->engine).conflicts, 1);
    assert_int_not_equal(user_view(d, "carol").number, taken.number);
}

/* ---- what an entry says of its place and time ---- */
static const hsvc_audit_entry *entry_of(uint32_t kind, uint32_t reason) {
    for (size_t i = read_all(0, 0); i-- > 0;)
        if (all[i].subject_kind == kind && all[i].reason == reason) return &all[i];
    fail_msg("%s is not entered", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)reason));
    return NULL;
}

static void what_an_input_did_not_name_is_0_in_its_entry_OBS_3(void **state) {
    const hsvc_audit_entry *entry = entry_of(HSVC_SUBJECT_USER, HSVC_REASON_DONE);
    (void)state;
    assert_int_equal(entry->input, HSVC_INPUT_USER_PUT);
    assert_int_equal(entry->device, 0);
    assert_int_equal(entry->headset, 0);
    assert_int_equal(entry->actor_number, 0);
}

/* Texts lie one behind the other; each of them ends in a NUL of its own, whatever its length. */
static void texts_of_an_entry_end_where_they_end_OBS_3(void **state) {
    static const char actor[] = "host-1/operator-with-a-name-of-some-length";
    hsvc_input in;
    (void)state;
    for (size_t len = 1; len < sizeof actor; len++) {
        const hsvc_audit_entry *entry;
        OK(hsvc_input_user_put(&in, "carol", NULL, 0));
        in.actor = actor;
        in.actor_len = len;
        (void)give(d, &in);
        (void)read_all(HSVC_SUBJECT_USER, user_view(d, "carol").number);
        entry = &all[len - 1];
        assert_int_equal(entry->actor_len, len);
        assert_int_equal(strlen(entry->actor), len);
        assert_int_not_equal(entry->rule[0], '\0');
    }
}

/* The digest is all that the audit has of a policy: each setting is in it, also the only one. */
static void another_policy_has_another_digest_OBS_3(void **state) {
    const hsvc_audit_entry *entry;
    hsvc_input in;
    uint64_t digest;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 0)), HSVC_REASON_POLICY_CHANGED);
    digest = entry_of(HSVC_SUBJECT_POLICY, HSVC_REASON_POLICY_CHANGED)->after[1];
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 1)), HSVC_REASON_POLICY_CHANGED);
    entry = entry_of(HSVC_SUBJECT_POLICY, HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(entry->before[1], digest);
    assert_int_not_equal(entry->after[1], digest);
}

/* The call ended a minute ago; that the PIN is asked for is news. */
static void what_follows_a_late_report_is_dated_when_it_follows_TIME_2_OBS_3(void **state) {
    int64_t now;
    hsvc_input in;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_call_begun(&in, "P1", 7, HSVC_CALL_ACTIVE)), HSVC_REASON_CALL_NOTED);
    OK(hsvc_input_headset_connected(&in, "P1", "SERIAL-1", 1));
    (void)give(d, &in);
    pass(d, 10 * MINUTE);
    OK(hsvc_manual_clock_get(d->clock, &now));
    OK(hsvc_input_call_ended(&in, "P1", 7));
    in.at_ms = now - MINUTE;
    (void)give(d, &in);
    assert_int_equal(entry_of(HSVC_SUBJECT_DEVICE, HSVC_REASON_PIN_ASKED)->at_ms, now);
    for (size_t i = read_all(HSVC_SUBJECT_DEVICE, number_of_phone()); i-- > 0;)
        if (all[i].input == HSVC_INPUT_CALL_ENDED) assert_int_equal(all[i].at_ms, now - MINUTE);
}

/* What was reported in the hold has times of its own, which are not the hold's. */
static void the_end_of_a_hold_is_dated_when_it_ends_PRES_8_OBS_3(void **state) {
    hsvc_input in;
    int64_t last;
    (void)state;
    OK(hsvc_input_policy_set(&in, HSVC_PARAM_FLAP_CONNECTS, HSVC_SCOPE_GLOBAL, 2));
    (void)give(d, &in);
    for (uint64_t handle = 1; handle <= 3; handle++) {
        OK(hsvc_input_headset_connected(&in, "P1", "SERIAL-1", handle));
        (void)give(d, &in);
        OK(hsvc_input_headset_disconnected(&in, "P1", "SERIAL-1", handle));
        (void)give(d, &in);
    }
    assert_int_equal(device_view(d, "P1").flapping, 1);
    pass(d, SECOND);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "SERIAL-2", 9)), HSVC_REASON_HELD);
    OK(hsvc_manual_clock_get(d->clock, &last));
    advance(d, 30 * SECOND);
    assert_int_equal(entry_of(HSVC_SUBJECT_DEVICE, HSVC_REASON_FLAPPING_OVER)->at_ms, last + 30 * SECOND);
    assert_true(headset_view(d, "SERIAL-2").connected);
}

/* A job's sweep is nobody's input. */
static void every_entry_is_of_an_input_that_there_is_or_of_none_OBS_3_USER_2(void **state) {
    hsvc_input in;
    size_t swept = 0;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "SERIAL-1", 1)), HSVC_REASON_PIN_ASKED);
    OK(hsvc_input_user_remove(&in, "ann@example"));
    (void)give(d, &in);
    for (int i = 0; i < 8; i++) advance(d, SECOND);
    for (size_t i = read_all(0, 0); i-- > 0;) {
        assert_true(all[i].input == 0 || hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)all[i].input)[0] != '\0');
        swept += all[i].input == 0 && all[i].subject_kind == HSVC_SUBJECT_DEVICE;
    }
    assert_true(swept > 0);
}

/* ---- explaining ---- */
static void explaining_is_bounded_and_told_of_misuse_OBS_2_SAFE_5(void **state) {
    static hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    struct rows before = {NULL, 0, 0, 0};
    size_t count, again;
    (void)state;
    rows_read(&before, &d->plain, 1);
    OK(hsvc_explained_init(&items[0], sizeof items[0]));
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, "p1", 2, items, HSVC_LIMIT_EXPLAINED, &count));
    assert_true(count > 20 && count < HSVC_LIMIT_EXPLAINED);
    for (size_t i = 0; i < count; i++) assert_true(items[i].name != NULL && items[i].name[0] != '\0');
    assert_string_equal(items[count - 1].name, "last_verdict");
    memset(&items[2], 0xa5, sizeof items[2]);
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, "p1", 2, items, 2, &again));
    assert_int_equal(again, count);
    assert_int_equal(items[2].kind, 0xa5a5a5a5);
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, "p1", 2, NULL, 0, &again));
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_HEADSET, " serial-1 ", 10, NULL, 0, &again));
    OK(hsvc_explain(d->engine, HSVC_SUBJECT_USER, "Ann@Example", 11, NULL, 0, &again));
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_USER, "nobody", 6, NULL, 0, &again), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, "p2", 2, NULL, 0, &again), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_HEADSET, "S9", 2, NULL, 0, &again), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_HEADSET, "  ", 2, NULL, 0, &again), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_POLICY, "x", 1, NULL, 0, &again), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_explain(NULL, HSVC_SUBJECT_USER, "x", 1, NULL, 0, &again), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_USER, NULL, 1, NULL, 0, &again), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_USER, "x", 1, NULL, 1, &again), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_USER, "x", 1, NULL, 0, NULL), HSVC_ERR_ARGUMENT);
    nothing_written(d, &before);
    rows_free(&before);
}

static void explaining_without_memory_is_an_error_OBS_2_SAFE_5(void **state) {
    int32_t status = HSVC_ERR_MEMORY;
    size_t count;
    (void)state;
    for (uint64_t nth = 1; status == HSVC_ERR_MEMORY && nth < 20; nth++) {
        OK(hsvc_count_alloc_fail(d->count, nth, 1));
        status = hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, "p1", 2, NULL, 0, &count);
        OK(hsvc_count_alloc_fail(d->count, 0, 0));
    }
    assert_int_equal(status, HSVC_OK);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(pages_of_any_size_give_the_same_entries_OBS_3),
        TEST(a_subjects_entries_are_in_its_own_order_and_a_cursor_goes_on_OBS_3),
        TEST(a_number_means_its_record_OBS_3),
        TEST(facts_have_names_and_states_OBS_3),
        TEST(a_reader_is_told_of_misuse_SAFE_5),
        TEST(a_damaged_entry_is_told_once_and_passed_STORE_7),
        TEST(an_entry_names_nobody_and_holds_no_pin_OBS_3),
        TEST(each_firing_of_a_deadline_is_one_entry_OBS_3_TIME_3),
        TEST(refusals_of_one_reason_are_one_entry_also_in_one_batch_OBS_3),
        TEST(what_was_not_permitted_is_entered_OBS_9),
        TEST(what_does_not_happen_is_not_entered_OBS_7_STORE_3),
        TEST(numbers_are_given_once_OBS_3),
        TEST(a_taken_number_is_nobody_elses_OBS_3),
        TEST(what_an_input_did_not_name_is_0_in_its_entry_OBS_3),
        TEST(texts_of_an_entry_end_where_they_end_OBS_3),
        TEST(another_policy_has_another_digest_OBS_3),
        TEST(what_follows_a_late_report_is_dated_when_it_follows_TIME_2_OBS_3),
        TEST(the_end_of_a_hold_is_dated_when_it_ends_PRES_8_OBS_3),
        TEST(every_entry_is_of_an_input_that_there_is_or_of_none_OBS_3_USER_2),
        TEST(explaining_is_bounded_and_told_of_misuse_OBS_2_SAFE_5),
        TEST(explaining_without_memory_is_an_error_OBS_2_SAFE_5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
