/* model.h: the service as SPEC words it, plain and slow: arrays, loops, and no line of the engine. tests/offices/world.c
 * feeds it what the engine is fed; compare.c puts the two side by side. Written from SPEC and docs/decisions alone: it knows
 * neither the tables nor the records. People, phones and headsets are numbers, from 1; 0 is nobody. */
#ifndef HSVC_OFFICES_MODEL_H
#define HSVC_OFFICES_MODEL_H

#include <stdint.h>

#include "headsetsvc/headsetsvc.h"

#define M_USERS 13    /* 12 people */
#define M_PHONES 9    /* 8 phones */
#define M_HEADSETS 25 /* 24 headsets */
#define M_CALLS 8
#define M_PARAMS 43
#define M_NODES 3
#define M_NEVER INT64_MAX
#define M_UNSET (-1)
#define M_BY_SERIAL 1u
#define M_BY_ALIAS 2u
#define M_BY_ANY 3u
#define M_SAYS_STEADY 1u /* a connect, without one */
#define M_SAYS_UPDATING 2u
#define M_KEPT_HERE 1u
#define M_KEPT_GONE 2u

/* Some failures in a row, and the lock that they led to; begun anew once after a step back of the clock (TIME-4). */
struct m_lock {
    uint32_t failures;
    uint8_t count_anew, lock_anew;
    int64_t first, at, until; /* M_NEVER: until unlocked */
};

struct m_user {
    uint8_t exists, enabled, profiles, last_profile;
    struct m_lock lock;
};

/* A headset at a phone. gone: reported gone, not judged yet. doubtful: reported elsewhere since `newer`. awaited: gone to restart in
 * its update. Both are so until doubt_due. */
struct m_present {
    uint8_t by; /* its interfaces that are plugged: M_BY_ */
    uint8_t here, fresh, gone, doubtful, awaited;
    int64_t since, event_at, newer, doubt_due, doubted_at;
    uint32_t order, attempts; /* order: of connecting; attempts: wrong entries for it */
};

struct m_call {
    uint32_t id; /* 0: no call */
    uint8_t emergency;
    int64_t seen_at;
};

/* When something happens by itself. */
enum m_timer {
    MT_PROMPT,  /* a prompt closes, a countdown signs in */
    MT_CHECK,   /* nobody answers about a PIN */
    MT_WINDOW,  /* the automatic sign-out */
    MT_KEPT,    /* the longest that a session is kept */
    MT_LONGEST, /* max_login_time */
    MT_RESET,   /* a phone has not come back */
    MT_SETTLE,  /* headsets had their time to be reported again */
    MT_AWAY,    /* a phone is away too long for its session */
    MT_CALLS,   /* a call is so old that the host is asked */
    MT_LIST,    /* the host did not answer about calls */
    MT_HOLD,    /* an emergency call is long over */
    MT_OFFER,   /* the next headset's turn, after one was refused */
    MT_FLAP,    /* a phone that was held is quiet */
    MT_WARN,    /* the automatic sign-out, or that of a kept session, is near (OUT-15) */
    MT_WARN_LONGEST, /* max_login_time is nearly over */
    M_TIMERS
};

struct m_phone {
    uint8_t exists, registered, em, kind, related, site;
    uint16_t unfit; /* 0, or why nobody signs in there by headset: its model, its firmware */
    uint8_t resetting, settling, overdue;
    uint8_t offers_later, ended_later; /* follows from what was due before an input, and comes after it (decision 157) */
    uint8_t held; /* it will be told: a call began in the input that came after what was due (CALL-1), or it could not take it (PROF-2) */
    uint32_t retries;
    uint64_t wipe; /* 0, or the first generation before whose use it must be wiped */
    uint64_t ordered; /* in which input, or after it */
    uint32_t settlings;
    uint64_t wanted, worn; /* generations */
    uint8_t profile;       /* wanted: 0 its own, else the number of the user's profile, from 1 */
    uint8_t user;          /* of the session */
    uint8_t by;            /* headset by which the session began, 0: by hand (decision 175) */
    uint8_t profile_of;
    uint32_t session_state, causes, left_denied, extended;
    uint32_t serial; /* of the session, counted by the model */
    int64_t signed_in_at, left_at;
    int64_t waits_due, waits_at; /* the earliest of doubt_due, and when it became that: all of a phone begin anew together */
    uint8_t waits_anew;
    int64_t asked_of; /* the host was asked about calls that it has not named since then */
    uint32_t asker; /* the node that asked its host about old calls */
    uint8_t dismissed;
    uint32_t prompt, shown; /* shown: how many there were */
    uint8_t prompt_user, prompt_headset, waiting; /* waiting: Yes was said during a call */
    uint8_t prefill, last_user; /* prefill: who is suggested where no headset says who it is */
    uint8_t checking, check_user, check_profile;
    uint8_t hand;   /* the profile is chosen by hand */
    uint8_t picked; /* Associate was picked in the menu */
    uint8_t offers; /* "associated" has Sign in on it (PROMPT-2) */
    struct m_lock throttle;
    int64_t due[M_TIMERS], armed_at[M_TIMERS];
    uint32_t armed[M_TIMERS]; /* in which order */
    uint8_t anew[M_TIMERS];   /* began anew after a step back */
    uint32_t flaps; /* connects since flap_at; in a hold that is when it began */
    int64_t flap_at, kept_at[M_HEADSETS];
    uint8_t kept[M_HEADSETS]; /* what was reported in the hold: M_KEPT_ */
    uint8_t kept_by[M_HEADSETS];
    uint32_t kept_order[M_HEADSETS]; /* as they were told, whatever their times */
    struct m_present at[M_HEADSETS];
    struct m_call calls[M_CALLS];
};

struct m_headset {
    uint8_t alias; /* its other serial is known to be its own (ID-7) */
    uint8_t owner, known, phone; /* phone: the newest that reported it */
    uint8_t was;                 /* whose it was, until the sweep after that user's removal */
    int64_t event_at;            /* of the newest report there */
    struct m_lock update;        /* at, until: when it counts as updating */
    uint8_t skipped[M_PHONES];
};

/* What a change leaves to be done record by record. */
enum m_job_kind { M_JOB_POLICY, M_JOB_REMOVED, M_JOB_FORCE, M_JOB_NAMES }; /* NAMES: nothing that the model has */
struct m_job {
    uint32_t what, scope, subject, flags;
};
#define M_JOBS 16

/* What is told once: HSVC_EFFECT_, and its cause or reason; a notice: its user or headset. Of a session: whose, in which profile, by which headset (0: by hand). */
struct m_told {
    uint16_t kind, number;
    uint8_t phone, user, profile, headset;
    int64_t due; /* of a warning: the end */
};
#define M_TOLD 64

struct model {
    int64_t now, at;  /* of the decision; of what it is about */
    uint64_t input; /* how many there were */
    uint32_t counter; /* orders timers and connects */
    uint32_t early; /* what follows comes later: what was due before an input is done, and the input is not yet */
    uint32_t node; /* whose decision this is */
    uint32_t nodes, counted; /* counted: this input has counted as a connect */
    uint32_t dated;          /* this input says when it happened */
    uint32_t aliases;        /* headsets that a list names by their other serial */
    uint8_t by;              /* which interface this input is about; M_BY_ANY: all */
    uint32_t says;           /* what this input says of its headset's update: M_SAYS_ */
    int64_t sampled[M_NODES]; /* the last time that each node went by */
    int64_t decided[M_PHONES]; /* when a phone was decided about last, as far as a sweep goes by it */
    uint32_t turn; /* the phone that is advanced: of two with something due in the same ms it is first */
    uint32_t job_count;
    struct m_job jobs[M_JOBS];
    uint32_t told_count; /* of what the engine has not been seen to tell */
    struct m_told told[M_TOLD];
    struct m_user users[M_USERS];
    struct m_phone phones[M_PHONES];
    struct m_headset headsets[M_HEADSETS];
    int64_t everywhere[M_PARAMS], at_site[4][M_PARAMS], at_phone[M_PHONES][M_PARAMS], for_user[M_USERS][M_PARAMS];
};

/* What the model says of an input: accepted or not, and the reason where SPEC names one (0: it does not). accepted
 * M_OPEN: SPEC leaves open whether it is called accepted. */
#define M_OPEN 2u
struct m_answer {
    uint32_t accepted, reason;
};
struct m_answer m_yes(uint32_t reason);
struct m_answer m_no(uint32_t reason);
struct m_answer m_open(void);

/* model.c: state, policy, time */
void m_begin(struct model *m, int64_t now, uint32_t nodes);
int64_t m_policy(const struct model *m, uint32_t param, uint32_t user, uint32_t phone);
int64_t m_default(uint32_t param);
void m_arm(struct model *m, struct m_phone *p, enum m_timer timer, int64_t due);
/* m_phone_next: the earliest of a phone. m_pass: what of these phones (bits) is due before then, and by
 * now, in order; how many. */
int64_t m_phone_next(const struct m_phone *p);
uint32_t m_pass(struct model *m, uint32_t phones, int64_t before, int64_t now);
void m_settle(struct model *m, uint32_t phones, int64_t now);
void m_turns(struct model *m, struct m_phone *p);
void m_warned(struct model *m);
void m_screens(struct model *m, uint32_t phones);
void m_turns_too(struct model *m, uint32_t phones, uint32_t since);
uint32_t m_number(const struct model *m, const struct m_phone *p);
uint32_t m_calls(const struct m_phone *p);
uint32_t m_emergency(const struct m_phone *p);
uint32_t m_ready(const struct m_phone *p);
uint32_t m_active(const struct m_phone *p);
uint32_t m_here(const struct model *m, const struct m_phone *p, uint32_t user);
uint32_t m_held(const struct model *m, uint32_t user);

/* model_time.c: clocks (SPEC 12) */
int64_t m_sampled(const struct model *m, uint32_t node, int64_t clock);
int64_t m_sample(struct model *m, uint32_t node, int64_t clock);
void m_see(struct model *m, struct m_phone *p);
void m_waits_armed(struct model *m, struct m_phone *p);
uint32_t m_patrols(const struct model *m, int64_t now);
void m_see_user(struct model *m, uint32_t user);
void m_see_headset(struct model *m, uint32_t headset);
void m_sweeps(struct model *m, uint32_t phone);
uint32_t m_locked(const struct model *m, const struct m_lock *lock);

/* model_desk.c: headsets come and go, phones reset, calls */
struct m_answer m_connect(struct model *m, uint32_t phone, uint32_t headset, int64_t at);
struct m_answer m_disconnect(struct model *m, uint32_t phone, uint32_t headset, int64_t at);
struct m_answer m_snapshot(struct model *m, uint32_t phone, uint32_t headsets, int64_t at);
struct m_answer m_presence(struct model *m, uint32_t phone, uint32_t headset, uint32_t there);
struct m_answer m_registered(struct model *m, uint32_t phone, uint64_t generation, uint32_t headsets, const struct m_call *calls);
struct m_answer m_unregistered(struct model *m, uint32_t phone);
void m_resynced(struct model *m, struct m_phone *p);
struct m_answer m_call_begun(struct model *m, uint32_t phone, uint32_t id, uint32_t emergency);
struct m_answer m_call_ended(struct model *m, uint32_t phone, uint32_t id);
struct m_answer m_call_list(struct model *m, uint32_t phone, const struct m_call *calls);
struct m_answer m_turn(struct model *m, struct m_phone *p, uint32_t headset);
void m_leave(struct model *m, struct m_phone *p, uint32_t headset, int64_t at);
void m_left(struct model *m, struct m_phone *p, uint32_t headset, int64_t at);
void m_unplaced(struct model *m, struct m_phone *p, uint32_t headset);
void m_settled(struct model *m, struct m_phone *p);
void m_settles(struct model *m, struct m_phone *p, uint32_t before, uint32_t most);
uint32_t m_any_here(const struct m_phone *p);
uint32_t m_back_from(uint32_t state);
void m_old_calls(struct model *m, struct m_phone *p);
void m_calls_over(struct model *m, struct m_phone *p);
uint32_t m_asked_by_another(const struct model *m, const struct m_phone *p);
void m_calls_ended(struct model *m, struct m_phone *p);

/* model_alias.c: headsets with two serials */
struct m_answer m_alias(struct model *m, uint32_t headset);
struct m_answer m_forget_alias(struct model *m, uint32_t headset);

/* model_update.c: headsets that are updated */
uint32_t m_updating(const struct model *m, uint32_t headset);
uint32_t m_judged(const struct m_phone *p);
void m_says_of_update(struct model *m, uint32_t headset);
void m_await(struct model *m, struct m_phone *p, uint32_t headset);
void m_wait_over(struct model *m, struct m_phone *p, uint32_t headset);
struct m_answer m_update_begins(struct model *m, uint32_t headset);
struct m_answer m_update_ends(struct model *m, uint32_t headset);

/* model_acks.c: what phones say of what they were told */
struct m_answer m_wiped(struct model *m, uint32_t phone, uint64_t generation);
struct m_answer m_applied(struct model *m, uint32_t phone, uint64_t generation);
struct m_answer m_failed(struct model *m, uint32_t phone, uint64_t generation);

/* model_flap.c: holds of headsets that come and go */
uint32_t m_flaps(const struct m_phone *p);
void m_counts(struct model *m, struct m_phone *p);
uint32_t m_holds(struct model *m, struct m_phone *p, uint32_t headset, uint32_t here);
void m_quiet(struct model *m, struct m_phone *p);

/* model_session.c: who is signed in */
uint32_t m_may_sign_in(const struct model *m, const struct m_phone *p, uint32_t user, uint32_t pin);
uint32_t m_pin_required(const struct model *m, const struct m_phone *p, uint32_t user, uint32_t headset);
uint32_t m_pin_needed(const struct model *m, const struct m_phone *p, uint32_t user, uint32_t headset);
uint32_t m_replaces(const struct model *m, const struct m_phone *p, uint32_t user);
uint32_t m_elsewhere(const struct model *m, const struct m_phone *p, uint32_t user);
uint32_t m_sign_in(struct model *m, struct m_phone *p, uint32_t user, uint32_t headset, uint32_t profile, uint32_t how);
void m_end(struct model *m, struct m_phone *p, uint32_t cause);
uint32_t m_strongest(const struct m_phone *p);
void m_end_or_wait(struct model *m, struct m_phone *p, uint32_t cause);
void m_apply(struct model *m, struct m_phone *p, uint32_t user, uint32_t profile);
void m_open_window(struct model *m, struct m_phone *p, int64_t at);
void m_back(struct model *m, struct m_phone *p);
void m_window_due(struct model *m, struct m_phone *p);
void m_waited(struct model *m, struct m_phone *p);

/* model_told.c: what is told */
void m_tells_start(struct model *m, const struct m_phone *p, uint32_t how);
void m_tells_end(struct model *m, const struct m_phone *p, uint32_t cause);
void m_notice(struct model *m, const struct m_phone *p, uint32_t reason, uint32_t subject);
struct m_answer m_sees(struct model *m, const struct m_phone *p, uint32_t reason, uint32_t shown);
void m_warns(struct model *m, struct m_phone *p, enum m_timer timer, uint32_t once);
void m_warn_due(struct model *m, const struct m_phone *p, int64_t due);
uint32_t m_menu_told(const struct model *m, const struct m_phone *p);

/* model_prompt.c: what a phone asks, and the answers */
void m_leaves(struct model *m, struct m_phone *p, uint32_t headset);
void m_offer(struct model *m, struct m_phone *p);
void m_follow(struct model *m);
uint32_t m_why_not(const struct model *m, const struct m_phone *p, uint32_t headset);
uint32_t m_asks_by_hand(const struct m_phone *p);
uint32_t m_judge(struct model *m, struct m_phone *p, uint32_t headset);
struct m_answer m_waits(struct model *m, struct m_phone *p, uint32_t headset);
void m_withdraw(struct m_phone *p);
void m_close(struct model *m, struct m_phone *p);
void m_show(struct model *m, struct m_phone *p, uint32_t prompt, uint32_t user, uint32_t headset);
void m_check_over(struct model *m, struct m_phone *p);
void m_countdowns(struct model *m, uint32_t phones);
void m_prompt_due(struct model *m, struct m_phone *p);
void m_countdown_to_pin(struct model *m, struct m_phone *p);
struct m_answer m_press(struct model *m, uint32_t phone, uint32_t kind);
struct m_answer m_submit(struct model *m, uint32_t phone, uint32_t user, uint32_t profile, uint32_t blank);
struct m_answer m_checked(struct model *m, uint32_t phone, uint32_t user, uint32_t state, uint32_t stale);
struct m_answer m_choose(struct model *m, uint32_t phone, uint32_t profile);
struct m_answer m_menu(struct model *m, uint32_t phone, uint32_t kind, uint32_t headset);
struct m_answer m_activity(struct model *m, uint32_t phone);

/* model_admin.c: people behind desks of another kind */
struct m_answer m_associate(struct model *m, uint32_t user, uint32_t headset);
struct m_answer m_disassociate(struct model *m, uint32_t headset);
struct m_answer m_move(struct model *m, uint32_t headset, uint32_t from, uint32_t to);
struct m_answer m_force(struct model *m, uint32_t phone, uint32_t now);
struct m_answer m_user_put(struct model *m, uint32_t user, uint32_t profiles, uint32_t enabled);
void m_not_for(struct model *m, struct m_phone *p, uint32_t user);
struct m_answer m_unlock(struct model *m, uint32_t user, uint32_t phone);
void m_give(struct model *m, uint32_t user, uint32_t headset, uint32_t phone);

/* model_policy.c: the policy changes while people work */
struct m_answer m_set(struct model *m, uint32_t param, uint32_t scope, uint32_t subject, int64_t value);
uint32_t m_for_later(uint32_t param);
void m_felt(struct model *m, struct m_phone *p);
void m_policy_job(struct model *m, const struct m_job *job);

/* model_people.c: people and phones come, go and are renamed */
struct m_answer m_user_remove(struct model *m, uint32_t user, uint32_t erase);
void m_names(struct model *m);
void m_removed_job(struct model *m, const struct m_job *job);
struct m_answer m_rename(struct model *m, uint32_t exists, uint32_t taken, uint32_t unknown);
/* What is said of a user (profiles, enabled) or a phone. */
struct m_record {
    uint8_t number, bad, profiles, enabled, kind, related, em;
    uint16_t unfit;
};
struct m_answer m_phone_put(struct model *m, const struct m_record *record);
struct m_answer m_phone_remove(struct model *m, uint32_t phone);
struct m_answer m_force_many(struct model *m, uint32_t scope, uint32_t subject, uint32_t now);
void m_force_job(struct model *m, const struct m_job *job);
struct m_answer m_free_all(struct model *m, uint32_t user);
struct m_answer m_to_owner(struct model *m, uint32_t headset);

/* model_bulk.c: a file of associations */
#define M_ROW_ASSOCIATE 0
#define M_ROW_DISASSOCIATE 1
#define M_ROW_MOVE 2
struct m_row {
    uint8_t user, headset, action, from, bad; /* bad: a cell that cannot be */
};
#define M_ALL_OR_NONE 1u
#define M_DRY 2u     /* the same decisions, and nothing is done */
#define M_REPLACE 4u /* who stands in the file keeps nothing else */
uint32_t m_import(struct model *m, const struct m_row *rows, uint32_t count, uint32_t how);
uint32_t m_import_users(struct model *m, const struct m_record *rows, uint32_t count, uint32_t how);
uint32_t m_import_phones(struct model *m, const struct m_record *rows, uint32_t count, uint32_t how);

/* model_jobs.c: what is swept later */
void m_job(struct model *m, struct m_job job);
void m_sweep(struct model *m);

/* model_hand.c: without a headset, and under DENY */
struct m_answer m_by_hand(struct model *m, uint32_t phone);
uint32_t m_plain_screen(const struct model *m, const struct m_phone *p, uint32_t user);
void m_em_screen(struct model *m, struct m_phone *p, uint32_t headset);
struct m_answer m_entered_by_hand(struct model *m, struct m_phone *p, uint32_t user);
struct m_answer m_host(struct model *m, uint32_t phone, uint32_t user, uint32_t profile, uint32_t take_over);

#endif
