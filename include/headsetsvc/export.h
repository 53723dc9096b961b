/* export.h: how the library's symbols are marked. Define HSVC_STATIC when linking the static library on Windows.
 * SPDX-License-Identifier: MIT */
#ifndef HEADSETSVC_EXPORT_H
#define HEADSETSVC_EXPORT_H

#if defined(HSVC_STATIC)
#define HSVC_API
#elif defined(_WIN32)
#ifdef HSVC_BUILDING
#define HSVC_API __declspec(dllexport)
#else
#define HSVC_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define HSVC_API __attribute__((visibility("default")))
#else
#define HSVC_API
#endif

#endif
