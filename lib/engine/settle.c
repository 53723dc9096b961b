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

/* fire_before: fires a device's deadlines below a time, in order, each with a verdict; before an input all of them, at a decision's
 * end as many as fit. */
static void fire_before(struct hsvc__turn *t, struct hsvc__device *dev, int64_t before) {
    int may_wait = before > t->now;
    struct hsvc__turn keep = *t;
    struct hsvc__about about = {dev, &t->txn->nobody.headset, NULL, &dev->rec, 0};
    for (int i = 0; i < HSVC_LIMIT_FIRINGS && t->txn->status == HSVC_OK && t->txn->missing == 0; i++) {
        uint32_t timer = 0;
        int64_t due = hsvc__earliest(dev, &timer);
        if (due >= before || (may_wait && !has_room(t->txn))) break;
        memset(&t->verdict, 0, sizeof t->verdict);
        t->in = &no_input;
        t->index = HSVC_NO_INPUT;
        t->at = due;
        t->steps = 0;
        if (hsvc__is_late(t->engine, due) && !dev->rec.clocked) t->txn->clocked += dev->rec.clocked = 1;
        about.headset = hsvc__headset_of(t, dev->prompt_serial);
        hsvc__fire(t, dev, timer);
        if (t->verdict.reason != 0) hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, dev->name);
        if (dev->report_count != 0 && !hsvc__flaps(dev)) judge_held(t, dev, may_wait);
        hsvc__audit_step(t, &about);
    }
    keep.raised = t->raised;
    keep.taken = t->taken;
    *t = keep;
}

/* each_device: the devices that exist among the records of this call, after slot *at, NULL for the first; `used`: by this
 * decision. Others were read ahead: their deadlines count too (TIME-3). */
static struct hsvc__device *each_device(struct hsvc__txn *txn, struct hsvc__slot **at, int used) {
    struct hsvc__slot *slot = *at == NULL ? txn->slots : (*at)->next;
    for (; slot != NULL; slot = slot->next) {
        struct hsvc__device *dev;
        *at = slot;
        if (slot->family != HSVC__FAMILY_DEVICE || !slot->known || (used && !slot->used)) continue;
        dev = (struct hsvc__device *)hsvc__txn_record(txn, slot);
        if (dev->rec.present) return dev;
    }
    return NULL;
}

/* hsvc__step_over: where there are many records each input looks at its own alone: of the others' devices it is known when
 * the first timer is due. */
void hsvc__step_over(struct hsvc__txn *txn) {
    for (struct hsvc__slot *slot = txn->near; slot != NULL; slot = slot->next_near) {
        struct hsvc__device *dev = slot->family == HSVC__FAMILY_DEVICE ? (struct hsvc__device *)slot->record : NULL;
        int64_t due = dev == NULL ? HSVC_NEVER : hsvc__earliest(dev, NULL); /* NULL too where memory was out */
        if (due < txn->soonest) txn->soonest = due;
    }
    hsvc__txn_far(txn);
}

/* hsvc__fire_all: the deadlines of every device that the call knows; 1 if any fired. Firing one makes its record used. */
int hsvc__fire_all(struct hsvc__turn *t, int64_t before, int used) {
    struct hsvc__slot *at = NULL;
    int64_t soonest = HSVC_NEVER;
    int fired = 0;
    struct hsvc__device *dev;
    if (t->txn->calm && !used && before <= t->txn->soonest) return 0;
    if (!used) t->txn->soonest = HSVC_NEVER; /* what is fired may arm more: hsvc__step_over */
    while ((dev = each_device(t->txn, &at, used)) != NULL) {
        int64_t due = hsvc__earliest(dev, NULL);
        if (due < before) {
            fire_before(t, hsvc__device_of(t, dev->name), before);
            due = hsvc__earliest(dev, NULL);
            fired = 1;
        }
        if (due < soonest) soonest = due;
    }
    if (t->txn->table == NULL || used) return fired;
    if (soonest < t->txn->soonest) t->txn->soonest = soonest;
    t->txn->calm = 1;
    return fired;
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
        struct hsvc__slot *at = NULL;
        int due = 0;
        struct hsvc__device *dev;
        (void)hsvc__fire_all(t, t->now + 1, HSVC__MUTANT(read_is_not_due));
        while ((dev = each_device(t->txn, &at, 1)) != NULL) {
            t->at = t->now;
            if (dev->rec.dirty) follow_up(t, dev);
            due |= hsvc__earliest(dev, NULL) <= t->now;
        }
        if (!due || t->txn->status != HSVC_OK || t->txn->missing != 0 || !has_room(t->txn)) break;
    }
    if (t->txn->clocked != 0) hsvc__tell_clock(t);
}
