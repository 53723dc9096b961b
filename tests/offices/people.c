/* people.c: what one seed makes of an office: who works there, and what happens, day after day. Nothing here looks at the
 * service: a list of events stands on its own, so that a shorter one does too (shrink.c). */
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/testkit.h"
#include "made.h"

struct event *made_add(struct made *m, int64_t at, enum act what) {
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

uint8_t made_some(struct made *m, uint32_t count) { return (uint8_t)(1 + random_below(&m->r, count)); }

int64_t made_between(struct made *m, int64_t least, int64_t most) { return least + random_below(&m->r, (uint32_t)(most - least)); }

struct shape office_shape(uint64_t seed) {
    struct random r = {seed * 77 + 5};
    struct shape s;
    s.phones = 3 + random_below(&r, 6);
    s.users = s.phones + random_below(&r, M_USERS - 1 - s.phones + 1);
    s.headsets = s.users + 1 + random_below(&r, M_HEADSETS - 1 - s.users);
    s.nodes = random_chance(&r, 700) ? 1 : 2 + random_below(&r, NODES - 1);
    s.faults = random_chance(&r, 400);
    s.clocks = random_chance(&r, 400);
    s.skew = s.nodes == 1 || random_chance(&r, 200) ? SKEW_NONE : SKEW_WITHIN;
    if (s.skew != SKEW_NONE && random_chance(&r, 400)) s.skew = SKEW_BEYOND;
    return s;
}

/* ---- the first morning ---- */

static void people(struct made *m) {
    for (uint32_t u = 1; u <= m->shape.users; u++) {
        struct event *e = made_add(m, DAY_ONE, ACT_USER);
        e->user = (uint8_t)u;
        e->arg = random_chance(&m->r, 30) ? 0 : random_chance(&m->r, 250) ? 2 : 1;
        m->home[u] = made_some(m, m->shape.phones);
    }
    for (uint32_t p = 1; p <= m->shape.phones; p++) {
        struct event *e = made_add(m, DAY_ONE, ACT_PHONE);
        e->phone = (uint8_t)p;
        e->user = made_some(m, m->shape.users);
        e->arg = random_chance(&m->r, 700) ? HSVC_DEVICE_ANONYMOUS : random_chance(&m->r, 500) ? HSVC_DEVICE_SHARED : HSVC_DEVICE_OWNED;
        if (random_chance(&m->r, 50)) e->arg |= 4;
    }
    time_morning(m);
    admin_morning(m);
    for (uint32_t h = 1; h <= m->shape.headsets; h++) {
        struct event *e;
        if (random_chance(&m->r, 200)) continue;
        e = made_add(m, DAY_ONE, ACT_ASSOCIATE);
        e->headset = (uint8_t)h;
        e->user = (uint8_t)(h <= m->shape.users ? h : made_some(m, m->shape.users));
    }
}

/* ---- a working day ---- */

/* travel: most reports arrive; some are lost, come twice or late. */
static uint32_t travel(struct made *m, struct event *e) {
    if (random_chance(&m->r, 985)) return 0;
    switch (random_below(&m->r, 3)) {
        case 0: return TRAVEL_LOST;
        case 1: return TRAVEL_TWICE;
        default: e->number = made_between(m, 100, 90 * SECOND); return TRAVEL_LATE;
    }
}

static void plug(struct made *m, int64_t at, enum act what, uint32_t headset, uint32_t phone) {
    struct event *e = made_add(m, at, what);
    e->headset = (uint8_t)headset;
    e->phone = (uint8_t)phone;
    e->arg = travel(m, e);
}

static void look(struct made *m, int64_t at, uint32_t user, uint32_t phone) {
    struct event *e = made_add(m, at, ACT_ANSWER);
    e->user = (uint8_t)user;
    e->phone = (uint8_t)phone;
    e->arg = random_below(&m->r, 1000);
}

static void talk(struct made *m, int64_t from, int64_t until, uint32_t phone) {
    uint32_t id = ++m->calls;
    int64_t at = made_between(m, from, until), lasts = random_chance(&m->r, 900) ? made_between(m, 10 * SECOND, 20 * MINUTE) : made_between(m, MINUTE, 3 * HOUR);
    struct event *e = made_add(m, at, ACT_CALL);
    e->phone = (uint8_t)phone;
    e->number = id;
    e->extra = (uint8_t)random_chance(&m->r, 15);
    e = made_add(m, at + lasts, ACT_HANG_UP);
    e->phone = (uint8_t)phone;
    e->number = id;
    e->arg = random_chance(&m->r, 10) ? TRAVEL_LOST : 0;
}

static void arrive(struct made *m, int64_t at, uint32_t user, uint32_t headset, uint32_t phone) {
    plug(m, at, ACT_PLUG, headset, phone);
    at += made_between(m, 2 * SECOND, 20 * SECOND);
    look(m, at, user, phone);
    for (uint32_t i = 0; i < 3 && random_chance(&m->r, 450); i++) look(m, at += made_between(m, 2 * SECOND, 40 * SECOND), user, phone);
}

/* pause: away for a while; sometimes back in the very moment when the window ends. */
static int64_t pause(struct made *m, int64_t at, uint32_t user, uint32_t headset, uint32_t *phone) {
    static const int64_t moments[] = {300000, 420000, 600000, 900000, 299999};
    int64_t away = random_chance(&m->r, 100) ? moments[random_below(&m->r, 5)]
                   : random_chance(&m->r, 500) ? made_between(m, 5 * SECOND, 8 * MINUTE) : made_between(m, 8 * MINUTE, 70 * MINUTE);
    plug(m, at, ACT_UNPLUG, headset, *phone);
    if (random_chance(&m->r, 250)) look(m, at + made_between(m, 2 * SECOND, 30 * SECOND), user, *phone);
    if (random_chance(&m->r, 100)) *phone = made_some(m, m->shape.phones);
    arrive(m, at + away, user, headset, *phone);
    return at + away;
}

static void menu(struct made *m, int64_t at, uint32_t user, uint32_t headset, uint32_t phone) {
    static const uint32_t entries[] = {HSVC_INPUT_MENU_SIGN_OUT, HSVC_INPUT_MENU_SIGN_IN, HSVC_INPUT_MENU_ASSOCIATE,
                                       HSVC_INPUT_MENU_SIGN_IN_BY_HAND};
    struct event *e = made_add(m, at, ACT_MENU);
    e->user = (uint8_t)user;
    e->headset = (uint8_t)headset;
    e->phone = (uint8_t)phone;
    e->arg = entries[random_below(&m->r, 4)];
    look(m, at + made_between(m, 2 * SECOND, 30 * SECOND), user, phone);
}

static void work(struct made *m, int64_t midnight, uint32_t user, uint32_t headset) {
    uint32_t phone = random_chance(&m->r, 800) ? m->home[user] : made_some(m, m->shape.phones);
    int64_t at = midnight + made_between(m, 7 * HOUR, 10 * HOUR), leaves = midnight + made_between(m, 15 * HOUR, 19 * HOUR);
    arrive(m, at, user, headset, phone);
    for (uint32_t i = random_below(&m->r, 3); i > 0; i--) talk(m, at + MINUTE, leaves, phone);
    for (uint32_t i = random_below(&m->r, 3); i > 0 && at + 2 * HOUR < leaves; i--)
        at = pause(m, made_between(m, at + MINUTE, at + 2 * HOUR), user, headset, &phone);
    if (random_chance(&m->r, 60)) menu(m, made_between(m, at, leaves), user, headset, phone);
    if (random_chance(&m->r, 30)) made_add(m, made_between(m, at, at + MINUTE), ACT_USE)->phone = (uint8_t)phone;
    if (random_chance(&m->r, 40)) return; /* stays plugged in overnight */
    plug(m, leaves, ACT_UNPLUG, headset, phone);
    if (random_chance(&m->r, 300)) look(m, leaves + made_between(m, 2 * SECOND, 20 * SECOND), user, phone);
}

/* by_hand: without a headset for a while: signed in by hand or by the host, and out by the menu, or not at all. */
static void by_hand(struct made *m, int64_t at, uint32_t user) {
    uint8_t phone = made_some(m, m->shape.phones);
    struct event *e = made_add(m, at, random_chance(&m->r, 800) ? ACT_MENU : ACT_HOST_SIGN_IN);
    e->user = (uint8_t)user;
    e->phone = phone;
    if (e->what == ACT_MENU) {
        e->arg = HSVC_INPUT_MENU_SIGN_IN_BY_HAND;
    } else {
        e->arg = random_below(&m->r, 3);
        e->extra = (uint8_t)random_chance(&m->r, 500);
    }
    for (uint32_t i = 0; i < 3; i++) look(m, at += made_between(m, 2 * SECOND, 20 * SECOND), user, phone);
    if (random_chance(&m->r, 300)) talk(m, at, at + HOUR, phone);
    if (random_chance(&m->r, 300)) return;
    e = made_add(m, at + made_between(m, MINUTE, 3 * HOUR), ACT_MENU);
    e->user = (uint8_t)user;
    e->phone = phone;
    e->arg = HSVC_INPUT_MENU_SIGN_OUT;
}

/* ---- what befalls an office ---- */

static void trouble(struct made *m, int64_t midnight) {
    int64_t at = midnight + made_between(m, 6 * HOUR, 20 * HOUR);
    uint8_t phone = made_some(m, m->shape.phones);
    switch (random_below(&m->r, 4)) {
        case 0:
            made_add(m, at, ACT_POWER_CUT)->phone = phone;
            made_add(m, at + made_between(m, 10 * SECOND, random_chance(&m->r, 900) ? 20 * MINUTE : 30 * HOUR), ACT_POWER_BACK)->phone = phone;
            break;
        case 1:
            made_add(m, at, ACT_DIRECTORY)->arg = random_chance(&m->r, 500) ? 1 : 3000;
            made_add(m, at + HOUR, ACT_DIRECTORY);
            break;
        case 2: made_add(m, at, ACT_RESTART)->phone = phone; break;
        default:
            if (m->shape.faults) made_add(m, at, ACT_CRASH)->phone = phone;
    }
}

static void store_trouble(struct made *m, int64_t midnight) {
    static const uint32_t kinds[] = {HSVC_FAULT_CONFLICT, HSVC_FAULT_UNKNOWN_DONE, HSVC_FAULT_UNKNOWN_LOST, HSVC_FAULT_UNKNOWN_LATE, HSVC_FAULT_UNAVAILABLE};
    struct event *e = made_add(m, midnight + made_between(m, 7 * HOUR, 19 * HOUR), ACT_FAULT);
    e->arg = kinds[random_below(&m->r, 5)];
    e->extra = e->arg == HSVC_FAULT_UNAVAILABLE ? made_some(m, 7) : 4;
    e->phone = (uint8_t)random_below(&m->r, 4);
    e->user = (uint8_t)random_below(&m->r, 3);
    e->number = 1 + random_below(&m->r, 12);
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
    m->today = m->count;
    for (uint32_t u = 1; u <= m->shape.users; u++)
        if (random_chance(&m->r, weekend ? 50 : 850)) work(m, midnight, u, random_chance(&m->r, 930) ? u : made_some(m, m->shape.headsets));
    for (uint32_t u = 1; u <= m->shape.users; u++)
        if (random_chance(&m->r, 50)) by_hand(m, midnight + made_between(m, 8 * HOUR, 17 * HOUR), u);
    admin_day(m, midnight);
    if (random_chance(&m->r, 300)) trouble(m, midnight);
    if (m->shape.faults && random_chance(&m->r, 300)) store_trouble(m, midnight);
    time_day(m, midnight);
    plugs_day(m, midnight);
}

uint32_t office_events(uint64_t seed, uint32_t days, struct event **list) {
    struct made m;
    memset(&m, 0, sizeof m);
    m.r.state = seed;
    m.own.state = ~seed;
    m.rules.state = seed ^ UINT64_C(0x5a5a5a5a5a5a5a5a);
    m.wild = seed % 5 == 1;
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
