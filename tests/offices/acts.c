/* acts.c: what an event means at the moment when it happens: whom it is about, what the phone shows just then. */
#include <string.h>

#include "acts.h"

/* ---- what there is ---- */

static void act_user(struct world *w, const struct event *e) {
    hsvc_item items[4];
    hsvc_input in;
    char names[4][16], pin[8];
    uint32_t known = w->model.users[e->user].exists, count = e->arg & 7, off = (e->arg & 16) != 0;
    about(&in, HSVC_INPUT_USER_PUT, NULL, user_name(e->user), NULL);
    memset(items, 0, sizeof items);
    for (uint32_t i = 0; i < count; i++) {
        items[i].kind = HSVC_ITEM_PROFILE;
        items[i].text_len = strlen(strcpy(names[i], profile_name(e->user, i + 1)));
        items[i].text = names[i];
    }
    in.items = count ? items : NULL;
    in.item_count = count;
    in.item_size = count ? sizeof *items : 0;
    in.flags = off ? HSVC_FLAG_DISABLED : 0;
    phones_pin(e->user, 1, pin);
    if (known)
        say(w, "change user %s%s%s%s%s%s", user_name(e->user), count ? ", profiles " : "", count ? names[0] : "", count > 1 ? " and " : "",
            count > 1 ? names[1] : "", off ? " disabled" : " enabled");
    else
        say(w, "user %s, pin %s%s%s%s%s%s", user_name(e->user), pin, count ? ", profiles " : " without profile", count ? names[0] : "",
            count > 1 ? " and " : "", count > 1 ? names[1] : "", off ? " disabled" : "");
    world_apply(w, &in, 0);
}

/* firmware_word: what a script has once called remote stays so, which tells nothing of newer firmware. */
static const char *firmware_word(const struct event *e) {
    if (e->extra == FIRMWARE_OLD) return ", model CP-8861, firmware \"12.5(1)\" remote";
    return e->extra == FIRMWARE_NONE ? ", model CP-6921, firmware \"14.2(1)\"" : e->what == ACT_PHONE ? "" : ", model CP-8861, firmware \"14.2(1)\"";
}

static const char *em_word(const struct event *e) { return e->arg & 4 ? " without EM" : e->what == ACT_PHONE ? "" : " with EM"; }

/* act_phone: a phone is put on a desk, or what its record says is changed. */
void act_phone(struct world *w, const struct event *e) {
    static const char *const kinds[4] = {"", "", "shared by ", "owned by "};
    char site[8] = "site-1", own[24];
    uint32_t kind = e->arg & 3, is_new = e->what == ACT_PHONE;
    const char *related = "";
    hsvc_input in;
    if (kind != HSVC_DEVICE_ANONYMOUS && !w->model.users[e->user].exists) kind = HSVC_DEVICE_ANONYMOUS;
    site[5] = (char)('1' + e->phone % 3);
    (void)strcat(strcpy(own, phone_name(e->phone)), "-own");
    (void)hsvc_input_device_put(&in, phone_name(e->phone), own, kind, site, e->extra == FIRMWARE_NONE ? "CP-6921" : "CP-8861", e->extra == FIRMWARE_OLD ? "12.5(1)" : "14.2(1)",
                                (e->arg & 4 ? 0 : HSVC_FLAG_EM_ENABLED) | (e->extra == FIRMWARE_OLD ? HSVC_FLAG_REMOTE_ACCESS : 0));
    if (kind != HSVC_DEVICE_ANONYMOUS) hsvc_input_set_related_user(&in, related = user_name(e->user));
    if (is_new) say(w, "phone %s, site %s %s%s%s%s, node %u", phone_name(e->phone), site, kinds[kind], related, em_word(e), firmware_word(e), (unsigned)world_node(w, e->phone));
    else say(w, "change phone %s %s%s%s%s", phone_name(e->phone), kind == HSVC_DEVICE_ANONYMOUS ? "anonymous" : kinds[kind], related, em_word(e), firmware_word(e));
    if (is_new) PHONE(w, e)->powered = 0; /* it comes up below, whatever its first generation makes others do */
    world_apply(w, &in, e->phone);
    if (is_new) phones_return(w, e->phone);
}

/* ---- headsets ---- */

static void tell(struct world *w, const struct event *e, hsvc_input *in, const char *line) {
    char ago[48] = "";
    if (e->arg & TRAVEL_LATE) {
        in->at_ms = world_clock(w, world_node(w, e->phone)) - e->number;
        (void)strcat(ago, ", happened ");
        for (int64_t scale = 100000000, any = 0; scale > 0; scale /= 10) {
            char digit[2] = {(char)('0' + e->number / scale % 10), 0};
            any |= digit[0] != '0';
            if (any || scale == 1) (void)strcat(ago, digit);
        }
        (void)strcat(ago, " ms ago");
    }
    say(w, "%s%s", line, ago);
    world_apply(w, in, e->phone);
    if ((e->arg & TRAVEL_TWICE) == 0 || w->finding.kind != SAME) return;
    say(w, "%s%s", line, ago);
    world_apply(w, in, e->phone);
}

/* quoted: names that a script has not declared stand in quotes, with their handles. */
static void quoted(char *line, const char *serial) {
    const char *quote = serial[0] == 'A' ? "\"" : "";
    (void)strcat(strcat(strcpy(line, quote), serial), quote);
}

static void with_handle(char *line, uint32_t handle) {
    char digits[3] = {(char)('0' + handle / 10), (char)('0' + handle % 10), 0};
    (void)strcat(strcat(line, " handle "), digits);
}

static void act_plug(struct world *w, const struct event *e) {
    uint32_t in_now = e->what == ACT_PLUG, bit = 1u << e->headset;
    struct phone *p = PHONE(w, e);
    char line[64];
    hsvc_input in;
    if (in_now && (e->extra & 4) == 0)
        for (uint32_t i = 1; i < M_PHONES; i++) w->phones[i].plugged &= ~bit; /* it can be at one phone alone */
    if (in_now && (p->plugged & bit) == 0) p->other = e->extra & 2 ? p->other | bit : p->other & ~bit;
    p->plugged = in_now ? p->plugged | bit : p->plugged & ~bit;
    if (e->arg & TRAVEL_LOST || !p->powered) {
        say(w, "# nobody hears that %s %s %s", serial_name(e->headset), in_now ? "was plugged into" : "was unplugged from", phone_name(e->phone));
        return;
    }
    about(&in, in_now ? HSVC_INPUT_HEADSET_CONNECTED : HSVC_INPUT_HEADSET_DISCONNECTED, phone_name(e->phone), NULL, reported_name(w, e->phone, e->headset));
    in.handle = reported_handle(w, e->phone, e->headset);
    in.flags = in_now && e->extra & 1 ? HSVC_FLAG_UPDATING : 0;
    if (e->arg & TRAVEL_BEHIND) phones_behind(w, e, in.kind);
    if (e->arg & TRAVEL_BEHIND && (e->arg & TRAVEL_AGAIN) == 0) return;
    quoted(line, in.serial);
    (void)strcat(strcat(line, in_now ? " plugs into " : " unplugs from "), phone_name(e->phone));
    if (in.serial[0] == 'A') with_handle(line, (uint32_t)in.handle);
    if (in.flags) (void)strcat(line, " updating");
    tell(w, e, &in, line);
}

static void act_alias(struct world *w, const struct event *e) {
    char alias[8] = "A";
    hsvc_input in;
    (void)strcat(alias, serial_name(e->headset) + 1);
    about(&in, e->arg ? HSVC_INPUT_HEADSET_DELETE : HSVC_INPUT_HEADSET_ALIAS, NULL, NULL, e->arg ? alias : serial_name(e->headset));
    if (e->arg) {
        if (!w->model.headsets[e->headset].alias) return;
        say(w, "delete headset \"%s\"", alias);
    } else {
        hsvc_input_set_alias(&in, alias);
        say(w, "headset %s is also \"%s\"", serial_name(e->headset), alias);
    }
    world_apply(w, &in, 0);
}

static void act_update(struct world *w, const struct event *e) {
    hsvc_input in;
    if (!w->model.headsets[e->headset].known) return;
    about(&in, e->arg ? HSVC_INPUT_UPDATE_END : HSVC_INPUT_UPDATE_BEGIN, NULL, NULL, serial_name(e->headset));
    say(w, "%s %s updating", serial_name(e->headset), e->arg ? "finishes" : "starts");
    world_apply(w, &in, e->phone);
}

static void act_snapshot(struct world *w, const struct event *e) {
    hsvc_item items[M_HEADSETS];
    hsvc_input in;
    size_t count = 0;
    char list[128] = "no headsets";
    if (!PHONE(w, e)->powered) return;
    about(&in, HSVC_INPUT_PRESENCE_SNAPSHOT, phone_name(e->phone), NULL, NULL);
    memset(items, 0, sizeof items);
    for (uint32_t h = 1; h < M_HEADSETS; h++) {
        if ((PHONE(w, e)->plugged & 1u << h) == 0) continue;
        items[count].kind = HSVC_ITEM_HEADSET;
        items[count].text = reported_name(w, e->phone, h);
        items[count].text_len = strlen(items[count].text);
        items[count].number = reported_handle(w, e->phone, h);
        (void)strcat(count++ == 0 ? strcpy(list, "headsets ") : strcat(list, " and "), serial_name(h));
    }
    in.items = count ? items : NULL;
    in.item_count = count;
    in.item_size = count ? sizeof *items : 0;
    say(w, "%s reports %s", phone_name(e->phone), list);
    world_apply(w, &in, e->phone);
}

/* ---- people at the phone ---- */

static void press(struct world *w, const struct event *e, uint32_t kind, const char *button) {
    hsvc_input in;
    about(&in, kind, phone_name(e->phone), NULL, NULL);
    in.prompt_id = PHONE(w, e)->prompt_id;
    say(w, "%s presses %s on %s", person(w, e->user), button, phone_name(e->phone));
    world_apply(w, &in, e->phone);
}

static void enter(struct world *w, const struct event *e, uint32_t user, uint32_t right) {
    hsvc_input in;
    char pin[8];
    phones_pin(user, right, pin);
    about(&in, HSVC_INPUT_SUBMIT, phone_name(e->phone), user_name(user), NULL);
    in.prompt_id = PHONE(w, e)->prompt_id;
    in.pin = (const uint8_t *)pin;
    in.pin_len = strlen(pin);
    say(w, "%s enters %s on %s", person(w, user), pin, phone_name(e->phone));
    world_apply(w, &in, e->phone);
}

static void choose(struct world *w, const struct event *e) {
    hsvc_input in;
    const char *name = profile_name(PHONE(w, e)->shown_user, 1 + e->arg % 2);
    about(&in, HSVC_INPUT_CHOOSE_PROFILE, phone_name(e->phone), NULL, NULL);
    in.prompt_id = PHONE(w, e)->prompt_id;
    in.profile = name;
    in.profile_len = strlen(name);
    say(w, "%s chooses %s on %s", person(w, e->user), name, phone_name(e->phone));
    world_apply(w, &in, e->phone);
}

static void answer_credentials(struct world *w, const struct event *e, uint32_t user) {
    if (user == 0) return;
    if (e->arg < 780) enter(w, e, user, 1);
    else if (e->arg < 880) enter(w, e, user, 0);
    else if (e->arg < 940 && PHONE(w, e)->prompt == HSVC_PROMPT_ASSOCIATE) press(w, e, HSVC_INPUT_EXIT, "exit");
    else if (e->arg < 940) press(w, e, HSVC_INPUT_CANCEL, "cancel");
}

/* act_answer: somebody looks at the screen and does what he is inclined to, or nothing. */
static void act_answer(struct world *w, const struct event *e) {
    uint32_t a = e->arg;
    switch (PHONE(w, e)->prompt) {
        case HSVC_PROMPT_ASSOCIATE: answer_credentials(w, e, e->user); break;
        case HSVC_PROMPT_SIGN_IN_PIN: answer_credentials(w, e, PHONE(w, e)->shown_user); break;
        case HSVC_PROMPT_EM_SIGN_IN: answer_credentials(w, e, e->user); break;
        case HSVC_PROMPT_EM_SIGN_OUT:
            if (a < 300) press(w, e, HSVC_INPUT_SIGN_OUT, "sign out");
            else if (a < 600) press(w, e, HSVC_INPUT_CANCEL, "cancel");
            break;
        case HSVC_PROMPT_SKIP_CONFIRM: press(w, e, a % 10 < 6 ? HSVC_INPUT_YES : HSVC_INPUT_NO, a % 10 < 6 ? "yes" : "no"); break;
        case HSVC_PROMPT_ASSOCIATED:
            if (a < 600) press(w, e, HSVC_INPUT_SIGN_IN, "sign in");
            else if (a < 900) press(w, e, HSVC_INPUT_CANCEL, "cancel");
            break;
        case HSVC_PROMPT_ERROR: press(w, e, HSVC_INPUT_CANCEL, "cancel"); break;
        case HSVC_PROMPT_COUNTDOWN:
            if (a < 150) press(w, e, HSVC_INPUT_SIGN_IN, "sign in");
            else if (a < 250) press(w, e, HSVC_INPUT_CANCEL, "cancel");
            break;
        case HSVC_PROMPT_CHOOSE_PROFILE:
            if (a < 900) choose(w, e);
            else press(w, e, HSVC_INPUT_CANCEL, "cancel");
            break;
        case HSVC_PROMPT_SIGN_OUT_OTHER:
            if (a < 600) press(w, e, HSVC_INPUT_YES, "yes");
            else if (a < 900) press(w, e, HSVC_INPUT_NO, "no");
            break;
        case HSVC_PROMPT_SIGN_OUT:
            if (a < 300) press(w, e, HSVC_INPUT_SIGN_OUT, "sign out");
            else if (a < 500) press(w, e, HSVC_INPUT_CANCEL, "cancel");
            else if (a < 600) press(w, e, HSVC_INPUT_EXTEND, "extend");
            break;
        default: break;
    }
}

static void act_menu(struct world *w, const struct event *e) {
    hsvc_input in;
    uint32_t out = e->arg == HSVC_INPUT_MENU_SIGN_OUT || e->arg == HSVC_INPUT_MENU_SIGN_IN_BY_HAND;
    if (!PHONE(w, e)->registered) return;
    about(&in, e->arg, phone_name(e->phone), NULL, out ? NULL : serial_name(e->headset));
    say(w, "%s picks %s in the menu of %s%s%s", person(w, e->user),
        e->arg == HSVC_INPUT_MENU_SIGN_OUT ? "sign out" : out ? "sign in by hand" : e->arg == HSVC_INPUT_MENU_SIGN_IN ? "sign in" : "associate", phone_name(e->phone), out ? "" : " for ", out ? "" : serial_name(e->headset));
    world_apply(w, &in, e->phone);
}

static void act_use(struct world *w, const struct event *e) {
    hsvc_input in;
    about(&in, HSVC_INPUT_USER_ACTIVITY, phone_name(e->phone), NULL, NULL);
    say(w, "%s uses %s", person(w, e->user), phone_name(e->phone));
    world_apply(w, &in, e->phone);
}

/* ---- calls ---- */

static struct m_call *call_of(struct phone *p, uint32_t id) {
    for (uint32_t i = 0; i < M_CALLS; i++)
        if (p->calls[i].id == id) return &p->calls[i];
    return NULL;
}

static void act_call(struct world *w, const struct event *e) {
    uint32_t begins = e->what == ACT_CALL, id = (uint32_t)e->number;
    struct m_call *call = call_of(PHONE(w, e), begins ? 0 : id);
    hsvc_input in;
    if (!PHONE(w, e)->registered || call == NULL) return;
    call->id = begins ? id : 0;
    call->emergency = begins ? e->extra : 0;
    if (e->arg & TRAVEL_LOST) {
        say(w, "# nobody hears that call %u %s", (unsigned)id, begins ? "began" : "ended");
        return;
    }
    about(&in, begins ? HSVC_INPUT_CALL_BEGUN : HSVC_INPUT_CALL_ENDED, phone_name(e->phone), NULL, NULL);
    if (e->arg & TRAVEL_BEHIND) phones_behind(w, e, in.kind);
    if (e->arg & TRAVEL_BEHIND && (e->arg & TRAVEL_AGAIN) == 0) return;
    in.call_id = id;
    if (begins) {
        in.state = HSVC_CALL_ACTIVE;
        in.flags = e->extra ? HSVC_FLAG_EMERGENCY : 0;
    }
    say(w, begins ? "call %u starts at %s%s" : "call %u ends at %s%s", (unsigned)id, phone_name(e->phone), begins && e->extra ? " emergency" : "");
    world_apply(w, &in, e->phone);
}

static void act_calls(struct world *w, const struct event *e) {
    hsvc_item items[M_CALLS];
    hsvc_input in;
    size_t count = 0;
    if (!PHONE(w, e)->registered) return;
    about(&in, HSVC_INPUT_CALL_SNAPSHOT, phone_name(e->phone), NULL, NULL);
    memset(items, 0, sizeof items);
    for (uint32_t i = 0; i < M_CALLS; i++) {
        if (PHONE(w, e)->calls[i].id == 0) continue;
        items[count].kind = HSVC_ITEM_CALL;
        items[count].number = PHONE(w, e)->calls[i].id;
        items[count].state = HSVC_CALL_ACTIVE;
        items[count++].flags = PHONE(w, e)->calls[i].emergency ? HSVC_FLAG_EMERGENCY : 0;
    }
    in.items = count ? items : NULL;
    in.item_count = count;
    in.item_size = count ? sizeof *items : 0;
    say_calls(w, e->phone);
    world_apply(w, &in, e->phone);
}

/* ---- power, hosts, stores ---- */

static void act_acks(struct world *w, const struct event *e) {
    PHONE(w, e)->acks = (uint8_t)e->arg;
    PHONE(w, e)->fails = e->extra;
    say(w, "# a phone with ways of its own: %s", phone_name(e->phone));
}

static void act_power(struct world *w, const struct event *e) {
    struct phone *p = PHONE(w, e);
    hsvc_input in;
    if (e->what == ACT_POWER_BACK) {
        if (p->powered) return;
        say(w, "%s registers", phone_name(e->phone));
        phones_return(w, e->phone);
        return;
    }
    if (!p->powered) return;
    p->powered = p->registered = 0;
    memset(p->calls, 0, sizeof p->calls);
    say(w, "%s loses its registration", phone_name(e->phone));
    about(&in, HSVC_INPUT_DEVICE_UNREGISTERED, phone_name(e->phone), NULL, NULL);
    world_apply(w, &in, e->phone);
}

static void act_host(struct world *w, const struct event *e) {
    uint32_t node = e->phone % w->shape.nodes;
    if (e->what == ACT_DIRECTORY) {
        w->directory = e->arg == 1 ? -1 : (int64_t)e->arg;
        if (e->arg == 1) say(w, "directory stays silent");
        else if (e->arg == 0) say(w, "directory answers by itself");
        else say(w, "directory answers in %u ms", (unsigned)e->arg);
    } else if (e->what == ACT_CRASH) {
        w->crash[node] = 1;
        say(w, "the next effects are lost");
    } else if (e->what == ACT_RESTART) {
        say(w, "the service restarts");
        world_restart(w, node);
    } else {
        static const char *const kinds[] = {"", "unavailable", "conflict", "full", "unknown, done", "unknown, lost", "unknown, late"};
        say(w, "# the store: %s, %u times from call %u on", kinds[e->arg], (unsigned)e->number, 1u + e->phone);
        world_fault(w, e);
    }
}

/* act: an event that is about somebody or something that is not there is none. */
void act(struct world *w, const struct event *e) {
    const struct model *m = &w->model;
    if (e->what != ACT_PHONE && e->phone != 0 && e->what < ACT_DIRECTORY && e->what != ACT_POLICY && e->what != ACT_POLICY_UNSET && !m->phones[e->phone].exists) return;
    if (e->what > ACT_PHONE && e->user != 0 && e->what < ACT_PLUG && e->what != ACT_FORCE && !m->users[e->user].exists) return;
    if (act_admin(w, e)) {
        world_settle(w);
        return;
    }
    switch (e->what) {
        case ACT_USER:
            act_user(w, e);
            world_settle(w);
            break;
        case ACT_PHONE:
            if (m->phones[e->phone].exists) return;
            act_phone(w, e);
            break;
        case ACT_PLUG:
        case ACT_UNPLUG: act_plug(w, e); break;
        case ACT_ALIAS: act_alias(w, e); break;
        case ACT_UPDATE: act_update(w, e); break;
        case ACT_SNAPSHOT: act_snapshot(w, e); break;
        case ACT_ANSWER: act_answer(w, e); break;
        case ACT_MENU: act_menu(w, e); break;
        case ACT_USE: act_use(w, e); break;
        case ACT_CALL:
        case ACT_HANG_UP: act_call(w, e); break;
        case ACT_CALLS: act_calls(w, e); break;
        case ACT_ACKS: act_acks(w, e); break;
        case ACT_POWER_CUT:
        case ACT_POWER_BACK: act_power(w, e); break;
        case ACT_DIRECTORY:
        case ACT_CRASH:
        case ACT_RESTART:
        case ACT_FAULT: act_host(w, e); break;
        case ACT_CLOCK:
        case ACT_SET_CLOCK:
        case ACT_SLEEP: act_time(w, e); break;
        default: break;
    }
}
