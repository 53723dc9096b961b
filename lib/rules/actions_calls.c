/* actions_calls.c: verbs about a device's calls. Each call knows when it was heard of last; the device's one due time is
 * when the oldest of them has to be asked about, or, once asked, when the host's silence counts (OUT-6). */
#include "rules/ask.h"

/* arm: the due time follows the calls, unless the host has been asked. */
static void arm(struct hsvc__turn *t) {
    struct hsvc__device *dev = t->dev;
    int64_t oldest = dev->calls_lost ? dev->calls_lost_at : HSVC_NEVER;
    hsvc__touch(dev);
    for (uint32_t i = 0; i < dev->call_count; i++)
        if (dev->calling[i].seen_at < oldest) oldest = dev->calling[i].seen_at;
    if (oldest == HSVC_NEVER) dev->calls_due = dev->calls_doubt_at = 0;
    else if (dev->calls_doubt_at == 0)
        dev->calls_due = oldest + hsvc__value(t, HSVC_PARAM_CALL_DEFERRAL_MAX, dev, NULL, NULL);
}

/* ---- what is reported ---- */
/* Beyond the list the device counts as in a call until a list says what is there. */
static void lose_call(struct hsvc__turn *t, uint32_t flags) {
    t->dev->calls_lost |= flags & HSVC_FLAG_EMERGENCY ? HSVC__CALLS_LOST_EMERGENCY : HSVC__CALLS_LOST;
    t->dev->calls_lost_at = t->now;
}

static void put_call(struct hsvc__turn *t, uint64_t id, uint32_t phase, uint32_t flags) {
    struct hsvc__device *dev = t->dev;
    uint32_t i = 0;
    while (i < dev->call_count && dev->calling[i].id != id) i++;
    if (i == HSVC_LIMIT_CALLS_PER_DEVICE) {
        lose_call(t, flags);
        return;
    }
    if (i == dev->call_count) {
        dev->call_count++;
        dev->calling[i].id = id;
        dev->calling[i].flags = 0;
    }
    dev->calling[i].phase = phase;
    dev->calling[i].flags |= flags;
    dev->calling[i].seen_at = t->now;
}
void hsvc__do_add_call(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    put_call(t, t->in->call_id, t->in->state, t->in->flags & HSVC_FLAG_EMERGENCY);
    arm(t);
}

void hsvc__do_drop_call(struct hsvc__turn *t, int64_t arg) {
    uint32_t kept = 0;
    (void)arg;
    for (uint32_t i = 0; i < t->dev->call_count; i++)
        if (t->dev->calling[i].id != t->in->call_id) t->dev->calling[kept++] = t->dev->calling[i];
    t->dev->call_count = kept;
    arm(t);
}

/* flags_of: what was known of a call; a list that leaves out that a call is of emergency does not make it another call. */
static uint32_t flags_of(const struct hsvc__call *calls, uint32_t count, uint64_t id) {
    for (uint32_t i = 0; i < count; i++)
        if (calls[i].id == id) return calls[i].flags;
    return 0;
}

void hsvc__do_replace_calls(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    struct hsvc__call before[HSVC_LIMIT_CALLS_PER_DEVICE];
    uint32_t count = dev->call_count;
    (void)arg;
    memcpy(before, dev->calling, sizeof before);
    dev->call_count = 0;
    dev->calls_lost = 0;
    dev->calls_doubt_at = 0;
    for (size_t i = 0; i < t->in->item_count; i++) {
        const hsvc_item *item = &t->in->items[i];
        if (item->kind == HSVC_ITEM_CALL)
            put_call(t, item->number, item->state, (item->flags & HSVC_FLAG_EMERGENCY) | flags_of(before, count, item->number));
    }
    arm(t);
}

/* ---- asking ---- */
static hsvc_effect *ask(struct hsvc__turn *t) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_REPORT_CALLS, t->dev);
    t->dev->calls_request = hsvc__next_id(t->dev);
    effect->request = t->dev->calls_request;
    return effect;
}

/* A registration that brings no list of calls leaves doubt about them, but drops none (OUT-6). */
void hsvc__do_ask_calls(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    if (!(t->in->flags & HSVC_FLAG_HAS_CALLS)) ask(t);
}

void hsvc__do_doubt_calls(struct hsvc__turn *t, int64_t arg) {
    hsvc_effect *effect = ask(t);
    (void)arg;
    t->dev->calls_asker = t->engine->node;
    t->dev->calls_doubt_at = t->at - hsvc__value(t, HSVC_PARAM_CALL_DEFERRAL_MAX, t->dev, NULL, NULL);
    t->dev->calls_due = t->now + hsvc__value(t, HSVC_PARAM_VERIFY_TIMEOUT, NULL, NULL, NULL);
    effect->due_ms = t->dev->calls_due;
}

int hsvc__is_doubtful_call(const struct hsvc__device *dev, const struct hsvc__call *call) {
    return call->seen_at <= dev->calls_doubt_at && (!(call->flags & HSVC_FLAG_EMERGENCY) || HSVC__MUTANT(emergencies_time_out));
}
int hsvc__is_doubtful_loss(const struct hsvc__device *dev) {
    return dev->calls_lost_at <= dev->calls_doubt_at && !(dev->calls_lost & HSVC__CALLS_LOST_EMERGENCY);
}

/* An emergency call stays whatever the silence; it is asked about again (SAFE-2). */
void hsvc__do_drop_doubtful(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    uint32_t kept = 0;
    (void)arg;
    if (hsvc__is_doubtful_loss(dev)) dev->calls_lost = 0;
    else if (dev->calls_lost_at <= dev->calls_doubt_at) dev->calls_lost_at = t->now;
    for (uint32_t i = 0; i < dev->call_count; i++) {
        struct hsvc__call call = dev->calling[i];
        if (hsvc__is_doubtful_call(dev, &call)) continue;
        if (call.seen_at <= dev->calls_doubt_at) call.seen_at = t->now;
        dev->calling[kept++] = call;
    }
    t->engine->tally.calls_dropped += dev->call_count - kept;
    dev->call_count = kept;
    dev->calls_doubt_at = 0;
    arm(t);
}

/* ---- after an emergency call ---- */
void hsvc__do_start_hold(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->hold_due = t->now + hsvc__value(t, HSVC_PARAM_EMERGENCY_HOLD, t->dev, NULL, NULL);
    hsvc__touch(t->dev);
}
void hsvc__do_stop_hold(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->hold_due = 0;
    hsvc__touch(t->dev);
}
