/* pgsql.h: a store for several nodes: each has an engine of its own, and all share one PostgreSQL database (version 12 or
 * later, no extension). A component of its own, over libpq. For every item below:
 *   threads      one store, one thread at a time, as the engine that uses it; different stores are independent, also on one
 *                database. A store must not be used on both sides of a fork
 *   since        0.1 unless the item says otherwise
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_PGSQL_H
#define HEADSETSVC_PGSQL_H

#include "headsetsvc.h"

#define HSVC_PGSQL_API HSVC_API

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of hsvc_pgsql_config.flags. */
#define HSVC_PGSQL_ASYNC 1u     /* commits are acknowledged before they are on the server's disk: a crash of the server loses
                                   the last of them. Without it they never are, whatever the server's settings say */
#define HSVC_PGSQL_NO_CREATE 2u /* never create or migrate the schema: a role without the right to is enough */

/* hsvc_pgsql_config: where the database is, and how long to wait for it. Everything is copied. */
typedef struct hsvc_pgsql_config {
    uint32_t struct_size;
    uint32_t flags; /* HSVC_PGSQL_ */
    const hsvc_allocator *allocator;
    const char *conninfo; /* as libpq takes it, NUL-terminated: hosts, TLS, credentials, keep-alives; NULL: only what libpq
                             finds in the environment. Kept as long as the store, since it must be able to connect again */
    const char *schema;   /* NUL-terminated; [a-z_][a-z0-9_]*, at most 63; NULL means "headsetsvc". Several stores may share
                             a database, each in a schema of its own */
    uint32_t connect_ms;  /* patience with a server that does not answer; 0 means 5000 */
    uint32_t call_ms;     /* how long one statement may take, waiting for others included; 0 means 10000 */
} hsvc_pgsql_config;

/* hsvc_pgsql_config_init: zeroes size bytes and sets struct_size. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. */
HSVC_PGSQL_API int32_t hsvc_pgsql_config_init(hsvc_pgsql_config *config, size_t size);

/* hsvc_pgsql_store_new: a store, not yet connected: no I/O. Freed by hsvc_pgsql_store_free (NULL is fine), after the
 * engines on it. HSVC_OK, HSVC_ERR_ARGUMENT (also an impossible schema), HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL,
 * HSVC_ERR_FLAGS, HSVC_ERR_MEMORY.
 * hsvc_pgsql_store_bind: fills a store struct that is good as long as the store lives. HSVC_OK, HSVC_ERR_ARGUMENT,
 * HSVC_ERR_STRUCT_SIZE. */
/* hsvc_pgsql_store: a database as a store. */
typedef struct hsvc_pgsql_store hsvc_pgsql_store;
HSVC_PGSQL_API int32_t hsvc_pgsql_store_new(const hsvc_pgsql_config *config, hsvc_pgsql_store **store);
HSVC_PGSQL_API int32_t hsvc_pgsql_store_bind(hsvc_pgsql_store *store, hsvc_store *bound);
/* hsvc_pgsql_store_free: ends the connection. */
HSVC_PGSQL_API void hsvc_pgsql_store_free(hsvc_pgsql_store *store);

/* hsvc_pgsql_store_connect: connects unless it is connected, and creates or migrates the schema if it is missing or older.
 * Not needed: every call of the store does it first, once per call, so that a lost connection mends itself. Of use at a
 * host's start, to tell a person what is wrong. HSVC_OK; HSVC_ERR_ARGUMENT; HSVC_ERR_UNAVAILABLE; HSVC_ERR_CORRUPT (the
 * schema is newer than this library, or damaged); HSVC_ERR_FULL. Which of many reasons: hsvc_pgsql_store_problem. */
HSVC_PGSQL_API int32_t hsvc_pgsql_store_connect(hsvc_pgsql_store *store);

/* Why the last call failed. Numbers are eternal. */
#define HSVC_PGSQL_NO_PROBLEM 0
#define HSVC_PGSQL_NO_SERVER 1      /* nothing listens there, or it does not answer in time */
#define HSVC_PGSQL_LOGIN_REFUSED 2  /* wrong password, unknown role, or the server's rules do not let this client in */
#define HSVC_PGSQL_NO_DATABASE 3    /* the server has no such database */
#define HSVC_PGSQL_BUSY_SERVER 4    /* starting, stopping, or out of connections, locks or memory */
#define HSVC_PGSQL_LOST 5           /* the connection broke; in a commit the outcome is unknown */
#define HSVC_PGSQL_TIMEOUT 6        /* the statement took longer than call_ms */
#define HSVC_PGSQL_NO_RIGHT 7       /* the role may not create or use the schema */
#define HSVC_PGSQL_READ_ONLY 8      /* a hot standby, or a read-only database */
#define HSVC_PGSQL_DISK_FULL 9      /* the server's disk is full */
#define HSVC_PGSQL_NO_SCHEMA 10     /* there is none, or an older one, and HSVC_PGSQL_NO_CREATE */
#define HSVC_PGSQL_NEWER_SCHEMA 11  /* made by a newer version of this library */
#define HSVC_PGSQL_DAMAGED 12       /* tables or functions are missing or not as they were made, or data is corrupt */
#define HSVC_PGSQL_CONTENTION 13    /* a deadlock or serialisation failure that the server resolved: a conflict */
#define HSVC_PGSQL_OTHER 14         /* anything else: the text is the server's */

/* hsvc_pgsql_problem: about the last call of the store that failed. text is one line for a person, in the server's language,
 * NUL-terminated and borrowed until the store's next call; it never holds the password or a stored value. */
typedef struct hsvc_pgsql_problem {
    uint32_t struct_size;
    uint32_t reason;  /* HSVC_PGSQL_NO_SERVER, ...; HSVC_PGSQL_NO_PROBLEM if no call has failed yet */
    int32_t status;   /* what the call returned */
    char sqlstate[8]; /* five characters, or empty */
    uint32_t reserved;
    const char *text;
} hsvc_pgsql_problem;

/* hsvc_pgsql_store_problem: filled to the caller's struct_size, which must be set. HSVC_OK, HSVC_ERR_ARGUMENT,
 * HSVC_ERR_STRUCT_SIZE.
 * hsvc_pgsql_reason_name: "NO_SERVER"; hsvc_pgsql_reason_remedy: what to do, one line. Static, NUL-terminated, never NULL. */
HSVC_PGSQL_API int32_t hsvc_pgsql_problem_init(hsvc_pgsql_problem *problem, size_t size);
HSVC_PGSQL_API int32_t hsvc_pgsql_store_problem(const hsvc_pgsql_store *store, hsvc_pgsql_problem *problem);
HSVC_PGSQL_API const char *hsvc_pgsql_reason_name(uint32_t reason);
/* hsvc_pgsql_reason_remedy: what to do about it, in words. */
HSVC_PGSQL_API const char *hsvc_pgsql_reason_remedy(uint32_t reason);

/* hsvc_pgsql_counters: what this store did since it was made. */
typedef struct hsvc_pgsql_counters {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t round_trips; /* statements sent to the server, each answered in one trip */
    uint64_t connects;
    uint64_t lost; /* connections that broke */
} hsvc_pgsql_counters;
HSVC_PGSQL_API int32_t hsvc_pgsql_counters_init(hsvc_pgsql_counters *counters, size_t size);
/* hsvc_pgsql_store_counters: what the connection did so far. */
HSVC_PGSQL_API int32_t hsvc_pgsql_store_counters(const hsvc_pgsql_store *store, hsvc_pgsql_counters *counters);

#ifdef __cplusplus
}
#endif
#endif
