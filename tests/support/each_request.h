/* each_request.h: a piece of work, done again and again while its first, its second, ... request for memory fails, once with
 * that one alone and once with all from it on, until it needs no more than it gets. Nothing may be left of it afterwards,
 * and every block must have been given back with its own size. */
#ifndef TESTS_SUPPORT_EACH_REQUEST_H
#define TESTS_SUPPORT_EACH_REQUEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "headsetsvc/testkit.h"

/* each_request_fails: work gives HSVC_OK if it went through all the same; else it must give HSVC_ERR_MEMORY. How many
 * requests there were. */
static inline uint64_t each_request_fails(int32_t (*work)(const hsvc_allocator *allocator, void *user), void *user) {
    hsvc_alloc_counts counts = {.struct_size = sizeof counts};
    hsvc_allocator allocator = {.struct_size = sizeof allocator};
    hsvc_count_alloc *count;
    uint64_t nth = 0, most = 1;
    assert_int_equal(hsvc_count_alloc_new(NULL, &count), HSVC_OK);
    assert_int_equal(hsvc_count_alloc_bind(count, &allocator), HSVC_OK);
    while (most > 0 && nth++ < 100000) {
        most = 0;
#ifdef HSVC_TEST_EACH_TAKE
        nth += nth / 64; /* each take is a request there: thousands, of which those beyond the first come rarer and rarer */
#endif
        for (uint64_t times = 1; times != 0; times = times == 1 ? HSVC_TESTKIT_ALWAYS : 0) {
            uint64_t before = counts.failures;
            int32_t status;
            assert_int_equal(hsvc_count_alloc_fail(count, nth, times), HSVC_OK);
            status = work(&allocator, user);
            assert_int_equal(hsvc_count_alloc_counts(count, &counts), HSVC_OK);
            if (counts.failures == before) assert_int_equal(status, HSVC_OK);
            else if (status != HSVC_OK) assert_int_equal(status, HSVC_ERR_MEMORY);
            assert_int_equal(counts.live_blocks, 0);
            assert_int_equal(counts.wrong_sizes, 0);
            most += counts.failures - before;
        }
    }
    hsvc_count_alloc_free(count);
    return nth - 1;
}

#endif
