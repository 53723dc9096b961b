/* committed.h: finds a committed file from a unit test: under HSVC_SOURCE_DIR if the build gives it, else beside this
 * test's own source. */
#ifndef TESTS_UNIT_COMMITTED_H
#define TESTS_UNIT_COMMITTED_H

#include <stdio.h>
#include <string.h>

/* open_committed: the file `relative` to the top of the tree, for reading; NULL if it is not there. */
static inline FILE *open_committed(const char *relative) {
    char path[1024];
#ifdef HSVC_SOURCE_DIR
    snprintf(path, sizeof path, "%s/%s", HSVC_SOURCE_DIR, relative);
#else
    const char *slash = strrchr(__FILE__, '/');
    int folder = slash == NULL ? 0 : (int)(slash - __FILE__) + 1;
    snprintf(path, sizeof path, "%.*s../../%s", folder, __FILE__, relative);
#endif
    return fopen(path, "r");
}

#endif
