"""The generated layer: is it what the library says, here and on other machines?"""
import ctypes
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from types import ModuleType

import pytest
from conftest import TOP

import headsetsvc
from headsetsvc import Reason, Status, _abi, _load, codes
from headsetsvc._load import core
from headsetsvc.faults import COMMIT, READ, SCAN, Fault

LAYOUTS = json.loads((TOP / "bindings/python/layouts.json").read_text())


@pytest.mark.skipif(platform.machine() != "x86_64", reason="layouts.json has no such machine")
@pytest.mark.parametrize("struct", sorted(LAYOUTS["x86_64"]))
def test_ctypes_lays_structs_out_as_the_compiler_does(struct):
    size, fields = LAYOUTS["x86_64"][struct]
    made = getattr(_abi, struct)
    assert ctypes.sizeof(made) == size
    assert {name: [getattr(made, name).offset, getattr(made, name).size] for name, _ in made._fields_} == fields


# target -> its compiler, and what runs its programs here
MACHINES = {"x86_64": (["gcc"], []), "arm": (["arm-linux-gnueabihf-gcc", "-static"], ["qemu-arm"]),
            "s390x": (["s390x-linux-gnu-gcc", "-static"], ["qemu-s390x"])}


def layout_program():
    """C that prints, of each struct of the headers, its size, and where each field stands."""
    lines = [f'#include "headsetsvc/{path.name}"' for path in sorted((TOP / "include/headsetsvc").glob("*.h"))]
    lines += ["#include <stddef.h>", "#include <stdio.h>", "#define S(s) printf(#s \" %zu\\n\", sizeof(s));",
              '#define F(s, f) printf(#s "." #f " %zu %zu\\n", offsetof(s, f), sizeof((s *)0)->f);', "int main(void) {"]
    for struct, (_, fields) in sorted(LAYOUTS["x86_64"].items()):
        lines += [f"S({struct})"] + [f"F({struct}, {name})" for name in sorted(fields)]
    return "\n".join(lines + ["return 0;", "}", ""])


@pytest.mark.parametrize("target", sorted(LAYOUTS))
def test_a_program_of_each_machine_sees_the_layout_that_was_generated(target, tmp_path):
    """The machines' own compilers, beside libclang's word for them."""
    if target == "x86_64" and platform.machine() != target:
        pytest.skip("its compiler is another machine's")
    compiler, runner = MACHINES[target]
    for tool in compiler[:1] + runner:
        assert shutil.which(tool), f"{tool} is not installed: tests/run packages"
    source, program = tmp_path / "layout.c", tmp_path / "layout"
    source.write_text(layout_program())
    subprocess.run([*compiler, "-std=c11", "-I", os.fspath(TOP / "include"), source, "-o", program], check=True)
    printed = subprocess.run([*runner, program], capture_output=True, text=True, check=True).stdout.splitlines()
    assert printed == [line for struct, (size, fields) in sorted(LAYOUTS[target].items())
                       for line in [f"{struct} {size}"] + [f"{struct}.{name} {at} {wide}"
                                                           for name, (at, wide) in sorted(fields.items())]]


@pytest.mark.parametrize("registry, enumeration", [
    (1, codes.Status), (2, codes.Reason), (3, codes.InputKind), (4, codes.EffectKind), (5, codes.Prompt),
    (6, codes.Cause), (7, codes.Param), (8, codes.Field), (9, codes.Verify), (10, codes.CallState), (11, codes.Lost),
    (12, codes.DeviceKind), (13, codes.Scope), (14, codes.HeadsetType), (15, codes.SessionState),
    (16, codes.ProfileState), (17, codes.Presence), (18, codes.Subject), (19, codes.Explained)])
def test_names_are_the_librarys(registry, enumeration):
    for member in enumeration:
        name = core.hsvc_name(registry, member).decode()
        assert name.upper() in (member.name, f"ERR_{member.name}")


def test_every_status_has_an_exception():
    assert {Status(number) for number in headsetsvc.errors.BY_STATUS} == set(Status) - {Status.OK}


def test_faults_are_those_of_the_testkit():
    """Their numbers are macros of testkit.h, which the generator does not read."""
    header = (TOP / "include/headsetsvc/testkit.h").read_text()
    numbers = {name: int(number) for name, number in re.findall(r"^#define HSVC_FAULT_(\w+) (\d+)u?\b", header, re.M)}
    calls = {"ON_READ": READ, "ON_SCAN": SCAN, "ON_COMMIT": COMMIT}
    of_c = {"RETURN", "NO_REVISION", "STORE_ARMED_MOST"}  # what a store in C may do wrong; a bound
    assert {name: n for name, n in numbers.items() if name not in of_c} == {**{f.name: f.value for f in Fault}, **calls}


def test_an_unknown_code_survives():
    unknown = Reason(4711)
    assert unknown == 4711 and isinstance(unknown, Reason)
    assert unknown.name == str(unknown) == "UNKNOWN_4711"
    with pytest.raises(ValueError):
        Reason("SIGNED_IN")


def test_what_the_package_gives_is_exported():
    """`mypy --strict` of a host takes no other name; nor does `import *`."""
    given = {name for name, value in vars(headsetsvc).items() if not name.startswith("_") and not isinstance(value, ModuleType)}
    assert given == set(headsetsvc.__all__) and len(headsetsvc.__all__) == len(given)


def test_another_abi_is_an_import_error_naming_both_versions():
    with pytest.raises(ImportError, match=r"is version 9\.2\.3.*made for " + _abi.VERSION.replace(".", r"\.")):
        _load.check_version(9002003, "libheadsetsvc.so.9.2")
    _load.check_version(_abi.VERSION_NUMBER + 7, "a later patch of the same ABI")


def test_the_named_library_is_the_only_one_tried(tmp_path):
    code = "import headsetsvc"
    missing = tmp_path / "libheadsetsvc.so"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                         env={"HEADSETSVC_LIBRARY": str(missing), "PYTHONPATH": ":".join(sys.path)})
    assert ran.returncode != 0 and "ImportError" in ran.stderr and str(missing) in ran.stderr


def test_candidates_in_order(monkeypatch):
    monkeypatch.delenv("HEADSETSVC_LIBRARY", raising=False)
    monkeypatch.setattr(_load.ctypes.util, "find_library", lambda name: f"found-{name}")
    bundled, soname, found = _load._candidates("headsetsvc-sqlite")
    assert bundled.endswith("/headsetsvc/_lib/libheadsetsvc-sqlite.so.0.1")
    assert (soname, found) == ("libheadsetsvc-sqlite.so.0.1", "found-headsetsvc-sqlite")
    monkeypatch.setenv("HEADSETSVC_LIBRARY", "/x/libheadsetsvc.so")
    assert list(_load._candidates("headsetsvc")) == ["/x/libheadsetsvc.so"]
    assert list(_load._candidates("headsetsvc-pgsql")) == ["/x/libheadsetsvc-pgsql.so.0.1"]
