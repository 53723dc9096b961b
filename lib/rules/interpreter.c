/* interpreter.c: the one place that decides which row runs. First row in file order whose state, event and guard fit;
 * its actions, its next state, its verdict; then what was raised, first in first out. No rule of the service is here. */
#include "rules/rules.h"

#include "engine/engine.h"

#ifdef HSVC_MASKING
int hsvc__mutant = HSVC__MUTANT_NONE;
int64_t hsvc__masked_row = -1;
uint32_t hsvc__contradicted;
uint8_t hsvc__fired_rows[HSVC__MACHINES][HSVC__ROWS];
uint64_t hsvc__events_run, hsvc__events_most = UINT64_MAX;
#endif

int hsvc__is_always(struct hsvc__turn *t) {
    (void)t;
    return 1;
}

void hsvc__raise_event(struct hsvc__turn *t, uint32_t machine, uint32_t event, int64_t arg, struct hsvc__device *dev,
                       struct hsvc__headset *headset, struct hsvc__user *user) {
    struct hsvc__raise *raise;
    if (t->raised - t->taken == HSVC_LIMIT_RAISES) {
        t->txn->status = HSVC_ERR_BUG;
        return;
    }
    raise = &t->queue[t->raised++ % HSVC_LIMIT_RAISES];
    raise->machine = (uint16_t)machine;
    raise->event = (uint16_t)event;
    raise->arg = arg;
    raise->at = t->at;
    raise->dev = dev;
    raise->headset = headset;
    raise->user = user;
}

/* find_row: index of the row that fits, or row_count. */
static uint32_t find_row(struct hsvc__turn *t, uint32_t machine, uint32_t event, uint32_t state) {
    const struct hsvc__machine *m = &hsvc__machines[machine];
    const struct hsvc__row *row;
    uint32_t i;
    for (i = t->engine->first_row[machine][event]; !HSVC__BUG(i == m->row_count); i = t->engine->next_row[machine][i]) {
        row = &m->rows[i];
        if (!(row->states >> state & 1u)) continue;
#ifdef HSVC_MASKING
        if (hsvc__masked_row == (int64_t)machine * 65536 + i) continue;
#endif
        if (row->guard(t)) break;
    }
    return i;
}

static void give_verdict(struct hsvc__turn *t, uint32_t machine, uint32_t index, const struct hsvc__row *row) {
    const struct hsvc__step *barred = row->verdict == HSVC__VERDICT_BY_LADDER ? t->barred : NULL;
    if (t->verdict.rule == NULL) { /* until a row gives one: what began it all */
        t->verdict.rule = row->rule;
        t->verdict.row = machine * 65536 + index;
        t->verdict.event = hsvc__event_names[row->event];
    }
    if (t->verdict.reason != 0 || row->verdict == HSVC__VERDICT_NONE || t->dev != t->lead) return;
    t->verdict.reason = barred != NULL ? barred->reason : row->verdict;
    t->verdict.rule = barred != NULL ? barred->rule : row->rule;
    t->verdict.row = barred != NULL ? hsvc__step_number(barred) : machine * 65536 + index;
    t->verdict.event = hsvc__event_names[row->event];
}

static void trace(struct hsvc__turn *t, uint32_t machine, uint32_t index, uint32_t from, uint32_t to) {
    struct hsvc_engine *engine = t->engine;
    hsvc_trace record;
    if (engine->trace == NULL) return;
    memset(&record, 0, sizeof record);
    record.struct_size = sizeof record;
    record.row = index;
    record.machine = hsvc__machines[machine].name;
    record.event = hsvc__event_names[t->row->event];
    record.from = hsvc__state_name(machine, from);
    record.to = hsvc__state_name(machine, to);
    record.rule = t->row->rule;
    record.device = t->dev->name.p;
    record.device_len = t->dev->name.n;
    if (engine->trace(&record, engine->trace_user) != HSVC_OK) t->txn->status = HSVC_ERR_CALLBACK;
}

/* say_impossible: records of different moments can look like this: read again; after several times it is a bug. */
static void say_impossible(struct hsvc__turn *t) {
    t->txn->status = HSVC_ERR_CONFLICT;
    t->txn->impossible = 1;
    if (t->dev->rec.slot != NULL) t->txn->bad_key = t->dev->rec.slot->key;
}

/* run_row: actions, then the next state, then the verdict. A state that is derived must have become what the row says:
 * a difference is our bug, unless records that belong together were torn, which the commit's conflict would show. */
static void run_row(struct hsvc__turn *t, uint32_t machine, uint32_t index, uint32_t from) {
    const struct hsvc__machine *m = &hsvc__machines[machine];
    const struct hsvc__row *row = &m->rows[index];
    const struct hsvc__step *barred = row->verdict == HSVC__VERDICT_BY_LADDER ? t->barred : NULL;
    uint32_t next = row->next == HSVC__SAME ? from : row->next;
    t->row = row;
    t->rule = barred != NULL ? barred->rule : row->rule;
    give_verdict(t, machine, index, row);
    if (row->kind == HSVC__OTHER_IMPOSSIBLE) say_impossible(t);
    for (uint32_t i = 0; row->actions[i].verb != NULL; i++) row->actions[i].verb(t, row->actions[i].arg);
    if (m->set != NULL && next != from) m->set(t, next);
#ifdef HSVC_MASKING
    if (t->txn->missing == 0 && t->txn->status == HSVC_OK && next != from && m->get(t) != next) hsvc__contradicted++;
#endif
    trace(t, machine, index, from, next);
}

static void step(struct hsvc__turn *t, uint32_t machine, uint32_t event) {
    uint32_t from = hsvc__machines[machine].get(t), index;
    t->barred = NULL;
    index = find_row(t, machine, event, from);
    if (HSVC__BUG(index == hsvc__machines[machine].row_count)) {
        t->txn->status = HSVC_ERR_BUG;
        return;
    }
#ifdef HSVC_MASKING
    if (t->txn->missing == 0) hsvc__fired_rows[machine][index] = 1;
#endif
    run_row(t, machine, index, from);
}

/* Whoever watches sees every line that runs, also one that only ignores. */
static int is_watched(const struct hsvc_engine *engine) {
#ifdef HSVC_MASKING
    (void)engine;
    return 1;
#else
    return engine->trace != NULL;
#endif
}

int hsvc__concerns(struct hsvc__turn *t, uint32_t machine, uint32_t event) {
    return is_watched(t->engine) || t->engine->row_states[machine][event] >> hsvc__machines[machine].get(t) & 1u;
}

void hsvc__run(struct hsvc__turn *t, uint32_t machine, uint32_t event, int64_t arg) {
    int64_t at = t->at;
    t->lead = t->dev; /* what follows at other devices is no verdict on this event */
    hsvc__raise_event(t, machine, event, arg, t->dev, t->headset, t->user);
    while (t->taken != t->raised && t->txn->status == HSVC_OK && t->txn->missing == 0) {
        struct hsvc__raise now = t->queue[t->taken++ % HSVC_LIMIT_RAISES];
        if (++t->steps > HSVC_LIMIT_STEPS) t->txn->status = HSVC_ERR_BUG;
#ifdef HSVC_MASKING
        if (hsvc__events_run++ >= hsvc__events_most) t->txn->status = HSVC_ERR_BUG;
#endif
        t->dev = now.dev;
        t->headset = now.headset;
        t->user = now.user;
        t->arg = now.arg;
        t->at = now.at;
        step(t, now.machine, now.event);
    }
    t->raised = t->taken;
    t->at = at;
}
