/* eva.h: what the drivers of Frama-C's Eva share. Each is a program that is never run: Eva follows it for all values at once of
 * what ANY makes unknown, and says where memory outside an object could be read or written, where a number could overflow
 * that must not, where something is read that was never written. Blocks end where the bytes end, so that one byte too many is
 * seen. Lengths are gone through one by one (a loop is unrolled by slevel), contents never. */
#ifndef HSVC_TEST_EVA_H
#define HSVC_TEST_EVA_H

#include "__fc_builtin.h"
#include "records/record.h"

#define ANY(block) Frama_C_make_unknown((char *)&(block), sizeof(block))
#define ANY_64 ((uint64_t)Frama_C_unsigned_long_long_interval(0, UINT64_MAX))
#define ANY_32 Frama_C_unsigned_int_interval(0, UINT32_MAX)

#endif
