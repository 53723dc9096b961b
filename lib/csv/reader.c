/* reader.c: see reader.h. */
#include "csv/reader.h"

int32_t hsvc__reader_init(struct hsvc__reader *reader, const hsvc_allocator *allocator) {
    int32_t status;
    memset(reader, 0, sizeof *reader);
    status = hsvc__frame_init(&reader->frame, allocator);
    return status == HSVC_OK ? hsvc__row_init(&reader->row, allocator) : status;
}

void hsvc__reader_free(struct hsvc__reader *reader) {
    hsvc__frame_free(&reader->frame);
    hsvc__row_free(&reader->row);
}

void hsvc__reader_again(struct hsvc__reader *reader) {
    hsvc__frame_again(&reader->frame);
    reader->begun = 0;
    reader->ended = 0;
    reader->head_len = 0;
    reader->digest = 0;
    reader->head_rest = hsvc__str_of(NULL, 0);
}

/* ---- the head ---- */

/* more_head: bytes up to the first line end, or as many as fit. 1: there is enough to see. */
static int more_head(struct hsvc__reader *reader, hsvc__str *input) {
    while (input->n > 0 && reader->head_len < HSVC__HEAD_LEN) {
        char byte = *input->p;
        reader->head[reader->head_len++] = byte;
        input->p++;
        input->n--;
        if (byte == '\n' || byte == '\r') return 1;
    }
    return reader->head_len == HSVC__HEAD_LEN || reader->ended;
}

/* is_utf16: a byte order mark of it, or a NUL beside an ASCII character at the very beginning. */
static int is_utf16(const char *head, size_t len) {
    if (len < 2) return 0;
    if ((uint8_t)head[0] + (uint8_t)head[1] == 0xff + 0xfe) return 1; /* either order; no other two bytes are as much */
    return (head[0] == '\0') != (head[1] == '\0');
}

/* likeliest: of comma, semicolon and tab that of which most stand outside quotes; the comma if none does. */
static uint8_t likeliest(const char *head, size_t len) {
    static const char able[] = {',', ';', '\t'};
    size_t counts[sizeof able] = {0}, best = 0;
    int quoted = 0;
    for (size_t i = 0; i < len; i++) {
        if (head[i] == '"') quoted = !quoted;
        for (size_t s = 0; s < sizeof able && !quoted; s++) counts[s] += head[i] == able[s];
    }
    for (size_t s = 1; s < sizeof able; s++)
        if (counts[s] > counts[best]) best = s;
    return (uint8_t)able[best];
}

static void look(struct hsvc__reader *reader) {
    size_t skip = reader->head_len >= 3 && memcmp(reader->head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    reader->begun = 1;
    reader->utf16 = (uint32_t)is_utf16(reader->head, reader->head_len);
    reader->head_rest = hsvc__str_of(reader->head + skip, reader->head_len - skip);
    reader->frame.next = skip;
    reader->frame.separator = likeliest(reader->head, reader->head_len);
}

/* ---- rows ---- */

static uint32_t next_record(struct hsvc__reader *reader, hsvc__str *input) {
    uint32_t what = hsvc__frame_next(&reader->frame, &reader->head_rest, &reader->raw);
    if (what == HSVC__FRAME_MORE) what = hsvc__frame_next(&reader->frame, input, &reader->raw);
    if (what == HSVC__FRAME_MORE && reader->ended) what = hsvc__frame_last(&reader->frame, &reader->raw);
    return what;
}

static void split(struct hsvc__reader *reader) {
    size_t bad = 0;
    if (hsvc__trim(reader->raw).n == 0) {
        reader->wrong = HSVC_REASON_BULK_LINE_BLANK;
    } else if (!hsvc__row_split(&reader->row, reader->raw, reader->frame.separator, &bad)) {
        reader->wrong = HSVC_REASON_BULK_QUOTE_STRAY;
        reader->wrong_column = (uint32_t)reader->row.count + 1;
        reader->raw = hsvc__frame_lose(&reader->frame);
    }
}

int hsvc__reader_next(struct hsvc__reader *reader, hsvc__str *input) {
    uint32_t what;
    if (!reader->begun) {
        if (!more_head(reader, input)) return 0;
        look(reader);
    }
    if (reader->utf16) return 0;
    what = next_record(reader, input);
    if (what == HSVC__FRAME_MORE) return 0;
    reader->line = reader->frame.line;
    reader->offset = reader->frame.offset;
    reader->wrong = what == HSVC__FRAME_TOO_LONG   ? HSVC_REASON_BULK_RECORD_LONG
                    : what == HSVC__FRAME_UNCLOSED ? HSVC_REASON_BULK_QUOTE_OPEN
                                                   : 0;
    reader->wrong_column = 0;
    reader->row.count = 0;
    if (what == HSVC__FRAME_RECORD) split(reader);
    reader->digest =
        (reader->digest ^ hsvc_hash64(reader->raw.p, reader->raw.n)) * UINT64_C(0x9E3779B185EBCA87) + reader->offset;
    return 1;
}
