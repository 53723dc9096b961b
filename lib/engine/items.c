/* items.c: inputs about several headsets: each is judged on its own, by the rows that a single one is judged by, and has a
 * verdict of its own; the input's verdict follows and sums them up. A refused item stops no other (ASSOC-8). */
#include "rules/ask.h"

/* serials_of: whom the input means: the list it brings, or all headsets of its user. `to` has room for either. */
static size_t serials_of(const struct hsvc__turn *t, hsvc__str *to) {
    const hsvc_input *in = t->in;
    if (in->kind == HSVC_INPUT_DISASSOCIATE && in->serial_len == 0) {
        memcpy(to, t->user->headset_list.at, t->user->headset_list.count * sizeof *to);
        return t->user->headset_list.count;
    }
    if (in->kind < HSVC_INPUT_USER_PUT) return 0; /* a report's list is one event */
    for (size_t i = 0; i < in->item_count; i++) to[i] = hsvc__str_of(in->items[i].text, in->items[i].text_len);
    return in->kind == HSVC_INPUT_USER_PUT ? 0 : in->item_count;
}

void hsvc__set_headset(struct hsvc__turn *t, hsvc__str serial) {
    t->headset = hsvc__headset_of(t, serial);
    if (t->in->device_len == 0 && t->headset->device.n != 0) t->dev = hsvc__device_of(t, t->headset->device);
    if (t->in->kind == HSVC_INPUT_ASSOCIATE_DEVICE_OWNER)
        t->user = hsvc__user_of(t, t->dev->kind == HSVC_DEVICE_OWNED ? t->dev->related_user : hsvc__str_of(NULL, 0));
}

/* decide_item: 1 if it was accepted. */
static int decide_item(struct hsvc__turn *t, hsvc__str serial, uint32_t machine, uint32_t event) {
    hsvc_verdict *verdict;
    memset(&t->verdict, 0, sizeof t->verdict);
    t->steps = 0;
    t->dev = &t->txn->nobody.device;
    hsvc__set_headset(t, serial);
    hsvc__run(t, machine, event, 0);
    verdict = hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, t->lead->name);
    verdict->serial = serial.p;
    verdict->serial_len = serial.n;
    return verdict->accepted != 0;
}

int hsvc__decide_items(struct hsvc__turn *t, uint32_t machine, uint32_t event) {
    hsvc__str serials[HSVC_LIMIT_ITEMS_PER_INPUT];
    size_t count = serials_of(t, serials), accepted = 0;
    for (size_t i = 0; i < count && t->txn->status == HSVC_OK && t->txn->missing == 0; i++) {
        t->item = (uint32_t)i + 1;
        accepted += (size_t)decide_item(t, serials[i], machine, event);
    }
    t->item = 0;
    if (count == 0) return 0;
    t->items_refused = (uint32_t)(count - accepted);
    t->verdict.limit = 0; /* which the last item broke is not the list's */
    t->verdict.reason = accepted == count ? HSVC_REASON_DONE : accepted != 0 ? HSVC_REASON_PARTLY_DONE : HSVC_REASON_LIST_REFUSED;
    return 1;
}
