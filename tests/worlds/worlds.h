/* worlds.h: small worlds, explored whole: from a beginning that a script sets up, every event that could happen next, in
 * every order, breadth first, on the real code. tests/README.md says what for; explore.c how. */
#ifndef TESTS_WORLDS_H
#define TESTS_WORLDS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "headsetsvc/inputs.h"
#include "headsetsvc/scenario.h"
#include "headsetsvc/stdlib.h"

enum { DEVICES = 2, USERS = 2, HEADSETS = 3, NOBODY = -1, STRANGER = 9 };

/* ---- the store (store.c): rows in key order, whose whole content is one copy ---- */
enum { ROWS = 64, KEY = 52, POOL = 32768 };
struct row {
    uint64_t revision;
    uint32_t at; /* in the pool */
    uint32_t len;
    uint32_t room;
    uint32_t key_len;
    uint8_t key[KEY];
};
struct image {
    uint32_t count;
    uint32_t used; /* of the pool */
    struct row rows[ROWS];
    uint8_t pool[POOL];
};
/* What a commit may meet once: the faults of STORE-4. */
enum { FAULT_NONE, FAULT_UNAVAILABLE, FAULT_CONFLICT, FAULT_UNKNOWN_DONE, FAULT_UNKNOWN_NOT, FAULTS };
struct flat {
    struct image *image; /* what the store holds now */
    int fault;           /* of the next commit */
    uint32_t commits;    /* that succeeded, since it was set to 0 */
    uint32_t dirty;      /* bits of the records that commits wrote: DIRTY_ */
    const char *broken;  /* a promise of STORE-3 that a commit broke, or NULL */
};
enum { DIRTY_DEVICE = 1, DIRTY_USER = 1 << 4, DIRTY_HEADSET = 1 << 8, DIRTY_POLICY = 1 << 12, DIRTY_ALL = 0xffff };
void flat_bind(struct flat *flat, hsvc_store *store);
void image_copy(struct image *to, const struct image *from);
/* image_has: is there a row of this family? */
int image_has(const struct image *image, uint32_t family);

/* ---- what can be seen of a state (view.c) ---- */
struct seen_present {
    uint8_t here, fresh, doubtful, gone; /* gone: reported, not judged */
};
struct seen_device {
    uint32_t exists, kind, flags, registered, session_state, profile_state, prompt, verifying, flapping;
    uint32_t calls, emergencies, causes, wipe;
    uint32_t holding;  /* after an emergency call */
    uint32_t by_hand;  /* nobody's headset need be here */
    uint32_t timers;   /* bit per line of timers.def: it runs */
    uint32_t next;     /* the same: it is the next of the device to fire, or one of those */
    uint32_t prompt_state, screen_proves; /* which of several machines' states the screen stands for */
    uint64_t session, prompt_id, desired, acked, verify_request;
    int64_t window_due, window_at, prompt_due, deadline;
    int8_t user, serial, prompt_user, prompt_serial, verify_user, related, worn; /* worn: NOBODY its own, else whose profile */
    int8_t site_kept; /* site and location are those of the beginning */
    struct seen_present at[HEADSETS];
};
struct seen_user {
    uint32_t exists, disabled, failures, locked, headset_count, session_count, profile_count;
    uint32_t headsets; /* bit per headset in the user's list */
    uint32_t logins;   /* bit per device */
    uint64_t login_session[DEVICES];
};
struct seen_headset {
    uint32_t exists, connected, updating;
    int8_t owner;
};
/* The parameters that rules ask about, as they stand everywhere. */
struct seen_policy {
    int64_t deny, pin_required, countdown, multiple, takeover_on_yes, keeps, refuses_in_call, resign_in, headsets_max;
    int64_t prompts, lockout, hold, window, unregistered_max, max_login;
};
struct view {
    struct seen_device device[DEVICES];
    struct seen_user user[USERS];
    struct seen_headset headset[HEADSETS];
    struct seen_policy policy;
};
/* One moment on a path. */
struct spot {
    int64_t now;
    struct view view;
    struct image image;
};

/* ---- what happened (step.c) ---- */
enum { EFFECTS = 48 };
struct effect {
    uint32_t kind, reason, prompt, cause, flags;
    int8_t device, user, other, serial, worn; /* worn: of APPLY_PROFILE */
    int8_t site_kept;
    uint64_t session, generation, prompt_id;
};
struct happened {
    int32_t status;
    uint32_t effect_count, verdicts, accepted, reason, commits;
    int has_rule;
    const char *broken; /* of the store's contract */
    struct effect effect[EFFECTS];
};

/* ---- worlds and events (events.c, worlds.def) ---- */
/* CLASSES: groups of events that a world has or has not. */
#define CLASSES(C)                                                                                                       \
    C(TIME) C(EDGE) C(LATE) C(PLUG) C(ROAM) C(PIN) C(WRONG) C(LATE_ANSWERS) C(ODD) C(BUTTONS) C(EXTEND) C(CHOOSE) C(MENU) \
    C(HAND) C(HOST) C(CALLS) C(EMERGENCY) C(DOUBT) C(RESET) C(LINK) C(OLD) C(FAIL) C(WIPE) C(UPDATE) C(OWNERS) C(FORCE) C(DISABLE) C(REMOVE) \
    C(UNLOCK) C(SET_EM) C(SET_PIN) C(STORE) C(REQUESTS) C(TWO_PHONES) C(THREE)
enum {
#define C(name) CLASS_##name,
    CLASSES(C)
#undef C
};
#define IN(name) (UINT64_C(1) << CLASS_##name)
enum {
#define EVENT(name, classes, each, text) EV_##name,
#include "worlds/events.def"
#undef EVENT
    EVENT_KINDS
};
struct event {
    uint8_t kind;
    int8_t device;
    int8_t who; /* user, headset or number: events.def says which */
};
enum { MOST_EVENTS = 250 };
struct world {
    const char *name;
    const char *about;
    const char *policy; /* lines of the prologue beyond those of every world */
    uint64_t classes;
    uint32_t depth; /* 0: until nothing is new */
    uint32_t states; /* 0: as many as there are; else it may stop there, and says so */
};
extern const struct world worlds[];
extern const size_t world_count;
struct place { /* a world with what exploring it needs */
    const struct world *world;
    hsvc_allocator allocator;
    struct flat flat;
    hsvc_store store;
    int64_t now;
    hsvc_engine *engine;
    hsvc_effects *fx;
    struct event events[MOST_EVENTS];
    uint32_t event_count;
    int64_t reset_after, flap_connects, flap_window, remembers; /* what canon.c must know of the policy */
    const char *only; /* the one invariant that is asked, by name; NULL: all */
    struct spot root;
    uint64_t steps; /* transitions made */
    uint64_t requests; /* request ids given, in worlds with such */
};
int place_open(struct place *p, const struct world *world);
void place_close(struct place *p);
/* prologue: the script lines that set the world up, as a new text. */
char *prologue(const struct world *world);
void list_events(struct place *p);
int is_enabled(const struct place *p, const struct event *e, const struct spot *s);
/* input_of: 0 if the event is time alone. */
int input_of(const struct event *e, const struct spot *s, hsvc_input *in, hsvc_item *item);
/* event_text: the event as a line of a script. */
void event_text(const struct event *e, const struct spot *s, char *to, size_t size);
extern const char *const device_names[DEVICES], *const user_names[USERS], *const headset_names[HEADSETS];

/* look: refreshes the parts of a view that commits wrote. */
void look(struct place *p, struct spot *s, uint32_t dirty);
/* whose: index of a name among the world's, NOBODY if empty, STRANGER if unknown. */
int8_t whose(const char *const *names, int count, const char *text, size_t len);
int8_t whose_profile(const char *text, size_t len);

/* step: what the event makes of a state; `to` and `from` may not be the same. settle_calls: every call ends. */
void step(struct place *p, struct spot *to, const struct spot *from, const struct event *e, int fault, struct happened *h);
/* repeat: the last input of step once more, with its request id, in the state that it made. */
void repeat(struct place *p, struct spot *s, struct happened *h);
void settle_calls(struct place *p, struct spot *s, struct happened *h);
/* fire: time passes to the next deadline, and what is due fires; 0 if nothing is due ever. */
int fire(struct place *p, struct spot *s, struct happened *h);
int64_t next_deadline(const struct view *v);
/* play: runs a script by the testkit's runner on a store of ours; the spot where it ends. 0 and a message if it fails. */
int play(struct place *p, const char *script, struct spot *end);
/* fails: does that script fail, on a store of the runner's own? */
int fails(const char *script);

/* ---- equal states (canon.c) ---- */
struct hash {
    uint64_t a, b;
};
struct hash canon(const struct place *p, const struct spot *s);
/* canon_noted: the same, and what the hash is made of: at most NOTES, the last followed by one without `what`. */
enum { NOTES = 1025 };
struct canon_note {
    const char *what; /* as canon.c has it; of a row its key */
    char value[64];
};
#define ROW_NOTE "row" /* `what` of a row's key */
struct hash canon_noted(const struct place *p, const struct spot *s, struct canon_note *notes);

/* ---- were they rightly taken for one? (merges.c) ---- */
struct parting {
    const struct event *at; /* the first event that is answered otherwise, makes another state, or is possible in one alone */
    char what[200];         /* what differs then; "here" is the first state */
};
/* do_part: 0 if two states have the same future, as far as each single event tells. */
int do_part(struct place *p, const struct spot *a, const struct spot *b, struct parting *to);

/* ---- what must hold (rules.c) ---- */
struct blame { /* of what the rule speaks: where its loops stood */
    int device, user, headset;
};
struct moment {
    struct blame *blame;
    const struct place *place;
    const struct event *event; /* NULL: the beginning */
    const struct spot *before;
    const struct spot *after;
    const struct happened *happened;
};
struct violation {
    const char *rule;
    const char *name;
    char text[400];
    char expect[500]; /* lines of a script that fail where this was found (expects.c), or "" */
};
/* expected: the lines for a rule's text. strongest_cause: of a set that waits, as the views have it. */
void expected(const struct moment *m, const char *text, char *to, size_t size);
int strongest_cause(uint32_t causes);
/* broken_rule: the first rule that a moment breaks; 0 if none. Rules about steps and about states alike. */
int broken_rule(const struct moment *m, struct violation *v);
/* is_asked: does this search ask for that invariant? */
int is_asked(const struct place *p, const char *name);
size_t rule_count(void);
const char *rule_name(size_t i);
void print_rules(void);
/* unsound: what hsvc_verify finds in a state; restless: does time lead to rest from here (TIME-7)? 1 if something is wrong. */
int unsound(struct place *p, struct spot *s, struct violation *v);
struct seen_set;
int restless(struct place *p, const struct spot *s, struct seen_set *rested, struct violation *v);

/* ---- sets of states (set.c) ---- */
struct node {
    struct hash hash;
    uint32_t parent;
    uint8_t event;
    uint8_t depth;
    uint16_t reserved;
};
struct seen_set { /* a compact open-addressing table of node numbers */
    struct node *nodes;
    uint32_t *table;
    uint32_t count, node_room, table_size;
};
void set_init(struct seen_set *set);
void set_free(struct seen_set *set);
/* set_add: the node's number; *is_new: it was not there. */
uint32_t set_add(struct seen_set *set, struct hash hash, uint32_t parent, uint8_t event, int *is_new);
int set_has(const struct seen_set *set, struct hash hash);

/* ---- exploring (explore.c) ---- */
struct findings {
    uint64_t states, expanded, steps, merges_tried;
    uint32_t timers, screens; /* bits of timers.def and of the prompt's states: what ran and was shown in some state */
    uint32_t fired_in_calls;  /* bits of timers.def: what fired during a call */
    uint32_t waited;          /* bit per cause, from HSVC_CAUSE_ADMIN: what waited for a call's end */
    uint32_t depth;
    int complete;
    struct violation violation; /* rule NULL: none */
    char *script;               /* the shortest way there, or NULL; to be freed */
    char *other;                /* of two states that were wrongly taken for one: the way to the other; to be freed */
    int plays;                  /* the runner plays the script to that very state */
};
/* explore: as far as the world says, or to the first violation. The way to the last state found, or to the violation, is also
 * played by the testkit's runner, and compared. */
int explore(struct place *p, uint32_t scale, struct findings *found);
/* script_of: the way to a node, and one event more if it is not NULL. */
char *script_of(struct place *p, const struct seen_set *set, uint32_t node, const struct event *more, const struct violation *v);

#endif
