/* model_hand.c: signing in and out without a headset: from the menu, on the screens of DENY, by the host (MAN-1, DENY-1,
 * decisions 020, 021, 063). */
#include "model.h"

/* m_by_hand: the menu entry. Whoever it is will type that; the other, if there is one, is asked about first. */
struct m_answer m_by_hand(struct model *m, uint32_t phone) {
    struct m_phone *p = &m->phones[phone];
    if (p->prompt != 0 && p->prompt != HSVC_PROMPT_SIGN_OUT) return m_no(HSVC_REASON_BUSY_PROMPT);
    if (!p->em) return m_no(HSVC_REASON_EM_DISABLED);
    if (!m_ready(p)) return m_no(HSVC_REASON_BUSY_RESETTING);
    if (m_calls(p) > 0) return m_no(HSVC_REASON_BUSY_CALL);
    if (p->due[MT_HOLD] != M_NEVER) return m_no(HSVC_REASON_EMERGENCY_HOLD);
    if (m_locked(m, &p->throttle)) return m_no(HSVC_REASON_DEVICE_THROTTLED);
    m_withdraw(p);
    m_show(m, p, m_active(p) ? HSVC_PROMPT_SIGN_OUT_OTHER : HSVC_PROMPT_EM_SIGN_IN, 0, 0);
    return m_yes(m_active(p) ? HSVC_REASON_TAKEOVER_ASKED : HSVC_REASON_PIN_ASKED);
}

/* m_em_screen: DENY-1: a headset came; the plain screens, which it does not bind. */
void m_em_screen(struct model *m, struct m_phone *p, uint32_t headset) {
    if (m_policy(m, HSVC_PARAM_EM_SCREEN_WHEN_DENIED, 0, m_number(m, p)) == 0 || p->prompt != 0 || !p->em || m_emergency(p) || p->due[MT_HOLD] != M_NEVER) return;
    m_show(m, p, m_active(p) ? HSVC_PROMPT_EM_SIGN_OUT : HSVC_PROMPT_EM_SIGN_IN, 0, headset);
}

/* goes_on: it is the session's own user: a window that runs ends, and the session is one by hand. */
static uint32_t goes_on(struct model *m, struct m_phone *p) {
    uint32_t waited = p->session_state;
    if (waited != HSVC_SESSION_SIGNED_IN) m_back(m, p);
    p->left_denied = 0;
    return waited == HSVC_SESSION_SIGNED_IN ? HSVC_REASON_UNCHANGED : m_back_from(waited);
}

/* m_entered_by_hand: a right PIN. What the phone may learn only now closes the screen (020). */
struct m_answer m_entered_by_hand(struct model *m, struct m_phone *p, uint32_t user) {
    uint32_t profile = p->check_profile, why;
    if (m_active(p) && p->user == user) {
        why = goes_on(m, p);
        m_close(m, p);
        return m_yes(why);
    }
    if (p->kind == HSVC_DEVICE_OWNED && p->related == user) {
        if (!m_active(p)) {
            m_close(m, p);
            return m_no(HSVC_REASON_SAME_USER);
        }
        m_end(m, p, HSVC_CAUSE_OWNER_RETURNED);
        return m_yes(HSVC_REASON_SIGNED_OUT);
    }
    why = m_may_sign_in(m, p, user, 1);
    if (why == 0 && m->users[user].profiles > 1 && profile == 0) {
        m_show(m, p, HSVC_PROMPT_CHOOSE_PROFILE, user, p->prompt_headset); /* DENY-1: it brought the screen, and binds nothing */
        p->hand = 1;
        return m_yes(HSVC_REASON_PROFILE_ASKED);
    }
    if (p->prompt_headset != 0) p->at[p->prompt_headset].fresh = 0; /* it brought the screen (DENY-1) */
    if (why == 0) why = m_sign_in(m, p, user, 0, profile ? profile : 1, HSVC_REASON_PIN_ASKED);
    if (why != 0) m_close(m, p);
    return why ? m_no(why) : m_yes(HSVC_REASON_SIGNED_IN);
}

/* host_bars: what is told before anything of profiles and other sessions (decision 189); 0: nothing. */
static uint32_t host_bars(const struct model *m, const struct m_phone *p, uint32_t user, uint32_t take_over) {
    if (!m->users[user].enabled) return HSVC_REASON_USER_DISABLED;
    if (!m_ready(p)) return HSVC_REASON_BUSY_RESETTING;
    if (m_calls(p) > 0) return HSVC_REASON_BUSY_CALL;
    if (p->due[MT_HOLD] != M_NEVER) return HSVC_REASON_EMERGENCY_HOLD;
    if (p->checking) return HSVC_REASON_BUSY_VERIFYING;
    if (m_locked(m, &m->users[user].lock)) return HSVC_REASON_LOCKED_OUT;
    if (m_active(p) && !take_over) return HSVC_REASON_ANOTHER_USER;
    if (!m_active(p) && p->kind == HSVC_DEVICE_OWNED && p->related == user) return HSVC_REASON_SAME_USER;
    return p->em ? 0 : HSVC_REASON_EM_DISABLED;
}

/* m_host: a user whom the host has authenticated: no screens, no PIN (063). */
struct m_answer m_host(struct model *m, uint32_t phone, uint32_t user, uint32_t profile, uint32_t take_over) {
    struct m_phone *p = &m->phones[phone];
    const struct m_user *u = &m->users[user];
    uint32_t why;
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (!u->exists) return m_no(HSVC_REASON_USER_UNKNOWN);
    if (m_active(p) && p->user == user) return m_yes(goes_on(m, p));
    why = host_bars(m, p, user, take_over);
    if (why != 0) return m_no(why);
    if (p->kind == HSVC_DEVICE_OWNED && p->related == user) {
        m_end(m, p, HSVC_CAUSE_OWNER_RETURNED);
        return m_yes(HSVC_REASON_SIGNED_OUT);
    }
    if (profile > u->profiles) return m_no(u->profiles == 0 ? HSVC_REASON_NO_PROFILE : HSVC_REASON_PROFILE_UNKNOWN);
    why = m_may_sign_in(m, p, user, 0);
    if (why == 0) why = m_sign_in(m, p, user, 0, profile ? profile : u->last_profile ? u->last_profile : 1, HSVC_REASON_HOST_AUTHENTICATED);
    return why ? m_no(why) : m_yes(HSVC_REASON_SIGNED_IN);
}
