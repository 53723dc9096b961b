#!/usr/bin/env bash
# examples.sh: does every example do what it shows, against the installed package?
# Runs examples/quickstart as a newcomer would; then builds each project of examples/ against what that installed, with
# every warning an error, and runs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
prefix=$PWD/build/quickstart/prefix

# How each folder of examples/ is run, from the top of the tree; BUILD is where it was built. An empty line: data only.
declare -A runs=(
    [hsvc]='ctest --test-dir BUILD --output-on-failure --no-tests=error'
    [office-day]=''
    [tiny-c]='ctest --test-dir BUILD --output-on-failure --no-tests=error'
    [tiny-python]='ctest --test-dir BUILD --output-on-failure --no-tests=error'
)

built_example() {
    cmake -S "examples/$1" -B "build/examples/$1" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON \
        -DCMAKE_C_FLAGS='-Wall -Wextra -Wpedantic' || return
    cmake --build "build/examples/$1"
}

run_example() {
    local -a words
    read -ra words <<<"${runs[$1]//BUILD/build/examples/$1}"
    timeout 60 "${words[@]}"
}

example() {
    [[ ! -f examples/$1/CMakeLists.txt ]] || built_example "$1" || return
    [[ -n ${runs[$1]+said} ]] || { echo "how is it run? say so at the top of tests/package/examples.sh" && return 1; }
    [[ -z ${runs[$1]} ]] || run_example "$1"
}

main() {
    local folder
    check 'examples/quickstart' examples/quickstart
    check 'examples/quickstart --help' examples/quickstart --help
    for folder in examples/*/; do check "${folder%/}" example "$(basename "$folder")"; done
    done_checking
}

main
