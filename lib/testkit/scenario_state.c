/* scenario_state.c: expectations about the records of phones, users and headsets. */
#include "scenario_impl.h"

#define DO(name) void hsvc__scn_do_##name(hsvc_scenario *s)

/* ---- looking, and saying what is there instead ---- */

static void unmet(hsvc_scenario *s, const char *seen) {
    hsvc__scn_report(s, HSVC_SCENARIO_UNMET, 0, seen, "%.*s", SCN_STR(s->statement));
}

static void put_phone(hsvc_scenario *s, struct scn_text *text, const hsvc_device_view *v) {
    struct scn_str user = {v->user, v->user_len};
    const char *prompt = v->prompt != 0 ? hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)v->prompt) : "nothing";
    hsvc__scn_put(text, "session %s", hsvc_name(HSVC_REGISTRY_SESSION, (int32_t)v->session_state));
    if (user.n > 0) hsvc__scn_put(text, " of %.*s", SCN_STR(hsvc__scn_label(s, HSVC_SCENARIO_USER, user)));
    hsvc__scn_put(text, ", profile %.*s (%s, generation %llu, worn %llu)", (int)v->profile_len,
                  v->profile_len > 0 ? v->profile : "", hsvc_name(HSVC_REGISTRY_PROFILE, (int32_t)v->profile_state),
                  (unsigned long long)v->generation_desired, (unsigned long long)v->generation_acked);
    hsvc__scn_put(text, ", shows %s, %u headsets, %u calls%s", prompt, v->headset_count, v->call_count,
                  v->wipe_pending ? ", must wipe" : "");
    if (v->window_due_at == 0 || v->window_due_at == HSVC_NEVER) return;
    hsvc__scn_put(text, ", window ends at ");
    hsvc__scn_put_time(s, text, v->window_due_at);
}

static void unmet_phone(hsvc_scenario *s, const hsvc_device_view *v) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    put_phone(s, &seen, v);
    unmet(s, seen.at);
}

/* Gets the line's phone; 0: it cannot, and that is reported. */
static int phone(hsvc_scenario *s, hsvc_device_view *v) {
    struct scn_str name = s->v[SCN_phone].text;
    int32_t status;
    memset(v, 0, sizeof *v);
    v->struct_size = sizeof *v;
    status = hsvc_device_get(s->engine, name.p, name.n, v);
    if (status == HSVC_OK) return 1;
    unmet(s, status == HSVC_ERR_NOT_FOUND ? "no such phone" : hsvc_name(HSVC_REGISTRY_STATUS, status));
    return 0;
}

static void check_phone(hsvc_scenario *s, const hsvc_device_view *v, int holds) {
    if (!holds) unmet_phone(s, v);
}

static int is_text(const char *p, size_t n, struct scn_str wanted) {
    struct scn_str text = {p, n};
    return hsvc__scn_same(text, wanted);
}

#define PHONE(name, holds)           \
    DO(name) {                       \
        hsvc_device_view v;          \
        if (!phone(s, &v)) return;   \
        check_phone(s, &v, (holds)); \
    }

PHONE(phone_free, v.session_state == HSVC_SESSION_VACANT)
PHONE(phone_session, v.session_state != HSVC_SESSION_VACANT && is_text(v.user, v.user_len, s->v[SCN_user].text))
PHONE(phone_state, v.session_state == (uint32_t)s->v[SCN_session].number)
PHONE(phone_profile_state, v.profile_state == (uint32_t)s->v[SCN_worn].number)
PHONE(phone_shows_nothing, v.prompt == 0 && (s->v[SCN_phone].name == NULL || s->v[SCN_phone].name->prompt_id == 0))
PHONE(phone_wears, is_text(v.profile, v.profile_len, s->v[SCN_profile].text))
PHONE(phone_stands, is_text(v.site, v.site_len, s->v[SCN_site].text) &&
                        (!s->v[SCN_location].set || is_text(v.location, v.location_len, s->v[SCN_location].text)))
PHONE(phone_headsets, v.headset_count == (uint32_t)s->v[SCN_number].number)
PHONE(phone_held, v.flapping && v.held_reports == (uint32_t)s->v[SCN_number].number)
PHONE(phone_calm, !v.flapping)
PHONE(phone_calls, v.call_count == (uint32_t)s->v[SCN_number].number)
PHONE(phone_window, v.window_due_at == s->v[SCN_time].number)
PHONE(phone_no_window, v.window_due_at == 0 || v.window_due_at == HSVC_NEVER)
PHONE(phone_must_wipe, v.wipe_pending != 0)
PHONE(phone_clean, v.wipe_pending == 0)
PHONE(phone_registered, v.registered != 0)
PHONE(phone_away, v.registered == 0)

DO(phone_wears_own) {
    hsvc_device_view v;
    struct scn_str own;
    if (!phone(s, &v)) return;
    own.p = v.signed_out_profile;
    own.n = v.signed_out_profile_len;
    check_phone(s, &v, is_text(v.profile, v.profile_len, own));
}

/* The record and the painted screen must agree, and the screen's prefilled user be the one expected. */
DO(phone_shows) {
    const struct scn_name *name = s->v[SCN_phone].name;
    uint32_t wanted = (uint32_t)s->v[SCN_prompt].number;
    hsvc_device_view v;
    int holds;
    if (!phone(s, &v)) return;
    holds = v.prompt == wanted && (name == NULL || name->prompt == wanted);
    if (holds && s->v[SCN_user].set && name != NULL) holds = hsvc__scn_same(name->prompt_user, s->v[SCN_user].text);
    check_phone(s, &v, holds);
}

/* A cause written as a number may be none; it would lie outside of every set of causes. */
int hsvc__scn_cause(hsvc_scenario *s, const struct scn_token *token, int64_t cause, struct scn_str word) {
    uint64_t bit = (uint64_t)cause - HSVC_CAUSE_ADMIN;
    if (bit < 32) return (int)bit;
    hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, token->column, NULL, "there is no cause '%.*s'", SCN_STR(word));
    return -1;
}

DO(phone_causes) {
    const struct scn_value *list = &s->v[SCN_causes];
    struct scn_text seen = {s->words, sizeof s->words, 0};
    hsvc_device_view v;
    uint32_t wanted = 0;
    if (!phone(s, &v)) return;
    for (size_t i = 0; i < list->count; i++) {
        int cause = hsvc__scn_cause(s, list->token, (int64_t)list->items[i].number, list->items[i].text);
        if (cause < 0) return;
        wanted |= 1u << cause;
    }
    if (v.causes == wanted) return;
    for (uint32_t bit = 0; bit < 32; bit++)
        if (v.causes & (1u << bit))
            hsvc__scn_put(&seen, "%s ", hsvc_name(HSVC_REGISTRY_CAUSE, (int32_t)(HSVC_CAUSE_ADMIN + bit)));
    unmet(s, seen.used > 0 ? seen.at : "no cause");
}

static void menu_is(hsvc_scenario *s, uint32_t wanted) {
    const struct scn_name *name = s->v[SCN_phone].name;
    struct scn_text seen = {s->words, sizeof s->words, 0};
    uint32_t menu = name != NULL ? name->menu : 0;
    if (menu == wanted) return;
    hsvc__scn_put(&seen, "%s%s%s%s", menu & HSVC_MENU_ASSOCIATE ? "associate " : "",
                  menu & HSVC_MENU_SIGN_IN ? "sign-in " : "", menu & HSVC_MENU_SIGN_OUT ? "sign-out" : "",
                  menu == 0 ? "nothing" : "");
    unmet(s, seen.at);
}

DO(phone_no_menu) { menu_is(s, 0); }
DO(phone_menu) {
    const struct scn_value *list = &s->v[SCN_menu];
    uint32_t wanted = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct scn_str word = list->items[i].text;
        uint32_t bit = hsvc__scn_is(word, "associate")  ? HSVC_MENU_ASSOCIATE
                       : hsvc__scn_is(word, "sign-in")  ? HSVC_MENU_SIGN_IN
                       : hsvc__scn_is(word, "sign-out") ? HSVC_MENU_SIGN_OUT
                                                        : 0u;
        if (bit == 0) {
            hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, list->token->column, NULL,
                             "a menu offers associate, sign-in and sign-out, not '%.*s'", SCN_STR(word));
            return;
        }
        wanted |= bit;
    }
    menu_is(s, wanted);
}

DO(phone_absent) {
    hsvc_device_view v;
    struct scn_str name = s->v[SCN_phone].text;
    memset(&v, 0, sizeof v);
    v.struct_size = sizeof v;
    if (hsvc_device_get(s->engine, name.p, name.n, &v) == HSVC_OK) unmet_phone(s, &v);
}

/* ---- users ---- */

static int get_user(hsvc_scenario *s, hsvc_user_view *v) {
    struct scn_str id = s->v[SCN_user].text;
    memset(v, 0, sizeof *v);
    v->struct_size = sizeof *v;
    return hsvc_user_get(s->engine, id.p, id.n, v) == HSVC_OK;
}

static void check_user(hsvc_scenario *s, const hsvc_user_view *v, int holds) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    if (holds) return;
    hsvc__scn_put(&seen, "%u headsets, %u sessions, %u failures%s", v->headset_count, v->session_count, v->failures,
                  v->disabled ? ", disabled" : "");
    if (v->last_profile_len > 0) hsvc__scn_put(&seen, ", last profile %.*s", (int)v->last_profile_len, v->last_profile);
    if (v->locked_until_at != 0) {
        hsvc__scn_put(&seen, ", locked until ");
        hsvc__scn_put_time(s, &seen, v->locked_until_at);
    }
    unmet(s, seen.at);
}

#define USER(name, holds)             \
    DO(name) {                        \
        hsvc_user_view v;             \
        if (!get_user(s, &v)) {       \
            unmet(s, "no such user"); \
            return;                   \
        }                             \
        check_user(s, &v, (holds));   \
    }

USER(user_headsets, v.headset_count == (uint32_t)s->v[SCN_number].number)
USER(user_sessions, v.session_count == (uint32_t)s->v[SCN_number].number)
USER(user_failures, v.failures == (uint32_t)s->v[SCN_number].number)
USER(user_locked, v.locked_until_at > s->now && (!s->v[SCN_time].set || v.locked_until_at == s->v[SCN_time].number))
USER(user_not_locked, v.locked_until_at <= s->now)
USER(user_disabled, v.disabled != 0)
USER(user_last_profile, is_text(v.last_profile, v.last_profile_len, s->v[SCN_profile].text))

DO(user_absent) {
    hsvc_user_view v;
    if (get_user(s, &v)) check_user(s, &v, 0);
}

/* ---- headsets ---- */

/* A headset that the engine never heard of is nobody's and nowhere. */
static void get_headset(hsvc_scenario *s, hsvc_headset_view *v) {
    struct scn_str serial = s->v[SCN_headset].text;
    memset(v, 0, sizeof *v);
    v->struct_size = sizeof *v;
    if (hsvc_headset_get(s->engine, serial.p, serial.n, v) == HSVC_OK) return;
    memset(v, 0, sizeof *v);
    v->struct_size = sizeof *v;
}

static void check_headset(hsvc_scenario *s, const hsvc_headset_view *v, int holds) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    struct scn_str owner = {v->owner, v->owner_len}, device = {v->device, v->device_len};
    if (holds) return;
    hsvc__scn_put(&seen, "belongs to %.*s",
                  SCN_STR(owner.n > 0 ? hsvc__scn_label(s, HSVC_SCENARIO_USER, owner) : hsvc__scn_of("nobody")));
    if (device.n > 0)
        hsvc__scn_put(&seen, v->connected ? ", connected to %.*s" : ", last at %.*s",
                      SCN_STR(hsvc__scn_label(s, HSVC_SCENARIO_PHONE, device)));
    if (v->updating) hsvc__scn_put(&seen, ", updating");
    unmet(s, seen.at);
}

#define HEADSET(name, holds)           \
    DO(name) {                         \
        hsvc_headset_view v;           \
        get_headset(s, &v);            \
        check_headset(s, &v, (holds)); \
    }

HEADSET(headset_free, v.owner_len == 0)
HEADSET(headset_owner, is_text(v.owner, v.owner_len, s->v[SCN_user].text))
HEADSET(headset_connected, v.connected != 0 && is_text(v.device, v.device_len, s->v[SCN_phone].text))
HEADSET(headset_away, v.connected == 0)
HEADSET(headset_last, is_text(v.device, v.device_len, s->v[SCN_phone].text))
HEADSET(headset_updating, v.updating != 0)
