/* rules.c: prints docs/reference/rules.md: from each rule id of the specification to the rows, ladder steps, timers and
 * parameters that carry it. A test compares the committed page with this. */
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

enum { RULES = 256 };
static const char *rules[RULES];
static size_t rule_count;

static void add_rule(const char *rule) {
    for (size_t i = 0; i < rule_count; i++)
        if (same(rules[i], rule)) return;
    if (rule_count == RULES) die("too many rules");
    rules[rule_count++] = rule;
}

/* compare_rules: by family, then by number: OUT-2 before OUT-10. */
static int compare_rules(const void *a, const void *b) {
    const char *one = *(const char *const *)a;
    const char *two = *(const char *const *)b;
    size_t len = strcspn(one, "-");
    int order = strncmp(one, two, len + 1);
    return order != 0 ? order : atoi(one + len + 1) - atoi(two + len + 1);
}

static void collect_rules(void) {
    for (size_t i = 0; i < ROW_COUNT; i++) add_rule(rows[i].rule);
    for (size_t i = 0; i < STEP_COUNT; i++) add_rule(steps[i].rule);
    for (size_t i = 0; i < ADMIT_COUNT; i++) add_rule(admits[i].rule);
    for (size_t i = 0; i < TIMER_COUNT; i++) add_rule(timers[i].rule);
    for (size_t i = 0; i < PARAM_COUNT; i++) add_rule(params[i].rule);
    qsort(rules, rule_count, sizeof rules[0], compare_rules);
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
}

int main(void) {
    printf("# Rules\n\n<!-- Generated from lib/rules/*.def by lib/gen/rules.c; do not edit. -->\n\n");
    printf(
        "Where each rule id of the specification stands in the tables: the id in a verdict, an effect or a trace "
        "leads\n"
        "from here to the row that decided. Rules that no table holds are kept by the engine, the records or the "
        "store.\n");
    collect_rules();
    for (size_t i = 0; i < rule_count; i++) {
        printf("\n## %s\n\n", rules[i]);
        print_rows(rules[i]);
        print_rest(rules[i]);
    }
    return EXIT_SUCCESS;
}
