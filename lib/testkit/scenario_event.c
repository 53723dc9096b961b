/* scenario_event.c: what happens in an office: headsets, calls, people at phones, phones and the directory by hand. */
#include "scenario_impl.h"

#define DO(name) void hsvc__scn_do_##name(hsvc_scenario *s)

/* An input of the line's phone. */
static void at_phone(hsvc_scenario *s, hsvc_input *input, uint32_t kind) {
    hsvc__scn_input(s, input, kind);
    hsvc__scn_set(&input->device, &input->device_len, s->v[SCN_phone].text);
}

static void go(hsvc_scenario *s, hsvc_input *input) { (void)hsvc__scn_apply(s, input, HSVC_SCENARIO_BY_SCRIPT); }

static struct scn_str either(const struct scn_value *v, struct scn_str otherwise) {
    return v->set ? v->text : otherwise;
}

/* ---- headsets ---- */

/* Serial and handle, as far as the line does not take them away. */
static void headset_ids(hsvc_scenario *s, hsvc_input *input) {
    const struct scn_value *headset = &s->v[SCN_headset];
    if (!s->v[SCN_no_serial].set) hsvc__scn_set(&input->serial, &input->serial_len, headset->text);
    if (s->v[SCN_no_handle].set) return;
    input->handle = headset->name != NULL ? headset->name->handle : hsvc_hash64(headset->text.p, headset->text.n);
    if (s->v[SCN_handle].set) input->handle = (uint64_t)s->v[SCN_handle].number;
}

DO(connect) {
    struct scn_name empty;
    const struct scn_name *headset = s->v[SCN_headset].name;
    hsvc_input input;
    memset(&empty, 0, sizeof empty);
    if (headset == NULL) headset = &empty;
    at_phone(s, &input, HSVC_INPUT_HEADSET_CONNECTED);
    headset_ids(s, &input);
    hsvc__scn_set(&input.vendor, &input.vendor_len, either(&s->v[SCN_vendor], headset->vendor));
    hsvc__scn_set(&input.model, &input.model_len, either(&s->v[SCN_model], headset->model));
    hsvc__scn_set(&input.firmware, &input.firmware_len, either(&s->v[SCN_firmware], headset->firmware));
    hsvc__scn_set(&input.dock, &input.dock_len, either(&s->v[SCN_dock], headset->dock));
    hsvc__scn_set(&input.headset_template, &input.headset_template_len, s->v[SCN_template].text);
    input.state = (uint32_t)(s->v[SCN_type].set ? s->v[SCN_type].number : headset->type);
    input.flags = headset->headset_flags;
    if (s->v[SCN_updating].set) input.flags |= HSVC_FLAG_UPDATING;
    if (s->v[SCN_inventory_only].set) input.flags |= HSVC_FLAG_INVENTORY_ONLY;
    go(s, &input);
}

static void disconnect(hsvc_scenario *s, uint32_t cause) {
    hsvc_input input;
    at_phone(s, &input, HSVC_INPUT_HEADSET_DISCONNECTED);
    headset_ids(s, &input);
    input.state = cause;
    go(s, &input);
}
DO(unplug) { disconnect(s, HSVC_LOST_UNPLUGGED); }
DO(power_off) { disconnect(s, HSVC_LOST_POWERED_OFF); }
DO(out_of_range) { disconnect(s, HSVC_LOST_OUT_OF_RANGE); }

void hsvc__scn_add_headsets(const struct scn_value *list, hsvc_item *items, hsvc_input *input) {
    for (size_t i = 0; i < list->count; i++) {
        hsvc_item *item = &items[input->item_count++];
        memset(item, 0, sizeof *item);
        item->kind = HSVC_ITEM_HEADSET;
        hsvc__scn_set(&item->text, &item->text_len, list->items[i].text);
        item->number = list->items[i].number;
    }
    input->items = input->item_count > 0 ? items : NULL;
    input->item_size = input->item_count > 0 ? sizeof items[0] : 0;
}

static void add_calls(const struct scn_value *list, hsvc_item *items, hsvc_input *input) {
    for (size_t i = 0; i < list->count; i++) {
        hsvc_item *item = &items[input->item_count++];
        memset(item, 0, sizeof *item);
        item->kind = HSVC_ITEM_CALL;
        item->number = list->items[i].number;
        item->state = list->items[i].state;
        item->flags = list->items[i].flags;
    }
    input->items = input->item_count > 0 ? items : NULL;
    input->item_size = input->item_count > 0 ? sizeof items[0] : 0;
}

DO(snapshot) {
    hsvc_item items[SCN_ITEMS];
    hsvc_input input;
    at_phone(s, &input, HSVC_INPUT_PRESENCE_SNAPSHOT);
    hsvc__scn_add_headsets(&s->v[SCN_headsets], items, &input);
    go(s, &input);
}

static void presence_answer(hsvc_scenario *s, uint32_t state) {
    hsvc_input input;
    at_phone(s, &input, HSVC_INPUT_PRESENCE_ANSWER);
    hsvc__scn_set(&input.serial, &input.serial_len, s->v[SCN_headset].text);
    input.state = state;
    go(s, &input);
}
DO(there) { presence_answer(s, 1); }
DO(not_there) { presence_answer(s, 2); }

static void updating(hsvc_scenario *s, uint32_t kind) {
    hsvc_input input;
    hsvc__scn_input(s, &input, kind);
    hsvc__scn_set(&input.serial, &input.serial_len, s->v[SCN_headset].text);
    if (s->v[SCN_firmware].set) hsvc__scn_set(&input.firmware, &input.firmware_len, s->v[SCN_firmware].text);
    go(s, &input);
}
DO(update_begin) { updating(s, HSVC_INPUT_UPDATE_BEGIN); }
DO(update_end) { updating(s, HSVC_INPUT_UPDATE_END); }

/* ---- calls ---- */

static void call(hsvc_scenario *s, uint32_t kind, uint32_t state) {
    hsvc_input input;
    at_phone(s, &input, kind);
    input.call_id = (uint64_t)s->v[SCN_call].number;
    input.state = state;
    input.flags = s->v[SCN_emergency].set ? HSVC_FLAG_EMERGENCY : 0;
    go(s, &input);
}
DO(call_rings) { call(s, HSVC_INPUT_CALL_BEGUN, HSVC_CALL_RINGING); }
DO(call_starts) { call(s, HSVC_INPUT_CALL_BEGUN, HSVC_CALL_ACTIVE); }
DO(call_active) { call(s, HSVC_INPUT_CALL_CHANGED, HSVC_CALL_ACTIVE); }
DO(call_held) { call(s, HSVC_INPUT_CALL_CHANGED, HSVC_CALL_HELD); }
DO(call_ends) { call(s, HSVC_INPUT_CALL_ENDED, 0); }

static void call_list(hsvc_scenario *s, uint32_t kind) {
    hsvc_item items[SCN_ITEMS];
    hsvc_input input;
    at_phone(s, &input, kind);
    add_calls(&s->v[SCN_calls], items, &input);
    go(s, &input);
}
DO(call_snapshot) { call_list(s, HSVC_INPUT_CALL_SNAPSHOT); }
DO(call_answer) { call_list(s, HSVC_INPUT_CALL_ANSWER); }

/* ---- people at the phone ---- */

/* The prompt that is answered: the one said, the one before, the one shown, or the one that was shown last. */
static uint64_t answered_prompt(const hsvc_scenario *s) {
    const struct scn_name *phone = s->v[SCN_phone].name;
    const uint64_t never_shown = UINT64_C(0xffffffffffff);
    uint64_t id;
    if (s->v[SCN_prompt_id].set) return (uint64_t)s->v[SCN_prompt_id].number;
    if (phone == NULL) return never_shown;
    id = s->v[SCN_old_prompt].set || phone->prompt_id == 0 ? phone->old_prompt_id : phone->prompt_id;
    return id != 0 ? id : never_shown;
}

static void answer(hsvc_scenario *s, hsvc_input *input, uint32_t kind) {
    at_phone(s, input, kind);
    input->prompt_id = answered_prompt(s);
}

static void submit(hsvc_scenario *s, struct scn_str user) {
    hsvc_input input;
    answer(s, &input, HSVC_INPUT_SUBMIT);
    hsvc__scn_set(&input.user, &input.user_len, user);
    input.pin = (const uint8_t *)s->v[SCN_pin].text.p;
    input.pin_len = s->v[SCN_pin].text.n;
    if (input.pin_len == 0) input.pin = NULL;
    hsvc__scn_set(&input.profile, &input.profile_len, s->v[SCN_profile].text);
    go(s, &input);
}
DO(enter) { submit(s, s->v[SCN_user].text); }
DO(type) { submit(s, s->v[SCN_typed].text); }

DO(choose) {
    hsvc_input input;
    answer(s, &input, HSVC_INPUT_CHOOSE_PROFILE);
    hsvc__scn_set(&input.profile, &input.profile_len, s->v[SCN_profile].text);
    go(s, &input);
}

static void press(hsvc_scenario *s, uint32_t kind) {
    hsvc_input input;
    answer(s, &input, kind);
    go(s, &input);
}
DO(press_in) { press(s, HSVC_INPUT_SIGN_IN); }
DO(press_out) { press(s, HSVC_INPUT_SIGN_OUT); }
DO(press_yes) { press(s, HSVC_INPUT_YES); }
DO(press_no) { press(s, HSVC_INPUT_NO); }
DO(press_cancel) { press(s, HSVC_INPUT_CANCEL); }
DO(press_exit) { press(s, HSVC_INPUT_EXIT); }
DO(press_extend) { press(s, HSVC_INPUT_EXTEND); }

static void menu(hsvc_scenario *s, uint32_t kind) {
    hsvc_input input;
    at_phone(s, &input, kind);
    if (s->v[SCN_headset].set) hsvc__scn_set(&input.serial, &input.serial_len, s->v[SCN_headset].text);
    go(s, &input);
}
DO(menu_associate) { menu(s, HSVC_INPUT_MENU_ASSOCIATE); }
DO(menu_sign_in) { menu(s, HSVC_INPUT_MENU_SIGN_IN); }
DO(menu_by_hand) { menu(s, HSVC_INPUT_MENU_SIGN_IN_BY_HAND); }
DO(menu_sign_out) { menu(s, HSVC_INPUT_MENU_SIGN_OUT); }
DO(activity) { menu(s, HSVC_INPUT_USER_ACTIVITY); }

/* ---- phones and directory by hand ---- */

/* The generation that the line says, or else the last one that the phone was told to wear. */
static uint64_t generation(const hsvc_scenario *s, uint64_t ordered) {
    return s->v[SCN_generation].set ? (uint64_t)s->v[SCN_generation].number : ordered;
}

DO(registers) {
    const struct scn_name *phone = s->v[SCN_phone].name;
    hsvc_item items[2 * SCN_ITEMS];
    hsvc_input input;
    at_phone(s, &input, HSVC_INPUT_DEVICE_REGISTERED);
    input.generation = s->v[SCN_bare].set ? 0 : generation(s, phone != NULL ? phone->ordered : 0);
    input.node = (uint32_t)(s->v[SCN_node].set ? s->v[SCN_node].number : phone != NULL ? phone->node : 0);
    if (s->v[SCN_firmware].set) hsvc__scn_set(&input.firmware, &input.firmware_len, s->v[SCN_firmware].text);
    if (s->v[SCN_headsets].set || s->v[SCN_no_headsets].set) input.flags |= HSVC_FLAG_HAS_PRESENCE;
    if (s->v[SCN_calls].set || s->v[SCN_no_calls].set) input.flags |= HSVC_FLAG_HAS_CALLS;
    hsvc__scn_add_headsets(&s->v[SCN_headsets], items, &input);
    add_calls(&s->v[SCN_calls], items, &input);
    go(s, &input);
}

static void about_generation(hsvc_scenario *s, uint32_t kind, uint64_t otherwise) {
    hsvc_input input;
    at_phone(s, &input, kind);
    input.generation = generation(s, otherwise);
    go(s, &input);
}
/* A phone that was never told to wear anything claims the first generation: it may not claim none. */
static uint64_t ordered(const hsvc_scenario *s) {
    const struct scn_name *phone = s->v[SCN_phone].name;
    return phone != NULL && phone->ordered != 0 ? phone->ordered : 1;
}
DO(applied) { about_generation(s, HSVC_INPUT_PROFILE_APPLIED, ordered(s)); }
DO(apply_failed) { about_generation(s, HSVC_INPUT_PROFILE_FAILED, ordered(s)); }

DO(wiped) {
    const struct scn_name *phone = s->v[SCN_phone].name;
    about_generation(s, HSVC_INPUT_WIPE_DONE, phone != NULL && phone->wipe != 0 ? phone->wipe : ordered(s));
}

DO(shown) {
    const struct scn_name *phone = s->v[SCN_phone].name;
    about_generation(s, HSVC_INPUT_EFFECT_ACK, phone != NULL && phone->screen != 0 ? phone->screen : 1);
}

DO(unregisters) {
    hsvc_input input;
    at_phone(s, &input, HSVC_INPUT_DEVICE_UNREGISTERED);
    go(s, &input);
}

DO(directory) {
    const struct scn_name *phone = s->v[SCN_phone].name;
    hsvc_input input;
    at_phone(s, &input, HSVC_INPUT_VERIFY_RESULT);
    input.state = (uint32_t)s->v[SCN_verify].number;
    if (phone != NULL) {
        input.request = s->v[SCN_old].set ? phone->old_request : phone->request;
        hsvc__scn_set(&input.user, &input.user_len, phone->request_user);
    }
    if (s->v[SCN_request].set) input.request = (uint64_t)s->v[SCN_request].number;
    if (input.request == 0) input.request = UINT64_C(0xffffffffffff); /* none was ever asked */
    if (s->v[SCN_user].set) hsvc__scn_set(&input.user, &input.user_len, s->v[SCN_user].text);
    hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_DIRECTORY);
}

/* ---- any input ---- */

static void raw_texts(hsvc_scenario *s, hsvc_input *in) {
    hsvc__scn_set(&in->device, &in->device_len, s->v[SCN_phone].text);
    hsvc__scn_set(&in->serial, &in->serial_len, s->v[SCN_headset].text);
    hsvc__scn_set(&in->user, &in->user_len, s->v[SCN_user].text);
    hsvc__scn_set(&in->profile, &in->profile_len, s->v[SCN_profile].text);
    hsvc__scn_set(&in->name, &in->name_len, s->v[SCN_name].text);
    hsvc__scn_set(&in->site, &in->site_len, s->v[SCN_site].text);
    hsvc__scn_set(&in->location, &in->location_len, s->v[SCN_location].text);
    hsvc__scn_set(&in->model, &in->model_len, s->v[SCN_model].text);
    hsvc__scn_set(&in->firmware, &in->firmware_len, s->v[SCN_firmware].text);
    hsvc__scn_set(&in->vendor, &in->vendor_len, s->v[SCN_vendor].text);
    hsvc__scn_set(&in->dock, &in->dock_len, s->v[SCN_dock].text);
    hsvc__scn_set(&in->headset_template, &in->headset_template_len, s->v[SCN_template].text);
    hsvc__scn_set(&in->alias, &in->alias_len, s->v[SCN_alias].text);
    hsvc__scn_set(&in->related_user, &in->related_user_len, s->v[SCN_other].text);
    hsvc__scn_set(&in->text, &in->text_len, s->v[SCN_sentence].text);
    in->pin = (const uint8_t *)s->v[SCN_pin].text.p;
    in->pin_len = s->v[SCN_pin].text.n;
}

static void raw_numbers(hsvc_scenario *s, hsvc_input *in) {
    in->handle = (uint64_t)s->v[SCN_handle].number;
    in->prompt_id = (uint64_t)s->v[SCN_prompt_id].number;
    in->generation = (uint64_t)s->v[SCN_generation].number;
    in->call_id = (uint64_t)s->v[SCN_call].number;
    in->request = (uint64_t)s->v[SCN_request].number;
    in->value = s->v[SCN_number].number;
    in->node = (uint32_t)s->v[SCN_node].number;
    in->state = (uint32_t)s->v[SCN_state].number;
    in->param = (uint32_t)s->v[SCN_param].number;
    in->flags = (uint32_t)s->v[SCN_flags].number;
}

DO(raw) {
    hsvc_item items[3 * SCN_ITEMS];
    hsvc_input input;
    const struct scn_value *profiles = &s->v[SCN_profiles];
    hsvc__scn_input(s, &input, (uint32_t)s->v[SCN_kind].number);
    raw_texts(s, &input);
    raw_numbers(s, &input);
    hsvc__scn_add_headsets(&s->v[SCN_headsets], items, &input);
    add_calls(&s->v[SCN_calls], items, &input);
    for (size_t i = 0; i < profiles->count; i++) {
        hsvc_item *item = &items[input.item_count++];
        memset(item, 0, sizeof *item);
        item->kind = HSVC_ITEM_PROFILE;
        hsvc__scn_set(&item->text, &item->text_len, profiles->items[i].text);
        input.items = items;
        input.item_size = sizeof items[0];
    }
    go(s, &input);
}
