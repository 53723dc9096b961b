/* scenario.h: scripts (*.hsv) that people read and write, run against an engine with a clock of their own.
 *
 * A script says who works where, what happens when, and what must come of it. The runner owns the time: it fires every
 * deadline on the way to the next line, plays the phones and the directory where the script asks for it, and reports each
 * step and each expectation that failed. It opens no file: the host hands over bytes. The language is described in
 * docs/guide/scenarios.md and listed by hsvc_scenario_grammar. Component: testkit.
 * The rules of headsetsvc.h on threads, text, times and sized structs hold here too.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_SCENARIO_H
#define HEADSETSVC_SCENARIO_H

#include "headsetsvc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_scenario: a scenario that is read and played. */
typedef struct hsvc_scenario hsvc_scenario;

/* Bits of hsvc_scenario_config.flags. */
#define HSVC_SCENARIO_VERIFY_EACH 1u    /* hsvc_verify after every statement: slow, thorough */
#define HSVC_SCENARIO_VERIFY_END 2u     /* hsvc_verify after the last one */
#define HSVC_SCENARIO_ALLOW_REFUSALS 4u /* a refusal that no expect line names is no failure */

/* Who brought a step about. */
#define HSVC_SCENARIO_BY_SCRIPT 1    /* a statement of the script, or of the host */
#define HSVC_SCENARIO_BY_TIME 2      /* a deadline: hsvc_advance */
#define HSVC_SCENARIO_BY_PHONE 3     /* the simulated phone */
#define HSVC_SCENARIO_BY_DIRECTORY 4 /* the simulated directory */

/* What a name in a script stands for. */
#define HSVC_SCENARIO_USER 1
#define HSVC_SCENARIO_PHONE 2
#define HSVC_SCENARIO_HEADSET 3

/* What kind of failure it is. */
#define HSVC_SCENARIO_MALFORMED 1 /* the line cannot be read; it was left out */
#define HSVC_SCENARIO_UNMET 2     /* an expectation does not hold */
#define HSVC_SCENARIO_REFUSED 3   /* the engine refused what no expect line says it refuses */
#define HSVC_SCENARIO_UNSOUND 4   /* verify, or the screens that the effects painted, contradict the records */
#define HSVC_SCENARIO_STATUS 5    /* a call failed: store, memory, misuse */
#define HSVC_SCENARIO_HOST 6      /* reported by the host: hsvc_scenario_fail */

/* One call into the engine. text: the statement without its PIN, empty unless BY_SCRIPT. input: NULL if BY_TIME; its PIN
 * is taken out. effects: verdicts and effects of the call. Everything is borrowed for the hook only. */
typedef struct hsvc_scenario_step {
    uint32_t struct_size;
    uint32_t origin; /* HSVC_SCENARIO_BY_ */
    uint32_t line;
    uint32_t setup; /* 1: before the script's first at or after */
    uint32_t dry_run;
    int32_t status; /* of the call */
    int64_t at_ms;
    const char *text;
    size_t text_len;
    const hsvc_input *input;
    const hsvc_effects *effects;
} hsvc_scenario_step;

/* One failure. message says what was expected, or why the line cannot be read; seen says what there was instead. */
typedef struct hsvc_scenario_failure {
    uint32_t struct_size;
    uint32_t kind; /* HSVC_SCENARIO_MALFORMED, ... */
    uint32_t line;
    uint32_t column; /* in characters, from 1 */
    int64_t at_ms;
    const char *name; /* of the script, as given to hsvc_scenario_run */
    size_t name_len;
    const char *message;
    size_t message_len;
    const char *seen;
    size_t seen_len;
} hsvc_scenario_failure;

/* One line that the language does not know, for the host's own statements; without time prefix and comment. */
typedef struct hsvc_scenario_line {
    uint32_t struct_size;
    uint32_t line;
    uint32_t column;
    uint32_t reserved;
    const char *text;
    size_t text_len;
} hsvc_scenario_line;

/* What came of a run. */
typedef struct hsvc_scenario_result {
    uint32_t struct_size;
    uint32_t failures; /* of every kind */
    uint32_t malformed;
    uint32_t statements;
    uint32_t expectations;
    uint32_t steps;
    uint32_t rules;
    uint32_t reserved;
    int64_t end_at; /* the script's time at its end */
} hsvc_scenario_result;

/* hsvc_scenario_config: allocator is required, all else may be zero. Hooks return HSVC_OK; anything else stops the run
 * with HSVC_ERR_CALLBACK, except that statement returns HSVC_ERR_NOT_FOUND for a line that it does not know either.
 * store: used by every run as it is; NULL gives each run a memory store of its own.
 * day_one_at: midnight of the script's first day; 0 means 2026-03-02T00:00Z. A date line in the script wins.
 * check: called after every statement that reached the engine, for a checker of the host's. */
typedef struct hsvc_scenario_config {
    uint32_t struct_size;
    uint32_t flags;
    const hsvc_allocator *allocator;
    const hsvc_store *store;
    int64_t day_one_at;
    int32_t (*step)(const hsvc_scenario_step *step, void *user);
    int32_t (*failure)(const hsvc_scenario_failure *failure, void *user);
    int32_t (*rule)(const char *id, size_t id_len, const char *sentence, size_t sentence_len, void *user);
    int32_t (*statement)(hsvc_scenario *scenario, const hsvc_scenario_line *line, void *user);
    int32_t (*check)(hsvc_scenario *scenario, hsvc_engine *engine, void *user);
    void *user;
    hsvc_trace_fn trace; /* handed to the engine, with trace_user */
    void *trace_user;
    hsvc_recording_fn recording; /* handed to the engines, with recording_user */
    void *recording_user;
} hsvc_scenario_config;

HSVC_API int32_t hsvc_scenario_config_init(hsvc_scenario_config *config, size_t size);
HSVC_API int32_t hsvc_scenario_step_init(hsvc_scenario_step *step, size_t size);
HSVC_API int32_t hsvc_scenario_failure_init(hsvc_scenario_failure *failure, size_t size);
HSVC_API int32_t hsvc_scenario_result_init(hsvc_scenario_result *result, size_t size);

/* hsvc_scenario_new: a runner, freed by hsvc_scenario_free (NULL is fine). The config is copied; what its pointers mean
 * must outlive the runner. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_FLAGS,
 * HSVC_ERR_MEMORY. */
HSVC_API int32_t hsvc_scenario_new(const hsvc_scenario_config *config, hsvc_scenario **scenario);
/* hsvc_scenario_free: ends it. */
HSVC_API void hsvc_scenario_free(hsvc_scenario *scenario);

/* hsvc_scenario_run: runs one script from its first line to its last; a line that cannot be read, or an expectation that
 * does not hold, is reported and the rest still runs. name is for messages. result may be NULL, else its struct_size is
 * set. HSVC_OK also when expectations failed (result->failures counts them); an error status only when the run had to
 * stop: HSVC_ERR_MEMORY, HSVC_ERR_CALLBACK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, or a status of the store. Names,
 * policy and state remain until the next run or hsvc_scenario_free, so that a host can look. */
HSVC_API int32_t hsvc_scenario_run(hsvc_scenario *scenario, const char *name, const char *bytes, size_t len,
                                   hsvc_scenario_result *result);

/* For hooks, and after a run. hsvc_scenario_apply feeds one input as a step of the line that is being run, and lets the
 * simulated phones and directory react. hsvc_scenario_fail reports a failure at that line (column 0: the statement's).
 * HSVC_OK, HSVC_ERR_ARGUMENT, and what the engine or the failure hook returned. */
HSVC_API int32_t hsvc_scenario_apply(hsvc_scenario *scenario, const hsvc_input *input);
HSVC_API int32_t hsvc_scenario_fail(hsvc_scenario *scenario, uint32_t column, const char *message, size_t message_len);

/* The engine of the run (NULL before the first), the script's time, and midnight of its first day. */
HSVC_API hsvc_engine *hsvc_scenario_engine(hsvc_scenario *scenario);
HSVC_API int64_t hsvc_scenario_now(const hsvc_scenario *scenario);
HSVC_API int64_t hsvc_scenario_day_one(const hsvc_scenario *scenario);

/* hsvc_scenario_label: how the script calls the user, phone or headset that the engine knows by this name or serial.
 * hsvc_scenario_name: the other way round. Borrowed until the next run. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND. */
HSVC_API int32_t hsvc_scenario_label(const hsvc_scenario *scenario, uint32_t kind, const char *name, size_t name_len,
                                     const char **label, size_t *label_len);
HSVC_API int32_t hsvc_scenario_name(const hsvc_scenario *scenario, uint32_t kind, const char *label, size_t label_len,
                                    const char **name, size_t *name_len);

/* hsvc_scenario_grammar: statement number index of the language: its form and one sentence about it, both static.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND (index too large). */
HSVC_API int32_t hsvc_scenario_grammar(size_t index, const char **form, const char **about);

#ifdef __cplusplus
}
#endif
#endif
