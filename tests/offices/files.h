/* files.h: a file on its way to the component csv or from it, with its bytes in memory. */
#ifndef HSVC_OFFICES_FILES_H
#define HSVC_OFFICES_FILES_H

#include "acts.h"
#include "headsetsvc/csv.h"

/* How a file is imported: arg of its event. */
#define FILE_ATOMIC 1u
#define FILE_DRY 2u
#define FILE_REPLACE 4u

struct file {
    struct world *w;
    uint32_t kind, broken; /* HSVC_CSV_; broken: the store broke it off at least once */
    char bytes[8192];
    size_t len;
    uint8_t token[HSVC_CSV_TOKEN];
    uint32_t has_token;
    hsvc_csv_summary summary;
};

void file_begin(struct file *f, struct world *w, uint32_t kind);
void file_put(struct file *f, const char *text);
void file_row(struct file *f, const char *line);
/* file_import: as the event says, again and on from the last token as often as the store wants. changed: what the model says;
 * both are compared. file_export: what the store has of that kind. */
void file_import(struct file *f, const struct event *e);
void file_changed(struct file *f, uint64_t wanted);
void file_export(struct file *f);

#endif
