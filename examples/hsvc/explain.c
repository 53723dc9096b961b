/* explain.c: a phone, a user, a headset: what is so, what will end it and when, and which scope of the policy decided. */
#include <string.h>

#include "host.h"

static void put_code(struct pairs *pairs, const char *name, uint32_t registry, uint32_t code) {
    if (code != 0) pairs_words(pairs, name, hsvc_name(registry, (int32_t)code));
}

static void put_label(const struct host *host, struct pairs *pairs, const char *name, uint32_t kind, const char *real,
                      size_t len) {
    struct span text = label(host, kind, real, len);
    pairs_text(pairs, name, text.p, text.n);
}

/* Which scope decided a parameter, in words: "300000 (GLOBAL)". */
static void put_param(struct opened *opened, struct pairs *pairs, uint32_t param, struct span user, struct span device) {
    struct text words = {NULL, 0, 0};
    const char *choice;
    int64_t value = 0;
    uint32_t scope = 0;
    if (hsvc_policy_value(opened->engine, param, user.p, user.n, device.p, device.n, &value, &scope) != HSVC_OK) return;
    choice = hsvc_choice_name(param, value);
    if (choice[0] != '\0') text_puts(&words, choice);
    else text_printf(&words, "%lld", (long long)value);
    text_printf(&words, " (%s)", scope == 0 ? "preset" : hsvc_name(HSVC_REGISTRY_SCOPE, (int32_t)scope));
    pairs_text(pairs, hsvc_name(HSVC_REGISTRY_PARAM, (int32_t)param), words.bytes, words.len);
    text_free(&words);
}

static void put_session(const struct host *host, struct pairs *pairs, const hsvc_device_view *v) {
    put_code(pairs, "session", HSVC_REGISTRY_SESSION, v->session_state);
    put_label(host, pairs, "user", HSVC_SCENARIO_USER, v->user, v->user_len);
    pairs_time(pairs, "signed_in_at", v->signed_in_at);
    if (v->session != 0 && v->serial_len == 0) pairs_words(pairs, "signed_in_by", "hand");
    put_label(host, pairs, "signed_in_by", HSVC_SCENARIO_HEADSET, v->serial, v->serial_len);
    pairs_time(pairs, "window_ends_at", v->window_due_at);
    for (uint32_t i = 0; i < 32; i++)
        if (v->causes >> i & 1u) put_code(pairs, "waits_for_calls", HSVC_REGISTRY_CAUSE, (uint32_t)HSVC_CAUSE_ADMIN + i);
}

static void put_wear(struct pairs *pairs, const hsvc_device_view *v) {
    put_code(pairs, "profile_state", HSVC_REGISTRY_PROFILE, v->profile_state);
    pairs_text(pairs, "profile", v->profile, v->profile_len);
    pairs_number(pairs, "generation", (int64_t)v->generation_desired);
    if (v->generation_acked != v->generation_desired) pairs_number(pairs, "generation_worn", (int64_t)v->generation_acked);
    if (v->wipe_pending) pairs_words(pairs, "wipe", "owed");
}

static void put_screen(const struct host *host, struct pairs *pairs, const hsvc_device_view *v) {
    put_code(pairs, "shows", HSVC_REGISTRY_PROMPT, v->prompt);
    if (v->prompt != 0) put_label(host, pairs, "shows_for", HSVC_SCENARIO_USER, v->prompt_user, v->prompt_user_len);
    pairs_time(pairs, "closes_at", v->prompt_due_at);
    if (v->verifying) pairs_words(pairs, "pin", "being checked");
}

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

static int not_there(const char *kind, const char *word) {
    fprintf(stderr, "hsvc: there is no %s %s\n", kind, word);
    return EXIT_USAGE;
}

static int explain_phone(struct host *host, struct opened *opened) {
    static const uint32_t params[] = {HSVC_PARAM_HEADSET_EM, HSVC_PARAM_PIN_ENTRY, HSVC_PARAM_AUTO_SIGN_OUT_AFTER,
                                      HSVC_PARAM_MAX_LOGIN_TIME, HSVC_PARAM_SIGN_OUT_DURING_CALL};
    struct span name = real_name(host, HSVC_SCENARIO_PHONE, host->words[2]), user;
    struct text user_copy = {NULL, 0, 0};
    struct pairs *pairs;
    hsvc_device_view v;
    int32_t status;
    (void)hsvc_device_view_init(&v, sizeof v);
    status = hsvc_device_get(opened->engine, name.p, name.n, &v);
    if (status == HSVC_ERR_NOT_FOUND) return not_there("phone", host->words[2]);
    if (status != HSVC_OK) return fail_status(host->words[2], status);
    pairs = pairs_new(host, "phone");
    pairs_text(pairs, "phone", v.name, v.name_len);
    put_code(pairs, "kind", HSVC_REGISTRY_DEVICE, v.kind);
    pairs_text(pairs, "site", v.site, v.site_len);
    pairs_text(pairs, "location", v.location, v.location_len);
    pairs_words(pairs, "registered", v.registered ? "yes" : "no");
    pairs_number(pairs, "node", v.node);
    put_session(host, pairs, &v);
    put_wear(pairs, &v);
    put_screen(host, pairs, &v);
    put_presence(host, opened, pairs);
    pairs_time(pairs, "next_deadline", v.deadline_at == HSVC_NEVER ? 0 : v.deadline_at);
    text_add(&user_copy, v.user, v.user_len);
    user = span_of(user_copy.bytes, user_copy.len);
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++) put_param(opened, pairs, params[i], user, name);
    text_free(&user_copy);
    pairs_print(pairs);
    return EXIT_OK;
}

static void put_lists(const struct host *host, const struct opened *opened, struct pairs *pairs) {
    hsvc_login_view login;
    const char *text = NULL;
    size_t len = 0;
    char name[32];
    (void)hsvc_login_view_init(&login, sizeof login);
    for (size_t i = 0; hsvc_user_profile_at(opened->engine, i, &text, &len) == HSVC_OK; i++) {
        (void)snprintf(name, sizeof name, "profile_%u", (unsigned)i + 1);
        pairs_text(pairs, name, text, len);
    }
    for (size_t i = 0; hsvc_user_headset_at(opened->engine, i, &text, &len) == HSVC_OK; i++) {
        (void)snprintf(name, sizeof name, "headset_%u", (unsigned)i + 1);
        put_label(host, pairs, name, HSVC_SCENARIO_HEADSET, text, len);
    }
    for (size_t i = 0; hsvc_user_login_at(opened->engine, i, &login) == HSVC_OK; i++) {
        (void)snprintf(name, sizeof name, "session_%u", (unsigned)i + 1);
        put_label(host, pairs, name, HSVC_SCENARIO_PHONE, login.device, login.device_len);
    }
}

static int explain_user(struct host *host, struct opened *opened) {
    static const uint32_t params[] = {HSVC_PARAM_HEADSET_EM, HSVC_PARAM_PIN_ENTRY, HSVC_PARAM_HEADSETS_PER_USER_MAX,
                                      HSVC_PARAM_MULTIPLE_LOGIN, HSVC_PARAM_LOCKOUT_FAILURES};
    struct span id = real_name(host, HSVC_SCENARIO_USER, host->words[2]), none = {NULL, 0};
    struct pairs *pairs;
    hsvc_user_view v;
    int32_t status;
    (void)hsvc_user_view_init(&v, sizeof v);
    status = hsvc_user_get(opened->engine, id.p, id.n, &v);
    if (status == HSVC_ERR_NOT_FOUND) return not_there("user", host->words[2]);
    if (status != HSVC_OK) return fail_status(host->words[2], status);
    pairs = pairs_new(host, "user");
    pairs_text(pairs, "user", v.id, v.id_len);
    if (v.disabled) pairs_words(pairs, "disabled", "yes");
    pairs_number(pairs, "failures", v.failures);
    pairs_time(pairs, "locked_until", v.locked_until_at);
    pairs_text(pairs, "last_profile", v.last_profile, v.last_profile_len);
    put_lists(host, opened, pairs);
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++) put_param(opened, pairs, params[i], id, none);
    pairs_print(pairs);
    return EXIT_OK;
}

static int explain_headset(struct host *host, struct opened *opened) {
    struct span serial = real_name(host, HSVC_SCENARIO_HEADSET, host->words[2]);
    struct pairs *pairs;
    hsvc_headset_view v;
    int32_t status;
    (void)hsvc_headset_view_init(&v, sizeof v);
    status = hsvc_headset_get(opened->engine, serial.p, serial.n, &v);
    if (status == HSVC_ERR_NOT_FOUND) return not_there("headset", host->words[2]);
    if (status != HSVC_OK) return fail_status(host->words[2], status);
    pairs = pairs_new(host, "headset");
    pairs_text(pairs, "headset", v.serial, v.serial_len);
    put_code(pairs, "kind", HSVC_REGISTRY_HEADSET, v.type);
    pairs_text(pairs, "vendor", v.vendor, v.vendor_len);
    pairs_text(pairs, "model", v.model, v.model_len);
    pairs_text(pairs, "firmware", v.firmware, v.firmware_len);
    put_label(host, pairs, "owner", HSVC_SCENARIO_USER, v.owner, v.owner_len);
    put_label(host, pairs, v.connected ? "connected_to" : "last_at", HSVC_SCENARIO_PHONE, v.device, v.device_len);
    if (v.updating) pairs_words(pairs, "updating", "yes");
    pairs_time(pairs, "first_seen_at", v.first_seen_at);
    pairs_time(pairs, "last_connected_at", v.last_connected_at);
    pairs_time(pairs, "status_since_at", v.status_since_at);
    pairs_print(pairs);
    return EXIT_OK;
}

int command_explain(struct host *host) {
    const char *kind = host->words[1];
    int (*explain)(struct host *host, struct opened *opened) = NULL;
    struct opened opened;
    int code;
    if (strcmp(kind, "phone") == 0) explain = explain_phone;
    if (strcmp(kind, "user") == 0) explain = explain_user;
    if (strcmp(kind, "headset") == 0) explain = explain_headset;
    if (explain == NULL) return usage("phone, user or headset, not ", kind);
    code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) code = explain(host, &opened);
    close_store(&opened);
    return code;
}
