/* requests.c: request ids, so that a host that lost an answer may send its input again (STORE-4). */
#include "rules/ask.h"

/* The hash is stored: it must be the same on a machine of the other byte order. The PIN counts by its length alone. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t len) {
    return hash * 0x9e3779b97f4a7c15u + (len == 0 ? 0 : hsvc_hash64(bytes, len));
}

static uint64_t mix_numbers(uint64_t hash, const uint64_t *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[8];
        hsvc__put64(bytes, numbers[i]);
        hash = mix(hash, bytes, sizeof bytes);
    }
    return hash;
}

static uint64_t content_of(const hsvc_input *in) {
    const uint64_t numbers[] = {in->kind, in->handle, in->prompt_id, in->generation, in->call_id, in->request, (uint64_t)in->value,
                                in->node, in->state,  in->param,     in->flags,      in->pin_len, (uint64_t)in->at_ms};
    uint64_t hash = mix_numbers(0, numbers, sizeof numbers / sizeof numbers[0]);
    hash = mix(hash, in->device, in->device_len);
    hash = mix(hash, in->serial, in->serial_len);
    hash = mix(hash, in->user, in->user_len);
    hash = mix(hash, in->profile, in->profile_len);
    hash = mix(hash, in->name, in->name_len);
    hash = mix(hash, in->site, in->site_len);
    hash = mix(hash, in->model, in->model_len);
    hash = mix(hash, in->firmware, in->firmware_len);
    hash = mix(hash, in->vendor, in->vendor_len);
    hash = mix(hash, in->dock, in->dock_len);
    hash = mix(hash, in->related_user, in->related_user_len);
    hash = mix(hash, in->headset_template, in->headset_template_len);
    hash = mix(hash, in->alias, in->alias_len);
    hash = mix(hash, in->text, in->text_len);
    hash = mix(hash, in->location, in->location_len);
    for (size_t i = 0; i < in->item_count; i++) {
        const hsvc_item *item = &in->items[i];
        const uint64_t parts[] = {item->number, item->kind, item->state, item->flags};
        hash = mix(mix_numbers(hash, parts, 4), item->text, item->text_len);
    }
    return hash;
}

/* policy_record: the global policy or a site's; a scope of a device or a user is in that record. */
static struct hsvc__record *policy_record(struct hsvc__turn *t) {
    struct hsvc__policy *policy;
    if (t->in->device_len != 0 || t->in->user_len != 0) return NULL;
    policy = hsvc__policy_of(t, INPUT(t, site));
    return policy->rec.present ? &policy->rec : NULL;
}

/* started_job: the job that the input started, where the record that it named is no more. */
static struct hsvc__record *started_job(struct hsvc__turn *t) {
    static const struct {
        uint32_t kind, job;
    } starts[] = {{HSVC_INPUT_USER_REMOVE, HSVC_JOB_USER_REMOVED},
                  {HSVC_INPUT_DEVICE_REMOVE, HSVC_JOB_DEVICE_REMOVED},
                  {HSVC_INPUT_FORCE_SIGN_OUT, HSVC_JOB_FORCED}};
    struct hsvc__job *job = NULL;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (starts[i].kind == t->in->kind) job = hsvc__job_of(t, starts[i].job, hsvc__subject_of(t->in));
    return job != NULL && job->rec.present ? &job->rec : NULL;
}

/* renamed: the record under its new name. */
static struct hsvc__record *renamed(struct hsvc__turn *t) {
    struct hsvc__record *rec;
    if (t->in->kind == HSVC_INPUT_DEVICE_RENAME) rec = &hsvc__device_of(t, INPUT(t, name))->rec;
    else rec = &hsvc__user_of(t, INPUT(t, name))->rec;
    return rec->present ? rec : NULL;
}

struct hsvc__record *hsvc__primary(struct hsvc__turn *t) {
    if (t->in->device_len != 0 && t->dev->rec.present) return &t->dev->rec;
    if (t->in->user_len != 0 && t->user->rec.present) return &t->user->rec;
    if (t->in->kind == HSVC_INPUT_DEVICE_RENAME || t->in->kind == HSVC_INPUT_USER_RENAME) return renamed(t);
    if (t->in->serial_len != 0 && t->headset->rec.present) return &t->headset->rec;
    return policy_record(t);
}

/* recent_of: the list of remembered requests of the input's primary record, or NULL if there is no such record. */
static struct hsvc__requests *recent_of(struct hsvc__turn *t, struct hsvc__record **record) {
    struct hsvc__record *job = started_job(t);
    *record = job != NULL ? job : hsvc__primary(t);
    if (*record == NULL) return NULL;
    switch ((*record)->family) {
        case HSVC__FAMILY_DEVICE: return &((struct hsvc__device *)(void *)*record)->recent;
        case HSVC__FAMILY_USER: return &((struct hsvc__user *)(void *)*record)->recent;
        case HSVC__FAMILY_HEADSET: return &((struct hsvc__headset *)(void *)*record)->recent;
        case HSVC__FAMILY_JOB: return &((struct hsvc__job *)(void *)*record)->recent;
        default: return &((struct hsvc__policy *)(void *)*record)->recent;
    }
}

int hsvc__has_request(const hsvc_input *in) {
    static const uint8_t none[sizeof in->request_id];
    return memcmp(in->request_id, none, sizeof none) != 0;
}

/* hsvc__answer_repeat: the stored verdict, and the device's state again. */
const hsvc_verdict *hsvc__answer_repeat(struct hsvc__turn *t) {
    struct hsvc__record *record = NULL;
    const struct hsvc__requests *recent = hsvc__has_request(t->in) ? recent_of(t, &record) : NULL;
    for (uint32_t i = 0; recent != NULL && i < recent->count; i++) {
        const struct hsvc__request *one = &recent->at[i];
        hsvc_verdict *verdict;
        if (memcmp(one->id, t->in->request_id, sizeof one->id) != 0) continue;
        if (one->content != content_of(t->in)) return hsvc__add_verdict(t, HSVC_REASON_KEY_REUSED, "STORE-4", INPUT(t, device));
        verdict = hsvc__add_verdict(t, one->reason, hsvc__rule_of(one->row), INPUT(t, device));
        verdict->repeated = 1;
        t->engine->tally.repeated++;
        if (t->dev->rec.present) hsvc__inform(t, t->dev);
        return verdict;
    }
    return NULL;
}

void hsvc__remember(struct hsvc__turn *t, uint32_t reason, uint32_t row) {
    struct hsvc__record *record = NULL;
    struct hsvc__requests *recent = recent_of(t, &record);
    struct hsvc__request *one;
    if (recent == NULL) return;
    if (recent->count == HSVC_LIMIT_RECENT_REQUESTS - HSVC__MUTANT(one_less_remembered)) {
        memmove(&recent->at[0], &recent->at[1], sizeof recent->at - sizeof recent->at[0]);
        recent->count--;
    }
    one = &recent->at[recent->count++];
    memcpy(one->id, t->in->request_id, sizeof one->id);
    one->content = content_of(t->in);
    one->reason = reason;
    one->row = row;
    hsvc__touch(record);
    if (record->family == HSVC__FAMILY_POLICY) t->engine->policy.known = 0; /* it changes */
}
