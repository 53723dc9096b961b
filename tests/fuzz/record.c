/* record.c: the bytes of a record, whatever they are (STORE-7): first as they came, then with head and checksum put right, so
 * that what is behind them is reached. What decodes must come out of the codec as it went in; and a store that has
 * such a row must be refused or worked with, but crash nobody. The bytes stand at the end of a block of their own, so that a
 * sanitizer sees a decoder that reads on. With HSVC_FUZZ_TELL it is said which decoder takes them, and where not, why. */
#include "fuzz/fuzz.h"
#include "records/record.h"

static const char families[] = "ADHKNPSTU";

static void decode_views(const hsvc_row *row) {
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_user_view user = {.struct_size = sizeof user};
    hsvc_headset_view headset = {.struct_size = sizeof headset};
    hsvc_subject_view subject = {.struct_size = sizeof subject};
    hsvc_audit_entry entry = {.struct_size = sizeof entry};
    hsvc_audit_fact fact = {.struct_size = sizeof fact};
    (void)hsvc_device_decode(row, &device);
    (void)hsvc_user_decode(row, &user);
    (void)hsvc_headset_decode(row, &headset);
    (void)hsvc_subject_decode(row, &subject);
    if (hsvc_audit_decode(row, &entry) == HSVC_OK)
        for (size_t i = 0; hsvc_audit_fact_at(&entry, i, &fact) == HSVC_OK; i++) MUST(fact.name[0] != '\0');
}

/* tell_record: head and lengths come first, then what is behind them, as hsvc__record_decode has it. */
static void tell_record(const void *record, uint32_t family, int32_t checked, int32_t decoded) {
    const char *why = checked != HSVC_OK                    ? "no record"
                      : decoded == HSVC_OK                  ? "sound"
                      : !hsvc__times_sound(record, family)  ? "a time that is none"
                      : !hsvc__states_sound(record, family) ? "a state that is none"
                                                            : "a list that does not end where its slot does";
    if (is_told()) (void)fprintf(stderr, "record %c: %s\n", (int)(family < 32 || family > 126 ? '?' : family), why);
}

/* The second time through the codec nothing may change. */
static int decodes(const uint8_t *bytes, size_t len, uint32_t family) {
    size_t size = hsvc__record_size(family);
    hsvc_allocator allocator;
    struct hsvc__arena arena;
    hsvc__str once, twice;
    void *record;
    int32_t status = hsvc__record_check(bytes, len, family);
    int good;
    if (status != HSVC_OK) {
        tell_record(NULL, family, status, status);
        return 0;
    }
    OK(hsvc_stdlib_allocator(&allocator));
    hsvc__arena_init(&arena, &allocator);
    record = hsvc__arena_take(&arena, size);
    MUST(record != NULL);
    memset(record, 0, size);
    status = hsvc__record_decode(record, bytes, len, family);
    tell_record(record, family, HSVC_OK, status);
    good = status == HSVC_OK;
    if (good) {
        ((struct hsvc__record *)record)->family = family;
        OK(hsvc__record_encode(record, family, &arena, &once));
        memset(record, 0, size);
        OK(hsvc__record_check((const uint8_t *)once.p, once.n, family));
        OK(hsvc__record_decode(record, (const uint8_t *)once.p, once.n, family));
        ((struct hsvc__record *)record)->family = family;
        OK(hsvc__record_encode(record, family, &arena, &twice));
        MUST(once.n == twice.n && memcmp(once.p, twice.p, once.n) == 0);
    }
    hsvc__arena_free(&arena);
    return good;
}

/* ---- a store with such a row in the place of a sound one ---- */
static void key_for(struct hsvc__key *key, uint32_t family) {
    hsvc__str device = hsvc__str_of("d0", 2), serial = hsvc__str_of("S0", 2), user = hsvc__str_of("u0", 2);
    switch (family) {
        case HSVC__FAMILY_DEVICE: hsvc__key_1(key, family, device); break;
        case HSVC__FAMILY_HEADSET: hsvc__key_1(key, family, serial); break;
        case HSVC__FAMILY_USER: hsvc__key_1(key, family, user); break;
        case HSVC__FAMILY_SKIP: hsvc__key_skip(key, serial, 1); break;
        case HSVC__FAMILY_NUMBER: hsvc__key_number(key, 1); break;
        case HSVC__FAMILY_ENTRY: hsvc__key_entry(key, HSVC__FAMILY_DEVICE, 1, 1); break;
        case HSVC__FAMILY_DEADLINE: hsvc__key_deadline(key, START, device); break;
        case HSVC__FAMILY_JOB: hsvc__key_1(key, family, hsvc__str_of("\x01u0", 3)); break;
        default: hsvc__key_1(key, family, hsvc__str_of("", 0));
    }
}

static void put(struct world *w, const uint8_t *bytes, size_t len, uint32_t family) {
    struct hsvc__key key;
    uint64_t revision = 0;
    hsvc_op op;
    hsvc_row row = {.struct_size = sizeof row};
    key_for(&key, family);
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = HSVC_OP_PUT;
    op.expect = HSVC_EXPECT_ANY;
    op.key = row.key = key.bytes;
    op.key_len = row.key_len = key.len;
    op.value = row.value = bytes;
    op.value_len = row.value_len = len;
    OK(w->plain.commit(&op, 1, &revision, w->plain.user));
    decode_views(&row);
}

/* What happens to d0, S0 and u0, and what is asked about them; a status or a refusal is as good as any other answer. */
static void live_on(struct world *w) {
    static hsvc_explained items[HSVC_LIMIT_EXPLAINED];
    hsvc_engine *engine = w->engines[0];
    hsvc_device_view device = {.struct_size = sizeof device};
    hsvc_user_view user = {.struct_size = sizeof user};
    hsvc_headset_view headset = {.struct_size = sizeof headset};
    hsvc_input in;
    uint64_t findings;
    size_t count;
    items[0].struct_size = sizeof items[0];
    (void)hsvc_verify(w->witness, NULL, NULL, &findings);
    (void)hsvc_device_get(engine, "d0", 2, &device);
    (void)hsvc_user_get(engine, "u0", 2, &user);
    (void)hsvc_headset_get(engine, "S0", 2, &headset);
    for (uint32_t kind = HSVC_SUBJECT_DEVICE; kind <= HSVC_SUBJECT_HEADSET; kind++)
        (void)hsvc_explain(engine, kind, &"d0u0S0"[2 * (kind - 1)], 2, items, HSVC_LIMIT_EXPLAINED, &count);
#define DO(maker) (OK(maker), (void)hsvc_apply(engine, &in, 1, 0, w->fx), must_be_listed(w->fx))
    DO(hsvc_input_headset_connected(&in, "d0", "S0", 1));
    DO(hsvc_input_submit(&in, "d0", device.prompt_id, "u0", (const uint8_t *)"1", 1));
    DO(hsvc_input_call_begun(&in, "d0", 7, HSVC_CALL_ACTIVE));
    DO(hsvc_input_headset_disconnected(&in, "d0", "S0", 1));
    DO(hsvc_input_device_registered(&in, "d0", device.generation_desired, 0));
    OK(hsvc_manual_clock_advance(w->clock, 3600000));
    (void)hsvc_advance(engine, w->fx);
    DO(hsvc_input_user_remove(&in, "u0"));
    (void)hsvc_advance(engine, w->fx);
#undef DO
}

/* mend: head and checksum of the bytes as if the library had written them. */
static void mend(uint8_t *bytes, size_t len) {
    bytes[1] = HSVC__FORMAT;
    bytes[2] = bytes[3] = 0;
    hsvc__put32(bytes + 4, (uint32_t)len);
    hsvc__put64(bytes + 8, hsvc_hash64(bytes + HSVC__HEAD, len - HSVC__HEAD) + hsvc__get64(bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    uint8_t *copy = (uint8_t *)malloc(len + !len);
    uint32_t family = len == 0 ? 0 : bytes[0];
    MUST(copy != NULL);
    memcpy(copy, bytes, len);
    (void)decodes(copy, len, family);
    if (len >= HSVC__HEAD && strchr(families, (int)family) != NULL && family != 0) {
        mend(copy, len);
        if (decodes(copy, len, family)) {
            struct world w;
            world_open(&w);
            world_people(&w);
            put(&w, copy, len, family);
            live_on(&w);
            world_close(&w);
        }
    }
    free(copy);
    return 0;
}
