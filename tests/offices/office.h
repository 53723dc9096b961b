/* office.h: a simulated office: what one seed makes of it. people.c makes the list of events, world.c feeds them to engine and
 * model, phones.c plays phones and directory, compare.c puts engine and model side by side, script.c writes a scenario of
 * what happened, shrink.c makes the list short. Whole numbers of fixed width only: the same seed is the same run anywhere. */
#ifndef HSVC_OFFICES_OFFICE_H
#define HSVC_OFFICES_OFFICE_H

#include "model.h"

#define DAY_ONE INT64_C(1772409600000) /* 2026-03-02, as in scenarios */
#define DAY_MS INT64_C(86400000)
#define NODES M_NODES
#define POLL_MS 1000 /* hosts call as often, if there are several */

/* What may happen. Each is small and means something wherever it stands, so that a list stays a list when lines go. */
enum act {
    ACT_USER,         /* arg: profiles, 16: disabled */
    ACT_PHONE,        /* arg: HSVC_DEVICE_ | 4: without EM; user: related; extra: FIRMWARE_ */
    ACT_POLICY,       /* arg: parameter; extra: scope; user, phone: subject; number: value */
    ACT_POLICY_UNSET, /* the same, without a value */
    ACT_ASSOCIATE,
    ACT_DISASSOCIATE,
    ACT_MOVE,         /* extra: from whom */
    ACT_FORCE,        /* arg: 1 now */
    ACT_UNLOCK,
    ACT_FORCE_MANY,   /* arg: 1 now; extra: scope, as of the policy; user, phone: subject */
    ACT_REMOVE_USER,  /* arg: 1 erase */
    ACT_RENAME_USER,  /* extra: to the id of that user, 0: to a new one */
    ACT_REMOVE_PHONE,
    ACT_RENAME_PHONE, /* extra: to the name of that phone, 0: to a new one */
    ACT_CHANGE_PHONE, /* arg, user, extra: as of ACT_PHONE */
    ACT_FREE_ALL,     /* all headsets of user */
    ACT_IMPORT,       /* a file; number: of its own seed, 0: what the store exports; headset: HSVC_CSV_; arg: FILE_; extra: bytes of a piece, less one */
    ACT_TO_OWNER,     /* headset to the owner of the phone where it is */
    ACT_PLUG,         /* arg: how the report travels: TRAVEL_; extra: 1 it is updating, 2: by its other interface, 4: another one with the same serial */
    ACT_UNPLUG,
    ACT_ALIAS,        /* a headset's other serial is its own; arg: 1 not any more */
    ACT_UPDATE,       /* of a headset: begins; arg: 1 ends */
    ACT_SNAPSHOT,     /* the phone reports what is plugged in */
    ACT_ANSWER,       /* arg: what the user at the phone is inclined to */
    ACT_MENU,         /* arg: HSVC_INPUT_MENU_ */
    ACT_HOST_SIGN_IN, /* the host signs user in; arg: profile, 0: none named; extra: 1 taking over */
    ACT_USE,          /* somebody lifts the handset */
    ACT_CALL,         /* arg: TRAVEL_; extra: 1 emergency; number: call */
    ACT_HANG_UP,
    ACT_CALLS,        /* the phone reports its calls */
    ACT_ACKS,         /* how a phone acknowledges its next profile: arg: ACK_; extra: how often it could not take it before */
    ACT_POWER_CUT,
    ACT_POWER_BACK,
    ACT_DIRECTORY,    /* arg: 0 answers, 1 silent, else after so many ms */
    ACT_CRASH,        /* the host of a node dies between the next commit and its effects, and starts again */
    ACT_RESTART,      /* a node's engine is thrown away */
    ACT_FAULT,        /* arg: HSVC_FAULT_; extra: HSVC_FAULT_ON_; number: how often */
    ACT_CLOCK,        /* the hosts' clocks step by number ms */
    ACT_SET_CLOCK,    /* that of node extra is number ms ahead from now on, and gains arg ms in 1 000 s */
    ACT_SLEEP,        /* the hosts are suspended for number ms; arg: 1 they know later when what happened */
    ACTS
};
#define FIRMWARE_OLD 1u  /* of a phone that comes in over the remote-access edge */
#define FIRMWARE_NONE 2u /* a model on which headsets do nothing */
#define TRAVEL_LOST 1u  /* nobody hears of it */
#define TRAVEL_TWICE 2u /* it is reported twice */
#define TRAVEL_LATE 4u  /* number: it is reported so many ms after it happened */
#define TRAVEL_BEHIND 8u  /* what happens meanwhile is reported before it, by 100 ms times `user` */
#define TRAVEL_DATED 16u  /* and it says when it happened */
#define TRAVEL_AGAIN 32u  /* it was reported at once, and comes again behind */
#define ACK_NO_RESET 1u   /* it takes it without a reset */
#define ACK_TWICE 2u
#define ACK_LATE 4u /* of the wipe, 30 s */
#define ACK_LOST 8u /* of the wipe, until the next */

struct event {
    int64_t at;
    int64_t number;
    uint16_t what;
    uint8_t phone, user, headset, extra;
    uint32_t arg;
};

struct random {
    uint64_t state;
};
uint32_t random_below(struct random *r, uint32_t limit);
uint32_t random_chance(struct random *r, uint32_t permille);

/* people.c: the office of a seed for so many days. Grows *list (malloc); gives its length. */
struct shape {
    uint32_t users, phones, headsets, nodes, faults, clocks;
    uint32_t skew; /* the nodes' clocks differ: SKEW_ */
};
#define SKEW_NONE 0u
#define SKEW_WITHIN 1u /* by less than clock_skew_max */
#define SKEW_BEYOND 2u /* by up to minutes */
struct shape office_shape(uint64_t seed);
uint32_t office_events(uint64_t seed, uint32_t days, struct event **list);

/* One thing that a phone or the directory will do. */
enum plan_kind { PLAN_LEAVE, PLAN_REGISTER, PLAN_CHECKED, PLAN_PRESENCE, PLAN_CALLS, PLAN_APPLIED, PLAN_FAILED, PLAN_WIPED, PLAN_REPORT };
struct plan {
    int64_t at;
    uint64_t number;
    enum plan_kind what;
    uint32_t phone, subject, state;
    int64_t happened; /* PLAN_REPORT: when */
};
#define PLANS_MOST 64

/* What stands on the desk. plugged, calls: what is so, whoever heard of it. */
struct phone {
    uint8_t registered, powered;
    uint32_t plugged; /* bits */
    uint32_t other;   /* of these, by their other interface */
    uint8_t acks, fails; /* acks: how it will acknowledge, ACK_; fails: how often it cannot take a profile */
    struct m_call calls[M_CALLS];
    uint64_t ordered, wipe, prompt_id, request;
    uint32_t prompt, shown_user, menu;
};

/* Where engine and model first differ. kind: what; for an expectation in a script. */
enum difference { SAME, DIFFERENT_VERDICT, DIFFERENT_USER, DIFFERENT_STATE, DIFFERENT_PROMPT, DIFFERENT_OWNER, DIFFERENT_CALLS,
                  DIFFERENT_HEADSETS, DIFFERENT_WINDOW, DIFFERENT_WIPE, DIFFERENT_PROFILE, DIFFERENT_CAUSES, DIFFERENT_LOCK,
                  DIFFERENT_FAILURES, DIFFERENT_SESSIONS, DIFFERENT_DEADLINE, DIFFERENT_SCREEN, DIFFERENT_REGISTERED, DIFFERENT_PROMPT_TIME, DIFFERENT_WHOSE, DIFFERENT_EXISTS, DIFFERENT_ROWS, NOT_AT_ONCE, DIFFERENT_TOLD, DIFFERENT_TOLD_OWNER, DIFFERENT_FRESH, DIFFERENT_DOUBT, DIFFERENT_GONE, DIFFERENT_MENU, DIFFERENT_PREFILL, UNSOUND, FAILED };
struct finding {
    enum difference kind;
    uint32_t phone, user, headset;
    int64_t wanted, seen; /* by the model, by the engine */
    uint32_t event;       /* index in the list */
    int64_t at;
};

/* What happens while the hosts are suspended, and is told all at once when they wake. */
#define QUEUE_MOST 512
struct queue {
    int64_t wakes;         /* 0: they are awake */
    uint32_t count, known; /* known: the hosts kept the times of what happened */
    struct event events[QUEUE_MOST];
};

struct script {
    char *bytes; /* NULL: none is written */
    uint32_t used, room;
    int64_t last_at;
};

#define TOLD_WHY 100000 /* a finding has what is told times this, and its cause */

/* What the engine has told, and the model not yet. doubted: a commit was in doubt, and what it told may have been heard by nobody. */
struct told {
    uint32_t count, doubted;
    struct m_told list[M_TOLD];
    uint64_t session[M_PHONES];  /* told to have begun */
    uint8_t owner[M_HEADSETS];   /* told to have it */
};

/* The clock of one node. */
struct tick {
    const struct world *world;
    int64_t ahead; /* of the office's time */
    int64_t drift; /* ms it gains in 1 000 s */
};

/* witness.c: what one call into an engine read and wrote. now: of a decision that was committed, as TIME-4 has it. */
enum witnessed { W_PHONES, W_USERS, W_HEADSETS, W_KINDS, W_JOBS = W_KINDS };
#define W_MOST 32      /* numbers of each */
#define W_DECISIONS 64 /* in one call */
struct decision {
    int64_t now;
    uint32_t wrote[W_KINDS], used[W_KINDS], read; /* bits; used: written, or proven unchanged; read: phones */
    uint32_t first;                /* phone that was read */
};
/* What was offered to the store. */
struct offered {
    uint64_t sum; /* of its bytes */
    struct decision decision;
};
#define W_OFFERED 64
/* What one reading brought: the newest stamp, phones as bits, the first of them. */
struct trip {
    int64_t newest;
    uint32_t read, first;
};
#define W_TRIPS 64
struct witness {
    hsvc_store inner, below; /* below: what may fail */
    struct offered offered[W_OFFERED];
    uint32_t offers, fails; /* fails: what is below it may */
    uint8_t families[256]; /* what keys begin with that byte: 1 + a kind */
    int64_t stamps[W_KINDS][W_MOST]; /* when each record was written */
    int64_t sampled, latest;
    struct trip trips[W_TRIPS]; /* to the store, the last ones */
    uint32_t trip, since, trip_of[W_KINDS][W_MOST]; /* since: the last decision; trip_of: that brought this record */
    uint32_t count, swept; /* swept: a job was done */
    struct decision decisions[W_DECISIONS];
};

struct world {
    int64_t now, ahead; /* ahead: of all clocks */
    struct tick ticks[NODES];
    struct queue queue; /* what waits for the hosts to wake */
    struct shape shape;
    struct model model;
    struct phone phones[M_PHONES];
    struct plan plans[PLANS_MOST];
    uint32_t plan_count;
    int64_t directory; /* ms; -1: silent */
    uint32_t crash[NODES];
    struct witness witness;
    int64_t look_at, looked_at; /* when the nodes are called next, and when they were */
    uint32_t fired; /* phones about which the last advance decided */
    uint8_t user_called[M_USERS], phone_called[M_PHONES]; /* how often they were renamed */
    uint32_t each; /* compare everything after each step */
    uint64_t digest, inputs, deadlines, effects, requests, faults, crashes;
    uint64_t verdicts, refusals, reasons, refusal_reasons; /* reasons: of verdicts whose reason was compared */
    struct told told;
    struct finding finding;
    struct script *script;
    hsvc_memory_store *memory;
    void *fault; /* hsvc_fault_store */
    uint32_t conflicts; /* 1: the fault that was armed last is one; with so few of them the engine copes alone (STORE-4) */
    hsvc_store store;
    hsvc_allocator allocator;
    hsvc_engine *engines[NODES];
    hsvc_effects *fx;
};

/* world.c: the engines, and one input */
void world_open(struct world *w, const struct shape *shape);
void world_close(struct world *w);
void world_run(struct world *w, const struct event *list, uint32_t count);
void world_apply(struct world *w, hsvc_input *in, uint32_t phone);
void world_resync(struct world *w, uint32_t node);
void world_settle(struct world *w);
/* world_passes: is it a status after which the same is tried again? world_heard: effects on their way to phones. world_imported: a
 * file is done; what engine and model say changed. */
int world_passes(int32_t status);
void world_heard(struct world *w, const hsvc_effects *fx);
void world_imported(struct world *w, uint64_t wanted, uint64_t seen, uint32_t broken);
void world_at_once(struct world *w);
void world_polls(struct world *w);
void world_restart(struct world *w, uint32_t node);
void world_fault(struct world *w, const struct event *e);
uint32_t world_node(const struct world *w, uint32_t phone);
void world_find(struct world *w, enum difference kind, uint32_t phone, int64_t wanted, int64_t seen);
void world_digest(struct world *w, const void *bytes, uint32_t len);

/* witness.c: witness_bind: before another store. witness_begin: a call begins at this node; witness_sample: it is made again.
 * witness_wrote: the records of a kind that the call has written, as bits; witness_used: or rested on; witness_phones: those of phones that it has read.
 * witness_written: when the last decision was that wrote a phone. witness_below: beneath what may fail; witness_bind: above it. */
void witness_below(struct witness *witness, const hsvc_store *inner, hsvc_store *store);
void witness_bind(struct witness *witness, const hsvc_store *below, hsvc_store *store);
void witness_begin(struct world *w, uint32_t node);
void witness_sample(struct world *w, uint32_t node);
uint32_t witness_wrote(const struct world *w, enum witnessed kind);
uint32_t witness_used(const struct world *w, enum witnessed kind);
uint32_t witness_phones(const struct world *w);
int64_t witness_written(const struct world *w, uint32_t phone);
/* world_decided: what was due of the records that a call came to is done in the model too. world_now: when its last decision was. */
void world_decided(struct world *w);
int64_t world_now(const struct world *w);

/* time.c: clocks that step, hosts that sleep. world_clock: what a node's clock says; world_time: what it goes by; world_when: when
 * it will say that. world_next: when a node has something to do that it has not been asked for. */
int64_t world_clock(const struct world *w, uint32_t node);
int64_t world_time(const struct world *w, uint32_t node);
int64_t world_when(const struct world *w, uint32_t node, int64_t at);
int64_t world_next(const struct world *w);
void act_time(struct world *w, const struct event *e);
void time_wakes(struct world *w);
uint32_t time_queues(struct world *w, const struct event *e);

/* model_input.c: an input, in the model's words. stale: it answers a prompt or a request that is over. */
struct m_answer model_input(struct model *m, const hsvc_input *in, uint32_t stale);
int64_t model_time(const struct model *m, const hsvc_input *in);

/* acts.c: what an event means now */
void act(struct world *w, const struct event *e);

void act_phone(struct world *w, const struct event *e);

/* acts_import.c */
void act_import(struct world *w, const struct event *e);

/* acts_admin.c: what administrators do; 0: it is none of theirs */
uint32_t act_admin(struct world *w, const struct event *e);

/* phones.c */
void phones_effects(struct world *w, const hsvc_effects *fx);
void phones_turn(struct world *w);
int64_t phones_next(const struct world *w);
void phones_gone(struct world *w, uint32_t phone);
void phones_return(struct world *w, uint32_t phone);
void phones_behind(struct world *w, const struct event *e, uint32_t kind);
void phones_pin(uint32_t user, uint32_t right, char pin[8]);

/* compare.c */
void compare_phone(struct world *w, uint32_t phone);
void compare_user(struct world *w, uint32_t user);
void compare_all(struct world *w);
void compare_sound(struct world *w);

/* told.c: what is told, side by side */
void told_effects(struct world *w, const hsvc_effects *fx);
void told_at_rest(struct world *w, uint32_t phone);
void told_owner(struct world *w, uint32_t headset);

/* script.c: lines of a scenario. Names: u1, desk-1, H1. */
const char *user_name(uint32_t user);
const char *phone_name(uint32_t phone);
const char *serial_name(uint32_t headset);
/* reported_name: what a phone calls a headset that is plugged into it; reported_handle: and its interface. */
const char *reported_name(const struct world *w, uint32_t phone, uint32_t headset);
uint32_t reported_handle(const struct world *w, uint32_t phone, uint32_t headset);
const char *profile_name(uint32_t user, uint32_t profile);
/* user_id, phone_id: what the service calls them by now; a script keeps its own names. */
const char *user_id(const struct world *w, uint32_t user);
const char *phone_id(const struct world *w, uint32_t phone);
/* person: as a script says it: in quotes, and by that id, who is not known to the service (any more). */
const char *person(const struct world *w, uint32_t user);
uint32_t number_of_name(const char *name, size_t len);
void say(struct world *w, const char *format, ...);
void say_calls(struct world *w, uint32_t phone);
void script_head(struct world *w, const struct shape *shape, uint64_t seed);
void script_expect(struct world *w, const struct finding *f);
void script_end(struct world *w);

/* shrink.c: the shortest list that it finds with the same kind of difference. */
/* describe: in words, to stderr. script_of: the scenario of a list; to be freed. */
void describe(uint64_t seed, const struct finding *f);
char *script_of(const struct event *list, uint32_t count, const struct shape *shape, uint64_t seed);
uint32_t shrink(struct event *list, uint32_t count, const struct shape *shape, struct finding *finding);

#endif
