/* fault_store.c: a store that fails on order. */
#include "kit.h"

#define ON_ALL (HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN | HSVC_FAULT_ON_COMMIT)

typedef struct armed {
    hsvc_fault fault;
    uint64_t seen; /* calls it is for, since arming */
} armed;

/* A commit that is on its way: one block, with the operations and then their bytes behind it. */
typedef struct late {
    struct late *next;
    size_t size;
    uint64_t delay; /* calls to wait for; 0 = until settled */
    size_t op_count;
    hsvc_op *ops;
} late;

struct hsvc_fault_store {
    hsvc_allocator allocator;
    hsvc_store inner;
    armed armed[HSVC_FAULT_STORE_ARMED_MOST];
    uint32_t armed_count;
    hsvc_fault_counts counts;
    late *lates; /* oldest first */
};

/* ---- handle ---- */

int32_t hsvc_fault_store_new(const hsvc_allocator *allocator, const hsvc_store *inner, hsvc_fault_store **fault) {
    hsvc_allocator checked;
    hsvc_store store;
    void *made;
    int32_t status;
    if (fault == NULL) return HSVC_ERR_ARGUMENT;
    *fault = NULL;
    status = hsvc__kit_store_in(&store, inner);
    if (status != HSVC_OK) return status;
    status = hsvc__kit_new(allocator, sizeof **fault, &checked, &made);
    if (status != HSVC_OK) return status;
    *fault = (hsvc_fault_store *)made;
    (*fault)->allocator = checked;
    (*fault)->inner = store;
    return HSVC_OK;
}

static void drop_late(hsvc_fault_store *fault, late **at) {
    late *gone = *at;
    *at = gone->next;
    fault->counts.late_now--;
    hsvc__release(&fault->allocator, gone, gone->size);
}

void hsvc_fault_store_free(hsvc_fault_store *fault) {
    if (fault == NULL) return;
    while (fault->lates != NULL) drop_late(fault, &fault->lates);
    hsvc__release(&fault->allocator, fault, sizeof *fault);
}

int32_t hsvc_fault_store_counts(const hsvc_fault_store *fault, hsvc_fault_counts *counts) {
    if (fault == NULL) return HSVC_ERR_ARGUMENT;
    return hsvc__sized_out(counts, &fault->counts, sizeof *counts, sizeof *counts);
}

/* ---- arming ---- */

/* The calls a kind of fault may be for; 0 if there is no such kind. */
static uint32_t calls_of(uint32_t kind) {
    if (kind == HSVC_FAULT_UNAVAILABLE || kind == HSVC_FAULT_CORRUPT || kind == HSVC_FAULT_RETURN) return ON_ALL;
    return kind >= HSVC_FAULT_UNAVAILABLE && kind <= HSVC_FAULT_NO_REVISION ? HSVC_FAULT_ON_COMMIT : 0;
}

int32_t hsvc_fault_store_arm(hsvc_fault_store *fault, const hsvc_fault *what) {
    armed fresh;
    int32_t status;
    if (fault == NULL) return HSVC_ERR_ARGUMENT;
    memset(&fresh, 0, sizeof fresh);
    status = hsvc__sized_in(&fresh.fault, sizeof fresh.fault, sizeof fresh.fault, what);
    if (status != HSVC_OK) return status;
    if (fresh.fault.on == 0 || (fresh.fault.on & ~calls_of(fresh.fault.kind)) != 0) return HSVC_ERR_ARGUMENT;
    if (fresh.fault.times == 0) fresh.fault.times = 1;
    if (fault->armed_count == HSVC_FAULT_STORE_ARMED_MOST) return HSVC_ERR_LIMIT;
    fault->armed[fault->armed_count++] = fresh;
    return HSVC_OK;
}

void hsvc_fault_store_disarm(hsvc_fault_store *fault) {
    uint32_t late_now;
    if (fault == NULL) return;
    late_now = fault->counts.late_now;
    memset(&fault->counts, 0, sizeof fault->counts);
    fault->counts.late_now = late_now;
    fault->armed_count = 0;
}

static int is_due(const armed *one) {
    if (one->fault.nth == 0) return 1;
    return one->seen >= one->fault.nth && one->seen - one->fault.nth < one->fault.times;
}

/* The fault that this call gets, or NULL. All faults for such calls count it. */
static const hsvc_fault *next_fault(hsvc_fault_store *fault, uint32_t on) {
    const hsvc_fault *found = NULL;
    for (uint32_t i = 0; i < fault->armed_count; i++) {
        armed *one = &fault->armed[i];
        if ((one->fault.on & on) == 0) continue;
        one->seen++;
        if (found == NULL && is_due(one)) found = &one->fault;
    }
    fault->counts.fired += found != NULL;
    return found;
}

/* ---- late commits ---- */

static hsvc_op op_at(const hsvc_op *ops, size_t i) {
    hsvc_op op;
    memcpy(&op, (const uint8_t *)ops + i * ops->struct_size, sizeof op);
    op.struct_size = sizeof op;
    if (op.kind != HSVC_OP_PUT) op.value_len = 0;
    return op;
}

static size_t late_size(const hsvc_op *ops, size_t op_count) {
    size_t size = sizeof(late) + op_count * sizeof(hsvc_op);
    for (size_t i = 0; i < op_count; i++) {
        hsvc_op op = op_at(ops, i);
        size += op.key_len + op.value_len;
    }
    return size;
}

static const uint8_t *keep_bytes(uint8_t **to, const uint8_t *bytes, size_t len) {
    uint8_t *kept = *to;
    if (len > 0) memcpy(kept, bytes, len);
    *to += len;
    return kept;
}

/* are_possible: what is not would be refused when it arrives, and may have lengths that nobody can copy. */
static int are_possible(const hsvc_op *ops, size_t op_count) {
    if (op_count > 0 && (ops == NULL || !hsvc__ops_stride_ok(ops))) return 0;
    for (size_t i = 0; i < op_count; i++)
        if (!hsvc__op_is_possible(hsvc__op_at(ops, i))) return 0;
    return 1;
}

/* Puts a copy of the commit at the end of the queue. */
static int keep_late(hsvc_fault_store *fault, const hsvc_op *ops, size_t op_count, uint64_t delay) {
    size_t size;
    late *kept, **at = &fault->lates;
    uint8_t *bytes;
    if (!are_possible(ops, op_count)) return 0;
    size = late_size(ops, op_count);
    kept = (late *)hsvc__alloc(&fault->allocator, size);
    if (kept == NULL) return 0;
    kept->next = NULL;
    kept->size = size;
    kept->delay = delay;
    kept->op_count = op_count;
    kept->ops = (hsvc_op *)(void *)(kept + 1);
    bytes = (uint8_t *)(kept->ops + op_count);
    for (size_t i = 0; i < op_count; i++) {
        kept->ops[i] = op_at(ops, i);
        kept->ops[i].key = keep_bytes(&bytes, kept->ops[i].key, kept->ops[i].key_len);
        kept->ops[i].value = keep_bytes(&bytes, kept->ops[i].value, kept->ops[i].value_len);
    }
    while (*at != NULL) at = &(*at)->next; /* as many as there are late commits */
    *at = kept;
    fault->counts.late_now++;
    return 1;
}

/* Lets a late commit arrive. One that finds the store busy stays on its way. */
static void arrive(hsvc_fault_store *fault, late **at) {
    uint64_t revision = 0;
    int32_t status = fault->inner.commit((*at)->ops, (*at)->op_count, &revision, fault->inner.user);
    if (status == HSVC_ERR_UNAVAILABLE) {
        (*at)->delay = 1;
        return;
    }
    if (status == HSVC_OK)
        fault->counts.late_done++;
    else
        fault->counts.late_refused++;
    drop_late(fault, at);
}

/* A call begins: time passes for late commits. */
static void late_tick(hsvc_fault_store *fault) {
    late **at = &fault->lates;
    while (*at != NULL) {
        late *one = *at;
        if (one->delay == 1)
            arrive(fault, at);
        else if (one->delay > 1)
            one->delay--;
        if (*at == one) at = &one->next;
    }
}

void hsvc_fault_store_settle(hsvc_fault_store *fault) {
    late **at;
    if (fault == NULL) return;
    at = &fault->lates;
    while (*at != NULL) {
        late *one = *at;
        arrive(fault, at);
        if (*at == one) at = &one->next;
    }
}

/* ---- read and scan ---- */

/* Stands between the inner store and the sink and spoils one byte of each value. */
typedef struct spoiler {
    hsvc_fault_store *fault;
    const hsvc_fault *how;
    hsvc_row_sink sink;
    void *sink_user;
} spoiler;

static int32_t spoil(const hsvc_row *row, void *user) {
    const spoiler *to = (const spoiler *)user;
    uint32_t bits = to->how->flip_bits == 0 ? 0xff : to->how->flip_bits;
    hsvc_row spoilt = *row;
    uint8_t *copy;
    int32_t status;
    if (row->value_len == 0) return to->sink(row, to->sink_user); /* nothing to spoil */
    copy = (uint8_t *)hsvc__alloc(&to->fault->allocator, row->value_len);
    if (copy == NULL) return HSVC_ERR_CORRUPT;
    memcpy(copy, row->value, row->value_len);
    copy[to->how->flip_at % row->value_len] ^= (uint8_t)bits;
    spoilt.value = copy;
    status = to->sink(&spoilt, to->sink_user);
    hsvc__release(&to->fault->allocator, copy, row->value_len);
    return status;
}

/* What a call with a fault other than a spoilt value returns without asking the inner store. */
static int32_t plain_answer(const hsvc_fault *what) {
    if (what->kind == HSVC_FAULT_RETURN) return what->status;
    if (what->kind == HSVC_FAULT_CONFLICT) return HSVC_ERR_CONFLICT;
    if (what->kind == HSVC_FAULT_FULL) return HSVC_ERR_FULL;
    if (what->kind == HSVC_FAULT_CORRUPT) return HSVC_ERR_CORRUPT;
    if (what->kind == HSVC_FAULT_NO_REVISION) return HSVC_OK;
    return what->kind == HSVC_FAULT_UNAVAILABLE ? HSVC_ERR_UNAVAILABLE : HSVC_ERR_UNKNOWN;
}

static int32_t fault_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_fault_store *fault = (hsvc_fault_store *)user;
    const hsvc_fault *what;
    hsvc_fault how;
    spoiler between = {fault, &how, sink, sink_user};
    fault->counts.reads++;
    late_tick(fault);
    what = next_fault(fault, HSVC_FAULT_ON_READ);
    if (what == NULL) return fault->inner.read(keys, key_count, sink, sink_user, fault->inner.user);
    how = *what; /* the sink may disarm */
    if (how.kind != HSVC_FAULT_CORRUPT) return plain_answer(&how);
    return fault->inner.read(keys, key_count, spoil, &between, fault->inner.user);
}

static int32_t fault_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                          hsvc_row_sink sink, void *sink_user, void *user) {
    hsvc_fault_store *fault = (hsvc_fault_store *)user;
    const hsvc_fault *what;
    hsvc_fault how;
    spoiler between = {fault, &how, sink, sink_user};
    fault->counts.scans++;
    late_tick(fault);
    what = next_fault(fault, HSVC_FAULT_ON_SCAN);
    if (what == NULL) {
        return fault->inner.scan(from, from_len, to, to_len, limit, sink, sink_user, fault->inner.user);
    }
    how = *what;
    if (how.kind != HSVC_FAULT_CORRUPT) return plain_answer(&how);
    return fault->inner.scan(from, from_len, to, to_len, limit, spoil, &between, fault->inner.user);
}

/* ---- commit ---- */

static int32_t fault_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    hsvc_fault_store *fault = (hsvc_fault_store *)user;
    const hsvc_fault *what;
    uint64_t unseen = 0;
    fault->counts.commits++;
    late_tick(fault);
    what = next_fault(fault, HSVC_FAULT_ON_COMMIT);
    if (what == NULL) return fault->inner.commit(ops, op_count, revision, fault->inner.user);
    if (what->kind == HSVC_FAULT_UNKNOWN_DONE) fault->inner.commit(ops, op_count, &unseen, fault->inner.user);
    if (what->kind == HSVC_FAULT_UNKNOWN_LATE && !keep_late(fault, ops, op_count, what->delay)) {
        fault->counts.late_refused++;
    }
    return plain_answer(what);
}

int32_t hsvc_fault_store_bind(hsvc_fault_store *fault, hsvc_store *store) {
    hsvc_store bound;
    if (fault == NULL) return HSVC_ERR_ARGUMENT;
    memset(&bound, 0, sizeof bound);
    bound.ops_max = fault->inner.ops_max;
    bound.read = fault_read;
    bound.scan = fault_scan;
    bound.commit = fault_commit;
    bound.user = fault;
    return hsvc__sized_out(store, &bound, sizeof bound, sizeof bound);
}
