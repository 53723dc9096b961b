/* schema.h: what a rewritten source of the library asks: is this one of its mutants on? Written into every copy by
 * tests/mutation/schemata.py; never part of the library. */
#ifndef TESTS_MUTATION_SCHEMA_H
#define TESTS_MUTATION_SCHEMA_H

#define SCHEMA_MOST 40000
extern int schema_on;                              /* the mutant that is on; 0 none */
extern unsigned char schema_reached[SCHEMA_MOST]; /* which ones the run came to */
#define SCHEMA(number) ((int)(schema_reached[number] = 1, schema_on == (number)))

#endif
