"""packed_outcome.py: what came of a packed batch: in the library's own batches until it is read, by columns or one by one."""
import ctypes as C
from array import array
from bisect import bisect_right
from collections import deque
from itertools import accumulate, repeat
from typing import Any, Iterable, Iterator, List, Optional, Sequence, Tuple, Union, overload

from . import _abi
from ._columns import WORD, address, strided
from ._input import SIZE
from ._load import core
from ._values import Single, fits, text
from .codes import EffectKind, Reason, Status
from .errors import NO_INPUT
from .packed import PackedBatch
from .views import Effect, Verdict

NAMES = [field[0] for field in _abi.hsvc_input._fields_]
TEXTS = [name for name in NAMES if name + "_len" in NAMES and name != "pin"]

SPARE = 256
"""How many of the library's batches an engine keeps for the next packed batch."""


class _Structs:
    """Structs of a kind, of all commits of a batch, one after the other: as columns, and one by one."""

    def __init__(self, struct: Any, count_of: Any, read_at: Any, pieces: Sequence[Any]) -> None:
        self.struct, self.size = struct, C.sizeof(struct)
        self.ends = list(accumulate(count_of(piece.handle) for piece in pieces))
        total = self.ends[-1] if self.ends else 0
        self.raw = bytearray(bytes(struct(struct_size=self.size)) * total)
        row = 0
        for piece, end in zip(pieces, self.ends):
            if end > row:
                places = (struct * (end - row)).from_buffer(self.raw, row * self.size)
                deque(map(read_at, repeat(piece.handle), range(end - row), places), maxlen=0)
            row = end
        self.views = {code: memoryview(self.raw).cast(code) for code in ("I", "Q")}

    def __len__(self) -> int:
        return len(self.raw) // self.size

    def column(self, name: str) -> memoryview:
        return strided(self.views, getattr(self.struct, name), self.size)

    def at(self, row: int) -> Any:
        return self.struct.from_buffer(self.raw, row * self.size)

    def counted_from(self, firsts: Sequence[int]) -> None:
        """input_index as of the whole batch, not of one commit."""
        indices, row = self.column("input_index"), 0
        for first, end in zip(firsts, self.ends):
            for at in range(row, end):
                if indices[at] != NO_INPUT:
                    indices[at] += first
            row = end


class PackedEffects(Sequence[Effect]):
    """The effects of a packed batch, in order; each is made when it is asked for."""

    def __init__(self, outcome: "PackedOutcome", structs: _Structs) -> None:
        self._outcome, self._structs = outcome, structs

    def __len__(self) -> int:
        return len(self._structs)

    def column(self, name: str) -> memoryview:
        """A number of every effect, without making them: "kind", "input_index", "prompt_id", "request", ... as in Effect;
        times are "at_ms" and "due_ms"."""
        self._outcome._check()
        return self._structs.column(name).toreadonly()  # some are addresses

    def of(self, kind: EffectKind) -> List[int]:
        """Which ones are of a kind: numbers for `[...]` and for columns."""
        return [row for row, other in enumerate(self.column("kind")) if other == kind]

    def texts(self, name: str, rows: Optional[Iterable[int]] = None) -> List[str]:
        """A text of every effect, or of these, without making them: "device", "user", "serial", ..."""
        at, lengths = self.column(name), self.column(name + "_len")
        return [text(at[row], lengths[row]) for row in (range(len(at)) if rows is None else rows)]

    @overload
    def __getitem__(self, row: int) -> Effect: ...
    @overload
    def __getitem__(self, row: slice) -> List[Effect]: ...

    def __getitem__(self, row: Union[int, slice]) -> Union[Effect, List[Effect]]:
        self._outcome._check()
        if isinstance(row, slice):
            return [self[at] for at in range(len(self))[row]]
        row = range(len(self))[row]
        raw = self._structs.at(row)
        made = Effect.read(raw)
        if raw.profile_count:
            made.__dict__["profiles"] = self._outcome._profiles(self._structs, row, raw.profile_count)
        return made


class PackedVerdicts(Sequence[Verdict]):
    """The verdicts of a packed batch, in order: also of deadlines, and of each headset of a list."""

    def __init__(self, outcome: "PackedOutcome", structs: _Structs) -> None:
        self._outcome, self._structs = outcome, structs

    def __len__(self) -> int:
        return len(self._structs)

    @overload
    def __getitem__(self, row: int) -> Verdict: ...
    @overload
    def __getitem__(self, row: slice) -> List[Verdict]: ...

    def __getitem__(self, row: Union[int, slice]) -> Union[Verdict, List[Verdict]]:
        self._outcome._check()
        if isinstance(row, slice):
            return [self[at] for at in range(len(self))[row]]
        return Verdict.read(self._structs.at(range(len(self))[row]))


class PackedOutcome(Single):
    """What came of a packed batch. Nothing is copied before it is asked for. `close`, which the end of `with` does, gives
    the memory back (up to 5 KiB an input) and overwrites the PINs; what was read before stays good.

    decided: how many inputs were decided and committed: all, unless an exception brought this outcome along.
    """

    def __init__(self, pieces: List[Tuple[int, Any]], decided: int, spare: List[Any]) -> None:
        self.decided = decided
        self.commits = len(pieces)
        self._firsts, self._pieces = [first for first, _ in pieces], [piece for _, piece in pieces]
        self._spare = spare
        self._open = True
        self._verdicts: Any = None
        self._effects: Any = None

    def _check(self) -> None:
        if not self._open:
            raise ValueError("the outcome is closed")

    def close(self) -> None:
        """Overwrites the PINs; effects and verdicts that nobody read are gone. Harmless twice."""
        for piece in self._pieces:
            core.hsvc_effects_reset(piece.handle)
        self._spare += self._pieces[:max(SPARE - len(self._spare), 0)]  # the rest is freed
        self._pieces, self._open = [], False

    def __enter__(self) -> "PackedOutcome":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self.decided

    def __repr__(self) -> str:
        return f"<PackedOutcome of {self.decided} inputs in {self.commits} commits>"

    # ---- verdicts ----

    def _decided(self) -> _Structs:
        self._check()
        if self._verdicts is None:
            self._verdicts = _Structs(_abi.hsvc_verdict, core.hsvc_verdict_count, core.hsvc_verdict_at, self._pieces)
            self._verdicts.counted_from(self._firsts)
        structs: _Structs = self._verdicts
        return structs

    @property
    def verdicts(self) -> PackedVerdicts:
        """Every verdict, made when it is asked for."""
        return PackedVerdicts(self, self._decided())

    def _of_inputs(self, name: str) -> memoryview:
        """A number of the verdict of each input itself."""
        structs = self._decided()
        column = structs.column(name)
        if len(structs) == self.decided:  # no deadline fired, nothing had items
            return memoryview(array("I", column)).toreadonly()
        indices, items = structs.column("input_index"), structs.column("item_number")
        return memoryview(array("I", [value for value, index, item in zip(column, indices, items)
                                      if index != NO_INPUT and item == 0])).toreadonly()

    @property
    def reasons(self) -> memoryview:
        """The number of the Reason of each input's verdict, in the order of the batch. A copy, good after `close`."""
        return self._of_inputs("reason")

    @property
    def accepted(self) -> memoryview:
        """1 for each input that was accepted, 0 for one that was refused. A copy, good after `close`."""
        return self._of_inputs("accepted")

    def refused(self) -> Iterator[Tuple[int, Reason]]:
        """Which inputs were refused, and why."""
        for row, (good, reason) in enumerate(zip(self.accepted, self.reasons)):
            if not good:
                yield row, Reason(reason)

    # ---- effects ----

    def _done(self) -> _Structs:
        self._check()
        if self._effects is None:
            self._effects = _Structs(_abi.hsvc_effect, core.hsvc_effects_count, core.hsvc_effects_at, self._pieces)
            self._effects.counted_from(self._firsts)
        structs: _Structs = self._effects
        return structs

    @property
    def effects(self) -> PackedEffects:
        """What is to be done, made when it is asked for."""
        return PackedEffects(self, self._done())

    def _profiles(self, structs: _Structs, row: int, count: int) -> Tuple[str, ...]:
        which = bisect_right(structs.ends, row)
        inside = row - (structs.ends[which - 1] if which else 0)
        name, length = C.c_void_p(), C.c_size_t()
        made = []
        for number in range(count):
            core.hsvc_effects_profile(self._pieces[which].handle, inside, number, C.byref(name), C.byref(length))
            made.append(text(name.value, length.value))
        return tuple(made)

    def answers(self, state: Union[int, Sequence[int]] = 1, *, kinds: Optional[Iterable[EffectKind]] = None) -> PackedBatch:
        """A batch with the answer or acknowledgement of every effect that has one, in order, as Engine.answer makes it.

        state: a Verify or Presence, for all or for each effect. kinds: those effects alone. Its texts are its own: it is
        good after `close`.
        """
        structs, wanted = self._done(), None if kinds is None else set(kinds)
        states = [fits("state: ", one, 32) for one in
                  ([state] * len(structs) if isinstance(state, int) else state)]
        if len(states) != len(structs):
            raise ValueError(f"{len(states)} states for {len(structs)} effects")
        rows = [row for row, kind in enumerate(structs.column("kind")) if wanted is None or kind in wanted]
        made = PackedBatch()
        made._grow(len(rows))
        count = 0
        for row in rows:
            raw = _abi.hsvc_input.from_buffer(made._raw, count * SIZE)
            raw.struct_size = SIZE
            count += core.hsvc_answer(structs.at(row), states[row], raw) == Status.OK
        made._raw[count * SIZE:len(rows) * SIZE] = bytes((len(rows) - count) * SIZE)
        made._count = count
        for name in TEXTS:
            _own(made, name)
        return made


def _own(batch: PackedBatch, name: str) -> None:
    """Copies texts that a batch borrows."""
    if not len(batch):
        return
    at, lengths = batch._column(name, 0, len(batch)), batch._column(name + "_len", 0, len(batch))
    if any(lengths):
        held = b"".join(map(C.string_at, at, lengths))
        batch._keep.append(held)
        at[:] = array(WORD, list(accumulate(lengths, initial=address(held)))[:-1])


__all__ = ["PackedEffects", "PackedOutcome", "PackedVerdicts"]
