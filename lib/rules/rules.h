/* rules.h: the rules' side of the library: the turn that guards and actions see, the tables, and the vocabulary.
 *
 * Guards are questions: they change nothing but `barred`. Actions are verbs: they change records of this decision and
 * add effects. Only interpreter.c decides which row runs. */
#ifndef HSVC_RULES_H
#define HSVC_RULES_H

#include "engine/effects.h"
#include "engine/txn.h"

/* ---- numbers ---- */
enum {
    HSVC__MACHINE_NONE = 0,
#define MACHINE(name, subject, text) HSVC__MACHINE_##name,
#include "rules/machines.def"
#undef MACHINE
    HSVC__MACHINES
};
enum {
    HSVC_EVENT_NONE = 0,
#define EVENT(name, text) HSVC_EVENT_##name,
#include "rules/events.def"
#undef EVENT
    HSVC__EVENTS
};
enum {
#define STATE(machine, name, number, contract) HSVC__##machine##_##name = number,
#include "rules/states.def"
#undef STATE
    HSVC__STATES_MAX = 32
};
enum {
#define JOB(name, number, text) HSVC_JOB_##name = number,
#include "rules/jobs.def"
#undef JOB
    HSVC__JOBS_MAX = 32
};
#define HSVC__SAME 0u
#define HSVC__PARAMS 43 /* one more than the largest parameter number */

/* Bits of hsvc__device.session_flags and prompt_flags. */
#define HSVC__SESSION_BY_HAND 1u   /* nobody's headset need be here: by hand, or by headset and DENY since */
#define HSVC__SESSION_DISMISSED 2u /* "sign out?" was answered with Cancel */
#define HSVC__SESSION_EXTENDED 4u  /* this window was extended */
#define HSVC__SESSION_UNWATCHED 8u /* the last headset left under DENY: seen to when that is over */
#define HSVC__PROMPT_PROVEN 1u     /* the PIN was right on the way to this screen */
#define HSVC__PROMPT_BY_HOST 4u    /* the host signs the user in: no screen was shown */
#define HSVC__PROMPT_MENU 2u       /* the prompt came from the menu */
/* hsvc__user.gone: what is left of the record is its sweep's alone; to everybody else there is no such user. */
#define HSVC__USER_REMOVED 1u
#define HSVC__USER_RENAMED 2u /* other_id is the new id */
/* Bits of hsvc__device.calls_lost. */
#define HSVC__CALLS_LOST 1u
#define HSVC__CALLS_LOST_EMERGENCY 2u /* one of them is of emergency */

/* ---- tables ---- */
struct hsvc__turn;
typedef int (*hsvc__guard)(struct hsvc__turn *t);
typedef void (*hsvc__action)(struct hsvc__turn *t, int64_t arg);

struct hsvc__do {
    hsvc__action verb;
    int64_t arg;
};
#define HSVC__ACTIONS 8
#define HSVC__ROWS 256 /* of one machine, at most */
struct hsvc__row {
    uint32_t states; /* bit per state */
    uint16_t event;
    uint16_t next; /* HSVC__SAME or a state */
    uint32_t verdict;
    uint32_t kind; /* 0 a ROW; else of an OTHER */
    hsvc__guard guard;
    const char *rule;
    struct hsvc__do actions[HSVC__ACTIONS];
};
#define HSVC__OTHER_IGNORE 1u
#define HSVC__OTHER_REFUSE 2u
#define HSVC__OTHER_IMPOSSIBLE 3u
#define HSVC__VERDICT_NONE 0u
#define HSVC__VERDICT_BY_LADDER 1u

struct hsvc__step {
    hsvc__guard guard;
    uint32_t reason;
    const char *rule;
};
struct hsvc__machine {
    const char *name;
    const struct hsvc__row *rows;
    uint32_t row_count;
    uint32_t (*get)(struct hsvc__turn *t);
    void (*set)(struct hsvc__turn *t, uint32_t state); /* NULL: the state follows from the record, see DESIGN 4 */
};
extern const struct hsvc__machine hsvc__machines[HSVC__MACHINES];
extern const char *const hsvc__event_names[HSVC__EVENTS];
const char *hsvc__state_name(uint32_t machine, uint32_t state);
/* hsvc__step_number, hsvc__rule_of: what stands in hsvc__verdict.row for a ladder step, and back to a rule id. */
uint32_t hsvc__step_number(const struct hsvc__step *step);
const char *hsvc__rule_of(uint32_t row);
/* hsvc__kind: a kind of input as an index into tables, 0 if there is no such kind. */
#define HSVC__KIND(number) ((number) - (uint32_t)HSVC_INPUT_DEVICE_PUT + 1)
#define HSVC__KINDS (HSVC__KIND(HSVC_INPUT_SIGN_IN_USER) + 1)
static inline uint32_t hsvc__kind(uint32_t number) { return HSVC__KIND(number) < HSVC__KINDS ? HSVC__KIND(number) : 0; }
/* hsvc__admissions_of: the part of admit.def that holds all lines of a kind. */
struct hsvc__range {
    uint16_t first, end;
};
struct hsvc__range hsvc__admissions_of(uint32_t kind);
/* hsvc__admit: the first reason why an input cannot be decided at all (admit.def), or NULL. */
const struct hsvc__step *hsvc__admit(struct hsvc__turn *t);

/* hsvc__prefill: whose id stands in a prompt when it opens. hsvc__told: what the phone learns instead of a reason (picks.def). */
enum { HSVC__PREFILL_DEVICE_USER, HSVC__PREFILL_BY_HAND };
enum { HSVC__PREFILL_NOBODY, HSVC__PREFILL_RELATED_USER, HSVC__PREFILL_LAST_USER };
uint32_t hsvc__prefill(struct hsvc__turn *t, uint32_t list);
uint32_t hsvc__told(uint32_t reason);

/* ---- the turn ---- */
struct hsvc__raise {
    uint16_t machine;
    uint16_t event;
    int64_t arg;
    int64_t at; /* when it happened: as what raised it, but for reports that were held back */
    struct hsvc__device *dev;
    struct hsvc__headset *headset;
    struct hsvc__user *user;
};
struct hsvc__verdict {
    uint32_t reason;
    uint32_t row; /* machine * 65536 + row */
    const char *rule;
    const char *event;
    uint32_t field;
    int64_t limit;
};
struct hsvc__turn {
    struct hsvc_engine *engine;
    struct hsvc__txn *txn;
    struct hsvc_effects *fx;
    const hsvc_input *in; /* normalised; all zero for a deadline */
    uint32_t index;       /* of the input, or HSVC_NO_INPUT */
    uint32_t item;        /* counted from 1: the item of the input that is being judged; 0 none */
    uint32_t items_refused;
    int64_t now; /* the clock: prompts, resets and locks begin now, whenever their cause happened */
    int64_t at;  /* event time: windows run from it, and what was due before it has fired (TIME-2, TIME-3) */
    /* the subjects of the running step; never NULL, perhaps not present */
    struct hsvc__device *dev;
    struct hsvc__headset *headset;
    struct hsvc__user *user;
    struct hsvc__number *number; /* of a sweep that comes to numbers, or to entries of the audit */
    struct hsvc__entry *entry;
    const struct hsvc__job *job; /* whose sweep this is; NULL: an input, or a deadline */
    struct hsvc__skip *skip;     /* that it comes to */
    struct hsvc__device *lead; /* the device of the event that began it all */
    int64_t arg;
    const struct hsvc__row *row;
    const char *rule;
    const struct hsvc__step *barred; /* the ladder step that a guard found */
    struct hsvc__verdict verdict;
    struct hsvc__raise queue[HSVC_LIMIT_RAISES];
    uint32_t raised;
    uint32_t taken;
    uint32_t steps;
    uint32_t flap_counted; /* a connect of this input has been counted (PRES-8) */
};

/* hsvc__run: runs an event and all that it raises; the verdict is the first that a row gives. */
void hsvc__run(struct hsvc__turn *t, uint32_t machine, uint32_t event, int64_t arg);
/* hsvc__concerns: is a ROW for this event in the machine's state? Else its OTHER line would be all that runs. */
int hsvc__concerns(struct hsvc__turn *t, uint32_t machine, uint32_t event);
/* hsvc__raise_event: queues an event for the subjects given. */
void hsvc__raise_event(struct hsvc__turn *t, uint32_t machine, uint32_t event, int64_t arg, struct hsvc__device *dev,
                       struct hsvc__headset *headset, struct hsvc__user *user);
/* Tests only (built with HSVC_MASKING): a row or step behaves as if it were not in the table, a step's question as if it
 * were answered the other way round; and what ran is noted. */
#ifdef HSVC_MASKING
HSVC_API extern int64_t hsvc__masked_row;   /* machine * 65536 + row, or -1 */
HSVC_API extern int64_t hsvc__masked_step;  /* number of the step in ladders.def, or -1 */
HSVC_API extern int64_t hsvc__negated_step; /* the same */
HSVC_API extern uint32_t hsvc__contradicted; /* how often a state was not what the row that ran says */
HSVC_API extern uint8_t hsvc__fired_rows[HSVC__MACHINES][HSVC__ROWS];
HSVC_API extern uint8_t hsvc__fired_steps[256];
HSVC_API extern uint64_t hsvc__events_run;  /* counted; beyond the most every decision fails, so that a harmed table cannot run for ever */
HSVC_API extern uint64_t hsvc__events_most;
/* hsvc__figure: of a parameter: its least, its most, the two presets' defaults. */
int64_t *hsvc__figure(uint32_t param, uint32_t which);
#endif

/* ---- records by name (lib/rules/subjects.c); never NULL, perhaps not present ---- */
struct hsvc__device *hsvc__device_of(struct hsvc__turn *t, hsvc__str name);
struct hsvc__user *hsvc__user_of(struct hsvc__turn *t, hsvc__str id);
struct hsvc__headset *hsvc__headset_of(struct hsvc__turn *t, hsvc__str serial);
/* hsvc__serial_of: the record of the serial itself, which may only say whose alias it is. */
struct hsvc__headset *hsvc__serial_of(struct hsvc__turn *t, hsvc__str serial);
/* hsvc__serial_handle: a handle made from a serial, for an interface that has no other (ID-7). Never 0. */
uint64_t hsvc__serial_handle(hsvc__str serial);
struct hsvc__skip *hsvc__skip_of(struct hsvc__turn *t, hsvc__str serial, const struct hsvc__device *device);
/* hsvc__job_of: the job of a kind about a subject. hsvc__marked_user: a user's record whatever is left of it. */
size_t hsvc__job_name(char *to, uint32_t kind, hsvc__str subject); /* of its record; the bytes written */
struct hsvc__job *hsvc__job_of(struct hsvc__turn *t, uint32_t kind, hsvc__str subject);
struct hsvc__user *hsvc__marked_user(struct hsvc__turn *t, hsvc__str id);
/* hsvc__known_as: the user whom a stored id names, also while a new id makes its way. */
struct hsvc__user *hsvc__known_as(struct hsvc__turn *t, hsvc__str id);
/* hsvc__owner: the user to whom the running step's headset belongs. hsvc__session_user: of the running step's device. */
struct hsvc__user *hsvc__owner(struct hsvc__turn *t);
struct hsvc__user *hsvc__session_user(struct hsvc__turn *t);
/* hsvc__here: the headset's entry in the device's presence, or NULL. hsvc__plugged: the entry of a handle, or NULL. */
struct hsvc__present *hsvc__here(struct hsvc__device *dev, hsvc__str serial);
/* hsvc__give_turn: the headset may start a flow: now, or once it is certain that it is here (PRES-2, PRES-7). */
void hsvc__give_turn(struct hsvc__present *entry);
struct hsvc__present *hsvc__plugged(struct hsvc__device *dev, uint64_t handle);
/* hsvc__handles_serial: whose handle this is, by the last report; {NULL, 0} if nobody's. */
hsvc__str hsvc__handles_serial(struct hsvc__device *dev, uint64_t handle);
/* hsvc__report_of: a report of this serial that is held back, or NULL; all of one serial have the same time. */
const struct hsvc__report *hsvc__report_of(const struct hsvc__device *dev, hsvc__str serial);
/* hsvc__drop_unreported: handles of a headset that stayed here, but by others than before. */
void hsvc__drop_unreported(struct hsvc__device *dev, const struct hsvc__report *reports, uint32_t count);
/* hsvc__flaps: is the device held because its headsets come and go too often? */
int hsvc__flaps(const struct hsvc__device *dev);
/* hsvc__place_count, hsvc__place: the devices whose presence lists the headset; number 0 is the newest (PRES-7). */
uint32_t hsvc__place_count(const struct hsvc__headset *headset);
hsvc__str hsvc__place(const struct hsvc__headset *headset, uint32_t i);
/* hsvc__arm_presence: the device's presence_due follows the entries that wait. */
void hsvc__arm_presence(struct hsvc__device *dev);
/* hsvc__touch: this record is to be written. hsvc__keep: there is this headset, from now on if not before. hsvc__forget: it is to
 * be deleted, unless the same decision keeps it after all. */
void hsvc__touch(void *record);
void hsvc__keep(struct hsvc__headset *headset);
void hsvc__forget(struct hsvc__headset *headset);
/* hsvc__blank: nothing is known of it but its serial and its number in the audit. */
void hsvc__blank(struct hsvc__headset *headset);
/* hsvc__next_id: a number that this device never gave before. */
uint64_t hsvc__next_id(struct hsvc__device *dev);

/* ---- policy (lib/rules/policy.c) ---- */
/* hsvc__value: what a number or choice is for a user (may be NULL) at a device (may be NULL); scope may be NULL. */
int64_t hsvc__value(struct hsvc__turn *t, uint32_t param, const struct hsvc__device *dev, const struct hsvc__user *user,
                    uint32_t *scope);
/* hsvc__patterns: a text parameter at a device's site; scope may be NULL. */
hsvc__str hsvc__patterns(struct hsvc__turn *t, uint32_t param, const struct hsvc__device *dev, uint32_t *scope);
/* hsvc__preset_value: the preset's default of a parameter. */
int64_t hsvc__preset_value(uint32_t param, int64_t preset);
/* hsvc__preset_text: the patterns of a text parameter that nobody set; "" for none. */
const char *hsvc__preset_text(uint32_t param);
/* hsvc__is_number: is this a number or choice parameter? hsvc__is_text: or one of patterns? */
int hsvc__is_number(uint32_t param);
int hsvc__is_text(uint32_t param);
/* hsvc__may_stand: is this a number or choice that may be set in this HSVC_SCOPE_, and the value in its range? */
int hsvc__may_stand(uint32_t param, uint32_t scope, int64_t value);
/* hsvc__override: the value set in a list, or NULL. */
const int64_t *hsvc__override(const struct hsvc__overrides *set, uint32_t param);
struct hsvc__policy *hsvc__policy_of(struct hsvc__turn *t, hsvc__str site);

/* ---- the device's clockwork ---- */
/* hsvc__earliest: the device's earliest due time, HSVC_NEVER if there is none; timer (may be NULL): its number. */
int64_t hsvc__earliest(const struct hsvc__device *dev, uint32_t *timer);
/* hsvc__fire: clears timer number `timer` and runs its event. */
void hsvc__fire(struct hsvc__turn *t, struct hsvc__device *dev, uint32_t timer);
/* hsvc__follow_up: what follows from the record once a batch is decided, one after the other: deferred ends, waiting
 * answers, waiting prompts, the menu. 0 when there is no further one. */
int hsvc__follow_up(struct hsvc__turn *t, struct hsvc__device *dev, int which);
/* hsvc__inform: the device's unacknowledged state again: profile, wipe, prompt, menu (STORE-6). */
void hsvc__inform(struct hsvc__turn *t, struct hsvc__device *dev);

/* hsvc__tell: a new effect with the device's name, site and node, the rule and the time filled in; never NULL. */
hsvc_effect *hsvc__tell(struct hsvc__turn *t, uint32_t kind, const struct hsvc__device *dev);

/* ---- guards and actions: declared once, from the lists that name them ---- */
#define GUARD(name) int hsvc__is_##name(struct hsvc__turn *t);
#define ACTION(name) void hsvc__do_##name(struct hsvc__turn *t, int64_t arg);
#include "rules/verbs.def"
#undef GUARD
#undef ACTION

#endif
