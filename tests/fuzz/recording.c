/* recording.c: a recording that somebody else wrote, or damaged: replayed, it comes out the same, another way, or is said to
 * be corrupt (OBS-6). First as it came; then with the heads and checksums of its frames put right. With HSVC_FUZZ_TELL it is
 * said how far each came. */
#include "engine/recorder.h"
#include "fuzz/fuzz.h"

static int32_t on_step(const hsvc_replay_step *step, void *user) {
    (void)user;
    MUST(step->status <= HSVC_OK && is_known(HSVC_REGISTRY_STATUS, (uint32_t)step->status));
    if (step->effects != NULL) must_be_listed(step->effects);
    return HSVC_OK;
}

static int32_t on_difference(const hsvc_difference *d, void *user) {
    (void)user;
    MUST(d->frame_name != NULL && d->group != NULL && d->field != NULL);
    return HSVC_OK;
}

static void replay(const uint8_t *bytes, size_t len) {
    hsvc_allocator allocator;
    hsvc_replay_config config;
    hsvc_replay_report report;
    int32_t status;
    OK(hsvc_stdlib_allocator(&allocator));
    OK(hsvc_replay_config_init(&config, sizeof config));
    OK(hsvc_replay_report_init(&report, sizeof report));
    config.allocator = &allocator;
    config.step = on_step;
    config.difference = on_difference;
    status = hsvc_replay(&config, bytes, len, &report);
    if (is_told())
        (void)fprintf(stderr, "replay: %s after %llu of %zu bytes\n", hsvc_name(HSVC_REGISTRY_STATUS, status),
                      (unsigned long long)report.bytes, len);
    MUST(status == HSVC_OK || status == HSVC_ERR_DIFFERENT || status == HSVC_ERR_CORRUPT);
    MUST(report.bytes <= len);
}

/* mend: every frame as if the library had written it. */
static void mend(uint8_t *bytes, size_t len) {
    for (size_t at = 0; len - at >= HSVC__FRAME_HEAD_LEN;) {
        uint32_t payload = hsvc__get32(bytes + at + 4);
        if (payload > len - at - HSVC__FRAME_HEAD_LEN) return;
        bytes[at] = 'H';
        bytes[at + 1] = 'R';
        bytes[at + 3] = HSVC_RECORDING_VERSION;
        hsvc__put64(bytes + at + 8, hsvc_hash64(bytes + at + HSVC__FRAME_HEAD_LEN, payload) + hsvc__get64(bytes + at));
        at += HSVC__FRAME_HEAD_LEN + payload;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    uint8_t *copy = (uint8_t *)malloc(len + !len);
    MUST(copy != NULL);
    memcpy(copy, bytes, len);
    replay(copy, len);
    mend(copy, len);
    replay(copy, len);
    free(copy);
    return 0;
}
