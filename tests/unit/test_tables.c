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
#include "headsetsvc/headsetsvc.h"

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

/* The questions and verbs that the interpreter knows. */
static const char *const guards[] = {
#define GUARD(name) #name,
#include "../../lib/rules/verbs.def"
#undef GUARD
};
enum { GUARD_COUNT = sizeof guards / sizeof guards[0] };

static const char *const verbs[] = {
#define ACTION(name) #name,
#include "../../lib/rules/verbs.def"
#undef ACTION
};
enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

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
    for (size_t i = 0; i < STATE_COUNT; i++) reached[i] = states[i].number == 1 || same(states[i].machine, "sweep"); /* where a new record begins; a job in its kind */
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

/* check_states: every name is a state of the machine or a group declared for it. */
static void check_states(const struct row *row) {
    const char *at = row->states;
    char name[64];
    int is_group = 0;
    int names = 0;
    while (next_name(&at, name, sizeof name, &is_group)) {
        names++;
        if (is_group ? !same(name, "ANY") && group_of(row->machine, name) == NULL : !is_state(row->machine, name))
            complain(row, "no such state or group of this machine");
    }
    if (!same(row->next, "SAME") && names == 1 && !is_group && same(name, row->next))
        complain(row, "next is the row's only state: write SAME");
}

static void check_verdict(const struct row *row) {
    const char *ladder = guard_ladder(row->guard);
    int reason = reason_number(row->verdict);
    if (ladder != NULL && !is_ladder(ladder)) complain(row, "no such ladder");
    /* refusal_...: a question about what a ladder found, which leaves its step as the verdict */
    if (same(row->verdict, "BY_LADDER") && ladder == NULL && strncmp(row->guard, "refusal_", 8) != 0)
        complain(row, "BY_LADDER without a ladder as guard");
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
    for (size_t i = 0; i < TIMER_COUNT; i++)
        if (!handled(timers[i].machine, timers[i].event))
            complain_name("timer", timers[i].field, "its machine does not handle its event");
    assert_int_equal(complaints, 0);
}

/* The ladders by name, as the interpreter climbs them: from their first step to their last. */
static const struct {
    const char *name;
    const char *first;
    const char *last;
} ladders[] = {
#define LADDER(name, first, last) {#name, #first, #last},
#define STEP(ladder, guard, reason, rule, why)
#include "../../lib/rules/ladders.def"
#undef LADDER
#undef STEP
};
enum { LADDER_COUNT = sizeof ladders / sizeof ladders[0] };

static void every_ladder_has_its_ends(void **unused) {
    (void)unused;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        bool begins = i == 0 || !same(steps[i].ladder, steps[i - 1].ladder);
        bool ends = i + 1 == STEP_COUNT || !same(steps[i].ladder, steps[i + 1].ladder);
        size_t named = 0;
        for (size_t j = 0; j < LADDER_COUNT; j++) {
            if (!same(ladders[j].name, steps[i].ladder)) continue;
            named++;
            if (begins && !same(ladders[j].first, steps[i].guard))
                complain_name("ladder", ladders[j].name, "begins elsewhere");
            if (ends && !same(ladders[j].last, steps[i].guard))
                complain_name("ladder", ladders[j].name, "ends elsewhere");
        }
        if (named != 1) complain_name("ladder", steps[i].ladder, "needs one LADDER line");
    }
    for (size_t j = 0; j < LADDER_COUNT; j++)
        if (!is_ladder(ladders[j].name)) complain_name("ladder", ladders[j].name, "has no steps");
    assert_int_equal(complaints, 0);
}

/* Ladders and questions of the small lists. */
static const char *const menu_ladders[] = {
#define MENU(entry, ladder) #ladder,
#include "../../lib/rules/picks.def"
#undef MENU
};
enum { MENU_COUNT = sizeof menu_ladders / sizeof menu_ladders[0] };
static const char *const prefill_guards[] = {
#define PREFILL(list, guard, user, rule, why) #guard,
#include "../../lib/rules/picks.def"
#undef PREFILL
};
enum { PREFILL_COUNT = sizeof prefill_guards / sizeof prefill_guards[0] };

static bool menu_asks(const char *ladder) {
    for (size_t i = 0; i < MENU_COUNT; i++)
        if (same(menu_ladders[i], ladder)) return true;
    return false;
}

static void every_ladder_is_climbed(void **unused) {
    (void)unused;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        bool asked = menu_asks(steps[i].ladder);
        int reason = reason_number(steps[i].reason);
        for (size_t j = 0; j < ROW_COUNT; j++) {
            const char *ladder = guard_ladder(rows[j].guard);
            asked |= ladder != NULL && same(ladder, steps[i].ladder);
        }
        if (!asked) complain_name("ladder", steps[i].ladder, "no row asks it");
        if (reason < 0) complain_name("step", steps[i].guard, "no such reason");
        if (i > 0 && !same(steps[i].ladder, steps[i - 1].ladder) && is_ladder(steps[i].ladder))
            for (size_t j = 0; j < i; j++)
                if (same(steps[j].ladder, steps[i].ladder)) complain_name("ladder", steps[i].ladder, "in two places");
    }
    assert_int_equal(complaints, 0);
}

static bool is_input(const char *name) {
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (same(inputs[i].name, name)) return true;
    return same(name, "ANY");
}

static void every_admission_refuses_an_input(void **unused) {
    (void)unused;
    for (size_t i = 0; i < ADMIT_COUNT; i++) {
        int reason = reason_number(admits[i].reason);
        if (!is_input(admits[i].kind)) complain_name("admission", admits[i].kind, "no such input");
        if (reason < 0 || !refusals[reason])
            complain_name("admission", admits[i].kind, "its reason is none, or accepts");
    }
    assert_int_equal(complaints, 0);
}

/* ---- questions and verbs ---- */

static bool is_asked(const char *guard) {
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (same(rows[i].guard, guard)) return true;
    for (size_t i = 0; i < STEP_COUNT; i++)
        if (same(steps[i].guard, guard)) return true;
    for (size_t i = 0; i < ADMIT_COUNT; i++)
        if (same(admits[i].guard, guard)) return true;
    for (size_t i = 0; i < PREFILL_COUNT; i++)
        if (same(prefill_guards[i], guard)) return true;
    return guard_ladder(guard) != NULL && menu_asks(guard_ladder(guard));
}

static bool is_done(const char *verb) {
    char deed[96];
    snprintf(deed, sizeof deed, "DO(%s,", verb);
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strstr(rows[i].actions, deed) != NULL) return true;
    return false;
}

static void every_question_and_verb_is_used(void **unused) {
    (void)unused;
    for (size_t i = 0; i < GUARD_COUNT; i++)
        if (!is_asked(guards[i])) complain_name("guard", guards[i], "no table asks it");
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (!is_done(verbs[i])) complain_name("action", verbs[i], "no row does it");
    assert_int_equal(complaints, 0);
}

/* check_raises: an event is raised only in a machine that handles it. */
static void check_raises(const struct row *row) {
    for (const char *at = strstr(row->actions, "DO(raise_"); at != NULL; at = strstr(at + 1, "DO(raise_")) {
        char machine[64];
        char event[64];
        /* raise_<machine>, or raise_<machine>_elsewhere, _everywhere: at other devices that list the headset */
        if (sscanf(at, "DO(raise_%63[a-z], EVENT_%63[a-z_])", machine, event) != 2 &&
            sscanf(at, "DO(raise_%63[a-z]_%*[a-z], EVENT_%63[a-z_])", machine, event) != 2)
            complain(row, "raise_<machine> takes an EVENT_");
        else if (!handled(machine, event))
            complain(row, "raises an event that the machine does not handle");
    }
}

static void every_raise_is_heard(void **unused) {
    (void)unused;
    for (size_t i = 0; i < ROW_COUNT; i++) check_raises(&rows[i]);
    assert_int_equal(complaints, 0);
}

/* ---- rule ids ----
 * tests/abi/rules.txt has the ids that stand in bold at the head of a rule of the specification, one a line, sorted. A
 * new rule there is a new line here. */

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
    if (strstr(rule_ids, line) == NULL) {
        print_error("%s %s: \"%s\" is no rule of the specification\n", where, name, rule);
        complaints++;
    }
    if (*hsvc_rule_text(rule, strlen(rule)) != '\0') return;
    print_error("%s %s: no sentence says what \"%s\" is\n", where, name, rule);
    complaints++;
}

static void every_rule_is_of_the_specification(void **unused) {
    (void)unused;
    for (size_t i = 0; i < ROW_COUNT; i++) check_rule(rows[i].machine, rows[i].event, rows[i].rule);
    for (size_t i = 0; i < STEP_COUNT; i++) check_rule(steps[i].ladder, steps[i].guard, steps[i].rule);
    for (size_t i = 0; i < TIMER_COUNT; i++) check_rule("timer", timers[i].field, timers[i].rule);
    for (size_t i = 0; i < ADMIT_COUNT; i++) check_rule("admission", admits[i].kind, admits[i].rule);
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) \
    check_rule("parameter", #name, rule);
#include "../../lib/rules/parameters.def"
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
        cmocka_unit_test_setup(every_ladder_has_its_ends, start_counting),
        cmocka_unit_test_setup(every_admission_refuses_an_input, start_counting),
        cmocka_unit_test_setup(every_question_and_verb_is_used, start_counting),
        cmocka_unit_test_setup(every_raise_is_heard, start_counting),
        cmocka_unit_test_setup(every_rule_is_of_the_specification, read_rule_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
