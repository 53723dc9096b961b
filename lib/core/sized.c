/* sized.c: structs that carry their own size, so that callers and library may be of different versions. */
#include "core.h"

static int size_is_possible(size_t size, size_t least) { return size >= least && size <= HSVC_LIMIT_STRUCT_SIZE; }

static uint32_t size_of(const void *sized) {
    uint32_t size;
    memcpy(&size, sized, sizeof size);
    return size;
}

static int is_zero(const unsigned char *bytes, size_t len) {
    unsigned char seen = 0;
    for (size_t i = 0; i < len; i++) seen |= bytes[i];
    return seen == 0;
}

int32_t hsvc__sized_init(void *to, size_t size, size_t least) {
    uint32_t own = (uint32_t)size;
    if (to == NULL) return HSVC_ERR_ARGUMENT;
    if (!size_is_possible(size, least)) return HSVC_ERR_STRUCT_SIZE;
    memset(to, 0, size);
    memcpy(to, &own, sizeof own);
    return HSVC_OK;
}

int32_t hsvc__sized_in(void *to, size_t our_size, size_t least, const void *from) {
    size_t size;
    uint32_t own = (uint32_t)our_size;
    if (to == NULL || from == NULL) return HSVC_ERR_ARGUMENT;
    size = size_of(from);
    if (!size_is_possible(size, least)) return HSVC_ERR_STRUCT_SIZE;
    if (size > our_size) {
        if (!is_zero((const unsigned char *)from + our_size, size - our_size)) return HSVC_ERR_STRUCT_TAIL;
        size = our_size;
    }
    memcpy(to, from, size);
    if (size < our_size) memset((unsigned char *)to + size, 0, our_size - size);
    memcpy(to, &own, sizeof own);
    return HSVC_OK;
}

int32_t hsvc__sized_out(void *to, const void *from, size_t our_size, size_t least) {
    size_t size;
    uint32_t theirs;
    if (to == NULL || from == NULL) return HSVC_ERR_ARGUMENT;
    theirs = size_of(to);
    size = theirs;
    if (!size_is_possible(size, least)) return HSVC_ERR_STRUCT_SIZE;
    if (size > our_size) {
        memset((unsigned char *)to + our_size, 0, size - our_size);
        size = our_size;
    }
    memcpy(to, from, size);
    memcpy(to, &theirs, sizeof theirs);
    return HSVC_OK;
}
