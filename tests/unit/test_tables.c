/* test_tables.c: the rule machines as data. For every machine and event nothing is left open (total), the first match
 * decides and the last is unconditional (deterministic), nothing stands where it can never run (no row shadowed, no
 * OTHER needless, every state reachable), and every name in a row means something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../lib/gen/rows.h"
#include "committed.h"

static const char *const reasons[] = {
#define REASON(name, number, accepted, em, text, remedy) #name,
#include "../../lib/rules/reasons.def"
#undef REASON
};
enum { REASON_COUNT = sizeof reasons / sizeof reasons[0] };

static const int refusals[] = {
#define REASON(name, number, accepted, em, text, remedy) !(accepted),
#include "../../lib/rules/reasons.def"
#undef REASON
};

static const char *const lengths[] = {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) #name,
#include "../../lib/rules/policy.def"
#undef PARAM
#define LIMIT(name, value, unit, rule, why) #name,
#include "../../lib/core/limits.def"
#undef LIMIT
};

/* Complaints are printed and counted, so that one run tells all that is wrong. */
static int complaints;

static void complain(const struct row *row, const char *what) {
    print_error("%s.def: %s: %s, if %s (%s): %s\n", row->machine, row->event, row->states, row->guard, row->rule, what);
    complaints++;
}

static void complain_name(const char *kind, const char *name, const char *what) {
    print_error("%s %s: %s\n", kind, name, what);
    complaints++;
}

static int start_counting(void **unused) {
    (void)unused;
    complaints = 0;
    return 0;
}

static bool is_machine(const char *name) {
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (same(machines[i].name, name)) return true;
    return false;
}

static bool is_state(const char *machine, const char *name) {
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (same(states[i].machine, machine) && same(states[i].name, name)) return true;
    return false;
}

static bool is_event(const char *name) {
    for (size_t i = 0; i < EVENT_COUNT; i++)
        if (same(events[i].name, name)) return true;
    return false;
}

static bool is_ladder(const char *name) {
    for (size_t i = 0; i < STEP_COUNT; i++)
        if (same(steps[i].ladder, name)) return true;
    return false;
}

/* reason_number: the position of a reason, or -1. */
static int reason_number(const char *name) {
    for (size_t i = 0; i < REASON_COUNT; i++)
        if (same(reasons[i], name)) return (int)i;
    return -1;
}

/* A machine without states is judged by the records alone: it has one nameless state that only ANY covers. */
static const char *const nameless = "-";

/* next_state: the states of a machine in order; start with position 0; NULL at the end. */
static const char *next_state(const char *machine, size_t *position) {
    for (; *position < STATE_COUNT; ++*position)
        if (same(states[*position].machine, machine)) return states[(*position)++].name;
    if (*position > STATE_COUNT) return NULL;
    *position = STATE_COUNT + 1;
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (same(states[i].machine, machine)) return NULL;
    return nameless;
}

/* decider: the first row of an event that is unconditional in this state; ROW_COUNT if there is none. */
static size_t decider(const char *machine, const char *event, const char *state) {
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind == IS_ROW && row_handles(&rows[i], machine, event) && row_covers(&rows[i], state) &&
            same(rows[i].guard, "always"))
            return i;
    return ROW_COUNT;
}

static size_t other_of(const char *machine, const char *event) {
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind == IS_OTHER && row_handles(&rows[i], machine, event)) return i;
    return ROW_COUNT;
}

static void nothing_is_left_open(void **unused) {
    (void)unused;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        size_t position = 0;
        const char *state;
        if (other_of(rows[i].machine, rows[i].event) != ROW_COUNT) continue;
        while ((state = next_state(rows[i].machine, &position)) != NULL)
            if (decider(rows[i].machine, rows[i].event, state) == ROW_COUNT) {
                print_error("in state %s: ", state);
                complain(&rows[i], "no unconditional row and no OTHER");
            }
    }
    assert_int_equal(complaints, 0);
}

/* can_run: is there a state in which no earlier row always decides, nor one asks the same question? */
static bool can_run(size_t i) {
    const struct row *row = &rows[i];
    size_t position = 0;
    const char *state;
    while ((state = next_state(row->machine, &position)) != NULL) {
        bool taken = false;
        if (!row_covers(row, state)) continue;
        for (size_t j = 0; j < i && !taken; j++)
            taken = rows[j].kind == IS_ROW && row_handles(&rows[j], row->machine, row->event) &&
                    row_covers(&rows[j], state) && (same(rows[j].guard, "always") || same(rows[j].guard, row->guard));
        if (!taken) return true;
    }
    return false;
}

static void no_row_is_shadowed(void **unused) {
    (void)unused;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind == IS_ROW && !can_run(i)) complain(&rows[i], "earlier rows take every state of this one");
    assert_int_equal(complaints, 0);
}

static void every_other_is_needed_and_last(void **unused) {
    (void)unused;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        size_t position = 0;
        const char *state;
        bool needed = false;
        if (rows[i].kind != IS_OTHER) continue;
        while ((state = next_state(rows[i].machine, &position)) != NULL)
            needed |= decider(rows[i].machine, rows[i].event, state) == ROW_COUNT;
        if (!needed) complain(&rows[i], "this OTHER closes nothing");
        if (other_of(rows[i].machine, rows[i].event) != i) complain(&rows[i], "a second OTHER of this event");
        for (size_t j = i + 1; j < ROW_COUNT; j++)
            if (row_handles(&rows[j], rows[i].machine, rows[i].event)) complain(&rows[j], "a row after its OTHER");
    }
    assert_int_equal(complaints, 0);
}

static bool leads_to(const char *machine, const char *from, const char *into) {
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (same(rows[i].machine, machine) && same(rows[i].next, into) && row_covers(&rows[i], from)) return true;
    return false;
}

static void every_state_is_reached(void **unused) {
    bool reached[STATE_COUNT] = {false};
    bool grows = true;
    (void)unused;
    for (size_t i = 0; i < STATE_COUNT; i++) reached[i] = states[i].number == 1; /* where a new record begins */
    while (grows) {
        grows = false;
        for (size_t i = 0; i < STATE_COUNT; i++)
            for (size_t j = 0; j < STATE_COUNT; j++)
                if (reached[i] && !reached[j] && same(states[i].machine, states[j].machine) &&
                    leads_to(states[i].machine, states[i].name, states[j].name))
                    reached[j] = grows = true;
    }
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (!reached[i]) complain_name(states[i].machine, states[i].name, "no way leads to this state");
    assert_int_equal(complaints, 0);
}

/* each_named_state: complains about a name in IN(...) that is no state of the machine. */
static void check_states(const struct row *row) {
    const char *end = row->states;
    if (same(row->states, "ANY")) return;
    if (strstr(row->states, "IN(") != row->states) complain(row, "states must be ANY or IN(...) | IN(...)");
    for (const char *at = strstr(end, "IN("); at != NULL; at = strstr(end, "IN(")) {
        char name[64];
        end = at + 3 + strcspn(at + 3, ")");
        snprintf(name, sizeof name, "%.*s", (int)(end - at - 3), at + 3);
        if (!is_state(row->machine, name)) complain(row, "no such state of this machine");
    }
    if (!same(row->next, "SAME") && row_covers(row, row->next) && strchr(row->states, '|') == NULL)
        complain(row, "next is the row's only state: write SAME");
}

static void check_verdict(const struct row *row) {
    const char *ladder = guard_ladder(row->guard);
    int reason = reason_number(row->verdict);
    if (ladder != NULL && !is_ladder(ladder)) complain(row, "no such ladder");
    if (same(row->verdict, "BY_LADDER") && ladder == NULL) complain(row, "BY_LADDER without a ladder as guard");
    if (reason < 0 && !same(row->verdict, "NONE") && !same(row->verdict, "BY_LADDER")) complain(row, "no such reason");
    if (row->kind == IS_ROW) return;
    if (!same(row->other, "IGNORE") && !same(row->other, "REFUSE") && !same(row->other, "IMPOSSIBLE"))
        complain(row, "the kind of an OTHER is IGNORE, REFUSE or IMPOSSIBLE");
    if (same(row->other, "REFUSE") && (reason < 0 || !refusals[reason]))
        complain(row, "REFUSE needs a refusing reason");
}

static void every_name_in_a_row_means_something(void **unused) {
    (void)unused;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        if (!is_machine(row->machine)) complain(row, "no such machine");
        if (!is_event(row->event)) complain(row, "no such event");
        if (!same(row->next, "SAME") && !is_state(row->machine, row->next)) complain(row, "next is no state");
        if (!same(row->actions, "NOTHING") && strncmp(row->actions, "DO(", 3) != 0)
            complain(row, "actions are NOTHING or DO(verb, argument) ...");
        check_states(row);
        check_verdict(row);
    }
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (!is_machine(states[i].machine)) complain_name("state", states[i].name, "of no machine");
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        bool used = false;
        for (size_t j = 0; j < ROW_COUNT; j++) used |= same(rows[j].machine, machines[i].name);
        if (!used) complain_name("machine", machines[i].name, "has no rows, or lib/gen/rows.h does not include it");
    }
    assert_int_equal(complaints, 0);
}

static bool handled(const char *machine, const char *event) {
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (row_handles(&rows[i], machine, event)) return true;
    return false;
}

static void every_event_is_used(void **unused) {
    (void)unused;
    for (size_t i = 0; i < EVENT_COUNT; i++) {
        bool used = false;
        for (size_t j = 0; j < MACHINE_COUNT; j++) used |= handled(machines[j].name, events[i].name);
        if (!used) complain_name("event", events[i].name, "no machine handles it");
        for (size_t j = i + 1; j < EVENT_COUNT; j++)
            if (same(events[i].name, events[j].name)) complain_name("event", events[i].name, "declared twice");
    }
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (!handled(inputs[i].machine, inputs[i].event))
            complain_name("input", inputs[i].name, "its machine does not handle its event");
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        bool known = false;
        if (!handled(timers[i].machine, timers[i].event))
            complain_name("timer", timers[i].name, "its machine does not handle its event");
        for (size_t j = 0; j < sizeof lengths / sizeof lengths[0]; j++) known |= same(lengths[j], timers[i].most);
        if (!known) complain_name("timer", timers[i].name, "its length is neither parameter nor limit");
    }
    assert_int_equal(complaints, 0);
}

static void every_ladder_is_climbed(void **unused) {
    (void)unused;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        bool asked = false;
        int reason = reason_number(steps[i].reason);
        for (size_t j = 0; j < ROW_COUNT; j++) {
            const char *ladder = guard_ladder(rows[j].guard);
            asked |= ladder != NULL && same(ladder, steps[i].ladder);
        }
        if (!asked) complain_name("ladder", steps[i].ladder, "no row asks it");
        if (reason < 0 || !refusals[reason]) complain_name("step", steps[i].guard, "its reason is none, or accepts");
        if (i > 0 && !same(steps[i].ladder, steps[i - 1].ladder) && is_ladder(steps[i].ladder))
            for (size_t j = 0; j < i; j++)
                if (same(steps[j].ladder, steps[i].ladder)) complain_name("ladder", steps[i].ladder, "in two places");
    }
    assert_int_equal(complaints, 0);
}

/* ---- rule ids ---- */

static char rule_ids[16384];

static int read_rule_ids(void **unused) {
    FILE *file = open_committed("tests/abi/rules.txt");
    assert_non_null(file);
    rule_ids[0] = '\n';
    rule_ids[1 + fread(rule_ids + 1, 1, sizeof rule_ids - 2, file)] = '\0';
    fclose(file);
    return start_counting(unused);
}

static void check_rule(const char *where, const char *name, const char *rule) {
    char line[64];
    snprintf(line, sizeof line, "\n%s\n", rule);
    if (strstr(rule_ids, line) != NULL) return;
    print_error("%s %s: \"%s\" is no rule of the specification\n", where, name, rule);
    complaints++;
}

static void every_rule_is_of_the_specification(void **unused) {
    (void)unused;
    for (size_t i = 0; i < ROW_COUNT; i++) check_rule(rows[i].machine, rows[i].event, rows[i].rule);
    for (size_t i = 0; i < STEP_COUNT; i++) check_rule(steps[i].ladder, steps[i].guard, steps[i].rule);
    for (size_t i = 0; i < TIMER_COUNT; i++) check_rule("timer", timers[i].name, timers[i].rule);
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) \
    check_rule("parameter", #name, rule);
#include "../../lib/rules/policy.def"
#undef PARAM
#define LIMIT(name, value, unit, rule, why) check_rule("limit", #name, rule);
#include "../../lib/core/limits.def"
#undef LIMIT
    assert_int_equal(complaints, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_left_open, start_counting),
        cmocka_unit_test_setup(no_row_is_shadowed, start_counting),
        cmocka_unit_test_setup(every_other_is_needed_and_last, start_counting),
        cmocka_unit_test_setup(every_state_is_reached, start_counting),
        cmocka_unit_test_setup(every_name_in_a_row_means_something, start_counting),
        cmocka_unit_test_setup(every_event_is_used, start_counting),
        cmocka_unit_test_setup(every_ladder_is_climbed, start_counting),
        cmocka_unit_test_setup(every_rule_is_of_the_specification, read_rule_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
