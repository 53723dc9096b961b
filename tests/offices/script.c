/* script.c: names, and a run written down as a scenario (docs/guide/scenarios.md). What the language has no words for stands
 * there as a comment. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "office.h"

static const char *named(char room[4][16], const char *format, uint32_t a, uint32_t b) {
    static uint32_t turn;
    char *name = room[turn++ % 4];
    (void)snprintf(name, 16, format, (unsigned)a, (unsigned)b);
    return name;
}

/* Most names are asked for again and again: each is written once. */
static const char *once(char room[16], const char *format, uint32_t a, uint32_t b) {
    if (room[0] == 0) (void)snprintf(room, 16, format, (unsigned)a, (unsigned)b);
    return room;
}

const char *user_name(uint32_t user) {
    static char room[M_USERS][16];
    return once(room[user], "u%u", user, 0);
}

const char *phone_name(uint32_t phone) {
    static char room[M_PHONES][16];
    return once(room[phone], "desk-%u", phone, 0);
}

const char *serial_name(uint32_t headset) {
    static char room[M_HEADSETS][16];
    return once(room[headset], "H%u", headset, 0);
}

static uint32_t by_alias(const struct world *w, uint32_t phone, uint32_t headset) {
    return w->phones[phone].other & 1u << headset && w->model.headsets[headset].alias;
}

const char *reported_name(const struct world *w, uint32_t phone, uint32_t headset) {
    static char room[M_HEADSETS][16];
    return by_alias(w, phone, headset) ? once(room[headset], "A%u", headset, 0) : serial_name(headset);
}

uint32_t reported_handle(const struct world *w, uint32_t phone, uint32_t headset) { return by_alias(w, phone, headset) ? headset + 32 : headset; }

const char *profile_name(uint32_t user, uint32_t profile) {
    static char room[M_USERS][4][16];
    return once(room[user][profile % 4], "u%u-%u", user, profile);
}

const char *user_id(const struct world *w, uint32_t user) {
    static char room[4][16];
    return w->user_called[user] == 0 ? user_name(user) : named(room, "r%u-u%u", w->user_called[user], user);
}

const char *phone_id(const struct world *w, uint32_t phone) {
    static char room[4][16];
    return w->phone_called[phone] == 0 ? phone_name(phone) : named(room, "r%u-desk-%u", w->phone_called[phone], phone);
}

const char *person(const struct world *w, uint32_t user) {
    static char room[4][16];
    static uint32_t turn;
    char *name = room[turn++ % 4];
    if (w->model.users[user].exists) return user_name(user);
    (void)snprintf(name, sizeof *room, "\"%s\"", user_id(w, user));
    return name;
}

/* number_of_name: the last number in a name; 0 if there is none. */
uint32_t number_of_name(const char *name, size_t len) {
    uint32_t number = 0, scale = 1;
    while (len > 0 && name[len - 1] >= '0' && name[len - 1] <= '9') {
        number += (uint32_t)(name[--len] - '0') * scale;
        scale *= 10;
    }
    return number;
}

static void put(struct script *s, const char *text, uint32_t len) {
    if (s->used + len + 1 > s->room) {
        s->room = (s->used + len + 1) * 2;
        s->bytes = realloc(s->bytes, s->room);
        if (s->bytes == NULL) abort();
    }
    memcpy(s->bytes + s->used, text, len);
    s->used += len;
    s->bytes[s->used] = 0;
}

static void put_time(struct world *w) {
    int64_t past = world_clock(w, 0) - DAY_ONE, in_day = past % DAY_MS;
    char text[64];
    int n;
    if (past == 0 || world_clock(w, 0) == w->script->last_at) return;
    w->script->last_at = world_clock(w, 0);
    n = snprintf(text, sizeof text, "at day %d %02d:%02d:%02d.%03d  ", (int)(past / DAY_MS) + 1, (int)(in_day / 3600000),
                 (int)(in_day / 60000 % 60), (int)(in_day / 1000 % 60), (int)(in_day % 1000));
    put(w->script, text, (uint32_t)n);
}

/* say: a line of the script, at the time that it is now. */
void say(struct world *w, const char *format, ...) {
    char text[256];
    va_list list;
    int n;
    if (w->script == NULL) return;
    if (format[0] != '#' && (format[0] != ' ' || format[1] == 0)) put_time(w); /* a blank: the time alone */
    va_start(list, format);
    n = vsnprintf(text, sizeof text - 1, format, list);
    va_end(list);
    text[n++] = '\n';
    put(w->script, text, (uint32_t)n);
}

/* say_calls: a phone reports those that it has. */
void say_calls(struct world *w, uint32_t phone) {
    char list[160] = "";
    size_t n = 0;
    for (uint32_t i = 0; i < M_CALLS; i++) {
        const struct m_call *call = &w->phones[phone].calls[i];
        if (call->id == 0) continue;
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%" PRIu32 "%s", n ? " and " : "", call->id, call->emergency ? " emergency" : "");
    }
    if (n == 0) say(w, "%s reports no calls", phone_name(phone));
    else say(w, "%s reports calls %s", phone_name(phone), list);
}

/* put_rule: a script says which rule it shows. Where the two differ it is one of many that could be meant: whoever keeps the
 * script puts the right one there. */
static void put_rule(struct world *w, const struct finding *f) {
    static const char *const rules[] = {[DIFFERENT_VERDICT] = "OBS-1", [DIFFERENT_USER] = "SIGN-4", [DIFFERENT_STATE] = "OUT-1",
                                        [DIFFERENT_PROMPT] = "PROMPT-6", [DIFFERENT_SCREEN] = "PROMPT-6", [DIFFERENT_OWNER] = "ASSOC-1",
                                        [DIFFERENT_CALLS] = "OUT-6", [DIFFERENT_HEADSETS] = "PRES-4", [DIFFERENT_WINDOW] = "OUT-1",
                                        [DIFFERENT_WIPE] = "OUT-7", [DIFFERENT_PROFILE] = "SAFE-1", [DIFFERENT_CAUSES] = "OUT-5",
                                        [DIFFERENT_LOCK] = "SIGN-7", [DIFFERENT_FAILURES] = "SIGN-7", [DIFFERENT_SESSIONS] = "MULTI-1",
                                        [DIFFERENT_DEADLINE] = "TIME-5", [DIFFERENT_TOLD] = "OUT-8"};
    const char *rule = (size_t)f->kind < sizeof rules / sizeof *rules ? rules[f->kind] : NULL;
    say(w, "rule %s \"%s\"", rule != NULL ? rule : "STORE-8",
        f->kind == SAME ? "after all that the store is sound" : "the engine does what the model expects in the last line");
}

/* script_head: what comes before what happens: the headsets that it names are declared, with the handles of the run. */
void script_head(struct world *w, const struct shape *shape, uint64_t seed) {
    struct script *body = w->script, head = {NULL, 0, 0, world_clock(w, 0)};
    w->script = &head;
    say(w, "# made by tests/offices from seed %u%s", (unsigned)seed, w->finding.kind == SAME ? "" : ", and shortened by itself");
    say(w, "# %u phones, %u people, %u headsets, %u nodes; stores %s; clocks %s", shape->phones, shape->users, shape->headsets, shape->nodes,
        shape->faults ? "fail" : "do not fail", shape->clocks ? "step" : shape->skew != SKEW_NONE ? "differ" : "go well");
    put_rule(w, &w->finding);
    say(w, "phones reset in 40 s");
    say(w, "phones stay silent");
    for (uint32_t h = 1; h <= shape->headsets; h++) {
        char name[20];
        (void)snprintf(name, sizeof name, "%s ", serial_name(h));
        if (body->bytes != NULL && strstr(body->bytes, name) != NULL) say(w, "headset %s, handle %u", serial_name(h), (unsigned)h);
    }
    put(&head, body->bytes, body->used);
    free(body->bytes);
    *body = head;
    w->script = body;
}

static uint32_t bits_of(int64_t list) {
    uint32_t count = 0;
    for (; list != 0; list &= list - 1) count++;
    return count;
}

/* expect_deadline: of all phones, since a script can say no other. */
static void expect_deadline(struct world *w) {
    int64_t next = M_NEVER;
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (m_phone_next(&w->model.phones[i]) < next) next = m_phone_next(&w->model.phones[i]);
    if (next == M_NEVER) say(w, "  expect no deadline");
    else say(w, "  expect next deadline at day %d %02d:%02d:%02d.%03d", (int)((next - DAY_ONE) / DAY_MS) + 1, (int)((next - DAY_ONE) % DAY_MS / 3600000),
             (int)((next - DAY_ONE) / 60000 % 60), (int)((next - DAY_ONE) / 1000 % 60), (int)((next - DAY_ONE) % 1000));
}

static void expect_time(struct world *w, const char *what, const struct finding *f) {
    int64_t in_day = (f->wanted - DAY_ONE) % DAY_MS;
    if (f->wanted == 0 || f->wanted == M_NEVER) {
        say(w, "  expect %s has no window", phone_name(f->phone));
        return;
    }
    say(w, "  expect %s %s day %d %02d:%02d:%02d.%03d", phone_name(f->phone), what, (int)((f->wanted - DAY_ONE) / DAY_MS) + 1,
        (int)(in_day / 3600000), (int)(in_day / 60000 % 60), (int)(in_day / 1000 % 60), (int)(in_day % 1000));
}

static void expect_verdict(struct world *w, const struct finding *f) {
    if (f->wanted == -1)
        say(w, "  expect accepted");
    else if (f->wanted == -2)
        say(w, "  expect refused");
    else
        say(w, "  expect %s %s", f->wanted < HSVC_REASON_SERIAL_UNUSABLE ? "accepted" : "refused",
            hsvc_name(HSVC_REGISTRY_REASON, (int32_t)f->wanted));
}

static const char *state_name(int64_t state) { return hsvc_name(HSVC_REGISTRY_SESSION, (int32_t)state); }

/* expect_told: wanted: HSVC_EFFECT_ * TOLD_WHY and its cause; 0: that is not to be told which the engine tells. */
static void expect_told(struct world *w, const struct finding *f) {
    int64_t told = f->wanted != 0 ? f->wanted : f->seen, why = told % TOLD_WHY;
    say(w, "  expect %s%s on %s%s%s", f->wanted != 0 ? "" : "no ", hsvc_name(HSVC_REGISTRY_EFFECT, (int32_t)(told / TOLD_WHY)), phone_name(f->phone), why ? " because " : "",
        why ? hsvc_name(told / TOLD_WHY == HSVC_EFFECT_SESSION_ENDED ? HSVC_REGISTRY_CAUSE : HSVC_REGISTRY_REASON, (int32_t)why) : "");
}

static void expect_menu(struct world *w, const struct finding *f) {
    static const char *const entries[] = {"associate", "sign-in", "sign-out"};
    char list[64] = "";
    for (uint32_t i = 0; i < 3; i++)
        if (f->wanted & INT64_C(1) << i) (void)strcat(strcat(list, list[0] ? " and " : ""), entries[i]);
    say(w, "  expect %s menu offers %s", phone_name(f->phone), list[0] ? list : "nothing");
}

/* script_end: what came of it, where the two agreed to the end. */
void script_end(struct world *w) {
    say(w, " "); /* the time alone */
    for (uint32_t i = 1; i < M_PHONES; i++) {
        const struct m_phone *p = &w->model.phones[i];
        if (!p->exists) continue;
        if (p->user == 0) say(w, "  expect %s is free", phone_name(i));
        else say(w, "  expect %s is signed in by %s", phone_name(i), user_name(p->user));
    }
    say(w, "verify");
}

/* script_expect: what the model expects and the engine does not do, in the script's words. */
void script_expect(struct world *w, const struct finding *f) {
    const char *phone = phone_name(f->phone);
    uint32_t just_now = f->kind == DIFFERENT_VERDICT || (f->kind == DIFFERENT_TOLD && f->at == w->script->last_at); /* by the last line */
    if (!just_now && w->now > DAY_ONE) say(w, " at day %d %02d:%02d:%02d.%03d", (int)((f->at - DAY_ONE) / DAY_MS) + 1,
        (int)((f->at - DAY_ONE) % DAY_MS / 3600000), (int)((f->at - DAY_ONE) / 60000 % 60), (int)((f->at - DAY_ONE) / 1000 % 60), (int)((f->at - DAY_ONE) % 1000));
    switch (f->kind) {
        case DIFFERENT_VERDICT: expect_verdict(w, f); break;
        case DIFFERENT_USER:
            if (f->wanted == 0) say(w, "  expect %s is free", phone);
            else say(w, "  expect %s is signed in by %s", phone, user_name((uint32_t)f->wanted));
            break;
        case DIFFERENT_STATE: say(w, "  expect %s session is %s", phone, state_name(f->wanted)); break;
        case DIFFERENT_SCREEN:
        case DIFFERENT_PROMPT:
            if (f->wanted == 0) say(w, "  expect %s shows nothing", phone);
            else say(w, "  expect %s shows %s", phone, hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)f->wanted));
            break;
        case DIFFERENT_PREFILL: /* that it is for nobody no script can say */
        case DIFFERENT_WHOSE:
            say(w, "  expect %s shows %s for %s", phone, hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)w->model.phones[f->phone].prompt), user_name((uint32_t)f->wanted));
            break;
        case DIFFERENT_MENU: expect_menu(w, f); break;
        case DIFFERENT_OWNER:
            if (f->headset == 0) say(w, "  expect %s has %d headsets", user_name(f->user), (int)f->wanted);
            else if (f->wanted == 0) say(w, "  expect %s belongs to nobody", serial_name(f->headset));
            else say(w, "  expect %s belongs to %s", serial_name(f->headset), user_name((uint32_t)f->wanted));
            break;
        case DIFFERENT_HEADSETS: say(w, "  expect %s has %u headsets", phone, (unsigned)bits_of(f->wanted)); break;
        case DIFFERENT_DEADLINE:
        case DIFFERENT_PROMPT_TIME: expect_deadline(w); break;
        case DIFFERENT_CALLS: say(w, "  expect %s has %d calls", phone, (int)f->wanted); break;
        case DIFFERENT_WINDOW: expect_time(w, "window ends at", f); break;
        case DIFFERENT_WIPE: say(w, f->wanted ? "  expect %s must wipe" : "  expect %s has nothing to wipe", phone); break;
        case DIFFERENT_REGISTERED: say(w, f->wanted ? "  expect %s is registered" : "  expect %s is not registered", phone); break;
        case DIFFERENT_LOCK: say(w, f->wanted > w->now ? "  expect %s is locked" : "  expect %s is not locked", user_name(f->user)); break;
        case DIFFERENT_FAILURES: say(w, "  expect %s has %d failures", user_name(f->user), (int)f->wanted); break;
        case DIFFERENT_SESSIONS: say(w, "  expect %s has %d sessions", user_name(f->user), (int)f->wanted); break;
        case DIFFERENT_PROFILE:
            if (f->wanted == 0) say(w, "  expect %s wears its own profile", phone);
            else say(w, "  expect %s wears %s", phone, profile_name((uint32_t)f->wanted / 16, (uint32_t)f->wanted % 16));
            break;
        case DIFFERENT_EXISTS:
            if (f->phone) say(w, "  expect phone %s does not exist", phone);
            else say(w, "  expect user %s does not exist", user_name(f->user));
            break;
        case DIFFERENT_TOLD: expect_told(w, f); break;
        case SAME:
        case DIFFERENT_TOLD_OWNER:
        case DIFFERENT_ROWS:
        case NOT_AT_ONCE:
        case DIFFERENT_CAUSES:
        case UNSOUND:
        case FAILED:
        default: say(w, "verify"); break;
    }
}
