/* bugs.c: does an office notice a fault on purpose? Linked with the core in which one row of a table can be masked, or one
 * mutant be switched on (HSVC_MASKING): each fault in turn, until an office differs from the model. The first that are found
 * are shrunk to scripts, which must fail with the fault and pass without it; but no scenario can say what is in a file, or give nodes clocks.
 *
 *   bugs STEP SURVIVORS   every STEP-th row that the offices run, all of the policy, its sweep, holds, updates and locked phones, and the
 *                         mutants below; every STEP-th row with another reason, and step left out; all rows that tell something, without it.
 *                         All must be found but those that the file SURVIVORS names, each with why it may stay.
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
enum needs { ANY, CLOCKS, ONE_CLOCK, NODES_APART, FAR_APART };
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
               {HSVC__MUTANT_skew_trusted, NODES_APART},
               {HSVC__MUTANT_skew_trusted, FAR_APART},
               {HSVC__MUTANT_anew_for_ever, FAR_APART}};

static const char *const names[HSVC__MUTANTS] = {"",
#define MUTANT(name, rule, witness, text) #name,
#include "core/mutants.def"
#undef MUTANT
};

/* A fault on purpose. WRONG_REASON: a row's verdict has another reason, as accepted or refused as before; UNTOLD: a row tells nobody. */
enum kind { MASKED_ROW, MASKED_STEP, WRONG_REASON, UNTOLD, MUTATED, KINDS };

static struct {
    uint32_t kinds[KINDS], tried, found, known, shortened, judged, told;
    uint64_t events, left;
} sum;

struct fault {
    enum kind kind;
    enum needs needs;
    int64_t number; /* machine * 65536 + row; of a step, of a mutant */
    char what[80];
};

static struct hsvc__row *row_of(int64_t number) { return (struct hsvc__row *)(uintptr_t)&hsvc__machines[number / 65536].rows[number % 65536]; }

static uint32_t another(uint32_t reason) {
    if (reason < HSVC_REASON_SERIAL_UNUSABLE) return reason == HSVC_REASON_DONE ? HSVC_REASON_RECORDED : HSVC_REASON_DONE;
    return reason == HSVC_REASON_LIST_FULL ? HSVC_REASON_NO_SESSION : HSVC_REASON_LIST_FULL;
}

/* only_tells: an action that changes nothing but what a phone or the host is told. */
static uint32_t only_tells(hsvc__action verb) {
    return verb == hsvc__do_message || verb == hsvc__do_message_barred || verb == hsvc__do_warn_of_end || verb == hsvc__do_warn_of_max || verb == hsvc__do_follow_menu;
}

static void say_nothing(struct hsvc__turn *t, int64_t arg) { (void)t, (void)arg; }

/* set: the fault is there, or not any more. */
static void set(const struct fault *f, uint32_t on) {
    static struct hsvc__row before;
    hsvc__masked_row = on && f->kind == MASKED_ROW ? f->number : -1;
    hsvc__masked_step = on && f->kind == MASKED_STEP ? f->number : -1;
    hsvc__mutant = on && f->kind == MUTATED ? (int)f->number : HSVC__MUTANT_NONE;
    if (f->kind != WRONG_REASON && f->kind != UNTOLD) return;
    if (!on) {
        *row_of(f->number) = before;
        return;
    }
    before = *row_of(f->number);
    if (f->kind == WRONG_REASON) row_of(f->number)->verdict = another(before.verdict);
    for (uint32_t i = 0; f->kind == UNTOLD && i < HSVC__ACTIONS; i++)
        if (only_tells(before.actions[i].verb)) row_of(f->number)->actions[i].verb = say_nothing;
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

/* sayable: can a script say what happened, and what should have come of it? Freshness has no word there, nor an input of a phone that resets. */
static uint32_t sayable(const char *text, const struct finding *f) {
    static const char *const unsaid[] = {"# a file", "# a phone with", "# the store", "# the clock of node"};
    for (size_t i = 0; i < sizeof unsaid / sizeof *unsaid; i++)
        if (strstr(text, unsaid[i]) != NULL) return 0;
    if (f->kind == DIFFERENT_VERDICT) return f->headset > HSVC_INPUT_WIPE_DONE;
    if (f->kind == DIFFERENT_PREFILL) return f->wanted != 0;
    return f->kind != NOT_AT_ONCE && f->kind != DIFFERENT_FRESH && f->kind != DIFFERENT_DOUBT && f->kind != DIFFERENT_GONE;
}

/* shorten: the script must tell the fault from the service. */
static void shorten(const struct fault *f, uint64_t seed, struct event *list, uint32_t count, const struct shape *shape, struct finding *finding) {
    uint32_t all = finding->event + 1, with, without;
    char *text;
    count = shrink(list, count, shape, finding);
    text = script_of(list, count, shape, seed);
    with = play(text);
    set(f, 0);
    without = play(text);
    set(f, 1);
    (void)printf("%s: seed %" PRIu64 ", %" PRIu32 " events shrunk to %" PRIu32, f->what, seed, all, count);
    sum.shortened++;
    sum.events += all;
    sum.left += count;
    if (!sayable(text, finding)) {
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
    if (needs == FAR_APART) return shape.skew == SKEW_BEYOND;
    return needs == ANY || shape.skew != SKEW_NONE;
}

static uint32_t noticed(const struct fault *f, uint32_t days) {
    uint32_t found = 0, tried = 0;
    for (uint64_t seed = 1; tried < (f->needs == ANY ? OFFICES : CLOCK_OFFICES) && !found; seed++) {
        struct event *list;
        struct shape shape;
        struct finding finding;
        uint32_t count;
        if (!fits(seed, f->needs)) continue;
        tried++;
        found = differs(seed, days, &list, &count, &shape, &finding);
        if (found && sum.judged < SHRUNK) shorten(f, seed, list, count, &shape, &finding);
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

static void attempt(const struct fault *f, const char *path) {
    uint32_t found, named = survives(path, f->what);
    sum.tried++;
    sum.kinds[f->kind]++;
    set(f, 1);
    found = noticed(f, f->needs == ANY ? DAYS : CLOCK_DAYS);
    /* Those known to stay unnoticed are not looked for any longer. */
    if (!found && !named && f->kind != MASKED_ROW) found = noticed(f, LONGER);
    set(f, 0);
    sum.found += found;
    sum.known += !found && named;
    if (!found) (void)printf("%s: not found%s\n", f->what, named ? ", which is known" : "");
    if (found && named) (void)printf("%s: found, and its line may go\n", f->what);
}

/* wholly: machines of which all rows are tried. */
static uint32_t wholly(uint32_t machine) {
    return machine == HSVC__MACHINE_policy || machine == HSVC__MACHINE_sweep || machine == HSVC__MACHINE_flapping || machine == HSVC__MACHINE_updating ||
           machine == HSVC__MACHINE_throttle;
}

/* sound: no office differs from the model as it is; what runs in them is noted. */
static int sound(void) {
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

static void row_faults(enum kind kind, uint32_t step, uint8_t fired[HSVC__MACHINES][HSVC__ROWS], const char *path) {
    static const char *const words[] = {"row", "step", "another reason in row", "nothing told by row"};
    uint32_t nth = 0;
    for (uint32_t machine = 1; machine < HSVC__MACHINES; machine++)
        for (uint32_t row = 0; row < HSVC__ROWS; row++) {
            struct fault f = {kind, ANY, (int64_t)machine * 65536 + row, ""};
            uint32_t tells = 0;
            if (!fired[machine][row]) continue;
            for (uint32_t i = 0; i < HSVC__ACTIONS; i++) tells |= only_tells(row_of(f.number)->actions[i].verb);
            if (kind == UNTOLD && !tells) continue;
            if (kind == WRONG_REASON && row_of(f.number)->verdict <= HSVC__VERDICT_BY_LADDER) continue;
            if (kind != UNTOLD && !(kind == MASKED_ROW && wholly(machine)) && nth++ % step != 0) continue;
            (void)snprintf(f.what, sizeof f.what, "%s %" PRIu32 " of machine %" PRIu32 " (%s)", words[kind], row, machine, hsvc__rule_of(machine * 65536 + row));
            attempt(&f, path);
        }
}

static void step_faults(uint32_t step, const uint8_t *fired, const char *path) {
    uint32_t nth = 0;
    for (uint32_t i = 0; i < 256; i++) {
        struct fault f = {MASKED_STEP, ANY, i, ""};
        if (!fired[i] || nth++ % step != 0) continue;
        (void)snprintf(f.what, sizeof f.what, "step %" PRIu32, i);
        attempt(&f, path);
    }
}

static void say_figures(uint8_t fired[HSVC__MACHINES][HSVC__ROWS]) {
    static const char *const faults[KINDS] = {"rows left out", "steps left out", "rows with another reason", "rows that tell nothing", "mutants of the code"};
    uint32_t ran = 0, idle = 0, shortened = sum.shortened ? sum.shortened : 1;
    for (uint32_t machine = 1; machine < HSVC__MACHINES; machine++)
        for (uint32_t row = 0; row < hsvc__machines[machine].row_count; row++) {
            ran += fired[machine][row];
            idle += !fired[machine][row] && hsvc__machines[machine].rows[row].kind != HSVC__OTHER_IMPOSSIBLE;
        }
    figure("rows that twelve offices run in thirty days", ran);
    figure("rows that they never run, which are not tried here", idle);
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        char words[64];
        (void)snprintf(words, sizeof words, "tried in offices: %s", faults[kind]);
        figure(words, sum.kinds[kind]);
    }
    figure("of all these: found", sum.found);
    figure("of all these: not found, each with its reason in `survivors.txt`", sum.known);
    figure("of the first scripts without a file: judged", sum.judged);
    figure("of the first scripts without a file: tell the fault from the service", sum.told);
    figure("events before shrinking, on average", sum.events / shortened);
    figure("events after shrinking, on average", sum.left / shortened);
}

int main(int argc, char **argv) {
    static uint8_t fired[HSVC__MACHINES][HSVC__ROWS], steps[256];
    uint32_t step = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10;
    const char *path = argc > 2 ? argv[2] : "";
    if (!sound()) return 1;
    memcpy(fired, hsvc__fired_rows, sizeof fired);
    memcpy(steps, hsvc__fired_steps, sizeof steps);
    for (size_t i = 0; i < sizeof mutants / sizeof *mutants; i++) {
        struct fault f = {MUTATED, mutants[i].needs, mutants[i].mutant, ""};
        (void)snprintf(f.what, sizeof f.what, "mutant %s", names[mutants[i].mutant]);
        attempt(&f, path);
    }
    row_faults(MASKED_ROW, step, fired, path);
    row_faults(WRONG_REASON, step, fired, path);
    row_faults(UNTOLD, step, fired, path);
    step_faults(step, steps, path);
    say_figures(fired);
    (void)printf("%" PRIu32 " faults, %" PRIu32 " found; %" PRIu32 " of %" PRIu32 " scripts tell the fault from the service; on average %" PRIu64 " events shrunk to %" PRIu64 "\n",
                 sum.tried, sum.found, sum.told, sum.judged, sum.events / (sum.shortened ? sum.shortened : 1), sum.left / (sum.shortened ? sum.shortened : 1));
    return sum.found + sum.known < sum.tried || sum.told < sum.judged;
}
