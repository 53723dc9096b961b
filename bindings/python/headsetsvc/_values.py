"""_values.py: between C's values and Python's: text, times, PINs."""
import ctypes as C
import hmac
from datetime import datetime, timedelta, timezone
from typing import Any, Optional, Union

NEVER_MS = (1 << 63) - 1
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
NEVER = datetime.max.replace(tzinfo=timezone.utc)
"""What stands for "at no time": later than every time."""
MILLISECOND = timedelta(milliseconds=1)


class Pin:
    """A PIN: opaque bytes that do not show in a repr, compare in constant time, and can be overwritten (SIGN-9).

    `wipe` overwrites it; so does the end of the object, and of the Outcome that it came with. `bytes(pin)` is a copy
    that nobody overwrites.
    """

    __slots__ = ("_bytes",)

    def __init__(self, value: Union[bytes, bytearray, memoryview] = b"") -> None:
        self._bytes = bytearray(value)

    def wipe(self) -> None:
        """Overwrites the bytes. Harmless twice."""
        self._bytes[:] = bytes(len(self._bytes))

    def __bytes__(self) -> bytes:
        return bytes(self._bytes)

    def __len__(self) -> int:
        return len(self._bytes)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Pin):
            other = other._bytes
        return isinstance(other, (bytes, bytearray)) and hmac.compare_digest(bytes(self._bytes), bytes(other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Pin of {len(self)} bytes>"

    def __del__(self) -> None:
        self.wipe()


AnyPin = Union[Pin, bytes, bytearray, memoryview]


def secret(pin: AnyPin) -> Union[bytes, bytearray, memoryview]:
    """The bytes of a PIN. TypeError, which does not show it, if they are none."""
    held = pin._bytes if isinstance(pin, Pin) else pin
    if not isinstance(held, (bytes, bytearray, memoryview)):
        raise TypeError(f"a PIN is bytes, not {type(held).__name__}")
    return held


def take(pointer: Optional[int], length: int) -> bytes:
    """A copy of bytes that the library owns."""
    return C.string_at(pointer, length) if pointer and length else b""


def text(pointer: Optional[int], length: int) -> str:
    """A copy of text that the library owns. Bytes that are no UTF-8, which it refuses, would survive as surrogates."""
    return C.string_at(pointer, length).decode("utf-8", "surrogateescape") if pointer and length else ""


def word(value: Optional[bytes]) -> str:
    """A static word of the library."""
    return value.decode("utf-8", "replace") if value else ""


def encode(value: str) -> bytes:
    """The bytes of a text, as `text` reads them."""
    if not isinstance(value, str):
        shown = "an object of bytes" if isinstance(value, (bytes, bytearray)) else repr(value)  # it may be a PIN, misplaced
        raise TypeError(f"{shown} is no text")
    return value.encode("utf-8", "surrogateescape")


def when(ms: int) -> Optional[datetime]:
    """An aware time in UTC; None for 0, which is "not given"; NEVER for "at no time"."""
    if ms == 0:
        return None
    if ms == NEVER_MS:
        return NEVER
    return EPOCH + timedelta(milliseconds=ms)


def milliseconds(at: Optional[datetime]) -> int:
    """The other way round. A naive time is a ValueError: nobody could say which moment it is."""
    if at is None:
        return 0
    if not isinstance(at, datetime):
        raise TypeError(f"{at!r} is no datetime")
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError(f"{at!r} has no time zone: give an aware datetime")
    return NEVER_MS if at == NEVER else (at - EPOCH) // MILLISECOND


def lasting(name: str, length: timedelta) -> int:
    """A length in milliseconds. name: of the argument, for the TypeError."""
    if not isinstance(length, timedelta):
        raise TypeError(f"{name} is a timedelta, not {length!r}")
    return length // MILLISECOND


def callable_of(name: str, function: Any) -> Any:
    """A callback, or None. name: of the argument, for the TypeError."""
    if function is not None and not callable(function):
        raise TypeError(f"{name} is a callable, not {function!r}")
    return function
