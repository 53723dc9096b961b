#!/usr/bin/env bash
# replay.sh: does every build decide another build's recordings again, byte for byte (OBS-6)?
# replay.sh BUILD-FOLDER...: each records all scenarios, and replays what the others have recorded; the recordings must
# also be the same files. Recordings in build/recordings, such as the office day that stage `examples` records, are
# replayed by all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

out=build/replay
name() { local build=${1%/}; printf '%s/%s.rec' "$out" "${build##*/}"; }
record() { rm -f "$(name "$1")" && "$1/tests/run_scenarios" --record="$(name "$1")" tests/scenario/*.hsv; }
replay() { "$1/tests/run_scenarios" --replay "${@:2}"; }

main() {
    local build other
    mkdir -p "$out"
    for build in "$@"; do check "$build records" record "$build"; done
    for build in "$@"; do
        for other in "$@"; do
            [[ $build == "$other" ]] && continue
            check "$build replays what $other recorded" replay "$build" "$(name "$other")"
        done
        check "$build records what $1 records" cmp "$(name "$1")" "$(name "$build")"
        if compgen -G 'build/recordings/*.rec' >/dev/null; then
            check "$build replays the office day" replay "$build" build/recordings/*.rec
        fi
    done
    printf 'figure: builds that record all scripts alike, to the byte | %d\n' $#
    printf 'figure: pairs of builds that replay each other | %d\n' $(($# * ($# - 1)))
    printf 'figure: bytes of a recording | %d\n' "$(stat -c %s "$(name "$1")")"
    done_checking
}

main "$@"
