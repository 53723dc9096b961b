/* answer.c: the input that answers an effect, for hosts that can answer at once. */
#include "core/core.h"

#define GENERATION 1u
#define REQUEST 2u
#define STATE 4u
#define SERIAL 8u

/* Which input answers an effect, and what of the effect it carries. */
static const struct answer {
    uint32_t effect;
    uint32_t input;
    uint32_t fields;
} answers[] = {
    {HSVC_EFFECT_SHOW_PROMPT, HSVC_INPUT_EFFECT_ACK, GENERATION},
    {HSVC_EFFECT_CLEAR_PROMPT, HSVC_INPUT_EFFECT_ACK, GENERATION},
    {HSVC_EFFECT_MENU_STATE, HSVC_INPUT_EFFECT_ACK, GENERATION},
    {HSVC_EFFECT_APPLY_PROFILE, HSVC_INPUT_PROFILE_APPLIED, GENERATION},
    {HSVC_EFFECT_WIPE, HSVC_INPUT_WIPE_DONE, GENERATION},
    {HSVC_EFFECT_VERIFY_PIN, HSVC_INPUT_VERIFY_RESULT, REQUEST | STATE},
    {HSVC_EFFECT_REPORT_PRESENCE, HSVC_INPUT_PRESENCE_ANSWER, REQUEST | STATE | SERIAL},
    {HSVC_EFFECT_REPORT_CALLS, HSVC_INPUT_CALL_ANSWER, REQUEST},
};

static const struct answer *answer_to(uint32_t effect) {
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (answers[i].effect == effect) return &answers[i];
    return NULL;
}

int32_t hsvc_answer(const hsvc_effect *effect, uint32_t state, hsvc_input *input) {
    const struct answer *answer = effect == NULL ? NULL : answer_to(effect->kind);
    hsvc_input ours;
    if (effect == NULL || input == NULL) return HSVC_ERR_ARGUMENT;
    if (answer == NULL) return HSVC_ERR_NOT_FOUND;
    memset(&ours, 0, sizeof ours);
    ours.kind = answer->input;
    ours.device = effect->device;
    ours.device_len = effect->device_len;
    if (answer->fields & GENERATION) ours.generation = effect->generation;
    if (answer->fields & REQUEST) ours.request = effect->request;
    if (answer->fields & STATE) ours.state = state;
    if (answer->fields & SERIAL) {
        ours.serial = effect->serial;
        ours.serial_len = effect->serial_len;
    }
    return hsvc__sized_out(input, &ours, sizeof ours, sizeof ours);
}
