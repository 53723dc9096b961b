/* rest.h: does time alone, with the end of calls, lead to rest (TIME-7)? Two nodes take turns on a store that something else
 * left behind, from deadline to deadline. At rest there is no prompt, no question, no job, no reset, no deadline; and the
 * store is sound: hsvc_verify knows that every session by headset has a headset of its user. */
#ifndef TESTS_SUPPORT_REST_H
#define TESTS_SUPPORT_REST_H

#include <stdio.h>
#include <string.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/testkit.h"

#define REST_NODES 2
#define REST_TURNS 400 /* deadlines one after the other, of a few devices */
#define REST_POLL_MS 1000 /* a host calls within so many: what one node must wait for, the witness may want at once */

struct rest {
    hsvc_manual_clock *clock;
    hsvc_engine *nodes[REST_NODES];
    hsvc_engine *witness; /* knows all deadlines, where a node is to look again after a while; only asks */
    hsvc_effects *fx;
};

/* The witness decides nothing, by which it would learn the policy: what it takes for a clock that was wrong hangs on it. */
static inline int32_t rest_begin(struct rest *rest, const hsvc_allocator *allocator, const hsvc_store *store, int64_t now) {
    hsvc_config config;
    int64_t skew;
    int32_t status = hsvc_manual_clock_new(allocator, now, &rest->clock);
    if (status == HSVC_OK) status = hsvc_effects_new(allocator, &rest->fx);
    if (status == HSVC_OK) status = hsvc_config_init(&config, sizeof config);
    if (status != HSVC_OK) return status;
    config.allocator = allocator;
    config.store = store;
    config.clock = hsvc_manual_clock_read;
    config.clock_user = rest->clock;
    status = hsvc_engine_new(&config, &rest->witness);
    if (status == HSVC_OK) status = hsvc_policy_value(rest->witness, HSVC_PARAM_CLOCK_SKEW_MAX, NULL, 0, NULL, 0, &skew, NULL);
    config.node_count = REST_NODES;
    for (; config.node < REST_NODES && status == HSVC_OK; config.node++)
        status = hsvc_engine_new(&config, &rest->nodes[config.node]);
    return status;
}

static inline void rest_end(struct rest *rest) {
    for (size_t i = 0; i < REST_NODES; i++) hsvc_engine_free(rest->nodes[i]);
    hsvc_engine_free(rest->witness);
    hsvc_effects_free(rest->fx);
    hsvc_manual_clock_free(rest->clock);
}

/* rest_end_calls: every device says to either node in turn that there is no call. */
static inline int32_t rest_end_calls(struct rest *rest) {
    hsvc_device_view view = {.struct_size = sizeof view};
    char name[HSVC_LIMIT_NAME_LEN + 1] = "";
    int32_t status = HSVC_OK;
    for (size_t turn = 0; hsvc_device_next(rest->witness, name, strlen(name), &view) == HSVC_OK && status == HSVC_OK; turn++) {
        hsvc_input in;
        (void)snprintf(name, sizeof name, "%.*s", (int)view.key_len, view.key);
        status = hsvc_input_call_snapshot(&in, name, NULL, 0);
        if (status == HSVC_OK) status = hsvc_apply(rest->nodes[turn % REST_NODES], &in, 1, 0, rest->fx);
    }
    return status;
}

/* rest_pass_time: until nothing is due ever; 0 if that takes too long, or a call failed. */
static inline int rest_pass_time(struct rest *rest) {
    size_t done = 1;
    for (size_t turn = 0; turn < REST_TURNS; turn++) {
        int64_t at, now;
        if (hsvc_next_deadline(rest->witness, &at) != HSVC_OK) return 0;
        if (at == HSVC_NEVER) return 1;
        if (hsvc_manual_clock_get(rest->clock, &now) != HSVC_OK) return 0;
        if (at <= now && done == 0) at = now + REST_POLL_MS;
        if (at > now && hsvc_manual_clock_set(rest->clock, at) != HSVC_OK) return 0;
        done = 0;
        for (size_t i = 0; i < REST_NODES; i++) {
            if (hsvc_advance(rest->nodes[(turn + i) % REST_NODES], rest->fx) != HSVC_OK) return 0;
            done += hsvc_effects_count(rest->fx) + hsvc_verdict_count(rest->fx);
        }
    }
    return 0;
}

/* rest_troubles: what is not at rest at a device; NULL if nothing. */
static inline const char *rest_troubles(const hsvc_device_view *view) {
    uint32_t profile = view->profile_state, session = view->session_state;
    if (view->prompt != 0) return "a prompt";
    if (view->verifying) return "a question";
    if (view->flapping) return "a hold";
    if (view->deadline_at != HSVC_NEVER) return "a deadline";
    if (profile == HSVC_PROFILE_RESETTING || profile == HSVC_PROFILE_SETTLING || profile == HSVC_PROFILE_RETRYING) return "a reset";
    if (session != HSVC_SESSION_VACANT && session != HSVC_SESSION_SIGNED_IN) return "a session that waits";
    return NULL;
}

static inline int32_t rest_say(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    (void)user;
    printf("# violated: %s (%s) of %.*s\n", invariant, rule, (int)key_len, (const char *)key);
    return HSVC_OK;
}

/* comes_to_rest: 1, or what does not is printed as a comment. now: not before what the store has seen. */
static inline int comes_to_rest(const hsvc_allocator *allocator, const hsvc_store *store, int64_t now) {
    struct rest rest = {0};
    hsvc_device_view view = {.struct_size = sizeof view};
    char name[HSVC_LIMIT_NAME_LEN + 1] = "";
    const char *trouble = NULL;
    uint64_t findings = 0;
    int good = rest_begin(&rest, allocator, store, now) == HSVC_OK && rest_end_calls(&rest) == HSVC_OK && rest_pass_time(&rest);
    if (!good) trouble = "time that does not pass";
    while (good && trouble == NULL && hsvc_device_next(rest.witness, name, strlen(name), &view) == HSVC_OK) {
        (void)snprintf(name, sizeof name, "%.*s", (int)view.key_len, view.key);
        trouble = rest_troubles(&view);
    }
    if (trouble == NULL && (hsvc_verify(rest.witness, rest_say, NULL, &findings) != HSVC_OK || findings != 0))
        trouble = "an unsound store";
    if (trouble != NULL) printf("# at rest there is still %s (%s)\n", trouble, name);
    rest_end(&rest);
    return trouble == NULL;
}

#endif
