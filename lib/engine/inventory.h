/* inventory.h: the inventory's page and the walk that fills it, from inside. */
#ifndef HSVC_ENGINE_INVENTORY_H
#define HSVC_ENGINE_INVENTORY_H

#include "engine/engine.h"
#include "headsetsvc/inventory.h"

#define HSVC__CHUNK 32 /* headsets read in one scan, and their devices in one read */

struct hsvc_inventory {
    hsvc_allocator allocator;
    struct hsvc__arena texts;
    hsvc_inventory_row *rows; /* room for HSVC_LIMIT_INVENTORY_ROWS, made when the first is needed */
    size_t count;
    hsvc_inventory_model *models; /* room for HSVC_LIMIT_INVENTORY_MODELS, likewise */
    size_t model_count;
    hsvc_inventory_sums sums;
    struct hsvc__key cursor;
};

/* What a query is judged by. */
struct hsvc__sight {
    hsvc_inventory_query query;
    int64_t now;
    int64_t active_ms;
};

/* hsvc__inventory_fits: is it a headset that the query means, as far as its own record tells? _fits_at: and its device? */
int hsvc__inventory_fits(const struct hsvc__sight *sight, const struct hsvc__headset *h);
int hsvc__inventory_fits_at(const struct hsvc__sight *sight, const struct hsvc__device *d);
/* hsvc__inventory_add: a row of the page. hsvc__inventory_sum: one more in its sums. Nothing is returned: the page's arena has
 * failed if there was no memory. d: where it is or was last; NULL if there is no such device. */
void hsvc__inventory_add(hsvc_inventory *page, const struct hsvc__sight *sight, const struct hsvc__headset *h,
                         const struct hsvc__device *d);
void hsvc__inventory_sum(hsvc_inventory *page, const struct hsvc__sight *sight, const struct hsvc__headset *h);
/* hsvc__inventory_reset: forgets rows, sums and cursor. */
void hsvc__inventory_reset(hsvc_inventory *page);

#endif
