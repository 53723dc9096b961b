/* test_old_new_callers.c: can a program built with another version's header use this library?
 * Every sized struct is handed over in a heap block of every size from nothing to well beyond today's: too small for any
 * version, an older caller's, today's, a newer caller's with an unused and with a used tail. */
#include "world.h"
#include "headsetsvc/recording.h"

#define SIZE(type, bytes)
#define FIELD(type, field, offset, bytes)
/* The first version's size where pointers have 8 bytes; elsewhere today's, so that less is checked but nothing wrong. */
#define FIRST(type, bytes) \
    static inline size_t first_##type(void) { return sizeof(void *) == 8 ? (size_t)(bytes) : sizeof(type); }
#include "layout.def"

/* ---- structs that the library fills: hsvc_X_init ---- */

struct init_way {
    const char *name;
    size_t first;
    int32_t (*init)(void *block, size_t size);
};

static int32_t init_allocator(void *block, size_t size) { return hsvc_allocator_init((hsvc_allocator *)block, size); }
static int32_t init_store(void *block, size_t size) { return hsvc_store_init((hsvc_store *)block, size); }
static int32_t init_config(void *block, size_t size) { return hsvc_config_init((hsvc_config *)block, size); }
static int32_t init_effect(void *block, size_t size) { return hsvc_effect_init((hsvc_effect *)block, size); }
static int32_t init_verdict(void *block, size_t size) { return hsvc_verdict_init((hsvc_verdict *)block, size); }
static int32_t init_problem(void *block, size_t size) { return hsvc_problem_init((hsvc_problem *)block, size); }
static int32_t init_device_view(void *block, size_t size) { return hsvc_device_view_init((hsvc_device_view *)block, size); }
static int32_t init_user_view(void *block, size_t size) { return hsvc_user_view_init((hsvc_user_view *)block, size); }
static int32_t init_headset_view(void *block, size_t size) {
    return hsvc_headset_view_init((hsvc_headset_view *)block, size);
}
static int32_t init_entry(void *block, size_t size) { return hsvc_audit_entry_init((hsvc_audit_entry *)block, size); }
static int32_t init_cursor(void *block, size_t size) { return hsvc_audit_cursor_init((hsvc_audit_cursor *)block, size); }
static int32_t init_fact(void *block, size_t size) { return hsvc_audit_fact_init((hsvc_audit_fact *)block, size); }
static int32_t init_explained(void *block, size_t size) { return hsvc_explained_init((hsvc_explained *)block, size); }
static int32_t init_subject(void *block, size_t size) { return hsvc_subject_view_init((hsvc_subject_view *)block, size); }
static int32_t init_counters(void *block, size_t size) { return hsvc_counters_init((hsvc_counters *)block, size); }
static int32_t init_input(void *block, size_t size) {
    return hsvc_input_init((hsvc_input *)block, size, HSVC_INPUT_YES);
}

static void init_by_size(const struct init_way *way, size_t size) {
    unsigned char *block = exact("", 1, size == 0 ? 1 : size, 0xa5);
    uint32_t own = 0;
    int32_t status = way->init(block, size);
    size_t from = way->init == init_input ? 8 : 4; /* kind */
    if (size < way->first || size > HSVC_LIMIT_STRUCT_SIZE) {
        assert_int_equal(status, HSVC_ERR_STRUCT_SIZE);
        for (size_t i = 1; i < size; i++) assert_int_equal(block[i], 0xa5);
    } else {
        assert_int_equal(status, HSVC_OK);
        memcpy(&own, block, sizeof own);
        assert_int_equal(own, size);
        for (size_t i = from; i < size; i++) assert_int_equal(block[i], 0);
    }
    free(block);
}

static void init_writes_exactly_the_callers_struct(void **state) {
    const struct init_way ways[] = {
        {"hsvc_allocator", first_hsvc_allocator(), init_allocator}, {"hsvc_store", first_hsvc_store(), init_store},
        {"hsvc_config", first_hsvc_config(), init_config},          {"hsvc_input", first_hsvc_input(), init_input},
        {"hsvc_effect", first_hsvc_effect(), init_effect},          {"hsvc_verdict", first_hsvc_verdict(), init_verdict},
        {"hsvc_problem", first_hsvc_problem(), init_problem},       {"hsvc_counters", first_hsvc_counters(), init_counters},
        {"hsvc_device_view", first_hsvc_device_view(), init_device_view},
        {"hsvc_audit_entry", first_hsvc_audit_entry(), init_entry}, {"hsvc_audit_cursor", first_hsvc_audit_cursor(), init_cursor},
        {"hsvc_explained", first_hsvc_explained(), init_explained}, {"hsvc_audit_fact", first_hsvc_audit_fact(), init_fact},    {"hsvc_subject_view", first_hsvc_subject_view(), init_subject},
        {"hsvc_user_view", first_hsvc_user_view(), init_user_view},
        {"hsvc_headset_view", first_hsvc_headset_view(), init_headset_view},
    };
    (void)state;
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
        for (size_t size = 0; size <= ways[w].first + 64; size++) init_by_size(&ways[w], size);
        init_by_size(&ways[w], HSVC_LIMIT_STRUCT_SIZE);
        init_by_size(&ways[w], HSVC_LIMIT_STRUCT_SIZE + 1);
        assert_int_equal(ways[w].init(NULL, ways[w].first), HSVC_ERR_ARGUMENT);
        /* a size whose low 32 bits would pass */
        if (sizeof(size_t) > 4) {
            uint32_t word = 7;
            assert_int_equal(ways[w].init(&word, (size_t)(UINT64_C(1) << 32) + ways[w].first), HSVC_ERR_STRUCT_SIZE);
            assert_int_equal(word, 7);
        }
    }
}

/* ---- structs that the library reads ---- */

struct in_way {
    const char *name;
    const void *good; /* today's, filled in */
    size_t today, first;
    int32_t (*use)(const void *block);
};

static int32_t use_allocator_for_effects(const void *block) {
    hsvc_effects *effects = NULL;
    int32_t status = hsvc_effects_new((const hsvc_allocator *)block, &effects);
    assert_int_equal(effects != NULL, status == HSVC_OK);
    hsvc_effects_free(effects);
    return status;
}
static int32_t use_allocator_for_store(const void *block) {
    hsvc_memory_store *store = NULL;
    int32_t status = hsvc_memory_store_new((const hsvc_allocator *)block, &store);
    assert_int_equal(store != NULL, status == HSVC_OK);
    hsvc_memory_store_free(store);
    return status;
}
static int32_t use_config(const void *block) {
    hsvc_engine *engine = NULL;
    int32_t status = hsvc_engine_new((const hsvc_config *)block, &engine);
    assert_int_equal(engine != NULL, status == HSVC_OK);
    hsvc_engine_free(engine);
    return status;
}
static int32_t use_allocator_of_config(const void *block) {
    hsvc_config config;
    world_config(&config);
    config.allocator = (const hsvc_allocator *)block;
    return use_config(&config);
}
static int32_t use_store_of_config(const void *block) {
    hsvc_config config;
    world_config(&config);
    config.store = (const hsvc_store *)block;
    return use_config(&config);
}
static int32_t use_input(const void *block) {
    hsvc_problem problem;
    int32_t status = hsvc_apply(world.engine, (const hsvc_input *)block, 1, HSVC_APPLY_DRY_RUN, world.effects);
    assert_int_equal(hsvc_problem_init(&problem, sizeof problem), HSVC_OK);
    assert_int_equal(hsvc_effects_problem(world.effects, &problem), HSVC_OK);
    assert_int_equal(problem.status, status);
    assert_int_equal(problem.input_index, status == HSVC_OK ? problem.input_index : 0);
    assert_int_equal(hsvc_verdict_count(world.effects), status == HSVC_OK);
    return status;
}

/* in_by_size: one caller whose struct has `size` bytes, all of them there and no more. */
static void in_by_size(const struct in_way *way, size_t size) {
    size_t whole = size < sizeof(uint32_t) ? sizeof(uint32_t) : size; /* struct_size itself can always be read */
    unsigned char *block = exact(way->good, way->today, whole, 0);
    int32_t expected = size < way->first || size > HSVC_LIMIT_STRUCT_SIZE ? HSVC_ERR_STRUCT_SIZE : HSVC_OK;
    set_struct_size(block, size);
    if (way->use(block) != expected) print_error("%s of %zu bytes\n", way->name, size);
    assert_int_equal(way->use(block), expected);
    for (size_t i = way->today; expected == HSVC_OK && i < size; i++) {
        block[i] = 1; /* a newer caller that uses what this library does not know */
        assert_int_equal(way->use(block), HSVC_ERR_STRUCT_TAIL);
        block[i] = 0;
    }
    free(block);
}

static void in_by_every_size(const struct in_way *way) {
    for (size_t size = 0; size <= way->today + NEWER; size++) in_by_size(way, size);
    in_by_size(way, HSVC_LIMIT_STRUCT_SIZE + 1);
}

static void structs_are_read_by_the_callers_size(void **state) {
    hsvc_config config;
    WORLD_INPUT(input, HSVC_INPUT_USER_PUT);
    WORLD_TEXT(input, user, "Bert");
    world_config(&config);
    const struct in_way ways[] = {
        {"allocator of effects", &world.allocator, sizeof world.allocator, first_hsvc_allocator(), use_allocator_for_effects},
        {"allocator of a store", &world.allocator, sizeof world.allocator, first_hsvc_allocator(), use_allocator_for_store},
        {"allocator of a config", &world.allocator, sizeof world.allocator, first_hsvc_allocator(), use_allocator_of_config},
        {"store of a config", &world.store, sizeof world.store, first_hsvc_store(), use_store_of_config},
        {"config", &config, sizeof config, first_hsvc_config(), use_config},
        {"input", &input, sizeof input, first_hsvc_input(), use_input},
    };
    (void)state;
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) in_by_every_size(&ways[w]);
}

/* ---- structs that the library fills to the caller's size ---- */

struct out_way {
    const char *name;
    size_t today, first;
    int32_t (*fill)(void *block);
    size_t stable; /* up to here two calls give the same bytes; behind it stands text, borrowed anew by each call */
    size_t text;   /* offset of one (pointer, length), and what it reads; 0: none */
    const char *reads;
};

static int32_t fill_effect(void *block) { return hsvc_effects_at(world.effects, 0, (hsvc_effect *)block); }
static int32_t fill_verdict(void *block) { return hsvc_verdict_at(world.effects, 0, (hsvc_verdict *)block); }
static int32_t fill_problem(void *block) { return hsvc_effects_problem(world.effects, (hsvc_problem *)block); }
static int32_t fill_counters(void *block) { return hsvc_counters_get(world.engine, (hsvc_counters *)block); }
static int32_t fill_store(void *block) { return hsvc_memory_store_bind(world.memory, (hsvc_store *)block); }
static int32_t fill_device(void *block) { return hsvc_device_get(world.engine, "DESK-1", 6, (hsvc_device_view *)block); }
static int32_t fill_device_next(void *block) { return hsvc_device_next(world.engine, NULL, 0, (hsvc_device_view *)block); }
static int32_t fill_user(void *block) { return hsvc_user_get(world.engine, "anna", 4, (hsvc_user_view *)block); }
static int32_t fill_user_next(void *block) { return hsvc_user_next(world.engine, NULL, 0, (hsvc_user_view *)block); }
static int32_t fill_headset(void *block) {
    return hsvc_headset_get(world.engine, "sn-0001", 7, (hsvc_headset_view *)block);
}
static int32_t fill_headset_next(void *block) {
    return hsvc_headset_next(world.engine, NULL, 0, (hsvc_headset_view *)block);
}

static int32_t fill_entry(void *block) {
    hsvc_audit_cursor cursor;
    size_t count;
    hsvc_audit_cursor_init(&cursor, sizeof cursor);
    return hsvc_audit_read(world.engine, &cursor, (hsvc_audit_entry *)block, 1, &count);
}
static int32_t fill_fact(void *block) {
    hsvc_audit_entry entry;
    hsvc_audit_entry_init(&entry, sizeof entry);
    if (fill_entry(&entry) != HSVC_OK) return HSVC_ERR_BUG;
    return hsvc_audit_fact_at(&entry, 1, (hsvc_audit_fact *)block);
}
static int32_t fill_explained(void *block) {
    size_t count;
    return hsvc_explain(world.engine, HSVC_SUBJECT_DEVICE, "desk-1", 6, (hsvc_explained *)block, 1, &count);
}
static int32_t fill_subject(void *block) {
    hsvc_device_view desk;
    hsvc_device_view_init(&desk, sizeof desk);
    if (hsvc_device_get(world.engine, "desk-1", 6, &desk) != HSVC_OK) return HSVC_ERR_BUG;
    return hsvc_subject_get(world.engine, desk.number, (hsvc_subject_view *)block);
}

static void text_reads(const struct out_way *way, const unsigned char *block) {
    const char *text;
    size_t len;
    memcpy(&text, block + way->text, sizeof text);
    memcpy(&len, block + way->text + sizeof text, sizeof len);
    assert_int_equal(len, strlen(way->reads));
    assert_memory_equal(text, way->reads, len);
}

static void out_by_size(const struct out_way *way, const unsigned char *today, size_t size) {
    size_t whole = size < sizeof(uint32_t) ? sizeof(uint32_t) : size;
    size_t known = size < way->today ? size : way->today;
    size_t stable = known < way->stable ? known : way->stable;
    unsigned char *block = exact("", 1, whole, 0xa5);
    int32_t expected = size < way->first || size > HSVC_LIMIT_STRUCT_SIZE ? HSVC_ERR_STRUCT_SIZE : HSVC_OK;
    int32_t status;
    uint32_t own;
    set_struct_size(block, size);
    status = way->fill(block);
    if (status != expected) print_error("%s of %zu bytes\n", way->name, size);
    assert_int_equal(status, expected);
    if (expected != HSVC_OK) {
        for (size_t i = sizeof own; i < whole; i++) assert_int_equal(block[i], 0xa5);
    } else {
        assert_memory_equal(block + sizeof own, today + sizeof own, stable - sizeof own);
        for (size_t i = known; i < size; i++) assert_int_equal(block[i], 0);
        if (way->reads != NULL && way->text + sizeof(char *) + sizeof(size_t) <= known) text_reads(way, block);
    }
    memcpy(&own, block, sizeof own);
    assert_int_equal(own, size);
    free(block);
}

static void out_by_every_size(const struct out_way *way) {
    unsigned char *today = exact("", 1, way->today, 0);
    set_struct_size(today, way->today);
    if (way->fill(today) != HSVC_OK) print_error("%s\n", way->name);
    assert_int_equal(way->fill(today), HSVC_OK);
    for (size_t size = 0; size <= way->today + NEWER; size++) out_by_size(way, today, size);
    out_by_size(way, today, HSVC_LIMIT_STRUCT_SIZE + 1);
    free(today);
}

#define OUT(type, fill, stable, text, reads) {#fill, sizeof(type), first_##type(), fill, stable, text, reads}
#define VIEW(type, fill, field, reads) OUT(type, fill, offsetof(type, field), offsetof(type, field), reads)

static void structs_are_filled_to_the_callers_size(void **state) {
    const struct out_way ways[] = {
        OUT(hsvc_effect, fill_effect, sizeof(hsvc_effect), offsetof(hsvc_effect, device), "Desk-1"),
        OUT(hsvc_verdict, fill_verdict, sizeof(hsvc_verdict), offsetof(hsvc_verdict, device), "Desk-1"),
        OUT(hsvc_problem, fill_problem, sizeof(hsvc_problem), 0, NULL),
        OUT(hsvc_counters, fill_counters, sizeof(hsvc_counters), 0, NULL),
        OUT(hsvc_store, fill_store, sizeof(hsvc_store), 0, NULL),
        VIEW(hsvc_device_view, fill_device, name, "Desk-1"),
        VIEW(hsvc_device_view, fill_device_next, name, "Desk-1"),
        VIEW(hsvc_user_view, fill_user, id, "Anna"),
        VIEW(hsvc_user_view, fill_user_next, id, "Anna"),
        VIEW(hsvc_headset_view, fill_headset, serial, "SN-0001"),
        VIEW(hsvc_headset_view, fill_headset_next, serial, "SN-0001"),
        OUT(hsvc_audit_entry, fill_entry, offsetof(hsvc_audit_entry, actor), 0, NULL),
        OUT(hsvc_audit_fact, fill_fact, offsetof(hsvc_audit_fact, name), offsetof(hsvc_audit_fact, name), NULL),
        OUT(hsvc_explained, fill_explained, sizeof(hsvc_explained), 0, NULL),
        VIEW(hsvc_subject_view, fill_subject, name, "Desk-1"),
    };
    (void)state;
    assert_true(hsvc_effects_count(world.effects) > 0); /* the prompt of the headset that was connected last */
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) out_by_every_size(&ways[w]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_writes_exactly_the_callers_struct),
        cmocka_unit_test_setup_teardown(structs_are_read_by_the_callers_size, world_begin, world_end),
        cmocka_unit_test_setup_teardown(structs_are_filled_to_the_callers_size, world_begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
