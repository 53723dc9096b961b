/* scenario_report.c: failures, and verdicts and effects in words. No PIN is ever among them. */
#include <stdio.h>

#include "scenario_impl.h"

/* hsvc__scn_put: appends; what does not fit is cut off, the text stays terminated. */
void hsvc__scn_put(struct scn_text *text, const char *format, ...) {
    va_list list;
    int written;
    if (text->used + 1 >= text->size) return;
    va_start(list, format);
    written = vsnprintf(text->at + text->used, text->size - text->used, format, list);
    va_end(list);
    if (written < 0) return;
    text->used += (size_t)written;
    if (text->used >= text->size) text->used = text->size - 1;
}

void hsvc__scn_put_str(struct scn_text *text, struct scn_str str) { hsvc__scn_put(text, "%.*s", SCN_STR(str)); }

/* hsvc__scn_put_time: as a script writes it: 09:00:15.250, with its day unless it is today. */
void hsvc__scn_put_time(hsvc_scenario *s, struct scn_text *text, int64_t at) {
    int64_t since = at - s->day_one, ms = since % SCN_DAY_MS, day = since / SCN_DAY_MS + 1;
    if (at == HSVC_NEVER || at == 0) {
        hsvc__scn_put(text, at == 0 ? "no time" : "never");
        return;
    }
    if (ms < 0) ms += SCN_DAY_MS, day--;
    if (day != (s->now - s->day_one) / SCN_DAY_MS + 1) hsvc__scn_put(text, "day %d ", (int)day);
    hsvc__scn_put(text, "%02d:%02d", (int)(ms / 3600000), (int)(ms / 60000 % 60));
    if (ms % 60000 != 0) hsvc__scn_put(text, ":%02d", (int)(ms / 1000 % 60));
    if (ms % 1000 != 0) hsvc__scn_put(text, ".%03d", (int)(ms % 1000));
}

static struct scn_str str_of(const char *p, size_t n) {
    struct scn_str str = {p, n};
    return str;
}

static void put_named(hsvc_scenario *s, struct scn_text *text, const char *before, uint32_t kind, struct scn_str real) {
    if (real.n > 0) hsvc__scn_put(text, " %s %.*s", before, SCN_STR(hsvc__scn_label(s, kind, real)));
}

static const char *why_name(const hsvc_effect *e) {
    if (e->cause != 0) return hsvc_name(HSVC_REGISTRY_CAUSE, (int32_t)e->cause);
    return e->reason != 0 ? hsvc_name(HSVC_REGISTRY_REASON, (int32_t)e->reason) : NULL;
}

static void put_menu(struct scn_text *text, uint32_t flags) {
    hsvc__scn_put(text, " offering%s%s%s%s", flags & HSVC_MENU_ASSOCIATE ? " associate" : "",
                  flags & HSVC_MENU_SIGN_IN ? " sign-in" : "", flags & HSVC_MENU_SIGN_OUT ? " sign-out" : "",
                  (flags & 7u) == 0 ? " nothing" : "");
}

void hsvc__scn_put_effect(hsvc_scenario *s, struct scn_text *text, size_t index) {
    const hsvc_effect *e = &s->seen.effects[index];
    const char *why = why_name(e);
    if (e->kind == HSVC_EFFECT_SHOW_PROMPT)
        hsvc__scn_put(text, "%s", hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)e->prompt));
    else
        hsvc__scn_put(text, "%s", hsvc_name(HSVC_REGISTRY_EFFECT, (int32_t)e->kind));
    if (e->kind == HSVC_EFFECT_CLEAR_PROMPT)
        hsvc__scn_put(text, " %s", hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)e->prompt));
    put_named(s, text, "on", HSVC_SCENARIO_PHONE, str_of(e->device, e->device_len));
    put_named(s, text, "for", HSVC_SCENARIO_USER, str_of(e->user, e->user_len));
    put_named(s, text, "over", HSVC_SCENARIO_USER, str_of(e->other_user, e->other_user_len));
    put_named(s, text, "serial", HSVC_SCENARIO_HEADSET, str_of(e->serial, e->serial_len));
    if (e->profile_len > 0) hsvc__scn_put(text, " profile %.*s", SCN_STR(str_of(e->profile, e->profile_len)));
    if (e->kind == HSVC_EFFECT_MENU_STATE) put_menu(text, e->flags);
    if (why != NULL) hsvc__scn_put(text, " because %s", why);
    if (e->due_ms != 0) {
        hsvc__scn_put(text, " due at ");
        hsvc__scn_put_time(s, text, e->due_ms);
    }
    if (e->rule != NULL && e->rule[0] != '\0') hsvc__scn_put(text, " by %s", e->rule);
}

void hsvc__scn_put_verdict(hsvc_scenario *s, struct scn_text *text, const hsvc_verdict *v) {
    hsvc__scn_put(text, "%s %s by %s", v->accepted ? "accepted" : "refused",
                  hsvc_name(HSVC_REGISTRY_REASON, (int32_t)v->reason), v->rule != NULL ? v->rule : "no rule");
    put_named(s, text, "at", HSVC_SCENARIO_PHONE, str_of(v->device, v->device_len));
    if (v->field != 0) hsvc__scn_put(text, " naming %s", hsvc_name(HSVC_REGISTRY_FIELD, (int32_t)v->field));
    if (v->limit != 0) hsvc__scn_put(text, " limit %lld", (long long)v->limit);
    if (v->event != NULL && v->input_index == HSVC_NO_INPUT) hsvc__scn_put(text, " (%s)", v->event);
}

void hsvc__scn_put_all(hsvc_scenario *s, struct scn_text *text, int verdicts, int effects) {
    const char *between = "";
    for (size_t i = 0; verdicts && i < s->seen.verdict_count; i++, between = "; ") {
        hsvc__scn_put(text, "%s", between);
        hsvc__scn_put_verdict(s, text, &s->seen.verdicts[i]);
    }
    for (size_t i = 0; effects && i < s->seen.effect_count; i++, between = "; ") {
        hsvc__scn_put(text, "%s", between);
        hsvc__scn_put_effect(s, text, i);
    }
    if (text->used == 0) hsvc__scn_put(text, "nothing");
}

static void hand_out(hsvc_scenario *s, const hsvc_scenario_failure *failure) {
    s->result.failures++;
    if (failure->kind == HSVC_SCENARIO_MALFORMED) s->result.malformed++;
    if (s->config.failure != NULL && s->config.failure(failure, s->config.user) != HSVC_OK)
        s->status = HSVC_ERR_CALLBACK;
}

void hsvc__scn_report_at(hsvc_scenario *s, uint32_t kind, uint32_t line, uint32_t column, const char *seen,
                         const char *message) {
    hsvc_scenario_failure failure;
    (void)hsvc_scenario_failure_init(&failure, sizeof failure);
    failure.kind = kind;
    failure.line = line;
    failure.column = column == 0 ? s->column : column;
    failure.at_ms = s->now;
    failure.name = s->script.p;
    failure.name_len = s->script.n;
    failure.message = message;
    failure.message_len = strlen(message);
    failure.seen = seen != NULL ? seen : "";
    failure.seen_len = strlen(failure.seen);
    hand_out(s, &failure);
}

void hsvc__scn_report(hsvc_scenario *s, uint32_t kind, uint32_t column, const char *seen, const char *format, ...) {
    va_list list;
    va_start(list, format);
    (void)vsnprintf(s->message, sizeof s->message, format, list);
    va_end(list);
    hsvc__scn_report_at(s, kind, s->line, column, seen, s->message);
}

int32_t hsvc_scenario_fail(hsvc_scenario *s, uint32_t column, const char *message, size_t message_len) {
    struct scn_str text = {message, message_len};
    if (s == NULL || (message == NULL && message_len > 0)) return HSVC_ERR_ARGUMENT;
    hsvc__scn_report(s, HSVC_SCENARIO_HOST, column, NULL, "%.*s", SCN_STR(text));
    return s->status;
}
