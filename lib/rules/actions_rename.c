/* actions_rename.c: verbs by which a device or a user goes, or takes another name. A record moves with all it holds; what
 * names it and is within reach of one commit is renamed with it, the rest by a job, and until then the old id of a user
 * leads to the new one (USER-1, DEV-1, USER-2). */
#include "rules/ask.h"

static int swap(hsvc__str *text, hsvc__str from, hsvc__str to) {
    if (!hsvc__fold_eq(*text, from)) return 0;
    *text = to;
    return 1;
}

/* ---- devices ---- */
/* What is left of the record is nothing, but its deadline key that must go. */
static void empty_device(struct hsvc__device *dev) {
    struct hsvc__record rec = dev->rec;
    int64_t deadline_at = dev->deadline_at;
    hsvc__str name = dev->name;
    memset(dev, 0, sizeof *dev);
    dev->rec = rec;
    dev->rec.present = 0;
    dev->rec.removed = 1;
    dev->deadline_at = deadline_at;
    dev->name = name;
}
/* Its trail stays, with an entry that says so (OBS-3). */
void hsvc__do_drop_device(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    uint64_t number = dev->number, last = dev->audit_last, gone = dev->audit_gone;
    (void)arg;
    empty_device(dev);
    dev->number = number;
    dev->audit_last = last;
    dev->audit_gone = gone;
}

/* move_trail: what the audit said last of a record it said of the same under its new name; the number means that name now. */
static void move_trail(struct hsvc__turn *t, struct hsvc__record *from, struct hsvc__record *to, uint64_t number, hsvc__str name) {
    static const struct hsvc__vector nothing;
    struct hsvc__note **end = &from->slot->notes;
    struct hsvc__number *record;
    struct hsvc__key key;
    if (to->slot == NULL) return; /* memory is out: the decision is thrown away */
    to->slot->audited = from->slot->audited;
    from->slot->audited = nothing;
    to->slot->appended = from->slot->appended; /* entries of this very decision */
    from->slot->appended = 0;
    while (*end != NULL) {
        (*end)->slot = to->slot;
        end = &(*end)->older;
    }
    *end = to->slot->notes;
    to->slot->notes = from->slot->notes;
    from->slot->notes = NULL;
    if (number == 0) return;
    hsvc__key_number(&key, number);
    record = (struct hsvc__number *)hsvc__txn_get(t->txn, HSVC__FAMILY_NUMBER, hsvc__key_name(&key));
    record->name = name;
    hsvc__touch(record);
}

void hsvc__do_withdraw_screen(struct hsvc__turn *t, int64_t reason) {
    if (t->dev->prompt_id != 0) hsvc__do_close(t, reason);
}

/* Headsets that were at a device that is gone are at no device, or at another that lists them. */
void hsvc__do_leave_headsets(struct hsvc__turn *t, int64_t arg) {
    while (t->dev->present_count != 0 && t->txn->status == HSVC_OK) {
        t->headset = hsvc__headset_of(t, t->dev->presents[t->dev->present_count - 1].serial);
        hsvc__do_note_disconnected(t, arg);
    }
}

static void rename_places(struct hsvc__turn *t, const struct hsvc__device *dev, hsvc__str from, hsvc__str to) {
    for (uint32_t i = 0; i < dev->present_count; i++) {
        struct hsvc__headset *headset = hsvc__headset_of(t, dev->presents[i].serial);
        (void)swap(&headset->device, from, to);
        for (uint32_t place = 0; place < headset->other_list.count; place++) (void)swap(&headset->other_list.at[place], from, to);
        hsvc__touch(headset);
    }
}

static void rename_login(struct hsvc__turn *t, const struct hsvc__device *dev, hsvc__str from, hsvc__str to) {
    struct hsvc__user *user = hsvc__user_of(t, dev->user);
    uint32_t i = hsvc__login_of(user, from);
    if (dev->session == 0 || i == user->login_count) return;
    user->logins[i].device = to;
    hsvc__touch(user);
}

/* The record moves to its new key; everything in it stays, its deadline key is made anew. */
static void move_device(struct hsvc__turn *t, struct hsvc__device *from, struct hsvc__device *to, hsvc__str name) {
    struct hsvc__record rec = to->rec;
    move_trail(t, &from->rec, &to->rec, from->number, name);
    *to = *from;
    to->rec = rec;
    to->rec.present = 1;
    to->rec.removed = 0;
    to->name = name;
    to->deadline_at = 0;
    hsvc__touch(to);
    empty_device(from);
}

void hsvc__do_rename_device(struct hsvc__turn *t, int64_t arg) {
    hsvc__str from = t->dev->name, to = INPUT(t, name);
    struct hsvc__device *target = hsvc__device_of(t, to);
    (void)arg;
    rename_places(t, t->dev, from, to);
    rename_login(t, t->dev, from, to);
    move_device(t, t->dev, target, to);
}

/* The same name in another spelling: shown as given now (ID-2). */
void hsvc__do_respell_device(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->name = INPUT(t, name);
    hsvc__touch(t->dev);
}

/* ---- users ---- */
/* rename_mentions: everywhere that a device's record names a user. */
static void rename_mentions(struct hsvc__turn *t, struct hsvc__device *dev, hsvc__str from, hsvc__str to) {
    int shown = swap(&dev->prompt_user, from, to);
    (void)swap(&dev->user, from, to);
    (void)swap(&dev->last_user, from, to);
    (void)swap(&dev->related_user, from, to);
    (void)swap(&dev->verify_user, from, to);
    for (uint32_t i = 0; i < dev->check_count; i++) (void)swap(&dev->checks[i].user, from, to);
    for (uint32_t i = 0; i < dev->present_count; i++) (void)swap(&dev->presents[i].owner, from, to);
    hsvc__touch(dev);
    if (shown && dev->prompt_id != 0) hsvc__tell_screen(t, dev);
}
void hsvc__do_rename_mentions(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    rename_mentions(t, t->dev, t->job->subject, t->job->name);
}

static void rename_owner(struct hsvc__turn *t, hsvc__str serial, hsvc__str from, hsvc__str to) {
    struct hsvc__headset *headset = hsvc__headset_of(t, serial);
    headset->owner = to;
    hsvc__touch(headset);
    for (uint32_t i = 0; i < hsvc__place_count(headset); i++)
        rename_mentions(t, hsvc__device_of(t, hsvc__place(headset, i)), from, to);
}

/* What a decision is made of is renamed at once, so that no device sees half of it: sessions, headsets and where they are. */
void hsvc__do_rename_user(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *from = t->user, *to = hsvc__user_of(t, INPUT(t, name));
    struct hsvc__record rec = to->rec;
    (void)arg;
    move_trail(t, &from->rec, &to->rec, from->number, INPUT(t, name));
    *to = *from;
    to->rec = rec;
    to->rec.present = 1;
    to->id = INPUT(t, name);
    to->other_id = from->id;
    hsvc__touch(to);
    for (uint32_t i = 0; i < to->login_count; i++)
        rename_mentions(t, hsvc__device_of(t, to->logins[i].device), from->id, to->id);
    for (uint32_t i = 0; i < to->headset_list.count; i++) rename_owner(t, to->headset_list.at[i], from->id, to->id);
}

/* The old id leads to the new one until nothing names it any more. */
void hsvc__do_forward_user(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *user = t->user;
    (void)arg;
    user->rec.marked = 1;
    user->rec.present = 0;
    user->gone = HSVC__USER_RENAMED;
    user->number = user->audit_last = user->audit_gone = 0; /* they are the new record's */
    user->other_id = INPUT(t, name);
    user->login_count = user->headset_list.count = user->profile_list.count = user->set.count = user->recent.count = 0;
    user->last_profile = hsvc__str_of(NULL, 0);
    hsvc__touch(user);
}

void hsvc__do_respell_user(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->user->id = INPUT(t, name);
    hsvc__touch(t->user);
}

void hsvc__do_forget_old_id(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *user = hsvc__user_of(t, t->job->name);
    (void)arg;
    user->other_id = hsvc__str_of(NULL, 0);
    hsvc__touch(user);
}

/* ---- headsets ---- */
void hsvc__do_rename_last_device(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    if (swap(&t->headset->device, t->job->subject, t->job->name)) hsvc__touch(t->headset);
}
