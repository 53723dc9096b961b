/* model_policy.c: the policy is changed while people work (POL-4, POL-5, decision 046). */
#include "model.h"

static uint32_t denied(const struct model *m, const struct m_phone *p, uint32_t user) {
    return m_policy(m, HSVC_PARAM_HEADSET_EM, user, m_number(m, p)) == HSVC_CHOICE_HEADSET_EM_DENY;
}

/* unwanted: would the policy not show this screen any more? What DENY-1 brought goes with DENY, a question for an association
 * with its policy, and what a headset brought under ALLOW goes under DENY. */
static uint32_t unwanted(const struct model *m, const struct m_phone *p) {
    uint32_t phone = m_number(m, p), headset = p->prompt_headset;
    int64_t prompts = m_policy(m, HSVC_PARAM_ASSOCIATION_PROMPT, 0, phone);
    switch (p->prompt) {
        case HSVC_PROMPT_ASSOCIATE:
        case HSVC_PROMPT_SKIP_CONFIRM:
            if (p->picked) return prompts == HSVC_CHOICE_ASSOCIATION_PROMPT_NEVER && m_policy(m, HSVC_PARAM_MANUAL_ASSOCIATION_WHEN_NEVER, 0, phone) == 0;
            return prompts == HSVC_CHOICE_ASSOCIATION_PROMPT_NEVER || (prompts == HSVC_CHOICE_ASSOCIATION_PROMPT_EM_DEVICES_ONLY && !p->em);
        case HSVC_PROMPT_SIGN_IN_PIN:
        case HSVC_PROMPT_COUNTDOWN:
        case HSVC_PROMPT_CHOOSE_PROFILE:
        case HSVC_PROMPT_SIGN_OUT_OTHER:
            return headset != 0 && !p->hand && denied(m, p, m->headsets[headset].owner);
        case HSVC_PROMPT_EM_SIGN_IN:
        case HSVC_PROMPT_EM_SIGN_OUT:
            return headset != 0 && (!denied(m, p, m->headsets[headset].owner) || m_policy(m, HSVC_PARAM_EM_SCREEN_WHEN_DENIED, 0, phone) == 0);
        default: return 0;
    }
}

static void screen(struct model *m, struct m_phone *p) {
    if (p->prompt == 0 || p->checking) return; /* its answer is judged under the new policy */
    if (unwanted(m, p)) m_close(m, p);
    else if (p->prompt == HSVC_PROMPT_COUNTDOWN && m_pin_needed(m, p, p->prompt_user, p->prompt_headset)) m_countdown_to_pin(m, p);
}

/* m_screens: a screen that a check kept open, or that no sweep has come to yet, goes with whatever else is decided of its phone (POL-4). */
void m_screens(struct model *m, uint32_t phones) {
    for (uint32_t i = 1; i < M_PHONES; i++) {
        struct m_phone *p = &m->phones[i];
        if (phones & 1u << i && p->exists && p->prompt != 0 && !p->checking && unwanted(m, p)) m_close(m, p);
    }
}

/* longest: max_login_time alone is counted anew from the sign-in, never to sooner than the warning; what was nearer stays. */
static void longest(struct model *m, struct m_phone *p) {
    int64_t most = m_policy(m, HSVC_PARAM_MAX_LOGIN_TIME, p->user, m_number(m, p));
    int64_t least = m->now + m_policy(m, HSVC_PARAM_SIGN_OUT_WARNING, p->user, m_number(m, p)), due = p->signed_in_at + most;
    if (!m_active(p)) return;
    if (most == 0) due = M_NEVER;
    if (due < least) due = p->due[MT_LONGEST] < least ? p->due[MT_LONGEST] : least;
    if (due == p->due[MT_LONGEST]) return;
    m_arm(m, p, MT_LONGEST, due);
    m_warns(m, p, MT_LONGEST, 0);
}

/* m_felt: what a phone feels of the policy as it is now. Nothing starts by it (POL-5). */
void m_felt(struct model *m, struct m_phone *p) {
    if (!p->exists) return;
    screen(m, p);
    longest(m, p);
    if (!p->left_denied || !m_active(p) || denied(m, p, p->user) || m_here(m, p, p->user)) return;
    p->left_denied = 0;
    m_open_window(m, p, m->now); /* presence is judged afresh, from now (046) */
    m_offer(m, p);
}

static uint32_t reaches(const struct model *m, const struct m_job *job, const struct m_phone *p) {
    if (job->scope == HSVC_SCOPE_GLOBAL) return 1;
    if (job->scope == HSVC_SCOPE_SITE) return p->site == job->subject;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && m->headsets[h].owner == job->subject) return 1;
    return p->user == job->subject;
}

void m_policy_job(struct model *m, const struct m_job *job) {
    for (uint32_t i = 1; i < M_PHONES; i++) {
        m_sweeps(m, i);
        if (!m->phones[i].exists || !reaches(m, job, &m->phones[i])) continue;
        if (job->scope == HSVC_SCOPE_USER) m_not_for(m, &m->phones[i], job->subject); /* by what the user is now (decision 182) */
        m_felt(m, &m->phones[i]);
    }
}

/* m_for_later: a length, or how many: what runs keeps its own, and what comes takes this (POL-5). */
uint32_t m_for_later(uint32_t param) {
    switch (param) {
        case HSVC_PARAM_AUTO_SIGN_IN_AFTER:
        case HSVC_PARAM_AUTO_SIGN_OUT_AFTER:
        case HSVC_PARAM_KEEP_MAX:
        case HSVC_PARAM_SIGN_OUT_WARNING:
        case HSVC_PARAM_REMEMBER_LAST_USER:
        case HSVC_PARAM_FLAP_WINDOW:
        case HSVC_PARAM_UPDATE_MAX:
        case HSVC_PARAM_BACKDATE_MAX:
        case HSVC_PARAM_LOCKOUT_FAILURES:
        case HSVC_PARAM_LOCKOUT_RESET_AFTER:
        case HSVC_PARAM_LOCKOUT_DURATION:
        case HSVC_PARAM_PROMPT_TIMEOUT:
        case HSVC_PARAM_VERIFY_TIMEOUT:
        case HSVC_PARAM_RESET_TIMEOUT:
        case HSVC_PARAM_PRESENCE_SETTLE:
        case HSVC_PARAM_UNREGISTERED_MAX:
        case HSVC_PARAM_CALL_DEFERRAL_MAX:
        case HSVC_PARAM_EMERGENCY_HOLD: return 1;
        default: return 0;
    }
}

/* m_set: one parameter at one scope; M_UNSET takes it back. At a phone it is felt at once, elsewhere by a job (046). */
struct m_answer m_set(struct model *m, uint32_t param, uint32_t scope, uint32_t subject, int64_t value) {
    int64_t *set = scope == HSVC_SCOPE_GLOBAL ? m->everywhere : scope == HSVC_SCOPE_SITE ? m->at_site[subject]
                   : scope == HSVC_SCOPE_DEVICE ? m->at_phone[subject] : m->for_user[subject];
    struct m_job job = {M_JOB_POLICY, scope, subject, 0};
    if (scope == HSVC_SCOPE_DEVICE && !m->phones[subject].exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (scope == HSVC_SCOPE_USER && !m->users[subject].exists) return m_no(HSVC_REASON_USER_UNKNOWN);
    if (set[param] == value && scope != HSVC_SCOPE_USER) return m_yes(HSVC_REASON_POLICY_CHANGED);
    set[param] = value;
    if (m_for_later(param)) return m_yes(HSVC_REASON_POLICY_CHANGED);
    if (scope == HSVC_SCOPE_DEVICE) m_felt(m, &m->phones[subject]);
    else m_job(m, job);
    return m_yes(HSVC_REASON_POLICY_CHANGED);
}
