/* kit.c: what the parts of the testkit share, and its clock. */
#include "kit.h"

int32_t hsvc_testkit_init(void *sized, size_t size) { return hsvc__sized_init(sized, size, 2 * sizeof(uint32_t)); }

int32_t hsvc__kit_store_in(hsvc_store *to, const hsvc_store *from) {
    int32_t status = hsvc__sized_in(to, sizeof *to, sizeof *to, from);
    if (status != HSVC_OK) return status;
    return to->read == NULL || to->scan == NULL || to->commit == NULL ? HSVC_ERR_ARGUMENT : HSVC_OK;
}

int32_t hsvc__kit_new(const hsvc_allocator *allocator, size_t size, hsvc_allocator *checked, void **handle) {
    int32_t status = hsvc__allocator_in(checked, allocator);
    if (status != HSVC_OK) return status;
    *handle = hsvc__alloc(checked, size);
    if (*handle == NULL) return HSVC_ERR_MEMORY;
    memset(*handle, 0, size);
    return HSVC_OK;
}

/* ---- clock ---- */

struct hsvc_manual_clock {
    hsvc_allocator allocator;
    int64_t now_ms;
    uint64_t calls;
    uint64_t failures_left;
    int32_t failure;
};

int32_t hsvc_manual_clock_new(const hsvc_allocator *allocator, int64_t now_ms, hsvc_manual_clock **clock) {
    hsvc_allocator checked;
    void *made;
    int32_t status;
    if (clock == NULL) return HSVC_ERR_ARGUMENT;
    *clock = NULL;
    status = hsvc__kit_new(allocator, sizeof **clock, &checked, &made);
    if (status != HSVC_OK) return status;
    *clock = (hsvc_manual_clock *)made;
    (*clock)->allocator = checked;
    (*clock)->now_ms = now_ms;
    return HSVC_OK;
}

void hsvc_manual_clock_free(hsvc_manual_clock *clock) {
    if (clock != NULL) hsvc__release(&clock->allocator, clock, sizeof *clock);
}

int32_t hsvc_manual_clock_read(int64_t *now_ms, void *user) {
    hsvc_manual_clock *clock = (hsvc_manual_clock *)user;
    if (clock == NULL || now_ms == NULL) return HSVC_ERR_CLOCK;
    clock->calls++;
    if (clock->failures_left > 0) {
        if (clock->failures_left != HSVC_TESTKIT_ALWAYS) clock->failures_left--;
        return clock->failure;
    }
    *now_ms = clock->now_ms;
    return HSVC_OK;
}

int32_t hsvc_manual_clock_set(hsvc_manual_clock *clock, int64_t now_ms) {
    if (clock == NULL) return HSVC_ERR_ARGUMENT;
    clock->now_ms = now_ms;
    return HSVC_OK;
}

int32_t hsvc_manual_clock_advance(hsvc_manual_clock *clock, int64_t by_ms) {
    if (clock == NULL) return HSVC_ERR_ARGUMENT;
    if (by_ms > 0 && clock->now_ms > INT64_MAX - by_ms) return HSVC_ERR_ARGUMENT;
    if (by_ms < 0 && clock->now_ms < INT64_MIN - by_ms) return HSVC_ERR_ARGUMENT;
    clock->now_ms += by_ms;
    return HSVC_OK;
}

int32_t hsvc_manual_clock_get(const hsvc_manual_clock *clock, int64_t *now_ms) {
    if (clock == NULL || now_ms == NULL) return HSVC_ERR_ARGUMENT;
    *now_ms = clock->now_ms;
    return HSVC_OK;
}

int32_t hsvc_manual_clock_fail(hsvc_manual_clock *clock, uint64_t times, int32_t status) {
    if (clock == NULL) return HSVC_ERR_ARGUMENT;
    clock->failures_left = times;
    clock->failure = status;
    return HSVC_OK;
}

uint64_t hsvc_manual_clock_calls(const hsvc_manual_clock *clock) { return clock == NULL ? 0 : clock->calls; }
