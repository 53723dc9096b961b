#!/usr/bin/env bash
# disturb.sh: what a server does to its clients on a bad day; for `hammer --disturb N`. One time in ten the whole server is
# shut down as if the power had gone, and started again; else some of its connections are ended.
set -euo pipefail
if ((RANDOM % 10 == 0)); then
    "$HSVC_TEST_PGSQL_SCRIPT" crash "$HSVC_TEST_PGSQL_DIR"
    "$HSVC_TEST_PGSQL_SCRIPT" start "$HSVC_TEST_PGSQL_DIR" >/dev/null
else
    psql "$HSVC_TEST_PGSQL" -qtA -o /dev/null -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'headsetsvc' AND random() < 0.5" 2>/dev/null
fi
