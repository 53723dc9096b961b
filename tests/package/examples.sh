#!/usr/bin/env bash
# examples.sh: does every example do what it shows, against the installed package?
#   examples.sh         runs examples/quickstart as a newcomer would; then builds each project of examples/ against what that
#                       installed, with every warning an error, and runs the tests that the example's CMakeLists.txt
#                       registers: at least one
#   examples.sh hosts   the same for the three hosts that live among programs nobody here wrote
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
prefix=$PWD/build/quickstart/prefix

example() { example_builds "$1" && example_works "$1"; }

example_builds() {
    local out=build/examples/$1
    cmake -S "examples/$1" -B "$out" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_FLAGS='-Wall -Wextra -Wpedantic -Werror' &&
        cmake --build "$out"
}

example_works() { ctest --test-dir "build/examples/$1" -j "$(nproc)" --output-on-failure --no-tests=error; }

# At its end the quickstart shows, in plain SQL, who is signed in where.
quickstart_shows_sessions() {
    local shown
    mkdir -p build/quickstart
    examples/quickstart | tee build/quickstart/shown.txt || return
    shown=$(sed -n '/^user .*signed_in_at/,/^All went well/p' build/quickstart/shown.txt | grep -cE '^[a-z]+ +SEP[0-9A-F]+ ') || return
    [[ $shown == "$(sqlite3 -readonly build/quickstart/office-day.db 'SELECT count(*) FROM sessions')" ]]
}

# The office day as the installed library decided it, for other builds to replay (tests/scenario/replay.sh).
office_day() {
    mkdir -p build/recordings
    build/examples/hsvc/hsvc record examples/office-day build/recordings/office-day.rec &&
        build/examples/hsvc/hsvc replay build/recordings/office-day.rec
}

# Of these, each may use what those before it built; then they work beside each other, since they wait more than they compute.
hosts=(sip-host headset-watch kamailio)

the_hosts() {
    local project
    [[ -d $prefix ]] || check 'examples/quickstart' examples/quickstart
    HSVC_TEST_PGSQL=$(tests/support/postgres start build/examples/pg)
    export HSVC_TEST_PGSQL
    trap 'tests/support/postgres remove build/examples/pg' EXIT
    for project in "${hosts[@]}"; do check "examples/$project builds" example_builds "$project"; done
    for project in "${hosts[@]}"; do at_once=${#hosts[@]} begin "examples/$project" example_works "$project"; done
    finish
    done_checking
}

is_host() { [[ " ${hosts[*]} " == *" $1 "* ]]; }

the_examples() {
    local project
    check 'examples/quickstart, and who is signed in where' quickstart_shows_sessions
    check 'examples/quickstart --help' examples/quickstart --help
    for project in examples/*/CMakeLists.txt; do
        project=$(basename "$(dirname "$project")")
        is_host "$project" || check "examples/$project" example "$project"
    done
    check 'hsvc prints what tests/package/commands/transcript.txt shows' tests/package/commands/run build/examples/hsvc/hsvc
    check 'hsvc goes on where an import was cut off' tests/package/resume build/examples/hsvc/hsvc
    check 'hsvc import leaves alone what it should only read' tests/package/files build/examples/hsvc/hsvc
    check 'the office day is recorded, and replayed by another process' office_day
    done_checking
}

if [[ ${1:-} == hosts ]]; then the_hosts; else the_examples; fi
