/* stdlib.h: what most hosts on a C library want, as inline functions of the host's own build: an allocator over
 * realloc and free, and a clock over the system's time. The library itself uses neither.
 * SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_STDLIB_H
#define HEADSETSVC_STDLIB_H

#include <stdlib.h>
#include <time.h>

#include "headsetsvc.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline void *hsvc_stdlib_resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)old_size;
    (void)user;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, new_size);
}

/* hsvc_stdlib_allocator: fills an allocator over realloc and free. HSVC_OK, HSVC_ERR_ARGUMENT. */
static inline int32_t hsvc_stdlib_allocator(hsvc_allocator *allocator) {
    int32_t status = hsvc_allocator_init(allocator, sizeof *allocator);
    if (status == HSVC_OK) allocator->resize = hsvc_stdlib_resize;
    return status;
}

/* hsvc_stdlib_clock: an hsvc_clock_fn over the system's wall clock, which counts suspend. Whole seconds before C11. */
static inline int32_t hsvc_stdlib_clock(int64_t *now_ms, void *user) {
#ifdef TIME_UTC
    struct timespec now;
    (void)user;
    if (timespec_get(&now, TIME_UTC) != TIME_UTC) return HSVC_ERR_CLOCK;
    *now_ms = (int64_t)now.tv_sec * 1000 + (int64_t)(now.tv_nsec / 1000000);
    return HSVC_OK;
#else
    time_t now = time(NULL);
    (void)user;
    if (now == (time_t)-1) return HSVC_ERR_CLOCK;
    *now_ms = (int64_t)now * 1000;
    return HSVC_OK;
#endif
}

#ifdef __cplusplus
}
#endif
#endif
