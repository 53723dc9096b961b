#!/usr/bin/env bash
# symbols.sh: what do the built libraries export, ask for and keep?
#   tests/abi/symbols.sh BUILD-FOLDER             checks
#   tests/abi/symbols.sh --static ARCHIVE         checks the static core of another machine; NM: what reads it
#   tests/abi/symbols.sh --update BUILD-FOLDER    writes the prototypes of the headers into the newest node of each map
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

# prototypes LIBRARY: the names of the functions its headers mark HSVC_API or HSVC_<component>_API. Name and bracket stand on the mark's line.
nm=${NM:-nm}
prototypes() {
    local -a headers
    mapfile -t headers <"$build/$1.headers" # the build's own list of what it installs for this library
    headers=("${headers[@]/#/include/}")
    awk '/^HSVC_([A-Z]+_)?API / {
            if (!match($0, /hsvc_[a-z0-9_]+\(/)) { print FILENAME ": no name in: " $0 > "/dev/stderr"; exit 1 }
            print substr($0, RSTART, RLENGTH - 1)
        }' "${headers[@]}" | sort
}

mapped() { sed -n 's/^ *\(hsvc_[a-z0-9_]*\);$/\1/p' "lib/$1.map" | sort; }
exported() { nm -D --defined-only --format=posix "$1" | awk '$2 != "A" { sub(/@.*/, "", $1); print $1 }' | sort; }

same() { # same WHAT FILE OTHER FILE
    diff --label "$1" --label "$3" -u <(printf '%s\n' "$2") <(printf '%s\n' "$4")
}

# ---- one library ----

exports_match() { same 'prototypes of the headers' "$(prototypes "$1")" 'exported by the library' "$(exported "$2")"; }

map_matches() {
    same 'prototypes of the headers' "$(prototypes "$1")" "lib/$1.map" "$(mapped "$1")" && return
    echo 'tests/abi/symbols.sh --update writes them into the map'
    return 1
}

# SONAME as lib/cmake/HeadsetsvcComponent.cmake promises.
soname_is() {
    local found
    found=$(readelf -dW "$2" | sed -n 's/.*Library soname: \[\(.*\)\]/\1/p')
    [[ $found == "lib$1.so.$3" ]] || { echo "SONAME is $found, not lib$1.so.$3" && return 1; }
}

# Static linking ignores visibility: every global name is everybody's. On Windows gcc adds a .refptr of such a name.
names_are_prefixed() {
    local alien
    alien=$("$nm" -g --defined-only --format=posix "$1" | awk 'NF > 1 && $1 !~ /^(\.refptr\.)?hsvc_/ { print $1 }')
    [[ -z $alien ]] || { echo "global without hsvc_: $alien" && return 1; }
}

# Components may share an object; one name for two things, and a program cannot be linked to both of them statically.
names_mean_one_thing() {
    local twice
    twice=$(nm -gA --defined-only "$1"/libheadsetsvc*.a | awk 'NF == 3 {
        split($1, at, ":")
        if ($3 in member && member[$3] != at[2]) print $3, member[$3], at[2]
        member[$3] = at[2] }')
    [[ -z $twice ]] || { printf 'defined twice: %s\n' "$twice" && return 1; }
}

# ---- the core alone ----

# Of an archive's members, less what another member defines; or of a shared library.
undefined_allowed() {
    local unknown
    unknown=$(comm -23 <(asked_for "$1" | sort -u) <(sort -u tests/abi/undefined.allow <(defined_in "$1")))
    [[ -z $unknown ]] || { printf 'not in tests/abi/undefined.allow:\n%s\n' "$unknown" && return 1; }
}
asked_for() { "$nm" "$([[ $1 == *.so ]] && echo -D || echo -g)" -u --format=posix "$1" | awk '$2 == "U" { sub(/@.*/, "", $1); print $1 }'; }
defined_in() { "$nm" -g --defined-only --format=posix "$1" | awk 'NF > 1 { print $1 }'; }

# No globals, no per-thread variables: nothing that can be written exists before the first call.
keeps_nothing() {
    local found
    found=$(readelf -SW "$1" | sed 's/^ *\[[ 0-9]*\] *//' | awk '
        $1 ~ /^\.(data|bss|tdata|tbss)(\.|$)/ && $1 !~ /^\.data\.rel\.ro/ && $5 !~ /^0+$/ { print $1, $5 }')
    [[ -z $found ]] || { printf 'writable data: %s\n' "$found" && return 1; }
}

# The newest linkers refuse a map that names what is not there; lld can be asked to.
lld_links() {
    local so=$2/lib$1-by-lld.so
    gcc -shared -fuse-ld=lld -Wl,--no-undefined-version,--version-script="lib/$1.map" -o "$so" \
        -Wl,--whole-archive "$2/lib$1.a" -Wl,--no-whole-archive || return
    exports_match "$1" "$so"
}

check_library() { # check_library NAME FOLDER SOVERSION
    check "$1: is built" ls "$2/lib$1.so" "$2/lib$1.a"
    ((good)) || return 0
    check "$1: the map lists the prototypes" map_matches "$1"
    check "$1: the library exports the prototypes" exports_match "$1" "$2/lib$1.so"
    check "$1: SONAME" soname_is "$1" "$2/lib$1.so" "$3"
    check "$1: every global name is prefixed" names_are_prefixed "$2/lib$1.a"
}

check_core() {
    [[ -f $1/libheadsetsvc.so && -f $1/libheadsetsvc.a ]] || return 0 # that was said above
    check 'undefined symbols of the shared core' undefined_allowed "$1/libheadsetsvc.so"
    check 'undefined symbols of the static core' undefined_allowed "$1/libheadsetsvc.a"
    check 'the core keeps nothing' keeps_nothing "$1/libheadsetsvc.a"
    check 'lld links the core' lld_links headsetsvc "$1"
}

check_static() { # check_static ARCHIVE
    check 'every global name is prefixed' names_are_prefixed "$1"
    check 'undefined symbols of the static core' undefined_allowed "$1"
}

# update: the names of the headers replace those between "global:" and "local:" of a map's last node.
update() {
    local map name
    for map in lib/headsetsvc*.map; do
        name=$(basename "$map" .map)
        awk -v names="$(prototypes "$name")" '
            FNR == NR { if (/global:/) last = FNR; next }
            FNR == last { print; n = split(names, list, "\n"); for (i = 1; i <= n; i++) print "        " list[i] ";"; skip = 1; next }
            /local:/ { skip = 0 }
            !skip' "$map" "$map" >"$map.new"
        mv "$map.new" "$map"
    done
}

main() {
    local map version
    build=${2:-${1:?folder of a build}}
    [[ $1 != --update ]] || { update && return; }
    if [[ $1 == --static ]]; then
        check_static "$2"
        done_checking
        return
    fi
    version=$(sed -n 's/^#define HSVC_VERSION "\([0-9]*\.[0-9]*\)\..*/\1/p' include/headsetsvc/headsetsvc.h)
    [[ $version == 0.* ]] || version=${version%%.*}
    for map in lib/headsetsvc*.map; do check_library "$(basename "$map" .map)" "$build/lib" "$version"; done
    check 'no name stands for two things' names_mean_one_thing "$build/lib"
    check_core "$build/lib"
    done_checking
}

main "$@"
