/* main.c: explores small worlds.
 *
 *   worlds [--jobs N] [--scale N] [--least STATES] [WORLD...]   explores them, or all
 *   worlds --list | --rules                                      which there are
 * A violation is printed as a script. A value of an enumerated parameter that no world has is a failure too, and so is a timer
 * that never runs, a screen that is never shown, and an end of a session that never meets a call, when all are explored. The last line is
 * "N passed, N failed"; the exit status is 1 if a world failed, or all together have fewer than STATES states, 2 for misuse.
 * --scale multiplies the bounds of the worlds that have one. */
#include <poll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/figure.h"
#include "worlds/worlds.h"

struct options {
    uint32_t jobs;
    uint32_t scale;
    uint64_t least;
};

struct outcome {
    struct findings found;
    double seconds;
    size_t script_len, other_len;
};

/* ---- one world, in a process of its own ---- */
static void write_all(int to, const void *bytes, size_t len) {
    const char *at = bytes;
    while (len > 0) {
        ssize_t n = write(to, at, len);
        if (n <= 0) exit(2);
        at += n;
        len -= (size_t)n;
    }
}

static int read_all(int from, void *bytes, size_t len) {
    char *at = bytes;
    while (len > 0) {
        ssize_t n = read(from, at, len);
        if (n <= 0) return 0;
        at += n;
        len -= (size_t)n;
    }
    return 1;
}

static void child(const struct world *world, const struct options *o, int to) {
    static struct place place;
    struct outcome out;
    clock_t from = clock();
    (void)place_open(&place, world);
    (void)explore(&place, o->scale, &out.found);
    place_close(&place);
    out.seconds = (double)(clock() - from) / CLOCKS_PER_SEC;
    out.script_len = out.found.script == NULL ? 0 : strlen(out.found.script);
    out.other_len = out.found.other == NULL ? 0 : strlen(out.found.other);
    write_all(to, &out, sizeof out);
    if (out.script_len != 0) write_all(to, out.found.script, out.script_len);
    if (out.other_len != 0) write_all(to, out.found.other, out.other_len);
    exit(0);
}

#define WORKERS 16
struct worker {
    const struct world *world;
    pid_t pid;
    int from;
};

static void start(struct worker *w, const struct world *world, const struct options *o) {
    int ends[2];
    fflush(stdout);
    if (pipe(ends) != 0) exit(2);
    w->world = world;
    w->from = ends[0];
    w->pid = fork();
    if (w->pid < 0) exit(2);
    if (w->pid == 0) {
        close(ends[0]);
        child(world, o, ends[1]);
    }
    close(ends[1]);
}

/* ---- is there a world for each value of each enumerated parameter? ---- */
enum {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) USUAL_##name = guide,
#include "rules/parameters.def"
#undef PARAM
};
static const struct {
    const char *line; /* of a world's policy */
    int is_usual;
} choices[] = {
#define CHOICE(param, name, value) {"policy " #param " = " #name "\n", (value) == USUAL_##param},
#include "rules/parameters.def"
#undef CHOICE
};

/* missing_choices: how many values other than the usual one no world has. */
static uint32_t missing_choices(void) {
    uint32_t missing = 0;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        int found = choices[i].is_usual;
        for (size_t w = 0; w < world_count && !found; w++) found = strstr(worlds[w].policy, choices[i].line) != NULL;
        if (!found) printf("no world has: %s", choices[i].line);
        missing += !found;
    }
    return missing;
}

/* ---- does each timer run, and is each screen shown, in some world? ---- */
static const struct {
    const char *name;
    uint32_t machine;
} timers[] = {
#define TIMER(field, machine, event, most, rule, text) {#field, HSVC__MACHINE_##machine},
#include "rules/timers.def"
#undef TIMER
};

static uint32_t missing_bits(uint32_t run, uint32_t shown) {
    uint32_t missing = 0;
    for (uint32_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        if (run >> i & 1) continue;
        printf("in no world runs the timer %s\n", timers[i].name);
        missing++;
    }
    for (uint32_t i = HSVC__prompt_IDLE; i <= HSVC__prompt_RETURN_PIN; i++) {
        if (shown >> i & 1) continue;
        printf("no world shows the screen %s\n", hsvc__state_name(HSVC__MACHINE_prompt, i));
        missing++;
    }
    return missing;
}

/* ---- does every end of a session that comes by itself meet a call? ---- */
/* What ends a session in the input that it comes with, and is refused or asked again during a call: it never waits. */
static const char *const at_once[] = {"TAKEOVER", "DEVICE_REMOVED", "OWNER_RETURNED"};
static const struct {
    const char *name;
    int number;
} causes[] = {
#define CAUSE(name, number, strength, text) {#name, number},
#include "rules/causes.def"
#undef CAUSE
};

static int is_at_once(const char *cause) {
    for (size_t i = 0; i < sizeof at_once / sizeof at_once[0]; i++)
        if (strcmp(at_once[i], cause) == 0) return 1;
    return 0;
}

static uint32_t missing_calls(uint32_t fired, uint32_t waited) {
    uint32_t missing = 0;
    for (uint32_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        if (timers[i].machine != HSVC__MACHINE_session || fired >> i & 1) continue;
        printf("in no world fires %s during a call\n", timers[i].name);
        missing++;
    }
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        int is_seen = (waited >> (causes[i].number - HSVC_CAUSE_ADMIN) & 1) != 0;
        if (is_seen != is_at_once(causes[i].name)) continue;
        printf(is_seen ? "%s waits for a call: it does not belong to at_once\n" : "in no world waits %s for a call\n", causes[i].name);
        missing++;
    }
    return missing;
}

/* ---- all of them ---- */
struct total {
    uint64_t states, steps, merges, complete;
    uint32_t timers, screens, fired_in_calls, waited;
    uint32_t passed, failed;
    double seconds;
};

static unsigned bits(uint32_t set) {
    unsigned n = 0;
    for (; set != 0; set &= set - 1) n++;
    return n;
}

static void say(const struct world *world, const struct outcome *out) {
    char how_far[64];
    if (out->found.complete) (void)snprintf(how_far, sizeof how_far, "complete, %u deep", (unsigned)out->found.depth);
    else (void)snprintf(how_far, sizeof how_far, "every order of %u events", (unsigned)out->found.depth);
    printf("%-22s %8llu states %9llu steps %5.1f s  %2u timers  %2u screens  %s\n", world->name, (unsigned long long)out->found.states,
           (unsigned long long)out->found.steps, out->seconds, bits(out->found.timers),
           bits(out->found.screens & ~(1u << HSVC__prompt_IDLE)), how_far);
    if (out->found.violation.rule != NULL && !out->found.plays) printf("# the runner plays this script to another state\n");
}

static void finish(struct worker *w, struct total *total) {
    struct outcome out;
    int status, good = read_all(w->from, &out, sizeof out);
    size_t len = good ? out.script_len + out.other_len : 0;
    char *script = len != 0 ? calloc(1, len + 1) : NULL;
    if (script != NULL) good = read_all(w->from, script, len);
    close(w->from);
    good = waitpid(w->pid, &status, 0) == w->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0 && good;
    if (good) {
        say(w->world, &out);
        total->states += out.found.states;
        total->steps += out.found.steps;
        total->complete += out.found.complete != 0;
        total->merges += out.found.merges_tried;
        total->timers |= out.found.timers;
        total->screens |= out.found.screens;
        total->fired_in_calls |= out.found.fired_in_calls;
        total->waited |= out.found.waited;
        total->seconds += out.seconds;
    } else {
        printf("%s: the process ended by itself\n", w->world->name);
    }
    if (script != NULL) printf("%s", script);
    if (good && script == NULL) total->passed++;
    else total->failed++;
    free(script);
    w->pid = 0;
    fflush(stdout);
}

/* wait_for_one: the first worker that has something to say, or the only one. */
static struct worker *wait_for_one(struct worker *workers, uint32_t count) {
    struct pollfd ends[WORKERS];
    int busy = 0;
    for (uint32_t i = 0; i < count; i++) { /* a negative end is left out */
        ends[i].fd = workers[i].pid != 0 ? workers[i].from : -1;
        ends[i].events = POLLIN;
        ends[i].revents = 0;
        busy += workers[i].pid != 0;
    }
    if (busy == 0 || poll(ends, count, -1) < 1) return NULL;
    for (uint32_t i = 0; i < count; i++)
        if (ends[i].revents != 0) return &workers[i];
    return NULL;
}

static int is_wanted(const struct world *world, char **names, int count) {
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], world->name) == 0) return 1;
    return count == 0;
}

static struct worker *idle(struct worker *workers, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (workers[i].pid == 0) return &workers[i];
    return NULL;
}

static void say_figures(const struct total *total) {
    figure("worlds", total->passed + total->failed);
    figure("complete ones", total->complete);
    figure("distinct states", total->states);
    figure("steps from one state to the next", total->steps);
    figure("invariants, beside those of `hsvc_verify` and TIME-7", rule_count());
    figure("violations", total->failed);
    figure("pairs of states taken for one, each event tried from both, equal", total->merges);
}

static int run(const struct options *o, char **names, int count) {
    struct worker workers[WORKERS] = {{NULL, 0, 0}}, *one;
    struct total total = {0};
    for (size_t i = 0; i < world_count; i++) {
        if (!is_wanted(&worlds[i], names, count)) continue;
        while ((one = idle(workers, o->jobs)) == NULL) {
            one = wait_for_one(workers, o->jobs);
            if (one == NULL) exit(2);
            finish(one, &total);
        }
        start(one, &worlds[i], o);
    }
    while ((one = wait_for_one(workers, o->jobs)) != NULL) finish(one, &total);
    say_figures(&total);
    printf("%llu states, %llu steps, %zu invariants beside hsvc_verify and rest, %llu merged pairs compared, %.0f processor seconds\n",
           (unsigned long long)total.states, (unsigned long long)total.steps, rule_count(), (unsigned long long)total.merges, total.seconds);
    if (count == 0)
        total.failed += missing_choices() + missing_bits(total.timers, total.screens) + missing_calls(total.fired_in_calls, total.waited);
    if (total.states < o->least) {
        printf("fewer than %llu states\n", (unsigned long long)o->least);
        total.failed++;
    }
    printf("%u passed, %u failed\n", (unsigned)total.passed, (unsigned)total.failed);
    return total.failed != 0 || total.passed == 0;
}

static uint64_t number_at(char **argv, int argc, int i) {
    char *end;
    unsigned long long n = i < argc ? strtoull(argv[i], &end, 10) : 0;
    if (i >= argc || *end != '\0' || n == 0) {
        fprintf(stderr, "worlds: %s wants a number\n", argv[i - 1]);
        exit(2);
    }
    return n;
}

static const char usage[] =
    "worlds [--jobs N] [--scale N] [--least STATES] [WORLD...]   explores small worlds, all unless some are named\n"
    "worlds --list | --rules                                      says which there are, and what must hold in them\n"
    "  --jobs N        so many processes\n"
    "  --scale N       the bounds of worlds that have one, so many times\n"
    "  --least STATES  fewer states in all are a failure\n";

static int misused(const char *what, const char *word) {
    fprintf(stderr, "worlds: %s: %s\n%s", what, word, usage);
    return 2;
}

static const char *unknown_world(char **names, int count) {
    for (int i = 0; i < count; i++) {
        int found = 0;
        for (size_t w = 0; w < world_count; w++) found |= strcmp(names[i], worlds[w].name) == 0;
        if (!found) return names[i];
    }
    return NULL;
}

int main(int argc, char **argv) {
    struct options o = {1, 1, 0};
    const char *unknown;
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--help") == 0) return fputs(usage, stdout) < 0;
        if (strcmp(argv[i], "--rules") == 0) {
            print_rules();
            return 0;
        }
        if (strcmp(argv[i], "--list") == 0) {
            for (size_t w = 0; w < world_count; w++) printf("%-22s %s\n", worlds[w].name, worlds[w].about);
            return 0;
        }
        if (strcmp(argv[i], "--jobs") == 0) o.jobs = (uint32_t)number_at(argv, argc, ++i) & (WORKERS - 1);
        else if (strcmp(argv[i], "--scale") == 0) o.scale = (uint32_t)number_at(argv, argc, ++i);
        else if (strcmp(argv[i], "--least") == 0) o.least = number_at(argv, argc, ++i);
        else return misused("no such option", argv[i]);
    }
    unknown = unknown_world(argv + i, argc - i);
    if (unknown != NULL) return misused("no such world", unknown);
    return run(&o, argv + i, argc - i);
}
