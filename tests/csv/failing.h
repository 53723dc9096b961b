/* failing.h: an import or export of which one callback fails, in the small world of bulk.h. */
#ifndef TESTS_CSV_FAILING_H
#define TESTS_CSV_FAILING_H

#include "csv/bulk.h"

static struct desk d;
static struct bulk b;

static inline int begin(void **state) {
    (void)state;
    world(&d);
    bulk_open(&b, &d, HSVC_CSV_ASSOCIATIONS);
    return 0;
}

static inline int end(void **state) {
    (void)state;
    bulk_close(&b);
    desk_close(&d);
    return 0;
}

static inline void anew(void) {
    (void)end(NULL);
    (void)begin(NULL);
}

#define HEAD "REASON,USER ID,SERIAL NUMBER,ACTION,FROM\n"

/* ---- callbacks ---- */

static uint64_t calls, fail_at;

static inline int32_t called(void) { return ++calls == fail_at ? HSVC_ERR_NOT_FOUND : HSVC_OK; }
static inline int32_t told(const hsvc_csv_report *report, void *user) {
    (void)report, (void)user;
    return called();
}
static inline int32_t progressed(const hsvc_csv_progress *progress, void *user) {
    (void)progress, (void)user;
    return called();
}
static inline int32_t asked(const hsvc_effects *effects, void *user) {
    (void)user;
    assert_true(hsvc_effects_count(effects) > 0);
    return called();
}
static inline int32_t written(const char *bytes, size_t len, void *user) {
    (void)bytes, (void)len, (void)user;
    return called();
}

static inline void call_all(hsvc_csv_config *config) {
    config->report = told;
    config->progress = progressed;
    config->effects = asked;
    config->write = written;
    calls = 0;
}


#endif
