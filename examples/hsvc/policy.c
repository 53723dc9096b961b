/* policy.c: the policy in force, with the scope that decided each parameter; setting and unsetting; the presets. */
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/inputs.h"
#include "host.h"

/* Parameters are the numbers of their registry, without a hole but for those that hold patterns. */
static int is_param(uint32_t param) { return strcmp(hsvc_name(HSVC_REGISTRY_PARAM, (int32_t)param), "UNKNOWN") != 0; }
enum { MOST_PARAMS = 256 };

static void value_words(uint32_t param, int64_t value, struct text *to) {
    const char *choice = hsvc_choice_name(param, value);
    if (choice[0] != '\0') text_puts(to, choice);
    else text_printf(to, "%lld", (long long)value);
}

static struct span or_none(const struct host *host, uint32_t kind, const char *word) {
    return word == NULL ? span_of(NULL, 0) : real_name(host, kind, word);
}

/* HSVC_ERR_NOT_FOUND: a parameter of patterns, whose values have no number. */
static int32_t add_row(struct host *host, struct opened *opened, struct table *table, uint32_t param) {
    struct span user = or_none(host, HSVC_SCENARIO_USER, host->of_user);
    struct span phone = or_none(host, HSVC_SCENARIO_PHONE, host->of_phone);
    struct text words = {NULL, 0, 0};
    int64_t value = 0;
    uint32_t scope = 0;
    int32_t status = hsvc_policy_value(opened->engine, param, user.p, user.n, phone.p, phone.n, &value, &scope);
    if (status != HSVC_OK) return status;
    value_words(param, value, &words);
    table_words(table, hsvc_name(HSVC_REGISTRY_PARAM, (int32_t)param));
    table_text(table, words.bytes, words.len);
    table_words(table, scope == 0 ? "preset" : hsvc_name(HSVC_REGISTRY_SCOPE, (int32_t)scope));
    table_words(table, hsvc_text(HSVC_REGISTRY_PARAM, (int32_t)param));
    text_free(&words);
    return HSVC_OK;
}

static int find_param(const char *word, uint32_t *param) {
    int32_t code = 0;
    if (hsvc_code(HSVC_REGISTRY_PARAM, word, strlen(word), &code) != HSVC_OK) return 0;
    *param = (uint32_t)code;
    return 1;
}

static int show(struct host *host, struct opened *opened, const char *only) {
    static const char *const heads[] = {"parameter", "value", "from", "what"};
    struct table *table;
    uint32_t first = 1, last = MOST_PARAMS;
    int32_t status = HSVC_OK;
    if (only != NULL) {
        if (!find_param(only, &first)) return usage("no such parameter: ", only);
        last = first;
    }
    if (host->of_site != NULL) return usage("what a site sees depends on its phones: --phone=NAME", "");
    table = table_new(host, "parameter", 4, heads);
    for (uint32_t param = first; param <= last && is_param(param); param++) {
        int32_t one = add_row(host, opened, table, param);
        if (one != HSVC_OK && one != HSVC_ERR_NOT_FOUND) status = one;
    }
    table_print(table);
    return status == HSVC_OK ? EXIT_OK : fail_status("policy", status);
}

/* ---- changing ---- */

static int take_value(hsvc_input *in, const char *word) {
    char *end = NULL;
    if (hsvc_choice_code(in->param, word, strlen(word), &in->value) == HSVC_OK) return 1;
    in->value = strtoll(word, &end, 10);
    return end != word && *end == '\0';
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
    (void)hsvc_input_init(&in, sizeof in, kind);
    if (!find_param(host->words[2], &in.param)) return usage("no such parameter: ", host->words[2]);
    if (!take_scope(host, &in)) return usage("one of --phone, --user and --site", "");
    if (kind == HSVC_INPUT_POLICY_SET && !take_value(&in, host->words[3]))
        return usage("neither a number nor a choice: ", host->words[3]);
    return print_decision(host, opened, &in, 0);
}

/* ---- presets: what each gives where nothing is set ---- */

static int64_t preset_value(struct opened *opened, uint32_t param, const char *preset) {
    hsvc_input in;
    int64_t value = 0;
    (void)hsvc_input_policy_set(&in, HSVC_PARAM_PRESET, HSVC_SCOPE_GLOBAL, 0);
    (void)hsvc_choice_code(HSVC_PARAM_PRESET, preset, strlen(preset), &in.value);
    (void)hsvc_apply(opened->engine, &in, 1, 0, opened->effects);
    if (hsvc_policy_value(opened->engine, param, NULL, 0, NULL, 0, &value, NULL) != HSVC_OK) return INT64_MIN;
    return value;
}

static int print_presets(struct host *host) {
    static const char *const heads[] = {"parameter", "GUIDE", "CUCM_EN", "what"};
    struct opened opened;
    struct table *table;
    int code = open_memory(&opened);
    if (code != EXIT_OK) return code;
    table = table_new(host, "preset", 4, heads);
    for (uint32_t param = 1; param <= MOST_PARAMS && is_param(param); param++) {
        struct text guide = {NULL, 0, 0}, english = {NULL, 0, 0};
        int64_t value = preset_value(&opened, param, "GUIDE");
        if (value == INT64_MIN || param == HSVC_PARAM_PRESET) continue;
        value_words(param, value, &guide);
        value_words(param, preset_value(&opened, param, "CUCM_EN"), &english);
        table_words(table, hsvc_name(HSVC_REGISTRY_PARAM, (int32_t)param));
        table_text(table, guide.bytes, guide.len);
        table_text(table, english.bytes, english.len);
        table_words(table, hsvc_text(HSVC_REGISTRY_PARAM, (int32_t)param));
        text_free(&guide);
        text_free(&english);
    }
    table_print(table);
    close_store(&opened);
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
