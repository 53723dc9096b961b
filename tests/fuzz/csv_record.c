/* csv_record.c: where one record of a file ends and the next begins, and its cells, whatever the bytes and in whatever pieces
 * they come (BULK-1, BULK-2, BULK-3). What a record is, Python's csv says: tests/csv/oracle reads this corpus too. */
#include "csv/reader.h"
#include "fuzz/fuzz.h"

struct told {
    uint64_t digest; /* of all that was told */
    uint64_t records;
};

static void add(struct told *told, const void *bytes, size_t len) {
    told->digest = told->digest * UINT64_C(0x9e3779b97f4a7c15) + hsvc_hash64(bytes, len);
}

static void take_record(struct told *told, const struct hsvc__reader *reader) {
    uint64_t head[5] = {reader->wrong, reader->line, reader->offset, reader->wrong_column, reader->wrong == 0 ? reader->row.count : 0};
    told->records++;
    add(told, head, sizeof head);
    MUST(reader->raw.n <= HSVC__RECORD_LEN);
    add(told, reader->raw.p, reader->raw.n);
    MUST(reader->wrong == 0 || is_known(HSVC_REGISTRY_REASON, reader->wrong));
    for (size_t i = 0; reader->wrong == 0 && i < reader->row.count && i < HSVC__COLUMNS; i++)
        add(told, reader->row.fields[i].p, reader->row.fields[i].n);
}

/* Every record lies behind the one before: nothing is read twice, nothing is lost. */
static struct told read_all(const uint8_t *bytes, size_t len, size_t piece) {
    hsvc_allocator allocator;
    struct told told = {0, 0};
    struct hsvc__reader reader;
    uint64_t offset = 0, line = 0;
    size_t at = 0;
    OK(hsvc_stdlib_allocator(&allocator));
    OK(hsvc__reader_init(&reader, &allocator));
    do {
        hsvc__str input = hsvc__str_of((const char *)bytes + at, len - at < piece ? len - at : piece);
        at += input.n;
        reader.ended = at == len;
        while (hsvc__reader_next(&reader, &input)) {
            MUST(reader.line > line && (line == 0 || reader.offset > offset) && reader.offset <= len);
            offset = reader.offset;
            line = reader.line;
            take_record(&told, &reader);
        }
        MUST(input.n == 0 || reader.utf16);
    } while (at < len);
    add(&told, &reader.digest, sizeof reader.digest);
    hsvc__reader_free(&reader);
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    struct told whole = read_all(bytes, len, len + 1), pieces = read_all(bytes, len, 1 + len % 7);
    MUST(whole.digest == pieces.digest && whole.records == pieces.records);
    return 0;
}
