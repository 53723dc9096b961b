/* registry.h: what a host can ask the library about itself: codes with their texts, kinds of input with their fields, the
 * parameters of the policy with their limits. For bindings, configuration programs and help texts: the same lists as the
 * reference pages. Everything is constant and static, texts are NUL-terminated, nothing touches engine or store, and nothing
 * here can fail but by its arguments. Since 0.1; any thread.
 * Lists are read by index from 0 until HSVC_ERR_NOT_FOUND. Every function that fills a struct: HSVC_OK, HSVC_ERR_ARGUMENT,
 * HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_REGISTRY_H
#define HEADSETSVC_REGISTRY_H

#include "headsetsvc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* hsvc_code_info: one code of a registry. */
typedef struct hsvc_code_info {
    uint32_t struct_size;
    int32_t code;
    int32_t em_code;   /* of a reason: result code of the Extension Mobility API, -1 for an acceptance (OBS-8); else -1 */
    uint32_t accepted; /* of a reason: 1 or 0 */
    const char *name;  /* as hsvc_name */
    const char *text;  /* as hsvc_text */
    const char *cause; /* of a status; else "" */
    const char *remedy; /* of a status, and of a reason that refuses; else "" */
} hsvc_code_info;

/* hsvc_code_at: number `index` of an HSVC_REGISTRY_. (OBS-1, OBS-8) */
HSVC_API int32_t hsvc_code_at(uint32_t registry, size_t index, hsvc_code_info *info);

/* hsvc_kind_info: one kind of input and its row of the field matrix. Bit (HSVC_FIELD_ - 1) stands for a field. */
typedef struct hsvc_kind_info {
    uint32_t struct_size;
    uint32_t kind;     /* HSVC_INPUT_ */
    uint32_t required; /* fields that must be given */
    uint32_t optional; /* fields that may be */
    uint32_t states;   /* the largest value of state; 0: any */
    uint32_t flags;    /* bits that flags may have */
    uint32_t items;    /* which items: bit HSVC_ITEM_ */
    uint32_t asks;     /* 1: an administrative input, for which the permission callback is asked (OBS-9) */
} hsvc_kind_info;
HSVC_API int32_t hsvc_kind_at(size_t index, hsvc_kind_info *info);

/* Values of hsvc_param_info.type and .resolution. */
#define HSVC_TYPE_NUMBER 1
#define HSVC_TYPE_LIMIT 2  /* a number that may also be 0 = off */
#define HSVC_TYPE_CHOICE 3 /* hsvc_choice_at lists its values */
#define HSVC_TYPE_TEXT 4   /* patterns, one a line; least and most are bytes */
#define HSVC_RESOLVE_NEAREST 1   /* user, device, site, global */
#define HSVC_RESOLVE_STRICTEST 2 /* the largest number of the choice that is set anywhere */
#define HSVC_RESOLVE_SMALLEST 3  /* 0 = off counts as the largest */

/* hsvc_param_info: one parameter of the policy. (POL-1, POL-2, POL-3) */
typedef struct hsvc_param_info {
    uint32_t struct_size;
    uint32_t param;      /* HSVC_PARAM_ */
    uint32_t type;       /* HSVC_TYPE_ */
    uint32_t scopes;     /* where it may be set: bit HSVC_SCOPE_ */
    uint32_t resolution; /* HSVC_RESOLVE_ */
    uint32_t obeyed;     /* 1; 0 in a version where no rule obeys it, and setting it is refused */
    int64_t least;
    int64_t most;
    int64_t value_guide;   /* what it is where nobody set it, under the preset GUIDE; of a text 0 */
    int64_t value_cucm_en; /* under the preset CUCM_EN */
    const char *text_value; /* of a text: its patterns where nobody set it, one a line; else "" */
    const char *name;
    const char *text;
    const char *unit; /* "ms", "days", ...; "" of a choice */
    const char *rule; /* the rule that it belongs to: hsvc_rule_text */
} hsvc_param_info;
HSVC_API int32_t hsvc_param_at(size_t index, hsvc_param_info *info);

/* hsvc_choice_info: one value of a choice parameter. */
typedef struct hsvc_choice_info {
    uint32_t struct_size;
    uint32_t param;
    int64_t value;
    const char *name;
} hsvc_choice_info;
HSVC_API int32_t hsvc_choice_at(uint32_t param, size_t index, hsvc_choice_info *info);

/* hsvc_X_info_init: as hsvc_input_init. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. */
HSVC_API int32_t hsvc_code_info_init(hsvc_code_info *info, size_t size);
HSVC_API int32_t hsvc_kind_info_init(hsvc_kind_info *info, size_t size);
HSVC_API int32_t hsvc_param_info_init(hsvc_param_info *info, size_t size);
HSVC_API int32_t hsvc_choice_info_init(hsvc_choice_info *info, size_t size);

#ifdef __cplusplus
}
#endif
#endif
