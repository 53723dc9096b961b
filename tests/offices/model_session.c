/* model_session.c: sign-in, sign-out, windows, causes that wait (SPEC 7 to 10). */
#include <string.h>

#include "model.h"

/* m_elsewhere: another active session of the user whose presence is confirmed: it alone blocks (OUT-12). */
static uint32_t confirmed(const struct model *m, const struct m_phone *p) {
    uint32_t user = p->user;
    if (!m_active(p) || !p->registered || (p->resetting && !p->overdue) || p->settling) return 0; /* of a reset that is overdue the last reports hold (SIGN-5) */
    if (p->session_state != HSVC_SESSION_SIGNED_IN) return 0;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && !p->at[h].gone && !p->at[h].awaited && !p->at[h].doubtful && m->headsets[h].owner == user) return 1;
    return !m_here(m, p, user); /* by hand: nothing speaks against it */
}

uint32_t m_elsewhere(const struct model *m, const struct m_phone *p, uint32_t user) {
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (&m->phones[i] != p && m->phones[i].user == user && confirmed(m, &m->phones[i])) return 1;
    return 0;
}

/* m_may_sign_in: SIGN-1, for the user; 0 or the reason why not. pin: is a PIN needed? */
uint32_t m_may_sign_in(const struct model *m, const struct m_phone *p, uint32_t user, uint32_t pin) {
    const struct m_user *u = &m->users[user];
    int64_t multiple = m_policy(m, HSVC_PARAM_MULTIPLE_LOGIN, user, 0);
    if (!u->exists || !u->enabled) return HSVC_REASON_USER_DISABLED;
    if (multiple == HSVC_CHOICE_MULTIPLE_LOGIN_NOT_ALLOWED && m_elsewhere(m, p, user)) return HSVC_REASON_SIGNED_IN_ELSEWHERE;
    if (u->profiles == 0) return HSVC_REASON_NO_PROFILE;
    if (pin && m_locked(m, &u->lock)) return HSVC_REASON_LOCKED_OUT;
    if (pin && m_locked(m, &p->throttle)) return HSVC_REASON_DEVICE_THROTTLED;
    return 0;
}

/* m_pin_required: REQUIRED; PRES-8: perhaps it is not there; PRES-7: it is in two places, or was. */
uint32_t m_pin_required(const struct model *m, const struct m_phone *p, uint32_t user, uint32_t headset) {
    if (m_flaps(p)) return 1;
    if (m_policy(m, HSVC_PARAM_PIN_ENTRY, user, m_number(m, p)) == HSVC_CHOICE_PIN_ENTRY_REQUIRED) return 1;
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (headset != 0 && &m->phones[i] != p && m->phones[i].at[headset].here && !m->phones[i].at[headset].gone && !m->phones[i].at[headset].awaited) return 1;
    return 0;
}

/* m_pin_needed: that, or AUTO-5: it would end a session in which its user is present, or by hand. */
uint32_t m_pin_needed(const struct model *m, const struct m_phone *p, uint32_t user, uint32_t headset) {
    return m_pin_required(m, p, user, headset) || m_replaces(m, p, user);
}

/* m_replaces: AUTO-5: would it end a session whose user is there, or perhaps there (decision 136)? */
uint32_t m_replaces(const struct model *m, const struct m_phone *p, uint32_t user) {
    if (m_active(p) && p->user != user && p->session_state == HSVC_SESSION_SIGNED_IN) return 1;
    return m_policy(m, HSVC_PARAM_MULTIPLE_LOGIN, user, 0) == HSVC_CHOICE_MULTIPLE_LOGIN_AUTO_SIGN_OUT &&
           m_elsewhere(m, p, user);
}

/* m_apply: the phone shall wear something else: a new generation, and a reset (SIGN-4, OUT-7). */
void m_apply(struct model *m, struct m_phone *p, uint32_t user, uint32_t profile) {
    p->wanted++;
    p->profile_of = (uint8_t)user;
    p->profile = (uint8_t)profile;
    p->resetting = 1;
    p->overdue = p->held = 0;
    p->retries = 0;
    p->ordered = m->input;
    p->settling = 0;
    p->settlings = 0;
    p->due[MT_SETTLE] = M_NEVER;
    m_withdraw(p);
    m_arm(m, p, MT_RESET, m->now + m_policy(m, HSVC_PARAM_RESET_TIMEOUT, 0, m_number(m, p)));
}

/* m_over: the session is over, whatever its cause; AUTO-4: its user's headsets here have had their turn. */
static void over(struct model *m, struct m_phone *p, uint32_t cause) {
    uint32_t again = m_policy(m, HSVC_PARAM_RESIGN_IN_AFTER_SIGN_OUT, 0, m_number(m, p)) != 0 && cause == HSVC_CAUSE_USER;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && m->headsets[h].owner == p->user) p->at[h].fresh = (uint8_t)again;
    m_tells_end(m, p, cause);
    p->user = p->by = 0;
    p->session_state = HSVC_SESSION_VACANT;
    p->causes = 0;
    p->dismissed = 0;
    p->extended = 0;
    p->left_denied = 0;
    p->wipe = p->wanted + 1;
    p->due[MT_WINDOW] = p->due[MT_KEPT] = p->due[MT_LONGEST] = p->due[MT_AWAY] = M_NEVER;
    p->due[MT_WARN] = p->due[MT_WARN_LONGEST] = M_NEVER;
}

void m_end(struct model *m, struct m_phone *p, uint32_t cause) {
    over(m, p, cause);
    m_apply(m, p, 0, 0);
}

static void add_cause(struct m_phone *p, uint32_t cause) { p->causes |= 1u << (cause - HSVC_CAUSE_ADMIN); }

/* m_end_or_wait: a call is never cut (OUT-4, CALL-1); in the hold after an emergency call nothing resets (SAFE-2). */
void m_end_or_wait(struct model *m, struct m_phone *p, uint32_t cause) {
    if (p->user == 0) return;
    if (m_calls(p) == 0 && p->due[MT_HOLD] == M_NEVER) {
        m_end(m, p, cause);
        return;
    }
    add_cause(p, cause);
    p->due[MT_WINDOW] = p->due[MT_KEPT] = p->due[MT_WARN] = M_NEVER;
    if (cause != HSVC_CAUSE_WINDOW) p->due[MT_WARN_LONGEST] = M_NEVER;
    if (cause == HSVC_CAUSE_WINDOW) { /* "sign out?" stays: it is still to be */
        if (p->session_state != HSVC_SESSION_ENDING) p->session_state = HSVC_SESSION_DEFERRED;
    } else {
        if (p->prompt == HSVC_PROMPT_SIGN_OUT || p->prompt == HSVC_PROMPT_EM_SIGN_OUT) m_withdraw(p);
        p->session_state = HSVC_SESSION_ENDING;
        if (p->prompt == HSVC_PROMPT_SIGN_OUT_OTHER) m_withdraw(p); /* nobody is left to be signed out */
    }
}

/* m_strongest: of the causes that wait (OUT-5, decision 174); there is one. */
uint32_t m_strongest(const struct m_phone *p) {
    static const uint32_t strongest[] = {HSVC_CAUSE_ADMIN,    HSVC_CAUSE_USER_REMOVED,   HSVC_CAUSE_USER_DISABLED, HSVC_CAUSE_DEVICE_REMOVED, HSVC_CAUSE_PROFILE_REMOVED,
                                         HSVC_CAUSE_OTHER_LOGIN, HSVC_CAUSE_TAKEOVER,    HSVC_CAUSE_OWNER_RETURNED, HSVC_CAUSE_MAX_TIME,      HSVC_CAUSE_APPLY_FAILED,
                                         HSVC_CAUSE_UNREACHABLE, HSVC_CAUSE_USER,        HSVC_CAUSE_WINDOW};
    uint32_t i = 0;
    while ((p->causes & 1u << (strongest[i] - HSVC_CAUSE_ADMIN)) == 0) i++;
    return strongest[i];
}

/* m_waited: the last call is over, and no hold: what waits is taken. */
void m_waited(struct model *m, struct m_phone *p) {
    if (p->held && p->retries == 0 && m_calls(p) == 0 && p->due[MT_HOLD] == M_NEVER) {
        p->held = 0; /* told now */
        m_arm(m, p, MT_RESET, m->now + m_policy(m, HSVC_PARAM_RESET_TIMEOUT, 0, m_number(m, p)));
    }
    if (m_calls(p) > 0 || p->due[MT_HOLD] != M_NEVER || p->causes == 0) {
        m_offer(m, p);
        return;
    }
    m_end(m, p, m_strongest(p));
}

static void end_elsewhere(struct model *m, struct m_phone *here, uint32_t user) {
    if (m_policy(m, HSVC_PARAM_MULTIPLE_LOGIN, user, 0) == HSVC_CHOICE_MULTIPLE_LOGIN_ALLOWED) return;
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (&m->phones[i] != here && m->phones[i].user == user && m_active(&m->phones[i]))
            m_end_or_wait(m, &m->phones[i], HSVC_CAUSE_OTHER_LOGIN);
}

/* m_sign_in: SIGN-4, TAKE-2, MULTI-1, all in one. Gives 0, or why it may not be. */
uint32_t m_sign_in(struct model *m, struct m_phone *p, uint32_t user, uint32_t headset, uint32_t profile, uint32_t how) {
    int64_t longest = m_policy(m, HSVC_PARAM_MAX_LOGIN_TIME, user, m_number(m, p));
    uint32_t why = m_may_sign_in(m, p, user, 0);
    if (why != 0) return why;
    if (profile > m->users[user].profiles) profile = 1;
    end_elsewhere(m, p, user);
    if (p->user != 0) over(m, p, HSVC_CAUSE_TAKEOVER);
    for (uint32_t h = 1; h < M_HEADSETS; h++) /* all of the user's are presence from here on (TAKE-5) */
        if (p->at[h].here && m->headsets[h].owner == user) p->at[h].fresh = 0;
    p->user = p->last_user = (uint8_t)user;
    p->by = (uint8_t)headset;
    p->serial++;
    p->session_state = HSVC_SESSION_SIGNED_IN;
    p->signed_in_at = m->now;
    p->causes = 0;
    m->users[user].last_profile = (uint8_t)profile;
    m_apply(m, p, user, profile);
    m_tells_start(m, p, how);
    if (longest != 0) m_arm(m, p, MT_LONGEST, m->now + longest);
    m_warns(m, p, MT_LONGEST, 0);
    return 0;
}

/* m_open_window: OUT-1; from the event's time, and never before the session's start (TIME-2). */
void m_open_window(struct model *m, struct m_phone *p, int64_t at) {
    if (m_policy(m, HSVC_PARAM_HEADSET_EM, p->user, m_number(m, p)) == HSVC_CHOICE_HEADSET_EM_DENY) {
        p->left_denied = 1; /* POL-5: a session by hand now */
        return;
    }
    if (at < p->signed_in_at) at = p->signed_in_at;
    if (at > m->now) at = m->now; /* of a clock that was ahead */
    p->left_at = at;
    p->session_state = HSVC_SESSION_LINGERING;
    p->dismissed = 0;
    p->extended = 0;
    p->due[MT_KEPT] = M_NEVER;
    m_arm(m, p, MT_WINDOW, at + m_policy(m, HSVC_PARAM_AUTO_SIGN_OUT_AFTER, p->user, m_number(m, p)));
    m_warns(m, p, MT_WINDOW, 0);
}

/* m_back: a headset of the session's user is here again: no timer, no prompt, no reset (OUT-3, OUT-4, OUT-5). */
void m_back(struct model *m, struct m_phone *p) {
    p->left_denied = 0;
    if (p->session_state == HSVC_SESSION_ENDING || p->session_state == HSVC_SESSION_DEFERRED) p->causes &= ~(1u << (HSVC_CAUSE_WINDOW - HSVC_CAUSE_ADMIN));
    if (p->session_state == HSVC_SESSION_ENDING) return; /* it ends all the same (OUT-5) */
    p->due[MT_WINDOW] = p->due[MT_KEPT] = p->due[MT_WARN] = M_NEVER;
    p->dismissed = 0;
    p->session_state = HSVC_SESSION_SIGNED_IN;
    if (p->prompt == HSVC_PROMPT_SIGN_OUT) {
        m_withdraw(p);
        m_offer(m, p);
    }
}

void m_window_due(struct model *m, struct m_phone *p) { m_end_or_wait(m, p, HSVC_CAUSE_WINDOW); }
