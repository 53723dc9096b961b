/* test_reads.c: what a call asks of the store. On a database each trip is a wait: what an input will use is read together and once
 * (DESIGN 5), which no verdict would show, as a decision asks again for whatever it misses. */
#include "story.h"

#include "headsetsvc/explain.h"

static struct story story;
static struct desk desk, *const d = &desk;

/* ---- trips ---- */
/* Of each line of the story, by an engine that has been there from its beginning: a digit each. A smaller number is welcome here. */
static const char most_trips[] =
    "222211323232211111211222222211112221111126112213232312222721133932";
static const char most_reads[] =
    "322211433333312121312334444411113221111147113214232314338881143942";
_Static_assert(sizeof most_trips == STORY_LINES + 1 && sizeof most_reads == STORY_LINES + 1, "a digit for each line");

static void each_line_of_the_story_takes_few_trips_STORE_2(void **state) {
    (void)state;
    story_make(&story);
    desk_open(d);
    for (size_t i = 0; i < STORY_LINES; i++) {
        hsvc_counters before = counters_of(d->engine), after;
        uint64_t trips, reads;
        OK(story_go(d, &story, i));
        after = counters_of(d->engine);
        trips = after.read_trips - before.read_trips;
        reads = after.reads - before.reads;
        if (trips > (uint64_t)(most_trips[i] - '0') || reads > (uint64_t)(most_reads[i] - '0'))
            fail_msg("line %u: %u trips for %u records", (unsigned)i, (unsigned)trips, (unsigned)reads);
    }
    desk_close(d);
    story_free(&story);
}

/* A name that nobody can have is not looked for. */
static void a_name_that_nobody_can_have_is_not_read_STORE_2_ID_1(void **state) {
    char name[HSVC_LIMIT_NAME_LEN + 1];
    hsvc_counters before;
    size_t count;
    (void)state;
    desk_open(d);
    memset(name, 'P', sizeof name);
    before = counters_of(d->engine);
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, name, sizeof name, NULL, 0, &count), HSVC_ERR_NOT_FOUND);
    assert_int_equal(counters_of(d->engine).reads, before.reads);
    assert_int_equal(hsvc_explain(d->engine, HSVC_SUBJECT_DEVICE, name, sizeof name - 1, NULL, 0, &count), HSVC_ERR_NOT_FOUND);
    assert_true(counters_of(d->engine).reads > before.reads);
    desk_close(d);
}

/* ---- how much of a range ---- */
static size_t asked_for; /* rows, at most */
static int32_t note_limit(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit, hsvc_row_sink sink,
                          void *sink_user, void *user) {
    if (limit > asked_for) asked_for = limit;
    return d->plain.scan(from, from_len, to, to_len, limit, sink, sink_user, user);
}

/* rows_for_deadline: of how many rows hsvc_next_deadline asks at most, where so many nodes share the store. */
static size_t rows_for_deadline(uint32_t nodes) {
    hsvc_store counting;
    int64_t at;
    desk_ready(d);
    counting = d->plain;
    counting.scan = note_limit;
    d->config.store = &counting;
    d->config.node_count = nodes;
    desk_start(d);
    OK(hsvc_advance(d->engine, d->fx)); /* which looks through what another clock may have left */
    asked_for = 0;
    OK(hsvc_next_deadline(d->engine, &at));
    desk_close(d);
    return asked_for;
}

static void the_next_deadline_is_one_row_and_a_bounded_number_among_nodes_SAFE_5(void **state) {
    (void)state;
    assert_int_equal(rows_for_deadline(1), 1);
    assert_int_equal(rows_for_deadline(2), HSVC_LIMIT_ADVANCE_DEVICES);
}

/* Where nothing is due the second scan is for what another clock may have armed (TIME-4): without it no answer is true. */
static void a_deadline_that_was_not_looked_for_everywhere_is_not_told_TIME_4_STORE_2(void **state) {
    hsvc_fault fault;
    int64_t at;
    (void)state;
    desk_open(d);
    OK(hsvc_testkit_init(&fault, sizeof fault));
    fault.kind = HSVC_FAULT_UNAVAILABLE;
    fault.on = HSVC_FAULT_ON_SCAN;
    fault.nth = 2;
    OK(hsvc_fault_store_arm(d->fault, &fault));
    assert_int_equal(hsvc_next_deadline(d->engine, &at), HSVC_ERR_UNAVAILABLE);
    OK(hsvc_next_deadline(d->engine, &at));
    desk_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_of_the_story_takes_few_trips_STORE_2),
        cmocka_unit_test(a_name_that_nobody_can_have_is_not_read_STORE_2_ID_1),
        cmocka_unit_test(the_next_deadline_is_one_row_and_a_bounded_number_among_nodes_SAFE_5),
        cmocka_unit_test(a_deadline_that_was_not_looked_for_everywhere_is_not_told_TIME_4_STORE_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
