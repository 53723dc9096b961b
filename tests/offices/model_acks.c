/* model_acks.c: what a phone says of a profile and a wipe, without registering (SPEC 11: PROF-1, PROF-2, OUT-7; decision 033). */
#include "model.h"

/* m_wiped: OUT-7: of an older session it removes nothing of the newer one. */
struct m_answer m_wiped(struct model *m, uint32_t phone, uint64_t generation) {
    struct m_phone *p = &m->phones[phone];
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (generation > p->wanted) return m_no(HSVC_REASON_GENERATION_NEWER);
    if (p->wipe == 0 || generation < p->wipe) return m_yes(HSVC_REASON_UNCHANGED);
    p->wipe = 0;
    return m_yes(HSVC_REASON_WIPED);
}

/* m_applied: it wears that, and needed no reset for it: headsets have their time all the same. */
struct m_answer m_applied(struct model *m, uint32_t phone, uint64_t generation) {
    struct m_phone *p = &m->phones[phone];
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (generation > p->wanted) return m_no(HSVC_REASON_GENERATION_NEWER);
    if (generation < p->wanted || p->worn == p->wanted) return m_yes(HSVC_REASON_UNCHANGED);
    p->worn = p->wanted;
    if (p->resetting && p->registered) {
        p->resetting = p->overdue = p->held = 0;
        p->due[MT_RESET] = M_NEVER;
        m_settles(m, p, m_any_here(p), UINT32_MAX);
        if (!p->settling) m_settled(m, p);
    } else if (p->held) { /* no further try: its registration is still to come */
        p->held = 0;
        m_arm(m, p, MT_RESET, m->now + m_policy(m, HSVC_PARAM_RESET_TIMEOUT, 0, phone));
    }
    return m_yes(HSVC_REASON_PROFILE_CONFIRMED);
}

/* m_failed: PROF-2: three tries more, each after twice the time; then a sign-in ends, a sign-out stays outstanding. */
struct m_answer m_failed(struct model *m, uint32_t phone, uint64_t generation) {
    struct m_phone *p = &m->phones[phone];
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (generation > p->wanted) return m_no(HSVC_REASON_GENERATION_NEWER);
    if (generation < p->wanted || p->worn == p->wanted || !p->resetting || p->held) return m_yes(HSVC_REASON_UNCHANGED);
    if (p->retries < HSVC_LIMIT_APPLY_RETRIES) {
        p->held = 1;
        p->overdue = 0;
        m_arm(m, p, MT_RESET, m->now + ((int64_t)HSVC_LIMIT_APPLY_BACKOFF << p->retries++));
        return m_yes(HSVC_REASON_RETRY_PLANNED);
    }
    p->due[MT_RESET] = M_NEVER;
    p->overdue = 1;
    if (!m_active(p)) m_notice(m, p, HSVC_REASON_APPLY_FAILED, 0); /* a sign-out; a sign-in's end says it itself */
    p->settlings = 0;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && p->at[h].gone) m_leave(m, p, h, m->now);
    if (m_active(p)) m_end_or_wait(m, p, HSVC_CAUSE_APPLY_FAILED);
    return m_yes(HSVC_REASON_APPLY_FAILED);
}

/* m_resynced: STORE-6: what it did not acknowledge is repeated; it has its time again if that was over, or waits for the call
 * (decisions 055, 136). */
void m_resynced(struct model *m, struct m_phone *p) {
    uint32_t waits = m_calls(p) > 0 || p->due[MT_HOLD] != M_NEVER;
    if (!p->exists || !p->resetting || p->held || p->worn == p->wanted || (!p->overdue && !waits)) return;
    p->held = (uint8_t)waits;
    p->overdue = 0;
    m_arm(m, p, MT_RESET, m->now + m_policy(m, HSVC_PARAM_RESET_TIMEOUT, 0, m_number(m, p)));
}
