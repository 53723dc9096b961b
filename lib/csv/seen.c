/* seen.c: see seen.h. */
#include "csv/seen.h"

#define BLOCK 4096u /* elements */

void hsvc__heap_init(struct hsvc__heap *heap, const hsvc_allocator *allocator, size_t size) {
    memset(heap, 0, sizeof *heap);
    heap->allocator = *allocator;
    heap->size = size;
}

void hsvc__heap_free(struct hsvc__heap *heap) {
    for (size_t i = 0; i < heap->block_count; i++) hsvc__release(&heap->allocator, heap->blocks[i], BLOCK * heap->size);
    if (heap->blocks != NULL) hsvc__release(&heap->allocator, heap->blocks, heap->block_room * sizeof *heap->blocks);
    memset(heap, 0, sizeof *heap);
}

static int add_block(struct hsvc__heap *heap) {
    uint8_t *block;
    if (heap->block_count == heap->block_room) {
        size_t room = heap->block_room == 0 ? 8 : heap->block_room * 2;
        void *grown = hsvc__grow(&heap->allocator, heap->blocks, heap->block_room * sizeof *heap->blocks,
                                 room * sizeof *heap->blocks);
        if (grown == NULL) return 0;
        heap->blocks = (uint8_t **)grown;
        heap->block_room = room;
    }
    block = (uint8_t *)hsvc__alloc(&heap->allocator, BLOCK * heap->size);
    if (block == NULL) return 0;
    memset(block, 0, BLOCK * heap->size);
    heap->blocks[heap->block_count++] = block;
    return 1;
}

uint8_t *hsvc__heap_add(struct hsvc__heap *heap) {
    if (heap->count == (uint64_t)heap->block_count * BLOCK && !add_block(heap)) return NULL;
    return hsvc__heap_at(heap, heap->count++);
}

uint8_t *hsvc__heap_at(const struct hsvc__heap *heap, uint64_t i) {
    return heap->blocks[i / BLOCK] + (size_t)(i % BLOCK) * heap->size;
}

/* ---- marks ---- */

#define KEY_MOST (HSVC_LIMIT_SERIAL_LEN + 2)

/* hash_of: of the folded text behind two bytes that tell apart what is hashed for what. */
static uint64_t hash_of(uint8_t space, uint8_t which, hsvc__str text) {
    char bytes[KEY_MOST];
    size_t n = text.n < KEY_MOST - 2 ? text.n : KEY_MOST - 2;
    bytes[0] = (char)space;
    bytes[1] = (char)which;
    hsvc__fold(bytes + 2, hsvc__str_of(text.p, n));
    return hsvc_hash64(bytes, n + 2);
}

void hsvc__mark_of(struct hsvc__mark *mark, uint8_t space, hsvc__str key, hsvc__str user) {
    uint8_t more[8];
    hsvc__put64(mark->bytes, hash_of(space, 0, key));
    hsvc__put64(more, hash_of(space, 1, key));
    memcpy(mark->bytes + 8, more, HSVC__MARK_KEY - 8);
    hsvc__put64(more, hash_of(space, 2, user));
    memcpy(mark->bytes + HSVC__MARK_KEY, more, HSVC__MARK - HSVC__MARK_KEY);
}

static void exchange(uint8_t *a, uint8_t *b) {
    uint8_t kept[HSVC__MARK];
    memcpy(kept, a, HSVC__MARK);
    memcpy(a, b, HSVC__MARK);
    memcpy(b, kept, HSVC__MARK);
}

/* sink: element number i goes down to its place among the first n. */
static void sink(struct hsvc__heap *heap, uint64_t i, uint64_t n) {
    for (uint64_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
        uint8_t *at = hsvc__heap_at(heap, i), *below = hsvc__heap_at(heap, child);
        if (child + 1 < n) {
            uint8_t *other = hsvc__heap_at(heap, child + 1);
            if (memcmp(other, below, HSVC__MARK) > 0) {
                below = other;
                child++;
            }
        }
        if (memcmp(at, below, HSVC__MARK) >= 0) return;
        exchange(at, below);
        i = child;
    }
}

/* In place: a second copy would double the memory. */
void hsvc__seen_sort(struct hsvc__heap *heap) {
    for (uint64_t i = heap->count / 2; i > 0; i--) sink(heap, i - 1, heap->count);
    for (uint64_t n = heap->count; n > 1; n--) {
        exchange(hsvc__heap_at(heap, 0), hsvc__heap_at(heap, n - 1));
        sink(heap, 0, n - 1);
    }
}

uint32_t hsvc__seen_count(const struct hsvc__heap *heap, const struct hsvc__mark *mark, size_t len) {
    uint64_t from = 0, to = heap->count;
    uint32_t count = 0;
    while (from < to) {
        uint64_t middle = from + (to - from) / 2;
        if (memcmp(hsvc__heap_at(heap, middle), mark->bytes, len) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    while (count < 2 && from + count < heap->count && memcmp(hsvc__heap_at(heap, from + count), mark->bytes, len) == 0)
        count++;
    return count;
}
