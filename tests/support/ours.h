/* ours.h: of a script made of lines out of their context: which failures are the library's? Such lines may be refused,
 * misread, wrong inputs (ERR_INPUT_...), or about a phone that another line removed. Anything else is ours. */
#ifndef TESTS_SUPPORT_OURS_H
#define TESTS_SUPPORT_OURS_H

#include <string.h>

#include "headsetsvc/scenario.h"

static inline int failure_begins(const hsvc_scenario_failure *f, const char *with) {
    size_t n = strlen(with);
    return f->seen_len >= n && memcmp(f->seen, with, n) == 0;
}

static inline int is_ours(const hsvc_scenario_failure *f) {
    if (f->kind == HSVC_SCENARIO_STATUS) return !failure_begins(f, "ERR_INPUT") && !failure_begins(f, "ERR_NOT_FOUND");
    return f->kind == HSVC_SCENARIO_UNSOUND;
}

#endif
