/* record_store.c: a store that writes everything down.
 *
 * The log is three growing arrays: calls, items, and the bytes of keys and values. Items of one call are chained, as
 * calls may be nested (a sink may read) and then their items lie between one another. */
#include "kit.h"

#define NO_ITEM SIZE_MAX

typedef struct item {
    hsvc_record_item out; /* key and value are filled in when it is read */
    size_t key_at;        /* in the bytes */
    size_t value_at;
    size_t next;
} item;

typedef struct call {
    hsvc_record_call out;
    size_t first;
    size_t last;
} call;

/* An array that grows by doubling. */
typedef struct list {
    uint8_t *bytes;
    size_t count;
    size_t room;
} list;

struct hsvc_record_store {
    hsvc_allocator allocator;
    hsvc_store inner;
    uint32_t flags;
    hsvc_record_counts counts;
    list calls;
    list items;
    list bytes;
};

/* What a call under way needs to note its rows and its end. number: NO_ITEM if the call is not in the log. */
typedef struct running {
    hsvc_record_store *record;
    size_t number;
    int is_short; /* something of it is missing in the log */
    hsvc_row_sink sink;
    void *sink_user;
} running;

/* ---- arrays ---- */

static int make_room(hsvc_record_store *record, list *to, size_t more, size_t each) {
    size_t grown = to->room == 0 ? 64 : to->room;
    void *moved;
    if (more <= to->room - to->count) return 1;
    if (more > SIZE_MAX / 4 / each - to->count) return 0;
    while (grown < to->count + more) grown *= 2;
    moved = to->bytes == NULL ? hsvc__alloc(&record->allocator, grown * each)
                              : hsvc__grow(&record->allocator, to->bytes, to->room * each, grown * each);
    if (moved == NULL) return 0;
    to->bytes = (uint8_t *)moved;
    to->room = grown;
    return 1;
}

static call *call_at(const hsvc_record_store *record, size_t i) {
    return (call *)(void *)(record->calls.bytes + i * sizeof(call));
}

static item *item_at(const hsvc_record_store *record, size_t i) {
    return (item *)(void *)(record->items.bytes + i * sizeof(item));
}

static size_t keep(hsvc_record_store *record, const uint8_t *bytes, size_t len) {
    size_t at = record->bytes.count;
    if (len > 0) memcpy(record->bytes.bytes + at, bytes, len);
    record->bytes.count += len;
    return at;
}

/* ---- noting ---- */

static running begin(hsvc_record_store *record, uint32_t kind, uint64_t limit) {
    running now = {record, NO_ITEM, 0, NULL, NULL};
    call *noted;
    if ((record->flags & HSVC_RECORD_COUNTS_ONLY) != 0) return now;
    if (!make_room(record, &record->calls, 1, sizeof(call))) {
        now.is_short = 1;
        return now;
    }
    now.number = record->calls.count++;
    noted = call_at(record, now.number);
    memset(noted, 0, sizeof *noted);
    noted->out.kind = kind;
    noted->out.status = HSVC_ERR_REENTRANT;
    noted->out.limit = limit;
    noted->first = noted->last = NO_ITEM;
    return now;
}

/* Appends an item to a call; out's key and value point to the caller's bytes. */
static void add_item(running *now, const hsvc_record_item *out) {
    hsvc_record_store *record = now->record;
    size_t number = record->items.count, more = out->key_len + out->value_len;
    call *of;
    item *noted;
    if (now->number == NO_ITEM) return;
    /* What the inner store will refuse may be the length of bytes that are not there: no room for it. */
    if (out->key_len > HSVC_LIMIT_KEY_LEN || out->value_len > HSVC_LIMIT_VALUE_LEN) more = SIZE_MAX;
    if (!make_room(record, &record->items, 1, sizeof(item)) || !make_room(record, &record->bytes, more, 1)) {
        now->is_short = 1;
        return;
    }
    noted = item_at(record, record->items.count++);
    noted->out = *out;
    if (out->key == NULL) noted->out.key_len = 0; /* a caller's mistake is noted, and answered by the inner store */
    if (out->value == NULL) noted->out.value_len = 0;
    noted->key_at = keep(record, out->key, noted->out.key_len);
    noted->value_at = keep(record, out->value, noted->out.value_len);
    noted->next = NO_ITEM;
    of = call_at(record, now->number);
    if (of->first == NO_ITEM)
        of->first = number;
    else
        item_at(record, of->last)->next = number;
    of->last = number;
    of->out.items++;
}

static void add_key(running *now, uint32_t kind, const uint8_t *key, size_t key_len) {
    hsvc_record_item out;
    memset(&out, 0, sizeof out);
    out.kind = kind;
    out.key = key;
    out.key_len = key_len;
    add_item(now, &out);
}

static int32_t end(running *now, int32_t status, uint64_t revision) {
    hsvc_record_store *record = now->record;
    record->counts.failures += status != HSVC_OK && status != HSVC_ERR_CONFLICT;
    record->counts.not_noted += now->is_short != 0;
    if (now->number == NO_ITEM) return status;
    call_at(record, now->number)->out.status = status;
    call_at(record, now->number)->out.revision = status == HSVC_OK ? revision : 0;
    return status;
}

/* ---- the store ---- */

static int32_t note_row(const hsvc_row *row, void *user) {
    running *now = (running *)user;
    hsvc_record_item out;
    now->record->counts.rows++;
    now->record->counts.bytes_read += row->key_len + row->value_len;
    memset(&out, 0, sizeof out);
    out.kind = HSVC_RECORD_ITEM_ROW;
    out.revision = row->revision;
    out.hint = row->hint;
    out.key = row->key;
    out.key_len = row->key_len;
    out.value = row->value;
    out.value_len = row->value_len;
    add_item(now, &out);
    return now->sink(row, now->sink_user);
}

static int32_t record_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_record_store *record = (hsvc_record_store *)user;
    running now = begin(record, HSVC_RECORD_READ, 0);
    now.sink = sink;
    now.sink_user = sink_user;
    record->counts.read_trips++;
    record->counts.keys += key_count;
    for (size_t i = 0; keys != NULL && i < key_count; i++)
        add_key(&now, HSVC_RECORD_ITEM_KEY, keys[i].bytes, keys[i].len);
    return end(&now, record->inner.read(keys, key_count, note_row, &now, record->inner.user), 0);
}

static int32_t record_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                           hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_record_store *record = (hsvc_record_store *)user;
    running now = begin(record, HSVC_RECORD_SCAN, limit);
    now.sink = sink;
    now.sink_user = sink_user;
    record->counts.scans++;
    add_key(&now, HSVC_RECORD_ITEM_FROM, from, from_len);
    add_key(&now, HSVC_RECORD_ITEM_TO, to, to_len);
    return end(&now, record->inner.scan(from, from_len, to, to_len, limit, note_row, &now, record->inner.user), 0);
}

static void note_op(running *now, const hsvc_op *op) {
    hsvc_record_counts *counts = &now->record->counts;
    hsvc_record_item out;
    counts->puts += op->kind == HSVC_OP_PUT;
    counts->deletes += op->kind == HSVC_OP_DELETE;
    counts->checks += op->kind == HSVC_OP_CHECK;
    if (op->kind != HSVC_OP_CHECK) counts->bytes_written += op->key_len;
    if (op->kind == HSVC_OP_PUT) counts->bytes_written += op->value_len;
    memset(&out, 0, sizeof out);
    out.kind = HSVC_RECORD_ITEM_OP;
    out.op = op->kind;
    out.expect = op->expect;
    out.revision = op->revision;
    out.hint = op->hint;
    out.key = op->key;
    out.key_len = op->key_len;
    out.value = op->value;
    out.value_len = op->kind == HSVC_OP_PUT ? op->value_len : 0;
    add_item(now, &out);
}

static int32_t record_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    hsvc_record_store *record = (hsvc_record_store *)user;
    running now = begin(record, HSVC_RECORD_COMMIT, 0);
    int32_t status;
    for (size_t i = 0; ops != NULL && i < op_count; i++) {
        note_op(&now, hsvc__op_at(ops, i));
    }
    status = record->inner.commit(ops, op_count, revision, record->inner.user);
    record->counts.commits++;
    record->counts.committed += status == HSVC_OK;
    record->counts.conflicts += status == HSVC_ERR_CONFLICT;
    return end(&now, status, status == HSVC_OK && revision != NULL ? *revision : 0);
}

/* ---- handle ---- */

int32_t hsvc_record_store_new(const hsvc_allocator *allocator, const hsvc_store *inner, uint32_t flags,
                              hsvc_record_store **record) {
    hsvc_allocator checked;
    hsvc_store store;
    void *made;
    int32_t status;
    if (record == NULL) return HSVC_ERR_ARGUMENT;
    *record = NULL;
    if ((flags & ~HSVC_RECORD_COUNTS_ONLY) != 0) return HSVC_ERR_FLAGS;
    status = hsvc__kit_store_in(&store, inner);
    if (status != HSVC_OK) return status;
    status = hsvc__kit_new(allocator, sizeof **record, &checked, &made);
    if (status != HSVC_OK) return status;
    *record = (hsvc_record_store *)made;
    (*record)->allocator = checked;
    (*record)->inner = store;
    (*record)->flags = flags;
    return HSVC_OK;
}

int32_t hsvc_record_store_bind(hsvc_record_store *record, hsvc_store *store) {
    hsvc_store bound;
    if (record == NULL) return HSVC_ERR_ARGUMENT;
    memset(&bound, 0, sizeof bound);
    bound.ops_max = record->inner.ops_max;
    bound.read = record_read;
    bound.scan = record_scan;
    bound.commit = record_commit;
    bound.user = record;
    return hsvc__sized_out(store, &bound, sizeof bound, sizeof bound);
}

void hsvc_record_store_free(hsvc_record_store *record) {
    if (record == NULL) return;
    hsvc__release(&record->allocator, record->calls.bytes, record->calls.room * sizeof(call));
    hsvc__release(&record->allocator, record->items.bytes, record->items.room * sizeof(item));
    hsvc__release(&record->allocator, record->bytes.bytes, record->bytes.room);
    hsvc__release(&record->allocator, record, sizeof *record);
}

void hsvc_record_store_reset(hsvc_record_store *record) {
    if (record == NULL) return;
    memset(&record->counts, 0, sizeof record->counts);
    record->calls.count = record->items.count = record->bytes.count = 0;
}

/* ---- reading it back ---- */

int32_t hsvc_record_store_counts(const hsvc_record_store *record, hsvc_record_counts *counts) {
    if (record == NULL) return HSVC_ERR_ARGUMENT;
    return hsvc__sized_out(counts, &record->counts, sizeof *counts, sizeof *counts);
}

uint64_t hsvc_record_store_length(const hsvc_record_store *record) { return record == NULL ? 0 : record->calls.count; }

int32_t hsvc_record_store_call_at(const hsvc_record_store *record, uint64_t index, hsvc_record_call *out) {
    if (record == NULL || out == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= record->calls.count) return HSVC_ERR_NOT_FOUND;
    return hsvc__sized_out(out, &call_at(record, (size_t)index)->out, sizeof *out, sizeof *out);
}

int32_t hsvc_record_store_item_at(const hsvc_record_store *record, uint64_t index, uint64_t which,
                                  hsvc_record_item *out) {
    hsvc_record_item filled;
    const item *noted;
    size_t at;
    if (record == NULL || out == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= record->calls.count || which >= call_at(record, (size_t)index)->out.items) return HSVC_ERR_NOT_FOUND;
    at = call_at(record, (size_t)index)->first;
    for (uint64_t i = 0; i < which; i++) at = item_at(record, at)->next;
    noted = item_at(record, at);
    filled = noted->out;
    filled.key = filled.key_len == 0 ? NULL : record->bytes.bytes + noted->key_at;
    filled.value = filled.value_len == 0 ? NULL : record->bytes.bytes + noted->value_at;
    return hsvc__sized_out(out, &filled, sizeof filled, sizeof filled);
}
