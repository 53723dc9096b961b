/* slow.h: how often a test does again what only its number is for. */
#ifndef HSVC_TEST_SLOW_H
#define HSVC_TEST_SLOW_H

#include <stdlib.h>

/* wrapped: does valgrind or an emulator run this program (tests/support/wrap)? Each instruction costs many times as much then,
 * and what is looked for is not in the tenth thousand of the same calls. */
static inline int wrapped(void) { return getenv("HSVC_TEST_WRAPPER") != NULL; }

#endif
