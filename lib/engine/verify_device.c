/* verify_device.c: what must hold of a device, its session, calls, presence, prompt and profile: the contracts of their
 * states (states.def), and what they say of other records. */
#include "engine/verify.h"
#include "rules/ask.h"

static const uint32_t window_bit = 1u << (HSVC_CAUSE_WINDOW - HSVC_CAUSE_ADMIN);

static int has_session(const struct hsvc__device *d) {
    return hsvc__occupied(d) || d->session_state == HSVC__session_ENDING;
}
static int in_call(const struct hsvc__device *d) { return d->call_count != 0 || d->calls_lost; }

static void check_session(struct hsvc__walk *w, const struct hsvc__device *d) {
    int any = has_session(d);
    MUST(any == (d->session != 0), session_has_an_id);
    MUST(any == (d->user.n != 0), session_has_a_user);
    MUST(!any || d->profile.n != 0, session_has_a_profile);
    MUST(any || (d->signed_in_at == 0 && d->max_due == 0), vacant_has_no_times);
    MUST(any || (d->session_flags == 0 && d->serial.n == 0 && d->profile.n == 0), vacant_has_no_marks);
    MUST(d->away_due == 0 || (any && !d->registered), away_only_while_away);
}

static void check_ends(struct hsvc__walk *w, const struct hsvc__device *d) {
    int lingers = d->session_state == HSVC__session_LINGERING, kept = d->session_state == HSVC__session_KEPT;
    MUST(lingers == (d->window_due != 0), window_only_while_lingering);
    MUST(d->window_due == 0 || d->window_due - d->window_at <= HSVC_LIMIT_WINDOW, window_at_most_15_minutes);
    MUST(d->window_due != 0 || !(d->session_flags & HSVC__SESSION_EXTENDED), extended_only_while_lingering);
    MUST(kept == (d->keep_due != 0), keep_only_while_kept);
    MUST(d->warn_due == 0 || d->warn_due <= (d->window_due != 0 ? d->window_due : d->keep_due), warning_before_the_end);
    MUST(d->max_warn_due == 0 || (hsvc__occupied(d) && d->max_warn_due <= d->max_due), warning_before_the_maximum);
}

static void check_deferral(struct hsvc__walk *w, const struct hsvc__device *d) {
    int deferred = d->session_state == HSVC__session_DEFERRED, ending = d->session_state == HSVC__session_ENDING;
    MUST(!deferred || d->causes == window_bit, deferred_by_window_alone);
    MUST(!ending || d->causes & ~window_bit, ending_has_a_cause);
    MUST(d->causes == 0 || deferred || ending, causes_only_while_deferred);
    MUST(d->causes == 0 || in_call(d) || d->hold_due != 0, deferral_has_a_call);
    MUST(!d->profile_owed || (!has_session(d) && (in_call(d) || d->hold_due != 0)), owed_profile_has_a_call);
}

static void check_calls(struct hsvc__walk *w, const struct hsvc__device *d) {
    uint32_t twice = 0;
    for (uint32_t i = 1; i < d->call_count; i++)
        for (uint32_t j = 0; j < i; j++) twice += d->calling[i].id == d->calling[j].id;
    MUST(twice == 0, call_is_counted_once);
    MUST(in_call(d) == (d->calls_due != 0), call_has_a_deadline);
    MUST(d->calls_doubt_at == 0 || in_call(d), doubt_about_a_call);
    MUST((d->emergency_state == HSVC__emergency_HOLDING) == (d->hold_due != 0), hold_has_a_deadline);
    MUST((d->emergency_state == HSVC__emergency_CALLING) == hsvc__in_emergency(d), emergency_is_known);
}

/* ---- presence ---- */
static int believed(struct hsvc__device *d, hsvc__str user) { return hsvc__user_is_here(d, user, hsvc__str_of(NULL, 0)); }

/* lists: how often the headset's record names the device as one where it is. */
static uint32_t lists(const struct hsvc__headset *h, hsvc__str device) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < hsvc__place_count(h); i++) count += hsvc__fold_eq(hsvc__place(h, i), device) ? 1 : 0;
    return count;
}

static int is_judged(const struct hsvc__device *d) {
    return d->profile_state == HSVC__profile_WORN || d->profile_state == HSVC__profile_OVERDUE;
}

/* is_one_thing: none of an entry's states excludes another that it is in as well. */
static int is_one_thing(uint32_t flags) {
    uint32_t states = flags & (HSVC__FRESH | HSVC__NOT_CERTAIN);
    return (states & (states - 1)) == 0;
}

static void check_present(struct hsvc__walk *w, struct hsvc__device *d, uint32_t i) {
    const struct hsvc__present *one = &d->presents[i];
    const struct hsvc__headset *h = (const struct hsvc__headset *)hsvc__fetch(w, HSVC__FAMILY_HEADSET, one->serial);
    MUST(hsvc__here(d, one->serial) == one, serial_is_present_once);
    MUST(is_one_thing(one->flags), presence_is_one_thing);
    MUST(!(one->flags & HSVC__FRESH_CAME) || one->flags & HSVC__NOT_CERTAIN, turn_is_kept_while_uncertain);
    MUST(!is_judged(d) || !(one->flags & HSVC__GONE), gone_only_while_not_judged);
    MUST(!(one->flags & HSVC__WAITS) || one->due_at != 0, doubt_has_a_deadline);
    MUST(!(one->flags & HSVC__FRESH) || d->session == 0 || !hsvc__fold_eq(one->owner, d->user), session_users_headset_is_spent);
    MUST(h != NULL, present_headset_has_a_record);
    if (h == NULL) return;
    MUST(hsvc__fold_eq(h->owner, one->owner) || hsvc__is_gone(w, one->owner), presence_knows_the_owner);
    MUST(lists(h, d->name) == 1, headset_lists_the_device_once);
}

static int64_t earliest_wait(const struct hsvc__device *d) {
    int64_t due = 0;
    for (uint32_t i = 0; i < d->present_count; i++) {
        const struct hsvc__present *one = &d->presents[i];
        if (one->flags & HSVC__WAITS && (due == 0 || one->due_at < due)) due = one->due_at;
    }
    return due;
}

static void check_presence(struct hsvc__walk *w, struct hsvc__device *d) {
    uint32_t twice = 0;
    int needs_headset = d->session_state == HSVC__session_SIGNED_IN && is_judged(d) && !(d->session_flags & HSVC__SESSION_BY_HAND);
    for (uint32_t i = 0; i < d->present_count; i++) check_present(w, d, i);
    for (uint32_t i = 0; i < d->plug_count; i++) MUST(!(d->presents[d->handles[i].of].flags & HSVC__NOT_HERE), not_here_is_not_plugged);
    for (uint32_t i = 1; i < d->plug_count; i++)
        for (uint32_t j = 0; j < i; j++) twice += d->handles[i].handle == d->handles[j].handle;
    MUST(twice == 0, handle_is_plugged_once);
    MUST(!needs_headset || believed(d, d->user) || hsvc__is_gone(w, d->user), headset_session_has_its_headset);
    MUST(d->session_state != HSVC__session_LINGERING || !hsvc__user_is_certain(d, d->user), window_only_without_headset);
    MUST(earliest_wait(d) == d->presence_due, doubt_is_judged_in_time);
    MUST(hsvc__flaps(d) == (d->flap_due != 0), flap_hold_has_a_deadline);
    MUST(hsvc__flaps(d) || d->report_count == 0, reports_only_in_a_hold);
}

/* ---- prompt ---- */
#define BIT(state) (1u << HSVC__prompt_##state)
/* Screens of which each has somebody to sign out, waits for a call, is about a headset without owner, is its owner's. */
static const uint32_t about_others = BIT(SIGN_OUT_OTHER) | BIT(YES_WAITING) | BIT(RETURN_ASKED) | BIT(RETURN_WAITING) |
                                     BIT(RETURN_PIN) | BIT(OTHER_BY_HAND) | BIT(EM_SIGN_OUT);
static const uint32_t waiting = BIT(YES_WAITING) | BIT(RETURN_WAITING);
static const uint32_t of_free = BIT(ASSOCIATE) | BIT(SKIP_CONFIRM) | BIT(ERROR);
static const uint32_t of_owner = BIT(SIGN_IN_PIN) | BIT(COUNTDOWN) | BIT(CHOOSE_PROFILE) | BIT(SIGN_OUT_OTHER) |
                                 BIT(YES_WAITING) | BIT(RETURN_ASKED) | BIT(RETURN_WAITING) | BIT(RETURN_PIN);
static const uint32_t by_hand = BIT(EM_SIGN_IN) | BIT(CHOOSE_BY_HAND) | BIT(OTHER_BY_HAND);
static const uint32_t takes_pin = BIT(ASSOCIATE) | BIT(SIGN_IN_PIN) | BIT(EM_SIGN_IN) | BIT(RETURN_PIN);
static const uint32_t in_calls = BIT(SIGN_OUT_OTHER) | BIT(YES_WAITING) | BIT(RETURN_ASKED) | BIT(RETURN_WAITING) |
                                 BIT(OTHER_BY_HAND) | BIT(SIGN_OUT) | BIT(EM_SIGN_OUT);

static int is(const struct hsvc__device *d, uint32_t screens) { return (screens >> d->prompt_state & 1u) != 0; }

/* Which headset brought the screen, and whose it is. */
static void check_prompts_headset(struct hsvc__walk *w, struct hsvc__device *d) {
    const struct hsvc__present *here = hsvc__here(d, d->prompt_serial);
    int needs = hsvc__screen(d) != 0 && !is(d, BIT(SIGN_OUT)) && (!is(d, by_hand) || d->prompt_serial.n != 0);
    MUST(!needs || here != NULL, prompts_headset_is_here);
    if (here == NULL) return;
    MUST(!is(d, of_free) || here->owner.n == 0 || hsvc__is_gone(w, here->owner), association_prompt_has_a_free_headset);
    MUST(!is(d, of_owner) || hsvc__fold_eq(here->owner, d->prompt_user), sign_in_prompt_is_the_owners);
}

static void check_prompt(struct hsvc__walk *w, struct hsvc__device *d) {
    int shown = hsvc__screen(d) != 0, pending = d->verify_state == HSVC__verification_PENDING;
    MUST(shown == (d->prompt_id != 0), prompt_has_an_id);
    MUST(d->session <= d->sequence && d->prompt_id <= d->sequence && d->verify_request <= d->sequence &&
             d->calls_request <= d->sequence, id_was_given);
    MUST(!shown || d->profile_state == HSVC__profile_WORN, no_prompt_before_settled);
    MUST(!shown || is(d, in_calls) || d->call_count == 0, no_flow_during_a_call);
    MUST(!shown || !hsvc__in_emergency(d), no_prompt_in_an_emergency);
    MUST(!is(d, about_others) || hsvc__occupied(d), somebody_to_sign_out);
    MUST(!is(d, waiting) || in_call(d), waiting_yes_has_a_call);
    MUST(!is(d, BIT(SIGN_OUT)) || d->session_state == HSVC__session_LINGERING || d->session_state == HSVC__session_DEFERRED,
         sign_out_prompt_while_away);
    MUST(!shown || d->prompt_due != 0 || pending || is(d, waiting | BIT(SIGN_OUT)), prompt_has_a_deadline);
    MUST(pending == (d->verify_due != 0), verification_has_a_deadline);
    MUST(!pending || is(d, takes_pin), verification_has_a_prompt);
}

/* ---- what it wears ---- */
static void check_profile(struct hsvc__walk *w, const struct hsvc__device *d) {
    int at_rest = d->profile_state == HSVC__profile_WORN, settling = d->profile_state == HSVC__profile_SETTLING;
    int retrying = d->profile_state == HSVC__profile_RETRYING;
    int waits = d->profile_state == HSVC__profile_RESETTING || settling || retrying;
    int confirmed = d->registered && d->generation_acked == d->generation_desired;
    MUST(d->own_profile.n != 0, device_has_a_profile);
    MUST(d->generation_acked <= d->generation_desired, no_generation_from_nowhere);
    MUST(d->screen_acked <= d->screen_told, no_screen_from_nowhere);
    MUST(waits == (d->profile_due != 0), reset_has_a_deadline);
    MUST(!at_rest || confirmed, worn_is_acknowledged);
    MUST(!settling || confirmed, settling_is_registered);
    MUST(d->profile_state != HSVC__profile_AWAY || !d->registered, away_is_not_registered);
    MUST(!retrying || d->generation_acked < d->generation_desired, retry_is_of_the_unacknowledged);
    MUST(d->apply_retries <= HSVC_LIMIT_APPLY_RETRIES, retries_are_bounded);
    MUST(d->wipe_generation <= d->generation_desired, wipe_belongs_to_a_generation);
}

/* The user's record counts the active sessions, and no others (MULTI-1). */
static void check_login(struct hsvc__walk *w, const struct hsvc__device *d) {
    const struct hsvc__user *u = (const struct hsvc__user *)hsvc__fetch(w, HSVC__FAMILY_USER, d->user);
    uint32_t at;
    if (d->user.n == 0) return;
    MUST(u != NULL || !hsvc__occupied(d), session_user_exists); /* an ending one outlives its user (USER-1) */
    if (u == NULL || u->gone) return;
    at = hsvc__login_of(u, d->name);
    MUST(hsvc__occupied(d) == (at < u->login_count && u->logins[at].session == d->session), user_counts_the_session);
}

static void check_deadline(struct hsvc__walk *w, const struct hsvc__device *d) {
    int64_t due = hsvc__earliest(d, NULL);
    struct hsvc__key key;
    MUST((due == HSVC_NEVER ? 0 : due) == d->deadline_at, deadline_is_the_earliest);
    if (d->deadline_at == 0) return;
    hsvc__key_deadline(&key, d->deadline_at, d->name);
    MUST(hsvc__fetch_key(w, HSVC__FAMILY_DEADLINE, &key) != NULL, deadline_has_its_key);
}

void hsvc__check_device(struct hsvc__walk *w, struct hsvc__device *d) {
    check_session(w, d);
    check_ends(w, d);
    check_deferral(w, d);
    check_calls(w, d);
    check_presence(w, d);
    check_prompts_headset(w, d);
    check_prompt(w, d);
    check_profile(w, d);
    check_login(w, d);
    check_deadline(w, d);
    hsvc__check_settings(w, &d->set, HSVC_SCOPE_DEVICE);
}
