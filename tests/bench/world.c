/* world.c: the host around the engine: names, memory, time, the population, and what a host does with effects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "headsetsvc/inputs.h"
#include "office.h"

#define BEGIN_AT INT64_C(1700000000000)
#define SETTLED_MS 60000

const char *const bench_names[BENCH_KINDS] = {
#define X(kind) #kind,
    BENCH_INPUTS(X)
#undef X
    "deadline (advance)", "next_deadline"};

void bench_check(int32_t status, const char *where) {
    if (status == HSVC_OK) return;
    fprintf(stderr, "%s: %s\n", where, hsvc_name(HSVC_REGISTRY_STATUS, status));
    exit(1);
}

/* ---- names, as long as real ones ---- */
const char *desk_name(uint32_t desk) {
    static char name[32];
    snprintf(name, sizeof name, "SEP%012X", (unsigned)desk);
    return name;
}
const char *user_id(uint32_t user) {
    static char name[40];
    snprintf(name, sizeof name, "user.%07u@example.com", (unsigned)user);
    return name;
}
const char *profile_name(uint32_t user) {
    static char name[32];
    snprintf(name, sizeof name, "UDP-%07u", (unsigned)user);
    return name;
}
const char *serial_of(uint32_t user) {
    static char name[32];
    snprintf(name, sizeof name, "FCH%08uX", (unsigned)user);
    return name;
}
uint32_t desk_of_name(const char *name, size_t len) {
    uint32_t desk = 0;
    for (size_t i = 3; i < len; i++) desk = desk * 16 + (uint32_t)(name[i] <= '9' ? name[i] - '0' : name[i] - 'A' + 10);
    return desk;
}

/* ---- memory, time, chance ---- */
static void *resize(void *block, size_t old_size, size_t new_size, void *user) {
    struct bench_allocator *a = (struct bench_allocator *)user;
    void *grown = NULL;
    if (new_size == 0) free(block);
    else grown = realloc(block, new_size);
    a->requests += new_size != 0;
    a->live_bytes += new_size - old_size;
    if (new_size != 0 && grown == NULL) bench_check(HSVC_ERR_MEMORY, "resize");
    return grown;
}

static void open_allocator(struct bench_allocator *a) {
    bench_check(hsvc_allocator_init(&a->allocator, sizeof a->allocator), "allocator");
    a->allocator.resize = resize;
    a->allocator.user = a;
}

static int32_t read_clock(int64_t *now_ms, void *user) {
    *now_ms = ((const struct world *)user)->now;
    return HSVC_OK;
}

static uint64_t next_random(struct world *w) {
    uint64_t z = (w->seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
uint32_t world_random(struct world *w, uint32_t limit) { return (uint32_t)(next_random(w) % limit); }
int world_chance(struct world *w, uint32_t percent) { return world_random(w, 100) < percent; }

/* ---- calls, one function a kind ---- */
#define CALLED __attribute__((noinline, used))
/* Something must follow the call: a jump in its place would hide the function from a profiler. */
#define X(kind)                                                                        \
    CALLED static int32_t bench_##kind(struct world *w, const hsvc_input *in) {        \
        int32_t status = hsvc_apply(w->engine, in, 1, 0, w->fx);                       \
        w->tallies[BENCH_##kind].calls++;                                              \
        return status;                                                                 \
    }
BENCH_INPUTS(X)
#undef X
CALLED static int32_t bench_ADVANCE(struct world *w, const hsvc_input *in) {
    int32_t status = hsvc_advance(w->engine, w->fx);
    (void)in;
    w->tallies[BENCH_ADVANCE].calls++;
    return status;
}
CALLED static int32_t bench_NEXT_DEADLINE(struct world *w, const hsvc_input *in) {
    int32_t status = hsvc_next_deadline(w->engine, &w->deadline);
    (void)in;
    w->tallies[BENCH_NEXT_DEADLINE].calls++;
    return status;
}

static int32_t (*const calls[BENCH_KINDS])(struct world *, const hsvc_input *) = {
#define X(kind) bench_##kind,
    BENCH_INPUTS(X)
#undef X
    bench_ADVANCE, bench_NEXT_DEADLINE};

/* ---- measuring ---- */
static uint64_t clock_ns(void) {
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void add_sample(struct bench_tally *tally, uint64_t ns) {
    tally->nanoseconds += ns;
    if (tally->sample_count == tally->sample_room) {
        tally->sample_room = tally->sample_room == 0 ? 1024 : tally->sample_room * 2;
        tally->samples = (uint32_t *)realloc(tally->samples, tally->sample_room * sizeof *tally->samples);
        if (tally->samples == NULL) bench_check(HSVC_ERR_MEMORY, "samples");
    }
    tally->samples[tally->sample_count++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

/* Everything that was answered goes into one number: an optimisation must not change it. */
static void stamp(struct world *w, const void *bytes, size_t len) {
    w->fingerprint = w->fingerprint * UINT64_C(0x9e3779b97f4a7c15) + (len == 0 ? 1 : hsvc_hash64(bytes, len));
}
static void stamp_number(struct world *w, uint64_t number) { stamp(w, &number, sizeof number); }

static void note(struct world *w, enum bench_kind kind, const hsvc_counters *before, uint64_t ns) {
    struct bench_tally *tally = &w->tallies[kind];
    hsvc_counters after;
    after.struct_size = sizeof after;
    bench_check(hsvc_counters_get(w->engine, &after), "counters");
    tally->units += kind == BENCH_ADVANCE ? after.deadlines - before->deadlines : 1;
    tally->refused += after.refused - before->refused;
    tally->trips += after.read_trips - before->read_trips;
    tally->reads += after.reads - before->reads;
    tally->operations += after.operations - before->operations;
    tally->bytes += after.bytes_written - before->bytes_written;
    add_sample(tally, ns);
}

static void call(struct world *w, enum bench_kind kind, const hsvc_input *in) {
    hsvc_counters before;
    uint64_t begun;
    before.struct_size = sizeof before;
    if (!w->measuring) {
        bench_check(calls[kind](w, in), bench_names[kind]);
        return;
    }
    bench_check(hsvc_counters_get(w->engine, &before), "counters");
    begun = clock_ns();
    bench_check(calls[kind](w, in), bench_names[kind]);
    note(w, kind, &before, clock_ns() - begun);
}

/* ---- what a host does with the answer ---- */
static void take_effect(struct world *w, const hsvc_effect *e) {
    uint32_t desk = desk_of_name(e->device, e->device_len);
    struct visit *visit = w->visits == NULL ? NULL : &w->visits[desk % w->slots];
    stamp_number(w, (uint64_t)e->kind << 32 | e->reason);
    stamp_number(w, e->prompt_id + e->request + e->generation + e->session + (uint64_t)e->due_ms);
    stamp(w, e->device, e->device_len);
    stamp(w, e->user, e->user_len);
    stamp(w, e->profile, e->profile_len);
    stamp(w, e->rule, strlen(e->rule));
    if (visit == NULL || visit->desk != desk) return;
    if (e->kind == HSVC_EFFECT_SHOW_PROMPT) visit->phone.prompt_id = e->prompt_id;
    if (e->kind == HSVC_EFFECT_VERIFY_PIN) visit->phone.request = e->request;
    if (e->kind == HSVC_EFFECT_APPLY_PROFILE) visit->phone.generation = e->generation;
    if (e->kind == HSVC_EFFECT_WIPE) visit->phone.wipe = e->generation;
}

static void take_answer(struct world *w) {
    hsvc_effect effect;
    hsvc_verdict verdict;
    effect.struct_size = sizeof effect;
    verdict.struct_size = sizeof verdict;
    for (size_t i = 0; hsvc_effects_at(w->fx, i, &effect) == HSVC_OK; i++) take_effect(w, &effect);
    for (size_t i = 0; hsvc_verdict_at(w->fx, i, &verdict) == HSVC_OK; i++) {
        stamp_number(w, (uint64_t)verdict.reason << 32 | (uint32_t)verdict.em_code);
        stamp(w, verdict.rule, strlen(verdict.rule));
        if (w->measuring) w->reasons[(verdict.reason - BENCH_FIRST_REASON) % BENCH_REASONS]++;
    }
}

static void ask_deadline(struct world *w) { call(w, BENCH_NEXT_DEADLINE, NULL); }

void world_apply(struct world *w, enum bench_kind kind, hsvc_input *in) {
    if (w->request_ids) {
        w->request_number++;
        memcpy(in->request_id, &w->request_number, sizeof w->request_number);
    }
    call(w, kind, in);
    take_answer(w);
    ask_deadline(w);
}

void world_advance_to(struct world *w, int64_t at) {
    while (w->deadline <= at) {
        if (w->now < w->deadline) w->now = w->deadline;
        call(w, BENCH_ADVANCE, NULL);
        take_answer(w);
        ask_deadline(w);
    }
    if (w->now < at) w->now = at;
}

/* ---- the population ---- */
static void put(struct world *w, const hsvc_input *in) {
    bench_check(hsvc_apply(w->engine, in, 1, 0, w->fx), "population");
    take_answer(w);
}

void world_put_desks(struct world *w) {
    for (uint32_t i = 0; i < w->desks; i++) {
        char site[16], own[48];
        hsvc_input in;
        snprintf(site, sizeof site, "site-%u", (unsigned)(i % 50));
        snprintf(own, sizeof own, "%s-own", desk_name(i));
        bench_check(hsvc_input_device_put(&in, desk_name(i), own, HSVC_DEVICE_SHARED, site, "CP-8851", "14.2.1.0101",
                                          HSVC_FLAG_EM_ENABLED),
                    "input");
        put(w, &in);
        bench_check(hsvc_input_device_registered(&in, desk_name(i), 0, 1), "input");
        in.flags = HSVC_FLAG_HAS_PRESENCE | HSVC_FLAG_HAS_CALLS;
        put(w, &in);
    }
    ask_deadline(w);
    world_advance_to(w, w->now + SETTLED_MS);
}

void world_put_users(struct world *w) {
    for (uint32_t i = 0; i < w->users; i++) {
        hsvc_item profile;
        hsvc_input in;
        hsvc_item_profile(&profile, profile_name(i));
        bench_check(hsvc_input_init(&in, sizeof in, HSVC_INPUT_USER_PUT), "input");
        hsvc_input_set_user(&in, user_id(i));
        hsvc_input_set_items(&in, &profile, 1);
        put(w, &in);
    }
}

void world_associate(struct world *w) {
    for (uint32_t i = 0; i < w->users; i++) {
        hsvc_input in;
        bench_check(hsvc_input_init(&in, sizeof in, HSVC_INPUT_ASSOCIATE), "input");
        hsvc_input_set_user(&in, user_id(i));
        hsvc_input_set_serial(&in, serial_of(i));
        put(w, &in);
    }
}

void world_open(struct world *w) {
    hsvc_config config;
    w->now = BEGIN_AT;
    w->deadline = HSVC_NEVER;
    w->seed = 1;
    open_allocator(&w->engine_memory);
    open_allocator(&w->store_memory);
    bench_check(hsvc_store_init(&w->store, sizeof w->store), "store");
    bench_check(hsvc_memory_store_new(&w->store_memory.allocator, &w->memory), "memory store");
    bench_check(hsvc_memory_store_bind(w->memory, &w->store), "bind");
    bench_check(hsvc_config_init(&config, sizeof config), "config");
    config.allocator = &w->engine_memory.allocator;
    config.store = &w->store;
    config.clock = read_clock;
    config.clock_user = w;
    bench_check(hsvc_engine_new(&config, &w->engine), "engine");
    bench_check(hsvc_effects_new(&w->engine_memory.allocator, &w->fx), "effects");
}

void world_close(struct world *w) {
    hsvc_effects_free(w->fx);
    hsvc_engine_free(w->engine);
    hsvc_memory_store_free(w->memory);
    for (int i = 0; i < BENCH_KINDS; i++) free(w->tallies[i].samples);
}

static int32_t hash_row(const hsvc_row *row, void *user) {
    uint64_t *hash = (uint64_t *)user;
    *hash = *hash * UINT64_C(0x9e3779b97f4a7c15) + hsvc_hash64(row->key, row->key_len);
    *hash = *hash * UINT64_C(0x9e3779b97f4a7c15) + hsvc_hash64(row->value, row->value_len);
    return HSVC_OK;
}

uint64_t world_bytes(struct world *w) {
    static const uint8_t first[] = {1};
    uint64_t hash = 0;
    bench_check(w->store.scan(first, 1, NULL, 0, SIZE_MAX, hash_row, &hash, w->store.user), "scan");
    return hash;
}
