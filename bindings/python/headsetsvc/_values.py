"""_values.py: between C's values and Python's: text, times, PINs."""
import ctypes as C
import hmac
import operator
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, NoReturn, Optional, Union

NEVER_MS = (1 << 63) - 1
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
NEVER = datetime.max.replace(tzinfo=timezone.utc)
"""What stands for "at no time": later than every time."""
MILLISECOND = timedelta(milliseconds=1)


class Pin:
    """A PIN: opaque bytes that do not show in a repr, compare in constant time, and can be overwritten (SIGN-9).

    `wipe` overwrites it; so does the end of the object, and of the Outcome that it came with. `bytes(pin)` is a copy
    that nobody overwrites. A copy is a PIN of its own; it cannot be pickled, as it must be written nowhere.
    """

    __slots__ = ("_bytes",)

    def __init__(self, value: Union[bytes, bytearray, memoryview] = b"") -> None:
        self._bytes = bytearray()
        self._bytes += secret(value)

    def __copy__(self) -> "Pin":
        return Pin(self._bytes)

    def __deepcopy__(self, memo: Dict[int, Any]) -> "Pin":
        return Pin(self._bytes)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a PIN is not pickled: it must be written nowhere")

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
        return isinstance(other, (bytes, bytearray)) and hmac.compare_digest(self._bytes, other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Pin of {len(self)} bytes>"

    def __del__(self) -> None:
        self.wipe()


AnyPin = Union[Pin, bytes, bytearray, memoryview]


def secret(pin: Any) -> Any:
    """The bytes of a PIN, not copied. TypeError, which does not show it, if they are none."""
    held = pin._bytes if isinstance(pin, Pin) else pin
    if isinstance(held, memoryview):
        return held.cast("B") if held.nbytes else b""  # of wider items: all of their bytes
    if not isinstance(held, (bytes, bytearray)):
        raise TypeError(f"a PIN is bytes, not {type(held).__name__}")
    return held


def pin_of(pointer: Optional[int], length: int) -> Pin:
    """A copy of a PIN that the library owns, with none in between that nobody overwrites."""
    made = Pin()
    if pointer and length:
        made._bytes = bytearray(length)
        C.memmove((C.c_char * length).from_buffer(made._bytes), pointer, length)
    return made


class Single:
    """The base of what holds memory of the library: a copy would free it twice, a pickle would hold addresses."""

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} can neither be copied nor pickled")


def shown(value: Any, *hidden: type) -> str:
    """A value in the text of an error, but for bytes and what else is hidden: it may be a PIN, misplaced (SIGN-9)."""
    return f"an object of {type(value).__name__}" if isinstance(value, (bytes, bytearray, memoryview, *hidden)) else repr(value)


def fits(name: str, value: Any, bits: int = 64, *, signed: bool = False) -> int:
    """A number that C can hold. ValueError: another, which ctypes would wrap, and say nothing. name: in front of it."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}{shown(value, str)} is no whole number") from None
    least, most = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    if not least <= number <= most:
        raise ValueError(f"{name}{number} does not fit into {bits} bits")
    return number


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
        raise TypeError(f"{shown(value)} is no text")
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise ValueError(f"{value!r} has a lone surrogate") from None


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
        raise TypeError(f"{shown(at)} is no datetime")
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError(f"{at!r} has no time zone: give an aware datetime")
    return NEVER_MS if at == NEVER else (at - EPOCH) // MILLISECOND


def given_at(at: Optional[datetime]) -> int:
    """The time of an input: 0 is "not given", which a time must not become."""
    ms = milliseconds(at)
    if at is not None and ms == 0:
        raise ValueError(f"{at} stands for no time")
    return ms


def lasting(name: str, length: timedelta) -> int:
    """A length in milliseconds, which C has 32 bits for. name: of the argument, for what is wrong."""
    if not isinstance(length, timedelta):
        raise TypeError(f"{name} is a timedelta, not {length!r}")
    return fits(f"{name}: ", length // MILLISECOND, 32)


def callable_of(name: str, function: Any) -> Any:
    """A callback, or None. name: of the argument, for the TypeError."""
    if function is not None and not callable(function):
        raise TypeError(f"{name} is a callable, not {function!r}")
    return function
