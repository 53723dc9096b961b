/* record.h: what is stored. A record is a head, numbers at fixed offsets, the lengths of its slots, and the slots' bytes:
 *
 *   0  family (1 byte), format version (1), zero (2), total length (4), checksum (8)
 *   16 the 64-bit numbers, the 32-bit numbers (an even count), one 32-bit length a slot (an even count), the slots
 *
 * Everything is little-endian. The checksum is hsvc_hash64 over bytes 16 to the end, plus the first 8 bytes read as a
 * number. Numbers are copied as one block; slots are borrowed from the bytes that were read (DESIGN 5). */
#ifndef HSVC_RECORD_H
#define HSVC_RECORD_H

#include "core/core.h"

#define HSVC__FORMAT 1
#define HSVC__HEAD 16

/* Families: the first byte of key and record. */
enum {
    HSVC__FAMILY_ENTRY = 'A',
    HSVC__FAMILY_DEVICE = 'D',
    HSVC__FAMILY_HEADSET = 'H',
    HSVC__FAMILY_SKIP = 'K',
    HSVC__FAMILY_NUMBER = 'N',
    HSVC__FAMILY_POLICY = 'P',
    HSVC__FAMILY_JOB = 'S', /* sweep: right before the deadlines, so that one scan finds both */
    HSVC__FAMILY_DEADLINE = 'T',
    HSVC__FAMILY_USER = 'U'
};

#define HSVC__DIRTY 1u
#define HSVC__UNAUDITED 2u
/* The common part of every decoded record. */
struct hsvc__record {
    struct hsvc__slot *slot; /* where it came from, see txn.h */
    uint32_t family;
    uint32_t present; /* exists; a record that is created becomes present */
    uint32_t dirty;   /* must be written; HSVC__UNAUDITED: and was touched since the audit looked */
    uint32_t removed; /* must be deleted */
    uint32_t marked;  /* is written though to the rules it is not there: a mark (actions_jobs.c) */
    uint32_t clocked; /* a clock was wrong: it is told (TIME-4) */
    uint32_t refused; /* of a device: a headset was refused its place in this decision (PROMPT-7) */
};

/* ---- lists inside records ---- */
#define HSVC__FRESH 1u  /* may still start a flow */
#define HSVC__GONE 2u   /* reported gone while the device was not judged */
#define HSVC__FRESH_CAME 4u /* was fresh when it was reported gone or came into doubt */
#define HSVC__DOUBTFUL 8u   /* a newer report says it is elsewhere: the device was asked */
#define HSVC__AWAITED 16u   /* gone during an update of its own: judged when that is over */
#define HSVC__WAITS (HSVC__DOUBTFUL | HSVC__AWAITED)                 /* the entry has a due time */
#define HSVC__NOT_HERE (HSVC__GONE | HSVC__AWAITED)                  /* nobody can use it now */
#define HSVC__NOT_CERTAIN (HSVC__NOT_HERE | HSVC__DOUBTFUL)
struct hsvc__present { /* one serial at a device */
    hsvc__str serial; /* as first given */
    hsvc__str owner;  /* as in the headset's record; empty = unassociated */
    int64_t since_at;
    int64_t event_at;
    uint32_t flags;
    uint32_t attempts; /* invalid entries at the association prompt since the connect */
    /* The rest is stored only while the entry waits. */
    int64_t due_at;   /* when it is judged */
    int64_t left_at;  /* since when it is gone, if it is judged so */
    uint64_t request; /* of REPORT_PRESENCE */
};
struct hsvc__plug { /* one handle of a present serial */
    uint64_t handle;
    uint32_t of; /* index into presence */
};
struct hsvc__report { /* in a hold: a handle that is plugged, or a serial that is gone (handle 0, not here) */
    hsvc__str serial;
    uint64_t handle;
    int64_t at; /* the last report of the serial */
    uint32_t here;
};
struct hsvc__check { /* of a PIN, that was dropped */
    uint64_t request;
    hsvc__str user;
};
struct hsvc__call {
    uint64_t id;
    int64_t seen_at; /* last report of it */
    uint32_t phase;
    uint32_t flags;
};
struct hsvc__override {
    uint32_t param;
    int64_t value;
};
struct hsvc__login { /* one active session of a user */
    hsvc__str device;
    uint64_t session;
};
struct hsvc__request { /* one remembered request id */
    uint8_t id[16];
    uint64_t content; /* hash of the input */
    uint32_t reason;
    uint32_t row; /* machine * 65536 + row: the rule */
};

struct hsvc__overrides {
    struct hsvc__override at[HSVC_LIMIT_OVERRIDES];
    uint32_t count;
};
struct hsvc__requests {
    struct hsvc__request at[HSVC_LIMIT_RECENT_REQUESTS];
    uint32_t count;
};
struct hsvc__texts {
    hsvc__str at[HSVC_LIMIT_PROFILES_PER_USER];
    uint32_t count;
};

/* ---- a device's timers ---- */
enum {
#define TIMER(field, machine, event, most, rule, text) HSVC__TIMER_##field,
#include "rules/timers.def"
#undef TIMER
    HSVC__TIMERS
};
extern HSVC__TABLE int64_t hsvc__longest[HSVC__TIMERS]; /* for how long each is armed at the most */
/* Bits of rearmed beyond the timers': what is no timer, but lasts all the same. */
#define HSVC__REARMED_LOCK 0x40000000u
#define HSVC__REARMED_FAILURES 0x80000000u

/* ---- the records: head, numbers in stored order, slots, and the lists that rules work on in decoded form ---- */
struct hsvc__device {
    struct hsvc__record rec;
#define DEVICE_N64(type, name) type name;
#include "records/fields.def"
#undef DEVICE_N64
#define DEVICE_N32(name) uint32_t name;
#include "records/fields.def"
#undef DEVICE_N32
#define DEVICE_SLOT(name) hsvc__str name;
#include "records/fields.def"
#undef DEVICE_SLOT
    uint32_t present_count;
    uint32_t plug_count;
    uint32_t call_count;
    uint32_t report_count;
    uint32_t check_count;
    struct hsvc__overrides set;
    struct hsvc__requests recent;
    struct hsvc__report reports[HSVC_LIMIT_REPORTS_PER_HOLD];
    struct hsvc__present presents[HSVC_LIMIT_PRESENCE_PER_DEVICE];
    struct hsvc__plug handles[HSVC_LIMIT_PRESENCE_PER_DEVICE];
    struct hsvc__call calling[HSVC_LIMIT_CALLS_PER_DEVICE];
    struct hsvc__check checks[HSVC_LIMIT_EARLIER_CHECKS];
    int64_t dues[HSVC__TIMERS]; /* as they were read, or mended: a timer that differs was armed by this decision */
};

struct hsvc__user {
    struct hsvc__record rec;
#define USER_N64(type, name) type name;
#include "records/fields.def"
#undef USER_N64
#define USER_N32(name) uint32_t name;
#include "records/fields.def"
#undef USER_N32
#define USER_SLOT(name) hsvc__str name;
#include "records/fields.def"
#undef USER_SLOT
    uint32_t login_count;
    struct hsvc__texts profile_list;
    struct hsvc__texts headset_list;
    struct hsvc__overrides set;
    struct hsvc__requests recent;
    struct hsvc__login logins[HSVC_LIMIT_SESSIONS_PER_USER];
};

struct hsvc__headset {
    struct hsvc__record rec;
#define HEADSET_N64(type, name) type name;
#include "records/fields.def"
#undef HEADSET_N64
#define HEADSET_N32(name) uint32_t name;
#include "records/fields.def"
#undef HEADSET_N32
#define HEADSET_SLOT(name) hsvc__str name;
#include "records/fields.def"
#undef HEADSET_SLOT
    struct hsvc__texts other_list;
    struct hsvc__texts alias_list;
    struct hsvc__requests recent;
};

struct hsvc__skip {
    struct hsvc__record rec;
#define SKIP_N64(type, name) type name;
#include "records/fields.def"
#undef SKIP_N64
#define SKIP_N32(name) uint32_t name;
#include "records/fields.def"
#undef SKIP_N32
#define SKIP_SLOT(name) hsvc__str name;
#include "records/fields.def"
#undef SKIP_SLOT
};

struct hsvc__policy {
    struct hsvc__record rec;
#define POLICY_N64(type, name) type name;
#include "records/fields.def"
#undef POLICY_N64
#define POLICY_N32(name) uint32_t name;
#include "records/fields.def"
#undef POLICY_N32
#define POLICY_SLOT(name) hsvc__str name;
#include "records/fields.def"
#undef POLICY_SLOT
    struct hsvc__overrides set;
    struct hsvc__requests recent;
};

struct hsvc__deadline {
    struct hsvc__record rec;
#define DEADLINE_N64(type, name) type name;
#include "records/fields.def"
#undef DEADLINE_N64
};

/* Whom a pseudonym means: destroyed when the person's data is erased (OBS-4). */
struct hsvc__number {
    struct hsvc__record rec;
#define NUMBER_N64(type, name) type name;
#include "records/fields.def"
#undef NUMBER_N64
#define NUMBER_N32(name) uint32_t name;
#include "records/fields.def"
#undef NUMBER_N32
#define NUMBER_SLOT(name) hsvc__str name;
#include "records/fields.def"
#undef NUMBER_SLOT
};

/* One entry of the audit. Its subject and sequence stand in its key alone. */
struct hsvc__entry {
    struct hsvc__record rec;
#define ENTRY_N64(type, name) type name;
#include "records/fields.def"
#undef ENTRY_N64
#define ENTRY_N32(name) uint32_t name;
#include "records/fields.def"
#undef ENTRY_N32
#define ENTRY_SLOT(name) hsvc__str name;
#include "records/fields.def"
#undef ENTRY_SLOT
};

struct hsvc__job {
    struct hsvc__record rec;
#define JOB_N64(type, name) type name;
#include "records/fields.def"
#undef JOB_N64
#define JOB_N32(name) uint32_t name;
#include "records/fields.def"
#undef JOB_N32
#define JOB_SLOT(name) hsvc__str name;
#include "records/fields.def"
#undef JOB_SLOT
    struct hsvc__requests recent;
};

/* hsvc__record_size: bytes of the decoded struct of a family; 0 for no such family. */
size_t hsvc__record_size(uint32_t family);
/* hsvc__record_check: is this a sound record of this family? HSVC_OK or HSVC_ERR_CORRUPT (STORE-7). */
int32_t hsvc__record_check(const uint8_t *bytes, size_t len, uint32_t family);
/* hsvc__record_decode: fills a struct of the family, all that is used of it but its head (`rec`); text is borrowed from bytes. Numbers and slots first, then
 * the lists. HSVC_OK or HSVC_ERR_CORRUPT. The bytes must have passed hsvc__record_check. */
int32_t hsvc__record_decode(void *record, const uint8_t *bytes, size_t len, uint32_t family);
/* hsvc__record_encode: the stored form, taken from the arena. HSVC_OK, HSVC_ERR_MEMORY, HSVC_ERR_LIMIT (too long). */
int32_t hsvc__record_encode(void *record, uint32_t family, struct hsvc__arena *arena, hsvc__str *out);

/* hsvc__states_sound: is every state that the record names one that its machine has? (states.c, STORE-7) */
int hsvc__states_sound(const void *record, uint32_t family);

/* ---- times (times.c) ---- */
/* hsvc__timers: a device's due times, in the order of timers.def. */
static inline int64_t *hsvc__timers(struct hsvc__device *dev) {
    return (int64_t *)(void *)((uint8_t *)dev + offsetof(struct hsvc__device, verify_due)); /* one after the other */
}
/* hsvc__times_sound: are the record's times between 0 and what no sum of ours overflows? */
int hsvc__times_sound(const void *record, uint32_t family);
/* hsvc__times_mend: what a wrong clock wrote into a record, seen at `now`: times after `latest` = now + clock_skew_max come
 * of a clock that was ahead or has gone back since. Deadlines and locks armed then begin anew, once; the second time they
 * are over; so none lasts more than twice its length. node: who sees it: a question about calls that another node has asked is left
 * to that one (decision 180); HSVC__ONLY_NODE: there is no other. 1 if anything was mended. (TIME-4) */
#define HSVC__ONLY_NODE UINT32_MAX
int hsvc__times_mend(void *record, uint32_t family, int64_t now, int64_t latest, uint32_t node);
/* hsvc__is_anothers_question: was the host asked about old calls, and by another node than this? */
int hsvc__is_anothers_question(const struct hsvc__device *d, uint32_t node);
/* hsvc__times_stamp: before a record is written: what this decision armed, and when. 1 if it armed a timer of a device. */
int hsvc__times_stamp(void *record, uint32_t family, int64_t now);
/* hsvc__armed_at: since when a timer that runs is armed; one that this decision armed counts as armed when it is due, so that it
 * is behind all others of that moment. hsvc__armed_before: was timer a armed before timer b? */
int64_t hsvc__armed_at(const struct hsvc__device *d, uint32_t timer);
int hsvc__armed_before(const struct hsvc__device *d, uint32_t a, uint32_t b);
/* hsvc__newest_armed: when the device's newest timer was armed. */
int64_t hsvc__newest_armed(struct hsvc__device *dev);
/* hsvc__stamp_of: when the record in these bytes was written; 0 for families that are not stamped. */
int64_t hsvc__stamp_of(hsvc__str raw, uint32_t family);

/* ---- lists ---- */
/* hsvc__lists_decode, hsvc__lists_encode: between a record's list slots and its decoded lists. CORRUPT; MEMORY. */
int32_t hsvc__lists_decode(void *record, uint32_t family);
int32_t hsvc__lists_encode(void *record, uint32_t family, struct hsvc__arena *arena);

/* ---- the audit's view of a record (facts.def) ---- */
#define HSVC__WORDS HSVC_AUDIT_WORDS
struct hsvc__vector {
    uint64_t word[HSVC__WORDS];
};
/* hsvc__subject_kind: the HSVC_SUBJECT_ of a family, 0 if it is none. */
uint32_t hsvc__subject_kind(uint32_t family);
/* hsvc__trail: where a record keeps its number and the range of its audit entries; all NULL if it is no subject. */
struct hsvc__trail {
    uint64_t *number;
    uint64_t *last;
    uint64_t *gone;
};
struct hsvc__trail hsvc__trail_of(void *record);
/* hsvc__vector_of: what the audit says of a record before and after; all zero for one that is not there. */
void hsvc__vector_of(const void *record, struct hsvc__vector *out);
static inline int hsvc__vector_eq(const struct hsvc__vector *a, const struct hsvc__vector *b) {
    return ((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) | (a->word[2] ^ b->word[2])) == 0;
}
/* hsvc__is_subject: has the audit entries of records of this family? */
static inline int hsvc__is_subject(uint32_t family) {
    return family == HSVC__FAMILY_DEVICE || family == HSVC__FAMILY_USER || family == HSVC__FAMILY_HEADSET ||
           family == HSVC__FAMILY_POLICY;
}

/* ---- keys (DESIGN 3): a family byte, then parts that end in 00, a 00 inside written 00 FF ---- */
struct hsvc__key {
    uint8_t bytes[HSVC_LIMIT_KEY_LEN];
    size_t len;
};
void hsvc__key_begin(struct hsvc__key *key, uint32_t family);
/* hsvc__key_fold: appends a name as its canonical form (ID-2). hsvc__key_time: 8 bytes that sort like the time. */
void hsvc__key_fold(struct hsvc__key *key, hsvc__str name);
void hsvc__key_time(struct hsvc__key *key, int64_t at);
/* hsvc__key_1: family and one name. */
void hsvc__key_1(struct hsvc__key *key, uint32_t family, hsvc__str name);
/* hsvc__key_is: are these the key's bytes? hsvc__key_is_of: are they the key of this family and name? What stands under a
 * key that is not its own is nobody's. */
int hsvc__key_is(hsvc__str bytes, const struct hsvc__key *key);
int hsvc__key_is_of(hsvc__str bytes, uint32_t family, hsvc__str name);
void hsvc__key_skip(struct hsvc__key *key, hsvc__str serial, uint64_t device);
/* hsvc__key_number: whom a number means. hsvc__key_entry: an audit entry: the subject's family and number, its own
 * sequence; written in hexadecimal digits of fixed length, so that they sort like the numbers and can be a name. */
void hsvc__key_number(struct hsvc__key *key, uint64_t number);
/* hsvc__key_counter: how many numbers a node has given; beside the others, with a shorter name. */
void hsvc__key_counter(struct hsvc__key *key, uint32_t node);
void hsvc__key_entry(struct hsvc__key *key, uint32_t family, uint64_t number, uint64_t sequence);
/* hsvc__key_entry_parts: family, number and sequence of an entry's key; 0 if it is none. */
struct hsvc__entry_key {
    uint32_t family;
    uint64_t number;
    uint64_t sequence;
};
#define HSVC__SEQUENCE_MAX (((uint64_t)1 << 48) - 1)
int hsvc__key_entry_parts(hsvc__str key, struct hsvc__entry_key *parts);
/* hsvc__key_name: a key without its family and its last byte. */
hsvc__str hsvc__key_name(const struct hsvc__key *key);
void hsvc__key_deadline(struct hsvc__key *key, int64_t at, hsvc__str device);
/* hsvc__key_part: the bytes of the part that starts at `at`, unescaped into the arena. {NULL, 0} if it is malformed. */
hsvc__str hsvc__key_part(hsvc__str key, size_t at, struct hsvc__arena *arena);

#endif
