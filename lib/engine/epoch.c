/* epoch.c: the store's age (STORE-9). It stands in the global policy, which every commit checks: so a store that is
 * exchanged for an older one under a running engine is noticed at the next commit, and costs nothing until then. */
#include "engine/engine.h"

struct epoch {
    uint64_t wanted;
    uint64_t found;
    int is_lower;
};

static void decide_read(struct hsvc_engine *engine, void *job) {
    struct epoch *epoch = (struct epoch *)job;
    struct hsvc__turn *t = hsvc__turn_begin(engine, NULL, NULL, HSVC_NO_INPUT);
    epoch->found = hsvc__policy_of(t, hsvc__str_of(NULL, 0))->epoch;
}

static void decide_raise(struct hsvc_engine *engine, void *job) {
    struct epoch *epoch = (struct epoch *)job;
    struct hsvc__turn *t = hsvc__turn_begin(engine, NULL, NULL, HSVC_NO_INPUT);
    struct hsvc__policy *policy = hsvc__policy_of(t, hsvc__str_of(NULL, 0));
    epoch->is_lower = epoch->wanted < policy->epoch;
    if (epoch->wanted <= policy->epoch) return;
    policy->epoch = epoch->wanted;
    policy->rec.present = 1;
    hsvc__touch(policy);
    engine->policy.known = 0;
}

static int32_t nothing_ahead(struct hsvc_engine *engine, void *job) {
    (void)engine;
    (void)job;
    return HSVC_OK;
}

static int32_t run(struct hsvc_engine *engine, hsvc__decide_fn decide, struct epoch *epoch, int dry) {
    hsvc_effects *fx;
    int32_t status = hsvc_effects_new(&engine->allocator, &fx);
    if (status != HSVC_OK) return status;
    status = hsvc__enter(engine);
    if (status == HSVC_OK) {
        engine->policy.known = 0; /* what is asked about is the store */
        status = hsvc__transact(engine, fx, decide, nothing_ahead, epoch, &dry);
        hsvc__leave(engine);
    }
    hsvc_effects_free(fx);
    return status;
}

int32_t hsvc__epoch_check(struct hsvc_engine *engine) {
    struct epoch epoch = {0, 0, 0};
    return run(engine, decide_read, &epoch, 1);
}

int32_t hsvc_epoch_get(hsvc_engine *engine, uint64_t *epoch) {
    struct epoch read = {0, 0, 0};
    int32_t status;
    if (engine == NULL || epoch == NULL) return HSVC_ERR_ARGUMENT;
    status = run(engine, decide_read, &read, 1);
    if (status == HSVC_OK) *epoch = read.found;
    return status;
}

int32_t hsvc_epoch_raise(hsvc_engine *engine, uint64_t epoch) {
    struct epoch raise = {0, 0, 0};
    int32_t status;
    if (engine == NULL || epoch == 0) return HSVC_ERR_ARGUMENT;
    raise.wanted = epoch;
    status = run(engine, decide_raise, &raise, 0);
    if (status != HSVC_OK) return status;
    return raise.is_lower ? HSVC_ERR_ARGUMENT : HSVC_OK;
}
