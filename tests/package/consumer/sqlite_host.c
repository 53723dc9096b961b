/* sqlite_host.c: a host that keeps its desks in a file. */
#include <headsetsvc/sqlite.h>
#include <headsetsvc/stdlib.h>
#include <stdio.h>

int main(void) {
    hsvc_allocator allocator;
    hsvc_sqlite_config config;
    hsvc_sqlite_problem problem;
    hsvc_sqlite *sqlite = NULL;
    hsvc_store store;
    hsvc_engine *engine = NULL;
    hsvc_effects *effects = NULL;
    int64_t at = 0;
    int good = hsvc_stdlib_allocator(&allocator) == HSVC_OK && hsvc_sqlite_init(&config, sizeof config) == HSVC_OK &&
               hsvc_sqlite_init(&problem, sizeof problem) == HSVC_OK;
    config.allocator = &allocator;
    config.path = "consumer-desks.db";
    good = good && hsvc_sqlite_new(&config, &sqlite, &problem) == HSVC_OK &&
           hsvc_store_init(&store, sizeof store) == HSVC_OK && hsvc_sqlite_bind(sqlite, &store) == HSVC_OK &&
           hsvc_stdlib_engine(&store, &engine, &effects) == HSVC_OK && hsvc_next_deadline(engine, &at) == HSVC_OK;
    printf("sqlite_host: %s\n", good ? "ready" : problem.text);
    hsvc_effects_free(effects);
    hsvc_engine_free(engine);
    hsvc_sqlite_free(sqlite);
    return good && at == HSVC_NEVER ? 0 : 1;
}
