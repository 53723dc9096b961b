/* rules_sessions.c: what must hold of associations and sessions: who owns a headset, who is signed in, what an end is. */
#include "worlds/rules.h"

enum {
#define TIMER(field, machine, event, most, rule, text) RUNS_##field,
#include "rules/timers.def"
#undef TIMER
};

/* ---- associations ---- */
const char *a_serial_has_one_owner(const struct moment *m) {
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
const char *headsets_are_bounded(const struct moment *m) {
    EACH_USER(u)
        if (AFTER(m)->user[u].headset_count > AFTER(m)->policy.headsets_max) return "a user has more headsets than the limit";
    return NULL;
}
const char *no_owner_from_the_phone(const struct moment *m) {
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
const char *owners_only_verified(const struct moment *m) {
    EACH_HEADSET(h)
        if (!is_owners_change(m) && AFTER(m)->headset[h].owner != BEFORE(m)->headset[h].owner && AFTER(m)->headset[h].owner >= 0 &&
            AFTER(m)->headset[h].owner != BEFORE(m)->device[m->event != NULL ? m->event->device : 0].verify_user)
            return "a headset went to somebody else than whose PIN was right";
    return NULL;
}
const char *disabled_get_no_headset(const struct moment *m) {
    EACH_HEADSET(h) {
        int8_t is = AFTER(m)->headset[h].owner;
        if (is >= 0 && is != BEFORE(m)->headset[h].owner && BEFORE(m)->user[is].disabled) return "a disabled user got a headset";
    }
    return NULL;
}
const char *moved_headset_is_spent(const struct moment *m) {
    if (!is_owners_change(m)) return NULL;
    EACH_DEVICE(i)
        EACH_HEADSET(h)
            if (AFTER(m)->headset[h].owner != BEFORE(m)->headset[h].owner && AFTER(m)->device[i].at[h].fresh)
                return "a headset that changed its owner may still start a flow";
    return NULL;
}
const char *freed_headset_leaves(const struct moment *m) {
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
const char *one_active_session(const struct moment *m) {
    EACH_USER(u) {
        int active = 0;
        EACH_DEVICE(i) active += is_active(&AFTER(m)->device[i]) && AFTER(m)->device[i].user == u;
        if (active > 1 && AFTER(m)->policy.multiple != HSVC_CHOICE_MULTIPLE_LOGIN_ALLOWED) return "a user has two active sessions";
        if ((uint32_t)active != AFTER(m)->user[u].session_count) return "a user's record counts other sessions than there are";
    }
    return NULL;
}
/* Was it this user who wanted to be signed in: the headset's owner, whose PIN it was, who is named, or whose headset is here? */
static int wanted_in(const struct moment *m, int user) {
    const struct seen_device *d = &BEFORE(m)->device[m->event->device];
    switch (m->event->kind) {
        case EV_plug: return BEFORE(m)->headset[m->event->who].owner == user;
        case EV_right: return d->verify_user == user;
        case EV_host_sign_in:
        case EV_host_takeover:
        case EV_choose: return m->event->who == user;
        default: return any_of(BEFORE(m), m->event->device, user);
    }
}
/* Confirmed present: not away, resetting or in the window, and no headset in doubt. */
static int is_confirmed(const struct view *v, int i, int user) {
    const struct seen_device *d = &v->device[i];
    if (!d->registered || d->session_state != HSVC_SESSION_SIGNED_IN || d->user != user) return 0;
    if (d->profile_state == HSVC_PROFILE_RESETTING || d->profile_state == HSVC_PROFILE_SETTLING) return 0;
    return any_of(v, i, user) ? is_certain(v, i, user) : d->serial == NOBODY;
}
const char *refused_elsewhere_is_present(const struct moment *m) {
    if (is_time(m) || m->happened->reason != HSVC_REASON_SIGNED_IN_ELSEWHERE) return NULL;
    EACH_DEVICE(i)
        EACH_USER(u)
            if (i != m->event->device && wanted_in(m, u) && is_confirmed(BEFORE(m), i, u)) return NULL;
    return "somebody was refused for a session whose user is not confirmed present";
}
const char *elsewhere_is_refused(const struct moment *m) {
    if (m->event == NULL || AFTER(m)->policy.multiple != HSVC_CHOICE_MULTIPLE_LOGIN_NOT_ALLOWED) return NULL;
    EACH_DEVICE(i) {
        int other = 1 - i;
        int8_t user = AFTER(m)->device[i].user;
        if (!has_begun(m, i) || !is_undue(m, other) || !is_confirmed(BEFORE(m), other, user)) continue;
        return "somebody was signed in who is present elsewhere";
    }
    return NULL;
}
const char *others_go_on(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *told = find(m, HSVC_EFFECT_SESSION_ENDED, i);
        if (AFTER(m)->policy.multiple == HSVC_CHOICE_MULTIPLE_LOGIN_ALLOWED && told != NULL && told->cause == HSVC_CAUSE_OTHER_LOGIN)
            return "a session ended because of another, under ALLOWED";
    }
    return NULL;
}
const char *forced_are_out(const struct moment *m) {
    if (m->event == NULL || m->event->kind < EV_force || m->event->kind > EV_force_user || !m->happened->accepted) return NULL;
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        int is_meant = is_event(m, EV_force_user) ? was->user == m->event->who : m->event->device == i;
        if (!is_meant || was->session == 0 || was->session != is->session) continue;
        if (is_active(is)) return "somebody was forced out and is still signed in";
        if (is_forced(m, i) && !was->holding) return "somebody was forced out at once and is still there";
    }
    return NULL;
}
const char *absences_are_bounded(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (!is_active(d)) continue;
        if (AFTER(m)->policy.max_login != 0 && !(d->timers & 1u << RUNS_max_due)) return "a session may last longer than the maximum";
        if (AFTER(m)->policy.unregistered_max != 0 && !d->registered && !(d->timers & 1u << RUNS_away_due))
            return "a session on a phone that is away may last for ever";
    }
    return NULL;
}
const char *a_call_is_never_cut(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].calls != 0 && AFTER(m)->device[i].calls != 0 && has_ended(m, i) && !is_forced(m, i))
            return "a session ended during a call";
    return NULL;
}
const char *no_profile_in_a_call(const struct moment *m) {
    EACH_DEVICE(i)
        if (AFTER(m)->device[i].calls != 0 && !is_forced(m, i) && count(m, HSVC_EFFECT_APPLY_PROFILE, i) != 0)
            return "a profile was sent to a phone in a call";
    return NULL;
}
const char *emergencies_are_sacred(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].emergencies != 0 && AFTER(m)->device[i].emergencies != 0 &&
            (has_ended(m, i) || count(m, HSVC_EFFECT_APPLY_PROFILE, i) != 0))
            return "a session ended or a profile was sent during an emergency call";
    return NULL;
}
const char *emergency_ends_by_word_alone(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].emergencies != 0 && AFTER(m)->device[i].emergencies == 0 && is_time(m))
            return "an emergency call was forgotten without the host's word";
    return NULL;
}
/* For emergency_hold the call centre rings back: only a person at the phone may make it reset. */
const char *hold_keeps_the_phone(const struct moment *m) {
    if (m->event == NULL || AFTER(m)->policy.hold == 0) return NULL;
    if (m->event->kind == EV_menu_sign_out || m->event->kind == EV_press_sign_out) return NULL;
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
int strongest_cause(uint32_t causes) {
    int most = 0;
    for (int bit = 0; bit < 16; bit++)
        if (causes >> bit & 1 && strength_of(HSVC_CAUSE_ADMIN + bit) > strength_of(most)) most = HSVC_CAUSE_ADMIN + bit;
    return most;
}
const char *causes_belong_to_a_session(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        int waits = d->session_state == HSVC_SESSION_DEFERRED || d->session_state == HSVC_SESSION_ENDING;
        if ((d->causes != 0) != waits) return "causes without a deferral, or a deferral without causes";
        if (has_begun(m, i) && d->causes != 0) return "a deferral leaked into a new session";
        if (waits && d->calls == 0 && !d->holding) return "a sign-out waits for a call that there is not";
    }
    return NULL;
}
const char *only_window_is_taken_back(const struct moment *m) {
    static const uint32_t window = 1u << (HSVC_CAUSE_WINDOW - HSVC_CAUSE_ADMIN);
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (was->session == is->session && (was->causes & ~is->causes & ~window) != 0) return "a cause but WINDOW was taken back";
    }
    return NULL;
}
const char *strongest_cause_is_told(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *told = find(m, HSVC_EFFECT_SESSION_ENDED, i);
        if (!has_ended(m, i) || told == NULL || BEFORE(m)->device[i].causes == 0) continue;
        if (strength_of((int)told->cause) < strength_of(strongest_cause(BEFORE(m)->device[i].causes))) return "a deferred end was told with a weaker cause";
    }
    return NULL;
}
const char *every_end_wipes(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *was = &BEFORE(m)->device[i], *is = &AFTER(m)->device[i];
        if (!has_ended(m, i)) continue;
        if (!is->wipe) return "a session ended and nothing is to be wiped";
        if (is->desired <= was->desired) return "a session ended and the phone keeps its generation";
        if (count(m, HSVC_EFFECT_SESSION_ENDED, i) != 1) return "a session's end was not told once";
        if (!is->registered || is->calls != 0 || is->holding) continue; /* sent when it is back, or the call is over (CALL-1) */
        if (find(m, HSVC_EFFECT_APPLY_PROFILE, i) == NULL) return "a session ended and the phone was sent no profile";
        if (find(m, HSVC_EFFECT_WIPE, i) == NULL) return "a session ended and the phone was not told to wipe";
    }
    return NULL;
}
const char *wipe_until_acknowledged(const struct moment *m) {
    EACH_DEVICE(i)
        if (BEFORE(m)->device[i].wipe && !AFTER(m)->device[i].wipe && !is_event(m, EV_wiped)) return "a wipe was forgotten";
    return NULL;
}
const char *ends_are_real(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct effect *told = find(m, HSVC_EFFECT_SESSION_ENDED, i);
        if (told == NULL) continue;
        if (!has_ended(m, i) && !has_begun(m, i) && find(m, HSVC_EFFECT_SESSION_STARTED, i) == NULL)
            return "an end was told of a session that goes on";
        if (strength_of((int)told->cause) == 0) return "a session ended without a cause";
    }
    return NULL;
}
const char *starts_are_whole(const struct moment *m) {
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
const char *starts_are_allowed(const struct moment *m) {
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
const char *vacant_wears_its_own(const struct moment *m) {
    EACH_DEVICE(i) {
        const struct seen_device *d = &AFTER(m)->device[i];
        if (d->exists && d->worn == STRANGER) return "a phone has no profile";
        if (d->exists && d->session == 0 && d->worn != NOBODY) return "a free phone wears a user's profile";
        if (d->session != 0 && d->worn != d->user) return "a phone does not wear the profile of who is signed in";
    }
    return NULL;
}
const char *places_stay(const struct moment *m) {
    EACH_DEVICE(i)
        if (AFTER(m)->device[i].exists && !AFTER(m)->device[i].site_kept) return "a session moved a phone's site or location";
    EACH_EFFECT(i, m)
        if (m->happened->effect[i].device >= 0 && !m->happened->effect[i].site_kept) return "an effect without the phone's site";
    return NULL;
}
