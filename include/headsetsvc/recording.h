/* recording.h: what an engine was told, sampled and read, written down so that another process can decide it all again and
 * must come to the same bytes (OBS-6). Component: the core library.
 *
 * An engine whose hsvc_config.recording is set hands out its life in frames: each is one piece of bytes that the host
 * appends to a file or sends away. Nothing else changes, and a recording that fails does not disturb the service. Of a
 * PIN only its length is in a frame, so a recording holds names, ids and serials, but never a PIN (SIGN-9).
 *
 * A recording is a sequence of frames, little-endian on every machine:
 *   0  'H' 'R'   2  type (HSVC_FRAME_)   3  version (HSVC_RECORDING_VERSION)   4  length of the payload (4 bytes)
 *   8  checksum (8 bytes): hsvc_hash64 of the payload, plus the first 8 bytes read as a number
 *   16 the payload: entries. An entry is a tag (1 byte), then 8 bytes of number, or a 4-byte length and so many bytes, or
 *      nothing if the tag begins a group (an input, an effect, an operation ...). lib/engine/recording.def lists the tags.
 *      What is zero or empty is left out. Texts beyond HSVC_LIMIT_VALUE_LEN bytes are cut one byte after it.
 * Frames of engines that follow one another may follow one another in one recording; each engine begins with HEAD. A
 * recording may end anywhere: what is cut off is said and left out.
 * The rules of headsetsvc.h on threads, text, times and sized structs hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_RECORDING_H
#define HEADSETSVC_RECORDING_H

#include "effects.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HSVC_RECORDING_VERSION 1 /* of the format of frames */

/* Types of frames. */
#define HSVC_FRAME_HEAD 1   /* an engine begins: its configuration, and the library's version */
#define HSVC_FRAME_CALL 2   /* a call into it begins */
#define HSVC_FRAME_CLOCK 3  /* the time it sampled */
#define HSVC_FRAME_PERMIT 4 /* an answer of the permission callback */
#define HSVC_FRAME_INPUTS 5 /* the call's inputs */
#define HSVC_FRAME_READ 6   /* keys asked for, and the rows */
#define HSVC_FRAME_SCAN 7   /* a range, and the rows */
#define HSVC_FRAME_COMMIT 8 /* operations, and what came of them */
#define HSVC_FRAME_END 9    /* what the call gave: status, verdicts, effects */
#define HSVC_FRAME_FORGET 10 /* the engine was looked at or verified: it has dropped its caches; clock_skew_max and epoch if it learned others */

/* Calls that are recorded. Views are not: they change nothing. */
#define HSVC_RECORDED_APPLY 1
#define HSVC_RECORDED_ADVANCE 2
#define HSVC_RECORDED_NEXT_DEADLINE 3
#define HSVC_RECORDED_RESYNC 4

/* hsvc_replay_step: one call that was replayed, as it came out. Everything is borrowed for the callback only; PINs of
 * inputs are as many zero bytes. */
typedef struct hsvc_replay_step {
    uint32_t struct_size;
    uint32_t kind; /* HSVC_RECORDED_ */
    uint64_t number; /* of the call, from 1 */
    int64_t at_ms; /* the sampled time; 0 if none was */
    int32_t status;
    uint32_t flags; /* HSVC_APPLY_ */
    const hsvc_input *inputs;
    size_t count;
    const hsvc_effects *effects; /* NULL for NEXT_DEADLINE */
    uint32_t node; /* of the engine that made the call, as its hsvc_config said */
    uint32_t node_count;
} hsvc_replay_step;
/* hsvc_replay_step_fn: takes one call that was replayed. */
typedef int32_t (*hsvc_replay_step_fn)(const hsvc_replay_step *step, void *user);

/* hsvc_difference: where the replay first went another way. Borrowed for the callback only. */
typedef struct hsvc_difference {
    uint32_t struct_size;
    uint32_t type;     /* HSVC_FRAME_ of the recorded frame; 0: the recording has no further frame in this call */
    uint64_t call;     /* number of the call, from 1 */
    uint64_t frame;    /* number of the frame, from 1 */
    uint64_t offset;   /* where it begins in the recording */
    const char *frame_name; /* "COMMIT" */
    const char *group;      /* "effect", "operation", ... and which one of the frame, from 0; "" and 0 if it is in none */
    uint64_t index;
    const char *field; /* "reason"; "frame" if another kind of frame came */
    uint32_t is_text;  /* 1: bytes; 0: numbers */
    uint32_t reserved;
    uint64_t expected_number;
    uint64_t came_number;
    const uint8_t *expected;
    size_t expected_len;
    const uint8_t *came;
    size_t came_len;
} hsvc_difference;
/* hsvc_difference_fn: takes one difference. */
typedef int32_t (*hsvc_difference_fn)(const hsvc_difference *difference, void *user);

/* hsvc_replay_config: allocator is required. step, difference: may be NULL; they return HSVC_OK, anything else ends the
 * replay with HSVC_ERR_CALLBACK. */
typedef struct hsvc_replay_config {
    uint32_t struct_size;
    uint32_t flags; /* none yet: 0 */
    const hsvc_allocator *allocator;
    hsvc_replay_step_fn step;
    hsvc_difference_fn difference;
    void *user;
} hsvc_replay_config;

/* hsvc_replay_report: how far it went; filled whatever the status. */
typedef struct hsvc_replay_report {
    uint32_t struct_size;
    uint32_t truncated; /* 1: the recording ends inside a call; the whole calls before it were replayed */
    uint64_t engines;
    uint64_t calls;
    uint64_t frames;
    uint64_t commits;
    uint64_t bytes; /* replayed, or where the damage is */
} hsvc_replay_report;

HSVC_API int32_t hsvc_replay_config_init(hsvc_replay_config *config, size_t size);
HSVC_API int32_t hsvc_replay_report_init(hsvc_replay_report *report, size_t size);

/* hsvc_replay: decides a recording again and compares every frame, byte for byte: keys read, operations written,
 * verdicts, effects. Needs no store and no clock: both come from the recording. Stops at the first difference, which is
 * handed to config->difference. report may be NULL, else its struct_size is set.
 * HSVC_OK it came out the same; HSVC_ERR_DIFFERENT it did not; HSVC_ERR_CORRUPT a frame is damaged, of an unknown
 * version, or where no such frame can be (report->bytes); HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL,
 * HSVC_ERR_FLAGS, HSVC_ERR_MEMORY, HSVC_ERR_CALLBACK. (OBS-6) */
HSVC_API int32_t hsvc_replay(const hsvc_replay_config *config, const uint8_t *bytes, size_t len,
                             hsvc_replay_report *report);

#ifdef __cplusplus
}
#endif
#endif
