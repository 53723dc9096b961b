/* merges.c: are two states that were taken for one the same? Each event must be answered alike in both, and come to one state
 * again; where it does not, what differs is named. */
#include "worlds/worlds.h"

/* same_effect: but for ids and generations, which are the history's, and for where an associated headset was last. */
static int same_effect(const struct effect *a, const struct effect *b) {
    int where = a->kind != HSVC_EFFECT_ASSOCIATION_CHANGED;
    return a->kind == b->kind && a->reason == b->reason && a->prompt == b->prompt && a->cause == b->cause && a->flags == b->flags &&
           a->user == b->user && a->other == b->other && a->serial == b->serial && a->worn == b->worn &&
           (!where || (a->device == b->device && a->site_kept == b->site_kept));
}

static int same_told(const struct happened *a, const struct happened *b) {
    if (a->status != b->status || a->accepted != b->accepted || a->reason != b->reason || a->effect_count != b->effect_count) return 0;
    for (uint32_t i = 0; i < a->effect_count; i++)
        if (!same_effect(&a->effect[i], &b->effect[i])) return 0;
    return 1;
}

/* ---- what differs ---- */
/* note_state: the first thing that is written of one state and not of the other (canon.c), with its row. */
static void note_state(const struct place *p, const struct spot *a, const struct spot *b, struct parting *to) {
    static struct canon_note of_a[NOTES], of_b[NOTES];
    const char *row = "";
    uint32_t i = 0;
    (void)canon_noted(p, a, of_a);
    (void)canon_noted(p, b, of_b);
    for (; of_a[i].what != NULL && of_b[i].what != NULL; i++) {
        if (strcmp(of_a[i].what, ROW_NOTE) == 0) row = of_a[i].value;
        if (strcmp(of_a[i].what, of_b[i].what) != 0 || strcmp(of_a[i].value, of_b[i].value) != 0) break;
    }
    (void)snprintf(to->what, sizeof to->what, "%s of %s: %s here, there %s", of_a[i].what == NULL ? "the end" : of_a[i].what, row,
                   of_a[i].what == NULL ? "nothing" : of_a[i].value, of_b[i].what == NULL ? "nothing" : of_b[i].value);
}

static void note_told(const struct happened *a, const struct happened *b, struct parting *to) {
    uint32_t i = 0;
    while (i < a->effect_count && i < b->effect_count && same_effect(&a->effect[i], &b->effect[i])) i++;
    (void)snprintf(to->what, sizeof to->what, "the answer: %s %s, %u effects, here; there %s %s, %u; the same are the first %u",
                   hsvc_name(HSVC_REGISTRY_STATUS, a->status), hsvc_name(HSVC_REGISTRY_REASON, (int32_t)a->reason), (unsigned)a->effect_count,
                   hsvc_name(HSVC_REGISTRY_STATUS, b->status), hsvc_name(HSVC_REGISTRY_REASON, (int32_t)b->reason), (unsigned)b->effect_count,
                   (unsigned)i);
}

static int parts_after(struct place *p, const struct spot *a, const struct spot *b, const struct event *e, struct parting *to) {
    static struct spot after_a, after_b;
    struct happened of_a, of_b;
    struct hash hash_a, hash_b;
    step(p, &after_a, a, e, FAULT_NONE, &of_a);
    step(p, &after_b, b, e, FAULT_NONE, &of_b);
    hash_a = canon(p, &after_a);
    hash_b = canon(p, &after_b);
    if (!same_told(&of_a, &of_b)) note_told(&of_a, &of_b, to);
    else if (hash_a.a != hash_b.a || hash_a.b != hash_b.b) note_state(p, &after_a, &after_b, to);
    else return 0;
    return 1;
}

int do_part(struct place *p, const struct spot *a, const struct spot *b, struct parting *to) {
    for (uint32_t i = 0; i < p->event_count; i++) {
        int in_a = is_enabled(p, &p->events[i], a), in_b = is_enabled(p, &p->events[i], b);
        to->at = &p->events[i];
        (void)snprintf(to->what, sizeof to->what, "whether it can happen");
        if (in_a != in_b || (in_a && parts_after(p, a, b, to->at, to))) return 1;
    }
    return 0;
}
