/* scenario_inventory.c: expectations about the inventory: details, lists in small pages, sums. */
#include "scenario_impl.h"

#include "headsetsvc/inventory.h"

#define DO(name) void hsvc__scn_do_##name(hsvc_scenario *s)

static void unmet(hsvc_scenario *s, const char *seen) {
    hsvc__scn_report(s, HSVC_SCENARIO_UNMET, 0, seen, "%.*s", SCN_STR(s->statement));
}

/* A page, or NULL: reported. */
static hsvc_inventory *page_of(hsvc_scenario *s) {
    hsvc_inventory *page = NULL;
    int32_t status = hsvc_inventory_new(&s->allocator, &page);
    if (status != HSVC_OK) unmet(s, hsvc_name(HSVC_REGISTRY_STATUS, status));
    return page;
}

static int32_t get(hsvc_scenario *s, hsvc_inventory *page) {
    return hsvc_inventory_get(s->engine, s->v[SCN_headset].text.p, s->v[SCN_headset].text.n, page);
}

DO(inventory_none) {
    hsvc_inventory *page = page_of(s);
    if (page == NULL) return;
    if (get(s, page) != HSVC_ERR_NOT_FOUND) unmet(s, "it is");
    hsvc_inventory_free(page);
}

/* ---- one row ---- */

static int fits(const struct scn_value *v, const char *p, size_t n) {
    struct scn_str text = {p, n};
    return !v->set || hsvc__scn_same(v->text, text);
}

static int is_marked(const hsvc_scenario *s, int one, int other, uint32_t value) {
    return (!s->v[one].set || value == 1) && (!s->v[other].set || value == 2);
}

static int row_fits(const hsvc_scenario *s, const hsvc_inventory_row *r) {
    return fits(&s->v[SCN_vendor], r->vendor, r->vendor_len) && fits(&s->v[SCN_model], r->model, r->model_len) &&
           fits(&s->v[SCN_firmware], r->firmware, r->firmware_len) && fits(&s->v[SCN_dock], r->dock, r->dock_len) &&
           fits(&s->v[SCN_template], r->headset_template, r->headset_template_len) &&
           fits(&s->v[SCN_user], r->owner, r->owner_len) && fits(&s->v[SCN_phone], r->device, r->device_len) &&
           fits(&s->v[SCN_other], r->phone_owner, r->phone_owner_len) &&
           fits(&s->v[SCN_name], r->device_model, r->device_model_len) &&
           fits(&s->v[SCN_serial], r->device_firmware, r->device_firmware_len) &&
           (!s->v[SCN_type].set || r->type == (uint32_t)s->v[SCN_type].number) &&
           (!s->v[SCN_time].set || r->status_since_at == s->v[SCN_time].number) &&
           (!s->v[SCN_number].set || r->age_days == (uint32_t)s->v[SCN_number].number) &&
           is_marked(s, SCN_connected, SCN_disconnected, r->status) && is_marked(s, SCN_active, SCN_inactive, r->activity) &&
           is_marked(s, SCN_assigned, SCN_unassigned, r->assignment);
}

static void put_row(hsvc_scenario *s, struct scn_text *seen, const hsvc_inventory_row *r) {
    hsvc__scn_put(seen, "vendor '%s', model '%s', firmware '%s', dock '%s', template '%s', type %u, of '%s', at '%s', ", r->vendor,
                  r->model, r->firmware, r->dock, r->headset_template, r->type, r->owner, r->device);
    hsvc__scn_put(seen, "phone owner '%s', phone model '%s', phone firmware '%s', age %u, %s, %s, since ", r->phone_owner,
                  r->device_model, r->device_firmware, r->age_days, r->status == 1 ? "connected" : "disconnected",
                  r->activity == 1 ? "active" : "inactive");
    hsvc__scn_put_time(s, seen, r->status_since_at);
}

DO(inventory_row) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    hsvc_inventory *page = page_of(s);
    hsvc_inventory_row row;
    int32_t status;
    if (page == NULL) return;
    status = get(s, page);
    (void)hsvc_inventory_row_init(&row, sizeof row);
    if (status == HSVC_OK) status = hsvc_inventory_at(page, 0, &row);
    if (status != HSVC_OK) unmet(s, hsvc_name(HSVC_REGISTRY_STATUS, status));
    else if (!row_fits(s, &row)) {
        put_row(s, &seen, &row);
        unmet(s, seen.at);
    }
    hsvc_inventory_free(page);
}

/* ---- lists and sums ---- */

static uint32_t marked(const hsvc_scenario *s, int one, int other) {
    if (s->v[one].set) return 1;
    return s->v[other].set ? 2 : 0;
}

static void ask(const hsvc_scenario *s, hsvc_inventory_query *q) {
    (void)hsvc_inventory_query_init(q, sizeof *q);
    q->limit = 2;
    q->type = (uint32_t)s->v[SCN_type].number;
    q->status = marked(s, SCN_connected, SCN_disconnected);
    q->activity = marked(s, SCN_active, SCN_inactive);
    q->assignment = marked(s, SCN_assigned, SCN_unassigned);
    q->age_least = (uint32_t)s->v[SCN_number].number;
    q->age_most = (uint32_t)s->v[SCN_limit].number;
    hsvc__scn_set(&q->owner, &q->owner_len, s->v[SCN_user].text);
    hsvc__scn_set(&q->model, &q->model_len, s->v[SCN_model].text);
    hsvc__scn_set(&q->site, &q->site_len, s->v[SCN_site].text);
    hsvc__scn_set(&q->text, &q->text_len, s->v[SCN_sentence].text);
}

/* next: the page that follows; 0 at the end, and after an error, which is reported. */
static int next(hsvc_scenario *s, hsvc_inventory_query *q, hsvc_inventory *page, int sums) {
    int32_t status = sums ? hsvc_inventory_summarise(s->engine, q, page) : hsvc_inventory_list(s->engine, q, page);
    if (status != HSVC_OK) unmet(s, hsvc_name(HSVC_REGISTRY_STATUS, status));
    q->cursor = hsvc_inventory_cursor(page, &q->cursor_len);
    return status == HSVC_OK && q->cursor_len != 0;
}

/* take_rows: names the page's rows, and crosses them off the list; 0: one that is not on it. */
static int take_rows(hsvc_scenario *s, const hsvc_inventory *page, uint32_t *crossed, struct scn_text *seen) {
    const struct scn_value *wanted = &s->v[SCN_headsets];
    int fine = 1;
    for (size_t i = 0; i < hsvc_inventory_count(page); i++) {
        hsvc_inventory_row row;
        size_t k = 0;
        (void)hsvc_inventory_row_init(&row, sizeof row);
        (void)hsvc_inventory_at(page, i, &row);
        hsvc__scn_put(seen, " %s", row.serial);
        while (k < wanted->count && (crossed[k] || !fits(&(struct scn_value){.set = 1, .text = wanted->items[k].text}, row.serial, row.serial_len))) k++;
        if (k == wanted->count) fine = 0;
        else crossed[k] = 1;
    }
    return fine;
}

static void list(hsvc_scenario *s) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    uint32_t crossed[SCN_ITEMS] = {0};
    hsvc_inventory_query query;
    hsvc_inventory *page = page_of(s);
    int fine = 1, more = page != NULL;
    if (page == NULL) return;
    ask(s, &query);
    hsvc__scn_put(&seen, "listed:");
    while (more) {
        more = next(s, &query, page, 0);
        fine &= take_rows(s, page, crossed, &seen);
    }
    for (size_t k = 0; k < s->v[SCN_headsets].count; k++) fine &= crossed[k] != 0;
    if (!fine) unmet(s, seen.at);
    hsvc_inventory_free(page);
}
DO(inventory_lists) { list(s); }
DO(inventory_empty) { list(s); }

static uint64_t counted(hsvc_scenario *s, const hsvc_inventory *page) {
    hsvc_inventory_sums sums;
    hsvc_inventory_model model;
    (void)hsvc_inventory_sums_init(&sums, sizeof sums);
    (void)hsvc_inventory_sum(page, &sums);
    for (size_t i = 0; s->v[SCN_model].set && i < hsvc_inventory_model_count(page); i++) {
        (void)hsvc_inventory_model_init(&model, sizeof model);
        (void)hsvc_inventory_model_at(page, i, &model);
        if (fits(&s->v[SCN_model], model.model, model.model_len)) return model.headsets;
    }
    if (s->v[SCN_model].set) return 0;
    if (s->v[SCN_connected].set) return sums.connected;
    if (s->v[SCN_active].set) return sums.active;
    if (s->v[SCN_inactive].set) return sums.inactive;
    return s->v[SCN_unassigned].set ? sums.unassigned : sums.headsets;
}

DO(inventory_counts) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    hsvc_inventory_query query;
    hsvc_inventory *page = page_of(s);
    uint64_t count;
    if (page == NULL) return;
    (void)hsvc_inventory_query_init(&query, sizeof query);
    while (next(s, &query, page, 1)) continue;
    count = counted(s, page);
    if (count != (uint64_t)s->v[SCN_number].number) {
        hsvc__scn_put(&seen, "%llu", (unsigned long long)count);
        unmet(s, seen.at);
    }
    hsvc_inventory_free(page);
}
