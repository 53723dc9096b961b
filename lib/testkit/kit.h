/* kit.h: what the parts of the testkit share. The testkit is a library of its own: of the core it has the sources
 * sized.c and alloc.c built in, and sees nothing else but the public headers. */
#ifndef HSVC_TESTKIT_KIT_H
#define HSVC_TESTKIT_KIT_H

#include "../core/ops.h"
#include "headsetsvc/testkit.h"

/* hsvc__kit_store_in: checks and copies a caller's store. ARGUMENT, STRUCT_SIZE, STRUCT_TAIL, OK. */
int32_t hsvc__kit_store_in(hsvc_store *to, const hsvc_store *from);

/* hsvc__kit_new: a zeroed handle of `size` bytes from the caller's allocator, which is copied to *checked.
 * ARGUMENT, STRUCT_SIZE, STRUCT_TAIL, MEMORY, OK. */
int32_t hsvc__kit_new(const hsvc_allocator *allocator, size_t size, hsvc_allocator *checked, void **handle);

#endif
