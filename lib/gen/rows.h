/* rows.h: the rule machines as text, for the generators and for the tests of the tables. The interpreter compiles the
 * same .def files into tables of its own (lib/rules/tables.h).
 *   ROW(states, event, guard, next, actions, verdict, rule, why)   first match in file order
 *   OTHER(event, kind, reason, rule, why)                          what no ROW of that event names
 *   GROUP(name, states)                                            states under one name, for the rows after it */
#ifndef HSVC_GEN_ROWS_H
#define HSVC_GEN_ROWS_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum row_kind { IS_ROW, IS_OTHER };

struct row {
    const char *machine;
    enum row_kind kind;
    const char *states; /* "IN(A) | GROUP" or "ANY" */
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

#define GROUP(name, states)

static const struct row rows[] = {
#define MACHINE_NAME "directory"
#include "../rules/directory.def"
#undef MACHINE_NAME
#define MACHINE_NAME "policy"
#include "../rules/policy.def"
#undef MACHINE_NAME
#define MACHINE_NAME "presence"
#include "../rules/presence.def"
#undef MACHINE_NAME
#define MACHINE_NAME "calls"
#include "../rules/calls.def"
#undef MACHINE_NAME
#define MACHINE_NAME "session"
#include "../rules/session.def"
#undef MACHINE_NAME
#define MACHINE_NAME "profile"
#include "../rules/profile.def"
#undef MACHINE_NAME
#define MACHINE_NAME "prompt"
#include "../rules/prompt.def"
#undef MACHINE_NAME
#define MACHINE_NAME "screen"
#include "../rules/screen.def"
#undef MACHINE_NAME
#define MACHINE_NAME "verification"
#include "../rules/verification.def"
#undef MACHINE_NAME
#define MACHINE_NAME "lockout"
#include "../rules/lockout.def"
#undef MACHINE_NAME
#define MACHINE_NAME "throttle"
#include "../rules/throttle.def"
#undef MACHINE_NAME
#define MACHINE_NAME "association"
#include "../rules/association.def"
#undef MACHINE_NAME
#define MACHINE_NAME "updating"
#include "../rules/updating.def"
#undef MACHINE_NAME
#define MACHINE_NAME "emergency"
#include "../rules/emergency.def"
#undef MACHINE_NAME
#define MACHINE_NAME "flapping"
#include "../rules/flapping.def"
#undef MACHINE_NAME
#define MACHINE_NAME "sweep"
#include "../rules/sweep.def"
#undef MACHINE_NAME
};
#undef ROW
#undef OTHER
#undef GROUP
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

#define ROW(states, event, guard, next, actions, verdict, rule, why)
#define OTHER(event, kind, reason, rule, why)
#define GROUP(name, states) {MACHINE_NAME, #name, #states},

static const struct group {
    const char *machine;
    const char *name;
    const char *states;
} groups[] = {
#define MACHINE_NAME "presence"
#include "../rules/presence.def"
#undef MACHINE_NAME
#define MACHINE_NAME "calls"
#include "../rules/calls.def"
#undef MACHINE_NAME
#define MACHINE_NAME "session"
#include "../rules/session.def"
#undef MACHINE_NAME
#define MACHINE_NAME "prompt"
#include "../rules/prompt.def"
#undef MACHINE_NAME
};
#undef ROW
#undef OTHER
#undef GROUP
enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

static const struct machine {
    const char *name;
    const char *subject;
    const char *text;
} machines[] = {
#define MACHINE(name, subject, text) {#name, subject, text},
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
#define LADDER(name, first, last)
#define STEP(ladder, guard, reason, rule, why) {#ladder, #guard, #reason, rule, why},
#include "../rules/ladders.def"
#undef LADDER
#undef STEP
};
enum { STEP_COUNT = sizeof steps / sizeof steps[0] };

static const struct admit {
    const char *kind;
    const char *guard;
    const char *reason;
    const char *rule;
    const char *why;
} admits[] = {
#define ADMIT(kind, guard, reason, rule, why) {#kind, #guard, #reason, rule, why},
#include "../rules/admit.def"
#undef ADMIT
};
enum { ADMIT_COUNT = sizeof admits / sizeof admits[0] };

static const struct timer {
    const char *field;
    const char *machine;
    const char *event;
    const char *rule;
    const char *text;
} timers[] = {
#define TIMER(field, machine, event, most, rule, text) {#field, #machine, #event, rule, text},
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

/* next_name: the next name of "IN(A) | GROUP" or "ANY" from *at on, which it moves on; 0 at the end. is_group says
 * whether the name stood without IN. */
static inline int next_name(const char **at, char *name, size_t size, int *is_group) {
    size_t len;
    *at += strspn(*at, " |");
    if (**at == '\0') return 0;
    *is_group = strncmp(*at, "IN(", 3) != 0;
    if (!*is_group) *at += 3;
    len = strcspn(*at, " |)");
    snprintf(name, size, "%.*s", (int)len, *at);
    *at += len + ((*at)[len] == ')');
    return 1;
}

static inline const struct group *group_of(const char *machine, const char *name) {
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (same(groups[i].machine, machine) && same(groups[i].name, name)) return &groups[i];
    return NULL;
}

/* states_cover: does "IN(A) | GROUP" of a machine hold this state? A group may hold groups declared before it, so their
 * number bounds the walk. */
static inline int states_cover(const char *machine, const char *text, const char *state) {
    const char *open[GROUP_COUNT + 1];
    size_t used = 0;
    open[used++] = text;
    while (used > 0) {
        char name[64];
        int is_group;
        const char *at = open[--used];
        while (next_name(&at, name, sizeof name, &is_group)) {
            const struct group *group = is_group ? group_of(machine, name) : NULL;
            if (is_group ? same(name, "ANY") : same(name, state)) return 1;
            if (group != NULL && used < GROUP_COUNT) open[used++] = group->states;
        }
    }
    return 0;
}

/* row_covers: may this row run in this state? */
static inline int row_covers(const struct row *row, const char *state) {
    return states_cover(row->machine, row->states, state);
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
