/* schema.c: linked into a test with the rewritten library. Before main: switches on the mutant whose number is in the environment
 * variable SCHEMA, and ends the process after SCHEMA_MS milliseconds of the processor; it gets a gigabyte. Of a program of cmocka
 * only the test SCHEMA_ONLY runs. At the end:
 * appends the numbers that the run came to, and whether they made a difference, to the file of SCHEMA_REACHED. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "schema.h"

void cmocka_set_test_filter(const char *pattern); /* its header wants others before it */
int schema_on;
unsigned char schema_reached[SCHEMA_MOST];

static void limit_time(long ms) {
    struct itimerval timer = {{0, 0}, {ms / 1000, ms % 1000 * 1000}};
    struct rlimit seconds = {(rlim_t)(ms / 1000 + 2), (rlim_t)(ms / 1000 + 2)}; /* for children, who do not inherit the timer */
    if (setitimer(ITIMER_PROF, &timer, NULL) != 0 || setrlimit(RLIMIT_CPU, &seconds) != 0) abort();
}

__attribute__((constructor)) static void switch_on(void) {
    const char *wanted = getenv("SCHEMA"), *ms = getenv("SCHEMA_MS"), *only = getenv("SCHEMA_ONLY");
    struct rlimit memory = {1u << 30, 1u << 30}, core = {0, 0};
    if (setrlimit(RLIMIT_AS, &memory) != 0 || setrlimit(RLIMIT_CORE, &core) != 0) abort();
    if (wanted != NULL) schema_on = atoi(wanted);
    if (ms != NULL) limit_time(atol(ms));
    if (only != NULL && only[0] != '\0') cmocka_set_test_filter(only);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("SCHEMA_REACHED");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    if (file == NULL) return;
    for (int i = 1; i < SCHEMA_MOST; i++)
        if (schema_reached[i]) fprintf(file, "%d %d\n", i, schema_reached[i] > 1);
    (void)fclose(file);
}
