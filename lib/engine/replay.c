/* replay.c: decides a recording again (OBS-6). The engine that replays is recorded itself, and each of its frames must be
 * the next one of the recording, byte for byte; what it asks of clock, store and permission is answered from there. */
#include "engine/engine.h"

int32_t hsvc_replay_config_init(hsvc_replay_config *config, size_t size) {
    return hsvc__sized_init(config, size, sizeof(hsvc_replay_config));
}
int32_t hsvc_replay_report_init(hsvc_replay_report *report, size_t size) {
    return hsvc__sized_init(report, size, sizeof(hsvc_replay_report));
}

struct replay {
    hsvc_replay_config config;
    hsvc_allocator allocator;
    const uint8_t *bytes;
    size_t len;
    size_t at; /* the frame that must come next */
    hsvc_replay_report report;
    hsvc_engine *engine;
    hsvc_effects *fx;
    hsvc_store store;
    struct hsvc__arena arena; /* the inputs of the call */
    hsvc_input *inputs;
    size_t input_count;
    int64_t now;      /* the call's time */
    int32_t stopped;  /* why no further frame is compared */
};

/* ---- the recording's side ---- */
static int32_t frame_at(const struct replay *r, size_t at, struct hsvc__frame *frame) {
    return hsvc__frame_at(r->bytes + at, r->len - at, frame);
}

/* next_is: the frame that must come next, if it is of this type. */
static int next_is(const struct replay *r, uint32_t type, struct hsvc__frame *frame) {
    int32_t status = frame_at(r, r->at, frame); /* of a call that was measured, up to its END */
    return r->stopped == HSVC_OK && !HSVC__BUG(status != HSVC_OK) && frame->type == type;
}

/* number_of: a number of a frame outside any group; 0 if it is not there. */
static uint64_t number_of(const struct hsvc__frame *frame, uint32_t tag) {
    struct hsvc__piece entry;
    for (size_t at = 0; hsvc__entry_at(frame, &at, &entry) == HSVC_OK && entry.tag != 0 && !hsvc__tag_is_group(entry.tag);)
        if (entry.tag == tag) return entry.number;
    return 0;
}

static hsvc__str text_of(const struct hsvc__frame *frame, uint32_t tag) {
    struct hsvc__piece entry;
    for (size_t at = 0; hsvc__entry_at(frame, &at, &entry) == HSVC_OK && entry.tag != 0 && !hsvc__tag_is_group(entry.tag);)
        if (entry.tag == tag) return entry.text;
    return hsvc__str_of(NULL, 0);
}

/* last_number: the last of that name in the frame: what came of it stands behind the groups. */
static uint64_t last_number(const struct hsvc__frame *frame, uint32_t tag, uint32_t group) {
    struct hsvc__piece entry;
    uint64_t found = 0;
    uint32_t in = 0;
    for (size_t at = 0; hsvc__entry_at(frame, &at, &entry) == HSVC_OK && entry.tag != 0;) {
        if (hsvc__tag_is_group(entry.tag)) in = entry.tag;
        if (entry.tag == tag && in == group) found = entry.number;
    }
    return found;
}

/* ---- what the engine asks ---- */
static int32_t replay_clock(int64_t *now, void *user) {
    struct replay *r = (struct replay *)user;
    struct hsvc__frame frame;
    if (!next_is(r, HSVC_FRAME_CLOCK, &frame)) return HSVC_ERR_CLOCK;
    *now = r->now = (int64_t)number_of(&frame, HSVC__TAG_now);
    return (int32_t)number_of(&frame, HSVC__TAG_status);
}

static int32_t replay_permission(const hsvc_input *input, void *user) {
    struct hsvc__frame frame;
    (void)input;
    if (!next_is((struct replay *)user, HSVC_FRAME_PERMIT, &frame)) return HSVC_ERR_CALLBACK;
    return (int32_t)number_of(&frame, HSVC__TAG_status);
}

/* take_row: the row that begins at *at, up to the next group. */
static void take_row(const struct hsvc__frame *frame, size_t *at, hsvc_row *row) {
    struct hsvc__piece entry;
    size_t next = *at;
    memset(row, 0, sizeof *row);
    row->struct_size = sizeof *row;
    row->value = (const uint8_t *)"";
    while (hsvc__entry_at(frame, &next, &entry) == HSVC_OK && entry.tag != 0 && !hsvc__tag_is_group(entry.tag)) {
        *at = next;
        if (entry.tag == HSVC__TAG_index) row->index = (uint32_t)entry.number;
        if (entry.tag == HSVC__TAG_revision) row->revision = entry.number;
        if (entry.tag == HSVC__TAG_key) {
            row->key = (const uint8_t *)entry.text.p;
            row->key_len = entry.text.n;
        }
        if (entry.tag != HSVC__TAG_value) continue;
        row->value = (const uint8_t *)entry.text.p;
        row->value_len = entry.text.n;
    }
}

static int32_t give_rows(struct replay *r, uint32_t type, hsvc_row_sink sink, void *sink_user) {
    struct hsvc__frame frame;
    struct hsvc__piece entry;
    if (!next_is(r, type, &frame)) return HSVC_ERR_UNAVAILABLE;
    for (size_t at = 0; hsvc__entry_at(&frame, &at, &entry) == HSVC_OK && entry.tag != 0;) {
        hsvc_row row;
        int32_t status;
        if (entry.tag != HSVC__TAG_row) continue;
        take_row(&frame, &at, &row);
        status = sink(&row, sink_user);
        if (status != HSVC_OK) return status;
    }
    return (int32_t)last_number(&frame, HSVC__TAG_status, HSVC__TAG_outcome);
}

static int32_t replay_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    (void)keys;
    (void)count;
    return give_rows((struct replay *)user, HSVC_FRAME_READ, sink, sink_user);
}

static int32_t replay_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                           hsvc_row_sink sink, void *sink_user, void *user) {
    (void)from;
    (void)from_len;
    (void)to;
    (void)to_len;
    (void)limit;
    return give_rows((struct replay *)user, HSVC_FRAME_SCAN, sink, sink_user);
}

static int32_t replay_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    struct hsvc__frame frame;
    (void)ops;
    (void)count;
    if (!next_is((struct replay *)user, HSVC_FRAME_COMMIT, &frame)) return HSVC_ERR_UNAVAILABLE;
    *revision = last_number(&frame, HSVC__TAG_revision, HSVC__TAG_outcome);
    return (int32_t)last_number(&frame, HSVC__TAG_status, HSVC__TAG_outcome);
}

/* ---- comparing ---- */
static int same_entry(const struct hsvc__piece *a, const struct hsvc__piece *b) {
    return a->tag == b->tag && a->number == b->number && hsvc__str_eq(a->text, b->text);
}

/* is_later: does this tag come again in the group that the entry at `at` is in? */
static int is_later(const struct hsvc__frame *frame, size_t at, uint32_t tag) {
    struct hsvc__piece entry;
    do {
        (void)hsvc__entry_at(frame, &at, &entry); /* of our own frame: it is sound */
        if (entry.tag == tag) return 1;
    } while (entry.tag != 0 && !hsvc__tag_is_group(entry.tag));
    return 0;
}

static void tell_side(const struct hsvc__piece *entry, uint32_t tag, uint64_t *number, const uint8_t **text, size_t *len) {
    if (entry->tag != tag) return; /* it was left out: zero, or empty */
    *number = hsvc__tag_is_group(tag) ? 1 : entry->number;
    *text = (const uint8_t *)entry->text.p;
    *len = entry->text.n;
}

/* find_field: the first entry in which two frames of one type differ. */
static void find_field(const struct hsvc__frame *expected, const struct hsvc__frame *came, hsvc_difference *d) {
    struct hsvc__piece a, b;
    size_t at_a = 0, at_b = 0;
    uint32_t group = 0, tag;
    for (;;) {
        (void)hsvc__entry_at(came, &at_b, &b);
        if (hsvc__entry_at(expected, &at_a, &a) != HSVC_OK) return;
        if (!same_entry(&a, &b) || HSVC__BUG(a.tag == 0)) break; /* or the frames were the same */
        if (!hsvc__tag_is_group(a.tag)) continue;
        d->index = a.tag == group ? d->index + 1 : 0;
        group = a.tag;
        d->group = hsvc__tag_name(group);
    }
    tag = a.tag == 0 || hsvc__tag_is_group(a.tag) || is_later(came, at_b, a.tag) ? b.tag : a.tag;
    if (tag == 0) tag = a.tag;
    d->field = hsvc__tag_name(tag);
    d->is_text = a.tag == tag ? a.is_text : b.is_text;
    d->expected_number = d->came_number = 0;
    tell_side(&a, tag, &d->expected_number, &d->expected, &d->expected_len);
    tell_side(&b, tag, &d->came_number, &d->came, &d->came_len);
}

/* differ: tells the difference; came NULL: nothing came. */
static void differ(struct replay *r, const struct hsvc__frame *expected, const struct hsvc__frame *came) {
    hsvc_difference d;
    memset(&d, 0, sizeof d);
    d.struct_size = sizeof d;
    d.call = r->report.calls + 1;
    d.frame = r->report.frames + 1;
    d.offset = r->at;
    d.type = expected->type;
    d.frame_name = hsvc__frame_name(d.type);
    d.group = "";
    d.field = "frame";
    d.expected_number = d.type;
    d.came_number = came == NULL ? 0 : came->type;
    if (came != NULL && expected->type == came->type) find_field(expected, came, &d);
    r->stopped = HSVC_ERR_DIFFERENT;
    if (r->config.difference != NULL && r->config.difference(&d, r->config.user) != HSVC_OK) r->stopped = HSVC_ERR_CALLBACK;
}

/* is_our_memory: the replay went another way because it got no memory itself. */
static int is_our_memory(const struct hsvc__frame *came) {
    return (int32_t)number_of(came, HSVC__TAG_status) == HSVC_ERR_MEMORY ||
           (int32_t)last_number(came, HSVC__TAG_status, HSVC__TAG_outcome) == HSVC_ERR_MEMORY;
}

/* compare: the sink of the replaying engine's own recording. */
static int32_t compare(const uint8_t *bytes, size_t len, void *user) {
    struct replay *r = (struct replay *)user;
    struct hsvc__frame expected, came;
    int32_t status = frame_at(r, r->at, &expected), own = hsvc__frame_at(bytes, len, &came);
    if (HSVC__BUG(r->stopped != HSVC_OK || status != HSVC_OK || own != HSVC_OK)) return HSVC_ERR_CALLBACK;
    if (expected.size == len && memcmp(r->bytes + r->at, bytes, len) == 0) {
        r->at += len;
        r->report.frames++;
        r->report.commits += came.type == HSVC_FRAME_COMMIT;
        return HSVC_OK;
    }
    if (is_our_memory(&came)) r->stopped = HSVC_ERR_MEMORY;
    else differ(r, &expected, &came);
    return HSVC_ERR_CALLBACK;
}

/* ---- inputs ---- */
static void set_item(hsvc_item *item, const struct hsvc__piece *entry) {
    switch (entry->tag) {
#define ITEM_NUMBER(type, name) case HSVC__TAG_##name: item->name = (type)entry->number; break;
#include "engine/recording.def"
#undef ITEM_NUMBER
        default:
            item->text = entry->text.p;
            item->text_len = entry->text.n;
    }
}

static void set_field(hsvc_input *in, const struct hsvc__piece *entry) {
    switch (entry->tag) {
#define IN_NUMBER(type, name) case HSVC__TAG_##name: in->name = (type)entry->number; break;
#define IN_TEXT(name) case HSVC__TAG_##name: in->name = entry->text.p; in->name##_len = entry->text.n; break;
#include "engine/recording.def"
#undef IN_NUMBER
#undef IN_TEXT
        case HSVC__TAG_number_value: in->value = (int64_t)entry->number; break;
        case HSVC__TAG_request_id:
            if (entry->text.n == sizeof in->request_id) memcpy(in->request_id, entry->text.p, sizeof in->request_id);
            break;
        default: break;
    }
}

static void count_inputs(const struct hsvc__frame *frame, size_t *inputs, size_t *items) {
    struct hsvc__piece entry;
    *inputs = *items = 0;
    for (size_t at = 0; hsvc__entry_at(frame, &at, &entry) == HSVC_OK && entry.tag != 0;) {
        *inputs += entry.tag == HSVC__TAG_input;
        *items += entry.tag == HSVC__TAG_item;
    }
}

static hsvc_input *next_input(struct replay *r) {
    static const uint8_t pin[HSVC_LIMIT_PIN_LEN + 1] = {0}; /* of a longer one nothing is read */
    hsvc_input *in = &r->inputs[r->input_count++];
    memset(in, 0, sizeof *in);
    in->struct_size = sizeof *in;
    in->item_size = sizeof(hsvc_item);
    in->pin = pin;
    return in;
}

static int32_t take_inputs(struct replay *r, const struct hsvc__frame *frame) {
    struct hsvc__piece entry;
    hsvc_input *in = NULL;
    hsvc_item *items, *item = NULL;
    size_t inputs, item_count;
    count_inputs(frame, &inputs, &item_count);
    r->inputs = (hsvc_input *)hsvc__arena_take(&r->arena, (inputs + 1) * sizeof *r->inputs);
    items = (hsvc_item *)hsvc__arena_take(&r->arena, (item_count + 1) * sizeof *items);
    if (r->inputs == NULL || items == NULL) return HSVC_ERR_MEMORY;
    for (size_t at = 0; hsvc__entry_at(frame, &at, &entry) == HSVC_OK && entry.tag != 0;) {
        if (entry.tag == HSVC__TAG_input) {
            in = next_input(r);
            item = NULL;
        } else if (entry.tag == HSVC__TAG_item && in != NULL) {
            item = items++;
            memset(item, 0, sizeof *item);
            if (in->item_count++ == 0) in->items = item;
        } else if (item != NULL) {
            set_item(item, &entry);
        } else if (in != NULL) {
            set_field(in, &entry);
        }
    }
    return HSVC_OK;
}

/* ---- one call ---- */
struct extent {
    struct hsvc__frame call;
    struct hsvc__frame inputs; /* type 0: none */
    size_t clock; /* where the first CLOCK stands, or 0 */
    size_t end;   /* behind its END */
    uint64_t frames;
};

/* measure: the frames of one call, from CALL to END. NOT_FOUND: the recording ends before it does. */
static int32_t measure(const struct replay *r, size_t at, struct extent *x) {
    struct hsvc__frame frame;
    memset(x, 0, sizeof *x);
    for (;;) {
        int32_t status = frame_at(r, at, &frame);
        if (status != HSVC_OK) return status;
        if (x->call.type == 0 && frame.type != HSVC_FRAME_CALL) return HSVC_ERR_CORRUPT;
        if (frame.type == HSVC_FRAME_CALL && x->call.type != 0) return HSVC_ERR_CORRUPT;
        if (frame.type == HSVC_FRAME_CALL) x->call = frame;
        if (frame.type == HSVC_FRAME_INPUTS) x->inputs = frame;
        if (frame.type == HSVC_FRAME_CLOCK && x->clock == 0) x->clock = at;
        at += frame.size;
        x->end = at;
        x->frames++;
        if (frame.type == HSVC_FRAME_END) return HSVC_OK;
    }
}

/* skip_misuse: a call whose inputs were no inputs decided nothing; that it sampled the clock is all that came of it. */
static int32_t skip_misuse(struct replay *r, const struct extent *x) {
    if (x->clock != 0) {
        r->at = x->clock;
        (void)hsvc__sample_call(r->engine, (number_of(&x->call, HSVC__TAG_flags) & HSVC_APPLY_DRY_RUN) != 0);
    }
    r->at = x->end;
    r->report.frames += x->frames;
    r->report.calls++;
    return HSVC_OK;
}

static int32_t resync(struct replay *r, const struct hsvc__frame *call) {
    hsvc__str device = text_of(call, HSVC__TAG_device), key = text_of(call, HSVC__TAG_key);
    hsvc_resync_scope scope;
    hsvc_cursor cursor;
    (void)hsvc_resync_scope_init(&scope, sizeof scope);
    (void)hsvc_cursor_init(&cursor, sizeof cursor);
    scope.flags = (uint32_t)number_of(call, HSVC__TAG_flags);
    scope.node = (uint32_t)number_of(call, HSVC__TAG_node);
    scope.device = device.p;
    scope.device_len = device.n;
    cursor.done = (uint32_t)number_of(call, HSVC__TAG_done);
    if (key.n <= sizeof cursor.key && key.n != 0) {
        memcpy(cursor.key, key.p, key.n);
        cursor.key_len = (uint32_t)key.n;
    }
    return hsvc_resync(r->engine, &scope, &cursor, r->fx);
}

static int32_t run_call(struct replay *r, const struct extent *x, uint32_t kind, uint32_t flags) {
    int64_t at;
    switch (kind) {
        case HSVC_RECORDED_APPLY: return hsvc_apply(r->engine, r->inputs, r->input_count, flags, r->fx);
        case HSVC_RECORDED_ADVANCE: return hsvc_advance(r->engine, r->fx);
        case HSVC_RECORDED_NEXT_DEADLINE: return hsvc_next_deadline(r->engine, &at);
        case HSVC_RECORDED_RESYNC: return resync(r, &x->call);
        default: return HSVC_ERR_CORRUPT;
    }
}

static int32_t tell_step(struct replay *r, uint32_t kind, uint32_t flags, int32_t status) {
    hsvc_replay_step step;
    if (r->config.step == NULL) return HSVC_OK;
    memset(&step, 0, sizeof step);
    step.struct_size = sizeof step;
    step.kind = kind;
    step.number = r->report.calls;
    step.at_ms = r->now;
    step.status = status;
    step.flags = flags;
    step.inputs = r->inputs;
    step.count = r->input_count;
    step.effects = kind == HSVC_RECORDED_NEXT_DEADLINE ? NULL : r->fx;
    step.node = r->engine->node;
    step.node_count = r->engine->node_count;
    return r->config.step(&step, r->config.user) == HSVC_OK ? HSVC_OK : HSVC_ERR_CALLBACK;
}

static int32_t replay_call(struct replay *r, const struct extent *x) {
    uint32_t kind = (uint32_t)number_of(&x->call, HSVC__TAG_kind), flags = (uint32_t)number_of(&x->call, HSVC__TAG_flags);
    struct hsvc__frame left;
    int32_t status = HSVC_OK;
    hsvc__arena_reset(&r->arena);
    r->input_count = 0;
    r->now = 0;
    if (kind == HSVC_RECORDED_APPLY && x->inputs.type == 0 && number_of(&x->call, HSVC__TAG_count) != 0) return skip_misuse(r, x);
    if (x->inputs.type != 0) status = take_inputs(r, &x->inputs);
    if (status != HSVC_OK) return status;
    status = run_call(r, x, kind, flags);
    if (r->stopped == HSVC_OK && r->engine->recorder.sink == NULL) r->stopped = HSVC_ERR_MEMORY;
    if (r->stopped == HSVC_OK && r->at != x->end) {
        (void)frame_at(r, r->at, &left);
        differ(r, &left, NULL);
    }
    if (r->stopped != HSVC_OK) return r->stopped;
    r->report.calls++;
    return tell_step(r, kind, flags, status);
}

/* ---- all of it ---- */
static int32_t new_engine(struct replay *r, const struct hsvc__frame *head) {
    hsvc_config config;
    int32_t status;
    (void)hsvc_config_init(&config, sizeof config);
    (void)hsvc_store_init(&r->store, sizeof r->store);
    r->store.ops_max = (uint32_t)number_of(head, HSVC__TAG_ops_max);
    r->store.read = replay_read;
    r->store.scan = replay_scan;
    r->store.commit = replay_commit;
    r->store.user = r;
    config.allocator = &r->allocator;
    config.store = &r->store;
    config.clock = replay_clock;
    config.clock_user = r;
    if (number_of(head, HSVC__TAG_permission) != 0) config.permission = replay_permission;
    config.permission_user = r;
    config.node = (uint32_t)number_of(head, HSVC__TAG_node);
    config.node_count = (uint32_t)number_of(head, HSVC__TAG_node_count);
    config.poll_ms = (int64_t)number_of(head, HSVC__TAG_poll_ms);
    config.recording = compare;
    config.recording_user = r;
    hsvc_engine_free(r->engine);
    r->engine = NULL;
    r->report.engines++;
    config.flags = (uint32_t)number_of(head, HSVC__TAG_flags);
    status = hsvc_engine_new(&config, &r->engine);
    if (status == HSVC_OK) r->engine->epoch = number_of(head, HSVC__TAG_epoch); /* not by config: nothing is read here */
    return status == HSVC_OK || status == HSVC_ERR_MEMORY ? status : HSVC_ERR_CORRUPT; /* what it refuses nobody recorded */
}

/* looked_at: it was looked at before this call, and learned that. */
static int32_t looked_at(struct replay *r, const struct hsvc__frame *frame) {
    int64_t *known = &r->engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX], skew = (int64_t)(number_of(frame, HSVC__TAG_clock_skew) - 1);
    uint64_t epoch = number_of(frame, HSVC__TAG_epoch);
    if (skew != -1 && !hsvc__may_stand(HSVC_PARAM_CLOCK_SKEW_MAX, HSVC_SCOPE_GLOBAL, skew)) return HSVC_ERR_CORRUPT;
    if (skew != -1) *known = skew;
    if (epoch != 0) r->engine->epoch = epoch;
    r->engine->recorder.looked = 1;
    return HSVC_OK;
}

/* replay_next: what begins at r->at: perhaps an engine, perhaps a look, and a call. OK, NOT_FOUND (the bytes end). */
static int32_t replay_next(struct replay *r) {
    size_t at = r->at;
    struct hsvc__frame frame;
    struct extent x;
    int32_t status = frame_at(r, at, &frame);
    int is_new = status == HSVC_OK && frame.type == HSVC_FRAME_HEAD, looked;
    struct hsvc__frame head = frame, look;
    if (is_new) at += frame.size;
    if (is_new) status = frame_at(r, at, &frame);
    looked = status == HSVC_OK && frame.type == HSVC_FRAME_FORGET;
    look = frame;
    if (looked) at += frame.size;
    if (status == HSVC_OK) status = measure(r, at, &x);
    if (status == HSVC_OK && is_new) status = new_engine(r, &head);
    if (status == HSVC_OK && r->engine == NULL) status = HSVC_ERR_CORRUPT;
    if (status == HSVC_OK && looked) status = looked_at(r, &look);
    if (status != HSVC_OK) return status;
    hsvc__record_preface(r->engine);
    return r->stopped != HSVC_OK ? r->stopped : replay_call(r, &x);
}

static int32_t replay_all(struct replay *r) {
    int32_t status = HSVC_OK;
    while (status == HSVC_OK && r->at < r->len) {
        r->report.bytes = r->at;
        status = replay_next(r);
    }
    if (status == HSVC_OK) r->report.bytes = r->at;
    if (status != HSVC_ERR_NOT_FOUND) return status;
    r->report.truncated = 1;
    return HSVC_OK;
}

int32_t hsvc_replay(const hsvc_replay_config *config, const uint8_t *bytes, size_t len, hsvc_replay_report *report) {
    struct replay r;
    int32_t status;
    memset(&r, 0, sizeof r);
    if (bytes == NULL && len != 0) return HSVC_ERR_ARGUMENT;
    status = hsvc__sized_in(&r.config, sizeof r.config, sizeof r.config, config);
    if (status == HSVC_OK && r.config.flags != 0) status = HSVC_ERR_FLAGS;
    if (status == HSVC_OK) status = hsvc__allocator_in(&r.allocator, r.config.allocator);
    if (status == HSVC_OK && report != NULL) status = hsvc__sized_out(report, &r.report, sizeof r.report, sizeof r.report);
    if (status == HSVC_OK) status = hsvc_effects_new(&r.allocator, &r.fx);
    if (status != HSVC_OK) return status;
    r.bytes = bytes;
    r.len = len;
    hsvc__arena_init(&r.arena, &r.allocator);
    status = replay_all(&r);
    if (report != NULL) (void)hsvc__sized_out(report, &r.report, sizeof r.report, sizeof r.report);
    hsvc_engine_free(r.engine);
    hsvc_effects_free(r.fx);
    hsvc__arena_free(&r.arena);
    return status;
}
