/* deadlines.c: the deadline keys: one a device, its earliest. The key is a hint, the device's record the truth. Before them
 * stand the jobs, which are always due. */
#include "engine/engine.h"

#define TIME_AT 1 /* the family byte is first, then 8 bytes of time */
#define NAME_AT 9
#define DUES (2 * HSVC_LIMIT_ADVANCE_DEVICES)

static int64_t key_time(const uint8_t *key) {
    uint64_t at = 0;
    for (int i = 0; i < 8; i++) at = at << 8 | key[TIME_AT + i];
    return (int64_t)at;
}

/* scan: rows from a key on, to the deadlines of a time. */
static int32_t scan(struct hsvc_engine *engine, const struct hsvc__key *from, int64_t until, size_t limit, hsvc_row_sink sink,
                    void *user) {
    struct hsvc__key to;
    hsvc__key_begin(&to, HSVC__FAMILY_DEADLINE);
    if (until == HSVC_NEVER) to.bytes[0]++;
    else hsvc__key_time(&to, until + 1);
    return hsvc__store_status(engine->store.scan(from->bytes, from->len, to.bytes, to.len, limit, sink, user, engine->store.user), 0);
}

static int32_t scan_family(struct hsvc_engine *engine, uint8_t family, int64_t until, size_t limit, hsvc_row_sink sink, void *user) {
    struct hsvc__key from;
    hsvc__key_begin(&from, family);
    return scan(engine, &from, until, limit, sink, user);
}

/* ---- the watermark (decision 038): where the last scans found nothing, some stores keep what was deleted there, and go
 * through it again each time. It is a hint that lasts for poll_ms; then a scan begins at the beginning. ---- */
static int is_swept(const struct hsvc_engine *engine) {
    if (HSVC__MUTANT(watermark_for_good)) return engine->swept_at >= 0;
    return engine->swept_at >= 0 && engine->now >= engine->swept_at && engine->now - engine->swept_at < engine->poll_ms;
}

static int32_t scan_rest(struct hsvc_engine *engine, int swept, int64_t until, size_t limit, hsvc_row_sink sink, void *user) {
    struct hsvc__key from;
    if (!swept) return scan_family(engine, HSVC__FAMILY_JOB, until, limit, sink, user);
    hsvc__key_begin(&from, HSVC__FAMILY_DEADLINE);
    hsvc__key_time(&from, engine->swept);
    return scan(engine, &from, until, limit, sink, user);
}

/* note: a scan, from the watermark if `swept`, came to this deadline first. A job has to be met by the next scan as well; and
 * other nodes may arm what is due by a clock that is behind this one. */
static void note(struct hsvc_engine *engine, int swept, uint32_t jobs, int64_t first) {
    int64_t latest = engine->now - engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX];
    engine->swept = first < latest ? first : latest > 0 ? latest : 0;
    if (!swept) engine->swept_at = jobs == 0 ? engine->now : -1;
}

void hsvc__look_again(struct hsvc_engine *engine) { engine->swept_at = -1; }

/* whose: the device of a deadline's key, as the key has it: no name has a 00 inside (ID-1). */
static hsvc__str whose(const hsvc_row *row) {
    return hsvc__str_of((const char *)row->key + NAME_AT, row->key_len - NAME_AT - 1);
}

int hsvc__own_due(const struct hsvc_engine *engine, hsvc__str device) {
    return engine->node_count == 1 || hsvc_hash64(device.p, device.n) % engine->node_count == engine->node;
}

/* wanted_at: from when on this node fires it: others' deadlines only if they have been due for poll_ms. All nodes wake when
 * one is due, and would go for it together (decision 091). */
static int64_t wanted_at(const struct hsvc_engine *engine, hsvc__str device, int64_t due) {
    return hsvc__own_due(engine, device) ? due : due + engine->poll_ms;
}

struct first {
    const struct hsvc_engine *engine;
    int64_t at;  /* when this node has something to do */
    int64_t due; /* the first deadline, whosever it is */
    uint32_t jobs;
    uint32_t deadlines;
};

static int32_t take_first(const hsvc_row *row, void *user) {
    struct first *first = (struct first *)user;
    int64_t at;
    if (!hsvc__row_is_whole(row)) return HSVC_ERR_CALLBACK;
    if (row->key_len == 0) return HSVC_ERR_CORRUPT;
    if (row->key[0] == HSVC__FAMILY_JOB) {
        at = hsvc__job_due(first->engine, hsvc__str_of((const char *)row->value, row->value_len));
        first->jobs++;
    } else {
        if (row->key_len <= NAME_AT) return HSVC_ERR_CORRUPT;
        at = wanted_at(first->engine, whose(row), key_time(row->key));
        if (first->deadlines++ == 0) first->due = key_time(row->key);
    }
    if (at < first->at) first->at = at;
    return HSVC_OK;
}

/* Of several nodes one is told to call within poll_ms in any case, and looks among what is due by then for its own. */
static int64_t look_until(const struct hsvc_engine *engine) {
    return engine->node_count == 1 ? HSVC_NEVER : engine->now + engine->poll_ms;
}
static size_t look_at(const struct hsvc_engine *engine) { return engine->node_count == 1 ? 1 : HSVC_LIMIT_ADVANCE_DEVICES; }

/* first_of_all: the first rows tell all where there is no job, or one for this node; other nodes' jobs are looked past. */
static int32_t first_of_all(struct hsvc_engine *engine, struct first *first) {
    int64_t until = look_until(engine);
    int32_t status = scan_rest(engine, 0, until, look_at(engine), take_first, first);
    if (status == HSVC_OK) note(engine, 0, first->jobs, first->due);
    if (status == HSVC_OK && first->jobs != 0 && first->at != 0) {
        status = scan_family(engine, HSVC__FAMILY_JOB, HSVC_NEVER, HSVC_LIMIT_JOBS_SEEN, take_first, first);
    }
    if (status == HSVC_OK && first->jobs != 0 && first->deadlines == 0 && first->at != 0)
        status = scan_family(engine, HSVC__FAMILY_DEADLINE, until, look_at(engine), take_first, first);
    return status;
}

static int is_passed_over(const struct hsvc_engine *engine) {
    return engine->dues_from.len != 0 && key_time(engine->dues_from.bytes) <= engine->now;
}

/* Several nodes are told to call within poll_ms, when what the watermark hides is found. A single one is told exactly, so all
 * is looked at, unless it cannot keep up and would find something due before that. */
int32_t hsvc__first_deadline(struct hsvc_engine *engine, int64_t *at) {
    struct first first = {engine, HSVC_NEVER, HSVC_NEVER, 0, 0};
    int swept = is_swept(engine) && (engine->node_count > 1 || engine->behind);
    int32_t status = swept ? scan_rest(engine, 1, look_until(engine), look_at(engine), take_first, &first) : HSVC_OK;
    if (status == HSVC_OK && swept) note(engine, 1, 0, first.due);
    if (status == HSVC_OK && (!swept || (engine->node_count == 1 && first.at > engine->now))) {
        first.at = first.due = HSVC_NEVER;
        first.deadlines = 0;
        status = first_of_all(engine, &first);
    }
    *at = is_passed_over(engine) && first.at > engine->now ? engine->now : first.at;
    return status;
}

struct found {
    struct hsvc__dues *dues;
    struct hsvc__jobs *jobs;
    uint32_t job_rows;
};

static int32_t take_job(const hsvc_row *row, struct found *found) {
    struct hsvc__arena *arena = found->dues->arena;
    uint32_t at = found->jobs->count;
    if (row->key_len < 3) return HSVC_ERR_CORRUPT;
    if (found->job_rows++ >= HSVC_LIMIT_JOBS_SEEN) return HSVC_OK;
    found->jobs->at[at].name = hsvc__arena_copy(arena, row->key + 1, row->key_len - 2);
    found->jobs->at[at].value = hsvc__arena_copy(arena, row->value, row->value_len);
    found->jobs->count++;
    return HSVC_OK;
}

static int32_t add_due(struct hsvc__dues *dues, const hsvc_row *row) {
    if (row->key_len <= NAME_AT || row->key[row->key_len - 1] != 0 || dues->count == DUES) return HSVC_ERR_CORRUPT;
    dues->at[dues->count].device = hsvc__key_part(hsvc__str_of((const char *)row->key, row->key_len), NAME_AT, dues->arena);
    dues->at[dues->count].due = key_time(row->key);
    dues->count++;
    return HSVC_OK;
}

/* keep_place: where a scan goes on that came to this row: the next key is after this one. */
static void keep_place(struct hsvc__key *place, const hsvc_row *row) {
    if (row->key_len >= sizeof place->bytes) return; /* no key of ours */
    memcpy(place->bytes, row->key, row->key_len);
    place->len = row->key_len;
    place->bytes[place->len++] = 0;
}

static int32_t take_due(const hsvc_row *row, void *user) {
    struct found *found = (struct found *)user;
    if (!hsvc__row_is_whole(row)) return HSVC_ERR_CALLBACK;
    if (row->key_len != 0 && row->key[0] == HSVC__FAMILY_JOB) return take_job(row, found);
    if (found->dues->count == HSVC_LIMIT_ADVANCE_DEVICES) return HSVC_OK;
    keep_place(&found->dues->last, row);
    return add_due(found->dues, row);
}

static void swap(struct hsvc__dues *dues, uint32_t i, uint32_t j) {
    hsvc__str device = dues->at[i].device;
    int64_t due = dues->at[i].due;
    dues->at[i] = dues->at[j];
    dues->at[j].device = device;
    dues->at[j].due = due;
}

/* keep_mine: this node's own, in order of time. Behind them those that other nodes have left for poll_ms, against the order of
 * time and each node from a place of its own, so that whoever helps rarely meets others (DESIGN 3). */
static void keep_mine(const struct hsvc_engine *engine, struct hsvc__dues *dues) {
    uint32_t all = dues->count, own = 0, late = 0;
    for (uint32_t i = 0; i < all; i++)
        if (hsvc__own_due(engine, dues->at[i].device)) swap(dues, i, own++);
    for (uint32_t i = own; i < all; i++)
        if (wanted_at(engine, dues->at[i].device, dues->at[i].due) <= engine->now) swap(dues, i, own + late++);
    dues->count = own + late;
    dues->own = own;
    dues->late = late;
    dues->left = all - dues->count;
    for (uint32_t i = 0; i < late / 2; i++) swap(dues, own + i, own + late - 1 - i);
    for (uint32_t turn = (uint32_t)((uint64_t)late * engine->node / engine->node_count); turn > 0; turn--)
        for (uint32_t i = own; i + 1 < own + late; i++) swap(dues, i, i + 1);
}

/* ---- what stays at the head of the due: damaged devices, and what is left to other nodes. An advance looks at so many and no
 * more, and the deadlines behind them must not wait for anybody. ---- */
void hsvc__pass_over(struct hsvc_engine *engine, const struct hsvc__dues *dues, uint32_t useless) {
    engine->dues_from.len = 0;
    if (engine->behind && useless + dues->left != 0) engine->dues_from = dues->last;
}

/* Jobs never stand in the way of deadlines: where there are many, the deadlines are asked for alone. */
static int32_t scan_dues(struct hsvc_engine *engine, struct found *found) {
    struct hsvc__dues *dues = found->dues;
    int swept = is_swept(engine);
    int32_t status;
    if (is_passed_over(engine)) return scan(engine, &engine->dues_from, engine->now, HSVC_LIMIT_ADVANCE_DEVICES, take_due, found);
    status = scan_rest(engine, swept, engine->now, HSVC_LIMIT_ADVANCE_DEVICES + HSVC_LIMIT_JOBS_SEEN, take_due, found);
    if (status == HSVC_OK && found->job_rows > HSVC_LIMIT_JOBS_SEEN) {
        dues->count = 0;
        status = scan_family(engine, HSVC__FAMILY_DEADLINE, engine->now, HSVC_LIMIT_ADVANCE_DEVICES, take_due, found);
    }
    if (status == HSVC_OK) note(engine, swept, found->job_rows, dues->count == 0 ? HSVC_NEVER : dues->at[0].due);
    return status;
}

int32_t hsvc__read_dues(struct hsvc_engine *engine, struct hsvc__dues *dues, struct hsvc__jobs *jobs) {
    struct found found = {dues, jobs, 0};
    int32_t status;
    dues->count = dues->own = dues->late = dues->left = jobs->count = 0;
    dues->last.len = 0;
    dues->arena = &engine->inputs;
    if (HSVC__MUTANT(deadlines_of_this_engine) && engine->counters.commits == 0) return HSVC_OK;
    status = scan_dues(engine, &found);
    engine->behind = dues->count == HSVC_LIMIT_ADVANCE_DEVICES;
    if (dues->arena->failed) return HSVC_ERR_MEMORY;
    if (status == HSVC_OK) keep_mine(engine, dues);
    return status != HSVC_OK || !engine->patrols || HSVC__MUTANT(no_patrol) ? status : hsvc__patrol(engine, dues);
}

/* ---- the patrol (TIME-4) ---- */
struct patrol {
    struct hsvc_engine *engine;
    struct hsvc__dues *dues;
    size_t seen;
};

/* A damaged row says nothing about when it was armed; its device is found when it is due. */
static int was_armed_later(const hsvc_row *row, int64_t latest) {
    return hsvc__record_check(row->value, row->value_len, HSVC__FAMILY_DEADLINE) == HSVC_OK &&
           (int64_t)hsvc__get64(row->value + HSVC__HEAD) > latest;
}

static int32_t take_future(const hsvc_row *row, void *user) {
    struct patrol *p = (struct patrol *)user;
    struct hsvc__key *from = &p->engine->patrol_from;
    if (!hsvc__row_is_whole(row)) return HSVC_ERR_CALLBACK;
    if (row->key_len <= NAME_AT || row->key_len >= sizeof from->bytes) return HSVC_ERR_CORRUPT;
    p->seen++;
    keep_place(from, row);
    if (!was_armed_later(row, p->engine->now + p->engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX])) return HSVC_OK;
    return add_due(p->dues, row);
}

int32_t hsvc__patrol(struct hsvc_engine *engine, struct hsvc__dues *dues) {
    static const uint8_t to[] = {HSVC__FAMILY_DEADLINE + 1};
    struct patrol p = {engine, dues, 0};
    struct hsvc__key from = engine->patrol_from;
    int32_t status;
    if (from.len == 0) {
        hsvc__key_begin(&from, HSVC__FAMILY_DEADLINE);
        hsvc__key_time(&from, engine->now); /* what was due before is looked at anyway */
    }
    status = hsvc__store_status(engine->store.scan(from.bytes, from.len, to, sizeof to, HSVC_LIMIT_ADVANCE_DEVICES, take_future,
                                                   &p, engine->store.user), 0);
    if (dues->arena->failed) status = HSVC_ERR_MEMORY;
    if (status != HSVC_OK) engine->patrol_from = from; /* what was found on the way is found again */
    if (status != HSVC_OK || p.seen == HSVC_LIMIT_ADVANCE_DEVICES) return status;
    engine->patrol_from.len = 0;
    engine->patrols = engine->node_count > 1;
    return HSVC_OK;
}

void hsvc__patrol_again(struct hsvc_engine *engine) {
    engine->patrols = 1;
    engine->patrol_from.len = 0;
}
