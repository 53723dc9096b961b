#!/usr/bin/env bash
# same.sh [--cross] OFFICES...: does one seed give the same run, byte for byte, in each of these builds of the program
# offices? --cross: and, with cross compilers and qemu at hand, on 32-bit ARM and on big-endian s390x? Prints a line for each.
# libcsv of those machines is looked for where their compiler looks, and in $CSV_FOLDER/MACHINE (from libcsv-dev of their architecture).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
few=(1 12 20)
others=0
[[ ${1:-} != --cross ]] || { others=1 && shift; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
result=0 first=''

compare() { # NAME COMMAND...: what it prints must be what the first one printed
    local name=$1 said
    shift
    said=$("$@" "${few[@]}") || { echo "check FAILED: $name: $said"; result=1 && return; }
    [[ -n $first ]] || first=$said
    if [[ $said == "$first" ]]; then echo "check ok: $name: ${said##*; }"; else echo "check FAILED: $name: $said; not: $first" && result=1; fi
}

cross() { # COMPILER QEMU
    command -v "$1" "$2" >/dev/null || { echo "# no $1 or $2 here"; return 0; }
    local sources=() csv
    csv=$("$1" -print-file-name=libcsv.a)
    [[ -f $csv ]] || csv=${CSV_FOLDER:-/nowhere}/${1%-gcc}/libcsv.a
    [[ -f $csv ]] || { echo "# no libcsv for $1 here"; return 0; }
    mapfile -t sources < <(find lib/core lib/records lib/engine lib/rules lib/store/cache lib/store/memory lib/testkit lib/csv tests/offices \
        -name '*.c' ! -name bugs.c | sort)
    "$1" -std=c11 -O2 -static -DHSVC_STATIC -Iinclude -Ilib -Ilib/core -Itests -idirafter /usr/include "${sources[@]}" "$csv" -o "$folder/$1"
    compare "${1%-gcc}" "$2" "$folder/$1"
}

for program in "$@"; do compare "$program" "$program"; done
if ((others)); then
    cross arm-linux-gnueabihf-gcc qemu-arm
    cross s390x-linux-gnu-gcc qemu-s390x
fi
exit $result
