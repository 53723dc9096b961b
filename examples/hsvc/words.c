/* words.c: what happened, and what a phone shows, in words that need no manual. Codes come from the library's own names
 * and texts, so that a reason added tomorrow reads well today. No PIN is ever among the words. */
#include <string.h>
#include <time.h>

#include "host.h"

static struct span words(const char *text) { return span_of(text, strlen(text)); }

struct span label(const struct host *host, uint32_t kind, const char *name, size_t len) {
    struct span found = {name, len};
    if (len > 0) (void)hsvc_scenario_label(host->scenario, kind, name, len, &found.p, &found.n);
    return found;
}

/* Of a store nobody knows in which zone its people live: the date, and the time at Greenwich. */
static void words_date(int64_t at, struct text *to) {
    time_t seconds = (time_t)(at / 1000);
    const struct tm *parts = gmtime(&seconds);
    char words[32] = "";
    if (parts != NULL) (void)strftime(words, sizeof words, "%Y-%m-%dT%H:%M:%SZ", parts);
    text_puts(to, words);
}

void words_time(const struct host *host, int64_t at, struct text *to) {
    int64_t ms;
    if (host->scenario == NULL) {
        words_date(at, to);
        return;
    }
    ms = (at - hsvc_scenario_day_one(host->scenario)) % 86400000;
    if (ms < 0) ms += 86400000;
    text_printf(to, "%02d:%02d:%02d", (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60));
}

void words_span(int64_t ms, struct text *to) {
    int64_t seconds = (ms + 999) / 1000;
    int hours = (int)(seconds / 3600), minutes = (int)(seconds / 60 % 60), rest = (int)(seconds % 60);
    if (hours > 0) text_printf(to, "%d h%s", hours, minutes + rest > 0 ? " " : "");
    if (minutes > 0) text_printf(to, "%d min%s", minutes, rest > 0 ? " " : "");
    if (rest > 0 || seconds == 0) text_printf(to, "%d s", rest);
}

/* ---- what a phone shows ---- */

static void put_user(const struct host *host, const char *before, const char *user, size_t len, struct text *to) {
    struct span name = label(host, HSVC_SCENARIO_USER, user, len);
    if (len == 0) return;
    text_puts(to, before);
    text_add(to, name.p, name.n);
}

void words_prompt(struct host *host, const hsvc_effect *e, struct text *to) {
    switch (e->prompt) {
        case HSVC_PROMPT_ASSOCIATE:
            text_puts(to, "Whose headset is this?");
            put_user(host, " ", e->user, e->user_len, to);
            break;
        case HSVC_PROMPT_SKIP_CONFIRM:
            text_puts(to, "Leave it nobody's?");
            break;
        case HSVC_PROMPT_ASSOCIATED:
            put_user(host, "The headset is yours, ", e->user, e->user_len, to);
            break;
        case HSVC_PROMPT_ERROR:
            text_puts(to, "That did not work");
            break;
        case HSVC_PROMPT_SIGN_IN_PIN:
            put_user(host, "Sign in: PIN of ", e->user, e->user_len, to);
            break;
        case HSVC_PROMPT_COUNTDOWN:
            put_user(host, "Signing in ", e->user, e->user_len, to);
            text_puts(to, " in ");
            words_span(e->due_ms - e->at_ms, to);
            break;
        case HSVC_PROMPT_SIGN_OUT_OTHER:
            put_user(host, "Sign out ", e->other_user, e->other_user_len, to);
            text_puts(to, "?");
            break;
        case HSVC_PROMPT_SIGN_OUT:
            text_puts(to, "Sign out? ");
            words_span(e->due_ms - e->at_ms, to);
            text_puts(to, " left");
            break;
        default:
            text_puts(to, hsvc_text(HSVC_REGISTRY_PROMPT, (int32_t)e->prompt));
            put_user(host, ": ", e->user, e->user_len, to);
    }
}

/* ---- what happened ---- */

/* Short words for what happens every day; "" where the screen or the session's name says it all. Others: the library's. */
static const char *short_words(uint32_t reason) {
    switch (reason) {
        case HSVC_REASON_DONE:
        case HSVC_REASON_RECORDED:
        case HSVC_REASON_PIN_ASKED:
        case HSVC_REASON_COUNTDOWN_STARTED:
        case HSVC_REASON_ASSOCIATION_ASKED:
        case HSVC_REASON_TAKEOVER_ASKED:
        case HSVC_REASON_SKIP_ASKED:
        case HSVC_REASON_PROFILE_ASKED:
        case HSVC_REASON_WINDOW_OPENED:
        case HSVC_REASON_PROMPT_CLOSED:
        case HSVC_REASON_COUNTDOWN_ENDED:
        case HSVC_REASON_CALL_NOTED:
        case HSVC_REASON_CALLS_OVER:
        case HSVC_REASON_SIGNED_IN:
        case HSVC_REASON_SIGNED_OUT:
        case HSVC_REASON_UNCHANGED:
        case HSVC_REASON_UNLOCKED:
            return "";
        case HSVC_REASON_WINDOW_CLOSED:
            return "back in time";
        case HSVC_REASON_DEFERRAL_ENDED:
            return "back before the call ended";
        case HSVC_REASON_STILL_PRESENT:
            return "another one is still here";
        case HSVC_REASON_HEADSET_PRESENT:
            return "is signed in here already";
        case HSVC_REASON_DEFERRED:
            return "waits for the end of the call";
        case HSVC_REASON_ASSOCIATED:
            return "the headset has an owner";
        case HSVC_REASON_SKIPPED:
            return "never asked here again";
        case HSVC_REASON_SKIP_REMEMBERED:
            return "was skipped here";
        case HSVC_REASON_DISMISSED:
            return "the window runs on";
        case HSVC_REASON_KEPT:
            return "the session is kept";
        case HSVC_REASON_RESETTING:
            return "judged after the reset";
        case HSVC_REASON_SAME_USER:
            return "the phone's own user";
        case HSVC_REASON_CREDENTIALS_WRONG:
            return "wrong";
        case HSVC_REASON_LOCKED_OUT:
            return "locked";
        default:
            return hsvc_text(HSVC_REGISTRY_REASON, (int32_t)reason);
    }
}

static void put_verdict(const hsvc_verdict *v, struct text *to) {
    const char *short_text = v != NULL ? short_words(v->reason) : "";
    if (short_text[0] == '\0') return;
    text_puts(to, ": ");
    text_puts(to, short_text);
}

/* Whose headset it is: n 0 if it is nobody's. *several: one of several, so that it needs its name. */
static struct span headset_owner(struct host *host, const hsvc_input *in, int *several) {
    hsvc_engine *engine = hsvc_scenario_engine(host->scenario);
    hsvc_headset_view headset;
    hsvc_user_view user;
    struct span owner = {NULL, 0};
    memset(&headset, 0, sizeof headset);
    headset.struct_size = sizeof headset;
    memset(&user, 0, sizeof user);
    user.struct_size = sizeof user;
    *several = 1;
    if (in->serial_len == 0 || hsvc_headset_get(engine, in->serial, in->serial_len, &headset) != HSVC_OK) return owner;
    owner = label(host, HSVC_SCENARIO_USER, headset.owner, headset.owner_len);
    if (owner.n > 0 && hsvc_user_get(engine, headset.owner, headset.owner_len, &user) == HSVC_OK)
        *several = user.headset_count > 1;
    return owner;
}

/* "amara plugs in H-amara2", "ben's headset is gone", "H-music is plugged in". */
static void put_headset(struct host *host, const hsvc_input *in, const char *owned, const char *free, struct text *to) {
    struct span name = label(host, HSVC_SCENARIO_HEADSET, in->serial, in->serial_len), owner;
    int several = 0;
    owner = headset_owner(host, in, &several);
    if (name.n == 0) name = words("a headset without a serial");
    if (owner.n == 0)
        text_printf(to, "%.*s%s", (int)name.n, name.p, free);
    else
        text_printf(to, "%.*s%s%s%.*s", (int)owner.n, owner.p, owned, several ? " " : "", several ? (int)name.n : 0,
                    name.p);
}

static void put_connected(struct host *host, const hsvc_input *in, struct text *to) {
    put_headset(host, in, " plugs in", " is plugged in", to);
}

static void put_disconnected(struct host *host, const hsvc_input *in, struct text *to) {
    switch (in->state) {
        case HSVC_LOST_UNPLUGGED:
            put_headset(host, in, " unplugs", " is unplugged", to);
            break;
        case HSVC_LOST_POWERED_OFF:
            put_headset(host, in, " switches off", " is switched off", to);
            break;
        case HSVC_LOST_OUT_OF_RANGE:
            put_headset(host, in, " is out of range", " is out of range", to);
            break;
        default:
            put_headset(host, in, " unplugs", " is gone", to);
    }
}

static const char *call_words(const hsvc_input *in) {
    if (in->kind == HSVC_INPUT_CALL_ENDED) return "the call ends";
    if (in->state == HSVC_CALL_RINGING) return "a call rings";
    if (in->state == HSVC_CALL_HELD) return "the call is on hold";
    return in->kind == HSVC_INPUT_CALL_BEGUN ? "a call begins" : "the call is answered";
}

static const char *act_words(uint32_t kind) {
    switch (kind) {
        case HSVC_INPUT_SUBMIT:
        case HSVC_INPUT_VERIFY_RESULT:
            return " enters a PIN";
        case HSVC_INPUT_SIGN_IN:
            return " presses Sign in";
        case HSVC_INPUT_SIGN_OUT:
            return " presses Sign out";
        case HSVC_INPUT_YES:
            return " presses Yes";
        case HSVC_INPUT_NO:
            return " presses No";
        case HSVC_INPUT_CANCEL:
            return " presses Cancel";
        case HSVC_INPUT_EXIT:
            return " presses Exit";
        case HSVC_INPUT_EXTEND:
            return " presses Stay signed in";
        case HSVC_INPUT_CHOOSE_PROFILE:
            return " chooses a profile";
        case HSVC_INPUT_MENU_ASSOCIATE:
            return " picks Associate user in the menu";
        case HSVC_INPUT_MENU_SIGN_IN:
            return " picks Sign in in the menu";
        case HSVC_INPUT_MENU_SIGN_OUT:
            return " picks Sign out in the menu";
        case HSVC_INPUT_USER_ACTIVITY:
            return " uses the phone";
        default:
            return NULL;
    }
}

/* Who does it: the user whose id was typed, else the person whom the script's line names first. */
static void put_person(struct host *host, const hsvc_scenario_step *step, struct text *to) {
    size_t n = 0;
    struct span name = {NULL, 0};
    if (step->input->user_len > 0) {
        put_user(host, "", step->input->user, step->input->user_len, to);
        return;
    }
    while (n < step->text_len && step->text[n] != ' ') n++;
    if (n > 0 && hsvc_scenario_name(host->scenario, HSVC_SCENARIO_USER, step->text, n, &name.p, &name.n) == HSVC_OK)
        text_add(to, step->text, n);
    else
        text_puts(to, "somebody");
}

static void put_administrator(struct host *host, const hsvc_input *in, struct text *to) {
    text_puts(to, "an administrator ");
    switch (in->kind) {
        case HSVC_INPUT_FORCE_SIGN_OUT:
            text_puts(to, "signs the phone out");
            break;
        case HSVC_INPUT_USER_UNLOCK:
            put_user(host, "unlocks ", in->user, in->user_len, to);
            break;
        case HSVC_INPUT_ASSOCIATE:
            put_user(host, "gives a headset to ", in->user, in->user_len, to);
            break;
        case HSVC_INPUT_DISASSOCIATE:
            text_puts(to, "takes a headset away");
            break;
        case HSVC_INPUT_POLICY_SET:
            text_printf(to, "sets %s", hsvc_name(HSVC_REGISTRY_PARAM, (int32_t)in->param));
            break;
        case HSVC_INPUT_POLICY_UNSET:
            text_printf(to, "unsets %s", hsvc_name(HSVC_REGISTRY_PARAM, (int32_t)in->param));
            break;
        default:
            text_printf(to, "changes a record: %s", hsvc_text(HSVC_REGISTRY_INPUT, (int32_t)in->kind));
    }
}

void words_step(struct host *host, const hsvc_scenario_step *step, const hsvc_verdict *verdict, struct text *to) {
    const hsvc_input *in = step->input;
    const char *act = act_words(in->kind);
    if (act != NULL) {
        put_person(host, step, to);
        text_puts(to, act);
    } else if (in->kind == HSVC_INPUT_HEADSET_CONNECTED) {
        put_connected(host, in, to);
    } else if (in->kind == HSVC_INPUT_HEADSET_DISCONNECTED) {
        put_disconnected(host, in, to);
    } else if (in->kind >= HSVC_INPUT_CALL_BEGUN && in->kind <= HSVC_INPUT_CALL_ENDED) {
        text_puts(to, call_words(in));
    } else if (in->kind == HSVC_INPUT_DEVICE_REGISTERED) {
        text_puts(to, "the phone is back");
    } else if (in->kind == HSVC_INPUT_DEVICE_UNREGISTERED) {
        text_puts(to, "the phone is away");
    } else if (in->kind >= HSVC_INPUT_USER_PUT) {
        put_administrator(host, in, to);
    } else {
        text_puts(to, hsvc_text(HSVC_REGISTRY_INPUT, (int32_t)in->kind));
    }
    put_verdict(verdict, to);
}

static const char *deadline_words(const hsvc_verdict *v) {
    const char *event = v->event != NULL ? v->event : "";
    if (strcmp(event, "window_due") == 0) return "the window is over";
    if (strcmp(event, "keep_due") == 0) return "kept long enough";
    if (strcmp(event, "max_due") == 0) return "the longest login time is over";
    return v->reason == HSVC_REASON_SIGNED_IN ? "the countdown is over" : NULL;
}

/* What a deadline brought: the reason says it all, but for the few that deserve a sentence. */
void words_deadline(const hsvc_verdict *verdict, struct text *to) {
    const char *event = deadline_words(verdict);
    if (event == NULL) {
        text_puts(to, hsvc_text(HSVC_REGISTRY_REASON, (int32_t)verdict->reason));
        return;
    }
    text_puts(to, event);
    put_verdict(verdict, to);
}

/* ---- the last prompt shown on each phone: how a session came about ---- */

static struct span find_line(const struct host *host, struct span phone) {
    const char *at = host->last_prompts.bytes;
    while (at != NULL && *at != '\0') {
        size_t n = strcspn(at, "\n");
        if (n > phone.n && memcmp(at, phone.p, phone.n) == 0 && at[phone.n] == '=') return span_of(at, n);
        at += n + (at[n] == '\n');
    }
    return words("");
}

void note_prompt(struct host *host, const hsvc_effect *e) {
    struct span phone = {e->device, e->device_len}, line = find_line(host, phone);
    if (line.n == 0) {
        text_printf(&host->last_prompts, "%.*s=%u\n", (int)phone.n, phone.p, e->prompt);
        return;
    }
    for (size_t i = 0; i < 3; i++) /* prompts have three digits, so the line keeps its length */
        host->last_prompts.bytes[(size_t)(line.p - host->last_prompts.bytes) + phone.n + 1 + i] =
            (char)('0' + e->prompt /
                             (i == 0   ? 100u
                              : i == 1 ? 10u
                                       : 1u) %
                             10u);
}

uint32_t last_prompt(const struct host *host, struct span phone) {
    struct span line = find_line(host, phone);
    uint32_t prompt = 0;
    for (size_t i = phone.n + 1; i < line.n; i++) prompt = prompt * 10 + (uint32_t)(line.p[i] - '0');
    return prompt;
}
