/* hammer_audit.c: what the audit says at the end: no trail has a gap, and every entry begins with what the one before it ended
 * with. verify looks at the trails too, from inside; this reads them as a host does. That no deadline fired twice is looked
 * at where it is committed (hammer_fired.c): where clocks differ by more than they may, two deadlines of a device can have
 * one due time (tests/unit/test_nodes.c shows how), and the audit has nothing else to tell them apart. */
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/stdlib.h"
#include "process/hammer.h"

#define PAGE HSVC_LIMIT_AUDIT_PAGE

struct trails {
    uint64_t entries, deadlines, broken;
    uint32_t last_kind; /* of the entry before: trails come one after the other */
    uint64_t last_subject, last_sequence, last_after[HSVC_AUDIT_WORDS];
};

/* The oldest that is kept of a trail has nothing before it. */
static void follow(struct trails *all, const hsvc_audit_entry *entry) {
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
    all->entries++;
    all->deadlines += entry->input == 0 && entry->subject_kind == HSVC_SUBJECT_DEVICE && entry->event[0] != 0;
}

static int32_t read_all(hsvc_engine *engine, struct trails *all) {
    hsvc_audit_cursor cursor;
    size_t count = PAGE;
    int32_t status = hsvc_audit_cursor_init(&cursor, sizeof cursor);
    while (status == HSVC_OK && count != 0) {
        hsvc_audit_entry entries[PAGE];
        memset(entries, 0, sizeof entries);
        for (size_t i = 0; i < PAGE; i++) hsvc_audit_entry_init(&entries[i], sizeof entries[i]);
        status = hsvc_audit_read(engine, &cursor, entries, PAGE, &count);
        for (size_t i = 0; status == HSVC_OK && i < count; i++) follow(all, &entries[i]);
    }
    return status;
}

uint64_t hammer_audit(const struct hammer *h) {
    struct trails all = {0};
    struct hammer_store opened;
    hsvc_engine *engine = NULL;
    hsvc_effects *fx = NULL;
    if (!hammer_store_open(&opened, h->store) || hsvc_stdlib_engine(&opened.store, &engine, &fx) != HSVC_OK ||
        read_all(engine, &all) != HSVC_OK || all.entries == 0) {
        fprintf(stderr, "hammer: the audit cannot be read\n");
        all.broken++;
    }
    printf("audit: %llu entries, %llu of deadlines; %llu that do not go on from the one before\n", (unsigned long long)all.entries,
           (unsigned long long)all.deadlines, (unsigned long long)all.broken);
    hsvc_effects_free(fx);
    hsvc_engine_free(engine);
    hammer_store_close(&opened);
    return all.broken;
}
