/* views.c: looking at records without changing anything. Text of a view lives until the next call on the engine. */
#include "rules/ask.h"

int32_t hsvc_device_view_init(hsvc_device_view *view, size_t size) {
    return hsvc__sized_init(view, size, sizeof(hsvc_device_view));
}
int32_t hsvc_user_view_init(hsvc_user_view *view, size_t size) { return hsvc__sized_init(view, size, sizeof(hsvc_user_view)); }
int32_t hsvc_present_view_init(hsvc_present_view *view, size_t size) {
    return hsvc__sized_init(view, size, sizeof(hsvc_present_view));
}
int32_t hsvc_call_view_init(hsvc_call_view *view, size_t size) { return hsvc__sized_init(view, size, sizeof(hsvc_call_view)); }
int32_t hsvc_login_view_init(hsvc_login_view *view, size_t size) {
    return hsvc__sized_init(view, size, sizeof(hsvc_login_view));
}
int32_t hsvc_headset_view_init(hsvc_headset_view *view, size_t size) {
    return hsvc__sized_init(view, size, sizeof(hsvc_headset_view));
}

/* one_row: the first row of a scan, or the row of a read, copied. */
struct one_row {
    struct hsvc_engine *engine;
    hsvc__str key;
    hsvc__str value;
};

static int32_t take_row(const hsvc_row *row, void *user) {
    struct one_row *one = (struct one_row *)user;
    if (!hsvc__row_is_whole(row)) return HSVC_ERR_CALLBACK;
    if (row->value_len == 0) return HSVC_ERR_CORRUPT;
    one->key = hsvc__arena_copy(&one->engine->views, row->key, row->key_len);
    one->value = hsvc__arena_copy(&one->engine->views, row->value, row->value_len);
    return one->key.n != 0 && one->value.n != 0 ? HSVC_OK : HSVC_ERR_MEMORY;
}

static int32_t decode(struct one_row *one, uint32_t family, void **record) {
    struct hsvc_engine *engine = one->engine;
    if (one->value.n == 0) return HSVC_ERR_NOT_FOUND;
    if (hsvc__record_check((const uint8_t *)one->value.p, one->value.n, family) != HSVC_OK) return HSVC_ERR_CORRUPT;
    *record = hsvc__arena_take(&engine->views, hsvc__record_size(family));
    if (*record == NULL) return HSVC_ERR_MEMORY;
    memset(*record, 0, hsvc__record_size(family));
    ((struct hsvc__record *)*record)->family = family;
    return hsvc__record_decode(*record, (const uint8_t *)one->value.p, one->value.n, family);
}

static int32_t read_one(struct one_row *one, uint32_t family, hsvc__str name) {
    struct hsvc__key key;
    hsvc_key asked;
    hsvc__key_1(&key, family, name);
    asked.bytes = key.bytes;
    asked.len = key.len;
    return one->engine->store.read(&asked, 1, take_row, one, one->engine->store.user);
}

/* scan_next: the first row of the family after a canonical name; the smallest key after K 00 is K 00 00. */
static int32_t scan_next(struct one_row *one, uint32_t family, hsvc__str after) {
    struct hsvc__key from;
    uint8_t to = (uint8_t)(family + 1);
    hsvc__key_begin(&from, family);
    if (after.n != 0) {
        hsvc__key_fold(&from, after);
        from.bytes[from.len++] = 0;
    }
    return one->engine->store.scan(from.bytes, from.len, &to, 1, 1, take_row, one, one->engine->store.user);
}

/* look: finds one record by name, or the next one after it, and decodes it. */
static int32_t look(hsvc_engine *engine, uint32_t family, const char *name, size_t len, int next, void **record, hsvc__str *key) {
    struct one_row one;
    hsvc__str asked = hsvc__str_of(name, len);
    int32_t status;
    if (engine == NULL || (name == NULL && len != 0) || (len == 0 && !next)) return HSVC_ERR_ARGUMENT;
    if (family == HSVC__FAMILY_HEADSET && len <= HSVC_LIMIT_TEXT_LEN) asked = hsvc__trim(asked); /* as in inputs (ID-2) */
    if (asked.n > HSVC_LIMIT_SERIAL_LEN) return HSVC_ERR_NOT_FOUND;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    memset(&one, 0, sizeof one);
    one.engine = engine;
    hsvc__arena_reset(&engine->inputs);
    asked = hsvc__arena_copy(&engine->inputs, asked.p, asked.n); /* it may be text of the last view */
    hsvc__arena_reset(&engine->views);
    engine->viewed = NULL;
    status = next ? scan_next(&one, family, asked) : read_one(&one, family, asked);
    status = engine->views.failed || engine->inputs.failed ? HSVC_ERR_MEMORY : hsvc__store_status(status, 0);
    if (status == HSVC_OK) status = decode(&one, family, record);
    if (status == HSVC_OK) *key = hsvc__key_part(one.key, 1, &engine->views);
    if (status == HSVC_OK && (key->n == 0 || key->n > HSVC_LIMIT_SERIAL_LEN)) /* a name that nobody could ask what comes after it */
        status = engine->views.failed ? HSVC_ERR_MEMORY : HSVC_ERR_CORRUPT;
    if (status == HSVC_OK) engine->viewed = (struct hsvc__record *)*record;
    hsvc__leave(engine);
    return status;
}

static void view_subject(hsvc_subject_view *v, const struct hsvc__number *of) {
    v->kind = hsvc__subject_kind(of->of);
    v->number = of->number;
    v->name = of->name.p;
    v->name_len = of->name.n;
}

int32_t hsvc_subject_get(hsvc_engine *engine, uint64_t number, hsvc_subject_view *view) {
    hsvc_subject_view ours;
    void *found;
    hsvc__str key, name;
    struct hsvc__key asked;
    int32_t status;
    if (view == NULL) return HSVC_ERR_ARGUMENT;
    hsvc__key_number(&asked, number);
    name = hsvc__key_name(&asked);
    status = look(engine, HSVC__FAMILY_NUMBER, name.p, name.n, 0, &found, &key);
    if (status != HSVC_OK) return status;
    memset(&ours, 0, sizeof ours);
    view_subject(&ours, (const struct hsvc__number *)found);
    return hsvc__sized_out(view, &ours, sizeof ours, sizeof ours);
}

#define PUT_TEXT(to, name, from) \
    (to).name = (from).p;        \
    (to).name##_len = (from).n

static void view_device(hsvc_device_view *v, const struct hsvc__device *d) {
    hsvc__str worn = d->session != 0 ? d->profile : d->own_profile;
    v->kind = d->kind;
    v->flags = d->flags;
    v->registered = d->registered;
    v->node = d->node;
    v->session_state = d->session_state;
    v->profile_state = d->profile_state;
    v->prompt = hsvc__screen(d);
    v->call_count = d->call_count + (d->calls_lost != 0);
    v->wipe_pending = d->wipe_generation != 0;
    v->causes = d->causes;
    v->session = d->session;
    v->prompt_id = d->prompt_id;
    v->generation_desired = d->generation_desired;
    v->generation_acked = d->generation_acked;
    v->signed_in_at = d->signed_in_at;
    v->window_due_at = d->window_due;
    v->flapping = hsvc__flaps(d) ? 1 : 0;
    v->held_reports = d->flap_held;
    v->deadline_at = hsvc__earliest(d, NULL);
    v->prompt_due_at = d->prompt_due;
    v->screen_told = d->screen_told;
    v->screen_acked = d->screen_acked;
    v->menu = d->menu & 7u;
    v->verifying = d->verify_due != 0;
    PUT_TEXT(*v, location, d->location);
    PUT_TEXT(*v, model, d->model);
    PUT_TEXT(*v, firmware, d->firmware);
    PUT_TEXT(*v, related_user, d->related_user);
    PUT_TEXT(*v, prompt_user, d->prompt_user);
    PUT_TEXT(*v, prompt_serial, d->prompt_serial);
    for (uint32_t i = 0; i < d->present_count; i++) v->headset_count += !(d->presents[i].flags & HSVC__NOT_HERE);
    PUT_TEXT(*v, name, d->name);
    PUT_TEXT(*v, site, d->site);
    PUT_TEXT(*v, user, d->user);
    PUT_TEXT(*v, profile, worn);
    PUT_TEXT(*v, signed_out_profile, d->own_profile);
    PUT_TEXT(*v, serial, d->serial);
    v->number = d->number;
}

static int32_t device(hsvc_engine *engine, const char *name, size_t len, int next, hsvc_device_view *view) {
    hsvc_device_view ours;
    void *record;
    hsvc__str key;
    int32_t status = view == NULL ? HSVC_ERR_ARGUMENT : look(engine, HSVC__FAMILY_DEVICE, name, len, next, &record, &key);
    if (status != HSVC_OK) return status;
    memset(&ours, 0, sizeof ours);
    view_device(&ours, (const struct hsvc__device *)record);
    PUT_TEXT(ours, key, key);
    return hsvc__sized_out(view, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_device_get(hsvc_engine *engine, const char *name, size_t len, hsvc_device_view *view) {
    return device(engine, name, len, 0, view);
}
int32_t hsvc_device_next(hsvc_engine *engine, const char *after, size_t len, hsvc_device_view *view) {
    return device(engine, after, len, 1, view);
}

static void view_user(hsvc_user_view *v, const struct hsvc__user *u) {
    v->number = u->number;
    v->disabled = u->disabled;
    v->headset_count = u->headset_list.count;
    v->session_count = u->login_count;
    v->profile_count = u->profile_list.count;
    v->failures = u->failures;
    v->locked_until_at = u->locked_until;
    PUT_TEXT(*v, id, u->id);
    PUT_TEXT(*v, last_profile, u->last_profile);
}

static int32_t user(hsvc_engine *engine, const char *id, size_t len, int next, hsvc_user_view *view) {
    hsvc_user_view ours;
    void *record;
    hsvc__str key;
    int32_t status = view == NULL ? HSVC_ERR_ARGUMENT : look(engine, HSVC__FAMILY_USER, id, len, next, &record, &key);
    while (status == HSVC_OK && next && ((const struct hsvc__user *)record)->gone)
        status = look(engine, HSVC__FAMILY_USER, key.p, key.n, next, &record, &key);
    if (status != HSVC_OK) return status;
    if (((const struct hsvc__user *)record)->gone) return HSVC_ERR_NOT_FOUND;
    memset(&ours, 0, sizeof ours);
    view_user(&ours, (const struct hsvc__user *)record);
    PUT_TEXT(ours, key, key);
    return hsvc__sized_out(view, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_user_get(hsvc_engine *engine, const char *id, size_t len, hsvc_user_view *view) {
    return user(engine, id, len, 0, view);
}
int32_t hsvc_user_next(hsvc_engine *engine, const char *after, size_t len, hsvc_user_view *view) {
    return user(engine, after, len, 1, view);
}

/* look_headset: by any of its serials (ID-7). */
static int32_t look_headset(hsvc_engine *engine, const char *serial, size_t len, struct hsvc__headset **found, hsvc__str *key) {
    void *record;
    int32_t status = look(engine, HSVC__FAMILY_HEADSET, serial, len, 0, &record, key);
    if (status != HSVC_OK) return status;
    *found = (struct hsvc__headset *)record;
    if ((*found)->alias_of.n == 0) return HSVC_OK;
    status = look(engine, HSVC__FAMILY_HEADSET, (*found)->alias_of.p, (*found)->alias_of.n, 0, &record, key);
    if (status == HSVC_OK) *found = (struct hsvc__headset *)record;
    return status;
}

static void view_headset(hsvc_headset_view *v, const struct hsvc__headset *h) {
    v->type = h->type;
    v->number = h->number;
    v->connected = h->connected;
    v->updating = h->updating_until != 0;
    v->handle = h->handle;
    v->first_seen_at = h->first_seen_at;
    v->last_connected_at = h->last_connected_at;
    v->status_since_at = h->status_since_at;
    PUT_TEXT(*v, serial, h->serial);
    PUT_TEXT(*v, owner, h->owner);
    PUT_TEXT(*v, device, h->device);
    PUT_TEXT(*v, vendor, h->vendor);
    PUT_TEXT(*v, model, h->model);
    PUT_TEXT(*v, firmware, h->firmware);
    PUT_TEXT(*v, dock, h->dock);
    PUT_TEXT(*v, headset_template, h->headset_template);
    PUT_TEXT(*v, alias_of, h->alias_of);
    v->alias_count = h->alias_list.count;
}

static int32_t headset(hsvc_engine *engine, const char *serial, size_t len, int next, hsvc_headset_view *view) {
    hsvc_headset_view ours;
    struct hsvc__headset *h;
    void *record;
    hsvc__str key;
    int32_t status = view == NULL ? HSVC_ERR_ARGUMENT
                     : next       ? look(engine, HSVC__FAMILY_HEADSET, serial, len, 1, &record, &key)
                                  : look_headset(engine, serial, len, &h, &key);
    if (status != HSVC_OK) return status;
    if (next) h = (struct hsvc__headset *)record;
    memset(&ours, 0, sizeof ours);
    view_headset(&ours, h);
    PUT_TEXT(ours, key, key);
    return hsvc__sized_out(view, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_headset_get(hsvc_engine *engine, const char *serial, size_t len, hsvc_headset_view *view) {
    return headset(engine, serial, len, 0, view);
}
int32_t hsvc_headset_next(hsvc_engine *engine, const char *after, size_t len, hsvc_headset_view *view) {
    return headset(engine, after, len, 1, view);
}

int32_t hsvc_headset_alias(hsvc_engine *engine, const char *serial, size_t len, uint32_t index, const char **alias,
                           size_t *alias_len) {
    struct hsvc__headset *h;
    hsvc__str key;
    int32_t status = alias == NULL || alias_len == NULL ? HSVC_ERR_ARGUMENT : look_headset(engine, serial, len, &h, &key);
    if (status != HSVC_OK) return status;
    if (index >= h->alias_list.count) return HSVC_ERR_NOT_FOUND;
    *alias = h->alias_list.at[index].p;
    *alias_len = h->alias_list.at[index].n;
    return HSVC_OK;
}

/* ---- lists of the last view ---- */
static const void *viewed(const hsvc_engine *engine, uint32_t family) {
    return engine->viewed != NULL && engine->viewed->family == family ? engine->viewed : NULL;
}

int32_t hsvc_device_present_at(const hsvc_engine *engine, size_t index, hsvc_present_view *view) {
    const struct hsvc__device *d;
    const struct hsvc__present *one;
    hsvc_present_view ours;
    if (engine == NULL || view == NULL) return HSVC_ERR_ARGUMENT;
    d = (const struct hsvc__device *)viewed(engine, HSVC__FAMILY_DEVICE);
    if (d == NULL || index >= d->present_count) return HSVC_ERR_NOT_FOUND;
    one = &d->presents[index];
    memset(&ours, 0, sizeof ours);
    ours.fresh = (one->flags & HSVC__FRESH) != 0;
    ours.doubtful = (one->flags & HSVC__DOUBTFUL) != 0;
    ours.gone = (one->flags & HSVC__NOT_HERE) != 0;
    ours.since_at = one->since_at;
    ours.event_at = one->event_at;
    PUT_TEXT(ours, serial, one->serial);
    PUT_TEXT(ours, owner, one->owner);
    return hsvc__sized_out(view, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_device_call_at(const hsvc_engine *engine, size_t index, hsvc_call_view *view) {
    const struct hsvc__device *d;
    hsvc_call_view ours;
    if (engine == NULL || view == NULL) return HSVC_ERR_ARGUMENT;
    d = (const struct hsvc__device *)viewed(engine, HSVC__FAMILY_DEVICE);
    if (d == NULL || index >= d->call_count) return HSVC_ERR_NOT_FOUND;
    memset(&ours, 0, sizeof ours);
    ours.id = d->calling[index].id;
    ours.state = d->calling[index].phase;
    ours.seen_at = d->calling[index].seen_at;
    ours.emergency = (d->calling[index].flags & HSVC_FLAG_EMERGENCY) != 0;
    return hsvc__sized_out(view, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_user_login_at(const hsvc_engine *engine, size_t index, hsvc_login_view *view) {
    const struct hsvc__user *u;
    hsvc_login_view ours;
    if (engine == NULL || view == NULL) return HSVC_ERR_ARGUMENT;
    u = (const struct hsvc__user *)viewed(engine, HSVC__FAMILY_USER);
    if (u == NULL || index >= u->login_count) return HSVC_ERR_NOT_FOUND;
    memset(&ours, 0, sizeof ours);
    ours.session = u->logins[index].session;
    PUT_TEXT(ours, device, u->logins[index].device);
    return hsvc__sized_out(view, &ours, sizeof ours, sizeof ours);
}

static int32_t text_at(const struct hsvc__texts *list, size_t index, const char **text, size_t *len) {
    if (list == NULL || index >= list->count) return HSVC_ERR_NOT_FOUND;
    *text = list->at[index].p;
    *len = list->at[index].n;
    return HSVC_OK;
}

int32_t hsvc_user_profile_at(const hsvc_engine *engine, size_t index, const char **name, size_t *name_len) {
    const struct hsvc__user *u;
    if (engine == NULL || name == NULL || name_len == NULL) return HSVC_ERR_ARGUMENT;
    u = (const struct hsvc__user *)viewed(engine, HSVC__FAMILY_USER);
    return text_at(u == NULL ? NULL : &u->profile_list, index, name, name_len);
}

int32_t hsvc_user_headset_at(const hsvc_engine *engine, size_t index, const char **serial, size_t *serial_len) {
    const struct hsvc__user *u;
    if (engine == NULL || serial == NULL || serial_len == NULL) return HSVC_ERR_ARGUMENT;
    u = (const struct hsvc__user *)viewed(engine, HSVC__FAMILY_USER);
    return text_at(u == NULL ? NULL : &u->headset_list, index, serial, serial_len);
}

/* ---- rows, for stores ---- */

/* Decodes a row into a record, and gives its canonical name: the key between family and end. Names hold no byte 0 (ID-1), so
 * the key is not escaped. Decoding writes all of a record that is used but for its head: a device's is 10 000 bytes long, and
 * a store asks about each row that it writes. */
static int32_t decode_row(const hsvc_row *row, uint32_t family, struct hsvc__record *record, hsvc__str *key) {
    memset(record, 0, sizeof *record);
    if (row->key == NULL || row->key_len < 2 || row->key[0] != family) return HSVC_ERR_NOT_FOUND;
    if (row->value == NULL || hsvc__record_check(row->value, row->value_len, family) != HSVC_OK) return HSVC_ERR_CORRUPT;
    *key = hsvc__str_of((const char *)row->key + 1, row->key_len - 2);
    if (hsvc__record_decode(record, row->value, row->value_len, family) != HSVC_OK) return HSVC_ERR_CORRUPT;
    return family == HSVC__FAMILY_USER && ((const struct hsvc__user *)(const void *)record)->gone ? HSVC_ERR_NOT_FOUND : HSVC_OK;
}

/* DECODE: one function for each kind of view; the record lives on the stack, since a store has no arena to lend. */
#define DECODE(name, FAMILY)                                                          \
    int32_t hsvc_##name##_decode(const hsvc_row *row, hsvc_##name##_view *view) {     \
        struct hsvc__##name record;                                                   \
        hsvc_##name##_view ours;                                                      \
        hsvc__str key;                                                                \
        int32_t status;                                                               \
        if (row == NULL || view == NULL) return HSVC_ERR_ARGUMENT;                    \
        status = decode_row(row, HSVC__FAMILY_##FAMILY, &record.rec, &key);           \
        if (status != HSVC_OK) return status;                                         \
        memset(&ours, 0, sizeof ours);                                                \
        view_##name(&ours, &record);                                                  \
        PUT_TEXT(ours, key, key);                                                     \
        return hsvc__sized_out(view, &ours, sizeof ours, sizeof ours);                \
    }
DECODE(device, DEVICE)
DECODE(user, USER)
DECODE(headset, HEADSET)
#undef DECODE

/* A node's counter stands among the numbers and is nobody's. */
int32_t hsvc_subject_decode(const hsvc_row *row, hsvc_subject_view *view) {
    struct hsvc__number record;
    hsvc_subject_view ours;
    hsvc__str key;
    int32_t status;
    if (row == NULL || view == NULL) return HSVC_ERR_ARGUMENT;
    status = decode_row(row, HSVC__FAMILY_NUMBER, &record.rec, &key);
    if (status == HSVC_OK && record.name.n == 0) status = HSVC_ERR_NOT_FOUND;
    if (status != HSVC_OK) return status;
    memset(&ours, 0, sizeof ours);
    view_subject(&ours, &record);
    return hsvc__sized_out(view, &ours, sizeof ours, sizeof ours);
}
