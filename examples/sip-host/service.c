/* service.c: the engine inside an event loop: inputs in, effects out, one timer for all deadlines. */
#include "host.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <headsetsvc/sqlite.h>
#include <headsetsvc/stdlib.h>

#define RETRY_MS 500         /* after the store was not to be had */
#define SLEEP_MOST_MS 60000  /* another process, such as hsvc, may have made a deadline on the same file */
#define STORE_WAIT_MS 250    /* calls and phones wait as long when another process holds the file */

static hsvc_allocator allocator;
static hsvc_sqlite *sqlite;
static hsvc_engine *engine;
static struct tmr timer;
static int64_t clock_offset;

/* ---- the clock ---- */

static int32_t now_ms(int64_t *now, void *user) {
    int32_t status = hsvc_stdlib_clock(now, user);
    *now += clock_offset;
    return status;
}

/* ---- what was decided, and what is to be done about it ---- */

/* One line a decision; that a screen was shown as told is none. */
static void tell_verdicts(hsvc_effects *batch) {
    hsvc_verdict v;
    hsvc_verdict_init(&v, sizeof v);
    for (size_t i = 0; hsvc_verdict_at(batch, i, &v) == HSVC_OK; i++) {
        char line[400];
        if (strcmp(v.event, "effect_ack") == 0) continue;
        snprintf(line, sizeof line, "%s %s %s %s %s", v.device_len ? v.device : "-",
                 v.event[0] ? v.event : "-", v.accepted ? "accepted" : "refused",
                 hsvc_name(HSVC_REGISTRY_REASON, (int32_t)v.reason), v.rule);
        say("%s", line);
        control_tell(line);
    }
}

static void show(const hsvc_effect *e, const char *what) {
    char line[700];
    snprintf(line, sizeof line, "screen %s %s %" PRIu64 " %s", e->device, what, e->prompt_id, e->user_len ? e->user : "-");
    control_tell(line);
}

static void ask(const hsvc_effect *e) {
    char line[400];
    snprintf(line, sizeof line, "ask %s %s %" PRIu64, e->device, e->serial, e->request);
    control_tell(line);
}

/* answer_calls: REPORT_CALLS wants them all. */
static void answer_calls(const hsvc_effect *e) {
    hsvc_item items[HSVC_LIMIT_CALLS_PER_DEVICE];
    hsvc_input in;
    hsvc_input_call_answer(&in, e->device, items, calls_at(e->device, items, HSVC_LIMIT_CALLS_PER_DEVICE));
    in.request = e->request;
    service_take(&in, NULL);
}

/* A phone of this host wears nothing: a profile is whose calls it gets, and that is looked up call by call. So a profile is
 * applied, and a call history wiped, as soon as it is said. Whether a headset is there, the watcher at the desk knows. */
static void do_effect(const hsvc_effect *e) {
    hsvc_input answer;
    switch (e->kind) {
        case HSVC_EFFECT_VERIFY_PIN: pins_check(e); return;
        case HSVC_EFFECT_REPORT_CALLS: answer_calls(e); return;
        case HSVC_EFFECT_REPORT_PRESENCE: ask(e); return;
        case HSVC_EFFECT_SHOW_PROMPT: show(e, hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)e->prompt)); break;
        case HSVC_EFFECT_CLEAR_PROMPT: show(e, "-"); break;
        case HSVC_EFFECT_MESSAGE: show(e, hsvc_name(HSVC_REGISTRY_REASON, (int32_t)e->reason)); break;
        default: break;
    }
    hsvc_input_init(&answer, sizeof answer, 0);
    if (hsvc_answer(e, 0, &answer) == HSVC_OK) service_take(&answer, NULL);
}

static void do_effects(hsvc_effects *batch) {
    hsvc_effect e;
    hsvc_effect_init(&e, sizeof e);
    for (size_t i = 0; hsvc_effects_at(batch, i, &e) == HSVC_OK; i++) do_effect(&e);
}

/* ---- deadlines ---- */

static void on_timer(void *user);

static void arm(void) {
    int64_t at = HSVC_NEVER, now = 0;
    if (hsvc_next_deadline(engine, &at) != HSVC_OK || now_ms(&now, NULL) != HSVC_OK) at = now + RETRY_MS;
    at = at <= now ? 0 : at - now;
    tmr_start(&timer, (uint64_t)(at < SLEEP_MOST_MS ? at : SLEEP_MOST_MS), on_timer, NULL);
}

static void complain(const char *doing, int32_t status) {
    hsvc_sqlite_problem problem;
    hsvc_sqlite_init(&problem, sizeof problem);
    hsvc_sqlite_last_problem(sqlite, &problem);
    say("%s: %s%s%s", doing, hsvc_text(HSVC_REGISTRY_STATUS, status), problem.kind ? ": " : "", problem.kind ? problem.text : "");
}

/* Every call has a batch of its own: what its effects ask is answered by calls from inside the loop over it. */
static hsvc_effects *new_batch(void) {
    hsvc_effects *batch = NULL;
    if (hsvc_effects_new(&allocator, &batch) != HSVC_OK) complain("batch", HSVC_ERR_MEMORY);
    return batch;
}

/* advance may give effects and an error: of the devices before the one that failed. */
static void on_timer(void *user) {
    hsvc_effects *batch = new_batch();
    int32_t status = batch == NULL ? HSVC_ERR_MEMORY : hsvc_advance(engine, batch);
    (void)user;
    tell_verdicts(batch);
    do_effects(batch);
    hsvc_effects_free(batch);
    if (status == HSVC_OK) {
        arm();
        return;
    }
    complain("deadlines", status);
    tmr_start(&timer, RETRY_MS, on_timer, NULL);
}

/* ---- inputs ---- */

static void copy_verdict(hsvc_effects *batch, hsvc_verdict *to) {
    hsvc_verdict last;
    hsvc_verdict_init(&last, sizeof last);
    for (size_t i = 0; hsvc_verdict_at(batch, i, &last) == HSVC_OK; i++)
        if (last.input_index != HSVC_NO_INPUT) *to = last;
    to->device = to->serial = ""; /* the batch's, which goes */
    to->device_len = to->serial_len = 0;
}

static uint32_t field_complained_of(const hsvc_effects *batch) {
    hsvc_problem problem;
    hsvc_problem_init(&problem, sizeof problem);
    hsvc_effects_problem(batch, &problem);
    return problem.field;
}

int32_t service_take(const hsvc_input *in, hsvc_verdict *verdict) {
    hsvc_effects *batch = new_batch();
    int32_t status = batch == NULL ? HSVC_ERR_MEMORY : hsvc_apply(engine, in, 1, 0, batch);
    if (status == HSVC_OK) {
        tell_verdicts(batch);
        if (verdict != NULL) copy_verdict(batch, verdict);
        do_effects(batch);
    } else {
        complain(hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)in->kind), status);
        if (verdict != NULL) verdict->field = field_complained_of(batch);
    }
    hsvc_effects_free(batch);
    arm();
    return status;
}

void service_move_clock(int64_t ms) {
    clock_offset += ms;
    on_timer(NULL);
}

/* ---- views ---- */

int32_t service_device(const char *name, hsvc_device_view *view) {
    hsvc_device_view_init(view, sizeof *view);
    return hsvc_device_get(engine, name, strlen(name), view);
}

int32_t service_devices(void (*each)(const hsvc_device_view *view, void *user), void *user) {
    char key[NAME_SIZE] = "";
    size_t len = 0;
    hsvc_device_view view;
    int32_t status;
    hsvc_device_view_init(&view, sizeof view);
    while ((status = hsvc_device_next(engine, key, len, &view)) == HSVC_OK) {
        len = view.key_len;
        memcpy(key, view.key, len); /* the view is borrowed, and `each` may ask more */
        each(&view, user);
    }
    return status == HSVC_ERR_NOT_FOUND ? HSVC_OK : status;
}

int32_t service_where(const char *user, char names[][NAME_SIZE], int size, int *count) {
    hsvc_user_view view;
    hsvc_login_view login;
    int32_t status;
    *count = 0;
    hsvc_user_view_init(&view, sizeof view);
    hsvc_login_view_init(&login, sizeof login);
    status = hsvc_user_get(engine, user, strlen(user), &view);
    for (; status == HSVC_OK && *count < size && hsvc_user_login_at(engine, (size_t)*count, &login) == HSVC_OK; ++*count)
        snprintf(names[*count], NAME_SIZE, "%.*s", (int)login.device_len, login.device);
    return status;
}

/* ---- start and end ---- */

static int open_store(const char *path, hsvc_store *store) {
    hsvc_sqlite_config config;
    hsvc_sqlite_problem problem;
    int32_t status = hsvc_sqlite_init(&config, sizeof config);
    hsvc_sqlite_init(&problem, sizeof problem);
    config.allocator = &allocator;
    config.path = path;
    config.wait_ms = STORE_WAIT_MS;
    if (status == HSVC_OK) status = hsvc_sqlite_new(&config, &sqlite, &problem);
    if (status == HSVC_OK) status = hsvc_store_init(store, sizeof *store);
    if (status == HSVC_OK) status = hsvc_sqlite_bind(sqlite, store);
    if (status != HSVC_OK) say("%s: %s %s", path, problem.text, problem.sqlite_text);
    return status == HSVC_OK ? 0 : EIO;
}

int service_open(const options *given) {
    hsvc_config config;
    hsvc_store store;
    tmr_init(&timer);
    if (hsvc_stdlib_allocator(&allocator) != HSVC_OK || open_store(given->store, &store)) return EIO;
    hsvc_config_init(&config, sizeof config);
    config.allocator = &allocator;
    config.store = &store;
    config.clock = now_ms;
    return hsvc_engine_new(&config, &engine) == HSVC_OK ? 0 : ENOMEM;
}

/* take_over: calls did not outlive the host that switched them; phones did, and register again or are gone. */
static void take_over(const hsvc_device_view *view, void *user) {
    char name[NAME_SIZE];
    hsvc_input in;
    int32_t *worst = user, status = HSVC_OK;
    snprintf(name, sizeof name, "%.*s", (int)view->name_len, view->name);
    if (view->registered) phones_expect(name);
    if (view->call_count == 0) return;
    hsvc_input_call_snapshot(&in, name, NULL, 0);
    status = service_take(&in, NULL);
    if (status != HSVC_OK) *worst = status;
}

/* settle_at_once: phones of this host keep their headsets when their profile changes, so nothing has to come back (SIGN-5). */
static int32_t settle_at_once(void) {
    hsvc_input in;
    hsvc_input_policy_set(&in, HSVC_PARAM_PRESENCE_SETTLE, HSVC_SCOPE_GLOBAL, 0);
    return service_take(&in, NULL);
}

/* A start that is not told as a whole would leave somebody in a call for ever: then there is none. */
int32_t service_start(void) {
    hsvc_effects *batch = new_batch();
    hsvc_cursor cursor;
    int32_t status = hsvc_cursor_init(&cursor, sizeof cursor);
    while (batch != NULL && status == HSVC_OK && !cursor.done) {
        status = hsvc_resync(engine, NULL, &cursor, batch);
        do_effects(batch);
    }
    hsvc_effects_free(batch);
    if (batch == NULL) status = HSVC_ERR_MEMORY;
    if (status == HSVC_OK) status = settle_at_once();
    if (status == HSVC_OK) {
        int32_t walked = service_devices(take_over, &status);
        if (status == HSVC_OK) status = walked;
    }
    if (status != HSVC_OK) complain("start", status);
    else on_timer(NULL); /* what fell due while the host was away */
    return status;
}

void service_close(void) {
    tmr_cancel(&timer);
    hsvc_engine_free(engine);
    hsvc_sqlite_free(sqlite);
    engine = NULL;
    sqlite = NULL;
}
