/* main.c: the office bench: `hsvc_bench [options]`, see usage(). Instructions are counted by tests/bench/run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "office.h"

#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif
#endif
#ifndef CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#endif

static void usage(void) {
    printf("hsvc_bench [--users N] [--inputs N] [--warm N] [--request-ids] [--counts] [--reasons]\n"
           "  --users        people; as many headsets, half as many desks (1000)\n"
           "  --inputs       how many inputs are measured (100000); --warm before them (10 a desk in use, 200000 at least)\n"
           "  --request-ids  every input has a request id\n"
           "  --counts       only \"kind units calls\" lines, for tests/bench/run\n"
           "  --reasons      also how often each verdict was given\n");
}

struct options {
    uint64_t inputs, warm;
    int counts, reasons;
};

static uint64_t number(const char *text) { return text == NULL ? 0 : strtoull(text, NULL, 10); }

static int take_options(int argc, char **argv, struct world *w, struct options *o) {
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--users") == 0) w->users = (uint32_t)number(next), i++;
        else if (strcmp(argv[i], "--inputs") == 0) o->inputs = number(next), i++;
        else if (strcmp(argv[i], "--warm") == 0) o->warm = number(next), i++;
        else if (strcmp(argv[i], "--request-ids") == 0) w->request_ids = 1;
        else if (strcmp(argv[i], "--counts") == 0) o->counts = 1;
        else if (strcmp(argv[i], "--reasons") == 0) o->reasons = 1;
        else return 0;
    }
    return w->users >= 4 && o->inputs > 0;
}

/* ---- memory of entities ---- */
struct memory {
    uint64_t rows, stored, allocated;
};

static struct memory memory_now(struct world *w) {
    struct memory m;
    bench_check(hsvc_memory_store_size(w->memory, &m.rows, &m.stored), "size");
    m.allocated = w->store_memory.live_bytes;
    return m;
}

static void say_memory(const char *what, struct memory from, struct memory to, uint32_t count) {
    printf("  %-22s %6.0f bytes stored, %6.0f bytes of the allocator\n", what, (double)(to.stored - from.stored) / count,
           (double)(to.allocated - from.allocated) / count);
}

static void populate(struct world *w, int quiet) {
    struct memory empty = memory_now(w), desks, users, headsets;
    world_put_desks(w);
    desks = memory_now(w);
    world_put_users(w);
    users = memory_now(w);
    world_associate(w);
    headsets = memory_now(w);
    if (quiet) return;
    printf("%u users, %u headsets, %u devices\n", (unsigned)w->users, (unsigned)w->users, (unsigned)w->desks);
    say_memory("a device", empty, desks, w->desks);
    say_memory("a user", desks, users, w->users);
    say_memory("an associated headset", users, headsets, w->users);
    say_memory("all, a user", empty, headsets, w->users);
}

/* ---- figures ---- */
static int by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double share(struct bench_tally *tally, double of) {
    size_t at = (size_t)(of * (double)(tally->sample_count - 1));
    return tally->samples[at];
}

static void say_kind(const char *name, struct bench_tally *t) {
    double units = t->units == 0 ? 1 : (double)t->units;
    if (t->calls == 0 || t->sample_count == 0) return;
    qsort(t->samples, t->sample_count, sizeof *t->samples, by_size);
    printf("%-22s %8llu %5.1f %9.0f %6.2f %6.2f %6.2f %7.0f %7.0f %7.0f\n", name, (unsigned long long)t->units,
           100.0 * (double)t->refused / units, units * 1e9 / (double)t->nanoseconds, (double)t->trips / units,
           (double)t->reads / units, (double)t->operations / units, (double)t->bytes / units, share(t, 0.5), share(t, 0.99));
}

static void add(struct bench_tally *to, const struct bench_tally *from) {
    to->calls += from->calls;
    to->units += from->units;
    to->refused += from->refused;
    to->trips += from->trips;
    to->reads += from->reads;
    to->operations += from->operations;
    to->bytes += from->bytes;
    to->nanoseconds += from->nanoseconds;
    to->samples = (uint32_t *)realloc(to->samples, (to->sample_count + from->sample_count + 1) * sizeof *to->samples);
    if (to->samples == NULL) bench_check(HSVC_ERR_MEMORY, "samples");
    if (from->sample_count > 0)
        memcpy(to->samples + to->sample_count, from->samples, from->sample_count * sizeof *to->samples);
    to->sample_count += from->sample_count;
}

static void say_figures(struct world *w) {
    struct bench_tally mix;
    memset(&mix, 0, sizeof mix);
    printf("%-22s %8s %5s %9s %6s %6s %6s %7s %7s %7s\n", "", "count", "no %", "a second", "trips", "keys", "ops", "bytes",
           "p50 ns", "p99 ns");
    for (int i = 0; i < BENCH_NEXT_DEADLINE; i++) add(&mix, &w->tallies[i]);
    for (int i = 0; i < BENCH_NEXT_DEADLINE; i++) say_kind(bench_names[i], &w->tallies[i]);
    say_kind("the mix", &mix);
    printf("%-22s %8s %5s %9s %6s %6s %6s %7s\n", "budget (DESIGN 5)", "", "", "", "2", "5", "7", "1200");
    say_kind(bench_names[BENCH_NEXT_DEADLINE], &w->tallies[BENCH_NEXT_DEADLINE]);
    free(mix.samples);
}

static void say_counts(const struct world *w) {
    for (int i = 0; i < BENCH_KINDS; i++)
        if (w->tallies[i].units > 0)
            printf("%d %llu %llu %s\n", i, (unsigned long long)w->tallies[i].units, (unsigned long long)w->tallies[i].calls,
                   bench_names[i]);
}

static void say_reasons(const struct world *w) {
    for (int32_t i = 0; i < BENCH_REASONS; i++) {
        const char *name = hsvc_name(HSVC_REGISTRY_REASON, BENCH_FIRST_REASON + i);
        if (w->reasons[i] > 0) printf("  %-26s %8llu\n", name, (unsigned long long)w->reasons[i]);
    }
}

/* The floor is run before and after, so that a busy neighbour is noticed. */
static void measure(struct world *w, const struct options *o) {
    uint64_t of_engine = w->engine_memory.requests, of_store = w->store_memory.requests;
    w->measuring = 1;
    for (int i = 0; i < BENCH_KINDS; i++) w->tallies[i].calls = 0;
    CALLGRIND_START_INSTRUMENTATION;
    desks_run(w, o->inputs);
    CALLGRIND_STOP_INSTRUMENTATION;
    w->measuring = 0;
    if (o->counts) return;
    of_engine = w->engine_memory.requests - of_engine;
    of_store = w->store_memory.requests - of_store;
    printf("allocations: %llu of the engine, %llu of the store in %llu inputs\n", (unsigned long long)of_engine,
           (unsigned long long)of_store, (unsigned long long)o->inputs);
}

static void say_floor(struct world *w, double before) {
    double after = floor_ns(w, 100000), mean = 0, units = 0;
    for (int i = 0; i < BENCH_NEXT_DEADLINE; i++) {
        mean += (double)w->tallies[i].nanoseconds;
        units += (double)w->tallies[i].units;
    }
    mean /= units;
    printf("the store alone: %.0f ns before, %.0f ns after; an input of the mix takes %.2f times as long\n", before, after,
           2 * mean / (before + after));
}

int main(int argc, char **argv) {
    static struct world w;
    struct options o = {100000, 0, 0, 0};
    double before = 0;
    w.users = 1000;
    if (!take_options(argc, argv, &w, &o)) {
        usage();
        return 2;
    }
    w.desks = w.users / 2;
    world_open(&w);
    populate(&w, o.counts);
    desks_open(&w);
    if (o.warm == 0) o.warm = w.slots * 10 < 200000 ? 200000 : w.slots * 10;
    desks_run(&w, o.warm);
    if (!o.counts) before = floor_ns(&w, 100000);
    measure(&w, &o);
    if (o.counts) {
        say_counts(&w);
    } else {
        printf("answers %016llx, store %016llx\n", (unsigned long long)w.fingerprint, (unsigned long long)world_bytes(&w));
        say_figures(&w);
        say_floor(&w, before);
        if (o.reasons) say_reasons(&w);
    }
    desks_close(&w);
    world_close(&w);
    return 0;
}
