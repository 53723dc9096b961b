/* actions_prompt.c: verbs that show and close prompts, ask the host about a PIN, and count failures. */
#include "rules/ask.h"

/* ---- raising ---- */
#define RAISER(machine)                                                                                    \
    void hsvc__do_raise_##machine(struct hsvc__turn *t, int64_t event) {                                    \
        hsvc__raise_event(t, HSVC__MACHINE_##machine, (uint32_t)event, 0, t->dev, t->headset, t->user);     \
    }
RAISER(calls)
RAISER(presence)
RAISER(session)
RAISER(profile)
RAISER(prompt)
RAISER(verification)
RAISER(emergency)
RAISER(flapping)
/* A session begins for whoever the screen was for; once the screen is closed only the raise knows (MAN-1). */
void hsvc__do_sign_newcomer_in(struct hsvc__turn *t, int64_t event) {
    hsvc__raise_event(t, HSVC__MACHINE_session, (uint32_t)event, 0, t->dev, t->headset, hsvc__newcomer(t));
}
/* These three are about the user whose PIN it was, or whom the input names. */
static struct hsvc__user *credential_user(struct hsvc__turn *t) {
    const hsvc__str *late = hsvc__late_user(t);
    if (t->in->kind >= HSVC_INPUT_USER_PUT) return t->user;
    return hsvc__user_of(t, late != NULL ? *late : t->dev->verify_user);
}
#define CREDENTIAL_RAISER(machine)                                                                                \
    void hsvc__do_raise_##machine(struct hsvc__turn *t, int64_t event) {                                           \
        hsvc__raise_event(t, HSVC__MACHINE_##machine, (uint32_t)event, 0, t->dev, t->headset, credential_user(t)); \
    }
CREDENTIAL_RAISER(lockout)
CREDENTIAL_RAISER(throttle)
CREDENTIAL_RAISER(association)

/* ---- showing ---- */
static int64_t own_time(struct hsvc__turn *t) {
    if (HSVC__MUTANT(prompts_without_time)) return 0;
    return t->now + hsvc__value(t, HSVC_PARAM_PROMPT_TIMEOUT, t->dev, NULL, NULL);
}

static hsvc_effect *show(struct hsvc__turn *t, uint32_t prompt) {
    t->dev->prompt_id = hsvc__next_id(t->dev);
    t->dev->prompt_serial = t->headset->serial;
    t->dev->prompt_due = own_time(t);
    hsvc__new_screen(t->dev);
    return hsvc__tell_prompt(t, prompt, t->dev);
}

void hsvc__do_show(struct hsvc__turn *t, int64_t prompt) {
    struct hsvc__device *dev = t->dev;
    if (prompt == HSVC_PROMPT_ASSOCIATE || prompt == HSVC_PROMPT_ASSOCIATED || prompt == HSVC_PROMPT_EM_SIGN_IN) dev->prompt_flags = 0;
    if (prompt == HSVC_PROMPT_ASSOCIATED) dev->prompt_user = t->headset->owner;
    dev->prompt_reason = prompt == HSVC_PROMPT_ERROR ? t->verdict.reason : 0;
    show(t, (uint32_t)prompt);
}

/* Asked for at the menu: the policy that shows no prompt by itself does not withdraw this one (PROMPT-4, POL-4). */
void hsvc__do_mark_menu(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->prompt_flags |= HSVC__PROMPT_MENU;
}

/* The PIN was right on the way to this screen, so that it may sign in; good until it closes (PROMPT-2). */
void hsvc__do_show_proven(struct hsvc__turn *t, int64_t prompt) {
    t->dev->prompt_user = t->headset->owner;
    t->dev->prompt_flags |= HSVC__PROMPT_PROVEN;
    show(t, (uint32_t)prompt);
}

static void offer_profiles(struct hsvc__turn *t, hsvc_effect *effect, const struct hsvc__user *user) {
    hsvc__effects_offer(t->fx, effect, user->profile_list.at, user->profile_list.count);
}

void hsvc__do_show_for_owner(struct hsvc__turn *t, int64_t prompt) {
    hsvc_effect *effect;
    t->dev->prompt_user = HSVC__MUTANT(takeover_asks_the_other) && t->dev->session != 0 ? t->dev->user : t->headset->owner;
    t->dev->prompt_flags = 0;
    t->dev->chosen_profile = hsvc__str_of(NULL, 0);
    effect = show(t, (uint32_t)prompt);
    if (HSVC__MUTANT(profiles_told_early)) offer_profiles(t, effect, hsvc__owner(t));
    if (prompt != HSVC_PROMPT_COUNTDOWN) return;
    t->dev->prompt_due = t->now + hsvc__value(t, HSVC_PARAM_AUTO_SIGN_IN_AFTER, t->dev, hsvc__owner(t), NULL);
    effect->due_ms = t->dev->prompt_due;
}

void hsvc__do_show_profiles(struct hsvc__turn *t, int64_t prompt) {
    const struct hsvc__user *user = hsvc__newcomer(t);
    hsvc_effect *effect;
    t->dev->prompt_user = user->id;
    t->dev->prompt_flags |= HSVC__PROMPT_PROVEN;
    t->dev->chosen_profile = hsvc__str_of(NULL, 0);
    effect = show(t, (uint32_t)prompt);
    offer_profiles(t, effect, user);
}

/* "Sign out?" is about the session, not about a headset's turn; the window is its deadline (OUT-1). */
void hsvc__do_show_sign_out(struct hsvc__turn *t, int64_t prompt) {
    t->dev->prompt_id = hsvc__next_id(t->dev);
    t->dev->prompt_serial = hsvc__str_of(NULL, 0);
    t->dev->prompt_user = t->dev->user;
    t->dev->prompt_due = 0;
    hsvc__new_screen(t->dev);
    hsvc__tell_prompt(t, (uint32_t)prompt, t->dev);
}

/* prefill: with whomever the list picks (PROMPT-1). */
static void prefill(struct hsvc__turn *t, uint32_t list) {
    const struct hsvc__device *dev = t->dev;
    const hsvc__str users[] = {
        [HSVC__PREFILL_NOBODY] = {NULL, 0},
        [HSVC__PREFILL_RELATED_USER] = dev->related_user,
        [HSVC__PREFILL_LAST_USER] = dev->last_user,
    };
    t->dev->prompt_user = users[hsvc__prefill(t, list)];
}
void hsvc__do_prefill_device_user(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    prefill(t, HSVC__PREFILL_DEVICE_USER);
}
void hsvc__do_prefill_last_user(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    prefill(t, HSVC__PREFILL_BY_HAND);
}
void hsvc__do_prefill_nobody(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->prompt_user = hsvc__str_of(NULL, 0);
}
void hsvc__do_prefill_session_user(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->prompt_user = t->dev->user;
}

/* ---- closing ---- */
void hsvc__do_close(struct hsvc__turn *t, int64_t reason) {
    struct hsvc__device *dev = t->dev;
    hsvc_effect *effect = hsvc__tell(t, HSVC__MUTANT(screens_stay) ? HSVC_EFFECT_NOTICE : HSVC_EFFECT_CLEAR_PROMPT, dev);
    hsvc__new_screen(dev);
    effect->generation = dev->screen_told;
    effect->prompt = hsvc__screen(dev);
    effect->prompt_id = dev->prompt_id;
    effect->reason = (uint32_t)reason;
    effect->serial = dev->prompt_serial.p;
    effect->serial_len = dev->prompt_serial.n;
    dev->prompt_id = 0;
    dev->prompt_due = 0;
    dev->prompt_serial = hsvc__str_of(NULL, 0);
    dev->prompt_user = hsvc__str_of(NULL, 0);
    hsvc__touch(dev);
    hsvc__raise_event(t, HSVC__MACHINE_verification, HSVC_EVENT_drop, 0, dev, t->headset, t->user);
}

/* ---- showing again ---- */
void hsvc__do_acknowledge_screen(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->screen_acked = t->dev->screen_told;
    hsvc__touch(t->dev);
}

void hsvc__do_show_again(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    hsvc__tell_screen(t, t->dev);
    if (t->dev->menu != 0) hsvc__tell_menu(t, t->dev)->flags |= HSVC_FLAG_REPEATED; /* 0: it will be told when the device is ready */
}

void hsvc__do_close_barred(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    hsvc__do_close(t, hsvc__told(t->barred->reason));
}

void hsvc__do_message(struct hsvc__turn *t, int64_t reason) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_MESSAGE, t->dev);
    effect->reason = (uint32_t)reason;
    effect->prompt_id = t->dev->prompt_id;
}
void hsvc__do_message_barred(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    hsvc__do_message(t, hsvc__told(t->barred->reason));
}
void hsvc__do_notice(struct hsvc__turn *t, int64_t reason) {
    hsvc__tell(t, HSVC_EFFECT_NOTICE, t->dev)->reason = (uint32_t)reason;
}
void hsvc__do_notice_serial(struct hsvc__turn *t, int64_t reason) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_NOTICE, t->dev);
    effect->reason = (uint32_t)reason;
    effect->serial = t->headset->serial.p;
    effect->serial_len = t->headset->serial.n;
}
void hsvc__do_notice_user(struct hsvc__turn *t, int64_t reason) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_NOTICE, t->dev);
    effect->reason = (uint32_t)reason;
    effect->user = t->user->id.p;
    effect->user_len = t->user->id.n;
}

/* ---- a prompt's time: it stands still while the host verifies, and starts again with each entry ---- */
void hsvc__do_hold_prompt(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->prompt_due = 0;
    hsvc__touch(t->dev);
}
void hsvc__do_wait_for_call(struct hsvc__turn *t, int64_t arg) { hsvc__do_hold_prompt(t, arg); }
void hsvc__do_restart_prompt(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->prompt_due = own_time(t);
    hsvc__touch(t->dev);
}

void hsvc__do_remember_skip(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__skip *skip = hsvc__skip_of(t, t->headset->serial, t->dev);
    (void)arg;
    skip->rec.present = 1;
    skip->associations = t->headset->associations;
    skip->serial = t->headset->serial;
    skip->device = t->dev->name;
    skip->device_number = t->dev->number;
    hsvc__touch(skip);
}

/* ---- which profile: kept on the device until the session begins ---- */
/* choose: this profile; by: HSVC__PROMPT_PROVEN after a PIN, HSVC__PROMPT_BY_HOST, or 0. */
static void choose(struct hsvc__turn *t, hsvc__str profile, uint32_t by) {
    t->dev->chosen_profile = profile;
    t->dev->prompt_flags = by;
    hsvc__touch(t->dev);
}
void hsvc__do_only_profile(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    choose(t, hsvc__newcomer(t)->profile_list.at[0], HSVC__PROMPT_PROVEN);
}
void hsvc__do_chosen_profile(struct hsvc__turn *t, int64_t arg) {
    if (t->dev->chosen_profile.n == 0) hsvc__do_only_profile(t, arg);
    else choose(t, t->dev->chosen_profile, HSVC__PROMPT_PROVEN);
}
void hsvc__do_typed_profile(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    choose(t, INPUT(t, profile), HSVC__PROMPT_PROVEN);
}
/* Where nobody is asked: the last profile if the user still has it, else the first (SIGN-3). */
static hsvc__str usual_profile(const struct hsvc__user *user) {
    return hsvc__has_profile(user, user->last_profile) ? user->last_profile : user->profile_list.at[0];
}
void hsvc__do_last_profile(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    choose(t, usual_profile(hsvc__newcomer(t)), 0);
}
void hsvc__do_host_profile(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    choose(t, t->in->profile_len != 0 ? INPUT(t, profile) : usual_profile(hsvc__newcomer(t)), HSVC__PROMPT_BY_HOST);
}

/* ---- verification ---- */
static void forget_earlier(struct hsvc__device *dev, uint32_t at) {
    dev->check_count--;
    memmove(&dev->checks[at], &dev->checks[at + 1], (dev->check_count - at) * sizeof dev->checks[0]);
}
/* The last check was dropped, and may still be answered; of too many the oldest is forgotten. */
static void keep_dropped(struct hsvc__device *dev) {
    struct hsvc__check last = {dev->verify_request, dev->verify_user};
    if (last.request == 0) return;
    if (dev->check_count == HSVC_LIMIT_EARLIER_CHECKS) forget_earlier(dev, 0);
    dev->checks[dev->check_count++] = last;
}
void hsvc__do_ask_host(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_VERIFY_PIN, dev);
    (void)arg;
    keep_dropped(dev);
    dev->verify_request = hsvc__next_id(dev);
    dev->verify_user = hsvc__typed_user(t);
    dev->chosen_profile = INPUT(t, profile);
    dev->verify_due = t->now + hsvc__value(t, HSVC_PARAM_VERIFY_TIMEOUT, NULL, NULL, NULL);
    effect->request = dev->verify_request;
    effect->prompt_id = dev->prompt_id;
    effect->user = dev->verify_user.p;
    effect->user_len = dev->verify_user.n;
    effect->due_ms = dev->verify_due;
    effect->pin = t->in->pin;
    effect->pin_len = t->in->pin_len;
}
void hsvc__do_stop_verifying(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->verify_due = 0;
    t->dev->verify_request = 0;
    hsvc__touch(t->dev);
}
/* The request and its user are remembered: a late WRONG to it still counts, once (SIGN-8). */
void hsvc__do_drop_verification(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->verify_due = 0;
    hsvc__touch(t->dev);
}
/* What was dropped is answered now. */
void hsvc__do_forget_check(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    uint32_t i = 0;
    (void)arg;
    if (hsvc__late_user(t) == NULL) return;
    while (i < dev->check_count && dev->checks[i].request != t->in->request) i++;
    if (i < dev->check_count) forget_earlier(dev, i);
    else dev->verify_request = 0;
    hsvc__touch(dev);
}
void hsvc__do_change_pin(struct hsvc__turn *t, int64_t arg) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_CHANGE_PIN, t->dev);
    (void)arg;
    effect->reason = HSVC_REASON_PIN_CHANGE_REQUIRED;
    effect->user = t->dev->verify_user.p;
    effect->user_len = t->dev->verify_user.n;
}

/* ---- failures ---- */
void hsvc__do_count_failure(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__user *user = t->user;
    uint32_t next = hsvc__next_failure(t, user, user->failures, user->first_failure_at, user->locked_until);
    (void)arg;
    user->failures = next;
    if (next == 1) user->first_failure_at = t->at;
    if (next == 1) user->rearmed = 0;
    user->locked_until = 0;
    hsvc__touch(user);
}
static int64_t until(struct hsvc__turn *t, const struct hsvc__user *user) {
    int64_t length = hsvc__value(t, HSVC_PARAM_LOCKOUT_DURATION, NULL, user, NULL);
    return length == 0 ? HSVC_NEVER : t->now + length;
}
void hsvc__do_lock_user(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->user->locked_at = t->now;
    t->user->rearmed &= ~HSVC__REARMED_LOCK;
    t->user->locked_until = until(t, t->user);
    t->engine->tally.lockouts++;
}
void hsvc__do_clear_failures(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->user->failures = 0;
    t->user->first_failure_at = 0;
    t->user->locked_at = 0;
    t->user->locked_until = 0;
    hsvc__touch(t->user);
}
void hsvc__do_count_device_failure(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    uint32_t next = hsvc__next_failure(t, NULL, dev->failures, dev->first_failure_at, dev->throttled_until);
    (void)arg;
    dev->failures = next;
    if (next == 1) dev->first_failure_at = t->at;
    if (next == 1) dev->rearmed &= ~HSVC__REARMED_FAILURES;
    dev->throttled_until = 0;
    hsvc__touch(dev);
}
void hsvc__do_close_device(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->throttled_at = t->now;
    t->dev->throttled_until = until(t, NULL);
    t->dev->rearmed &= ~HSVC__REARMED_LOCK;
}
void hsvc__do_clear_device_failures(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->dev->failures = 0;
    t->dev->first_failure_at = 0;
    t->dev->throttled_at = 0;
    t->dev->throttled_until = 0;
    hsvc__touch(t->dev);
}

