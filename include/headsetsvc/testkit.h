/* testkit.h: what a host's own tests of its adapters and policies want: a clock that obeys, a store that fails on
 * order, a store that writes everything down, an allocator that counts and fails. A component of its own; nothing of
 * it belongs into a product. For every item below:
 *   threads      one handle, one thread at a time; different handles are independent
 *   re-entrancy  a function of a handle may be called from inside one of that handle's callbacks unless it says
 *                otherwise; what the wrapped store or allocator allows there still holds
 *   since        0.1 unless the item says otherwise
 *   ownership    _new makes a handle that the caller frees with _free (NULL is fine); structs given to a function are
 *                copied, but what their user pointers mean must outlive the handle, and the handle must outlive
 *                everything that was bound to it
 *   statuses     of every _new: HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL,
 *                HSVC_ERR_MEMORY, and *handle is NULL unless HSVC_OK. Of every _bind, _counts and _at: HSVC_OK,
 *                HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE; the struct is filled to its struct_size, which must be set
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_TESTKIT_H
#define HEADSETSVC_TESTKIT_H

#include "headsetsvc.h"

#define HSVC_TESTKIT_API HSVC_API

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_testkit_init: zeroes size bytes of any struct of this header and sets its struct_size.
 * HSVC_OK; HSVC_ERR_ARGUMENT if it is NULL; HSVC_ERR_STRUCT_SIZE if size is impossible. */
HSVC_TESTKIT_API int32_t hsvc_testkit_init(void *sized, size_t size);

#define HSVC_TESTKIT_ALWAYS UINT64_MAX /* where a number of times is asked for */

/* ---- clock ------------------------------------------------------------------------------------------------------ */

/* hsvc_manual_clock: time that passes only when told to (TIME-1, TIME-4). */
typedef struct hsvc_manual_clock hsvc_manual_clock;
/* hsvc_manual_clock_new: a clock at the given time. */
HSVC_TESTKIT_API int32_t hsvc_manual_clock_new(const hsvc_allocator *allocator, int64_t now_ms,
                                               hsvc_manual_clock **clock);
/* hsvc_manual_clock_free: ends it. */
HSVC_TESTKIT_API void hsvc_manual_clock_free(hsvc_manual_clock *clock);

/* hsvc_manual_clock_read: the hsvc_clock_fn of an engine whose clock_user is the hsvc_manual_clock. HSVC_OK, or what
 * hsvc_manual_clock_fail ordered; HSVC_ERR_CLOCK without a clock. */
HSVC_TESTKIT_API int32_t hsvc_manual_clock_read(int64_t *now_ms, void *clock);

/* hsvc_manual_clock_set: any time, also an impossible one, also backwards. HSVC_OK, HSVC_ERR_ARGUMENT.
 * hsvc_manual_clock_advance: by so much, also backwards. HSVC_ERR_ARGUMENT also if no int64_t could hold it.
 * hsvc_manual_clock_get: without counting as a call of an engine. HSVC_OK, HSVC_ERR_ARGUMENT. */
HSVC_TESTKIT_API int32_t hsvc_manual_clock_set(hsvc_manual_clock *clock, int64_t now_ms);
HSVC_TESTKIT_API int32_t hsvc_manual_clock_advance(hsvc_manual_clock *clock, int64_t by_ms);
HSVC_TESTKIT_API int32_t hsvc_manual_clock_get(const hsvc_manual_clock *clock, int64_t *now_ms);

/* hsvc_manual_clock_fail: the next `times` calls return `status` and write no time; 0 times ends it. HSVC_OK,
 * HSVC_ERR_ARGUMENT.
 * hsvc_manual_clock_calls: how often the clock was read; 0 for NULL. */
HSVC_TESTKIT_API int32_t hsvc_manual_clock_fail(hsvc_manual_clock *clock, uint64_t times, int32_t status);
HSVC_TESTKIT_API uint64_t hsvc_manual_clock_calls(const hsvc_manual_clock *clock);

/* ---- allocator -------------------------------------------------------------------------------------------------- */

/* hsvc_count_alloc: an allocator over another (or over realloc and free if that is NULL) that counts, fails on order,
 * and holds its user to the contract of hsvc_allocator: fresh bytes are filled with 0xa5 and freed ones with 0xdd, and
 * an old_size that is not the block's is counted as a wrong size. A block moves at every change of its size. */
typedef struct hsvc_count_alloc hsvc_count_alloc;
/* hsvc_count_alloc_new: an allocator that counts. */
HSVC_TESTKIT_API int32_t hsvc_count_alloc_new(const hsvc_allocator *inner, hsvc_count_alloc **count);
/* hsvc_count_alloc_bind: fills the allocator struct. */
HSVC_TESTKIT_API int32_t hsvc_count_alloc_bind(hsvc_count_alloc *count, hsvc_allocator *allocator);
/* hsvc_count_alloc_free: ends it. */
HSVC_TESTKIT_API void hsvc_count_alloc_free(hsvc_count_alloc *count);

/* hsvc_count_alloc_fail: from now on the nth request for memory fails (1 is the next), and `times` from it on
 * (0 means 1; HSVC_TESTKIT_ALWAYS: for ever). nth 0 ends it. Freeing and shrinking count as no request.
 * HSVC_OK, HSVC_ERR_ARGUMENT. */
HSVC_TESTKIT_API int32_t hsvc_count_alloc_fail(hsvc_count_alloc *count, uint64_t nth, uint64_t times);

/* hsvc_alloc_counts: what it counted. */
typedef struct hsvc_alloc_counts {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t requests; /* for memory: new blocks and larger ones */
    uint64_t failures; /* ordered ones and the inner allocator's own */
    uint64_t frees;
    uint64_t live_blocks;
    uint64_t live_bytes;
    uint64_t most_bytes;  /* the highest live_bytes was */
    uint64_t wrong_sizes; /* 0 for a user that keeps the contract */
} hsvc_alloc_counts;
/* hsvc_count_alloc_counts: reads the counts. */
HSVC_TESTKIT_API int32_t hsvc_count_alloc_counts(const hsvc_count_alloc *count, hsvc_alloc_counts *counts);

/* ---- store that fails on order ---------------------------------------------------------------------------------- */

/* hsvc_fault_store: passes calls on to another store, unless a fault is due. */
typedef struct hsvc_fault_store hsvc_fault_store;
/* hsvc_fault_store_new: a store that fails when told, before another. */
HSVC_TESTKIT_API int32_t hsvc_fault_store_new(const hsvc_allocator *allocator, const hsvc_store *inner,
                                              hsvc_fault_store **fault);
/* hsvc_fault_store_bind: fills the store struct. */
HSVC_TESTKIT_API int32_t hsvc_fault_store_bind(hsvc_fault_store *fault, hsvc_store *store);
/* hsvc_fault_store_free: ends it, not the store behind it. */
HSVC_TESTKIT_API void hsvc_fault_store_free(hsvc_fault_store *fault);

/* Which calls a fault is for: bits of hsvc_fault.on. */
#define HSVC_FAULT_ON_READ 1u
#define HSVC_FAULT_ON_SCAN 2u
#define HSVC_FAULT_ON_COMMIT 4u

/* What a fault does. Where nothing else is said: nothing happens, and the call returns the status of that name. */
#define HSVC_FAULT_UNAVAILABLE 1
#define HSVC_FAULT_CONFLICT 2     /* commit only */
#define HSVC_FAULT_FULL 3         /* commit only */
#define HSVC_FAULT_UNKNOWN_DONE 4 /* commit only: it happens, then HSVC_ERR_UNKNOWN whatever came of it */
#define HSVC_FAULT_UNKNOWN_LOST 5 /* commit only: HSVC_ERR_UNKNOWN, and it never happens */
#define HSVC_FAULT_UNKNOWN_LATE 6 /* commit only: HSVC_ERR_UNKNOWN, and it happens later if it still can: see delay */
#define HSVC_FAULT_CORRUPT 7      /* read, scan: one byte of every value handed out is wrong; commit: the status */
#define HSVC_FAULT_RETURN 8       /* the call returns hsvc_fault.status, whatever that is */
#define HSVC_FAULT_NO_REVISION 9  /* commit only: HSVC_OK, but *revision is left as it was, and nothing happens */

typedef struct hsvc_fault {
    uint32_t struct_size;
    uint32_t kind;      /* HSVC_FAULT_ without ON */
    uint32_t on;        /* HSVC_FAULT_ON_ bits */
    int32_t status;     /* RETURN only */
    uint64_t nth;       /* of the calls it is for, counted from arming; 1 is the next; 0 every one */
    uint64_t times;     /* so many from the nth on; 0 means 1; HSVC_TESTKIT_ALWAYS */
    uint64_t delay;     /* UNKNOWN_LATE: before the how-manieth call after it, 1 is the next; 0 only by _settle */
    uint32_t flip_at;   /* CORRUPT: which byte of a value, counted round if the value is shorter */
    uint32_t flip_bits; /* CORRUPT: which bits of it; 0 means all eight */
} hsvc_fault;

#define HSVC_FAULT_STORE_ARMED_MOST 8

/* hsvc_fault_store_arm: one more fault; if several are due at one call, the one armed first has it, and the others
 * count the call as theirs nevertheless. HSVC_OK; HSVC_ERR_ARGUMENT (unknown kind or bits, or a kind that is not for
 * these calls); HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL; HSVC_ERR_LIMIT (HSVC_FAULT_STORE_ARMED_MOST).
 * hsvc_fault_store_disarm: no more faults, counts from zero; commits that are late stay on their way. */
HSVC_TESTKIT_API int32_t hsvc_fault_store_arm(hsvc_fault_store *fault, const hsvc_fault *what);
HSVC_TESTKIT_API void hsvc_fault_store_disarm(hsvc_fault_store *fault);

/* hsvc_fault_store_settle: late commits arrive now, in their order. A late commit whose expectations no longer hold
 * does nothing, like any commit. Not from inside a sink. */
HSVC_TESTKIT_API void hsvc_fault_store_settle(hsvc_fault_store *fault);

/* Counts since _new or _disarm. `fired` is 0 when a loop over nth = 1, 2, 3 ... has left the last call behind. A late
 * commit that found no memory to be kept in is lost at once, and counted as refused. */
typedef struct hsvc_fault_counts {
    uint32_t struct_size;
    uint32_t late_now; /* commits still on their way */
    uint64_t reads;
    uint64_t scans;
    uint64_t commits;
    uint64_t fired;
    uint64_t late_done;
    uint64_t late_refused;
} hsvc_fault_counts;
HSVC_TESTKIT_API int32_t hsvc_fault_store_counts(const hsvc_fault_store *fault, hsvc_fault_counts *counts);

/* ---- store that writes everything down --------------------------------------------------------------------------- */

/* hsvc_record_store: passes every call on and notes it with its result. flags: HSVC_RECORD_ bits, else
 * HSVC_ERR_FLAGS. Of PINs nothing can be noted: no PIN ever reaches a store (SIGN-9). */
#define HSVC_RECORD_COUNTS_ONLY 1u /* no log: allocates nothing after _new */
typedef struct hsvc_record_store hsvc_record_store;
/* hsvc_record_store_new: a store that notes every call, before another. */
HSVC_TESTKIT_API int32_t hsvc_record_store_new(const hsvc_allocator *allocator, const hsvc_store *inner, uint32_t flags,
                                               hsvc_record_store **record);
/* hsvc_record_store_bind: fills the store struct. */
HSVC_TESTKIT_API int32_t hsvc_record_store_bind(hsvc_record_store *record, hsvc_store *store);
/* hsvc_record_store_free: ends it, not the store behind it. */
HSVC_TESTKIT_API void hsvc_record_store_free(hsvc_record_store *record);
/* hsvc_record_store_reset: empties the log and sets all counts to 0. Not from inside a sink. */
HSVC_TESTKIT_API void hsvc_record_store_reset(hsvc_record_store *record);

/* hsvc_record_counts: what was asked of the store. */
typedef struct hsvc_record_counts {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t read_trips;
    uint64_t keys;
    uint64_t scans;
    uint64_t rows; /* handed out by reads and scans */
    uint64_t bytes_read;
    uint64_t commits; /* tried */
    uint64_t committed;
    uint64_t conflicts;
    uint64_t puts; /* of commits tried, like the next three */
    uint64_t deletes;
    uint64_t checks;
    uint64_t bytes_written; /* keys and values of puts, keys of deletes */
    uint64_t failures;      /* calls that returned neither HSVC_OK nor HSVC_ERR_CONFLICT */
    uint64_t not_noted;     /* calls missing in the log, or there without all their items, for lack of memory */
} hsvc_record_counts;
/* hsvc_record_store_counts: reads the counts. */
HSVC_TESTKIT_API int32_t hsvc_record_store_counts(const hsvc_record_store *record, hsvc_record_counts *counts);

#define HSVC_RECORD_READ 1 /* a read */
#define HSVC_RECORD_SCAN 2 /* a scan */
#define HSVC_RECORD_COMMIT 3 /* a commit */

/* One call, in the order in which calls began. */
typedef struct hsvc_record_call {
    uint32_t struct_size;
    uint32_t kind;  /* HSVC_RECORD_READ, _SCAN, _COMMIT */
    int32_t status; /* what it returned; HSVC_ERR_REENTRANT while it is still under way */
    uint32_t reserved;
    uint64_t revision; /* of a commit that succeeded, else 0 */
    uint64_t limit;    /* of a scan */
    uint64_t items;
} hsvc_record_call;

#define HSVC_RECORD_ITEM_KEY 1  /* a key asked for */
#define HSVC_RECORD_ITEM_FROM 2 /* a scan's bounds */
#define HSVC_RECORD_ITEM_TO 3
#define HSVC_RECORD_ITEM_ROW 4 /* a row handed out */
#define HSVC_RECORD_ITEM_OP 5  /* an operation of a commit */

/* One item of a call. key and value are borrowed until the next call of the store, _reset or _free. */
typedef struct hsvc_record_item {
    uint32_t struct_size;
    uint32_t kind;   /* HSVC_RECORD_ITEM_ */
    uint32_t op;     /* OP: HSVC_OP_ */
    uint32_t expect; /* OP: HSVC_EXPECT_ */
    uint64_t revision;
    uint64_t hint;
    const uint8_t *key;
    size_t key_len;
    const uint8_t *value;
    size_t value_len;
} hsvc_record_item;

/* hsvc_record_store_length: how many calls are in the log; 0 for NULL.
 * hsvc_record_store_call_at, _item_at: copies of one. Statuses of an _at, and HSVC_ERR_NOT_FOUND. */
HSVC_TESTKIT_API uint64_t hsvc_record_store_length(const hsvc_record_store *record);
/* hsvc_record_store_call_at: one call. */
HSVC_TESTKIT_API int32_t hsvc_record_store_call_at(const hsvc_record_store *record, uint64_t index,
                                                   hsvc_record_call *call);
/* hsvc_record_store_item_at: one key, row or operation of a call. */
HSVC_TESTKIT_API int32_t hsvc_record_store_item_at(const hsvc_record_store *record, uint64_t index, uint64_t which,
                                                   hsvc_record_item *item);

#ifdef __cplusplus
}
#endif
#endif
