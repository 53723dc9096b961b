/* model_bulk.c: a file of associations (SPEC 15: BULK-2 to 4): what it takes away first, then what it gives. */
#include <stdlib.h>

#include "model.h"

#define REFUSED UINT32_MAX

static uint32_t takes(const struct m_row *row) { return row->action == M_ROW_DISASSOCIATE; }

/* faulty: also where the same serial is taken, or given, twice: none of these rows is done (BULK-3, decision 080). */
static uint32_t faulty(const struct m_row *rows, uint32_t count, uint32_t i) {
    if (rows[i].bad) return 1;
    for (uint32_t k = 0; k < count; k++)
        if (k != i && !rows[k].bad && rows[k].headset == rows[i].headset && takes(&rows[k]) == takes(&rows[i])) return 1;
    return 0;
}

/* given_here: does the file itself give it to whose it is? A file may come twice (decision 080). */
static uint32_t given_here(const struct m_row *rows, uint32_t count, uint32_t headset, uint32_t owner) {
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].headset == headset && rows[i].action != M_ROW_DISASSOCIATE && rows[i].user == owner && !faulty(rows, count, i)) return 1;
    return 0;
}

/* take: 1 changed, 0 as it was, M_OPEN: refused. */
static uint32_t take(struct model *m, const struct m_row *rows, uint32_t count, const struct m_row *row) {
    uint32_t owner = m->headsets[row->headset].owner;
    if (owner == 0) return 0;
    if (owner != row->user) return given_here(rows, count, row->headset, owner) ? 0 : M_OPEN;
    (void)m_disassociate(m, row->headset);
    return 1;
}

static uint32_t give(struct model *m, const struct m_row *row) {
    struct m_answer a;
    if (row->action == M_ROW_MOVE) {
        a = m_move(m, row->headset, row->from, row->user);
        return a.accepted == 1 ? 1 : M_OPEN;
    }
    a = m_associate(m, row->user, row->headset);
    return a.accepted != 1 ? M_OPEN : a.reason == HSVC_REASON_ALREADY_ASSOCIATED ? 0 : 1;
}

/* give_atomic: a move's taking half was done with the removals, so that full users can exchange (BULK-5). */
static uint32_t give_atomic(struct model *m, const struct m_row *row, uint32_t taken) {
    struct m_row plain = *row;
    if (row->action == M_ROW_MOVE && taken) plain.action = M_ROW_ASSOCIATE;
    return give(m, &plain);
}

/* surplus: REPLACE: what a user who stands in the file has, and the file does not give. Counts for the user's first row. */
static void surplus(struct model *m, const struct m_row *rows, uint32_t count, uint8_t *took) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t user = rows[i].user;
        if (i > 0 && rows[i - 1].user == user) continue; /* a user's rows stand together */
        for (uint32_t h = 1; h < M_HEADSETS; h++) {
            if (m->headsets[h].owner != user || !m->users[user].exists || given_here(rows, count, h, user)) continue;
            (void)m_disassociate(m, h);
            took[i] = 1;
        }
    }
}

static uint32_t atomic(struct model *m, const struct m_row *rows, uint32_t count, const uint8_t *took) {
    uint32_t changed = 0, taken = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t did = 0;
        if (faulty(rows, count, i)) return REFUSED;
        if (rows[i].action == M_ROW_DISASSOCIATE) did = take(m, rows, count, &rows[i]);
        if (rows[i].action == M_ROW_MOVE && rows[i].from != 0 && m->headsets[rows[i].headset].owner == rows[i].from) {
            (void)m_disassociate(m, rows[i].headset);
            taken |= 1u << i;
        }
        if (did == M_OPEN) return REFUSED;
        changed += did;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t did = rows[i].action == M_ROW_DISASSOCIATE ? 0 : give_atomic(m, &rows[i], taken & 1u << i);
        if (did == M_OPEN) return REFUSED;
        changed += did || took[i];
    }
    return changed;
}

static uint32_t partial(struct model *m, const struct m_row *rows, uint32_t count, const uint8_t *took) {
    uint32_t changed = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!faulty(rows, count, i) && rows[i].action == M_ROW_DISASSOCIATE) changed += take(m, rows, count, &rows[i]) == 1;
    m_warned(m); /* what is taken away is a commit of its own */
    for (uint32_t i = 0; i < count; i++) {
        uint32_t did;
        if (faulty(rows, count, i) || rows[i].action == M_ROW_DISASSOCIATE) continue;
        did = give(m, &rows[i]);
        changed += did != M_OPEN && (did == 1 || took[i]);
    }
    return changed;
}

static struct model *copy(const struct model *m) {
    struct model *before = malloc(sizeof *before);
    if (before == NULL) abort();
    *before = *m;
    return before;
}

/* undo: how many rows changed something; all is as it was before, if nothing was to be done (BULK-4). */
static uint32_t undo(struct model *m, struct model *before, uint32_t changed, uint32_t how) {
    if (changed == REFUSED || how & M_DRY) *m = *before;
    free(before);
    return changed == REFUSED ? 0 : changed;
}

/* m_import: how many rows changed something. A faulty row keeps every headset where it is under REPLACE (decision 080). */
uint32_t m_import(struct model *m, const struct m_row *rows, uint32_t count, uint32_t how) {
    struct model *before = copy(m);
    uint8_t took[M_HEADSETS] = {0};
    uint32_t wrong = 0, changed;
    for (uint32_t i = 0; i < count; i++) wrong |= faulty(rows, count, i);
    if (how & M_REPLACE && !wrong) surplus(m, rows, count, took);
    changed = how & M_ALL_OR_NONE ? atomic(m, rows, count, took) : partial(m, rows, count, took);
    m_warned(m);
    return undo(m, before, changed, how);
}

/* ---- users and phones ---- */

uint32_t m_import_users(struct model *m, const struct m_record *rows, uint32_t count, uint32_t how) {
    struct model *before = copy(m);
    uint32_t changed = 0;
    for (uint32_t i = 0; i < count && changed != REFUSED; i++) {
        const struct m_user *u = &m->users[rows[i].number];
        uint32_t news = !u->exists || u->profiles != rows[i].profiles || u->enabled != rows[i].enabled;
        if (rows[i].bad && how & M_ALL_OR_NONE) changed = REFUSED;
        if (rows[i].bad) continue;
        if (news) (void)m_user_put(m, rows[i].number, rows[i].profiles, rows[i].enabled);
        changed += news;
    }
    return undo(m, before, changed, how);
}

uint32_t m_import_phones(struct model *m, const struct m_record *rows, uint32_t count, uint32_t how) {
    struct model *before = copy(m);
    uint32_t changed = 0;
    for (uint32_t i = 0; i < count && changed != REFUSED; i++) {
        const struct m_phone *p = &m->phones[rows[i].number];
        uint32_t news = p->kind != rows[i].kind || p->related != rows[i].related || p->em != rows[i].em || p->unfit != rows[i].unfit;
        uint32_t wrong = rows[i].bad || !m_phone_put(m, &rows[i]).accepted;
        if (wrong && how & M_ALL_OR_NONE) changed = REFUSED;
        else if (!wrong) changed += news;
    }
    return undo(m, before, changed, how);
}
