/* inventory.c: walking the headsets in the order of their serials, a bounded number a call (INV-4). A page goes on behind the
 * key that the one before looked at last, so what others write meanwhile moves nothing. */
#include "engine/inventory.h"

struct walk {
    hsvc_engine *engine;
    hsvc_inventory *page;
    struct hsvc__sight sight;
    int sums; /* count, rather than list */
    size_t most;  /* rows */
    size_t left;  /* records to look at */
    uint32_t count; /* of the chunk */
    struct {
        hsvc__str key;
        struct hsvc__headset *headset; /* NULL: a damaged record */
        struct hsvc__device *device;
        uint32_t with; /* an earlier one of the chunk at the same device, or itself */
        int fits;
    } at[HSVC__CHUNK];
    uint32_t asked[HSVC__CHUNK]; /* whose device each key of the read is */
};

/* decoded: a record in the engine's memory for views; NULL if it is damaged or there is no memory. */
static void *decoded(hsvc_engine *engine, const hsvc_row *row, uint32_t family) {
    hsvc__str value = hsvc__arena_copy(&engine->views, row->value, row->value_len);
    void *record = hsvc__arena_take(&engine->views, hsvc__record_size(family));
    if (value.n == 0 || record == NULL) return NULL;
    memset(record, 0, hsvc__record_size(family));
    if (hsvc__record_check((const uint8_t *)value.p, value.n, family) != HSVC_OK) return NULL;
    return hsvc__record_decode(record, (const uint8_t *)value.p, value.n, family) == HSVC_OK ? record : NULL;
}

static int32_t take_headset(const hsvc_row *row, void *user) {
    struct walk *w = (struct walk *)user;
    if (!hsvc__row_is_whole(row) || w->count == HSVC__CHUNK || row->key_len >= HSVC_LIMIT_KEY_LEN) return HSVC_ERR_CALLBACK;
    w->at[w->count].key = hsvc__arena_copy(&w->engine->views, row->key, row->key_len);
    w->at[w->count].headset = (struct hsvc__headset *)decoded(w->engine, row, HSVC__FAMILY_HEADSET);
    w->at[w->count].device = NULL;
    w->count++;
    return w->engine->views.failed ? HSVC_ERR_MEMORY : HSVC_OK;
}

static int32_t take_device(const hsvc_row *row, void *user) {
    struct walk *w = (struct walk *)user;
    if (!hsvc__row_is_whole(row) || row->index >= HSVC__CHUNK) return HSVC_ERR_CALLBACK;
    w->at[w->asked[row->index]].device = (struct hsvc__device *)decoded(w->engine, row, HSVC__FAMILY_DEVICE);
    return w->engine->views.failed ? HSVC_ERR_MEMORY : HSVC_OK;
}

static int32_t store_status(const struct walk *w, int32_t status) {
    return w->engine->views.failed ? HSVC_ERR_MEMORY : hsvc__store_status(status, 0);
}

static int is_with(const struct walk *w, uint32_t i, uint32_t other) {
    return w->at[other].fits && hsvc__fold_eq(w->at[other].headset->device, w->at[i].headset->device);
}

/* first_at: the first of the chunk that is at the same device as number i: each device is read once. */
static uint32_t first_at(const struct walk *w, uint32_t i) {
    uint32_t first = 0;
    while (first < i && !is_with(w, i, first)) first++;
    return first;
}

/* judge: which of the chunk the query means; then their devices, in one trip. */
static int32_t judge(struct walk *w) {
    struct hsvc__key keys[HSVC__CHUNK];
    hsvc_key asked[HSVC__CHUNK];
    size_t count = 0;
    int32_t status = HSVC_OK;
    for (uint32_t i = 0; i < w->count; i++) {
        const struct hsvc__headset *h = w->at[i].headset;
        w->at[i].with = i;
        w->at[i].fits = h != NULL && h->alias_of.n == 0 && hsvc__inventory_fits(&w->sight, h);
        if (!w->at[i].fits || h->device.n == 0) continue;
        w->at[i].with = first_at(w, i);
        if (w->at[i].with != i) continue;
        hsvc__key_1(&keys[count], HSVC__FAMILY_DEVICE, h->device);
        asked[count].bytes = keys[count].bytes;
        asked[count].len = keys[count].len;
        w->asked[count++] = i;
    }
    if (count != 0) status = store_status(w, w->engine->store.read(asked, count, take_device, w, w->engine->store.user));
    for (uint32_t i = 0; i < w->count; i++) w->at[i].device = w->at[w->at[i].with].device;
    return status;
}

/* take_chunk: rows or sums of what fits; 0 when the page is full. The cursor follows what was looked at. */
static int take_chunk(struct walk *w, int32_t *status) {
    for (uint32_t i = 0; i < w->count; i++) {
        if (w->at[i].key.n != 0) memcpy(w->page->cursor.bytes, w->at[i].key.p, w->at[i].key.n); /* 0: a key of no name */
        w->page->cursor.len = w->at[i].key.n;
        w->left--;
        if (w->at[i].headset == NULL) {
            *status = HSVC_ERR_CORRUPT;
            return 0;
        }
        if (!w->at[i].fits || !hsvc__inventory_fits_at(&w->sight, w->at[i].device)) continue;
        if (w->sums) hsvc__inventory_sum(w->page, &w->sight, w->at[i].headset);
        else hsvc__inventory_add(w->page, &w->sight, w->at[i].headset, w->at[i].device);
        if (w->page->texts.failed) *status = HSVC_ERR_MEMORY;
        if (*status != HSVC_OK || (!w->sums && w->page->count == w->most)) return 0;
    }
    return 1;
}

/* scan_chunk: the next headsets behind the cursor. */
_Static_assert(HSVC_LIMIT_INVENTORY_SCAN % HSVC__CHUNK == 0, "a page looks at whole chunks");
static int32_t scan_chunk(struct walk *w) {
    struct hsvc__key from = w->page->cursor;
    const uint8_t to = HSVC__FAMILY_HEADSET + 1;
    w->count = 0;
    hsvc__arena_reset(&w->engine->views);
    if (from.len == 0) hsvc__key_begin(&from, HSVC__FAMILY_HEADSET);
    else from.bytes[from.len++] = 0;
    return store_status(w, w->engine->store.scan(from.bytes, from.len, &to, 1, HSVC__CHUNK, take_headset, w, w->engine->store.user));
}

static int32_t walk_on(struct walk *w) {
    int32_t status = HSVC_OK;
    int more = 1;
    while (more && w->left != 0) { /* more: and no failure */
        status = scan_chunk(w);
        if (status == HSVC_OK) status = judge(w);
        if (status != HSVC_OK) break;
        more = take_chunk(w, &status);
        if (more && w->count < HSVC__CHUNK) { /* the end */
            w->page->cursor.len = 0;
            return HSVC_OK;
        }
    }
    return status;
}

/* ---- the calls ---- */
static int is_cursor(const char *cursor, size_t len) {
    return len >= 3 && len < HSVC_LIMIT_KEY_LEN && cursor[0] == HSVC__FAMILY_HEADSET && cursor[len - 1] == 0;
}

static int texts_are_sound(const hsvc_inventory_query *q) {
    return (q->cursor != NULL || q->cursor_len == 0) && (q->owner != NULL || q->owner_len == 0) &&
           (q->model != NULL || q->model_len == 0) && (q->site != NULL || q->site_len == 0) &&
           (q->text != NULL || q->text_len == 0) && (q->cursor_len == 0 || is_cursor(q->cursor, q->cursor_len));
}

/* open_walk: the query, and by what it is judged. The engine is entered if it is HSVC_OK. */
static int32_t open_walk(struct walk *w, hsvc_engine *engine, hsvc_inventory *page) {
    int64_t days;
    int32_t status;
    if (engine == NULL || page == NULL) return HSVC_ERR_ARGUMENT;
    w->engine = engine;
    w->page = page;
    status = hsvc_policy_value(engine, HSVC_PARAM_INVENTORY_ACTIVE_DAYS, NULL, 0, NULL, 0, &days, NULL);
    if (status == HSVC_OK) status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    w->sight.active_ms = days * INT64_C(86400000);
    status = hsvc__sample_look(engine, &w->sight.now);
    if (status != HSVC_OK) hsvc__leave(engine);
    return status;
}

static int32_t walk_page(hsvc_engine *engine, const hsvc_inventory_query *query, hsvc_inventory *page, int sums) {
    struct walk w;
    int32_t status;
    memset(&w, 0, sizeof w);
    w.sums = sums;
    status = hsvc__sized_in(&w.sight.query, sizeof w.sight.query, sizeof w.sight.query, query);
    if (status != HSVC_OK) return status;
    if (!texts_are_sound(&w.sight.query)) return HSVC_ERR_ARGUMENT;
    w.most = w.sight.query.limit;
    if (w.most == 0 || w.most > HSVC_LIMIT_INVENTORY_ROWS) w.most = HSVC_LIMIT_INVENTORY_ROWS;
    w.left = HSVC_LIMIT_INVENTORY_SCAN;
    status = open_walk(&w, engine, page);
    if (status != HSVC_OK) return status;
    w.page->cursor.len = w.sight.query.cursor_len; /* before the reset: it may be the page's own */
    if (w.sight.query.cursor_len != 0) memmove(page->cursor.bytes, w.sight.query.cursor, w.sight.query.cursor_len);
    if (!sums || w.sight.query.cursor_len == 0) {
        struct hsvc__key cursor = page->cursor;
        hsvc__inventory_reset(page);
        page->cursor = cursor;
    }
    status = walk_on(&w);
    hsvc__leave(engine);
    return status;
}

int32_t hsvc_inventory_list(hsvc_engine *engine, const hsvc_inventory_query *query, hsvc_inventory *page) {
    return walk_page(engine, query, page, 0);
}
int32_t hsvc_inventory_summarise(hsvc_engine *engine, const hsvc_inventory_query *query, hsvc_inventory *page) {
    return walk_page(engine, query, page, 1);
}

static int32_t read_headset(struct walk *w, hsvc__str serial) {
    struct hsvc__key key;
    hsvc_key asked;
    hsvc__key_1(&key, HSVC__FAMILY_HEADSET, serial);
    asked.bytes = key.bytes;
    asked.len = key.len;
    w->count = 0;
    return store_status(w, w->engine->store.read(&asked, 1, take_headset, w, w->engine->store.user));
}

/* read_details: the record that the serial leads to, and its device. */
static int32_t read_details(struct walk *w, hsvc__str serial) {
    int32_t status = read_headset(w, serial);
    if (status == HSVC_OK && w->count != 0 && w->at[0].headset != NULL && w->at[0].headset->alias_of.n != 0)
        status = read_headset(w, w->at[0].headset->alias_of);
    if (status == HSVC_OK && w->count == 0) return HSVC_ERR_NOT_FOUND;
    if (status == HSVC_OK) status = judge(w);
    if (status == HSVC_OK) (void)take_chunk(w, &status);
    return status;
}

int32_t hsvc_inventory_get(hsvc_engine *engine, const char *serial, size_t len, hsvc_inventory *page) {
    struct walk w;
    hsvc__str asked = hsvc__str_of(serial, len);
    int32_t status;
    if (serial == NULL && len != 0) return HSVC_ERR_ARGUMENT;
    if (len <= HSVC_LIMIT_TEXT_LEN) asked = hsvc__trim(asked);
    if (asked.n == 0) return HSVC_ERR_ARGUMENT;
    if (asked.n > HSVC_LIMIT_SERIAL_LEN) return HSVC_ERR_NOT_FOUND;
    memset(&w, 0, sizeof w);
    w.most = w.left = 1;
    status = open_walk(&w, engine, page);
    if (status != HSVC_OK) return status;
    hsvc__arena_reset(&engine->inputs);
    asked = hsvc__arena_copy(&engine->inputs, asked.p, asked.n); /* it may be text of the page or of a view */
    hsvc__inventory_reset(page);
    hsvc__arena_reset(&engine->views);
    status = asked.n == 0 ? HSVC_ERR_MEMORY : read_details(&w, asked);
    page->cursor.len = 0;
    hsvc__leave(engine);
    return status;
}
