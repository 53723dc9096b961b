/* clockwork.c: what a device's record wants by itself: its timers, what follows from its state after a batch, and the
 * effects that say its state again. */
#include "rules/ask.h"

static const struct {
    uint32_t machine;
    uint32_t event;
} timers[] = {
#define TIMER(field, machine, event, most, rule, text) {HSVC__MACHINE_##machine, HSVC_EVENT_##event},
#include "rules/timers.def"
#undef TIMER
};

int64_t hsvc__earliest(const struct hsvc__device *dev, uint32_t *timer) {
    const int64_t *dues = hsvc__timers((struct hsvc__device *)(uintptr_t)dev);
    int64_t earliest = HSVC_NEVER;
    uint32_t first = 0;
    for (uint32_t i = 0; i < HSVC__TIMERS; i++) {
        if (dues[i] == 0 || dues[i] > earliest || (dues[i] == earliest && !hsvc__armed_before(dev, i, first))) continue;
        earliest = dues[i];
        first = i;
    }
    if (timer != NULL && earliest != HSVC_NEVER) *timer = first;
    return earliest;
}

/* begin: what a device does by itself is about the headset of its prompt and about no user: a rule that ends a session
 * asks for the session's, and only then is that record read and proven unchanged. */
static void begin(struct hsvc__turn *t, struct hsvc__device *dev) {
    t->dev = dev;
    t->headset = hsvc__headset_of(t, dev->prompt_serial);
    t->user = hsvc__user_of(t, hsvc__str_of(NULL, 0));
}

void hsvc__fire(struct hsvc__turn *t, struct hsvc__device *dev, uint32_t timer) {
    begin(t, dev);
    hsvc__timers(dev)[timer] = 0;
    hsvc__touch(dev);
    t->engine->tally.deadlines++;
    hsvc__run(t, timers[timer].machine, timers[timer].event, 0);
}

static const struct {
    uint32_t entry;
    hsvc__guard barred;
} menu_entries[] = {
#define MENU(entry, ladder) {HSVC_MENU_##entry, hsvc__is_barred_by_##ladder},
#include "rules/picks.def"
#undef MENU
};

/* hsvc__do_follow_menu: which entries the phone's menu should enable, told when it changes (ASSOC-5); ladders say which. */
void hsvc__do_follow_menu(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__device *dev = t->dev;
    uint32_t menu = 0x80000000u; /* so that "nothing enabled" differs from "never told" */
    (void)arg;
    if (hsvc__is_device_is_not_ready(t)) return;
    for (size_t i = 0; i < sizeof menu_entries / sizeof menu_entries[0]; i++)
        if (!menu_entries[i].barred(t)) menu |= menu_entries[i].entry;
    if (menu == dev->menu) return;
    dev->menu = menu;
    hsvc__new_screen(dev);
    t->rule = "ASSOC-5";
    hsvc__tell_menu(t, dev);
}

/* run_on: these events follow every change of a device; they are ignored where no row is for them. */
static void run_on(struct hsvc__turn *t, struct hsvc__device *dev, uint32_t machine, uint32_t event) {
    t->dev = dev;
    if (!hsvc__concerns(t, machine, event)) return;
    begin(t, dev);
    hsvc__run(t, machine, event, 0);
}

int hsvc__follow_up(struct hsvc__turn *t, struct hsvc__device *dev, int which) {
    switch (which) {
        case 0: run_on(t, dev, HSVC__MACHINE_session, HSVC_EVENT_calls_over); return 1;
        case 1: run_on(t, dev, HSVC__MACHINE_profile, HSVC_EVENT_calls_over); return 1;
        case 2: run_on(t, dev, HSVC__MACHINE_prompt, HSVC_EVENT_calls_over); return 1;
        case 3: run_on(t, dev, HSVC__MACHINE_prompt, HSVC_EVENT_screen_judged); return 1;
        case 4: run_on(t, dev, HSVC__MACHINE_prompt, HSVC_EVENT_place_free); return 1;
        default:
            t->dev = dev;
            hsvc__do_follow_menu(t, 0);
            return 0;
    }
}

