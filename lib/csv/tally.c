/* tally.c: see tally.h. */
#include "csv/tally.h"

#define NONE 128u /* the byte of no headsets */

void hsvc__tally_init(struct hsvc__tally *tally, const hsvc_allocator *allocator) {
    memset(tally, 0, sizeof *tally);
    tally->allocator = *allocator;
}

void hsvc__tally_free(struct hsvc__tally *tally) {
    if (tally->slots != NULL) hsvc__release(&tally->allocator, tally->slots, tally->room * sizeof *tally->slots);
    memset(tally, 0, sizeof *tally);
}

static uint64_t hash_of(hsvc__str user) {
    char folded[HSVC_LIMIT_USER_ID_LEN];
    size_t n = user.n < sizeof folded ? user.n : sizeof folded;
    hsvc__fold(folded, hsvc__str_of(user.p, n));
    return hsvc_hash64(folded, n) & ~UINT64_C(0xff);
}

/* find: the slot of a hash, or the free one where it belongs. */
static uint64_t *find(uint64_t *slots, size_t room, uint64_t hash) {
    size_t at = (size_t)(hash >> 8) & (room - 1);
    while (slots[at] != 0 && (slots[at] & ~UINT64_C(0xff)) != hash) at = (at + 1) & (room - 1);
    return &slots[at];
}

static int grow(struct hsvc__tally *tally) {
    size_t room = tally->room == 0 ? 64 : tally->room * 2;
    uint64_t *slots = (uint64_t *)hsvc__alloc(&tally->allocator, room * sizeof *slots);
    if (slots == NULL) return 0;
    memset(slots, 0, room * sizeof *slots);
    for (size_t i = 0; i < tally->room; i++)
        if (tally->slots[i] != 0) *find(slots, room, tally->slots[i] & ~UINT64_C(0xff)) = tally->slots[i];
    if (tally->slots != NULL) hsvc__release(&tally->allocator, tally->slots, tally->room * sizeof *tally->slots);
    tally->slots = slots;
    tally->room = room;
    return 1;
}

int hsvc__tally_add(struct hsvc__tally *tally, hsvc__str user, int by) {
    uint64_t hash = hash_of(user), *slot;
    if (tally->used * 2 >= tally->room && !grow(tally)) return 0;
    slot = find(tally->slots, tally->room, hash);
    if (*slot == 0) {
        *slot = hash | NONE;
        tally->used++;
    }
    *slot += (uint64_t)(int64_t)by;
    return 1;
}

int hsvc__tally_of(const struct hsvc__tally *tally, hsvc__str user) {
    uint64_t slot = tally->room == 0 ? 0 : *find(tally->slots, tally->room, hash_of(user));
    return slot == 0 ? 0 : (int)(slot & 0xff) - (int)NONE;
}
