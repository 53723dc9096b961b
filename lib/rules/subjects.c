/* subjects.c: the records that guards and actions speak of, by name. */
#include "rules/rules.h"

struct hsvc__device *hsvc__device_of(struct hsvc__turn *t, hsvc__str name) {
    if (name.n == 0) return &t->txn->nobody.device;
    return (struct hsvc__device *)hsvc__txn_get(t->txn, HSVC__FAMILY_DEVICE, name);
}

struct hsvc__user *hsvc__user_of(struct hsvc__turn *t, hsvc__str id) {
    struct hsvc__user *user = hsvc__marked_user(t, id);
    if (user->gone) user->rec.present = 0;
    return user;
}

struct hsvc__user *hsvc__known_as(struct hsvc__turn *t, hsvc__str id) {
    struct hsvc__user *user = hsvc__user_of(t, id);
    return user->gone == HSVC__USER_RENAMED ? hsvc__user_of(t, user->other_id) : user;
}

struct hsvc__user *hsvc__marked_user(struct hsvc__turn *t, hsvc__str id) {
    if (id.n == 0) return &t->txn->nobody.user;
    return (struct hsvc__user *)hsvc__txn_get(t->txn, HSVC__FAMILY_USER, id);
}

size_t hsvc__job_name(char *to, uint32_t kind, hsvc__str subject) {
    to[0] = (char)('0' + kind);
    if (subject.n != 0) memcpy(to + 1, subject.p, subject.n);
    return subject.n + 1;
}

struct hsvc__job *hsvc__job_of(struct hsvc__turn *t, uint32_t kind, hsvc__str subject) {
    char *name = (char *)hsvc__arena_take(&t->txn->work, subject.n + 1);
    if (name == NULL) {
        t->txn->status = HSVC_ERR_MEMORY;
        return &t->txn->spare.job;
    }
    return (struct hsvc__job *)hsvc__txn_get(t->txn, HSVC__FAMILY_JOB, hsvc__str_of(name, hsvc__job_name(name, kind, subject)));
}

/* A headset that was never seen knows its serial all the same: events speak of it. */
struct hsvc__headset *hsvc__serial_of(struct hsvc__turn *t, hsvc__str serial) {
    struct hsvc__headset *record;
    if (serial.n == 0) return &t->txn->nobody.headset;
    record = (struct hsvc__headset *)hsvc__txn_get(t->txn, HSVC__FAMILY_HEADSET, serial);
    if (record->serial.n == 0) record->serial = serial;
    return record;
}

/* Every serial of a headset leads to it, here and nowhere else: no rule knows of aliases (ID-7). */
struct hsvc__headset *hsvc__headset_of(struct hsvc__turn *t, hsvc__str serial) {
    struct hsvc__headset *record = hsvc__serial_of(t, serial);
    return record->alias_of.n == 0 ? record : hsvc__serial_of(t, record->alias_of);
}

struct hsvc__skip *hsvc__skip_of(struct hsvc__turn *t, hsvc__str serial, const struct hsvc__device *device) {
    struct hsvc__key key;
    hsvc__key_skip(&key, serial, device->number);
    return (struct hsvc__skip *)hsvc__txn_get(t->txn, HSVC__FAMILY_SKIP, hsvc__key_name(&key));
}

struct hsvc__policy *hsvc__policy_of(struct hsvc__turn *t, hsvc__str site) {
    return (struct hsvc__policy *)hsvc__txn_get(t->txn, HSVC__FAMILY_POLICY, site);
}

struct hsvc__user *hsvc__owner(struct hsvc__turn *t) { return hsvc__user_of(t, t->headset->owner); }

struct hsvc__user *hsvc__session_user(struct hsvc__turn *t) { return hsvc__user_of(t, t->dev->user); }

struct hsvc__present *hsvc__here(struct hsvc__device *dev, hsvc__str serial) {
    for (uint32_t i = 0; i < dev->present_count; i++)
        if (hsvc__fold_eq(dev->presents[i].serial, serial)) return &dev->presents[i];
    return NULL;
}

struct hsvc__present *hsvc__plugged(struct hsvc__device *dev, uint64_t handle) {
    for (uint32_t i = 0; handle != 0 && i < dev->plug_count; i++)
        if (dev->handles[i].handle == handle) return &dev->presents[dev->handles[i].of];
    return NULL;
}

hsvc__str hsvc__handles_serial(struct hsvc__device *dev, uint64_t handle) {
    const struct hsvc__present *plugged = hsvc__plugged(dev, handle);
    for (uint32_t i = 0; handle != 0 && i < dev->report_count; i++)
        if (dev->reports[i].handle == handle) return dev->reports[i].serial;
    return plugged == NULL ? hsvc__str_of(NULL, 0) : plugged->serial;
}

const struct hsvc__report *hsvc__report_of(const struct hsvc__device *dev, hsvc__str serial) {
    for (uint32_t i = 0; i < dev->report_count; i++)
        if (hsvc__fold_eq(dev->reports[i].serial, serial)) return &dev->reports[i];
    return NULL;
}

int hsvc__flaps(const struct hsvc__device *dev) { return dev->flap_state == HSVC__flapping_HELD; }

uint32_t hsvc__place_count(const struct hsvc__headset *headset) {
    return headset->connected ? 1 + headset->other_list.count : 0;
}

hsvc__str hsvc__place(const struct hsvc__headset *headset, uint32_t i) {
    return i == 0 ? headset->device : headset->other_list.at[i - 1];
}

void hsvc__arm_presence(struct hsvc__device *dev) {
    int64_t due = 0;
    for (uint32_t i = 0; i < dev->present_count; i++) {
        const struct hsvc__present *one = &dev->presents[i];
        if (one->flags & HSVC__WAITS && (due == 0 || one->due_at < due)) due = one->due_at;
    }
    dev->presence_due = due;
    hsvc__touch(dev);
}

void hsvc__keep(struct hsvc__headset *headset) {
    headset->rec.present = 1;
    headset->rec.removed = 0;
    hsvc__touch(headset);
}

void hsvc__forget(struct hsvc__headset *headset) {
    hsvc__blank(headset);
    headset->rec.present = 0;
    headset->rec.removed = 1;
    hsvc__touch(headset);
}

/* What the audit wrote of it stands under its number, and goes on there. */
void hsvc__blank(struct hsvc__headset *headset) {
    struct hsvc__headset blank;
    memset(&blank, 0, sizeof blank);
    blank.rec = headset->rec;
    blank.serial = headset->serial;
    blank.number = headset->number;
    blank.audit_last = headset->audit_last;
    blank.audit_gone = headset->audit_gone;
    *headset = blank;
}

void hsvc__touch(void *record) { ((struct hsvc__record *)record)->dirty = HSVC__DIRTY | HSVC__UNAUDITED; }

uint64_t hsvc__next_id(struct hsvc__device *dev) {
    hsvc__touch(dev);
    return ++dev->sequence;
}
