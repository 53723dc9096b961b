/* table_mutants.c: does some scenario notice each small change of the tables? Linked with a core whose tables can be written
 * into (HSVC_MASKING).
 *
 *   table_mutants [--all] [--only=REGEX] [--part=K/N] [--again=FILE] [--known=FILE] FILE.hsv...
 *     --all    print the noticed ones too, each with the script that noticed it; and who records anything else
 *     --only   only those in whose words, as the report has them up to the line's number, the extended regular expression is found;
 *              says of each what became of it; of so few no share is asked for
 *     --part   only every Nth, from the Kth on
 *     --again  only those that FILE, what an earlier run printed, has
 *     --known  FILE lists the unnoticed ones that are explained: one more fails
 * The changes: of a row, another next state (every one of the machine, and SAME), its question negated, each action left
 * out, its verdict left out; of a step, an admission or a pick its question negated; of a parameter its least and most one
 * less and one more, and another default, in each preset; of a timer's longest time one less and one more. A line that is
 * left out whole is mask_rows' affair. For each change a process of its own runs the scripts that ran the line, those first
 * that name its rule, and then simulated offices beside their model (tests/offices), until one fails, crashes or does not
 * end. Of one that nobody notices it is said whether it has an effect: does any of those scripts then read, decide, write or
 * tell anything else than before? What has none is the same program. The exit status is 1 if fewer than 98 % of those with an
 * effect were noticed, or one is not known; 2 for misuse, and if no change matches. */
#include <errno.h>
#include <libgen.h>
#include <regex.h>
#include <sys/wait.h>
#include <unistd.h>

#include "offices/office.h"
#include "scenario/scripts.h"
#include "scenario/table_faults.h"

enum { OFFICES = 6, DAYS = 20 }; /* as the test offices.few */

/* ---- what can be changed ---- */

static const struct state {
    const char *name;
    uint32_t machine;
    uint16_t number;
} states[] = {
#define STATE(machine, name, number, contract) {#name, HSVC__MACHINE_##machine, number},
#include "rules/states.def"
#undef STATE
};
enum { STATES = sizeof states / sizeof states[0] };

enum { CHOICE = 1, NUMBER = 0, LIMIT = 0, TEXT = 2 };
static const struct parameter {
    const char *name;
    const char *rule;
    uint32_t number;
    int type;
    int at;
} parameters[] = {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) {#name, rule, number, type, __LINE__},
#include "rules/parameters.def"
#undef PARAM
};
enum { PARAMETERS = sizeof parameters / sizeof parameters[0] };

static const struct timer {
    const char *name;
    const char *rule;
    int at;
} timers[] = {
#define TIMER(field, machine, event, most, rule, text) {#field, rule, __LINE__},
#include "rules/timers.def"
#undef TIMER
};

/* A change: something to write, where, and what to call it. */
struct change {
    char key[160];
    int at;                 /* line in the file */
    const char *rule;
    const struct line *ran; /* scripts that ran this line may notice it; NULL: any may */
    char unit[400];         /* instead of scripts: the command of a unit test */
};

struct campaign {
    struct held_script *scripts;
    size_t count;
    char *programs; /* the folder of this one */
    regex_t *only; /* or NULL */
    char *again; /* what an earlier run printed, or NULL */
    char *known; /* the list of the explained ones, or NULL */
    int all;        /* --all */
    unsigned part, parts;
    unsigned mutants, tried, noticed, without_effect, unknown;
};

/* ---- one change ---- */


/* may_notice: in which round a script has its turn: 0 it names the rule, 1 it runs the line, -1 neither. */
static int may_notice(const struct held_script *script, const struct change *change) {
    if (!script->whole || (change->ran != NULL && !ran(script, change->ran))) return -1;
    return names_rule(script, change->rule) ? 0 : 1;
}

/* first_to_notice: the script, or NULL. effect: whether any of them then recorded anything else. */
static const struct held_script *first_to_notice(struct campaign *c, const struct change *change, int *effect) {
    *effect = 0;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < c->count; i++) {
            struct held_script *script = &c->scripts[i];
            if (may_notice(script, change) != round) continue;
            if (!run(script)) return script;
            if (script->digest == script->unharmed_digest) continue;
            *effect = 1;
            if (c->all) printf("%s: differs in %s\n", change->key, base_name(script->path));
        }
    return NULL;
}

static int an_office_notices(void) {
    int different = 0;
    for (uint64_t seed = 1; seed <= OFFICES && !different; seed++) {
        struct shape shape = office_shape(seed);
        struct world *w = malloc(sizeof *w);
        struct event *list;
        uint32_t count;
        if (w == NULL) exit(2);
        count = office_events(seed, DAYS, &list);
        world_open(w, &shape);
        world_run(w, list, count);
        different = w->finding.kind != SAME;
        world_close(w);
        free(list);
        free(w);
    }
    return different;
}

enum { NOTICED, UNNOTICED, WITHOUT_EFFECT };

static int fate_in_child(struct campaign *c, const struct change *change) {
    int effect, noticed;
    const struct held_script *script;
    alarm(60);
    if (change->unit[0] != '\0') return system(change->unit) != 0 ? NOTICED : UNNOTICED;
    harmed = 1;
    script = first_to_notice(c, change, &effect);
    noticed = script != NULL || an_office_notices();
    if (noticed && c->all) printf("%s: noticed by %s\n", change->key, script != NULL ? base_name(script->path) : "an office");
    fflush(stdout);
    return noticed ? NOTICED : effect ? UNNOTICED : WITHOUT_EFFECT;
}

/* fate: in a process of its own, since a table that makes no sense may end it or never come back. */
static int fate(struct campaign *c, const struct change *change) {
    int status = 0;
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child < 0) exit(2);
    if (child == 0) _exit(fate_in_child(c, change));
    if (waitpid(child, &status, 0) != child) exit(2);
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    if (c->all) printf("%s: ended by signal %d\n", change->key, WTERMSIG(status));
    return NOTICED;
}

/* has: does a line of the text begin with the change's key? */
static int has(const char *text, const char *key) {
    char wanted[sizeof ((struct change *)0)->key + 12];
    (void)snprintf(wanted, sizeof wanted, "\n%s (line ", key);
    return strstr(text, wanted) != NULL;
}

/* judge: the change is in place while this runs. */
static void judge(struct campaign *c, const struct change *change) {
    static const char *const words[] = {"noticed", "nobody notices it", "without effect"};
    int what;
    if (c->only != NULL && regexec(c->only, change->key, 0, NULL, 0) != 0) return;
    if (c->again != NULL && !has(c->again, change->key)) return;
    if (c->mutants++ % c->parts != c->part) return;
    c->tried++;
    what = fate(c, change);
    c->noticed += what == NOTICED;
    c->without_effect += what == WITHOUT_EFFECT;
    if (what == NOTICED && c->only == NULL) return;
    c->unknown += what == UNNOTICED && c->known != NULL && !has(c->known, change->key);
    printf("%s (line %d): %s\n", change->key, change->at, words[what]);
}

/* ---- rows ---- */

static struct change change_of(const struct line *line, const char *what, const char *detail) {
    struct change change = {"", line->at, line->rule, line, ""};
    (void)snprintf(change.key, sizeof change.key, "%s %s%s", line->text, what, detail);
    return change;
}

static void change_next(struct campaign *c, const struct line *line) {
    struct hsvc__row *row = row_of(line), saved = *row;
    struct change change = change_of(line, "next ", "SAME");
    row->next = HSVC__SAME;
    if (saved.next != HSVC__SAME && saved.states != 1u << saved.next) judge(c, &change);
    for (size_t i = 0; i < STATES; i++) {
        if (states[i].machine != line->machine || states[i].number == saved.next) continue;
        if (saved.next == HSVC__SAME && saved.states == 1u << states[i].number) continue;
        change = change_of(line, "next ", states[i].name);
        row->next = states[i].number;
        judge(c, &change);
    }
    *row = saved;
}

static void change_row(struct campaign *c, const struct line *line) {
    struct hsvc__row *row = row_of(line), saved = *row;
    struct change change = change_of(line, "negated", "");
    char number[16];
    negate(row);
    if (saved.guard != hsvc__is_always) judge(c, &change);
    *row = saved;
    for (int i = 0; i < HSVC__ACTIONS && saved.actions[i].verb != NULL; i++) {
        (void)snprintf(number, sizeof number, "%d", i + 1);
        change = change_of(line, "without action ", number);
        row->actions[i].verb = nothing;
        judge(c, &change);
        *row = saved;
    }
    change = change_of(line, "without verdict", "");
    row->verdict = HSVC__VERDICT_NONE;
    if (saved.verdict != HSVC__VERDICT_NONE) judge(c, &change);
    *row = saved;
}

static void change_line(struct campaign *c, const struct line *line) {
    struct change change = change_of(line, "negated", "");
    if (line->impossible) return;
    if (line->machine == STEPS) {
        hsvc__negated_step = line->number;
        if (strncmp(line->text, "TOLD", 4) != 0) judge(c, &change);
        hsvc__negated_step = -1;
        return;
    }
    if (row_of(line)->kind == 0) change_next(c, line);
    change_row(c, line);
}

/* ---- figures ---- */

static void change_figure(struct campaign *c, int64_t *figure, int64_t by, struct change change, const char *what) {
    int64_t saved = *figure;
    size_t len = strlen(change.key);
    (void)snprintf(change.key + len, sizeof change.key - len, " %s %+d", what, (int)by);
    *figure += by;
    judge(c, &change);
    *figure = saved;
}

static void change_parameter(struct campaign *c, const struct parameter *p) {
    static const char *const figures[] = {"least", "most", "GUIDE", "CUCM_EN"};
    struct change change = {"", p->at, p->rule, NULL, ""};
    (void)snprintf(change.key, sizeof change.key, "PARAM(%s)", p->name);
    for (uint32_t i = 0; i < 4; i++) {
        int64_t *figure = hsvc__figure(p->number, i);
        if (i >= 2 && (p->type == TEXT || p->number == 1)) continue; /* they have none */
        if (i < 2 || *figure == 0 || p->type != CHOICE) change_figure(c, figure, 1, change, figures[i]);
        if (i < 2 || *figure != 0) change_figure(c, figure, -1, change, figures[i]);
    }
}

/* change_timer: no script can write a record in which a timer lies too far ahead; a unit test can. */
static void change_timer(struct campaign *c, uint32_t number) {
    for (int by = -1; by <= 1; by += 2) {
        struct change change = {"", timers[number].at, timers[number].rule, NULL, ""};
        (void)snprintf(change.key, sizeof change.key, "TIMER(%s) most %+d", timers[number].name, by);
        (void)snprintf(change.unit, sizeof change.unit, "HSVC_MUTANT=longest:%u:%d %.300s/mutant_test_times >/dev/null 2>&1",
                       (unsigned)number, by, c->programs);
        judge(c, &change);
    }
}

/* ---- all of them ---- */

static int judge_all(struct campaign *c) {
    size_t failed = 0;
    for (size_t i = 0; i < c->count; i++) failed += !c->scripts[i].whole;
    for (size_t i = 0; i < LINES; i++) change_line(c, &lines[i]);
    for (size_t i = 0; i < PARAMETERS; i++) change_parameter(c, &parameters[i]);
    for (uint32_t i = 0; i < HSVC__TIMERS; i++) change_timer(c, i);
    if (c->only == NULL) printf("figure: all of the tables | %u | %u | %u | %u\n", c->tried, c->noticed, c->without_effect, c->tried - c->noticed - c->without_effect);
    printf("%u of %u mutants of tables: noticed %u, without effect %u, unnoticed %u, of them unknown %u; scripts %zu, failing unharmed %zu\n", c->tried,
           c->mutants, c->noticed, c->without_effect, c->tried - c->noticed - c->without_effect, c->unknown, c->count, failed);
    if (c->only != NULL) return failed == 0 && c->tried > 0 && c->noticed + c->without_effect == c->tried;
    return failed == 0 && c->unknown == 0 && c->noticed > 0 && 100 * c->noticed >= 98 * (c->tried - c->without_effect);
}

/* read_list: with a line feed before the first line, as has() wants it. */
static int read_list(const char *path, struct text *text) {
    append(text, "\n", 1);
    return read_file(path, text);
}

static int misused(const char *what, const char *why) {
    fprintf(stderr, "table_mutants: %s%s%s\nusage: table_mutants [--all] [--only=REGEX] [--part=K/N] [--again=FILE] [--known=FILE] FILE.hsv...\n", what,
            why[0] != '\0' ? ": " : "", why);
    return 2;
}

/* What the options name, for as long as the campaign lasts. */
struct named {
    regex_t only;
    const char *only_option, *again_option; /* as they were given, or "" */
    struct text again, known;
};

static const char *take_list(const char *path, struct text *list, char **taken) {
    if (!read_list(path, list)) return strerror(errno);
    *taken = list->bytes;
    return NULL;
}

static const char *take_only(struct campaign *c, struct named *named, const char *option) {
    if (c->only != NULL) return "once is enough";
    if (regcomp(&named->only, option + 7, REG_EXTENDED | REG_NOSUB) != 0) return "no regular expression";
    c->only = &named->only;
    named->only_option = option;
    return NULL;
}

static const char *take_part(struct campaign *c, const char *option) {
    return sscanf(option, "--part=%u/%u", &c->part, &c->parts) == 2 && c->part-- - 1 < c->parts ? NULL : "no share, such as 1/4";
}

/* take_option: NULL, or what is wrong with it. */
static const char *take_option(struct campaign *c, struct named *named, const char *option) {
    if (strcmp(option, "--all") == 0) return c->all = 1, NULL;
    if (strncmp(option, "--only=", 7) == 0) return take_only(c, named, option);
    if (strncmp(option, "--known=", 8) == 0) return take_list(option + 8, &named->known, &c->known);
    if (strncmp(option, "--part=", 7) == 0) return take_part(c, option);
    if (strncmp(option, "--again=", 8) != 0) return "no such option";
    named->again_option = option;
    return take_list(option + 8, &named->again, &c->again);
}

static int nothing_matches(const struct named *named) {
    const char *between = named->only_option[0] != '\0' && named->again_option[0] != '\0' ? " " : "";
    fprintf(stderr, "table_mutants: no change matches %s%s%s; without it, --all prints what each is called\n", named->only_option, between,
            named->again_option);
    return 2;
}

static int run_campaign(struct campaign *c, const struct named *named, char **paths) {
    int good;
    c->scripts = read_scripts(paths, c->count);
    good = judge_all(c);
    free_scripts(c->scripts, c->count);
    if (c->mutants == 0) return nothing_matches(named);
    return good ? 0 : 1;
}

int main(int argc, char **argv) {
    struct campaign c = {.parts = 1};
    struct named named = {.only_option = "", .again_option = ""};
    int i = 1, status;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        const char *wrong = take_option(&c, &named, argv[i]);
        if (wrong != NULL) return misused(argv[i], wrong);
    }
    if (argc == i) return misused("no script", "");
    if (!number_lines()) return misused("these are not the tables of this core", "");
    c.programs = dirname(argv[0]);
    c.count = (size_t)(argc - i);
    status = run_campaign(&c, &named, argv + i);
    if (c.only != NULL) regfree(c.only);
    free(named.again.bytes);
    free(named.known.bytes);
    return status;
}
