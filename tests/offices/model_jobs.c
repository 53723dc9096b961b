/* model_jobs.c: what a change leaves to be done record by record (STORE-3, USER-2): the fact holds at once, the sweep comes with
 * the next advance. */
#include "model.h"

#include <string.h>

/* m_job: the same again begins it anew (decision 045). */
void m_job(struct model *m, struct m_job job) {
    for (uint32_t i = 0; i < m->job_count; i++)
        if (memcmp(&m->jobs[i], &job, sizeof job) == 0) return;
    if (m->job_count < M_JOBS) m->jobs[m->job_count++] = job;
}

/* m_sweep: every job, to its end. */
void m_sweep(struct model *m) {
    struct m_job jobs[M_JOBS];
    uint32_t count = m->job_count;
    memcpy(jobs, m->jobs, sizeof jobs);
    m->job_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (jobs[i].what == M_JOB_POLICY) m_policy_job(m, &jobs[i]);
        else if (jobs[i].what == M_JOB_REMOVED) m_removed_job(m, &jobs[i]);
        else if (jobs[i].what == M_JOB_FORCE) m_force_job(m, &jobs[i]);
    }
}
