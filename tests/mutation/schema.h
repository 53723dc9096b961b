/* schema.h: what a rewritten source of the library asks: is this one of its mutants on? Written into every copy by
 * tests/mutation/schemata.py; never part of the library. */
#ifndef TESTS_MUTATION_SCHEMA_H
#define TESTS_MUTATION_SCHEMA_H

#define SCHEMA_MOST 40000
extern int schema_on;                             /* the mutant that is on; 0 none */
extern unsigned char schema_reached[SCHEMA_MOST]; /* 1: the run came to it; 3: it would have made a difference there */
#define SCHEMA(number) SCHEMA_IF(number, 1)
#define SCHEMA_IF(number, differs) ((int)(schema_reached[number] |= (differs) ? 3 : 1, schema_on == (number)))

#endif
