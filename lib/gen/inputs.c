/* inputs.c: prints include/headsetsvc/inputs.h: for each kind of input one inline function that fills an hsvc_input
 * from C strings. Parameters: the required fields, then the usual ones, in the order of fields.def. A test compares
 * the committed header with this output. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct input {
    const char *kind;
    const char *text;
} inputs[] = {
#define INPUT(name, number, machine, event, text) {#name, text},
#include "../engine/inputs.def"
#undef INPUT
};
enum { INPUT_COUNT = sizeof inputs / sizeof inputs[0] };

static const struct takes {
    const char *kind;
    const char *required;
    const char *optional;
} takes[] = {
#define TAKES(kind, required, optional) {#kind, #required, #optional},
#include "../engine/fields.def"
#undef TAKES
};
enum { TAKES_COUNT = sizeof takes / sizeof takes[0] };

static const struct usual {
    const char *kind;
    const char *fields;
} usuals[] = {
#define USUAL(kind, fields) {#kind, #fields},
#include "../engine/fields.def"
#undef USUAL
};
enum { USUAL_COUNT = sizeof usuals / sizeof usuals[0] };

static const struct field {
    const char *name;
    const char *type;
    const char *text;
} fields[] = {
#define IFIELD(name, bit, type, limit, text) {#name, #type, text},
#include "../engine/fields.def"
#undef IFIELD
};
enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

static const struct takes *takes_of(const char *kind) {
    for (size_t i = 0; i < TAKES_COUNT; i++)
        if (strcmp(takes[i].kind, kind) == 0) return &takes[i];
    fprintf(stderr, "%s has no TAKES line\n", kind);
    exit(EXIT_FAILURE);
}

static const char *usual_of(const char *kind) {
    for (size_t i = 0; i < USUAL_COUNT; i++)
        if (strcmp(usuals[i].kind, kind) == 0) return usuals[i].fields;
    return "";
}

static const struct field *field_of(const char *name, int len) {
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if ((int)strlen(fields[i].name) == len && memcmp(fields[i].name, name, (size_t)len) == 0) return &fields[i];
    fprintf(stderr, "%.*s is no field\n", len, name);
    exit(EXIT_FAILURE);
}

/* next_field: the first field of "F(a) | F(b)" at or after *at, which it moves on; NULL at the end. */
static const struct field *next_field(const char **at) {
    const char *here = strstr(*at, "F(");
    int len;
    if (here == NULL) return NULL;
    len = (int)strcspn(here + 2, ")");
    *at = here + 2 + len;
    return field_of(here + 2, len);
}

static int holds(const char *list, const struct field *wanted) {
    const struct field *field;
    while ((field = next_field(&list)) != NULL)
        if (field == wanted) return 1;
    return 0;
}

static int is_type(const struct field *field, const char *type) { return strcmp(field->type, type) == 0; }

/* number_type: as the member of hsvc_input is declared. */
static const char *number_type(const char *name) {
    static const char *const wide[] = {"handle", "prompt_id", "generation", "call_id", "request"};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (strcmp(wide[i], name) == 0) return "uint64_t";
    return strcmp(name, "value") == 0 ? "int64_t" : "uint32_t";
}

/* Where the line stands that is being printed, so that it breaks before the 120th column. */
enum { LINE = 120 };
static size_t column;
static size_t indent;    /* of what follows a break */
static const char *lead; /* what the indent begins with */

/* put: prints text after a separator, on a new line if this one has no room for it and what closes it. */
static void put(const char *separator, const char *text, size_t closing) {
    column += strlen(separator);
    fputs(separator, stdout);
    if (column + 1 + strlen(text) + closing > LINE) {
        printf("\n%-*s", (int)indent, lead);
        column = indent;
    } else if (column > indent) {
        column += (size_t)printf(" ");
    }
    column += (size_t)printf("%s", text);
}

static void put_words(const char *text) {
    while (*text != '\0') {
        char word[96];
        size_t len = strcspn(text, " ");
        snprintf(word, sizeof word, "%.*s", (int)len, text);
        put("", word, strlen(" */"));
        text += len + (text[len] == ' ');
    }
}

static void put_parameter(const struct field *field) {
    char text[96];
    const size_t closing = strlen(") {");
    if (is_type(field, "BYTES")) {
        snprintf(text, sizeof text, "const void *%s", field->name);
        put(",", text, closing);
        snprintf(text, sizeof text, "size_t %s_len", field->name);
    } else if (is_type(field, "ITEMS")) {
        put(",", "const hsvc_item *items", closing);
        snprintf(text, sizeof text, "size_t item_count");
    } else {
        snprintf(text, sizeof text, is_type(field, "NUMBER") ? "%s %s" : "%s*%s",
                 is_type(field, "NUMBER") ? number_type(field->name) : "const char ", field->name);
    }
    put(",", text, closing);
}

static void print_assignment(const struct field *field) {
    const char *name = field->name;
    if (is_type(field, "NUMBER"))
        printf("    in->%s = %s;\n", name, name);
    else if (is_type(field, "BYTES"))
        printf("    in->%s = (const uint8_t *)%s;\n    in->%s_len = %s_len;\n", name, name, name, name);
    else if (is_type(field, "ITEMS"))
        printf("    hsvc_input_set_items(in, items, item_count);\n");
    else
        printf("    hsvc_input_set_%s(in, %s);\n", name, name);
}

static void each(const char *list, void (*print)(const struct field *field)) {
    const struct field *field;
    while ((field = next_field(&list)) != NULL) print(field);
}

/* put_fields: "title a, b." of the fields of a list that are not in `but`; nothing if there are none. */
static void put_fields(const char *title, const char *list, const char *but) {
    const struct field *field;
    const char *pending = NULL;
    while ((field = next_field(&list)) != NULL) {
        if (holds(but, field)) continue;
        if (pending == NULL) put_words(title);
        if (pending != NULL) {
            put("", pending, 4);
            column += (size_t)printf(",");
        }
        pending = field->name;
    }
    if (pending == NULL) return;
    put("", pending, 4);
    column += (size_t)printf(".");
}

static void print_comment(const struct input *input, const struct takes *take, const char *usual) {
    lead = " * ";
    indent = strlen(lead);
    column = (size_t)printf("\n/* %s:", input->kind) - 1;
    put_words(input->text);
    column += (size_t)printf(".");
    put_fields("Optional:", usual, "");
    put_fields("On the struct:", take->optional, usual);
    printf(" */\n");
}

static void print_wrapper(const struct input *input) {
    const struct takes *take = takes_of(input->kind);
    const char *usual = usual_of(input->kind);
    char name[64];
    snprintf(name, sizeof name, "%s", input->kind);
    for (char *at = name; *at != '\0'; at++) *at = (char)tolower((unsigned char)*at);
    print_comment(input, take, usual);
    lead = "";
    indent = (size_t)printf("static inline int32_t hsvc_input_%s(", name);
    column = indent + (size_t)printf("hsvc_input *in");
    each(take->required, put_parameter);
    each(usual, put_parameter);
    printf(") {\n    int32_t status = hsvc_input_init(in, sizeof *in, HSVC_INPUT_%s);\n", input->kind);
    printf("    if (status != HSVC_OK) return status;\n");
    each(take->required, print_assignment);
    each(usual, print_assignment);
    printf("    return HSVC_OK;\n}\n");
}

static void print_setters(void) {
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const char *name = fields[i].name;
        if (is_type(&fields[i], "NUMBER") || is_type(&fields[i], "BYTES") || is_type(&fields[i], "ITEMS")) continue;
        printf("\n/* %s. */\nstatic inline void hsvc_input_set_%s(hsvc_input *in, const char *%s) {\n", fields[i].text,
               name, name);
        printf("    in->%s = %s;\n    in->%s_len = hsvc_text_len(%s);\n}\n", name, name, name, name);
    }
}

static const char head[] =
    "/* inputs.h: for each kind of input a function that fills an hsvc_input from C strings. Inline, for the host's "
    "build;\n"
    " * the library does not need it. Generated from lib/engine/inputs.def and fields.def by lib/gen/inputs.c; do not "
    "edit.\n"
    " *\n"
    " * Each zeroes *in, sets kind and the fields it is given, and returns HSVC_OK, or HSVC_ERR_ARGUMENT if in is "
    "NULL.\n"
    " * Text is NUL-terminated and borrowed: it must live until hsvc_apply has returned. NULL or 0 leaves a field not "
    "given.\n"
    " * \"On the struct\" names what else the kind may have; set it afterwards, as at_ms, request_id and actor.\n"
    " * SPDX-License-Identifier: MIT */\n"
    "#ifndef HEADSETSVC_INPUTS_H\n#define HEADSETSVC_INPUTS_H\n\n#include <string.h>\n\n#include \"headsetsvc.h\"\n\n"
    "#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
    "\n/* hsvc_text_len: the length of a NUL-terminated text, 0 for NULL. */\n"
    "static inline size_t hsvc_text_len(const char *text) { return text == NULL ? 0 : strlen(text); }\n"
    "\n/* ---- setters of the optional texts ---- */\n";

static const char rest[] =
    "\n/* who asked for it; for the audit and the permission callback. */\n"
    "static inline void hsvc_input_set_actor(hsvc_input *in, const char *actor) {\n"
    "    in->actor = actor;\n    in->actor_len = hsvc_text_len(actor);\n}\n"
    "\n/* a snapshot or list, borrowed like text. */\n"
    "static inline void hsvc_input_set_items(hsvc_input *in, const hsvc_item *items, size_t item_count) {\n"
    "    in->items = items;\n    in->item_count = item_count;\n"
    "    in->item_size = item_count == 0 ? 0 : sizeof *items;\n}\n"
    "\n/* ---- items ---- */\n"
    "\n/* A headset of a snapshot of presence. */\n"
    "static inline void hsvc_item_headset(hsvc_item *item, const char *serial, uint64_t handle) {\n"
    "    memset(item, 0, sizeof *item);\n    item->kind = HSVC_ITEM_HEADSET;\n    item->text = serial;\n"
    "    item->text_len = hsvc_text_len(serial);\n    item->number = handle;\n}\n"
    "\n/* A call of a snapshot of calls. state: HSVC_CALL_; flags: 0 or HSVC_FLAG_EMERGENCY. */\n"
    "static inline void hsvc_item_call(hsvc_item *item, uint64_t call_id, uint32_t state, uint32_t flags) {\n"
    "    memset(item, 0, sizeof *item);\n    item->kind = HSVC_ITEM_CALL;\n    item->number = call_id;\n"
    "    item->state = state;\n    item->flags = flags;\n}\n"
    "\n/* A profile of a user. */\n"
    "static inline void hsvc_item_profile(hsvc_item *item, const char *profile) {\n"
    "    memset(item, 0, sizeof *item);\n    item->kind = HSVC_ITEM_PROFILE;\n    item->text = profile;\n"
    "    item->text_len = hsvc_text_len(profile);\n}\n"
    "\n/* ---- inputs ---- */\n";

int main(void) {
    fputs(head, stdout);
    print_setters();
    fputs(rest, stdout);
    for (size_t i = 0; i < INPUT_COUNT; i++) print_wrapper(&inputs[i]);
    printf("\n#ifdef __cplusplus\n}\n#endif\n#endif\n");
    return 0;
}
