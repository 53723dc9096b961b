/* registry.c: the registries as lists that a host can walk: from the same .def files as everything else. */
#include "headsetsvc/registry.h"

#include "engine/engine.h"

int32_t hsvc_code_info_init(hsvc_code_info *info, size_t size) { return hsvc__sized_init(info, size, sizeof *info); }
int32_t hsvc_kind_info_init(hsvc_kind_info *info, size_t size) { return hsvc__sized_init(info, size, sizeof *info); }
int32_t hsvc_param_info_init(hsvc_param_info *info, size_t size) { return hsvc__sized_init(info, size, sizeof *info); }
int32_t hsvc_choice_info_init(hsvc_choice_info *info, size_t size) { return hsvc__sized_init(info, size, sizeof *info); }

/* ---- codes ---- */
/* What the names of codes do not say of them, in the order of the same lines. */
static const struct {
    const char *cause, *remedy;
} statuses[] = {
#define STATUS(name, number, text, cause, remedy) {cause, remedy},
#include "core/status.def"
#undef STATUS
};
static const char *const reasons[] = { /* what to do about each */
#define REASON(name, number, accepted, em, text, remedy) remedy,
#include "rules/reasons.def"
#undef REASON
};

int32_t hsvc_code_at(uint32_t registry, size_t index, hsvc_code_info *info) {
    hsvc_code_info ours;
    if (info == NULL) return HSVC_ERR_ARGUMENT;
    memset(&ours, 0, sizeof ours);
    ours.em_code = -1;
    ours.cause = ours.remedy = "";
    if (!hsvc__code_entry(registry, index, &ours.code, &ours.name, &ours.text)) return HSVC_ERR_NOT_FOUND;
    if (registry == HSVC_REGISTRY_STATUS) {
        ours.cause = statuses[index].cause;
        ours.remedy = statuses[index].remedy;
    } else if (registry == HSVC_REGISTRY_REASON) {
        ours.remedy = reasons[index];
        ours.accepted = (uint32_t)hsvc__is_accepted((uint32_t)ours.code);
        ours.em_code = hsvc__em_code((uint32_t)ours.code);
    }
    return hsvc__sized_out(info, &ours, sizeof ours, sizeof ours);
}

/* ---- kinds ---- */
static const uint32_t kinds[] = {
#define INPUT(name, number, machine, event, text) number,
#include "engine/inputs.def"
#undef INPUT
};

int32_t hsvc_kind_at(size_t index, hsvc_kind_info *info) {
    hsvc_kind_info ours;
    if (info == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= sizeof kinds / sizeof kinds[0]) return HSVC_ERR_NOT_FOUND;
    memset(&ours, 0, sizeof ours);
    ours.kind = kinds[index];
    hsvc__describe_kind(&ours);
    return hsvc__sized_out(info, &ours, sizeof ours, sizeof ours);
}

/* ---- parameters ---- */
enum { G = 1u << HSVC_SCOPE_GLOBAL, S = 1u << HSVC_SCOPE_SITE, D = 1u << HSVC_SCOPE_DEVICE, U = 1u << HSVC_SCOPE_USER };
enum { NEAREST = HSVC_RESOLVE_NEAREST, STRICTEST, SMALLEST };
enum { NUMBER = HSVC_TYPE_NUMBER, LIMIT, CHOICE, TEXT };
enum {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) PARAM_##name = number,
#include "rules/parameters.def"
#undef PARAM
    PARAM_NONE = 0
};

static const hsvc_param_info params[] = {
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) \
    {sizeof(hsvc_param_info), number, type, scopes, resolution, 1, least, most, guide, cucm_en, "", #name, "", unit, rule},
#include "rules/parameters.def"
#undef PARAM
};

int32_t hsvc_param_at(size_t index, hsvc_param_info *info) {
    hsvc_param_info ours;
    if (info == NULL) return HSVC_ERR_ARGUMENT;
    if (index >= sizeof params / sizeof params[0]) return HSVC_ERR_NOT_FOUND;
    ours = params[index];
    ours.text = hsvc_text(HSVC_REGISTRY_PARAM, (int32_t)ours.param);
    if (ours.type == HSVC_TYPE_TEXT) ours.text_value = hsvc__preset_text(ours.param);
    return hsvc__sized_out(info, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_choice_at(uint32_t param, size_t index, hsvc_choice_info *info) {
    hsvc_choice_info ours;
    if (info == NULL) return HSVC_ERR_ARGUMENT;
    memset(&ours, 0, sizeof ours);
    ours.param = param;
    ours.name = hsvc__choice_at(param, index, &ours.value);
    return ours.name == NULL ? HSVC_ERR_NOT_FOUND : hsvc__sized_out(info, &ours, sizeof ours, sizeof ours);
}
