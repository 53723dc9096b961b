/* store.c: a store whose whole content is one block of memory: rows in key order and a pool with their values. Loading a
 * state is copying what is used of it.
 *
 * It keeps what STORE-2 asks for, with one exception: entries of the audit are dropped. They grow with every step, and no
 * rule but those of the audit reads them (the entry of repeated refusals is written anew from the device's own counts), so
 * that nothing decided here can depend on them. Revisions come from one counter for all states of a process: a revision
 * never stands for two contents, however states are loaded. */
#include "worlds/worlds.h"

static uint64_t revisions;

static uint8_t *value_of(const struct image *image, const struct row *row) { return (uint8_t *)(uintptr_t)(image->pool + row->at); }

void image_copy(struct image *to, const struct image *from) {
    to->count = from->count;
    to->used = from->used;
    memcpy(to->rows, from->rows, from->count * sizeof from->rows[0]);
    memcpy(to->pool, from->pool, from->used);
}

static int compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len) {
    size_t least = a_len < b_len ? a_len : b_len;
    int order = least == 0 ? 0 : memcmp(a, b, least);
    if (order != 0) return order;
    return a_len < b_len ? -1 : a_len > b_len;
}

/* position: where the key stands, or would. */
static uint32_t position(const struct image *image, const uint8_t *key, size_t len, int *found) {
    uint32_t from = 0, to = image->count;
    while (from < to) {
        uint32_t mid = (from + to) / 2;
        int order = compare(image->rows[mid].key, image->rows[mid].key_len, key, len);
        if (order == 0) {
            *found = 1;
            return mid;
        }
        if (order < 0) from = mid + 1;
        else to = mid;
    }
    *found = 0;
    return from;
}

int image_has(const struct image *image, uint32_t family) {
    for (uint32_t i = 0; i < image->count; i++)
        if (image->rows[i].key[0] == family) return 1;
    return 0;
}

/* ---- reading ---- */
static int32_t hand_out(const struct image *image, uint32_t at, uint32_t index, hsvc_row_sink sink, void *sink_user) {
    const struct row *row = &image->rows[at];
    hsvc_row out;
    memset(&out, 0, sizeof out);
    out.struct_size = sizeof out;
    out.index = index;
    out.key = row->key;
    out.key_len = row->key_len;
    out.value = value_of(image, row);
    out.value_len = row->len;
    out.revision = row->revision;
    return sink(&out, sink_user);
}

static int32_t flat_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    const struct flat *flat = user;
    for (size_t i = 0; i < key_count; i++) {
        int found;
        uint32_t at = position(flat->image, keys[i].bytes, keys[i].len, &found);
        int32_t status = found ? hand_out(flat->image, at, (uint32_t)i, sink, sink_user) : HSVC_OK;
        if (status != HSVC_OK) return status;
    }
    return HSVC_OK;
}

static int32_t flat_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                         hsvc_row_sink sink, void *sink_user, void *user) {
    const struct flat *flat = user;
    const struct image *image = flat->image;
    int found;
    uint32_t at = position(image, from, from_len, &found);
    for (uint32_t index = 0; index < limit && at < image->count; index++, at++) {
        const struct row *row = &image->rows[at];
        int32_t status;
        if (to_len != 0 && compare(row->key, row->key_len, to, to_len) >= 0) break;
        status = hand_out(image, at, index, sink, sink_user);
        if (status != HSVC_OK) return status;
    }
    return HSVC_OK;
}

/* ---- writing ---- */
static void too_big(const char *what) {
    fprintf(stderr, "worlds: the store has no room for %s\n", what);
    exit(2);
}

/* pack: the pool without what nothing uses any more. */
static void pack(struct image *image) {
    static uint8_t packed[POOL];
    uint32_t used = 0;
    for (uint32_t i = 0; i < image->count; i++) {
        struct row *row = &image->rows[i];
        memcpy(packed + used, image->pool + row->at, row->len);
        row->at = used;
        row->room = row->len;
        used += row->room;
    }
    memcpy(image->pool, packed, used);
    image->used = used;
}

static void write_value(struct image *image, struct row *row, const hsvc_op *op) {
    if (op->value_len > row->room) {
        row->len = 0;
        row->room = 0;
        if (image->used + op->value_len > POOL / 3) pack(image);
        if (image->used + op->value_len > POOL) too_big("values");
        row->at = image->used;
        row->room = (uint32_t)op->value_len;
        image->used += row->room;
    }
    row->len = (uint32_t)op->value_len;
    memcpy(value_of(image, row), op->value, op->value_len);
    row->revision = revisions;
}

static void put(struct image *image, const hsvc_op *op) {
    int found;
    uint32_t at = position(image, op->key, op->key_len, &found);
    struct row *row = &image->rows[at];
    if (!found) {
        if (image->count == ROWS) too_big("rows");
        if (op->key_len > KEY) too_big("a key");
        memmove(row + 1, row, (image->count - at) * sizeof *row);
        image->count++;
        memset(row, 0, sizeof *row);
        row->key_len = (uint32_t)op->key_len;
        memcpy(row->key, op->key, op->key_len);
    }
    write_value(image, row, op);
}

static void drop(struct image *image, const hsvc_op *op) {
    int found;
    uint32_t at = position(image, op->key, op->key_len, &found);
    if (!found) return;
    image->count--;
    memmove(&image->rows[at], &image->rows[at + 1], (image->count - at) * sizeof image->rows[0]);
}

static uint32_t dirty_bit(const hsvc_op *op) {
    uint32_t last = op->key_len < 3 ? 0 : op->key[op->key_len - 2];
    switch (op->key[0]) {
        case HSVC__FAMILY_DEVICE: return (uint32_t)DIRTY_DEVICE << (last == '2');
        case HSVC__FAMILY_USER: return (uint32_t)DIRTY_USER << (op->key[1] == 'b');
        case HSVC__FAMILY_HEADSET: return (uint32_t)DIRTY_HEADSET << (last - '1');
        case HSVC__FAMILY_POLICY: return DIRTY_ALL;
        default: return 0;
    }
}

/* broken_promise: what STORE-3 says of every commit, and this one does not keep. */
static const char *broken_promise(const hsvc_op *ops, size_t op_count) {
    if (op_count > HSVC_LIMIT_OPS_PER_COMMIT) return "a commit has more operations than a store must take";
    for (size_t i = 0; i < op_count; i++) {
        if (ops[i].key_len > 512 || ops[i].value_len > 65536) return "a key or a value is longer than a store must take";
        for (size_t j = 0; j < i; j++)
            if (compare(ops[i].key, ops[i].key_len, ops[j].key, ops[j].key_len) == 0) return "a key stands twice in a commit";
    }
    return NULL;
}

static int is_expected(const struct image *image, const hsvc_op *op) {
    int found;
    uint32_t at = position(image, op->key, op->key_len, &found);
    if (op->expect == HSVC_EXPECT_ABSENT) return !found;
    return op->expect != HSVC_EXPECT_REVISION || (found && image->rows[at].revision == op->revision);
}

static void write_all(struct flat *flat, const hsvc_op *ops, size_t op_count) {
    revisions++;
    for (size_t i = 0; i < op_count; i++) {
        if (ops[i].key[0] == HSVC__FAMILY_ENTRY || ops[i].kind == HSVC_OP_CHECK) continue;
        flat->dirty |= dirty_bit(&ops[i]);
        if (ops[i].kind == HSVC_OP_PUT) put(flat->image, &ops[i]);
        else drop(flat->image, &ops[i]);
    }
}

static int32_t flat_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    struct flat *flat = user;
    int fault = flat->fault;
    flat->fault = FAULT_NONE;
    if (fault == FAULT_UNAVAILABLE) return HSVC_ERR_UNAVAILABLE;
    if (fault == FAULT_CONFLICT) return HSVC_ERR_CONFLICT;
    if (fault == FAULT_UNKNOWN_NOT) return HSVC_ERR_UNKNOWN;
    if (flat->broken == NULL) flat->broken = broken_promise(ops, op_count);
    for (size_t i = 0; i < op_count; i++)
        if (!is_expected(flat->image, &ops[i])) return HSVC_ERR_CONFLICT;
    write_all(flat, ops, op_count);
    if (fault == FAULT_UNKNOWN_DONE) return HSVC_ERR_UNKNOWN;
    flat->commits++;
    *revision = revisions;
    return HSVC_OK;
}

void flat_bind(struct flat *flat, hsvc_store *store) {
    memset(store, 0, sizeof *store);
    store->struct_size = sizeof *store;
    store->read = flat_read;
    store->scan = flat_scan;
    store->commit = flat_commit;
    store->user = flat;
}
