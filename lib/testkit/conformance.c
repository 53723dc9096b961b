/* conformance.c: the public functions of the conformance suite, and the running of a sequence. */
#include "conformance_impl.h"

#define CONNECTIONS 3u
#define HISTORIES 200u
#define ROUNDS 200u

static const struct promise {
    const char *name;
    const char *rule;
    const char *text;
    uint32_t together;
} promises[] = {
#define PROMISE(id, name, rule, text) {name, rule, text, 0},
#define TOGETHER(id, name, rule, text) {name, rule, text, 1},
#define SEQUENCE(id, text)
#include "promises.def"
#undef PROMISE
#undef TOGETHER
#undef SEQUENCE
};

static const struct sequence {
    uint32_t promise;
    const char *text;
} sequences[] = {
#define PROMISE(id, name, rule, text)
#define TOGETHER(id, name, rule, text)
#define SEQUENCE(id, text) {KEEP_##id, text},
#include "promises.def"
#undef PROMISE
#undef TOGETHER
#undef SEQUENCE
};

int32_t hsvc_conformance_init(void *sized, size_t size) { return hsvc__sized_init(sized, size, 2 * sizeof(uint32_t)); }

/* ---- connections ---- */

static void close_all(hsvc_conformance *suite) {
    while (suite->opened > 0) {
        suite->opened--;
        suite->target.close(suite->opened, suite->target.user);
    }
}

static int32_t open_all(hsvc_conformance *suite) {
    while (suite->opened < suite->target.connections) {
        hsvc_store given;
        int32_t status;
        (void)hsvc_store_init(&given, sizeof given);
        status = suite->target.open(suite->opened, &given, suite->target.user);
        if (status != HSVC_OK) return status;
        suite->opened++; /* to be closed, whatever it is */
        status = hsvc__kit_store_in(&suite->stores[suite->opened - 1], &given);
        if (status != HSVC_OK) return status;
    }
    return HSVC_OK;
}

int32_t hsvc__conf_reopen(hsvc_conformance *suite) {
    close_all(suite);
    return open_all(suite);
}

/* ---- a sequence ---- */

static void run_steps(hsvc_conformance *suite, const char *text, const char **at) {
    struct conf_step step;
    *at = text;
    while (**at != 0 && suite->now.promise == CONF_PROMISES && suite->failed == HSVC_OK) {
        if (**at == ';' || **at == ' ') {
            (*at)++;
            continue;
        }
        hsvc__conf_parse(suite, at, &step);
        if (!suite->arena.failed) hsvc__conf_step(suite, &step);
        else suite->failed = HSVC_ERR_MEMORY;
    }
}

/* At the end of each sequence every connection looks at everything. */
static void look_at_all(hsvc_conformance *suite) {
    struct conf_step all;
    memset(&all, 0, sizeof all);
    all.kind = CONF_ALL;
    for (; all.connection < suite->opened && suite->now.promise == CONF_PROMISES && suite->failed == HSVC_OK;
         all.connection++)
        hsvc__conf_step(suite, &all);
}

int hsvc__conf_sequence(hsvc_conformance *suite, uint32_t promise, const char *text, size_t *length) {
    const char *at = text;
    hsvc__arena_reset(&suite->arena);
    suite->number++;
    suite->promise = promise;
    memset(&suite->now, 0, sizeof suite->now);
    suite->now.promise = CONF_PROMISES;
    if (!hsvc__conf_model_begin(suite)) {
        suite->failed = HSVC_ERR_MEMORY;
        return 0;
    }
    run_steps(suite, text, &at);
    look_at_all(suite);
    *length = (size_t)(at - text);
    hsvc__conf_clean(suite);
    return suite->now.promise != CONF_PROMISES;
}

void hsvc__conf_note(hsvc_conformance *suite, const char *sequence, size_t length) {
    struct conf_finding *finding;
    char *copy;
    size_t at = suite->finding_count;
    for (size_t i = 0; i < suite->finding_count; i++)
        if (suite->findings[i].broken.promise == suite->now.promise) return;
    copy = (char *)hsvc__arena_take(&suite->kept, length + 1);
    if (copy == NULL) {
        suite->failed = HSVC_ERR_MEMORY;
        return;
    }
    memcpy(copy, sequence, length);
    copy[length] = 0;
    while (at > 0 && suite->findings[at - 1].broken.promise > suite->now.promise) {
        suite->findings[at] = suite->findings[at - 1];
        at--;
    }
    finding = &suite->findings[at];
    finding->broken = suite->now;
    finding->sequence = copy;
    suite->finding_count++;
}

/* ---- the run ---- */

static int32_t count_one(const hsvc_row *row, void *user) {
    (void)row;
    ++*(size_t *)user;
    return HSVC_OK;
}

static int starts_empty(hsvc_conformance *suite) {
    size_t rows = 0;
    const hsvc_store *store = &suite->stores[0];
    int32_t status = store->scan(NULL, 0, NULL, 0, 1, count_one, &rows, store->user);
    suite->calls++;
    memset(&suite->now, 0, sizeof suite->now);
    suite->now.promise = CONF_PROMISES;
    if (status == HSVC_OK && rows == 0) return 1;
    hsvc__conf_break(suite, KEEP_STARTS_EMPTY, status, rows > 0 ? "there are rows" : "the scan failed");
    hsvc__conf_note(suite, "A scan * * 1", sizeof "A scan * * 1" - 1);
    return 0;
}

static void run_all(hsvc_conformance *suite) {
    size_t length;
    if (!starts_empty(suite)) return;
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences && suite->failed == HSVC_OK; i++) {
        if (hsvc__conf_sequence(suite, sequences[i].promise, sequences[i].text, &length))
            hsvc__conf_note(suite, sequences[i].text, length);
    }
    if (suite->failed == HSVC_OK) hsvc__conf_histories(suite);
    if (suite->failed == HSVC_OK && suite->target.together != NULL) hsvc__conf_together(suite);
}

static int32_t target_in(hsvc_store_target *to, const hsvc_store_target *from) {
    int32_t status = hsvc__sized_in(to, sizeof *to, sizeof *to, from);
    if (status != HSVC_OK) return status;
    if ((to->flags & ~HSVC_CONFORMANCE_STALE_READS) != 0) return HSVC_ERR_FLAGS;
    if (to->connections == 0) to->connections = CONNECTIONS;
    if (to->histories == 0) to->histories = HISTORIES;
    if (to->rounds == 0) to->rounds = ROUNDS;
    if (to->open == NULL || to->close == NULL || to->reserved != 0) return HSVC_ERR_ARGUMENT;
    return to->connections < 2 || to->connections > HSVC_CONFORMANCE_CONNECTIONS_MOST ? HSVC_ERR_ARGUMENT : HSVC_OK;
}

int32_t hsvc_conformance_run(hsvc_conformance *suite, const hsvc_store_target *target) {
    hsvc_store_target checked;
    int32_t status = suite == NULL ? HSVC_ERR_ARGUMENT : target_in(&checked, target);
    if (status != HSVC_OK) return status;
    suite->target = checked;
    suite->number = 0;
    suite->calls = 0;
    suite->finding_count = 0;
    suite->revision_count = 0;
    hsvc__arena_reset(&suite->kept);
    suite->failed = open_all(suite);
    if (suite->failed == HSVC_OK) run_all(suite);
    close_all(suite);
    return suite->failed;
}

/* ---- handle and answers ---- */

int32_t hsvc_conformance_new(const hsvc_allocator *allocator, hsvc_conformance **suite) {
    hsvc_allocator checked;
    void *made;
    int32_t status;
    if (suite == NULL) return HSVC_ERR_ARGUMENT;
    *suite = NULL;
    status = hsvc__kit_new(allocator, sizeof **suite, &checked, &made);
    if (status != HSVC_OK) return status;
    *suite = (hsvc_conformance *)made;
    (*suite)->allocator = checked;
    hsvc__arena_init(&(*suite)->arena, &checked);
    hsvc__arena_init(&(*suite)->kept, &checked);
    return HSVC_OK;
}

void hsvc_conformance_free(hsvc_conformance *suite) {
    if (suite == NULL) return;
    hsvc__arena_free(&suite->arena);
    hsvc__arena_free(&suite->kept);
    hsvc__release(&suite->allocator, suite->revisions, suite->revision_room * sizeof *suite->revisions);
    hsvc__release(&suite->allocator, suite, sizeof *suite);
}

size_t hsvc_conformance_broken(const hsvc_conformance *suite) { return suite == NULL ? 0 : suite->finding_count; }

uint64_t hsvc_conformance_calls(const hsvc_conformance *suite) { return suite == NULL ? 0 : suite->calls; }

int32_t hsvc_conformance_at(const hsvc_conformance *suite, size_t index, hsvc_broken_promise *broken) {
    hsvc_broken_promise ours;
    const struct conf_finding *finding;
    if (suite == NULL || broken == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= suite->finding_count) return HSVC_ERR_NOT_FOUND;
    finding = &suite->findings[index];
    memset(&ours, 0, sizeof ours);
    ours.status = finding->broken.status;
    ours.name = promises[finding->broken.promise].name;
    ours.rule = promises[finding->broken.promise].rule;
    ours.promise = promises[finding->broken.promise].text;
    ours.sequence = finding->sequence;
    ours.seen = finding->broken.seen;
    return hsvc__sized_out(broken, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_conformance_promise(size_t index, hsvc_store_promise *promise) {
    hsvc_store_promise ours;
    if (promise == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= CONF_PROMISES) return HSVC_ERR_NOT_FOUND;
    memset(&ours, 0, sizeof ours);
    ours.needs_together = promises[index].together;
    ours.name = promises[index].name;
    ours.rule = promises[index].rule;
    ours.promise = promises[index].text;
    return hsvc__sized_out(promise, &ours, sizeof ours, sizeof ours);
}
