/* scenario.c: the runner's life, and one script line after the other. */
#include <stddef.h>

#include "../core/core.h"
#include "scenario_impl.h"

/* ---- sized structs: the first version's size is the least that is accepted ---- */

int32_t hsvc_scenario_config_init(hsvc_scenario_config *config, size_t size) {
    return hsvc__sized_init(config, size, sizeof *config);
}
int32_t hsvc_scenario_step_init(hsvc_scenario_step *step, size_t size) { return hsvc__sized_init(step, size, sizeof *step); }
int32_t hsvc_scenario_failure_init(hsvc_scenario_failure *failure, size_t size) {
    return hsvc__sized_init(failure, size, sizeof *failure);
}
int32_t hsvc_scenario_result_init(hsvc_scenario_result *result, size_t size) {
    return hsvc__sized_init(result, size, sizeof *result);
}

int32_t hsvc_scenario_new(const hsvc_scenario_config *config, hsvc_scenario **scenario) {
    hsvc_scenario_config copy;
    hsvc_allocator allocator;
    hsvc_scenario *s;
    int32_t status;
    if (scenario == NULL) return HSVC_ERR_ARGUMENT;
    *scenario = NULL;
    status = hsvc__sized_in(&copy, sizeof copy, sizeof copy, config);
    if (status == HSVC_OK) status = hsvc__allocator_in(&allocator, copy.allocator);
    if (status != HSVC_OK) return status;
    if (copy.flags & ~7u) return HSVC_ERR_FLAGS;
    s = (hsvc_scenario *)hsvc__alloc(&allocator, sizeof *s);
    if (s == NULL) return HSVC_ERR_MEMORY;
    memset(s, 0, sizeof *s);
    s->config = copy;
    s->allocator = allocator;
    s->config.allocator = &s->allocator;
    status = hsvc_effects_new(&s->allocator, &s->effects);
    if (status == HSVC_OK) *scenario = s;
    else hsvc_scenario_free(s);
    return status;
}

/* Everything of the last run. */
static void forget_run(hsvc_scenario *s) {
    hsvc_engine_free(s->engine);
    s->engine = NULL;
    hsvc_memory_store_free(s->memory);
    s->memory = NULL;
    hsvc__scn_drop(s, &s->pool);
    hsvc__scn_drop(s, &s->step_pool);
    hsvc__scn_drop(s, &s->line_pool);
    memset(&s->seen, 0, sizeof s->seen);
    s->names = s->last_name = NULL;
    s->plans = s->idle_plans = NULL;
    s->handles = 0;
    s->node = 0;
    s->status = HSVC_OK;
}

void hsvc_scenario_free(hsvc_scenario *s) {
    hsvc_allocator allocator;
    if (s == NULL) return;
    forget_run(s);
    hsvc_effects_free(s->effects);
    allocator = s->allocator;
    memset(s, 0, sizeof *s);
    (void)allocator.resize(s, sizeof *s, 0, allocator.user);
}

/* ---- the engine of a run ---- */

static int32_t clock_now(int64_t *now_ms, void *user) {
    const hsvc_scenario *s = user;
    *now_ms = s->now;
    return HSVC_OK;
}

static int32_t start_engine(hsvc_scenario *s) {
    hsvc_config config;
    (void)hsvc_config_init(&config, sizeof config);
    config.allocator = &s->allocator;
    config.store = s->config.store != NULL ? s->config.store : &s->store;
    config.clock = clock_now;
    config.clock_user = s;
    config.trace = s->config.trace;
    config.trace_user = s->config.trace_user;
    config.node = s->node;
    config.node_count = s->node + 1;
    config.recording = s->config.recording;
    config.recording_user = s->config.recording_user;
    return hsvc_engine_new(&config, &s->engine);
}

static int32_t start_store(hsvc_scenario *s) {
    int32_t status;
    if (s->config.store != NULL) return HSVC_OK;
    status = hsvc_memory_store_new(&s->allocator, &s->memory);
    if (status != HSVC_OK) return status;
    (void)hsvc_store_init(&s->store, sizeof s->store);
    return hsvc_memory_store_bind(s->memory, &s->store);
}

void hsvc__scn_do_restart(hsvc_scenario *s) {
    hsvc_engine_free(s->engine);
    s->engine = NULL;
    s->node = s->v[SCN_node].set ? (uint32_t)s->v[SCN_node].number : 0;
    s->status = start_engine(s);
}

/* ---- lines ---- */

static void shift(hsvc_scenario *s, size_t count) {
    s->token_count -= count;
    memmove(s->tokens, s->tokens + count, s->token_count * sizeof s->tokens[0]);
}

static int first_is(const hsvc_scenario *s, const char *word) {
    return s->token_count > 0 && !s->tokens[0].quoted && hsvc__scn_is(s->tokens[0].text, word);
}

static void bad_time(hsvc_scenario *s) {
    const struct scn_token *token = &s->tokens[s->furthest];
    if (s->furthest < s->token_count)
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, token->column, NULL, "expected %.*s, not '%.*s'",
                         SCN_STR(s->expected[0]), SCN_STR(token->text));
    else
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, token[-1].column + (uint32_t)token[-1].source.n, NULL,
                         "expected %.*s at the end", SCN_STR(s->expected[0]));
}

/* "at 09:00 ..." and "after 5 min ...": what people do at a time comes before the deadlines of that very moment; a time
 * that stands alone, or before an expectation, lets them pass. 0: the rest of the line is not to be run. */
static int move_time(hsvc_scenario *s) {
    int relative = first_is(s, "after"), inclusive;
    size_t at = 1;
    enum scn_slot slot = relative ? SCN_duration : SCN_time;
    int64_t target;
    s->furthest = s->expected_count = 0;
    s->unresolved_count = s->furthest_unresolved = 0;
    if (!hsvc__scn_read(s, slot, &at)) {
        bad_time(s);
        return 0;
    }
    target = relative ? s->now + s->v[slot].number : s->v[slot].number;
    if (target < s->now) {
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, s->tokens[1].column, NULL,
                         "this time is over already; for a clock that steps back write: the clock jumps to ...");
        return 0;
    }
    shift(s, at);
    inclusive = s->token_count == 0 || first_is(s, "expect") || first_is(s, "verify");
    s->setup = 0;
    hsvc__scn_move_to(s, target, inclusive);
    return 1;
}

static void set_statement(hsvc_scenario *s) {
    const struct scn_token *first = &s->tokens[0], *last = &s->tokens[s->token_count - 1];
    s->column = first->column;
    s->statement.p = first->source.p;
    s->statement.n = (size_t)(last->source.p - first->source.p) + last->source.n;
}

/* What the world does in answer at the same moment belongs to the statement. */
static void let_world_answer(hsvc_scenario *s) {
    int64_t due = 0;
    for (int turn = 0; turn < SCN_STUCK && s->status == HSVC_OK; turn++) {
        if (!hsvc__scn_world_due(s, &due) || due > s->now) return;
        hsvc__scn_world_turn(s);
    }
}

static void after_event(hsvc_scenario *s) {
    hsvc__scn_work(s);
    let_world_answer(s);
    if (s->status == HSVC_OK && s->config.check != NULL && s->config.check(s, s->engine, s->config.user) != HSVC_OK)
        s->status = HSVC_ERR_CALLBACK;
    if (s->status == HSVC_OK && (s->config.flags & HSVC_SCENARIO_VERIFY_EACH)) hsvc__scn_do_verify(s);
}

/* The host may know what the language does not. */
static void ask_host(hsvc_scenario *s) {
    hsvc_scenario_line line;
    int32_t status = HSVC_ERR_NOT_FOUND;
    (void)hsvc__sized_init(&line, sizeof line, sizeof line);
    line.line = s->line;
    line.column = s->column;
    line.text = s->statement.p;
    line.text_len = s->statement.n;
    if (s->config.statement != NULL) {
        hsvc__scn_begin_step(s);
        status = s->config.statement(s, &line, s->config.user);
    }
    if (status == HSVC_ERR_NOT_FOUND)
        hsvc__scn_misread(s);
    else if (status != HSVC_OK)
        s->status = HSVC_ERR_CALLBACK;
    else
        after_event(s);
}

static void run_statement(hsvc_scenario *s) {
    const struct scn_form *form;
    set_statement(s);
    s->result.statements++;
    form = hsvc__scn_match(s);
    if (s->status != HSVC_OK) return;
    if (form == NULL) {
        ask_host(s);
        return;
    }
    if (form->kind == SCN_EXPECTATION) s->result.expectations++;
    if (form->kind == SCN_EVENT) hsvc__scn_begin_step(s);
    form->run(s);
    if (form->kind == SCN_EVENT) after_event(s);
}

static void run_line(hsvc_scenario *s, struct scn_str line) {
    hsvc__scn_drop(s, &s->line_pool);
    memset(s->v, 0, sizeof s->v);
    s->dry_run = 0;
    s->column = 1;
    if (!hsvc__scn_tokenize(s, line, 1) || s->token_count == 0) return;
    set_statement(s);
    if ((first_is(s, "at") || first_is(s, "after")) && !move_time(s)) return;
    if (s->token_count > 2 && first_is(s, "what") && hsvc__scn_is(s->tokens[1].text, "if")) {
        s->dry_run = 1;
        shift(s, 2);
    }
    if (s->token_count > 0 && s->status == HSVC_OK)
        run_statement(s);
    else if (s->status == HSVC_OK)
        after_event(s);
}

static void run_lines(hsvc_scenario *s, const char *bytes, size_t len) {
    size_t from = 0;
    s->line = 0;
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) from = 3;
    while (from < len && s->status == HSVC_OK) {
        const char *feed = memchr(bytes + from, '\n', len - from);
        struct scn_str line = {bytes + from, feed != NULL ? (size_t)(feed - bytes) - from : len - from};
        s->line++;
        run_line(s, line);
        from += line.n + 1;
    }
    s->dry_run = 0;
    if (s->status == HSVC_OK) hsvc__scn_settle_refusal(s);
    if (s->status == HSVC_OK && (s->config.flags & HSVC_SCENARIO_VERIFY_END)) hsvc__scn_do_verify(s);
}

static void begin_run(hsvc_scenario *s, const char *name) {
    forget_run(s);
    (void)hsvc_scenario_result_init(&s->result, sizeof s->result);
    s->script = hsvc__scn_of(name);
    s->day_one = s->config.day_one_at != 0 ? s->config.day_one_at : SCN_DAY_ONE;
    s->now = s->day_one;
    s->zone = 0;
    s->setup = 1;
    s->reset_ms = s->return_ms = -1;
    s->answer_ms = 0;
    s->reset_bare = s->phones_silent = s->lose_effects = s->unheard = s->jobs_wait = 0;
}

int32_t hsvc_scenario_run(hsvc_scenario *s, const char *name, const char *bytes, size_t len,
                          hsvc_scenario_result *result) {
    if (s == NULL || name == NULL || (bytes == NULL && len > 0)) return HSVC_ERR_ARGUMENT;
    if (result != NULL && hsvc__sized_out(result, &s->result, sizeof s->result, sizeof s->result) != HSVC_OK)
        return HSVC_ERR_STRUCT_SIZE;
    begin_run(s, name);
    s->status = start_store(s);
    if (s->status == HSVC_OK) s->status = start_engine(s);
    if (s->status == HSVC_OK) run_lines(s, bytes, len);
    s->result.end_at = s->now;
    if (result != NULL) (void)hsvc__sized_out(result, &s->result, sizeof s->result, sizeof s->result);
    return s->status;
}

/* ---- looking ---- */

hsvc_engine *hsvc_scenario_engine(hsvc_scenario *s) { return s != NULL ? s->engine : NULL; }
int64_t hsvc_scenario_now(const hsvc_scenario *s) { return s != NULL ? s->now : 0; }
int64_t hsvc_scenario_day_one(const hsvc_scenario *s) { return s != NULL ? s->day_one : 0; }

static int32_t hand_over(const struct scn_name *name, struct scn_str text, const char **p, size_t *n) {
    if (name == NULL) return HSVC_ERR_NOT_FOUND;
    *p = text.p;
    *n = text.n;
    return HSVC_OK;
}

int32_t hsvc_scenario_label(const hsvc_scenario *s, uint32_t kind, const char *name, size_t name_len,
                            const char **label, size_t *label_len) {
    struct scn_str real = {name, name_len};
    const struct scn_name *found;
    if (s == NULL || label == NULL || label_len == NULL || (name == NULL && name_len > 0)) return HSVC_ERR_ARGUMENT;
    found = hsvc__scn_find_real(s, kind, real);
    return hand_over(found, found != NULL ? found->label : real, label, label_len);
}

int32_t hsvc_scenario_name(const hsvc_scenario *s, uint32_t kind, const char *label, size_t label_len,
                           const char **name, size_t *name_len) {
    struct scn_str as_written = {label, label_len};
    const struct scn_name *found;
    if (s == NULL || name == NULL || name_len == NULL || (label == NULL && label_len > 0)) return HSVC_ERR_ARGUMENT;
    found = hsvc__scn_find(s, kind, as_written);
    return hand_over(found, found != NULL ? found->real : as_written, name, name_len);
}
