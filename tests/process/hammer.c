/* hammer.c: several processes on one store, some of them killed, and the check of what they left: `hammer STORE [options]`,
 * see usage(). The store must be empty. */
#define _DEFAULT_SOURCE

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process/hammer.h"

#define PATIENCE_S 300 /* without an answered input */

struct options {
    uint32_t kills;      /* of nodes */
    uint32_t disturbs;   /* times the command is run */
    const char *command; /* that disturbs the store */
    const char *before;  /* command to run between setting up and starting */
};

static int usage(void) {
    fprintf(stderr,
            "hammer STORE [options]      STORE: pgsql:CONNINFO (empty: HSVC_TEST_PGSQL), sqlite:FILE; behind cache+: with a cache\n"
            "  --nodes N       processes, each with an engine (4)      --inputs N  answered inputs to end after (10000)\n"
            "  --kills N       nodes killed on the way (0)             --seed N    (1)\n"
            "  --disturb N CMD the store is disturbed N times by CMD   --speed N   of the clock (1000)\n"
            "  --before CMD    run when users and devices are there, before the nodes start\n"
            "  --devices N --users N --serials N                       how many of each they quarrel over (6, 8, 12)\n"
            "  --folder DIR    for the logs (a new one in TMPDIR)\n");
    return 2;
}

static int take_options(int argc, char **argv, struct hammer *h, struct options *o) {
    for (int i = 2; i < argc; i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[++i] : "0";
        uint64_t number = strtoull(value, NULL, 10);
        if (strcmp(name, "--nodes") == 0) h->nodes = (uint32_t)number;
        else if (strcmp(name, "--inputs") == 0) h->inputs = number;
        else if (strcmp(name, "--kills") == 0) o->kills = (uint32_t)number;
        else if (strcmp(name, "--seed") == 0) h->seed = number;
        else if (strcmp(name, "--speed") == 0) h->speed = (uint32_t)number;
        else if (strcmp(name, "--devices") == 0) h->devices = (uint32_t)number;
        else if (strcmp(name, "--users") == 0) h->users = (uint32_t)number;
        else if (strcmp(name, "--serials") == 0) h->serials = (uint32_t)number;
        else if (strcmp(name, "--folder") == 0) h->folder = value;
        else if (strcmp(name, "--before") == 0) o->before = value;
        else if (strcmp(name, "--disturb") == 0 && i + 1 < argc) {
            o->disturbs = (uint32_t)number;
            o->command = argv[++i];
        } else return 0;
    }
    return h->nodes > 0 && h->nodes < HAMMER_NODES_MOST && h->speed > 0;
}

/* ---- processes ---- */
static pid_t start(const struct hammer *h, uint32_t node, uint32_t life, int watcher) {
    pid_t pid;
    fflush(NULL);
    pid = fork();
    if (pid == 0) _exit(watcher ? hammer_watch(h) : hammer_node(h, node, life)); /* nothing of the parent is closed */
    return pid;
}

static uint64_t sum(const volatile uint64_t *numbers) {
    uint64_t all = 0;
    for (int i = 0; i < HAMMER_NODES_MOST; i++) all += numbers[i];
    return all;
}

/* disturb: in a process of its own, so that the nodes go on meanwhile. */
static void disturb(const char *command) {
    pid_t pid;
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid > 0) waitpid(pid, NULL, 0);
}

/* run: until enough inputs were answered; kills and disturbances are spread over that time. 0, or what went wrong. */
static int run(const struct hammer *h, const struct options *o) {
    pid_t pids[HAMMER_NODES_MOST], watcher = start(h, 0, 0, 1);
    uint32_t lives = 0, killed = 0, disturbed = 0;
    uint64_t random = h->seed * 7919 + 1, before = 0;
    int wrong = 0, status;
    time_t until = time(NULL) + PATIENCE_S;
    for (uint32_t i = 0; i < h->nodes; i++) pids[i] = start(h, i, lives, 0);
    while (sum(h->shared->inputs) < h->inputs && h->shared->failures == 0 && time(NULL) < until) {
        uint64_t done = sum(h->shared->inputs);
        if (done != before) until = time(NULL) + PATIENCE_S;
        before = done;
        usleep(1000);
        if (killed < o->kills && done * (o->kills + 1) >= h->inputs * (killed + 1)) {
            uint32_t node = (uint32_t)(hammer_random(&random) % h->nodes);
            usleep((unsigned)(hammer_random(&random) % 5000));
            kill(pids[node], SIGKILL);
            waitpid(pids[node], NULL, 0);
            pids[node] = start(h, node, ++lives, 0);
            killed++;
        }
        if (disturbed < o->disturbs && done * (o->disturbs + 1) >= h->inputs * (disturbed + 1)) {
            disturb(o->command);
            disturbed++;
        }
        for (uint32_t i = 0; i < h->nodes; i++)
            if (waitpid(pids[i], &status, WNOHANG) == pids[i]) { /* nobody told it to end */
                fprintf(stderr, "hammer: node %u died (%d)\n", (unsigned)i, status);
                h->shared->failures++;
            }
    }
    wrong = sum(h->shared->inputs) < h->inputs;
    h->shared->stop = 1;
    for (uint32_t i = 0; i < h->nodes; i++)
        if (waitpid(pids[i], &status, 0) == pids[i] && status != 0) wrong = 1;
    waitpid(watcher, &status, 0);
    return wrong || status != 0;
}

static int judge(const struct hammer *h, int wrong, double seconds) {
    const struct hammer_shared *s = h->shared;
    uint64_t findings = hammer_verify(h), violations = hammer_check(h) + hammer_audit(h), fired = sum(s->deadlines);
    printf("%llu inputs and %llu deadlines by %u nodes in %.1f s (%.0f a second); %llu commits refused; of deadlines %.3f a "
           "firing; %llu calls found the store away; %llu looks at the whole\n",
           (unsigned long long)sum(s->inputs), (unsigned long long)fired, (unsigned)h->nodes, seconds,
           (double)sum(s->inputs) / seconds, (unsigned long long)sum(s->conflicts),
           fired == 0 ? 0 : (double)sum(s->wasted) / (double)fired, (unsigned long long)sum(s->away),
           (unsigned long long)s->snapshots);
    printf("findings of verify: %llu, violations in the history: %llu, failures: %llu\n", (unsigned long long)findings,
           (unsigned long long)violations, (unsigned long long)s->failures);
    return wrong || findings != 0 || violations != 0 || s->failures != 0 || (hammer_can_watch(h) && s->snapshots == 0);
}

static void remove_logs(const char *folder) {
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0) fprintf(stderr, "hammer: %s stays\n", folder);
}

int main(int argc, char **argv) {
    struct hammer h = {.nodes = 4, .inputs = 10000, .seed = 1, .users = 8, .serials = 12, .devices = 6, .speed = 1000};
    struct options o = {0, 0, NULL, NULL};
    char folder[] = "/tmp/hsvc-hammer.XXXXXX";
    int wrong, own;
    int64_t from;
    if (argc < 2 || !take_options(argc, argv, &h, &o)) return usage();
    h.store = argv[1];
    own = h.folder == NULL;
    if (own) h.folder = mkdtemp(folder);
    else mkdir(h.folder, 0777);
    h.shared = (struct hammer_shared *)mmap(NULL, sizeof *h.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (h.folder == NULL || h.shared == MAP_FAILED) return 1;
    h.started_us = hammer_us();
    if (hammer_set_up(&h)) return 1;
    h.shared->inputs[HAMMER_NODES_MOST - 1] = 0;
    if (o.before != NULL) disturb(o.before);
    from = hammer_us();
    wrong = run(&h, &o);
    wrong = judge(&h, wrong, (double)(hammer_us() - from) / 1e6);
    if (own && !wrong) remove_logs(h.folder);
    if (wrong) fprintf(stderr, "hammer: FAILED, seed %llu; logs in %s\n", (unsigned long long)h.seed, h.folder);
    return wrong;
}
