/* effects.c: the batch of effects and verdicts. See effects.h for the order of things: collect, settle, publish. */
#include "engine/effects.h"

int32_t hsvc_effects_new(const hsvc_allocator *allocator, hsvc_effects **effects) {
    hsvc_allocator own;
    hsvc_effects *fx;
    int32_t status;
    if (effects == NULL) return HSVC_ERR_ARGUMENT;
    *effects = NULL;
    status = hsvc__allocator_in(&own, allocator);
    if (status != HSVC_OK) return status;
    fx = (hsvc_effects *)hsvc__alloc(&own, sizeof *fx);
    if (fx == NULL) return HSVC_ERR_MEMORY;
    memset(fx, 0, sizeof *fx);
    fx->allocator = own;
    fx->problem.struct_size = sizeof fx->problem;
    hsvc__arena_init(&fx->texts, &own);
    hsvc__arena_init(&fx->secrets, &own);
    *effects = fx;
    return HSVC_OK;
}

void hsvc_effects_free(hsvc_effects *effects) {
    hsvc_allocator own;
    if (effects == NULL) return;
    own = effects->allocator;
    if (!HSVC__MUTANT(pins_freed_as_they_are)) hsvc_effects_reset(effects);
    hsvc__arena_free(&effects->texts);
    hsvc__arena_free(&effects->secrets);
    hsvc__release(&own, effects->effects, effects->effect_room * sizeof *effects->effects);
    hsvc__release(&own, effects->verdicts, effects->verdict_room * sizeof *effects->verdicts);
    hsvc__release(&own, effects, sizeof *effects);
}

void hsvc_effects_reset(hsvc_effects *effects) {
    if (effects == NULL) return;
    effects->effect_count = effects->verdict_count = 0;
    effects->effects_out = effects->verdicts_out = 0;
    effects->failed = 0;
    memset(&effects->problem, 0, sizeof effects->problem);
    effects->problem.struct_size = sizeof effects->problem;
    hsvc__arena_reset(&effects->texts);
    if (HSVC__MUTANT(pins_outlive_a_reset)) hsvc__arena_reset(&effects->secrets);
    else hsvc__arena_wipe(&effects->secrets);
}

size_t hsvc_effects_count(const hsvc_effects *effects) { return effects == NULL ? 0 : effects->effects_out; }
size_t hsvc_verdict_count(const hsvc_effects *effects) { return effects == NULL ? 0 : effects->verdicts_out; }

int32_t hsvc_effect_init(hsvc_effect *effect, size_t size) { return hsvc__sized_init(effect, size, sizeof(hsvc_effect)); }
int32_t hsvc_verdict_init(hsvc_verdict *verdict, size_t size) { return hsvc__sized_init(verdict, size, sizeof(hsvc_verdict)); }
int32_t hsvc_problem_init(hsvc_problem *problem, size_t size) { return hsvc__sized_init(problem, size, sizeof(hsvc_problem)); }

int32_t hsvc_effects_at(const hsvc_effects *effects, size_t index, hsvc_effect *effect) {
    if (effects == NULL || effect == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= effects->effects_out) return HSVC_ERR_NOT_FOUND;
    return hsvc__sized_out(effect, &effects->effects[index].pub, sizeof(hsvc_effect), sizeof(hsvc_effect));
}

int32_t hsvc_verdict_at(const hsvc_effects *effects, size_t index, hsvc_verdict *verdict) {
    if (effects == NULL || verdict == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= effects->verdicts_out) return HSVC_ERR_NOT_FOUND;
    return hsvc__sized_out(verdict, &effects->verdicts[index], sizeof(hsvc_verdict), sizeof(hsvc_verdict));
}

int32_t hsvc_effects_profile(const hsvc_effects *effects, size_t index, size_t which, const char **name, size_t *name_len) {
    const struct hsvc__effect *effect;
    if (effects == NULL || name == NULL || name_len == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= effects->effects_out) return HSVC_ERR_NOT_FOUND;
    effect = &effects->effects[index];
    if (which >= effect->pub.profile_count) return HSVC_ERR_NOT_FOUND;
    *name = effect->profiles[which].p;
    *name_len = effect->profiles[which].n;
    return HSVC_OK;
}

int32_t hsvc_effects_problem(const hsvc_effects *effects, hsvc_problem *problem) {
    if (effects == NULL || problem == NULL) return HSVC_ERR_ARGUMENT;
    return hsvc__sized_out(problem, &effects->problem, sizeof(hsvc_problem), sizeof(hsvc_problem));
}

/* ---- collecting ---- */
void hsvc__effects_back(struct hsvc_effects *fx) {
    fx->effect_count = fx->effects_out;
    fx->verdict_count = fx->verdicts_out;
    fx->failed = 0;
}

/* grown: the array with room for one more, or NULL. */
static void *grown(struct hsvc_effects *fx, void *array, size_t count, size_t *room, size_t size) {
    size_t wanted = *room == 0 ? 16 : *room * 2;
    if (count < *room) return array;
    array = hsvc__grow(&fx->allocator, array, *room * size, wanted * size);
    if (array != NULL) *room = wanted;
    else fx->failed = 1;
    return array;
}

hsvc_effect *hsvc__effects_add(struct hsvc_effects *fx) {
    void *array = grown(fx, fx->effects, fx->effect_count, &fx->effect_room, sizeof *fx->effects);
    struct hsvc__effect *effect = &fx->spare;
    if (array != NULL) {
        fx->effects = (struct hsvc__effect *)array;
        effect = &fx->effects[fx->effect_count++];
    }
    memset(effect, 0, sizeof *effect);
    return &effect->pub;
}

hsvc_verdict *hsvc__verdicts_add(struct hsvc_effects *fx) {
    void *array = grown(fx, fx->verdicts, fx->verdict_count, &fx->verdict_room, sizeof *fx->verdicts);
    hsvc_verdict *verdict = &fx->spare_verdict;
    if (array != NULL) {
        fx->verdicts = (hsvc_verdict *)array;
        verdict = &fx->verdicts[fx->verdict_count++];
    }
    memset(verdict, 0, sizeof *verdict);
    return verdict;
}

size_t hsvc__effects_find(const struct hsvc_effects *fx, uint32_t kind, hsvc__str device) {
    for (size_t i = fx->effects_out; i < fx->effect_count; i++) {
        const hsvc_effect *effect = &fx->effects[i].pub;
        if (effect->kind == kind && hsvc__fold_eq(hsvc__str_of(effect->device, effect->device_len), device)) return i;
    }
    return fx->effect_count;
}

void hsvc__effects_drop(struct hsvc_effects *fx, uint32_t kind, hsvc__str device) {
    size_t i;
    while ((i = hsvc__effects_find(fx, kind, device)) < fx->effect_count) {
        fx->effect_count--;
        memmove(&fx->effects[i], &fx->effects[i + 1], (fx->effect_count - i) * sizeof *fx->effects);
    }
}

void hsvc__effects_offer(struct hsvc_effects *fx, hsvc_effect *effect, const hsvc__str *profiles, size_t count) {
    (void)fx;
    ((struct hsvc__effect *)effect)->profiles = profiles;
    effect->profile_count = count;
}

/* ---- settling ---- */
static inline void keep(struct hsvc_effects *fx, const char **text, size_t *len) {
    *text = hsvc__arena_text(&fx->texts, hsvc__str_of(*text, *len)).p;
}

static void keep_profiles(struct hsvc_effects *fx, struct hsvc__effect *effect) {
    size_t count = effect->pub.profile_count;
    hsvc__str *list;
    if (count == 0) return;
    list = (hsvc__str *)hsvc__arena_take(&fx->texts, count * sizeof *list);
    if (list == NULL) return;
    for (size_t i = 0; i < count; i++) list[i] = hsvc__arena_text(&fx->texts, effect->profiles[i]);
    effect->profiles = list;
}

static void keep_effect(struct hsvc_effects *fx, struct hsvc__effect *effect) {
    hsvc_effect *e = &effect->pub;
    keep(fx, &e->device, &e->device_len);
    keep(fx, &e->site, &e->site_len);
    keep(fx, &e->location, &e->location_len);
    keep(fx, &e->user, &e->user_len);
    keep(fx, &e->other_user, &e->other_user_len);
    keep(fx, &e->serial, &e->serial_len);
    keep(fx, &e->profile, &e->profile_len);
    keep_profiles(fx, effect);
    if (e->pin_len != 0) {
        hsvc__str pin = hsvc__arena_copy(&fx->secrets, e->pin, e->pin_len);
        e->pin = (const uint8_t *)pin.p;
    }
}

int32_t hsvc__effects_settle(struct hsvc_effects *fx) {
    for (size_t i = fx->effects_out; i < fx->effect_count; i++) keep_effect(fx, &fx->effects[i]);
    for (size_t i = fx->verdicts_out; i < fx->verdict_count; i++) {
        keep(fx, &fx->verdicts[i].device, &fx->verdicts[i].device_len);
        keep(fx, &fx->verdicts[i].serial, &fx->verdicts[i].serial_len);
    }
    return fx->failed || fx->texts.failed || fx->secrets.failed ? HSVC_ERR_MEMORY : HSVC_OK;
}

void hsvc__effects_publish(struct hsvc_effects *fx) {
    fx->effects_out = fx->effect_count;
    fx->verdicts_out = fx->verdict_count;
}

int32_t hsvc__effects_fail(struct hsvc_effects *fx, int32_t status, uint32_t index, uint32_t field, int64_t limit,
                           hsvc__str key) {
    hsvc__str copy;
    hsvc_effects_reset(fx);
    copy = hsvc__arena_copy(&fx->texts, key.p, key.n);
    fx->problem.status = status;
    fx->problem.input_index = index;
    fx->problem.field = field;
    fx->problem.limit = limit;
    fx->problem.key = (const uint8_t *)copy.p;
    fx->problem.key_len = copy.n;
    return status;
}
