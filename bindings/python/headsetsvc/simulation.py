"""simulation.py: an office for a week, from a seed: what would a window have cost and saved?

People come, leave their desks for a while, and go home. The same seed gives the same people whatever the window, so that
what differs is the window's. Inputs go by the minute, packed, each with its own time.
"""
import random
from array import array
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Callable, List, NamedTuple, Optional, Sequence, Tuple

from . import inputs
from ._columns import Texts
from ._values import MILLISECOND
from .clocks import ManualClock
from .codes import Cause, DeviceKind, EffectKind, Prompt, Reason
from .engine import Engine
from .packed import PackedBatch
from .packed_outcome import PackedOutcome

MINUTE, PIN = 60000, b"1234"
ANSWERED = (EffectKind.VERIFY_PIN, EffectKind.APPLY_PROFILE, EffectKind.WIPE)
Progress = Callable[[int, int], None]


class Move(NamedTuple):
    """A headset comes to its desk, or leaves it. at: milliseconds since the week began."""

    at: int
    person: int
    comes: bool


@dataclass(frozen=True)
class Week:
    """What a window cost and saved. unattended: how long phones stood signed in with nobody there."""

    window: timedelta
    people: int
    inputs: int
    pins_entered: int
    saved: int
    sign_outs: int
    unattended: timedelta


def moves(seed: int, people: int, days: int = 5) -> List[Move]:
    """What people do, in order."""
    chance = random.Random(seed)
    made: List[Move] = []
    for day in range(days):
        for person in range(people):
            at = day * 1440 + chance.gauss(520, 25)
            made.append(Move(int(at * MINUTE), person, True))
            for _ in range(chance.randint(3, 7)):
                away = at + chance.uniform(30, 90)
                at = away + chance.lognormvariate(1.9, 0.8)
                made += [Move(int(away * MINUTE), person, False), Move(int(at * MINUTE), person, True)]
            made.append(Move(int((at + chance.uniform(20, 60)) * MINUTE), person, False))
    return sorted(made)


class _Office:
    """Desks and people by their numbers, on an engine; what effects ask for is done at once."""

    def __init__(self, engine: Engine, clock: ManualClock, people: int) -> None:
        self.engine, self.clock, self.start = engine, clock, clock.now_ms()
        self.desks, self.users, self.serials, self.lines = (
            Texts(f"{what}-{n}" for n in range(people)) for what in ("desk", "user", "H", "line"))
        self.number = {name: n for n, name in enumerate(self.desks)}
        self.left = array("q", [0]) * people
        self.unattended = 0
        batch = PackedBatch()
        batch.extend(inputs.DevicePut, device=self.desks, profile="own", state=DeviceKind.ANONYMOUS, model="CP-8861",
                     em_enabled=True)
        batch.extend(inputs.DeviceRegistered, device=self.desks, headsets=[], calls=[])
        batch.extend(inputs.UserPut, user=self.users, profiles=self.lines)
        batch.extend(inputs.Associate, user=self.users, serial=self.serials)
        engine.apply_packed(batch).close()

    def move(self, some: Sequence[Move]) -> None:
        """Some moves of different people, and all that follows at once."""
        for comes, kind in ((False, inputs.HeadsetDisconnected), (True, inputs.HeadsetConnected)):
            people = [move.person for move in some if move.comes == comes]
            times = array("q", [move.at + self.start for move in some if move.comes == comes])
            if not people:
                continue
            batch = PackedBatch().extend(kind, device=self.desks.pick(people), serial=self.serials.pick(people), at=times)
            with self.engine.apply_packed(batch) as outcome:
                self._count(comes, people, times, outcome.reasons)
                answers = self._answers(outcome)
            self.do(answers)

    def _count(self, comes: bool, people: List[int], times: Sequence[int], reasons: Sequence[int]) -> None:
        for person, at, reason in zip(people, times, reasons):
            if not comes:
                self.left[person] = at
            elif reason == Reason.WINDOW_CLOSED:
                self.unattended += at - self.left[person]

    def do(self, batch: PackedBatch) -> None:
        """Applies a batch, then what answers it, until nothing is asked."""
        while len(batch):
            with self.engine.apply_packed(batch) as outcome:
                batch = self._answers(outcome)

    def _answers(self, outcome: PackedOutcome) -> PackedBatch:
        effects = outcome.effects
        batch = outcome.answers(kinds=ANSWERED)
        prompts, ids = effects.column("prompt"), effects.column("prompt_id")
        shown = [row for row in effects.of(EffectKind.SHOW_PROMPT) if prompts[row] == Prompt.SIGN_IN_PIN]
        people = [self.number[name] for name in effects.texts("device", shown)]
        return batch.extend(inputs.Submit, device=self.desks.pick(people), user=self.users.pick(people),
                            prompt_id=[ids[row] for row in shown], pin=PIN)

    def until(self, ms: int) -> None:
        """Lets time pass; deadlines on the way fire, late at most by a minute of the office."""
        self.clock.set_ms(self.start + ms)
        while True:
            due = self.engine.next_deadline_ms
            if due is None or due > self.clock.now_ms():
                return
            with self.engine.advance_packed() as outcome:
                answers = self._answers(outcome)
            self.do(answers)


def _once_each(some: Sequence[Move]) -> List[List[Move]]:
    """Parts in which nobody moves twice."""
    parts: List[List[Move]] = []
    turn: List[Tuple[int, Move]] = []
    seen = {}  # type: dict[int, int]
    for move in some:
        seen[move.person] = seen.get(move.person, -1) + 1
        turn.append((seen[move.person], move))
    for number in range(max(seen.values()) + 1):
        parts.append([move for at, move in turn if at == number])
    return parts


def week(seed: int, window: timedelta, people: int, days: int = 5, progress: Optional[Progress] = None) -> Week:
    """Plays the week. progress: told how many moves are done, and how many there are. ValueError: a window that the policy
    does not allow."""
    clock = ManualClock()
    with Engine(clock=clock) as engine:
        engine.set_policy("presence_settle", timedelta(0))
        allowed = engine.set_policy("auto_sign_out_after", window)
        if not allowed.accepted:
            raise ValueError(f"a window of {window}: the limit is {allowed.verdict.limit * MILLISECOND}")
        office, all_moves, done = _Office(engine, clock, people), moves(seed, people, days), 0
        for minute, some in groupby(all_moves, key=lambda move: move.at // MINUTE):
            together = list(some)
            office.clock.set_ms(office.start + (minute + 1) * MINUTE)
            for part in _once_each(together):  # first what happened, by its own times; then what is due
                office.move(part)
            office.until((minute + 1) * MINUTE)
            done += len(together)
            if progress is not None:
                progress(done, len(all_moves))
        office.until(all_moves[-1].at + 24 * 60 * MINUTE)
        counted = engine.counters
        by_window = counted.sign_outs_by[Cause.WINDOW - Cause.ADMIN]
        unattended = timedelta(milliseconds=office.unattended) + window * by_window
        return Week(window, people, counted.inputs, counted.sign_ins_by_pin, counted.windows_saved, counted.sign_outs,
                    unattended)


__all__ = ["Move", "Week", "moves", "week"]
