/* sqlite.h: the store that lasts, for one machine: a file of SQLite. Component: sqlite.
 *
 * What was acknowledged is on the disk; several processes of one machine may use one file at once; an administrator may
 * ask it in plain SQL (docs/guide/store.md lists the views) while the service runs. Not for a network file system.
 *
 * Commits are written to a log beside the file (FILE-wal) and moved into it from time to time: copy both, or use SQLite's
 * own backup. What a commit costs is one wait for the disk:
 *   full     (the default) a commit returns when the disk has it: neither a crash of the program, nor of the machine, nor
 *            a power cut takes back what was acknowledged.
 *   normal   a commit returns when the operating system has it: a crash of the program takes nothing back, a power cut may
 *            take back the last few seconds, in whole commits, from the newest on. The file stays sound.
 * The rules of headsetsvc.h on threads, text and sized structs hold here too: one handle, one thread at a time, one handle
 * for each engine. After a fork the child opens its own: a handle refuses to work in a process that did not open it.
 * SQLite takes its memory from its own allocator; the caller's serves the handle.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_SQLITE_H
#define HEADSETSVC_SQLITE_H

#include "headsetsvc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of hsvc_sqlite_config.flags. */
#define HSVC_SQLITE_READ_ONLY 1u /* for reports: reads and scans work, every commit is HSVC_ERR_UNAVAILABLE */
#define HSVC_SQLITE_NORMAL 2u    /* durability: see above */

/* hsvc_sqlite_config: path: of the file, NUL-terminated; made if it is not there, unless READ_ONLY; its folder must be
 * there and writable, since the log stands beside it. wait_ms: how long a call may wait for other processes before it
 * gives HSVC_ERR_UNAVAILABLE; 0 means HSVC_SQLITE_WAIT. */
#define HSVC_SQLITE_WAIT 5000u /* ms */
typedef struct hsvc_sqlite_config {
    uint32_t struct_size;
    uint32_t flags; /* HSVC_SQLITE_READ_ONLY, HSVC_SQLITE_NORMAL */
    const hsvc_allocator *allocator;
    const char *path;
    uint32_t wait_ms;
    uint32_t reserved;
} hsvc_sqlite_config;

/* What is wrong, in hsvc_sqlite_problem.kind. Numbers are eternal. */
#define HSVC_SQLITE_NO_PROBLEM 0
#define HSVC_SQLITE_NOT_A_DATABASE 1 /* the file is something else */
#define HSVC_SQLITE_NOT_A_STORE 2    /* a database of another program */
#define HSVC_SQLITE_NEWER 3          /* written by a newer version of this library, which has to read it */
#define HSVC_SQLITE_CANNOT_OPEN 4    /* no such folder or file, or no permission */
#define HSVC_SQLITE_IS_READ_ONLY 5   /* file, folder or file system may not be written, or READ_ONLY was asked for */
#define HSVC_SQLITE_DISK_FULL 6
#define HSVC_SQLITE_LOCKED 7    /* other processes held it for longer than wait_ms */
#define HSVC_SQLITE_IO 8        /* the operating system reported an error of reading or writing */
#define HSVC_SQLITE_DAMAGED 9   /* SQLite found the file damaged */
#define HSVC_SQLITE_NO_MEMORY 10
#define HSVC_SQLITE_FORKED 11   /* this process did not open it */
#define HSVC_SQLITE_BUSY 12     /* a call from inside a sink of the same handle */
#define HSVC_SQLITE_OTHER 13    /* sqlite_text says what */

/* hsvc_sqlite_problem: why the last call failed. Static text, but for sqlite_text: borrowed until the next call of the
 * handle; all of it NUL-terminated, "" where there is none. */
typedef struct hsvc_sqlite_problem {
    uint32_t struct_size;
    uint32_t kind;       /* HSVC_SQLITE_ */
    int32_t status;      /* HSVC_ERR_: what the call returned */
    int32_t sqlite_code; /* SQLite's extended result code, or 0 */
    const char *name;    /* "DISK_FULL" */
    const char *text;    /* what happened and what to do, one line */
    const char *sqlite_text;
} hsvc_sqlite_problem;

/* hsvc_sqlite_init: zeroes size bytes of a struct of this header and sets its struct_size.
 * HSVC_OK; HSVC_ERR_ARGUMENT if it is NULL; HSVC_ERR_STRUCT_SIZE if size is impossible. */
HSVC_API int32_t hsvc_sqlite_init(void *sized, size_t size);

/* hsvc_sqlite_new: opens the file, makes it or brings an older one up to date (in one step that happens or does not).
 * Freed by hsvc_sqlite_free (NULL is fine), after the engines on it. problem may be NULL; it is filled whatever comes,
 * with a static sqlite_text. On failure *store is NULL and nothing is left behind.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_FLAGS, HSVC_ERR_MEMORY;
 * HSVC_ERR_UNAVAILABLE (CANNOT_OPEN, IS_READ_ONLY, LOCKED, IO, OTHER), HSVC_ERR_FULL (DISK_FULL),
 * HSVC_ERR_CORRUPT (NOT_A_DATABASE, NOT_A_STORE, NEWER, DAMAGED). (STORE-7) */
/* hsvc_sqlite: a file of SQLite as a store. */
typedef struct hsvc_sqlite hsvc_sqlite;
HSVC_API int32_t hsvc_sqlite_new(const hsvc_sqlite_config *config, hsvc_sqlite **store, hsvc_sqlite_problem *problem);
/* hsvc_sqlite_free: closes it. */
HSVC_API void hsvc_sqlite_free(hsvc_sqlite *store);

/* hsvc_sqlite_bind: fills a store struct for an engine, good as long as the handle lives. A commit that waited longer than
 * wait_ms is HSVC_ERR_UNAVAILABLE: nothing happened; one whose outcome the disk would not tell is HSVC_ERR_UNKNOWN.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. (STORE-2, STORE-5) */
HSVC_API int32_t hsvc_sqlite_bind(hsvc_sqlite *sqlite, hsvc_store *store);

/* hsvc_sqlite_last_problem: why the handle's last read, scan or commit failed; kind 0 if it did not. A conflict is no
 * problem. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. */
HSVC_API int32_t hsvc_sqlite_last_problem(const hsvc_sqlite *store, hsvc_sqlite_problem *problem);

#ifdef __cplusplus
}
#endif
#endif
