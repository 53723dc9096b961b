/* model_flap.c: headsets of one phone that come and go too often (PRES-8, decision 052): from one connect too many on the
 * presence stays as it is, and what is reported is kept for when the phone is quiet. */
#include "model.h"

uint32_t m_flaps(const struct m_phone *p) { return p->due[MT_FLAP] != M_NEVER; }

static int64_t window(const struct model *m, const struct m_phone *p) { return m_policy(m, HSVC_PARAM_FLAP_WINDOW, 0, m_number(m, p)); }

/* prolong: until so long after the newest report, but ten times that at most. */
static void prolong(struct model *m, struct m_phone *p) {
    int64_t length = window(m, p), due = m->at + length, last = p->flap_at + 10 * length;
    if (due > last) due = last;
    if (due > p->due[MT_FLAP]) m_arm(m, p, MT_FLAP, due);
}

/* m_counts: a serial has entered the presence. Of one input with a list one counts, of what a hold kept back none. */
void m_counts(struct model *m, struct m_phone *p) {
    if (m_flaps(p)) prolong(m, p); /* it was let in */
    if (m->counted || m_flaps(p)) return;
    m->counted = 1;
    if (p->flaps == 0 || m->at < p->flap_at || m->at - p->flap_at > window(m, p)) {
        p->flaps = 0;
        p->flap_at = m->at;
    }
    if (++p->flaps < (uint32_t)m_policy(m, HSVC_PARAM_FLAP_CONNECTS, 0, m_number(m, p))) return;
    p->flap_at = m->at;
    m_notice(m, p, HSVC_REASON_FLAPPING, 0);
    m_arm(m, p, MT_FLAP, m->at + window(m, p));
}

/* let_in: the one report that is not held: the session's user is back while that session is to end. */
static uint32_t let_in(const struct model *m, const struct m_phone *p, uint32_t headset) {
    return p->user != 0 && m->headsets[headset].owner == p->user && !p->at[headset].here &&
           (p->session_state == HSVC_SESSION_LINGERING || p->session_state == HSVC_SESSION_KEPT || p->session_state == HSVC_SESSION_DEFERRED);
}

/* m_holds: is this report kept? A report that is older than the last one kept is stale. */
uint32_t m_holds(struct model *m, struct m_phone *p, uint32_t headset, uint32_t here) {
    if (!m_flaps(p)) return 0;
    if (here && let_in(m, p, headset)) {
        p->kept[headset] = 0; /* this is the last report */
        return 0;
    }
    if (p->kept[headset] == 0) p->kept_by[headset] = p->at[headset].here && !p->at[headset].gone && !p->at[headset].awaited ? p->at[headset].by : 0;
    p->kept_by[headset] = (uint8_t)(here ? p->kept_by[headset] | m->by : p->kept_by[headset] & ~(uint32_t)m->by);
    p->kept[headset] = p->kept_by[headset] ? M_KEPT_HERE : M_KEPT_GONE;
    p->kept_at[headset] = m->at;
    p->kept_order[headset] = ++m->counter;
    prolong(m, p);
    return 1;
}

/* judged: a kept report, as an event of its own time; one that says what is known only has its time. */
static void judged(struct model *m, struct m_phone *p, uint32_t headset, uint32_t kept) {
    struct m_present *here = &p->at[headset];
    m->at = p->kept_at[headset];
    m->by = p->kept_by[headset];
    if (kept == M_KEPT_HERE && here->here && !here->gone && !here->awaited && !here->doubtful) here->event_at = m->at;
    else if (kept == M_KEPT_HERE) (void)m_connect(m, m_number(m, p), headset, m->at);
    m->by = M_BY_ANY;
    if (kept == M_KEPT_HERE) here->by = p->kept_by[headset];
    else (void)m_disconnect(m, m_number(m, p), headset, m->at);
}

/* first: of the reports kept of headsets that are here, or gone, the one that was told first: without a hold it would have been judged
 * first (decision 052). */
static uint32_t first(const struct m_phone *p, uint32_t kept) {
    uint32_t best = 0;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->kept[h] == kept && (best == 0 || p->kept_order[h] < p->kept_order[best])) best = h;
    return best;
}

/* m_quiet: the hold is over: who is there first, so that nobody leaves who has only been plugged in anew. */
void m_quiet(struct model *m, struct m_phone *p) {
    p->flaps = 0;
    for (uint32_t kept = M_KEPT_HERE; kept <= M_KEPT_GONE; kept++)
        for (uint32_t h = first(p, kept); h != 0; h = first(p, kept)) {
            p->kept[h] = 0;
            judged(m, p, h, kept);
        }
}
