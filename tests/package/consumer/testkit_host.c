/* testkit_host.c: a host's test, by the component testkit: one scenario script, without an expectation that fails. */
#include <headsetsvc/scenario.h>
#include <headsetsvc/stdlib.h>

#include <stdio.h>

int main(void) {
    hsvc_allocator allocator;
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario = NULL;
    int32_t status;
    hsvc_stdlib_allocator(&allocator);
    hsvc_scenario_config_init(&config, sizeof config);
    hsvc_scenario_result_init(&result, sizeof result);
    config.allocator = &allocator;
    status = hsvc_scenario_new(&config, &scenario);
    if (status == HSVC_OK) status = hsvc_scenario_run(scenario, "empty", "", 0, &result);
    hsvc_scenario_free(scenario);
    printf("%s, %u failures\n", hsvc_name(HSVC_REGISTRY_STATUS, status), (unsigned)result.failures);
    return status == HSVC_OK && result.failures == 0 ? 0 : 1;
}
