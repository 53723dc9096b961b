/* office.h: the parts of the office bench. world.c is the host around an engine on the memory store, desks.c is what
 * people do, main.c measures and prints. */
#ifndef HSVC_BENCH_OFFICE_H
#define HSVC_BENCH_OFFICE_H

#include <stddef.h>
#include <stdint.h>

#include "headsetsvc/headsetsvc.h"

/* The kinds that the mix has. Each is called through a function of its own, bench_KIND, so that callgrind tells them
 * apart by name (see tests/bench/run). */
#define BENCH_INPUTS(X)                                                                                              \
    X(HEADSET_CONNECTED) X(HEADSET_DISCONNECTED) X(SUBMIT) X(VERIFY_RESULT) X(DEVICE_UNREGISTERED)                    \
    X(DEVICE_REGISTERED) X(WIPE_DONE) X(CALL_BEGUN) X(CALL_CHANGED) X(CALL_ENDED) X(SIGN_OUT) X(CANCEL) X(YES)        \
    X(USER_ACTIVITY) X(MENU_ASSOCIATE) X(MENU_SIGN_IN) X(MENU_SIGN_OUT)
enum bench_kind {
#define X(kind) BENCH_##kind,
    BENCH_INPUTS(X)
#undef X
    BENCH_ADVANCE,       /* counted a deadline, not a call */
    BENCH_NEXT_DEADLINE, /* what a host asks after each call; not part of the mix */
    BENCH_KINDS
};
#define BENCH_FIRST_REASON 1000
#define BENCH_REASONS 300
extern const char *const bench_names[BENCH_KINDS];

struct bench_tally {
    uint64_t calls;
    uint64_t units; /* inputs, or deadlines */
    uint64_t refused;
    uint64_t trips, reads, operations, bytes;
    uint64_t nanoseconds;
    uint32_t *samples; /* of latency, one a call, in ns */
    size_t sample_count, sample_room;
};

struct bench_allocator {
    hsvc_allocator allocator;
    uint64_t requests;
    uint64_t live_bytes;
};

/* What the last effects told about a desk's phone. */
struct phone {
    uint64_t prompt_id, request, generation, wipe;
};
struct act {
    uint32_t what;
    uint32_t after_ms;
};
#define ACTS_MOST 80
/* One desk in use: who is there, and what will happen next. */
struct visit {
    int64_t at;
    uint32_t desk, user, other; /* other: who takes over */
    uint32_t next, count;
    uint32_t call;
    struct phone phone;
    struct act acts[ACTS_MOST];
};

struct world {
    uint32_t users, desks, slots;
    int request_ids; /* give every input one */
    int64_t now;
    int64_t deadline;
    uint64_t seed;
    uint64_t request_number;
    struct bench_allocator engine_memory, store_memory;
    hsvc_memory_store *memory;
    hsvc_store store;
    hsvc_engine *engine;
    hsvc_effects *fx;
    struct visit *visits;
    uint32_t *heap; /* of visits, by time */
    int measuring;
    uint64_t fingerprint; /* of everything that was answered */
    struct bench_tally tallies[BENCH_KINDS];
    uint64_t reasons[BENCH_REASONS]; /* how often each verdict was given */
};

/* world.c: world_open builds engine and store and puts everybody in; each of the three steps of it can be measured. */
void world_open(struct world *w);
void world_put_desks(struct world *w);
void world_put_users(struct world *w);
void world_associate(struct world *w);
void world_close(struct world *w);
/* world_apply: one input, measured as `kind`, and what the host does about the answer. */
void world_apply(struct world *w, enum bench_kind kind, hsvc_input *in);
/* world_advance_to: time passes; deadlines fire on the way. */
void world_advance_to(struct world *w, int64_t at);
/* world_random: below `limit`. world_chance: 1 in so many percent of all cases. */
uint32_t world_random(struct world *w, uint32_t limit);
int world_chance(struct world *w, uint32_t percent);
/* names: NUL-terminated, static until the next call of the same function. */
const char *desk_name(uint32_t desk);
const char *user_id(uint32_t user);
const char *profile_name(uint32_t user);
const char *serial_of(uint32_t user);
uint32_t desk_of_name(const char *name, size_t len);
/* world_bytes: a hash over every row of the store. */
uint64_t world_bytes(struct world *w);
void bench_check(int32_t status, const char *where);

/* desks.c: desks_open gives every slot its first visit; desks_run makes `inputs` inputs happen. */
void desks_open(struct world *w);
void desks_close(struct world *w);
void desks_run(struct world *w, uint64_t inputs);

/* floor.c: what the store alone takes for as much reading and writing, by hand: nanoseconds for one input's worth. */
double floor_ns(struct world *w, uint32_t times);

#endif
