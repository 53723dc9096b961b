/* timeline.c: the timeline that people read. One row a thing that happened: time, phone, what, what the phone shows then,
 * and the rule that decided. What phones do by themselves (resets, wipes) is left out unless --all. */
#include <string.h>

#include "host.h"

enum { TIME_WIDTH = 8, PHONE_WIDTH = 12, SHOWS_WIDTH = 30, RULE_WIDTH = 9, GAPS = 8 };

/* ---- cells ---- */

size_t columns_of(const char *bytes, size_t len) {
    size_t columns = 0;
    for (size_t i = 0; i < len; i++) columns += ((unsigned char)bytes[i] & 0xc0u) != 0x80u;
    return columns;
}

/* How many bytes the first `columns` characters have. */
static size_t bytes_of(const char *bytes, size_t len, size_t columns) {
    size_t i = 0;
    for (; i < len; i++)
        if (((unsigned char)bytes[i] & 0xc0u) != 0x80u && columns-- == 0) break;
    return i;
}

/* One cell, filled up with blanks to its width, or cut off with a dash of dots; width 0: as long as it is. */
void print_cell(const struct host *host, const char *colour, const char *bytes, size_t len, size_t width) {
    size_t columns = columns_of(bytes, len);
    int cut = width > 0 && columns > width;
    int paint = host->colour && colour[0] != '\0' && len > 0;
    if (paint) printf("\033[%sm", colour);
    if (cut) {
        printf("%.*s\xe2\x80\xa6", (int)bytes_of(bytes, len, width - 1), bytes);
        columns = width;
    } else if (len > 0) {
        printf("%.*s", (int)len, bytes);
    }
    if (paint) printf("\033[0m");
    for (; columns < width; columns++) putchar(' ');
}

/* ---- rows ---- */

struct row {
    int64_t at;
    struct span phone;    /* as the engine knows it */
    uint32_t input_index; /* whose effects belong to the row */
    struct text what;
    struct text shows;
    const char *rule;
    const char *colour; /* of what */
};

static void print_day(struct host *host, int64_t at) {
    int64_t day = (at - hsvc_scenario_day_one(host->scenario)) / 86400000 + 1;
    if (day == host->day) return;
    if (host->day != 0) printf("\nday %d\n", (int)day);
    host->day = day;
}

static void print_head(struct host *host, size_t room) {
    static const char *const heads[] = {"time", "phone", "what happens", "the phone shows", "rule"};
    const size_t widths[] = {TIME_WIDTH, PHONE_WIDTH, room, SHOWS_WIDTH, 0};
    for (size_t i = 0; i < 5; i++) {
        print_cell(host, "2", heads[i], strlen(heads[i]), widths[i]);
        printf(i < 4 ? "  " : "\n");
    }
}

static void print_row(struct host *host, const struct row *row) {
    size_t room = (size_t)host->width - TIME_WIDTH - PHONE_WIDTH - SHOWS_WIDTH - RULE_WIDTH - GAPS;
    struct text time = {NULL, 0, 0};
    struct span phone = label(host, HSVC_SCENARIO_PHONE, row->phone.p, row->phone.n);
    if (host->rows == 0) print_head(host, room);
    print_day(host, row->at);
    words_time(host, row->at, &time);
    print_cell(host, "2", time.bytes, time.len, TIME_WIDTH);
    printf("  ");
    print_cell(host, "1", phone.p, phone.n, PHONE_WIDTH);
    printf("  ");
    print_cell(host, row->colour, row->what.bytes, row->what.len, room);
    printf("  ");
    print_cell(host, "36", row->shows.bytes, row->shows.len, SHOWS_WIDTH);
    printf("  ");
    if (row->rule != NULL) print_cell(host, "2", row->rule, strlen(row->rule), 0);
    printf("\n");
    text_free(&time);
    host->rows++;
}

/* ---- from effects to words ---- */

static int effect_at(const hsvc_scenario_step *step, size_t i, hsvc_effect *e) {
    (void)hsvc_effect_init(e, sizeof *e);
    return hsvc_effects_at(step->effects, i, e) == HSVC_OK;
}

static int on_phone(const hsvc_effect *e, struct span phone) {
    return e->device_len == phone.n && (phone.n == 0 || memcmp(e->device, phone.p, phone.n) == 0);
}

/* Effect number i, if it is the row's. */
static int row_effect(const hsvc_scenario_step *step, const struct row *row, size_t i, hsvc_effect *e) {
    return effect_at(step, i, e) && on_phone(e, row->phone) && e->input_index == row->input_index;
}

/* What the phone shows now: the last of the row's prompts; a profile makes it reset; else it is idle again. */
static void put_screen(struct host *host, const hsvc_scenario_step *step, struct row *row) {
    hsvc_effect e;
    for (size_t i = 0; i < hsvc_effects_count(step->effects); i++) {
        if (!row_effect(step, row, i, &e)) continue;
        if (e.kind == HSVC_EFFECT_SHOW_PROMPT) {
            text_clear(&row->shows);
            words_prompt(host, &e, &row->shows);
        } else if (e.kind == HSVC_EFFECT_APPLY_PROFILE) {
            text_clear(&row->shows);
            text_printf(&row->shows, "resets as %.*s", (int)e.profile_len, e.profile);
        } else if (e.kind == HSVC_EFFECT_CLEAR_PROMPT && row->shows.len == 0) {
            text_puts(&row->shows, "\xc2\xb7");
        }
    }
}

/* Who is out and who is in by this row, as a tail to what happened; and the colour that goes with it. */
static void put_session(struct host *host, const hsvc_scenario_step *step, struct row *row) {
    const char *before = row->what.len > 0 ? ": " : "";
    hsvc_effect e;
    for (size_t i = 0; i < hsvc_effects_count(step->effects); i++) {
        struct span user;
        if (!row_effect(step, row, i, &e)) continue;
        if (e.kind != HSVC_EFFECT_SESSION_ENDED && e.kind != HSVC_EFFECT_SESSION_STARTED) continue;
        user = label(host, HSVC_SCENARIO_USER, e.user, e.user_len);
        text_printf(&row->what, "%s%.*s is %s", before, (int)user.n, user.p,
                    e.kind == HSVC_EFFECT_SESSION_ENDED ? "out" : "in");
        before = ", ";
        if (e.cause == HSVC_CAUSE_OTHER_LOGIN) text_puts(&row->what, ", signed in elsewhere");
        row->colour = e.kind == HSVC_EFFECT_SESSION_ENDED ? "33" : "32";
    }
}

static void row_free(struct row *row) {
    text_free(&row->what);
    text_free(&row->shows);
}

static void finish_row(struct host *host, const hsvc_scenario_step *step, const hsvc_verdict *verdict,
                       struct row *row) {
    row->colour = verdict != NULL && !verdict->accepted ? "31" : "";
    put_session(host, step, row);
    put_screen(host, step, row);
    if (verdict != NULL) row->rule = verdict->rule;
    print_row(host, row);
    row_free(row);
}

/* ---- steps ---- */

static int verdict_at(const hsvc_scenario_step *step, size_t i, hsvc_verdict *v) {
    (void)hsvc_verdict_init(v, sizeof *v);
    return hsvc_verdict_at(step->effects, i, v) == HSVC_OK;
}

static int has_verdict(const hsvc_scenario_step *step, const hsvc_effect *e) {
    hsvc_verdict v;
    for (size_t i = 0; verdict_at(step, i, &v); i++)
        if (on_phone(e, span_of(v.device, v.device_len))) return 1;
    return 0;
}

/* Sessions that end on phones which the step is not about: the user signed in elsewhere. */
static void print_elsewhere(struct host *host, const hsvc_scenario_step *step) {
    hsvc_effect e;
    for (size_t i = 0; i < hsvc_effects_count(step->effects); i++) {
        struct row row = {0};
        if (!effect_at(step, i, &e) || e.kind != HSVC_EFFECT_SESSION_ENDED || has_verdict(step, &e)) continue;
        row.at = e.at_ms;
        row.phone = span_of(e.device, e.device_len);
        row.rule = e.rule;
        row.input_index = e.input_index;
        finish_row(host, step, NULL, &row);
    }
}

/* A screen that comes up, or somebody who is in or out by this row. */
static int shows_something(const hsvc_scenario_step *step, const struct row *row) {
    hsvc_effect e;
    for (size_t i = 0; i < hsvc_effects_count(step->effects); i++)
        if (row_effect(step, row, i, &e) && (e.kind == HSVC_EFFECT_SHOW_PROMPT || e.kind == HSVC_EFFECT_SESSION_ENDED ||
                                             e.kind == HSVC_EFFECT_SESSION_STARTED))
            return 1;
    return 0;
}

/* What phones report by themselves, the way to the directory and back, and what only repeats the row before. */
static int is_chatter(const struct host *host, const hsvc_scenario_step *step, const hsvc_verdict *v) {
    if (host->all || !v->accepted) return 0;
    if (step->origin == HSVC_SCENARIO_BY_PHONE || v->reason == HSVC_REASON_VERIFYING) return 1;
    return v->input_index == HSVC_NO_INPUT && (step->input != NULL || v->reason == HSVC_REASON_SETTLED);
}

static void print_verdict(struct host *host, const hsvc_scenario_step *step, const hsvc_verdict *v) {
    struct row row = {0};
    int deadline = v->input_index == HSVC_NO_INPUT || step->input == NULL;
    row.at = deadline ? v->at_ms : step->at_ms;
    row.phone = span_of(v->device, v->device_len);
    row.input_index = v->input_index;
    if (is_chatter(host, step, v) && !shows_something(step, &row)) return;
    if (deadline)
        words_deadline(v, &row.what);
    else
        words_step(host, step, v, &row.what);
    finish_row(host, step, v, &row);
}

int32_t timeline_step(struct host *host, const hsvc_scenario_step *step) {
    hsvc_verdict v;
    if (step->setup || step->dry_run || host->quiet) return HSVC_OK;
    for (size_t i = 0; verdict_at(step, i, &v); i++) print_verdict(host, step, &v);
    print_elsewhere(host, step);
    return HSVC_OK;
}

void timeline_chapter(struct host *host, const char *words, size_t len) {
    if (host->quiet || host->json) return;
    printf("\n");
    print_cell(host, "1;4", words, len, 0);
    printf("\n");
}

/* As compilers do, so that editors find the place; on stderr, in step with the rows. */
void timeline_failure(struct host *host, const hsvc_scenario_failure *f) {
    (void)fflush(stdout);
    if (host->placed)
        fprintf(stderr, "%.*s (from %.*s:%u)\n", (int)f->message_len, f->message, (int)f->name_len, f->name, f->line);
    else
        fprintf(stderr, "%.*s:%u:%u: %s%.*s\n", (int)f->name_len, f->name, f->line, f->column,
                f->kind == HSVC_SCENARIO_UNMET ? "expected, but not so: " : "", (int)f->message_len, f->message);
    if (f->seen_len > 0) fprintf(stderr, "    instead: %.*s\n", (int)f->seen_len, f->seen);
}
