/* actions_session.c: verbs that begin, delay and end sessions, and what the device wears. */
#include "rules/ask.h"

/* cause_bit: the place of a cause in hsvc__device.causes. */
static uint32_t cause_bit(int64_t cause) { return 1u << (cause - HSVC_CAUSE_ADMIN); }

/* ---- what the device wears ---- */
static void new_generation(struct hsvc__turn *t) {
    t->dev->generation_desired++;
    t->dev->profile_owed = 0;
    t->dev->apply_retries = 0;
    t->dev->settlings = 0;
    hsvc__touch(t->dev);
    hsvc__tell_profile(t, t->dev, 0);
}

void hsvc__do_owe_profile(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->profile_owed = 1;
    hsvc__touch(t->dev);
}

void hsvc__do_own_profile(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    new_generation(t);
    hsvc__raise_event(t, HSVC__MACHINE_profile, HSVC_EVENT_profile_sent, 0, t->dev, t->headset, t->user);
}

void hsvc__do_send_again(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    hsvc__tell_profile(t, t->dev, HSVC_FLAG_REPEATED);
}

/* This decision has sent it, and a later input of the same decision says that there is a call (CALL-1). */
void hsvc__do_hold_profile_back(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    hsvc__effects_drop(t->fx, HSVC_EFFECT_APPLY_PROFILE, t->dev->name);
}

/* The wipe may be owed when the profile is worn already (OUT-7). */
void hsvc__do_send_outstanding(struct hsvc__turn *t, int64_t arg) {
    if (hsvc__is_profile_is_unworn(t)) hsvc__do_send_again(t, arg);
    else hsvc__tell_wipe(t, t->dev, HSVC_FLAG_REPEATED);
}

void hsvc__do_start_reset(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->profile_due = t->now + hsvc__value(t, HSVC_PARAM_RESET_TIMEOUT, t->dev, NULL, NULL);
    hsvc__touch(t->dev);
}

void hsvc__do_plan_retry(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->profile_due = t->now + ((int64_t)HSVC_LIMIT_APPLY_BACKOFF << t->dev->apply_retries);
    t->dev->apply_retries++;
    hsvc__touch(t->dev);
}

void hsvc__do_start_settling(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->profile_due = t->now + hsvc__value(t, HSVC_PARAM_PRESENCE_SETTLE, t->dev, NULL, NULL);
    t->dev->settlings++;
    hsvc__touch(t->dev);
}

void hsvc__do_stop_waiting(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->profile_due = 0;
    hsvc__touch(t->dev);
}

void hsvc__do_acknowledge(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->generation_acked = t->dev->generation_desired;
    if (HSVC__MUTANT(wipes_forgotten)) t->dev->wipe_generation = 0;
    hsvc__touch(t->dev);
}

/* What it wears is older than what it once acknowledged: a reset to factory settings, or a restored backup (PROF-1). */
void hsvc__do_forget_acknowledgement(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->generation_acked = t->in->generation;
    hsvc__touch(t->dev);
}

void hsvc__do_note_registered(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->registered = 1;
    t->dev->away_due = 0;
    t->dev->node = HSVC__MUTANT(node_forgotten) ? 0 : t->in->node;
    t->dev->menu = 0;
    if (t->in->firmware_len != 0) t->dev->firmware = INPUT(t, firmware);
    hsvc__touch(t->dev);
}

void hsvc__do_note_unregistered(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->registered = 0;
    hsvc__touch(t->dev);
}

void hsvc__do_bound_absence(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->away_due = t->now + hsvc__value(t, HSVC_PARAM_UNREGISTERED_MAX, t->dev, NULL, NULL);
    hsvc__touch(t->dev);
}

void hsvc__do_settle_wipe(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->wipe_generation = 0;
    hsvc__touch(t->dev);
}

/* ---- beginning ---- */
/* Other sessions of the user end in the same commit (MULTI-1, OUT-12). */
void hsvc__do_leave_other_sessions(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *owner = t->user;
    (void)arg;
    if (owner->login_count == 0) return;
    for (uint32_t i = 0; i < owner->login_count; i++)
        if (!hsvc__fold_eq(owner->logins[i].device, t->dev->name))
            hsvc__raise_event(t, HSVC__MACHINE_session, HSVC_EVENT_end_wanted, HSVC_CAUSE_OTHER_LOGIN,
                              hsvc__device_of(t, owner->logins[i].device), t->headset, t->user);
    owner->login_count = 0; /* at once, so that there is room for the new one */
    hsvc__touch(owner);
}

static void add_login(struct hsvc__user *user, const struct hsvc__device *dev) {
    if (HSVC__BUG(user->login_count == HSVC_LIMIT_SESSIONS_PER_USER)) return;
    user->logins[user->login_count].device = dev->name;
    user->logins[user->login_count].session = dev->session;
    user->login_count++;
    hsvc__touch(user);
}

/* spend_turns: a session's user is present by every headset; none of them has a flow to start (TAKE-5). */
static void spend_turns(struct hsvc__device *dev) {
    for (uint32_t i = 0; i < dev->present_count; i++)
        if (hsvc__fold_eq(dev->presents[i].owner, dev->user)) dev->presents[i].flags &= ~(HSVC__FRESH | HSVC__FRESH_CAME);
}

static void tell_started(struct hsvc__turn *t, struct hsvc__device *dev) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_SESSION_STARTED, dev);
    effect->session = dev->session;
    effect->user = dev->user.p;
    effect->user_len = dev->user.n;
    effect->serial = dev->serial.p;
    effect->serial_len = dev->serial.n;
    effect->profile = dev->profile.p;
    effect->profile_len = dev->profile.n;
    effect->reason = dev->prompt_flags & HSVC__PROMPT_PROVEN    ? HSVC_REASON_PIN_ASKED
                     : dev->prompt_flags & HSVC__PROMPT_BY_HOST ? HSVC_REASON_HOST_AUTHENTICATED
                                                                : HSVC_REASON_COUNTDOWN_STARTED;
}

/* warning: when to warn of an end that was fixed at a time: not before that, and never if no warning is wanted (OUT-15). */
static int64_t warning(struct hsvc__turn *t, const struct hsvc__user *user, int64_t fixed_at, int64_t due) {
    int64_t before = hsvc__value(t, HSVC_PARAM_SIGN_OUT_WARNING, t->dev, user, NULL);
    if (due == 0 || before == 0) return 0;
    return due - before > fixed_at ? due - before : fixed_at;
}

/* start: a session of the running step's user, by a serial, or by hand (then the serial is empty). */
static void start(struct hsvc__turn *t, hsvc__str serial) {
    struct hsvc__device *dev = t->dev;
    struct hsvc__user *owner = t->user;
    int64_t most = hsvc__value(t, HSVC_PARAM_MAX_LOGIN_TIME, dev, owner, NULL);
    dev->session = hsvc__next_id(dev);
    dev->user = owner->id;
    dev->user_number = owner->number;
    dev->profile = dev->chosen_profile;
    dev->serial = serial;
    dev->chosen_profile = hsvc__str_of(NULL, 0);
    dev->last_user = owner->id;
    if (HSVC__MUTANT(session_moves_the_site)) dev->site = owner->id;
    dev->signed_in_at = t->now;
    dev->max_due = most == 0 ? 0 : t->now + most;
    dev->max_warn_due = warning(t, owner, t->now, dev->max_due);
    dev->session_flags = serial.n == 0 ? HSVC__SESSION_BY_HAND : 0;
    dev->causes = 0;
    owner->last_profile = dev->profile;
    add_login(owner, dev);
    spend_turns(dev);
    if (dev->prompt_flags & HSVC__PROMPT_PROVEN) t->engine->tally.sign_ins_by_pin++;
    else if (dev->prompt_flags & HSVC__PROMPT_BY_HOST) t->engine->tally.sign_ins_by_host++;
    else t->engine->tally.sign_ins_pinless++;
    t->engine->tally.sign_ins_by_hand += serial.n == 0;
    tell_started(t, dev);
    new_generation(t);
}

void hsvc__do_start_session(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    start(t, t->headset->serial);
}
void hsvc__do_start_by_hand(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    start(t, hsvc__str_of(NULL, 0));
}

/* A headset of the session's user is here: no session by hand any more (MAN-1). */
void hsvc__do_bind(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__present *entry = hsvc__here(t->dev, t->headset->serial);
    (void)arg;
    t->dev->session_flags &= ~(HSVC__SESSION_BY_HAND | HSVC__SESSION_UNWATCHED);
    if (entry != NULL) entry->flags &= ~(HSVC__FRESH | HSVC__FRESH_CAME);
    hsvc__touch(t->dev);
}
void hsvc__do_unbind(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->session_flags &= ~HSVC__SESSION_UNWATCHED;
    t->dev->session_flags |= HSVC__SESSION_BY_HAND;
    hsvc__touch(t->dev);
}
void hsvc__do_unwatch(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->session_flags |= HSVC__SESSION_BY_HAND | HSVC__SESSION_UNWATCHED;
    hsvc__touch(t->dev);
}

/* ---- waiting ---- */
void hsvc__do_open_window(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *user = hsvc__session_user(t);
    (void)arg;
    t->dev->window_at = t->arg != 0 ? t->arg : t->at; /* when the headset left, if that is known only now (PRES-7) */
    if (t->dev->window_at < t->dev->signed_in_at) t->dev->window_at = t->dev->signed_in_at;
    t->dev->window_due = t->dev->window_at + hsvc__value(t, HSVC_PARAM_AUTO_SIGN_OUT_AFTER, t->dev, user, NULL);
    t->dev->warn_due = warning(t, user, t->dev->window_at, t->dev->window_due);
    /* a headset that leaves binds (MAN-1) */
    t->dev->session_flags &= ~(HSVC__SESSION_DISMISSED | HSVC__SESSION_BY_HAND | HSVC__SESSION_EXTENDED | HSVC__SESSION_UNWATCHED);
    t->engine->tally.windows_opened++;
    hsvc__touch(t->dev);
}

static void end_waiting(struct hsvc__device *dev) {
    dev->window_at = 0;
    dev->window_due = 0;
    dev->keep_due = 0;
    dev->warn_due = 0;
    dev->session_flags &= ~(HSVC__SESSION_DISMISSED | HSVC__SESSION_EXTENDED);
    hsvc__touch(dev);
}

void hsvc__do_close_window(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    end_waiting(t->dev);
    t->engine->tally.windows_saved++;
}

void hsvc__do_keep_session(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    end_waiting(t->dev);
    t->dev->keep_due = t->now + hsvc__value(t, HSVC_PARAM_KEEP_MAX, NULL, NULL, NULL);
    t->dev->warn_due = warning(t, hsvc__session_user(t), t->now, t->dev->keep_due);
}

/* Once more as long as it was. Who was warned of the old end is warned again only if the new one is far enough away. */
void hsvc__do_extend_window(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    int64_t due = dev->window_due + (dev->window_due - dev->window_at), last = dev->window_at + HSVC_LIMIT_WINDOW, warn;
    (void)arg;
    dev->window_due = due < last ? due : last;
    warn = warning(t, hsvc__session_user(t), t->now, dev->window_due);
    dev->warn_due = warn > t->now ? warn : 0;
    dev->session_flags |= HSVC__SESSION_EXTENDED;
    hsvc__touch(dev);
}

/* A shorter time than the session has lasted already ends it as soon as people were warned; a sweep that comes twice does not
 * give more. */
int64_t hsvc__max_time(struct hsvc__turn *t) {
    const struct hsvc__user *user = hsvc__session_user(t);
    int64_t most = hsvc__value(t, HSVC_PARAM_MAX_LOGIN_TIME, t->dev, user, NULL), due = t->dev->signed_in_at + most;
    int64_t least = t->now + hsvc__value(t, HSVC_PARAM_SIGN_OUT_WARNING, t->dev, user, NULL);
    if (most == 0) return 0;
    if (due >= least) return due;
    return t->dev->max_due >= due && t->dev->max_due < least ? t->dev->max_due : least;
}
void hsvc__do_move_max_time(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->max_due = hsvc__max_time(t);
    t->dev->max_warn_due = warning(t, hsvc__session_user(t), t->now, t->dev->max_due);
    hsvc__touch(t->dev);
}

static void warn(struct hsvc__turn *t, int64_t due) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_NOTICE, t->dev);
    effect->reason = HSVC_REASON_SIGN_OUT_WARNING;
    effect->due_ms = due;
    effect->session = t->dev->session;
    effect->user = t->dev->user.p;
    effect->user_len = t->dev->user.n;
}
void hsvc__do_warn_of_end(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    warn(t, t->dev->window_due != 0 ? t->dev->window_due : t->dev->keep_due);
}
void hsvc__do_warn_of_max(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    warn(t, t->dev->max_due);
}

void hsvc__do_dismiss(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->session_flags |= HSVC__SESSION_DISMISSED;
    hsvc__touch(t->dev);
}

/* leave_logins: the session counts no longer as one of the user's active ones. */
static void leave_logins(struct hsvc__turn *t) {
    struct hsvc__user *user = hsvc__session_user(t);
    uint32_t i = hsvc__login_of(user, t->dev->name);
    if (i == user->login_count || user->logins[i].session != t->dev->session) return;
    user->logins[i] = user->logins[--user->login_count];
    hsvc__touch(user);
}

/* A cause other than WINDOW makes the session an ending one: it blocks nobody from here on (OUT-5, MULTI-1). */
void hsvc__do_defer(struct hsvc__turn *t, int64_t cause) {
    t->dev->causes |= cause_bit(cause);
    end_waiting(t->dev);
    t->engine->tally.deferrals++;
    if (cause == HSVC_CAUSE_WINDOW) return;
    t->dev->max_warn_due = 0;
    leave_logins(t);
    hsvc__raise_event(t, HSVC__MACHINE_prompt, HSVC_EVENT_session_ended, 0, t->dev, t->headset, t->user);
}
void hsvc__do_defer_given(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    hsvc__do_defer(t, t->arg);
}
void hsvc__do_undefer(struct hsvc__turn *t, int64_t cause) {
    t->dev->causes &= ~cause_bit(cause);
    if (HSVC__MUTANT(causes_taken_back)) t->dev->causes = 0;
    hsvc__touch(t->dev);
}

/* ---- ending ---- */
static void tell_ended(struct hsvc__turn *t, int64_t cause) {
    const struct hsvc__device *dev = t->dev;
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_SESSION_ENDED, dev);
    effect->cause = HSVC__MUTANT(cause_untold) ? 0 : (uint32_t)cause;
    effect->session = dev->session;
    effect->user = dev->user.p;
    effect->user_len = dev->user.n;
    effect->serial = dev->serial.p;
    effect->serial_len = dev->serial.n;
    effect->profile = dev->profile.p;
    effect->profile_len = dev->profile.n;
}

/* The user's headsets on this device have had their turn, nobody else's (AUTO-4). */
static void settle_turns(struct hsvc__turn *t, int64_t cause) {
    int again = cause == HSVC_CAUSE_USER &&
                hsvc__value(t, HSVC_PARAM_RESIGN_IN_AFTER_SIGN_OUT, t->dev, NULL, NULL) != 0;
    for (uint32_t i = 0; i < t->dev->present_count; i++) {
        struct hsvc__present *one = &t->dev->presents[i];
        if (one->owner.n == 0 || !hsvc__fold_eq(one->owner, t->dev->user)) continue;
        one->flags &= ~(HSVC__FRESH | HSVC__FRESH_CAME);
        if (again || HSVC__MUTANT(headsets_stay_fresh)) hsvc__give_turn(one);
    }
}

void hsvc__do_end_session(struct hsvc__turn *t, int64_t cause) {
    struct hsvc__device *dev = t->dev;
    leave_logins(t);
    tell_ended(t, cause);
    settle_turns(t, cause);
    end_waiting(dev);
    dev->session = 0;
    dev->user = dev->profile = dev->serial = hsvc__str_of(NULL, 0);
    dev->user_number = 0;
    dev->signed_in_at = 0;
    dev->max_due = 0;
    dev->max_warn_due = 0;
    dev->away_due = 0;
    dev->causes = 0;
    dev->session_flags = 0;
    dev->wipe_generation = dev->generation_desired + 1; /* the newest session's traces: an older wipe does not remove them */
    t->engine->tally.sign_outs++;
    t->engine->tally.sign_outs_by[cause - HSVC_CAUSE_ADMIN]++;
    hsvc__raise_event(t, HSVC__MACHINE_prompt, HSVC_EVENT_session_ended, 0, dev, t->headset, t->user);
}
void hsvc__do_end_given(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    hsvc__do_end_session(t, t->arg);
}

/* Of several causes the strongest is told (OUT-5); their order is causes.def. */
void hsvc__do_end_strongest(struct hsvc__turn *t, int64_t arg) {
    static const struct {
        int64_t cause;
        int strength;
    } causes[] = {
#define CAUSE(name, number, strength, text) {number, strength},
#include "rules/causes.def"
#undef CAUSE
    };
    int64_t strongest = HSVC_CAUSE_WINDOW;
    int strength = 0;
    (void)arg;
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if (!(t->dev->causes & cause_bit(causes[i].cause))) continue;
        if (causes[i].strength <= strength && !HSVC__MUTANT(last_cause_told)) continue;
        strongest = causes[i].cause;
        strength = causes[i].strength;
    }
    hsvc__do_end_session(t, strongest);
}

void hsvc__do_want_end(struct hsvc__turn *t, int64_t cause) {
    hsvc__raise_event(t, HSVC__MACHINE_session, HSVC_EVENT_end_wanted, cause, t->dev, t->headset, t->user);
}

/* ---- a user's sessions, wherever they are ---- */
static void end_on(struct hsvc__turn *t, uint32_t login, int64_t cause) {
    hsvc__raise_event(t, HSVC__MACHINE_session, HSVC_EVENT_end_wanted, cause,
                      hsvc__device_of(t, t->user->logins[login].device), t->headset, t->user);
}
void hsvc__do_end_users_sessions(struct hsvc__turn *t, int64_t cause) {
    for (uint32_t i = 0; i < t->user->login_count; i++) end_on(t, i, cause);
}
/* The prompts of a disabled user stand where the user's headsets are (USER-1). */
void hsvc__do_withdraw_users_prompts(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    for (uint32_t i = 0; i < t->user->headset_list.count; i++) {
        struct hsvc__headset *headset = hsvc__headset_of(t, t->user->headset_list.at[i]);
        for (uint32_t place = 0; place < hsvc__place_count(headset); place++)
            hsvc__raise_event(t, HSVC__MACHINE_prompt, HSVC_EVENT_user_disabled, 0,
                              hsvc__device_of(t, hsvc__place(headset, place)), headset, t->user);
    }
}
void hsvc__do_end_sessions_of_dropped(struct hsvc__turn *t, int64_t cause) {
    for (uint32_t i = 0; i < t->user->login_count; i++)
        if (!hsvc__has_profile(t->user, hsvc__device_of(t, t->user->logins[i].device)->profile)) end_on(t, i, cause);
}
