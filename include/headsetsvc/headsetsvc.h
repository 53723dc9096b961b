/* headsetsvc.h: the public interface of libheadsetsvc, headset-based sign-in at shared desks.
 *
 * The library decides and does no I/O. A host says what happened (inputs), the library answers what to do (effects)
 * and why (verdicts); all state lives in the host's store. For every item below:
 *   threads      one engine, one thread at a time; different engines are independent
 *   re-entrancy  no function of an engine may be called from inside one of its callbacks (HSVC_ERR_REENTRANT)
 *   since        0.1 unless the item says otherwise
 *   text         (pointer, length), never NUL-terminated unless said; UTF-8
 *   times        milliseconds since the Unix epoch, int64_t, names end in _at or _ms; 0 means "not given"
 *
 * This is the header to include. It includes all others whose functions are in the library's core, a header a task:
 *   host.h        what the host provides: memory, time, a store, permissions
 *   stores.h      the memory store, and a cache before any other
 *   input.h       saying what happened
 *   effects.h     what the host must do, and the verdicts
 *   engine.h      the engine: apply, deadlines, resync, epoch
 *   views.h       looking at devices, users, headsets, policy
 *   inventory.h   lists and summaries of headsets
 *   explain.h     why is it so, and what will end it
 *   audit.h       what happened, and to whom
 *   health.h      counters, verify
 *   recording.h   recording and replay
 *   registry.h    codes, inputs, parameters and the rule tables, by name
 *   codes.h       every constant that is generated
 * To be included by themselves, as inline functions of the host's own build: inputs.h (a function for each kind of input,
 * from C strings) and stdlib.h (allocator, clock and engine over the C library). Other components have headers of their
 * own: testkit.h, scenario.h, conformance.h, sqlite.h, pgsql.h, csv.h. Each compiles alone;
 * docs/reference/interface.md lists every item.
 * Copyright the libheadsetsvc authors. SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_HEADSETSVC_H
#define HEADSETSVC_HEADSETSVC_H

#include "audit.h"
#include "codes.h"
#include "effects.h"
#include "engine.h"
#include "explain.h"
#include "export.h"
#include "health.h"
#include "host.h"
#include "input.h"
#include "inventory.h"
#include "recording.h"
#include "registry.h"
#include "stores.h"
#include "views.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header, in parts and as text. */
#define HSVC_VERSION_MAJOR 0
#define HSVC_VERSION_MINOR 1
#define HSVC_VERSION_PATCH 0
#define HSVC_VERSION "0.1.0"
/* HSVC_VERSION_NUMBER: major * 1000000 + minor * 1000 + patch, of the header. */
#define HSVC_VERSION_NUMBER (HSVC_VERSION_MAJOR * 1000000 + HSVC_VERSION_MINOR * 1000 + HSVC_VERSION_PATCH)

/* hsvc_version: the library's own version number, to be compared with HSVC_VERSION_NUMBER. Never fails. */
HSVC_API uint32_t hsvc_version(void);

#ifdef __cplusplus
}
#endif
#endif
