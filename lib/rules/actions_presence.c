/* actions_presence.c: verbs that change who and what is at a device: headsets, handles, calls. */
#include "rules/ask.h"

static struct hsvc__present *here(struct hsvc__turn *t) { return hsvc__here(t->dev, t->headset->serial); }

/* ---- the headset's own record: where it is, and its inventory (INV-2) ---- */
static void take_text(hsvc__str *to, hsvc__str from) {
    if (from.n != 0) *to = from;
}

/* begin_update: an update that is known goes on; its bound does not move (ASSOC-10). */
static void begin_update(struct hsvc__turn *t) {
    if (t->headset->updating_until > t->at) return;
    t->headset->updating_at = t->now;
    t->headset->updating_until = t->now + hsvc__value(t, HSVC_PARAM_UPDATE_MAX, NULL, NULL, NULL);
    t->headset->rearmed = 0;
}

static void note_attributes(struct hsvc__turn *t) {
    struct hsvc__headset *h = t->headset;
    if (HSVC__MUTANT(inventory_not_kept)) return;
    if (h->first_seen_at == 0) h->first_seen_at = t->at; /* associated before it was ever seen, or deleted since */
    hsvc__keep(h);
    if (t->in->kind != HSVC_INPUT_HEADSET_CONNECTED) return;
    take_text(&h->vendor, INPUT(t, vendor));
    take_text(&h->model, INPUT(t, model));
    take_text(&h->firmware, INPUT(t, firmware));
    take_text(&h->dock, INPUT(t, dock));
    take_text(&h->headset_template, INPUT(t, headset_template));
    if (t->in->state != 0) h->type = t->in->state;
    if (t->in->flags & HSVC_FLAG_UPDATING) begin_update(t);
    else h->updating_until = 0;
    h->inventory_only = (t->in->flags & HSVC_FLAG_INVENTORY_ONLY) != 0;
    if (!h->inventory_only) h->counted = 0;
}

void hsvc__do_note_inventory(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    note_attributes(t);
    if (t->headset->connected) return; /* where a usable report has it is not for this one to say */
    if (t->at < t->headset->last_connected_at || t->at < t->headset->status_since_at) return; /* late: what is known is newer (INV-2) */
    if (!t->headset->counted) t->headset->status_since_at = t->at;
    t->headset->counted = 1;
    t->headset->device = t->dev->name;
    t->headset->last_connected_at = t->at;
}

void hsvc__do_note_inventory_gone(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->headset->counted = 0;
    t->headset->status_since_at = t->at;
    hsvc__touch(t->headset);
}

void hsvc__do_note_connected(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__headset *h = t->headset;
    (void)arg;
    note_attributes(t);
    hsvc__add_place(t, 1);
    h->handle = (uint64_t)t->arg;
    h->last_connected_at = t->at;
    h->status_since_at = t->at;
    h->event_at = t->at;
}

/* Reported late: the newer report from elsewhere stands (PRES-7). */
void hsvc__do_note_older(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    note_attributes(t);
    hsvc__add_place(t, 0);
}

/* ---- presence ---- */
/* free_handle: an older report of this connection has lost its meaning, whoever it was about. */
static void free_handle(struct hsvc__device *dev, uint64_t handle) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < dev->plug_count; i++)
        if (dev->handles[i].handle != handle) dev->handles[kept++] = dev->handles[i];
    dev->plug_count = kept;
}

static void add_handle(struct hsvc__turn *t, const struct hsvc__present *entry) {
    struct hsvc__plug *plug;
    if (t->arg == 0) return;
    free_handle(t->dev, (uint64_t)t->arg);
    if (t->dev->plug_count == HSVC_LIMIT_PRESENCE_PER_DEVICE) return;
    plug = &t->dev->handles[t->dev->plug_count];
    plug->handle = (uint64_t)t->arg;
    plug->of = (uint32_t)(entry - t->dev->presents);
    t->dev->plug_count++;
    hsvc__touch(t->dev);
}

void hsvc__do_add_present(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__present *entry = &t->dev->presents[t->dev->present_count];
    (void)arg;
    if (HSVC__BUG(t->dev->present_count == HSVC_LIMIT_PRESENCE_PER_DEVICE)) {
        t->txn->status = HSVC_ERR_BUG;
        return;
    }
    t->dev->present_count++;
    memset(entry, 0, sizeof *entry);
    entry->serial = t->headset->serial;
    if (HSVC__MUTANT(owner_by_use) && t->headset->owner.n == 0) t->headset->owner = t->dev->user;
    entry->owner = t->headset->owner;
    entry->since_at = t->at;
    entry->event_at = t->at;
    hsvc__touch(t->dev);
    add_handle(t, entry);
}

void hsvc__do_add_handle(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    add_handle(t, here(t));
}

void hsvc__do_take_handle(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    if (hsvc__plugged(t->dev, (uint64_t)t->arg) != here(t)) add_handle(t, here(t));
}

void hsvc__do_note_event(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    here(t)->event_at = t->at;
    hsvc__touch(t->dev);
}

/* It never left: it has its handle, its turn if it had one, and is the newest report of its serial (PRES-1, PRES-7). */
void hsvc__do_come_back(struct hsvc__turn *t, int64_t arg) {
    hsvc__do_take_handle(t, arg);
    hsvc__do_note_event(t, arg);
    if (!hsvc__fold_eq(t->headset->device, t->dev->name)) hsvc__add_place(t, !hsvc__is_newer_is_elsewhere(t));
}

void hsvc__do_keep_turn(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    here(t)->flags |= HSVC__FRESH_CAME;
    hsvc__touch(t->dev);
}

/* drop_plugs: removes one handle of an entry, or all (handle 0). */
static void drop_plugs(struct hsvc__device *dev, uint32_t entry, uint64_t handle) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < dev->plug_count; i++) {
        int drop = dev->handles[i].of == entry && (handle == 0 || dev->handles[i].handle == handle);
        if (!drop) dev->handles[kept++] = dev->handles[i];
    }
    dev->plug_count = kept;
    hsvc__touch(dev);
}

void hsvc__do_drop_handle(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    drop_plugs(t->dev, (uint32_t)(here(t) - t->dev->presents), (uint64_t)t->arg);
}

static void remove_entry(struct hsvc__device *dev, uint32_t entry) {
    drop_plugs(dev, entry, 0);
    dev->present_count--;
    memmove(&dev->presents[entry], &dev->presents[entry + 1], (dev->present_count - entry) * sizeof dev->presents[0]);
    for (uint32_t i = 0; i < dev->plug_count; i++)
        if (dev->handles[i].of > entry) dev->handles[i].of--;
    hsvc__arm_presence(dev);
}

static void leave(struct hsvc__turn *t, int64_t left_at) {
    struct hsvc__headset *h = t->headset;
    remove_entry(t->dev, (uint32_t)(here(t) - t->dev->presents));
    if (hsvc__drop_place(t) != 0) return; /* it is at another device */
    h->handle = 0;
    h->status_since_at = left_at;
    h->event_at = left_at;
    h->rec.present = 1;
}
void hsvc__do_note_disconnected(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    leave(t, t->at);
}
/* It left before this was certain: when it was reported last. */
void hsvc__do_note_gone(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    leave(t, here(t)->event_at);
}

/* spend: the headset has had its turn (PRES-2). */
static void spend(struct hsvc__device *dev, hsvc__str serial) {
    struct hsvc__present *entry = hsvc__here(dev, serial);
    if (entry == NULL) return;
    entry->flags &= ~(HSVC__FRESH | HSVC__FRESH_CAME);
    hsvc__touch(dev);
}
void hsvc__do_spend(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    spend(t->dev, t->headset->serial);
}
void hsvc__do_spend_prompts_headset(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    spend(t->dev, t->dev->prompt_serial);
}

void hsvc__give_turn(struct hsvc__present *entry) {
    entry->flags |= entry->flags & HSVC__NOT_CERTAIN ? HSVC__FRESH_CAME : HSVC__FRESH;
}
void hsvc__do_freshen(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__present *entry = here(t);
    (void)arg;
    if (entry == NULL) return;
    entry->owner = t->headset->owner; /* the sweep of a removed user may be on its way here (USER-2) */
    hsvc__give_turn(entry);
    hsvc__touch(t->dev);
}
void hsvc__do_forgive_attempts(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__present *entry = here(t);
    (void)arg;
    if (entry != NULL) entry->attempts = 0;
    hsvc__touch(t->dev);
}
void hsvc__do_count_attempt(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__present *entry = here(t);
    (void)arg;
    if (entry != NULL) entry->attempts++;
    hsvc__touch(t->dev);
}
/* The next headset has its turn in a decision of its own: one decision reads only so many records. */
void hsvc__do_offer_next(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->offer_due = t->now + 1;
    t->dev->rec.refused = 1;
    hsvc__touch(t->dev);
}
void hsvc__do_offer_nobody(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->offer_due = 0;
    hsvc__touch(t->dev);
}
void hsvc__do_pick_newest(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->headset = hsvc__headset_of(t, hsvc__newest_fresh(t)->serial);
}

/* The device has settled: everything that was reported gone and did not return is judged (SIGN-5). */
void hsvc__do_judge(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->settlings = 0;
    for (uint32_t i = 0; i < t->dev->present_count; i++)
        if (t->dev->presents[i].flags & HSVC__GONE)
            hsvc__raise_event(t, HSVC__MACHINE_presence, HSVC_EVENT_judged, 0, t->dev,
                              hsvc__headset_of(t, t->dev->presents[i].serial), t->user);
}

void hsvc__do_set_updating(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    begin_update(t);
    hsvc__touch(t->headset);
}
void hsvc__do_clear_updating(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->headset->updating_until = 0;
    take_text(&t->headset->firmware, INPUT(t, firmware));
    hsvc__touch(t->headset);
}
