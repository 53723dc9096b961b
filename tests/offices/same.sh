#!/usr/bin/env bash
# same.sh OFFICES...: does one seed give the same run, byte for byte, in each of these builds of the program offices? Prints a
# line for each. Other machines are in tests/elsewhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
few=(1 12 20)
result=0 first=''

compare() { # OFFICES: what it prints must be what the first one printed
    local said
    said=$("$1" "${few[@]}") || { echo "check FAILED: $1: $said"; result=1 && return; }
    [[ -n $first ]] || first=$said
    if [[ $said == "$first" ]]; then echo "check ok: $1: ${said##*; }"; else echo "check FAILED: $1: $said; not: $first" && result=1; fi
}

for program in "$@"; do compare "$program"; done
exit $result
