/* verify_audit.c: nothing changed without an entry, and none is missing in between (OBS-3). */
#include "engine/verify.h"

static struct hsvc__vector vector_of(uint64_t a, uint64_t b, uint64_t c) {
    struct hsvc__vector v = {{a, b, c}};
    return v;
}

/* check_oldest: of the oldest of a subject's entries: what the record says was dropped is gone. Of an erased number nobody knows whose
 * it was. */
static void check_oldest(struct hsvc__walk *w, const struct hsvc__entry_key *of) {
    const struct hsvc__number *number;
    struct hsvc__trail trail;
    struct hsvc__key key;
    void *record;
    hsvc__key_number(&key, of->number);
    number = (const struct hsvc__number *)hsvc__fetch_key(w, HSVC__FAMILY_NUMBER, &key);
    if (number == NULL || number->of != of->family) return;
    hsvc__key_1(&key, of->family, number->name);
    record = hsvc__fetch_key(w, of->family, &key);
    if (record == NULL) return;
    trail = hsvc__trail_of(record);
    MUST(*trail.number != of->number || of->sequence > *trail.gone, audit_keeps_nothing_that_was_dropped);
}

void hsvc__check_entry(struct hsvc__walk *w, const struct hsvc__entry *e) {
    struct hsvc__entry_key of = {0, 0, 0};
    struct hsvc__vector before = vector_of(e->before_0, e->before_1, e->before_2);
    int same, next;
    if (!hsvc__key_entry_parts(w->key, &of)) return; /* told already: it is not in its place */
    same = of.family == w->entered.family && of.number == w->entered.number;
    next = same && of.sequence == w->entered.sequence + 1;
    if (!same) check_oldest(w, &of);
    MUST(!same || next, audit_has_no_gap);
    MUST(!next || hsvc__vector_eq(&before, &w->after), audit_goes_on_from_before);
    MUST(e->count != 0, audit_counts_what_happened);
    w->entered = of;
    w->after = vector_of(e->after_0, e->after_1, e->after_2);
}

static const struct hsvc__entry *fetch_entry(struct hsvc__walk *w, uint32_t family, uint64_t number, uint64_t sequence) {
    struct hsvc__key key;
    hsvc__key_entry(&key, family, number, sequence);
    return (const struct hsvc__entry *)hsvc__fetch_key(w, HSVC__FAMILY_ENTRY, &key);
}

static void check_number(struct hsvc__walk *w, uint32_t family, uint64_t number, hsvc__str name) {
    const struct hsvc__number *record;
    struct hsvc__key key;
    if (number == 0) return;
    hsvc__key_number(&key, number);
    record = (const struct hsvc__number *)hsvc__fetch_key(w, HSVC__FAMILY_NUMBER, &key);
    MUST(record != NULL && record->of == family && hsvc__fold_eq(record->name, name), number_names_its_record);
}

void hsvc__check_trail(struct hsvc__walk *w, uint32_t family, void *record, hsvc__str name) {
    struct hsvc__trail trail = hsvc__trail_of(record);
    const struct hsvc__entry *newest, *oldest;
    struct hsvc__vector now, after;
    int is_mark = family == HSVC__FAMILY_USER && ((const struct hsvc__user *)record)->gone != 0;
    if (!is_mark) check_number(w, family, *trail.number, name);
    if (*trail.gone == *trail.last) return; /* nothing was ever entered, or everything was dropped */
    newest = fetch_entry(w, family, *trail.number, *trail.last);
    oldest = fetch_entry(w, family, *trail.number, *trail.gone + 1);
    /* What a mark's user had may be pruned while the mark is there for its sweep: nobody asks by it any more. */
    MUST(is_mark || (newest != NULL && oldest != NULL), audit_is_where_the_record_says);
    if (newest == NULL) return;
    after = vector_of(newest->after_0, newest->after_1, newest->after_2);
    hsvc__vector_of(record, &now);
    MUST(hsvc__vector_eq(&after, &now), newest_entry_says_what_is);
}
