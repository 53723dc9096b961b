/* dry.c: a dry run of a partial import. Each row is decided by the engine after inputs that do to its user and its headset
 * what the file did to them before: so the engine judges limits here too, and nothing is written. */
#include <stddef.h>

#include "csv/import.h"

#define FRONT (2 * HSVC_LIMIT_HEADSETS_PER_USER + 2)

struct front {
    hsvc_input inputs[FRONT];
    char serials[HSVC_LIMIT_HEADSETS_PER_USER][HSVC_LIMIT_SERIAL_LEN];
    uint32_t count;
};

static hsvc_input *next_of(struct front *front, const hsvc_input *like, uint32_t kind) {
    hsvc_input *input = &front->inputs[front->count++];
    (void)hsvc_input_init(input, sizeof *input, kind);
    input->actor = like->actor;
    input->actor_len = like->actor_len;
    return input;
}

/* is_taken: does the file take that headset from that owner? What stands in it twice takes nothing (BULK-3). */
static int is_taken(const hsvc_csv_import *import, const struct hsvc__mark *mark) {
    if (hsvc__seen_count(&import->surplus, mark, HSVC__MARK) != 0) return 1;
    return hsvc__seen_count(&import->marks, mark, HSVC__MARK_KEY) == 1 && hsvc__seen_count(&import->marks, mark, HSVC__MARK) == 1;
}

/* take_back: the headset of the row, if the file took it from its owner; whose it is. */
static int32_t take_back(hsvc_csv_import *import, const hsvc_input *row, struct front *front, int *from_same) {
    hsvc__str serial = hsvc__trim(hsvc__str_of(row->serial, row->serial_len)), owner;
    hsvc_headset_view view = {0};
    struct hsvc__mark mark;
    hsvc_input *input;
    int32_t status;
    view.struct_size = sizeof view;
    status = hsvc_headset_get(import->config.engine, serial.p, serial.n, &view);
    if (status != HSVC_OK) return status == HSVC_ERR_NOT_FOUND ? HSVC_OK : status;
    owner = hsvc__str_of(view.owner, view.owner_len);
    hsvc__mark_of(&mark, HSVC__SPACE_REMOVE, serial, owner);
    if (!is_taken(import, &mark)) return HSVC_OK;
    *from_same = hsvc__fold_eq(owner, hsvc__str_of(row->user, row->user_len));
    input = next_of(front, row, HSVC_INPUT_DISASSOCIATE);
    input->serial = row->serial;
    input->serial_len = row->serial_len;
    return HSVC_OK;
}

/* give_more: headsets that nobody has. */
static void give_more(const hsvc_input *row, struct front *front, int count) {
    static const char name[] = "hsvc dry run ";
    if (HSVC__BUG(count > HSVC_LIMIT_HEADSETS_PER_USER)) count = HSVC_LIMIT_HEADSETS_PER_USER; /* a gain was accepted */
    for (int i = 0; i < count; i++) {
        hsvc_input *input = next_of(front, row, HSVC_INPUT_ASSOCIATE);
        memcpy(front->serials[i], name, sizeof name);
        front->serials[i][sizeof name - 1] = (char)('A' + i);
        input->serial = front->serials[i];
        input->serial_len = sizeof name;
        input->user = row->user;
        input->user_len = row->user_len;
    }
}

/* take_some: of the user's headsets, but not the row's. */
static int32_t take_some(hsvc_csv_import *import, const hsvc_input *row, struct front *front, int count) {
    hsvc__str own = hsvc__trim(hsvc__str_of(row->serial, row->serial_len)), serial;
    hsvc_user_view view = {0};
    int32_t status;
    int taken = 0;
    view.struct_size = sizeof view;
    status = hsvc_user_get(import->config.engine, row->user, row->user_len, &view);
    if (status != HSVC_OK) return status == HSVC_ERR_NOT_FOUND ? HSVC_OK : status;
    for (size_t i = 0; taken < count && hsvc_user_headset_at(import->config.engine, i, &serial.p, &serial.n) == HSVC_OK;
         i++) {
        hsvc_input *input;
        if (hsvc__fold_eq(serial, own) || serial.n > HSVC_LIMIT_SERIAL_LEN) continue;
        memcpy(front->serials[taken], serial.p, serial.n);
        input = next_of(front, row, HSVC_INPUT_DISASSOCIATE);
        input->serial = front->serials[taken++];
        input->serial_len = serial.n;
    }
    return HSVC_OK;
}

static int32_t make_front(hsvc_csv_import *import, const hsvc_input *row, struct front *front) {
    int gained = hsvc__tally_of(&import->tally, hsvc__str_of(row->user, row->user_len)), from_same = 0;
    int32_t status = take_back(import, row, front, &from_same);
    gained += from_same; /* that one is taken by itself already */
    if (status != HSVC_OK || gained == 0) return status;
    if (gained < 0) return take_some(import, row, front, -gained);
    give_more(row, front, gained);
    return HSVC_OK;
}

int32_t hsvc__ask_dry(hsvc_csv_import *import, uint32_t at) {
    const hsvc_input *row = &import->inputs[at];
    struct front front;
    int32_t status = HSVC_OK;
    front.count = 0;
    if (row->kind == HSVC_INPUT_ASSOCIATE || row->kind == HSVC_INPUT_MOVE) status = make_front(import, row, &front);
    if (status != HSVC_OK) return status;
    front.inputs[front.count] = *row;
    status = hsvc_apply(import->config.engine, front.inputs, front.count + 1, HSVC_APPLY_DRY_RUN, import->effects);
    if (status != HSVC_OK) return status;
    hsvc__hear(import->effects, front.count, &import->decided[at]);
    hsvc__count_effects(import, front.count);
    return HSVC_OK;
}

/* note_surplus: what the file takes without a row of its own. */
static int note_surplus(hsvc_csv_import *import, const hsvc_input *input) {
    struct hsvc__mark mark;
    uint8_t *at;
    if (import->config.meaning != HSVC_CSV_REPLACE) return 1;
    hsvc__mark_of(&mark, HSVC__SPACE_REMOVE, hsvc__trim(hsvc__str_of(input->serial, input->serial_len)),
                  hsvc__str_of(input->user, input->user_len));
    at = hsvc__heap_add(&import->surplus);
    if (at != NULL) memcpy(at, mark.bytes, HSVC__MARK);
    return at != NULL;
}

int32_t hsvc__note_dry(hsvc_csv_import *import, const hsvc_input *input) {
    int ok = 1;
    if (input->kind == HSVC_INPUT_DISASSOCIATE)
        ok = note_surplus(import, input) &&
             hsvc__tally_add(&import->tally, hsvc__str_of(input->user, input->user_len), -1);
    if (input->kind == HSVC_INPUT_ASSOCIATE || input->kind == HSVC_INPUT_MOVE)
        ok = hsvc__tally_add(&import->tally, hsvc__str_of(input->user, input->user_len), 1);
    if (ok && input->kind == HSVC_INPUT_MOVE)
        ok = hsvc__tally_add(&import->tally, hsvc__str_of(input->name, input->name_len), -1);
    return ok ? HSVC_OK : HSVC_ERR_MEMORY;
}
