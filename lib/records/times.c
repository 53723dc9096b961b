/* times.c: the times in records, and what becomes of them when a clock was wrong (TIME-4).
 *
 * A deadline is (armed at, due): stored is the due time and the span between the two. A record also knows when it was
 * written last. So one comparison says that nothing in it is from the future, and only then is anything looked at. */
#include "records/record.h"

HSVC__TABLE int64_t hsvc__longest[HSVC__TIMERS] = {
#define TIMER(field, machine, event, most, rule, text) most,
#include "rules/timers.def"
#undef TIMER
};
/* The longest locks, updates and counts that the policy allows; parameters.def has them too, and a test compares. */
#define LOCK_MOST INT64_C(86400000)
#define UPDATE_MOST INT64_C(7200000)

/* spans_of: how long each timer was armed for, in the same order. */
static uint32_t *spans_of(struct hsvc__device *d) {
    return (uint32_t *)(void *)((uint8_t *)d + offsetof(struct hsvc__device, verify_due_span));
}

/* The times of a family stand together, from stamped_at on. */
#define TIMES_UNTIL(type, last) (uint32_t)((offsetof(struct type, last) - offsetof(struct type, stamped_at)) / 8 + 1)

static int all_sound(const void *first, uint32_t count) {
    const uint8_t *at = (const uint8_t *)first;
    uint64_t all = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t one;
        memcpy(&one, at + 8 * (size_t)i, 8);
        all |= one;
    }
    return all >> 48 == 0; /* HSVC_LIMIT_TIME is a little below */
}

static int sound_or_never(int64_t at) { return at == HSVC_NEVER || (uint64_t)at <= (uint64_t)HSVC_LIMIT_TIME; }

int hsvc__times_sound(const void *record, uint32_t family) {
    if (family == HSVC__FAMILY_DEVICE) {
        const struct hsvc__device *d = (const struct hsvc__device *)record;
        return all_sound(&d->stamped_at, TIMES_UNTIL(hsvc__device, deadline_at)) && sound_or_never(d->throttled_until);
    }
    if (family == HSVC__FAMILY_USER) {
        const struct hsvc__user *u = (const struct hsvc__user *)record;
        return all_sound(&u->stamped_at, TIMES_UNTIL(hsvc__user, locked_at)) && sound_or_never(u->locked_until);
    }
    if (family == HSVC__FAMILY_HEADSET)
        return all_sound(&((const struct hsvc__headset *)record)->stamped_at, TIMES_UNTIL(hsvc__headset, updating_until));
    return 1;
}

/* ---- mending ---- */
struct seen { /* by whom: its time, and the latest time that a right clock may have written */
    int64_t now;
    int64_t latest;
    uint32_t node;
};

static int is_after(int64_t at, const struct seen *s) { return at > s->latest; }

static void back_to_now(int64_t *at, const struct seen *s) {
    if (is_after(*at, s)) *at = s->now;
}

/* begin_anew: how long what was armed in the future still lasts: as long as it was armed for, but only once: with another
 * step back it would last for more than twice that. */
static int64_t begin_anew(int64_t span, int64_t most, uint32_t bit, uint32_t *rearmed) {
    if (*rearmed & bit && !HSVC__MUTANT(anew_for_ever)) return 0;
    *rearmed |= bit;
    return span < most ? span : most;
}

int hsvc__is_anothers_question(const struct hsvc__device *d, uint32_t node) {
    return d->calls_doubt_at != 0 && node != HSVC__ONLY_NODE && d->calls_asker != node;
}

/* begins_anew: not the host's time to answer about old calls, where another node has asked: that node alone can tell when it is over;
 * where it is this node's own it begins anew with each step back, for before it is over nobody has answered (decision 180). */
static int begins_anew(const struct hsvc__device *d, uint32_t i, int64_t armed_at, const struct seen *s) {
    return is_after(armed_at, s) && (i != HSVC__TIMER_calls_due || !hsvc__is_anothers_question(d, s->node));
}

static uint32_t once(const struct hsvc__device *d, uint32_t i) {
    return i == HSVC__TIMER_calls_due && d->calls_doubt_at != 0 ? 0 : 1u << i;
}

static void mend_timer(struct hsvc__device *d, uint32_t i, const struct seen *s) {
    int64_t *due = hsvc__timers(d) + i;
    uint32_t *span = spans_of(d) + i;
    if (*due == 0) return;
    if (begins_anew(d, i, *due - (int64_t)*span, s)) *span = (uint32_t)begin_anew(*span, hsvc__longest[i], once(d, i), &d->rearmed);
    else if (*due > s->latest + hsvc__longest[i]) *span = (uint32_t)hsvc__longest[i];
    else return;
    *due = s->now + (int64_t)*span;
}

/* mend_lock: of what has no timer: (at, until). */
static void mend_lock(int64_t *at, int64_t *until, int64_t most, uint32_t *rearmed, const struct seen *s) {
    if (HSVC__MUTANT(locks_run_on)) return;
    if (*until != 0 && *until != HSVC_NEVER) {
        if (is_after(*at, s)) *until = s->now + begin_anew(*until - *at, most, HSVC__REARMED_LOCK, rearmed);
        else if (*until > s->latest + most) *until = s->now + most;
    }
    back_to_now(at, s);
}

/* mend_count: failures count on from now; the second time they have lapsed. */
static void mend_count(int64_t *first_at, uint32_t *count, uint32_t *rearmed, const struct seen *s) {
    if (!is_after(*first_at, s) || HSVC__MUTANT(locks_run_on)) return;
    *first_at = s->now;
    if (*rearmed & HSVC__REARMED_FAILURES) *count = 0;
    *rearmed |= HSVC__REARMED_FAILURES;
}

/* move_waits: the entries that the timer of presence stands for go with it. */
static void move_waits(struct hsvc__device *d, int64_t by, const struct seen *s) {
    for (uint32_t i = 0; i < d->present_count; i++) {
        struct hsvc__present *one = &d->presents[i];
        back_to_now(&one->since_at, s);
        back_to_now(&one->event_at, s);
        back_to_now(&one->left_at, s);
        if (!(one->flags & HSVC__WAITS)) continue;
        one->due_at += by;
        if (one->due_at > d->presence_due + hsvc__longest[HSVC__TIMER_presence_due])
            one->due_at = d->presence_due + hsvc__longest[HSVC__TIMER_presence_due];
    }
}

/* keep_order: a warning comes before what it warns of, a window ends HSVC_LIMIT_WINDOW after it began at the latest. */
static void keep_order(struct hsvc__device *d) {
    int64_t end = d->window_due != 0 ? d->window_due : d->keep_due;
    if (d->warn_due > end) d->warn_due = end;
    if (d->max_warn_due > d->max_due) d->max_warn_due = d->max_due;
    if (d->window_due != 0 && d->window_due - d->window_at > HSVC_LIMIT_WINDOW) d->window_at = d->window_due - HSVC_LIMIT_WINDOW;
}

static void mend_device(struct hsvc__device *d, const struct seen *s) {
    int64_t waits = d->presence_due;
    for (uint32_t i = 0; i < HSVC__TIMERS; i++) mend_timer(d, i, s);
    mend_lock(&d->throttled_at, &d->throttled_until, LOCK_MOST, &d->rearmed, s);
    mend_count(&d->first_failure_at, &d->failures, &d->rearmed, s);
    move_waits(d, d->presence_due - waits, s);
    back_to_now(&d->signed_in_at, s);
    back_to_now(&d->window_at, s);
    back_to_now(&d->calls_doubt_at, s);
    back_to_now(&d->calls_lost_at, s);
    back_to_now(&d->flap_at, s);
    for (uint32_t i = 0; i < d->report_count; i++) back_to_now(&d->reports[i].at, s);
    for (uint32_t i = 0; i < d->call_count; i++) back_to_now(&d->calling[i].seen_at, s);
    keep_order(d);
}

static void mend_user(struct hsvc__user *u, const struct seen *s) {
    mend_lock(&u->locked_at, &u->locked_until, LOCK_MOST, &u->rearmed, s);
    mend_count(&u->first_failure_at, &u->failures, &u->rearmed, s);
}

static void mend_headset(struct hsvc__headset *h, const struct seen *s) {
    mend_lock(&h->updating_at, &h->updating_until, UPDATE_MOST, &h->rearmed, s);
    back_to_now(&h->event_at, s);
    back_to_now(&h->last_connected_at, s);
    back_to_now(&h->status_since_at, s);
}

/* is_too_far: does any timer lie further ahead than its kind ever does? */
static int is_too_far(struct hsvc__device *d, int64_t latest) {
    const int64_t *dues = hsvc__timers(d);
    int far = 0;
    for (uint32_t i = 0; i < HSVC__TIMERS; i++) far |= dues[i] > latest + hsvc__longest[i];
    return far;
}

static void mend(void *record, uint32_t family, const struct seen *s) {
    if (family == HSVC__FAMILY_DEVICE) mend_device((struct hsvc__device *)record, s);
    else if (family == HSVC__FAMILY_USER) mend_user((struct hsvc__user *)record, s);
    else mend_headset((struct hsvc__headset *)record, s);
}

/* is_question_ahead: others that saw the host's time to answer lie in their future have left it there, and written since: so the stamp
 * says nothing of it to the one that asked. */
static int is_question_ahead(const struct hsvc__device *d, const struct seen *s) {
    return d->calls_doubt_at != 0 && begins_anew(d, HSVC__TIMER_calls_due, d->calls_due - (int64_t)d->calls_due_span, s);
}

static int is_wrong(void *record, uint32_t family, const struct seen *s) {
    struct hsvc__device *d = (struct hsvc__device *)record;
    const struct hsvc__user *u = (const struct hsvc__user *)record;
    const struct hsvc__headset *h = (const struct hsvc__headset *)record;
    switch (family) {
        case HSVC__FAMILY_DEVICE: return is_after(d->stamped_at, s) || is_too_far(d, s->latest) || is_question_ahead(d, s);
        case HSVC__FAMILY_USER: return is_after(u->stamped_at, s);
        case HSVC__FAMILY_HEADSET: return is_after(h->stamped_at, s);
        default: return 0;
    }
}

int hsvc__times_mend(void *record, uint32_t family, int64_t now, int64_t latest, uint32_t node) {
    struct seen s = {now, latest, node};
    struct hsvc__device *d = (struct hsvc__device *)record;
    int wrong = !HSVC__MUTANT(stamps_believed) && is_wrong(record, family, &s);
    if (wrong) mend(record, family, &s);
    if (family == HSVC__FAMILY_DEVICE) memcpy(d->dues, hsvc__timers(d), sizeof d->dues);
    return wrong;
}

/* ---- writing ---- */
/* arm: the timers that this decision has set run from now. */
static int arm(struct hsvc__device *d, int64_t now) {
    uint32_t *spans = spans_of(d);
    const int64_t *dues = hsvc__timers(d);
    int armed = 0;
    if (memcmp(dues, d->dues, sizeof d->dues) == 0) return 0;
    for (uint32_t i = 0; i < HSVC__TIMERS; i++) {
        if (dues[i] == d->dues[i]) continue;
        spans[i] = dues[i] > now ? (uint32_t)(dues[i] - now) : 0;
        d->rearmed &= ~(1u << i);
        armed |= dues[i] != 0;
    }
    return armed;
}

int hsvc__times_stamp(void *record, uint32_t family, int64_t now) {
    if (family == HSVC__FAMILY_DEVICE) {
        struct hsvc__device *d = (struct hsvc__device *)record;
        d->stamped_at = now;
        return arm(d, now);
    }
    if (family == HSVC__FAMILY_USER) ((struct hsvc__user *)record)->stamped_at = now;
    if (family == HSVC__FAMILY_HEADSET) ((struct hsvc__headset *)record)->stamped_at = now;
    return 0;
}

int64_t hsvc__armed_at(const struct hsvc__device *dev, uint32_t timer) {
    struct hsvc__device *d = (struct hsvc__device *)(uintptr_t)dev;
    int64_t due = hsvc__timers(d)[timer];
    return due == d->dues[timer] ? due - (int64_t)spans_of(d)[timer] : due;
}

int hsvc__armed_before(const struct hsvc__device *dev, uint32_t a, uint32_t b) {
    return hsvc__armed_at(dev, a) < hsvc__armed_at(dev, b) && !HSVC__MUTANT(tie_by_table);
}

int64_t hsvc__newest_armed(struct hsvc__device *d) {
    const uint32_t *spans = spans_of(d);
    const int64_t *dues = hsvc__timers(d);
    int64_t newest = 0;
    for (uint32_t i = 0; i < HSVC__TIMERS; i++)
        if (dues[i] != 0 && dues[i] - (int64_t)spans[i] > newest) newest = dues[i] - (int64_t)spans[i];
    return newest;
}

int64_t hsvc__stamp_of(hsvc__str raw, uint32_t family) {
    if (raw.n == 0 || (family != HSVC__FAMILY_DEVICE && family != HSVC__FAMILY_USER && family != HSVC__FAMILY_HEADSET)) return 0;
    return (int64_t)hsvc__get64((const uint8_t *)raw.p + HSVC__HEAD);
}
