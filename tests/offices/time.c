/* time.c: clocks that step, and hosts that sleep: the world's time goes on by itself, theirs is what they say. */
#include <string.h>

#include "office.h"

static int64_t drifted(const struct tick *tick, int64_t now) { return (now - DAY_ONE) / 1000 * tick->drift / 1000; }

int64_t world_clock(const struct world *w, uint32_t node) { return w->now + w->ahead + w->ticks[node].ahead + drifted(&w->ticks[node], w->now); }

/* world_time: TIME-4: after a step back that is smaller than clock_skew_max time stands still. */
int64_t world_time(const struct world *w, uint32_t node) {
    return m_sampled(&w->model, node, world_clock(w, node));
}

int64_t world_when(const struct world *w, uint32_t node, int64_t at) {
    const struct tick *tick = &w->ticks[node];
    int64_t when = at - w->ahead - tick->ahead;
    when -= drifted(tick, when);
    while (when + w->ahead + tick->ahead + drifted(tick, when) < at) when++;
    return when;
}

/* world_next: a deadline is for the node whose it is, which nobody here knows: each is asked when its clock comes to it, and once more when
 * the others may go for it. */
int64_t world_next(const struct world *w) {
    int64_t next = M_NEVER;
    for (uint32_t i = 1; i < M_PHONES; i++) {
        int64_t due = m_phone_next(&w->model.phones[i]);
        for (uint32_t node = 0; due != M_NEVER && node < w->shape.nodes; node++) {
            int64_t at = world_when(w, node, due);
            if (at <= w->looked_at && w->shape.skew == SKEW_BEYOND) at = world_when(w, node, due + POLL_MS);
            if (at > w->looked_at && at < next) next = at;
        }
    }
    return next < w->now ? w->now : next;
}

/* ---- what is told to nobody, as they sleep ---- */

/* time_queues: is this put off until the hosts wake? */
uint32_t time_queues(struct world *w, const struct event *e) {
    struct queue *q = &w->queue;
    if (q->wakes == 0 || e->what == ACT_CLOCK || e->what == ACT_SET_CLOCK || e->what == ACT_SLEEP) return 0;
    if (q->count < QUEUE_MOST) q->events[q->count++] = *e;
    return 1;
}

/* say_jump: after the time until which it went on as usual. */
static void say_jump(struct world *w) {
    int64_t past = world_clock(w, 0) - DAY_ONE, in_day = past % DAY_MS;
    if (w->script == NULL) return;
    w->script->last_at = world_clock(w, 0);
    say(w, "the clock jumps to day %d %02d:%02d:%02d.%03d", (int)(past / DAY_MS) + 1, (int)(in_day / 3600000), (int)(in_day / 60000 % 60),
        (int)(in_day / 1000 % 60), (int)(in_day % 1000));
}

static void step(struct world *w, const struct event *e) {
    if (w->now + w->ahead + e->number < DAY_ONE) return;
    say(w, " ");
    w->ahead += e->number;
    w->looked_at = 0; /* it may be further than what was due */
    say_jump(w);
}

/* set_clock: of one node; a script has one clock, so it can only say so. */
static void set_clock(struct world *w, const struct event *e) {
    struct tick *tick = &w->ticks[e->extra % w->shape.nodes];
    say(w, "# the clock of node %u is %d ms ahead, and gains %u ms in 1 000 s", e->extra % w->shape.nodes, (int)e->number, (unsigned)e->arg);
    tick->drift = e->arg;
    tick->ahead = e->number - drifted(tick, w->now);
    w->looked_at = 0;
}

/* act_time: what the clocks of all hosts do. */
void act_time(struct world *w, const struct event *e) {
    if (e->what == ACT_CLOCK) {
        step(w, e);
        return;
    }
    if (e->what == ACT_SET_CLOCK) {
        set_clock(w, e);
        return;
    }
    say(w, " ");
    w->queue.wakes = w->now + e->number;
    w->queue.count = 0;
    w->queue.known = e->arg;
}

/* time_wakes: they wake; what happened meanwhile is told in order, each with its time if the hosts know it. */
void time_wakes(struct world *w) {
    struct queue *q = &w->queue;
    w->now = q->wakes;
    q->wakes = 0;
    say_jump(w);
    for (uint32_t i = 0; i < q->count && w->finding.kind == SAME; i++) {
        struct event e = q->events[i];
        if (q->known && (e.what == ACT_PLUG || e.what == ACT_UNPLUG)) {
            e.number = w->now - e.at;
            e.arg |= TRAVEL_LATE;
        }
        act(w, &e);
        w->now += 2; /* the next headset's turn comes a millisecond after a refused one's */
        if (e.phone != 0) compare_phone(w, e.phone);
    }
    q->count = 0;
}
