/* frame.c: records out of bytes: one state for each place between two bytes, and a second reading of what a lost quote
 * would have swallowed. Every byte is read at most twice. */
#include "csv/frame.h"

#define FIELD 0u   /* at the start of a field, blanks or none behind it, as libcsv trims them: a quote here opens */
#define PLAIN 1u   /* within a field without quotes: a quote means nothing */
#define QUOTED 2u  /* within quotes */
#define CLOSED 3u  /* after a quote within quotes: the end, or the first half of a doubled one */
#define SKIPPED 4u /* the line outgrew the bound: the rest of it is dropped */

int32_t hsvc__frame_init(struct hsvc__frame *frame, const hsvc_allocator *allocator) {
    memset(frame, 0, sizeof *frame);
    frame->allocator = *allocator;
    hsvc__frame_again(frame);
    frame->bytes = (uint8_t *)hsvc__alloc(allocator, HSVC__RECORD_LEN);
    frame->again = (uint8_t *)hsvc__alloc(allocator, HSVC__RECORD_LEN);
    if (frame->bytes != NULL && frame->again != NULL) return HSVC_OK;
    hsvc__frame_free(frame);
    return HSVC_ERR_MEMORY;
}

void hsvc__frame_free(struct hsvc__frame *frame) {
    if (frame->bytes != NULL) hsvc__release(&frame->allocator, frame->bytes, HSVC__RECORD_LEN);
    if (frame->again != NULL) hsvc__release(&frame->allocator, frame->again, HSVC__RECORD_LEN);
    memset(frame, 0, sizeof *frame);
}

void hsvc__frame_again(struct hsvc__frame *frame) {
    struct hsvc__frame fresh = {0};
    fresh.allocator = frame->allocator;
    fresh.bytes = frame->bytes;
    fresh.again = frame->again;
    fresh.next_line = 1;
    fresh.separator = ',';
    *frame = fresh;
}

static int is_line_end(uint8_t byte) { return byte == '\n' || byte == '\r'; }

/* within: the state after a byte of a record. */
static uint32_t within(const struct hsvc__frame *frame, uint8_t byte) {
    if (frame->state == QUOTED) return byte == '"' ? CLOSED : QUOTED;
    if (frame->state == CLOSED && byte == '"') return QUOTED;
    if (frame->state == SKIPPED) return SKIPPED;
    if (byte == frame->separator) return FIELD;
    if (frame->state != FIELD || byte == ' ' || byte == '\t') return frame->state == FIELD ? FIELD : PLAIN;
    return byte == '"' && frame->offset >= frame->flat_to ? QUOTED : PLAIN;
}

/* count: the position after a byte; CR, LF and CR LF each end one line. */
static void count(struct hsvc__frame *frame, uint8_t byte) {
    frame->next++;
    if (byte == '\r' || (byte == '\n' && !frame->after_cr)) frame->next_line++;
    frame->after_cr = byte == '\r';
}

static void begin(struct hsvc__frame *frame) {
    frame->begun = 1;
    frame->len = 0;
    frame->offset = frame->next;
    frame->line = frame->next_line;
    frame->state = FIELD;
}

/* first_line: how many bytes the record's first line has. */
static size_t first_line(const struct hsvc__frame *frame) {
    size_t n = 0;
    while (n < frame->len && !is_line_end(frame->bytes[n])) n++;
    return n;
}

/* reread: of the record's bytes all but its first line will be framed again. */
static hsvc__str reread(struct hsvc__frame *frame) {
    size_t kept = first_line(frame), after = kept;
    frame->flat_to = frame->next;
    if (after < frame->len && frame->bytes[after] == '\r') after++;
    if (after < frame->len && frame->bytes[after] == '\n') after++;
    memcpy(frame->again, frame->bytes + after, frame->len - after);
    frame->again_len = frame->len - after;
    frame->again_at = 0;
    frame->next = frame->offset + after;
    frame->next_line = frame->line + 1;
    frame->after_cr = after > kept && frame->bytes[after - 1] == '\r';
    frame->begun = 0;
    return hsvc__str_of((const char *)frame->bytes, kept);
}

/* The line end that closed the record closes its last line now; the first line went, so there is room for it. */
hsvc__str hsvc__frame_lose(struct hsvc__frame *frame) {
    hsvc__str first = hsvc__str_of((const char *)frame->bytes, frame->len);
    if (first_line(frame) == frame->len) return first;
    first = reread(frame);
    if (frame->ender != 0) frame->again[frame->again_len++] = frame->ender;
    return first;
}

/* overflow: there is no room for another byte. Within quotes lines can be told apart again; a single line that is too
 * long is dropped up to its end. */
static uint32_t overflow(struct hsvc__frame *frame, hsvc__str *record) {
    if (first_line(frame) == frame->len) {
        frame->state = SKIPPED;
        return HSVC__FRAME_MORE;
    }
    *record = reread(frame);
    return HSVC__FRAME_TOO_LONG;
}

/* end: the record is whole; ender: the line end behind it, 0 if the input ended instead. */
static uint32_t end(struct hsvc__frame *frame, uint8_t ender, hsvc__str *record) {
    frame->ender = ender;
    *record = hsvc__str_of((const char *)frame->bytes, frame->len);
    frame->begun = 0;
    return frame->state == SKIPPED ? HSVC__FRAME_TOO_LONG : HSVC__FRAME_RECORD;
}

/* take: one byte. Where the record outgrows its room the byte stays where it is and is offered again. */
static uint32_t take(struct hsvc__frame *frame, uint8_t byte, int *taken, hsvc__str *record) {
    int ends = is_line_end(byte) && frame->state != QUOTED, dropped;
    *taken = 1;
    if (!frame->begun) {
        if (byte == '\n' && frame->after_cr) {
            count(frame, byte);
            return HSVC__FRAME_MORE;
        }
        begin(frame);
        ends = is_line_end(byte);
    }
    dropped = ends || frame->state == SKIPPED;
    if (!dropped && frame->len == HSVC__RECORD_LEN) {
        *taken = 0;
        return overflow(frame, record);
    }
    count(frame, byte);
    if (ends) return end(frame, byte, record);
    frame->state = within(frame, byte);
    if (!dropped) frame->bytes[frame->len++] = byte;
    return HSVC__FRAME_MORE;
}

/* take_again: the bytes of a lost record, from its second line on. */
static uint32_t take_again(struct hsvc__frame *frame, hsvc__str *record) {
    uint32_t what = HSVC__FRAME_MORE;
    int taken;
    while (what == HSVC__FRAME_MORE && frame->again_at < frame->again_len) {
        what = take(frame, frame->again[frame->again_at], &taken, record);
        frame->again_at += (size_t)taken;
    }
    return what;
}

uint32_t hsvc__frame_next(struct hsvc__frame *frame, hsvc__str *input, hsvc__str *record) {
    uint32_t what = take_again(frame, record);
    int taken;
    while (what == HSVC__FRAME_MORE && input->n > 0) {
        what = take(frame, (uint8_t)*input->p, &taken, record);
        if (what == HSVC__FRAME_TOO_LONG && !taken) return what;
        input->p += taken;
        input->n -= (size_t)taken;
    }
    return what;
}

uint32_t hsvc__frame_last(struct hsvc__frame *frame, hsvc__str *record) {
    if (!frame->begun) return HSVC__FRAME_MORE;
    if (frame->state != QUOTED) return end(frame, 0, record);
    *record = reread(frame);
    return HSVC__FRAME_UNCLOSED;
}
