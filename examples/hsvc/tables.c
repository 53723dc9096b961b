/* tables.c: what the library knows by name: its registries, the fields of the kinds of input, and the tables that decide. */
#include <string.h>

#include "headsetsvc/registry.h"
#include "host.h"

static const struct {
    const char *name;
    uint32_t registry;
} registries[] = {
    {"statuses", HSVC_REGISTRY_STATUS}, {"reasons", HSVC_REGISTRY_REASON},   {"inputs", HSVC_REGISTRY_INPUT},
    {"effects", HSVC_REGISTRY_EFFECT},  {"prompts", HSVC_REGISTRY_PROMPT},   {"causes", HSVC_REGISTRY_CAUSE},
    {"parameters", HSVC_REGISTRY_PARAM}, {"fields", HSVC_REGISTRY_FIELD},    {"sessions", HSVC_REGISTRY_SESSION},
    {"profiles", HSVC_REGISTRY_PROFILE}, {"presence", HSVC_REGISTRY_PRESENCE}, {"subjects", HSVC_REGISTRY_SUBJECT},
    {"scopes", HSVC_REGISTRY_SCOPE},
};
enum { REGISTRIES = sizeof registries / sizeof registries[0] };

/* The fields whose bit is set, by name. */
static void put_fields(struct table *table, uint32_t fields) {
    struct text words = {NULL, 0, 0};
    text_puts(&words, "");
    for (int32_t bit = 0; bit < 32; bit++)
        if (fields >> bit & 1u) text_printf(&words, "%s%s", words.len > 0 ? " " : "", hsvc_name(HSVC_REGISTRY_FIELD, bit + 1));
    table_text(table, words.bytes, words.len);
    text_free(&words);
}

static int print_inputs(const struct host *host) {
    static const char *const heads[] = {"number", "name", "required", "optional", "what"};
    struct table *table = table_new(host, "inputs", 5, heads);
    hsvc_kind_info info;
    (void)hsvc_kind_info_init(&info, sizeof info);
    for (size_t i = 0; hsvc_kind_at(i, &info) == HSVC_OK; i++) {
        table_number(table, info.kind);
        table_words(table, hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)info.kind));
        put_fields(table, info.required);
        put_fields(table, info.optional);
        table_words(table, hsvc_text(HSVC_REGISTRY_INPUT, (int32_t)info.kind));
    }
    table_print(table);
    return EXIT_OK;
}

static int print_registry(const struct host *host, size_t which) {
    static const char *const heads[] = {"number", "name", "what", "remedy"};
    int has_remedy = registries[which].registry == HSVC_REGISTRY_STATUS || registries[which].registry == HSVC_REGISTRY_REASON;
    struct table *table = table_new(host, registries[which].name, has_remedy ? 4 : 3, heads);
    hsvc_code_info info;
    (void)hsvc_code_info_init(&info, sizeof info);
    for (size_t i = 0; hsvc_code_at(registries[which].registry, i, &info) == HSVC_OK; i++) {
        table_number(table, info.code);
        table_words(table, info.name);
        table_words(table, info.text);
        if (has_remedy) table_words(table, info.remedy);
    }
    table_print(table);
    return EXIT_OK;
}

/* ---- the tables that decide ---- */

static int is_line_of(const hsvc_line_info *line, const char *word) {
    if (strcmp(word, "admission") == 0) return line->kind == HSVC_LINE_ADMIT;
    return line->kind != HSVC_LINE_ADMIT && strcmp(word, line->table) == 0;
}

/* What a line does: its actions, and the state after them. */
static void put_does(struct table *table, const hsvc_line_info *line) {
    struct text words = {NULL, 0, 0};
    text_puts(&words, strcmp(line->actions, "NOTHING") == 0 ? "" : line->actions);
    if (line->next[0] != '\0' && strcmp(line->next, "SAME") != 0) text_printf(&words, "%s-> %s", words.len > 0 ? " " : "", line->next);
    table_text(table, words.bytes, words.len);
    text_free(&words);
}

static int print_lines(const struct host *host, const char *word) {
    static const char *const heads[] = {"of", "number", "states", "event", "guard", "does", "verdict", "rule", "why"};
    struct table *table = table_new(host, "line", 9, heads);
    hsvc_line_info line;
    (void)hsvc_line_info_init(&line, sizeof line);
    for (size_t i = 0; hsvc_line_at(i, &line) == HSVC_OK; i++) {
        if (!is_line_of(&line, word)) continue;
        table_words(table, line.table);
        table_number(table, line.number);
        table_words(table, line.states);
        table_words(table, line.event);
        table_words(table, line.guard);
        put_does(table, &line);
        table_words(table, line.verdict);
        table_words(table, line.rule);
        table_words(table, line.why);
    }
    table_print(table);
    return EXIT_OK;
}

static int is_table(const char *word) {
    hsvc_line_info line;
    (void)hsvc_line_info_init(&line, sizeof line);
    for (size_t i = 0; hsvc_line_at(i, &line) == HSVC_OK; i++)
        if (is_line_of(&line, word)) return 1;
    return 0;
}

/* Each machine and ladder by name, once, and admission. */
static void list_tables(struct table *table) {
    hsvc_line_info line;
    (void)hsvc_line_info_init(&line, sizeof line);
    for (size_t i = 0; hsvc_line_at(i, &line) == HSVC_OK; i++) {
        if (line.number != 0) continue;
        table_words(table, line.kind == HSVC_LINE_ADMIT ? "admission" : line.table);
        table_words(table, line.kind == HSVC_LINE_STEP ? "ladder" : line.kind == HSVC_LINE_ADMIT ? "obstacles of inputs" : "machine");
    }
}

static int no_such_table(const char *word) {
    struct guess guess = guess_for(span_of(word, strlen(word)));
    hsvc_line_info line;
    (void)hsvc_line_info_init(&line, sizeof line);
    for (size_t i = 0; i < REGISTRIES; i++) guess_among(&guess, registries[i].name);
    for (size_t i = 0; hsvc_line_at(i, &line) == HSVC_OK; i++) guess_among(&guess, line.kind == HSVC_LINE_ADMIT ? "admission" : line.table);
    return unknown("no such table: ", &guess, "hsvc tables lists them");
}

int command_tables(struct host *host) {
    static const char *const heads[] = {"name", "kind"};
    struct table *table;
    if (host->word_count > 0 && strcmp(host->words[0], "inputs") == 0) return print_inputs(host);
    for (size_t i = 0; host->word_count > 0 && i < REGISTRIES; i++)
        if (strcmp(registries[i].name, host->words[0]) == 0) return print_registry(host, i);
    if (host->word_count > 0 && is_table(host->words[0])) return print_lines(host, host->words[0]);
    if (host->word_count > 0) return no_such_table(host->words[0]);
    table = table_new(host, "table", 2, heads);
    for (size_t i = 0; i < REGISTRIES; i++) {
        table_words(table, registries[i].name);
        table_words(table, "registry");
    }
    list_tables(table);
    table_print(table);
    return EXIT_OK;
}
