# checks.sh: how scripts of the tests say what passed, and how tests/run adds it up. To be sourced.
# A stage prints "check ok: NAME" or "check FAILED: NAME" for each check, and what ctest prints; the sums are taken from
# that text, so a stage that dies halfway keeps what it had.
# shellcheck shell=bash
# shellcheck disable=SC2034 # `good` is read by the scripts that source this

logs=build/logs
passed=0
failed=0
verbose=0
result=0
good=1
beside=
declare -a failures=() begun=()
declare -A stage_took=() stage_worked=()

# check NAME COMMAND...: runs the command; its output is shown only if it fails. Gives 0 always, so that the checks
# after it run too; `result` remembers any failure, `good` is about this one.
check() {
    local name=$1 output
    shift
    good=1
    if output=$("$@" 2>&1 </dev/null); then
        printf 'check ok: %s\n' "$name"
    else
        printf 'check FAILED: %s\n' "$name"
        printf '    %s\n' "${output//$'\n'/$'\n'    }"
        good=0
        result=1
    fi
}

# measured NAME COMMAND...: a check, and the processor seconds that it took.
measured() {
    local note=$logs/check.$$
    times >"$note.before"
    check "$@"
    times >"$note.after"
    printf '    %s s of work\n' "$(work "$note")"
    rm "$note".*
}

# begin NAME COMMAND...: a check that runs beside those begun after it, as many at once as there are processors, or as
# `at_once` says. finish: waits for them, and prints them in the order in which they were begun.
begin() {
    ((${#begun[@]})) || beside=$(mktemp -d)
    ((${#begun[@]} < ${at_once:-$(nproc)})) || wait -n || true
    check "$@" >"$beside/${#begun[@]}" &
    begun+=("$1")
}

finish() {
    local each said
    wait
    for each in "${!begun[@]}"; do
        said=$(<"$beside/$each")
        printf '%s\n' "${said:=check FAILED: ${begun[each]}: was stopped}"
        [[ $said == 'check ok: '* ]] || result=1
    done
    ((${#begun[@]} == 0)) || rm -rf "$beside"
    begun=()
}

# done_checking: the last line of a script of checks, so that it can be used alone too.
done_checking() { return "$result"; }

# refused NAME TEXT COMMAND...: the command must fail and say TEXT.
refused() {
    local name=$1 text=$2
    shift 2
    check "$name" fails_with "$text" "$@"
}

fails_with() {
    local text=$1 output
    shift
    if output=$("$@" 2>&1); then
        printf 'should have failed: %s\n' "$*" && return 1
    fi
    [[ $output == *"$text"* ]] || { printf 'failed, but without "%s":\n%s\n' "$text" "$output" && return 1; }
}

# run_stage NAME: one stage with its own log, sums and time.
run_stage() {
    local stage=$1 log=$logs/$1.log from=$EPOCHREALTIME status=0 fine bad
    times >"$logs/times.before" # of this shell and its children: in a shell of its own there would be none
    if ((verbose)); then
        alone "stage_$stage" 2>&1 | tee "$log" || status=1
    else
        alone "stage_$stage" >"$log" 2>&1 || status=1
    fi
    ((status)) || compare_figures "$stage"
    fine=$(grep -cE '^check ok: |^ {0,3}[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed ' "$log") || true
    bad=$(grep -cE '^check FAILED: |^ {0,3}[0-9]+/[0-9]+ Test +#[0-9]+: .*\*\*\*' "$log") || true
    if ((bad == 0 && (status != 0 || fine == 0))); then
        bad=1
        failures+=("$stage: stopped early, or nothing ran")
    fi
    remember_failures "$stage" "$log"
    ((passed += fine, failed += bad)) || true
    times >"$logs/times.after"
    say_stage "$stage" "$fine" "$bad" "$from"
    ! has_figures "$stage" || tests/support/figures --print "$stage"
    ((bad == 0 || verbose)) || show "$log"
}

has_figures() { grep -q '^figure: ' "$logs/$1.log"; }

# compare_figures STAGE: the documents must have what the stage's programs have counted.
compare_figures() {
    local said
    has_figures "$1" || grep -q "^<!-- figures: $1 -->" docs/*.md || return 0
    said=$(check "the documents have the figures of $1" tests/support/figures "$1")
    printf '%s\n' "$said" >>"$logs/$1.log"
    ((!verbose)) || printf '%s\n' "$said"
}

# show: the end of a log, without what went well and what ctest says about itself.
show() {
    grep -vE '^(check ok|figure): | Passed +[0-9.]+ sec$|^ +Start +[0-9]+: |^(Internal ctest|Test project|Label Time|Total Test)|^$' "$1" |
        grep -vE '^100% tests passed|^ +\[[ 0-9%/]+\] (Build|Link|Re-check|Creating|Generating)|^ +-- |\*proc \([0-9]+ tests?\)$' | tail -n 60 | cut -c1-240 | sed 's/^/    /'
    printf '    (all of it: %s)\n' "$1"
}

# alone: a stage's variables and its end are its own.
alone() (
    result=0
    "$1" </dev/null || result=1
    exit "$result"
)

remember_failures() {
    local line
    while IFS= read -r line; do
        failures+=("$1: $line")
    done < <(sed -nE 's/^check FAILED: //p; s/^ {0,3}[0-9]+\/[0-9]+ Test +#[0-9]+: ([^ ]+) .*\*\*\*.*/\1/p' "$2")
}

say_stage() {
    stage_took[$1]=$(awk -v a="$4" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
    stage_worked[$1]=$(work "$logs/times")
    printf '%-11s %4d passed, %d failed %8s s %8s s of work\n' "$1" "$2" "$3" "${stage_took[$1]}" "${stage_worked[$1]}"
}

# say_share NAME LIMIT STAGE...: what these stages took together, if all of them ran, beside what they may take.
say_share() {
    local name=$1 limit=$2 stage
    shift 2
    for stage in "$@"; do [[ -n ${stage_took[$stage]:-} ]] || return 0; done
    for stage in "$@"; do printf '%s %s\n' "${stage_took[$stage]}" "${stage_worked[$stage]}"; done |
        awk -v name="$name" -v limit="$limit" '{ took += $1; worked += $2 }
            END { printf "%-16s %16.0f s of %3d s %8.1f s of work%s\n", name, took, limit, worked, (took > limit ? "  (over)" : "") }'
}

# work NOTE: the processor seconds between NOTE.before and NOTE.after, which other work on the machine does not change as it does the time.
work() {
    awk 'function of(t) { split(t, part, /[ms]/); return 60 * part[1] + part[2] }
        FNR == 2 { sum = of($1) + of($2) - sum } END { printf "%.1f", sum }' "$1.before" "$1.after"
}

run_stages() {
    local stage
    mkdir -p "$logs"
    rm -f "$logs"/broken.*
    printf '%s\n' "$@" >"$logs/stages"
    for stage in "$@"; do run_stage "$stage"; done
}

# report: the failed checks by name, then the line that is always the last.
report() {
    printf '%-11s %21s %5d s\n' 'in all' '' "$SECONDS"
    ((${#failures[@]} == 0)) || printf 'failed  %s\n' "${failures[@]}"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    ((failed == 0))
}
