/* test_pins.c: a PIN is in the effect VERIFY_PIN and, once that batch is reset, nowhere (SIGN-9). Each PIN here is long
 * and like no other bytes. All memory is kept, freed or not, and all of it is searched, with every stored row and with
 * all that the library ever said; so that a copy somebody adds one day is found wherever it is. */
#include "desk.h"

/* ---- an allocator that keeps everything ---- */

struct kept {
    struct kept *next;
    size_t size;
    int live;
    int padding; /* what follows stays aligned for any object */
};
static struct kept *kept;

static void *keep_resize(void *block, size_t old_size, size_t new_size, void *user) {
    struct kept *old = block == NULL ? NULL : (struct kept *)block - 1, *made = NULL;
    (void)user;
    if (new_size != 0) {
        made = (struct kept *)malloc(sizeof *made + new_size);
        assert_non_null(made);
        made->next = kept;
        made->size = new_size;
        made->live = 1;
        memset(made + 1, 0, new_size);
        if (old != NULL) memcpy(made + 1, old + 1, old_size < new_size ? old_size : new_size);
        kept = made;
    }
    if (old != NULL) old->live = 0; /* its bytes stay, as in a heap that nobody reuses */
    return made == NULL ? NULL : made + 1;
}

/* forget_all: also after a failure, so that the next test judges its own memory. How many blocks were still live. */
static size_t forget_all(void) {
    size_t live = 0;
    while (kept != NULL) {
        struct kept *next = kept->next;
        live += (size_t)kept->live;
        free(kept);
        kept = next;
    }
    return live;
}

/* ---- searching ---- */

static uint8_t pin[HSVC_LIMIT_PIN_LEN];
#define PIECE 8 /* half a PIN is one too many: any run of so many bytes of it counts */

static void make_pin(uint64_t seed) {
    for (size_t i = 0; i < sizeof pin; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        pin[i] = (uint8_t)(seed >> 56);
    }
}

/* found_in: how many places hold a piece of the PIN. Pieces at multiples of PIECE find every run of twice that. */
static size_t found_in(const void *bytes, size_t len) {
    const uint8_t *at = (const uint8_t *)bytes;
    size_t found = 0;
    for (size_t i = 0; i + PIECE <= len; i++)
        for (size_t piece = 0; piece < sizeof pin; piece += PIECE)
            found += at[i] == pin[piece] && memcmp(at + i, pin + piece, PIECE) == 0;
    return found;
}

static size_t first_in(const void *bytes, size_t len) {
    size_t at = 0;
    while (found_in(bytes, at + PIECE) == 0 && at + PIECE < len) at++;
    return at;
}

static size_t found_in_memory(int live) {
    size_t found = 0;
    for (const struct kept *block = kept; block != NULL; block = block->next)
        if (block->live == live) found += found_in(block + 1, block->size);
    return found;
}

/* must_hold: how many pieces of the PIN are in live memory, or in memory that was freed; where, if they are too many or too few. */
static void must_hold(int live, size_t least, size_t most, const char *when) {
    size_t found = found_in_memory(live);
    if (found >= least && found <= most) return;
    for (const struct kept *block = kept; block != NULL; block = block->next) {
        size_t here = block->live == live ? found_in(block + 1, block->size) : 0;
        if (here != 0) print_error("  %zu pieces in a block of %zu bytes, the first at %zu\n", here, block->size, first_in(block + 1, block->size));
    }
    fail_msg("%zu pieces of the PIN (of %d bytes) are in %s memory %s; there should be %s %zu", found, PIECE, live ? "living" : "freed", when,
             found < least ? "at least" : "at most", found < least ? least : most);
}

static void nowhere(const char *when) {
    must_hold(1, 0, 0, when);
    must_hold(0, 0, 0, when);
}

/* ---- the world ---- */

static hsvc_allocator allocator;
static hsvc_memory_store *memory;
static hsvc_record_store *record; /* the log of all that ever went to or came from the store */
static hsvc_fault_store *fault;
static hsvc_store plain, logged, store;
static hsvc_manual_clock *clock_of_desk;
static hsvc_engine *engine;
static hsvc_effects *fx;
static size_t told_pins; /* pieces of PINs in traces */

static int32_t listen(const hsvc_trace *trace, void *user) {
    (void)user;
    told_pins += found_in(trace, sizeof *trace) + found_in(trace->device, trace->device_len);
    told_pins += found_in(trace->event, strlen(trace->event)) + found_in(trace->rule, strlen(trace->rule));
    return HSVC_OK;
}

static int32_t allow(const hsvc_input *input, void *user) {
    (void)input;
    (void)user;
    return HSVC_OK;
}

static void open_stores(void) {
    OK(hsvc_allocator_init(&allocator, sizeof allocator));
    OK(hsvc_store_init(&plain, sizeof plain));
    OK(hsvc_store_init(&logged, sizeof logged));
    OK(hsvc_store_init(&store, sizeof store));
    allocator.resize = keep_resize;
    OK(hsvc_memory_store_new(&allocator, &memory));
    OK(hsvc_memory_store_bind(memory, &plain));
    OK(hsvc_record_store_new(&allocator, &plain, 0, &record));
    OK(hsvc_record_store_bind(record, &logged));
    OK(hsvc_fault_store_new(&allocator, &logged, &fault));
    OK(hsvc_fault_store_bind(fault, &store));
    OK(hsvc_manual_clock_new(&allocator, START, &clock_of_desk));
}

static void say(hsvc_input in, uint32_t reason) {
    OK(hsvc_apply(engine, &in, 1, 0, fx));
    assert_int_equal(said(fx, 0), reason);
}
#define SAY(maker, reason) (OK(maker), say(in, reason))

/* ann owns S1, S2 is nobody's; a phone asks for her PIN. */
static int open_desk(void **state) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_config config;
    hsvc_input in;
    (void)state;
    told_pins = 0;
    make_pin(20240229);
    open_stores();
    OK(hsvc_config_init(&config, sizeof config));
    config.allocator = &allocator;
    config.store = &store;
    config.clock = hsvc_manual_clock_read;
    config.clock_user = clock_of_desk;
    config.trace = listen;
    config.permission = allow;
    OK(hsvc_engine_new(&config, &engine));
    OK(hsvc_effects_new(&allocator, &fx));
    SAY(hsvc_input_user_put(&in, "ann", &profile, 1), HSVC_REASON_DONE);
    SAY(hsvc_input_associate(&in, "ann", "S1"), HSVC_REASON_ASSOCIATED);
    SAY(hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                              HSVC_FLAG_EM_ENABLED),
        HSVC_REASON_DONE);
    SAY(hsvc_input_device_registered(&in, "P1", 0, 0), HSVC_REASON_PROFILE_CONFIRMED);
    SAY(hsvc_input_headset_connected(&in, "P1", "S1", 1), HSVC_REASON_PIN_ASKED);
    return 0;
}

static int close_desk(void **state) {
    size_t left, live;
    (void)state;
    hsvc_engine_free(engine);
    hsvc_effects_free(fx);
    hsvc_manual_clock_free(clock_of_desk);
    hsvc_fault_store_free(fault);
    hsvc_record_store_free(record);
    hsvc_memory_store_free(memory);
    left = found_in_memory(0); /* freed with everything, and overwritten before */
    live = forget_all();
    if (left != 0) print_error("%zu pieces of the PIN are in freed memory after all was freed\n", left);
    if (live != 0) print_error("%zu blocks were never freed\n", live);
    return left != 0 || live != 0;
}

/* ---- what every test ends with ---- */

static size_t found_in_rows(void) {
    struct rows rows = {NULL, 0, 0, 0};
    size_t found;
    rows_read(&rows, &plain, 1);
    found = found_in(rows.bytes, rows.len);
    rows_free(&rows);
    return found;
}

static size_t found_in_verdicts(void) {
    hsvc_verdict verdict;
    size_t found = 0;
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    for (size_t i = 0; hsvc_verdict_at(fx, i, &verdict) == HSVC_OK; i++)
        found += found_in(&verdict, sizeof verdict) + found_in(verdict.device, verdict.device_len);
    return found;
}

/* Other effects than VERIFY_PIN have no PIN, and no text of theirs holds one. */
static size_t found_in_other_effects(void) {
    hsvc_effect effect;
    size_t found = 0;
    OK(hsvc_effect_init(&effect, sizeof effect));
    for (size_t i = 0; hsvc_effects_at(fx, i, &effect) == HSVC_OK; i++) {
        found += found_in(effect.user, effect.user_len) + found_in(effect.serial, effect.serial_len) +
                 found_in(effect.profile, effect.profile_len) + found_in(effect.other_user, effect.other_user_len);
        if (effect.kind != HSVC_EFFECT_VERIFY_PIN) found += effect.pin_len;
    }
    return found;
}

/* The PIN may be in live memory of the batch now, and is nowhere else; after the reset it is nowhere at all. */
static void only_in_the_batch_and_then_nowhere(size_t in_batch) {
    assert_int_equal(found_in_rows(), 0);
    assert_int_equal(found_in_verdicts(), 0);
    assert_int_equal(found_in_other_effects(), 0);
    assert_int_equal(told_pins, 0);
    must_hold(0, 0, 0, "while the batch is there");
    must_hold(1, in_batch ? sizeof pin / PIECE : 0, SIZE_MAX, "while the batch is there");
    hsvc_effects_reset(fx);
    nowhere("after the batch was reset");
}

static hsvc_input submit(const char *user) {
    hsvc_device_view view = {.struct_size = sizeof view};
    hsvc_input in;
    OK(hsvc_device_get(engine, "P1", 2, &view));
    OK(hsvc_input_submit(&in, "P1", view.prompt_id, user, pin, sizeof pin));
    in.request_id[0] = 77;
    return in;
}

static void pin_is_in_verify_pin(void) {
    hsvc_effect effect;
    assert_int_equal(effects_of(fx, HSVC_EFFECT_VERIFY_PIN, &effect), 1);
    assert_int_equal(effect.pin_len, sizeof pin);
    assert_memory_equal(effect.pin, pin, sizeof pin);
}

/* ---- the tests ---- */

/* F28b, F106. */
static void a_pin_goes_to_the_host_and_nowhere_else_SIGN_9(void **state) {
    (void)state;
    say(submit("ann"), HSVC_REASON_VERIFYING);
    pin_is_in_verify_pin();
    only_in_the_batch_and_then_nowhere(1);
}

static void a_pin_goes_with_the_next_call_or_the_end_of_the_batch_SIGN_9(void **state) {
    hsvc_input in;
    (void)state;
    say(submit("ann"), HSVC_REASON_VERIFYING);
    SAY(hsvc_input_user_activity(&in, "P1"), HSVC_REASON_UNCHANGED);
    nowhere("after the next call");
    SAY(hsvc_input_verify_result(&in, "P1", 0x7fffffff, HSVC_VERIFY_OK), HSVC_REASON_REQUEST_STALE);
    SAY(hsvc_input_headset_disconnected(&in, "P1", "S1", 1), HSVC_REASON_PROMPT_CLOSED);
    SAY(hsvc_input_headset_connected(&in, "P1", "S1", 1), HSVC_REASON_PIN_ASKED);
    say(submit("ann"), HSVC_REASON_KEY_REUSED); /* the id of the first submit, for another prompt */
    nowhere("after a submit that is refused"); /* never needed, never copied */
    hsvc_effects_free(fx);
    must_hold(0, 0, 0, "after the batch was freed");
    OK(hsvc_effects_new(&allocator, &fx));
}

static void a_batch_that_is_freed_while_it_holds_a_pin_overwrites_it_SIGN_9(void **state) {
    (void)state;
    say(submit("ann"), HSVC_REASON_VERIFYING);
    pin_is_in_verify_pin();
    must_hold(1, sizeof pin / PIECE, SIZE_MAX, "while the batch is there");
    hsvc_effects_free(fx);
    nowhere("after the batch was freed");
    OK(hsvc_effects_new(&allocator, &fx));
}

static void a_wrong_pin_is_as_secret_as_a_right_one_SIGN_9(void **state) {
    hsvc_effect effect;
    hsvc_input in;
    (void)state;
    say(submit("ann"), HSVC_REASON_VERIFYING);
    assert_int_equal(effects_of(fx, HSVC_EFFECT_VERIFY_PIN, &effect), 1);
    SAY(hsvc_input_verify_result(&in, "P1", effect.request, HSVC_VERIFY_WRONG), HSVC_REASON_CREDENTIALS_WRONG);
    only_in_the_batch_and_then_nowhere(0);
}

static void refused_submits_keep_nothing_SIGN_6_SIGN_9(void **state) {
    hsvc_input in;
    (void)state;
    in = submit("eve"); /* not the owner */
    say(in, HSVC_REASON_NOT_OWNER);
    only_in_the_batch_and_then_nowhere(0);
    in = submit("ann");
    in.prompt_id++;
    in.request_id[0] = 78;
    say(in, HSVC_REASON_PROMPT_STALE);
    only_in_the_batch_and_then_nowhere(0);
    in = submit("\xff");
    say(in, HSVC_REASON_TEXT_NOT_UTF8);
    only_in_the_batch_and_then_nowhere(0);
    in = submit("ann");
    in.device = "nowhere";
    in.device_len = 7;
    say(in, HSVC_REASON_DEVICE_UNKNOWN);
    only_in_the_batch_and_then_nowhere(0);
    in = submit("ann");
    in.serial = "S1";
    in.serial_len = 2;
    assert_int_equal(hsvc_apply(engine, &in, 1, 0, fx), HSVC_ERR_INPUT_FIELD);
    only_in_the_batch_and_then_nowhere(0);
}

static void a_dry_run_and_an_undone_batch_keep_nothing_SIGN_9(void **state) {
    hsvc_input in[2];
    (void)state;
    in[0] = submit("ann");
    OK(hsvc_apply(engine, in, 1, HSVC_APPLY_DRY_RUN, fx));
    pin_is_in_verify_pin();
    only_in_the_batch_and_then_nowhere(1);
    OK(hsvc_input_associate(&in[1], "nobody", "S9"));
    OK(hsvc_apply(engine, in, 2, HSVC_APPLY_ALL_OR_NONE, fx));
    assert_int_equal(effects_of(fx, HSVC_EFFECT_VERIFY_PIN, NULL), 0);
    only_in_the_batch_and_then_nowhere(0);
}

/* Decided twice, so copied twice; or decided and then not committed at all. */
static void conflicts_and_failures_of_the_store_keep_nothing_SIGN_9(void **state) {
    static const uint32_t kinds[] = {HSVC_FAULT_UNAVAILABLE, HSVC_FAULT_FULL, HSVC_FAULT_UNKNOWN_LOST, HSVC_FAULT_CONFLICT,
                                     HSVC_FAULT_NO_REVISION, HSVC_FAULT_CORRUPT};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        hsvc_input in = submit("ann");
        hsvc_fault what;
        OK(hsvc_testkit_init(&what, sizeof what));
        what.kind = kinds[i];
        what.on = HSVC_FAULT_ON_COMMIT;
        what.nth = 1;
        what.times = HSVC_TESTKIT_ALWAYS;
        OK(hsvc_fault_store_arm(fault, &what));
        assert_int_not_equal(hsvc_apply(engine, &in, 1, 0, fx), HSVC_OK);
        nowhere("after a call that failed"); /* not even until the next call */
        hsvc_fault_store_disarm(fault);
        what.times = 3;
        if (kinds[i] != HSVC_FAULT_CONFLICT) continue;
        OK(hsvc_fault_store_arm(fault, &what));
        OK(hsvc_apply(engine, &in, 1, HSVC_APPLY_DRY_RUN, fx));
        hsvc_fault_store_disarm(fault);
        only_in_the_batch_and_then_nowhere(1);
    }
    say(submit("ann"), HSVC_REASON_VERIFYING);
    only_in_the_batch_and_then_nowhere(1);
}

enum { DEVICES = 40 };
static char devices[DEVICES][16], serials[DEVICES][16];

static void put_devices(void) {
    hsvc_input in;
    for (int i = 0; i < DEVICES; i++) {
        snprintf(devices[i], sizeof devices[i], "D%02d", i);
        snprintf(serials[i], sizeof serials[i], "H%02d", i);
        SAY(hsvc_input_device_put(&in, devices[i], "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)", 0),
            HSVC_REASON_DONE);
        SAY(hsvc_input_device_registered(&in, devices[i], 0, 0), HSVC_REASON_PROFILE_CONFIRMED);
        SAY(hsvc_input_headset_connected(&in, devices[i], serials[i], 1), HSVC_REASON_ASSOCIATION_ASKED);
    }
}

/* The batch is decided eight times, with a copy of every PIN each time: the memory for them has to grow, and nothing
 * that it grew out of may keep any. */
static void many_pins_in_one_batch_are_all_forgotten_SIGN_9(void **state) {
    static hsvc_input many[DEVICES];
    hsvc_effect shown;
    hsvc_fault what;
    (void)state;
    put_devices();
    assert_int_equal(effects_of(fx, HSVC_EFFECT_SHOW_PROMPT, &shown), 1); /* the devices are all alike */
    for (int i = 0; i < DEVICES; i++)
        OK(hsvc_input_submit(&many[i], devices[i], shown.prompt_id, "ann", pin, sizeof pin));
    OK(hsvc_testkit_init(&what, sizeof what));
    what.kind = HSVC_FAULT_CONFLICT;
    what.on = HSVC_FAULT_ON_COMMIT;
    what.nth = 1;
    what.times = HSVC_LIMIT_ATTEMPTS - 1;
    OK(hsvc_fault_store_arm(fault, &what));
    OK(hsvc_apply(engine, many, DEVICES, 0, fx));
    assert_int_equal(effects_of(fx, HSVC_EFFECT_VERIFY_PIN, NULL), DEVICES);
    must_hold(1, DEVICES * HSVC_LIMIT_ATTEMPTS * sizeof pin / PIECE, SIZE_MAX, "while the batch is there");
    only_in_the_batch_and_then_nowhere(1);
}

static void the_longest_pin_is_taken_and_a_longer_one_is_not_kept_SIGN_9(void **state) {
    static uint8_t longer[sizeof pin + 1];
    hsvc_input in = submit("ann");
    (void)state;
    memcpy(longer, pin, sizeof pin);
    in.pin = longer;
    in.pin_len = sizeof longer;
    say(in, HSVC_REASON_TEXT_TOO_LONG);
    assert_int_equal(verdict_of(fx, 0).field, HSVC_FIELD_PIN);
    only_in_the_batch_and_then_nowhere(0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(a_pin_goes_to_the_host_and_nowhere_else_SIGN_9),
        TEST(a_pin_goes_with_the_next_call_or_the_end_of_the_batch_SIGN_9),
        TEST(a_batch_that_is_freed_while_it_holds_a_pin_overwrites_it_SIGN_9),
        TEST(a_wrong_pin_is_as_secret_as_a_right_one_SIGN_9),
        TEST(refused_submits_keep_nothing_SIGN_6_SIGN_9),
        TEST(a_dry_run_and_an_undone_batch_keep_nothing_SIGN_9),
        TEST(conflicts_and_failures_of_the_store_keep_nothing_SIGN_9),
        TEST(many_pins_in_one_batch_are_all_forgotten_SIGN_9),
        TEST(the_longest_pin_is_taken_and_a_longer_one_is_not_kept_SIGN_9),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
