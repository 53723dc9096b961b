/* rules.c: what must hold in every state, and in every step from one to the next, written from the specification and not
 * from the tables. A rule looks at the state before and after through views, at the event, at verdicts and effects, and says
 * what is wrong, or NULL. */
#include "worlds/worlds.h"

#define BEFORE(m) (&(m)->before->view)
#define AFTER(m) (&(m)->after->view)
#define EACH_DEVICE(i) for (int i = 0; i < DEVICES; i++)
#define EACH_USER(i) for (int i = 0; i < USERS; i++)
#define EACH_HEADSET(i) for (int i = 0; i < HEADSETS; i++)
#define EACH_EFFECT(i, m) for (uint32_t i = 0; i < (m)->happened->effect_count; i++)

static int is_time(const struct moment *m) { return m->event == NULL || m->event->kind <= EV_late; }
static int is_event(const struct moment *m, int kind) { return m->event != NULL && m->event->kind == kind; }

/* An active session: whoever is signed in, and not on the way out (SPEC 2: ending). */
static int is_active(const struct seen_device *d) { return d->session != 0 && d->session_state != HSVC_SESSION_ENDING; }
static int has_ended(const struct moment *m, int i) {
    return BEFORE(m)->device[i].session != 0 && AFTER(m)->device[i].session != BEFORE(m)->device[i].session;
}
static int has_begun(const struct moment *m, int i) {
    return AFTER(m)->device[i].session != 0 && AFTER(m)->device[i].session != BEFORE(m)->device[i].session;
}
static int is_owned_by(const struct view *v, int headset, int user) { return user >= 0 && v->headset[headset].owner == user; }
static int is_here(const struct seen_device *d, int headset) { return d->at[headset].here && !d->at[headset].gone; }
/* A headset of the user that is here, and nobody doubts it. */
static int is_certain(const struct view *v, int device, int user) {
    EACH_HEADSET(h)
        if (is_owned_by(v, h, user) && is_here(&v->device[device], h) && !v->device[device].at[h].doubtful) return 1;
    return 0;
}
static int any_of(const struct view *v, int device, int user) {
    EACH_HEADSET(h)
        if (is_owned_by(v, h, user) && is_here(&v->device[device], h)) return 1;
    return 0;
}
static const struct effect *find(const struct moment *m, uint32_t kind, int device) {
    EACH_EFFECT(i, m)
        if (m->happened->effect[i].kind == kind && (device < 0 || m->happened->effect[i].device == device)) return &m->happened->effect[i];
    return NULL;
}
static uint32_t count(const struct moment *m, uint32_t kind, int device) {
    uint32_t n = 0;
    EACH_EFFECT(i, m) n += m->happened->effect[i].kind == kind && m->happened->effect[i].device == device;
    return n;
}
/* NOW is the one exception to OUT-4, and never with an emergency call (OUT-13). */
static int is_forced(const struct moment *m, int device) {
    return is_event(m, EV_force_now) && m->event->device == device && BEFORE(m)->device[device].emergencies == 0;
}
static int is_owners_change(const struct moment *m) {
    return m->event != NULL && m->event->kind >= EV_associate && m->event->kind <= EV_move;
}

/* ---- calls: how the library answers, and what a commit is ---- */
static const char *no_call_fails(const struct moment *m) {
    return m->happened->status == HSVC_OK ? NULL : hsvc_name(HSVC_REGISTRY_STATUS, m->happened->status);
}
static const char *one_input_one_commit(const struct moment *m) {
    if (m->happened->broken != NULL) return m->happened->broken;
    return is_time(m) || m->happened->commits == 1 ? NULL : "an input was not exactly one commit";
}
static const char *one_verdict_with_its_rule(const struct moment *m) {
    if (is_time(m)) return NULL;
    return m->happened->verdicts == 1 && m->happened->has_rule ? NULL : "an input without its one verdict and rule";
}
static const char *refusals_change_no_session(const struct moment *m) {
    if (is_time(m) || m->happened->accepted) return NULL;
    EACH_DEVICE(i)
        if (has_begun(m, i)) return "a refused input signed somebody in";
    return NULL;
}

/* ---- associations ---- */
static const char *a_serial_has_one_owner(const struct moment *m) {
    EACH_HEADSET(h) {
        int lists = 0;
        EACH_USER(u) {
            int listed = (AFTER(m)->user[u].headsets >> h & 1) != 0;
            lists += listed;
            if (listed != is_owned_by(AFTER(m), h, u)) return "a user's list and a headset's owner disagree";
        }
        if (lists > 1) return "a serial belongs to two users";
    }
    return NULL;
}
static const char *headsets_are_bounded(const struct moment *m) {
    EACH_USER(u)
        if (AFTER(m)->user[u].headset_count > AFTER(m)->policy.headsets_max) return "a user has more headsets than the limit";
    return NULL;
}
static const char *no_owner_from_the_phone(const struct moment *m) {
    if (is_owners_change(m)) return NULL;
    EACH_HEADSET(h) {
        int8_t was = BEFORE(m)->headset[h].owner, is = AFTER(m)->headset[h].owner;
        if (was == is) continue;
        if (was != NOBODY) return "something but an administrator changed a headset's owner";
        if (!is_event(m, EV_right) || BEFORE(m)->device[m->event->device].prompt != HSVC_PROMPT_ASSOCIATE ||
            BEFORE(m)->device[m->event->device].prompt_serial != h)
            return "an owner came of no association";
    }
    return NULL;
}
static const char *owners_only_verified(const struct moment *m) {
    EACH_HEADSET(h)
        if (!is_owners_change(m) && AFTER(m)->headset[h].owner != BEFORE(m)->headset[h].owner && AFTER(m)->headset[h].owner >= 0 &&
            AFTER(m)->headset[h].owner != BEFORE(m)->device[m->event != NULL ? m->event->device : 0].verify_user)
            return "a headset went to somebody else than whose PIN was right";
    return NULL;
}
static const char *disabled_get_no_headset(const struct moment *m) {
    EACH_HEADSET(h) {
        int8_t is = AFTER(m)->headset[h].owner;
        if (is >= 0 && is != BEFORE(m)->headset[h].owner && BEFORE(m)->user[is].disabled) return "a disabled user got a headset";
    }
    return NULL;
}
static const char *moved_headset_is_spent(const struct moment *m) {
    if (!is_owners_change(m)) return NULL;
    EACH_DEVICE(i)
        EACH_HEADSET(h)
            if (AFTER(m)->headset[h].owner != BEFORE(m)->headset[h].owner && AFTER(m)->device[i].at[h].fresh)
                return "a headset that changed its owner may still start a flow";
    return NULL;
}
static const char *freed_headset_leaves(const struct moment *m) {
    if (!is_event(m, EV_disassociate)) return NULL;
    if (AFTER(m)->headset[m->event->who].owner != NOBODY) return "a headset that was freed still has its owner";
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (was->session_state != HSVC_SESSION_SIGNED_IN || was->session != is->session || !is_here(was, m->event->who)) continue;
        if (!is_owned_by(BEFORE(m), m->event->who, was->user) || any_of(AFTER(m), i, is->user) || was->flapping) continue;
        if (was->profile_state != HSVC_PROFILE_WORN || AFTER(m)->policy.deny) continue;
        if (is->session_state != HSVC_SESSION_LINGERING) return "the last headset was taken from the session's user, and no window runs";
    }
    return NULL;
}

/* ---- sessions ---- */
static const char *one_active_session(const struct moment *m) {
    EACH_USER(u) {
        int active = 0;
        EACH_DEVICE(i) active += is_active(&AFTER(m)->device[i]) && AFTER(m)->device[i].user == u;
        if (active > 1 && AFTER(m)->policy.multiple != HSVC_CHOICE_MULTIPLE_LOGIN_ALLOWED) return "a user has two active sessions";
        if ((uint32_t)active != AFTER(m)->user[u].session_count) return "a user's record counts other sessions than there are";
    }
    return NULL;
}
static const char *refused_elsewhere_is_present(const struct moment *m) {
    if (m->happened->reason != HSVC_REASON_SIGNED_IN_ELSEWHERE || is_time(m)) return NULL;
    EACH_DEVICE(i) {
        const struct seen_device *d = &BEFORE(m)->device[i];
        if (d->registered && d->session_state == HSVC_SESSION_SIGNED_IN && d->profile_state != HSVC_PROFILE_RESETTING &&
            d->profile_state != HSVC_PROFILE_SETTLING)
            return NULL;
    }
    return "somebody was refused for a session whose user is not confirmed present";
}
static const char *a_call_is_never_cut(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].calls != 0 && AFTER(m)->device[i].calls != 0 && has_ended(m, i) && !is_forced(m, i))
            return "a session ended during a call";
    return NULL;
}
static const char *no_profile_in_a_call(const struct moment *m) {
    EACH_DEVICE(i)
        if (AFTER(m)->device[i].calls != 0 && !is_forced(m, i) && count(m, HSVC_EFFECT_APPLY_PROFILE, i) != 0)
            return "a profile was sent to a phone in a call";
    return NULL;
}
static const char *emergencies_are_sacred(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].emergencies != 0 && AFTER(m)->device[i].emergencies != 0 &&
            (has_ended(m, i) || count(m, HSVC_EFFECT_APPLY_PROFILE, i) != 0))
            return "a session ended or a profile was sent during an emergency call";
    return NULL;
}
static const char *emergency_ends_by_word_alone(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].emergencies != 0 && AFTER(m)->device[i].emergencies == 0 && is_time(m))
            return "an emergency call was forgotten without the host's word";
    return NULL;
}
/* For emergency_hold the call centre rings back: only a person at the phone, or an administrator's NOW, may make it reset. */
static const char *hold_keeps_the_phone(const struct moment *m) {
    if (m->event == NULL || AFTER(m)->policy.hold == 0) return NULL;
    if (m->event->kind == EV_force_now || m->event->kind == EV_menu_sign_out || m->event->kind == EV_press_sign_out) return NULL;
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].holding && AFTER(m)->device[i].holding &&
            AFTER(m)->device[i].desired != BEFORE(m)->device[i].desired)
            return "a phone was reset that the emergency call centre may ring back";
    return NULL;
}
static int strength_of(int cause) {
    static const int strengths[][2] = {
#define CAUSE(name, number, strength, text) {number, strength},
#include "rules/causes.def"
#undef CAUSE
    };
    for (size_t i = 0; i < sizeof strengths / sizeof strengths[0]; i++)
        if (strengths[i][0] == cause) return strengths[i][1];
    return 0;
}
static int strongest(uint32_t causes) {
    int most = 0;
    for (int bit = 0; bit < 16; bit++)
        if (causes >> bit & 1 && strength_of(501 + bit) > most) most = strength_of(501 + bit);
    return most;
}
static const char *causes_belong_to_a_session(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        int waits = d->session_state == HSVC_SESSION_DEFERRED || d->session_state == HSVC_SESSION_ENDING;
        if ((d->causes != 0) != waits) return "causes without a deferral, or a deferral without causes";
        if (has_begun(m, i) && d->causes != 0) return "a deferral leaked into a new session";
        if (waits && d->calls == 0 && !d->holding) return "a sign-out waits for a call that there is not";
    }
    return NULL;
}
static const char *only_window_is_taken_back(const struct moment *m) {
    static const uint32_t window = 1u << (HSVC_CAUSE_WINDOW - HSVC_CAUSE_ADMIN);
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (was->session == is->session && (was->causes & ~is->causes & ~window) != 0) return "a cause but WINDOW was taken back";
    }
    return NULL;
}
static const char *strongest_cause_is_told(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *told = find(m, HSVC_EFFECT_SESSION_ENDED, i);
        if (!has_ended(m, i) || told == NULL || BEFORE(m)->device[i].causes == 0) continue;
        if (strength_of((int)told->cause) < strongest(BEFORE(m)->device[i].causes)) return "a deferred end was told with a weaker cause";
    }
    return NULL;
}
static const char *every_end_wipes(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (!has_ended(m, i)) continue;
        if (!is->wipe) return "a session ended and nothing is to be wiped";
        if (is->desired <= was->desired) return "a session ended and the phone keeps its generation";
        if (count(m, HSVC_EFFECT_SESSION_ENDED, i) != 1) return "a session's end was not told once";
    }
    return NULL;
}
static const char *wipe_until_acknowledged(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].wipe && !AFTER(m)->device[i].wipe && !is_event(m, EV_wiped)) return "a wipe was forgotten";
    return NULL;
}
static const char *ends_are_real(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *told = find(m, HSVC_EFFECT_SESSION_ENDED, i);
        if (told == NULL) continue;
        if (!has_ended(m, i) && !has_begun(m, i) && find(m, HSVC_EFFECT_SESSION_STARTED, i) == NULL)
            return "an end was told of a session that goes on";
        if (strength_of((int)told->cause) == 0) return "a session ended without a cause";
    }
    return NULL;
}
static const char *starts_are_whole(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *is = &AFTER(m)->device[i];
        const struct effect *sent = find(m, HSVC_EFFECT_APPLY_PROFILE, i);
        if (!has_begun(m, i)) continue;
        if (find(m, HSVC_EFFECT_SESSION_STARTED, i) == NULL) return "a session began and nobody was told";
        if (is->worn != is->user) return "a session wears another's profile";
        if (is->desired != BEFORE(m)->device[i].desired + 1) return "a sign-in is not one generation";
        if (sent == NULL || sent->worn != is->user || sent->generation != is->desired) return "a sign-in did not send its profile";
        if (is->profile_state == HSVC_PROFILE_WORN) return "a phone wears at once what it was just sent";
    }
    return NULL;
}
static const char *starts_are_allowed(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *is = &AFTER(m)->device[i];
        if (!has_begun(m, i) || is->user < 0 || is->user >= USERS) continue;
        if (AFTER(m)->user[is->user].disabled) return "a disabled user was signed in";
        if (!(is->flags & HSVC_FLAG_EM_ENABLED)) return "somebody was signed in on a phone without extension mobility";
        if (is->calls != 0 || BEFORE(m)->device[i].emergencies != 0) return "somebody was signed in during a call";
        if (!is->registered) return "somebody was signed in on a phone that is away";
        if (is->serial >= 0 && AFTER(m)->policy.deny) return "a headset signed somebody in under DENY";
        if (is->serial >= 0 && (!is_owned_by(AFTER(m), is->serial, is->user) || !is_here(is, is->serial)))
            return "a headset signed in somebody else than its owner, or from elsewhere";
        if (is->serial >= 0 && is->related == is->user && is->kind == HSVC_DEVICE_OWNED) return "the owner was signed in on the own phone";
    }
    return NULL;
}
static const char *vacant_wears_its_own(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->exists && d->worn == STRANGER) return "a phone has no profile";
        if (d->exists && d->session == 0 && d->worn != NOBODY) return "a free phone wears a user's profile";
        if (d->session != 0 && d->worn != d->user) return "a phone does not wear the profile of who is signed in";
    }
    return NULL;
}
static const char *places_stay(const struct moment *m) {
    EACH_DEVICE(i)
        if (AFTER(m)->device[i].exists && !AFTER(m)->device[i].site_kept) return "a session moved a phone's site or location";
    EACH_EFFECT(i, m)
        if (m->happened->effect[i].device >= 0 && !m->happened->effect[i].site_kept) return "an effect without the phone's site";
    return NULL;
}

/* ---- without a PIN ---- */
static const char *countdowns_need_no_pin(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *started = find(m, HSVC_EFFECT_SESSION_STARTED, i);
        if (AFTER(m)->device[i].prompt == HSVC_PROMPT_COUNTDOWN && AFTER(m)->policy.pin_required) return "a countdown runs under REQUIRED";
        if (started == NULL || started->reason != HSVC_REASON_COUNTDOWN_STARTED) continue;
        if (AFTER(m)->policy.pin_required) return "somebody was signed in without a PIN under REQUIRED";
        if (BEFORE(m)->device[i].prompt != HSVC_PROMPT_COUNTDOWN && AFTER(m)->policy.countdown != 0) return "signed in without a countdown";
    }
    return NULL;
}
static const char *pins_were_right(const struct moment *m) {
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
static const char *countdown_has_its_headset(const struct moment *m) {
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
static const char *pinless_starts_have_their_headset(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *started = find(m, HSVC_EFFECT_SESSION_STARTED, i);
        if (started == NULL || started->reason != HSVC_REASON_COUNTDOWN_STARTED) continue;
        if (!any_of(BEFORE(m), i, started->user) && !is_event(m, EV_plug)) return "somebody was signed in without being here";
    }
    return NULL;
}
static const char *ends_spend_headsets(const struct moment *m) {
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
static const char *present_users_are_asked_for(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i];
        const struct effect *started = find(m, HSVC_EFFECT_SESSION_STARTED, i);
        if (started == NULL || !is_active(was) || !has_ended(m, i) || started->reason != HSVC_REASON_COUNTDOWN_STARTED) continue;
        if (is_certain(BEFORE(m), i, was->user)) return "a session whose user is present ended without a PIN";
        if (was->serial == NOBODY && was->session_state == HSVC_SESSION_SIGNED_IN) return "a session by hand ended without a PIN";
    }
    return NULL;
}
static const char *doubt_asks_for_the_pin(const struct moment *m) {
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
static const char *one_check_at_a_time(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i];
        if (count(m, HSVC_EFFECT_VERIFY_PIN, i) != 0 && was->verifying && !is_time(m) && AFTER(m)->device[i].prompt_id == was->prompt_id)
            return "a second PIN check while one is under way";
        if (AFTER(m)->device[i].verifying && AFTER(m)->device[i].prompt == 0) return "a PIN check without its screen";
    }
    return NULL;
}
static const char *late_answers_sign_nobody_in(const struct moment *m) {
    if (!is_event(m, EV_late_right) && !is_event(m, EV_late_wrong)) return NULL;
    if (m->happened->reason != HSVC_REASON_REQUEST_STALE) return "a late answer was not stale";
    EACH_DEVICE(i)
        if (has_begun(m, i) || has_ended(m, i)) return "a late answer changed a session";
    EACH_USER(u)
        if (is_event(m, EV_late_right) && AFTER(m)->user[u].failures < BEFORE(m)->user[u].failures) return "a late OK cleared failures";
    return NULL;
}
static const char *locked_users_are_not_checked(const struct moment *m) {
    EACH_EFFECT(i, m) {
        const struct effect *e = &m->happened->effect[i];
        if (e->user < 0 || e->user >= USERS || !BEFORE(m)->user[e->user].locked || m->event->kind == EV_unlock || is_time(m)) continue;
        if (e->kind == HSVC_EFFECT_VERIFY_PIN) return "the PIN of a locked user was sent for verification";
        if (e->kind == HSVC_EFFECT_SESSION_STARTED && e->reason == HSVC_REASON_PIN_ASKED && is_event(m, EV_right)) return "a locked user was signed in by PIN";
    }
    return NULL;
}
static const char *wrong_pins_count(const struct moment *m) {
    int8_t user;
    if (!is_event(m, EV_wrong)) return NULL;
    user = BEFORE(m)->device[m->event->device].verify_user;
    if (user < 0 || user >= USERS || AFTER(m)->policy.lockout == 0) return NULL;
    if (AFTER(m)->user[user].failures == 0) return "a wrong PIN did not count";
    return AFTER(m)->user[user].failures >= AFTER(m)->policy.lockout && !AFTER(m)->user[user].locked ? "too many wrong PINs locked nobody" : NULL;
}
static const char *right_pins_alone_clear(const struct moment *m) {
    if (is_time(m) || is_event(m, EV_right) || is_event(m, EV_unlock) || is_event(m, EV_wrong) || is_event(m, EV_late_wrong)) return NULL;
    EACH_USER(u)
        if (AFTER(m)->user[u].failures < BEFORE(m)->user[u].failures) return "failures were cleared by something else than a right PIN";
    return NULL;
}

/* ---- takeover ---- */
static const char *takeover_is_one_commit(const struct moment *m) {
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
static const char *no_leaves_everybody(const struct moment *m) {
    if (!is_event(m, EV_press_no) && !is_event(m, EV_press_cancel) && !is_event(m, EV_wrong) && !is_event(m, EV_press_exit)) return NULL;
    EACH_DEVICE(i)
        if (has_ended(m, i) && BEFORE(m)->device[i].deadline > m->before->now) return "No, Cancel or a wrong PIN ended a session";
    return NULL;
}
static const char *strangers_touch_nobody(const struct moment *m) {
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
static const char *clones_end_nothing(const struct moment *m) {
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

/* ---- leaving and coming back ---- */
static const char *windows_are_for_the_absent(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if ((d->window_due != 0) != (d->session_state == HSVC_SESSION_LINGERING)) return "a window without somebody away, or the other way round";
        if (d->window_due == 0) continue;
        if (d->window_due > m->after->now + HSVC_LIMIT_WINDOW) return "a window is longer than fifteen minutes";
        if (is_certain(AFTER(m), i, d->user)) return "a window runs though a headset of its user is here";
    }
    return NULL;
}
static const char *leaving_opens_a_window(const struct moment *m) {
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
static const char *coming_back_costs_nothing(const struct moment *m) {
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
static const char *coming_back_late_is_late(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_plug)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (was->window_due == 0 || was->window_due >= m->before->now || was->calls != 0 || was->holding) return NULL;
    return is->session == was->session ? "somebody came back after the window and is still signed in" : NULL;
}
static const char *resets_are_no_leaving(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_unplug)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (was->deadline <= m->before->now || was->at[m->event->who].doubtful) return NULL;
    if (was->profile_state != HSVC_PROFILE_RESETTING && was->profile_state != HSVC_PROFILE_SETTLING && was->profile_state != HSVC_PROFILE_AWAY)
        return NULL;
    return was->session_state == is->session_state ? NULL : "a headset that dropped in a reset was judged at once";
}
static const char *sign_out_is_at_once(const struct moment *m) {
    const struct seen_device *was, *is;
    if (!is_event(m, EV_press_sign_out) && !is_event(m, EV_menu_sign_out)) return NULL;
    was = &BEFORE(m)->device[m->event->device];
    is = &AFTER(m)->device[m->event->device];
    if (!m->happened->accepted || was->session == 0 || was->calls != 0) return NULL;
    return is->session == was->session ? "somebody asked to be signed out and is not" : NULL;
}
static const char *kept_only_where_kept(const struct moment *m) {
    EACH_DEVICE(i)
        if (AFTER(m)->device[i].session_state == HSVC_SESSION_KEPT && BEFORE(m)->device[i].session_state != HSVC_SESSION_KEPT &&
            (!AFTER(m)->policy.keeps || !is_event(m, EV_press_cancel)))
            return "a session was kept that nobody kept";
    return NULL;
}
static const char *lost_phones_lose_nobody(const struct moment *m) {
    if (!is_event(m, EV_unregisters)) return NULL;
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].deadline > m->before->now &&
            (has_ended(m, i) || BEFORE(m)->device[i].session_state != AFTER(m)->device[i].session_state))
            return "a phone lost its registration and its session changed";
    return NULL;
}
static const char *deny_starts_no_window(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->policy.deny && AFTER(m)->policy.deny && AFTER(m)->device[i].session_state == HSVC_SESSION_LINGERING &&
            BEFORE(m)->device[i].session_state == HSVC_SESSION_SIGNED_IN)
            return "a window began under DENY";
    return NULL;
}

/* ---- presence and prompts ---- */
static const char *session_users_headsets_are_spent(const struct moment *m) {
    EACH_DEVICE(i)
        EACH_HEADSET(h)
            if (is_active(&AFTER(m)->device[i]) && is_owned_by(AFTER(m), h, AFTER(m)->device[i].user) && AFTER(m)->device[i].at[h].fresh)
                return "a headset of the session's user may start a flow";
    return NULL;
}
static const char *nothing_shown_before_ready(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->prompt != 0 && (!d->registered || d->profile_state == HSVC_PROFILE_RESETTING || d->profile_state == HSVC_PROFILE_SETTLING))
            return "a prompt on a phone that resets or is away";
    }
    return NULL;
}
static const char *prompts_go_with_their_headsets(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->prompt != 0 && d->prompt != HSVC_PROMPT_SIGN_OUT && d->prompt_serial >= 0 && d->prompt_serial < HEADSETS && !is_here(d, d->prompt_serial))
            return "a prompt stayed after its headset left";
        if (d->prompt == HSVC_PROMPT_SIGN_OUT && d->session_state != HSVC_SESSION_LINGERING && d->session_state != HSVC_SESSION_DEFERRED)
            return "'sign out?' is shown and nobody is away";
    }
    return NULL;
}
static const char *prompt_ids_are_new(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (is->prompt_id != 0 && was->prompt_id != 0 && is->prompt_id < was->prompt_id) return "a prompt has an id that is not new";
        if ((is->prompt != 0) != (is->prompt_id != 0)) return "a prompt without an id, or an id without a prompt";
    }
    return NULL;
}
static const char *screens_are_told(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (is->prompt_id == was->prompt_id) continue;
        if (is->prompt_id != 0 && find(m, HSVC_EFFECT_SHOW_PROMPT, i) == NULL) return "a prompt that nobody was told to show";
        if (is->prompt_id == 0 && find(m, HSVC_EFFECT_CLEAR_PROMPT, i) == NULL) return "a prompt that nobody was told to clear";
    }
    return NULL;
}
static const char *prompts_in_calls(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->emergencies != 0 && d->prompt != 0) return "a prompt during an emergency call";
        if (d->calls == 0) continue;
        if (d->prompt == HSVC_PROMPT_SIGN_IN_PIN || d->prompt == HSVC_PROMPT_COUNTDOWN || d->prompt == HSVC_PROMPT_ASSOCIATE || d->prompt == HSVC_PROMPT_EM_SIGN_IN)
            return "a prompt to sign in or to associate during a call";
    }
    return NULL;
}
static const char *prompts_are_for_the_right_headset(const struct moment *m) {
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
static const char *never_means_never(const struct moment *m) {
    EACH_DEVICE(i)
        if (AFTER(m)->policy.prompts == HSVC_CHOICE_ASSOCIATION_PROMPT_NEVER && AFTER(m)->device[i].prompt == HSVC_PROMPT_ASSOCIATE &&
            BEFORE(m)->device[i].prompt != HSVC_PROMPT_ASSOCIATE && BEFORE(m)->device[i].prompt != HSVC_PROMPT_SKIP_CONFIRM &&
            !is_event(m, EV_menu_associate))
            return "an association prompt under NEVER";
    return NULL;
}
static const char *deny_asks_for_no_pin(const struct moment *m) {
    EACH_DEVICE(i) {
        uint32_t prompt = AFTER(m)->device[i].prompt;
        if (!AFTER(m)->policy.deny || AFTER(m)->device[i].prompt_serial < 0) continue;
        if (AFTER(m)->device[i].verifying) continue; /* what is being verified stays until the answer (PROMPT-7) */
        if (prompt == HSVC_PROMPT_SIGN_IN_PIN || prompt == HSVC_PROMPT_SIGN_OUT_OTHER) return "a headset is asked for its PIN under DENY";
    }
    return NULL;
}
static const char *disabled_are_out(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (is_active(d) && d->user >= 0 && d->user < USERS && AFTER(m)->user[d->user].disabled) return "a disabled user is signed in";
        if (d->prompt == HSVC_PROMPT_SIGN_IN_PIN && d->prompt_user >= 0 && d->prompt_user < USERS && AFTER(m)->user[d->prompt_user].disabled)
            return "a disabled user is asked for the PIN";
    }
    return NULL;
}

/* ---- profiles and time ---- */
static const char *generations_go_up(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (is->desired < was->desired || is->acked > is->desired) return "a generation went back, or one was acknowledged that was never given";
        if (is->profile_state == HSVC_PROFILE_WORN && (!is->registered || is->acked != is->desired)) return "a phone is said to wear what it does not";
    }
    return NULL;
}
static const char *worn_is_not_sent_again(const struct moment *m) {
    EACH_DEVICE(i)
        if (find(m, HSVC_EFFECT_APPLY_PROFILE, i) != NULL && AFTER(m)->device[i].acked == AFTER(m)->device[i].desired)
            return "a profile was sent that is worn";
    return NULL;
}
static const char *nothing_is_overdue(const struct moment *m) {
    if (is_event(m, EV_wait) || is_event(m, EV_late) || m->event == NULL) return NULL;
    if (is_event(m, EV_fire) && next_deadline(AFTER(m)) <= m->after->now) return "something that is due was left";
    return NULL;
}
static const char *what_passes_has_a_deadline(const struct moment *m) {
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

/* ---- the table ---- */
static const struct {
    const char *id;
    const char *name;
    const char *sentence;
    const char *(*check)(const struct moment *m);
} rules[] = {
#define RULE(id, check, sentence) {id, #check, sentence, check},
#include "worlds/rules.def"
#undef RULE
};

size_t rule_count(void) { return sizeof rules / sizeof rules[0]; }

void print_rules(void) {
    for (size_t i = 0; i < rule_count(); i++) printf("%-9s %-36s %s\n", rules[i].id, rules[i].name, rules[i].sentence);
}

int broken_rule(const struct moment *m, struct violation *v) {
    for (size_t i = 0; i < rule_count(); i++) {
        const char *wrong = rules[i].check(m);
        if (wrong == NULL) continue;
        v->rule = rules[i].id;
        v->name = rules[i].name;
        (void)snprintf(v->text, sizeof v->text, "%s", wrong);
        return 1;
    }
    return 0;
}
