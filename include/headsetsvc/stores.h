/* stores.h: stores that come with the core: one in memory, and a cache before any other. What a store must do stands in host.h.
 * The rules of headsetsvc.h hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_STORES_H
#define HEADSETSVC_STORES_H

#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_memory_store: the whole contract of hsvc_store in the host's memory; nothing survives its end. Several engines
 * of one thread may share it. _bind fills a store struct that is good as long as the memory store lives.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_MEMORY. Its commit gives
 * HSVC_ERR_FULL when the allocator gives no memory. */
typedef struct hsvc_memory_store hsvc_memory_store;
/* hsvc_memory_store_new: an empty store. */
HSVC_API int32_t hsvc_memory_store_new(const hsvc_allocator *allocator, hsvc_memory_store **store);
/* hsvc_memory_store_bind: fills the store struct for hsvc_config. */
HSVC_API int32_t hsvc_memory_store_bind(hsvc_memory_store *memory, hsvc_store *store);
/* hsvc_memory_store_free: ends it, with all that it holds. */
HSVC_API void hsvc_memory_store_free(hsvc_memory_store *store);
/* Rows and bytes (keys, values, overhead) now held. */
HSVC_API int32_t hsvc_memory_store_size(const hsvc_memory_store *store, uint64_t *rows, uint64_t *bytes);

/* hsvc_cache_store: in front of a store whose reads are round trips: one for each engine. It remembers rows that its engine
 * read or wrote, and keys that were absent, in at most bytes_most bytes of keys and values (and about an eighth more of
 * its own). What others write makes its rows old: the engine's commit then conflicts, the rows are forgotten, and the
 * engine reads again and decides afresh, so no decision rests on an old row. Only looking (hsvc_device_get and the like,
 * hsvc_verify) may show what was true a moment ago: _drop first, where that matters. Losing all of it at any moment changes nothing
 * (STORE-1, STORE-4). Scans are the inner store's own.
 * _new: the structs are copied; what their user pointers mean must outlive the handle. bytes_most: 1 .. 1 GiB. Freed by
 * _free (NULL is fine), after the engine on it. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL,
 * HSVC_ERR_MEMORY. _bind, _counts: HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. */
typedef struct hsvc_cache_store hsvc_cache_store;
/* hsvc_cache_counts: what a cache did so far. */
typedef struct hsvc_cache_counts {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t hits;    /* keys answered without the inner store */
    uint64_t misses;  /* keys that it was asked for */
    uint64_t refused; /* commits that conflicted */
    uint64_t bytes;   /* of keys and values now held */
} hsvc_cache_counts;
/* hsvc_cache_store_new: an empty cache before a store. */
HSVC_API int32_t hsvc_cache_store_new(const hsvc_allocator *allocator, const hsvc_store *inner, size_t bytes_most,
                                      hsvc_cache_store **cache);
/* hsvc_cache_store_bind: fills the store struct for hsvc_config. */
HSVC_API int32_t hsvc_cache_store_bind(hsvc_cache_store *cache, hsvc_store *store);
/* hsvc_cache_store_free: ends the cache, not the store behind it. */
HSVC_API void hsvc_cache_store_free(hsvc_cache_store *cache);
/* hsvc_cache_store_drop: forgets all rows: where others write the store too, before hsvc_resync, hsvc_verify and views that must
 * not be a moment old, as they prove nothing by a commit. */
HSVC_API void hsvc_cache_store_drop(hsvc_cache_store *cache);
/* hsvc_cache_store_counts: reads the counts. */
HSVC_API int32_t hsvc_cache_store_counts(const hsvc_cache_store *cache, hsvc_cache_counts *counts);

#ifdef __cplusplus
}
#endif
#endif
