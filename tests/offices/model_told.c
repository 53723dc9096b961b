/* model_told.c: what the host is told of, each once: sessions that begin and end, and why (OUT-7, OUT-8); notices. */
#include "model.h"

static void tell(struct model *m, const struct m_phone *p, uint32_t kind, uint32_t number) {
    struct m_told told = {(uint16_t)kind, (uint16_t)number, (uint8_t)m_number(m, p), p->user, p->profile, p->by, 0};
    if (m->told_count < M_TOLD) m->told[m->told_count++] = told;
}

/* m_tells_start, m_tells_end: of the session that this phone has just begun, or is about to lose. how: by a PIN, a countdown, the host. */
void m_tells_start(struct model *m, const struct m_phone *p, uint32_t how) { tell(m, p, HSVC_EFFECT_SESSION_STARTED, how); }

void m_tells_end(struct model *m, const struct m_phone *p, uint32_t cause) {
    if (p->user != 0) tell(m, p, HSVC_EFFECT_SESSION_ENDED, cause);
}

/* m_notice: subject: of LOCKED_OUT the user, of SERIAL_DUPLICATED the headset. */
void m_notice(struct model *m, const struct m_phone *p, uint32_t reason, uint32_t subject) {
    struct m_told told = {HSVC_EFFECT_NOTICE, (uint16_t)reason, (uint8_t)m_number(m, p), 0, 0, 0, 0};
    if (reason == HSVC_REASON_LOCKED_OUT) told.user = (uint8_t)subject;
    if (reason == HSVC_REASON_SERIAL_DUPLICATED) told.headset = (uint8_t)subject;
    if (m->told_count < M_TOLD) m->told[m->told_count++] = told;
}

/* m_sees: refused, and who stands at the phone is shown why, as far as that may be known (SIGN-6). */
struct m_answer m_sees(struct model *m, const struct m_phone *p, uint32_t reason, uint32_t shown) {
    struct m_told told = {HSVC_EFFECT_MESSAGE, (uint16_t)shown, (uint8_t)m_number(m, p), 0, 0, 0, 0};
    if (m->told_count < M_TOLD) m->told[m->told_count++] = told;
    return m_no(reason);
}

/* m_warns: so long before the end that this timer is about; if that is past, at once, or, of an end that was only put off, never (decision 023). */
void m_warns(struct model *m, struct m_phone *p, enum m_timer timer, uint32_t once) {
    enum m_timer warning = timer == MT_LONGEST ? MT_WARN_LONGEST : MT_WARN;
    int64_t before = m_policy(m, HSVC_PARAM_SIGN_OUT_WARNING, p->user, m_number(m, p)), at = p->due[timer] - before;
    p->due[warning] = M_NEVER;
    if (before == 0 || p->due[timer] == M_NEVER || (once && at <= m->now)) return;
    m_arm(m, p, warning, at); /* of what is past: when everything is known that this decision brings */
}

/* m_warn_due: who, and when it ends (OUT-15). */
void m_warn_due(struct model *m, const struct m_phone *p, int64_t due) {
    struct m_told told = {HSVC_EFFECT_NOTICE, HSVC_REASON_SIGN_OUT_WARNING, (uint8_t)m_number(m, p), p->user, 0, 0, due};
    if (m->told_count < M_TOLD) m->told[m->told_count++] = told;
}

/* m_menu_told: which entries the phone's menu has (ASSOC-5; MAN-1): to associate a headset of nobody that is here, to sign in by one of
 * somebody, neither during a call; to sign out whoever is signed in. */
uint32_t m_menu_told(const struct model *m, const struct m_phone *p) {
    uint32_t bits = m_active(p) ? HSVC_MENU_SIGN_OUT : 0, phone = m_number(m, p);
    uint32_t off = m_policy(m, HSVC_PARAM_ASSOCIATION_PROMPT, 0, phone) == HSVC_CHOICE_ASSOCIATION_PROMPT_NEVER && m_policy(m, HSVC_PARAM_MANUAL_ASSOCIATION_WHEN_NEVER, 0, phone) == 0;
    if (m_calls(p) > 0) return bits;
    for (uint32_t h = 1; h < M_HEADSETS; h++) {
        const struct m_present *here = &p->at[h];
        if (!here->here || here->gone || here->awaited) continue;
        if (m->headsets[h].owner != 0) bits |= HSVC_MENU_SIGN_IN;
        else if (!off) bits |= HSVC_MENU_ASSOCIATE;
    }
    return bits;
}
