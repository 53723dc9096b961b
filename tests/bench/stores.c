/* stores.c: what a day at the desks costs on a store that lasts: `bench_stores STORE [options]`, see usage(). The store is
 * opened by name as the hammer's. Each connection is a process with desks and people of its own. */
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/stdlib.h"
#include "process/hammer.h"

#define BEGIN_AT INT64_C(1700000000000)
#define CONNECTIONS_MOST 16

/* One round of a desk, in this order; each is one input of one person. */
#define STEPS(X) X(HEADSET_CONNECTED) X(SIGN_IN) X(DEVICE_REGISTERED) X(HEADSET_DISCONNECTED) X(SIGN_OUT) X(PROFILE_APPLIED)
enum {
#define X(name) STEP_##name,
    STEPS(X)
#undef X
    STEP_COUNT
};
static const char *const step_names[] = {
#define X(name) #name,
    STEPS(X)
#undef X
};

struct tally {
    uint64_t inputs, trips, keys, commits, operations, bytes, us;
};
struct shared {
    volatile uint32_t ready;
    volatile int go;
    volatile uint32_t arrived; /* ends of steps, of all connections */
    volatile int tenth; /* of the time for deadlines that is over */
    struct tally steps[CONNECTIONS_MOST][STEP_COUNT];
    volatile int failed;
    volatile uint64_t us[CONNECTIONS_MOST];
};

struct bench {
    const char *store;
    uint32_t connections, desks, rounds, batch, due_s;
    uint32_t who; /* connection */
    int64_t now;
    struct shared *shared;
    struct hammer_store opened;
    hsvc_engine *engine;
    hsvc_effects *fx;
};

static void must(int32_t status, const char *where) {
    if (status == HSVC_OK) return;
    fprintf(stderr, "%s: %s\n", where, hsvc_name(HSVC_REGISTRY_STATUS, status));
    exit(1);
}

static int32_t read_clock(int64_t *now_ms, void *user) {
    *now_ms = ((const struct bench *)user)->now;
    return HSVC_OK;
}

int64_t hammer_us(void) {
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- a connection ---- */
static void open_bench(struct bench *b) {
    hsvc_allocator allocator;
    hsvc_config config;
    if (!hammer_store_open(&b->opened, b->store)) exit(1);
    hsvc_stdlib_allocator(&allocator);
    hsvc_config_init(&config, sizeof config);
    config.allocator = &allocator;
    config.store = &b->opened.store;
    config.clock = read_clock;
    config.clock_user = b;
    if (b->due_s != 0) { /* in rounds each has desks of its own */
        config.node = b->who;
        config.node_count = b->connections;
    }
    b->now = BEGIN_AT;
    must(hsvc_engine_new(&config, &b->engine), "engine");
    must(hsvc_effects_new(&allocator, &b->fx), "effects");
}

static void close_bench(struct bench *b) {
    hsvc_effects_free(b->fx);
    hsvc_engine_free(b->engine);
    hammer_store_close(&b->opened);
}

struct names {
    char device[24], user[32], serial[24];
};
static void name(const struct bench *b, uint32_t desk, struct names *n) {
    snprintf(n->device, sizeof n->device, "SEP%02X%010X", (unsigned)b->who, (unsigned)desk);
    snprintf(n->user, sizeof n->user, "user.%u.%07u@example.com", (unsigned)b->who, (unsigned)desk);
    snprintf(n->serial, sizeof n->serial, "FCH%02u%08uX", (unsigned)b->who, (unsigned)desk);
}

static void put_people(struct bench *b) {
    hsvc_input in;
    if (b->who == 0) {
        hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, HSVC_CHOICE_PIN_ENTRY_NOT_REQUIRED);
        must(hsvc_apply(b->engine, &in, 1, 0, b->fx), "policy");
    }
    for (uint32_t i = 0; i < b->desks; i++) {
        struct names n;
        hsvc_item profile;
        hsvc_input several[4];
        name(b, i, &n);
        hsvc_item_profile(&profile, "lines");
        hsvc_input_device_put(&several[0], n.device, "own", HSVC_DEVICE_ANONYMOUS, "site", "CP-8851", "14.2.1.0101", HSVC_FLAG_EM_ENABLED);
        hsvc_input_device_registered(&several[1], n.device, 0, 1);
        hsvc_input_user_put(&several[2], n.user, &profile, 1);
        hsvc_input_associate(&several[3], n.user, n.serial);
        must(hsvc_apply(b->engine, several, 4, 0, b->fx), "people");
    }
}

/* make: the input of a step at a desk. What an answer must name is looked up beforehand, outside the measured time. */
static void make(struct bench *b, int step, uint32_t desk, struct names *n, hsvc_input *in) {
    hsvc_device_view view;
    name(b, desk, n);
    hsvc_device_view_init(&view, sizeof view);
    must(hsvc_device_get(b->engine, n->device, strlen(n->device), &view), "device");
    switch (step) {
        case STEP_HEADSET_CONNECTED: hsvc_input_headset_connected(in, n->device, n->serial, 1); break;
        case STEP_SIGN_IN: hsvc_input_sign_in(in, n->device, view.prompt_id); break;
        case STEP_DEVICE_REGISTERED: hsvc_input_device_registered(in, n->device, view.generation_desired, 1); break;
        case STEP_HEADSET_DISCONNECTED: hsvc_input_headset_disconnected(in, n->device, n->serial, 1); break;
        case STEP_SIGN_OUT: hsvc_input_sign_out(in, n->device, view.prompt_id); break;
        default: hsvc_input_profile_applied(in, n->device, view.generation_desired); break;
    }
}

/* apply: the step at several desks at once, as one commit, measured. */
static void apply(struct bench *b, int step, uint32_t first, uint32_t count) {
    struct tally *t = &b->shared->steps[b->who][step];
    struct names names[64];
    hsvc_input in[64];
    hsvc_counters before = {.struct_size = sizeof before}, after = {.struct_size = sizeof after};
    int64_t from;
    for (uint32_t i = 0; i < count; i++) make(b, step, first + i, &names[i], &in[i]);
    hsvc_counters_get(b->engine, &before);
    from = hammer_us();
    must(hsvc_apply(b->engine, in, count, 0, b->fx), step_names[step]);
    t->us += (uint64_t)(hammer_us() - from);
    hsvc_counters_get(b->engine, &after);
    if (after.accepted - before.accepted < count) must(HSVC_ERR_BUG, step_names[step]);
    t->inputs += count;
    t->trips += after.read_trips - before.read_trips + after.commits - before.commits;
    t->keys += after.reads - before.reads;
    t->commits += after.commits - before.commits;
    t->operations += after.operations - before.operations;
    t->bytes += after.bytes_written - before.bytes_written;
}

/* wait_for_all: their clocks go together, as whoever is ahead would fire what is not due to the others. */
static void wait_for_all(struct bench *b, uint32_t steps) {
    __atomic_add_fetch(&b->shared->arrived, 1, __ATOMIC_SEQ_CST);
    while (b->shared->arrived < steps * b->connections && !b->shared->failed) usleep(200);
    if (b->shared->failed) exit(1);
}

static void rounds(struct bench *b) {
    uint32_t steps = 0;
    for (uint32_t r = 0; r < b->rounds; r++)
        for (int step = 0; step < STEP_COUNT; step++) {
            for (uint32_t i = 0; i < b->desks; i += b->batch)
                apply(b, step, i, b->desks - i < b->batch ? b->desks - i : b->batch);
            wait_for_all(b, ++steps);
            b->now += step == STEP_DEVICE_REGISTERED ? 60000 : 1000; /* headsets settle before they leave */
            while (step == STEP_DEVICE_REGISTERED && hsvc_advance(b->engine, b->fx) == HSVC_OK && hsvc_verdict_count(b->fx) != 0) {
            }
        }
}

/* ---- deadlines: everybody's countdown runs out, again and again; how fast, in each tenth of the time, and beside it how
 * long a commit of one small row takes there and then: what else the machine does slows both down ---- */
#define PLAIN_COMMITS 40
static uint64_t plain_commits(struct bench *b) {
    static const uint8_t key[] = "bench", value[64];
    hsvc_op op = {.struct_size = sizeof op, .kind = HSVC_OP_PUT, .expect = HSVC_EXPECT_ANY};
    int64_t from = hammer_us();
    op.key = key;
    op.key_len = sizeof key;
    op.value = value;
    op.value_len = sizeof value;
    for (int i = 0; i < PLAIN_COMMITS; i++) {
        uint64_t revision = 0;
        must(b->opened.store.commit(&op, 1, &revision, b->opened.store.user), "a plain commit");
    }
    return (uint64_t)(hammer_us() - from);
}

struct firing {
    uint64_t fired, us, plain, plain_us, refused;
};

/* plug_in: a headset of nobody at each of our desks: asked about, and nobody answers. */
static void plug_in(struct bench *b) {
    for (uint32_t i = 0; i < b->desks; i++) {
        struct names n;
        hsvc_input in[2];
        char serial[32];
        name(b, i, &n);
        snprintf(serial, sizeof serial, "N%02u%08uX", (unsigned)b->who, (unsigned)i);
        hsvc_input_headset_disconnected(&in[0], n.device, serial, 1);
        hsvc_input_headset_connected(&in[1], n.device, serial, 1);
        must(hsvc_apply(b->engine, in, 2, 0, b->fx), "plug");
        b->now++;
    }
}

/* fire: everybody's deadlines, beside the other connections, until nothing is due any more. */
static void fire(struct bench *b, struct firing *f) {
    hsvc_counters before = {.struct_size = sizeof before}, after = {.struct_size = sizeof after};
    int64_t at = 0;
    hsvc_counters_get(b->engine, &before);
    while (at <= b->now) {
        int64_t from = hammer_us();
        must(hsvc_advance(b->engine, b->fx), "advance");
        must(hsvc_next_deadline(b->engine, &at), "next");
        f->us += (uint64_t)(hammer_us() - from);
        f->fired += hsvc_verdict_count(b->fx);
    }
    hsvc_counters_get(b->engine, &after);
    f->refused += after.conflicts - before.conflicts;
}

static void say_firing(const struct bench *b, double seconds, const struct firing *f) {
    if (b->who == 0)
        printf("deadlines %3.0f s: %8.0f a second; a plain commit %5.0f us; a deadline takes %.2f of them; refused %.4f a firing\n",
               seconds, (double)f->fired * 1e6 / (double)f->us, (double)f->plain_us / (double)f->plain,
               (double)f->us * (double)f->plain / (double)f->fired / (double)f->plain_us, (double)f->refused / (double)f->fired);
    fflush(stdout);
}

/* due: the first connection says when a tenth is over, for all: they plug in and fire together. */
static void due(struct bench *b) {
    int64_t start = hammer_us(), slice = (int64_t)b->due_s * 100000;
    struct firing f = {0};
    uint64_t all = 0, refused = 0, cycle = 0;
    uint32_t steps = 0;
    while (b->shared->tenth < 10) {
        plug_in(b);
        wait_for_all(b, ++steps);
        b->now += 3600000;
        cycle++;
        fire(b, &f);
        wait_for_all(b, ++steps);
        f.plain_us += plain_commits(b);
        f.plain += PLAIN_COMMITS;
        if (hammer_us() - start >= slice * (b->shared->tenth + 1)) {
            say_firing(b, (double)(hammer_us() - start) / 1e6, &f);
            all += f.fired;
            refused += f.refused;
            memset(&f, 0, sizeof f);
            if (b->who == 0) b->shared->tenth++;
        }
        wait_for_all(b, ++steps);
    }
    printf("connection %u: %llu deadlines, %llu commits refused, in %llu cycles of %u desks a connection\n", (unsigned)b->who,
           (unsigned long long)all, (unsigned long long)refused, (unsigned long long)cycle, (unsigned)b->desks);
}

/* ---- processes ---- */
static int connection(struct bench *b) {
    int64_t from;
    open_bench(b);
    put_people(b);
    __atomic_add_fetch(&b->shared->ready, 1, __ATOMIC_SEQ_CST);
    while (!b->shared->go) usleep(1000);
    from = hammer_us();
    if (b->due_s != 0) due(b);
    else rounds(b);
    b->shared->us[b->who] = (uint64_t)(hammer_us() - from);
    close_bench(b);
    return 0;
}

static int run(struct bench *b) {
    int wrong = 0, status;
    for (b->who = 0; b->who < b->connections; b->who++) {
        fflush(NULL);
        if (fork() == 0) {
            status = connection(b);
            fflush(NULL);
            _exit(status);
        }
        while (b->shared->ready <= b->who && waitpid(-1, &status, WNOHANG) == 0) usleep(1000); /* one after the other: the policy is the first's */
    }
    b->shared->go = 1;
    while (wait(&status) > 0) b->shared->failed |= wrong |= status;
    return wrong != 0;
}

/* The rate of all connections is the sum of theirs, each over the time that it spent in the library and the store. */
static void say(const struct bench *b) {
    double rate = 0;
    printf("%-22s %8s %9s %7s %7s %8s %7s %7s\n", "", "inputs", "us each", "trips", "keys", "commits", "ops", "bytes");
    for (int step = 0; step < STEP_COUNT; step++) {
        struct tally all = {0};
        for (uint32_t c = 0; c < b->connections; c++) {
            const struct tally *t = &b->shared->steps[c][step];
            all.inputs += t->inputs;
            all.trips += t->trips;
            all.keys += t->keys;
            all.commits += t->commits;
            all.operations += t->operations;
            all.bytes += t->bytes;
            all.us += t->us;
        }
        printf("%-22s %8llu %9.0f %7.2f %7.2f %8.2f %7.2f %7.0f\n", step_names[step], (unsigned long long)all.inputs,
               (double)all.us / (double)all.inputs, (double)all.trips / (double)all.inputs, (double)all.keys / (double)all.inputs,
               (double)all.commits / (double)all.inputs, (double)all.operations / (double)all.inputs,
               (double)all.bytes / (double)all.inputs);
    }
    for (uint32_t c = 0; c < b->connections; c++) {
        uint64_t inputs = 0, us = 0;
        for (int step = 0; step < STEP_COUNT; step++) {
            inputs += b->shared->steps[c][step].inputs;
            us += b->shared->steps[c][step].us;
        }
        rate += (double)inputs * 1e6 / (double)us;
    }
    printf("%u connections, batches of %u: %.0f inputs a second\n", (unsigned)b->connections, (unsigned)b->batch, rate);
}

static int usage(void) {
    fprintf(stderr, "bench_stores STORE [--connections N] [--desks N] [--rounds N] [--batch N] [--due SECONDS]\n"
                    "  STORE as for the hammer; it must be empty. --desks: of each connection (500). --batch: inputs in one commit (1)\n"
                    "  --due: instead of rounds, deadlines for so long, shared by all; the first one's rate for each tenth of it\n");
    return 2;
}

int main(int argc, char **argv) {
    struct bench b = {.connections = 1, .desks = 500, .rounds = 2, .batch = 1};
    for (int i = 2; i + 1 < argc; i += 2) {
        uint32_t number = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--connections") == 0) b.connections = number;
        else if (strcmp(argv[i], "--desks") == 0) b.desks = number;
        else if (strcmp(argv[i], "--rounds") == 0) b.rounds = number;
        else if (strcmp(argv[i], "--batch") == 0) b.batch = number;
        else if (strcmp(argv[i], "--due") == 0) b.due_s = number;
        else return usage();
    }
    if (argc < 2 || argc % 2 != 0 || b.connections == 0 || b.connections > CONNECTIONS_MOST || b.batch == 0 || b.batch > 64) return usage();
    b.store = argv[1];
    b.shared = (struct shared *)mmap(NULL, sizeof *b.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (b.shared == MAP_FAILED || run(&b)) return 1;
    if (b.due_s == 0) say(&b);
    return 0;
}
