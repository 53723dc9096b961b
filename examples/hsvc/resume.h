/* resume.h: how far an import came (resume.c). */
#ifndef HSVC_HOST_RESUME_H
#define HSVC_HOST_RESUME_H

#include "headsetsvc/csv.h"
#include "host.h"

struct resume {
    struct text path;
    FILE *file;
    uint8_t token[HSVC_CSV_TOKEN];
    long failed_len; /* of the file of failed rows, at the token; -1: there was none */
    const char *store;
    int elsewhere;   /* there is a token, but of an import into another store */
    int failed;      /* it cannot be written, which was told */
};

/* resume_read: 1 if an import of this file into this store was cut off: then token and failed_len are its. */
int resume_read(struct resume *resume, const char *csv, const char *store);
void resume_write(struct resume *resume, const uint8_t *token, long failed_len);
/* resume_close: the file goes if the import ended. */
void resume_close(struct resume *resume, int ended);

#endif
