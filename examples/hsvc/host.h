/* host.h: what the files of the program hsvc share.
 *
 *   main.c      options, exit codes, one run
 *   files.c     reading scripts, folders and messages
 *   message.c   the phone's inventory message (JSON) as an input
 *   words.c     what happened, and what a phone shows, in words
 *   timeline.c  the timeline that people read
 *   tally.c     the closing table of sessions, and the counters
 *   jsonl.c     one JSON object a line, for programs */
#ifndef HSVC_HOST_H
#define HSVC_HOST_H

#include <stdint.h>
#include <stdio.h>

#include "headsetsvc/scenario.h"

/* Exit codes; --help explains them. */
enum { EXIT_OK = 0, EXIT_UNMET = 1, EXIT_USAGE = 2, EXIT_LIBRARY = 3 };

/* Bytes that grow; always terminated. */
struct text {
    char *bytes;
    size_t len;
    size_t size;
};

/* Borrowed text. */
struct span {
    const char *p;
    size_t n;
};

/* One session, for the closing table. */
struct session {
    struct text user, phone, headset, ended;
    const char *how;
    int64_t from;
    int64_t to; /* 0: still signed in */
};

struct tally {
    struct session *sessions;
    size_t count;
    size_t room;
};

struct host {
    int json;
    int quiet; /* hsvc verify */
    int all;   /* show what phones do by themselves, too */
    int colour;
    int width;
    const char *path; /* of the script */
    struct text folder;
    hsvc_scenario *scenario;
    struct tally tally;
    struct text last_prompts; /* "phone=NUMBER\n" lines: the last prompt shown on each phone */
    int placed;               /* the failure that is being told names its own place */
    int64_t day;              /* whose heading was printed last */
    size_t rows;
    size_t failures;
};

/* ---- files.c ---- */
void text_add(struct text *text, const char *bytes, size_t len);
void text_puts(struct text *text, const char *words);
void text_printf(struct text *text, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
void text_clear(struct text *text);
void text_free(struct text *text);
int file_read(const char *path, struct text *text); /* 0: errno says why */
int is_folder(const char *path);
struct span span_of(const char *p, size_t n);
int span_is(struct span span, const char *word);

/* ---- message.c ---- */
/* Takes the statement "message FILE" or "message {...}" of a script. HSVC_ERR_NOT_FOUND: it is another statement. */
int32_t take_message(struct host *host, const hsvc_scenario_line *line);

/* ---- words.c ---- */
struct span label(const struct host *host, uint32_t kind, const char *name, size_t len);
void words_step(struct host *host, const hsvc_scenario_step *step, const hsvc_verdict *verdict, struct text *to);
void words_deadline(const hsvc_verdict *verdict, struct text *to);
void words_prompt(struct host *host, const hsvc_effect *effect, struct text *to);
void words_time(const struct host *host, int64_t at, struct text *to); /* 09:00:00, or 09:00:00.250 */
void words_span(int64_t ms, struct text *to);                          /* 5 min, 15 s */
void note_prompt(struct host *host, const hsvc_effect *effect);
uint32_t last_prompt(const struct host *host, struct span phone);

/* ---- timeline.c ---- */
int32_t timeline_step(struct host *host, const hsvc_scenario_step *step);
void timeline_chapter(struct host *host, const char *words, size_t len);
void timeline_failure(struct host *host, const hsvc_scenario_failure *failure);
size_t columns_of(const char *bytes, size_t len); /* characters, not bytes */
void print_cell(const struct host *host, const char *colour, const char *bytes, size_t len, size_t width);

/* ---- tally.c ---- */
void tally_step(struct host *host, const hsvc_scenario_step *step);
void tally_print(struct host *host);
void tally_free(struct host *host);
uint64_t count_findings(struct host *host, int32_t *status);

/* ---- jsonl.c ---- */
int32_t jsonl_step(struct host *host, const hsvc_scenario_step *step);
void jsonl_failure(struct host *host, const hsvc_scenario_failure *failure);
void jsonl_end(struct host *host, const hsvc_scenario_result *result);

#endif
