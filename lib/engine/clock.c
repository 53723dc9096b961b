/* clock.c: the host's clock, as far as the engine can trust it (TIME-4). What a wrong clock has written into records is
 * mended where they are decoded (records/times.c); here it is noticed and told. */
#include "rules/ask.h"

/* read_clock: what the callback returned. */
static int32_t read_clock(struct hsvc_engine *engine, int64_t *now) {
    *now = -1;
    return engine->clock(now, engine->clock_user);
}

static int is_time(int32_t status, int64_t now) { return status == HSVC_OK && now >= 0 && now <= HSVC_LIMIT_TIME; }

/* stands_still: is this a step back so small that time stands still instead? */
static int stands_still(const struct hsvc_engine *engine, int64_t now) {
    return now < engine->now && engine->now - now <= engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX];
}

int32_t hsvc__sample(struct hsvc_engine *engine) {
    int64_t now;
    int32_t status;
    if (HSVC__MUTANT(clock_read_twice)) (void)read_clock(engine, &now);
    status = read_clock(engine, &now);
    hsvc__record_clock(engine, status, now);
    if (!is_time(status, now)) return HSVC_ERR_CLOCK;
    if (stands_still(engine, now)) return HSVC_OK;
    if (now < engine->now) hsvc__patrol_again(engine); /* what was armed until now may have to begin anew */
    engine->now = now;
    return HSVC_OK;
}

int32_t hsvc__sample_look(struct hsvc_engine *engine, int64_t *now) {
    int32_t status = read_clock(engine, now);
    if (!is_time(status, *now)) return HSVC_ERR_CLOCK;
    if (stands_still(engine, *now)) *now = engine->now;
    return HSVC_OK;
}

int32_t hsvc__sample_call(struct hsvc_engine *engine, int dry) {
    int32_t status = hsvc__sample(engine);
    if (status != HSVC_OK) return status;
    engine->jumped = engine->called_at >= 0 && engine->now - engine->called_at > HSVC_LIMIT_CLOCK_JUMP;
    if (!dry) engine->called_at = engine->now;
    return HSVC_OK;
}

/* A host that was asleep because nothing was due comes in time; after a jump, or a suspend, it comes late. */
int hsvc__is_late(const struct hsvc_engine *engine, int64_t due) {
    return engine->jumped && due < engine->now - engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX];
}

static hsvc_effect *tell(struct hsvc__turn *t, const struct hsvc__device *dev) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_NOTICE, dev);
    effect->reason = HSVC_REASON_CLOCK_SKEW;
    t->engine->tally.clock_notices++;
    return effect;
}

static void tell_record(struct hsvc__turn *t, const struct hsvc__slot *slot) {
    const struct hsvc__device *nowhere = &t->txn->nobody.device;
    hsvc_effect *effect;
    if (slot->family == HSVC__FAMILY_DEVICE) {
        tell(t, (const struct hsvc__device *)slot->record);
    } else if (slot->family == HSVC__FAMILY_USER) {
        const struct hsvc__user *user = (const struct hsvc__user *)slot->record;
        effect = tell(t, nowhere);
        effect->user = user->id.p;
        effect->user_len = user->id.n;
    } else {
        const struct hsvc__headset *headset = (const struct hsvc__headset *)slot->record;
        effect = tell(t, nowhere);
        effect->serial = headset->serial.p;
        effect->serial_len = headset->serial.n;
    }
}

void hsvc__tell_clock(struct hsvc__turn *t) {
    t->rule = "TIME-4";
    t->at = t->now;
    for (const struct hsvc__slot *slot = t->txn->slots; slot != NULL; slot = slot->next) {
        const struct hsvc__record *record = (const struct hsvc__record *)slot->record;
        if (slot->used && record != NULL && record->clocked) tell_record(t, slot);
    }
}
