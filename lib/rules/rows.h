/* rows.h: the tables as text: the rows of the machines, the steps of the ladders, the admissions. The interpreter compiles the
 * same .def files into tables of its own (tables.c). For the generators, the tests of the tables, and hsvc_line_at.
 *   ROW(states, event, guard, next, actions, verdict, rule, why)   first match in file order
 *   OTHER(event, kind, reason, rule, why)                          what no ROW of that event names
 *   GROUP(name, states)                                            states under one name, for the rows after it */
#ifndef HSVC_RULES_ROWS_H
#define HSVC_RULES_ROWS_H

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
#include "directory.def"
#undef MACHINE_NAME
#define MACHINE_NAME "policy"
#include "policy.def"
#undef MACHINE_NAME
#define MACHINE_NAME "presence"
#include "presence.def"
#undef MACHINE_NAME
#define MACHINE_NAME "calls"
#include "calls.def"
#undef MACHINE_NAME
#define MACHINE_NAME "session"
#include "session.def"
#undef MACHINE_NAME
#define MACHINE_NAME "profile"
#include "profile.def"
#undef MACHINE_NAME
#define MACHINE_NAME "prompt"
#include "prompt.def"
#undef MACHINE_NAME
#define MACHINE_NAME "screen"
#include "screen.def"
#undef MACHINE_NAME
#define MACHINE_NAME "verification"
#include "verification.def"
#undef MACHINE_NAME
#define MACHINE_NAME "lockout"
#include "lockout.def"
#undef MACHINE_NAME
#define MACHINE_NAME "throttle"
#include "throttle.def"
#undef MACHINE_NAME
#define MACHINE_NAME "association"
#include "association.def"
#undef MACHINE_NAME
#define MACHINE_NAME "updating"
#include "updating.def"
#undef MACHINE_NAME
#define MACHINE_NAME "emergency"
#include "emergency.def"
#undef MACHINE_NAME
#define MACHINE_NAME "flapping"
#include "flapping.def"
#undef MACHINE_NAME
#define MACHINE_NAME "sweep"
#include "sweep.def"
#undef MACHINE_NAME
};
#undef ROW
#undef OTHER
#undef GROUP
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static const struct step {
    const char *ladder;
    const char *guard;
    const char *reason;
    const char *rule;
    const char *why;
} steps[] = {
#define LADDER(name, first, last)
#define STEP(ladder, guard, reason, rule, why) {#ladder, #guard, #reason, rule, why},
#include "ladders.def"
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
#include "admit.def"
#undef ADMIT
};
enum { ADMIT_COUNT = sizeof admits / sizeof admits[0] };

#endif
