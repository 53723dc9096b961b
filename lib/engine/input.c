/* input.c: a caller's input, checked against the field matrix and copied. Misuse of the call is a status that names index
 * and field; texts that a phone or a file could have produced are a verdict that names field and limit (ID-1, ID-6). */
#include "engine/engine.h"

enum { ID = 1, NAME, SERIAL, TEXT, BYTES, NUMBER, ITEMS };
#define F(name) (1u << FIELD_BIT_##name)
enum {
#define IFIELD(name, bit, type, limit, text) FIELD_BIT_##name = bit,
#include "engine/fields.def"
#undef IFIELD
    FIELD_BITS = 27
};
#define I(name) (1u << HSVC_ITEM_##name)

/* Tables by hsvc__kind; what the lists do not have stays zero. */
struct matrix {
    uint32_t kind, required, optional;
};
struct bounds {
    uint32_t kind, states, flags, items;
};
static const struct matrix matrix[HSVC__KINDS] = {
#define TAKES(kind, required, optional) [HSVC__KIND(HSVC_INPUT_##kind)] = {HSVC_INPUT_##kind, required, optional},
#include "engine/fields.def"
#undef TAKES
};
static const struct bounds bounds[HSVC__KINDS] = {
#define BOUNDS(kind, states, flags, items) [HSVC__KIND(HSVC_INPUT_##kind)] = {HSVC_INPUT_##kind, states, flags, items},
#include "engine/fields.def"
#undef BOUNDS
};
static const struct {
    uint16_t machine, event;
} leads[HSVC__KINDS] = {
#define INPUT(name, number, machine, event, text) \
    [HSVC__KIND(HSVC_INPUT_##name)] = {HSVC__MACHINE_##machine, HSVC_EVENT_##event},
#include "engine/inputs.def"
#undef INPUT
};

static const uint8_t asks[HSVC__KINDS] = {
#define ASKS(kind) [HSVC__KIND(HSVC_INPUT_##kind)] = 1,
#include "engine/fields.def"
#undef ASKS
};

int hsvc__asks(uint32_t kind) { return asks[hsvc__kind(kind)]; }

uint32_t hsvc__lead(uint32_t kind, uint32_t *event) {
    *event = leads[hsvc__kind(kind)].event;
    return leads[hsvc__kind(kind)].machine;
}

static const struct matrix *matrix_of(uint32_t kind) {
    const struct matrix *found = &matrix[hsvc__kind(kind)];
    return found->kind == 0 ? NULL : found;
}

static const struct bounds *bounds_of(uint32_t kind) {
    const struct bounds *found = &bounds[hsvc__kind(kind)];
    return found->kind == 0 ? NULL : found;
}

void hsvc__describe_kind(hsvc_kind_info *info) {
    const struct matrix *takes = matrix_of(info->kind);
    const struct bounds *b = bounds_of(info->kind);
    info->required = takes->required;
    info->optional = takes->optional;
    info->states = b == NULL ? 0 : b->states;
    info->flags = b == NULL ? 0 : b->flags;
    info->items = b == NULL ? 0 : b->items;
    info->asks = (uint32_t)hsvc__asks(info->kind);
}

int32_t hsvc_input_init(hsvc_input *input, size_t size, uint32_t kind) {
    int32_t status = hsvc__sized_init(input, size, sizeof(hsvc_input));
    if (status == HSVC_OK) input->kind = kind;
    return status;
}

/* given: which fields of an input are not zero. A length without a pointer is absurd: *absurd is its bit + 1. */
static uint32_t given(const hsvc_input *in, uint32_t *absurd) {
    uint32_t set = 0;
#define TEXT_FIELD(name)                                                                 \
    if (in->name##_len != 0) set |= F(name);                                              \
    if (in->name##_len != 0 && in->name == NULL) *absurd = FIELD_BIT_##name + 1;
#define NUMBER_FIELD(name) \
    if (in->name != 0) set |= F(name);
    TEXT_FIELD(device) TEXT_FIELD(serial) TEXT_FIELD(user) TEXT_FIELD(profile) TEXT_FIELD(name) TEXT_FIELD(site)
    TEXT_FIELD(model) TEXT_FIELD(firmware) TEXT_FIELD(vendor) TEXT_FIELD(dock) TEXT_FIELD(text) TEXT_FIELD(pin)
    TEXT_FIELD(related_user) TEXT_FIELD(location) TEXT_FIELD(headset_template) TEXT_FIELD(alias)
    NUMBER_FIELD(handle) NUMBER_FIELD(prompt_id) NUMBER_FIELD(generation) NUMBER_FIELD(call_id) NUMBER_FIELD(request)
    NUMBER_FIELD(value) NUMBER_FIELD(node) NUMBER_FIELD(state) NUMBER_FIELD(param) NUMBER_FIELD(flags)
    if (in->item_count != 0) set |= F(items);
    if (in->item_count != 0 && in->items == NULL) *absurd = FIELD_BIT_items + 1;
    if (in->actor_len != 0 && in->actor == NULL) *absurd = HSVC_FIELD_ACTOR;
    return set;
}

static uint32_t lowest(uint32_t bits) {
    uint32_t bit = 0;
    while (!(bits >> bit & 1u)) bit++;
    return bit + 1;
}

static int32_t fail(struct hsvc_effects *fx, int32_t status, uint32_t index, uint32_t field, int64_t limit) {
    return hsvc__effects_fail(fx, status, index, field, limit, hsvc__str_of(NULL, 0));
}

static int32_t check_bounds(const hsvc_input *in, uint32_t index, struct hsvc_effects *fx) {
    const struct bounds *b = bounds_of(in->kind);
    if (b == NULL) return HSVC_OK;
    if (b->states != 0 && in->state > b->states)
        return fail(fx, HSVC_ERR_INPUT_VALUE, index, HSVC_FIELD_STATE, (int64_t)b->states);
    if (in->flags & ~b->flags) return fail(fx, HSVC_ERR_INPUT_VALUE, index, HSVC_FIELD_FLAGS, (int64_t)b->flags);
    return HSVC_OK;
}

/* check_fields: the kind's row of the matrix. */
static int32_t check_fields(const hsvc_input *in, uint32_t index, struct hsvc_effects *fx) {
    const struct matrix *takes = matrix_of(in->kind);
    uint32_t absurd = 0, set = given(in, &absurd);
    if (takes == NULL) return fail(fx, HSVC_ERR_INPUT_KIND, index, 0, 0);
    if (absurd != 0) return fail(fx, HSVC_ERR_ARGUMENT, index, absurd, 0);
    if (set & ~(takes->required | takes->optional))
        return fail(fx, HSVC_ERR_INPUT_FIELD, index, lowest(set & ~(takes->required | takes->optional)), 0);
    if (takes->required & ~set) return fail(fx, HSVC_ERR_INPUT_MISSING, index, lowest(takes->required & ~set), 0);
    if (in->at_ms < 0 || in->at_ms > HSVC_LIMIT_TIME)
        return fail(fx, HSVC_ERR_INPUT_VALUE, index, HSVC_FIELD_AT_MS, HSVC_LIMIT_TIME);
    return check_bounds(in, index, fx);
}

/* ---- texts ---- */
static void complain(struct hsvc__complaint *c, uint32_t reason, uint32_t field, int64_t limit) {
    if (c->reason != 0 || reason == 0) return;
    c->reason = reason;
    c->field = field;
    c->limit = limit;
}

static void check_text(struct hsvc__complaint *c, hsvc__str text, uint32_t type, uint32_t limit, uint32_t bit) {
    uint32_t reason;
    if (text.n == 0) return;
    if (type == BYTES) reason = text.n > limit ? HSVC_REASON_TEXT_TOO_LONG : 0;
    else if (type == TEXT) reason = text.n > limit ? HSVC_REASON_TEXT_TOO_LONG : 0;
    else reason = hsvc__text_check(text, limit);
    complain(c, reason, bit + 1, reason == HSVC_REASON_TEXT_TOO_LONG ? (int64_t)limit : 0);
}

/* The policy's patterns are lines: the line feed is their only control character. */
static void check_lines(struct hsvc__complaint *c, hsvc__str text) {
    size_t at = 0;
    while (at < text.n) {
        size_t end = at;
        while (end < text.n && text.p[end] != '\n') end++;
        if (end > at) complain(c, hsvc__text_check(hsvc__str_of(text.p + at, end - at), HSVC_LIMIT_TEXT_LEN), HSVC_FIELD_TEXT, 0);
        at = end + 1;
    }
}

/* trimmed: a length that no text has is left alone, so that the check refuses it before anything is read by it. */
static hsvc__str trimmed(const char *text, size_t len) {
    return len > HSVC_LIMIT_TEXT_LEN ? hsvc__str_of(text, len) : hsvc__trim(hsvc__str_of(text, len));
}

static void trim_serial(const char **text, size_t *len) {
    hsvc__str serial = trimmed(*text, *len);
    *text = serial.p;
    *len = serial.n;
}

/* check_actor: a text like the others, though not a field of the matrix: every kind may have one. */
static void check_actor(const hsvc_input *in, struct hsvc__complaint *c) {
    uint32_t reason = in->actor_len == 0 ? 0 : hsvc__text_check(hsvc__str_of(in->actor, in->actor_len), HSVC_LIMIT_USER_ID_LEN);
    complain(c, reason, HSVC_FIELD_ACTOR, reason == HSVC_REASON_TEXT_TOO_LONG ? HSVC_LIMIT_USER_ID_LEN : 0);
}

static void check_texts(hsvc_input *in, struct hsvc__complaint *c) {
    trim_serial(&in->serial, &in->serial_len);
    trim_serial(&in->alias, &in->alias_len);
#define CHECK(name, type, limit, bit) check_text(c, hsvc__str_of((const char *)in->name, in->name##_len), type, limit, bit);
    CHECK(device, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_device)
    CHECK(serial, SERIAL, HSVC_LIMIT_SERIAL_LEN, FIELD_BIT_serial)
    CHECK(user, ID, HSVC_LIMIT_USER_ID_LEN, FIELD_BIT_user)
    CHECK(profile, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_profile)
    CHECK(name, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_name)
    CHECK(site, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_site)
    CHECK(model, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_model)
    CHECK(firmware, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_firmware)
    CHECK(vendor, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_vendor)
    CHECK(dock, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_dock)
    CHECK(related_user, ID, HSVC_LIMIT_USER_ID_LEN, FIELD_BIT_related_user)
    CHECK(location, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_location)
    CHECK(headset_template, NAME, HSVC_LIMIT_NAME_LEN, FIELD_BIT_headset_template)
    CHECK(alias, SERIAL, HSVC_LIMIT_SERIAL_LEN, FIELD_BIT_alias)
    CHECK(text, TEXT, HSVC_LIMIT_TEXT_LEN, FIELD_BIT_text)
    CHECK(pin, BYTES, HSVC_LIMIT_PIN_LEN, FIELD_BIT_pin)
    if (in->text_len <= HSVC_LIMIT_TEXT_LEN) check_lines(c, hsvc__str_of(in->text, in->text_len));
    check_actor(in, c);
}

/* ---- items ---- */
/* is_spare: is a field of the item not zero that its kind does not use? Like the input's own fields. */
static int is_spare(const hsvc_item *item) {
    if (item->reserved != 0) return 1;
    if (item->kind == HSVC_ITEM_CALL) return item->text_len != 0;
    return item->state != 0 || item->flags != 0 || (item->kind == HSVC_ITEM_PROFILE && item->number != 0);
}

static int is_call_sound(const hsvc_item *item) {
    return item->number != 0 && item->state >= HSVC_CALL_RINGING && item->state <= HSVC_CALL_HELD &&
           !(item->flags & ~(uint32_t)HSVC_FLAG_EMERGENCY);
}

/* check_item_text: a headset without a serial is nobody's, but no fault of the list it stands in (ID-3). */
static void check_item_text(hsvc_item *item, struct hsvc__complaint *c) {
    int is_headset = item->kind == HSVC_ITEM_HEADSET;
    size_t limit = is_headset ? HSVC_LIMIT_SERIAL_LEN : HSVC_LIMIT_NAME_LEN;
    hsvc__str text = is_headset ? trimmed(item->text, item->text_len) : hsvc__str_of(item->text, item->text_len);
    uint32_t reason = is_headset && text.n == 0 ? 0 : hsvc__text_check(text, limit);
    item->text = text.p;
    item->text_len = text.n;
    complain(c, reason, HSVC_FIELD_ITEMS, reason == HSVC_REASON_TEXT_TOO_LONG ? (int64_t)limit : 0);
}

static int32_t check_item(const hsvc_input *in, hsvc_item *item, struct hsvc__complaint *c) {
    const struct bounds *b = bounds_of(in->kind);
    if (item->kind > HSVC_ITEM_PROFILE || HSVC__BUG(b == NULL) || !(b->items >> item->kind & 1u)) return HSVC_ERR_INPUT_VALUE;
    if (item->text_len != 0 && item->text == NULL) return HSVC_ERR_ARGUMENT;
    if (is_spare(item)) return HSVC_ERR_INPUT_FIELD;
    if (item->kind == HSVC_ITEM_CALL) return is_call_sound(item) ? HSVC_OK : HSVC_ERR_INPUT_VALUE;
    check_item_text(item, c);
    return HSVC_OK;
}

static int is_zero(const uint8_t *bytes, size_t len) {
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++) any |= bytes[i];
    return any == 0;
}

/* copy_items: the caller's items, by the caller's stride, into our own form. */
static int32_t copy_items(hsvc_input *in, struct hsvc__complaint *c, struct hsvc__arena *arena) {
    hsvc_item *items;
    const uint8_t *from = (const uint8_t *)in->items;
    if (in->item_count == 0) return HSVC_OK;
    if (in->item_count > HSVC_LIMIT_ITEMS_PER_INPUT) return HSVC_ERR_INPUT_VALUE;
    if (in->item_size < sizeof(hsvc_item) || in->item_size > HSVC_LIMIT_STRUCT_SIZE) return HSVC_ERR_STRUCT_SIZE;
    items = (hsvc_item *)hsvc__arena_take(arena, in->item_count * sizeof *items);
    if (items == NULL) return HSVC_ERR_MEMORY;
    for (size_t i = 0; i < in->item_count; i++) {
        int32_t status;
        memcpy(&items[i], from + i * in->item_size, sizeof items[i]);
        if (!is_zero(from + i * in->item_size + sizeof items[i], in->item_size - sizeof items[i])) return HSVC_ERR_STRUCT_TAIL;
        status = check_item(in, &items[i], c);
        if (status != HSVC_OK) return status;
    }
    if (in->kind == HSVC_INPUT_USER_PUT && in->item_count > HSVC_LIMIT_PROFILES_PER_USER)
        complain(c, HSVC_REASON_LIST_FULL, HSVC_FIELD_ITEMS, HSVC_LIMIT_PROFILES_PER_USER);
    in->items = items;
    in->item_size = sizeof *items;
    return HSVC_OK;
}

int32_t hsvc__input_in(const void *from, hsvc_input *to, uint32_t index, struct hsvc_effects *fx,
                       struct hsvc__complaint *complaint, struct hsvc__arena *arena) {
    int32_t status = hsvc__sized_in(to, sizeof *to, sizeof(hsvc_input), from);
    memset(complaint, 0, sizeof *complaint);
    if (status != HSVC_OK) return fail(fx, status, index, 0, HSVC_LIMIT_STRUCT_SIZE);
    status = check_fields(to, index, fx);
    if (status != HSVC_OK) return status;
    check_texts(to, complaint);
    status = copy_items(to, complaint, arena);
    if (status != HSVC_OK) return fail(fx, status, index, HSVC_FIELD_ITEMS, HSVC_LIMIT_ITEMS_PER_INPUT);
    return HSVC_OK;
}
