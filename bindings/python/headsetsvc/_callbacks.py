"""_callbacks.py: Python functions that C calls.

An exception must never leave a ctypes callback: it would be swallowed, and C would read whatever stands in the result's
register. So each is caught here and kept, C is told of a failure, and the call into the library raises the exception
when it returns. Kept per thread: a call and its callbacks are in one thread, and calls may nest (into other engines).
"""
import ctypes as C
import threading
from typing import Any, Callable, List, Tuple

from . import _abi
from .codes import Status
from .errors import HeadsetsvcError, StoreError, error_of


class _Kept(threading.local):
    def __init__(self) -> None:
        self.raised: List[Tuple[int, BaseException]] = []


_kept = _Kept()


def mark() -> int:
    """Where the exceptions of a call begin: to be given to `settle` when it is over."""
    return len(_kept.raised)


def keep(error: BaseException, status: int = Status.CALLBACK) -> int:
    """Keeps an exception, and gives the status that C is told."""
    _kept.raised.append((int(status), error))
    return int(status)


def settle(begun: int, status: int) -> None:
    """Ends a call: raises what one of its callbacks raised, if that is why it failed, or what the status says.

    An exception that the library got over (a conflict that it decided again) is dropped; what no program may lose,
    such as KeyboardInterrupt, is not.
    """
    raised = _kept.raised[begun:]
    del _kept.raised[begun:]
    for _, error in raised:
        if not isinstance(error, Exception):
            raise error
    if status == Status.OK:
        return
    for told, error in reversed(raised):
        if told == status or status == Status.CALLBACK:
            raise error
    raise error_of(status)


OF_STORES = {Status.CONFLICT, Status.UNAVAILABLE, Status.UNKNOWN, Status.FULL, Status.CORRUPT}


def guarded(prototype: Any, failure: int, function: Callable[..., int], *, of_store: bool = False) -> Any:
    """A C function that calls `function` and gives `failure` if it raises. Keep it as long as C may call it.

    of_store: it is a store's, which may say by a StoreError what is wrong. Of another callback that would be an answer to
    a question that nobody asked.
    """
    def call(*arguments: Any) -> int:
        try:
            return function(*arguments)
        except BaseException as error:  # noqa: B902 a KeyboardInterrupt too
            try:
                says = of_store and isinstance(error, StoreError) and error.status in OF_STORES
                return keep(error, getattr(error, "status") if says else failure)
            except BaseException:
                return failure
    return prototype(call)


_libc = C.CDLL(None)
_realloc = _libc.realloc
_realloc.restype, _realloc.argtypes = C.c_void_p, (C.c_void_p, C.c_size_t)
_free = _libc.free
_free.restype, _free.argtypes = None, (C.c_void_p,)


def _resize(block: Any, old: int, new: int, user: Any) -> Any:
    try:
        if new:
            return _realloc(block, new)
        _free(block)
    except BaseException as error:
        keep(error, Status.MEMORY)
    return None


allocator = _abi.hsvc_allocator(struct_size=C.sizeof(_abi.hsvc_allocator), resize=_abi.hsvc_allocator_resize(_resize))
"""Over realloc and free. One for all, never freed, as what it gave may outlive every object of ours."""
ALLOCATOR = C.addressof(allocator)

__all__ = ["ALLOCATOR", "HeadsetsvcError", "allocator", "guarded", "keep", "mark", "settle"]
