/* people_admin.c: administrators: the policy of the first morning, and what they change while people work. */
#include "made.h"

#include <stddef.h>

/* ---- the policy ---- */

#define G 1u
#define S 2u
#define D 4u
#define U 8u
struct setting {
    uint32_t param, likely, scopes; /* likely: in a thousand offices, on the first morning */
    int64_t values[4];
};
static const struct setting settings[] = {
    {HSVC_PARAM_PIN_ENTRY, 600, G | S | D | U, {0, 0, 0, 1}},
    {HSVC_PARAM_AUTO_SIGN_IN_AFTER, 300, G | S | D | U, {0, 5000, 30000, 60000}},
    {HSVC_PARAM_AUTO_SIGN_OUT_AFTER, 400, G | S | D | U, {300000, 420000, 600000, 900000}},
    {HSVC_PARAM_CANCEL_ON_SIGN_OUT_PROMPT, 400, G | S | D, {1, 1, 0, 1}},
    {HSVC_PARAM_KEEP_MAX, 200, G, {3600000, 7200000, 3600000, 86400000}},
    {HSVC_PARAM_SIGN_OUT_DURING_CALL, 400, G | S | D, {1, 1, 1, 1}},
    {HSVC_PARAM_TAKEOVER_COMMIT, 400, G | S | D, {1, 1, 0, 1}},
    {HSVC_PARAM_RESIGN_IN_AFTER_SIGN_OUT, 200, G | S | D, {1, 1, 1, 1}},
    {HSVC_PARAM_HEADSETS_PER_USER_MAX, 400, G | U, {1, 2, 3, 2}},
    {HSVC_PARAM_MULTIPLE_LOGIN, 600, G | U, {0, 1, 1, 2}},
    {HSVC_PARAM_MAX_LOGIN_TIME, 200, G | S | D | U, {3600000, 14400000, 36000000, 60000}},
    {HSVC_PARAM_LOCKOUT_FAILURES, 400, G | U, {1, 2, 0, 5}},
    {HSVC_PARAM_LOCKOUT_DURATION, 300, G | U, {60000, 600000, 86400000, 3600000}},
    {HSVC_PARAM_DEVICE_FAILURES_MAX, 400, G | S | D, {2, 3, 0, 5}},
    {HSVC_PARAM_ASSOCIATION_PROMPT, 300, G | S | D, {1, 2, 1, 0}},
    {HSVC_PARAM_ASSOCIATION_ATTEMPTS_MAX, 300, G | S | D, {1, 2, 4, 1}},
    {HSVC_PARAM_PROMPT_TIMEOUT, 300, G | S | D, {10000, 30000, 600000, 60000}},
    {HSVC_PARAM_PRESENCE_SETTLE, 300, G | S | D, {0, 0, 60000, 120000}},
    {HSVC_PARAM_UNREGISTERED_MAX, 300, G | S | D, {3600000, 0, 7200000, 3600000}},
    {HSVC_PARAM_CALL_DEFERRAL_MAX, 300, G | S | D, {3600000, 7200000, 3600000, 86400000}},
    {HSVC_PARAM_EMERGENCY_HOLD, 300, G | S | D, {0, 60000, 600000, 7200000}},
    {HSVC_PARAM_HEADSET_EM, 150, G | S | D | U, {1, 1, 0, 1}},
    {HSVC_PARAM_EM_SCREEN_WHEN_DENIED, 200, G | S | D, {0, 0, 1, 0}},
    {HSVC_PARAM_MANUAL_ASSOCIATION_WHEN_NEVER, 200, G | S | D, {1, 1, 0, 1}},
    {HSVC_PARAM_LOCKOUT_RESET_AFTER, 100, G | U, {60000, 600000, 7200000, 60000}},
    {HSVC_PARAM_VERIFY_TIMEOUT, 100, G, {1000, 2000, 120000, 30000}},
    {HSVC_PARAM_RESET_TIMEOUT, 100, G | S | D, {61000, 120000, 1800000, 61000}},
};
#define SETTINGS (sizeof settings / sizeof *settings)
/* Those that came later draw from numbers of their own. */
static const struct setting later[] = {
    {HSVC_PARAM_SIGN_OUT_WARNING, 500, G | S | D | U, {30000, 120000, 420000, 840000}},
    {HSVC_PARAM_REMEMBER_LAST_USER, 500, G | S | D, {1, 1, 0, 1}},
    {HSVC_PARAM_FLAP_WINDOW, 300, G | S | D, {10000, 20000, 60000, 5000}},
    {HSVC_PARAM_UPDATE_MAX, 300, G, {600000, 1800000, 7200000, 900000}},
    {HSVC_PARAM_BACKDATE_MAX, 300, G, {0, 1000, 60000, 3600000}},
};
#define LATER (sizeof later / sizeof *later)

static struct event *set(struct made *m, int64_t at, uint32_t param, uint32_t scope, int64_t value) {
    struct event *e = made_add(m, at, ACT_POLICY);
    e->arg = param;
    e->extra = (uint8_t)scope;
    e->number = value;
    e->phone = scope == HSVC_SCOPE_DEVICE || scope == HSVC_SCOPE_SITE ? made_some(m, m->shape.phones) : 0;
    e->user = scope == HSVC_SCOPE_USER ? made_some(m, m->shape.users) : 0;
    return e;
}

static uint32_t scope_of(struct made *m, const struct setting *s) {
    uint32_t scope = 1 + random_below(&m->r, 4);
    while ((s->scopes & 1u << (scope - 1)) == 0) scope = 1 + random_below(&m->r, 4);
    return scope;
}

/* set_any: value and scope are drawn one after the other, since in a call's arguments each compiler has an order of its own. */
static struct event *set_any(struct made *m, int64_t at, const struct setting *s) {
    int64_t value = s->values[random_below(&m->r, 4)];
    uint32_t scope = scope_of(m, s);
    return set(m, at, s->param, scope, value);
}

/* later_rules: one of them is set, mostly; on the first morning each of them, as likely as it is. */
static void later_rules(struct made *m, int64_t at, uint32_t one) {
    struct random usual = m->r;
    m->r = m->rules;
    for (size_t i = one ? random_below(&m->r, LATER) : 0, end = one ? i + 1 : LATER; i < end; i++)
        if (random_chance(&m->r, later[i].likely)) (void)set_any(m, at, &later[i]);
    m->rules = m->r;
    m->r = usual;
}

void admin_morning(struct made *m) {
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];
        if (random_chance(&m->r, s->likely)) (void)set_any(m, DAY_ONE, s);
    }
    plugs_morning(m);
    later_rules(m, DAY_ONE, 0);
    (void)set(m, DAY_ONE, HSVC_PARAM_AUDIT_KEEP_MAX, HSVC_SCOPE_GLOBAL, 200);
}

/* felt: what an open screen and a running session feel at once, more often than the rest (POL-4, POL-5). */
static const struct setting *felt(struct made *m) {
    static const uint32_t params[] = {HSVC_PARAM_HEADSET_EM, HSVC_PARAM_HEADSET_EM, HSVC_PARAM_PIN_ENTRY, HSVC_PARAM_ASSOCIATION_PROMPT,
                                      HSVC_PARAM_MAX_LOGIN_TIME, HSVC_PARAM_EM_SCREEN_WHEN_DENIED};
    uint32_t param = params[random_below(&m->r, 6)];
    for (size_t i = 0; i < SETTINGS; i++)
        if (settings[i].param == param) return &settings[i];
    return settings;
}

/* rule_change: a parameter is set while people work, and mostly taken back. */
static void rule_change(struct made *m, int64_t at) {
    const struct setting *s = random_chance(&m->r, 600) ? felt(m) : &settings[random_below(&m->r, SETTINGS)];
    struct event first = *set_any(m, at, s), *back;
    if (random_chance(&m->r, 250)) return;
    at += random_chance(&m->r, 700) ? made_between(m, 10 * SECOND, 2 * HOUR) : made_between(m, HOUR, 60 * HOUR);
    back = made_add(m, at, random_chance(&m->r, 600) ? ACT_POLICY_UNSET : ACT_POLICY);
    first.what = back->what;
    first.at = at;
    first.number = first.what == ACT_POLICY ? s->values[random_below(&m->r, 4)] : 0;
    *back = first;
}

/* ---- people, phones and headsets ---- */

static void administer(struct made *m, int64_t at) {
    static const enum act acts[] = {ACT_ASSOCIATE, ACT_DISASSOCIATE, ACT_MOVE, ACT_FORCE, ACT_UNLOCK, ACT_USER, ACT_SNAPSHOT, ACT_CALLS};
    struct event *e = made_add(m, at, acts[random_below(&m->r, 8)]);
    uint8_t user = made_some(m, m->shape.users);
    e->user = user;
    e->headset = made_some(m, m->shape.headsets);
    e->phone = made_some(m, m->shape.phones);
    e->extra = made_some(m, m->shape.users);
    if (e->what == ACT_FORCE) e->arg = random_chance(&m->r, 300);
    if (e->what != ACT_USER) return;
    e->arg = 1u | 16u; /* disabled, and back tomorrow */
    e->phone = 0;
    e = made_add(m, at + DAY_MS, ACT_USER);
    e->user = user;
    e->arg = random_chance(&m->r, 250) ? 2 : 1;
}

static uint32_t kind_of_phone(struct made *m) {
    uint32_t kind = random_chance(&m->r, 700) ? HSVC_DEVICE_ANONYMOUS : random_chance(&m->r, 500) ? HSVC_DEVICE_SHARED : HSVC_DEVICE_OWNED;
    return kind | (random_chance(&m->r, 150) ? 4 : 0);
}

/* staff: people and phones come, go, and are called otherwise. Who goes comes back in some days, as somebody new. */
static void staff(struct made *m, int64_t at) {
    static const enum act acts[] = {ACT_REMOVE_USER, ACT_REMOVE_USER,  ACT_RENAME_USER, ACT_RENAME_USER, ACT_REMOVE_PHONE, ACT_RENAME_PHONE,
                                    ACT_CHANGE_PHONE, ACT_FORCE_MANY, ACT_FREE_ALL,    ACT_TO_OWNER,    ACT_TO_OWNER};
    static const uint8_t scopes[] = {HSVC_SCOPE_GLOBAL, HSVC_SCOPE_SITE, HSVC_SCOPE_USER, HSVC_SCOPE_USER};
    struct event *e = made_add(m, at, acts[random_below(&m->r, 11)]);
    int64_t back = at + made_between(m, MINUTE, 3 * 24 * HOUR);
    uint8_t user = made_some(m, m->shape.users), phone = made_some(m, m->shape.phones);
    uint32_t what = e->what;
    e->user = user;
    e->headset = made_some(m, m->shape.headsets);
    e->phone = what == ACT_REMOVE_USER || what == ACT_RENAME_USER || what == ACT_FREE_ALL || what == ACT_TO_OWNER ? 0 : phone;
    e->arg = what == ACT_CHANGE_PHONE ? kind_of_phone(m) : random_chance(&m->r, 300);
    if (what == ACT_FORCE_MANY) e->extra = scopes[random_below(&m->r, 4)];
    if (what == ACT_RENAME_USER && random_chance(&m->r, 100)) e->extra = made_some(m, m->shape.users);
    if (what == ACT_RENAME_PHONE && random_chance(&m->r, 100)) e->extra = made_some(m, m->shape.phones);
    if (what == ACT_REMOVE_USER) {
        e = made_add(m, back, ACT_USER);
        e->user = user;
        e->arg = random_chance(&m->r, 250) ? 2 : 1;
        e = made_add(m, back, ACT_ASSOCIATE);
        e->user = e->headset = user;
    }
    if (what == ACT_REMOVE_PHONE) {
        e = made_add(m, back, ACT_PHONE);
        e->phone = phone;
        e->user = user;
        e->arg = kind_of_phone(m);
    }
}

static void import(struct made *m, int64_t at) {
    struct event *e = made_add(m, at, ACT_IMPORT);
    e->number = random_below(&m->r, 1u << 30);
    e->arg = random_chance(&m->r, 500);
    e->extra = (uint8_t)random_below(&m->r, 200);
}

static int64_t office_hours(struct made *m, int64_t midnight) { return midnight + made_between(m, 8 * HOUR, 18 * HOUR); }

void admin_day(struct made *m, int64_t midnight) {
    if (random_chance(&m->r, 400)) administer(m, office_hours(m, midnight));
    if (random_chance(&m->r, 200)) staff(m, office_hours(m, midnight));
    if (random_chance(&m->r, 60)) import(m, office_hours(m, midnight));
    if (random_chance(&m->r, 250)) rule_change(m, office_hours(m, midnight));
    if (random_chance(&m->rules, 50)) later_rules(m, midnight + 8 * HOUR + random_below(&m->rules, 10 * 3600 * 1000), 1);
}
