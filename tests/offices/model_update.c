/* model_update.c: a headset's own firmware is updated (ASSOC-5, ASSOC-10, decision 031): it restarts meanwhile, which is nobody
 * leaving, and its phone waits for it until the update is over. */
#include <string.h>

#include "model.h"

uint32_t m_updating(const struct model *m, uint32_t headset) { return m->headsets[headset].update.until > m->at; }

/* m_judged: is a headset that is reported gone judged now? Not while its phone resets, settles or is away (SIGN-5). */
uint32_t m_judged(const struct m_phone *p) { return !p->settling && (p->overdue || (!p->resetting && p->registered)); }

static void began(struct model *m, uint32_t headset) {
    struct m_lock *update = &m->headsets[headset].update;
    if (m_updating(m, headset)) return; /* its bound does not move */
    memset(update, 0, sizeof *update);
    update->at = m->now;
    update->until = m->now + m_policy(m, HSVC_PARAM_UPDATE_MAX, 0, 0);
}

/* m_says_of_update: a connect reports one, or none; a list says nothing, nor does what a hold has kept. */
void m_says_of_update(struct model *m, uint32_t headset) {
    if (m->says == M_SAYS_UPDATING) began(m, headset);
    else if (m->says == M_SAYS_STEADY) memset(&m->headsets[headset].update, 0, sizeof m->headsets[headset].update);
}

/* m_await: it has gone to restart: to the session it is here until the update is over; its prompt goes. */
void m_await(struct model *m, struct m_phone *p, uint32_t headset) {
    struct m_present *here = &p->at[headset];
    const struct m_lock *update = &m->headsets[headset].update;
    here->awaited = 1;
    here->doubted_at = m->now;
    here->doubt_due = update->until;
    if (p->prompt_headset == headset) m_withdraw(p);
    m_offer(m, p);
}

static void over(struct model *m, struct m_phone *p, uint32_t headset) {
    p->at[headset].awaited = 0;
    p->at[headset].gone = 1;
    if (m_judged(p)) m_leave(m, p, headset, m->at);
}

/* m_wait_over: what is in doubt, or awaited, and nobody has said more of it. */
void m_wait_over(struct model *m, struct m_phone *p, uint32_t headset) {
    if (p->at[headset].awaited) over(m, p, headset);
    else m_left(m, p, headset, p->at[headset].newer);
}

struct m_answer m_update_begins(struct model *m, uint32_t headset) {
    if (!m->headsets[headset].known) return m_open();
    began(m, headset);
    return m_yes(HSVC_REASON_RECORDED);
}

struct m_answer m_update_ends(struct model *m, uint32_t headset) {
    if (!m->headsets[headset].known) return m_open();
    if (!m_updating(m, headset)) return m_yes(HSVC_REASON_UNCHANGED);
    memset(&m->headsets[headset].update, 0, sizeof m->headsets[headset].update);
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (m->phones[i].exists && m->phones[i].at[headset].awaited) over(m, &m->phones[i], headset);
    return m_yes(HSVC_REASON_RECORDED);
}
