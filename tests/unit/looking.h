/* looking.h: an office in the middle of its day, with two jobs left to do, for the tests of calls that only look. */
#ifndef TESTS_UNIT_LOOKING_H
#define TESTS_UNIT_LOOKING_H

#include "damage.h"

#include "headsetsvc/audit.h"
#include "headsetsvc/explain.h"
#include "headsetsvc/inventory.h"
#include "headsetsvc/recording.h"
#include "headsetsvc/registry.h"
#include "headsetsvc/views.h"

static const char script[] =
    "user alice, pin 1234\nuser bob, pin 5678, profiles bob-1 and bob-2\nphone desk-1, site hall\nphone desk-2\nphone desk-3\n"
    "headset H1 of alice\nheadset H2 of bob\nheadset H3\nphones reset in 40 s\n"
    "policy min_firmware = \"CP-88* 12.1\" at site hall\npolicy keep_max = 2 h\npolicy auto_sign_out_after = 6 min for alice\n"
    "at 09:00 H1 plugs into desk-1\nat 09:00:10 alice enters 1234 on desk-1\n"
    "at 09:05 H2 plugs into desk-2\nat 09:06 H3 plugs into desk-3\nat 09:07 call 1 starts at desk-1\n"
    "at 09:08 H1 unplugs from desk-1\nat 09:09 verify\n";

static struct world world, *const w = &world;
static uint64_t desk_1; /* its number in the audit */

/* Two jobs are left to do: what a removed user leaves, and everybody's sign-out. */
static inline int open_world(void **state) {
    hsvc_input in;
    (void)state;
    world_open(w, script);
    desk_1 = device_in(w, TEXT("desk-1"))->number;
    OK(hsvc_manual_clock_set(w->desk.clock, w->later - HOUR));
    assert_int_equal(GIVE(&w->desk, hsvc_input_user_remove(&in, "bob")), HSVC_REASON_DONE);
    assert_int_equal(GIVE(&w->desk, hsvc_input_force_sign_out(&in, 0)), HSVC_REASON_JOB_STARTED);
    return 0;
}
static inline int close_world(void **state) {
    (void)state;
    world_close(w);
    return 0;
}

#define NAMED(text) text, sizeof(text) - 1
#define REFUSED(call) assert_int_equal((call), HSVC_ERR_ARGUMENT)
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

#endif
