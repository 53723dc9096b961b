/* wire.c: parameters of a statement in the protocol's binary form: numbers big-endian, an array as dimensions, flags,
 * element type, count, lower bound, then each element's length and bytes. One block per store, kept from call to call. */
#include "store/pgsql/store.h"

#define ARRAY_HEAD 20
#define LEAST_ROOM 4096
#define NULL_ELEMENT UINT32_MAX

int hsvc__pg_room(struct hsvc_pgsql_store *store, size_t more) {
    struct hsvc__pg_args *args = &store->args;
    size_t wanted = args->room < LEAST_ROOM ? LEAST_ROOM : args->room;
    char *grown;
    if (args->failed) return 0;
    if (args->room - args->len >= more) return 1;
    while (wanted - args->len < more) wanted *= 2;
    grown = (char *)hsvc__grow(&store->allocator, args->bytes, args->room, wanted);
    if (grown == NULL) {
        args->failed = 1;
        return 0;
    }
    args->bytes = grown;
    args->room = wanted;
    return 1;
}

static void put_int4(char *at, uint32_t value) {
    for (int i = 0; i < 4; i++) at[i] = (char)(value >> (24 - 8 * i));
}

static void add(struct hsvc_pgsql_store *store, const void *bytes, size_t len) {
    if (!hsvc__pg_room(store, len)) return;
    if (len != 0) memcpy(store->args.bytes + store->args.len, bytes, len);
    store->args.len += len;
}

static void add_int4(struct hsvc_pgsql_store *store, uint32_t value) {
    char bytes[4];
    put_int4(bytes, value);
    add(store, bytes, sizeof bytes);
}

static void add_int8(struct hsvc_pgsql_store *store, int64_t value) {
    add_int4(store, (uint32_t)((uint64_t)value >> 32));
    add_int4(store, (uint32_t)(uint64_t)value);
}

void hsvc__pg_args_begin(struct hsvc_pgsql_store *store) {
    store->args.len = 0;
    store->args.count = 0;
    store->args.failed = 0;
}

static void next(struct hsvc_pgsql_store *store) { store->args.at[store->args.count++] = store->args.len; }

void hsvc__pg_arg_bytes(struct hsvc_pgsql_store *store, const void *bytes, size_t len) {
    next(store);
    add(store, bytes, len);
}

void hsvc__pg_arg_int8(struct hsvc_pgsql_store *store, int64_t value) {
    next(store);
    add_int8(store, value);
}

void hsvc__pg_array_begin(struct hsvc_pgsql_store *store, Oid of) {
    next(store);
    store->args.array = store->args.len;
    add_int4(store, 1);
    add_int4(store, 0);
    add_int4(store, of);
    add_int4(store, 0); /* the count, see _end */
    add_int4(store, 1);
}

void hsvc__pg_array_bytes(struct hsvc_pgsql_store *store, const void *bytes, size_t len) {
    add_int4(store, (uint32_t)len);
    add(store, bytes, len);
}

size_t hsvc__pg_element_begin(struct hsvc_pgsql_store *store) {
    add_int4(store, 0); /* the length, see _end */
    return store->args.len;
}

void hsvc__pg_element_end(struct hsvc_pgsql_store *store, size_t at, int is_null) {
    struct hsvc__pg_args *args = &store->args;
    if (args->failed) return;
    if (is_null) args->len = at;
    put_int4(args->bytes + at - 4, is_null ? NULL_ELEMENT : (uint32_t)(args->len - at));
    if (is_null) put_int4(args->bytes + args->array + 4, 1); /* the array has such */
}

void hsvc__pg_array_int8(struct hsvc_pgsql_store *store, int64_t value) {
    add_int4(store, 8);
    add_int8(store, value);
}

static uint32_t int4_at(const char *at) {
    const uint8_t *b = (const uint8_t *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

void hsvc__pg_array_end(struct hsvc_pgsql_store *store) {
    struct hsvc__pg_args *args = &store->args;
    uint32_t count = 0;
    if (args->failed) return;
    for (size_t at = args->array + ARRAY_HEAD; at < args->len; count++) {
        uint32_t len = int4_at(args->bytes + at);
        at += 4 + (len == NULL_ELEMENT ? 0 : len);
    }
    put_int4(args->bytes + args->array + 12, count);
}

int64_t hsvc__pg_int8_of(const PGresult *result, int row, int column) {
    const char *at = PQgetvalue(result, row, column);
    return (int64_t)((uint64_t)int4_at(at) << 32 | int4_at(at + 4));
}
