/* policy.c: the policy in force, with the scope that decided each parameter; setting and unsetting; the presets. */
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/registry.h"
#include "host.h"

/* A value as people say it: a choice by name, a time in its largest unit, else the number. As JSON times are numbers. */
static void put_value(struct table *table, const hsvc_param_info *info, int64_t value) {
    struct text words = {NULL, 0, 0};
    const char *choice = hsvc_choice_name(info->param, value);
    if (choice[0] != '\0') {
        table_words(table, choice);
    } else if (table_is_json(table)) {
        table_number(table, value);
    } else {
        if (value == 0 && info->type == HSVC_TYPE_LIMIT) text_puts(&words, "off");
        else if (strcmp(info->unit, "ms") == 0) words_span(value, &words);
        else text_printf(&words, "%lld%s%s", (long long)value, info->unit[0] != '\0' ? " " : "", info->unit);
        table_text(table, words.bytes, words.len);
        text_free(&words);
    }
}

static struct span or_none(const struct host *host, uint32_t kind, const char *word) {
    return word == NULL ? span_of(NULL, 0) : real_name(host, kind, word);
}

static int32_t add_row(struct host *host, struct opened *opened, struct table *table, const hsvc_param_info *info) {
    struct span user = or_none(host, HSVC_SCENARIO_USER, host->of_user);
    struct span phone = or_none(host, HSVC_SCENARIO_PHONE, host->of_phone);
    int64_t value = 0;
    uint32_t scope = 0;
    int32_t status = HSVC_OK;
    if (info->type == HSVC_TYPE_TEXT) return HSVC_OK; /* patterns are not shown: they have no value for one phone */
    status = hsvc_policy_value(opened->engine, info->param, user.p, user.n, phone.p, phone.n, &value, &scope);
    if (status != HSVC_OK) return status;
    table_words(table, info->name);
    put_value(table, info, value);
    table_words(table, scope == 0 ? "preset" : hsvc_name(HSVC_REGISTRY_SCOPE, (int32_t)scope));
    table_words(table, info->text);
    return HSVC_OK;
}

static int find_param(const char *word, hsvc_param_info *info) {
    int32_t code = 0;
    (void)hsvc_param_info_init(info, sizeof *info);
    if (hsvc_code(HSVC_REGISTRY_PARAM, word, strlen(word), &code) != HSVC_OK) return 0;
    for (size_t i = 0; hsvc_param_at(i, info) == HSVC_OK; i++)
        if (info->param == (uint32_t)code) return 1;
    return 0;
}

static int show(struct host *host, struct opened *opened, const char *only) {
    static const char *const heads[] = {"parameter", "value", "from", "what"};
    struct table *table;
    hsvc_param_info info;
    int32_t status = HSVC_OK;
    if (only != NULL && !find_param(only, &info)) return usage("no such parameter: ", only);
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
    hsvc_input in;
    hsvc_param_info info;
    (void)hsvc_input_init(&in, sizeof in, kind);
    if (!find_param(host->words[2], &info)) return usage("no such parameter: ", host->words[2]);
    in.param = info.param;
    if (!take_scope(host, &in)) return usage("one of --phone, --user and --site", "");
    if (kind == HSVC_INPUT_POLICY_SET && !take_value(&in, &info, host->words[3]))
        return usage("no number, choice, or time with its unit: ", host->words[3]);
    return print_decision(host, opened, &in, 0);
}

/* ---- presets: what each gives where nothing is set ---- */

static int print_presets(struct host *host) {
    static const char *const heads[] = {"parameter", "GUIDE", "CUCM_EN", "what"};
    struct table *table = table_new(host, "preset", 4, heads);
    hsvc_param_info info;
    (void)hsvc_param_info_init(&info, sizeof info);
    for (size_t i = 0; hsvc_param_at(i, &info) == HSVC_OK; i++) {
        if (info.type == HSVC_TYPE_TEXT || info.param == HSVC_PARAM_PRESET) continue;
        table_words(table, info.name);
        put_value(table, &info, info.value_guide);
        put_value(table, &info, info.value_cucm_en);
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
    host->writes = host->word_count > 2;
    code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) code = choose(host, &opened);
    close_store(&opened);
    return code;
}
