/* script.c: the way to a state as a script that the testkit's runner plays. */
#include <stdarg.h>

#include "worlds/worlds.h"

struct text {
    char *bytes;
    size_t len;
    size_t room;
};

static void say(struct text *t, const char *format, ...) {
    va_list args;
    int n;
    for (;;) {
        va_start(args, format);
        n = vsnprintf(t->bytes + t->len, t->room - t->len, format, args);
        va_end(args);
        if (n >= 0 && (size_t)n < t->room - t->len) break;
        t->room *= 2;
        t->bytes = realloc(t->bytes, t->room);
        if (t->bytes == NULL) exit(2);
    }
    t->len += (size_t)n;
}

/* A time that stands alone lets what is due then pass; before an event it does not. */
struct writer {
    struct text text;
    int64_t day_one;
    int64_t written; /* the time that the script has come to */
};

static void say_jump(struct writer *w, int64_t to) {
    int64_t ms = to - w->day_one, days = ms / 86400000;
    ms %= 86400000;
    say(&w->text, "the clock jumps to day %lld %02d:%02d:%02d.%03d\n", (long long)days + 1, (int)(ms / 3600000), (int)(ms / 60000 % 60),
        (int)(ms / 1000 % 60), (int)(ms % 1000));
    w->written = to;
}

static void say_event(struct writer *w, const struct event *e, const struct spot *before, const struct spot *after) {
    char line[256];
    if (e->kind == EV_late) {
        say_jump(w, after->now);
        return;
    }
    if (e->kind == EV_wait) return; /* the next line says when */
    event_text(e, before, line, sizeof line);
    if (e->kind == EV_fire || after->now != w->written)
        say(&w->text, "after %lld ms%s%s\n", (long long)(after->now - w->written), line[0] == '\0' ? "" : "  ", line);
    else
        say(&w->text, "%s\n", line);
    w->written = after->now;
}

static void say_head(struct writer *w, const struct world *world, const struct violation *v) {
    char *begin = prologue(world);
    say(&w->text, "# world %s: %s\n", world->name, world->about);
    if (v != NULL && v->rule != NULL) say(&w->text, "rule %s \"%s: %s\"\n", v->rule, v->name, v->text);
    say(&w->text, "%s", begin);
    free(begin);
}

char *script_of(struct place *p, const struct seen_set *set, uint32_t node, const struct event *more, const struct violation *v) {
    static struct spot spots[2];
    struct happened h;
    struct writer w = {{malloc(4096), 0, 4096}, p->root.now, p->root.now};
    const struct event *events[256];
    uint32_t count = 0;
    const struct spot *at = &p->root;
    if (w.text.bytes == NULL) exit(2);
    for (; node != 0; node = set->nodes[node].parent) events[count++] = &p->events[set->nodes[node].event];
    say_head(&w, p->world, v);
    while (count-- > 0) {
        struct spot *next = at == &spots[0] ? &spots[1] : &spots[0];
        step(p, next, at, events[count], FAULT_NONE, &h);
        say_event(&w, events[count], at, next);
        at = next;
    }
    if (more != NULL) {
        struct spot *next = at == &spots[0] ? &spots[1] : &spots[0];
        step(p, next, at, more, FAULT_NONE, &h);
        say_event(&w, more, at, next);
    }
    if (v != NULL && v->expect[0] != '\0') say(&w.text, "%s\n", v->expect);
    if (v != NULL) say(&w.text, "verify\n"); /* our own store drops the audit (store.c) */
    return w.text.bytes;
}
