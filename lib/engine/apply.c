/* apply.c: inputs to decisions, and deadlines to decisions. The order of things is TIME-3: what was due before the event,
 * then the event, then what is due by now, then what follows from the records. */
#include "rules/ask.h"

struct batch {
    hsvc_input *in;
    struct hsvc__complaint *complaints;
    size_t count;
    uint32_t flags;
    int64_t now;
    int refused; /* inputs of this decision that were refused */
    int dry;     /* decide only */
    struct hsvc_effects *fx;
};

/* What a deadline's decision has for an input. */
static const hsvc_input no_input;

/* ---- deadlines ---- */
/* fire_before: fires a device's deadlines below a time, in order, each with a verdict. */
static void fire_before(struct hsvc__turn *t, struct hsvc__device *dev, int64_t before) {
    struct hsvc__turn keep = *t;
    for (int i = 0; i < HSVC_LIMIT_FIRINGS && t->txn->status == HSVC_OK && t->txn->missing == 0; i++) {
        uint32_t timer = 0;
        int64_t due = hsvc__earliest(dev, &timer);
        if (due >= before) break;
        memset(&t->verdict, 0, sizeof t->verdict);
        t->in = &no_input;
        t->index = HSVC_NO_INPUT;
        t->at = due;
        t->steps = 0;
        hsvc__fire(t, dev, timer);
        if (t->verdict.reason != 0) hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, dev->name);
    }
    keep.raised = t->raised;
    keep.taken = t->taken;
    *t = keep;
}

/* each_device: the devices that exist among the records of this call, from slot *at on; `used`: by this decision. Others
 * were read ahead: their deadlines count too (TIME-3). */
static struct hsvc__device *each_device(struct hsvc__txn *txn, uint32_t *at, int used) {
    for (; *at < txn->count; ++*at) {
        struct hsvc__slot *slot = &txn->slots[*at];
        struct hsvc__device *dev;
        if (slot->family != HSVC__FAMILY_DEVICE || !slot->known || (used && !slot->used)) continue;
        dev = (struct hsvc__device *)hsvc__txn_record(txn, slot);
        if (!dev->rec.present || dev->rec.removed) continue;
        ++*at;
        return dev;
    }
    return NULL;
}

/* fire_all: the deadlines of every device that the call knows; 1 if any fired. Firing one makes its record used. */
static int fire_all(struct hsvc__turn *t, int64_t before, int used) {
    uint32_t at = 0;
    int fired = 0;
    struct hsvc__device *dev;
    while ((dev = each_device(t->txn, &at, used)) != NULL) {
        if (hsvc__earliest(dev, NULL) >= before) continue;
        fire_before(t, hsvc__device_of(t, dev->name), before);
        fired = 1;
    }
    return fired;
}

/* follow_up: what follows from a device's record, each with a verdict where it decides something. */
static void follow_up(struct hsvc__turn *t, struct hsvc__device *dev) {
    uint32_t index = t->index;
    int more = 1;
    for (int which = 0; more && t->txn->status == HSVC_OK && t->txn->missing == 0; which++) {
        t->steps = 0;
        memset(&t->verdict, 0, sizeof t->verdict);
        more = hsvc__follow_up(t, dev, which);
        t->index = HSVC_NO_INPUT;
        if (t->verdict.reason != 0) hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, dev->name);
        t->index = index;
    }
}

/* settle: what is due by now, and what follows from the records, until nothing more follows (a countdown of 0 s). */
static void settle(struct hsvc__turn *t) {
    t->in = &no_input;
    for (int i = 0; i < HSVC_LIMIT_FIRINGS; i++) {
        uint32_t at = 0;
        int due = 0;
        struct hsvc__device *dev;
        (void)fire_all(t, t->now + 1, 1);
        while ((dev = each_device(t->txn, &at, 1)) != NULL) {
            t->at = t->now;
            if (dev->rec.dirty) follow_up(t, dev);
            due |= hsvc__earliest(dev, NULL) <= t->now;
        }
        if (!due || t->txn->status != HSVC_OK || t->txn->missing != 0) break;
    }
}

/* ---- one input ---- */
/* no_older: a report that carries no time is as new as what is known of its headset: a clock that stepped back a little must
 * not make it a stale one, and its session endless (PRES-6, TIME-4). */
static int64_t no_older(struct hsvc__turn *t, int64_t at) {
    const struct hsvc__present *here = hsvc__here(t->dev, t->headset->serial);
    int64_t known = here != NULL ? here->event_at : hsvc__fold_eq(t->headset->device, t->dev->name) ? t->headset->event_at : 0;
    return at < known ? known : at;
}

/* event_time: never in the future, never too old, never before the session it speaks of (TIME-2). */
static int64_t event_time(struct hsvc__turn *t) {
    int64_t oldest = t->now - t->engine->policy.values[HSVC_PARAM_BACKDATE_MAX], at = t->in->at_ms == 0 ? t->now : t->in->at_ms;
    if (at > t->now) at = t->now;
    if (at < oldest) at = oldest;
    if (t->dev->session != 0 && at < t->dev->signed_in_at) at = t->dev->signed_in_at;
    if (t->in->at_ms == 0) at = no_older(t, at);
    return at;
}

/* set_subjects: whom the input is about. A prompt's answer is about the prompt's headset, a menu entry about the headset
 * that it could serve, an association about the device where the headset is. */
static void set_subjects(struct hsvc__turn *t) {
    const hsvc_input *in = t->in;
    const struct hsvc__present *plugged;
    hsvc__str serial = hsvc__str_of(in->serial, in->serial_len);
    int is_report = in->kind >= HSVC_INPUT_HEADSET_CONNECTED && in->kind <= HSVC_INPUT_HEADSET_ALIAS;
    t->dev = hsvc__device_of(t, hsvc__str_of(in->device, in->device_len));
    t->user = hsvc__user_of(t, hsvc__str_of(in->user, in->user_len));
    plugged = hsvc__plugged(t->dev, in->handle);
    if (in->kind == HSVC_INPUT_HEADSET_DISCONNECTED && plugged != NULL) serial = plugged->serial;
    if (serial.n == 0 && !is_report) serial = t->dev->prompt_serial; /* a report that names nobody is nobody's */
    if (serial.n == 0) serial = hsvc__menu_serial(t->dev, in->kind);
    t->headset = hsvc__headset_of(t, serial);
    if (in->device_len == 0 && t->headset->device.n != 0) t->dev = hsvc__device_of(t, t->headset->device);
}

/* run_for: one event about a headset at the input's device. */
static void run_for(struct hsvc__turn *t, struct hsvc__device *dev, hsvc__str serial, uint32_t event, uint64_t handle) {
    t->dev = dev;
    t->headset = hsvc__headset_of(t, serial);
    t->steps = 0;
    hsvc__run(t, HSVC__MACHINE_presence, event, (int64_t)handle);
}

/* A handle that comes back with another serial has lost the old one first (PRES-4). */
static void free_handle(struct hsvc__turn *t) {
    struct hsvc__device *dev = t->dev;
    struct hsvc__headset *headset = t->headset;
    const struct hsvc__present *plugged = hsvc__plugged(dev, t->in->handle);
    int64_t at = t->at;
    if (t->in->kind != HSVC_INPUT_HEADSET_CONNECTED || plugged == NULL || hsvc__fold_eq(plugged->serial, headset->serial)) return;
    if (t->at < plugged->event_at) t->at = plugged->event_at; /* the handle is lost now, however old the report of its new owner */
    run_for(t, dev, plugged->serial, HSVC_EVENT_disconnected, t->in->handle);
    memset(&t->verdict, 0, sizeof t->verdict);
    t->at = at;
    t->dev = dev;
    t->headset = headset;
}

static int listed(const hsvc_input *in, hsvc__str serial) {
    for (size_t i = 0; i < in->item_count; i++)
        if (in->items[i].kind == HSVC_ITEM_HEADSET &&
            hsvc__fold_eq(hsvc__str_of(in->items[i].text, in->items[i].text_len), serial))
            return 1;
    return 0;
}

/* is_replaced: does the list give this serial handles, and this one is not among them? */
static int is_replaced(const hsvc_input *in, hsvc__str serial, uint64_t handle) {
    int replaced = 0;
    for (size_t i = 0; i < in->item_count; i++) {
        const hsvc_item *item = &in->items[i];
        if (item->kind != HSVC_ITEM_HEADSET || item->number == 0) continue;
        if (!hsvc__fold_eq(hsvc__str_of(item->text, item->text_len), serial)) continue;
        if (item->number == handle) return 0;
        replaced = 1;
    }
    return replaced;
}

/* drop_replaced: handles that the list has others for are gone, without anybody having left; a list that is older than
 * the serial's last event replaces nothing (PRES-5, PRES-6). */
static void drop_replaced(struct hsvc__turn *t, struct hsvc__device *dev) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < dev->plug_count; i++) {
        const struct hsvc__present *of = &dev->presents[dev->handles[i].of];
        if (t->at < of->event_at || !is_replaced(t->in, of->serial, dev->handles[i].handle)) dev->handles[kept++] = dev->handles[i];
    }
    if (kept == dev->plug_count) return;
    dev->plug_count = kept;
    hsvc__touch(dev);
}

/* run_presence_list: what is missing has left, what is new has connected, each as an event of its own (PRES-5). */
static void run_presence_list(struct hsvc__turn *t, struct hsvc__device *dev) {
    hsvc__str gone[HSVC_LIMIT_PRESENCE_PER_DEVICE];
    uint32_t count = 0;
    for (uint32_t i = 0; i < dev->present_count; i++)
        if (!listed(t->in, dev->presents[i].serial)) gone[count++] = dev->presents[i].serial;
    for (uint32_t i = 0; i < count; i++) run_for(t, dev, gone[i], HSVC_EVENT_disconnected, 0);
    drop_replaced(t, dev);
    for (size_t i = 0; i < t->in->item_count; i++) {
        const hsvc_item *item = &t->in->items[i];
        if (item->kind == HSVC_ITEM_HEADSET)
            run_for(t, dev, hsvc__str_of(item->text, item->text_len), HSVC_EVENT_connected, item->number);
    }
}

/* run_lists: an input that carries lists is several events; its verdict is its own, not theirs. */
static void run_lists(struct hsvc__turn *t, struct hsvc__device *dev) {
    struct hsvc__verdict own = t->verdict;
    int registered = t->in->kind == HSVC_INPUT_DEVICE_REGISTERED;
    if (!hsvc__is_accepted(own.reason)) return;
    if (t->in->kind == HSVC_INPUT_PRESENCE_SNAPSHOT || (registered && t->in->flags & HSVC_FLAG_HAS_PRESENCE))
        run_presence_list(t, dev);
    t->verdict = own;
}

/* run_calls_first: what a registration says of calls comes before it: no profile is sent into a call it reports (CALL-1). */
static void run_calls_first(struct hsvc__turn *t) {
    struct hsvc__turn keep = *t;
    if (t->in->kind != HSVC_INPUT_DEVICE_REGISTERED || !(t->in->flags & HSVC_FLAG_HAS_CALLS)) return;
    hsvc__run(t, HSVC__MACHINE_calls, HSVC_EVENT_call_snapshot, 0);
    t->dev = keep.dev;
    t->headset = keep.headset;
    t->user = keep.user;
    t->verdict = keep.verdict;
    t->steps = 0;
}

static void refuse(struct hsvc__turn *t, uint32_t reason, uint32_t row, const char *rule) {
    t->verdict.reason = reason;
    t->verdict.row = row;
    t->verdict.rule = rule;
}

static void decide_event(struct hsvc__turn *t) {
    struct hsvc__device *dev = t->dev;
    uint32_t event = 0, machine = hsvc__lead(t->in->kind, &event);
    const struct hsvc__step *barred = hsvc__admit(t);
    if (barred != NULL) {
        refuse(t, barred->reason, hsvc__step_number(barred), barred->rule);
        return;
    }
    free_handle(t);
    run_calls_first(t);
    hsvc__run(t, machine, event, (int64_t)t->in->handle);
    if (t->verdict.reason == 0) t->verdict.reason = HSVC_REASON_RECORDED;
    run_lists(t, dev);
}

/* decide_complaint: refused for its texts; a device whose name is what is wrong cannot be named. */
static void decide_complaint(struct hsvc__turn *t, const struct hsvc__complaint *complaint) {
    hsvc__str device = complaint->field == HSVC_FIELD_DEVICE ? hsvc__str_of(NULL, 0) : INPUT(t, device);
    t->verdict.field = complaint->field;
    t->verdict.limit = complaint->limit;
    hsvc__add_verdict(t, complaint->reason, complaint->reason == HSVC_REASON_NOT_PERMITTED ? "OBS-9" : "ID-6", device);
}

static void decide_one(struct hsvc_engine *engine, struct batch *batch, size_t index) {
    const struct hsvc__complaint *complaint = &batch->complaints[index];
    struct hsvc__turn *t = hsvc__turn_begin(engine, batch->fx, &batch->in[index], (uint32_t)index, batch->now);
    const hsvc_verdict *verdict;
    engine->tally.inputs++;
    if (complaint->reason != 0) {
        decide_complaint(t, complaint);
        batch->refused++;
        return;
    }
    set_subjects(t);
    t->at = event_time(t);
    if (fire_all(t, t->at, 0)) set_subjects(t);
    verdict = hsvc__answer_repeat(t);
    if (verdict != NULL) {
        batch->refused += !verdict->accepted;
        return;
    }
    decide_event(t);
    verdict = hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, INPUT(t, device));
    batch->refused += !verdict->accepted;
    if (!hsvc__has_request(t->in)) return;
    set_subjects(t);
    hsvc__remember(t, t->verdict.reason, t->verdict.row);
}

/* undo_tally: what was decided but does not happen is not counted (OBS-5). */
static void undo_tally(struct hsvc_engine *engine) {
    hsvc_counters tally = engine->tally;
    memset(&engine->tally, 0, sizeof engine->tally);
    engine->tally.inputs = tally.inputs;
    engine->tally.accepted = tally.accepted;
    engine->tally.refused = tally.refused;
}

static void decide_batch(struct hsvc_engine *engine, void *job) {
    struct batch *batch = (struct batch *)job;
    batch->refused = 0;
    for (size_t i = 0; i < batch->count && engine->txn.status == HSVC_OK && engine->txn.missing == 0; i++)
        decide_one(engine, batch, i);
    if (engine->txn.status != HSVC_OK || engine->txn.missing != 0) return;
    engine->turn.index = batch->count == 1 ? 0 : HSVC_NO_INPUT;
    settle(&engine->turn);
    if (!(batch->flags & HSVC_APPLY_ALL_OR_NONE) || batch->refused == 0) return;
    engine->txn.checks_only = 1; /* the verdicts still rest on a proven read */
    undo_tally(engine);
    batch->fx->effect_count = batch->fx->effects_out;
}

/* ---- the public calls ---- */
/* take_inputs: the caller's array, by its stride, checked and copied; the permission callback is asked here, once. */
static int32_t take_inputs(struct hsvc_engine *engine, const hsvc_input *inputs, struct batch *batch) {
    const uint8_t *from = (const uint8_t *)inputs;
    size_t stride = inputs->struct_size, count = batch->count;
    batch->in = (hsvc_input *)hsvc__arena_take(&engine->inputs, count * sizeof *batch->in);
    batch->complaints = (struct hsvc__complaint *)hsvc__arena_take(&engine->inputs, count * sizeof *batch->complaints);
    if (batch->in == NULL || batch->complaints == NULL) return HSVC_ERR_MEMORY;
    for (size_t i = 0; i < count; i++, from += stride) {
        uint32_t size;
        int32_t status;
        memcpy(&size, from, sizeof size);
        if (size != stride)
            return hsvc__effects_fail(batch->fx, HSVC_ERR_STRUCT_SIZE, (uint32_t)i, 0, (int64_t)stride, hsvc__str_of(NULL, 0));
        status = hsvc__input_in(from, &batch->in[i], (uint32_t)i, batch->fx, &batch->complaints[i], &engine->inputs);
        if (status != HSVC_OK) return status;
        if (batch->in[i].kind < HSVC_INPUT_USER_PUT || engine->permission == NULL) continue;
        if (batch->complaints[i].reason != 0) continue; /* refused already: its texts are not fit for anybody's eyes */
        status = engine->permission(&batch->in[i], engine->permission_user);
        if (status == HSVC_ERR_NOT_FOUND) batch->complaints[i].reason = HSVC_REASON_NOT_PERMITTED;
        else if (status != HSVC_OK) return HSVC_ERR_CALLBACK;
    }
    return HSVC_OK;
}

/* read_ahead: the records the inputs will probably use, in as few trips as they depend on each other. */
static int32_t read_ahead(struct hsvc_engine *engine, void *job) {
    struct batch *batch = (struct batch *)job;
    for (int round = 0; round < 3; round++) {
        int32_t status;
        for (size_t i = 0; i < batch->count; i++)
            if (batch->complaints[i].reason == 0) hsvc__want(&engine->txn, &batch->in[i], round);
        status = hsvc__txn_fetch(&engine->txn);
        if (status != HSVC_OK) return status;
    }
    return HSVC_OK;
}

/* report: what a failed call leaves in the batch: the problem and nothing else. */
static int32_t report(struct hsvc_engine *engine, struct hsvc_effects *fx, int32_t status) {
    hsvc__str key = status == HSVC_ERR_CORRUPT || status == HSVC_ERR_BUG ? engine->txn.bad_key : hsvc__str_of(NULL, 0);
    int64_t limit = 0;
    if (fx->problem.status == status) return status; /* it was told in detail already */
    if (status == HSVC_ERR_LIMIT) limit = engine->store.ops_max == 0 ? HSVC_LIMIT_OPS_PER_COMMIT : (int64_t)engine->store.ops_max;
    if (limit > HSVC__SLOTS) limit = HSVC__SLOTS;
    return hsvc__effects_fail(fx, status, HSVC_NO_INPUT, 0, limit, key);
}

static int32_t apply(struct hsvc_engine *engine, const hsvc_input *inputs, struct batch *batch) {
    int32_t status = hsvc__sample(engine, &batch->now);
    hsvc__arena_reset(&engine->inputs);
    if (status == HSVC_OK) status = take_inputs(engine, inputs, batch);
    if (status == HSVC_OK) status = hsvc__transact(engine, batch->fx, decide_batch, read_ahead, batch, &batch->dry);
    if (status != HSVC_OK) return report(engine, batch->fx, status);
    hsvc__effects_publish(batch->fx);
    return HSVC_OK;
}

int32_t hsvc_apply(hsvc_engine *engine, const hsvc_input *inputs, size_t count, uint32_t flags, hsvc_effects *effects) {
    struct batch batch;
    int32_t status;
    if (engine == NULL || effects == NULL || (inputs == NULL && count != 0)) return HSVC_ERR_ARGUMENT;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    hsvc_effects_reset(effects);
    memset(&batch, 0, sizeof batch);
    batch.count = count;
    batch.flags = flags;
    batch.dry = (flags & HSVC_APPLY_DRY_RUN) != 0;
    batch.fx = effects;
    if (flags & ~(HSVC_APPLY_DRY_RUN | HSVC_APPLY_ALL_OR_NONE)) status = report(engine, effects, HSVC_ERR_FLAGS);
    else if (count > HSVC_LIMIT_INPUTS_PER_BATCH) status = report(engine, effects, HSVC_ERR_LIMIT);
    else if (count != 0) status = apply(engine, inputs, &batch);
    hsvc__leave(engine);
    return status;
}

int32_t hsvc_next_deadline(hsvc_engine *engine, int64_t *at_ms) {
    int32_t status;
    if (engine == NULL || at_ms == NULL) return HSVC_ERR_ARGUMENT;
    *at_ms = HSVC_NEVER;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    status = hsvc__first_deadline(engine, at_ms);
    if (status == HSVC_OK && engine->node_count > 1) {
        int64_t now;
        status = hsvc__sample(engine, &now);
        if (status == HSVC_OK && *at_ms > now + engine->poll_ms) *at_ms = now + engine->poll_ms;
    }
    hsvc__leave(engine);
    return status;
}

/* ---- advance ---- */
struct due {
    hsvc__str device;
    int64_t at;
    int64_t now;
    struct hsvc_effects *fx;
};

/* A key whose record is not due any more is a hint that lost its meaning: it goes (DESIGN 3). */
static void decide_due(struct hsvc_engine *engine, void *job) {
    struct due *due = (struct due *)job;
    struct hsvc__turn *t = hsvc__turn_begin(engine, due->fx, NULL, HSVC_NO_INPUT, due->now);
    struct hsvc__device *dev = hsvc__device_of(t, due->device);
    struct hsvc__key key;
    if (engine->txn.missing != 0) return;
    if (!dev->rec.present || dev->deadline_at != due->at) {
        hsvc__key_deadline(&key, due->at, due->device);
        hsvc__txn_loose(&engine->txn, &key, hsvc__str_of(NULL, 0));
        return;
    }
    settle(t);
}

/* session_is_due: will the session's user be asked about? */
static int session_is_due(const struct hsvc__device *dev, int64_t now) {
    return (dev->window_due != 0 && dev->window_due <= now) || (dev->keep_due != 0 && dev->keep_due <= now) ||
           (dev->max_due != 0 && dev->max_due <= now);
}

static int32_t read_due(struct hsvc_engine *engine, void *job) {
    struct due *due = (struct due *)job;
    const struct hsvc__device *dev;
    int32_t status;
    hsvc__txn_want(&engine->txn, HSVC__FAMILY_DEVICE, due->device);
    status = hsvc__txn_fetch(&engine->txn);
    dev = (const struct hsvc__device *)hsvc__txn_peek(&engine->txn, HSVC__FAMILY_DEVICE, due->device);
    if (status != HSVC_OK || dev == NULL) return status;
    if (session_is_due(dev, due->now)) hsvc__txn_want(&engine->txn, HSVC__FAMILY_USER, dev->user);
    if (dev->prompt_serial.n != 0) hsvc__txn_want(&engine->txn, HSVC__FAMILY_HEADSET, dev->prompt_serial);
    if (dev->prompt_user.n != 0) hsvc__txn_want(&engine->txn, HSVC__FAMILY_USER, dev->prompt_user);
    return hsvc__txn_fetch(&engine->txn);
}

/* hurts_one: is this failure about one device alone? Then the others go on, and the failure is told at the end. */
static int hurts_one(int32_t status) {
    return status == HSVC_ERR_CORRUPT || status == HSVC_ERR_BUG || status == HSVC_ERR_LIMIT;
}

/* advance_all: each due device in a commit of its own; a conflict means that another node was first: it is skipped. */
static int32_t advance_all(struct hsvc_engine *engine, struct hsvc_effects *fx, int64_t now) {
    struct hsvc__dues dues;
    int32_t status = hsvc__read_dues(engine, now, &dues), first = HSVC_OK;
    int dry = 0;
    for (uint32_t i = 0; i < dues.count && status == HSVC_OK; i++) {
        struct due due = {dues.at[i].device, dues.at[i].due, now, fx};
        status = hsvc__transact(engine, fx, decide_due, read_due, &due, &dry);
        if (status == HSVC_OK) hsvc__effects_publish(fx);
        else hsvc__effects_back(fx);
        if (hurts_one(status) && first == HSVC_OK) first = status;
        if (status == HSVC_ERR_CONFLICT || hurts_one(status)) status = HSVC_OK;
    }
    return status != HSVC_OK ? status : first;
}

int32_t hsvc_advance(hsvc_engine *engine, hsvc_effects *effects) {
    int64_t now;
    int32_t status;
    if (engine == NULL || effects == NULL) return HSVC_ERR_ARGUMENT;
    status = hsvc__enter(engine);
    if (status != HSVC_OK) return status;
    hsvc_effects_reset(effects);
    hsvc__arena_reset(&engine->inputs);
    status = hsvc__sample(engine, &now);
    if (status == HSVC_OK) status = advance_all(engine, effects, now);
    if (status != HSVC_OK && hsvc_effects_count(effects) + hsvc_verdict_count(effects) == 0) report(engine, effects, status);
    else {
        effects->problem.status = status;
        effects->problem.input_index = HSVC_NO_INPUT;
    }
    hsvc__leave(engine);
    return status;
}
