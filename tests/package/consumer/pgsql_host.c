/* pgsql_host.c: a host of several nodes on one PostgreSQL. Here nobody listens: it must say so by the problem's name. */
#include <headsetsvc/pgsql.h>
#include <headsetsvc/stdlib.h>
#include <stdio.h>

int main(void) {
    hsvc_allocator allocator;
    hsvc_pgsql_config config;
    hsvc_pgsql_problem problem;
    hsvc_pgsql_store *pgsql = NULL;
    hsvc_store store;
    hsvc_engine *engine = NULL;
    hsvc_effects *effects = NULL;
    int64_t at = 0;
    int good = hsvc_stdlib_allocator(&allocator) == HSVC_OK &&
               hsvc_pgsql_config_init(&config, sizeof config) == HSVC_OK &&
               hsvc_pgsql_problem_init(&problem, sizeof problem) == HSVC_OK;
    config.allocator = &allocator;
    config.conninfo = "host=/nowhere dbname=desks";
    good = good && hsvc_pgsql_store_new(&config, &pgsql) == HSVC_OK &&
           hsvc_store_init(&store, sizeof store) == HSVC_OK && hsvc_pgsql_store_bind(pgsql, &store) == HSVC_OK &&
           hsvc_stdlib_engine(&store, &engine, &effects) == HSVC_OK &&
           hsvc_next_deadline(engine, &at) == HSVC_ERR_UNAVAILABLE &&
           hsvc_pgsql_store_problem(pgsql, &problem) == HSVC_OK && problem.reason == HSVC_PGSQL_NO_SERVER;
    printf("pgsql_host: %s\n", good ? hsvc_pgsql_reason_name(problem.reason) : "failed");
    hsvc_effects_free(effects);
    hsvc_engine_free(engine);
    hsvc_pgsql_store_free(pgsql);
    return good ? 0 : 1;
}
