/* records.c: the records of standard input as the reader sees them: a line each, cells in hexadecimal between commas, or the
 * reason why it is none. tests/csv/oracle compares it with what Python's csv makes of the same bytes. That pieces of any size
 * give the same records, and no bytes break the reader, is for tests/fuzz/csv_record.c. */
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

int main(void) {
    static char bytes[1 << 20];
    hsvc_allocator allocator = {sizeof allocator, 0, resize, NULL};
    hsvc__str input = hsvc__str_of(bytes, fread(bytes, 1, sizeof bytes, stdin));
    struct hsvc__reader reader;
    if (hsvc__reader_init(&reader, &allocator) != HSVC_OK) return 1;
    reader.ended = 1;
    while (hsvc__reader_next(&reader, &input)) print_record(&reader);
    hsvc__reader_free(&reader);
    return 0;
}
