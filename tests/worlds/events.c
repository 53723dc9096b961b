/* events.c: what can happen in a world: which events it has, which of them make sense in a state, and what each is as an
 * input and as a line of a script. An event that people could not bring about (a button that is not on the screen) is left
 * out, as its refusal changes nothing; the class ODD has some of them. */
#include "worlds/worlds.h"

enum each { EACH_NONE, EACH_D, EACH_DU, EACH_DH, EACH_HU, EACH_H, EACH_U };
static const struct {
    uint64_t classes;
    enum each each;
    const char *text;
} kinds[EVENT_KINDS] = {
#define EVENT(name, classes, each, text) {classes, EACH_##each, text},
#include "worlds/events.def"
#undef EVENT
};
static const char *const pins[USERS] = {"1111", "2222"};

/* ---- the worlds, their beginnings and their events ---- */
const struct world worlds[] = {
#define WORLD(name, classes, depth, states, policy, about) {#name, about, policy, classes, depth, states},
#include "worlds/worlds.def"
#undef WORLD
};
const size_t world_count = sizeof worlds / sizeof worlds[0];

char *prologue(const struct world *world) {
    static const char usual[] =
        "user alice, pin 1111%s\nuser bob, pin 2222%s\n"
        "phone desk-1, site Berlin, location floor-3\nphone desk-2, site Berlin, location floor-3\n"
        "headset H1 of alice\nheadset H2 of bob\nheadset H3\n"
        "phones stay silent\ndirectory stays silent\n"
        "policy flap_connects = 1000\npolicy unregistered_max = off\npolicy verify_timeout = 1 min\n"
        "policy prompt_timeout = 5 min\npolicy presence_settle = 0 s\npolicy emergency_hold = 5 min\n"
        "policy auto_sign_in_after = 1 min\n%s";
    int chooses = (world->classes & IN(CHOOSE)) != 0;
    size_t size = sizeof usual + strlen(world->policy) + 128;
    char *text = malloc(size);
    if (text == NULL) exit(2);
    (void)snprintf(text, size, usual, chooses ? ", profiles alice-line and alice-lab" : "",
                   chooses ? ", profiles bob-line and bob-lab" : "", world->policy);
    return text;
}

static void add(struct place *p, int kind, int device, int who) {
    struct event *e = &p->events[p->event_count++];
    if (p->event_count > MOST_EVENTS) exit(2);
    e->kind = (uint8_t)kind;
    e->device = (int8_t)device;
    e->who = (int8_t)who;
}

static int people(enum each each, int headsets) {
    if (each == EACH_DU || each == EACH_U) return USERS;
    if (each == EACH_DH || each == EACH_H) return headsets;
    return each == EACH_HU ? headsets * USERS : 1;
}

void list_events(struct place *p) {
    int phones = p->world->classes & IN(TWO_PHONES) ? DEVICES : 1, headsets = p->world->classes & IN(THREE) ? HEADSETS : 2;
    p->event_count = 0;
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        enum each each = kinds[kind].each;
        int devices = each == EACH_D || each == EACH_DU || each == EACH_DH ? phones : 1;
        if ((kinds[kind].classes & p->world->classes) != kinds[kind].classes) continue;
        for (int d = 0; d < devices; d++)
            for (int who = 0; who < people(each, headsets); who++) add(p, kind, d, who);
    }
}

/* ---- does it make sense here? ---- */
static int is_elsewhere(const struct view *v, int device, int headset) {
    const struct seen_present *other = &v->device[1 - device].at[headset];
    return other->here && !other->gone;
}

static int takes_pins(const struct seen_device *d) {
    return d->prompt == HSVC_PROMPT_ASSOCIATE || d->prompt == HSVC_PROMPT_SIGN_IN_PIN || d->prompt == HSVC_PROMPT_EM_SIGN_IN;
}

static int can_enter(const struct place *p, const struct seen_device *d, int user) {
    if (!takes_pins(d)) return 0;
    if (p->world->classes & IN(ODD)) return 1;
    return !d->verifying && (d->prompt != HSVC_PROMPT_SIGN_IN_PIN || d->prompt_user == user);
}

static int is_on(uint32_t prompt, int kind) {
    switch (kind) {
        case EV_press_sign_in: return prompt == HSVC_PROMPT_ASSOCIATED || prompt == HSVC_PROMPT_COUNTDOWN;
        case EV_press_sign_out: return prompt == HSVC_PROMPT_SIGN_OUT || prompt == HSVC_PROMPT_EM_SIGN_OUT;
        case EV_press_yes:
        case EV_press_no: return prompt == HSVC_PROMPT_SKIP_CONFIRM || prompt == HSVC_PROMPT_SIGN_OUT_OTHER;
        case EV_press_exit: return prompt == HSVC_PROMPT_ASSOCIATE;
        case EV_press_extend: return prompt == HSVC_PROMPT_SIGN_OUT;
        case EV_choose: return prompt == HSVC_PROMPT_CHOOSE_PROFILE;
        default: return prompt != 0 && prompt != HSVC_PROMPT_ASSOCIATE && prompt != HSVC_PROMPT_SKIP_CONFIRM &&
                        prompt != HSVC_PROMPT_SIGN_OUT_OTHER;
    }
}

static int is_place_free(const struct seen_device *d) { return d->prompt == 0 || d->prompt == HSVC_PROMPT_SIGN_OUT; }

static int any_here(const struct seen_device *d) {
    for (int h = 0; h < HEADSETS; h++)
        if (d->at[h].here && !d->at[h].gone) return 1;
    return 0;
}

static int is_behind(const struct seen_device *d) { return !d->registered || d->acked != d->desired; }

static int makes_sense_at_phone(const struct place *p, const struct event *e, const struct seen_device *d) {
    switch (e->kind) {
        case EV_enter:
        case EV_blank: return can_enter(p, d, e->who);
        case EV_right:
        case EV_wrong:
        case EV_unavailable:
        case EV_must_change: return d->verifying != 0;
        case EV_late_right:
        case EV_late_wrong: return !d->verifying && d->verify_request != 0;
        case EV_choose: return is_on(d->prompt, e->kind) && d->prompt_user == e->who;
        case EV_activity: return d->prompt != 0;
        case EV_menu_associate:
        case EV_menu_sign_in: return is_place_free(d) && any_here(d);
        case EV_menu_by_hand: return is_place_free(d);
        case EV_menu_sign_out: return d->session != 0;
        case EV_host_sign_in:
        case EV_host_takeover: return d->session == 0 || d->user != e->who;
        default: return is_on(d->prompt, e->kind);
    }
}

static int makes_sense_to_phone(const struct event *e, const struct seen_device *d) {
    switch (e->kind) {
        case EV_call_begins: return !(d->calls & 1u << 1);
        case EV_call_ends: return (d->calls & 1u << 1) != 0;
        case EV_call_rings: return !(d->calls & 1u << 2);
        case EV_call_stops: return (d->calls & 1u << 2) != 0;
        case EV_emergency: return !(d->calls & 1u << 9);
        case EV_emergency_ends: return (d->calls & 1u << 9) != 0;
        case EV_calls_confirmed:
        case EV_calls_denied: return d->calls == 1u << 1;
        case EV_registers:
        case EV_registers_bare: return is_behind(d);
        case EV_registers_old:
        case EV_applied_old: return d->desired >= 2;
        case EV_applied:
        case EV_apply_failed: return d->acked != d->desired;
        case EV_wiped: return d->wipe != 0;
        case EV_unregisters: return d->registered != 0;
        default: return d->session != 0; /* force */
    }
}

static int makes_sense_to_records(const struct event *e, const struct view *v) {
    int h = e->kind == EV_associate || e->kind == EV_move ? e->who / USERS : e->who;
    const struct seen_headset *headset = &v->headset[h % HEADSETS];
    const struct seen_user *user = &v->user[e->who % USERS];
    switch (e->kind) {
        case EV_update_begins: return headset->exists && !headset->updating;
        case EV_update_ends: return headset->updating != 0;
        case EV_associate: return headset->owner != e->who % USERS;
        case EV_disassociate: return headset->owner >= 0;
        case EV_move: return headset->owner >= 0 && headset->owner != e->who % USERS;
        case EV_force_user: return user->session_count != 0;
        case EV_disable: return !user->disabled;
        case EV_enable: return user->disabled != 0;
        case EV_remove_user: return user->exists != 0;
        case EV_drop_profile: return user->profile_count == 2;
        case EV_unlock: return 1;
        case EV_deny: return !v->policy.deny;
        case EV_allow: return v->policy.deny != 0;
        case EV_require_pin: return !v->policy.pin_required;
        default: return v->policy.pin_required != 0;
    }
}

int is_enabled(const struct place *p, const struct event *e, const struct spot *s) {
    const struct view *v = &s->view;
    const struct seen_device *d = &v->device[e->device];
    switch (e->kind) {
        case EV_fire: return next_deadline(v) != HSVC_NEVER;
        case EV_wait:
        case EV_late: return next_deadline(v) != HSVC_NEVER && next_deadline(v) > s->now;
        case EV_plug:
            if (d->at[e->who].here && !d->at[e->who].gone) return 0;
            return (p->world->classes & IN(ROAM)) || !is_elsewhere(v, e->device, e->who);
        case EV_unplug: return d->at[e->who].here && !d->at[e->who].gone;
        case EV_is_there:
        case EV_is_not_there: return d->at[e->who].doubtful;
        default: break;
    }
    if (e->kind >= EV_enter && e->kind <= EV_host_takeover) return makes_sense_at_phone(p, e, d);
    if (e->kind >= EV_call_begins && e->kind <= EV_unregisters) return makes_sense_to_phone(e, d);
    if (e->kind == EV_force || e->kind == EV_force_now) return makes_sense_to_phone(e, d);
    return makes_sense_to_records(e, v);
}

/* ---- as an input ---- */
static const uint32_t input_kinds[EVENT_KINDS] = {
    [EV_plug] = HSVC_INPUT_HEADSET_CONNECTED, [EV_unplug] = HSVC_INPUT_HEADSET_DISCONNECTED, [EV_enter] = HSVC_INPUT_SUBMIT,
    [EV_blank] = HSVC_INPUT_SUBMIT, [EV_right] = HSVC_INPUT_VERIFY_RESULT, [EV_wrong] = HSVC_INPUT_VERIFY_RESULT,
    [EV_unavailable] = HSVC_INPUT_VERIFY_RESULT, [EV_must_change] = HSVC_INPUT_VERIFY_RESULT,
    [EV_late_right] = HSVC_INPUT_VERIFY_RESULT, [EV_late_wrong] = HSVC_INPUT_VERIFY_RESULT,
    [EV_press_sign_in] = HSVC_INPUT_SIGN_IN, [EV_press_sign_out] = HSVC_INPUT_SIGN_OUT, [EV_press_yes] = HSVC_INPUT_YES,
    [EV_press_no] = HSVC_INPUT_NO, [EV_press_cancel] = HSVC_INPUT_CANCEL, [EV_press_exit] = HSVC_INPUT_EXIT,
    [EV_press_extend] = HSVC_INPUT_EXTEND, [EV_choose] = HSVC_INPUT_CHOOSE_PROFILE, [EV_activity] = HSVC_INPUT_USER_ACTIVITY,
    [EV_menu_associate] = HSVC_INPUT_MENU_ASSOCIATE, [EV_menu_sign_in] = HSVC_INPUT_MENU_SIGN_IN,
    [EV_menu_by_hand] = HSVC_INPUT_MENU_SIGN_IN_BY_HAND, [EV_menu_sign_out] = HSVC_INPUT_MENU_SIGN_OUT,
    [EV_host_sign_in] = HSVC_INPUT_SIGN_IN_USER, [EV_host_takeover] = HSVC_INPUT_SIGN_IN_USER,
    [EV_call_begins] = HSVC_INPUT_CALL_BEGUN, [EV_call_rings] = HSVC_INPUT_CALL_BEGUN, [EV_call_ends] = HSVC_INPUT_CALL_ENDED,
    [EV_call_stops] = HSVC_INPUT_CALL_ENDED, [EV_emergency] = HSVC_INPUT_CALL_BEGUN, [EV_emergency_ends] = HSVC_INPUT_CALL_ENDED,
    [EV_calls_confirmed] = HSVC_INPUT_CALL_ANSWER, [EV_calls_denied] = HSVC_INPUT_CALL_ANSWER,
    [EV_registers] = HSVC_INPUT_DEVICE_REGISTERED, [EV_registers_bare] = HSVC_INPUT_DEVICE_REGISTERED,
    [EV_registers_old] = HSVC_INPUT_DEVICE_REGISTERED, [EV_applied] = HSVC_INPUT_PROFILE_APPLIED,
    [EV_applied_old] = HSVC_INPUT_PROFILE_APPLIED, [EV_apply_failed] = HSVC_INPUT_PROFILE_FAILED, [EV_wiped] = HSVC_INPUT_WIPE_DONE, [EV_unregisters] = HSVC_INPUT_DEVICE_UNREGISTERED,
    [EV_is_there] = HSVC_INPUT_PRESENCE_ANSWER, [EV_is_not_there] = HSVC_INPUT_PRESENCE_ANSWER,
    [EV_update_begins] = HSVC_INPUT_UPDATE_BEGIN, [EV_update_ends] = HSVC_INPUT_UPDATE_END, [EV_associate] = HSVC_INPUT_ASSOCIATE,
    [EV_disassociate] = HSVC_INPUT_DISASSOCIATE, [EV_move] = HSVC_INPUT_MOVE, [EV_force] = HSVC_INPUT_FORCE_SIGN_OUT,
    [EV_force_now] = HSVC_INPUT_FORCE_SIGN_OUT, [EV_force_user] = HSVC_INPUT_FORCE_SIGN_OUT, [EV_disable] = HSVC_INPUT_USER_PUT,
    [EV_enable] = HSVC_INPUT_USER_PUT, [EV_remove_user] = HSVC_INPUT_USER_REMOVE, [EV_drop_profile] = HSVC_INPUT_USER_PUT, [EV_unlock] = HSVC_INPUT_USER_UNLOCK, [EV_deny] = HSVC_INPUT_POLICY_SET,
    [EV_allow] = HSVC_INPUT_POLICY_SET, [EV_require_pin] = HSVC_INPUT_POLICY_SET, [EV_require_no_pin] = HSVC_INPUT_POLICY_SET,
};

static void take_user(hsvc_input *in, int user) {
    in->user = user_names[user];
    in->user_len = strlen(user_names[user]);
}
static void take_serial(hsvc_input *in, int headset) {
    in->serial = headset_names[headset];
    in->serial_len = strlen(headset_names[headset]);
}

static void answer_of(const struct event *e, const struct seen_device *d, hsvc_input *in) {
    static const uint32_t answers[EVENT_KINDS] = {
        [EV_right] = HSVC_VERIFY_OK, [EV_wrong] = HSVC_VERIFY_WRONG, [EV_unavailable] = HSVC_VERIFY_UNAVAILABLE,
        [EV_must_change] = HSVC_VERIFY_MUST_CHANGE, [EV_late_right] = HSVC_VERIFY_OK, [EV_late_wrong] = HSVC_VERIFY_WRONG};
    in->request = d->verify_request;
    in->state = answers[e->kind];
    if (d->verify_user >= 0 && d->verify_user < USERS) take_user(in, d->verify_user);
}

static void fill_at_phone(const struct event *e, const struct seen_device *d, hsvc_input *in) {
    static const char *const labs[USERS] = {"alice-lab", "bob-lab"};
    if (in->kind == HSVC_INPUT_VERIFY_RESULT) answer_of(e, d, in);
    else if (in->kind == HSVC_INPUT_SIGN_IN_USER) take_user(in, e->who);
    else if (e->kind < EV_activity) in->prompt_id = d->prompt_id;
    if (e->kind == EV_enter || e->kind == EV_blank) take_user(in, e->who);
    if (e->kind == EV_host_takeover) in->flags = HSVC_FLAG_TAKE_OVER;
    if (e->kind == EV_enter) {
        in->pin = (const uint8_t *)pins[e->who];
        in->pin_len = strlen(pins[e->who]);
    }
    if (e->kind == EV_choose) {
        in->profile = labs[e->who];
        in->profile_len = strlen(labs[e->who]);
    }
}

static uint64_t generation_of(const struct event *e, const struct seen_device *d) {
    return e->kind == EV_registers_old || e->kind == EV_applied_old ? d->desired - 1 : d->desired;
}

static void fill_to_phone(const struct event *e, const struct seen_device *d, hsvc_input *in, hsvc_item *item) {
    if (in->kind == HSVC_INPUT_CALL_BEGUN || in->kind == HSVC_INPUT_CALL_ENDED)
        in->call_id = e->kind == EV_emergency || e->kind == EV_emergency_ends ? 9 : e->kind == EV_call_rings || e->kind == EV_call_stops ? 2 : 1;
    if (in->kind == HSVC_INPUT_CALL_BEGUN) in->state = e->kind == EV_call_rings ? HSVC_CALL_RINGING : HSVC_CALL_ACTIVE;
    if (e->kind == EV_emergency) in->flags = HSVC_FLAG_EMERGENCY;
    if (e->kind >= EV_registers && e->kind <= EV_wiped) in->generation = generation_of(e, d);
    if (e->kind == EV_registers_bare) in->flags = HSVC_FLAG_HAS_PRESENCE;
    if (e->kind == EV_calls_confirmed) {
        memset(item, 0, sizeof *item);
        item->kind = HSVC_ITEM_CALL;
        item->number = 1;
        item->state = HSVC_CALL_ACTIVE;
        hsvc_input_set_items(in, item, 1);
    }
}

static void fill_user(const struct event *e, const struct spot *s, hsvc_input *in, hsvc_item *item) {
    static const char *const profiles[USERS][2] = {{"alice-line", "alice-lab"}, {"bob-line", "bob-lab"}};
    uint32_t count = e->kind == EV_drop_profile ? 1 : s->view.user[e->who].profile_count;
    take_user(in, e->who);
    if (in->kind != HSVC_INPUT_USER_PUT) return;
    in->flags = e->kind == EV_disable ? HSVC_FLAG_DISABLED : 0;
    for (uint32_t i = 0; i < 2 && i < count; i++) {
        memset(&item[i], 0, sizeof item[i]);
        item[i].kind = HSVC_ITEM_PROFILE;
        item[i].text = profiles[e->who][i];
        item[i].text_len = strlen(item[i].text);
    }
    hsvc_input_set_items(in, item, count);
}

static void fill_owner(const struct event *e, const struct view *v, hsvc_input *in) {
    int headset = e->kind == EV_disassociate ? e->who : e->who / USERS;
    take_serial(in, headset);
    if (e->kind == EV_disassociate) return;
    take_user(in, e->who % USERS);
    if (e->kind == EV_move) hsvc_input_set_name(in, user_names[v->headset[headset].owner]);
}

static void fill_policy(const struct event *e, hsvc_input *in) {
    in->state = HSVC_SCOPE_GLOBAL;
    in->param = e->kind <= EV_allow ? HSVC_PARAM_HEADSET_EM : HSVC_PARAM_PIN_ENTRY;
    in->value = e->kind == EV_deny ? HSVC_CHOICE_HEADSET_EM_DENY : e->kind == EV_require_pin ? HSVC_CHOICE_PIN_ENTRY_REQUIRED : 0;
}

static void fill_headset(const struct event *e, hsvc_input *in) {
    take_serial(in, e->who);
    if (e->kind == EV_plug || e->kind == EV_unplug) in->handle = (uint64_t)e->who + 1;
    if (e->kind == EV_unplug) in->state = HSVC_LOST_UNPLUGGED;
    if (e->kind == EV_is_there) in->state = HSVC_PRESENCE_THERE;
    if (e->kind == EV_is_not_there) in->state = HSVC_PRESENCE_NOT_THERE;
}

int input_of(const struct event *e, const struct spot *s, hsvc_input *in, hsvc_item *item) {
    const struct seen_device *d = &s->view.device[e->device];
    uint32_t kind = input_kinds[e->kind];
    enum each each = kinds[e->kind].each;
    if (kind == 0) return 0;
    (void)hsvc_input_init(in, sizeof *in, kind);
    if (each == EACH_D || each == EACH_DU || each == EACH_DH) hsvc_input_set_device(in, device_names[e->device]);
    if (each == EACH_DH || each == EACH_H) fill_headset(e, in);
    if (e->kind >= EV_enter && e->kind <= EV_host_takeover) fill_at_phone(e, d, in);
    else if (e->kind >= EV_call_begins && e->kind <= EV_unregisters) fill_to_phone(e, d, in, item);
    else if (e->kind >= EV_associate && e->kind <= EV_move) fill_owner(e, &s->view, in);
    else if (each == EACH_U) fill_user(e, s, in, item);
    else if (kind == HSVC_INPUT_POLICY_SET) fill_policy(e, in);
    if (e->kind == EV_force_now) in->flags = HSVC_FLAG_NOW;
    return 1;
}

/* ---- as a line ---- */
static const char *word(const struct event *e, const struct spot *s, char what, char *number, size_t size) {
    int user = kinds[e->kind].each == EACH_HU ? e->who % USERS : e->who, headset = kinds[e->kind].each == EACH_HU ? e->who / USERS : e->who;
    switch (what) {
        case 'd': return device_names[e->device];
        case 'u': return user_names[user];
        case 'h': return headset_names[headset];
        case 'p': return pins[user];
        case 'o': return user_names[s->view.headset[headset].owner];
        default:
            (void)snprintf(number, size, "%llu", (unsigned long long)generation_of(e, &s->view.device[e->device]));
            return number;
    }
}

void event_text(const struct event *e, const struct spot *s, char *to, size_t size) {
    const char *from = kinds[e->kind].text;
    size_t n = 0;
    to[0] = '\0';
    for (; from != NULL && *from != '\0' && n + 24 < size; from++) {
        char digits[24];
        const char *piece;
        if (*from != '%') {
            to[n++] = *from;
            continue;
        }
        piece = word(e, s, *++from, digits, sizeof digits);
        memcpy(to + n, piece, strlen(piece));
        n += strlen(piece);
    }
    to[n] = '\0';
}
