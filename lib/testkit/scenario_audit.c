/* scenario_audit.c: expectations about the audit: how many entries a subject has, and what the newest one says; and about
 * what there is to explain. */
#include "scenario_impl.h"

#define DO(name) void hsvc__scn_do_##name(hsvc_scenario *s)
#define PAGE 32

static void unmet(hsvc_scenario *s, const char *seen) {
    hsvc__scn_report(s, HSVC_SCENARIO_UNMET, 0, seen, "%.*s", SCN_STR(s->statement));
}

/* ---- whose ---- */
#define NUMBER_OF(type, get, text)                                          \
    type v;                                                                 \
    memset(&v, 0, sizeof v);                                                \
    v.struct_size = sizeof v;                                               \
    return get(s->engine, (text).p, (text).n, &v) == HSVC_OK ? v.number : 0

static uint64_t number_of_phone(hsvc_scenario *s) { NUMBER_OF(hsvc_device_view, hsvc_device_get, s->v[SCN_phone].text); }
static uint64_t number_of_user(hsvc_scenario *s) { NUMBER_OF(hsvc_user_view, hsvc_user_get, s->v[SCN_user].text); }
static uint64_t number_of_headset(hsvc_scenario *s) { NUMBER_OF(hsvc_headset_view, hsvc_headset_get, s->v[SCN_headset].text); }

static void start_of(hsvc_scenario *s, hsvc_audit_cursor *cursor) {
    memset(cursor, 0, sizeof *cursor);
    cursor->struct_size = sizeof *cursor;
    cursor->subject_kind = s->v[SCN_phone].set     ? HSVC_SUBJECT_DEVICE
                           : s->v[SCN_user].set    ? HSVC_SUBJECT_USER
                           : s->v[SCN_headset].set ? HSVC_SUBJECT_HEADSET
                                                   : HSVC_SUBJECT_POLICY;
    if (s->v[SCN_phone].set) cursor->subject = number_of_phone(s);
    else if (s->v[SCN_user].set) cursor->subject = number_of_user(s);
    else if (s->v[SCN_headset].set) cursor->subject = number_of_headset(s);
}

/* read_all: how many entries there are, and the newest; its texts are good until the next call on the engine. A reading that
 * failed is reported, and has no newest: its texts are gone. */
static size_t read_all(hsvc_scenario *s, hsvc_audit_entry *newest) {
    hsvc_audit_entry page[PAGE];
    hsvc_audit_cursor cursor;
    size_t count = PAGE, all = 0;
    int32_t status = HSVC_OK;
    start_of(s, &cursor);
    memset(newest, 0, sizeof *newest);
    while (status == HSVC_OK && count == PAGE) {
        memset(page, 0, sizeof page);
        page[0].struct_size = sizeof page[0];
        status = hsvc_audit_read(s->engine, &cursor, page, PAGE, &count);
        if (status == HSVC_OK && count != 0) *newest = page[count - 1];
        all += count;
    }
    if (status == HSVC_OK) return all;
    hsvc__scn_report(s, HSVC_SCENARIO_STATUS, 0, hsvc_name(HSVC_REGISTRY_STATUS, status), "hsvc_audit_read failed");
    return 0;
}

DO(audit_count) {
    hsvc_audit_entry newest;
    struct scn_text seen = {s->words, sizeof s->words, 0};
    size_t count = read_all(s, &newest);
    if (count == (size_t)s->v[SCN_number].number) return;
    hsvc__scn_put(&seen, "%u", (unsigned)count);
    unmet(s, seen.at);
}

/* ---- what ---- */

/* Whom a fact's number means, in the script's word; the number itself if nobody. */
static void put_value(hsvc_scenario *s, struct scn_text *text, const hsvc_audit_fact *fact, uint64_t value, const char *name) {
    hsvc_subject_view whom;
    struct scn_str found;
    memset(&whom, 0, sizeof whom);
    whom.struct_size = sizeof whom;
    if (name[0] != '\0') {
        hsvc__scn_put(text, "%s", name);
    } else if (fact->subject_kind != 0 && value == 0) {
        hsvc__scn_put(text, "nobody");
    } else if (fact->subject_kind != 0 && hsvc_subject_get(s->engine, value, &whom) == HSVC_OK) {
        found.p = whom.name;
        found.n = whom.name_len;
        hsvc__scn_put_str(text, hsvc__scn_label(s, HSVC_SCENARIO_USER, found));
    } else {
        hsvc__scn_put(text, "%llu", (unsigned long long)value);
    }
}

static int is_value(hsvc_scenario *s, const hsvc_audit_fact *fact, uint64_t value, const char *name, struct scn_str wanted) {
    char words[256];
    struct scn_text text = {words, sizeof words, 0};
    words[0] = '\0';
    put_value(s, &text, fact, value, name);
    return hsvc__scn_is(wanted, words);
}

/* fact_named: the entry's fact of a name; 0: there is none, and that is reported. */
static int fact_named(hsvc_scenario *s, const hsvc_audit_entry *entry, struct scn_str name, hsvc_audit_fact *fact) {
    memset(fact, 0, sizeof *fact);
    fact->struct_size = sizeof *fact;
    for (size_t i = 0; hsvc_audit_fact_at(entry, i, fact) == HSVC_OK; i++)
        if (hsvc__scn_is(name, fact->name)) return 1;
    hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, s->v[SCN_fact].token->column, NULL, "there is no fact '%.*s' of this subject",
                     SCN_STR(name));
    return 0;
}

static int is_text(const char *p, size_t n, const struct scn_value *wanted) {
    struct scn_str text = {p, n};
    return !wanted->set || hsvc__scn_same(text, wanted->text);
}

static int is_expected(hsvc_scenario *s, const hsvc_audit_entry *e) {
    return e->reason == (uint32_t)s->v[SCN_reason].number && is_text(e->rule, strlen(e->rule), &s->v[SCN_rule]) &&
           is_text(e->actor, e->actor_len, &s->v[SCN_actor]) &&
           (!s->v[SCN_kind].set || e->input == (uint32_t)s->v[SCN_kind].number) &&
           (!s->v[SCN_times].set || e->count == (uint32_t)s->v[SCN_times].number);
}

static void put_entry(struct scn_text *seen, const hsvc_audit_entry *e) {
    hsvc__scn_put(seen, "%s by %s of %s counted %u", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)e->reason), e->rule,
                  e->input == 0 ? e->event : hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)e->input), e->count);
    if (e->actor_len != 0) hsvc__scn_put(seen, " actor %s", e->actor);
}

DO(audit_last) {
    hsvc_audit_entry e;
    hsvc_audit_fact fact;
    struct scn_text seen = {s->words, sizeof s->words, 0};
    if (read_all(s, &e) == 0) {
        unmet(s, "no entry");
        return;
    }
    put_entry(&seen, &e);
    if (!is_expected(s, &e)) unmet(s, seen.at);
    else if (s->v[SCN_fact].set && fact_named(s, &e, s->v[SCN_fact].text, &fact)) {
        seen.used = 0;
        if (is_value(s, &fact, fact.before, fact.before_name, s->v[SCN_was].text) &&
            is_value(s, &fact, fact.after, fact.after_name, s->v[SCN_became].text))
            return;
        hsvc__scn_put(&seen, "%s from ", fact.name);
        put_value(s, &seen, &fact, fact.before, fact.before_name);
        hsvc__scn_put(&seen, " to ");
        put_value(s, &seen, &fact, fact.after, fact.after_name);
        unmet(s, seen.at);
    }
}

/* ---- explaining ---- */
#define ITEMS 128
static size_t explained(hsvc_scenario *s, hsvc_explained *items) {
    size_t count = 0;
    enum scn_slot slot = s->v[SCN_phone].set ? SCN_phone : s->v[SCN_user].set ? SCN_user : SCN_headset;
    uint32_t kind = slot == SCN_phone ? HSVC_SUBJECT_DEVICE : slot == SCN_user ? HSVC_SUBJECT_USER : HSVC_SUBJECT_HEADSET;
    memset(items, 0, sizeof *items);
    items->struct_size = sizeof *items;
    return hsvc_explain(s->engine, kind, s->v[slot].text.p, s->v[slot].text.n, items, ITEMS, &count) == HSVC_OK ? count : 0;
}

static void put_item(hsvc_scenario *s, struct scn_text *text, const hsvc_explained *item) {
    struct scn_str who = {item->who, item->who_len};
    if (item->state[0] != '\0') hsvc__scn_put(text, "%s", item->state);
    else if (who.n != 0) hsvc__scn_put_str(text, hsvc__scn_label(s, HSVC_SCENARIO_USER, who));
    else hsvc__scn_put(text, "%lld", (long long)item->value);
}

static int fits(hsvc_scenario *s, const hsvc_explained *item) {
    char words[SCN_MESSAGE] = "";
    struct scn_text text = {words, sizeof words, 0};
    put_item(s, &text, item);
    return (!s->v[SCN_became].set || hsvc__scn_is(s->v[SCN_became].text, words)) &&
           (!s->v[SCN_time].set || item->at_ms == s->v[SCN_time].number) &&
           (!s->v[SCN_scope].set || item->scope == (uint32_t)s->v[SCN_scope].number) &&
           is_text(item->rule, strlen(item->rule), &s->v[SCN_rule]);
}

static void put_explained(hsvc_scenario *s, struct scn_text *seen, const hsvc_explained *item) {
    hsvc__scn_put(seen, "%s is ", item->name);
    put_item(s, seen, item);
    if (item->at_ms != 0) hsvc__scn_put(seen, " at ");
    if (item->at_ms != 0) hsvc__scn_put_time(s, seen, item->at_ms);
    if (item->scope != 0) hsvc__scn_put(seen, " from %s", hsvc_name(HSVC_REGISTRY_SCOPE, (int32_t)item->scope));
    if (item->rule[0] != '\0') hsvc__scn_put(seen, " by %s", item->rule);
    hsvc__scn_put(seen, "; ");
}

DO(explains) {
    hsvc_explained items[ITEMS];
    struct scn_text seen = {s->words, sizeof s->words, 0};
    size_t count = explained(s, items);
    for (size_t i = 0; i < count; i++) {
        if (!hsvc__scn_is(s->v[SCN_fact].text, items[i].name)) continue;
        if (fits(s, &items[i])) return;
        put_explained(s, &seen, &items[i]);
    }
    unmet(s, seen.used > 0 ? seen.at : "nothing of that name");
}

DO(explains_not) {
    hsvc_explained items[ITEMS];
    struct scn_text seen = {s->words, sizeof s->words, 0};
    size_t count = explained(s, items);
    for (size_t i = 0; i < count; i++)
        if (hsvc__scn_is(s->v[SCN_fact].text, items[i].name)) put_explained(s, &seen, &items[i]);
    if (seen.used > 0) unmet(s, seen.at);
}
