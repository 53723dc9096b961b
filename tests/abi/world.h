/* world.h: a small world behind the public interface for the tests of tests/abi: an engine on a memory store, and one
 * user, one phone with a headset in it. Blocks have exact sizes, so that a sanitizer sees every byte beyond them. */
#ifndef TESTS_ABI_WORLD_H
#define TESTS_ABI_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "headsetsvc/headsetsvc.h"
#include "headsetsvc/inventory.h"
#include "headsetsvc/registry.h"

/* How far beyond today's size the newer callers of these tests go. */
enum { NEWER = 24 };

struct world {
    hsvc_allocator allocator;
    hsvc_memory_store *memory;
    hsvc_store store;
    hsvc_engine *engine;
    hsvc_effects *effects;
};

static struct world world;

static inline void *world_resize(void *block, size_t old_size, size_t new_size, void *user) {
    (void)old_size;
    (void)user;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, new_size);
}

static inline int32_t world_clock(int64_t *now_ms, void *user) {
    (void)user;
    *now_ms = INT64_C(1800000000000);
    return HSVC_OK;
}

static inline void world_config(hsvc_config *config) {
    assert_int_equal(hsvc_config_init(config, sizeof *config), HSVC_OK);
    config->allocator = &world.allocator;
    config->store = &world.store;
    config->clock = world_clock;
}

/* exact: a heap block of exactly `size` bytes that begins with `from`, as far as it reaches; the rest is `filler`. */
static inline unsigned char *exact(const void *from, size_t from_size, size_t size, int filler) {
    unsigned char *block = malloc(size);
    assert_non_null(block);
    memset(block, filler, size);
    memcpy(block, from, from_size < size ? from_size : size);
    return block;
}

static inline void set_struct_size(void *block, size_t size) {
    uint32_t own = (uint32_t)size;
    memcpy(block, &own, sizeof own);
}

static inline void world_apply(const hsvc_input *input) {
    hsvc_verdict verdict;
    assert_int_equal(hsvc_apply(world.engine, input, 1, 0, world.effects), HSVC_OK);
    assert_int_equal(hsvc_verdict_init(&verdict, sizeof verdict), HSVC_OK);
    assert_int_equal(hsvc_verdict_at(world.effects, 0, &verdict), HSVC_OK);
    if (!verdict.accepted) print_error("refused: %s\n", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)verdict.reason));
    assert_int_equal(verdict.accepted, 1);
}

#define WORLD_INPUT(input, of_kind) \
    hsvc_input input;               \
    assert_int_equal(hsvc_input_init(&(input), sizeof(input), of_kind), HSVC_OK)
#define WORLD_TEXT(input, field, text) ((input).field = (text), (input).field##_len = strlen(text))

static inline void world_people(void) {
    hsvc_item profile = {.kind = HSVC_ITEM_PROFILE, .text = "anna-work", .text_len = 9};
    WORLD_INPUT(user, HSVC_INPUT_USER_PUT);
    WORLD_INPUT(device, HSVC_INPUT_DEVICE_PUT);
    WORLD_INPUT(registered, HSVC_INPUT_DEVICE_REGISTERED);
    WORLD_INPUT(headset, HSVC_INPUT_HEADSET_CONNECTED);
    WORLD_TEXT(user, user, "Anna");
    user.items = &profile;
    user.item_count = 1;
    user.item_size = sizeof profile;
    world_apply(&user);
    WORLD_TEXT(device, device, "Desk-1");
    WORLD_TEXT(device, profile, "desk-1-out");
    device.state = HSVC_DEVICE_ANONYMOUS;
    device.flags = HSVC_FLAG_EM_ENABLED;
    world_apply(&device);
    WORLD_TEXT(registered, device, "Desk-1");
    world_apply(&registered);
    WORLD_TEXT(headset, device, "Desk-1");
    WORLD_TEXT(headset, serial, "SN-0001");
    world_apply(&headset);
}

static inline int world_begin(void **state) {
    hsvc_config config;
    (void)state;
    memset(&world, 0, sizeof world);
    assert_int_equal(hsvc_allocator_init(&world.allocator, sizeof world.allocator), HSVC_OK);
    world.allocator.resize = world_resize;
    assert_int_equal(hsvc_memory_store_new(&world.allocator, &world.memory), HSVC_OK);
    assert_int_equal(hsvc_store_init(&world.store, sizeof world.store), HSVC_OK);
    assert_int_equal(hsvc_memory_store_bind(world.memory, &world.store), HSVC_OK);
    world_config(&config);
    assert_int_equal(hsvc_engine_new(&config, &world.engine), HSVC_OK);
    assert_int_equal(hsvc_effects_new(&world.allocator, &world.effects), HSVC_OK);
    world_people();
    return 0;
}

static inline int world_end(void **state) {
    (void)state;
    hsvc_effects_free(world.effects);
    hsvc_engine_free(world.engine);
    hsvc_memory_store_free(world.memory);
    return 0;
}

#endif
