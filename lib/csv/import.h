/* import.h: one import. Pass 1 looks at every row (look.c). Then rows are decided (decide.c) in commits of a few: in a pass of
 * its own what the file removes, in the last pass everything else; every row is told in the last pass (tell.c). */
#ifndef HSVC_CSV_IMPORT_H
#define HSVC_CSV_IMPORT_H

#include "csv/reader.h"
#include "csv/seen.h"
#include "csv/tables.h"
#include "csv/tally.h"

/* Passes. */
#define HSVC__PASS_LOOK 1
#define HSVC__PASS_REMOVE 2
#define HSVC__PASS_ADD 3
#define HSVC__PASS_DONE 4

#define HSVC__SPACE_ADD 1
#define HSVC__SPACE_REMOVE 2

/* The outcome byte of a row in the pass of removals: nothing was asked, something was taken away, nothing was there to take,
 * or a refusal's reason less HSVC__FELL. */
#define HSVC__NOT_ASKED 0
#define HSVC__TAKEN 1
#define HSVC__NOT_THERE 2
#define HSVC__FELL 1098

/* One error of a row. */
struct hsvc__wrong {
    uint32_t reason;
    uint32_t column; /* from 1, 0 = none */
    int64_t limit;
};
/* Each cell's own, that of their number, and one that shows when every cell is right; or one of each input that a row may
 * need: its own, the other half of a move, and a removal for every headset of its user. */
#define HSVC__WRONGS (HSVC__COLUMNS + 2)
_Static_assert(HSVC__WRONGS >= HSVC_LIMIT_HEADSETS_PER_USER + 3, "a row has room for everything that is wrong with it");

/* A row that waits for its commit. */
struct hsvc__waiting {
    uint64_t row;
    uint64_t line;
    uint64_t offset;
    hsvc__str raw;
    hsvc__str *cells; /* as they stand in the file; NULL if it is no record */
    size_t cell_count;
    struct hsvc__wrong *wrongs;
    uint32_t wrong_count;
    uint32_t outcome; /* 0 = not decided */
    uint32_t first;   /* of its inputs */
    uint32_t inputs;
    uint32_t reason; /* of an accepted one */
    struct hsvc__waiting *next;
};

struct hsvc__decided {
    uint32_t accepted;
    uint32_t reason;
    int64_t limit;
};

struct hsvc_csv_import {
    hsvc_csv_config config;
    hsvc_allocator allocator;
    hsvc_effects *effects;
    struct hsvc__reader reader;
    struct hsvc__heap marks;
    struct hsvc__heap outcomes; /* of removals, a byte a row; empty if the file removes nothing */
    struct hsvc__arena texts;   /* of the rows that wait */
    char *actor;
    int32_t status; /* of the failure that ended it */
    uint32_t pass;
    uint64_t row;
    uint64_t rows;   /* of pass 1 */
    uint64_t told;   /* row of the last progress */
    uint64_t digest; /* of pass 1 */
    uint64_t removals;
    uint64_t faults; /* rows that pass 1 found wrong */
    int64_t rows_max;
    int64_t atomic_max;
    uint32_t header_seen;
    uint32_t columns_found;
    size_t columns[HSVC__COLUMNS];   /* number in columns.def, by position */
    hsvc__str header[HSVC__COLUMNS]; /* as it stands there: for the failed rows */
    char *header_text;
    size_t header_len;
    uint32_t failed_begun; /* the header of the failed rows was written */
    uint32_t batch;        /* rows of one commit */
    struct hsvc__waiting *first_waiting;
    struct hsvc__waiting *last_waiting;
    uint32_t waiting;
    uint32_t reserved;
    hsvc_input *inputs;
    struct hsvc__decided *decided; /* what was said of each */
    uint32_t input_count;
    uint32_t input_room;
    uint32_t decided_room;
    uint32_t reserved_too;
    struct hsvc__heap surplus; /* of a dry run that replaces: what the file took without naming it */
    struct hsvc__tally tally;  /* of a dry run: what the file gave to each user so far */
    hsvc_csv_summary summary;
    /* of the token it resumes by */
    uint32_t resume_pass;
    uint32_t resumed;
    uint64_t resume_row;
    uint64_t resume_digest; /* of the whole file */
    hsvc__str last_user; /* REPLACE: whose surplus was looked at last */
    char last_user_text[HSVC_LIMIT_USER_ID_LEN];
};

/* ---- look.c: one row by itself ---- */
/* hsvc__look_header: the first row; 1 if the file may go on, else import->summary.refused says why. */
int hsvc__look_header(hsvc_csv_import *import);
/* hsvc__look_row: everything wrong with the row that was read; how many, at most HSVC__WRONGS. */
uint32_t hsvc__look_row(hsvc_csv_import *import, struct hsvc__wrong *wrongs);
/* hsvc__cell: the text of a column of the row, without guard; empty if the file has no such column. */
hsvc__str hsvc__cell(const hsvc_csv_import *import, size_t column);
/* hsvc__row_kind: HSVC_INPUT_ that the row asks for. hsvc__row_mark: what it is about; 0: of nothing that must be unique. */
uint32_t hsvc__row_kind(const hsvc_csv_import *import);
void hsvc__row_mark(const hsvc_csv_import *import, struct hsvc__mark *mark);
/* hsvc__refuse: the whole file; told as row 0. */
void hsvc__refuse(hsvc_csv_import *import, uint32_t reason, uint32_t column, hsvc__str name);

/* ---- decide.c ---- */
/* hsvc__decide_row: the row that was read joins those that wait; a full batch is decided. */
int32_t hsvc__decide_row(hsvc_csv_import *import);
/* hsvc__ask: input number `at` of a dry run of a partial import, after what the file did before it to the same user and
 * headset (dry.c). hsvc__note_dry: it was accepted, and changes something. */
int32_t hsvc__ask_dry(hsvc_csv_import *import, uint32_t at);
int32_t hsvc__note_dry(hsvc_csv_import *import, const hsvc_input *input);
/* hsvc__hear: what the batch says of its input number `index`. */
void hsvc__hear(const hsvc_effects *effects, uint32_t index, struct hsvc__decided *decided);
/* hsvc__count_effects: what the batch asks of the host, of one of its inputs or of HSVC__ALL_INPUTS, into the summary. */
#define HSVC__ALL_INPUTS UINT32_MAX
void hsvc__count_effects(hsvc_csv_import *import, uint32_t index);
/* hsvc__decide_waiting: decides them and, in the last pass, tells them. */
int32_t hsvc__decide_waiting(hsvc_csv_import *import);

/* ---- tell.c ---- */
int32_t hsvc__tell_waiting(hsvc_csv_import *import);
int32_t hsvc__tell_progress(hsvc_csv_import *import);
int32_t hsvc__tell_refusal(hsvc_csv_import *import, uint32_t reason, uint32_t column, hsvc__str name);
/* hsvc__resume_by: takes a token over; 0: it is none of this kind of import. */
int hsvc__resume_by(hsvc_csv_import *import, const uint8_t *token);

/* ---- write.c ---- */
/* hsvc__write_cell: quoted; separator 0: the first of its row. hsvc__write_end: the end of a row. */
int32_t hsvc__write_cell(const hsvc_csv_config *config, uint8_t separator, hsvc__str text);
int32_t hsvc__write_end(const hsvc_csv_config *config);

#endif
