/* names.c: the names and texts of every public number and the sentence of every rule, from the same registries as the
 * header's constants and the reference, so that a log line, a binding and the pages cannot disagree. All tables are
 * constant; nothing here can fail for memory. */
#include "core.h"

/* A new machine must say here whether its states are public: 0 keeps them out of the interface. */
enum {
    STATES_prompt = 0,
    STATES_session = HSVC_REGISTRY_SESSION,
    STATES_profile = HSVC_REGISTRY_PROFILE,
    STATES_verification = 0,
    STATES_presence = 0,
    STATES_association = 0,
    STATES_updating = 0,
    STATES_emergency = 0,
    STATES_flapping = 0,
    STATES_screen = 0,
    STATES_sweep = 0,
    STATES_lockout = 0,
    STATES_throttle = 0,
    STATES_calls = 0,
    STATES_directory = 0,
    STATES_policy = 0
};

/* Numbers of the parameters by name, for the lines of the registry that only name theirs. */
enum {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) PARAM_##name = number,
#include "../rules/parameters.def"
#undef PARAM
    PARAM_NONE = 0
};

struct entry {
    uint32_t registry;
    int32_t code;
    uint32_t name_len;
    const char *name;
    const char *text;
};

#define ENTRY(registry, number, name, text) {(registry), (number), (uint32_t)(sizeof(name) - 1), (name), (text)},

static const struct entry entries[] = {
#define STATUS(name, number, text, cause, remedy) ENTRY(HSVC_REGISTRY_STATUS, number, #name, text)
#include "status.def"
#undef STATUS
#define REASON(name, number, accepted, em, text, remedy) ENTRY(HSVC_REGISTRY_REASON, number, #name, text)
#include "../rules/reasons.def"
#undef REASON
#define INPUT(name, number, machine, event, text) ENTRY(HSVC_REGISTRY_INPUT, number, #name, text)
#include "../engine/inputs.def"
#undef INPUT
#define EFFECT(name, number, ack, text) ENTRY(HSVC_REGISTRY_EFFECT, number, #name, text)
#include "../engine/effects.def"
#undef EFFECT
#define PROMPT(name, number, answers, text) ENTRY(HSVC_REGISTRY_PROMPT, number, #name, text)
#include "../engine/prompts.def"
#undef PROMPT
#define CAUSE(name, number, strength, text) ENTRY(HSVC_REGISTRY_CAUSE, number, #name, text)
#include "../rules/causes.def"
#undef CAUSE
#define ABOUT(param, text) ENTRY(HSVC_REGISTRY_PARAM, PARAM_##param, #param, text)
#include "../rules/parameters.def"
#undef ABOUT
#define IFIELD(name, bit, type, limit, text) ENTRY(HSVC_REGISTRY_FIELD, (bit) + 1, #name, text)
#define EVERY(name, bit, text) ENTRY(HSVC_REGISTRY_FIELD, (bit) + 1, #name, text)
#include "../engine/fields.def"
#undef EVERY
#undef IFIELD
#define ANSWER(list, name, number, text) ENTRY(HSVC_REGISTRY_##list, number, #name, text)
#include "../engine/answers.def"
#undef ANSWER
#define STATE(machine, name, number, contract) ENTRY(STATES_##machine, number, #name, contract)
#include "../rules/states.def"
#undef STATE
};

enum { ENTRY_COUNT = sizeof entries / sizeof entries[0] };

struct choice {
    uint32_t param;
    uint32_t name_len;
    int64_t value;
    const char *name;
};

static const struct choice choices[] = {
#define CHOICE(param, name, value) {PARAM_##param, (uint32_t)(sizeof(#name) - 1), (value), #name},
#include "../rules/parameters.def"
#undef CHOICE
};

enum { CHOICE_COUNT = sizeof choices / sizeof choices[0] };

static const struct rule {
    const char *id;
    size_t id_len;
    const char *sentence;
} rules[] = {
#define RULE(id, sentence) {id, sizeof(id) - 1, sentence},
#include "../rules/sentences.def"
#undef RULE
};

enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

uint32_t hsvc_version(void) { return HSVC_VERSION_NUMBER; }

static int is_registry(uint32_t registry) {
    return registry >= HSVC_REGISTRY_STATUS && registry <= HSVC_REGISTRY_EXPLAINED;
}

static const struct entry *entry_of(uint32_t registry, int32_t code) {
    if (!is_registry(registry)) return NULL;
    for (size_t i = 0; i < ENTRY_COUNT; i++)
        if (entries[i].registry == registry && entries[i].code == code) return &entries[i];
    return NULL;
}

int hsvc__code_entry(uint32_t registry, size_t index, int32_t *code, const char **name, const char **text) {
    for (size_t i = 0; is_registry(registry) && i < ENTRY_COUNT; i++) {
        if (entries[i].registry != registry || index-- != 0) continue;
        *code = entries[i].code;
        *name = entries[i].name;
        *text = entries[i].text;
        return 1;
    }
    return 0;
}

const char *hsvc_name(uint32_t registry, int32_t code) {
    const struct entry *entry = entry_of(registry, code);
    return entry == NULL ? "UNKNOWN" : entry->name;
}

const char *hsvc_text(uint32_t registry, int32_t code) {
    const struct entry *entry = entry_of(registry, code);
    return entry == NULL ? "" : entry->text;
}

int32_t hsvc_code(uint32_t registry, const char *name, size_t name_len, int32_t *code) {
    if (name == NULL || code == NULL || !is_registry(registry)) return HSVC_ERR_ARGUMENT;
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        const struct entry *entry = &entries[i];
        if (entry->registry != registry) continue;
        if (!hsvc__fold_eq(hsvc__str_of(entry->name, entry->name_len), hsvc__str_of(name, name_len))) continue;
        *code = entry->code;
        return HSVC_OK;
    }
    return HSVC_ERR_NOT_FOUND;
}

const char *hsvc__choice_at(uint32_t param, size_t index, int64_t *value) {
    for (size_t i = 0; i < CHOICE_COUNT; i++) {
        if (choices[i].param != param || index-- != 0) continue;
        *value = choices[i].value;
        return choices[i].name;
    }
    return NULL;
}

const char *hsvc_choice_name(uint32_t param, int64_t value) {
    for (size_t i = 0; i < CHOICE_COUNT; i++)
        if (choices[i].param == param && choices[i].value == value) return choices[i].name;
    return "";
}

int32_t hsvc_choice_code(uint32_t param, const char *name, size_t name_len, int64_t *value) {
    if (name == NULL || value == NULL) return HSVC_ERR_ARGUMENT;
    for (size_t i = 0; i < CHOICE_COUNT; i++) {
        const struct choice *choice = &choices[i];
        if (choice->param != param) continue;
        if (!hsvc__fold_eq(hsvc__str_of(choice->name, choice->name_len), hsvc__str_of(name, name_len))) continue;
        *value = choice->value;
        return HSVC_OK;
    }
    return HSVC_ERR_NOT_FOUND;
}

const char *hsvc_rule_text(const char *rule, size_t len) {
    if (rule == NULL) return "";
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (hsvc__fold_eq(hsvc__str_of(rules[i].id, rules[i].id_len), hsvc__str_of(rule, len)))
            return rules[i].sentence;
    return "";
}

const char *hsvc__rule_id(hsvc__str rule) {
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (hsvc__fold_eq(hsvc__str_of(rules[i].id, rules[i].id_len), rule)) return rules[i].id;
    return "";
}
