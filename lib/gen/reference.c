/* reference.c: writes docs/reference/ from the registries: every number a host meets, with its cause and its remedy.
 * Use: reference OUTDIR. A test compares the committed pages with this. */
#include "page.h"
#include "rows.h"

static struct table table;

static const char generated[] = "<!-- Generated from the registries in lib/ by lib/gen/reference.c; do not edit. -->\n";

static FILE *begin(const char *folder, const char *name, const char *title, const char *intro) {
    FILE *to = page_open(folder, name);
    fprintf(to, "# %s\n\n%s\n%s\n", title, generated, intro);
    return to;
}

/* ---- statuses ---- */

static void write_statuses(const char *folder) {
    FILE *to = begin(
        folder, "statuses.md", "Statuses",
        "A status says whether the *call* worked. What the service decided is a verdict: [reasons](reasons.md).\n"
        "A status at or below -500 is fatal for the engine: make a new one. The guide: [errors](../guide/errors.md).");
#define STATUS(name, number, text, cause, remedy) \
    fprintf(to, "\n## HSVC_%s\n\n`%d` · %s.\n\n- Cause: %s\n- Remedy: %s\n", #name, number, text, cause, remedy);
#include "../core/status.def"
#undef STATUS
    cited_end(to, "rules.md");
    page_close(to);
}

/* ---- reasons ---- */

static const struct reason {
    const char *name;
    int number;
    int accepted;
    int em;
    const char *text;
    const char *remedy;
} reasons[] = {
#define REASON(name, number, accepted, em, text, remedy) {#name, number, accepted, em, text, remedy},
#include "../rules/reasons.def"
#undef REASON
};
enum { REASON_COUNT = sizeof reasons / sizeof reasons[0], FIRST_NOTICE = 1201 };

/* add_word: appends a word to a list unless it is there. */
static void add_word(char *list, size_t size, const char *word) {
    size_t len = strlen(word);
    for (const char *at = strstr(list, word); at != NULL; at = strstr(at + 1, word))
        if ((at == list || at[-1] == ' ') && (at[len] == '\0' || at[len] == ',')) return;
    snprintf(list + strlen(list), size - strlen(list), "%s%s", *list == '\0' ? "" : ", ", word);
}

/* reason_rules: the rules whose rows, ladder steps or admissions give this reason. */
static const char *reason_rules(const char *reason, char *to, size_t size) {
    to[0] = '\0';
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (same(rows[i].verdict, reason)) add_word(to, size, cite(rows[i].rule));
    for (size_t i = 0; i < STEP_COUNT; i++)
        if (same(steps[i].reason, reason)) add_word(to, size, cite(steps[i].rule));
    for (size_t i = 0; i < ADMIT_COUNT; i++)
        if (same(admits[i].reason, reason)) add_word(to, size, cite(admits[i].rule));
    return to;
}

static void print_reasons(FILE *to, const char *title, int accepted, int from, int below) {
    char rules[CELL_SIZE];
    fprintf(to, "\n## %s\n\n", title);
    table_begin(&table, "reason|number|EM|meaning|remedy|rules");
    for (size_t i = 0; i < REASON_COUNT; i++) {
        const struct reason *reason = &reasons[i];
        if (reason->accepted != accepted || reason->number < from || reason->number >= below) continue;
        cell(&table, "%s", reason->name);
        cell(&table, "%d", reason->number);
        cell(&table, accepted ? "" : "%d", reason->em);
        cell(&table, "%s", reason->text);
        cell(&table, "%s", reason->remedy);
        cell(&table, "%s", reason_rules(reason->name, rules, sizeof rules));
    }
    table_end(&table, to);
}

static void write_reasons(const char *folder) {
    FILE *to = begin(
        folder, "reasons.md", "Reasons",
        "Every verdict has one reason: a constant `HSVC_REASON_`. *EM* is the result code of the Extension Mobility\n"
        "API that says the same; 4 where none fits better. *Rules* are those whose rows in the\n"
        "[machines](../machines/README.md) give the reason; where none stands, the engine gives it before any row.");
    print_reasons(to, "Refused", 0, 0, 1 << 30);
    print_reasons(to, "Accepted", 1, 0, FIRST_NOTICE);
    print_reasons(to, "Of withdrawn prompts and notices", 1, FIRST_NOTICE, 1 << 30);
    cited_end(to, "rules.md");
    page_close(to);
}

/* ---- inputs ---- */

/* Bits of the fields. */
enum {
#define IFIELD(name, bit, type, limit, text) BIT_##name = bit,
#include "../engine/fields.def"
#undef IFIELD
    BIT_NONE = 64
};
#define F(name) (1ULL << BIT_##name)

static const struct takes {
    const char *kind;
    unsigned long long required;
    unsigned long long optional;
} takes[] = {
#define TAKES(kind, required, optional) {#kind, required, optional},
#include "../engine/fields.def"
#undef TAKES
};
enum { TAKES_COUNT = sizeof takes / sizeof takes[0] };

static const struct field {
    const char *name;
    int bit;
    const char *type;
    const char *limit;
    const char *text;
} fields[] = {
#define IFIELD(name, bit, type, limit, text) {#name, bit, #type, #limit, text},
#include "../engine/fields.def"
#undef IFIELD
};
enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

static const struct reads {
    const char *kind;
    const char *round[3];
} reads[] = {
#define READS(kind, first, second, third) {#kind, {#first, #second, #third}},
#include "../engine/reads.def"
#undef READS
};
enum { READS_COUNT = sizeof reads / sizeof reads[0] };

static const char *field_list(unsigned long long set, char *to, size_t size) {
    to[0] = '\0';
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if ((set >> fields[i].bit & 1) != 0) add_word(to, size, fields[i].name);
    return to;
}

/* round_list: "R(device) | R(headset)" as "device, headset". */
static void round_list(const char *roles, char *to, size_t size) {
    for (const char *at = strstr(roles, "R("); at != NULL; at = strstr(at + 1, "R(")) {
        char role[64];
        snprintf(role, sizeof role, "%.*s", (int)strcspn(at + 2, ")"), at + 2);
        add_word(to, size, words(role));
    }
}

/* reads_of: "device, headset; then owner". */
static const char *reads_of(const char *kind, char *to, size_t size) {
    to[0] = '\0';
    for (size_t i = 0; i < READS_COUNT; i++) {
        if (!same(reads[i].kind, kind)) continue;
        for (int round = 0; round < 3; round++) {
            char list[CELL_SIZE] = "";
            round_list(reads[i].round[round], list, sizeof list);
            if (*list != '\0') snprintf(to + strlen(to), size - strlen(to), "%s%s", *to == '\0' ? "" : "; then ", list);
        }
    }
    return to;
}

static const struct takes *takes_of(const char *kind) {
    for (size_t i = 0; i < TAKES_COUNT; i++)
        if (same(takes[i].kind, kind)) return &takes[i];
    die(kind);
    return NULL;
}

/* is_supported: does any row do more with this input than say NOT_SUPPORTED_YET? */
static int is_supported(const struct input *input) {
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (row_handles(&rows[i], input->machine, input->event) && !same(rows[i].verdict, "NOT_SUPPORTED_YET"))
            return 1;
    return 0;
}

static void input_cells(const struct input *input) {
    const struct takes *take = takes_of(input->name);
    char text[CELL_SIZE];
    cell(&table, "%s", input->name);
    cell(&table, "%d", input->number);
    cell(&table, "%s", field_list(take->required, text, sizeof text));
    cell(&table, "%s", field_list(take->optional, text, sizeof text));
    cell(&table, "[%s](../machines/%s.md#%s)", input->machine, input->machine, input->event);
    cell(&table, "%s", reads_of(input->name, text, sizeof text));
    cell(&table, "%s%s", input->text, is_supported(input) ? "" : " (not in this version)");
}

static void print_group(FILE *to, const char *title, int from, int below) {
    fprintf(to, "\n## %s\n\n", title);
    table_begin(&table, "kind|number|needs|may have|led by|reads|what happened");
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (inputs[i].number >= from && inputs[i].number < below) input_cells(&inputs[i]);
    table_end(&table, to);
}

static void print_fields(FILE *to) {
    fprintf(to, "\n## Fields\n\n");
    table_begin(&table, "field|number|type|longest|meaning");
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        cell(&table, "%s", fields[i].name);
        cell(&table, "%d", fields[i].bit + 1);
        cell(&table, "%s", fields[i].type);
        cell(&table, same(fields[i].limit, "0") ? "" : "HSVC_LIMIT_%s", fields[i].limit);
        cell(&table, "%s", fields[i].text);
    }
    table_end(&table, to);
}

static const struct values {
    const char *kind;
    const char *list;
} values[] = {
#define VALUES(kind, list) {#kind, #list},
#include "../engine/fields.def"
#undef VALUES
};
enum { VALUES_COUNT = sizeof values / sizeof values[0] };

/* list_users: the inputs whose state is from this list. */
static const char *list_users(const char *list, char *to, size_t size) {
    to[0] = '\0';
    for (size_t i = 0; i < VALUES_COUNT; i++)
        if (same(values[i].list, list)) add_word(to, size, values[i].kind);
    return to;
}

static void print_lists(FILE *to) {
    char users[CELL_SIZE];
    fprintf(to, "\n## Values of `state`\n\n");
    table_begin(&table, "constant|number|of inputs|meaning");
#define ANSWER(list, name, number, text)                        \
    cell(&table, "HSVC_%s_%s", #list, #name);                   \
    cell(&table, "%d", number);                                 \
    cell(&table, "%s", list_users(#list, users, sizeof users)); \
    cell(&table, "%s", text);
#include "../engine/answers.def"
#undef ANSWER
    table_end(&table, to);
}

static void write_inputs(const char *folder) {
    FILE *to = begin(folder, "inputs.md", "Inputs",
                     "The closed list of what can happen: constants `HSVC_INPUT_`. Every input may also carry `at_ms`, "
                     "`request_id` and\n"
                     "`actor`. A field that stands neither under *needs* nor under *may have* must be zero. *Reads* "
                     "are the records read\n"
                     "probably needed, by round trip. The guide: [inputs](../guide/inputs.md).");
    print_group(to, "Devices", 100, 120);
    print_group(to, "Headsets", 120, 140);
    print_group(to, "Calls", 140, 160);
    print_group(to, "At the phone", 160, 171);
    print_group(to, "From the phone's menu", 171, 180);
    print_group(to, "From the host", 180, 200);
    print_group(to, "Administration", 200, 1000);
    print_fields(to);
    print_lists(to);
    cited_end(to, "rules.md");
    page_close(to);
}

/* ---- effects, prompts, causes ---- */

static void write_effects(const char *folder) {
    FILE *to = begin(folder, "effects.md", "Effects",
                     "What the host must do: constants `HSVC_EFFECT_`. The guide: [effects and acknowledgement]"
                     "(../guide/effects-and-acknowledgement.md).\n");
    table_begin(&table, "effect|number|answered by|what to do");
#define EFFECT(name, number, ack, text) \
    cell(&table, "%s", #name);          \
    cell(&table, "%d", number);         \
    cell(&table, "%s", ack);            \
    cell(&table, "%s", text);
#include "../engine/effects.def"
#undef EFFECT
    table_end(&table, to);
    cited_end(to, "rules.md");
    page_close(to);
}

/* answer_input: the input that gives an answer: its event is the answer, or the answer pressed. */
static const char *answer_input(const char *answer) {
    size_t len = strlen(answer);
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (strncmp(inputs[i].event, answer, len) == 0 &&
            (inputs[i].event[len] == '\0' || same(inputs[i].event + len, "_pressed")))
            return inputs[i].name;
    die(answer);
    return NULL;
}

/* answer_list: "sign_in cancel" as the inputs "SIGN_IN, CANCEL". */
static const char *answer_list(const char *answers, char *to, size_t size) {
    to[0] = '\0';
    while (*answers != '\0') {
        char answer[64];
        int len = (int)strcspn(answers, " ");
        snprintf(answer, sizeof answer, "%.*s", len, answers);
        add_word(to, size, answer_input(answer));
        answers += len + (answers[len] == ' ');
    }
    return to;
}

static void write_prompts(const char *folder) {
    char text[CELL_SIZE];
    FILE *to = begin(folder, "prompts.md", "Prompts",
                     "The screens a device may be asked to show: constants `HSVC_PROMPT_`. A prompt has an id; the "
                     "answer is the input of\n"
                     "the name given here and must carry that id ([inputs](inputs.md#at-the-phone)). At most one "
                     "prompt stands on a device.\n");
    table_begin(&table, "prompt|number|answers|what it says");
#define PROMPT(name, number, answers, words_on_it)               \
    cell(&table, "%s", #name);                                   \
    cell(&table, "%d", number);                                  \
    cell(&table, "%s", answer_list(answers, text, sizeof text)); \
    cell(&table, "%s", words_on_it);
#include "../engine/prompts.def"
#undef PROMPT
    table_end(&table, to);
    cited_end(to, "rules.md");
    page_close(to);
}

static void write_causes(const char *folder) {
    FILE *to = begin(folder, "causes.md", "Causes of a session's end",
                     "Constants `HSVC_CAUSE_`, in `hsvc_effect.cause` of `SESSION_ENDED`. Of several causes that wait "
                     "for the end of a call\n"
                     "the strongest is the one reported (OUT-5). In `hsvc_device_view.causes` bit (number - 501) "
                     "stands for a cause.\n");
    table_begin(&table, "cause|number|strength|meaning");
#define CAUSE(name, number, strength, text) \
    cell(&table, "%s", #name);              \
    cell(&table, "%d", number);             \
    cell(&table, "%d", strength);           \
    cell(&table, "%s", text);
#include "../rules/causes.def"
#undef CAUSE
    table_end(&table, to);
    cited_end(to, "rules.md");
    page_close(to);
}

/* ---- policy ---- */

static const struct param {
    const char *name;
    int number;
    const char *type;
    long long least;
    long long most;
    long long guide;
    long long cucm_en;
    const char *scopes;
    const char *resolution;
    const char *unit;
    const char *rule;
} params[] = {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) \
    {#name, number, #type, least, most, guide, cucm_en, #scopes, #resolution, unit, rule},
#include "../rules/parameters.def"
#undef PARAM
};
enum { PARAM_COUNT = sizeof params / sizeof params[0] };

static const struct choice {
    const char *param;
    const char *name;
    long long value;
} choices[] = {
#define CHOICE(param, name, value) {#param, #name, value},
#include "../rules/parameters.def"
#undef CHOICE
};
enum { CHOICE_COUNT = sizeof choices / sizeof choices[0] };

static const struct about {
    const char *param;
    const char *text;
} abouts[] = {
#define ABOUT(param, text) {#param, text},
#include "../rules/parameters.def"
#undef ABOUT
};
enum { ABOUT_COUNT = sizeof abouts / sizeof abouts[0] };

/* length_text: milliseconds in the largest unit that divides them: 300000 as "5 min". */
static const char *length_text(long long ms, char *to, size_t size) {
    static const struct {
        long long ms;
        const char *name;
    } units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}};
    for (size_t i = 0; i < 3; i++)
        if (ms != 0 && ms % units[i].ms == 0) {
            snprintf(to, size, "%lld %s", ms / units[i].ms, units[i].name);
            return to;
        }
    snprintf(to, size, ms == 0 ? "0" : "%lld ms", ms);
    return to;
}

/* grouped: a number with blanks between thousands, from 10 000 on. */
static const char *grouped(long long value, char *to, size_t size) {
    char digits[32];
    size_t used = 0;
    int len = snprintf(digits, sizeof digits, "%lld", value);
    for (int i = 0; i < len && used + 2 < size; i++) {
        if (len > 4 && i > 0 && (len - i) % 3 == 0) to[used++] = ' ';
        to[used++] = digits[i];
    }
    to[used] = '\0';
    return to;
}

/* value_text: a value as people say it: a choice by name, a length in its unit, off where 0 lies below the range. */
static const char *value_text(const struct param *param, long long value, char *to, size_t size) {
    if (value == 0 && same(param->type, "LIMIT")) return "off";
    for (size_t i = 0; i < CHOICE_COUNT; i++)
        if (same(choices[i].param, param->name) && choices[i].value == value) return choices[i].name;
    if (same(param->unit, "ms")) return length_text(value, to, size);
    return grouped(value, to, size);
}

static void values_cell(const struct param *param) {
    char least[64];
    char most[64];
    char list[CELL_SIZE] = "";
    for (size_t i = 0; i < CHOICE_COUNT; i++)
        if (same(choices[i].param, param->name)) add_word(list, sizeof list, choices[i].name);
    if (same(param->type, "CHOICE"))
        cell(&table, "%s", list);
    else if (same(param->type, "TEXT"))
        cell(&table, "patterns, one a line, up to %lld bytes", param->most);
    else
        cell(&table, "%s%s to %s%s%s", same(param->type, "LIMIT") ? "off, " : "",
             value_text(param, param->least, least, sizeof least), value_text(param, param->most, most, sizeof most),
             same(param->unit, "ms") ? "" : " ", same(param->unit, "ms") ? "" : param->unit);
}

static void default_cell(const struct param *param) {
    char guide[64];
    char other[64];
    if (same(param->type, "TEXT"))
        cell(&table, "built in");
    else if (param->guide == param->cucm_en)
        cell(&table, "%s", value_text(param, param->guide, guide, sizeof guide));
    else
        cell(&table, "%s; %s", value_text(param, param->guide, guide, sizeof guide),
             value_text(param, param->cucm_en, other, sizeof other));
}

/* scopes_cell: "G | S | D | U" as "g s d u". */
static void scopes_cell(const struct param *param) {
    char text[16];
    size_t used = 0;
    for (const char *at = param->scopes; *at != '\0' && used + 3 < sizeof text; at++) {
        if (!isalpha((unsigned char)*at)) continue;
        if (used > 0) text[used++] = ' ';
        text[used++] = (char)tolower((unsigned char)*at);
    }
    text[used] = '\0';
    cell(&table, "%s", text);
}

static const char *about_text(const char *param) {
    for (size_t i = 0; i < ABOUT_COUNT; i++)
        if (same(abouts[i].param, param)) return abouts[i].text;
    die(param);
    return NULL;
}

static const char *resolution_text(const struct param *param) {
    if (same(param->scopes, "G")) return "";
    if (same(param->resolution, "STRICTEST")) return "strictest";
    return same(param->resolution, "SMALLEST") ? "smallest" : "nearest";
}

static void write_policy(const char *folder) {
    FILE *to = begin(
        folder, "policy.md", "Policy parameters",
        "Constants `HSVC_PARAM_`, values of choices `HSVC_CHOICE_`. Lengths are given to the library in milliseconds.\n"
        "Scopes: g global, s site, d device, u user. Of several scopes that are set the *nearest* wins (user, device, "
        "site,\n"
        "global), or the *strictest*, or the *smallest*, off counting as largest (POL-3). Two defaults in one cell are "
        "those\n"
        "of the presets `GUIDE` and `CUCM_EN`: [why there are two](../guide/policy.md#presets).\n"
        "How parameters are set: [policy](../guide/policy.md).\n");
    table_begin(&table, "parameter|number|values|default|scopes|wins|rule|what it decides");
    for (size_t i = 0; i < PARAM_COUNT; i++) {
        const struct param *param = &params[i];
        cell(&table, "%s", param->name);
        cell(&table, "%d", param->number);
        values_cell(param);
        default_cell(param);
        scopes_cell(param);
        cell(&table, "%s", resolution_text(param));
        cell(&table, "%s", cite(param->rule));
        cell(&table, "%s", about_text(param->name));
    }
    table_end(&table, to);
    cited_end(to, "rules.md");
    page_close(to);
}

/* ---- limits ---- */

static void write_limits(const char *folder) {
    char text[64];
    FILE *to = begin(folder, "limits.md", "Limits",
                     "Every bound of the library is one of these constants, `HSVC_LIMIT_` (SAFE-6).\n");
    table_begin(&table, "limit|value|unit|rule|why");
#define LIMIT(name, value, unit, rule, why)                \
    cell(&table, "%s", #name);                             \
    cell(&table, "%s", grouped(value, text, sizeof text)); \
    cell(&table, "%s", unit);                              \
    cell(&table, "%s", cite(rule));                        \
    cell(&table, "%s", why);
#include "../core/limits.def"
#undef LIMIT
    table_end(&table, to);
    cited_end(to, "rules.md");
    page_close(to);
}

static void write_index(const char *folder) {
    FILE *to =
        begin(folder, "README.md", "Reference",
              "Every number of the interface, generated from the registries the library itself is built from.\n");
    fprintf(
        to,
        "- [statuses](statuses.md): why a call failed\n- [reasons](reasons.md): what the service decided, and why\n"
        "- [inputs](inputs.md): what can happen, with the fields of each kind\n- [effects](effects.md): what the host "
        "does\n"
        "- [prompts](prompts.md): what a device shows, and its answers\n- [causes](causes.md): why a session ended\n"
        "- [policy](policy.md): parameters, ranges, defaults, scopes\n- [limits](limits.md): every bound\n"
        "- [invariants](invariants.md): what `hsvc_verify` checks\n"
        "- [audit](audit.md): what is entered about whom\n- [jobs](jobs.md): what is worked off in slices\n"
        "- [counters](counters.md): what an engine counts\n"
        "- [functions, types and constants](interface.md): every item of the headers\n"
        "- [rules](rules.md): what each rule id means, and the rows that cite it\n\n"
        "Each item is documented in full in its header, `headsetsvc/*.h`. The decisions row by row: [the rule\n"
        "machines](../machines/README.md).\n");
    cited_end(to, "rules.md");
    page_close(to);
}

int main(int argc, char **argv) {
    if (argc != 2) die("use: reference OUTDIR");
    write_statuses(argv[1]);
    write_reasons(argv[1]);
    write_inputs(argv[1]);
    write_effects(argv[1]);
    write_prompts(argv[1]);
    write_causes(argv[1]);
    write_policy(argv[1]);
    write_limits(argv[1]);
    write_index(argv[1]);
    return EXIT_SUCCESS;
}
