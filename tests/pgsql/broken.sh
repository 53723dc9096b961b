#!/usr/bin/env bash
# broken.sh: does the check of the history notice a store that is wrong?
#   tests/support/postgres with DIR tests/pgsql/broken.sh HAMMER
# Replaces the database's function `commit` by ones that have been tried and are wrong, and expects the hammer to say so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

hammer=$1

# variant SCHEMA FROM TO: the function of the schema with one text in it replaced; it must have been there.
variant() {
    psql "$HSVC_TEST_PGSQL" -qtAX -v ON_ERROR_STOP=1 -v schema="$1" -v from="$2" -v to="$3" <<'SQL'
SELECT set_config('a.s', :'schema', false), set_config('a.f', :'from', false), set_config('a.t', :'to', false) \g /dev/null
DO $do$ DECLARE old text; new text;
BEGIN
    SELECT pg_get_functiondef(p.oid) INTO STRICT old FROM pg_proc p
        WHERE pronamespace = to_regnamespace(current_setting('a.s')) AND proname = 'commit';
    new := replace(old, current_setting('a.f'), current_setting('a.t'));
    IF new = old THEN RAISE 'nothing to replace'; END IF;
    EXECUTE new;
END $do$;
SQL
}
export -f variant

# caught SCHEMA FROM TO: the hammer, which is told by --before to break the store, must find violations. Contention is
# luck, so several seeds are tried.
caught() {
    local seed output
    for seed in 1 2 3; do
        output=$(HSVC_TEST_SCHEMA=$1_$seed "$hammer" pgsql: --inputs 4000 --seed "$seed" --devices 3 --users 4 --serials 5 \
            --before "bash -c 'variant $1_$seed \"$2\" \"$3\"' || kill \$PPID" 2>&1) || true
        [[ $output != *'violations in the history: 0,'* && $output == *'violations in the history: '* ]] && return 0
    done
    printf '%s\n' "$output" && return 1
}

locks='WHEN l & 1 = 1 THEN pg_advisory_xact_lock_shared(l & -2) ELSE pg_advisory_xact_lock(l) END'
main() {
    check 'READ COMMITTED without locks' caught no_locks "$locks" 'WHEN l = l THEN NULL ELSE l END'
    check 'no lock for a check' caught no_check_locks 'pg_advisory_xact_lock_shared(l & -2)' 'NULL'
    check 'compared in the statement that locks' caught one_statement "$locks" 'WHEN l = l THEN NULL ELSE l END'
    done_checking
}

main "$@"
