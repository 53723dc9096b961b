/* codes.c: prints include/headsetsvc/codes.h from the registries. The committed header is compared with this output by
 * a test, so that the constants, the names in the library and the documents come from one place. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static void head(const char *title) { printf("\n/* %s */\n", title); }

/* line: one constant. Negative numbers stand in parentheses, those beyond int get a 64-bit suffix. */
static void line(const char *prefix, const char *name, long long number, const char *text) {
    char id[96];
    char *at = id;
    const char *form = number < 0 ? "(%lld)" : number > INT_MAX ? "INT64_C(%lld)" : "%lld";
    snprintf(id, sizeof id, "HSVC_%s%s", prefix, name);
    for (; *at != '\0'; at++) *at = (char)toupper((unsigned char)*at);
    printf("#define %-44s ", id);
    printf(form, number);
    printf(" /* %s */\n", text);
}

/* is_public: the machines whose states hosts see; the others are the library's own business. */
static int is_public(const char *machine) { return strcmp(machine, "session") == 0 || strcmp(machine, "profile") == 0; }

static void statuses(void) {
    head("Status: why a call failed. Never reused; more may come. At or below -500: fatal, make a new engine.");
#define STATUS(name, number, text, cause, remedy) line("", #name, number, text);
#include "../core/status.def"
#undef STATUS
    head("Limits");
#define LIMIT(name, value, unit, rule, why) line("LIMIT_", #name, value, unit ", " rule);
#include "../core/limits.def"
#undef LIMIT
}

static void lists(void) {
    head("Kinds of input");
#define INPUT(name, number, machine, event, text) line("INPUT_", #name, number, text);
#include "../engine/inputs.def"
#undef INPUT
    head("Kinds of effect");
#define EFFECT(name, number, ack, text) line("EFFECT_", #name, number, text);
#include "../engine/effects.def"
#undef EFFECT
    head("Prompts");
#define PROMPT(name, number, answers, text) line("PROMPT_", #name, number, text);
#include "../engine/prompts.def"
#undef PROMPT
    head("Causes of a session's end");
#define CAUSE(name, number, strength, text) line("CAUSE_", #name, number, text);
#include "../rules/causes.def"
#undef CAUSE
    head("Small closed lists");
#define ANSWER(list, name, number, text) line(#list "_", #name, number, text);
#include "../engine/answers.def"
#undef ANSWER
    head("Fields of hsvc_input, for hsvc_verdict.field and hsvc_problem.field");
#define IFIELD(name, bit, type, limit, text) line("FIELD_", #name, (bit) + 1, text);
#define EVERY(name, bit, text) line("FIELD_", #name, (bit) + 1, text);
#include "../engine/fields.def"
#undef EVERY
#undef IFIELD
}

static void rules(void) {
    head("Policy parameters");
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) \
    line("PARAM_", #name, number, rule);
#include "../rules/parameters.def"
#undef PARAM
    head("Values of choice parameters");
#define CHOICE(param, name, value) line("CHOICE_" #param "_", #name, value, #param);
#include "../rules/parameters.def"
#undef CHOICE
    head("States of a session and of a device's profile");
#define STATE(machine, name, number, contract) \
    if (is_public(#machine)) line(#machine "_", #name, number, contract);
#include "../rules/states.def"
#undef STATE
    head("Reasons of verdicts, prompts and notices");
#define REASON(name, number, accepted, em, text, remedy) line("REASON_", #name, number, text);
#include "../rules/reasons.def"
#undef REASON
}

int main(void) {
    printf("/* codes.h: every number of the interface. Generated from the registries in lib/ by lib/gen/codes.c; do not edit.\n"
           " * SPDX-License-Identifier: MIT */\n#ifndef HEADSETSVC_CODES_H\n#define HEADSETSVC_CODES_H\n");
    statuses();
    lists();
    rules();
    printf("\n#endif\n");
    return 0;
}
