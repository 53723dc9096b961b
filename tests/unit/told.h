/* told.h: a story that was told undisturbed: inputs, their times, and the store before each of them, so that a disturbed
 * run can give the very same inputs and its store can be compared byte for byte. */
#ifndef TESTS_UNIT_TOLD_H
#define TESTS_UNIT_TOLD_H

#include "desk.h"

struct story {
    hsvc_input *in; /* kind 0: advance; STORY_RESYNC */
    int64_t *at;
    uint32_t *node; /* whose call it is */
    struct rows *before; /* the store before each, and after the last */
    size_t count;
};

/* story_room: an empty story with room for so many inputs. */
static inline void story_room(struct story *story, size_t most) {
    story->in = (hsvc_input *)calloc(most + 1, sizeof *story->in);
    story->at = (int64_t *)calloc(most + 1, sizeof *story->at);
    story->node = (uint32_t *)calloc(most + 1, sizeof *story->node);
    story->before = (struct rows *)calloc(most + 1, sizeof *story->before);
    story->count = 0;
    assert_true(story->in != NULL && story->at != NULL && story->node != NULL && story->before != NULL);
}

static inline void story_free(struct story *story) {
    for (size_t i = 0; i <= story->count; i++) rows_free(&story->before[i]);
    free(story->in);
    free(story->at);
    free(story->node);
    free(story->before);
    memset(story, 0, sizeof *story);
}

#define STORY_RESYNC UINT32_MAX /* a kind of line: everything that is outstanding is handed out again */

static inline int story_is_input(const struct story *story, size_t i) {
    return story->in[i].kind != 0 && story->in[i].kind != STORY_RESYNC;
}

/* All pages, and then the first device by its name, which is looked at even if it owes nothing. */
static inline int32_t story_resync(struct desk *d) {
    hsvc_device_view view = {.struct_size = sizeof view};
    hsvc_resync_scope scope;
    hsvc_cursor cursor;
    char name[HSVC_LIMIT_NAME_LEN];
    int32_t status = hsvc_cursor_init(&cursor, sizeof cursor);
    OK(hsvc_resync_scope_init(&scope, sizeof scope));
    while (status == HSVC_OK && !cursor.done) status = hsvc_resync(d->engine, NULL, &cursor, d->fx);
    if (status == HSVC_OK) status = hsvc_device_next(d->engine, NULL, 0, &view);
    if (status == HSVC_ERR_NOT_FOUND) return HSVC_OK;
    if (status != HSVC_OK) return status;
    memcpy(name, view.name, view.name_len); /* borrowed until the next call */
    scope.device = name;
    scope.device_len = view.name_len;
    return hsvc_resync(d->engine, &scope, NULL, d->fx);
}

/* story_go: gives input number i to an engine, at its time. The status. */
static inline int32_t story_go(struct desk *d, const struct story *story, size_t i) {
    OK(hsvc_manual_clock_set(d->clock, story->at[i]));
    if (story->in[i].kind == STORY_RESYNC) return story_resync(d);
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

/* story_is: is the store now what it was in the undisturbed run before line i? story_same prints what is not. */
static inline int story_compare(const struct desk *d, const struct story *story, size_t i, int print) {
    struct rows now = {NULL, 0, 0, 0}, then = {NULL, 0, 0, 0};
    int same;
    rows_read(&now, &d->plain, 0);
    rows_add(&then, story->before[i].bytes, story->before[i].len);
    forget_commit_times(&now);
    forget_commit_times(&then);
    same = rows_same(&now, &then);
    if (!same && print) {
        rows_print_but("undisturbed", &then, &now);
        rows_print_but("now", &now, &then);
    }
    rows_free(&now);
    rows_free(&then);
    return same;
}

static inline int story_is(const struct desk *d, const struct story *story, size_t i) {
    return story_compare(d, story, i, 0);
}

static inline int story_same(const struct desk *d, const struct story *story, size_t i) {
    return story_compare(d, story, i, 1);
}

#endif
