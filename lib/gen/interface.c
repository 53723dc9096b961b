/* interface.c: prints docs/reference/interface.md: every function, type and constant of the public headers with the first
 * sentence of its comment. An item without a comment ends it with an error. A test compares the committed page with this. */
#include "page.h"

/* In the order of a host's tasks. codes.h is what the other pages of the reference list; inputs.h has a function for each kind. */
static const char *const headers[] = {
    "headsetsvc.h", "host.h",      "stores.h",  "input.h",     "effects.h",  "engine.h", "views.h",  "inventory.h", "explain.h",
    "audit.h",      "health.h",    "recording.h", "registry.h", "stdlib.h",  "sqlite.h", "pgsql.h",  "csv.h", "testkit.h",   "scenario.h",
    "conformance.h",
};
enum { HEADER_COUNT = sizeof headers / sizeof headers[0], HEADER_SIZE = 65536, NAME_SIZE = 64, DOC_SIZE = 512, ITEMS = 128 };

static struct table table;
static char text[HEADER_SIZE];

/* One item of a header: its name, and what is said of it. */
struct item {
    char name[NAME_SIZE];
    char doc[DOC_SIZE];
};
struct list {
    struct item item[ITEMS];
    size_t count;
};

static void read_header(const char *name) {
    char path[1024];
    FILE *from;
    size_t len;
    snprintf(path, sizeof path, "%s/include/headsetsvc/%s", HSVC_SOURCE_DIR, name);
    from = fopen(path, "rb");
    if (from == NULL) die(path);
    len = fread(text, 1, sizeof text - 1, from);
    if (len == sizeof text - 1) die("header too large");
    text[len] = '\0';
    fclose(from);
}

/* take_sentence: the text of a comment from `from` on to the end of its first sentence, without the stars at its left. */
static void take_sentence(const char *from, char *to) {
    char *at = to;
    for (; *from != '\0' && strncmp(from, "*/", 2) != 0 && at < to + DOC_SIZE - 1; from++) {
        if (*from == '\n' && strspn(from + 1, " *") > 0) from += strspn(from + 1, " *");
        if (*from == '.' && (from[1] == ' ' || from[1] == '\n')) break;
        if (isspace((unsigned char)*from)) {
            if (at > to && at[-1] != ' ') *at++ = ' ';
        } else {
            *at++ = *from;
        }
    }
    while (at > to && (at[-1] == ' ' || at[-1] == ':' || at[-1] == '.')) at--;
    *at = '\0';
}

/* own_comment: what stands after "name: " at the beginning of a line of a comment; NULL if nothing does. */
static const char *own_comment(const char *name) {
    size_t len = strlen(name);
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
        int begins = at > text + 2 && (strncmp(at - 3, "/* ", 3) == 0 || strncmp(at - 3, " * ", 3) == 0);
        if (begins && at[len] == ':' && at[len + 1] == ' ') return at + len + 2;
    }
    return NULL;
}

/* comment_before: the comment that stands last before this place; NULL if there is none. Lines of dashes are none. */
static const char *comment_before(const char *place) {
    const char *found = NULL;
    for (const char *at = strstr(text, "\n/* "); at != NULL && at < place; at = strstr(at + 1, "\n/* "))
        if (strncmp(at, "\n/* ----", 8) != 0) found = at + 4;
    return found;
}

/* is_of_another: does this comment begin with the name of an item, which is not the one in question? */
static int is_of_another(const char *comment) {
    size_t len = strspn(comment, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return strncmp(comment, "hsvc_", 5) == 0 && comment[len] == ':';
}

static int missing; /* items without a comment */

static int is_init(const char *name) { return strlen(name) > 5 && strcmp(name + strlen(name) - 5, "_init") == 0; }

static void describe(struct item *item, const char *place) {
    const char *line_end = strchr(place, '\n');
    const char *beside = strstr(place, "/* ");
    const char *from = own_comment(item->name);
    if (from == NULL && beside != NULL && beside < line_end) from = beside + 3;
    if (from == NULL && is_init(item->name)) {
        snprintf(item->doc, sizeof item->doc, "zeroes the struct and sets struct_size");
        return;
    }
    if (from == NULL) from = comment_before(place);
    item->doc[0] = '\0';
    if (from != NULL && !is_of_another(from)) take_sentence(from, item->doc);
    if (item->doc[0] != '\0') return;
    fprintf(stderr, "no comment: %s\n", item->name);
    missing++;
}

/* name_in: the word with this prefix on the line, if a character of `after` follows it. */
static int name_in(const char *line, const char *prefix, const char *after, char *name) {
    const char *end = strchr(line, '\n');
    for (const char *at = strstr(line, prefix); at != NULL && at < end; at = strstr(at + 1, prefix)) {
        size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        if (strchr(after, at[len]) == NULL || len >= NAME_SIZE) continue;
        snprintf(name, NAME_SIZE, "%.*s", (int)len, at);
        return 1;
    }
    return 0;
}

static void add(struct list *list, const char *name, const char *line) {
    struct item *item = &list->item[list->count];
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->item[i].name, name) == 0) return;
    if (++list->count == ITEMS) die("too many items");
    snprintf(item->name, sizeof item->name, "%s", name);
    describe(item, line);
}

/* is_function: a line of a prototype, or of an inline function. */
static int is_function(const char *line) {
    if (strncmp(line, "static inline ", 14) == 0) return 1;
    return strncmp(line, "HSVC_", 5) == 0 && strstr(line, "_API ") != NULL && strstr(line, "_API ") < strchr(line, '\n');
}

static int is_type(const char *line) { return strncmp(line, "typedef ", 8) == 0; }
static int is_constant(const char *line) { return strncmp(line, "#define HSVC_", 13) == 0; }

static void collect(struct list *functions, struct list *types, struct list *constants) {
    char name[NAME_SIZE];
    functions->count = types->count = constants->count = 0;
    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1) {
        if (is_function(line) && name_in(line, "hsvc_", "(", name)) add(functions, name, line);
        if (is_type(line) && name_in(line, "hsvc_", " );", name)) add(types, name, line);
        if (is_constant(line) && name_in(line, "HSVC_", " ", name) && strstr(name, "_API") == NULL) add(constants, name, line);
        if (strchr(line, '\n') == NULL) break;
    }
}

static void print_list(FILE *to, const char *head, const struct list *list) {
    if (list->count == 0) return;
    table_begin(&table, head);
    for (size_t i = 0; i < list->count; i++) {
        cell(&table, "`%s`", list->item[i].name);
        cell(&table, "%s", list->item[i].doc);
    }
    fprintf(to, "\n");
    table_end(&table, to);
}

static void print_header(FILE *to, const char *name) {
    static struct list functions, types, constants;
    char about[DOC_SIZE];
    read_header(name);
    take_sentence(strstr(text, ".h: ") + 4, about);
    fprintf(to, "\n## %s\n\n%c%s.\n", name, toupper((unsigned char)about[0]), about + 1);
    collect(&functions, &types, &constants);
    print_list(to, "function|what it does", &functions);
    print_list(to, "type|what it is", &types);
    print_list(to, "constant|what it means", &constants);
}

int main(void) {
    printf("# Functions, types and constants\n\n"
           "<!-- Generated from include/headsetsvc/*.h by lib/gen/interface.c; do not edit. -->\n\n"
           "Every item of the public headers, by header, each with the first sentence of its comment; the header has the rest:\n"
           "ownership, lifetime, units, every status. `headsetsvc/headsetsvc.h` includes all of the core's. Beside these:\n"
           "`codes.h`, whose constants the other pages of the [reference](README.md) list, and `inputs.h`, which has a function\n"
           "`hsvc_input_KIND` for each kind of [input](inputs.md) and `hsvc_input_set_FIELD` for each text.\n");
    for (size_t i = 0; i < HEADER_COUNT; i++) print_header(stdout, headers[i]);
    return missing == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
