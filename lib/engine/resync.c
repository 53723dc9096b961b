/* resync.c: after a crash, what devices should wear and show, once more (STORE-6). What exactly is repeated is the rows of
 * the machines profile and screen; here are the pages. */
#include "rules/ask.h"

int32_t hsvc_cursor_init(hsvc_cursor *cursor, size_t size) { return hsvc__sized_init(cursor, size, sizeof(hsvc_cursor)); }
int32_t hsvc_resync_scope_init(hsvc_resync_scope *scope, size_t size) {
    return hsvc__sized_init(scope, size, sizeof(hsvc_resync_scope));
}

/* One page: the devices of it to which something is owed. */
struct page {
    struct hsvc_engine *engine;
    const hsvc_resync_scope *scope;
    struct hsvc__device *device; /* one at a time */
    hsvc__str owed[HSVC_LIMIT_RESYNC_DEVICES]; /* keys */
    uint32_t count;
    uint32_t rows;
    hsvc__str last; /* key */
    int32_t damage; /* the first device that cannot be read, and its key */
    hsvc__str bad_key;
};

/* wants: is the device in the scope, and has it not acknowledged everything? */
static int wants(const struct page *page, const struct hsvc__device *dev) {
    if (page->scope->flags & HSVC_RESYNC_NODE && (!dev->registered || dev->node != page->scope->node)) return 0;
    return dev->generation_acked != dev->generation_desired || dev->wipe_generation != 0 || dev->screen_acked != dev->screen_told;
}

static int32_t take_row(const hsvc_row *row, void *user) {
    struct page *page = (struct page *)user;
    struct hsvc__arena *arena = &page->engine->inputs;
    hsvc__str key;
    int32_t status;
    if (!hsvc__row_is_whole(row)) return HSVC_ERR_CALLBACK;
    key = hsvc__arena_copy(arena, row->key, row->key_len);
    if (key.n == 0 || page->rows == HSVC_LIMIT_RESYNC_DEVICES) return HSVC_ERR_CORRUPT;
    page->rows++;
    page->last = key;
    status = hsvc__record_check(row->value, row->value_len, HSVC__FAMILY_DEVICE);
    if (status == HSVC_OK) status = hsvc__record_decode(page->device, row->value, row->value_len, HSVC__FAMILY_DEVICE);
    if (status == HSVC_OK && wants(page, page->device) && hsvc__key_is_of(key, HSVC__FAMILY_DEVICE, page->device->name))
        page->owed[page->count++] = key;
    if (status == HSVC_OK || page->damage != HSVC_OK) return HSVC_OK;
    page->damage = status;
    page->bad_key = key;
    return HSVC_OK;
}

static int32_t read_page(struct page *page, const hsvc_cursor *cursor) {
    struct hsvc_engine *engine = page->engine;
    uint8_t to = HSVC__FAMILY_DEVICE + 1;
    struct hsvc__key from;
    int32_t status;
    hsvc__key_begin(&from, HSVC__FAMILY_DEVICE);
    memcpy(from.bytes + 1, cursor->key, cursor->key_len);
    from.len += cursor->key_len;
    if (cursor->key_len != 0) from.bytes[from.len++] = 0; /* the smallest key after this one */
    page->device = (struct hsvc__device *)hsvc__arena_take(&engine->inputs, sizeof *page->device);
    if (page->device == NULL) return HSVC_ERR_MEMORY;
    status = engine->store.scan(from.bytes, from.len, &to, 1, HSVC_LIMIT_RESYNC_DEVICES, take_row, page, engine->store.user);
    return engine->inputs.failed ? HSVC_ERR_MEMORY : hsvc__store_status(status, 0);
}

struct one {
    hsvc__str device;
    struct hsvc_effects *fx;
    int dry; /* nothing changes: the effects are those of one record, which needs no proof */
    int known;
    int tells_only; /* what is due could not be decided: the advance that goes for it says why */
};

static void decide_one(struct hsvc_engine *engine, void *job) {
    struct one *one = (struct one *)job;
    struct hsvc__turn *t = hsvc__turn_begin(engine, one->fx, NULL, HSVC_NO_INPUT);
    struct hsvc__device *dev = hsvc__device_of(t, one->device);
    one->known = dev->rec.present != 0;
    if (one->known && !one->tells_only && !HSVC__MUTANT(tells_what_is_over))
        (void)hsvc__fire_all(t, t->now + 1, 0); /* what is due comes first (TIME-3) */
    if (one->known) hsvc__inform(t, dev);
    one->dry = !dev->rec.dirty && engine->doubted == NULL; /* a commit in doubt may have told others something (STORE-6) */
    if (!one->dry) hsvc__settle(t);
}

static int32_t read_one(struct hsvc_engine *engine, void *job) {
    hsvc__txn_want(&engine->txn, HSVC__FAMILY_DEVICE, ((struct one *)job)->device);
    return hsvc__txn_fetch(&engine->txn);
}

/* is_bad: is it the device's own record that is damaged? */
static int is_bad(const struct hsvc_engine *engine, hsvc__str device) {
    return hsvc__key_is_of(engine->txn.bad_key, HSVC__FAMILY_DEVICE, device);
}

/* tell_one: a device that is gone by now has nothing owed. Damage elsewhere, or too much at once, keeps what is due from being decided, not
 * the device from being told. */
static int32_t tell_one(struct hsvc_engine *engine, struct hsvc_effects *fx, hsvc__str device, int *known) {
    struct one one = {device, fx, 0, 0, 0};
    int32_t status = hsvc__transact(engine, fx, decide_one, read_one, &one, &one.dry);
    if (hsvc__hurts_one(status) && !(status == HSVC_ERR_CORRUPT && is_bad(engine, device))) {
        one.tells_only = 1;
        status = hsvc__transact(engine, fx, decide_one, read_one, &one, &one.dry);
    }
    *known = one.known;
    if (status == HSVC_OK) hsvc__effects_publish(fx);
    return status;
}

/* skip_like: behind all keys that begin with what a cursor holds: longer ones are nobody's; before the first that begins otherwise,
 * so without the 00s that a carry leaves. Behind the last there is nothing. */
static void skip_like(hsvc_cursor *cursor) {
    while (cursor->key_len > 0 && ++cursor->key[cursor->key_len - 1] == 0) cursor->key_len--;
    if (cursor->key_len == 0) cursor->done = 1;
}

static void move_cursor(hsvc_cursor *cursor, hsvc__str key) {
    size_t len = key.n - 1; /* without the family */
    if (key.n == 0) return;
    cursor->key_len = (uint32_t)(len < sizeof cursor->key ? len : sizeof cursor->key);
    memcpy(cursor->key, key.p + 1, cursor->key_len);
    if (len > sizeof cursor->key) skip_like(cursor);
}

static hsvc__str name_of(hsvc__str key) { return hsvc__str_of(key.p + 1, key.n - 2); }

/* tell_page: in order of keys, so that the cursor can stand behind the last that was told. */
static int32_t tell_page(struct page *page, hsvc_cursor *cursor, struct hsvc_effects *fx) {
    for (uint32_t i = 0; i < page->count; i++) {
        int known;
        int32_t status = tell_one(page->engine, fx, name_of(page->owed[i]), &known);
        if (status != HSVC_OK && !hsvc__hurts_one(status)) return status;
        if (status != HSVC_OK && page->damage == HSVC_OK) {
            page->damage = status;
            page->bad_key = hsvc__arena_copy(&page->engine->inputs, page->engine->txn.bad_key.p, page->engine->txn.bad_key.n);
        }
        move_cursor(cursor, page->owed[i]);
    }
    move_cursor(cursor, page->last);
    if (page->rows < HSVC_LIMIT_RESYNC_DEVICES) cursor->done = 1;
    return HSVC_OK;
}

static int32_t resync_page(struct hsvc_engine *engine, const hsvc_resync_scope *scope, hsvc_cursor *cursor,
                           struct hsvc_effects *fx) {
    struct page page;
    int32_t status;
    memset(&page, 0, sizeof page);
    page.engine = engine;
    page.scope = scope;
    if (cursor->done) return HSVC_OK;
    status = read_page(&page, cursor);
    if (status == HSVC_OK) status = tell_page(&page, cursor, fx);
    if (status != HSVC_OK || page.damage == HSVC_OK) return status;
    engine->txn.bad_key = page.bad_key;
    return page.damage;
}

static int32_t resync_device(struct hsvc_engine *engine, hsvc__str device, struct hsvc_effects *fx) {
    int known = 0;
    int32_t status = tell_one(engine, fx, device, &known);
    return status == HSVC_OK && !known ? HSVC_ERR_NOT_FOUND : status;
}

static int32_t take_scope(const hsvc_resync_scope *scope, hsvc_resync_scope *ours) {
    int32_t status = scope == NULL ? hsvc_resync_scope_init(ours, sizeof *ours) : hsvc__sized_in(ours, sizeof *ours, sizeof *ours, scope);
    if (status != HSVC_OK) return status;
    if (ours->flags & ~HSVC_RESYNC_NODE) return HSVC_ERR_FLAGS;
    if (ours->device == NULL && ours->device_len != 0) return HSVC_ERR_ARGUMENT;
    return ours->device_len > HSVC_LIMIT_NAME_LEN ? HSVC_ERR_NOT_FOUND : HSVC_OK;
}

static int32_t run(struct hsvc_engine *engine, const hsvc_resync_scope *scope, hsvc_cursor *cursor, struct hsvc_effects *fx) {
    int32_t status = hsvc__sample_call(engine, 0);
    hsvc__arena_reset(&engine->inputs);
    if (status != HSVC_OK) return status;
    if (scope->device_len != 0) return resync_device(engine, hsvc__str_of(scope->device, scope->device_len), fx);
    return resync_page(engine, scope, cursor, fx);
}

static void describe(struct hsvc__recorded *call, const hsvc_resync_scope *scope, const hsvc_cursor *at) {
    memset(call, 0, sizeof *call);
    call->kind = HSVC_RECORDED_RESYNC;
    call->flags = scope->flags;
    call->node = scope->node;
    call->device = hsvc__str_of(scope->device, scope->device_len);
    call->key = hsvc__str_of((const char *)at->key, at->key_len);
    call->done = at->done != 0;
}

int32_t hsvc_resync(hsvc_engine *engine, const hsvc_resync_scope *scope, hsvc_cursor *cursor, hsvc_effects *effects) {
    struct hsvc__recorded call;
    hsvc_resync_scope ours;
    hsvc_cursor at;
    int32_t status = engine == NULL || effects == NULL ? HSVC_ERR_ARGUMENT : take_scope(scope, &ours);
    if (status != HSVC_OK) return status;
    if (cursor == NULL && ours.device_len == 0) return HSVC_ERR_ARGUMENT;
    memset(&at, 0, sizeof at);
    status = cursor == NULL ? HSVC_OK : hsvc__sized_in(&at, sizeof at, sizeof at, cursor);
    if (status == HSVC_OK && cursor != NULL && at.key_len > sizeof at.key) status = HSVC_ERR_ARGUMENT;
    if (status == HSVC_OK) status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    describe(&call, &ours, &at);
    hsvc_effects_reset(effects);
    hsvc__record_begin(engine, &call);
    status = run(engine, &ours, &at, effects);
    if (status != HSVC_OK) hsvc__report_late(engine, effects, status);
    describe(&call, &ours, &at);
    hsvc__record_end(engine, status, effects, 0, &call);
    if (cursor != NULL) (void)hsvc__sized_out(cursor, &at, sizeof at, sizeof at);
    hsvc__leave(engine);
    return status;
}
