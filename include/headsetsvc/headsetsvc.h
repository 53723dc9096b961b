/* headsetsvc.h: the public interface of libheadsetsvc, headset-based sign-in at shared desks.
 *
 * The library decides and does no I/O. A host says what happened (inputs), the library answers what to do (effects)
 * and why (verdicts); all state lives in the host's store. For every item below:
 *   threads      one engine, one thread at a time; different engines are independent
 *   re-entrancy  no function of an engine may be called from inside one of its callbacks (HSVC_ERR_REENTRANT)
 *   since        0.1 unless the item says otherwise
 *   text         (pointer, length), never NUL-terminated unless said; UTF-8
 *   times        milliseconds since the Unix epoch, int64_t, names end in _at or _ms; 0 means "not given"
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_HEADSETSVC_H
#define HEADSETSVC_HEADSETSVC_H

#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- version ----------------------------------------------------------------------------------------------- */

#define HSVC_VERSION_MAJOR 0
#define HSVC_VERSION_MINOR 1
#define HSVC_VERSION_PATCH 0
#define HSVC_VERSION "0.1.0"
/* HSVC_VERSION_NUMBER: major * 1000000 + minor * 1000 + patch, of the header. */
#define HSVC_VERSION_NUMBER (HSVC_VERSION_MAJOR * 1000000 + HSVC_VERSION_MINOR * 1000 + HSVC_VERSION_PATCH)

/* hsvc_version: the library's own version number, to be compared with HSVC_VERSION_NUMBER. Never fails. */
HSVC_API uint32_t hsvc_version(void);

/* ---- names of codes ---------------------------------------------------------------------------------------- */

/* Registries for hsvc_name, hsvc_text and hsvc_code. */
#define HSVC_REGISTRY_STATUS 1
#define HSVC_REGISTRY_REASON 2
#define HSVC_REGISTRY_INPUT 3
#define HSVC_REGISTRY_EFFECT 4
#define HSVC_REGISTRY_PROMPT 5
#define HSVC_REGISTRY_CAUSE 6
#define HSVC_REGISTRY_PARAM 7
#define HSVC_REGISTRY_FIELD 8
#define HSVC_REGISTRY_VERIFY 9
#define HSVC_REGISTRY_CALL 10
#define HSVC_REGISTRY_LOST 11
#define HSVC_REGISTRY_DEVICE 12
#define HSVC_REGISTRY_SCOPE 13
#define HSVC_REGISTRY_HEADSET 14
#define HSVC_REGISTRY_SESSION 15
#define HSVC_REGISTRY_PROFILE 16
#define HSVC_REGISTRY_PRESENCE 17
#define HSVC_REGISTRY_SUBJECT 18
#define HSVC_REGISTRY_EXPLAINED 19

/* hsvc_name: the name of a code without its prefix ("SIGNED_IN"), NUL-terminated, static; "UNKNOWN" if there is none.
 * hsvc_text: one line of plain words about it, NUL-terminated, static; "" if there is none.
 * hsvc_code: the code of a name (ASCII, case-insensitive). HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND. */
HSVC_API const char *hsvc_name(uint32_t registry, int32_t code);
HSVC_API const char *hsvc_text(uint32_t registry, int32_t code);
HSVC_API int32_t hsvc_code(uint32_t registry, const char *name, size_t name_len, int32_t *code);

/* hsvc_choice_name: the name of a value of a choice parameter ("NOT_REQUIRED"), static; "" if it is none.
 * hsvc_choice_code: the value of a name. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND. (POL-1) */
HSVC_API const char *hsvc_choice_name(uint32_t param, int64_t value);
HSVC_API int32_t hsvc_choice_code(uint32_t param, const char *name, size_t name_len, int64_t *value);

/* hsvc_rule_text: one sentence about a rule id, as verdicts, effects and the trace name it ("OUT-3"; ASCII,
 * case-insensitive), NUL-terminated, static; "" if there is no such rule. Never fails. */
HSVC_API const char *hsvc_rule_text(const char *rule, size_t len);

/* hsvc_hash64: the library's 64-bit hash (XXH64, seed 0), for hosts that must turn a string such as a SIP Call-ID or a
 * USB path into a call id or a handle without keeping a table. Never 0. bytes may be NULL if len is 0. */
HSVC_API uint64_t hsvc_hash64(const void *bytes, size_t len);

/* ---- what the host provides --------------------------------------------------------------------------------- */

/* hsvc_allocator: all memory of the library. Blocks are aligned for any object.
 * resize(NULL, 0, n) allocates, resize(p, old, 0) frees and returns NULL, else the block keeps min(old, n) bytes.
 * Returns NULL if there is no memory: the call that needed it gives HSVC_ERR_MEMORY and changed nothing. */
typedef struct hsvc_allocator {
    uint32_t struct_size;
    uint32_t reserved;
    void *(*resize)(void *block, size_t old_size, size_t new_size, void *user);
    void *user;
} hsvc_allocator;

/* hsvc_clock_fn: writes the time to *now_ms and returns HSVC_OK; anything else, or a time outside 0..HSVC_LIMIT_TIME,
 * makes the call fail with HSVC_ERR_CLOCK. It must count suspend; it may step (TIME-1, TIME-4). Called once per call. */
typedef int32_t (*hsvc_clock_fn)(int64_t *now_ms, void *user);

/* One key of a read. */
typedef struct hsvc_key {
    const uint8_t *bytes;
    size_t len;
} hsvc_key;

/* One row that a store hands to a sink; valid during the sink's call. index: of the key in a read, counted from 0;
 * of the row in a scan. revision: of the commit that last wrote the row, never 0. hint: anything the store likes; it
 * comes back in hsvc_op.hint when this row is written, and may be 0. */
typedef struct hsvc_row {
    uint32_t struct_size;
    uint32_t index;
    const uint8_t *key;
    size_t key_len;
    const uint8_t *value;
    size_t value_len;
    uint64_t revision;
    uint64_t hint;
} hsvc_row;

/* hsvc_row_sink: takes one row. Returns HSVC_OK to go on; anything else must be returned by the store at once. */
typedef int32_t (*hsvc_row_sink)(const hsvc_row *row, void *sink_user);

#define HSVC_OP_PUT 1    /* write value at key */
#define HSVC_OP_DELETE 2 /* remove key; an absent key is no error unless a revision is expected */
#define HSVC_OP_CHECK 3  /* write nothing, only compare */
#define HSVC_EXPECT_ANY 1
#define HSVC_EXPECT_ABSENT 2
#define HSVC_EXPECT_REVISION 3

/* One operation of a commit. The stride of the array is the first element's struct_size. */
typedef struct hsvc_op {
    uint32_t struct_size;
    uint32_t kind;   /* HSVC_OP_ */
    uint32_t expect; /* HSVC_EXPECT_ */
    uint32_t reserved;
    uint64_t revision; /* with HSVC_EXPECT_REVISION */
    const uint8_t *key;
    size_t key_len;
    const uint8_t *value; /* PUT only */
    size_t value_len;
    uint64_t hint; /* as the row's, or 0 */
} hsvc_op;

/* hsvc_store: the only state (STORE-1, STORE-2). All three callbacks must be provided; none may call the engine.
 * read    calls the sink once for each of the keys that exists, in any order. Absent is an answer, not an error.
 *         HSVC_OK, HSVC_ERR_UNAVAILABLE, HSVC_ERR_CORRUPT, or what the sink returned.
 * scan    calls the sink for up to limit rows with from <= key < to (to_len 0: no end), in the order of the key's bytes.
 *         The same statuses.
 * commit  all operations or none, each key at most once. If every expectation holds: writes, sets *revision to one
 *         non-zero number that all written rows carry and that no key of the store ever had before, returns HSVC_OK.
 *         HSVC_ERR_CONFLICT an expectation failed, or a key stands there twice, and nothing was written;
 *         HSVC_ERR_UNAVAILABLE nothing happened;
 *         HSVC_ERR_UNKNOWN it may have happened or happen yet; HSVC_ERR_FULL; HSVC_ERR_CORRUPT.
 * Any other return is HSVC_ERR_CALLBACK, and so is HSVC_OK without a revision. conformance.h puts a store to the test.
 * ops_max: how many operations one commit may have, at least HSVC_LIMIT_OPS_PER_COMMIT; 0 means exactly that. */
typedef struct hsvc_store {
    uint32_t struct_size;
    uint32_t ops_max;
    int32_t (*read)(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user);
    int32_t (*scan)(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                    hsvc_row_sink sink, void *sink_user, void *user);
    int32_t (*commit)(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user);
    void *user;
} hsvc_store;

struct hsvc_input;

/* hsvc_permission_fn: may this actor do this? HSVC_OK yes; HSVC_ERR_NOT_FOUND no (verdict NOT_PERMITTED); anything
 * else fails the call with HSVC_ERR_CALLBACK. Asked once for each administrative input, before anything
 * changes: kinds from 201 on, DEVICE_PUT, _REMOVE, _RENAME, HEADSET_DELETE and HEADSET_ALIAS. (OBS-9) */
typedef int32_t (*hsvc_permission_fn)(const struct hsvc_input *input, void *user);

/* hsvc_trace_fn: one record per table row that ran: observation only. machine, event, from, to and rule are static and
 * NUL-terminated. The return value is HSVC_OK; anything else fails the call with HSVC_ERR_CALLBACK. */
typedef struct hsvc_trace {
    uint32_t struct_size;
    uint32_t row; /* number of the row within its machine, in file order */
    const char *machine;
    const char *event;
    const char *from;
    const char *to;
    const char *rule;
    const char *device; /* not NUL-terminated */
    size_t device_len;
} hsvc_trace;
typedef int32_t (*hsvc_trace_fn)(const hsvc_trace *trace, void *user);

/* hsvc_recording_fn: takes one frame of the engine's recording (recording.h), valid during the call. Anything but HSVC_OK
 * ends the recording; the service goes on. No memory for a frame ends it too. (OBS-6) */
typedef int32_t (*hsvc_recording_fn)(const uint8_t *bytes, size_t len, void *user);

/* hsvc_config: what an engine is made of. allocator, store and clock are required; everything is copied, so the
 * structs need not outlive hsvc_engine_new, but what their user pointers mean must outlive the engine. */
#define HSVC_CONFIG_ANY_EPOCH 1u /* flags: work on a store that is older than is known (STORE-9) */
typedef struct hsvc_config {
    uint32_t struct_size;
    uint32_t flags; /* HSVC_CONFIG_ANY_EPOCH or 0 */
    const hsvc_allocator *allocator;
    const hsvc_store *store;
    hsvc_clock_fn clock;
    void *clock_user;
    hsvc_permission_fn permission; /* may be NULL: everything is permitted */
    void *permission_user;
    hsvc_trace_fn trace; /* may be NULL */
    void *trace_user;
    uint32_t node;       /* this engine's number, 0 .. node_count - 1 */
    uint32_t node_count; /* engines on this store; 0 means 1 */
    int64_t poll_ms;     /* with several nodes: next_deadline is at most this far away; 0 means 1000 */
    hsvc_recording_fn recording; /* may be NULL */
    void *recording_user;
    uint64_t epoch;      /* of the store, as the host knows it; an older store is refused; 0: any will do (STORE-9) */
} hsvc_config;

/* hsvc_*_init: zeroes size bytes and sets struct_size. HSVC_OK; HSVC_ERR_ARGUMENT if the pointer is NULL,
 * HSVC_ERR_STRUCT_SIZE if size is impossible. Pass sizeof of your own struct. */
HSVC_API int32_t hsvc_allocator_init(hsvc_allocator *allocator, size_t size);
HSVC_API int32_t hsvc_store_init(hsvc_store *store, size_t size);
HSVC_API int32_t hsvc_config_init(hsvc_config *config, size_t size);

/* ---- inputs -------------------------------------------------------------------------------------------------- */

/* One headset, call or profile of a list. */
#define HSVC_ITEM_HEADSET 1 /* text: serial, number: handle */
#define HSVC_ITEM_CALL 2    /* number: call id, state: HSVC_CALL_, flags: HSVC_FLAG_EMERGENCY */
#define HSVC_ITEM_PROFILE 3 /* text: profile name */
typedef struct hsvc_item {
    const char *text;
    size_t text_len;
    uint64_t number;
    uint32_t kind; /* HSVC_ITEM_ */
    uint32_t state;
    uint32_t flags;
    uint32_t reserved;
} hsvc_item;

/* Bits of hsvc_input.flags, by kind. */
#define HSVC_FLAG_EM_ENABLED 1     /* DEVICE_PUT: extension mobility is on */
#define HSVC_FLAG_REMOTE_ACCESS 2  /* DEVICE_PUT: the device comes in over the remote-access edge */
#define HSVC_FLAG_CROSS_CLUSTER 4  /* DEVICE_PUT: a cross-cluster login device */
#define HSVC_FLAG_DISABLED 1       /* USER_PUT: the user may not sign in or associate */
#define HSVC_FLAG_UPDATING 1       /* HEADSET_CONNECTED: its firmware is being updated */
#define HSVC_FLAG_INVENTORY_ONLY 2 /* HEADSET_CONNECTED: the "serial" is the device's name (ID-4) */
#define HSVC_FLAG_EMERGENCY 1      /* CALL_BEGUN, CALL_CHANGED, item: an emergency call */
#define HSVC_FLAG_NOW 1            /* FORCE_SIGN_OUT: do not wait for calls */
#define HSVC_FLAG_TAKE_OVER 1       /* SIGN_IN_USER: another user who is signed in there is signed out */
#define HSVC_FLAG_HAS_PRESENCE 1   /* DEVICE_REGISTERED: the items hold all headsets now present (perhaps none) */
#define HSVC_FLAG_HAS_CALLS 2      /* DEVICE_REGISTERED: the items hold all calls now present (perhaps none) */

/* hsvc_input: one thing that happened. Flat, grown only at its end. Which kind uses which field: the field matrix in
 * the reference; a field that the kind does not use must be zero. Everything is borrowed for the call only. */
typedef struct hsvc_input {
    uint32_t struct_size;
    uint32_t kind;          /* HSVC_INPUT_ */
    int64_t at_ms;          /* when it happened; 0 = now (TIME-2) */
    uint8_t request_id[16]; /* the host's, for safe retries; all zero = none (STORE-4) */
    const char *actor;      /* who asked for it; for the audit and the permission callback */
    size_t actor_len;
    const char *device;
    size_t device_len;
    const char *serial;
    size_t serial_len;
    const char *user;
    size_t user_len;
    const char *profile;
    size_t profile_len;
    const char *name;
    size_t name_len;
    const char *site;
    size_t site_len;
    const char *model;
    size_t model_len;
    const char *firmware;
    size_t firmware_len;
    const char *vendor;
    size_t vendor_len;
    const char *dock;
    size_t dock_len;
    const char *related_user;
    size_t related_user_len;
    const char *text;
    size_t text_len;
    const uint8_t *pin; /* opaque bytes; copied into the effect VERIFY_PIN and nowhere else (SIGN-9) */
    size_t pin_len;
    const hsvc_item *items;
    size_t item_count;
    size_t item_size; /* sizeof(hsvc_item) of the caller */
    uint64_t handle;
    uint64_t prompt_id;
    uint64_t generation;
    uint64_t call_id;
    uint64_t request;
    int64_t value;
    uint32_t node;
    uint32_t state; /* a value of the kind's closed list: HSVC_VERIFY_, HSVC_CALL_, HSVC_LOST_, HSVC_DEVICE_, ... */
    uint32_t param; /* HSVC_PARAM_ */
    uint32_t flags; /* HSVC_FLAG_ */
    const char *location; /* DEVICE_PUT: where an emergency call from here comes from, in the host's own words */
    size_t location_len;
    const char *headset_template; /* as the inventory shows it (INV-1) */
    size_t headset_template_len;
    const char *alias; /* another serial of the headset (ID-7) */
    size_t alias_len;
} hsvc_input;

/* hsvc_input_init: zeroes size bytes, sets struct_size and kind. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. */
HSVC_API int32_t hsvc_input_init(hsvc_input *input, size_t size, uint32_t kind);

/* ---- effects and verdicts -------------------------------------------------------------------------------------- */

typedef struct hsvc_effects hsvc_effects;
typedef struct hsvc_engine hsvc_engine;

#define HSVC_NO_INPUT 0xffffffffu /* input_index of what a deadline caused */

/* Bits of hsvc_effect.flags. */
#define HSVC_MENU_ASSOCIATE 1       /* MENU_STATE: Associate user is enabled */
#define HSVC_MENU_SIGN_IN 2         /* MENU_STATE: Sign in with headset is enabled */
#define HSVC_MENU_SIGN_OUT 4        /* MENU_STATE: Sign out is enabled */
#define HSVC_FLAG_REPEATED 256       /* any: sent before; doing it twice must be harmless (PROF-1, STORE-6) */
#define HSVC_PROMPT_OFFERS_SIGN_IN 1 /* SHOW_PROMPT ASSOCIATED: Sign in is on this very screen (PROMPT-2) */
#define HSVC_PROMPT_OFFERS_EXTEND 2  /* SHOW_PROMPT SIGN_OUT: Extend is on it */

/* hsvc_effect: something the host must do, in order. All text is borrowed from the batch until it is reset or filled
 * again; it ends in a NUL that its length does not count, and is "" where there is none. Other fields that an effect
 * does not use are zero. device, site, location and node are set on every device effect (SAFE-3, PROF-3). */
typedef struct hsvc_effect {
    uint32_t struct_size;
    uint32_t kind;        /* HSVC_EFFECT_ */
    uint32_t input_index; /* which input caused it, or HSVC_NO_INPUT */
    uint32_t reason;      /* HSVC_REASON_, where one belongs to it; of SESSION_STARTED how it came about: PIN_ASKED by PIN,
                             COUNTDOWN_STARTED without, HOST_AUTHENTICATED by SIGN_IN_USER */
    uint32_t prompt;      /* HSVC_PROMPT_ */
    uint32_t cause;       /* HSVC_CAUSE_ of SESSION_ENDED */
    uint32_t node;        /* where the device is registered */
    uint32_t flags;       /* HSVC_MENU_, HSVC_FLAG_REPEATED, HSVC_PROMPT_OFFERS_ */
    int64_t at_ms;        /* the decision's time */
    int64_t due_ms;       /* when a prompt closes, a countdown signs in, an answer is due; 0 = never */
    uint64_t prompt_id;
    uint64_t request;    /* of VERIFY_PIN, REPORT_PRESENCE, REPORT_CALLS: answer with it */
    uint64_t generation; /* of APPLY_PROFILE, WIPE, SHOW_PROMPT, CLEAR_PROMPT, MENU_STATE: acknowledge with it */
    uint64_t session;    /* session id, unique per device */
    const char *device;
    size_t device_len;
    const char *site;
    size_t site_len;
    const char *user; /* prefill of a prompt; whose PIN; who signed in or out; the new owner */
    size_t user_len;
    const char *other_user; /* who would be signed out; the owner before */
    size_t other_user_len;
    const char *serial;
    size_t serial_len;
    const char *profile;
    size_t profile_len;
    const uint8_t *pin; /* VERIFY_PIN only */
    size_t pin_len;
    size_t profile_count; /* SHOW_PROMPT CHOOSE_PROFILE: read them with hsvc_effects_profile */
    const char *rule;     /* the rule id that decided, NUL-terminated, static */
    const char *location; /* of the device, for emergency calls */
    size_t location_len;
} hsvc_effect;

/* hsvc_verdict: what the service decided about one input or one deadline (OBS-1). Borrowed text as in hsvc_effect.
 * An input about several headsets (a list, or all of a user) has a verdict for each, in order, and then its own: DONE,
 * PARTLY_DONE or LIST_REFUSED. With HSVC_APPLY_ALL_OR_NONE one refused item undoes the batch. (ASSOC-8) */
typedef struct hsvc_verdict {
    uint32_t struct_size;
    uint32_t input_index; /* or HSVC_NO_INPUT for a deadline */
    uint32_t accepted;    /* 1 or 0 */
    uint32_t reason;      /* HSVC_REASON_ */
    int32_t em_code;      /* result code of the Extension Mobility API, -1 for an acceptance (OBS-8) */
    uint32_t repeated;    /* 1: the stored verdict of an earlier input with the same request id */
    uint32_t field;       /* HSVC_FIELD_ of a refused text or number, else 0 */
    uint32_t item_number; /* of an input about several headsets: which of them, counted from 1; 0 = the input itself */
    int64_t limit; /* the limit that was broken, else 0 */
    int64_t at_ms; /* event time */
    const char *device;
    size_t device_len;
    const char *event; /* name of the machine's event ("window_due"), NUL-terminated, static */
    const char *rule;  /* NUL-terminated, static */
    const char *serial; /* of an item: which headset it is about */
    size_t serial_len;
} hsvc_verdict;

/* hsvc_problem: what a failed call complains about. */
typedef struct hsvc_problem {
    uint32_t struct_size;
    int32_t status;
    uint32_t input_index; /* or HSVC_NO_INPUT */
    uint32_t field;       /* HSVC_FIELD_, or 0 */
    int64_t limit;        /* or 0 */
    const uint8_t *key;   /* of a corrupt or impossible record, borrowed from the batch */
    size_t key_len;
} hsvc_problem;

/* hsvc_effects_new: an empty batch, owned by the caller, freed by hsvc_effects_free (NULL is fine). The allocator is
 * copied. A batch may be used with any engine, by one thread at a time.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_MEMORY. */
HSVC_API int32_t hsvc_effects_new(const hsvc_allocator *allocator, hsvc_effects **effects);
HSVC_API void hsvc_effects_free(hsvc_effects *effects);
/* hsvc_effects_reset: empties the batch and overwrites every PIN in it. Each filling call resets first. */
HSVC_API void hsvc_effects_reset(hsvc_effects *effects);
/* Counts; 0 for NULL. */
HSVC_API size_t hsvc_effects_count(const hsvc_effects *effects);
HSVC_API size_t hsvc_verdict_count(const hsvc_effects *effects);
/* Copies of one entry, filled to the caller's struct_size, which must be set (hsvc_effect_init, hsvc_verdict_init).
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND (index too large). */
HSVC_API int32_t hsvc_effects_at(const hsvc_effects *effects, size_t index, hsvc_effect *effect);
HSVC_API int32_t hsvc_verdict_at(const hsvc_effects *effects, size_t index, hsvc_verdict *verdict);
/* hsvc_effects_profile: profile number `which` that effect number `index` offers; borrowed. Statuses as above. */
HSVC_API int32_t hsvc_effects_profile(const hsvc_effects *effects, size_t index, size_t which, const char **name,
                                      size_t *name_len);
/* hsvc_effects_problem: what the last failed call into this batch complained about; status HSVC_OK if it did not. */
HSVC_API int32_t hsvc_effects_problem(const hsvc_effects *effects, hsvc_problem *problem);
HSVC_API int32_t hsvc_effect_init(hsvc_effect *effect, size_t size);
HSVC_API int32_t hsvc_verdict_init(hsvc_verdict *verdict, size_t size);
HSVC_API int32_t hsvc_problem_init(hsvc_problem *problem, size_t size);

/* ---- engine ------------------------------------------------------------------------------------------------------ */

/* hsvc_engine_new: an engine on a store. Keeps nothing but counters and caches (STORE-1), so any number may be made
 * and thrown away, also after a fork. Touches neither clock nor store. Freed by hsvc_engine_free (NULL is fine).
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_FLAGS, HSVC_ERR_MEMORY. */
HSVC_API int32_t hsvc_engine_new(const hsvc_config *config, hsvc_engine **engine);
HSVC_API void hsvc_engine_free(hsvc_engine *engine);

#define HSVC_APPLY_DRY_RUN 1u     /* decide, hand out verdicts and effects, commit nothing (OBS-7) */
#define HSVC_APPLY_ALL_OR_NONE 2u /* one refusal undoes the whole batch: verdicts as decided, no effects, no change */

/* hsvc_apply: decides count inputs, in order, in one atomic commit, and fills the batch with a verdict for each (and
 * for each deadline that came first) and the effects. A refusal is a verdict, not an error. On any error status
 * nothing was committed and the batch holds only the problem.
 * Every status except ERR_NOT_FOUND is possible; after HSVC_ERR_UNKNOWN send the same inputs again with their request
 * ids. (STORE-3, STORE-4, TIME-3) */
HSVC_API int32_t hsvc_apply(hsvc_engine *engine, const hsvc_input *inputs, size_t count, uint32_t flags,
                            hsvc_effects *effects);

/* hsvc_epoch_get: the store's epoch, 0 if it was never raised. hsvc_epoch_raise: raises it, in one commit; every engine on
 * the store sees it with its next commit, and from then on refuses what is older: a backup that was made before and is
 * restored under it. The host keeps the number where no backup of the store reaches it, and gives it to hsvc_engine_new.
 * After a restore that is meant: an engine with HSVC_CONFIG_ANY_EPOCH raises it above the number that is known.
 * HSVC_OK, also if the epoch is that already; HSVC_ERR_ARGUMENT, also for an epoch below the store's; HSVC_ERR_EPOCH;
 * HSVC_ERR_REENTRANT, HSVC_ERR_MEMORY, HSVC_ERR_CONFLICT, HSVC_ERR_CALLBACK and the store's statuses. (STORE-9) */
HSVC_API int32_t hsvc_epoch_get(hsvc_engine *engine, uint64_t *epoch);
HSVC_API int32_t hsvc_epoch_raise(hsvc_engine *engine, uint64_t epoch);

/* hsvc_next_deadline: when hsvc_advance wants to be called; HSVC_NEVER if nothing is pending. May lie in the past; 0 while
 * a change that touches many records is being worked off by this node.
 * Calling advance early or twice is harmless. HSVC_OK and the clock's and store's statuses, HSVC_ERR_ARGUMENT,
 * HSVC_ERR_REENTRANT. (TIME-3) */
#define HSVC_NEVER INT64_MAX
HSVC_API int32_t hsvc_next_deadline(hsvc_engine *engine, int64_t *at_ms);

/* hsvc_advance: fires what is due, a bounded number of devices per call, each in a commit of its own, then works on jobs,
 * a bounded number of records, likewise (STORE-3); and fills the batch. It alone may return an error and effects: those of the devices done before the error, which are committed.
 * Statuses as hsvc_apply. (TIME-3) */
HSVC_API int32_t hsvc_advance(hsvc_engine *engine, hsvc_effects *effects);

/* hsvc_cursor: where a walk in pages stands. _init begins it; each page moves it; done is 1 after the last. A plain
 * value: it may be copied, kept, and given to another engine on the same store. */
typedef struct hsvc_cursor {
    uint32_t struct_size;
    uint32_t done;
    uint32_t key_len;
    uint32_t reserved;
    uint8_t key[HSVC_LIMIT_NAME_LEN]; /* canonical name of the last device done */
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
 * starts, before its first input, until cursor->done. scope NULL: all devices. One call looks at up to
 * HSVC_LIMIT_RESYNC_DEVICES devices. cursor may be NULL if the scope is one device. No profile is sent into a call: it
 * is sent when the call is over. No PIN check is repeated; events are not (the audit has them).
 * It alone, with advance, may return an error and effects: those of the devices before the error. A damaged device
 * holds up no other; the cursor is past it. On any other error the cursor is where the next try goes on.
 * Statuses as hsvc_apply, and HSVC_ERR_NOT_FOUND (no such device). (STORE-6, PROF-3) */
HSVC_API int32_t hsvc_resync(hsvc_engine *engine, const hsvc_resync_scope *scope, hsvc_cursor *cursor,
                             hsvc_effects *effects);

/* hsvc_answer: fills in the input that answers an effect, or acknowledges it: PROFILE_APPLIED, WIPE_DONE, VERIFY_RESULT
 * (state: HSVC_VERIFY_), PRESENCE_ANSWER (state: HSVC_PRESENCE_), CALL_ANSWER without calls, and EFFECT_ACK for
 * SHOW_PROMPT, CLEAR_PROMPT and MENU_STATE. For a host with one answer to every state, such as one that shows, applies
 * and asks at once: state may be given for any effect and goes where it belongs. input->struct_size must be set, the rest is
 * overwritten; its text is the effect's and is borrowed as that is. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE,
 * HSVC_ERR_NOT_FOUND (an effect without an answer). */
HSVC_API int32_t hsvc_answer(const hsvc_effect *effect, uint32_t state, hsvc_input *input);

/* ---- looking ------------------------------------------------------------------------------------------------------ */

/* Views are filled to the caller's struct_size; text is borrowed until the next call on the engine.
 * hsvc_X_get finds by name, hsvc_X_next the first after the given name in key order (len 0: the very first).
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND, HSVC_ERR_CORRUPT, store statuses. */
typedef struct hsvc_device_view {
    uint32_t struct_size;
    uint32_t kind;  /* HSVC_DEVICE_ */
    uint32_t flags; /* HSVC_FLAG_EM_ENABLED, ... */
    uint32_t registered;
    uint32_t node;
    uint32_t session_state; /* HSVC_SESSION_ */
    uint32_t profile_state; /* HSVC_PROFILE_ */
    uint32_t prompt;        /* HSVC_PROMPT_, 0 = none */
    uint32_t headset_count; /* serials present */
    uint32_t call_count;
    uint32_t wipe_pending;
    uint32_t causes; /* deferred causes, bit (cause - 501) */
    uint64_t session;
    uint64_t prompt_id;
    uint64_t generation_desired;
    uint64_t generation_acked;
    int64_t signed_in_at;
    int64_t window_due_at;
    int64_t deadline_at; /* the earliest of all, HSVC_NEVER if none */
    const char *name;
    size_t name_len;
    const char *site;
    size_t site_len;
    const char *user; /* of the session */
    size_t user_len;
    const char *profile; /* desired now */
    size_t profile_len;
    const char *signed_out_profile;
    size_t signed_out_profile_len;
    const char *serial; /* by which the session was made, empty = by hand */
    size_t serial_len;
    const char *key; /* canonical name: the position for hsvc_device_next */
    size_t key_len;
    uint64_t number; /* of the device in the audit */
    const char *location; /* for emergency calls */
    size_t location_len;
    const char *model;
    size_t model_len;
    const char *firmware;
    size_t firmware_len;
    const char *related_user;
    size_t related_user_len;
    const char *prompt_user; /* whom the prompt is about, and its serial */
    size_t prompt_user_len;
    const char *prompt_serial;
    size_t prompt_serial_len;
    int64_t prompt_due_at;   /* when it closes or signs in; 0 = not by itself */
    uint64_t screen_told;    /* generation of prompt and menu; acknowledged when screen_acked is the same */
    uint64_t screen_acked;
    uint32_t menu;           /* HSVC_MENU_ bits told since it registered */
    uint32_t verifying;      /* 1: a PIN check is under way */
    uint32_t flapping;     /* 1: its headsets come and go too often, reports are held back (PRES-8) */
    uint32_t held_reports; /* in this hold, or the last one */
} hsvc_device_view;

/* hsvc_present_view: one headset at a device. */
typedef struct hsvc_present_view {
    uint32_t struct_size;
    uint32_t fresh;    /* 1: may still start a flow */
    uint32_t doubtful; /* 1: reported at another device later, this one was asked */
    uint32_t gone;     /* 1: reported gone, not judged yet: a reset, or an update */
    int64_t since_at;
    int64_t event_at; /* its newest report */
    const char *serial;
    size_t serial_len;
    const char *owner;
    size_t owner_len;
} hsvc_present_view;

/* hsvc_call_view: one call at a device. */
typedef struct hsvc_call_view {
    uint32_t struct_size;
    uint32_t state; /* HSVC_CALL_ */
    uint64_t id;
    int64_t seen_at; /* last report of it */
    uint32_t emergency;
    uint32_t reserved;
} hsvc_call_view;

/* hsvc_login_view: one active session of a user. */
typedef struct hsvc_login_view {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t session;
    const char *device;
    size_t device_len;
} hsvc_login_view;

typedef struct hsvc_user_view {
    uint32_t struct_size;
    uint32_t disabled;
    uint32_t headset_count;
    uint32_t session_count;
    uint32_t profile_count;
    uint32_t failures;
    int64_t locked_until_at; /* HSVC_NEVER = until unlocked */
    const char *id;
    size_t id_len;
    const char *last_profile;
    size_t last_profile_len;
    const char *key;
    size_t key_len;
    uint64_t number; /* of the user in the audit */
} hsvc_user_view;

typedef struct hsvc_headset_view {
    uint32_t struct_size;
    uint32_t type; /* HSVC_HEADSET_ */
    uint32_t connected;
    uint32_t updating;
    uint64_t handle;
    int64_t first_seen_at;
    int64_t last_connected_at;
    int64_t status_since_at;
    const char *serial;
    size_t serial_len;
    const char *owner;
    size_t owner_len;
    const char *device; /* where it is or was last */
    size_t device_len;
    const char *vendor;
    size_t vendor_len;
    const char *model;
    size_t model_len;
    const char *firmware;
    size_t firmware_len;
    const char *dock;
    size_t dock_len;
    const char *key;
    size_t key_len;
    const char *headset_template;
    size_t headset_template_len;
    const char *alias_of; /* hsvc_headset_next alone: this serial is one more of that headset, and all else is empty */
    size_t alias_of_len;
    uint32_t alias_count; /* further serials: hsvc_headset_alias (ID-7) */
    uint32_t reserved;
    uint64_t number; /* of the headset in the audit; 0 = the audit never spoke of it */
} hsvc_headset_view;

HSVC_API int32_t hsvc_device_view_init(hsvc_device_view *view, size_t size);
HSVC_API int32_t hsvc_user_view_init(hsvc_user_view *view, size_t size);
HSVC_API int32_t hsvc_headset_view_init(hsvc_headset_view *view, size_t size);
HSVC_API int32_t hsvc_present_view_init(hsvc_present_view *view, size_t size);
HSVC_API int32_t hsvc_call_view_init(hsvc_call_view *view, size_t size);
HSVC_API int32_t hsvc_login_view_init(hsvc_login_view *view, size_t size);
HSVC_API int32_t hsvc_device_get(hsvc_engine *engine, const char *name, size_t len, hsvc_device_view *view);
HSVC_API int32_t hsvc_device_next(hsvc_engine *engine, const char *after, size_t len, hsvc_device_view *view);
HSVC_API int32_t hsvc_user_get(hsvc_engine *engine, const char *id, size_t len, hsvc_user_view *view);
HSVC_API int32_t hsvc_user_next(hsvc_engine *engine, const char *after, size_t len, hsvc_user_view *view);
HSVC_API int32_t hsvc_headset_get(hsvc_engine *engine, const char *serial, size_t len, hsvc_headset_view *view);
HSVC_API int32_t hsvc_headset_next(hsvc_engine *engine, const char *after, size_t len, hsvc_headset_view *view);

/* hsvc_headset_alias: further serial number `index` (from 0) of the headset, which may be named by any of its serials, as
 * in hsvc_headset_get. Borrowed until the next call on the engine. HSVC_ERR_NOT_FOUND also when there are fewer. (ID-7) */
HSVC_API int32_t hsvc_headset_alias(hsvc_engine *engine, const char *serial, size_t len, uint32_t index, const char **alias,
                                    size_t *alias_len);

/* The lists of the device or user that was viewed last, by index from 0: headsets and calls of a device; sessions,
 * profiles and headsets of a user. Borrowed as the view itself. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE,
 * HSVC_ERR_NOT_FOUND (no such index, or the last view was of something else). Views and lists together, all users, then
 * all devices, taken before the first input or advance, are the whole picture for a late observer (STORE-6). */
HSVC_API int32_t hsvc_device_present_at(const hsvc_engine *engine, size_t index, hsvc_present_view *view);
HSVC_API int32_t hsvc_device_call_at(const hsvc_engine *engine, size_t index, hsvc_call_view *view);
HSVC_API int32_t hsvc_user_login_at(const hsvc_engine *engine, size_t index, hsvc_login_view *view);
HSVC_API int32_t hsvc_user_profile_at(const hsvc_engine *engine, size_t index, const char **name, size_t *name_len);
HSVC_API int32_t hsvc_user_headset_at(const hsvc_engine *engine, size_t index, const char **serial, size_t *serial_len);

/* hsvc_policy_value: what a number or choice parameter is for this user, device and site (each may be empty), and the
 * scope that decided. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND (no such parameter, or a text; a name
 * longer than any), store statuses.
 * (POL-3) */
HSVC_API int32_t hsvc_policy_value(hsvc_engine *engine, uint32_t param, const char *user, size_t user_len,
                                   const char *device, size_t device_len, int64_t *value, uint32_t *scope);

/* ---- explaining --------------------------------------------------------------------------------------------------- */

/* hsvc_explained: one thing to say about a device, a user or a headset (OBS-2). All text ends in a NUL, is "" where there is
 * none, and is static but for who and rule, which are borrowed until the next call on the engine. By kind:
 *   STATE     name a machine, state its state, text what holds in it
 *   FACT      name and value; who: whom the value means, where it is somebody's number
 *   PLACE     name "connected" (of a headset; state is what it is to the device) or "session" (of a user); who the device
 *   CAUSE     state the HSVC_CAUSE_ name of an end that waits for the last call, text its meaning
 *   DEADLINE  name an event or a field, at_ms when it fires, text what it does, rule why
 *   POLICY    param, value, state the value's name if it has one, scope which decided, text the scope in words, rule
 *   VERDICT   the newest entry of its audit: value and state the reason, at_ms, rule */
typedef struct hsvc_explained {
    uint32_t struct_size;
    uint32_t kind;  /* HSVC_EXPLAINED_ */
    uint32_t param; /* HSVC_PARAM_ */
    uint32_t scope; /* HSVC_SCOPE_ */
    int64_t at_ms;
    int64_t value;
    const char *name;
    const char *state;
    const char *text;
    const char *rule;
    const char *who;
    size_t who_len;
} hsvc_explained;
HSVC_API int32_t hsvc_explained_init(hsvc_explained *item, size_t size);

/* hsvc_explain: everything there is to say about a subject: HSVC_SUBJECT_DEVICE, _USER or _HEADSET, by name. Fills up to room
 * items, an array whose stride is its first element's struct_size; *count is how many there are, at most
 * HSVC_LIMIT_EXPLAINED. Reads, decides and writes nothing.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND, HSVC_ERR_CLOCK, HSVC_ERR_MEMORY, HSVC_ERR_CORRUPT,
 * HSVC_ERR_REENTRANT, store statuses. (OBS-2) */
HSVC_API int32_t hsvc_explain(hsvc_engine *engine, uint32_t subject_kind, const char *name, size_t len,
                              hsvc_explained *items, size_t room, size_t *count);

/* ---- the audit ---------------------------------------------------------------------------------------------------- */

/* Every change of a device, a user, a headset or the policy is entered in the commit that makes it, and so is every
 * refused input that is about one of them, everything an administrator did, and every deadline. An entry speaks of
 * people and headsets by numbers, never by id or serial; hsvc_subject_get says whom a number means until the person is
 * erased (OBS-3, OBS-4). At most audit_keep_max entries of each subject are kept, the newest ones. */

#define HSVC_AUDIT_WORDS 3

/* hsvc_audit_entry: one entry. before and after are the subject's facts, packed: hsvc_audit_fact reads them; `before` is
 * what the subject's entry before this one has as `after`. Text is borrowed until the next call on the engine and ends
 * in a NUL that its length does not count. */
typedef struct hsvc_audit_entry {
    uint32_t struct_size;
    uint32_t subject_kind; /* HSVC_SUBJECT_ */
    uint64_t subject;      /* its number; 0 = the global policy */
    uint64_t sequence;     /* the subject's own, from 1, without gaps; older entries may have been dropped */
    int64_t at_ms;         /* event time */
    int64_t committed_ms;  /* when it was decided */
    int64_t first_ms;      /* count > 1: when the first of them happened; else as at_ms */
    uint32_t count;        /* refusals of one reason in a row at a device are one entry */
    uint32_t input;        /* HSVC_INPUT_; 0 = a deadline, or what followed by itself */
    uint32_t reason;       /* HSVC_REASON_ */
    uint32_t accepted;
    uint32_t param; /* HSVC_PARAM_ that was set or unset, else 0 */
    uint32_t reserved;
    int64_t value;         /* to which it was set */
    uint64_t device;       /* number of the device of the event, 0 = none, or one that does not exist */
    uint64_t headset;      /* number of the headset of the event, 0 = none */
    uint64_t actor_number; /* of the actor, if it is one of the users */
    uint64_t before[HSVC_AUDIT_WORDS];
    uint64_t after[HSVC_AUDIT_WORDS];
    const char *actor; /* as the host gave it, if it is none of the users; else "" */
    size_t actor_len;
    const char *rule;  /* the rule id that decided */
    const char *event; /* name of the machine's event, "" if no row ran */
} hsvc_audit_entry;

/* hsvc_audit_cursor: where a reader stands, and of what it reads: of one subject, or of all (subject_kind 0), one
 * subject after the other. The host keeps it where it likes, as bytes: whatever was entered since for the subjects that
 * it has not passed is read on the next call. */
typedef struct hsvc_audit_cursor {
    uint32_t struct_size;
    uint32_t subject_kind; /* HSVC_SUBJECT_, 0 = all */
    uint64_t subject;      /* number; 0 with subject_kind 0, and for the global policy */
    uint32_t position_len; /* 0 = at the beginning */
    uint32_t reserved;
    uint8_t position[48]; /* opaque */
} hsvc_audit_cursor;

/* One fact of a subject before and after. */
typedef struct hsvc_audit_fact {
    uint32_t struct_size;
    uint32_t subject_kind;   /* the value is a number for hsvc_subject_get: HSVC_SUBJECT_; else 0 */
    const char *name;        /* "session"; NUL-terminated, static, like the two below */
    uint64_t before;
    uint64_t after;
    const char *before_name; /* "SIGNED_IN", of a value that is a state; else "" */
    const char *after_name;
} hsvc_audit_fact;

/* Whom a number means. */
typedef struct hsvc_subject_view {
    uint32_t struct_size;
    uint32_t kind; /* HSVC_SUBJECT_ */
    uint64_t number;
    const char *name; /* device name, user id, serial, site; borrowed until the next call on the engine */
    size_t name_len;
} hsvc_subject_view;

HSVC_API int32_t hsvc_audit_entry_init(hsvc_audit_entry *entry, size_t size);
HSVC_API int32_t hsvc_audit_cursor_init(hsvc_audit_cursor *cursor, size_t size);
HSVC_API int32_t hsvc_audit_fact_init(hsvc_audit_fact *fact, size_t size);
HSVC_API int32_t hsvc_subject_view_init(hsvc_subject_view *view, size_t size);

/* hsvc_audit_read: the next entries, oldest first, at most room (0..HSVC_LIMIT_AUDIT_PAGE), and moves the cursor behind
 * them. entries is an array whose stride is its first element's struct_size. *count < room: there are no more now. A damaged
 * entry ends the page; the next call gives HSVC_ERR_CORRUPT, once, and the one after it goes on behind it.
 * HSVC_OK, HSVC_ERR_ARGUMENT (also a cursor that is none), HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL,
 * HSVC_ERR_LIMIT, HSVC_ERR_CORRUPT, HSVC_ERR_MEMORY, HSVC_ERR_REENTRANT, store statuses. (OBS-3) */
HSVC_API int32_t hsvc_audit_read(hsvc_engine *engine, hsvc_audit_cursor *cursor, hsvc_audit_entry *entries, size_t room,
                                 size_t *count);
/* hsvc_audit_fact_at: fact number index, from 0, of an entry. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE,
 * HSVC_ERR_NOT_FOUND (the subject has fewer). */
HSVC_API int32_t hsvc_audit_fact_at(const hsvc_audit_entry *entry, size_t index, hsvc_audit_fact *fact);
/* hsvc_subject_get: whom a number means. HSVC_ERR_NOT_FOUND: nobody, or a person who was erased. Statuses as
 * hsvc_device_get. */
HSVC_API int32_t hsvc_subject_get(hsvc_engine *engine, uint64_t number, hsvc_subject_view *view);

/* hsvc_X_decode: the view of one stored row, for a store that keeps readable columns beside the bytes. Needs no engine
 * and no memory; only key and value of the row are looked at, and text is borrowed from them. HSVC_OK, HSVC_ERR_ARGUMENT,
 * HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND (a row of another kind, or of a user who was removed), HSVC_ERR_CORRUPT. (STORE-7) */
HSVC_API int32_t hsvc_device_decode(const hsvc_row *row, hsvc_device_view *view);
HSVC_API int32_t hsvc_user_decode(const hsvc_row *row, hsvc_user_view *view);
HSVC_API int32_t hsvc_headset_decode(const hsvc_row *row, hsvc_headset_view *view);
HSVC_API int32_t hsvc_subject_decode(const hsvc_row *row, hsvc_subject_view *view);
HSVC_API int32_t hsvc_audit_decode(const hsvc_row *row, hsvc_audit_entry *entry); /* actor has no NUL at its end */

/* hsvc_verify: walks the whole store and calls back once for each violated invariant: its name (static; they are listed
 * in docs/reference/invariants.md), the rule id (static) and the key. The callback returns HSVC_OK; anything else stops the walk and is HSVC_ERR_CALLBACK.
 * *findings is their number: 0 is what a healthy store gives. Store statuses, HSVC_ERR_ARGUMENT. (STORE-8) */
typedef int32_t (*hsvc_finding_fn)(const char *invariant, const char *rule, const uint8_t *key, size_t key_len,
                                   void *user);
HSVC_API int32_t hsvc_verify(hsvc_engine *engine, hsvc_finding_fn finding, void *user, uint64_t *findings);

/* hsvc_counters: what this engine did since it was made (OBS-5); not part of the state. */
typedef struct hsvc_counters {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t inputs;
    uint64_t accepted;
    uint64_t refused;
    uint64_t deadlines;
    uint64_t commits;
    uint64_t conflicts;
    uint64_t unknown_outcomes;
    uint64_t reads;      /* keys read */
    uint64_t read_trips; /* calls of read */
    uint64_t operations; /* of all commits */
    uint64_t bytes_written;
    uint64_t sign_ins_by_pin;
    uint64_t sign_ins_pinless;
    uint64_t sign_outs;
    uint64_t windows_opened;
    uint64_t windows_saved; /* a headset came back in time */
    uint64_t deferrals;
    uint64_t lockouts;
    uint64_t clock_notices;
    uint64_t associations;
    uint64_t sign_ins_by_host; /* SIGN_IN_USER */
    uint64_t flaps; /* holds of devices whose headsets came and went too often */
    uint64_t held_inputs;      /* reports that a hold kept until its end */
    uint64_t sign_ins_by_hand; /* of the sign-ins those without a headset */
    uint64_t repeated;         /* inputs answered as before, by their request id */
    uint64_t calls_dropped;    /* calls that nobody confirmed */
    uint64_t sign_outs_by[32]; /* sessions that ended, by HSVC_CAUSE_ - HSVC_CAUSE_ADMIN */
} hsvc_counters;
HSVC_API int32_t hsvc_counters_init(hsvc_counters *counters, size_t size);
HSVC_API int32_t hsvc_counters_get(const hsvc_engine *engine, hsvc_counters *counters);

/* ---- memory store -------------------------------------------------------------------------------------------------- */

/* hsvc_memory_store: the whole contract of hsvc_store in the host's memory; nothing survives its end. Several engines
 * of one thread may share it. _bind fills a store struct that is good as long as the memory store lives.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_MEMORY. Its commit gives
 * HSVC_ERR_FULL when the allocator gives no memory. */
typedef struct hsvc_memory_store hsvc_memory_store;
HSVC_API int32_t hsvc_memory_store_new(const hsvc_allocator *allocator, hsvc_memory_store **store);
HSVC_API int32_t hsvc_memory_store_bind(hsvc_memory_store *memory, hsvc_store *store);
HSVC_API void hsvc_memory_store_free(hsvc_memory_store *store);
/* Rows and bytes (keys, values, overhead) now held. */
HSVC_API int32_t hsvc_memory_store_size(const hsvc_memory_store *store, uint64_t *rows, uint64_t *bytes);

/* ---- cache ----------------------------------------------------------------------------------------------------------- */

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
typedef struct hsvc_cache_counts {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t hits;    /* keys answered without the inner store */
    uint64_t misses;  /* keys that it was asked for */
    uint64_t refused; /* commits that conflicted */
    uint64_t bytes;   /* of keys and values now held */
} hsvc_cache_counts;
HSVC_API int32_t hsvc_cache_store_new(const hsvc_allocator *allocator, const hsvc_store *inner, size_t bytes_most,
                                      hsvc_cache_store **cache);
HSVC_API int32_t hsvc_cache_store_bind(hsvc_cache_store *cache, hsvc_store *store);
HSVC_API void hsvc_cache_store_free(hsvc_cache_store *cache);
HSVC_API void hsvc_cache_store_drop(hsvc_cache_store *cache);
HSVC_API int32_t hsvc_cache_store_counts(const hsvc_cache_store *cache, hsvc_cache_counts *counts);

#ifdef __cplusplus
}
#endif
#endif
