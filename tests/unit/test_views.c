/* test_views.c: what the calls that look hand out is what the record holds, field by field: each has a value of its own, so that
 * one that is left out, or stands in another's place, is noticed (STORE-6, OBS-5). */
#include "damage.h"

#include "headsetsvc/explain.h"
#include "headsetsvc/inventory.h"
#include "headsetsvc/views.h"

static const char script[] =
    "user alice, pin 1234, profiles alice-1 and alice-2 and alice-3\nuser bob, pin 5678\nphone desk-1, site hall\n"
    "headset H1 of alice\nheadset H2 of alice\nphones reset in 40 s\n"
    "at 09:00 H1 plugs into desk-1\nat 09:00:10 alice enters 1234 on desk-1\nat 09:00:20 alice chooses alice-2 on desk-1\nat 09:01 verify\n";

static struct world world, *const w = &world;

static int open_world(void **state) {
    (void)state;
    world_open(w, script);
    return 0;
}
static int close_world(void **state) {
    (void)state;
    world_close(w);
    return 0;
}

#define SAME_TEXT(view, record, name)                                   \
    (assert_int_equal((view).name##_len, (record)->name.n),             \
     assert_true((record)->name.n > 0), /* nothing is like nothing */   \
     assert_memory_equal((view).name, (record)->name.p, (record)->name.n))
#define SAME_NUMBER(view, record, name) (assert_true((view).name == (record)->name), assert_true((record)->name != 0))

static void a_phone_is_seen_as_its_record_says_STORE_6(void **state) {
    struct hsvc__device *d = device_in(w, TEXT("desk-1"));
    hsvc_device_view v;
    (void)state;
    d->location = TEXT("room 1");
    d->model = TEXT("CP-8865");
    d->firmware = TEXT("12.1");
    d->related_user = TEXT("bob");
    d->prompt_user = TEXT("alice");
    d->prompt_serial = TEXT("H1");
    d->own_profile = TEXT("out-1");
    d->session = 41;
    d->prompt_id = 42;
    d->generation_desired = 44;
    d->generation_acked = 43;
    d->screen_told = 46;
    d->screen_acked = 45;
    d->node = 7;
    d->menu = 5;
    d->causes = 9;
    d->flap_held = 11;
    d->verify_due = w->later + 1;
    d->verify_due_span = 1;
    d->prompt_due = w->later + 3;
    d->prompt_due_span = 2;
    d->window_due = w->later + 5;
    d->window_due_span = 3;
    put_device(w, d);
    OK(hsvc_device_view_init(&v, sizeof v));
    OK(hsvc_device_get(w->desk.engine, "desk-1", 6, &v));
    SAME_TEXT(v, d, name);
    SAME_TEXT(v, d, site);
    SAME_TEXT(v, d, location);
    SAME_TEXT(v, d, model);
    SAME_TEXT(v, d, firmware);
    SAME_TEXT(v, d, related_user);
    SAME_TEXT(v, d, prompt_user);
    SAME_TEXT(v, d, prompt_serial);
    SAME_TEXT(v, d, user);
    SAME_TEXT(v, d, serial);
    SAME_TEXT(v, d, profile);
    assert_memory_equal(v.signed_out_profile, "out-1", 5);
    SAME_NUMBER(v, d, number);
    SAME_NUMBER(v, d, kind);
    SAME_NUMBER(v, d, flags);
    SAME_NUMBER(v, d, registered);
    SAME_NUMBER(v, d, node);
    SAME_NUMBER(v, d, session);
    SAME_NUMBER(v, d, prompt_id);
    SAME_NUMBER(v, d, generation_desired);
    SAME_NUMBER(v, d, generation_acked);
    SAME_NUMBER(v, d, screen_told);
    SAME_NUMBER(v, d, screen_acked);
    SAME_NUMBER(v, d, menu);
    SAME_NUMBER(v, d, causes);
    SAME_NUMBER(v, d, signed_in_at);
    assert_int_equal(v.session_state, d->session_state);
    assert_int_equal(v.profile_state, d->profile_state);
    assert_int_equal(v.held_reports, d->flap_held);
    assert_int_equal(v.verifying, 1);
    assert_int_equal(v.flapping, 0);
    assert_int_equal(v.headset_count, 1);
    assert_int_equal(v.wipe_pending, d->wipe_generation != 0);
    assert_true(v.deadline_at == hsvc__earliest(d, NULL));
    assert_true(v.prompt_due_at == w->later + 3);
    assert_true(v.window_due_at == w->later + 5);
    d->verify_due = 0;
    put_device(w, d);
    OK(hsvc_device_get(w->desk.engine, "desk-1", 6, &v));
    assert_int_equal(v.verifying, 0);
}

static void a_user_is_seen_as_the_record_says_STORE_6(void **state) {
    struct hsvc__user *u = user_in(w, TEXT("alice"));
    hsvc_user_view v;
    (void)state;
    u->disabled = 1;
    u->failures = 2;
    u->locked_until = w->later + 3;
    u->last_profile = TEXT("alice-2");
    put_user(w, u);
    OK(hsvc_user_view_init(&v, sizeof v));
    OK(hsvc_user_get(w->desk.engine, "alice", 5, &v));
    SAME_TEXT(v, u, id);
    SAME_TEXT(v, u, last_profile);
    SAME_NUMBER(v, u, number);
    SAME_NUMBER(v, u, disabled);
    SAME_NUMBER(v, u, failures);
    assert_true(v.locked_until_at == w->later + 3);
    assert_int_equal(v.session_count, 1);
    assert_int_equal(v.headset_count, 2);
    assert_int_equal(v.profile_count, 3);
}

static void describe(struct hsvc__headset *h) {
    h->vendor = TEXT("vendor");
    h->model = TEXT("a model");
    h->firmware = TEXT("1.2");
    h->dock = TEXT("dock 5");
    h->headset_template = TEXT("template");
}

static void a_headset_is_seen_as_its_record_says_STORE_6(void **state) {
    struct hsvc__headset *h = headset_in(w, TEXT("H1"));
    hsvc_headset_view v;
    (void)state;
    describe(h);
    h->alias_list.at[0] = TEXT("H1-a");
    h->alias_list.at[1] = TEXT("H1-b");
    h->alias_list.count = 2;
    h->type = HSVC_HEADSET_DECT;
    h->handle = 17;
    h->status_since_at = h->last_connected_at - 1;
    h->first_seen_at = h->last_connected_at - 2;
    put_headset(w, h);
    OK(hsvc_headset_view_init(&v, sizeof v));
    OK(hsvc_headset_get(w->desk.engine, "H1", 2, &v));
    SAME_TEXT(v, h, serial);
    SAME_TEXT(v, h, owner);
    SAME_TEXT(v, h, device);
    SAME_TEXT(v, h, vendor);
    SAME_TEXT(v, h, model);
    SAME_TEXT(v, h, firmware);
    SAME_TEXT(v, h, dock);
    SAME_TEXT(v, h, headset_template);
    SAME_NUMBER(v, h, type);
    SAME_NUMBER(v, h, number);
    SAME_NUMBER(v, h, connected);
    SAME_NUMBER(v, h, handle);
    SAME_NUMBER(v, h, first_seen_at);
    SAME_NUMBER(v, h, last_connected_at);
    SAME_NUMBER(v, h, status_since_at);
    assert_int_equal(v.updating, 0);
    assert_int_equal(v.alias_count, 2);
}

static void an_inventory_row_is_as_the_records_say_INV_1(void **state) {
    struct hsvc__headset *h = headset_in(w, TEXT("H1"));
    hsvc_inventory *page = NULL;
    hsvc_inventory_row row;
    (void)state;
    describe(h);
    h->status_since_at = h->last_connected_at - 1;
    h->first_seen_at = h->last_connected_at - 2;
    put_headset(w, h);
    OK(hsvc_inventory_new(&w->desk.allocator, &page));
    OK(hsvc_inventory_get(w->desk.engine, "H1", 2, page));
    OK(hsvc_inventory_row_init(&row, sizeof row));
    OK(hsvc_inventory_at(page, 0, &row));
    SAME_TEXT(row, h, serial);
    SAME_TEXT(row, h, owner);
    SAME_TEXT(row, h, device);
    SAME_TEXT(row, h, vendor);
    SAME_TEXT(row, h, model);
    SAME_TEXT(row, h, firmware);
    SAME_TEXT(row, h, dock);
    SAME_TEXT(row, h, headset_template);
    SAME_NUMBER(row, h, first_seen_at);
    SAME_NUMBER(row, h, last_connected_at);
    SAME_NUMBER(row, h, status_since_at);
    assert_int_equal(hsvc_inventory_at(page, 1, &row), HSVC_ERR_NOT_FOUND);
    hsvc_inventory_free(page);
}

/* Each state with its own contract; somebody's number with the name, and no other fact. */
static void what_is_explained_is_said_of_the_right_thing_OBS_2(void **state) {
    hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    size_t count = 0, states = 0, named = 0;
    (void)state;
    OK(hsvc_explained_init(items, sizeof items[0]));
    OK(hsvc_explain(w->desk.engine, HSVC_SUBJECT_DEVICE, "desk-1", 6, items, HSVC_LIMIT_EXPLAINED, &count));
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind == HSVC_EXPLAINED_FACT && items[i].who_len != 0) {
            assert_memory_equal(items[i].who, "alice", 6);
            named++;
        }
        if (items[i].kind != HSVC_EXPLAINED_STATE) continue;
        states++;
        for (size_t j = 0; j < i; j++)
            if (items[j].kind == HSVC_EXPLAINED_STATE && items[i].text[0] != 0) assert_string_not_equal(items[i].text, items[j].text);
    }
    assert_true(states > 3);
    assert_int_equal(named, 1);
    assert_int_equal(counters_of(w->desk.engine).commits, 0);
}

/* A user with one session is at one place; nothing is filled beyond what there is. */
static void as_much_is_explained_as_there_is_OBS_2(void **state) {
    hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    size_t count = 0, places = 0;
    (void)state;
    memset(items, 0x5a, sizeof items);
    OK(hsvc_explained_init(items, sizeof items[0]));
    OK(hsvc_explain(w->desk.engine, HSVC_SUBJECT_USER, "alice", 5, items, HSVC_LIMIT_EXPLAINED, &count));
    for (size_t i = 0; i < count; i++) places += items[i].kind == HSVC_EXPLAINED_PLACE;
    assert_int_equal(places, 1);
    assert_true(count < HSVC_LIMIT_EXPLAINED);
    assert_int_equal(items[count].kind, 0x5a5a5a5a);
}

static size_t told_by_resync(void) {
    hsvc_cursor cursor;
    OK(hsvc_cursor_init(&cursor, sizeof cursor));
    OK(hsvc_resync(w->desk.engine, NULL, &cursor, w->desk.fx));
    return hsvc_effects_count(w->desk.fx);
}

/* Each kind of debt alone is reason enough. */
static void a_phone_is_told_what_it_owes_STORE_6(void **state) {
    struct hsvc__device *d = device_in(w, TEXT("desk-1"));
    (void)state;
    d->generation_acked = d->generation_desired;
    d->wipe_generation = 0;
    d->screen_acked = d->screen_told;
    put_device(w, d);
    assert_int_equal(told_by_resync(), 0);
    d->screen_acked--;
    put_device(w, d);
    assert_int_not_equal(told_by_resync(), 0);
    d->screen_acked++;
    d->wipe_generation = d->generation_desired;
    put_device(w, d);
    assert_int_not_equal(told_by_resync(), 0);
    d->wipe_generation = 0;
    d->generation_acked--;
    put_device(w, d);
    assert_int_not_equal(told_by_resync(), 0);
}

static void a_view_is_of_one_kind_and_has_a_size_SAFE_5(void **state) {
    hsvc_headset_view v;
    (void)state;
    assert_int_equal(hsvc_headset_view_init(NULL, sizeof v), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_headset_view_init(&v, 3), HSVC_ERR_STRUCT_SIZE);
}

/* What looking needs is as much for the hundredth look as for the tenth. */
static void looking_again_takes_no_more_memory_SAFE_6(void **state) {
    hsvc_alloc_counts counts;
    uint64_t live = 0;
    hsvc_device_view v;
    (void)state;
    OK(hsvc_testkit_init(&counts, sizeof counts));
    OK(hsvc_device_view_init(&v, sizeof v));
    for (int i = 0; i < 1000; i++) {
        OK(hsvc_device_get(w->desk.engine, "desk-1", 6, &v));
        OK(hsvc_count_alloc_counts(w->desk.count, &counts));
        if (i == 10) live = counts.live_bytes;
    }
    assert_true(counts.live_bytes == live);
}

#define T(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(a_phone_is_seen_as_its_record_says_STORE_6),
        T(a_user_is_seen_as_the_record_says_STORE_6),
        T(an_inventory_row_is_as_the_records_say_INV_1),
        T(what_is_explained_is_said_of_the_right_thing_OBS_2),
        T(as_much_is_explained_as_there_is_OBS_2),
        T(a_phone_is_told_what_it_owes_STORE_6),
        T(a_view_is_of_one_kind_and_has_a_size_SAFE_5),
        T(looking_again_takes_no_more_memory_SAFE_6),
        T(a_headset_is_seen_as_its_record_says_STORE_6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
