/* actions_places.c: verbs about a serial that several devices report, and about entries of a presence that wait to be
 * judged. Every device that lists a serial is named in the headset's record, so that each change of the headset reaches
 * all of them in one commit (PRES-7, ASSOC-7). */
#include "rules/ask.h"

/* ---- the headset's places: `device` is the newest, `others` the rest, oldest first ---- */
static void remove_other(struct hsvc__headset *h, hsvc__str name) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < h->other_list.count; i++)
        if (!hsvc__fold_eq(h->other_list.at[i], name)) h->other_list.at[kept++] = h->other_list.at[i];
    h->other_list.count = kept;
}

static void insert_other(struct hsvc__turn *t, hsvc__str name, uint32_t at) {
    struct hsvc__texts *list = &t->headset->other_list;
    if (HSVC__BUG(list->count == HSVC_LIMIT_PLACES_PER_SERIAL - 1)) {
        t->txn->status = HSVC_ERR_BUG;
        return;
    }
    memmove(&list->at[at + 1], &list->at[at], (list->count - at) * sizeof list->at[0]);
    list->at[at] = name;
    list->count++;
}

void hsvc__add_place(struct hsvc__turn *t, int newest) {
    struct hsvc__headset *h = t->headset;
    hsvc__str name = t->dev->name;
    hsvc__touch(h);
    remove_other(h, name);
    if (!newest) {
        insert_other(t, name, 0);
        return;
    }
    if (h->connected && !hsvc__fold_eq(h->device, name)) insert_other(t, h->device, h->other_list.count);
    h->device = name;
    h->connected = 1;
}

uint32_t hsvc__drop_place(struct hsvc__turn *t) {
    struct hsvc__headset *h = t->headset;
    hsvc__touch(h);
    remove_other(h, t->dev->name);
    if (!hsvc__fold_eq(h->device, t->dev->name)) return hsvc__place_count(h);
    h->connected = h->other_list.count != 0;
    if (h->connected) h->device = h->other_list.at[--h->other_list.count];
    return hsvc__place_count(h);
}

/* ---- telling them ---- */
static void raise_at(struct hsvc__turn *t, uint32_t machine, int64_t event, const struct hsvc__device *but) {
    for (uint32_t i = 0; i < hsvc__place_count(t->headset); i++) {
        struct hsvc__device *dev = hsvc__device_of(t, hsvc__place(t->headset, i));
        if (dev != but) hsvc__raise_event(t, machine, (uint32_t)event, 0, dev, t->headset, t->user);
    }
}
void hsvc__do_raise_presence_everywhere(struct hsvc__turn *t, int64_t event) {
    raise_at(t, HSVC__MACHINE_presence, event, NULL);
}
void hsvc__do_raise_presence_elsewhere(struct hsvc__turn *t, int64_t event) {
    raise_at(t, HSVC__MACHINE_presence, event, t->dev);
}
void hsvc__do_raise_session_everywhere(struct hsvc__turn *t, int64_t event) {
    raise_at(t, HSVC__MACHINE_session, event, NULL);
}

/* ---- waiting ---- */
/* last_seen: the newest report of the headset, whatever the device: since then it is gone here, if it is gone. */
static int64_t last_seen(struct hsvc__turn *t) {
    int64_t newest = t->at;
    for (uint32_t i = 0; i < hsvc__place_count(t->headset); i++) {
        struct hsvc__device *dev = hsvc__device_of(t, hsvc__place(t->headset, i));
        const struct hsvc__present *there = hsvc__here(dev, t->headset->serial);
        if (dev != t->dev && there != NULL && there->event_at > newest) newest = there->event_at;
    }
    return newest;
}

void hsvc__do_ask_presence(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__present *entry = hsvc__here(t->dev, t->headset->serial);
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_REPORT_PRESENCE, t->dev);
    (void)arg;
    entry->left_at = last_seen(t);
    entry->due_at = t->now + hsvc__value(t, HSVC_PARAM_VERIFY_TIMEOUT, NULL, NULL, NULL);
    entry->request = hsvc__next_id(t->dev);
    effect->request = entry->request;
    effect->due_ms = entry->due_at;
    effect->serial = entry->serial.p;
    effect->serial_len = entry->serial.n;
    if (HSVC__MUTANT(doubt_signs_out)) raise_at(t, HSVC__MACHINE_session, HSVC_EVENT_headset_left, NULL);
}

/* The device where it was waits for it, until the update is over. */
void hsvc__do_await_update(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__present *entry = hsvc__here(t->dev, t->headset->serial);
    (void)arg;
    entry->due_at = t->headset->updating_until;
    entry->left_at = 0;
    entry->request = 0;
}

/* waits_at_once: how many waits may end by this firing: all that the commit has room for, so that in most stores they end in one
 * moment with one entry; and some in any case, for what is due before an input is not left for later (decision 163). */
static uint32_t waits_at_once(const struct hsvc__txn *txn) {
    uint32_t fit = hsvc__room_left(txn) / (HSVC_LIMIT_OPS_PER_COMMIT / 2 / HSVC_LIMIT_WAITS_AT_ONCE);
    return fit < HSVC_LIMIT_WAITS_AT_ONCE ? HSVC_LIMIT_WAITS_AT_ONCE : fit;
}

void hsvc__do_end_waits(struct hsvc__turn *t, int64_t arg) {
    uint32_t over = 0, most = waits_at_once(t->txn);
    (void)arg;
    for (uint32_t i = 0; i < t->dev->present_count && over < most; i++) {
        const struct hsvc__present *one = &t->dev->presents[i];
        if (!(one->flags & HSVC__WAITS) || one->due_at > t->at) continue;
        hsvc__raise_event(t, HSVC__MACHINE_presence, HSVC_EVENT_wait_over, 0, t->dev, hsvc__headset_of(t, one->serial), t->user);
        over++;
    }
    hsvc__arm_presence(t->dev);
}

/* The window runs from when it left, not from when that became certain (PRES-7, TIME-2). */
void hsvc__do_tell_left(struct hsvc__turn *t, int64_t arg) {
    int64_t left_at = hsvc__here(t->dev, t->headset->serial)->left_at;
    (void)arg;
    hsvc__raise_event(t, HSVC__MACHINE_session, HSVC_EVENT_headset_left, left_at, t->dev, t->headset, t->user);
}

void hsvc__do_note_left(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__present *entry = hsvc__here(t->dev, t->headset->serial);
    (void)arg;
    entry->event_at = entry->left_at;
    hsvc__touch(t->dev);
}
