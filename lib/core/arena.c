/* arena.c: bump memory for one call, in chunks that stay for the next.
 *
 * Chunks form a list. Those before `now` are in use, those behind it are free whatever their `used` says, which is set
 * to 0 when the arena moves on to them. `dirty` is how far a chunk was ever written since the last wipe: a reset
 * does not make secrets go away, so a wipe goes by `dirty`. */
#include "core.h"

/* The coverage build sets both to a chunk of 16 bytes, so that each take is a request of its own, which a test can make fail. */
#ifndef HSVC_CHUNK_LEAST
#define HSVC_CHUNK_LEAST 16384u
#define HSVC_CHUNK_GROWS_TO 1048576u /* beyond it doubling would only waste */
#endif
#define ALIGN 16u

struct hsvc__chunk {
    struct hsvc__chunk *next;
    size_t size; /* of the whole block, as the allocator knows it */
    size_t room; /* bytes behind `bytes` */
    size_t used;
    size_t dirty;
    unsigned char *bytes; /* 16-aligned, even if the allocator's blocks are not */
};

void hsvc__arena_init(struct hsvc__arena *arena, const hsvc_allocator *allocator) {
    memset(arena, 0, sizeof *arena);
    arena->allocator = *allocator;
}

static unsigned char *align_up(unsigned char *p) { return p + (ALIGN - (uintptr_t)p % ALIGN) % ALIGN; }

/* A chunk with room for `need`, linked in behind `now`. */
static struct hsvc__chunk *add_chunk(struct hsvc__arena *arena, size_t need) {
    struct hsvc__chunk *chunk;
    size_t size = arena->now == NULL ? HSVC_CHUNK_LEAST : arena->now->size * 2;
    size_t least = need + sizeof *chunk + ALIGN;
    if (size > HSVC_CHUNK_GROWS_TO) size = HSVC_CHUNK_GROWS_TO;
    if (size < least) size = least;
    chunk = (struct hsvc__chunk *)hsvc__alloc(&arena->allocator, size);
    if (chunk == NULL) return NULL;
    chunk->size = size;
    chunk->used = 0;
    chunk->dirty = 0;
    chunk->bytes = align_up((unsigned char *)(chunk + 1));
    chunk->room = size - sizeof *chunk - ALIGN;
    if (arena->now == NULL) {
        chunk->next = arena->first;
        arena->first = chunk;
    } else {
        chunk->next = arena->now->next;
        arena->now->next = chunk;
    }
    return chunk;
}

/* The next chunk with room for `need`, an old one if there is one. */
static struct hsvc__chunk *next_chunk(struct hsvc__arena *arena, size_t need) {
    struct hsvc__chunk *chunk = arena->now == NULL ? arena->first : arena->now->next;
    for (; chunk != NULL; chunk = chunk->next) {
        chunk->used = 0;
        if (chunk->room >= need) return chunk;
    }
    return add_chunk(arena, need);
}

void *hsvc__arena_take(struct hsvc__arena *arena, size_t size) {
    struct hsvc__chunk *chunk = arena->now;
    size_t need = (size + (size == 0) + ALIGN - 1) / ALIGN * ALIGN;
    void *taken;
    if (size > SIZE_MAX / 4)
        chunk = NULL;
    else if (chunk == NULL || chunk->room - chunk->used < need)
        chunk = next_chunk(arena, need);
    if (chunk == NULL) {
        arena->failed = 1;
        return NULL;
    }
    arena->now = chunk;
    taken = chunk->bytes + chunk->used;
    chunk->used += need;
    if (chunk->used > chunk->dirty) chunk->dirty = chunk->used;
    return taken;
}

hsvc__str hsvc__arena_copy(struct hsvc__arena *arena, const void *bytes, size_t len) {
    char *to = len == 0 ? NULL : (char *)hsvc__arena_take(arena, len);
    if (to == NULL) return hsvc__str_of(NULL, 0);
    memcpy(to, bytes, len);
    return hsvc__str_of(to, len);
}

hsvc__str hsvc__arena_text(struct hsvc__arena *arena, hsvc__str text) {
    char *to;
    if (text.n == 0) return hsvc__str_of("", 0);
    to = (char *)hsvc__arena_take(arena, text.n + 1);
    if (to == NULL) return hsvc__str_of("", 0);
    memcpy(to, text.p, text.n);
    to[text.n] = '\0';
    return hsvc__str_of(to, text.n);
}

void hsvc__arena_reset(struct hsvc__arena *arena) {
    arena->now = NULL; /* the next take starts at the first chunk */
    arena->failed = 0;
}

void hsvc__arena_wipe(struct hsvc__arena *arena) {
    for (struct hsvc__chunk *chunk = arena->first; chunk != NULL; chunk = chunk->next) {
        if (!HSVC__MUTANT(pins_stay)) hsvc__wipe(chunk->bytes, chunk->dirty);
        chunk->dirty = 0;
    }
    hsvc__arena_reset(arena);
}

void hsvc__arena_free(struct hsvc__arena *arena) {
    struct hsvc__chunk *chunk = arena->first;
    while (chunk != NULL) {
        struct hsvc__chunk *next = chunk->next;
        hsvc__release(&arena->allocator, chunk, chunk->size);
        chunk = next;
    }
    arena->first = NULL;
    arena->now = NULL;
    arena->failed = 0;
}
