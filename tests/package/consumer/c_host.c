/* c_host.c: a host in C99: makes an engine on the memory store, puts one phone, and looks at it. */
#include <headsetsvc/headsetsvc.h>
#include <headsetsvc/stdlib.h>

#include <stdio.h>

static int put_phone(hsvc_engine *engine, hsvc_effects *effects) {
    hsvc_input input;
    hsvc_verdict verdict;
    hsvc_device_view phone;
    hsvc_input_init(&input, sizeof input, HSVC_INPUT_DEVICE_PUT);
    input.device = "desk-1";
    input.device_len = 6;
    input.profile = "desk-1-out";
    input.profile_len = 10;
    input.state = HSVC_DEVICE_ANONYMOUS;
    if (hsvc_apply(engine, &input, 1, 0, effects) != HSVC_OK) return 0;
    hsvc_verdict_init(&verdict, sizeof verdict);
    if (hsvc_verdict_at(effects, 0, &verdict) != HSVC_OK || !verdict.accepted) return 0;
    phone.struct_size = sizeof phone;
    return hsvc_device_get(engine, "DESK-1", 6, &phone) == HSVC_OK && phone.kind == HSVC_DEVICE_ANONYMOUS;
}

int main(void) {
    hsvc_allocator allocator;
    hsvc_memory_store *memory = NULL;
    hsvc_store store;
    hsvc_config config;
    hsvc_engine *engine = NULL;
    hsvc_effects *effects = NULL;
    int good = hsvc_version() == HSVC_VERSION_NUMBER && hsvc_stdlib_allocator(&allocator) == HSVC_OK &&
               hsvc_memory_store_new(&allocator, &memory) == HSVC_OK &&
               hsvc_store_init(&store, sizeof store) == HSVC_OK && hsvc_memory_store_bind(memory, &store) == HSVC_OK &&
               hsvc_config_init(&config, sizeof config) == HSVC_OK;
    if (good) {
        config.allocator = &allocator;
        config.store = &store;
        config.clock = hsvc_stdlib_clock;
        good = hsvc_engine_new(&config, &engine) == HSVC_OK && hsvc_effects_new(&allocator, &effects) == HSVC_OK &&
               put_phone(engine, effects);
    }
    hsvc_effects_free(effects);
    hsvc_engine_free(engine);
    hsvc_memory_store_free(memory);
    puts(good ? "a phone on " HSVC_VERSION : "failed");
    return good ? 0 : 1;
}
