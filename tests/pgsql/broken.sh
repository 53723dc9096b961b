#!/usr/bin/env bash
# broken.sh: does the check of the history notice a store that is wrong?
#   tests/support/postgres with DIR tests/pgsql/broken.sh HAMMER
# Replaces the database's function `commit` by wrong ones, and expects the hammer to say so. (How the conformance suite takes
# them, and more of them: test_conformance.c.)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

# variant SCHEMA FROM TO: the function of the schema with one text in it replaced; it must have been there.
variant() {
    psql "$HSVC_TEST_PGSQL" -qtAX -v ON_ERROR_STOP=1 -v schema="$1" -v from="$2" -v to="$3" <<'SQL'
SELECT set_config('a.s', :'schema', false), set_config('a.f', :'from', false), set_config('a.t', :'to', false) \g /dev/null
DO $do$ DECLARE old text; new text;
BEGIN
    SELECT pg_get_functiondef(p.oid) INTO STRICT old FROM pg_proc p
        WHERE pronamespace = to_regnamespace(current_setting('a.s')) AND proname = 'commit';
    new := replace(replace(old, current_setting('a.f'), current_setting('a.t')), '@', current_setting('a.s'));
    IF new = old THEN RAISE 'nothing to replace'; END IF;
    EXECUTE new;
END $do$;
SQL
}

# caught SCHEMA FROM TO [HAMMER-OPTION...]: the hammer, told to break the store by --before, must find violations.
# Contention is luck, so several seeds are tried.
caught() {
    local seed output='' schema=$1 from=$2 to=$3
    shift 3
    for seed in 1 2 3 4 5; do
        output=$(HSVC_TEST_SCHEMA=${schema}_$seed timeout 60 "$hammer" pgsql: --inputs 3000 --seed "$seed" --devices 3 --users 4 --serials 5 \
            "$@" --before "$PWD/tests/pgsql/broken.sh --variant ${schema}_$seed \"$from\" \"$to\" || kill \$PPID" 2>&1) || true
        [[ $output != *'violations in the history: 0,'* && $output == *'violations in the history: '* ]] && return 0
    done
    printf '%s\n' "$output" && return 1
}

# loses: a store that promises less, through crashes of the server: the hammer must miss something.
loses() {
    local output seed
    for seed in 1 2 3 4 5; do
        output=$(HSVC_TEST_SCHEMA=lost_$seed timeout 60 "$hammer" pgsql-async: --inputs 1500 --seed "$seed" \
            --disturb 4 "$HSVC_TEST_PGSQL_SCRIPT crash $HSVC_TEST_PGSQL_DIR; $HSVC_TEST_PGSQL_SCRIPT start $HSVC_TEST_PGSQL_DIR >/dev/null" 2>&1) || true
        [[ $output != *'violations in the history: 0,'* && $output == *'violations in the history: '* ]] && return 0
    done
    printf '%s\n' "$output" && return 1
}

all='PERFORM CASE WHEN l & 1 = 1 THEN pg_advisory_xact_lock_shared(l & -2) ELSE pg_advisory_xact_lock(l) END FROM unnest(locks) l;'
main() {
    hammer=${1:?the hammer}
    if [[ $1 == --variant ]]; then
        variant "${@:2}"
        return
    fi
    check 'READ COMMITTED without locks' caught no_locks "$all" ''
    check 'locks for writes only' caught no_check_locks 'pg_advisory_xact_lock_shared(l & -2)' NULL
    check 'commits acknowledged before they are on disk' loses
    done_checking
}

main "$@"
