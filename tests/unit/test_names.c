/* test_names.c: names, texts and codes of every registry; that numbers never change; that every reason can be acted on;
 * that every rule of the specification has its sentence.
 * The registries are read here a second time, so that the library's tables are checked against their source. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#include "committed.h"
#include "headsetsvc/headsetsvc.h"

struct code {
    const char *registry;
    uint32_t number_of_registry;
    int32_t code;
    const char *name;
    const char *text;
};

#define CODE(registry, number, name, text) {#registry, HSVC_REGISTRY_##registry, number, name, text},

static const struct code codes[] = {
#define STATUS(name, number, text, cause, remedy) CODE(STATUS, number, #name, text)
#include "../../lib/core/status.def"
#undef STATUS
#define REASON(name, number, accepted, em, text, remedy) CODE(REASON, number, #name, text)
#include "../../lib/rules/reasons.def"
#undef REASON
#define INPUT(name, number, machine, event, text) CODE(INPUT, number, #name, text)
#include "../../lib/engine/inputs.def"
#undef INPUT
#define EFFECT(name, number, ack, text) CODE(EFFECT, number, #name, text)
#include "../../lib/engine/effects.def"
#undef EFFECT
#define PROMPT(name, number, answers, text) CODE(PROMPT, number, #name, text)
#include "../../lib/engine/prompts.def"
#undef PROMPT
#define CAUSE(name, number, strength, text) CODE(CAUSE, number, #name, text)
#include "../../lib/rules/causes.def"
#undef CAUSE
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) \
    CODE(PARAM, number, #name, NULL)
#include "../../lib/rules/parameters.def"
#undef PARAM
#define IFIELD(name, bit, type, limit, text) CODE(FIELD, (bit) + 1, #name, text)
#include "../../lib/engine/fields.def"
#undef IFIELD
#define ANSWER(list, name, number, text) CODE(list, number, #name, text)
#include "../../lib/engine/answers.def"
#undef ANSWER
};
enum { CODES = sizeof codes / sizeof codes[0] };

/* The states of all machines; those of session and profile are public. */
static const struct {
    const char *machine;
    int32_t code;
    const char *name;
} states[] = {
#define STATE(machine, name, number, contract) {#machine, number, #name},
#include "../../lib/rules/states.def"
#undef STATE
};
enum { STATES = sizeof states / sizeof states[0] };

static const struct {
    const char *param;
    const char *name;
    int64_t value;
} choices[] = {
#define CHOICE(param, name, value) {#param, #name, value},
#include "../../lib/rules/parameters.def"
#undef CHOICE
};
enum { CHOICES = sizeof choices / sizeof choices[0] };

static const struct {
    const char *name;
    const char *text;
    const char *remedy;
    int accepted;
    int em;
} reasons[] = {
#define REASON(name, number, accepted, em, text, remedy) {#name, text, remedy, accepted, em},
#include "../../lib/rules/reasons.def"
#undef REASON
};
enum { REASONS = sizeof reasons / sizeof reasons[0] };

static const struct {
    const char *id;
    const char *sentence;
} rules[] = {
#define RULE(id, sentence) {id, sentence},
#include "../../lib/rules/sentences.def"
#undef RULE
};
enum { RULES = sizeof rules / sizeof rules[0] };

static uint32_t public_registry(const char *machine) {
    if (strcmp(machine, "session") == 0) return HSVC_REGISTRY_SESSION;
    if (strcmp(machine, "profile") == 0) return HSVC_REGISTRY_PROFILE;
    return 0;
}

/* swapped: the name with the case of every letter turned round. */
static const char *swapped(const char *name) {
    static char turned[128];
    size_t len = strlen(name);
    assert_true(len < sizeof turned);
    for (size_t i = 0; i <= len; i++) {
        unsigned char c = (unsigned char)name[i];
        turned[i] = (char)(isupper(c) ? tolower(c) : toupper(c));
    }
    return turned;
}

static void check_round_trip(uint32_t registry, int32_t code, const char *name) {
    int32_t found = 12345;
    assert_string_equal(hsvc_name(registry, code), name);
    assert_int_equal(hsvc_code(registry, name, strlen(name), &found), HSVC_OK);
    assert_int_equal(found, code);
    found = 12345;
    assert_int_equal(hsvc_code(registry, swapped(name), strlen(name), &found), HSVC_OK);
    assert_int_equal(found, code);
}

static void every_code_has_its_name_and_text(void **unused) {
    (void)unused;
    for (size_t i = 0; i < CODES; i++) {
        const char *text = hsvc_text(codes[i].number_of_registry, codes[i].code);
        check_round_trip(codes[i].number_of_registry, codes[i].code, codes[i].name);
        assert_true(strlen(text) > 0);
        assert_null(strchr(text, '\n'));
        if (codes[i].text != NULL) assert_string_equal(text, codes[i].text);
    }
    for (size_t i = 0; i < STATES; i++) {
        uint32_t registry = public_registry(states[i].machine);
        if (registry != 0) check_round_trip(registry, states[i].code, states[i].name);
    }
}

static void what_is_unknown_stays_unknown(void **unused) {
    int32_t code = 7;
    (void)unused;
    for (uint32_t registry = 0; registry < 40; registry++) {
        assert_string_equal(hsvc_name(registry, 99999), "UNKNOWN");
        assert_string_equal(hsvc_name(registry, INT32_MIN), "UNKNOWN");
        assert_string_equal(hsvc_text(registry, 99999), "");
    }
    assert_string_equal(hsvc_name(0, 1), "UNKNOWN"); /* where states that are not public would show */
    assert_int_equal(hsvc_code(HSVC_REGISTRY_REASON, "NOBODY", 6, &code), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_code(HSVC_REGISTRY_REASON, "DON", 3, &code), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_code(HSVC_REGISTRY_REASON, "DONE\0", 5, &code), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_code(HSVC_REGISTRY_REASON, "", 0, &code), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_code(HSVC_REGISTRY_REASON, NULL, 0, &code), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_code(HSVC_REGISTRY_REASON, "DONE", 4, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_code(0, "DONE", 4, &code), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_code(HSVC_REGISTRY_EXPLAINED + 1, "DONE", 4, &code), HSVC_ERR_ARGUMENT);
    assert_int_equal(code, 7);
}

static void choices_have_names(void **unused) {
    int64_t value = 7;
    (void)unused;
    for (size_t i = 0; i < CHOICES; i++) {
        int32_t param = 0;
        size_t len = strlen(choices[i].name);
        assert_int_equal(hsvc_code(HSVC_REGISTRY_PARAM, choices[i].param, strlen(choices[i].param), &param), HSVC_OK);
        assert_string_equal(hsvc_choice_name((uint32_t)param, choices[i].value), choices[i].name);
        assert_int_equal(hsvc_choice_code((uint32_t)param, swapped(choices[i].name), len, &value), HSVC_OK);
        assert_int_equal(value, choices[i].value);
    }
    value = 7;
    assert_string_equal(hsvc_choice_name(HSVC_PARAM_PIN_ENTRY, 99), "");
    assert_string_equal(hsvc_choice_name(HSVC_PARAM_PROMPT_TIMEOUT, 0), "");
    assert_int_equal(hsvc_choice_code(HSVC_PARAM_PIN_ENTRY, "DENY", 4, &value), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_choice_code(HSVC_PARAM_PIN_ENTRY, NULL, 0, &value), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_choice_code(HSVC_PARAM_PIN_ENTRY, "REQUIRED", 8, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(value, 7);
}

static void numbers_are_unique(void **unused) {
    (void)unused;
    for (size_t i = 0; i < CODES; i++)
        for (size_t j = i + 1; j < CODES; j++) {
            if (codes[i].number_of_registry != codes[j].number_of_registry) continue;
            assert_int_not_equal(codes[i].code, codes[j].code);
            assert_string_not_equal(codes[i].name, codes[j].name);
        }
    for (size_t i = 0; i < STATES; i++) {
        assert_int_not_equal(states[i].code, 0);
        for (size_t j = i + 1; j < STATES; j++)
            if (strcmp(states[i].machine, states[j].machine) == 0)
                assert_true(states[i].code != states[j].code && strcmp(states[i].name, states[j].name) != 0);
    }
}

/* The listing of tests/abi/codes.txt: "REGISTRY number NAME", one a line, in the order of the registries. */
static size_t write_listing(char *to, size_t size) {
    size_t at = 0;
    for (size_t i = 0; i < CODES; i++)
        at += (size_t)snprintf(to + at, size - at, "%s %d %s\n", codes[i].registry, (int)codes[i].code, codes[i].name);
    for (size_t i = 0; i < STATES; i++)
        at += (size_t)snprintf(to + at, size - at, "state:%s %d %s\n", states[i].machine, (int)states[i].code,
                               states[i].name);
    for (size_t i = 0; i < CHOICES; i++)
        at += (size_t)snprintf(to + at, size - at, "choice:%s %d %s\n", choices[i].param, (int)choices[i].value,
                               choices[i].name);
    assert_true(at < size);
    return at;
}

/* has_line: does the text have exactly this line? */
static bool has_line(const char *text, const char *line, size_t len) {
    for (const char *at = text; *at != '\0';) {
        size_t here = strcspn(at, "\n");
        if (here == len && memcmp(at, line, len) == 0) return true;
        at += here + (at[here] == '\n');
    }
    return false;
}

/* print_missing: prints and counts the lines of `lines` that `text` lacks. */
static int print_missing(const char *lines, const char *text, const char *complaint) {
    int count = 0;
    for (const char *at = lines; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        if (!has_line(text, at, len)) {
            print_error("%s %.*s\n", complaint, (int)len, at);
            count++;
        }
        at += len + (at[len] == '\n');
    }
    return count;
}

enum { LISTING_SIZE = 65536 };

static void numbers_are_eternal(void **unused) {
    static char committed[LISTING_SIZE];
    static char now[LISTING_SIZE];
    FILE *file = open_committed("tests/abi/codes.txt");
    (void)unused;
    assert_non_null(file);
    committed[fread(committed, 1, sizeof committed - 1, file)] = '\0';
    fclose(file);
    write_listing(now, sizeof now);
    assert_int_equal(print_missing(committed, now, "a number that hosts have compiled in is gone or changed:"), 0);
    assert_int_equal(print_missing(now, committed, "new: add this line to tests/abi/codes.txt:"), 0);
}

/* The result codes of the Extension Mobility API and of the phone's application that have a published meaning. */
static bool em_code_is_documented(int em) {
    static const int documented[] = {0,  1,  2,  3,  4,  5,   6,   7,   8,   9,   10,  11,  12,  18,  19,  20,  21, 22,
                                     23, 25, 26, 27, 28, 29,  30,  31,  32,  33,  35,  36,  37,  38,  39,  40,  41, 42,
                                     43, 44, 45, 46, 47, 201, 202, 204, 205, 207, 208, 210, 211, 212, 213, 215, 216};
    for (size_t i = 0; i < sizeof documented / sizeof documented[0]; i++)
        if (documented[i] == em) return true;
    return false;
}

static void every_reason_can_be_acted_on_OBS_8(void **unused) {
    (void)unused;
    for (size_t i = 0; i < REASONS; i++) {
        assert_true(strlen(reasons[i].text) > 0);
        if (reasons[i].accepted != 0) {
            assert_int_equal(reasons[i].accepted, 1);
            assert_int_equal(reasons[i].em, -1);
            continue;
        }
        if (strlen(reasons[i].remedy) == 0) fail_msg("%s has no remedy", reasons[i].name);
        if (!em_code_is_documented(reasons[i].em)) fail_msg("%s: no such EM code: %d", reasons[i].name, reasons[i].em);
    }
}

/* ---- sentences of the rules ---- */

/* The ids of tests/abi/rules.txt, one a line. */
static const char *committed_rules(void) {
    static char text[16384];
    FILE *file = open_committed("tests/abi/rules.txt");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void every_rule_has_its_sentence(void **unused) {
    size_t count = 0;
    (void)unused;
    for (const char *at = committed_rules(); *at != '\0'; count++) {
        size_t len = strcspn(at, "\n");
        if (*hsvc_rule_text(at, len) == '\0') fail_msg("%.*s: no line in lib/rules/sentences.def", (int)len, at);
        at += len + (at[len] == '\n');
    }
    assert_int_equal(count, RULES);
    for (size_t i = 0; i < RULES; i++) {
        size_t len = strlen(rules[i].id);
        if (!has_line(committed_rules(), rules[i].id, len)) fail_msg("%s: not in tests/abi/rules.txt", rules[i].id);
        assert_string_equal(hsvc_rule_text(rules[i].id, len), rules[i].sentence); /* the first of two would win */
        assert_string_equal(hsvc_rule_text(swapped(rules[i].id), len), rules[i].sentence);
    }
}

enum { LONGEST_SENTENCE = 120 };

static void sentences_are_one_plain_line(void **unused) {
    (void)unused;
    for (size_t i = 0; i < RULES; i++) {
        const char *sentence = rules[i].sentence;
        size_t len = strlen(sentence);
        if (len == 0 || len > LONGEST_SENTENCE) fail_msg("%s: %zu bytes", rules[i].id, len);
        if (strchr(".!? ", sentence[len - 1]) != NULL) fail_msg("%s: ends like a sentence of a page", rules[i].id);
        for (size_t j = 0; j < len; j++)
            if (sentence[j] < ' ' || sentence[j] > '~') fail_msg("%s: byte %zu is not plain", rules[i].id, j);
        for (size_t j = 0; j < i; j++) assert_string_not_equal(rules[j].sentence, sentence);
    }
}

static void what_is_no_rule_has_no_sentence(void **unused) {
    (void)unused;
    assert_string_equal(hsvc_rule_text(NULL, 0), "");
    assert_string_equal(hsvc_rule_text(NULL, 5), "");
    assert_string_equal(hsvc_rule_text("", 0), "");
    assert_string_equal(hsvc_rule_text("OUT-99", 6), "");
    assert_string_equal(hsvc_rule_text("OUT-03", 6), "");
    assert_string_equal(hsvc_rule_text("OUT-", 4), "");
    assert_string_equal(hsvc_rule_text("OUT-3 ", 6), "");
    assert_string_equal(hsvc_rule_text("OUT-3\0", 6), "");
    assert_string_equal(hsvc_rule_text("OUT-15", 5), hsvc_rule_text("OUT-1", 5)); /* the length counts, not a NUL */
}

static void version_is_the_headers(void **unused) {
    char text[32];
    (void)unused;
    assert_int_equal(hsvc_version(), HSVC_VERSION_NUMBER);
    snprintf(text, sizeof text, "%d.%d.%d", HSVC_VERSION_MAJOR, HSVC_VERSION_MINOR, HSVC_VERSION_PATCH);
    assert_string_equal(text, HSVC_VERSION);
}

int main(int argc, char **argv) {
    static char listing[LISTING_SIZE];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_name_and_text),
        cmocka_unit_test(what_is_unknown_stays_unknown),
        cmocka_unit_test(choices_have_names),
        cmocka_unit_test(numbers_are_unique),
        cmocka_unit_test(numbers_are_eternal),
        cmocka_unit_test(every_reason_can_be_acted_on_OBS_8),
        cmocka_unit_test(every_rule_has_its_sentence),
        cmocka_unit_test(sentences_are_one_plain_line),
        cmocka_unit_test(what_is_no_rule_has_no_sentence),
        cmocka_unit_test(version_is_the_headers),
    };
    if (argc == 2 && strcmp(argv[1], "--list") == 0) { /* what tests/abi/codes.txt should hold */
        write_listing(listing, sizeof listing);
        fputs(listing, stdout);
        return EXIT_SUCCESS;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
