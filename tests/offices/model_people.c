/* model_people.c: people and phones come and go, and take new names (SPEC 11: USER-1, DEV-1, OUT-13; decisions 041, 047 to 049). */
#include <string.h>

#include "model.h"

/* m_user_remove: to every rule there is no such user from here on; screens and sessions are swept. erase: the same here, as
 * nothing of the audit is looked at. */
struct m_answer m_user_remove(struct model *m, uint32_t user, uint32_t erase) {
    struct m_job job = {M_JOB_REMOVED, 0, user, 0};
    if (!m->users[user].exists) return erase ? m_yes(HSVC_REASON_DONE) : m_no(HSVC_REASON_USER_UNKNOWN);
    memset(&m->users[user], 0, sizeof m->users[user]);
    for (uint32_t i = 0; i < M_PARAMS; i++) m->for_user[user][i] = M_UNSET;
    for (uint32_t h = 1; h < M_HEADSETS; h++) {
        if (m->headsets[h].owner != user) continue;
        m->headsets[h].owner = 0;
        m->headsets[h].was = (uint8_t)user;
    }
    m_job(m, job);
    return m_yes(HSVC_REASON_DONE);
}

static uint32_t mentions(const struct model *m, const struct m_phone *p, uint32_t user) {
    if (p->prompt == 0 || p->prompt == HSVC_PROMPT_ASSOCIATE || p->prompt == HSVC_PROMPT_SKIP_CONFIRM || p->prompt == HSVC_PROMPT_ERROR) return 0;
    return p->prompt_user == user || (p->prompt_headset != 0 && m->headsets[p->prompt_headset].was == user);
}

static void removed_at(struct model *m, struct m_phone *p, uint32_t user) {
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && m->headsets[h].was == user) p->at[h].fresh = 0;
    if (p->last_user == user) p->last_user = 0;
    if (p->related == user) p->kind = HSVC_DEVICE_ANONYMOUS, p->related = 0;
    if (p->prompt != HSVC_PROMPT_SIGN_OUT && mentions(m, p, user)) m_close(m, p);
    if (p->prompt != HSVC_PROMPT_SIGN_OUT && p->prompt_user == user) p->prompt_user = 0; /* a prefill */
    if (p->user == user && m_active(p)) m_end_or_wait(m, p, HSVC_CAUSE_USER_REMOVED);
}

void m_removed_job(struct model *m, const struct m_job *job) {
    for (uint32_t i = 1; i < M_PHONES; i++) {
        m_sweeps(m, i);
        if (m->phones[i].exists) removed_at(m, &m->phones[i], job->subject);
    }
    for (uint32_t h = 1; h < M_HEADSETS; h++) {
        if (m->headsets[h].was != job->subject) continue;
        m->headsets[h].was = 0;
        memset(m->headsets[h].skipped, 0, sizeof m->headsets[h].skipped);
    }
}

/* loses: a countdown stands on a phone that is eligible, a plain screen that a headset brought on one with EM (AUTO-3, DENY-1). */
static uint32_t loses(const struct m_phone *p) {
    if (p->prompt == HSVC_PROMPT_COUNTDOWN) return !p->em || p->unfit;
    return !p->em && (p->prompt == HSVC_PROMPT_EM_SIGN_IN || p->prompt == HSVC_PROMPT_EM_SIGN_OUT) && p->prompt_headset != 0 && !p->checking;
}

/* m_phone_put: what its record says ends no session (OUT-10). */
struct m_answer m_phone_put(struct model *m, const struct m_record *record) {
    struct m_phone *p = &m->phones[record->number];
    if (record->kind == HSVC_DEVICE_OWNED && !m->users[record->related].exists) return m_no(HSVC_REASON_USER_UNKNOWN);
    uint32_t same = p->exists && p->em == record->em && p->kind == record->kind && p->related == record->related && p->unfit == record->unfit;
    p->exists = 1;
    p->em = record->em;
    p->kind = record->kind;
    p->related = record->related;
    p->unfit = record->unfit;
    if (loses(p)) m_close(m, p);
    else m_felt(m, p); /* without EM, EM_DEVICES_ONLY would not ask any more (POL-4) */
    return m_yes(same ? HSVC_REASON_UNCHANGED : HSVC_REASON_DONE);
}

/* m_names: what names somebody or something that is gone is swept; an earlier change's must be done first (decisions 047, 048). */
void m_names(struct model *m) {
    static const struct m_job job = {M_JOB_NAMES, 0, 0, 0};
    m_job(m, job);
}

/* m_rename: everything moves along; a name that another has is taken. */
struct m_answer m_rename(struct model *m, uint32_t exists, uint32_t taken, uint32_t unknown) {
    if (!exists) return m_no(unknown);
    if (taken) return m_no(HSVC_REASON_NAME_TAKEN);
    m_names(m);
    return m_yes(HSVC_REASON_DONE);
}

/* m_phone_remove: in one commit, never in a call; in the hold after one nothing is reset by it (047). */
struct m_answer m_phone_remove(struct model *m, uint32_t phone) {
    struct m_phone *p = &m->phones[phone];
    if (!p->exists) return m_no(HSVC_REASON_DEVICE_UNKNOWN);
    if (m_calls(p) > 0) return m_no(HSVC_REASON_BUSY_CALL);
    m_tells_end(m, p, HSVC_CAUSE_DEVICE_REMOVED);
    for (uint32_t h = 1; h < M_HEADSETS; h++) /* of who was only seen there last that is still so, whoever has the name now */
        if (m->headsets[h].phone == phone && p->at[h].here) m->headsets[h].phone = 0;
    memset(p, 0, sizeof *p);
    for (uint32_t k = 0; k < M_TIMERS; k++) p->due[k] = M_NEVER;
    for (uint32_t i = 0; i < M_PARAMS; i++) m->at_phone[phone][i] = M_UNSET;
    for (uint32_t h = 1; h < M_HEADSETS; h++) m->headsets[h].skipped[phone] = 0;
    m_names(m);
    return m_yes(HSVC_REASON_DONE);
}

/* m_force_many: a user everywhere, a site, or all: each phone by a job. */
struct m_answer m_force_many(struct model *m, uint32_t scope, uint32_t subject, uint32_t now) {
    struct m_job job = {M_JOB_FORCE, scope, subject, now};
    if (scope == HSVC_SCOPE_USER && !m->users[subject].exists) return m_no(HSVC_REASON_USER_UNKNOWN);
    m_job(m, job);
    return m_yes(HSVC_REASON_JOB_STARTED);
}

/* leads_to: is a session of the user there? A user's record names those that are active, and headsets where they are: of one that ends
 * already nothing else leads there (decision 178). */
static uint32_t leads_to(const struct model *m, const struct m_phone *p, uint32_t user) {
    if (p->user != user || m_active(p)) return p->user == user;
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (p->at[h].here && m->headsets[h].owner == user) return 1;
    return 0;
}

void m_force_job(struct model *m, const struct m_job *job) {
    for (uint32_t i = 1; i < M_PHONES; i++) {
        const struct m_phone *p = &m->phones[i];
        if (!p->exists || (job->scope == HSVC_SCOPE_SITE && p->site != job->subject) || (job->scope == HSVC_SCOPE_USER && !leads_to(m, p, job->subject)))
            continue;
        m_sweeps(m, i);
        (void)m_force(m, i, job->flags);
    }
}

/* m_free_all: every headset of a user, each on its own. */
struct m_answer m_free_all(struct model *m, uint32_t user) {
    if (!m->users[user].exists) return m_no(HSVC_REASON_USER_UNKNOWN);
    if (m_held(m, user) == 0) return m_no(HSVC_REASON_NOT_ASSOCIATED);
    for (uint32_t h = 1; h < M_HEADSETS; h++)
        if (m->headsets[h].owner == user) (void)m_disassociate(m, h);
    return m_yes(HSVC_REASON_DONE);
}

/* m_to_owner: ASSOC-8: to the owner of the phone where it is now. */
struct m_answer m_to_owner(struct model *m, uint32_t headset) {
    const struct m_phone *p = &m->phones[m->headsets[headset].phone];
    if (m->headsets[headset].owner != 0) return p->exists && p->kind == HSVC_DEVICE_OWNED && p->related == m->headsets[headset].owner ? m_yes(HSVC_REASON_ALREADY_ASSOCIATED) : m_no(HSVC_REASON_HEADSET_IN_USE);
    if (m->headsets[headset].phone == 0 || !p->exists || !p->at[headset].here || p->kind != HSVC_DEVICE_OWNED) return m_no(HSVC_REASON_NO_DEVICE_OWNER);
    return m_associate(m, p->related, headset);
}
