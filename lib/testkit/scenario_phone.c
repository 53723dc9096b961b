/* scenario_phone.c: the world around the engine, as far as a script leaves it to the runner: phones that take their
 * profile and come back, headsets that drop with them, and a directory that checks PINs. Nothing here knows a rule: it
 * only remembers what was plugged in where, does what effects order, and reports what a phone would report. */
#include "scenario_impl.h"

static struct scn_str str_of(const char *p, size_t n) {
    struct scn_str str = {p, n};
    return str;
}

/* A phone that is being renamed has both names: what was due before is said of the old one, what is due by now of the new. */
static struct scn_name *phone_of(const hsvc_scenario *s, const char *name, size_t len) {
    struct scn_name *found = hsvc__scn_find_real(s, HSVC_SCENARIO_PHONE, str_of(name, len));
    return found == NULL && s->renamed != NULL && hsvc__scn_same(s->renamed_to, str_of(name, len)) ? s->renamed : found;
}

/* ---- plans ---- */

static struct scn_plan *plan(hsvc_scenario *s, int64_t at, uint32_t what, struct scn_name *phone) {
    struct scn_plan *p = s->idle_plans, **place = &s->plans;
    if (p != NULL)
        s->idle_plans = p->next;
    else
        p = hsvc__scn_take(s, &s->pool, sizeof *p);
    if (p == NULL) return NULL;
    memset(p, 0, sizeof *p);
    p->at = at;
    p->what = what;
    p->phone = phone;
    while (*place != NULL && (*place)->at <= at) place = &(*place)->next;
    p->next = *place;
    *place = p;
    return p;
}

/* Forgets the phone's plans of one sort; serial n 0: of any headset. */
static void forget(hsvc_scenario *s, uint32_t what, const struct scn_name *phone, struct scn_str serial) {
    struct scn_plan **place = &s->plans;
    while (*place != NULL) {
        struct scn_plan *p = *place;
        if (p->what != what || p->phone != phone || (serial.n > 0 && !hsvc__scn_same(p->serial, serial))) {
            place = &p->next;
            continue;
        }
        *place = p->next;
        p->next = s->idle_plans;
        s->idle_plans = p;
    }
}

int hsvc__scn_world_due(const hsvc_scenario *s, int64_t *at) {
    if (s->plans == NULL) return 0;
    *at = s->plans->at;
    return 1;
}

/* ---- what is plugged in, and which calls there are ---- */

static void plug(hsvc_scenario *s, struct scn_name *phone, struct scn_str serial, uint64_t handle) {
    struct scn_item *item = &phone->plugged[phone->plugged_count];
    if (phone->plugged_count == SCN_ITEMS) return;
    for (size_t i = 0; i < phone->plugged_count; i++)
        if (hsvc__scn_same(phone->plugged[i].text, serial) && phone->plugged[i].number == handle) return;
    item->text = hsvc__scn_keep(s, &s->pool, serial);
    item->number = handle;
    phone->plugged_count++;
}

/* By handle, else by serial, as the engine matches a disconnect. */
static void unplug(struct scn_name *phone, struct scn_str serial, uint64_t handle) {
    size_t kept = 0;
    for (size_t i = 0; i < phone->plugged_count; i++) {
        const struct scn_item *item = &phone->plugged[i];
        if (handle != 0 ? item->number == handle : hsvc__scn_same(item->text, serial)) continue;
        phone->plugged[kept++] = *item;
    }
    phone->plugged_count = kept;
}

static void set_call(struct scn_name *phone, const hsvc_input *input) {
    size_t i = 0;
    while (i < phone->call_count && phone->calls[i].number != input->call_id) i++;
    if (input->kind == HSVC_INPUT_CALL_ENDED) {
        if (i == phone->call_count) return;
        phone->calls[i] = phone->calls[--phone->call_count];
        return;
    }
    if (i == SCN_ITEMS) return;
    phone->calls[i].number = input->call_id;
    phone->calls[i].state = input->state;
    phone->calls[i].flags = input->flags;
    if (i == phone->call_count) phone->call_count++;
}

static void take_list(hsvc_scenario *s, struct scn_name *phone, const hsvc_input *input, int calls) {
    if (calls)
        phone->call_count = 0;
    else
        phone->plugged_count = 0;
    for (size_t i = 0; i < input->item_count; i++) {
        const hsvc_item *item = &input->items[i];
        if (!calls && item->kind == HSVC_ITEM_HEADSET) plug(s, phone, str_of(item->text, item->text_len), item->number);
        if (calls && item->kind == HSVC_ITEM_CALL && phone->call_count < SCN_ITEMS) {
            struct scn_item call = {{NULL, 0}, item->number, item->state, item->flags};
            phone->calls[phone->call_count++] = call;
            phone->had_emergency |= call.flags & HSVC_FLAG_EMERGENCY;
        }
    }
}

static void registered(hsvc_scenario *s, struct scn_name *phone, const hsvc_input *input) {
    phone->registered = 1;
    if (input->flags & HSVC_FLAG_HAS_PRESENCE) take_list(s, phone, input, 0);
    if (input->flags & HSVC_FLAG_HAS_CALLS) take_list(s, phone, input, 1);
}

void hsvc__scn_world_input(hsvc_scenario *s, const hsvc_input *input) {
    struct scn_name *phone = phone_of(s, input->device, input->device_len);
    struct scn_str serial = str_of(input->serial, input->serial_len);
    if (phone == NULL) return;
    switch (input->kind) {
        case HSVC_INPUT_HEADSET_CONNECTED:
            plug(s, phone, serial, input->handle);
            break;
        case HSVC_INPUT_HEADSET_DISCONNECTED:
            unplug(phone, serial, input->handle);
            forget(s, SCN_WILL_PLUG, phone, serial);
            break;
        case HSVC_INPUT_PRESENCE_SNAPSHOT:
            take_list(s, phone, input, 0);
            break;
        case HSVC_INPUT_CALL_SNAPSHOT:
            take_list(s, phone, input, 1);
            break;
        case HSVC_INPUT_CALL_BEGUN:
        case HSVC_INPUT_CALL_CHANGED:
        case HSVC_INPUT_CALL_ENDED:
            set_call(phone, input);
            phone->had_emergency |= input->flags & HSVC_FLAG_EMERGENCY;
            break;
        case HSVC_INPUT_DEVICE_REGISTERED:
            registered(s, phone, input);
            break;
        case HSVC_INPUT_DEVICE_UNREGISTERED:
            phone->registered = 0;
            break;
        case HSVC_INPUT_WIPE_DONE:
            if (input->generation >= phone->wipe) phone->wipe = 0;
            break;
        default:
            break;
    }
}

/* ---- what effects order ---- */

/* covers: would a prompt lie over another one that should have been taken off? Only sign out? is displaced (PROMPT-7). */
static int covers(const hsvc_scenario *s, const struct scn_name *phone, const hsvc_effect *e) {
    return phone->prompt_id != 0 && phone->prompt_id != e->prompt_id && phone->prompt != HSVC_PROMPT_SIGN_OUT && !s->unheard;
}

static void show(hsvc_scenario *s, struct scn_name *phone, const hsvc_effect *e) {
    if (covers(s, phone, e))
        hsvc__scn_report(s, HSVC_SCENARIO_UNSOUND, 0, hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)phone->prompt),
                         "%.*s is shown a prompt before the last one was taken off", SCN_STR(phone->label));
    if (phone->prompt_id != 0) phone->old_prompt_id = phone->prompt_id;
    phone->prompt_id = e->prompt_id;
    phone->prompt = e->prompt;
    phone->prompt_user = hsvc__scn_keep(s, &s->pool, str_of(e->user, e->user_len));
}

static void clear(hsvc_scenario *s, struct scn_name *phone, const hsvc_effect *e) {
    if ((e->prompt_id == 0 || e->prompt_id != phone->prompt_id) && !s->unheard && !(e->flags & HSVC_FLAG_REPEATED))
        hsvc__scn_report(s, HSVC_SCENARIO_UNSOUND, 0, hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)e->prompt),
                         "%.*s is to take off a prompt that it does not show", SCN_STR(phone->label));
    if (e->prompt_id != 0 && e->prompt_id != phone->prompt_id) return; /* a late or repeated order for a screen that is gone */
    phone->old_prompt_id = phone->prompt_id;
    phone->prompt_id = 0;
    phone->prompt = 0;
}

/* A phone leaves a second after its order, so that both ends of the reset can be looked at; at once if it is quick. */
static void order_profile(hsvc_scenario *s, struct scn_name *phone, const hsvc_effect *e) {
    struct scn_str any = {NULL, 0};
    int64_t leave = s->reset_ms / 2 < 1000 ? s->reset_ms / 2 : 1000;
    if (e->generation > phone->ordered) phone->ordered = e->generation;
    if (s->reset_ms < 0) return;
    forget(s, SCN_WILL_LEAVE, phone, any);
    forget(s, SCN_WILL_REGISTER, phone, any);
    if (phone->registered) (void)plan(s, s->now + leave, SCN_WILL_LEAVE, phone);
    (void)plan(s, s->now + s->reset_ms, SCN_WILL_REGISTER, phone);
}

static uint32_t judge(const hsvc_scenario *s, const hsvc_effect *e) {
    const struct scn_name *user = hsvc__scn_find_real(s, HSVC_SCENARIO_USER, str_of(e->user, e->user_len));
    if (user == NULL) return HSVC_VERIFY_USER_UNKNOWN;
    if (user->answer != 0) return (uint32_t)user->answer;
    if (user->pin.n == 0) return HSVC_VERIFY_NO_CREDENTIAL;
    return user->pin.n == e->pin_len && memcmp(user->pin.p, e->pin, e->pin_len) == 0 ? HSVC_VERIFY_OK
                                                                                     : HSVC_VERIFY_WRONG;
}

static void order_check(hsvc_scenario *s, struct scn_name *phone, const hsvc_effect *e) {
    struct scn_plan *p;
    phone->old_request = phone->request;
    phone->request = e->request;
    phone->request_user = hsvc__scn_keep(s, &s->pool, str_of(e->user, e->user_len));
    if (s->answer_ms < 0) return;
    p = plan(s, s->now + s->answer_ms, SCN_WILL_ANSWER, phone);
    if (p == NULL) return;
    p->user = phone->request_user;
    p->number = e->request;
    p->state = judge(s, e);
}

static void order_report(hsvc_scenario *s, struct scn_name *phone, const hsvc_effect *e) {
    struct scn_plan *p;
    if (s->phones_silent || !phone->registered) return;
    p = plan(s, s->now, e->kind == HSVC_EFFECT_REPORT_CALLS ? SCN_WILL_LIST_CALLS : SCN_WILL_REPORT, phone);
    if (p != NULL) p->serial = hsvc__scn_keep(s, &s->pool, str_of(e->serial, e->serial_len));
}

static void note_screen(struct scn_name *phone, const hsvc_effect *e) {
    if (e->kind == HSVC_EFFECT_SHOW_PROMPT || e->kind == HSVC_EFFECT_CLEAR_PROMPT || e->kind == HSVC_EFFECT_MENU_STATE)
        phone->screen = e->generation;
}

void hsvc__scn_world_effects(hsvc_scenario *s) {
    if (s->lose_effects) {
        s->lose_effects = 0;
        s->unheard = 1;
        return;
    }
    for (size_t i = 0; i < hsvc_effects_count(s->effects); i++) {
        hsvc_effect e;
        struct scn_name *phone;
        (void)hsvc_effect_init(&e, sizeof e);
        if (hsvc_effects_at(s->effects, i, &e) != HSVC_OK) return;
        phone = phone_of(s, e.device, e.device_len);
        if (phone == NULL) continue;
        note_screen(phone, &e);
        switch (e.kind) {
            case HSVC_EFFECT_SHOW_PROMPT:
                show(s, phone, &e);
                break;
            case HSVC_EFFECT_CLEAR_PROMPT:
                clear(s, phone, &e);
                break;
            case HSVC_EFFECT_MENU_STATE:
                phone->menu = e.flags & ~(uint32_t)HSVC_FLAG_REPEATED;
                break;
            case HSVC_EFFECT_APPLY_PROFILE:
                order_profile(s, phone, &e);
                break;
            case HSVC_EFFECT_WIPE:
                phone->wipe = e.generation;
                break;
            case HSVC_EFFECT_VERIFY_PIN:
                order_check(s, phone, &e);
                break;
            case HSVC_EFFECT_REPORT_PRESENCE:
            case HSVC_EFFECT_REPORT_CALLS:
                order_report(s, phone, &e);
                break;
            default:
                break;
        }
    }
}

/* ---- doing what is planned ---- */

static void phone_input(hsvc_input *input, uint32_t kind, const struct scn_name *phone) {
    (void)hsvc_input_init(input, sizeof *input, kind);
    input->device = phone->real.p;
    input->device_len = phone->real.n;
}

static void leave(hsvc_scenario *s, struct scn_name *phone) {
    hsvc_input input;
    struct scn_item dropped[SCN_ITEMS];
    size_t count = phone->plugged_count;
    phone_input(&input, HSVC_INPUT_DEVICE_UNREGISTERED, phone);
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_PHONE);
    if (s->return_ms < 0) return;
    memcpy(dropped, phone->plugged, sizeof dropped);
    for (size_t i = 0; i < count; i++) {
        struct scn_plan *back;
        phone_input(&input, HSVC_INPUT_HEADSET_DISCONNECTED, phone);
        hsvc__scn_set(&input.serial, &input.serial_len, dropped[i].text);
        input.handle = dropped[i].number;
        (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_PHONE);
        back = plan(s, s->now + s->reset_ms - (s->reset_ms / 2 < 1000 ? s->reset_ms / 2 : 1000) + s->return_ms,
                    SCN_WILL_PLUG, phone);
        if (back == NULL) return;
        back->serial = dropped[i].text;
        back->number = dropped[i].number;
    }
}

static size_t list_headsets(const struct scn_name *phone, hsvc_item *items) {
    for (size_t i = 0; i < phone->plugged_count; i++) {
        memset(&items[i], 0, sizeof items[i]);
        items[i].kind = HSVC_ITEM_HEADSET;
        hsvc__scn_set(&items[i].text, &items[i].text_len, phone->plugged[i].text);
        items[i].number = phone->plugged[i].number;
    }
    return phone->plugged_count;
}

static void confirm_wipe(hsvc_scenario *s, struct scn_name *phone) {
    hsvc_input input;
    if (phone->wipe == 0) return;
    phone_input(&input, HSVC_INPUT_WIPE_DONE, phone);
    input.generation = phone->wipe;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_PHONE);
}

/* A reset ends the phone's calls (there were none, or it would not have been told to) and takes its plugs along. */
static void come_back(hsvc_scenario *s, struct scn_name *phone, int bare) {
    hsvc_input input;
    hsvc_item items[SCN_ITEMS];
    phone_input(&input, HSVC_INPUT_DEVICE_REGISTERED, phone);
    phone->call_count = 0;
    input.generation = phone->ordered;
    input.node = phone->node;
    if (!bare) {
        input.flags = HSVC_FLAG_HAS_PRESENCE | HSVC_FLAG_HAS_CALLS;
        input.item_count = list_headsets(phone, items);
        input.items = input.item_count > 0 ? items : NULL;
        input.item_size = input.item_count > 0 ? sizeof items[0] : 0;
    }
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_PHONE);
    confirm_wipe(s, phone);
}

/* hsvc__scn_first_registration: a new phone comes up at once, whatever its profile's first generation makes others do. */
void hsvc__scn_first_registration(hsvc_scenario *s, struct scn_name *phone) {
    struct scn_str any = {NULL, 0};
    forget(s, SCN_WILL_LEAVE, phone, any);
    forget(s, SCN_WILL_REGISTER, phone, any);
    come_back(s, phone, 0);
}

static void plug_again(hsvc_scenario *s, const struct scn_plan *p) {
    hsvc_input input;
    for (const struct scn_name *other = s->names; other != NULL; other = other->next)
        for (size_t i = 0; other->kind == HSVC_SCENARIO_PHONE && i < other->plugged_count; i++)
            if (hsvc__scn_same(other->plugged[i].text, p->serial)) return; /* carried elsewhere meanwhile */
    phone_input(&input, HSVC_INPUT_HEADSET_CONNECTED, p->phone);
    hsvc__scn_set(&input.serial, &input.serial_len, p->serial);
    input.handle = p->number;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_PHONE);
}

static void answer_check(hsvc_scenario *s, const struct scn_plan *p) {
    hsvc_input input;
    phone_input(&input, HSVC_INPUT_VERIFY_RESULT, p->phone);
    hsvc__scn_set(&input.user, &input.user_len, p->user);
    input.request = p->number;
    input.state = p->state;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_DIRECTORY);
}

/* is_headset: is it that serial, or another one of the same headset? The phone may know it by either (ID-7). */
static int is_headset(hsvc_scenario *s, struct scn_str plugged, struct scn_str serial) {
    const char *alias;
    size_t len;
    if (hsvc__scn_same(plugged, serial)) return 1;
    for (uint32_t i = 0; hsvc_headset_alias(s->engine, serial.p, serial.n, i, &alias, &len) == HSVC_OK; i++) {
        struct scn_str other = {alias, len};
        if (hsvc__scn_same(plugged, other)) return 1;
    }
    return 0;
}

static void answer_presence(hsvc_scenario *s, const struct scn_plan *p) {
    hsvc_input input;
    phone_input(&input, HSVC_INPUT_PRESENCE_ANSWER, p->phone);
    hsvc__scn_set(&input.serial, &input.serial_len, p->serial);
    input.state = 2; /* is not there */
    for (size_t i = 0; i < p->phone->plugged_count; i++)
        if (is_headset(s, p->phone->plugged[i].text, p->serial)) input.state = 1;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_PHONE);
}

static void answer_calls(hsvc_scenario *s, struct scn_name *phone) {
    hsvc_input input;
    hsvc_item items[SCN_ITEMS];
    phone_input(&input, HSVC_INPUT_CALL_SNAPSHOT, phone);
    memset(items, 0, sizeof items);
    for (size_t i = 0; i < phone->call_count; i++) {
        items[i].kind = HSVC_ITEM_CALL;
        items[i].number = phone->calls[i].number;
        items[i].state = phone->calls[i].state;
        items[i].flags = phone->calls[i].flags;
    }
    input.item_count = phone->call_count;
    input.items = phone->call_count > 0 ? items : NULL;
    input.item_size = phone->call_count > 0 ? sizeof items[0] : 0;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_PHONE);
}

void hsvc__scn_world_turn(hsvc_scenario *s) {
    struct scn_plan *p = s->plans;
    if (p == NULL) return;
    s->plans = p->next;
    switch (p->what) {
        case SCN_WILL_LEAVE:
            leave(s, p->phone);
            break;
        case SCN_WILL_REGISTER:
            come_back(s, p->phone, (int)s->reset_bare);
            break;
        case SCN_WILL_PLUG:
            plug_again(s, p);
            break;
        case SCN_WILL_ANSWER:
            answer_check(s, p);
            break;
        case SCN_WILL_REPORT:
            answer_presence(s, p);
            break;
        default:
            answer_calls(s, p->phone);
            break;
    }
    p->next = s->idle_plans;
    s->idle_plans = p;
}

/* ---- do the screens and the records agree? ---- */

/* Told of no new profile until the last call is over (CALL-1), or a hold after one of emergency, which no view shows. */
static int is_held_back(const struct scn_name *phone, const hsvc_device_view *view) {
    return view->profile_state == HSVC_PROFILE_RETRYING && (view->call_count != 0 || phone->had_emergency);
}

static void check_phone(hsvc_scenario *s, const struct scn_name *phone) {
    hsvc_device_view view;
    memset(&view, 0, sizeof view);
    view.struct_size = sizeof view;
    if (hsvc_device_get(s->engine, phone->real.p, phone->real.n, &view) != HSVC_OK) return;
    if (view.prompt_id != phone->prompt_id || view.prompt != phone->prompt)
        hsvc__scn_report(s, HSVC_SCENARIO_UNSOUND, 0, hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)phone->prompt),
                         "the screen of %.*s shows what its record (%s) does not say", SCN_STR(phone->label),
                         hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)view.prompt));
    if (is_held_back(phone, &view)) return;
    if (phone->ordered != 0 && view.generation_desired != phone->ordered)
        hsvc__scn_report(s, HSVC_SCENARIO_UNSOUND, 0, NULL,
                         "%.*s should wear generation %llu, but was last told to wear %llu", SCN_STR(phone->label),
                         (unsigned long long)view.generation_desired, (unsigned long long)phone->ordered);
}

void hsvc__scn_world_check(hsvc_scenario *s) {
    for (const struct scn_name *name = s->names; name != NULL && !s->unheard; name = name->next)
        if (name->kind == HSVC_SCENARIO_PHONE) check_phone(s, name);
}
