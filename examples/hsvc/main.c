/* main.c: the program hsvc: runs scenarios (*.hsv) against libheadsetsvc, shows what happened, and checks the store. */
#define _DEFAULT_SOURCE /* the terminal's width */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "headsetsvc/stdlib.h"
#include "host.h"

static const char help[] =
    "usage: hsvc run [--json] [--all] [--color=auto|always|never] [--width=N] FOLDER-or-FILE.hsv\n"
    "       hsvc verify FOLDER-or-FILE.hsv\n"
    "       hsvc statements\n"
    "       hsvc --help | --version\n"
    "\n"
    "hsvc run plays a scenario and prints a timeline: time, phone, what happened, what the phone shows, and the rule\n"
    "that decided; then the sessions, the counters, and whether the store is sound. Of a FOLDER it plays day.hsv.\n"
    "hsvc verify plays it silently and walks the whole store after every statement.\n"
    "hsvc statements lists what a script may say.\n"
    "\n"
    "  --json         one JSON object a line instead (members: README.md)\n"
    "  --all          also what phones do by themselves: resets, registrations, wipes\n"
    "  --color=WHEN   auto (the default): on a terminal, unless NO_COLOR is set\n"
    "  --width=N      columns of the timeline, at least 90; the terminal's by default, else 118\n"
    "\n"
    "Besides the statements of the scenario language a script may say\n"
    "  message FILE.json      the phone's own inventory message, relative to the script's folder\n"
    "  message {\"time\": ...}  the same in the line itself\n"
    "  chapter \"The morning\"  a heading in the timeline\n"
    "\n"
    "exit status: 0 all is well; 1 an expectation failed, a line or message could not be read, or the store is\n"
    "unsound; 2 wrong usage, a file cannot be read, or the output not written; 3 the library or its store failed\n";

static int usage(const char *why, const char *what) {
    fprintf(stderr, "hsvc: %s%s\nhsvc --help explains everything\n", why, what);
    return EXIT_USAGE;
}

/* ---- hooks ---- */

static int32_t on_step(const hsvc_scenario_step *step, void *user) {
    struct host *host = user;
    int32_t status = host->json ? jsonl_step(host, step) : timeline_step(host, step);
    tally_step(host, step);
    return status;
}

static int32_t on_failure(const hsvc_scenario_failure *failure, void *user) {
    struct host *host = user;
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
        timeline_chapter(host, line->text + n, line->text_len - n - 1);
        return HSVC_OK;
    }
    if (begins(line, "chapter"))
        return refuse_line(scenario, "a chapter has a title in quotes: chapter \"The morning\"");
    if (begins(line, "message") && line->text_len < sizeof "message ")
        return refuse_line(scenario, "a message is a file or stands in the line: message FILE.json, message {...}");
    return take_message(host, line);
}

/* ---- a run ---- */

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
        status = hsvc_scenario_new(&config, &host->scenario);
    }
    if (status != HSVC_OK) fprintf(stderr, "hsvc: %s\n", hsvc_text(HSVC_REGISTRY_STATUS, status));
    return status == HSVC_OK;
}

static void print_end(struct host *host, const hsvc_scenario_result *result, uint64_t findings) {
    if (!host->quiet) tally_print(host);
    printf("%u statements, %u expectations: ", result->statements, result->expectations);
    if (result->failures == 0)
        printf("all as expected. ");
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

static int run(struct host *host, const char *path) {
    struct text script_path = {NULL, 0, 0}, script = {NULL, 0, 0};
    int code;
    find_script(host, path, &script_path);
    if (!file_read(host->path, &script)) {
        fprintf(stderr, "hsvc: %s cannot be read: %s\n", host->path, strerror(errno));
        code = EXIT_USAGE;
    } else {
        code = make_scenario(host) ? play(host, &script) : EXIT_LIBRARY;
    }
    hsvc_scenario_free(host->scenario);
    tally_free(host);
    text_free(&script);
    text_free(&script_path);
    text_free(&host->folder);
    text_free(&host->last_prompts);
    return code;
}

/* ---- options ---- */

static int terminal_width(void) {
    struct winsize size;
    memset(&size, 0, sizeof size);
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 118;
    return size.ws_col < 90 ? 90 : size.ws_col > 140 ? 140 : size.ws_col;
}

static int starts(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static int take_colour(struct host *host, const char *when) {
    const char *no_color = getenv("NO_COLOR");
    if (strcmp(when, "always") == 0)
        host->colour = 1;
    else if (strcmp(when, "never") == 0)
        host->colour = 0;
    else if (strcmp(when, "auto") == 0)
        host->colour = isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
    else
        return 0;
    return 1;
}

/* NULL: taken, else what is wrong with it. */
static const char *take_option(struct host *host, const char *option) {
    if (strcmp(option, "--json") == 0) return host->json = 1, NULL;
    if (strcmp(option, "--all") == 0) return host->all = 1, NULL;
    if (starts(option, "--color=")) return take_colour(host, option + 8) ? NULL : "auto, always or never: ";
    if (!starts(option, "--width=")) return "no such option: ";
    host->width = atoi(option + 8);
    return host->width >= 90 && host->width <= 400 ? NULL : "a width is a number from 90 to 400: ";
}

static int command(int argc, char **argv, int quiet) {
    struct host host = {0};
    const char *path = NULL, *wrong;
    host.quiet = quiet;
    host.width = terminal_width();
    (void)take_colour(&host, "auto");
    for (int i = 2; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] == '-') {
            wrong = quiet ? "hsvc verify has no options: " : take_option(&host, argv[i]);
            if (wrong != NULL) return usage(wrong, argv[i]);
        } else if (path != NULL) {
            return usage("one scenario at a time: ", argv[i]);
        } else {
            path = argv[i];
        }
    }
    return path == NULL ? usage("which scenario?", "") : run(&host, path);
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
static int print_statements(void) {
    const char *form = NULL, *about = NULL;
    for (size_t i = 0; hsvc_scenario_grammar(i, &form, &about) == HSVC_OK; i++) {
        print_form(form);
        printf("    %s\n", about);
    }
    puts(
        "message FILE.json|{...}\n    hsvc only: the phone's own inventory message\n"
        "chapter \"title\"\n    hsvc only: a heading in the timeline");
    return EXIT_OK;
}

/* What could not be written must not look like a success: exit status 2 instead of 0. */
static int written(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    fprintf(stderr, "hsvc: the output cannot be written\n");
    return code == EXIT_OK ? EXIT_USAGE : code;
}

static int choose(int argc, char **argv) {
    if (argc < 2) return usage("run, verify or statements?", "");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        (void)fputs(help, stdout);
        return EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        uint32_t version = hsvc_version();
        printf("hsvc, libheadsetsvc %u.%u.%u\n", version / 1000000, version / 1000 % 1000, version % 1000);
        return EXIT_OK;
    }
    if (strcmp(argv[1], "run") == 0) return command(argc, argv, 0);
    if (strcmp(argv[1], "verify") == 0) return command(argc, argv, 1);
    if (strcmp(argv[1], "statements") == 0) return print_statements();
    return usage("no such command: ", argv[1]);
}

int main(int argc, char **argv) { return written(choose(argc, argv)); }
