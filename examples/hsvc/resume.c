/* resume.c: how far an import came, in FILE.csv.resume beside the file, so that after a crash it can go on there (BULK-7).
 * The file goes when the import has ended. What stands in it: the token in hexadecimal digits, how long the file of
 * failed rows was then, and which store it is of, where alone the rows before the token are; always as long, so that it is
 * written over in place. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#ifdef HSVC_WITH_CSV
#include "resume.h"

static unsigned digit_of(char c) {
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? 16 : (unsigned)(at - digits);
}

static int take_token(const char *from, uint8_t *token) {
    for (size_t i = 0; i < HSVC_CSV_TOKEN; i++) {
        unsigned high = digit_of(from[2 * i]), low = high > 15 ? 16 : digit_of(from[2 * i + 1]);
        if (low > 15) return 0;
        token[i] = (uint8_t)(high << 4 | low);
    }
    return 1;
}

/* take_rest: what stands behind the token: how long the file of failed rows was, and the store. */
static int take_rest(struct resume *resume, const char *from) {
    char *rest = NULL;
    size_t n = strlen(resume->store);
    resume->failed_len = strtol(from, &rest, 10);
    return *rest == ' ' && strncmp(rest + 1, resume->store, n) == 0 && strcmp(rest + 1 + n, "\n") == 0;
}

int resume_read(struct resume *resume, const char *csv, const char *store) {
    struct text text = {NULL, 0, 0};
    int found;
    resume->store = store;
    text_puts(&resume->path, csv);
    text_puts(&resume->path, ".resume");
    found = file_read(resume->path.bytes, &text) && text.len > 2 * HSVC_CSV_TOKEN && take_token(text.bytes, resume->token);
    resume->elsewhere = found && !take_rest(resume, text.bytes + 2 * HSVC_CSV_TOKEN);
    text_free(&text);
    return found && !resume->elsewhere;
}

void resume_write(struct resume *resume, const uint8_t *token, long failed_len) {
    if (resume->file == NULL && !resume->failed) resume->file = fopen(resume->path.bytes, "wb");
    if (resume->file == NULL) {
        if (!resume->failed) fprintf(stderr, "hsvc: %s cannot be written: this import could not be resumed\n", resume->path.bytes);
        resume->failed = 1;
        return;
    }
    rewind(resume->file);
    for (size_t i = 0; i < HSVC_CSV_TOKEN; i++) fprintf(resume->file, "%02x", token[i]);
    fprintf(resume->file, " %012ld %s\n", failed_len, resume->store);
    (void)fflush(resume->file);
}

void resume_close(struct resume *resume, int ended) {
    if (resume->file != NULL) (void)fclose(resume->file);
    if (ended && resume->path.len > 0) (void)remove(resume->path.bytes);
    text_free(&resume->path);
}
#endif
