"""scenario.py: plays scenario scripts (*.hsv): docs/guide/scenarios.md describes the language."""
import ctypes as C
import pathlib
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, List, NamedTuple, Optional, Union

from . import _abi, stores
from ._callbacks import ALLOCATOR, guarded, mark, settle
from ._input import Input, read
from ._load import library
from ._values import take, text, when, word
from .codes import Status
from .engine import outcome_of
from .inputs import KINDS
from .outcome import Outcome
from .views import ScenarioFailure, ScenarioResult

ORIGINS = {1: "script", 2: "time", 3: "phone", 4: "directory"}
VERIFY_EACH, VERIFY_END, ALLOW_REFUSALS = 1, 2, 4


@dataclass(frozen=True)
class Step:
    """One call into the engine. input is None for a deadline; its PIN is taken out."""

    origin: str
    line: int
    setup: bool
    dry_run: bool
    status: Status
    at: Optional[datetime]
    text: str
    input: Optional[Input]
    outcome: Outcome


def _step(raw: Any) -> Step:
    given = read(_abi.hsvc_input.from_address(raw.input), KINDS) if raw.input else None
    outcome = outcome_of(raw.effects)
    return Step(ORIGINS[raw.origin], raw.line, raw.setup != 0, raw.dry_run != 0, Status(raw.status), when(raw.at_ms),
                text(raw.text, raw.text_len), given, outcome)


class Form(NamedTuple):
    """One form of line, and what it means."""

    form: str
    about: str


def grammar() -> List[Form]:
    """Every form of line that the language has."""
    lib, made = library("testkit"), []  # type: Any, List[Form]
    form, about = C.c_char_p(), C.c_char_p()
    pointers = [C.cast(C.byref(text_of), C.POINTER(C.c_void_p)) for text_of in (form, about)]
    while lib.hsvc_scenario_grammar(len(made), *pointers) == Status.OK:
        made.append(Form(word(form.value), word(about.value)))
    return made


class Scenario:
    """What came of a script: `failures`, `rules` that it says it shows, `result`, and `recording` if it was asked for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failures: List[ScenarioFailure] = []
        self.rules: List[str] = []
        self.recording = bytearray()
        self.result: Optional[ScenarioResult] = None

    @property
    def passed(self) -> bool:
        """Did every line hold?"""
        return self.result is not None and self.result.failures == 0

    def _hooks(self, config: Any, step: Optional[Callable[[Step], None]], record: bool) -> None:
        def on_step(raw: Any, user: Any) -> int:
            assert step is not None
            step(_step(raw[0]))
            return 0

        def on_failure(raw: Any, user: Any) -> int:
            self.failures.append(ScenarioFailure.read(raw[0]))
            return 0

        def on_rule(rule: Any, length: int, sentence: Any, sentence_len: int, user: Any) -> int:
            self.rules.append(text(rule, length))
            return 0

        def on_frame(frame: Any, length: int, user: Any) -> int:
            self.recording += take(frame, length)
            return 0
        config.failure = guarded(_abi.hsvc_scenario_config_failure, Status.CALLBACK, on_failure)
        config.rule = guarded(_abi.hsvc_scenario_config_rule, Status.CALLBACK, on_rule)
        if step is not None:
            config.step = guarded(_abi.hsvc_scenario_config_step, Status.CALLBACK, on_step)
        if record:
            config.recording = guarded(_abi.hsvc_recording_fn, Status.CALLBACK, on_frame)


def _bytes_of(script: Union[str, bytes, pathlib.Path]) -> bytes:
    """The script's text. A str that looks like the name of a file is an error, lest it be played as a script of one bad line."""
    if isinstance(script, pathlib.Path):
        return script.read_bytes()
    if isinstance(script, bytes):
        return script
    line = script.strip()
    if line.lower().endswith(".hsv") and "\n" not in line and not line.startswith("#"):
        raise ValueError(f"script: a str is the script's text; for the file pass pathlib.Path({line!r})")
    return script.encode()


def run(script: Union[str, bytes, pathlib.Path], *, name: str = "", store: Any = None, verify: int = VERIFY_END,
        step: Optional[Callable[[Step], None]] = None, record: bool = False, flags: int = 0) -> Scenario:
    """Plays a script from its first line to its last. script: its text as str or bytes, or its file as a pathlib.Path.

    A str is never a path; one that looks like one (a line that ends in .hsv) is a ValueError.
    store: used as it is; None gives the run a memory store of its own. step: called after every call into the engine;
    an exception in it ends the run, which raises it. record: keeps the engine's recording.
    """
    lib = library("testkit")
    data = _bytes_of(script)
    made = Scenario(name or (str(script) if isinstance(script, pathlib.Path) else "script"))
    config = _abi.hsvc_scenario_config(struct_size=C.sizeof(_abi.hsvc_scenario_config), flags=verify | flags,
                                       allocator=ALLOCATOR)
    bound = None if store is None else stores.binding(store)
    if bound is not None:
        config.store = C.addressof(bound.struct)
    made._hooks(config, step, record)
    handle, begun = C.c_void_p(), mark()
    settle(begun, lib.hsvc_scenario_new(C.byref(config), C.byref(handle)))
    try:
        raw = _abi.hsvc_scenario_result(struct_size=C.sizeof(_abi.hsvc_scenario_result))
        with threading.RLock() if bound is None else bound.lock:  # of the store's engines in other threads
            settle(begun, lib.hsvc_scenario_run(handle, made.name.encode(), data, len(data), C.byref(raw)))
        made.result = ScenarioResult.read(raw)
        return made
    finally:
        lib.hsvc_scenario_free(handle)
