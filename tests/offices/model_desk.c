/* model_desk.c: headsets come and go, phones reset, calls begin and end (SPEC 5, 9, 11). */
#include <string.h>

#include "model.h"

/* ---- headsets ---- */

/* gone_stale: PRES-6, of what says when it happened: what comes now is not late because a clock stepped back (decision 178). */
static uint32_t gone_stale(const struct model *m, const struct m_phone *p, uint32_t headset, int64_t at) {
    if (!m->dated) return 0;
    if (p->kept[headset]) return at < p->kept_at[headset];
    if (p->at[headset].here) return at < p->at[headset].event_at;
    return m->headsets[headset].phone == m_number(m, p) && at < m->headsets[headset].event_at;
}

/* named: this is the newest phone that lists it (decision 030). */
static void named(struct model *m, const struct m_phone *p, uint32_t headset, int64_t at) {
    m->headsets[headset].phone = (uint8_t)m_number(m, p);
    m->headsets[headset].event_at = at;
}

static void noted(struct model *m, struct m_phone *p, uint32_t headset, int64_t at) {
    p->at[headset].event_at = at;
    m->headsets[headset].known = 1;
    if (m->headsets[headset].phone == m_number(m, p) || at >= m->headsets[headset].event_at) named(m, p, headset, at);
}

static void doubt(const struct model *m, struct m_present *there) {
    there->doubtful = 1;
    there->doubted_at = m->now;
    there->doubt_due = m->now + m_policy(m, HSVC_PARAM_VERIFY_TIMEOUT, 0, 0);
}

/* doubts: PRES-7: the same serial elsewhere: the older presence is doubtful, and its phone is asked. */
static void doubts(struct model *m, struct m_phone *here, uint32_t headset, int64_t at) {
    for (uint32_t i = 1; i < M_PHONES; i++) {
        struct m_phone *p = &m->phones[i];
        if (p == here || !p->exists || !p->at[headset].here) continue;
        if (p->at[headset].gone || p->at[headset].awaited) m_leave(m, p, headset, at); /* its phone has said so already (decision 030) */
        if (p->at[headset].doubtful || !p->at[headset].here) continue;
        p->at[headset].newer = at;
        doubt(m, &p->at[headset]);
    }
}

/* reported_later: the newest report of this headset elsewhere, if it is newer than `at`; else 0. */
static int64_t reported_later(const struct model *m, const struct m_phone *here, uint32_t headset, int64_t at) {
    int64_t newest = 0;
    for (uint32_t i = 1; i < M_PHONES; i++) {
        const struct m_phone *p = &m->phones[i];
        if (p != here && p->exists && p->at[headset].here && p->at[headset].event_at > at && p->at[headset].event_at > newest)
            newest = p->at[headset].event_at;
    }
    return newest;
}

/* another_comes: a countdown ends, its headset spent, for another user's headset that may start something (PROMPT-7): one
 * that is refused is not fresh any more. */
static void another_comes(struct model *m, struct m_phone *p, uint32_t headset) {
    uint32_t owner = m->headsets[headset].owner;
    if (p->prompt != HSVC_PROMPT_COUNTDOWN || owner == 0 || owner == p->prompt_user || m_plain_screen(m, p, owner) || !m_waits(m, p, headset).accepted) return;
    if (m_active(p) && p->user == owner) return;
    p->at[p->prompt_headset].fresh = 0;
    m_withdraw(p);
}

/* m_turn: a headset is fresh: it is its turn, or it waits for the place. */
struct m_answer m_turn(struct model *m, struct m_phone *p, uint32_t headset) {
    uint32_t why;
    another_comes(m, p, headset);
    if (m_emergency(p)) return m_yes(HSVC_REASON_OFFERED_LATER);
    if (p->checking) return m_waits(m, p, headset);
    if (p->prompt == HSVC_PROMPT_SIGN_OUT && m->headsets[headset].owner != 0) {
        struct m_answer may = m_waits(m, p, headset);
        if (!may.accepted || p->due[MT_HOLD] != M_NEVER || m_plain_screen(m, p, m->headsets[headset].owner)) return may;
        m_withdraw(p);
        why = m_judge(m, p, headset);
    } else if (p->prompt != 0) {
        return m_waits(m, p, headset);
    } else {
        why = m_judge(m, p, headset);
        if (p->prompt == 0) m_leaves(m, p, headset);
    }
    if (p->prompt_headset == headset && why == HSVC_REASON_HEADSET_EM_DENIED) return m_yes(p->prompt == HSVC_PROMPT_EM_SIGN_IN ? HSVC_REASON_PIN_ASKED : HSVC_REASON_SIGN_OUT_ASKED);
    if (p->prompt_headset == headset || p->resetting || why == HSVC_REASON_OFFERED_LATER || why == HSVC_REASON_HEADSET_PRESENT) return m_yes(why);
    return m_no(why);
}

/* everywhere: at more phones than one headset can be at: a placeholder (decision 030). */
static uint32_t everywhere(const struct model *m, uint32_t headset) {
    uint32_t count = 0;
    for (uint32_t i = 1; i < M_PHONES; i++) count += m->phones[i].exists && m->phones[i].at[headset].here;
    return count == HSVC_LIMIT_PLACES_PER_SERIAL;
}

static void restarted(struct model *m, struct m_phone *p, uint32_t headset) {
    uint32_t owner = m->headsets[headset].owner;
    m_says_of_update(m, headset);
    p->at[headset].awaited = 0;
    p->at[headset].by = m->by;
    if (p->user != 0 && owner == p->user) {
        p->at[headset].fresh = 0;
        m_back(m, p);
    }
    m_offer(m, p); /* it keeps its turn */
}

/* m_back_from: what the return of a headset means to a session in that state. */
uint32_t m_back_from(uint32_t state) {
    if (state == HSVC_SESSION_DEFERRED) return HSVC_REASON_DEFERRAL_ENDED;
    return state == HSVC_SESSION_SIGNED_IN ? HSVC_REASON_HEADSET_PRESENT : HSVC_REASON_WINDOW_CLOSED;
}

/* binds_nothing: DENY-1: a headset of the session's user, who is signed in by hand. */
static struct m_answer binds_nothing(const struct model *m, const struct m_phone *p, uint32_t headset) {
    if (!m_ready(p) || m_emergency(p) || p->due[MT_HOLD] != M_NEVER) return m_yes(HSVC_REASON_OFFERED_LATER);
    if (p->prompt_headset == headset) return m_yes(HSVC_REASON_SIGN_OUT_ASKED);
    return m_asks_by_hand(p) || m_plain_screen(m, p, p->user) ? m_yes(HSVC_REASON_WAITING) : m_no(m_why_not(m, p, headset));
}

struct m_answer m_connect(struct model *m, uint32_t phone, uint32_t headset, int64_t at) {
    struct m_phone *p = &m->phones[phone];
    struct m_present *here = &p->at[headset];
    uint32_t owner = m->headsets[headset].owner, doubted = here->here && here->doubtful;
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    m_see_headset(m, headset);
    if (gone_stale(m, p, headset, at)) return m_no(HSVC_REASON_STALE_EVENT);
    if (m_holds(m, p, headset, 1)) return m_yes(HSVC_REASON_HELD);
    if (here->here && here->doubtful) { /* its own phone reports it again, later than the doubt: it is the newest now */
        here->by |= m->by;
        if (at < here->newer) return m_yes(HSVC_REASON_UNCHANGED); /* it is as doubtful as before */
        here->doubtful = 0;
    }
    if (!here->here && everywhere(m, headset)) return m_no(HSVC_REASON_SERIAL_ELSEWHERE);
    noted(m, p, headset, at);
    if (here->awaited) { /* it has restarted, and never left (ASSOC-10) */
        restarted(m, p, headset);
        return m_yes(HSVC_REASON_RECORDED);
    }
    if (here->here) { /* one more interface, or a report twice, or back from a reset: it never left (PRES-1, PRES-4) */
        uint32_t what = doubted && p->user != 0 && p->user == owner ? HSVC_REASON_HEADSET_PRESENT : here->gone || doubted ? HSVC_REASON_RECORDED : (here->by & m->by) == 0 ? HSVC_REASON_STILL_PRESENT : HSVC_REASON_UNCHANGED;
        if (here->gone || doubted) doubts(m, p, headset, at); /* nothing new otherwise (decisions 111, 136) */
        here->by = (uint8_t)(here->gone ? m->by : here->by | m->by);
        here->gone = 0;
        if (doubted) m_offer(m, p); /* it keeps its turn (PROMPT-7) */
        return m_yes(what);
    }
    memset(here, 0, sizeof *here);
    here->by = m->by;
    here->here = here->fresh = 1;
    here->since = here->event_at = at;
    here->order = ++m->counter;
    m_says_of_update(m, headset);
    here->newer = reported_later(m, p, headset, at);
    if (here->newer != 0) { /* the late connect is itself the older one: no flow before its phone confirms it (decision 030) */
        doubt(m, here);
        return m_yes(HSVC_REASON_PRESENCE_ASKED);
    }
    named(m, p, headset, at); /* also where another, which it has left, knew of something later */
    doubts(m, p, headset, at);
    m_counts(m, p);
    if (p->user != 0 && owner == p->user && p->session_state != HSVC_SESSION_ENDING) {
        here->fresh = 0;
        uint32_t waited = p->session_state;
        m_back(m, p);
        if (m_policy(m, HSVC_PARAM_HEADSET_EM, owner, phone) != HSVC_CHOICE_HEADSET_EM_DENY) return m_yes(m_back_from(waited));
        if (m_ready(p) && waited == HSVC_SESSION_SIGNED_IN) m_em_screen(m, p, headset);
        return waited == HSVC_SESSION_SIGNED_IN ? binds_nothing(m, p, headset) : m_yes(m_back_from(waited));
    }
    if (p->user != 0 && owner == p->user) { /* it ends all the same: of what waits WINDOW alone goes (OUT-5) */
        p->causes &= ~(1u << (HSVC_CAUSE_WINDOW - HSVC_CAUSE_ADMIN));
        here->fresh = 0; /* it has had its verdict (PRES-2) */
        return m_no(HSVC_REASON_SESSION_ENDING);
    }
    if (!m_ready(p)) return m_yes(HSVC_REASON_OFFERED_LATER);
    return m_turn(m, p, headset);
}

/* remains: where it still is remembers it, and no other (decision 030). */
static void remains(struct model *m, uint32_t headset) {
    const struct m_phone *best = NULL;
    for (uint32_t i = 1; i < M_PHONES; i++) {
        const struct m_phone *p = &m->phones[i];
        if (p->exists && p->at[headset].here && (best == NULL || p->at[headset].event_at > best->at[headset].event_at)) best = p;
    }
    if (best == NULL) return;
    m->headsets[headset].phone = (uint8_t)m_number(m, best);
    m->headsets[headset].event_at = best->at[headset].event_at;
}

/* m_leave: it has left, judged (OUT-1); its prompt goes with it (PROMPT-6). */
void m_leave(struct model *m, struct m_phone *p, uint32_t headset, int64_t at) {
    uint32_t owner = m->headsets[headset].owner;
    const struct m_present *here = &p->at[headset];
    if (here->gone || here->awaited) named(m, p, headset, here->event_at); /* it left when it was reported last */
    memset(&p->at[headset], 0, sizeof p->at[headset]);
    remains(m, headset);
    if (p->prompt_headset == headset) m_withdraw(p);
    if (owner != 0 && p->user == owner && !m_here(m, p, owner) &&
        (p->session_state == HSVC_SESSION_SIGNED_IN || p->session_state == HSVC_SESSION_KEPT))
        m_open_window(m, p, at);
    m_offer(m, p);
}

/* left: it has left, and what that means here. */
static uint32_t left(struct model *m, struct m_phone *p, uint32_t headset, int64_t at) {
    uint32_t owner = m->headsets[headset].owner, its = p->user != 0 && p->user == owner, state = p->session_state, had_prompt = p->prompt != 0 && p->prompt_headset == headset;
    m_leave(m, p, headset, at);
    if (its && p->session_state == HSVC_SESSION_LINGERING && state != HSVC_SESSION_LINGERING) return HSVC_REASON_WINDOW_OPENED;
    if (its && p->left_denied) return HSVC_REASON_RECORDED; /* POL-5 */
    if (its && m_active(p) && m_here(m, p, owner)) return HSVC_REASON_STILL_PRESENT;
    return had_prompt ? HSVC_REASON_PROMPT_CLOSED : HSVC_REASON_RECORDED;
}

/* m_left: it left when it was seen elsewhere: that is its last report here (PRES-6, PRES-7). */
void m_left(struct model *m, struct m_phone *p, uint32_t headset, int64_t at) {
    named(m, p, headset, at);
    m_leave(m, p, headset, at);
}

/* m_unplaced: its phone is removed, and it has left with it, judged by nobody (DEV-1); where it was last stays known (INV-2). */
void m_unplaced(struct model *m, struct m_phone *p, uint32_t headset) {
    if (!p->at[headset].here) return;
    memset(&p->at[headset], 0, sizeof p->at[headset]);
    if (m->headsets[headset].phone == m_number(m, p)) named(m, p, headset, m->at);
    remains(m, headset);
}

struct m_answer m_disconnect(struct model *m, uint32_t phone, uint32_t headset, int64_t at) {
    struct m_phone *p = &m->phones[phone];
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    m_see_headset(m, headset);
    struct m_present *here = &p->at[headset];
    uint32_t away = !here->here || here->gone || here->awaited;
    if (m_flaps(p) && (!away || p->kept[headset])) {
        if (gone_stale(m, p, headset, at)) return away ? m_yes(HSVC_REASON_UNCHANGED) : m_no(HSVC_REASON_STALE_EVENT); /* decision 189 */
        (void)m_holds(m, p, headset, 0);
        return m_yes(HSVC_REASON_HELD);
    }
    if (away && !here->doubtful) return m_yes(HSVC_REASON_UNCHANGED); /* a second one changes nothing (PRES-4) */
    if (gone_stale(m, p, headset, at)) return m_no(HSVC_REASON_STALE_EVENT);
    if ((here->by & ~(uint32_t)m->by) != 0) { /* another interface of it is there (PRES-4) */
        here->by &= (uint8_t)~(uint32_t)m->by;
        here->event_at = at;
        return m_yes(HSVC_REASON_STILL_PRESENT);
    }
    noted(m, p, headset, at);
    if (here->doubtful) { /* seen elsewhere: nothing to wait for (decision 030) */
        return m_yes(left(m, p, headset, at));
    }
    if (m_updating(m, headset)) {
        m_await(m, p, headset);
        return m_yes(HSVC_REASON_UPDATING);
    }
    if (!m_judged(p)) {
        here->gone = 1; /* SIGN-5: recorded, not judged */
        return m_yes(HSVC_REASON_RESETTING);
    }
    return m_yes(left(m, p, headset, at));
}

/* m_snapshot: what is missing has left, what is new has connected (PRES-5), by the interfaces that it names. */
struct m_answer m_snapshot(struct model *m, uint32_t phone, uint32_t headsets, int64_t at) {
    struct m_phone *p = &m->phones[phone];
    uint32_t aliases = m->aliases, early = m->early;
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    m->early = 1; /* what is asked about who has left comes after whose turn it is by this list (decision 178) */
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if ((p->at[h].here || p->kept[h] == M_KEPT_HERE) && (headsets & 1u << h) == 0) (void)m_disconnect(m, phone, h, at);
    m->early = early;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if ((headsets & 1u << h) != 0) {
            m->by = aliases & 1u << h ? M_BY_ALIAS : M_BY_SERIAL;
            if (m_flaps(p)) p->kept[h] = M_KEPT_GONE, p->kept_by[h] = 0; /* what is held begins afresh */
            else if (p->at[h].here && at >= p->at[h].event_at) p->at[h].by &= m->by;
            (void)m_connect(m, phone, h, at);
        }
    m->by = M_BY_ANY;
    return m_yes(HSVC_REASON_RECORDED);
}

/* elsewhere_too: in two places, unless the other phone has said already that it is gone. */
static uint32_t elsewhere_too(const struct model *m, const struct m_phone *p, uint32_t headset) {
    for (uint32_t i = 1; i < M_PHONES; i++) {
        const struct m_present *there = &m->phones[i].at[headset];
        if (&m->phones[i] != p && m->phones[i].exists && there->here && !there->gone && !there->awaited) return 1;
    }
    return 0;
}

/* m_presence: the answer about a doubtful headset: it is there, or it left at the newer connect (PRES-7). */
struct m_answer m_presence(struct model *m, uint32_t phone, uint32_t headset, uint32_t there) {
    struct m_phone *p = &m->phones[phone];
    uint32_t two = 0;
    if (!p->at[headset].here || !p->at[headset].doubtful) return m_no(HSVC_REASON_REQUEST_STALE);
    if (!there) {
        int64_t at = p->at[headset].newer;
        if (!p->at[headset].awaited) {
            named(m, p, headset, at);
            return m_yes(left(m, p, headset, at));
        }
        m_wait_over(m, p, headset);
        return m_yes(HSVC_REASON_RECORDED);
    }
    p->at[headset].doubtful = 0;
    if (elsewhere_too(m, p, headset)) m_notice(m, p, HSVC_REASON_SERIAL_DUPLICATED, headset), two = 1;
    if (p->user != 0 && m->headsets[headset].owner == p->user) {
        p->at[headset].fresh = 0;
        m_back(m, p);
    }
    m_offer(m, p);
    return m_yes(two ? HSVC_REASON_SERIAL_DUPLICATED : HSVC_REASON_RECORDED);
}

/* ---- resets ---- */

uint32_t m_any_here(const struct m_phone *p) {
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here) return 1;
    return 0;
}

struct m_answer m_unregistered(struct model *m, uint32_t phone) {
    struct m_phone *p = &m->phones[phone];
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (!p->registered) return m_yes(HSVC_REASON_RECORDED);
    p->registered = 0;
    p->settling = 0;
    p->due[MT_SETTLE] = M_NEVER;
    m_withdraw(p); /* PRES-3 */
    if (p->user != 0 && m_policy(m, HSVC_PARAM_UNREGISTERED_MAX, 0, phone) != 0)
        m_arm(m, p, MT_AWAY, m->now + m_policy(m, HSVC_PARAM_UNREGISTERED_MAX, 0, phone));
    return m_yes(HSVC_REASON_RECORDED);
}

/* m_settles: headsets have their time to return, if any was here. A phone that registers again and again settles no longer for it,
 * and at most so often before its last reports are judged as they are (TIME-7, decision 160). */
void m_settles(struct model *m, struct m_phone *p, uint32_t before, uint32_t most) {
    before = before && !p->resetting;
    if (p->settling && before) return;
    p->settling = before && p->settlings < most;
    p->due[MT_SETTLE] = M_NEVER;
    if (before) p->settlings = p->settling ? p->settlings + 1 : 0;
    if (p->settling) m_arm(m, p, MT_SETTLE, m->now + m_policy(m, HSVC_PARAM_PRESENCE_SETTLE, 0, m_number(m, p)));
}

/* m_settled: whoever is absent has left; whoever is fresh is offered. */
void m_settled(struct model *m, struct m_phone *p) {
    if (p->settling) p->settlings = 0;
    p->settling = 1; /* whose turn it is, is seen when all have left */
    for (uint32_t h = 1; h < M_HEADSETS && !p->resetting; h++)
        if (p->at[h].here && p->at[h].gone) m_leave(m, p, h, m->at); /* from when it was due on (006) */
    p->settling = 0;
    m_offer(m, p);
}

/* ---- calls ---- */

static struct m_call *call_of(struct m_phone *p, uint32_t id) {
    for (uint32_t i = 0; i < M_CALLS; i++)
        if (p->calls[i].id == id) return &p->calls[i];
    return NULL;
}

/* bound: from the last report of the oldest (OUT-6, decision 032). */
static void bound(struct model *m, struct m_phone *p) {
    int64_t oldest = M_NEVER, most = m_policy(m, HSVC_PARAM_CALL_DEFERRAL_MAX, 0, m_number(m, p));
    for (uint32_t i = 0; i < M_CALLS; i++)
        if (p->calls[i].id != 0 && p->calls[i].seen_at < oldest) oldest = p->calls[i].seen_at;
    if (oldest == M_NEVER)
        p->due[MT_CALLS] = p->due[MT_LIST] = M_NEVER;
    else if (p->due[MT_LIST] == M_NEVER) /* nobody is asking already */
        m_arm(m, p, MT_CALLS, oldest + most);
}

static void add_call(struct model *m, struct m_phone *p, uint32_t id, uint32_t emergency) {
    struct m_call *call = call_of(p, id);
    if (call == NULL) call = call_of(p, 0);
    if (call == NULL) return;
    if (call->id != id) call->emergency = 0;
    call->id = id;
    call->emergency |= (uint8_t)emergency;
    call->seen_at = m->now;
}

/* begun: CALL-1: prompts for PIN, countdown and association go; in an emergency call every prompt does (SAFE-2). */
static void begun(struct model *m, struct m_phone *p) {
    uint32_t stays = p->prompt == HSVC_PROMPT_SIGN_OUT || p->prompt == HSVC_PROMPT_EM_SIGN_OUT ||
                     (p->prompt == HSVC_PROMPT_SIGN_OUT_OTHER && p->prompt_headset != 0); /* by hand it is picked again (020) */
    if (m_emergency(p)) p->due[MT_HOLD] = M_NEVER;
    if (p->resetting && p->ordered == m->input) {
        p->held = 1;
        m_arm(m, p, MT_RESET, m->now + m_policy(m, HSVC_PARAM_RESET_TIMEOUT, 0, m_number(m, p)));
    }
    if (p->prompt != 0 && (m_emergency(p) || !stays)) m_withdraw(p);
    m_offer(m, p); /* what may be shown in a call: sign out the other? (TAKE-4) */
}

/* holds: SAFE-2: the hold begins when the last emergency call ends. */
static uint32_t holds(struct model *m, struct m_phone *p, uint32_t emergency) {
    int64_t hold = m_policy(m, HSVC_PARAM_EMERGENCY_HOLD, 0, m_number(m, p));
    if (!emergency || m_emergency(p)) return 0;
    if (hold > 0) m_arm(m, p, MT_HOLD, m->now + hold);
    return 1;
}

/* ended: then what waited is done (OUT-4, CALL-1). */
static void ended(struct model *m, struct m_phone *p, uint32_t emergency) {
    if (holds(m, p, emergency)) m_offer(m, p);
    m_calls_ended(m, p);
}

/* m_calls_ended: what waited for the last call's end, if it has ended. */
void m_calls_ended(struct model *m, struct m_phone *p) {
    p->ended_later = m->early != 0;
    if (m->early || m_calls(p) > 0) return;
    if (p->waiting && p->causes == 0) {
        p->waiting = 0;
        (void)m_press(m, m_number(m, p), HSVC_INPUT_YES);
        return;
    }
    m_waited(m, p);
}

struct m_answer m_call_begun(struct model *m, uint32_t phone, uint32_t id, uint32_t emergency) {
    struct m_phone *p = &m->phones[phone];
    uint32_t known = call_of(p, id) != NULL;
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    add_call(m, p, id, emergency);
    bound(m, p);
    begun(m, p);
    return m_yes(known ? HSVC_REASON_UNCHANGED : HSVC_REASON_CALL_NOTED);
}

struct m_answer m_call_ended(struct model *m, uint32_t phone, uint32_t id) {
    struct m_phone *p = &m->phones[phone];
    struct m_call *call = call_of(p, id);
    uint32_t emergency = m_emergency(p);
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (call == NULL) return m_yes(HSVC_REASON_UNCHANGED);
    memset(call, 0, sizeof *call);
    bound(m, p);
    ended(m, p, emergency);
    return m_yes(m_calls(p) == 0 ? HSVC_REASON_CALLS_OVER : HSVC_REASON_CALL_NOTED);
}

/* listed: all calls now; those that are missing are over (OUT-6). Bits: 1: it is time for what waited for them, 2: one was of
 * emergency. */
static uint32_t listed(struct model *m, struct m_phone *p, const struct m_call *calls) {
    struct m_call was[M_CALLS];
    uint32_t had = m_calls(p), emergency = m_emergency(p);
    memcpy(was, p->calls, sizeof was);
    memset(p->calls, 0, sizeof p->calls);
    for (uint32_t i = 0; i < M_CALLS; i++)
        for (uint32_t k = 0; k < M_CALLS && calls[i].id != 0; k++)
            if (was[k].id == calls[i].id) add_call(m, p, was[k].id, was[k].emergency);
    for (uint32_t i = 0; i < M_CALLS; i++)
        if (calls[i].id != 0) add_call(m, p, calls[i].id, calls[i].emergency);
    p->due[MT_LIST] = M_NEVER;
    bound(m, p);
    (void)holds(m, p, emergency); /* whoever waits is not judged in the calls that are left (decision 024) */
    if (m_calls(p) > 0) begun(m, p);
    return ((had > 0 && m_calls(p) == 0) || (emergency && !m_emergency(p)) ? 1u : 0u) | (emergency ? 2u : 0u);
}

struct m_answer m_call_list(struct model *m, uint32_t phone, const struct m_call *calls) {
    struct m_phone *p = &m->phones[phone];
    uint32_t over;
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    over = listed(m, p, calls);
    if (over & 1u) ended(m, p, over & 2u);
    return m_yes(HSVC_REASON_CALL_NOTED);
}

/* m_old_calls: a call is very old: the host is asked (OUT-6). */
void m_old_calls(struct model *m, struct m_phone *p) {
    p->asked_of = m->at - m_policy(m, HSVC_PARAM_CALL_DEFERRAL_MAX, 0, m_number(m, p));
    p->asker = m->node;
    m_arm(m, p, MT_LIST, m->now + m_policy(m, HSVC_PARAM_VERIFY_TIMEOUT, 0, 0));
}

/* m_asked_by_another: is it for another node to say when the host has had its time to answer (decision 180)? */
uint32_t m_asked_by_another(const struct model *m, const struct m_phone *p) { return m->nodes > 1 && p->asker != m->node; }

/* doubtful: is any call to be over if the host says nothing? */
static uint32_t doubtful(const struct m_phone *p) {
    for (uint32_t i = 0; i < M_CALLS; i++)
        if (p->calls[i].id != 0 && !p->calls[i].emergency && p->calls[i].seen_at <= p->asked_of) return 1;
    return 0;
}

/* m_calls_over: silence: what was due when it was asked is over, emergency calls never (decision 032). */
void m_calls_over(struct model *m, struct m_phone *p) {
    uint32_t had = m_calls(p);
    if (m_asked_by_another(m, p) && doubtful(p)) { /* OUT-4: nobody may be cut whose host had no time to answer */
        m_old_calls(m, p);
        return;
    }
    for (uint32_t i = 0; i < M_CALLS; i++) {
        if (p->calls[i].id == 0 || p->calls[i].seen_at > p->asked_of) continue;
        if (p->calls[i].emergency) p->calls[i].seen_at = m->now;
        else memset(&p->calls[i], 0, sizeof p->calls[i]);
    }
    if (m_calls(p) < had) m_notice(m, p, HSVC_REASON_CALLS_DROPPED, 0);
    bound(m, p);
    if (m_calls(p) == 0) ended(m, p, 0);
}

/* ---- a phone registers ---- */

/* m_registered: PROF-1, SIGN-5. headsets: bits; calls: M_CALLS of them. */
struct m_answer m_registered(struct model *m, uint32_t phone, uint64_t generation, uint32_t headsets, const struct m_call *calls) {
    struct m_phone *p = &m->phones[phone];
    uint32_t before, over, waits, done = generation == p->wanted;
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (generation > p->wanted) return m_no(HSVC_REASON_GENERATION_NEWER);
    before = m_any_here(p);
    p->registered = 1;
    p->due[MT_AWAY] = M_NEVER;
    m_withdraw(p); /* whoever registers has begun anew, and shows nothing (PRES-3) */
    p->worn = generation;
    if (generation == p->wanted) {
        p->resetting = p->overdue = p->held = 0;
        p->due[MT_RESET] = M_NEVER;
    } else {
        p->settling = 0;
        if (!p->resetting || p->overdue || p->held) m_arm(m, p, MT_RESET, m->now + m_policy(m, HSVC_PARAM_RESET_TIMEOUT, 0, phone));
        p->resetting = 1; /* sent again */
        p->overdue = p->held = 0;
    }
    m_settles(m, p, before, HSVC_LIMIT_SETTLINGS);
    over = listed(m, p, calls);
    (void)m_snapshot(m, phone, headsets, m->now); /* one after the other, as reports are */
    waits = p->settling && p->due[MT_SETTLE] > m->now;
    if (!waits) p->due[MT_SETTLE] = M_NEVER;
    if (!waits) m_settled(m, p);
    if (over & 1u) ended(m, p, over & 2u); /* what waited for calls is taken last: whoever is back keeps the session (OUT-4, TIME-3) */
    return m_yes(generation == p->worn && done ? HSVC_REASON_PROFILE_CONFIRMED : HSVC_REASON_PROFILE_SENT_AGAIN);
}
