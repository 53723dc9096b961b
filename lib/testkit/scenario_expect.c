/* scenario_expect.c: expectations about the verdicts and effects of the last statement. */
#include "scenario_impl.h"

#define DO(name) void hsvc__scn_do_##name(hsvc_scenario *s)

static struct scn_str str_of(const char *p, size_t n) {
    struct scn_str str = {p, n};
    return str;
}

/* Reports an unmet expectation as the script has it, with what was seen of the statement. */
static void unmet(hsvc_scenario *s, int verdicts, int effects) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    hsvc__scn_put_all(s, &seen, verdicts, effects);
    hsvc__scn_report(s, HSVC_SCENARIO_UNMET, 0, seen.at, "%.*s", SCN_STR(s->statement));
}

/* Is the place empty, or does the text say what it says? */
static int text_fits(const struct scn_value *v, struct scn_str text) {
    return !v->set || hsvc__scn_same(v->text, text);
}
static int number_fits(const struct scn_value *v, int64_t number) { return !v->set || v->number == number; }

/* ---- verdicts ---- */

static int verdict_fits(const hsvc_scenario *s, const hsvc_verdict *verdict, uint32_t accepted) {
    return verdict->accepted == accepted && number_fits(&s->v[SCN_reason], verdict->reason) &&
           text_fits(&s->v[SCN_rule], hsvc__scn_of(verdict->rule)) &&
           number_fits(&s->v[SCN_field], verdict->field) && number_fits(&s->v[SCN_limit], verdict->limit) &&
           number_fits(&s->v[SCN_em], verdict->em_code) &&
           text_fits(&s->v[SCN_phone], str_of(verdict->device, verdict->device_len)) &&
           text_fits(&s->v[SCN_headset], str_of(verdict->serial, verdict->serial_len));
}

static void expect_verdict(hsvc_scenario *s, uint32_t accepted) {
    for (size_t i = 0; i < s->seen.verdict_count; i++)
        if (verdict_fits(s, &s->seen.verdicts[i], accepted)) return;
    unmet(s, 1, 0);
}

DO(expect_accepted) { expect_verdict(s, 1); }

DO(expect_refused) {
    s->seen.refusal_expected = 1;
    expect_verdict(s, 0);
}

/* ---- effects ---- */

/* Is the effect of this kind, or the prompt of this kind? Their numbers do not overlap. */
static int is_kind(const hsvc_effect *e, int64_t number) {
    return e->kind == (uint64_t)number || (e->kind == HSVC_EFFECT_SHOW_PROMPT && e->prompt == (uint64_t)number);
}

static int on_phone(const hsvc_scenario *s, const hsvc_effect *e) {
    return text_fits(&s->v[SCN_phone], str_of(e->device, e->device_len));
}

static int why_fits(const struct scn_value *why, const hsvc_effect *e) {
    const char *cause = hsvc_name(HSVC_REGISTRY_CAUSE, (int32_t)e->cause);
    const char *reason = hsvc_name(HSVC_REGISTRY_REASON, (int32_t)e->reason);
    if (!why->set) return 1;
    return (e->cause != 0 && hsvc__scn_is(why->text, cause)) || (e->reason != 0 && hsvc__scn_is(why->text, reason));
}

static int flags_fit(const hsvc_scenario *s, const hsvc_effect *e) {
    uint32_t offer = e->prompt == HSVC_PROMPT_SIGN_OUT ? HSVC_PROMPT_OFFERS_EXTEND : HSVC_PROMPT_OFFERS_SIGN_IN;
    if (s->v[SCN_repeated].set && !(e->flags & HSVC_FLAG_REPEATED)) return 0;
    return !s->v[SCN_offers].set || (e->flags & offer) != 0;
}

static int effect_fits(const hsvc_scenario *s, size_t index) {
    const hsvc_effect *e = &s->seen.effects[index];
    return is_kind(e, s->v[SCN_effect].number) && on_phone(s, e) && why_fits(&s->v[SCN_why], e) && flags_fit(s, e) &&
           text_fits(&s->v[SCN_user], str_of(e->user, e->user_len)) &&
           text_fits(&s->v[SCN_other], str_of(e->other_user, e->other_user_len)) &&
           text_fits(&s->v[SCN_profile], str_of(e->profile, e->profile_len)) &&
           text_fits(&s->v[SCN_headset], str_of(e->serial, e->serial_len)) &&
           text_fits(&s->v[SCN_site], str_of(e->site, e->site_len)) &&
           text_fits(&s->v[SCN_location], str_of(e->location, e->location_len)) &&
           number_fits(&s->v[SCN_node], (int64_t)e->node) && text_fits(&s->v[SCN_rule], hsvc__scn_of(e->rule)) &&
           text_fits(&s->v[SCN_profiles], s->seen.offers[index]) && number_fits(&s->v[SCN_time], e->due_ms) &&
           (!s->v[SCN_duration].set || e->due_ms - e->at_ms == s->v[SCN_duration].number);
}

static size_t count_fitting(const hsvc_scenario *s) {
    size_t count = 0;
    for (size_t i = 0; i < s->seen.effect_count; i++) count += (size_t)effect_fits(s, i);
    return count;
}

DO(expect_effect) {
    size_t count = count_fitting(s);
    if (s->v[SCN_number].set ? count == (size_t)s->v[SCN_number].number : count > 0) return;
    unmet(s, 1, 1);
}

DO(expect_none) {
    if (count_fitting(s) == 0) return;
    unmet(s, 0, 1);
}

static int counts(const hsvc_scenario *s, const hsvc_effect *e) {
    return e->kind != HSVC_EFFECT_MENU_STATE && on_phone(s, e);
}

DO(expect_nothing) {
    for (size_t i = 0; i < s->seen.effect_count; i++)
        if (counts(s, &s->seen.effects[i])) {
            unmet(s, 0, 1);
            return;
        }
}

/* Every effect takes one wish of its kind away; none may be left on either side. */
DO(expect_exactly) {
    const struct scn_value *list = &s->v[SCN_effects];
    uint32_t used[SCN_ITEMS] = {0};
    size_t left = list->count;
    for (size_t i = 0; i < s->seen.effect_count; i++) {
        size_t k = 0;
        if (!counts(s, &s->seen.effects[i])) continue;
        while (k < list->count && (used[k] || !is_kind(&s->seen.effects[i], (int64_t)list->items[k].number))) k++;
        if (k == list->count) {
            unmet(s, 0, 1);
            return;
        }
        used[k] = 1;
        left--;
    }
    if (left > 0) unmet(s, 0, 1);
}

DO(expect_sequence) {
    const struct scn_value *list = &s->v[SCN_sequence];
    size_t met = 0;
    for (size_t i = 0; i < s->seen.effect_count && met < list->count; i++) {
        const hsvc_effect *e = &s->seen.effects[i];
        if (on_phone(s, e) && is_kind(e, (int64_t)list->items[met].number)) met++;
    }
    if (met < list->count) unmet(s, 0, 1);
}

/* ---- the engine as a whole ---- */

static int deadline(hsvc_scenario *s, int64_t *at) {
    int32_t status = hsvc_next_deadline(s->engine, at);
    if (status == HSVC_OK) return 1;
    hsvc__scn_report(s, HSVC_SCENARIO_STATUS, 0, hsvc_name(HSVC_REGISTRY_STATUS, status), "hsvc_next_deadline failed");
    return 0;
}

static void wrong_deadline(hsvc_scenario *s, int64_t at) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    hsvc__scn_put_time(s, &seen, at);
    hsvc__scn_report(s, HSVC_SCENARIO_UNMET, 0, seen.at, "%.*s", SCN_STR(s->statement));
}

DO(expect_deadline) {
    int64_t at = 0;
    if (deadline(s, &at) && at != s->v[SCN_time].number) wrong_deadline(s, at);
}

static int32_t count_row(const hsvc_row *row, void *user) {
    (void)row;
    ++*(int64_t *)user;
    return HSVC_OK;
}

/* No view shows what was skipped: the rows are counted. */
DO(expect_skips) {
    static const uint8_t from[] = {'K'}, to[] = {'L'};
    const hsvc_store *store = s->config.store != NULL ? s->config.store : &s->store;
    struct scn_text seen = {s->words, sizeof s->words, 0};
    int64_t count = 0;
    int32_t status = store->scan(from, 1, to, 1, SIZE_MAX, count_row, &count, store->user);
    if (status == HSVC_OK && count == s->v[SCN_number].number) return;
    hsvc__scn_put(&seen, "%lld skips", (long long)count);
    hsvc__scn_report(s, HSVC_SCENARIO_UNMET, 0, seen.at, "%.*s", SCN_STR(s->statement));
}

DO(expect_no_deadline) {
    int64_t at = 0;
    if (deadline(s, &at) && at != HSVC_NEVER) wrong_deadline(s, at);
}

static const struct {
    const char *name;
    size_t offset;
} counters[] = {
#define COUNTER(name, text) {#name, offsetof(hsvc_counters, name)},
#include "../engine/counters.def"
#undef COUNTER
};

static void counter_is(hsvc_scenario *s, size_t offset) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    hsvc_counters all;
    uint64_t value = 0;
    memset(&all, 0, sizeof all);
    all.struct_size = sizeof all;
    (void)hsvc_counters_get(s->engine, &all);
    memcpy(&value, (const char *)&all + offset, sizeof value);
    if (value == (uint64_t)s->v[SCN_number].number) return;
    hsvc__scn_put(&seen, "%llu", (unsigned long long)value);
    hsvc__scn_report(s, HSVC_SCENARIO_UNMET, 0, seen.at, "%.*s", SCN_STR(s->statement));
}

DO(expect_counter) {
    size_t i = 0;
    while (i < sizeof counters / sizeof counters[0] && !hsvc__scn_is(s->v[SCN_counter].text, counters[i].name)) i++;
    if (i < sizeof counters / sizeof counters[0]) counter_is(s, counters[i].offset);
    else
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, s->v[SCN_counter].token->column, NULL,
                         "there is no counter '%.*s'", SCN_STR(s->v[SCN_counter].text));
}

DO(expect_sign_outs) {
    int cause = hsvc__scn_cause(s, s->v[SCN_cause].token, s->v[SCN_cause].number, s->v[SCN_cause].text);
    if (cause >= 0) counter_is(s, offsetof(hsvc_counters, sign_outs_by) + (size_t)cause * sizeof(uint64_t));
}

static int32_t finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    hsvc_scenario *s = user;
    (void)key;
    (void)key_len;
    hsvc__scn_report(s, HSVC_SCENARIO_UNSOUND, 0, rule, "verify: %s", invariant);
    return HSVC_OK;
}

DO(verify) {
    uint64_t findings = 0;
    int32_t status = hsvc_verify(s->engine, finding, s, &findings);
    if (status != HSVC_OK)
        hsvc__scn_report(s, HSVC_SCENARIO_STATUS, 0, hsvc_name(HSVC_REGISTRY_STATUS, status), "hsvc_verify failed");
    hsvc__scn_world_check(s);
}
