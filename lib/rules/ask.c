/* ask.c: see ask.h. */
#include "rules/ask.h"

int hsvc__occupied(const struct hsvc__device *dev) {
    return dev->session_state > HSVC__session_VACANT && dev->session_state < HSVC__session_ENDING;
}

int hsvc__in_emergency(const struct hsvc__device *dev) {
    for (uint32_t i = 0; i < dev->call_count; i++)
        if (dev->calling[i].flags & HSVC_FLAG_EMERGENCY) return 1;
    return (dev->calls_lost & HSVC__CALLS_LOST_EMERGENCY) != 0;
}

int hsvc__user_is_here(struct hsvc__device *dev, hsvc__str user, hsvc__str but) {
    for (uint32_t i = 0; i < dev->present_count; i++) {
        const struct hsvc__present *one = &dev->presents[i];
        if (one->flags & HSVC__GONE || one->owner.n == 0 || hsvc__fold_eq(one->serial, but)) continue;
        if (hsvc__fold_eq(one->owner, user)) return 1;
    }
    return 0;
}

int hsvc__user_is_certain(const struct hsvc__device *dev, hsvc__str user) {
    for (uint32_t i = 0; i < dev->present_count; i++) {
        const struct hsvc__present *one = &dev->presents[i];
        if (one->flags & HSVC__NOT_CERTAIN || one->owner.n == 0) continue;
        if (hsvc__fold_eq(one->owner, user)) return 1;
    }
    return 0;
}

int hsvc__call_bars(struct hsvc__turn *t, hsvc__str owner) {
    if (!hsvc__is_device_is_in_call(t)) return 0;
    return hsvc__in_emergency(t->dev) || owner.n == 0 || !hsvc__occupied(t->dev);
}
int hsvc__hold_bars(struct hsvc__turn *t, hsvc__str owner) { return hsvc__is_device_is_held(t) && owner.n != 0; }

struct hsvc__present *hsvc__newest_fresh(struct hsvc__turn *t) {
    struct hsvc__present *newest = NULL;
    for (uint32_t i = 0; i < t->dev->present_count; i++) {
        struct hsvc__present *one = &t->dev->presents[i];
        if (!(one->flags & HSVC__FRESH)) continue;
        if (hsvc__call_bars(t, one->owner) || hsvc__hold_bars(t, one->owner)) continue;
        if (newest == NULL || one->since_at >= newest->since_at) newest = one;
    }
    return newest;
}

hsvc__str hsvc__menu_serial(const struct hsvc__device *dev, uint32_t kind) {
    const struct hsvc__present *best = NULL;
    int best_fits = 0;
    if (kind != HSVC_INPUT_MENU_ASSOCIATE && kind != HSVC_INPUT_MENU_SIGN_IN) return hsvc__str_of(NULL, 0);
    for (uint32_t i = 0; i < dev->present_count; i++) {
        const struct hsvc__present *one = &dev->presents[i];
        int fits = (one->owner.n == 0) == (kind == HSVC_INPUT_MENU_ASSOCIATE);
        if (one->flags & HSVC__NOT_HERE || (best != NULL && fits < best_fits)) continue;
        if (best != NULL && fits == best_fits && one->since_at < best->since_at) continue;
        best = one;
        best_fits = fits;
    }
    return best == NULL ? hsvc__str_of(NULL, 0) : best->serial;
}

hsvc__str hsvc__typed_user(struct hsvc__turn *t) {
    if (t->in->kind == HSVC_INPUT_SUBMIT) return INPUT(t, user);
    return t->dev->verify_user;
}

const hsvc__str *hsvc__late_user(const struct hsvc__turn *t) {
    const struct hsvc__device *dev = t->dev;
    for (uint32_t i = 0; i < dev->check_count; i++)
        if (dev->checks[i].request == t->in->request) return &dev->checks[i].user;
    if (dev->verify_state != HSVC__verification_QUIET || dev->verify_request == 0) return NULL;
    return dev->verify_request == t->in->request ? &dev->verify_user : NULL;
}

/* By the state and not by the screen: offers of headsets do not get as far as a question while a screen by hand stands. */
struct hsvc__user *hsvc__newcomer(struct hsvc__turn *t) {
    uint32_t state = t->dev->prompt_state;
    int by_hand = state == HSVC__prompt_EM_SIGN_IN || state == HSVC__prompt_CHOOSE_BY_HAND;
    if (t->in->kind == HSVC_INPUT_SIGN_IN_USER) return hsvc__user_of(t, INPUT(t, user));
    return by_hand ? hsvc__user_of(t, hsvc__typed_user(t)) : hsvc__owner(t);
}

int hsvc__has_profile(const struct hsvc__user *user, hsvc__str profile) {
    for (uint32_t i = 0; i < user->profile_list.count; i++)
        if (hsvc__str_eq(user->profile_list.at[i], profile)) return 1;
    return 0;
}

int hsvc__in_list(hsvc__str patterns, hsvc__str text) {
    size_t at = 0;
    while (at < patterns.n) {
        size_t end = at;
        while (end < patterns.n && patterns.p[end] != '\n') end++;
        if (end > at && hsvc__matches(text, hsvc__str_of(patterns.p + at, end - at))) return 1;
        at = end + 1;
    }
    return 0;
}

int hsvc__can_extend(const struct hsvc__device *dev) {
    if (dev->session_state != HSVC__session_LINGERING || dev->session_flags & HSVC__SESSION_EXTENDED) return 0;
    if (dev->max_due != 0 && dev->max_due <= dev->window_due) return 0; /* it would gain nothing */
    return dev->window_due - dev->window_at < HSVC_LIMIT_WINDOW;
}

uint32_t hsvc__login_of(const struct hsvc__user *user, hsvc__str device) {
    uint32_t i = 0;
    while (i < user->login_count && !hsvc__fold_eq(user->logins[i].device, device)) i++;
    return i;
}
