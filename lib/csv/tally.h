/* tally.h: of a dry run: how many headsets the file has given to each user so far, less what it took: 8 bytes a user in a
 * table at most half full. */
#ifndef HSVC_CSV_TALLY_H
#define HSVC_CSV_TALLY_H

#include "core/core.h"

struct hsvc__tally {
    hsvc_allocator allocator;
    uint64_t *slots; /* upper 56 bits: hash of the user; the lowest byte: the number and 128 */
    size_t room;     /* a power of two, or 0 */
    size_t used;
};

void hsvc__tally_init(struct hsvc__tally *tally, const hsvc_allocator *allocator);
void hsvc__tally_free(struct hsvc__tally *tally);
/* hsvc__tally_add: 0 if there is no memory. hsvc__tally_of: 0 for a user never named. */
int hsvc__tally_add(struct hsvc__tally *tally, hsvc__str user, int by);
int hsvc__tally_of(const struct hsvc__tally *tally, hsvc__str user);

#endif
