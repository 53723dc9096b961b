#!/usr/bin/env bash
# headers.sh: does each public header compile alone, in every language a host may use, without a warning? Is it in the reference?
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

warnings=(-Wall -Wextra -Wpedantic -pedantic-errors -Wconversion -Wshadow -Wundef -Werror)

# shellcheck disable=SC2317 # called through begin
# alone_as COMPILER LANGUAGE STANDARD HEADER: twice, since a header must also bear being included twice. The declaration
# is there because a C file may not be empty, and a header of macros is.
alone_as() {
    printf '#include <headsetsvc/%s>\n#include <headsetsvc/%s>\nextern int alone;\n' "$4" "$4" |
        "$1" -x "$2" "-std=$3" "${warnings[@]}" -Iinclude -fsyntax-only -
}

# shellcheck disable=SC2317 # called through begin
# listed HEADER: does docs/reference/interface.md have its items? What those three hold stands elsewhere, or is nothing for hosts.
listed() { [[ $1 == codes.h || $1 == inputs.h || $1 == export.h ]] || grep -qx "## $1" docs/reference/interface.md; }

main() {
    local header standard
    for header in include/headsetsvc/*.h; do
        header=${header##*/}
        begin "$header is in the reference" listed "$header"
        for standard in c99 c11 c17; do
            begin "$header $standard gcc" alone_as gcc c $standard "$header"
            begin "$header $standard clang" alone_as clang c $standard "$header"
        done
        for standard in c++11 c++20; do
            begin "$header $standard g++" alone_as g++ c++ $standard "$header"
            begin "$header $standard clang++" alone_as clang++ c++ $standard "$header"
        done
    done
    finish
}

main
done_checking
