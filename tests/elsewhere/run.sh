#!/usr/bin/env bash
# run.sh: does the library decide the same on 32-bit ARM and on the big-endian s390x?    tests/elsewhere/run.sh BUILD
# BUILD is this machine's build, with the tests. Core and testkit are built for each, the programs of tests/scenario run
# under qemu: every script passes there, its transcript is ours word for word, its recording (inputs, rows read, rows
# written: OBS-6, STORE-7) is ours byte for byte, and each replays what the others have recorded.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

out=build/elsewhere
here=$1
declare -A prefix=([arm]=arm-linux-gnueabihf [s390x]=s390x-linux-gnu)

# A static program needs no library of the other machine at run time.
cross() {
    local built=$out/$1 program
    CMAKE_GENERATOR=Ninja cmake -S . -B "$built" --toolchain "tests/elsewhere/$1.cmake" -DCMAKE_BUILD_TYPE=Release \
        -DHSVC_BUILD_SHARED=OFF -DHSVC_BUILD_SQLITE=OFF -DHSVC_BUILD_PGSQL=OFF -DHSVC_BUILD_CSV=OFF || return
    cmake --build "$built" --target headsetsvc_static headsetsvc_testkit_static || return
    mkdir -p "$built/tests"
    for program in run_scenarios transcript; do
        "${prefix[$1]}-gcc" -std=c11 -O1 -Wall -Wextra -Werror -static -DHSVC_STATIC -Iinclude \
            "tests/scenario/$program.c" "$built/lib/libheadsetsvc-testkit.a" "$built/lib/libheadsetsvc.a" \
            -o "$built/tests/$program.$1" || return
        # shellcheck disable=SC2016 # the script's own arguments
        printf '#!/bin/sh\nexec qemu-%s "$0.%s" "$@"\n' "$1" "$1" >"$built/tests/$program"
        chmod +x "$built/tests/$program"
    done
}

transcript() { "$1/tests/transcript" tests/scenario/*.hsv >"$out/$2.txt"; }

main() {
    local machine
    mkdir -p "$out"
    check 'the transcript of this machine' transcript "$here" here
    for machine in arm s390x; do
        check "core and testkit for $machine" cross "$machine"
        ((good)) || continue
        check "the transcript of $machine" transcript "$out/$machine" "$machine"
        check "it is this machine's" cmp "$out/here.txt" "$out/$machine.txt"
    done
    tests/scenario/replay.sh "$here" "$out/arm" "$out/s390x" || result=1
    done_checking
}

main
