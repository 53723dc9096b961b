/* test_alike.c: at our side nobody can tell a wrong PIN from an id that nobody has: what goes to the phone is the same, and so
 * are the calls of the store, their number and their order, by which an outsider could measure (SIGN-6, F27). What only our
 * own store and the audit know, differs: the failures of a user. */
#include "desk.h"

#define LINES 40
#define LINE 96

/* One attempt as an outsider sees it: a line for each effect, verdict and call of the store. */
struct seen {
    char lines[LINES][LINE];
    size_t count;
};

static void see(struct seen *to, const char *what, uint32_t a, uint32_t b, uint32_t c, uint64_t n) {
    assert_true(to->count < LINES);
    (void)snprintf(to->lines[to->count++], LINE, "%s %u %u %u %llu", what, a, b, c, (unsigned long long)n);
}

static struct desk desk, *const d = &desk;
static hsvc_record_store *record;

static void see_calls(struct seen *to) {
    hsvc_record_call call = {.struct_size = sizeof call};
    for (uint64_t i = 0; i < hsvc_record_store_length(record); i++) {
        OK(hsvc_record_store_call_at(record, i, &call));
        see(to, "store", call.kind, (uint32_t)-call.status, 0, 0);
    }
    hsvc_record_store_reset(record);
}

/* Ids are of one length, so that lengths may be compared. A notice, of a lock, is for the operator: no phone has it. */
static void see_effects(struct seen *to) {
    hsvc_effect e = {.struct_size = sizeof e};
    for (size_t i = 0; hsvc_effects_at(d->fx, i, &e) == HSVC_OK; i++) {
        if (e.kind == HSVC_EFFECT_NOTICE) continue;
        see(to, "effect", e.kind, e.prompt, e.reason, e.flags);
        see(to, "  rest", (uint32_t)e.user_len, (uint32_t)e.other_user_len, (uint32_t)e.profile_count, (uint64_t)e.due_ms);
    }
}

static void apply(struct seen *to, const hsvc_input *in) {
    hsvc_record_store_reset(record);
    OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
    see_effects(to);
    see_calls(to);
}

/* attempt: the id and any PIN, and what the directory says of them. */
static void attempt(struct seen *to, const char *id, uint32_t answer) {
    hsvc_effect asked;
    hsvc_input in;
    OK(hsvc_input_submit(&in, "P1", device_view(d, "P1").prompt_id, id, "1", 1));
    apply(to, &in);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, &asked), 1);
    OK(hsvc_input_verify_result(&in, "P1", asked.request, answer));
    apply(to, &in);
}

static void open_phone(void) {
    hsvc_item profile = {"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    desk_ready(d);
    OK(hsvc_record_store_new(&d->allocator, &d->plain, 0, &record));
    OK(hsvc_record_store_bind(record, &d->store));
    desk_start(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                                                   HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
}

static void close_phone(void) {
    sound(d);
    hsvc_record_store_free(record);
    desk_close(d);
}

/* attempts: three at one prompt, up to the error screen. by_hand: at the EM screen; else at the association prompt. */
static void attempts(struct seen *to, int by_hand, const char *id, uint32_t answer) {
    hsvc_input in;
    memset(to, 0, sizeof *to);
    open_phone();
    if (by_hand) OK(hsvc_input_menu_sign_in_by_hand(&in, "P1"));
    else OK(hsvc_input_headset_connected(&in, "P1", "S1", 1));
    (void)give(d, &in);
    for (int i = 0; i < 3; i++) attempt(to, id, answer);
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_STARTED, NULL), 0);
    close_phone();
}

static void must_be_alike(const struct seen *a, const struct seen *b) {
    for (size_t i = 0; i < a->count || i < b->count; i++)
        if (strcmp(a->lines[i], b->lines[i]) != 0) print_error("%zu: '%s' and '%s'\n", i, a->lines[i], b->lines[i]);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->lines, b->lines, sizeof a->lines);
}

static void at_each_prompt(const char *id, uint32_t answer) {
    static struct seen wrong, other;
    for (int by_hand = 0; by_hand < 2; by_hand++) {
        attempts(&wrong, by_hand, "ann", HSVC_VERIFY_WRONG);
        attempts(&other, by_hand, id, answer);
        assert_true(wrong.count >= 12);
        must_be_alike(&wrong, &other);
    }
}

static void an_id_that_nobody_has_is_like_a_wrong_pin_SIGN_6(void **state) {
    (void)state;
    at_each_prompt("bob", HSVC_VERIFY_USER_UNKNOWN);
}

/* The directory and our store need not know the same people. */
static void an_id_that_one_of_two_knows_is_like_a_wrong_pin_SIGN_6(void **state) {
    (void)state;
    at_each_prompt("bob", HSVC_VERIFY_WRONG);
    at_each_prompt("ann", HSVC_VERIFY_USER_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_that_nobody_has_is_like_a_wrong_pin_SIGN_6),
        cmocka_unit_test(an_id_that_one_of_two_knows_is_like_a_wrong_pin_SIGN_6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
