/* set.c: states that are known: sixteen bytes of hash each, and from which state by which event they came. */
#include "worlds/worlds.h"

enum { FIRST_ROOM = 1 << 12 };

static void *grown(void *old, size_t size) {
    void *p = realloc(old, size);
    if (p == NULL) {
        fprintf(stderr, "worlds: no memory for %zu bytes\n", size);
        exit(2);
    }
    return p;
}

void set_init(struct seen_set *set) {
    memset(set, 0, sizeof *set);
    set->node_room = FIRST_ROOM;
    set->table_size = 2 * FIRST_ROOM;
    set->nodes = grown(NULL, set->node_room * sizeof *set->nodes);
    set->table = grown(NULL, set->table_size * sizeof *set->table);
    memset(set->table, 0, set->table_size * sizeof *set->table);
}

void set_free(struct seen_set *set) {
    free(set->nodes);
    free(set->table);
    memset(set, 0, sizeof *set);
}

/* slot_of: where the hash stands, or would; entries are node numbers plus one. */
static uint32_t *slot_of(const struct seen_set *set, struct hash hash) {
    uint32_t mask = set->table_size - 1;
    for (uint32_t at = (uint32_t)hash.a & mask;; at = (at + 1) & mask) {
        const struct node *node;
        if (set->table[at] == 0) return &set->table[at];
        node = &set->nodes[set->table[at] - 1];
        if (node->hash.a == hash.a && node->hash.b == hash.b) return &set->table[at];
    }
}

static void grow(struct seen_set *set) {
    set->node_room *= 2;
    set->table_size *= 2;
    set->nodes = grown(set->nodes, set->node_room * sizeof *set->nodes);
    set->table = grown(set->table, set->table_size * sizeof *set->table);
    memset(set->table, 0, set->table_size * sizeof *set->table);
    for (uint32_t i = 0; i < set->count; i++) *slot_of(set, set->nodes[i].hash) = i + 1;
}

int set_has(const struct seen_set *set, struct hash hash) { return *slot_of(set, hash) != 0; }

uint32_t set_add(struct seen_set *set, struct hash hash, uint32_t parent, uint8_t event, int *is_new) {
    uint32_t *slot = slot_of(set, hash);
    struct node *node;
    *is_new = *slot == 0;
    if (!*is_new) return *slot - 1;
    if (set->count == set->node_room) {
        grow(set);
        slot = slot_of(set, hash);
    }
    node = &set->nodes[set->count];
    memset(node, 0, sizeof *node);
    node->hash = hash;
    node->parent = parent;
    node->event = event;
    if (set->count != 0 && parent < set->count) node->depth = (uint8_t)(set->nodes[parent].depth + 1);
    *slot = ++set->count;
    return set->count - 1;
}
