/* actions_inventory.c: verbs about the serials of a headset and about what the inventory keeps of it. */
#include "rules/ask.h"

/* ---- several serials of one headset (ID-7) ---- */
uint64_t hsvc__serial_handle(hsvc__str serial) {
    char folded[HSVC_LIMIT_SERIAL_LEN];
    hsvc__fold(folded, serial);
    return hsvc_hash64(folded, serial.n);
}

/* name_interface: connected without a handle, a headset is known by its serial; from now on that is one of several. What is
 * gone, or awaited, has no interface plugged (SIGN-5, ASSOC-10). */
static void name_interface(struct hsvc__turn *t, struct hsvc__device *dev) {
    const struct hsvc__present *here = hsvc__here(dev, t->headset->serial);
    for (uint32_t i = 0; i < dev->plug_count; i++)
        if (&dev->presents[dev->handles[i].of] == here) return;
    if (here == NULL || dev->plug_count == HSVC_LIMIT_PRESENCE_PER_DEVICE) return;
    if (here->flags & HSVC__NOT_HERE && !HSVC__MUTANT(absent_interfaces)) return;
    dev->handles[dev->plug_count].handle = hsvc__serial_handle(t->headset->serial);
    dev->handles[dev->plug_count].of = (uint32_t)(here - dev->presents);
    dev->plug_count++;
    hsvc__touch(dev);
}

/* inherit: what the other record knew is known of the one headset: since when, and when it was connected last. */
static void inherit(struct hsvc__headset *h, const struct hsvc__headset *from) {
    if (from->first_seen_at != 0 && (h->first_seen_at == 0 || from->first_seen_at < h->first_seen_at))
        h->first_seen_at = from->first_seen_at;
    if (from->last_connected_at > h->last_connected_at) h->last_connected_at = from->last_connected_at;
}

void hsvc__do_join_alias(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__headset *h = t->headset, *alias = hsvc__serial_of(t, INPUT(t, alias));
    (void)arg;
    for (uint32_t i = 0; i < hsvc__place_count(h); i++) name_interface(t, hsvc__device_of(t, hsvc__place(h, i)));
    if (alias->owner.n != 0) hsvc__strike(hsvc__user_of(t, alias->owner), alias->serial);
    inherit(h, alias);
    hsvc__blank(alias);
    alias->alias_of = h->serial;
    h->alias_list.at[h->alias_list.count++] = alias->serial;
    hsvc__keep(h);
    hsvc__keep(alias);
}

void hsvc__do_part_alias(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__texts *list = &t->headset->alias_list;
    struct hsvc__headset *alias = hsvc__serial_of(t, INPUT(t, serial));
    uint32_t kept = 0;
    (void)arg;
    for (uint32_t i = 0; i < list->count; i++)
        if (!hsvc__fold_eq(list->at[i], alias->serial)) list->at[kept++] = list->at[i];
    list->count = kept;
    hsvc__touch(t->headset);
    hsvc__forget(alias);
}

/* ---- the inventory (INV-3) ---- */
/* Nothing but reports is forgotten. Where nothing else stands in it, the record goes. */
void hsvc__do_forget_inventory(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__headset *h = t->headset;
    (void)arg;
    h->first_seen_at = h->last_connected_at = h->status_since_at = h->connected ? t->at : 0;
    h->counted = 0;
    h->type = 0;
    h->vendor = h->model = h->firmware = h->dock = h->headset_template = hsvc__str_of(NULL, 0);
    if (!h->connected && h->owner.n == 0 && h->alias_list.count == 0) hsvc__forget(h);
    else hsvc__touch(h);
}
