/* seen.h: what stands in a file, HSVC_LIMIT_BULK_ROW_BYTES a row: a mark of 15 bytes made of two independent hashes (10 of what
 * must be unique, 5 of the user that it is given to), and one byte for the outcome of a removal. Nobody's data lands
 * anywhere because of equal hashes: rows that look the same are refused, and a headset is kept (decision 080). */
#ifndef HSVC_CSV_SEEN_H
#define HSVC_CSV_SEEN_H

#include "core/core.h"

#define HSVC__MARK_KEY 10
#define HSVC__MARK 15

/* Elements of one small size in blocks, so that growing needs no second copy of them. */
struct hsvc__heap {
    hsvc_allocator allocator;
    uint8_t **blocks;
    size_t block_count;
    size_t block_room;
    size_t size; /* of an element */
    uint64_t count;
};

struct hsvc__mark {
    uint8_t bytes[HSVC__MARK];
};

void hsvc__heap_init(struct hsvc__heap *heap, const hsvc_allocator *allocator, size_t size);
void hsvc__heap_free(struct hsvc__heap *heap);
/* hsvc__heap_add: one more element, zeroed; NULL if there is no memory. hsvc__heap_at: element number i. */
uint8_t *hsvc__heap_add(struct hsvc__heap *heap);
uint8_t *hsvc__heap_at(const struct hsvc__heap *heap, uint64_t i);

/* hsvc__mark_of: space: which things are told apart at all (additions, removals). */
void hsvc__mark_of(struct hsvc__mark *mark, uint8_t space, hsvc__str key, hsvc__str user);
/* hsvc__seen_sort: once all marks are in; then hsvc__seen_count: how many marks, at most two, begin with the first `len`
 * bytes of this one. */
void hsvc__seen_sort(struct hsvc__heap *heap);
uint32_t hsvc__seen_count(const struct hsvc__heap *heap, const struct hsvc__mark *mark, size_t len);

#endif
