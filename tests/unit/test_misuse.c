/* test_misuse.c: bad use gets a name, each its own, and leaves every byte of the store as it was: calls that no program
 * should make are a status, what a phone or a file could have sent is a verdict (ID-1, ID-6, SAFE-5). */
#include "desk.h"

static struct desk desk, *const d = &desk;
static struct rows before;

/* ---- the field matrix, as fields.def has it ---- */

enum { ID = 1, NAME, SERIAL, TEXT, BYTES, NUMBER, ITEMS };
#define LENGTH(limit) HSVC_LIMIT_##limit
#define LIMIT_ID(limit) LENGTH(limit)
#define LIMIT_NAME(limit) LENGTH(limit)
#define LIMIT_SERIAL(limit) LENGTH(limit)
#define LIMIT_TEXT(limit) LENGTH(limit)
#define LIMIT_BYTES(limit) LENGTH(limit)
#define LIMIT_NUMBER(limit) 0
#define LIMIT_ITEMS(limit) LENGTH(limit)

struct field {
    uint32_t bit;
    uint32_t type;
    uint32_t limit;
    const char *name;
};
static const struct field fields[] = {
#define IFIELD(name, bit, type, limit, text) {bit, type, LIMIT_##type(limit), #name},
#include "engine/fields.def"
#undef IFIELD
};
#define FIELDS (sizeof fields / sizeof fields[0])

enum {
#define IFIELD(name, bit, type, limit, text) BIT_##name = bit,
#include "engine/fields.def"
#undef IFIELD
};
#define F(name) (1u << BIT_##name)

struct takes {
    uint32_t kind;
    uint32_t required;
    uint32_t optional;
};
static const struct takes kinds[] = {
#define TAKES(kind, required, optional) {HSVC_INPUT_##kind, required, optional},
#include "engine/fields.def"
#undef TAKES
};
#define KINDS (sizeof kinds / sizeof kinds[0])

#define I(name) (1u << HSVC_ITEM_##name)
static const struct {
    uint32_t kind;
    uint32_t states;
    uint32_t flags;
    uint32_t items;
} bounds[] = {
#define BOUNDS(kind, states, flags, items) {HSVC_INPUT_##kind, states, flags, items},
#include "engine/fields.def"
#undef BOUNDS
};
#define BOUNDED (sizeof bounds / sizeof bounds[0])

static const struct takes *takes_of(uint32_t kind) {
    size_t i = 0;
    while (kinds[i].kind != kind) i++;
    return &kinds[i];
}

/* ---- making inputs from field numbers ---- */

static hsvc_item item_for(uint32_t kind) {
    hsvc_item item;
    int calls = kind == HSVC_INPUT_CALL_SNAPSHOT || kind == HSVC_INPUT_CALL_ANSWER;
    memset(&item, 0, sizeof item);
    item.kind = kind == HSVC_INPUT_USER_PUT ? HSVC_ITEM_PROFILE : calls ? HSVC_ITEM_CALL : HSVC_ITEM_HEADSET;
    if (calls) {
        item.number = 1;
        item.state = HSVC_CALL_ACTIVE;
    } else {
        item.text = "x";
        item.text_len = 1;
    }
    return item;
}

static hsvc_item one_item;

#define SET_ID(in, name) \
    (in)->name = text;   \
    (in)->name##_len = len
#define SET_NAME(in, name) SET_ID(in, name)
#define SET_SERIAL(in, name) SET_ID(in, name)
#define SET_TEXT(in, name) SET_ID(in, name)
#define SET_BYTES(in, name)              \
    (in)->name = (const uint8_t *)text; \
    (in)->name##_len = len
#define SET_NUMBER(in, name) (in)->name = 1
#define SET_ITEMS(in, name)             \
    one_item = item_for((in)->kind);    \
    (in)->items = &one_item;            \
    (in)->item_count = 1;               \
    (in)->item_size = sizeof(hsvc_item)

/* set_field: a text field becomes the text, a number 1, items one item that the kind takes. */
static void set_field(hsvc_input *in, uint32_t bit, const char *text, size_t len) {
    switch (bit) {
#define IFIELD(name, number, type, limit, about) \
    case number: SET_##type(in, name); break;
#include "engine/fields.def"
#undef IFIELD
        default: fail();
    }
}

/* input_of: an input of a kind with these fields, each as small as it can be. */
static hsvc_input input_of(uint32_t kind, uint32_t set) {
    hsvc_input in;
    OK(hsvc_input_init(&in, sizeof in, kind));
    for (size_t f = 0; f < FIELDS; f++)
        if (set >> fields[f].bit & 1u) set_field(&in, fields[f].bit, "x", 1);
    return in;
}

/* kind_with: a kind that takes this field. */
static const struct takes *kind_with(uint32_t bit) {
    size_t i = 0;
    while (!((kinds[i].required | kinds[i].optional) >> bit & 1u)) i++;
    return &kinds[i];
}

/* ---- every test: a store with something in it, which must not change ---- */

static int open_desk(void **state) {
    hsvc_item profile = {"ann-1", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                                                   HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_ASSOCIATION_ASKED);
    rows_read(&before, &d->plain, 1);
    return 0;
}

static int close_desk(void **state) {
    (void)state;
    nothing_written(d, &before);
    rows_free(&before);
    sound(d);
    desk_close(d);
    return 0;
}

/* refused_call: this status, an empty batch, and the problem's index and field. */
static void refused_call(const hsvc_input *in, int32_t status, uint32_t field) {
    hsvc_problem problem;
    int32_t given = hsvc_apply(d->engine, in, 1, 0, d->fx);
    if (given != status)
        print_error("%s gives %s\n", hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)in->kind),
                    hsvc_name(HSVC_REGISTRY_STATUS, given));
    assert_int_equal(given, status);
    assert_int_equal(hsvc_effects_count(d->fx), 0);
    assert_int_equal(hsvc_verdict_count(d->fx), 0);
    problem = problem_of(d->fx);
    assert_int_equal(problem.status, status);
    assert_int_equal(problem.input_index, 0);
    assert_int_equal(problem.field, field);
}

static void refused(const hsvc_input *in, uint32_t reason, uint32_t field, int64_t limit) {
    hsvc_verdict verdict;
    OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
    verdict = verdict_of(d->fx, 0);
    assert_int_equal(verdict.accepted, 0);
    assert_string_equal(hsvc_name(HSVC_REGISTRY_REASON, (int32_t)verdict.reason),
                        hsvc_name(HSVC_REGISTRY_REASON, (int32_t)reason));
    assert_int_equal(verdict.field, field);
    assert_int_equal(verdict.limit, limit);
    assert_true(verdict.rule[0] != 0);
    assert_int_equal(hsvc_effects_count(d->fx), 0);
}

/* ---- the matrix ---- */

static void a_field_that_the_kind_does_not_use_is_named_SAFE_5(void **state) {
    (void)state;
    for (size_t k = 0; k < KINDS; k++)
        for (size_t f = 0; f < FIELDS; f++) {
            uint32_t bit = fields[f].bit;
            hsvc_input in = input_of(kinds[k].kind, kinds[k].required | 1u << bit);
            if ((kinds[k].required | kinds[k].optional) >> bit & 1u) continue;
            refused_call(&in, HSVC_ERR_INPUT_FIELD, bit + 1);
        }
}

static void a_required_field_that_is_missing_is_named_SAFE_5(void **state) {
    (void)state;
    for (size_t k = 0; k < KINDS; k++)
        for (size_t f = 0; f < FIELDS; f++) {
            uint32_t bit = fields[f].bit;
            hsvc_input in = input_of(kinds[k].kind, kinds[k].required & ~(1u << bit));
            if (kinds[k].required >> bit & 1u) refused_call(&in, HSVC_ERR_INPUT_MISSING, bit + 1);
        }
}

static void a_device_without_a_profile_of_its_own_is_not_created_SAFE_1(void **state) {
    hsvc_input in;
    (void)state;
    OK(hsvc_input_init(&in, sizeof in, HSVC_INPUT_DEVICE_PUT));
    in.device = "P9";
    in.device_len = 2;
    in.state = HSVC_DEVICE_SHARED;
    refused_call(&in, HSVC_ERR_INPUT_MISSING, HSVC_FIELD_PROFILE);
    in.profile = "";
    refused_call(&in, HSVC_ERR_INPUT_MISSING, HSVC_FIELD_PROFILE);
}

/* All that a kind may have, each as small as it can be, is a decision, never an error. Nothing is committed here. */
static void every_kind_with_all_its_fields_is_decided_OBS_1(void **state) {
    (void)state;
    for (size_t k = 0; k < KINDS; k++)
        for (int all = 0; all <= 1; all++) {
            hsvc_input in = input_of(kinds[k].kind, kinds[k].required | (all ? kinds[k].optional : 0));
            hsvc_verdict verdict;
            in.actor = "root";
            in.actor_len = 4;
            in.request_id[3] = 7;
            OK(hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx));
            verdict = verdict_of(d->fx, 0);
            assert_string_not_equal(hsvc_name(HSVC_REGISTRY_REASON, (int32_t)verdict.reason), "UNKNOWN");
            assert_true(verdict.rule != NULL && verdict.rule[0] != 0);
            assert_int_equal(verdict.accepted, verdict.em_code == -1);
        }
}

static void a_kind_that_does_not_exist_is_named_SAFE_5(void **state) {
    static const uint32_t none[] = {0,   1,   100, 110, 120, 129,         146,       170,
                                    175, 183, 200, 216, 301, 0x80000000u, UINT32_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        hsvc_input in;
        OK(hsvc_input_init(&in, sizeof in, none[i]));
        refused_call(&in, HSVC_ERR_INPUT_KIND, 0);
    }
}

/* ---- texts ---- */

static int is_text(const struct field *field) { return field->type <= BYTES; }

static void a_length_without_a_pointer_is_named_SAFE_5(void **state) {
    (void)state;
    for (size_t f = 0; f < FIELDS; f++) {
        const struct takes *takes = kind_with(fields[f].bit);
        hsvc_input in = input_of(takes->kind, takes->required);
        if (!is_text(&fields[f])) continue;
        set_field(&in, fields[f].bit, NULL, 1);
        refused_call(&in, HSVC_ERR_ARGUMENT, fields[f].bit + 1);
    }
}

static void lengths_are_taken_up_to_the_limit_and_never_cut_ID_1(void **state) {
    static char text[HSVC_LIMIT_TEXT_LEN + 1];
    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t f = 0; f < FIELDS; f++) {
        const struct takes *takes = kind_with(fields[f].bit);
        hsvc_input in = input_of(takes->kind, takes->required);
        if (!is_text(&fields[f])) continue;
        set_field(&in, fields[f].bit, text, fields[f].limit);
        OK(hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx));
        assert_int_not_equal(said(d->fx, 0), HSVC_REASON_TEXT_TOO_LONG);
        set_field(&in, fields[f].bit, text, fields[f].limit + 1);
        refused(&in, HSVC_REASON_TEXT_TOO_LONG, fields[f].bit + 1, fields[f].limit);
    }
}

/* A length that is a mistake (a negative number, say) must be refused before anything is read by it. */
static void an_absurd_length_is_refused_unread_SAFE_5(void **state) {
    static const size_t absurd[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 1, SIZE_MAX / 4};
    char *one = malloc(1);
    (void)state;
    assert_non_null(one);
    *one = 'a';
    for (size_t f = 0; f < FIELDS; f++)
        for (size_t i = 0; i < sizeof absurd / sizeof absurd[0] && is_text(&fields[f]); i++) {
            const struct takes *takes = kind_with(fields[f].bit);
            hsvc_input in = input_of(takes->kind, takes->required);
            set_field(&in, fields[f].bit, one, absurd[i]);
            refused(&in, HSVC_REASON_TEXT_TOO_LONG, fields[f].bit + 1, fields[f].limit);
        }
    free(one);
}

/* F10. */
static void bytes_that_are_no_text_are_refused_ID_6(void **state) {
    static const struct {
        const char *bytes;
        size_t len;
        uint32_t reason;
    } bad[] = {
        {"\xff", 1, HSVC_REASON_TEXT_NOT_UTF8},         {"a\xc3", 2, HSVC_REASON_TEXT_NOT_UTF8},
        {"\xc0\xaf", 2, HSVC_REASON_TEXT_NOT_UTF8},     {"\xed\xa0\x80", 3, HSVC_REASON_TEXT_NOT_UTF8},
        {"a\0b", 3, HSVC_REASON_TEXT_CONTROL},          {"a\x1f", 2, HSVC_REASON_TEXT_CONTROL},
        {"a\x7f", 2, HSVC_REASON_TEXT_CONTROL},         {"a\xc2\x85", 3, HSVC_REASON_TEXT_CONTROL},
        {"\xf4\x90\x80\x80", 4, HSVC_REASON_TEXT_NOT_UTF8},
    };
    (void)state;
    for (size_t f = 0; f < FIELDS; f++)
        for (size_t i = 0; i < sizeof bad / sizeof bad[0] && fields[f].type <= TEXT; i++) {
            const struct takes *takes = kind_with(fields[f].bit);
            hsvc_input in = input_of(takes->kind, takes->required);
            set_field(&in, fields[f].bit, bad[i].bytes, bad[i].len);
            refused(&in, bad[i].reason, fields[f].bit + 1, 0);
        }
}

/* The actor is a text like any other; it has no number among the fields. */
static void the_actor_is_checked_like_any_text_OBS_9_ID_6(void **state) {
    static char text[HSVC_LIMIT_USER_ID_LEN + 1];
    hsvc_input in = input_of(HSVC_INPUT_USER_UNLOCK, F(user));
    (void)state;
    memset(text, 'a', sizeof text);
    in.actor_len = 1;
    OK(in.actor == NULL ? HSVC_OK : HSVC_ERR_BUG);
    refused_call(&in, HSVC_ERR_ARGUMENT, HSVC_FIELD_ACTOR);
    in.actor = text;
    in.actor_len = sizeof text;
    refused(&in, HSVC_REASON_TEXT_TOO_LONG, HSVC_FIELD_ACTOR, HSVC_LIMIT_USER_ID_LEN);
    in.actor_len = SIZE_MAX;
    refused(&in, HSVC_REASON_TEXT_TOO_LONG, HSVC_FIELD_ACTOR, HSVC_LIMIT_USER_ID_LEN);
    in.actor = "\xff";
    in.actor_len = 1;
    refused(&in, HSVC_REASON_TEXT_NOT_UTF8, HSVC_FIELD_ACTOR, 0);
    in.actor = "a\nb";
    in.actor_len = 3;
    refused(&in, HSVC_REASON_TEXT_CONTROL, HSVC_FIELD_ACTOR, 0);
}

/* ---- numbers ---- */

static void a_state_outside_its_list_is_named_SAFE_5(void **state) {
    (void)state;
    for (size_t b = 0; b < BOUNDED; b++) {
        hsvc_input in = input_of(bounds[b].kind, takes_of(bounds[b].kind)->required);
        if (bounds[b].states == 0) continue;
        in.state = bounds[b].states + 1;
        refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_STATE);
        in.state = UINT32_MAX;
        refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_STATE);
    }
}

static void an_unknown_flag_of_an_input_is_named_SAFE_5(void **state) {
    (void)state;
    for (size_t b = 0; b < BOUNDED; b++) {
        hsvc_input in = input_of(bounds[b].kind, takes_of(bounds[b].kind)->required);
        int takes_flags = ((takes_of(bounds[b].kind)->optional >> BIT_flags) & 1u) != 0;
        assert_int_equal(takes_flags, bounds[b].flags != 0);
        for (uint32_t bit = 0; bit < 32 && takes_flags; bit++) {
            in.flags = 1u << bit;
            if (!(bounds[b].flags & in.flags)) refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_FLAGS);
        }
    }
}

/* Every kind that takes a state, flags or items must say which: else anything would be taken. */
static void every_list_has_its_bounds_SAFE_5(void **state) {
    uint32_t listed = F(state) | F(flags) | F(items);
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        size_t b = 0;
        while (b < BOUNDED && bounds[b].kind != kinds[k].kind) b++;
        assert_int_equal(b < BOUNDED, ((kinds[k].required | kinds[k].optional) & listed) != 0);
    }
}

static void an_event_time_that_cannot_be_is_named_TIME_2(void **state) {
    static const int64_t never[] = {-1, INT64_MIN, HSVC_LIMIT_TIME + 1, INT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        hsvc_input in = input_of(HSVC_INPUT_USER_ACTIVITY, F(device));
        in.at_ms = never[i];
        refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_AT_MS);
    }
}

/* ---- items ---- */

static hsvc_input snapshot_of(const hsvc_item *items, size_t count) {
    hsvc_input in;
    OK(hsvc_input_presence_snapshot(&in, "P1", items, count));
    return in;
}

static void items_beyond_the_limit_are_named_SAFE_5(void **state) {
    static hsvc_item items[HSVC_LIMIT_ITEMS_PER_INPUT + 1];
    hsvc_input in;
    (void)state;
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) items[i] = item_for(HSVC_INPUT_USER_PUT);
    OK(hsvc_input_user_put(&in, "ann", items, HSVC_LIMIT_ITEMS_PER_INPUT + 1));
    refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_ITEMS);
    in.item_count = SIZE_MAX;
    refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_ITEMS);
    in.item_count = HSVC_LIMIT_PROFILES_PER_USER + 1;
    refused(&in, HSVC_REASON_LIST_FULL, HSVC_FIELD_ITEMS, HSVC_LIMIT_PROFILES_PER_USER);
    in.item_count = HSVC_LIMIT_PROFILES_PER_USER;
    OK(hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_DONE);
}

static void items_of_the_wrong_kind_are_named_SAFE_5(void **state) {
    static const uint32_t odd[] = {0, 4, 31, 32, 33, UINT32_MAX};
    hsvc_item item = item_for(HSVC_INPUT_PRESENCE_SNAPSHOT);
    hsvc_input in = snapshot_of(&item, 1);
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        item.kind = odd[i];
        refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_ITEMS);
    }
    for (size_t b = 0; b < BOUNDED; b++)
        for (uint32_t kind = HSVC_ITEM_HEADSET; kind <= HSVC_ITEM_PROFILE && bounds[b].items != 0; kind++) {
            in = input_of(bounds[b].kind, takes_of(bounds[b].kind)->required | F(items));
            one_item.kind = kind;
            one_item.state = kind == HSVC_ITEM_CALL ? HSVC_CALL_ACTIVE : 0;
            if (!(bounds[b].items >> kind & 1u)) refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_ITEMS);
        }
}

/* CALL_ENDED cannot name call 0: a list that could would make a call that nobody ends. */
static void a_call_of_a_list_has_a_number_SAFE_5_CALL_1(void **state) {
    hsvc_item item = item_for(HSVC_INPUT_CALL_SNAPSHOT);
    hsvc_input in = input_of(HSVC_INPUT_CALL_SNAPSHOT, takes_of(HSVC_INPUT_CALL_SNAPSHOT)->required | F(items));
    (void)state;
    item.number = 0;
    in.items = &item;
    refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_ITEMS);
}

static void items_of_an_impossible_size_are_named_SAFE_5(void **state) {
    static const size_t odd[] = {0, 1, sizeof(hsvc_item) - 1, HSVC_LIMIT_STRUCT_SIZE + 1, SIZE_MAX};
    hsvc_item item = item_for(HSVC_INPUT_PRESENCE_SNAPSHOT);
    hsvc_input in = snapshot_of(&item, 1);
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        in.item_size = odd[i];
        refused_call(&in, HSVC_ERR_STRUCT_SIZE, HSVC_FIELD_ITEMS);
    }
    in.item_size = sizeof item;
    in.items = NULL;
    refused_call(&in, HSVC_ERR_ARGUMENT, HSVC_FIELD_ITEMS);
}

/* What a newer caller says in a field that this library does not know is never dropped in silence. */
static void items_with_an_unknown_tail_are_named_SAFE_5(void **state) {
    struct {
        hsvc_item item;
        uint64_t news;
    } longer[2];
    hsvc_input in;
    (void)state;
    memset(longer, 0, sizeof longer);
    in = snapshot_of(&longer[0].item, 2);
    longer[0].item = longer[1].item = item_for(HSVC_INPUT_PRESENCE_SNAPSHOT);
    in.item_size = sizeof longer[0];
    OK(hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx));
    longer[1].news = 1;
    refused_call(&in, HSVC_ERR_STRUCT_TAIL, HSVC_FIELD_ITEMS);
}

static void fields_that_the_item_does_not_use_are_named_SAFE_5(void **state) {
    static const uint32_t of[] = {HSVC_INPUT_PRESENCE_SNAPSHOT, HSVC_INPUT_CALL_SNAPSHOT, HSVC_INPUT_USER_PUT};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (int field = 0; field < 5; field++) {
            hsvc_input in = input_of(of[i], takes_of(of[i])->required | F(items));
            int is_call = of[i] == HSVC_INPUT_CALL_SNAPSHOT, is_profile = of[i] == HSVC_INPUT_USER_PUT;
            if ((field == 1 || field == 2) && is_call) continue;
            if (field == 3 && !is_call) continue;
            if (field == 4 && !is_profile) continue;
            if (field == 0) one_item.reserved = 1;
            if (field == 1) one_item.state = 1;
            if (field == 2) one_item.flags = 1;
            if (field == 3) one_item.text = "x";
            if (field == 3) one_item.text_len = 1;
            if (field == 4) one_item.number = 1;
            refused_call(&in, HSVC_ERR_INPUT_FIELD, HSVC_FIELD_ITEMS);
        }
}

static void calls_in_a_list_have_a_phase_and_known_flags_OUT_6(void **state) {
    static const uint32_t phases[] = {0, HSVC_CALL_HELD + 1, UINT32_MAX};
    hsvc_item item = item_for(HSVC_INPUT_CALL_SNAPSHOT);
    hsvc_input in;
    (void)state;
    OK(hsvc_input_call_snapshot(&in, "P1", &item, 1));
    for (size_t i = 0; i < 3; i++) {
        item.state = phases[i];
        refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_ITEMS);
    }
    item.state = HSVC_CALL_RINGING;
    item.flags = HSVC_FLAG_EMERGENCY | 2;
    refused_call(&in, HSVC_ERR_INPUT_VALUE, HSVC_FIELD_ITEMS);
}

static void texts_in_a_list_are_texts_ID_6(void **state) {
    static char text[HSVC_LIMIT_SERIAL_LEN + 1];
    hsvc_item item = item_for(HSVC_INPUT_PRESENCE_SNAPSHOT);
    hsvc_input in = snapshot_of(&item, 1);
    (void)state;
    memset(text, 'a', sizeof text);
    item.text = text;
    item.text_len = sizeof text;
    refused(&in, HSVC_REASON_TEXT_TOO_LONG, HSVC_FIELD_ITEMS, HSVC_LIMIT_SERIAL_LEN);
    item.text_len = SIZE_MAX;
    refused(&in, HSVC_REASON_TEXT_TOO_LONG, HSVC_FIELD_ITEMS, HSVC_LIMIT_SERIAL_LEN);
    item.text = "\xff";
    item.text_len = 1;
    refused(&in, HSVC_REASON_TEXT_NOT_UTF8, HSVC_FIELD_ITEMS, 0);
    item.text = NULL;
    refused_call(&in, HSVC_ERR_ARGUMENT, HSVC_FIELD_ITEMS);
}

/* A phone cannot help that one of its headsets has no serial: the others count all the same. */
static void a_headset_without_a_serial_does_not_spoil_the_list_ID_3_PRES_5(void **state) {
    hsvc_item items[2];
    hsvc_input in;
    (void)state;
    items[0] = items[1] = item_for(HSVC_INPUT_PRESENCE_SNAPSHOT);
    in = snapshot_of(items, 2);
    items[0].text = " ";
    items[0].number = 8;
    items[1].text = "S2";
    items[1].text_len = 2;
    items[1].number = 9;
    OK(hsvc_apply(d->engine, &in, 1, HSVC_APPLY_DRY_RUN, d->fx));
    assert_int_equal(said(d->fx, 0), HSVC_REASON_RECORDED);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SHOW_PROMPT, NULL), 1); /* of S2 */
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(a_field_that_the_kind_does_not_use_is_named_SAFE_5),
        TEST(a_required_field_that_is_missing_is_named_SAFE_5),
        TEST(a_device_without_a_profile_of_its_own_is_not_created_SAFE_1),
        TEST(every_kind_with_all_its_fields_is_decided_OBS_1),
        TEST(a_kind_that_does_not_exist_is_named_SAFE_5),
        TEST(a_length_without_a_pointer_is_named_SAFE_5),
        TEST(lengths_are_taken_up_to_the_limit_and_never_cut_ID_1),
        TEST(an_absurd_length_is_refused_unread_SAFE_5),
        TEST(bytes_that_are_no_text_are_refused_ID_6),
        TEST(the_actor_is_checked_like_any_text_OBS_9_ID_6),
        TEST(a_state_outside_its_list_is_named_SAFE_5),
        TEST(an_unknown_flag_of_an_input_is_named_SAFE_5),
        TEST(every_list_has_its_bounds_SAFE_5),
        TEST(an_event_time_that_cannot_be_is_named_TIME_2),
        TEST(items_beyond_the_limit_are_named_SAFE_5),
        TEST(items_of_the_wrong_kind_are_named_SAFE_5),
        TEST(a_call_of_a_list_has_a_number_SAFE_5_CALL_1),
        TEST(items_of_an_impossible_size_are_named_SAFE_5),
        TEST(items_with_an_unknown_tail_are_named_SAFE_5),
        TEST(fields_that_the_item_does_not_use_are_named_SAFE_5),
        TEST(calls_in_a_list_have_a_phase_and_known_flags_OUT_6),
        TEST(texts_in_a_list_are_texts_ID_6),
        TEST(a_headset_without_a_serial_does_not_spoil_the_list_ID_3_PRES_5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
