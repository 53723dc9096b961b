"""Is all of the public interface there? Every function of the headers is called by the package, or stands here with why not."""
import re

from conftest import TOP

from headsetsvc import _abi

PACKAGE = TOP / "bindings/python/headsetsvc"
CALLED = set(re.findall(r"\bhsvc_\w+", "".join(path.read_text() for path in PACKAGE.glob("*.py") if path.name != "_abi.py")))

WHY_NOT = {
    r"hsvc_\w*_init|hsvc_sqlite_init": "a struct is made of zeros with its struct_size",
    r"hsvc_name|hsvc_code|hsvc_choice_name|hsvc_choice_code|hsvc_choice_at": "codes.py has the names, and test_abi compares them",
    r"hsvc_manual_clock_\w+": "ManualClock, and a callable that raises",
    r"hsvc_count_alloc_\w+": "Python's memory is not the host's to count",
    r"hsvc_record_store_\w+": "a store in Python writes down what it likes",
    r"hsvc_scenario_(apply|fail|engine|now|day_one|label|name)": "of a step's callback in C: Step is a copy, and an exception fails",
    r"hsvc_conformance_calls": "of the suite's own tests",
}


def test_every_public_function_is_wrapped_or_has_its_reason():
    missing = [name for functions in _abi.FUNCTIONS.values() for name in functions
               if name not in CALLED and not any(re.fullmatch(pattern, name) for pattern in WHY_NOT)]
    assert missing == []


def test_no_reason_is_left_over():
    every = {name for functions in _abi.FUNCTIONS.values() for name in functions}
    idle = [pattern for pattern in WHY_NOT if not any(re.fullmatch(pattern, name) for name in every - CALLED)]
    assert idle == []


def test_every_function_of_the_headers_is_in_the_layer():
    declared = set()
    for header in (TOP / "include/headsetsvc").glob("*.h"):
        if header.name not in ("inputs.h", "stdlib.h"):  # inline functions
            declared |= set(re.findall(r"^HSVC_\w*API [^;(]*?(hsvc_\w+)\(", header.read_text(), re.M))
    assert declared == {name for functions in _abi.FUNCTIONS.values() for name in functions} and len(declared) > 150


def test_every_callback_keeps_what_is_raised_in_it():
    """What C calls is `guarded`, or stands here with why not: an exception that leaves a ctypes callback is lost."""
    other = {"hsvc_allocator_resize": "keeps it itself, as it gives memory and no status",
             "hsvc_store_target_close": "gives nothing: the exception waits for the end of the suite",
             "hsvc_row_sink": "the library's own, which Python calls",
             "hsvc_store_job_fn": "the library's own, which Python calls",
             "hsvc_scenario_config_statement": "lines of a host's own language are for C",
             "hsvc_scenario_config_check": "the same"}
    text = "".join(path.read_text() for path in PACKAGE.glob("*.py") if path.name != "_abi.py")
    kinds = set(re.findall(r"^(hsvc_\w+) = C\.CFUNCTYPE", (PACKAGE / "_abi.py").read_text(), re.M))
    used = {kind for kind in kinds if re.search(rf"_abi\.{kind}\b", text)}
    assert {kind for kind in used if f"guarded(_abi.{kind}," not in text} <= set(other)
    assert kinds - used <= set(other), kinds - used - set(other)
