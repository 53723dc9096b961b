/* made.h: an office in the making: the list of events that people*.c write, each file its own kind of life. */
#ifndef HSVC_OFFICES_MADE_H
#define HSVC_OFFICES_MADE_H

#include "office.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

struct made {
    struct random r, own, rules; /* own, rules: of what came later, so that the rest stays as it was */
    struct shape shape;
    struct event *list;
    uint32_t count, room, today; /* today: where this day's events begin */
    uint32_t calls, wild;
    uint8_t home[M_USERS], where[M_HEADSETS];
};

struct event *made_add(struct made *m, int64_t at, enum act what);
uint8_t made_some(struct made *m, uint32_t count);
int64_t made_between(struct made *m, int64_t least, int64_t most);

/* people_admin.c: administrators: what they change, on the first morning and while people work. */
void admin_morning(struct made *m);
void admin_day(struct made *m, int64_t midnight);

/* people_plugs.c: loose plugs. */
void plugs_morning(struct made *m);
void plugs_day(struct made *m, int64_t midnight);

/* people_time.c: clocks, hosts. */
void time_morning(struct made *m);
void time_day(struct made *m, int64_t midnight);

#endif
