/* cache.c: a store in front of a store, which remembers rows that were read or written, and keys that were absent.
 *
 * What it hands out may be what a row was before: the commit that rests on it expects that revision, and conflicts; then
 * every key of that commit is forgotten, and the next read asks the store. A place is found by the key's hash and holds
 * one row; a new row takes the place of the one that has it. So looking costs one hash, and nothing is ever searched. */
#include "core/ops.h"

#define BYTES_A_PLACE 512u /* about a row with its key */
#define PLACES_LEAST 16u
#define BYTES_MOST ((size_t)1 << 30)

struct place {
    uint8_t *bytes; /* key, then value; NULL: empty */
    size_t key_len, value_len;
    uint64_t revision; /* 0: the key is absent */
    uint64_t hint;
    uint64_t hash;
};

struct hsvc_cache_store {
    hsvc_allocator allocator;
    hsvc_store inner;
    struct place *places;
    size_t place_count; /* a power of two */
    size_t bytes_most;
    size_t bytes;
    size_t hand;       /* where the next row is dropped for lack of room */
    hsvc_key *missing; /* of the read under way, and which of its keys they are */
    uint32_t *indexes;
    uint8_t *came;
    size_t missing_room;
    hsvc_cache_counts counts;
};

/* ---- places ---- */

static void forget(hsvc_cache_store *cache, struct place *place) {
    if (place->bytes == NULL) return;
    cache->bytes -= place->key_len + place->value_len;
    hsvc__release(&cache->allocator, place->bytes, place->key_len + place->value_len);
    place->bytes = NULL;
}

static struct place *place_of(const hsvc_cache_store *cache, uint64_t hash) {
    return &cache->places[hash & (cache->place_count - 1)];
}

static struct place *find(const hsvc_cache_store *cache, const uint8_t *key, size_t key_len) {
    uint64_t hash = hsvc_hash64(key, key_len);
    struct place *place = place_of(cache, hash);
    if (place->bytes == NULL || place->hash != hash || place->key_len != key_len) return NULL;
    return memcmp(place->bytes, key, key_len) == 0 ? place : NULL;
}

static void drop_key(hsvc_cache_store *cache, const uint8_t *key, size_t key_len) {
    struct place *place = find(cache, key, key_len);
    if (place != NULL) forget(cache, place);
}

/* Remembers a row; revision 0: that there is none. Without memory it is not remembered, which harms nobody. */
static void remember(hsvc_cache_store *cache, const hsvc_row *row) {
    uint64_t hash = hsvc_hash64(row->key, row->key_len);
    struct place *place = place_of(cache, hash);
    size_t size = row->key_len + row->value_len;
    forget(cache, place);
    if (size > cache->bytes_most || row->key_len == 0) return;
    while (cache->bytes + size > cache->bytes_most) /* at most once around: then nothing is held, and it fits */
        forget(cache, &cache->places[cache->hand++ & (cache->place_count - 1)]);
    place->bytes = (uint8_t *)hsvc__alloc(&cache->allocator, size);
    if (place->bytes == NULL) return;
    memcpy(place->bytes, row->key, row->key_len);
    if (row->value_len > 0) memcpy(place->bytes + row->key_len, row->value, row->value_len);
    place->key_len = row->key_len;
    place->value_len = row->value_len;
    place->revision = row->revision;
    place->hint = row->hint;
    place->hash = hash;
    cache->bytes += size;
}

/* ---- read ---- */

static int32_t hand_out(const struct place *place, size_t index, hsvc_row_sink sink, void *sink_user) {
    hsvc_row row;
    memset(&row, 0, sizeof row);
    row.struct_size = sizeof row;
    row.index = (uint32_t)index;
    row.key = place->bytes;
    row.key_len = place->key_len;
    row.value = place->bytes + place->key_len;
    row.value_len = place->value_len;
    row.revision = place->revision;
    row.hint = place->hint;
    return sink(&row, sink_user);
}

struct asking {
    hsvc_cache_store *cache;
    size_t count;
    hsvc_row_sink sink;
    void *sink_user;
};

/* was_asked_for: is it one of the rows that were asked for, with its bytes? The store below may be a host's, and err. */
static int was_asked_for(const struct asking *asking, const hsvc_row *row) {
    return row != NULL && row->index < asking->count && row->key != NULL && (row->value != NULL || row->value_len == 0);
}

/* A row that the inner store had: remembered, and handed on under the number that the caller knows. */
static int32_t take(const hsvc_row *row, void *user) {
    const struct asking *asking = (const struct asking *)user;
    hsvc_row out;
    if (!was_asked_for(asking, row)) return HSVC_ERR_CALLBACK;
    out = *row;
    asking->cache->came[row->index] = 1;
    out.index = asking->cache->indexes[row->index];
    remember(asking->cache, row);
    return asking->sink(&out, asking->sink_user);
}

static int make_room(hsvc_cache_store *cache, size_t count) {
    const hsvc_allocator *allocator = &cache->allocator;
    if (count <= cache->missing_room) return 1;
    hsvc__release(allocator, cache->missing, cache->missing_room * sizeof *cache->missing);
    hsvc__release(allocator, cache->indexes, cache->missing_room * sizeof *cache->indexes);
    hsvc__release(allocator, cache->came, cache->missing_room);
    cache->missing = (hsvc_key *)hsvc__alloc(allocator, count * sizeof *cache->missing);
    cache->indexes = (uint32_t *)hsvc__alloc(allocator, count * sizeof *cache->indexes);
    cache->came = (uint8_t *)hsvc__alloc(allocator, count);
    cache->missing_room = count;
    if (cache->missing != NULL && cache->indexes != NULL && cache->came != NULL) return 1;
    hsvc__release(allocator, cache->missing, count * sizeof *cache->missing);
    hsvc__release(allocator, cache->indexes, count * sizeof *cache->indexes);
    hsvc__release(allocator, cache->came, count);
    cache->missing = NULL, cache->indexes = NULL, cache->came = NULL;
    cache->missing_room = 0;
    return 0;
}

static int32_t ask(hsvc_cache_store *cache, size_t count, hsvc_row_sink sink, void *sink_user) {
    struct asking asking = {cache, count, sink, sink_user};
    int32_t status;
    memset(cache->came, 0, count);
    status = cache->inner.read(cache->missing, count, take, &asking, cache->inner.user);
    for (size_t i = 0; i < count && status == HSVC_OK; i++) {
        hsvc_row none = {.struct_size = sizeof none, .key = cache->missing[i].bytes, .key_len = cache->missing[i].len};
        if (!cache->came[i]) remember(cache, &none);
    }
    return status;
}

static int32_t cache_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_cache_store *cache = (hsvc_cache_store *)user;
    size_t missing = 0;
    int32_t status = HSVC_OK;
    if (cache == NULL || sink == NULL || (keys == NULL && key_count > 0)) return HSVC_ERR_ARGUMENT;
    if (!make_room(cache, key_count)) return cache->inner.read(keys, key_count, sink, sink_user, cache->inner.user);
    for (size_t i = 0; i < key_count && status == HSVC_OK; i++) {
        const struct place *place = find(cache, keys[i].bytes, keys[i].len);
        if (place == NULL) {
            cache->indexes[missing] = (uint32_t)i;
            cache->missing[missing++] = keys[i];
        } else if (place->revision != 0) {
            status = hand_out(place, i, sink, sink_user);
        }
    }
    cache->counts.hits += key_count - missing;
    cache->counts.misses += missing;
    return status == HSVC_OK && missing > 0 ? ask(cache, missing, sink, sink_user) : status;
}

static int32_t cache_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                          hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_cache_store *cache = (hsvc_cache_store *)user;
    if (cache == NULL) return HSVC_ERR_ARGUMENT;
    return cache->inner.scan(from, from_len, to, to_len, limit, sink, sink_user, cache->inner.user);
}

/* ---- commit ---- */

/* What was written is known; what was only compared was right. Anything but success: nothing is known of these keys. */
static void learn(hsvc_cache_store *cache, const hsvc_op *op, int32_t status, uint64_t revision) {
    hsvc_row row;
    if (op->key == NULL || (status == HSVC_OK && op->kind == HSVC_OP_CHECK)) return;
    if (status != HSVC_OK) {
        drop_key(cache, op->key, op->key_len);
        return;
    }
    memset(&row, 0, sizeof row);
    row.struct_size = sizeof row;
    row.key = op->key;
    row.key_len = op->key_len;
    if (op->kind == HSVC_OP_PUT) {
        row.value = op->value;
        row.value_len = op->value_len;
        row.revision = revision;
    }
    remember(cache, &row);
}

static int32_t cache_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    hsvc_cache_store *cache = (hsvc_cache_store *)user;
    int32_t status;
    if (cache == NULL || revision == NULL || (ops == NULL && op_count > 0)) return HSVC_ERR_ARGUMENT;
    status = cache->inner.commit(ops, op_count, revision, cache->inner.user);
    for (size_t i = 0; i < op_count; i++)
        learn(cache, hsvc__op_at(ops, i), status, *revision);
    cache->counts.refused += status == HSVC_ERR_CONFLICT;
    return status;
}

/* ---- handle ---- */

static size_t places_for(size_t bytes_most) {
    size_t count = PLACES_LEAST;
    while (count < bytes_most / BYTES_A_PLACE) count *= 2;
    return count;
}

int32_t hsvc_cache_store_new(const hsvc_allocator *allocator, const hsvc_store *inner, size_t bytes_most,
                             hsvc_cache_store **cache) {
    hsvc_allocator checked;
    hsvc_store store;
    hsvc_cache_store *made;
    int32_t status;
    if (cache == NULL) return HSVC_ERR_ARGUMENT;
    *cache = NULL;
    if (bytes_most == 0 || bytes_most > BYTES_MOST) return HSVC_ERR_ARGUMENT;
    status = hsvc__allocator_in(&checked, allocator);
    if (status == HSVC_OK) status = hsvc__sized_in(&store, sizeof store, sizeof store, inner);
    if (status != HSVC_OK) return status;
    if (store.read == NULL || store.scan == NULL || store.commit == NULL) return HSVC_ERR_ARGUMENT;
    made = (hsvc_cache_store *)hsvc__alloc(&checked, sizeof *made);
    if (made == NULL) return HSVC_ERR_MEMORY;
    memset(made, 0, sizeof *made);
    made->allocator = checked;
    made->inner = store;
    made->bytes_most = bytes_most;
    made->place_count = places_for(bytes_most);
    made->places = (struct place *)hsvc__alloc(&checked, made->place_count * sizeof *made->places);
    if (made->places == NULL) {
        hsvc__release(&checked, made, sizeof *made);
        return HSVC_ERR_MEMORY;
    }
    memset(made->places, 0, made->place_count * sizeof *made->places);
    *cache = made;
    return HSVC_OK;
}

int32_t hsvc_cache_store_bind(hsvc_cache_store *cache, hsvc_store *store) {
    hsvc_store bound;
    if (cache == NULL) return HSVC_ERR_ARGUMENT;
    memset(&bound, 0, sizeof bound);
    bound.ops_max = cache->inner.ops_max;
    bound.read = cache_read;
    bound.scan = cache_scan;
    bound.commit = cache_commit;
    bound.user = cache;
    return hsvc__sized_out(store, &bound, sizeof bound, sizeof bound);
}

void hsvc_cache_store_drop(hsvc_cache_store *cache) {
    for (size_t i = 0; cache != NULL && i < cache->place_count; i++) forget(cache, &cache->places[i]);
}

void hsvc_cache_store_free(hsvc_cache_store *cache) {
    if (cache == NULL) return;
    hsvc_cache_store_drop(cache);
    hsvc__release(&cache->allocator, cache->missing, cache->missing_room * sizeof *cache->missing);
    hsvc__release(&cache->allocator, cache->indexes, cache->missing_room * sizeof *cache->indexes);
    hsvc__release(&cache->allocator, cache->came, cache->missing_room);
    hsvc__release(&cache->allocator, cache->places, cache->place_count * sizeof *cache->places);
    hsvc__release(&cache->allocator, cache, sizeof *cache);
}

int32_t hsvc_cache_store_counts(const hsvc_cache_store *cache, hsvc_cache_counts *counts) {
    hsvc_cache_counts ours;
    if (cache == NULL) return HSVC_ERR_ARGUMENT;
    ours = cache->counts;
    ours.bytes = cache->bytes;
    return hsvc__sized_out(counts, &ours, sizeof ours, sizeof ours);
}
