/* record.c: records to bytes and back. The layout is data: one descriptor a family, made from fields.def. */
#include "records/record.h"

struct layout {
    size_t size;    /* of the decoded struct */
    size_t numbers; /* offset of the first number */
    size_t slots;   /* offset of the first slot */
    uint32_t n64;
    uint32_t n32;
    uint32_t slot_count;
};

#define COUNT_IT(...) +1
#define DEVICE_N64 COUNT_IT
enum { device_n64 = 0
#include "records/fields.def"
};
#undef DEVICE_N64
#define DEVICE_N32 COUNT_IT
enum { device_n32 = 0
#include "records/fields.def"
};
#undef DEVICE_N32
#define DEVICE_SLOT COUNT_IT
enum { device_slots = 0
#include "records/fields.def"
};
#undef DEVICE_SLOT
#define USER_N64 COUNT_IT
enum { user_n64 = 0
#include "records/fields.def"
};
#undef USER_N64
#define USER_N32 COUNT_IT
enum { user_n32 = 0
#include "records/fields.def"
};
#undef USER_N32
#define USER_SLOT COUNT_IT
enum { user_slots = 0
#include "records/fields.def"
};
#undef USER_SLOT
#define HEADSET_N64 COUNT_IT
enum { headset_n64 = 0
#include "records/fields.def"
};
#undef HEADSET_N64
#define HEADSET_N32 COUNT_IT
enum { headset_n32 = 0
#include "records/fields.def"
};
#undef HEADSET_N32
#define HEADSET_SLOT COUNT_IT
enum { headset_slots = 0
#include "records/fields.def"
};
#undef HEADSET_SLOT
#define SKIP_N64 COUNT_IT
enum { skip_n64 = 0
#include "records/fields.def"
};
#undef SKIP_N64
#define SKIP_N32 COUNT_IT
enum { skip_n32 = 0
#include "records/fields.def"
};
#undef SKIP_N32
#define SKIP_SLOT COUNT_IT
enum { skip_slots = 0
#include "records/fields.def"
};
#undef SKIP_SLOT
#define DEADLINE_N64 COUNT_IT
enum { deadline_n64 = 0
#include "records/fields.def"
};
#undef DEADLINE_N64
#define POLICY_N64 COUNT_IT
enum { policy_n64 = 0
#include "records/fields.def"
};
#undef POLICY_N64
#define POLICY_N32 COUNT_IT
enum { policy_n32 = 0
#include "records/fields.def"
};
#undef POLICY_N32
#define POLICY_SLOT COUNT_IT
enum { policy_slots = 0
#include "records/fields.def"
};
#undef POLICY_SLOT
#define NUMBER_N64 COUNT_IT
enum { number_n64 = 0
#include "records/fields.def"
};
#undef NUMBER_N64
#define NUMBER_N32 COUNT_IT
enum { number_n32 = 0
#include "records/fields.def"
};
#undef NUMBER_N32
#define NUMBER_SLOT COUNT_IT
enum { number_slots = 0
#include "records/fields.def"
};
#undef NUMBER_SLOT
#define ENTRY_N64 COUNT_IT
enum { entry_n64 = 0
#include "records/fields.def"
};
#undef ENTRY_N64
#define ENTRY_N32 COUNT_IT
enum { entry_n32 = 0
#include "records/fields.def"
};
#undef ENTRY_N32
#define ENTRY_SLOT COUNT_IT
enum { entry_slots = 0
#include "records/fields.def"
};
#undef ENTRY_SLOT
#define JOB_N64 COUNT_IT
enum { job_n64 = 0
#include "records/fields.def"
};
#undef JOB_N64
#define JOB_N32 COUNT_IT
enum { job_n32 = 0
#include "records/fields.def"
};
#undef JOB_N32
#define JOB_SLOT COUNT_IT
enum { job_slots = 0
#include "records/fields.def"
};
#undef JOB_SLOT

#define LAYOUT(type, first, slot, family_) \
    {sizeof(struct type), offsetof(struct type, first), offsetof(struct type, slot), family_##_n64, family_##_n32, family_##_slots}

static const struct layout device_layout = LAYOUT(hsvc__device, stamped_at, name, device);
static const struct layout user_layout = LAYOUT(hsvc__user, stamped_at, id, user);
static const struct layout headset_layout = LAYOUT(hsvc__headset, stamped_at, serial, headset);
static const struct layout skip_layout = LAYOUT(hsvc__skip, associations, serial, skip);
static const struct layout policy_layout = LAYOUT(hsvc__policy, number, site, policy);
static const struct layout number_layout = LAYOUT(hsvc__number, number, name, number);
static const struct layout entry_layout = LAYOUT(hsvc__entry, at, rule, entry);
static const struct layout job_layout = LAYOUT(hsvc__job, created_at, subject, job);
/* A deadline's record says no more than when it was armed: the key is a hint, the device's record the truth. */
static const struct layout deadline_layout = {sizeof(struct hsvc__deadline), offsetof(struct hsvc__deadline, armed_at),
                                              sizeof(struct hsvc__deadline), deadline_n64, 0, 0};

static const struct layout *layout_of(uint32_t family) {
    switch (family) {
        case HSVC__FAMILY_DEVICE: return &device_layout;
        case HSVC__FAMILY_USER: return &user_layout;
        case HSVC__FAMILY_HEADSET: return &headset_layout;
        case HSVC__FAMILY_SKIP: return &skip_layout;
        case HSVC__FAMILY_POLICY: return &policy_layout;
        case HSVC__FAMILY_JOB: return &job_layout;
        case HSVC__FAMILY_DEADLINE: return &deadline_layout;
        case HSVC__FAMILY_NUMBER: return &number_layout;
        case HSVC__FAMILY_ENTRY: return &entry_layout;
        default: return NULL;
    }
}

size_t hsvc__record_size(uint32_t family) {
    const struct layout *layout = layout_of(family);
    return layout == NULL ? 0 : layout->size;
}

/* even: list of lengths and list of 32-bit numbers end on 8 bytes, so that the 64-bit block of a copy stays aligned. */
static size_t even(size_t count) { return (count + 1) / 2 * 2; }

static size_t fixed_len(const struct layout *layout) {
    return HSVC__HEAD + 8u * (size_t)layout->n64 + 4u * even(layout->n32) + 4u * even(layout->slot_count);
}

static uint64_t checksum_of(const uint8_t *bytes, size_t len) {
    return hsvc_hash64(bytes + HSVC__HEAD, len - HSVC__HEAD) + hsvc__get64(bytes);
}

int32_t hsvc__record_check(const uint8_t *bytes, size_t len, uint32_t family) {
    const struct layout *layout = layout_of(family);
    size_t need, i, lengths;
    if (layout == NULL || bytes == NULL || len < fixed_len(layout) || len > HSVC_LIMIT_VALUE_LEN) return HSVC_ERR_CORRUPT;
    if (bytes[0] != family || bytes[1] != HSVC__FORMAT || bytes[2] != 0 || bytes[3] != 0) return HSVC_ERR_CORRUPT;
    if (hsvc__get32(bytes + 4) != len) return HSVC_ERR_CORRUPT;
    if (hsvc__get64(bytes + 8) != checksum_of(bytes, len) && !HSVC__MUTANT(checksum_ignored)) return HSVC_ERR_CORRUPT;
    need = fixed_len(layout);
    lengths = need - 4u * even(layout->slot_count);
    for (i = 0; i < layout->slot_count; i++) need += hsvc__get32(bytes + lengths + 4 * i);
    return need == len ? HSVC_OK : HSVC_ERR_CORRUPT;
}

/* copy_numbers: on a little-endian machine one block, elsewhere number by number. */
static void numbers_in(uint8_t *to, const uint8_t *from, const struct layout *layout) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(to, from, 8u * (size_t)layout->n64 + 4u * (size_t)layout->n32);
#else
    for (uint32_t i = 0; i < layout->n64; i++, to += 8, from += 8) {
        uint64_t v = hsvc__get64(from);
        memcpy(to, &v, 8);
    }
    for (uint32_t i = 0; i < layout->n32; i++, to += 4, from += 4) {
        uint32_t v = hsvc__get32(from);
        memcpy(to, &v, 4);
    }
#endif
}

static void numbers_out(uint8_t *to, const uint8_t *from, const struct layout *layout) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(to, from, 8u * (size_t)layout->n64 + 4u * (size_t)layout->n32);
#else
    for (uint32_t i = 0; i < layout->n64; i++, to += 8, from += 8) {
        uint64_t v;
        memcpy(&v, from, 8);
        hsvc__put64(to, v);
    }
    for (uint32_t i = 0; i < layout->n32; i++, to += 4, from += 4) {
        uint32_t v;
        memcpy(&v, from, 4);
        hsvc__put32(to, v);
    }
#endif
}

int32_t hsvc__record_decode(void *record, const uint8_t *bytes, size_t len, uint32_t family) {
    const struct layout *layout = layout_of(family);
    uint8_t *base = (uint8_t *)record;
    size_t at, lengths;
    hsvc__str *slots;
    (void)len;
    if (layout == NULL) return HSVC_ERR_CORRUPT;
    at = fixed_len(layout);
    lengths = at - 4u * even(layout->slot_count);
    slots = (hsvc__str *)(void *)(base + layout->slots); /* they stand there one after the other */
    numbers_in(base + layout->numbers, bytes + HSVC__HEAD, layout);
    for (uint32_t i = 0; i < layout->slot_count; i++) {
        slots[i] = hsvc__str_of((const char *)bytes + at, hsvc__get32(bytes + lengths + 4u * (size_t)i));
        at += slots[i].n;
    }
    if (!hsvc__times_sound(record, family) || !hsvc__states_sound(record, family)) return HSVC_ERR_CORRUPT;
    return hsvc__lists_decode(record, family);
}

static size_t slots_len(const uint8_t *slots, uint32_t count) {
    size_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        hsvc__str text;
        memcpy(&text, slots + (size_t)i * sizeof text, sizeof text);
        total += text.n;
    }
    return total;
}

static void slots_out(uint8_t *bytes, size_t at, const uint8_t *slots, uint32_t count) {
    size_t lengths = at - 4u * even(count);
    for (uint32_t i = 0; i < count; i++) {
        hsvc__str text;
        memcpy(&text, slots + (size_t)i * sizeof text, sizeof text);
        hsvc__put32(bytes + lengths + 4u * (size_t)i, (uint32_t)text.n);
        if (text.n != 0) memcpy(bytes + at, text.p, text.n);
        at += text.n;
    }
}

int32_t hsvc__record_encode(void *record, uint32_t family, struct hsvc__arena *arena, hsvc__str *out) {
    const struct layout *layout = layout_of(family);
    const uint8_t *base = (const uint8_t *)record;
    size_t fixed, len;
    uint8_t *bytes;
    int32_t status;
    if (layout == NULL) return HSVC_ERR_CORRUPT;
    fixed = fixed_len(layout);
    status = hsvc__lists_encode(record, family, arena);
    if (status != HSVC_OK) return status;
    len = fixed + slots_len(base + layout->slots, layout->slot_count);
    if (len > HSVC_LIMIT_VALUE_LEN) return HSVC_ERR_LIMIT;
    bytes = (uint8_t *)hsvc__arena_take(arena, len);
    if (bytes == NULL) return HSVC_ERR_MEMORY;
    memset(bytes, 0, HSVC__HEAD);
    memset(bytes + fixed - 4u * even(layout->slot_count) - 4, 0, 4); /* where a count is odd, the number that makes it even */
    memset(bytes + fixed - 4, 0, 4);
    bytes[0] = (uint8_t)family;
    bytes[1] = HSVC__FORMAT;
    hsvc__put32(bytes + 4, (uint32_t)len);
    numbers_out(bytes + HSVC__HEAD, base + layout->numbers, layout);
    slots_out(bytes, fixed, base + layout->slots, layout->slot_count);
    hsvc__put64(bytes + 8, checksum_of(bytes, len));
    *out = hsvc__str_of((const char *)bytes, len);
    return HSVC_OK;
}
