/* phones.c: phones that do as they are told, and a directory. They behave as those of the scenario runner do, so that a
 * script of a run is the run: a phone that is told a profile leaves a second later and is back after 40 s. */
#include <string.h>

#include "office.h"

#define RESET_MS 40000

static void plan(struct world *w, int64_t at, enum plan_kind what, uint32_t phone, uint64_t number, uint32_t subject, uint32_t state) {
    struct plan made = {at, number, what, phone, subject, state, w->now};
    uint32_t i = w->plan_count;
    if (w->plan_count == PLANS_MOST) return;
    for (; i > 0 && w->plans[i - 1].at > at; i--) w->plans[i] = w->plans[i - 1];
    w->plans[i] = made;
    w->plan_count++;
}

static void forget(struct world *w, enum plan_kind what, uint32_t phone) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->plan_count; i++)
        if (w->plans[i].what != what || w->plans[i].phone != phone) w->plans[kept++] = w->plans[i];
    w->plan_count = kept;
}

int64_t phones_next(const struct world *w) { return w->plan_count == 0 ? HSVC_NEVER : w->plans[0].at; }

/* ---- what effects order ---- */

static void order_profile(struct world *w, struct phone *p, uint32_t phone, uint64_t generation) {
    if (generation > p->ordered) p->ordered = generation;
    forget(w, PLAN_LEAVE, phone);
    forget(w, PLAN_REGISTER, phone);
    forget(w, PLAN_APPLIED, phone);
    forget(w, PLAN_FAILED, phone);
    if (!p->powered) return;
    if (p->registered && p->fails > 0) {
        p->fails--;
        plan(w, w->now + 3000, PLAN_FAILED, phone, generation, 0, 0);
        return;
    }
    if (p->registered && p->acks & ACK_NO_RESET) {
        plan(w, w->now + 2000, PLAN_APPLIED, phone, generation, 0, 0);
        return;
    }
    if (p->registered) plan(w, w->now + 1000, PLAN_LEAVE, phone, 0, 0, 0);
    plan(w, w->now + RESET_MS, PLAN_REGISTER, phone, 0, 0, 0);
}

void phones_pin(uint32_t user, uint32_t right, char pin[8]) {
    pin[0] = right ? '1' : '9';
    pin[1] = (char)('0' + user / 10);
    pin[2] = (char)('0' + user % 10);
    pin[3] = '7';
    pin[4] = 0;
}

static uint32_t directory(const struct world *w, uint32_t user, const hsvc_effect *e) {
    char right[8];
    phones_pin(user, 1, right);
    if (!w->model.users[user].exists) return HSVC_VERIFY_USER_UNKNOWN;
    return e->pin_len == 4 && memcmp(e->pin, right, 4) == 0 ? HSVC_VERIFY_OK : HSVC_VERIFY_WRONG;
}

static void order(struct world *w, struct phone *p, uint32_t phone, const hsvc_effect *e) {
    switch (e->kind) {
        case HSVC_EFFECT_SHOW_PROMPT:
            p->prompt_id = e->prompt_id;
            p->prompt = e->prompt;
            p->shown_user = number_of_name(e->user, e->user_len);
            break;
        case HSVC_EFFECT_CLEAR_PROMPT:
            if (e->prompt_id != 0 && e->prompt_id != p->prompt_id) break;
            p->prompt_id = 0;
            p->prompt = 0;
            break;
        case HSVC_EFFECT_APPLY_PROFILE: order_profile(w, p, phone, e->generation); break;
        case HSVC_EFFECT_MENU_STATE: p->menu = e->flags & (HSVC_MENU_ASSOCIATE | HSVC_MENU_SIGN_IN | HSVC_MENU_SIGN_OUT); break;
        case HSVC_EFFECT_WIPE: p->wipe = e->generation; break;
        case HSVC_EFFECT_VERIFY_PIN: {
            uint32_t user = number_of_name(e->user, e->user_len);
            p->request = e->request;
            if (w->directory >= 0) plan(w, w->now + w->directory, PLAN_CHECKED, phone, e->request, user, directory(w, user, e));
            break;
        }
        case HSVC_EFFECT_REPORT_PRESENCE:
            if (p->registered) plan(w, w->now, PLAN_PRESENCE, phone, 0, number_of_name(e->serial, e->serial_len), 0);
            break;
        case HSVC_EFFECT_REPORT_CALLS:
            if (p->registered) plan(w, w->now, PLAN_CALLS, phone, 0, 0, 0);
            break;
        default: break;
    }
}

void phones_effects(struct world *w, const hsvc_effects *fx) {
    for (size_t i = 0; i < hsvc_effects_count(fx); i++) {
        hsvc_effect e;
        uint32_t phone;
        (void)hsvc_effect_init(&e, sizeof e);
        if (hsvc_effects_at(fx, i, &e) != HSVC_OK) return;
        phone = number_of_name(e.device, e.device_len);
        if (phone != 0) order(w, &w->phones[phone], phone, &e);
    }
}

/* ---- what they do ---- */

static void about(hsvc_input *in, uint32_t kind, uint32_t phone) {
    (void)hsvc_input_init(in, sizeof *in, kind);
    in->device = phone_name(phone);
    in->device_len = strlen(in->device);
}

static size_t list_headsets(const struct world *w, uint32_t phone, hsvc_item *items) {
    const struct phone *p = &w->phones[phone];
    size_t count = 0;
    for (uint32_t h = 1; h < M_HEADSETS; h++) {
        if ((p->plugged & 1u << h) == 0) continue;
        memset(&items[count], 0, sizeof *items);
        items[count].kind = HSVC_ITEM_HEADSET;
        items[count].text = reported_name(w, phone, h);
        items[count].text_len = strlen(items[count].text);
        items[count++].number = reported_handle(w, phone, h);
    }
    return count;
}

static size_t list_calls(const struct phone *p, hsvc_item *items) {
    size_t count = 0;
    for (uint32_t i = 0; i < M_CALLS; i++) {
        if (p->calls[i].id == 0) continue;
        memset(&items[count], 0, sizeof *items);
        items[count].kind = HSVC_ITEM_CALL;
        items[count].number = p->calls[i].id;
        items[count].state = HSVC_CALL_ACTIVE;
        items[count++].flags = p->calls[i].emergency ? HSVC_FLAG_EMERGENCY : 0;
    }
    return count;
}

static void give(hsvc_input *in, const hsvc_item *items, size_t count) {
    in->items = count > 0 ? items : NULL;
    in->item_count = count;
    in->item_size = count > 0 ? sizeof *items : 0;
}

/* phones_gone: it is no phone of this service any more; what stands on the desk stands there. */
void phones_gone(struct world *w, uint32_t phone) {
    struct phone *p = &w->phones[phone];
    uint32_t plugged = p->plugged;
    memset(p, 0, sizeof *p);
    p->plugged = plugged;
    for (enum plan_kind what = PLAN_LEAVE; what <= PLAN_REPORT; what++) forget(w, what, phone);
}

/* wiped: what was ordered is wiped; how that is acknowledged is this once the phone's own way. */
static void wiped(struct world *w, uint32_t phone) {
    struct phone *p = &w->phones[phone];
    uint32_t acks = p->acks;
    uint64_t generation = p->wipe;
    hsvc_input in;
    p->acks = 0;
    if (generation == 0 || acks & ACK_LOST) return;
    p->wipe = 0;
    if (acks & ACK_LATE) {
        plan(w, w->now + 30000, PLAN_WIPED, phone, generation, 0, 0);
        return;
    }
    about(&in, HSVC_INPUT_WIPE_DONE, phone);
    in.generation = generation;
    for (uint32_t left = acks & ACK_TWICE ? 2 : 1; left > 0; left--) world_apply(w, &in, phone);
}

/* phones_return: a phone comes up: a reset or a power cut has ended its calls. */
void phones_return(struct world *w, uint32_t phone) {
    struct phone *p = &w->phones[phone];
    hsvc_item items[M_HEADSETS];
    hsvc_input in;
    about(&in, HSVC_INPUT_DEVICE_REGISTERED, phone);
    memset(p->calls, 0, sizeof p->calls);
    p->registered = p->powered = 1;
    in.generation = p->ordered;
    in.node = world_node(w, phone);
    in.flags = HSVC_FLAG_HAS_PRESENCE | HSVC_FLAG_HAS_CALLS;
    give(&in, items, list_headsets(w, phone, items));
    world_apply(w, &in, phone);
    wiped(w, phone);
}

/* phones_behind: a report that others overtake. */
void phones_behind(struct world *w, const struct event *e, uint32_t kind) {
    plan(w, w->now + e->user * 100, PLAN_REPORT, e->phone, (uint64_t)e->number, kind, e->headset | (e->arg & TRAVEL_DATED ? 256u : 0u) | (e->extra & 1 ? 512u : 0u) | (w->phones[e->phone].other & 1u << e->headset ? 1024u : 0u));
}

static void report(struct world *w, const struct plan *plan) {
    uint32_t headset = plan->state & 255u;
    hsvc_input in;
    about(&in, plan->subject, plan->phone);
    in.at_ms = plan->state & 256u ? world_clock(w, world_node(w, plan->phone)) - (w->now - plan->happened) : 0;
    if (headset != 0) {
        in.serial = plan->state & 1024u && w->model.headsets[headset].alias ? reported_name(w, plan->phone, headset) : serial_name(headset);
        in.serial_len = strlen(in.serial);
        in.handle = in.serial[0] == 'A' ? headset + 32 : headset;
        say(w, in.serial[0] == 'A' ? "\"%s\" %s %s%s%ld%s" : "%s %s %s%s%ld%s", in.serial, in.kind == HSVC_INPUT_HEADSET_CONNECTED ? "plugs into" : "unplugs from", phone_name(plan->phone),
            in.at_ms ? ", happened " : " # after ", (long)(w->now - plan->happened), in.at_ms ? " ms ago" : " ms");
    } else {
        in.call_id = plan->number;
        in.state = in.kind == HSVC_INPUT_CALL_BEGUN ? HSVC_CALL_ACTIVE : 0;
        in.flags = in.kind == HSVC_INPUT_CALL_BEGUN && plan->state & 512u ? HSVC_FLAG_EMERGENCY : 0;
        say(w, "call %u %s at %s%s", (unsigned)plan->number, in.kind == HSVC_INPUT_CALL_BEGUN ? "starts" : "ends", phone_name(plan->phone), in.flags ? " emergency" : "");
    }
    world_apply(w, &in, plan->phone);
}

/* acknowledge: a profile without a registration, or that it cannot be taken; a wipe alone. */
static void acknowledge(struct world *w, const struct plan *plan) {
    struct phone *p = &w->phones[plan->phone];
    hsvc_input in;
    about(&in, plan->what == PLAN_APPLIED ? HSVC_INPUT_PROFILE_APPLIED : plan->what == PLAN_FAILED ? HSVC_INPUT_PROFILE_FAILED : HSVC_INPUT_WIPE_DONE, plan->phone);
    in.generation = plan->number;
    for (uint32_t left = p->acks & ACK_TWICE ? 2 : 1; left > 0; left--) world_apply(w, &in, plan->phone);
    if (plan->what == PLAN_APPLIED) wiped(w, plan->phone);
}

static void answer(struct world *w, const struct plan *plan) {
    struct phone *p = &w->phones[plan->phone];
    hsvc_item items[M_CALLS];
    hsvc_input in;
    if (plan->what == PLAN_CHECKED) {
        about(&in, HSVC_INPUT_VERIFY_RESULT, plan->phone);
        in.user = user_name(plan->subject);
        in.user_len = strlen(in.user);
        in.request = plan->number;
        in.state = plan->state;
    } else if (plan->what == PLAN_PRESENCE) {
        about(&in, HSVC_INPUT_PRESENCE_ANSWER, plan->phone);
        in.serial = serial_name(plan->subject);
        in.serial_len = strlen(in.serial);
        in.state = p->plugged & 1u << plan->subject ? HSVC_PRESENCE_THERE : HSVC_PRESENCE_NOT_THERE;
        say(w, "%s says %s is %sthere", phone_name(plan->phone), in.serial, in.state == HSVC_PRESENCE_THERE ? "" : "not ");
    } else {
        about(&in, HSVC_INPUT_CALL_SNAPSHOT, plan->phone);
        give(&in, items, list_calls(p, items));
        say_calls(w, plan->phone);
    }
    world_apply(w, &in, plan->phone);
}

void phones_turn(struct world *w) {
    struct plan next = w->plans[0];
    hsvc_input in;
    memmove(w->plans, w->plans + 1, --w->plan_count * sizeof *w->plans);
    if (!w->phones[next.phone].powered && next.what != PLAN_CHECKED) return;
    if (next.what == PLAN_LEAVE) {
        about(&in, HSVC_INPUT_DEVICE_UNREGISTERED, next.phone);
        w->phones[next.phone].registered = 0;
        world_apply(w, &in, next.phone);
    } else if (next.what == PLAN_REGISTER) {
        phones_return(w, next.phone);
    } else if (next.what == PLAN_REPORT) {
        report(w, &next);
    } else if (next.what >= PLAN_APPLIED) {
        acknowledge(w, &next);
    } else {
        answer(w, &next);
    }
    if (w->finding.kind == SAME) compare_phone(w, next.phone);
}
