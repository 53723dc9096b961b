/* told.c: what is told, by the model and by the engine, side by side: at each phone the same, in the same order, each once. */
#include <string.h>

#include "office.h"

static void drop(struct m_told *list, uint32_t *count, uint32_t i) {
    memmove(&list[i], &list[i + 1], (--*count - i) * sizeof *list);
}

static uint32_t first_of(const struct m_told *list, uint32_t count, uint32_t phone) {
    uint32_t i = 0;
    while (i < count && list[i].phone != phone) i++;
    return i;
}

static uint32_t same(const struct m_told *a, const struct m_told *b) {
    return a->kind == b->kind && a->user == b->user && a->number == b->number && a->profile == b->profile && a->headset == b->headset && a->due == b->due;
}

/* in_short: for a finding: what, and its cause. */
static int64_t in_short(const struct m_told *told) { return (int64_t)told->kind * TOLD_WHY + told->number; }

/* meet: what both have told of a phone by now, from the oldest on. What a commit in doubt has told nobody heard (STORE-6). */
static void meet(struct world *w, uint32_t phone) {
    struct model *m = &w->model;
    for (;;) {
        uint32_t wanted = first_of(m->told, m->told_count, phone), seen = first_of(w->told.list, w->told.count, phone);
        if (wanted == m->told_count || seen == w->told.count) return;
        if (same(&m->told[wanted], &w->told.list[seen])) {
            drop(w->told.list, &w->told.count, seen);
        } else if (!w->told.doubted) {
            world_find(w, DIFFERENT_TOLD, phone, in_short(&m->told[wanted]), in_short(&w->told.list[seen]));
            return;
        }
        drop(m->told, &m->told_count, wanted);
    }
}

/* told_at_rest: nothing is due at this phone: all that was to be told of it is told. */
void told_at_rest(struct world *w, uint32_t phone) {
    struct model *m = &w->model;
    uint32_t i;
    if (m->told_count == 0 && w->told.count == 0) return;
    meet(w, phone);
    while ((i = first_of(m->told, m->told_count, phone)) < m->told_count) {
        if (!w->told.doubted) world_find(w, DIFFERENT_TOLD, phone, in_short(&m->told[i]), 0);
        drop(m->told, &m->told_count, i);
    }
    if ((i = first_of(w->told.list, w->told.count, phone)) < w->told.count) world_find(w, DIFFERENT_TOLD, phone, 0, in_short(&w->told.list[i]));
}

static uint8_t profile_told(const hsvc_effect *e) { return e->profile_len == 0 ? 0 : (uint8_t)(e->profile[e->profile_len - 1] - '0'); }

/* session_told: a session ends as what began, and nobody else began there meanwhile. */
static void session_told(struct world *w, const hsvc_effect *e, uint32_t phone) {
    uint64_t *session = &w->told.session[phone];
    uint32_t begins = e->kind == HSVC_EFFECT_SESSION_STARTED;
    if (!w->told.doubted && (begins ? *session != 0 || e->session == 0 : *session != e->session))
        world_find(w, DIFFERENT_TOLD, phone, (int64_t)*session, (int64_t)e->session);
    *session = begins ? e->session : 0;
}

static void differ_owner(struct world *w, uint32_t headset, int64_t wanted, int64_t seen) {
    if (wanted == seen || w->told.doubted) return;
    world_find(w, DIFFERENT_TOLD_OWNER, 0, wanted, seen);
    w->finding.headset = headset;
}

/* association_told: each from whom the last has told to have it. */
static void association_told(struct world *w, const hsvc_effect *e) {
    uint32_t headset = number_of_name(e->serial, e->serial_len), before = number_of_name(e->other_user, e->other_user_len);
    differ_owner(w, headset, w->told.owner[headset], before);
    w->told.owner[headset] = (uint8_t)number_of_name(e->user, e->user_len);
    differ_owner(w, headset, w->told.owner[headset] != before, 1);
}

/* told_owner: nothing is due: who was told last to have it has it. */
void told_owner(struct world *w, uint32_t headset) { differ_owner(w, headset, w->model.headsets[headset].owner, w->told.owner[headset]); }

/* noticed: what the model knows of: not what clocks do. */
static uint32_t noticed(const hsvc_effect *e) {
    return e->kind == HSVC_EFFECT_NOTICE &&
           (e->reason == HSVC_REASON_LOCKED_OUT || e->reason == HSVC_REASON_DEVICE_THROTTLED || e->reason == HSVC_REASON_SERIAL_DUPLICATED ||
            e->reason == HSVC_REASON_CALLS_DROPPED || e->reason == HSVC_REASON_RESET_TIMEOUT || e->reason == HSVC_REASON_APPLY_FAILED || e->reason == HSVC_REASON_FLAPPING ||
            e->reason == HSVC_REASON_SIGN_OUT_WARNING);
}

static void hear(struct world *w, const hsvc_effect *e) {
    uint32_t session = e->kind == HSVC_EFFECT_SESSION_STARTED || e->kind == HSVC_EFFECT_SESSION_ENDED;
    struct m_told told = {0};
    if (e->kind == HSVC_EFFECT_ASSOCIATION_CHANGED) association_told(w, e);
    if (!session && !noticed(e) && e->kind != HSVC_EFFECT_MESSAGE) return;
    told.kind = (uint16_t)e->kind;
    told.phone = (uint8_t)number_of_name(e->device, e->device_len);
    told.user = (uint8_t)number_of_name(e->user, e->user_len);
    told.number = (uint16_t)(e->kind == HSVC_EFFECT_SESSION_ENDED ? e->cause : e->reason);
    told.profile = profile_told(e);
    told.headset = (uint8_t)number_of_name(e->serial, e->serial_len);
    if (e->kind == HSVC_EFFECT_NOTICE && e->reason == HSVC_REASON_SIGN_OUT_WARNING) told.due = e->due_ms;
    if (session) session_told(w, e, told.phone);
    if (w->told.count < M_TOLD) w->told.list[w->told.count++] = told;
    else world_find(w, DIFFERENT_TOLD, told.phone, 0, in_short(&told));
}

/* told_effects: what the engine tells. A repeated one is state, or what a commit in doubt had told already (decision 112). */
void told_effects(struct world *w, const hsvc_effects *fx) {
    for (size_t i = 0; i < hsvc_effects_count(fx); i++) {
        hsvc_effect e;
        (void)hsvc_effect_init(&e, sizeof e);
        if (hsvc_effects_at(fx, i, &e) == HSVC_OK) hear(w, &e);
    }
    for (uint32_t i = 1; i < M_PHONES && w->model.told_count > 0; i++) meet(w, i);
}
