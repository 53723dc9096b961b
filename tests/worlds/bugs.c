/* bugs.c: would a small world notice? Each line of bugs.def is a fault on purpose: a row or a ladder step of the tables that is
 * left out, or a mutant of lib/core/mutants.def. The world is explored with it until a rule is broken; the rule must be the
 * one that bugs.def says, and the shortest way there is printed as a script that the testkit's runner can read.
 *
 *   worlds_bugs [--scripts] [NUMBER...]
 * The last line is "N bugs, N found"; the exit status is 1 if one was not. */
#include "worlds/worlds.h"

#include "scenario/table_lines.h"

enum bug_kind { BUG_LINE, BUG_MUTANT };
struct bug {
    enum bug_kind kind;
    const char *what; /* file and line of the tables, or the mutant's name */
    const char *world;
    const char *rule;
    const char *about;
};
static const struct bug bugs[] = {
#define LINE(file, line, world, rule, about) {BUG_LINE, file ": " line, world, rule, about},
#define MUTANT(name, world, rule, about) {BUG_MUTANT, #name, world, rule, about},
#include "worlds/bugs.def"
#undef LINE
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

static int switch_on(const struct bug *bug) {
    if (bug->kind == BUG_LINE) {
        for (size_t i = 0; i < LINES; i++)
            if (is_line(&lines[i], bug->what)) {
                mask(&lines[i]);
                return 1;
            }
        return 0;
    }
    for (int i = 1; i < HSVC__MUTANTS; i++)
        if (strcmp(mutants[i], bug->what) == 0) hsvc__mutant = i;
    return hsvc__mutant != HSVC__MUTANT_NONE;
}

static void switch_off(void) {
    mask(NULL);
    hsvc__mutant = HSVC__MUTANT_NONE;
}

/* ---- the script: every line of it can be read ---- */
static int32_t ignore(const hsvc_scenario_failure *f, void *user) {
    (void)f;
    (void)user;
    return HSVC_OK;
}

static int is_readable(const struct place *p, const char *script) {
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario = NULL;
    int good = hsvc_scenario_config_init(&config, sizeof config) == HSVC_OK && hsvc_scenario_result_init(&result, sizeof result) == HSVC_OK;
    config.allocator = &p->allocator;
    config.failure = ignore;
    good = good && hsvc_scenario_new(&config, &scenario) == HSVC_OK;
    if (good) (void)hsvc_scenario_run(scenario, "bug", script, strlen(script), &result);
    hsvc_scenario_free(scenario);
    return good && result.malformed == 0 && result.statements > 0;
}

/* ---- one bug ---- */
static const struct world *world_named(const char *name) {
    for (size_t i = 0; i < world_count; i++)
        if (strcmp(worlds[i].name, name) == 0) return &worlds[i];
    return NULL;
}

/* complaint: what is wrong with the search for a bug, or NULL. The world begins without it. */
static const char *complaint(const struct bug *bug, struct findings *found) {
    static struct place place;
    const struct world *world = world_named(bug->world);
    const char *wrong = NULL;
    if (world == NULL) return "there is no such world";
    (void)place_open(&place, world);
    if (!switch_on(bug)) wrong = "there is no such line or mutant";
    else if (explore(&place, 1, found)) wrong = "no rule is broken";
    else if (strcmp(found->violation.rule, bug->rule) != 0) wrong = "another rule is broken first";
    else if (!is_readable(&place, found->script)) wrong = "the script cannot be read";
    switch_off();
    place_close(&place);
    return wrong;
}

static int look_for(const struct bug *bug, int number, int scripts) {
    struct findings found;
    const char *wrong;
    memset(&found, 0, sizeof found);
    wrong = complaint(bug, &found);
    printf("%s %d - %s (%s): %s in %s\n", wrong == NULL ? "ok" : "not ok", number, bug->what, bug->about, bug->rule, bug->world);
    if (wrong != NULL) printf("# %s: %s %s %s\n", wrong, found.violation.rule == NULL ? "" : found.violation.rule,
                              found.violation.rule == NULL ? "" : found.violation.name, found.violation.text);
    if (found.script != NULL && (scripts || wrong != NULL)) printf("%s\n", found.script);
    if (found.violation.rule != NULL) printf("# %llu states, %u events before it\n", (unsigned long long)found.states, (unsigned)found.depth);
    free(found.script);
    return wrong == NULL;
}

static int is_wanted(int number, char **numbers, int count) {
    for (int i = 0; i < count; i++)
        if (atoi(numbers[i]) == number) return 1;
    return count == 0;
}

int main(int argc, char **argv) {
    int scripts = argc > 1 && strcmp(argv[1], "--scripts") == 0, looked = 0, found = 0;
    if (!number_lines()) {
        fprintf(stderr, "worlds_bugs: these lines are not the core's\n");
        return 2;
    }
    for (int i = 0; i < BUGS; i++) {
        if (!is_wanted(i + 1, argv + 1 + scripts, argc - 1 - scripts)) continue;
        looked++;
        found += look_for(&bugs[i], i + 1, scripts);
        fflush(stdout);
    }
    printf("%d bugs, %d found\n", looked, found);
    return found == looked && looked > 0 ? 0 : 1;
}
