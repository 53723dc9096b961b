/* view.c: a state as the public views show it, in numbers instead of names. A few things that no view shows (the hold after
 * an emergency call, the last PIN check, which of two like screens it is) are read from the records. */
#include "worlds/worlds.h"

const char *const device_names[DEVICES] = {"desk-1", "desk-2"};
const char *const user_names[USERS] = {"alice", "bob"};
const char *const headset_names[HEADSETS] = {"H1", "H2", "H3"};

int8_t whose(const char *const *names, int count, const char *text, size_t len) {
    if (len == 0) return NOBODY;
    for (int i = 0; i < count; i++)
        if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0) return (int8_t)i;
    return STRANGER;
}

/* Profiles of a user begin with the user's name, a device's own with the device's. */
int8_t whose_profile(const char *text, size_t len) {
    for (int i = 0; i < USERS; i++)
        if (len > strlen(user_names[i]) && memcmp(text, user_names[i], strlen(user_names[i])) == 0) return (int8_t)i;
    return NOBODY;
}

static const struct row *row_of(const struct image *image, uint8_t family, const char *name) {
    struct hsvc__key key;
    hsvc__key_1(&key, family, hsvc__str_of(name, strlen(name)));
    for (uint32_t i = 0; i < image->count; i++)
        if (image->rows[i].key_len == key.len && memcmp(image->rows[i].key, key.bytes, key.len) == 0) return &image->rows[i];
    return NULL;
}

/* ---- devices ---- */
static void look_inside(const struct image *image, int which, struct seen_device *d) {
    static struct hsvc__device record;
    const struct row *row = row_of(image, HSVC__FAMILY_DEVICE, device_names[which]);
    memset(&record, 0, sizeof record.rec);
    if (row == NULL || hsvc__record_decode(&record, image->pool + row->at, row->len, HSVC__FAMILY_DEVICE) != HSVC_OK) return;
    d->holding = record.emergency_state == HSVC__emergency_HOLDING;
    d->by_hand = (record.session_flags & HSVC__SESSION_BY_HAND) != 0;
    d->verify_request = record.verify_request;
    d->verify_user = whose(user_names, USERS, record.verify_user.p, record.verify_user.n);
    d->prompt_state = record.prompt_state;
    d->screen_proves = record.prompt_flags;
    d->window_at = record.window_at;
    for (int i = 0; i < HSVC__TIMERS; i++) {
        int64_t due = hsvc__timers(&record)[i];
        d->timers |= (uint32_t)(due != 0) << i;
        d->next |= (uint32_t)(due != 0 && due == d->deadline) << i;
    }
}

static void look_at_presence(struct place *p, struct seen_device *d) {
    hsvc_present_view one = {.struct_size = sizeof one};
    for (size_t i = 0; hsvc_device_present_at(p->engine, i, &one) == HSVC_OK; i++) {
        int8_t which = whose(headset_names, HEADSETS, one.serial, one.serial_len);
        if (which < 0 || which >= HEADSETS) continue;
        d->at[which].here = 1;
        d->at[which].fresh = (uint8_t)one.fresh;
        d->at[which].doubtful = (uint8_t)one.doubtful;
        d->at[which].gone = (uint8_t)one.gone;
    }
}

static void look_at_calls(struct place *p, struct seen_device *d) {
    hsvc_call_view one = {.struct_size = sizeof one};
    for (size_t i = 0; hsvc_device_call_at(p->engine, i, &one) == HSVC_OK; i++) {
        if (one.id < 32) d->calls |= 1u << one.id;
        d->emergencies += one.emergency;
    }
}

static void look_at_device(struct place *p, struct spot *s, int which) {
    struct seen_device *d = &s->view.device[which];
    hsvc_device_view v = {.struct_size = sizeof v};
    memset(d, 0, sizeof *d);
    d->deadline = HSVC_NEVER;
    if (hsvc_device_get(p->engine, device_names[which], strlen(device_names[which]), &v) != HSVC_OK) return;
    d->exists = 1;
    d->kind = v.kind;
    d->flags = v.flags;
    d->registered = v.registered;
    d->session_state = v.session_state;
    d->profile_state = v.profile_state;
    d->prompt = v.prompt;
    d->verifying = v.verifying;
    d->flapping = v.flapping;
    d->causes = v.causes;
    d->wipe = v.wipe_pending;
    d->session = v.session;
    d->prompt_id = v.prompt_id;
    d->desired = v.generation_desired;
    d->acked = v.generation_acked;
    d->window_due = v.window_due_at;
    d->prompt_due = v.prompt_due_at;
    d->deadline = v.deadline_at;
    d->user = whose(user_names, USERS, v.user, v.user_len);
    d->serial = whose(headset_names, HEADSETS, v.serial, v.serial_len);
    d->prompt_user = whose(user_names, USERS, v.prompt_user, v.prompt_user_len);
    d->prompt_serial = whose(headset_names, HEADSETS, v.prompt_serial, v.prompt_serial_len);
    d->related = whose(user_names, USERS, v.related_user, v.related_user_len);
    d->worn = v.profile_len == 0 || v.signed_out_profile_len == 0 ? STRANGER : whose_profile(v.profile, v.profile_len);
    d->site_kept = v.site_len == 6 && memcmp(v.site, "Berlin", 6) == 0 && v.location_len == 7 && memcmp(v.location, "floor-3", 7) == 0;
    look_at_presence(p, d);
    look_at_calls(p, d);
    look_inside(&s->image, which, d);
}

/* ---- users, headsets, policy ---- */
static void look_at_user(struct place *p, struct spot *s, int which) {
    struct seen_user *u = &s->view.user[which];
    hsvc_user_view v = {.struct_size = sizeof v};
    hsvc_login_view login = {.struct_size = sizeof login};
    const char *serial;
    size_t len;
    memset(u, 0, sizeof *u);
    if (hsvc_user_get(p->engine, user_names[which], strlen(user_names[which]), &v) != HSVC_OK) return;
    u->exists = 1;
    u->disabled = v.disabled;
    u->failures = v.failures;
    u->locked = v.locked_until_at > s->now;
    u->headset_count = v.headset_count;
    u->session_count = v.session_count;
    u->profile_count = v.profile_count;
    for (size_t i = 0; hsvc_user_headset_at(p->engine, i, &serial, &len) == HSVC_OK; i++)
        for (int h = 0; h < HEADSETS; h++)
            if (len == 2 && (serial[1] == headset_names[h][1])) u->headsets |= 1u << h; /* lists have small letters */
    for (size_t i = 0; hsvc_user_login_at(p->engine, i, &login) == HSVC_OK; i++) {
        int8_t device = whose(device_names, DEVICES, login.device, login.device_len);
        if (device < 0 || device >= DEVICES) continue;
        u->logins |= 1u << device;
        u->login_session[device] = login.session;
    }
}

/* An update is over after update_max, reported or not; the view goes on naming it, as it knows no clock. */
static int is_updating(const struct spot *s, int which) {
    static struct hsvc__headset record;
    const struct row *row = row_of(&s->image, HSVC__FAMILY_HEADSET, headset_names[which]);
    memset(&record, 0, sizeof record.rec);
    if (row == NULL || hsvc__record_decode(&record, s->image.pool + row->at, row->len, HSVC__FAMILY_HEADSET) != HSVC_OK) return 0;
    return record.updating_until > s->now;
}

static void look_at_headset(struct place *p, struct spot *s, int which) {
    struct seen_headset *h = &s->view.headset[which];
    hsvc_headset_view v = {.struct_size = sizeof v};
    memset(h, 0, sizeof *h);
    h->owner = NOBODY;
    if (hsvc_headset_get(p->engine, headset_names[which], strlen(headset_names[which]), &v) != HSVC_OK) return;
    h->exists = 1;
    h->connected = v.connected;
    h->updating = v.updating && is_updating(s, which);
    h->owner = whose(user_names, USERS, v.owner, v.owner_len);
}

static int64_t value_of(struct place *p, uint32_t param) {
    int64_t value = 0;
    uint32_t scope;
    if (hsvc_policy_value(p->engine, param, "", 0, "", 0, &value, &scope) != HSVC_OK) {
        fprintf(stderr, "worlds: no value of parameter %u\n", (unsigned)param);
        exit(2);
    }
    return value;
}

static void look_at_policy(struct place *p, struct seen_policy *policy) {
    policy->deny = value_of(p, HSVC_PARAM_HEADSET_EM) == HSVC_CHOICE_HEADSET_EM_DENY;
    policy->pin_required = value_of(p, HSVC_PARAM_PIN_ENTRY) == HSVC_CHOICE_PIN_ENTRY_REQUIRED;
    policy->countdown = value_of(p, HSVC_PARAM_AUTO_SIGN_IN_AFTER);
    policy->multiple = value_of(p, HSVC_PARAM_MULTIPLE_LOGIN);
    policy->takeover_on_yes = value_of(p, HSVC_PARAM_TAKEOVER_COMMIT) == HSVC_CHOICE_TAKEOVER_COMMIT_ON_YES;
    policy->keeps = value_of(p, HSVC_PARAM_CANCEL_ON_SIGN_OUT_PROMPT) == HSVC_CHOICE_CANCEL_ON_SIGN_OUT_PROMPT_KEEP;
    policy->refuses_in_call = value_of(p, HSVC_PARAM_SIGN_OUT_DURING_CALL) == HSVC_CHOICE_SIGN_OUT_DURING_CALL_REFUSE;
    policy->resign_in = value_of(p, HSVC_PARAM_RESIGN_IN_AFTER_SIGN_OUT) == HSVC_CHOICE_RESIGN_IN_AFTER_SIGN_OUT_ON;
    policy->headsets_max = value_of(p, HSVC_PARAM_HEADSETS_PER_USER_MAX);
    policy->prompts = value_of(p, HSVC_PARAM_ASSOCIATION_PROMPT);
    policy->lockout = value_of(p, HSVC_PARAM_LOCKOUT_FAILURES);
    policy->hold = value_of(p, HSVC_PARAM_EMERGENCY_HOLD);
    policy->window = value_of(p, HSVC_PARAM_AUTO_SIGN_OUT_AFTER);
    policy->unregistered_max = value_of(p, HSVC_PARAM_UNREGISTERED_MAX);
    policy->max_login = value_of(p, HSVC_PARAM_MAX_LOGIN_TIME);
}

void look(struct place *p, struct spot *s, uint32_t dirty) {
    p->flat.image = &s->image;
    p->now = s->now;
    for (int i = 0; i < DEVICES; i++)
        if (dirty & (uint32_t)DIRTY_DEVICE << i) look_at_device(p, s, i);
    for (int i = 0; i < USERS; i++)
        if (dirty & (uint32_t)DIRTY_USER << i) look_at_user(p, s, i);
    for (int i = 0; i < HEADSETS; i++)
        if (dirty & (uint32_t)DIRTY_HEADSET << i) look_at_headset(p, s, i);
    if (dirty & DIRTY_POLICY) look_at_policy(p, &s->view.policy);
}

int64_t next_deadline(const struct view *v) {
    int64_t at = HSVC_NEVER;
    for (int i = 0; i < DEVICES; i++)
        if (v->device[i].deadline < at) at = v->device[i].deadline;
    return at;
}
