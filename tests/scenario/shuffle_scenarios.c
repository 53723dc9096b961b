/* shuffle_scenarios.c: does the store stay sound whatever happens in whatever order? Makes new scripts of old ones: the
 * declarations of one, then lines of all of them in random order with random pauses, without their expectations. After
 * every statement the whole store is verified, and every screen compared with its record; at the end time alone must lead
 * to rest, by two nodes (TIME-7).
 *
 *   shuffle_scenarios SEED RUNS FILE...
 * A script that leaves the store unsound is printed, with what is wrong; take lines away while it still is, and it is a
 * test. The same seed and files give the same scripts. The last line is "N passed, N failed"; the exit status is 1 if a
 * script failed, 2 for misuse. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/scenario.h"
#include "headsetsvc/stdlib.h"
#include "support/figure.h"
#include "support/ours.h"
#include "support/rest.h"
#include "support/text.h"

enum { FILES = 400, LINES = 120, LINE = 600 };

static struct text files[FILES];
static size_t file_count;
static uint64_t state;

/* xorshift64*: the same numbers on every machine, which rand does not promise. */
static size_t below(size_t n) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (size_t)((state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % n;
}

/* The line of the text in which a byte stands. Lines that are too long for a made script are left out. */
static int line_around(const struct text *text, size_t at, char *line) {
    size_t from = at, to = at;
    while (from > 0 && text->bytes[from - 1] != '\n') from--;
    while (to < text->len && text->bytes[to] != '\n') to++;
    while (from < to && text->bytes[from] == ' ') from++;
    if (to - from == 0 || to - from >= LINE) return 0;
    memcpy(line, text->bytes + from, to - from);
    line[to - from] = '\0';
    return 1;
}

static int starts(const char *line, const char *word) { return strncmp(line, word, strlen(word)) == 0; }

/* What stands behind "at 09:00:10" or "at day 2 09:00". */
static const char *behind_time(const char *line) {
    size_t words = starts(line, "at day ") ? 4 : 2;
    for (; words > 0; words--) {
        line += strcspn(line, " ");
        line += strspn(line, " ");
    }
    return line;
}

/* The lines before the first time: who and what there is. */
static void take_declarations(const struct text *from, struct text *to) {
    const char *line = from->bytes;
    while (*line != '\0' && !starts(line, "at ")) {
        size_t n = strcspn(line, "\n");
        n += line[n] == '\n';
        append(to, line, n);
        line += n;
    }
}

static void take_line(const char *line, struct text *to) {
    static const char *const pauses[] = {"after 1 ms ",   "after 1 s ",   "after 15 s ",      "after 20 s ",
                                         "after 40 s ",   "after 1 min ", "after 299.999 s ", "after 5 min ",
                                         "after 10 min ", "after 35 min "};
    if (starts(line, "at ")) {
        const char *pause = pauses[below(sizeof pauses / sizeof pauses[0])];
        line = behind_time(line);
        if (below(2) == 0) append(to, pause, strlen(pause));
    }
    if (*line == '#' || starts(line, "expect") || starts(line, "rule") || starts(line, "phone ") ||
        starts(line, "user "))
        line = "";
    append(to, line, strlen(line));
    append(to, "\n", 1);
}

/* Three lines in four come from the script whose people they are about; names are much the same everywhere. */
static void make_script(struct text *script) {
    const struct text *home = &files[below(file_count)];
    char line[LINE];
    script->len = 0;
    take_declarations(home, script);
    for (size_t n = 20 + below(LINES); n > 0; n--) {
        const struct text *from = below(4) == 0 ? &files[below(file_count)] : home;
        if (line_around(from, below(from->len), line)) take_line(line, script);
    }
}

static int32_t on_failure(const hsvc_scenario_failure *f, void *user) {
    int *unsound = user;
    if (!is_ours(f)) return HSVC_OK;
    if (++*unsound == 1)
        printf("# line %u: %.*s (%.*s)\n", f->line, (int)f->message_len, f->message, (int)f->seen_len, f->seen);
    return HSVC_OK;
}

/* play: 1 if the script left the store sound, and time leads to rest from there. */
static int play(const struct text *script, const hsvc_allocator *allocator, const hsvc_store *store) {
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario = NULL;
    int unsound = 0;
    int32_t status = hsvc_scenario_result_init(&result, sizeof result);
    (void)hsvc_scenario_config_init(&config, sizeof config);
    config.allocator = allocator;
    config.store = store;
    config.flags = HSVC_SCENARIO_VERIFY_EACH | HSVC_SCENARIO_ALLOW_REFUSALS;
    config.failure = on_failure;
    config.user = &unsound;
    if (status == HSVC_OK) status = hsvc_scenario_new(&config, &scenario);
    if (status == HSVC_OK) status = hsvc_scenario_run(scenario, "shuffled", script->bytes, script->len, &result);
    hsvc_scenario_free(scenario);
    if (status != HSVC_OK) printf("# the run stopped: %s\n", hsvc_name(HSVC_REGISTRY_STATUS, status));
    return status == HSVC_OK && unsound == 0 && comes_to_rest(allocator, store, result.end_at);
}

static int run(const struct text *script) {
    hsvc_allocator allocator;
    hsvc_memory_store *memory = NULL;
    hsvc_store store = {.struct_size = sizeof store};
    int good = hsvc_stdlib_allocator(&allocator) == HSVC_OK && hsvc_memory_store_new(&allocator, &memory) == HSVC_OK &&
               hsvc_memory_store_bind(memory, &store) == HSVC_OK && play(script, &allocator, &store);
    hsvc_memory_store_free(memory);
    if (!good) printf("%s# end of that script\n", script->bytes);
    return good;
}

int main(int argc, char **argv) {
    struct text script = {NULL, 0, 0};
    long passed = 0, failed = 0, runs = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
    for (int i = 3; i < argc && file_count < FILES; i++) {
        if (read_file(argv[i], &files[file_count]) && files[file_count].len > 0) file_count++;
    }
    if (runs < 1 || file_count == 0) {
        fputs("usage: shuffle_scenarios SEED RUNS FILE...\n", stderr);
        return 2;
    }
    state = (uint64_t)strtoull(argv[1], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (long i = 0; i < runs; i++) {
        make_script(&script);
        if (run(&script))
            passed++;
        else
            failed++;
    }
    free(script.bytes);
    for (size_t i = 0; i < file_count; i++) free(files[i].bytes);
    figure("scripts made of their lines, with a verified store after each statement", (unsigned long long)passed);
    printf("%ld passed, %ld failed\n", passed, failed);
    return failed > 0;
}
