/* model_alias.c: a headset that reports another serial by its other interface (ID-7, decision 061): one owner, one presence. */
#include "model.h"

/* m_alias: the offices' second serials are nobody's and nowhere before. */
struct m_answer m_alias(struct model *m, uint32_t headset) {
    uint32_t same = m->headsets[headset].alias;
    m->headsets[headset].alias = 1;
    m->headsets[headset].known = 1;
    return m_yes(same ? HSVC_REASON_UNCHANGED : HSVC_REASON_DONE);
}

/* m_forget_alias: while it is plugged anywhere nobody could say which interface would go. */
struct m_answer m_forget_alias(struct model *m, uint32_t headset) {
    if (!m->headsets[headset].alias) return m_open();
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (m->phones[i].exists && m->phones[i].at[headset].here) return m_no(HSVC_REASON_HEADSET_CONNECTED);
    m->headsets[headset].alias = 0;
    return m_yes(HSVC_REASON_DONE);
}
