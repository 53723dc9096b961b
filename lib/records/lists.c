/* lists.c: the lists inside records. Each is a run of entries: fixed numbers, then texts with a 32-bit length each.
 * A reader never runs past the slot: every step is checked, a short slot is a damaged record. */
#include "records/record.h"

struct reader {
    const uint8_t *end;
    size_t left; /* bytes before the end that were not read yet: the one number that says where it stands */
    int bad;
};

static struct reader read_slot(hsvc__str slot) {
    struct reader r = {(const uint8_t *)slot.p + slot.n, slot.n, 0};
    return r;
}

static const uint8_t *take(struct reader *r, size_t len) {
    size_t left = r->left;
    if (left < len) {
        r->bad = 1;
        return NULL;
    }
    r->left = left - len;
    return r->end - left;
}

static uint32_t in32(struct reader *r) {
    const uint8_t *at = take(r, 4);
    return at == NULL ? 0 : hsvc__get32(at);
}

static uint64_t in64(struct reader *r) {
    const uint8_t *at = take(r, 8);
    return at == NULL ? 0 : hsvc__get64(at);
}

static int64_t in_time(struct reader *r) {
    uint64_t at = in64(r);
    if (at >> 48 != 0) r->bad = 1; /* as of all times: times.c */
    return (int64_t)at;
}

static hsvc__str in_text(struct reader *r) {
    uint32_t len = in32(r);
    const uint8_t *at = take(r, len);
    return hsvc__str_of((const char *)at, at == NULL ? 0 : len);
}

static int more(const struct reader *r) { return r->left != 0 && !r->bad; }

/* damaged: does the slot end in the middle of an entry, or hold more entries than the limit? */
static int damaged(const struct reader *r) { return r->bad || r->left != 0; }

struct writer {
    uint8_t *at;
};

static void out32(struct writer *w, uint32_t v) {
    hsvc__put32(w->at, v);
    w->at += 4;
}

static void out64(struct writer *w, uint64_t v) {
    hsvc__put64(w->at, v);
    w->at += 8;
}

static void out_text(struct writer *w, hsvc__str text) {
    out32(w, (uint32_t)text.n);
    if (text.n != 0) memcpy(w->at, text.p, text.n);
    w->at += text.n;
}

/* open_slot: memory for a slot of len bytes; an empty list needs none. */
static int open_slot(struct writer *w, hsvc__str *slot, size_t len, struct hsvc__arena *arena) {
    *slot = hsvc__str_of(NULL, 0);
    if (len == 0) return 0;
    w->at = (uint8_t *)hsvc__arena_take(arena, len);
    if (w->at != NULL) *slot = hsvc__str_of((const char *)w->at, len);
    return w->at != NULL;
}

/* ---- lists that several records have ---- */
static int texts_in(struct hsvc__texts *list, hsvc__str slot, uint32_t most) {
    struct reader r = read_slot(slot);
    for (list->count = 0; list->count < most && more(&r); list->count++) list->at[list->count] = in_text(&r);
    return damaged(&r);
}

static void texts_out(const struct hsvc__texts *list, hsvc__str *slot, struct hsvc__arena *arena) {
    struct writer w;
    size_t len = 0;
    for (uint32_t i = 0; i < list->count; i++) len += 4 + list->at[i].n;
    if (!open_slot(&w, slot, len, arena)) return;
    for (uint32_t i = 0; i < list->count; i++) out_text(&w, list->at[i]);
}

static int overrides_in(struct hsvc__overrides *list, hsvc__str slot) {
    struct reader r = read_slot(slot);
    for (list->count = 0; list->count < HSVC_LIMIT_OVERRIDES && more(&r); list->count++) {
        list->at[list->count].param = in32(&r);
        list->at[list->count].value = (int64_t)in64(&r);
    }
    return damaged(&r);
}

static void overrides_out(const struct hsvc__overrides *list, hsvc__str *slot, struct hsvc__arena *arena) {
    struct writer w;
    if (!open_slot(&w, slot, 12u * (size_t)list->count, arena)) return;
    for (uint32_t i = 0; i < list->count; i++) {
        out32(&w, list->at[i].param);
        out64(&w, (uint64_t)list->at[i].value);
    }
}

static int requests_in(struct hsvc__requests *list, hsvc__str slot) {
    struct reader r = read_slot(slot);
    for (list->count = 0; list->count < HSVC_LIMIT_RECENT_REQUESTS && more(&r); list->count++) {
        struct hsvc__request *one = &list->at[list->count];
        const uint8_t *id = take(&r, sizeof one->id);
        if (id != NULL) memcpy(one->id, id, sizeof one->id);
        one->content = in64(&r);
        one->reason = in32(&r);
        one->row = in32(&r);
    }
    return damaged(&r);
}

static void requests_out(const struct hsvc__requests *list, hsvc__str *slot, struct hsvc__arena *arena) {
    struct writer w;
    if (!open_slot(&w, slot, 32u * (size_t)list->count, arena)) return;
    for (uint32_t i = 0; i < list->count; i++) {
        memcpy(w.at, list->at[i].id, sizeof list->at[i].id);
        w.at += sizeof list->at[i].id;
        out64(&w, list->at[i].content);
        out32(&w, list->at[i].reason);
        out32(&w, list->at[i].row);
    }
}

/* ---- the device's own lists ---- */
static void wait_in(struct hsvc__present *one, struct reader *r) {
    one->due_at = in_time(r);
    one->left_at = in_time(r);
    one->request = in64(r);
}

static void wait_out(const struct hsvc__present *one, struct writer *w) {
    out64(w, (uint64_t)one->due_at);
    out64(w, (uint64_t)one->left_at);
    out64(w, one->request);
}

static size_t present_len(const struct hsvc__present *one) {
    return 32 + one->serial.n + one->owner.n + (one->flags & HSVC__WAITS ? 24 : 0);
}

static int presence_in(struct hsvc__device *d) {
    struct reader r = read_slot(d->presence);
    for (d->present_count = 0; d->present_count < HSVC_LIMIT_PRESENCE_PER_DEVICE && more(&r); d->present_count++) {
        struct hsvc__present *one = &d->presents[d->present_count];
        one->since_at = in_time(&r);
        one->event_at = in_time(&r);
        one->flags = in32(&r);
        one->attempts = in32(&r);
        one->serial = in_text(&r);
        one->owner = in_text(&r);
        if (one->flags & HSVC__WAITS) wait_in(one, &r);
        else one->due_at = one->left_at = 0;
    }
    return damaged(&r);
}

static void presence_out(struct hsvc__device *d, struct hsvc__arena *arena) {
    struct writer w;
    size_t len = 0;
    for (uint32_t i = 0; i < d->present_count; i++) len += present_len(&d->presents[i]);
    if (!open_slot(&w, &d->presence, len, arena)) return;
    for (uint32_t i = 0; i < d->present_count; i++) {
        const struct hsvc__present *one = &d->presents[i];
        out64(&w, (uint64_t)one->since_at);
        out64(&w, (uint64_t)one->event_at);
        out32(&w, one->flags);
        out32(&w, one->attempts);
        out_text(&w, one->serial);
        out_text(&w, one->owner);
        if (one->flags & HSVC__WAITS) wait_out(one, &w);
    }
}

static int plugs_in(struct hsvc__device *d) {
    struct reader r = read_slot(d->plugs);
    for (d->plug_count = 0; d->plug_count < HSVC_LIMIT_PRESENCE_PER_DEVICE && more(&r); d->plug_count++) {
        struct hsvc__plug *one = &d->handles[d->plug_count];
        one->handle = in64(&r);
        one->of = in32(&r);
        if (one->of >= d->present_count) r.bad = 1;
    }
    return damaged(&r);
}

static void plugs_out(struct hsvc__device *d, struct hsvc__arena *arena) {
    struct writer w;
    if (!open_slot(&w, &d->plugs, 12u * (size_t)d->plug_count, arena)) return;
    for (uint32_t i = 0; i < d->plug_count; i++) {
        out64(&w, d->handles[i].handle);
        out32(&w, d->handles[i].of);
    }
}

static int held_in(struct hsvc__device *d) {
    struct reader r = read_slot(d->held);
    for (d->report_count = 0; d->report_count < HSVC_LIMIT_REPORTS_PER_HOLD && more(&r); d->report_count++) {
        struct hsvc__report *one = &d->reports[d->report_count];
        one->handle = in64(&r);
        one->at = in_time(&r);
        one->here = in32(&r);
        one->serial = in_text(&r);
    }
    return damaged(&r);
}

static void held_out(struct hsvc__device *d, struct hsvc__arena *arena) {
    struct writer w;
    size_t len = 0;
    for (uint32_t i = 0; i < d->report_count; i++) len += 24 + d->reports[i].serial.n;
    if (!open_slot(&w, &d->held, len, arena)) return;
    for (uint32_t i = 0; i < d->report_count; i++) {
        out64(&w, d->reports[i].handle);
        out64(&w, (uint64_t)d->reports[i].at);
        out32(&w, d->reports[i].here);
        out_text(&w, d->reports[i].serial);
    }
}

static int calls_in(struct hsvc__device *d) {
    struct reader r = read_slot(d->calls);
    for (d->call_count = 0; d->call_count < HSVC_LIMIT_CALLS_PER_DEVICE && more(&r); d->call_count++) {
        d->calling[d->call_count].id = in64(&r);
        d->calling[d->call_count].seen_at = in_time(&r);
        d->calling[d->call_count].phase = in32(&r);
        d->calling[d->call_count].flags = in32(&r);
    }
    return damaged(&r);
}

static void calls_out(struct hsvc__device *d, struct hsvc__arena *arena) {
    struct writer w;
    if (!open_slot(&w, &d->calls, 24u * (size_t)d->call_count, arena)) return;
    for (uint32_t i = 0; i < d->call_count; i++) {
        out64(&w, d->calling[i].id);
        out64(&w, (uint64_t)d->calling[i].seen_at);
        out32(&w, d->calling[i].phase);
        out32(&w, d->calling[i].flags);
    }
}

static int earlier_in(struct hsvc__device *d) {
    struct reader r = read_slot(d->earlier);
    for (d->check_count = 0; d->check_count < HSVC_LIMIT_EARLIER_CHECKS && more(&r); d->check_count++) {
        d->checks[d->check_count].request = in64(&r);
        d->checks[d->check_count].user = in_text(&r);
    }
    return damaged(&r);
}

static void earlier_out(struct hsvc__device *d, struct hsvc__arena *arena) {
    struct writer w;
    size_t len = 0;
    for (uint32_t i = 0; i < d->check_count; i++) len += 12 + d->checks[i].user.n;
    if (!open_slot(&w, &d->earlier, len, arena)) return;
    for (uint32_t i = 0; i < d->check_count; i++) {
        out64(&w, d->checks[i].request);
        out_text(&w, d->checks[i].user);
    }
}

static int logins_in(struct hsvc__user *u) {
    struct reader r = read_slot(u->sessions);
    for (u->login_count = 0; u->login_count < HSVC_LIMIT_SESSIONS_PER_USER && more(&r); u->login_count++) {
        u->logins[u->login_count].session = in64(&r);
        u->logins[u->login_count].device = in_text(&r);
    }
    return damaged(&r);
}

static void logins_out(struct hsvc__user *u, struct hsvc__arena *arena) {
    struct writer w;
    size_t len = 0;
    for (uint32_t i = 0; i < u->login_count; i++) len += 12 + u->logins[i].device.n;
    if (!open_slot(&w, &u->sessions, len, arena)) return;
    for (uint32_t i = 0; i < u->login_count; i++) {
        out64(&w, u->logins[i].session);
        out_text(&w, u->logins[i].device);
    }
}

int32_t hsvc__lists_decode(void *record, uint32_t family) {
    int bad = 0;
    if (family == HSVC__FAMILY_DEVICE) {
        struct hsvc__device *d = (struct hsvc__device *)record;
        bad = presence_in(d) | plugs_in(d) | held_in(d) | calls_in(d) | earlier_in(d) |
              overrides_in(&d->set, d->overrides) | requests_in(&d->recent, d->requests);
    } else if (family == HSVC__FAMILY_USER) {
        struct hsvc__user *u = (struct hsvc__user *)record;
        bad = texts_in(&u->profile_list, u->profiles, HSVC_LIMIT_PROFILES_PER_USER) |
              texts_in(&u->headset_list, u->headsets, HSVC_LIMIT_HEADSETS_PER_USER) | logins_in(u) |
              overrides_in(&u->set, u->overrides) | requests_in(&u->recent, u->requests);
    } else if (family == HSVC__FAMILY_HEADSET) {
        struct hsvc__headset *h = (struct hsvc__headset *)record;
        bad = texts_in(&h->other_list, h->others, HSVC_LIMIT_PLACES_PER_SERIAL - 1) |
              texts_in(&h->alias_list, h->aliases, HSVC_LIMIT_ALIASES_PER_HEADSET) | requests_in(&h->recent, h->requests);
    } else if (family == HSVC__FAMILY_POLICY) {
        struct hsvc__policy *p = (struct hsvc__policy *)record;
        bad = overrides_in(&p->set, p->overrides) | requests_in(&p->recent, p->requests);
    } else if (family == HSVC__FAMILY_JOB) {
        struct hsvc__job *j = (struct hsvc__job *)record;
        bad = requests_in(&j->recent, j->requests);
    }
    return bad ? HSVC_ERR_CORRUPT : HSVC_OK;
}

int32_t hsvc__lists_encode(void *record, uint32_t family, struct hsvc__arena *arena) {
    if (family == HSVC__FAMILY_DEVICE) {
        struct hsvc__device *d = (struct hsvc__device *)record;
        presence_out(d, arena);
        plugs_out(d, arena);
        held_out(d, arena);
        calls_out(d, arena);
        earlier_out(d, arena);
        overrides_out(&d->set, &d->overrides, arena);
        requests_out(&d->recent, &d->requests, arena);
    } else if (family == HSVC__FAMILY_USER) {
        struct hsvc__user *u = (struct hsvc__user *)record;
        texts_out(&u->profile_list, &u->profiles, arena);
        texts_out(&u->headset_list, &u->headsets, arena);
        logins_out(u, arena);
        overrides_out(&u->set, &u->overrides, arena);
        requests_out(&u->recent, &u->requests, arena);
    } else if (family == HSVC__FAMILY_HEADSET) {
        struct hsvc__headset *h = (struct hsvc__headset *)record;
        texts_out(&h->other_list, &h->others, arena);
        texts_out(&h->alias_list, &h->aliases, arena);
        requests_out(&h->recent, &h->requests, arena);
    } else if (family == HSVC__FAMILY_POLICY) {
        struct hsvc__policy *p = (struct hsvc__policy *)record;
        overrides_out(&p->set, &p->overrides, arena);
        requests_out(&p->recent, &p->requests, arena);
    } else if (family == HSVC__FAMILY_JOB) {
        struct hsvc__job *j = (struct hsvc__job *)record;
        requests_out(&j->recent, &j->requests, arena);
    }
    return arena->failed ? HSVC_ERR_MEMORY : HSVC_OK;
}
