/* model_admin.c: associations (SPEC 6), people (SPEC 11), forced sign-outs. */
#include <string.h>

#include "model.h"

/* given_or_freed: a headset that is connected somewhere has another owner now (ASSOC-7). */
static void given(struct model *m, struct m_phone *p, uint32_t user, uint32_t headset, uint32_t here) {
    uint32_t had_prompt = p->prompt_headset == headset && p->prompt != 0;
    if (here) { /* associated at this very prompt */
        if (p->user != user || p->user == 0 || p->at[headset].gone) return;
        p->at[headset].fresh = 0; /* it is presence */
        m_back(m, p);
        return;
    }
    p->at[headset].fresh = 0;
    if (had_prompt) m_withdraw(p);
    if (p->user == user && p->user != 0 && !p->at[headset].gone) m_back(m, p);
    if (had_prompt) m_offer(m, p);
}

/* m_give: the headset is the user's: skips are cleared (PROMPT-4). phone: where that was done at its prompt, or 0. */
void m_give(struct model *m, uint32_t user, uint32_t headset, uint32_t phone) {
    m->headsets[headset].owner = (uint8_t)user;
    for (uint32_t i = 1; i < M_PHONES; i++) m->headsets[headset].skipped[i] = 0;
    for (uint32_t i = 1; i < M_PHONES; i++) {
        struct m_phone *p = &m->phones[i];
        if (!p->exists || !p->at[headset].here) continue;
        m_sweeps(m, i);
        given(m, p, user, headset, phone == i);
    }
}

static struct m_answer may_have(const struct model *m, uint32_t user) {
    if (!m->users[user].exists) return m_no(HSVC_REASON_USER_UNKNOWN);
    if (!m->users[user].enabled) return m_no(HSVC_REASON_USER_DISABLED);
    return m_yes(0);
}

struct m_answer m_associate(struct model *m, uint32_t user, uint32_t headset) {
    uint32_t owner = m->headsets[headset].owner;
    struct m_answer may = may_have(m, user);
    if (owner == user) return m_yes(HSVC_REASON_ALREADY_ASSOCIATED);
    if (owner != 0) return m_no(HSVC_REASON_HEADSET_IN_USE);
    if (!may.accepted) return may;
    if (m_held(m, user) >= (uint32_t)m_policy(m, HSVC_PARAM_HEADSETS_PER_USER_MAX, user, 0)) return m_no(HSVC_REASON_HEADSET_LIMIT);
    m_give(m, user, headset, 0);
    return m_yes(HSVC_REASON_ASSOCIATED);
}

/* freed: as if it had left that session; its prompt goes (ASSOC-7). */
static void freed(struct model *m, struct m_phone *p, uint32_t headset, uint32_t owner) {
    if (!p->at[headset].here) return;
    m_sweeps(m, m_number(m, p)); /* of a file each row may have been decided at another time */
    p->at[headset].fresh = 0;
    if (p->prompt != 0 && p->prompt_headset == headset) m_withdraw(p);
    if (p->user == owner && !m_here(m, p, owner) && p->session_state == HSVC_SESSION_SIGNED_IN) m_open_window(m, p, m->now);
    m_offer(m, p);
}

struct m_answer m_disassociate(struct model *m, uint32_t headset) {
    uint32_t owner = m->headsets[headset].owner;
    if (owner == 0) return m_no(HSVC_REASON_NOT_ASSOCIATED);
    m->headsets[headset].owner = 0;
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (m->phones[i].exists) freed(m, &m->phones[i], headset, owner);
    return m_yes(HSVC_REASON_DISASSOCIATED);
}

struct m_answer m_move(struct model *m, uint32_t headset, uint32_t from, uint32_t to) {
    struct m_answer may = may_have(m, to);
    uint32_t owner = m->headsets[headset].owner;
    if (owner == to) return m_yes(HSVC_REASON_ALREADY_ASSOCIATED);
    if (owner != from || from == 0) return m_no(owner == 0 ? HSVC_REASON_NOT_ASSOCIATED : HSVC_REASON_HEADSET_IN_USE);
    if (!may.accepted) return may;
    if (m_held(m, to) >= (uint32_t)m_policy(m, HSVC_PARAM_HEADSETS_PER_USER_MAX, to, 0)) return m_no(HSVC_REASON_HEADSET_LIMIT);
    (void)m_disassociate(m, headset);
    m_give(m, to, headset, 0);
    return m_yes(HSVC_REASON_ASSOCIATED);
}

/* m_force: OUT-13: when_idle, or now: the one exception to OUT-4, and never with an emergency call. */
struct m_answer m_force(struct model *m, uint32_t phone, uint32_t now) {
    struct m_phone *p = &m->phones[phone];
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (p->user == 0) return m_no(HSVC_REASON_NO_SESSION);
    if (now && !m_emergency(p) && p->due[MT_HOLD] == M_NEVER)
        m_end(m, p, HSVC_CAUSE_ADMIN);
    else
        m_end_or_wait(m, p, HSVC_CAUSE_ADMIN);
    return m_yes(p->user == 0 ? HSVC_REASON_SIGNED_OUT : HSVC_REASON_DEFERRED);
}

static uint32_t about(const struct model *m, const struct m_phone *p, uint32_t user) {
    return p->prompt != 0 && p->prompt != HSVC_PROMPT_ASSOCIATE && p->prompt != HSVC_PROMPT_SKIP_CONFIRM && p->prompt != HSVC_PROMPT_ERROR &&
           (p->prompt_user == user || (p->prompt_headset != 0 && m->headsets[p->prompt_headset].owner == user));
}

/* m_not_for: USER-1: nothing is shown for a disabled user, nor what a headset of theirs brought. */
void m_not_for(struct model *m, struct m_phone *p, uint32_t user) {
    if (!m->users[user].enabled && p->prompt != HSVC_PROMPT_SIGN_OUT && about(m, p, user)) m_close(m, p);
}

/* m_user_put: a person's record; USER-1: disabling ends what runs, PROF-4: so does losing the profile that is worn. */
struct m_answer m_user_put(struct model *m, uint32_t user, uint32_t profiles, uint32_t enabled) {
    struct m_user *u = &m->users[user];
    uint32_t same = u->exists && u->profiles == profiles && u->enabled == enabled;
    u->exists = 1;
    u->profiles = (uint8_t)profiles;
    u->enabled = (uint8_t)enabled;
    m_names(m); /* of many sessions and headsets the sweep comes to each (decision 047) */
    for (uint32_t i = 1; i < M_PHONES; i++) {
        struct m_phone *p = &m->phones[i];
        if (!p->exists) continue;
        m_not_for(m, p, user);
        if (p->user != user || !m_active(p)) continue;
        if (!enabled)
            m_end_or_wait(m, p, HSVC_CAUSE_USER_DISABLED);
        else if (p->profile > profiles)
            m_end_or_wait(m, p, HSVC_CAUSE_PROFILE_REMOVED);
    }
    return m_yes(same ? HSVC_REASON_UNCHANGED : HSVC_REASON_DONE);
}

struct m_answer m_unlock(struct model *m, uint32_t user, uint32_t phone) {
    const struct m_lock *throttle = &m->phones[phone].throttle;
    const struct m_lock *lock = &m->users[user].lock;
    uint32_t counted = (phone != 0 && (throttle->failures != 0 || throttle->until != 0)) || (user != 0 && (lock->failures != 0 || lock->until != 0));
    if (user != 0) memset(&m->users[user].lock, 0, sizeof m->users[user].lock);
    if (phone != 0) memset(&m->phones[phone].throttle, 0, sizeof m->phones[phone].throttle);
    return m_yes(counted ? HSVC_REASON_UNLOCKED : HSVC_REASON_UNCHANGED);
}
