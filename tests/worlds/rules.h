/* rules.h: what the rules of small worlds ask about a moment. A rule gives what is wrong with it, or NULL. */
#ifndef TESTS_WORLDS_RULES_H
#define TESTS_WORLDS_RULES_H

#include "worlds/worlds.h"

#define RULE(id, check, sentence) const char *check(const struct moment *m);
#include "worlds/rules.def"
#undef RULE

#define BEFORE(m) (&(m)->before->view)
#define AFTER(m) (&(m)->after->view)
/* The loops of a rule note of what it speaks when it ends. */
#define EACH_DEVICE(i) for (int i = 0; i < DEVICES && (m->blame->device = i, 1); i++)
#define EACH_USER(i) for (int i = 0; i < USERS && (m->blame->user = i, 1); i++)
#define EACH_HEADSET(i) for (int i = 0; i < HEADSETS && (m->blame->headset = i, 1); i++)
#define ALL_HEADSETS(i) for (int i = 0; i < HEADSETS; i++)
#define EACH_EFFECT(i, m) for (uint32_t i = 0; i < (m)->happened->effect_count; i++)

static inline int is_time(const struct moment *m) { return m->event == NULL || m->event->kind <= EV_late; }
static inline int is_event(const struct moment *m, int kind) { return m->event != NULL && m->event->kind == kind; }

/* An active session: whoever is signed in, and not on the way out (SPEC 2: ending). */
static inline int is_active(const struct seen_device *d) { return d->session != 0 && d->session_state != HSVC_SESSION_ENDING; }
static inline int has_ended(const struct moment *m, int i) {
    return BEFORE(m)->device[i].session != 0 && AFTER(m)->device[i].session != BEFORE(m)->device[i].session;
}
static inline int has_begun(const struct moment *m, int i) {
    return AFTER(m)->device[i].session != 0 && AFTER(m)->device[i].session != BEFORE(m)->device[i].session;
}
static inline int is_owned_by(const struct view *v, int headset, int user) { return user >= 0 && v->headset[headset].owner == user; }
static inline int is_here(const struct seen_device *d, int headset) { return d->at[headset].here && !d->at[headset].gone; }
/* A headset of the user that is here, and nobody doubts it. */
static inline int is_certain(const struct view *v, int device, int user) {
    ALL_HEADSETS(h)
        if (is_owned_by(v, h, user) && is_here(&v->device[device], h) && !v->device[device].at[h].doubtful) return 1;
    return 0;
}
static inline int any_of(const struct view *v, int device, int user) {
    ALL_HEADSETS(h)
        if (is_owned_by(v, h, user) && is_here(&v->device[device], h)) return 1;
    return 0;
}
static inline const struct effect *find(const struct moment *m, uint32_t kind, int device) {
    EACH_EFFECT(i, m)
        if (m->happened->effect[i].kind == kind && (device < 0 || m->happened->effect[i].device == device)) return &m->happened->effect[i];
    return NULL;
}
static inline uint32_t count(const struct moment *m, uint32_t kind, int device) {
    uint32_t n = 0;
    EACH_EFFECT(i, m) n += m->happened->effect[i].kind == kind && m->happened->effect[i].device == device;
    return n;
}
/* Nothing is due in a device before what happens now. */
static inline int is_undue(const struct moment *m, int device) { return BEFORE(m)->device[device].deadline > m->after->now; }
/* Ready for a prompt: registered, worn, no call, no hold of any kind. */
static inline int is_ready(const struct seen_device *d) {
    return d->registered && d->profile_state == HSVC_PROFILE_WORN && d->calls == 0 && !d->holding && !d->flapping;
}
/* NOW is the one exception to OUT-4, and never with an emergency call (OUT-13). */
static inline int is_forced(const struct moment *m, int device) {
    return is_event(m, EV_force_now) && m->event->device == device && BEFORE(m)->device[device].emergencies == 0;
}
static inline int is_owners_change(const struct moment *m) {
    return m->event != NULL && ((m->event->kind >= EV_associate && m->event->kind <= EV_move) || m->event->kind == EV_remove_user);
}

#endif
