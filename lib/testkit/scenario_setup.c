/* scenario_setup.c: who and what the script is about, and the runner's settings. */
#include <stdio.h>

#include "scenario_impl.h"

#define DO(name) void hsvc__scn_do_##name(hsvc_scenario *s)

/* ---- settings ---- */

DO(rule) {
    struct scn_str id = s->v[SCN_rule].text, sentence = s->v[SCN_sentence].text;
    s->result.rules++;
    if (s->config.rule == NULL) return;
    if (s->config.rule(id.p, id.n, sentence.p, sentence.n, s->config.user) != HSVC_OK) s->status = HSVC_ERR_CALLBACK;
}

DO(date) {
    if (!s->setup || s->names != NULL) {
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, 0, NULL, "the date stands before the first user, phone or time");
        return;
    }
    s->zone = s->v[SCN_zone].set ? s->v[SCN_zone].number : 0;
    s->day_one = s->v[SCN_date].number - s->zone;
    s->now = s->day_one;
}

DO(pin) {
    if (s->v[SCN_user].name == NULL) return;
    s->v[SCN_user].name->pin = hsvc__scn_keep(s, &s->pool, s->v[SCN_pin].text);
}

DO(phones_reset) {
    s->reset_ms = s->v[SCN_duration].number;
    s->return_ms = s->v[SCN_past].set ? s->v[SCN_past].number : -1;
    s->reset_bare = s->v[SCN_bare].set;
}
DO(phones_by_hand) { s->reset_ms = -1; }
DO(phones_answer) { s->phones_silent = 0; }
DO(jobs_wait) { s->jobs_wait = 1; }
DO(jobs_go_on) { s->jobs_wait = 0; }
DO(phones_silent) { s->phones_silent = 1; }
DO(directory_answers) { s->answer_ms = 0; }
DO(directory_slow) { s->answer_ms = s->v[SCN_duration].number; }
DO(directory_silent) { s->answer_ms = -1; }

/* OK means: judge by the PIN again. */
DO(directory_about) {
    struct scn_name *user = s->v[SCN_user].name;
    int32_t answer = (int32_t)s->v[SCN_verify].number;
    if (user != NULL) user->answer = answer == HSVC_VERIFY_OK ? 0 : answer;
}

DO(clock_jumps) {
    s->now = s->v[SCN_time].number;
    s->setup = 0;
}

/* ---- names ---- */

/* is_there: does the engine know it? A phone that was removed leaves its name to another. */
static int is_there(hsvc_scenario *s, const struct scn_name *phone) {
    hsvc_device_view view;
    memset(&view, 0, sizeof view);
    view.struct_size = sizeof view;
    return hsvc_device_get(s->engine, phone->real.p, phone->real.n, &view) != HSVC_ERR_NOT_FOUND;
}

static struct scn_name *declare(hsvc_scenario *s, uint32_t kind, const char *what) {
    struct scn_str label = s->v[SCN_label].text, real = s->v[SCN_name].set ? s->v[SCN_name].text : label;
    struct scn_name *name, *had;
    if (hsvc__scn_find(s, kind, label) != NULL) {
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, s->v[SCN_label].token->column, NULL, "there is a %s %.*s already",
                         what, SCN_STR(label));
        return NULL;
    }
    had = kind == HSVC_SCENARIO_PHONE ? hsvc__scn_find_real(s, kind, real) : NULL;
    if (had != NULL && is_there(s, had)) {
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, s->v[SCN_label].token->column, NULL, "the %s %.*s is called %.*s already",
                         what, SCN_STR(had->label), SCN_STR(real));
        return NULL;
    }
    name = hsvc__scn_take(s, &s->pool, sizeof *name);
    if (name == NULL) return NULL;
    name->kind = kind;
    name->label = hsvc__scn_keep(s, &s->pool, label);
    name->real = hsvc__scn_keep(s, &s->pool, real);
    if (had != NULL) had->real.n = 0;
    if (s->last_name != NULL)
        s->last_name->next = name;
    else
        s->names = name;
    s->last_name = name;
    return name;
}

/* Keeps a place's text if the line has it; the word unknown, or nothing in quotes, empties it. */
static void keep(hsvc_scenario *s, struct scn_str *to, enum scn_slot slot) {
    const struct scn_value *v = &s->v[slot];
    if (!v->set) return;
    *to = hsvc__scn_keep(s, &s->pool, v->text);
    if (!v->quoted && hsvc__scn_is(v->text, "unknown")) to->n = 0;
}

static struct scn_str with_ending(hsvc_scenario *s, struct scn_str label, const char *ending) {
    struct scn_str whole = {NULL, 0};
    size_t n = strlen(ending);
    char *bytes = hsvc__scn_take(s, &s->pool, label.n + n);
    if (bytes == NULL || label.n == 0) return whole; /* no memory, for this or for the label */
    memcpy(bytes, label.p, label.n);
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): its length stands beside it */
    memcpy(bytes + label.n, ending, n);
    whole.p = bytes;
    whole.n = label.n + n;
    return whole;
}

/* ---- users ---- */

static size_t list_profiles(struct scn_str names, hsvc_item *items) {
    size_t count = 0;
    while (names.n > 0 && count < SCN_ITEMS) {
        const char *feed = memchr(names.p, '\n', names.n);
        size_t n = feed != NULL ? (size_t)(feed - names.p) : names.n;
        memset(&items[count], 0, sizeof items[count]);
        items[count].kind = HSVC_ITEM_PROFILE;
        items[count].text = names.p;
        items[count++].text_len = n;
        names.p += n;
        names.n -= n;
        if (names.n > 0) names.p++, names.n--;
    }
    return count;
}

static void put_user(hsvc_scenario *s, const struct scn_name *user) {
    hsvc_item items[SCN_ITEMS];
    hsvc_input input;
    hsvc__scn_input(s, &input, HSVC_INPUT_USER_PUT);
    hsvc__scn_set(&input.user, &input.user_len, user->real);
    input.flags = user->disabled ? HSVC_FLAG_DISABLED : 0;
    input.item_count = list_profiles(user->profiles, items);
    if (input.item_count > 0) {
        input.items = items;
        input.item_size = sizeof items[0];
    }
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}

static void user_fields(hsvc_scenario *s, struct scn_name *user) {
    keep(s, &user->profiles, SCN_profiles);
    keep(s, &user->pin, SCN_pin);
    if (s->v[SCN_none].set) user->profiles.n = 0;
    if (s->v[SCN_disabled].set) user->disabled = 1;
    if (s->v[SCN_now].set) user->disabled = 0;
}

DO(user) {
    struct scn_name *user = declare(s, HSVC_SCENARIO_USER, "user");
    if (user == NULL) return;
    user->profiles = with_ending(s, user->label, "-line");
    user_fields(s, user);
    put_user(s, user);
}

DO(change_user) {
    struct scn_name unknown, *user = s->v[SCN_user].name;
    if (user == NULL) { /* in quotes: a user whom only the engine may know */
        memset(&unknown, 0, sizeof unknown);
        unknown.real = s->v[SCN_user].text;
        user = &unknown;
    }
    user_fields(s, user);
    put_user(s, user);
}

/* ---- phones ---- */

static void put_phone(hsvc_scenario *s, const struct scn_name *phone) {
    hsvc_input input;
    hsvc__scn_input(s, &input, HSVC_INPUT_DEVICE_PUT);
    hsvc__scn_set(&input.device, &input.device_len, phone->real);
    hsvc__scn_set(&input.profile, &input.profile_len, phone->profile);
    hsvc__scn_set(&input.site, &input.site_len, phone->site);
    hsvc__scn_set(&input.location, &input.location_len, phone->location);
    hsvc__scn_set(&input.model, &input.model_len, phone->model);
    hsvc__scn_set(&input.firmware, &input.firmware_len, phone->firmware);
    hsvc__scn_set(&input.related_user, &input.related_user_len, phone->related);
    input.state = phone->device_kind;
    input.flags = phone->flags;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}

static void phone_owner(hsvc_scenario *s, struct scn_name *phone) {
    if (s->v[SCN_other].set) {
        phone->device_kind = HSVC_DEVICE_OWNED;
        phone->related = hsvc__scn_keep(s, &s->pool, s->v[SCN_other].text);
    }
    if (s->v[SCN_shared].set) phone->device_kind = HSVC_DEVICE_SHARED;
    if (s->v[SCN_none].set) {
        phone->device_kind = HSVC_DEVICE_ANONYMOUS;
        phone->related.n = 0;
    }
}

static void phone_fields(hsvc_scenario *s, struct scn_name *phone) {
    phone_owner(s, phone);
    keep(s, &phone->site, SCN_site);
    keep(s, &phone->location, SCN_location);
    keep(s, &phone->model, SCN_model);
    keep(s, &phone->firmware, SCN_firmware);
    keep(s, &phone->profile, SCN_profile);
    if (s->v[SCN_without_em].set) phone->flags &= ~(uint32_t)HSVC_FLAG_EM_ENABLED;
    if (s->v[SCN_now].set) phone->flags |= HSVC_FLAG_EM_ENABLED;
    if (s->v[SCN_remote].set) phone->flags |= HSVC_FLAG_REMOTE_ACCESS;
    if (s->v[SCN_cross_cluster].set) phone->flags |= HSVC_FLAG_CROSS_CLUSTER;
    if (s->v[SCN_node].set) phone->node = (uint32_t)s->v[SCN_node].number;
}

DO(phone) {
    struct scn_name *phone = declare(s, HSVC_SCENARIO_PHONE, "phone");
    if (phone == NULL) return;
    phone->device_kind = HSVC_DEVICE_ANONYMOUS;
    phone->flags = HSVC_FLAG_EM_ENABLED;
    phone->model = hsvc__scn_of("CP-8861");
    phone->firmware = hsvc__scn_of("14.2(1)");
    phone->profile = with_ending(s, phone->label, "-own");
    phone_fields(s, phone);
    put_phone(s, phone);
    if (!s->v[SCN_off].set) hsvc__scn_first_registration(s, phone);
}

DO(change_phone) {
    if (s->v[SCN_phone].name == NULL) return;
    phone_fields(s, s->v[SCN_phone].name);
    put_phone(s, s->v[SCN_phone].name);
}

/* ---- headsets ---- */

DO(headset) {
    struct scn_name *headset = declare(s, HSVC_SCENARIO_HEADSET, "headset");
    hsvc_input input;
    if (headset == NULL) return;
    keep(s, &headset->real, SCN_serial);
    keep(s, &headset->vendor, SCN_vendor);
    keep(s, &headset->model, SCN_model);
    keep(s, &headset->firmware, SCN_firmware);
    keep(s, &headset->dock, SCN_dock);
    headset->handle = s->v[SCN_handle].set ? (uint64_t)s->v[SCN_handle].number : ++s->handles;
    headset->type = (int32_t)s->v[SCN_type].number;
    headset->headset_flags = s->v[SCN_inventory_only].set ? HSVC_FLAG_INVENTORY_ONLY : 0;
    if (!s->v[SCN_user].set) return;
    hsvc__scn_input(s, &input, HSVC_INPUT_ASSOCIATE);
    hsvc__scn_set(&input.serial, &input.serial_len, headset->real);
    hsvc__scn_set(&input.user, &input.user_len, s->v[SCN_user].text);
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}
