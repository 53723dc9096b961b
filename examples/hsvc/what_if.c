/* what_if.c: an input from words, decided and printed; what-if commits nothing (OBS-7). */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

/* ---- an input from words ---- */

enum { TEXT = 1, NUMBER32, NUMBER64 };
static const struct field {
    const char *name;
    uint32_t type;
    size_t offset;
    uint32_t kind; /* HSVC_SCENARIO_: a name of a script */
} fields[] = {
#define TEXT_FIELD(name, kind) {#name, TEXT, offsetof(hsvc_input, name), kind},
#define FIELD_32(name) {#name, NUMBER32, offsetof(hsvc_input, name), 0},
#define FIELD_64(name) {#name, NUMBER64, offsetof(hsvc_input, name), 0},
    TEXT_FIELD(device, HSVC_SCENARIO_PHONE) TEXT_FIELD(serial, HSVC_SCENARIO_HEADSET) TEXT_FIELD(user, HSVC_SCENARIO_USER)
    TEXT_FIELD(profile, 0) TEXT_FIELD(name, 0) TEXT_FIELD(site, 0) TEXT_FIELD(location, 0) TEXT_FIELD(model, 0)
    TEXT_FIELD(firmware, 0) TEXT_FIELD(vendor, 0) TEXT_FIELD(dock, 0) TEXT_FIELD(related_user, HSVC_SCENARIO_USER)
    TEXT_FIELD(text, 0) TEXT_FIELD(actor, 0) TEXT_FIELD(pin, 0)
    FIELD_64(handle) FIELD_64(prompt_id) FIELD_64(generation) FIELD_64(call_id) FIELD_64(request) FIELD_64(value)
    FIELD_64(at_ms) FIELD_32(node) FIELD_32(state) FIELD_32(param) FIELD_32(flags)
#undef TEXT_FIELD
#undef FIELD_32
#undef FIELD_64
};

static const char lists_fields[] = "hsvc tables inputs lists the inputs, and the fields of each";

static const struct field *find_field(const char *word, size_t n) {
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strlen(fields[i].name) == n && memcmp(fields[i].name, word, n) == 0) return &fields[i];
    return NULL;
}

/* A text's length stands behind its pointer. */
static void set_text(hsvc_input *in, const struct field *field, struct span text) {
    memcpy((char *)in + field->offset, &text.p, sizeof text.p);
    memcpy((char *)in + field->offset + sizeof text.p, &text.n, sizeof text.n);
}

static int set_number(hsvc_input *in, const struct field *field, const char *word) {
    char *end = NULL;
    int64_t number = strtoll(word, &end, 10);
    uint32_t small = (uint32_t)number;
    int32_t code = 0;
    if (field->offset == offsetof(hsvc_input, param) && hsvc_code(HSVC_REGISTRY_PARAM, word, strlen(word), &code) == HSVC_OK)
        small = (uint32_t)code;
    else if (end == word || *end != '\0')
        return 0;
    if (field->type == NUMBER32) memcpy((char *)in + field->offset, &small, sizeof small);
    else memcpy((char *)in + field->offset, &number, sizeof number);
    return 1;
}

static int no_such_field(const char *word) {
    struct guess guess = guess_for(span_of(word, strcspn(word, "=")));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) guess_among(&guess, fields[i].name);
    return unknown(strchr(word, '=') == NULL ? "no FIELD=VALUE: " : "no field of an input: ", &guess, lists_fields);
}

static int no_number(const struct field *field, const char *value, const char *word) {
    if (field->offset != offsetof(hsvc_input, param)) return usage("a number: ", word);
    return unknown_name("no such parameter: ", value, HSVC_REGISTRY_PARAM, "hsvc tables parameters lists them");
}

/* EXIT_OK, or told. */
static int take_word(const struct host *host, hsvc_input *in, const char *word) {
    const char *equals = strchr(word, '=');
    const struct field *field = equals == NULL ? NULL : find_field(word, (size_t)(equals - word));
    if (field == NULL) return no_such_field(word);
    if (field->type == TEXT) {
        set_text(in, field, field->kind != 0 ? real_name(host, field->kind, equals + 1) : span_of(equals + 1, strlen(equals + 1)));
        return EXIT_OK;
    }
    return set_number(in, field, equals + 1) ? EXIT_OK : no_number(field, equals + 1, word);
}

/* ---- what comes of it ---- */

/* The limit with its unit, if it is one of a parameter; and a value as it was taken, since a number may have been meant otherwise. */
static void put_reason(const hsvc_input *in, const hsvc_verdict *v, struct text *to) {
    text_puts(to, hsvc_text(HSVC_REGISTRY_REASON, (int32_t)v->reason));
    if (v->field != 0) text_printf(to, ": %s", hsvc_name(HSVC_REGISTRY_FIELD, (int32_t)v->field));
    if (v->limit != 0) text_puts(to, ", the limit is ");
    if (v->limit != 0 && v->field == HSVC_FIELD_VALUE && in->param != 0) param_words(in->param, v->limit, 0, to);
    else if (v->limit != 0) text_printf(to, "%lld", (long long)v->limit);
    if (v->reason != HSVC_REASON_POLICY_CHANGED || in->kind != HSVC_INPUT_POLICY_SET || in->text_len > 0) return;
    text_puts(to, ": ");
    param_words(in->param, in->value, 0, to);
}

static void print_verdicts(const struct host *host, const hsvc_input *in, const hsvc_effects *effects) {
    static const char *const heads[] = {"", "phone", "because", "rule", "in words"};
    struct table *table = table_new(host, "verdict", 5, heads);
    hsvc_verdict v;
    (void)hsvc_verdict_init(&v, sizeof v);
    for (size_t i = 0; hsvc_verdict_at(effects, i, &v) == HSVC_OK; i++) {
        struct span phone = label(host, HSVC_SCENARIO_PHONE, v.device, v.device_len);
        struct text words = {NULL, 0, 0};
        table_words(table, v.accepted ? "accepted" : "refused");
        table_text(table, phone.p, phone.n);
        table_words(table, hsvc_name(HSVC_REGISTRY_REASON, (int32_t)v.reason));
        table_words(table, v.rule);
        put_reason(in, &v, &words);
        table_text(table, words.bytes, words.len);
        text_free(&words);
    }
    table_print(table);
}

static void put_what(const hsvc_effect *e, struct text *to) {
    if (e->prompt != 0) text_puts(to, hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)e->prompt));
    else if (e->cause != 0) text_puts(to, hsvc_name(HSVC_REGISTRY_CAUSE, (int32_t)e->cause));
    else if (e->profile_len > 0) text_add(to, e->profile, e->profile_len);
    else if (e->reason != 0) text_puts(to, hsvc_name(HSVC_REGISTRY_REASON, (int32_t)e->reason));
    else text_puts(to, "");
}

static void print_effects(const struct host *host, const hsvc_effects *effects) {
    static const char *const heads[] = {"effect", "phone", "what", "user", "rule"};
    struct table *table = table_new(host, "effect", 5, heads);
    hsvc_effect e;
    (void)hsvc_effect_init(&e, sizeof e);
    for (size_t i = 0; hsvc_effects_at(effects, i, &e) == HSVC_OK; i++) {
        struct span phone = label(host, HSVC_SCENARIO_PHONE, e.device, e.device_len);
        struct span user = label(host, HSVC_SCENARIO_USER, e.user, e.user_len);
        struct text what = {NULL, 0, 0};
        put_what(&e, &what);
        table_words(table, hsvc_name(HSVC_REGISTRY_EFFECT, (int32_t)e.kind));
        table_text(table, phone.p, phone.n);
        table_text(table, what.bytes, what.len);
        table_text(table, user.p, user.n);
        table_words(table, e.rule);
        text_free(&what);
    }
    table_print(table);
}

/* What went wrong, and with what: the field of the input, or the record that is damaged. */
static int tell_problem(const hsvc_effects *effects, int32_t status) {
    struct text about = {NULL, 0, 0};
    hsvc_problem problem;
    (void)hsvc_problem_init(&problem, sizeof problem);
    (void)hsvc_effects_problem(effects, &problem);
    if (problem.field != 0) text_puts(&about, hsvc_name(HSVC_REGISTRY_FIELD, (int32_t)problem.field));
    else if (problem.key_len > 0) key_words(problem.key, problem.key_len, &about);
    fprintf(stderr, "hsvc: %s%s%.*s\n", hsvc_text(HSVC_REGISTRY_STATUS, status), about.len > 0 ? ": " : "", (int)about.len,
            about.len > 0 ? about.bytes : "");
    text_free(&about);
    return status <= HSVC_ERR_MEMORY ? EXIT_LIBRARY : EXIT_USAGE;
}

static void print_batch(struct host *host, const hsvc_input *in, const hsvc_effects *effects) {
    if (host->json) {
        jsonl_batch(host, effects, "decision");
        return;
    }
    print_verdicts(host, in, effects);
    if (hsvc_effects_count(effects) > 0) print_effects(host, effects);
}

/* What is about many is worked off in slices, by whoever advances: here, so that each phone has its verdict. */
static int work_off(struct host *host, struct opened *opened, const hsvc_input *in) {
    int32_t status;
    while ((status = hsvc_advance(opened->engine, opened->effects)) == HSVC_OK &&
           hsvc_verdict_count(opened->effects) + hsvc_effects_count(opened->effects) > 0)
        print_batch(host, in, opened->effects);
    return status == HSVC_OK ? EXIT_OK : tell_problem(opened->effects, status);
}

int print_decision(struct host *host, struct opened *opened, const hsvc_input *in, uint32_t flags) {
    hsvc_verdict v;
    int refused = 0, job = 0;
    int32_t status = hsvc_apply(opened->engine, in, 1, flags, opened->effects);
    if (status != HSVC_OK) return tell_problem(opened->effects, status);
    (void)hsvc_verdict_init(&v, sizeof v);
    for (size_t i = 0; hsvc_verdict_at(opened->effects, i, &v) == HSVC_OK; i++) {
        refused |= v.input_index == 0 && !v.accepted;
        job |= v.reason == HSVC_REASON_JOB_STARTED;
    }
    print_batch(host, in, opened->effects);
    if (job && !(flags & HSVC_APPLY_DRY_RUN)) return work_off(host, opened, in);
    return refused ? EXIT_UNMET : EXIT_OK;
}

static int try_input(struct host *host, struct opened *opened) {
    hsvc_input in;
    int32_t kind = 0;
    if (hsvc_code(HSVC_REGISTRY_INPUT, host->words[1], strlen(host->words[1]), &kind) != HSVC_OK)
        return unknown_name("no such input: ", host->words[1], HSVC_REGISTRY_INPUT, lists_fields);
    (void)hsvc_input_init(&in, sizeof in, (uint32_t)kind);
    for (int i = 2; i < host->word_count; i++) {
        int code = take_word(host, &in, host->words[i]);
        if (code != EXIT_OK) return code;
    }
    return print_decision(host, opened, &in, HSVC_APPLY_DRY_RUN);
}

int command_what_if(struct host *host) {
    struct opened opened;
    int code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) code = try_input(host, &opened);
    close_store(&opened);
    return code;
}
