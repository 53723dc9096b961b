/* scenario_match.c: which form of the grammar a line has, and what to say when it has none.
 *
 * A form is a head and then groups: words as they stand, {places}, {=marks}. A name that is not declared does not stop
 * a match, so that the message can be "there is no phone dekk-1" and not "I do not understand". */
#include "scenario_impl.h"

static const struct scn_form forms[] = {
#define FORM(handler, kind, form, about) {hsvc__scn_do_##handler, SCN_##kind, form, about},
#include "scenario_grammar.def"
#undef FORM
};
#define FORM_COUNT (sizeof forms / sizeof forms[0])

static const char event_groups[] =
#define FORM(handler, kind, form, about)
#define EVENT_GROUPS(groups) groups
#include "scenario_grammar.def"
#undef EVENT_GROUPS
#undef FORM
    ;

int32_t hsvc_scenario_grammar(size_t index, const char **form, const char **about) {
    if (form == NULL || about == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= FORM_COUNT) return HSVC_ERR_NOT_FOUND;
    *form = forms[index].form;
    *about = forms[index].about;
    return HSVC_OK;
}

/* ---- what was wanted where ---- */

static struct scn_str token_text(const hsvc_scenario *s, size_t token) {
    static const struct scn_str none = {NULL, 0};
    return token < s->token_count ? s->tokens[token].text : none;
}

/* hsvc__scn_expected: a form could not go on at this token. Only the forms that came furthest are heard, among them
 * those with the fewest unknown names. */
void hsvc__scn_expected(hsvc_scenario *s, size_t token, struct scn_str what) {
    size_t distance = hsvc__scn_distance(token_text(s, token), what);
    int further = token > s->furthest || (token == s->furthest && s->unresolved_count < s->furthest_unresolved);
    if (token < s->furthest || (token == s->furthest && s->unresolved_count > s->furthest_unresolved)) return;
    if (further) {
        s->furthest = token;
        s->furthest_unresolved = s->unresolved_count;
        s->furthest_name = s->unresolved;
        s->expected_count = 0;
        s->nearest_distance = 100;
    }
    if (distance < s->nearest_distance) {
        s->nearest_distance = distance;
        s->nearest = what;
    }
    for (size_t i = 0; i < s->expected_count; i++)
        if (hsvc__scn_same(s->expected[i], what)) return;
    if (s->expected_count < SCN_EXPECTED) s->expected[s->expected_count++] = what;
}

/* ---- matching ---- */

/* The next word of a form, or a whole [group]. 0 at its end. */
static int next_part(struct scn_str *form, struct scn_str *part) {
    char close = ' ';
    while (form->n > 0 && form->p[0] == ' ') form->p++, form->n--;
    if (form->n == 0) return 0;
    if (form->p[0] == '[') close = ']';
    part->p = form->p;
    part->n = 0;
    while (part->n < form->n && form->p[part->n] != close) part->n++;
    if (close == ']') part->n++;
    form->p += part->n;
    form->n -= part->n;
    return 1;
}

/* Is the token one of the alternatives of "plugs|connects"? */
static int is_literal(const struct scn_token *token, struct scn_str word) {
    size_t from = 0;
    if (token->quoted) return 0;
    for (size_t i = 0; i <= word.n; i++) {
        struct scn_str one = {word.p + from, i - from};
        if (i < word.n && word.p[i] != '|') continue;
        if (hsvc__scn_same(token->text, one)) return 1;
        from = i + 1;
    }
    return 0;
}

static void wanted_literal(hsvc_scenario *s, size_t at, struct scn_str word) {
    size_t from = 0;
    for (size_t i = 0; i <= word.n; i++) {
        struct scn_str one = {word.p + from, i - from};
        if (i < word.n && word.p[i] != '|') continue;
        hsvc__scn_expected(s, at, one);
        from = i + 1;
    }
}

static int match_part(hsvc_scenario *s, struct scn_str part, size_t *at) {
    if (part.p[0] == '{') {
        size_t mark = part.p[1] == '=';
        struct scn_str name = {part.p + 1 + mark, part.n - 2 - mark};
        return hsvc__scn_read(s, hsvc__scn_slot_named(name), at);
    }
    if (*at < s->token_count && is_literal(&s->tokens[*at], part)) {
        (*at)++;
        return 1;
    }
    wanted_literal(s, *at, part);
    return 0;
}

static int match_words(hsvc_scenario *s, struct scn_str form, size_t *at) {
    struct scn_str part;
    while (next_part(&form, &part))
        if (!match_part(s, part, at)) return 0;
    return 1;
}

/* Tries one group; what it read before it failed is forgotten. */
static int match_group(hsvc_scenario *s, struct scn_str group, size_t *at) {
    struct scn_value before[SCN_SLOTS];
    uint32_t unresolved = s->unresolved_count;
    const struct scn_token *first = s->unresolved;
    uint32_t kind = s->unresolved_kind;
    struct scn_str words = {group.p + 1, group.n - 2};
    size_t from = *at;
    memcpy(before, s->v, sizeof before);
    if (match_words(s, words, at)) return 1;
    memcpy(s->v, before, sizeof before);
    s->unresolved_count = unresolved;
    s->unresolved = first;
    s->unresolved_kind = kind;
    *at = from;
    return 0;
}

static int match_any_group(hsvc_scenario *s, struct scn_str groups, size_t *at) {
    struct scn_str group;
    while (next_part(&groups, &group))
        if (match_group(s, group, at)) return 1;
    return 0;
}

static int is_comma(const hsvc_scenario *s, size_t at) {
    return at < s->token_count && !s->tokens[at].quoted && hsvc__scn_is(s->tokens[at].text, ",");
}

static int match_form(hsvc_scenario *s, const struct scn_form *form) {
    struct scn_str rest = hsvc__scn_of(form->form), head = rest;
    const char *bracket = strchr(form->form, '[');
    size_t at = 0;
    if (bracket != NULL) head.n = (size_t)(bracket - form->form);
    rest.p += head.n;
    rest.n -= head.n;
    if (!match_words(s, head, &at)) return 0;
    while (at < s->token_count) {
        if (is_comma(s, at) && at + 1 < s->token_count) at++;
        if (match_any_group(s, rest, &at)) continue;
        if (form->kind == SCN_EVENT && match_any_group(s, hsvc__scn_of(event_groups), &at)) continue;
        hsvc__scn_expected(s, at, hsvc__scn_of("the end of the line"));
        return 0;
    }
    return 1;
}

static void clean(hsvc_scenario *s) {
    memset(s->v, 0, sizeof s->v);
    s->unresolved = NULL;
    s->unresolved_kind = 0;
    s->unresolved_count = 0;
}

/* hsvc__scn_match: the first form that fits with every name known; else NULL, and what hsvc__scn_misread will say. */
const struct scn_form *hsvc__scn_match(hsvc_scenario *s) {
    const struct scn_token *unresolved = NULL;
    uint32_t kind = 0, fewest = UINT32_MAX;
    s->furthest = 0;
    s->furthest_unresolved = UINT32_MAX;
    s->furthest_name = NULL;
    s->expected_count = 0;
    s->nearest_distance = 100;
    for (size_t i = 0; i < FORM_COUNT; i++) {
        clean(s);
        if (!match_form(s, &forms[i]) || s->status != HSVC_OK) continue;
        if (s->unresolved_count == 0) return &forms[i];
        if (s->unresolved_count >= fewest) continue;
        fewest = s->unresolved_count;
        unresolved = s->unresolved;
        kind = s->unresolved_kind;
    }
    clean(s);
    s->unresolved = unresolved;
    s->unresolved_kind = kind;
    return NULL;
}

/* ---- what to say ---- */

static const char *kind_words(uint32_t kind) {
    switch (kind) {
        case HSVC_SCENARIO_USER:
            return "user";
        case HSVC_SCENARIO_PHONE:
            return "phone";
        case HSVC_SCENARIO_HEADSET:
            return "headset";
        case SCN_UNRESOLVED_SHOWN:
            return "effect or prompt";
        case SCN_UNRESOLVED_WHY:
            return "cause or reason";
        case SCN_UNRESOLVED_REGISTRY + HSVC_REGISTRY_PARAM:
            return "policy parameter";
        case SCN_UNRESOLVED_REGISTRY + HSVC_REGISTRY_REASON:
            return "reason";
        case SCN_UNRESOLVED_REGISTRY + HSVC_REGISTRY_PROMPT:
            return "prompt";
        case SCN_UNRESOLVED_REGISTRY + HSVC_REGISTRY_VERIFY:
            return "answer of the directory";
        case SCN_UNRESOLVED_REGISTRY + HSVC_REGISTRY_CAUSE:
            return "cause";
        case SCN_UNRESOLVED_REGISTRY + HSVC_REGISTRY_INPUT:
            return "kind of input";
        default:
            return "code";
    }
}

static void misread_name(hsvc_scenario *s) {
    struct scn_str wrong = s->unresolved->text;
    struct scn_str hint = hsvc__scn_suggestion(s, s->unresolved_kind, wrong);
    uint32_t column = s->unresolved->column;
    const char *kind = kind_words(s->unresolved_kind);
    if (s->unresolved_kind == HSVC_SCENARIO_USER && hsvc__scn_is(wrong, "nobody"))
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, column, NULL, "there is no user 'nobody'; a phone where nobody is signed in 'is free'");
    else if (hsvc__scn_find(s, s->unresolved_kind, wrong) != NULL)
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, column, NULL, "the %s %.*s is gone, and another has its name", kind, SCN_STR(wrong));
    else if (hint.n > 0)
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, column, NULL, "there is no %s '%.*s'; did you mean '%.*s'?", kind,
                         SCN_STR(wrong), SCN_STR(hint));
    else
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, column, NULL, "there is no %s '%.*s'", kind, SCN_STR(wrong));
}

static void put_expected(hsvc_scenario *s, struct scn_text *text) {
    for (size_t i = 0; i < s->expected_count; i++) {
        struct scn_str word = s->expected[i];
        const char *between = i == 0 ? "" : i + 1 == s->expected_count ? " or " : ", ";
        int described = memchr(word.p, ' ', word.n) != NULL;
        hsvc__scn_put(text, described ? "%s%.*s" : "%s'%.*s'", between, SCN_STR(word));
    }
}

/* The word with which a statement begins that is most like this one; empty if none is like it. */
static struct scn_str first_word_like(struct scn_str wrong) {
    struct scn_str word, nearest = {NULL, 0};
    size_t least = 100;
    for (size_t i = 0; i < FORM_COUNT; i++) {
        struct scn_str form = hsvc__scn_of(forms[i].form);
        size_t distance;
        if (!next_part(&form, &word) || word.p[0] == '{') continue;
        distance = hsvc__scn_distance(wrong, word);
        if (distance >= least || distance > 1 + word.n / 4) continue;
        least = distance;
        nearest = word;
    }
    return nearest;
}

/* A line whose first word is neither a statement's nor a name, and whose next word helps no further. */
static int misread_first(hsvc_scenario *s) {
    const struct scn_token *name = s->furthest_name;
    struct scn_str hint;
    if (name != &s->tokens[0] || s->nearest_distance <= 1 + s->nearest.n / 4) return 0;
    hint = first_word_like(name->text);
    hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, name->column, NULL,
                     "no statement begins with '%.*s', and no user, phone or headset has that name%s%.*s%s",
                     SCN_STR(name->text), hint.n > 0 ? "; did you mean '" : "", SCN_STR(hint), hint.n > 0 ? "'?" : "");
    return 1;
}

void hsvc__scn_misread(hsvc_scenario *s) {
    struct scn_text text = {s->words, sizeof s->words, 0};
    const struct scn_token *last = &s->tokens[s->token_count - 1];
    uint32_t column =
        s->furthest < s->token_count ? s->tokens[s->furthest].column : last->column + (uint32_t)last->source.n;
    struct scn_str found = token_text(s, s->furthest);
    if (s->unresolved != NULL) {
        misread_name(s);
        return;
    }
    if (misread_first(s)) return;
    if (s->furthest == 0)
        hsvc__scn_put(&text, "no statement begins like this: '%.*s'", SCN_STR(found));
    else {
        hsvc__scn_put(&text, "expected ");
        put_expected(s, &text);
        if (s->furthest < s->token_count)
            hsvc__scn_put(&text, ", not '%.*s'", SCN_STR(found));
        else
            hsvc__scn_put(&text, " at the end");
    }
    if (found.n > 0 && s->nearest_distance <= 1 + s->nearest.n / 4)
        hsvc__scn_put(&text, "; did you mean '%.*s'?", SCN_STR(s->nearest));
    hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, column, NULL, "%s", s->words);
}
