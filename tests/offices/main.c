/* main.c: offices FIRST COUNT DAYS [SCRIPT]: COUNT offices, from seed FIRST on, each for DAYS days, engine beside model. Prints
 * what was simulated and a digest of all that was answered. Where the two differ, the list of events is made short and
 * written as a scenario to SCRIPT, or to the terminal; status 1. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "office.h"

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

static int one(uint64_t seed, uint32_t days, const char *path) {
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
    free(list);
    return f.kind != SAME;
}

int main(int argc, char **argv) {
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint32_t days = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 30;
    for (uint64_t seed = first; seed < first + count; seed++)
        if (one(seed, days, argc > 4 ? argv[4] : NULL) != 0) return 1;
    (void)printf("%" PRIu64 " offices, %" PRIu64 " device-days (%" PRIu64 ".%02" PRIu64 " device-years): %" PRIu64 " events, %" PRIu64 " inputs, %" PRIu64
                 " deadlines, %" PRIu64 " effects, %" PRIu64 " store faults armed, %" PRIu64 " crashes; reasons compared of %" PRIu64 " of %" PRIu64
                 " verdicts, %" PRIu64 " of %" PRIu64 " refusals; digest %016" PRIx64 "\n",
                 count, total.device_days, total.device_days / 365, total.device_days % 365 * 100 / 365, total.events, total.inputs,
                 total.deadlines, total.effects, total.faults, total.crashes, total.reasons, total.verdicts, total.refusal_reasons, total.refusals, total.digest);
    return 0;
}
