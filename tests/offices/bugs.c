/* bugs.c: does an office notice a fault on purpose? Linked with the core in which one row of a table can be masked, or one
 * mutant be switched on (HSVC_MASKING): each fault in turn, until an office differs from the model. The first that are found
 * are shrunk to scripts, which must fail with the fault and pass without it; but no scenario can say what is in a file, or give nodes clocks.
 *
 *   bugs STEP SURVIVORS   every STEP-th row that the offices run, all of the policy, its sweep, holds, updates and locked phones, and the
 *                         mutants below; all must be found but those that the file SURVIVORS names, each with why it may stay
 * Rows that the offices never run are not tried; they are counted. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "headsetsvc/scenario.h"
#include "office.h"
#include "rules/rules.h"
#include "support/figure.h"

#define OFFICES 12
#define DAYS 30
#define LONGER 210 /* for a mutant that is rare */
#define CLOCK_OFFICES 5
#define CLOCK_DAYS 60 /* clocks do something every fourth day */
#define SHRUNK 12 /* so many of those that are found */

/* needs: which offices could notice. */
enum needs { ANY, CLOCKS, ONE_CLOCK, NODES_APART };
static const struct {
    int mutant;
    enum needs needs;
} mutants[] = {{HSVC__MUTANT_headsets_stay_fresh, ANY},
               {HSVC__MUTANT_takeover_asks_the_other, ANY},
               {HSVC__MUTANT_everybody_is_confirmed, ANY},
               {HSVC__MUTANT_arrival_counts, ANY},
               {HSVC__MUTANT_prompts_without_time, ANY},
               {HSVC__MUTANT_clones_believed, ANY},
               {HSVC__MUTANT_first_scope_wins, ANY},
               {HSVC__MUTANT_owner_by_use, ANY},
               {HSVC__MUTANT_conflicts_are_final, ANY},
               {HSVC__MUTANT_additions_first, ANY},
               {HSVC__MUTANT_twice_unseen, ANY},
               {HSVC__MUTANT_good_rows_land_anyway, ANY},
               {HSVC__MUTANT_mangled_serials_pass, ANY},
               {HSVC__MUTANT_flaps_uncounted, ANY},
               {HSVC__MUTANT_dry_runs_commit, ANY},
               {HSVC__MUTANT_exports_without_header, ANY},
               {HSVC__MUTANT_doubt_untold, ANY},
               {HSVC__MUTANT_cause_untold, ANY},
               {HSVC__MUTANT_last_cause_told, ANY},
               {HSVC__MUTANT_causes_taken_back, ANY},
               {HSVC__MUTANT_wipes_forgotten, ANY},
               {HSVC__MUTANT_screens_stay, ANY},
               {HSVC__MUTANT_emergencies_time_out, ANY},
               {HSVC__MUTANT_due_after_the_input, CLOCKS},
               {HSVC__MUTANT_late_reports_lose, CLOCKS},
               {HSVC__MUTANT_stamps_believed, CLOCKS},
               {HSVC__MUTANT_locks_run_on, CLOCKS},
               {HSVC__MUTANT_anew_for_ever, CLOCKS},
               {HSVC__MUTANT_no_patrol, ONE_CLOCK},
               {HSVC__MUTANT_own_clock_alone, NODES_APART},
               {HSVC__MUTANT_skew_trusted, NODES_APART}};

static const char *const names[HSVC__MUTANTS] = {"",
#define MUTANT(name, rule, witness, text) #name,
#include "core/mutants.def"
#undef MUTANT
};

static struct {
    uint32_t ran, idle, rows, tried, found, known, shortened, judged, told;
    uint64_t events, left;
} sum;

static void set(int64_t row, int mutant) {
    hsvc__masked_row = row;
    hsvc__mutant = mutant;
}

/* differs: does this office notice? finding and shape say where. */
static uint32_t differs(uint64_t seed, uint32_t days, struct event **list, uint32_t *count, struct shape *shape, struct finding *finding) {
    struct world *w = malloc(sizeof *w);
    if (w == NULL) abort();
    *shape = office_shape(seed);
    *count = office_events(seed, days, list);
    world_open(w, shape);
    world_run(w, *list, *count);
    *finding = w->finding;
    world_close(w);
    free(w);
    return finding->kind != SAME;
}

static int32_t on_failure(const hsvc_scenario_failure *f, void *user) {
    (void)f;
    ++*(uint32_t *)user;
    return HSVC_OK;
}

static void *resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)old_size, (void)user;
    if (new_size != 0) return realloc(block, new_size);
    free(block);
    return NULL;
}

/* play: how often the script fails. */
static uint32_t play(const char *text) {
    uint32_t failures = 0;
    hsvc_allocator allocator;
    hsvc_scenario_config config;
    hsvc_scenario *scenario = NULL;
    (void)hsvc_allocator_init(&allocator, sizeof allocator);
    (void)hsvc_scenario_config_init(&config, sizeof config);
    allocator.resize = resize;
    config.allocator = &allocator;
    config.flags = HSVC_SCENARIO_ALLOW_REFUSALS;
    config.failure = on_failure;
    config.user = &failures;
    if (hsvc_scenario_new(&config, &scenario) != HSVC_OK) abort();
    (void)hsvc_scenario_run(scenario, "office", text, strlen(text), NULL);
    hsvc_scenario_free(scenario);
    return failures;
}

/* shorten: the script must tell the fault from the service. */
static void shorten(const char *what, int64_t row, int mutant, uint64_t seed, struct event *list, uint32_t count, const struct shape *shape,
                    struct finding *finding) {
    uint32_t all = finding->event + 1, with, without;
    char *text;
    count = shrink(list, count, shape, finding);
    text = script_of(list, count, shape, seed);
    with = play(text);
    set(-1, HSVC__MUTANT_NONE);
    without = play(text);
    set(row, mutant);
    (void)printf("%s: seed %" PRIu64 ", %" PRIu32 " events shrunk to %" PRIu32, what, seed, all, count);
    sum.shortened++;
    sum.events += all;
    sum.left += count;
    if (strstr(text, "# a file") != NULL || strstr(text, "# a phone with") != NULL || strstr(text, "# the store") != NULL ||
        strstr(text, "# the clock of node") != NULL || finding->kind == NOT_AT_ONCE) {
        (void)puts("; it has what no script can say");
    } else {
        (void)printf("; the script fails %s the fault and %s without it\n", with ? "with" : "NOT WITH", without ? "FAILS" : "passes");
        if (with == 0 || without != 0) (void)fputs(text, stdout);
        sum.judged++;
        sum.told += with != 0 && without == 0;
    }
    free(text);
}

static uint32_t fits(uint64_t seed, enum needs needs) {
    struct shape shape = office_shape(seed);
    if (needs == CLOCKS) return shape.clocks;
    if (needs == ONE_CLOCK) return shape.clocks && shape.nodes == 1;
    return needs == ANY || shape.skew != SKEW_NONE;
}

static uint32_t noticed(const char *what, int64_t row, int mutant, enum needs needs, uint32_t days) {
    uint32_t found = 0, tried = 0;
    for (uint64_t seed = 1; tried < (needs == ANY ? OFFICES : CLOCK_OFFICES) && !found; seed++) {
        struct event *list;
        struct shape shape;
        struct finding finding;
        uint32_t count;
        if (!fits(seed, needs)) continue;
        tried++;
        found = differs(seed, days, &list, &count, &shape, &finding);
        if (found && sum.judged < SHRUNK) shorten(what, row, mutant, seed, list, count, &shape, &finding);
        free(list);
    }
    return found;
}

/* survives: does the file name it? A line: what, a colon, the reason. */
static uint32_t survives(const char *path, const char *what) {
    char line[512];
    uint32_t named = 0;
    FILE *in = fopen(path, "r");
    if (in == NULL) return 0;
    while (!named && fgets(line, sizeof line, in) != NULL) named = strncmp(line, what, strlen(what)) == 0 && line[strlen(what)] == ':';
    (void)fclose(in);
    return named;
}

static void attempt(const char *what, int64_t row, int mutant, enum needs needs, const char *path) {
    uint32_t found, named = survives(path, what);
    sum.tried++;
    set(row, mutant);
    found = noticed(what, row, mutant, needs, needs == ANY ? DAYS : CLOCK_DAYS);
    /* Those known to stay unnoticed are not looked for any longer. */
    if (!found && !named && mutant != HSVC__MUTANT_NONE) found = noticed(what, row, mutant, needs, LONGER);
    set(-1, HSVC__MUTANT_NONE);
    sum.found += found;
    sum.known += !found && named;
    if (!found) (void)printf("%s: not found%s\n", what, named ? ", which is known" : "");
    if (found && named) (void)printf("%s: found, and its line may go\n", what);
}

/* wholly: machines of which all rows are tried. */
static uint32_t wholly(uint32_t machine) {
    return machine == HSVC__MACHINE_policy || machine == HSVC__MACHINE_sweep || machine == HSVC__MACHINE_flapping || machine == HSVC__MACHINE_updating ||
           machine == HSVC__MACHINE_throttle;
}

/* run_unharmed: the offices without any fault, which tells the rows that they run. */
static int run_unharmed(void) {
    for (uint64_t seed = 1; seed <= OFFICES; seed++) {
        struct event *list;
        struct shape shape;
        struct finding finding;
        uint32_t count;
        if (differs(seed, DAYS, &list, &count, &shape, &finding)) {
            describe(seed, &finding);
            return 0;
        }
        free(list);
    }
    return 1;
}

static void try_rows(uint8_t fired[HSVC__MACHINES][HSVC__ROWS], uint32_t step, const char *path) {
    uint32_t nth = 0;
    char what[64];
    for (uint32_t machine = 1; machine < HSVC__MACHINES; machine++)
        for (uint32_t row = 0; row < hsvc__machines[machine].row_count; row++) {
            sum.ran += fired[machine][row];
            sum.idle += !fired[machine][row] && hsvc__machines[machine].rows[row].kind != HSVC__OTHER_IMPOSSIBLE;
            if (!fired[machine][row] || (!wholly(machine) && nth++ % step != 0)) continue;
            sum.rows++;
            (void)snprintf(what, sizeof what, "row %" PRIu32 " of machine %" PRIu32 " (%s)", row, machine, hsvc__rule_of(machine * 65536 + row));
            attempt(what, (int64_t)machine * 65536 + row, HSVC__MUTANT_NONE, ANY, path);
        }
}

static void say_figures(void) {
    uint32_t shortened = sum.shortened ? sum.shortened : 1;
    figure("rows that twelve offices run in thirty days", sum.ran);
    figure("rows that they never run, which are not tried here", sum.idle);
    figure("rows left out on purpose in offices", sum.rows);
    figure("mutants of the code switched on in offices", sum.tried - sum.rows);
    figure("of these rows and mutants: found", sum.found);
    figure("of these rows and mutants: not found, each with its reason in `survivors.txt`", sum.known);
    figure("of the first scripts without a file: judged", sum.judged);
    figure("of the first scripts without a file: tell the fault from the service", sum.told);
    figure("events before shrinking, on average", sum.events / shortened);
    figure("events after shrinking, on average", sum.left / shortened);
}

int main(int argc, char **argv) {
    static uint8_t fired[HSVC__MACHINES][HSVC__ROWS];
    uint32_t step = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10;
    const char *path = argc > 2 ? argv[2] : "";
    char what[64];
    if (!run_unharmed()) return 1;
    memcpy(fired, hsvc__fired_rows, sizeof fired);
    for (size_t i = 0; i < sizeof mutants / sizeof *mutants; i++) {
        (void)snprintf(what, sizeof what, "mutant %s", names[mutants[i].mutant]);
        attempt(what, -1, mutants[i].mutant, mutants[i].needs, path);
    }
    try_rows(fired, step, path);
    say_figures();
    (void)printf("%" PRIu32 " faults, %" PRIu32 " found; %" PRIu32 " of %" PRIu32 " scripts tell the fault from the service; on average %" PRIu64 " events shrunk to %" PRIu64 "\n",
                 sum.tried, sum.found, sum.told, sum.judged, sum.events / (sum.shortened ? sum.shortened : 1), sum.left / (sum.shortened ? sum.shortened : 1));
    return sum.found + sum.known < sum.tried || sum.told < sum.judged;
}
