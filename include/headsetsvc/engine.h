/* engine.h: the engine: inputs in, effects out; deadlines, resync, the epoch.
 * The rules of headsetsvc.h hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_ENGINE_H
#define HEADSETSVC_ENGINE_H

#include "effects.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_engine: what decides. */
typedef struct hsvc_engine hsvc_engine;

/* hsvc_engine_new: an engine on a store. Keeps nothing but counters and caches (STORE-1), so any number may be made
 * and thrown away, also after a fork. Touches neither clock nor store. Freed by hsvc_engine_free (NULL is fine).
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_FLAGS, HSVC_ERR_MEMORY. */
HSVC_API int32_t hsvc_engine_new(const hsvc_config *config, hsvc_engine **engine);
/* hsvc_engine_free: ends an engine; the store keeps everything. */
HSVC_API void hsvc_engine_free(hsvc_engine *engine);

#define HSVC_APPLY_DRY_RUN 1u     /* decide, hand out verdicts and effects, commit nothing (OBS-7) */
#define HSVC_APPLY_ALL_OR_NONE 2u /* one refusal undoes the whole batch: verdicts as decided, no effects, no change */

/* hsvc_apply: decides count inputs, in order, in one atomic commit, and fills the batch with a verdict for each (and
 * for each deadline that came first) and the effects. A refusal is a verdict, not an error. On any error status
 * nothing was committed and the batch holds only the problem.
 * Every status except ERR_NOT_FOUND is possible; after HSVC_ERR_UNKNOWN send the same inputs again with their request
 * ids, then call hsvc_resync: devices may not have been told. Of a commit that was in doubt and did happen, they are told
 * what they should wear and show, marked HSVC_FLAG_REPEATED. (STORE-3, STORE-4, STORE-6, TIME-3) */
HSVC_API int32_t hsvc_apply(hsvc_engine *engine, const hsvc_input *inputs, size_t count, uint32_t flags,
                            hsvc_effects *effects);

/* hsvc_epoch_get: the store's epoch, 0 if it was never raised. hsvc_epoch_raise: raises it, in one commit; every engine on
 * the store sees it with its next commit, and from then on refuses what is older: a backup that was made before and is
 * restored under it. The host keeps the number where no backup of the store reaches it, and gives it to hsvc_engine_new.
 * After a restore that is meant: an engine with HSVC_CONFIG_ANY_EPOCH raises it above the number that is known.
 * HSVC_OK, also if the epoch is that already; HSVC_ERR_ARGUMENT, also for an epoch below the store's; HSVC_ERR_EPOCH;
 * HSVC_ERR_REENTRANT, HSVC_ERR_MEMORY, HSVC_ERR_CONFLICT, HSVC_ERR_CALLBACK and the store's statuses. (STORE-9) */
HSVC_API int32_t hsvc_epoch_get(hsvc_engine *engine, uint64_t *epoch);
/* hsvc_epoch_raise: makes every older store, such as a backup, one that is refused. */
HSVC_API int32_t hsvc_epoch_raise(hsvc_engine *engine, uint64_t epoch);

/* hsvc_next_deadline: when hsvc_advance wants to be called; HSVC_NEVER if nothing is pending. May lie in the past; 0 while
 * a change that touches many records is being worked off by this node. It reads no policy: until the engine has decided something a
 * clock is judged by the default of clock_skew_max (2 s). A policy that allows more can then cost one call of hsvc_advance that
 * has nothing to do; with one that allows less, time stands still for 2 s after a step back, and nothing is early (TIME-4).
 * Calling advance early or twice is harmless. HSVC_OK and the clock's and store's statuses, HSVC_ERR_ARGUMENT,
 * HSVC_ERR_REENTRANT. (TIME-3) */
#define HSVC_NEVER INT64_MAX /* no deadline, no end */
HSVC_API int32_t hsvc_next_deadline(hsvc_engine *engine, int64_t *at_ms);

/* hsvc_advance: fires what is due, a bounded number of devices per call, each in a commit of its own, then works on jobs,
 * a bounded number of records, likewise (STORE-3); and fills the batch. It alone may return an error and effects: those of the devices done before the error, which are committed.
 * Statuses as hsvc_apply; after HSVC_ERR_UNKNOWN call it again and hsvc_resync. (TIME-3, STORE-6) */
HSVC_API int32_t hsvc_advance(hsvc_engine *engine, hsvc_effects *effects);

/* hsvc_cursor: where a walk in pages stands. _init begins it; each page moves it; done is 1 after the last. A plain
 * value: it may be copied, kept, and given to another engine on the same store. */
typedef struct hsvc_cursor {
    uint32_t struct_size;
    uint32_t done;
    uint32_t key_len;
    uint32_t reserved;
    uint8_t key[HSVC_LIMIT_NAME_LEN + 4]; /* of the last row done, without its first byte */
} hsvc_cursor;
HSVC_API int32_t hsvc_cursor_init(hsvc_cursor *cursor, size_t size);

#define HSVC_RESYNC_NODE 1u /* only devices that are registered, and at hsvc_resync_scope.node */

/* hsvc_resync_scope: which devices. device: that one alone; else all, or those of a node (PROF-3). */
typedef struct hsvc_resync_scope {
    uint32_t struct_size;
    uint32_t flags; /* HSVC_RESYNC_ */
    uint32_t node;
    uint32_t reserved;
    const char *device;
    size_t device_len;
} hsvc_resync_scope;
HSVC_API int32_t hsvc_resync_scope_init(hsvc_resync_scope *scope, size_t size);

/* hsvc_resync: hands out again, marked HSVC_FLAG_REPEATED, what devices should wear and show and nobody acknowledged:
 * APPLY_PROFILE and WIPE until PROFILE_APPLIED or DEVICE_REGISTERED and WIPE_DONE; SHOW_PROMPT, or CLEAR_PROMPT with
 * prompt_id 0 where nothing is to be shown, and MENU_STATE until EFFECT_ACK. A host calls it page after page when it
 * starts, before its first input, until cursor->done. What is due by now of a device to which something is owed is decided
 * first, as by hsvc_advance, whosever node's it is; verdicts and effects of that are in the batch. scope NULL: all devices.
 * One call looks at up to HSVC_LIMIT_RESYNC_DEVICES devices. cursor may be NULL if the scope is one device. No profile is
 * sent into a call: it is sent when the call is over. No PIN check is repeated; events are not (the audit has them).
 * It alone, with advance, may return an error and effects: those of the devices before the error. A damaged device
 * holds up no other; the cursor is past it. On any other error the cursor is where the next try goes on.
 * Statuses as hsvc_apply, and HSVC_ERR_NOT_FOUND (no such device). (STORE-6, PROF-3, TIME-3) */
HSVC_API int32_t hsvc_resync(hsvc_engine *engine, const hsvc_resync_scope *scope, hsvc_cursor *cursor,
                             hsvc_effects *effects);

#ifdef __cplusplus
}
#endif
#endif
