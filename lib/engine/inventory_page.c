/* inventory_page.c: a page of the inventory: what a headset's row says, which rows a query means, and sums (INV-1, INV-3). */
#include "engine/inventory.h"

#define DAY_MS INT64_C(86400000)

/* ---- a page's life ---- */
int32_t hsvc_inventory_query_init(hsvc_inventory_query *query, size_t size) {
    return hsvc__sized_init(query, size, sizeof(hsvc_inventory_query));
}
int32_t hsvc_inventory_row_init(hsvc_inventory_row *row, size_t size) {
    return hsvc__sized_init(row, size, sizeof(hsvc_inventory_row));
}
int32_t hsvc_inventory_sums_init(hsvc_inventory_sums *sums, size_t size) {
    return hsvc__sized_init(sums, size, sizeof(hsvc_inventory_sums));
}
int32_t hsvc_inventory_model_init(hsvc_inventory_model *model, size_t size) {
    return hsvc__sized_init(model, size, sizeof(hsvc_inventory_model));
}

int32_t hsvc_inventory_new(const hsvc_allocator *allocator, hsvc_inventory **page) {
    hsvc_allocator own;
    hsvc_inventory *made;
    int32_t status;
    if (page == NULL) return HSVC_ERR_ARGUMENT;
    *page = NULL;
    status = hsvc__allocator_in(&own, allocator);
    if (status != HSVC_OK) return status;
    made = (hsvc_inventory *)hsvc__alloc(&own, sizeof *made);
    if (made == NULL) return HSVC_ERR_MEMORY;
    memset(made, 0, sizeof *made);
    made->allocator = own;
    hsvc__arena_init(&made->texts, &own);
    hsvc__inventory_reset(made);
    *page = made;
    return HSVC_OK;
}

void hsvc_inventory_free(hsvc_inventory *page) {
    hsvc_allocator own;
    if (page == NULL) return;
    own = page->allocator;
    hsvc__arena_free(&page->texts);
    hsvc__release(&own, page, sizeof *page);
}

void hsvc__inventory_reset(hsvc_inventory *page) {
    hsvc__arena_reset(&page->texts);
    page->rows = NULL;
    page->models = NULL;
    page->count = page->model_count = 0;
    page->cursor.len = 0;
    memset(&page->sums, 0, sizeof page->sums);
    page->sums.struct_size = sizeof page->sums;
}

/* ---- what is known of a headset ---- */
static int is_connected(const struct hsvc__headset *h) { return h->connected || h->counted; }

/* The last moment of which it is known that it was connected: a headset that left was so until then (INV-3). */
static int is_active(const struct hsvc__sight *sight, const struct hsvc__headset *h) {
    int64_t seen = h->last_connected_at > h->status_since_at ? h->last_connected_at : h->status_since_at;
    return is_connected(h) || (h->last_connected_at != 0 && sight->now - seen <= sight->active_ms);
}

static uint32_t age_of(const struct hsvc__sight *sight, const struct hsvc__headset *h) {
    if (h->first_seen_at == 0 || sight->now < h->first_seen_at) return 0;
    return (uint32_t)((sight->now - h->first_seen_at) / DAY_MS);
}

/* ---- the filters ---- */
static int either(uint32_t wanted, uint32_t is) { return wanted == 0 || wanted == is; }

static int holds(hsvc__str text, hsvc__str part) {
    for (size_t at = 0; at + part.n <= text.n; at++)
        if (hsvc__fold_eq(hsvc__str_of(text.p + at, part.n), part)) return 1;
    return 0;
}

static int mentions(const struct hsvc__headset *h, hsvc__str part) {
    const hsvc__str texts[] = {h->serial, h->owner, h->model, h->vendor, h->device};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (holds(texts[i], part)) return 1;
    for (uint32_t i = 0; i < h->alias_list.count; i++)
        if (holds(h->alias_list.at[i], part)) return 1;
    return 0;
}

int hsvc__inventory_fits(const struct hsvc__sight *sight, const struct hsvc__headset *h) {
    const hsvc_inventory_query *q = &sight->query;
    uint32_t age = age_of(sight, h);
    if (!either(q->type, h->type) || !either(q->status, is_connected(h) ? 1 : 2)) return 0;
    if (!either(q->activity, is_active(sight, h) ? 1 : 2) || !either(q->assignment, h->owner.n != 0 ? 1 : 2)) return 0;
    if (age < q->age_least || (q->age_most != 0 && age > q->age_most)) return 0;
    if (q->owner_len != 0 && !hsvc__fold_eq(h->owner, hsvc__str_of(q->owner, q->owner_len))) return 0;
    if (q->model_len != 0 && !hsvc__matches(h->model, hsvc__str_of(q->model, q->model_len))) return 0;
    return q->text_len == 0 || mentions(h, hsvc__str_of(q->text, q->text_len));
}

int hsvc__inventory_fits_at(const struct hsvc__sight *sight, const struct hsvc__device *d) {
    hsvc__str site = hsvc__str_of(sight->query.site, sight->query.site_len);
    return site.n == 0 || (d != NULL && hsvc__fold_eq(d->site, site)) || HSVC__MUTANT(any_site_fits);
}

/* ---- rows ---- */
#define PUT(field, from)                                       \
    row->field = hsvc__arena_text(&page->texts, (from)).p;     \
    row->field##_len = (from).n

static void put_headset(hsvc_inventory *page, hsvc_inventory_row *row, const struct hsvc__headset *h) {
    PUT(serial, h->serial);
    PUT(model, h->model);
    PUT(vendor, h->vendor);
    PUT(firmware, h->firmware);
    PUT(owner, h->owner);
    PUT(headset_template, h->headset_template);
    PUT(dock, h->dock);
    PUT(device, h->device);
    row->type = h->type;
    row->status = is_connected(h) ? HSVC_INVENTORY_CONNECTED : HSVC_INVENTORY_DISCONNECTED;
    row->assignment = h->owner.n != 0 ? HSVC_INVENTORY_ASSIGNED : HSVC_INVENTORY_UNASSIGNED;
    row->status_since_at = h->status_since_at;
    row->first_seen_at = h->first_seen_at;
    row->last_connected_at = h->last_connected_at;
}

static void put_device(hsvc_inventory *page, hsvc_inventory_row *row, const struct hsvc__device *d) {
    const hsvc__str none = {"", 0};
    int is_owned = d != NULL && d->kind == HSVC_DEVICE_OWNED;
    PUT(device_model, d == NULL ? none : d->model);
    PUT(device_firmware, d == NULL ? none : d->firmware);
    PUT(phone_owner, is_owned ? d->related_user : none);
}

void hsvc__inventory_add(hsvc_inventory *page, const struct hsvc__sight *sight, const struct hsvc__headset *h,
                         const struct hsvc__device *d) {
    hsvc_inventory_row *row;
    if (page->rows == NULL)
        page->rows = (hsvc_inventory_row *)hsvc__arena_take(&page->texts, HSVC_LIMIT_INVENTORY_ROWS * sizeof *page->rows);
    if (page->rows == NULL) return;
    row = &page->rows[page->count++];
    memset(row, 0, sizeof *row);
    row->struct_size = sizeof *row;
    put_headset(page, row, h);
    put_device(page, row, HSVC__MUTANT(phones_left_out) ? NULL : d);
    row->age_days = age_of(sight, h);
    row->activity = is_active(sight, h) ? HSVC_INVENTORY_ACTIVE : HSVC_INVENTORY_INACTIVE;
}

/* ---- sums ---- */
static hsvc_inventory_model *model_of(hsvc_inventory *page, hsvc__str name) {
    hsvc_inventory_model *model;
    size_t i = 0;
    while (i < page->model_count && !hsvc__fold_eq(hsvc__str_of(page->models[i].model, page->models[i].model_len), name)) i++;
    if (i < page->model_count) return &page->models[i];
    if (i == HSVC_LIMIT_INVENTORY_MODELS) return NULL;
    if (page->models == NULL)
        page->models = (hsvc_inventory_model *)hsvc__arena_take(&page->texts, HSVC_LIMIT_INVENTORY_MODELS * sizeof *page->models);
    if (page->models == NULL) return NULL;
    model = &page->models[page->model_count++];
    memset(model, 0, sizeof *model);
    model->struct_size = sizeof *model;
    model->model = hsvc__arena_text(&page->texts, name).p;
    model->model_len = name.n;
    return model;
}

void hsvc__inventory_sum(hsvc_inventory *page, const struct hsvc__sight *sight, const struct hsvc__headset *h) {
    hsvc_inventory_model *model = model_of(page, h->model);
    hsvc_inventory_sums *sums = &page->sums;
    sums->headsets++;
    if (is_connected(h)) sums->connected++;
    if (is_active(sight, h)) sums->active++;
    else sums->inactive++;
    if (h->owner.n == 0) sums->unassigned++;
    if (model != NULL) model->headsets++;
    else sums->other_models++;
}

/* ---- reading a page ---- */
size_t hsvc_inventory_count(const hsvc_inventory *page) { return page == NULL ? 0 : page->count; }
size_t hsvc_inventory_model_count(const hsvc_inventory *page) { return page == NULL ? 0 : page->model_count; }

int32_t hsvc_inventory_at(const hsvc_inventory *page, size_t index, hsvc_inventory_row *row) {
    if (page == NULL || row == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= page->count) return HSVC_ERR_NOT_FOUND;
    return hsvc__sized_out(row, &page->rows[index], sizeof *row, sizeof *row);
}
int32_t hsvc_inventory_model_at(const hsvc_inventory *page, size_t index, hsvc_inventory_model *model) {
    if (page == NULL || model == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= page->model_count) return HSVC_ERR_NOT_FOUND;
    return hsvc__sized_out(model, &page->models[index], sizeof *model, sizeof *model);
}
int32_t hsvc_inventory_sum(const hsvc_inventory *page, hsvc_inventory_sums *sums) {
    if (page == NULL || sums == NULL) return HSVC_ERR_ARGUMENT;
    return hsvc__sized_out(sums, &page->sums, sizeof *sums, sizeof *sums);
}
const char *hsvc_inventory_cursor(const hsvc_inventory *page, size_t *len) {
    if (len != NULL) *len = page == NULL ? 0 : page->cursor.len;
    return page == NULL ? "" : (const char *)page->cursor.bytes;
}
