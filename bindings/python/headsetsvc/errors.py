"""errors.py: an exception for each status. A refusal is none: it is a verdict.

`HeadsetsvcError.status` is the Status. Of a call into an engine, `input_index`, `field`, `limit` and `key` say what it
complains about, and `outcome` holds what had been committed before (advance and resync alone).
"""
from typing import Any, Dict, Optional, Type

from ._load import core
from .codes import Field, Status

NO_INPUT = 0xFFFFFFFF


class HeadsetsvcError(Exception):
    """A call failed. Nothing of it was committed, except what `outcome` says."""

    status: Status = Status.BUG
    input_index: Optional[int] = None
    field: Optional[Field] = None
    limit: int = 0
    key: bytes = b""
    outcome: Any = None

    def __init__(self, message: str = "", status: Optional[Status] = None) -> None:
        if status is not None:
            self.status = status
        super().__init__(message or core.hsvc_text(1, self.status).decode())


class Misuse(HeadsetsvcError, ValueError):
    """The caller's mistake."""


class ArgumentInvalid(Misuse):
    status = Status.ARGUMENT


class StructSize(Misuse):
    status = Status.STRUCT_SIZE


class StructTail(Misuse):
    status = Status.STRUCT_TAIL


class InputKindUnknown(Misuse):
    status = Status.INPUT_KIND


class InputFieldUnused(Misuse):
    status = Status.INPUT_FIELD


class InputFieldMissing(Misuse):
    status = Status.INPUT_MISSING


class InputValueInvalid(Misuse):
    status = Status.INPUT_VALUE


class FlagsInvalid(Misuse):
    status = Status.FLAGS


class Reentrant(Misuse):
    status = Status.REENTRANT


class BatchTooLarge(Misuse):
    status = Status.LIMIT


class NotFound(HeadsetsvcError, LookupError):
    status = Status.NOT_FOUND


class OutOfMemory(HeadsetsvcError, MemoryError):
    status = Status.MEMORY


class ClockFailed(HeadsetsvcError):
    status = Status.CLOCK


class CallbackFailed(HeadsetsvcError):
    status = Status.CALLBACK


class StoreError(HeadsetsvcError):
    """The store's part. A store written in Python raises these; anything else that it raises is a CallbackFailed to the
    library, and comes out of the call as it was raised."""


class Conflict(StoreError):
    """An expectation failed, and nothing was written."""

    status = Status.CONFLICT


class Unavailable(StoreError):
    """The store is not reachable; nothing happened."""

    status = Status.UNAVAILABLE


class OutcomeUnknown(StoreError):
    """The commit may have happened, or happen yet: send the same inputs again, with their request ids."""

    status = Status.UNKNOWN


class StoreFull(StoreError):
    status = Status.FULL


class Corrupt(StoreError):
    status = Status.CORRUPT


class EpochTooOld(StoreError):
    status = Status.EPOCH


class ReplayDiffers(HeadsetsvcError):
    """A recording came out differently: see headsetsvc.recording.replay."""

    difference: Any = None
    status = Status.DIFFERENT


class Bug(HeadsetsvcError):
    """The library contradicted itself: make a new engine, and tell us."""

    status = Status.BUG


def _classes(cls: Type[HeadsetsvcError]) -> Dict[int, Type[HeadsetsvcError]]:
    found = {int(cls.status): cls} if "status" in vars(cls) and cls is not HeadsetsvcError else {}
    for sub in cls.__subclasses__():
        found.update(_classes(sub))
    return found


BY_STATUS: Dict[int, Type[HeadsetsvcError]] = _classes(HeadsetsvcError)


def error_of(status: int, message: str = "") -> HeadsetsvcError:
    """The exception of a status; also of one that this package does not know."""
    return BY_STATUS.get(status, HeadsetsvcError)(message, Status(status))
