/* jobs.h: an office whose users all are signed in, on a store that counts its calls and lets another engine come between:
 * for tests of what touches many records. */
#ifndef TESTS_UNIT_JOBS_H
#define TESTS_UNIT_JOBS_H

#include "desk.h"

/* ---- a store that counts, and lets another engine come between ---- */
static struct watcher {
    hsvc_store inner;
    uint64_t scans;
    size_t most_ops;
    uint64_t calls;
    uint64_t meddle_at; /* before which call another engine advances; 0: never */
    hsvc_engine *other;
    hsvc_effects *other_fx;
    int busy;
} watcher;

static inline void come_between(void) {
    watcher.calls++;
    if (watcher.busy || watcher.calls != watcher.meddle_at) return;
    watcher.busy = 1;
    OK(hsvc_advance(watcher.other, watcher.other_fx));
    watcher.busy = 0;
}
static inline int32_t watched_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user,
                                   void *user) {
    (void)user;
    come_between();
    return watcher.inner.read(keys, count, sink, sink_user, watcher.inner.user);
}
static inline int32_t watched_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                                   hsvc_row_sink sink, void *sink_user, void *user) {
    (void)user;
    come_between();
    watcher.scans++;
    return watcher.inner.scan(from, from_len, to, to_len, limit, sink, sink_user, watcher.inner.user);
}
static inline int32_t watched_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    (void)user;
    come_between();
    if (count > watcher.most_ops) watcher.most_ops = count;
    return watcher.inner.commit(ops, count, revision, watcher.inner.user);
}

/* ---- an office ---- */
static struct desk desk, *const d = &desk;

static inline const char *name_of(const char *kind, int i) {
    static char names[8][32];
    static int next;
    next = (next + 1) % 8;
    snprintf(names[next], sizeof names[next], "%s-%03d", kind, i);
    return names[next];
}

static inline void set_policy(uint32_t param, int64_t value) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, param, HSVC_SCOPE_GLOBAL, value)), HSVC_REASON_POLICY_CHANGED);
}

/* work_off: until no job is left. */
static inline void work_off(void) {
    int64_t at = 0;
    for (int i = 0; i < 1000; i++) {
        OK(hsvc_next_deadline(d->engine, &at));
        if (at != 0) return;
        OK(hsvc_advance(d->engine, d->fx));
    }
    fail();
}

static inline void open_office(void) {
    desk_ready(d);
    memset(&watcher, 0, sizeof watcher);
    watcher.inner = d->plain;
    d->store = d->plain;
    d->store.read = watched_read;
    d->store.scan = watched_scan;
    d->store.commit = watched_commit;
    d->store.ops_max = 0; /* the least that every store holds */
    desk_start(d);
    set_policy(HSVC_PARAM_PIN_ENTRY, 0);
    set_policy(HSVC_PARAM_AUTO_SIGN_IN_AFTER, 0);
    set_policy(HSVC_PARAM_PRESENCE_SETTLE, 0);
    set_policy(HSVC_PARAM_FLAP_CONNECTS, 1000); /* many headsets at one phone, all at once */
    set_policy(HSVC_PARAM_MULTIPLE_LOGIN, 0);
    work_off();
}

static inline void put_user(const char *id) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, id, &profile, 1)), HSVC_REASON_DONE);
}
static inline void put_phone(const char *name) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, name, "own", HSVC_DEVICE_ANONYMOUS, "hall", "CP-8851",
                                                   "14.1(1)", HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    (void)GIVE(d, hsvc_input_device_registered(&in, name, 0, 0));
}
static inline void give_headset(const char *serial, const char *user) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, user, serial)), HSVC_REASON_ASSOCIATED);
}
static inline void plug(const char *serial, const char *device) {
    hsvc_input in;
    (void)GIVE(d, hsvc_input_headset_connected(&in, device, serial, 0));
}
static inline void reset_done(const char *device) {
    hsvc_input in;
    (void)GIVE(d, hsvc_input_device_registered(&in, device, device_view(d, device).generation_desired, 0));
}

static inline void fill_office(int count) {
    for (int i = 0; i < count; i++) {
        put_user(name_of("user", i));
        put_phone(name_of("desk", i));
        give_headset(name_of("H", i), name_of("user", i));
        plug(name_of("H", i), name_of("desk", i));
        reset_done(name_of("desk", i));
    }
}

static inline size_t signed_in(int count) {
    size_t found = 0;
    for (int i = 0; i < count; i++) found += device_view(d, name_of("desk", i)).session_state != HSVC_SESSION_VACANT;
    return found;
}

static inline void force_all(void) {
    hsvc_input in;
    assert_int_equal(GIVE(d, hsvc_input_force_sign_out(&in, NULL)), HSVC_REASON_JOB_STARTED);
}

static inline size_t ended(const hsvc_effects *fx) { return effects_of(fx, HSVC_EFFECT_SESSION_ENDED, NULL); }

/* ---- several nodes ---- */
static inline void open_other_on(const hsvc_store *store, uint32_t node) {
    hsvc_config config = d->config;
    config.store = store;
    config.node = node;
    config.node_count = 2;
    OK(hsvc_engine_new(&config, &watcher.other));
    OK(hsvc_effects_new(&d->allocator, &watcher.other_fx));
}
static inline void open_other(uint32_t node) { open_other_on(&d->plain, node); }
static inline void close_other(void) {
    hsvc_engine_free(watcher.other);
    hsvc_effects_free(watcher.other_fx);
}

static inline int64_t next_at(void) {
    int64_t at = 0;
    OK(hsvc_next_deadline(d->engine, &at));
    return at;
}

#endif
