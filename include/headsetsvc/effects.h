/* effects.h: what the host must do and what was decided: effects and verdicts, in a batch.
 * The rules of headsetsvc.h hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_EFFECTS_H
#define HEADSETSVC_EFFECTS_H

#include "host.h"
#include "input.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_effects: a batch: the effects and verdicts of one call. */
typedef struct hsvc_effects hsvc_effects;

#define HSVC_NO_INPUT 0xffffffffu /* input_index of what a deadline caused */

/* Bits of hsvc_effect.flags. */
#define HSVC_MENU_ASSOCIATE 1       /* MENU_STATE: Associate user is enabled */
#define HSVC_MENU_SIGN_IN 2         /* MENU_STATE: Sign in with headset is enabled */
#define HSVC_MENU_SIGN_OUT 4        /* MENU_STATE: Sign out is enabled */
#define HSVC_FLAG_REPEATED 256       /* any: sent before; doing it twice must be harmless (PROF-1, STORE-6) */
#define HSVC_PROMPT_OFFERS_SIGN_IN 1 /* SHOW_PROMPT ASSOCIATED: Sign in is on this very screen (PROMPT-2) */
#define HSVC_PROMPT_OFFERS_EXTEND 2  /* SHOW_PROMPT SIGN_OUT: Extend is on it */

/* hsvc_effect: something the host must do, in order. All text is borrowed from the batch until it is reset or filled
 * again; it ends in a NUL that its length does not count, and is "" where there is none. Other fields that an effect
 * does not use are zero. device, site, location and node are set on every device effect (SAFE-3, PROF-3). */
typedef struct hsvc_effect {
    uint32_t struct_size;
    uint32_t kind;        /* HSVC_EFFECT_ */
    uint32_t input_index; /* which input caused it, or HSVC_NO_INPUT */
    uint32_t reason;      /* HSVC_REASON_, where one belongs to it; of SESSION_STARTED how it came about: PIN_ASKED by PIN,
                             COUNTDOWN_STARTED without, HOST_AUTHENTICATED by SIGN_IN_USER */
    uint32_t prompt;      /* HSVC_PROMPT_ */
    uint32_t cause;       /* HSVC_CAUSE_ of SESSION_ENDED */
    uint32_t node;        /* where the device is registered */
    uint32_t flags;       /* HSVC_MENU_, HSVC_FLAG_REPEATED, HSVC_PROMPT_OFFERS_ */
    int64_t at_ms;        /* the decision's time */
    int64_t due_ms;       /* when a prompt closes, a countdown signs in, an answer is due; 0 = never */
    uint64_t prompt_id;
    uint64_t request;    /* of VERIFY_PIN, REPORT_PRESENCE, REPORT_CALLS: answer with it */
    uint64_t generation; /* of APPLY_PROFILE, WIPE, SHOW_PROMPT, CLEAR_PROMPT, MENU_STATE: acknowledge with it */
    uint64_t session;    /* session id, unique per device */
    const char *device;
    size_t device_len;
    const char *site;
    size_t site_len;
    const char *user; /* prefill of a prompt; whose PIN; who signed in or out; the new owner */
    size_t user_len;
    const char *other_user; /* who would be signed out; the owner before */
    size_t other_user_len;
    const char *serial;
    size_t serial_len;
    const char *profile;
    size_t profile_len;
    const uint8_t *pin; /* VERIFY_PIN only */
    size_t pin_len;
    size_t profile_count; /* SHOW_PROMPT CHOOSE_PROFILE: read them with hsvc_effects_profile */
    const char *rule;     /* the rule id that decided, NUL-terminated, static */
    const char *location; /* of the device, for emergency calls */
    size_t location_len;
} hsvc_effect;

/* hsvc_verdict: what the service decided about one input or one deadline (OBS-1). Borrowed text as in hsvc_effect.
 * An input about several headsets (a list, or all of a user) has a verdict for each, in order, and then its own: DONE,
 * PARTLY_DONE or LIST_REFUSED. With HSVC_APPLY_ALL_OR_NONE one refused item undoes the batch. (ASSOC-8) */
typedef struct hsvc_verdict {
    uint32_t struct_size;
    uint32_t input_index; /* or HSVC_NO_INPUT for a deadline */
    uint32_t accepted;    /* 1 or 0 */
    uint32_t reason;      /* HSVC_REASON_ */
    int32_t em_code;      /* result code of the Extension Mobility API, -1 for an acceptance (OBS-8) */
    uint32_t repeated;    /* 1: the stored verdict of an earlier input with the same request id */
    uint32_t field;       /* HSVC_FIELD_ of a refused text or number, else 0 */
    uint32_t item_number; /* of an input about several headsets: which of them, counted from 1; 0 = the input itself */
    int64_t limit; /* the limit that was broken, else 0 */
    int64_t at_ms; /* event time */
    const char *device;
    size_t device_len;
    const char *event; /* name of the machine's event ("window_due"), NUL-terminated, static */
    const char *rule;  /* NUL-terminated, static */
    const char *serial; /* of an item: which headset it is about */
    size_t serial_len;
} hsvc_verdict;

/* hsvc_problem: what a failed call complains about. */
typedef struct hsvc_problem {
    uint32_t struct_size;
    int32_t status;
    uint32_t input_index; /* or HSVC_NO_INPUT */
    uint32_t field;       /* HSVC_FIELD_, or 0 */
    int64_t limit;        /* or 0 */
    const uint8_t *key;   /* of a corrupt or impossible record, borrowed from the batch: hsvc_key_name */
    size_t key_len;
} hsvc_problem;

/* hsvc_key_name: whose a key is, in words: *kind what it is the key of ("device", "audit entry of a user"), NUL-terminated,
 * static; *name whose, borrowed from the key, as keys have it (in small letters; a number in hexadecimal), empty where there
 * is none. For hsvc_problem.key and the keys that hsvc_verify names.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND (no key of this library). */
HSVC_API int32_t hsvc_key_name(const uint8_t *key, size_t key_len, const char **kind, const char **name, size_t *name_len);

/* hsvc_effects_new: an empty batch, owned by the caller, freed by hsvc_effects_free (NULL is fine). The allocator is
 * copied. A batch may be used with any engine, by one thread at a time.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_MEMORY. */
HSVC_API int32_t hsvc_effects_new(const hsvc_allocator *allocator, hsvc_effects **effects);
/* hsvc_effects_free: ends a batch, and overwrites every PIN in it. */
HSVC_API void hsvc_effects_free(hsvc_effects *effects);
/* hsvc_effects_reset: empties the batch and overwrites every PIN in it. Each filling call resets first. */
HSVC_API void hsvc_effects_reset(hsvc_effects *effects);
/* Counts; 0 for NULL. */
HSVC_API size_t hsvc_effects_count(const hsvc_effects *effects);
HSVC_API size_t hsvc_verdict_count(const hsvc_effects *effects);
/* Copies of one entry, filled to the caller's struct_size, which must be set (hsvc_effect_init, hsvc_verdict_init).
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND (index too large). */
HSVC_API int32_t hsvc_effects_at(const hsvc_effects *effects, size_t index, hsvc_effect *effect);
HSVC_API int32_t hsvc_verdict_at(const hsvc_effects *effects, size_t index, hsvc_verdict *verdict);
/* hsvc_effects_profile: profile number `which` that effect number `index` offers; borrowed. Statuses as above. */
HSVC_API int32_t hsvc_effects_profile(const hsvc_effects *effects, size_t index, size_t which, const char **name,
                                      size_t *name_len);
/* hsvc_effects_problem: what the last failed call into this batch complained about; status HSVC_OK if it did not. */
HSVC_API int32_t hsvc_effects_problem(const hsvc_effects *effects, hsvc_problem *problem);
HSVC_API int32_t hsvc_effect_init(hsvc_effect *effect, size_t size);
HSVC_API int32_t hsvc_verdict_init(hsvc_verdict *verdict, size_t size);
HSVC_API int32_t hsvc_problem_init(hsvc_problem *problem, size_t size);

/* hsvc_answer: fills in the input that answers an effect, or acknowledges it: PROFILE_APPLIED, WIPE_DONE, VERIFY_RESULT
 * (state: HSVC_VERIFY_), PRESENCE_ANSWER (state: HSVC_PRESENCE_), CALL_ANSWER without calls, and EFFECT_ACK for
 * SHOW_PROMPT, CLEAR_PROMPT and MENU_STATE. For a host with one answer to every state, such as one that shows, applies
 * and asks at once: state may be given for any effect and goes where it belongs. input->struct_size must be set, the rest is
 * overwritten; its text is the effect's and is borrowed as that is. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE,
 * HSVC_ERR_NOT_FOUND (an effect without an answer). */
HSVC_API int32_t hsvc_answer(const hsvc_effect *effect, uint32_t state, hsvc_input *input);

#ifdef __cplusplus
}
#endif
#endif
