/* script.c: a scenario script of any bytes: lines that cannot be read are said and left out, and whatever the others do, the
 * store is sound after each (SAFE-5). */
#include "fuzz/fuzz.h"
#include "headsetsvc/scenario.h"
#include "support/ours.h"

static int32_t on_failure(const hsvc_scenario_failure *f, void *user) {
    (void)user;
    MUST(f->kind >= HSVC_SCENARIO_MALFORMED && f->kind <= HSVC_SCENARIO_HOST);
    must_be_text(f->message, f->message_len);
    if (is_ours(f)) (void)fprintf(stderr, "line %u: %.*s (%.*s)\n", f->line, (int)f->message_len, f->message, (int)f->seen_len, f->seen);
    MUST(!is_ours(f));
    return HSVC_OK;
}

static int32_t on_step(const hsvc_scenario_step *step, void *user) {
    (void)user;
    if (step->effects != NULL) must_be_listed(step->effects);
    return HSVC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    hsvc_allocator allocator;
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario = NULL;
    OK(hsvc_stdlib_allocator(&allocator));
    OK(hsvc_scenario_config_init(&config, sizeof config));
    OK(hsvc_scenario_result_init(&result, sizeof result));
    config.allocator = &allocator;
    config.flags = HSVC_SCENARIO_VERIFY_EACH | HSVC_SCENARIO_ALLOW_REFUSALS;
    config.failure = on_failure;
    config.step = on_step;
    OK(hsvc_scenario_new(&config, &scenario));
    OK(hsvc_scenario_run(scenario, "fuzz", (const char *)bytes, len, &result));
    hsvc_scenario_free(scenario);
    return 0;
}
