#!/usr/bin/env bash
# run.sh: the tests of the bindings.    tests/python/run.sh BUILD
# Then once more, the quick ones, from a wheel in an environment of its own: what users get.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/support/checks.sh
. tests/support/checks.sh

built=$PWD/$1
python=/usr/bin/python3 # Debian's: its modules are seen by no other
work=$PWD/build/python

from_tree() {
    PYTHONDONTWRITEBYTECODE=1 HYPOTHESIS_STORAGE_DIRECTORY=$work/hypothesis \
        HEADSETSVC_LIBRARY=$built/lib/libheadsetsvc.so.0.1 PYTHONPATH=$PWD/bindings/python \
        "$python" -m pytest -q -p no:cacheprovider --override-ini=addopts= "$@"
}

# As the oldest Python that the package says it runs on.
types() {
    MYPYPATH=bindings/python mypy --strict --python-version 3.9 --cache-dir "$work/mypy" bindings/python/headsetsvc \
        examples/python-*/*.py
}

# Is what the annotations say there when the modules are loaded?
stubs() {
    HEADSETSVC_LIBRARY=$built/lib/libheadsetsvc.so.0.1 PYTHONPATH=$PWD/bindings/python "$python" -m mypy.stubtest \
        headsetsvc --concise --allowlist tests/python/stubtest.allow
}

wheel() {
    rm -rf "$work/wheel" "$work/venv" "$work/source"
    mkdir -p "$work/wheel"
    cp -r bindings/python "$work/source"
    rm -rf "$work/source/build" # of a wheel that somebody made in the tree: its modules would look new
    HEADSETSVC_BUILT=$built "$python" -m pip wheel -q --no-deps --no-build-isolation -w "$work/wheel" "$work/source"
}

# What the header says, and only it.
versions() {
    local version
    version=$(sed -nE 's/^#define HSVC_VERSION "([0-9.]+)".*/\1/p' include/headsetsvc/headsetsvc.h)
    "$python" -m zipfile -l "$work/wheel/headsetsvc-$version"-py3-none-*.whl >"$work/wheel.txt" || return
    grep "/headsetsvc/_lib/libheadsetsvc.so.${version%.*} " "$work/wheel.txt"
}

environment() {
    "$python" -m venv "$work/venv"
    "$work/venv/bin/pip" install -q --no-index --no-deps "$work"/wheel/*.whl
}

# installed MODULE ARGUMENT...: a module or program in the Python of the installed package, with Debian's modules behind it.
installed() {
    env -u HEADSETSVC_LIBRARY -u PYTHONPATH PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR="$work/matplotlib" \
        "$work/venv/bin/python" - "$@" <<'END'
import runpy
import sys
sys.path.append("/usr/lib/python3/dist-packages")
import headsetsvc._load
assert "venv" in headsetsvc.__file__ and "venv" in str(headsetsvc._load._BUNDLED), headsetsvc.__file__
del sys.argv[0]
(runpy.run_path if sys.argv[0].endswith(".py") else runpy.run_module)(sys.argv[0], run_name="__main__")
END
}

# Nothing of the tree but the tests.
from_wheel() {
    mkdir "$work/tests" && cp tests/python/{conftest,test_engine,test_callbacks,test_stores,test_aio,test_bulk}.py "$work/tests"
    cd "$work" && installed pytest -q -p no:cacheprovider "$work/tests"
}

host_tests() { cd examples/python-host-tests && installed pytest -q -p no:cacheprovider; }

# A picture, and the figures that its page shows.
simulation() {
    rm -f "$work/office.png"
    installed examples/python-simulation/simulate.py "$work/office.png" >"$work/office.txt" || return
    [[ $(head -c 4 "$work/office.png" | tail -c 3) == PNG ]] || return
    # shellcheck disable=SC2016 # backquotes of the page
    diff <(sed -n '/^```output/,/^```$/{/^```/!p}' examples/python-simulation/README.md) "$work/office.txt"
}

# In a function: bash reads a script piece by piece, and one that is rewritten meanwhile would end in the middle, silently.
main() {
    mkdir -p "$work"
    rm -rf "$work/tests"
    check 'the generated modules are what the headers say' bindings/python/generate.py --check
    begin 'mypy --strict, for Python 3.9' types
    begin 'stubtest: the annotations are what is loaded' stubs
    for file in tests/python/test_*.py; do begin "${file##*/}" from_tree "$file"; done
    finish
    check 'a wheel is built without a network' wheel
    check 'it has the version of the header' versions
    check 'it installs into an environment of its own' environment
    begin 'its tests pass from there, with the libraries inside it' from_wheel
    begin 'examples/python-host-tests' host_tests
    begin 'examples/python-simulation' simulation
    finish
    done_checking
}

main
