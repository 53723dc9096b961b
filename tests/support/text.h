/* text.h: text that grows, and a whole file as such, for programs without cmocka; without memory they end with status 2. */
#ifndef TESTS_SUPPORT_TEXT_H
#define TESTS_SUPPORT_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *bytes; /* ends in NUL once something was appended */
    size_t len;
    size_t size;
};

static void append(struct text *text, const char *bytes, size_t len) {
    if (text->len + len + 1 > text->size) {
        size_t size = (text->len + len + 1) * 2;
        char *more = realloc(text->bytes, size);
        if (more == NULL) exit(2);
        text->bytes = more;
        text->size = size;
    }
    if (len > 0) memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
    text->bytes[text->len] = '\0';
}

/* read_file: the whole file; 0 if it cannot be read. */
static int read_file(const char *path, struct text *text) {
    char piece[4096];
    FILE *file = fopen(path, "rb");
    size_t got;
    if (file == NULL) return 0;
    append(text, "", 0);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0) append(text, piece, got);
    return fclose(file) == 0;
}

#endif
