/* shrink.c: delta debugging: leaves out ever smaller parts of a list of events for as long as engine and model still differ in
 * the same way, and gives what is left. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "office.h"

static uint32_t still(const struct event *list, uint32_t count, const struct shape *shape, struct finding *finding, uint32_t each) {
    struct world *w = malloc(sizeof *w);
    uint32_t same;
    if (w == NULL) abort();
    world_open(w, shape);
    w->each = each;
    world_run(w, list, count);
    same = w->finding.kind == finding->kind;
    if (same) *finding = w->finding;
    world_close(w);
    free(w);
    return same;
}

/* without: what is left of the list without `part` events from `from` on. */
static uint32_t without(const struct event *list, uint32_t count, uint32_t from, uint32_t part, struct event *left) {
    uint32_t end = from + part < count ? from + part : count;
    memcpy(left, list, from * sizeof *list);
    memcpy(left + from, list + end, (count - end) * sizeof *list);
    return count - (end - from);
}

uint32_t shrink(struct event *list, uint32_t count, const struct shape *shape, struct finding *finding) {
    struct event *left = malloc((count + 1) * sizeof *left);
    uint32_t each;
    if (left == NULL) abort();
    if (finding->event + 1 < count) count = finding->event + 1; /* nothing after the difference matters */
    each = still(list, count, shape, finding, 1); /* and to look after each step finds it sooner */
    if (each && finding->event + 1 < count) count = finding->event + 1;
    for (uint32_t part = count / 2 > 0 ? count / 2 : 1; part > 0; part = part / 2) {
        for (uint32_t again = 1; again;) {
            again = 0;
            for (uint32_t from = 0; from < count;) {
                uint32_t fewer = without(list, count, from, part, left);
                if (!still(left, fewer, shape, finding, each)) {
                    from += part;
                    continue;
                }
                memcpy(list, left, fewer * sizeof *list);
                count = fewer;
                if (each && finding->event + 1 < count) count = finding->event + 1;
                again = part == 1;
            }
        }
    }
    free(left);
    return count;
}

/* describe: where they differ, for people. */
void describe(uint64_t seed, const struct finding *f) {
    static const char *const kinds[] = {"nothing", "verdict", "user", "session state", "prompt", "owner", "calls", "headsets", "window",
                                        "wipe", "profile", "causes", "lock", "failures", "sessions", "next deadline", "screen", "registered", "prompt's time", "whom the prompt is for", "who is known", "rows of a file", "what a change leaves to be done", "what is told", "who is told to have a headset", "which headsets are fresh", "which headsets are in doubt", "which headsets are reported gone", "menu", "prefill",
                                        "unsound store", "failed call"};
    (void)fprintf(stderr, "seed %" PRIu64 ": engine and model differ in: %s (phone %" PRIu32 ", user %" PRIu32 ", headset %" PRIu32 "): model %" PRId64 ", engine %" PRId64 " at %" PRId64 "\n",
                  seed, kinds[f->kind], f->phone, f->user, f->headset, f->wanted, f->seen, f->at);
}

/* script_of: a list, run once more and written down; what is missing stands at the end, as an expectation. */
char *script_of(const struct event *list, uint32_t count, const struct shape *shape, uint64_t seed) {
    struct script script = {NULL, 0, 0, 0};
    struct world *w = calloc(1, sizeof *w);
    if (w == NULL) abort();
    world_open(w, shape);
    w->each = 1;
    w->script = &script;
    world_run(w, list, count);
    if (w->finding.kind == SAME) script_end(w);
    else script_expect(w, &w->finding);
    script_head(w, shape, seed);
    world_close(w);
    free(w);
    return script.bytes;
}
