/* world.c: engines on one store, a clock that the simulation sets, and one input to engine and model. */
#include "office.h"

#include <stdlib.h>
#include <string.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/testkit.h"

/* ---- random numbers: splitmix64 ---- */

uint32_t random_below(struct random *r, uint32_t limit) {
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return limit == 0 ? 0 : (uint32_t)((z ^ z >> 31) >> 33) % limit;
}

uint32_t random_chance(struct random *r, uint32_t permille) { return random_below(r, 1000) < permille; }

/* world_digest: FNV-1a over everything that was answered. */
void world_digest(struct world *w, const void *bytes, uint32_t len) {
    const uint8_t *b = bytes;
    for (uint32_t i = 0; i < len; i++) w->digest = (w->digest ^ b[i]) * UINT64_C(0x100000001b3);
}

static void digest_number(struct world *w, uint64_t number) {
    uint8_t b[8];
    for (uint32_t i = 0; i < 8; i++) b[i] = (uint8_t)(number >> 8 * i);
    world_digest(w, b, 8);
}

void world_find(struct world *w, enum difference kind, uint32_t phone, int64_t wanted, int64_t seen) {
    if (w->finding.kind != SAME) return;
    w->finding.kind = kind;
    w->finding.phone = phone;
    w->finding.wanted = wanted;
    w->finding.seen = seen;
    w->finding.at = world_clock(w, 0);
}

/* ---- engines ---- */

static void *resize(void *block, size_t old_size, size_t new_size, void *user) {
    void *p;
    (void)user, (void)old_size;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    p = realloc(block, new_size);
    if (p == NULL) abort();
    return p;
}

static int32_t clock_of(int64_t *now_ms, void *user) {
    const struct tick *tick = user;
    *now_ms = world_clock(tick->world, (uint32_t)(tick - tick->world->ticks));
    return HSVC_OK;
}

void world_restart(struct world *w, uint32_t node) {
    hsvc_config config;
    hsvc_engine_free(w->engines[node]);
    (void)hsvc_config_init(&config, sizeof config);
    config.allocator = &w->allocator;
    config.store = &w->store;
    config.clock = clock_of;
    config.clock_user = &w->ticks[node];
    config.node = node;
    config.node_count = w->shape.nodes;
    w->model.sampled[node] = 0; /* whoever starts knows no time */
    if (hsvc_engine_new(&config, &w->engines[node]) != HSVC_OK) abort();
}

void world_open(struct world *w, const struct shape *shape) {
    hsvc_store inner;
    hsvc_fault_store *fault;
    memset(w, 0, sizeof *w);
    w->shape = *shape;
    w->now = DAY_ONE;
    w->digest = UINT64_C(0xcbf29ce484222325);
    (void)hsvc_allocator_init(&w->allocator, sizeof w->allocator);
    w->allocator.resize = resize;
    (void)hsvc_store_init(&inner, sizeof inner);
    (void)hsvc_store_init(&w->store, sizeof w->store);
    if (hsvc_memory_store_new(&w->allocator, &w->memory) != HSVC_OK || hsvc_memory_store_bind(w->memory, &inner) != HSVC_OK) abort();
    witness_below(&w->witness, &inner, &w->store);
    w->witness.fails = shape->faults;
    if (shape->faults) {
        inner = w->store;
        if (hsvc_fault_store_new(&w->allocator, &inner, &fault) != HSVC_OK || hsvc_fault_store_bind(fault, &w->store) != HSVC_OK) abort();
        w->fault = fault;
    }
    inner = w->store;
    witness_bind(&w->witness, &inner, &w->store);
    if (hsvc_effects_new(&w->allocator, &w->fx) != HSVC_OK) abort();
    m_begin(&w->model, w->now, shape->nodes);
    for (uint32_t i = 0; i < NODES; i++) w->ticks[i].world = w;
    for (uint32_t i = 0; i < shape->nodes; i++) world_restart(w, i);
}

void world_close(struct world *w) {
    for (uint32_t i = 0; i < w->shape.nodes; i++) hsvc_engine_free(w->engines[i]);
    hsvc_effects_free(w->fx);
    hsvc_fault_store_free(w->fault);
    hsvc_memory_store_free(w->memory);
}

uint32_t world_node(const struct world *w, uint32_t phone) { return phone % w->shape.nodes; }

/* told_to: now and then another node hears of it than the one where the phone is registered. */
static uint32_t told_to(const struct world *w, uint32_t phone) {
    return (phone + (w->inputs % 8 == 0)) % w->shape.nodes;
}

void world_fault(struct world *w, const struct event *e) {
    hsvc_fault fault;
    memset(&fault, 0, sizeof fault);
    if (w->fault == NULL) return;
    fault.struct_size = sizeof fault;
    fault.kind = e->arg;
    fault.on = e->extra;
    fault.nth = 1 + e->phone;
    fault.times = (uint64_t)e->number;
    fault.delay = 1 + e->user;
    (void)hsvc_fault_store_arm(w->fault, &fault);
    w->conflicts = e->arg == HSVC_FAULT_CONFLICT;
    w->told.doubted |= e->arg >= HSVC_FAULT_UNKNOWN_DONE;
    w->faults++;
}

/* ---- what came of it ---- */

static void digest_effects(struct world *w, const hsvc_effects *fx) {
    w->effects += hsvc_effects_count(fx);
    told_effects(w, fx);
    for (size_t i = 0; i < hsvc_effects_count(fx); i++) {
        hsvc_effect e;
        (void)hsvc_effect_init(&e, sizeof e);
        (void)hsvc_effects_at(fx, i, &e);
        digest_number(w, (uint64_t)e.kind << 32 | e.reason);
        digest_number(w, (uint64_t)e.at_ms);
        digest_number(w, e.prompt_id ^ e.generation << 16 ^ e.session << 32);
        world_digest(w, e.device, (uint32_t)e.device_len);
        world_digest(w, e.user, (uint32_t)e.user_len);
        world_digest(w, e.profile, (uint32_t)e.profile_len);
    }
}

void world_heard(struct world *w, const hsvc_effects *fx) {
    digest_effects(w, fx);
    phones_effects(w, fx);
}

int world_passes(int32_t status) {
    return status == HSVC_ERR_UNAVAILABLE || status == HSVC_ERR_UNKNOWN || status == HSVC_ERR_CONFLICT;
}

int64_t world_now(const struct world *w) {
    return w->witness.count == 0 ? w->witness.sampled : w->witness.decisions[w->witness.count - 1].now;
}

/* decided_at: when a phone was decided about last, in this call. */
static int64_t decided_at(const struct world *w, uint32_t phone) {
    int64_t at = w->witness.sampled;
    for (uint32_t i = 0; i < w->witness.count; i++)
        if (w->witness.decisions[i].wrote[W_PHONES] & 1u << phone) at = w->witness.decisions[i].now;
    return at;
}

/* see: TIME-4: whoever reads a record mends in it what is of the future; what is mended is written. */
static void see(struct world *w, uint32_t phones, uint32_t users, uint32_t headsets) {
    struct model *m = &w->model;
    m->now = w->witness.sampled;
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (phones & 1u << i) m_see(m, &m->phones[i]);
    for (uint32_t i = 1; i < M_USERS; i++)
        if (users & 1u << i) m_see_user(m, i);
    for (uint32_t i = 1; i < M_HEADSETS; i++)
        if (headsets & 1u << i) m_see_headset(m, i);
}

void world_decided(struct world *w) {
    for (uint32_t i = 0; i < w->witness.count; i++) {
        const struct decision *d = &w->witness.decisions[i];
        uint32_t since;
        see(w, d->used[W_PHONES], d->used[W_USERS], d->used[W_HEADSETS]);
        since = w->model.counter;
        w->model.turn = d->first;
        m_settle(&w->model, d->wrote[W_PHONES], d->now);
        m_screens(&w->model, d->wrote[W_PHONES]);
        m_turns_too(&w->model, d->wrote[W_PHONES], since);
        m_countdowns(&w->model, d->wrote[W_PHONES]);
        w->model.turn = 0;
        for (uint32_t phone = 1; phone < M_PHONES; phone++)
            if (d->wrote[W_PHONES] & 1u << phone) w->model.decided[phone] = d->now;
    }
}

/* told_again: what was told of these phones may have been heard by nobody, since a commit was in doubt: it is told again as by a resync
 * (decision 112). That it was is seen by the effects' mark. */
static void told_again(struct world *w) {
    for (size_t i = 0; w->fault != NULL && i < hsvc_effects_count(w->fx); i++) {
        hsvc_effect e;
        uint32_t phone;
        (void)hsvc_effect_init(&e, sizeof e);
        (void)hsvc_effects_at(w->fx, i, &e);
        phone = number_of_name(e.device, e.device_len);
        if ((e.flags & HSVC_FLAG_REPEATED) == 0 || phone == 0) continue;
        w->model.now = decided_at(w, phone);
        m_resynced(&w->model, &w->model.phones[phone]);
    }
}

/* world_resync: STORE-6: the host lets everything be repeated that nobody acknowledged. */
void world_resync(struct world *w, uint32_t node) {
    hsvc_cursor cursor;
    (void)hsvc_cursor_init(&cursor, sizeof cursor);
    witness_begin(w, node);
    for (uint32_t tries = 0; !cursor.done && tries < 1000; tries++) {
        int32_t status;
        witness_sample(w, node);
        status = hsvc_resync(w->engines[node], NULL, &cursor, w->fx);
        digest_effects(w, w->fx);
        phones_effects(w, w->fx);
        if (status != HSVC_OK && !world_passes(status)) world_find(w, FAILED, 0, HSVC_OK, status);
    }
    (void)m_sample(&w->model, node, world_clock(w, node));
    see(w, ~0u, witness_used(w, W_USERS), witness_used(w, W_HEADSETS));
    for (uint32_t i = 0; i < w->witness.count; i++) m_settle(&w->model, w->witness.decisions[i].wrote[W_PHONES], w->witness.decisions[i].now);
    for (uint32_t i = 1; i < M_PHONES; i++) {
        w->model.now = decided_at(w, i);
        m_resynced(&w->model, &w->model.phones[i]);
    }
}

/* heard: the host gets the effects, unless it dies here, and another begins; or nobody could say what became of the call. */
static void heard(struct world *w, uint32_t node, int32_t status) {
    digest_effects(w, w->fx);
    if (w->crash[node]) {
        w->crash[node] = 0;
        w->crashes++;
        world_restart(w, node);
        world_resync(w, node);
        return;
    }
    phones_effects(w, w->fx);
    if (status == HSVC_ERR_UNKNOWN) world_resync(w, node);
}

static void judge(struct world *w, const hsvc_input *in, uint32_t phone, struct m_answer wanted) {
    hsvc_verdict v;
    size_t count = hsvc_verdict_count(w->fx), i = 0;
    (void)hsvc_verdict_init(&v, sizeof v);
    while (i < count && hsvc_verdict_at(w->fx, i, &v) == HSVC_OK && (v.input_index != 0 || v.item_number != 0)) i++;
    digest_number(w, (uint64_t)v.reason << 32 | v.accepted);
    w->verdicts++;
    w->refusals += !v.accepted;
    if (wanted.accepted == M_OPEN) return;
    w->reasons += wanted.reason != 0;
    w->refusal_reasons += wanted.reason != 0 && !v.accepted;
    if (v.accepted != wanted.accepted)
        world_find(w, DIFFERENT_VERDICT, phone, wanted.accepted ? -1 : -2, (int64_t)v.reason);
    else if (wanted.reason != 0 && v.reason != wanted.reason)
        world_find(w, DIFFERENT_VERDICT, phone, wanted.reason, (int64_t)v.reason);
    if (w->finding.kind == DIFFERENT_VERDICT && w->finding.at == world_clock(w, 0)) w->finding.headset = in->kind;
}

/* stale: the phone answers what it does not show any more, the directory what nobody asks any more. */
static uint32_t stale(const struct world *w, const hsvc_input *in, uint32_t phone) {
    if (in->prompt_id != 0) return in->prompt_id != w->phones[phone].prompt_id;
    return in->kind == HSVC_INPUT_VERIFY_RESULT && in->request != w->phones[phone].request;
}

/* ask_model: TIME-3: what the records that it touched have due before the input's time, the input, what they have due by now. */
static struct m_answer ask_model(struct world *w, const hsvc_input *in, uint32_t phone, uint32_t node) {
    struct model *m = &w->model;
    struct m_answer wanted;
    uint32_t about = 1u << number_of_name(in->device, in->device_len);
    int64_t now = world_now(w);
    uint32_t shown = m->phones[phone].shown, old = stale(w, in, phone), since;
    (void)m_sample(m, node, world_clock(w, node));
    m->input++;
    see(w, about | witness_used(w, W_PHONES), witness_used(w, W_USERS), witness_used(w, W_HEADSETS));
    since = m->counter;
    m->now = now;
    m->early = 1;
    (void)m_pass(m, about | witness_phones(w), model_time(m, in), now);
    m->now = now;
    m->at = model_time(m, in);
    m->counted = 0;
    memset(m->decided, 0, sizeof m->decided);
    old |= in->prompt_id != 0 && m->phones[phone].shown != shown; /* what it answers was over before */
    m->early = 0;
    m->dated = in->at_ms != 0;
    wanted = model_input(m, in, old);
    m->dated = 0;
    m_settle(m, about | witness_wrote(w, W_PHONES), now);
    m_screens(m, witness_wrote(w, W_PHONES));
    m_turns_too(m, witness_wrote(w, W_PHONES), since);
    m_countdowns(m, witness_wrote(w, W_PHONES));
    w->look_at = w->now + 1; /* the node that has something to do says when; the others would say their poll */
    return wanted;
}

/* by_now: what the input says by the names that everybody began with, by those of today. */
static void by_now(const struct world *w, hsvc_input *in) {
    uint32_t phone = number_of_name(in->device, in->device_len), user = number_of_name(in->user, in->user_len);
    uint32_t related = number_of_name(in->related_user, in->related_user_len);
    if (phone != 0) hsvc_input_set_device(in, phone_id(w, phone));
    if (user != 0) hsvc_input_set_user(in, user_id(w, user));
    if (related != 0) hsvc_input_set_related_user(in, user_id(w, related));
    if (in->kind == HSVC_INPUT_MOVE) hsvc_input_set_name(in, user_id(w, number_of_name(in->name, in->name_len)));
}

#define TRIES_OF_OTHERS 1 /* a try may go to what another node has changed since this one read the policy */
/* fired: how many faults the store has had until now. */
static uint64_t fired(const struct world *w) {
    hsvc_fault_counts counts;
    memset(&counts, 0, sizeof counts);
    counts.struct_size = sizeof counts;
    if (w->fault != NULL) (void)hsvc_fault_store_counts(w->fault, &counts);
    return counts.fired;
}

/* world_apply: one input: the engine, as often as the store wants; the model once; then what it set off. */
void world_apply(struct world *w, hsvc_input *in, uint32_t phone) {
    uint32_t node = told_to(w, phone), tries = 0;
    struct m_answer wanted;
    int32_t status, doubt = HSVC_OK;
    w->inputs++;
    by_now(w, in);
    if (w->fault != NULL)
        for (uint32_t i = 0; i < 8; i++) in->request_id[i] = (uint8_t)(w->inputs >> 8 * i);
    witness_begin(w, node);
    do {
        uint64_t before = fired(w);
        witness_sample(w, node);
        status = hsvc_apply(w->engines[node], in, 1, 0, w->fx);
        if (status == HSVC_ERR_UNKNOWN) doubt = status;
        if (status == HSVC_ERR_CONFLICT && w->conflicts && fired(w) - before < HSVC_LIMIT_ATTEMPTS - TRIES_OF_OTHERS) break;
    } while (world_passes(status) && ++tries < 100);
    if (status != HSVC_OK) {
        world_find(w, FAILED, phone, HSVC_OK, status);
        return;
    }
    wanted = ask_model(w, in, phone, node);
    judge(w, in, phone, wanted);
    told_again(w);
    heard(w, node, doubt);
}

void world_imported(struct world *w, uint64_t wanted, uint64_t seen, uint32_t broken) {
    w->inputs++;
    digest_number(w, seen);
    w->look_at = w->now + 1;
    if (broken) world_resync(w, 0);
    else if (w->fault == NULL && wanted != seen) /* what a commit in doubt has done counts as unchanged afterwards */
        world_find(w, DIFFERENT_ROWS, 0, (int64_t)wanted, (int64_t)seen);
}

/* ---- time ---- */

/* next_deadline: of one node, as the host asks for it: the clock is sampled there too. */
static int32_t next_deadline(struct world *w, uint32_t node, int64_t *at) {
    int32_t status;
    *at = HSVC_NEVER;
    status = hsvc_next_deadline(w->engines[node], at);
    (void)m_sample(&w->model, node, world_clock(w, node));
    return status;
}

/* model_waits: how often must this node be called? Once if anything is due by its clock; and once more where it has to arm anew
 * what another has armed, since what it knew of the policy may have been old. A host calls within poll_ms in any case. */
static uint32_t model_waits(const struct world *w, uint32_t node) {
    if (w->shape.nodes > 1 && m_patrols(&w->model, world_time(w, node))) return 2;
    for (uint32_t i = 1; i < M_PHONES; i++)
        if (m_phone_next(&w->model.phones[i]) <= world_time(w, node)) return 1;
    return 0;
}

/* advance_node: as often as it says that something is due, or the model does. */
static void advance_node(struct world *w, uint32_t node) {
    uint32_t least = model_waits(w, node), tries;
    for (tries = 0; tries < 200; tries++) {
        int64_t at;
        int32_t status = next_deadline(w, node, &at);
        if (status == HSVC_OK && at > world_time(w, node) && tries >= least) break;
        witness_begin(w, node);
        status = hsvc_advance(w->engines[node], w->fx);
        (void)m_sample(&w->model, node, world_clock(w, node));
        world_decided(w);
        told_again(w);
        w->fired |= witness_wrote(w, W_PHONES);
        if (witness_wrote(w, W_PHONES) != 0) w->look_at = w->now + 1; /* it may be the next headset's turn then */
        if (status != HSVC_OK && !world_passes(status)) world_find(w, FAILED, 0, HSVC_OK, status);
        heard(w, node, status);
    }
}

/* by_all: do all clocks say so? */
static uint32_t by_all(const struct world *w, int64_t at) {
    for (uint32_t node = 0; node < w->shape.nodes; node++)
        if (at > world_time(w, node)) return 0;
    return 1;
}

static int64_t later(int64_t due, int64_t by) { return due == M_NEVER ? due : due + by; }

/* in_time: what is due by every clock has been fired, whosever it is (TIME-3, STORE-5): at once, or as many ms later as headsets
 * were refused before (017). A look at whose turn it is may have been taken before, with another's. */
static void in_time(struct world *w) {
    struct model *m = &w->model;
    int64_t poll = w->shape.skew == SKEW_BEYOND ? POLL_MS : 0; /* a node that is ahead looks only then at what others arm in its past (038) */
    m->now = world_time(w, 0);
    for (uint32_t i = 1; i < M_PHONES; i++) {
        int64_t due;
        if (by_all(w, later(m->phones[i].due[MT_OFFER], poll))) {
            m_turns(m, &m->phones[i]);
            w->fired |= 1u << i; /* what it shows now, the engine may have shown some ms ago */
        }
        due = m_phone_next(&m->phones[i]);
        if (due == M_NEVER || !by_all(w, due)) continue;
        w->look_at = w->now + 1;
        if (by_all(w, due + M_HEADSETS + poll)) world_find(w, DIFFERENT_DEADLINE, i, due, 0);
    }
}

/* sweep: this node has done what a change left to be done. */
static void sweep(struct world *w, uint32_t node) {
    struct model *m = &w->model;
    w->witness.swept = 0;
    m->now = m->at = world_time(w, node);
    m_sweep(m);
    for (uint32_t i = 1; i < M_PHONES; i++) /* what follows from it, in the same commit */
        if (m->decided[i] != 0) m_settle(m, 1u << i, m->decided[i]);
}

static void advance(struct world *w) {
    memset(w->model.decided, 0, sizeof w->model.decided);
    for (uint32_t i = 0; i < w->shape.nodes; i++) {
        advance_node(w, i);
        if (w->witness.swept) sweep(w, i);
    }
    if (w->model.job_count != 0) sweep(w, 0); /* a change that no phone feels leaves no job */
    w->looked_at = w->now;
    in_time(w);
}

static int64_t deadline(struct world *w) {
    int64_t at = HSVC_NEVER, wanted = world_next(w);
    if (w->model.job_count != 0) return w->now;
    if (w->shape.nodes > 1 && w->look_at > w->now && w->look_at < wanted) return w->look_at;
    if (w->shape.nodes == 1) {
        while (world_passes(next_deadline(w, 0, &at))) continue;
        if (at != HSVC_NEVER) at = at <= world_time(w, 0) ? w->now : world_when(w, 0, at);
    }
    return at < wanted ? at : wanted;
}

/* world_polls: hosts of several nodes call within poll_ms, whatever the model knows of: what is due then is not of a change that comes. */
void world_polls(struct world *w) {
    if (w->shape.nodes > 1 && w->queue.count == 0 && w->finding.kind == SAME) advance(w);
}

/* world_at_once: a change that is felt at once, or later, leaves nothing to be done (POL-5). */
void world_at_once(struct world *w) {
    if (w->model.job_count != 0 || w->queue.count != 0 || world_next(w) <= w->now) return; /* those who wake advance later */
    for (uint32_t i = 0; i < w->shape.nodes; i++) {
        int64_t at = HSVC_NEVER;
        if (model_waits(w, i) == 0 && next_deadline(w, i, &at) == HSVC_OK && at <= world_time(w, i)) world_find(w, NOT_AT_ONCE, 0, 0, 1);
    }
}

/* world_settle: what a change left to be done record by record is done before anything else happens. */
void world_settle(struct world *w) {
    if (w->model.job_count != 0 && w->finding.kind == SAME) advance(w);
}

/* until: all that happens by itself before `at`: phones do what they had in mind, deadlines fire. */
static void until(struct world *w, int64_t at) {
    if (w->queue.wakes != 0 && w->queue.wakes > at) return; /* nobody does anything */
    if (w->queue.wakes != 0) time_wakes(w);
    for (uint32_t still = 0; w->finding.kind == SAME; still++) {
        int64_t planned = phones_next(w), due = deadline(w), next = planned < due ? planned : due;
        if (next >= at) break;
        if (still > 10000) world_find(w, DIFFERENT_DEADLINE, 0, next, w->now); /* time does not pass any more */
        if (next > w->now) still = 0, w->now = next;
        if (planned <= due) {
            phones_turn(w);
        } else {
            w->deadlines++;
            w->fired = 0;
            advance(w);
        }
        for (uint32_t i = 1; i <= w->shape.phones; i++)
            if (w->each || (planned > due && w->fired & 1u << i)) compare_phone(w, i);
    }
}

void world_run(struct world *w, const struct event *list, uint32_t count) {
    for (uint32_t i = 0; i < count && w->finding.kind == SAME; i++) {
        w->finding.event = i;
        if (list[i].at / DAY_MS != w->now / DAY_MS) compare_all(w);
        until(w, list[i].at);
        if (w->finding.kind != SAME) break;
        if (list[i].at > w->now) w->now = list[i].at;
        if (time_queues(w, &list[i])) continue;
        act(w, &list[i]);
        if (list[i].phone != 0 && list[i].phone < M_PHONES && w->model.phones[list[i].phone].exists) compare_phone(w, list[i].phone);
        if (list[i].user != 0 && list[i].user <= w->shape.users && w->finding.kind == SAME) compare_user(w, list[i].user);
        if (w->each) compare_all(w);
    }
    until(w, w->now + 2 * DAY_MS);
    compare_all(w);
    compare_sound(w);
    digest_number(w, w->inputs);
}
