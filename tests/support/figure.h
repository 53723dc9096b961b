/* figure.h: a figure of a run, which tests/support/figures compares with the row of the documents that begins with these
 * words. What several programs of a stage say in the same words is added up. */
#ifndef HSVC_TESTS_SUPPORT_FIGURE_H
#define HSVC_TESTS_SUPPORT_FIGURE_H

#include <stdio.h>

static inline void figure(const char *words, unsigned long long number) { printf("figure: %s | %llu\n", words, number); }

#endif
