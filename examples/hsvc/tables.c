/* tables.c: what the library knows by name: its registries, as tables. */
#include <string.h>

#include "host.h"

static const struct {
    const char *name;
    uint32_t registry;
    int32_t first, last;
} registries[] = {
    {"statuses", HSVC_REGISTRY_STATUS, -600, 0},
    {"reasons", HSVC_REGISTRY_REASON, 1001, 1999},
    {"inputs", HSVC_REGISTRY_INPUT, 101, 299},
    {"effects", HSVC_REGISTRY_EFFECT, 301, 399},
    {"prompts", HSVC_REGISTRY_PROMPT, 401, 499},
    {"causes", HSVC_REGISTRY_CAUSE, 501, 599},
    {"parameters", HSVC_REGISTRY_PARAM, 1, 255},
    {"fields", HSVC_REGISTRY_FIELD, 1, 64},
    {"sessions", HSVC_REGISTRY_SESSION, 1, 32},
    {"profiles", HSVC_REGISTRY_PROFILE, 1, 32},
};
enum { REGISTRIES = sizeof registries / sizeof registries[0] };

static int print_registry(const struct host *host, size_t which) {
    static const char *const heads[] = {"number", "name", "what"};
    struct table *table = table_new(host, registries[which].name, 3, heads);
    for (int32_t code = registries[which].first; code <= registries[which].last; code++) {
        const char *name = hsvc_name(registries[which].registry, code);
        if (strcmp(name, "UNKNOWN") == 0) continue;
        table_number(table, code);
        table_words(table, name);
        table_words(table, hsvc_text(registries[which].registry, code));
    }
    table_print(table);
    return EXIT_OK;
}

int command_tables(struct host *host) {
    static const char *const heads[] = {"registry"};
    struct table *table;
    for (size_t i = 0; host->word_count > 0 && i < REGISTRIES; i++)
        if (strcmp(registries[i].name, host->words[0]) == 0) return print_registry(host, i);
    if (host->word_count > 0) return usage("no such registry: ", host->words[0]);
    table = table_new(host, "registry", 1, heads);
    for (size_t i = 0; i < REGISTRIES; i++) table_words(table, registries[i].name);
    table_print(table);
    return EXIT_OK;
}
