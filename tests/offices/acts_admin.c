/* acts_admin.c: what administrators do, with the rules, with people, phones and headsets. */
#include <string.h>

#include "acts.h"

static void say_policy(struct world *w, const hsvc_input *in) {
    static const char *const where[5] = {"", "", " at site ", " at phone ", " for "};
    const char *subject = in->state == HSVC_SCOPE_SITE ? in->site : in->state == HSVC_SCOPE_DEVICE ? in->device : in->state == HSVC_SCOPE_USER ? in->user : "";
    const char *choice = hsvc_choice_name(in->param, in->value), *name = hsvc_name(HSVC_REGISTRY_PARAM, (int32_t)in->param);
    if (in->kind == HSVC_INPUT_POLICY_UNSET)
        say(w, "policy %s unset%s%s", name, where[in->state], subject);
    else if (choice[0] != 0)
        say(w, "policy %s = %s%s%s", name, choice, where[in->state], subject);
    else
        say(w, "policy %s = %ld%s%s%s", name, (long)in->value, in->value >= 1000 ? " ms" : "", where[in->state], subject);
}

static void act_policy(struct world *w, const struct event *e) {
    char site[8] = "site-1";
    uint32_t at_once = e->extra == HSVC_SCOPE_DEVICE || m_for_later(e->arg);
    hsvc_input in;
    about(&in, e->what == ACT_POLICY ? HSVC_INPUT_POLICY_SET : HSVC_INPUT_POLICY_UNSET, e->extra == HSVC_SCOPE_DEVICE ? phone_name(e->phone) : NULL,
          e->extra == HSVC_SCOPE_USER ? user_name(e->user) : NULL, NULL);
    site[5] = (char)('1' + e->phone % 3);
    if (e->extra == HSVC_SCOPE_SITE) {
        in.site = site;
        in.site_len = strlen(site);
    }
    in.param = e->arg;
    in.state = e->extra;
    in.value = e->what == ACT_POLICY ? e->number : 0;
    say_policy(w, &in);
    if (at_once) world_polls(w);
    world_apply(w, &in, 0);
    if (at_once) world_at_once(w);
}

static void act_owner(struct world *w, const struct event *e) {
    static const uint32_t kinds[3] = {HSVC_INPUT_ASSOCIATE, HSVC_INPUT_DISASSOCIATE, HSVC_INPUT_MOVE};
    hsvc_input in;
    about(&in, kinds[e->what - ACT_ASSOCIATE], NULL, e->what == ACT_DISASSOCIATE ? NULL : user_name(e->user), serial_name(e->headset));
    if (e->what == ACT_MOVE) {
        in.name = user_name(e->extra);
        in.name_len = strlen(in.name);
        say(w, "move %s from %s to %s", serial_name(e->headset), person(w, e->extra), user_name(e->user));
    } else if (e->what == ACT_ASSOCIATE) {
        say(w, "associate %s with %s", serial_name(e->headset), user_name(e->user));
    } else {
        say(w, "disassociate %s", serial_name(e->headset));
    }
    world_apply(w, &in, 0);
}

static void act_force(struct world *w, const struct event *e) {
    hsvc_input in;
    about(&in, HSVC_INPUT_FORCE_SIGN_OUT, phone_name(e->phone), NULL, NULL);
    in.flags = e->arg ? HSVC_FLAG_NOW : 0;
    say(w, "force sign-out of phone %s%s", phone_name(e->phone), e->arg ? " now" : "");
    world_apply(w, &in, e->phone);
}

static void act_unlock(struct world *w, const struct event *e) {
    hsvc_input in;
    about(&in, HSVC_INPUT_USER_UNLOCK, phone_name(e->phone), user_name(e->user), NULL);
    say(w, "unlock user %s and phone %s", user_name(e->user), phone_name(e->phone));
    world_apply(w, &in, e->phone);
}

/* act_host: the host has authenticated somebody itself (MAN-1). */
static void act_host_sign_in(struct world *w, const struct event *e) {
    hsvc_input in;
    about(&in, HSVC_INPUT_SIGN_IN_USER, phone_name(e->phone), user_name(e->user), NULL);
    if (e->arg != 0) {
        in.profile = profile_name(e->user, e->arg);
        in.profile_len = strlen(in.profile);
    }
    in.flags = e->extra ? HSVC_FLAG_TAKE_OVER : 0;
    say(w, "the host signs %s in on %s%s%s%s", user_name(e->user), phone_name(e->phone), e->arg ? ", profile " : "",
        e->arg ? in.profile : "", e->extra ? ", taking over" : "");
    world_apply(w, &in, e->phone);
}

/* ---- people and phones ---- */

static void act_force_many(struct world *w, const struct event *e) {
    char site[8] = "site-1";
    hsvc_input in;
    site[5] = (char)('1' + e->phone % 3);
    about(&in, HSVC_INPUT_FORCE_SIGN_OUT, NULL, e->extra == HSVC_SCOPE_USER ? user_name(e->user) : NULL, NULL);
    if (e->extra == HSVC_SCOPE_SITE) hsvc_input_set_site(&in, site);
    in.flags = e->arg ? HSVC_FLAG_NOW : 0;
    if (e->extra == HSVC_SCOPE_USER) say(w, "force sign-out of user %s%s", person(w, e->user), e->arg ? " now" : "");
    else if (e->extra == HSVC_SCOPE_SITE) say(w, "force sign-out at site %s%s", site, e->arg ? " now" : "");
    else say(w, "force sign-out everywhere%s", e->arg ? " now" : "");
    world_apply(w, &in, 0);
}

static void act_remove_user(struct world *w, const struct event *e) {
    hsvc_input in;
    about(&in, e->arg ? HSVC_INPUT_USER_ERASE : HSVC_INPUT_USER_REMOVE, NULL, user_name(e->user), NULL);
    say(w, e->arg ? "erase user %s" : "remove user %s", user_name(e->user));
    world_apply(w, &in, 0);
}

static void act_remove_phone(struct world *w, const struct event *e) {
    hsvc_input in;
    about(&in, HSVC_INPUT_DEVICE_REMOVE, phone_name(e->phone), NULL, NULL);
    say(w, "remove phone %s", phone_name(e->phone));
    world_apply(w, &in, e->phone);
    if (!w->model.phones[e->phone].exists) phones_gone(w, e->phone);
}

/* act_rename: to a new name, or to one that another has. */
static void act_rename(struct world *w, const struct event *e) {
    uint32_t phone = e->what == ACT_RENAME_PHONE, self = phone ? e->phone : e->user;
    uint32_t taken = e->extra != 0 && e->extra != self && (phone ? w->model.phones[e->extra].exists : w->model.users[e->extra].exists);
    uint8_t *called = phone ? &w->phone_called[self] : &w->user_called[self];
    char name[24];
    hsvc_input in;
    about(&in, phone ? HSVC_INPUT_DEVICE_RENAME : HSVC_INPUT_USER_RENAME, phone ? phone_id(w, self) : NULL, phone ? NULL : user_id(w, self), NULL);
    ++*called; /* what it will be called */
    (void)strcpy(name, phone ? phone_id(w, taken ? e->extra : self) : user_id(w, taken ? e->extra : self));
    --*called;
    hsvc_input_set_name(&in, name);
    say(w, "rename %s %s to %s", phone ? "phone" : "user", phone ? phone_name(self) : user_name(self), name);
    world_apply(w, &in, phone ? self : 0);
    if (!taken) ++*called;
}

/* act_owners: headsets of a whole user, or of the owner of a phone. */
static void act_owners(struct world *w, const struct event *e) {
    hsvc_input in;
    if (e->what == ACT_FREE_ALL) {
        about(&in, HSVC_INPUT_DISASSOCIATE, NULL, user_name(e->user), NULL);
        say(w, "disassociate all headsets of %s", user_name(e->user));
    } else {
        about(&in, HSVC_INPUT_ASSOCIATE_DEVICE_OWNER, NULL, NULL, serial_name(e->headset));
        say(w, "associate %s with the owner of its phone", serial_name(e->headset));
    }
    world_apply(w, &in, 0);
}

uint32_t act_admin(struct world *w, const struct event *e) {
    switch (e->what) {
        case ACT_POLICY:
        case ACT_POLICY_UNSET: act_policy(w, e); return 1;
        case ACT_ASSOCIATE:
        case ACT_DISASSOCIATE:
        case ACT_MOVE: act_owner(w, e); return 1;
        case ACT_FORCE: act_force(w, e); return 1;
        case ACT_UNLOCK: act_unlock(w, e); return 1;
        case ACT_HOST_SIGN_IN: act_host_sign_in(w, e); return 1;
        case ACT_FORCE_MANY: act_force_many(w, e); return 1;
        case ACT_REMOVE_USER: act_remove_user(w, e); return 1;
        case ACT_REMOVE_PHONE: act_remove_phone(w, e); return 1;
        case ACT_RENAME_USER:
        case ACT_RENAME_PHONE: act_rename(w, e); return 1;
        case ACT_CHANGE_PHONE: act_phone(w, e); return 1;
        case ACT_FREE_ALL:
        case ACT_TO_OWNER: act_owners(w, e); return 1;
        case ACT_IMPORT: act_import(w, e); return 1;
        default: return 0;
    }
}
