/* frame.h: where one CSV record ends and the next begins, in bytes that come in pieces of any size. Quotes are all it
 * understands: a line end within quotes belongs to the record. What a record means is row.h's business. It exists
 * because libcsv knows no bound, counts no lines, drops blank ones, and glues a bad record to the next.
 *
 * A quote that nobody closes would swallow the file. So of a record that outgrew the bound, that the end of the input cut
 * off, or that turned out to be none (hsvc__frame_lose), only the first line is lost: the bytes after it are framed
 * again, and there no quote joins lines. */
#ifndef HSVC_CSV_FRAME_H
#define HSVC_CSV_FRAME_H

#include "core/core.h"

#define HSVC__RECORD_LEN HSVC_LIMIT_BULK_RECORD /* its line end not counted */

#define HSVC__FRAME_MORE 0     /* no record yet */
#define HSVC__FRAME_RECORD 1   /* a whole record */
#define HSVC__FRAME_TOO_LONG 2 /* the record outgrew the bound; what is given is its first line, perhaps cut */
#define HSVC__FRAME_UNCLOSED 3 /* the input ended within quotes; what is given is the record's first line */

struct hsvc__frame {
    hsvc_allocator allocator;
    uint8_t *bytes;     /* HSVC__RECORD_LEN: the record so far */
    uint8_t *again;     /* as long: bytes to be framed again */
    size_t len;         /* of bytes */
    size_t again_len;   /* of again */
    size_t again_at;    /* the next one of them */
    uint64_t offset;    /* of the record's first byte, from 0 */
    uint64_t line;      /* its physical line, from 1 */
    uint64_t next;      /* offset of the next byte */
    uint64_t next_line; /* its line */
    uint64_t flat_to;   /* below this offset no quote joins lines */
    uint32_t state;
    uint8_t separator;
    uint8_t after_cr; /* a CR just ended a line: an LF now belongs to it */
    uint8_t begun;    /* a byte of the record was seen */
    uint8_t ender;    /* the byte that ended the last record */
};

/* hsvc__frame_init: takes its two buffers. HSVC_OK, HSVC_ERR_MEMORY. hsvc__frame_free: also of a zeroed one. */
int32_t hsvc__frame_init(struct hsvc__frame *frame, const hsvc_allocator *allocator);
void hsvc__frame_free(struct hsvc__frame *frame);
/* hsvc__frame_again: from the beginning of the bytes. */
void hsvc__frame_again(struct hsvc__frame *frame);
/* hsvc__frame_next: takes bytes from the front of *input until a record is whole; the record, its frame->line and
 * frame->offset are good until the next call. Returns HSVC__FRAME_; MORE: the input is used up. */
uint32_t hsvc__frame_next(struct hsvc__frame *frame, hsvc__str *input, hsvc__str *record);
/* hsvc__frame_last: once there is no more input, called until it returns MORE. */
uint32_t hsvc__frame_last(struct hsvc__frame *frame, hsvc__str *record);
/* hsvc__frame_lose: the RECORD just returned is none: its first line, if it has several; the others come again. */
hsvc__str hsvc__frame_lose(struct hsvc__frame *frame);

#endif
