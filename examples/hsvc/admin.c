/* admin.c: who is signed in and what there is, and an administrator's hand in it: sign-out, unlock, erase. */
#include <string.h>

#include "headsetsvc/inventory.h"
#include "headsetsvc/stdlib.h"
#include "host.h"

/* ---- who ---- */

static void put_name(const struct host *host, struct table *table, uint32_t kind, const char *name, size_t len) {
    struct span shown = label(host, kind, name, len);
    table_text(table, shown.p, shown.n);
}

static int print_who(struct host *host, struct opened *opened) {
    static const char *const heads[] = {"phone", "user", "headset", "state"};
    struct table *table = table_new(host, "session", 4, heads);
    hsvc_device_view view;
    int32_t status;
    (void)hsvc_device_view_init(&view, sizeof view);
    while ((status = hsvc_device_next(opened->engine, view.key, view.key_len, &view)) == HSVC_OK) {
        if (view.session == 0) continue;
        put_name(host, table, HSVC_SCENARIO_PHONE, view.name, view.name_len);
        put_name(host, table, HSVC_SCENARIO_USER, view.user, view.user_len);
        put_name(host, table, HSVC_SCENARIO_HEADSET, view.serial, view.serial_len);
        table_words(table, hsvc_name(HSVC_REGISTRY_SESSION, (int32_t)view.session_state));
    }
    table_print(table);
    return status == HSVC_ERR_NOT_FOUND ? EXIT_OK : fail_status(host->words[0], status);
}

/* ---- inventory ---- */

static void put_headset(const struct host *host, struct table *table, const hsvc_inventory_row *row) {
    put_name(host, table, HSVC_SCENARIO_HEADSET, row->serial, row->serial_len);
    put_name(host, table, HSVC_SCENARIO_USER, row->owner, row->owner_len);
    table_text(table, row->model, row->model_len);
    put_name(host, table, HSVC_SCENARIO_PHONE, row->device, row->device_len);
    table_words(table, row->status == HSVC_INVENTORY_CONNECTED ? "connected" : "disconnected");
    table_words(table, row->activity == HSVC_INVENTORY_ACTIVE ? "active" : "inactive");
    table_number(table, row->age_days);
}

static int print_pages(struct host *host, struct opened *opened, hsvc_inventory *page) {
    static const char *const heads[] = {"headset", "owner", "model", "phone", "status", "activity", "days"};
    struct table *table = table_new(host, "headset", 7, heads);
    struct span text = {host->word_count > 1 ? host->words[1] : "", host->word_count > 1 ? strlen(host->words[1]) : 0};
    struct text cursor = {NULL, 0, 0};
    hsvc_inventory_query query;
    hsvc_inventory_row row;
    int32_t status;
    (void)hsvc_inventory_query_init(&query, sizeof query);
    (void)hsvc_inventory_row_init(&row, sizeof row);
    query.text = text.p;
    query.text_len = text.n;
    do {
        size_t len;
        const char *next;
        query.cursor = cursor.bytes;
        query.cursor_len = cursor.len;
        status = hsvc_inventory_list(opened->engine, &query, page);
        for (size_t i = 0; hsvc_inventory_at(page, i, &row) == HSVC_OK; i++) put_headset(host, table, &row);
        next = hsvc_inventory_cursor(page, &len);
        text_clear(&cursor);
        text_add(&cursor, next, len);
    } while (status == HSVC_OK && cursor.len > 0);
    text_free(&cursor);
    table_print(table);
    return status == HSVC_OK ? EXIT_OK : fail_status(host->words[0], status);
}

static int print_inventory(struct host *host, struct opened *opened) {
    hsvc_allocator allocator;
    hsvc_inventory *page = NULL;
    int32_t status = hsvc_stdlib_allocator(&allocator);
    int code;
    if (status == HSVC_OK) status = hsvc_inventory_new(&allocator, &page);
    if (status != HSVC_OK) return fail_status(host->words[0], status);
    code = print_pages(host, opened, page);
    hsvc_inventory_free(page);
    return code;
}

/* ---- what changes something: in a store that is there; in a new one nobody is to be found ---- */

static int sign_out(struct host *host, struct opened *opened) {
    const char *what = host->words[1];
    struct span name = {host->word_count > 2 ? host->words[2] : "", host->word_count > 2 ? strlen(host->words[2]) : 0};
    hsvc_input in;
    (void)hsvc_input_init(&in, sizeof in, HSVC_INPUT_FORCE_SIGN_OUT);
    in.flags = host->now ? HSVC_FLAG_NOW : 0;
    if ((strcmp(what, "all") == 0) != (host->word_count == 2))
        return usage("phone NAME, user ID, site NAME, or all", "");
    if (subject_kind(what) != 0) name = subject_name(host, subject_kind(what), host->words[2]);
    if (strcmp(what, "phone") == 0)
        in.device = name.p, in.device_len = name.n;
    else if (strcmp(what, "user") == 0)
        in.user = name.p, in.user_len = name.n;
    else if (strcmp(what, "site") == 0)
        in.site = name.p, in.site_len = name.n;
    else if (strcmp(what, "all") != 0)
        return usage("phone NAME, user ID, site NAME, or all: ", what);
    return print_decision(host, opened, &in, 0);
}

static int about_user(struct host *host, struct opened *opened, uint32_t kind) {
    struct span name = subject_name(host, HSVC_SUBJECT_USER, host->words[1]);
    hsvc_input in;
    (void)hsvc_input_init(&in, sizeof in, kind);
    in.user = name.p;
    in.user_len = name.n;
    return print_decision(host, opened, &in, 0);
}

static int unlock(struct host *host, struct opened *opened) { return about_user(host, opened, HSVC_INPUT_USER_UNLOCK); }
static int erase(struct host *host, struct opened *opened) { return about_user(host, opened, HSVC_INPUT_USER_ERASE); }

static int with_store(struct host *host, int writes, int (*run)(struct host *host, struct opened *opened)) {
    struct opened opened;
    int code;
    host->writes = writes;
    code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) code = run(host, &opened);
    close_store(&opened);
    return code;
}

int command_who(struct host *host) { return with_store(host, 0, print_who); }
int command_inventory(struct host *host) { return with_store(host, 0, print_inventory); }
int command_sign_out(struct host *host) { return with_store(host, 1, sign_out); }
int command_unlock(struct host *host) { return with_store(host, 1, unlock); }
int command_erase(struct host *host) { return with_store(host, 1, erase); }
