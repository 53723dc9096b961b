/* hammer_audit.c: what the audit says: each deadline fired on exactly one node, no trail has a gap, and every entry begins
 * with what the one before it ended with. verify looks at the trails too, from inside; this reads them as a host does. */
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/stdlib.h"
#include "process/hammer.h"

#define PAGE HSVC_LIMIT_AUDIT_PAGE

struct firing {
    uint64_t device, headset, event;
    int64_t at_ms;
};
struct firings {
    struct firing *at;
    size_t count, room;
    uint64_t entries, broken;
    uint32_t last_kind; /* of the entry before: trails come one after the other */
    uint64_t last_subject, last_sequence, last_after[HSVC_AUDIT_WORDS];
};

/* The oldest that is kept of a trail has nothing before it. */
static void follow(struct firings *all, const hsvc_audit_entry *entry) {
    int same = all->entries > 0 && entry->subject_kind == all->last_kind && entry->subject == all->last_subject;
    int goes_on = entry->sequence == all->last_sequence + 1 &&
                  memcmp(entry->before, all->last_after, sizeof entry->before) == 0;
    if (same && !goes_on && all->broken++ < 10)
        fprintf(stderr, "hammer: entry %llu of %s %llu does not go on from the one before\n", (unsigned long long)entry->sequence,
                hsvc_name(HSVC_REGISTRY_SUBJECT, (int32_t)entry->subject_kind), (unsigned long long)entry->subject);
    all->last_kind = entry->subject_kind;
    all->last_subject = entry->subject;
    all->last_sequence = entry->sequence;
    memcpy(all->last_after, entry->after, sizeof all->last_after);
}

/* One timer stands for all doubts of a device, and where clocks differ by more than they may, two of them can be over in one
 * millisecond, each by itself (tests/unit/test_nodes.c shows how): the audit cannot tell these from one that fired twice.
 * hammer_fired.c can. */
static int is_one_of_a_kind(const hsvc_audit_entry *entry) {
    return entry->input == 0 && entry->subject_kind == HSVC_SUBJECT_DEVICE && entry->event[0] != 0 &&
           strcmp(entry->event, "presence_due") != 0;
}

static void add(struct firings *all, const hsvc_audit_entry *entry) {
    struct firing *firing;
    follow(all, entry);
    all->entries++;
    if (!is_one_of_a_kind(entry)) return;
    if (all->count == all->room) {
        all->room = all->room == 0 ? 1024 : all->room * 2;
        all->at = (struct firing *)realloc(all->at, all->room * sizeof *all->at);
        if (all->at == NULL) exit(1);
    }
    firing = &all->at[all->count++];
    firing->device = entry->subject;
    firing->headset = entry->headset;
    firing->event = hsvc_hash64(entry->event, strlen(entry->event));
    firing->at_ms = entry->at_ms;
}

static int by_firing(const void *a, const void *b) {
    const struct firing *x = (const struct firing *)a, *y = (const struct firing *)b;
    if (x->device != y->device) return x->device < y->device ? -1 : 1;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    if (x->event != y->event) return x->event < y->event ? -1 : 1;
    return (x->headset > y->headset) - (x->headset < y->headset);
}

static int32_t read_all(hsvc_engine *engine, struct firings *all) {
    hsvc_audit_cursor cursor;
    size_t count = PAGE;
    int32_t status = hsvc_audit_cursor_init(&cursor, sizeof cursor);
    while (status == HSVC_OK && count != 0) {
        hsvc_audit_entry entries[PAGE];
        memset(entries, 0, sizeof entries);
        for (size_t i = 0; i < PAGE; i++) hsvc_audit_entry_init(&entries[i], sizeof entries[i]);
        status = hsvc_audit_read(engine, &cursor, entries, PAGE, &count);
        for (size_t i = 0; status == HSVC_OK && i < count; i++) add(all, &entries[i]);
    }
    return status;
}

uint64_t hammer_audit(const struct hammer *h) {
    struct firings all = {0};
    struct hammer_store opened;
    hsvc_engine *engine = NULL;
    hsvc_effects *fx = NULL;
    uint64_t twice = 0;
    if (!hammer_store_open(&opened, h->store) || hsvc_stdlib_engine(&opened.store, &engine, &fx) != HSVC_OK ||
        read_all(engine, &all) != HSVC_OK || all.entries == 0) {
        fprintf(stderr, "hammer: the audit cannot be read\n");
        twice = 1;
    }
    if (all.count > 1) qsort(all.at, all.count, sizeof *all.at, by_firing);
    for (size_t i = 1; i < all.count; i++)
        if (by_firing(&all.at[i - 1], &all.at[i]) == 0 && twice++ < 10)
            fprintf(stderr, "hammer: a deadline of %lld fired twice\n", (long long)all.at[i].at_ms);
    printf("audit: %llu entries, %llu that do not go on from the one before, %llu of deadlines, %llu of them twice\n",
           (unsigned long long)all.entries, (unsigned long long)all.broken, (unsigned long long)all.count,
           (unsigned long long)twice);
    hsvc_effects_free(fx);
    hsvc_engine_free(engine);
    hammer_store_close(&opened);
    free(all.at);
    return twice + all.broken;
}
