"""clocks.py: what an engine takes for now: the system's time, a manual clock, or any callable that gives an aware time."""
import time
from datetime import datetime, timedelta
from typing import Any, Callable, Union

from . import _abi
from ._callbacks import guarded
from ._values import EPOCH, callable_of, fits, milliseconds
from .codes import Status


class SystemClock:
    """The system's wall clock, in UTC; it counts suspend."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return time.time_ns() // 1000000


class ManualClock:
    """Time that passes only when told to, for tests and simulations."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, tzinfo=EPOCH.tzinfo)) -> None:
        self._ms = milliseconds(start)

    @property
    def now(self) -> datetime:
        """The time; may be set, also backwards."""
        return EPOCH + timedelta(milliseconds=self._ms)

    @now.setter
    def now(self, at: datetime) -> None:
        self._ms = milliseconds(at)

    def advance(self, by: timedelta) -> datetime:
        """Lets time pass."""
        if not isinstance(by, timedelta):
            raise TypeError(f"by is a timedelta, not {by!r}")
        self.now += by
        return self.now

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self._ms

    def set_ms(self, ms: int) -> None:
        """As `now`, for programs that count in milliseconds."""
        self._ms = ms


class _Called:
    def __init__(self, function: Callable[[], datetime]) -> None:
        self._function = function

    def now_ms(self) -> int:
        at = self._function()
        if at is None:
            raise TypeError("None is no time")
        return milliseconds(at)


Clock = Union[SystemClock, ManualClock, Callable[[], datetime]]


def reader(clock: Any) -> Any:
    """What gives the milliseconds of a clock: an object with now_ms, or a callable that gives an aware time."""
    if isinstance(clock, type):
        raise TypeError(f"clock is the class {clock.__name__}: make an object of it")
    return clock.now_ms if hasattr(clock, "now_ms") else _Called(callable_of("clock", clock)).now_ms


def callback(clock: Any) -> Any:
    """The C function that reads a clock."""
    now_ms = reader(clock)

    def read(out: Any, user: Any) -> int:
        out[0] = fits("the clock: ", now_ms(), signed=True)
        return 0
    return guarded(_abi.hsvc_clock_fn, Status.CLOCK, read)
