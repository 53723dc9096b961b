/* audit.c: what the store remembers of every change: who, when, why, from what to what (OBS-3). */
#include <string.h>

#include "host.h"

/* ---- one entry ---- */

/* Whom a number means; a person who was erased, and nobody, are a number. */
static void put_subject(const struct host *host, struct opened *opened, uint64_t number, struct text *to) {
    static const uint32_t kinds[] = {0, HSVC_SCENARIO_PHONE, HSVC_SCENARIO_USER, HSVC_SCENARIO_HEADSET};
    hsvc_subject_view view;
    struct span name;
    (void)hsvc_subject_view_init(&view, sizeof view);
    if (number == 0) return;
    if (hsvc_subject_get(opened->engine, number, &view) != HSVC_OK) {
        text_printf(to, "#%llu", (unsigned long long)number);
        return;
    }
    name = label(host, kinds[view.kind < 4 ? view.kind : 0], view.name, view.name_len);
    text_add(to, name.p, name.n);
}

static void put_value(const struct host *host, struct opened *opened, const hsvc_audit_fact *fact, int after, struct text *to) {
    uint64_t value = after ? fact->after : fact->before;
    const char *name = after ? fact->after_name : fact->before_name;
    if (name[0] != '\0') text_puts(to, name);
    else if (value == 0) text_puts(to, "-");
    else if (fact->subject_kind != 0) put_subject(host, opened, value, to);
    else text_printf(to, "%llu", (unsigned long long)value);
}

/* The facts that changed: "session VACANT to SIGNED_IN, user - to ben". */
static void put_changes(const struct host *host, struct opened *opened, const hsvc_audit_entry *entry, struct text *to) {
    const char *between = "";
    hsvc_audit_fact fact;
    (void)hsvc_audit_fact_init(&fact, sizeof fact);
    text_puts(to, "");
    for (size_t i = 0; hsvc_audit_fact_at(entry, i, &fact) == HSVC_OK; i++) {
        if (fact.before == fact.after) continue;
        text_printf(to, "%s%s ", between, fact.name);
        put_value(host, opened, &fact, 0, to);
        text_puts(to, " to ");
        put_value(host, opened, &fact, 1, to);
        between = ", ";
    }
    if (entry->param != 0)
        text_printf(to, "%s%s = %lld", between, hsvc_name(HSVC_REGISTRY_PARAM, (int32_t)entry->param), (long long)entry->value);
}

static void put_cell(struct table *table, struct text *text) {
    table_text(table, text->bytes == NULL ? "" : text->bytes, text->len);
    text_free(text);
}

static void put_times(const hsvc_audit_entry *entry, struct text *to) {
    text_puts(to, hsvc_name(HSVC_REGISTRY_REASON, (int32_t)entry->reason));
    if (entry->count > 1) text_printf(to, " %u times", entry->count);
}

/* What the entry itself says is taken first: its texts live until the next look at the store, which names need. */
static void add_entry(struct host *host, struct opened *opened, struct table *table, const hsvc_audit_entry *entry) {
    struct text time = {NULL, 0, 0}, subject = {NULL, 0, 0}, event = {NULL, 0, 0}, reason = {NULL, 0, 0}, rule = {NULL, 0, 0};
    struct text actor = {NULL, 0, 0}, changes = {NULL, 0, 0};
    words_time(host, entry->at_ms, &time);
    text_puts(&event, entry->input == 0 ? entry->event : hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)entry->input));
    text_puts(&rule, entry->rule);
    text_add(&actor, entry->actor, entry->actor_len);
    put_times(entry, &reason);
    put_subject(host, opened, entry->subject, &subject);
    if (entry->subject == 0) text_puts(&subject, "policy");
    if (entry->actor_number != 0) put_subject(host, opened, entry->actor_number, &actor);
    put_changes(host, opened, entry, &changes);
    if (host->json) table_number(table, entry->at_ms);
    else table_text(table, time.bytes, time.len);
    text_free(&time);
    put_cell(table, &subject);
    table_number(table, (int64_t)entry->sequence);
    put_cell(table, &event);
    put_cell(table, &reason);
    put_cell(table, &rule);
    put_cell(table, &actor);
    put_cell(table, &changes);
}

/* ---- all of them ---- */

/* One entry a page, since names are looked up in between. */
static int print_entries(struct host *host, struct opened *opened, hsvc_audit_cursor *cursor) {
    static const char *const heads[][8] = {{"time", "subject", "number", "event", "because", "rule", "by", "changed"},
                                           {"at_ms", "subject", "number", "event", "because", "rule", "by", "changed"}};
    struct table *table = table_new(host, "audit", 8, heads[host->json]);
    hsvc_audit_entry entry;
    size_t count = 1;
    int32_t status = HSVC_OK;
    (void)hsvc_audit_entry_init(&entry, sizeof entry);
    while (count == 1) {
        status = hsvc_audit_read(opened->engine, cursor, &entry, 1, &count);
        if (status == HSVC_ERR_CORRUPT) {
            fprintf(stderr, "hsvc: a damaged entry is left out\n");
            count = 1;
            continue;
        }
        if (status != HSVC_OK) break;
        if (count == 1) add_entry(host, opened, table, &entry);
    }
    table_print(table);
    return status == HSVC_OK ? EXIT_OK : fail_status(host->words[0], status);
}

/* The cursor of one subject, or of all. */
static int print_audit(struct host *host, struct opened *opened) {
    hsvc_audit_cursor cursor;
    hsvc_device_view device;
    hsvc_user_view user;
    hsvc_headset_view headset;
    uint32_t kind = host->word_count < 2 ? 0 : subject_kind(host->words[1]);
    struct span name = {NULL, 0};
    (void)hsvc_audit_cursor_init(&cursor, sizeof cursor);
    if (host->word_count < 2) return print_entries(host, opened, &cursor);
    if (kind == 0 || host->word_count < 3) return usage("phone, user or headset, and a name", "");
    (void)hsvc_device_view_init(&device, sizeof device);
    (void)hsvc_user_view_init(&user, sizeof user);
    (void)hsvc_headset_view_init(&headset, sizeof headset);
    name = subject_name(host, kind, host->words[2]);
    cursor.subject_kind = kind;
    if (kind == HSVC_SUBJECT_DEVICE && hsvc_device_get(opened->engine, name.p, name.n, &device) == HSVC_OK)
        cursor.subject = device.number;
    if (kind == HSVC_SUBJECT_USER && hsvc_user_get(opened->engine, name.p, name.n, &user) == HSVC_OK) cursor.subject = user.number;
    if (kind == HSVC_SUBJECT_HEADSET && hsvc_headset_get(opened->engine, name.p, name.n, &headset) == HSVC_OK)
        cursor.subject = headset.number;
    return cursor.subject == 0 ? no_such_subject(host) : print_entries(host, opened, &cursor);
}

int command_audit(struct host *host) {
    struct opened opened;
    int code = open_store(host, host->words[0], &opened);
    if (code == EXIT_OK) code = print_audit(host, &opened);
    close_store(&opened);
    return code;
}
