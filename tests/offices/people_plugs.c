/* people_plugs.c: what befalls plugs and headsets of an office: loose plugs, updates of headsets and phones. It draws from numbers of its own, so that
 * what people.c makes of a seed stays as it is. */
#include "headsetsvc/csv.h"
#include "made.h"

/* toggle: in or out; mostly it is heard as it happens. */
static void toggle(struct made *m, int64_t at, enum act what, uint8_t headset, uint8_t phone) {
    struct event *e = made_add(m, at, what);
    e->headset = headset;
    e->phone = phone;
    if (random_chance(&m->r, 970)) return;
    e->arg = TRAVEL_LATE;
    e->number = made_between(m, 1, 20 * SECOND);
}

/* meanwhile: what else happens at a phone whose headsets come and go. */
static void meanwhile(struct made *m, int64_t at, uint8_t headset, uint8_t phone) {
    static const enum act acts[] = {ACT_SNAPSHOT, ACT_SNAPSHOT, ACT_POWER_CUT, ACT_CALL, ACT_MENU, ACT_ANSWER, ACT_ANSWER, ACT_PLUG, ACT_FORCE, ACT_DISASSOCIATE};
    struct event *e = made_add(m, at, acts[random_below(&m->r, 10)]);
    enum act what = (enum act)e->what;
    uint32_t call = ++m->calls;
    e->user = headset <= m->shape.users ? headset : 1;
    e->phone = phone;
    e->headset = headset;
    if (what == ACT_MENU) e->arg = random_chance(&m->r, 500) ? HSVC_INPUT_MENU_SIGN_IN : HSVC_INPUT_MENU_SIGN_OUT;
    if (what == ACT_ANSWER) e->arg = random_below(&m->r, 1000);
    if (what == ACT_PLUG) e->phone = made_some(m, m->shape.phones); /* somewhere else, and nobody saw it leave */
    if (what == ACT_POWER_CUT) made_add(m, at + made_between(m, SECOND, MINUTE), ACT_POWER_BACK)->phone = phone;
    if (what != ACT_CALL) return;
    e->number = call;
    e = made_add(m, at + made_between(m, SECOND, 10 * MINUTE), ACT_HANG_UP);
    e->number = call;
    e->phone = phone;
}

/* where: a headset that was plugged in today, and its phone, some time later; or any. */
static struct event where(struct made *m, int64_t at) {
    struct event e = {.at = at};
    e.headset = made_some(m, m->shape.users); /* one after the other: in a list each compiler has an order of its own */
    e.phone = made_some(m, m->shape.phones);
    for (uint32_t tries = 0; tries < 8 && m->count > m->today; tries++) {
        const struct event *one = &m->list[m->today + random_below(&m->r, m->count - m->today)];
        if (one->what != ACT_PLUG) continue;
        e.headset = one->headset;
        e.phone = one->phone;
        e.at = one->at + made_between(m, SECOND, random_chance(&m->r, 300) ? MINUTE : 90 * MINUTE);
        break;
    }
    return e;
}

/* unheard: some are plugged in at once, by a hub or a dock, and a list alone says so. */
static void unheard(struct made *m, int64_t at, uint8_t phone) {
    for (uint32_t left = 2 + random_below(&m->r, 3); left > 0; left--) {
        struct event *e = made_add(m, at, ACT_PLUG);
        e->headset = made_some(m, m->shape.headsets);
        e->phone = phone;
        e->arg = TRAVEL_LOST;
    }
    made_add(m, at + SECOND, ACT_SNAPSHOT)->phone = phone;
}

/* loose: a plug that makes and loses contact, for seconds or minutes; mostly that of who sits there. */
static void loose(struct made *m, int64_t at) {
    struct event e = where(m, at);
    uint8_t first = e.headset, phone = e.phone;
    uint8_t second = random_chance(&m->r, 150) ? made_some(m, m->shape.headsets) : first;
    int64_t most = random_chance(&m->r, 800) ? 4 * SECOND : 40 * SECOND;
    uint32_t in = random_below(&m->r, 2);
    at = e.at;
    if (random_chance(&m->r, 250)) unheard(m, at, phone);
    for (uint32_t left = 4 + random_below(&m->r, random_chance(&m->r, 900) ? 16 : 60); left > 0; left--) {
        toggle(m, at, in ? ACT_PLUG : ACT_UNPLUG, random_chance(&m->r, 850) ? first : second, phone);
        at += made_between(m, 100, most);
        if (random_chance(&m->r, 950)) in = !in;
        if (random_chance(&m->r, 60)) meanwhile(m, at, first, phone);
    }
}

/* update: a headset is updated, mostly where it is: it restarts once or twice, and says when it is done, or not. */
static void update(struct made *m, int64_t at) {
    struct event there = where(m, at), *e = made_add(m, at = there.at, ACT_UPDATE);
    uint8_t headset = there.headset, phone = there.phone;
    e->headset = headset;
    e->phone = phone;
    for (uint32_t restarts = random_below(&m->r, 3); restarts > 0; restarts--) {
        at += made_between(m, SECOND, 5 * MINUTE);
        toggle(m, at, ACT_UNPLUG, headset, phone);
        if (random_chance(&m->r, 100)) break; /* it does not come back */
        at += made_between(m, SECOND, random_chance(&m->r, 900) ? 2 * MINUTE : 100 * MINUTE);
        toggle(m, at, ACT_PLUG, headset, phone);
        m->list[m->count - 1].extra = (uint8_t)random_chance(&m->r, 700);
        if (random_chance(&m->r, 150)) meanwhile(m, at, headset, phone);
    }
    if (random_chance(&m->r, 200)) return; /* nobody says that it is over */
    e = made_add(m, at + made_between(m, SECOND, 10 * MINUTE), ACT_UPDATE);
    e->headset = headset;
    e->phone = phone;
    e->arg = 1;
}

/* phone_update: a phone is away while it takes other firmware; one of another model may stand there afterwards. */
static void phone_update(struct made *m, int64_t at) {
    uint8_t phone = made_some(m, m->shape.phones);
    struct event *e = made_add(m, at, ACT_POWER_CUT);
    e->phone = phone;
    at += made_between(m, MINUTE, random_chance(&m->r, 900) ? 10 * MINUTE : 5 * HOUR);
    e = made_add(m, at - made_between(m, 0, 2 * MINUTE), ACT_CHANGE_PHONE); /* known before it left, or when it is back */
    e->phone = phone;
    e->user = made_some(m, m->shape.users);
    e->arg = random_chance(&m->r, 800) ? HSVC_DEVICE_ANONYMOUS : HSVC_DEVICE_SHARED;
    e->extra = (uint8_t)(random_chance(&m->r, 750) ? 0 : 1 + random_below(&m->r, 2));
    made_add(m, at, ACT_POWER_BACK)->phone = phone;
}

/* overtaken: some of the day's reports come behind others, or once more. */
static void overtaken(struct made *m) {
    for (uint32_t i = m->today; i < m->count; i++) {
        struct event *e = &m->list[i];
        if (e->what != ACT_PLUG && e->what != ACT_UNPLUG && e->what != ACT_CALL && e->what != ACT_HANG_UP) continue;
        if (e->arg != 0 || !random_chance(&m->r, m->wild ? 100 : 20)) continue;
        e->arg = TRAVEL_BEHIND;
        if (e->what <= ACT_UNPLUG && random_chance(&m->r, 500)) e->arg |= TRAVEL_DATED;
        if (random_chance(&m->r, 300)) e->arg |= TRAVEL_AGAIN;
        e->user = (uint8_t)(1 + random_below(&m->r, random_chance(&m->r, 700) ? 30 : 250));
    }
}

/* acks: a phone that takes its next profile in its own way, or cannot. */
static void acks(struct made *m, int64_t at) {
    struct event *e = made_add(m, at, ACT_ACKS);
    e->phone = made_some(m, m->shape.phones);
    e->arg = 1 + random_below(&m->r, 15);
    e->extra = (uint8_t)(random_chance(&m->r, 600) ? 0 : 1 + random_below(&m->r, m->shape.faults ? 2 : 5));
}

/* files: of all kinds, tried before, done, or as they were exported. */
static void files(struct made *m, int64_t at) {
    struct event *e = made_add(m, at, ACT_IMPORT);
    e->headset = (uint8_t)(HSVC_CSV_ASSOCIATIONS + random_below(&m->r, 3));
    e->arg = random_below(&m->r, e->headset == HSVC_CSV_ASSOCIATIONS ? 8 : 4);
    e->extra = (uint8_t)random_below(&m->r, 200);
    if (random_chance(&m->r, 800)) e->number = 1 + random_below(&m->r, 1u << 30);
}

/* clone: somebody has a headset with the serial of another's, for a while (SAFE-4); somebody looks at the screen. */
static void clone(struct made *m, int64_t at) {
    struct event there = where(m, at), *e = made_add(m, at = there.at, ACT_PLUG);
    uint8_t user = there.headset <= m->shape.users ? there.headset : 1, phone = made_some(m, m->shape.phones);
    e->headset = user;
    e->phone = phone;
    e->extra = 4;
    e = made_add(m, at + made_between(m, 2 * SECOND, MINUTE), ACT_ANSWER);
    e->user = user;
    e->phone = phone;
    e->arg = random_below(&m->r, 1000);
    toggle(m, at + made_between(m, MINUTE, 3 * HOUR), ACT_UNPLUG, user, phone);
}

/* serials: some headsets say another serial by their other interface; mostly somebody has said that it is theirs. */
static void serials(struct made *m, int64_t at) {
    struct event *e = made_add(m, at, ACT_ALIAS);
    e->headset = made_some(m, m->shape.headsets);
    e->arg = random_chance(&m->r, 250);
}

static void by_the_other(struct made *m) {
    for (uint32_t i = m->today; i < m->count; i++)
        if (m->list[i].what == ACT_PLUG && random_chance(&m->r, 300)) m->list[i].extra |= 2u;
}

/* plugs_morning: how many connects are too many (PRES-8). */
void plugs_morning(struct made *m) {
    static const int64_t connects[] = {6, 6, 3, 10};
    struct event *e = made_add(m, DAY_ONE, ACT_POLICY);
    e->arg = HSVC_PARAM_FLAP_CONNECTS;
    e->extra = HSVC_SCOPE_GLOBAL;
    e->number = connects[random_below(&m->own, 4)];
}

/* often: in one office of five all of it is five times as frequent. */
static uint32_t often(struct made *m, uint32_t permille) { return random_chance(&m->r, m->wild ? 5 * permille : permille); }

static int64_t at_work(struct made *m, int64_t midnight) { return midnight + made_between(m, 7 * HOUR, 18 * HOUR); }

void plugs_day(struct made *m, int64_t midnight) {
    struct random usual = m->r;
    m->r = m->own;
    overtaken(m);
    by_the_other(m);
    if (often(m, 60)) serials(m, at_work(m, midnight));
    if (often(m, 40)) clone(m, at_work(m, midnight));
    if (often(m, 50)) loose(m, at_work(m, midnight));
    if (often(m, 70)) update(m, at_work(m, midnight));
    if (often(m, 30)) phone_update(m, at_work(m, midnight));
    if (often(m, 80)) files(m, at_work(m, midnight));
    if (often(m, 120)) acks(m, at_work(m, midnight));
    m->own = m->r;
    m->r = usual;
}
