/* canon.c: when are two states the same? When nothing that can happen from now on tells them apart. A state is written as
 * bytes without what cannot influence a decision, with every time as its distance from now, and hashed.
 *
 * Left out, and why no decision depends on it in these worlds (a sample of merged states is expanded from both sides and
 * compared, explore.c):
 * - revisions, checksums, lengths: the store's, compared for equality only, with what this very call has read.
 * - numbers, audit_*, refused_*, created_at: the audit's. Jobs compare created_at with the time of records, but every job is
 *   worked off before the next event (step.c).
 * - stamped_at, spans, rearmed: read where a clock went back; here it never does, so that no stamp is later than now.
 * - ids (sequence, session, prompt, requests) and generations: compared with what an event carries. Events carry the id that
 *   is valid now, or none; so it matters whether there is one, whether a generation is acknowledged, and no more. In worlds with
 *   OLD a phone may name the generation before: there it matters whether there was one.
 * - deadline_at and the deadline rows: follow from the timers (hsvc_verify says so in every state).
 * - signed_in_at: events here are never dated before now, so it bounds nothing; but what was reported gone during a reset, or
 *   is in doubt, is judged at its own time, never before the session's start: the later of the two is written.
 * - event_at and the like of headsets and presences: not later than now, and compared with now; but see above, and in a hold
 *   of reports (PRES-8), which are judged at their own times.
 * - last_user, where the policy does not prefill it; last_profile of users with one profile; where a headset was last that
 *   is nowhere now; the inventory's times and counts.
 * - screen_told, screen_acked, calls_request: read by resync and acknowledgements of screens, which are no events here.
 * - failures that have lapsed, locks that are over: their count and times; an unlock says whether there were any (SIGN-7). Counts of
 *   connects below a limit out of reach.
 * Merging two states that differ would hide orders of events, never invent one: what is reported was played. */
#include <stdarg.h>

#include "worlds/worlds.h"

enum { BUFFER = 8192, LONG_AGO = HSVC_LIMIT_WINDOW + 1, LAPSED = 1000 };

struct writer {
    uint8_t bytes[BUFFER];
    size_t len;
    int64_t now;
    const struct place *place;
    int64_t held_since;      /* since when some device holds reports; HSVC_NEVER: none does */
    struct canon_note *note; /* what is written, for people; NULL: only the hash is wanted */
};

/* note: what was written, for people; of a text what can be printed. */
static void note(struct writer *w, const char *what, const char *format, ...) {
    va_list args;
    if (w->note == NULL) return;
    w->note->what = what;
    va_start(args, format);
    (void)vsnprintf(w->note->value, sizeof w->note->value, format, args);
    va_end(args);
    for (char *c = w->note->value; *c != '\0'; c++)
        if (*c < ' ') *c = '.';
    (++w->note)->what = NULL;
}

static void bytes_of(struct writer *w, const void *bytes, size_t len) {
    if (w->len + len > BUFFER) exit(2);
    if (len != 0) memcpy(w->bytes + w->len, bytes, len);
    w->len += len;
}

static void number_of(struct writer *w, const char *what, uint64_t value) {
    bytes_of(w, &value, sizeof value);
    note(w, what, "%lld", (long long)value);
}

static void text_of(struct writer *w, const char *what, hsvc__str s) {
    uint64_t len = s.n;
    bytes_of(w, &len, sizeof len);
    bytes_of(w, s.p, s.n);
    note(w, what, "'%.*s'", (int)s.n, s.p == NULL ? "" : s.p);
}

/* due: a time to come, or none. ago: a time that was; what is longer ago than any window is long ago. */
static void due_of(struct writer *w, const char *what, int64_t at) {
    number_of(w, what, at == 0 || at == HSVC_NEVER ? (uint64_t)at : (uint64_t)(at - w->now) + 2);
}
static void ago_of(struct writer *w, const char *what, int64_t at) {
    int64_t gone = w->now - at;
    number_of(w, what, (uint64_t)(gone > LONG_AGO ? LONG_AGO : gone));
}
#define number(w, value) number_of(w, #value, value)
#define text(w, s) text_of(w, #s, s)
#define due(w, at) due_of(w, #at, at)
#define ago(w, at) ago_of(w, #at, at)

/* failures: a count that has lapsed, or was followed by a lock that is over, is LAPSED, however many they were. */
static void failures(struct writer *w, uint32_t count, int64_t first_at, int64_t until) {
    int locked = until != 0 && until > w->now;
    int counts = !locked && until == 0 && count != 0 && w->now - first_at < w->place->reset_after;
    int lapsed = !locked && !counts && (count != 0 || until != 0);
    number(w, lapsed ? LAPSED : counts ? count : 0);
    number(w, counts ? (uint64_t)(w->now - first_at) : 0);
    due(w, locked ? until : 0);
}

/* ---- devices ---- */
static uint32_t older(const struct hsvc__device *d, uint32_t i) {
    uint32_t rank = 0;
    for (uint32_t j = 0; j < d->present_count; j++)
        rank += d->presents[j].since_at < d->presents[i].since_at || (d->presents[j].since_at == d->presents[i].since_at && j < i);
    return rank;
}

/* not_before: a report is judged at its own time, but never before the session's start (TIME-2). */
static int64_t not_before(int64_t at, const struct hsvc__device *d) {
    return d->session != 0 && at < d->signed_in_at ? d->signed_in_at : at;
}

/* in_hold: reports that are held are compared with the last event before them: all that lies before the hold is older than any. */
static void in_hold(struct writer *w, int64_t event_at) {
    if (w->held_since != HSVC_NEVER) ago(w, event_at > w->held_since ? event_at : w->held_since);
}

static void presence(struct writer *w, const struct hsvc__device *d) {
    number(w, d->present_count);
    for (uint32_t i = 0; i < d->present_count; i++) {
        const struct hsvc__present *one = &d->presents[i];
        text(w, one->serial);
        text(w, one->owner);
        number(w, one->flags | (uint64_t)one->attempts << 32);
        number(w, older(d, i) | (uint64_t)(one->since_at == w->now) << 32);
        if (one->flags & HSVC__GONE) ago(w, not_before(one->event_at, d));
        if (one->flags & HSVC__WAITS) due(w, one->due_at);
        if (one->flags & HSVC__DOUBTFUL) ago(w, not_before(one->left_at, d));
        in_hold(w, one->event_at);
    }
    number(w, d->plug_count);
    for (uint32_t i = 0; i < d->plug_count; i++) number(w, d->handles[i].handle | (uint64_t)d->handles[i].of << 32);
    number(w, d->report_count);
    for (uint32_t i = 0; i < d->report_count; i++) {
        text(w, d->reports[i].serial);
        number(w, d->reports[i].handle << 1 | d->reports[i].here);
        ago(w, d->reports[i].at);
    }
}

static void calls(struct writer *w, const struct hsvc__device *d) {
    number(w, d->call_count | (uint64_t)d->calls_lost << 32);
    for (uint32_t i = 0; i < d->call_count; i++) {
        number(w, d->calling[i].id);
        number(w, d->calling[i].phase | (uint64_t)d->calling[i].flags << 32);
        number(w, (uint64_t)(w->now - d->calling[i].seen_at));
    }
    number(w, d->calls_doubt_at == 0 ? 0 : (uint64_t)(w->now - d->calls_doubt_at));
}

static void flapping(struct writer *w, const struct hsvc__device *d) {
    int held = d->flap_state == HSVC__flapping_HELD;
    int counts = w->place->flap_connects < 1000 && d->flap_connects != 0 && w->now - d->flap_at <= w->place->flap_window;
    number(w, d->flap_state);
    number(w, held || counts ? d->flap_connects : 0);
    number(w, held || counts ? (uint64_t)(w->now - d->flap_at) : 0);
}

static void device(struct writer *w, struct hsvc__device *d) {
    const int64_t *timers = hsvc__timers(d);
    for (int i = 0; i < HSVC__TIMERS; i++) due(w, timers[i]);
    number(w, d->kind | (uint64_t)d->flags << 32);
    number(w, d->registered | (uint64_t)d->session_state << 8 | (uint64_t)d->profile_state << 16 | (uint64_t)d->prompt_state << 24 |
                  (uint64_t)d->verify_state << 32 | (uint64_t)d->emergency_state << 40 | (uint64_t)d->profile_owed << 48);
    number(w, d->causes | (uint64_t)d->session_flags << 32);
    number(w, d->prompt_flags | (uint64_t)d->prompt_reason << 32);
    number(w, d->menu | (uint64_t)d->settlings << 32);
    number(w, (d->generation_acked == d->generation_desired) | (uint64_t)d->apply_retries << 1);
    number(w, (d->wipe_generation != 0) | (uint64_t)(d->session != 0) << 1 | (uint64_t)(d->prompt_id != 0) << 2 |
                  (uint64_t)(d->verify_request != 0) << 3);
    if (w->place->world->classes & IN(OLD)) number(w, d->generation_desired >= 2);
    if (d->window_due != 0) number(w, (uint64_t)(w->now - d->window_at));
    failures(w, d->failures, d->first_failure_at, d->throttled_until);
    text(w, d->related_user);
    text(w, d->site);
    text(w, d->user);
    text(w, d->profile);
    text(w, d->serial);
    if (w->place->remembers) text(w, d->last_user);
    text(w, d->prompt_serial);
    text(w, d->prompt_user);
    text(w, d->verify_request != 0 ? d->verify_user : hsvc__str_of(NULL, 0));
    text(w, d->chosen_profile);
    text(w, d->overrides);
    presence(w, d);
    calls(w, d);
    flapping(w, d);
}

/* ---- users, headsets and the rest ---- */
static void user(struct writer *w, const struct hsvc__user *u) {
    number(w, u->disabled | (uint64_t)u->gone << 32);
    failures(w, u->failures, u->first_failure_at, u->locked_until);
    text(w, u->profiles);
    if (u->profile_list.count > 1) text(w, u->last_profile);
    text(w, u->headsets);
    number(w, u->login_count);
    for (uint32_t i = 0; i < u->login_count; i++) text(w, u->logins[i].device); /* its session's id: hsvc_verify */
    text(w, u->overrides);
}

static void headset(struct writer *w, const struct hsvc__headset *h) {
    number(w, h->connected | (uint64_t)h->inventory_only << 32 | (uint64_t)h->counted << 33);
    text(w, h->owner);
    if (h->connected) text(w, h->device);
    text(w, h->others);
    text(w, h->alias_of);
    text(w, h->aliases);
    due(w, h->updating_until > w->now ? h->updating_until : 0);
    in_hold(w, h->event_at);
}

static void *decoded(const struct image *image, const struct row *row) {
    static union {
        struct hsvc__device device;
        struct hsvc__user user;
        struct hsvc__headset headset;
        struct hsvc__skip skip;
        struct hsvc__policy policy;
        struct hsvc__job job;
    } record;
    memset(&record, 0, sizeof(struct hsvc__record));
    if (hsvc__record_decode(&record, image->pool + row->at, row->len, row->key[0]) != HSVC_OK) exit(2);
    return &record;
}

/* A skip that a later association made void is as none (PROMPT-4). */
static int is_void(const struct image *image, uint64_t associations, hsvc__str serial) {
    for (uint32_t i = 0; i < image->count; i++) {
        const struct row *row = &image->rows[i];
        const struct hsvc__headset *h;
        if (row->key[0] != HSVC__FAMILY_HEADSET) continue;
        h = decoded(image, row);
        if (hsvc__fold_eq(h->serial, serial)) return associations != h->associations;
    }
    return 0;
}

static void skip(struct writer *w, const struct image *image, const struct row *row) {
    const struct hsvc__skip *s = decoded(image, row);
    char serial[HSVC_LIMIT_SERIAL_LEN];
    size_t n = s->serial.n;
    memcpy(serial, s->serial.p, n);
    if (!is_void(image, s->associations, hsvc__str_of(serial, n))) text(w, hsvc__str_of((const char *)row->key, row->key_len));
}

static void policy(struct writer *w, const struct hsvc__policy *p) {
    text(w, p->site);
    text(w, p->overrides);
    text(w, p->min_firmware);
    text(w, p->supported_models);
    text(w, p->serial_reject_list);
}

static void row_out(struct writer *w, const struct image *image, const struct row *row) {
    uint32_t family = row->key[0];
    if (family == HSVC__FAMILY_DEADLINE || family == HSVC__FAMILY_NUMBER) return;
    if (family == HSVC__FAMILY_SKIP) {
        skip(w, image, row);
        return;
    }
    text_of(w, ROW_NOTE, hsvc__str_of((const char *)row->key, row->key_len));
    switch (family) {
        case HSVC__FAMILY_DEVICE: device(w, decoded(image, row)); break;
        case HSVC__FAMILY_USER: user(w, decoded(image, row)); break;
        case HSVC__FAMILY_HEADSET: headset(w, decoded(image, row)); break;
        case HSVC__FAMILY_POLICY: policy(w, decoded(image, row)); break;
        default: text(w, hsvc__str_of((const char *)image->pool + row->at, row->len)); break;
    }
}

/* mixed: 128 bits, eight bytes at a time. Two states with one hash among ten million: one in 10^24. */
static struct hash mixed(const uint8_t *bytes, size_t len) {
    struct hash h = {UINT64_C(0x9e3779b97f4a7c15) ^ len, UINT64_C(0xc2b2ae3d27d4eb4f) + len};
    for (size_t at = 0; at < len; at += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + at, len - at < 8 ? len - at : 8);
        h.a = (h.a ^ word) * UINT64_C(0x87c37b91114253d5);
        h.a ^= h.a >> 31;
        h.b = (h.b + (word << 29 | word >> 35)) * UINT64_C(0x4cf5ad432745937f);
        h.b ^= h.b >> 29;
    }
    h.a = (h.a ^ h.b) * UINT64_C(0xff51afd7ed558ccd);
    h.b = (h.b ^ h.a >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    h.a ^= h.b >> 29;
    return h;
}

static int64_t held_since(const struct spot *s) {
    int64_t since = HSVC_NEVER;
    if (!s->view.device[0].flapping && !s->view.device[1].flapping) return since;
    for (uint32_t i = 0; i < s->image.count; i++) {
        const struct hsvc__device *d;
        if (s->image.rows[i].key[0] != HSVC__FAMILY_DEVICE) continue;
        d = decoded(&s->image, &s->image.rows[i]);
        if (d->flap_state == HSVC__flapping_HELD && d->flap_at < since) since = d->flap_at;
    }
    return since;
}

struct hash canon_noted(const struct place *p, const struct spot *s, struct canon_note *notes) {
    static struct writer w;
    w.len = 0;
    w.note = notes;
    w.now = s->now;
    w.place = p;
    w.held_since = held_since(s);
    for (uint32_t i = 0; i < s->image.count; i++) row_out(&w, &s->image, &s->image.rows[i]);
    return mixed(w.bytes, w.len);
}

struct hash canon(const struct place *p, const struct spot *s) { return canon_noted(p, s, NULL); }
