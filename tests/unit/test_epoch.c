/* test_epoch.c: a store that was restored from a backup is older than the host knows: it is refused, at the start and under
 * a running engine, until somebody says that it is meant (STORE-9, F83). */
#include "desk.h"

static struct desk desk, *const d = &desk;

static int open_epoch_5(void **state) {
    hsvc_input in;
    (void)state;
    desk_open(d);
    assert_int_equal(GIVE(d, hsvc_input_user_put(&in, "ann", NULL, 0)), HSVC_REASON_DONE);
    OK(hsvc_epoch_raise(d->engine, 5));
    return 0;
}
static int close_desk(void **state) {
    (void)state;
    sound(d);
    desk_close(d);
    return 0;
}

static uint64_t epoch_of(hsvc_engine *engine) {
    uint64_t epoch = 999;
    OK(hsvc_epoch_get(engine, &epoch));
    return epoch;
}

static int32_t give_user(hsvc_engine *engine, const char *user) {
    hsvc_input in;
    OK(hsvc_input_user_put(&in, user, NULL, 0));
    return hsvc_apply(engine, &in, 1, 0, d->fx);
}

static int32_t open_at(uint64_t epoch, uint32_t flags, hsvc_engine **engine) {
    hsvc_config config = d->config;
    config.epoch = epoch;
    config.flags = flags;
    return hsvc_engine_new(&config, engine);
}

/* restore: the store's rows become what they were when they were copied; revisions go on. */
static int32_t drop_row(const hsvc_row *row, void *user) {
    rows_add((struct rows *)user, row->key, row->key_len);
    return HSVC_OK;
}
static void restore(const struct rows *backup) {
    struct rows key = {NULL, 0, 0, 0};
    do {
        hsvc_op op;
        uint64_t revision = 0;
        key.len = 0;
        OK(d->plain.scan(NULL, 0, NULL, 0, 1, drop_row, &key, d->plain.user));
        if (key.len == 0) break;
        memset(&op, 0, sizeof op);
        op.struct_size = sizeof op;
        op.kind = HSVC_OP_DELETE;
        op.expect = HSVC_EXPECT_ANY;
        op.key = key.bytes;
        op.key_len = key.len;
        OK(d->plain.commit(&op, 1, &revision, d->plain.user));
    } while (key.len != 0);
    rows_free(&key);
    rows_write(backup, &d->plain);
}

static void no_epoch_is_none_to_raise_to_STORE_9(void **state) {
    struct desk fresh;
    (void)state;
    desk_open(&fresh);
    assert_int_equal(hsvc_epoch_raise(fresh.engine, 0), HSVC_ERR_ARGUMENT);
    assert_int_equal(epoch_of(fresh.engine), 0);
    desk_close(&fresh);
}

static void an_epoch_is_raised_never_lowered_STORE_9(void **state) {
    (void)state;
    assert_int_equal(epoch_of(d->engine), 5);
    OK(hsvc_epoch_raise(d->engine, 5));
    assert_int_equal(hsvc_epoch_raise(d->engine, 4), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_epoch_raise(d->engine, 0), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_epoch_raise(NULL, 9), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_epoch_get(d->engine, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(epoch_of(d->engine), 5);
    OK(hsvc_epoch_raise(d->engine, UINT64_MAX));
    assert_int_equal(epoch_of(d->engine), UINT64_MAX);
    OK(give_user(d->engine, "bob"));
}

static void an_older_store_is_refused_at_the_start_STORE_9(void **state) {
    hsvc_engine *engine = NULL;
    hsvc_fault fault;
    (void)state;
    OK(open_at(5, 0, &engine));
    hsvc_engine_free(engine);
    OK(open_at(0, 0, &engine));
    hsvc_engine_free(engine);
    assert_int_equal(open_at(6, 0, &engine), HSVC_ERR_EPOCH);
    assert_null(engine);
    assert_int_equal(open_at(6, 2, &engine), HSVC_ERR_FLAGS);
    memset(&fault, 0, sizeof fault);
    fault.struct_size = sizeof fault;
    fault.on = HSVC_FAULT_ON_READ;
    fault.kind = HSVC_FAULT_UNAVAILABLE;
    fault.nth = 1;
    OK(hsvc_fault_store_arm(d->fault, &fault));
    assert_int_equal(open_at(5, 0, &engine), HSVC_ERR_UNAVAILABLE);
}

/* What an operator does after a restore that is meant. */
static void forced_it_works_and_is_raised_STORE_9(void **state) {
    hsvc_engine *engine = NULL;
    (void)state;
    OK(open_at(6, HSVC_CONFIG_ANY_EPOCH, &engine));
    OK(give_user(engine, "bob"));
    assert_int_equal(epoch_of(engine), 5);
    OK(hsvc_epoch_raise(engine, 7));
    hsvc_engine_free(engine);
    OK(open_at(6, 0, &engine));
    assert_int_equal(epoch_of(engine), 7);
    hsvc_engine_free(engine);
}

/* A copy of the store is taken, the epoch is raised, the copy is put back while the engine runs. */
static void a_backup_restored_under_a_running_engine_is_noticed_STORE_9(void **state) {
    struct rows backup = {NULL, 0, 0, 0}, after = {NULL, 0, 0, 0};
    (void)state;
    rows_read(&backup, &d->plain, 0);
    OK(hsvc_epoch_raise(d->engine, 6));
    OK(give_user(d->engine, "bob"));
    restore(&backup);
    rows_read(&after, &d->plain, 1);
    assert_int_equal(give_user(d->engine, "cleo"), HSVC_ERR_EPOCH);
    assert_int_equal(problem_of(d->fx).status, HSVC_ERR_EPOCH);
    assert_int_equal(give_user(d->engine, "cleo"), HSVC_ERR_EPOCH);
    assert_int_equal(hsvc_epoch_raise(d->engine, 9), HSVC_ERR_EPOCH);
    nothing_written(d, &after);
    rows_free(&after);
    rows_free(&backup);
}

/* Another node raises it: this one takes notice, and refuses what is older from then on. */
static void every_node_learns_the_epoch_STORE_9(void **state) {
    struct rows backup = {NULL, 0, 0, 0};
    hsvc_engine *other = NULL;
    (void)state;
    OK(open_at(5, 0, &other));
    OK(give_user(other, "bob"));
    rows_read(&backup, &d->plain, 0);
    OK(hsvc_epoch_raise(d->engine, 6));
    OK(give_user(other, "cleo"));
    restore(&backup);
    assert_int_equal(give_user(other, "dora"), HSVC_ERR_EPOCH);
    hsvc_engine_free(other);
    rows_free(&backup);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_epoch_is_raised_never_lowered_STORE_9, open_epoch_5, close_desk),
        cmocka_unit_test_setup_teardown(no_epoch_is_none_to_raise_to_STORE_9, open_epoch_5, close_desk),
        cmocka_unit_test_setup_teardown(an_older_store_is_refused_at_the_start_STORE_9, open_epoch_5, close_desk),
        cmocka_unit_test_setup_teardown(forced_it_works_and_is_raised_STORE_9, open_epoch_5, close_desk),
        cmocka_unit_test_setup_teardown(a_backup_restored_under_a_running_engine_is_noticed_STORE_9, open_epoch_5, close_desk),
        cmocka_unit_test_setup_teardown(every_node_learns_the_epoch_STORE_9, open_epoch_5, close_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
