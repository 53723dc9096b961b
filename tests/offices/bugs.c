/* bugs.c: does an office notice a fault on purpose? Linked with the core in which one row of a table can be masked, or one
 * mutant be switched on (HSVC_MASKING): each fault in turn, until an office differs from the model. The first that are found
 * are shrunk to scripts, which must fail with the fault and pass without it; but no scenario can say what is in a file.
 *
 *   bugs STEP LEAST   every STEP-th row that the offices run, all of the policy, its sweep, holds, updates and locked phones, and the mutants
 *                     below; at least LEAST must be found, and as many scripts tell the fault from the service */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "headsetsvc/scenario.h"
#include "office.h"
#include "rules/rules.h"

#define OFFICES 12
#define DAYS 30
#define SHRUNK 12 /* so many of those that are found */

static const int mutants[] = {HSVC__MUTANT_headsets_stay_fresh, HSVC__MUTANT_takeover_asks_the_other, HSVC__MUTANT_everybody_is_confirmed,
                              HSVC__MUTANT_arrival_counts,      HSVC__MUTANT_prompts_without_time,     HSVC__MUTANT_clones_believed,
                              HSVC__MUTANT_first_scope_wins,    HSVC__MUTANT_owner_by_use,             HSVC__MUTANT_conflicts_are_final,
                              HSVC__MUTANT_additions_first,     HSVC__MUTANT_twice_unseen,             HSVC__MUTANT_good_rows_land_anyway,
                              HSVC__MUTANT_mangled_serials_pass,    HSVC__MUTANT_flaps_uncounted,         HSVC__MUTANT_dry_runs_commit,
                              HSVC__MUTANT_exports_without_header,  HSVC__MUTANT_doubt_untold,            HSVC__MUTANT_cause_untold,
                              HSVC__MUTANT_last_cause_told,         HSVC__MUTANT_causes_taken_back,         HSVC__MUTANT_wipes_forgotten,
                              HSVC__MUTANT_screens_stay,            HSVC__MUTANT_emergencies_time_out};

static const char *const names[HSVC__MUTANTS] = {"",
#define MUTANT(name, rule, witness, text) #name,
#include "core/mutants.def"
#undef MUTANT
};

static struct {
    uint32_t tried, found, shortened, judged, told, wrong;
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
    if (strstr(text, "# a file") != NULL || strstr(text, "# a phone with") != NULL || strstr(text, "# the store") != NULL || finding->kind == NOT_AT_ONCE) {
        (void)puts("; it has what no script can say");
    } else {
        (void)printf("; the script fails %s the fault and %s without it\n", with ? "with" : "NOT WITH", without ? "FAILS" : "passes");
        if (with == 0 || without != 0) (void)fputs(text, stdout);
        sum.judged++;
        sum.told += with != 0 && without == 0;
        sum.wrong += without != 0;
    }
    free(text);
}

static void attempt(const char *what, int64_t row, int mutant) {
    uint32_t found = 0;
    sum.tried++;
    set(row, mutant);
    for (uint64_t seed = 1; seed <= OFFICES && !found; seed++) {
        struct event *list;
        struct shape shape;
        struct finding finding;
        uint32_t count;
        found = differs(seed, DAYS, &list, &count, &shape, &finding);
        if (found && sum.judged < SHRUNK) shorten(what, row, mutant, seed, list, count, &shape, &finding);
        free(list);
    }
    sum.found += found;
    if (!found) (void)printf("%s: not found\n", what);
    set(-1, HSVC__MUTANT_NONE);
}

/* wholly: machines of which all rows are tried. */
static uint32_t wholly(uint32_t machine) {
    return machine == HSVC__MACHINE_policy || machine == HSVC__MACHINE_sweep || machine == HSVC__MACHINE_flapping || machine == HSVC__MACHINE_updating ||
           machine == HSVC__MACHINE_throttle;
}

int main(int argc, char **argv) {
    static uint8_t fired[HSVC__MACHINES][HSVC__ROWS];
    uint32_t step = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10, least = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 10, nth = 0;
    char what[64];
    for (uint64_t seed = 1; seed <= OFFICES; seed++) {
        struct event *list;
        struct shape shape;
        struct finding finding;
        uint32_t count;
        if (differs(seed, DAYS, &list, &count, &shape, &finding)) {
            describe(seed, &finding);
            return 1;
        }
        free(list);
    }
    memcpy(fired, hsvc__fired_rows, sizeof fired);
    for (size_t i = 0; i < sizeof mutants / sizeof *mutants; i++) {
        (void)snprintf(what, sizeof what, "mutant %s", names[mutants[i]]);
        attempt(what, -1, mutants[i]);
    }
    for (uint32_t machine = 1; machine < HSVC__MACHINES; machine++)
        for (uint32_t row = 0; row < HSVC__ROWS; row++) {
            if (!fired[machine][row] || (!wholly(machine) && nth++ % step != 0)) continue;
            (void)snprintf(what, sizeof what, "row %" PRIu32 " of machine %" PRIu32 " (%s)", row, machine, hsvc__rule_of(machine * 65536 + row));
            attempt(what, (int64_t)machine * 65536 + row, HSVC__MUTANT_NONE);
        }
    (void)printf("%" PRIu32 " faults, %" PRIu32 " found; %" PRIu32 " of %" PRIu32 " scripts tell the fault from the service; on average %" PRIu64 " events shrunk to %" PRIu64 "\n",
                 sum.tried, sum.found, sum.told, sum.judged, sum.events / (sum.shortened ? sum.shortened : 1), sum.left / (sum.shortened ? sum.shortened : 1));
    return sum.found < least || sum.told < least || sum.wrong != 0;
}
