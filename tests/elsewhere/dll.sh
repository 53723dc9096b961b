#!/usr/bin/env bash
# dll.sh: are the libraries for Windows what the headers promise?    tests/elsewhere/dll.sh BUILD
# What a DLL exports is its map, the core imports the four memory functions, and a stranger's host builds against the
# installed package and runs.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

prefix=x86_64-w64-mingw32
work=$PWD/build/elsewhere/package

# DLL: its names, one a line.
exports_of() { "$prefix-objdump" -p "$1" | sed -nE 's/^\t\[ *[0-9]+\] (.*)$/\1/p' | grep -v '^[+]base' | sort; }
imports_of() { "$prefix-objdump" -p "$1" | sed -nE 's/^\t[0-9a-f]+\t +[0-9]+  ([^ ]+)$/\1/p' | sort -u; }

exports_the_map() { diff <(sed -n 's/^ *\(hsvc_[a-z0-9_]*\);$/\1/p' "lib/$2.map" | sort) <(exports_of "$1/lib/lib$2-0.1.dll"); }

# An empty DLL shows what Windows' own start of a DLL asks for.
asks_for_memory_alone() {
    local more
    mkdir -p "$work"
    echo 'extern int empty;' | "$prefix-gcc" -shared -x c - -o "$work/empty.dll"
    more=$(comm -13 <(imports_of "$work/empty.dll") <(imports_of "$1/lib/libheadsetsvc-0.1.dll"))
    [[ -z $(comm -23 <(printf '%s\n' "$more") <(printf '%s\n' memcmp memcpy memmove memset)) ]] || { printf '%s\n' "$more" && return 1; }
}

installed() { rm -rf "$work/moved" && cmake --install "$1" --prefix "$work/moved"; }

# A host's project, with nothing said but what docs/guide/build-and-link.md says.
consumer() { # FOLDER OPTION...
    cmake -S tests/package/consumer -B "$work/$1" -G Ninja -DCMAKE_SYSTEM_NAME=Windows -DCMAKE_C_COMPILER="$prefix-gcc" \
        -DCMAKE_PREFIX_PATH="$work/moved" '-DPROGRAMS=c_host;testkit_host' "${@:2}" || return
    cmake --build "$work/$1" || return
    WINEPATH=$work/moved/bin tests/elsewhere/launch windows "$work/$1/c_host" || return
    WINEPATH=$work/moved/bin tests/elsewhere/launch windows "$work/$1/testkit_host"
}

by_hand() { # NAME OPTION...: without CMake
    "$prefix-gcc" -std=c99 -Wall -Wextra -Werror tests/package/consumer/c_host.c -I"$work/moved/include" -L"$work/moved/lib" "${@:2}" \
        -o "$work/$1.exe" || return
    WINEPATH=$work/moved/bin tests/elsewhere/launch windows "$work/$1"
}

main() {
    local name
    for name in headsetsvc headsetsvc-testkit headsetsvc-csv; do
        check "$name: the DLL exports its map" exports_the_map "$1" "$name"
    done
    check 'the core asks for the four memory functions' asks_for_memory_alone "$1"
    check 'it is installed' installed "$1"
    check 'a host with the DLLs' consumer shared
    check 'a host with the static libraries' consumer static -DSTATIC=ON
    check 'a host by hand with the DLL' by_hand hand -lheadsetsvc
    check 'a host by hand with the static library' by_hand hand_static -DHSVC_STATIC -l:libheadsetsvc.a
    done_checking
}

main "$@"
