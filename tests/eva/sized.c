/* sized.c: structs of callers of any size, whatever is in them: nothing is read or written past what struct_size says. */
#include "eva.h"

#define OURS 120
#define LEAST 16
#define MOST 200
static unsigned char ours[OURS], block[MOST];

/* theirs: a struct of exactly `size` bytes, which says so; its end is the end of the block. */
static unsigned char *theirs(uint32_t size) {
    unsigned char *at = block + (MOST - size);
    ANY(block);
    memcpy(at, &size, sizeof size);
    return at;
}

int main(void) {
    static unsigned char absurd[4];
    /*@ loop unroll 300; */
    for (uint32_t size = 4; size <= MOST; size++) {
        int32_t in = hsvc__sized_in(ours, OURS, LEAST, theirs(size));
        int32_t init = hsvc__sized_init(theirs(size), size, LEAST);
        int32_t out;
        ANY(ours);
        out = hsvc__sized_out(theirs(size), ours, OURS, LEAST);
        /*@ assert size >= 16 || (in != 0 && init != 0 && out != 0); */
    }
    *(uint32_t *)(void *)absurd = Frama_C_unsigned_int_interval(HSVC_LIMIT_STRUCT_SIZE + 1, UINT32_MAX);
    (void)hsvc__sized_in(ours, OURS, LEAST, absurd);
    (void)hsvc__sized_out(absurd, ours, OURS, LEAST);
    Frama_C_show_each_end();
    return 0;
}
