/* hammer_log.c: every commit is written down before it is tried, in one write, and its outcome after it. */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "process/hammer.h"

#define OPS_MOST 512

int hammer_log_open(struct hammer_log *log, const struct hammer *h, uint32_t node, uint32_t life) {
    char path[512];
    snprintf(path, sizeof path, "%s/node-%u-%u.log", h->folder, (unsigned)node, (unsigned)life);
    log->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666);
    log->failures = &h->shared->failures;
    return log->fd >= 0;
}

static void note(const struct hammer_log *log, const void *bytes, size_t len) {
    if (write(log->fd, bytes, len) != (ssize_t)len) _exit(9); /* without its log the run says nothing */
}

static int32_t log_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    const struct hammer_log *log = (const struct hammer_log *)user;
    return log->inner->read(keys, count, sink, sink_user, log->inner->user);
}

static int32_t log_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                        hsvc_row_sink sink, void *sink_user, void *user) {
    const struct hammer_log *log = (const struct hammer_log *)user;
    return log->inner->scan(from, from_len, to, to_len, limit, sink, sink_user, log->inner->user);
}

static int32_t log_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    const struct hammer_log *log = (const struct hammer_log *)user;
    struct {
        struct hammer_entry head;
        struct hammer_op ops[OPS_MOST];
    } intent;
    struct hammer_entry outcome = {.type = HAMMER_OUTCOME};
    if (count > OPS_MOST) return HSVC_ERR_FULL;
    memset(&intent.head, 0, sizeof intent.head);
    intent.head.type = HAMMER_INTENT;
    intent.head.number = count;
    for (size_t i = 0; i < count; i++) {
        const hsvc_op *op = (const hsvc_op *)(const void *)((const char *)ops + i * ops->struct_size);
        intent.ops[i].key = hsvc_hash64(op->key, op->key_len);
        intent.ops[i].revision = op->revision;
        intent.ops[i].kind = op->kind;
        intent.ops[i].expect = op->expect;
    }
    note(log, &intent, sizeof intent.head + count * sizeof intent.ops[0]);
    __atomic_add_fetch(log->failures, hammer_fired_wrongly(ops, count), __ATOMIC_RELAXED);
    outcome.status = log->inner->commit(ops, count, revision, log->inner->user);
    outcome.number = *revision;
    note(log, &outcome, sizeof outcome);
    return outcome.status;
}

void hammer_log_bind(struct hammer_log *log, const hsvc_store *inner, hsvc_store *store) {
    log->inner = inner;
    *store = *inner;
    store->read = log_read;
    store->scan = log_scan;
    store->commit = log_commit;
    store->user = log;
}

void hammer_log_session(struct hammer_log *log, const hsvc_effect *effect) {
    struct hammer_entry entry = {.type = HAMMER_SESSION};
    entry.status = effect->kind == HSVC_EFFECT_SESSION_STARTED;
    entry.number = effect->session;
    entry.device = hsvc_hash64(effect->device, effect->device_len);
    entry.user = hsvc_hash64(effect->user, effect->user_len);
    note(log, &entry, sizeof entry);
}
