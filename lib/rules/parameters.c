/* parameters.c: what the policy is for a user at a device (SPEC 4). Defaults, limits, scopes and the way they combine
 * are parameters.def; this file only looks them up. */
#include "engine/engine.h"

enum { G = 1u << HSVC_SCOPE_GLOBAL, S = 1u << HSVC_SCOPE_SITE, D = 1u << HSVC_SCOPE_DEVICE, U = 1u << HSVC_SCOPE_USER };
enum { NEAREST = 1, STRICTEST, SMALLEST };
enum { NUMBER = 1, LIMIT, CHOICE, TEXT };

struct parameter {
    uint32_t type;
    uint32_t scopes;
    uint32_t resolution;
    int64_t least;
    int64_t most;
    int64_t defaults[2]; /* by preset */
};
enum {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) PARAM_##name = number,
#include "rules/parameters.def"
#undef PARAM
    PARAM_END
};
static HSVC__TABLE struct parameter parameters[HSVC__PARAMS] = {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) \
    [number] = {type, scopes, resolution, least, most, {guide, cucm_en}},
#include "rules/parameters.def"
#undef PARAM
};
#ifdef HSVC_MASKING
int64_t *hsvc__figure(uint32_t param, uint32_t which) {
    struct parameter *p = &parameters[param];
    return which == 0 ? &p->least : which == 1 ? &p->most : &p->defaults[which == 3];
}
#endif

int64_t hsvc__preset_value(uint32_t param, int64_t preset) { return parameters[param].defaults[preset == 1]; }

int hsvc__is_number(uint32_t param) {
    return param < HSVC__PARAMS && parameters[param].type != 0 && parameters[param].type != TEXT;
}

int hsvc__is_text(uint32_t param) { return param < HSVC__PARAMS && parameters[param].type == TEXT; }

const int64_t *hsvc__override(const struct hsvc__overrides *set, uint32_t param) {
    for (uint32_t i = 0; i < set->count; i++)
        if (set->at[i].param == param) return &set->at[i].value;
    return NULL;
}

/* in_range: a LIMIT may be 0 = off, though 0 lies below its least. */
static int in_range(const struct parameter *p, int64_t value) {
    return (value == 0 && p->type == LIMIT) || (value >= p->least && value <= p->most);
}

/* combine: one more scope's value, if it is set there and may be (what a damaged record or a later library has set is as if it were not);
 * a default counts only where nothing is set (POL-3). NEAREST keeps the first; 0 = off is the largest of the limits (POL-3). */
static void combine(const struct parameter *p, const int64_t *value, uint32_t scope, int64_t *best, uint32_t *by) {
    int better;
    if (value == NULL || !in_range(p, *value)) return;
    if (*by == 0) better = 1;
    else if (HSVC__MUTANT(first_scope_wins)) better = 0;
    else if (p->resolution == STRICTEST) better = *value > *best;
    else if (p->resolution == SMALLEST) better = *value != 0 && (*best == 0 || *value < *best);
    else better = 0;
    if (!better) return;
    *best = *value;
    *by = scope;
}

/* is_plain: no site has a policy and no text is set: then no record need be looked at. A decision that changes the policy
 * has dropped the cache before anyone asks. */
static int is_plain(const struct hsvc__turn *t) {
    const struct hsvc__policy_cache *cache = &t->engine->policy;
    return cache->known && cache->sites == 0 && cache->texts == 0;
}

static const struct hsvc__policy *site_policy(struct hsvc__turn *t, const struct hsvc__device *dev) {
    const struct hsvc__policy *global;
    if (dev == NULL || dev->site.n == 0 || is_plain(t)) return NULL;
    global = hsvc__policy_of(t, hsvc__str_of(NULL, 0));
    return global->sites == 0 ? NULL : hsvc__policy_of(t, dev->site);
}

int64_t hsvc__value(struct hsvc__turn *t, uint32_t param, const struct hsvc__device *dev, const struct hsvc__user *user,
                    uint32_t *scope) {
    const struct parameter *p = &parameters[param];
    const struct hsvc__policy *site = p->scopes & S ? site_policy(t, dev) : NULL;
    int64_t value = t->engine->policy.values[param], best = 0;
    uint32_t by = 0;
    if (user != NULL && p->scopes & U) combine(p, hsvc__override(&user->set, param), HSVC_SCOPE_USER, &best, &by);
    if (dev != NULL && p->scopes & D) combine(p, hsvc__override(&dev->set, param), HSVC_SCOPE_DEVICE, &best, &by);
    if (site != NULL) combine(p, hsvc__override(&site->set, param), HSVC_SCOPE_SITE, &best, &by);
    if (by == 0 || t->engine->policy.set >> param & 1u) combine(p, &value, HSVC_SCOPE_GLOBAL, &best, &by);
    if (scope != NULL) *scope = by;
    return best;
}

/* ---- texts: a record's slot, or the preset's patterns ---- */
static const char default_models[] = "CP-78*\nCP-88*\n78*\n88*";
static const char default_rejects[] = "DEFAULT\nNONE\nUNKNOWN\n0123456789";

static hsvc__str slot_text(const struct hsvc__policy *policy, uint32_t param) {
    if (param == HSVC_PARAM_MIN_FIRMWARE) return policy->min_firmware;
    return param == HSVC_PARAM_SUPPORTED_MODELS ? policy->supported_models : policy->serial_reject_list;
}

hsvc__str hsvc__patterns(struct hsvc__turn *t, uint32_t param, const struct hsvc__device *dev, uint32_t *scope) {
    const struct hsvc__policy *site = site_policy(t, dev);
    const struct hsvc__policy *global = is_plain(t) ? NULL : hsvc__policy_of(t, hsvc__str_of(NULL, 0));
    uint32_t bit = 1u << (param - HSVC_PARAM_MIN_FIRMWARE);
    int by_site = site != NULL && (site->texts & bit) != 0;
    if (scope != NULL) *scope = by_site ? HSVC_SCOPE_SITE : HSVC_SCOPE_GLOBAL;
    if (by_site) return slot_text(site, param);
    if (global != NULL && global->texts & bit) return slot_text(global, param);
    return hsvc__static(hsvc__preset_text(param));
}

const char *hsvc__preset_text(uint32_t param) {
    if (param == HSVC_PARAM_SUPPORTED_MODELS) return default_models;
    return param == HSVC_PARAM_SERIAL_REJECT_LIST ? default_rejects : "";
}

/* ---- setting: guards of may_set and may_unset ---- */
static uint32_t scope_record_is(const hsvc_input *in, uint32_t scope) { return in->state == scope; }

/* named: the parameter that an input names; number 0, which has no type and no scope, for one that there is not. */
static const struct parameter *named(const hsvc_input *in) {
    return &parameters[in->param < HSVC__PARAMS ? in->param : 0];
}

int hsvc__is_param_is_unknown(struct hsvc__turn *t) { return named(t->in)->type == 0; }
int hsvc__is_scope_is_invalid(struct hsvc__turn *t) {
    const hsvc_input *in = t->in;
    if (in->state > HSVC_SCOPE_USER || !(named(in)->scopes >> in->state & 1u)) return 1;
    return (in->user_len != 0) != (in->state == HSVC_SCOPE_USER) ||
           (in->device_len != 0) != (in->state == HSVC_SCOPE_DEVICE) || (in->site_len != 0) != (in->state == HSVC_SCOPE_SITE);
}
int hsvc__is_scope_user_is_missing(struct hsvc__turn *t) {
    return scope_record_is(t->in, HSVC_SCOPE_USER) && !t->user->rec.present;
}
int hsvc__is_scope_device_is_missing(struct hsvc__turn *t) {
    return scope_record_is(t->in, HSVC_SCOPE_DEVICE) && !t->dev->rec.present;
}
int hsvc__is_scope_is_user(struct hsvc__turn *t) { return scope_record_is(t->in, HSVC_SCOPE_USER) != 0; }
int hsvc__is_scope_is_device(struct hsvc__turn *t) { return scope_record_is(t->in, HSVC_SCOPE_DEVICE) != 0; }
/* Most parameters are asked when something happens; what has been decided by them stays (POL-5). */
int hsvc__is_change_is_for_later_events(struct hsvc__turn *t) {
    static const uint32_t felt[] = {
#define FELT(param) PARAM_##param,
#include "rules/parameters.def"
#undef FELT
    };
    for (size_t i = 0; i < sizeof felt / sizeof felt[0]; i++)
        if (felt[i] == t->in->param) return 0;
    return 1;
}
int hsvc__may_stand(uint32_t param, uint32_t scope, int64_t value) {
    return hsvc__is_number(param) && parameters[param].scopes >> scope & 1u && in_range(&parameters[param], value);
}
int hsvc__is_value_is_out_of_range(struct hsvc__turn *t) {
    const struct parameter *p = named(t->in);
    int64_t value = p->type == TEXT ? (int64_t)t->in->text_len : t->in->value;
    int mixed = p->type == TEXT ? t->in->value != 0 : t->in->text_len != 0;
    if (!mixed && in_range(p, value)) return 0;
    t->verdict.field = mixed == (p->type == TEXT) ? HSVC_FIELD_VALUE : HSVC_FIELD_TEXT;
    if (!mixed) t->verdict.field = p->type == TEXT ? HSVC_FIELD_TEXT : HSVC_FIELD_VALUE;
    t->verdict.limit = value < p->least ? p->least : p->most;
    return 1;
}

/* set_of: the list of overrides that an input's scope names, and its record. */
static struct hsvc__overrides *set_of(struct hsvc__turn *t, void **record) {
    struct hsvc__policy *policy;
    if (scope_record_is(t->in, HSVC_SCOPE_USER)) {
        *record = t->user;
        return &t->user->set;
    }
    if (scope_record_is(t->in, HSVC_SCOPE_DEVICE)) {
        *record = t->dev;
        return &t->dev->set;
    }
    policy = hsvc__policy_of(t, hsvc__str_of(t->in->site, t->in->site_len));
    *record = policy;
    return &policy->set;
}

static void set_text(struct hsvc__turn *t, struct hsvc__policy *policy, int set) {
    uint32_t param = t->in->param, bit = 1u << (param - HSVC_PARAM_MIN_FIRMWARE);
    hsvc__str text = set ? hsvc__str_of(t->in->text, t->in->text_len) : hsvc__str_of(NULL, 0);
    policy->texts = set ? policy->texts | bit : policy->texts & ~bit;
    if (param == HSVC_PARAM_MIN_FIRMWARE) policy->min_firmware = text;
    else if (param == HSVC_PARAM_SUPPORTED_MODELS) policy->supported_models = text;
    else policy->serial_reject_list = text;
}

_Static_assert(HSVC_LIMIT_OVERRIDES >= HSVC__PARAMS - 1, "every parameter fits into one list");
static void set_number(struct hsvc__overrides *set, uint32_t param, int64_t value) {
    uint32_t i = 0;
    while (i < set->count && set->at[i].param != param) i++;
    if (i == set->count) set->count++;
    set->at[i].param = param;
    set->at[i].value = value;
}

static void unset_number(struct hsvc__overrides *set, uint32_t param) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < set->count; i++)
        if (set->at[i].param != param) set->at[kept++] = set->at[i];
    set->count = kept;
}

/* A site's first record is counted in the global one: so a decision need not look for records that cannot be there. */
static void note_change(struct hsvc__turn *t, void *record) {
    struct hsvc__policy *policy = (struct hsvc__policy *)record, *global;
    hsvc__touch(record);
    if (policy->rec.family != HSVC__FAMILY_POLICY) return;
    policy->changed_at = t->at;
    if (t->in->site_len != 0 && !policy->rec.present) {
        policy->site = hsvc__str_of(t->in->site, t->in->site_len);
        global = hsvc__policy_of(t, hsvc__str_of(NULL, 0));
        global->sites++;
        global->rec.present = 1;
        hsvc__touch(global);
    }
    policy->rec.present = 1;
}

static void change_parameter(struct hsvc__turn *t, int set) {
    void *record;
    struct hsvc__overrides *overrides = set_of(t, &record);
    if (named(t->in)->type == TEXT) set_text(t, (struct hsvc__policy *)record, set);
    else if (set) set_number(overrides, t->in->param, t->in->value);
    else unset_number(overrides, t->in->param);
    if (HSVC__MUTANT(coupled_settings)) set_number(overrides, HSVC_PARAM_REMEMBER_LAST_USER, 1);
    note_change(t, record);
    t->engine->policy.known = 0; /* the cache is what was read, not what was decided */
    if (t->in->state == HSVC_SCOPE_GLOBAL) hsvc__policy_values(t->engine, (struct hsvc__policy *)record);
}

void hsvc__do_set_parameter(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    change_parameter(t, 1);
}
void hsvc__do_unset_parameter(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    change_parameter(t, 0);
}

/* hsvc__policy_values: the global numbers of a policy record, worked out once. */
void hsvc__policy_values(struct hsvc_engine *engine, const struct hsvc__policy *policy) {
    const int64_t *preset = hsvc__override(&policy->set, HSVC_PARAM_PRESET);
    for (uint32_t i = 1; i < HSVC__PARAMS; i++) engine->policy.values[i] = hsvc__preset_value(i, preset == NULL ? 0 : *preset);
    engine->policy.sites = policy->sites;
    engine->policy.texts = policy->texts;
    engine->policy.set = 0;
    for (uint32_t i = 0; i < policy->set.count; i++) {
        const uint32_t param = policy->set.at[i].param;
        if (param >= HSVC__PARAMS || !in_range(&parameters[param], policy->set.at[i].value)) continue;
        engine->policy.values[param] = policy->set.at[i].value;
        engine->policy.set |= (uint64_t)1 << param;
    }
}
