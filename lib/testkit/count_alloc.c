/* count_alloc.c: an allocator that counts, fails on order and checks its user.
 *
 * In front of each block stands its size. That is how a wrong old_size is noticed, and how live bytes stay right even
 * then. A resize is always a new block and a copy: whoever kept a pointer into the old one reads 0xdd. */
#include <stdlib.h>

#include "kit.h"

#define FRESH 0xa5
#define FREED 0xdd

/* As large as the strictest alignment, so that what follows it is aligned for anything. */
typedef union head {
    size_t size;
    max_align_t aligned;
} head;

struct hsvc_count_alloc {
    hsvc_allocator inner;
    uint64_t asked;     /* requests since a failure was ordered */
    uint64_t fail_from; /* the first of them that fails; 0 = none ordered */
    uint64_t fail_times;
    hsvc_alloc_counts counts;
};

static void *stdlib_resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)old_size;
    (void)user;
    if (new_size > 0) return realloc(block, new_size);
    free(block);
    return NULL;
}

int32_t hsvc_count_alloc_new(const hsvc_allocator *inner, hsvc_count_alloc **count) {
    static const hsvc_allocator over_realloc = {sizeof over_realloc, 0, stdlib_resize, NULL};
    hsvc_allocator checked;
    void *made;
    int32_t status;
    if (count == NULL) return HSVC_ERR_ARGUMENT;
    *count = NULL;
    status = hsvc__kit_new(inner == NULL ? &over_realloc : inner, sizeof **count, &checked, &made);
    if (status != HSVC_OK) return status;
    *count = (hsvc_count_alloc *)made;
    (*count)->inner = checked;
    return HSVC_OK;
}

void hsvc_count_alloc_free(hsvc_count_alloc *count) {
    if (count == NULL) return;
    hsvc__release(&count->inner, count, sizeof *count);
}

int32_t hsvc_count_alloc_fail(hsvc_count_alloc *count, uint64_t nth, uint64_t times) {
    if (count == NULL) return HSVC_ERR_ARGUMENT;
    count->asked = 0;
    count->fail_from = nth;
    count->fail_times = times == 0 ? 1 : times;
    return HSVC_OK;
}

int32_t hsvc_count_alloc_counts(const hsvc_count_alloc *count, hsvc_alloc_counts *counts) {
    if (count == NULL) return HSVC_ERR_ARGUMENT;
    return hsvc__sized_out(counts, &count->counts, sizeof *counts, sizeof *counts);
}

/* Is this request ordered to fail? */
static int must_fail(hsvc_count_alloc *count) {
    if (count->fail_from == 0) return 0;
    count->asked++;
    return count->asked >= count->fail_from && count->asked - count->fail_from < count->fail_times;
}

static void *take(hsvc_count_alloc *count, size_t size) {
    head *block = NULL;
    if (size <= SIZE_MAX - sizeof *block) block = (head *)hsvc__alloc(&count->inner, sizeof *block + size);
    if (block == NULL) return NULL;
    block->size = size;
    memset(block + 1, FRESH, size);
    count->counts.live_blocks++;
    count->counts.live_bytes += size;
    if (count->counts.live_bytes > count->counts.most_bytes) count->counts.most_bytes = count->counts.live_bytes;
    return block + 1;
}

static void give(hsvc_count_alloc *count, void *bytes) {
    head *block = (head *)bytes - 1;
    size_t size = block->size;
    count->counts.live_blocks--;
    count->counts.live_bytes -= size;
    memset(block, FREED, sizeof *block + size);
    hsvc__release(&count->inner, block, sizeof *block + size);
}

/* A block of a new size with the old content; the old one stays if there is no memory. */
static void *change(hsvc_count_alloc *count, void *bytes, size_t size, size_t new_size) {
    int is_request = new_size > size;
    void *moved = NULL;
    if (is_request) count->counts.requests++;
    if (!is_request || !must_fail(count)) moved = take(count, new_size);
    if (moved == NULL) {
        count->counts.failures++;
        return NULL;
    }
    if (bytes == NULL) return moved;
    memcpy(moved, bytes, size < new_size ? size : new_size);
    give(count, bytes);
    return moved;
}

static void *count_resize(void *bytes, size_t old_size, size_t new_size, void *user) {
    hsvc_count_alloc *count = (hsvc_count_alloc *)user;
    size_t size = bytes == NULL ? 0 : ((head *)bytes - 1)->size;
    if (size != old_size || (bytes == NULL && new_size == 0)) count->counts.wrong_sizes++;
    if (new_size > 0) return change(count, bytes, size, new_size);
    if (bytes == NULL) return NULL;
    count->counts.frees++;
    give(count, bytes);
    return NULL;
}

int32_t hsvc_count_alloc_bind(hsvc_count_alloc *count, hsvc_allocator *allocator) {
    hsvc_allocator bound;
    if (count == NULL) return HSVC_ERR_ARGUMENT;
    memset(&bound, 0, sizeof bound);
    bound.resize = count_resize;
    bound.user = count;
    return hsvc__sized_out(allocator, &bound, sizeof bound, sizeof bound);
}
