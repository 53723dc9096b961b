/* blocks.c: memory for rows, in size classes, four to a doubling, so that at most a fifth of a block is wasted.
 *
 * Small blocks are cut from pages, large ones have a page each. A page goes back to the allocator only with the store:
 * rows of one kind come and go at the same sizes all day, and a store in its steady state must not allocate. */
#include "memory.h"

#define SMALLEST_BLOCK 32u
#define PAGE_BYTES 16384u
#define OWN_PAGE_FROM 4096u

/* Sizes are multiples of 8 and blocks follow a header of two words, so rows are aligned for their 64-bit number. */
struct hsvc__page {
    struct hsvc__page *next;
    size_t size;
};

/* Class 4 * e + m - 4 holds up to (m + 1) << e bytes, with m from 4 to 7: size - 1 is written as m << e and a rest. */
uint32_t hsvc__block_class(size_t key_len, size_t value_len) {
    size_t size = offsetof(hsvc__row, bytes) + key_len + value_len;
    size_t last = (size < SMALLEST_BLOCK ? SMALLEST_BLOCK : size) - 1;
    uint32_t e = 2;
    while (last >> e >= 8) e++; /* at most 14 */
    return 4 * e + (uint32_t)(last >> e) - 4;
}

static size_t block_size(uint32_t block_class) { return (size_t)(block_class % 4 + 5) << block_class / 4; }

static int add_page(hsvc_memory_store *store, uint32_t block_class) {
    size_t size = block_size(block_class);
    size_t count = size >= OWN_PAGE_FROM ? 1 : PAGE_BYTES / size;
    struct hsvc__page *page = (struct hsvc__page *)hsvc__memory_resize(store, NULL, 0, sizeof *page + count * size);
    if (page == NULL) return 0;
    page->next = store->blocks.pages;
    page->size = sizeof *page + count * size;
    store->blocks.pages = page;
    store->blocks.fresh[block_class] = (uint8_t *)(page + 1);
    store->blocks.fresh_count[block_class] = (uint32_t)count;
    return 1;
}

static void *take_fresh(hsvc_memory_store *store, uint32_t block_class) {
    hsvc__blocks *blocks = &store->blocks;
    uint8_t *block;
    if (blocks->fresh_count[block_class] == 0 && !add_page(store, block_class)) return NULL;
    block = blocks->fresh[block_class];
    blocks->fresh[block_class] += block_size(block_class);
    blocks->fresh_count[block_class]--;
    return block;
}

/* A free block's first word is the next free block. */
hsvc__row *hsvc__block_take(hsvc_memory_store *store, uint32_t block_class) {
    void **head = &store->blocks.free[block_class];
    void *block = *head;
    hsvc__row *row;
    if (block != NULL)
        memcpy(head, block, sizeof *head);
    else
        block = take_fresh(store, block_class);
    if (block == NULL) return NULL;
    row = (hsvc__row *)block;
    row->block_class = (uint16_t)block_class;
    return row;
}

void hsvc__block_give(hsvc_memory_store *store, hsvc__row *row) {
    void **head = &store->blocks.free[row->block_class];
    memcpy(row, head, sizeof *head);
    *head = row;
}

void hsvc__block_free_all(hsvc_memory_store *store) {
    struct hsvc__page *page = store->blocks.pages;
    while (page != NULL) {
        struct hsvc__page *next = page->next;
        hsvc__memory_resize(store, page, page->size, 0);
        page = next;
    }
    store->blocks.pages = NULL;
}
