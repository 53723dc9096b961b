/* replay.c: a recording, decided again and compared (OBS-6). */
#include <errno.h>
#include <string.h>

#include "headsetsvc/recording.h"
#include "headsetsvc/stdlib.h"
#include "host.h"

struct replaying {
    struct host *host;
    struct table *calls;
};

/* ---- what was replayed ---- */

static void put_reasons(const hsvc_effects *effects, struct text *to) {
    hsvc_verdict v;
    (void)hsvc_verdict_init(&v, sizeof v);
    text_puts(to, "");
    for (size_t i = 0; hsvc_verdict_at(effects, i, &v) == HSVC_OK; i++)
        text_printf(to, "%s%s", i > 0 ? ", " : "", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)v.reason));
}

static void put_inputs(const hsvc_replay_step *step, struct text *to) {
    static const char *const calls[] = {"", "", "advance", "next deadline", "resync"};
    if (step->kind != HSVC_RECORDED_APPLY) text_puts(to, step->kind < 5 ? calls[step->kind] : "");
    for (size_t i = 0; i < step->count; i++)
        text_printf(to, "%s%s", i > 0 ? ", " : "", hsvc_name(HSVC_REGISTRY_INPUT, (int32_t)step->inputs[i].kind));
}

static int32_t on_step(const hsvc_replay_step *step, void *user) {
    struct replaying *r = user;
    struct text what = {NULL, 0, 0}, reasons = {NULL, 0, 0};
    if (r->calls == NULL) return HSVC_OK;
    put_inputs(step, &what);
    put_reasons(step->effects, &reasons);
    table_number(r->calls, (int64_t)step->number);
    table_number(r->calls, step->at_ms);
    table_text(r->calls, what.bytes, what.len);
    if (step->count > 0) table_text(r->calls, step->inputs[0].device, step->inputs[0].device_len);
    else table_words(r->calls, "");
    if (step->status != HSVC_OK) table_words(r->calls, hsvc_name(HSVC_REGISTRY_STATUS, step->status));
    else table_text(r->calls, reasons.bytes, reasons.len);
    table_number(r->calls, (int64_t)hsvc_effects_count(step->effects));
    text_free(&what);
    text_free(&reasons);
    return HSVC_OK;
}

/* ---- the first difference ---- */

/* Texts as they are, other bytes by their first that differ. */
static void put_side(const hsvc_difference *d, int came, struct text *to) {
    const uint8_t *bytes = came ? d->came : d->expected;
    size_t len = came ? d->came_len : d->expected_len, other = came ? d->expected_len : d->came_len, at = 0;
    int plain = len < 200;
    if (!d->is_text) {
        text_printf(to, "%llu", (unsigned long long)(came ? d->came_number : d->expected_number));
        return;
    }
    for (size_t i = 0; i < len; i++) plain = plain && bytes[i] >= 0x20 && bytes[i] != 0x7f;
    if (plain) {
        text_printf(to, "\"%.*s\"", (int)len, (const char *)bytes);
        return;
    }
    while (at < len && at < other && d->expected[at] == d->came[at]) at++;
    text_printf(to, "%llu bytes, from byte %llu:", (unsigned long long)len, (unsigned long long)at);
    for (size_t i = at; i < len && i < at + 8; i++) text_printf(to, " %02x", bytes[i]);
}

static int32_t on_difference(const hsvc_difference *d, void *user) {
    struct replaying *r = user;
    struct text expected = {NULL, 0, 0}, came = {NULL, 0, 0};
    struct pairs *pairs = pairs_new(r->host, "difference");
    put_side(d, 0, &expected);
    put_side(d, 1, &came);
    pairs_number(pairs, "call", (int64_t)d->call);
    pairs_number(pairs, "frame", (int64_t)d->frame);
    pairs_number(pairs, "offset", (int64_t)d->offset);
    pairs_words(pairs, "frame_type", d->frame_name);
    if (d->group[0] != '\0') {
        pairs_words(pairs, "group", d->group);
        pairs_number(pairs, "which", (int64_t)d->index + 1);
    }
    pairs_words(pairs, "field", d->field);
    pairs_text(pairs, "expected", expected.bytes, expected.len);
    pairs_text(pairs, "came", came.bytes, came.len);
    pairs_print(pairs);
    text_free(&expected);
    text_free(&came);
    return HSVC_OK;
}

/* ---- all of it ---- */

static int tell_end(struct host *host, const hsvc_replay_report *report, int32_t status, size_t len) {
    struct pairs *pairs;
    if (status == HSVC_ERR_CORRUPT) {
        fprintf(stderr, "hsvc: %s: no recording, damaged, or of another version: byte %llu\n", host->words[0],
                (unsigned long long)report->bytes);
        return EXIT_USAGE;
    }
    if (status != HSVC_OK && status != HSVC_ERR_DIFFERENT) return fail_status(host->words[0], status);
    if (host->json) {
        pairs = pairs_new(host, "replay");
        pairs_words(pairs, "result", status == HSVC_OK ? "same" : "different");
        pairs_number(pairs, "calls", (int64_t)report->calls);
        pairs_number(pairs, "frames", (int64_t)report->frames);
        pairs_number(pairs, "commits", (int64_t)report->commits);
        pairs_number(pairs, "truncated_at", report->truncated ? (int64_t)report->bytes : 0);
        pairs_print(pairs);
    } else if (status == HSVC_OK) {
        if (report->truncated)
            printf("The recording ends inside a call: %llu of %llu bytes were replayed.\n",
                   (unsigned long long)report->bytes, (unsigned long long)len);
        printf("%llu calls, %llu commits, %llu frames: the same, byte for byte.\n", (unsigned long long)report->calls,
               (unsigned long long)report->commits, (unsigned long long)report->frames);
    } else {
        printf("The replay went another way after %llu calls.\n", (unsigned long long)report->calls);
    }
    return status == HSVC_OK ? EXIT_OK : EXIT_UNMET;
}

int command_replay(struct host *host) {
    static const char *const heads[] = {"call", "at_ms", "what", "device", "verdicts", "effects"};
    struct replaying r = {host, NULL};
    struct text bytes = {NULL, 0, 0};
    hsvc_allocator allocator;
    hsvc_replay_config config;
    hsvc_replay_report report;
    int32_t status = hsvc_stdlib_allocator(&allocator);
    int code;
    if (!file_read(host->words[0], &bytes)) {
        fprintf(stderr, "hsvc: %s cannot be read: %s\n", host->words[0], strerror(errno));
        return EXIT_USAGE;
    }
    (void)hsvc_replay_config_init(&config, sizeof config);
    (void)hsvc_replay_report_init(&report, sizeof report);
    config.allocator = &allocator;
    config.step = on_step;
    config.difference = on_difference;
    config.user = &r;
    if (host->all) r.calls = table_new(host, "call", 6, heads);
    if (status == HSVC_OK) status = hsvc_replay(&config, (const uint8_t *)bytes.bytes, bytes.len, &report);
    if (r.calls != NULL) table_print(r.calls);
    code = tell_end(host, &report, status, bytes.len);
    text_free(&bytes);
    return code;
}
