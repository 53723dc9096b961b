/* guards_prompt.c: questions about prompts, credentials, eligibility and associations. Pure: they change nothing. */
#include "rules/ask.h"

/* ---- whose headset ---- */
int hsvc__is_headset_is_owned(struct hsvc__turn *t) { return t->headset->owner.n != 0; }
int hsvc__is_headset_is_prompts(struct hsvc__turn *t) { return hsvc__fold_eq(t->headset->serial, t->dev->prompt_serial); }
int hsvc__is_headset_is_skipped(struct hsvc__turn *t) {
    const struct hsvc__skip *skip = hsvc__skip_of(t, t->headset->serial, t->dev);
    return skip->rec.present && skip->associations == t->headset->associations;
}
int hsvc__is_user_owns_headset(struct hsvc__turn *t) { return hsvc__fold_eq(t->headset->owner, t->user->id); }
int hsvc__is_user_is_not_owner(struct hsvc__turn *t) {
    return t->in->user_len != 0 && !hsvc__fold_eq(t->headset->owner, INPUT(t, user));
}
/* A move names whom it takes the headset from: nobody else loses one by it (ASSOC-2). */
int hsvc__is_holder_is_another(struct hsvc__turn *t) { return !hsvc__fold_eq(t->headset->owner, INPUT(t, name)); }
/* The user of such a step is the device's owner, if it has one (ASSOC-8). */
int hsvc__is_device_has_no_owner(struct hsvc__turn *t) { return hsvc__is_headset_is_nowhere(t) || !t->user->rec.present; }
int hsvc__is_user_is_disabled(struct hsvc__turn *t) { return t->user->disabled != 0; }
static int is_full(struct hsvc__turn *t, const struct hsvc__user *user) {
    return user->headset_list.count >= hsvc__value(t, HSVC_PARAM_HEADSETS_PER_USER_MAX, NULL, user, NULL);
}
int hsvc__is_user_is_full(struct hsvc__turn *t) {
    if (!is_full(t, t->user)) return 0;
    t->verdict.limit = hsvc__value(t, HSVC_PARAM_HEADSETS_PER_USER_MAX, NULL, t->user, NULL);
    return 1;
}

/* ---- association prompts ---- */
static int64_t association_prompt(struct hsvc__turn *t) {
    return hsvc__value(t, HSVC_PARAM_ASSOCIATION_PROMPT, t->dev, NULL, NULL);
}
int hsvc__is_association_prompt_is_never(struct hsvc__turn *t) {
    return association_prompt(t) == HSVC_CHOICE_ASSOCIATION_PROMPT_NEVER;
}
int hsvc__is_association_needs_em(struct hsvc__turn *t) {
    return association_prompt(t) == HSVC_CHOICE_ASSOCIATION_PROMPT_EM_DEVICES_ONLY && hsvc__is_em_is_disabled(t);
}
int hsvc__is_prompt_is_of_menu(struct hsvc__turn *t) { return (t->dev->prompt_flags & HSVC__PROMPT_MENU) != 0; }
/* What is on the screen would not be shown any more, unless somebody asked for it at the menu or a check is under way (POL-4). */
int hsvc__is_association_is_withdrawn(struct hsvc__turn *t) {
    if (hsvc__is_prompt_is_of_menu(t)) return hsvc__is_association_menu_is_off(t);
    return !hsvc__is_verification_is_pending(t) &&
           (hsvc__is_association_prompt_is_never(t) || hsvc__is_association_needs_em(t));
}
int hsvc__is_association_menu_is_off(struct hsvc__turn *t) {
    return hsvc__is_association_prompt_is_never(t) &&
           !hsvc__value(t, HSVC_PARAM_MANUAL_ASSOCIATION_WHEN_NEVER, t->dev, NULL, NULL);
}
int hsvc__is_no_usable_headset(struct hsvc__turn *t) {
    const struct hsvc__present *here = hsvc__here(t->dev, t->headset->serial);
    return here == NULL || here->flags & HSVC__NOT_HERE;
}
int hsvc__is_attempts_are_used_up(struct hsvc__turn *t) {
    const struct hsvc__present *here = hsvc__here(t->dev, t->headset->serial);
    return here != NULL &&
           here->attempts + 1 >= hsvc__value(t, HSVC_PARAM_ASSOCIATION_ATTEMPTS_MAX, t->dev, NULL, NULL);
}

/* ---- the user whose PIN it is ---- */
static struct hsvc__user *typed(struct hsvc__turn *t) { return hsvc__user_of(t, hsvc__typed_user(t)); }
int hsvc__is_typed_user_is_missing(struct hsvc__turn *t) { return !typed(t)->rec.present; }
int hsvc__is_typed_user_is_disabled(struct hsvc__turn *t) { return typed(t)->disabled != 0; }
int hsvc__is_typed_user_is_locked(struct hsvc__turn *t) { return typed(t)->locked_until > t->at; }
int hsvc__is_typed_user_is_full(struct hsvc__turn *t) { return is_full(t, typed(t)); }
int hsvc__is_typed_user_is_not_owner(struct hsvc__turn *t) {
    return !hsvc__fold_eq(hsvc__typed_user(t), t->headset->owner);
}
/* A locked user's entry, where a wrong one would be counted: it must look like one (SIGN-6). */
int hsvc__is_entry_is_for_locked_user(struct hsvc__turn *t) {
    return !hsvc__is_submit_is_blank(t) && !hsvc__is_verification_is_pending(t) && !hsvc__is_device_is_throttled_for_submit(t) &&
           hsvc__is_typed_user_is_locked(t);
}
int hsvc__is_locked_entry_uses_up_attempts(struct hsvc__turn *t) {
    return hsvc__is_entry_is_for_locked_user(t) && hsvc__is_attempts_are_used_up(t);
}
int hsvc__is_submit_is_blank(struct hsvc__turn *t) { return t->in->pin_len == 0 || hsvc__typed_user(t).n == 0; }
/* The phone must not tell an unknown, disabled or locked user from a wrong PIN (SIGN-6, USER-1). */
static int looks_wrong(uint32_t reason) { return hsvc__told(reason) == HSVC_REASON_CREDENTIALS_WRONG; }
int hsvc__is_refusal_looks_wrong(struct hsvc__turn *t) {
    return hsvc__is_barred_by_may_take(t) && looks_wrong(t->barred->reason);
}
int hsvc__is_refusal_by_hand_looks_wrong(struct hsvc__turn *t) {
    return hsvc__is_barred_by_may_sign_in_by_hand(t) && looks_wrong(t->barred->reason);
}
int hsvc__is_attempts_are_used_up_by_refusal(struct hsvc__turn *t) {
    return hsvc__is_refusal_looks_wrong(t) && hsvc__is_attempts_are_used_up(t);
}

/* ---- may this user sign in here? The newcomer is the headset's owner, or whoever typed (ask.h) ---- */
int hsvc__is_newcomer_is_devices_owner(struct hsvc__turn *t) {
    hsvc__str id = hsvc__newcomer(t)->id;
    if (t->dev->kind != HSVC_DEVICE_OWNED) return 0; /* an owned one has an owner: nobody, of no id, is not it */
    return hsvc__fold_eq(t->dev->related_user, id) || hsvc__fold_eq(hsvc__known_as(t, t->dev->related_user)->id, id);
}
int hsvc__is_newcomer_is_disabled(struct hsvc__turn *t) {
    const struct hsvc__user *user = hsvc__newcomer(t);
    return !user->rec.present || user->disabled;
}
int hsvc__is_newcomer_has_no_profile(struct hsvc__turn *t) { return hsvc__newcomer(t)->profile_list.count == 0; }

/* confirmed_there: is the user known to be at that device? A window, a reset, a doubt or an absence is no confirmation
 * (OUT-12); by hand nobody's headset need be there, but one that is in doubt speaks against it. */
static int confirmed_there(struct hsvc__turn *t, hsvc__str device) {
    struct hsvc__device *there = hsvc__device_of(t, device);
    if (HSVC__MUTANT(everybody_is_confirmed)) return 1;
    return there->session_state == HSVC__session_SIGNED_IN && there->registered &&
           (hsvc__user_is_certain(there, there->user) ||
            (there->session_flags & HSVC__SESSION_BY_HAND && !hsvc__user_is_here(there, there->user, hsvc__str_of(NULL, 0)))) &&
           (there->profile_state == HSVC__profile_WORN || there->profile_state == HSVC__profile_OVERDUE);
}
/* confirmed_elsewhere: is the newcomer present at another phone, where several logins are treated like this? */
static int confirmed_elsewhere(struct hsvc__turn *t, int64_t multiple_login) {
    const struct hsvc__user *user = hsvc__newcomer(t);
    if (user->login_count == 0) return 0;
    if (hsvc__value(t, HSVC_PARAM_MULTIPLE_LOGIN, NULL, user, NULL) != multiple_login) return 0;
    for (uint32_t i = 0; i < user->login_count; i++)
        if (!hsvc__fold_eq(user->logins[i].device, t->dev->name) && confirmed_there(t, user->logins[i].device)) return 1;
    return 0;
}
int hsvc__is_newcomer_is_signed_in_elsewhere(struct hsvc__turn *t) {
    return confirmed_elsewhere(t, HSVC_CHOICE_MULTIPLE_LOGIN_NOT_ALLOWED);
}
int hsvc__is_newcomer_is_session_user(struct hsvc__turn *t) {
    return t->dev->session != 0 && hsvc__fold_eq(hsvc__newcomer(t)->id, t->dev->user);
}
int hsvc__is_newcomers_sessions_are_full(struct hsvc__turn *t) {
    const struct hsvc__user *user = hsvc__newcomer(t);
    return user->login_count == HSVC_LIMIT_SESSIONS_PER_USER &&
           hsvc__value(t, HSVC_PARAM_MULTIPLE_LOGIN, NULL, user, NULL) == HSVC_CHOICE_MULTIPLE_LOGIN_ALLOWED;
}

/* A present user, or one who signed in by hand, is not replaced without a PIN (AUTO-5). */
static int replaces_somebody(struct hsvc__turn *t) {
    if (HSVC__MUTANT(anybody_is_replaced)) return 0;
    if (confirmed_elsewhere(t, HSVC_CHOICE_MULTIPLE_LOGIN_AUTO_SIGN_OUT)) return 1;
    if (!hsvc__occupied(t->dev) || hsvc__is_headset_is_session_users(t)) return 0;
    return t->dev->session_state == HSVC__session_SIGNED_IN || (t->dev->session_flags & HSVC__SESSION_BY_HAND) != 0;
}
int hsvc__is_pin_is_needed(struct hsvc__turn *t) {
    return replaces_somebody(t) || hsvc__is_pin_is_required(t);
}
int hsvc__is_newcomer_is_locked(struct hsvc__turn *t) {
    return hsvc__newcomer(t)->locked_until > t->at && hsvc__is_pin_is_needed(t);
}
int hsvc__is_device_is_throttled(struct hsvc__turn *t) {
    return t->dev->throttled_until > t->at && hsvc__is_pin_is_needed(t);
}
/* The device's owner and somebody else's session: there is no sign-in, so a present user is no reason for a PIN (SIGN-2). */
int hsvc__is_owner_returns(struct hsvc__turn *t) {
    return hsvc__occupied(t->dev) && hsvc__is_newcomer_is_devices_owner(t) && !hsvc__is_newcomer_is_session_user(t);
}
/* Where more is in the way than a PIN, the countdown ends instead (POL-5). */
int hsvc__is_only_pin_is_in_the_way(struct hsvc__turn *t) {
    int barred = hsvc__is_barred_by_may_sign_in(t);
    t->barred = NULL;
    return !barred && hsvc__is_pin_is_required(t);
}
static int policy_wants_pin(struct hsvc__turn *t) {
    return hsvc__value(t, HSVC_PARAM_PIN_ENTRY, t->dev, hsvc__newcomer(t), NULL) == HSVC_CHOICE_PIN_ENTRY_REQUIRED;
}
/* A serial that is at two devices proves nobody, nor one that perhaps is not there, though the other device has lost it again
 * (PRES-7, PRES-8). */
static int proves_nobody(struct hsvc__turn *t) {
    const struct hsvc__present *here = hsvc__here(t->dev, t->headset->serial);
    return hsvc__is_serial_is_elsewhere(t) || (here != NULL && here->flags & HSVC__DOUBTFUL);
}
int hsvc__is_pin_is_required(struct hsvc__turn *t) {
    return hsvc__flaps(t->dev) || (!HSVC__MUTANT(clones_believed) && proves_nobody(t)) || policy_wants_pin(t);
}
int hsvc__is_owner_is_locked_for_return(struct hsvc__turn *t) {
    return hsvc__newcomer(t)->locked_until > t->at && hsvc__is_pin_is_required(t);
}
int hsvc__is_device_is_throttled_for_return(struct hsvc__turn *t) {
    return t->dev->throttled_until > t->at && hsvc__is_pin_is_required(t);
}
int hsvc__is_device_is_throttled_for_submit(struct hsvc__turn *t) { return t->dev->throttled_until > t->at; }
/* Sign in stands on the success screen where SIGN-1 holds and nobody else is in the way (PROMPT-2). */
int hsvc__is_sign_in_is_not_offered(struct hsvc__turn *t) {
    int barred = hsvc__occupied(t->dev) || t->dev->session != 0 || hsvc__is_barred_by_may_sign_in(t);
    t->barred = NULL;
    return barred;
}
/* Without a PIN later on, Yes alone must not end the session of somebody who is present: then ON_SIGN_IN's order holds (AUTO-5). */
int hsvc__is_takeover_is_on_yes(struct hsvc__turn *t) {
    return hsvc__value(t, HSVC_PARAM_TAKEOVER_COMMIT, t->dev, NULL, NULL) == HSVC_CHOICE_TAKEOVER_COMMIT_ON_YES &&
           (policy_wants_pin(t) || !replaces_somebody(t)); /* a doubt about the newcomer is no reason to end it sooner (SAFE-4) */
}

/* ---- prompts ---- */
int hsvc__is_prompt_is_anothers(struct hsvc__turn *t) { return !hsvc__fold_eq(t->dev->prompt_user, t->headset->owner); }
int hsvc__is_prompt_is_not_proven(struct hsvc__turn *t) { return !(t->dev->prompt_flags & HSVC__PROMPT_PROVEN); }
int hsvc__is_profile_must_be_chosen(struct hsvc__turn *t) {
    return t->dev->chosen_profile.n == 0 && hsvc__newcomer(t)->profile_list.count > 1;
}
int hsvc__is_profile_chosen_is_unknown(struct hsvc__turn *t) {
    return t->dev->chosen_profile.n != 0 && !hsvc__has_profile(hsvc__newcomer(t), t->dev->chosen_profile);
}
int hsvc__is_named_profile_is_unknown(struct hsvc__turn *t) {
    return t->in->profile_len != 0 && !hsvc__has_profile(hsvc__newcomer(t), INPUT(t, profile));
}
int hsvc__is_takeover_is_not_asked_for(struct hsvc__turn *t) { return !(t->in->flags & HSVC_FLAG_TAKE_OVER); }
int hsvc__is_profile_typed_is_unknown(struct hsvc__turn *t) { return !hsvc__has_profile(hsvc__newcomer(t), INPUT(t, profile)); }

/* ---- verification ---- */
int hsvc__is_verification_is_pending(struct hsvc__turn *t) { return t->dev->verify_state == HSVC__verification_PENDING; }
int hsvc__is_request_is_another(struct hsvc__turn *t) { return t->in->request != t->dev->verify_request; }
int hsvc__is_answer_is_right(struct hsvc__turn *t) { return t->in->state == HSVC_VERIFY_OK; }
int hsvc__is_answer_counts(struct hsvc__turn *t) {
    return t->in->state == HSVC_VERIFY_WRONG || t->in->state == HSVC_VERIFY_USER_UNKNOWN;
}
int hsvc__is_answer_is_must_change(struct hsvc__turn *t) {
    return t->in->state == HSVC_VERIFY_MUST_CHANGE;
}
int hsvc__is_answer_is_late_and_wrong(struct hsvc__turn *t) {
    return hsvc__late_user(t) != NULL && hsvc__is_answer_counts(t);
}

/* ---- lockout ---- */
int hsvc__is_user_is_unknown(struct hsvc__turn *t) { return !t->user->rec.present; }
int hsvc__is_named_user_is_locked(struct hsvc__turn *t) { return t->user->locked_until > t->at; }
int hsvc__is_user_has_failures(struct hsvc__turn *t) { return t->user->failures != 0 || t->user->locked_until != 0; }

/* next_failure: what the count becomes: it starts again when the first failure lapsed, or after a lock. A device's count is
 * nobody's: what was set for whoever was typed there does not matter (LOCK-1). */
uint32_t hsvc__next_failure(struct hsvc__turn *t, const struct hsvc__user *user, uint32_t failures, int64_t first_at, int64_t until) {
    int64_t lapse = hsvc__value(t, HSVC_PARAM_LOCKOUT_RESET_AFTER, NULL, user, NULL);
    if (failures == 0 || until != 0 || t->at - first_at >= lapse) return 1;
    return failures + 1;
}
int hsvc__is_failure_locks_user(struct hsvc__turn *t) {
    int64_t most = hsvc__value(t, HSVC_PARAM_LOCKOUT_FAILURES, NULL, t->user, NULL);
    return most != 0 && hsvc__next_failure(t, t->user, t->user->failures, t->user->first_failure_at, t->user->locked_until) >= most;
}
int hsvc__is_failure_closes_device(struct hsvc__turn *t) {
    int64_t most = hsvc__value(t, HSVC_PARAM_DEVICE_FAILURES_MAX, t->dev, NULL, NULL);
    return most != 0 && hsvc__next_failure(t, NULL, t->dev->failures, t->dev->first_failure_at, t->dev->throttled_until) >= most;
}

/* What DENY would not show; a check that is under way is refused when it is answered (POL-4). */
int hsvc__is_prompt_is_denied(struct hsvc__turn *t) {
    return !hsvc__is_verification_is_pending(t) && hsvc__is_headset_em_is_denied(t);
}
int hsvc__is_em_screen_is_withdrawn(struct hsvc__turn *t) {
    return t->dev->prompt_serial.n != 0 && !hsvc__is_verification_is_pending(t) && !hsvc__is_em_screen_is_wanted(t);
}

/* ---- users ---- */
int hsvc__is_changed_owner_is_disabled(struct hsvc__turn *t) {
    return hsvc__fold_eq(t->headset->owner, t->job->subject) && hsvc__owner(t)->disabled != 0;
}
int hsvc__is_session_user_is_disabled(struct hsvc__turn *t) { return hsvc__session_user(t)->disabled != 0; }
int hsvc__is_session_profile_is_gone(struct hsvc__turn *t) { return !hsvc__has_profile(hsvc__session_user(t), t->dev->profile); }
static int is_at_many_devices(const struct hsvc__user *user) {
    return user->login_count + user->headset_list.count > HSVC_LIMIT_DEVICES_AT_ONCE;
}
int hsvc__is_disables_user_of_many(struct hsvc__turn *t) {
    return is_at_many_devices(t->user) && hsvc__is_disables_user(t);
}
int hsvc__is_disables_user(struct hsvc__turn *t) {
    return t->in->flags & HSVC_FLAG_DISABLED && !t->user->disabled;
}
int hsvc__is_user_put_says_nothing_new(struct hsvc__turn *t) {
    const struct hsvc__user *user = t->user;
    if (user->profile_list.count != t->in->item_count || user->disabled != ((t->in->flags & HSVC_FLAG_DISABLED) != 0)) return 0;
    for (size_t i = 0; i < t->in->item_count; i++)
        if (!hsvc__str_eq(user->profile_list.at[i], hsvc__str_of(t->in->items[i].text, t->in->items[i].text_len))) return 0;
    return 1;
}
static int keeps(struct hsvc__turn *t, hsvc__str profile) {
    for (size_t i = 0; i < t->in->item_count; i++)
        if (hsvc__str_eq(profile, hsvc__str_of(t->in->items[i].text, t->in->items[i].text_len))) return 1;
    return 0;
}
int hsvc__is_drops_worn_profile(struct hsvc__turn *t) {
    for (uint32_t i = 0; i < t->user->login_count; i++)
        if (!keeps(t, hsvc__device_of(t, t->user->logins[i].device)->profile)) return 1;
    return 0;
}
int hsvc__is_drops_profile_of_many(struct hsvc__turn *t) {
    if (!is_at_many_devices(t->user)) return 0;
    for (uint32_t i = 0; i < t->user->profile_list.count; i++)
        if (!keeps(t, t->user->profile_list.at[i])) return 1;
    return 0;
}
