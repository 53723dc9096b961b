/* input.h: saying what happened: one struct for all kinds of input. inputs.h has a function for each kind.
 * The rules of headsetsvc.h hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_INPUT_H
#define HEADSETSVC_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One headset, call or profile of a list. */
#define HSVC_ITEM_HEADSET 1 /* text: serial, number: handle */
#define HSVC_ITEM_CALL 2    /* number: call id, not 0, state: HSVC_CALL_, flags: HSVC_FLAG_EMERGENCY */
#define HSVC_ITEM_PROFILE 3 /* text: profile name */
typedef struct hsvc_item {
    const char *text;
    size_t text_len;
    uint64_t number;
    uint32_t kind; /* HSVC_ITEM_ */
    uint32_t state;
    uint32_t flags;
    uint32_t reserved;
} hsvc_item;

/* Bits of hsvc_input.flags, by kind. */
#define HSVC_FLAG_EM_ENABLED 1     /* DEVICE_PUT: extension mobility is on */
#define HSVC_FLAG_REMOTE_ACCESS 2  /* DEVICE_PUT: the device comes in over the remote-access edge */
#define HSVC_FLAG_CROSS_CLUSTER 4  /* DEVICE_PUT: a cross-cluster login device */
#define HSVC_FLAG_DISABLED 1       /* USER_PUT: the user may not sign in or associate */
#define HSVC_FLAG_UPDATING 1       /* HEADSET_CONNECTED: its firmware is being updated */
#define HSVC_FLAG_INVENTORY_ONLY 2 /* HEADSET_CONNECTED: the "serial" is the device's name (ID-4) */
#define HSVC_FLAG_EMERGENCY 1      /* CALL_BEGUN, CALL_CHANGED, item: an emergency call */
#define HSVC_FLAG_NOW 1            /* FORCE_SIGN_OUT: do not wait for calls */
#define HSVC_FLAG_TAKE_OVER 1       /* SIGN_IN_USER: another user who is signed in there is signed out */
#define HSVC_FLAG_HAS_PRESENCE 1   /* DEVICE_REGISTERED: the items hold all headsets now present (perhaps none) */
#define HSVC_FLAG_HAS_CALLS 2      /* DEVICE_REGISTERED: the items hold all calls now present (perhaps none) */

/* hsvc_input: one thing that happened. Flat, grown only at its end. Which kind uses which field: the field matrix in
 * the reference; a field that the kind does not use must be zero. Everything is borrowed for the call only. */
typedef struct hsvc_input {
    uint32_t struct_size;
    uint32_t kind;          /* HSVC_INPUT_ */
    int64_t at_ms;          /* when it happened; 0 = now (TIME-2) */
    uint8_t request_id[16]; /* the host's, for safe retries; all zero = none (STORE-4) */
    const char *actor;      /* who asked for it; for the audit and the permission callback */
    size_t actor_len;
    const char *device;
    size_t device_len;
    const char *serial;
    size_t serial_len;
    const char *user;
    size_t user_len;
    const char *profile;
    size_t profile_len;
    const char *name;
    size_t name_len;
    const char *site;
    size_t site_len;
    const char *model;
    size_t model_len;
    const char *firmware;
    size_t firmware_len;
    const char *vendor;
    size_t vendor_len;
    const char *dock;
    size_t dock_len;
    const char *related_user;
    size_t related_user_len;
    const char *text;
    size_t text_len;
    const uint8_t *pin; /* opaque bytes; copied into the effect VERIFY_PIN and nowhere else (SIGN-9) */
    size_t pin_len;
    const hsvc_item *items;
    size_t item_count;
    size_t item_size; /* sizeof(hsvc_item) of the caller */
    uint64_t handle;
    uint64_t prompt_id;
    uint64_t generation;
    uint64_t call_id;
    uint64_t request;
    int64_t value;
    uint32_t node;
    uint32_t state; /* a value of the kind's closed list: HSVC_VERIFY_, HSVC_CALL_, HSVC_LOST_, HSVC_DEVICE_, ... */
    uint32_t param; /* HSVC_PARAM_ */
    uint32_t flags; /* HSVC_FLAG_ */
    const char *location; /* DEVICE_PUT: where an emergency call from here comes from, in the host's own words */
    size_t location_len;
    const char *headset_template; /* as the inventory shows it (INV-1) */
    size_t headset_template_len;
    const char *alias; /* another serial of the headset (ID-7) */
    size_t alias_len;
} hsvc_input;

/* hsvc_input_init: zeroes size bytes, sets struct_size and kind. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. */
HSVC_API int32_t hsvc_input_init(hsvc_input *input, size_t size, uint32_t kind);

/* hsvc_hash64: the library's 64-bit hash (XXH64, seed 0), for hosts that must turn a string such as a SIP Call-ID or a
 * USB path into a call id or a handle without keeping a table. Never 0. bytes may be NULL if len is 0. */
HSVC_API uint64_t hsvc_hash64(const void *bytes, size_t len);

#ifdef __cplusplus
}
#endif
#endif
