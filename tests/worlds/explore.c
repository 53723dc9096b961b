/* explore.c: breadth first through a world. Kept of a state are its hash, where it came from and by which event; the state
 * itself is made again by playing that way. States are expanded in the order in which they were found, so that neighbours
 * share most of their way: of the states on the way to the current one each is kept as it is, and in a whole layer none is
 * made twice. */
#include "worlds/worlds.h"

enum { DEEPEST = 250, MERGE_EVERY = 32, MERGE_RARER = 24 };

struct explorer {
    struct place *p;
    struct findings *found;
    struct seen_set set;
    struct seen_set rested;
    struct spot *way[DEEPEST + 2]; /* the spots on the way to the current state, by depth */
    uint32_t at[DEEPEST + 2];      /* their node numbers */
    uint32_t depth;                /* how many of them are made, less one */
    struct spot next;
    int32_t status; /* of the step that made it */
    uint64_t merged, next_merge; /* found again; and the next of these that is tried from both sides */
};

static struct spot *spot_at(struct explorer *x, uint32_t depth) {
    if (x->way[depth] == NULL) x->way[depth] = malloc(sizeof *x->way[depth]);
    if (x->way[depth] == NULL) exit(2);
    return x->way[depth];
}

/* come_to: the state of a node, made from the last one that both ways share. */
static struct spot *come_to(struct explorer *x, uint32_t node) {
    uint32_t depth = x->set.nodes[node].depth, way[DEEPEST + 2], shared = 0;
    struct happened h;
    for (uint32_t i = depth + 1, n = node; i-- > 0; n = x->set.nodes[n].parent) way[i] = n;
    while (shared < depth && shared < x->depth && x->at[shared + 1] == way[shared + 1]) shared++;
    for (uint32_t i = shared + 1; i <= depth; i++) {
        step(x->p, spot_at(x, i), spot_at(x, i - 1), &x->p->events[x->set.nodes[way[i]].event], FAULT_NONE, &h);
        x->at[i] = way[i];
    }
    x->depth = depth;
    return spot_at(x, depth);
}

static int is_same(struct hash a, struct hash b) { return a.a == b.a && a.b == b.b; }

/* ---- violations ---- */
/* leads_to: does the runner's play of the way end in that state? A last event whose call failed must fail there too. */
static int leads_to(struct explorer *x, uint32_t node, const struct event *more, struct hash there) {
    static struct spot end;
    char *script = script_of(x->p, &x->set, node, more, NULL);
    int played = play(x->p, script, &end);
    free(script);
    if (more != NULL && x->status != HSVC_OK) return !played;
    return played && is_same(canon(x->p, &end), there);
}

/* fail: there is the state to which the script must lead. */
static void fail(struct explorer *x, uint32_t node, const struct event *more, const struct violation *v, struct hash there) {
    if (x->found->violation.rule != NULL) return;
    x->found->violation = *v;
    x->found->script = script_of(x->p, &x->set, node, more, v);
    x->found->plays = leads_to(x, node, more, there);
}

/* note_calls: what came due, and what waits, during a call. */
static void note_calls(struct findings *found, const struct spot *from, const struct spot *to, const struct event *e) {
    int64_t at = next_deadline(&from->view);
    for (int i = 0; i < DEVICES; i++) {
        const struct seen_device *was = &from->view.device[i], *is = &to->view.device[i];
        if (e->kind == EV_fire && was->calls != 0 && was->deadline == at) found->fired_in_calls |= was->next;
        if (is->calls != 0) found->waited |= is->causes;
    }
}

static int is_good_step(struct explorer *x, const struct spot *from, uint32_t node, const struct event *e, const struct happened *h) {
    struct blame blame = {0, 0, 0};
    struct moment m = {&blame, x->p, e, from, &x->next, h};
    struct violation v;
    note_calls(x->found, from, &x->next, e);
    if (!broken_rule(&m, &v)) return 1;
    fail(x, node, e, &v, canon(x->p, &x->next));
    return 0;
}

static int is_good_state(struct explorer *x, uint32_t parent, const struct event *e) {
    struct violation v;
    for (int i = 0; i < DEVICES; i++) {
        x->found->timers |= x->next.view.device[i].timers;
        x->found->screens |= 1u << x->next.view.device[i].prompt_state;
    }
    int is_restless = is_asked(x->p, "time_leads_to_rest");
    if (!unsound(x->p, &x->next, &v) && !(is_restless && restless(x->p, &x->next, &x->rested, &v))) return 1;
    fail(x, parent, e, &v, canon(x->p, &x->next));
    return 0;
}

/* ---- are states that were merged the same? ---- */
static void replay(struct explorer *x, uint32_t node, struct spot *to) {
    static struct spot between;
    uint32_t way[DEEPEST + 2], depth = x->set.nodes[node].depth;
    struct happened h;
    for (uint32_t i = depth + 1, n = node; i-- > 0; n = x->set.nodes[n].parent) way[i] = n;
    to->now = x->p->root.now;
    to->view = x->p->root.view;
    image_copy(&to->image, &x->p->root.image);
    for (uint32_t i = 1; i <= depth; i++) {
        step(x->p, &between, to, &x->p->events[x->set.nodes[way[i]].event], FAULT_NONE, &h);
        to->now = between.now;
        to->view = between.view;
        image_copy(&to->image, &between.image);
    }
}

/* is_sampled: of the merges every 32nd at first, later more and more rarely, so that the sample reaches to the search's end. */
static int is_sampled(struct explorer *x) {
    if (x->merged++ < x->next_merge) return 0;
    x->next_merge = x->merged - 1 + (x->merged < MERGE_EVERY * MERGE_RARER ? MERGE_EVERY : x->merged / MERGE_RARER);
    return is_asked(x->p, "equal_states_have_equal_futures");
}

static int is_good_merge(struct explorer *x, uint32_t node, uint32_t parent, const struct event *e) {
    static struct spot first, again;
    struct violation v = {"STORE-1", "equal_states_have_equal_futures", "", ""};
    struct parting parts;
    char line[100];
    if (!is_sampled(x)) return 1;
    x->found->merges_tried++;
    again.now = x->next.now;
    again.view = x->next.view;
    image_copy(&again.image, &x->next.image);
    replay(x, node, &first);
    if (!do_part(x->p, &first, &again, &parts)) return 1;
    event_text(parts.at, &again, line, sizeof line);
    (void)snprintf(v.text, sizeof v.text, "two states that are taken for one differ after '%s'", line);
    fail(x, parent, e, &v, canon(x->p, &again));
    (void)snprintf(v.text, sizeof v.text, "the other way to that state: %s differs after '%s'", parts.what, line);
    x->found->other = script_of(x->p, &x->set, node, NULL, &v);
    return 0;
}

/* ---- faults of the store ---- */
/* is_repeated: an input whose request id is known is answered as before, and the phone told again what it has not
 * acknowledged (STORE-4): the state that the input makes twice over. */
static int is_repeated(struct explorer *x, const struct spot *from, const struct event *e, struct hash is) {
    struct happened h;
    if (!(x->p->world->classes & IN(REQUESTS))) return 0;
    step(x->p, &x->next, from, e, FAULT_NONE, &h);
    repeat(x->p, &x->next, &h);
    return h.status == HSVC_OK && is_same(canon(x->p, &x->next), is);
}

/* undone: the state in which nothing has happened but, before a deadline, time. */
static struct hash undone(struct explorer *x, const struct spot *from, const struct event *e) {
    static const struct event wait = {EV_wait, 0, 0};
    struct happened h;
    if (e->kind != EV_fire || next_deadline(&from->view) <= from->now) return canon(x->p, from);
    step(x->p, &x->next, from, &wait, FAULT_NONE, &h);
    return canon(x->p, &x->next);
}

/* is_good_fault: whatever a commit meets, the input has happened once or not at all, and an OK says that it has (STORE-4). */
static int is_good_fault(struct explorer *x, const struct spot *from, const struct event *e, int fault, struct hash after) {
    static const char *const names[FAULTS] = {"", "UNAVAILABLE", "CONFLICT", "UNKNOWN, and it happened", "UNKNOWN, and it did not"};
    struct violation v = {"STORE-4", "an_input_happens_once_or_not", "", ""};
    struct hash before = undone(x, from, e), is;
    struct happened h;
    int happened, nothing;
    step(x->p, &x->next, from, e, fault, &h);
    is = canon(x->p, &x->next);
    happened = is_same(is, after) || (fault == FAULT_UNKNOWN_DONE && is_repeated(x, from, e, is));
    nothing = is_same(is, before);
    if (h.status == HSVC_OK ? happened : nothing && h.status == HSVC_ERR_UNAVAILABLE && h.effect_count == 0) return 1;
    (void)snprintf(v.text, sizeof v.text, "the last line's commit meets %s: %s", names[fault], hsvc_name(HSVC_REGISTRY_STATUS, h.status));
    fail(x, x->at[x->depth], e, &v, after);
    return 0;
}

static int are_good_faults(struct explorer *x, const struct spot *from, const struct event *e, struct hash after) {
    if (!(x->p->world->classes & IN(STORE)) || e->kind == EV_wait || e->kind == EV_late) return 1;
    if (!is_asked(x->p, "an_input_happens_once_or_not")) return 1;
    for (int fault = FAULT_NONE + 1; fault < FAULTS; fault++)
        if (!is_good_fault(x, from, e, fault, after)) return 0;
    return 1;
}

/* ---- the search ---- */
/* follow: one event in one state; 0 if something is wrong. */
static int follow(struct explorer *x, const struct spot *from, uint32_t node, uint8_t which) {
    const struct event *e = &x->p->events[which];
    struct happened h;
    struct hash hash;
    uint32_t there;
    int is_new;
    step(x->p, &x->next, from, e, FAULT_NONE, &h);
    x->status = h.status;
    if (!is_good_step(x, from, node, e, &h)) return 0;
    hash = canon(x->p, &x->next);
    there = set_add(&x->set, hash, node, which, &is_new);
    if (!is_new && !is_good_merge(x, there, node, e)) return 0;
    if (is_new && !is_good_state(x, node, e)) return 0;
    return are_good_faults(x, from, e, hash);
}

static int expand(struct explorer *x, uint32_t node) {
    struct spot *from = come_to(x, node);
    x->found->expanded++;
    for (uint32_t i = 0; i < x->p->event_count; i++)
        if (is_enabled(x->p, &x->p->events[i], from) && !follow(x, from, node, (uint8_t)i)) return 0;
    return 1;
}

static void begin(struct explorer *x) {
    int is_new;
    struct spot *root = spot_at(x, 0);
    root->now = x->p->root.now;
    root->view = x->p->root.view;
    image_copy(&root->image, &x->p->root.image);
    (void)set_add(&x->set, canon(x->p, root), 0, 0, &is_new);
    x->set.nodes[0].depth = 0;
}

/* is_enough: the world's bound in depth or number, if it has one. */
static int is_enough(const struct explorer *x, uint32_t node, uint32_t scale) {
    const struct world *world = x->p->world;
    if (world->depth != 0 && x->set.nodes[node].depth >= world->depth) return 1;
    return world->states != 0 && x->set.count >= (uint64_t)world->states * scale;
}

/* prove_script: a world without a violation proves its way to the last state. */
static void prove_script(struct explorer *x) {
    struct violation v = {"OBS-6", "the_runner_comes_to_the_same_state", "the script of a state plays to another one", ""};
    uint32_t node = x->set.count - 1;
    while (node > 0 && (x->p->events[x->set.nodes[node].event].kind == EV_wait)) node--;
    if (!leads_to(x, node, NULL, x->set.nodes[node].hash)) fail(x, node, NULL, &v, x->set.nodes[node].hash);
}

int explore(struct place *p, uint32_t scale, struct findings *found) {
    static struct explorer x;
    uint32_t node = 0;
    memset(&x, 0, offsetof(struct explorer, next));
    x.merged = x.next_merge = 0;
    memset(found, 0, sizeof *found);
    x.p = p;
    x.found = found;
    set_init(&x.set);
    set_init(&x.rested);
    begin(&x);
    while (node < x.set.count && !is_enough(&x, node, scale) && x.set.nodes[node].depth < DEEPEST && expand(&x, node)) node++;
    found->complete = node == x.set.count;
    found->depth = x.set.nodes[node < x.set.count ? node : x.set.count - 1].depth;
    found->states = x.set.count;
    if (found->violation.rule == NULL) prove_script(&x);
    found->steps = p->steps;
    for (uint32_t i = 0; i < DEEPEST + 2; i++) free(x.way[i]);
    set_free(&x.set);
    set_free(&x.rested);
    return found->violation.rule == NULL;
}
