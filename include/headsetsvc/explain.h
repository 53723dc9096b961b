/* explain.h: why is it so, and what will end it? What there is to say about a device, a user or a headset.
 * The rules of headsetsvc.h hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_EXPLAIN_H
#define HEADSETSVC_EXPLAIN_H

#include "engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_explained: one thing to say about a device, a user or a headset (OBS-2). All text ends in a NUL, is "" where there is
 * none, and is static but for who and rule, which are borrowed until the next call on the engine. By kind:
 *   STATE     name a machine, state its state, text what holds in it
 *   FACT      name and value; who: whom the value means, where it is somebody's number
 *   PLACE     name "connected" (of a headset; state is what it is to the device) or "session" (of a user); who the device
 *   CAUSE     state the HSVC_CAUSE_ name of an end that waits for the last call, text its meaning
 *   DEADLINE  name an event or a field, at_ms when it fires, text what it does, rule why
 *   POLICY    param, value, state the value's name if it has one, scope which decided, text the scope in words, rule
 *   VERDICT   the newest entry of its audit: value and state the reason, at_ms, rule */
typedef struct hsvc_explained {
    uint32_t struct_size;
    uint32_t kind;  /* HSVC_EXPLAINED_ */
    uint32_t param; /* HSVC_PARAM_ */
    uint32_t scope; /* HSVC_SCOPE_ */
    int64_t at_ms;
    int64_t value;
    const char *name;
    const char *state;
    const char *text;
    const char *rule;
    const char *who;
    size_t who_len;
} hsvc_explained;
HSVC_API int32_t hsvc_explained_init(hsvc_explained *item, size_t size);

/* hsvc_explain: everything there is to say about a subject: HSVC_SUBJECT_DEVICE, _USER or _HEADSET, by name. Fills up to room
 * items, an array whose stride is its first element's struct_size; *count is how many there are, at most
 * HSVC_LIMIT_EXPLAINED. Reads, decides and writes nothing.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND, HSVC_ERR_CLOCK, HSVC_ERR_MEMORY, HSVC_ERR_CORRUPT,
 * HSVC_ERR_REENTRANT, store statuses. (OBS-2) */
HSVC_API int32_t hsvc_explain(hsvc_engine *engine, uint32_t subject_kind, const char *name, size_t len,
                              hsvc_explained *items, size_t room, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
