/* transcript.c: plays scripts and prints every step with each verdict and effect, to the last field that says something.
 * To be compared word for word: with what another machine prints (tests/elsewhere.sh), and with what the bindings of
 * another language make of the same steps (tests/python/test_scenarios.py).
 *
 *   transcript FILE...
 * Of a PIN only the length is printed. The exit status is 1 if a script could not be played. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/scenario.h"
#include "headsetsvc/stdlib.h"

static void number(const char *name, int64_t value) {
    if (value != 0) printf(" %s=%" PRId64, name, value);
}

static void text(const char *name, const char *bytes, size_t len) {
    if (len > 0) printf(" %s=\"%.*s\"", name, (int)len, bytes);
}

static void word(const char *name, const char *value) {
    if (value != NULL) text(name, value, strlen(value));
}

/* A 64-bit id is printed as the number that the same bits are with a sign. */
#define NUMBER(of, field) number(#field, (int64_t)(of)->field);
#define TEXT(of, field) text(#field, (of)->field, (of)->field##_len);
#define WORD(of, field) word(#field, (of)->field);

static void print_verdict(const hsvc_verdict *v) {
    printf("verdict");
    NUMBER(v, input_index)
    NUMBER(v, accepted)
    NUMBER(v, reason)
    NUMBER(v, em_code)
    NUMBER(v, repeated)
    NUMBER(v, field)
    NUMBER(v, item_number)
    NUMBER(v, limit)
    NUMBER(v, at_ms)
    TEXT(v, device)
    WORD(v, event)
    WORD(v, rule)
    TEXT(v, serial)
    printf("\n");
}

static void print_effect(const hsvc_effects *batch, size_t index, const hsvc_effect *e) {
    const char *profile;
    size_t len;
    printf("effect");
    NUMBER(e, kind)
    NUMBER(e, input_index)
    NUMBER(e, reason)
    NUMBER(e, prompt)
    NUMBER(e, cause)
    NUMBER(e, node)
    NUMBER(e, flags)
    NUMBER(e, at_ms)
    NUMBER(e, due_ms)
    NUMBER(e, prompt_id)
    NUMBER(e, request)
    NUMBER(e, generation)
    NUMBER(e, session)
    TEXT(e, device)
    TEXT(e, site)
    TEXT(e, user)
    TEXT(e, other_user)
    TEXT(e, serial)
    TEXT(e, profile)
    NUMBER(e, pin_len)
    WORD(e, rule)
    TEXT(e, location)
    for (size_t i = 0; i < e->profile_count && hsvc_effects_profile(batch, index, i, &profile, &len) == HSVC_OK; i++)
        text("choice", profile, len);
    printf("\n");
}

static int32_t on_step(const hsvc_scenario_step *step, void *user) {
    hsvc_verdict verdict = {.struct_size = sizeof verdict};
    hsvc_effect effect = {.struct_size = sizeof effect};
    (void)user;
    printf("step");
    NUMBER(step, origin)
    NUMBER(step, line)
    NUMBER(step, setup)
    NUMBER(step, dry_run)
    NUMBER(step, status)
    NUMBER(step, at_ms)
    TEXT(step, text)
    printf("\n");
    for (size_t i = 0; hsvc_verdict_at(step->effects, i, &verdict) == HSVC_OK; i++) print_verdict(&verdict);
    for (size_t i = 0; hsvc_effects_at(step->effects, i, &effect) == HSVC_OK; i++) print_effect(step->effects, i, &effect);
    return HSVC_OK;
}

/* The whole file; NULL if it cannot be read. */
static char *read_file(const char *path, size_t *len) {
    static char bytes[1 << 18];
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    *len = fread(bytes, 1, sizeof bytes, file);
    return fclose(file) == 0 && *len < sizeof bytes ? bytes : NULL;
}

static int32_t play(const char *path) {
    hsvc_allocator allocator;
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario = NULL;
    size_t len = 0;
    const char *script = read_file(path, &len);
    int32_t status = script != NULL ? hsvc_stdlib_allocator(&allocator) : HSVC_ERR_NOT_FOUND;
    if (status == HSVC_OK) status = hsvc_scenario_config_init(&config, sizeof config);
    if (status == HSVC_OK) status = hsvc_scenario_result_init(&result, sizeof result);
    if (status != HSVC_OK) return status;
    config.allocator = &allocator;
    config.step = on_step;
    status = hsvc_scenario_new(&config, &scenario);
    if (status == HSVC_OK) status = hsvc_scenario_run(scenario, path, script, len, &result);
    hsvc_scenario_free(scenario);
    return status;
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        int32_t status;
        printf("script %s\n", argv[i]);
        status = play(argv[i]);
        if (status == HSVC_OK) continue;
        fprintf(stderr, "%s: %s\n", argv[i], hsvc_name(HSVC_REGISTRY_STATUS, status));
        return 1;
    }
    return 0;
}
