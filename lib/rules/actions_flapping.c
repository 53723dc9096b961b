/* actions_flapping.c: verbs about devices whose headsets come and go too often. While a device is held its
 * presence stays as it is; beside it stands what was reported: of each serial a row for every handle that is plugged, or
 * one row that says that it is gone. When the hold ends the engine runs them as events of their own times (PRES-8). */
#include "rules/ask.h"

/* ---- counting ---- */
static int64_t window(struct hsvc__turn *t) { return hsvc__value(t, HSVC_PARAM_FLAP_WINDOW, t->dev, NULL, NULL); }

/* next_count: what the count becomes with this connect; it begins anew flap_window after its first one. */
static uint32_t next_count(struct hsvc__turn *t) {
    const struct hsvc__device *dev = t->dev;
    if (dev->flap_connects == 0 || t->at < dev->flap_at || t->at - dev->flap_at > window(t)) return 1;
    return dev->flap_connects + 1;
}

int hsvc__is_input_is_counted(struct hsvc__turn *t) { return t->in->kind == 0 || t->flap_counted; }

int hsvc__is_connects_are_too_many(struct hsvc__turn *t) {
    return !HSVC__MUTANT(flaps_uncounted) && next_count(t) >= hsvc__value(t, HSVC_PARAM_FLAP_CONNECTS, t->dev, NULL, NULL);
}

void hsvc__do_count_connect(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->flap_counted = 1;
    t->dev->flap_connects = next_count(t);
    if (t->dev->flap_connects == 1) t->dev->flap_at = t->at;
    hsvc__touch(t->dev);
}

/* ---- the hold ---- */
void hsvc__do_begin_flap_hold(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->flap_at = t->at;
    t->dev->flap_held = 0;
    t->dev->flap_due = t->at + window(t);
    t->engine->tally.flaps++;
}

/* It ends when nothing was reported for flap_window, but not later than it may: then the last report counts all the same. */
void hsvc__do_prolong_flap_hold(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    int64_t length = window(t), due = t->at + length, last = dev->flap_at + HSVC_LIMIT_FLAP_HOLD * length;
    (void)arg;
    if (due > last) due = last;
    if (due > dev->flap_due) dev->flap_due = due;
    hsvc__touch(dev);
}

void hsvc__do_end_flap_hold(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->flap_due = 0;
    t->dev->flap_connects = 0;
    hsvc__touch(t->dev);
}

/* ---- what is held ---- */
static void add_report(struct hsvc__turn *t, hsvc__str serial, uint64_t handle, int here) {
    struct hsvc__report *report = &t->dev->reports[t->dev->report_count];
    if (HSVC__BUG(t->dev->report_count == HSVC_LIMIT_REPORTS_PER_HOLD)) {
        t->txn->status = HSVC_ERR_BUG;
        return;
    }
    t->dev->report_count++;
    report->serial = serial;
    report->handle = handle;
    report->at = t->at;
    report->here = here ? 1 : 0;
}

/* note_serial: what is known of a serial from before the hold, once it is reported in it. */
static void note_serial(struct hsvc__turn *t, hsvc__str serial) {
    const struct hsvc__device *dev = t->dev;
    const struct hsvc__present *here = hsvc__here(t->dev, serial);
    uint32_t count = dev->report_count;
    if (here == NULL || here->flags & HSVC__NOT_HERE || hsvc__report_of(dev, serial) != NULL) return;
    for (uint32_t i = 0; i < dev->plug_count; i++)
        if (&dev->presents[dev->handles[i].of] == here) add_report(t, serial, dev->handles[i].handle, 1);
    if (dev->report_count == count) add_report(t, serial, 0, 1);
}

/* drop_reports: of a serial those of one handle, or all (any). How many rows of the serial remain. */
static uint32_t drop_reports(struct hsvc__device *dev, hsvc__str serial, uint64_t handle, int any) {
    uint32_t kept = 0, left = 0;
    for (uint32_t i = 0; i < dev->report_count; i++) {
        int its = hsvc__fold_eq(dev->reports[i].serial, serial);
        if (its && (any || dev->reports[i].handle == handle)) continue;
        left += its ? 1 : 0;
        dev->reports[kept++] = dev->reports[i];
    }
    dev->report_count = kept;
    return left;
}

/* Who is let in has said the newest: what was held of it before is no later report. */
void hsvc__do_forget_reports(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    (void)drop_reports(t->dev, t->headset->serial, 0, 1);
    hsvc__touch(t->dev);
}

/* lose_handle: another serial had this handle until now (PRES-4). */
static void lose_handle(struct hsvc__turn *t, uint64_t handle) {
    hsvc__str loser = hsvc__handles_serial(t->dev, handle);
    if (loser.n == 0 || hsvc__fold_eq(loser, t->headset->serial)) return;
    note_serial(t, loser);
    if (drop_reports(t->dev, loser, handle, 0) == 0) add_report(t, loser, 0, 0);
}

/* forget_gone: who was not here before the hold, came and went, is nobody; there is room for others. */
static void forget_gone(struct hsvc__device *dev) {
    uint32_t kept = 0;
    if (dev->report_count < HSVC_LIMIT_PRESENCE_PER_DEVICE) return;
    for (uint32_t i = 0; i < dev->report_count; i++)
        if (dev->reports[i].here || hsvc__here(dev, dev->reports[i].serial) != NULL) dev->reports[kept++] = dev->reports[i];
    dev->report_count = kept;
}

static void note_time(struct hsvc__turn *t) {
    for (uint32_t i = 0; i < t->dev->report_count; i++)
        if (hsvc__fold_eq(t->dev->reports[i].serial, t->headset->serial)) t->dev->reports[i].at = t->at;
    t->dev->flap_held++;
    t->engine->tally.held_inputs++;
    hsvc__do_prolong_flap_hold(t, 0);
}

/* As with presence, a serial that has a handle does not count without one as well. */
void hsvc__do_hold_connect(struct hsvc__turn *t, int64_t arg) {
    uint64_t handle = (uint64_t)t->arg;
    hsvc__str serial = t->headset->serial;
    const struct hsvc__report *known;
    (void)arg;
    forget_gone(t->dev);
    note_serial(t, serial);
    lose_handle(t, handle);
    known = hsvc__report_of(t->dev, serial);
    if (handle != 0 || (known != NULL && !known->here)) (void)drop_reports(t->dev, serial, 0, 0);
    if (handle != 0) (void)drop_reports(t->dev, serial, handle, 0);
    if (handle != 0 || hsvc__report_of(t->dev, serial) == NULL) add_report(t, serial, handle, 1);
    note_time(t);
}

void hsvc__do_hold_disconnect(struct hsvc__turn *t, int64_t arg) {
    hsvc__str serial = t->headset->serial;
    (void)arg;
    note_serial(t, serial);
    if (t->arg != 0) (void)drop_reports(t->dev, serial, 0, 0);
    if (drop_reports(t->dev, serial, (uint64_t)t->arg, t->arg == 0) == 0) add_report(t, serial, 0, 0);
    note_time(t);
}

/* ---- the end ---- */
static int is_reported(const struct hsvc__report *reports, uint32_t count, uint64_t handle, hsvc__str serial) {
    for (uint32_t i = 0; i < count; i++)
        if (reports[i].handle == handle && hsvc__fold_eq(reports[i].serial, serial)) return 1;
    return 0;
}

static int is_here(const struct hsvc__report *reports, uint32_t count, hsvc__str serial) {
    for (uint32_t i = 0; i < count; i++)
        if (reports[i].here && hsvc__fold_eq(reports[i].serial, serial)) return 1;
    return 0;
}

void hsvc__drop_unreported(struct hsvc__device *dev, const struct hsvc__report *reports, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < dev->plug_count; i++) {
        hsvc__str serial = dev->presents[dev->handles[i].of].serial;
        int lost = is_here(reports, count, serial) && !is_reported(reports, count, dev->handles[i].handle, serial);
        if (!lost) dev->handles[kept++] = dev->handles[i];
    }
    dev->plug_count = kept;
    hsvc__touch(dev);
}
