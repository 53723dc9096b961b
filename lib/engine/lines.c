/* lines.c: the tables that decide as lists that a host can walk: the text of the same rows that the interpreter runs. */
#include "engine/engine.h"
#include "rules/rows.h"

int32_t hsvc_line_info_init(hsvc_line_info *info, size_t size) { return hsvc__sized_init(info, size, sizeof *info); }

static const hsvc_line_info empty = {sizeof empty, 0, 0, 0, "", "", "", "", "", "", "", "", ""};

static int is_same(const char *a, const char *b) { return hsvc__str_eq(hsvc__static(a), hsvc__static(b)); }

static void row_line(size_t index, hsvc_line_info *line) {
    const struct row *row = &rows[index];
    while (line->number < index && is_same(rows[index - line->number - 1].machine, row->machine)) line->number++;
    line->kind = row->kind == IS_ROW ? HSVC_LINE_ROW : HSVC_LINE_OTHER;
    line->table = row->machine;
    line->states = row->states;
    line->event = row->event;
    line->guard = row->guard;
    line->next = row->next;
    line->actions = row->kind == IS_ROW ? row->actions : row->other;
    line->verdict = row->verdict;
    line->rule = row->rule;
    line->why = row->why;
}

static void step_line(size_t index, hsvc_line_info *line) {
    const struct step *step = &steps[index];
    while (line->number < index && is_same(steps[index - line->number - 1].ladder, step->ladder)) line->number++;
    line->kind = HSVC_LINE_STEP;
    line->table = step->ladder;
    line->guard = step->guard;
    line->verdict = step->reason;
    line->rule = step->rule;
    line->why = step->why;
}

static void admit_line(size_t index, hsvc_line_info *line) {
    const struct admit *admit = &admits[index];
    line->kind = HSVC_LINE_ADMIT;
    line->number = (uint32_t)index;
    line->table = admit->kind;
    line->guard = admit->guard;
    line->verdict = admit->reason;
    line->rule = admit->rule;
    line->why = admit->why;
}

int32_t hsvc_line_at(size_t index, hsvc_line_info *info) {
    hsvc_line_info ours = empty;
    if (info == NULL) return HSVC_ERR_ARGUMENT;
    if (index < ROW_COUNT) row_line(index, &ours);
    else if (index < ROW_COUNT + STEP_COUNT) step_line(index - ROW_COUNT, &ours);
    else if (index < ROW_COUNT + STEP_COUNT + ADMIT_COUNT) admit_line(index - ROW_COUNT - STEP_COUNT, &ours);
    else return HSVC_ERR_NOT_FOUND;
    return hsvc__sized_out(info, &ours, sizeof ours, sizeof ours);
}
