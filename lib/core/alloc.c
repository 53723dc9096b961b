/* alloc.c: the caller's allocator, always with exact sizes. */
#include "core.h"

void *hsvc__alloc(const hsvc_allocator *a, size_t size) {
    if (size == 0) return NULL; /* resize(NULL, 0, 0) has no meaning */
    return a->resize(NULL, 0, size, a->user);
}

void *hsvc__grow(const hsvc_allocator *a, void *block, size_t old_size, size_t new_size) {
    if (new_size == 0) return NULL; /* would be a release: callers release by name only */
    return a->resize(block, old_size, new_size, a->user);
}

void hsvc__release(const hsvc_allocator *a, void *block, size_t size) {
    if (block != NULL) a->resize(block, size, 0, a->user);
}

int32_t hsvc__allocator_in(hsvc_allocator *to, const hsvc_allocator *from) {
    int32_t status = hsvc__sized_in(to, sizeof *to, sizeof *to, from);
    if (status != HSVC_OK) return status;
    /* `reserved` is room for a later version's field, so it is held to the same rule as an unknown tail */
    if (to->reserved != 0) return HSVC_ERR_STRUCT_TAIL;
    return to->resize == NULL ? HSVC_ERR_ARGUMENT : HSVC_OK;
}
