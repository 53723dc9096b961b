#!/usr/bin/env bash
# without.sh: configuring where a store's foreign library is not installed: asked for, it is refused with what to do about it;
# else there is just no such component.   tests/stores/without.sh BUILD
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh
build=$1/without
export PKG_CONFIG_LIBDIR=/nonexistent PKG_CONFIG_PATH=

# configure [OPTION...]: what CMake says, on one line, since it wraps its messages.
configure() {
    rm -rf "$build"
    cmake -S . -B "$build" -DHSVC_BUILD_TESTS=OFF -DHSVC_BUILD_BENCH=OFF "$@" 2>&1 | tr -s ' \n' ' '
}

leaves_out() {
    configure -DHSVC_BUILD_PGSQL=AUTO -DHSVC_BUILD_SQLITE=AUTO && ! cmake --build "$build" --target help | grep -E 'headsetsvc_(pgsql|sqlite)'
}

main() {
    refused 'PostgreSQL asked for, no libpq' \
        'HSVC_BUILD_PGSQL is ON, but pkg-config finds no libpq: install it (Debian: libpq-dev), or set HSVC_BUILD_PGSQL to OFF' \
        configure -DHSVC_BUILD_PGSQL=ON
    refused 'SQLite asked for, no SQLite' \
        'HSVC_BUILD_SQLITE is ON, but pkg-config finds no sqlite3>=3.35: install it (Debian: libsqlite3-dev), or set HSVC_BUILD_SQLITE to OFF' \
        configure -DHSVC_BUILD_SQLITE=ON
    check 'neither asked for, neither there' leaves_out
    rm -rf "$build"
    done_checking
}

main "$@"
