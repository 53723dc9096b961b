/* recorder.h: the life of an engine as frames of bytes (recording.h): writing them, and taking one apart again. */
#ifndef HSVC_RECORDER_H
#define HSVC_RECORDER_H

#include "core/core.h"
#include "headsetsvc/recording.h"

enum {
#define TAG(name, number, type) HSVC__TAG_##name = number,
#include "engine/recording.def"
#undef TAG
    HSVC__TAG_NONE = 0
};
#define HSVC__FRAME_HEAD_LEN 16

/* What an engine keeps to be recorded; all zero while it is not. */
struct hsvc__recorder {
    hsvc_recording_fn sink; /* NULL: no recording, or no more */
    void *user;
    hsvc_store inner; /* the host's store */
    hsvc_allocator allocator;
    uint8_t *bytes; /* the frame under way */
    size_t len;
    size_t room;
    hsvc_row_sink row_sink; /* whoever is reading */
    void *row_user;
    int in_call;
    int begun;  /* HEAD is out */
    int looked; /* something outside a recorded call has read */
    int64_t clock_skew; /* what the recording has of these: as said last, or as the last recorded call left them */
    uint64_t epoch;
};

struct hsvc_engine;
struct hsvc_effects;

/* hsvc__record_open: puts the recorder between a new engine and its store, if its configuration has a sink. */
void hsvc__record_open(struct hsvc_engine *engine, const hsvc_config *config);
void hsvc__record_close(struct hsvc_engine *engine);
/* One call: begin, what happens in it, end. All do nothing while there is no recording. key: of a cursor. */
struct hsvc__recorded {
    uint32_t kind; /* HSVC_RECORDED_ */
    uint32_t flags;
    uint64_t count;
    uint32_t node;
    hsvc__str device;
    hsvc__str key;
    int done;
};
/* hsvc__record_preface: what must stand before a call: that the engine began, that it was looked at. */
void hsvc__record_preface(struct hsvc_engine *engine);
void hsvc__record_begin(struct hsvc_engine *engine, const struct hsvc__recorded *call);
void hsvc__record_clock(struct hsvc_engine *engine, int32_t status, int64_t now);
void hsvc__record_permit(struct hsvc_engine *engine, int32_t status);
void hsvc__record_inputs(struct hsvc_engine *engine, const hsvc_input *inputs, size_t count);
/* at: what next_deadline gave. fx may be NULL. */
void hsvc__record_end(struct hsvc_engine *engine, int32_t status, const struct hsvc_effects *fx, int64_t at,
                      const struct hsvc__recorded *call);

/* ---- reading ---- */
/* A frame in a recording, and an entry in a frame. */
struct hsvc__frame {
    uint32_t type;
    const uint8_t *payload;
    size_t len;
    size_t size; /* with its head */
};
struct hsvc__piece {
    uint32_t tag; /* 0: no more */
    uint32_t is_text;
    uint64_t number;
    hsvc__str text;
};
/* hsvc__frame_at: the frame that begins here. OK, NOT_FOUND (the bytes end before it does), CORRUPT. */
int32_t hsvc__frame_at(const uint8_t *bytes, size_t len, struct hsvc__frame *frame);
/* hsvc__entry_at: the entry at *at, which moves on. OK (tag 0 at the end), CORRUPT. */
int32_t hsvc__entry_at(const struct hsvc__frame *frame, size_t *at, struct hsvc__piece *entry);
/* hsvc__tag_name: "" if there is none. hsvc__tag_is_group: does it begin a group? */
const char *hsvc__tag_name(uint32_t tag);
int hsvc__tag_is_group(uint32_t tag);
const char *hsvc__frame_name(uint32_t type);

#endif
