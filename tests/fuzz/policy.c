/* policy.c: any value at any scope of any parameter is taken or refused by its limits, and what was taken is in force and
 * harms nobody: then headsets and phones of any model and firmware come, and are judged by it (POL-2, POL-3, SIGN-1). */
#include "fuzz/fuzz.h"

#define PARAMS 48

static hsvc_param_info params[PARAMS];
static size_t param_count;

static void read_params(void) {
    hsvc_param_info info = {.struct_size = sizeof info};
    for (param_count = 0; hsvc_param_at(param_count, &info) == HSVC_OK; param_count++) {
        MUST(param_count < PARAMS);
        params[param_count] = info;
    }
}

static void give_scope(hsvc_input *in, uint32_t scope) {
    in->state = scope;
    if (scope == HSVC_SCOPE_USER) in->user = "u0", in->user_len = 2;
    if (scope == HSVC_SCOPE_DEVICE) in->device = "d1", in->device_len = 2;
    if (scope == HSVC_SCOPE_SITE) in->site = "here", in->site_len = 4;
}

static int in_range(const hsvc_param_info *info, int64_t value) {
    return (value >= info->least && value <= info->most) || (info->type == HSVC_TYPE_LIMIT && value == 0);
}

/* must_be_in_force: at the device and for the user that any scope means. */
static void must_be_in_force(struct world *w, const hsvc_param_info *info, uint32_t scope, const hsvc_input *in) {
    uint32_t from = 0;
    if (info->type == HSVC_TYPE_TEXT) {
        const char *text;
        size_t len;
        OK(hsvc_policy_text(w->engines[0], info->param, "d1", 2, &text, &len, &from));
    } else {
        int64_t value = 0;
        OK(hsvc_policy_value(w->engines[0], info->param, "u0", 2, "d1", 2, &value, &from));
        MUST(in_range(info, value));
        if (from == scope) MUST(value == in->value);
    }
}

/* A value at the edges, or any. */
static int64_t pick_value(struct bytes *b, const hsvc_param_info *info) {
    switch (next_byte(b) % 6) {
        case 0: return info->least;
        case 1: return info->most;
        case 2: return info->least - 1;
        case 3: return info->most + 1;
        case 4: return info->least + (int64_t)next_byte(b);
        default: return (int64_t)next_number(b, 8);
    }
}

static void set_one(struct world *w, struct bytes *b) {
    const hsvc_param_info *info = &params[next_byte(b) % param_count];
    uint32_t scope = 1 + next_byte(b) % 4, unset = next_byte(b) % 8 == 0;
    hsvc_verdict verdict = {.struct_size = sizeof verdict};
    hsvc_input in;
    int32_t status;
    OK(hsvc_input_init(&in, sizeof in, unset ? HSVC_INPUT_POLICY_UNSET : HSVC_INPUT_POLICY_SET));
    in.param = info->param;
    give_scope(&in, scope);
    if (!unset && info->type == HSVC_TYPE_TEXT) in.text = next_text(b, (size_t)next_number(b, 2) % (HSVC_LIMIT_TEXT_LEN + 2), &in.text_len);
    else if (!unset) in.value = pick_value(b, info);
    status = hsvc_apply(w->engines[0], &in, 1, 0, w->fx);
    MUST(status == HSVC_OK || status == HSVC_ERR_INPUT_FIELD || status == HSVC_ERR_INPUT_MISSING);
    if (status != HSVC_OK || hsvc_verdict_at(w->fx, 0, &verdict) != HSVC_OK) return;
    must_be_listed(w->fx);
    if (!(info->scopes >> scope & 1)) MUST(!verdict.accepted);
    else if (!unset && info->type != HSVC_TYPE_TEXT && !in_range(info, in.value)) MUST(verdict.reason == HSVC_REASON_OUT_OF_RANGE);
    else if (!unset && info->type != HSVC_TYPE_TEXT && info->obeyed) MUST(verdict.accepted);
    if (verdict.accepted && !unset) must_be_in_force(w, info, scope, &in);
}

/* A phone and a headset of which the bytes say everything that patterns are compared with. */
static void come_and_be_judged(struct world *w, struct bytes *b) {
    hsvc_input in;
    size_t model_len, firmware_len, serial_len;
    const char *model = next_text(b, next_byte(b) % 140, &model_len);
    const char *firmware = next_text(b, next_byte(b) % 140, &firmware_len), *serial = next_text(b, next_byte(b) % 140, &serial_len);
    OK(hsvc_input_device_put(&in, "d1", "own", HSVC_DEVICE_ANONYMOUS, "here", "m", "f", HSVC_FLAG_EM_ENABLED | (next_byte(b) & 2)));
    in.model = model;
    in.model_len = model_len;
    in.firmware = firmware;
    in.firmware_len = firmware_len;
    world_give(w, &in);
    must_be_listed(w->fx);
    OK(hsvc_input_headset_connected(&in, "d1", "S0", 1));
    if (next_byte(b) % 2) in.serial = serial, in.serial_len = serial_len;
    world_give(w, &in);
    must_be_listed(w->fx);
    OK(hsvc_manual_clock_advance(w->clock, (int64_t)next_number(b, 3)));
    OK(hsvc_advance(w->engines[0], w->fx));
    must_be_listed(w->fx);
    OK(hsvc_input_headset_disconnected(&in, "d1", "S0", 1));
    world_give(w, &in);
    must_be_listed(w->fx);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    struct bytes b = {bytes, len};
    struct world w;
    if (param_count == 0) read_params();
    world_open(&w);
    world_people(&w);
    for (int rounds = 0; rounds < 16 && b.left != 0; rounds++) {
        set_one(&w, &b);
        if (next_byte(&b) % 3 == 0) come_and_be_judged(&w, &b);
        must_be_sound(&w);
    }
    world_close(&w);
    return 0;
}
