/* conformance_impl.h: what the parts of the conformance suite share.
 *
 * A sequence is text (promises.def, or made by conformance_history.c). conformance_words.c reads one step of it,
 * conformance_step.c makes the call and compares with the model of conformance_model.c. Each sequence has keys of its own
 * below a prefix, so that what a broken store leaves behind disturbs no other. */
#ifndef HSVC_CONFORMANCE_IMPL_H
#define HSVC_CONFORMANCE_IMPL_H

#include "headsetsvc/conformance.h"
#include "kit.h"

enum {
#define PROMISE(id, name, rule, text) KEEP_##id,
#define TOGETHER(id, name, rule, text) KEEP_##id,
#define SEQUENCE(id, text)
#include "promises.def"
#undef PROMISE
#undef TOGETHER
#undef SEQUENCE
    CONF_PROMISES
};

#define CONF_PREFIX 3u       /* bytes of every key that tell sequences apart */
#define CONF_ROWS_MOST 4096u /* of a sequence */
#define CONF_SEEN_MOST 512u
#define CONF_KEYS_MOST 256u /* of one read: what a call of the engine may look at */
#define CONF_WORDS_MOST 16u /* operations or keys written out in one step */
#define CONF_STOP (-77)     /* what a sink returns that wants no more */
#define CONF_TEXT 240u

/* A row as it should be, or once was. */
struct conf_row {
    hsvc__str key;
    hsvc__str value;
    uint64_t revision;
};

/* What a connection last saw of a key. revision 0: absent. */
struct conf_seen {
    hsvc__str key;
    uint32_t connection;
    uint64_t revision;
    uint64_t before; /* the revision seen before that one */
    uint64_t hint;
};

struct conf_op {
    uint32_t kind;   /* HSVC_OP_ */
    uint32_t expect; /* CONF_EXPECT_ */
    hsvc__str key;
    hsvc__str value;
};
enum { CONF_EXPECT_ANY, CONF_EXPECT_ABSENT, CONF_EXPECT_SEEN, CONF_EXPECT_STALE, CONF_EXPECT_NEVER };

struct conf_step {
    enum { CONF_GET, CONF_SCAN, CONF_COMMIT, CONF_REOPEN, CONF_ALL } kind;
    uint32_t connection;
    uint32_t wide;  /* the operations are longer than this library's */
    size_t stop_at; /* the sink stops at this row; 0 never */
    size_t limit;   /* scan */
    hsvc__str from;
    hsvc__str to;
    struct conf_op *ops; /* get: the keys */
    size_t op_count;
};

/* What went wrong in a sequence. */
struct conf_broken {
    uint32_t promise; /* CONF_PROMISES: nothing did */
    int32_t status;
    char seen[CONF_TEXT];
    size_t seen_len;
};

struct conf_finding {
    struct conf_broken broken;
    const char *sequence;
};

struct hsvc_conformance {
    hsvc_allocator allocator;
    struct hsvc__arena arena; /* of a sequence */
    struct hsvc__arena kept;  /* of the findings */
    hsvc_store_target target;
    hsvc_store stores[HSVC_CONFORMANCE_CONNECTIONS_MOST];
    uint32_t opened; /* connections 0 .. opened - 1 are open */
    uint32_t number; /* of the sequence; in its keys */
    int32_t failed;  /* ends the run: memory, open, together */
    uint64_t calls;
    uint32_t promise; /* of the sequence */
    struct conf_broken now;
    struct conf_row *rows; /* the model, in order of keys */
    size_t row_count;
    struct conf_row *past; /* every row there ever was in this sequence */
    size_t past_count;
    struct conf_seen *seen;
    size_t seen_count;
    uint64_t *revisions; /* all that this run was given, in order */
    size_t revision_count;
    size_t revision_room;
    struct conf_finding findings[CONF_PROMISES];
    size_t finding_count;
};

/* ---- conformance.c ---- */
/* hsvc__conf_sequence: runs one; 1 if something broke: it is in suite->now. length: up to the end of the bad step. */
int hsvc__conf_sequence(hsvc_conformance *suite, uint32_t promise, const char *text, size_t *length);
/* hsvc__conf_note: keeps what broke, with its sequence, unless that promise is known to be broken. */
void hsvc__conf_note(hsvc_conformance *suite, const char *sequence, size_t length);
int32_t hsvc__conf_reopen(hsvc_conformance *suite);

/* ---- conformance_words.c ---- */
void hsvc__conf_prefix(const hsvc_conformance *suite, uint8_t *to);
/* hsvc__conf_parse: one step; without memory the arena says so. */
void hsvc__conf_parse(hsvc_conformance *suite, const char **at, struct conf_step *step);
/* Saying what was seen: each appends to suite->now.seen. */
void hsvc__conf_say(hsvc_conformance *suite, const char *text);
void hsvc__conf_say_number(hsvc_conformance *suite, uint64_t number);
void hsvc__conf_say_key(hsvc_conformance *suite, hsvc__str key);
/* hsvc__conf_break: something broke; 1 if it is the first thing in this sequence, and words may follow. */
int hsvc__conf_break(hsvc_conformance *suite, uint32_t promise, int32_t status, const char *text);

/* ---- conformance_model.c ---- */
int hsvc__conf_model_begin(hsvc_conformance *suite);
int hsvc__conf_order(hsvc__str a, hsvc__str b);
size_t hsvc__conf_place(const hsvc_conformance *suite, hsvc__str key); /* of the first row from key on */
const struct conf_row *hsvc__conf_find(const hsvc_conformance *suite, hsvc__str key);
int hsvc__conf_was(const hsvc_conformance *suite, const struct conf_row *row); /* was it ever so? */
int32_t hsvc__conf_expected(hsvc_conformance *suite, const hsvc_op *ops, size_t op_count);
void hsvc__conf_apply(hsvc_conformance *suite, const hsvc_op *ops, size_t op_count, uint64_t revision);
struct conf_seen *hsvc__conf_seen(hsvc_conformance *suite, uint32_t connection, hsvc__str key);
void hsvc__conf_saw(hsvc_conformance *suite, uint32_t connection, hsvc__str key, uint64_t revision, uint64_t hint);
/* hsvc__conf_fresh: notes a revision; 0 if it was given before. */
int hsvc__conf_fresh(hsvc_conformance *suite, uint64_t revision);

/* ---- conformance_step.c ---- */
void hsvc__conf_step(hsvc_conformance *suite, const struct conf_step *step);
/* hsvc__conf_clean: deletes what the sequence left. */
void hsvc__conf_clean(hsvc_conformance *suite);

/* ---- conformance_history.c, conformance_together.c ---- */
void hsvc__conf_histories(hsvc_conformance *suite);
void hsvc__conf_together(hsvc_conformance *suite);

#endif
