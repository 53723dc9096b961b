#!/usr/bin/env bash
# run.sh: does the library decide the same on other machines?    tests/elsewhere/run.sh [--compare] BUILD [MACHINE...]
# BUILD is this machine's build, with the tests; machines are arm (32 bits), s390x (big-endian), musl (another C library) and
# windows: all of them, or those that are named. For each the core, the testkit and the component csv are built, and their
# tests run there: unit, abi, csv, the corpora of fuzz, scenarios. What the machines print, record, keep in stores and export
# is the same as here, byte for byte, and each goes on from what the others wrote. --compare: this alone, without the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh
renice -n 10 $$ >/dev/null # minutes of work, which nobody waits for

out=$PWD/build/elsewhere
programs=(run_scenarios transcript offices stores_elsewhere worlds)
worlds=(desk flapping) # complete, and small
# Left out: three that make the same calls again and again for their sums; what are scripts of this machine; and the
# offices that tests/offices/same.sh plays too.
left_out='^unit\.(conformance|flapping|promises)$|^(csv\.oracle|fuzz\.(campaign|reach))$|^offices\.'

# ---- building ----

# built MACHINE: with a program of the name under `as`, which runs there as if it ran here. Windows ends lines in its way.
built() {
    local machine=$1 program
    local -a targets=(core_tests csv_tests headsetsvc headsetsvc_testkit headsetsvc_csv)
    for program in "${programs[@]}"; do
        is_there "$machine" "$program" || continue
        targets+=("$program")
    done
    CMAKE_GENERATOR=Ninja cmake -S . -B "$out/$machine" --toolchain "tests/elsewhere/$machine.cmake" -DCMAKE_BUILD_TYPE=Release \
        -DHSVC_BUILD_TESTS=ON -DHSVC_BUILD_SQLITE=OFF -DHSVC_BUILD_PGSQL=OFF -DHSVC_BUILD_CSV=ON || return
    cmake --build "$out/$machine" --target "${targets[@]}" || return
    mkdir -p "$out/as/$machine/tests"
    for program in "${programs[@]}"; do
        printf '#!/usr/bin/env bash\nset -o pipefail\n"%s" %s "%s" "$@" | tr -d "\\r"\n' "$PWD/tests/elsewhere/launch" "$machine" \
            "$out/$machine/tests/$program" >"$out/as/$machine/tests/$program"
        chmod +x "$out/as/$machine/tests/$program"
    done
}

# wine_begins: one server for all programs, and what it starts for them, which would keep a test's pipe open. Without, it goes three
# seconds after the last program ended, and who comes in that moment is not served.
wine() { WINEPREFIX=$out/wine WINEDEBUG=-all "/usr/lib/wine/$1" "${@:2}" >/dev/null 2>&1; }
wine_begins() {
    mkdir -p "$out/wine"
    wine wineserver -k || true # of a run that was killed
    wine wineserver -p && wine wine64 wineboot
}

# Windows has no fork, by which worlds gives each world a process.
is_there() { [[ $1/$2 != windows/worlds ]]; }

# ---- one machine ----

# The names of the tests are told with the machine's before them.
tests_of() {
    HSVC_TEST_WRAPPER="$PWD/tests/elsewhere/launch $1" ctest --test-dir "$out/$1" -L '^(unit|abi|csv|fuzz|scenarios)$' \
        -E "$left_out" -j "$(nproc)" --output-on-failure --no-tests=error |
        sed -E "s/^( *[0-9]+\/[0-9]+ Test +#[0-9]+: )/\1$1./" || result=1
}

transcript() { "$1/tests/transcript" tests/scenario/*.hsv >"$out/$2.txt"; }

# Their states and steps; not the seconds.
worlds_of() { "$1/tests/worlds" "${worlds[@]}" | sed -E 's/ +[0-9.]+ s  /  /; s/, [0-9]+ processor seconds//' >"$out/$2.worlds"; }

symbols() {
    local compiler
    compiler=$(sed -n 's/^set(CMAKE_C_COMPILER \(.*\))$/\1/p' "tests/elsewhere/$1.cmake")
    NM=$("$compiler" -print-prog-name=nm) tests/abi/symbols.sh --static "$out/$1/lib/libheadsetsvc.a"
}

one() {
    local machine=$1
    if [[ $machine == windows ]]; then
        trap 'wine wineserver -k || true' EXIT
        check 'a server for the programs of Windows' wine_begins
    fi
    ((compare)) || tests_of "$machine"
    check "$machine: symbols of the core" symbols "$machine"
    check "$machine: the transcript" transcript "$out/as/$machine" "$machine"
    check "$machine: the transcript is this machine's" cmp "$out/here.txt" "$out/$machine.txt"
    is_there "$machine" worlds || return 0
    check "$machine: small worlds" worlds_of "$out/as/$machine" "$machine"
    check "$machine: they have the states and steps of this machine" cmp "$out/here.worlds" "$out/$machine.worlds"
}

# ---- between machines: rows and exports of stores ----

filled() { "$1/tests/stores_elsewhere" write "$out/$2" tests/scenario/*.hsv; }
opened() { "$1/tests/stores_elsewhere" open "$out/$3.rows" "$out/$2-opens-$3"; }
same_files() { cmp "$out/$1.rows" "$out/$2.rows" && cmp "$out/$1.csv" "$out/$2.csv"; }

# stores NAME FOLDER [NAME FOLDER]...: the first is this machine.
stores() {
    local -A folder
    local -a names
    local name other first=$1
    while (($#)); do folder[$1]=$2 names+=("$1") && shift 2; done
    for name in "${names[@]}"; do
        check "$name fills stores" filled "${folder[$name]}" "$name"
        check "$name has filled them as $first" same_files "$first" "$name"
    done
    for name in "${names[@]}"; do
        for other in "${names[@]}"; do
            check "$name opens what $other has filled, and goes on" opened "${folder[$name]}" "$name" "$other"
            check "it is what $first makes of its own" same_files "$first-opens-$first" "$name-opens-$other"
        done
    done
}

# Scripts that came by way of an editor for Windows.
with_carriage_returns() {
    local script
    mkdir -p "$out/crlf"
    for script in tests/scenario/*.hsv; do sed 's/$/\r/' "$script" >"$out/crlf/${script##*/}"; done
    "$1/tests/run_scenarios" "$out"/crlf/*.hsv
}

main() {
    compare=0
    [[ $1 != --compare ]] || { compare=1 && shift; }
    local here=$1 machine
    local -a machines=("${@:2}") good_ones=() pairs=()
    ((${#machines[@]})) || machines=(arm s390x musl windows)
    mkdir -p "$out"
    check 'the transcript of this machine' transcript "$here" here
    check 'the small worlds of this machine' worlds_of "$here" here
    grep -E '^figure: (distinct|steps)' "$out/here.worlds" || true
    check 'scripts with carriage returns' with_carriage_returns "$here"
    check 'libraries for other machines' tests/elsewhere/libraries "${machines[@]}"
    pairs=(here "$here")
    for machine in "${machines[@]}"; do
        check "$machine: core, testkit, csv and their tests compile" built "$machine"
        ((good)) || continue
        one "$machine"
        good_ones+=("$out/as/$machine")
        pairs+=("$machine" "$out/as/$machine")
    done
    stores "${pairs[@]}"
    printf 'figure: pairs of machines, this one among them, that open each other'"'"'s stores | %d\n' $((${#pairs[@]} * ${#pairs[@]} / 4))
    tests/scenario/replay.sh "$here" "${good_ones[@]}" || result=1
    tests/offices/same.sh "$here/tests/offices" "${good_ones[@]/%//tests/offices}" || result=1
    [[ " ${machines[*]} " != *' windows '* ]] || tests/elsewhere/dll.sh "$out/windows" || result=1
    done_checking
}

main "$@"
