/* tables.c: the .def files as the tables the interpreter runs. */
#include "rules/rules.h"

#include "engine/engine.h"

/* Groups of states become enumerators, so that a row may name them. */
#define ROW(...)
#define OTHER(...)
#define GROUP(name, states) enum { name = (int)(states) };
#define IN(state) (1u << HSVC__presence_##state)
#include "rules/presence.def"
#undef IN
#define IN(state) (1u << HSVC__calls_##state)
#include "rules/calls.def"
#undef IN
#define IN(state) (1u << HSVC__session_##state)
#include "rules/session.def"
#undef IN
#define IN(state) (1u << HSVC__prompt_##state)
#include "rules/prompt.def"
#undef IN
#undef ROW
#undef OTHER
#undef GROUP

#define ROW(states_, event_, guard_, next_, actions_, verdict_, rule_, why_) \
    {states_, HSVC_EVENT_##event_, NEXT(next_), HSVC__V(verdict_), 0, hsvc__is_##guard_, rule_, {actions_{NULL, 0}}},
#define OTHER(event_, kind_, reason_, rule_, why_) \
    {ANY, HSVC_EVENT_##event_, HSVC__SAME, HSVC__V(reason_), HSVC__OTHER_##kind_, hsvc__is_always, rule_, {{NULL, 0}}},
#define ANY 0xfffffffeu
#define DO(verb, arg) {hsvc__do_##verb, HSVC__ARG(arg)},
#define NOTHING
#define HSVC__ARG(arg) HSVC_##arg
#define HSVC_NONE 0
#define HSVC__V(verdict) HSVC_REASON_##verdict
#define HSVC_REASON_NONE HSVC__VERDICT_NONE
#define HSVC_REASON_BY_LADDER HSVC__VERDICT_BY_LADDER
#define GROUP(name, states)

#define IN(state) (1u << HSVC__directory_##state)
#define NEXT(state) HSVC__directory_##state
enum { HSVC__directory_SAME = 0 };
static HSVC__TABLE struct hsvc__row directory_rows[] = {
#include "rules/directory.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__policy_##state)
#define NEXT(state) HSVC__policy_##state
enum { HSVC__policy_SAME = 0 };
static HSVC__TABLE struct hsvc__row policy_rows[] = {
#include "rules/policy.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__presence_##state)
#define NEXT(state) HSVC__presence_##state
enum { HSVC__presence_SAME = 0 };
static HSVC__TABLE struct hsvc__row presence_rows[] = {
#include "rules/presence.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__calls_##state)
#define NEXT(state) HSVC__calls_##state
enum { HSVC__calls_SAME = 0 };
static HSVC__TABLE struct hsvc__row calls_rows[] = {
#include "rules/calls.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__session_##state)
#define NEXT(state) HSVC__session_##state
enum { HSVC__session_SAME = 0 };
static HSVC__TABLE struct hsvc__row session_rows[] = {
#include "rules/session.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__profile_##state)
#define NEXT(state) HSVC__profile_##state
enum { HSVC__profile_SAME = 0 };
static HSVC__TABLE struct hsvc__row profile_rows[] = {
#include "rules/profile.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__prompt_##state)
#define NEXT(state) HSVC__prompt_##state
enum { HSVC__prompt_SAME = 0 };
static HSVC__TABLE struct hsvc__row prompt_rows[] = {
#include "rules/prompt.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__verification_##state)
#define NEXT(state) HSVC__verification_##state
enum { HSVC__verification_SAME = 0 };
static HSVC__TABLE struct hsvc__row verification_rows[] = {
#include "rules/verification.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__screen_##state)
#define NEXT(state) HSVC__screen_##state
enum { HSVC__screen_SAME = 0 };
static HSVC__TABLE struct hsvc__row screen_rows[] = {
#include "rules/screen.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__lockout_##state)
#define NEXT(state) HSVC__lockout_##state
enum { HSVC__lockout_SAME = 0 };
static HSVC__TABLE struct hsvc__row lockout_rows[] = {
#include "rules/lockout.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__throttle_##state)
#define NEXT(state) HSVC__throttle_##state
enum { HSVC__throttle_SAME = 0 };
static HSVC__TABLE struct hsvc__row throttle_rows[] = {
#include "rules/throttle.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__association_##state)
#define NEXT(state) HSVC__association_##state
enum { HSVC__association_SAME = 0 };
static HSVC__TABLE struct hsvc__row association_rows[] = {
#include "rules/association.def"
};
#undef IN
#undef NEXT
#define IN(state) (1u << HSVC__updating_##state)
#define NEXT(state) HSVC__updating_##state
enum { HSVC__updating_SAME = 0 };
static HSVC__TABLE struct hsvc__row updating_rows[] = {
#include "rules/updating.def"
};
#undef IN
#undef NEXT

#define IN(state) (1u << HSVC__emergency_##state)
#define NEXT(state) HSVC__emergency_##state
enum { HSVC__emergency_SAME = 0 };
static HSVC__TABLE struct hsvc__row emergency_rows[] = {
#include "rules/emergency.def"
};
#undef IN
#undef NEXT

#define IN(state) (1u << HSVC__flapping_##state)
#define NEXT(state) HSVC__flapping_##state
enum { HSVC__flapping_SAME = 0 };
static HSVC__TABLE struct hsvc__row flapping_rows[] = {
#include "rules/flapping.def"
};
#undef IN
#undef NEXT

#define IN(state) (1u << HSVC__sweep_##state)
#define NEXT(state) HSVC__sweep_##state
enum { HSVC__sweep_SAME = 0 };
static HSVC__TABLE struct hsvc__row sweep_rows[] = {
#include "rules/sweep.def"
};
#undef IN
#undef NEXT

/* ---- where each machine's state stands. presence, calls, directory, screen, lockout, throttle, association and updating follow
 * from other fields, so that no fact is stored twice; their states are derived and their actions are the change. ---- */
static uint32_t directory_get(struct hsvc__turn *t) {
    uint32_t kind = t->in->kind, known = t->user->rec.present && t->user->gone == 0;
    if (kind <= HSVC_INPUT_DEVICE_RENAME) known = t->dev->rec.present;
    if (kind == HSVC_INPUT_HEADSET_ALIAS || kind == HSVC_INPUT_HEADSET_DELETE || kind == HSVC_INPUT_INVENTORY_DELETE)
        known = t->headset->rec.present;
    return known ? HSVC__directory_KNOWN : HSVC__directory_MISSING;
}
static uint32_t policy_get(struct hsvc__turn *t) {
    (void)t;
    return HSVC__policy_STANDING;
}
static uint32_t presence_get(struct hsvc__turn *t) {
    const struct hsvc__present *here = hsvc__here(t->dev, hsvc__str_of(t->headset->serial.p, t->headset->serial.n));
    if (here == NULL) return HSVC__presence_ABSENT;
    if (here->flags & HSVC__GONE) return HSVC__presence_GONE;
    if (here->flags & HSVC__DOUBTFUL) return HSVC__presence_DOUBTFUL;
    if (here->flags & HSVC__AWAITED) return HSVC__presence_AWAITED;
    return here->flags & HSVC__FRESH ? HSVC__presence_FRESH : HSVC__presence_SPENT;
}
static void presence_set(struct hsvc__turn *t, uint32_t state) {
    struct hsvc__present *here = hsvc__here(t->dev, t->headset->serial);
    if (here == NULL) return;
    here->flags &= ~(HSVC__FRESH | HSVC__NOT_CERTAIN);
    if (state == HSVC__presence_FRESH || state == HSVC__presence_SPENT) here->flags &= ~HSVC__FRESH_CAME;
    if (state == HSVC__presence_FRESH) here->flags |= HSVC__FRESH;
    if (state == HSVC__presence_GONE) here->flags |= HSVC__GONE;
    if (state == HSVC__presence_DOUBTFUL) here->flags |= HSVC__DOUBTFUL;
    if (state == HSVC__presence_AWAITED) here->flags |= HSVC__AWAITED;
    hsvc__arm_presence(t->dev);
}
static uint32_t calls_get(struct hsvc__turn *t) {
    if (t->dev->call_count == 0 && !t->dev->calls_lost) return HSVC__calls_QUIET;
    return t->dev->calls_doubt_at != 0 ? HSVC__calls_ASKED : HSVC__calls_BUSY;
}
static uint32_t screen_get(struct hsvc__turn *t) {
    (void)t;
    return HSVC__screen_STANDING;
}
static uint32_t lockout_get(struct hsvc__turn *t) {
    return t->user->locked_until > t->at ? HSVC__lockout_LOCKED : HSVC__lockout_OPEN;
}
static uint32_t throttle_get(struct hsvc__turn *t) {
    return t->dev->throttled_until > t->at ? HSVC__throttle_CLOSED : HSVC__throttle_OPEN;
}
static uint32_t association_get(struct hsvc__turn *t) {
    return t->headset->owner.n != 0 ? HSVC__association_OWNED : HSVC__association_FREE;
}
static uint32_t updating_get(struct hsvc__turn *t) {
    return t->headset->updating_until > t->at ? HSVC__updating_RUNNING : HSVC__updating_STEADY;
}
static uint32_t sweep_get(struct hsvc__turn *t) { return t->job->kind; }
/* A new device's numbers are zero: that reads as the first state. */
#define STORED(machine, field, first)                                                          \
    static uint32_t machine##_get(struct hsvc__turn *t) { return t->dev->field ? t->dev->field : first; } \
    static void machine##_set(struct hsvc__turn *t, uint32_t state) {                          \
        t->dev->field = state;                                                                 \
        hsvc__touch(t->dev);                                                                   \
    }
STORED(session, session_state, HSVC__session_VACANT)
STORED(profile, profile_state, HSVC__profile_AWAY)
STORED(prompt, prompt_state, HSVC__prompt_IDLE)
STORED(verification, verify_state, HSVC__verification_QUIET)
STORED(emergency, emergency_state, HSVC__emergency_QUIET)
STORED(flapping, flap_state, HSVC__flapping_CALM)

#define COUNT(rows) ((uint32_t)(sizeof rows / sizeof rows[0]))
#define DERIVED(name) {#name, name##_rows, COUNT(name##_rows), name##_get, NULL}
#define KEPT_IN_RECORD(name) {#name, name##_rows, COUNT(name##_rows), name##_get, name##_set}
const struct hsvc__machine hsvc__machines[HSVC__MACHINES] = {
    {"", NULL, 0, NULL, NULL}, DERIVED(directory), DERIVED(policy),       KEPT_IN_RECORD(presence), DERIVED(calls),
    KEPT_IN_RECORD(session),   KEPT_IN_RECORD(profile), KEPT_IN_RECORD(prompt), DERIVED(screen), KEPT_IN_RECORD(verification),
    DERIVED(lockout),          DERIVED(throttle),  DERIVED(association),  DERIVED(updating),
    KEPT_IN_RECORD(emergency), KEPT_IN_RECORD(flapping), DERIVED(sweep),
};

const char *const hsvc__event_names[HSVC__EVENTS] = {"",
#define EVENT(name, text) #name,
#include "rules/events.def"
#undef EVENT
};

const char *hsvc__state_name(uint32_t machine, uint32_t state) {
#define STATE(machine_, name, number, contract) \
    if (machine == HSVC__MACHINE_##machine_ && state == (number)) return #name;
#include "rules/states.def"
#undef STATE
    return "";
}

/* ---- ladders ---- */
#define LADDER(name, first, last)
enum {
#define STEP(ladder, guard, reason, rule, why) ladder##_has_##guard,
#include "rules/ladders.def"
#undef STEP
    all_steps
};
static const struct hsvc__step steps[] = {
#define STEP(ladder, guard, reason, rule, why) {hsvc__is_##guard, HSVC_REASON_##reason, rule},
#include "rules/ladders.def"
#undef STEP
};
/* holds: the question of one line, and whether it ran. Lines of lists are numbered as a test masks or negates them: steps,
 * admissions, picks. */
#ifdef HSVC_MASKING
int64_t hsvc__masked_step = -1;
int64_t hsvc__negated_step = -1;
uint8_t hsvc__fired_steps[256];
static int holds(size_t line, hsvc__guard guard, struct hsvc__turn *t) {
    if (hsvc__masked_step == (int64_t)line || !guard(t) == (hsvc__negated_step != (int64_t)line)) return 0;
    hsvc__fired_steps[line] = 1;
    return 1;
}
#else
#define holds(line, guard, t) ((guard)(t))
#endif

/* climb: the first obstacle of steps first..last, kept in `barred`. */
static int climb(struct hsvc__turn *t, int first, int last) {
    t->barred = NULL;
    for (int i = first; i <= last; i++) {
        if (!holds((size_t)i, steps[i].guard, t)) continue;
        t->barred = &steps[i];
        return 1;
    }
    return 0;
}
#undef LADDER
#define STEP(ladder, guard, reason, rule, why)
#define LADDER(name, first, last) \
    int hsvc__is_barred_by_##name(struct hsvc__turn *t) { return climb(t, name##_has_##first, name##_has_##last); }
#include "rules/ladders.def"
#undef LADDER
#undef STEP

/* ---- admission ---- */
struct admission {
    uint32_t kind;
    struct hsvc__step step;
};
static const struct admission admissions[] = {
#define ADMIT(kind, guard, reason, rule, why) {HSVC_INPUT_##kind, {hsvc__is_##guard, HSVC_REASON_##reason, rule}},
#include "rules/admit.def"
#undef ADMIT
};

#define ADMISSIONS (sizeof admissions / sizeof admissions[0])

/* The lines of a kind stand together (unit.questions). */
struct hsvc__range hsvc__admissions_of(uint32_t kind) {
    struct hsvc__range range = {0, 0};
    for (size_t i = 0; i < ADMISSIONS; i++) {
        if (admissions[i].kind != kind) continue;
        if (range.end == 0) range.first = (uint16_t)i;
        range.end = (uint16_t)(i + 1);
    }
    return range;
}

const struct hsvc__step *hsvc__admit(struct hsvc__turn *t) {
    struct hsvc__range range = t->engine->admissions[hsvc__kind(t->in->kind)];
    for (size_t i = range.first; i < range.end; i++) {
        if (holds(all_steps + i, admissions[i].step.guard, t)) return &admissions[i].step;
    }
    return NULL;
}

/* ---- picks ---- */
static const struct {
    uint32_t list;
    uint32_t user;
    hsvc__guard guard;
} prefills[] = {
#define PREFILL(list, guard, user, rule, why) {HSVC__PREFILL_##list, HSVC__PREFILL_##user, hsvc__is_##guard},
#include "rules/picks.def"
#undef PREFILL
};
static const struct {
    uint32_t reason;
    uint32_t instead;
} told[] = {
#define TOLD(reason, instead, rule, why) {HSVC_REASON_##reason, HSVC_REASON_##instead},
#include "rules/picks.def"
#undef TOLD
};
#define PREFILLS (sizeof prefills / sizeof prefills[0])

uint32_t hsvc__prefill(struct hsvc__turn *t, uint32_t list) {
    for (size_t i = 0; i < PREFILLS; i++) {
        if (prefills[i].list == list && holds(all_steps + ADMISSIONS + i, prefills[i].guard, t)) return prefills[i].user;
    }
    return HSVC__PREFILL_NOBODY;
}

uint32_t hsvc__told(uint32_t reason) {
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        if (told[i].reason == reason && holds(all_steps + ADMISSIONS + PREFILLS + i, hsvc__is_always, NULL)) return told[i].instead;
    }
    return reason;
}

/* Steps and admissions follow the machines in the numbering of rules. */
uint32_t hsvc__step_number(const struct hsvc__step *step) {
    for (uint32_t i = 0; i < sizeof admissions / sizeof admissions[0]; i++)
        if (step == &admissions[i].step) return (HSVC__MACHINES + 1) * 65536u + i;
    return HSVC__MACHINES * 65536u + (uint32_t)(step - steps);
}

const char *hsvc__rule_of(uint32_t row) {
    uint32_t machine = row >> 16, index = row & 0xffffu;
    if (machine < HSVC__MACHINES && index < hsvc__machines[machine].row_count) return hsvc__machines[machine].rows[index].rule;
    if (machine == HSVC__MACHINES && index < (uint32_t)all_steps) return steps[index].rule;
    if (machine == HSVC__MACHINES + 1 && index < sizeof admissions / sizeof admissions[0]) return admissions[index].step.rule;
    return "";
}
