/* people_time.c: what befalls clocks and hosts of an office. */
#include "made.h"

/* clocks: clocks step, for good or for a while; hosts are suspended. */
static void clocks(struct made *m, int64_t midnight) {
    static const int64_t most[] = {2 * SECOND, 10 * MINUTE, 12 * HOUR, 20 * DAY_MS};
    int64_t at = midnight + made_between(m, 6 * HOUR, 20 * HOUR);
    int64_t by = made_between(m, 1, most[random_below(&m->r, 4)]);
    struct event *e;
    if (random_chance(&m->r, 400)) {
        e = made_add(m, at, ACT_SLEEP);
        e->number = random_chance(&m->r, 800) ? made_between(m, SECOND, 30 * MINUTE) : made_between(m, HOUR, 60 * HOUR);
        e->arg = random_below(&m->r, 2);
        return;
    }
    if (by > 10 * MINUTE) { /* further back: the skip of a headset outlives its association (docs/reliability.md) */
        made_add(m, at, ACT_CLOCK)->number = by;
        return;
    }
    if (random_chance(&m->r, 500)) by = -by;
    made_add(m, at, ACT_CLOCK)->number = by;
    if (random_chance(&m->r, 600)) made_add(m, at + made_between(m, SECOND, random_chance(&m->r, 500) ? 10 * MINUTE : 20 * HOUR), ACT_CLOCK)->number = -by;
}

void time_day(struct made *m, int64_t midnight) {
    if (m->shape.clocks && random_chance(&m->r, 250)) clocks(m, midnight);
}
