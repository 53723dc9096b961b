/* table_lines.h: the lines of the tables, as their files have them, for programs that are linked with a core in which one
 * line can be masked and which notes the lines that ran (HSVC_MASKING). */
#ifndef TESTS_SCENARIO_TABLE_LINES_H
#define TESTS_SCENARIO_TABLE_LINES_H

#include <string.h>

#include "rules/rules.h"

struct line {
    const char *file;
    const char *text;
    const char *rule;
    int at;           /* line in the file */
    uint32_t machine; /* of a row; STEPS for ladder steps and admissions */
    uint32_t number;  /* of the row in its machine, of the step among steps and admissions */
    int impossible;   /* the table says that it never runs */
};
#define STEPS 0u

enum kind { IS_IGNORE, IS_REFUSE, IS_IMPOSSIBLE };
#define GROUP(name, states)
#define ROW(states, event, guard, next, actions, verdict, rule, why) \
    {HERE ".def", "ROW(" #states ", " #event ", " #guard ", ...)", rule, __LINE__, OF, 0, 0},
#define OTHER(event, kind, reason, rule, why) \
    {HERE ".def", "OTHER(" #event ", " #kind ", " #reason ")", rule, __LINE__, OF, 0, IS_##kind == IS_IMPOSSIBLE},
#define LADDER(name, first, last)
#define STEP(ladder, guard, reason, rule, why) \
    {"ladders.def", "STEP(" #ladder ", " #guard ", " #reason ")", rule, __LINE__, STEPS, 0, 0},
#define ADMIT(kind, guard, reason, rule, why) \
    {"admit.def", "ADMIT(" #kind ", " #guard ", " #reason ")", rule, __LINE__, STEPS, 0, 0},

#define PREFILL(list, guard, user, rule, why) \
    {"picks.def", "PREFILL(" #list ", " #guard ", " #user ")", rule, __LINE__, STEPS, 0, 0},
#define TOLD(reason, instead, rule, why) {"picks.def", "TOLD(" #reason ", " #instead ")", rule, __LINE__, STEPS, 0, 0},

/* Steps first, then admissions, then picks: hsvc__masked_step numbers them so. */
static struct line lines[] = {
#include "rules/ladders.def"
#include "rules/admit.def"
#include "rules/picks.def"
#define OF HSVC__MACHINE_directory
#define HERE "directory"
#include "rules/directory.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_policy
#define HERE "policy"
#include "rules/policy.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_presence
#define HERE "presence"
#include "rules/presence.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_calls
#define HERE "calls"
#include "rules/calls.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_session
#define HERE "session"
#include "rules/session.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_profile
#define HERE "profile"
#include "rules/profile.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_prompt
#define HERE "prompt"
#include "rules/prompt.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_screen
#define HERE "screen"
#include "rules/screen.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_verification
#define HERE "verification"
#include "rules/verification.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_lockout
#define HERE "lockout"
#include "rules/lockout.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_throttle
#define HERE "throttle"
#include "rules/throttle.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_association
#define HERE "association"
#include "rules/association.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_updating
#define HERE "updating"
#include "rules/updating.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_emergency
#define HERE "emergency"
#include "rules/emergency.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_flapping
#define HERE "flapping"
#include "rules/flapping.def"
#undef OF
#undef HERE
#define OF HSVC__MACHINE_sweep
#define HERE "sweep"
#include "rules/sweep.def"
#undef OF
#undef HERE
};
#define LINES (sizeof lines / sizeof lines[0])

/* number_lines: 0 if these lines are not the tables that the core was built from. */
static inline int number_lines(void) {
    uint32_t next[HSVC__MACHINES] = {0};
    for (size_t i = 0; i < LINES; i++) {
        struct line *line = &lines[i];
        line->number = next[line->machine]++;
        if (line->number >= sizeof hsvc__fired_steps) return 0;
        if (line->machine != STEPS && strcmp(hsvc__rule_of(line->machine * 65536 + line->number), line->rule) != 0)
            return 0;
    }
    for (uint32_t m = 1; m < HSVC__MACHINES; m++)
        if (next[m] != hsvc__machines[m].row_count) return 0;
    return 1;
}

/* mask: the core goes on without this line; NULL: with all of them. */
static inline void mask(const struct line *line) {
    hsvc__masked_row = line == NULL || line->machine == STEPS ? -1 : (int64_t)line->machine * 65536 + line->number;
    hsvc__masked_step = line == NULL || line->machine != STEPS ? -1 : (int64_t)line->number;
}

#endif
