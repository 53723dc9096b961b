/* screens.h: what stands on the desks of the story's phones, painted by effects alone, and the judgement whether that is
 * what their records say: for tests of hosts that die and resync (STORE-6). */
#ifndef TESTS_UNIT_SCREENS_H
#define TESTS_UNIT_SCREENS_H

#include "story.h"

/* What stands on a desk: whatever effects painted there. */
struct screen {
    uint32_t prompt;
    uint32_t reason;
    uint32_t flags;
    uint32_t menu;
    uint64_t prompt_id;
    int64_t due;
    uint64_t generation; /* of the profile that was ordered last */
    uint64_t wipe;
    char profile[32], user[32], other[32], serial[32], offers[64];
};
#define PHONES 2
struct world {
    struct screen phone[PHONES];
    uint64_t to_ack[PHONES]; /* newest generation of prompt or menu that was heard */
    uint32_t repeated;
    uint32_t fresh; /* effects of resync without the mark */
};
static const char *const phone_names[PHONES] = {"P1", "P2"};

static inline int phone_of(const hsvc_effect *e) {
    for (int i = 0; i < PHONES; i++)
        if (strcmp(e->device, phone_names[i]) == 0) return i;
    return -1;
}

static inline void copy(char *to, size_t size, const char *text) { (void)snprintf(to, size, "%s", text); }

static inline void show(struct screen *s, const hsvc_effects *fx, size_t i, const hsvc_effect *e) {
    s->prompt = e->prompt;
    s->prompt_id = e->prompt_id;
    s->due = e->due_ms;
    s->reason = e->reason;
    s->flags = e->flags & ~(uint32_t)HSVC_FLAG_REPEATED;
    copy(s->user, sizeof s->user, e->user);
    copy(s->other, sizeof s->other, e->other_user);
    copy(s->serial, sizeof s->serial, e->serial);
    s->offers[0] = '\0';
    for (size_t k = 0; k < e->profile_count; k++) {
        const char *name;
        size_t len;
        OK(hsvc_effects_profile(fx, i, k, &name, &len));
        (void)strncat(s->offers, name, sizeof s->offers - strlen(s->offers) - 1);
    }
}

static inline void clear(struct screen *s, const hsvc_effect *e) {
    struct screen bare = *s;
    if (e->prompt_id != 0 && e->prompt_id != s->prompt_id) return;
    memset(s, 0, sizeof *s);
    s->menu = bare.menu;
    s->generation = bare.generation;
    s->wipe = bare.wipe;
    memcpy(s->profile, bare.profile, sizeof s->profile);
}

static inline void obey(struct world *w, const hsvc_effects *fx) {
    hsvc_effect e;
    OK(hsvc_effect_init(&e, sizeof e));
    for (size_t i = 0; hsvc_effects_at(fx, i, &e) == HSVC_OK; i++) {
        int at = phone_of(&e);
        if (at < 0) continue;
        if (e.flags & HSVC_FLAG_REPEATED) w->repeated++;
        else w->fresh++;
        if (e.kind == HSVC_EFFECT_SHOW_PROMPT) show(&w->phone[at], fx, i, &e);
        if (e.kind == HSVC_EFFECT_CLEAR_PROMPT) clear(&w->phone[at], &e);
        if (e.kind == HSVC_EFFECT_MENU_STATE) w->phone[at].menu = e.flags & 7u;
        if (e.kind == HSVC_EFFECT_WIPE) w->phone[at].wipe = e.generation;
        if (e.kind == HSVC_EFFECT_APPLY_PROFILE) {
            w->phone[at].generation = e.generation;
            copy(w->phone[at].profile, sizeof w->phone[at].profile, e.profile);
        }
        if (e.kind == HSVC_EFFECT_SHOW_PROMPT || e.kind == HSVC_EFFECT_CLEAR_PROMPT || e.kind == HSVC_EFFECT_MENU_STATE)
            w->to_ack[at] = e.generation;
    }
}

/* acknowledge: what was heard; HSVC_OK, or what the first call that failed said. */
static inline int32_t acknowledge(struct desk *d, struct world *w) {
    hsvc_input in;
    for (int i = 0; i < PHONES; i++) {
        int32_t status;
        if (w->to_ack[i] == 0) continue;
        OK(hsvc_input_effect_ack(&in, phone_names[i], w->to_ack[i]));
        status = hsvc_apply(d->engine, &in, 1, 0, d->fx);
        if (status != HSVC_OK) return status;
        w->to_ack[i] = 0;
    }
    return HSVC_OK;
}

static inline void resync_all(struct desk *d, struct world *w) {
    hsvc_cursor cursor;
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    while (!cursor.done) {
        OK(hsvc_resync(d->engine, NULL, &cursor, d->fx));
        obey(w, d->fx);
    }
}

/* The records of a phone that no effect has been seen of may be missing. */
static inline void compare_phone(struct desk *d, int i, const struct screen *seen, const struct screen *truth) {
    hsvc_device_view view;
    memset(&view, 0, sizeof view);
    view.struct_size = sizeof view;
    if (hsvc_device_get(d->engine, phone_names[i], strlen(phone_names[i]), &view) == HSVC_ERR_NOT_FOUND) return;
    assert_int_equal(seen->prompt, view.prompt);
    assert_int_equal(seen->prompt_id, view.prompt_id);
    if (view.profile_state == HSVC_PROFILE_WORN) assert_int_equal(seen->menu, view.menu); /* else it is told anew then */
    if (view.generation_acked != view.generation_desired) assert_int_equal(seen->generation, view.generation_desired);
    if (view.wipe_pending) assert_int_not_equal(seen->wipe, 0);
    assert_string_equal(seen->user, truth->user);
    assert_string_equal(seen->other, truth->other);
    assert_string_equal(seen->serial, truth->serial);
    assert_string_equal(seen->offers, truth->offers);
    assert_int_equal(seen->reason, truth->prompt != 0 ? truth->reason : 0);
    if (seen->flags != truth->flags) assert_int_equal(view.session_state, HSVC_SESSION_DEFERRED); /* no window to extend */
    if (seen->due != truth->due) assert_int_equal(seen->due, view.prompt_due_at); /* stopped while a PIN is checked */
    if (view.generation_acked != view.generation_desired) assert_string_equal(seen->profile, truth->profile);
}

#endif
