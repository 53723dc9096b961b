/* monday.c: Monday, 09:00: everybody comes at once. A host that is behind gives the library what has queued up, several inputs
 * as one commit: on a disk it is the commits that take the time. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/stdlib.h"
#include "host.h"

enum { FEWEST = 2, MOST = 20000, AT_ONCE = 16, NAME = 28 };

struct burst {
    hsvc_engine *engine;
    hsvc_effects *effects;
    hsvc_input *queue;
    char (*names)[3][NAME]; /* phone, user, serial: inputs borrow them */
    size_t people;
};
struct drained {
    size_t commits, screens;
    double seconds;
};

static double seconds_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What a host does with effects: here it only counts the screens. */
static size_t publish(const hsvc_effects *effects) {
    size_t screens = 0;
    hsvc_effect effect;
    (void)hsvc_effect_init(&effect, sizeof effect);
    for (size_t i = 0; hsvc_effects_at(effects, i, &effect) == HSVC_OK; i++)
        screens += effect.kind == HSVC_EFFECT_SHOW_PROMPT;
    return screens;
}

/* Gives the queue, at most so many at once. What is too much for one commit was not taken at all, and is given in halves. */
static int32_t drain(struct burst *burst, const hsvc_input *queue, size_t count, size_t at_once,
                     struct drained *drained) {
    double from = seconds_now();
    memset(drained, 0, sizeof *drained);
    while (count > 0) {
        size_t now = at_once < count ? at_once : count;
        int32_t status = hsvc_apply(burst->engine, queue, now, 0, burst->effects);
        if (status == HSVC_ERR_LIMIT && now > 1) {
            at_once = (now + 1) / 2;
            continue;
        }
        if (status != HSVC_OK) return status;
        drained->screens += publish(burst->effects);
        drained->commits++;
        queue += now;
        count -= now;
    }
    drained->seconds = seconds_now() - from;
    return HSVC_OK;
}

/* Before the burst: everybody has a headset and a phone. */
static int32_t hire(struct burst *burst) {
    static const hsvc_item profile = {"lines", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    struct drained drained;
    hsvc_input in[4];
    int32_t status =
        hsvc_input_policy_set(&in[0], HSVC_PARAM_PRESENCE_SETTLE, HSVC_SCOPE_GLOBAL, 0); /* no boot to wait for */
    if (status == HSVC_OK) status = drain(burst, in, 1, 1, &drained);
    for (size_t i = 0; status == HSVC_OK && i < burst->people; i++) {
        char *phone = burst->names[i][0], *user = burst->names[i][1], *serial = burst->names[i][2];
        (void)snprintf(phone, NAME, "desk-%zu", i);
        (void)snprintf(user, NAME, "user-%zu", i);
        (void)snprintf(serial, NAME, "WFG%zu", i);
        (void)hsvc_input_user_put(&in[0], user, &profile, 1);
        (void)hsvc_input_device_put(&in[1], phone, "own", HSVC_DEVICE_ANONYMOUS, "Berlin", "CP-8851", "14.1(1)",
                                    HSVC_FLAG_EM_ENABLED);
        (void)hsvc_input_device_registered(&in[2], phone, 0, 0);
        (void)hsvc_input_associate(&in[3], user, serial);
        status = drain(burst, in, 4, 4, &drained);
        (void)hsvc_input_headset_connected(&burst->queue[i], phone, serial, i + 1);
    }
    return status;
}

static void tell(struct table *table, const char *how, size_t reports, const struct drained *drained) {
    table_words(table, how);
    table_number(table, (int64_t)reports);
    table_number(table, (int64_t)drained->commits);
    table_number(table, (int64_t)drained->screens);
    table_number(table, (int64_t)(drained->seconds * 1e3));
    table_number(table, (int64_t)((double)reports / drained->seconds));
}

static int compare(struct host *host, struct burst *burst) {
    static const char *const heads[] = {"how", "reports", "commits", "screens", "ms", "a_second"};
    size_t half = burst->people / 2, rest = burst->people - half;
    struct drained alone, together;
    struct table *table;
    int32_t status = hire(burst);
    if (status == HSVC_OK) status = drain(burst, burst->queue, half, 1, &alone);
    if (status == HSVC_OK) status = drain(burst, burst->queue + half, rest, AT_ONCE, &together);
    if (status != HSVC_OK) return fail_status("monday", status);
    table = table_new(host, "burst", sizeof heads / sizeof *heads, heads);
    tell(table, "one a commit", half, &alone);
    tell(table, "16 a commit", rest, &together);
    table_print(table);
    if (alone.screens == half && together.screens == rest) return EXIT_OK;
    fputs("hsvc: not every report has brought one screen\n", stderr);
    return EXIT_UNMET;
}

static int open_burst(struct host *host, struct burst *burst, hsvc_memory_store **memory) {
    int code = open_played(host);
    int32_t status = HSVC_OK;
    if (code != EXIT_OK) return code;
    if (host->file == NULL) {
        (void)hsvc_store_init(&host->store, sizeof host->store);
        status = hsvc_stdlib_memory_store(memory, &host->store);
    }
    if (status == HSVC_OK) status = hsvc_stdlib_engine(&host->store, &burst->engine, &burst->effects);
    if (status != HSVC_OK) return fail_status("monday", status);
    burst->queue = calloc(burst->people, sizeof *burst->queue);
    burst->names = calloc(burst->people, sizeof *burst->names);
    return burst->queue != NULL && burst->names != NULL ? EXIT_OK : fail_status("monday", HSVC_ERR_MEMORY);
}

int command_monday(struct host *host) {
    struct burst burst = {0};
    hsvc_memory_store *memory = NULL;
    int code;
    burst.people = host->word_count > 0 ? strtoul(host->words[0], NULL, 10) : 400;
    if (burst.people < FEWEST || burst.people > MOST)
        return usage("people are a number from 2 to 20000: ", host->words[0]);
    code = open_burst(host, &burst, &memory);
    if (code == EXIT_OK) code = compare(host, &burst);
    hsvc_effects_free(burst.effects);
    hsvc_engine_free(burst.engine);
    hsvc_memory_store_free(memory);
    free(burst.queue);
    free(burst.names);
    return code;
}
