"""python -m headsetsvc: runs scenarios and simulations, imports and exports files, explains what is in a store."""
import argparse
import json
import os
import pathlib
import signal
import sys
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any, Callable, Dict, List

from . import library_version
from . import scenario as scenarios
from .bulk import ImportResult
from .engine import Engine
from .errors import HeadsetsvcError
from .explaining import in_words
from .registry import describe
from .simulation import week
from .stores import PgsqlStore, SqliteStore
from .views import CsvProgress, CsvReport

STORE = "a file of SQLite, or postgresql://... for a database"


def _table(rows: List[Dict[str, Any]]) -> str:
    """Columns as wide as they must be; numbers to the right, texts to the left."""
    names = list(rows[0])
    texts = [["-" if row[name] is None else str(row[name]) for name in names] for row in rows]
    wide = [max(len(names[i]), *(len(text[i]) for text in texts)) for i in range(len(names))]
    left = [not all(isinstance(row[name], (int, float)) for row in rows) for name in names]
    return "\n".join("  ".join(text.ljust(wide[i]) if left[i] else text.rjust(wide[i]) for i, text in enumerate(line)).rstrip()
                     for line in [names] + texts)


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
            seen = f"; seen: {failure.seen}" if failure.seen else ""
            print(f"{path}:{failure.line}:{failure.column}: {failure.message}{seen}", file=sys.stderr)
    _say(rows, args.json)
    return 1 if failed else 0


class Bar:
    """A progress bar on a terminal, and nothing anywhere else."""

    def __init__(self, label: str) -> None:
        self._label, self._shown, self._seen = label, sys.stderr.isatty(), 0.0

    def __call__(self, done: int, total: int) -> None:
        if self._shown and (done == total or time.monotonic() - self._seen > 0.1):
            self._seen = time.monotonic()
            part = done / max(total, 1)
            print(f"\r{self._label} [{'#' * int(part * 30):30}] {part:4.0%}", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _store(stack: ExitStack, name: str, read_only: bool = False) -> Engine:
    store: Any = PgsqlStore(name, create=not read_only) if "://" in name else SqliteStore(name, read_only=read_only)
    return stack.enter_context(Engine(stack.enter_context(store)))


def simulate(args: argparse.Namespace) -> int:
    """Prints what each window would have cost (unattended phones, PINs entered) and saved."""
    rows = []
    for window in args.windows:
        with Bar(f"window of {window} min") as bar:
            played = week(args.seed, timedelta(minutes=window), args.people, args.days, bar)
        rows.append({"window": f"{window} min", "PINs entered": played.pins_entered, "saved by the window": played.saved,
                     "sign-outs": played.sign_outs, "unattended h": round(played.unattended / timedelta(hours=1), 1)})
    _say(rows, args.json)
    return 0


def explain(args: argparse.Namespace) -> int:
    """Why is it so, and what will end it?"""
    with ExitStack() as stack:
        engine = _store(stack, args.store, read_only=True)
        items = engine.explain(**{args.subject: args.name})
    rows: List[Dict[str, Any]] = [{"about": str(item.kind).lower(), "what": in_words(item)} for item in items]
    if args.json:
        rows = [{name: _plain(value) for name, value in vars(item).items()} for item in items]
    _say(rows, args.json)
    return 0


def _plain(value: Any) -> Any:
    """What JSON can say: times as ISO 8601, to the millisecond that the library counts."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return str(value) if hasattr(value, "name") else value


def _complain(file: str) -> Callable[[CsvReport], None]:
    def complain(report: CsvReport) -> None:
        if report.reason is not None and report.outcome.name == "FAILED":
            where = f"{report.name}: " if report.name else ""
            print(f"{file}:{report.line}:{report.column}: {where}{describe(report.reason).text}", file=sys.stderr)
    return complain


def bring_in(args: argparse.Namespace) -> int:
    """Imports a file, and says what became of it; status 1 if a row or the file was not taken."""
    def progress(made: CsvProgress) -> None:
        bar(made.bytes_ + size * (made.pass_ - 1), size * made.passes)
    size = max(pathlib.Path(args.file).stat().st_size, 1)
    with ExitStack() as stack:
        engine = _store(stack, args.store, read_only=args.dry_run)
        bar = stack.enter_context(Bar(args.file))
        try:
            result = engine.import_csv(args.file, args.kind, mode="atomic" if args.atomic else "partial", meaning=args.meaning,
                                       dry_run=args.dry_run, actor=args.actor, failed=args.failed, progress=progress,
                                       report=_complain(args.file), resume=args.resume)
        except (HeadsetsvcError, KeyboardInterrupt) as error:
            _how_to_go_on(error.__dict__.get("outcome"))
            raise
    told = result.summary
    _say([{"file": args.file, "rows": told.rows, "changed": told.changed, "unchanged": told.unchanged, "failed": told.failed,
           "left": told.left, "skipped": told.skipped, "refused": str(told.refused) if told.refused else None}], args.json)
    return 0 if result.ok else 1


def _how_to_go_on(so_far: Any) -> None:
    if isinstance(so_far, ImportResult) and any(so_far.resume):
        print(f"{so_far.summary.processed} rows are done; go on with --resume {so_far.resume.hex()}", file=sys.stderr)


def bring_out(args: argparse.Namespace) -> int:
    """Exports to a file or to standard output."""
    with ExitStack() as stack:
        engine = _store(stack, args.store, read_only=True)
        target = stack.enter_context(open(args.output, "wb")) if args.output else sys.stdout.buffer
        target.writelines(engine.export_csv(args.kind, guard=not args.no_guard, bom=args.bom, semicolon=args.semicolon))
        target.flush()
    return 0


def _token(given: str) -> bytes:
    try:
        return bytes.fromhex(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given!r} is no token that an import printed") from None


def _positive(given: str) -> int:
    if not given.isdecimal() or int(given) == 0:
        raise argparse.ArgumentTypeError(f"{given!r} is no number from 1 on")
    return int(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m headsetsvc", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--version", action="version", version=f"headsetsvc {library_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    part = commands.add_parser("scenario", help="run scenario scripts (*.hsv)")
    part.add_argument("files", nargs="+")
    part.set_defaults(run=play)
    part = commands.add_parser("simulate", help="an office for a week, with several windows")
    part.add_argument("--seed", type=int, default=1)
    part.add_argument("--people", type=_positive, default=20)
    part.add_argument("--days", type=_positive, default=5)
    part.add_argument("--windows", type=_positive, nargs="+", default=[5, 10, 15], metavar="MINUTES")
    part.set_defaults(run=simulate)
    part = commands.add_parser("import", help="a file of comma separated values into a store")
    part.add_argument("store", help=STORE)
    part.add_argument("kind", choices=["associations", "users", "devices"], help="what a row of the file is")
    part.add_argument("file", help="comma separated values; its first line names the columns")
    part.add_argument("--dry-run", action="store_true", help="decide, and write nothing")
    part.add_argument("--atomic", action="store_true", help="all rows, or none of them")
    part.add_argument("--meaning", choices=["add", "replace", "remove"], default="add", help="of an association without ACTION")
    part.add_argument("--failed", metavar="FILE", help="where failed rows go, to be corrected")
    part.add_argument("--actor", default="", help="who asks for it, for the audit")
    part.add_argument("--resume", type=_token, default=b"", metavar="TOKEN", help="go on where an import of the same file ended")
    part.set_defaults(run=bring_in)
    part = commands.add_parser("export", help="a store into a file of comma separated values")
    part.add_argument("store", help=STORE)
    part.add_argument("kind", choices=["associations", "users", "devices", "inventory", "sessions", "audit"],
                      help="what a row of the file is")
    part.add_argument("--output", metavar="FILE", help="instead of standard output")
    part.add_argument("--no-guard", action="store_true", help="leave cells that a spreadsheet would run as they are")
    part.add_argument("--bom", action="store_true", help="begin with a byte order mark")
    part.add_argument("--semicolon", action="store_true", help="separate by semicolons")
    part.set_defaults(run=bring_out)
    part = commands.add_parser("explain", help="why something is as it is, and what will end it")
    part.add_argument("store", help=STORE)
    part.add_argument("name", help="of a device, or of what --user or --headset say")
    part.add_argument("--user", dest="subject", action="store_const", const="user", default="device")
    part.add_argument("--headset", dest="subject", action="store_const", const="headset")
    part.set_defaults(run=explain)
    return parser


def main(arguments: Any = None) -> int:
    """The command; gives its exit status: 2 if the call itself failed."""
    args = _parser().parse_args(arguments)
    try:
        status = int(args.run(args))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # who reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still in it goes nowhere
        return 128 + signal.SIGPIPE
    except (HeadsetsvcError, LookupError, OSError, ValueError) as error:
        print(f"headsetsvc: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
