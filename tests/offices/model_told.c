/* model_told.c: what the host is told of, each once: sessions that begin and end, and why (OUT-7, OUT-8); notices. */
#include "model.h"

static void tell(struct model *m, const struct m_phone *p, uint32_t kind, uint32_t number) {
    struct m_told told = {(uint16_t)kind, (uint16_t)number, (uint8_t)m_number(m, p), p->user, p->profile, p->by};
    if (m->told_count < M_TOLD) m->told[m->told_count++] = told;
}

/* m_tells_start, m_tells_end: of the session that this phone has just begun, or is about to lose. how: by a PIN, a countdown, the host. */
void m_tells_start(struct model *m, const struct m_phone *p, uint32_t how) { tell(m, p, HSVC_EFFECT_SESSION_STARTED, how); }

void m_tells_end(struct model *m, const struct m_phone *p, uint32_t cause) {
    if (p->user != 0) tell(m, p, HSVC_EFFECT_SESSION_ENDED, cause);
}

/* m_notice: subject: of LOCKED_OUT the user, of SERIAL_DUPLICATED the headset. */
void m_notice(struct model *m, const struct m_phone *p, uint32_t reason, uint32_t subject) {
    struct m_told told = {HSVC_EFFECT_NOTICE, (uint16_t)reason, (uint8_t)m_number(m, p), 0, 0, 0};
    if (reason == HSVC_REASON_LOCKED_OUT) told.user = (uint8_t)subject;
    if (reason == HSVC_REASON_SERIAL_DUPLICATED) told.headset = (uint8_t)subject;
    if (m->told_count < M_TOLD) m->told[m->told_count++] = told;
}
