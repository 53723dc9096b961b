/* recorder.c: writes the life of an engine down, frame by frame (OBS-6). It stands between the engine and the host's store
 * and is told of the rest. What goes wrong here ends the recording and nothing else. */
#include "engine/engine.h"

/* ---- frames ---- */
static void give_up(struct hsvc__recorder *r) { r->sink = NULL; }

static uint8_t *take(struct hsvc__recorder *r, size_t more) {
    size_t wanted = r->room == 0 ? 1024 : r->room;
    uint8_t *at;
    if (r->sink == NULL) return NULL;
    while (wanted < r->len + more) wanted *= 2;
    if (wanted != r->room) {
        uint8_t *grown = (uint8_t *)(r->room == 0 ? hsvc__alloc(&r->allocator, wanted) : hsvc__grow(&r->allocator, r->bytes, r->room, wanted));
        if (grown == NULL) {
            give_up(r);
            return NULL;
        }
        r->bytes = grown;
        r->room = wanted;
    }
    at = r->bytes + r->len;
    r->len += more;
    return at;
}

static void frame_begin(struct hsvc__recorder *r, uint8_t type) {
    uint8_t *at;
    r->len = 0;
    at = take(r, HSVC__FRAME_HEAD_LEN);
    if (at == NULL) return;
    at[0] = 'H';
    at[1] = 'R';
    at[2] = type;
    at[3] = HSVC_RECORDING_VERSION;
}

static void frame_end(struct hsvc__recorder *r) {
    size_t len = r->len - HSVC__FRAME_HEAD_LEN;
    if (r->sink == NULL) return;
    hsvc__put32(r->bytes + 4, (uint32_t)len);
    hsvc__put64(r->bytes + 8, hsvc_hash64(r->bytes + HSVC__FRAME_HEAD_LEN, len) + hsvc__get64(r->bytes));
    if (HSVC__BUG(len > UINT32_MAX) || r->sink(r->bytes, r->len, r->user) != HSVC_OK) give_up(r);
}

static void put_group(struct hsvc__recorder *r, uint8_t tag) {
    uint8_t *at = take(r, 1);
    if (at != NULL) at[0] = tag;
}

static void put_number(struct hsvc__recorder *r, uint8_t tag, uint64_t number) {
    uint8_t *at = number == 0 ? NULL : take(r, 9);
    if (at == NULL) return;
    at[0] = tag;
    hsvc__put64(at + 1, number);
}

static void put_bytes(struct hsvc__recorder *r, uint8_t tag, const void *bytes, size_t len) {
    size_t kept = len > HSVC_LIMIT_VALUE_LEN ? HSVC_LIMIT_VALUE_LEN + 1 : len;
    uint8_t *at = len == 0 || bytes == NULL ? NULL : take(r, 5 + kept);
    if (at == NULL) return;
    at[0] = tag;
    hsvc__put32(at + 1, (uint32_t)kept);
    memcpy(at + 5, bytes, kept);
}

static void put_static(struct hsvc__recorder *r, uint8_t tag, const char *text) {
    hsvc__str name = hsvc__static(text);
    put_bytes(r, tag, name.p, name.n);
}
#define NUMBER(name, value) put_number(r, HSVC__TAG_##name, (uint64_t)(value))
#define BYTES(name, p, n) put_bytes(r, HSVC__TAG_##name, p, n)
#define GROUP(name) put_group(r, HSVC__TAG_##name)

static void put_input(struct hsvc__recorder *r, const hsvc_input *in) {
    GROUP(input);
#define IN_NUMBER(type, name) NUMBER(name, in->name);
#define IN_TEXT(name) BYTES(name, in->name, in->name##_len);
#include "engine/recording.def"
#undef IN_NUMBER
#undef IN_TEXT
    NUMBER(number_value, in->value);
    if (hsvc__has_request(in)) BYTES(request_id, in->request_id, sizeof in->request_id);
    for (size_t i = 0; i < in->item_count; i++) {
        const hsvc_item *item = &in->items[i];
        GROUP(item);
#define ITEM_NUMBER(type, name) NUMBER(name, item->name);
#include "engine/recording.def"
#undef ITEM_NUMBER
        BYTES(text, item->text, item->text_len);
    }
}

static void put_effect(struct hsvc__recorder *r, const hsvc_effects *fx, size_t index) {
    hsvc_effect e;
    e.struct_size = sizeof e;
    (void)hsvc_effects_at(fx, index, &e); /* it is there */
    GROUP(effect);
#define EFFECT_NUMBER(name) NUMBER(name, e.name);
#define EFFECT_TEXT(name) BYTES(name, e.name, e.name##_len);
#include "engine/recording.def"
#undef EFFECT_NUMBER
#undef EFFECT_TEXT
    put_static(r, HSVC__TAG_rule, e.rule);
    for (size_t i = 0; i < e.profile_count; i++) {
        const char *name = NULL;
        size_t len = 0;
        (void)hsvc_effects_profile(fx, index, i, &name, &len);
        BYTES(offer, name, len);
    }
}

static void put_verdict(struct hsvc__recorder *r, const hsvc_effects *fx, size_t index) {
    hsvc_verdict v;
    v.struct_size = sizeof v;
    (void)hsvc_verdict_at(fx, index, &v);
    GROUP(verdict);
#define VERDICT_NUMBER(name) NUMBER(name, v.name);
#include "engine/recording.def"
#undef VERDICT_NUMBER
    BYTES(device, v.device, v.device_len);
    BYTES(serial, v.serial, v.serial_len);
    put_static(r, HSVC__TAG_event, v.event);
    put_static(r, HSVC__TAG_rule, v.rule);
}

/* ---- between the engine and its store ---- */
static struct hsvc__recorder *active(void *user) {
    struct hsvc__recorder *r = &((struct hsvc_engine *)user)->recorder;
    if (!r->in_call) r->looked = 1;
    return r->in_call && r->sink != NULL ? r : NULL;
}

static int32_t record_row(const hsvc_row *row, void *user) {
    struct hsvc__recorder *r = (struct hsvc__recorder *)user;
    GROUP(row);
    if (row != NULL && !HSVC__MUTANT(rows_unrecorded)) {
        NUMBER(index, row->index);
        NUMBER(revision, row->revision);
        BYTES(key, row->key, row->key_len);
        BYTES(value, row->value, row->value_len);
    }
    return r->row_sink(row, r->row_user);
}

static int32_t rows_end(struct hsvc__recorder *r, int32_t status) {
    GROUP(outcome);
    NUMBER(status, (int64_t)status);
    frame_end(r);
    return status;
}

static int32_t record_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    const hsvc_store *inner = &((struct hsvc_engine *)user)->recorder.inner;
    struct hsvc__recorder *r = active(user);
    if (r == NULL) return inner->read(keys, count, sink, sink_user, inner->user);
    r->row_sink = sink;
    r->row_user = sink_user;
    frame_begin(r, HSVC_FRAME_READ);
    for (size_t i = 0; i < count; i++) BYTES(key, keys[i].bytes, keys[i].len);
    return rows_end(r, inner->read(keys, count, record_row, r, inner->user));
}

static int32_t record_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                           hsvc_row_sink sink, void *sink_user, void *user) {
    const hsvc_store *inner = &((struct hsvc_engine *)user)->recorder.inner;
    struct hsvc__recorder *r = active(user);
    if (r == NULL) return inner->scan(from, from_len, to, to_len, limit, sink, sink_user, inner->user);
    r->row_sink = sink;
    r->row_user = sink_user;
    frame_begin(r, HSVC_FRAME_SCAN);
    BYTES(from, from, from_len);
    BYTES(to, to, to_len);
    NUMBER(limit, limit);
    return rows_end(r, inner->scan(from, from_len, to, to_len, limit, record_row, r, inner->user));
}

static int32_t record_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    const hsvc_store *inner = &((struct hsvc_engine *)user)->recorder.inner;
    struct hsvc__recorder *r = active(user);
    int32_t status;
    if (r == NULL) return inner->commit(ops, count, revision, inner->user);
    frame_begin(r, HSVC_FRAME_COMMIT);
    for (size_t i = 0; i < count; i++) {
        GROUP(operation);
        NUMBER(kind, ops[i].kind);
        NUMBER(expect, ops[i].expect);
        NUMBER(revision, ops[i].revision);
        BYTES(key, ops[i].key, ops[i].key_len);
        BYTES(value, ops[i].value, ops[i].value_len);
    }
    status = inner->commit(ops, count, revision, inner->user);
    GROUP(outcome);
    NUMBER(status, (int64_t)status);
    NUMBER(revision, *revision);
    frame_end(r);
    return status;
}

/* ---- a call ---- */
void hsvc__record_open(struct hsvc_engine *engine, const hsvc_config *config) {
    struct hsvc__recorder *r = &engine->recorder;
    if (config->recording == NULL) return;
    r->sink = config->recording;
    r->user = config->recording_user;
    r->allocator = engine->allocator;
    r->inner = engine->store;
    r->clock_skew = hsvc__preset_value(HSVC_PARAM_CLOCK_SKEW_MAX, 0);
    engine->store.read = record_read;
    engine->store.scan = record_scan;
    engine->store.commit = record_commit;
    engine->store.user = engine;
}

void hsvc__record_close(struct hsvc_engine *engine) {
    struct hsvc__recorder *r = &engine->recorder;
    hsvc__release(&r->allocator, r->bytes, r->room);
}

static void put_head(struct hsvc_engine *engine) {
    struct hsvc__recorder *r = &engine->recorder;
    if (r->begun) return;
    r->begun = 1;
    frame_begin(r, HSVC_FRAME_HEAD);
    NUMBER(node, engine->node);
    NUMBER(node_count, engine->node_count);
    NUMBER(poll_ms, engine->poll_ms);
    NUMBER(ops_max, engine->store.ops_max);
    NUMBER(permission, engine->permission != NULL);
    NUMBER(version, hsvc_version());
    NUMBER(epoch, engine->epoch);
    r->epoch = engine->epoch;
    NUMBER(flags, engine->any_epoch ? HSVC_CONFIG_ANY_EPOCH : 0);
    frame_end(r);
}

/* A look outside the recorded calls may have filled a cache, which a replay that does not look would not have. What it has learned,
 * and the next call goes by before it reads the policy, is said: clock_skew_max, plus one, as zeros are left out, and the epoch. */
static void put_forget(struct hsvc_engine *engine) {
    struct hsvc__recorder *r = &engine->recorder;
    int64_t skew = engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX];
    if (!r->looked) return;
    r->looked = 0;
    engine->policy.known = 0;
    frame_begin(r, HSVC_FRAME_FORGET);
    NUMBER(clock_skew, skew == r->clock_skew || HSVC__MUTANT(look_unsaid) ? 0 : skew + 1);
    NUMBER(epoch, engine->epoch == r->epoch ? 0 : engine->epoch);
    frame_end(r);
    r->clock_skew = skew;
    r->epoch = engine->epoch;
}

void hsvc__record_preface(struct hsvc_engine *engine) {
    put_head(engine);
    put_forget(engine);
}

void hsvc__record_begin(struct hsvc_engine *engine, const struct hsvc__recorded *call) {
    struct hsvc__recorder *r = &engine->recorder;
    if (r->sink == NULL) return;
    hsvc__record_preface(engine);
    r->in_call = 1;
    frame_begin(r, HSVC_FRAME_CALL);
    NUMBER(kind, call->kind);
    NUMBER(flags, call->flags);
    NUMBER(count, call->count);
    NUMBER(node, call->node);
    BYTES(device, call->device.p, call->device.n);
    BYTES(key, call->key.p, call->key.n);
    NUMBER(done, call->done);
    frame_end(r);
}

void hsvc__record_clock(struct hsvc_engine *engine, int32_t status, int64_t now) {
    struct hsvc__recorder *r = &engine->recorder;
    if (r->sink == NULL || !r->in_call) return;
    frame_begin(r, HSVC_FRAME_CLOCK);
    NUMBER(status, (int64_t)status);
    NUMBER(now, HSVC__MUTANT(records_no_time) ? 0 : now);
    frame_end(r);
}

void hsvc__record_permit(struct hsvc_engine *engine, int32_t status) {
    struct hsvc__recorder *r = &engine->recorder;
    if (r->sink == NULL) return;
    frame_begin(r, HSVC_FRAME_PERMIT);
    NUMBER(status, (int64_t)status);
    frame_end(r);
}

void hsvc__record_inputs(struct hsvc_engine *engine, const hsvc_input *inputs, size_t count) {
    struct hsvc__recorder *r = &engine->recorder;
    if (r->sink == NULL) return;
    frame_begin(r, HSVC_FRAME_INPUTS);
    for (size_t i = 0; i < count; i++) put_input(r, &inputs[i]);
    frame_end(r);
}

void hsvc__record_end(struct hsvc_engine *engine, int32_t status, const struct hsvc_effects *fx, int64_t at,
                      const struct hsvc__recorded *call) {
    struct hsvc__recorder *r = &engine->recorder;
    r->in_call = 0;
    if (r->sink == NULL) return;
    r->clock_skew = engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX];
    r->epoch = engine->epoch;
    frame_begin(r, HSVC_FRAME_END);
    NUMBER(status, (int64_t)status);
    NUMBER(at_ms, at);
    BYTES(key, call->key.p, call->key.n);
    NUMBER(done, call->done);
    if (fx != NULL) {
        NUMBER(index, fx->problem.input_index);
        NUMBER(field, fx->problem.field);
        NUMBER(limit, fx->problem.limit);
        BYTES(value, fx->problem.key, fx->problem.key_len);
        for (size_t i = 0; i < fx->verdicts_out; i++) put_verdict(r, fx, i);
        for (size_t i = 0; i < fx->effects_out; i++) put_effect(r, fx, i);
    }
    frame_end(r);
}

/* ---- reading ---- */
int32_t hsvc__frame_at(const uint8_t *bytes, size_t len, struct hsvc__frame *frame) {
    if (len < HSVC__FRAME_HEAD_LEN) return HSVC_ERR_NOT_FOUND;
    if (bytes[0] != 'H' || bytes[1] != 'R' || bytes[3] != HSVC_RECORDING_VERSION) return HSVC_ERR_CORRUPT;
    frame->type = bytes[2];
    frame->len = hsvc__get32(bytes + 4);
    if (frame->len > len - HSVC__FRAME_HEAD_LEN) return HSVC_ERR_NOT_FOUND;
    frame->payload = bytes + HSVC__FRAME_HEAD_LEN;
    frame->size = frame->len + HSVC__FRAME_HEAD_LEN;
    if (hsvc_hash64(frame->payload, frame->len) + hsvc__get64(bytes) != hsvc__get64(bytes + 8)) return HSVC_ERR_CORRUPT;
    return HSVC_OK;
}

enum { GROUP_TYPE = 1, BYTES_TYPE, NUMBER_TYPE };
static const struct {
    const char *name;
    uint32_t type;
} tags[] = {
#define TAG_GROUP GROUP_TYPE
#define TAG_BYTES BYTES_TYPE
#define TAG_NUMBER NUMBER_TYPE
#define TAG(name, number, type) [number] = {#name, TAG_##type},
#include "engine/recording.def"
#undef TAG
};

static uint32_t type_of(uint32_t tag) { return tag < sizeof tags / sizeof tags[0] ? tags[tag].type : 0; }
const char *hsvc__tag_name(uint32_t tag) { return type_of(tag) == 0 ? "" : tags[tag].name; }
int hsvc__tag_is_group(uint32_t tag) { return type_of(tag) == GROUP_TYPE; }

const char *hsvc__frame_name(uint32_t type) {
    static const char *const names[] = {"",
#define FRAME(name) #name,
#include "engine/recording.def"
#undef FRAME
    };
    return type < sizeof names / sizeof names[0] ? names[type] : "";
}

int32_t hsvc__entry_at(const struct hsvc__frame *frame, size_t *at, struct hsvc__piece *entry) {
    size_t left = frame->len - *at;
    const uint8_t *p = frame->payload + *at;
    memset(entry, 0, sizeof *entry);
    if (left == 0) return HSVC_OK;
    switch (type_of(p[0])) {
        case GROUP_TYPE: *at += 1; break;
        case NUMBER_TYPE:
            if (left < 9) return HSVC_ERR_CORRUPT;
            entry->number = hsvc__get64(p + 1);
            *at += 9;
            break;
        case BYTES_TYPE:
            if (left < 5 || hsvc__get32(p + 1) > left - 5) return HSVC_ERR_CORRUPT;
            entry->is_text = 1;
            entry->text = hsvc__str_of((const char *)p + 5, hsvc__get32(p + 1));
            *at += 5 + entry->text.n;
            break;
        default: return HSVC_ERR_CORRUPT;
    }
    entry->tag = p[0];
    return HSVC_OK;
}
