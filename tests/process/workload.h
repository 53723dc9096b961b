/* workload.h: a day at a few desks, made of numbers: step i does the same wherever the store is the same. So two stores can
 * be taken through the same day and compared row by row, and a day that was cut off can be gone on with.
 *
 * A step is given until it is answered, always with the same request id: as a host does it. */
#ifndef TESTS_PROCESS_WORKLOAD_H
#define TESTS_PROCESS_WORKLOAD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/headsetsvc.h"
#include "headsetsvc/inputs.h"
#include "headsetsvc/stdlib.h"

#define WORKLOAD_START INT64_C(1800000000000)
#define WORKLOAD_SETUP 10u /* steps that make users and devices */
#define WORKLOAD_USERS 3u
#define WORKLOAD_DEVICES 3u
#define WORKLOAD_SERIALS 5u

struct workload {
    uint64_t seed;
    uint32_t step; /* the one under way */
    uint64_t random;
    int64_t now_ms;
    hsvc_engine *engine;
    hsvc_effects *fx;
    char device[8], serial[8], user[8];
};

static inline int32_t workload_clock(int64_t *now_ms, void *user) {
    *now_ms = ((const struct workload *)user)->now_ms;
    return HSVC_OK;
}

static inline int workload_open(struct workload *w, const hsvc_store *store, uint64_t seed) {
    hsvc_allocator allocator;
    hsvc_config config;
    memset(w, 0, sizeof *w);
    w->seed = seed;
    hsvc_stdlib_allocator(&allocator);
    hsvc_config_init(&config, sizeof config);
    config.allocator = &allocator;
    config.store = store;
    config.clock = workload_clock;
    config.clock_user = w;
    return hsvc_engine_new(&config, &w->engine) == HSVC_OK && hsvc_effects_new(&allocator, &w->fx) == HSVC_OK;
}

static inline void workload_close(struct workload *w) {
    hsvc_effects_free(w->fx);
    hsvc_engine_free(w->engine);
}

/* splitmix64 */
static inline uint32_t workload_pick(struct workload *w, uint32_t of) {
    uint64_t z = (w->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) % of);
}

static inline const char *workload_device(struct workload *w) {
    snprintf(w->device, sizeof w->device, "P%u", (unsigned)workload_pick(w, WORKLOAD_DEVICES));
    return w->device;
}
static inline const char *workload_serial(struct workload *w) {
    snprintf(w->serial, sizeof w->serial, "S%u", (unsigned)workload_pick(w, WORKLOAD_SERIALS));
    return w->serial;
}
static inline const char *workload_user(struct workload *w) {
    snprintf(w->user, sizeof w->user, "u%u", (unsigned)workload_pick(w, WORKLOAD_USERS));
    return w->user;
}

static inline int32_t workload_give(struct workload *w, hsvc_input *in) {
    memset(in->request_id, 1, sizeof in->request_id);
    memcpy(in->request_id, &w->step, sizeof w->step);
    return hsvc_apply(w->engine, in, 1, 0, w->fx);
}

/* The first steps: users who each own a headset, devices that are there. No PIN where the seed is even. */
static inline int32_t workload_set_up(struct workload *w) {
    static hsvc_item profile = {"lines", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    uint32_t i = w->step - 1;
    hsvc_input in;
    snprintf(w->user, sizeof w->user, "u%u", (unsigned)(i % 3));
    snprintf(w->serial, sizeof w->serial, "S%u", (unsigned)(i % 3));
    snprintf(w->device, sizeof w->device, "P%u", (unsigned)(i % 3));
    if (w->step == 0)
        hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL,
                              w->seed % 2 ? HSVC_CHOICE_PIN_ENTRY_REQUIRED : HSVC_CHOICE_PIN_ENTRY_NOT_REQUIRED);
    else if (i < 3)
        hsvc_input_user_put(&in, w->user, &profile, 1);
    else if (i < 6)
        hsvc_input_device_put(&in, w->device, "own", HSVC_DEVICE_ANONYMOUS, "desk", "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED);
    else
        hsvc_input_associate(&in, w->user, w->serial);
    return workload_give(w, &in);
}

/* Every one of these screens is answered by going on, so that much happens. */
static inline int32_t workload_answer(struct workload *w, const char *device, const hsvc_device_view *view) {
    hsvc_input in;
    if (view->prompt == HSVC_PROMPT_SIGN_IN_PIN || view->prompt == HSVC_PROMPT_ASSOCIATE)
        hsvc_input_submit(&in, device, view->prompt_id, workload_user(w), "1357", 4);
    else if (view->prompt == HSVC_PROMPT_SIGN_OUT_OTHER)
        hsvc_input_yes(&in, device, view->prompt_id);
    else if (view->prompt == HSVC_PROMPT_SIGN_OUT && workload_pick(w, 2))
        hsvc_input_sign_out(&in, device, view->prompt_id);
    else if (view->prompt == HSVC_PROMPT_COUNTDOWN || view->prompt == HSVC_PROMPT_ASSOCIATED)
        hsvc_input_sign_in(&in, device, view->prompt_id);
    else
        hsvc_input_cancel(&in, device, view->prompt_id);
    return workload_give(w, &in);
}

static inline int32_t workload_phone(struct workload *w) {
    const char *device = workload_device(w);
    hsvc_device_view view;
    hsvc_input in;
    int32_t status;
    hsvc_device_view_init(&view, sizeof view);
    status = hsvc_device_get(w->engine, device, strlen(device), &view);
    if (status == HSVC_ERR_NOT_FOUND) return HSVC_OK;
    if (status != HSVC_OK) return status;
    if (view.generation_desired != view.generation_acked || !view.registered)
        hsvc_input_device_registered(&in, device, view.generation_desired, 0);
    else if (view.prompt != 0)
        return workload_answer(w, device, &view);
    else
        hsvc_input_menu_sign_in(&in, device);
    return workload_give(w, &in);
}

/* A directory that answers what a device may be waiting for: a request's number is one of the next after its prompt's. */
static inline int32_t workload_verify(struct workload *w) {
    const char *device = workload_device(w);
    hsvc_device_view view;
    hsvc_input in;
    int32_t status;
    hsvc_device_view_init(&view, sizeof view);
    status = hsvc_device_get(w->engine, device, strlen(device), &view);
    if (status == HSVC_ERR_NOT_FOUND) return HSVC_OK;
    if (status != HSVC_OK) return status;
    hsvc_input_verify_result(&in, device, view.prompt_id + 1 + workload_pick(w, 3), workload_pick(w, 5) ? HSVC_VERIFY_OK : HSVC_VERIFY_WRONG);
    return workload_give(w, &in);
}

static inline int32_t workload_plug(struct workload *w) {
    const char *device = workload_device(w), *serial = workload_serial(w);
    uint64_t handle = hsvc_hash64(serial, strlen(serial));
    hsvc_input in;
    if (workload_pick(w, 3) < 2)
        hsvc_input_headset_connected(&in, device, serial, handle);
    else
        hsvc_input_headset_disconnected(&in, device, serial, handle);
    return workload_give(w, &in);
}

/* workload_step: HSVC_OK, or why it is not done: then it may be given again. */
static inline int32_t workload_step(struct workload *w, uint32_t step) {
    uint32_t what;
    w->step = step;
    w->random = w->seed * UINT64_C(1000003) + step;
    w->now_ms = WORKLOAD_START + (int64_t)step * 1000 + (int64_t)(step / 20) * 90000; /* busy moments, and pauses */
    if (step < WORKLOAD_SETUP) return workload_set_up(w);
    what = workload_pick(w, 100);
    if (what < 30) return workload_plug(w);
    if (what < 65) return workload_phone(w);
    if (what < 75) return hsvc_advance(w->engine, w->fx);
    return workload_verify(w);
}

/* workload_rest: lets time pass until nothing waits any more; how many turns that took, 0 if it never came to rest. */
static inline uint32_t workload_rest(struct workload *w) {
    for (uint32_t turns = 1; turns < 1000; turns++) {
        int64_t at;
        if (hsvc_next_deadline(w->engine, &at) != HSVC_OK) return 0;
        if (at == HSVC_NEVER) return turns;
        if (at > w->now_ms) w->now_ms = at;
        if (hsvc_advance(w->engine, w->fx) != HSVC_OK) return 0;
    }
    return 0;
}

/* ---- comparing stores ---- */

static inline int32_t workload_hash_row(const hsvc_row *row, void *user) {
    uint64_t *hash = (uint64_t *)user;
    uint64_t parts[3] = {*hash, hsvc_hash64(row->key, row->key_len), hsvc_hash64(row->value, row->value_len)};
    *hash = hsvc_hash64(parts, sizeof parts);
    return HSVC_OK;
}

/* workload_hash: of all keys and values; revisions are each store's own. 0 if it cannot be read. */
static inline uint64_t workload_hash(const hsvc_store *store) {
    uint64_t hash = 1;
    return store->scan(NULL, 0, NULL, 0, SIZE_MAX, workload_hash_row, &hash, store->user) == HSVC_OK ? hash : 0;
}

static inline int32_t workload_say_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    (void)user;
    fprintf(stderr, "violated: %s (%s) of %.*s\n", invariant, rule, (int)key_len, (const char *)key);
    return HSVC_OK;
}

static inline uint64_t workload_findings(struct workload *w) {
    uint64_t findings = UINT64_MAX;
    return hsvc_verify(w->engine, workload_say_finding, NULL, &findings) == HSVC_OK ? findings : UINT64_MAX;
}

#endif
