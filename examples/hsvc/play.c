/* play.c: scenarios: playing one with all that the host adds to the language, verifying it, recording it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/stdlib.h"
#include "host.h"

/* ---- hooks ---- */

static int32_t on_step(const hsvc_scenario_step *step, void *user) {
    struct host *host = user;
    int32_t status = HSVC_OK;
    if (host->silent) return HSVC_OK;
    status = host->json ? jsonl_step(host, step) : timeline_step(host, step);
    tally_step(host, step);
    return status;
}

static int32_t on_failure(const hsvc_scenario_failure *failure, void *user) {
    struct host *host = user;
    if (host->silent) return HSVC_OK;
    if (host->json)
        jsonl_failure(host, failure);
    else
        timeline_failure(host, failure);
    return HSVC_OK;
}

/* Is word the first of the line's words? */
static int begins(const hsvc_scenario_line *line, const char *word) {
    size_t n = strlen(word);
    return line->text_len >= n && memcmp(line->text, word, n) == 0 && (line->text_len == n || line->text[n] == ' ');
}

static int32_t refuse_line(hsvc_scenario *scenario, const char *why) {
    return hsvc_scenario_fail(scenario, 0, why, strlen(why));
}

/* The host's own statements. */
static int32_t on_statement(hsvc_scenario *scenario, const hsvc_scenario_line *line, void *user) {
    static const char chapter[] = "chapter \"";
    struct host *host = user;
    size_t n = sizeof chapter - 1;
    host->scenario = scenario;
    if (line->text_len > n && memcmp(line->text, chapter, n) == 0 && line->text[line->text_len - 1] == '"') {
        if (!host->silent) timeline_chapter(host, line->text + n, line->text_len - n - 1);
        return HSVC_OK;
    }
    if (begins(line, "chapter"))
        return refuse_line(scenario, "a chapter has a title in quotes: chapter \"The morning\"");
    if (begins(line, "message") && line->text_len < sizeof "message ")
        return refuse_line(scenario, "a message is a file or stands in the line: message FILE.json, message {...}");
    return begins(line, "import") ? take_import(host, line) : take_message(host, line);
}

/* ---- a run ---- */

static int32_t write_frame(const uint8_t *bytes, size_t len, void *file) {
    return fwrite(bytes, 1, len, file) == len ? HSVC_OK : HSVC_ERR_FULL;
}

static int make_scenario(struct host *host) {
    hsvc_allocator allocator;
    hsvc_scenario_config config;
    int32_t status = hsvc_stdlib_allocator(&allocator);
    if (status == HSVC_OK) status = hsvc_scenario_config_init(&config, sizeof config);
    if (status == HSVC_OK) {
        config.allocator = &allocator;
        config.flags = host->quiet ? HSVC_SCENARIO_VERIFY_EACH : HSVC_SCENARIO_VERIFY_END;
        config.step = on_step;
        config.failure = on_failure;
        config.statement = on_statement;
        config.user = host;
        if (host->file != NULL) config.store = &host->store;
        if (host->recording != NULL) {
            config.recording = write_frame;
            config.recording_user = host->recording;
        }
        status = hsvc_scenario_new(&config, &host->scenario);
    }
    if (status != HSVC_OK) fprintf(stderr, "hsvc: %s\n", hsvc_text(HSVC_REGISTRY_STATUS, status));
    return status == HSVC_OK;
}

static void print_end(struct host *host, const hsvc_scenario_result *result, uint64_t findings) {
    if (!host->quiet) tally_print(host);
    printf("%u statements, %u expectations: ", result->statements, result->expectations);
    if (result->failures == 0)
        printf(result->expectations == 0 ? "nothing was expected, nothing failed. " : "all as expected. ");
    else
        printf("%u failure%s. ", result->failures, result->failures == 1 ? "" : "s");
    printf(findings == 0 ? "The store is sound.\n" : "The store is NOT sound.\n");
}

static int play(struct host *host, const struct text *script) {
    hsvc_scenario_result result;
    int32_t status, verify_status = HSVC_OK;
    uint64_t findings;
    (void)hsvc_scenario_result_init(&result, sizeof result);
    status = hsvc_scenario_run(host->scenario, host->path, script->bytes, script->len, &result);
    if (status != HSVC_OK) {
        (void)fflush(stdout);
        fprintf(stderr, "hsvc: %s: the run stopped: %s\n", host->path, hsvc_text(HSVC_REGISTRY_STATUS, status));
        return EXIT_LIBRARY;
    }
    if (result.statements == 0 && result.failures == 0)
        return usage_see("no statement is in it, so nothing was played: ", host->path, "hsvc statements lists what a script may say");
    if (host->json) {
        jsonl_end(host, &result);
        return result.failures == 0 ? EXIT_OK : EXIT_UNMET;
    }
    findings = count_findings(host, &verify_status);
    print_end(host, &result, findings);
    if (verify_status != HSVC_OK) return EXIT_LIBRARY;
    return result.failures == 0 && findings == 0 ? EXIT_OK : EXIT_UNMET;
}

/* The script itself, or day.hsv of a folder; and the folder, for messages. */
static void find_script(struct host *host, const char *path, struct text *script_path) {
    const char *slash;
    text_puts(script_path, path);
    if (is_folder(path)) text_puts(script_path, path[strlen(path) - 1] == '/' ? "day.hsv" : "/day.hsv");
    slash = strrchr(script_path->bytes, '/');
    if (slash != NULL) text_add(&host->folder, script_path->bytes, (size_t)(slash - script_path->bytes) + 1);
    text_add(&host->folder, "", 0);
    host->path = script_path->bytes;
}

/* Cuts the script where its first day passes a time of the clock, "HH:MM", and lets that time pass. */
static void cut_script(struct text *script, const char *until) {
    size_t at = 0;
    char last[32];
    while (at < script->len) {
        const char *line = script->bytes + at;
        if (strncmp(line, "at ", 3) == 0 && strncmp(line + 3, until, strlen(until)) > 0) break;
        at += strcspn(line, "\n") + 1;
    }
    if (at < script->len) {
        script->len = at;
        script->bytes[at] = '\0';
    }
    (void)snprintf(last, sizeof last, "\nat %.16s\n", until);
    text_puts(script, last);
}

/* By its first bytes, the NUL behind them included. */
static int is_sqlite(const struct text *bytes) {
    static const char first[] = "SQLite format 3";
    return bytes->len >= sizeof first && memcmp(bytes->bytes, first, sizeof first) == 0;
}

/* Reads the script into host->script; EXIT_OK, or told. */
static int read_script(struct host *host, const char *path) {
    find_script(host, path, &host->script_path);
    if (!file_read(host->path, &host->script)) {
        fprintf(stderr, "hsvc: %s cannot be read: %s\n", host->path, strerror(errno));
        return EXIT_USAGE;
    }
    if (!is_sqlite(&host->script)) return EXIT_OK;
    return usage_see("this is a file of SQLite, no script: ", host->path,
                     "hsvc explain, audit, who and other commands look at it; play and record want FILE.hsv or a folder");
}

static int run(struct host *host) {
    int code = read_script(host, host->words[0]);
    if (code != EXIT_OK) return code;
    if (!host->quiet) code = open_played(host);
    if (code != EXIT_OK) return code;
    return make_scenario(host) ? play(host, &host->script) : EXIT_LIBRARY;
}

static int play_silently(struct host *host) {
    int32_t status;
    if (host->until != NULL) cut_script(&host->script, host->until);
    host->silent = 1;
    if (!make_scenario(host)) return EXIT_LIBRARY;
    status = hsvc_scenario_run(host->scenario, host->path, host->script.bytes, host->script.len, NULL);
    if (status == HSVC_OK) return EXIT_OK;
    fprintf(stderr, "hsvc: %s: the run stopped: %s\n", host->path, hsvc_text(HSVC_REGISTRY_STATUS, status));
    return EXIT_LIBRARY;
}

int script_open(struct host *host, const char *path) {
    int code = read_script(host, path);
    return code == EXIT_OK ? play_silently(host) : code;
}

void host_free(struct host *host) {
    hsvc_scenario_free(host->scenario);
    close_played(host);
    tally_free(host);
    text_free(&host->script);
    text_free(&host->script_path);
    text_free(&host->folder);
    text_free(&host->last_prompts);
}

/* ---- the commands ---- */

int command_play(struct host *host) { return run(host); }

int script_verify(struct host *host) {
    host->quiet = 1;
    return run(host);
}

/* The script is read first: a mistyped name must not cost the recording that is there. */
int command_record(struct host *host) {
    FILE *file;
    int code = read_script(host, host->words[0]);
    if (code != EXIT_OK) return code;
    if (is_same_file(host->path, host->words[1])) return usage("the recording would be written over the script: ", host->words[1]);
    file = fopen(host->words[1], "wb");
    if (file == NULL) {
        fprintf(stderr, "hsvc: %s cannot be written: %s\n", host->words[1], strerror(errno));
        return EXIT_USAGE;
    }
    host->recording = file;
    code = play_silently(host);
    hsvc_scenario_free(host->scenario);
    host->scenario = NULL;
    if (ferror(file) != 0 || fflush(file) != 0) {
        fprintf(stderr, "hsvc: %s cannot be written: %s\n", host->words[1], strerror(errno));
        code = EXIT_USAGE;
    }
    if (code == EXIT_OK) printf("%s: %ld bytes\n", host->words[1], ftell(file));
    if (fclose(file) != 0 && code == EXIT_OK) code = EXIT_USAGE;
    return code;
}

/* A form without its {=marks}: they are for the runner, nobody writes them. */
static void print_form(const char *form) {
    const char *mark;
    while ((mark = strstr(form, " {=")) != NULL) {
        (void)fwrite(form, 1, (size_t)(mark - form), stdout);
        form = mark + strcspn(mark, "}") + 1;
    }
    puts(form);
}

/* The whole language, as the library knows it, and what this host adds. */
int command_statements(struct host *host) {
    const char *form = NULL, *about = NULL;
    (void)host;
    for (size_t i = 0; hsvc_scenario_grammar(i, &form, &about) == HSVC_OK; i++) {
        print_form(form);
        printf("    %s\n", about);
    }
    puts(
        "message FILE.json|{...}\n    hsvc only: the phone's own inventory message\n"
        "import users|devices|associations FILE.csv\n    hsvc only: the rows of a file beside the script\n"
        "chapter \"title\"\n    hsvc only: a heading in the timeline");
    return EXIT_OK;
}
