/* story.h: a day at two phones that touches every machine, as inputs with fixed times, and the store after each of them.
 *
 * The inputs are made once, in an undisturbed run: prompt ids, request ids of PIN checks and generations are looked up
 * there. A disturbed run gives the very same inputs, so that its store can be compared byte for byte. */
#ifndef TESTS_UNIT_STORY_H
#define TESTS_UNIT_STORY_H

#include "told.h"

/* What stands in a line instead of a number that is known only then. */
#define PROMPT UINT64_MAX     /* the prompt on the device */
#define REQUEST UINT64_MAX    /* of the last VERIFY_PIN */
#define GENERATION UINT64_MAX /* that the device should wear */

struct story_line {
    uint32_t kind;   /* 0: advance */
    int64_t wait_ms; /* before it */
    const char *device;
    const char *serial; /* or another text of the kind: profile */
    const char *user;
    uint64_t number; /* handle, prompt, request, generation, call, parameter */
    uint32_t state;
    uint32_t reason; /* what the undisturbed run must say */
};

#define SETTLES 21000
#define WINDOW 300001
static const struct story_line story_lines[] = {
    {HSVC_INPUT_USER_PUT, 0, NULL, NULL, "ann", 2, 0, HSVC_REASON_DONE},
    {HSVC_INPUT_USER_PUT, 0, NULL, NULL, "bob", 1, 0, HSVC_REASON_DONE},
    {HSVC_INPUT_DEVICE_PUT, 0, "P1", "own1", NULL, 0, HSVC_DEVICE_ANONYMOUS, HSVC_REASON_DONE},
    {HSVC_INPUT_DEVICE_PUT, 0, "P2", "own2", NULL, 0, HSVC_DEVICE_SHARED, HSVC_REASON_DONE},
    {HSVC_INPUT_DEVICE_REGISTERED, 0, "P1", NULL, NULL, 0, 0, HSVC_REASON_PROFILE_CONFIRMED},
    {HSVC_INPUT_DEVICE_REGISTERED, 0, "P2", NULL, NULL, 0, 0, HSVC_REASON_PROFILE_CONFIRMED},
    /* from the phone: associated, signed in with one of two profiles */
    {HSVC_INPUT_HEADSET_CONNECTED, 1000, "P1", "S1", NULL, 11, 0, HSVC_REASON_ASSOCIATION_ASKED},
    {HSVC_INPUT_SUBMIT, 1000, "P1", NULL, "ann", PROMPT, 0, HSVC_REASON_VERIFYING},
    {HSVC_INPUT_VERIFY_RESULT, 1000, "P1", NULL, NULL, REQUEST, HSVC_VERIFY_WRONG, HSVC_REASON_CREDENTIALS_WRONG},
    {HSVC_INPUT_SUBMIT, 1000, "P1", NULL, "ann", PROMPT, 0, HSVC_REASON_VERIFYING},
    {HSVC_INPUT_VERIFY_RESULT, 1000, "P1", NULL, NULL, REQUEST, HSVC_VERIFY_OK, HSVC_REASON_ASSOCIATED},
    {HSVC_INPUT_SIGN_IN, 1000, "P1", NULL, NULL, PROMPT, 0, HSVC_REASON_PROFILE_ASKED},
    {HSVC_INPUT_CHOOSE_PROFILE, 1000, "P1", "ann-2", NULL, PROMPT, 0, HSVC_REASON_SIGNED_IN},
    {HSVC_INPUT_DEVICE_UNREGISTERED, 1000, "P1", NULL, NULL, 0, 0, HSVC_REASON_RECORDED},
    {HSVC_INPUT_HEADSET_DISCONNECTED, 0, "P1", "S1", NULL, 11, 0, HSVC_REASON_RESETTING},
    {HSVC_INPUT_DEVICE_REGISTERED, 30000, "P1", NULL, NULL, GENERATION, 0, HSVC_REASON_PROFILE_CONFIRMED},
    {HSVC_INPUT_HEADSET_CONNECTED, 1000, "P1", "S1", NULL, 12, 0, HSVC_REASON_RECORDED},
    {0, SETTLES, NULL, NULL, NULL, 0, 0, HSVC_REASON_SETTLED},
    /* out and back in time */
    {HSVC_INPUT_HEADSET_DISCONNECTED, 1000, "P1", "S1", NULL, 12, 0, HSVC_REASON_WINDOW_OPENED},
    {HSVC_INPUT_CANCEL, 1000, "P1", NULL, NULL, PROMPT, 0, HSVC_REASON_DISMISSED},
    {HSVC_INPUT_HEADSET_CONNECTED, 1000, "P1", "S1", NULL, 13, 0, HSVC_REASON_WINDOW_CLOSED},
    /* a colleague takes the phone over; the first PIN is wrong */
    {HSVC_INPUT_ASSOCIATE, 1000, NULL, "S2", "bob", 0, 0, HSVC_REASON_ASSOCIATED},
    {HSVC_INPUT_HEADSET_CONNECTED, 1000, "P1", "S2", NULL, 21, 0, HSVC_REASON_TAKEOVER_ASKED},
    {HSVC_INPUT_YES, 1000, "P1", NULL, NULL, PROMPT, 0, HSVC_REASON_PIN_ASKED},
    {HSVC_INPUT_SUBMIT, 1000, "P1", NULL, "bob", PROMPT, 0, HSVC_REASON_VERIFYING},
    {HSVC_INPUT_VERIFY_RESULT, 1000, "P1", NULL, NULL, REQUEST, HSVC_VERIFY_WRONG, HSVC_REASON_CREDENTIALS_WRONG},
    {HSVC_INPUT_SUBMIT, 1000, "P1", NULL, "bob", PROMPT, 0, HSVC_REASON_VERIFYING},
    {HSVC_INPUT_VERIFY_RESULT, 1000, "P1", NULL, NULL, REQUEST, HSVC_VERIFY_OK, HSVC_REASON_SIGNED_IN},
    {HSVC_INPUT_DEVICE_REGISTERED, 30000, "P1", NULL, NULL, GENERATION, 0, HSVC_REASON_PROFILE_CONFIRMED},
    {HSVC_INPUT_WIPE_DONE, 1000, "P1", NULL, NULL, GENERATION, 0, HSVC_REASON_WIPED},
    {0, SETTLES, NULL, NULL, NULL, 0, 0, HSVC_REASON_SETTLED},
    /* a call outlives the window */
    {HSVC_INPUT_CALL_BEGUN, 1000, "P1", NULL, NULL, 7, HSVC_CALL_ACTIVE, HSVC_REASON_CALL_NOTED},
    {HSVC_INPUT_HEADSET_DISCONNECTED, 1000, "P1", "S2", NULL, 21, 0, HSVC_REASON_WINDOW_OPENED},
    {0, WINDOW, NULL, NULL, NULL, 0, 0, HSVC_REASON_DEFERRED},
    {HSVC_INPUT_CALL_ENDED, 1000, "P1", NULL, NULL, 7, 0, HSVC_REASON_CALLS_OVER},
    /* the device does not come back in time, then it does */
    {0, WINDOW, NULL, NULL, NULL, 0, 0, HSVC_REASON_RESET_TIMEOUT},
    {HSVC_INPUT_DEVICE_REGISTERED, 30000, "P1", NULL, NULL, GENERATION, 0, HSVC_REASON_PROFILE_CONFIRMED},
    {HSVC_INPUT_WIPE_DONE, 1000, "P1", NULL, NULL, GENERATION, 0, HSVC_REASON_WIPED},
    {0, SETTLES, NULL, NULL, NULL, 0, 0, HSVC_REASON_SETTLED},
    /* a countdown, on the other phone */
    {HSVC_INPUT_POLICY_SET, 1000, NULL, NULL, NULL, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, HSVC_REASON_POLICY_CHANGED},
    {HSVC_INPUT_HEADSET_CONNECTED, 1000, "P2", "S2", NULL, 22, 0, HSVC_REASON_COUNTDOWN_STARTED},
    {0, 16000, NULL, NULL, NULL, 0, 0, HSVC_REASON_SIGNED_IN},
    {HSVC_INPUT_DEVICE_REGISTERED, 30000, "P2", NULL, NULL, GENERATION, 0, HSVC_REASON_PROFILE_CONFIRMED},
    {0, SETTLES, NULL, NULL, NULL, 0, 0, HSVC_REASON_SETTLED},
    {HSVC_INPUT_HEADSET_DISCONNECTED, 1000, "P2", "S2", NULL, 22, 0, HSVC_REASON_WINDOW_OPENED},
    {HSVC_INPUT_SIGN_OUT, 1000, "P2", NULL, NULL, PROMPT, 0, HSVC_REASON_SIGNED_OUT},
    {HSVC_INPUT_PROFILE_APPLIED, 1000, "P2", NULL, NULL, GENERATION, 0, HSVC_REASON_PROFILE_CONFIRMED},
    /* "not on this phone", and the administrator */
    {HSVC_INPUT_HEADSET_CONNECTED, 1000, "P2", "S3", NULL, 31, 0, HSVC_REASON_ASSOCIATION_ASKED},
    {HSVC_INPUT_EXIT, 1000, "P2", NULL, NULL, PROMPT, 0, HSVC_REASON_SKIP_ASKED},
    {HSVC_INPUT_YES, 1000, "P2", NULL, NULL, PROMPT, 0, HSVC_REASON_SKIPPED},
    {HSVC_INPUT_UPDATE_BEGIN, 1000, NULL, "S3", NULL, 0, 0, HSVC_REASON_RECORDED},
    {HSVC_INPUT_DISASSOCIATE, 1000, NULL, "S1", NULL, 0, 0, HSVC_REASON_DISASSOCIATED},
    {HSVC_INPUT_POLICY_UNSET, 1000, NULL, NULL, NULL, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, HSVC_REASON_POLICY_CHANGED},
    /* what touches many records: a fact, and a job that comes to them */
    {HSVC_INPUT_HEADSET_CONNECTED, 1000, "P2", "S2", NULL, 23, 0, HSVC_REASON_PIN_ASKED},
    {HSVC_INPUT_SUBMIT, 1000, "P2", NULL, "bob", PROMPT, 0, HSVC_REASON_VERIFYING},
    {HSVC_INPUT_VERIFY_RESULT, 1000, "P2", NULL, NULL, REQUEST, HSVC_VERIFY_OK, HSVC_REASON_SIGNED_IN},
    {HSVC_INPUT_USER_RENAME, 1000, NULL, "bo", "bob", 0, 0, HSVC_REASON_DONE},
    {0, 1000, NULL, NULL, NULL, 0, 0, 0},
    {HSVC_INPUT_DEVICE_RENAME, 1000, "P2", "P9", NULL, 0, 0, HSVC_REASON_DONE},
    {0, 1000, NULL, NULL, NULL, 0, 0, 0},
    {HSVC_INPUT_FORCE_SIGN_OUT, 1000, NULL, NULL, NULL, 0, 0, HSVC_REASON_JOB_STARTED},
    {0, 1000, NULL, NULL, NULL, 0, 0, HSVC_REASON_SIGNED_OUT},
    {HSVC_INPUT_USER_REMOVE, 1000, NULL, NULL, "bo", 0, 0, HSVC_REASON_DONE},
    {0, 1000, NULL, NULL, NULL, 0, 0, 0},
    {HSVC_INPUT_DEVICE_REMOVE, 1000, "P9", NULL, NULL, 0, 0, HSVC_REASON_DONE},
    {0, 1000, NULL, NULL, NULL, 0, 0, 0},
};
#define STORY_LINES (sizeof story_lines / sizeof story_lines[0])

static const char story_pin[] = "1357";

static inline hsvc_item story_profile(const char *name) {
    hsvc_item item;
    memset(&item, 0, sizeof item);
    item.kind = HSVC_ITEM_PROFILE;
    item.text = name;
    item.text_len = strlen(name);
    return item;
}

static inline void story_user(hsvc_input *in, const struct story_line *line) {
    static hsvc_item anns[2], bobs[1];
    anns[0] = story_profile("ann-1");
    anns[1] = story_profile("ann-2");
    bobs[0] = story_profile("bob-1");
    OK(hsvc_input_user_put(in, line->user, line->number == 2 ? anns : bobs, (size_t)line->number));
}

static inline void story_device(hsvc_input *in, const struct story_line *line) {
    OK(hsvc_input_device_put(in, line->device, line->serial, line->state, "desk", "CP-8851", "14.1(1)",
                             HSVC_FLAG_EM_ENABLED));
}

/* story_numbers: the number of a line goes where its kind has one. */
static inline void story_numbers(hsvc_input *in, const struct story_line *line, const hsvc_device_view *view,
                                 uint64_t request) {
    uint64_t number = line->number;
    in->state = line->state;
    switch (line->kind) {
        case HSVC_INPUT_HEADSET_CONNECTED:
        case HSVC_INPUT_HEADSET_DISCONNECTED: in->handle = number; break;
        case HSVC_INPUT_CALL_BEGUN:
        case HSVC_INPUT_CALL_ENDED: in->call_id = number; break;
        case HSVC_INPUT_POLICY_SET:
        case HSVC_INPUT_POLICY_UNSET: in->param = (uint32_t)number; break;
        case HSVC_INPUT_VERIFY_RESULT: in->request = number == REQUEST ? request : number; break;
        case HSVC_INPUT_DEVICE_REGISTERED:
        case HSVC_INPUT_PROFILE_APPLIED:
        case HSVC_INPUT_WIPE_DONE: in->generation = number == GENERATION ? view->generation_desired : number; break;
        default: in->prompt_id = number == PROMPT ? view->prompt_id : number; break;
    }
}

/* story_input: line number i as an input, with a request id of its own. */
static inline void story_input(struct desk *d, size_t i, uint64_t request, hsvc_input *in) {
    const struct story_line *line = &story_lines[i];
    hsvc_device_view view;
    memset(&view, 0, sizeof view);
    OK(hsvc_input_init(in, sizeof *in, line->kind));
    if (line->kind == 0) return;
    if (line->kind == HSVC_INPUT_USER_PUT) {
        story_user(in, line);
    } else if (line->kind == HSVC_INPUT_DEVICE_PUT) {
        story_device(in, line);
    } else {
        if (line->device != NULL) view = device_view(d, line->device);
        story_numbers(in, line, &view, request);
        hsvc_input_set_device(in, line->device);
        hsvc_input_set_user(in, line->user);
        if (line->kind == HSVC_INPUT_CHOOSE_PROFILE) hsvc_input_set_profile(in, line->serial);
        else if (line->kind == HSVC_INPUT_USER_RENAME || line->kind == HSVC_INPUT_DEVICE_RENAME) hsvc_input_set_name(in, line->serial);
        else hsvc_input_set_serial(in, line->serial);
    }
    if (line->kind == HSVC_INPUT_SUBMIT) {
        in->pin = (const uint8_t *)story_pin;
        in->pin_len = sizeof story_pin - 1;
    }
    in->request_id[0] = (uint8_t)(i + 1);
    in->request_id[15] = 1;
}

static inline uint32_t story_said(const struct desk *d, const struct story *story, size_t i) {
    return said(d->fx, story->in[i].kind == 0 ? HSVC_NO_INPUT : 0);
}

/* story_make: the undisturbed run. Every line must say what stands in it, and leave a sound store. */
static inline void story_make(struct story *story) {
    struct desk d;
    hsvc_effect effect;
    uint64_t request = 0;
    int64_t at = START;
    memset(&effect, 0, sizeof effect);
    story_room(story, STORY_LINES);
    desk_open(&d);
    for (size_t i = 0; i < STORY_LINES; i++) {
        rows_read(&story->before[i], &d.plain, 0);
        at += story_lines[i].wait_ms;
        story->at[i] = at;
        story_input(&d, i, request, &story->in[i]);
        OK(story_go(&d, story, i));
        if (story_said(&d, story, i) != story_lines[i].reason)
            print_error("line %u says %s\n", (unsigned)i,
                        hsvc_name(HSVC_REGISTRY_REASON, (int32_t)story_said(&d, story, i)));
        assert_int_equal(story_said(&d, story, i), story_lines[i].reason);
        if (effects_of(d.fx, HSVC_EFFECT_VERIFY_PIN, &effect) != 0) request = effect.request;
        story->count++;
        sound(&d);
    }
    rows_read(&story->before[STORY_LINES], &d.plain, 0);
    desk_close(&d);
}

#endif
