/* records.c: the records of standard input as the reader sees them: a line each, cells in hexadecimal between commas, or the
 * reason why it is none. tests/csv/oracle compares it with what Python's csv makes of the same bytes. With libFuzzer
 * (-DFUZZING -fsanitize=fuzzer,address) it is a target of framing and splitting instead. */
#include <stdio.h>
#include <stdlib.h>

#include "csv/reader.h"

static void *resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)old_size;
    (void)user;
    if (new_size != 0) return realloc(block, new_size);
    free(block);
    return NULL;
}

static void print_record(const struct hsvc__reader *reader) {
    if (reader->wrong != 0) {
        printf("%s", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)reader->wrong));
    }
    for (size_t i = 0; reader->wrong == 0 && i < reader->row.count && i < HSVC__COLUMNS; i++) {
        printf("%s.", i == 0 ? "" : ",");
        for (size_t at = 0; at < reader->row.fields[i].n; at++)
            printf("%02x", (unsigned)(uint8_t)reader->row.fields[i].p[at]);
    }
    printf("\n");
}

/* Every record lies behind the one before: nothing is read twice, nothing is lost. */
static void read_all(const char *bytes, size_t len, size_t piece, int print) {
    hsvc_allocator allocator = {sizeof allocator, 0, resize, NULL};
    struct hsvc__reader reader;
    uint64_t offset = 0, line = 0;
    size_t at = 0;
    if (hsvc__reader_init(&reader, &allocator) != HSVC_OK) abort();
    do {
        hsvc__str input = hsvc__str_of(bytes + at, len - at < piece ? len - at : piece);
        at += input.n;
        reader.ended = at == len;
        while (hsvc__reader_next(&reader, &input)) {
            if (reader.line <= line || (line != 0 && reader.offset <= offset) || reader.offset > len) abort();
            offset = reader.offset;
            line = reader.line;
            if (print) print_record(&reader);
        }
    } while (at < len);
    hsvc__reader_free(&reader);
}

#ifdef FUZZING
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    read_all((const char *)bytes, len, 1 + len % 7, 0);
    return 0;
}
#else
int main(void) {
    static char bytes[1 << 20];
    size_t len = fread(bytes, 1, sizeof bytes, stdin);
    read_all(bytes, len, 3, 0);
    read_all(bytes, len, sizeof bytes, 1);
    return 0;
}
#endif
