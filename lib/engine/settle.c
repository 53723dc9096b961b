/* settle.c: what is due and what follows: the order of TIME-3 around an event. */
#include "rules/ask.h"

#define OPS_PER_REPORT 24u /* of a commit, at most: the headset, its owner, and the other devices where it was */

/* What a deadline's decision has for an input. */
static const hsvc_input no_input;

/* says_nothing: a report that the headset is where it is, by a handle that is known. */
static int says_nothing(struct hsvc__device *dev, const struct hsvc__report *report) {
    struct hsvc__present *here = hsvc__here(dev, report->serial);
    if (here == NULL || here->flags & HSVC__NOT_CERTAIN) return !report->here && here == NULL;
    if (!report->here || (report->handle != 0 && hsvc__plugged(dev, report->handle) != here)) return 0;
    here->event_at = report->at;
    return 1;
}

static void judge_report(struct hsvc__turn *t, struct hsvc__device *dev, const struct hsvc__report *report) {
    if (says_nothing(dev, report)) return;
    memset(&t->verdict, 0, sizeof t->verdict);
    t->dev = dev;
    t->headset = hsvc__headset_of(t, report->serial);
    t->at = report->at;
    t->steps = 0;
    hsvc__run(t, HSVC__MACHINE_presence, report->here ? HSVC_EVENT_connected : HSVC_EVENT_disconnected, (int64_t)report->handle);
    if (t->verdict.reason != 0) hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, dev->name);
}

/* has_room: does one more firing surely fit into the commit? What is due by now and does not may wait for the next one: no store's
 * least commit is too small for a device (decision 163). */
static int has_room(const struct hsvc__txn *txn) { return hsvc__room_left(txn) >= HSVC_LIMIT_OPS_PER_COMMIT / 2; }

/* part_reports: the first `most` of the reports, and all others of their serials, to the front, in their order; how many. */
static uint32_t part_reports(struct hsvc__report *reports, uint32_t count, uint32_t most) {
    uint32_t taken = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct hsvc__report report = reports[i];
        int with = taken < most;
        for (uint32_t k = 0; k < taken && !with; k++) with = hsvc__fold_eq(reports[k].serial, report.serial);
        if (!with) continue;
        memmove(reports + taken + 1, reports + taken, (i - taken) * sizeof report);
        reports[taken++] = report;
    }
    return taken;
}

/* keep_held: of what was held so much is for the next commit; the hold is over then and not before. */
static void keep_held(struct hsvc__device *dev, const struct hsvc__report *rest, uint32_t count, int64_t at) {
    if (count == 0) return;
    memcpy(dev->reports, rest, count * sizeof *rest);
    dev->report_count = count;
    dev->flap_state = HSVC__flapping_HELD;
    dev->flap_due = at;
}

/* judge_held: what was reported while the device was held, now that it is not: each as an event of its own time; who came
 * first, so that nobody leaves who only has another handle (PRES-8). */
static void judge_held(struct hsvc__turn *t, struct hsvc__device *dev, int may_wait) {
    struct hsvc__report reports[HSVC_LIMIT_REPORTS_PER_HOLD];
    struct hsvc__verdict verdict = t->verdict;
    int64_t at = t->at;
    uint32_t all = dev->report_count, count = all;
    memcpy(reports, dev->reports, all * sizeof reports[0]);
    if (may_wait) count = part_reports(reports, all, hsvc__room_left(t->txn) / OPS_PER_REPORT);
    dev->report_count = 0;
    hsvc__drop_unreported(dev, reports, count);
    for (uint32_t here = 2; here-- > 0;)
        for (uint32_t i = 0; i < count; i++)
            if (reports[i].here == here) judge_report(t, dev, &reports[i]);
    keep_held(dev, reports + count, all - count, at);
    t->verdict = verdict; /* what the audit says of all that is the end of the hold */
    t->at = at;
    t->dev = dev;
}

/* ---- who is due first: a skew heap, which needs no room but its nodes ---- */
struct hsvc__late {
    int64_t due;
    int64_t armed;
    struct hsvc__slot *slot;
    struct hsvc__late *left;
    struct hsvc__late *right;
};

/* is_sooner: by the time; of one moment what was armed first; of what one decision armed, the device that was named first. */
static int is_sooner(const struct hsvc__late *a, const struct hsvc__late *b) {
    if (a->due != b->due && !HSVC__MUTANT(phone_by_phone)) return a->due < b->due;
    if (a->armed != b->armed && !HSVC__MUTANT(phone_by_phone)) return a->armed < b->armed;
    return a->slot->number < b->slot->number;
}

/* meld: one queue of two; of one of its nodes' two sides without the node. */
static struct hsvc__late *meld(struct hsvc__late *a, struct hsvc__late *b) {
    struct hsvc__late *first = NULL, **to = &first;
    while (a != NULL && b != NULL) {
        struct hsvc__late *sooner = is_sooner(b, a) ? b : a;
        b = sooner == b ? a : b;
        a = sooner->right;
        sooner->right = sooner->left;
        *to = sooner;
        to = &sooner->left;
    }
    *to = a != NULL ? a : b;
    return first;
}

static struct hsvc__device *device_at(struct hsvc__txn *txn, struct hsvc__slot *slot) {
    return (struct hsvc__device *)(slot->record != NULL ? slot->record : hsvc__txn_record(txn, slot));
}

/* due_of: when the device of a slot is due. */
static int64_t due_of(struct hsvc__txn *txn, struct hsvc__slot *slot, uint32_t *timer) {
    const struct hsvc__device *dev = device_at(txn, slot);
    return dev->rec.present ? hsvc__earliest(dev, timer) : HSVC_NEVER;
}

/* line_up: a device stands in the queue for its earliest timer. What has become later since moves back when its turn comes. */
static void line_up(struct hsvc__txn *txn, struct hsvc__slot *slot) {
    uint32_t timer = 0;
    int64_t due = due_of(txn, slot, &timer);
    struct hsvc__late *late;
    if (due >= txn->horizon || (slot->late != NULL && due >= slot->late->due)) return;
    late = (struct hsvc__late *)hsvc__arena_take(&txn->work, sizeof *late);
    if (late == NULL) {
        txn->status = HSVC_ERR_MEMORY;
        return;
    }
    memset(late, 0, sizeof *late);
    late->due = due;
    late->armed = hsvc__armed_at((const struct hsvc__device *)slot->record, timer);
    late->slot = slot;
    slot->late = late;
    txn->late = meld(txn->late, late);
}

/* next_slot: the slot of a device after this one, of the first for NULL; `used`: by this decision. Others were read ahead: their
 * deadlines count too (TIME-3). */
static struct hsvc__slot *next_slot(const struct hsvc__txn *txn, const struct hsvc__slot *after, int used) {
    struct hsvc__slot *slot = after == NULL ? txn->slots : after->next;
    while (slot != NULL && (slot->family != HSVC__FAMILY_DEVICE || !slot->known || (used && !slot->used))) slot = slot->next;
    return slot;
}

static void line_up_all(struct hsvc__txn *txn, int used) {
    for (struct hsvc__slot *slot = next_slot(txn, NULL, used); slot != NULL; slot = next_slot(txn, slot, used)) line_up(txn, slot);
}

/* queue_up: a new queue, of all that is due before the horizon. */
static void queue_up(struct hsvc__txn *txn, int64_t horizon, int used) {
    txn->late = NULL;
    txn->horizon = horizon;
    for (struct hsvc__slot *slot = next_slot(txn, NULL, 0); slot != NULL; slot = next_slot(txn, slot, 0)) slot->late = NULL;
    line_up_all(txn, used);
}

/* is_so: does a device stand in the queue as it is now? */
static int is_so(struct hsvc__txn *txn, const struct hsvc__late *late) {
    uint32_t timer = 0;
    return due_of(txn, late->slot, &timer) == late->due && hsvc__armed_at((const struct hsvc__device *)late->slot->record, timer) == late->armed;
}

/* next_late: who is due first, if that is before a time; NULL if nobody is. */
static struct hsvc__slot *next_late(struct hsvc__txn *txn, int64_t before) {
    while (txn->late != NULL && txn->late->due < before) {
        struct hsvc__slot *slot = txn->late->slot;
        int stands = slot->late == txn->late; /* else it was fired, or stands further in front */
        if (stands && is_so(txn, txn->late)) return slot;
        txn->late = meld(txn->late->left, txn->late->right);
        if (!stands) continue;
        slot->late = NULL;
        line_up(txn, slot);
    }
    return NULL;
}

/* is_any_late: is any device due before a time? Most often none is. */
static int is_any_late(struct hsvc__txn *txn, int64_t before, int used) {
    for (struct hsvc__slot *slot = next_slot(txn, NULL, used); slot != NULL; slot = next_slot(txn, slot, used))
        if (due_of(txn, slot, NULL) < before) return 1;
    return 0;
}

/* hsvc__step_over: where there are many records a step looks at its own alone, which may be due at another time now. */
void hsvc__step_over(struct hsvc__txn *txn) {
    for (struct hsvc__slot *slot = txn->near; slot != NULL; slot = slot->next_near)
        if (slot->family == HSVC__FAMILY_DEVICE) line_up(txn, slot);
    hsvc__txn_far(txn);
}

/* ---- firing ---- */
/* fire: a device's earliest deadline, with a verdict. */
static void fire(struct hsvc__turn *t, struct hsvc__device *dev, int may_wait) {
    struct hsvc__about about = {dev, &t->txn->nobody.headset, NULL, &dev->rec, 0};
    uint32_t timer = 0;
    memset(&t->verdict, 0, sizeof t->verdict);
    t->in = &no_input;
    t->index = HSVC_NO_INPUT;
    t->at = hsvc__earliest(dev, &timer);
    t->steps = 0;
    if (hsvc__is_late(t->engine, t->at) && !dev->rec.clocked) t->txn->clocked += dev->rec.clocked = 1;
    about.headset = hsvc__headset_of(t, dev->prompt_serial);
    hsvc__fire(t, dev, timer);
    if (t->verdict.reason != 0) hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, dev->name);
    if (dev->report_count != 0 && !hsvc__flaps(dev)) judge_held(t, dev, may_wait);
    hsvc__audit_step(t, &about);
}

/* fire_queue: in order, whosever they are; before an input all of them, at a decision's end as many as fit. */
static void fire_queue(struct hsvc__turn *t, int64_t before, int used) {
    struct hsvc__txn *txn = t->txn;
    struct hsvc__slot *slot;
    struct hsvc__turn keep = *t;
    int may_wait = before > t->now;
    txn->runs++;
    while (txn->status == HSVC_OK && txn->missing == 0 && (slot = next_late(txn, before)) != NULL) {
        if (may_wait && !has_room(txn)) break;
        slot->late = NULL;
        slot->firings = slot->run == txn->runs ? slot->firings + 1 : 1;
        slot->run = txn->runs;
        if (slot->firings > HSVC_LIMIT_FIRINGS) continue;
        fire(t, hsvc__device_of(t, slot->name), may_wait);
        if (txn->table == NULL) line_up_all(txn, used);
    }
    keep.raised = t->raised;
    keep.taken = t->taken;
    *t = keep;
}

/* hsvc__fire_all: what is due before a time; 1 if anything was. Firing uses a record. Of many records the queue stays from input to
 * input, with all that is ever due: they are too many to be looked at each time. */
int hsvc__fire_all(struct hsvc__turn *t, int64_t before, int used) {
    struct hsvc__txn *txn = t->txn;
    int stays = txn->table != NULL && !used;
    if (!stays && !is_any_late(txn, before, used)) return 0;
    if (!stays || txn->horizon != HSVC_NEVER) queue_up(txn, stays ? HSVC_NEVER : before, used);
    if (next_late(txn, before) == NULL) return 0;
    fire_queue(t, before, used);
    return 1;
}

/* follow_up: what follows from a device's record, each with a verdict where it decides something. */
static void follow_up(struct hsvc__turn *t, struct hsvc__device *dev) {
    uint32_t index = t->index;
    int more = 1;
    struct hsvc__about about = {dev, &t->txn->nobody.headset, NULL, NULL, 0};
    for (int which = 0; more && t->txn->status == HSVC_OK && t->txn->missing == 0; which++) {
        t->steps = 0;
        memset(&t->verdict, 0, sizeof t->verdict);
        more = hsvc__follow_up(t, dev, which);
        hsvc__audit_step(t, &about);
        t->index = HSVC_NO_INPUT;
        if (t->verdict.reason != 0) hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, dev->name);
        t->index = index;
    }
}

/* hsvc__settle: what is due by now of all that was read, and then what follows from the records (decision 177), until nothing more
 * follows: each countdown of 0 s that another arms is one round more. What is due after so many is left to the next advance. */
#define ROUNDS 16
void hsvc__settle(struct hsvc__turn *t) {
    t->in = &no_input;
    hsvc__inform_doubted(t);
    for (int i = 0; i < ROUNDS; i++) {
        int due = 0;
        (void)hsvc__fire_all(t, t->now + 1, HSVC__MUTANT(read_is_not_due));
        for (struct hsvc__slot *slot = next_slot(t->txn, NULL, 1); slot != NULL; slot = next_slot(t->txn, slot, 1)) {
            struct hsvc__device *dev = device_at(t->txn, slot);
            t->at = t->now;
            if (!dev->rec.present) continue;
            if (dev->rec.dirty) follow_up(t, dev);
            due |= hsvc__earliest(dev, NULL) <= t->now;
        }
        if (!due || t->txn->status != HSVC_OK || t->txn->missing != 0 || !has_room(t->txn)) break;
    }
    if (t->txn->clocked != 0) hsvc__tell_clock(t);
}
