/* rows.h: what the generators and the tests of the tables know beside the rows themselves: groups, machines, states, events,
 * timers, inputs; and how to read the text of a row. */
#ifndef HSVC_GEN_ROWS_H
#define HSVC_GEN_ROWS_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../rules/rows.h"

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
