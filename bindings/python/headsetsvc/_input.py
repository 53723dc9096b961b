"""_input.py: what every input has, and how one gets into the library's struct and out of it."""
import ctypes as C
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Dict, List, Optional, Sequence, Tuple, Type, Union
from uuid import UUID

from . import _abi
from ._values import AnyPin, encode, fits, given_at, pin_of, secret, text, when
from .codes import CallState, InputKind

__all__ = ["AnyPin", "Call", "Headset", "Input", "Raw", "RawItem", "fill", "put_number", "read", "request_bytes"]

ITEM = {"HEADSET": 1, "CALL": 2, "PROFILE": 3}


def _writable(struct: Any) -> List[Tuple[str, Any]]:
    """The fields of a struct that we fill: where it borrows text, ctypes keeps our bytes alive for us."""
    names = {name for name, _ in struct._fields_}
    return [(name, C.c_char_p if name + "_len" in names and name != "pin" else kind) for name, kind in struct._fields_]


class Raw(C.Structure):
    """hsvc_input, for writing."""

    if False:  # for type checkers: any field may be set
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
    _fields_ = _writable(_abi.hsvc_input)


class RawItem(C.Structure):
    """hsvc_item, for writing."""

    if False:
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
    _fields_ = _writable(_abi.hsvc_item)


SIZE, ITEM_SIZE = C.sizeof(Raw), C.sizeof(RawItem)


@dataclass(frozen=True)
class Headset:
    """A headset of a list: by its serial, and the handle of its connection if there is one."""

    serial: str = ""
    handle: int = 0


@dataclass(frozen=True)
class Call:
    """A call of a list."""

    id: int
    state: CallState = CallState.ACTIVE
    emergency: bool = False


class Input:
    """One thing that happened. The classes of headsetsvc.inputs are its kinds.

    Each may say `at` (when it happened, aware; None is now), `actor` (who asks for it) and `request_id` (16 bytes or a
    UUID: what the library does once however often it is sent, STORE-4).
    """

    KIND: ClassVar[InputKind]
    _texts: ClassVar[Tuple[str, ...]]
    _numbers: ClassVar[Tuple[str, ...]]
    _flags: ClassVar[Tuple[Tuple[str, int], ...]]
    _lists: ClassVar[Tuple[Tuple[str, str], ...]]
    _given: ClassVar[Tuple[Tuple[str, int], ...]]
    at: Optional[datetime]
    actor: str
    request_id: Union[bytes, UUID]


def _item(value: Any, kind: int) -> Any:
    raw = RawItem(kind=kind)
    if kind == ITEM["CALL"]:
        put_number(raw, "number", value.id, "id: ")
        put_number(raw, "state", value.state, "state: ")
        raw.flags = int(value.emergency)
        return raw
    name = encode(value.serial if kind == ITEM["HEADSET"] else value)
    raw.text, raw.text_len = name, len(name)
    if kind == ITEM["HEADSET"]:
        put_number(raw, "number", value.handle, "handle: ")
    return raw


def _items(values: Any, kind: str) -> List[Any]:
    """A list for the struct. A text alone, which would be a list of its letters, is a TypeError."""
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{values!r} is no list: put it into brackets")
    made = []
    for value in values or ():
        try:
            made.append(_item(value, ITEM[kind]))
        except AttributeError:
            raise TypeError(f"{value!r} is no {kind.capitalize()}") from None
    return made


def _fill_items(given: Input, raw: Any, items: List[Any], keep: List[Any]) -> None:
    for name, bit in given._given:
        if getattr(given, name) is not None:
            raw.flags |= bit
    if items:
        array = (RawItem * len(items))(*items)
        keep += [array, items]
        raw.items, raw.item_count, raw.item_size = C.addressof(array), len(items), ITEM_SIZE


def _fill_pin(pin: AnyPin, raw: Any, wipe: List[Any]) -> None:
    held = secret(pin)
    if len(held):
        copy = (C.c_uint8 * len(held))()
        wipe.append(copy)
        memoryview(copy).cast("B")[:] = held
        raw.pin, raw.pin_len = C.addressof(copy), len(held)


def put_number(raw: Any, name: str, value: int, said: str = "") -> None:
    """Sets a number of a struct. ValueError if the struct has no room for it, where ctypes would cut it. said: in front of that."""
    field = getattr(type(raw), name)
    setattr(raw, name, fits(said, value, 8 * field.size, signed=name == "value"))


def request_bytes(request: Union[bytes, UUID]) -> bytes:
    """The 16 bytes of a request id."""
    made = request.bytes if isinstance(request, UUID) else request
    if not isinstance(made, (bytes, bytearray)):
        raise TypeError(f"a request_id is 16 bytes or a UUID, not {made!r}")
    if len(made) != 16:
        raise ValueError("a request_id has 16 bytes")
    return bytes(made)


def fill(given: Input, raw: Any, keep: List[Any], wipe: List[Any]) -> None:
    """Writes an input into a struct that is all zero. keep: what must live until the call is over; wipe: copies of
    PINs, to be overwritten then. TypeError, ValueError: what is wrong with which field."""
    if not isinstance(given, Input):
        hint = ": unpack it with *" if isinstance(given, (list, tuple)) else ""
        raise TypeError(f"an object of {type(given).__name__} is no input{hint}")
    raw.struct_size, raw.kind = SIZE, given.KIND
    name, items = "", []  # type: str, List[Any]
    try:
        for name in given._texts:
            value = getattr(given, name)
            if value:
                value = encode(value)
                setattr(raw, name, value)
                setattr(raw, name + "_len", len(value))
        for name in given._numbers:
            put_number(raw, name, getattr(given, name))
        for name, kind in given._lists:
            items += _items(getattr(given, name), kind)
        if given.KIND == InputKind.SUBMIT:
            name = "pin"
            _fill_pin(getattr(given, name), raw, wipe)
        if given.at is not None:
            name = "at"
            raw.at_ms = given_at(given.at)
        if given.request_id:
            name = "request_id"
            raw.request_id[:] = request_bytes(given.request_id)
    except (TypeError, ValueError) as error:
        said = TypeError if isinstance(error, TypeError) else ValueError
        raise said(f"{type(given).__name__}.{name}: {error}") from None
    for name, bit in given._flags:
        if getattr(given, name):
            raw.flags |= bit
    if given._lists:
        _fill_items(given, raw, items, keep)


def _read_lists(kind: Type[Input], raw: Any) -> Dict[str, Any]:
    made: Dict[str, List[Any]] = {name: [] for name, _ in kind._lists}
    names = {ITEM[item]: name for name, item in kind._lists}
    for index in range(raw.item_count):
        item = _abi.hsvc_item.from_address(raw.items + index * raw.item_size)
        if item.kind == ITEM["HEADSET"]:
            made[names[item.kind]].append(Headset(text(item.text, item.text_len), item.number))
        elif item.kind == ITEM["CALL"]:
            made[names[item.kind]].append(Call(item.number, CallState(item.state), bool(item.flags & 1)))
        else:
            made[names[item.kind]].append(text(item.text, item.text_len))
    absent = {name for name, bit in kind._given if not raw.flags & bit}
    return {name: None if name in absent else tuple(items) for name, items in made.items()}


def read(raw: Any, kinds: Dict[int, Type[Input]]) -> Input:
    """The input that a struct of the library holds (hsvc_input, as a callback gets it)."""
    kind = kinds[raw.kind]
    made: Dict[str, Any] = {name: text(getattr(raw, name), getattr(raw, name + "_len")) for name in kind._texts}
    annotations = kind.__annotations__
    for name in kind._numbers:
        cls = annotations[name]
        value = getattr(raw, name)
        made[name] = cls(value) if isinstance(cls, type) and issubclass(cls, int) else value
    made.update((name, bool(raw.flags & bit)) for name, bit in kind._flags)
    made.update(_read_lists(kind, raw))
    if kind.KIND == InputKind.SUBMIT:
        made["pin"] = pin_of(raw.pin, raw.pin_len)
    request = bytes(raw.request_id)
    made["request_id"] = request if any(request) else b""
    return kind(at=when(raw.at_ms), **made)  # type: ignore[call-arg]


Inputs = Sequence[Input]
