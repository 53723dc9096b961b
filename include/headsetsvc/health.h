/* health.h: is all well? What the engine did so far, and whether the store is sound.
 * The rules of headsetsvc.h hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_HEALTH_H
#define HEADSETSVC_HEALTH_H

#include "engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_counters: what this engine did since it was made (OBS-5); not part of the state. */
typedef struct hsvc_counters {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t inputs;
    uint64_t accepted;
    uint64_t refused;
    uint64_t deadlines;
    uint64_t commits;
    uint64_t conflicts;
    uint64_t unknown_outcomes;
    uint64_t reads;      /* keys read */
    uint64_t read_trips; /* calls of read */
    uint64_t operations; /* of all commits */
    uint64_t bytes_written;
    uint64_t sign_ins_by_pin;
    uint64_t sign_ins_pinless;
    uint64_t sign_outs;
    uint64_t windows_opened;
    uint64_t windows_saved; /* a headset came back in time */
    uint64_t deferrals;
    uint64_t lockouts;
    uint64_t clock_notices;
    uint64_t associations;
    uint64_t sign_ins_by_host; /* SIGN_IN_USER */
    uint64_t flaps; /* holds of devices whose headsets came and went too often */
    uint64_t held_inputs;      /* reports that a hold kept until its end */
    uint64_t sign_ins_by_hand; /* of the sign-ins those without a headset */
    uint64_t repeated;         /* inputs answered as before, by their request id */
    uint64_t calls_dropped;    /* calls that nobody confirmed */
    uint64_t sign_outs_by[32]; /* sessions that ended, by HSVC_CAUSE_ - HSVC_CAUSE_ADMIN */
} hsvc_counters;
HSVC_API int32_t hsvc_counters_init(hsvc_counters *counters, size_t size);
/* hsvc_counters_get: reads the counters. */
HSVC_API int32_t hsvc_counters_get(const hsvc_engine *engine, hsvc_counters *counters);

/* hsvc_verify: walks the whole store and calls back once for each violated invariant: its name (static; they are listed
 * in docs/reference/invariants.md), the rule id (static) and the key. The callback returns HSVC_OK; anything else stops the walk and is HSVC_ERR_CALLBACK.
 * *findings is their number: 0 is what a healthy store gives. Store statuses, HSVC_ERR_ARGUMENT. (STORE-8) */
/* hsvc_finding_fn: takes one violated invariant of hsvc_verify. */
typedef int32_t (*hsvc_finding_fn)(const char *invariant, const char *rule, const uint8_t *key, size_t key_len,
                                   void *user);
HSVC_API int32_t hsvc_verify(hsvc_engine *engine, hsvc_finding_fn finding, void *user, uint64_t *findings);

#ifdef __cplusplus
}
#endif
#endif
