/* scenario_step.c: into the engine and back. Every call's verdicts and effects are copied, so that the expect lines
 * after a statement can look at all that it brought about, whatever the simulated phones did in answer. */
#include "../core/core.h"
#include "scenario_impl.h"

/* ---- names ---- */

struct scn_name *hsvc__scn_find(const hsvc_scenario *s, uint32_t kind, struct scn_str label) {
    for (struct scn_name *name = s->names; name != NULL; name = name->next)
        if (name->kind == kind && hsvc__scn_same(name->label, label)) return name;
    return NULL;
}

struct scn_name *hsvc__scn_find_real(const hsvc_scenario *s, uint32_t kind, struct scn_str real) {
    for (struct scn_name *name = s->names; name != NULL && real.n != 0; name = name->next)
        if (name->kind == kind && hsvc__scn_same(name->real, real)) return name;
    return NULL;
}

void hsvc__scn_call(hsvc_scenario *s, struct scn_name *name, struct scn_str real) {
    struct scn_name *had = hsvc__scn_find_real(s, name->kind, real);
    if (had != NULL && had != name) had->real.n = 0;
    name->real = hsvc__scn_keep(s, &s->pool, real);
}

struct scn_str hsvc__scn_label(const hsvc_scenario *s, uint32_t kind, struct scn_str real) {
    const struct scn_name *name = hsvc__scn_find_real(s, kind, real);
    return name != NULL ? name->label : real;
}

/* ---- what was seen ---- */

/* Makes room for one more entry of an array in step_pool; the old array stays there until the step ends. */
static void *grown(hsvc_scenario *s, void *old, size_t count, size_t *cap, size_t size) {
    size_t more = *cap == 0 ? 16 : *cap * 2;
    void *bigger;
    if (count < *cap) return old;
    bigger = hsvc__scn_take(s, &s->step_pool, more * size);
    if (bigger == NULL) return NULL;
    if (count > 0) memcpy(bigger, old, count * size);
    *cap = more;
    return bigger;
}

static void keep_text(hsvc_scenario *s, const char **p, size_t n) {
    struct scn_str text = {*p, n};
    *p = hsvc__scn_keep(s, &s->step_pool, text).p;
}

static void note_refusal(hsvc_scenario *s, const hsvc_verdict *v) {
    if (v->accepted || v->input_index == HSVC_NO_INPUT || s->seen.refused != 0) return;
    s->seen.refused = v->reason;
    s->seen.line = s->line;
    s->seen.column = s->column;
}

static const hsvc_verdict *see_verdict(hsvc_scenario *s, size_t index) {
    struct scn_seen *seen = &s->seen;
    hsvc_verdict *v;
    void *room = grown(s, seen->verdicts, seen->verdict_count, &seen->verdict_cap, sizeof *v);
    if (room == NULL) return NULL;
    seen->verdicts = room;
    v = &seen->verdicts[seen->verdict_count];
    (void)hsvc_verdict_init(v, sizeof *v);
    (void)hsvc_verdict_at(s->effects, index, v);
    keep_text(s, &v->device, v->device_len);
    seen->verdict_count++;
    note_refusal(s, v);
    return v;
}

static struct scn_str offers_of(hsvc_scenario *s, size_t index, size_t count) {
    struct scn_str all = {NULL, 0};
    for (size_t i = 0; i < count; i++) {
        struct scn_str one = {NULL, 0};
        (void)hsvc_effects_profile(s->effects, index, i, &one.p, &one.n);
        all = hsvc__scn_join(s, all, '\n', one);
    }
    return hsvc__scn_keep(s, &s->step_pool, all);
}

static void see_effect(hsvc_scenario *s, size_t index) {
    struct scn_seen *seen = &s->seen;
    size_t cap = seen->effect_cap;
    hsvc_effect *e;
    void *room = grown(s, seen->effects, seen->effect_count, &seen->effect_cap, sizeof *e);
    void *offers = grown(s, seen->offers, seen->effect_count, &cap, sizeof *seen->offers);
    if (room == NULL || offers == NULL) return;
    seen->effects = room;
    seen->offers = offers;
    e = &seen->effects[seen->effect_count];
    (void)hsvc_effect_init(e, sizeof *e);
    (void)hsvc_effects_at(s->effects, index, e);
    keep_text(s, &e->device, e->device_len);
    keep_text(s, &e->site, e->site_len);
    keep_text(s, &e->location, e->location_len);
    keep_text(s, &e->user, e->user_len);
    keep_text(s, &e->other_user, e->other_user_len);
    keep_text(s, &e->serial, e->serial_len);
    keep_text(s, &e->profile, e->profile_len);
    e->pin = NULL; /* the wish to look at it later must not keep a PIN alive */
    e->pin_len = 0;
    seen->offers[seen->effect_count++] = offers_of(s, index, e->profile_count);
}

/* hsvc__scn_settle_refusal: what was refused and not expected is a failure of the statement. */
void hsvc__scn_settle_refusal(hsvc_scenario *s) {
    struct scn_text seen = {s->words, sizeof s->words, 0}, message = {s->message, sizeof s->message, 0};
    if (s->seen.refused == 0 || s->seen.refusal_expected || (s->config.flags & HSVC_SCENARIO_ALLOW_REFUSALS)) return;
    hsvc__scn_put_all(s, &seen, 1, 0);
    hsvc__scn_put(&message, "nobody expected a refusal: %s", hsvc_text(HSVC_REGISTRY_REASON, (int32_t)s->seen.refused));
    hsvc__scn_report_at(s, HSVC_SCENARIO_REFUSED, s->seen.line, s->seen.column, seen.at, message.at);
}

void hsvc__scn_begin_step(hsvc_scenario *s) {
    hsvc__scn_settle_refusal(s);
    memset(&s->seen, 0, sizeof s->seen);
    hsvc__scn_drop(s, &s->step_pool);
}

/* ---- calls ---- */

/* The statement as the script has it, with dots for the PIN. */
static struct scn_str shown_statement(hsvc_scenario *s) {
    const struct scn_token *pin = s->v[SCN_pin].set ? s->v[SCN_pin].token : NULL;
    struct scn_text text = {s->words, sizeof s->words, 0};
    struct scn_str shown = {s->words, 0}, before = s->statement, after = {NULL, 0};
    if (pin == NULL) return s->statement;
    before.n = (size_t)(pin->source.p - s->statement.p);
    after.p = pin->source.p + pin->source.n;
    after.n = s->statement.n - before.n - pin->source.n;
    hsvc__scn_put(&text, "%.*s\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2%.*s", SCN_STR(before), SCN_STR(after));
    shown.n = text.used;
    return shown;
}

static void call_step_hook(hsvc_scenario *s, const hsvc_input *input, uint32_t origin, int32_t status) {
    hsvc_scenario_step step;
    hsvc_input without_pin;
    s->result.steps++;
    if (s->config.step == NULL) return;
    (void)hsvc_scenario_step_init(&step, sizeof step);
    step.origin = origin;
    step.line = s->line;
    step.setup = s->setup;
    step.dry_run = s->dry_run;
    step.status = status;
    step.at_ms = s->now;
    if (origin == HSVC_SCENARIO_BY_SCRIPT) {
        struct scn_str text = shown_statement(s);
        step.text = text.p;
        step.text_len = text.n;
    }
    if (input != NULL) {
        without_pin = *input;
        without_pin.pin = NULL;
        without_pin.pin_len = 0;
        step.input = &without_pin;
    }
    step.effects = s->effects;
    if (s->config.step(&step, s->config.user) != HSVC_OK) s->status = HSVC_ERR_CALLBACK;
}

static void failed_call(hsvc_scenario *s, const char *what, int32_t status) {
    hsvc_problem problem;
    struct scn_text seen = {s->words, sizeof s->words, 0};
    (void)hsvc_problem_init(&problem, sizeof problem);
    hsvc__scn_put(&seen, "%s: %s", hsvc_name(HSVC_REGISTRY_STATUS, status), hsvc_text(HSVC_REGISTRY_STATUS, status));
    (void)hsvc_effects_problem(s->effects, &problem);
    if (problem.field != 0) hsvc__scn_put(&seen, ", field %s", hsvc_name(HSVC_REGISTRY_FIELD, (int32_t)problem.field));
    if (problem.limit != 0) hsvc__scn_put(&seen, ", limit %lld", (long long)problem.limit);
    hsvc__scn_report(s, HSVC_SCENARIO_STATUS, 0, seen.at, "%s failed", what);
    if (status == HSVC_ERR_MEMORY) s->status = status;
}

const hsvc_verdict *hsvc__scn_apply(hsvc_scenario *s, hsvc_input *input, uint32_t origin) {
    const hsvc_verdict *last = NULL;
    int32_t status;
    if (s->status != HSVC_OK) return NULL;
    status = hsvc_apply(s->engine, input, 1, s->dry_run ? HSVC_APPLY_DRY_RUN : 0, s->effects);
    for (size_t i = 0; i < hsvc_verdict_count(s->effects); i++) {
        const hsvc_verdict *v = see_verdict(s, i);
        if (v != NULL && v->input_index != HSVC_NO_INPUT) last = v;
    }
    for (size_t i = 0; i < hsvc_effects_count(s->effects); i++) see_effect(s, i);
    call_step_hook(s, input, origin, status);
    if (status != HSVC_OK)
        failed_call(s, "hsvc_apply", status);
    else if (!s->dry_run) {
        hsvc__scn_world_input(s, input);
        hsvc__scn_world_effects(s);
    }
    hsvc_effects_reset(s->effects);
    return last;
}

/* One call of hsvc_advance: 0 it did nothing, 1 it did something, -1 it failed, which has been reported. */
static int advance(hsvc_scenario *s) {
    int32_t status = hsvc_advance(s->engine, s->effects);
    size_t verdicts = hsvc_verdict_count(s->effects), effects = hsvc_effects_count(s->effects);
    for (size_t i = 0; i < verdicts; i++) (void)see_verdict(s, i);
    for (size_t i = 0; i < effects; i++) see_effect(s, i);
    if (verdicts + effects > 0) call_step_hook(s, NULL, HSVC_SCENARIO_BY_TIME, status);
    hsvc__scn_world_effects(s);
    if (status != HSVC_OK) failed_call(s, "hsvc_advance", status);
    hsvc_effects_reset(s->effects);
    return status != HSVC_OK ? -1 : verdicts + effects > 0;
}

/* hsvc__scn_resync: all pages, as one step each. */
void hsvc__scn_resync(hsvc_scenario *s, const hsvc_resync_scope *scope) {
    hsvc_cursor cursor;
    int one = scope != NULL && scope->device_len > 0, heard = scope == NULL; /* of a part: the other screens may still be wrong */
    (void)hsvc_cursor_init(&cursor, sizeof cursor);
    while (s->status == HSVC_OK && !cursor.done) {
        int32_t status = hsvc_resync(s->engine, scope, &cursor, s->effects);
        for (size_t i = 0; i < hsvc_verdict_count(s->effects); i++) (void)see_verdict(s, i);
        for (size_t i = 0; i < hsvc_effects_count(s->effects); i++) see_effect(s, i);
        call_step_hook(s, NULL, HSVC_SCENARIO_BY_SCRIPT, status);
        heard = heard && !s->lose_effects;
        hsvc__scn_world_effects(s);
        if (status != HSVC_OK) failed_call(s, "hsvc_resync", status);
        hsvc_effects_reset(s->effects);
        if (status != HSVC_OK || one) return;
    }
    if (heard) s->unheard = 0; /* not before: it is what puts a screen over one that nobody said is gone */
}

/* hsvc__scn_work: what the service has to do at once, because a change touches many records, it does before the next line. */
void hsvc__scn_work(hsvc_scenario *s) {
    int64_t at = 0;
    for (int turn = 0; turn < SCN_STUCK && s->status == HSVC_OK && !s->jobs_wait; turn++) {
        if (hsvc_next_deadline(s->engine, &at) != HSVC_OK || at != 0) return;
        if (advance(s) < 0) return;
    }
}

/* ---- the clock ---- */

/* What comes next: 1 the simulated world, 2 a deadline, 0 nothing before the target. At the same moment what happens in
 * the world comes before the deadline, as people's acts at the target do. */
static int next_turn(hsvc_scenario *s, int64_t target, int inclusive, int64_t *at) {
    int64_t world = HSVC_NEVER, deadline = HSVC_NEVER;
    int32_t status = hsvc_next_deadline(s->engine, &deadline);
    if (status != HSVC_OK) {
        failed_call(s, "hsvc_next_deadline", status);
        return 0;
    }
    if (deadline == 0 && s->jobs_wait) deadline = HSVC_NEVER; /* who does not call it does not fire deadlines either */
    (void)hsvc__scn_world_due(s, &world);
    if (world <= deadline && world <= target) {
        *at = world;
        return 1;
    }
    if (deadline > target || (deadline == target && !inclusive)) return 0;
    *at = deadline;
    return 2;
}

void hsvc__scn_move_to(hsvc_scenario *s, int64_t target, int inclusive) {
    int64_t at = 0, last = -1;
    size_t idle = 0;
    hsvc__scn_begin_step(s);
    for (size_t turn = 0; turn < SCN_TURNS && s->status == HSVC_OK; turn++) {
        int what = next_turn(s, target, inclusive, &at), done;
        if (what == 0) break;
        if (at > s->now) s->now = at;
        if (what == 1) {
            hsvc__scn_world_turn(s);
            continue;
        }
        done = advance(s);
        if (done < 0) break; /* it would fail again at once */
        idle = done > 0 || at != last ? 0 : idle + 1;
        last = at;
        if (idle == SCN_STUCK || turn == SCN_TURNS - 1) {
            hsvc__scn_report(s, HSVC_SCENARIO_UNSOUND, 0, NULL,
                             "a deadline does not pass however often hsvc_advance is called");
            break;
        }
    }
    if (target > s->now) s->now = target;
}

/* ---- inputs ---- */

void hsvc__scn_set(const char **p, size_t *n, struct scn_str text) {
    *p = text.p;
    *n = text.n;
}

/* hsvc__scn_input: a new input with what every event may carry. */
void hsvc__scn_input(hsvc_scenario *s, hsvc_input *input, uint32_t kind) {
    (void)hsvc_input_init(input, sizeof *input, kind);
    if (s->v[SCN_then].set) input->at_ms = s->v[SCN_then].number;
    if (s->v[SCN_past].set) input->at_ms = s->now - s->v[SCN_past].number;
    if (s->v[SCN_actor].set) hsvc__scn_set(&input->actor, &input->actor_len, s->v[SCN_actor].text);
    if (s->v[SCN_request_id].set) hsvc__put64(input->request_id, (uint64_t)s->v[SCN_request_id].number);
}

int32_t hsvc_scenario_apply(hsvc_scenario *s, const hsvc_input *input) {
    hsvc_input copy;
    if (s == NULL || input == NULL || s->engine == NULL) return HSVC_ERR_ARGUMENT;
    if (input->struct_size != sizeof copy) return HSVC_ERR_ARGUMENT;
    copy = *input;
    (void)hsvc__scn_apply(s, &copy, HSVC_SCENARIO_BY_SCRIPT);
    return s->status;
}
