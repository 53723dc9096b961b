/* every_call.c: is any error path wrong? Every call of a scenario is made again with each store call and each request for
 * memory in it failing: once, in two tries one after the other, and for ever. Nothing may leak or be half done, and a
 * caller that gives the same input again must end where the undisturbed one did, byte for byte (STORE-3, STORE-4, SAFE-5).
 *
 *   every_call [--part=N/M] [--call=N] [--whole] FILE.hsv...
 *   every_call --cover FILE.hsv...
 *     --part   the Nth of M equal parts of the calls, so that several processes share them
 *     --call   the Nth call of each script alone, as a failure names it
 *     --whole  nothing is left out: see `usual`
 *     --cover  prints the fewest scripts, chosen greedily, that together run every line of the tables: tests/failures/cover.txt
 * The calls are those that a recording of the script holds (OBS-6), each decided by a fresh engine. Lines of the tables that
 * none of the files ran are printed, and fail. The first failure ends the run: its script, call and failure are named, and how to
 * repeat it. The last line says what was done; the exit status is 1 if something failed. */
#include "unit/disturb.h"

#include "headsetsvc/recording.h"
#include "headsetsvc/scenario.h"
#include "headsetsvc/stdlib.h"
#include "scenario/table_lines.h"
#include "support/figure.h"

struct script {
    const char *path;
    struct story story;
    uint8_t ran[LINES];
    size_t worth; /* how many lines it would add to the cover; --cover only */
};

static struct {
    size_t part, parts;
    int whole, cover;
    size_t only;   /* this call of each script, from 1; 0: all */
    uint64_t turn; /* calls met so far: every parts-th is ours */
    uint64_t calls, store, memory;
} job = {0, 1, 0, 0, 0, 0, 0, 0, 0};

/* What is being tried, for whoever reads that it failed: an assertion outside cmocka's groups ends the program. */
static struct {
    const struct script *script; /* NULL: nothing */
    size_t line;
    const char *what;
    uint64_t nth;
    const char *how_often;
} now;

/* ---- a script's calls ---- */

static struct rows read_file(const char *path) {
    struct rows text = {NULL, 0, 0, 0};
    char piece[4096];
    size_t got;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "every_call: %s cannot be read\n", path);
        exit(2);
    }
    while ((got = fread(piece, 1, sizeof piece, file)) > 0) rows_add(&text, piece, got);
    (void)fclose(file);
    return text;
}

static int32_t take_frame(const uint8_t *bytes, size_t len, void *user) {
    rows_add((struct rows *)user, bytes, len);
    return HSVC_OK;
}

static struct rows record(const char *path) {
    struct rows script = read_file(path), tape = {NULL, 0, 0, 0};
    hsvc_allocator allocator;
    hsvc_scenario_config config;
    hsvc_scenario *scenario;
    OK(hsvc_stdlib_allocator(&allocator));
    OK(hsvc_scenario_config_init(&config, sizeof config));
    config.allocator = &allocator;
    config.recording = take_frame;
    config.recording_user = &tape;
    OK(hsvc_scenario_new(&config, &scenario));
    OK(hsvc_scenario_run(scenario, path, (const char *)script.bytes, script.len, NULL));
    hsvc_scenario_free(scenario);
    rows_free(&script);
    return tape;
}

/* What an input points to, copied for as long as the program runs. */
static const void *kept(const void *bytes, size_t len) {
    void *copy = len == 0 ? NULL : malloc(len);
    if (len == 0) return NULL;
    assert_non_null(copy);
    return memcpy(copy, bytes, len);
}

#define KEEP(name) in->name = kept(in->name, in->name##_len);
#define KEEP_ID KEEP
#define KEEP_NAME KEEP
#define KEEP_SERIAL KEEP
#define KEEP_TEXT KEEP
#define KEEP_BYTES KEEP
#define KEEP_NUMBER(name)
#define KEEP_ITEMS(name)
static void keep_input(hsvc_input *in) {
    hsvc_item *items = (hsvc_item *)(uintptr_t)kept(in->items, in->item_count * sizeof *items);
#define IFIELD(name, bit, type, limit, text) KEEP_##type(name)
#include "engine/fields.def"
#undef IFIELD
    KEEP(actor)
    for (size_t i = 0; i < in->item_count; i++) items[i].text = kept(items[i].text, items[i].text_len);
    in->items = items;
}

/* A caller that wants to try again gives a request id, so every input has one. */
static void name_request(hsvc_input *in, uint64_t number) {
    static const uint8_t none[sizeof in->request_id];
    if (memcmp(in->request_id, none, sizeof none) != 0) return;
    memcpy(in->request_id, &number, sizeof number);
    in->request_id[15] = 0xee;
}

/* Calls that failed for what stands in them, and those that only try, have no error paths of their own. */
static int32_t take_call(const hsvc_replay_step *step, void *user) {
    struct story *story = &((struct script *)user)->story;
    hsvc_input *in = &story->in[story->count];
    if (step->status != HSVC_OK || (step->flags & HSVC_APPLY_DRY_RUN)) return HSVC_OK;
    if (step->kind == HSVC_RECORDED_NEXT_DEADLINE) return HSVC_OK;
    assert_true(step->kind != HSVC_RECORDED_APPLY || step->count == 1);
    memset(in, 0, sizeof *in);
    in->kind = step->kind == HSVC_RECORDED_RESYNC ? STORY_RESYNC : 0;
    if (step->kind == HSVC_RECORDED_APPLY) {
        *in = step->inputs[0];
        keep_input(in);
        name_request(in, story->count + 1);
    }
    story->node[story->count] = step->node;
    story->at[story->count++] = step->at_ms;
    return HSVC_OK;
}

static void read_calls(struct script *script) {
    struct rows tape = record(script->path);
    hsvc_allocator allocator;
    hsvc_replay_config config;
    hsvc_replay_report report;
    OK(hsvc_stdlib_allocator(&allocator));
    OK(hsvc_replay_config_init(&config, sizeof config));
    OK(hsvc_replay_report_init(&report, sizeof report));
    config.allocator = &allocator;
    OK(hsvc_replay(&config, tape.bytes, tape.len, &report));
    story_room(&script->story, (size_t)report.calls);
    config.step = take_call;
    config.user = script;
    OK(hsvc_replay(&config, tape.bytes, tape.len, &report));
    rows_free(&tape);
}

/* ---- undisturbed ---- */

static uint8_t *fired_at(const struct line *line) {
    return line->machine == STEPS ? &hsvc__fired_steps[line->number] : &hsvc__fired_rows[line->machine][line->number];
}

/* tell: what the store is before and after each call. An advance that changes nothing is left out. */
static void tell(struct script *script) {
    struct story *story = &script->story;
    size_t count = story->count, to = 0;
    struct desk d;
    memset(hsvc__fired_rows, 0, sizeof hsvc__fired_rows);
    memset(hsvc__fired_steps, 0, sizeof hsvc__fired_steps);
    desk_open(&d);
    rows_read(&story->before[0], &d.plain, 0);
    for (size_t i = 0; i < count; i++) {
        story->in[to] = story->in[i];
        story->at[to] = story->at[i];
        story->node[to] = story->node[i];
        desk_is_node(&d, story->node[i]);
        OK(story_go(&d, story, to));
        rows_read(&story->before[to + 1], &d.plain, 0);
        if (story->in[to].kind != 0 || !rows_same(&story->before[to], &story->before[to + 1])) to++;
        else rows_free(&story->before[to + 1]);
    }
    story->count = to;
    sound(&d);
    desk_close(&d);
    for (size_t i = 0; i < LINES; i++) script->ran[i] = *fired_at(&lines[i]);
}

/* ---- disturbed ---- */

/* usual: the faults that differ in what the engine does about them; the rest differs in the status alone. */
static int usual(const struct fault_row *row) {
    return row->kind != HSVC_FAULT_RETURN && row->times != 7 && row->delay != 2;
}

/* tries: in how many tries, at least and at most, a caller meets a failure. What lasts for ever lasts beyond one. */
static int least_tries(const struct fault_row *row) { return row->times == HSVC_TESTKIT_ALWAYS ? 2 : 1; }
static int most_tries(const struct fault_row *row) { return row->expected == HSVC_OK ? 1 : 2; }

static void say_what_failed(void) {
    const struct story *story;
    uint32_t kind;
    if (now.script == NULL) return;
    story = &now.script->story;
    kind = story->in[now.line].kind;
    fprintf(stderr, "every_call: %s, call %zu (%s, %lld ms after the script's first): %s at the %lluth such request of it, %s\n",
            now.script->path, now.line + 1, kind == STORY_RESYNC ? "resync" : kind == 0 ? "advance" : hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)kind),
            (long long)(story->at[now.line] - story->at[0]), now.what, (unsigned long long)now.nth, now.how_often);
    fprintf(stderr, "every_call: again: every_call --call=%zu%s %s\n", now.line + 1, job.whole ? " --whole" : "", now.script->path);
}

static void try_next(const char *what, uint64_t nth, const char *how_often) {
    now.what = what;
    now.nth = nth;
    now.how_often = how_often;
}

static void fail_store(const struct story *story, size_t line) {
    for (size_t f = 0; f < FAULTS; f++)
        for (int warm = 0; warm <= job.whole; warm++)
            for (int times = least_tries(&faults[f]); times <= most_tries(&faults[f]); times++) {
                struct chance chance = {1, warm, times};
                if (!job.whole && !usual(&faults[f])) continue;
                for (;; chance.nth++, job.store++) {
                    try_next(faults[f].name, chance.nth, times == 1 ? "in one try" : "in two tries");
                    if (!disturbed(story, line, &faults[f], chance)) break;
                }
            }
}

static void fail_memory(const struct story *story, size_t line) {
    static const struct {
        uint64_t times;
        const char *how_often;
    } chances[] = {{1, "in one try"}, {2, "in two tries"}, {HSVC_TESTKIT_ALWAYS, "for ever"}};
    for (size_t i = 0; i < sizeof chances / sizeof chances[0]; i++)
        for (uint64_t nth = 1;; nth++, job.memory++) {
            try_next("no memory", nth, chances[i].how_often);
            if (!short_of_memory(story, line, nth, chances[i].times)) break;
        }
}

static void disturb(const struct script *script) {
    for (size_t line = 0; line < script->story.count; line++) {
        if (job.turn++ % job.parts != job.part || (job.only != 0 && job.only != line + 1)) continue;
        job.calls++;
        now.script = script;
        now.line = line;
        fail_store(&script->story, line);
        fail_memory(&script->story, line);
    }
    now.script = NULL;
}

/* ---- what the files cover ---- */

static size_t uncovered(const struct script *scripts, size_t count) {
    size_t missing = 0;
    for (size_t i = 0; i < LINES; i++) {
        int ran = lines[i].impossible;
        for (size_t s = 0; s < count && !ran; s++) ran = scripts[s].ran[i];
        if (!ran) printf("%s:%d: no script of these runs %s\n", lines[i].file, lines[i].at, lines[i].text);
        missing += !ran;
    }
    return missing;
}

/* The script that adds most for its calls; NULL when nothing is left to add. */
static struct script *best(struct script *scripts, size_t count, const uint8_t *have) {
    struct script *found = NULL;
    for (size_t s = 0; s < count; s++) {
        struct script *script = &scripts[s];
        script->worth = 0;
        for (size_t i = 0; i < LINES; i++) script->worth += script->ran[i] && !have[i];
        if (script->worth == 0) continue;
        if (found == NULL || script->worth * found->story.count > found->worth * script->story.count) found = script;
    }
    return found;
}

static void print_cover(struct script *scripts, size_t count) {
    uint8_t have[LINES] = {0};
    struct script *script;
    while ((script = best(scripts, count, have)) != NULL) {
        const char *slash = strrchr(script->path, '/');
        printf("%s\n", slash == NULL ? script->path : slash + 1);
        for (size_t i = 0; i < LINES; i++) have[i] |= script->ran[i];
    }
}

/* ---- the command ---- */

static int take_option(const char *word) {
    if (strcmp(word, "--whole") == 0) job.whole = 1;
    else if (strcmp(word, "--cover") == 0) job.cover = 1;
    else if (sscanf(word, "--part=%zu/%zu", &job.part, &job.parts) == 2) job.part--;
    else if (sscanf(word, "--call=%zu", &job.only) != 1) return 0;
    return 1;
}

static const char usage[] =
    "every_call [--part=N/M] [--call=N] [--whole] FILE.hsv...   makes every call of scripts again, with each failure in it\n"
    "every_call --cover FILE.hsv...                             prints the fewest scripts that run every line of the tables\n"
    "  --part=N/M  the Nth of M equal parts of the calls\n"
    "  --call=N    the Nth call of each script alone, as a failure names it\n"
    "  --whole     every kind of failure\n";

int main(int argc, char **argv) {
    struct script *scripts = calloc((size_t)argc, sizeof *scripts);
    size_t count = 0, missing = 0;
    assert_non_null(scripts);
    (void)atexit(say_what_failed);
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    assert_true(number_lines());
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) return fputs(usage, stdout) < 0;
        if (take_option(argv[i])) continue;
        if (strncmp(argv[i], "--", 2) == 0) {
            fprintf(stderr, "every_call: no such option: %s\n%s", argv[i], usage);
            return 2;
        }
        scripts[count].path = argv[i];
        read_calls(&scripts[count]);
        tell(&scripts[count++]);
    }
    if (job.cover) print_cover(scripts, count);
    else {
        missing = job.only != 0 ? 0 : uncovered(scripts, count);
        for (size_t s = 0; s < count; s++) {
            print_message("# %s: %zu calls\n", scripts[s].path, scripts[s].story.count);
            disturb(&scripts[s]);
        }
        if (job.part == 0) figure("scripts", count); /* which every part reads */
        figure("calls", job.calls);
        figure("runs of a call with failures of the store", job.store);
        figure("runs of a call with failures of memory", job.memory);
        printf("%zu scripts, %llu calls; store failures %llu, memory failures %llu; lines never run: %zu\n", count,
               (unsigned long long)job.calls, (unsigned long long)job.store, (unsigned long long)job.memory, missing);
    }
    for (size_t s = 0; s < count; s++) story_free(&scripts[s].story);
    free(scripts);
    return missing > 0;
}
