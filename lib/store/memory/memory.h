/* memory.h: inside the memory store. Four parts, one file each:
 *   blocks.c   memory for rows, in size classes
 *   index.c    slots, and the hash index that finds a slot by its key
 *   order.c    the keys in order: a bitwise trie whose leaves are slots, and a list through the slots
 *   commit.c   all or nothing;  memory.c the public functions, read and scan
 *
 * A row is one block (numbers, key, value) that its slot points to. A slot is an index, so a hint from outside can be
 * checked by comparing numbers before anything is dereferenced. The trie gives order, and a bound on every look-up that
 * does not depend on luck; the hash index makes the usual look-up short. Nothing here can fail between reserve and the
 * end of a commit: that is why every growing function is named ..._reserve or ..._take. */
#ifndef HSVC_STORE_MEMORY_H
#define HSVC_STORE_MEMORY_H

#include "../../core/core.h"

#define HSVC__NONE UINT32_MAX /* no slot, no node, no child */
/* Slot * 2 + 1 must fit in 32 bits and differ from HSVC__NONE; with a small size_t no array's size may overflow. A
 * power of two, so that doubling reaches it. */
#define HSVC__SLOTS_MOST (SIZE_MAX > UINT32_MAX ? 0x40000000u : 0x1000000u)
#define HSVC__CLASSES 57u                    /* size classes: hsvc__block_class(the longest row) + 1 */
#define HSVC__WAYS 7u                        /* slots of one bucket: makes it 64 bytes, one cache line */
#define HSVC__MEMORY_OPS_MAX UINT32_C(131072) /* what bind declares; larger commits work as well */

typedef struct hsvc__row {
    uint64_t revision;
    uint32_t value_len;
    uint16_t key_len;
    uint16_t block_class;
    uint8_t bytes[]; /* key, then value */
} hsvc__row;

/* A free slot has row NULL, and next is the next free one. */
typedef struct hsvc__slot {
    hsvc__row *row;
    uint32_t next; /* in key order */
    uint32_t prev;
    uint32_t up;   /* the trie node above this leaf */
    uint32_t hash; /* the low half of hsvc_hash64 of the key */
} hsvc__slot;

/* A trie node tells two subtrees apart by one bit of the key, `place` (see order.c); children have larger places.
 * A child is slot * 2 + 1 or node * 2. A free node has its next free one in up. */
typedef struct hsvc__node {
    uint32_t place;
    uint32_t up;
    uint32_t child[2];
} hsvc__node;

typedef struct hsvc__bucket {
    uint32_t hash[HSVC__WAYS];
    uint32_t slot[HSVC__WAYS];
    uint32_t used;
    uint32_t elsewhere; /* rows of this bucket that found no way: only the trie knows them */
} hsvc__bucket;

struct hsvc__page;
typedef struct hsvc__blocks {
    void *free[HSVC__CLASSES];
    uint8_t *fresh[HSVC__CLASSES]; /* the rest of the class's newest page */
    uint32_t fresh_count[HSVC__CLASSES];
    struct hsvc__page *pages;
} hsvc__blocks;

/* What a commit knows about one operation between looking and applying. */
typedef struct hsvc__step {
    const hsvc_op *op;
    hsvc__row *fresh; /* a block taken for it, or NULL: written in place, or nothing to write */
    uint32_t slot;    /* where its key is, or HSVC__NONE */
    uint32_t hash;
} hsvc__step;

struct hsvc_memory_store {
    hsvc_allocator allocator;
    uint64_t held;     /* bytes that the allocator gave */
    uint64_t revision; /* of the last commit */
    uint32_t in_sink;  /* how many reads and scans are under way */
    uint32_t row_count;
    hsvc__slot *slots;
    hsvc__node *nodes;
    uint32_t row_room; /* so many rows fit in slots, nodes and buckets alike */
    uint32_t slot_room;
    uint32_t node_room;
    uint32_t slots_used; /* slots and nodes from here on were never used */
    uint32_t nodes_used;
    uint32_t free_slot;
    uint32_t free_node;
    uint32_t root;         /* a child */
    uint32_t bucket_count; /* 0 or a power of two */
    hsvc__bucket *buckets;
    void *bucket_block; /* what `buckets` is aligned within */
    hsvc__blocks blocks;
    hsvc__step *steps;
    uint32_t *seen; /* hash table of a commit's own keys: step + 1 */
    size_t step_room;
    size_t seen_room;
};

/* hsvc__memory_resize: the allocator, with the bytes counted in store->held. */
void *hsvc__memory_resize(hsvc_memory_store *store, void *block, size_t old_size, size_t new_size);

/* ---- blocks.c ---- */
/* hsvc__block_class: the class of a row with so many bytes of key and value. Rows of one class can replace each other
 * in place. */
uint32_t hsvc__block_class(size_t key_len, size_t value_len);
/* hsvc__block_take: a block of a class, with block_class set and nothing else; NULL without memory. _give takes it back
 * and keeps it for the next of its class. _free_all gives every page to the allocator. */
hsvc__row *hsvc__block_take(hsvc_memory_store *store, uint32_t block_class);
void hsvc__block_give(hsvc_memory_store *store, hsvc__row *row);
void hsvc__block_free_all(hsvc_memory_store *store);

/* ---- index.c ---- */
/* hsvc__index_reserve: room for so many more rows in slots, nodes and buckets. 0 without memory; nothing to undo. */
int hsvc__index_reserve(hsvc_memory_store *store, size_t more);
/* hsvc__index_hash: what index and slots call a key. */
uint32_t hsvc__index_hash(const uint8_t *key, size_t key_len);
/* hsvc__index_find: the slot of a key, or HSVC__NONE. */
uint32_t hsvc__index_find(const hsvc_memory_store *store, const uint8_t *key, size_t key_len, uint32_t hash);
/* hsvc__index_hint: the slot that a hint names if it holds this key now, else HSVC__NONE. Any hint but 0 is safe. */
uint32_t hsvc__index_hint(const hsvc_memory_store *store, const uint8_t *key, size_t key_len, uint64_t hint);
/* hsvc__index_add: puts a row with a new key into slots, index and order; room was reserved. _remove takes a row out
 * of all three and gives its block back. */
void hsvc__index_add(hsvc_memory_store *store, hsvc__row *row, uint32_t hash);
void hsvc__index_remove(hsvc_memory_store *store, uint32_t slot);
void hsvc__index_free(hsvc_memory_store *store);

/* ---- order.c ---- */
/* hsvc__order_find: the slot of a key, or HSVC__NONE. There must be a row. */
uint32_t hsvc__order_find(const hsvc_memory_store *store, const uint8_t *key, size_t key_len);
/* hsvc__order_from: the slot of the first key that is not below this one, or HSVC__NONE. */
uint32_t hsvc__order_from(const hsvc_memory_store *store, const uint8_t *key, size_t key_len);
/* hsvc__order_insert, _remove: link a slot whose row is set into trie and list, and out again. Keys are unique. */
void hsvc__order_insert(hsvc_memory_store *store, uint32_t slot);
void hsvc__order_remove(hsvc_memory_store *store, uint32_t slot);

/* ---- commit.c ---- */
int32_t hsvc__memory_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user);

static inline int hsvc__row_has_key(const hsvc__row *row, const uint8_t *key, size_t key_len) {
    return row->key_len == key_len && memcmp(row->bytes, key, key_len) == 0;
}

#endif
