/* effects.h: the batch from inside. Effects and verdicts collect while the engine decides and are handed out only after
 * the commit; until then they borrow their text from the decision, so that settling copies it once. */
#ifndef HSVC_EFFECTS_H
#define HSVC_EFFECTS_H

#include "core/core.h"

/* An effect and what is read beside it. */
struct hsvc__effect {
    hsvc_effect pub; /* first: the engine hands out and takes back its address */
    const hsvc__str *profiles;
};

struct hsvc_effects {
    hsvc_allocator allocator;
    struct hsvc__arena texts;
    struct hsvc__arena secrets; /* PINs: overwritten at every reset */
    struct hsvc__effect *effects;
    size_t effect_count; /* collected */
    size_t effect_room;
    hsvc_verdict *verdicts;
    size_t verdict_count;
    size_t verdict_room;
    size_t effects_out; /* handed out */
    size_t verdicts_out;
    hsvc_problem problem;
    struct hsvc__effect spare; /* written when memory is out */
    hsvc_verdict spare_verdict;
    int failed;
};

/* hsvc__effects_back: forgets what was collected and not handed out. */
void hsvc__effects_back(struct hsvc_effects *fx);
/* hsvc__effects_add, hsvc__verdicts_add: one more, zeroed; never NULL (failed is set when memory is out). */
hsvc_effect *hsvc__effects_add(struct hsvc_effects *fx);
hsvc_verdict *hsvc__verdicts_add(struct hsvc_effects *fx);
/* hsvc__effects_find: the first collected effect of this kind for a device that is not handed out; effect_count if there is
 * none. hsvc__effects_drop: takes all of them back. */
size_t hsvc__effects_find(const struct hsvc_effects *fx, uint32_t kind, hsvc__str device);
void hsvc__effects_drop(struct hsvc_effects *fx, uint32_t kind, hsvc__str device);
/* hsvc__effects_offer: gives the newest effect its list of profiles (SHOW_PROMPT CHOOSE_PROFILE). */
void hsvc__effects_offer(struct hsvc_effects *fx, hsvc_effect *effect, const hsvc__str *profiles, size_t count);
/* hsvc__effects_settle: copies every borrowed text into the batch. OK or MEMORY. To be called before the commit. */
int32_t hsvc__effects_settle(struct hsvc_effects *fx);
/* hsvc__effects_publish: hands out what was collected; cannot fail. */
void hsvc__effects_publish(struct hsvc_effects *fx);
/* hsvc__effects_fail: empties the batch and keeps the complaint. key is copied if there is memory for it. Returns status. */
int32_t hsvc__effects_fail(struct hsvc_effects *fx, int32_t status, uint32_t index, uint32_t field, int64_t limit,
                           hsvc__str key);

#endif
