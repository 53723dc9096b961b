/* memory.c: the public functions of the memory store, and its read and scan.
 *
 * Sinks may read and scan the same store; a commit from inside a sink is HSVC_ERR_UNAVAILABLE, as it could move the row
 * that the sink is looking at. */
#include "memory.h"

void *hsvc__memory_resize(hsvc_memory_store *store, void *block, size_t old_size, size_t new_size) {
    void *resized = store->allocator.resize(block, old_size, new_size, store->allocator.user);
    if (resized != NULL || new_size == 0) store->held += (uint64_t)new_size - (uint64_t)old_size;
    return resized;
}

/* ---- read and scan ---- */

static int32_t hand_out(hsvc_memory_store *store, uint32_t slot, size_t index, hsvc_row_sink sink, void *sink_user) {
    const hsvc__row *row = store->slots[slot].row;
    hsvc_row out;
    int32_t status;
    out.struct_size = sizeof out;
    out.index = (uint32_t)index;
    out.key = row->bytes;
    out.key_len = row->key_len;
    out.value = row->bytes + row->key_len;
    out.value_len = row->value_len;
    out.revision = row->revision;
    out.hint = (uint64_t)slot + 1;
    store->in_sink++;
    status = sink(&out, sink_user);
    store->in_sink--;
    return status;
}

static int32_t memory_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_memory_store *store = (hsvc_memory_store *)user;
    int32_t status = HSVC_OK;
    if (store == NULL || sink == NULL || (keys == NULL && key_count > 0)) return HSVC_ERR_ARGUMENT;
    for (size_t i = 0; i < key_count && status == HSVC_OK; i++) {
        uint32_t hash = hsvc__index_hash(keys[i].bytes, keys[i].len);
        uint32_t slot = hsvc__index_find(store, keys[i].bytes, keys[i].len, hash);
        if (slot != HSVC__NONE) status = hand_out(store, slot, i, sink, sink_user);
    }
    return status;
}

/* Does the row come before `to`? An empty `to` is the end of everything. */
static int is_before(const hsvc__row *row, const uint8_t *to, size_t to_len) {
    size_t shorter = row->key_len < to_len ? row->key_len : to_len;
    int order;
    if (to_len == 0) return 1;
    order = memcmp(row->bytes, to, shorter);
    return order < 0 || (order == 0 && row->key_len < to_len);
}

static int32_t memory_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                           hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_memory_store *store = (hsvc_memory_store *)user;
    int32_t status = HSVC_OK;
    uint32_t slot;
    if (store == NULL || sink == NULL) return HSVC_ERR_ARGUMENT;
    if ((from == NULL && from_len > 0) || (to == NULL && to_len > 0)) return HSVC_ERR_ARGUMENT;
    slot = hsvc__order_from(store, from, from_len);
    for (size_t i = 0; i < limit && slot != HSVC__NONE && status == HSVC_OK; i++) {
        if (!is_before(store->slots[slot].row, to, to_len)) break;
        status = hand_out(store, slot, i, sink, sink_user);
        slot = store->slots[slot].next;
    }
    return status;
}

/* ---- the handle ---- */

int32_t hsvc_memory_store_new(const hsvc_allocator *allocator, hsvc_memory_store **store) {
    hsvc_allocator checked;
    hsvc_memory_store *made;
    int32_t status;
    if (store == NULL) return HSVC_ERR_ARGUMENT;
    *store = NULL;
    status = hsvc__allocator_in(&checked, allocator);
    if (status != HSVC_OK) return status;
    made = (hsvc_memory_store *)hsvc__alloc(&checked, sizeof *made);
    if (made == NULL) return HSVC_ERR_MEMORY;
    memset(made, 0, sizeof *made);
    made->allocator = checked;
    made->held = sizeof *made;
    made->root = HSVC__NONE;
    made->free_slot = HSVC__NONE;
    made->free_node = HSVC__NONE;
    *store = made;
    return HSVC_OK;
}

int32_t hsvc_memory_store_bind(hsvc_memory_store *memory, hsvc_store *store) {
    hsvc_store bound;
    if (memory == NULL) return HSVC_ERR_ARGUMENT;
    memset(&bound, 0, sizeof bound);
    bound.ops_max = HSVC__MEMORY_OPS_MAX;
    bound.read = memory_read;
    bound.scan = memory_scan;
    bound.commit = hsvc__memory_commit;
    bound.user = memory;
    return hsvc__sized_out(store, &bound, sizeof bound, sizeof bound);
}

void hsvc_memory_store_free(hsvc_memory_store *store) {
    if (store == NULL) return;
    hsvc__block_free_all(store);
    hsvc__index_free(store);
    if (store->steps != NULL) hsvc__memory_resize(store, store->steps, store->step_room * sizeof *store->steps, 0);
    if (store->seen != NULL) hsvc__memory_resize(store, store->seen, store->seen_room * sizeof *store->seen, 0);
    hsvc__release(&store->allocator, store, sizeof *store);
}

int32_t hsvc_memory_store_size(const hsvc_memory_store *store, uint64_t *rows, uint64_t *bytes) {
    if (store == NULL || rows == NULL || bytes == NULL) return HSVC_ERR_ARGUMENT;
    *rows = store->row_count;
    *bytes = store->held;
    return HSVC_OK;
}
