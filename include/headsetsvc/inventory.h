/* inventory.h: what an administrator sees of the headsets: one headset's details, lists by pages, summaries (INV-1..4).
 *
 * A page is the caller's, filled by a call and read afterwards, like a batch of effects. Nothing here changes anything. Every
 * function: since 0.1; one engine, one thread at a time; text (pointer, length) as in headsetsvc.h, and it ends in a NUL
 * that its length does not count. Each filling call looks at a bounded number of records and samples the clock once.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_INVENTORY_H
#define HEADSETSVC_INVENTORY_H

#include "engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values of hsvc_inventory_query.status, .activity, .assignment (0: either) and of hsvc_inventory_row.status. */
#define HSVC_INVENTORY_CONNECTED 1
#define HSVC_INVENTORY_DISCONNECTED 2
#define HSVC_INVENTORY_ACTIVE 1     /* connected now, or within inventory_active_days, the last of them included (INV-3) */
#define HSVC_INVENTORY_INACTIVE 2   /* not, or never */
#define HSVC_INVENTORY_ASSIGNED 1   /* associated with a user */
#define HSVC_INVENTORY_UNASSIGNED 2 /* with nobody, active or not */

/* hsvc_inventory_query: which headsets. What is zero or empty does not matter; what is given must all hold. Texts compare
 * ASCII case-insensitively. Borrowed for the call. */
typedef struct hsvc_inventory_query {
    uint32_t struct_size;
    uint32_t limit;      /* rows of a page at most; 0 and more than HSVC_LIMIT_INVENTORY_ROWS mean that many */
    uint32_t type;       /* HSVC_HEADSET_ */
    uint32_t status;     /* HSVC_INVENTORY_CONNECTED, _DISCONNECTED */
    uint32_t activity;   /* HSVC_INVENTORY_ACTIVE, _INACTIVE */
    uint32_t assignment; /* HSVC_INVENTORY_ASSIGNED, _UNASSIGNED */
    uint32_t age_least;  /* whole days */
    uint32_t age_most;
    const char *cursor; /* from hsvc_inventory_cursor of the page before; empty: from the beginning */
    size_t cursor_len;
    const char *owner; /* user id */
    size_t owner_len;
    const char *model; /* with * for any run of bytes: "CP-5*" */
    size_t model_len;
    const char *site; /* of the device where it is or was last */
    size_t site_len;
    const char *text; /* stands somewhere in a serial, an alias, owner, model, vendor or device */
    size_t text_len;
} hsvc_inventory_query;

/* hsvc_inventory_row: one headset, the fields of an export in its order (INV-1), then what they follow from. */
typedef struct hsvc_inventory_row {
    uint32_t struct_size;
    uint32_t type;   /* HSVC_HEADSET_, 0 = never reported */
    uint32_t status; /* HSVC_INVENTORY_CONNECTED or _DISCONNECTED */
    uint32_t age_days; /* whole days since it was first seen, 0 if it never was */
    const char *serial;
    size_t serial_len;
    const char *model;
    size_t model_len;
    const char *vendor;
    size_t vendor_len;
    const char *firmware;
    size_t firmware_len;
    const char *phone_owner; /* the user who owns the device where it is or was last */
    size_t phone_owner_len;
    const char *owner;
    size_t owner_len;
    const char *headset_template;
    size_t headset_template_len;
    int64_t status_since_at; /* 0 = never reported */
    const char *dock;
    size_t dock_len;
    const char *device;
    size_t device_len;
    const char *device_model;
    size_t device_model_len;
    const char *device_firmware;
    size_t device_firmware_len;
    uint32_t activity;   /* HSVC_INVENTORY_ACTIVE or _INACTIVE */
    uint32_t assignment; /* HSVC_INVENTORY_ASSIGNED or _UNASSIGNED */
    int64_t first_seen_at;
    int64_t last_connected_at;
} hsvc_inventory_row;

/* hsvc_inventory_sums: how many headsets a summary counted so far. */
typedef struct hsvc_inventory_sums {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t headsets;
    uint64_t connected;
    uint64_t active;
    uint64_t inactive;
    uint64_t unassigned;
    uint64_t other_models; /* of models beyond HSVC_LIMIT_INVENTORY_MODELS */
} hsvc_inventory_sums;

/* hsvc_inventory_model: one model of a summary. */
typedef struct hsvc_inventory_model {
    uint32_t struct_size;
    uint32_t reserved;
    const char *model; /* as its first headset has it; empty: never reported */
    size_t model_len;
    uint64_t headsets;
} hsvc_inventory_model;

/* hsvc_inventory_X_init: as hsvc_input_init. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE. */
HSVC_API int32_t hsvc_inventory_query_init(hsvc_inventory_query *query, size_t size);
HSVC_API int32_t hsvc_inventory_row_init(hsvc_inventory_row *row, size_t size);
HSVC_API int32_t hsvc_inventory_sums_init(hsvc_inventory_sums *sums, size_t size);
HSVC_API int32_t hsvc_inventory_model_init(hsvc_inventory_model *model, size_t size);

/* hsvc_inventory_new: an empty page, owned by the caller, freed by hsvc_inventory_free (NULL is fine). The allocator is
 * copied. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL, HSVC_ERR_MEMORY. */
/* hsvc_inventory: a page of headsets, or a summary. */
typedef struct hsvc_inventory hsvc_inventory;
HSVC_API int32_t hsvc_inventory_new(const hsvc_allocator *allocator, hsvc_inventory **page);
/* hsvc_inventory_free: ends a page. */
HSVC_API void hsvc_inventory_free(hsvc_inventory *page);

/* hsvc_inventory_get: a page with one headset, named by any of its serials.
 * HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_NOT_FOUND, HSVC_ERR_REENTRANT, HSVC_ERR_CLOCK, HSVC_ERR_CORRUPT, HSVC_ERR_MEMORY, and
 * what reading the store may give. (INV-4) */
HSVC_API int32_t hsvc_inventory_get(hsvc_engine *engine, const char *serial, size_t len, hsvc_inventory *page);

/* hsvc_inventory_list: the next page of the headsets that the query means, ordered by serial. Go on with the page's cursor
 * until that is empty; a page before the last may have few rows or none. While others change the store, a headset that is
 * there throughout appears exactly once, one that comes or goes meanwhile at most once.
 * At a damaged record the page ends with HSVC_ERR_CORRUPT: it holds what came before, and its cursor leads past it.
 * Statuses as above without HSVC_ERR_NOT_FOUND; HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL; HSVC_ERR_ARGUMENT also for a
 * cursor that no page gave. (INV-4) */
HSVC_API int32_t hsvc_inventory_list(hsvc_engine *engine, const hsvc_inventory_query *query, hsvc_inventory *page);

/* hsvc_inventory_summarise: counts the next slice of the headsets that the query means, by status and by model, into the page.
 * Without a cursor it begins anew. Call again with the page's cursor until that is empty: then the sums are whole. limit is
 * not used. Statuses as hsvc_inventory_list. (INV-4) */
HSVC_API int32_t hsvc_inventory_summarise(hsvc_engine *engine, const hsvc_inventory_query *query, hsvc_inventory *page);

/* Reading a page. Counts are 0 for NULL. hsvc_inventory_cursor: opaque bytes, good for this kind of query on this store, also in
 * another process; length 0 at the end. Copies of one entry: HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE,
 * HSVC_ERR_NOT_FOUND (index too large). Text is borrowed until the page is filled again or freed. */
HSVC_API size_t hsvc_inventory_count(const hsvc_inventory *page);
HSVC_API int32_t hsvc_inventory_at(const hsvc_inventory *page, size_t index, hsvc_inventory_row *row);
HSVC_API const char *hsvc_inventory_cursor(const hsvc_inventory *page, size_t *len);
HSVC_API int32_t hsvc_inventory_sum(const hsvc_inventory *page, hsvc_inventory_sums *sums);
HSVC_API size_t hsvc_inventory_model_count(const hsvc_inventory *page);
HSVC_API int32_t hsvc_inventory_model_at(const hsvc_inventory *page, size_t index, hsvc_inventory_model *model);

#ifdef __cplusplus
}
#endif
#endif
