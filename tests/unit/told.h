/* told.h: a story that was told undisturbed: inputs, their times, and the store before each of them, so that a disturbed
 * run can give the very same inputs and its store can be compared byte for byte. */
#ifndef TESTS_UNIT_TOLD_H
#define TESTS_UNIT_TOLD_H

#include "desk.h"

struct story {
    hsvc_input *in; /* kind 0: advance */
    int64_t *at;
    struct rows *before; /* the store before each, and after the last */
    size_t count;
};

/* story_room: an empty story with room for so many inputs. */
static inline void story_room(struct story *story, size_t most) {
    story->in = (hsvc_input *)calloc(most + 1, sizeof *story->in);
    story->at = (int64_t *)calloc(most + 1, sizeof *story->at);
    story->before = (struct rows *)calloc(most + 1, sizeof *story->before);
    story->count = 0;
    assert_true(story->in != NULL && story->at != NULL && story->before != NULL);
}

static inline void story_free(struct story *story) {
    for (size_t i = 0; i <= story->count; i++) rows_free(&story->before[i]);
    free(story->in);
    free(story->at);
    free(story->before);
    memset(story, 0, sizeof *story);
}

/* story_go: gives input number i to an engine, at its time. The status. */
static inline int32_t story_go(struct desk *d, const struct story *story, size_t i) {
    OK(hsvc_manual_clock_set(d->clock, story->at[i]));
    if (story->in[i].kind == 0) return hsvc_advance(d->engine, d->fx);
    return hsvc_apply(d->engine, &story->in[i], 1, 0, d->fx);
}

/* forget_commit_times: when an entry of the audit was committed; a deadline that another node fires first, or that failed
 * once, is entered later. All else in an entry must be the same. */
static inline void forget_commit_times(struct rows *rows) {
    enum { CHECKSUM_AT = 8, COMMITTED_AT = HSVC__HEAD + 8 };
    for (size_t at = 0; at < rows->len;) {
        uint64_t head[3];
        uint8_t *key = rows->bytes + at + sizeof head;
        memcpy(head, rows->bytes + at, sizeof head);
        if (key[0] == HSVC__FAMILY_ENTRY) {
            memset(key + head[0] + CHECKSUM_AT, 0, 8);
            memset(key + head[0] + COMMITTED_AT, 0, 8);
        }
        at += sizeof head + (size_t)head[0] + (size_t)head[1];
    }
}

/* story_same: is the store now what it was in the undisturbed run before line i? */
static inline int story_same(const struct desk *d, const struct story *story, size_t i) {
    struct rows now = {NULL, 0, 0, 0}, then = {NULL, 0, 0, 0};
    int same;
    rows_read(&now, &d->plain, 0);
    rows_add(&then, story->before[i].bytes, story->before[i].len);
    forget_commit_times(&now);
    forget_commit_times(&then);
    same = rows_same(&now, &then);
    if (!same) {
        rows_print("undisturbed", &story->before[i]);
        rows_print("now", &now);
    }
    rows_free(&now);
    rows_free(&then);
    return same;
}

#endif
