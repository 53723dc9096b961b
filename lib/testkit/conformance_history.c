/* conformance_history.c: random histories, in the language of sequences, and the shortest part of one that still breaks
 * the same promise. */
#include "conformance_impl.h"

#define STEPS 40u
#define STEP_TEXT 96u

struct history {
    char steps[STEPS][STEP_TEXT];
    uint8_t in[STEPS]; /* still part of it */
    char text[STEPS * STEP_TEXT];
    uint64_t random;
    char *end; /* of the step being made */
};

/* splitmix64 */
static uint32_t below(struct history *history, uint32_t bound) {
    uint64_t z = (history->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) % bound);
}

static void add(struct history *history, const char *word) {
    size_t len = strlen(word);
    memcpy(history->end, word, len + 1);
    history->end += len;
}

static void add_key(struct history *history) {
    static const char *const keys[] = {" a", " b", " a\\00", " ab", " \\ff", " a\\00\\ff"};
    add(history, keys[below(history, sizeof keys / sizeof *keys)]);
}

static void add_operation(struct history *history) {
    static const char *const expects[] = {"",         " if absent", " if seen", " if seen",
                                          " if seen", " if stale",  " if never"};
    char value[3] = {' ', (char)('0' + below(history, 10)), 0};
    uint32_t kind = below(history, 4);
    add(history, kind < 2 ? "put" : kind == 2 ? "delete" : "check");
    add_key(history);
    if (kind < 2) add(history, below(history, 20) == 0 ? " v*5000" : value);
    add(history, expects[below(history, sizeof expects / sizeof *expects)]);
}

static void make_step(hsvc_conformance *suite, struct history *history, size_t i) {
    static const char *const limits[] = {" 0", " 1", " 2", " 9"};
    char connection[3] = {(char)('A' + below(history, suite->target.connections)), ' ', 0};
    uint32_t kind = below(history, 12);
    history->end = history->steps[i];
    if (kind == 0 && below(history, 4) == 0) {
        add(history, "reopen");
        return;
    }
    add(history, connection);
    if (kind < 4) {
        add(history, "get");
        for (uint32_t keys = below(history, 3); keys < 3; keys++) add_key(history);
    } else if (kind == 4) {
        add(history, "scan");
        if (below(history, 2))
            add(history, " begin");
        else
            add_key(history);
        if (below(history, 2))
            add(history, " end");
        else
            add_key(history);
        add(history, limits[below(history, 4)]);
    } else {
        add_operation(history);
        while (below(history, 3) == 0 && history->end - history->steps[i] < (int)STEP_TEXT / 2) {
            add(history, ", ");
            add_operation(history);
        }
    }
}

static const char *join(struct history *history) {
    history->end = history->text;
    *history->end = 0;
    for (size_t i = 0; i < STEPS; i++) {
        if (!history->in[i]) continue;
        if (history->end != history->text) add(history, "; ");
        add(history, history->steps[i]);
    }
    return history->text;
}

/* Leaves out what can be left out, step by step, until nothing more can. */
static void shrink(hsvc_conformance *suite, struct history *history, uint32_t broken) {
    size_t length;
    int shorter = 1;
    while (shorter && suite->failed == HSVC_OK) {
        shorter = 0;
        for (size_t i = STEPS; i-- > 0 && suite->failed == HSVC_OK;) {
            if (!history->in[i]) continue;
            history->in[i] = 0;
            if (hsvc__conf_sequence(suite, KEEP_HISTORY, join(history), &length) && suite->now.promise == broken)
                shorter = 1;
            else
                history->in[i] = 1;
        }
    }
}

static void one_history(hsvc_conformance *suite, struct history *history, uint64_t seed) {
    size_t length;
    history->random = seed;
    memset(history->in, 1, sizeof history->in);
    for (size_t i = 0; i < STEPS; i++) make_step(suite, history, i);
    if (!hsvc__conf_sequence(suite, KEEP_HISTORY, join(history), &length)) return;
    shrink(suite, history, suite->now.promise);
    if (suite->failed != HSVC_OK) return;
    if (hsvc__conf_sequence(suite, KEEP_HISTORY, join(history), &length)) hsvc__conf_note(suite, history->text, length);
}

/* A store with a broken promise breaks in histories too, in longer ways that tell nothing new. */
void hsvc__conf_histories(hsvc_conformance *suite) {
    struct history *history;
    if (suite->finding_count > 0) return;
    history = (struct history *)hsvc__alloc(&suite->allocator, sizeof *history);
    if (history == NULL) {
        suite->failed = HSVC_ERR_MEMORY;
        return;
    }
    for (uint32_t i = 0; i < suite->target.histories && suite->finding_count == 0 && suite->failed == HSVC_OK; i++)
        one_history(suite, history, suite->target.seed * 1000003u + i);
    hsvc__release(&suite->allocator, history, sizeof *history);
}
