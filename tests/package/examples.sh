#!/usr/bin/env bash
# examples.sh: does every example do what it shows, against the installed package?
# Runs examples/quickstart as a newcomer would; then builds each project of examples/ against what that installed, with
# every warning an error, and runs the tests that the example's CMakeLists.txt registers: at least one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
prefix=$PWD/build/quickstart/prefix

example() {
    local out=build/examples/$1
    cmake -S "examples/$1" -B "$out" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_FLAGS='-Wall -Wextra -Wpedantic -Werror' || return
    cmake --build "$out" || return
    ctest --test-dir "$out" --output-on-failure --no-tests=error
}

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

main() {
    local project
    check 'examples/quickstart, and who is signed in where' quickstart_shows_sessions
    check 'examples/quickstart --help' examples/quickstart --help
    for project in examples/*/CMakeLists.txt; do
        project=$(basename "$(dirname "$project")")
        check "examples/$project" example "$project"
    done
    check 'hsvc prints what tests/package/commands/transcript.txt shows' tests/package/commands/run build/examples/hsvc/hsvc
    check 'hsvc goes on where an import was cut off' tests/package/resume build/examples/hsvc/hsvc
    check 'the office day is recorded, and replayed by another process' office_day
    done_checking
}

main
