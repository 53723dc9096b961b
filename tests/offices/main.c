/* main.c: COUNT offices, from seed FIRST on, each for DAYS days, engine beside model. Prints what was simulated and a digest of all
 * that was answered. Where the two differ, the list of events is made short and written as a scenario to SCRIPT, or to the
 * terminal; status 1. --show writes an office as a scenario that does not differ. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "office.h"
#include "support/figure.h"

static struct {
    uint64_t digest, inputs, deadlines, effects, events, device_days, faults, crashes, verdicts, refusals, reasons, refusal_reasons;
} total;

static void tally(const struct world *w, uint32_t days, uint32_t events) {
    total.digest = total.digest * UINT64_C(0x100000001b3) ^ w->digest;
    total.inputs += w->inputs;
    total.deadlines += w->deadlines;
    total.effects += w->effects;
    total.events += events;
    total.faults += w->faults;
    total.crashes += w->crashes;
    total.verdicts += w->verdicts;
    total.refusals += w->refusals;
    total.reasons += w->reasons;
    total.refusal_reasons += w->refusal_reasons;
    total.device_days += (uint64_t)w->shape.phones * days;
}

static void write_found(struct event *list, uint32_t count, const struct shape *shape, uint64_t seed, const char *path) {
    FILE *out = path != NULL ? fopen(path, "w") : stdout;
    char *text = script_of(list, count, shape, seed);
    if (out == NULL) abort();
    (void)fputs(text, out);
    if (path != NULL) (void)fclose(out);
    free(text);
}

static int one(uint64_t seed, uint32_t days, int show, const char *path) {
    struct shape shape = office_shape(seed);
    struct event *list;
    uint32_t count = office_events(seed, days, &list);
    struct world *w = malloc(sizeof *w);
    struct finding f;
    if (w == NULL) abort();
    world_open(w, &shape);
    world_run(w, list, count);
    tally(w, days, count);
    f = w->finding;
    world_close(w);
    free(w);
    if (f.kind != SAME) {
        describe(seed, &f);
        count = shrink(list, count, &shape, &f);
        describe(seed, &f);
        (void)fprintf(stderr, "%" PRIu32 " events are left\n", count);
        write_found(list, count, &shape, seed, path);
    }
    if (f.kind == SAME && show) write_found(list, count, &shape, seed, path);
    free(list);
    return f.kind != SAME;
}

static void say_figures(uint64_t count) {
    figure("offices", count);
    figure("device-years, of each half rounded down", total.device_days / 365);
    figure("events", total.events);
    figure("inputs", total.inputs);
    figure("deadlines", total.deadlines);
    figure("effects", total.effects);
    figure("verdicts on inputs", total.verdicts);
    figure("verdicts with a reason that was compared", total.reasons);
    figure("refusals among them", total.refusals);
    figure("refusals with a reason that was compared", total.refusal_reasons);
    figure("store faults armed", total.faults);
    figure("hosts that died", total.crashes);
    figure("differences from the model", 0); /* the first one ends the run */
}

static int usage(FILE *out, int status) {
    (void)fputs("usage: offices [--show] [FIRST [COUNT [DAYS [SCRIPT]]]]\n"
                "  COUNT offices (1), from seed FIRST (1) on, each for DAYS days (30): the engine beside the model\n"
                "  SCRIPT  where the scenario is written if the two differ; else to the terminal\n"
                "  --show  write the office as a scenario in any case: phones, people, policy, and all that happens\n", out);
    return status;
}

/* number_of: an argument; 0, which no argument may be, if it is no number. */
static uint32_t number_of(const char *word) {
    char *end;
    unsigned long long number = strtoull(word, &end, 10);
    return word[0] >= '0' && word[0] <= '9' && *end == 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

int main(int argc, char **argv) {
    int show = argc > 1 && strcmp(argv[1], "--show") == 0;
    char **words = argv + show + 1;
    uint32_t first, days, wanted = (uint32_t)(argc - show - 1);
    uint64_t count;
    if (wanted == 1 && strcmp(words[0], "--help") == 0) return usage(stdout, 0);
    if (wanted > 4) return usage(stderr, 2);
    first = wanted > 0 ? number_of(words[0]) : 1;
    count = wanted > 1 ? number_of(words[1]) : 1;
    days = wanted > 2 ? number_of(words[2]) : 30;
    if (first == 0 || count == 0 || days == 0) return usage(stderr, 2);
    for (uint64_t seed = first; seed < first + count; seed++)
        if (one(seed, days, show, wanted > 3 ? words[3] : NULL) != 0) return 1;
    if (show) return 0; /* what was printed is a script */
    say_figures(count);
    (void)printf("%" PRIu64 " offices, %" PRIu64 " device-days (%" PRIu64 ".%02" PRIu64 " device-years): %" PRIu64 " events, %" PRIu64 " inputs, %" PRIu64
                 " deadlines, %" PRIu64 " effects, %" PRIu64 " store faults armed, %" PRIu64 " crashes; reasons compared of %" PRIu64 " of %" PRIu64
                 " verdicts, %" PRIu64 " of %" PRIu64 " refusals; digest %016" PRIx64 "\n",
                 count, total.device_days, total.device_days / 365, total.device_days % 365 * 100 / 365, total.events, total.inputs,
                 total.deadlines, total.effects, total.faults, total.crashes, total.reasons, total.verdicts, total.refusal_reasons, total.refusals, total.digest);
    return 0;
}
