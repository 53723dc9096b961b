/* explain.c: a phone, a user, a headset: what is so, what will end it and when, which scope of the policy decided, and what was
 * decided last. What the library says of it (hsvc_explain) is a table; before that stands where it is and what is there. */
#include <string.h>

#include "headsetsvc/headsetsvc.h"
#include "host.h"

static void put_label(const struct host *host, struct pairs *pairs, const char *name, uint32_t kind, const char *real,
                      size_t len) {
    struct span text = label(host, kind, real, len);
    pairs_text(pairs, name, text.p, text.n);
}

/* ---- where it is, and what is there ---- */

static void put_presence(const struct host *host, const struct opened *opened, struct pairs *pairs) {
    hsvc_present_view headset;
    hsvc_call_view call;
    char name[32];
    (void)hsvc_present_view_init(&headset, sizeof headset);
    (void)hsvc_call_view_init(&call, sizeof call);
    for (size_t i = 0; hsvc_device_present_at(opened->engine, i, &headset) == HSVC_OK; i++) {
        struct text words = {NULL, 0, 0};
        struct span serial = label(host, HSVC_SCENARIO_HEADSET, headset.serial, headset.serial_len);
        struct span owner = label(host, HSVC_SCENARIO_USER, headset.owner, headset.owner_len);
        text_printf(&words, "%.*s of %.*s%s%s%s", (int)serial.n, serial.p, owner.n > 0 ? (int)owner.n : 6,
                    owner.n > 0 ? owner.p : "nobody", headset.fresh ? ", fresh" : ", spent",
                    headset.doubtful ? ", doubtful" : "", headset.gone ? ", gone" : "");
        (void)snprintf(name, sizeof name, "headset_%u", (unsigned)i + 1);
        pairs_text(pairs, name, words.bytes, words.len);
        text_free(&words);
    }
    for (size_t i = 0; hsvc_device_call_at(opened->engine, i, &call) == HSVC_OK; i++) {
        (void)snprintf(name, sizeof name, "call_%llu", (unsigned long long)call.id);
        pairs_words(pairs, name, call.emergency ? "EMERGENCY" : hsvc_name(HSVC_REGISTRY_CALL, (int32_t)call.state));
    }
}

static int32_t show_phone(struct host *host, struct opened *opened, struct span name) {
    struct pairs *pairs;
    hsvc_device_view v;
    int32_t status;
    (void)hsvc_device_view_init(&v, sizeof v);
    status = hsvc_device_get(opened->engine, name.p, name.n, &v);
    if (status != HSVC_OK) return status;
    pairs = pairs_new(host, "phone");
    pairs_text(pairs, "phone", v.name, v.name_len);
    pairs_words(pairs, "kind", hsvc_name(HSVC_REGISTRY_DEVICE, (int32_t)v.kind));
    pairs_text(pairs, "site", v.site, v.site_len);
    pairs_text(pairs, "location", v.location, v.location_len);
    pairs_number(pairs, "node", v.node);
    pairs_time(pairs, "signed_in_at", v.signed_in_at);
    if (v.session != 0 && v.serial_len == 0) pairs_words(pairs, "signed_in_by", "hand");
    put_label(host, pairs, "signed_in_by", HSVC_SCENARIO_HEADSET, v.serial, v.serial_len);
    pairs_text(pairs, "profile", v.profile, v.profile_len);
    pairs_number(pairs, "generation", (int64_t)v.generation_desired);
    if (v.generation_acked != v.generation_desired) pairs_number(pairs, "generation_worn", (int64_t)v.generation_acked);
    if (v.prompt != 0) put_label(host, pairs, "shows_for", HSVC_SCENARIO_USER, v.prompt_user, v.prompt_user_len);
    put_presence(host, opened, pairs);
    pairs_print(pairs);
    return HSVC_OK;
}

static int32_t show_user(struct host *host, struct opened *opened, struct span id) {
    struct pairs *pairs;
    hsvc_user_view v;
    const char *text = NULL;
    size_t len = 0;
    char name[32];
    int32_t status;
    (void)hsvc_user_view_init(&v, sizeof v);
    status = hsvc_user_get(opened->engine, id.p, id.n, &v);
    if (status != HSVC_OK) return status;
    pairs = pairs_new(host, "user");
    pairs_text(pairs, "user", v.id, v.id_len);
    pairs_text(pairs, "last_profile", v.last_profile, v.last_profile_len);
    for (size_t i = 0; hsvc_user_profile_at(opened->engine, i, &text, &len) == HSVC_OK; i++) {
        (void)snprintf(name, sizeof name, "profile_%u", (unsigned)i + 1);
        pairs_text(pairs, name, text, len);
    }
    for (size_t i = 0; hsvc_user_headset_at(opened->engine, i, &text, &len) == HSVC_OK; i++) {
        (void)snprintf(name, sizeof name, "headset_%u", (unsigned)i + 1);
        put_label(host, pairs, name, HSVC_SCENARIO_HEADSET, text, len);
    }
    pairs_print(pairs);
    return HSVC_OK;
}

static int32_t show_headset(struct host *host, struct opened *opened, struct span serial) {
    struct pairs *pairs;
    hsvc_headset_view v;
    int32_t status;
    (void)hsvc_headset_view_init(&v, sizeof v);
    status = hsvc_headset_get(opened->engine, serial.p, serial.n, &v);
    if (status != HSVC_OK) return status;
    pairs = pairs_new(host, "headset");
    pairs_text(pairs, "headset", v.serial, v.serial_len);
    if (v.type != 0) pairs_words(pairs, "kind", hsvc_name(HSVC_REGISTRY_HEADSET, (int32_t)v.type));
    pairs_text(pairs, "vendor", v.vendor, v.vendor_len);
    pairs_text(pairs, "model", v.model, v.model_len);
    pairs_text(pairs, "firmware", v.firmware, v.firmware_len);
    if (!v.connected) put_label(host, pairs, "last_at", HSVC_SCENARIO_PHONE, v.device, v.device_len);
    pairs_time(pairs, "first_seen_at", v.first_seen_at);
    pairs_time(pairs, "last_connected_at", v.last_connected_at);
    pairs_time(pairs, "status_since_at", v.status_since_at);
    pairs_print(pairs);
    return HSVC_OK;
}

/* ---- what the library says ---- */

/* What it is: a state, a value, a time, whoever is meant. */
static void put_is(const struct host *host, const hsvc_explained *item, struct text *to) {
    uint32_t who = item->kind == HSVC_EXPLAINED_PLACE ? HSVC_SCENARIO_PHONE : HSVC_SCENARIO_USER;
    struct span name = label(host, who, item->who, item->who_len);
    if (item->kind == HSVC_EXPLAINED_DEADLINE) words_time(host, item->at_ms, to);
    else if (item->kind == HSVC_EXPLAINED_POLICY) param_words(item->param, item->value, host->json, to);
    else if (name.n == 0 && item->state[0] == '\0') text_printf(to, "%lld", (long long)item->value);
    text_add(to, name.p, name.n);
    if (item->kind != HSVC_EXPLAINED_POLICY && item->state[0] != '\0') text_printf(to, "%s%s", name.n > 0 ? " " : "", item->state);
    if (item->kind == HSVC_EXPLAINED_POLICY) text_printf(to, " (%s)", hsvc_name(HSVC_REGISTRY_SCOPE, (int32_t)item->scope));
    if (item->kind == HSVC_EXPLAINED_VERDICT) text_puts(to, " at ");
    if (item->kind == HSVC_EXPLAINED_VERDICT) words_time(host, item->at_ms, to);
}

static void add_item(const struct host *host, struct table *table, const hsvc_explained *item) {
    struct text is = {NULL, 0, 0};
    if (item->kind <= HSVC_EXPLAINED_FACT && item->value == 0) return; /* not so, none */
    put_is(host, item, &is);
    table_words(table, item->name);
    table_text(table, is.bytes, is.len);
    table_words(table, item->kind == HSVC_EXPLAINED_POLICY ? hsvc_text(HSVC_REGISTRY_PARAM, (int32_t)item->param) : item->text);
    table_words(table, item->rule);
    text_free(&is);
}

static int32_t show_reasons(struct host *host, struct opened *opened, uint32_t kind, struct span name) {
    static const char *const heads[] = {"what", "is", "meaning", "rule"};
    hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    struct table *table;
    size_t count = 0;
    int32_t status;
    for (size_t i = 0; i < HSVC_LIMIT_EXPLAINED; i++) (void)hsvc_explained_init(&items[i], sizeof items[i]);
    status = hsvc_explain(opened->engine, kind, name.p, name.n, items, HSVC_LIMIT_EXPLAINED, &count);
    if (status != HSVC_OK) return status;
    table = table_new(host, "explained", 4, heads);
    for (size_t i = 0; i < count; i++) add_item(host, table, &items[i]);
    table_print(table);
    return HSVC_OK;
}

static int32_t explain(struct host *host, struct opened *opened, uint32_t kind) {
    struct span name = subject_name(host, kind, host->words[2]);
    int32_t status = kind == HSVC_SUBJECT_DEVICE ? show_phone(host, opened, name)
                     : kind == HSVC_SUBJECT_USER ? show_user(host, opened, name)
                                                 : show_headset(host, opened, name);
    return status == HSVC_OK ? show_reasons(host, opened, kind, name) : status;
}

int command_explain(struct host *host) {
    uint32_t kind = subject_kind(host->words[1]);
    struct opened opened;
    int code;
    int32_t status = HSVC_OK;
    if (kind == 0) return usage("phone, user or headset, not ", host->words[1]);
    code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) status = explain(host, &opened, kind);
    close_store(&opened);
    if (status == HSVC_OK) return code;
    if (status != HSVC_ERR_NOT_FOUND) return fail_status(host->words[2], status);
    return no_such_subject(host);
}
