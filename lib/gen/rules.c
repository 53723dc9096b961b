/* rules.c: prints docs/reference/rules.md: each rule id of the specification with its sentence, and the rows, ladder
 * steps, timers, parameters and limits that cite it. A test compares the committed page with this. */
#include "page.h"
#include "rows.h"

static const struct param {
    const char *name;
    const char *rule;
} params[] = {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) {#name, rule},
#include "../rules/parameters.def"
#undef PARAM
};
enum { PARAM_COUNT = sizeof params / sizeof params[0] };

static const struct limit {
    const char *name;
    const char *rule;
} limits[] = {
#define LIMIT(name, value, unit, rule, why) {#name, rule},
#include "../core/limits.def"
#undef LIMIT
};
enum { LIMIT_COUNT = sizeof limits / sizeof limits[0] };

static const struct rule {
    const char *id;
    const char *sentence;
} rules[] = {
#define RULE(id, sentence) {id, sentence},
#include "../rules/sentences.def"
#undef RULE
};
enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

/* family_len: of "OUT" in "OUT-3". */
static int family_len(const char *rule) { return (int)strcspn(rule, "-"); }

/* starts_family: is rule i the first of its family? */
static int starts_family(size_t i) {
    int len = family_len(rules[i].id);
    return i == 0 || family_len(rules[i - 1].id) != len || strncmp(rules[i].id, rules[i - 1].id, (size_t)len) != 0;
}

/* print_contents: a line for each family: its name, and its numbers with a link each. */
static void print_contents(void) {
    for (size_t i = 0; i < RULE_COUNT; i++) {
        int len = family_len(rules[i].id);
        if (starts_family(i)) printf("\n- %.*s", len, rules[i].id);
        printf(" [%s](#", rules[i].id + len + 1);
        print_anchor(stdout, rules[i].id);
        printf(")");
    }
    printf("\n");
}

static void print_why(const char *why) { printf("%s%s\n", *why == '\0' ? "" : ": ", why); }

/* row_number: of a row within its machine, as the machine's page and the trace count. */
static int row_number(size_t i) {
    int number = 0;
    for (size_t j = 0; j < i; j++) number += same(rows[j].machine, rows[i].machine);
    return number;
}

static void print_rows(const char *rule) {
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        if (!same(row->rule, rule)) continue;
        printf("- [%s](../machines/%s.md#%s) row %d: %s", row->machine, row->machine, row->event, row_number(i),
               row->event);
        print_why(row->why);
    }
}

static void print_rest(const char *rule) {
    for (size_t i = 0; i < STEP_COUNT; i++) {
        if (!same(steps[i].rule, rule)) continue;
        printf("- ladder [%s](../machines/README.md#%s): %s", steps[i].ladder, steps[i].ladder, words(steps[i].guard));
        print_why(steps[i].why);
    }
    for (size_t i = 0; i < ADMIT_COUNT; i++)
        if (same(admits[i].rule, rule))
            printf("- [admission](../machines/README.md#admission) of %s: %s\n", admits[i].kind,
                   words(admits[i].guard));
    for (size_t i = 0; i < TIMER_COUNT; i++)
        if (same(timers[i].rule, rule))
            printf("- [timer](../machines/README.md#timers) %s: %s\n", timers[i].field, timers[i].text);
    for (size_t i = 0; i < PARAM_COUNT; i++)
        if (same(params[i].rule, rule)) printf("- [parameter](policy.md) %s\n", params[i].name);
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        if (same(limits[i].rule, rule)) printf("- [limit](limits.md) HSVC_LIMIT_%s\n", limits[i].name);
}

/* is_cited: does a row, a ladder step, an admission, a timer, a parameter or a limit name this rule? */
static int is_cited(const char *rule) {
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (same(rows[i].rule, rule)) return 1;
    for (size_t i = 0; i < STEP_COUNT; i++)
        if (same(steps[i].rule, rule)) return 1;
    for (size_t i = 0; i < ADMIT_COUNT; i++)
        if (same(admits[i].rule, rule)) return 1;
    for (size_t i = 0; i < TIMER_COUNT; i++)
        if (same(timers[i].rule, rule)) return 1;
    for (size_t i = 0; i < PARAM_COUNT; i++)
        if (same(params[i].rule, rule)) return 1;
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        if (same(limits[i].rule, rule)) return 1;
    return 0;
}

/* print_sentence: as a sentence of a page: with a capital and a full stop. */
static void print_sentence(const char *sentence) {
    printf("%c%s.\n", toupper((unsigned char)sentence[0]), sentence + 1);
}

int main(void) {
    printf("# Rules\n\n<!-- Generated from lib/rules/*.def by lib/gen/rules.c; do not edit. -->\n\n");
    printf(
        "Every verdict, effect and trace cites a rule. Here is what each rule says, in one sentence (in a program:\n"
        "`hsvc_rule_text`), and where the tables cite it: the row that decided is among these. A rule without such a\n"
        "list is kept by the engine, the records or the store, or belongs to\n"
        "what is [not in this version](../guide/not-yet.md).\n");
    print_contents();
    for (size_t i = 0; i < RULE_COUNT; i++) {
        printf("\n## %s\n\n", rules[i].id);
        print_sentence(rules[i].sentence);
        if (is_cited(rules[i].id)) printf("\n");
        print_rows(rules[i].id);
        print_rest(rules[i].id);
    }
    return EXIT_SUCCESS;
}
