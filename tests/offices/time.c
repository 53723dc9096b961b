/* time.c: clocks that step, and hosts that sleep: the world's time goes on by itself, theirs is what they say. */
#include <string.h>

#include "office.h"

int64_t world_clock(const struct world *w, uint32_t node) { return w->now + w->ticks[node].ahead; }

/* world_time: TIME-4: after a step back that is smaller than clock_skew_max time stands still. */
int64_t world_time(const struct world *w, uint32_t node) {
    return m_sampled(&w->model, node, world_clock(w, node));
}

/* world_due: when a phone's next deadline comes, in the world's time. */
int64_t world_due(const struct world *w, const struct m_phone *p) {
    uint32_t node = world_node(w, m_number(&w->model, p));
    int64_t due = m_phone_next(p);
    if (due == M_NEVER) return M_NEVER;
    due -= w->ticks[node].ahead;
    return due < w->now ? w->now : due;
}

int64_t world_next(const struct world *w) {
    int64_t next = M_NEVER;
    for (uint32_t i = 1; i < M_PHONES; i++) {
        int64_t at = world_due(w, &w->model.phones[i]);
        if (at < next) next = at;
    }
    return next;
}

/* world_late: is anything due, by anybody's clock? */
uint32_t world_late(struct world *w) {
    for (uint32_t i = 0; i < w->shape.nodes; i++) {
        int64_t at = HSVC_NEVER;
        (void)hsvc_next_deadline(w->engines[i], &at);
        if (at <= world_time(w, i)) return 1;
    }
    return world_next(w) <= w->now;
}

/* ---- what is told to nobody, as they sleep ---- */

/* time_queues: is this put off until the hosts wake? */
uint32_t time_queues(struct world *w, const struct event *e) {
    struct queue *q = &w->queue;
    if (q->wakes == 0 || e->what == ACT_CLOCK || e->what == ACT_SLEEP) return 0;
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

/* look_at_headset: from nobody to nobody: refused, whoever has it. */
static void look_at_headset(struct world *w, uint32_t headset) {
    hsvc_input in;
    (void)hsvc_input_init(&in, sizeof in, HSVC_INPUT_MOVE);
    in.serial = serial_name(headset);
    in.serial_len = strlen(in.serial);
    in.user = in.name = "u0";
    in.user_len = in.name_len = 2;
    say(w, "# somebody looks at %s", in.serial);
    world_apply(w, &in, 0);
}

/* look: whose record nobody reads keeps the times of the clock that was wrong; which input reads whose is the engine's business.
 * So somebody looks at all of them, before anything else happens. */
static void look(struct world *w) {
    say(w, "the host resyncs");
    world_resync(w, 0);
    for (uint32_t i = 1; i < M_USERS && w->finding.kind == SAME; i++) {
        const struct m_user *u = &w->model.users[i];
        struct event e = {.at = w->now, .what = ACT_USER, .user = (uint8_t)i};
        e.arg = u->profiles | (u->enabled ? 0u : 16u);
        if (u->exists) act(w, &e);
    }
    for (uint32_t h = 1; h < M_HEADSETS && w->finding.kind == SAME; h++)
        if (w->model.headsets[h].known) look_at_headset(w, h);
}

static void step(struct world *w, const struct event *e) {
    if (world_clock(w, 0) + e->number < DAY_ONE) return;
    say(w, " ");
    for (uint32_t i = 0; i < w->shape.nodes; i++) w->ticks[i].ahead += e->number;
    say_jump(w);
    if (e->number < 0 && w->queue.wakes == 0) look(w);
    else if (e->number < 0) w->queue.look = 1;
}

/* act_time: what the clocks of all hosts do. */
void act_time(struct world *w, const struct event *e) {
    if (e->what == ACT_CLOCK) {
        step(w, e);
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
    if (w->slack < 4 + 2 * (int64_t)q->count) w->slack = 4 + 2 * (int64_t)q->count;
    say_jump(w);
    if (q->look) look(w);
    q->look = 0;
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
