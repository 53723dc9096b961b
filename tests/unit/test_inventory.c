/* test_inventory.c: pages of the inventory: of any size they are the whole, in order; what others write meanwhile makes no
 * row appear twice and loses none that was there throughout; sums by slices are those of one walk; errors (INV-3, INV-4). */
#include "desk.h"

#include "headsetsvc/inventory.h"

static struct desk desk, *const d = &desk;
static hsvc_inventory *page;

enum { HEADSETS = 300 };

static void set_up_headsets(int count) {
    hsvc_input in;
    char serial[32];
    OK(hsvc_input_user_put(&in, "ann", NULL, 0));
    assert_int_equal(give(d, &in), HSVC_REASON_DONE);
    OK(hsvc_input_device_put(&in, "P1", "own", HSVC_DEVICE_ANONYMOUS, "hall", "CP-8861", NULL, 0));
    assert_int_equal(give(d, &in), HSVC_REASON_DONE);
    for (int i = 0; i < count; i++) {
        snprintf(serial, sizeof serial, "S%05d", i * 7919 % 100003);
        OK(hsvc_input_headset_connected(&in, "P1", serial, 0));
        hsvc_input_set_model(&in, i % 3 == 0 ? "M0" : i % 3 == 1 ? "m1" : "M1");
        in.flags = HSVC_FLAG_INVENTORY_ONLY; /* as many as one likes at one device */
        assert_int_equal(give(d, &in), HSVC_REASON_INVENTORY_ONLY);
    }
}

static int set_up(void **state) {
    (void)state;
    desk_open(d);
    OK(hsvc_inventory_new(&d->allocator, &page));
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    hsvc_inventory_free(page);
    page = NULL;
    desk_close(d);
    return 0;
}

static hsvc_inventory_query all(uint32_t limit) {
    hsvc_inventory_query query;
    OK(hsvc_inventory_query_init(&query, sizeof query));
    query.limit = limit;
    return query;
}

static hsvc_inventory_row row_at(size_t i) {
    hsvc_inventory_row row;
    OK(hsvc_inventory_row_init(&row, sizeof row));
    OK(hsvc_inventory_at(page, i, &row));
    return row;
}

/* turn: fills the next page; 0 when it was the last. */
static int turn(hsvc_inventory_query *query) {
    OK(hsvc_inventory_list(d->engine, query, page));
    query->cursor = hsvc_inventory_cursor(page, &query->cursor_len);
    return query->cursor_len != 0;
}

/* seen: the serials of all pages, one after the other; between two pages something may happen. */
struct seen {
    char serials[2 * HEADSETS][HSVC_LIMIT_SERIAL_LEN + 1];
    size_t count;
};
static void see(struct seen *seen, uint32_t limit, void (*meanwhile)(size_t turn)) {
    hsvc_inventory_query query = all(limit);
    size_t turns = 0;
    int more = 1;
    seen->count = 0;
    while (more) {
        more = turn(&query);
        assert_true(hsvc_inventory_count(page) <= (limit == 0 ? HSVC_LIMIT_INVENTORY_ROWS : limit));
        for (size_t i = 0; i < hsvc_inventory_count(page); i++)
            snprintf(seen->serials[seen->count++], sizeof seen->serials[0], "%s", row_at(i).serial);
        if (meanwhile != NULL) meanwhile(turns++);
    }
    for (size_t i = 1; i < seen->count; i++) assert_true(strcmp(seen->serials[i - 1], seen->serials[i]) < 0);
}

static void pages_of_any_size_are_the_whole_INV_4(void **state) {
    static const uint32_t sizes[] = {1, 2, 7, 31, 32, 33, 64, 255, 256, 1000};
    static struct seen whole, pages;
    (void)state;
    set_up_headsets(HEADSETS);
    see(&whole, 0, NULL);
    assert_int_equal(whole.count, HEADSETS);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        see(&pages, sizes[i] > 256 ? 256 : sizes[i], NULL);
        assert_int_equal(pages.count, whole.count);
        for (size_t k = 0; k < whole.count; k++) assert_string_equal(pages.serials[k], whole.serials[k]);
    }
}

/* Others delete every serial that ends in 5 or 0, and add new ones, while the pages are turned. */
static void disturb(size_t turns) {
    hsvc_input in;
    char serial[32];
    for (int i = 0; i < 12 && turns < 20; i++) {
        int number = (int)(turns * 12 + (size_t)i) * 7919 % 100003;
        snprintf(serial, sizeof serial, "S%05d", number);
        OK(hsvc_input_headset_delete(&in, serial));
        if (number % 5 == 0) (void)give(d, &in);
        snprintf(serial, sizeof serial, "S%05dx", number * 13 % 100003);
        OK(hsvc_input_headset_connected(&in, "P1", serial, 0));
        in.flags = HSVC_FLAG_INVENTORY_ONLY;
        (void)give(d, &in);
    }
}

static void what_is_there_throughout_appears_once_INV_4(void **state) {
    static struct seen before, pages, after;
    (void)state;
    set_up_headsets(HEADSETS);
    see(&before, 0, NULL);
    see(&pages, 11, disturb); /* in order and therefore none twice: see() looks */
    see(&after, 0, NULL);
    for (size_t i = 0, at = 0, still = 0; i < before.count; i++) {
        while (still < after.count && strcmp(after.serials[still], before.serials[i]) < 0) still++;
        if (still == after.count || strcmp(after.serials[still], before.serials[i]) != 0) continue; /* went meanwhile */
        while (at < pages.count && strcmp(pages.serials[at], before.serials[i]) < 0) at++;
        assert_true(at < pages.count);
        assert_string_equal(pages.serials[at], before.serials[i]);
    }
}

static void sums_by_slices_are_those_of_the_whole_INV_4(void **state) {
    hsvc_inventory_query query = all(0);
    hsvc_inventory_sums sums;
    hsvc_inventory_model model;
    size_t slices = 0;
    (void)state;
    set_up_headsets(HSVC_LIMIT_INVENTORY_SCAN + 88);
    OK(hsvc_inventory_sums_init(&sums, sizeof sums));
    OK(hsvc_inventory_model_init(&model, sizeof model));
    do {
        OK(hsvc_inventory_summarise(d->engine, &query, page));
        query.cursor = hsvc_inventory_cursor(page, &query.cursor_len);
        slices++;
    } while (query.cursor_len != 0);
    assert_int_equal(slices, 2);
    OK(hsvc_inventory_sum(page, &sums));
    assert_int_equal(sums.headsets, 600);
    assert_int_equal(sums.connected, 600);
    assert_int_equal(sums.active, 600);
    assert_int_equal(sums.unassigned, 600);
    assert_int_equal(sums.inactive + sums.other_models, 0);
    assert_int_equal(hsvc_inventory_model_count(page), 2);
    OK(hsvc_inventory_model_at(page, 0, &model));
    assert_int_equal(model.headsets % 200, 0);
    assert_int_equal(hsvc_inventory_model_at(page, 2, &model), HSVC_ERR_NOT_FOUND);
    query.cursor_len = 0;
    OK(hsvc_inventory_summarise(d->engine, &query, page)); /* begins anew */
    OK(hsvc_inventory_sum(page, &sums));
    assert_int_equal(sums.headsets, HSVC_LIMIT_INVENTORY_SCAN);
}

/* Models beyond the limit are counted together. */
static void more_models_than_counted_SAFE_6(void **state) {
    hsvc_inventory_query query = all(0);
    hsvc_inventory_sums sums;
    hsvc_input in;
    char name[32];
    (void)state;
    set_up_headsets(0);
    for (int i = 0; i < HSVC_LIMIT_INVENTORY_MODELS + 3; i++) {
        snprintf(name, sizeof name, "X%d", i);
        OK(hsvc_input_headset_connected(&in, "P1", name, 0));
        hsvc_input_set_model(&in, name);
        in.flags = HSVC_FLAG_INVENTORY_ONLY;
        (void)give(d, &in);
    }
    OK(hsvc_inventory_summarise(d->engine, &query, page));
    OK(hsvc_inventory_sums_init(&sums, sizeof sums));
    OK(hsvc_inventory_sum(page, &sums));
    assert_int_equal(hsvc_inventory_model_count(page), HSVC_LIMIT_INVENTORY_MODELS);
    assert_int_equal(sums.other_models, 3);
}

/* A filter that fits nothing gives empty pages that lead on, each a bounded piece of work. */
static void a_page_looks_at_a_bounded_number_SAFE_5(void **state) {
    hsvc_inventory_query query = all(5);
    size_t turns = 1;
    (void)state;
    set_up_headsets(HSVC_LIMIT_INVENTORY_SCAN * 2 + 1);
    query.owner = "nobody";
    query.owner_len = 6;
    while (turn(&query)) {
        assert_int_equal(hsvc_inventory_count(page), 0);
        turns++;
    }
    assert_int_equal(turns, 3);
    query = all(HSVC_LIMIT_INVENTORY_ROWS + 1);
    assert_true(turn(&query));
    assert_int_equal(hsvc_inventory_count(page), HSVC_LIMIT_INVENTORY_ROWS);
}

static void a_serial_as_people_type_it_INV_4(void **state) {
    hsvc_input in;
    (void)state;
    set_up_headsets(1);
    OK(hsvc_inventory_get(d->engine, "  s00000 ", 9, page));
    assert_string_equal(row_at(0).serial, "S00000");
    assert_string_equal(row_at(0).device_model, "CP-8861");
    OK(hsvc_inventory_get(d->engine, row_at(0).serial, 6, page)); /* text of the page itself */
    assert_int_equal(GIVE(d, hsvc_input_headset_alias(&in, "S00000", "R1")), HSVC_REASON_DONE);
    OK(hsvc_inventory_get(d->engine, "r1", 2, page));
    assert_string_equal(row_at(0).serial, "S00000");
    assert_int_equal(hsvc_inventory_get(d->engine, "S2", 2, page), HSVC_ERR_NOT_FOUND);
    assert_int_equal(hsvc_inventory_count(page), 0);
}

/* A damaged record ends the page with its error; the cursor leads past it. */
static void a_damaged_record_is_named_and_passed_STORE_7(void **state) {
    hsvc_inventory_query query = all(0);
    (void)state;
    set_up_headsets(3);
    row_put(&d->plain, "Hs07919", 8, "rubbish", 7);
    assert_int_equal(hsvc_inventory_list(d->engine, &query, page), HSVC_ERR_CORRUPT);
    assert_int_equal(hsvc_inventory_count(page), 1);
    query.cursor = hsvc_inventory_cursor(page, &query.cursor_len);
    assert_int_equal(turn(&query), 0);
    assert_int_equal(hsvc_inventory_count(page), 1);
    assert_int_equal(hsvc_inventory_get(d->engine, "S07919", 6, page), HSVC_ERR_CORRUPT);
}

static void misuse_is_refused_SAFE_5(void **state) {
    hsvc_inventory_query query = all(0);
    hsvc_inventory_row row;
    (void)state;
    OK(hsvc_inventory_row_init(&row, sizeof row));
    assert_int_equal(hsvc_inventory_list(NULL, &query, page), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_inventory_list(d->engine, NULL, page), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_inventory_list(d->engine, &query, NULL), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_inventory_get(d->engine, " ", 1, page), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_inventory_get(d->engine, NULL, 1, page), HSVC_ERR_ARGUMENT);
    assert_int_equal(hsvc_inventory_at(page, 0, &row), HSVC_ERR_NOT_FOUND);
    query.cursor = "Hp1\0";
    query.cursor_len = 3; /* without the byte that ends a key */
    assert_int_equal(hsvc_inventory_list(d->engine, &query, page), HSVC_ERR_ARGUMENT);
    query.cursor = "Dp1";
    query.cursor_len = 4;
    assert_int_equal(hsvc_inventory_list(d->engine, &query, page), HSVC_ERR_ARGUMENT);
    query.cursor = NULL;
    assert_int_equal(hsvc_inventory_list(d->engine, &query, page), HSVC_ERR_ARGUMENT);
    query = all(0);
    query.struct_size = 5;
    assert_int_equal(hsvc_inventory_list(d->engine, &query, page), HSVC_ERR_STRUCT_SIZE);
    assert_int_equal(hsvc_inventory_count(NULL), 0);
    hsvc_inventory_free(NULL);
}

/* However little memory there is, the page says so, and the next try is as if nothing had happened. */
/* Nobody called the engine for three days: a look has the time of the look. */
static void a_headset_grows_older_between_two_looks_INV_3_TIME_1(void **state) {
    hsvc_inventory_query query = all(0);
    (void)state;
    set_up_headsets(1);
    (void)turn(&query);
    assert_int_equal(row_at(0).age_days, 0);
    pass(d, 72 * HOUR);
    (void)turn(&query);
    assert_int_equal(row_at(0).age_days, 3);
}

static void without_memory_INV_4(void **state) {
    hsvc_inventory_query query = all(0);
    int32_t status = HSVC_ERR_MEMORY;
    (void)state;
    set_up_headsets(40);
    for (uint64_t n = 1; status == HSVC_ERR_MEMORY; n++) {
        hsvc_inventory_free(page);
        OK(hsvc_inventory_new(&d->allocator, &page));
        OK(hsvc_count_alloc_fail(d->count, n, 1));
        status = hsvc_inventory_list(d->engine, &query, page);
        OK(hsvc_count_alloc_fail(d->count, 0, 0));
        assert_true(status == HSVC_OK || status == HSVC_ERR_MEMORY);
        assert_true(n < 1000);
    }
    assert_int_equal(hsvc_inventory_count(page), 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(pages_of_any_size_are_the_whole_INV_4),
        TEST(what_is_there_throughout_appears_once_INV_4),
        TEST(sums_by_slices_are_those_of_the_whole_INV_4),
        TEST(more_models_than_counted_SAFE_6),
        TEST(a_page_looks_at_a_bounded_number_SAFE_5),
        TEST(a_serial_as_people_type_it_INV_4),
        TEST(a_damaged_record_is_named_and_passed_STORE_7),
        TEST(misuse_is_refused_SAFE_5),
        TEST(a_headset_grows_older_between_two_looks_INV_3_TIME_1),
        TEST(without_memory_INV_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
