/* hammer.h: several processes at once on one store, and a check of everything that happened.
 *
 *   hammer.c        the command: starts nodes, kills and replaces them, waits, judges
 *   hammer_store.c  opens a store by its name: "pgsql:CONNINFO", "sqlite:FILE", either behind "cache+"
 *   hammer_node.c   one node: an engine, a skewed clock, people who all want the same desks
 *   hammer_log.c    a store around the store that writes down every commit before it is tried and what came of it
 *   hammer_fired.c  what every commit says that enters a deadline: once, and it is not armed any more
 *   hammer_check.c  the history from all logs and the store as it is at the end: one serial order, nothing lost
 *   hammer_audit.c  what the audit says at the end: each entry goes on from the one before
 *
 * A log outlives its process: what a killed node had begun stands in it without an end, and may have happened or not. */
#ifndef TESTS_PROCESS_HAMMER_H
#define TESTS_PROCESS_HAMMER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "headsetsvc/headsetsvc.h"

#define HAMMER_NODES_MOST 16

/* What all processes see. */
struct hammer_shared {
    volatile int stop;
    volatile uint64_t inputs[HAMMER_NODES_MOST];    /* that got an answer */
    volatile uint64_t deadlines[HAMMER_NODES_MOST]; /* fired */
    volatile uint64_t conflicts[HAMMER_NODES_MOST]; /* commits that were refused */
    volatile uint64_t wasted[HAMMER_NODES_MOST];    /* of those, of deadlines */
    volatile uint64_t away[HAMMER_NODES_MOST];      /* calls that found the store away, or an outcome unknown */
    volatile uint64_t snapshots;
    volatile uint64_t failures; /* what a process saw go wrong; it said what on stderr */
};

struct hammer {
    const char *store; /* its name */
    const char *folder; /* of the logs */
    uint32_t nodes;
    uint64_t inputs;
    uint64_t seed;
    uint32_t users, serials, devices;
    uint32_t speed; /* how many times faster than the wall the clock goes */
    int64_t started_us;
    struct hammer_shared *shared;
};

/* A store that was opened by its name. */
struct hammer_store {
    hsvc_store store;
    void *handle;
    void (*close)(void *handle);
    hsvc_cache_store *cache; /* in front of it, or NULL */
};
/* hammer_store_open: 0 and a line on stderr if there is no such kind of store or it cannot be opened. */
int hammer_store_open(struct hammer_store *store, const char *name);
void hammer_store_close(struct hammer_store *store);

/* ---- log ---- */
#define HAMMER_INTENT 1  /* op_count ops follow */
#define HAMMER_OUTCOME 2 /* of the last intent: status, revision */
#define HAMMER_SESSION 3 /* a session began or ended: device, session, user */
struct hammer_entry {
    uint32_t type;
    int32_t status;   /* OUTCOME; SESSION: 1 began, 0 ended */
    uint64_t number;  /* INTENT: op_count; OUTCOME: revision; SESSION: session id */
    uint64_t device;  /* SESSION: hashes */
    uint64_t user;
};
struct hammer_op {
    uint64_t key; /* hash */
    uint64_t revision;
    uint32_t kind, expect;
};
struct hammer_log {
    const hsvc_store *inner;
    int fd;
    volatile uint64_t *failures;
};
/* hammer_log_open: a new file in the folder; 0 if that fails. hammer_log_bind: the store that writes into it. */
int hammer_log_open(struct hammer_log *log, const struct hammer *h, uint32_t node, uint32_t life);
void hammer_log_bind(struct hammer_log *log, const hsvc_store *inner, hsvc_store *store);
void hammer_log_session(struct hammer_log *log, const hsvc_effect *effect);
/* hammer_fired_wrongly: how many deadlines this commit enters as fired and leaves armed, or enters twice; says which. */
uint64_t hammer_fired_wrongly(const hsvc_op *ops, size_t count);

/* ---- processes: each returns an exit status ---- */
int hammer_node(const struct hammer *h, uint32_t node, uint32_t life);
/* hammer_watch: takes the whole store in one look, again and again, and asks verify about it. */
int hammer_watch(const struct hammer *h);
/* hammer_can_watch: are all rows few enough for one look at one moment? */
static inline int hammer_can_watch(const struct hammer *h) { return h->users + h->serials + h->devices <= 50; }
/* hammer_set_up: users, devices, policy. */
int hammer_set_up(const struct hammer *h);
/* hammer_verify: how many findings the store has now; UINT64_MAX if it could not be asked. */
uint64_t hammer_verify(const struct hammer *h);

/* ---- check ---- */
/* hammer_check: reads all logs of the folder and the store; says what is wrong on stderr; the number of it. */
uint64_t hammer_check(const struct hammer *h);
/* hammer_audit: reads the whole audit of the store; how many entries do not go on from the one before. */
uint64_t hammer_audit(const struct hammer *h);

/* xorshift: never 0. */
static inline uint64_t hammer_random(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}
int64_t hammer_us(void);

#endif
