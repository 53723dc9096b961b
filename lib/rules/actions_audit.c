/* actions_audit.c: verbs and questions about numbers and entries of the audit: who is meant no longer, and what is too old
 * to be kept (OBS-3, OBS-4). */
#include "rules/ask.h"

/* ---- erasing: the entries stay, nobody is named ---- */
void hsvc__do_forget_number(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__key key;
    (void)arg;
    if (t->user->number == 0) return;
    hsvc__key_number(&key, t->user->number);
    ((struct hsvc__record *)hsvc__txn_get(t->txn, HSVC__FAMILY_NUMBER, hsvc__key_name(&key)))->removed = 1;
}

/* An earlier user of the same id left a number; whoever has the id now keeps the own one. */
int hsvc__is_number_is_of_somebody(struct hsvc__turn *t) {
    const struct hsvc__user *user = hsvc__user_of(t, t->number->name);
    return user->rec.present && user->number == t->number->number;
}
void hsvc__do_drop_number(struct hsvc__turn *t, int64_t arg) {
    (void)arg;
    t->number->rec.removed = 1;
}

/* ---- pruning ---- */
void hsvc__do_limit_job(struct hsvc__turn *t, int64_t kind) {
    hsvc__job_of(t, (uint32_t)kind, hsvc__str_of(NULL, 0))->number = (uint64_t)t->in->value;
}

/* subject_of: the record that the swept entry is about, if there still is one; else NULL. */
static void *subject_of(struct hsvc__turn *t, const struct hsvc__entry_key *of) {
    const struct hsvc__number *number;
    struct hsvc__key key;
    struct hsvc__record *record;
    if (of->number == 0) return hsvc__policy_of(t, hsvc__str_of(NULL, 0));
    hsvc__key_number(&key, of->number);
    number = (const struct hsvc__number *)hsvc__txn_get(t->txn, HSVC__FAMILY_NUMBER, hsvc__key_name(&key));
    if (!number->rec.present || number->name.n == 0) return NULL;
    record = (struct hsvc__record *)hsvc__txn_get(t->txn, of->family, number->name);
    return record->present && *hsvc__trail_of(record).number == of->number ? record : NULL;
}

/* Only the oldest goes, so that no entry is missing in between, whatever the clocks were. */
void hsvc__do_drop_entry(struct hsvc__turn *t, int64_t arg) {
    struct hsvc__entry_key of;
    void *subject;
    (void)arg;
    if (!hsvc__key_entry_parts(t->entry->rec.slot->key, &of)) return;
    subject = subject_of(t, &of);
    if (subject != NULL) {
        struct hsvc__trail trail = hsvc__trail_of(subject);
        if (of.sequence > *trail.gone + 1 || of.sequence > *trail.last) return;
        if (of.sequence == *trail.gone + 1) ++*trail.gone;
        hsvc__touch(subject);
        if (of.family == HSVC__FAMILY_POLICY) t->engine->policy.known = 0; /* it changes */
    }
    t->entry->rec.removed = 1;
}
