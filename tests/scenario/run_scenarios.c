/* run_scenarios.c: runs scenario scripts, one test each. A script passes when every line can be read, every expectation
 * holds, nothing is refused that it does not expect, the store is sound after every statement, and the recording of the
 * run can be replayed byte for byte (OBS-6).
 *
 *   run_scenarios [--rules] [--bad] [--record=FILE] FILE...
 *   run_scenarios --replay FILE...
 *     --rules   print FILE and rule id of every rule line instead of the results (for the mask test)
 *     --bad     the failures are wanted: each must stand, word for word, in FILE with .expected for .hsv
 *     --record  append the recordings of the runs to a file
 *     --replay  the files are recordings, perhaps of another build: they must come out the same
 * The last line is "N passed, N failed"; the exit status is 1 if a script failed, 2 for misuse. A library that is built for tests
 * ends the program where it contradicts itself (HSVC__BUG); then script and statement stand before that. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/recording.h"
#include "headsetsvc/scenario.h"
#include "headsetsvc/stdlib.h"
#include "support/figure.h"
#include "support/text.h"

struct test {
    const char *path;
    int show_rules;
    int collect;
    struct text failures;
    struct text recording;
};

static const char *record_to; /* --record */

/* Where the run is, for on_abort. */
static const char *running;
static unsigned done_line;

/* on_abort: raised by the library's own abort, so whatever is safe in its caller is safe here. */
static void on_abort(int number) {
    (void)number;
    printf("# %s: the library ended the program in what follows the call of line %u (0: the first): an HSVC__BUG, as a table in which no row "
           "fits; a debugger shows machine, state and event in find_row\n", running, done_line);
    fflush(stdout);
}

static int32_t on_step(const hsvc_scenario_step *step, void *user) {
    (void)user;
    done_line = step->line;
    return HSVC_OK;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static int32_t on_failure(const hsvc_scenario_failure *f, void *user) {
    struct test *test = user;
    char line[8192];
    int64_t second = (f->at_ms / 1000) % 86400;
    int n;
    if (test->collect)
        n = snprintf(line, sizeof line, "%s:%u:%u: %.*s%s%.*s\n", base_name(test->path), f->line, f->column,
                     (int)f->message_len, f->message, f->seen_len > 0 ? "; seen: " : "", (int)f->seen_len, f->seen);
    else
        n = snprintf(line, sizeof line, "# %s:%u:%u: at %02d:%02d:%02d.%03d: %.*s\n#     seen: %.*s\n", test->path,
                     f->line, f->column, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60),
                     (int)(f->at_ms % 1000), (int)f->message_len, f->message, (int)f->seen_len, f->seen);
    if (n > 0) append(&test->failures, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    return HSVC_OK;
}

static int32_t on_rule(const char *id, size_t id_len, const char *sentence, size_t sentence_len, void *user) {
    struct test *test = user;
    (void)sentence;
    (void)sentence_len;
    if (test->show_rules) printf("%s %.*s\n", test->path, (int)id_len, id);
    return HSVC_OK;
}

static int32_t on_frame(const uint8_t *bytes, size_t len, void *user) {
    append(&((struct test *)user)->recording, (const char *)bytes, len);
    return HSVC_OK;
}

static int32_t on_difference(const hsvc_difference *d, void *user) {
    printf("# %s: the replay differs in call %llu, frame %llu (%s), %s %llu, %s: %llu (%.*s) became %llu (%.*s)\n",
           ((struct test *)user)->path, (unsigned long long)d->call, (unsigned long long)d->frame, d->frame_name, d->group,
           (unsigned long long)d->index, d->field, (unsigned long long)d->expected_number, (int)d->expected_len,
           (const char *)d->expected, (unsigned long long)d->came_number, (int)d->came_len, (const char *)d->came);
    return HSVC_OK;
}

/* Does the recording of the run come out the same? */
static int replays(struct test *test) {
    hsvc_allocator allocator;
    hsvc_replay_config config;
    hsvc_replay_report report;
    int32_t status = hsvc_stdlib_allocator(&allocator);
    if (status == HSVC_OK) status = hsvc_replay_config_init(&config, sizeof config);
    if (status == HSVC_OK) status = hsvc_replay_report_init(&report, sizeof report);
    if (status != HSVC_OK) return 0;
    config.allocator = &allocator;
    config.difference = on_difference;
    config.user = test;
    status = hsvc_replay(&config, (const uint8_t *)test->recording.bytes, test->recording.len, &report);
    if (status == HSVC_OK && !report.truncated && report.bytes == test->recording.len) return 1;
    printf("# %s: replay: %s at byte %llu of %llu\n", test->path, hsvc_name(HSVC_REGISTRY_STATUS, status),
           (unsigned long long)report.bytes, (unsigned long long)test->recording.len);
    return 0;
}

static int replay_file(const char *path) {
    struct test test = {path, 0, 0, {NULL, 0, 0}, {NULL, 0, 0}};
    int same = read_file(path, &test.recording) && test.recording.len > 0 && replays(&test);
    free(test.recording.bytes);
    return same;
}

/* Appends to the file of --record; 1 if there is none, or it was written. */
static int keep_recording(const struct test *test) {
    FILE *file;
    int written;
    if (record_to == NULL) return 1;
    file = fopen(record_to, "ab");
    if (file == NULL) return 0;
    written = fwrite(test->recording.bytes, 1, test->recording.len, file) == test->recording.len;
    return fclose(file) == 0 && written;
}

/* Runs one script; 1 if the run itself went through. */
static int run(struct test *test, const struct text *script, hsvc_scenario_result *result) {
    hsvc_allocator allocator;
    hsvc_scenario_config config;
    hsvc_scenario *scenario = NULL;
    int32_t status = hsvc_stdlib_allocator(&allocator);
    running = test->path;
    done_line = 0;
    if (status == HSVC_OK) status = hsvc_scenario_config_init(&config, sizeof config);
    if (status == HSVC_OK) status = hsvc_scenario_result_init(result, sizeof *result);
    if (status != HSVC_OK) return 0;
    config.allocator = &allocator;
    config.flags = HSVC_SCENARIO_VERIFY_EACH;
    config.failure = on_failure;
    config.rule = on_rule;
    config.step = on_step;
    config.user = test;
    config.recording = on_frame;
    config.recording_user = test;
    status = hsvc_scenario_new(&config, &scenario);
    if (status == HSVC_OK) status = hsvc_scenario_run(scenario, test->path, script->bytes, script->len, result);
    hsvc_scenario_free(scenario);
    if (status != HSVC_OK) printf("# %s: the run stopped: %s\n", test->path, hsvc_name(HSVC_REGISTRY_STATUS, status));
    return status == HSVC_OK;
}

static unsigned long long expectations; /* of all scripts that are to pass */

static int good_script(struct test *test, const struct text *script) {
    hsvc_scenario_result result;
    if (!run(test, script, &result)) return 0;
    expectations += result.expectations;
    if (test->failures.len > 0) fputs(test->failures.bytes, stdout);
    if (result.rules == 0) printf("# %s: no rule line says what it shows\n", test->path);
    if (result.expectations == 0) printf("# %s: it expects nothing\n", test->path);
    return replays(test) && keep_recording(test) && result.failures == 0 && result.rules > 0 && result.expectations > 0;
}

/* A script with mistakes: exactly the messages that its .expected file lists. */
static int bad_script(struct test *test, const struct text *script) {
    hsvc_scenario_result result;
    struct text expected = {NULL, 0, 0}, path = {NULL, 0, 0};
    size_t stem = strlen(test->path) > 4 ? strlen(test->path) - 4 : 0;
    int same;
    append(&path, test->path, stem);
    append(&path, ".expected", 9);
    test->collect = 1;
    if (!run(test, script, &result)) return 0;
    append(&test->failures, "", 0);
    same = read_file(path.bytes, &expected) && strcmp(expected.bytes, test->failures.bytes) == 0;
    if (!same)
        printf("# expected, from %s:\n%s# seen:\n%s", path.bytes, expected.len > 0 ? expected.bytes : "",
               test->failures.bytes);
    free(expected.bytes);
    free(path.bytes);
    return same;
}

static int run_file(const char *path, int show_rules, int bad) {
    struct test test = {path, show_rules, 0, {NULL, 0, 0}, {NULL, 0, 0}};
    struct text script = {NULL, 0, 0};
    int passed = 0;
    if (!read_file(path, &script))
        printf("# %s cannot be read\n", path);
    else
        passed = bad ? bad_script(&test, &script) : good_script(&test, &script);
    free(script.bytes);
    free(test.failures.bytes);
    free(test.recording.bytes);
    return passed;
}

/* What an option says: 1 taken. */
static int take_option(const char *word, int *show_rules, int *bad, int *replay) {
    if (strncmp(word, "--record=", 9) == 0) record_to = word + 9;
    else if (strcmp(word, "--rules") == 0) *show_rules = 1;
    else if (strcmp(word, "--bad") == 0) *bad = 1;
    else if (strcmp(word, "--replay") == 0) *replay = 1;
    else return 0;
    return 1;
}

static void say_figures(int passed, int bad) {
    figure(bad ? "scripts whose failures are wanted" : "scripts", (unsigned)passed);
    if (!bad) figure("expectations in them", expectations);
}

int main(int argc, char **argv) {
    int show_rules = 0, bad = 0, replay = 0, passed = 0, failed = 0, number = 0;
    (void)signal(SIGABRT, on_abort);
    for (int i = 1; i < argc; i++) {
        int good;
        if (take_option(argv[i], &show_rules, &bad, &replay)) continue;
        good = replay ? replay_file(argv[i]) : run_file(argv[i], show_rules, bad);
        passed += good;
        failed += !good;
        if (!show_rules) printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, argv[i]);
        fflush(stdout);
    }
    if (passed + failed == 0) {
        fputs("usage: run_scenarios [--rules] [--bad] [--record=FILE] [--replay] FILE...\n", stderr);
        return 2;
    }
    if (!show_rules && !replay) say_figures(passed, bad);
    if (!show_rules) printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
