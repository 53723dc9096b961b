/* use_locale.c: preloaded into test programs by the stage `locale`, so that they run in the locale of the environment.
 * A program that starts in "C" would prove nothing; a locale that is not there or not the expected one ends it. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((constructor)) static void use_locale(void) {
    const char *name = setlocale(LC_ALL, "");
    if (name == NULL || strstr(name, "tr_TR") == NULL || strcmp(localeconv()->decimal_point, ",") != 0) {
        fprintf(stderr, "use_locale: no Turkish locale here\n");
        abort();
    }
}
