/* verify.h: the walk of hsvc_verify from inside: verify.c goes through the store, verify_device.c knows what must hold of
 * a device. What is checked is listed in invariants.def. */
#ifndef HSVC_VERIFY_H
#define HSVC_VERIFY_H

#include "engine/engine.h"

enum {
#define INVARIANT(name, rule, text) HSVC__INVARIANT_##name,
#include "engine/invariants.def"
#undef INVARIANT
    HSVC__INVARIANTS
};

struct hsvc__walk {
    struct hsvc_engine *engine;
    hsvc_finding_fn finding;
    void *user;
    uint64_t findings;
    int32_t status;
    hsvc__str key; /* of the record that is looked at */
    uint32_t sites_said; /* by the global policy */
    uint32_t sites_seen;
};

/* hsvc__found: this invariant is violated by the record at hand. */
void hsvc__found(struct hsvc__walk *w, uint32_t invariant);
#define MUST(holds, invariant) \
    if (!(holds)) hsvc__found(w, HSVC__INVARIANT_##invariant)

/* hsvc__fetch: the record of a name, for as long as the record at hand is looked at; NULL if there is no sound one. */
void *hsvc__fetch(struct hsvc__walk *w, uint32_t family, hsvc__str name);
void *hsvc__fetch_key(struct hsvc__walk *w, uint32_t family, const struct hsvc__key *key);

/* hsvc__check_device: all that must hold of a device. hsvc__check_settings: of a list of parameters set in a scope. */
void hsvc__check_device(struct hsvc__walk *w, struct hsvc__device *d);
void hsvc__check_settings(struct hsvc__walk *w, const struct hsvc__overrides *set, uint32_t scope);

#endif
