/* witness.c: two stores, above and below the one that fails: above is seen which records each decision read, below which it has
 * written, and when: a commit in doubt may be done while another call is under way. SPEC leaves to the
 * engine which records an input reads, and says what must follow from those that it did (TIME-3, TIME-4): the model is told these
 * facts, and works the times out by itself. */
#include <string.h>

#include "office.h"

/* whose: the kind of record at a key, and of whom; 0 if its time means nothing. A kind has the first byte of its keys to itself. */
static uint32_t whose(struct witness *witness, const uint8_t *key, size_t key_len, enum witnessed *kind) {
    uint8_t *known = &witness->families[key[0]];
    const char *words, *name;
    size_t len;
    if (*known == 0 && hsvc_key_name(key, key_len, &words, &name, &len) == HSVC_OK)
        *known = (uint8_t)(1 + (strcmp(words, "device") == 0 ? W_PHONES : strcmp(words, "user") == 0 ? W_USERS : strcmp(words, "headset") == 0 ? W_HEADSETS : strcmp(words, "job") == 0 ? W_JOBS : W_JOBS + 1));
    if (*known == 0 || *known > W_KINDS) return 0;
    *kind = (enum witnessed)(*known - 1);
    return number_of_name((const char *)key + 1, key_len - 2) % W_MOST;
}

struct reading {
    struct witness *witness;
    hsvc_row_sink sink;
    void *user;
};

/* take: TIME-4: a decision is no earlier than what it read, unless that lies more than clock_skew_max ahead. */
static int32_t take(const hsvc_row *row, void *user) {
    const struct reading *r = user;
    struct witness *witness = r->witness;
    enum witnessed kind = W_PHONES;
    uint32_t number = whose(witness, row->key, row->key_len, &kind);
    struct trip *trip = &witness->trips[witness->trip % W_TRIPS];
    if (number != 0 && kind == W_PHONES && trip->read == 0) trip->first = number;
    if (number != 0 && kind == W_PHONES) trip->read |= 1u << number;
    if (number != 0) witness->trip_of[kind][number] = witness->trip;
    if (number != 0 && witness->stamps[kind][number] > trip->newest && witness->stamps[kind][number] <= witness->latest)
        trip->newest = witness->stamps[kind][number];
    return r->sink(row, r->user);
}

static int32_t witness_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    struct witness *witness = user;
    struct reading r = {witness, sink, sink_user};
    memset(&witness->trips[++witness->trip % W_TRIPS], 0, sizeof witness->trips[0]);
    return witness->below.read(keys, key_count, take, &r, witness->below.user);
}

static int32_t witness_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit, hsvc_row_sink sink,
                            void *sink_user, void *user) {
    struct witness *witness = user;
    return witness->below.scan(from, from_len, to, to_len, limit, sink, sink_user, witness->below.user);
}

/* forget: the next decision reads afresh. */
static void forget(struct witness *witness) {
    memset(witness->trip_of, 0, sizeof witness->trip_of);
    witness->since = witness->trip + 1;
}

/* ---- commits: offered above, done below, perhaps when nobody waits for them any more ---- */

static uint64_t mixed(uint64_t sum, const void *bytes, size_t len) {
    const uint8_t *b = bytes;
    for (size_t i = 0; i < len; i++) sum = (sum ^ b[i]) * UINT64_C(0x100000001b3);
    return sum;
}

/* sum_of: by which a commit is known again, where it may be done later; elsewhere it is the last one. */
static uint64_t sum_of(const struct witness *witness, const hsvc_op *ops, size_t op_count) {
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < op_count && witness->fails; i++) {
        sum = mixed(sum, &ops[i].kind, sizeof ops[i].kind);
        sum = mixed(sum, ops[i].key, ops[i].key_len);
        if (ops[i].kind == HSVC_OP_PUT) sum = mixed(sum, ops[i].value, ops[i].value_len);
    }
    return sum;
}

static void note(struct witness *witness, const hsvc_op *ops, size_t op_count, const struct offered *offered) {
    struct decision *d = &witness->decisions[witness->count < W_DECISIONS ? witness->count++ : W_DECISIONS - 1];
    *d = offered->decision;
    for (size_t i = 0; i < op_count; i++) {
        enum witnessed kind = W_PHONES;
        uint32_t number = ops[i].kind == HSVC_OP_DELETE ? 0 : whose(witness, ops[i].key, ops[i].key_len, &kind);
        if (ops[i].kind == HSVC_OP_DELETE && witness->families[ops[i].key[0]] == 1 + W_JOBS) witness->swept = 1;
        if (number != 0) d->used[kind] |= 1u << number;
        if (number == 0 || ops[i].kind != HSVC_OP_PUT) continue;
        d->wrote[kind] |= 1u << number;
        witness->stamps[kind][number] = d->now;
    }
}

/* done: below what fails: this is in the store now. */
static int32_t done(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    struct witness *witness = user;
    uint64_t sum = sum_of(witness, ops, op_count);
    const struct offered *offered = &witness->offered[witness->offers % W_OFFERED];
    int32_t status = witness->inner.commit(ops, op_count, revision, witness->inner.user);
    for (uint32_t i = 0; i < W_OFFERED && offered->sum != sum; i++) offered = &witness->offered[i];
    if (status == HSVC_OK) note(witness, ops, op_count, offered);
    return status;
}

/* began: the trip with which a decision began: the first that brought any of what it writes or proves. Before that another decision
 * may have come to nothing. */
static uint32_t began(struct witness *witness, const hsvc_op *ops, size_t op_count) {
    uint32_t first = witness->trip + 1;
    for (size_t i = 0; i < op_count; i++) {
        enum witnessed kind = W_PHONES;
        uint32_t number = whose(witness, ops[i].key, ops[i].key_len, &kind), trip = number == 0 ? 0 : witness->trip_of[kind][number];
        if (trip != 0 && trip < first) first = trip;
    }
    return first > witness->trip ? witness->since : first;
}

/* decide: TIME-4: the decision is no earlier than what it read. */
static void decide(struct witness *witness, const hsvc_op *ops, size_t op_count, struct decision *d) {
    d->now = witness->sampled;
    for (uint32_t i = began(witness, ops, op_count); i <= witness->trip; i++) {
        const struct trip *trip = &witness->trips[i % W_TRIPS];
        if (trip->newest > d->now) d->now = trip->newest;
        if (d->read == 0) d->first = trip->first;
        d->read |= trip->read;
    }
}

/* witness_commit: above it: a decision is made, as far as the engine knows. What it does not know it offers again (STORE-4). */
static int32_t witness_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    struct witness *witness = user;
    uint64_t sum = sum_of(witness, ops, op_count);
    struct offered *offered = &witness->offered[witness->offers % W_OFFERED];
    int32_t status;
    if (offered->sum != sum) offered = &witness->offered[++witness->offers % W_OFFERED];
    memset(offered, 0, sizeof *offered);
    offered->sum = sum;
    decide(witness, ops, op_count, &offered->decision);
    status = witness->below.commit(ops, op_count, revision, witness->below.user);
    if (status != HSVC_ERR_UNKNOWN) forget(witness);
    return status;
}

static int32_t plain_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    const struct witness *witness = user;
    return witness->inner.read(keys, key_count, sink, sink_user, witness->inner.user);
}

static int32_t plain_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit, hsvc_row_sink sink,
                          void *sink_user, void *user) {
    const struct witness *witness = user;
    return witness->inner.scan(from, from_len, to, to_len, limit, sink, sink_user, witness->inner.user);
}

void witness_below(struct witness *witness, const hsvc_store *inner, hsvc_store *store) {
    witness->inner = *inner;
    *store = *inner;
    store->read = plain_read;
    store->scan = plain_scan;
    store->commit = done;
    store->user = witness;
}

void witness_bind(struct witness *witness, const hsvc_store *below, hsvc_store *store) {
    witness->below = *below;
    *store = *below;
    store->read = witness_read;
    store->scan = witness_scan;
    store->commit = witness_commit;
    store->user = witness;
}

void witness_sample(struct world *w, uint32_t node) {
    struct witness *witness = &w->witness;
    witness->sampled = world_time(w, node);
    forget(witness);
    witness->latest = witness->sampled + m_policy(&w->model, HSVC_PARAM_CLOCK_SKEW_MAX, 0, 0);
}

void witness_begin(struct world *w, uint32_t node) {
    w->witness.count = 0;
    witness_sample(w, node);
}

uint32_t witness_phones(const struct world *w) {
    uint32_t bits = 0;
    for (uint32_t i = 0; i < w->witness.count; i++) bits |= w->witness.decisions[i].read;
    return bits;
}

uint32_t witness_wrote(const struct world *w, enum witnessed kind) {
    uint32_t bits = 0;
    for (uint32_t i = 0; i < w->witness.count; i++) bits |= w->witness.decisions[i].wrote[kind];
    return bits;
}

uint32_t witness_used(const struct world *w, enum witnessed kind) {
    uint32_t bits = 0;
    for (uint32_t i = 0; i < w->witness.count; i++) bits |= w->witness.decisions[i].used[kind];
    return bits;
}

int64_t witness_written(const struct world *w, uint32_t phone) { return w->witness.stamps[W_PHONES][phone]; }
