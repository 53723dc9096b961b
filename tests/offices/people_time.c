/* people_time.c: what befalls clocks and hosts of an office. */
#include "made.h"

/* after: something that happens today, perhaps of that kind, or nothing at any time. */
static struct event after(struct made *m, int64_t midnight, enum act what) {
    struct event e = {.at = midnight + made_between(m, 6 * HOUR, 20 * HOUR)};
    if (m->count == m->today || random_chance(&m->r, 400)) return e;
    e.what = ACTS;
    for (uint32_t tries = 0; tries < 8 && (e.what == ACTS || (what != ACTS && e.what != what)); tries++)
        e = m->list[m->today + random_below(&m->r, m->count - m->today)];
    if (e.user == 0 && e.headset <= m->shape.users) e.user = e.headset;
    return e;
}

/* answer: somebody looks at that phone. */
static void answer(struct made *m, const struct event *there, int64_t at, uint32_t inclined) {
    struct event *e;
    if (there->phone == 0 || there->user == 0) return;
    e = made_add(m, at, ACT_ANSWER);
    e->user = there->user;
    e->phone = there->phone;
    e->arg = inclined;
}

/* goes_on: whoever is there looks at the phone some times more. */
static void goes_on(struct made *m, const struct event *there, int64_t at) {
    for (uint32_t left = random_below(&m->r, 4); left > 0; left--) {
        at += made_between(m, SECOND, 20 * SECOND);
        answer(m, there, at, random_below(&m->r, 1000));
    }
}

/* forgets: who has just plugged in does not remember the PIN. */
static int64_t forgets(struct made *m, const struct event *there) {
    int64_t at = there->at;
    for (uint32_t left = random_below(&m->r, 5); left > 0 && there->what == ACT_PLUG; left--) answer(m, there, at += made_between(m, 100, 600), 800);
    return at;
}

/* sleeps: hosts are suspended; who had just left is back before they wake, mostly. */
static void sleeps(struct made *m, int64_t midnight) {
    struct event there = after(m, midnight, random_chance(&m->r, 300) ? ACT_UNPLUG : ACTS), *e;
    int64_t at = there.at + made_between(m, 1, 2 * MINUTE);
    e = made_add(m, at, ACT_SLEEP);
    e->number = random_chance(&m->r, 800) ? made_between(m, SECOND, 30 * MINUTE) : made_between(m, HOUR, 60 * HOUR);
    e->arg = random_below(&m->r, 2);
    if (there.what != ACT_UNPLUG) {
        goes_on(m, &there, at);
        return;
    }
    e = made_add(m, at + made_between(m, SECOND, 8 * MINUTE), ACT_PLUG);
    e->headset = there.headset;
    e->phone = there.phone;
}

/* steps: clocks step, for good or for a while, or step by step; some do as somebody has just not remembered a PIN. */
static void steps(struct made *m, int64_t midnight) {
    static const int64_t most[] = {2 * SECOND, 10 * MINUTE, 12 * HOUR, 20 * DAY_MS};
    struct event there = after(m, midnight, random_chance(&m->r, 300) ? ACT_PLUG : ACTS);
    int64_t at = forgets(m, &there), by = made_between(m, 1, most[random_below(&m->r, 4)]);
    at += made_between(m, 1, random_chance(&m->r, 500) ? 10 * SECOND : 2 * MINUTE);
    if (by <= 12 * HOUR && random_chance(&m->r, 500)) by = -by;
    made_add(m, at, ACT_CLOCK)->number = by;
    goes_on(m, &there, at);
    if (by > 12 * HOUR) return;
    if (random_chance(&m->r, by < 0 ? 500 : 100)) made_add(m, at += made_between(m, SECOND, random_chance(&m->r, 500) ? 20 * SECOND : 2 * MINUTE), ACT_CLOCK)->number = by;
    if (random_chance(&m->r, 600)) made_add(m, at + made_between(m, SECOND, random_chance(&m->r, 500) ? 10 * MINUTE : 20 * HOUR), ACT_CLOCK)->number = -by;
}

/* apart: how one node's clock goes. What is within clock_skew_max (2 s) must stay so until the next evening. */
static void apart(struct made *m, int64_t at, uint32_t node) {
    struct event *e = made_add(m, at, ACT_SET_CLOCK);
    e->extra = (uint8_t)node;
    e->number = m->shape.skew == SKEW_WITHIN ? made_between(m, 0, SECOND) : random_chance(&m->r, 500) ? made_between(m, 0, 10 * SECOND) : made_between(m, 0, 10 * MINUTE);
    e->arg = random_below(&m->r, m->shape.skew == SKEW_WITHIN ? 5 : 20);
}

void time_morning(struct made *m) {
    for (uint32_t node = 0; node < m->shape.nodes && m->shape.skew != SKEW_NONE; node++) apart(m, DAY_ONE, node);
}

/* nodes: those whose clocks are kept together are set every day; of the others one at times, and one steps alone, for a while. */
static void nodes(struct made *m, int64_t midnight) {
    uint32_t one = random_below(&m->r, m->shape.nodes);
    int64_t at = midnight + made_between(m, 8 * HOUR, 18 * HOUR);
    if (m->shape.skew == SKEW_WITHIN) {
        for (uint32_t node = 0; node < m->shape.nodes; node++) apart(m, midnight + made_between(m, 0, 24 * HOUR), node);
    } else if (random_chance(&m->r, 150)) {
        made_add(m, at, ACT_SET_CLOCK)->extra = (uint8_t)one;
        m->list[m->count - 1].number = made_between(m, 10 * MINUTE, 50 * MINUTE); /* further, and all calls are too old (157) */
        apart(m, at + made_between(m, SECOND, 2 * HOUR), one);
    } else if (random_chance(&m->r, 150)) {
        apart(m, at, one);
    }
}

void time_day(struct made *m, int64_t midnight) {
    if (m->shape.skew != SKEW_NONE) nodes(m, midnight);
    if (!m->shape.clocks || !random_chance(&m->r, 250)) return;
    if (random_chance(&m->r, 400)) sleeps(m, midnight);
    else steps(m, midnight);
}
