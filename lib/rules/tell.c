/* tell.c: what a device is told: effects that say what its record wants it to wear and to show. A rule that changes the
 * record calls these; so does whoever must say it again (STORE-6). */
#include "rules/ask.h"

hsvc_effect *hsvc__tell(struct hsvc__turn *t, uint32_t kind, const struct hsvc__device *dev) {
    hsvc_effect *effect = hsvc__effects_add(t->fx);
    effect->kind = kind;
    effect->input_index = t->index;
    effect->at_ms = t->at;
    effect->rule = t->rule;
    effect->node = dev->node;
    effect->device = dev->name.p;
    effect->device_len = dev->name.n;
    effect->site = dev->site.p;
    effect->site_len = dev->site.n;
    effect->location = dev->location.p;
    effect->location_len = dev->location.n;
    return effect;
}

/* What is owed since a session ended; said again with every later generation (OUT-7). */
void hsvc__tell_wipe(struct hsvc__turn *t, struct hsvc__device *dev, uint32_t flags) {
    hsvc_effect *effect;
    if (dev->wipe_generation == 0) return;
    effect = hsvc__tell(t, HSVC_EFFECT_WIPE, dev);
    effect->generation = dev->generation_desired;
    effect->flags = flags;
}

void hsvc__tell_profile(struct hsvc__turn *t, struct hsvc__device *dev, uint32_t flags) {
    hsvc_effect *effect;
    hsvc__str profile = dev->session != 0 ? dev->profile : dev->own_profile;
    hsvc__tell_wipe(t, dev, flags);
    effect = hsvc__tell(t, HSVC_EFFECT_APPLY_PROFILE, dev);
    effect->generation = dev->generation_desired;
    effect->profile = profile.p;
    effect->profile_len = profile.n;
    effect->user = dev->user.p;
    effect->user_len = dev->user.n;
    effect->session = dev->session;
    effect->flags = flags;
}

static const uint32_t screens[] = {
    [HSVC__prompt_ASSOCIATE] = HSVC_PROMPT_ASSOCIATE,
    [HSVC__prompt_SKIP_CONFIRM] = HSVC_PROMPT_SKIP_CONFIRM,
    [HSVC__prompt_ASSOCIATED] = HSVC_PROMPT_ASSOCIATED,
    [HSVC__prompt_ERROR] = HSVC_PROMPT_ERROR,
    [HSVC__prompt_SIGN_IN_PIN] = HSVC_PROMPT_SIGN_IN_PIN,
    [HSVC__prompt_COUNTDOWN] = HSVC_PROMPT_COUNTDOWN,
    [HSVC__prompt_CHOOSE_PROFILE] = HSVC_PROMPT_CHOOSE_PROFILE,
    [HSVC__prompt_SIGN_OUT_OTHER] = HSVC_PROMPT_SIGN_OUT_OTHER,
    [HSVC__prompt_YES_WAITING] = HSVC_PROMPT_SIGN_OUT_OTHER,
    [HSVC__prompt_SIGN_OUT] = HSVC_PROMPT_SIGN_OUT,
    [HSVC__prompt_EM_SIGN_IN] = HSVC_PROMPT_EM_SIGN_IN,
    [HSVC__prompt_EM_SIGN_OUT] = HSVC_PROMPT_EM_SIGN_OUT,
    [HSVC__prompt_RETURN_ASKED] = HSVC_PROMPT_SIGN_OUT_OTHER,
    [HSVC__prompt_RETURN_WAITING] = HSVC_PROMPT_SIGN_OUT_OTHER,
    [HSVC__prompt_RETURN_PIN] = HSVC_PROMPT_SIGN_IN_PIN,
    [HSVC__prompt_CHOOSE_BY_HAND] = HSVC_PROMPT_CHOOSE_PROFILE,
    [HSVC__prompt_OTHER_BY_HAND] = HSVC_PROMPT_SIGN_OUT_OTHER,
};
uint32_t hsvc__screen(const struct hsvc__device *dev) { return screens[dev->prompt_state]; }

hsvc_effect *hsvc__tell_prompt(struct hsvc__turn *t, uint32_t prompt, const struct hsvc__device *dev) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_SHOW_PROMPT, dev);
    effect->prompt = prompt;
    effect->prompt_id = dev->prompt_id;
    effect->generation = dev->screen_told;
    effect->due_ms = dev->prompt_due;
    effect->user = dev->prompt_user.p;
    effect->user_len = dev->prompt_user.n;
    effect->serial = dev->prompt_serial.p;
    effect->serial_len = dev->prompt_serial.n;
    if (prompt == HSVC_PROMPT_SIGN_OUT_OTHER) {
        effect->other_user = dev->user.p;
        effect->other_user_len = dev->user.n;
    }
    if (prompt == HSVC_PROMPT_ASSOCIATED && dev->prompt_flags & HSVC__PROMPT_PROVEN)
        effect->flags = HSVC_PROMPT_OFFERS_SIGN_IN;
    if (prompt == HSVC_PROMPT_SIGN_OUT) {
        effect->due_ms = dev->window_due;
        effect->flags = hsvc__can_extend(dev) ? HSVC_PROMPT_OFFERS_EXTEND : 0;
    }
    if (prompt == HSVC_PROMPT_ERROR) effect->reason = dev->prompt_reason;
    return effect;
}

void hsvc__new_screen(struct hsvc__device *dev) {
    dev->screen_told++;
    hsvc__touch(dev);
}

/* The prompt that is shown now, again; or that none is. */
void hsvc__tell_screen(struct hsvc__turn *t, struct hsvc__device *dev) {
    uint32_t screen = hsvc__screen(dev);
    hsvc_effect *effect;
    if (screen == 0) {
        effect = hsvc__tell(t, HSVC_EFFECT_CLEAR_PROMPT, dev);
        effect->generation = dev->screen_told;
        effect->flags = HSVC_FLAG_REPEATED;
        return;
    }
    effect = hsvc__tell_prompt(t, screen, dev);
    effect->flags |= HSVC_FLAG_REPEATED;
    if (screen == HSVC_PROMPT_CHOOSE_PROFILE) {
        const struct hsvc__user *user = hsvc__user_of(t, dev->prompt_user);
        hsvc__effects_offer(t->fx, effect, user->profile_list.at, user->profile_list.count);
    }
}

hsvc_effect *hsvc__tell_menu(struct hsvc__turn *t, const struct hsvc__device *dev) {
    hsvc_effect *effect = hsvc__tell(t, HSVC_EFFECT_MENU_STATE, dev);
    effect->generation = dev->screen_told;
    effect->flags = dev->menu & 7u;
    return effect;
}

void hsvc__inform(struct hsvc__turn *t, struct hsvc__device *dev) {
    t->dev = dev;
    hsvc__run(t, HSVC__MACHINE_profile, HSVC_EVENT_resync, 0);
    t->dev = dev;
    hsvc__run(t, HSVC__MACHINE_screen, HSVC_EVENT_resync, 0);
}
