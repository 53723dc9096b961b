/* records.c: rows of a store. Bytes of any content, as long as a record of the family is without its slots, a little shorter, a
 * little longer: only what is there is looked at. Then records with any numbers, whose slots have lengths that fit: every slot
 * is read where it stands, whatever is in it. (That the lengths add up is what the check sees to. Eva keeps no sums, so they are
 * given here, one slot after the other.) And a record with two entries in every list is written into exactly its room. */
#include "records/record.c"

#include "eva.h"

#define MOST 1600
#define SLOT 40
static uint8_t block[MOST];
static struct hsvc__device device;
static struct hsvc__user user;
static struct hsvc__headset headset;
static struct hsvc__skip skip;
static struct hsvc__deadline deadline;
static struct hsvc__policy policy;
static struct hsvc__number number;
static struct hsvc__entry entry;
static struct hsvc__job job;

static void check_any(uint32_t family) {
    size_t fixed = fixed_len(layout_of(family));
    /*@ loop unroll 20; */
    for (size_t len = fixed - 3; len <= fixed + 9; len++) {
        ANY(block);
        (void)hsvc__record_check(block + (MOST - len), len, family);
    }
    (void)hsvc__record_check(block + MOST, 0, family);
    (void)hsvc__record_check(block + (MOST - 4), 4, family);
}

/* decode_with: the slot `which` has SLOT bytes, the others none; there is no such slot, then none has. */
static void decode_with(void *record, uint32_t family, uint32_t which) {
    const struct layout *layout = layout_of(family);
    size_t fixed = fixed_len(layout), len = fixed + (which < layout->slot_count ? SLOT : 0);
    size_t lengths = fixed - 4 * even(layout->slot_count);
    uint8_t *bytes = block + (MOST - len);
    ANY(block);
    if (layout->slot_count != 0) memset(bytes + lengths, 0, fixed - lengths);
    if (which < layout->slot_count) hsvc__put32(bytes + lengths + 4 * (size_t)which, SLOT);
    (void)hsvc__record_check(bytes, len, family);
    (void)hsvc__record_decode(record, bytes, len, family);
}

static void read_family(void *record, uint32_t family) {
    check_any(family);
    /*@ loop unroll 40; */
    for (uint32_t which = 0; which <= layout_of(family)->slot_count; which++) decode_with(record, family, which);
}

/* ---- writing, into memory that is handed out in exact pieces ---- */
static uint8_t heap[1 << 13];
static size_t used;

void *hsvc__arena_take(struct hsvc__arena *arena, size_t size) {
    used += size;
    /*@ assert used <= sizeof(heap); */
    return heap + used - size;
}

static void fill_lists(void) {
    hsvc__str text = hsvc__str_of("abc", 3);
    device.present_count = device.plug_count = device.call_count = device.report_count = device.set.count = device.recent.count = 2;
    /*@ loop unroll 2; */
    for (int i = 0; i < 2; i++) {
        device.presents[i].serial = device.presents[i].owner = device.reports[i].serial = text;
        device.presents[i].flags = i == 0 ? HSVC__FRESH : HSVC__DOUBTFUL;
    }
}

static void write_one(void) {
    struct hsvc__arena arena = {0};
    hsvc__str out;
    memset(&device, 0, sizeof device);
    Frama_C_make_unknown((char *)&device + device_layout.numbers, 8 * device_layout.n64 + 4 * device_layout.n32);
    fill_lists();
    if (hsvc__record_encode(&device, HSVC__FAMILY_DEVICE, &arena, &out) == HSVC_OK) (void)hsvc__record_check((const uint8_t *)out.p, out.n, HSVC__FAMILY_DEVICE);
}

int main(void) {
    read_family(&device, HSVC__FAMILY_DEVICE);
    read_family(&user, HSVC__FAMILY_USER);
    read_family(&headset, HSVC__FAMILY_HEADSET);
    read_family(&skip, HSVC__FAMILY_SKIP);
    read_family(&deadline, HSVC__FAMILY_DEADLINE);
    read_family(&policy, HSVC__FAMILY_POLICY);
    read_family(&number, HSVC__FAMILY_NUMBER);
    read_family(&entry, HSVC__FAMILY_ENTRY);
    read_family(&job, HSVC__FAMILY_JOB);
    write_one();
    Frama_C_show_each_end();
    return 0;
}
