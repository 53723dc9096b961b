/* actions_directory.c: verbs that create and change records of devices and users, and whose headset is whose. */
#include "rules/ask.h"

/* ---- devices ---- */
static void set_device(struct hsvc__turn *t) {
    struct hsvc__device *dev = t->dev;
    dev->kind = t->in->state;
    dev->flags = t->in->flags;
    dev->site = INPUT(t, site);
    dev->location = INPUT(t, location);
    dev->model = INPUT(t, model);
    dev->related_user = INPUT(t, related_user);
    dev->own_profile = INPUT(t, profile);
    if (t->in->firmware_len != 0) dev->firmware = INPUT(t, firmware);
    hsvc__touch(dev);
}
void hsvc__do_create_device(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    (void)arg;
    dev->rec.present = 1;
    dev->rec.removed = 0;
    dev->name = INPUT(t, device);
    dev->created_at = t->at;
    dev->session_state = HSVC__session_VACANT;
    dev->profile_state = HSVC__profile_AWAY;
    dev->prompt_state = HSVC__prompt_IDLE;
    dev->verify_state = HSVC__verification_QUIET;
    set_device(t);
}
void hsvc__do_update_device(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    set_device(t);
}

/* ---- users ---- */
static void set_user(struct hsvc__turn *t) {
    struct hsvc__user *user = t->user;
    user->disabled = (t->in->flags & HSVC_FLAG_DISABLED) != 0;
    user->profile_list.count = 0;
    for (size_t i = 0; i < t->in->item_count; i++) /* not more than there may be: input.c */
        user->profile_list.at[user->profile_list.count++] =
            hsvc__str_of(t->in->items[i].text, t->in->items[i].text_len);
    hsvc__touch(user);
}
void hsvc__do_create_user(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *user = t->user;
    (void)arg;
    user->rec.present = 1;
    user->id = INPUT(t, user);
    user->created_at = t->at;
    set_user(t);
}
void hsvc__do_update_user(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    set_user(t);
}

/* ---- associations: the user's list counts, the headset names the owner, the device where it is knows it too ---- */
void hsvc__tell_association(struct hsvc__turn *t, hsvc__str user, hsvc__str before) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_ASSOCIATION_CHANGED, t->dev);
    effect->serial = t->headset->serial.p;
    effect->serial_len = t->headset->serial.n;
    effect->user = user.p;
    effect->user_len = user.n;
    effect->other_user = before.p;
    effect->other_user_len = before.n;
}

static void set_owner(struct hsvc__turn *t, hsvc__str owner, uint64_t number) {
    struct hsvc__headset *headset = t->headset;
    headset->owner = owner;
    headset->owner_number = number;
    hsvc__keep(headset);
    t->engine->tally.associations++;
    for (uint32_t i = 0; i < hsvc__place_count(headset); i++) {
        struct hsvc__device *dev = hsvc__device_of(t, hsvc__place(headset, i));
        struct hsvc__present *here = hsvc__here(dev, headset->serial);
        if (here != NULL) here->owner = owner;
        hsvc__touch(dev);
    }
}

/* own: the headset is this user's from now on. */
static void own(struct hsvc__turn *t, struct hsvc__user *user) {
    if (HSVC__BUG(user->headset_list.count == HSVC_LIMIT_HEADSETS_PER_USER)) {
        t->txn->status = HSVC_ERR_BUG;
        return;
    }
    user->headset_list.at[user->headset_list.count++] = t->headset->serial;
    hsvc__touch(user);
    set_owner(t, user->id, user->number);
    t->headset->associations++; /* voids every skip of this serial (PROMPT-4) */
}

void hsvc__strike(struct hsvc__user *user, hsvc__str serial) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < user->headset_list.count; i++)
        if (!hsvc__fold_eq(user->headset_list.at[i], serial)) user->headset_list.at[kept++] = user->headset_list.at[i];
    user->headset_list.count = kept;
    hsvc__touch(user);
}

void hsvc__do_give_to_user(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    own(t, t->user);
    hsvc__tell_association(t, t->user->id, hsvc__str_of(NULL, 0));
}

void hsvc__do_take_from_user(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *owner = hsvc__owner(t);
    (void)arg;
    hsvc__strike(owner, t->headset->serial);
    hsvc__tell_association(t, hsvc__str_of(NULL, 0), owner->id);
    set_owner(t, hsvc__str_of(NULL, 0), 0);
}

/* Both holders' lists and the headset change in one commit (ASSOC-2). */
void hsvc__do_hand_to_user(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *before = hsvc__owner(t);
    (void)arg;
    hsvc__strike(before, t->headset->serial);
    own(t, t->user);
    hsvc__tell_association(t, t->user->id, before->id);
}
