/* txn.c: see txn.h. Slots are found by the end of their name, then by all of it; most calls use a handful of them, so that a
 * straight search beats a table, and a name in its first spelling is found without making its key. An import of all or
 * nothing uses thousands: beyond HSVC__FEW_SLOTS they stand in a table as well. */
#include "engine/txn.h"

int32_t hsvc__store_status(int32_t status, int commit) {
    switch (status) {
        case HSVC_OK:
        case HSVC_ERR_UNAVAILABLE:
        case HSVC_ERR_CORRUPT: return status;
        case HSVC_ERR_CONFLICT:
        case HSVC_ERR_UNKNOWN:
        case HSVC_ERR_FULL: return commit ? status : HSVC_ERR_CALLBACK;
        default: return HSVC__MUTANT(strange_status_is_ok) ? HSVC_OK : HSVC_ERR_CALLBACK;
    }
}

void hsvc__txn_init(struct hsvc__txn *txn, const hsvc_allocator *allocator, const hsvc_store *store,
                    hsvc_counters *counters) {
    memset(&txn->nobody, 0, sizeof txn->nobody);
    txn->store = store;
    txn->counters = counters;
    hsvc__arena_init(&txn->raws, allocator);
    hsvc__arena_init(&txn->work, allocator);
    hsvc__txn_begin(txn, 0, 0);
}

void hsvc__txn_free(struct hsvc__txn *txn) {
    hsvc__arena_free(&txn->raws);
    hsvc__arena_free(&txn->work);
}

void hsvc__txn_begin(struct hsvc__txn *txn, int64_t now, int64_t skew) {
    txn->sampled = txn->now = now;
    txn->latest = now + skew;
    hsvc__arena_reset(&txn->raws);
    txn->slots = txn->last = txn->unread = txn->near = NULL;
    txn->table = NULL;
    txn->count = 0;
    txn->bad_key = hsvc__str_of(NULL, 0);
    hsvc__txn_again(txn);
}

void hsvc__txn_again(struct hsvc__txn *txn) {
    hsvc__arena_reset(&txn->work);
    for (struct hsvc__slot *slot = txn->slots; slot != NULL; slot = slot->next) {
        slot->record = NULL;
        slot->notes = NULL;
        slot->used = 0;
        slot->appended = 0;
    }
    hsvc__txn_far(txn);
    txn->late = NULL;
    txn->horizon = 0;
    txn->clocked = 0;
    txn->missing = 0;
    txn->impossible = 0;
    txn->checks_only = 0;
    txn->status = HSVC_OK;
    txn->ops = NULL;
    txn->op_count = 0;
    txn->notes = NULL;
}

/* ---- many slots ---- */

static int is_named(const struct hsvc__slot *slot, uint32_t family, hsvc__str name, uint64_t tail) {
    return slot->tail == tail && slot->family == family && hsvc__fold_eq(slot->name, name);
}

/* place_of: where in the table a slot of this name is, or belongs. Of a long name the beginning must do for the hash. */
static struct hsvc__slot **place_of(const struct hsvc__txn *txn, uint32_t family, hsvc__str name, uint64_t tail) {
    char folded[HSVC_LIMIT_KEY_LEN];
    size_t n = name.n < sizeof folded ? name.n : sizeof folded;
    uint32_t at;
    hsvc__fold(folded, hsvc__str_of(name.p, n));
    at = (uint32_t)hsvc_hash64(folded, n) & (txn->table_room - 1);
    while (txn->table[at] != NULL && !is_named(txn->table[at], family, name, tail)) at = (at + 1) & (txn->table_room - 1);
    return &txn->table[at];
}

/* widen_table: to twice the room and more, with all slots in it. What was got so far is near: nobody kept count of it. */
static int widen_table(struct hsvc__txn *txn) {
    int first = txn->table == NULL;
    uint32_t room = first ? 4 * HSVC__FEW_SLOTS : 4 * txn->table_room;
    struct hsvc__slot **table = (struct hsvc__slot **)hsvc__arena_take(&txn->raws, room * sizeof(*table));
    if (table == NULL) return 0;
    memset(table, 0, room * sizeof(*table));
    txn->table = table;
    txn->table_room = room;
    for (struct hsvc__slot *slot = txn->slots; slot != NULL; slot = slot->next) {
        *place_of(txn, slot->family, slot->name, slot->tail) = slot;
        if (first && slot->used) hsvc__txn_mark(txn, slot);
    }
    return 1;
}

/* enter_table: a slot that was just added, once there are many. */
static int enter_table(struct hsvc__txn *txn, struct hsvc__slot *slot) {
    if (txn->count <= HSVC__FEW_SLOTS) return 1;
    if (txn->table == NULL || txn->count * 2 > txn->table_room) return widen_table(txn);
    *place_of(txn, slot->family, slot->name, slot->tail) = slot;
    return 1;
}

void hsvc__txn_mark(struct hsvc__txn *txn, struct hsvc__slot *slot) {
    if (slot == NULL || slot->is_near) return;
    slot->is_near = 1;
    slot->next_near = txn->near;
    txn->near = slot;
}

void hsvc__txn_far(struct hsvc__txn *txn) {
    for (; txn->near != NULL; txn->near = txn->near->next_near) txn->near->is_near = 0;
}

/* ---- slots ---- */

static struct hsvc__slot *slot_find(struct hsvc__txn *txn, uint32_t family, hsvc__str name, uint64_t tail) {
    if (txn->table != NULL) return *place_of(txn, family, name, tail);
    for (struct hsvc__slot *slot = txn->slots; slot != NULL; slot = slot->next)
        if (is_named(slot, family, name, tail)) return slot;
    return NULL;
}

uint32_t hsvc__txn_most(const struct hsvc__txn *txn) {
    return txn->store->ops_max > HSVC__SLOTS ? txn->store->ops_max : HSVC__SLOTS;
}

/* next_slot: with a key of which the second byte to the last but one are the name. They are made in runs. */
static struct hsvc__slot *next_slot(struct hsvc__txn *txn, hsvc__str key, uint64_t tail) {
    uint32_t at = txn->count % HSVC__SLOTS;
    struct hsvc__slot *slot = txn->count == 0 ? txn->first : txn->last + 1;
    if (at == 0 && txn->count != 0) slot = (struct hsvc__slot *)hsvc__arena_take(&txn->raws, HSVC__SLOTS * sizeof *slot);
    if (slot == NULL) return NULL;
    memset(slot, 0, sizeof *slot);
    slot->tail = tail;
    slot->key = key;
    slot->name = hsvc__str_of(key.p + 1, key.n - 2);
    slot->family = (uint8_t)key.p[0];
    slot->number = txn->count;
    if (txn->count++ == 0)
        txn->slots = slot;
    else
        txn->last->next = slot;
    txn->last = slot;
    if (txn->unread == NULL) txn->unread = slot;
    return slot;
}

/* slot_add: a new slot and its key, made in place; NULL if there is no room for it (status says why). */
static struct hsvc__slot *slot_add(struct hsvc__txn *txn, uint32_t family, hsvc__str name, uint64_t tail) {
    struct hsvc__slot *slot = NULL;
    char *key;
    if (txn->count >= hsvc__txn_most(txn)) {
        txn->status = HSVC_ERR_LIMIT;
        return NULL;
    }
    key = (char *)hsvc__arena_take(&txn->raws, name.n + 2);
    if (key != NULL) {
        key[0] = (char)family;
        hsvc__fold(key + 1, name);
        key[1 + name.n] = 0;
        slot = next_slot(txn, hsvc__str_of(key, name.n + 2), tail);
    }
    if (slot != NULL && enter_table(txn, slot)) return slot;
    txn->status = HSVC_ERR_MEMORY;
    return NULL;
}

static struct hsvc__slot *slot_of(struct hsvc__txn *txn, uint32_t family, hsvc__str name) {
    uint64_t tail = hsvc__fold_tail(name);
    struct hsvc__slot *slot = slot_find(txn, family, name, tail);
    return slot != NULL ? slot : slot_add(txn, family, name, tail);
}

void hsvc__txn_want(struct hsvc__txn *txn, uint32_t family, hsvc__str name) { (void)slot_of(txn, family, name); }

struct hsvc__slot *hsvc__txn_policy(struct hsvc__txn *txn) {
    static const char key[] = {HSVC__FAMILY_POLICY, 0};
    return txn->count != 0 ? txn->slots : next_slot(txn, hsvc__str_of(key, sizeof key), 0);
}

/* ---- reading ---- */
struct fetch {
    struct hsvc__txn *txn;
    struct hsvc__slot *slots[HSVC__SLOTS]; /* by index of the key */
    size_t count;
};

int hsvc__row_is_whole(const hsvc_row *row) { return row != NULL && row->key != NULL && row->value != NULL; }

/* take_row: the sink of a read: copies the row, once and for the whole call, and checks it. */
static int32_t take_row(const hsvc_row *row, void *user) {
    struct fetch *fetch = (struct fetch *)user;
    struct hsvc__slot *slot;
    if (!hsvc__row_is_whole(row) || row->index >= fetch->count || row->revision == 0) return HSVC_ERR_CALLBACK;
    slot = fetch->slots[row->index];
    if (hsvc__record_check(row->value, row->value_len, slot->family) != HSVC_OK) {
        fetch->txn->bad_key = slot->key;
        return HSVC_ERR_CORRUPT;
    }
    slot->raw = hsvc__arena_copy(&fetch->txn->raws, row->value, row->value_len);
    if (slot->raw.n == 0) return HSVC_ERR_MEMORY;
    slot->revision = row->revision;
    slot->hint = row->hint;
    return HSVC_OK;
}

/* next_keys: of the slots that are not read yet, as many as one trip takes. */
static void next_keys(struct fetch *fetch, hsvc_key *keys) {
    struct hsvc__slot *slot = fetch->txn->unread;
    fetch->count = 0;
    for (; slot != NULL && fetch->count < HSVC__SLOTS; slot = slot->next) {
        if (slot->known) continue;
        keys[fetch->count].bytes = (const uint8_t *)slot->key.p;
        keys[fetch->count].len = slot->key.n;
        fetch->slots[fetch->count++] = slot;
        slot->known = 1;
    }
    fetch->txn->unread = slot;
}

int32_t hsvc__txn_fetch(struct hsvc__txn *txn) {
    struct fetch fetch;
    hsvc_key keys[HSVC__SLOTS];
    int32_t status = txn->status;
    fetch.txn = txn;
    while (status == HSVC_OK && txn->unread != NULL) {
        next_keys(&fetch, keys);
        if (fetch.count == 0) break;
        txn->counters->read_trips++;
        txn->counters->reads += fetch.count;
        status = txn->store->read(keys, fetch.count, take_row, &fetch, txn->store->user);
        if (status == HSVC_ERR_MEMORY && txn->raws.failed) return status;
        status = hsvc__store_status(status, 0);
    }
    return status;
}

/* ---- using ---- */
static void *decode(struct hsvc__txn *txn, struct hsvc__slot *slot) {
    size_t size = hsvc__record_size(slot->family);
    struct hsvc__record *record = (struct hsvc__record *)hsvc__arena_take(&txn->work, size);
    if (record == NULL) return NULL;
    if (slot->raw.n == 0) {
        memset(record, 0, size);
    } else if (hsvc__record_decode(record, (const uint8_t *)slot->raw.p, slot->raw.n, slot->family) != HSVC_OK) {
        memset(record, 0, size);
        txn->status = HSVC_ERR_CORRUPT;
        txn->bad_key = slot->key;
    }
    record->slot = slot;
    record->family = slot->family;
    record->present = slot->raw.n != 0;
    record->removed = 0;
    record->marked = 0;
    record->refused = 0;
    hsvc__vector_of(record, &slot->audited);
    record->clocked = (uint32_t)hsvc__times_mend(record, slot->family, txn->sampled, txn->latest, txn->node);
    record->dirty = record->clocked ? HSVC__DIRTY | HSVC__UNAUDITED : 0;
    txn->clocked += record->clocked;
    return record;
}

static void *no_record(struct hsvc__txn *txn) {
    memset(&txn->spare, 0, sizeof txn->spare);
    if (txn->status == HSVC_OK) txn->status = HSVC_ERR_MEMORY;
    return &txn->spare;
}

void *hsvc__txn_get(struct hsvc__txn *txn, uint32_t family, hsvc__str name) {
    struct hsvc__slot *slot = slot_of(txn, family, name);
    if (slot == NULL) return no_record(txn);
    slot->used = 1;
    if (txn->table != NULL) hsvc__txn_mark(txn, slot);
    if (!slot->known) txn->missing++;
    return hsvc__txn_record(txn, slot);
}

void *hsvc__txn_fresh(struct hsvc__txn *txn, uint32_t family, hsvc__str name) {
    struct hsvc__slot *slot = slot_of(txn, family, name);
    if (slot == NULL) return no_record(txn);
    slot->known = 1;
    return hsvc__txn_get(txn, family, name);
}

void *hsvc__txn_record(struct hsvc__txn *txn, struct hsvc__slot *slot) {
    if (slot->record == NULL) slot->record = decode(txn, slot);
    return slot->record != NULL ? slot->record : no_record(txn);
}

const void *hsvc__txn_peek(struct hsvc__txn *txn, uint32_t family, hsvc__str name) {
    struct hsvc__slot *slot = slot_find(txn, family, name, hsvc__fold_tail(name));
    if (slot == NULL || !slot->known || slot->raw.n == 0) return NULL;
    return hsvc__txn_record(txn, slot);
}

void hsvc__txn_catch_up(struct hsvc__txn *txn) {
    for (const struct hsvc__slot *slot = txn->slots; slot != NULL; slot = slot->next) {
        int64_t stamp = hsvc__stamp_of(slot->raw, slot->family);
        if (HSVC__MUTANT(own_clock_alone)) return;
        if (stamp > txn->now && (stamp <= txn->latest || HSVC__MUTANT(skew_trusted))) txn->now = stamp;
    }
}

/* ---- writing ---- */
uint32_t hsvc__txn_ops_most(const struct hsvc__txn *txn) {
    return txn->store->ops_max == 0 ? HSVC_LIMIT_OPS_PER_COMMIT : txn->store->ops_max;
}

/* room_for_op: of a decision as many as most have at first, then twice as many. */
static int room_for_op(struct hsvc__txn *txn) {
    uint32_t room = txn->ops == NULL ? 2 * HSVC__SLOTS : 2 * txn->op_room;
    hsvc_op *ops;
    if (txn->ops != NULL && txn->op_count < txn->op_room) return 1;
    ops = (hsvc_op *)hsvc__arena_take(&txn->work, sizeof *ops * room);
    if (ops == NULL) return 0;
    if (txn->ops != NULL) memcpy(ops, txn->ops, sizeof *ops * txn->op_count);
    txn->ops = ops;
    txn->op_room = room;
    return 1;
}

static hsvc_op *next_op(struct hsvc__txn *txn) {
    hsvc_op *op;
    uint32_t most = hsvc__txn_ops_most(txn);
    int32_t status = txn->op_count >= most ? HSVC_ERR_LIMIT : room_for_op(txn) ? HSVC_OK : HSVC_ERR_MEMORY;
    if (status != HSVC_OK) {
        if (txn->status == HSVC_OK) txn->status = status;
        return NULL;
    }
    op = &txn->ops[txn->op_count++];
    memset(op, 0, sizeof *op);
    op->struct_size = sizeof *op;
    return op;
}

static void set_value(hsvc_op *op, hsvc__str value) {
    op->value = (const uint8_t *)value.p;
    op->value_len = value.n;
}

void hsvc__txn_loose(struct hsvc__txn *txn, const struct hsvc__key *key, hsvc__str value) {
    hsvc__str copy = hsvc__arena_copy(&txn->work, key->bytes, key->len);
    hsvc_op *op = txn->checks_only ? NULL : next_op(txn);
    if (op == NULL) return;
    op->kind = value.n == 0 ? HSVC_OP_DELETE : HSVC_OP_PUT;
    op->expect = HSVC_EXPECT_ANY;
    op->key = (const uint8_t *)copy.p;
    op->key_len = copy.n;
    set_value(op, value);
}

static int32_t slot_op(struct hsvc__txn *txn, struct hsvc__slot *slot) {
    struct hsvc__record *record = (struct hsvc__record *)slot->record;
    int change = record != NULL && !txn->checks_only;
    int write = change && record->dirty && (record->present || record->marked) && !record->removed;
    int remove = change && record->removed && slot->raw.n != 0;
    hsvc_op *op = HSVC__MUTANT(checks_dropped) && !write && !remove ? NULL : next_op(txn);
    if (op == NULL) return txn->status;
    op->kind = write ? HSVC_OP_PUT : remove ? HSVC_OP_DELETE : HSVC_OP_CHECK;
    op->expect = slot->raw.n == 0 ? HSVC_EXPECT_ABSENT : HSVC_EXPECT_REVISION;
    op->revision = slot->revision;
    op->hint = slot->hint;
    op->key = (const uint8_t *)slot->key.p;
    op->key_len = slot->key.n;
    if (write) {
        hsvc__str value = {NULL, 0};
        int32_t status = hsvc__record_encode(record, slot->family, &txn->work, &value);
        if (status != HSVC_OK) return status;
        set_value(op, value);
    }
    return HSVC_OK;
}

int32_t hsvc__txn_prepare(struct hsvc__txn *txn) {
    for (struct hsvc__slot *slot = txn->slots; slot != NULL; slot = slot->next) {
        int32_t status = slot->used ? slot_op(txn, slot) : HSVC_OK;
        if (status != HSVC_OK) return status;
    }
    if (txn->work.failed || txn->raws.failed) return HSVC_ERR_MEMORY;
    return txn->status;
}

#ifdef HSVC_MASKING
/* commit_half: the first writes on their own, as if one input were several commits. */
static void commit_half(struct hsvc__txn *txn) {
    uint64_t revision = 0;
    uint32_t half = txn->op_count / 2;
    if (half == 0 || txn->store->commit(txn->ops, half, &revision, txn->store->user) != HSVC_OK) return;
    txn->op_count -= half;
    memmove(txn->ops, txn->ops + half, txn->op_count * sizeof *txn->ops);
}
#endif

int32_t hsvc__txn_commit(struct hsvc__txn *txn) {
    int32_t status = HSVC_ERR_UNKNOWN;
    for (int i = 0; i < HSVC_LIMIT_ATTEMPTS && status == HSVC_ERR_UNKNOWN; i++) {
        uint64_t revision = 0;
#ifdef HSVC_MASKING
        if (HSVC__MUTANT(commit_by_halves) && i == 0) commit_half(txn);
#endif
        status = hsvc__store_status(txn->store->commit(txn->ops, txn->op_count, &revision, txn->store->user), 1);
        if (status == HSVC_OK && revision == 0) status = HSVC_ERR_CALLBACK;
        txn->counters->commits++;
        txn->counters->operations += txn->op_count;
        if (status == HSVC_ERR_UNKNOWN) txn->counters->unknown_outcomes++;
        txn->in_doubt |= status == HSVC_ERR_UNKNOWN;
    }
    if (status == HSVC_ERR_CONFLICT) txn->counters->conflicts++;
    for (uint32_t i = 0; status == HSVC_OK && i < txn->op_count; i++)
        txn->counters->bytes_written += txn->ops[i].value_len;
    return status;
}
