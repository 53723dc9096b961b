/* rows.h: the rule machines as text, for the generators and for the tests of the tables. The interpreter compiles the
 * same .def files into tables of its own (lib/rules/tables.h).
 *   ROW(states, event, guard, next, actions, verdict, rule, why)   first match in file order
 *   OTHER(event, kind, reason, rule, why)                          what no ROW of that event names
 *   STATE(machine, NAME, number, contract)   MACHINE(name, subject, text)   EVENT(name, text)
 *   STEP(ladder, guard, reason, rule, why)   TIMER(name, machine, event, most, rule, text) */
#ifndef HSVC_GEN_ROWS_H
#define HSVC_GEN_ROWS_H

#include <stddef.h>
#include <string.h>

enum row_kind { IS_ROW, IS_OTHER };

struct row {
    const char *machine;
    enum row_kind kind;
    const char *states; /* "IN(A) | IN(B)" or "ANY" */
    const char *event;
    const char *guard;
    const char *next;    /* a state or "SAME" */
    const char *actions; /* "DO(verb, argument) DO(verb, argument)" or "NOTHING" */
    const char *verdict; /* a reason, "NONE" or "BY_LADDER" */
    const char *other;   /* IS_OTHER: "IGNORE", "REFUSE", "IMPOSSIBLE" */
    const char *rule;
    const char *why;
};

#define ROW(states, event, guard, next, actions, verdict, rule, why) \
    {MACHINE_NAME, IS_ROW, #states, #event, #guard, #next, #actions, #verdict, "", rule, why},
#define OTHER(event, kind, reason, rule, why) \
    {MACHINE_NAME, IS_OTHER, "ANY", #event, "always", "SAME", "NOTHING", #reason, #kind, rule, why},

static const struct row rows[] = {
#define MACHINE_NAME "presence"
#include "../rules/presence.def"
#undef MACHINE_NAME
#define MACHINE_NAME "profile"
#include "../rules/profile.def"
#undef MACHINE_NAME
#define MACHINE_NAME "session"
#include "../rules/session.def"
#undef MACHINE_NAME
#define MACHINE_NAME "prompt"
#include "../rules/prompt.def"
#undef MACHINE_NAME
#define MACHINE_NAME "verification"
#include "../rules/verification.def"
#undef MACHINE_NAME
#define MACHINE_NAME "association"
#include "../rules/association.def"
#undef MACHINE_NAME
#define MACHINE_NAME "updating"
#include "../rules/updating.def"
#undef MACHINE_NAME
#define MACHINE_NAME "lockout"
#include "../rules/lockout.def"
#undef MACHINE_NAME
#define MACHINE_NAME "calls"
#include "../rules/calls.def"
#undef MACHINE_NAME
#define MACHINE_NAME "directory"
#include "../rules/directory.def"
#undef MACHINE_NAME
#define MACHINE_NAME "policy"
#include "../rules/policy.def"
#undef MACHINE_NAME
};
#undef ROW
#undef OTHER
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static const struct machine {
    const char *name;
    const char *subject;
    const char *text;
} machines[] = {
#define MACHINE(name, subject, text) {#name, #subject, text},
#include "../rules/machines.def"
#undef MACHINE
};
enum { MACHINE_COUNT = sizeof machines / sizeof machines[0] };

static const struct state {
    const char *machine;
    const char *name;
    int number;
    const char *contract;
} states[] = {
#define STATE(machine, name, number, contract) {#machine, #name, number, contract},
#include "../rules/states.def"
#undef STATE
};
enum { STATE_COUNT = sizeof states / sizeof states[0] };

static const struct event {
    const char *name;
    const char *text;
} events[] = {
#define EVENT(name, text) {#name, text},
#include "../rules/events.def"
#undef EVENT
};
enum { EVENT_COUNT = sizeof events / sizeof events[0] };

static const struct step {
    const char *ladder;
    const char *guard;
    const char *reason;
    const char *rule;
    const char *why;
} steps[] = {
#define STEP(ladder, guard, reason, rule, why) {#ladder, #guard, #reason, rule, why},
#include "../rules/ladders.def"
#undef STEP
};
enum { STEP_COUNT = sizeof steps / sizeof steps[0] };

static const struct timer {
    const char *name;
    const char *machine;
    const char *event;
    const char *most; /* the parameter or limit that gives its length */
    const char *rule;
    const char *text;
} timers[] = {
#define TIMER(name, machine, event, most, rule, text) {#name, #machine, #event, #most, rule, text},
#include "../rules/timers.def"
#undef TIMER
};
enum { TIMER_COUNT = sizeof timers / sizeof timers[0] };

static const struct input {
    const char *name;
    int number;
    const char *machine;
    const char *event;
    const char *text;
} inputs[] = {
#define INPUT(name, number, machine, event, text) {#name, number, #machine, #event, text},
#include "../engine/inputs.def"
#undef INPUT
};
enum { INPUT_COUNT = sizeof inputs / sizeof inputs[0] };

/* same: are two names equal? */
static inline int same(const char *a, const char *b) { return strcmp(a, b) == 0; }

/* row_covers: may this row run in this state? */
static inline int row_covers(const struct row *row, const char *state) {
    size_t len = strlen(state);
    if (same(row->states, "ANY")) return 1;
    for (const char *at = strstr(row->states, "IN("); at != NULL; at = strstr(at + 1, "IN("))
        if (strncmp(at + 3, state, len) == 0 && at[3 + len] == ')') return 1;
    return 0;
}

/* row_handles: does this row name this event of this machine? */
static inline int row_handles(const struct row *row, const char *machine, const char *event) {
    return same(row->machine, machine) && same(row->event, event);
}

/* guard_ladder: the ladder that a guard asks ("barred_by_<ladder>"), or NULL. */
static inline const char *guard_ladder(const char *guard) {
    return strncmp(guard, "barred_by_", 10) == 0 ? guard + 10 : NULL;
}

#endif
