/* disturb.h: a line of a story again, with a store call or a request for memory that fails. A caller that gives the same
 * input again must end where the undisturbed one did (STORE-3, STORE-4): nothing is taken out before comparing, since a
 * retry spends no prompt id, no request id and no generation. */
#ifndef TESTS_UNIT_DISTURB_H
#define TESTS_UNIT_DISTURB_H

#include "told.h"

/* ---- faults ---- */

struct fault_row {
    const char *name;
    uint32_t kind;
    uint32_t on;
    uint64_t times;
    uint64_t delay;
    int32_t status;   /* RETURN: what the callback returns */
    int32_t expected; /* what the call must return if the fault reached it; HSVC_OK: the engine copes by itself */
};
#define EVERYWHERE (HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN | HSVC_FAULT_ON_COMMIT)
#define COMMIT HSVC_FAULT_ON_COMMIT
#define LOOK (HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN)
static const struct fault_row faults[] = {
    {"unavailable", HSVC_FAULT_UNAVAILABLE, EVERYWHERE, 1, 0, 0, HSVC_ERR_UNAVAILABLE},
    {"unavailable for ever", HSVC_FAULT_UNAVAILABLE, EVERYWHERE, HSVC_TESTKIT_ALWAYS, 0, 0, HSVC_ERR_UNAVAILABLE},
    {"full", HSVC_FAULT_FULL, COMMIT, 1, 0, 0, HSVC_ERR_FULL},
    {"full for ever", HSVC_FAULT_FULL, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, HSVC_ERR_FULL},
    {"corrupt answer", HSVC_FAULT_CORRUPT, COMMIT, 1, 0, 0, HSVC_ERR_CORRUPT},
    {"corrupt value", HSVC_FAULT_CORRUPT, HSVC_FAULT_ON_READ, 1, 0, 0, HSVC_ERR_CORRUPT},
    {"corrupt values for ever", HSVC_FAULT_CORRUPT, HSVC_FAULT_ON_READ, HSVC_TESTKIT_ALWAYS, 0, 0, HSVC_ERR_CORRUPT},
    {"conflict once", HSVC_FAULT_CONFLICT, COMMIT, 1, 0, 0, HSVC_OK},
    {"conflict seven times", HSVC_FAULT_CONFLICT, COMMIT, 7, 0, 0, HSVC_OK},
    {"conflict for ever", HSVC_FAULT_CONFLICT, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, HSVC_ERR_CONFLICT},
    {"unknown, it happened", HSVC_FAULT_UNKNOWN_DONE, COMMIT, 1, 0, 0, HSVC_OK},
    {"unknown for ever, it happened", HSVC_FAULT_UNKNOWN_DONE, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, HSVC_ERR_UNKNOWN},
    {"unknown, it never happens", HSVC_FAULT_UNKNOWN_LOST, COMMIT, 1, 0, 0, HSVC_OK},
    {"unknown for ever, it never happens", HSVC_FAULT_UNKNOWN_LOST, COMMIT, HSVC_TESTKIT_ALWAYS, 0, 0, HSVC_ERR_UNKNOWN},
    {"unknown, it happens at the next call", HSVC_FAULT_UNKNOWN_LATE, COMMIT, 1, 1, 0, HSVC_OK},
    {"unknown, it happens after the next call", HSVC_FAULT_UNKNOWN_LATE, COMMIT, 1, 2, 0, HSVC_OK},
    {"unknown, it happens much later", HSVC_FAULT_UNKNOWN_LATE, COMMIT, 1, 0, 0, HSVC_OK},
    {"unknown for ever, it happens at the retry", HSVC_FAULT_UNKNOWN_LATE, COMMIT, 8, 9, 0, HSVC_ERR_UNKNOWN},
    {"success without a revision", HSVC_FAULT_NO_REVISION, COMMIT, 1, 0, 0, HSVC_ERR_CALLBACK},
    {"undocumented: positive", HSVC_FAULT_RETURN, EVERYWHERE, 1, 0, 1, HSVC_ERR_CALLBACK},
    {"undocumented: negative", HSVC_FAULT_RETURN, EVERYWHERE, 1, 0, -9999, HSVC_ERR_CALLBACK},
    {"undocumented: fatal", HSVC_FAULT_RETURN, EVERYWHERE, 1, 0, HSVC_ERR_BUG, HSVC_ERR_CALLBACK},
    {"undocumented: a commit's status", HSVC_FAULT_RETURN, LOOK, 1, 0, HSVC_ERR_CONFLICT, HSVC_ERR_CALLBACK},
    {"undocumented: no memory", HSVC_FAULT_RETURN, EVERYWHERE, 1, 0, HSVC_ERR_MEMORY, HSVC_ERR_CALLBACK},
};
#define FAULTS (sizeof faults / sizeof faults[0])

static inline void arm(struct desk *d, const struct fault_row *row, uint64_t nth) {
    hsvc_fault what;
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = row->kind;
    what.on = row->on;
    what.status = row->status;
    what.nth = nth;
    what.times = row->times;
    what.delay = row->delay;
    what.flip_at = 20; /* of the numbers, which only the checksum guards */
    OK(hsvc_fault_store_arm(d->fault, &what));
}

static inline uint64_t fired(const struct desk *d) {
    hsvc_fault_counts counts;
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_fault_store_counts(d->fault, &counts));
    return counts.fired;
}

/* open_before: a new desk whose store is what it was before line i. A warm engine has read the policy already. */
static inline void open_before(struct desk *d, const struct story *story, size_t i, int warm) {
    int64_t value;
    desk_open(d);
    desk_is_node(d, story->node[i]);
    rows_write(&story->before[i], &d->plain);
    OK(hsvc_manual_clock_set(d->clock, story->at[i]));
    if (warm) OK(hsvc_policy_value(d->engine, HSVC_PARAM_PIN_ENTRY, NULL, 0, NULL, 0, &value, NULL));
}

static inline void say_where(const struct story *story, const char *what, size_t line, uint64_t nth) {
    uint32_t kind = line < story->count ? story->in[line].kind : 0;
    print_error("%s: line %u (%s), number %u\n", what, (unsigned)line,
                kind == 0 || kind == STORY_RESYNC ? "advance or resync" : hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)kind),
                (unsigned)nth);
}

/* A failed call left an empty batch that says why (hsvc_apply); advance alone may have done a part. */
static inline void failed_call_is_told(const struct desk *d, const struct story *story, size_t line, int32_t status) {
    if (story->in[line].kind == STORY_RESYNC) return; /* several calls, one of them without a batch */
    assert_int_equal(problem_of(d->fx).status, status);
    if (!story_is_input(story, line)) return;
    assert_int_equal(hsvc_effects_count(d->fx), 0);
    assert_int_equal(hsvc_verdict_count(d->fx), 0);
}

/* leaves_nothing: a failure after which the store must be what it was; of the others the engine says ERR_UNKNOWN, and
 * advance alone may have done a part. */
static inline int leaves_nothing(const struct fault_row *row, const struct story *story, size_t line, int32_t status) {
    return status != HSVC_OK && status != HSVC_ERR_UNKNOWN && row->kind != HSVC_FAULT_UNKNOWN_LATE &&
           story_is_input(story, line);
}

/* try_disturbed: one call with the fault armed; what it returns must be the fault's, if that was reached at all. */
static inline int32_t try_disturbed(struct desk *d, const struct story *story, size_t line, const struct fault_row *row,
                                    uint64_t nth) {
    int32_t status;
    int good;
    hsvc_fault_store_disarm(d->fault);
    arm(d, row, nth);
    status = story_go(d, story, line);
    good = status == HSVC_OK || (fired(d) != 0 && status == row->expected);
    if (good && leaves_nothing(row, story, line, status)) good = story_same(d, story, line);
    if (!good) say_where(story, row->name, line, nth);
    if (!good) print_error("returned %s\n", hsvc_name(HSVC_REGISTRY_STATUS, status));
    assert_true(good);
    if (status != HSVC_OK) failed_call_is_told(d, story, line, status);
    return status;
}

/* same_after: the undisturbed store after the same line again, so often as it still changes something, and at least once.
 * An input given twice decides nothing again, but like every input about a device it does what a job has yet to do there
 * (USER-2). Slices of advance end elsewhere when one of them was cut short, so both go on until nothing is due; and who is
 * come to twice by a job has it twice in the audit, so that of advance all but the audit is compared. */
static inline void go_on(struct desk *d, const struct story *story, size_t line, struct rows *now) {
    struct rows last = {NULL, 0, 0, 0};
    rows_read(now, &d->plain, 0);
    for (int i = 0; i < 200 && !rows_same(&last, now); i++) {
        rows_read(&last, &d->plain, 0);
        OK(story_go(d, story, line));
        rows_read(now, &d->plain, 0);
    }
    if (story_is_input(story, line)) {
        forget_commit_times(now);
    } else {
        rows_read(&last, &d->plain, 0);
        rows_plain(d, now, &last);
    }
    rows_free(&last);
}

/* forget_told_again: where a deadline's commit was in doubt, its devices were told again what they should wear (decision 112), and
 * a phone in a call is told that after the call, even if it was signed out NOW: so what is compared of a phone in a call is
 * all but when it is told, and with it the keys of deadlines, which hsvc_verify compares with the records. */
static inline void forget_told_again(const struct desk *d, struct rows *rows) {
    struct rows from = *rows;
    struct hsvc__arena arena;
    *rows = (struct rows){NULL, 0, 0, 0};
    hsvc__arena_init(&arena, &d->allocator);
    for (size_t at = 0; at < from.len; at += row_len(from.bytes + at)) {
        const uint8_t *key = from.bytes + at + 3 * sizeof(uint64_t);
        uint64_t head[3];
        struct hsvc__device device;
        hsvc__str out;
        memcpy(head, from.bytes + at, sizeof head);
        if (key[0] == HSVC__FAMILY_DEADLINE) continue;
        out = hsvc__str_of((const char *)key + head[0], (size_t)head[1]);
        memset(&device, 0, sizeof device);
        if (key[0] == HSVC__FAMILY_DEVICE) OK(hsvc__record_decode(&device, key + head[0], (size_t)head[1], key[0]));
        if (device.calls.n != 0) {
            device.rec.family = key[0];
            device.profile_due = device.deadline_at = 0;
            device.profile_due_span = device.profile_state = 0;
            OK(hsvc__record_encode(&device, key[0], &arena, &out));
        }
        rows_add(rows, from.bytes + at, sizeof head + (size_t)head[0]);
        rows_add(rows, out.p, out.n);
    }
    hsvc__arena_free(&arena);
    rows_free(&from);
}

static inline int same_after(struct desk *d, const struct story *story, size_t line, int doubted) {
    struct rows now = {NULL, 0, 0, 0}, twice = {NULL, 0, 0, 0};
    struct desk other;
    int same;
    open_before(&other, story, line + 1, 0);
    desk_is_node(&other, story->node[line]);
    go_on(&other, story, line, &twice);
    go_on(d, story, line, &now);
    if (doubted) {
        sound(d);
        forget_told_again(d, &twice);
        forget_told_again(d, &now);
    }
    same = rows_same(&now, &twice);
    if (!same) rows_print_but("undisturbed, repeated", &twice, &now);
    if (!same) rows_print_but("now", &now, &twice);
    desk_close(&other);
    rows_free(&now);
    rows_free(&twice);
    return same;
}

/* ends_same: the undisturbed store, at the latest after the same calls again. Not so where advance met a damaged record: its
 * turn comes again later (decision 013), and the times in it differ. */
static inline int ends_same(struct desk *d, const struct story *story, size_t line, uint32_t kind) {
    int input = story_is_input(story, line);
    if (story_is(d, story, line + 1)) return 1;
    if (kind == HSVC_FAULT_CORRUPT && !input) {
        sound(d);
        return 1;
    }
    return same_after(d, story, line, !input && (kind == HSVC_FAULT_UNKNOWN_DONE || kind == HSVC_FAULT_UNKNOWN_LATE));
}

/* chance: which call of a line fails, whether the engine has read the policy before, and how often the caller meets it. */
struct chance {
    uint64_t nth;
    int warm;
    int times;
};

/* disturbed: one line with one fault at the nth call it is for, in so many tries one after the other. 0 when there is no
 * such call any more. That the store ends as the undisturbed one did says that it is sound: that one was verified. */
static inline int disturbed(const struct story *story, size_t line, const struct fault_row *row, struct chance chance) {
    struct desk d;
    int32_t status = HSVC_OK;
    int reached = 0, same;
    open_before(&d, story, line, chance.warm);
    for (int i = 0; i < chance.times; i++) {
        status = try_disturbed(&d, story, line, row, chance.nth);
        reached |= fired(&d) != 0;
        if (status == HSVC_OK) break;
    }
    hsvc_fault_store_disarm(d.fault);
    if (status != HSVC_OK) OK(story_go(&d, story, line));
    hsvc_fault_store_settle(d.fault); /* what is late may still come, and must change nothing */
    same = ends_same(&d, story, line, row->kind);
    if (!same) say_where(story, row->name, line, chance.nth);
    assert_true(same);
    desk_close(&d);
    return reached;
}

/* ---- memory ---- */

static inline uint64_t memory_failures(const struct desk *d) {
    hsvc_alloc_counts counts;
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_count_alloc_counts(d->count, &counts));
    return counts.failures;
}

/* The memory store has the same allocator: it answers FULL. */
static inline int is_about_memory(int32_t status) { return status == HSVC_ERR_MEMORY || status == HSVC_ERR_FULL; }

/* start_short: engine and batch with the nth allocation failing; nothing may be left of what was not made. */
static inline void start_short(struct desk *d) {
    int32_t status = hsvc_engine_new(&d->config, &d->engine);
    if (status == HSVC_OK) status = hsvc_effects_new(&d->allocator, &d->fx);
    if (status == HSVC_OK) return;
    assert_int_equal(status, HSVC_ERR_MEMORY);
    OK(hsvc_count_alloc_fail(d->count, 0, 0));
    if (d->engine == NULL) OK(hsvc_engine_new(&d->config, &d->engine));
    assert_null(d->fx);
    OK(hsvc_effects_new(&d->allocator, &d->fx));
}

/* short_of_memory: one line whose nth request for memory fails, once or from there on. */
static inline int short_of_memory(const struct story *story, size_t line, uint64_t nth, uint64_t times) {
    struct desk d;
    int32_t status;
    uint64_t failures;
    int same;
    desk_ready(&d);
    d.config.node = story->node[line];
    d.config.node_count = story->node[line] + 1;
    rows_write(&story->before[line], &d.plain);
    OK(hsvc_count_alloc_fail(d.count, nth, times));
    start_short(&d);
    status = story_go(&d, story, line);
    if (status != HSVC_OK) {
        if (!is_about_memory(status)) say_where(story, hsvc_name(HSVC_REGISTRY_STATUS, status), line, nth);
        assert_true(is_about_memory(status));
        failed_call_is_told(&d, story, line, status);
        if (story_is_input(story, line)) assert_true(story_same(&d, story, line));
    }
    if (status != HSVC_OK && times == HSVC_TESTKIT_ALWAYS) {
        status = story_go(&d, story, line); /* advance may have done by now all that needs more memory */
        assert_true(is_about_memory(status) || (status == HSVC_OK && !story_is_input(story, line)));
        status = HSVC_ERR_MEMORY;
    }
    failures = memory_failures(&d);
    OK(hsvc_count_alloc_fail(d.count, 0, 0));
    if (status != HSVC_OK) OK(story_go(&d, story, line));
    same = ends_same(&d, story, line, 0);
    if (!same) say_where(story, "memory", line, nth);
    assert_true(same);
    desk_close(&d);
    return failures != 0;
}

#endif
