"""packed.py: many inputs as one array of the library's structs, filled by columns: no Python object for each field.

    desks, serials = Texts(f"desk-{n}" for n in range(10000)), Texts(f"H-{n}" for n in range(10000))
    batch = PackedBatch()
    batch.extend(HeadsetConnected, device=desks, serial=serials)
    with engine.apply_packed(batch) as outcome:
        print(Counter(map(Reason, outcome.reasons)))
        engine.apply_packed(outcome.answers())

What came of it stays in the library's own batches until it is read, as arrays or as objects. Why so:
docs/decisions/100-*.md.
"""
import ctypes as C
import threading
from array import array
from typing import Any, Dict, List, Optional, Type

from . import _abi
from ._columns import SECRET, Plan, Texts, countable, is_column, kind_of, rows_of, secrets, strided
from ._input import SIZE, Input, Raw, fill, put_number, read
from ._values import Single, encode, given_at
from .codes import InputKind
from .errors import Reentrant
from .inputs import KINDS


class PackedBatch(Single):
    """Inputs in one array of structs. Filled by `extend`, by columns, or by `append`, one by one; `set` fills a row again;
    `clear` empties it and keeps its memory. Engine.apply_packed decides it, as often as you like.

    It holds copies of PINs: `clear`, the end of `with` and of the object overwrite them. While an engine works on it, it
    cannot be changed: Reentrant.
    """

    def __init__(self, *inputs: Input) -> None:
        self._raw = bytearray()
        self._count = 0
        self._views: Dict[str, memoryview] = {}
        self._keep: List[Any] = []  # what the structs point to
        self._rows: Dict[int, Any] = {}  # rows that were filled one by one: these keep their own texts
        self._pins: List[Any] = []
        self._row_pins: Dict[int, List[Any]] = {}  # those that were set again
        self._busy = threading.Lock()
        self.append(*inputs)

    def extend(self, kind: Type[Input], count: Optional[int] = None, **columns: Any) -> "PackedBatch":
        """Adds rows of one kind. A field is one value for all rows, or a column: Texts or a sequence of str, numbers (an
        array, a memoryview, any sequence), bools, PINs, or times (also as milliseconds since 1970).

        A list field (headsets, calls, profiles) is the same list for all rows, or Texts: a list of that one for each row.
        count: how many rows, if no field is a column. TypeError, ValueError: what does not fit, by field and row; nothing
        is added.
        """
        with self._held():
            if not isinstance(kind, type) or not issubclass(kind, Input):
                raise TypeError(f"{kind!r} is no kind of input, such as UserPut")
            every, needed = kind_of(kind)  # type: ignore[arg-type]
            wrong = sorted(set(columns) - every) or sorted(needed - set(columns))
            if wrong:
                raise TypeError(f"{kind.__name__} {'has no' if wrong[0] not in every else 'needs the'} field {wrong[0]}")
            varying = {name: countable(kind, name, value) for name, value in columns.items() if is_column(kind, name, value)}
            rows = rows_of(kind, count, varying)
            if rows == 0:
                return self
            template, pins = Raw(), []  # type: Any, List[Any]
            try:
                plan = Plan(kind, varying, pins)
                shared = {name: value for name, value in columns.items() if name not in varying}
                plan.fits_beside(shared)
                fill(kind(**shared, **plan.stand_ins), template, plan.keep, pins)
            except BaseException:
                _wipe(pins)
                raise
            self._keep += [template, *plan.keep]
            self._pins += pins
            self._write_rows(plan, bytes(template), rows)
            return self

    def _write_rows(self, plan: Plan, template: bytes, rows: int) -> None:
        first = self._grow(rows)
        self._raw[first * SIZE:(first + rows) * SIZE] = template * rows
        for name, column in plan.columns:
            self._write(name, column, first)
        for bit, given in plan.flags:
            flags = self._column("flags", first, rows)
            flags[:] = array("I", [was | bit if on else was for was, on in zip(flags, given)])

    def append(self, *inputs: Input) -> "PackedBatch":
        """Adds inputs of any kinds, one by one."""
        with self._held():
            for given in inputs:
                row = self._grow(1)
                try:
                    fill(given, self._row(row), self._keep, self._pins)
                except BaseException:
                    self._drop(row)
                    raise
            return self

    def set(self, row: int, **values: Any) -> None:
        """Fills fields of one row again: texts, numbers, `at`, a PIN. The rest stays: a struct that is used again."""
        with self._held():
            row = range(self._count)[row]
            raw = self._row(row)
            kind = KINDS[raw.kind]
            for name, value in values.items():
                if name in kind._texts:
                    raw_text = encode(value)
                    setattr(raw, name, raw_text)
                    setattr(raw, name + "_len", len(raw_text))
                elif name in kind._numbers:
                    put_number(raw, name, value, f"{kind.__name__}.{name}: ")
                else:
                    self._set_other(row, kind, name, value)

    def _set_other(self, row: int, kind: Type[Input], name: str, value: Any) -> None:
        raw = self._row(row)
        if name == SECRET and kind.KIND == InputKind.SUBMIT:
            held = self._row_pins.setdefault(row, [])
            _wipe(held)  # the one before
            secrets(held, [value], lambda field, column: setattr(raw, field, column[0]))
        elif name == "at":
            raw.at_ms = given_at(value)
        else:
            raise TypeError(f"{kind.__name__} has no field {name} that can be set")

    def clear(self) -> None:
        """Empties it, and overwrites its PINs; its memory stays for the next rows."""
        with self._held():
            self._forget()

    def _forget(self) -> None:
        for pins in (self._pins, *self._row_pins.values()):
            _wipe(pins)
        self._row_pins.clear()
        self._keep.clear()
        self._rows.clear()
        self._raw[:self._count * SIZE] = bytes(self._count * SIZE)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: int) -> Input:
        """A copy of one row, as the dataclass that it could have been."""
        return read(_abi.hsvc_input.from_buffer(self._raw, range(self._count)[row] * SIZE), KINDS)

    def __enter__(self) -> "PackedBatch":
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __del__(self) -> None:
        self._forget()

    def __repr__(self) -> str:
        return f"<PackedBatch of {self._count}>"

    # ---- inside ----

    def _grow(self, rows: int) -> int:
        """Room for more, all zero; gives the first new row's number."""
        first, most = self._count, (self._count + rows) * SIZE
        if most > len(self._raw):
            bigger = bytearray(max(most, 2 * len(self._raw)))
            bigger[:first * SIZE] = self._raw[:first * SIZE]
            self._raw, moved = bigger, self._rows
            self._views = {code: memoryview(bigger).cast(code) for code in ("B", "H", "I", "Q")}
            self._rows = {}
            for row, raw in moved.items():
                self._keep.append(raw)  # its texts
        self._count += rows
        return first

    def _drop(self, row: int) -> None:
        self._rows.pop(row, None)
        self._raw[row * SIZE:(row + 1) * SIZE] = bytes(SIZE)
        self._count = row

    def _row(self, row: int) -> Any:
        if row not in self._rows:
            self._rows[row] = Raw.from_buffer(self._raw, row * SIZE)
        return self._rows[row]

    def _column(self, name: str, first: int, rows: int) -> memoryview:
        return strided(self._views, getattr(_abi.hsvc_input, name), SIZE)[first:first + rows]

    def _write(self, name: str, column: Any, first: int) -> None:
        if name == "request_id":
            offset = _abi.hsvc_input.request_id.offset
            for byte in range(16):
                self._views["B"][first * SIZE + offset + byte:self._count * SIZE:SIZE] = column[byte::16]
        else:
            target = self._column(name, first, self._count - first)
            target[:] = memoryview(column).cast("B").cast(target.format)

    def _held(self) -> "_Held":
        return _Held(self)

    def _at(self, row: int) -> Any:
        """The row, as hsvc_apply takes it."""
        return _abi.hsvc_input.from_buffer(self._raw, row * SIZE)


def _wipe(pins: List[Any]) -> None:
    for pin in pins:
        C.memset(pin, 0, C.sizeof(pin))
    pins.clear()


class _Held:
    """The right to touch a batch: one at a time, and no waiting, so that a callback of the engine cannot hang."""

    __slots__ = ("_lock",)

    def __init__(self, batch: PackedBatch) -> None:
        self._lock = batch._busy

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise Reentrant("the batch is in use")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


__all__ = ["PackedBatch", "Texts"]
