/* audit.c: what an operator reads afterwards (OBS-3). After every step - an input, a deadline, what follows by itself - the
 * records that it changed are compared with what the audit last said of them; the entries go into the same commit. So an
 * entry's `before` is its predecessor's `after`, whoever wrote that one, and nothing changes without an entry. */
#include "rules/ask.h"

/* ---- numbers: who is meant, without a name ---- */
static hsvc__str name_of(const struct hsvc__record *rec) {
    switch (rec->family) {
        case HSVC__FAMILY_DEVICE: return ((const struct hsvc__device *)(const void *)rec)->name;
        case HSVC__FAMILY_USER: return ((const struct hsvc__user *)(const void *)rec)->id;
        case HSVC__FAMILY_HEADSET: return ((const struct hsvc__headset *)(const void *)rec)->serial;
        default: return ((const struct hsvc__policy *)(const void *)rec)->site;
    }
}

/* next_count: the how manieth number of this node: nodes count apart, so that none waits for another. */
static uint64_t next_count(struct hsvc__turn *t) {
    struct hsvc__number *counter;
    struct hsvc__key key;
    hsvc__key_counter(&key, t->engine->node);
    counter = (struct hsvc__number *)hsvc__txn_get(t->txn, HSVC__FAMILY_NUMBER, hsvc__key_name(&key));
    counter->rec.present = 1;
    hsvc__touch(counter);
    return ++counter->number;
}

/* number_record: of a number that nobody has, made of nothing that names anybody: when and by which node it was given, and
 * a count. That it is free is proven by the commit and not read before; only after a conflict, which may have been about it,
 * it is read, and another is tried if it is taken. */
static struct hsvc__number *number_record(struct hsvc__turn *t, uint64_t *number) {
    struct hsvc__number *record;
    int tries = 0;
    do {
        uint64_t parts[] = {(uint64_t)t->now, t->engine->node, next_count(t)};
        uint8_t bytes[sizeof parts];
        struct hsvc__key key;
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) hsvc__put64(bytes + 8 * i, parts[i]);
        *number = hsvc_hash64(bytes, sizeof bytes);
        hsvc__key_number(&key, *number);
        if (t->engine->attempt == 0) record = (struct hsvc__number *)hsvc__txn_fresh(t->txn, HSVC__FAMILY_NUMBER, hsvc__key_name(&key));
        else record = (struct hsvc__number *)hsvc__txn_get(t->txn, HSVC__FAMILY_NUMBER, hsvc__key_name(&key));
    } while (record->rec.present && ++tries < HSVC_LIMIT_ATTEMPTS);
    if (record->rec.present) t->txn->status = HSVC_ERR_CONFLICT; /* a number never becomes another's; the next call has others */
    return record;
}

static void give_number(struct hsvc__turn *t, struct hsvc__record *rec, uint64_t *number) {
    struct hsvc__number *record = number_record(t, number);
    record->number = *number;
    record->of = rec->family;
    record->name = name_of(rec);
    record->rec.present = 1;
    hsvc__touch(record);
    hsvc__touch(rec);
}

/* number_of: of a record that is written anyway, or has a number already; else 0: nobody writes for a mention. */
static uint64_t number_of(struct hsvc__turn *t, struct hsvc__record *rec) {
    struct hsvc__trail trail = hsvc__trail_of(rec);
    if (!rec->present || HSVC__BUG(trail.number == NULL)) return 0;
    if (*trail.number == 0 && rec->dirty && name_of(rec).n != 0) give_number(t, rec, trail.number);
    return *trail.number;
}

/* ---- entries ---- */
static struct hsvc__note *pending(const struct hsvc__slot *slot, uint64_t sequence) {
    struct hsvc__note *note = slot->notes;
    while (note != NULL && note->sequence != sequence) note = note->older;
    return note;
}

static struct hsvc__note *new_note(struct hsvc__txn *txn, struct hsvc__slot *slot, uint64_t sequence) {
    struct hsvc__note *note = pending(slot, sequence);
    if (note != NULL) return note;
    note = (struct hsvc__note *)hsvc__arena_take(&txn->work, sizeof *note);
    if (note == NULL) return NULL;
    memset(note, 0, sizeof *note);
    note->slot = slot;
    note->sequence = sequence;
    note->stored = sequence <= *hsvc__trail_of(slot->record).last;
    note->next = txn->notes;
    note->older = slot->notes;
    txn->notes = slot->notes = note;
    return note;
}

/* repeats: is this one more refusal of the reason of the device's newest entry? Then that one is written again, unless it was
 * dropped: what is gone does not come back. */
static int repeats(struct hsvc__turn *t, struct hsvc__slot *slot, uint32_t kind, int changed) {
    struct hsvc__device *dev = (struct hsvc__device *)slot->record;
    uint32_t reason = t->verdict.reason;
    int alone = kind != 0 && !changed && !hsvc__is_accepted(reason), again;
    if (slot->family != HSVC__FAMILY_DEVICE) return 0;
    again = alone && dev->refused_reason == reason && dev->audit_last != dev->audit_gone;
    dev->refused_at = !alone ? 0 : again ? dev->refused_at : t->at;
    dev->refused_count = !alone ? 0 : again ? dev->refused_count + 1 : 1;
    dev->refused_reason = alone ? reason : 0;
    return again;
}

/* set_actor: a person of ours is a number here too. */
static void set_actor(struct hsvc__turn *t, struct hsvc__entry *entry) {
    struct hsvc__user *user;
    if (t->in->actor_len == 0) return;
    user = hsvc__user_of(t, INPUT(t, actor));
    entry->actor_number = user->rec.present ? number_of(t, &user->rec) : 0;
    if (entry->actor_number == 0) entry->actor = INPUT(t, actor);
}

static void fill(struct hsvc__turn *t, const struct hsvc__about *about, struct hsvc__entry *entry) {
    entry->at = entry->first_at = t->at;
    entry->committed_at = t->now;
    entry->device = number_of(t, &about->dev->rec);
    entry->headset = number_of(t, &about->headset->rec);
    entry->input = about->kind;
    entry->reason = t->verdict.reason == 0 ? HSVC_REASON_RECORDED : t->verdict.reason;
    entry->param = t->in->param;
    entry->value = t->in->param == 0 ? 0 : t->in->value;
    entry->count = 1;
    entry->rule = hsvc__static(t->verdict.rule);
    entry->event = hsvc__static(t->verdict.event);
    set_actor(t, entry);
}

static void set_before(struct hsvc__entry *entry, const struct hsvc__vector *before) {
    entry->before_0 = before->word[0];
    entry->before_1 = before->word[1];
    entry->before_2 = before->word[2];
}

static void set_after(struct hsvc__entry *entry, struct hsvc__slot *slot, const struct hsvc__vector *after) {
    entry->after_0 = after->word[0];
    entry->after_1 = after->word[1];
    entry->after_2 = after->word[2];
    slot->audited = *after;
}

/* amend: what follows by itself and has no verdict of its own - the screen that a change calls for - belongs to the entry
 * of what it follows from, unless that one stands for refusals alone. */
static int amend(struct hsvc__turn *t, struct hsvc__slot *slot, const struct hsvc__vector *now) {
    const struct hsvc__device *dev = (const struct hsvc__device *)slot->record;
    struct hsvc__note *note;
    if (t->verdict.reason != 0 || (slot->family == HSVC__FAMILY_DEVICE && dev->refused_reason != 0)) return 0;
    note = pending(slot, *hsvc__trail_of(slot->record).last);
    if (note != NULL) set_after(&note->entry, slot, now);
    return note != NULL;
}

static void enter(struct hsvc__turn *t, const struct hsvc__about *about, struct hsvc__slot *slot, const struct hsvc__vector *now) {
    struct hsvc__record *rec = (struct hsvc__record *)slot->record;
    struct hsvc__trail trail = hsvc__trail_of(rec);
    const struct hsvc__device *dev = (const struct hsvc__device *)slot->record;
    int again = repeats(t, slot, about->kind, !hsvc__vector_eq(now, &slot->audited));
    struct hsvc__note *note;
    rec->dirty |= HSVC__DIRTY;
    (void)number_of(t, rec);
    note = new_note(t->txn, slot, again ? *trail.last : *trail.last + 1);
    if (note == NULL) return;
    fill(t, about, &note->entry);
    if (again) note->entry.first_at = dev->refused_at;
    if (again) note->entry.count = dev->refused_count;
    set_before(&note->entry, &slot->audited);
    set_after(&note->entry, slot, now);
    if (again) return;
    ++*trail.last;
    slot->appended++;
    if (rec->family == HSVC__FAMILY_POLICY) t->engine->policy.known = 0; /* it changes */
}

/* mark_about: what a step was about it may have been given, not got. */
static void mark_about(struct hsvc__txn *txn, const struct hsvc__about *about) {
    hsvc__txn_mark(txn, about->dev->rec.slot);
    hsvc__txn_mark(txn, about->headset->rec.slot);
    if (about->always != NULL) hsvc__txn_mark(txn, about->always->slot);
}

void hsvc__audit_step(struct hsvc__turn *t, const struct hsvc__about *about) {
    struct hsvc__txn *txn = t->txn;
    int many = txn->table != NULL;
    if (txn->status != HSVC_OK || txn->missing != 0) return;
    if (many) mark_about(txn, about);
    for (struct hsvc__slot *slot = many ? txn->near : txn->slots; slot != NULL; slot = many ? slot->next_near : slot->next) {
        struct hsvc__record *rec = (struct hsvc__record *)slot->record;
        struct hsvc__vector now;
        if (rec == NULL || !slot->used || !hsvc__is_subject(slot->family) || HSVC__MUTANT(audit_forgets)) continue;
        if (!rec->present && !rec->removed) continue; /* nobody, or the mark of a user who is gone: neither is written */
        if (rec != about->always && !(rec->dirty & HSVC__UNAUDITED) && !rec->removed) continue;
        rec->dirty &= ~HSVC__UNAUDITED;
        hsvc__vector_of(rec, &now);
        if (rec != about->always && (hsvc__vector_eq(&now, &slot->audited) || amend(t, slot, &now))) continue;
        enter(t, about, slot, &now);
        if (txn->status != HSVC_OK || txn->missing != 0) return;
    }
    if (many) hsvc__step_over(txn);
}

static int is_always_entered(uint32_t kind) {
    switch (kind) {
#define ALWAYS(kind) case HSVC_INPUT_##kind:
#include "records/facts.def"
#undef ALWAYS
            return 1;
        default: return 0;
    }
}

void hsvc__audit_input(struct hsvc__turn *t, struct hsvc__about *about) {
    if (!hsvc__is_accepted(t->verdict.reason) || is_always_entered(about->kind)) {
        t->dev = about->dev;
        t->headset = about->headset;
        t->user = about->user;
        about->always = hsvc__primary(t);
        /* a record that everybody compares is not written for what a phone says of a headset that nobody knows */
        if (about->kind < HSVC_INPUT_USER_PUT && about->always != NULL && about->always->family == HSVC__FAMILY_POLICY) about->always = NULL;
    }
    hsvc__audit_step(t, about);
}

/* ---- writing ---- */
/* drop_oldest: so many of a subject's oldest entries as the bound wants, at most `most`. */
static uint32_t drop_oldest(struct hsvc__txn *txn, struct hsvc__slot *slot, uint64_t keep, uint32_t most) {
    struct hsvc__trail trail;
    uint32_t dropped = 0;
    if (most == 0) return 0; /* it may not even be decoded */
    trail = hsvc__trail_of(slot->record);
    for (; dropped < most && *trail.last - *trail.gone > keep; dropped++) {
        struct hsvc__note *note = pending(slot, ++*trail.gone);
        struct hsvc__key key;
        if (note != NULL) note->dropped = 1;
        if (note != NULL && !note->stored) continue;
        hsvc__key_entry(&key, slot->family, *trail.number, *trail.gone);
        hsvc__txn_loose(txn, &key, hsvc__str_of(NULL, 0));
    }
    return dropped;
}

uint32_t hsvc__room_left(const struct hsvc__txn *txn) {
    uint32_t most = hsvc__txn_ops_most(txn), taken = txn->op_count;
    for (const struct hsvc__slot *slot = txn->slots; slot != NULL; slot = slot->next)
        if (slot->used) taken += slot->family == HSVC__FAMILY_DEVICE ? 3 : 1;
    for (const struct hsvc__note *note = txn->notes; note != NULL; note = note->next) taken++;
    return taken < most ? most - taken : 0;
}

/* drop_beyond: one for one that comes; and one more, while there is room, so that a smaller bound is reached step by step. */
static void drop_beyond(struct hsvc__txn *txn, uint64_t keep) {
    uint32_t room;
    for (struct hsvc__slot *slot = txn->slots; slot != NULL; slot = slot->next) (void)drop_oldest(txn, slot, keep, slot->appended);
    room = hsvc__room_left(txn);
    for (struct hsvc__slot *slot = txn->slots; slot != NULL; slot = slot->next)
        room -= drop_oldest(txn, slot, keep, slot->appended < room ? slot->appended : room);
}

static void write_note(struct hsvc__txn *txn, struct hsvc__note *note) {
    hsvc__str value = {NULL, 0};
    struct hsvc__key key;
    if (note->dropped || hsvc__record_encode(&note->entry, HSVC__FAMILY_ENTRY, &txn->work, &value) != HSVC_OK) return;
    hsvc__key_entry(&key, note->slot->family, *hsvc__trail_of(note->slot->record).number, note->sequence);
    hsvc__txn_loose(txn, &key, value);
}

void hsvc__audit_write(struct hsvc_engine *engine) {
    struct hsvc__txn *txn = &engine->txn;
    uint64_t keep = (uint64_t)engine->policy.values[HSVC_PARAM_AUDIT_KEEP_MAX];
    if (txn->notes == NULL) return;
    if (keep != 0 && !HSVC__MUTANT(audit_without_bound)) drop_beyond(txn, keep);
    for (struct hsvc__note *note = txn->notes; note != NULL; note = note->next) write_note(txn, note);
}
