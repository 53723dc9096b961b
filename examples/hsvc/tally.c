/* tally.c: who was signed in where, from when to when, how and why not any longer; and the engine's counters. */
#include <stdlib.h>
#include <string.h>

#include "host.h"

static int same(const struct text *text, struct span span) {
    return text->len == span.n && (span.n == 0 || memcmp(text->bytes, span.p, span.n) == 0);
}

static struct session *new_session(struct tally *tally) {
    if (tally->count == tally->room) {
        size_t room = tally->room == 0 ? 32 : tally->room * 2;
        struct session *more = realloc(tally->sessions, room * sizeof *more);
        if (more == NULL) exit(EXIT_LIBRARY);
        tally->sessions = more;
        tally->room = room;
    }
    memset(&tally->sessions[tally->count], 0, sizeof *tally->sessions);
    return &tally->sessions[tally->count++];
}

/* The screen that was on the phone last says how the user came in. */
static const char *how(const struct host *host, const hsvc_effect *e) {
    if (e->serial_len == 0) return "by hand";
    switch (last_prompt(host, span_of(e->device, e->device_len))) {
        case HSVC_PROMPT_COUNTDOWN:
            return "countdown";
        case HSVC_PROMPT_ASSOCIATED:
            return "new headset";
        default:
            return "PIN";
    }
}

static void started(struct host *host, const hsvc_effect *e) {
    struct session *s = new_session(&host->tally);
    struct span user = label(host, HSVC_SCENARIO_USER, e->user, e->user_len);
    struct span phone = label(host, HSVC_SCENARIO_PHONE, e->device, e->device_len);
    struct span headset = label(host, HSVC_SCENARIO_HEADSET, e->serial, e->serial_len);
    text_add(&s->user, user.p, user.n);
    text_add(&s->phone, phone.p, phone.n);
    text_add(&s->headset, headset.p, headset.n);
    s->from = e->at_ms;
    s->how = how(host, e);
}

static void ended(struct host *host, const hsvc_effect *e) {
    struct span phone = label(host, HSVC_SCENARIO_PHONE, e->device, e->device_len);
    for (size_t i = host->tally.count; i-- > 0;) {
        struct session *s = &host->tally.sessions[i];
        if (s->to != 0 || !same(&s->phone, phone)) continue;
        s->to = e->at_ms;
        text_puts(&s->ended, hsvc_text(HSVC_REGISTRY_CAUSE, (int32_t)e->cause));
        return;
    }
}

void tally_step(struct host *host, const hsvc_scenario_step *step) {
    if (step->dry_run) return;
    for (size_t i = 0; i < hsvc_effects_count(step->effects); i++) {
        hsvc_effect e;
        (void)hsvc_effect_init(&e, sizeof e);
        if (hsvc_effects_at(step->effects, i, &e) != HSVC_OK) return;
        if (e.kind == HSVC_EFFECT_SHOW_PROMPT) note_prompt(host, &e);
        if (e.kind == HSVC_EFFECT_SESSION_STARTED) started(host, &e);
        if (e.kind == HSVC_EFFECT_SESSION_ENDED) ended(host, &e);
    }
}

void tally_free(struct host *host) {
    for (size_t i = 0; i < host->tally.count; i++) {
        struct session *s = &host->tally.sessions[i];
        text_free(&s->user);
        text_free(&s->phone);
        text_free(&s->headset);
        text_free(&s->ended);
    }
    free(host->tally.sessions);
    memset(&host->tally, 0, sizeof host->tally);
}

/* ---- printing ---- */

static size_t widest(const struct host *host, size_t offset, size_t least) {
    for (size_t i = 0; i < host->tally.count; i++) {
        const struct text *text = (const struct text *)((const char *)&host->tally.sessions[i] + offset);
        size_t columns = columns_of(text->bytes, text->len);
        if (columns > least) least = columns;
    }
    return least;
}

static void print_time(struct host *host, int64_t at) {
    struct text text = {NULL, 0, 0};
    if (at == 0)
        text_puts(&text, "");
    else
        words_time(host, at, &text);
    if (text.len > 5) text.len = 5; /* hours and minutes will do here */
    print_cell(host, "", text.bytes, text.len, 5);
    text_free(&text);
}

static void print_words(struct host *host, const char *colour, const char *words, size_t width) {
    print_cell(host, colour, words, strlen(words), width);
}

static void print_sessions(struct host *host) {
    size_t user = widest(host, offsetof(struct session, user), 4);
    size_t phone = widest(host, offsetof(struct session, phone), 5);
    size_t headset = widest(host, offsetof(struct session, headset), 7);
    printf("\nSessions\n");
    printf("  %-*s  %-*s  from   to     %-11s  %-*s  end\n", (int)user, "who", (int)phone, "where", "how", (int)headset,
           "headset");
    for (size_t i = 0; i < host->tally.count; i++) {
        const struct session *s = &host->tally.sessions[i];
        printf("  ");
        print_cell(host, "1", s->user.bytes, s->user.len, user);
        printf("  ");
        print_cell(host, "", s->phone.bytes, s->phone.len, phone);
        printf("  ");
        print_time(host, s->from);
        printf("  ");
        print_time(host, s->to);
        printf("  ");
        print_words(host, "", s->how, 11);
        printf("  ");
        print_cell(host, "", s->headset.bytes, s->headset.len, headset);
        printf("  ");
        print_words(host, s->to == 0 ? "32" : "", s->to == 0 ? "still signed in" : s->ended.bytes, 0);
        printf("\n");
    }
    if (host->tally.count == 0) printf("  none\n");
}

static void print_counters(const hsvc_counters *c) {
    printf(
        "\n%llu inputs (%llu refused), %llu deadlines.  Sign-ins: %llu by PIN, %llu by countdown.  Sign-outs: %llu.\n",
        (unsigned long long)c->inputs, (unsigned long long)c->refused, (unsigned long long)c->deadlines,
        (unsigned long long)c->sign_ins_by_pin, (unsigned long long)c->sign_ins_pinless,
        (unsigned long long)c->sign_outs);
    printf(
        "Windows: %llu opened, %llu saved by a return.  Waited for a call: %llu.  Lockouts: %llu.  Associations: "
        "%llu.\n",
        (unsigned long long)c->windows_opened, (unsigned long long)c->windows_saved, (unsigned long long)c->deferrals,
        (unsigned long long)c->lockouts, (unsigned long long)c->associations);
}

/* count_findings: how many invariants the store violates; each is told on stderr. */
static int32_t tell_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    (void)key;
    (void)key_len;
    (void)user;
    fprintf(stderr, "hsvc: verify: %s (%s)\n", invariant, rule);
    return HSVC_OK;
}

uint64_t count_findings(struct host *host, int32_t *status) {
    uint64_t findings = 0;
    hsvc_engine *engine = hsvc_scenario_engine(host->scenario);
    *status = engine != NULL ? hsvc_verify(engine, tell_finding, NULL, &findings) : HSVC_ERR_ARGUMENT;
    return findings;
}

void tally_print(struct host *host) {
    hsvc_counters counters;
    memset(&counters, 0, sizeof counters);
    counters.struct_size = sizeof counters;
    print_sessions(host);
    if (hsvc_counters_get(hsvc_scenario_engine(host->scenario), &counters) == HSVC_OK) print_counters(&counters);
}
