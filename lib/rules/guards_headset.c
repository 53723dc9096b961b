/* guards_headset.c: questions about a headset's serials and what the inventory knows of it. Pure: they change nothing. */
#include "rules/ask.h"

/* ---- several serials of one headset (ID-7). The step's headset is the one that the input's serial leads to. ---- */
static struct hsvc__headset *alias(struct hsvc__turn *t) { return hsvc__serial_of(t, INPUT(t, alias)); }

int hsvc__is_alias_is_known(struct hsvc__turn *t) { return hsvc__headset_of(t, INPUT(t, alias)) == t->headset; }
int hsvc__is_alias_is_taken(struct hsvc__turn *t) { return alias(t)->alias_of.n != 0 || alias(t)->alias_list.count != 0; }
int hsvc__is_alias_is_anothers(struct hsvc__turn *t) {
    return alias(t)->owner.n != 0 && !hsvc__fold_eq(alias(t)->owner, t->headset->owner);
}
int hsvc__is_alias_is_connected(struct hsvc__turn *t) { return hsvc__place_count(alias(t)) != 0; }
int hsvc__is_aliases_are_full(struct hsvc__turn *t) {
    if (t->headset->alias_list.count < HSVC_LIMIT_ALIASES_PER_HEADSET) return 0;
    t->verdict.limit = HSVC_LIMIT_ALIASES_PER_HEADSET;
    return 1;
}
int hsvc__is_alias_is_named(struct hsvc__turn *t) { return hsvc__serial_of(t, INPUT(t, serial)) != t->headset; }
int hsvc__is_connected_alias_is_named(struct hsvc__turn *t) {
    return hsvc__is_alias_is_named(t) && !hsvc__is_headset_is_nowhere(t);
}

/* ---- the inventory (INV-2). A disconnect that comes late, twice or from another device changes nothing. ---- */
int hsvc__is_is_counted_here(struct hsvc__turn *t) {
    const struct hsvc__headset *h = t->headset;
    return h->counted && t->at >= h->last_connected_at && hsvc__fold_eq(h->device, t->dev->name);
}
