/* audit_read.c: the audit from the host's own cursor: pages in the order of the keys, which is each subject's own order, one
 * subject after the other (OBS-3). */
#include "rules/ask.h"

int32_t hsvc_audit_entry_init(hsvc_audit_entry *entry, size_t size) {
    return hsvc__sized_init(entry, size, sizeof(hsvc_audit_entry));
}
int32_t hsvc_audit_cursor_init(hsvc_audit_cursor *cursor, size_t size) {
    return hsvc__sized_init(cursor, size, sizeof(hsvc_audit_cursor));
}
int32_t hsvc_audit_fact_init(hsvc_audit_fact *fact, size_t size) {
    return hsvc__sized_init(fact, size, sizeof(hsvc_audit_fact));
}
int32_t hsvc_subject_view_init(hsvc_subject_view *view, size_t size) {
    return hsvc__sized_init(view, size, sizeof(hsvc_subject_view));
}

struct page {
    struct hsvc__arena *arena;
    uint8_t *entries;
    size_t stride;
    size_t room;
    size_t count;
    int damaged; /* the row behind the last entry */
    struct hsvc__key at;
};

/* text: a copy that ends in a NUL. */
static const char *text(struct page *page, hsvc__str from) {
    char *to = (char *)hsvc__arena_take(page->arena, from.n + 1);
    if (to == NULL) return "";
    if (from.n != 0) memcpy(to, from.p, from.n);
    to[from.n] = '\0';
    return to;
}

/* All but the texts, which need a NUL. */
static void show_numbers(const struct hsvc__entry_key *of, const struct hsvc__entry *from, hsvc_audit_entry *to) {
    memset(to, 0, sizeof *to);
    to->subject_kind = hsvc__subject_kind(of->family);
    to->subject = of->number;
    to->sequence = of->sequence;
    to->at_ms = from->at;
    to->committed_ms = from->committed_at;
    to->first_ms = from->first_at;
    to->count = from->count;
    to->input = from->input;
    to->reason = from->reason;
    to->accepted = hsvc__is_accepted(from->reason) ? 1 : 0;
    to->param = from->param;
    to->value = from->value;
    to->device = from->device;
    to->headset = from->headset;
    to->actor_number = from->actor_number;
    memcpy(to->before, &from->before_0, sizeof to->before);
    memcpy(to->after, &from->after_0, sizeof to->after);
}

static void show(struct page *page, const struct hsvc__entry_key *of, const struct hsvc__entry *from, hsvc_audit_entry *to) {
    show_numbers(of, from, to);
    to->actor = text(page, from->actor);
    to->actor_len = from->actor.n;
    to->rule = text(page, from->rule);
    to->event = text(page, from->event);
}

static int32_t take_row(const hsvc_row *row, void *user) {
    struct page *page = (struct page *)user;
    struct hsvc__entry record;
    struct hsvc__entry_key of;
    hsvc_audit_entry entry;
    if (!hsvc__row_is_whole(row) || page->count == page->room) return HSVC_ERR_CALLBACK; /* more than was asked for */
    if (page->damaged || row->key_len >= sizeof page->at.bytes) return HSVC_OK;
    memset(&record, 0, sizeof record);
    page->damaged = !hsvc__key_entry_parts(hsvc__str_of((const char *)row->key, row->key_len), &of) ||
                    hsvc__record_check(row->value, row->value_len, HSVC__FAMILY_ENTRY) != HSVC_OK;
    if (page->damaged && page->count != 0) return HSVC_OK; /* the next call tells of it */
    memcpy(page->at.bytes, row->key, row->key_len);
    page->at.len = row->key_len;
    if (page->damaged) return HSVC_OK;
    (void)hsvc__record_decode(&record, row->value, row->value_len, HSVC__FAMILY_ENTRY); /* an entry has no list, and no state of its own */
    show(page, &of, &record, &entry);
    return hsvc__sized_out(page->entries + page->stride * page->count++, &entry, sizeof entry, sizeof entry);
}

/* range: of the subject, or of all; from behind the cursor's position. 0: the position is of another range. */
static int range(const hsvc_audit_cursor *cursor, struct hsvc__key *from, struct hsvc__key *to) {
    static const uint8_t families[] = {0, HSVC__FAMILY_DEVICE, HSVC__FAMILY_USER, HSVC__FAMILY_HEADSET, HSVC__FAMILY_POLICY};
    hsvc__key_begin(from, HSVC__FAMILY_ENTRY);
    hsvc__key_begin(to, HSVC__FAMILY_ENTRY + 1);
    if (cursor->subject_kind >= sizeof families || cursor->position_len > sizeof cursor->position) return 0;
    if (cursor->subject_kind != 0) {
        hsvc__key_entry(from, families[cursor->subject_kind], cursor->subject, 0);
        hsvc__key_entry(to, families[cursor->subject_kind], cursor->subject, HSVC__SEQUENCE_MAX);
        to->bytes[to->len++] = 0;
    } else if (cursor->subject != 0) return 0;
    if (cursor->position_len == 0) return 1;
    memcpy(from->bytes, cursor->position, cursor->position_len);
    from->len = cursor->position_len;
    from->bytes[from->len++] = 0;
    return from->bytes[0] == HSVC__FAMILY_ENTRY;
}

static int32_t read_page(hsvc_engine *engine, const hsvc_audit_cursor *cursor, size_t room, struct page *page) {
    struct hsvc__key from, to;
    int32_t status;
    if (!range(cursor, &from, &to)) return HSVC_ERR_ARGUMENT;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    hsvc__arena_reset(&engine->views);
    page->arena = &engine->views;
    if (room != 0)
        status = engine->store.scan(from.bytes, from.len, to.bytes, to.len, room, take_row, page, engine->store.user);
    status = page->arena->failed ? HSVC_ERR_MEMORY : hsvc__store_status(status, 0);
    if (status == HSVC_OK && page->damaged && page->count == 0) status = HSVC_ERR_CORRUPT;
    hsvc__leave(engine);
    return status;
}

int32_t hsvc_audit_read(hsvc_engine *engine, hsvc_audit_cursor *cursor, hsvc_audit_entry *entries, size_t room, size_t *count) {
    hsvc_audit_cursor at;
    struct page page;
    int32_t status;
    if (engine == NULL || cursor == NULL || count == NULL || (entries == NULL && room != 0)) return HSVC_ERR_ARGUMENT;
    *count = 0;
    if (room > HSVC_LIMIT_AUDIT_PAGE) return HSVC_ERR_LIMIT;
    status = hsvc__sized_in(&at, sizeof at, sizeof at, cursor);
    if (status != HSVC_OK) return status;
    memset(&page, 0, offsetof(struct page, at));
    page.at.len = 0;
    page.entries = (uint8_t *)entries;
    page.room = room;
    page.stride = room == 0 ? 0 : entries->struct_size;
    if (room != 0 && (page.stride < sizeof *entries || page.stride > HSVC_LIMIT_STRUCT_SIZE))
        return HSVC_ERR_STRUCT_SIZE;
    for (size_t i = 1; i < room; i++) memcpy(page.entries + i * page.stride, page.entries, sizeof entries->struct_size);
    status = read_page(engine, &at, room, &page);
    if (status != HSVC_OK && status != HSVC_ERR_CORRUPT) return status;
    if (page.at.len != 0 && page.at.len <= sizeof cursor->position) {
        memcpy(cursor->position, page.at.bytes, page.at.len);
        cursor->position_len = (uint32_t)page.at.len;
    }
    *count = page.count;
    return status;
}

/* ---- facts ---- */
static const struct fact {
    uint32_t subject;
    uint32_t whose;
    uint32_t word, shift, bits, machine;
    const char *name;
} facts[] = {
#define FACT(subject, word, shift, bits, name, machine, value) \
    {HSVC_SUBJECT_##subject, 0, word, shift, bits, HSVC__MACHINE_##machine, #name},
#define WHOLE(subject, word, name, whose, value) {HSVC_SUBJECT_##subject, whose, word, 0, 64, HSVC__MACHINE_NONE, #name},
#include "records/facts.def"
#undef FACT
#undef WHOLE
};

static uint64_t value_of(const struct fact *fact, const uint64_t *words) {
    uint64_t value = words[fact->word] >> fact->shift;
    return fact->bits == 64 ? value : value & (((uint64_t)1 << fact->bits) - 1);
}

static const char *name_of(const struct fact *fact, uint64_t value) {
    return fact->machine == HSVC__MACHINE_NONE ? "" : hsvc__state_name(fact->machine, (uint32_t)value);
}

/* fact_of: fact number index of a kind of subject, or NULL. */
static const struct fact *fact_of(uint32_t subject_kind, size_t index) {
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (facts[i].subject == subject_kind && index-- == 0) return &facts[i];
    return NULL;
}

uint32_t hsvc__fact_machine(uint32_t subject_kind, size_t index) {
    const struct fact *fact = fact_of(subject_kind, index);
    return fact == NULL ? HSVC__MACHINE_NONE : fact->machine;
}

int32_t hsvc_audit_fact_at(const hsvc_audit_entry *entry, size_t index, hsvc_audit_fact *fact) {
    hsvc_audit_entry of;
    hsvc_audit_fact ours;
    const struct fact *found;
    int32_t status = entry == NULL || fact == NULL ? HSVC_ERR_ARGUMENT : hsvc__sized_in(&of, sizeof of, sizeof of, entry);
    if (status != HSVC_OK) return status;
    found = fact_of(of.subject_kind, index);
    if (found == NULL) return HSVC_ERR_NOT_FOUND;
    memset(&ours, 0, sizeof ours);
    ours.subject_kind = found->whose;
    ours.name = found->name;
    ours.before = value_of(found, of.before);
    ours.after = value_of(found, of.after);
    ours.before_name = name_of(found, ours.before);
    ours.after_name = name_of(found, ours.after);
    return hsvc__sized_out(fact, &ours, sizeof ours, sizeof ours);
}

/* ---- rows, for stores ---- */

static const char *event_of(hsvc__str name) {
    for (size_t i = 0; i < HSVC__EVENTS; i++)
        if (hsvc__str_eq(hsvc__static(hsvc__event_names[i]), name)) return hsvc__event_names[i];
    return "";
}

int32_t hsvc_audit_decode(const hsvc_row *row, hsvc_audit_entry *entry) {
    struct hsvc__entry record;
    struct hsvc__entry_key of;
    hsvc_audit_entry ours;
    if (row == NULL || entry == NULL) return HSVC_ERR_ARGUMENT;
    if (row->key == NULL || !hsvc__key_entry_parts(hsvc__str_of((const char *)row->key, row->key_len), &of)) return HSVC_ERR_NOT_FOUND;
    memset(&record, 0, sizeof record);
    if (row->value == NULL || hsvc__record_check(row->value, row->value_len, HSVC__FAMILY_ENTRY) != HSVC_OK) return HSVC_ERR_CORRUPT;
    (void)hsvc__record_decode(&record, row->value, row->value_len, HSVC__FAMILY_ENTRY);
    show_numbers(&of, &record, &ours);
    ours.actor = record.actor.p;
    ours.actor_len = record.actor.n;
    ours.rule = hsvc__rule_id(record.rule);
    ours.event = event_of(record.event);
    return hsvc__sized_out(entry, &ours, sizeof ours, sizeof ours);
}
