/* api.c: the whole interface as a sequence of calls that the bytes spell: inputs of every kind, alone and in batches, good and
 * absurd; what people and phones mostly do, in three bytes, so that a short file comes as far as a session; time forward and
 * back; two nodes that take turns; restarts, resync, all that looks, and a store that fails. After each step
 * the store is sound, and everything that was said is listed in the reference (SAFE-5, OBS-1, STORE-8). At the end the
 * recording of node 0 replays to the same bytes (OBS-6), and time alone leads to rest (TIME-7). */
#include "fuzz/fuzz.h"
#include "headsetsvc/recording.h"
#include "support/rest.h"

#define STEPS 64
#define BATCH 5
#define KINDS 80
#define ITEMS 70
#define RECORDING ((size_t)8 << 20)
#define ROOM 160 /* bytes of a text that is too long for any field but one */

static hsvc_kind_info kinds[KINDS];
static size_t kind_count;
static uint8_t recording[RECORDING];
static size_t recorded;

struct play {
    struct world w;
    struct bytes b;
    uint64_t requests[3]; /* the last questions */
    uint32_t node;
    int failing; /* a fault is armed */
};

static void read_kinds(void) {
    hsvc_kind_info info = {.struct_size = sizeof info};
    for (kind_count = 0; hsvc_kind_at(kind_count, &info) == HSVC_OK; kind_count++) {
        MUST(kind_count < KINDS);
        kinds[kind_count] = info;
    }
}

/* A recording that is cut off ends the replay early, no more. */
static int32_t on_frame(const uint8_t *bytes, size_t len, void *user) {
    (void)user;
    if (recorded + len > sizeof recording) return HSVC_ERR_FULL;
    memcpy(recording + recorded, bytes, len);
    recorded += len;
    return HSVC_OK;
}

/* ---- fields ---- */
static const char longest[ROOM] =
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/* Mostly a name that somebody has; else one too long, or bytes. */
static const char *pick_text(struct bytes *b, const char *const *names, size_t count, size_t *len) {
    uint32_t which = next_byte(b);
    const char *name;
    if (which >= 250) return next_text(b, next_byte(b), len);
    if (which >= 245) {
        *len = 126 + next_byte(b) % 9;
        return longest;
    }
    name = names[which % count];
    *len = strlen(name);
    return name;
}

static const char *text_for(struct bytes *b, uint32_t field, size_t *len) {
    static const char *const devices[] = {"d0", "d1", "d2", "D0", "d3"}, *const users[] = {"u0", "u1", "u2", "U1", "u3"};
    static const char *const serials[] = {"S0", "S1", "S2", " s0 ", "S3", "S4", "S5", "0000", "DEFAULT"};
    static const char *const profiles[] = {"p0", "p1", "own", "p2"}, *const sites[] = {"here", "there"};
    static const char *const models[] = {"CP-8851", "CP-7841", "x"}, *const firmwares[] = {"14.1(1)", "11.5", "14.1(1)SR2", "?"};
    static const char *const texts[] = {"CP-88*", "*", "S*\n0*", "CP-8851 14.1(2)", ""};
#define PICK(names) pick_text(b, names, sizeof names / sizeof names[0], len)
    switch (field) {
        case HSVC_FIELD_DEVICE: return PICK(devices);
        case HSVC_FIELD_SERIAL:
        case HSVC_FIELD_ALIAS: return PICK(serials);
        case HSVC_FIELD_USER:
        case HSVC_FIELD_NAME:
        case HSVC_FIELD_RELATED_USER: return PICK(users);
        case HSVC_FIELD_PROFILE: return PICK(profiles);
        case HSVC_FIELD_SITE:
        case HSVC_FIELD_LOCATION: return PICK(sites);
        case HSVC_FIELD_FIRMWARE: return PICK(firmwares);
        case HSVC_FIELD_TEXT: return PICK(texts);
        default: return PICK(models);
    }
}

static uint64_t any_number(struct bytes *b) {
    static const uint64_t edges[] = {0, 1, 2, 3, UINT64_MAX, INT64_MAX, UINT64_C(1) << 63, UINT32_MAX, 300000, 60000};
    uint32_t which = next_byte(b);
    return which >= 250 ? next_number(b, 8) : which >= 200 ? edges[which % 10] : which % 24;
}

static const hsvc_device_view *device_of(struct play *p, const hsvc_input *in) {
    static hsvc_device_view view;
    memset(&view, 0, sizeof view);
    view.struct_size = sizeof view;
    if (hsvc_device_get(p->w.witness, in->device, in->device_len, &view) != HSVC_OK) memset(&view, 0, sizeof view);
    return &view;
}

/* Mostly the answer to what is really asked. */
static uint64_t right_or_any(struct bytes *b, uint64_t right) { return next_byte(b) < 230 ? right : any_number(b); }

static void give_items(struct play *p, hsvc_input *in, uint32_t allowed) {
    static hsvc_item items[BATCH][ITEMS];
    static size_t row;
    hsvc_item *list = items[row++ % BATCH];
    uint32_t count = next_byte(&p->b);
    count = count >= 250 ? count - 190 : count % 5;
    for (uint32_t i = 0; i < count; i++) {
        hsvc_item *item = &list[i];
        uint32_t how = next_byte(&p->b);
        memset(item, 0, sizeof *item);
        item->kind = allowed >> HSVC_ITEM_CALL & 1 && (how & 1 || !(allowed >> HSVC_ITEM_HEADSET & 1)) ? HSVC_ITEM_CALL
                     : allowed >> HSVC_ITEM_PROFILE & 1                                               ? HSVC_ITEM_PROFILE
                                                                                                      : HSVC_ITEM_HEADSET;
        if (how >= 240) item->kind = how % 5;
        if (item->kind != HSVC_ITEM_CALL)
            item->text = text_for(&p->b, item->kind == HSVC_ITEM_PROFILE ? HSVC_FIELD_PROFILE : HSVC_FIELD_SERIAL, &item->text_len);
        if (item->kind != HSVC_ITEM_PROFILE) item->number = count > 5 ? i : any_number(&p->b);
        if (item->kind == HSVC_ITEM_CALL) item->state = how >> 1 & 3, item->flags = how >> 3 & 1;
    }
    in->items = list;
    in->item_count = count;
    in->item_size = sizeof *list;
}

static void give_number(struct play *p, hsvc_input *in, uint32_t field, const hsvc_kind_info *info) {
    struct bytes *b = &p->b;
    switch (field) {
        case HSVC_FIELD_HANDLE: in->handle = any_number(b) % 5; break;
        case HSVC_FIELD_PROMPT_ID: in->prompt_id = right_or_any(b, device_of(p, in)->prompt_id); break;
        case HSVC_FIELD_GENERATION: in->generation = right_or_any(b, device_of(p, in)->generation_desired); break;
        case HSVC_FIELD_CALL_ID: in->call_id = any_number(b) % 4 + (next_byte(b) >= 250); break;
        case HSVC_FIELD_REQUEST: in->request = right_or_any(b, p->requests[next_byte(b) % 3]); break;
        case HSVC_FIELD_VALUE: in->value = (int64_t)any_number(b); break;
        case HSVC_FIELD_NODE: in->node = next_byte(b) % 3; break;
        case HSVC_FIELD_STATE: in->state = next_byte(b) % (info->states + 2); break;
        case HSVC_FIELD_PARAM: in->param = next_byte(b) % 45; break;
        default: in->flags = next_byte(b) & (info->flags | (next_byte(b) >= 250 ? 64u : 0u)); break;
    }
}

/* give_field: one field of the input, from the bytes. */
static void give_field(struct play *p, hsvc_input *in, uint32_t field, const hsvc_kind_info *info) {
    const char *text;
    size_t len;
    if (field == HSVC_FIELD_ITEMS) {
        give_items(p, in, info->items);
        return;
    }
    if (field >= HSVC_FIELD_HANDLE && field <= HSVC_FIELD_FLAGS) {
        give_number(p, in, field, info);
        return;
    }
    if (field == HSVC_FIELD_PIN) {
        in->pin = (const uint8_t *)longest;
        in->pin_len = next_byte(&p->b) >= 250 ? HSVC_LIMIT_PIN_LEN + 1 : 1;
        return;
    }
    text = text_for(&p->b, field, &len);
    switch (field) {
#define TEXT(NAME, name) case HSVC_FIELD_##NAME: in->name = text; in->name##_len = len; break;
        TEXT(DEVICE, device) TEXT(SERIAL, serial) TEXT(USER, user) TEXT(PROFILE, profile) TEXT(NAME, name) TEXT(SITE, site)
        TEXT(MODEL, model) TEXT(FIRMWARE, firmware) TEXT(VENDOR, vendor) TEXT(DOCK, dock) TEXT(TEXT, text)
        TEXT(RELATED_USER, related_user) TEXT(LOCATION, location) TEXT(HEADSET_TEMPLATE, headset_template) TEXT(ALIAS, alias)
#undef TEXT
        default: break;
    }
}

static void spell_input(struct play *p, hsvc_input *in) {
    const hsvc_kind_info *info = &kinds[next_byte(&p->b) % kind_count];
    uint32_t optional = (uint32_t)next_number(&p->b, 2), odd = next_byte(&p->b);
    int64_t now;
    OK(hsvc_input_init(in, sizeof *in, info->kind));
    for (uint32_t bit = 0; bit < 32; bit++) {
        if (info->required >> bit & 1) give_field(p, in, bit + 1, info);
        if (!(info->optional >> bit & 1)) continue;
        if (optional & 1) give_field(p, in, bit + 1, info);
        optional >>= 1;
    }
    OK(hsvc_manual_clock_get(p->w.clock, &now));
    if (odd >= 128 && odd < 160) in->request_id[0] = (uint8_t)(odd % 4 + 1);
    if (odd >= 160 && odd < 200) in->at_ms = now - (int64_t)next_number(&p->b, 3);
    if (odd >= 200 && odd < 210) in->actor = "u2", in->actor_len = 2;
    if (odd >= 210 && odd < 215) in->at_ms = (int64_t)any_number(&p->b);
    if (odd >= 215 && odd < 225) give_field(p, in, 1 + odd % 27, info);
    if (odd == 225) in->kind = (uint32_t)any_number(&p->b);
    if (odd == 226) in->struct_size = (uint32_t)any_number(&p->b);
    if (odd == 227) in->device = NULL;
    if (odd == 228) in->item_size = (size_t)any_number(&p->b) % 100;
}

/* ---- steps ---- */

/* What a call may give: the sentences of its header; with a store that fails what that says too. Never that the library
 * contradicted itself. */
static void must_be_expected(const struct play *p, int32_t status) {
    static const int32_t fine[] = {HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_INPUT_KIND,
                                   HSVC_ERR_INPUT_FIELD, HSVC_ERR_INPUT_MISSING, HSVC_ERR_INPUT_VALUE, HSVC_ERR_FLAGS,
                                   HSVC_ERR_LIMIT, HSVC_ERR_NOT_FOUND};
    static const int32_t failing[] = {HSVC_ERR_UNAVAILABLE, HSVC_ERR_CONFLICT, HSVC_ERR_UNKNOWN, HSVC_ERR_FULL, HSVC_ERR_CORRUPT,
                                      HSVC_ERR_CALLBACK};
    int found = 0;
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) found |= status == fine[i];
    for (size_t i = 0; p->failing && i < sizeof failing / sizeof failing[0]; i++) found |= status == failing[i];
    if (!found) (void)fprintf(stderr, "status %s\n", hsvc_name(HSVC_REGISTRY_STATUS, status));
    MUST(found);
}

static void remember_questions(struct play *p) {
    hsvc_effect effect = {.struct_size = sizeof effect};
    for (size_t i = 0; hsvc_effects_at(p->w.fx, i, &effect) == HSVC_OK; i++)
        if (effect.request != 0) p->requests[effect.kind % 3] = effect.request;
}

/* tell_input: what it names, and the numbers that decide what becomes of it; of a PIN its length alone. */
static void tell_input(const hsvc_input *in) {
#define TELL_TEXT(field) \
    if (in->field##_len != 0) (void)fprintf(stderr, " " #field " %.*s", (int)in->field##_len, in->field);
#define TELL_NUMBER(field) \
    if (in->field != 0) (void)fprintf(stderr, " " #field " %lld", (long long)in->field);
    (void)fprintf(stderr, " %s", hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)in->kind));
    TELL_TEXT(device) TELL_TEXT(user) TELL_TEXT(serial) TELL_TEXT(name) TELL_TEXT(profile)
    TELL_NUMBER(state) TELL_NUMBER(flags) TELL_NUMBER(call_id) TELL_NUMBER(prompt_id) TELL_NUMBER(request) TELL_NUMBER(param)
    TELL_NUMBER(value) TELL_NUMBER(pin_len)
    for (size_t i = 0; i < in->item_count; i++)
        (void)fprintf(stderr, " [%u %.*s %llu state %u]", in->items[i].kind, (int)in->items[i].text_len, in->items[i].text,
                      (unsigned long long)in->items[i].number, in->items[i].state);
    (void)fprintf(stderr, ";");
#undef TELL_TEXT
#undef TELL_NUMBER
}

/* tell_call: for whoever looks at a find: with HSVC_FUZZ_TELL set, what was called and what came of it. */
static void tell_call(const struct play *p, const char *call, const hsvc_input *in, size_t count, uint32_t flags, int32_t status) {
    hsvc_verdict verdict = {.struct_size = sizeof verdict};
    int64_t now;
    if (!is_told()) return;
    OK(hsvc_manual_clock_get(p->w.clock, &now));
    (void)fprintf(stderr, "%lld: node %u %s flags %u:", (long long)(now - START), p->node, call, flags);
    for (size_t i = 0; i < count; i++) tell_input(&in[i]);
    (void)fprintf(stderr, " %s", hsvc_name(HSVC_REGISTRY_STATUS, status));
    for (size_t i = 0; hsvc_verdict_at(p->w.fx, i, &verdict) == HSVC_OK; i++)
        (void)fprintf(stderr, " %s", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)verdict.reason));
    (void)fprintf(stderr, "\n");
}

/* tell_look: of a call that only looks, and so has no verdicts. */
static void tell_look(const struct play *p, const char *call, const char *name, size_t len) {
    int64_t now;
    if (!is_told()) return;
    OK(hsvc_manual_clock_get(p->w.clock, &now));
    (void)fprintf(stderr, "%lld: node %u %s %.*s\n", (long long)(now - START), p->node, call, (int)len, name);
}

static void apply(struct play *p, const hsvc_input *in, size_t count, uint32_t flags) {
    int32_t status = hsvc_apply(p->w.engines[p->node], in, count, flags, p->w.fx);
    tell_call(p, "apply", in, count, flags, status);
    must_be_expected(p, status);
    MUST(status != HSVC_ERR_NOT_FOUND);
    if (status != HSVC_OK) MUST(hsvc_effects_count(p->w.fx) == 0 && hsvc_verdict_count(p->w.fx) == 0);
    if (status == HSVC_OK && (flags & HSVC_APPLY_DRY_RUN) == 0) remember_questions(p);
}

static void play_inputs(struct play *p) {
    hsvc_input in[BATCH];
    uint32_t how = next_byte(&p->b);
    size_t count = how < 192 ? 1 : 2 + how % (BATCH - 1);
    for (size_t i = 0; i < count; i++) spell_input(p, &in[i]);
    apply(p, in, count, how < 128 ? 0 : how % 4);
}

/* ---- what is likely ---- */
static const char *const phones[] = {"d0", "d1", "d2"}, *const plugs[] = {"S0", "S1", "S2", "S3"};
#define SET_TEXT(field, text, length) (in->field = (text), in->field##_len = (length))

/* answer_screen: a button of the screen that is shown, or its fields filled in; mostly for whom it is. */
static void answer_screen(hsvc_input *in, const hsvc_device_view *v, uint32_t how) {
    static const struct {
        uint32_t prompt, kinds[4];
    } screens[] = {
        {HSVC_PROMPT_ASSOCIATE, {HSVC_INPUT_SUBMIT, HSVC_INPUT_SUBMIT, HSVC_INPUT_SUBMIT, HSVC_INPUT_EXIT}},
        {HSVC_PROMPT_SKIP_CONFIRM, {HSVC_INPUT_YES, HSVC_INPUT_YES, HSVC_INPUT_YES, HSVC_INPUT_NO}},
        {HSVC_PROMPT_ASSOCIATED, {HSVC_INPUT_SIGN_IN, HSVC_INPUT_SIGN_IN, HSVC_INPUT_SIGN_IN, HSVC_INPUT_CANCEL}},
        {HSVC_PROMPT_ERROR, {HSVC_INPUT_CANCEL, HSVC_INPUT_CANCEL, HSVC_INPUT_CANCEL, HSVC_INPUT_CANCEL}},
        {HSVC_PROMPT_SIGN_IN_PIN, {HSVC_INPUT_SUBMIT, HSVC_INPUT_SUBMIT, HSVC_INPUT_SUBMIT, HSVC_INPUT_CANCEL}},
        {HSVC_PROMPT_COUNTDOWN, {HSVC_INPUT_SIGN_IN, HSVC_INPUT_SIGN_IN, HSVC_INPUT_USER_ACTIVITY, HSVC_INPUT_CANCEL}},
        {HSVC_PROMPT_CHOOSE_PROFILE, {HSVC_INPUT_CHOOSE_PROFILE, HSVC_INPUT_CHOOSE_PROFILE, HSVC_INPUT_CHOOSE_PROFILE, HSVC_INPUT_CANCEL}},
        {HSVC_PROMPT_SIGN_OUT_OTHER, {HSVC_INPUT_YES, HSVC_INPUT_YES, HSVC_INPUT_YES, HSVC_INPUT_NO}},
        {HSVC_PROMPT_SIGN_OUT, {HSVC_INPUT_SIGN_OUT, HSVC_INPUT_EXTEND, HSVC_INPUT_CANCEL, HSVC_INPUT_CANCEL}},
        {HSVC_PROMPT_EM_SIGN_IN, {HSVC_INPUT_SUBMIT, HSVC_INPUT_SUBMIT, HSVC_INPUT_SUBMIT, HSVC_INPUT_CANCEL}},
        {HSVC_PROMPT_EM_SIGN_OUT, {HSVC_INPUT_SIGN_OUT, HSVC_INPUT_SIGN_OUT, HSVC_INPUT_SIGN_OUT, HSVC_INPUT_CANCEL}},
    };
    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++)
        if (screens[i].prompt == v->prompt) in->kind = screens[i].kinds[how % 4];
    if (in->kind == HSVC_INPUT_USER_ACTIVITY) return;
    in->prompt_id = v->prompt_id;
    if (in->kind == HSVC_INPUT_CHOOSE_PROFILE) SET_TEXT(profile, how & 4 ? "p1" : "p0", 2);
    if (in->kind != HSVC_INPUT_SUBMIT) return;
    in->pin = (const uint8_t *)longest;
    in->pin_len = 1;
    if (v->prompt_user_len != 0 && how < 64) SET_TEXT(user, v->prompt_user, v->prompt_user_len);
    else SET_TEXT(user, how & 4 ? "u1" : how & 8 ? "u2" : how & 16 ? "u0" : "u3", 2);
}

/* plug_or_call: what comes and goes at a phone. */
static void plug_or_call(hsvc_input *in, uint32_t how) {
    static const uint32_t calls[] = {HSVC_INPUT_CALL_BEGUN, HSVC_INPUT_CALL_ENDED}, menus[] = {HSVC_INPUT_MENU_ASSOCIATE,
                                     HSVC_INPUT_MENU_SIGN_IN, HSVC_INPUT_MENU_SIGN_IN_BY_HAND, HSVC_INPUT_MENU_SIGN_OUT};
    if (how < 112) {
        in->kind = how < 64 ? HSVC_INPUT_HEADSET_CONNECTED : HSVC_INPUT_HEADSET_DISCONNECTED;
        SET_TEXT(serial, plugs[how % 4], 2);
        in->handle = 1 + how % 4;
    } else if (how < 160) {
        in->kind = calls[how % 2];
        in->call_id = 1 + (how >> 1 & 1);
        if (how % 2 == 0) in->state = HSVC_CALL_RINGING + (how >> 2) % 2;
        if (how % 2 == 0 && how >= 152) in->flags = HSVC_FLAG_EMERGENCY;
    } else if (how < 216) {
        in->kind = menus[how % 4];
    } else {
        in->kind = how < 232 ? HSVC_INPUT_DEVICE_UNREGISTERED : HSVC_INPUT_USER_ACTIVITY;
    }
}

/* choose_policy: a parameter that is a choice, or a small number of what it counts in. */
static void choose_policy(hsvc_input *in, uint32_t how) {
    static hsvc_param_info info = {.struct_size = sizeof info};
    SET_TEXT(device, NULL, 0);
    in->kind = HSVC_INPUT_POLICY_SET;
    in->state = HSVC_SCOPE_GLOBAL;
    if (hsvc_param_at(how % 42, &info) != HSVC_OK) return;
    in->param = info.param;
    if (info.type == HSVC_TYPE_TEXT) SET_TEXT(text, how >= 128 ? "CP-88* 14.1(2)" : "CP-78*", how >= 128 ? 14 : 6);
    else in->value = how >= 126 ? info.most : info.least + (how >= 42);
}

/* play_likely: the next thing at one of the phones, as it is. */
static void play_likely(struct play *p) {
    uint32_t which = next_byte(&p->b), how = next_byte(&p->b);
    const hsvc_device_view *v;
    hsvc_input it, *in = &it;
    OK(hsvc_input_init(in, sizeof *in, HSVC_INPUT_USER_ACTIVITY));
    SET_TEXT(device, phones[which % 3], 2);
    v = device_of(p, in);
    if (which >= 248) {
        choose_policy(in, how);
    } else if (v->verifying && which < 240) {
        in->kind = HSVC_INPUT_VERIFY_RESULT;
        in->request = p->requests[HSVC_EFFECT_VERIFY_PIN % 3];
        in->state = how < 128 ? HSVC_VERIFY_OK : how < 192 ? HSVC_VERIFY_WRONG : 1 + how % 9;
    } else if (v->generation_desired != v->generation_acked && which < 200) {
        in->kind = HSVC_INPUT_DEVICE_REGISTERED;
        in->generation = v->generation_desired;
    } else if (v->prompt != 0 && which < 160) {
        answer_screen(in, v, how);
    } else {
        plug_or_call(in, how);
    }
    apply(p, in, 1, 0);
}

/* play_answer: an effect of the last batch, as a host would answer it. */
static void play_answer(struct play *p) {
    hsvc_effect effect = {.struct_size = sizeof effect};
    hsvc_input in = {.struct_size = sizeof in};
    char device[ROOM], serial[ROOM], user[ROOM];
    size_t count = hsvc_effects_count(p->w.fx);
    uint32_t state = next_byte(&p->b);
    if (count == 0 || hsvc_effects_at(p->w.fx, next_byte(&p->b) % count, &effect) != HSVC_OK) return;
    if (hsvc_answer(&effect, state < 128 ? 1 : state % 12, &in) != HSVC_OK) return;
#define KEEP(field) /* the batch is emptied by the call that it is answered with */ \
    if (in.field##_len != 0) memcpy(field, in.field, in.field##_len), in.field = field;
    KEEP(device) KEEP(serial) KEEP(user)
#undef KEEP
    apply(p, &in, 1, 0);
}

static void play_time(struct play *p) {
    static const int64_t spans[] = {1, 1000, 5000, 15000, 20000, 60000, 299999, 300000, 900000, 3600000, 86400000, -1000, -60000};
    hsvc_engine *engine = p->w.engines[p->node];
    uint32_t how = next_byte(&p->b);
    int64_t at = 0, now;
    int32_t status;
    OK(hsvc_manual_clock_get(p->w.clock, &now));
    if (how < 128) {
        must_be_expected(p, hsvc_next_deadline(engine, &at));
        if (at != HSVC_NEVER && at > now) OK(hsvc_manual_clock_set(p->w.clock, at + how % 3 - 1));
    } else if (how < 250) {
        OK(hsvc_manual_clock_advance(p->w.clock, spans[how % 13]));
    } else {
        OK(hsvc_manual_clock_set(p->w.clock, START + (int64_t)next_number(&p->b, 5)));
    }
    status = hsvc_advance(engine, p->w.fx);
    tell_call(p, "advance", NULL, 0, 0, status);
    must_be_expected(p, status);
    remember_questions(p);
}

static void play_resync(struct play *p) {
    hsvc_cursor cursor;
    hsvc_resync_scope scope;
    uint32_t how = next_byte(&p->b);
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    OK(hsvc_resync_scope_init(&scope, sizeof scope));
    scope.flags = how & 1;
    scope.node = how >> 1 & 1;
    if (how & 4) scope.device = text_for(&p->b, HSVC_FIELD_DEVICE, &scope.device_len);
    must_be_expected(p, hsvc_resync(p->w.engines[p->node], &scope, &cursor, p->w.fx));
}

/* must_be_there: text of a view, which has no NUL at its end; a sanitizer sees each byte read. */
static void must_be_there(const char *text, size_t len) {
    MUST(len <= HSVC_LIMIT_TEXT_LEN && (len == 0 || (text != NULL && hsvc_hash64(text, len) != 0)));
}

/* look_at_lists: of the view that was filled last. */
static void look_at_lists(hsvc_engine *engine) {
    hsvc_present_view present = {.struct_size = sizeof present};
    hsvc_call_view call = {.struct_size = sizeof call};
    hsvc_login_view login = {.struct_size = sizeof login};
    const char *text;
    size_t len;
    for (size_t i = 0; hsvc_device_present_at(engine, i, &present) == HSVC_OK; i++) must_be_there(present.serial, present.serial_len);
    for (size_t i = 0; hsvc_device_call_at(engine, i, &call) == HSVC_OK; i++) MUST(call.id != 0);
    for (size_t i = 0; hsvc_user_login_at(engine, i, &login) == HSVC_OK; i++) must_be_there(login.device, login.device_len);
    for (size_t i = 0; hsvc_user_profile_at(engine, i, &text, &len) == HSVC_OK; i++) must_be_there(text, len);
    for (size_t i = 0; hsvc_user_headset_at(engine, i, &text, &len) == HSVC_OK; i++) must_be_there(text, len);
}

/* look_wider: what is not about one name alone. */
static void look_wider(struct play *p, const char *name, size_t len) {
    hsvc_engine *engine = p->w.engines[p->node];
    hsvc_counters counters = {.struct_size = sizeof counters};
    hsvc_subject_view subject = {.struct_size = sizeof subject};
    hsvc_problem problem = {.struct_size = sizeof problem};
    uint32_t param = 1 + next_byte(&p->b) % 44, from;
    const char *text;
    int64_t value;
    uint64_t epoch = 0;
    must_be_expected(p, hsvc_policy_value(engine, param, "u0", 2, name, len, &value, &from));
    must_be_expected(p, hsvc_policy_text(engine, param, name, len, &text, &len, &from));
    must_be_expected(p, hsvc_subject_get(engine, 1 + param % 8, &subject));
    must_be_expected(p, hsvc_epoch_get(engine, &epoch));
    if (param == 44) must_be_expected(p, hsvc_epoch_raise(engine, epoch + next_byte(&p->b) % 2));
    OK(hsvc_counters_get(engine, &counters));
    OK(hsvc_effects_problem(p->w.fx, &problem));
}

/* play_look: everything that only looks, under a name that may be nobody's. */
static void play_look(struct play *p) {
    static hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    static hsvc_audit_entry entries[16];
    hsvc_engine *engine = p->w.engines[p->node];
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_user_view user = {.struct_size = sizeof user};
    hsvc_headset_view headset = {.struct_size = sizeof headset};
    hsvc_audit_cursor cursor = {.struct_size = sizeof cursor};
    const char *alias;
    size_t alias_len;
    uint32_t kind = 1 + next_byte(&p->b) % 4;
    const char *name;
    size_t len, count = 0;
    items[0].struct_size = sizeof items[0];
    entries[0].struct_size = sizeof entries[0];
    name = text_for(&p->b, kind == 1 ? HSVC_FIELD_DEVICE : kind == 2 ? HSVC_FIELD_USER : HSVC_FIELD_SERIAL, &len);
    tell_look(p, "look at", name, len);
    must_be_expected(p, hsvc_user_get(engine, name, len, &user));
    look_at_lists(engine);
    must_be_expected(p, hsvc_device_get(engine, name, len, &device));
    look_at_lists(engine);
    must_be_expected(p, hsvc_device_next(engine, name, len, &device));
    must_be_expected(p, hsvc_user_next(engine, name, len, &user));
    must_be_expected(p, hsvc_headset_alias(engine, name, len, 0, &alias, &alias_len));
    must_be_expected(p, hsvc_headset_get(engine, name, len, &headset));
    must_be_expected(p, hsvc_headset_next(engine, name, len, &headset));
    must_be_expected(p, hsvc_explain(engine, kind, name, len, items, HSVC_LIMIT_EXPLAINED, &count));
    MUST(count <= HSVC_LIMIT_EXPLAINED);
    must_be_expected(p, hsvc_audit_read(engine, &cursor, entries, 16, &count));
    look_wider(p, name, len);
}

static void play_inventory(struct play *p) {
    hsvc_inventory *page = NULL;
    hsvc_inventory_query query;
    hsvc_inventory_row row = {.struct_size = sizeof row};
    uint32_t how = next_byte(&p->b);
    OK(hsvc_inventory_query_init(&query, sizeof query));
    OK(hsvc_inventory_new(&p->w.allocator, &page));
    query.limit = how & 3;
    query.assignment = how >> 2 & 3;
    query.activity = how >> 4 & 3;
    if (how >> 6 & 1) query.model = text_for(&p->b, HSVC_FIELD_MODEL, &query.model_len);
    if (how >> 7 & 1) query.text = text_for(&p->b, HSVC_FIELD_SERIAL, &query.text_len);
    tell_look(p, "inventory of", query.text, query.text_len);
    for (int pages = 0; pages < 20; pages++) {
        must_be_expected(p, hsvc_inventory_list(p->w.engines[p->node], &query, page));
        for (size_t i = 0; hsvc_inventory_at(page, i, &row) == HSVC_OK; i++) must_be_text(row.serial, row.serial_len);
        query.cursor = hsvc_inventory_cursor(page, &query.cursor_len);
        if (query.cursor_len == 0) break;
    }
    query.cursor_len = 0;
    must_be_expected(p, hsvc_inventory_summarise(p->w.engines[p->node], &query, page));
    must_be_expected(p, hsvc_inventory_get(p->w.engines[p->node], "S0", 2, page));
    hsvc_inventory_free(page);
}

static void arm(struct play *p) {
    static const uint32_t commits[] = {HSVC_FAULT_UNAVAILABLE,  HSVC_FAULT_CONFLICT,     HSVC_FAULT_FULL,        HSVC_FAULT_UNKNOWN_DONE,
                                       HSVC_FAULT_UNKNOWN_LOST, HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_NO_REVISION, HSVC_FAULT_CORRUPT};
    hsvc_fault what;
    uint32_t how = next_byte(&p->b);
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = commits[how % 8];
    what.on = HSVC_FAULT_ON_COMMIT;
    if (how >= 128) {
        what.kind = how & 1 ? HSVC_FAULT_UNAVAILABLE : HSVC_FAULT_CORRUPT;
        what.on = how & 2 ? HSVC_FAULT_ON_READ : HSVC_FAULT_ON_SCAN;
    }
    what.nth = 1 + (how >> 5 & 3);
    what.times = how & 16 ? 9 : 1;
    what.delay = 2;
    what.flip_at = next_byte(&p->b);
    p->failing = hsvc_fault_store_arm(p->w.fault, &what) == HSVC_OK;
}

/* A fault is for the next step alone; what was late has then arrived. */
static void disarm(struct play *p) {
    if (!p->failing) return;
    hsvc_fault_store_disarm(p->w.fault);
    hsvc_fault_store_settle(p->w.fault);
    p->failing = 0;
}

static void play_step(struct play *p) {
    uint32_t how = next_byte(&p->b);
    if (how >= 236 && how < 244) arm(p);
    if (how % 8 == 7) p->node = !p->node;
    if (how < 66) play_inputs(p);
    else if (how < 130) play_likely(p);
    else if (how < 160) play_answer(p);
    else if (how < 200) play_time(p);
    else if (how < 206) play_resync(p);
    else if (how < 216) play_look(p);
    else if (how < 222) play_inventory(p);
    else if (how < 226) world_engine(&p->w, p->node);
    else if (how < 250) play_inputs(p);
    else play_time(p);
    must_be_listed(p->w.fx);
    disarm(p);
    must_be_sound(&p->w);
}

/* ---- the end ---- */
static int32_t print_difference(const hsvc_difference *d, void *user) {
    (void)user;
    (void)fprintf(stderr, "call %llu, %s, %s: %s: %llu became %llu,", (unsigned long long)d->call, d->frame_name, d->group, d->field,
                  (unsigned long long)d->expected_number, (unsigned long long)d->came_number);
    for (size_t i = 0; i < d->expected_len; i++) (void)fprintf(stderr, " %02x", d->expected[i]);
    (void)fprintf(stderr, " became");
    for (size_t i = 0; i < d->came_len; i++) (void)fprintf(stderr, " %02x", d->came[i]);
    (void)fprintf(stderr, "\n");
    return HSVC_OK;
}

static void replay(const struct world *w) {
    hsvc_replay_config config;
    OK(hsvc_replay_config_init(&config, sizeof config));
    config.allocator = &w->allocator;
    config.difference = print_difference;
    OK(hsvc_replay(&config, recording, recorded, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    struct play p;
    int64_t now;
    memset(&p, 0, sizeof p);
    p.b.at = bytes;
    p.b.left = len;
    recorded = 0;
    if (kind_count == 0) read_kinds();
    world_ready(&p.w);
    p.w.config.recording = on_frame;
    world_start(&p.w);
    world_people(&p.w);
    for (int steps = 0; steps < STEPS && p.b.left != 0; steps++) play_step(&p);
    OK(hsvc_manual_clock_get(p.w.clock, &now));
    replay(&p.w);
    MUST(comes_to_rest(&p.w.allocator, &p.w.plain, now));
    world_close(&p.w);
    return 0;
}
