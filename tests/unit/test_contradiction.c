/* test_contradiction.c: rows of one decision that contradict each other, as only a bug could have written them or only a
 * cache in front of the store can have kept them. The store is asked which it was (STORE-4, STORE-7). */
#include "desk.h"

static struct desk desk, *const d = &desk;

/* The other engine, behind a cache of its own over the same rows. */
static hsvc_store counted, cached;
static hsvc_record_store *record;
static hsvc_cache_store *cache;
static hsvc_engine *other;
static hsvc_effects *other_fx;

/* ann is signed in at P1, and the other engine remembers that of her: of P1 it knows nothing yet. */
static int open_both(void **state) {
    hsvc_item profile = {"ann-1", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_user_view ann;
    hsvc_input in;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", &profile, 1)), HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_associate(&in, "ann", "S1")), HSVC_REASON_ASSOCIATED);
    assert_int_equal(GIVE(d, hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, 0)), HSVC_REASON_POLICY_CHANGED);
    assert_int_equal(GIVE(d, hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8851", "14.1(1)",
                                                   HSVC_FLAG_EM_ENABLED)),
                     HSVC_REASON_DONE);
    assert_int_equal(GIVE(d, hsvc_input_device_registered(&in, "P1", 0, 0)), HSVC_REASON_PROFILE_CONFIRMED);
    assert_int_equal(GIVE(d, hsvc_input_headset_connected(&in, "P1", "S1", 1)), HSVC_REASON_COUNTDOWN_STARTED);
    advance(d, MINUTE);
    assert_int_equal(device_view(d, "P1").session_state, HSVC_SESSION_SIGNED_IN);
    counted.struct_size = cached.struct_size = sizeof cached;
    OK(hsvc_record_store_new(&d->allocator, &d->plain, HSVC_RECORD_COUNTS_ONLY, &record));
    OK(hsvc_record_store_bind(record, &counted));
    OK(hsvc_cache_store_new(&d->allocator, &counted, (size_t)1 << 16, &cache));
    OK(hsvc_cache_store_bind(cache, &cached));
    d->config.store = &cached;
    OK(hsvc_engine_new(&d->config, &other));
    d->config.store = &d->store;
    OK(hsvc_effects_new(&d->allocator, &other_fx));
    OK(hsvc_user_view_init(&ann, sizeof ann));
    OK(hsvc_user_get(other, "ann", 3, &ann));
    assert_int_equal(ann.session_count, 1);
    return 0;
}

static int close_both(void **state) {
    (void)state;
    sound(d);
    hsvc_engine_free(other);
    hsvc_effects_free(other_fx);
    hsvc_cache_store_free(cache);
    hsvc_record_store_free(record);
    desk_close(d);
    return 0;
}

static hsvc_record_counts counts(void) {
    hsvc_record_counts now = {.struct_size = sizeof now};
    OK(hsvc_record_store_counts(record, &now));
    return now;
}

/* The cache says that ann is at P1, the store that P1 is free. No commit would ever be tried on that, and so nothing would
 * make the cache forget, if the store did not have to compare the rows first. */
static void what_a_cache_kept_is_forgotten_and_read_again_STORE_4(void **state) {
    hsvc_input in;
    uint64_t commits;
    (void)state;
    assert_int_equal(GIVE(d, hsvc_input_force_sign_out(&in, "P1")), HSVC_REASON_SIGNED_OUT);
    commits = counts().commits;
    OK(hsvc_input_user_put(&in, "ann", NULL, 0));
    in.flags = HSVC_FLAG_DISABLED; /* which ends her sessions */
    OK(hsvc_apply(other, &in, 1, 0, other_fx));
    assert_int_equal(said(other_fx, 0), HSVC_REASON_DONE);
    assert_int_equal(counts().commits - commits, 2); /* the comparison, which was refused, and the decision */
    assert_int_equal(counters_of(other).sign_outs, 0);
    assert_int_equal(user_view(d, "ann").session_count, 0);
    assert_int_equal(user_view(d, "ann").disabled, 1);
}

/* Rows that the store confirms, again and again, are a bug's: said by name, and nothing is written. */
static int32_t keep_ann(const hsvc_row *row, void *user) {
    if (row->key[0] == HSVC__FAMILY_USER) rows_add((struct rows *)user, row->value, row->value_len);
    return HSVC_OK;
}
static void put_ann(const struct rows *value) {
    struct hsvc__key key;
    hsvc__key_1(&key, HSVC__FAMILY_USER, hsvc__str_of("ann", 3));
    row_put(&d->plain, key.bytes, key.len, value->bytes, value->len);
}

static void what_the_store_confirms_is_a_bug_and_changes_nothing_SAFE_6(void **state) {
    struct rows ann = {NULL, 0, 0, 0}, before = {NULL, 0, 0, 0}, sane = {NULL, 0, 0, 0};
    uint64_t commits;
    hsvc_input in;
    (void)state;
    OK(d->plain.scan(NULL, 0, NULL, 0, 1000, keep_ann, &ann, d->plain.user));
    assert_int_equal(GIVE(d, hsvc_input_force_sign_out(&in, "P1")), HSVC_REASON_SIGNED_OUT);
    OK(d->plain.scan(NULL, 0, NULL, 0, 1000, keep_ann, &sane, d->plain.user));
    put_ann(&ann); /* the store itself now says that she is at P1 */
    rows_read(&before, &d->plain, 1);
    commits = counts().commits;
    OK(hsvc_input_user_put(&in, "ann", NULL, 0));
    in.flags = HSVC_FLAG_DISABLED;
    assert_int_equal(hsvc_apply(other, &in, 1, 0, other_fx), HSVC_ERR_BUG);
    assert_int_equal(counts().commits - commits, HSVC_LIMIT_ATTEMPTS); /* comparisons only */
    assert_true(text_is((const char *)problem_of(other_fx).key + 1, 2, "p1"));
    nothing_written(d, &before);
    put_ann(&sane);
    rows_free(&ann);
    rows_free(&sane);
    rows_free(&before);
}

/* A contradiction is what one decision found; the next is told of its own troubles. */
static void a_contradiction_that_is_mended_is_forgotten_STORE_4(void **state) {
    struct rows ann = {NULL, 0, 0, 0}, sane = {NULL, 0, 0, 0};
    hsvc_fault fault;
    hsvc_input in;
    (void)state;
    OK(d->plain.scan(NULL, 0, NULL, 0, 1000, keep_ann, &ann, d->plain.user));
    assert_int_equal(GIVE(d, hsvc_input_force_sign_out(&in, "P1")), HSVC_REASON_SIGNED_OUT);
    OK(d->plain.scan(NULL, 0, NULL, 0, 1000, keep_ann, &sane, d->plain.user));
    put_ann(&ann);
    OK(hsvc_input_user_put(&in, "ann", NULL, 0));
    in.flags = HSVC_FLAG_DISABLED;
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, d->fx), HSVC_ERR_BUG);
    put_ann(&sane);
    OK(hsvc_testkit_init(&fault, sizeof fault));
    fault.kind = HSVC_FAULT_CONFLICT;
    fault.on = HSVC_FAULT_ON_COMMIT;
    fault.nth = 1;
    fault.times = HSVC_TESTKIT_ALWAYS;
    OK(hsvc_fault_store_arm(d->fault, &fault));
    assert_int_equal(hsvc_apply(d->engine, &in, 1, 0, d->fx), HSVC_ERR_CONFLICT);
    hsvc_fault_store_disarm(d->fault);
    rows_free(&ann);
    rows_free(&sane);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_cache_kept_is_forgotten_and_read_again_STORE_4, open_both, close_both),
        cmocka_unit_test_setup_teardown(what_the_store_confirms_is_a_bug_and_changes_nothing_SAFE_6, open_both, close_both),
        cmocka_unit_test_setup_teardown(a_contradiction_that_is_mended_is_forgotten_STORE_4, open_both, close_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
