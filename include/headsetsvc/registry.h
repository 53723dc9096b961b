/* registry.h: what a host can ask the library about itself: codes with their texts, kinds of input with their fields, the
 * parameters of the policy with their limits, the tables that decide. For bindings, configuration programs and help texts: the same lists as the
 * reference pages. Everything is constant and static, texts are NUL-terminated, nothing touches engine or store, and nothing
 * here can fail but by its arguments. Since 0.1; any thread.
 * Lists are read by index from 0 until HSVC_ERR_NOT_FOUND. Every function that fills a struct: HSVC_OK, HSVC_ERR_ARGUMENT,
 * HSVC_ERR_STRUCT_SIZE, HSVC_ERR_NOT_FOUND.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_REGISTRY_H
#define HEADSETSVC_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include "codes.h"
#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- names -------------------------------------------------------------------------------------------------------- */

/* Registries for hsvc_name, hsvc_text and hsvc_code. */
#define HSVC_REGISTRY_STATUS 1
#define HSVC_REGISTRY_REASON 2
#define HSVC_REGISTRY_INPUT 3
#define HSVC_REGISTRY_EFFECT 4
#define HSVC_REGISTRY_PROMPT 5
#define HSVC_REGISTRY_CAUSE 6
#define HSVC_REGISTRY_PARAM 7
#define HSVC_REGISTRY_FIELD 8
#define HSVC_REGISTRY_VERIFY 9
#define HSVC_REGISTRY_CALL 10
#define HSVC_REGISTRY_LOST 11
#define HSVC_REGISTRY_DEVICE 12
#define HSVC_REGISTRY_SCOPE 13
#define HSVC_REGISTRY_HEADSET 14
#define HSVC_REGISTRY_SESSION 15
#define HSVC_REGISTRY_PROFILE 16
#define HSVC_REGISTRY_PRESENCE 17
#define HSVC_REGISTRY_SUBJECT 18
#define HSVC_REGISTRY_EXPLAINED 19

/* hsvc_name: the name of a code without its prefix ("SIGNED_IN"), NUL-terminated, static; "UNKNOWN" if there is none.
 * hsvc_text: one line of plain words about it, NUL-terminated, static; "" if there is none.
 * hsvc_code: the code of a name (ASCII, case-insensitive). HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND. */
HSVC_API const char *hsvc_name(uint32_t registry, int32_t code);
HSVC_API const char *hsvc_text(uint32_t registry, int32_t code);
HSVC_API int32_t hsvc_code(uint32_t registry, const char *name, size_t name_len, int32_t *code);

/* hsvc_choice_name: the name of a value of a choice parameter ("NOT_REQUIRED"), static; "" if it is none.
 * hsvc_choice_code: the value of a name. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND. (POL-1) */
HSVC_API const char *hsvc_choice_name(uint32_t param, int64_t value);
HSVC_API int32_t hsvc_choice_code(uint32_t param, const char *name, size_t name_len, int64_t *value);

/* hsvc_rule_text: one sentence about a rule id, as verdicts, effects and the trace name it ("OUT-3"; ASCII,
 * case-insensitive), NUL-terminated, static; "" if there is no such rule. Never fails. */
HSVC_API const char *hsvc_rule_text(const char *rule, size_t len);

/* ---- lists -------------------------------------------------------------------------------------------------------- */

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
/* hsvc_kind_at: number `index` of the kinds of input. */
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
/* hsvc_param_at: number `index` of the parameters. */
HSVC_API int32_t hsvc_param_at(size_t index, hsvc_param_info *info);

/* hsvc_choice_info: one value of a choice parameter. */
typedef struct hsvc_choice_info {
    uint32_t struct_size;
    uint32_t param;
    int64_t value;
    const char *name;
} hsvc_choice_info;
/* hsvc_choice_at: number `index` of the values of a choice. */
HSVC_API int32_t hsvc_choice_at(uint32_t param, size_t index, hsvc_choice_info *info);

/* Values of hsvc_line_info.kind. */
#define HSVC_LINE_ROW 1   /* of a machine: in these states, at this event, if the guard holds. The first that fits runs */
#define HSVC_LINE_OTHER 2 /* of a machine: where no row of the event fits */
#define HSVC_LINE_STEP 3  /* of a ladder: the first guard that holds is the obstacle */
#define HSVC_LINE_ADMIT 4 /* of a kind of input: refused before any machine runs, if the guard holds */

/* hsvc_line_info: one line of the tables that decide, as it stands in lib/rules, and as docs/machines prints it. What a
 * line has not is "". */
typedef struct hsvc_line_info {
    uint32_t struct_size;
    uint32_t kind;     /* HSVC_LINE_ */
    uint32_t number;   /* within its table, from 0; of a machine as in hsvc_trace.row */
    uint32_t reserved;
    const char *table; /* the machine, the ladder, the kind of input */
    const char *states; /* "IN(FRESH) | AWAY": states and groups of states; "ANY" */
    const char *event;
    const char *guard;
    const char *next;    /* a state, or "SAME" */
    const char *actions; /* "DO(verb, argument) ..."; "NOTHING"; of OTHER: "IGNORE", "REFUSE", "IMPOSSIBLE" */
    const char *verdict; /* a reason; "NONE"; "BY_LADDER" */
    const char *rule;    /* hsvc_rule_text */
    const char *why;
} hsvc_line_info;

/* hsvc_line_at: line `index` of all tables: the machines one after the other, then the ladders, then admission. (OBS-1) */
HSVC_API int32_t hsvc_line_at(size_t index, hsvc_line_info *info);

/* hsvc_X_info_init: as hsvc_input_init. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. */
HSVC_API int32_t hsvc_code_info_init(hsvc_code_info *info, size_t size);
HSVC_API int32_t hsvc_kind_info_init(hsvc_kind_info *info, size_t size);
HSVC_API int32_t hsvc_param_info_init(hsvc_param_info *info, size_t size);
HSVC_API int32_t hsvc_choice_info_init(hsvc_choice_info *info, size_t size);
HSVC_API int32_t hsvc_line_info_init(hsvc_line_info *info, size_t size);

#ifdef __cplusplus
}
#endif
#endif
