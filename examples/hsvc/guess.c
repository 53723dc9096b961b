/* guess.c: a word that nobody knows: which of the known ones was meant, and what lists them. */
#include <string.h>

#include "host.h"

enum { LONGEST = 40 };

static int lower(char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

/* How many letters must be added, taken away or changed; long words count as far apart. */
static size_t distance(struct span a, struct span b) {
    size_t row[LONGEST + 1];
    if (a.n > LONGEST || b.n > LONGEST) return LONGEST;
    for (size_t j = 0; j <= b.n; j++) row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t best = diagonal + (lower(a.p[i - 1]) != lower(b.p[j - 1]));
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.n];
}

struct guess guess_for(struct span wrong) {
    struct guess guess = {wrong, NULL, LONGEST};
    return guess;
}

void guess_among(struct guess *guess, const char *word) {
    size_t far = distance(guess->wrong, span_of(word, strlen(word)));
    if (far >= guess->far || far > 1 + strlen(word) / 4 || 2 * far > guess->wrong.n) return;
    guess->far = far;
    guess->word = word;
}

void guess_among_names(struct guess *guess, uint32_t registry) {
    hsvc_code_info info;
    (void)hsvc_code_info_init(&info, sizeof info);
    for (size_t i = 0; hsvc_code_at(registry, i, &info) == HSVC_OK; i++) guess_among(guess, info.name);
}

int unknown(const char *why, const struct guess *guess, const char *see) {
    fprintf(stderr, "hsvc: %s%.*s", why, (int)guess->wrong.n, guess->wrong.p);
    if (guess->word != NULL) fprintf(stderr, "; did you mean %s?", guess->word);
    fprintf(stderr, "\n%s\n", see);
    return EXIT_USAGE;
}

int unknown_name(const char *why, const char *wrong, uint32_t registry, const char *see) {
    struct guess guess = guess_for(span_of(wrong, strlen(wrong)));
    guess_among_names(&guess, registry);
    return unknown(why, &guess, see);
}
