/* host.h: what the files of the program hsvc share.
 *
 *   main.c      the commands, their options, help
 *   play.c      scenarios: play, record, statements
 *   store.c     opening what a command looks at; verify
 *   explain.c   a phone, a user, a headset
 *   audit.c     what the store remembers
 *   policy.c    the policy, and changing it
 *   monday.c    a burst of reports, one a commit and several
 *   what_if.c   an input that is tried; inputs from words
 *   bulk.c      CSV files in and out
 *   admin.c     who is signed in, the inventory, and an administrator's hand in it
 *   replay.c    a recording, decided again
 *   tables.c    what the library knows by name
 *   guess.c     which word was meant
 *   print.c     tables and pairs, for people and as JSON
 *   files.c     growing text; reading scripts, folders and messages
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
enum { MOST_WORDS = 40 };
enum { MEANING_REPLACE = 2, MEANING_REMOVE = 3 }; /* HSVC_CSV_REPLACE, _REMOVE, in a build without CSV too */

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
    const char *words[MOST_WORDS]; /* behind the command, without options */
    int word_count;
    const char *until; /* --at */
    const char *into;  /* --store */
    const char *of_phone, *of_user, *of_site;
    FILE *recording; /* hsvc record */
    const char *failed; /* --failed */
    uint32_t meaning; /* --replace, --remove: HSVC_CSV_ */
    int dry_run, atomic, resume, plain, bom, semicolon, now;
    int writes;      /* the store will be changed */
    int makes;       /* and is made if it is not there; without it that is a mistyped name */
    int silent;      /* a script is played for what comes of it */
    int json;
    int quiet; /* hsvc verify */
    int all;   /* show what phones do by themselves, too */
    int colour;
    int width;
    const char *path; /* of the script */
    struct text folder, script, script_path;
    hsvc_scenario *scenario;
    void *file; /* the store that a scenario is played into, if not its own */
    hsvc_store store;
    struct text passing; /* path of that store, if it goes with the host */
    struct tally tally;
    struct text last_prompts; /* "phone=NUMBER\n" lines: the last prompt shown on each phone */
    int placed;               /* the failure that is being told names its own place */
    int64_t day;              /* whose heading was printed last */
    size_t rows;
    size_t failures;
};

/* ---- main.c ---- */
int usage(const char *why, const char *what);
int usage_see(const char *why, const char *what, const char *see); /* see: the line that says where to go on */

/* ---- play.c ---- */
int script_open(struct host *host, const char *path); /* plays it silently; EXIT_OK, or told */
int script_verify(struct host *host);
void host_free(struct host *host);
int command_play(struct host *host);
int command_record(struct host *host);
int command_statements(struct host *host);

/* ---- store.c ---- */
/* What a command looks at: an engine on a store, and a batch. open_store tells what went wrong. */
struct opened {
    hsvc_engine *engine;
    hsvc_effects *effects;
    hsvc_engine *own; /* freed with it; NULL if the engine is the scenario's */
    void *file;
};
int open_store(struct host *host, const char *where, struct opened *opened);
/* A file of SQLite: *file is what close_file takes. One that is only looked at is not made. */
int open_file(const char *where, int writes, void **file, hsvc_store *store);
void close_file(void *file);
/* The store that --store names, into host->file: a file, which must be empty; "memory": none; else a file of SQLite that close_played
 * removes. */
int open_played(struct host *host);
void close_played(struct host *host);
void close_store(struct opened *opened);
int fail_status(const char *what, int32_t status);
/* The name that the store has for what a script calls so; where there is no script, the word itself. */
struct span real_name(const struct host *host, uint32_t kind, const char *word);
/* HSVC_SUBJECT_ of phone, user or headset; 0: another word. And the store's name for one of that kind. */
uint32_t subject_kind(const char *word);
struct span subject_name(const struct host *host, uint32_t kind, const char *word);
/* Says that nobody has the name words[2], and of a store whose names these are; EXIT_USAGE. */
int no_such_subject(const struct host *host);
int command_verify(struct host *host);

/* ---- the other commands, a file each ---- */
int command_explain(struct host *host);
int command_audit(struct host *host);
int command_policy(struct host *host);
/* A value of a parameter as people say it: a choice by name, a time in its largest unit, else the number. policy.c */
void param_words(uint32_t param, int64_t value, int as_number, struct text *to);
/* Whose a key of the store is: "device desk-17". store.c */
void key_words(const uint8_t *key, size_t key_len, struct text *to);
int command_monday(struct host *host);
int command_what_if(struct host *host);
/* Gives an input to the engine and prints verdicts and effects; EXIT_UNMET if it was refused. what_if.c */
int print_decision(struct host *host, struct opened *opened, const hsvc_input *in, uint32_t flags);
int command_import(struct host *host);
/* Takes the statement "import users|devices|associations FILE.csv" of a script. */
int32_t take_import(struct host *host, const hsvc_scenario_line *line);
int command_export(struct host *host);
int command_who(struct host *host);
int command_inventory(struct host *host);
int command_sign_out(struct host *host);
int command_unlock(struct host *host);
int command_erase(struct host *host);
int command_replay(struct host *host);
int command_tables(struct host *host);

/* ---- guess.c ---- */
/* A word that nobody knows, and the known one that is most like it, or NULL. */
struct guess {
    struct span wrong;
    const char *word;
    size_t far;
};
struct guess guess_for(struct span wrong);
void guess_among(struct guess *guess, const char *word); /* which must last as long as the guess */
void guess_among_names(struct guess *guess, uint32_t registry);
int unknown(const char *why, const struct guess *guess, const char *see); /* says so; EXIT_USAGE */
int unknown_name(const char *why, const char *wrong, uint32_t registry, const char *see);

/* ---- print.c ---- */
/* A table: columns, then cells row by row. For people the columns are aligned; as JSON each row is an object. */
struct table;
struct table *table_new(const struct host *host, const char *type, size_t columns, const char *const *heads);
void table_text(struct table *table, const char *text, size_t len);
void table_words(struct table *table, const char *words);
void table_number(struct table *table, int64_t number);
int table_is_json(const struct table *table);
void table_print(struct table *table); /* and frees it */
/* Pairs of a name and a value: lines for people, one object as JSON. */
struct pairs;
struct pairs *pairs_new(const struct host *host, const char *type);
void pairs_text(struct pairs *pairs, const char *name, const char *text, size_t len); /* nothing if it is empty */
void pairs_words(struct pairs *pairs, const char *name, const char *words);
void pairs_number(struct pairs *pairs, const char *name, int64_t number); /* nothing if it is 0 */
void pairs_time(struct pairs *pairs, const char *name, int64_t at);       /* nothing if it is 0; "never" */
void pairs_print(struct pairs *pairs);

/* ---- files.c ---- */
int cannot(const char *path); /* says what errno says of it; EXIT_USAGE */
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
int is_file(const char *path); /* and neither a device nor a link */
int is_same_file(const char *path, const char *other);
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
/* One object: the verdicts and effects of a batch. */
void jsonl_batch(struct host *host, const hsvc_effects *effects, const char *type);

#endif
