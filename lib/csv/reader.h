/* reader.h: rows out of bytes: what stands before the first row (byte order mark, which separator), then framing and
 * splitting together. */
#ifndef HSVC_CSV_READER_H
#define HSVC_CSV_READER_H

#include "csv/frame.h"
#include "csv/row.h"

#define HSVC__HEAD_LEN 4096 /* bytes looked at to find the separator, at most */

struct hsvc__reader {
    struct hsvc__frame frame;
    struct hsvc__row row;  /* of the record given last, if nothing was wrong with it */
    hsvc__str raw;         /* its bytes */
    uint32_t wrong;        /* HSVC_REASON_ of a record that is none, else 0 */
    uint32_t wrong_column; /* from 1, 0 if none is known */
    uint64_t line;
    uint64_t offset;
    uint64_t digest; /* of all records so far */
    uint32_t begun;  /* the head was looked at */
    uint32_t utf16;
    uint32_t ended; /* no more bytes will come */
    size_t head_len;
    char head[HSVC__HEAD_LEN];
    hsvc__str head_rest; /* of it not framed yet */
};

/* hsvc__reader_init: HSVC_OK, HSVC_ERR_MEMORY. hsvc__reader_free: also of a zeroed one. hsvc__reader_again: from the
 * beginning of the bytes. */
int32_t hsvc__reader_init(struct hsvc__reader *reader, const hsvc_allocator *allocator);
void hsvc__reader_free(struct hsvc__reader *reader);
void hsvc__reader_again(struct hsvc__reader *reader);
/* hsvc__reader_next: the next row, taking bytes from the front of *input; 0: it is used up, or the bytes are UTF-16. With
 * reader->ended set the last rows come too. */
int hsvc__reader_next(struct hsvc__reader *reader, hsvc__str *input);

#endif
