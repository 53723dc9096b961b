/* test_scenario.c: does the runner of scenario scripts keep the promises of scenario.h to the host that embeds it: callbacks,
 * statements of the host's own, sizes, and a store or a memory that fails in the middle of a script? */
#include "desk.h"
#include "damage.h"
#include "headsetsvc/stdlib.h"
#include "support/each_request.h"

/* ---- a run ---- */

struct run {
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario;
    hsvc_allocator allocator;
    uint32_t steps, failures, statuses, unsound, setups, dry;
    int32_t answer; /* of the callback under test */
    char text[512];
    char seen[8192];
};

static int32_t on_failure(const hsvc_scenario_failure *f, void *user) {
    struct run *run = (struct run *)user;
    size_t used = strlen(run->seen);
    run->failures++;
    run->statuses += f->kind == HSVC_SCENARIO_STATUS;
    run->unsound += f->kind == HSVC_SCENARIO_UNSOUND;
    (void)snprintf(run->seen + used, sizeof run->seen - used, "%u:%u: %.*s; %.*s", f->line, f->column, (int)f->message_len,
                   f->message, (int)f->seen_len, f->seen);
    return HSVC_OK;
}

static void open_run(struct run *run, const hsvc_allocator *allocator) {
    memset(run, 0, sizeof *run);
    run->allocator.struct_size = sizeof run->allocator;
    if (allocator == NULL) OK(hsvc_stdlib_allocator(&run->allocator));
    else run->allocator = *allocator;
    OK(hsvc_scenario_config_init(&run->config, sizeof run->config));
    OK(hsvc_scenario_result_init(&run->result, sizeof run->result));
    run->config.allocator = &run->allocator;
    run->config.failure = on_failure;
    run->config.user = run;
}

static int32_t play(struct run *run, const char *script) {
    int32_t status = hsvc_scenario_new(&run->config, &run->scenario);
    if (status == HSVC_OK) status = hsvc_scenario_run(run->scenario, "script", script, strlen(script), &run->result);
    hsvc_scenario_free(run->scenario);
    return status;
}

#define PEOPLE "user alice, pin 1234\nphone desk-1, site hall\nheadset H1 of alice\n"
#define SIGNED_IN PEOPLE "at 09:00 H1 plugs into desk-1\nat 09:00:10 alice enters 1234 on desk-1\n"

/* ---- what the host hears ---- */

static int32_t on_step(const hsvc_scenario_step *step, void *user) {
    struct run *run = (struct run *)user;
    run->steps++;
    run->setups += step->setup;
    run->dry += step->dry_run;
    assert_non_null(step->effects);
    if (step->input != NULL) assert_null(step->input->pin); /* nobody needs it */
    if (step->input != NULL && step->input->kind == HSVC_INPUT_SUBMIT)
        (void)snprintf(run->text, sizeof run->text, "%.*s", (int)step->text_len, step->text);
    return run->answer;
}

static void every_step_is_told_without_its_PIN_SIGN_9(void **state) {
    struct run run;
    (void)state;
    open_run(&run, NULL);
    run.config.step = on_step;
    OK(play(&run, SIGNED_IN "what if H1 unplugs from desk-1\nat 09:06\nthe host resyncs\n"));
    assert_int_equal(run.failures, 0);
    assert_int_equal(run.steps, run.result.steps);
    assert_true(run.setups >= 3 && run.dry == 1);
    assert_string_equal(run.text, "alice enters \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 on desk-1");
    run.answer = HSVC_ERR_UNAVAILABLE;
    assert_int_equal(play(&run, PEOPLE), HSVC_ERR_CALLBACK);
}

static int32_t fails(const hsvc_scenario_failure *f, void *user) {
    (void)f, (void)user;
    return HSVC_ERR_UNAVAILABLE;
}
static int32_t no_rule(const char *id, size_t id_len, const char *sentence, size_t sentence_len, void *user) {
    (void)id, (void)id_len, (void)sentence, (void)sentence_len, (void)user;
    return HSVC_ERR_UNAVAILABLE;
}
static int32_t check(hsvc_scenario *s, hsvc_engine *engine, void *user) {
    struct run *run = (struct run *)user;
    assert_ptr_equal(hsvc_scenario_engine(s), engine);
    assert_true(hsvc_scenario_now(s) >= hsvc_scenario_day_one(s));
    run->steps++;
    return run->answer;
}

static void a_callback_that_fails_ends_the_run_SAFE_5(void **state) {
    struct run run;
    (void)state;
    open_run(&run, NULL);
    run.config.check = check;
    OK(play(&run, PEOPLE));
    assert_int_equal(run.steps, 3);
    run.answer = HSVC_ERR_UNAVAILABLE;
    assert_int_equal(play(&run, PEOPLE), HSVC_ERR_CALLBACK);
    assert_int_equal(run.steps, 4);
    run.config.check = NULL;
    run.config.failure = fails;
    assert_int_equal(play(&run, "nonsense\n" PEOPLE), HSVC_ERR_CALLBACK);
    assert_int_equal(play(&run, PEOPLE "H1 plugs into \"desk-9\"\n"), HSVC_ERR_CALLBACK); /* at the end: a refusal */
    run.config.failure = NULL;
    OK(play(&run, "nonsense\n" PEOPLE));
    assert_int_equal(run.result.malformed, 1);
    run.config.rule = no_rule;
    assert_int_equal(play(&run, "rule OUT-1 \"x\"\n"), HSVC_ERR_CALLBACK);
}

/* ---- statements of the host's own ---- */

static int32_t statement(hsvc_scenario *s, const hsvc_scenario_line *line, void *user) {
    struct run *run = (struct run *)user;
    hsvc_input in;
    const char *name;
    size_t name_len;
    if (line->text_len < 5 || memcmp(line->text, "kick ", 5) != 0) return HSVC_ERR_NOT_FOUND;
    if (run->answer != HSVC_OK) return run->answer;
    OK(hsvc_scenario_name(s, HSVC_SCENARIO_PHONE, line->text + 5, line->text_len - 5, &name, &name_len));
    OK(hsvc_input_init(&in, sizeof in, HSVC_INPUT_DEVICE_UNREGISTERED));
    in.device = name;
    in.device_len = name_len;
    OK(hsvc_scenario_apply(s, &in));
    in.struct_size--;
    assert_int_equal(hsvc_scenario_apply(s, &in), HSVC_ERR_ARGUMENT);
    OK(hsvc_scenario_fail(s, 6, "ouch", 4));
    return HSVC_OK;
}

static void the_host_may_have_words_of_its_own_SAFE_5(void **state) {
    struct run run;
    (void)state;
    open_run(&run, NULL);
    run.config.statement = statement;
    OK(play(&run, PEOPLE "kick desk-1\n  expect desk-1 is not registered\n"));
    assert_int_equal(run.failures, 1);
    assert_string_equal(run.seen, "4:6: ouch; ");
    run.answer = HSVC_ERR_UNAVAILABLE;
    assert_int_equal(play(&run, PEOPLE "kick desk-1\n"), HSVC_ERR_CALLBACK);
    OK(play(&run, PEOPLE "kiss desk-1\n"));
    assert_int_equal(run.result.malformed, 1);
}

static void names_are_known_both_ways_SAFE_5(void **state) {
    const char *p = NULL;
    size_t n = 0;
    hsvc_input in;
    struct run run;
    (void)state;
    open_run(&run, NULL);
    OK(hsvc_input_init(&in, sizeof in, HSVC_INPUT_DEVICE_UNREGISTERED));
    OK(hsvc_scenario_new(&run.config, &run.scenario));
    assert_int_equal(hsvc_scenario_apply(run.scenario, &in), HSVC_ERR_ARGUMENT); /* there is no engine yet */
    OK(hsvc_scenario_run(run.scenario, "s", "user alice, named a.smith\n", 26, NULL));
    OK(hsvc_scenario_name(run.scenario, HSVC_SCENARIO_USER, "Alice", 5, &p, &n));
    assert_true(n == 7 && memcmp(p, "a.smith", 7) == 0);
    OK(hsvc_scenario_label(run.scenario, HSVC_SCENARIO_USER, "A.SMITH", 7, &p, &n));
    assert_true(n == 5 && memcmp(p, "alice", 5) == 0);
    assert_int_equal(hsvc_scenario_name(run.scenario, HSVC_SCENARIO_PHONE, "alice", 5, &p, &n), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_scenario_label(run.scenario, HSVC_SCENARIO_PHONE, NULL, 0, &p, &n), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_scenario_label(NULL, 1, "a", 1, &p, &n), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_label(run.scenario, 1, "a", 1, NULL, &n), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_label(run.scenario, 1, "a", 1, &p, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_label(run.scenario, 1, NULL, 1, &p, &n), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_name(NULL, 1, "a", 1, &p, &n), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_name(run.scenario, 1, "a", 1, NULL, &n), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_name(run.scenario, 1, "a", 1, &p, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_name(run.scenario, 1, NULL, 1, &p, &n), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_name(run.scenario, 1, NULL, 0, &p, &n), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_scenario_apply(NULL, &in), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_apply(run.scenario, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_fail(NULL, 0, "", 0), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_fail(run.scenario, 0, NULL, 1), HSVC_ERR_ARGUMENT);
    OK(hsvc_scenario_fail(run.scenario, 0, NULL, 0));
    hsvc_scenario_free(run.scenario);
    assert_null(hsvc_scenario_engine(NULL));
    assert_int_equal(hsvc_scenario_now(NULL) + hsvc_scenario_day_one(NULL), 0);
}

static void the_language_can_be_listed_SAFE_5(void **state) {
    const char *form, *about;
    size_t count = 0;
    (void)state;
    for (; hsvc_scenario_grammar(count, &form, &about) == HSVC_OK; count++) assert_true(strlen(form) > 3 && strlen(about) > 3);
    assert_true(count > 100);
    assert_int_equal(hsvc_scenario_grammar(count, &form, &about), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_scenario_grammar(0, NULL, &about), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_grammar(0, &form, NULL), HSVC_ERR_ARGUMENT);
}

/* ---- misuse and sizes ---- */

static void wrong_configurations_are_refused_SAFE_5(void **state) {
    struct run run;
    hsvc_scenario_step step;
    hsvc_scenario_failure failure;
    (void)state;
    open_run(&run, NULL);
    assert_int_equal(hsvc_scenario_new(NULL, &run.scenario), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_new(&run.config, NULL), HSVC_ERR_ARGUMENT);
    run.config.flags = 8;
    assert_int_equal(hsvc_scenario_new(&run.config, &run.scenario), HSVC_ERR_FLAGS);
    run.config.flags = HSVC_SCENARIO_VERIFY_END;
    run.allocator.resize = NULL;
    assert_int_equal(hsvc_scenario_new(&run.config, &run.scenario), HSVC_ERR_ARGUMENT);
    run.config.allocator = NULL;
    assert_int_equal(hsvc_scenario_new(&run.config, &run.scenario), HSVC_ERR_ARGUMENT);
    run.config.struct_size--;
    assert_int_equal(hsvc_scenario_new(&run.config, &run.scenario), HSVC_ERR_STRUCT_SIZE);
    OK(hsvc_scenario_step_init(&step, sizeof step));
    assert_int_equal(hsvc_scenario_failure_init(&failure, 3), HSVC_ERR_STRUCT_SIZE);
    open_run(&run, NULL);
    OK(hsvc_scenario_new(&run.config, &run.scenario));
    assert_int_equal(hsvc_scenario_run(NULL, "s", "", 0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_run(run.scenario, NULL, "", 0, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_scenario_run(run.scenario, "s", NULL, 1, NULL), HSVC_ERR_ARGUMENT);
    run.result.struct_size = 4;
    assert_int_equal(hsvc_scenario_run(run.scenario, "s", "", 0, &run.result), HSVC_ERR_STRUCT_SIZE);
    OK(hsvc_scenario_run(run.scenario, "s", NULL, 0, NULL));
    hsvc_scenario_free(run.scenario);
    hsvc_scenario_free(NULL);
}

static void scripts_may_begin_with_a_mark_and_on_any_day_SAFE_5(void **state) {
    struct run run;
    (void)state;
    open_run(&run, NULL);
    run.config.flags = HSVC_SCENARIO_VERIFY_END | HSVC_SCENARIO_ALLOW_REFUSALS;
    run.config.day_one_at = START;
    OK(play(&run, "\xef\xbb\xbf" PEOPLE "H1 plugs into \"desk-9\"\nat 24:00\r\nat day 2 00:00:01.5 \t"));
    assert_int_equal(run.failures, 0);
    assert_true(run.result.end_at == START + 24 * HOUR + 1500);
    OK(play(&run, "ph"));
    assert_int_equal(run.result.malformed, 1);
}

static void lines_that_cannot_be_read_are_named_and_left_out_SAFE_5(void **state) {
    static const char *const lines[] = {"H1 \xff\xfe plugs",       "at 25:61 H1 plugs into desk-1", "phone \"a\"*99999999999",
                                        "user \"never closed",     "expect \x01",                  "policy auto_sign_out_after = 1e99 min",
                                        "H1 plugs into desk-1 \\", "alice enters"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct run run;
        char script[512];
        open_run(&run, NULL);
        run.config.flags = HSVC_SCENARIO_VERIFY_EACH;
        (void)snprintf(script, sizeof script, PEOPLE "%s\nH1 plugs into desk-1\n  expect SIGN_IN_PIN on desk-1 for alice\n", lines[i]);
        OK(play(&run, script));
        assert_int_equal(run.result.malformed, 1);
        assert_int_equal(run.failures, 1);
        assert_int_equal(strncmp(run.seen, "4:", 2), 0);
        assert_int_equal(run.unsound, 0);
    }
}

/* ---- what fails below ---- */

/* A day with everything in it that keeps something: lists, quotes, screens, plans, audit, inventory, pages of a resync. */
static const char day[] =
    "rule OUT-1 \"a day\"\ndate 2026-03-02 utc+2\nuser alice, pin 1234, profiles work and home\nuser bob, pin 99\n"
    "phone desk-1, site hall, model CP-8861, owned by alice\nphone desk-2, site hall, shared\nphone \"quoted \\x41\"*2\n"
    "headset H1 of alice, vendor Acme\nheadset H2\nheadset H3 of bob\nphones reset in 40 s, headsets return after 2 s\n"
    "policy sign_out_warning = 1 min\npolicy supported_models = \"CP-*\" and \"88*\"\nverify\n"
    "at 09:00 H1 plugs into desk-1 and more\nH1 plugs into desk-1\nat 09:00:10 alice enters 1234 on desk-1\n"
    "alice chooses home on desk-1\n  expect accepted\n  expect SESSION_STARTED then APPLY_PROFILE on desk-1\n  expect exactly NOTICE\n"
    "at 09:05 desk-1 reports headsets H1 and H2 handle 7\ndesk-1 reports calls 1 and 2 held\nbob types bob and 99 on desk-2\n"
    "H3 plugs into desk-2\nat 09:06 bob enters 99 on desk-2\nat 09:10 H1 unplugs from desk-1\nH1 plugs into desk-2\n"
    "  expect refused USER_UNKNOWN\n  expect audit of phone desk-1 ends with SIGNED_IN with user from nobody to alice\n"
    "  expect explanation of phone desk-1 has session is SIGNED_IN\n  expect inventory lists H1 and H2 and H3\n"
    "  expect H1 is in the inventory\n  expect H9 is not in the inventory\n  expect inventory counts 3 of model nothing\n"
    "  expect policy pin_entry is REQUIRED for alice\n  expect next deadline at 09:20\n  expect 0 skips remembered\n"
    "  expect desk-1 is free\n  expect alice is locked\n  expect H1 belongs to nobody\n  expect desk-1 menu offers sign-out\n"
    "  expect audit of user alice has 3 entries\n  expect no deadline\n  expect phone desk-1 does not exist\n"
    "rename phone desk-2 to desk-two\nrename user bob to robert\nforce sign-out everywhere\nthe host resyncs\n"
    "the service restarts\nat 10:00\nremove user alice\njobs wait\nremove phone desk-1\njobs go on\nverify\n";

static int32_t play_day(const hsvc_allocator *allocator, void *user) {
    struct run run;
    (void)user;
    open_run(&run, allocator);
    return play(&run, day);
}

static void each_request_for_memory_may_fail_SAFE_5(void **state) {
    (void)state;
    assert_true(each_request_fails(play_day, NULL) > 300);
}

/* A store that forgets one commit after it has said OK: phones then show what no record speaks of, and the runner says so. */
static uint32_t commits, forgotten;
static hsvc_store remembering;
static int32_t commit_and_forget(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    if (++commits != forgotten) return remembering.commit(ops, count, revision, user);
    *revision = UINT64_MAX;
    return HSVC_OK;
}

static void screens_that_no_record_speaks_of_are_told_PROMPT_6(void **state) {
    static const char script[] =
        "user alice, pin 1234\nuser bob, pin 99\nphone desk-1\nheadset H1 of alice\nheadset H2 of bob\nphones reset in 40 s\n"
        "at 09:00 H1 plugs into desk-1\nat 09:01 the host signs alice in on desk-1\nat 09:05 H2 plugs into desk-1\n"
        "at 09:06 H2 unplugs from desk-1\nat 09:07 H2 plugs into desk-1\nat 09:20 verify\n";
    int covered = 0, bare = 0;
    (void)state;
    for (forgotten = 1; forgotten == 1 || commits >= forgotten - 1; forgotten++) {
        struct run run;
        struct desk d;
        hsvc_store store;
        desk_ready(&d);
        open_run(&run, &d.allocator);
        remembering = store = d.plain;
        store.commit = commit_and_forget;
        run.config.store = &store;
        commits = 0;
        OK(play(&run, script));
        covered |= strstr(run.seen, "before the last one was taken off") != NULL;
        bare |= strstr(run.seen, "take off a prompt that it does not show") != NULL;
        desk_close(&d);
    }
    assert_true(covered && bare);
}

/* A store that fails from some call on: it is reported, the script goes on, and it comes to its end. */
static void each_call_of_the_store_may_fail_STORE_5(void **state) {
    hsvc_fault_counts counts = {.struct_size = sizeof counts};
    uint64_t nth = 0, silent = 0;
    (void)state;
    do {
        struct run run;
        struct desk d;
        hsvc_fault what;
        desk_ready(&d);
        OK(hsvc_testkit_init(&what, sizeof what));
        what.kind = HSVC_FAULT_UNAVAILABLE;
        what.on = HSVC_FAULT_ON_READ | HSVC_FAULT_ON_SCAN | HSVC_FAULT_ON_COMMIT;
        what.nth = nth += 1 + nth / 40;
        what.times = nth % 2 ? 1 : HSVC_TESTKIT_ALWAYS;
        OK(hsvc_fault_store_arm(d.fault, &what));
        open_run(&run, &d.allocator);
        run.config.store = &d.store;
        OK(play(&run, day));
        OK(hsvc_fault_store_counts(d.fault, &counts));
        silent += counts.fired > 0 && run.statuses == 0; /* where it only looked whether there is more to do */
        desk_close(&d);
    } while (counts.fired > 0);
    assert_true(nth > 100 && silent < 50);
}

/* Of an audit that could be read in part nothing is known: neither how many entries there are nor which is the newest. */
static int32_t (*scan_below)(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                             int32_t (*row)(const hsvc_row *row, void *user), void *row_user, void *user);
static uint32_t pages;
static int32_t scan_first_pages(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                                int32_t (*row)(const hsvc_row *row, void *user), void *row_user, void *user) {
    if (from[0] == HSVC__FAMILY_ENTRY && ++pages % 2 == 0) return HSVC_ERR_UNAVAILABLE;
    return scan_below(from, from_len, to, to_len, limit, row, row_user, user);
}

static void an_audit_that_was_read_in_part_is_not_looked_at_STORE_5(void **state) {
    char script[4096] = PEOPLE "at 09:00\n";
    struct run run;
    struct desk d;
    (void)state;
    for (int i = 0; i < 40; i++)
        strcat(script, i % 2 == 0 ? "desk-1 loses its registration\n" : "desk-1 registers\n");
    strcat(script, "  expect audit of phone desk-1 has 32 entries\n  expect audit of phone desk-1 ends with RECORDED\n");
    desk_ready(&d);
    scan_below = d.store.scan;
    d.store.scan = scan_first_pages;
    pages = 0;
    open_run(&run, &d.allocator);
    run.config.store = &d.store;
    OK(play(&run, script));
    assert_int_equal(pages, 4);
    assert_int_equal(run.statuses, 2);
    assert_int_equal(run.failures, 4);
    assert_non_null(strstr(run.seen, "hsvc_audit_read failed; ERR_UNAVAILABLE"));
    assert_non_null(strstr(run.seen, "has 32 entries; 0"));
    assert_non_null(strstr(run.seen, "ends with RECORDED; no entry"));
    desk_close(&d);
}

/* A deadline that no call works off, since the store refuses the commit of it and of nothing else. */
static int32_t (*commit_below)(const hsvc_op *ops, size_t count, uint64_t *revision, void *user);
static int refuse;
static int32_t commit_or_not(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    return refuse ? HSVC_ERR_CONFLICT : commit_below(ops, count, revision, user);
}
static int32_t refuse_now(hsvc_scenario *s, const hsvc_scenario_line *line, void *user) {
    (void)s, (void)line, (void)user;
    refuse = 1;
    return HSVC_OK;
}

static void a_deadline_that_never_passes_is_reported_TIME_3(void **state) {
    struct run run;
    struct desk d;
    (void)state;
    refuse = 0;
    desk_ready(&d);
    commit_below = d.store.commit;
    d.store.commit = commit_or_not;
    open_run(&run, &d.allocator);
    run.config.store = &d.store;
    run.config.statement = refuse_now;
    OK(play(&run, SIGNED_IN "at 09:30 H1 unplugs from desk-1\nstop the world\nat 10:30\n"));
    assert_int_equal(run.failures, 1);
    assert_int_equal(run.unsound, 1);
    desk_close(&d);
}

/* ---- a store that somebody has damaged, or an engine that forgot to tell ---- */

static struct world hurt;
static void (*change)(struct hsvc__device *d);

static int32_t hurt_now(hsvc_scenario *s, const hsvc_scenario_line *line, void *user) {
    struct hsvc__device *d = device_in(&hurt, TEXT("desk-1"));
    (void)s, (void)line, (void)user;
    change(d);
    put_record(&hurt, HSVC__FAMILY_DEVICE, TEXT("desk-1"), d);
    return HSVC_OK;
}

static void another_prompt(struct hsvc__device *d) { d->prompt_id += 7; }
static void another_screen(struct hsvc__device *d) { d->prompt_state = 0; }
static void another_profile(struct hsvc__device *d) { d->generation_desired += 1; }

static void what_verify_finds_is_reported_STORE_8(void **state) {
    static void (*const changes[])(struct hsvc__device *) = {another_prompt, another_screen, another_profile};
    static const char *const seen[] = {"the screen of desk-1", "the screen of desk-1", "desk-1 should wear generation 2"};
    struct run run;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        memset(&hurt, 0, sizeof hurt);
        desk_open(&hurt.desk);
        hsvc__arena_init(&hurt.memory, &hurt.desk.allocator);
        change = changes[i];
        open_run(&run, &hurt.desk.allocator);
        run.config.store = &hurt.desk.plain;
        run.config.statement = hurt_now;
        OK(play(&run, i < 2 ? PEOPLE "at 09:00 H1 plugs into desk-1\nnow it is hurt\nverify\n" : SIGNED_IN "now it is hurt\nverify\n"));
        assert_true(run.unsound >= 1);
        if (strstr(run.seen, seen[i]) == NULL) fail_msg("%s", run.seen);
        hsvc__arena_free(&hurt.memory);
        desk_close(&hurt.desk);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_is_told_without_its_PIN_SIGN_9),
        cmocka_unit_test(a_callback_that_fails_ends_the_run_SAFE_5),
        cmocka_unit_test(the_host_may_have_words_of_its_own_SAFE_5),
        cmocka_unit_test(names_are_known_both_ways_SAFE_5),
        cmocka_unit_test(the_language_can_be_listed_SAFE_5),
        cmocka_unit_test(wrong_configurations_are_refused_SAFE_5),
        cmocka_unit_test(scripts_may_begin_with_a_mark_and_on_any_day_SAFE_5),
        cmocka_unit_test(lines_that_cannot_be_read_are_named_and_left_out_SAFE_5),
        cmocka_unit_test(each_request_for_memory_may_fail_SAFE_5),
        cmocka_unit_test(screens_that_no_record_speaks_of_are_told_PROMPT_6),
        cmocka_unit_test(each_call_of_the_store_may_fail_STORE_5),
        cmocka_unit_test(an_audit_that_was_read_in_part_is_not_looked_at_STORE_5),
        cmocka_unit_test(what_verify_finds_is_reported_STORE_8),
        cmocka_unit_test(a_deadline_that_never_passes_is_reported_TIME_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
