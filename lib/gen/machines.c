/* machines.c: writes docs/machines/ from the tables of the rule machines: for each a page, a picture in Mermaid and one
 * in DOT, and an index with ladders and timers. Use: machines OUTDIR. A test compares the committed pages with this. */
#include "page.h"
#include "rows.h"

static struct table table;

static const char rules_page[] = "../reference/rules.md";

static const char generated[] = "<!-- Generated from lib/rules/*.def by lib/gen/machines.c; do not edit. -->\n";

/* ---- cells ---- */

/* state_list: "IN(A) | GROUP" as "A, GROUP". */
static const char *state_list(const char *states_text, char *to, size_t size) {
    char name[64];
    int is_group;
    size_t used = 0;
    if (same(states_text, "ANY")) return "any";
    while (next_name(&states_text, name, sizeof name, &is_group))
        used += (size_t)snprintf(to + used, size - used, "%s%s", used == 0 ? "" : ", ", name);
    return to;
}

/* plain_argument: an action's argument without the prefix that says which list it is from; "" for none. */
static const char *plain_argument(const char *argument) {
    static const char *const prefixes[] = {"CAUSE_", "REASON_", "PROMPT_", "EVENT_"};
    if (same(argument, "NONE")) return "";
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (strncmp(argument, prefixes[i], strlen(prefixes[i])) == 0) return argument + strlen(prefixes[i]);
    return argument;
}

struct deed {
    char verb[64];
    char argument[64];
};

/* next_deed: the next DO(verb, argument) from *at on, which it moves on; 0 at the end. */
static int next_deed(const char **at, struct deed *deed) {
    const char *here = strstr(*at, "DO(");
    int len;
    if (here == NULL) return 0;
    here += 3;
    len = (int)strcspn(here, ",");
    snprintf(deed->verb, sizeof deed->verb, "%.*s", len, here);
    here += len + (int)strspn(here + len, ", ");
    len = (int)strcspn(here, ")");
    snprintf(deed->argument, sizeof deed->argument, "%.*s", len, here);
    *at = here + len;
    return 1;
}

/* raised_machine: of "raise_session" or "raise_session_everywhere" the machine's name and its length; 0: raises nothing. */
static int raised_machine(const struct deed *deed) {
    return strncmp(deed->verb, "raise_", 6) == 0 ? (int)strcspn(deed->verb + 6, "_") : 0;
}

/* action_list: "DO(open, NONE) DO(raise_session, EVENT_headset_left)" as "open; session: headset_left" with a link. */
static const char *action_list(const char *actions, char *to, size_t size) {
    struct deed deed;
    size_t used = 0;
    to[0] = '\0';
    while (next_deed(&actions, &deed)) {
        const char *argument = plain_argument(deed.argument);
        const char *comma = used == 0 ? "" : "; ";
        int len = raised_machine(&deed);
        if (len != 0)
            used += (size_t)snprintf(to + used, size - used, "%s[%s: %s](%.*s.md#%s)", comma, words(deed.verb + 6), argument,
                                     len, deed.verb + 6, argument);
        else
            used += (size_t)snprintf(to + used, size - used, "%s%s%s%s", comma, words(deed.verb),
                                     *argument == '\0' ? "" : " ", argument);
    }
    return to;
}

/* raises: does this row raise this event in this machine? */
static int raises(const struct row *row, const char *machine, const char *event) {
    const char *at = row->actions;
    struct deed deed;
    while (next_deed(&at, &deed))
        if (raised_machine(&deed) == (int)strlen(machine) && strncmp(deed.verb + 6, machine, strlen(machine)) == 0 &&
            same(plain_argument(deed.argument), event))
            return 1;
    return 0;
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
    cell(&table, "%d", number);
    if (row->kind == IS_OTHER) {
        cell(&table, "any other");
        cell(&table, "");
        cell(&table, "%s", other_text(row));
        cell(&table, "");
    } else {
        cell(&table, "%s", state_list(row->states, from, sizeof from));
        guard_cell(row->guard);
        cell(&table, "%s", action_list(row->actions, does, sizeof does));
        cell(&table, "%s", same(row->next, "SAME") ? "" : row->next);
    }
    cell(&table, "%s", verdict_text(row));
    cell(&table, "%s", cite(row->rule));
    cell(&table, "%s", row->why);
}

static const char *event_text(const char *name) {
    for (size_t i = 0; i < EVENT_COUNT; i++)
        if (same(events[i].name, name)) return events[i].text;
    return "";
}

/* machine_raises: does any row of machine number i raise this event? */
static int machine_raises(size_t i, const char *machine, const char *event) {
    for (size_t j = 0; j < ROW_COUNT; j++)
        if (same(rows[j].machine, machines[i].name) && raises(&rows[j], machine, event)) return 1;
    return 0;
}

/* print_sources: what brings an event about: inputs, timers, machines; else the engine itself. */
static void print_sources(FILE *to, const char *machine, const char *event) {
    int count = 0;
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (same(inputs[i].machine, machine) && same(inputs[i].event, event))
            fprintf(to, "%s input [%s](../reference/inputs.md)", count++ == 0 ? "From" : ",", inputs[i].name);
    for (size_t i = 0; i < TIMER_COUNT; i++)
        if (same(timers[i].machine, machine) && same(timers[i].event, event))
            fprintf(to, "%s timer [%s](README.md#timers)", count++ == 0 ? "From" : ",", timers[i].field);
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (machine_raises(i, machine, event))
            fprintf(to, "%s machine [%s](%s.md)", count++ == 0 ? "From" : ",", machines[i].name, machines[i].name);
    fprintf(to, "%s\n", count == 0 ? "From the engine." : ".");
}

static void print_event(FILE *to, const char *machine, const char *event) {
    int number = 0;
    fprintf(to, "\n### %s\n\n", event);
    if (*event_text(event) != '\0')
        fprintf(to, "%c%s%s ", toupper((unsigned char)*event_text(event)), event_text(event) + 1,
                strchr(event_text(event), '?') == NULL ? "." : "");
    print_sources(to, machine, event);
    fprintf(to, "\n");
    table_begin(&table, "row|in|if|does|becomes|verdict|rule|why");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (!same(rows[i].machine, machine)) continue;
        if (row_handles(&rows[i], machine, event)) row_cells(&rows[i], number);
        number++;
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

/* A group of three states or more is drawn as a box if it shares none with the boxes before it; an arrow that all its
 * states have leaves the box once. */
static int is_box[GROUP_COUNT];

/* An arrow of a picture, from a state or a box. */
struct edge {
    const char *from;
    const char *into;
    char label[CELL_SIZE]; /* events, "\n" between */
};
enum { EDGES = 256 };
static struct edge edges[EDGES];
static size_t edge_count;

static int is_in(const struct group *group, const char *state) {
    return states_cover(group->machine, group->states, state);
}

static int share_a_state(const struct group *a, const struct group *b) {
    if (!same(a->machine, b->machine)) return 0;
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (same(states[i].machine, a->machine) && is_in(a, states[i].name) && is_in(b, states[i].name)) return 1;
    return 0;
}

static int size_of(const struct group *group) {
    int count = 0;
    for (size_t i = 0; i < STATE_COUNT; i++)
        count += same(states[i].machine, group->machine) && is_in(group, states[i].name);
    return count;
}

static void choose_boxes(void) {
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        is_box[i] = size_of(&groups[i]) >= 3;
        for (size_t j = 0; j < i; j++)
            if (is_box[j] && share_a_state(&groups[i], &groups[j])) is_box[i] = 0;
    }
}

static const struct group *box_of(const char *machine, const char *state) {
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (is_box[i] && same(groups[i].machine, machine) && is_in(&groups[i], state)) return &groups[i];
    return NULL;
}

static void add_edge(const char *from, const char *into, const char *event) {
    struct edge *edge = edges;
    while (edge < edges + edge_count && !(same(edge->from, from) && same(edge->into, into))) edge++;
    if (edge == edges + edge_count) {
        if (edge_count++ == EDGES) die("too many edges");
        edge->from = from;
        edge->into = into;
        edge->label[0] = '\0';
    }
    for (const char *at = strstr(edge->label, event); at != NULL; at = strstr(at + 1, event)) {
        char next = at[strlen(event)];
        if ((at == edge->label || at[-1] == 'n') && (next == '\0' || next == '\\')) return;
    }
    snprintf(edge->label + strlen(edge->label), sizeof edge->label - strlen(edge->label), "%s%s",
             *edge->label == '\0' ? "" : "\\n", event);
}

/* row_is_reached: no earlier row of the event always takes this state? */
static int row_is_reached(const struct row *row, const char *state) {
    for (const struct row *earlier = rows; earlier < row; earlier++)
        if (row_handles(earlier, row->machine, row->event) && same(earlier->guard, "always") &&
            row_covers(earlier, state))
            return 0;
    return 1;
}

/* add_row_edges: the arrows of one row from the states that one part of its list holds, or from the box it names. */
static void add_row_edges(const struct row *row, const char *part, const struct group *box) {
    for (size_t i = 0; i < STATE_COUNT; i++) {
        const char *state = states[i].name;
        if (!same(states[i].machine, row->machine) || !states_cover(row->machine, part, state)) continue;
        if (same(state, row->next) || !row_is_reached(row, state)) continue;
        add_edge(box == NULL ? state : box->name, row->next, row->event);
    }
}

/* collect_row: a group that is a box and does not hold the target is one source; another is taken apart. */
static void collect_row(const struct row *row) {
    const char *open[GROUP_COUNT + 1];
    size_t used = 0;
    open[used++] = row->states;
    while (used > 0) {
        char name[64];
        char part[80];
        int is_group;
        const char *at = open[--used];
        while (next_name(&at, name, sizeof name, &is_group)) {
            const struct group *group = is_group ? group_of(row->machine, name) : NULL;
            int as_box = group != NULL && is_box[group - groups] && !is_in(group, row->next);
            snprintf(part, sizeof part, is_group ? "%s" : "IN(%s)", name);
            if (group != NULL && !as_box && used < GROUP_COUNT)
                open[used++] = group->states;
            else
                add_row_edges(row, part, group);
        }
    }
}

static void collect_edges(const char *machine) {
    edge_count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (same(rows[i].machine, machine) && !same(rows[i].next, "SAME")) collect_row(&rows[i]);
}

static const char *first_state(const char *machine) {
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (same(states[i].machine, machine)) return states[i].name;
    return NULL;
}

/* print_nodes: the states outside the boxes, then the boxes. */
static void print_nodes(FILE *to, const char *machine, int as_dot) {
    const char *end = as_dot ? ";" : "";
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (same(states[i].machine, machine) && box_of(machine, states[i].name) == NULL)
            fprintf(to, "    %s%s\n", states[i].name, end);
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        if (!is_box[i] || !same(groups[i].machine, machine)) continue;
        fprintf(to, "    %s%s {\n", as_dot ? "subgraph cluster_" : "state ", groups[i].name);
        if (as_dot) fprintf(to, "        label=\"%s\";\n", groups[i].name);
        for (size_t j = 0; j < STATE_COUNT; j++)
            if (same(states[j].machine, machine) && is_in(&groups[i], states[j].name))
                fprintf(to, "        %s%s\n", states[j].name, end);
        fprintf(to, "    }\n");
    }
}

static void print_picture(FILE *to, const char *machine) {
    collect_edges(machine);
    if (edge_count == 0) return;
    fprintf(to,
            "\n## Picture\n\nEvents that change the state; what leaves it as it is stands in the rows. [As "
            "DOT](%s.dot).\n\n",
            machine);
    fprintf(to, "```mermaid\nstateDiagram-v2\n    [*] --> %s\n", first_state(machine));
    print_nodes(to, machine, 0);
    for (size_t i = 0; i < edge_count; i++)
        fprintf(to, "    %s --> %s : %s\n", edges[i].from, edges[i].into, edges[i].label);
    fprintf(to, "```\n");
}

/* print_dot_edge: DOT draws arrows between states only; one from a box starts at a state and is cut at the border. */
static void print_dot_edge(FILE *to, const char *machine, const struct edge *edge) {
    const struct group *box = group_of(machine, edge->from);
    if (box == NULL) {
        fprintf(to, "    %s -> %s [label=\"%s\"];\n", edge->from, edge->into, edge->label);
        return;
    }
    for (size_t i = 0; i < STATE_COUNT; i++) {
        if (!same(states[i].machine, machine) || !is_in(box, states[i].name)) continue;
        fprintf(to, "    %s -> %s [ltail=cluster_%s, label=\"%s\"];\n", states[i].name, edge->into, box->name,
                edge->label);
        return;
    }
}

static void write_dot(const char *folder, const char *machine) {
    char name[96];
    FILE *to;
    collect_edges(machine);
    if (edge_count == 0) return;
    snprintf(name, sizeof name, "%s.dot", machine);
    to = page_open(folder, name);
    fprintf(to, "// Generated from lib/rules/%s.def by lib/gen/machines.c; do not edit.\ndigraph %s {\n", machine,
            machine);
    fprintf(to, "    rankdir=LR;\n    compound=true;\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
    fprintf(to, "    edge [fontname=\"sans-serif\", fontsize=10];\n");
    print_nodes(to, machine, 1);
    for (size_t i = 0; i < edge_count; i++) print_dot_edge(to, machine, &edges[i]);
    fprintf(to, "}\n");
    page_close(to);
}

/* ---- pages ---- */

static void print_groups(FILE *to, const char *machine) {
    char list[CELL_SIZE];
    int count = 0;
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (same(groups[i].machine, machine))
            fprintf(to, "%s- %s: %s\n", count++ == 0 ? "\nUnder one name:\n\n" : "", groups[i].name,
                    state_list(groups[i].states, list, sizeof list));
}

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
    print_groups(to, machine);
}

static void write_machine(const char *folder, const struct machine *machine) {
    char name[96];
    FILE *to;
    snprintf(name, sizeof name, "%s.md", machine->name);
    to = page_open(folder, name);
    fprintf(to, "# The %s machine\n\n%s", machine->name, generated);
    fprintf(to, "\n%c%s. Subject: %s.\n", toupper((unsigned char)machine->text[0]), machine->text + 1,
            machine->subject);
    fprintf(to,
            "\n[All machines](README.md) · [ladders](README.md#ladders) · [rules](../reference/rules.md) · "
            "[reasons](../reference/reasons.md)\n");
    print_states(to, machine->name);
    print_picture(to, machine->name);
    fprintf(to,
            "\n## Rows\n\nPer event, the first row whose state and question fit. No entry under *becomes*: the state "
            "stays.\n");
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (same(rows[i].machine, machine->name) && first_of_event(i)) print_event(to, machine->name, rows[i].event);
    cited_end(to, rules_page);
    page_close(to);
    write_dot(folder, machine->name);
}

static int rows_of(const char *machine) {
    int count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++) count += same(rows[i].machine, machine);
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
        fprintf(to, "%d. %s: `%s` (%s)%s%s\n", ++number, words(steps[i].guard), steps[i].reason, cite(steps[i].rule),
                *steps[i].why == '\0' ? "" : ": ", steps[i].why);
    }
}

/* print_admission: per kind of input, what bars it before any machine runs. */
static void print_admission(FILE *to) {
    fprintf(to, "\n## Admission\n\nBefore any machine runs, the first of these that holds refuses the input.\n\n");
    table_begin(&table, "input|if|verdict|rule|why");
    for (size_t i = 0; i < ADMIT_COUNT; i++) {
        cell(&table, "%s", i > 0 && same(admits[i].kind, admits[i - 1].kind) ? "" : admits[i].kind);
        cell(&table, "%s", words(admits[i].guard));
        cell(&table, "%s", admits[i].reason);
        cell(&table, "%s", cite(admits[i].rule));
        cell(&table, "%s", admits[i].why);
    }
    table_end(&table, to);
}

static void print_picks(FILE *to) {
    fprintf(to, "\n## Small lists\n\nAn entry of the phone's menu is enabled while nothing in its ladder bars it:\n\n");
#define MENU(entry, ladder) fprintf(to, "- %s: [%s](#%s)\n", #entry, #ladder, #ladder);
#include "../rules/picks.def"
#undef MENU
    fprintf(to, "\nWhose id stands in a prompt when it opens, the first that fits; else nobody's:\n\n");
    table_begin(&table, "prompt|if|user|rule|why");
#define PREFILL(list, guard, user, rule, why) \
    cell(&table, "%s", words(#list));         \
    cell(&table, "%s", words(#guard));        \
    cell(&table, "%s", words(#user));         \
    cell(&table, "%s", cite(rule));           \
    cell(&table, "%s", why);
#include "../rules/picks.def"
#undef PREFILL
    table_end(&table, to);
    fprintf(to, "\nWhat the phone learns of a refusal before the PIN was right:\n\n");
    table_begin(&table, "refusal|told as|rule|why");
#define TOLD(reason, instead, rule, why) \
    cell(&table, "%s", #reason);         \
    cell(&table, "%s", #instead);        \
    cell(&table, "%s", cite(rule));      \
    cell(&table, "%s", why);
#include "../rules/picks.def"
#undef TOLD
    table_end(&table, to);
}

static void print_timers(FILE *to) {
    fprintf(to,
            "\n## Timers\n\nThe kinds of deadline in a device's record. A timer is an ordinary event, also when it is "
            "late.\n\n");
    table_begin(&table, "timer|machine|event|rule|what ends");
    for (size_t i = 0; i < TIMER_COUNT; i++) {
        const struct timer *timer = &timers[i];
        cell(&table, "%s", timer->field);
        cell(&table, "[%s](%s.md#%s)", timer->machine, timer->machine, timer->event);
        cell(&table, "%s", timer->event);
        cell(&table, "%s", cite(timer->rule));
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
    table_begin(&table, "machine|subject|states|rows|what it is for");
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        const struct machine *machine = &machines[i];
        cell(&table, "[%s](%s.md)", machine->name, machine->name);
        cell(&table, "%s", machine->subject);
        cell(&table, "%d", states_of(machine->name));
        cell(&table, "%d", rows_of(machine->name));
        cell(&table, "%s", machine->text);
    }
    table_end(&table, to);
    print_ladders(to);
    print_timers(to);
    print_admission(to);
    print_picks(to);
    cited_end(to, rules_page);
    page_close(to);
}

int main(int argc, char **argv) {
    if (argc != 2) die("use: machines OUTDIR");
    choose_boxes();
    for (size_t i = 0; i < MACHINE_COUNT; i++) write_machine(argv[1], &machines[i]);
    write_index(argv[1]);
    return EXIT_SUCCESS;
}
