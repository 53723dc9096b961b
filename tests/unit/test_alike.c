/* test_alike.c: at our side nobody can tell a wrong PIN from an id that nobody has, or of somebody who may not sign in: what goes
 * to the phone is the same, and so are the calls of the store, their number, order and keys, by which an outsider could
 * measure; also below a cache (SIGN-6, F27). What only our own store, the operator and the audit know, differs: the failures of a
 * user. Who is locked is answered without the directory (SIGN-7): there what the phone sees is compared. */
#include "desk.h"

#define LINES 96
#define LINE 128

/* Attempts as an outsider sees them: a line for each effect, verdict and call of the store. */
struct seen {
    char lines[LINES][LINE];
    size_t count;
};

static void see(struct seen *to, const char *what, const uint64_t n[6]) {
    assert_true(to->count < LINES);
    (void)snprintf(to->lines[to->count++], LINE, "%s %llu %llu %llu %llu %llu %llu", what, (unsigned long long)n[0],
                   (unsigned long long)n[1], (unsigned long long)n[2], (unsigned long long)n[3], (unsigned long long)n[4],
                   (unsigned long long)n[5]);
}
#define SEE(to, what, ...) see(to, what, (const uint64_t[6]){__VA_ARGS__})

static struct desk desk, *const d = &desk;
static hsvc_record_store *record;
static hsvc_cache_store *cache; /* or NULL: in front of `record` */

/* see_calls: each with its outcome, and of a read how many keys it asks for. What a commit writes of somebody whom there is, it
 * only compares of one whom there is not (decision 099). */
static void see_calls(struct seen *to) {
    hsvc_record_call call = {.struct_size = sizeof call};
    hsvc_record_item item = {.struct_size = sizeof item};
    for (uint64_t i = 0; i < hsvc_record_store_length(record); i++) {
        uint64_t asked = 0;
        OK(hsvc_record_store_call_at(record, i, &call));
        for (uint64_t k = 0; call.kind == HSVC_RECORD_READ && hsvc_record_store_item_at(record, i, k, &item) == HSVC_OK; k++)
            asked += item.kind == HSVC_RECORD_ITEM_KEY;
        SEE(to, "store", call.kind, (uint64_t)-call.status, asked);
    }
    hsvc_record_store_reset(record);
}

/* A notice, of a lock, is for the operator: no phone has it. */
static void see_effects(struct seen *to, int asks) {
    hsvc_effect e = {.struct_size = sizeof e};
    for (size_t i = 0; hsvc_effects_at(d->fx, i, &e) == HSVC_OK; i++) {
        if (e.kind == HSVC_EFFECT_NOTICE || (!asks && e.kind == HSVC_EFFECT_VERIFY_PIN)) continue;
        SEE(to, "effect", e.kind, e.prompt, e.reason, e.flags, e.cause, (uint64_t)e.due_ms);
        SEE(to, "  ids", asks ? e.prompt_id : 0, e.request, e.generation, e.session, e.pin_len, (uint64_t)e.at_ms);
        SEE(to, "  texts", e.user_len, e.other_user_len, e.serial_len, e.profile_len, e.profile_count, e.site_len);
    }
}

static void see_screen(struct seen *to, int asks) {
    hsvc_device_view view = device_view(d, "P1");
    SEE(to, "screen", view.prompt, asks ? view.prompt_id : 0, (uint64_t)view.prompt_due_at, view.prompt_user_len, view.verifying);
}

static void see_verdicts(struct seen *to) {
    hsvc_verdict v = {.struct_size = sizeof v};
    for (size_t i = 0; hsvc_verdict_at(d->fx, i, &v) == HSVC_OK; i++)
        SEE(to, "verdict", v.accepted, v.reason, (uint64_t)v.em_code, v.field, (uint64_t)v.limit);
}

/* What is compared. */
enum {
    ALL,       /* as far as nobody's id and a wrong PIN go: everything */
    REFUSED,   /* by us, where the directory said OK: all but the verdict, which is the operator's */
    AT_PHONE,  /* what the phone sees, whether the directory was asked or not */
};

static void apply(struct seen *to, const hsvc_input *in, int what) {
    hsvc_record_store_reset(record);
    OK(hsvc_apply(d->engine, in, 1, 0, d->fx));
    see_effects(to, what != AT_PHONE);
    if (what == ALL) see_verdicts(to);
    if (what != AT_PHONE) see_calls(to);
    hsvc_record_store_reset(record);
}

/* attempt: the id and any PIN, and what the directory says of them, if it is asked. */
static void attempt(struct seen *to, const char *id, uint32_t answer, int what) {
    hsvc_effect asked;
    hsvc_input in;
    OK(hsvc_input_submit(&in, "P1", device_view(d, "P1").prompt_id, id, "1", 1));
    apply(to, &in, what);
    if (effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, &asked) == 1) {
        OK(hsvc_input_verify_result(&in, "P1", asked.request, answer));
        apply(to, &in, what);
    } else {
        assert_int_equal(what, AT_PHONE);
    }
    see_screen(to, what != AT_PHONE);
}

/* ---- the people: all ids are of one length ---- */

static void put_user(const char *id, uint32_t profiles, uint32_t flags) {
    hsvc_item profile[2] = {{"p", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0}, {"q", 1, 0, HSVC_ITEM_PROFILE, 0, 0, 0}};
    hsvc_input in;
    OK(hsvc_input_user_put(&in, id, profile, profiles));
    in.flags |= flags;
    assert_int_equal(give(d, &in), HSVC_REASON_DONE);
}

/* ann: as anybody. dis: disabled. non: without a profile. two: with two. ful: with all headsets that one may have. els: signed
 * in elsewhere. key: locked. sam: whoever is signed in at P1, which its screen says. bob is nobody. */
static void put_people(void) {
    char serial[8];
    hsvc_input in;
    put_user("ann", 1, 0);
    put_user("dis", 1, HSVC_FLAG_DISABLED);
    put_user("non", 0, 0);
    put_user("two", 2, 0);
    put_user("ful", 1, 0);
    put_user("els", 1, 0);
    put_user("key", 1, 0);
    put_user("sam", 1, 0);
    for (int i = 0; i < 15; i++) {
        (void)snprintf(serial, sizeof serial, "F%d", i);
        assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ful", serial)), HSVC_REASON_ASSOCIATED);
    }
    give_phone(d, "P2");
    assert_int_equal(GIVE(d, hsvc_input_sign_in_user(&in, "P2", "els", NULL, 0)), HSVC_REASON_SIGNED_IN);
}

/* At P2, so that P1 has counted nothing. */
static void lock_key(void) {
    hsvc_effect asked;
    hsvc_input in;
    give_phone(d, "P3");
    assert_int_equal(GIVE(d, hsvc_input_menu_sign_in_by_hand(&in, "P3")), HSVC_REASON_PIN_ASKED);
    for (int i = 0; i < 3; i++) {
        OK(hsvc_input_submit(&in, "P3", device_view(d, "P3").prompt_id, "key", "1", 1));
        assert_int_equal(give(d, &in), HSVC_REASON_VERIFYING);
        assert_int_equal(effects_of(d->fx, HSVC_EFFECT_VERIFY_PIN, &asked), 1);
        assert_int_equal(GIVE(d, hsvc_input_verify_result(&in, "P3", asked.request, HSVC_VERIFY_WRONG)),
                         HSVC_REASON_CREDENTIALS_WRONG);
    }
    assert_true(user_view(d, "key").locked_until_at != 0);
}

static void open_phone(int cached) {
    hsvc_input in;
    desk_ready(d);
    OK(hsvc_record_store_new(&d->allocator, &d->plain, 0, &record));
    OK(hsvc_record_store_bind(record, &d->store));
    cache = NULL;
    if (cached) {
        OK(hsvc_cache_store_new(&d->allocator, &d->store, (size_t)1 << 20, &cache));
        OK(hsvc_cache_store_bind(cache, &d->store));
    }
    desk_start(d);
    put_people();
    lock_key();
    give_phone(d, "P1");
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S2")), HSVC_REASON_ASSOCIATED);
}

static void close_phone(void) {
    sound(d);
    hsvc_cache_store_free(cache);
    hsvc_record_store_free(record);
    desk_close(d);
}

/* ---- the screens ---- */
enum { ASSOCIATING, BY_HAND, BY_HAND_OCCUPIED, SIGNING_IN, SCREENS };

static void show(int screen) {
    hsvc_input in;
    if (screen == BY_HAND_OCCUPIED) assert_int_equal(GIVE(d, hsvc_input_sign_in_user(&in, "P1", "sam", NULL, 0)), HSVC_REASON_SIGNED_IN);
    if (screen == BY_HAND_OCCUPIED) assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 1, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    if (screen == ASSOCIATING) OK(hsvc_input_headset_connected(&in, "P1", "S1", 1));
    else if (screen == SIGNING_IN) OK(hsvc_input_headset_connected(&in, "P1", "S2", 1));
    else OK(hsvc_input_menu_sign_in_by_hand(&in, "P1"));
    (void)give(d, &in);
    if (screen == BY_HAND_OCCUPIED)
        assert_int_equal(GIVE(d, hsvc_input_yes(&in, "P1", device_view(d, "P1").prompt_id)), HSVC_REASON_PIN_ASKED);
    pass(d, 10 * SECOND); /* so that a screen whose time begins anew is seen */
}

/* attempts: three at one prompt, at the association's up to the error screen. */
static void attempts(struct seen *to, int screen, const char *id, uint32_t answer, int what) {
    memset(to, 0, sizeof *to);
    show(screen);
    if (cache != NULL) hsvc_cache_store_drop(cache); /* as after a restart: nobody is known yet */
    for (int i = 0; i < 3; i++) {
        attempt(to, id, answer, what);
        pass(d, SECOND);
    }
    assert_int_equal(effects_of(d->fx, HSVC_EFFECT_SESSION_STARTED, NULL), 0);
}

static void must_be_alike(const struct seen *a, const struct seen *b) {
    for (size_t i = 0; i < a->count || i < b->count; i++)
        if (strcmp(a->lines[i], b->lines[i]) != 0) print_error("%zu: '%s' and '%s'\n", i, a->lines[i], b->lines[i]);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->lines, b->lines, sizeof a->lines);
}

/* compare: somebody's attempts, and a wrong PIN of whom nothing is to be said, at each screen, without a cache and with one. */
static void compare(const char *id, uint32_t answer, int what, int screens) {
    static struct seen wrong, other;
    for (int i = 0; i < 2 * screens; i++) {
        open_phone(i % 2);
        attempts(&wrong, i / 2, "bob", HSVC_VERIFY_USER_UNKNOWN, what);
        close_phone();
        open_phone(i % 2);
        attempts(&other, i / 2, id, answer, what);
        close_phone();
        assert_true(wrong.count >= (what == AT_PHONE ? 6 : 18));
        if (wrong.count != other.count || memcmp(wrong.lines, other.lines, sizeof wrong.lines) != 0)
            print_error("%s at screen %d, %s cache:\n", id, i / 2, i % 2 ? "with a" : "without");
        must_be_alike(&wrong, &other);
    }
}

/* ---- the tests ---- */

static void an_id_that_nobody_has_is_like_a_wrong_pin_SIGN_6(void **state) {
    (void)state;
    compare("ann", HSVC_VERIFY_WRONG, ALL, SIGNING_IN);
}

/* The directory and our store need not know the same people. */
static void an_id_that_one_of_two_knows_is_like_a_wrong_pin_SIGN_6(void **state) {
    (void)state;
    compare("ann", HSVC_VERIFY_USER_UNKNOWN, ALL, SIGNING_IN);
    compare("bob", HSVC_VERIFY_WRONG, ALL, SIGNING_IN);
    compare("bob", HSVC_VERIFY_OK, REFUSED, SIGNING_IN);
}

/* Whatever would bar them once the PIN is right, nobody learns it before. */
static void whoever_may_not_sign_in_is_like_a_wrong_pin_SIGN_6(void **state) {
    static const char *const people[] = {"dis", "non", "two", "ful", "els"};
    (void)state;
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) compare(people[i], HSVC_VERIFY_WRONG, ALL, SIGNING_IN);
}

static void a_disabled_user_is_like_a_wrong_pin_though_it_is_right_USER_1_SIGN_6(void **state) {
    (void)state;
    compare("dis", HSVC_VERIFY_OK, REFUSED, SIGNING_IN);
}

/* Also at the screen of another one's headset, which takes nobody's PIN but the owner's. */
static void a_locked_user_looks_like_a_wrong_pin_SIGN_6_SIGN_7(void **state) {
    (void)state;
    compare("key", HSVC_VERIFY_OK, AT_PHONE, SCREENS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_that_nobody_has_is_like_a_wrong_pin_SIGN_6),
        cmocka_unit_test(an_id_that_one_of_two_knows_is_like_a_wrong_pin_SIGN_6),
        cmocka_unit_test(whoever_may_not_sign_in_is_like_a_wrong_pin_SIGN_6),
        cmocka_unit_test(a_disabled_user_is_like_a_wrong_pin_though_it_is_right_USER_1_SIGN_6),
        cmocka_unit_test(a_locked_user_looks_like_a_wrong_pin_SIGN_6_SIGN_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
