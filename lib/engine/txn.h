/* txn.h: the records of one call: what was read, what was used, what must be written.
 *
 * A decision asks for records by name. One that was not read yet is marked as missing and answered as absent; the
 * engine then throws the decision away, reads what is missing in one trip and decides afresh. So a decision is a pure
 * function of the records it uses, and every record that it used is proven unchanged by the commit (DESIGN 3). */
#ifndef HSVC_TXN_H
#define HSVC_TXN_H

#include "records/record.h"

#define HSVC__SLOTS HSVC_LIMIT_RECORDS_PER_CALL /* that a transaction has from the start; more come from its arena */
#define HSVC__FEW_SLOTS 64u /* as many are looked at one by one; more are found by a table */

struct hsvc__slot {
    uint64_t tail; /* hsvc__fold_tail of the name */
    hsvc__str key;
    hsvc__str name; /* the key without its family and its last byte */
    hsvc__str raw; /* bytes as read; n 0 = absent */
    uint64_t revision;
    uint64_t hint;
    uint32_t family;
    uint32_t known; /* was read */
    uint32_t used;  /* by this decision */
    uint32_t number; /* how many were named before it */
    void *record; /* decoded for this decision */
    struct hsvc__vector audited; /* of the record, as the audit's last entry of it says */
    uint32_t appended; /* audit entries of this decision */
    uint32_t is_near;
    uint32_t firings; /* of a device, in this run (settle.c) */
    uint32_t run;
    struct hsvc__late *late;  /* of a device: as what it stands in the queue; NULL: not at all */
    struct hsvc__note *notes; /* of this decision, newest first */
    struct hsvc__slot *next;
    struct hsvc__slot *next_near;
};

/* One audit entry of a decision. */
struct hsvc__note {
    struct hsvc__entry entry;
    struct hsvc__slot *slot; /* of its subject */
    uint64_t sequence;
    uint32_t dropped; /* beyond the bound before it was written */
    uint32_t stored;  /* an earlier commit wrote it; it is written again */
    struct hsvc__note *next;
    struct hsvc__note *older; /* of the same slot */
};

struct hsvc__txn {
    const hsvc_store *store;
    hsvc_counters *counters;
    struct hsvc__arena raws; /* lives for the call */
    struct hsvc__arena work; /* lives for one decision */
    struct hsvc__slot *slots;  /* in the order in which they were named */
    struct hsvc__slot *last;
    struct hsvc__slot *unread; /* the first that no trip asked for */
    struct hsvc__slot *near;   /* of many: those that were got since hsvc__txn_far */
    struct hsvc__slot **table; /* of many: by the hash of the key; NULL while there are few */
    uint32_t table_room;
    uint32_t count;
    int64_t sampled; /* the clock, at the call */
    int64_t now;     /* of the decision: at least the newest stamp of what it read (TIME-4) */
    int64_t latest;  /* stamps after this one are of a wrong clock */
    uint32_t node;   /* whose decisions these are; HSVC__ONLY_NODE: there is no other */
    uint32_t clocked; /* records of this decision that a wrong clock wrote, or a late one fires */
    uint32_t checks_only; /* write nothing, only prove what was read */
    uint32_t in_doubt;   /* some attempt of this call may have happened, or may yet */
    uint32_t impossible; /* a row was reached that only torn records explain */
    uint32_t missing; /* records this decision needed and did not have */
    int32_t status;   /* first failure inside a decision */
    hsvc__str bad_key; /* of a corrupt record */
    hsvc_op *ops;
    uint32_t op_count;
    uint32_t op_room;
    struct hsvc__late *late; /* the queue of devices that are due before the horizon (settle.c) */
    int64_t horizon;         /* 0: there is no queue */
    uint32_t runs;           /* how often the queue was gone through */
    struct hsvc__note *notes; /* newest first */
    struct { /* who is meant by an empty name: nobody; never written */
        struct hsvc__device device;
        struct hsvc__user user;
        struct hsvc__headset headset;
    } nobody;
    union { /* what a decision gets when memory or room is out: it is thrown away by its status */
        struct hsvc__device device;
        struct hsvc__user user;
        struct hsvc__headset headset;
        struct hsvc__policy policy;
        struct hsvc__job job;
        struct hsvc__skip skip;
        struct hsvc__number number;
    } spare;
    struct hsvc__slot first[HSVC__SLOTS];
};

void hsvc__txn_init(struct hsvc__txn *txn, const hsvc_allocator *allocator, const hsvc_store *store, hsvc_counters *counters);
void hsvc__txn_free(struct hsvc__txn *txn);
/* hsvc__txn_begin: forgets everything; a call at `now` begins. hsvc__txn_again: keeps what was read, forgets what was decided. */
void hsvc__txn_begin(struct hsvc__txn *txn, int64_t now, int64_t skew);
void hsvc__txn_again(struct hsvc__txn *txn);
/* A record is named by its family and its name; a name of two parts is written as in the key (hsvc__key_name).
 * hsvc__txn_want: this record will probably be used; nothing is read yet. */
void hsvc__txn_want(struct hsvc__txn *txn, uint32_t family, hsvc__str name);
/* hsvc__txn_policy: the slot of the global policy, which every call begins with; it may be known without reading, and to
 * count as used it need not be decoded. */
struct hsvc__slot *hsvc__txn_policy(struct hsvc__txn *txn);
/* hsvc__txn_most: how many records one call may look at: HSVC__SLOTS, or as many as a commit of the store has operations. */
uint32_t hsvc__txn_most(const struct hsvc__txn *txn);
/* Where there are many records a step looks at its own alone: those that were got since hsvc__txn_far. hsvc__txn_mark: counts
 * a slot among them; nobody's, NULL, is none. */
void hsvc__txn_mark(struct hsvc__txn *txn, struct hsvc__slot *slot);
void hsvc__txn_far(struct hsvc__txn *txn);
/* hsvc__row_is_whole: what every sink of ours asks first: no store of its word hands out nothing, or a row without bytes (STORE-7). */
int hsvc__row_is_whole(const hsvc_row *row);
/* hsvc__txn_fetch: reads everything wanted or missing in one trip, or several of HSVC__SLOTS keys. Store statuses, CORRUPT, CALLBACK, MEMORY, LIMIT. */
int32_t hsvc__txn_fetch(struct hsvc__txn *txn);
/* hsvc__txn_get: the decoded record of a name, present or not; never NULL (a failure is kept in status). */
void *hsvc__txn_get(struct hsvc__txn *txn, uint32_t family, hsvc__str name);
/* hsvc__txn_fresh: the same for a name that nothing has yet: it is not read, the commit proves that it was absent. */
void *hsvc__txn_fresh(struct hsvc__txn *txn, uint32_t family, hsvc__str name);
/* hsvc__txn_peek: the same without counting as used: for prefetching only. NULL if it is not there. */
const void *hsvc__txn_peek(struct hsvc__txn *txn, uint32_t family, hsvc__str name);
/* hsvc__txn_record: the decoded record of a known slot, without counting as used. */
void *hsvc__txn_record(struct hsvc__txn *txn, struct hsvc__slot *slot);
/* hsvc__txn_catch_up: a decision is no earlier than what it rests on, unless that is of a clock that is wrong (TIME-4). */
void hsvc__txn_catch_up(struct hsvc__txn *txn);
/* hsvc__txn_prepare: turns the decision into operations: PUT and DELETE of what changed, CHECK of what was only used.
 * MEMORY, LIMIT, OK. hsvc__txn_loose adds an operation without an expectation (deadline keys); value n 0 deletes.
 * hsvc__txn_ops_most: how many operations the store's commit holds. */
uint32_t hsvc__txn_ops_most(const struct hsvc__txn *txn);
int32_t hsvc__txn_prepare(struct hsvc__txn *txn);
void hsvc__txn_loose(struct hsvc__txn *txn, const struct hsvc__key *key, hsvc__str value);
/* hsvc__txn_commit: OK, CONFLICT, UNKNOWN (after HSVC_LIMIT_ATTEMPTS submissions), UNAVAILABLE, FULL, CORRUPT, CALLBACK.
 * The outcome unknown, the same commit is submitted again with the same expectations (STORE-4). */
int32_t hsvc__txn_commit(struct hsvc__txn *txn);

/* hsvc__store_status: a store callback's return, or CALLBACK if it is not in the documented set. */
int32_t hsvc__store_status(int32_t status, int commit);

#endif
