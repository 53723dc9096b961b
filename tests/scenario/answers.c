/* answers.c: does the script that is to show the answer to a threat need it? Linked with a core in which one line of the tables
 * can be masked, or one fault of lib/core/mutants.def switched on (HSVC_MASKING).
 *
 *   answers LIST DIR
 *     LIST: lines `THREAT | SCRIPT | FILE: LINE "RULE"` or `THREAT | SCRIPT | mutant: NAME "RULE"`; FILE and LINE as
 *           `mask_rows --all DIR/SCRIPT` prints them, but for the number. What begins with # says nothing.
 * Each script runs once as it is, and must pass; then without the line or with the fault, and must fail. What is wrong is printed
 * with its line of LIST; then the exit status is 1 (2 for misuse). The last line is "N answers, N wrong". */
#include "scenario/scripts.h"

static const struct mutant {
    const char *name, *rule;
} mutants[] = {
#define MUTANT(name, rule, witness, text) {#name, rule},
#include "core/mutants.def"
#undef MUTANT
};

static int is_called(const char *fault, const char *file, const char *name, const char *rule) {
    char wanted[512];
    (void)snprintf(wanted, sizeof wanted, "%s: %s \"%s\"", file, name, rule);
    return strcmp(fault, wanted) == 0;
}

/* harm: 0 if there is no such line or mutant. */
static int harm(const char *fault) {
    for (size_t i = 0; i < LINES; i++)
        if (is_called(fault, lines[i].file, lines[i].text, lines[i].rule)) {
            mask(&lines[i]);
            return 1;
        }
    for (size_t i = 0; i < sizeof mutants / sizeof mutants[0]; i++)
        if (is_called(fault, "mutant", mutants[i].name, mutants[i].rule)) {
            hsvc__mutant = (int)i + 1; /* they are numbered from 1, after HSVC__MUTANT_NONE */
            return 1;
        }
    return 0;
}

static void heal(void) {
    mask(NULL);
    hsvc__mutant = HSVC__MUTANT_NONE;
    harmed = 0;
}

/* complaint: what is wrong with an answer, or NULL. */
static const char *complaint(char *path, const char *fault) {
    struct held_script *script;
    const char *wrong = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL) return "there is no such script";
    (void)fclose(file);
    script = read_scripts(&path, 1);
    harmed = 1;
    if (!script->whole) wrong = "the script fails as it is";
    else if (!harm(fault)) wrong = "there is no such line of the tables, and no such mutant";
    else if (run(script)) wrong = "the script passes without it";
    else if (script->endless) wrong = "the script does not end without it";
    heal();
    free_scripts(script, 1);
    return wrong;
}

static int is_wrong(const char *dir, const char *answer) {
    const char *script = strstr(answer, " | "), *fault = script == NULL ? NULL : strstr(script + 3, " | ");
    const char *wrong = "not three parts";
    char path[512];
    if (fault != NULL) {
        (void)snprintf(path, sizeof path, "%s/%.*s", dir, (int)(fault - script - 3), script + 3);
        wrong = complaint(path, fault + 3);
    }
    if (wrong != NULL) printf("%s: %s\n", answer, wrong);
    return wrong != NULL;
}

int main(int argc, char **argv) {
    struct text list = {0};
    unsigned answers = 0, wrong = 0;
    if (argc != 3 || !read_file(argv[1], &list)) {
        fputs("usage: answers LIST DIR\n", stderr);
        return 2;
    }
    if (!number_lines()) {
        fputs("answers: these are not the tables of this core\n", stderr);
        return 2;
    }
    for (char *at = strtok(list.bytes, "\n"); at != NULL; at = strtok(NULL, "\n")) {
        if (*at == '#') continue;
        answers++;
        wrong += (unsigned)is_wrong(argv[2], at);
    }
    free(list.bytes);
    printf("%u answers, %u wrong\n", answers, wrong);
    return answers > 0 && wrong == 0 ? 0 : 1;
}
