/* schema.c: linked into a test with the rewritten library: switches on the mutant whose number is in the environment variable
 * SCHEMA, before main; at the end appends the numbers that the run came to to the file of SCHEMA_REACHED. */
#include <stdio.h>
#include <stdlib.h>

#include "schema.h"

int schema_on;
unsigned char schema_reached[SCHEMA_MOST];

__attribute__((constructor)) static void switch_on(void) {
    const char *wanted = getenv("SCHEMA");
    if (wanted != NULL) schema_on = atoi(wanted);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("SCHEMA_REACHED");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    if (file == NULL) return;
    for (int i = 1; i < SCHEMA_MOST; i++)
        if (schema_reached[i]) fprintf(file, "%d\n", i);
    (void)fclose(file);
}
