/* scripts.h: scenario scripts kept in memory, for programs that are linked with a core which can be harmed on purpose
 * (HSVC_MASKING) and that run a script again and again to see whether it notices. */
#ifndef TESTS_SCENARIO_SCRIPTS_H
#define TESTS_SCENARIO_SCRIPTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/scenario.h"
#include "headsetsvc/stdlib.h"
#include "scenario/table_lines.h"
#include "support/text.h"

struct held_script {
    const char *path;
    struct text text;
    struct text rules; /* ids, each between two line feeds */
    uint8_t rows[HSVC__MACHINES][256];
    uint8_t steps[256];
    int whole; /* passed unharmed */
    int failures;
    uint64_t digest; /* of all that was recorded in the last run, FNV-1a */
    uint64_t unharmed_digest;
    int endless; /* the last run went beyond its bound */
};

static int harmed; /* the core is not what it should be: a failure is what is looked for */
static uint64_t harmed_most = 2000000; /* events of a harmed run; with more it counts as endless */

/* One failure is enough to notice a fault: the hook stops the run. */
static int32_t on_failure(const hsvc_scenario_failure *f, void *user) {
    struct held_script *script = user;
    script->failures++;
    if (harmed) return HSVC_ERR_CALLBACK;
    printf("# %s:%u:%u: %.*s; seen: %.*s\n", script->path, f->line, f->column, (int)f->message_len, f->message,
           (int)f->seen_len, f->seen);
    return HSVC_OK;
}

static int32_t on_rule(const char *id, size_t id_len, const char *sentence, size_t sentence_len, void *user) {
    struct held_script *script = user;
    (void)sentence;
    (void)sentence_len;
    if (harmed) return HSVC_OK;
    append(&script->rules, "\n", 1);
    append(&script->rules, id, id_len);
    append(&script->rules, "\n", 1);
    return HSVC_OK;
}

static int32_t on_frame(const uint8_t *bytes, size_t len, void *user) {
    struct held_script *script = user;
    for (size_t i = 0; i < len; i++) script->digest = (script->digest ^ bytes[i]) * UINT64_C(0x100000001b3);
    return HSVC_OK;
}

static inline int names_rule(const struct held_script *script, const char *rule) {
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\n%s\n", rule);
    return script->rules.bytes != NULL && strstr(script->rules.bytes, wanted) != NULL;
}

/* run: 1 if nothing failed. An unharmed run that could not even begin proves nothing, so that ends the program. */
static int run(struct held_script *script) {
    hsvc_allocator allocator;
    hsvc_scenario_config config;
    hsvc_scenario *scenario = NULL;
    int32_t status = hsvc_stdlib_allocator(&allocator);
    if (status == HSVC_OK) status = hsvc_scenario_config_init(&config, sizeof config);
    if (status != HSVC_OK) exit(2);
    config.allocator = &allocator;
    config.flags = HSVC_SCENARIO_VERIFY_EACH;
    config.failure = on_failure;
    config.rule = on_rule;
    config.user = script;
    config.recording = on_frame;
    config.recording_user = script;
    script->digest = UINT64_C(0xcbf29ce484222325);
    script->failures = 0;
    hsvc__contradicted = 0;
    hsvc__events_run = 0;
    hsvc__events_most = harmed ? harmed_most : UINT64_MAX;
    if (hsvc_scenario_new(&config, &scenario) != HSVC_OK) exit(2);
    status = hsvc_scenario_run(scenario, script->path, script->text.bytes, script->text.len, NULL);
    hsvc_scenario_free(scenario);
    script->endless = hsvc__events_run > hsvc__events_most;
    hsvc__events_most = UINT64_MAX;
    if (status != HSVC_OK && script->failures == 0 && !harmed) {
        printf("%s: the run stopped: %s\n", script->path, hsvc_name(HSVC_REGISTRY_STATUS, status));
        exit(2);
    }
    if (hsvc__contradicted > 0 && !harmed)
        printf("# %s: %u times a state was not what the row says\n", script->path, hsvc__contradicted);
    return status == HSVC_OK && script->failures == 0 && hsvc__contradicted == 0 && !script->endless;
}

/* run_unharmed: what the script needs, and whether it is a witness at all: one that fails anyway notices nothing. */
static void run_unharmed(struct held_script *script) {
    memset(hsvc__fired_rows, 0, sizeof hsvc__fired_rows);
    memset(hsvc__fired_steps, 0, sizeof hsvc__fired_steps);
    script->whole = run(script);
    script->unharmed_digest = script->digest;
    memcpy(script->rows, hsvc__fired_rows, sizeof script->rows);
    memcpy(script->steps, hsvc__fired_steps, sizeof script->steps);
}

/* ran: does the script run this line? */
static inline int ran(const struct held_script *script, const struct line *line) {
    return line->machine == STEPS ? script->steps[line->number] : script->rows[line->machine][line->number];
}

static inline const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* read_scripts: reads the files and runs each unharmed; ends the program if one cannot be read. */
static struct held_script *read_scripts(char **paths, size_t count) {
    struct held_script *scripts = calloc(count + 1, sizeof *scripts);
    if (scripts == NULL) exit(2);
    for (size_t i = 0; i < count; i++) {
        scripts[i].path = paths[i];
        if (!read_file(paths[i], &scripts[i].text)) {
            fprintf(stderr, "%s cannot be read\n", paths[i]);
            exit(2);
        }
        run_unharmed(&scripts[i]);
    }
    return scripts;
}

static void free_scripts(struct held_script *scripts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(scripts[i].text.bytes);
        free(scripts[i].rules.bytes);
    }
    free(scripts);
}

#endif
