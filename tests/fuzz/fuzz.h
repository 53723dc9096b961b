/* fuzz.h: what the targets of this folder share: bytes that steer, a world to play in, and what must hold after each step.
 * A target is one file with LLVMFuzzerTestOneInput; it is linked with libFuzzer (preset fuzz), or with driver.c, which runs
 * the committed corpus.
 *
 * What a target says of a file if HSVC_FUZZ_TELL is set, on stderr, after the file's name:
 *   api        a line a call that changes or looks: the milliseconds since the target began, by its clock (0, 1000; less than 0
 *              where the clock was put back); the node whose engine was called; the call: apply or advance with its flags, the
 *              inputs, each up to its ";", the status and the verdicts' reasons; look at, and inventory of, with the name asked for.
 *              Nothing of resync, of restarts, and of a store that fails.
 *   record     "record D: WHY": the record's kind, the first byte (A entry of the audit, D device, H headset, K skip, N number of
 *              a name, P policy, S job, T deadline, U user; ? any other byte that does not print), and whether it decodes: sound,
 *              or why not. First of the bytes as they are, then, if they are long enough and of such a kind, with head and
 *              checksum put right.
 *   recording  "replay: STATUS after N of M bytes": as they are, then with the frames' heads and checksums put right.
 * The others, csv_import, csv_record, key, policy and script, say nothing: it runs, or it is a find. A file of script is a script,
 * which hsvc play can play. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/stdlib.h"
#include "headsetsvc/testkit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static inline void fuzz_found(const char *file, int line, const char *what) {
    (void)fprintf(stderr, "%s:%d: must hold: %s\n", file, line, what);
    abort();
}

/* MUST: what does not hold is a find: libFuzzer keeps the input, the driver ends in failure. */
#define MUST(holds) ((holds) ? (void)0 : fuzz_found(__FILE__, __LINE__, #holds))
#define OK(call) MUST((call) == HSVC_OK)

/* is_told: whoever looks at a file wants to read what it comes to. */
static inline int is_told(void) { return getenv("HSVC_FUZZ_TELL") != NULL; }

/* ---- bytes that steer: when they are used up, zeroes ---- */
struct bytes {
    const uint8_t *at;
    size_t left;
};

static inline uint32_t next_byte(struct bytes *b) {
    if (b->left == 0) return 0;
    b->left--;
    return *b->at++;
}

static inline uint64_t next_number(struct bytes *b, int size) {
    uint64_t number = 0;
    while (size-- > 0) number = number << 8 | next_byte(b);
    return number;
}

/* next_text: up to `most` of the bytes themselves. */
static inline const char *next_text(struct bytes *b, size_t most, size_t *len) {
    const char *text = (const char *)b->at;
    *len = b->left < most ? b->left : most;
    b->at += *len;
    b->left -= *len;
    return text;
}

/* ---- the world ---- */
#define START INT64_C(1800000000000)
#define NODES 2

struct world {
    hsvc_allocator allocator;
    hsvc_memory_store *memory;
    hsvc_store plain;
    hsvc_fault_store *fault;
    hsvc_store store; /* what the engines see: `plain` behind `fault` */
    hsvc_manual_clock *clock;
    hsvc_config config;
    hsvc_engine *engines[NODES]; /* on one store */
    hsvc_engine *witness;        /* on the plain one: only looks */
    hsvc_effects *fx;
};

/* world_engine: a new one in the place of a node's. Of a recording node 0 alone is told: frames of two do not mix. */
static inline void world_engine(struct world *w, uint32_t node) {
    hsvc_config config = w->config;
    config.store = &w->store;
    config.node = node;
    config.node_count = NODES;
    if (node != 0) config.recording = NULL;
    hsvc_engine_free(w->engines[node]);
    OK(hsvc_engine_new(&config, &w->engines[node]));
}

/* world_ready: all but the engines, so that a target can change w->config first. */
static inline void world_ready(struct world *w) {
    memset(w, 0, sizeof *w);
    w->store.struct_size = sizeof w->store;
    OK(hsvc_stdlib_allocator(&w->allocator));
    OK(hsvc_stdlib_memory_store(&w->memory, &w->plain));
    OK(hsvc_fault_store_new(&w->allocator, &w->plain, &w->fault));
    OK(hsvc_fault_store_bind(w->fault, &w->store));
    OK(hsvc_manual_clock_new(&w->allocator, START, &w->clock));
    OK(hsvc_effects_new(&w->allocator, &w->fx));
    OK(hsvc_config_init(&w->config, sizeof w->config));
    w->config.allocator = &w->allocator;
    w->config.clock = hsvc_manual_clock_read;
    w->config.clock_user = w->clock;
}

static inline void world_start(struct world *w) {
    hsvc_config config = w->config;
    config.store = &w->plain;
    config.recording = NULL;
    OK(hsvc_engine_new(&config, &w->witness));
    for (uint32_t i = 0; i < NODES; i++) world_engine(w, i);
}

static inline void world_open(struct world *w) {
    world_ready(w);
    world_start(w);
}

static inline void world_close(struct world *w) {
    for (uint32_t i = 0; i < NODES; i++) hsvc_engine_free(w->engines[i]);
    hsvc_engine_free(w->witness);
    hsvc_effects_free(w->fx);
    hsvc_manual_clock_free(w->clock);
    hsvc_fault_store_free(w->fault);
    hsvc_memory_store_free(w->memory);
}

static inline void world_give(struct world *w, const hsvc_input *in) { OK(hsvc_apply(w->engines[0], in, 1, 0, w->fx)); }

/* world_people: u0 with two profiles, u1, u2; the phones d0 of nobody, d1 shared by u0, d2 owned by u1; S0 is u0's, S1 u1's. */
static inline void world_people(struct world *w) {
    static const char *const users[] = {"u0", "u1", "u2"}, *const devices[] = {"d0", "d1", "d2"};
    static const char *const serials[] = {"S0", "S1"}, *const related[] = {NULL, "u0", "u1"};
    hsvc_item profiles[2] = {{"p0", 2, 0, HSVC_ITEM_PROFILE, 0, 0, 0}, {"p1", 2, 0, HSVC_ITEM_PROFILE, 0, 0, 0}};
    hsvc_input in;
    for (size_t i = 0; i < 3; i++) {
        OK(hsvc_input_user_put(&in, users[i], profiles, i == 0 ? 2 : 1));
        world_give(w, &in);
    }
    for (size_t i = 0; i < 3; i++) {
        OK(hsvc_input_device_put(&in, devices[i], "own", HSVC_DEVICE_ANONYMOUS + (uint32_t)i, i == 0 ? NULL : "here", "CP-8851",
                                 "14.1(1)", HSVC_FLAG_EM_ENABLED));
        in.related_user = related[i];
        in.related_user_len = related[i] == NULL ? 0 : 2;
        world_give(w, &in);
        OK(hsvc_input_device_registered(&in, devices[i], 0, 0));
        world_give(w, &in);
    }
    for (size_t i = 0; i < 2; i++) {
        OK(hsvc_input_associate(&in, users[i], serials[i]));
        world_give(w, &in);
    }
}

/* ---- what must hold ---- */
static inline int32_t print_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    (void)user;
    (void)fprintf(stderr, "violated: %s (%s) of %.*s\n", invariant, rule, (int)key_len, (const char *)key);
    return HSVC_OK;
}

static inline void must_be_sound(struct world *w) {
    uint64_t findings = 1;
    OK(hsvc_verify(w->witness, print_finding, NULL, &findings));
    MUST(findings == 0);
}

/* must_be_text: as headsetsvc.h promises: "" where there is none, and a NUL behind its end. */
static inline void must_be_text(const char *text, size_t len) {
    MUST(text != NULL && len <= HSVC_LIMIT_TEXT_LEN && text[len] == '\0');
}

static inline int is_known(uint32_t registry, uint32_t code) {
    return strcmp(hsvc_name(registry, (int32_t)code), "UNKNOWN") != 0;
}

/* must_be_listed: every verdict and effect of the batch is one that the reference lists. */
static inline void must_be_listed(const hsvc_effects *fx) {
    hsvc_verdict verdict;
    hsvc_effect effect;
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    OK(hsvc_effect_init(&effect, sizeof effect));
    for (size_t i = 0; hsvc_verdict_at(fx, i, &verdict) == HSVC_OK; i++) {
        MUST(is_known(HSVC_REGISTRY_REASON, verdict.reason));
        MUST(verdict.accepted == (verdict.em_code == -1));
        MUST(hsvc_rule_text(verdict.rule, strlen(verdict.rule))[0] != '\0');
        must_be_text(verdict.device, verdict.device_len);
        must_be_text(verdict.serial, verdict.serial_len);
        MUST(verdict.event != NULL);
    }
    for (size_t i = 0; hsvc_effects_at(fx, i, &effect) == HSVC_OK; i++) {
        MUST(is_known(HSVC_REGISTRY_EFFECT, effect.kind));
        MUST(effect.reason == 0 || is_known(HSVC_REGISTRY_REASON, effect.reason));
        MUST(effect.prompt == 0 || is_known(HSVC_REGISTRY_PROMPT, effect.prompt));
        MUST(effect.cause == 0 || is_known(HSVC_REGISTRY_CAUSE, effect.cause));
        MUST(hsvc_rule_text(effect.rule, strlen(effect.rule))[0] != '\0');
        MUST((effect.pin_len != 0) == (effect.kind == HSVC_EFFECT_VERIFY_PIN));
        must_be_text(effect.device, effect.device_len);
        must_be_text(effect.site, effect.site_len);
        must_be_text(effect.user, effect.user_len);
        must_be_text(effect.other_user, effect.other_user_len);
        must_be_text(effect.serial, effect.serial_len);
        must_be_text(effect.profile, effect.profile_len);
        must_be_text(effect.location, effect.location_len);
    }
}

#endif
