#!/usr/bin/env python3
"""simulate.py: an office for a day, once for each window from 5 to 15 minutes, and what came of it in a picture.

    simulate.py OUT.png [--people 12] [--seed 1]

People come, leave their desks with their headsets now and then, and go home. The same seed gives the same people whatever
the window, so that what differs is the window's. Left: how many phones stand signed in while their user is away. Right: what
a longer window saves (PINs entered) and what it costs (hours that a phone stood signed in and unattended).
"""
import argparse
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import List, Sequence, Set, Tuple

import matplotlib  # type: ignore[import]

from headsetsvc import EffectKind, Engine, ManualClock
from headsetsvc.testing_office import Office

matplotlib.use("Agg")  # no screen is needed
from matplotlib import pyplot  # noqa: E402

WINDOWS = (5, 7, 10, 12, 15)
Errand = Tuple[float, int, bool]  # minute of the day, person, does the headset leave?


@dataclass
class Day:
    """What came of a day with one window."""

    window: int
    pins: int = 0
    minutes: float = 0.0  # that phones stood signed in and unattended, in sum
    unattended: List[Tuple[float, int]] = field(default_factory=list)  # (hour, how many from then on)


def errands(seed: int, people: int) -> List[Errand]:
    """When each headset comes and goes."""
    chance = random.Random(seed)
    made: List[Errand] = []
    for person in range(people):
        at = chance.gauss(520, 25)
        made.append((at, person, False))
        for _ in range(chance.randint(4, 8)):
            away = at + chance.uniform(25, 75)
            at = away + chance.lognormvariate(2.1, 0.6)
            made += [(away, person, True), (at, person, False)]
        made.append((at + chance.uniform(20, 60), person, True))
    return sorted(made)


class Watch:
    """Counts the phones that are signed in while nobody is there."""

    def __init__(self, office: Office, day: Day, start: datetime) -> None:
        self.office, self.day, self.start = office, day, start
        self.away: Set[str] = set()
        self.since = start

    def look(self) -> None:
        """Notes what has changed since the last look."""
        now = self.office.clock.now
        self.day.minutes += len(self.away) * ((now - self.since) / timedelta(minutes=1))
        self.since = now
        self.away = {d.name for d in self.office.engine.devices() if d.user and not d.headset_count}
        self.day.unattended.append(((now - self.start) / timedelta(hours=1), len(self.away)))


def until(office: Office, watch: Watch, minute: float) -> None:
    """Lets time pass, and looks whenever something falls due."""
    end = watch.start + timedelta(minutes=minute)
    while True:
        due = office.engine.next_deadline
        at = end if due is None or due > end else due
        office.passes(milliseconds=max(0.0, (at - office.clock.now) / timedelta(milliseconds=1)))
        watch.look()
        if at == end:
            return


def play(window: int, plan: Sequence[Errand], people: int) -> Day:
    """One day with one window."""
    clock, day = ManualClock(), Day(window)
    with Engine(clock=clock) as engine:
        engine.set_policy("presence_settle", timedelta(0))
        engine.set_policy("auto_sign_out_after", timedelta(minutes=window))
        office = Office(engine, clock)
        names = [office.user(f"user-{n}") for n in range(people)]
        phones = [office.phone(f"desk-{n}") for n in range(people)]
        watch = Watch(office, day, clock.now)
        for minute, person, leaves in plan:
            until(office, watch, minute)
            if leaves:
                office.unplug(names[person], phones[person])
            else:
                seen = engine.device(phones[person])
                if seen is not None and seen.user:
                    office.plug_in(names[person], phones[person])
                else:
                    office.sign_in(names[person], phones[person])
                    day.pins += 1
            watch.look()
        until(office, watch, plan[-1][0] + 30)
        ended = [effect for effect in office.seen if effect.kind == EffectKind.SESSION_ENDED]
        assert len(ended) == day.pins and engine.verify() == []  # whoever came in went out
    return day


def draw(days: Sequence[Day], path: str) -> None:
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    for day in (days[-1], days[0]):
        left.step(*zip(*day.unattended), where="post", label=f"{day.window} min")
    left.set(title="Signed in, and nobody there", xlabel="hour of the day", ylabel="phones")
    left.legend(title="window")
    windows = [day.window for day in days]
    right.plot(windows, [day.pins for day in days], "o-", label="PINs entered")
    right.set(title="What a window saves and costs", xlabel="window (min)", ylabel="PINs entered")
    hours = right.twinx()
    hours.plot(windows, [day.minutes / 60 for day in days], "s--", color="tab:red", label="unattended")
    hours.set_ylabel("hours unattended", color="tab:red")
    figure.tight_layout()
    figure.savefig(path, dpi=100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="the picture to write, a PNG")
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    plan = errands(args.seed, args.people)
    days = [play(window, plan, args.people) for window in WINDOWS]
    for day in days:
        print(f"window {day.window:2} min: {day.pins:3} PINs entered, {day.minutes / 60:5.1f} h unattended")
    draw(days, args.out)


if __name__ == "__main__":
    main()
