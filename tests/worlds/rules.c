/* rules.c: the table of what must hold in every state, and in every step from one to the next. The rules are written from the
 * specification and not from the tables: a rule looks at the state before and after through views, at the event, at
 * verdicts and effects, and says what is wrong, or NULL. The first in the table that is broken is reported. */
#include "worlds/rules.h"

static const struct {
    const char *id;
    const char *name;
    const char *sentence;
    const char *(*check)(const struct moment *m);
} rules[] = {
#define RULE(id, check, sentence) {id, #check, sentence, check},
#include "worlds/rules.def"
#undef RULE
};

size_t rule_count(void) { return sizeof rules / sizeof rules[0]; }
const char *rule_name(size_t i) { return rules[i].name; }
int is_asked(const struct place *p, const char *name) { return p->only == NULL || strcmp(p->only, name) == 0; }

void print_rules(void) {
    for (size_t i = 0; i < rule_count(); i++) printf("%-9s %-36s %s\n", rules[i].id, rules[i].name, rules[i].sentence);
}

int broken_rule(const struct moment *m, struct violation *v) {
    for (size_t i = 0; i < rule_count(); i++) {
        const char *wrong;
        m->blame->device = m->event == NULL ? 0 : m->event->device;
        m->blame->headset = m->event == NULL || m->event->who >= HEADSETS ? 0 : m->event->who;
        wrong = is_asked(m->place, rules[i].name) ? rules[i].check(m) : NULL;
        if (wrong == NULL) continue;
        v->rule = rules[i].id;
        v->name = rules[i].name;
        (void)snprintf(v->text, sizeof v->text, "%s", wrong);
        expected(m, wrong, v->expect, sizeof v->expect);
        return 1;
    }
    return 0;
}
