/* test_strides.c: are arrays of a caller with larger structs walked by the caller's size?
 * The stride of inputs is the first one's struct_size, that of items is item_size; blocks end with their last element. */
#include "world.h"

enum { INPUTS = 3, ITEMS = 2 };

/* user_puts: INPUTS inputs that put users "u0", "u1", ..., `stride` bytes apart, in a block that ends with the last. */
static unsigned char *user_puts(size_t stride) {
    static const char *const names[INPUTS] = {"u0", "u1", "u2"};
    unsigned char *block = exact("", 1, INPUTS * stride, 0);
    for (size_t i = 0; i < INPUTS; i++) {
        WORLD_INPUT(input, HSVC_INPUT_USER_PUT);
        WORLD_TEXT(input, user, names[i]);
        input.struct_size = (uint32_t)stride;
        memcpy(block + i * stride, &input, sizeof input);
    }
    return block;
}

static int32_t apply(const void *inputs, size_t count, uint32_t flags) {
    return hsvc_apply(world.engine, (const hsvc_input *)inputs, count, flags, world.effects);
}

static void fails_at(int32_t status, const void *inputs, size_t count, uint32_t index) {
    hsvc_problem problem;
    hsvc_user_view view = {.struct_size = sizeof view};
    assert_int_equal(apply(inputs, count, 0), status);
    assert_int_equal(hsvc_problem_init(&problem, sizeof problem), HSVC_OK);
    assert_int_equal(hsvc_effects_problem(world.effects, &problem), HSVC_OK);
    assert_int_equal(problem.status, status);
    assert_int_equal(problem.input_index, index);
    assert_int_equal(hsvc_verdict_count(world.effects), 0);
    assert_int_equal(hsvc_effects_count(world.effects), 0);
    assert_int_equal(hsvc_user_get(world.engine, "u0", 2, &view), HSVC_ERR_NOT_FOUND); /* nothing was committed */
}

static void inputs_are_a_stride_apart(void **state) {
    const size_t strides[] = {sizeof(hsvc_input), sizeof(hsvc_input) + 8, sizeof(hsvc_input) + 64, HSVC_LIMIT_STRUCT_SIZE};
    (void)state;
    for (size_t s = 0; s < sizeof strides / sizeof strides[0]; s++) {
        unsigned char *block = user_puts(strides[s]);
        assert_int_equal(apply(block, INPUTS, HSVC_APPLY_DRY_RUN), HSVC_OK);
        assert_int_equal(hsvc_verdict_count(world.effects), INPUTS);
        for (uint32_t i = 0; i < INPUTS; i++) {
            hsvc_verdict verdict = {.struct_size = sizeof verdict};
            assert_int_equal(hsvc_verdict_at(world.effects, i, &verdict), HSVC_OK);
            assert_int_equal(verdict.input_index, i);
            assert_int_equal(verdict.accepted, 1);
        }
        free(block);
    }
}

static void every_input_must_have_the_stride(void **state) {
    const size_t stride = sizeof(hsvc_input) + 8;
    (void)state;
    for (uint32_t odd = 1; odd < INPUTS; odd++) {
        const size_t others[] = {0, 4, sizeof(hsvc_input), stride + 8};
        for (size_t o = 0; o < sizeof others / sizeof others[0]; o++) {
            unsigned char *block = user_puts(stride);
            set_struct_size(block + odd * stride, others[o]);
            fails_at(HSVC_ERR_STRUCT_SIZE, block, INPUTS, odd);
            free(block);
        }
    }
}

static void a_used_tail_is_an_error_in_any_input(void **state) {
    const size_t stride = sizeof(hsvc_input) + NEWER;
    (void)state;
    for (uint32_t used = 0; used < INPUTS; used++) {
        for (size_t at = sizeof(hsvc_input); at < stride; at++) {
            unsigned char *block = user_puts(stride);
            block[used * stride + at] = 0x80;
            fails_at(HSVC_ERR_STRUCT_TAIL, block, INPUTS, used);
            free(block);
        }
    }
}

/* ---- items ---- */

static unsigned char *profiles(size_t stride) {
    unsigned char *block = exact("", 1, ITEMS * stride, 0);
    for (size_t i = 0; i < ITEMS; i++) {
        hsvc_item item = {.kind = HSVC_ITEM_PROFILE, .text = i == 0 ? "work" : "home", .text_len = 4};
        memcpy(block + i * stride, &item, stride < sizeof item ? stride : sizeof item);
    }
    return block;
}

static hsvc_input with_items(const void *items, size_t stride) {
    WORLD_INPUT(input, HSVC_INPUT_USER_PUT);
    WORLD_TEXT(input, user, "u0");
    input.items = (const hsvc_item *)items;
    input.item_count = ITEMS;
    input.item_size = stride;
    return input;
}

static void items_are_an_item_size_apart(void **state) {
    const size_t strides[] = {sizeof(hsvc_item), sizeof(hsvc_item) + 8, HSVC_LIMIT_STRUCT_SIZE};
    (void)state;
    for (size_t s = 0; s < sizeof strides / sizeof strides[0]; s++) {
        unsigned char *block = profiles(strides[s]);
        hsvc_input input = with_items(block, strides[s]);
        hsvc_user_view view = {.struct_size = sizeof view};
        world_apply(&input);
        assert_int_equal(hsvc_user_get(world.engine, "u0", 2, &view), HSVC_OK);
        assert_int_equal(view.profile_count, ITEMS);
        free(block);
    }
}

static void an_impossible_item_size_is_an_error(void **state) {
    const size_t strides[] = {8, sizeof(hsvc_item) - 8, HSVC_LIMIT_STRUCT_SIZE + 8};
    (void)state;
    for (size_t s = 0; s < sizeof strides / sizeof strides[0]; s++) {
        unsigned char *block = profiles(strides[s]);
        hsvc_input input = with_items(block, strides[s]);
        fails_at(HSVC_ERR_STRUCT_SIZE, &input, 1, 0);
        free(block);
    }
}

static void a_used_tail_is_an_error_in_any_item(void **state) {
    const size_t stride = sizeof(hsvc_item) + 8;
    (void)state;
    for (size_t used = 0; used < ITEMS; used++) {
        unsigned char *block = profiles(stride);
        hsvc_input input = with_items(block, stride);
        block[(used + 1) * stride - 1] = 1;
        fails_at(HSVC_ERR_STRUCT_TAIL, &input, 1, 0);
        free(block);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(inputs_are_a_stride_apart, world_begin, world_end),
        cmocka_unit_test_setup_teardown(every_input_must_have_the_stride, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_used_tail_is_an_error_in_any_input, world_begin, world_end),
        cmocka_unit_test_setup_teardown(items_are_an_item_size_apart, world_begin, world_end),
        cmocka_unit_test_setup_teardown(an_impossible_item_size_is_an_error, world_begin, world_end),
        cmocka_unit_test_setup_teardown(a_used_tail_is_an_error_in_any_item, world_begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
