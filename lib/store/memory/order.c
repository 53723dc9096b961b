/* order.c: the keys in order. A bitwise trie (crit-bit tree) finds a place, a list through the slots walks on from it.
 *
 * A key byte counts as nine bits, of which the first says "there is a byte here": so "a" sorts before "a\0", and a key
 * may be the beginning of another. A place is byte * 32 + bit, with bit 0 for that first one and 1..8 for the byte's own,
 * highest first. Places grow on every way down, so a way is never longer than a key has bits, whatever the keys are.
 *
 * Why a trie: inserting and removing touch two nodes, never rebalance and need no memory beyond one node a row, which
 * is reserved beforehand, so a commit cannot fail half-way. Deadline keys come and go with nearly every commit. */
#include "memory.h"

#define LEAF(slot) ((slot)*2 + 1)
#define NODE(node) ((node)*2)
#define IS_LEAF(child) (((child)&1) != 0)
#define INDEX(child) ((child) / 2)

/* Which way a key turns at a place. */
static inline uint32_t turn(const uint8_t *key, size_t key_len, uint32_t place) {
    size_t at = place / 32;
    uint32_t nine_bits = at < key_len ? key[at] | 0x100u : 0;
    return nine_bits << place % 32 >> 8 & 1;
}

/* The leaf that a key leads to: the key's own if it is there, else one that shares as much as any with it. */
static uint32_t nearest_leaf(const hsvc_memory_store *store, const uint8_t *key, size_t key_len) {
    uint32_t child = store->root;
    while (!IS_LEAF(child)) {
        const hsvc__node *node = &store->nodes[INDEX(child)];
        child = node->child[turn(key, key_len, node->place)];
    }
    return INDEX(child);
}

/* The first byte where two keys differ or one ends. */
static size_t common_bytes(const uint8_t *a, const uint8_t *b, size_t len) {
    size_t i = 0;
    while (len - i >= 8 && hsvc__get64(a + i) == hsvc__get64(b + i)) i += 8;
    while (i < len && a[i] == b[i]) i++;
    return i;
}

/* The first place where a key differs from a row's, or HSVC__NONE if it is the same. */
static uint32_t difference(const uint8_t *key, size_t key_len, const hsvc__row *row) {
    size_t shorter = key_len < row->key_len ? key_len : row->key_len;
    size_t at = common_bytes(key, row->bytes, shorter);
    uint32_t place = (uint32_t)at * 32;
    uint32_t differing;
    if (at == shorter) return key_len == row->key_len ? HSVC__NONE : place;
    differing = (uint32_t)(key[at] ^ row->bytes[at]);
    for (place++; (differing & 0x80) == 0; place++) differing <<= 1;
    return place;
}

static inline uint32_t *up_of(hsvc_memory_store *store, uint32_t child) {
    return IS_LEAF(child) ? &store->slots[INDEX(child)].up : &store->nodes[INDEX(child)].up;
}

static inline uint32_t get_up(const hsvc_memory_store *store, uint32_t child) {
    return IS_LEAF(child) ? store->slots[INDEX(child)].up : store->nodes[INDEX(child)].up;
}

/* The subtree of all keys that are like this leaf before `place`. Most keys differ late, so the climb is short. */
static uint32_t subtree_like(const hsvc_memory_store *store, uint32_t leaf, uint32_t place) {
    uint32_t child = LEAF(leaf), up = store->slots[leaf].up;
    while (up != HSVC__NONE && store->nodes[up].place > place) {
        child = NODE(up);
        up = store->nodes[up].up;
    }
    return child;
}

/* The first (side 0) or last (side 1) leaf of a subtree. */
static uint32_t outermost(const hsvc_memory_store *store, uint32_t child, uint32_t side) {
    while (!IS_LEAF(child)) child = store->nodes[INDEX(child)].child[side];
    return INDEX(child);
}

uint32_t hsvc__order_find(const hsvc_memory_store *store, const uint8_t *key, size_t key_len) {
    uint32_t leaf = nearest_leaf(store, key, key_len);
    return hsvc__row_has_key(store->slots[leaf].row, key, key_len) ? leaf : HSVC__NONE;
}

/* Where a key that is not there differs from a whole subtree, it lies before or behind all of it. */
uint32_t hsvc__order_from(const hsvc_memory_store *store, const uint8_t *key, size_t key_len) {
    uint32_t leaf, place, side, neighbour;
    if (store->row_count == 0) return HSVC__NONE;
    leaf = nearest_leaf(store, key, key_len);
    place = difference(key, key_len, store->slots[leaf].row);
    if (place == HSVC__NONE) return leaf;
    side = turn(key, key_len, place);
    neighbour = outermost(store, subtree_like(store, leaf, place), side);
    return side == 0 ? neighbour : store->slots[neighbour].next;
}

static uint32_t take_node(hsvc_memory_store *store) {
    uint32_t node = store->free_node;
    if (node == HSVC__NONE) return store->nodes_used++;
    store->free_node = store->nodes[node].up;
    return node;
}

/* Puts `fresh` where `old` hangs below node `up`, or at the root. */
static void hang(hsvc_memory_store *store, uint32_t up, uint32_t old, uint32_t fresh) {
    if (up == HSVC__NONE)
        store->root = fresh;
    else
        store->nodes[up].child[store->nodes[up].child[1] == old] = fresh;
    *up_of(store, fresh) = up;
}

static void link_between(hsvc_memory_store *store, uint32_t prev, uint32_t slot, uint32_t next) {
    store->slots[slot].prev = prev;
    store->slots[slot].next = next;
    if (prev != HSVC__NONE) store->slots[prev].next = slot;
    if (next != HSVC__NONE) store->slots[next].prev = slot;
}

void hsvc__order_insert(hsvc_memory_store *store, uint32_t slot) {
    const hsvc__row *row = store->slots[slot].row;
    uint32_t leaf, place, side, child, node, neighbour;
    if (store->row_count == 1) { /* the only row, and this is it */
        hang(store, HSVC__NONE, HSVC__NONE, LEAF(slot));
        link_between(store, HSVC__NONE, slot, HSVC__NONE);
        return;
    }
    leaf = nearest_leaf(store, row->bytes, row->key_len);
    place = difference(row->bytes, row->key_len, store->slots[leaf].row);
    side = turn(row->bytes, row->key_len, place);
    child = subtree_like(store, leaf, place);
    neighbour = outermost(store, child, side);
    if (side == 1)
        link_between(store, neighbour, slot, store->slots[neighbour].next);
    else
        link_between(store, store->slots[neighbour].prev, slot, neighbour);
    node = take_node(store);
    store->nodes[node].place = place;
    hang(store, get_up(store, child), child, NODE(node));
    store->nodes[node].child[side] = LEAF(slot);
    store->nodes[node].child[1 - side] = child;
    store->slots[slot].up = node;
    *up_of(store, child) = node;
}

void hsvc__order_remove(hsvc_memory_store *store, uint32_t slot) {
    uint32_t up = store->slots[slot].up, prev = store->slots[slot].prev, next = store->slots[slot].next;
    if (prev != HSVC__NONE) store->slots[prev].next = next;
    if (next != HSVC__NONE) store->slots[next].prev = prev;
    if (up == HSVC__NONE) {
        store->root = HSVC__NONE;
        return;
    }
    /* its node has nothing left to tell apart: the sibling takes the node's place */
    hang(store, store->nodes[up].up, NODE(up), store->nodes[up].child[store->nodes[up].child[0] == LEAF(slot)]);
    store->nodes[up].up = store->free_node;
    store->free_node = up;
}
