/* mask_rows.c: does some scenario need each line of the tables? Linked with a core in which one line can be masked
 * (HSVC_MASKING): it then behaves as if it were not in its table.
 *
 *   mask_rows [--all] [--most N] FILE.hsv...
 *     --all    print the noticed lines too, each with the script that noticed it
 *     --most   a masked run of more than N events does not end (2 000 000; the longest that ends has 630 000, unmasked 1 800)
 * Every script runs once unmasked, which tells the lines that it needs. Then each line is masked in turn, and the scripts
 * that ran it and whose `rule` lines name its rule run again, until one of them fails. A line that never ran, whose
 * absence no such script notices, or without which a script does not end, is printed with its file and line; then the exit
 * status is 1 (2 for misuse). */
#include "scenario/scripts.h"
#include "support/figure.h"

struct finding {
    const struct held_script *notices; /* fails without the line, and names its rule */
    const struct held_script *unnamed; /* fails without it, but does not name its rule */
    const struct held_script *endless; /* does not end without it */
    size_t ran;
};

static void look(const struct line *line, struct held_script *scripts, size_t count, struct finding *found) {
    memset(found, 0, sizeof *found);
    harmed = 1;
    mask(line);
    for (int named = 1; named >= 0 && found->notices == NULL; named--)
        for (size_t i = 0; i < count && found->notices == NULL && found->unnamed == NULL; i++) {
            struct held_script *script = &scripts[i];
            if (!script->whole || !ran(script, line) || names_rule(script, line->rule) != named) continue;
            found->ran++;
            if (run(script)) continue;
            if (script->endless) found->endless = script;
            if (named) found->notices = script;
            else found->unnamed = script;
        }
    mask(NULL);
    harmed = 0;
}

static void print_line(const struct line *line, const char *what, const char *more) {
    printf("%s:%d: %s%s: %s \"%s\"\n", line->file, line->at, what, more, line->text, line->rule);
}

struct sum {
    size_t all, fired, noticed, impossible;
};

/* judge: counts one line, prints what is wrong with it. */
static void judge(const struct line *line, struct held_script *scripts, size_t count, int all, struct sum *sum) {
    struct finding found;
    look(line, scripts, count, &found);
    sum->all++;
    sum->fired += found.ran > 0;
    sum->noticed += found.notices != NULL && found.endless == NULL;
    if (line->impossible && found.ran == 0) {
        sum->impossible++;
        print_line(line, "impossible", ", as it should be");
    } else if (line->impossible)
        print_line(line, "impossible, and yet it ran", "");
    else if (found.ran == 0)
        print_line(line, "never ran", "");
    else if (found.endless != NULL)
        print_line(line, "does not end without it: ", base_name(found.endless->path));
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

static void say_figures(const struct sum *rows, const struct sum *steps) {
    figure("rows of the rule tables, masked one at a time", rows->all);
    figure("rows that cannot run", rows->impossible);
    figure("rows without which a script fails", rows->noticed);
    figure("steps of ladders, admissions and picks, masked likewise", steps->all);
    figure("steps that cannot run", steps->impossible);
    figure("steps without which a script fails", steps->noticed);
}

static int judge_all(struct held_script *scripts, size_t count, int all) {
    struct sum rows = {0, 0, 0, 0}, steps = {0, 0, 0, 0};
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) failed += !scripts[i].whole;
    for (size_t i = 0; i < LINES; i++) judge(&lines[i], scripts, count, all, lines[i].machine == STEPS ? &steps : &rows);
    if (failed == 0 && is_whole(&rows) && is_whole(&steps)) say_figures(&rows, &steps);
    print_sum("rows", &rows);
    print_sum("; steps", &steps);
    printf("; scripts %zu, failing unmasked %zu\n", count, failed);
    return failed == 0 && is_whole(&rows) && is_whole(&steps);
}

int main(int argc, char **argv) {
    int at = 1, all = 0, good = 0;
    size_t count;
    struct held_script *scripts;
    if (at < argc && strcmp(argv[at], "--all") == 0) all = 1, at++;
    if (at + 1 < argc && strcmp(argv[at], "--most") == 0) harmed_most = strtoull(argv[at + 1], NULL, 10), at += 2;
    count = (size_t)(argc - at);
    if (count == 0) {
        fputs("usage: mask_rows [--all] [--most N] FILE.hsv...\n", stderr);
        return 2;
    }
    if (!number_lines()) {
        fputs("mask_rows: these are not the tables of this core\n", stderr);
        return 2;
    }
    scripts = read_scripts(argv + at, count);
    good = judge_all(scripts, count, all);
    free_scripts(scripts, count);
    return good ? 0 : 1;
}
