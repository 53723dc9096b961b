/* desks.c: what happens at the desks of an office, in these proportions. One visit, in order:
 *
 *   5 %  the menu's Sign in without a headset, 2 % Sign out without a session, at the free phone: refused
 *   all  the headset is plugged in
 *   4 %  the prompt is cancelled, 4 % it is left to time out: then the headset leaves
 *   8 %  a wrong PIN first, 1 % an answer to a prompt that is gone
 *   rest PIN, verified, reset: unregistered, headset dropped, registered after 38 s, half of the headsets are in the
 *        registration's snapshot, half plug in again after it; settled by a deadline
 *   2.5  calls on average, each ringing, active, ended; between them
 *        30 %  a break: unplugged, 20 % of these reported twice, plugged in again within the window
 *        10 %  a connect reported twice, 5 % the phone is used, 3 % the menu's Associate: refused
 *   5 %  another user takes the phone over: plugged in, Yes, PIN, verified, reset
 *   the end: 50 % unplugged, the window runs out; 25 % unplugged, Sign out pressed; 10 % unplugged in a call that
 *        lasts longer than the window; 15 % the menu's Sign out, then unplugged in the reset
 *   all  the phone resets to its own profile, wipes, settles by a deadline */
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/inputs.h"
#include "office.h"

#define SLOTS_MOST 8192u
#define SECOND 1000u
#define MINUTE (60u * SECOND)

enum {
    CONNECT = 1, CONNECT_OTHER, DISCONNECT, DISCONNECT_OTHER, SUBMIT, SUBMIT_OTHER, VERIFY_RIGHT, VERIFY_WRONG,
    UNREGISTER, REGISTER, REGISTER_WITH, WIPED, CALL_RINGS, CALL_ACTIVE, CALL_ENDS, SIGN_OUT, CANCEL, CANCEL_STALE, YES,
    ACTIVITY, MENU_ASSOCIATE, MENU_SIGN_IN, MENU_SIGN_OUT, WAIT
};

/* ---- planning a visit ---- */
static void plan(struct visit *v, uint32_t after_ms, uint32_t what) {
    if (v->count == ACTS_MOST) return;
    v->acts[v->count].what = what;
    v->acts[v->count++].after_ms = after_ms;
}

static void plan_pin(struct world *w, struct visit *v, uint32_t submit) {
    if (world_chance(w, 8)) {
        plan(v, 8 * SECOND, submit);
        plan(v, 80, VERIFY_WRONG);
    }
    if (world_chance(w, 1)) plan(v, SECOND, CANCEL_STALE);
    plan(v, 9 * SECOND, submit);
    plan(v, 80, VERIFY_RIGHT);
}

static void plan_reset_in(struct world *w, struct visit *v, int other) {
    uint32_t drop = other ? DISCONNECT_OTHER : DISCONNECT, back = other ? CONNECT_OTHER : CONNECT;
    plan(v, 2 * SECOND, UNREGISTER);
    plan(v, 100, drop);
    if (other) plan(v, 10, DISCONNECT);
    if (!other && world_chance(w, 50)) {
        plan(v, 38 * SECOND, REGISTER_WITH);
    } else {
        plan(v, 38 * SECOND, REGISTER);
        plan(v, 4 * SECOND, back);
    }
    plan(v, SECOND, WIPED);
    plan(v, MINUTE, WAIT);
}

static void plan_reset_out(struct visit *v) {
    plan(v, 2 * SECOND, UNREGISTER);
    plan(v, 38 * SECOND, REGISTER);
    plan(v, SECOND, WIPED);
    plan(v, MINUTE, WAIT);
}

static void plan_call(struct visit *v, uint32_t lasts_ms) {
    plan(v, 10 * MINUTE, CALL_RINGS);
    plan(v, 4 * SECOND, CALL_ACTIVE);
    plan(v, lasts_ms, CALL_ENDS);
}

static void plan_break(struct world *w, struct visit *v) {
    plan(v, MINUTE, DISCONNECT);
    if (world_chance(w, 20)) plan(v, 200, DISCONNECT);
    plan(v, 2 * MINUTE, CONNECT);
}

static void plan_work(struct world *w, struct visit *v) {
    uint32_t calls = 1 + world_random(w, 4);
    for (uint32_t i = 0; i < calls; i++) {
        plan_call(v, 3 * MINUTE);
        if (world_chance(w, 30)) plan_break(w, v);
        if (world_chance(w, 10)) plan(v, SECOND, CONNECT);
        if (world_chance(w, 5)) plan(v, SECOND, ACTIVITY);
        if (world_chance(w, 3)) plan(v, SECOND, MENU_ASSOCIATE);
    }
}

static void plan_end(struct world *w, struct visit *v, uint32_t leave) {
    uint32_t how = world_random(w, 100);
    if (how < 50) {
        plan(v, MINUTE, leave);
        plan(v, 5 * MINUTE + SECOND, WAIT);
    } else if (how < 75) {
        plan(v, MINUTE, leave);
        plan(v, 7 * SECOND, SIGN_OUT);
    } else if (how < 85) {
        plan_call(v, 3 * MINUTE);
        v->count--; /* the call goes on */
        plan(v, MINUTE, leave);
        plan(v, 8 * MINUTE, CALL_ENDS);
    } else {
        plan(v, MINUTE, MENU_SIGN_OUT);
        plan(v, SECOND, leave);
    }
    plan_reset_out(v);
}

static void plan_visit(struct world *w, struct visit *v) {
    uint32_t how = world_random(w, 100);
    int other = world_chance(w, 5) && v->other != v->user;
    if (world_chance(w, 5)) plan(v, SECOND, MENU_SIGN_IN);
    if (world_chance(w, 2)) plan(v, SECOND, MENU_SIGN_OUT);
    plan(v, MINUTE + world_random(w, 30 * MINUTE), CONNECT);
    if (how < 8) {
        if (how < 4) plan(v, 5 * SECOND, CANCEL);
        plan(v, 5 * MINUTE, DISCONNECT);
        return;
    }
    plan_pin(w, v, SUBMIT);
    plan_reset_in(w, v, 0);
    plan_work(w, v);
    if (other) {
        plan(v, MINUTE, CONNECT_OTHER);
        plan(v, 3 * SECOND, YES);
        plan_pin(w, v, SUBMIT_OTHER);
        plan_reset_in(w, v, 1);
    }
    plan_end(w, v, other ? DISCONNECT_OTHER : DISCONNECT);
}

/* A slot's desks and users are its own, so that nobody is at two desks at once. */
static void begin_visit(struct world *w, uint32_t slot) {
    struct visit *v = &w->visits[slot];
    uint32_t users_each = w->users / w->slots;
    v->desk = slot + w->slots * world_random(w, w->desks / w->slots);
    v->user = slot + w->slots * world_random(w, users_each);
    v->other = slot + w->slots * world_random(w, users_each);
    v->next = v->count = 0;
    memset(&v->phone, 0, sizeof v->phone);
    plan_visit(w, v);
    v->at += v->acts[0].after_ms;
}

/* ---- what happens ---- */
static void begin(hsvc_input *in, uint32_t kind, const struct visit *v) {
    bench_check(hsvc_input_init(in, sizeof *in, kind), "input");
    hsvc_input_set_device(in, desk_name(v->desk));
}

static void headset(struct world *w, const struct visit *v, uint32_t user, int here) {
    hsvc_input in;
    begin(&in, here ? HSVC_INPUT_HEADSET_CONNECTED : HSVC_INPUT_HEADSET_DISCONNECTED, v);
    hsvc_input_set_serial(&in, serial_of(user));
    in.handle = 1 + user;
    world_apply(w, here ? BENCH_HEADSET_CONNECTED : BENCH_HEADSET_DISCONNECTED, &in);
}

static void submit(struct world *w, const struct visit *v, uint32_t user) {
    hsvc_input in;
    begin(&in, HSVC_INPUT_SUBMIT, v);
    in.prompt_id = v->phone.prompt_id;
    hsvc_input_set_user(&in, user_id(user));
    in.pin = (const uint8_t *)"12345";
    in.pin_len = 5;
    world_apply(w, BENCH_SUBMIT, &in);
}

static void verified(struct world *w, const struct visit *v, uint32_t state) {
    hsvc_input in;
    begin(&in, HSVC_INPUT_VERIFY_RESULT, v);
    in.request = v->phone.request;
    in.state = state;
    world_apply(w, BENCH_VERIFY_RESULT, &in);
}

static void registered(struct world *w, const struct visit *v, int with_headset) {
    hsvc_item item;
    hsvc_input in;
    begin(&in, HSVC_INPUT_DEVICE_REGISTERED, v);
    in.generation = v->phone.generation;
    in.node = 1;
    in.flags = HSVC_FLAG_HAS_CALLS;
    if (with_headset) {
        hsvc_item_headset(&item, serial_of(v->user), 1 + v->user);
        hsvc_input_set_items(&in, &item, 1);
        in.flags |= HSVC_FLAG_HAS_PRESENCE;
    }
    world_apply(w, BENCH_DEVICE_REGISTERED, &in);
}

static void wiped(struct world *w, struct visit *v) {
    hsvc_input in;
    if (v->phone.wipe == 0) return;
    begin(&in, HSVC_INPUT_WIPE_DONE, v);
    in.generation = v->phone.wipe;
    v->phone.wipe = 0;
    world_apply(w, BENCH_WIPE_DONE, &in);
}

static void phone_call(struct world *w, struct visit *v, uint32_t kind, enum bench_kind as, uint32_t state) {
    hsvc_input in;
    if (kind == HSVC_INPUT_CALL_BEGUN) v->call++;
    begin(&in, kind, v);
    in.call_id = v->call;
    in.state = state;
    world_apply(w, as, &in);
}

static void press(struct world *w, const struct visit *v, uint32_t kind, enum bench_kind as, uint64_t prompt_id) {
    hsvc_input in;
    begin(&in, kind, v);
    in.prompt_id = prompt_id;
    world_apply(w, as, &in);
}

static void act(struct world *w, struct visit *v, uint32_t what) {
    uint64_t prompt = v->phone.prompt_id;
    switch (what) {
        case CONNECT: headset(w, v, v->user, 1); break;
        case CONNECT_OTHER: headset(w, v, v->other, 1); break;
        case DISCONNECT: headset(w, v, v->user, 0); break;
        case DISCONNECT_OTHER: headset(w, v, v->other, 0); break;
        case SUBMIT: submit(w, v, v->user); break;
        case SUBMIT_OTHER: submit(w, v, v->other); break;
        case VERIFY_RIGHT: verified(w, v, HSVC_VERIFY_OK); break;
        case VERIFY_WRONG: verified(w, v, HSVC_VERIFY_WRONG); break;
        case UNREGISTER: press(w, v, HSVC_INPUT_DEVICE_UNREGISTERED, BENCH_DEVICE_UNREGISTERED, 0); break;
        case REGISTER: registered(w, v, 0); break;
        case REGISTER_WITH: registered(w, v, 1); break;
        case WIPED: wiped(w, v); break;
        case CALL_RINGS: phone_call(w, v, HSVC_INPUT_CALL_BEGUN, BENCH_CALL_BEGUN, HSVC_CALL_RINGING); break;
        case CALL_ACTIVE: phone_call(w, v, HSVC_INPUT_CALL_CHANGED, BENCH_CALL_CHANGED, HSVC_CALL_ACTIVE); break;
        case CALL_ENDS: phone_call(w, v, HSVC_INPUT_CALL_ENDED, BENCH_CALL_ENDED, 0); break;
        case SIGN_OUT: press(w, v, HSVC_INPUT_SIGN_OUT, BENCH_SIGN_OUT, prompt); break;
        case CANCEL: press(w, v, HSVC_INPUT_CANCEL, BENCH_CANCEL, prompt); break;
        case CANCEL_STALE: press(w, v, HSVC_INPUT_CANCEL, BENCH_CANCEL, prompt + 1000); break;
        case YES: press(w, v, HSVC_INPUT_YES, BENCH_YES, prompt); break;
        case ACTIVITY: press(w, v, HSVC_INPUT_USER_ACTIVITY, BENCH_USER_ACTIVITY, 0); break;
        case MENU_ASSOCIATE: press(w, v, HSVC_INPUT_MENU_ASSOCIATE, BENCH_MENU_ASSOCIATE, 0); break;
        case MENU_SIGN_IN: press(w, v, HSVC_INPUT_MENU_SIGN_IN, BENCH_MENU_SIGN_IN, 0); break;
        case MENU_SIGN_OUT: press(w, v, HSVC_INPUT_MENU_SIGN_OUT, BENCH_MENU_SIGN_OUT, 0); break;
        default: break;
    }
}

/* ---- the slots, in order of time ---- */
static void sift_down(struct world *w, uint32_t at) {
    for (;;) {
        uint32_t child = 2 * at + 1, keep = w->heap[at];
        if (child >= w->slots) return;
        if (child + 1 < w->slots && w->visits[w->heap[child + 1]].at < w->visits[w->heap[child]].at) child++;
        if (w->visits[keep].at <= w->visits[w->heap[child]].at) return;
        w->heap[at] = w->heap[child];
        w->heap[child] = keep;
        at = child;
    }
}

void desks_open(struct world *w) {
    w->slots = w->desks < SLOTS_MOST ? w->desks : SLOTS_MOST;
    w->visits = (struct visit *)calloc(w->slots, sizeof *w->visits);
    w->heap = (uint32_t *)calloc(w->slots, sizeof *w->heap);
    if (w->visits == NULL || w->heap == NULL) bench_check(HSVC_ERR_MEMORY, "desks");
    for (uint32_t i = 0; i < w->slots; i++) {
        w->visits[i].at = w->now + world_random(w, 60 * MINUTE);
        begin_visit(w, i);
        w->heap[i] = i;
    }
    for (uint32_t i = w->slots / 2 + 1; i-- > 0;) sift_down(w, i);
}

void desks_close(struct world *w) {
    free(w->visits);
    free(w->heap);
    w->visits = NULL;
    w->heap = NULL;
}

void desks_run(struct world *w, uint64_t inputs) {
    for (uint64_t i = 0; i < inputs; i++) {
        uint32_t slot = w->heap[0];
        struct visit *v = &w->visits[slot];
        world_advance_to(w, v->at);
        act(w, v, v->acts[v->next++].what);
        if (v->next == v->count) begin_visit(w, slot);
        else v->at += v->acts[v->next].after_ms;
        sift_down(w, 0);
    }
}
