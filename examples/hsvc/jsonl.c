/* jsonl.c: one JSON object a line, for programs. The members are described in README.md; they may get more. */
#include <jansson.h>
#include <string.h>

#include "host.h"

static void put(json_t *object, const char *name, const char *text, size_t len) {
    if (len > 0) json_object_set_new(object, name, json_stringn(text, len));
}

static void put_number(json_t *object, const char *name, int64_t number) {
    if (number != 0) json_object_set_new(object, name, json_integer(number));
}

static void put_code(json_t *object, const char *name, uint32_t registry, uint32_t code) {
    if (code != 0) json_object_set_new(object, name, json_string(hsvc_name(registry, (int32_t)code)));
}

static void put_time(struct host *host, json_t *object, int64_t at) {
    struct text time = {NULL, 0, 0};
    words_time(host, at, &time);
    json_object_set_new(object, "at_ms", json_integer(at));
    json_object_set_new(object, "time", json_string(time.bytes));
    text_free(&time);
}

static void put_label(struct host *host, json_t *object, const char *name, uint32_t kind, const char *real,
                      size_t len) {
    struct span text = label(host, kind, real, len);
    put(object, name, text.p, text.n);
}

static void print_line(json_t *object) {
    (void)json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

static json_t *effect_object(struct host *host, const hsvc_effect *e) {
    json_t *o = json_object();
    put_code(o, "effect", HSVC_REGISTRY_EFFECT, e->kind);
    put_code(o, "prompt", HSVC_REGISTRY_PROMPT, e->prompt);
    put_code(o, "reason", HSVC_REGISTRY_REASON, e->reason);
    put_code(o, "cause", HSVC_REGISTRY_CAUSE, e->cause);
    put(o, "device", e->device, e->device_len);
    put_label(host, o, "phone", HSVC_SCENARIO_PHONE, e->device, e->device_len);
    put(o, "site", e->site, e->site_len);
    put(o, "user", e->user, e->user_len);
    put(o, "other_user", e->other_user, e->other_user_len);
    put(o, "serial", e->serial, e->serial_len);
    put(o, "profile", e->profile, e->profile_len);
    put_number(o, "prompt_id", (int64_t)e->prompt_id);
    put_number(o, "request", (int64_t)e->request);
    put_number(o, "generation", (int64_t)e->generation);
    put_number(o, "session", (int64_t)e->session);
    put_number(o, "due_ms", e->due_ms);
    put_number(o, "flags", e->flags);
    if (e->rule != NULL) put(o, "rule", e->rule, strlen(e->rule));
    return o; /* never the PIN */
}

static json_t *verdict_object(struct host *host, const hsvc_verdict *v) {
    json_t *o = json_object();
    json_object_set_new(o, "accepted", json_boolean(v->accepted));
    put_code(o, "reason", HSVC_REGISTRY_REASON, v->reason);
    if (v->rule != NULL) put(o, "rule", v->rule, strlen(v->rule));
    if (v->em_code >= 0) json_object_set_new(o, "em_code", json_integer(v->em_code));
    put_code(o, "field", HSVC_REGISTRY_FIELD, v->field);
    put_number(o, "limit", v->limit);
    put_number(o, "item", v->item_number);
    put(o, "serial", v->serial, v->serial_len);
    put(o, "device", v->device, v->device_len);
    put_label(host, o, "phone", HSVC_SCENARIO_PHONE, v->device, v->device_len);
    if (v->event != NULL) put(o, "event", v->event, strlen(v->event));
    if (v->input_index == HSVC_NO_INPUT) json_object_set_new(o, "deadline", json_true());
    return o;
}

static const char *origin_name(uint32_t origin) {
    switch (origin) {
        case HSVC_SCENARIO_BY_TIME:
            return "time";
        case HSVC_SCENARIO_BY_PHONE:
            return "phone";
        case HSVC_SCENARIO_BY_DIRECTORY:
            return "directory";
        default:
            return "script";
    }
}

static void put_input(json_t *o, const hsvc_input *in) {
    if (in == NULL) return;
    put_code(o, "input", HSVC_REGISTRY_INPUT, in->kind);
    put(o, "device", in->device, in->device_len);
    put(o, "serial", in->serial, in->serial_len);
    put(o, "user", in->user, in->user_len);
    put_number(o, "happened_ms", in->at_ms);
}

static void put_batch(struct host *host, json_t *o, const hsvc_effects *batch) {
    json_t *verdicts = json_array(), *effects = json_array();
    hsvc_verdict v;
    hsvc_effect e;
    (void)hsvc_verdict_init(&v, sizeof v);
    (void)hsvc_effect_init(&e, sizeof e);
    for (size_t i = 0; hsvc_verdict_at(batch, i, &v) == HSVC_OK; i++) json_array_append_new(verdicts, verdict_object(host, &v));
    for (size_t i = 0; hsvc_effects_at(batch, i, &e) == HSVC_OK; i++) json_array_append_new(effects, effect_object(host, &e));
    json_object_set_new(o, "verdicts", verdicts);
    json_object_set_new(o, "effects", effects);
}

void jsonl_batch(struct host *host, const hsvc_effects *effects, const char *type) {
    json_t *o = json_object();
    json_object_set_new(o, "type", json_string(type));
    put_batch(host, o, effects);
    print_line(o);
}

int32_t jsonl_step(struct host *host, const hsvc_scenario_step *step) {
    json_t *o = json_object();
    json_object_set_new(o, "type", json_string("step"));
    put_time(host, o, step->at_ms);
    json_object_set_new(o, "line", json_integer(step->line));
    json_object_set_new(o, "by", json_string(origin_name(step->origin)));
    if (step->setup) json_object_set_new(o, "setup", json_true());
    if (step->dry_run) json_object_set_new(o, "dry_run", json_true());
    if (step->status != HSVC_OK)
        json_object_set_new(o, "status", json_string(hsvc_name(HSVC_REGISTRY_STATUS, step->status)));
    put_input(o, step->input);
    put_batch(host, o, step->effects);
    print_line(o);
    return HSVC_OK;
}

void jsonl_failure(struct host *host, const hsvc_scenario_failure *f) {
    static const char *const kinds[] = {"", "malformed", "unmet", "refused", "unsound", "status", "host"};
    json_t *o = json_object();
    json_object_set_new(o, "type", json_string("failure"));
    json_object_set_new(o, "kind", json_string(f->kind < 7 ? kinds[f->kind] : "other"));
    put_time(host, o, f->at_ms);
    put(o, "file", f->name, f->name_len);
    json_object_set_new(o, "line", json_integer(f->line));
    json_object_set_new(o, "column", json_integer(f->column));
    put(o, "message", f->message, f->message_len);
    put(o, "seen", f->seen, f->seen_len);
    print_line(o);
}

static void session_line(struct host *host, const struct session *s) {
    json_t *o = json_object();
    (void)host;
    json_object_set_new(o, "type", json_string("session"));
    put(o, "user", s->user.bytes, s->user.len);
    put(o, "phone", s->phone.bytes, s->phone.len);
    put(o, "headset", s->headset.bytes, s->headset.len);
    json_object_set_new(o, "how", json_string(s->how));
    json_object_set_new(o, "from_ms", json_integer(s->from));
    put_number(o, "to_ms", s->to);
    put(o, "ended", s->ended.bytes, s->ended.len);
    print_line(o);
}

static json_t *counters_object(struct host *host) {
    json_t *o = json_object();
    hsvc_counters c;
    memset(&c, 0, sizeof c);
    c.struct_size = sizeof c;
    if (hsvc_counters_get(hsvc_scenario_engine(host->scenario), &c) != HSVC_OK) return o;
#define COUNTER(name) json_object_set_new(o, #name, json_integer((json_int_t)c.name));
    COUNTER(inputs)
    COUNTER(accepted)
    COUNTER(refused)
    COUNTER(deadlines)
    COUNTER(sign_ins_by_pin)
    COUNTER(sign_ins_pinless)
    COUNTER(sign_outs)
    COUNTER(windows_opened)
    COUNTER(windows_saved)
    COUNTER(deferrals)
    COUNTER(lockouts)
    COUNTER(associations)
#undef COUNTER
    return o;
}

void jsonl_end(struct host *host, const hsvc_scenario_result *result) {
    json_t *o = json_object();
    int32_t status = HSVC_OK;
    uint64_t findings = count_findings(host, &status);
    for (size_t i = 0; i < host->tally.count; i++) session_line(host, &host->tally.sessions[i]);
    json_object_set_new(o, "type", json_string("end"));
    put_time(host, o, result->end_at);
    json_object_set_new(o, "statements", json_integer(result->statements));
    json_object_set_new(o, "expectations", json_integer(result->expectations));
    json_object_set_new(o, "steps", json_integer(result->steps));
    json_object_set_new(o, "failures", json_integer(result->failures));
    json_object_set_new(o, "malformed", json_integer(result->malformed));
    json_object_set_new(o, "findings", json_integer((json_int_t)findings));
    json_object_set_new(o, "counters", counters_object(host));
    print_line(o);
}
