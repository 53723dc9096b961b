/* model_time.c: clocks that step, and what they have armed (SPEC 12; decisions 050, 051). */
#include "model.h"

static int64_t skew(const struct model *m) { return m_policy(m, HSVC_PARAM_CLOCK_SKEW_MAX, 0, 0); }

/* m_sampled: what a node goes by when its clock says that: after a small step back time stands still (TIME-4). */
int64_t m_sampled(const struct model *m, uint32_t node, int64_t clock) {
    return clock >= m->sampled[node] || m->sampled[node] - clock > skew(m) ? clock : m->sampled[node];
}

int64_t m_sample(struct model *m, uint32_t node, int64_t clock) {
    m->node = node;
    return m->sampled[node] = m_sampled(m, node, clock);
}

uint32_t m_locked(const struct model *m, const struct m_lock *lock) { return lock->until > m->at; }

static void back(int64_t *at, int64_t latest, int64_t now) {
    if (*at != M_NEVER && *at > latest) *at = now;
}

/* see_lock: what was locked, or counted, in the future: from now, and once only. */
static void see_lock(struct m_lock *lock, int64_t latest, int64_t now) {
    if (lock->at > latest) {
        if (lock->until != M_NEVER && lock->until != 0) lock->until = lock->lock_anew ? now : now + (lock->until - lock->at);
        lock->lock_anew = 1;
        lock->at = now;
    }
    if (lock->first > latest) {
        lock->first = now;
        if (lock->count_anew) lock->failures = 0;
        lock->count_anew = 1;
    }
}

/* together: what begins anew together was armed together; of what is over at once then screens are first, then what the phone does, then
 * its session (decision 178). */
static const enum m_timer together[M_TIMERS] = {MT_CHECK, MT_PROMPT, MT_OFFER, MT_CALLS,  MT_LIST, MT_RESET,   MT_SETTLE, MT_WARN,
                                                MT_WARN_LONGEST, MT_FLAP, MT_HOLD, MT_WINDOW, MT_KEPT, MT_LONGEST, MT_AWAY};

/* earliest_wait: of the headsets in doubt, and of those that are awaited. */
static int64_t earliest_wait(const struct m_phone *p) {
    int64_t due = M_NEVER;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && (p->at[h].doubtful || p->at[h].awaited) && p->at[h].doubt_due < due) due = p->at[h].doubt_due;
    return due;
}

/* m_waits_armed: a decision is over: the waits of a phone are one timer, which is armed when the earliest of them changes (decision 208). */
void m_waits_armed(struct model *m, struct m_phone *p) {
    int64_t due = earliest_wait(p);
    if (due == p->waits_due) return;
    p->waits_due = due;
    p->waits_at = m->now;
    p->waits_anew = 0;
}

/* waits_move: by how much all of them move, if that timer was armed in the future. */
static int64_t waits_move(struct model *m, struct m_phone *p, int64_t latest) {
    int64_t due = p->waits_due;
    if (earliest_wait(p) == M_NEVER || p->waits_at <= latest) return 0;
    p->waits_due = p->waits_anew ? m->now : m->now + (due - p->waits_at);
    p->waits_at = m->now;
    p->waits_anew = 1;
    return p->waits_due - due;
}

/* m_see: whoever reads the record of a phone and finds what was armed in its future lets that begin anew from now; what had
 * begun anew is over (decision 050), but for the host's time to answer about old calls (decision 180). */
void m_see(struct model *m, struct m_phone *p) {
    int64_t latest = m->now + skew(m), moved = waits_move(m, p, latest);
    for (uint32_t i = 0; i < M_TIMERS; i++) {
        uint32_t k = together[i];
        if (p->due[k] == M_NEVER || p->armed_at[k] <= latest || (k == MT_LIST && m_asked_by_another(m, p))) continue;
        p->due[k] = p->anew[k] && k != MT_LIST ? m->now : m->now + (p->due[k] - p->armed_at[k]);
        p->anew[k] = 1;
        p->armed_at[k] = m->now;
        p->armed[k] = ++m->counter;
    }
    for (uint32_t h = 1; h < M_HEADSETS; h++) {
        struct m_present *here = &p->at[h];
        if (!here->here) continue;
        if (here->doubtful || here->awaited) {
            here->doubt_due += moved;
            back(&here->doubted_at, latest, m->now);
        }
        back(&here->since, latest, m->now);
        back(&here->event_at, latest, m->now);
        back(&here->newer, latest, m->now);
    }
    for (uint32_t i = 0; i < M_CALLS; i++) back(&p->calls[i].seen_at, latest, m->now);
    back(&p->signed_in_at, latest, m->now);
    back(&p->left_at, latest, m->now);
    back(&p->asked_of, latest, m->now);
    back(&p->flap_at, latest, m->now);
    for (uint32_t h = 1; h < M_HEADSETS; h++) back(&p->kept_at[h], latest, m->now);
    see_lock(&p->throttle, latest, m->now);
}

/* future: has it anything that was armed after this? */
static uint32_t future(const struct m_phone *p, int64_t latest) {
    for (uint32_t k = 0; k < M_TIMERS; k++)
        if (p->due[k] != M_NEVER && p->armed_at[k] > latest) return 1;
    return earliest_wait(p) != M_NEVER && p->waits_at > latest;
}

/* m_patrols: what was armed in the future lies where nobody looks before it is due: so it is looked for (decision 050). */
uint32_t m_patrols(const struct model *m, int64_t now) {
    uint32_t bits = 0;
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (m->phones[i].exists && future(&m->phones[i], now + skew(m))) bits |= 1u << i;
    return bits;
}

void m_see_user(struct model *m, uint32_t user) {
    if (user != 0) see_lock(&m->users[user].lock, m->now + skew(m), m->now);
}

void m_see_headset(struct model *m, uint32_t headset) {
    back(&m->headsets[headset].event_at, m->now + skew(m), m->now);
    see_lock(&m->headsets[headset].update, m->now + skew(m), m->now);
}

/* m_sweeps: a sweep comes to this phone. */
void m_sweeps(struct model *m, uint32_t phone) {
    if (m->decided[phone] != 0) m->now = m->at = m->decided[phone];
}
