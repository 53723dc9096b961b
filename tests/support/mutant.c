/* mutant.c: linked into the tests on the masking core: switches on the fault of lib/core/mutants.def that HSVC_MUTANT
 * names, before main, or makes the longest time of a timer another (longest:NUMBER:BY). HSVC_TESTS, a pattern with asterisks, says which tests of a unit program run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "records/record.h"

static const char *const names[HSVC__MUTANTS] = {"",
#define MUTANT(name, rule, witness, text) #name,
#include "core/mutants.def"
#undef MUTANT
};

__attribute__((constructor)) static void switch_on(void) {
    const char *wanted = getenv("HSVC_MUTANT");
    unsigned timer;
    int by;
    cmocka_set_test_filter(getenv("HSVC_TESTS"));
    if (wanted == NULL || *wanted == '\0') return;
    if (sscanf(wanted, "longest:%u:%d", &timer, &by) == 2 && timer < HSVC__TIMERS) {
        hsvc__longest[timer] += by;
        return;
    }
    for (int i = 1; i < HSVC__MUTANTS; i++)
        if (strcmp(names[i], wanted) == 0) hsvc__mutant = i;
    if (hsvc__mutant != HSVC__MUTANT_NONE) return;
    fprintf(stderr, "no mutant %s\n", wanted);
    exit(2);
}
