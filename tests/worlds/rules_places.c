/* rules_places.c: what must hold of leaving and coming back, of screens, profiles and time; and of every call. */
#include "worlds/rules.h"

/* ---- calls: how the library answers, and what a commit is ---- */
const char *no_call_fails(const struct moment *m) {
    return m->happened->status == HSVC_OK ? NULL : hsvc_name(HSVC_REGISTRY_STATUS, m->happened->status);
}
const char *one_input_one_commit(const struct moment *m) {
    if (m->happened->broken != NULL) return m->happened->broken;
    return is_time(m) || m->happened->commits == 1 ? NULL : "an input was not exactly one commit";
}
const char *one_verdict_with_its_rule(const struct moment *m) {
    if (is_time(m)) return NULL;
    return m->happened->verdicts == 1 && m->happened->has_rule ? NULL : "an input without its one verdict and rule";
}
const char *refusals_change_no_session(const struct moment *m) {
    if (is_time(m) || m->happened->accepted) return NULL;
    EACH_DEVICE(i)
        if (has_begun(m, i)) return "a refused input signed somebody in";
    return NULL;
}

/* ---- leaving and coming back ---- */
const char *windows_are_for_the_absent(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if ((d->window_due != 0) != (d->session_state == HSVC_SESSION_LINGERING)) return "a window without somebody away, or the other way round";
        if (d->window_due == 0) continue;
        if (d->window_due > m->after->now + HSVC_LIMIT_WINDOW) return "a window is longer than fifteen minutes";
        if (is_certain(AFTER(m), i, d->user)) return "a window runs though a headset of its user is here";
    }
    return NULL;
}
const char *leaving_opens_a_window(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_unplug)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (was->session_state != HSVC_SESSION_SIGNED_IN || was->session != is->session || was->flapping || was->deadline <= m->before->now) return NULL;
    if (!is_owned_by(BEFORE(m), m->event->who, was->user) || any_of(AFTER(m), m->event->device, is->user)) return NULL;
    if (was->profile_state != HSVC_PROFILE_WORN || AFTER(m)->policy.deny || BEFORE(m)->headset[m->event->who].updating) return NULL;
    if (is->at[m->event->who].here) return NULL; /* held, or waiting for its update */
    if (is->session_state != HSVC_SESSION_LINGERING) return "the last headset left and no window runs";
    return is->window_due == m->after->now + AFTER(m)->policy.window ? NULL : "a window does not run from the event";
}
const char *leaving_asks(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_unplug)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (was->session_state != HSVC_SESSION_SIGNED_IN || is->session_state != HSVC_SESSION_LINGERING || was->session != is->session) return NULL;
    if (!is_ready(is) || is->prompt != 0) return NULL;
    return "the last headset left and nobody is asked whether to sign out";
}
const char *coming_back_costs_nothing(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_plug)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (was->session_state != HSVC_SESSION_LINGERING || !is_owned_by(BEFORE(m), m->event->who, was->user) || !m->happened->accepted) return NULL;
    if (was->window_due < m->after->now || m->happened->reason == HSVC_REASON_HELD || is->at[m->event->who].doubtful) return NULL;
    if (is->session != was->session) return "somebody came back in time and was signed out";
    if (is->session_state == HSVC_SESSION_LINGERING || is->window_due != 0) return "somebody came back and the window runs on";
    return is->desired == was->desired ? NULL : "somebody came back in time and the phone was reset";
}
const char *coming_back_late_is_late(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_plug)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (was->window_due == 0 || was->window_due >= m->before->now || was->calls != 0 || was->holding) return NULL;
    return is->session == was->session ? "somebody came back after the window and is still signed in" : NULL;
}
const char *resets_are_no_leaving(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_unplug)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (was->deadline <= m->before->now || was->at[m->event->who].doubtful) return NULL;
    if (was->profile_state != HSVC_PROFILE_RESETTING && was->profile_state != HSVC_PROFILE_SETTLING && was->profile_state != HSVC_PROFILE_AWAY)
        return NULL;
    return was->session_state == is->session_state ? NULL : "a headset that dropped in a reset was judged at once";
}
const char *sign_out_is_at_once(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_press_sign_out) && !is_event(m, EV_menu_sign_out)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (!m->happened->accepted || was->session == 0 || was->calls != 0) return NULL;
    return is->session == was->session ? "somebody asked to be signed out and is not" : NULL;
}
const char *kept_only_where_kept(const struct moment *m) {
    EACH_DEVICE(i)
        if (AFTER(m)->device[i].session_state == HSVC_SESSION_KEPT && BEFORE(m)->device[i].session_state != HSVC_SESSION_KEPT &&
            (!AFTER(m)->policy.keeps || !is_event(m, EV_press_cancel)))
            return "a session was kept that nobody kept";
    return NULL;
}
const char *cancel_keeps(const struct moment *m) {
    const struct seen_device *was;
    if (!is_event(m, EV_press_cancel) || !AFTER(m)->policy.keeps || !is_undue(m, m->event->device)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    if (was->prompt != HSVC_PROMPT_SIGN_OUT || was->session_state != HSVC_SESSION_LINGERING) return NULL;
    return AFTER(m)->device[m->event->device].session_state == HSVC_SESSION_KEPT ? NULL : "Cancel under KEEP kept nobody";
}
const char *lost_phones_lose_nobody(const struct moment *m) {
    if (!is_event(m, EV_unregisters)) return NULL;
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].deadline > m->before->now &&
            (has_ended(m, i) || BEFORE(m)->device[i].session_state != AFTER(m)->device[i].session_state))
            return "a phone lost its registration and its session changed";
    return NULL;
}
const char *deny_starts_no_window(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->policy.deny && AFTER(m)->policy.deny && AFTER(m)->device[i].session_state == HSVC_SESSION_LINGERING &&
            BEFORE(m)->device[i].session_state == HSVC_SESSION_SIGNED_IN)
            return "a window began under DENY";
    return NULL;
}

/* ---- presence and prompts ---- */
const char *session_users_headsets_are_spent(const struct moment *m) {
    EACH_DEVICE(i)
        EACH_HEADSET(h)
            if (is_active(&AFTER(m)->device[i]) && is_owned_by(AFTER(m), h, AFTER(m)->device[i].user) && AFTER(m)->device[i].at[h].fresh)
                return "a headset of the session's user may start a flow";
    return NULL;
}
const char *nothing_shown_before_ready(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->prompt != 0 && (!d->registered || d->profile_state == HSVC_PROFILE_RESETTING || d->profile_state == HSVC_PROFILE_SETTLING))
            return "a prompt on a phone that resets or is away";
    }
    return NULL;
}
const char *prompts_go_with_their_headsets(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->prompt != 0 && d->prompt != HSVC_PROMPT_SIGN_OUT && d->prompt_serial >= 0 && d->prompt_serial < HEADSETS && !is_here(d, d->prompt_serial))
            return "a prompt stayed after its headset left";
        if (d->prompt == HSVC_PROMPT_SIGN_OUT && d->session_state != HSVC_SESSION_LINGERING && d->session_state != HSVC_SESSION_DEFERRED)
            return "'sign out?' is shown and nobody is away";
    }
    return NULL;
}
const char *prompt_ids_are_new(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (is->prompt_id != 0 && was->prompt_id != 0 && is->prompt_id < was->prompt_id) return "a prompt has an id that is not new";
        if ((is->prompt != 0) != (is->prompt_id != 0)) return "a prompt without an id, or an id without a prompt";
    }
    return NULL;
}
const char *screens_are_told(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (is->prompt_id == was->prompt_id) continue;
        if (is->prompt_id != 0 && find(m, HSVC_EFFECT_SHOW_PROMPT, i) == NULL) return "a prompt that nobody was told to show";
        if (is->prompt_id == 0 && find(m, HSVC_EFFECT_CLEAR_PROMPT, i) == NULL) return "a prompt that nobody was told to clear";
    }
    return NULL;
}
const char *prompts_in_calls(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->emergencies != 0 && d->prompt != 0) return "a prompt during an emergency call";
        if (d->calls == 0) continue;
        if (d->prompt == HSVC_PROMPT_SIGN_IN_PIN || d->prompt == HSVC_PROMPT_COUNTDOWN || d->prompt == HSVC_PROMPT_ASSOCIATE || d->prompt == HSVC_PROMPT_EM_SIGN_IN)
            return "a prompt to sign in or to associate during a call";
    }
    return NULL;
}
const char *prompts_are_for_the_right_headset(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->prompt == HSVC_PROMPT_ASSOCIATE && (d->prompt_serial < 0 || AFTER(m)->headset[d->prompt_serial].owner != NOBODY))
            return "somebody is asked whose headset it is that has an owner";
        if (d->prompt == HSVC_PROMPT_SIGN_IN_PIN && (d->prompt_serial < 0 || !is_owned_by(AFTER(m), d->prompt_serial, d->prompt_user)))
            return "a PIN is asked of somebody who does not own the headset";
        if (d->prompt == HSVC_PROMPT_SIGN_OUT_OTHER && d->session == 0) return "'sign out the other?' and there is no other";
    }
    return NULL;
}
const char *never_means_never(const struct moment *m) {
    EACH_DEVICE(i)
        if (AFTER(m)->policy.prompts == HSVC_CHOICE_ASSOCIATION_PROMPT_NEVER && AFTER(m)->device[i].prompt == HSVC_PROMPT_ASSOCIATE &&
            BEFORE(m)->device[i].prompt != HSVC_PROMPT_ASSOCIATE && BEFORE(m)->device[i].prompt != HSVC_PROMPT_SKIP_CONFIRM &&
            !is_event(m, EV_menu_associate))
            return "an association prompt under NEVER";
    return NULL;
}
const char *deny_asks_for_no_pin(const struct moment *m) {
    EACH_DEVICE(i) {
        uint32_t prompt = AFTER(m)->device[i].prompt;
        if (!AFTER(m)->policy.deny || AFTER(m)->device[i].prompt_serial < 0) continue;
        if (AFTER(m)->device[i].verifying) continue; /* what is being verified stays until the answer (PROMPT-7) */
        if (prompt == HSVC_PROMPT_SIGN_IN_PIN || prompt == HSVC_PROMPT_SIGN_OUT_OTHER) return "a headset is asked for its PIN under DENY";
    }
    return NULL;
}
const char *disabled_are_out(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (is_active(d) && d->user >= 0 && d->user < USERS && AFTER(m)->user[d->user].disabled) return "a disabled user is signed in";
        if (d->prompt == HSVC_PROMPT_SIGN_IN_PIN && d->prompt_user >= 0 && d->prompt_user < USERS && AFTER(m)->user[d->prompt_user].disabled)
            return "a disabled user is asked for the PIN";
    }
    return NULL;
}

/* ---- what must be shown ---- */
/* An event at a phone that was ready and showed nothing, and still is ready: the headset that came, or NOBODY. */
static int came(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_plug) || !is_undue(m, m->event->device) || !m->happened->accepted) return NOBODY;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (!is_ready(was) || !is_ready(is) || was->prompt != 0 || was->at[m->event->who].here) return NOBODY;
    return m->event->who;
}
const char *waiting_headsets_are_offered(const struct moment *m) {
    if (is_event(m, EV_wait) || is_event(m, EV_late)) return NULL;
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (!is_ready(d) || d->prompt != 0 || d->deadline <= m->after->now + 1000) continue; /* offer_due: within a second */
        EACH_HEADSET(h)
            if (is_here(d, h) && d->at[h].fresh && !d->at[h].doubtful) return "the place is free and a headset waits for its turn";
    }
    return NULL;
}
/* May the owner of a headset that came sign in, as far as the owner is concerned? */
static int may_come_in(const struct moment *m, int owner) {
    const struct seen_device *was = &BEFORE(m)->device[m->event->device];
    const struct seen_user *user;
    if (owner < 0 || owner >= USERS || AFTER(m)->policy.deny || m->happened->reason == HSVC_REASON_DEVICE_THROTTLED) return 0;
    user = &AFTER(m)->user[owner];
    if (user->disabled || user->locked || user->session_count != 0 || user->logins != 0 || BEFORE(m)->user[owner].session_count != 0) return 0;
    return (was->flags & HSVC_FLAG_EM_ENABLED) && !(was->kind == HSVC_DEVICE_OWNED && was->related == owner);
}
const char *owners_are_asked(const struct moment *m) {
    int headset = came(m);
    const struct seen_device *is;
    if (headset == NOBODY || BEFORE(m)->device[m->event->device].session != 0) return NULL;
    if (!may_come_in(m, AFTER(m)->headset[headset].owner)) return NULL;
    is = &AFTER(m)->device[m->event->device];
    if (AFTER(m)->policy.pin_required) return is->prompt == HSVC_PROMPT_SIGN_IN_PIN ? NULL : "an owner came to a free phone and is not asked for the PIN";
    return is->prompt == HSVC_PROMPT_COUNTDOWN || is->prompt == HSVC_PROMPT_SIGN_IN_PIN ? NULL : "an owner came to a free phone and nothing counts down";
}
const char *takeovers_are_asked(const struct moment *m) {
    int headset = came(m);
    const struct seen_device *was, *is;
    if (headset == NOBODY) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (was->session_state != HSVC_SESSION_SIGNED_IN || was->session != is->session || was->user == AFTER(m)->headset[headset].owner) return NULL;
    if (!may_come_in(m, AFTER(m)->headset[headset].owner)) return NULL;
    return is->prompt == HSVC_PROMPT_SIGN_OUT_OTHER ? NULL : "another user's headset came and nobody is asked";
}
const char *strangers_headsets_are_asked(const struct moment *m) {
    int headset = came(m);
    if (headset == NOBODY || AFTER(m)->headset[headset].owner != NOBODY || AFTER(m)->headset[headset].updating) return NULL;
    if (AFTER(m)->policy.prompts != HSVC_CHOICE_ASSOCIATION_PROMPT_ALL_DEVICES || image_has(&m->before->image, HSVC__FAMILY_SKIP)) return NULL;
    return AFTER(m)->device[m->event->device].prompt == HSVC_PROMPT_ASSOCIATE ? NULL : "a headset that nobody owns came and nobody is asked";
}

/* ---- profiles and time ---- */
const char *generations_go_up(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (is->desired < was->desired || is->acked > is->desired) return "a generation went back, or one was acknowledged that was never given";
        if (is->profile_state == HSVC_PROFILE_WORN && (!is->registered || is->acked != is->desired)) return "a phone is said to wear what it does not";
    }
    return NULL;
}
const char *old_generations_prove_nothing(const struct moment *m) {
    int names = is_event(m, EV_registers) || is_event(m, EV_registers_bare) || is_event(m, EV_applied);
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (was->acked == was->desired || is->acked != is->desired || (names && m->event->device == i)) continue;
        return "a phone is believed to wear what it never said it wears";
    }
    return NULL;
}
const char *older_is_sent_again(const struct moment *m) {
    const struct seen_device *is;
    if (!is_event(m, EV_registers_old)) return NULL;
    is = &AFTER(m)->device[m->event->device];
    if (!is_undue(m, m->event->device) || is->calls != 0 || is->holding || find(m, HSVC_EFFECT_APPLY_PROFILE, m->event->device) != NULL) return NULL;
    return "a phone wears an older profile and is not sent the new one";
}
const char *worn_is_not_sent_again(const struct moment *m) {
    EACH_DEVICE(i)
        if (find(m, HSVC_EFFECT_APPLY_PROFILE, i) != NULL && AFTER(m)->device[i].acked == AFTER(m)->device[i].desired)
            return "a profile was sent that is worn";
    return NULL;
}
const char *nothing_is_overdue(const struct moment *m) {
    if (is_event(m, EV_wait) || is_event(m, EV_late) || m->event == NULL) return NULL;
    if (is_event(m, EV_fire) && next_deadline(AFTER(m)) <= m->after->now) return "something that is due was left";
    return NULL;
}
const char *what_passes_has_a_deadline(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        uint32_t profile = d->profile_state;
        int passes = d->verifying || d->flapping || d->window_due != 0 || d->prompt == HSVC_PROMPT_COUNTDOWN || profile == HSVC_PROFILE_RESETTING ||
                     profile == HSVC_PROFILE_SETTLING || profile == HSVC_PROFILE_RETRYING || d->session_state == HSVC_SESSION_KEPT;
        EACH_HEADSET(h) passes |= d->at[h].doubtful;
        if (passes && d->deadline == HSVC_NEVER) return "something that must pass has no deadline";
        if (d->prompt != 0 && d->prompt != HSVC_PROMPT_SIGN_OUT && d->deadline == HSVC_NEVER && d->calls == 0) return "a prompt that nothing ends";
    }
    return NULL;
}
