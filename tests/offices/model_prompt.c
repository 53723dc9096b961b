/* model_prompt.c: what a phone asks, what is answered (SPEC 6 to 8). */
#include <string.h>

#include "model.h"

static uint32_t returns(const struct m_phone *p, uint32_t user) { return p->kind == HSVC_DEVICE_OWNED && p->related == user; }

/* m_withdraw: the prompt goes, and spends nothing; a check that is under way becomes stale (CALL-1, PRES-2). */
void m_withdraw(struct m_phone *p) {
    p->prompt = p->prefill = 0;
    p->prompt_user = p->prompt_headset = p->hand = p->picked = 0;
    p->waiting = p->checking = p->offers = 0;
    p->due[MT_PROMPT] = p->due[MT_CHECK] = M_NEVER;
}

/* m_close: it is over and its headset has had its turn; the place is free for the next (PRES-2, PROMPT-7). */
void m_close(struct model *m, struct m_phone *p) {
    if (p->prompt_headset != 0) p->at[p->prompt_headset].fresh = 0;
    m_withdraw(p);
    m_offer(m, p);
}

/* m_show: a prompt and its time. A countdown's is its own, that of "sign out?" is the window's. */
void m_show(struct model *m, struct m_phone *p, uint32_t prompt, uint32_t user, uint32_t headset) {
    uint32_t phone = m_number(m, p);
    p->picked = p->picked && (prompt == HSVC_PROMPT_SKIP_CONFIRM || p->prompt == HSVC_PROMPT_SKIP_CONFIRM);
    p->prompt = prompt;
    p->shown++;
    p->prompt_user = (uint8_t)user;
    p->prompt_headset = (uint8_t)headset;
    p->hand = 0;
    p->prefill = prompt == HSVC_PROMPT_EM_SIGN_IN && headset == 0 && p->kind != HSVC_DEVICE_ANONYMOUS && m_policy(m, HSVC_PARAM_REMEMBER_LAST_USER, 0, phone) != 0 ? p->last_user : 0;
    p->waiting = p->checking = p->offers = 0;
    p->due[MT_PROMPT] = p->due[MT_CHECK] = M_NEVER;
    if (prompt == HSVC_PROMPT_COUNTDOWN)
        m_arm(m, p, MT_PROMPT, m->now + m_policy(m, HSVC_PARAM_AUTO_SIGN_IN_AFTER, user, phone));
    else if (prompt != HSVC_PROMPT_SIGN_OUT)
        m_arm(m, p, MT_PROMPT, m->now + m_policy(m, HSVC_PARAM_PROMPT_TIMEOUT, 0, phone));
}

/* ---- whose turn is it ---- */

static uint32_t may_flow(const struct model *m, const struct m_phone *p, uint32_t user) {
    if (!p->em) return HSVC_REASON_EM_DISABLED;
    if (p->unfit) return p->unfit;
    if (m_policy(m, HSVC_PARAM_HEADSET_EM, user, m_number(m, p)) == HSVC_CHOICE_HEADSET_EM_DENY) return HSVC_REASON_HEADSET_EM_DENIED;
    if (!m->users[user].enabled) return HSVC_REASON_USER_DISABLED;
    return 0;
}

static uint32_t enter(struct model *m, struct m_phone *p, uint32_t user, uint32_t headset) {
    if (m_pin_needed(m, p, user, headset)) {
        m_show(m, p, HSVC_PROMPT_SIGN_IN_PIN, user, headset);
        return HSVC_REASON_PIN_ASKED;
    }
    m_show(m, p, HSVC_PROMPT_COUNTDOWN, user, headset); /* of 0 s: over when all of the input is done */
    return HSVC_REASON_COUNTDOWN_STARTED;
}

static uint32_t judge_unowned(struct model *m, struct m_phone *p, uint32_t headset) {
    uint32_t phone = m_number(m, p), user = p->kind == HSVC_DEVICE_ANONYMOUS ? 0 : p->related, why = 0;
    int64_t policy = m_policy(m, HSVC_PARAM_ASSOCIATION_PROMPT, 0, phone);
    if (m_calls(p) > 0) return HSVC_REASON_OFFERED_LATER;
    if (policy == HSVC_CHOICE_ASSOCIATION_PROMPT_NEVER) why = HSVC_REASON_PROMPT_NEVER;
    else if (policy == HSVC_CHOICE_ASSOCIATION_PROMPT_EM_DEVICES_ONLY && !p->em) why = HSVC_REASON_EM_DISABLED;
    else if (m->headsets[headset].skipped[phone]) why = HSVC_REASON_SKIP_REMEMBERED;
    if (why != 0) {
        p->at[headset].fresh = 0;
        return why;
    }
    m_show(m, p, HSVC_PROMPT_ASSOCIATE, user, headset);
    return HSVC_REASON_ASSOCIATION_ASKED;
}

/* m_plain_screen: DENY-1: does a headset of this user bring the plain screen? */
uint32_t m_plain_screen(const struct model *m, const struct m_phone *p, uint32_t user) {
    uint32_t phone = m_number(m, p);
    return p->em && m_policy(m, HSVC_PARAM_HEADSET_EM, user, phone) == HSVC_CHOICE_HEADSET_EM_DENY && m_policy(m, HSVC_PARAM_EM_SCREEN_WHEN_DENIED, 0, phone) != 0;
}

/* m_why_not: SIGN-1, SIGN-2, TAKE-1: 0, or why an owned headset may not start anything here. */
uint32_t m_why_not(const struct model *m, const struct m_phone *p, uint32_t headset) {
    uint32_t user = m->headsets[headset].owner, why = may_flow(m, p, user), pin = m_pin_needed(m, p, user, headset);
    if (returns(p, user) && (!m_active(p) || p->user == user)) return HSVC_REASON_SAME_USER;
    if (why != 0) return why;
    if (!returns(p, user)) return m_may_sign_in(m, p, user, pin);
    if (pin && m_locked(m, &m->users[user].lock)) return HSVC_REASON_LOCKED_OUT;
    return pin && m_locked(m, &p->throttle) ? HSVC_REASON_DEVICE_THROTTLED : 0;
}

static uint32_t judge_owned(struct model *m, struct m_phone *p, uint32_t headset) {
    uint32_t user = m->headsets[headset].owner, why;
    if (!m_active(p) && (m_calls(p) > 0 || p->user != 0)) return HSVC_REASON_OFFERED_LATER; /* judged then (CALL-1) */
    if (p->due[MT_HOLD] != M_NEVER) return HSVC_REASON_OFFERED_LATER; /* decision 024 */
    if (m_plain_screen(m, p, user)) {
        m_em_screen(m, p, headset);
        return HSVC_REASON_HEADSET_EM_DENIED;
    }
    why = m_why_not(m, p, headset);
    if (why != 0) {
        p->at[headset].fresh = 0; /* it has had its turn */
        return why;
    }
    if (!m_active(p)) return enter(m, p, user, headset);
    m_show(m, p, HSVC_PROMPT_SIGN_OUT_OTHER, user, headset);
    return HSVC_REASON_TAKEOVER_ASKED;
}

/* m_asks_by_hand: a screen on which somebody without a headset says who it is: whatever comes waits for its end. */
uint32_t m_asks_by_hand(const struct m_phone *p) {
    return p->prompt == HSVC_PROMPT_EM_SIGN_IN || p->hand || (p->prompt == HSVC_PROMPT_SIGN_OUT_OTHER && p->prompt_headset == 0);
}

/* m_waits: another prompt stands there: what is not eligible is told so at once, and has had its turn. */
struct m_answer m_waits(struct model *m, struct m_phone *p, uint32_t headset) {
    uint32_t user = m->headsets[headset].owner, why;
    if (user == 0) return m_yes(m_calls(p) > 0 ? HSVC_REASON_OFFERED_LATER : HSVC_REASON_WAITING);
    if (m_asks_by_hand(p)) return m_yes(HSVC_REASON_WAITING);
    why = (m_active(p) && p->user == user) || m_plain_screen(m, p, user) ? 0 : m_why_not(m, p, headset);
    if (p->due[MT_HOLD] != M_NEVER) return m_yes(HSVC_REASON_OFFERED_LATER);
    if (why == 0) return m_yes(HSVC_REASON_WAITING);
    p->at[headset].fresh = 0;
    return m_no(why);
}

/* m_judge: one fresh headset's turn at a free place. */
uint32_t m_judge(struct model *m, struct m_phone *p, uint32_t headset) {
    uint32_t user = m->headsets[headset].owner;
    if (user == 0) return judge_unowned(m, p, headset);
    if (m_active(p) && p->user == user) {
        p->at[headset].fresh = 0;
        return HSVC_REASON_HEADSET_PRESENT;
    }
    return judge_owned(m, p, headset);
}

static uint32_t newer(const struct m_present *a, const struct m_present *b) {
    return a->since != b->since ? a->since > b->since : a->order > b->order;
}

/* newest: the fresh headset that connected last, but before that one. */
static uint32_t newest(const struct m_phone *p, uint32_t before) {
    uint32_t best = 0;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && p->at[h].fresh && !p->at[h].gone && !p->at[h].awaited && !p->at[h].doubtful && (before == 0 || newer(&p->at[before], &p->at[h])) &&
            (best == 0 || newer(&p->at[h], &p->at[best])))
            best = h;
    return best;
}

static uint32_t owed(const struct m_phone *p) { return p->session_state == HSVC_SESSION_LINGERING && !p->dismissed; }

/* offer_sign_out: "sign out?" if a window runs, unless it is the turn of somebody else's headset (PROMPT-7). */
static uint32_t offer_sign_out(struct model *m, struct m_phone *p) {
    uint32_t first = newest(p, 0);
    if (!owed(p) || p->due[MT_WINDOW] <= m->now) return 0; /* over (decision 012) */
    while (first != 0 && m->headsets[first].owner == 0 && m_calls(p) > 0) first = newest(p, first); /* waits for the call's end */
    if (first != 0 && m->headsets[first].owner != 0 && m->headsets[first].owner != p->user && p->due[MT_HOLD] == M_NEVER) return 0;
    m_show(m, p, HSVC_PROMPT_SIGN_OUT, p->user, 0);
    return 1;
}

/* m_offer: the place is free: the newest fresh headset that is eligible (decision 004). One that only waits for a call's end,
 * or for the hold's, lets the others pass; one that is refused leaves the place to the next a millisecond later (decision
 * 017). */
void m_offer(struct model *m, struct m_phone *p) {
    uint32_t before = 0;
    p->due[MT_OFFER] = M_NEVER;
    p->offers_later = m->early != 0;
    if (m->early || !m_ready(p) || p->prompt != 0 || p->checking || m_emergency(p) || offer_sign_out(m, p)) return;
    for (uint32_t h = newest(p, before); h != 0; h = newest(p, before)) {
        before = h;
        (void)m_judge(m, p, h);
        if (p->prompt != 0 || p->resetting) return;
        if (p->at[h].fresh || (newest(p, before) == 0 && !owed(p))) continue;
        m_arm(m, p, MT_OFFER, m->now + 1);
        return;
    }
}

/* m_leaves: a headset that came has had its turn; if it was refused, the next has its own in another decision (017, 204). */
void m_leaves(struct model *m, struct m_phone *p, uint32_t headset) {
    if (p->at[headset].fresh || p->resetting || newest(p, 0) == 0) m_offer(m, p);
    else m_arm(m, p, MT_OFFER, m->now + 1);
}

/* m_follow: what was due before an input frees a place, or ends calls, before it; what follows from that comes after the input
 * (decision 157). */
void m_follow(struct model *m) {
    for (uint32_t i = 1; i < M_PHONES; i++) {
        struct m_phone *p = &m->phones[i];
        if (p->ended_later) m_calls_ended(m, p);
        if (p->offers_later) m_offer(m, p);
    }
}

/* ---- answers ---- */

static struct m_answer goes_on(struct model *m, struct m_phone *p, uint32_t user, uint32_t headset) {
    uint32_t why = may_flow(m, p, user), pin = m_pin_needed(m, p, user, headset);
    if (why == 0 && !returns(p, user)) why = m_may_sign_in(m, p, user, pin);
    if (why != 0) {
        m_close(m, p);
        return m_no(why);
    }
    if (returns(p, user)) {
        if (m_pin_required(m, p, user, headset)) {
            m_show(m, p, HSVC_PROMPT_SIGN_IN_PIN, user, headset);
            return m_yes(HSVC_REASON_PIN_ASKED);
        }
        p->at[headset].fresh = 0;
        m_end(m, p, HSVC_CAUSE_OWNER_RETURNED);
        return m_yes(HSVC_REASON_SIGNED_OUT);
    }
    if (m_policy(m, HSVC_PARAM_TAKEOVER_COMMIT, 0, m_number(m, p)) == HSVC_CHOICE_TAKEOVER_COMMIT_ON_YES &&
        !(m_replaces(m, p, user) && m_policy(m, HSVC_PARAM_PIN_ENTRY, user, m_number(m, p)) != HSVC_CHOICE_PIN_ENTRY_REQUIRED)) {
        m_end(m, p, HSVC_CAUSE_TAKEOVER);
        return m_yes(HSVC_REASON_SIGNED_OUT);
    }
    return m_yes(enter(m, p, user, headset));
}

/* refused_for_call: under REFUSE the question is answered, and gone; while a window runs it comes back. */
static struct m_answer refused_for_call(struct model *m, struct m_phone *p) {
    if (p->prompt == HSVC_PROMPT_SIGN_OUT || p->prompt == HSVC_PROMPT_SIGN_OUT_OTHER || p->prompt == HSVC_PROMPT_EM_SIGN_OUT) m_close(m, p);
    return m_sees(m, p, HSVC_REASON_BUSY_CALL, HSVC_REASON_BUSY_CALL);
}

/* said_yes: to "sign out the other?" */
static struct m_answer said_yes(struct model *m, struct m_phone *p) {
    if (p->waiting) return m_yes(HSVC_REASON_UNCHANGED); /* said already: it is judged when the call is over (TAKE-4) */
    if (m_calls(p) > 0) {
        uint32_t why = m_why_not(m, p, p->prompt_headset); /* eligibility is checked at Yes (TAKE-2) */
        if (why != 0) {
            m_close(m, p);
            return m_no(why);
        }
        if (m_policy(m, HSVC_PARAM_SIGN_OUT_DURING_CALL, 0, m_number(m, p)) == HSVC_CHOICE_SIGN_OUT_DURING_CALL_REFUSE)
            return refused_for_call(m, p);
        p->waiting = 1;
        p->due[MT_PROMPT] = M_NEVER; /* the call ends it */
        (void)m_sees(m, p, 0, HSVC_REASON_DEFERRED); /* TAKE-4 */
        return m_yes(HSVC_REASON_DEFERRED);
    }
    if (p->prompt_headset == 0) { /* by hand: who it is will be typed (020) */
        m_show(m, p, HSVC_PROMPT_EM_SIGN_IN, 0, 0);
        return m_yes(HSVC_REASON_PIN_ASKED);
    }
    return goes_on(m, p, p->prompt_user, p->prompt_headset);
}

static struct m_answer skips(struct model *m, struct m_phone *p, uint32_t yes) {
    uint32_t headset = p->prompt_headset;
    if (yes) {
        m->headsets[headset].skipped[m_number(m, p)] = 1;
        m_close(m, p);
    } else {
        uint32_t user = p->kind == HSVC_DEVICE_ANONYMOUS ? 0 : p->related;
        m_show(m, p, HSVC_PROMPT_ASSOCIATE, user, headset);
    }
    return m_yes(yes ? HSVC_REASON_SKIPPED : HSVC_REASON_ASSOCIATION_ASKED);
}

/* pressed_sign_out: at the screen or in the menu; a person at the phone (OUT-2, OUT-4). */
static struct m_answer pressed_sign_out(struct model *m, struct m_phone *p, uint32_t in_menu) {
    if (p->prompt == HSVC_PROMPT_EM_SIGN_OUT && !in_menu) p->at[p->prompt_headset].fresh = 0; /* answered (PRES-2) */
    if (m_calls(p) > 0) {
        if (m_policy(m, HSVC_PARAM_SIGN_OUT_DURING_CALL, 0, m_number(m, p)) == HSVC_CHOICE_SIGN_OUT_DURING_CALL_REFUSE)
            return in_menu ? m_sees(m, p, HSVC_REASON_BUSY_CALL, HSVC_REASON_BUSY_CALL) : refused_for_call(m, p);
        m_end_or_wait(m, p, HSVC_CAUSE_USER);
        (void)m_sees(m, p, 0, HSVC_REASON_DEFERRED);
        return m_yes(HSVC_REASON_DEFERRED);
    }
    /* also in the hold after an emergency call (SAFE-2), in which others may wait (OUT-5) */
    m_end(m, p, p->session_state == HSVC_SESSION_ENDING ? m_strongest(p) : HSVC_CAUSE_USER);
    return m_yes(HSVC_REASON_SIGNED_OUT);
}

static struct m_answer cancelled(struct model *m, struct m_phone *p) {
    uint32_t what = p->prompt == HSVC_PROMPT_COUNTDOWN ? HSVC_REASON_COUNTDOWN_ENDED : HSVC_REASON_PROMPT_CLOSED;
    if (p->prompt == HSVC_PROMPT_SIGN_OUT) {
        if (p->session_state == HSVC_SESSION_LINGERING &&
            m_policy(m, HSVC_PARAM_CANCEL_ON_SIGN_OUT_PROMPT, 0, m_number(m, p)) == HSVC_CHOICE_CANCEL_ON_SIGN_OUT_PROMPT_KEEP) {
            p->due[MT_WINDOW] = M_NEVER;
            p->session_state = HSVC_SESSION_KEPT;
            m_arm(m, p, MT_KEPT, m->now + m_policy(m, HSVC_PARAM_KEEP_MAX, 0, 0));
            m_warns(m, p, MT_KEPT, 0);
            what = HSVC_REASON_KEPT;
        } else {
            p->dismissed = 1;
            what = HSVC_REASON_DISMISSED;
        }
    }
    m_close(m, p);
    return m_yes(what);
}

static struct m_answer pressed_sign_in(struct model *m, struct m_phone *p) {
    uint32_t user = p->prompt_user, headset = p->prompt_headset, why = may_flow(m, p, user);
    if (p->prompt == HSVC_PROMPT_ASSOCIATED) { /* without a second PIN: it was right a moment ago (PROMPT-2) */
        if (!p->offers) return m_no(HSVC_REASON_ANSWER_INVALID);
        if (why == 0) why = m_may_sign_in(m, p, user, 0);
        if (why == 0 && m->users[user].profiles > 1) {
            m_show(m, p, HSVC_PROMPT_CHOOSE_PROFILE, user, headset);
            return m_yes(HSVC_REASON_PROFILE_ASKED);
        }
        if (why == 0) why = m_sign_in(m, p, user, headset, 1, HSVC_REASON_PIN_ASKED);
        if (why != 0) m_close(m, p); /* as at every step (SIGN-1) */
        return why ? m_no(why) : m_yes(HSVC_REASON_SIGNED_IN);
    }
    if (why == 0) why = m_may_sign_in(m, p, user, 0);
    if (why == 0 && m_pin_needed(m, p, user, headset)) { /* AUTO-5: it may be needed by now */
        m_show(m, p, HSVC_PROMPT_SIGN_IN_PIN, user, headset);
        return m_yes(HSVC_REASON_PIN_ASKED);
    }
    if (why == 0) why = m_sign_in(m, p, user, headset, m->users[user].last_profile ? m->users[user].last_profile : 1, HSVC_REASON_COUNTDOWN_STARTED);
    if (why != 0) m_close(m, p);
    return why ? m_no(why) : m_yes(HSVC_REASON_SIGNED_IN);
}

/* extends: OUT-15 and decision 023: once a window, by its own length, at most 15 min after the disconnect. */
static struct m_answer extends(struct model *m, struct m_phone *p) {
    int64_t due = p->due[MT_WINDOW] + (p->due[MT_WINDOW] - p->left_at), most = p->left_at + HSVC_LIMIT_WINDOW;
    if (due > most) due = most;
    if (p->extended || p->due[MT_WINDOW] >= most || p->due[MT_LONGEST] <= p->due[MT_WINDOW]) return m_no(HSVC_REASON_NO_EXTENSION);
    p->extended = 1;
    m_arm(m, p, MT_WINDOW, due);
    m_warns(m, p, MT_WINDOW, 1);
    return m_yes(HSVC_REASON_EXTENDED);
}

/* m_press: a button of the prompt that is open. A button that it lacks is refused and changes nothing. */
struct m_answer m_press(struct model *m, uint32_t phone, uint32_t kind) {
    struct m_phone *p = &m->phones[phone];
    uint32_t prompt = p->prompt;
    if (prompt == 0) return m_no(HSVC_REASON_PROMPT_STALE);
    if (p->checking && kind != HSVC_INPUT_CANCEL && kind != HSVC_INPUT_EXIT) return m_no(HSVC_REASON_BUSY_VERIFYING);
    if (kind == HSVC_INPUT_SIGN_OUT && (prompt == HSVC_PROMPT_SIGN_OUT || prompt == HSVC_PROMPT_EM_SIGN_OUT)) return pressed_sign_out(m, p, 0);
    if (kind == HSVC_INPUT_EXTEND && prompt == HSVC_PROMPT_SIGN_OUT) return extends(m, p);
    if (kind == HSVC_INPUT_YES && prompt == HSVC_PROMPT_SIGN_OUT_OTHER) return said_yes(m, p);
    if (kind == HSVC_INPUT_NO && prompt == HSVC_PROMPT_SIGN_OUT_OTHER) {
        m_close(m, p);
        return m_yes(HSVC_REASON_PROMPT_CLOSED);
    }
    if (prompt == HSVC_PROMPT_SKIP_CONFIRM && (kind == HSVC_INPUT_YES || kind == HSVC_INPUT_NO)) return skips(m, p, kind == HSVC_INPUT_YES);
    if (kind == HSVC_INPUT_SIGN_IN && (prompt == HSVC_PROMPT_ASSOCIATED || prompt == HSVC_PROMPT_COUNTDOWN)) return pressed_sign_in(m, p);
    if (kind == HSVC_INPUT_EXIT && prompt == HSVC_PROMPT_ASSOCIATE) {
        m_show(m, p, HSVC_PROMPT_SKIP_CONFIRM, p->prompt_user, p->prompt_headset);
        return m_yes(HSVC_REASON_SKIP_ASKED);
    }
    if (kind == HSVC_INPUT_CANCEL && (prompt == HSVC_PROMPT_SIGN_OUT || prompt == HSVC_PROMPT_ASSOCIATED || prompt == HSVC_PROMPT_ERROR ||
                                      prompt == HSVC_PROMPT_SIGN_IN_PIN || prompt == HSVC_PROMPT_COUNTDOWN || prompt == HSVC_PROMPT_CHOOSE_PROFILE ||
                                      prompt == HSVC_PROMPT_EM_SIGN_IN || prompt == HSVC_PROMPT_EM_SIGN_OUT))
        return cancelled(m, p);
    return m_no(HSVC_REASON_ANSWER_INVALID);
}

/* again: the prompt stays, and has its whole time again. */
static void again(struct model *m, struct m_phone *p) {
    m_arm(m, p, MT_PROMPT, m->now + m_policy(m, HSVC_PARAM_PROMPT_TIMEOUT, 0, m_number(m, p)));
}

/* m_check_over: nobody answered: the prompt stays, uncounted (STORE-6). */
void m_check_over(struct model *m, struct m_phone *p) {
    p->checking = 0;
    (void)m_sees(m, p, 0, HSVC_REASON_CREDENTIALS_UNAVAILABLE);
    again(m, p);
}

/* wrong: it looks so to the phone; named: what the verdict says, unless the error screen comes (SIGN-6, PROMPT-2). */
static struct m_answer wrong(struct model *m, struct m_phone *p, uint32_t named) {
    again(m, p);
    if (p->prompt != HSVC_PROMPT_ASSOCIATE) return m_sees(m, p, named, HSVC_REASON_CREDENTIALS_WRONG);
    if (++p->at[p->prompt_headset].attempts >= m_policy(m, HSVC_PARAM_ASSOCIATION_ATTEMPTS_MAX, 0, m_number(m, p))) {
        p->at[p->prompt_headset].fresh = 0;
        m_show(m, p, HSVC_PROMPT_ERROR, p->prompt_user, p->prompt_headset);
        return m_no(HSVC_REASON_ATTEMPTS_EXHAUSTED);
    }
    return m_sees(m, p, named, HSVC_REASON_CREDENTIALS_WRONG);
}

struct m_answer m_submit(struct model *m, uint32_t phone, uint32_t user, uint32_t profile, uint32_t blank) {
    struct m_phone *p = &m->phones[phone];
    if (p->prompt == 0) return m_no(HSVC_REASON_PROMPT_STALE);
    if (p->prompt != HSVC_PROMPT_ASSOCIATE && p->prompt != HSVC_PROMPT_SIGN_IN_PIN && p->prompt != HSVC_PROMPT_EM_SIGN_IN) return m_no(HSVC_REASON_ANSWER_INVALID);
    if (p->prompt == HSVC_PROMPT_ASSOCIATE && m_updating(m, p->prompt_headset)) /* whoever is typed (ASSOC-5) */
        return m_sees(m, p, HSVC_REASON_BUSY_UPDATE, HSVC_REASON_BUSY_UPDATE);
    if (p->checking) return m_sees(m, p, HSVC_REASON_BUSY_VERIFYING, HSVC_REASON_BUSY_VERIFYING);
    if (blank) return m_sees(m, p, HSVC_REASON_CREDENTIALS_BLANK, HSVC_REASON_CREDENTIALS_BLANK);
    if (m_locked(m, &p->throttle)) return m_sees(m, p, HSVC_REASON_DEVICE_THROTTLED, HSVC_REASON_CREDENTIALS_UNAVAILABLE);
    if (m_locked(m, &m->users[user].lock)) return wrong(m, p, HSVC_REASON_LOCKED_OUT); /* nothing is asked, and the screen says "wrong" (SIGN-6, SIGN-7) */
    if (p->prompt == HSVC_PROMPT_SIGN_IN_PIN) { /* every step of signing in (SIGN-1) */
        uint32_t why = m_why_not(m, p, p->prompt_headset);
        if (why != 0) {
            m_close(m, p);
            return m_no(why);
        }
    }
    p->checking = 1;
    p->check_user = (uint8_t)user;
    p->check_profile = (uint8_t)profile;
    p->due[MT_PROMPT] = M_NEVER; /* a prompt being verified stays (PROMPT-7); its time begins anew afterwards */
    m_arm(m, p, MT_CHECK, m->now + m_policy(m, HSVC_PARAM_VERIFY_TIMEOUT, 0, 0));
    return m_yes(HSVC_REASON_VERIFYING);
}

/* count: SIGN-7 and LOCK-1: the first failure begins the span in which they count. Gives 1 if this one locks. */
static uint32_t count(struct model *m, struct m_lock *lock, const int64_t *limits) {
    if (m_locked(m, lock)) return 0;
    lock->until = 0; /* an old lock is over, and forgotten */
    if (lock->failures == 0 || lock->first + limits[1] <= m->now) {
        lock->failures = 0;
        lock->first = m->now;
        lock->count_anew = 0;
    }
    lock->failures++;
    if (limits[0] == 0 || lock->failures < limits[0]) return 0;
    lock->failures = 0; /* after the lock the full allowance is back */
    lock->at = m->now;
    lock->lock_anew = 0;
    lock->until = limits[2] == 0 ? M_NEVER : m->now + limits[2];
    return 1;
}

static void failed(struct model *m, struct m_phone *p, uint32_t user, uint32_t known) {
    uint32_t phone = m_number(m, p);
    int64_t limits[3] = {m_policy(m, HSVC_PARAM_LOCKOUT_FAILURES, user, 0), m_policy(m, HSVC_PARAM_LOCKOUT_RESET_AFTER, user, 0),
                         m_policy(m, HSVC_PARAM_LOCKOUT_DURATION, user, 0)};
    if (known && count(m, &m->users[user].lock, limits)) m_notice(m, p, HSVC_REASON_LOCKED_OUT, user);
    limits[0] = m_policy(m, HSVC_PARAM_DEVICE_FAILURES_MAX, 0, phone);
    limits[1] = m_policy(m, HSVC_PARAM_LOCKOUT_RESET_AFTER, 0, phone);
    limits[2] = m_policy(m, HSVC_PARAM_LOCKOUT_DURATION, 0, phone);
    if (count(m, &p->throttle, limits)) m_notice(m, p, HSVC_REASON_DEVICE_THROTTLED, 0);
}

static struct m_answer associated(struct model *m, struct m_phone *p, uint32_t user) {
    uint32_t headset = p->prompt_headset;
    if (!m->users[user].enabled) return wrong(m, p, m->users[user].exists ? HSVC_REASON_USER_DISABLED : HSVC_REASON_USER_UNKNOWN);
    if (m_held(m, user) >= (uint32_t)m_policy(m, HSVC_PARAM_HEADSETS_PER_USER_MAX, user, 0)) {
        p->at[headset].fresh = 0;
        m_show(m, p, HSVC_PROMPT_ERROR, user, headset);
        return m_no(HSVC_REASON_HEADSET_LIMIT);
    }
    m_give(m, user, headset, m_number(m, p));
    m_show(m, p, HSVC_PROMPT_ASSOCIATED, user, headset);
    p->offers = may_flow(m, p, user) == 0 && !returns(p, user) && p->user == 0 && p->due[MT_HOLD] == M_NEVER && m_may_sign_in(m, p, user, 0) == 0;
    return m_yes(HSVC_REASON_ASSOCIATED);
}

static struct m_answer entered(struct model *m, struct m_phone *p, uint32_t user) {
    uint32_t headset = p->prompt_headset, profile = p->check_profile, why = may_flow(m, p, user);
    if (why == 0 && returns(p, user)) {
        p->at[headset].fresh = 0;
        m_end(m, p, HSVC_CAUSE_OWNER_RETURNED);
        return m_yes(HSVC_REASON_SIGNED_OUT);
    }
    if (why == 0) why = m_may_sign_in(m, p, user, 1);
    if (why == 0 && m->users[user].profiles > 1 && profile == 0) {
        m_show(m, p, HSVC_PROMPT_CHOOSE_PROFILE, user, headset);
        return m_yes(HSVC_REASON_PROFILE_ASKED);
    }
    if (why == 0) why = m_sign_in(m, p, user, headset, profile ? profile : 1, HSVC_REASON_PIN_ASKED);
    if (why != 0) m_close(m, p);
    return why ? m_no(why) : m_yes(HSVC_REASON_SIGNED_IN);
}

/* m_checked: what the directory says (SIGN-6 to 8). stale: of a request that is not pending any more. */
struct m_answer m_checked(struct model *m, uint32_t phone, uint32_t user, uint32_t state, uint32_t stale) {
    struct m_phone *p = &m->phones[phone];
    uint32_t locked = m_locked(m, &m->users[user].lock);
    if (!stale && p->checking) {
        p->checking = 0;
        p->due[MT_CHECK] = M_NEVER;
    }
    if (state == HSVC_VERIFY_WRONG || state == HSVC_VERIFY_USER_UNKNOWN) failed(m, p, user, m->users[user].exists); /* whom the directory does not know, and the service does, is wrong too */
    if (stale) return m_no(HSVC_REASON_REQUEST_STALE);
    if (state == HSVC_VERIFY_WRONG || state == HSVC_VERIFY_USER_UNKNOWN) return wrong(m, p, HSVC_REASON_CREDENTIALS_WRONG);
    again(m, p);
    if (state != HSVC_VERIFY_OK) return m_sees(m, p, HSVC_REASON_CREDENTIALS_UNAVAILABLE, HSVC_REASON_CREDENTIALS_UNAVAILABLE);
    if (locked && p->prompt != HSVC_PROMPT_SIGN_IN_PIN) return wrong(m, p, HSVC_REASON_LOCKED_OUT); /* looks like one (SIGN-6) */
    if (locked) {
        m_close(m, p); /* checked at every step of signing in (SIGN-1) */
        return m_no(HSVC_REASON_LOCKED_OUT);
    }
    memset(&m->users[user].lock, 0, sizeof m->users[user].lock);
    if (p->prompt == HSVC_PROMPT_EM_SIGN_IN && (!m->users[user].exists || !m->users[user].enabled)) return wrong(m, p, m->users[user].exists ? HSVC_REASON_USER_DISABLED : HSVC_REASON_USER_UNKNOWN);
    if (p->prompt == HSVC_PROMPT_EM_SIGN_IN) return m_entered_by_hand(m, p, user);
    return p->prompt == HSVC_PROMPT_ASSOCIATE ? associated(m, p, user) : entered(m, p, user);
}

struct m_answer m_choose(struct model *m, uint32_t phone, uint32_t profile) {
    struct m_phone *p = &m->phones[phone];
    uint32_t why;
    if (p->prompt == 0) return m_no(HSVC_REASON_PROMPT_STALE);
    if (p->prompt != HSVC_PROMPT_CHOOSE_PROFILE) return m_no(HSVC_REASON_ANSWER_INVALID);
    if (profile > m->users[p->prompt_user].profiles) return m_sees(m, p, HSVC_REASON_PROFILE_UNKNOWN, HSVC_REASON_PROFILE_UNKNOWN);
    why = p->hand ? 0 : may_flow(m, p, p->prompt_user);
    if (p->hand && p->prompt_headset != 0) p->at[p->prompt_headset].fresh = 0;
    if (why == 0) why = m_sign_in(m, p, p->prompt_user, p->hand ? 0 : p->prompt_headset, profile, HSVC_REASON_PIN_ASKED);
    if (why != 0) m_close(m, p);
    return why ? m_no(why) : m_yes(HSVC_REASON_SIGNED_IN);
}

/* m_countdown_to_pin: a PIN is needed by now; unless more is in the way (POL-5). */
void m_countdown_to_pin(struct model *m, struct m_phone *p) {
    if (m_why_not(m, p, p->prompt_headset) == 0) m_show(m, p, HSVC_PROMPT_SIGN_IN_PIN, p->prompt_user, p->prompt_headset);
    else m_close(m, p);
}

/* m_countdowns: AUTO-3: loss of eligibility ends a countdown, where its phone is come to. */
void m_countdowns(struct model *m, uint32_t phones) {
    for (uint32_t i = 1; i < M_PHONES; i++) {
        struct m_phone *p = &m->phones[i];
        if ((phones & 1u << i) != 0 && p->exists && p->prompt == HSVC_PROMPT_COUNTDOWN && m_why_not(m, p, p->prompt_headset) != 0) m_close(m, p);
    }
}

/* m_prompt_due: nobody answered; or a countdown has run down, and everything is checked again (AUTO-3). */
void m_prompt_due(struct model *m, struct m_phone *p) {
    uint32_t user = p->prompt_user, headset = p->prompt_headset;
    if (p->prompt == HSVC_PROMPT_COUNTDOWN && m_why_not(m, p, headset) == 0 && m_pin_needed(m, p, user, headset)) {
        m_show(m, p, HSVC_PROMPT_SIGN_IN_PIN, user, headset); /* AUTO-5, PRES-7 */
        return;
    }
    if (p->prompt != HSVC_PROMPT_COUNTDOWN || may_flow(m, p, user) != 0 || m_may_sign_in(m, p, user, 0) != 0 ||
        m_sign_in(m, p, user, headset, m->users[user].last_profile ? m->users[user].last_profile : 1, HSVC_REASON_COUNTDOWN_STARTED) != 0)
        m_close(m, p);
}

/* ---- the menu ---- */

struct m_answer m_menu(struct model *m, uint32_t phone, uint32_t kind, uint32_t headset) {
    struct m_phone *p = &m->phones[phone];
    if (kind == HSVC_INPUT_MENU_SIGN_IN_BY_HAND) return m_by_hand(m, phone);
    if (kind == HSVC_INPUT_MENU_SIGN_OUT) {
        if (p->user == 0) return m_no(HSVC_REASON_NO_SESSION);
        if (!p->registered) return m_no(HSVC_REASON_BUSY_RESETTING); /* neither a reset that is only ordered nor settling keeps anybody */
        return pressed_sign_out(m, p, 1); /* where it ends already, one cause more (OUT-5) */
    }
    /* What is in the phone's way is told before what is in the headset's (decision 189). */
    if (p->prompt != 0 && (kind == HSVC_INPUT_MENU_ASSOCIATE || p->prompt != HSVC_PROMPT_SIGN_OUT)) return m_no(HSVC_REASON_BUSY_PROMPT);
    if (kind == HSVC_INPUT_MENU_ASSOCIATE && m_policy(m, HSVC_PARAM_ASSOCIATION_PROMPT, 0, phone) == HSVC_CHOICE_ASSOCIATION_PROMPT_NEVER &&
        m_policy(m, HSVC_PARAM_MANUAL_ASSOCIATION_WHEN_NEVER, 0, phone) == 0)
        return m_no(HSVC_REASON_MENU_DISABLED);
    if (!m_ready(p)) return m_no(HSVC_REASON_BUSY_RESETTING);
    if (m_calls(p) > 0) return m_no(HSVC_REASON_BUSY_CALL);
    if (kind == HSVC_INPUT_MENU_SIGN_IN && p->due[MT_HOLD] != M_NEVER) return m_no(HSVC_REASON_EMERGENCY_HOLD); /* nobody signs in now, nor is anything kept for later (decision 024) */
    if (!p->at[headset].here || p->at[headset].awaited) return m_no(HSVC_REASON_NO_HEADSET);
    if (kind == HSVC_INPUT_MENU_ASSOCIATE) {
        if (m->headsets[headset].owner != 0) return m_no(HSVC_REASON_HEADSET_IN_USE);
        if (m_updating(m, headset)) return m_no(HSVC_REASON_BUSY_UPDATE);
        p->at[headset].fresh = 1; /* PRES-2 */
        p->at[headset].attempts = 0;
        m_show(m, p, HSVC_PROMPT_ASSOCIATE, p->kind == HSVC_DEVICE_ANONYMOUS ? 0 : p->related, headset);
        p->picked = 1;
        return m_yes(HSVC_REASON_ASSOCIATION_ASKED);
    }
    if (m_active(p) && p->user == m->headsets[headset].owner) return m_yes(HSVC_REASON_HEADSET_PRESENT);
    p->at[headset].fresh = 1; /* PRES-2 */
    return m_turn(m, p, headset);
}

/* m_activity: AUTO-2: somebody is at the phone: the countdown ends. */
struct m_answer m_activity(struct model *m, uint32_t phone) {
    struct m_phone *p = &m->phones[phone];
    if (p->prompt != HSVC_PROMPT_COUNTDOWN) return m_yes(HSVC_REASON_UNCHANGED);
    m_close(m, p);
    return m_yes(HSVC_REASON_COUNTDOWN_ENDED);
}
