/* engine.h: the engine from inside. It keeps nothing that matters: counters, its last clock sample, and a cached policy
 * that every commit checks (STORE-1). */
#ifndef HSVC_ENGINE_H
#define HSVC_ENGINE_H

#include "engine/recorder.h"
#include "headsetsvc/registry.h"
#include "rules/rules.h"

/* The cached global policy: bytes as read, and its numbers worked out with the preset's defaults. */
struct hsvc__policy_cache {
    int known;
    uint64_t revision; /* 0: there is no record */
    uint8_t *raw;
    size_t raw_len;
    size_t raw_room;
    int64_t values[HSVC__PARAMS];
    uint32_t sites; /* as in the record */
    uint32_t texts;
    uint64_t set; /* bit per parameter that is set globally, and not just the preset's default */
};

struct hsvc__doubted {
    hsvc__str device;
    struct hsvc__doubted *next;
};

struct hsvc_engine {
    hsvc_allocator allocator;
    hsvc_store store;
    hsvc_clock_fn clock;
    void *clock_user;
    hsvc_permission_fn permission;
    void *permission_user;
    hsvc_trace_fn trace;
    void *trace_user;
    uint32_t node;
    uint32_t node_count;
    int64_t poll_ms;
    int attempts; /* at one decision that meets a conflict */
    uint64_t epoch;    /* the newest that the host or this engine has seen (STORE-9) */
    int any_epoch;
    int64_t now;       /* the last clock sample; it goes back no less than clock_skew_max (TIME-4) */
    int64_t called_at; /* that of the last call that decided; -1: none yet */
    int jumped;        /* the clock is further on than a host that calls in time explains */
    int patrols;       /* deadlines are looked for that a clock from the future has armed */
    struct hsvc__key patrol_from; /* from here on; empty: from the beginning */
    int64_t swept;     /* the watermark: no deadline was below it, nor was there a job */
    int behind;        /* the last advance left some that are due */
    struct hsvc__key dues_from; /* behind these, as nothing could be made of some of them; empty: from the beginning */
    int64_t swept_at;  /* when that was last looked at from the beginning; -1: not yet, or not any more */
    uint32_t attempt; /* of the running commit */
    struct hsvc__doubted *doubted; /* devices that a commit of this call may have written without anybody's knowing */
    int inside; /* a callback may be running */
    uint16_t first_row[HSVC__MACHINES][HSVC__EVENTS]; /* rows of one event form a list; its end is the machine's row_count */
    uint16_t next_row[HSVC__MACHINES][HSVC__ROWS];
    uint32_t row_states[HSVC__MACHINES][HSVC__EVENTS]; /* in which states some ROW is for the event */
    struct hsvc__range admissions[HSVC__KINDS];
    struct hsvc__policy_cache policy;
    struct hsvc__arena views; /* text of the last view */
    const struct hsvc__record *viewed; /* its record, or NULL */
    struct hsvc__arena inputs; /* the normalised inputs of the running call */
    hsvc_counters counters;
    hsvc_counters tally; /* of the running decision; counted when it is committed */
    struct hsvc__recorder recorder;
    struct hsvc__turn turn;
    struct hsvc__txn txn;
};

/* hsvc__inform_doubted: what a commit in doubt may have decided is told again, as nobody has heard of it (STORE-6). */
void hsvc__inform_doubted(struct hsvc__turn *t);
/* hsvc__enter, hsvc__leave: around every public call that may reach a callback. REENTRANT, OK. */
int32_t hsvc__enter(struct hsvc_engine *engine);
void hsvc__leave(struct hsvc_engine *engine);
/* hsvc__sample: the clock, once, into engine->now (clock.c). CLOCK, OK. hsvc__sample_call: for a call that decides;
 * dry: and commits nothing, so that a jump of the clock is still news for the next one. */
int32_t hsvc__sample(struct hsvc_engine *engine);
int32_t hsvc__sample_call(struct hsvc_engine *engine, int dry);
/* hsvc__sample_look: the same for a call that only looks: *now is what the engine would take for the time, but the engine's own
 * time stays, so that what is decided next is as if nobody had looked (OBS-6). */
int32_t hsvc__sample_look(struct hsvc_engine *engine, int64_t *now);
/* hsvc__is_late: does this firing show that the clock has jumped? hsvc__tell_clock: a notice for each record of this decision
 * that was mended or fired after a jump (TIME-4). */
int hsvc__is_late(const struct hsvc_engine *engine, int64_t due);
void hsvc__tell_clock(struct hsvc__turn *t);

/* hsvc__input_in: checks one caller's input and copies it (input.c). ERR_INPUT_*, ERR_STRUCT_*, ARGUMENT; the problem is
 * noted in fx. What is wrong with its texts is no error but a verdict: *reason, *field, *limit, 0 if nothing is. */
struct hsvc__complaint {
    uint32_t reason;
    uint32_t field;
    int64_t limit;
};
int32_t hsvc__input_in(const void *from, hsvc_input *to, uint32_t index, struct hsvc_effects *fx,
                       struct hsvc__complaint *complaint, struct hsvc__arena *arena);
/* hsvc__describe_kind: the rest of a kind's row, of a kind that there is. */
void hsvc__describe_kind(hsvc_kind_info *info);
/* hsvc__asks: is the permission callback asked about this kind? */
int hsvc__asks(uint32_t kind);
/* hsvc__lead: machine and event of a kind; 0 if there is no such kind. */
uint32_t hsvc__lead(uint32_t kind, uint32_t *event);

/* ---- verdicts and request ids ---- */
/* hsvc__is_accepted: is this reason an acceptance? hsvc__em_code: what the Extension Mobility API calls it (OBS-8). */
int hsvc__is_accepted(uint32_t reason);
int32_t hsvc__em_code(uint32_t reason);
/* hsvc__add_verdict: one more verdict of the turn; never NULL. Field and limit are the turn's. */
hsvc_verdict *hsvc__add_verdict(struct hsvc__turn *t, uint32_t reason, const char *rule, hsvc__str device);
/* hsvc__has_request: does the input carry a request id? hsvc__answer_repeat: the verdict if it is known: it is answered as
 * before, or refused if its content is another; else NULL. hsvc__remember: keeps the answer. */
int hsvc__has_request(const hsvc_input *in);
const hsvc_verdict *hsvc__answer_repeat(struct hsvc__turn *t);
void hsvc__remember(struct hsvc__turn *t, uint32_t reason, uint32_t row);

/* hsvc__want: the records an input will probably use, by rounds 0 to 2 (reads.c). */
void hsvc__want(struct hsvc__txn *txn, const hsvc_input *in, int round);

/* hsvc__policy_values: works the cached numbers out from a global policy record (parameters.c). */
void hsvc__policy_values(struct hsvc_engine *engine, const struct hsvc__policy *policy);
/* hsvc__epoch_check: is the store as new as is known? EPOCH, OK; the store's statuses, as it may have to be read. */
int32_t hsvc__epoch_check(struct hsvc_engine *engine);
/* hsvc__policy_plant: the cached policy into a call; hsvc__policy_learn: the cache from what the call read. MEMORY, OK. */
void hsvc__policy_plant(struct hsvc_engine *engine);
int32_t hsvc__policy_learn(struct hsvc_engine *engine);

/* ---- the audit (audit.c) ---- */
/* What a step was about: the device and the headset of the event, which may be nobody; the kind of input, 0 for a deadline
 * and what follows by itself; and the record that gets an entry though nothing of it changed, or NULL. */
struct hsvc__about {
    struct hsvc__device *dev;
    struct hsvc__headset *headset;
    struct hsvc__user *user; /* whom the input names */
    struct hsvc__record *always;
    uint32_t kind;
};
/* hsvc__fact_machine: whose states fact number index of a kind of subject names, HSVC__MACHINE_NONE if it is a number. */
uint32_t hsvc__fact_machine(uint32_t subject_kind, size_t index);
/* hsvc__audit_step: enters what the step that just ended changed; its reason and rule are the turn's (OBS-3). */
void hsvc__audit_step(struct hsvc__turn *t, const struct hsvc__about *about);
/* hsvc__audit_input: the same after an input: a refusal, and what administrators do, is always entered. */
void hsvc__audit_input(struct hsvc__turn *t, struct hsvc__about *about);
/* hsvc__room_left: operations that the decision leaves of its commit: a record each, two keys of deadlines a device, the entries. */
uint32_t hsvc__room_left(const struct hsvc__txn *txn);
/* hsvc__audit_write: turns the entries of a decision into operations, and drops the oldest beyond audit_keep_max. */
void hsvc__audit_write(struct hsvc_engine *engine);
/* hsvc__primary: the record that an input is first of all about, or NULL if that does not exist (requests.c). */
struct hsvc__record *hsvc__primary(struct hsvc__turn *t);

/* ---- deadlines and jobs in the store (deadlines.c, jobs.c): their keys are neighbours, so that one scan finds both ---- */
struct hsvc__jobs {
    struct {
        hsvc__str name;  /* of the record */
        hsvc__str value; /* its bytes */
    } at[HSVC_LIMIT_JOBS_SEEN];
    uint32_t count;
};
struct hsvc__dues {
    struct {
        hsvc__str device; /* canonical name */
        int64_t due;
    } at[2 * HSVC_LIMIT_ADVANCE_DEVICES]; /* the due, and those found on patrol */
    uint32_t count;
    uint32_t own;  /* the first so many are this node's */
    uint32_t late; /* behind them: others', to be gone for only where of its own nothing can be made */
    uint32_t left; /* seen, and left to the nodes whose they are */
    struct hsvc__key last; /* of the due, in the store's order */
    struct hsvc__arena *arena;
};
/* hsvc__first_deadline: the earliest key's time, 0 while there is a job for this node, HSVC_NEVER if there is nothing. Store
 * statuses. */
int32_t hsvc__first_deadline(struct hsvc_engine *engine, int64_t *at);
/* hsvc__own_due: is the device one of those that this node fires before others'? */
int hsvc__own_due(const struct hsvc_engine *engine, hsvc__str device);
/* hsvc__read_dues: the devices due by now, a bounded number, this node's own first, and some jobs; then, on patrol, those that
 * were armed in the future. Store statuses, MEMORY. */
int32_t hsvc__read_dues(struct hsvc_engine *engine, struct hsvc__dues *dues, struct hsvc__jobs *jobs);
/* hsvc__pass_over: the advance that took these has ended; nothing could be made of `useless` of them, which stay. If there was
 * more than it could take, the next one goes on behind them, and the one after that begins at the beginning again. */
void hsvc__pass_over(struct hsvc_engine *engine, const struct hsvc__dues *dues, uint32_t useless);
/* hsvc__look_again: forgets the watermark, as there is a job now. */
void hsvc__look_again(struct hsvc_engine *engine);
/* hsvc__patrol: goes through a bounded number of deadlines and notes those that were armed in the future; after all of
 * them it stops, unless there are other nodes, whose clocks may be ahead at any time. Store statuses, MEMORY. */
int32_t hsvc__patrol(struct hsvc_engine *engine, struct hsvc__dues *dues);
/* hsvc__patrol_again: it begins, from the first deadline on. */
void hsvc__patrol_again(struct hsvc_engine *engine);
/* hsvc__job_due: from when on this node may work on the job of a row: 0 at once. hsvc__work_jobs: a slice of a bounded number
 * of them; *damage becomes the first failure about one record alone. The statuses of hsvc_apply. */
int hsvc__has_walk(const struct hsvc__job *job); /* is there anything left that it must come to? */
int64_t hsvc__job_due(const struct hsvc_engine *engine, hsvc__str value);
int32_t hsvc__work_jobs(struct hsvc_engine *engine, struct hsvc_effects *fx, int64_t now, const struct hsvc__jobs *jobs,
                        int32_t *damage);
/* hsvc__hurts_one: is this failure about one record alone? Then the others go on, and the failure is told at the end. */
int hsvc__hurts_one(int32_t status);

/* ---- one decision (settle.c, decide.c) ---- */
/* hsvc__fire_all: fires the deadlines below a time of every device that the call has read (`used`: that the decision used), in
 * their order; 1 if there was any. hsvc__settle: what is due by now, and what follows from the records, until nothing more follows. */
int hsvc__fire_all(struct hsvc__turn *t, int64_t before, int used);
void hsvc__settle(struct hsvc__turn *t);
/* hsvc__step_over: the audit has looked at what a step changed. */
void hsvc__step_over(struct hsvc__txn *txn);
/* hsvc__decide_input: one input of a batch, with its verdict; 1 if it was accepted. */
int hsvc__decide_input(struct hsvc_engine *engine, struct hsvc_effects *fx, const hsvc_input *in,
                       const struct hsvc__complaint *complaint, uint32_t index);
/* hsvc__decide_items: if the input is about several headsets: each by the event, with a verdict of its own; then 1, and the
 * turn's verdict sums them up (items.c). hsvc__set_headset: the turn is about this headset, where it is, and its phone's owner. */
int hsvc__decide_items(struct hsvc__turn *t, uint32_t machine, uint32_t event);
void hsvc__set_headset(struct hsvc__turn *t, hsvc__str serial);
/* hsvc__report: what a failed call leaves in its batch: the problem and nothing else. Returns the status. */
int32_t hsvc__report(struct hsvc_engine *engine, struct hsvc_effects *fx, int32_t status);
/* hsvc__report_late: the same where effects of commits before the failure stay in the batch. */
void hsvc__report_late(struct hsvc_engine *engine, struct hsvc_effects *fx, int32_t status);

/* hsvc__decide_fn: one decision over the records of engine->txn, run afresh as often as need be. */
typedef void (*hsvc__decide_fn)(struct hsvc_engine *engine, void *job);
/* hsvc__ahead_fn: reads what the decision will probably use. Statuses as hsvc__txn_fetch. */
typedef int32_t (*hsvc__ahead_fn)(struct hsvc_engine *engine, void *job);
/* hsvc__transact: read, decide, commit, as often as the contract allows (DESIGN 3). `dry`: decide only.
 * The statuses of hsvc_apply; effects collected in fx are settled but not published. */
int32_t hsvc__transact(struct hsvc_engine *engine, struct hsvc_effects *fx, hsvc__decide_fn decide, hsvc__ahead_fn ahead,
                       void *job, int *dry);
/* hsvc__turn_begin: a turn over the engine's records, for an input or a deadline (in may be NULL). */
struct hsvc__turn *hsvc__turn_begin(struct hsvc_engine *engine, struct hsvc_effects *fx, const hsvc_input *in, uint32_t index);

#endif
