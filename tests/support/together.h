/* together.h: hsvc_store_target.together over POSIX threads: the testkit itself starts none. */
#ifndef HSVC_TEST_TOGETHER_H
#define HSVC_TEST_TOGETHER_H

#include <pthread.h>
#include <stdlib.h>

#include "headsetsvc/conformance.h"

struct thread {
    pthread_t id;
    uint32_t which;
    hsvc_store_job_fn job;
    void *user;
};

static inline void *run_thread(void *user) {
    struct thread *thread = (struct thread *)user;
    thread->job(thread->which, thread->user);
    return NULL;
}

static inline int32_t together(uint32_t count, hsvc_store_job_fn job, void *job_user, void *user) {
    struct thread threads[HSVC_CONFORMANCE_CONNECTIONS_MOST];
    (void)user;
    for (uint32_t i = 0; i < count; i++) {
        threads[i].which = i;
        threads[i].job = job;
        threads[i].user = job_user;
        if (pthread_create(&threads[i].id, NULL, run_thread, &threads[i]) != 0) abort();
    }
    for (uint32_t i = 0; i < count; i++) pthread_join(threads[i].id, NULL);
    return HSVC_OK;
}

#endif
