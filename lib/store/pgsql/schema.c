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

#define TEXT_AS(member, name) "readable ->> '" member "' AS " name
#define TEXT(member) TEXT_AS(member, member)
#define NUMBER_AS(member, name) "(readable ->> '" member "')::bigint AS " name
#define TIME(member) "to_timestamp((readable ->> '" member "')::bigint / 1000.0)"
#define TIME_AS(member, name) TIME(member) " AS " name
/* Whom a number means; nobody once a person was erased. */
#define WHOM(member) \
    "(SELECT whom.readable ->> 'name' FROM @.records whom WHERE whom.key = convert_to('N' || lpad(to_hex((entry.readable ->> '" \
    member "')::bigint), 16, '0'), 'UTF8') || '\\x00')"
#define OF(family, next) " FROM @.records entry WHERE key >= '\\x" family "' AND key < '\\x" next "' AND readable IS NOT NULL"

/* Rows are rewritten all the time, and in place where their page has room. The head of the deadlines' range is all dead
 * rows unless they are swept soon; the sweep is cheap, since it looks at changed pages only. */
const char hsvc__pg_sql_create[] =
    "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('@.meta', 0));"
    "DO $$ BEGIN IF to_regnamespace('@') IS NULL THEN CREATE SCHEMA @; END IF; END $$;"
    "CREATE TABLE IF NOT EXISTS @.meta (one boolean PRIMARY KEY DEFAULT true CHECK (one), version int NOT NULL,"
    " salt bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS @.records (key bytea PRIMARY KEY, value bytea NOT NULL, revision bigint NOT NULL,"
    " readable jsonb)"
    " WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000,"
    " autovacuum_vacuum_cost_delay = 0);"
    "CREATE SEQUENCE IF NOT EXISTS @.revisions;"
    "CREATE OR REPLACE FUNCTION @.commit(locks bigint[], keys bytea[], expected bigint[], vals bytea[], deletes bytea[],"
    " readables jsonb[])"
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
    "  INSERT INTO @.records AS r SELECT o.key, o.value, rev, o.readable FROM unnest(keys, vals, readables)"
    "   o(key, value, readable) WHERE o.value IS NOT NULL"
    "  ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision, readable = excluded.readable;"
    " END IF;"
    " RETURN rev; END $$";

/* The views that the SQLite store has, with the same names and columns; the version comes last, and ends the transaction. */
const char hsvc__pg_sql_views[] =
    "CREATE OR REPLACE VIEW @.devices AS SELECT " TEXT("name") ", " TEXT("site") ", readable ->> 'flag' = '1' AS registered, "
    TEXT_AS("user", "signed_in_user") ", " TEXT("profile") ", " TEXT("state") ", " TIME_AS("since_at", "signed_in_at") ", "
    TEXT_AS("serial", "by_headset") ", " TIME_AS("due_at", "sign_out_at") ", " TEXT("prompt") ", "
    NUMBER_AS("headsets", "headsets_here") ", " NUMBER_AS("calls", "calls") OF("44", "45") ";"
    "CREATE OR REPLACE VIEW @.sessions AS SELECT signed_in_user AS \"user\", name AS device, site, profile, state, signed_in_at,"
    " by_headset, sign_out_at FROM @.devices WHERE signed_in_user IS NOT NULL;"
    "CREATE OR REPLACE VIEW @.users AS SELECT " TEXT_AS("name", "id") ", readable ->> 'flag' = '1' AS disabled, "
    NUMBER_AS("headsets", "headsets") ", " NUMBER_AS("sessions", "sessions") ", " TEXT_AS("profile", "last_profile") ", "
    NUMBER_AS("failures", "failures") ", CASE readable ->> 'due_at' WHEN '9223372036854775807' THEN 'infinity' ELSE "
    TIME("due_at") " END AS locked_until" OF("55", "56") ";"
    "CREATE OR REPLACE VIEW @.headsets AS SELECT " TEXT_AS("name", "serial") ", " TEXT_AS("user", "owner")
    ", readable ->> 'flag' = '1' AS connected, " TEXT("device") ", " TEXT("vendor") ", " TEXT("model") ", " TEXT("firmware") ", "
    TIME_AS("since_at", "first_seen_at") ", " TIME_AS("last_at", "last_connected_at") OF("48", "49") ";"
    "CREATE OR REPLACE VIEW @.audit AS SELECT " TIME_AS("since_at", "at") ", " TEXT_AS("state", "subject_kind")
    ", CASE readable ->> 'state' WHEN 'POLICY' THEN coalesce(" WHOM("number") ", 'everywhere') ELSE " WHOM("number") " END AS subject, "
    TEXT("input") ", " TEXT("event") ", readable ->> 'flag' = '1' AS accepted, " TEXT("reason") ", " TEXT("rule") ", "
    NUMBER_AS("times", "times") ", " WHOM("device_number") " AS device, " WHOM("headset_number") " AS headset, coalesce("
    "readable ->> 'actor', " WHOM("actor_number") ") AS actor, " NUMBER_AS("since_at", "at_ms") ", " NUMBER_AS("entry", "entry")
    OF("41", "42") ";"
    "INSERT INTO @.meta (version, salt) VALUES (1, (random() * 4611686018427387904)::bigint) ON CONFLICT DO NOTHING; COMMIT";

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
     "SELECT @.commit($1, $2, $3, $4, $5, $6)",
     6,
     {HSVC__PG_INT8_ARRAY, HSVC__PG_BYTEA_ARRAY, HSVC__PG_INT8_ARRAY, HSVC__PG_BYTEA_ARRAY, HSVC__PG_BYTEA_ARRAY,
      HSVC__PG_JSONB_ARRAY}},
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
