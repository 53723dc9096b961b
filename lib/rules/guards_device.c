/* guards_device.c: questions about a device, its headsets, calls, session and profile. Pure: they change nothing. */
#include "rules/ask.h"

/* ---- existence and admission ---- */
int hsvc__is_device_is_missing(struct hsvc__turn *t) { return !t->dev->rec.present; }
int hsvc__is_headset_is_missing(struct hsvc__turn *t) { return !t->headset->rec.present; }
int hsvc__is_user_is_missing(struct hsvc__turn *t) { return !t->user->rec.present; }
int hsvc__is_nothing_is_named(struct hsvc__turn *t) {
    return t->in->user_len == 0 && t->in->device_len == 0 && t->in->serial_len == 0 && t->in->item_count == 0;
}
int hsvc__is_named_user_is_missing(struct hsvc__turn *t) { return t->in->user_len != 0 && !t->user->rec.present; }
int hsvc__is_all_of_nobody(struct hsvc__turn *t) { return t->in->serial_len == 0 && !t->user->rec.present; }
int hsvc__is_named_device_is_missing(struct hsvc__turn *t) { return t->in->device_len != 0 && !t->dev->rec.present; }
int hsvc__is_names_more_than_one(struct hsvc__turn *t) {
    return (t->in->device_len != 0) + (t->in->user_len != 0) + (t->in->site_len != 0) > 1;
}
int hsvc__is_prompt_is_stale(struct hsvc__turn *t) { return t->in->prompt_id != t->dev->prompt_id; }
int hsvc__is_related_user_is_missing(struct hsvc__turn *t) {
    return t->in->state == HSVC_DEVICE_OWNED && !hsvc__user_of(t, INPUT(t, related_user))->rec.present;
}

/* ---- the device itself ---- */
int hsvc__is_device_is_registered(struct hsvc__turn *t) { return t->dev->registered != 0; }
/* A headset's absence means nothing while the device resets, settles or is away (SIGN-5, OUT-11). */
int hsvc__is_device_is_not_judged(struct hsvc__turn *t) {
    uint32_t state = t->dev->profile_state;
    return state == HSVC__profile_RESETTING || state == HSVC__profile_SETTLING ||
           state == HSVC__profile_RETRYING || state == HSVC__profile_AWAY;
}
/* Nothing can be shown on a device that is away or resets; and until it has settled nobody knows who is there (PRES-3). */
int hsvc__is_device_is_not_ready(struct hsvc__turn *t) {
    return !t->dev->registered || t->dev->profile_state != HSVC__profile_WORN;
}
int hsvc__is_device_is_anonymous(struct hsvc__turn *t) { return t->dev->kind == HSVC_DEVICE_ANONYMOUS; }
int hsvc__is_device_has_related_user(struct hsvc__turn *t) { return t->dev->related_user.n != 0; }
int hsvc__is_last_user_is_remembered(struct hsvc__turn *t) {
    return hsvc__value(t, HSVC_PARAM_REMEMBER_LAST_USER, t->dev, NULL, NULL) != 0;
}
int hsvc__is_device_is_in_call(struct hsvc__turn *t) { return t->dev->call_count != 0 || t->dev->calls_lost != 0; }
int hsvc__is_device_is_occupied(struct hsvc__turn *t) { return hsvc__occupied(t->dev); }
int hsvc__is_em_is_disabled(struct hsvc__turn *t) { return !(t->dev->flags & HSVC_FLAG_EM_ENABLED); }
int hsvc__is_device_is_cross_cluster(struct hsvc__turn *t) { return (t->dev->flags & HSVC_FLAG_CROSS_CLUSTER) != 0; }
int hsvc__is_changes_worn_own_profile(struct hsvc__turn *t) {
    return !hsvc__occupied(t->dev) && t->dev->session == 0 && !hsvc__str_eq(t->dev->own_profile, INPUT(t, profile));
}
/* What is not given is as empty as what is stored; a firmware that is not given stays what was reported. */
int hsvc__is_device_put_says_nothing_new(struct hsvc__turn *t) {
    const struct hsvc__device *dev = t->dev;
    return dev->kind == t->in->state && dev->flags == t->in->flags && hsvc__str_eq(dev->site, INPUT(t, site)) &&
           hsvc__str_eq(dev->location, INPUT(t, location)) && hsvc__str_eq(dev->model, INPUT(t, model)) &&
           hsvc__str_eq(dev->related_user, INPUT(t, related_user)) && hsvc__str_eq(dev->own_profile, INPUT(t, profile)) &&
           (t->in->firmware_len == 0 || hsvc__str_eq(dev->firmware, INPUT(t, firmware)));
}

/* ---- presence ---- */
/* A connect speaks for itself; in a snapshot only what was said before is known. */
int hsvc__is_is_inventory_only(struct hsvc__turn *t) {
    if (t->in->kind == HSVC_INPUT_HEADSET_CONNECTED) return (t->in->flags & HSVC_FLAG_INVENTORY_ONLY) != 0;
    return t->headset->inventory_only != 0;
}
int hsvc__is_presence_is_full(struct hsvc__turn *t) {
    return t->dev->plug_count == HSVC_LIMIT_PRESENCE_PER_DEVICE || t->dev->present_count == HSVC_LIMIT_PRESENCE_PER_DEVICE;
}
/* Only a report that says when it happened can be late: a clock that stepped back must not make one stale that came now, and
 * its session endless (PRES-6). */
int hsvc__is_event_is_stale(struct hsvc__turn *t) {
    const struct hsvc__present *here = hsvc__here(t->dev, t->headset->serial);
    const struct hsvc__report *held = hsvc__report_of(t->dev, t->headset->serial);
    if (t->in->at_ms == 0) return 0;
    if (held != NULL) return t->at < held->at;
    if (here != NULL) return t->at < here->event_at;
    return hsvc__fold_eq(t->headset->device, t->dev->name) && t->at < t->headset->event_at;
}
/* newest_elsewhere: when the serial was last reported at another device that still lists it; -1 never. */
static int64_t newest_elsewhere(struct hsvc__turn *t, uint32_t but_flags) {
    int64_t newest = -1;
    for (uint32_t i = 0; i < hsvc__place_count(t->headset); i++) {
        struct hsvc__device *other = hsvc__device_of(t, hsvc__place(t->headset, i));
        const struct hsvc__present *there = hsvc__here(other, t->headset->serial);
        if (other == t->dev || there == NULL || there->flags & but_flags) continue;
        if (there->event_at > newest) newest = there->event_at;
    }
    return newest;
}
int hsvc__is_serial_is_elsewhere(struct hsvc__turn *t) { return newest_elsewhere(t, HSVC__NOT_HERE) >= 0; }
int hsvc__is_newer_is_elsewhere(struct hsvc__turn *t) { return newest_elsewhere(t, 0) > t->at; }
int hsvc__is_serial_is_everywhere(struct hsvc__turn *t) {
    return hsvc__place_count(t->headset) == HSVC_LIMIT_PLACES_PER_SERIAL;
}
int hsvc__is_is_older_than_doubt(struct hsvc__turn *t) { return t->at < hsvc__here(t->dev, t->headset->serial)->left_at; }
int hsvc__is_question_is_another(struct hsvc__turn *t) {
    return t->in->request != 0 && t->in->request != hsvc__here(t->dev, t->headset->serial)->request;
}
int hsvc__is_answer_denies_presence(struct hsvc__turn *t) { return t->in->state == HSVC_PRESENCE_NOT_THERE; }
int hsvc__is_was_fresh(struct hsvc__turn *t) {
    return (hsvc__here(t->dev, t->headset->serial)->flags & HSVC__FRESH_CAME) != 0;
}
int hsvc__is_handle_is_known(struct hsvc__turn *t) {
    const struct hsvc__present *here = hsvc__plugged(t->dev, (uint64_t)t->arg);
    return t->arg == 0 || (here != NULL && hsvc__fold_eq(here->serial, t->headset->serial));
}
/* A disconnect by handle leaves the serial's other handles; one by serial takes them all (PRES-4). */
int hsvc__is_other_handles_remain(struct hsvc__turn *t) {
    const struct hsvc__present *here = hsvc__here(t->dev, t->headset->serial);
    uint32_t others = 0;
    for (uint32_t i = 0; i < t->dev->plug_count; i++)
        others += t->arg != 0 && &t->dev->presents[t->dev->handles[i].of] == here && t->dev->handles[i].handle != (uint64_t)t->arg;
    return others != 0;
}
int hsvc__is_headset_is_nowhere(struct hsvc__turn *t) { return hsvc__place_count(t->headset) == 0; }
int hsvc__is_headset_is_somewhere(struct hsvc__turn *t) { return !hsvc__is_headset_is_nowhere(t); }
int hsvc__is_headset_is_updating(struct hsvc__turn *t) { return t->headset->updating_until > t->at; }

/* ---- calls ---- */
int hsvc__is_call_is_known(struct hsvc__turn *t) {
    for (uint32_t i = 0; i < t->dev->call_count; i++)
        if (t->dev->calling[i].id == t->in->call_id) return 1;
    return 0;
}
int hsvc__is_call_is_unknown(struct hsvc__turn *t) { return !hsvc__is_call_is_known(t); }
int hsvc__is_call_question_is_another(struct hsvc__turn *t) {
    return t->in->request != 0 && t->in->request != t->dev->calls_request;
}
int hsvc__is_no_doubtful_call(struct hsvc__turn *t) {
    for (uint32_t i = 0; i < t->dev->call_count; i++)
        if (hsvc__is_doubtful_call(t->dev, &t->dev->calling[i])) return 0;
    return t->dev->calls_lost == 0 || !hsvc__is_doubtful_loss(t->dev);
}
int hsvc__is_only_doubtful_calls(struct hsvc__turn *t) {
    for (uint32_t i = 0; i < t->dev->call_count; i++)
        if (!hsvc__is_doubtful_call(t->dev, &t->dev->calling[i])) return 0;
    return t->dev->calls_lost == 0 || hsvc__is_doubtful_loss(t->dev);
}
int hsvc__is_other_calls_remain(struct hsvc__turn *t) { return t->dev->call_count > 1 || t->dev->calls_lost != 0; }
int hsvc__is_snapshot_has_no_calls(struct hsvc__turn *t) {
    for (size_t i = 0; i < t->in->item_count; i++)
        if (t->in->items[i].kind == HSVC_ITEM_CALL) return 0;
    return 1;
}
/* After an emergency call the call centre may ring back: only a person at the phone may make it reset (SAFE-2). */
int hsvc__is_device_is_held(struct hsvc__turn *t) { return t->dev->emergency_state == HSVC__emergency_HOLDING; }
int hsvc__is_hold_bars_offer(struct hsvc__turn *t) { return hsvc__hold_bars(t, t->headset->owner); }
int hsvc__is_sign_out_must_wait(struct hsvc__turn *t) { return hsvc__is_device_is_in_call(t) || hsvc__is_device_is_held(t); }
int hsvc__is_profile_is_not_handed_out(struct hsvc__turn *t) {
    return hsvc__effects_find(t->fx, HSVC_EFFECT_APPLY_PROFILE, t->dev->name) < t->fx->effect_count;
}
int hsvc__is_another_node_asked(struct hsvc__turn *t) { return hsvc__is_anothers_question(t->dev, t->txn->node); }
int hsvc__is_device_is_in_emergency(struct hsvc__turn *t) { return hsvc__in_emergency(t->dev); }

/* ---- the menu: what of the present headsets an entry could serve ---- */
static int is_any_here(const struct hsvc__device *dev, int owned) {
    for (uint32_t i = 0; i < dev->present_count; i++)
        if (!(dev->presents[i].flags & HSVC__NOT_HERE) && (dev->presents[i].owner.n != 0) == owned) return 1;
    return 0;
}
int hsvc__is_no_free_headset_is_here(struct hsvc__turn *t) { return !is_any_here(t->dev, 0); }
int hsvc__is_no_owned_headset_is_here(struct hsvc__turn *t) { return !is_any_here(t->dev, 1); }
int hsvc__is_nobody_is_signed_in(struct hsvc__turn *t) { return !hsvc__occupied(t->dev); }

/* ---- session ---- */
int hsvc__is_several_logins_are_allowed(struct hsvc__turn *t) {
    return hsvc__value(t, HSVC_PARAM_MULTIPLE_LOGIN, NULL, t->user, NULL) == HSVC_CHOICE_MULTIPLE_LOGIN_ALLOWED;
}
/* A device that is reported away twice has been away since the first time. */
int hsvc__is_absence_is_bounded(struct hsvc__turn *t) {
    return t->dev->away_due == 0 && hsvc__value(t, HSVC_PARAM_UNREGISTERED_MAX, t->dev, NULL, NULL) != 0;
}
int hsvc__is_headset_is_session_users(struct hsvc__turn *t) {
    return t->dev->session != 0 && t->headset->owner.n != 0 && hsvc__fold_eq(t->headset->owner, t->dev->user);
}
int hsvc__is_headset_is_strangers(struct hsvc__turn *t) { return !hsvc__is_headset_is_session_users(t); }
int hsvc__is_owner_is_still_here(struct hsvc__turn *t) { return hsvc__user_is_here(t->dev, t->dev->user, t->headset->serial); }
int hsvc__is_headset_em_is_denied(struct hsvc__turn *t) {
    return hsvc__value(t, HSVC_PARAM_HEADSET_EM, t->dev, hsvc__owner(t), NULL) == HSVC_CHOICE_HEADSET_EM_DENY;
}
/* Under DENY a headset is no more than a reason to show the screen for signing in and out by hand (DENY-1). */
int hsvc__is_em_screen_is_wanted(struct hsvc__turn *t) {
    return t->headset->owner.n != 0 && hsvc__is_headset_em_is_denied(t) && !hsvc__is_em_is_disabled(t) &&
           hsvc__value(t, HSVC_PARAM_EM_SCREEN_WHEN_DENIED, t->dev, NULL, NULL);
}
/* It came with this very event; one that was only associated now has been here (DENY-1, ASSOC-7). */
int hsvc__is_headset_came_under_deny(struct hsvc__turn *t) {
    const struct hsvc__present *here = hsvc__here(t->dev, t->headset->serial);
    return here != NULL && here->since_at == t->at && hsvc__is_headset_em_is_denied(t);
}
int hsvc__is_sign_out_is_refused_now(struct hsvc__turn *t) {
    return hsvc__is_device_is_in_call(t) && hsvc__value(t, HSVC_PARAM_SIGN_OUT_DURING_CALL, t->dev, NULL, NULL) ==
                                                HSVC_CHOICE_SIGN_OUT_DURING_CALL_REFUSE;
}
int hsvc__is_cancel_keeps(struct hsvc__turn *t) {
    return hsvc__value(t, HSVC_PARAM_CANCEL_ON_SIGN_OUT_PROMPT, t->dev, NULL, NULL) ==
           HSVC_CHOICE_CANCEL_ON_SIGN_OUT_PROMPT_KEEP;
}
int hsvc__is_window_cannot_be_extended(struct hsvc__turn *t) { return !hsvc__can_extend(t->dev); }
int hsvc__is_own_profile_must_wait(struct hsvc__turn *t) {
    return hsvc__is_changes_worn_own_profile(t) && hsvc__is_sign_out_must_wait(t);
}
int hsvc__is_own_profile_waits(struct hsvc__turn *t) { return t->dev->profile_owed && !hsvc__is_sign_out_must_wait(t); }
/* `now` cuts calls, but never an emergency call (OUT-13, SAFE-2). */
int hsvc__is_force_ends_calls(struct hsvc__turn *t) {
    uint32_t flags = t->job != NULL ? t->job->flags : t->in->flags;
    return flags & HSVC_FLAG_NOW && (t->dev->emergency_state <= HSVC__emergency_QUIET || HSVC__MUTANT(emergencies_cut));
}
int hsvc__is_forces_a_user(struct hsvc__turn *t) {
    return t->in->kind == HSVC_INPUT_FORCE_SIGN_OUT && t->in->user_len != 0;
}
int hsvc__is_forces_many(struct hsvc__turn *t) { return t->in->kind == HSVC_INPUT_FORCE_SIGN_OUT && t->in->device_len == 0; }
/* The headset left while DENY made it nobody's business; now it is somebody's again (POL-5). */
int hsvc__is_session_is_unwatched(struct hsvc__turn *t) { return (t->dev->session_flags & HSVC__SESSION_UNWATCHED) != 0; }
int hsvc__is_watch_resumes(struct hsvc__turn *t) {
    const struct hsvc__user *user;
    if (!hsvc__is_session_is_unwatched(t)) return 0;
    user = hsvc__session_user(t);
    return hsvc__value(t, HSVC_PARAM_HEADSET_EM, t->dev, user, NULL) == HSVC_CHOICE_HEADSET_EM_ALLOW &&
           !hsvc__user_is_here(t->dev, user->id, hsvc__str_of(NULL, 0));
}
int hsvc__is_max_time_moves(struct hsvc__turn *t) { return hsvc__max_time(t) != t->dev->max_due; }
int hsvc__is_sign_out_prompt_is_owed(struct hsvc__turn *t) {
    return t->dev->session_state == HSVC__session_LINGERING && !(t->dev->session_flags & HSVC__SESSION_DISMISSED) &&
           !hsvc__is_device_is_not_ready(t) && !hsvc__in_emergency(t->dev);
}
/* During a call nothing is offered, but a colleague may ask to take the phone over: Yes will wait (CALL-1, TAKE-4). */
int hsvc__is_call_bars_offer(struct hsvc__turn *t) { return hsvc__call_bars(t, t->headset->owner); }
/* Somebody else's headset waits to take over a session whose user is away (PROMPT-7). */
int hsvc__is_strangers_headset_waits(struct hsvc__turn *t) {
    return t->dev->session_state == HSVC__session_LINGERING && hsvc__is_fresh_headset_waits(t) &&
           hsvc__newest_fresh(t)->owner.n != 0;
}
int hsvc__is_turn_was_given(struct hsvc__turn *t) { return t->dev->rec.refused != 0; }
int hsvc__is_fresh_headset_waits(struct hsvc__turn *t) {
    return !hsvc__is_device_is_not_ready(t) && hsvc__newest_fresh(t) != NULL;
}

/* ---- profile ---- */
int hsvc__is_generation_is_newer(struct hsvc__turn *t) { return t->in->generation > t->dev->generation_desired; }
int hsvc__is_generation_is_acknowledged(struct hsvc__turn *t) { return t->dev->generation_acked == t->in->generation; }
int hsvc__is_retries_remain(struct hsvc__turn *t) { return t->dev->apply_retries < HSVC_LIMIT_APPLY_RETRIES; }
int hsvc__is_generation_is_older(struct hsvc__turn *t) { return t->in->generation < t->dev->generation_desired; }
/* Settling waits for headsets that were here before the reset or the outage (PRES-1). */
int hsvc__is_no_headset_could_return(struct hsvc__turn *t) { return t->dev->present_count == 0; }
int hsvc__is_settles_too_often(struct hsvc__turn *t) { return t->dev->settlings >= HSVC_LIMIT_SETTLINGS; }
int hsvc__is_registered_and_no_headset_could_return(struct hsvc__turn *t) {
    return t->dev->registered && hsvc__is_no_headset_could_return(t);
}
int hsvc__is_older_generation_must_wait(struct hsvc__turn *t) {
    return hsvc__is_generation_is_older(t) && hsvc__is_sign_out_must_wait(t);
}
int hsvc__is_profile_is_unworn(struct hsvc__turn *t) { return t->dev->generation_acked != t->dev->generation_desired; }
int hsvc__is_unworn_profile_must_wait(struct hsvc__turn *t) {
    return hsvc__is_profile_is_unworn(t) && hsvc__is_sign_out_must_wait(t);
}
/* Without a retry behind it, what is to be sent again was held back by a call or a hold (CALL-1); a retry has its time. */
int hsvc__is_held_profile_may_go(struct hsvc__turn *t) { return t->dev->apply_retries == 0 && !hsvc__is_sign_out_must_wait(t); }
int hsvc__is_something_is_outstanding(struct hsvc__turn *t) {
    return hsvc__is_profile_is_unworn(t) || t->dev->wipe_generation != 0;
}
int hsvc__is_screen_is_newer(struct hsvc__turn *t) { return t->in->generation > t->dev->screen_told; }
int hsvc__is_screen_is_acknowledged(struct hsvc__turn *t) { return t->dev->screen_acked == t->dev->screen_told; }
int hsvc__is_screen_is_newest(struct hsvc__turn *t) {
    return t->in->generation == t->dev->screen_told && !hsvc__is_screen_is_acknowledged(t);
}
int hsvc__is_wipe_is_owed(struct hsvc__turn *t) {
    return t->dev->wipe_generation != 0 && t->in->generation >= t->dev->wipe_generation;
}
int hsvc__is_device_has_failures(struct hsvc__turn *t) { return t->dev->failures != 0 || t->dev->throttled_until != 0; }

/* ---- what is held of a device whose headsets flap ---- */
/* Whoever is awaited is let in: a window that runs out meanwhile would sign out somebody who is here. */
static int is_awaited(struct hsvc__turn *t) {
    uint32_t state = t->dev->session_state;
    return (state == HSVC__session_LINGERING || state == HSVC__session_KEPT || state == HSVC__session_DEFERRED) &&
           hsvc__is_headset_is_session_users(t) && hsvc__here(t->dev, t->headset->serial) == NULL;
}
int hsvc__is_connect_is_held(struct hsvc__turn *t) { return hsvc__flaps(t->dev) && !is_awaited(t); }

int hsvc__is_disconnect_is_held(struct hsvc__turn *t) {
    const struct hsvc__present *here = hsvc__here(t->dev, t->headset->serial);
    if (!hsvc__flaps(t->dev)) return 0;
    if (hsvc__report_of(t->dev, t->headset->serial) != NULL) return !hsvc__is_event_is_stale(t);
    return here != NULL && !(here->flags & HSVC__NOT_HERE);
}

/* New handles beyond what a device may have are refused, as ever; those of before always have room (SAFE-5). */
int hsvc__is_reports_are_full(struct hsvc__turn *t) {
    uint32_t count = 0;
    if (!hsvc__is_connect_is_held(t)) return 0;
    for (uint32_t i = 0; i < t->dev->report_count; i++) {
        const struct hsvc__report *one = &t->dev->reports[i];
        count += one->here || hsvc__here(t->dev, one->serial) != NULL ? 1 : 0;
    }
    return count >= HSVC_LIMIT_PRESENCE_PER_DEVICE;
}
