/* facts.c: what the audit says of a record: the facts of facts.def, packed. Only what stands in the record counts, never
 * the time: two readers at different times must see the same (OBS-3). */
#include "records/record.h"

struct hsvc__trail hsvc__trail_of(void *record) {
    struct hsvc__trail none = {NULL, NULL, NULL};
#define TRAIL(family, type)                                                                            \
    case HSVC__FAMILY_##family: {                                                                      \
        struct type *r = (struct type *)record;                                                        \
        struct hsvc__trail trail = {&r->number, &r->audit_last, &r->audit_gone};                      \
        return trail;                                                                                  \
    }
    switch (((const struct hsvc__record *)record)->family) {
        TRAIL(DEVICE, hsvc__device)
        TRAIL(USER, hsvc__user)
        TRAIL(HEADSET, hsvc__headset)
        TRAIL(POLICY, hsvc__policy)
        default: return none;
    }
#undef TRAIL
}

uint32_t hsvc__subject_kind(uint32_t family) {
    switch (family) {
        case HSVC__FAMILY_DEVICE: return HSVC_SUBJECT_DEVICE;
        case HSVC__FAMILY_USER: return HSVC_SUBJECT_USER;
        case HSVC__FAMILY_HEADSET: return HSVC_SUBJECT_HEADSET;
        case HSVC__FAMILY_POLICY: return HSVC_SUBJECT_POLICY;
        default: return 0;
    }
}

/* digest_of: tells whether two policies are the same; which parameter was changed stands in the entry. */
static uint64_t digest_of(const struct hsvc__policy *r) {
    hsvc__str texts[] = {r->min_firmware, r->supported_models, r->serial_reject_list};
    uint64_t digest = 0;
    uint8_t bytes[16];
    for (uint32_t i = 0; i < r->set.count; i++) {
        hsvc__put64(bytes, r->set.at[i].param);
        hsvc__put64(bytes + 8, (uint64_t)r->set.at[i].value);
        digest += hsvc_hash64(bytes, sizeof bytes);
    }
    for (uint64_t i = 0; i < 3; i++)
        if (texts[i].n != 0) digest += (i + 1) * hsvc_hash64(texts[i].p, texts[i].n);
    return digest;
}

static inline uint64_t pack(uint64_t value, int bits, int shift) {
    uint64_t most = ((uint64_t)1 << bits) - 1;
    return (value < most ? value : most) << shift;
}

#define FACT(subject, at, shift, bits, name, machine, value) FACT_##subject(at, pack((uint64_t)(value), bits, shift))
#define WHOLE(subject, at, name, whose, value) FACT_##subject(at, value)
#define ADD(at, packed) out->word[at] |= (packed);
#define SKIP(at, packed)

#define FACT_USER SKIP
#define FACT_HEADSET SKIP
#define FACT_POLICY SKIP
#define FACT_DEVICE ADD
static void device_vector(const struct hsvc__device *r, struct hsvc__vector *out) {
#include "records/facts.def"
}
#undef FACT_DEVICE
#undef FACT_USER
#define FACT_DEVICE SKIP
#define FACT_USER ADD
static void user_vector(const struct hsvc__user *r, struct hsvc__vector *out) {
#include "records/facts.def"
}
#undef FACT_USER
#undef FACT_HEADSET
#define FACT_USER SKIP
#define FACT_HEADSET ADD
static void headset_vector(const struct hsvc__headset *r, struct hsvc__vector *out) {
#include "records/facts.def"
}
#undef FACT_HEADSET
#undef FACT_POLICY
#define FACT_HEADSET SKIP
#define FACT_POLICY ADD
static void policy_vector(const struct hsvc__policy *r, struct hsvc__vector *out) {
#include "records/facts.def"
}

void hsvc__vector_of(const void *record, struct hsvc__vector *out) {
    const struct hsvc__record *rec = (const struct hsvc__record *)record;
    memset(out, 0, sizeof *out);
    if (!rec->present || rec->removed) return;
    switch (rec->family) {
        case HSVC__FAMILY_DEVICE: device_vector((const struct hsvc__device *)record, out); break;
        case HSVC__FAMILY_USER: user_vector((const struct hsvc__user *)record, out); break;
        case HSVC__FAMILY_HEADSET: headset_vector((const struct hsvc__headset *)record, out); break;
        case HSVC__FAMILY_POLICY: policy_vector((const struct hsvc__policy *)record, out); break;
        default: break;
    }
}
