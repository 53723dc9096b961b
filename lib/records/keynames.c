/* keynames.c: whose a key is, in words, for messages: keys.c backwards. */
#include "records/record.h"

#define AT_TIME 9 /* of a deadline's key: the family, then 8 bytes of time */
#define AT_KIND 1 /* of a job's name: one byte says which job */

static const char *entry_kind(uint32_t family) {
    switch (family) {
        case HSVC__FAMILY_DEVICE: return "audit entry of a device";
        case HSVC__FAMILY_USER: return "audit entry of a user";
        case HSVC__FAMILY_HEADSET: return "audit entry of a headset";
        default: return "audit entry of the policy";
    }
}

/* kind_of: what the key is the key of, and how many bytes stand before the name; NULL if it is none of ours. */
static const char *kind_of(hsvc__str key, size_t *skip) {
    struct hsvc__entry_key entry;
    *skip = 1;
    switch (key.p[0]) {
        case HSVC__FAMILY_DEVICE: return "device";
        case HSVC__FAMILY_HEADSET: return "headset";
        case HSVC__FAMILY_SKIP: return "skip of a headset";
        case HSVC__FAMILY_NUMBER: return "number in the audit";
        case HSVC__FAMILY_POLICY: return key.n == 2 ? "policy" : "policy of a site";
        case HSVC__FAMILY_USER: return "user";
        case HSVC__FAMILY_JOB: *skip += AT_KIND; return "job";
        case HSVC__FAMILY_DEADLINE: *skip = AT_TIME; return "deadline of a device";
        case HSVC__FAMILY_ENTRY: *skip = 2; return hsvc__key_entry_parts(key, &entry) ? entry_kind(entry.family) : NULL;
        default: return NULL;
    }
}

int32_t hsvc_key_name(const uint8_t *key, size_t key_len, const char **kind, const char **name, size_t *name_len) {
    hsvc__str text = hsvc__str_of((const char *)key, key_len);
    const char *found = NULL;
    size_t skip = 0, end;
    if (key == NULL || kind == NULL || name == NULL || name_len == NULL) return HSVC_ERR_ARGUMENT;
    if (text.n >= 2 && text.p[text.n - 1] == 0) found = kind_of(text, &skip);
    if (found == NULL || skip >= text.n) return HSVC_ERR_NOT_FOUND;
    for (end = skip; text.p[end] != 0; end++) {}
    *kind = found;
    *name = text.p + skip;
    *name_len = end - skip;
    return HSVC_OK;
}
