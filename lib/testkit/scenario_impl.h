/* scenario_impl.h: what the files of the scenario runner share. Nothing outside lib/testkit/scenario*.c includes it.
 *
 *   scenario.c         new, run, free; the line loop
 *   scenario_text.c    memory, words, numbers, times
 *   scenario_match.c   which form of the grammar a line has
 *   scenario_slot.c    reading one {place} of a form
 *   scenario_setup.c   users, phones, headsets, settings
 *   scenario_admin.c   administration and policy
 *   scenario_event.c   headsets, calls, people, raw inputs
 *   scenario_step.c    into the engine and back: applying, the clock, what is remembered of a step
 *   scenario_phone.c   the simulated phones and the directory, and nothing else
 *   scenario_expect.c  expectations about verdicts and effects
 *   scenario_state.c   expectations about records
 *   scenario_report.c  failures, and verdicts and effects in words */
#ifndef HSVC_SCENARIO_IMPL_H
#define HSVC_SCENARIO_IMPL_H

#include <stdarg.h>
#include <string.h>

#include "headsetsvc/scenario.h"

#define SCN_TOKENS 192   /* words of one line */
#define SCN_ITEMS 80     /* entries of one list: more than an input may have, so that the limit can be tested */
#define SCN_MESSAGE 2048 /* bytes of a failure's text */
#define SCN_EXPECTED 8   /* alternatives that an error names */
#define SCN_TURNS 200000 /* deadlines and simulated events on the way to one line */
#define SCN_STUCK 100    /* turns of one deadline without any verdict */
#define SCN_DAY_MS INT64_C(86400000)
#define SCN_DAY_ONE INT64_C(1772409600000) /* 2026-03-02T00:00Z, a Monday */

/* Borrowed text; p may be NULL if n is 0. */
struct scn_str {
    const char *p;
    size_t n;
};

/* One word of a line. text is unescaped; source is where it stands in the script. */
struct scn_token {
    struct scn_str text;
    struct scn_str source;
    uint32_t column;
    uint32_t quoted;
};

enum scn_slot {
#define SLOT(name, parser, argument) SCN_##name,
#include "scenario_slots.def"
#undef SLOT
    SCN_SLOTS
};

struct scn_item {
    struct scn_str text;
    uint64_t number;
    uint32_t state;
    uint32_t flags;
};

/* What was read into one {place}. */
struct scn_value {
    uint32_t set;
    uint32_t quoted;
    const struct scn_token *token;
    struct scn_str text;  /* a name as the engine knows it, a word, or a list joined by line feeds */
    struct scn_str label; /* the name as the script calls it */
    struct scn_name *name;
    int64_t number;
    struct scn_item *items;
    size_t count;
};

/* A user, phone or headset of the script. One struct: what does not belong to the kind is empty. */
struct scn_name {
    struct scn_name *next;
    uint32_t kind;
    struct scn_str label;
    struct scn_str real;
    /* user */
    struct scn_str pin;
    struct scn_str profiles; /* joined by line feeds */
    uint32_t disabled;
    int32_t answer; /* of the directory whatever the PIN; 0: judge the PIN */
    /* phone: the record */
    struct scn_str site, location, model, firmware, profile, related;
    uint32_t device_kind, flags, node;
    /* phone: what stands on the desk */
    uint32_t registered;
    uint64_t ordered; /* newest generation it was told to wear */
    uint64_t wipe;    /* generation of an unacknowledged wipe, or 0 */
    uint64_t prompt_id, old_prompt_id;
    uint32_t prompt, menu;
    uint64_t screen; /* newest generation of its prompt and menu */
    struct scn_str prompt_user;
    uint64_t request, old_request; /* of VERIFY_PIN */
    struct scn_str request_user;
    struct scn_item plugged[SCN_ITEMS];
    size_t plugged_count;
    struct scn_item calls[SCN_ITEMS];
    size_t call_count;
    uint32_t had_emergency; /* an emergency call, at any time */
    /* headset */
    uint64_t handle;
    uint32_t headset_flags;
    int32_t type;
    struct scn_str vendor, dock; /* model and firmware above */
};

/* Something that a simulated phone or the directory will do. */
struct scn_plan {
    struct scn_plan *next; /* in order of time, then of planning */
    int64_t at;
    uint32_t what; /* SCN_WILL_ */
    struct scn_name *phone;
    struct scn_str serial;
    struct scn_str user;
    uint64_t number;
    uint32_t state;
};

enum { SCN_WILL_LEAVE = 1, SCN_WILL_REGISTER, SCN_WILL_PLUG, SCN_WILL_ANSWER, SCN_WILL_REPORT, SCN_WILL_LIST_CALLS };

/* Memory that lives as long as its pool: a list of blocks. */
struct scn_block;
struct scn_pool {
    struct scn_block *first;
};

/* The form that a line has. */
struct scn_form {
    void (*run)(struct hsvc_scenario *s);
    uint32_t kind; /* SCN_SETTING, ... */
    const char *form;
    const char *about;
};
enum { SCN_SETTING = 1, SCN_EVENT, SCN_EXPECTATION };

/* What verdicts and effects the last statement had, as copies in step_pool. */
struct scn_seen {
    hsvc_verdict *verdicts;
    size_t verdict_count, verdict_cap;
    hsvc_effect *effects;
    struct scn_str *offers; /* profiles of a CHOOSE_PROFILE, joined by line feeds; as many as effects */
    size_t effect_count, effect_cap;
    uint32_t refusal_expected; /* an expect line named a refusal, or said there is none */
    uint32_t refused;          /* reason of the first refusal of an input, or 0 */
    uint32_t line, column;
};

struct hsvc_scenario {
    hsvc_scenario_config config;
    hsvc_allocator allocator;
    hsvc_memory_store *memory;
    hsvc_store store;
    hsvc_engine *engine;
    uint32_t node; /* of several, the last; 0: there is no other */
    hsvc_effects *effects;
    int32_t status; /* what stops the run */
    hsvc_scenario_result result;
    struct scn_str script;
    /* time */
    int64_t now, day_one, zone;
    uint32_t setup; /* still before the first at */
    /* settings */
    int64_t reset_ms, return_ms, answer_ms; /* -1: by hand, never drops, silent */
    uint32_t reset_bare, phones_silent, jobs_wait;
    uint32_t lose_effects; /* those of the next call */
    uint32_t unheard;      /* effects were lost, and no resync has been since: screens may be wrong */
    struct scn_name *renamed; /* the phone whose renaming is under way, or NULL */
    struct scn_str renamed_to;
    /* the line */
    uint32_t line;
    uint32_t column;
    uint32_t dry_run;
    struct scn_str statement; /* from its first word to its last */
    struct scn_token tokens[SCN_TOKENS];
    size_t token_count;
    struct scn_value v[SCN_SLOTS];
    const struct scn_token *unresolved; /* the first name that is not declared, with what it should have been */
    uint32_t unresolved_kind, unresolved_count;
    size_t furthest; /* how far any form came, and what it wanted there */
    uint32_t furthest_unresolved;
    const struct scn_token *furthest_name; /* its first unknown name */
    struct scn_str expected[SCN_EXPECTED];
    size_t expected_count;
    struct scn_str nearest; /* the wanted word that is most like the one that stands there */
    size_t nearest_distance;
    /* memory */
    struct scn_pool pool;      /* the run's */
    struct scn_pool step_pool; /* the last step's */
    struct scn_pool line_pool; /* the line's */
    struct scn_name *names;
    struct scn_name *last_name;
    struct scn_plan *plans;
    struct scn_plan *idle_plans;
    uint64_t handles;
    struct scn_seen seen;
    char message[SCN_MESSAGE];
    char words[SCN_MESSAGE];
};

/* ---- scenario_text.c ---- */
void *hsvc__scn_take(hsvc_scenario *s, struct scn_pool *pool, size_t size); /* zeroed; NULL sets status */
void hsvc__scn_drop(hsvc_scenario *s, struct scn_pool *pool);
struct scn_str hsvc__scn_keep(hsvc_scenario *s, struct scn_pool *pool, struct scn_str text);
struct scn_str hsvc__scn_join(hsvc_scenario *s, struct scn_str a, char between, struct scn_str b); /* in line_pool */
struct scn_str hsvc__scn_of(const char *text);
int hsvc__scn_same(struct scn_str a, struct scn_str b); /* ASCII case-insensitive */
int hsvc__scn_is(struct scn_str a, const char *word);   /* ASCII case-insensitive */
size_t hsvc__scn_distance(struct scn_str a, struct scn_str b);
int hsvc__scn_tokenize(hsvc_scenario *s, struct scn_str text, uint32_t column); /* 0: reported */
int hsvc__scn_number(struct scn_str text, int64_t *number);
int hsvc__scn_unit(struct scn_str text, int64_t *ms_each);
int hsvc__scn_amount(struct scn_str text, int64_t *thousandths, struct scn_str *rest); /* "299.999s" */
int hsvc__scn_clock(struct scn_str text, int64_t *ms_of_day);
int hsvc__scn_date(struct scn_str text, int64_t *midnight);

/* ---- scenario_match.c ---- */
const struct scn_form *hsvc__scn_match(hsvc_scenario *s);
void hsvc__scn_expected(hsvc_scenario *s, size_t token, struct scn_str what);
void hsvc__scn_misread(hsvc_scenario *s); /* reports why no form fits */

/* ---- scenario_slot.c ---- */
/* Reads a place from token number *at on. 1 and *at behind it, or 0 with the expectation noted. */
int hsvc__scn_read(hsvc_scenario *s, enum scn_slot slot, size_t *at);
enum scn_slot hsvc__scn_slot_named(struct scn_str name);
struct scn_str hsvc__scn_suggestion(hsvc_scenario *s, uint32_t kind, struct scn_str wrong);

/* kinds of unresolved names beyond HSVC_SCENARIO_USER.. and registries */
enum { SCN_UNRESOLVED_REGISTRY = 100, SCN_UNRESOLVED_SHOWN = 200, SCN_UNRESOLVED_WHY = 201 };

/* ---- scenario_step.c ---- */
struct scn_name *hsvc__scn_find(const hsvc_scenario *s, uint32_t kind, struct scn_str label);
struct scn_name *hsvc__scn_find_real(const hsvc_scenario *s, uint32_t kind, struct scn_str real);
/* hsvc__scn_call: what the engine calls it from now on; whatever in the script was called so before, and is gone, is called nothing. */
void hsvc__scn_call(hsvc_scenario *s, struct scn_name *name, struct scn_str real);
struct scn_str hsvc__scn_label(const hsvc_scenario *s, uint32_t kind, struct scn_str real);
void hsvc__scn_begin_step(hsvc_scenario *s);
/* Feeds one input; 0: not even that. The last verdict of the input, copied, or NULL. */
const hsvc_verdict *hsvc__scn_apply(hsvc_scenario *s, hsvc_input *input, uint32_t origin);
void hsvc__scn_work(hsvc_scenario *s);
void hsvc__scn_move_to(hsvc_scenario *s, int64_t target, int inclusive);
void hsvc__scn_settle_refusal(hsvc_scenario *s);                         /* reports a refusal that nobody expected */
void hsvc__scn_input(hsvc_scenario *s, hsvc_input *input, uint32_t kind); /* with the common groups */
void hsvc__scn_set(const char **p, size_t *n, struct scn_str text);
void hsvc__scn_add_headsets(const struct scn_value *list, hsvc_item *items, hsvc_input *input);

void hsvc__scn_resync(hsvc_scenario *s, const hsvc_resync_scope *scope);

/* ---- scenario_phone.c ---- */
void hsvc__scn_world_input(hsvc_scenario *s, const hsvc_input *input); /* what an input says about the world */
void hsvc__scn_world_effects(hsvc_scenario *s);                        /* what the last call's effects make it do */
int hsvc__scn_world_due(const hsvc_scenario *s, int64_t *at);
void hsvc__scn_world_turn(hsvc_scenario *s); /* does the first planned thing */
void hsvc__scn_world_check(hsvc_scenario *s);
void hsvc__scn_first_registration(hsvc_scenario *s, struct scn_name *phone);

/* ---- scenario_state.c ---- */
/* hsvc__scn_cause: the place of a cause in a set of causes, or -1: there is no such cause, and that is reported. */
int hsvc__scn_cause(hsvc_scenario *s, const struct scn_token *token, int64_t cause, struct scn_str word);

/* ---- scenario_report.c ---- */
#if defined(__GNUC__)
#define SCN_FORMAT(a, b) __attribute__((format(printf, a, b)))
#else
#define SCN_FORMAT(a, b)
#endif
struct scn_text {
    char *at;
    size_t size;
    size_t used;
};
void hsvc__scn_put(struct scn_text *text, const char *format, ...) SCN_FORMAT(2, 3);
void hsvc__scn_put_str(struct scn_text *text, struct scn_str str);
void hsvc__scn_put_time(hsvc_scenario *s, struct scn_text *text, int64_t at);
void hsvc__scn_put_effect(hsvc_scenario *s, struct scn_text *text, size_t index);
void hsvc__scn_put_verdict(hsvc_scenario *s, struct scn_text *text, const hsvc_verdict *verdict);
void hsvc__scn_put_all(hsvc_scenario *s, struct scn_text *text, int verdicts, int effects);
/* Failures. column 0: the statement's. seen may be NULL. */
void hsvc__scn_report(hsvc_scenario *s, uint32_t kind, uint32_t column, const char *seen, const char *format, ...)
    SCN_FORMAT(5, 6);
void hsvc__scn_report_at(hsvc_scenario *s, uint32_t kind, uint32_t line, uint32_t column, const char *seen,
                         const char *message);
#define SCN_STR(text) (int)((text).n > 512 ? 512 : (text).n), (text).n > 0 ? (text).p : ""

#define FORM(handler, kind, form, about) void hsvc__scn_do_##handler(hsvc_scenario *s);
#include "scenario_grammar.def"
#undef FORM

#endif
