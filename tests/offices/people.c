/* people.c: what one seed makes of an office: who works there, and what happens, day after day. Nothing here looks at the
 * service: a list of events stands on its own, so that a shorter one does too (shrink.c). */
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/testkit.h"
#include "office.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

struct made {
    struct random r;
    struct shape shape;
    struct event *list;
    uint32_t count, room, today; /* today: where this day's events begin */
    uint32_t calls;
    uint8_t home[M_USERS], where[M_HEADSETS];
};

static struct event *add(struct made *m, int64_t at, enum act what) {
    struct event *e;
    if (m->count == m->room) {
        m->room = m->room ? m->room * 2 : 4096;
        m->list = realloc(m->list, m->room * sizeof *m->list);
        if (m->list == NULL) abort();
    }
    e = &m->list[m->count++];
    memset(e, 0, sizeof *e);
    e->at = at;
    e->what = (uint16_t)what;
    return e;
}

static uint8_t some(struct made *m, uint32_t count) { return (uint8_t)(1 + random_below(&m->r, count)); }

static int64_t between(struct made *m, int64_t least, int64_t most) { return least + random_below(&m->r, (uint32_t)(most - least)); }

struct shape office_shape(uint64_t seed) {
    struct random r = {seed * 77 + 5};
    struct shape s;
    s.phones = 3 + random_below(&r, 6);
    s.users = s.phones + random_below(&r, M_USERS - 1 - s.phones + 1);
    s.headsets = s.users + 1 + random_below(&r, M_HEADSETS - 1 - s.users);
    s.nodes = random_chance(&r, 700) ? 1 : 2 + random_below(&r, NODES - 1);
    s.faults = random_chance(&r, 400);
    s.clocks = random_chance(&r, 400);
    return s;
}

/* ---- the first morning ---- */

static void set(struct made *m, uint32_t param, uint32_t scope, int64_t value) {
    struct event *e = add(m, DAY_ONE, ACT_POLICY);
    e->arg = param;
    e->extra = (uint8_t)scope;
    e->number = value;
    e->phone = scope == HSVC_SCOPE_DEVICE || scope == HSVC_SCOPE_SITE ? some(m, m->shape.phones) : 0;
    e->user = scope == HSVC_SCOPE_USER ? some(m, m->shape.users) : 0;
}

struct setting {
    uint32_t param, likely; /* in a thousand offices */
    int64_t values[4];
};
static const struct setting settings[] = {
    {HSVC_PARAM_PIN_ENTRY, 600, {0, 0, 0, 1}},
    {HSVC_PARAM_AUTO_SIGN_IN_AFTER, 300, {0, 5000, 30000, 60000}},
    {HSVC_PARAM_AUTO_SIGN_OUT_AFTER, 400, {300000, 420000, 600000, 900000}},
    {HSVC_PARAM_CANCEL_ON_SIGN_OUT_PROMPT, 400, {1, 1, 0, 1}},
    {HSVC_PARAM_KEEP_MAX, 200, {3600000, 7200000, 3600000, 86400000}},
    {HSVC_PARAM_SIGN_OUT_DURING_CALL, 400, {1, 1, 1, 1}},
    {HSVC_PARAM_TAKEOVER_COMMIT, 400, {1, 1, 0, 1}},
    {HSVC_PARAM_RESIGN_IN_AFTER_SIGN_OUT, 200, {1, 1, 1, 1}},
    {HSVC_PARAM_HEADSETS_PER_USER_MAX, 400, {1, 2, 3, 2}},
    {HSVC_PARAM_MULTIPLE_LOGIN, 600, {0, 1, 1, 2}},
    {HSVC_PARAM_MAX_LOGIN_TIME, 200, {3600000, 14400000, 36000000, 60000}},
    {HSVC_PARAM_LOCKOUT_FAILURES, 400, {1, 2, 0, 5}},
    {HSVC_PARAM_LOCKOUT_DURATION, 300, {60000, 600000, 86400000, 3600000}},
    {HSVC_PARAM_DEVICE_FAILURES_MAX, 400, {2, 3, 0, 5}},
    {HSVC_PARAM_ASSOCIATION_PROMPT, 300, {1, 2, 1, 0}},
    {HSVC_PARAM_ASSOCIATION_ATTEMPTS_MAX, 300, {1, 2, 4, 1}},
    {HSVC_PARAM_PROMPT_TIMEOUT, 300, {10000, 30000, 600000, 60000}},
    {HSVC_PARAM_PRESENCE_SETTLE, 300, {0, 0, 60000, 120000}},
    {HSVC_PARAM_UNREGISTERED_MAX, 300, {3600000, 0, 7200000, 3600000}},
    {HSVC_PARAM_CALL_DEFERRAL_MAX, 300, {3600000, 7200000, 3600000, 86400000}},
    {HSVC_PARAM_EMERGENCY_HOLD, 300, {0, 60000, 600000, 7200000}},
};

static void choose_policy(struct made *m) {
    static const uint32_t global_only[] = {HSVC_PARAM_KEEP_MAX, HSVC_PARAM_HEADSETS_PER_USER_MAX, HSVC_PARAM_MULTIPLE_LOGIN,
                                           HSVC_PARAM_LOCKOUT_FAILURES, HSVC_PARAM_LOCKOUT_DURATION};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        uint32_t scope = 1 + random_below(&m->r, 3);
        for (size_t k = 0; k < sizeof global_only / sizeof *global_only; k++)
            if (settings[i].param == global_only[k]) scope = HSVC_SCOPE_GLOBAL;
        if (random_chance(&m->r, settings[i].likely)) set(m, settings[i].param, scope, settings[i].values[random_below(&m->r, 4)]);
    }
    set(m, HSVC_PARAM_FLAP_CONNECTS, HSVC_SCOPE_GLOBAL, 1000); /* holds are not in the model */
    set(m, HSVC_PARAM_AUDIT_KEEP_MAX, HSVC_SCOPE_GLOBAL, 200);
}

static void people(struct made *m) {
    for (uint32_t u = 1; u <= m->shape.users; u++) {
        struct event *e = add(m, DAY_ONE, ACT_USER);
        e->user = (uint8_t)u;
        e->arg = random_chance(&m->r, 30) ? 0 : random_chance(&m->r, 250) ? 2 : 1;
        m->home[u] = some(m, m->shape.phones);
    }
    for (uint32_t p = 1; p <= m->shape.phones; p++) {
        struct event *e = add(m, DAY_ONE, ACT_PHONE);
        e->phone = (uint8_t)p;
        e->user = some(m, m->shape.users);
        e->arg = random_chance(&m->r, 700) ? HSVC_DEVICE_ANONYMOUS : random_chance(&m->r, 500) ? HSVC_DEVICE_SHARED : HSVC_DEVICE_OWNED;
        if (random_chance(&m->r, 50)) e->arg |= 4;
    }
    choose_policy(m);
    for (uint32_t h = 1; h <= m->shape.headsets; h++) {
        struct event *e;
        if (random_chance(&m->r, 200)) continue;
        e = add(m, DAY_ONE, ACT_ASSOCIATE);
        e->headset = (uint8_t)h;
        e->user = (uint8_t)(h <= m->shape.users ? h : some(m, m->shape.users));
    }
}

/* ---- a working day ---- */

/* travel: most reports arrive; some are lost, come twice or late. */
static uint32_t travel(struct made *m, struct event *e) {
    if (random_chance(&m->r, 985)) return 0;
    switch (random_below(&m->r, 3)) {
        case 0: return TRAVEL_LOST;
        case 1: return TRAVEL_TWICE;
        default: e->number = between(m, 100, 90 * SECOND); return TRAVEL_LATE;
    }
}

static void plug(struct made *m, int64_t at, enum act what, uint32_t headset, uint32_t phone) {
    struct event *e = add(m, at, what);
    e->headset = (uint8_t)headset;
    e->phone = (uint8_t)phone;
    e->arg = travel(m, e);
}

static void look(struct made *m, int64_t at, uint32_t user, uint32_t phone) {
    struct event *e = add(m, at, ACT_ANSWER);
    e->user = (uint8_t)user;
    e->phone = (uint8_t)phone;
    e->arg = random_below(&m->r, 1000);
}

static void talk(struct made *m, int64_t from, int64_t until, uint32_t phone) {
    uint32_t id = ++m->calls;
    int64_t at = between(m, from, until), lasts = random_chance(&m->r, 900) ? between(m, 10 * SECOND, 20 * MINUTE) : between(m, MINUTE, 3 * HOUR);
    struct event *e = add(m, at, ACT_CALL);
    e->phone = (uint8_t)phone;
    e->number = id;
    e->extra = (uint8_t)random_chance(&m->r, 15);
    e = add(m, at + lasts, ACT_HANG_UP);
    e->phone = (uint8_t)phone;
    e->number = id;
    e->arg = random_chance(&m->r, 10) ? TRAVEL_LOST : 0;
}

static void arrive(struct made *m, int64_t at, uint32_t user, uint32_t headset, uint32_t phone) {
    plug(m, at, ACT_PLUG, headset, phone);
    at += between(m, 2 * SECOND, 20 * SECOND);
    look(m, at, user, phone);
    for (uint32_t i = 0; i < 3 && random_chance(&m->r, 450); i++) look(m, at += between(m, 2 * SECOND, 40 * SECOND), user, phone);
}

/* pause: away for a while; sometimes back in the very moment when the window ends. */
static int64_t pause(struct made *m, int64_t at, uint32_t user, uint32_t headset, uint32_t *phone) {
    static const int64_t moments[] = {300000, 420000, 600000, 900000, 299999};
    int64_t away = random_chance(&m->r, 100) ? moments[random_below(&m->r, 5)]
                   : random_chance(&m->r, 500) ? between(m, 5 * SECOND, 8 * MINUTE) : between(m, 8 * MINUTE, 70 * MINUTE);
    plug(m, at, ACT_UNPLUG, headset, *phone);
    if (random_chance(&m->r, 250)) look(m, at + between(m, 2 * SECOND, 30 * SECOND), user, *phone);
    if (random_chance(&m->r, 100)) *phone = some(m, m->shape.phones);
    arrive(m, at + away, user, headset, *phone);
    return at + away;
}

static void menu(struct made *m, int64_t at, uint32_t user, uint32_t headset, uint32_t phone) {
    static const uint32_t entries[] = {HSVC_INPUT_MENU_SIGN_OUT, HSVC_INPUT_MENU_SIGN_IN, HSVC_INPUT_MENU_ASSOCIATE};
    struct event *e = add(m, at, ACT_MENU);
    e->user = (uint8_t)user;
    e->headset = (uint8_t)headset;
    e->phone = (uint8_t)phone;
    e->arg = entries[random_below(&m->r, 3)];
    look(m, at + between(m, 2 * SECOND, 30 * SECOND), user, phone);
}

static void work(struct made *m, int64_t midnight, uint32_t user, uint32_t headset) {
    uint32_t phone = random_chance(&m->r, 800) ? m->home[user] : some(m, m->shape.phones);
    int64_t at = midnight + between(m, 7 * HOUR, 10 * HOUR), leaves = midnight + between(m, 15 * HOUR, 19 * HOUR);
    arrive(m, at, user, headset, phone);
    for (uint32_t i = random_below(&m->r, 3); i > 0; i--) talk(m, at + MINUTE, leaves, phone);
    for (uint32_t i = random_below(&m->r, 3); i > 0 && at + 2 * HOUR < leaves; i--)
        at = pause(m, between(m, at + MINUTE, at + 2 * HOUR), user, headset, &phone);
    if (random_chance(&m->r, 60)) menu(m, between(m, at, leaves), user, headset, phone);
    if (random_chance(&m->r, 30)) add(m, between(m, at, at + MINUTE), ACT_USE)->phone = (uint8_t)phone;
    if (random_chance(&m->r, 40)) return; /* stays plugged in overnight */
    plug(m, leaves, ACT_UNPLUG, headset, phone);
    if (random_chance(&m->r, 300)) look(m, leaves + between(m, 2 * SECOND, 20 * SECOND), user, phone);
}

/* ---- what befalls an office ---- */

static void administer(struct made *m, int64_t at) {
    static const enum act acts[] = {ACT_ASSOCIATE, ACT_DISASSOCIATE, ACT_MOVE, ACT_FORCE, ACT_UNLOCK, ACT_USER, ACT_SNAPSHOT, ACT_CALLS};
    struct event *e = add(m, at, acts[random_below(&m->r, 8)]);
    e->user = some(m, m->shape.users);
    e->headset = some(m, m->shape.headsets);
    e->phone = some(m, m->shape.phones);
    e->extra = some(m, m->shape.users);
    if (e->what == ACT_FORCE) e->arg = random_chance(&m->r, 300);
    if (e->what != ACT_USER) return;
    e->arg = 1u | 16u; /* disabled, and back tomorrow */
    m->list[m->count - 1].phone = 0;
    {
        uint8_t user = e->user;
        e = add(m, at + DAY_MS, ACT_USER);
        e->user = user;
        e->arg = random_chance(&m->r, 250) ? 2 : 1;
    }
}

static void trouble(struct made *m, int64_t midnight) {
    int64_t at = midnight + between(m, 6 * HOUR, 20 * HOUR);
    uint8_t phone = some(m, m->shape.phones);
    switch (random_below(&m->r, 4)) {
        case 0:
            add(m, at, ACT_POWER_CUT)->phone = phone;
            add(m, at + between(m, 10 * SECOND, random_chance(&m->r, 900) ? 20 * MINUTE : 30 * HOUR), ACT_POWER_BACK)->phone = phone;
            break;
        case 1:
            add(m, at, ACT_DIRECTORY)->arg = random_chance(&m->r, 500) ? 1 : 3000;
            add(m, at + HOUR, ACT_DIRECTORY);
            break;
        case 2: add(m, at, ACT_RESTART)->phone = phone; break;
        default:
            if (m->shape.faults) add(m, at, ACT_CRASH)->phone = phone;
    }
}

static void store_trouble(struct made *m, int64_t midnight) {
    static const uint32_t kinds[] = {HSVC_FAULT_CONFLICT, HSVC_FAULT_UNKNOWN_DONE, HSVC_FAULT_UNKNOWN_LOST, HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_UNAVAILABLE};
    struct event *e = add(m, midnight + between(m, 7 * HOUR, 19 * HOUR), ACT_FAULT);
    e->arg = kinds[random_below(&m->r, 5)];
    e->extra = e->arg == HSVC_FAULT_UNAVAILABLE ? some(m, 7) : 4;
    e->phone = (uint8_t)random_below(&m->r, 4);
    e->user = (uint8_t)random_below(&m->r, 3);
    e->number = 1 + random_below(&m->r, 12);
}

/* clock_trouble: clocks step, for good or for a while; hosts are suspended. */
static void clock_trouble(struct made *m, int64_t midnight) {
    static const int64_t most[] = {2 * SECOND, 10 * MINUTE, 12 * HOUR, 20 * DAY_MS};
    int64_t at = midnight + between(m, 6 * HOUR, 20 * HOUR);
    int64_t by = between(m, 1, most[random_below(&m->r, 4)]);
    struct event *e;
    if (random_chance(&m->r, 400)) {
        e = add(m, at, ACT_SLEEP);
        e->number = random_chance(&m->r, 800) ? between(m, SECOND, 30 * MINUTE) : between(m, HOUR, 60 * HOUR);
        e->arg = random_below(&m->r, 2);
        return;
    }
    if (random_chance(&m->r, 500)) by = -by;
    add(m, at, ACT_CLOCK)->number = by;
    if (random_chance(&m->r, 600)) add(m, at + between(m, SECOND, random_chance(&m->r, 500) ? 10 * MINUTE : 20 * HOUR), ACT_CLOCK)->number = -by;
}

/* sort: by time; what was made first comes first. */
static void sort(struct event *list, uint32_t from, uint32_t count) {
    for (uint32_t i = from + 1; i < count; i++) {
        struct event e = list[i];
        uint32_t k = i;
        for (; k > from && list[k - 1].at > e.at; k--) list[k] = list[k - 1];
        list[k] = e;
    }
}

static void day(struct made *m, int64_t midnight, uint32_t weekend) {
    for (uint32_t u = 1; u <= m->shape.users; u++)
        if (random_chance(&m->r, weekend ? 50 : 850)) work(m, midnight, u, random_chance(&m->r, 930) ? u : some(m, m->shape.headsets));
    if (random_chance(&m->r, 400)) administer(m, midnight + between(m, 8 * HOUR, 18 * HOUR));
    if (random_chance(&m->r, 300)) trouble(m, midnight);
    if (m->shape.faults && random_chance(&m->r, 300)) store_trouble(m, midnight);
    if (m->shape.clocks && random_chance(&m->r, 250)) clock_trouble(m, midnight);
}

uint32_t office_events(uint64_t seed, uint32_t days, struct event **list) {
    struct made m;
    memset(&m, 0, sizeof m);
    m.r.state = seed;
    m.shape = office_shape(seed);
    people(&m);
    for (uint32_t d = 0; d < days; d++) {
        uint32_t from = m.count > m.shape.users * 40 + 200 ? m.count - m.shape.users * 40 - 200 : 0;
        day(&m, DAY_ONE + d * DAY_MS, d % 7 > 4);
        sort(m.list, from, m.count);
    }
    *list = m.list;
    return m.count;
}
