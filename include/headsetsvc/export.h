/* export.h: how the library's functions are marked, so that compilers and linkers of every system find them.
 *
 *   HSVC_API       stands before every function of the headers; nothing for a host to use.
 *   HSVC_STATIC    to be defined by a host for Windows that links the static libraries. CMake's targets define it, pkg-config
 *                  cannot. Elsewhere it makes no difference.
 *   HSVC_BUILDING  defined while the libraries themselves are built, never by a host.
 *
 * On Windows a host imports by __declspec(dllimport), and what the DLL exports its .def file says, made from lib/headsetsvc*.map
 * as elsewhere the version script is. Since 0.1.
 * SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_EXPORT_H
#define HEADSETSVC_EXPORT_H

#if defined(HSVC_STATIC)
#define HSVC_API
#elif defined(_WIN32)
#ifdef HSVC_BUILDING
#define HSVC_API
#else
#define HSVC_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define HSVC_API __attribute__((visibility("default")))
#else
#define HSVC_API
#endif

#endif
