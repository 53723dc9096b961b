/* main.c: a host in a nutshell. A line on standard input is an input in the library's own words, NAME and fields; what
 * the host should do is written to standard output. The loop wakes up for a line or for the library's next deadline.
 *
 *   HEADSET_CONNECTED device=desk-1 serial=H1
 *   SUBMIT device=desk-1 user=alice pin=1234             (an answer goes to the prompt shown last)
 *
 * The "directory" knows one PIN, 1234, and the "phone" takes a profile in no time: both answer with inputs of their own.
 * morning.txt beside this file is a whole morning. */
#define _POSIX_C_SOURCE 200809L /* poll */
#include <headsetsvc/headsetsvc.h>
#include <headsetsvc/stdlib.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

static hsvc_allocator allocator;
static hsvc_engine *engine;
static uint64_t prompt = 1; /* the one on the screen */

static int check(int32_t status) {
    if (status != HSVC_OK) printf("error: %s\n", hsvc_text(HSVC_REGISTRY_STATUS, status));
    return status == HSVC_OK;
}

static void call(const hsvc_input *in); /* NULL: a deadline is due */

/* The world's answer to an effect is an input about the same phone. */
static void answer(const hsvc_effect *e, uint32_t kind, uint32_t state) {
    hsvc_input in;
    hsvc_input_init(&in, sizeof in, kind);
    in.device = e->device;
    in.device_len = e->device_len;
    in.generation = kind == HSVC_INPUT_VERIFY_RESULT ? 0 : e->generation;
    in.request = kind == HSVC_INPUT_VERIFY_RESULT ? e->request : 0;
    in.state = state;
    call(&in);
}

static void obey(const hsvc_effect *e) {
    printf("do %s %s %.*s %.*s\n", hsvc_name(HSVC_REGISTRY_EFFECT, (int32_t)e->kind),
           e->prompt != 0 ? hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)e->prompt) : "", (int)e->user_len,
           e->user_len > 0 ? e->user : "", (int)e->profile_len, e->profile_len > 0 ? e->profile : "");
    if (e->kind == HSVC_EFFECT_SHOW_PROMPT) prompt = e->prompt_id;
    if (e->kind == HSVC_EFFECT_APPLY_PROFILE) answer(e, HSVC_INPUT_DEVICE_REGISTERED, 0);
    if (e->kind == HSVC_EFFECT_WIPE) answer(e, HSVC_INPUT_WIPE_DONE, 0);
    if (e->kind == HSVC_EFFECT_VERIFY_PIN)
        answer(e, HSVC_INPUT_VERIFY_RESULT,
               e->pin_len == 4 && memcmp(e->pin, "1234", 4) == 0 ? HSVC_VERIFY_OK : HSVC_VERIFY_WRONG);
}

/* Each call has a batch of its own: what obey answers is called before this batch has been read to its end. */
static void call(const hsvc_input *in) {
    hsvc_effects *effects = NULL;
    hsvc_effect effect;
    hsvc_verdict verdict;
    if (!check(hsvc_effects_new(&allocator, &effects))) return;
    check(in != NULL ? hsvc_apply(engine, in, 1, 0, effects) : hsvc_advance(engine, effects));
    hsvc_verdict_init(&verdict, sizeof verdict);
    for (size_t i = 0; hsvc_verdict_at(effects, i, &verdict) == HSVC_OK; i++)
        printf("%s: %s (%s)\n", verdict.accepted ? "yes" : "no",
               hsvc_text(HSVC_REGISTRY_REASON, (int32_t)verdict.reason), verdict.rule);
    hsvc_effect_init(&effect, sizeof effect);
    for (size_t i = 0; hsvc_effects_at(effects, i, &effect) == HSVC_OK; i++) obey(&effect);
    hsvc_effects_free(effects); /* overwrites the PIN that may be in it */
}

/* NAME=value: one field of an input. The PIN is bytes, a user's profiles are items, the rest is text or a number. */
static void take_field(hsvc_input *in, hsvc_item *profile, const char *name, const char *value) {
    uint32_t number = (uint32_t)strtoul(value, NULL, 10);
#define TEXT(field) \
    if (strcmp(name, #field) == 0) in->field = value, in->field##_len = strlen(value)
#define NUMBER(field) \
    if (strcmp(name, #field) == 0) in->field = number
    TEXT(device);
    TEXT(serial);
    TEXT(user);
    TEXT(profile);
    TEXT(model);
    NUMBER(state);
    NUMBER(flags);
    NUMBER(param);
    NUMBER(value);
    if (strcmp(name, "pin") == 0) in->pin = (const uint8_t *)value, in->pin_len = strlen(value);
    if (strcmp(name, "profiles") != 0) return;
    profile->kind = HSVC_ITEM_PROFILE;
    profile->text = value;
    profile->text_len = strlen(value);
    in->items = profile;
    in->item_count = 1;
    in->item_size = sizeof *profile;
}

static void take_line(char *line) {
    hsvc_item profile = {0};
    hsvc_input in;
    int32_t kind = 0;
    char *word = strtok(line, " \n");
    if (word == NULL || !check(hsvc_code(HSVC_REGISTRY_INPUT, word, strlen(word), &kind))) return;
    hsvc_input_init(&in, sizeof in, (uint32_t)kind);
    if (kind >= HSVC_INPUT_SUBMIT && kind <= HSVC_INPUT_EXTEND) in.prompt_id = prompt;
    while ((word = strtok(NULL, " \n")) != NULL) {
        char *equals = strchr(word, '=');
        if (equals == NULL) continue;
        *equals = '\0';
        take_field(&in, &profile, word, equals + 1);
    }
    call(&in);
}

/* How long poll may sleep: to the next deadline. */
static int sleep_ms(void) {
    int64_t at = HSVC_NEVER, now = 0;
    if (!check(hsvc_next_deadline(engine, &at)) || !check(hsvc_stdlib_clock(&now, NULL))) return 1000;
    return at <= now ? 0 : at - now < 60000 ? (int)(at - now) : 60000;
}

int main(void) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    hsvc_memory_store *memory = NULL;
    hsvc_store store;
    hsvc_config config;
    char line[512];
    setvbuf(stdin, NULL, _IONBF, 0); /* what is not read yet must wait where poll sees it */
    hsvc_store_init(&store, sizeof store);
    hsvc_config_init(&config, sizeof config);
    if (!check(hsvc_stdlib_allocator(&allocator)) || !check(hsvc_memory_store_new(&allocator, &memory))) return 1;
    config.allocator = &allocator;
    config.store = &store;
    config.clock = hsvc_stdlib_clock;
    if (!check(hsvc_memory_store_bind(memory, &store)) || !check(hsvc_engine_new(&config, &engine))) return 1;
    for (;;) {
        fflush(stdout);
        if (poll(&input, 1, sleep_ms()) == 0)
            call(NULL);
        else if (fgets(line, sizeof line, stdin) != NULL)
            take_line(line);
        else
            break;
    }
    hsvc_engine_free(engine);
    hsvc_memory_store_free(memory);
    return 0;
}
