/* hammer_store.c: a store by its name. A kind that this build does not have is not known. */
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/stdlib.h"
#include "process/hammer.h"

#ifdef HAVE_PGSQL
#include "headsetsvc/pgsql.h"

static void close_pgsql(void *handle) { hsvc_pgsql_store_free((hsvc_pgsql_store *)handle); }

/* An empty conninfo stands for the server of tests/support/postgres. */
static int open_pgsql(struct hammer_store *store, const char *conninfo, uint32_t flags) {
    hsvc_allocator allocator;
    hsvc_pgsql_config config;
    hsvc_pgsql_store *pgsql;
    hsvc_pgsql_problem problem;
    hsvc_stdlib_allocator(&allocator);
    hsvc_pgsql_config_init(&config, sizeof config);
    hsvc_pgsql_problem_init(&problem, sizeof problem);
    config.allocator = &allocator;
    config.flags = flags;
    config.conninfo = conninfo[0] != 0 ? conninfo : getenv("HSVC_TEST_PGSQL");
    config.schema = getenv("HSVC_TEST_SCHEMA");
    if (hsvc_pgsql_store_new(&config, &pgsql) != HSVC_OK) return 0;
    store->handle = pgsql;
    store->close = close_pgsql;
    hsvc_pgsql_store_bind(pgsql, &store->store);
    if (hsvc_pgsql_store_connect(pgsql) == HSVC_OK) return 1;
    hsvc_pgsql_store_problem(pgsql, &problem);
    if (problem.reason == HSVC_PGSQL_NO_SERVER || problem.reason == HSVC_PGSQL_BUSY_SERVER || problem.reason == HSVC_PGSQL_LOST)
        return 1; /* it may come back: the store tries again at each call */
    fprintf(stderr, "hammer: %s: %s\n", hsvc_pgsql_reason_name(problem.reason), problem.text);
    return 0;
}
#endif

#ifdef HAVE_SQLITE
#include "headsetsvc/sqlite.h"

static void close_sqlite(void *handle) { hsvc_sqlite_free((hsvc_sqlite *)handle); }

static int open_sqlite(struct hammer_store *store, const char *path, uint32_t flags) {
    hsvc_allocator allocator;
    hsvc_sqlite_config config;
    hsvc_sqlite *sqlite;
    hsvc_sqlite_problem problem;
    hsvc_stdlib_allocator(&allocator);
    hsvc_sqlite_init(&config, sizeof config);
    hsvc_sqlite_init(&problem, sizeof problem);
    config.allocator = &allocator;
    config.path = path;
    config.flags = flags;
    if (hsvc_sqlite_new(&config, &sqlite, &problem) != HSVC_OK) {
        fprintf(stderr, "hammer: %s: %s\n", problem.name, problem.text);
        return 0;
    }
    store->handle = sqlite;
    store->close = close_sqlite;
    hsvc_sqlite_bind(sqlite, &store->store);
    return 1;
}
#endif

static int open_plain(struct hammer_store *store, const char *name) {
#ifdef HAVE_PGSQL
    if (strncmp(name, "pgsql:", 6) == 0) return open_pgsql(store, name + 6, 0);
    if (strncmp(name, "pgsql-async:", 12) == 0) return open_pgsql(store, name + 12, HSVC_PGSQL_ASYNC);
#endif
#ifdef HAVE_SQLITE
    if (strncmp(name, "sqlite:", 7) == 0) return open_sqlite(store, name + 7, 0);
    if (strncmp(name, "sqlite-normal:", 14) == 0) return open_sqlite(store, name + 14, HSVC_SQLITE_NORMAL);
#endif
    fprintf(stderr, "hammer: no store is called %s\n", name);
    return 0;
}

#define CACHE_BYTES ((size_t)1 << 20)
static int put_cache_before(struct hammer_store *store) {
    hsvc_allocator allocator;
    hsvc_store inner = store->store;
    hsvc_stdlib_allocator(&allocator);
    return hsvc_cache_store_new(&allocator, &inner, CACHE_BYTES, &store->cache) == HSVC_OK &&
           hsvc_cache_store_bind(store->cache, &store->store) == HSVC_OK;
}

int hammer_store_open(struct hammer_store *store, const char *name) {
    int cached = strncmp(name, "cache+", 6) == 0;
    memset(store, 0, sizeof *store);
    store->store.struct_size = sizeof store->store;
    return open_plain(store, cached ? name + 6 : name) && (!cached || put_cache_before(store));
}

void hammer_store_close(struct hammer_store *store) {
    hsvc_cache_store_free(store->cache);
    if (store->close != NULL) store->close(store->handle);
}
