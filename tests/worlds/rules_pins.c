/* rules_pins.c: what must hold where somebody is to be signed in: countdowns, PINs, locks, takeovers. */
#include "worlds/rules.h"

/* ---- without a PIN ---- */
const char *countdowns_need_no_pin(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *started = find(m, HSVC_EFFECT_SESSION_STARTED, i);
        if (AFTER(m)->device[i].prompt == HSVC_PROMPT_COUNTDOWN && AFTER(m)->policy.pin_required) return "a countdown runs under REQUIRED";
        if (started == NULL || started->reason != HSVC_REASON_COUNTDOWN_STARTED) continue;
        if (AFTER(m)->policy.pin_required) return "somebody was signed in without a PIN under REQUIRED";
        if (BEFORE(m)->device[i].prompt != HSVC_PROMPT_COUNTDOWN && AFTER(m)->policy.countdown != 0) return "signed in without a countdown";
    }
    return NULL;
}
const char *pins_were_right(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *started = find(m, HSVC_EFFECT_SESSION_STARTED, i);
        const struct seen_device *was = &BEFORE(m)->device[i];
        if (started == NULL || started->reason != HSVC_REASON_PIN_ASKED) continue;
        if (is_event(m, EV_right) && m->event->device == i && was->verifying && was->verify_user == started->user) continue;
        if (was->prompt == HSVC_PROMPT_ASSOCIATED || was->prompt == HSVC_PROMPT_CHOOSE_PROFILE) continue; /* proven before */
        return "a PIN sign-in without a right PIN of that very user";
    }
    return NULL;
}
const char *countdown_has_its_headset(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->prompt != HSVC_PROMPT_COUNTDOWN) continue;
        if (d->prompt_serial < 0 || !is_here(d, d->prompt_serial)) return "a countdown outlived its headset";
        if (!is_owned_by(AFTER(m), d->prompt_serial, d->prompt_user)) return "a countdown for somebody who does not own the headset";
        if (AFTER(m)->policy.deny) return "a countdown under DENY";
        if (AFTER(m)->user[d->prompt_user].disabled) return "a countdown for a disabled user";
    }
    return NULL;
}
const char *pinless_starts_have_their_headset(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *started = find(m, HSVC_EFFECT_SESSION_STARTED, i);
        if (started == NULL || started->reason != HSVC_REASON_COUNTDOWN_STARTED) continue;
        if (!any_of(BEFORE(m), i, started->user) && !is_event(m, EV_plug)) return "somebody was signed in without being here";
    }
    return NULL;
}
const char *ends_spend_headsets(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *told = find(m, HSVC_EFFECT_SESSION_ENDED, i);
        int8_t user = BEFORE(m)->device[i].user;
        if (!has_ended(m, i) || told == NULL || (AFTER(m)->policy.resign_in && told->cause == HSVC_CAUSE_USER)) continue;
        EACH_HEADSET(h)
            if (is_owned_by(AFTER(m), h, user) && AFTER(m)->device[i].at[h].fresh && !(is_event(m, EV_plug) && m->event->who == h))
                return "a session ended and a headset of its user may start the next flow";
    }
    return NULL;
}
const char *present_users_are_asked_for(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i];
        const struct effect *started = find(m, HSVC_EFFECT_SESSION_STARTED, i);
        if (started == NULL || !is_active(was) || !has_ended(m, i) || started->reason != HSVC_REASON_COUNTDOWN_STARTED) continue;
        if (is_certain(BEFORE(m), i, was->user)) return "a session whose user is present ended without a PIN";
        if (was->serial == NOBODY && was->session_state == HSVC_SESSION_SIGNED_IN) return "a session by hand ended without a PIN";
    }
    return NULL;
}
const char *doubt_asks_for_the_pin(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *started = find(m, HSVC_EFFECT_SESSION_STARTED, i);
        int8_t serial = AFTER(m)->device[i].serial;
        if (started == NULL || started->reason != HSVC_REASON_COUNTDOWN_STARTED || serial < 0) continue;
        if (BEFORE(m)->device[i].at[serial].doubtful) return "a headset in doubt signed somebody in without a PIN";
        if (is_here(&BEFORE(m)->device[1 - i], serial)) return "a headset that is at two phones signed somebody in without a PIN";
    }
    return NULL;
}

/* ---- PINs and locks ---- */
const char *one_check_at_a_time(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i];
        if (count(m, HSVC_EFFECT_VERIFY_PIN, i) != 0 && was->verifying && !is_time(m) && AFTER(m)->device[i].prompt_id == was->prompt_id)
            return "a second PIN check while one is under way";
        if (AFTER(m)->device[i].verifying && AFTER(m)->device[i].prompt == 0) return "a PIN check without its screen";
    }
    return NULL;
}
const char *late_answers_sign_nobody_in(const struct moment *m) {
    if (!is_event(m, EV_late_right) && !is_event(m, EV_late_wrong)) return NULL;
    if (m->happened->reason != HSVC_REASON_REQUEST_STALE) return "a late answer was not stale";
    EACH_DEVICE(i)
        if (has_begun(m, i) || has_ended(m, i)) return "a late answer changed a session";
    EACH_USER(u)
        if (is_event(m, EV_late_right) && AFTER(m)->user[u].failures < BEFORE(m)->user[u].failures) return "a late OK cleared failures";
    return NULL;
}
const char *locked_users_are_not_checked(const struct moment *m) {
    EACH_EFFECT(i, m) {
        const struct effect *e = &m->happened->effect[i];
        if (e->user < 0 || e->user >= USERS || !BEFORE(m)->user[e->user].locked || m->event->kind == EV_unlock || is_time(m)) continue;
        if (e->kind == HSVC_EFFECT_VERIFY_PIN) return "the PIN of a locked user was sent for verification";
        if (e->kind == HSVC_EFFECT_SESSION_STARTED && e->reason == HSVC_REASON_PIN_ASKED && is_event(m, EV_right)) return "a locked user was signed in by PIN";
    }
    return NULL;
}
const char *wrong_pins_count(const struct moment *m) {
    int8_t user;
    if (!is_event(m, EV_wrong)) return NULL;
    user = BEFORE(m)->device[m->event->device].verify_user;
    if (user < 0 || user >= USERS || AFTER(m)->policy.lockout == 0) return NULL;
    if (AFTER(m)->user[user].failures == 0) return "a wrong PIN did not count";
    return AFTER(m)->user[user].failures >= AFTER(m)->policy.lockout && !AFTER(m)->user[user].locked ? "too many wrong PINs locked nobody" : NULL;
}
/* A right PIN of somebody who may have it, on that prompt; NOBODY otherwise. */
static int right_for(const struct moment *m, uint32_t prompt) {
    const struct seen_device *was;
    int user;
    if (!is_event(m, EV_right) || !is_undue(m, m->event->device)) return NOBODY;
    was = &BEFORE(m)->device[m->event->device];
    user = was->verify_user;
    if (was->prompt != prompt || !was->verifying || !is_ready(was) || user < 0 || user >= USERS) return NOBODY;
    return BEFORE(m)->user[user].disabled || BEFORE(m)->user[user].locked || !BEFORE(m)->user[user].exists ? NOBODY : user;
}
const char *right_pins_associate(const struct moment *m) {
    int user = right_for(m, HSVC_PROMPT_ASSOCIATE);
    if (user == NOBODY || BEFORE(m)->user[user].headset_count >= AFTER(m)->policy.headsets_max) return NULL;
    return AFTER(m)->headset[BEFORE(m)->device[m->event->device].prompt_serial].owner == user ? NULL : "a right PIN associated nothing";
}
const char *right_pins_sign_in(const struct moment *m) {
    int user = right_for(m, HSVC_PROMPT_SIGN_IN_PIN), i = m->event == NULL ? 0 : m->event->device;
    const struct seen_device *is = &AFTER(m)->device[i];
    if (user == NOBODY || BEFORE(m)->device[i].session != 0 || BEFORE(m)->user[user].session_count != 0 || AFTER(m)->policy.deny) return NULL;
    if (BEFORE(m)->device[i].prompt_user != user) return NULL;
    if (is->prompt == HSVC_PROMPT_CHOOSE_PROFILE && AFTER(m)->user[user].profile_count > 1) return NULL;
    return is->session != 0 && is->user == user ? NULL : "a right PIN on a free phone signed nobody in";
}
const char *right_pins_alone_clear(const struct moment *m) {
    if (is_time(m) || is_event(m, EV_right) || is_event(m, EV_unlock) || is_event(m, EV_wrong) || is_event(m, EV_late_wrong)) return NULL;
    EACH_USER(u)
        if (AFTER(m)->user[u].failures < BEFORE(m)->user[u].failures) return "failures were cleared by something else than a right PIN";
    return NULL;
}

/* ---- takeover ---- */
const char *takeover_is_one_commit(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        const struct effect *told = find(m, HSVC_EFFECT_SESSION_ENDED, i);
        if (!has_ended(m, i) || told == NULL || told->cause != HSVC_CAUSE_TAKEOVER || was->causes != 0) continue;
        if (is->desired != was->desired + 1) return "a takeover is not one generation";
        if (is->session != 0 && is->user != was->user) continue;
        if (AFTER(m)->policy.takeover_on_yes && (is_event(m, EV_press_yes) || is->calls == 0)) continue;
        return "a takeover ended a session and began none";
    }
    return NULL;
}
const char *no_leaves_everybody(const struct moment *m) {
    if (!is_event(m, EV_press_no) && !is_event(m, EV_press_cancel) && !is_event(m, EV_wrong) && !is_event(m, EV_press_exit)) return NULL;
    EACH_DEVICE(i)
        if (has_ended(m, i) && BEFORE(m)->device[i].deadline > m->before->now) return "No, Cancel or a wrong PIN ended a session";
    return NULL;
}
const char *strangers_touch_nobody(const struct moment *m) {
    int8_t headset;
    if (!is_event(m, EV_unplug) && !is_event(m, EV_plug)) return NULL;
    headset = m->event->who;
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (was->session == 0 || is_owned_by(BEFORE(m), headset, was->user)) continue;
        if (is_event(m, EV_unplug) && was->session_state == HSVC_SESSION_SIGNED_IN && is->session_state == HSVC_SESSION_LINGERING &&
            was->deadline > m->before->now)
            return "a stranger's headset left, and a window runs";
        if (is_event(m, EV_plug) && AFTER(m)->policy.countdown == 0) continue;
        if (has_ended(m, i) && BEFORE(m)->device[i].deadline > m->before->now && is->user != BEFORE(m)->headset[headset].owner)
            return "a stranger's headset ended a session";
    }
    return NULL;
}
const char *clones_end_nothing(const struct moment *m) {
    if (!is_event(m, EV_plug)) return NULL;
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (i == m->event->device || !is_here(was, m->event->who) || was->deadline <= m->before->now) continue;
        if (!is_owned_by(BEFORE(m), m->event->who, was->user) || was->session_state != HSVC_SESSION_SIGNED_IN) continue;
        if (was->session == is->session && was->session_state != is->session_state) return "a cloned serial moved its wearer's session";
        if (was->session != is->session && find(m, HSVC_EFFECT_SESSION_STARTED, m->event->device) == NULL) return "a cloned serial ended its wearer's session";
        if (was->registered && was->profile_state == HSVC_PROFILE_WORN && !is->at[m->event->who].doubtful && is->at[m->event->who].here &&
            !was->at[m->event->who].gone && !was->flapping && !AFTER(m)->device[m->event->device].flapping &&
            m->happened->reason != HSVC_REASON_HELD)
            return "a serial is at two phones and neither is doubted";
    }
    return NULL;
}
