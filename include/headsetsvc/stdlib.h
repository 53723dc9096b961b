/* stdlib.h: what most hosts on a C library want, as inline functions of the host's own build: an allocator over
 * realloc and free, a clock over the system's time, and an engine and a memory store made of them. The library itself
 * uses none of it.
 * SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_STDLIB_H
#define HEADSETSVC_STDLIB_H

#include <stdlib.h>
#include <time.h>

#include "headsetsvc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_stdlib_resize: hsvc_allocator.resize over realloc and free. */
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
    struct timespec now = {0, 0};
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

/* hsvc_stdlib_memory_store: a memory store over realloc and free, and *store bound to it. Freed by
 * hsvc_memory_store_free, after the engines on it. On failure nothing is left behind and *memory is NULL. HSVC_OK,
 * HSVC_ERR_ARGUMENT, HSVC_ERR_MEMORY. */
static inline int32_t hsvc_stdlib_memory_store(hsvc_memory_store **memory, hsvc_store *store) {
    hsvc_allocator allocator;
    int32_t status;
    if (memory == NULL) return HSVC_ERR_ARGUMENT;
    *memory = NULL;
    status = hsvc_store_init(store, sizeof *store);
    if (status == HSVC_OK) status = hsvc_stdlib_allocator(&allocator);
    if (status == HSVC_OK) status = hsvc_memory_store_new(&allocator, memory);
    if (status == HSVC_OK) status = hsvc_memory_store_bind(*memory, store);
    if (status == HSVC_OK) return HSVC_OK;
    hsvc_memory_store_free(*memory);
    *memory = NULL;
    return status;
}

/* hsvc_stdlib_engine: an engine on a store, over realloc, free and the system's clock, alone on its store, without
 * permission and trace callbacks, and a batch for its effects. Freed by hsvc_effects_free and hsvc_engine_free. On
 * failure nothing is left behind, and *engine and *effects are NULL. HSVC_ERR_ARGUMENT, and the statuses of
 * hsvc_engine_new and hsvc_effects_new. */
static inline int32_t hsvc_stdlib_engine(const hsvc_store *store, hsvc_engine **engine, hsvc_effects **effects) {
    hsvc_allocator allocator;
    hsvc_config config;
    int32_t status;
    if (engine == NULL || effects == NULL) return HSVC_ERR_ARGUMENT;
    *engine = NULL;
    *effects = NULL;
    status = hsvc_config_init(&config, sizeof config);
    if (status == HSVC_OK) status = hsvc_stdlib_allocator(&allocator);
    if (status != HSVC_OK) return status;
    config.allocator = &allocator;
    config.store = store;
    config.clock = hsvc_stdlib_clock;
    status = hsvc_engine_new(&config, engine);
    if (status == HSVC_OK) status = hsvc_effects_new(&allocator, effects);
    if (status == HSVC_OK) return HSVC_OK;
    hsvc_engine_free(*engine);
    *engine = NULL;
    return status;
}

#ifdef __cplusplus
}
#endif
#endif
