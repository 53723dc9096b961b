/* pg.h: what the tests of the PostgreSQL store share: a server made by tests/support/postgres, reached by HSVC_TEST_PGSQL;
 * a schema of its own for each test; stores on it; and SQL beside the store, to look and to disturb. */
#ifndef TESTS_PGSQL_PG_H
#define TESTS_PGSQL_PG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "headsetsvc/pgsql.h"
#include "headsetsvc/stdlib.h"

#define OK(call) assert_int_equal((call), HSVC_OK)

static inline const char *pg_conninfo(void) {
    const char *conninfo = getenv("HSVC_TEST_PGSQL");
    if (conninfo == NULL) {
        fprintf(stderr, "no server: run this as tests/support/postgres with build/pg COMMAND, or by ctest\n");
        exit(1);
    }
    return conninfo;
}

/* pg_script: tests/support/postgres with one of its words, on the server of this run. */
static inline void pg_script(const char *what) {
    char command[1024];
    snprintf(command, sizeof command, "'%s' %s '%s' >/dev/null", getenv("HSVC_TEST_PGSQL_SCRIPT"), what,
             getenv("HSVC_TEST_PGSQL_DIR"));
    assert_int_equal(system(command), 0);
}

/* pg_sql: runs SQL beside the store; the first value of the answer, "" if there is none, good until the next. */
static inline const char *pg_sql(const char *sql) {
    static char value[1024];
    PGconn *conn = PQconnectdb(pg_conninfo());
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail_msg("%s: %s", sql, PQerrorMessage(conn));
    snprintf(value, sizeof value, "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    PQfinish(conn);
    return value;
}

/* pg_drop: the schema of a test, with all that is in it. */
static inline void pg_drop(const char *schema) {
    char sql[200];
    snprintf(sql, sizeof sql, "SET client_min_messages = error; DROP SCHEMA IF EXISTS %s CASCADE", schema);
    (void)pg_sql(sql);
}

struct pg {
    hsvc_allocator allocator;
    hsvc_pgsql_config config;
    hsvc_pgsql_store *pgsql;
    hsvc_store store;
};

static inline void pg_ready(struct pg *pg, const char *schema) {
    memset(pg, 0, sizeof *pg);
    OK(hsvc_stdlib_allocator(&pg->allocator));
    OK(hsvc_pgsql_config_init(&pg->config, sizeof pg->config));
    pg->config.allocator = &pg->allocator;
    pg->config.conninfo = pg_conninfo();
    pg->config.schema = schema;
}

static inline void pg_start(struct pg *pg) {
    pg->store.struct_size = sizeof pg->store;
    OK(hsvc_pgsql_store_new(&pg->config, &pg->pgsql));
    OK(hsvc_pgsql_store_bind(pg->pgsql, &pg->store));
}

static inline void pg_open(struct pg *pg, const char *schema) {
    pg_ready(pg, schema);
    pg_start(pg);
}

static inline void pg_close(struct pg *pg) {
    hsvc_pgsql_store_free(pg->pgsql);
    pg->pgsql = NULL;
}

static inline hsvc_pgsql_problem pg_problem(const struct pg *pg) {
    hsvc_pgsql_problem problem;
    OK(hsvc_pgsql_problem_init(&problem, sizeof problem));
    OK(hsvc_pgsql_store_problem(pg->pgsql, &problem));
    return problem;
}

/* pg_op: one operation on a text key; the value is the text, NULL for none. */
static inline hsvc_op pg_op(uint32_t kind, const char *key, uint32_t expect, uint64_t revision, const char *value) {
    hsvc_op op;
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = kind;
    op.expect = expect;
    op.revision = revision;
    op.key = (const uint8_t *)key;
    op.key_len = strlen(key);
    op.value = (const uint8_t *)value;
    op.value_len = value == NULL ? 0 : strlen(value);
    return op;
}

static inline int32_t pg_commit(const struct pg *pg, const hsvc_op *ops, size_t count, uint64_t *revision) {
    *revision = 0;
    return pg->store.commit(ops, count, revision, pg->store.user);
}

/* pg_put: a row that must be written; its revision. */
static inline uint64_t pg_put(const struct pg *pg, const char *key, const char *value) {
    hsvc_op op = pg_op(HSVC_OP_PUT, key, HSVC_EXPECT_ANY, 0, value);
    uint64_t revision;
    OK(pg_commit(pg, &op, 1, &revision));
    assert_true(revision != 0);
    return revision;
}

/* What a read or scan found last, and how many rows. */
struct pg_found {
    uint32_t count;
    uint64_t revision;
    char value[64];
    char keys[256]; /* of the first rows, one after the other */
};

static inline int32_t pg_take(const hsvc_row *row, void *user) {
    struct pg_found *found = (struct pg_found *)user;
    found->count++;
    found->revision = row->revision;
    snprintf(found->value, sizeof found->value, "%.*s", (int)row->value_len, (const char *)row->value);
    if (strlen(found->keys) + row->key_len < sizeof found->keys) strncat(found->keys, (const char *)row->key, row->key_len);
    return HSVC_OK;
}

static inline struct pg_found pg_get(const struct pg *pg, const char *key) {
    struct pg_found found;
    hsvc_key one = {(const uint8_t *)key, strlen(key)};
    memset(&found, 0, sizeof found);
    OK(pg->store.read(&one, 1, pg_take, &found, pg->store.user));
    return found;
}

#endif
