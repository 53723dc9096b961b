/* decide.c: one input to one decision: whom it is about, when it happened, what must come before it, and the machine that
 * leads. Which row runs is the interpreter's business. */
#include "rules/ask.h"

/* event_time: never in the future, never too old, never before the session it speaks of (TIME-2). */
static int64_t event_time(struct hsvc__turn *t) {
    int64_t oldest = t->now - t->engine->policy.values[HSVC_PARAM_BACKDATE_MAX], at = t->in->at_ms == 0 ? t->now : t->in->at_ms;
    if (at > t->now || HSVC__MUTANT(arrival_counts)) at = t->now;
    if (at < oldest && !HSVC__MUTANT(any_past_counts)) at = oldest;
    if (t->dev->session != 0 && at < t->dev->signed_in_at && !HSVC__MUTANT(reports_of_before)) at = t->dev->signed_in_at;
    return at;
}

/* set_subjects: whom the input is about. A prompt's answer is about the prompt's headset, a menu entry about the headset
 * that it could serve, an association about the device where the headset is. */
static void set_subjects(struct hsvc__turn *t) {
    const hsvc_input *in = t->in;
    hsvc__str serial = hsvc__str_of(in->serial, in->serial_len), plugged;
    int is_report = in->kind >= HSVC_INPUT_HEADSET_CONNECTED && in->kind <= HSVC_INPUT_HEADSET_ALIAS;
    t->dev = hsvc__device_of(t, hsvc__str_of(in->device, in->device_len));
    t->user = hsvc__user_of(t, hsvc__str_of(in->user, in->user_len));
    plugged = in->kind == HSVC_INPUT_HEADSET_DISCONNECTED ? hsvc__handles_serial(t->dev, in->handle) : hsvc__str_of(NULL, 0);
    if (plugged.n != 0) serial = plugged;
    if (HSVC__MUTANT(dock_is_headset) && in->dock_len != 0) serial = hsvc__str_of(in->dock, in->dock_len);
    if (serial.n == 0 && !is_report) serial = t->dev->prompt_serial; /* a report that names nobody is nobody's */
    if (serial.n == 0) serial = hsvc__menu_serial(t->dev, in->kind);
    hsvc__set_headset(t, serial);
}

/* handle_of: by what the step's device knows an interface: its handle, or else, where a headset has several serials, the one
 * that it reports. So one that leaves takes no other with it (ID-7, PRES-4). */
static uint64_t handle_of(struct hsvc__turn *t, hsvc__str serial, uint64_t handle, uint32_t event) {
    uint64_t own;
    if (handle != 0 || serial.n == 0 || t->headset->alias_list.count == 0) return handle;
    own = hsvc__serial_handle(serial);
    return event == HSVC_EVENT_connected || hsvc__plugged(t->dev, own) != NULL ? own : 0;
}

/* run_for: one event about a headset at the input's device. */
static void run_for(struct hsvc__turn *t, struct hsvc__device *dev, hsvc__str serial, uint32_t event, uint64_t handle) {
    t->dev = dev;
    t->headset = hsvc__headset_of(t, serial);
    t->steps = 0;
    if (event == HSVC_EVENT_connected) handle = handle_of(t, serial, handle, event);
    hsvc__run(t, HSVC__MACHINE_presence, event, (int64_t)handle);
}

/* A handle that comes back with another serial has lost the old one first (PRES-4). */
static void free_handle(struct hsvc__turn *t) {
    struct hsvc__device *dev = t->dev;
    struct hsvc__headset *headset = t->headset;
    const struct hsvc__present *plugged = hsvc__plugged(dev, t->in->handle);
    int64_t at = t->at;
    if (hsvc__flaps(dev)) return; /* its reports keep track of handles */
    if (t->in->kind != HSVC_INPUT_HEADSET_CONNECTED || plugged == NULL || hsvc__fold_eq(plugged->serial, headset->serial)) return;
    if (t->at < plugged->event_at) t->at = plugged->event_at; /* the handle is lost now, however old the report of its new owner */
    run_for(t, dev, plugged->serial, HSVC_EVENT_disconnected, t->in->handle);
    memset(&t->verdict, 0, sizeof t->verdict);
    t->at = at;
    t->dev = dev;
    t->headset = headset;
}

/* is_item: is this item of a list the headset, by any of its serials? */
static int is_item(struct hsvc__turn *t, const hsvc_item *item, hsvc__str serial) {
    if (item->kind != HSVC_ITEM_HEADSET) return 0;
    return hsvc__fold_eq(hsvc__headset_of(t, hsvc__str_of(item->text, item->text_len))->serial, serial);
}

static int listed(struct hsvc__turn *t, hsvc__str serial) {
    for (size_t i = 0; i < t->in->item_count; i++)
        if (is_item(t, &t->in->items[i], serial)) return 1;
    return 0;
}

/* is_replaced: does the list give this serial handles, and this one is not among them? */
static int is_replaced(struct hsvc__turn *t, hsvc__str serial, uint64_t handle) {
    int replaced = 0;
    for (size_t i = 0; i < t->in->item_count; i++) {
        const hsvc_item *item = &t->in->items[i];
        if (item->number == 0 || !is_item(t, item, serial)) continue;
        if (item->number == handle) return 0;
        replaced = 1;
    }
    return replaced;
}

/* drop_replaced: handles that the list has others for are gone, without anybody having left; a list that is older than
 * the serial's last event replaces nothing (PRES-5, PRES-6). */
static void drop_replaced(struct hsvc__turn *t, struct hsvc__device *dev) {
    uint32_t kept = 0;
    if (hsvc__flaps(dev)) return; /* what is held begins afresh */
    for (uint32_t i = 0; i < dev->plug_count; i++) {
        const struct hsvc__present *of = &dev->presents[dev->handles[i].of];
        if (t->at < of->event_at || !is_replaced(t, of->serial, dev->handles[i].handle)) dev->handles[kept++] = dev->handles[i];
    }
    if (kept == dev->plug_count) return;
    dev->plug_count = kept;
    hsvc__touch(dev);
}

/* is_left_out: has this serial left, as far as the list goes? What is held begins afresh with a list: nothing is judged yet. */
static int is_left_out(struct hsvc__turn *t, const struct hsvc__device *dev, hsvc__str serial) {
    return hsvc__flaps(dev) || !listed(t, serial);
}

/* run_presence_list: what is missing has left, what is new has connected, each as an event of its own (PRES-5). */
static void run_presence_list(struct hsvc__turn *t, struct hsvc__device *dev) {
    hsvc__str gone[HSVC_LIMIT_PRESENCE_PER_DEVICE + HSVC_LIMIT_REPORTS_PER_HOLD];
    uint32_t count = 0;
    for (uint32_t i = 0; i < dev->present_count; i++)
        if (is_left_out(t, dev, dev->presents[i].serial)) gone[count++] = dev->presents[i].serial;
    for (uint32_t i = 0; i < dev->report_count; i++)
        if (dev->reports[i].here) gone[count++] = dev->reports[i].serial;
    for (uint32_t i = 0; i < count; i++) run_for(t, dev, gone[i], HSVC_EVENT_disconnected, 0);
    drop_replaced(t, dev);
    for (size_t i = 0; i < t->in->item_count; i++) {
        const hsvc_item *item = &t->in->items[i];
        if (item->kind == HSVC_ITEM_HEADSET)
            run_for(t, dev, hsvc__str_of(item->text, item->text_len), HSVC_EVENT_connected, item->number);
    }
}

/* run_lists: an input that carries lists is several events; its verdict, which it has by now, is its own. */
static void run_lists(struct hsvc__turn *t, struct hsvc__device *dev) {
    int registered = t->in->kind == HSVC_INPUT_DEVICE_REGISTERED;
    if (!hsvc__is_accepted(t->verdict.reason)) return;
    if (t->in->kind == HSVC_INPUT_PRESENCE_SNAPSHOT || (registered && t->in->flags & HSVC_FLAG_HAS_PRESENCE))
        run_presence_list(t, dev);
}

/* run_calls_first: what a registration says of calls comes before it: no profile is sent into a call it reports (CALL-1). */
static void run_calls_first(struct hsvc__turn *t) {
    struct hsvc__device *dev = t->dev;
    struct hsvc__headset *headset = t->headset;
    if (t->in->kind != HSVC_INPUT_DEVICE_REGISTERED || !(t->in->flags & HSVC_FLAG_HAS_CALLS)) return;
    hsvc__run(t, HSVC__MACHINE_calls, HSVC_EVENT_call_snapshot, 0);
    memset(&t->verdict, 0, sizeof t->verdict);
    t->dev = dev;
    t->headset = headset;
}

static void refuse(struct hsvc__turn *t, uint32_t reason, uint32_t row, const char *rule) {
    t->verdict.reason = reason;
    t->verdict.row = row;
    t->verdict.rule = rule;
}

static void decide_event(struct hsvc__turn *t) {
    struct hsvc__device *dev = t->dev;
    uint64_t handle = t->in->handle;
    uint32_t event = 0, machine = hsvc__lead(t->in->kind, &event);
    const struct hsvc__step *barred = hsvc__admit(t);
    if (barred != NULL) {
        refuse(t, barred->reason, hsvc__step_number(barred), barred->rule);
        return;
    }
    if (hsvc__decide_items(t, machine, event)) return;
    free_handle(t);
    run_calls_first(t);
    if (machine == HSVC__MACHINE_presence) handle = handle_of(t, INPUT(t, serial), handle, event);
    hsvc__run(t, machine, event, (int64_t)handle);
    if (t->verdict.reason == 0) t->verdict.reason = HSVC_REASON_RECORDED;
    run_lists(t, dev);
}

static struct hsvc__about about_now(const struct hsvc__turn *t) {
    struct hsvc__about about = {t->dev, t->headset, t->user, NULL, t->in->kind};
    return about;
}

/* audit_refusal: of an input that got no further than the door; its texts are sound. */
static void audit_refusal(struct hsvc__turn *t) {
    struct hsvc__about about;
    set_subjects(t);
    t->at = event_time(t);
    about = about_now(t);
    hsvc__audit_input(t, &about);
}

/* decide_complaint: refused for its texts; a device whose name is what is wrong cannot be named. */
static void decide_complaint(struct hsvc__turn *t, const struct hsvc__complaint *complaint) {
    hsvc__str device = complaint->field == HSVC_FIELD_DEVICE ? hsvc__str_of(NULL, 0) : INPUT(t, device);
    t->verdict.field = complaint->field;
    t->verdict.limit = complaint->limit;
    refuse(t, complaint->reason, 0, complaint->reason == HSVC_REASON_NOT_PERMITTED ? "OBS-9" : "ID-6");
    hsvc__add_verdict(t, complaint->reason, t->verdict.rule, device);
    if (complaint->reason == HSVC_REASON_NOT_PERMITTED) audit_refusal(t);
}

int hsvc__decide_input(struct hsvc_engine *engine, struct hsvc_effects *fx, const hsvc_input *in,
                       const struct hsvc__complaint *complaint, uint32_t index) {
    struct hsvc__turn *t = hsvc__turn_begin(engine, fx, in, index);
    struct hsvc__about about;
    const hsvc_verdict *verdict;
    engine->tally.inputs++;
    if (complaint->reason != 0) {
        decide_complaint(t, complaint);
        return 0;
    }
    set_subjects(t);
    t->at = event_time(t);
    if (!HSVC__MUTANT(due_after_the_input) && hsvc__fire_all(t, HSVC__MUTANT(late_reports_lose) ? t->now : t->at, 0)) set_subjects(t);
    verdict = hsvc__answer_repeat(t);
    if (verdict != NULL) return verdict->accepted != 0;
    about = about_now(t);
    decide_event(t);
    verdict = hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, INPUT(t, device));
    hsvc__audit_input(t, &about);
    if (!hsvc__has_request(t->in)) return verdict->accepted != 0 && t->items_refused == 0;
    set_subjects(t);
    hsvc__remember(t, t->verdict.reason, t->verdict.row);
    return hsvc__is_accepted(t->verdict.reason) && t->items_refused == 0;
}
