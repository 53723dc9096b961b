"""_columns.py: columns of a packed batch: values for many rows, checked and encoded before any row is filled."""
import ctypes as C
from array import array
from dataclasses import MISSING, fields
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple, Type, Union, overload
from uuid import UUID

from . import _abi
from ._input import ITEM, ITEM_SIZE, Input, RawItem
from ._values import Pin, encode, given_at, secret, text

WORD = "Q" if C.sizeof(C.c_void_p) == 8 else "I"
CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
SECRET, SCALARS = "pin", (str, bytes, bytearray, int, datetime, UUID, Pin, type(None))


class Texts(Sequence[str]):
    """A column of texts, encoded once: ids, names or serials that go into many batches. `pick` takes rows of it."""

    __slots__ = ("_bytes", "_at", "_lengths")

    def __init__(self, values: Iterable[str] = ()) -> None:
        if isinstance(values, str):
            raise TypeError("a text is no column of texts: put it into brackets")
        listed = list(values)
        joined = "".join(listed)  # TypeError, naming the index, of what is no str
        if joined.isascii():
            self._bytes, lengths = joined.encode("ascii"), map(len, listed)
        else:
            encoded = [encode(value) for value in listed]
            self._bytes, lengths = b"".join(encoded), map(len, encoded)
        self._lengths = array(WORD, lengths)
        start = address(self._bytes)
        self._at = array(WORD, list(accumulate(self._lengths, initial=start))[:-1])

    @staticmethod
    def _of(held: Any, at: Any, lengths: Any) -> "Texts":
        made = Texts.__new__(Texts)
        made._bytes, made._at, made._lengths = held, at, lengths
        return made

    def pick(self, rows: Sequence[int]) -> "Texts":
        """These rows, in this order; nothing is encoded again."""
        return Texts._of(self._bytes, _picked(self._at, rows), _picked(self._lengths, rows))

    def __len__(self) -> int:
        return len(self._at)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> "Texts": ...

    def __getitem__(self, row: Union[int, slice]) -> Union[str, "Texts"]:
        if isinstance(row, slice):
            return Texts._of(self._bytes, self._at[row], self._lengths[row])
        return text(self._at[row], self._lengths[row])

    def __reduce__(self) -> Any:
        return Texts, (list(self),)  # not the addresses

    def __repr__(self) -> str:
        return f"<{len(self)} texts>"


def _picked(column: Any, rows: Sequence[int]) -> Any:
    if len(rows) < 2:
        return array(WORD, [column[row] for row in rows])
    return array(WORD, itemgetter(*rows)(column))


def address(held: bytes) -> int:
    """Where bytes are, which do not move."""
    return C.cast(C.c_char_p(held), C.c_void_p).value or 0


def numbers(kind: str, field: str, values: Iterable[Any]) -> Any:
    """An array of numbers; a ValueError names the row that does not fit."""
    listed = values if isinstance(values, (array, memoryview)) else list(values)
    try:
        return array(kind, listed)
    except (TypeError, OverflowError) as error:
        for row, value in enumerate(listed):
            try:
                array(kind, [value])
            except (TypeError, OverflowError) as why:
                raise ValueError(f"{field} of row {row}: {value!r}: {why}") from None
        raise error


@lru_cache(maxsize=None)
def kind_of(kind: Type[Input]) -> Tuple[Set[str], Set[str]]:
    """The names of a kind's fields, and of those that must be given."""
    every = fields(kind)
    needed = {f.name for f in every if f.default is MISSING and f.default_factory is MISSING}
    return {f.name for f in every}, needed


def is_column(kind: Type[Input], name: str, value: Any) -> bool:
    """Is it a value for each row? A list of headsets, calls or profiles is one value, unless it is Texts."""
    if name in {listed for listed, _ in kind._lists}:
        return isinstance(value, Texts)
    return not isinstance(value, SCALARS) and not (name == SECRET and isinstance(value, memoryview))


def strided(views: Mapping[str, memoryview], field: Any, stride: int) -> memoryview:
    """One field of every struct of an array."""
    size = field.size
    if field.offset % size or stride % size:
        raise NotImplementedError("this machine aligns numbers of 8 bytes to 4")
    return views[CODES[size]][field.offset // size::stride // size]


def countable(kind: Type[Input], name: str, value: Any) -> Any:
    """What can be counted, and gone through again."""
    try:
        return value if hasattr(value, "__len__") else list(value)
    except TypeError as error:
        raise TypeError(f"{kind.__name__}, column {name}: {error}") from None


def rows_of(kind: Type[Input], count: Optional[int], varying: Mapping[str, Any]) -> int:
    """How many rows there are. ValueError if the columns do not agree."""
    lengths = {name: len(value) for name, value in varying.items()}
    rows = count if count is not None else next(iter(lengths.values()), 1)
    for name, length in lengths.items():
        if length != rows:
            raise ValueError(f"{kind.__name__}: the column {name} has {length} rows, not {rows}")
    return rows


class Plan:
    """Columns of a call of extend, checked and encoded before anything is added."""

    def __init__(self, kind: Type[Input], varying: Mapping[str, Any], pins: List[Any]) -> None:
        self._kind = kind
        self._list = ""  # the field that is a list of one, if there is one
        self.columns: List[Tuple[str, Any]] = []
        self.flags: List[Tuple[int, Sequence[Any]]] = []
        self.keep: List[Any] = []
        self.pins = pins  # copies of PINs: the caller's to wipe
        self.stand_ins: Dict[str, Any] = {}
        bits = dict(kind._flags)
        for name, value in varying.items():
            try:
                if name in kind._texts:
                    self._texts(name, value)
                elif name in bits:
                    self.flags.append((bits[name], list(value)))
                    self.stand_ins[name] = False
                else:
                    self._other(kind, name, value)
            except TypeError as error:
                raise TypeError(f"{kind.__name__}, column {name}: {error}") from None
            except ValueError as error:
                raise ValueError(f"{kind.__name__}: {error}") from None

    def _texts(self, name: str, value: Any) -> None:
        column = value if isinstance(value, Texts) else Texts(value)
        self.keep.append(column)
        self.columns += [(name, column._at), (name + "_len", column._lengths)]
        self.stand_ins[name] = ""

    def _other(self, kind: Type[Input], name: str, value: Any) -> None:
        if name in kind._numbers:
            size = getattr(_abi.hsvc_input, name).size
            self.columns.append((name, numbers("q" if name == "value" else CODES[size], name, value)))
            self.stand_ins[name] = 0
        elif name == "at":
            self.columns.append(("at_ms", times(value)))
            self.stand_ins[name] = None
        elif name == "request_id":
            self.columns.append((name, request_ids(value)))
            self.stand_ins[name] = b""
        elif name == SECRET:
            secrets(self.pins, value, lambda field, column: self.columns.append((field, column)))
            self.stand_ins[name] = b""
        else:
            self._list_of_one(dict(kind._lists)[name], name, value)

    def fits_beside(self, shared: Mapping[str, Any]) -> None:
        """ValueError if a list of one would take the place of another list."""
        for name, _ in self._kind._lists:
            if self._list and name != self._list and shared.get(name):
                raise ValueError(f"{self._kind.__name__}: {self._list} as Texts leave no room for {name}")

    def _list_of_one(self, item: str, name: str, value: Texts) -> None:
        """Texts as a list of one headset or profile for each row."""
        if item == "CALL":
            raise TypeError("calls are no texts")
        self._list = name
        items = (RawItem * len(value))()
        views = {code: memoryview(items).cast("B").cast(code) for code in ("I", "Q")}
        for field, column in (("text", value._at), ("text_len", value._lengths)):
            target = strided(views, getattr(RawItem, field), ITEM_SIZE)
            target[:] = memoryview(column).cast("B").cast(target.format)
        kinds = strided(views, RawItem.kind, ITEM_SIZE)
        kinds[:] = array("I", [ITEM[item]]) * len(value)
        start = C.addressof(items)
        self.keep += [value, items]
        self.columns += [("items", array(WORD, range(start, start + len(value) * ITEM_SIZE, ITEM_SIZE))),
                         ("item_count", array(WORD, [1]) * len(value)),
                         ("item_size", array(WORD, [ITEM_SIZE]) * len(value))]
        self.stand_ins[name] = ()


def times(values: Any) -> Any:
    """A column of times, as milliseconds."""
    if isinstance(values, (array, memoryview)):
        return numbers("q", "at", values)
    listed = list(values)
    return numbers("q", "at", [value if isinstance(value, int) else given_at(value) for value in listed])


def request_ids(values: Iterable[Union[bytes, UUID]]) -> bytes:
    """A column of request ids, one behind the other."""
    listed = [value.bytes if isinstance(value, UUID) else value for value in values]
    for row, value in enumerate(listed):
        if len(value) != 16:
            raise ValueError(f"request_id of row {row}: a request_id has 16 bytes")
    return b"".join(listed)


def secrets(pins: List[Any], values: Iterable[Any], write: Any) -> None:
    """Copies of PINs in one block that is overwritten when the batch is cleared."""
    secrets = list(map(secret, values))
    lengths = array(WORD, map(len, secrets))
    block = (C.c_uint8 * max(sum(lengths), 1))()
    pins.append(block)
    at = 0
    for one in secrets:
        memoryview(block).cast("B")[at:at + len(one)] = one
        at += len(one)
    start = C.addressof(block)
    write("pin", array(WORD, [start + before if length else 0 for before, length in
                              zip(accumulate(lengths, initial=0), lengths)]))
    write("pin_len", lengths)
