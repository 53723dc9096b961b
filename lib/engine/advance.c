/* advance.c: deadlines: when the next one is, and a bounded number of due devices, each in a commit of its own. */
#include "engine/engine.h"

/* next_deadline: the first key's time, unless a patrol is on and has found or may yet find what has to begin anew: then
 * advance is wanted now, as the keys' times mean nothing to the host's clock (TIME-4). */
static int32_t next_deadline(struct hsvc_engine *engine, int64_t *at) {
    struct hsvc__dues dues;
    int32_t status = hsvc__sample(engine);
    if (status == HSVC_OK) status = hsvc__first_deadline(engine, at);
    if (status != HSVC_OK) return status;
    if (engine->node_count > 1) {
        if (*at > engine->now + engine->poll_ms) *at = engine->now + engine->poll_ms;
        return HSVC_OK; /* advance patrols with every poll */
    }
    if (!engine->patrols || *at <= engine->now) return HSVC_OK;
    hsvc__arena_reset(&engine->inputs);
    dues.count = 0;
    dues.arena = &engine->inputs;
    status = hsvc__patrol(engine, &dues);
    if (dues.count != 0) hsvc__patrol_again(engine); /* seen here, mended there */
    if (status == HSVC_OK && engine->patrols) *at = engine->now;
    return status;
}

int32_t hsvc_next_deadline(hsvc_engine *engine, int64_t *at_ms) {
    static const struct hsvc__recorded call = {HSVC_RECORDED_NEXT_DEADLINE, 0, 0, 0, {NULL, 0}, {NULL, 0}, 0};
    int32_t status;
    if (engine == NULL || at_ms == NULL) return HSVC_ERR_ARGUMENT;
    *at_ms = HSVC_NEVER;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    hsvc__record_begin(engine, &call);
    status = next_deadline(engine, at_ms);
    hsvc__record_end(engine, status, NULL, *at_ms, &call);
    hsvc__leave(engine);
    return status;
}

struct due {
    hsvc__str device;
    int64_t at;
    struct hsvc_effects *fx;
    int left; /* to the node whose it is */
};

/* A key whose record is not due any more is a hint that lost its meaning: it goes (DESIGN 3). Of another node's most likely that
 * one has just fired it; but a cache may be old, so the commit proves what was read even where it writes nothing. */
static void decide_due(struct hsvc_engine *engine, void *job) {
    struct due *due = (struct due *)job;
    struct hsvc__turn *t = hsvc__turn_begin(engine, due->fx, NULL, HSVC_NO_INPUT);
    struct hsvc__device *dev = hsvc__device_of(t, due->device);
    struct hsvc__key key;
    if (!dev->rec.present || dev->deadline_at != due->at) {
        due->left = !hsvc__own_due(engine, due->device) && engine->doubted == NULL;
        engine->txn.checks_only = (uint32_t)due->left;
        hsvc__key_deadline(&key, due->at, due->device);
        hsvc__txn_loose(&engine->txn, &key, hsvc__str_of(NULL, 0));
        if (engine->doubted != NULL) hsvc__settle(t); /* it was fired by a commit of this call after all */
        return;
    }
    hsvc__settle(t);
}

/* session_is_due: will the session's user be asked about? */
static int session_is_due(const struct hsvc__device *dev, int64_t now) {
    return (dev->window_due != 0 && dev->window_due <= now) || (dev->keep_due != 0 && dev->keep_due <= now) ||
           (dev->max_due != 0 && dev->max_due <= now);
}

static int32_t read_due(struct hsvc_engine *engine, void *job) {
    struct due *due = (struct due *)job;
    const struct hsvc__device *dev;
    int32_t status;
    hsvc__txn_want(&engine->txn, HSVC__FAMILY_DEVICE, due->device);
    status = hsvc__txn_fetch(&engine->txn);
    dev = (const struct hsvc__device *)hsvc__txn_peek(&engine->txn, HSVC__FAMILY_DEVICE, due->device);
    if (status != HSVC_OK || dev == NULL) return status;
    if (session_is_due(dev, engine->now)) hsvc__txn_want(&engine->txn, HSVC__FAMILY_USER, dev->user);
    if (dev->prompt_serial.n != 0) hsvc__txn_want(&engine->txn, HSVC__FAMILY_HEADSET, dev->prompt_serial);
    if (dev->prompt_user.n != 0) hsvc__txn_want(&engine->txn, HSVC__FAMILY_USER, dev->prompt_user);
    return hsvc__txn_fetch(&engine->txn);
}

int hsvc__hurts_one(int32_t status) {
    return status == HSVC_ERR_CORRUPT || status == HSVC_ERR_BUG || status == HSVC_ERR_LIMIT;
}

/* past_late: the next to be gone for: others' only where nothing could be made of any of this node's own, which may be damaged
 * and then stay for ever: a node that is gone must not have to wait for that. */
static uint32_t past_late(struct hsvc__dues *dues, uint32_t i, uint32_t useless) {
    if (i != dues->own || useless >= dues->own) return i;
    dues->left += dues->late;
    return i + dues->late;
}

/* advance_all: each due device in a commit of its own. Among several nodes a conflict means that another was first, with the
 * deadline or with an input: it is skipped, and if it is still due the next advance finds it. */
static int32_t advance_all(struct hsvc_engine *engine, struct hsvc_effects *fx) {
    struct hsvc__dues dues;
    struct hsvc__jobs jobs;
    int patrolled = engine->patrols && engine->node_count == 1, dry = 0; /* several nodes come round with every poll */
    int32_t status = hsvc__read_dues(engine, &dues, &jobs), first = HSVC_OK;
    uint32_t useless = 0;
    if (engine->node_count > 1) engine->attempts = 1;
    for (uint32_t i = 0; (i = past_late(&dues, i, useless)) < dues.count && status == HSVC_OK; i++) {
        struct due due = {dues.at[i].device, dues.at[i].due, fx, 0};
        status = hsvc__transact(engine, fx, decide_due, read_due, &due, &dry);
        if (status == HSVC_OK) hsvc__effects_publish(fx);
        if (hsvc__hurts_one(status) && first == HSVC_OK) first = status;
        if (hsvc__hurts_one(status) || (status == HSVC_OK && due.left)) useless++;
        if (patrolled && status != HSVC_OK && !hsvc__hurts_one(status)) hsvc__patrol_again(engine); /* what it found has yet to begin anew */
        if (status == HSVC_ERR_CONFLICT || hsvc__hurts_one(status)) status = HSVC_OK;
    }
    engine->attempts = HSVC_LIMIT_ATTEMPTS;
    hsvc__pass_over(engine, &dues, useless);
    if (status == HSVC_OK) status = hsvc__work_jobs(engine, fx, engine->now, &jobs, &first);
    return status != HSVC_OK ? status : first;
}

int32_t hsvc_advance(hsvc_engine *engine, hsvc_effects *effects) {
    static const struct hsvc__recorded call = {HSVC_RECORDED_ADVANCE, 0, 0, 0, {NULL, 0}, {NULL, 0}, 0};
    int32_t status;
    if (engine == NULL || effects == NULL) return HSVC_ERR_ARGUMENT;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    hsvc__record_begin(engine, &call);
    hsvc_effects_reset(effects);
    hsvc__arena_reset(&engine->inputs);
    status = hsvc__sample_call(engine, 0);
    if (status == HSVC_OK) status = advance_all(engine, effects);
    if (status != HSVC_OK) hsvc__report_late(engine, effects, status);
    hsvc__record_end(engine, status, effects, 0, &call);
    hsvc__leave(engine);
    return status;
}
