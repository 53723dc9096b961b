/* machines.c: writes docs/machines/ from the tables of the rule machines: for each a page, a picture in Mermaid and one
 * in DOT, and an index with ladders and timers. Use: machines OUTDIR. A test compares the committed pages with this. */
#include "page.h"
#include "rows.h"

static struct table table;

static const char generated[] = "<!-- Generated from lib/rules/*.def by lib/gen/machines.c; do not edit. -->\n";

/* ---- cells ---- */

/* state_list: "IN(A) | IN(B)" as "A, B". */
static const char *state_list(const char *states_text, char *to, size_t size) {
    size_t used = 0;
    if (same(states_text, "ANY")) return "any";
    to[0] = '\0';
    for (const char *at = strstr(states_text, "IN("); at != NULL; at = strstr(at + 1, "IN("))
        used += (size_t)snprintf(to + used, size - used, "%s%.*s", used == 0 ? "" : ", ", (int)strcspn(at + 3, ")"),
                                 at + 3);
    return to;
}

/* action_list: "DO(open, WINDOW) DO(ask, 0)" as "open WINDOW; ask". */
static const char *action_list(const char *actions, char *to, size_t size) {
    size_t used = 0;
    to[0] = '\0';
    for (const char *at = strstr(actions, "DO("); at != NULL; at = strstr(at + 1, "DO(")) {
        const char *verb = at + 3;
        int verb_len = (int)strcspn(verb, ",");
        const char *argument = verb + verb_len + strspn(verb + verb_len, ", ");
        int argument_len = (int)strcspn(argument, ")");
        int silent = strncmp(argument, "0)", 2) == 0 || strncmp(argument, "NONE)", 5) == 0;
        char plain[96];
        snprintf(plain, sizeof plain, "%.*s", verb_len, verb);
        used += (size_t)snprintf(to + used, size - used, "%s%s%s%.*s", used == 0 ? "" : "; ", words(plain),
                                 silent ? "" : " ", silent ? 0 : argument_len, argument);
    }
    return to;
}

/* guard_cell: the question in plain words; a ladder links to its list. */
static void guard_cell(const char *guard) {
    const char *ladder = guard_ladder(guard);
    if (ladder != NULL)
        cell(&table, "[barred by %s](README.md#%s)", words(ladder), ladder);
    else
        cell(&table, "%s", same(guard, "always") ? "" : words(guard));
}

static const char *verdict_text(const struct row *row) {
    if (same(row->verdict, "BY_LADDER")) return "the ladder's";
    return same(row->verdict, "NONE") ? "" : row->verdict;
}

static const char *other_text(const struct row *row) {
    if (same(row->other, "REFUSE")) return "refused";
    return same(row->other, "IMPOSSIBLE") ? "impossible" : "ignored";
}

/* ---- one event ---- */

static void row_cells(const struct row *row, int number) {
    char from[CELL_SIZE];
    char does[CELL_SIZE];
    if (row->kind == IS_OTHER) {
        cell(&table, "");
        cell(&table, "any other");
        cell(&table, "");
        cell(&table, "%s", other_text(row));
        cell(&table, "");
    } else {
        cell(&table, "%d", number);
        cell(&table, "%s", state_list(row->states, from, sizeof from));
        guard_cell(row->guard);
        cell(&table, "%s", action_list(row->actions, does, sizeof does));
        cell(&table, "%s", same(row->next, "SAME") ? "" : row->next);
    }
    cell(&table, "%s", verdict_text(row));
    cell(&table, "%s", row->rule);
    cell(&table, "%s", row->why);
}

static const char *event_text(const char *name) {
    for (size_t i = 0; i < EVENT_COUNT; i++)
        if (same(events[i].name, name)) return events[i].text;
    return "";
}

/* print_sources: what brings an event about: inputs and timers; else another machine raises it. */
static void print_sources(FILE *to, const char *machine, const char *event) {
    int count = 0;
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (same(inputs[i].machine, machine) && same(inputs[i].event, event))
            fprintf(to, "%s [%s](../reference/inputs.md)", count++ == 0 ? "From input" : ",", inputs[i].name);
    for (size_t i = 0; i < TIMER_COUNT; i++)
        if (same(timers[i].machine, machine) && same(timers[i].event, event))
            fprintf(to, "%s [%s](README.md#timers)", count++ == 0 ? "From timer" : ", timer", timers[i].name);
    fprintf(to, "%s\n", count == 0 ? "Raised by another machine." : ".");
}

static void print_event(FILE *to, const char *machine, const char *event) {
    int number = 0;
    fprintf(to, "\n### %s\n\n", event);
    if (*event_text(event) != '\0')
        fprintf(to, "%c%s. ", toupper((unsigned char)*event_text(event)), event_text(event) + 1);
    print_sources(to, machine, event);
    fprintf(to, "\n");
    table_begin(&table, "row|in|if|does|becomes|verdict|rule|why");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (!same(rows[i].machine, machine)) continue;
        if (row_handles(&rows[i], machine, event)) row_cells(&rows[i], number);
        number += rows[i].kind == IS_ROW;
    }
    table_end(&table, to);
}

/* first_of_event: is row i the first of its machine that names its event? */
static int first_of_event(size_t i) {
    for (size_t j = 0; j < i; j++)
        if (row_handles(&rows[j], rows[i].machine, rows[i].event)) return 0;
    return 1;
}

/* ---- pictures ---- */

/* row_is_reached: no earlier row of the event always takes this state? */
static int row_is_reached(size_t i, const char *state) {
    for (size_t j = 0; j < i; j++)
        if (row_handles(&rows[j], rows[i].machine, rows[i].event) && same(rows[j].guard, "always") &&
            row_covers(&rows[j], state))
            return 0;
    return 1;
}

/* edge_label: the events that lead from one state to another, each once, with `newline` between; "" if there are none. */
static const char *edge_label(const char *machine, const char *from, const char *into, const char *newline) {
    static char label[CELL_SIZE];
    size_t used = 0;
    label[0] = '\0';
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        int known = 0;
        if (!same(row->machine, machine) || !same(row->next, into) || !row_covers(row, from)) continue;
        if (!row_is_reached(i, from)) continue;
        for (size_t j = 0; j < i; j++)
            known |=
                row_handles(&rows[j], machine, row->event) && same(rows[j].next, into) && row_covers(&rows[j], from);
        if (!known)
            used += (size_t)snprintf(label + used, sizeof label - used, "%s%s", used == 0 ? "" : newline, row->event);
    }
    return label;
}

typedef void (*edge_fn)(FILE *to, const char *from, const char *into, const char *label);

static int each_edge(FILE *to, const char *machine, const char *newline, edge_fn print) {
    int count = 0;
    for (size_t i = 0; i < STATE_COUNT; i++)
        for (size_t j = 0; j < STATE_COUNT; j++) {
            const char *label;
            if (i == j || !same(states[i].machine, machine) || !same(states[j].machine, machine)) continue;
            label = edge_label(machine, states[i].name, states[j].name, newline);
            if (*label == '\0') continue;
            if (print != NULL) print(to, states[i].name, states[j].name, label);
            count++;
        }
    return count;
}

static void mermaid_edge(FILE *to, const char *from, const char *into, const char *label) {
    fprintf(to, "    %s --> %s : %s\n", from, into, label);
}

static void dot_edge(FILE *to, const char *from, const char *into, const char *label) {
    fprintf(to, "    %s -> %s [label=\"%s\"];\n", from, into, label);
}

static const char *first_state(const char *machine) {
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (same(states[i].machine, machine)) return states[i].name;
    return NULL;
}

static void print_picture(FILE *to, const char *machine) {
    if (each_edge(to, machine, "", NULL) == 0) return;
    fprintf(to,
            "\n## Picture\n\nEvents that change the state; what leaves it as it is stands in the rows. [As "
            "DOT](%s.dot).\n\n",
            machine);
    fprintf(to, "```mermaid\nstateDiagram-v2\n    [*] --> %s\n", first_state(machine));
    each_edge(to, machine, "\\n", mermaid_edge);
    fprintf(to, "```\n");
}

static void write_dot(const char *folder, const char *machine) {
    char name[96];
    FILE *to;
    snprintf(name, sizeof name, "%s.dot", machine);
    to = page_open(folder, name);
    fprintf(to, "// Generated from lib/rules/%s.def by lib/gen/machines.c; do not edit.\ndigraph %s {\n", machine,
            machine);
    fprintf(to, "    rankdir=LR;\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
    fprintf(to, "    edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (same(states[i].machine, machine)) fprintf(to, "    %s;\n", states[i].name);
    each_edge(to, machine, "\\n", dot_edge);
    fprintf(to, "}\n");
    page_close(to);
}

/* ---- pages ---- */

static void print_states(FILE *to, const char *machine) {
    if (first_state(machine) == NULL) {
        fprintf(to, "\nThis machine has no states of its own: every event is judged by the records alone.\n");
        return;
    }
    fprintf(to, "\n## States\n\n");
    table_begin(&table, "state|number|what holds in it");
    for (size_t i = 0; i < STATE_COUNT; i++) {
        if (!same(states[i].machine, machine)) continue;
        cell(&table, "%s", states[i].name);
        cell(&table, "%d", states[i].number);
        cell(&table, "%s", states[i].contract);
    }
    table_end(&table, to);
}

static void write_machine(const char *folder, const struct machine *machine) {
    char name[96];
    FILE *to;
    snprintf(name, sizeof name, "%s.md", machine->name);
    to = page_open(folder, name);
    fprintf(to, "# The %s machine\n\n%s", machine->name, generated);
    fprintf(to, "\n%c%s. One per %s.\n", toupper((unsigned char)machine->text[0]), machine->text + 1, machine->subject);
    fprintf(to, "\n[All machines](README.md) · [ladders](README.md#ladders) · [reasons](../reference/reasons.md)\n");
    print_states(to, machine->name);
    print_picture(to, machine->name);
    fprintf(to,
            "\n## Rows\n\nPer event, the first row whose state and question fit. No entry under *becomes*: the state "
            "stays.\n");
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (same(rows[i].machine, machine->name) && first_of_event(i)) print_event(to, machine->name, rows[i].event);
    page_close(to);
    write_dot(folder, machine->name);
}

static int count_of(const char *machine, enum row_kind kind) {
    int count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++) count += same(rows[i].machine, machine) && rows[i].kind == kind;
    return count;
}

static int states_of(const char *machine) {
    int count = 0;
    for (size_t i = 0; i < STATE_COUNT; i++) count += same(states[i].machine, machine);
    return count;
}

static void print_ladders(FILE *to) {
    int number = 0;
    fprintf(to,
            "\n## Ladders\n\nA ladder is a list of questions, asked in order; the first *yes* bars the way and its "
            "reason is the verdict.\n");
    for (size_t i = 0; i < STEP_COUNT; i++) {
        if (i == 0 || !same(steps[i].ladder, steps[i - 1].ladder)) {
            fprintf(to, "\n### %s\n\n", steps[i].ladder);
            number = 0;
        }
        fprintf(to, "%d. %s: `%s` (%s)%s%s\n", ++number, words(steps[i].guard), steps[i].reason, steps[i].rule,
                *steps[i].why == '\0' ? "" : ": ", steps[i].why);
    }
}

static void print_timers(FILE *to) {
    fprintf(to,
            "\n## Timers\n\nThe kinds of deadline in a device's record. A timer is an ordinary event, also when it is "
            "late.\n\n");
    table_begin(&table, "timer|machine|event|length|rule|what it ends");
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        const struct timer *timer = &timers[i];
        cell(&table, "%s", timer->name);
        cell(&table, "[%s](%s.md#%s)", timer->machine, timer->machine, timer->event);
        cell(&table, "%s", timer->event);
        cell(&table, "%s", timer->most);
        cell(&table, "%s", timer->rule);
        cell(&table, "%s", timer->text);
    }
    table_end(&table, to);
}

static void write_index(const char *folder) {
    FILE *to = page_open(folder, "README.md");
    fprintf(to, "# The rule machines\n\n%s", generated);
    fprintf(
        to,
        "\nEvery decision is a row of one of these tables. The interpreter runs the same rows that stand here.\n\n");
    table_begin(&table, "machine|one per|states|rows|what it is for");
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        const struct machine *machine = &machines[i];
        cell(&table, "[%s](%s.md)", machine->name, machine->name);
        cell(&table, "%s", machine->subject);
        cell(&table, "%d", states_of(machine->name));
        cell(&table, "%d", count_of(machine->name, IS_ROW));
        cell(&table, "%s", machine->text);
    }
    table_end(&table, to);
    print_ladders(to);
    print_timers(to);
    page_close(to);
}

int main(int argc, char **argv) {
    if (argc != 2) die("use: machines OUTDIR");
    for (size_t i = 0; i < MACHINE_COUNT; i++) write_machine(argv[1], &machines[i]);
    write_index(argv[1]);
    return EXIT_SUCCESS;
}
