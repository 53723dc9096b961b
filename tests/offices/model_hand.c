/* model_hand.c: signing in and out without a headset: from the menu, on the screens of DENY, by the host (MAN-1, DENY-1,
 * decisions 020, 021, 063). */
#include "model.h"

/* m_by_hand: the menu entry. Whoever it is will type that; the other, if there is one, is asked about first. */
struct m_answer m_by_hand(struct model *m, uint32_t phone) {
    struct m_phone *p = &m->phones[phone];
    if (!m_ready(p) || m_locked(m, &p->throttle) || p->checking || (p->prompt != 0 && p->prompt != HSVC_PROMPT_SIGN_OUT))
        return m_no(0); /* which of several reasons is told SPEC leaves open */
    if (!p->em) return m_no(0);
    if (m_calls(p) > 0) return m_no(p->due[MT_HOLD] == M_NEVER ? HSVC_REASON_BUSY_CALL : 0);
    if (p->due[MT_HOLD] != M_NEVER) return m_no(HSVC_REASON_EMERGENCY_HOLD);
    m_withdraw(p);
    m_show(m, p, m_active(p) ? HSVC_PROMPT_SIGN_OUT_OTHER : HSVC_PROMPT_EM_SIGN_IN, 0, 0);
    return m_yes(0);
}

/* m_em_screen: DENY-1: a headset came; the plain screens, which it does not bind. */
void m_em_screen(struct model *m, struct m_phone *p, uint32_t headset) {
    if (m_policy(m, HSVC_PARAM_EM_SCREEN_WHEN_DENIED, 0, m_number(m, p)) == 0 || p->prompt != 0 || !p->em || m_emergency(p) || p->due[MT_HOLD] != M_NEVER) return;
    m_show(m, p, m_active(p) ? HSVC_PROMPT_EM_SIGN_OUT : HSVC_PROMPT_EM_SIGN_IN, 0, headset);
}

/* goes_on: it is the session's own user: a window that runs ends, and the session is one by hand. */
static void goes_on(struct model *m, struct m_phone *p) {
    if (p->session_state != HSVC_SESSION_SIGNED_IN) m_back(m, p);
    p->left_denied = 0;
}

/* m_entered_by_hand: a right PIN. What the phone may learn only now closes the screen (020). */
struct m_answer m_entered_by_hand(struct model *m, struct m_phone *p, uint32_t user) {
    uint32_t profile = p->check_profile, why;
    if (m_active(p) && p->user == user) {
        goes_on(m, p);
        m_close(m, p);
        return m_yes(0);
    }
    if (p->kind == HSVC_DEVICE_OWNED && p->related == user) {
        if (!m_active(p)) {
            m_close(m, p);
            return m_no(HSVC_REASON_SAME_USER);
        }
        m_end(m, p, HSVC_CAUSE_OWNER_RETURNED);
        return m_yes(0);
    }
    why = m_may_sign_in(m, p, user, 1);
    if (why == 0 && m->users[user].profiles > 1 && profile == 0) {
        m_show(m, p, HSVC_PROMPT_CHOOSE_PROFILE, user, p->prompt_headset); /* DENY-1: it brought the screen, and binds nothing */
        p->hand = 1;
        return m_yes(0);
    }
    if (p->prompt_headset != 0) p->at[p->prompt_headset].fresh = 0; /* it brought the screen (DENY-1) */
    if (why == 0) why = m_sign_in(m, p, user, 0, profile ? profile : 1);
    if (why != 0) m_close(m, p);
    return why ? m_no(why) : m_yes(0);
}

/* m_host: a user whom the host has authenticated: no screens, no PIN (063). */
struct m_answer m_host(struct model *m, uint32_t phone, uint32_t user, uint32_t profile, uint32_t take_over) {
    struct m_phone *p = &m->phones[phone];
    const struct m_user *u = &m->users[user];
    uint32_t why;
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (!u->exists) return m_no(HSVC_REASON_USER_UNKNOWN);
    if (m_active(p) && p->user == user) {
        goes_on(m, p);
        return m_yes(0);
    }
    if (!m_ready(p) || !p->em || m_calls(p) > 0 || p->due[MT_HOLD] != M_NEVER || p->checking) return m_no(0);
    if (!u->enabled) return m_no(HSVC_REASON_USER_DISABLED);
    if (m_locked(m, &u->lock)) return m_no(HSVC_REASON_LOCKED_OUT);
    if (m_active(p) && !take_over) return m_no(HSVC_REASON_ANOTHER_USER);
    if (p->kind == HSVC_DEVICE_OWNED && p->related == user) {
        if (!m_active(p)) return m_no(HSVC_REASON_SAME_USER);
        m_end(m, p, HSVC_CAUSE_OWNER_RETURNED);
        return m_yes(0);
    }
    if (profile > u->profiles) return m_no(0); /* which of two reasons comes first SPEC leaves open */
    why = m_may_sign_in(m, p, user, 0);
    if (why == 0) why = m_sign_in(m, p, user, 0, profile ? profile : u->last_profile ? u->last_profile : 1);
    return why ? m_no(why) : m_yes(0);
}
