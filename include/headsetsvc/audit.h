/* audit.h: what happened to each device, user and headset, in numbers that mean nobody once a person is erased.
 * The rules of headsetsvc.h hold here too. Since 0.1.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_AUDIT_H
#define HEADSETSVC_AUDIT_H

#include "engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every change of a device, a user, a headset or the policy is entered in the commit that makes it, and so is every
 * refused input that is about one of them, everything an administrator did, and every deadline. An entry speaks of
 * people and headsets by numbers, never by id or serial; hsvc_subject_get says whom a number means until the person is
 * erased (OBS-3, OBS-4). At most audit_keep_max entries of each subject are kept, the newest ones. */

#define HSVC_AUDIT_WORDS 3

/* hsvc_audit_entry: one entry. before and after are the subject's facts, packed: hsvc_audit_fact reads them; `before` is
 * what the subject's entry before this one has as `after`. Text is borrowed until the next call on the engine and ends
 * in a NUL that its length does not count. */
typedef struct hsvc_audit_entry {
    uint32_t struct_size;
    uint32_t subject_kind; /* HSVC_SUBJECT_ */
    uint64_t subject;      /* its number; 0 = the global policy */
    uint64_t sequence;     /* the subject's own, from 1, without gaps; older entries may have been dropped */
    int64_t at_ms;         /* event time */
    int64_t committed_ms;  /* when it was decided */
    int64_t first_ms;      /* count > 1: when the first of them happened; else as at_ms */
    uint32_t count;        /* refusals of one reason in a row at a device are one entry */
    uint32_t input;        /* HSVC_INPUT_; 0 = a deadline, or what followed by itself */
    uint32_t reason;       /* HSVC_REASON_ */
    uint32_t accepted;
    uint32_t param; /* HSVC_PARAM_ that was set or unset, else 0 */
    uint32_t reserved;
    int64_t value;         /* to which it was set */
    uint64_t device;       /* number of the device of the event, 0 = none, or one that does not exist */
    uint64_t headset;      /* number of the headset of the event, 0 = none */
    uint64_t actor_number; /* of the actor, if it is one of the users */
    uint64_t before[HSVC_AUDIT_WORDS];
    uint64_t after[HSVC_AUDIT_WORDS];
    const char *actor; /* as the host gave it, if it is none of the users; else "" */
    size_t actor_len;
    const char *rule;  /* the rule id that decided */
    const char *event; /* name of the machine's event, "" if no row ran */
} hsvc_audit_entry;

/* hsvc_audit_cursor: where a reader stands, and of what it reads: of one subject, or of all (subject_kind 0), one
 * subject after the other. The host keeps it where it likes, as bytes: whatever was entered since for the subjects that
 * it has not passed is read on the next call. */
typedef struct hsvc_audit_cursor {
    uint32_t struct_size;
    uint32_t subject_kind; /* HSVC_SUBJECT_, 0 = all */
    uint64_t subject;      /* number; 0 with subject_kind 0, and for the global policy */
    uint32_t position_len; /* 0 = at the beginning */
    uint32_t reserved;
    uint8_t position[48]; /* opaque */
} hsvc_audit_cursor;

/* One fact of a subject before and after. */
typedef struct hsvc_audit_fact {
    uint32_t struct_size;
    uint32_t subject_kind;   /* the value is a number for hsvc_subject_get: HSVC_SUBJECT_; else 0 */
    const char *name;        /* "session"; NUL-terminated, static, like the two below */
    uint64_t before;
    uint64_t after;
    const char *before_name; /* "SIGNED_IN", of a value that is a state; else "" */
    const char *after_name;
} hsvc_audit_fact;

/* Whom a number means. */
typedef struct hsvc_subject_view {
    uint32_t struct_size;
    uint32_t kind; /* HSVC_SUBJECT_ */
    uint64_t number;
    const char *name; /* device name, user id, serial, site; borrowed until the next call on the engine */
    size_t name_len;
} hsvc_subject_view;

HSVC_API int32_t hsvc_audit_entry_init(hsvc_audit_entry *entry, size_t size);
HSVC_API int32_t hsvc_audit_cursor_init(hsvc_audit_cursor *cursor, size_t size);
HSVC_API int32_t hsvc_audit_fact_init(hsvc_audit_fact *fact, size_t size);
HSVC_API int32_t hsvc_subject_view_init(hsvc_subject_view *view, size_t size);

/* hsvc_audit_read: the next entries, oldest first, at most room (0..HSVC_LIMIT_AUDIT_PAGE), and moves the cursor behind
 * them. entries is an array whose stride is its first element's struct_size. *count < room: there are no more now. A damaged
 * entry ends the page; the next call gives HSVC_ERR_CORRUPT, once, and the one after it goes on behind it.
 * HSVC_OK, HSVC_ERR_ARGUMENT (also a cursor that is none), HSVC_ERR_STRUCT_SIZE, HSVC_ERR_STRUCT_TAIL,
 * HSVC_ERR_LIMIT, HSVC_ERR_CORRUPT, HSVC_ERR_MEMORY, HSVC_ERR_REENTRANT, store statuses. (OBS-3) */
HSVC_API int32_t hsvc_audit_read(hsvc_engine *engine, hsvc_audit_cursor *cursor, hsvc_audit_entry *entries, size_t room,
                                 size_t *count);
/* hsvc_audit_fact_at: fact number index, from 0, of an entry. HSVC_OK, HSVC_ERR_ARGUMENT, HSVC_ERR_STRUCT_SIZE,
 * HSVC_ERR_NOT_FOUND (the subject has fewer). */
HSVC_API int32_t hsvc_audit_fact_at(const hsvc_audit_entry *entry, size_t index, hsvc_audit_fact *fact);
/* hsvc_subject_get: whom a number means. HSVC_ERR_NOT_FOUND: nobody, or a person who was erased. Statuses as
 * hsvc_device_get. */
HSVC_API int32_t hsvc_subject_get(hsvc_engine *engine, uint64_t number, hsvc_subject_view *view);

/* hsvc_X_decode: as in views.h. */
HSVC_API int32_t hsvc_subject_decode(const hsvc_row *row, hsvc_subject_view *view);
HSVC_API int32_t hsvc_audit_decode(const hsvc_row *row, hsvc_audit_entry *entry); /* actor has no NUL at its end */

#ifdef __cplusplus
}
#endif
#endif
