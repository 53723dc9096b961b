/* host.h: what the host provides: memory, time, a store, permissions.
 * The rules of headsetsvc.h hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_HOST_H
#define HEADSETSVC_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

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
#define HSVC_EXPECT_ANY 1 /* the row may be there or not */
#define HSVC_EXPECT_ABSENT 2 /* there must be no row */
#define HSVC_EXPECT_REVISION 3 /* the row must carry hsvc_op.revision */

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
/* hsvc_trace: one table row that ran. */
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
    int64_t poll_ms;     /* with several nodes: next_deadline is at most this far away, and others' deadlines are left to
                            them for so long; 0 means 1000, HSVC_LIMIT_TIME is the most */
    hsvc_recording_fn recording; /* may be NULL */
    void *recording_user;
    uint64_t epoch;      /* of the store, as the host knows it; an older store is refused; 0: any will do (STORE-9) */
} hsvc_config;

/* hsvc_*_init: zeroes size bytes and sets struct_size. HSVC_OK; HSVC_ERR_ARGUMENT if the pointer is NULL,
 * HSVC_ERR_STRUCT_SIZE if size is impossible. Pass sizeof of your own struct. */
HSVC_API int32_t hsvc_allocator_init(hsvc_allocator *allocator, size_t size);
HSVC_API int32_t hsvc_store_init(hsvc_store *store, size_t size);
HSVC_API int32_t hsvc_config_init(hsvc_config *config, size_t size);

#ifdef __cplusplus
}
#endif
#endif
