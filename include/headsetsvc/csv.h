/* csv.h: associations, users and devices in bulk: files of comma separated values in and out. Component: csv (libcsv).
 *
 * No file is opened here: a host feeds bytes, in pieces of any size, and is handed bytes. An import looks at the same bytes
 * in two or three passes: hsvc_csv_import_end says whether they are to be fed again from the beginning. Nothing is changed
 * before the last byte of the first pass was checked. The rules of headsetsvc.h on threads, text and sized structs hold here
 * too; an import or export uses the engine it was given, on that engine's thread. (BULK-1..8)
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_CSV_H
#define HEADSETSVC_CSV_H

#include "headsetsvc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a file is about. Columns: docs/guide/bulk.md. */
#define HSVC_CSV_ASSOCIATIONS 1 /* USER ID, SERIAL NUMBER, and perhaps ACTION and FROM */
#define HSVC_CSV_USERS 2
#define HSVC_CSV_DEVICES 3
#define HSVC_CSV_INVENTORY 4 /* export alone, in the order of INV-1 */
#define HSVC_CSV_SESSIONS 5  /* export alone */
#define HSVC_CSV_AUDIT 6     /* export alone */

/* How an import decides (BULK-4). */
#define HSVC_CSV_PARTIAL 1 /* row by row: good rows land */
#define HSVC_CSV_ATOMIC 2  /* all rows in one commit, or none of them: at most bulk_atomic_max, and what the store's commit holds */

/* What a row of associations without an ACTION means. */
#define HSVC_CSV_ADD 1     /* the headset is associated with the user */
#define HSVC_CSV_REPLACE 2 /* the same, and a user who stands in the file keeps no other headset than the file's; if any row of
                              the file is faulty nobody loses a headset */
#define HSVC_CSV_REMOVE 3  /* the headset is disassociated from the user */

/* Bits of hsvc_csv_config.flags. */
#define HSVC_CSV_DRY_RUN 1u   /* import: the same decisions, nothing written */
#define HSVC_CSV_NO_GUARD 2u  /* export: cells that a spreadsheet would run stay as they are (BULK-6) */
#define HSVC_CSV_BOM 4u       /* export: begin with a byte order mark, by which spreadsheets know UTF-8 */
#define HSVC_CSV_SEMICOLON 8u /* export: separate by semicolons, which spreadsheets of many countries expect */

/* What became of a row. */
#define HSVC_CSV_CHANGED 1
#define HSVC_CSV_UNCHANGED 2
#define HSVC_CSV_FAILED 3
#define HSVC_CSV_LEFT 4 /* nothing is wrong with it, but another row of an atomic import failed */

#define HSVC_CSV_TOKEN 40 /* bytes of a resume token */

/* hsvc_csv_report: one thing to say about one row; a failed row has one for each error. Borrowed for the call. */
typedef struct hsvc_csv_report {
    uint32_t struct_size;
    uint32_t outcome;     /* HSVC_CSV_CHANGED, ... */
    uint64_t row;         /* from 1, the header not counted; 0: about the file as a whole */
    uint64_t line;        /* physical line of the row's first byte, from 1 */
    uint64_t offset;      /* of that byte, from 0 */
    uint32_t reason;      /* HSVC_REASON_ */
    uint32_t column;      /* from 1; 0: of no column */
    int64_t limit;        /* the limit that was broken, else 0 */
    const char *name;     /* of the column, NUL-terminated, "" if there is none; of a faulty header what stood there */
    size_t name_len;
    uint32_t index;       /* which of the row's reports, from 0 */
    uint32_t count;       /* how many it has */
} hsvc_csv_report;

/* hsvc_csv_progress: how far an import is; after every commit and every HSVC_LIMIT_BULK_PROGRESS rows. token: to be
 * handed to a new import of the same bytes after a cancel or a crash; what was done then is not done again. (BULK-7) */
typedef struct hsvc_csv_progress {
    uint32_t struct_size;
    uint32_t pass;   /* from 1 */
    uint32_t passes; /* in all, as far as is known */
    uint32_t reserved;
    uint64_t rows; /* of this pass */
    uint64_t rows_all; /* of the file; 0 in the first pass */
    uint64_t bytes; /* of this pass */
    uint8_t token[HSVC_CSV_TOKEN];
} hsvc_csv_progress;

/* Callbacks return HSVC_OK to go on; anything else ends the import or export: the call returns HSVC_ERR_CALLBACK, and
 * what was committed stays. */
/* hsvc_csv_report_fn: takes one report. */
typedef int32_t (*hsvc_csv_report_fn)(const hsvc_csv_report *report, void *user);
/* hsvc_csv_progress_fn: takes how far an import is. */
typedef int32_t (*hsvc_csv_progress_fn)(const hsvc_csv_progress *progress, void *user);
/* hsvc_csv_write_fn: takes the next bytes of an export, or of the failed rows of an import. */
typedef int32_t (*hsvc_csv_write_fn)(const char *bytes, size_t len, void *user);
/* hsvc_csv_effects_fn: what a commit of the import asks the host to do: as of hsvc_apply, borrowed for the call. */
typedef int32_t (*hsvc_csv_effects_fn)(const hsvc_effects *effects, void *user);

/* hsvc_csv_config: engine, allocator and kind are required; write for an export. Texts and structs are copied; the engine must
 * outlive what is made of it. */
typedef struct hsvc_csv_config {
    uint32_t struct_size;
    uint32_t kind;    /* HSVC_CSV_ASSOCIATIONS, ... */
    uint32_t mode;    /* HSVC_CSV_PARTIAL (also 0), HSVC_CSV_ATOMIC */
    uint32_t meaning; /* HSVC_CSV_ADD (also 0), ...; of associations alone */
    uint32_t flags;   /* HSVC_CSV_DRY_RUN, ... */
    uint32_t reserved;
    hsvc_engine *engine;
    const hsvc_allocator *allocator;
    const char *actor; /* of every input that an import makes (OBS-9) */
    size_t actor_len;
    const uint8_t *token; /* HSVC_CSV_TOKEN bytes to resume by, or NULL */
    hsvc_csv_report_fn report;
    hsvc_csv_progress_fn progress;
    hsvc_csv_effects_fn effects;
    hsvc_csv_write_fn write; /* an export's bytes; of an import the failed rows, with what is wrong in a leading column: a file
                                that can be corrected and imported */
    void *user;
} hsvc_csv_config;

/* hsvc_csv_summary: what became of the file so far. */
typedef struct hsvc_csv_summary {
    uint32_t struct_size;
    uint32_t refused;   /* HSVC_REASON_ if the file as a whole was refused, else 0 */
    uint64_t processed; /* rows decided: the sum of the next four */
    uint64_t changed;
    uint64_t unchanged;
    uint64_t failed;
    uint64_t left;
    uint64_t skipped; /* done before the resume token */
    uint64_t rows;    /* of the file */
    uint32_t separator; /* the byte found between cells */
    uint32_t kept;    /* 1: REPLACE removed nothing, because rows were faulty */
    uint64_t effects; /* what the commits asked of the host, or what those of a dry run would ask */
    uint64_t sessions_ended; /* of these HSVC_EFFECT_SESSION_ENDED; where a window opened a session may end later */
} hsvc_csv_summary;

/* hsvc_csv_X_init: as hsvc_input_init. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. */
HSVC_API int32_t hsvc_csv_config_init(hsvc_csv_config *config, size_t size);
HSVC_API int32_t hsvc_csv_summary_init(hsvc_csv_summary *summary, size_t size);

/* hsvc_csv_import_new: an import, owned by the caller, freed by hsvc_csv_import_free (NULL is fine). Memory: a fixed part,
 * and HSVC_LIMIT_BULK_ROW_BYTES a row; a dry run has some for each user beside it (docs/guide/bulk.md), an atomic import holds
 * its rows. HSVC_OK, HSVC_ERR_ARGUMENT (also a kind that is exported alone, and a token of another import), HSVC_ERR_FLAGS,
 * HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_MEMORY, and what reading the policy may give. (BULK-2, BULK-4) */
/* hsvc_csv_import: one file on its way into a store. */
typedef struct hsvc_csv_import hsvc_csv_import;
HSVC_API int32_t hsvc_csv_import_new(const hsvc_csv_config *config, hsvc_csv_import **import);
/* hsvc_csv_import_free: frees it; what was committed stays. */
HSVC_API void hsvc_csv_import_free(hsvc_csv_import *import);

/* hsvc_csv_import_feed: takes the next bytes of this pass. It and hsvc_csv_import_end: HSVC_OK, also if rows or the whole file are refused: reports and summary say so,
 * and further bytes of a refused file are ignored; HSVC_ERR_ARGUMENT, HSVC_ERR_CALLBACK, HSVC_ERR_MEMORY, and every status of
 * hsvc_apply. After an error the import is over, and gives the same status again; another may resume it by its last token. */
HSVC_API int32_t hsvc_csv_import_feed(hsvc_csv_import *import, const char *bytes, size_t len);
/* hsvc_csv_import_end: ends a pass; *again is 1 if the same bytes shall be fed once more, 0 at the end. */
HSVC_API int32_t hsvc_csv_import_end(hsvc_csv_import *import, int32_t *again);

/* hsvc_csv_import_summary: what became of the file so far, or at the end. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. (BULK-4) */
HSVC_API int32_t hsvc_csv_import_summary(const hsvc_csv_import *import, hsvc_csv_summary *summary);

/* hsvc_csv_export_new: an export, owned by the caller, freed by hsvc_csv_export_free (NULL is fine). Statuses as of
 * hsvc_csv_import_new. */
/* hsvc_csv_export: a store's content of one kind on its way out. */
typedef struct hsvc_csv_export hsvc_csv_export;
HSVC_API int32_t hsvc_csv_export_new(const hsvc_csv_config *config, hsvc_csv_export **exporter);
/* hsvc_csv_export_free: frees it. */
HSVC_API void hsvc_csv_export_free(hsvc_csv_export *exporter);
/* hsvc_csv_export_step: hands the next rows, a bounded number, to config.write; *done is 1 when there are no more. HSVC_OK,
 * HSVC_ERR_ARGUMENT, HSVC_ERR_CALLBACK, HSVC_ERR_CORRUPT, HSVC_ERR_MEMORY, store statuses. (BULK-1, BULK-5, BULK-6) */
HSVC_API int32_t hsvc_csv_export_step(hsvc_csv_export *exporter, int32_t *done);

#ifdef __cplusplus
}
#endif
#endif
