/* commit.c: all operations or none. Three passes: look (nothing changes), reserve (nothing visible changes), apply
 * (nothing can fail). */
#include "memory.h"

#include "core/ops.h"

#define LEAST_STEPS 64u

/* ---- room for the commit's own notes ---- */

/* The table of a commit's own keys is at most half full. */
static size_t seen_size(size_t op_count) {
    size_t size = 16;
    while (size < op_count * 2) size *= 2;
    return size;
}

/* `seen` is always large enough for as many steps as there is room for. */
static int reserve_steps(hsvc_memory_store *store, size_t op_count) {
    size_t room = op_count < LEAST_STEPS ? LEAST_STEPS : op_count;
    size_t seen;
    void *grown;
    if (op_count <= store->step_room && store->step_room > 0) return 1;
    if (op_count > HSVC__SLOTS_MOST) return 0;
    seen = seen_size(room);
    grown = hsvc__memory_resize(store, store->seen, store->seen_room * sizeof *store->seen, seen * sizeof *store->seen);
    if (grown == NULL) return 0;
    store->seen = (uint32_t *)grown;
    store->seen_room = seen;
    grown =
        hsvc__memory_resize(store, store->steps, store->step_room * sizeof *store->steps, room * sizeof *store->steps);
    if (grown == NULL) return 0;
    store->steps = (hsvc__step *)grown;
    store->step_room = room;
    return 1;
}

/* ---- look ---- */

static void find(const hsvc_memory_store *store, hsvc__step *step) {
    const hsvc_op *op = step->op;
    step->slot = op->hint == 0 ? HSVC__NONE : hsvc__index_hint(store, op->key, op->key_len, op->hint);
    if (step->slot != HSVC__NONE) {
        step->hash = store->slots[step->slot].hash;
        return;
    }
    step->hash = hsvc__index_hash(op->key, op->key_len);
    step->slot = hsvc__index_find(store, op->key, op->key_len, step->hash);
}

/* Notes a step's key; 0 if an earlier step of this commit had it. */
static int is_first(hsvc_memory_store *store, uint32_t number, uint32_t mask) {
    const hsvc__step *step = &store->steps[number];
    uint32_t at = step->hash & mask;
    for (; store->seen[at] != 0; at = (at + 1) & mask) { /* never full: see seen_size */
        const hsvc__step *other = &store->steps[store->seen[at] - 1];
        if (other->hash != step->hash || other->op->key_len != step->op->key_len) continue;
        if (memcmp(other->op->key, step->op->key, step->op->key_len) == 0) return 0;
    }
    store->seen[at] = number + 1;
    return 1;
}

static int is_as_expected(const hsvc_memory_store *store, const hsvc__step *step) {
    if (step->op->expect == HSVC_EXPECT_ANY) return 1;
    if (step->op->expect == HSVC_EXPECT_ABSENT) return step->slot == HSVC__NONE;
    return step->slot != HSVC__NONE && store->slots[step->slot].row->revision == step->op->revision;
}

static int32_t look(hsvc_memory_store *store, const hsvc_op *ops, size_t op_count) {
    size_t seen = seen_size(op_count);
    if (!hsvc__ops_stride_ok(ops)) return HSVC_ERR_ARGUMENT;
    if (op_count > 1) memset(store->seen, 0, seen * sizeof *store->seen);
    for (size_t i = 0; i < op_count; i++) {
        hsvc__step *step = &store->steps[i];
        step->op = hsvc__op_at(ops, i);
        step->fresh = NULL;
        if (!hsvc__op_is_possible(step->op)) return HSVC_ERR_ARGUMENT;
        find(store, step);
        if (op_count > 1 && !is_first(store, (uint32_t)i, (uint32_t)seen - 1)) return HSVC_ERR_CONFLICT;
        if (!is_as_expected(store, step)) return HSVC_ERR_CONFLICT;
    }
    return HSVC_OK;
}

/* ---- reserve ---- */

static void give_back(hsvc_memory_store *store, size_t op_count) {
    for (size_t i = 0; i < op_count; i++) {
        if (store->steps[i].fresh != NULL) hsvc__block_give(store, store->steps[i].fresh);
    }
}

/* A block for a row that is new or changes its class. */
static int reserve_block(hsvc_memory_store *store, hsvc__step *step) {
    uint32_t wanted = hsvc__block_class(step->op->key_len, step->op->value_len);
    if (step->slot != HSVC__NONE && store->slots[step->slot].row->block_class == wanted) return 1;
    step->fresh = hsvc__block_take(store, wanted);
    return step->fresh != NULL;
}

static int32_t reserve(hsvc_memory_store *store, size_t op_count) {
    size_t more = 0;
    for (size_t i = 0; i < op_count; i++) {
        hsvc__step *step = &store->steps[i];
        if (step->op->kind != HSVC_OP_PUT) continue;
        more += step->slot == HSVC__NONE;
        if (reserve_block(store, step)) continue;
        give_back(store, i);
        return HSVC_ERR_FULL;
    }
    if (more == 0 || hsvc__index_reserve(store, more)) return HSVC_OK;
    give_back(store, op_count);
    return HSVC_ERR_FULL;
}

/* ---- apply ---- */

static void put(hsvc_memory_store *store, const hsvc__step *step) {
    const hsvc_op *op = step->op;
    hsvc__row *row = step->fresh != NULL ? step->fresh : store->slots[step->slot].row;
    if (step->fresh != NULL) {
        row->key_len = (uint16_t)op->key_len;
        memcpy(row->bytes, op->key, op->key_len);
    }
    row->revision = store->revision;
    row->value_len = (uint32_t)op->value_len;
    if (op->value_len > 0) memmove(row->bytes + op->key_len, op->value, op->value_len);
    if (step->slot == HSVC__NONE) {
        hsvc__index_add(store, row, step->hash);
    } else if (step->fresh != NULL) {
        hsvc__block_give(store, store->slots[step->slot].row);
        store->slots[step->slot].row = row;
    }
}

static void apply(hsvc_memory_store *store, size_t op_count) {
    store->revision++;
    for (size_t i = 0; i < op_count; i++) {
        const hsvc__step *step = &store->steps[i];
        if (step->op->kind == HSVC_OP_PUT)
            put(store, step);
        else if (step->op->kind == HSVC_OP_DELETE && step->slot != HSVC__NONE)
            hsvc__index_remove(store, step->slot);
    }
}

int32_t hsvc__memory_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    hsvc_memory_store *store = (hsvc_memory_store *)user;
    int32_t status;
    if (store == NULL || revision == NULL || (ops == NULL && op_count > 0)) return HSVC_ERR_ARGUMENT;
    if (store->in_sink > 0) return HSVC_ERR_UNAVAILABLE; /* a sink is looking at a row that this could change */
    if (!reserve_steps(store, op_count)) return HSVC_ERR_FULL;
    status = op_count == 0 ? HSVC_OK : look(store, ops, op_count);
    if (status == HSVC_OK) status = reserve(store, op_count);
    if (status != HSVC_OK) return status;
    apply(store, op_count);
    *revision = store->revision;
    return HSVC_OK;
}
