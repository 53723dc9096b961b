/* views.h: looking at devices, users and headsets, and at the policy in force. Nothing here changes anything.
 * The rules of headsetsvc.h hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_VIEWS_H
#define HEADSETSVC_VIEWS_H

#include "engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Views are filled to the caller's struct_size; text is borrowed until the next call on the engine.
 * hsvc_X_get finds by name, hsvc_X_next the first after the given name in key order (len 0: the very first). The name may be
 * text of the last view: a walk that calls nothing else between its steps goes from view.key to view.key, without a copy.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND, HSVC_ERR_CORRUPT, store statuses. */
/* hsvc_device_view: one device. */
typedef struct hsvc_device_view {
    uint32_t struct_size;
    uint32_t kind;  /* HSVC_DEVICE_ */
    uint32_t flags; /* HSVC_FLAG_EM_ENABLED, ... */
    uint32_t registered;
    uint32_t node;
    uint32_t session_state; /* HSVC_SESSION_ */
    uint32_t profile_state; /* HSVC_PROFILE_ */
    uint32_t prompt;        /* HSVC_PROMPT_, 0 = none */
    uint32_t headset_count; /* serials present */
    uint32_t call_count;
    uint32_t wipe_pending;
    uint32_t causes; /* deferred causes, bit (cause - 501) */
    uint64_t session;
    uint64_t prompt_id;
    uint64_t generation_desired;
    uint64_t generation_acked;
    int64_t signed_in_at;
    int64_t window_due_at;
    int64_t deadline_at; /* the earliest of all, HSVC_NEVER if none */
    const char *name;
    size_t name_len;
    const char *site;
    size_t site_len;
    const char *user; /* of the session */
    size_t user_len;
    const char *profile; /* desired now */
    size_t profile_len;
    const char *signed_out_profile;
    size_t signed_out_profile_len;
    const char *serial; /* by which the session was made, empty = by hand */
    size_t serial_len;
    const char *key; /* canonical name: the position for hsvc_device_next */
    size_t key_len;
    uint64_t number; /* of the device in the audit */
    const char *location; /* for emergency calls */
    size_t location_len;
    const char *model;
    size_t model_len;
    const char *firmware;
    size_t firmware_len;
    const char *related_user;
    size_t related_user_len;
    const char *prompt_user; /* whom the prompt is about, and its serial */
    size_t prompt_user_len;
    const char *prompt_serial;
    size_t prompt_serial_len;
    int64_t prompt_due_at;   /* when it closes or signs in; 0 = not by itself */
    uint64_t screen_told;    /* generation of prompt and menu; acknowledged when screen_acked is the same */
    uint64_t screen_acked;
    uint32_t menu;           /* HSVC_MENU_ bits told since it registered */
    uint32_t verifying;      /* 1: a PIN check is under way */
    uint32_t flapping;     /* 1: its headsets come and go too often, reports are held back (PRES-8) */
    uint32_t held_reports; /* in this hold, or the last one */
} hsvc_device_view;

/* hsvc_present_view: one headset at a device. */
typedef struct hsvc_present_view {
    uint32_t struct_size;
    uint32_t fresh;    /* 1: may still start a flow */
    uint32_t doubtful; /* 1: reported at another device later, this one was asked */
    uint32_t gone;     /* 1: reported gone, not judged yet: a reset, or an update */
    int64_t since_at;
    int64_t event_at; /* its newest report */
    const char *serial;
    size_t serial_len;
    const char *owner;
    size_t owner_len;
} hsvc_present_view;

/* hsvc_call_view: one call at a device. */
typedef struct hsvc_call_view {
    uint32_t struct_size;
    uint32_t state; /* HSVC_CALL_ */
    uint64_t id;
    int64_t seen_at; /* last report of it */
    uint32_t emergency;
    uint32_t reserved;
} hsvc_call_view;

/* hsvc_login_view: one active session of a user. */
typedef struct hsvc_login_view {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t session;
    const char *device;
    size_t device_len;
} hsvc_login_view;

/* hsvc_user_view: one user. */
typedef struct hsvc_user_view {
    uint32_t struct_size;
    uint32_t disabled;
    uint32_t headset_count;
    uint32_t session_count;
    uint32_t profile_count;
    uint32_t failures;
    int64_t locked_until_at; /* HSVC_NEVER = until unlocked */
    const char *id;
    size_t id_len;
    const char *last_profile;
    size_t last_profile_len;
    const char *key;
    size_t key_len;
    uint64_t number; /* of the user in the audit */
} hsvc_user_view;

/* hsvc_headset_view: one headset. */
typedef struct hsvc_headset_view {
    uint32_t struct_size;
    uint32_t type; /* HSVC_HEADSET_ */
    uint32_t connected;
    uint32_t updating; /* 1 from the report that an update began, until one that it ended or the next input after update_max */
    uint64_t handle;
    int64_t first_seen_at;
    int64_t last_connected_at;
    int64_t status_since_at;
    const char *serial;
    size_t serial_len;
    const char *owner;
    size_t owner_len;
    const char *device; /* where it is or was last */
    size_t device_len;
    const char *vendor;
    size_t vendor_len;
    const char *model;
    size_t model_len;
    const char *firmware;
    size_t firmware_len;
    const char *dock;
    size_t dock_len;
    const char *key;
    size_t key_len;
    const char *headset_template;
    size_t headset_template_len;
    const char *alias_of; /* hsvc_headset_next alone: this serial is one more of that headset, and all else is empty */
    size_t alias_of_len;
    uint32_t alias_count; /* further serials: hsvc_headset_alias (ID-7) */
    uint32_t reserved;
    uint64_t number; /* of the headset in the audit; 0 = the audit never spoke of it */
} hsvc_headset_view;

HSVC_API int32_t hsvc_device_view_init(hsvc_device_view *view, size_t size);
HSVC_API int32_t hsvc_user_view_init(hsvc_user_view *view, size_t size);
HSVC_API int32_t hsvc_headset_view_init(hsvc_headset_view *view, size_t size);
HSVC_API int32_t hsvc_present_view_init(hsvc_present_view *view, size_t size);
HSVC_API int32_t hsvc_call_view_init(hsvc_call_view *view, size_t size);
HSVC_API int32_t hsvc_login_view_init(hsvc_login_view *view, size_t size);
/* hsvc_device_get: a device by its name. */
HSVC_API int32_t hsvc_device_get(hsvc_engine *engine, const char *name, size_t len, hsvc_device_view *view);
/* hsvc_device_next: the first device after a key. */
HSVC_API int32_t hsvc_device_next(hsvc_engine *engine, const char *after, size_t len, hsvc_device_view *view);
/* hsvc_user_get: a user by id. */
HSVC_API int32_t hsvc_user_get(hsvc_engine *engine, const char *id, size_t len, hsvc_user_view *view);
/* hsvc_user_next: the first user after a key. */
HSVC_API int32_t hsvc_user_next(hsvc_engine *engine, const char *after, size_t len, hsvc_user_view *view);
/* hsvc_headset_get: a headset by any of its serials. */
HSVC_API int32_t hsvc_headset_get(hsvc_engine *engine, const char *serial, size_t len, hsvc_headset_view *view);
/* hsvc_headset_next: the first serial after a key. */
HSVC_API int32_t hsvc_headset_next(hsvc_engine *engine, const char *after, size_t len, hsvc_headset_view *view);

/* hsvc_headset_alias: further serial number `index` (from 0) of the headset, which may be named by any of its serials, as
 * in hsvc_headset_get. Borrowed until the next call on the engine. HSVC_ERR_NOT_FOUND also when there are fewer. (ID-7) */
HSVC_API int32_t hsvc_headset_alias(hsvc_engine *engine, const char *serial, size_t len, uint32_t index, const char **alias,
                                    size_t *alias_len);

/* The lists of the device or user that was viewed last, by index from 0: headsets and calls of a device; sessions,
 * profiles and headsets of a user. Borrowed as the view itself. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE,
 * HSVC_ERR_NOT_FOUND (no such index, or the last view was of something else). Views and lists together, all users, then
 * all devices, taken before the first input or advance, are the whole picture for a late observer (STORE-6). */
HSVC_API int32_t hsvc_device_present_at(const hsvc_engine *engine, size_t index, hsvc_present_view *view);
HSVC_API int32_t hsvc_device_call_at(const hsvc_engine *engine, size_t index, hsvc_call_view *view);
HSVC_API int32_t hsvc_user_login_at(const hsvc_engine *engine, size_t index, hsvc_login_view *view);
HSVC_API int32_t hsvc_user_profile_at(const hsvc_engine *engine, size_t index, const char **name, size_t *name_len);
HSVC_API int32_t hsvc_user_headset_at(const hsvc_engine *engine, size_t index, const char **serial, size_t *serial_len);

/* hsvc_policy_value: what a number or choice parameter is for this user, device and site (each may be empty), and the
 * scope that decided. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND (no such parameter, or a text; a name
 * longer than any), store statuses. (POL-3) */
HSVC_API int32_t hsvc_policy_value(hsvc_engine *engine, uint32_t param, const char *user, size_t user_len,
                                   const char *device, size_t device_len, int64_t *value, uint32_t *scope);

/* hsvc_policy_text: the patterns of a text parameter that are in force at this device (empty: everywhere), one a line, and the
 * scope that decided. Borrowed until the next call on the engine. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND (no such
 * parameter, or not a text; a name longer than any), HSVC_ERR_MEMORY, HSVC_ERR_REENTRANT, store statuses. (POL-3) */
HSVC_API int32_t hsvc_policy_text(hsvc_engine *engine, uint32_t param, const char *device, size_t device_len,
                                  const char **text, size_t *text_len, uint32_t *scope);

/* hsvc_X_decode: the view of one stored row, for a store that keeps readable columns beside the bytes. Needs no engine
 * and no memory; only key and value of the row are looked at, and text is borrowed from them. HSVC_OK, HSVC_ERR_ARGUMENT,
 * HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND (a row of another kind, or of a user who was removed), HSVC_ERR_CORRUPT. (STORE-7) */
HSVC_API int32_t hsvc_device_decode(const hsvc_row *row, hsvc_device_view *view);
HSVC_API int32_t hsvc_user_decode(const hsvc_row *row, hsvc_user_view *view);
HSVC_API int32_t hsvc_headset_decode(const hsvc_row *row, hsvc_headset_view *view);

#ifdef __cplusplus
}
#endif
#endif
