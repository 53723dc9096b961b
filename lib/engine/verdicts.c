/* verdicts.c: what a reason means, and the verdict of an input or a deadline (OBS-1, OBS-8). */
#include "engine/engine.h"

int hsvc__is_accepted(uint32_t reason) {
    switch (reason) {
#define REASON(name, number, accepted, em, text, remedy) \
    case number: return accepted;
#include "rules/reasons.def"
#undef REASON
        default: return 0;
    }
}
int32_t hsvc__em_code(uint32_t reason) {
    switch (reason) {
#define REASON(name, number, accepted, em, text, remedy) \
    case number: return em;
#include "rules/reasons.def"
#undef REASON
        default: return 4;
    }
}

hsvc_verdict *hsvc__add_verdict(struct hsvc__turn *t, uint32_t reason, const char *rule, hsvc__str device) {
    hsvc_verdict *verdict = hsvc__verdicts_add(t->fx);
    verdict->input_index = t->index;
    verdict->reason = reason;
    verdict->accepted = hsvc__is_accepted(reason) ? 1 : 0;
    verdict->em_code = HSVC__MUTANT(one_em_code) ? 4 : hsvc__em_code(reason);
    verdict->at_ms = t->at;
    verdict->rule = HSVC__MUTANT(verdicts_without_rule) ? "" : rule;
    verdict->event = t->verdict.event == NULL ? "" : t->verdict.event;
    verdict->field = t->verdict.field;
    verdict->limit = t->verdict.limit;
    verdict->device = device.p;
    verdict->device_len = device.n;
    verdict->item_number = t->item;
    if (t->index != HSVC_NO_INPUT && t->item == 0) { /* inputs are counted, not their items */
        if (verdict->accepted) t->engine->tally.accepted++;
        else t->engine->tally.refused++;
    }
    return verdict;
}
