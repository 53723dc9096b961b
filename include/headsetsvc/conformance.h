/* conformance.h: does a store keep every promise of hsvc_store? For whoever writes a store: run this in the store's own
 * tests, in any language. It needs the store's callbacks, a way to open it several times, and nothing else; it prints
 * nothing. The answer names each promise that broke, with the shortest sequence of calls that breaks it, as text.
 * Component: testkit. The rules of headsetsvc.h on threads, text and sized structs hold here too. See
 * docs/guide/porting-a-store.md.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_CONFORMANCE_H
#define HEADSETSVC_CONFORMANCE_H

#include "headsetsvc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_conformance_init: zeroes size bytes of any struct of this header and sets its struct_size.
 * HSVC_OK; HSVC_ERR_ARGUMENT if it is NULL; HSVC_ERR_STRUCT_SIZE if size is impossible. */
HSVC_API int32_t hsvc_conformance_init(void *sized, size_t size);

#define HSVC_CONFORMANCE_CONNECTIONS_MOST 8 /* of hsvc_store_target.connections */

/* Bits of hsvc_store_target.flags. */
#define HSVC_CONFORMANCE_STALE_READS 1u /* for a cache: a read may give what a row was before, if a commit that expects
                                           that is refused, and the read after the refusal is right */

/* hsvc_store_job_fn: one of the jobs that hsvc_store_target.together runs at the same time. */
typedef void (*hsvc_store_job_fn)(uint32_t which, void *job_user);

/* hsvc_store_target: the store under test. It must be empty, and is left empty: never give it one that is in use.
 * open      fills *store with connection number `connection` to the store: what an engine of its own would use. Returns
 *           HSVC_OK; anything else ends the run. Reopening is: each open connection is closed, then opened again.
 * close     ends a connection. Both for a store that knows no connections: bind the same store each time, close nothing.
 * together  runs job(0, job_user) .. job(count - 1, job_user) at the same time, each in a thread of its own, and returns
 *           when all have returned. HSVC_OK; anything else ends the run. Each job uses one connection only. NULL: the
 *           promises that need it are left unchecked, which is right only for stores that never see two threads. */
typedef struct hsvc_store_target {
    uint32_t struct_size;
    uint32_t flags;       /* HSVC_CONFORMANCE_ */
    uint32_t connections; /* 2 .. HSVC_CONFORMANCE_CONNECTIONS_MOST; 0 means 3 */
    uint32_t histories;   /* random histories besides the written sequences; 0 means 200 */
    uint64_t seed;        /* of the random histories: the same seed gives the same ones */
    int32_t (*open)(uint32_t connection, hsvc_store *store, void *user);
    void (*close)(uint32_t connection, void *user);
    int32_t (*together)(uint32_t count, hsvc_store_job_fn job, void *job_user, void *user);
    void *user;
    uint32_t rounds; /* how often each promise under contention is put to the test; 0 means 200 */
    uint32_t reserved;
} hsvc_store_target;

/* hsvc_conformance: the suite and what it found. Made by _new (the allocator is copied), freed by _free (NULL is fine).
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_MEMORY. */
typedef struct hsvc_conformance hsvc_conformance;
/* hsvc_conformance_new: a suite that has not run. */
HSVC_API int32_t hsvc_conformance_new(const hsvc_allocator *allocator, hsvc_conformance **suite);
/* hsvc_conformance_free: ends it, with what it found. */
HSVC_API void hsvc_conformance_free(hsvc_conformance *suite);

/* hsvc_conformance_run: puts the store to the test; what an earlier run found is forgotten. HSVC_OK says that the suite
 * ran to its end, not that the store is good: that is hsvc_conformance_broken giving 0. HSVC_ERR_ARGUMENT,
 * HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_FLAGS, HSVC_ERR_MEMORY, and what open or together returned. */
HSVC_API int32_t hsvc_conformance_run(hsvc_conformance *suite, const hsvc_store_target *target);

/* hsvc_conformance_broken: how many promises broke in the last run; 0 for NULL.
 * hsvc_conformance_calls: how many calls of the store it took; 0 for NULL. */
HSVC_API size_t hsvc_conformance_broken(const hsvc_conformance *suite);
HSVC_API uint64_t hsvc_conformance_calls(const hsvc_conformance *suite);

/* hsvc_broken_promise: one promise that broke, each at most once. Text is NUL-terminated; name, rule and promise are
 * static, the others borrowed until the next run or _free.
 * sequence: the calls, "A put x 1 if absent; B get x": the letter is the connection; "if seen" expects the revision that
 * this connection saw last; x*300 is a key or value of 300 bytes made from x; \00 one byte; `all` reads and scans
 * everything. The last call is the one that gave it away. `together: ...` names calls made at the same time. */
typedef struct hsvc_broken_promise {
    uint32_t struct_size;
    int32_t status;       /* what the last call returned */
    const char *name;     /* "expect-absent" */
    const char *rule;     /* "STORE-2" */
    const char *promise;  /* what the store should have kept, a sentence */
    const char *sequence; /* the shortest known that breaks it */
    const char *seen;     /* what was expected, and what was there instead */
} hsvc_broken_promise;

/* hsvc_conformance_at: the index-th broken promise, the most basic first.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND. */
HSVC_API int32_t hsvc_conformance_at(const hsvc_conformance *suite, size_t index, hsvc_broken_promise *broken);

/* hsvc_store_promise: one promise of the list that the suite checks; text is static and NUL-terminated. */
typedef struct hsvc_store_promise {
    uint32_t struct_size;
    uint32_t needs_together; /* 1: checked only if hsvc_store_target.together is given */
    const char *name;
    const char *rule;
    const char *promise;
} hsvc_store_promise;

/* hsvc_conformance_promise: the index-th promise. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE,
 * HSVC_ERR_NOT_FOUND (behind the last). */
HSVC_API int32_t hsvc_conformance_promise(size_t index, hsvc_store_promise *promise);

#ifdef __cplusplus
}
#endif
#endif
