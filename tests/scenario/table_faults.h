/* table_faults.h: small faults of a line of the tables, for programs that are linked with a core whose tables can be written
 * into (HSVC_MASKING). */
#ifndef TESTS_SCENARIO_TABLE_FAULTS_H
#define TESTS_SCENARIO_TABLE_FAULTS_H

#include "scenario/table_lines.h"

static inline struct hsvc__row *row_of(const struct line *line) {
    return (struct hsvc__row *)(uintptr_t)&hsvc__machines[line->machine].rows[line->number];
}

/* negate: the question of a row is answered the other way round, of one row at a time. */
static hsvc__guard negated_guard;
static inline int negated(struct hsvc__turn *t) { return !negated_guard(t); }
static inline void negate(struct hsvc__row *row) {
    negated_guard = row->guard;
    row->guard = negated;
}

/* What stands in the place of an action that is left out. */
static inline void nothing(struct hsvc__turn *t, int64_t arg) {
    (void)t;
    (void)arg;
}

#endif
