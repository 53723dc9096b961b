"""bulk.py: the part of an engine that reads and writes files of comma separated values (BULK-1..8). docs/guide/bulk.md
describes the files; the component csv does the work."""
import ctypes as C
import io
import os
import pathlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Callable, Iterator, List, Optional, Tuple, Union

from . import _abi
from ._callbacks import ALLOCATOR, guarded, mark, settle
from ._enums import Code, RowOutcome, named
from ._load import library
from ._values import encode, take
from .codes import Status
from .errors import Misuse
from .outcome import Outcome
from .views import CsvProgress, CsvReport, CsvSummary

DRY_RUN, NO_GUARD, BOM, SEMICOLON = 1, 2, 4, 8
PIECE = 1 << 16
File = Union[str, "os.PathLike[str]", BinaryIO]
"""A path, or a file opened for bytes. What is str is a path; bytes in memory are io.BytesIO(...)."""


class FileKind(Code):
    """What a file is about. The last three are exported alone."""

    ASSOCIATIONS = 1
    USERS = 2
    DEVICES = 3
    INVENTORY = 4
    SESSIONS = 5
    AUDIT = 6


class ImportMode(Code):
    """How an import decides: row by row, or all rows in one commit or none of them."""

    PARTIAL = 1
    ATOMIC = 2


class Meaning(Code):
    """What a row of associations without an ACTION means."""

    ADD = 1
    REPLACE = 2  # and a user who stands in the file keeps no other headset than the file's
    REMOVE = 3


@dataclass(frozen=True)
class ImportResult:
    """What came of an import. errors: what is wrong with which row, of a refused file with which header; a failed row has
    one for each of its errors. resume: to be given to import_csv with the same file, after a cancel or a crash."""

    summary: CsvSummary
    errors: Tuple[CsvReport, ...] = ()
    resume: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Was the file taken, and every row of it?"""
        return self.summary.refused is None and self.summary.failed == 0


class _Hooks:
    """The callbacks of one import or export, and what they gathered."""

    def __init__(self) -> None:
        self.errors: List[CsvReport] = []
        self.resume = b""

    def of(self, config: Any, report: Any, progress: Any, effects: Any, failed: Any) -> None:
        """Sets them."""
        from .engine import outcome_of

        def on_report(raw: Any, user: Any) -> int:
            made = CsvReport.read(raw[0])
            if made.outcome == RowOutcome.FAILED or made.row == 0:
                self.errors.append(made)
            if report is not None:
                report(made)
            return 0

        def on_progress(raw: Any, user: Any) -> int:
            made = CsvProgress.read(raw[0])
            self.resume = made.token
            if progress is not None:
                progress(made)
            return 0

        def on_effects(raw: Any, user: Any) -> int:
            effects(outcome_of(raw))
            return 0
        config.report = guarded(_abi.hsvc_csv_report_fn, Status.CALLBACK, on_report)
        config.progress = guarded(_abi.hsvc_csv_progress_fn, Status.CALLBACK, on_progress)
        if effects is not None:
            config.effects = guarded(_abi.hsvc_csv_effects_fn, Status.CALLBACK, on_effects)
        if failed is not None:
            self.writes(config, failed.write)

    def writes(self, config: Any, write: Callable[[bytes], Any]) -> None:
        """Sets where bytes go."""
        def on_write(at: Any, length: int, user: Any) -> int:
            write(take(at, length))
            return 0
        config.write = guarded(_abi.hsvc_csv_write_fn, Status.CALLBACK, on_write)


def _opened(stack: ExitStack, file: File, mode: str) -> Any:
    if isinstance(file, (str, os.PathLike)):
        return stack.enter_context(pathlib.Path(file).open(mode))
    if isinstance(file, io.TextIOBase):
        raise TypeError("the file is opened for text: open it for bytes ('rb', 'wb'), as the bytes are what counts")
    if not hasattr(file, "read" if mode == "rb" else "write"):
        raise TypeError(f"a path or an open file is wanted, not {type(file).__name__}: bytes in memory are io.BytesIO(...)")
    return file


def _apart(file: File, failed: Optional[File]) -> None:
    """ValueError if the failed rows would go over the rows that are to be read."""
    paths = [path for path in (file, failed) if isinstance(path, (str, os.PathLike)) and os.path.exists(path)]
    if len(paths) == 2 and os.path.samefile(*paths):
        raise ValueError(f"the failed rows would overwrite the file itself, {os.fspath(paths[0])}")


class Bulk:
    """Files in and out."""

    _handle: Any
    _lock: Any
    _called: Any

    def import_csv(self, file: File, kind: Union[FileKind, str], *, mode: Union[ImportMode, str] = ImportMode.PARTIAL,
                   meaning: Union[Meaning, str] = Meaning.ADD, dry_run: bool = False, actor: str = "",
                   report: Optional[Callable[[CsvReport], None]] = None,
                   progress: Optional[Callable[[CsvProgress], None]] = None,
                   effects: Optional[Callable[[Outcome], None]] = None, failed: Optional[File] = None,
                   resume: bytes = b"") -> ImportResult:
        """Imports a file of "associations", "users" or "devices". Rows that cannot be are no exception: see `errors`.

        file: a path, or a file of bytes that can be read twice. mode: "partial" or "atomic". meaning: "add", "replace" or
        "remove". report: told what became of every row. progress: how far it is. effects: what a commit asks of the host.
        failed: where the failed rows go, as a file that can be corrected and imported. resume: the `resume` of an import
        of the same bytes that ended early.

        An exception in one of these, or of the store, ends the import and comes out; what was committed stays, and the
        exception's `outcome` is the ImportResult so far, with the token to resume by.
        """
        lib, hooks = library("csv"), _Hooks()
        with ExitStack() as stack:
            config = self._csv_config(kind, DRY_RUN if dry_run else 0, actor)
            if config.kind > FileKind.DEVICES:
                raise Misuse(f"{FileKind(config.kind).name.lower()} can be exported, not imported", Status.ARGUMENT)
            _apart(file, failed)
            source = _opened(stack, file, "rb")
            config.mode, config.meaning = named(ImportMode, mode), named(Meaning, meaning)
            config.meaning = config.meaning if config.kind == FileKind.ASSOCIATIONS else 0
            token = C.create_string_buffer(resume, len(resume)) if resume else None
            if token is not None:
                if len(resume) != _abi.hsvc_csv_progress.token.size:
                    raise ValueError("resume is no token of an import")
                config.token = C.addressof(token)
            hooks.of(config, report, progress, effects, None if failed is None else _opened(stack, failed, "wb"))
            handle = C.c_void_p()
            self._called(lib.hsvc_csv_import_new, C.byref(config), C.byref(handle))
            stack.callback(lib.hsvc_csv_import_free, handle)
            try:
                self._feed(lib, handle, source)
            except BaseException as error:
                error.__dict__["outcome"] = _result(lib, handle, hooks)
                raise
            made = _result(lib, handle, hooks)
        return made

    def _feed(self, lib: Any, handle: Any, source: Any) -> None:
        again = C.c_int32(1)
        start = source.tell()
        while again.value:
            source.seek(start)
            piece = source.read(PIECE)
            while piece:
                if not isinstance(piece, bytes):
                    raise TypeError(f"the file gave {type(piece).__name__}, not bytes")
                self._called(lib.hsvc_csv_import_feed, handle, piece, len(piece))
                piece = source.read(PIECE)
            self._called(lib.hsvc_csv_import_end, handle, C.byref(again))

    def export_csv(self, kind: Union[FileKind, str], *, guard: bool = True, bom: bool = False,
                   semicolon: bool = False) -> Iterator[bytes]:
        """An export, in pieces of bytes: `file.writelines(engine.export_csv("users"))`.

        guard: cells that a spreadsheet would run are neutralised, which an import undoes. bom, semicolon: for spreadsheets
        that expect them.
        """
        lib, hooks, pieces = library("csv"), _Hooks(), []  # type: Any, _Hooks, List[bytes]
        flags = (0 if guard else NO_GUARD) | (BOM if bom else 0) | (SEMICOLON if semicolon else 0)
        config = self._csv_config(kind, flags, "")
        hooks.writes(config, pieces.append)
        handle, done = C.c_void_p(), C.c_int32()
        self._called(lib.hsvc_csv_export_new, C.byref(config), C.byref(handle))
        try:
            while not done.value:
                self._called(lib.hsvc_csv_export_step, handle, C.byref(done))
                yield b"".join(pieces)
                pieces.clear()
        finally:
            lib.hsvc_csv_export_free(handle)

    def _csv_config(self, kind: Union[FileKind, str], flags: int, actor: str) -> Any:
        name = encode(actor)
        config = _abi.hsvc_csv_config(struct_size=C.sizeof(_abi.hsvc_csv_config), kind=named(FileKind, kind), flags=flags,
                                      engine=self._handle, allocator=ALLOCATOR, actor_len=len(name))
        config.actor = C.cast(C.c_char_p(name), C.c_void_p) if name else None
        return config


def _result(lib: Any, handle: Any, hooks: _Hooks) -> ImportResult:
    raw = _abi.hsvc_csv_summary(struct_size=C.sizeof(_abi.hsvc_csv_summary))
    settle(mark(), lib.hsvc_csv_import_summary(handle, C.byref(raw)))
    return ImportResult(CsvSummary.read(raw), tuple(hooks.errors), hooks.resume)


__all__ = ["Bulk", "FileKind", "ImportMode", "ImportResult", "Meaning", "RowOutcome"]
