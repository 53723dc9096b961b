/* schema.c: the SQL. Each step of hsvc__pg_sql_create may be run again and then changes nothing: two nodes may start at
 * the same moment, and a database owner may have made the empty schema already. */
#include "store/pgsql/store.h"

/* The session. Plans are made once and must stay good when the tables grow: by index, whatever the statistics say. The
 * isolation level matters: each statement inside `commit` must see what was committed while it waited for its locks. */
const char hsvc__pg_sql_session[] =
    "SET client_min_messages = warning; SET client_encoding = 'UTF8'; SET jit = off;"
    "SET default_transaction_isolation = 'read committed'; SET plan_cache_mode = force_generic_plan;"
    "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;"
    "SELECT to_regclass('@.meta') IS NOT NULL";

/* Rows are rewritten all the time, and in place where their page has room. The head of the deadlines' range is all dead
 * rows unless they are swept soon; the sweep is cheap, since it looks at changed pages only. */
const char hsvc__pg_sql_create[] =
    "SELECT pg_advisory_xact_lock(hashtextextended('@.meta', 0));"
    "DO $$ BEGIN IF to_regnamespace('@') IS NULL THEN CREATE SCHEMA @; END IF; END $$;"
    "CREATE TABLE IF NOT EXISTS @.meta (one boolean PRIMARY KEY DEFAULT true CHECK (one), version int NOT NULL,"
    " salt bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS @.records (key bytea PRIMARY KEY, value bytea NOT NULL, revision bigint NOT NULL)"
    " WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000,"
    " autovacuum_vacuum_cost_delay = 0);"
    "CREATE SEQUENCE IF NOT EXISTS @.revisions;"
    "CREATE OR REPLACE FUNCTION @.commit(locks bigint[], keys bytea[], expected bigint[], vals bytea[], deletes bytea[])"
    " RETURNS bigint LANGUAGE plpgsql AS $$"
    " DECLARE rev bigint; BEGIN"
    " PERFORM CASE WHEN l & 1 = 1 THEN pg_advisory_xact_lock_shared(l & -2) ELSE pg_advisory_xact_lock(l) END"
    " FROM unnest(locks) l;"
    " PERFORM 1 FROM unnest(keys, expected) o(key, revision) WHERE o.revision >= 0"
    "  AND o.revision <> coalesce((SELECT r.revision FROM @.records r WHERE r.key = o.key), 0);"
    " IF FOUND THEN RETURN 0; END IF;"
    " rev := nextval('@.revisions');"
    " IF cardinality(deletes) > 0 THEN DELETE FROM @.records r USING unnest(deletes) d(key) WHERE r.key = d.key; END IF;"
    " IF cardinality(vals) > 0 THEN"
    "  INSERT INTO @.records AS r SELECT o.key, o.value, rev FROM unnest(keys, vals) o(key, value) WHERE o.value IS NOT NULL"
    "  ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision; END IF;"
    " RETURN rev; END $$;"
    "INSERT INTO @.meta (version, salt) VALUES (1, (random() * 4611686018427387904)::bigint) ON CONFLICT DO NOTHING";

const struct hsvc__pg_statement hsvc__pg_statements[] = {
    {"read",
     "SELECT o.i, r.revision, r.value FROM unnest($1) WITH ORDINALITY o(key, i) JOIN @.records r ON r.key = o.key",
     1,
     {HSVC__PG_BYTEA_ARRAY}},
    {"scan",
     "SELECT key, revision, value FROM @.records WHERE key >= $1 ORDER BY key LIMIT $2",
     2,
     {HSVC__PG_BYTEA, HSVC__PG_INT8}},
    {"scan_to",
     "SELECT key, revision, value FROM @.records WHERE key >= $1 AND key < $3 ORDER BY key LIMIT $2",
     3,
     {HSVC__PG_BYTEA, HSVC__PG_INT8, HSVC__PG_BYTEA}},
    {"commit",
     "SELECT @.commit($1, $2, $3, $4, $5)",
     5,
     {HSVC__PG_INT8_ARRAY, HSVC__PG_BYTEA_ARRAY, HSVC__PG_INT8_ARRAY, HSVC__PG_BYTEA_ARRAY, HSVC__PG_BYTEA_ARRAY}},
};
const size_t hsvc__pg_statement_count = sizeof hsvc__pg_statements / sizeof hsvc__pg_statements[0];

const char *hsvc__pg_sql(struct hsvc_pgsql_store *store, const char *text) {
    size_t name = strlen(store->schema);
    hsvc__pg_args_begin(store);
    for (; *text != 0; text++) {
        if (!hsvc__pg_room(store, name + 1)) return NULL;
        if (*text == '@') {
            memcpy(store->args.bytes + store->args.len, store->schema, name);
            store->args.len += name;
        } else {
            store->args.bytes[store->args.len++] = *text;
        }
    }
    if (!hsvc__pg_room(store, 1)) return NULL;
    store->args.bytes[store->args.len] = 0;
    return store->args.bytes;
}
