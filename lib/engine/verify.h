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
    struct hsvc__entry_key entered; /* the audit entry before the one at hand, and what its subject was after it */
    struct hsvc__vector after;
};

/* hsvc__found: this invariant is violated by the record at hand. */
void hsvc__found(struct hsvc__walk *w, uint32_t invariant);
#define MUST(holds, invariant) \
    if (!(holds)) hsvc__found(w, HSVC__INVARIANT_##invariant)

/* hsvc__fetch: the record of a name, for as long as the record at hand is looked at; NULL if there is no sound one. */
void *hsvc__fetch(struct hsvc__walk *w, uint32_t family, hsvc__str name);
void *hsvc__fetch_key(struct hsvc__walk *w, uint32_t family, const struct hsvc__key *key);

/* hsvc__is_gone: is there only the mark of a user, whose sweep has not come to all that speaks of the user (USER-1)? */
int hsvc__is_gone(struct hsvc__walk *w, hsvc__str user);

/* hsvc__check_device: all that must hold of a device. hsvc__check_settings: of a list of parameters set in a scope. */
void hsvc__check_device(struct hsvc__walk *w, struct hsvc__device *d);
void hsvc__check_settings(struct hsvc__walk *w, const struct hsvc__overrides *set, uint32_t scope);
/* hsvc__check_entry: of an entry of the audit. hsvc__check_trail: that a subject's audit says what the record says. */
void hsvc__check_entry(struct hsvc__walk *w, const struct hsvc__entry *e);
void hsvc__check_trail(struct hsvc__walk *w, uint32_t family, void *record, hsvc__str name);

#endif
