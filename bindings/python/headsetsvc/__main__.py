"""python -m headsetsvc: scenario, simulate, explain."""
import argparse
import json
import pathlib
import random
import sys
from datetime import timedelta
from typing import Any, Dict, List

from . import scenario as scenarios
from .clocks import ManualClock
from .codes import Cause, EffectKind
from .engine import Engine
from .stores import SqliteStore
from .testing_office import Office


def _table(rows: List[Dict[str, Any]]) -> str:
    """Columns as wide as they must be; numbers to the right."""
    names = list(rows[0])
    texts = [[str(row[name]) for name in names] for row in rows]
    wide = [max(len(names[i]), *(len(text[i]) for text in texts)) for i in range(len(names))]
    lines = [names] + texts
    return "\n".join("  ".join(text.rjust(wide[i]) if i else text.ljust(wide[i]) for i, text in enumerate(line)).rstrip()
                     for line in lines)


def _say(rows: List[Dict[str, Any]], as_json: bool) -> None:
    print(json.dumps(rows, indent=1) if as_json else _table(rows))


def play(args: argparse.Namespace) -> int:
    """Runs scripts; one line each, and what failed."""
    rows, failed = [], 0
    for path in args.files:
        ran = scenarios.run(pathlib.Path(path))
        result = ran.result
        assert result is not None
        failed += result.failures > 0
        rows.append({"script": path, "steps": result.steps, "expectations": result.expectations,
                     "failures": result.failures})
        for failure in ran.failures:
            print(f"{path}:{failure.line}:{failure.column}: {failure.message}; seen: {failure.seen}", file=sys.stderr)
    _say(rows, args.json)
    return 1 if failed else 0


def week(seed: int, window: int, people: int, days: int = 5) -> Dict[str, Any]:
    """An office for a week: people come, leave their desks for a while, and go home. The same seed gives the same people,
    whatever the window, so that what differs is the window's."""
    chance = random.Random(seed)
    clock = ManualClock()
    with Engine(clock=clock) as engine:
        engine.set_policy("presence_settle", timedelta(0))
        engine.set_policy("auto_sign_out_after", timedelta(minutes=window))
        office = Office(engine, clock)
        names = [f"user-{n}" for n in range(people)]
        for n, name in enumerate(names):
            office.user(name)
            office.phone(f"desk-{n}")
        events = sorted(event for day in range(days) for n in range(people) for event in _day(chance, day, n))
        start = clock.now
        for minute, n, kind in events:
            office.passes(minutes=minute - (clock.now - start) / timedelta(minutes=1))
            if kind == "out":
                office.unplug(names[n], f"desk-{n}")
            else:
                device = engine.device(f"desk-{n}")
                if device is not None and device.user:
                    office.plug_in(names[n], f"desk-{n}")
                else:
                    office.sign_in(names[n], f"desk-{n}")
        office.passes(days=1)
        ends = [e for e in office.seen if e.kind == EffectKind.SESSION_ENDED and e.cause == Cause.WINDOW]
        idle = timedelta(minutes=window) * len(ends)
        counted = engine.counters
        return {"window": f"{window} min", "sign-ins": counted.sign_ins_by_pin, "saved by the window": counted.windows_saved,
                "sign-outs": counted.sign_outs, "unattended h": round(idle / timedelta(hours=1), 1)}


def _day(chance: random.Random, day: int, n: int) -> List[Any]:
    """Minutes since the start at which a person's headset comes and goes."""
    at = day * 1440 + chance.gauss(520, 25)
    events: List[Any] = [(at, n, "in")]
    for _ in range(chance.randint(3, 7)):
        away = at + chance.uniform(30, 90)
        back = away + chance.lognormvariate(1.9, 0.8)
        events += [(away, n, "out"), (back, n, "in")]
        at = back
    return events + [(at + chance.uniform(20, 60), n, "out")]


def simulate(args: argparse.Namespace) -> int:
    """Prints what each window would have cost (unattended phones, PINs entered) and saved."""
    rows = []
    for window in args.windows:
        if sys.stderr.isatty():
            print(f"\rwindow of {window} min ...", end="", file=sys.stderr, flush=True)
        rows.append(week(args.seed, window, args.people))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    _say(rows, args.json)
    return 0


def explain(args: argparse.Namespace) -> int:
    """What a device is doing, and what will end it."""
    with SqliteStore(args.store, read_only=True) as store, Engine(store) as engine:
        device = engine.device(args.device)
        if device is None:
            print(f"there is no device {args.device}", file=sys.stderr)
            return 1
        rows = [{"device": device.name, "session": str(device.session_state), "user": device.user or "-",
                 "prompt": str(device.prompt or "-"), "window ends": str(device.window_due_at or "-"),
                 "sign-out after ms": engine.policy("auto_sign_out_after", user=device.user, device=device.name).value}]
    _say(rows, args.json)
    return 0


def main(arguments: Any = None) -> int:
    """The command; gives its exit status."""
    parser = argparse.ArgumentParser(prog="python -m headsetsvc", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    commands = parser.add_subparsers(required=True)
    part = commands.add_parser("scenario", help="run scenario scripts (*.hsv)")
    part.add_argument("files", nargs="+")
    part.set_defaults(run=play)
    part = commands.add_parser("simulate", help="an office for a week, with several windows")
    part.add_argument("--seed", type=int, default=1)
    part.add_argument("--people", type=int, default=20)
    part.add_argument("--windows", type=int, nargs="+", default=[5, 10, 15], metavar="MINUTES")
    part.set_defaults(run=simulate)
    part = commands.add_parser("explain", help="what a device is doing")
    part.add_argument("store", help="a file of SQLite")
    part.add_argument("device")
    part.set_defaults(run=explain)
    args = parser.parse_args(arguments)
    return int(args.run(args))


if __name__ == "__main__":
    sys.exit(main())
