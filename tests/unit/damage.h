/* damage.h: stores that are damaged on purpose: a script makes a sound world, a test changes one record in it with the
 * library's own codec, and hsvc_verify must say what is wrong (STORE-8). */
#ifndef TESTS_UNIT_DAMAGE_H
#define TESTS_UNIT_DAMAGE_H

#include "desk.h"
#include "headsetsvc/scenario.h"
#include "rules/ask.h"

struct world {
    struct desk desk;
    struct hsvc__arena memory; /* of the records in hand */
    int64_t later;             /* an hour after the script's end */
};

#define TEXT(literal) hsvc__str_of(literal, sizeof(literal) - 1)

static inline int32_t show_failure(const hsvc_scenario_failure *f, void *user) {
    (void)user;
    print_error("line %u: %.*s; seen: %.*s\n", f->line, (int)f->message_len, f->message, (int)f->seen_len, f->seen);
    return HSVC_OK;
}

/* world_open: what the script leaves behind, which must be sound. flags: HSVC_SCENARIO_. */
static inline void world_open_with(struct world *w, const char *script, uint32_t flags) {
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario = NULL;
    desk_open(&w->desk);
    hsvc__arena_init(&w->memory, &w->desk.allocator);
    OK(hsvc_scenario_config_init(&config, sizeof config));
    OK(hsvc_scenario_result_init(&result, sizeof result));
    config.allocator = &w->desk.allocator;
    config.store = &w->desk.plain;
    config.failure = show_failure;
    config.flags = flags;
    OK(hsvc_scenario_new(&config, &scenario));
    OK(hsvc_scenario_run(scenario, "world", script, strlen(script), &result));
    assert_int_equal(result.failures, 0);
    w->later = result.end_at + HOUR;
    hsvc_scenario_free(scenario);
    sound(&w->desk);
}

static inline void world_open(struct world *w, const char *script) { world_open_with(w, script, 0); }

static inline void world_close(struct world *w) {
    hsvc__arena_free(&w->memory);
    desk_close(&w->desk);
}

/* ---- rows ---- */
static inline struct hsvc__key key_of(uint32_t family, hsvc__str name) {
    struct hsvc__key key;
    hsvc__key_1(&key, family, name);
    return key;
}

static inline void write_row(struct world *w, hsvc__str key, hsvc__str value) {
    uint64_t revision = 0;
    hsvc_op op;
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = value.n == 0 ? HSVC_OP_DELETE : HSVC_OP_PUT;
    op.expect = HSVC_EXPECT_ANY;
    op.key = (const uint8_t *)key.p;
    op.key_len = key.n;
    op.value = (const uint8_t *)value.p;
    op.value_len = value.n;
    OK(w->desk.plain.commit(&op, 1, &revision, w->desk.plain.user));
}

static inline hsvc__str bytes_of(const struct hsvc__key *key) { return hsvc__str_of((const char *)key->bytes, key->len); }

static inline void delete_row(struct world *w, uint32_t family, hsvc__str name) {
    struct hsvc__key key = key_of(family, name);
    write_row(w, bytes_of(&key), hsvc__str_of(NULL, 0));
}

struct taken {
    struct world *world;
    hsvc__str value;
};

static inline int32_t take_value(const hsvc_row *row, void *user) {
    struct taken *taken = (struct taken *)user;
    taken->value = hsvc__arena_copy(&taken->world->memory, row->value, row->value_len);
    return HSVC_OK;
}

/* row_of: the stored bytes of a record, which the test may change in place; {NULL, 0} if there is none. */
static inline hsvc__str row_of(struct world *w, uint32_t family, hsvc__str name) {
    struct hsvc__key key = key_of(family, name);
    struct taken taken = {w, {NULL, 0}};
    hsvc_key asked = {key.bytes, key.len};
    OK(w->desk.plain.read(&asked, 1, take_value, &taken, w->desk.plain.user));
    return taken.value;
}

/* ---- records ---- */
static inline void *record_of(struct world *w, uint32_t family, hsvc__str name) {
    hsvc__str row = row_of(w, family, name);
    void *record = hsvc__arena_take(&w->memory, hsvc__record_size(family));
    assert_non_null(record);
    assert_int_not_equal(row.n, 0);
    memset(record, 0, hsvc__record_size(family));
    OK(hsvc__record_decode(record, (const uint8_t *)row.p, row.n, family));
    ((struct hsvc__record *)record)->family = family;
    ((struct hsvc__record *)record)->present = 1;
    return record;
}

/* entry_in: an entry of the audit of a record, and where it stands; NULL if there is none. */
static inline struct hsvc__entry *entry_in(struct world *w, void *record, uint64_t sequence, struct hsvc__key *key) {
    hsvc__key_entry(key, ((struct hsvc__record *)record)->family, *hsvc__trail_of(record).number, sequence);
    if (row_of(w, HSVC__FAMILY_ENTRY, hsvc__key_name(key)).n == 0) return NULL;
    return (struct hsvc__entry *)record_of(w, HSVC__FAMILY_ENTRY, hsvc__key_name(key));
}

static inline void put_entry(struct world *w, const struct hsvc__key *key, struct hsvc__entry *entry) {
    hsvc__str value;
    OK(hsvc__record_encode(entry, HSVC__FAMILY_ENTRY, &w->memory, &value));
    write_row(w, bytes_of(key), value);
}

/* enter: the audit says of the record what it says itself, as the engine would have it. */
static inline void enter(struct world *w, void *record) {
    struct hsvc__vector now;
    struct hsvc__key key;
    struct hsvc__entry *newest;
    if (!hsvc__is_subject(((struct hsvc__record *)record)->family)) return;
    newest = entry_in(w, record, *hsvc__trail_of(record).last, &key);
    if (newest == NULL) return;
    hsvc__vector_of(record, &now);
    newest->after_0 = now.word[0];
    newest->after_1 = now.word[1];
    newest->after_2 = now.word[2];
    put_entry(w, &key, newest);
}

static inline void put_record(struct world *w, uint32_t family, hsvc__str name, void *record) {
    struct hsvc__key key = key_of(family, name);
    hsvc__str value;
    OK(hsvc__record_encode(record, family, &w->memory, &value));
    write_row(w, bytes_of(&key), value);
    enter(w, record);
}

static inline void put_deadline_key(struct world *w, int64_t at, hsvc__str device, int there) {
    struct hsvc__deadline armed;
    struct hsvc__key key;
    hsvc__str value = {NULL, 0};
    memset(&armed, 0, sizeof armed);
    if (there) OK(hsvc__record_encode(&armed, HSVC__FAMILY_DEADLINE, &w->memory, &value));
    hsvc__key_deadline(&key, at, device);
    write_row(w, bytes_of(&key), value);
}

/* put_device: with its deadline key moved along, as the engine would. */
static inline void put_device(struct world *w, struct hsvc__device *d) {
    int64_t due = hsvc__earliest(d, NULL);
    if (d->deadline_at != 0) put_deadline_key(w, d->deadline_at, d->name, 0);
    d->deadline_at = due == HSVC_NEVER ? 0 : due;
    if (d->deadline_at != 0) put_deadline_key(w, d->deadline_at, d->name, 1);
    put_record(w, HSVC__FAMILY_DEVICE, d->name, d);
}

static inline struct hsvc__device *device_in(struct world *w, hsvc__str name) {
    return (struct hsvc__device *)record_of(w, HSVC__FAMILY_DEVICE, name);
}
static inline struct hsvc__user *user_in(struct world *w, hsvc__str id) {
    return (struct hsvc__user *)record_of(w, HSVC__FAMILY_USER, id);
}
static inline struct hsvc__headset *headset_in(struct world *w, hsvc__str serial) {
    return (struct hsvc__headset *)record_of(w, HSVC__FAMILY_HEADSET, serial);
}
static inline void put_user(struct world *w, struct hsvc__user *u) { put_record(w, HSVC__FAMILY_USER, u->id, u); }
static inline void put_headset(struct world *w, struct hsvc__headset *h) { put_record(w, HSVC__FAMILY_HEADSET, h->serial, h); }

/* ---- what verify says ---- */
struct names {
    const char *first;
    uint64_t others; /* names that differ from the first */
};

static inline int32_t take_name(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    struct names *names = (struct names *)user;
    (void)rule;
    if (names->first == NULL) names->first = invariant;
    if (strcmp(names->first, invariant) == 0) return HSVC_OK;
    names->others++;
    print_error("and also: %s of %.*s\n", invariant, (int)key_len, (const char *)key);
    return HSVC_OK;
}

/* says_only: does verify name this invariant, and no other? */
static inline int says_only(struct world *w, const char *invariant) {
    struct names names = {NULL, 0};
    uint64_t findings = 0;
    OK(hsvc_verify(w->desk.engine, take_name, &names, &findings));
    if (names.first == NULL || strcmp(names.first, invariant) != 0)
        print_error("%s: not named; first was %s\n", invariant, names.first == NULL ? "nothing" : names.first);
    return names.first != NULL && strcmp(names.first, invariant) == 0 && names.others == 0;
}

#endif
