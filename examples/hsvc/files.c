/* files.c: growing text, and everything that touches the file system. The library itself opens nothing. */
#define _POSIX_C_SOURCE 200809L /* stat */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host.h"

int cannot(const char *path) {
    fprintf(stderr, "hsvc: %s: %s\n", path, strerror(errno));
    return EXIT_USAGE;
}

static void make_room(struct text *text, size_t more) {
    size_t size = text->size == 0 ? 256 : text->size;
    char *bytes;
    while (size < text->len + more + 1) size *= 2;
    if (size == text->size) return;
    bytes = realloc(text->bytes, size);
    if (bytes == NULL) {
        fputs("hsvc: no memory\n", stderr);
        exit(EXIT_LIBRARY);
    }
    text->bytes = bytes;
    text->size = size;
}

void text_add(struct text *text, const char *bytes, size_t len) {
    make_room(text, len);
    if (len > 0) memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
    text->bytes[text->len] = '\0';
}

void text_puts(struct text *text, const char *words) { text_add(text, words, strlen(words)); }

void text_printf(struct text *text, const char *format, ...) {
    va_list list;
    char start[256];
    int n;
    va_start(list, format);
    n = vsnprintf(start, sizeof start, format, list);
    va_end(list);
    if (n <= 0) return;
    make_room(text, (size_t)n);
    va_start(list, format);
    (void)vsnprintf(text->bytes + text->len, (size_t)n + 1, format, list);
    va_end(list);
    text->len += (size_t)n;
}

void text_clear(struct text *text) {
    text->len = 0;
    if (text->bytes != NULL) text->bytes[0] = '\0';
}

/* Scripts hold PINs: what is given back is overwritten first. */
void text_free(struct text *text) {
    if (text->bytes != NULL) memset(text->bytes, 0, text->size);
    free(text->bytes);
    memset(text, 0, sizeof *text);
}

int file_read(const char *path, struct text *text) {
    char piece[8192];
    FILE *file = fopen(path, "rb");
    size_t got;
    int failed;
    if (file == NULL) return 0;
    text_add(text, "", 0);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0) text_add(text, piece, got);
    failed = ferror(file) ? errno : 0;
    memset(piece, 0, sizeof piece);
    (void)fclose(file);
    if (failed != 0) errno = failed;
    return failed == 0;
}

int is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

struct span span_of(const char *p, size_t n) {
    struct span span = {p, n};
    return span;
}

int span_is(struct span span, const char *word) {
    size_t n = strlen(word);
    return span.n == n && memcmp(span.p, word, n) == 0;
}
