/* mask_rows.c: does some scenario need each line of the tables? Linked with a core in which one line can be masked
 * (HSVC_MASKING): it then behaves as if it were not in its table.
 *
 *   mask_rows [--all] FILE.hsv...
 *     --all   print the noticed lines too, each with the script that noticed it
 * Every script runs once unmasked, which tells the lines that it needs. Then each line is masked in turn, and the scripts
 * that ran it and whose `rule` lines name its rule run again, until one of them fails. A line that never ran, or whose
 * absence no such script notices, is printed with its file and line; then the exit status is 1 (2 for misuse). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/scenario.h"
#include "headsetsvc/stdlib.h"
#include "scenario/table_lines.h"

/* ---- scripts ---- */

struct text {
    char *bytes;
    size_t len;
};

struct script {
    const char *path;
    struct text text;
    struct text rules; /* ids, each between two line feeds */
    uint8_t rows[HSVC__MACHINES][256];
    uint8_t steps[256];
    int whole; /* passed unmasked */
    int failures;
};

static void append(struct text *text, const char *bytes, size_t len) {
    char *more = realloc(text->bytes, text->len + len + 1);
    if (more == NULL) exit(2);
    text->bytes = more;
    memcpy(more + text->len, bytes, len);
    text->len += len;
    more[text->len] = '\0';
}

static int read_file(const char *path, struct text *text) {
    char piece[4096];
    FILE *file = fopen(path, "rb");
    size_t got;
    if (file == NULL) return 0;
    append(text, "", 0);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0) append(text, piece, got);
    return fclose(file) == 0;
}

static int masked(void) { return hsvc__masked_row >= 0 || hsvc__masked_step >= 0; }

/* One failure is enough to notice a mask: the hook stops the run. */
static int32_t on_failure(const hsvc_scenario_failure *f, void *user) {
    struct script *script = user;
    script->failures++;
    if (masked()) return HSVC_ERR_CALLBACK;
    printf("# %s:%u:%u: %.*s; seen: %.*s\n", script->path, f->line, f->column, (int)f->message_len, f->message,
           (int)f->seen_len, f->seen);
    return HSVC_OK;
}

static int32_t on_rule(const char *id, size_t id_len, const char *sentence, size_t sentence_len, void *user) {
    struct script *script = user;
    (void)sentence;
    (void)sentence_len;
    if (masked()) return HSVC_OK;
    append(&script->rules, "\n", 1);
    append(&script->rules, id, id_len);
    append(&script->rules, "\n", 1);
    return HSVC_OK;
}

static int names_rule(const struct script *script, const char *rule) {
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\n%s\n", rule);
    return script->rules.bytes != NULL && strstr(script->rules.bytes, wanted) != NULL;
}

/* run: 1 if nothing failed. A run that could not even begin proves nothing, so that ends the program. */
static int run(struct script *script) {
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
    script->failures = 0;
    if (hsvc_scenario_new(&config, &scenario) != HSVC_OK) exit(2);
    status = hsvc_scenario_run(scenario, script->path, script->text.bytes, script->text.len, NULL);
    hsvc_scenario_free(scenario);
    if (status != HSVC_OK && script->failures == 0) {
        printf("%s: the run stopped: %s\n", script->path, hsvc_name(HSVC_REGISTRY_STATUS, status));
        exit(2);
    }
    return script->failures == 0;
}

/* run_unmasked: what the script needs, and whether it is a witness at all: one that fails anyway notices nothing. */
static void run_unmasked(struct script *script) {
    memset(hsvc__fired_rows, 0, sizeof hsvc__fired_rows);
    memset(hsvc__fired_steps, 0, sizeof hsvc__fired_steps);
    script->whole = run(script);
    memcpy(script->rows, hsvc__fired_rows, sizeof script->rows);
    memcpy(script->steps, hsvc__fired_steps, sizeof script->steps);
}

/* ---- masking ---- */

static int ran(const struct script *script, const struct line *line) {
    return line->machine == STEPS ? script->steps[line->number] : script->rows[line->machine][line->number];
}

struct finding {
    const struct script *notices; /* fails without the line, and names its rule */
    const struct script *unnamed; /* fails without it, but does not name its rule */
    size_t ran;
};

static void look(const struct line *line, struct script *scripts, size_t count, struct finding *found) {
    memset(found, 0, sizeof *found);
    mask(line);
    for (int named = 1; named >= 0 && found->notices == NULL; named--)
        for (size_t i = 0; i < count && found->notices == NULL && found->unnamed == NULL; i++) {
            struct script *script = &scripts[i];
            if (!script->whole || !ran(script, line) || names_rule(script, line->rule) != named) continue;
            found->ran++;
            if (run(script)) continue;
            if (named) found->notices = script;
            else found->unnamed = script;
        }
    mask(NULL);
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void print_line(const struct line *line, const char *what, const char *more) {
    printf("%s:%d: %s%s: %s \"%s\"\n", line->file, line->at, what, more, line->text, line->rule);
}

struct sum {
    size_t all, fired, noticed, impossible;
};

/* judge: counts one line, prints what is wrong with it. */
static void judge(const struct line *line, struct script *scripts, size_t count, int all, struct sum *sum) {
    struct finding found;
    look(line, scripts, count, &found);
    sum->all++;
    sum->fired += found.ran > 0;
    sum->noticed += found.notices != NULL;
    if (line->impossible && found.ran == 0) {
        sum->impossible++;
        print_line(line, "impossible", ", as it should be");
    } else if (line->impossible)
        print_line(line, "impossible, and yet it ran", "");
    else if (found.ran == 0)
        print_line(line, "never ran", "");
    else if (found.notices == NULL && found.unnamed != NULL) {
        print_line(line, "no rule line in ", base_name(found.unnamed->path));
    } else if (found.notices == NULL)
        print_line(line, "nobody notices its absence", "");
    else if (all)
        print_line(line, "noticed by ", base_name(found.notices->path));
}

static int is_whole(const struct sum *sum) {
    return sum->noticed + sum->impossible == sum->all && sum->fired + sum->impossible == sum->all;
}

static void print_sum(const char *what, const struct sum *sum) {
    printf("%s %zu, impossible %zu, fired %zu, masked and noticed %zu", what, sum->all, sum->impossible, sum->fired,
           sum->noticed);
}

static int judge_all(struct script *scripts, size_t count, int all) {
    struct sum rows = {0, 0, 0, 0}, steps = {0, 0, 0, 0};
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) failed += !scripts[i].whole;
    for (size_t i = 0; i < LINES; i++) judge(&lines[i], scripts, count, all, lines[i].machine == STEPS ? &steps : &rows);
    print_sum("rows", &rows);
    print_sum("; steps", &steps);
    printf("; scripts %zu, failing unmasked %zu\n", count, failed);
    return failed == 0 && is_whole(&rows) && is_whole(&steps);
}

int main(int argc, char **argv) {
    struct script *scripts = calloc((size_t)argc + 1, sizeof *scripts);
    size_t count = 0;
    int all = 0, good = 0;
    if (scripts == NULL) return 2;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--all") == 0) {
            all = 1;
            continue;
        }
        scripts[count].path = argv[i];
        if (!read_file(argv[i], &scripts[count].text)) {
            fprintf(stderr, "mask_rows: %s cannot be read\n", argv[i]);
            return 2;
        }
        run_unmasked(&scripts[count++]);
    }
    if (count == 0) fputs("usage: mask_rows [--all] FILE.hsv...\n", stderr);
    else if (!number_lines()) fputs("mask_rows: these are not the tables of this core\n", stderr);
    else good = judge_all(scripts, count, all) ? 1 : -1;
    for (size_t i = 0; i < count; i++) {
        free(scripts[i].text.bytes);
        free(scripts[i].rules.bytes);
    }
    free(scripts);
    return good == 1 ? 0 : good == 0 ? 2 : 1;
}
