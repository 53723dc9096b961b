/* jobs.c: what touches many records is a fact, committed at once, and a job that comes to each of them in bounded slices
 * (STORE-3). A slice: look at a few records, sweep those that the job concerns, each in a commit of its own; then move the
 * cursor. Whoever dies in between leaves a job that another engine goes on with; a record that is swept twice is as if
 * swept once. One node works on a job; the others leave it alone as long as it moves (STORE-5). */
#include "rules/ask.h"

enum { WALK_USERS_DEVICES = 1, WALK_USERS_SKIPS, WALK_ALL_DEVICES, WALK_ALL_SKIPS, WALK_ALL_HEADSETS, WALK_ALL_NUMBERS, WALK_ALL_ENTRIES };
static const struct {
    uint32_t job, walk;
} walks[] = {
#define WALK(job, walk) {HSVC_JOB_##job, WALK_##walk},
#include "rules/jobs.def"
#undef WALK
};
static const struct {
    uint32_t family, event;
} kinds[] = {
    {0, 0},
    {HSVC__FAMILY_DEVICE, HSVC_EVENT_device_swept},
    {HSVC__FAMILY_SKIP, HSVC_EVENT_skip_swept},
    {HSVC__FAMILY_DEVICE, HSVC_EVENT_device_swept},
    {HSVC__FAMILY_SKIP, HSVC_EVENT_skip_swept},
    {HSVC__FAMILY_HEADSET, HSVC_EVENT_headset_swept},
    {HSVC__FAMILY_NUMBER, HSVC_EVENT_number_swept},
    {HSVC__FAMILY_ENTRY, HSVC_EVENT_entry_swept},
};

/* One slice of one job. */
struct sweep {
    struct hsvc_engine *engine;
    struct hsvc_effects *fx;
    int64_t now;
    hsvc__str name;         /* of the job's record */
    struct hsvc__job was;   /* as read */
    struct hsvc__job job;   /* as it will be */
    uint32_t walk;
    uint32_t family;
    hsvc__str item;         /* the record that it comes to now */
    hsvc__str items[HSVC_LIMIT_HEADSETS_PER_USER * HSVC_LIMIT_PLACES_PER_SERIAL + HSVC_LIMIT_SESSIONS_PER_USER];
    struct hsvc__key keys[HSVC_LIMIT_JOB_SLICE]; /* of the rows looked at; of walks over a family */
    uint32_t item_key[HSVC_LIMIT_JOB_SLICE];
    uint32_t item_count;
    uint32_t row_count;
    uint32_t room;          /* rows this slice may still look at */
    int32_t damage;         /* the first failure about one record alone */
    void *scratch;          /* a decoded record */
};

/* walk_of: the walk that is on; 0 when all are over. */
static uint32_t walk_of(const struct hsvc__job *job) {
    uint32_t at = 0;
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++)
        if (walks[i].job == job->kind && at++ == job->walk) return walks[i].walk;
    return 0;
}

int hsvc__has_walk(const struct hsvc__job *job) { return walk_of(job) != 0; }

static void note_damage(struct sweep *s, int32_t status) {
    if (s->damage == HSVC_OK) s->damage = status;
}

/* ---- which records ---- */
static void add_item(struct sweep *s, hsvc__str name) {
    s->items[s->item_count++] = hsvc__arena_copy(&s->engine->inputs, name.p, name.n);
}

/* The user's own lists say where the user is known; they were marked with the fact, or are the user's still. */
static void collect_users_devices(struct hsvc_engine *engine, void *job) {
    struct sweep *s = (struct sweep *)job;
    struct hsvc__turn *t = hsvc__turn_begin(engine, s->fx, NULL, HSVC_NO_INPUT);
    const struct hsvc__user *user = hsvc__marked_user(t, s->job.subject);
    engine->txn.checks_only = 1;
    s->item_count = 0;
    for (uint32_t i = 0; i < user->login_count; i++) add_item(s, user->logins[i].device);
    for (uint32_t i = 0; i < user->headset_list.count; i++) {
        const struct hsvc__headset *headset = hsvc__headset_of(t, user->headset_list.at[i]);
        for (uint32_t place = 0; place < hsvc__place_count(headset); place++) add_item(s, hsvc__place(headset, place));
    }
}

static int32_t nothing_ahead(struct hsvc_engine *engine, void *job) {
    (void)engine;
    (void)job;
    return HSVC_OK;
}

/* look_into: a decision that writes nothing, and commits nevertheless: what a cache remembers of the lists may be old, and who does
 * not stand there would be passed over for good. */
static int32_t look_into(const struct sweep *s, hsvc__decide_fn decide, void *job) {
    int dry = 0;
    return hsvc__transact(s->engine, s->fx, decide, nothing_ahead, job, &dry);
}

static int is_about(const struct hsvc__device *dev, hsvc__str user) {
    if (hsvc__fold_eq(dev->user, user) || hsvc__fold_eq(dev->last_user, user) || hsvc__fold_eq(dev->related_user, user)) return 1;
    if (hsvc__fold_eq(dev->prompt_user, user) || hsvc__fold_eq(dev->verify_user, user)) return 1;
    for (uint32_t i = 0; i < dev->check_count; i++)
        if (hsvc__fold_eq(dev->checks[i].user, user)) return 1;
    for (uint32_t i = 0; i < dev->present_count; i++)
        if (hsvc__fold_eq(dev->presents[i].owner, user)) return 1;
    return 0;
}

static int is_number_of(const struct hsvc__number *number, hsvc__str user) {
    return number->of == HSVC__FAMILY_USER && hsvc__fold_eq(number->name, user);
}

static int is_at_site(const struct hsvc__device *dev, hsvc__str site) { return site.n == 0 || hsvc__fold_eq(dev->site, site); }

static int device_concerns(const struct hsvc__job *job, const struct hsvc__device *dev) {
    switch (job->kind) {
        case HSVC_JOB_POLICY: return (dev->session != 0 || dev->prompt_id != 0 || dev->present_count != 0) && is_at_site(dev, job->subject);
        case HSVC_JOB_FORCED: return dev->session != 0 && is_at_site(dev, job->subject);
        case HSVC_JOB_FORCED_USER: return hsvc__fold_eq(dev->user, job->subject);
        default: return is_about(dev, job->subject);
    }
}

/* concerns: a first look at what was scanned, so that most records cost no decision; the rows decide what is to be done. */
static int concerns(const struct sweep *s, const void *record) {
    const struct hsvc__job *job = &s->job;
    if (s->family == HSVC__FAMILY_DEVICE) return device_concerns(job, (const struct hsvc__device *)record);
    if (s->family == HSVC__FAMILY_HEADSET) return hsvc__fold_eq(((const struct hsvc__headset *)record)->device, job->subject);
    if (s->family == HSVC__FAMILY_NUMBER) return is_number_of((const struct hsvc__number *)record, job->subject);
    if (s->family == HSVC__FAMILY_ENTRY) return ((const struct hsvc__entry *)record)->committed_at < (int64_t)job->number;
    return job->kind != HSVC_JOB_DEVICE_REMOVED || ((const struct hsvc__skip *)record)->device_number == job->number;
}

static int32_t take_row(const hsvc_row *row, void *user) {
    struct sweep *s = (struct sweep *)user;
    struct hsvc__key *key = &s->keys[s->row_count];
    if (!hsvc__row_is_whole(row)) return HSVC_ERR_CALLBACK;
    if (s->row_count == s->room || row->key_len < 3 || row->key_len >= sizeof key->bytes) return HSVC_ERR_CORRUPT;
    memcpy(key->bytes, row->key, row->key_len);
    key->len = row->key_len;
    memset(s->scratch, 0, hsvc__record_size(s->family));
    s->row_count++;
    if (hsvc__record_check(row->value, row->value_len, s->family) != HSVC_OK ||
        hsvc__record_decode(s->scratch, row->value, row->value_len, s->family) != HSVC_OK) {
        note_damage(s, HSVC_ERR_CORRUPT);
        s->job.damaged++;
        return HSVC_OK;
    }
    if (!concerns(s, s->scratch)) return HSVC_OK;
    s->item_key[s->item_count] = s->row_count - 1;
    add_item(s, hsvc__key_name(key));
    return HSVC_OK;
}

/* scan_range: the next rows after the cursor, below `to`. */
static int32_t scan_range(struct sweep *s, const struct hsvc__key *from, const struct hsvc__key *to) {
    const hsvc_store *store = &s->engine->store;
    struct hsvc__key after = *from;
    if (s->job.cursor.n != 0) {
        memcpy(after.bytes, s->job.cursor.p, s->job.cursor.n);
        after.bytes[s->job.cursor.n] = 0; /* the smallest key after it */
        after.len = s->job.cursor.n + 1;
    }
    s->scratch = hsvc__arena_take(&s->engine->inputs, hsvc__record_size(s->family));
    if (s->scratch == NULL) return HSVC_ERR_MEMORY;
    return hsvc__store_status(store->scan(after.bytes, after.len, to->bytes, to->len, s->room, take_row, s, store->user), 0);
}

static int32_t scan_family(struct sweep *s) {
    struct hsvc__key from, to;
    hsvc__key_begin(&from, s->family);
    hsvc__key_begin(&to, s->family + 1);
    return scan_range(s, &from, &to);
}

/* ---- one record ---- */
static void sweep_it(struct sweep *s, struct hsvc__turn *t) {
    struct hsvc__about about = {t->dev, t->headset, NULL, NULL, 0};
    t->job = &s->job;
    hsvc__run(t, HSVC__MACHINE_sweep, kinds[s->walk].event, 0);
    if (t->verdict.reason != 0) hsvc__add_verdict(t, t->verdict.reason, t->verdict.rule, t->dev->name);
    about.always = t->verdict.reason != 0 ? &about.dev->rec : NULL;
    hsvc__audit_step(t, &about);
}

static void decide_item(struct hsvc_engine *engine, void *job) {
    struct sweep *s = (struct sweep *)job;
    struct hsvc__turn *t = hsvc__turn_begin(engine, s->fx, NULL, HSVC_NO_INPUT);
    struct hsvc__record *record = (struct hsvc__record *)hsvc__txn_get(t->txn, s->family, s->item);
    if (!record->present) return;
    if (s->family == HSVC__FAMILY_DEVICE) {
        t->dev = (struct hsvc__device *)record;
        (void)hsvc__fire_all(t, t->now, 1); /* what was due before this comes before it (TIME-3) */
        t->headset = hsvc__headset_of(t, t->dev->prompt_serial);
    } else if (s->family == HSVC__FAMILY_HEADSET) {
        t->headset = (struct hsvc__headset *)record;
    } else if (s->family == HSVC__FAMILY_SKIP) {
        t->skip = (struct hsvc__skip *)record;
    } else if (s->family == HSVC__FAMILY_NUMBER) {
        t->number = (struct hsvc__number *)record;
    } else {
        t->entry = (struct hsvc__entry *)record;
    }
    if (concerns(s, record)) sweep_it(s, t);
    hsvc__settle(t);
}

static int32_t read_item(struct hsvc_engine *engine, void *job) {
    const struct sweep *s = (const struct sweep *)job;
    hsvc__txn_want(&engine->txn, s->family, s->item);
    return hsvc__txn_fetch(&engine->txn);
}

/* passes_over: a record that fails is tried once more next time, then left for a later round: it may be repaired by then. */
static int passes_over(struct sweep *s, int32_t status) {
    note_damage(s, status);
    if (s->job.strikes == 0) {
        s->job.strikes = 1;
        return 0;
    }
    s->job.damaged++;
    return 1;
}

/* sweep_items: how many are done; a failure of the store, or a conflict that does not end, stops before its record. */
static uint32_t sweep_items(struct sweep *s, int32_t *status) {
    int dry = 0;
    for (uint32_t i = 0; i < s->item_count; i++) {
        s->item = s->items[i];
        *status = hsvc__transact(s->engine, s->fx, decide_item, read_item, s, &dry);
        if (*status == HSVC_OK) hsvc__effects_publish(s->fx);
        if (hsvc__hurts_one(*status)) *status = passes_over(s, *status) ? HSVC_OK : HSVC_ERR_CONFLICT;
        if (*status != HSVC_OK) return i;
        s->job.strikes = 0;
    }
    return s->item_count;
}

/* ---- where it stands ---- */
static void next_walk(struct hsvc__job *job) {
    job->walk++;
    job->step = 0;
    job->cursor = hsvc__str_of(NULL, 0);
}

static void set_cursor(struct sweep *s, uint32_t rows) {
    s->job.seen += rows;
    if (rows == 0) return;
    s->job.cursor = hsvc__arena_copy(&s->engine->inputs, s->keys[rows - 1].bytes, s->keys[rows - 1].len);
}

/* walk_scanned: a part of a walk over a range of keys; what was not done for a conflict is done next time. */
static int32_t walk_scanned(struct sweep *s, int32_t status, int *is_over) {
    uint32_t done;
    *is_over = 0;
    if (status != HSVC_OK) return status;
    if (s->engine->inputs.failed) return HSVC_ERR_MEMORY;
    done = sweep_items(s, &status);
    set_cursor(s, done == s->item_count ? s->row_count : s->item_key[done]);
    *is_over = done == s->item_count && s->row_count < s->room;
    s->room -= s->row_count;
    return status;
}

static int32_t walk_family(struct sweep *s) {
    int is_over;
    int32_t status = walk_scanned(s, scan_family(s), &is_over);
    if (is_over) next_walk(&s->job);
    return status;
}

struct serial_at {
    struct sweep *sweep;
    hsvc__str serial;
};
static void find_serial(struct hsvc_engine *engine, void *job) {
    struct serial_at *at = (struct serial_at *)job;
    struct hsvc__turn *t = hsvc__turn_begin(engine, at->sweep->fx, NULL, HSVC_NO_INPUT);
    const struct hsvc__user *user = hsvc__marked_user(t, at->sweep->job.subject);
    uint32_t step = at->sweep->job.step;
    engine->txn.checks_only = 1;
    at->serial = hsvc__str_of(NULL, 0);
    if (step < user->headset_list.count) at->serial = hsvc__arena_copy(&engine->inputs, user->headset_list.at[step].p, user->headset_list.at[step].n);
}

/* Keys of skips begin with the serial: each serial of the user is one range. */
static int32_t walk_users_skips(struct sweep *s) {
    struct serial_at at = {s, {NULL, 0}};
    struct hsvc__key from, to;
    int is_over;
    int32_t status = look_into(s, find_serial, &at);
    if (status != HSVC_OK) return status;
    if (at.serial.n == 0) {
        next_walk(&s->job);
        return HSVC_OK;
    }
    hsvc__key_1(&from, HSVC__FAMILY_SKIP, at.serial);
    to = from;
    to.bytes[to.len - 1] = 1; /* after every key of this serial */
    status = walk_scanned(s, scan_range(s, &from, &to), &is_over);
    if (!is_over) return status;
    s->job.step++;
    s->job.cursor = hsvc__str_of(NULL, 0);
    return status;
}

/* The lists are short: one slice, all or again. */
static int32_t walk_users_devices(struct sweep *s) {
    int32_t status = look_into(s, collect_users_devices, s);
    if (status == HSVC_OK && s->engine->inputs.failed) status = HSVC_ERR_MEMORY;
    if (status != HSVC_OK) return status;
    (void)sweep_items(s, &status);
    s->room -= s->item_count < s->room ? s->item_count : s->room;
    if (status != HSVC_OK) return status;
    s->job.seen += s->item_count;
    next_walk(&s->job);
    return HSVC_OK;
}

static int32_t walk_on(struct sweep *s) {
    s->walk = walk_of(&s->job);
    s->family = kinds[s->walk].family;
    s->item_count = s->row_count = 0;
    switch (s->walk) {
        case WALK_USERS_DEVICES: return walk_users_devices(s);
        case WALK_USERS_SKIPS: return walk_users_skips(s);
        default: return walk_family(s);
    }
}

static int is_moved(const struct hsvc__job *now, const struct hsvc__job *was) {
    return !now->rec.present || now->created_at != was->created_at || now->walk != was->walk || now->step != was->step ||
           now->seen != was->seen;
}

/* begin_again: a job ends when it came to every record; until the damaged ones are repaired it comes back to them. */
static void begin_again(struct hsvc__job *job, int64_t now) {
    job->walk = job->step = 0;
    job->cursor = hsvc__str_of(NULL, 0);
    job->damaged = 0;
    job->again_at = now + HSVC_LIMIT_JOB_AGAIN;
}

/* decide_progress: the job's record follows, unless another node was faster or the job began anew. */
static void decide_progress(struct hsvc_engine *engine, void *arg) {
    struct sweep *s = (struct sweep *)arg;
    struct hsvc__turn *t = hsvc__turn_begin(engine, s->fx, NULL, HSVC_NO_INPUT);
    struct hsvc__job *job = (struct hsvc__job *)hsvc__txn_get(t->txn, HSVC__FAMILY_JOB, s->name);
    struct hsvc__about about = {t->dev, t->headset, NULL, NULL, 0};
    if (is_moved(job, &s->was)) return;
    job->worked_at = s->now;
    job->node = engine->node;
    job->seen = s->job.seen;
    job->walk = s->job.walk;
    job->step = s->job.step;
    job->cursor = s->job.cursor;
    job->strikes = s->job.strikes;
    job->damaged = s->job.damaged;
    job->again_at = 0;
    hsvc__touch(job);
    if (walk_of(job) == 0 && job->damaged != 0) begin_again(job, s->now);
    if (walk_of(job) != 0) return;
    job->rec.removed = 1;
    t->job = job;
    hsvc__run(t, HSVC__MACHINE_sweep, HSVC_EVENT_job_done, 0);
    hsvc__audit_step(t, &about);
}

static int32_t work_on(struct sweep *s) {
    int32_t status = HSVC_OK, moved;
    int dry = 0;
    s->room = HSVC_LIMIT_JOB_SLICE;
    for (uint32_t i = 0; !HSVC__BUG(i == HSVC_LIMIT_JOB_SLICE) && s->room != 0 && status == HSVC_OK && walk_of(&s->job) != 0; i++)
        status = walk_on(s);
    if (status == HSVC_ERR_CONFLICT) status = HSVC_OK; /* the cursor waits before it */
    if (status != HSVC_OK) return status;
    moved = hsvc__transact(s->engine, s->fx, decide_progress, nothing_ahead, s, &dry);
    if (moved == HSVC_OK) hsvc__effects_publish(s->fx);
    return moved == HSVC_ERR_CONFLICT ? HSVC_OK : moved;
}

/* ---- the index ---- */
static int32_t read_job(struct hsvc__job *job, hsvc__str value) {
    int32_t status = hsvc__record_check((const uint8_t *)value.p, value.n, HSVC__FAMILY_JOB);
    memset(job, 0, sizeof *job);
    return status != HSVC_OK ? status : hsvc__record_decode(job, (const uint8_t *)value.p, value.n, HSVC__FAMILY_JOB);
}

int64_t hsvc__job_due(const struct hsvc_engine *engine, hsvc__str value) {
    struct hsvc__job job;
    if (read_job(&job, value) != HSVC_OK || job.node == engine->node) return job.again_at;
    if (job.worked_at > engine->now + engine->policy.values[HSVC_PARAM_CLOCK_SKEW_MAX]) return 0; /* by a clock that was ahead (TIME-4) */
    return (job.again_at != 0 ? job.again_at : job.worked_at) + HSVC_LIMIT_JOB_PATIENCE;
}

static struct sweep *sweep_of(struct hsvc_engine *engine, struct hsvc_effects *fx, int64_t now, hsvc__str name) {
    struct sweep *s = (struct sweep *)hsvc__arena_take(&engine->inputs, sizeof *s);
    if (s == NULL) return NULL;
    memset(s, 0, sizeof *s);
    s->engine = engine;
    s->fx = fx;
    s->now = now;
    s->name = name;
    return s;
}

int32_t hsvc__work_jobs(struct hsvc_engine *engine, struct hsvc_effects *fx, int64_t now, const struct hsvc__jobs *jobs,
                        int32_t *damage) {
    uint32_t worked = 0;
    int32_t status = HSVC_OK;
    for (uint32_t i = 0; i < jobs->count && worked < HSVC_LIMIT_ADVANCE_JOBS && status == HSVC_OK; i++) {
        struct sweep *s = sweep_of(engine, fx, now, jobs->at[i].name);
        if (s == NULL) return HSVC_ERR_MEMORY;
        s->damage = read_job(&s->was, jobs->at[i].value);
        if (s->damage == HSVC_OK && hsvc__job_due(engine, jobs->at[i].value) <= now) {
            worked++;
            s->job = s->was;
            status = work_on(s);
            if (hsvc__hurts_one(status)) note_damage(s, status);
            if (hsvc__hurts_one(status)) status = HSVC_OK;
        }
        if (*damage == HSVC_OK) *damage = s->damage;
    }
    return status;
}
