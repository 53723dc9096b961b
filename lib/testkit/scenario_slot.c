/* scenario_slot.c: reading one {place} of a form. A reader takes tokens from *at on and moves it behind them, or says
 * what it wanted and returns 0. Names and codes that do not exist are taken and counted as unresolved. */
#include "scenario_impl.h"

enum parser {
    MARK,
    WORD,
    WHO,
    NAMED,
    HEADSETS,
    CALLS,
    WORDS,
    PIN,
    TYPED,
    DATE,
    ZONE,
    TIME,
    DURATION,
    NUMBER,
    CODE,
    VALUE,
    WHY,
    SHOWN,
    SHOWNS,
    SEQUENCE,
    CAUSES
};

static const struct {
    const char *name;
    enum parser parser;
    uint32_t argument;
} slots[] = {
#define SLOT(name, parser, argument) {#name, parser, argument},
#include "scenario_slots.def"
#undef SLOT
};

enum scn_slot hsvc__scn_slot_named(struct scn_str name) {
    size_t i = 0;
    while (i + 1 < SCN_SLOTS && !hsvc__scn_is(name, slots[i].name)) i++; /* forms name no other: a test walks them all */
    return (enum scn_slot)i;
}

static struct scn_str none(void) {
    struct scn_str str = {NULL, 0};
    return str;
}

static int wanted(hsvc_scenario *s, size_t at, const char *what) {
    hsvc__scn_expected(s, at, hsvc__scn_of(what));
    return 0;
}

static void unresolved(hsvc_scenario *s, const struct scn_token *token, uint32_t kind) {
    if (s->unresolved_count++ > 0) return;
    s->unresolved = token;
    s->unresolved_kind = kind;
}

/* The token at *at if it is a word, not punctuation. */
static const struct scn_token *word_at(const hsvc_scenario *s, size_t at) {
    const struct scn_token *token = &s->tokens[at];
    if (at >= s->token_count) return NULL;
    if (!token->quoted && (hsvc__scn_is(token->text, ",") || hsvc__scn_is(token->text, "="))) return NULL;
    return token;
}

static int is_word(const hsvc_scenario *s, size_t at, const char *word) {
    const struct scn_token *token = word_at(s, at);
    return token != NULL && !token->quoted && hsvc__scn_is(token->text, word);
}

static int read_word(hsvc_scenario *s, struct scn_value *v, size_t *at, const char *what) {
    const struct scn_token *token = word_at(s, *at);
    if (token == NULL) return wanted(s, *at, what);
    v->set = 1;
    v->token = token;
    v->quoted = token->quoted;
    v->text = v->label = token->text;
    (*at)++;
    return 1;
}

/* A declared name, unless another has taken it; in quotes: as it is, declared or not. */
static int resolve(hsvc_scenario *s, struct scn_value *v, uint32_t kind) {
    v->name = hsvc__scn_find(s, kind, v->text);
    if (v->name != NULL) v->text = v->name->real;
    if (v->name == NULL ? !v->quoted : v->text.n == 0) unresolved(s, v->token, kind);
    return 1;
}

static int read_named(hsvc_scenario *s, struct scn_value *v, size_t *at, uint32_t kind) {
    static const char *const what[] = {"", "a user", "a phone", "a headset"};
    return read_word(s, v, at, what[kind]) && resolve(s, v, kind);
}

static int read_who(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    if (!read_word(s, v, at, "a person")) return 0;
    if (hsvc__scn_is(v->text, "somebody") || hsvc__scn_is(v->text, "someone")) return 1;
    return resolve(s, v, HSVC_SCENARIO_USER);
}

/* Any user id: a declared user's, or as written; nothing: blank. */
static int read_typed(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    if (!read_word(s, v, at, "a user id")) return 0;
    v->name = hsvc__scn_find(s, HSVC_SCENARIO_USER, v->text);
    if (v->name != NULL) v->text = v->name->real;
    if (!v->quoted && hsvc__scn_is(v->text, "nothing")) v->text = none();
    return 1;
}

static int read_pin(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    if (!read_word(s, v, at, "a PIN")) return 0;
    if (!v->quoted && hsvc__scn_is(v->text, "nothing")) v->text = none();
    return 1;
}

/* ---- numbers and times ---- */

static int read_number(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    const struct scn_token *token = word_at(s, *at);
    if (token == NULL || !hsvc__scn_number(token->text, &v->number)) return wanted(s, *at, "a number");
    return read_word(s, v, at, "a number");
}

/* "10 min", "10min", "299.999 s"; a unit is needed. */
static int read_duration(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    const struct scn_token *token = word_at(s, *at);
    struct scn_str unit = none();
    int64_t thousandths = 0, each = 0;
    size_t words = 1;
    if (token == NULL || !hsvc__scn_amount(token->text, &thousandths, &unit))
        return wanted(s, *at, "a duration such as 5 min");
    if (unit.n == 0 && word_at(s, *at + 1) != NULL) unit = s->tokens[*at + words++].text;
    if (!hsvc__scn_unit(unit, &each)) return wanted(s, *at + 1, "a unit: ms, s, min, h or days");
    v->set = 1;
    v->token = token;
    v->text = token->text;
    v->number = thousandths * each / 1000;
    *at += words;
    return 1;
}

/* "09:00:15", "day 2 08:30": the same day as now unless a day is given. */
static int read_time(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    int64_t midnight = s->day_one + (s->now - s->day_one) / SCN_DAY_MS * SCN_DAY_MS, day = 0, of_day = 0;
    size_t from = *at;
    if (is_word(s, from, "day")) {
        const struct scn_token *number = word_at(s, from + 1);
        if (number == NULL || !hsvc__scn_number(number->text, &day) || day < 1 || day > 3650)
            return wanted(s, from + 1, "the number of a day");
        midnight = s->day_one + (day - 1) * SCN_DAY_MS;
        from += 2;
    }
    if (word_at(s, from) == NULL || !hsvc__scn_clock(s->tokens[from].text, &of_day))
        return wanted(s, from, "a time such as 09:00 or 09:00:15.250");
    v->set = 1;
    v->token = &s->tokens[*at];
    v->text = s->tokens[from].text;
    v->number = midnight + of_day;
    *at = from + 1;
    return 1;
}

static int read_date(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    const struct scn_token *token = word_at(s, *at);
    if (token == NULL || !hsvc__scn_date(token->text, &v->number)) return wanted(s, *at, "a date such as 2026-03-02");
    return read_word(s, v, at, "a date");
}

/* "utc", "utc-07:00", "utc+2". */
static int read_zone(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    const struct scn_token *token = word_at(s, *at);
    struct scn_str t = token != NULL ? token->text : none(), first = {t.p, t.n < 3 ? t.n : 3};
    int64_t ms = 0, hours = 0;
    if (!hsvc__scn_is(first, "utc")) return wanted(s, *at, "a zone such as utc-07:00");
    if (t.n > 4) {
        struct scn_str rest = {t.p + 4, t.n - 4};
        if (rest.n <= 2 && hsvc__scn_number(rest, &hours) && hours >= 0 && hours <= 14)
            ms = hours * 3600000;
        else if (!hsvc__scn_clock(rest, &ms) || ms > INT64_C(14) * 3600000)
            return wanted(s, *at, "a zone such as utc-07:00");
        if (t.p[3] == '-') ms = -ms;
    }
    v->number = ms;
    return read_word(s, v, at, "a zone");
}

/* ---- codes ---- */

static int code_of(uint32_t registry, struct scn_str name, int64_t *number) {
    int32_t code = 0;
    if (hsvc__scn_number(name, number)) return 1; /* so that a script can try a code outside the list */
    if (hsvc_code(registry, name.p, name.n, &code) != HSVC_OK) return 0;
    *number = code;
    return 1;
}

static int read_code(hsvc_scenario *s, struct scn_value *v, size_t *at, uint32_t registry, const char *what) {
    if (!read_word(s, v, at, what)) return 0;
    if (!code_of(registry, v->text, &v->number)) unresolved(s, v->token, SCN_UNRESOLVED_REGISTRY + registry);
    return 1;
}

/* An effect, or a prompt as short for SHOW_PROMPT. */
static int read_shown(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    if (!read_word(s, v, at, "an effect or a prompt")) return 0;
    if (code_of(HSVC_REGISTRY_EFFECT, v->text, &v->number) || code_of(HSVC_REGISTRY_PROMPT, v->text, &v->number))
        return 1;
    unresolved(s, v->token, SCN_UNRESOLVED_SHOWN);
    return 1;
}

static int read_why(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    if (!read_word(s, v, at, "a cause or a reason")) return 0;
    if (!code_of(HSVC_REGISTRY_CAUSE, v->text, &v->number) && !code_of(HSVC_REGISTRY_REASON, v->text, &v->number))
        unresolved(s, v->token, SCN_UNRESOLVED_WHY);
    return 1;
}

/* ---- lists ---- */

/* Reads one entry of a list into v, which is cleared before; the entry's extras go into item. */
typedef int (*entry_reader)(hsvc_scenario *s, struct scn_value *v, struct scn_item *item, size_t *at);

static int read_list(hsvc_scenario *s, struct scn_value *v, size_t *at, entry_reader entry, const char *between) {
    struct scn_item *items = hsvc__scn_take(s, &s->line_pool, SCN_ITEMS * sizeof *items);
    const struct scn_token *first = word_at(s, *at);
    if (items == NULL) return 0;
    v->count = 0;
    for (;;) {
        struct scn_value one;
        memset(&one, 0, sizeof one);
        if (v->count == SCN_ITEMS) return wanted(s, *at, "the end of so long a list");
        if (!entry(s, &one, &items[v->count], at)) return 0;
        items[v->count].text = one.text;
        v->text = hsvc__scn_join(s, v->text, '\n', one.text);
        v->count++;
        if (!is_word(s, *at, between)) break;
        (*at)++;
    }
    v->set = 1;
    v->token = first;
    v->items = items;
    return 1;
}

static int headset_entry(hsvc_scenario *s, struct scn_value *v, struct scn_item *item, size_t *at) {
    struct scn_value handle;
    memset(&handle, 0, sizeof handle);
    if (!read_named(s, v, at, HSVC_SCENARIO_HEADSET)) return 0;
    item->number = v->name != NULL ? v->name->handle : hsvc_hash64(v->text.p, v->text.n);
    if (!is_word(s, *at, "handle")) return 1;
    (*at)++;
    if (!read_number(s, &handle, at)) return 0;
    item->number = (uint64_t)handle.number;
    return 1;
}

static int call_entry(hsvc_scenario *s, struct scn_value *v, struct scn_item *item, size_t *at) {
    int64_t state = HSVC_CALL_ACTIVE;
    if (!read_number(s, v, at)) return 0;
    item->number = (uint64_t)v->number;
    if (word_at(s, *at) != NULL && code_of(HSVC_REGISTRY_CALL, s->tokens[*at].text, &state)) (*at)++;
    item->state = (uint32_t)state;
    if (is_word(s, *at, "emergency")) {
        item->flags = HSVC_FLAG_EMERGENCY;
        (*at)++;
    }
    return 1;
}

static int word_entry(hsvc_scenario *s, struct scn_value *v, struct scn_item *item, size_t *at) {
    (void)item;
    return read_word(s, v, at, "a word");
}

static int shown_entry(hsvc_scenario *s, struct scn_value *v, struct scn_item *item, size_t *at) {
    if (!read_shown(s, v, at)) return 0;
    item->number = (uint64_t)v->number;
    return 1;
}

static int cause_entry(hsvc_scenario *s, struct scn_value *v, struct scn_item *item, size_t *at) {
    if (!read_code(s, v, at, HSVC_REGISTRY_CAUSE, "a cause")) return 0;
    item->number = (uint64_t)v->number;
    return 1;
}

static int read_sequence(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    if (!is_word(s, *at + 1, "then")) return 0;
    return read_list(s, v, at, shown_entry, "then");
}

/* The value of a policy parameter: patterns in quotes, a number with or without unit, or a choice. */
static int read_value(hsvc_scenario *s, struct scn_value *v, size_t *at) {
    const struct scn_token *token = word_at(s, *at);
    struct scn_str rest = none();
    int64_t thousandths = 0, each = 0;
    if (token == NULL) return wanted(s, *at, "a value");
    if (token->quoted) {
        if (!read_list(s, v, at, word_entry, "and")) return 0;
        v->quoted = 1;
        return 1;
    }
    if (hsvc__scn_amount(token->text, &thousandths, &rest)) {
        if (rest.n > 0 || (word_at(s, *at + 1) != NULL && hsvc__scn_unit(s->tokens[*at + 1].text, &each))) {
            v->count = 1; /* has a unit */
            return read_duration(s, v, at);
        }
        v->number = thousandths / 1000;
    } else {
        (void)hsvc__scn_number(token->text, &v->number);
    }
    return read_word(s, v, at, "a value");
}

int hsvc__scn_read(hsvc_scenario *s, enum scn_slot slot, size_t *at) {
    struct scn_value *v = &s->v[slot];
    uint32_t argument = slots[slot].argument;
    memset(v, 0, sizeof *v);
    switch (slots[slot].parser) {
        case MARK:
            v->set = 1;
            return 1;
        case WORD:
            return read_word(s, v, at, "a word");
        case WHO:
            return read_who(s, v, at);
        case NAMED:
            return read_named(s, v, at, argument);
        case HEADSETS:
            return read_list(s, v, at, headset_entry, "and");
        case CALLS:
            return read_list(s, v, at, call_entry, "and");
        case WORDS:
            return read_list(s, v, at, word_entry, "and");
        case PIN:
            return read_pin(s, v, at);
        case TYPED:
            return read_typed(s, v, at);
        case DATE:
            return read_date(s, v, at);
        case ZONE:
            return read_zone(s, v, at);
        case TIME:
            return read_time(s, v, at);
        case DURATION:
            return read_duration(s, v, at);
        case NUMBER:
            return read_number(s, v, at);
        case CODE:
            return read_code(s, v, at, argument, "a code");
        case VALUE:
            return read_value(s, v, at);
        case WHY:
            return read_why(s, v, at);
        case SHOWN:
            return read_shown(s, v, at);
        case SHOWNS:
            return read_list(s, v, at, shown_entry, "and");
        case SEQUENCE:
            return read_sequence(s, v, at);
        default: /* CAUSES */
            return read_list(s, v, at, cause_entry, "and");
    }
}

/* ---- suggestions ---- */

struct nearest {
    struct scn_str word;
    size_t distance;
};

static void consider(struct nearest *n, struct scn_str wrong, struct scn_str word) {
    size_t distance = hsvc__scn_distance(wrong, word);
    if (distance >= n->distance) return;
    n->distance = distance;
    n->word = word;
}

/* Registry numbers are below 1300 today; a registry that grows beyond loses suggestions, nothing else. */
static void consider_registry(struct nearest *n, struct scn_str wrong, uint32_t registry) {
    for (int32_t code = 0; code < 2000; code++) {
        const char *name = hsvc_name(registry, code);
        int32_t back = 0;
        if (hsvc_code(registry, name, strlen(name), &back) == HSVC_OK && back == code)
            consider(n, wrong, hsvc__scn_of(name));
    }
}

struct scn_str hsvc__scn_suggestion(hsvc_scenario *s, uint32_t kind, struct scn_str wrong) {
    struct nearest n = {{NULL, 0}, 100};
    if (kind < SCN_UNRESOLVED_REGISTRY) {
        for (const struct scn_name *name = s->names; name != NULL; name = name->next)
            if (name->kind == kind) consider(&n, wrong, name->label);
    } else if (kind == SCN_UNRESOLVED_SHOWN) {
        consider_registry(&n, wrong, HSVC_REGISTRY_EFFECT);
        consider_registry(&n, wrong, HSVC_REGISTRY_PROMPT);
    } else if (kind == SCN_UNRESOLVED_WHY) {
        consider_registry(&n, wrong, HSVC_REGISTRY_CAUSE);
        consider_registry(&n, wrong, HSVC_REGISTRY_REASON);
    } else {
        consider_registry(&n, wrong, kind - SCN_UNRESOLVED_REGISTRY);
    }
    if (n.distance > 1 + wrong.n / 3) n.word.n = 0;
    return n.word;
}
