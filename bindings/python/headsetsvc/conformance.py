"""conformance.py: does a store keep every promise? The library's own suite, on any store.

    assert conformance.run(DictStore) == []
"""
import ctypes as C
import threading
from typing import Any, Callable, Dict, List

from . import _abi, stores
from ._callbacks import guarded, mark, settle
from ._load import library
from .codes import Status
from .views import BrokenPromise


def _together(count: int, job: Any, job_user: Any, user: Any) -> int:
    threads = [threading.Thread(target=job, args=(which, job_user)) for which in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 0


class _Target:
    """Connections to the store under test: what `connect` makes for each."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._open: Dict[int, Any] = {}
        self.raised: List[BaseException] = []
        self._one = False  # the same object each time: nothing to close

    def open(self, connection: int, store: Any, user: Any) -> int:
        bound = stores.binding(self._connect())
        self._one = self._one or any(bound is other for other in self._open.values())
        self._open[connection] = bound
        C.memmove(store, C.byref(bound.struct), C.sizeof(bound.struct))
        return 0

    def close(self, connection: int, user: Any) -> None:
        bound = self._open.pop(connection)
        try:
            if not self._one and hasattr(bound, "close"):
                bound.close()
        except BaseException as error:  # the suite goes on; `run` raises it
            self.raised.append(error)


def run(connect: Callable[[], Any], *, threads: bool = True, seed: int = 1, histories: int = 0, rounds: int = 0,
        connections: int = 0) -> List[BrokenPromise]:
    """The promises that broke; empty is what a good store gives.

    connect: opens one more connection to the same, empty store. For a store that knows no connections: one that gives
    the same object each time. threads: False leaves out what needs calls at the same time.
    """
    lib = library("testkit")
    suite = C.c_void_p()
    target = _Target(connect)
    raw = _abi.hsvc_store_target(struct_size=C.sizeof(_abi.hsvc_store_target), seed=seed, histories=histories,
                                 rounds=rounds, connections=connections)
    raw.open = guarded(_abi.hsvc_store_target_open, Status.CALLBACK, target.open)
    raw.close = _abi.hsvc_store_target_close(target.close)
    if threads:
        raw.together = guarded(_abi.hsvc_store_target_together, Status.CALLBACK, _together)
    begun = mark()
    settle(begun, lib.hsvc_conformance_new(stores.ALLOCATOR_P, C.byref(suite)))
    try:
        settle(begun, lib.hsvc_conformance_run(suite, C.byref(raw)))
        for error in target.raised:
            raise error
        return [_broken(lib, suite, index) for index in range(lib.hsvc_conformance_broken(suite))]
    finally:
        lib.hsvc_conformance_free(suite)


def _broken(lib: Any, suite: Any, index: int) -> BrokenPromise:
    raw = _abi.hsvc_broken_promise(struct_size=C.sizeof(_abi.hsvc_broken_promise))
    settle(mark(), lib.hsvc_conformance_at(suite, index, C.byref(raw)))
    return BrokenPromise.read(raw)


def promises() -> List[str]:
    """The names of the promises that the suite checks."""
    lib = library("testkit")
    names: List[str] = []
    raw = _abi.hsvc_store_promise(struct_size=C.sizeof(_abi.hsvc_store_promise))
    while lib.hsvc_conformance_promise(len(names), C.byref(raw)) == Status.OK:
        names.append(raw.name.decode())
    return names
