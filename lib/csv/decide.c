/* decide.c: rows as inputs, and what the engine says of them. Whether a row is good is the engine's verdict alone; here is
 * decided what it is asked, in which order and in how many commits. */
#include <stddef.h>

#include "csv/import.h"

/* ---- rows as inputs ---- */

/* grown: an array with room for one more; *room elements before and after. */
static void *grown(hsvc_csv_import *import, void *array, uint32_t *room, size_t size) {
    uint32_t more = *room == 0 ? 64 : *room * 2;
    void *bigger = hsvc__grow(&import->allocator, array, *room * size, more * size);
    if (bigger != NULL) *room = more;
    return bigger;
}

static int has_room(hsvc_csv_import *import) {
    void *array;
    if (import->input_count == import->input_room) {
        array = grown(import, import->inputs, &import->input_room, sizeof *import->inputs);
        if (array == NULL) return 0;
        import->inputs = (hsvc_input *)array;
    }
    if (import->input_count == import->decided_room) {
        array = grown(import, import->decided, &import->decided_room, sizeof *import->decided);
        if (array == NULL) return 0;
        import->decided = (struct hsvc__decided *)array;
    }
    return 1;
}

/* next_input: of a waiting row, with kind and actor; NULL if there is no memory. */
static hsvc_input *next_input(hsvc_csv_import *import, struct hsvc__waiting *waiting, uint32_t kind) {
    hsvc_input *input;
    if (!has_room(import)) return NULL;
    if (waiting->inputs++ == 0) waiting->first = import->input_count;
    memset(&import->decided[import->input_count], 0, sizeof *import->decided);
    input = &import->inputs[import->input_count++];
    (void)hsvc_input_init(input, sizeof *input, kind);
    input->actor = import->actor;
    input->actor_len = import->config.actor_len;
    return input;
}

static hsvc__str kept(hsvc_csv_import *import, hsvc__str text) {
    return hsvc__arena_copy(&import->texts, text.p, text.n);
}

/* set_field: the texts of hsvc_input are pairs of a pointer and a length, as hsvc__str is. */
static void set_field(hsvc_input *input, size_t at, hsvc__str text) {
    if (text.n != 0) memcpy((char *)input + at, &text, sizeof text);
}

/* Profiles in their order, without the empty cells between them. */
static void set_profiles(hsvc_csv_import *import, hsvc_input *input) {
    hsvc_item *items = (hsvc_item *)hsvc__arena_take(&import->texts, HSVC_LIMIT_PROFILES_PER_USER * sizeof *items);
    size_t count = 0;
    for (size_t column = HSVC__COLUMN_USERS_PROFILE_1; items != NULL && column <= HSVC__COLUMN_USERS_PROFILE_16;
         column++) {
        hsvc__str text = hsvc__cell(import, column);
        if (text.n == 0) continue;
        text = kept(import, text);
        memset(&items[count], 0, sizeof *items);
        items[count].kind = HSVC_ITEM_PROFILE;
        items[count].text = text.p;
        items[count++].text_len = text.n;
    }
    input->items = count == 0 ? NULL : items;
    input->item_count = count;
    input->item_size = count == 0 ? 0 : sizeof *items;
}

static uint32_t flag_of(const hsvc_csv_import *import, size_t column, uint32_t flag, int when) {
    hsvc__str text = hsvc__cell(import, column);
    return text.n != 0 && hsvc__word(HSVC__HOLDS_YES_NO, text) == when ? flag : 0;
}

static void set_words(hsvc_csv_import *import, hsvc_input *input) {
    if (input->kind == HSVC_INPUT_USER_PUT) {
        input->flags = flag_of(import, HSVC__COLUMN_USERS_ENABLED, HSVC_FLAG_DISABLED, 0);
        set_profiles(import, input);
    } else if (input->kind == HSVC_INPUT_DEVICE_PUT) {
        input->state = (uint32_t)hsvc__word(HSVC__HOLDS_DEVICE, hsvc__cell(import, HSVC__COLUMN_DEVICES_KIND));
        input->flags = flag_of(import, HSVC__COLUMN_DEVICES_EM_ENABLED, HSVC_FLAG_EM_ENABLED, 1) |
                       flag_of(import, HSVC__COLUMN_DEVICES_REMOTE_ACCESS, HSVC_FLAG_REMOTE_ACCESS, 1) |
                       flag_of(import, HSVC__COLUMN_DEVICES_CROSS_CLUSTER, HSVC_FLAG_CROSS_CLUSTER, 1);
    }
}

/* ask_row: the row as it stands there, as one input. */
static int32_t ask_row(hsvc_csv_import *import, struct hsvc__waiting *waiting) {
    hsvc_input *input = next_input(import, waiting, hsvc__row_kind(import));
    if (input == NULL) return HSVC_ERR_MEMORY;
    for (size_t i = 0; i < import->columns_found; i++) {
        const struct hsvc__column *column = hsvc__column(import->columns[i]);
        if (column->field != 0) set_field(input, column->at, kept(import, hsvc__unguard(import->reader.row.fields[i])));
    }
    set_words(import, input);
    return import->texts.failed ? HSVC_ERR_MEMORY : HSVC_OK;
}

static int32_t ask_removal(hsvc_csv_import *import, struct hsvc__waiting *waiting, hsvc__str user, hsvc__str serial) {
    hsvc_input *input = next_input(import, waiting, HSVC_INPUT_DISASSOCIATE);
    if (input == NULL) return HSVC_ERR_MEMORY;
    set_field(input, offsetof(hsvc_input, user), kept(import, user));
    set_field(input, offsetof(hsvc_input, serial), kept(import, serial));
    return import->texts.failed ? HSVC_ERR_MEMORY : HSVC_OK;
}

/* ask_surplus: what the row's user has and the file does not give to that user (REPLACE). */
static int32_t ask_surplus(hsvc_csv_import *import, struct hsvc__waiting *waiting) {
    hsvc__str user = hsvc__cell(import, HSVC__COLUMN_ASSOCIATIONS_USER), serial;
    hsvc_user_view view = {0};
    struct hsvc__mark mark;
    int32_t status;
    if (import->config.meaning != HSVC_CSV_REPLACE || import->faults != 0 || hsvc__fold_eq(user, import->last_user))
        return HSVC_OK;
    memcpy(import->last_user_text, user.p, user.n);
    import->last_user = hsvc__str_of(import->last_user_text, user.n);
    view.struct_size = sizeof view;
    status = hsvc_user_get(import->config.engine, user.p, user.n, &view);
    if (status != HSVC_OK) return status == HSVC_ERR_NOT_FOUND ? HSVC_OK : status;
    for (size_t i = 0;
         status == HSVC_OK && hsvc_user_headset_at(import->config.engine, i, &serial.p, &serial.n) == HSVC_OK; i++) {
        hsvc__mark_of(&mark, HSVC__SPACE_ADD, serial, user);
        if (hsvc__seen_count(&import->marks, &mark, HSVC__MARK) == 0)
            status = ask_removal(import, waiting, user, serial);
    }
    return status;
}

/* ask_move: of an atomic import: both halves apart, so that two users who hold all they may can exchange (BULK-5). What is not
 * the giver's now stays one input, for the engine to judge. */
static int32_t ask_move(hsvc_csv_import *import, struct hsvc__waiting *waiting) {
    hsvc__str serial = hsvc__trim(hsvc__cell(import, HSVC__COLUMN_ASSOCIATIONS_SERIAL));
    hsvc__str from = hsvc__cell(import, HSVC__COLUMN_ASSOCIATIONS_FROM);
    hsvc_headset_view view = {0};
    int32_t status;
    view.struct_size = sizeof view;
    status = hsvc_headset_get(import->config.engine, serial.p, serial.n, &view);
    if (status != HSVC_OK && status != HSVC_ERR_NOT_FOUND) return status;
    if (status == HSVC_OK && hsvc__fold_eq(from, hsvc__str_of(view.owner, view.owner_len))) {
        hsvc_input *input;
        status = ask_removal(import, waiting, from, serial);
        if (status == HSVC_OK) status = ask_row(import, waiting);
        if (status != HSVC_OK) return status;
        input = &import->inputs[import->input_count - 1];
        input->kind = HSVC_INPUT_ASSOCIATE;
        input->name = NULL;
        input->name_len = 0;
        return HSVC_OK;
    }
    return ask_row(import, waiting);
}

/* ask: the inputs of a row in this pass. */
static int32_t ask(hsvc_csv_import *import, struct hsvc__waiting *waiting) {
    uint32_t kind = hsvc__row_kind(import);
    int removes = kind == HSVC_INPUT_DISASSOCIATE, atomic = import->config.mode == HSVC_CSV_ATOMIC;
    int associates = kind == HSVC_INPUT_ASSOCIATE || kind == HSVC_INPUT_MOVE;
    int32_t status = HSVC_OK;
    if (associates && (atomic || import->pass == HSVC__PASS_REMOVE)) status = ask_surplus(import, waiting);
    if (status != HSVC_OK) return status;
    if (!atomic && removes != (import->pass == HSVC__PASS_REMOVE)) return HSVC_OK;
    return atomic && kind == HSVC_INPUT_MOVE ? ask_move(import, waiting) : ask_row(import, waiting);
}

/* ---- what the engine says ---- */

/* note: verdicts of items there are none here: no row makes an input with a list that is judged item by item. */
static void note(struct hsvc__decided *decided, const hsvc_verdict *verdict) {
    decided->accepted = verdict->accepted;
    decided->reason = verdict->reason;
    decided->limit = verdict->limit;
}

void hsvc__hear(const hsvc_effects *effects, uint32_t index, struct hsvc__decided *decided) {
    hsvc_verdict verdict = {0};
    verdict.struct_size = sizeof verdict;
    for (size_t i = 0; hsvc_verdict_at(effects, i, &verdict) == HSVC_OK; i++)
        if (verdict.input_index == index) note(decided, &verdict);
}

/* hear_all: of inputs [first, first + count); verdicts of deadlines stand between theirs. */
static void hear_all(hsvc_csv_import *import, uint32_t first, uint32_t count) {
    hsvc_verdict verdict = {0};
    verdict.struct_size = sizeof verdict;
    for (size_t i = 0; hsvc_verdict_at(import->effects, i, &verdict) == HSVC_OK; i++)
        if (verdict.input_index < count) note(&import->decided[first + verdict.input_index], &verdict);
}

void hsvc__count_effects(hsvc_csv_import *import, uint32_t index) {
    hsvc_effect effect = {0};
    effect.struct_size = sizeof effect;
    for (size_t i = 0; hsvc_effects_at(import->effects, i, &effect) == HSVC_OK; i++) {
        if (index != HSVC__ALL_INPUTS && effect.input_index != index) continue;
        import->summary.effects++;
        import->summary.sessions_ended += effect.kind == HSVC_EFFECT_SESSION_ENDED;
    }
}

static int32_t hand_out(hsvc_csv_import *import) {
    hsvc__count_effects(import, HSVC__ALL_INPUTS);
    if (import->config.effects == NULL || hsvc_effects_count(import->effects) == 0) return HSVC_OK;
    return import->config.effects(import->effects, import->config.user) == HSVC_OK ? HSVC_OK : HSVC_ERR_CALLBACK;
}

/* decide_some: in commits of as many as the store takes. */
static int32_t decide_some(hsvc_csv_import *import) {
    uint32_t at = 0;
    while (at < import->input_count) {
        uint32_t count = import->input_count - at < import->batch ? import->input_count - at : import->batch;
        int32_t status = hsvc_apply(import->config.engine, import->inputs + at, count, 0, import->effects);
        if (status == HSVC_ERR_LIMIT && import->batch > 1) {
            import->batch = (count + 1) / 2;
            continue;
        }
        if (status == HSVC_OK) {
            hear_all(import, at, count);
            status = hand_out(import);
        }
        if (status != HSVC_OK) return status;
        at += count;
    }
    return HSVC_OK;
}

static uint32_t outcome_of(const hsvc_csv_import *import, uint32_t at);

static int32_t decide_dry(hsvc_csv_import *import) {
    for (uint32_t at = 0; at < import->input_count; at++) {
        int32_t status = hsvc__ask_dry(import, at);
        if (status == HSVC_OK && outcome_of(import, at) == HSVC_CSV_CHANGED)
            status = hsvc__note_dry(import, &import->inputs[at]);
        if (status != HSVC_OK) return status;
    }
    return HSVC_OK;
}

/* is_given_elsewhere: does the file itself give this headset to somebody? Then it is no error that it is not the user's any
 * more: the file was imported before. */
static int is_given_elsewhere(const hsvc_csv_import *import, const hsvc_input *input) {
    struct hsvc__mark mark;
    hsvc__mark_of(&mark, HSVC__SPACE_ADD, hsvc__trim(hsvc__str_of(input->serial, input->serial_len)),
                  hsvc__str_of(NULL, 0));
    return hsvc__seen_count(&import->marks, &mark, HSVC__MARK_KEY) != 0;
}

static uint32_t outcome_of(const hsvc_csv_import *import, uint32_t at) {
    const struct hsvc__decided *said = &import->decided[at];
    if (said->accepted)
        return said->reason == HSVC_REASON_ALREADY_ASSOCIATED || said->reason == HSVC_REASON_UNCHANGED
                   ? HSVC_CSV_UNCHANGED
                   : HSVC_CSV_CHANGED;
    if (import->inputs[at].kind != HSVC_INPUT_DISASSOCIATE) return HSVC_CSV_FAILED;
    if (said->reason == HSVC_REASON_NOT_ASSOCIATED) return HSVC_CSV_UNCHANGED;
    return said->reason == HSVC_REASON_NOT_OWNER && is_given_elsewhere(import, &import->inputs[at]) ? HSVC_CSV_UNCHANGED
                                                                                                    : HSVC_CSV_FAILED;
}

/* ---- rows ---- */

/* Of no column: what is wrong with a cell by itself was seen before the engine was asked. */
static void note_wrong(struct hsvc__waiting *waiting, const struct hsvc__decided *said) {
    struct hsvc__wrong *wrong = &waiting->wrongs[waiting->wrong_count];
    wrong->reason = said->reason;
    wrong->column = 0;
    wrong->limit = said->limit;
    waiting->wrong_count++;
}

/* settle: the outcome of a row is the worst of its inputs'. */
static void settle(const hsvc_csv_import *import, struct hsvc__waiting *waiting) {
    if (waiting->wrong_count > 0) {
        waiting->outcome = HSVC_CSV_FAILED;
        return;
    }
    if (waiting->inputs > 0) waiting->outcome = HSVC_CSV_UNCHANGED;
    for (uint32_t at = waiting->first; at < waiting->first + waiting->inputs; at++) {
        uint32_t outcome = outcome_of(import, at);
        if (outcome == HSVC_CSV_FAILED) note_wrong(waiting, &import->decided[at]);
        if (outcome != HSVC_CSV_UNCHANGED && waiting->outcome != HSVC_CSV_FAILED) waiting->outcome = outcome;
        waiting->reason = import->decided[at].reason;
    }
}

/* remember: of the pass of removals, a byte a row. */
static void remember(hsvc_csv_import *import, const struct hsvc__waiting *waiting) {
    uint8_t *byte = hsvc__heap_at(&import->outcomes, waiting->row - 1);
    if (waiting->outcome == HSVC_CSV_CHANGED) *byte = HSVC__TAKEN;
    if (waiting->outcome == HSVC_CSV_UNCHANGED) *byte = HSVC__NOT_THERE;
    if (waiting->outcome == HSVC_CSV_FAILED) *byte = (uint8_t)(waiting->wrongs[0].reason - HSVC__FELL);
}

/* recall: in the last pass, of the removals: the whole of a row that removes, the rest of one that gives. */
static void recall(const hsvc_csv_import *import, struct hsvc__waiting *waiting) {
    uint8_t byte = import->outcomes.count == 0 ? HSVC__NOT_ASKED : *hsvc__heap_at(&import->outcomes, waiting->row - 1);
    if (byte == HSVC__NOT_ASKED || waiting->outcome == HSVC_CSV_FAILED) return;
    if (byte > HSVC__NOT_THERE) {
        struct hsvc__decided said = {0};
        said.reason = HSVC__FELL + byte;
        note_wrong(waiting, &said);
        waiting->outcome = HSVC_CSV_FAILED;
    } else if (byte == HSVC__TAKEN ? waiting->outcome != HSVC_CSV_CHANGED : waiting->outcome == 0) {
        waiting->outcome = byte == HSVC__TAKEN ? HSVC_CSV_CHANGED : HSVC_CSV_UNCHANGED;
        waiting->reason = byte == HSVC__TAKEN ? HSVC_REASON_DISASSOCIATED : HSVC_REASON_NOT_ASSOCIATED;
    }
}

static void forget_waiting(hsvc_csv_import *import) {
    hsvc__arena_reset(&import->texts);
    import->first_waiting = NULL;
    import->last_waiting = NULL;
    import->waiting = 0;
    import->input_count = 0;
}

/* drop_done: rows of which nobody knows any more, since they were done before the token this import resumes by. */
static void drop_done(hsvc_csv_import *import) {
    struct hsvc__waiting **at = &import->first_waiting;
    while (*at != NULL) {
        if ((*at)->outcome != 0) {
            at = &(*at)->next;
            continue;
        }
        import->summary.skipped++;
        *at = (*at)->next;
    }
}

static int32_t decide_partial(hsvc_csv_import *import) {
    int32_t status = import->config.flags & HSVC_CSV_DRY_RUN ? decide_dry(import) : decide_some(import);
    if (status != HSVC_OK) return status;
    for (struct hsvc__waiting *waiting = import->first_waiting; waiting != NULL; waiting = waiting->next) {
        settle(import, waiting);
        if (import->pass == HSVC__PASS_REMOVE)
            remember(import, waiting);
        else
            recall(import, waiting);
    }
    if (import->pass == HSVC__PASS_REMOVE) return HSVC_OK;
    drop_done(import);
    return hsvc__tell_waiting(import);
}

/* ---- all or nothing ---- */

/* order: removals first, and of those that shall really be done only what changes something. index: where each went. */
static uint32_t order(hsvc_csv_import *import, hsvc_input *ordered, uint32_t *index, int all) {
    uint32_t count = 0;
    for (int removals = 1; removals >= 0; removals--)
        for (uint32_t i = 0; i < import->input_count; i++) {
            if ((import->inputs[i].kind == HSVC_INPUT_DISASSOCIATE) != removals) continue;
            if (!all && outcome_of(import, i) != HSVC_CSV_CHANGED) continue;
            ordered[count] = import->inputs[i];
            index[count++] = i;
        }
    return count;
}

static int32_t apply_ordered(hsvc_csv_import *import, hsvc_input *ordered, uint32_t *index, uint32_t flags) {
    uint32_t count = order(import, ordered, index, (flags & HSVC_APPLY_DRY_RUN) != 0);
    hsvc_verdict verdict = {0};
    int32_t status = hsvc_apply(import->config.engine, ordered, count, flags, import->effects);
    verdict.struct_size = sizeof verdict;
    for (size_t i = 0; status == HSVC_OK && hsvc_verdict_at(import->effects, i, &verdict) == HSVC_OK; i++)
        if (verdict.input_index < count) note(&import->decided[index[verdict.input_index]], &verdict);
    return status;
}

/* fail_together: 1 if a row failed; the good ones are left then. */
static int fail_together(hsvc_csv_import *import) {
    int failed = 0;
    for (struct hsvc__waiting *waiting = import->first_waiting; waiting != NULL; waiting = waiting->next) {
        settle(import, waiting);
        failed |= waiting->outcome == HSVC_CSV_FAILED && !HSVC__MUTANT(good_rows_land_anyway);
    }
    for (struct hsvc__waiting *waiting = import->first_waiting; waiting != NULL && failed; waiting = waiting->next)
        if (waiting->outcome == HSVC_CSV_CHANGED) waiting->outcome = HSVC_CSV_LEFT;
    return failed;
}

static int32_t decide_ordered(hsvc_csv_import *import, hsvc_input *ordered, uint32_t *index) {
    int32_t status = apply_ordered(import, ordered, index, HSVC_APPLY_DRY_RUN);
    if (status != HSVC_OK || fail_together(import)) return status;
    if (import->config.flags & HSVC_CSV_DRY_RUN) return hsvc__count_effects(import, HSVC__ALL_INPUTS), HSVC_OK;
    status = apply_ordered(import, ordered, index, HSVC_APPLY_ALL_OR_NONE);
    if (status != HSVC_OK || fail_together(import)) return status;
    return hand_out(import);
}

static int32_t decide_atomic(hsvc_csv_import *import) {
    size_t n = import->input_count;
    hsvc_input *ordered = (hsvc_input *)hsvc__arena_take(&import->texts, (n + 1) * sizeof *ordered);
    uint32_t *index = (uint32_t *)hsvc__arena_take(&import->texts, (n + 1) * sizeof *index);
    int32_t status = ordered == NULL || index == NULL ? HSVC_ERR_MEMORY : decide_ordered(import, ordered, index);
    if (status == HSVC_ERR_LIMIT) {
        hsvc__refuse(import, HSVC_REASON_BULK_TOO_LARGE, 0, hsvc__str_of(NULL, 0));
        return HSVC_OK;
    }
    return status == HSVC_OK ? hsvc__tell_waiting(import) : status;
}

int32_t hsvc__decide_waiting(hsvc_csv_import *import) {
    int32_t status = HSVC_OK;
    if (import->waiting == 0) return HSVC_OK;
    status = import->config.mode == HSVC_CSV_ATOMIC ? decide_atomic(import) : decide_partial(import);
    forget_waiting(import);
    return status == HSVC_OK ? hsvc__tell_progress(import) : status;
}

/* ---- joining those that wait ---- */

static hsvc__str *keep_cells(hsvc_csv_import *import) {
    const struct hsvc__row *row = &import->reader.row;
    size_t count = row->count < HSVC__COLUMNS ? row->count : HSVC__COLUMNS;
    hsvc__str *cells = (hsvc__str *)hsvc__arena_take(&import->texts, (count + 1) * sizeof *cells);
    for (size_t i = 0; cells != NULL && i < count; i++) cells[i] = kept(import, row->fields[i]);
    return cells;
}

/* wait: the row that was read, with what is wrong with it; NULL if there is no memory. Its text is kept where failed rows
 * are wanted, since it may be one. */
static struct hsvc__waiting *wait(hsvc_csv_import *import, const struct hsvc__wrong *wrongs, uint32_t count) {
    struct hsvc__waiting *waiting = (struct hsvc__waiting *)hsvc__arena_take(&import->texts, sizeof *waiting);
    if (waiting == NULL) return NULL;
    memset(waiting, 0, sizeof *waiting);
    waiting->row = import->row;
    waiting->line = import->reader.line;
    waiting->offset = import->reader.offset;
    waiting->wrong_count = count;
    waiting->wrongs = (struct hsvc__wrong *)hsvc__arena_take(&import->texts, HSVC__WRONGS * sizeof *wrongs);
    if (waiting->wrongs != NULL) memcpy(waiting->wrongs, wrongs, count * sizeof *wrongs);
    if (import->config.write != NULL && import->pass == HSVC__PASS_ADD) {
        if (import->reader.wrong != 0)
            waiting->raw = kept(import, import->reader.raw);
        else
            waiting->cells = keep_cells(import);
        waiting->cell_count = waiting->cells == NULL                     ? 0
                              : import->reader.row.count < HSVC__COLUMNS ? import->reader.row.count
                                                                         : HSVC__COLUMNS;
    }
    if (import->last_waiting != NULL)
        import->last_waiting->next = waiting;
    else
        import->first_waiting = waiting;
    import->last_waiting = waiting;
    import->waiting++;
    return import->texts.failed ? NULL : waiting;
}

/* is_done: before the token this import resumes by. */
static int is_done(hsvc_csv_import *import) {
    if (HSVC__MUTANT(token_forgotten) || import->resume_pass < import->pass) return 0;
    if (import->resume_pass == import->pass && import->row > import->resume_row) return 0;
    if (import->pass == HSVC__PASS_ADD) import->summary.skipped++;
    return 1;
}

int32_t hsvc__decide_row(hsvc_csv_import *import) {
    struct hsvc__wrong wrongs[HSVC__WRONGS];
    struct hsvc__waiting *waiting;
    uint32_t count;
    int32_t status;
    if (is_done(import)) return HSVC_OK;
    count = hsvc__look_row(import, wrongs);
    if (import->pass == HSVC__PASS_REMOVE && count > 0) return HSVC_OK;
    waiting = wait(import, wrongs, count);
    status = waiting == NULL ? HSVC_ERR_MEMORY : count == 0 ? ask(import, waiting) : HSVC_OK;
    if (status != HSVC_OK || import->config.mode == HSVC_CSV_ATOMIC) return status;
    return import->waiting >= HSVC_LIMIT_BULK_BATCH || import->input_count >= HSVC_LIMIT_BULK_BATCH
               ? hsvc__decide_waiting(import)
               : HSVC_OK;
}
