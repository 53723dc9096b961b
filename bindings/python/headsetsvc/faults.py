"""faults.py: a store that fails when told, before any other: for tests of what a host does then.

    with FaultStore(SqliteStore(path)) as store, Engine(store, clock=clock) as engine:
        store.arm(Fault.UNKNOWN_DONE)
        ...
"""
import ctypes as C
from typing import Any

from . import _abi, stores
from ._enums import Code
from ._load import library
from .codes import Status
from .errors import error_of

READ, SCAN, COMMIT = 1, 2, 4


class Fault(Code):
    """What a fault does; HSVC_FAULT_ in testkit.h says more."""

    UNAVAILABLE = 1  # nothing happens
    CONFLICT = 2  # a commit that is told of a conflict
    FULL = 3  # a commit that finds no room
    UNKNOWN_DONE = 4  # a commit that happens, and nobody is told
    UNKNOWN_LOST = 5  # a commit that does not happen, and nobody is told
    UNKNOWN_LATE = 6  # a commit that happens later, if it still can
    CORRUPT = 7  # a byte of every value is wrong


class FaultStore(stores._Before):
    """Passes calls on to `inner`, a store of any kind, unless a fault is due. Closing it leaves `inner` open."""

    def __init__(self, inner: Any) -> None:
        self._lib = lib = library("testkit")
        bound, handle = stores.binding(inner), C.c_void_p()
        stores._ok(lib.hsvc_fault_store_new(stores.ALLOCATOR_P, C.byref(bound.struct), C.byref(handle)))
        super().__init__(bound, handle, lib.hsvc_fault_store_free, lib.hsvc_fault_store_bind)

    def arm(self, fault: Fault, on: int = COMMIT, *, nth: int = 1, times: int = 1, delay: int = 1) -> None:
        """One more fault, at the nth of the calls that it is for: READ | SCAN | COMMIT. delay: of UNKNOWN_LATE."""
        raw = _abi.hsvc_fault(struct_size=C.sizeof(_abi.hsvc_fault), kind=fault, on=on, nth=nth, times=times,
                              delay=delay if fault == Fault.UNKNOWN_LATE else 0)
        with self.lock:
            status = self._lib.hsvc_fault_store_arm(self._opened(), C.byref(raw))
        if status != Status.OK:
            raise error_of(status, f"{fault} cannot happen there")

    def disarm(self) -> None:
        """No more faults, and none counted; late commits stay on their way."""
        with self.lock:
            self._lib.hsvc_fault_store_disarm(self._opened())

    def settle(self) -> None:
        """Late commits arrive now."""
        with self.lock:
            self._lib.hsvc_fault_store_settle(self._opened())

    @property
    def fired(self) -> int:
        """How many faults there were since the last `disarm`."""
        raw = _abi.hsvc_fault_counts(struct_size=C.sizeof(_abi.hsvc_fault_counts))
        with self.lock:
            self._lib.hsvc_fault_store_counts(self._opened(), C.byref(raw))
        return int(raw.fired)
