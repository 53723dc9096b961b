/* store.c: the handle of a PostgreSQL store: making, binding, asking it. */
#include "store/pgsql/store.h"

#define CONNECT_MS 5000
#define CALL_MS 10000
#define SCHEMA "headsetsvc"

int32_t hsvc_pgsql_config_init(hsvc_pgsql_config *config, size_t size) {
    return hsvc__sized_init(config, size, sizeof(hsvc_pgsql_config));
}
int32_t hsvc_pgsql_problem_init(hsvc_pgsql_problem *problem, size_t size) {
    return hsvc__sized_init(problem, size, sizeof(hsvc_pgsql_problem));
}
int32_t hsvc_pgsql_counters_init(hsvc_pgsql_counters *counters, size_t size) {
    return hsvc__sized_init(counters, size, sizeof(hsvc_pgsql_counters));
}

/* A name that needs no quotes: it is put into SQL as it is. */
static int is_schema(const char *name) {
    size_t len = strlen(name);
    return len > 0 && len < 64 && strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789") == len &&
           strspn(name, "0123456789") == 0;
}

static int32_t take_config(const hsvc_pgsql_config *from, hsvc_pgsql_config *config, hsvc_allocator *allocator) {
    int32_t status = hsvc__sized_in(config, sizeof *config, sizeof(hsvc_pgsql_config), from);
    if (status == HSVC_OK) status = hsvc__allocator_in(allocator, config->allocator);
    if (status != HSVC_OK) return status;
    if (config->flags & ~(HSVC_PGSQL_ASYNC | HSVC_PGSQL_NO_CREATE)) return HSVC_ERR_FLAGS;
    if (config->schema == NULL) config->schema = SCHEMA;
    if (config->connect_ms == 0) config->connect_ms = CONNECT_MS;
    if (config->call_ms == 0) config->call_ms = CALL_MS;
    return is_schema(config->schema) && config->call_ms <= INT32_MAX ? HSVC_OK : HSVC_ERR_ARGUMENT;
}

int32_t hsvc_pgsql_store_new(const hsvc_pgsql_config *config, hsvc_pgsql_store **store) {
    hsvc_pgsql_config ours;
    hsvc_allocator allocator;
    struct hsvc_pgsql_store *made;
    int32_t status;
    if (store == NULL) return HSVC_ERR_ARGUMENT;
    *store = NULL;
    status = take_config(config, &ours, &allocator);
    if (status != HSVC_OK) return status;
    made = (struct hsvc_pgsql_store *)hsvc__alloc(&allocator, sizeof *made);
    if (made == NULL) return HSVC_ERR_MEMORY;
    memset(made, 0, sizeof *made);
    made->allocator = allocator;
    made->flags = ours.flags;
    made->connect_ms = ours.connect_ms;
    made->call_ms = ours.call_ms;
    memcpy(made->schema, ours.schema, strlen(ours.schema));
    if (ours.conninfo != NULL) {
        made->conninfo_size = strlen(ours.conninfo) + 1;
        made->conninfo = (char *)hsvc__alloc(&allocator, made->conninfo_size);
        if (made->conninfo == NULL) {
            hsvc__release(&allocator, made, sizeof *made);
            return HSVC_ERR_MEMORY;
        }
        memcpy(made->conninfo, ours.conninfo, made->conninfo_size);
    }
    *store = made;
    return HSVC_OK;
}

void hsvc_pgsql_store_free(hsvc_pgsql_store *store) {
    hsvc_allocator allocator;
    if (store == NULL) return;
    allocator = store->allocator;
    hsvc__pg_drop(store);
    if (store->conninfo != NULL) hsvc__wipe(store->conninfo, store->conninfo_size); /* it may hold a password */
    hsvc__release(&allocator, store->conninfo, store->conninfo_size);
    hsvc__release(&allocator, store->args.bytes, store->args.room);
    hsvc__release(&allocator, store, sizeof *store);
}

int32_t hsvc_pgsql_store_bind(hsvc_pgsql_store *store, hsvc_store *bound) {
    hsvc_store ours = {0};
    if (store == NULL || bound == NULL) return HSVC_ERR_ARGUMENT;
    ours.struct_size = sizeof ours;
    ours.ops_max = HSVC__PG_OPS_MAX;
    ours.read = hsvc__pg_read;
    ours.scan = hsvc__pg_scan;
    ours.commit = hsvc__pg_commit;
    ours.user = store;
    return hsvc__sized_out(bound, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_pgsql_store_connect(hsvc_pgsql_store *store) {
    return store == NULL ? HSVC_ERR_ARGUMENT : hsvc__pg_ready(store);
}

int32_t hsvc_pgsql_store_problem(const hsvc_pgsql_store *store, hsvc_pgsql_problem *problem) {
    hsvc_pgsql_problem ours = {0};
    if (store == NULL || problem == NULL) return HSVC_ERR_ARGUMENT;
    ours.struct_size = sizeof ours;
    ours.reason = store->reason;
    ours.status = store->status;
    memcpy(ours.sqlstate, store->sqlstate, sizeof ours.sqlstate);
    ours.text = store->text;
    return hsvc__sized_out(problem, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_pgsql_store_counters(const hsvc_pgsql_store *store, hsvc_pgsql_counters *counters) {
    if (store == NULL || counters == NULL) return HSVC_ERR_ARGUMENT;
    return hsvc__sized_out(counters, &store->counters, sizeof store->counters, sizeof store->counters);
}
