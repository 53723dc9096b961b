/* apply.c: a batch of inputs in one commit. */
#include "engine/engine.h"

struct batch {
    hsvc_input *in;
    struct hsvc__complaint *complaints;
    size_t count;
    uint32_t flags;
    int refused; /* inputs of this decision that were refused */
    int dry;     /* decide only */
    struct hsvc_effects *fx;
};

/* undo_tally: what was decided but does not happen is not counted (OBS-5). */
static void undo_tally(struct hsvc_engine *engine) {
    hsvc_counters tally = engine->tally;
    memset(&engine->tally, 0, sizeof engine->tally);
    engine->tally.inputs = tally.inputs;
    engine->tally.accepted = tally.accepted;
    engine->tally.refused = tally.refused;
}

/* decide_inputs: one after the other. Behind one that misses a record nothing is right any more; the others are decided only to
 * learn what they will miss too, so that a large batch is not decided afresh for each. */
static void decide_inputs(struct hsvc_engine *engine, struct batch *batch) {
    uint32_t missing = 0;
    batch->refused = 0;
    for (size_t i = 0; i < batch->count && engine->txn.status == HSVC_OK; i++) {
        engine->txn.missing = 0;
        batch->refused += !hsvc__decide_input(engine, batch->fx, &batch->in[i], &batch->complaints[i], (uint32_t)i);
        missing += engine->txn.missing;
    }
    engine->txn.missing = missing;
}

static void decide_batch(struct hsvc_engine *engine, void *job) {
    struct batch *batch = (struct batch *)job;
    decide_inputs(engine, batch);
    if (engine->txn.status != HSVC_OK || engine->txn.missing != 0) return;
    engine->turn.index = batch->count == 1 ? 0 : HSVC_NO_INPUT;
    hsvc__settle(&engine->turn);
    if (!(batch->flags & HSVC_APPLY_ALL_OR_NONE) || batch->refused == 0) return;
    engine->txn.checks_only = 1; /* the verdicts still rest on a proven read */
    undo_tally(engine);
    batch->fx->effect_count = batch->fx->effects_out;
}

/* take_inputs: the caller's array, by its stride, checked and copied; the permission callback is asked here, once. */
static int32_t take_inputs(struct hsvc_engine *engine, const hsvc_input *inputs, struct batch *batch) {
    const uint8_t *from = (const uint8_t *)inputs;
    size_t stride = inputs->struct_size, count = batch->count;
    batch->in = (hsvc_input *)hsvc__arena_take(&engine->inputs, count * sizeof *batch->in);
    batch->complaints = (struct hsvc__complaint *)hsvc__arena_take(&engine->inputs, count * sizeof *batch->complaints);
    if (batch->in == NULL || batch->complaints == NULL) return HSVC_ERR_MEMORY;
    for (size_t i = 0; i < count; i++, from += stride) {
        uint32_t size;
        int32_t status;
        memcpy(&size, from, sizeof size);
        if (size != stride)
            return hsvc__effects_fail(batch->fx, HSVC_ERR_STRUCT_SIZE, (uint32_t)i, 0, (int64_t)stride, hsvc__str_of(NULL, 0));
        status = hsvc__input_in(from, &batch->in[i], (uint32_t)i, batch->fx, &batch->complaints[i], &engine->inputs);
        if (status != HSVC_OK) return status;
        if (!hsvc__asks(batch->in[i].kind) || engine->permission == NULL) continue;
        if (HSVC__MUTANT(nobody_asked)) continue;
        if (batch->complaints[i].reason != 0) continue; /* refused already: its texts are not fit for anybody's eyes */
        status = engine->permission(&batch->in[i], engine->permission_user);
        hsvc__record_permit(engine, status);
        if (status == HSVC_ERR_NOT_FOUND) batch->complaints[i].reason = HSVC_REASON_NOT_PERMITTED;
        else if (status != HSVC_OK) return HSVC_ERR_CALLBACK;
    }
    hsvc__record_inputs(engine, batch->in, count);
    return HSVC_OK;
}

/* read_ahead: the records the inputs will probably use, in as few trips as they depend on each other. */
static int32_t read_ahead(struct hsvc_engine *engine, void *job) {
    struct batch *batch = (struct batch *)job;
    for (int round = 0; round < 3; round++) {
        int32_t status;
        for (size_t i = 0; i < batch->count; i++)
            if (batch->complaints[i].reason == 0) hsvc__want(&engine->txn, &batch->in[i], round);
        status = hsvc__txn_fetch(&engine->txn);
        if (status != HSVC_OK) return status;
    }
    return HSVC_OK;
}

/* hsvc__report: what a failed call leaves in the batch: the problem and nothing else. */
int32_t hsvc__report(struct hsvc_engine *engine, struct hsvc_effects *fx, int32_t status) {
    int is_about_record = status == HSVC_ERR_CORRUPT || status == HSVC_ERR_BUG;
    hsvc__str key = is_about_record ? engine->txn.bad_key : hsvc__str_of(NULL, 0);
    int64_t limit = 0;
    if (fx->problem.status == status) return status; /* it was told in detail already */
    if (status == HSVC_ERR_LIMIT) limit = engine->store.ops_max == 0 ? HSVC_LIMIT_OPS_PER_COMMIT : (int64_t)engine->store.ops_max;
    return hsvc__effects_fail(fx, status, HSVC_NO_INPUT, 0, limit, key);
}

void hsvc__report_late(struct hsvc_engine *engine, struct hsvc_effects *fx, int32_t status) {
    if (hsvc_effects_count(fx) + hsvc_verdict_count(fx) == 0) {
        (void)hsvc__report(engine, fx, status);
        return;
    }
    fx->problem.status = status;
    fx->problem.input_index = HSVC_NO_INPUT;
}

static int32_t apply(struct hsvc_engine *engine, const hsvc_input *inputs, struct batch *batch) {
    int32_t status = hsvc__sample_call(engine, batch->dry);
    hsvc__arena_reset(&engine->inputs);
    if (status == HSVC_OK) status = take_inputs(engine, inputs, batch);
    if (status == HSVC_OK && batch->dry) engine->policy.known = 0; /* no commit proves that it is still so */
    if (status == HSVC_OK) status = hsvc__transact(engine, batch->fx, decide_batch, read_ahead, batch, &batch->dry);
    if (status != HSVC_OK) return hsvc__report(engine, batch->fx, status);
    hsvc__effects_publish(batch->fx);
    return HSVC_OK;
}

int32_t hsvc_apply(hsvc_engine *engine, const hsvc_input *inputs, size_t count, uint32_t flags, hsvc_effects *effects) {
    struct hsvc__recorded call = {HSVC_RECORDED_APPLY, flags, count, 0, {NULL, 0}, {NULL, 0}, 0};
    struct batch batch;
    int32_t status;
    if (engine == NULL || effects == NULL || (inputs == NULL && count != 0)) return HSVC_ERR_ARGUMENT;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    hsvc__record_begin(engine, &call);
    hsvc_effects_reset(effects);
    memset(&batch, 0, sizeof batch);
    batch.count = count;
    batch.flags = flags;
    batch.dry = (flags & HSVC_APPLY_DRY_RUN) != 0;
    batch.fx = effects;
    if (flags & ~(HSVC_APPLY_DRY_RUN | HSVC_APPLY_ALL_OR_NONE)) status = hsvc__report(engine, effects, HSVC_ERR_FLAGS);
    else if (count > HSVC_LIMIT_INPUTS_PER_BATCH && !HSVC__MUTANT(batches_without_bound)) status = hsvc__report(engine, effects, HSVC_ERR_LIMIT);
    else if (count != 0) status = apply(engine, inputs, &batch);
    hsvc__record_end(engine, status, effects, 0, &call);
    hsvc__leave(engine);
    return status;
}
