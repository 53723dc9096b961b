/* witness.c: a store before the office's own that sees which records each decision read and which it wrote. SPEC leaves to the
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
    if (number != 0 && kind == W_PHONES && witness->read == 0) witness->first = number;
    if (number != 0 && kind == W_PHONES) witness->read |= 1u << number;
    if (number != 0 && witness->stamps[kind][number] > witness->newest && witness->stamps[kind][number] <= witness->latest)
        witness->newest = witness->stamps[kind][number];
    return r->sink(row, r->user);
}

static int32_t witness_read(const hsvc_key *keys, size_t key_count, hsvc_row_sink sink, void *sink_user, void *user) {
    struct witness *witness = user;
    struct reading r = {witness, sink, sink_user};
    return witness->inner.read(keys, key_count, take, &r, witness->inner.user);
}

static int32_t witness_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit, hsvc_row_sink sink,
                            void *sink_user, void *user) {
    struct witness *witness = user;
    return witness->inner.scan(from, from_len, to, to_len, limit, sink, sink_user, witness->inner.user);
}

static void note(struct witness *witness, const hsvc_op *ops, size_t op_count) {
    struct decision *d = &witness->decisions[witness->count < W_DECISIONS ? witness->count++ : W_DECISIONS - 1];
    memset(d, 0, sizeof *d);
    d->now = witness->newest;
    d->read = witness->read;
    d->first = witness->read == 0 ? 0 : witness->first;
    for (size_t i = 0; i < op_count; i++) {
        enum witnessed kind = W_PHONES;
        uint32_t number = ops[i].kind == HSVC_OP_DELETE ? 0 : whose(witness, ops[i].key, ops[i].key_len, &kind);
        if (ops[i].kind == HSVC_OP_DELETE && witness->families[ops[i].key[0]] == 1 + W_JOBS) witness->swept = 1;
        if (number != 0) d->used[kind] |= 1u << number;
        if (number == 0 || ops[i].kind != HSVC_OP_PUT) continue;
        d->wrote[kind] |= 1u << number;
        witness->stamps[kind][number] = d->now;
    }
    witness->newest = witness->sampled;
    witness->read = 0;
}

static int32_t witness_commit(const hsvc_op *ops, size_t op_count, uint64_t *revision, void *user) {
    struct witness *witness = user;
    int32_t status = witness->inner.commit(ops, op_count, revision, witness->inner.user);
    if (status == HSVC_OK) note(witness, ops, op_count);
    return status;
}

void witness_bind(struct witness *witness, const hsvc_store *inner, hsvc_store *store) {
    witness->inner = *inner;
    *store = *inner;
    store->read = witness_read;
    store->scan = witness_scan;
    store->commit = witness_commit;
    store->user = witness;
}

void witness_sample(struct world *w, uint32_t node) {
    struct witness *witness = &w->witness;
    witness->sampled = witness->newest = world_time(w, node);
    witness->read = 0;
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
