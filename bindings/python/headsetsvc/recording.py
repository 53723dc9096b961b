"""recording.py: deciding a recording again (OBS-6). Engine(recording=...) makes one.

    with open("desks.hsr", "wb") as file, Engine(recording=file.write) as engine:
        ...
    report = replay(pathlib.Path("desks.hsr"))
"""
import ctypes as C
import pathlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, List, Optional, Tuple, Union

from . import _abi
from ._callbacks import ALLOCATOR, guarded, mark, settle
from ._enums import Code
from ._input import Input, read
from ._load import core
from ._values import when
from .codes import Status
from .engine import outcome_of
from .errors import ReplayDiffers
from .inputs import KINDS
from .outcome import Outcome
from .views import Difference, ReplayReport


class Recorded(Code):
    """Calls that are recorded."""

    APPLY = 1
    ADVANCE = 2
    NEXT_DEADLINE = 3
    RESYNC = 4


@dataclass(frozen=True)
class ReplayStep:
    """One call that was replayed, as it came out. PINs of its inputs are as many zero bytes."""

    kind: Recorded
    number: int
    at: Optional[datetime]
    status: Status
    flags: int
    inputs: Tuple[Input, ...]
    outcome: Optional[Outcome]
    node: int  #: of the engine that made the call, as it was opened
    node_count: int


def _step(raw: Any) -> ReplayStep:
    inputs = [read(_abi.hsvc_input.from_address(raw.inputs + index * C.sizeof(_abi.hsvc_input)), KINDS)
              for index in range(raw.count)]
    outcome = outcome_of(raw.effects) if raw.effects else None
    return ReplayStep(Recorded(raw.kind), raw.number, when(raw.at_ms), Status(raw.status), raw.flags, tuple(inputs), outcome,
                      raw.node, raw.node_count)


def replay(recording: Union[bytes, bytearray, pathlib.Path], *,
           step: Optional[Callable[[ReplayStep], None]] = None) -> ReplayReport:
    """Decides a recording again, without store and clock, and compares every byte.

    step: called after each call; an exception in it ends the replay, which raises it. ReplayDiffers: its `difference` says
    where it went another way; Corrupt: a frame is damaged. `outcome` of both is how far it went. A recording that ends
    inside a call is none: the report says `truncated`.
    """
    if isinstance(recording, str):
        raise TypeError("a recording is bytes, or the pathlib.Path of a file")
    data = recording.read_bytes() if isinstance(recording, pathlib.Path) else bytes(recording)
    found: List[Difference] = []

    def on_step(raw: Any, user: Any) -> int:
        assert step is not None
        step(_step(raw[0]))
        return 0

    def on_difference(raw: Any, user: Any) -> int:
        found.append(Difference.read(raw[0]))
        return 0
    config = _abi.hsvc_replay_config(struct_size=C.sizeof(_abi.hsvc_replay_config), allocator=ALLOCATOR)
    config.difference = guarded(_abi.hsvc_difference_fn, Status.CALLBACK, on_difference)
    if step is not None:
        config.step = guarded(_abi.hsvc_replay_step_fn, Status.CALLBACK, on_step)
    raw = _abi.hsvc_replay_report(struct_size=C.sizeof(_abi.hsvc_replay_report))
    begun = mark()
    status = core.hsvc_replay(C.byref(config), data, len(data), C.byref(raw))
    report = ReplayReport.read(raw)
    try:
        settle(begun, status)
    except BaseException as error:
        error.__dict__["outcome"] = report
        if isinstance(error, ReplayDiffers) and found:
            error.difference = found[0]
            error.args = (f"{error.args[0]} (call {found[0].call}, {found[0].frame_name}, {found[0].group} "
                          f"{found[0].index}: {found[0].field})",)
        raise
    return report


__all__ = ["Recorded", "ReplayStep", "replay"]
