/* records.c: writes docs/reference/ pages of what is written down, counted and checked: audit.md, jobs.md, counters.md,
 * invariants.md. A test compares the committed pages with this. Use: records OUTDIR */
#include "page.h"

static struct table table;

static const char generated[] = "<!-- Generated from the registries in lib/ by lib/gen/records.c; do not edit. -->\n";

static FILE *begin(const char *folder, const char *name, const char *title, const char *intro) {
    FILE *to = page_open(folder, name);
    fprintf(to, "# %s\n\n%s\n%s\n\n", title, generated, intro);
    return to;
}

/* ---- the audit ---- */

/* fact_values: of a state the machine that has it, as a link. */
static void fact_values(const char *machine, int bits) {
    if (strcmp(machine, "NONE") == 0) cell(&table, "0 .. %lld", bits < 63 ? (1LL << bits) - 1 : -1LL);
    else cell(&table, "a state of [%s](../machines/%s.md)", machine, machine);
}

static void print_facts(FILE *to) {
    table_begin(&table, "subject|fact|values");
#define FACT(subject, word, shift, bits, name, machine, value) \
    cell(&table, "%s", #subject);                              \
    cell(&table, "%s", #name);                                 \
    fact_values(#machine, bits);
#define WHOLE(subject, word, name, whose, value) \
    cell(&table, "%s", #subject);                \
    cell(&table, "%s", #name);                   \
    cell(&table, "%s", #whose[0] == '0' ? "a number" : "the number of a user");
#include "../records/facts.def"
#undef FACT
#undef WHOLE
    table_end(&table, to);
}

static void print_always(FILE *to) {
    const char *before = "";
    fprintf(to, "\n## Entered in any case\n\nThese inputs are entered even if they changed nothing of the above:\n");
#define ALWAYS(kind)                             \
    fprintf(to, "%s`%s`", before, #kind);        \
    before = ",\n";
#include "../records/facts.def"
#undef ALWAYS
    fprintf(to, ".\n");
}

static void write_audit(const char *folder) {
    FILE *to = begin(folder, "audit.md", "What the audit says",
                     "The facts of a subject before and after, as `hsvc_audit_fact_at` gives them (OBS-3). A value too large for its\n"
                     "range is entered as the largest. Subjects are constants `HSVC_SUBJECT_`. The guide:\n"
                     "[audit, explain, counters](../guide/audit.md).");
    print_facts(to);
    print_always(to);
    page_close(to);
}

/* ---- jobs ---- */

static void put_walks(const char *job) {
    char text[CELL_SIZE] = "";
#define WALK(of, walk) \
    if (strcmp(#of, job) == 0) snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *text == '\0' ? "" : ", then ", words(#walk));
#include "../rules/jobs.def"
#undef WALK
    for (char *at = text; *at != '\0'; at++) *at = (char)tolower((unsigned char)*at);
    cell(&table, "%s", text);
}

static void write_jobs(const char *folder) {
    FILE *to = begin(folder, "jobs.md", "Jobs",
                     "What touches more records than one commit may hold is one commit, effective from then on, and a job that\n"
                     "`hsvc_advance` works off in slices, on any node (STORE-3). What each does where it comes to is a row of the\n"
                     "[sweep machine](../machines/sweep.md). The guide: [deadlines](../guide/deadlines.md).");
    table_begin(&table, "job|number|what happened|walks");
#define JOB(name, number, text)   \
    cell(&table, "%s", #name);    \
    cell(&table, "%d", number);   \
    cell(&table, "%s", text);     \
    put_walks(#name);
#include "../rules/jobs.def"
#undef JOB
    table_end(&table, to);
    page_close(to);
}

/* ---- counters ---- */

static void write_counters(const char *folder) {
    FILE *to = begin(folder, "counters.md", "Counters",
                     "What an engine did since it was made: the fields of `hsvc_counters` (OBS-5). `sign_outs_by` counts sessions that\n"
                     "ended by their [cause](causes.md).");
    table_begin(&table, "counter|what it counts");
#define COUNTER(name, text)    \
    cell(&table, "%s", #name); \
    cell(&table, "%s", text);
#include "../engine/counters.def"
#undef COUNTER
    table_end(&table, to);
    page_close(to);
}

/* ---- invariants ---- */

static const struct contract {
    const char *machine;
    const char *state;
    const char *invariant;
} contracts[] = {
#define BY_DEFINITION(machine, state)
#define CONTRACT(machine, state, invariant) {#machine, #state, #invariant},
#include "../engine/contracts.def"
#undef CONTRACT
#undef BY_DEFINITION
};
enum { CONTRACT_COUNT = sizeof contracts / sizeof contracts[0] };

/* contract_states: "session VACANT, prompt IDLE": the states of which this is a part of the contract. */
static const char *contract_states(const char *invariant, char *to, size_t size) {
    to[0] = '\0';
    for (size_t i = 0; i < CONTRACT_COUNT; i++)
        if (strcmp(contracts[i].invariant, invariant) == 0)
            snprintf(to + strlen(to), size - strlen(to), "%s%s %s", *to == '\0' ? "" : ", ", contracts[i].machine,
                     contracts[i].state);
    return to;
}

static void write_invariants(const char *folder) {
    char text[CELL_SIZE];
    FILE *to = begin(folder, "invariants.md", "Invariants",
                     "What `hsvc_verify` checks, record by record; it tells a violation by this name (STORE-8). A name is\n"
                     "never given another meaning. A healthy store violates none; a store that does was damaged from outside,\n"
                     "or shows a bug of the library: keep a copy of it, and report the name. *Contract of* names the states of\n"
                     "the [machines](../machines/README.md) of which the invariant is a part.");
    table_begin(&table, "invariant|rule|what must hold|contract of");
#define INVARIANT(name, rule, meaning)                                  \
    cell(&table, "%s", #name);                                          \
    cell(&table, "%s", cite(rule));                                     \
    cell(&table, "%s", meaning);                                        \
    cell(&table, "%s", contract_states(#name, text, sizeof text));
#include "../engine/invariants.def"
#undef INVARIANT
    table_end(&table, to);
    cited_end(to, "rules.md");
    page_close(to);
}

int main(int argc, char **argv) {
    if (argc != 2) die("use: records OUTDIR");
    write_audit(argv[1]);
    write_jobs(argv[1]);
    write_counters(argv[1]);
    write_invariants(argv[1]);
    return EXIT_SUCCESS;
}
