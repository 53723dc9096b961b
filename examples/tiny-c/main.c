/* main.c: a host in a nutshell. Lines on standard input say what happens at the phones; what the host should do is
 * written to standard output. The loop wakes up for a line, or for the library's next deadline.
 *
 *   phone desk-1 | user alice | give H1 alice | plug desk-1 H1 | unplug desk-1 H1 | pin desk-1 alice 1234
 *   press desk-1 cancel                            (or sign-in, sign-out)
 *
 * The "directory" knows one PIN, 1234, and the "phone" takes a profile in no time: both answer with inputs of their own.
 * morning.txt beside this file is a whole morning. After examples/quickstart:
 *
 *   cmake -S examples/tiny-c -B build/tiny-c -DCMAKE_PREFIX_PATH=$PWD/build/quickstart/prefix
 *   cmake --build build/tiny-c && build/tiny-c/tiny-c <examples/tiny-c/morning.txt */
#define _POSIX_C_SOURCE 200809L /* poll */
#include <headsetsvc/headsetsvc.h>
#include <headsetsvc/inputs.h>
#include <headsetsvc/stdlib.h>
#include <poll.h>
#include <stdio.h>

static hsvc_allocator allocator;
static hsvc_engine *engine;
static uint64_t prompt = 1; /* the one shown last */

static int check(int32_t status) {
    if (status != HSVC_OK) printf("error: %s\n", hsvc_text(HSVC_REGISTRY_STATUS, status));
    return status == HSVC_OK;
}

static void call(const hsvc_input *in); /* NULL: a deadline is due */

static void obey(const hsvc_effect *e) {
    hsvc_input answer;
    int wrong = e->kind == HSVC_EFFECT_VERIFY_PIN && (e->pin_len != 4 || memcmp(e->pin, "1234", 4) != 0);
    printf("do %s%s%s on %s %s\n", hsvc_name(HSVC_REGISTRY_EFFECT, (int32_t)e->kind), e->prompt != 0 ? " " : "",
           e->prompt != 0 ? hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)e->prompt) : "", e->device, e->user);
    if (e->kind == HSVC_EFFECT_SHOW_PROMPT) prompt = e->prompt_id;
    hsvc_input_init(&answer, sizeof answer, 0);
    if (hsvc_answer(e, wrong ? HSVC_VERIFY_WRONG : HSVC_VERIFY_OK, &answer) != HSVC_OK) return; /* nothing to answer */
    call(&answer);
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

static void take_line(const char *line) {
    char verb[16] = "", a[64] = "", b[64] = "", c[64] = "";
    hsvc_item profile = {.text = "line", .text_len = 4, .kind = HSVC_ITEM_PROFILE};
    hsvc_input in;
    if (sscanf(line, "%15s %63s %63s %63s", verb, a, b, c) < 2) return;
    if (strcmp(verb, "user") == 0)
        hsvc_input_user_put(&in, a, &profile, 1);
    else if (strcmp(verb, "give") == 0)
        hsvc_input_associate(&in, b, a);
    else if (strcmp(verb, "plug") == 0)
        hsvc_input_headset_connected(&in, a, b, 0);
    else if (strcmp(verb, "unplug") == 0)
        hsvc_input_headset_disconnected(&in, a, b, 0);
    else if (strcmp(verb, "pin") == 0)
        hsvc_input_submit(&in, a, prompt, b, c, strlen(c));
    else if (strcmp(verb, "press") == 0 && strcmp(b, "sign-in") == 0)
        hsvc_input_sign_in(&in, a, prompt);
    else if (strcmp(verb, "press") == 0 && strcmp(b, "sign-out") == 0)
        hsvc_input_sign_out(&in, a, prompt);
    else if (strcmp(verb, "press") == 0)
        hsvc_input_cancel(&in, a, prompt);
    else if (strcmp(verb, "phone") == 0) {
        hsvc_input_device_put(&in, a, "its-own-line", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8861", NULL,
                              HSVC_FLAG_EM_ENABLED);
        call(&in);
        hsvc_input_device_registered(&in, a, 0, 0);
    } else
        return;
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
    hsvc_effects *spare = NULL;
    hsvc_input in;
    char line[256];
    setvbuf(stdin, NULL, _IONBF, 0); /* what is not read yet must wait where poll sees it */
    if (!check(hsvc_stdlib_allocator(&allocator)) || !check(hsvc_stdlib_memory_store(&memory, &store))) return 1;
    if (!check(hsvc_stdlib_engine(&store, &engine, &spare))) return 1;
    hsvc_input_policy_set(&in, HSVC_PARAM_PRESENCE_SETTLE, HSVC_SCOPE_GLOBAL, 0); /* these phones drop no headsets */
    call(&in);
    for (;;) {
        fflush(stdout);
        if (poll(&input, 1, sleep_ms()) == 0)
            call(NULL);
        else if (fgets(line, sizeof line, stdin) != NULL)
            take_line(line);
        else
            break;
    }
    hsvc_effects_free(spare);
    hsvc_engine_free(engine);
    hsvc_memory_store_free(memory);
    return 0;
}
