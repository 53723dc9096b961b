/* acts_import.c: files that administrators make: of associations, of users and of phones; and what an export says, imported
 * again (BULK-1 to 5). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"

#define ROWS_MOST 16

static const char *const actions[] = {"associate", "disassociate", "move"};

/* ---- associations ---- */

/* row: what a person who knows the office by and large would write; some rows are wrong. */
static struct m_row row(const struct world *w, struct random *r) {
    struct m_row row = {0, 0, 0, 0, 0};
    uint32_t owner;
    row.user = (uint8_t)(1 + random_below(r, w->shape.users));
    row.headset = (uint8_t)(1 + random_below(r, w->shape.headsets));
    owner = w->model.headsets[row.headset].owner;
    if (random_chance(r, 300)) {
        row.action = M_ROW_DISASSOCIATE;
        if (owner != 0 && random_chance(r, 900)) row.user = (uint8_t)owner;
    } else if (owner != 0 && owner != row.user && random_chance(r, 800)) {
        row.action = M_ROW_MOVE;
        row.from = (uint8_t)owner;
    }
    row.bad = (uint8_t)random_chance(r, 100);
    return row;
}

/* moved_and_freed: what a file means that both moves a headset and frees it nobody says. */
static uint32_t moved_and_freed(const struct m_row *rows, uint32_t count, const struct m_row *row) {
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].headset == row->headset && (rows[i].action == M_ROW_MOVE) != (row->action == M_ROW_MOVE)) return 1;
    return 0;
}

static void write_row(struct file *f, const struct m_row *row, uint32_t replaces) {
    char line[160];
    const struct world *w = f->w;
    const char *serial = row->bad ? "1.23E+15" : serial_name(row->headset);
    if (replaces) (void)snprintf(line, sizeof line, "%s,%s\r\n", user_id(w, row->user), serial);
    else (void)snprintf(line, sizeof line, "%s,%s,%s,%s\r\n", user_id(w, row->user), serial, actions[row->action], row->from ? user_id(w, row->from) : "");
    file_put(f, line);
    if (row->bad) say(f->w, "# a row of the file that is wrong");
    else if (row->action == M_ROW_MOVE) say(f->w, "move %s from %s to %s", serial_name(row->headset), person(w, row->from), person(w, row->user));
    else if (row->action == M_ROW_ASSOCIATE) say(f->w, "associate %s with %s", serial_name(row->headset), person(w, row->user));
    else say(f->w, "disassociate %s from %s", serial_name(row->headset), person(w, row->user));
}

/* replacing: rows of a file that says all that its users have: of one user together, and mostly what they have. */
static uint32_t replacing(const struct world *w, struct random *r, struct m_row *rows) {
    uint32_t count = 0, first = 1 + random_below(r, w->shape.users);
    for (uint32_t i = 0; i < 3 && count + 3 < ROWS_MOST; i++) {
        uint32_t user = 1 + (first + i) % w->shape.users;
        for (uint32_t h = 1; h <= w->shape.headsets && count + 3 < ROWS_MOST; h++) {
            if (!random_chance(r, w->model.headsets[h].owner == user ? 700 : 60)) continue;
            memset(&rows[count], 0, sizeof *rows);
            rows[count].user = (uint8_t)user;
            rows[count].headset = (uint8_t)h;
            rows[count++].bad = (uint8_t)random_chance(r, 15);
        }
    }
    return count;
}

static uint32_t rows_of(struct file *f, struct random *r, struct m_row *rows, uint32_t replaces) {
    uint32_t count = replaces ? replacing(f->w, r, rows) : 0;
    for (uint32_t left = replaces ? 0 : 1 + random_below(r, ROWS_MOST); left > 0; left--) {
        struct m_row made = row(f->w, r);
        if (!moved_and_freed(rows, count, &made)) rows[count++] = made;
    }
    file_put(f, replaces ? "USER ID,SERIAL NUMBER\r\n" : "USER ID,SERIAL NUMBER,ACTION,FROM\r\n");
    for (uint32_t i = 0; i < count; i++) write_row(f, &rows[i], replaces);
    return count;
}

static void import_associations(struct file *f, const struct event *e) {
    struct random r = {(uint64_t)e->number};
    struct m_row rows[ROWS_MOST];
    uint32_t count = rows_of(f, &r, rows, e->arg & FILE_REPLACE);
    file_import(f, e);
    file_changed(f, m_import(&f->w->model, rows, count, e->arg));
}

/* ---- users and phones ---- */

static void import_users(struct file *f, const struct event *e) {
    struct random r = {(uint64_t)e->number};
    const struct model *m = &f->w->model;
    struct m_record rows[M_USERS];
    uint32_t count = 0;
    file_put(f, "USER ID,ENABLED,PROFILE 1,PROFILE 2\r\n");
    for (uint32_t u = 1; u <= f->w->shape.users; u++) {
        uint32_t known = m->users[u].exists, anew = !known || random_chance(&r, 150);
        struct m_record row = {(uint8_t)u, 0, 0, 0, 0, 0, 0, 0};
        char line[160];
        if (!random_chance(&r, known ? 600 : 300)) continue;
        row.profiles = anew ? (uint8_t)random_below(&r, 3) : m->users[u].profiles;
        row.enabled = anew ? (uint8_t)random_chance(&r, 800) : m->users[u].enabled;
        row.bad = (uint8_t)random_chance(&r, 15);
        (void)snprintf(line, sizeof line, "%s,%s,%s,%s\r\n", user_id(f->w, u), row.bad ? "perhaps" : row.enabled ? "yes" : "no",
                       row.profiles > 0 ? profile_name(u, 1) : "", row.profiles > 1 ? profile_name(u, 2) : "");
        file_row(f, line);
        rows[count++] = row;
    }
    file_import(f, e);
    file_changed(f, m_import_users(&f->w->model, rows, count, e->arg));
}

static void write_phone(struct file *f, const struct m_record *row) {
    static const char *const kinds[] = {"", "anonymous", "shared", "owned"};
    uint32_t remote = row->unfit == HSVC_REASON_FIRMWARE_TOO_OLD;
    char line[256];
    (void)snprintf(line, sizeof line, "%s,%s,%s,%s-own,site-%u,%s,%s,%s,%s\r\n", phone_id(f->w, row->number), row->bad ? "both" : kinds[row->kind],
                   row->related ? user_id(f->w, row->related) : "", phone_name(row->number), 1 + row->number % 3u,
                   row->unfit == HSVC_REASON_MODEL_UNSUPPORTED ? "CP-6921" : "CP-8861", remote ? "12.5(1)" : "14.2(1)", row->em ? "yes" : "no", remote ? "yes" : "no");
    file_row(f, line);
}

/* phone_row: a phone as it is, or with something changed. */
static struct m_record phone_row(const struct world *w, struct random *r, uint32_t phone) {
    static const uint16_t unfits[] = {0, 0, HSVC_REASON_FIRMWARE_TOO_OLD, HSVC_REASON_MODEL_UNSUPPORTED};
    const struct m_phone *p = &w->model.phones[phone];
    struct m_record row = {(uint8_t)phone, 0, 0, 0, p->kind, p->related, p->em, p->unfit};
    if (random_chance(r, 200)) row.em = (uint8_t)random_chance(r, 800);
    if (random_chance(r, 200)) row.unfit = unfits[random_below(r, 4)];
    if (random_chance(r, 100)) {
        row.kind = (uint8_t)(HSVC_DEVICE_ANONYMOUS + random_below(r, 3));
        row.related = row.kind == HSVC_DEVICE_ANONYMOUS ? 0 : (uint8_t)(1 + random_below(r, w->shape.users));
    }
    row.bad = (uint8_t)random_chance(r, 15);
    return row;
}

static void import_phones(struct file *f, const struct event *e) {
    struct random r = {(uint64_t)e->number};
    struct m_record rows[M_PHONES];
    uint32_t count = 0;
    file_put(f, "DEVICE NAME,KIND,RELATED USER ID,SIGNED-OUT PROFILE,SITE,MODEL,SOFTWARE VERSION,EM ENABLED,REMOTE ACCESS\r\n");
    for (uint32_t i = 1; i <= f->w->shape.phones; i++) {
        if (!f->w->model.phones[i].exists || !random_chance(&r, 600)) continue;
        rows[count] = phone_row(f->w, &r, i);
        write_phone(f, &rows[count++]);
    }
    file_import(f, e);
    file_changed(f, m_import_phones(&f->w->model, rows, count, e->arg));
}

/* unchanged: what the store says of itself is exported, and imported again (BULK-5). */
static void unchanged(struct file *f, const struct event *e) {
    file_export(f);
    if (f->w->finding.kind != SAME) return;
    file_import(f, e);
    file_changed(f, 0);
    if (f->broken == 0 && (f->summary.failed != 0 || f->summary.refused != 0)) world_find(f->w, DIFFERENT_ROWS, 0, 0, (int64_t)f->summary.failed);
}

/* act_import: number: what the file is made of, 0: what the store exports; headset: HSVC_CSV_, of which kind; extra: bytes of a
 * piece, less one; arg: FILE_. */
void act_import(struct world *w, const struct event *e) {
    struct file f;
    file_begin(&f, w, e->headset ? e->headset : HSVC_CSV_ASSOCIATIONS);
    say(w, "# a file%s%s%s%s:", e->number == 0 ? ", as it was exported" : "", e->arg & FILE_ATOMIC ? ", all or none" : "", e->arg & FILE_DRY ? ", tried" : "",
        e->arg & FILE_REPLACE ? ", replacing" : "");
    if (e->number == 0) unchanged(&f, e);
    else if (f.kind == HSVC_CSV_USERS) import_users(&f, e);
    else if (f.kind == HSVC_CSV_DEVICES) import_phones(&f, e);
    else import_associations(&f, e);
}
