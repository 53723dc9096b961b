/* verify.c: is everything in the store as it must be? One record after the other, each with what it claims about others.
 * The same walk is the state checker of the tests: what holds in each state is states.def, asserted here (STORE-8). */
#include "rules/ask.h"

struct walk {
    struct hsvc_engine *engine;
    hsvc_finding_fn finding;
    void *user;
    uint64_t findings;
    int32_t status;
    hsvc__str key;
};

static void found(struct walk *w, const char *invariant, const char *rule) {
    w->findings++;
    if (w->finding == NULL || w->status != HSVC_OK) return;
    if (w->finding(invariant, rule, (const uint8_t *)w->key.p, w->key.n, w->user) != HSVC_OK) w->status = HSVC_ERR_CALLBACK;
}
#define MUST(holds, invariant, rule) \
    if (!(holds)) found(w, invariant, rule)

/* ---- one record fetched by name, decoded into the walk's memory ---- */
struct fetched {
    struct walk *walk;
    uint32_t family;
    void *record;
};

static int32_t take(const hsvc_row *row, void *user) {
    struct fetched *f = (struct fetched *)user;
    struct hsvc__arena *arena = &f->walk->engine->views;
    hsvc__str copy = hsvc__arena_copy(arena, row->value, row->value_len);
    if (copy.n == 0 || hsvc__record_check((const uint8_t *)copy.p, copy.n, f->family) != HSVC_OK) return HSVC_OK;
    f->record = hsvc__arena_take(arena, hsvc__record_size(f->family));
    if (f->record == NULL) return HSVC_ERR_MEMORY;
    memset(f->record, 0, hsvc__record_size(f->family));
    if (hsvc__record_decode(f->record, (const uint8_t *)copy.p, copy.n, f->family) != HSVC_OK) f->record = NULL;
    return HSVC_OK;
}

static void *fetch_key(struct walk *w, uint32_t family, const struct hsvc__key *key) {
    struct fetched f = {w, family, NULL};
    hsvc_key asked = {key->bytes, key->len};
    int32_t status = w->engine->store.read(&asked, 1, take, &f, w->engine->store.user);
    if (w->engine->views.failed) w->status = HSVC_ERR_MEMORY;
    else if (w->status == HSVC_OK) w->status = hsvc__store_status(status, 0);
    return f.record;
}

static void *fetch(struct walk *w, uint32_t family, hsvc__str name) {
    struct hsvc__key key;
    if (name.n == 0) return NULL;
    hsvc__key_1(&key, family, name);
    return fetch_key(w, family, &key);
}

/* ---- devices: the contract of each state ---- */
static void check_session(struct walk *w, const struct hsvc__device *d) {
    int active = hsvc__occupied(d), any = active || d->session_state == HSVC__session_ENDING;
    MUST(any == (d->session != 0), "session_has_an_id", "SIGN-4");
    MUST(any == (d->user.n != 0), "session_has_a_user", "SIGN-4");
    MUST(!any || d->profile.n != 0, "session_has_a_profile", "SIGN-3");
    MUST((d->session_state == HSVC__session_LINGERING) == (d->window_due != 0), "window_only_while_lingering", "OUT-1");
    MUST((d->session_state == HSVC__session_KEPT) == (d->keep_due != 0), "keep_only_while_kept", "OUT-2");
    MUST(d->session_state != HSVC__session_DEFERRED || d->causes == 1u << (HSVC_CAUSE_WINDOW - HSVC_CAUSE_ADMIN),
         "deferred_by_window_alone", "OUT-5");
    MUST(d->session_state != HSVC__session_ENDING || d->causes & ~(1u << (HSVC_CAUSE_WINDOW - HSVC_CAUSE_ADMIN)),
         "ending_has_a_cause", "OUT-5");
    MUST(d->causes == 0 || d->session_state == HSVC__session_DEFERRED || d->session_state == HSVC__session_ENDING,
         "causes_only_while_deferred", "OUT-5");
    MUST(d->causes == 0 || d->call_count != 0 || d->calls_lost || d->hold_due != 0, "deferral_has_a_call", "OUT-4");
    MUST(!d->profile_owed || (!any && (d->call_count != 0 || d->calls_lost || d->hold_due != 0)), "owed_profile_has_a_call", "CALL-1");
    MUST((d->emergency_state == HSVC__emergency_HOLDING) == (d->hold_due != 0), "hold_has_a_deadline", "SAFE-2");
    MUST((d->emergency_state == HSVC__emergency_CALLING) == hsvc__in_emergency(d), "emergency_is_known", "SAFE-2");
    MUST((d->call_count != 0 || d->calls_lost) == (d->calls_due != 0), "call_has_a_deadline", "OUT-6");
    MUST(d->calls_doubt_at == 0 || d->calls_due != 0, "doubt_about_a_call", "OUT-6");
    MUST(d->window_due == 0 || d->window_due - d->window_at <= HSVC_LIMIT_WINDOW, "window_at_most_15_minutes", "OUT-1");
    MUST(d->warn_due == 0 || d->warn_due <= (d->window_due != 0 ? d->window_due : d->keep_due), "warning_before_the_end", "OUT-15");
    MUST(d->max_warn_due == 0 || (active && d->max_warn_due <= d->max_due), "warning_before_the_maximum", "OUT-15");
    MUST(d->window_due != 0 || !(d->session_flags & HSVC__SESSION_EXTENDED), "extended_only_while_lingering", "OUT-15");
    MUST(d->away_due == 0 || (any && !d->registered), "away_only_while_away", "OUT-14");
}

static int believed(struct hsvc__device *d, hsvc__str user) { return hsvc__user_is_here(d, user, hsvc__str_of(NULL, 0)); }

/* lists: how often the headset's record names the device as one where it is. */
static uint32_t lists(const struct hsvc__headset *h, hsvc__str device) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < hsvc__place_count(h); i++) count += hsvc__fold_eq(hsvc__place(h, i), device) ? 1 : 0;
    return count;
}

static void check_presence(struct walk *w, struct hsvc__device *d) {
    int judged = d->profile_state == HSVC__profile_WORN || d->profile_state == HSVC__profile_OVERDUE;
    int waiting = 0;
    for (uint32_t i = 0; i < d->present_count; i++) {
        const struct hsvc__present *one = &d->presents[i];
        const struct hsvc__headset *h = (const struct hsvc__headset *)fetch(w, HSVC__FAMILY_HEADSET, one->serial);
        MUST(h != NULL, "present_headset_has_a_record", "INV-2");
        if (h == NULL) continue;
        MUST(hsvc__fold_eq(h->owner, one->owner), "presence_knows_the_owner", "ASSOC-1");
        MUST(!judged || !(one->flags & HSVC__GONE), "gone_only_while_not_judged", "SIGN-5");
        MUST(lists(h, d->name) == 1, "headset_lists_the_device_once", "PRES-7");
        MUST(!(one->flags & HSVC__WAITS) || (one->due_at != 0 && one->due_at >= d->presence_due), "doubt_has_a_deadline", "TIME-7");
        waiting += one->flags & HSVC__WAITS ? 1 : 0;
        MUST(!(one->flags & HSVC__FRESH) || d->session == 0 || !hsvc__fold_eq(one->owner, d->user),
             "session_users_headset_is_spent", "TAKE-5");
    }
    MUST(d->session_state != HSVC__session_SIGNED_IN || !judged || d->session_flags & HSVC__SESSION_BY_HAND ||
             believed(d, d->user),
         "headset_session_has_its_headset", "TIME-7");
    MUST(d->session_state != HSVC__session_LINGERING || !hsvc__user_is_certain(d, d->user), "window_only_without_headset", "OUT-3");
    MUST((waiting != 0) == (d->presence_due != 0), "deadline_only_in_doubt", "PRES-7");
}

static void check_prompt(struct walk *w, struct hsvc__device *d) {
    uint32_t screen = hsvc__screen(d);
    int flow = screen != 0 && screen != HSVC_PROMPT_SIGN_OUT;
    int about_call = screen == HSVC_PROMPT_SIGN_OUT_OTHER || screen == HSVC_PROMPT_SIGN_OUT || screen == HSVC_PROMPT_EM_SIGN_OUT;
    int by_hand = d->prompt_state == HSVC__prompt_EM_SIGN_IN || d->prompt_state == HSVC__prompt_CHOOSE_BY_HAND ||
                  d->prompt_state == HSVC__prompt_OTHER_BY_HAND;
    int pending = d->verify_state == HSVC__verification_PENDING;
    MUST((screen != 0) == (d->prompt_id != 0), "prompt_has_an_id", "PROMPT-5");
    MUST(screen == 0 || d->registered, "prompt_only_while_registered", "PRES-3");
    MUST(screen == 0 || d->profile_state == HSVC__profile_WORN, "no_prompt_before_settled", "PRES-3");
    MUST(!flow || (by_hand && d->prompt_serial.n == 0) || hsvc__here(d, d->prompt_serial) != NULL, "prompts_headset_is_here", "PROMPT-6");
    MUST(screen == 0 || about_call || d->call_count == 0, "no_flow_during_a_call", "CALL-1");
    MUST(screen == 0 || !hsvc__in_emergency(d), "no_prompt_in_an_emergency", "CALL-1");
    MUST(screen == 0 || !hsvc__in_emergency(d), "no_prompt_in_an_emergency", "CALL-1");
    MUST(screen != HSVC_PROMPT_SIGN_OUT_OTHER || hsvc__occupied(d), "somebody_to_sign_out", "TAKE-1");
    MUST(d->prompt_state != HSVC__prompt_RETURN_PIN || hsvc__occupied(d), "somebody_to_return_from", "SIGN-2");
    MUST(screen != HSVC_PROMPT_EM_SIGN_OUT || hsvc__occupied(d), "somebody_to_sign_out_by_hand", "DENY-1");
    MUST(screen != HSVC_PROMPT_SIGN_OUT || d->session_state == HSVC__session_LINGERING ||
             d->session_state == HSVC__session_DEFERRED,
         "sign_out_prompt_while_away", "OUT-1");
    MUST(!flow || d->prompt_due != 0 || pending || d->prompt_state == HSVC__prompt_YES_WAITING ||
             d->prompt_state == HSVC__prompt_RETURN_WAITING, "prompt_has_a_deadline", "TIME-7");
    MUST(pending == (d->verify_due != 0), "verification_has_a_deadline", "SIGN-8");
    MUST(!pending || screen == HSVC_PROMPT_ASSOCIATE || screen == HSVC_PROMPT_SIGN_IN_PIN || screen == HSVC_PROMPT_EM_SIGN_IN,
         "verification_has_a_prompt", "SIGN-8");
}

static void check_profile(struct walk *w, const struct hsvc__device *d) {
    int waiting = d->profile_state == HSVC__profile_RESETTING || d->profile_state == HSVC__profile_SETTLING ||
                  d->profile_state == HSVC__profile_RETRYING;
    MUST(d->own_profile.n != 0, "device_has_a_profile", "SAFE-1");
    MUST(d->generation_acked <= d->generation_desired, "no_generation_from_nowhere", "PROF-1");
    MUST(waiting == (d->profile_due != 0), "reset_has_a_deadline", "SIGN-5");
    MUST(d->profile_state != HSVC__profile_WORN || d->generation_acked == d->generation_desired, "worn_is_acknowledged", "PROF-1");
    MUST(d->wipe_generation <= d->generation_desired, "wipe_belongs_to_a_generation", "OUT-7");
}

/* The user's record counts the active sessions, and no others (MULTI-1). */
static void check_login(struct walk *w, const struct hsvc__device *d) {
    const struct hsvc__user *u = (const struct hsvc__user *)fetch(w, HSVC__FAMILY_USER, d->user);
    uint32_t at;
    if (d->session == 0) return;
    MUST(u != NULL, "session_user_exists", "USER-1");
    if (u == NULL) return;
    at = hsvc__login_of(u, d->name);
    MUST(hsvc__occupied(d) == (at < u->login_count && u->logins[at].session == d->session), "user_counts_the_session", "MULTI-1");
}

static void check_deadline(struct walk *w, const struct hsvc__device *d) {
    int64_t due = hsvc__earliest(d, NULL);
    struct hsvc__key key;
    MUST((due == HSVC_NEVER ? 0 : due) == d->deadline_at, "deadline_is_the_earliest", "TIME-7");
    if (d->deadline_at == 0) return;
    hsvc__key_deadline(&key, d->deadline_at, d->name);
    MUST(fetch_key(w, HSVC__FAMILY_DEADLINE, &key) != NULL, "deadline_has_its_key", "TIME-7");
}

static void check_device(struct walk *w, struct hsvc__device *d) {
    check_session(w, d);
    check_presence(w, d);
    check_prompt(w, d);
    check_profile(w, d);
    check_login(w, d);
    check_deadline(w, d);
}

/* ---- users and headsets ---- */
static void check_user(struct walk *w, const struct hsvc__user *u) {
    MUST(u->headset_list.count <= HSVC_LIMIT_HEADSETS_PER_USER, "headsets_within_the_limit", "ASSOC-3");
    for (uint32_t i = 0; i < u->headset_list.count; i++) {
        const struct hsvc__headset *h = (const struct hsvc__headset *)fetch(w, HSVC__FAMILY_HEADSET, u->headset_list.at[i]);
        MUST(h != NULL && hsvc__fold_eq(h->owner, u->id), "listed_headset_is_the_users", "ASSOC-1");
    }
    for (uint32_t i = 0; i < u->login_count; i++) {
        const struct hsvc__device *d = (const struct hsvc__device *)fetch(w, HSVC__FAMILY_DEVICE, u->logins[i].device);
        MUST(d != NULL && d->session == u->logins[i].session && hsvc__fold_eq(d->user, u->id), "counted_session_exists", "MULTI-1");
    }
}

/* Every serial leads to one headset, and that knows it (ID-7). */
static void check_alias(struct walk *w, const struct hsvc__headset *h) {
    const struct hsvc__headset *of = (const struct hsvc__headset *)fetch(w, HSVC__FAMILY_HEADSET, h->alias_of);
    uint32_t listed = 0;
    for (uint32_t i = 0; of != NULL && i < of->alias_list.count; i++)
        listed += hsvc__fold_eq(of->alias_list.at[i], h->serial) ? 1 : 0;
    MUST(listed == 1, "alias_is_listed_once", "ID-7");
    MUST(h->owner.n == 0 && !h->connected && h->alias_list.count == 0, "alias_is_nothing_else", "ID-7");
}

static void check_aliases(struct walk *w, const struct hsvc__headset *h) {
    for (uint32_t i = 0; i < h->alias_list.count; i++) {
        const struct hsvc__headset *alias = (const struct hsvc__headset *)fetch(w, HSVC__FAMILY_HEADSET, h->alias_list.at[i]);
        MUST(alias != NULL && hsvc__fold_eq(alias->alias_of, h->serial), "listed_alias_leads_here", "ID-7");
    }
}

static void check_headset(struct walk *w, const struct hsvc__headset *h) {
    const struct hsvc__user *u = (const struct hsvc__user *)fetch(w, HSVC__FAMILY_USER, h->owner);
    uint32_t listed = 0;
    check_aliases(w, h);
    if (h->alias_of.n != 0) check_alias(w, h);
    if (h->owner.n != 0) {
        for (uint32_t i = 0; u != NULL && i < u->headset_list.count; i++)
            listed += hsvc__fold_eq(u->headset_list.at[i], h->serial) ? 1 : 0;
        MUST(listed == 1, "owner_lists_the_headset_once", "ASSOC-1");
    }
    MUST(h->connected || h->other_list.count == 0, "nowhere_is_nowhere", "PRES-7");
    for (uint32_t i = 0; i < hsvc__place_count(h); i++) {
        struct hsvc__device *d = (struct hsvc__device *)fetch(w, HSVC__FAMILY_DEVICE, hsvc__place(h, i));
        MUST(d != NULL && hsvc__here(d, h->serial) != NULL, "connected_headset_is_present", "PRES-4");
    }
}

static void check_hint(struct walk *w) {
    hsvc__str name = hsvc__key_part(w->key, 9, &w->engine->views);
    MUST(name.n != 0 && fetch(w, HSVC__FAMILY_DEVICE, name) != NULL, "deadline_key_has_a_device", "TIME-7");
}

static void check_record(struct walk *w, uint32_t family, void *record) {
    switch (family) {
        case HSVC__FAMILY_DEVICE: check_device(w, (struct hsvc__device *)record); break;
        case HSVC__FAMILY_USER: check_user(w, (const struct hsvc__user *)record); break;
        case HSVC__FAMILY_HEADSET: check_headset(w, (const struct hsvc__headset *)record); break;
        case HSVC__FAMILY_DEADLINE: check_hint(w); break;
        default: break;
    }
}

/* ---- the walk: one row at a time, so that no callback of the store runs inside another ---- */
static int32_t take_next(const hsvc_row *row, void *user) {
    struct walk *w = (struct walk *)user;
    w->key = hsvc__arena_copy(&w->engine->views, row->key, row->key_len);
    return w->key.n == 0 ? HSVC_ERR_MEMORY : HSVC_OK;
}

static int check_next(struct walk *w, struct hsvc__key *after) {
    struct hsvc_store *store = &w->engine->store;
    struct hsvc__key key;
    void *record;
    int32_t status;
    w->key = hsvc__str_of(NULL, 0);
    hsvc__arena_reset(&w->engine->views);
    status = store->scan(after->bytes, after->len, NULL, 0, 1, take_next, w, store->user);
    w->status = w->engine->views.failed ? HSVC_ERR_MEMORY : hsvc__store_status(status, 0);
    if (w->status != HSVC_OK || w->key.n == 0 || w->key.n >= sizeof key.bytes) return 0;
    memcpy(key.bytes, w->key.p, w->key.n);
    key.len = w->key.n;
    record = fetch_key(w, key.bytes[0], &key);
    MUST(record != NULL, "record_is_sound", "STORE-7");
    if (record != NULL) check_record(w, key.bytes[0], record);
    *after = key;
    after->bytes[after->len++] = 0;
    return w->status == HSVC_OK;
}

int32_t hsvc_verify(hsvc_engine *engine, hsvc_finding_fn finding, void *user, uint64_t *findings) {
    struct walk w;
    struct hsvc__key after;
    int32_t status;
    if (engine == NULL || findings == NULL) return HSVC_ERR_ARGUMENT;
    *findings = 0;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    memset(&w, 0, sizeof w);
    w.engine = engine;
    w.finding = finding;
    w.user = user;
    after.len = 0;
    while (check_next(&w, &after)) continue;
    *findings = w.findings;
    hsvc__leave(engine);
    return w.status;
}
