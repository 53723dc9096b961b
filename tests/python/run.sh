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

types() { cd bindings/python && mypy --strict --cache-dir "$work/mypy" headsetsvc; }

wheel() {
    rm -rf "$work/wheel" "$work/venv" "$work/source"
    mkdir -p "$work/wheel"
    cp -r bindings/python "$work/source"
    cd "$work/source"
    HEADSETSVC_BUILT=$built "$python" setup.py -q bdist_wheel --dist-dir "$work/wheel"
}

environment() {
    "$python" -m venv "$work/venv"
    "$work/venv/bin/pip" install -q --no-index --no-deps "$work"/wheel/*.whl
}

# Debian's pytest beside the installed package; nothing of the tree but the tests.
from_wheel() {
    mkdir "$work/tests" && cp tests/python/{conftest,test_engine,test_callbacks,test_stores,test_aio,test_bulk}.py "$work/tests"
    cd "$work"
    env -u HEADSETSVC_LIBRARY -u PYTHONPATH "$work/venv/bin/python" - "$work/tests" <<'END'
import sys
sys.path.append("/usr/lib/python3/dist-packages")
import headsetsvc._load
assert "venv" in headsetsvc.__file__ and "venv" in str(headsetsvc._load._BUNDLED), headsetsvc.__file__
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", sys.argv[1]]))
END
}

mkdir -p "$work"
rm -rf "$work/tests"
check 'the generated modules are what the headers say' bindings/python/generate.py --check
check 'mypy --strict' types
for file in tests/python/test_*.py; do check "${file##*/}" from_tree "$file"; done
check 'a wheel is built without a network' wheel
check 'it installs into an environment of its own' environment
check 'its tests pass from there, with the libraries inside it' from_wheel
done_checking
