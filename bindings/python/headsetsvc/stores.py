"""stores.py: where the state is. Memory, SQLite and PostgreSQL are the library's own; a class with three methods is a
store too.

One store object serves one thread at a time: engines that share it share its lock. Stores are context managers; what is
not closed is freed with the object, after the engines on it.
"""
import ctypes as C
import os
import threading
import weakref
from bisect import bisect_left, insort
from datetime import timedelta
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Protocol, Sequence, Tuple, Union

from . import _abi
from ._callbacks import ALLOCATOR, guarded
from ._load import core, library
from ._values import Single, fits, lasting
from .codes import Status
from .errors import Conflict, Misuse, error_of
from .views import CacheCounts, PgsqlCounters

PUT, DELETE, CHECK = 1, 2, 3
ANY, ABSENT, REVISION = 1, 2, 3


class Row(NamedTuple):
    """One row of a store. revision: of the commit that wrote it, never 0."""

    key: bytes
    value: bytes
    revision: int


class Op(NamedTuple):
    """One operation of a commit. kind: PUT, DELETE, CHECK; expect: ANY, ABSENT, REVISION."""

    kind: int
    expect: int
    revision: int
    key: bytes
    value: bytes


class PythonStore(Protocol):
    """A store written in Python. headsetsvc.conformance puts it to the test.

    Raise Conflict, Unavailable, OutcomeUnknown, StoreFull or Corrupt for what they say; whatever else a method raises
    ends the call, nothing is committed as far as the library is concerned, and the exception comes out of the engine.
    """

    def read(self, keys: Sequence[bytes]) -> Iterable[Row]:
        """The rows of those keys that exist, in any order."""

    def scan(self, start: bytes, end: Optional[bytes], limit: int) -> Iterable[Row]:
        """Up to `limit` rows with start <= key < end (None: no end), in the order of their keys."""

    def commit(self, ops: Sequence[Op]) -> int:
        """All of it or nothing. The revision: never 0, and one that no key of the store ever had. Conflict if an
        expectation does not hold."""


class _Handle(Single):
    """A store of the library: a C handle with a lock, and the struct that engines take."""

    def __init__(self, handle: C.c_void_p, free: Any, bind: Any) -> None:
        self.lock = threading.RLock()
        self._handle = handle
        self.engines: "weakref.WeakSet[Any]" = weakref.WeakSet()
        self.struct = _abi.hsvc_store(struct_size=C.sizeof(_abi.hsvc_store))
        self._free = weakref.finalize(self, free, handle)
        self._free.atexit = False  # what runs at the end of the program, or goes on in a thread, may still use it
        _ok(bind(handle, C.byref(self.struct)))

    def close(self) -> None:
        """Frees the store. Misuse, while an engine on it is open."""
        with self.lock:
            if any(engine.is_open for engine in self.engines):
                raise Misuse("an engine on this store is open", Status.ARGUMENT)
            self._free()

    def _opened(self) -> C.c_void_p:
        """The handle; the lock is held."""
        if not self._free.alive:
            raise Misuse("the store is closed", Status.ARGUMENT)
        return self._handle

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _ok(status: int) -> None:
    if status != Status.OK:
        raise error_of(status)


class MemoryStore(_Handle):
    """State in memory; nothing survives its end."""

    def __init__(self) -> None:
        handle = C.c_void_p()
        _ok(core.hsvc_memory_store_new(ALLOCATOR_P, C.byref(handle)))
        super().__init__(handle, core.hsvc_memory_store_free, core.hsvc_memory_store_bind)

    def size(self) -> Tuple[int, int]:
        """Rows and bytes held."""
        rows, size = C.c_uint64(), C.c_uint64()
        with self.lock:
            _ok(core.hsvc_memory_store_size(self._opened(), C.byref(rows), C.byref(size)))
        return rows.value, size.value


ALLOCATOR_P = C.cast(ALLOCATOR, C.POINTER(_abi.hsvc_allocator))


class SqliteStore(_Handle):
    """State in a file of SQLite. A commit that returned is on the disk; with durable=False, in the operating system."""

    def __init__(self, path: Union[str, "os.PathLike[str]"], *, read_only: bool = False, durable: bool = True,
                 wait: timedelta = timedelta(seconds=5)) -> None:
        lib = library("sqlite")
        config = _abi.hsvc_sqlite_config(struct_size=C.sizeof(_abi.hsvc_sqlite_config), allocator=ALLOCATOR)
        config.path = os.fsencode(path)
        config.flags = (1 if read_only else 0) | (0 if durable else 2)
        config.wait_ms = lasting("wait", wait)
        handle, problem = C.c_void_p(), _abi.hsvc_sqlite_problem(struct_size=C.sizeof(_abi.hsvc_sqlite_problem))
        status = lib.hsvc_sqlite_new(C.byref(config), C.byref(handle), C.byref(problem))
        if status != Status.OK:
            words = [w.decode("utf-8", "replace") for w in (problem.name, problem.text, problem.sqlite_text) if w]
            raise error_of(status, f"{os.fsdecode(path)}: " + ": ".join(words))
        self._problem_of = lib.hsvc_sqlite_last_problem
        super().__init__(handle, lib.hsvc_sqlite_free, lib.hsvc_sqlite_bind)

    def problem(self) -> str:
        """Why the last read, scan or commit failed; "" if it did not."""
        problem = _abi.hsvc_sqlite_problem(struct_size=C.sizeof(_abi.hsvc_sqlite_problem))
        with self.lock:
            _ok(self._problem_of(self._opened(), C.byref(problem)))
        return f"{problem.name.decode()}: {problem.text.decode()}" if problem.kind else ""


class PgsqlStore(_Handle):
    """State in a schema of a PostgreSQL database, which several nodes may share. conninfo: as libpq takes it."""

    def __init__(self, conninfo: str = "", *, schema: str = "headsetsvc", create: bool = True, durable: bool = True,
                 connect: timedelta = timedelta(seconds=5), call: timedelta = timedelta(seconds=10)) -> None:
        lib = library("pgsql")
        config = _abi.hsvc_pgsql_config(struct_size=C.sizeof(_abi.hsvc_pgsql_config), allocator=ALLOCATOR)
        config.conninfo, config.schema = conninfo.encode() or None, schema.encode()
        config.flags = (0 if durable else 1) | (0 if create else 2)
        config.connect_ms, config.call_ms = lasting("connect", connect), lasting("call", call)
        handle = C.c_void_p()
        _ok(lib.hsvc_pgsql_store_new(C.byref(config), C.byref(handle)))
        self._lib = lib
        super().__init__(handle, lib.hsvc_pgsql_store_free, lib.hsvc_pgsql_store_bind)

    def connect(self) -> None:
        """Connects now, to learn what is wrong; not needed, as every call does it."""
        with self.lock:
            status = self._lib.hsvc_pgsql_store_connect(self._opened())
        if status != Status.OK:
            raise error_of(status, self.problem())

    def problem(self) -> str:
        """Why the last call that failed did."""
        problem = _abi.hsvc_pgsql_problem(struct_size=C.sizeof(_abi.hsvc_pgsql_problem))
        with self.lock:
            _ok(self._lib.hsvc_pgsql_store_problem(self._opened(), C.byref(problem)))
            name = self._lib.hsvc_pgsql_reason_name(problem.reason).decode()
            remedy = self._lib.hsvc_pgsql_reason_remedy(problem.reason).decode()
            return f"{name}: {problem.text.decode('utf-8', 'replace')}; {remedy}" if problem.reason else ""

    @property
    def counters(self) -> PgsqlCounters:
        """What the connection did so far."""
        raw = _abi.hsvc_pgsql_counters(struct_size=C.sizeof(_abi.hsvc_pgsql_counters))
        with self.lock:
            _ok(self._lib.hsvc_pgsql_store_counters(self._opened(), C.byref(raw)))
        return PgsqlCounters.read(raw)


class _Before(_Handle):
    """A store of the library that stands before another, which it keeps, and which cannot be closed while it is open."""

    def __init__(self, inner: Any, handle: C.c_void_p, free: Any, bind: Any) -> None:
        super().__init__(handle, free, bind)
        self._inner = inner
        self.lock = inner.lock
        inner.engines.add(self)

    @property
    def is_open(self) -> bool:
        """False after close."""
        return self._free.alive


class CacheStore(_Before):
    """Rows remembered before a store whose reads are round trips; one for each engine. bytes_most: of keys and values.

    What others write makes its rows old, which no decision rests on; looking may show what was true a moment ago: `drop`
    first where that matters.
    """

    def __init__(self, inner: Any, bytes_most: int = 1 << 20) -> None:
        handle = C.c_void_p()
        bound = binding(inner)
        _ok(core.hsvc_cache_store_new(ALLOCATOR_P, C.byref(bound.struct), fits("bytes_most: ", bytes_most), C.byref(handle)))
        super().__init__(bound, handle, core.hsvc_cache_store_free, core.hsvc_cache_store_bind)

    def drop(self) -> None:
        """Forgets all rows."""
        with self.lock:
            core.hsvc_cache_store_drop(self._opened())

    @property
    def counts(self) -> CacheCounts:
        """What it did so far."""
        raw = _abi.hsvc_cache_counts(struct_size=C.sizeof(_abi.hsvc_cache_counts))
        with self.lock:
            _ok(core.hsvc_cache_store_counts(self._opened(), C.byref(raw)))
        return CacheCounts.read(raw)


class Adapter:
    """What engines take of a store that is written in Python. Keeps the C functions that call it."""

    def __init__(self, store: PythonStore) -> None:
        self.store = store
        self.engines: "weakref.WeakSet[Any]" = weakref.WeakSet()
        self.lock = threading.RLock()
        self.struct = _abi.hsvc_store(struct_size=C.sizeof(_abi.hsvc_store))
        self.struct.read = guarded(_abi.hsvc_store_read, Status.CALLBACK, self._read, of_store=True)
        self.struct.scan = guarded(_abi.hsvc_store_scan, Status.CALLBACK, self._scan, of_store=True)
        self.struct.commit = guarded(_abi.hsvc_store_commit, Status.CALLBACK, self._commit, of_store=True)

    def _read(self, keys: Any, count: int, sink: Any, sink_user: Any, user: Any) -> int:
        wanted = [C.string_at(keys[i].bytes, keys[i].len) for i in range(count)]
        found = {row[0]: row for row in self.store.read(wanted)}  # a key may be asked for twice
        rows = ((index, found[key]) for index, key in enumerate(wanted) if key in found)
        return _hand_out(rows, sink, sink_user)

    def _scan(self, start: Any, start_len: int, end: Any, end_len: int, limit: int, sink: Any, sink_user: Any,
              user: Any) -> int:
        rows = self.store.scan(C.string_at(start, start_len) if start_len else b"",
                               C.string_at(end, end_len) if end_len else None, limit)
        return _hand_out(enumerate(rows), sink, sink_user)

    def _commit(self, ops: Any, count: int, revision: Any, user: Any) -> int:
        first, stride = C.addressof(ops[0]) if count else 0, ops[0].struct_size if count else 0
        made = [_op(_abi.hsvc_op.from_address(first + index * stride)) for index in range(count)]
        given = self.store.commit(made)
        if not isinstance(given, int) or not 0 < given < 1 << 64:
            raise ValueError(f"commit gave {given!r}, which is no revision")
        revision[0] = given
        return 0


def _op(raw: Any) -> Op:
    value = C.string_at(raw.value, raw.value_len) if raw.value_len else b""
    return Op(raw.kind, raw.expect, raw.revision, C.string_at(raw.key, raw.key_len), value)


def filled_row(row: Row, raw: Any = None, index: int = 0) -> Any:
    """A row as the library takes it; it borrows the row's bytes. raw: the struct to be filled, or a new one."""
    raw = raw or _abi.hsvc_row(struct_size=C.sizeof(_abi.hsvc_row))
    key, value, revision = row
    raw.revision = fits("revision: ", revision)
    if not isinstance(key, bytes) or not isinstance(value, bytes):
        raise TypeError(f"key and value of a row are bytes, not {type(key).__name__} and {type(value).__name__}")
    raw.index = index
    raw.key, raw.key_len = C.cast(C.c_char_p(key), C.c_void_p), len(key)
    raw.value, raw.value_len = C.cast(C.c_char_p(value), C.c_void_p), len(value)
    return raw


def _hand_out(rows: Iterable[Tuple[int, Row]], sink: Any, sink_user: Any) -> int:
    raw = _abi.hsvc_row(struct_size=C.sizeof(_abi.hsvc_row))
    for index, row in rows:
        filled_row(row, raw, index)
        status = int(sink(C.byref(raw), sink_user))
        if status != Status.OK:
            return status
    return 0


class DictStore:
    """A whole store in Python: a dictionary, and its keys in order. To learn from, and to test with."""

    def __init__(self) -> None:
        self._rows: Dict[bytes, Tuple[bytes, int]] = {}
        self._keys: List[bytes] = []
        self.revision = 0
        self._lock = threading.Lock()

    def read(self, keys: Sequence[bytes]) -> Iterator[Row]:
        """See PythonStore."""
        with self._lock:
            found = [Row(key, *self._rows[key]) for key in keys if key in self._rows]
        return iter(found)

    def scan(self, start: bytes, end: Optional[bytes], limit: int) -> Iterator[Row]:
        """See PythonStore."""
        with self._lock:
            first = bisect_left(self._keys, start)
            last = len(self._keys) if end is None else bisect_left(self._keys, end)
            found = [Row(key, *self._rows[key]) for key in self._keys[first:min(last, first + limit)]]
        return iter(found)

    def commit(self, ops: Sequence[Op]) -> int:
        """See PythonStore."""
        with self._lock:
            if len({op.key for op in ops}) < len(ops) or not all(self._holds(op) for op in ops):
                raise Conflict
            self.revision += 1
            for op in ops:
                self._do(op)
            return self.revision

    def _holds(self, op: Op) -> bool:
        if op.expect == ANY:
            return True
        row = self._rows.get(op.key)
        return row is None if op.expect == ABSENT else row is not None and row[1] == op.revision

    def _do(self, op: Op) -> None:
        if op.kind == PUT:
            if op.key not in self._rows:
                insort(self._keys, op.key)
            self._rows[op.key] = (op.value, self.revision)
        elif op.kind == DELETE and self._rows.pop(op.key, None) is not None:
            del self._keys[bisect_left(self._keys, op.key)]


Store = Union[MemoryStore, SqliteStore, PgsqlStore, CacheStore, PythonStore]


def binding(store: Any) -> Any:
    """What an engine needs of a store: the struct, and the lock of a handle."""
    if isinstance(store, _Handle) and not store._free.alive:
        raise Misuse("the store is closed", Status.ARGUMENT)
    lacks = [name for name in ("read", "scan", "commit") if not callable(getattr(store, name, None))]
    if lacks and not isinstance(store, (_Handle, Adapter)):
        raise TypeError(f"{store!r} is no store, it has no method {', '.join(lacks)}"
                        + (": a path goes into a SqliteStore" if isinstance(store, (str, os.PathLike)) else ""))
    return store if isinstance(store, (_Handle, Adapter)) else Adapter(store)
