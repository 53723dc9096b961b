/* index.c: slots, and a hash index over them.
 *
 * The index is buckets of seven ways. A row whose bucket is full is only counted there (`elsewhere`) and is then found
 * through the trie. So one look-up touches one cache line before the slot, and keys made to collide cost whoever looks
 * them up a walk down the trie, never more. A bucket without `elsewhere` also answers for absent keys. */
#include "memory.h"

#define LEAST_SLOTS 64u
#define ROWS_PER_BUCKET 4u /* grow beyond it: then one row in thirty or fewer is elsewhere */
#define CACHE_LINE 64u

uint32_t hsvc__index_hash(const uint8_t *key, size_t key_len) { return (uint32_t)hsvc_hash64(key, key_len); }

static inline hsvc__bucket *bucket_of(const hsvc_memory_store *store, uint32_t hash) {
    return &store->buckets[hash & (store->bucket_count - 1)];
}

/* ---- look-up ---- */

uint32_t hsvc__index_find(const hsvc_memory_store *store, const uint8_t *key, size_t key_len, uint32_t hash) {
    const hsvc__bucket *bucket;
    if (store->row_count == 0) return HSVC__NONE; /* there may be no buckets yet */
    bucket = bucket_of(store, hash);
    for (uint32_t way = 0; way < bucket->used; way++) {
        if (bucket->hash[way] != hash) continue;
        if (hsvc__row_has_key(store->slots[bucket->slot[way]].row, key, key_len)) return bucket->slot[way];
    }
    return bucket->elsewhere == 0 ? HSVC__NONE : hsvc__order_find(store, key, key_len);
}

/* A hint is slot + 1 and not 0. It may be of yesterday or of another store: only the key decides. */
uint32_t hsvc__index_hint(const hsvc_memory_store *store, const uint8_t *key, size_t key_len, uint64_t hint) {
    const hsvc__row *row;
    if (hint > store->slots_used) return HSVC__NONE;
    row = store->slots[hint - 1].row;
    return row != NULL && hsvc__row_has_key(row, key, key_len) ? (uint32_t)(hint - 1) : HSVC__NONE;
}

/* ---- buckets ---- */

static void bucket_add(hsvc_memory_store *store, uint32_t slot) {
    uint32_t hash = store->slots[slot].hash;
    hsvc__bucket *bucket = bucket_of(store, hash);
    if (bucket->used == HSVC__WAYS) {
        bucket->elsewhere++;
        return;
    }
    bucket->hash[bucket->used] = hash;
    bucket->slot[bucket->used] = slot;
    bucket->used++;
}

static void bucket_remove(hsvc_memory_store *store, uint32_t slot) {
    hsvc__bucket *bucket = bucket_of(store, store->slots[slot].hash);
    for (uint32_t way = 0; way < bucket->used; way++) {
        if (bucket->slot[way] != slot) continue;
        bucket->used--;
        bucket->hash[way] = bucket->hash[bucket->used];
        bucket->slot[way] = bucket->slot[bucket->used];
        return;
    }
    bucket->elsewhere--;
}

static size_t bucket_bytes(uint32_t count) { return (size_t)count * sizeof(hsvc__bucket) + CACHE_LINE; }

static void release_buckets(hsvc_memory_store *store) {
    if (store->bucket_block != NULL) {
        hsvc__memory_resize(store, store->bucket_block, bucket_bytes(store->bucket_count), 0);
    }
    store->bucket_block = NULL;
    store->bucket_count = 0;
}

/* Hashes are in the slots, so a rebuild walks one array and touches no row. */
static int rebuild_buckets(hsvc_memory_store *store, uint32_t count) {
    uint8_t *block = (uint8_t *)hsvc__memory_resize(store, NULL, 0, bucket_bytes(count));
    if (block == NULL) return 0;
    release_buckets(store);
    store->bucket_block = block;
    store->bucket_count = count;
    store->buckets = (hsvc__bucket *)(void *)(block + (CACHE_LINE - (uintptr_t)block % CACHE_LINE) % CACHE_LINE);
    memset(store->buckets, 0, (size_t)count * sizeof(hsvc__bucket));
    for (uint32_t slot = 0; slot < store->slots_used; slot++) {
        if (store->slots[slot].row != NULL) bucket_add(store, slot);
    }
    return 1;
}

/* ---- room ---- */

/* Grows an array by doubling to hold `need` of something. */
static void *grow_array(hsvc_memory_store *store, void *array, uint32_t *room, uint32_t need, size_t each) {
    uint32_t grown = *room == 0 ? LEAST_SLOTS : *room;
    if (need <= *room) return array;
    while (grown < need) grown *= 2; /* HSVC__SLOTS_MOST is a power of two */
    array = hsvc__memory_resize(store, array, *room * each, grown * each);
    if (array != NULL) *room = grown;
    return array;
}

/* All three double from LEAST_SLOTS, the buckets last: so they never have room for more rows than the others. */
int hsvc__index_reserve(hsvc_memory_store *store, size_t more) {
    uint32_t need, buckets = store->bucket_count == 0 ? LEAST_SLOTS / ROWS_PER_BUCKET : store->bucket_count;
    void *array;
    if (more > HSVC__SLOTS_MOST - store->row_count) return 0;
    need = store->row_count + (uint32_t)more;
    if (need <= store->row_room) return 1;
    array = grow_array(store, store->slots, &store->slot_room, need, sizeof *store->slots);
    if (array == NULL) return 0;
    store->slots = (hsvc__slot *)array;
    array = grow_array(store, store->nodes, &store->node_room, need, sizeof *store->nodes);
    if (array == NULL) return 0;
    store->nodes = (hsvc__node *)array;
    while (buckets * ROWS_PER_BUCKET < need) buckets *= 2;
    if (!rebuild_buckets(store, buckets)) return 0;
    store->row_room = buckets * ROWS_PER_BUCKET;
    return 1;
}

/* ---- slots ---- */

static uint32_t take_slot(hsvc_memory_store *store) {
    uint32_t slot = store->free_slot;
    if (slot == HSVC__NONE) return store->slots_used++;
    store->free_slot = store->slots[slot].next;
    return slot;
}

void hsvc__index_add(hsvc_memory_store *store, hsvc__row *row, uint32_t hash) {
    uint32_t slot = take_slot(store);
    store->slots[slot].row = row;
    store->slots[slot].hash = hash;
    store->row_count++;
    bucket_add(store, slot);
    hsvc__order_insert(store, slot);
}

void hsvc__index_remove(hsvc_memory_store *store, uint32_t slot) {
    hsvc__slot *gone = &store->slots[slot];
    hsvc__order_remove(store, slot);
    bucket_remove(store, slot);
    hsvc__block_give(store, gone->row);
    gone->row = NULL;
    gone->next = store->free_slot;
    store->free_slot = slot;
    store->row_count--;
}

void hsvc__index_free(hsvc_memory_store *store) {
    release_buckets(store);
    if (store->slots != NULL) hsvc__memory_resize(store, store->slots, store->slot_room * sizeof *store->slots, 0);
    if (store->nodes != NULL) hsvc__memory_resize(store, store->nodes, store->node_room * sizeof *store->nodes, 0);
    store->slots = NULL;
    store->nodes = NULL;
}
