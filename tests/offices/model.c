/* model.c: the model's state, its policy (SPEC 4) and its time (SPEC 12). */
#include "model.h"

#include <string.h>

struct m_answer m_yes(uint32_t reason) {
    struct m_answer a = {1, reason};
    return a;
}

struct m_answer m_no(uint32_t reason) {
    struct m_answer a = {0, reason};
    return a;
}

struct m_answer m_open(void) {
    struct m_answer a = {M_OPEN, 0};
    return a;
}

/* ---- policy ---- */

#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* m_default: SPEC 4, the preset GUIDE. */
int64_t m_default(uint32_t param) {
    switch (param) {
        case HSVC_PARAM_HEADSET_EM: return HSVC_CHOICE_HEADSET_EM_ALLOW;
        case HSVC_PARAM_ASSOCIATION_PROMPT: return HSVC_CHOICE_ASSOCIATION_PROMPT_ALL_DEVICES;
        case HSVC_PARAM_EM_SCREEN_WHEN_DENIED: return HSVC_CHOICE_EM_SCREEN_WHEN_DENIED_ON;
        case HSVC_PARAM_ASSOCIATION_ATTEMPTS_MAX: return 3;
        case HSVC_PARAM_PIN_ENTRY: return HSVC_CHOICE_PIN_ENTRY_REQUIRED;
        case HSVC_PARAM_AUTO_SIGN_IN_AFTER: return 15 * SECOND;
        case HSVC_PARAM_AUTO_SIGN_OUT_AFTER: return 5 * MINUTE;
        case HSVC_PARAM_KEEP_MAX: return 8 * HOUR;
        case HSVC_PARAM_HEADSETS_PER_USER_MAX: return 15;
        case HSVC_PARAM_MULTIPLE_LOGIN: return HSVC_CHOICE_MULTIPLE_LOGIN_NOT_ALLOWED;
        case HSVC_PARAM_LOCKOUT_FAILURES: return 3;
        case HSVC_PARAM_LOCKOUT_RESET_AFTER: return 30 * MINUTE;
        case HSVC_PARAM_LOCKOUT_DURATION: return 30 * MINUTE;
        case HSVC_PARAM_DEVICE_FAILURES_MAX: return 10;
        case HSVC_PARAM_PROMPT_TIMEOUT: return 2 * MINUTE;
        case HSVC_PARAM_VERIFY_TIMEOUT: return 10 * SECOND;
        case HSVC_PARAM_RESET_TIMEOUT: return 5 * MINUTE;
        case HSVC_PARAM_PRESENCE_SETTLE: return 20 * SECOND;
        case HSVC_PARAM_UNREGISTERED_MAX: return 24 * HOUR;
        case HSVC_PARAM_CALL_DEFERRAL_MAX: return 12 * HOUR;
        case HSVC_PARAM_EMERGENCY_HOLD: return 30 * MINUTE;
        case HSVC_PARAM_CLOCK_SKEW_MAX: return 2 * SECOND;
        case HSVC_PARAM_FLAP_CONNECTS: return 6;
        case HSVC_PARAM_FLAP_WINDOW: return 30 * SECOND;
        case HSVC_PARAM_UPDATE_MAX: return HOUR;
        case HSVC_PARAM_BACKDATE_MAX: return 8 * HOUR;
        default: return 0; /* off, and the first choice of all others */
    }
}

/* strictest: POL-3 with decision 010: of what is set. */
static int64_t strictest(const int64_t *set, uint32_t count, uint32_t largest) {
    int64_t best = M_UNSET;
    for (uint32_t i = 0; i < count; i++) {
        int64_t v = set[i];
        if (v == M_UNSET) continue;
        if (best == M_UNSET || (largest ? v > best : (v != 0 && (best == 0 || v < best)))) best = v;
    }
    return best;
}

/* m_policy: user, device, site, global; the strictest or the smallest of some (POL-3). */
int64_t m_policy(const struct model *m, uint32_t param, uint32_t user, uint32_t phone) {
    int64_t set[4] = {m->for_user[user][param], m->at_phone[phone][param],
                      m->at_site[phone ? m->phones[phone].site : 0][param], m->everywhere[param]};
    int64_t best = M_UNSET;
    switch (param) {
        case HSVC_PARAM_PIN_ENTRY:
        case HSVC_PARAM_HEADSET_EM:
        case HSVC_PARAM_MULTIPLE_LOGIN:
            best = strictest(set, 4, 1);
            break;
        case HSVC_PARAM_HEADSETS_PER_USER_MAX:
        case HSVC_PARAM_MAX_LOGIN_TIME:
        case HSVC_PARAM_LOCKOUT_FAILURES:
        case HSVC_PARAM_DEVICE_FAILURES_MAX:
            best = strictest(set, 4, 0);
            break;
        default:
            for (uint32_t i = 0; i < 4 && best == M_UNSET; i++) best = set[i];
    }
    return best == M_UNSET ? m_default(param) : best;
}

void m_begin(struct model *m, int64_t now, uint32_t nodes) {
    memset(m, 0, sizeof *m);
    m->now = now;
    m->nodes = nodes;
    m->by = M_BY_ANY;
    for (uint32_t i = 0; i < M_PARAMS; i++) {
        m->everywhere[i] = M_UNSET;
        for (uint32_t k = 0; k < 4; k++) m->at_site[k][i] = M_UNSET;
        for (uint32_t k = 0; k < M_PHONES; k++) m->at_phone[k][i] = M_UNSET;
        for (uint32_t k = 0; k < M_USERS; k++) m->for_user[k][i] = M_UNSET;
    }
    for (uint32_t i = 0; i < M_PHONES; i++)
        for (uint32_t k = 0; k < M_TIMERS; k++) m->phones[i].due[k] = M_NEVER;
}

/* ---- questions ---- */

uint32_t m_number(const struct model *m, const struct m_phone *p) { return (uint32_t)(p - m->phones); }

uint32_t m_calls(const struct m_phone *p) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < M_CALLS; i++) count += p->calls[i].id != 0;
    return count;
}

uint32_t m_emergency(const struct m_phone *p) {
    for (uint32_t i = 0; i < M_CALLS; i++)
        if (p->calls[i].id != 0 && p->calls[i].emergency) return 1;
    return 0;
}

/* m_ready: may it show anything? (PRES-3) */
uint32_t m_ready(const struct m_phone *p) { return p->exists && p->registered && !p->resetting && !p->settling; }

/* m_active: is there a session that counts? An ending one blocks nobody (MULTI-1). */
uint32_t m_active(const struct m_phone *p) { return p->user != 0 && p->session_state != HSVC_SESSION_ENDING; }

/* m_here: is a headset of this user present? What was reported gone still counts until it is judged (SIGN-5). */
uint32_t m_here(const struct model *m, const struct m_phone *p, uint32_t user) {
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && !p->at[h].gone && m->headsets[h].owner == user) return 1;
    return 0;
}

uint32_t m_held(const struct model *m, uint32_t user) {
    uint32_t count = 0;
    for (uint32_t h = 1; h < M_HEADSETS; h++) count += m->headsets[h].owner == user;
    return count;
}

/* ---- time ---- */

void m_arm(struct model *m, struct m_phone *p, enum m_timer timer, int64_t due) {
    if (p->due[timer] != due) {
        p->armed_at[timer] = m->now;
        p->anew[timer] = 0;
    }
    p->due[timer] = due;
    p->armed[timer] = ++m->counter;
}

/* waited_for: is it in doubt, or awaited? */
static uint32_t waited_for(const struct m_present *here) { return here->here && (here->doubtful || here->awaited); }

int64_t m_phone_next(const struct m_phone *p) {
    int64_t next = M_NEVER;
    if (!p->exists) return next;
    for (uint32_t k = 0; k < M_TIMERS; k++)
        if (p->due[k] < next) next = p->due[k];
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (waited_for(&p->at[h]) && p->at[h].doubt_due < next) next = p->at[h].doubt_due;
    return next;
}

static void reset_due(struct model *m, struct m_phone *p) {
    if (p->held) { /* it waits for the call, or for its next try */
        if (m_calls(p) == 0 && p->due[MT_HOLD] == M_NEVER) {
            p->held = 0; /* told again now, and not at all if the same decision brings a call (CALL-1) */
            p->ordered = m->input;
        }
        m_arm(m, p, MT_RESET, m->now + m_policy(m, HSVC_PARAM_RESET_TIMEOUT, 0, m_number(m, p)));
        return;
    }
    /* SIGN-5: without that registration the last reports are judged likewise. */
    p->overdue = 1;
    m_notice(m, p, HSVC_REASON_RESET_TIMEOUT, 0);
    p->settlings = 0;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && p->at[h].gone) m_leave(m, p, h, m->at);
}

static void longest_due(struct model *m, struct m_phone *p) { m_end_or_wait(m, p, HSVC_CAUSE_MAX_TIME); }

static void hold_over(struct model *m, struct m_phone *p) {
    if (m->early) p->ended_later = p->offers_later = 1;
    else m_waited(m, p);
}

/* offer_now: it is this that is due. */
static void offer_now(struct model *m, struct m_phone *p) {
    uint32_t early = m->early;
    m->early = 0;
    m_offer(m, p);
    m->early = early;
}

static void fire(struct model *m, struct m_phone *p, enum m_timer timer) {
    p->due[timer] = M_NEVER;
    switch (timer) {
        case MT_PROMPT: m_prompt_due(m, p); break;
        case MT_CHECK: m_check_over(m, p); break;
        case MT_WINDOW: m_window_due(m, p); break;
        case MT_KEPT: m_end_or_wait(m, p, HSVC_CAUSE_WINDOW); break;
        case MT_LONGEST: longest_due(m, p); break;
        case MT_RESET: reset_due(m, p); break;
        case MT_SETTLE: m_settled(m, p); break;
        case MT_AWAY: m_end_or_wait(m, p, HSVC_CAUSE_UNREACHABLE); break;
        case MT_CALLS: m_old_calls(m, p); break;
        case MT_LIST: m_calls_over(m, p); break;
        case MT_HOLD: hold_over(m, p); break;
        case MT_FLAP: m_quiet(m, p); break;
        case MT_WARN: m_warn_due(m, p, p->due[MT_WINDOW] < p->due[MT_KEPT] ? p->due[MT_WINDOW] : p->due[MT_KEPT]); break;
        case MT_WARN_LONGEST: m_warn_due(m, p, p->due[MT_LONGEST]); break;
        case MT_OFFER:
        default: offer_now(m, p); break;
    }
}

/* m_turns: the next headset's turn. */
void m_turns(struct model *m, struct m_phone *p) {
    m->at = m->now;
    fire(m, p, MT_OFFER);
}

/* m_warned: a commit is done: what is so near its end that it is warned of at once, is warned of if it still runs. */
void m_warned(struct model *m) {
    for (uint32_t i = 1; i < M_PHONES; i++)
        for (uint32_t k = MT_WARN; k <= MT_WARN_LONGEST; k++)
            if (m->phones[i].due[k] <= m->now && m->phones[i].armed_at[k] == m->now) fire(m, &m->phones[i], (enum m_timer)k);
}

/* m_turns_too: whose turn it was to be next has it with whatever else is decided of these phones meanwhile (decision 182). since: the counter
 * when the decision began. */
void m_turns_too(struct model *m, uint32_t phones, uint32_t since) {
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (phones & 1u << i && m->phones[i].due[MT_OFFER] != M_NEVER && m->phones[i].armed[MT_OFFER] <= since) m_turns(m, &m->phones[i]);
}

static void fire_earliest(struct model *m, struct m_phone *p, int64_t at) {
    uint32_t timer = M_TIMERS, headset = 0;
    for (uint32_t k = 0; k < M_TIMERS; k++)
        if (p->due[k] == at && (timer == M_TIMERS || p->armed[k] < p->armed[timer])) timer = k;
    for (uint32_t h = 1; h < M_HEADSETS && timer == M_TIMERS; h++)
        if (waited_for(&p->at[h]) && p->at[h].doubt_due == at) headset = h;
    if (timer < M_TIMERS)
        fire(m, p, (enum m_timer)timer);
    else
        m_wait_over(m, p, headset);
}

/* created: when the earliest of a phone was armed. */
static int64_t created(const struct m_phone *p) {
    int64_t due = m_phone_next(p), at = M_NEVER;
    for (uint32_t k = 0; k < M_TIMERS; k++)
        if (p->due[k] == due && p->armed_at[k] < at) at = p->armed_at[k];
    for (uint32_t h = 1; h < M_HEADSETS && at == M_NEVER; h++)
        if (waited_for(&p->at[h]) && p->at[h].doubt_due == due) at = p->at[h].doubted_at;
    return at;
}

/* before_it: of two with something due at once: what was created first, then the phone that was come to first (TIME-3, decision 184). */
static uint32_t before_it(const struct model *m, uint32_t i, const struct m_phone *other) {
    int64_t one = created(&m->phones[i]), two = created(other);
    return one != two ? one < two : i == m->turn;
}

/* m_pass: TIME-3: in order of time, whosever they are. */
uint32_t m_pass(struct model *m, uint32_t phones, int64_t before, int64_t now) {
    uint32_t fired = 0;
    for (;;) {
        struct m_phone *next = NULL;
        int64_t soonest = M_NEVER;
        for (uint32_t i = 1; i < M_PHONES; i++) {
            int64_t at = phones & 1u << i ? m_phone_next(&m->phones[i]) : M_NEVER;
            if (at >= before || at > now || at > soonest || (at == soonest && next != NULL && !before_it(m, i, next))) continue;
            next = &m->phones[i];
            soonest = at;
        }
        if (next == NULL) return fired;
        m->now = now;
        m->at = soonest;
        m->counted = 1;
        fire_earliest(m, next, m->at);
        fired++;
    }
}

/* m_settle: all that is due by now, and then what follows from it: who is offered a place is seen when everything is known that is due in
 * the same decision (decision 177). */
void m_settle(struct model *m, uint32_t phones, int64_t now) {
    uint32_t fired = 1;
    while (fired) {
        m->early = 1;
        fired = m_pass(m, phones, M_NEVER, now);
        m->early = 0;
        m->now = m->at = now;
        m_follow(m);
        for (uint32_t i = 1; i < M_PHONES; i++) fired |= phones & 1u << i && m_phone_next(&m->phones[i]) <= now; /* a countdown of no time */
    }
    for (uint32_t i = 1; i < M_PHONES; i++) m_waits_armed(m, &m->phones[i]);
}
