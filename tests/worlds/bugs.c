/* bugs.c: would a small world notice? Each line of bugs.def is a fault on purpose: a line of the tables that is left out or does
 * something else, or a mutant of lib/core/mutants.def. The world is explored with it until the invariant that bugs.def names is
 * broken, by a script that the testkit's runner plays, with the same fault, to that very state. An invariant that no line
 * breaks could be one that nothing breaks: it fails, and so does a row that lets an end of a session wait for a call and that no
 * line leaves out.
 *
 *   worlds_bugs [--scripts] [NUMBER...]
 * A script that fails with its fault must pass without it; how many fail with it is counted.
 * The last line is "N bugs, N found; N scripts tell the fault from the service; N of N invariants broken"; the exit status is 1 if one was not. */
#include "worlds/worlds.h"

#include "scenario/table_faults.h"
#include "support/figure.h"

enum bug_kind { BUG_LINE, BUG_NEGATED, BUG_ACTION, BUG_NEXT, BUG_VERDICT, BUG_MUTANT };
struct bug {
    enum bug_kind kind;
    uint32_t number;  /* ACTION: which, from 1; NEXT: the state; VERDICT: the reason */
    const char *what; /* file and line of the tables, or the mutant's name */
    const char *world;
    const char *breaks;
    const char *about;
};
static const struct bug bugs[] = {
#define LINE(file, line, world, breaks, about) {BUG_LINE, 0, file ": " line, world, breaks, about},
#define NEGATED(file, line, world, breaks, about) {BUG_NEGATED, 0, file ": " line, world, breaks, about},
#define ACTION(number, file, line, world, breaks, about) {BUG_ACTION, number, file ": " line, world, breaks, about},
#define NEXT(state, file, line, world, breaks, about) {BUG_NEXT, HSVC__##state, file ": " line, world, breaks, about},
#define VERDICT(reason, file, line, world, breaks, about) {BUG_VERDICT, HSVC_REASON_##reason, file ": " line, world, breaks, about},
#define MUTANT(name, world, breaks, about) {BUG_MUTANT, 0, #name, world, breaks, about},
#include "worlds/bugs.def"
#undef LINE
#undef NEGATED
#undef ACTION
#undef NEXT
#undef VERDICT
#undef MUTANT
};
enum { BUGS = sizeof bugs / sizeof bugs[0] };
static const char *const mutants[HSVC__MUTANTS] = {"",
#define MUTANT(name, rule, witness, text) #name,
#include "core/mutants.def"
#undef MUTANT
};

/* ---- the fault ---- */
static int is_line(const struct line *line, const char *what) {
    size_t n = strlen(line->file);
    return strncmp(what, line->file, n) == 0 && what[n] == ':' && strcmp(what + n + 2, line->text) == 0;
}

static const struct line *line_of(const char *what) {
    for (size_t i = 0; i < LINES; i++)
        if (is_line(&lines[i], what)) return &lines[i];
    return NULL;
}

static struct { /* the row that is changed, as it was */
    struct hsvc__row *row;
    struct hsvc__row was;
} changed;

static int change_line(const struct bug *bug, const struct line *line) {
    if (line == NULL) return 0;
    if (bug->kind == BUG_LINE) {
        mask(line);
        return 1;
    }
    changed.row = row_of(line);
    changed.was = *changed.row;
    switch (bug->kind) {
        case BUG_NEGATED: negate(changed.row); break;
        case BUG_NEXT: changed.row->next = (uint16_t)bug->number; break;
        case BUG_VERDICT: changed.row->verdict = bug->number; break;
        default: changed.row->actions[bug->number - 1].verb = nothing; break;
    }
    return 1;
}

static int switch_on(const struct bug *bug) {
    if (bug->kind != BUG_MUTANT) return change_line(bug, line_of(bug->what));
    for (int i = 1; i < HSVC__MUTANTS; i++)
        if (strcmp(mutants[i], bug->what) == 0) hsvc__mutant = i;
    return hsvc__mutant != HSVC__MUTANT_NONE;
}

static void switch_off(void) {
    if (changed.row != NULL) *changed.row = changed.was;
    changed.row = NULL;
    mask(NULL);
    hsvc__mutant = HSVC__MUTANT_NONE;
}

/* ---- one bug ---- */
static const struct world *world_named(const char *name) {
    for (size_t i = 0; i < world_count; i++)
        if (strcmp(worlds[i].name, name) == 0) return &worlds[i];
    return NULL;
}

/* complaint: what is wrong with the search for a bug, or NULL. The world begins without it. *tells: its script fails with the
 * fault, and passes without. */
static const char *complaint(const struct bug *bug, struct findings *found, int *tells) {
    static struct place place;
    const struct world *world = world_named(bug->world);
    const char *wrong = NULL;
    if (world == NULL) return "there is no such world";
    (void)place_open(&place, world);
    place.only = bug->breaks;
    if (!switch_on(bug)) wrong = "there is no such line or mutant";
    else if (explore(&place, 1, found)) wrong = "the invariant is not broken";
    else if (!found->plays) wrong = "the script does not lead there";
    *tells = found->script != NULL && fails(found->script);
    switch_off();
    if (*tells && fails(found->script)) wrong = "the script fails without the fault too";
    place_close(&place);
    return wrong;
}

static unsigned deepest; /* events before the longest of the shortest scripts ends */

static int look_for(const struct bug *bug, int number, int scripts, int *tells) {
    struct findings found;
    const char *wrong;
    memset(&found, 0, sizeof found);
    wrong = complaint(bug, &found, tells);
    printf("%s %d - %s (%s): %s in %s\n", wrong == NULL ? "ok" : "not ok", number, bug->what, bug->about, bug->breaks, bug->world);
    if (wrong != NULL) printf("# %s\n", wrong);
    if (found.script != NULL && (scripts || wrong != NULL)) printf("%s\n", found.script);
    if (found.violation.rule != NULL)
        printf("# %llu states, %u events before it%s\n", (unsigned long long)found.states, (unsigned)found.depth,
               *tells ? "" : "; the script cannot tell the fault from the service");
    if (found.depth > deepest) deepest = found.depth;
    free(found.script);
    free(found.other);
    return wrong == NULL;
}

/* unbroken: how many invariants no line of bugs.def breaks. */
static size_t unbroken(void) {
    size_t missing = 0;
    for (size_t i = 0; i < rule_count(); i++) {
        int broken = 0;
        for (int b = 0; b < BUGS && !broken; b++) broken = strcmp(bugs[b].breaks, rule_name(i)) == 0;
        if (!broken) printf("no bug breaks %s\n", rule_name(i));
        missing += !broken;
    }
    return missing;
}

/* waits_unnamed: how many rows of session.def that let an end wait for a call no line of bugs.def leaves out. */
static size_t waits_unnamed(void) {
    size_t missing = 0;
    for (size_t i = 0; i < LINES; i++) {
        int named = 0;
        if (strcmp(lines[i].file, "session.def") != 0) continue;
        if (strstr(lines[i].text, " sign_out_must_wait,") == NULL && strstr(lines[i].text, " device_is_in_call,") == NULL) continue;
        for (int b = 0; b < BUGS && !named; b++) named = bugs[b].kind == BUG_LINE && is_line(&lines[i], bugs[b].what);
        if (!named) printf("no bug leaves out session.def: %s\n", lines[i].text);
        missing += !named;
    }
    return missing;
}

static int is_wanted(int number, char **numbers, int count) {
    for (int i = 0; i < count; i++)
        if (atoi(numbers[i]) == number) return 1;
    return count == 0;
}

/* misuse: the first word that is no number of a bug, or NULL. */
static const char *misuse(char **numbers, int count) {
    for (int i = 0; i < count; i++) {
        char *end;
        unsigned long n = strtoul(numbers[i], &end, 10);
        if (*end != '\0' || n == 0 || n > BUGS) return numbers[i];
    }
    return NULL;
}

int main(int argc, char **argv) {
    static const char usage[] = "worlds_bugs [--scripts] [NUMBER...]   looks for faults on purpose, all unless some are named; --scripts: prints how they show\n";
    int scripts = argc > 1 && strcmp(argv[1], "--scripts") == 0, looked = 0, found = 0, told = 0, tells;
    const char *word = misuse(argv + 1 + scripts, argc - 1 - scripts);
    size_t missing, waits;
    if (word != NULL && strcmp(word, "--help") == 0) return fputs(usage, stdout) < 0;
    if (word != NULL) {
        fprintf(stderr, "worlds_bugs: no such bug: %s\n%s", word, usage);
        return 2;
    }
    if (!number_lines()) {
        fprintf(stderr, "worlds_bugs: these lines are not the core's\n");
        return 2;
    }
    for (int i = 0; i < BUGS; i++) {
        if (!is_wanted(i + 1, argv + 1 + scripts, argc - 1 - scripts)) continue;
        looked++;
        found += look_for(&bugs[i], i + 1, scripts, &tells);
        told += tells;
        fflush(stdout);
    }
    missing = unbroken();
    waits = waits_unnamed();
    figure("faults on purpose", (unsigned)looked);
    figure("found", (unsigned)found);
    figure("scripts that tell the fault from the service", (unsigned)told);
    figure("invariants that they break", rule_count() - missing);
    figure("events before the longest of their shortest scripts ends", deepest);
    printf("%d bugs, %d found; %d scripts tell the fault from the service; %zu of %zu invariants broken\n", looked, found, told,
           rule_count() - missing, rule_count());
    return found == looked && looked > 0 && missing == 0 && waits == 0 ? 0 : 1;
}
