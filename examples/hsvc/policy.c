/* policy.c: the policy in force, with the scope that decided each parameter; setting and unsetting; the presets. */
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/registry.h"
#include "host.h"

static int find_param(uint32_t param, hsvc_param_info *info) {
    (void)hsvc_param_info_init(info, sizeof *info);
    for (size_t i = 0; hsvc_param_at(i, info) == HSVC_OK; i++)
        if (info->param == param) return 1;
    return 0;
}

void param_words(uint32_t param, int64_t value, int as_number, struct text *to) {
    const char *choice = hsvc_choice_name(param, value);
    hsvc_param_info info;
    if (!find_param(param, &info)) return;
    if (choice[0] != '\0') text_puts(to, choice);
    else if (as_number) text_printf(to, "%lld", (long long)value);
    else if (value == 0 && info.type == HSVC_TYPE_LIMIT) text_puts(to, "off");
    else if (strcmp(info.unit, "ms") == 0) words_span(value, to);
    else text_printf(to, "%lld%s%s", (long long)value, info.unit[0] != '\0' ? " " : "", info.unit);
}

static void put_value(struct table *table, const hsvc_param_info *info, int64_t value) {
    struct text words = {NULL, 0, 0};
    if (table_is_json(table) && hsvc_choice_name(info->param, value)[0] == '\0') {
        table_number(table, value);
        return;
    }
    param_words(info->param, value, 0, &words);
    table_text(table, words.bytes, words.len);
    text_free(&words);
}

/* Patterns stand one a line; here one after the other. */
static void put_patterns(struct table *table, const char *patterns, size_t len) {
    struct text words = {NULL, 0, 0};
    text_puts(&words, "");
    for (size_t i = 0; i < len; i++) {
        if (patterns[i] == '\n') text_puts(&words, ", ");
        else text_add(&words, &patterns[i], 1);
    }
    table_text(table, words.bytes, words.len);
    text_free(&words);
}

static struct span or_none(const struct host *host, uint32_t kind, const char *word) {
    return word == NULL ? span_of(NULL, 0) : real_name(host, kind, word);
}

static int32_t add_text(struct host *host, struct opened *opened, struct table *table, const hsvc_param_info *info) {
    struct span phone = or_none(host, HSVC_SCENARIO_PHONE, host->of_phone);
    const char *text = NULL;
    size_t len = 0;
    uint32_t scope = 0;
    int32_t status = hsvc_policy_text(opened->engine, info->param, phone.p, phone.n, &text, &len, &scope);
    if (status != HSVC_OK) return status;
    table_words(table, info->name);
    put_patterns(table, text, len);
    table_words(table, hsvc_name(HSVC_REGISTRY_SCOPE, (int32_t)scope));
    table_words(table, info->text);
    return HSVC_OK;
}

static int32_t add_row(struct host *host, struct opened *opened, struct table *table, const hsvc_param_info *info) {
    struct span user = or_none(host, HSVC_SCENARIO_USER, host->of_user);
    struct span phone = or_none(host, HSVC_SCENARIO_PHONE, host->of_phone);
    int64_t value = 0;
    uint32_t scope = 0;
    int32_t status = HSVC_OK;
    if (info->type == HSVC_TYPE_TEXT) return add_text(host, opened, table, info);
    status = hsvc_policy_value(opened->engine, info->param, user.p, user.n, phone.p, phone.n, &value, &scope);
    if (status != HSVC_OK) return status;
    table_words(table, info->name);
    put_value(table, info, value);
    table_words(table, scope == 0 ? "preset" : hsvc_name(HSVC_REGISTRY_SCOPE, (int32_t)scope));
    table_words(table, info->text);
    return HSVC_OK;
}

static int named_param(const char *word, hsvc_param_info *info) {
    int32_t code = 0;
    return hsvc_code(HSVC_REGISTRY_PARAM, word, strlen(word), &code) == HSVC_OK && find_param((uint32_t)code, info);
}

static int no_such_param(const char *word) {
    return unknown_name("no such parameter: ", word, HSVC_REGISTRY_PARAM, "hsvc tables parameters lists them");
}

static int show(struct host *host, struct opened *opened, const char *only) {
    static const char *const heads[] = {"parameter", "value", "from", "what"};
    struct table *table;
    hsvc_param_info info;
    int32_t status = HSVC_OK;
    if (only != NULL && !named_param(only, &info)) return no_such_param(only);
    if (host->of_site != NULL) return usage("what a site sees depends on its phones: --phone=NAME", "");
    table = table_new(host, "parameter", 4, heads);
    if (only != NULL) status = add_row(host, opened, table, &info);
    (void)hsvc_param_info_init(&info, sizeof info);
    for (size_t i = 0; only == NULL && status == HSVC_OK && hsvc_param_at(i, &info) == HSVC_OK; i++)
        status = add_row(host, opened, table, &info);
    table_print(table);
    return status == HSVC_OK ? EXIT_OK : fail_status("policy", status);
}

/* ---- changing ---- */

/* A choice by name, or a number; of a time with its unit: 90s, 10min, 8h. */
static int take_value(hsvc_input *in, const hsvc_param_info *info, const char *word) {
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}};
    char *end = NULL;
    if (hsvc_choice_code(in->param, word, strlen(word), &in->value) == HSVC_OK) return 1;
    in->value = strtoll(word, &end, 10);
    if (end == word || *end == '\0') return end != word;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) != 0 || strcmp(info->unit, "ms") != 0) continue;
        if (in->value > INT64_MAX / units[i].ms || in->value < 0) return 0;
        in->value *= units[i].ms;
        return 1;
    }
    return 0;
}

static int is_out_of_range(const struct opened *opened) {
    hsvc_verdict v;
    (void)hsvc_verdict_init(&v, sizeof v);
    return hsvc_verdict_at(opened->effects, 0, &v) == HSVC_OK && v.reason == HSVC_REASON_OUT_OF_RANGE;
}

/* Is it a time that was given as a number, as the library counts it? */
static int is_bare_time(const hsvc_param_info *info, const char *word) {
    return strcmp(info->unit, "ms") == 0 && word[strspn(word, "0123456789")] == '\0';
}

/* Patterns, with commas between them where the library has lines. */
static void take_patterns(const char *word, struct text *lines, hsvc_input *in) {
    for (const char *at = word; *at != '\0'; at += 1 + (*at == ',' ? strspn(at + 1, " ") : 0))
        text_add(lines, *at == ',' ? "\n" : at, 1);
    in->text = lines->bytes;
    in->text_len = lines->len;
}

/* The scope that is named, or everybody. 0: more than one. */
static int take_scope(const struct host *host, hsvc_input *in) {
    struct span user = or_none(host, HSVC_SCENARIO_USER, host->of_user);
    struct span phone = or_none(host, HSVC_SCENARIO_PHONE, host->of_phone);
    in->user = user.p;
    in->user_len = user.n;
    in->device = phone.p;
    in->device_len = phone.n;
    in->site = host->of_site;
    in->site_len = host->of_site == NULL ? 0 : strlen(host->of_site);
    in->state = user.n > 0 ? HSVC_SCOPE_USER : phone.n > 0 ? HSVC_SCOPE_DEVICE : in->site_len > 0 ? HSVC_SCOPE_SITE : HSVC_SCOPE_GLOBAL;
    return (user.n > 0) + (phone.n > 0) + (in->site_len > 0) <= 1;
}

static int change(struct host *host, struct opened *opened, uint32_t kind) {
    struct text lines = {NULL, 0, 0};
    hsvc_input in;
    hsvc_param_info info;
    int code;
    (void)hsvc_input_init(&in, sizeof in, kind);
    if (!named_param(host->words[2], &info)) return no_such_param(host->words[2]);
    in.param = info.param;
    if (!take_scope(host, &in)) return usage("one of --phone, --user and --site", "");
    if (kind == HSVC_INPUT_POLICY_SET && info.type == HSVC_TYPE_TEXT) take_patterns(host->words[3], &lines, &in);
    else if (kind == HSVC_INPUT_POLICY_SET && !take_value(&in, &info, host->words[3]))
        return usage("no number, choice, or time with its unit: ", host->words[3]);
    code = print_decision(host, opened, &in, 0);
    if (kind == HSVC_INPUT_POLICY_SET && is_out_of_range(opened) && is_bare_time(&info, host->words[3])) {
        (void)fflush(stdout);
        fprintf(stderr, "hsvc: %s without a unit is milliseconds; with one a time is 90s, 10min or 8h\n", host->words[3]);
    }
    text_free(&lines);
    return code;
}

/* ---- presets: what each gives where nothing is set ---- */

static void put_preset(struct table *table, const hsvc_param_info *info, int64_t value) {
    if (info->type == HSVC_TYPE_TEXT) put_patterns(table, info->text_value, strlen(info->text_value));
    else put_value(table, info, value);
}

static int print_presets(struct host *host) {
    static const char *const heads[] = {"parameter", "GUIDE", "CUCM_EN", "what"};
    struct table *table = table_new(host, "preset", 4, heads);
    hsvc_param_info info;
    (void)hsvc_param_info_init(&info, sizeof info);
    for (size_t i = 0; hsvc_param_at(i, &info) == HSVC_OK; i++) {
        if (info.param == HSVC_PARAM_PRESET) continue;
        table_words(table, info.name);
        put_preset(table, &info, info.value_guide);
        put_preset(table, &info, info.value_cucm_en);
        table_words(table, info.text);
    }
    table_print(table);
    return EXIT_OK;
}

static int choose(struct host *host, struct opened *opened) {
    const char *what = host->word_count > 1 ? host->words[1] : NULL;
    if (what != NULL && strcmp(what, "set") == 0)
        return host->word_count == 4 ? change(host, opened, HSVC_INPUT_POLICY_SET) : usage("set PARAMETER VALUE", "");
    if (what != NULL && strcmp(what, "unset") == 0)
        return host->word_count == 3 ? change(host, opened, HSVC_INPUT_POLICY_UNSET) : usage("unset PARAMETER", "");
    return host->word_count <= 2 ? show(host, opened, what) : usage("one parameter at a time: ", host->words[2]);
}

int command_policy(struct host *host) {
    struct opened opened;
    int code;
    if (strcmp(host->words[0], "presets") == 0) return print_presets(host);
    host->writes = host->makes = host->word_count > 2;
    code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) code = choose(host, &opened);
    close_store(&opened);
    return code;
}
