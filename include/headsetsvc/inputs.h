/* inputs.h: for each kind of input a function that fills an hsvc_input from C strings. Inline, for the host's build;
 * the library does not need it. Generated from lib/engine/inputs.def and fields.def by lib/gen/inputs.c; do not edit.
 *
 * Each zeroes *in, sets kind and the fields it is given, and returns HSVC_OK, or HSVC_ERR_ARGUMENT if in is NULL.
 * Text is NUL-terminated and borrowed: it must live until hsvc_apply has returned. NULL or 0 leaves a field not given.
 * "On the struct" names what else the kind may have; set it afterwards, as at_ms, request_id and actor.
 * SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_INPUTS_H
#define HEADSETSVC_INPUTS_H

#include <string.h>

#include "headsetsvc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_text_len: the length of a NUL-terminated text, 0 for NULL. */
static inline size_t hsvc_text_len(const char *text) { return text == NULL ? 0 : strlen(text); }

/* ---- setters of the optional texts ---- */

/* device name. */
static inline void hsvc_input_set_device(hsvc_input *in, const char *device) {
    in->device = device;
    in->device_len = hsvc_text_len(device);
}

/* headset serial. */
static inline void hsvc_input_set_serial(hsvc_input *in, const char *serial) {
    in->serial = serial;
    in->serial_len = hsvc_text_len(serial);
}

/* user id. */
static inline void hsvc_input_set_user(hsvc_input *in, const char *user) {
    in->user = user;
    in->user_len = hsvc_text_len(user);
}

/* profile name. */
static inline void hsvc_input_set_profile(hsvc_input *in, const char *profile) {
    in->profile = profile;
    in->profile_len = hsvc_text_len(profile);
}

/* new name or id, or the user that a headset is moved from. */
static inline void hsvc_input_set_name(hsvc_input *in, const char *name) {
    in->name = name;
    in->name_len = hsvc_text_len(name);
}

/* site. */
static inline void hsvc_input_set_site(hsvc_input *in, const char *site) {
    in->site = site;
    in->site_len = hsvc_text_len(site);
}

/* model. */
static inline void hsvc_input_set_model(hsvc_input *in, const char *model) {
    in->model = model;
    in->model_len = hsvc_text_len(model);
}

/* firmware. */
static inline void hsvc_input_set_firmware(hsvc_input *in, const char *firmware) {
    in->firmware = firmware;
    in->firmware_len = hsvc_text_len(firmware);
}

/* vendor. */
static inline void hsvc_input_set_vendor(hsvc_input *in, const char *vendor) {
    in->vendor = vendor;
    in->vendor_len = hsvc_text_len(vendor);
}

/* dock model. */
static inline void hsvc_input_set_dock(hsvc_input *in, const char *dock) {
    in->dock = dock;
    in->dock_len = hsvc_text_len(dock);
}

/* the value of a text parameter: patterns, one a line. */
static inline void hsvc_input_set_text(hsvc_input *in, const char *text) {
    in->text = text;
    in->text_len = hsvc_text_len(text);
}

/* the device's related user or owner. */
static inline void hsvc_input_set_related_user(hsvc_input *in, const char *related_user) {
    in->related_user = related_user;
    in->related_user_len = hsvc_text_len(related_user);
}

/* emergency location. */
static inline void hsvc_input_set_location(hsvc_input *in, const char *location) {
    in->location = location;
    in->location_len = hsvc_text_len(location);
}

/* the headset's template. */
static inline void hsvc_input_set_headset_template(hsvc_input *in, const char *headset_template) {
    in->headset_template = headset_template;
    in->headset_template_len = hsvc_text_len(headset_template);
}

/* another serial of the headset. */
static inline void hsvc_input_set_alias(hsvc_input *in, const char *alias) {
    in->alias = alias;
    in->alias_len = hsvc_text_len(alias);
}

/* who asked for it; for the audit and the permission callback. */
static inline void hsvc_input_set_actor(hsvc_input *in, const char *actor) {
    in->actor = actor;
    in->actor_len = hsvc_text_len(actor);
}

/* a snapshot or list, borrowed like text. */
static inline void hsvc_input_set_items(hsvc_input *in, const hsvc_item *items, size_t item_count) {
    in->items = items;
    in->item_count = item_count;
    in->item_size = item_count == 0 ? 0 : sizeof *items;
}

/* ---- items ---- */

/* A headset of a snapshot of presence. */
static inline void hsvc_item_headset(hsvc_item *item, const char *serial, uint64_t handle) {
    memset(item, 0, sizeof *item);
    item->kind = HSVC_ITEM_HEADSET;
    item->text = serial;
    item->text_len = hsvc_text_len(serial);
    item->number = handle;
}

/* A call of a snapshot of calls. state: HSVC_CALL_; flags: 0 or HSVC_FLAG_EMERGENCY. */
static inline void hsvc_item_call(hsvc_item *item, uint64_t call_id, uint32_t state, uint32_t flags) {
    memset(item, 0, sizeof *item);
    item->kind = HSVC_ITEM_CALL;
    item->number = call_id;
    item->state = state;
    item->flags = flags;
}

/* A profile of a user. */
static inline void hsvc_item_profile(hsvc_item *item, const char *profile) {
    memset(item, 0, sizeof *item);
    item->kind = HSVC_ITEM_PROFILE;
    item->text = profile;
    item->text_len = hsvc_text_len(profile);
}

/* ---- inputs ---- */

/* DEVICE_PUT: a device is created, or its fields are replaced. Optional: site, model, firmware, flags. On the
 * struct: related_user, location. */
static inline int32_t hsvc_input_device_put(hsvc_input *in, const char *device, const char *profile, uint32_t state,
                                            const char *site, const char *model, const char *firmware, uint32_t flags) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_DEVICE_PUT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    hsvc_input_set_profile(in, profile);
    in->state = state;
    hsvc_input_set_site(in, site);
    hsvc_input_set_model(in, model);
    hsvc_input_set_firmware(in, firmware);
    in->flags = flags;
    return HSVC_OK;
}

/* DEVICE_REMOVE: a device is removed. */
static inline int32_t hsvc_input_device_remove(hsvc_input *in, const char *device) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_DEVICE_REMOVE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    return HSVC_OK;
}

/* DEVICE_RENAME: a device takes a new name. */
static inline int32_t hsvc_input_device_rename(hsvc_input *in, const char *device, const char *name) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_DEVICE_RENAME);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    hsvc_input_set_name(in, name);
    return HSVC_OK;
}

/* DEVICE_REGISTERED: a device registered and says what it wears. Optional: generation, node. On the struct:
 * firmware, items, flags. */
static inline int32_t hsvc_input_device_registered(hsvc_input *in, const char *device, uint64_t generation,
                                                   uint32_t node) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_DEVICE_REGISTERED);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->generation = generation;
    in->node = node;
    return HSVC_OK;
}

/* DEVICE_UNREGISTERED: a device lost its registration. */
static inline int32_t hsvc_input_device_unregistered(hsvc_input *in, const char *device) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_DEVICE_UNREGISTERED);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    return HSVC_OK;
}

/* PROFILE_APPLIED: a device acknowledged a profile generation. */
static inline int32_t hsvc_input_profile_applied(hsvc_input *in, const char *device, uint64_t generation) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_PROFILE_APPLIED);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->generation = generation;
    return HSVC_OK;
}

/* PROFILE_FAILED: a device could not take a profile generation. */
static inline int32_t hsvc_input_profile_failed(hsvc_input *in, const char *device, uint64_t generation) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_PROFILE_FAILED);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->generation = generation;
    return HSVC_OK;
}

/* WIPE_DONE: a device finished wiping. */
static inline int32_t hsvc_input_wipe_done(hsvc_input *in, const char *device, uint64_t generation) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_WIPE_DONE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->generation = generation;
    return HSVC_OK;
}

/* USER_ACTIVITY: somebody uses the phone: off-hook, a key, another id typed. */
static inline int32_t hsvc_input_user_activity(hsvc_input *in, const char *device) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_USER_ACTIVITY);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    return HSVC_OK;
}

/* HEADSET_CONNECTED: a headset appeared at a device. Optional: serial, handle. On the struct: vendor, model,
 * firmware, dock, state, flags, headset_template. */
static inline int32_t hsvc_input_headset_connected(hsvc_input *in, const char *device, const char *serial,
                                                   uint64_t handle) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_HEADSET_CONNECTED);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    hsvc_input_set_serial(in, serial);
    in->handle = handle;
    return HSVC_OK;
}

/* HEADSET_DISCONNECTED: a headset disappeared from a device. Optional: serial, handle. On the struct: state. */
static inline int32_t hsvc_input_headset_disconnected(hsvc_input *in, const char *device, const char *serial,
                                                      uint64_t handle) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_HEADSET_DISCONNECTED);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    hsvc_input_set_serial(in, serial);
    in->handle = handle;
    return HSVC_OK;
}

/* PRESENCE_SNAPSHOT: all headsets now at a device. Optional: items. */
static inline int32_t hsvc_input_presence_snapshot(hsvc_input *in, const char *device, const hsvc_item *items,
                                                   size_t item_count) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_PRESENCE_SNAPSHOT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    hsvc_input_set_items(in, items, item_count);
    return HSVC_OK;
}

/* PRESENCE_ANSWER: the host's answer to REPORT_PRESENCE. On the struct: request. */
static inline int32_t hsvc_input_presence_answer(hsvc_input *in, const char *device, const char *serial,
                                                 uint32_t state) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_PRESENCE_ANSWER);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    hsvc_input_set_serial(in, serial);
    in->state = state;
    return HSVC_OK;
}

/* UPDATE_BEGIN: a headset's firmware update began. */
static inline int32_t hsvc_input_update_begin(hsvc_input *in, const char *serial) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_UPDATE_BEGIN);
    if (status != HSVC_OK) return status;
    hsvc_input_set_serial(in, serial);
    return HSVC_OK;
}

/* UPDATE_END: a headset's firmware update ended. On the struct: firmware. */
static inline int32_t hsvc_input_update_end(hsvc_input *in, const char *serial) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_UPDATE_END);
    if (status != HSVC_OK) return status;
    hsvc_input_set_serial(in, serial);
    return HSVC_OK;
}

/* HEADSET_DELETE: a headset's inventory record is deleted. */
static inline int32_t hsvc_input_headset_delete(hsvc_input *in, const char *serial) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_HEADSET_DELETE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_serial(in, serial);
    return HSVC_OK;
}

/* HEADSET_ALIAS: two serials are one headset. */
static inline int32_t hsvc_input_headset_alias(hsvc_input *in, const char *serial, const char *alias) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_HEADSET_ALIAS);
    if (status != HSVC_OK) return status;
    hsvc_input_set_serial(in, serial);
    hsvc_input_set_alias(in, alias);
    return HSVC_OK;
}

/* CALL_BEGUN: a call began: ringing, active or held. On the struct: flags. */
static inline int32_t hsvc_input_call_begun(hsvc_input *in, const char *device, uint64_t call_id, uint32_t state) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_CALL_BEGUN);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->call_id = call_id;
    in->state = state;
    return HSVC_OK;
}

/* CALL_CHANGED: a call changed its phase. On the struct: flags. */
static inline int32_t hsvc_input_call_changed(hsvc_input *in, const char *device, uint64_t call_id, uint32_t state) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_CALL_CHANGED);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->call_id = call_id;
    in->state = state;
    return HSVC_OK;
}

/* CALL_ENDED: a call ended. */
static inline int32_t hsvc_input_call_ended(hsvc_input *in, const char *device, uint64_t call_id) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_CALL_ENDED);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->call_id = call_id;
    return HSVC_OK;
}

/* CALL_SNAPSHOT: all calls now at a device. Optional: items. */
static inline int32_t hsvc_input_call_snapshot(hsvc_input *in, const char *device, const hsvc_item *items,
                                               size_t item_count) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_CALL_SNAPSHOT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    hsvc_input_set_items(in, items, item_count);
    return HSVC_OK;
}

/* CALL_ANSWER: the host's answer to REPORT_CALLS. Optional: items. On the struct: request. */
static inline int32_t hsvc_input_call_answer(hsvc_input *in, const char *device, const hsvc_item *items,
                                             size_t item_count) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_CALL_ANSWER);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    hsvc_input_set_items(in, items, item_count);
    return HSVC_OK;
}

/* SUBMIT: user id, PIN and perhaps a profile were entered. Optional: user, pin. On the struct: profile. */
static inline int32_t hsvc_input_submit(hsvc_input *in, const char *device, uint64_t prompt_id, const char *user,
                                        const void *pin, size_t pin_len) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_SUBMIT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->prompt_id = prompt_id;
    hsvc_input_set_user(in, user);
    in->pin = (const uint8_t *)pin;
    in->pin_len = pin_len;
    return HSVC_OK;
}

/* CHOOSE_PROFILE: a profile was chosen. */
static inline int32_t hsvc_input_choose_profile(hsvc_input *in, const char *device, uint64_t prompt_id,
                                                const char *profile) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_CHOOSE_PROFILE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->prompt_id = prompt_id;
    hsvc_input_set_profile(in, profile);
    return HSVC_OK;
}

/* SIGN_IN: Sign in was pressed on a prompt. */
static inline int32_t hsvc_input_sign_in(hsvc_input *in, const char *device, uint64_t prompt_id) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_SIGN_IN);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->prompt_id = prompt_id;
    return HSVC_OK;
}

/* SIGN_OUT: Sign out was pressed on a prompt. */
static inline int32_t hsvc_input_sign_out(hsvc_input *in, const char *device, uint64_t prompt_id) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_SIGN_OUT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->prompt_id = prompt_id;
    return HSVC_OK;
}

/* YES: Yes was pressed. */
static inline int32_t hsvc_input_yes(hsvc_input *in, const char *device, uint64_t prompt_id) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_YES);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->prompt_id = prompt_id;
    return HSVC_OK;
}

/* NO: No was pressed. */
static inline int32_t hsvc_input_no(hsvc_input *in, const char *device, uint64_t prompt_id) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_NO);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->prompt_id = prompt_id;
    return HSVC_OK;
}

/* CANCEL: Cancel was pressed. */
static inline int32_t hsvc_input_cancel(hsvc_input *in, const char *device, uint64_t prompt_id) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_CANCEL);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->prompt_id = prompt_id;
    return HSVC_OK;
}

/* EXIT: Exit was pressed. */
static inline int32_t hsvc_input_exit(hsvc_input *in, const char *device, uint64_t prompt_id) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_EXIT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->prompt_id = prompt_id;
    return HSVC_OK;
}

/* EXTEND: Stay signed in was pressed. */
static inline int32_t hsvc_input_extend(hsvc_input *in, const char *device, uint64_t prompt_id) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_EXTEND);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->prompt_id = prompt_id;
    return HSVC_OK;
}

/* MENU_ASSOCIATE: the menu entry Associate user. On the struct: serial. */
static inline int32_t hsvc_input_menu_associate(hsvc_input *in, const char *device) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_MENU_ASSOCIATE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    return HSVC_OK;
}

/* MENU_SIGN_IN: the menu entry Sign in with headset. On the struct: serial. */
static inline int32_t hsvc_input_menu_sign_in(hsvc_input *in, const char *device) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_MENU_SIGN_IN);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    return HSVC_OK;
}

/* MENU_SIGN_IN_BY_HAND: the menu entry Sign in by hand. */
static inline int32_t hsvc_input_menu_sign_in_by_hand(hsvc_input *in, const char *device) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_MENU_SIGN_IN_BY_HAND);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    return HSVC_OK;
}

/* MENU_SIGN_OUT: the menu entry Sign out. */
static inline int32_t hsvc_input_menu_sign_out(hsvc_input *in, const char *device) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_MENU_SIGN_OUT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    return HSVC_OK;
}

/* VERIFY_RESULT: the host's answer to VERIFY_PIN. On the struct: user. */
static inline int32_t hsvc_input_verify_result(hsvc_input *in, const char *device, uint64_t request, uint32_t state) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_VERIFY_RESULT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->request = request;
    in->state = state;
    return HSVC_OK;
}

/* EFFECT_ACK: the host has shown a prompt, a cleared screen or a menu. */
static inline int32_t hsvc_input_effect_ack(hsvc_input *in, const char *device, uint64_t generation) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_EFFECT_ACK);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    in->generation = generation;
    return HSVC_OK;
}

/* USER_PUT: a user is created, or the fields are replaced. Optional: items. On the struct: flags. */
static inline int32_t hsvc_input_user_put(hsvc_input *in, const char *user, const hsvc_item *items, size_t item_count) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_USER_PUT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_user(in, user);
    hsvc_input_set_items(in, items, item_count);
    return HSVC_OK;
}

/* USER_REMOVE: a user is removed. */
static inline int32_t hsvc_input_user_remove(hsvc_input *in, const char *user) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_USER_REMOVE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_user(in, user);
    return HSVC_OK;
}

/* USER_RENAME: a user takes a new id. */
static inline int32_t hsvc_input_user_rename(hsvc_input *in, const char *user, const char *name) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_USER_RENAME);
    if (status != HSVC_OK) return status;
    hsvc_input_set_user(in, user);
    hsvc_input_set_name(in, name);
    return HSVC_OK;
}

/* USER_ERASE: a person's data is erased. */
static inline int32_t hsvc_input_user_erase(hsvc_input *in, const char *user) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_USER_ERASE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_user(in, user);
    return HSVC_OK;
}

/* USER_UNLOCK: a user's or a device's lock is lifted. Optional: user. On the struct: device. */
static inline int32_t hsvc_input_user_unlock(hsvc_input *in, const char *user) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_USER_UNLOCK);
    if (status != HSVC_OK) return status;
    hsvc_input_set_user(in, user);
    return HSVC_OK;
}

/* ASSOCIATE: an administrator associates a serial with a user. */
static inline int32_t hsvc_input_associate(hsvc_input *in, const char *user, const char *serial) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_ASSOCIATE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_user(in, user);
    hsvc_input_set_serial(in, serial);
    return HSVC_OK;
}

/* DISASSOCIATE: an administrator frees a serial. Optional: serial. On the struct: user. */
static inline int32_t hsvc_input_disassociate(hsvc_input *in, const char *serial) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_DISASSOCIATE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_serial(in, serial);
    return HSVC_OK;
}

/* MOVE: an administrator moves a serial from one user to another. */
static inline int32_t hsvc_input_move(hsvc_input *in, const char *serial, const char *user, const char *name) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_MOVE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_serial(in, serial);
    hsvc_input_set_user(in, user);
    hsvc_input_set_name(in, name);
    return HSVC_OK;
}

/* ASSOCIATE_DEVICE_OWNER: a serial goes to the owner of the device where it is. Optional: serial. On the struct:
 * items. */
static inline int32_t hsvc_input_associate_device_owner(hsvc_input *in, const char *serial) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_ASSOCIATE_DEVICE_OWNER);
    if (status != HSVC_OK) return status;
    hsvc_input_set_serial(in, serial);
    return HSVC_OK;
}

/* POLICY_SET: a parameter is set at a scope. Optional: value. On the struct: text, user, device, site. */
static inline int32_t hsvc_input_policy_set(hsvc_input *in, uint32_t param, uint32_t state, int64_t value) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_POLICY_SET);
    if (status != HSVC_OK) return status;
    in->param = param;
    in->state = state;
    in->value = value;
    return HSVC_OK;
}

/* POLICY_UNSET: a parameter is unset at a scope. On the struct: user, device, site. */
static inline int32_t hsvc_input_policy_unset(hsvc_input *in, uint32_t param, uint32_t state) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_POLICY_UNSET);
    if (status != HSVC_OK) return status;
    in->param = param;
    in->state = state;
    return HSVC_OK;
}

/* FORCE_SIGN_OUT: an administrator signs a device out. Optional: device. On the struct: user, site, flags. */
static inline int32_t hsvc_input_force_sign_out(hsvc_input *in, const char *device) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_FORCE_SIGN_OUT);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    return HSVC_OK;
}

/* INVENTORY_DELETE: inventory records are deleted. Optional: serial. On the struct: items. */
static inline int32_t hsvc_input_inventory_delete(hsvc_input *in, const char *serial) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_INVENTORY_DELETE);
    if (status != HSVC_OK) return status;
    hsvc_input_set_serial(in, serial);
    return HSVC_OK;
}

/* AUDIT_PRUNE: old audit entries are dropped. */
static inline int32_t hsvc_input_audit_prune(hsvc_input *in, int64_t value) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_AUDIT_PRUNE);
    if (status != HSVC_OK) return status;
    in->value = value;
    return HSVC_OK;
}

/* SIGN_IN_USER: a user whom the host has authenticated is signed in. Optional: profile, flags. */
static inline int32_t hsvc_input_sign_in_user(hsvc_input *in, const char *device, const char *user,
                                              const char *profile, uint32_t flags) {
    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_SIGN_IN_USER);
    if (status != HSVC_OK) return status;
    hsvc_input_set_device(in, device);
    hsvc_input_set_user(in, user);
    hsvc_input_set_profile(in, profile);
    in->flags = flags;
    return HSVC_OK;
}

#ifdef __cplusplus
}
#endif
#endif
