/* hammer_node.c: one node: what its people do, and the watcher that looks at the whole store while they do it. Users,
 * headsets and devices are few, so that nearly every input meets another node's. */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/stdlib.h"
#include "process/hammer.h"

#define EPOCH_MS INT64_C(1800000000000)
#define SKEW_MS 1500 /* at most, either way: within the default clock_skew_max */
#define TRIES 200    /* of one input while the store is away */

struct node {
    const struct hammer *h;
    uint32_t number;
    uint64_t random;
    int64_t skew_ms;
    struct hammer_store opened;
    struct hammer_log log;
    hsvc_store store;
    hsvc_engine *engine;
    hsvc_effects *fx;
    uint64_t requests;
    uint64_t conflicts; /* counted so far */
    int64_t next_ms;
    char device[16], serial[16], user[16];
};

int64_t hammer_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int32_t node_clock(int64_t *now_ms, void *user) {
    const struct node *n = (const struct node *)user;
    *now_ms = EPOCH_MS + (hammer_us() - n->h->started_us) * n->h->speed / 1000 + n->skew_ms;
    return HSVC_OK;
}

static uint32_t pick(struct node *n, uint32_t below) { return (uint32_t)(hammer_random(&n->random) % below); }

static int node_open(struct node *n, const struct hammer *h, uint32_t number, uint32_t life, uint32_t nodes) {
    hsvc_allocator allocator;
    hsvc_config config;
    memset(n, 0, sizeof *n);
    n->h = h;
    n->number = number;
    n->random = (h->seed * 1000003 + number * 1009 + life) | 1;
    for (int i = 0; i < 8; i++) (void)hammer_random(&n->random);
    n->skew_ms = (int64_t)pick(n, 2 * SKEW_MS + 1) - SKEW_MS;
    if (!hammer_store_open(&n->opened, h->store) || !hammer_log_open(&n->log, h, number, life)) return 0;
    hammer_log_bind(&n->log, &n->opened.store, &n->store);
    hsvc_stdlib_allocator(&allocator);
    hsvc_config_init(&config, sizeof config);
    config.allocator = &allocator;
    config.store = &n->store;
    config.clock = node_clock;
    config.clock_user = n;
    config.node = number < nodes ? number : 0;
    config.node_count = nodes;
    return hsvc_engine_new(&config, &n->engine) == HSVC_OK && hsvc_effects_new(&allocator, &n->fx) == HSVC_OK;
}

static void node_close(struct node *n) {
    hsvc_effects_free(n->fx);
    hsvc_engine_free(n->engine);
    hammer_store_close(&n->opened);
}

/* fail: what no store and no neighbour may cause. */
static void fail(const struct node *n, const char *where, int32_t status) {
    fprintf(stderr, "hammer: node %u: %s: %s\n", (unsigned)n->number, where, hsvc_name(HSVC_REGISTRY_STATUS, status));
    __atomic_add_fetch(&n->h->shared->failures, 1, __ATOMIC_RELAXED);
}

static int is_weather(int32_t status) {
    return status == HSVC_ERR_CONFLICT || status == HSVC_ERR_UNAVAILABLE || status == HSVC_ERR_UNKNOWN;
}

static void pause_ms(long ms) {
    struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
}

/* publish: what the effects tell goes into the log; the request of a PIN check is remembered. */
static uint64_t publish(struct node *n) {
    hsvc_effect effect;
    uint64_t request = 0;
    hsvc_effect_init(&effect, sizeof effect);
    for (size_t i = 0; hsvc_effects_at(n->fx, i, &effect) == HSVC_OK; i++) {
        if (effect.kind == HSVC_EFFECT_SESSION_STARTED || effect.kind == HSVC_EFFECT_SESSION_ENDED)
            hammer_log_session(&n->log, &effect);
        if (effect.kind == HSVC_EFFECT_VERIFY_PIN) request = effect.request;
    }
    return request;
}

/* apply: one input until it is answered, as a host should: the same request id each time. Returns the PIN's request. */
static uint64_t apply(struct node *n, hsvc_input *in) {
    int32_t status = HSVC_ERR_UNKNOWN;
    n->requests++;
    memcpy(in->request_id, &n->requests, 8);
    memcpy(in->request_id + 8, &n->random, 8);
    for (int i = 0; i < TRIES && is_weather(status); i++) {
        if (i > 0) pause_ms(status == HSVC_ERR_CONFLICT ? 1 : 20);
        status = hsvc_apply(n->engine, in, 1, 0, n->fx);
        if (status == HSVC_ERR_UNAVAILABLE || status == HSVC_ERR_UNKNOWN) n->h->shared->away[n->number]++;
    }
    if (status != HSVC_OK) {
        fail(n, hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)in->kind), status);
        return 0;
    }
    n->h->shared->inputs[n->number]++;
    return publish(n);
}

/* ---- what people do ---- */
static const char *some_device(struct node *n) {
    snprintf(n->device, sizeof n->device, "P%u", (unsigned)pick(n, n->h->devices));
    return n->device;
}
static const char *some_serial(struct node *n) {
    snprintf(n->serial, sizeof n->serial, "S%u", (unsigned)pick(n, n->h->serials));
    return n->serial;
}
static const char *some_user(struct node *n) {
    snprintf(n->user, sizeof n->user, "u%u", (unsigned)pick(n, n->h->users));
    return n->user;
}

static void plug(struct node *n) {
    const char *device = some_device(n), *serial = some_serial(n);
    uint64_t handle = hsvc_hash64(serial, strlen(serial));
    hsvc_input in;
    if (pick(n, 100) < 55) hsvc_input_headset_connected(&in, device, serial, handle);
    else hsvc_input_headset_disconnected(&in, device, serial, handle);
    (void)apply(n, &in);
}

static void administer(struct node *n) {
    hsvc_input in;
    uint32_t what = pick(n, 10);
    if (what < 6) hsvc_input_associate(&in, some_user(n), some_serial(n));
    else if (what < 9) hsvc_input_disassociate(&in, some_serial(n));
    else hsvc_input_force_sign_out(&in, some_device(n));
    (void)apply(n, &in);
}

static void call(struct node *n) {
    hsvc_input in;
    if (pick(n, 2)) hsvc_input_call_begun(&in, some_device(n), 1 + pick(n, 3), HSVC_CALL_ACTIVE);
    else hsvc_input_call_ended(&in, some_device(n), 1 + pick(n, 3));
    (void)apply(n, &in);
}

static void give_pin(struct node *n, const char *device, uint64_t prompt, const char *user) {
    hsvc_input in;
    uint64_t request;
    hsvc_input_submit(&in, device, prompt, user, "1357", 4);
    request = apply(n, &in);
    if (request == 0) return;
    hsvc_input_verify_result(&in, device, request, pick(n, 8) ? HSVC_VERIFY_OK : HSVC_VERIFY_WRONG);
    (void)apply(n, &in);
}

static void answer(struct node *n, const char *device, const hsvc_device_view *view) {
    hsvc_input in;
    switch (view->prompt) {
        case HSVC_PROMPT_ASSOCIATE:
        case HSVC_PROMPT_SIGN_IN_PIN:
        case HSVC_PROMPT_EM_SIGN_IN: give_pin(n, device, view->prompt_id, some_user(n)); return;
        case HSVC_PROMPT_ASSOCIATED:
        case HSVC_PROMPT_COUNTDOWN: hsvc_input_sign_in(&in, device, view->prompt_id); break;
        case HSVC_PROMPT_SIGN_OUT_OTHER: hsvc_input_yes(&in, device, view->prompt_id); break;
        case HSVC_PROMPT_SIGN_OUT: hsvc_input_sign_out(&in, device, view->prompt_id); break;
        default: hsvc_input_cancel(&in, device, view->prompt_id); break;
    }
    (void)apply(n, &in);
}

/* at_phone: the phone wears what it should, then somebody answers what it asks, or uses its menu. */
static void at_phone(struct node *n) {
    const char *device = some_device(n);
    hsvc_device_view view;
    hsvc_input in;
    hsvc_device_view_init(&view, sizeof view);
    if (hsvc_device_get(n->engine, device, strlen(device), &view) != HSVC_OK) return;
    if (view.generation_desired != view.generation_acked || !view.registered) {
        hsvc_input_device_registered(&in, device, view.generation_desired, n->number);
        (void)apply(n, &in);
    } else if (view.wipe_pending) {
        hsvc_input_wipe_done(&in, device, view.generation_desired);
        (void)apply(n, &in);
    } else if (view.prompt != 0) {
        answer(n, device, &view);
    } else {
        if (pick(n, 3) == 0) hsvc_input_menu_sign_out(&in, device);
        else hsvc_input_menu_sign_in(&in, device);
        (void)apply(n, &in);
    }
}

/* fire: deadlines, as a host's loop would: when the library wants it. */
static void fire(struct node *n) {
    int64_t now;
    hsvc_counters before = {.struct_size = sizeof before}, after = {.struct_size = sizeof after};
    int32_t status;
    (void)node_clock(&now, n);
    if (now < n->next_ms) return;
    hsvc_counters_get(n->engine, &before);
    status = hsvc_advance(n->engine, n->fx);
    (void)publish(n);
    hsvc_counters_get(n->engine, &after);
    n->h->shared->deadlines[n->number] += after.deadlines - before.deadlines;
    n->h->shared->wasted[n->number] += after.conflicts - before.conflicts;
    if (status != HSVC_OK && !is_weather(status)) fail(n, "advance", status);
    if (hsvc_next_deadline(n->engine, &n->next_ms) != HSVC_OK) n->next_ms = now;
}

int hammer_node(const struct hammer *h, uint32_t number, uint32_t life) {
    struct node n;
    if (!node_open(&n, h, number, life, h->nodes)) return 1;
    while (!h->shared->stop) {
        hsvc_counters counters = {.struct_size = sizeof counters};
        uint64_t before = n.conflicts;
        uint32_t what = pick(&n, 100);
        if (what < 50) plug(&n);
        else if (what < 65) administer(&n);
        else if (what < 72) call(&n);
        else at_phone(&n);
        fire(&n);
        hsvc_counters_get(n.engine, &counters);
        n.conflicts = counters.conflicts;
        h->shared->conflicts[number] += n.conflicts - before;
    }
    node_close(&n);
    return 0;
}

/* ---- before and beside ---- */
int hammer_set_up(const struct hammer *h) {
    hsvc_item profile;
    struct node n;
    hsvc_input in;
    int made = node_open(&n, h, HAMMER_NODES_MOST - 1, 0, 1);
    if (!made) return 1;
    memset(&profile, 0, sizeof profile);
    profile.kind = HSVC_ITEM_PROFILE;
    profile.text = "lines";
    profile.text_len = 5;
    hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL,
                          h->seed % 2 ? HSVC_CHOICE_PIN_ENTRY_REQUIRED : HSVC_CHOICE_PIN_ENTRY_NOT_REQUIRED);
    (void)apply(&n, &in);
    hsvc_input_policy_set(&in, HSVC_PARAM_MULTIPLE_LOGIN, HSVC_SCOPE_GLOBAL,
                          h->seed % 3 ? HSVC_CHOICE_MULTIPLE_LOGIN_AUTO_SIGN_OUT : HSVC_CHOICE_MULTIPLE_LOGIN_NOT_ALLOWED);
    (void)apply(&n, &in);
    hsvc_input_policy_set(&in, HSVC_PARAM_HEADSETS_PER_USER_MAX, HSVC_SCOPE_GLOBAL, 3);
    (void)apply(&n, &in);
    for (uint32_t i = 0; i < h->users; i++) {
        snprintf(n.user, sizeof n.user, "u%u", (unsigned)i);
        hsvc_input_user_put(&in, n.user, &profile, 1);
        (void)apply(&n, &in);
    }
    for (uint32_t i = 0; i < h->devices; i++) {
        snprintf(n.device, sizeof n.device, "P%u", (unsigned)i);
        hsvc_input_device_put(&in, n.device, "own", HSVC_DEVICE_ANONYMOUS, "desk", "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED);
        (void)apply(&n, &in);
        hsvc_input_device_registered(&in, n.device, 0, 0);
        (void)apply(&n, &in);
    }
    made = h->shared->failures == 0;
    node_close(&n);
    return !made;
}

/* A look leaves the audit out, since that has no bound: what verify says of it there means nothing. */
static int32_t say_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    uint64_t *counted = (uint64_t *)user;
    if (counted != NULL && strcmp(rule, "OBS-3") == 0) return HSVC_OK;
    if (counted != NULL) ++*counted;
    fprintf(stderr, "hammer: violated: %s (%s) of %.*s\n", invariant, rule, (int)key_len, (const char *)key);
    return HSVC_OK;
}

static uint64_t findings_of(const struct hammer *h, const hsvc_store *store, int without_audit) {
    struct node at = {.h = h};
    hsvc_allocator allocator;
    hsvc_config config;
    hsvc_engine *engine;
    uint64_t findings = UINT64_MAX, counted = 0;
    hsvc_stdlib_allocator(&allocator);
    hsvc_config_init(&config, sizeof config);
    config.allocator = &allocator;
    config.store = store;
    config.clock = node_clock;
    config.clock_user = &at;
    if (hsvc_engine_new(&config, &engine) != HSVC_OK) return UINT64_MAX;
    if (hsvc_verify(engine, say_finding, without_audit ? &counted : NULL, &findings) != HSVC_OK) findings = UINT64_MAX;
    else if (without_audit) findings = counted;
    hsvc_engine_free(engine);
    return findings;
}

uint64_t hammer_verify(const struct hammer *h) {
    struct hammer_store opened;
    uint64_t findings = hammer_store_open(&opened, h->store) ? findings_of(h, &opened.store, 0) : UINT64_MAX;
    hammer_store_close(&opened);
    return findings;
}

/* copy_row: one row of the look into a memory store. */
static int32_t copy_row(const hsvc_row *row, void *user) {
    const hsvc_store *to = (const hsvc_store *)user;
    uint64_t revision = 0;
    hsvc_op op = {.struct_size = sizeof op, .kind = HSVC_OP_PUT, .expect = HSVC_EXPECT_ANY};
    op.key = row->key;
    op.key_len = row->key_len;
    op.value = row->value;
    op.value_len = row->value_len;
    return to->commit(&op, 1, &revision, to->user) == HSVC_OK ? HSVC_OK : HSVC_ERR_CORRUPT;
}

/* One scan of so few rows is one look at one moment. */
#define LOOK_MOST 250
static const uint8_t behind_audit[] = {'A' + 1};
static void look(const struct hammer *h, const hsvc_store *store) {
    hsvc_memory_store *memory;
    hsvc_store copy = {.struct_size = sizeof copy};
    if (hsvc_stdlib_memory_store(&memory, &copy) != HSVC_OK) return;
    if (store->scan(behind_audit, 1, NULL, 0, LOOK_MOST, copy_row, &copy, store->user) == HSVC_OK) {
        if (findings_of(h, &copy, 1) != 0) __atomic_add_fetch(&h->shared->failures, 1, __ATOMIC_RELAXED);
        h->shared->snapshots++;
    }
    hsvc_memory_store_free(memory);
}

int hammer_watch(const struct hammer *h) {
    struct hammer_store opened;
    if (!hammer_store_open(&opened, h->store)) return 1;
    while (hammer_can_watch(h) && !h->shared->stop) {
        look(h, &opened.store);
        pause_ms(5);
    }
    hammer_store_close(&opened);
    return 0;
}
