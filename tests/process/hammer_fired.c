/* hammer_fired.c: each deadline has exactly one entry in the audit. A commit that enters its firing does so once, and disarms
 * it; no version of a device's record is replaced twice (hammer_check.c); so who enters it next would have to read that it
 * is armed, which nobody can. This goes by what is committed, so that it holds for every kind of deadline, also where two
 * of one kind have the same due time, which the audit itself cannot tell apart. */
#include <string.h>

#include "process/hammer.h"
#include "records/record.h"

static const hsvc_op *op_at(const hsvc_op *ops, size_t i) {
    return (const hsvc_op *)(const void *)((const char *)ops + i * ops->struct_size);
}

static int is_put_of(const hsvc_op *op, uint32_t family) { return op->kind == HSVC_OP_PUT && op->key[0] == family; }

static int is_firing(const hsvc_op *op, hsvc_audit_entry *entry) {
    hsvc_row row = {.struct_size = sizeof row};
    if (!is_put_of(op, HSVC__FAMILY_ENTRY)) return 0;
    row.key = op->key;
    row.key_len = op->key_len;
    row.value = op->value;
    row.value_len = op->value_len;
    hsvc_audit_entry_init(entry, sizeof *entry);
    return hsvc_audit_decode(&row, entry) == HSVC_OK && entry->input == 0 && entry->subject_kind == HSVC_SUBJECT_DEVICE &&
           entry->event[0] != 0;
}

/* is_armed: does the device, as it is written, still have a timer that is due by then? */
static int is_armed(const hsvc_op *op, const hsvc_audit_entry *entry) {
    static struct hsvc__device device;
    memset(&device, 0, sizeof device);
    if (!is_put_of(op, HSVC__FAMILY_DEVICE)) return 0;
    if (hsvc__record_decode(&device, op->value, op->value_len, HSVC__FAMILY_DEVICE) != HSVC_OK) return 1;
    for (uint32_t i = 0; device.number == entry->subject && i < HSVC__TIMERS; i++)
        if (hsvc__timers(&device)[i] != 0 && hsvc__timers(&device)[i] <= entry->at_ms) return 1;
    return 0;
}

static int is_same(const hsvc_audit_entry *a, const hsvc_audit_entry *b) {
    return a->subject == b->subject && a->at_ms == b->at_ms && a->headset == b->headset && strcmp(a->event, b->event) == 0;
}

uint64_t hammer_fired_wrongly(const hsvc_op *ops, size_t count) {
    uint64_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        hsvc_audit_entry entry, other;
        int armed = 0, twice = 0;
        if (!is_firing(op_at(ops, i), &entry)) continue;
        for (size_t j = 0; j < count; j++) {
            armed |= is_armed(op_at(ops, j), &entry);
            twice |= j != i && is_firing(op_at(ops, j), &other) && is_same(&entry, &other);
        }
        if (armed) fprintf(stderr, "hammer: %s of %lld fired and stays armed\n", entry.event, (long long)entry.at_ms);
        if (twice) fprintf(stderr, "hammer: %s of %lld fired twice at once\n", entry.event, (long long)entry.at_ms);
        wrong += (uint64_t)(armed | twice);
    }
    return wrong;
}
