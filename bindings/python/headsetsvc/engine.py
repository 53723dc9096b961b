"""engine.py: the engine: inputs in, outcomes out. What it is asked to look at is in looking.py."""
import ctypes as C
import os
import threading
import weakref
from datetime import datetime, timedelta
from typing import Any, Callable, Iterator, List, NamedTuple, Optional

from . import _abi, clocks, stores
from ._callbacks import ALLOCATOR, guarded, mark, settle
from ._input import SIZE, Input, Raw, fill, read
from ._load import core
from ._values import Single, callable_of, encode, fits, lasting, text, when, word
from .bulk import Bulk
from .codes import LIMIT_INPUTS_PER_BATCH, Field, Status
from .errors import NO_INPUT, BatchTooLarge, HeadsetsvcError, OutcomeUnknown, Reentrant, StoreFull, Unavailable, error_of
from .explaining import Explaining
from .inputs import KINDS
from .inventory import Inventory
from .looking import Looking
from .outcome import Outcome
from .packed import PackedBatch
from .packed_outcome import PackedOutcome
from .policy import Policy
from .views import Effect, Verdict

DRY_RUN, ALL_OR_NONE = 1, 2


class Trace(NamedTuple):
    """One row of the library's tables that ran."""

    machine: str
    row: int
    event: str
    state: str
    next: str
    rule: str
    device: str


class _Batch:
    """The library's batch of effects, and the structs that they are copied through."""

    def __init__(self) -> None:
        self.handle = C.c_void_p()
        status = core.hsvc_effects_new(stores.ALLOCATOR_P, C.byref(self.handle))
        if status != Status.OK:
            raise error_of(status)
        self._effect = _abi.hsvc_effect(struct_size=C.sizeof(_abi.hsvc_effect))
        self._verdict = _abi.hsvc_verdict(struct_size=C.sizeof(_abi.hsvc_verdict))
        weakref.finalize(self, core.hsvc_effects_free, self.handle).atexit = False

    def outcome(self) -> Outcome:
        """Copies the batch and empties it, which overwrites its PINs."""
        try:
            return outcome_of(self.handle, self._verdict, self._effect)
        finally:
            core.hsvc_effects_reset(self.handle)

    def explain(self, error: HeadsetsvcError, first: int = 0) -> None:
        """Adds what the failed call complains about. first: the number of the call's first input."""
        problem = _abi.hsvc_problem(struct_size=C.sizeof(_abi.hsvc_problem))
        core.hsvc_effects_problem(self.handle, C.byref(problem))
        if problem.status == Status.OK:
            return
        error.input_index = None if problem.input_index == NO_INPUT else first + problem.input_index
        error.field = Field(problem.field) if problem.field else None
        error.limit = problem.limit
        error.key = C.string_at(problem.key, problem.key_len) if problem.key_len else b""
        where = [f"input {error.input_index}" if error.input_index is not None else "",
                 f"field {error.field}" if error.field else "", f"limit {error.limit}" if error.limit else ""]
        error.args = (error.args[0] + "".join(f" ({w})" for w in [", ".join(x for x in where if x)] if w),)


def outcome_of(handle: Any, verdict: Any = None, effect: Any = None) -> Outcome:
    """A copy of a batch. verdict, effect: structs to copy through, for who calls it often."""
    verdict = verdict or _abi.hsvc_verdict(struct_size=C.sizeof(_abi.hsvc_verdict))
    effect = effect or _abi.hsvc_effect(struct_size=C.sizeof(_abi.hsvc_effect))
    verdict_at, effect_at = C.byref(verdict), C.byref(effect)
    verdicts = []
    for index in range(core.hsvc_verdict_count(handle)):
        core.hsvc_verdict_at(handle, index, verdict_at)
        verdicts.append(Verdict.read(verdict))
    effects = []
    for index in range(core.hsvc_effects_count(handle)):
        core.hsvc_effects_at(handle, index, effect_at)
        made = Effect.read(effect)
        if effect.profile_count:
            made.__dict__["profiles"] = tuple(_profiles(handle, index, effect.profile_count))
        effects.append(made)
    return Outcome(tuple(verdicts), tuple(effects))


def _profiles(handle: Any, index: int, count: int) -> Iterator[str]:
    name, length = C.c_void_p(), C.c_size_t()
    for which in range(count):
        core.hsvc_effects_profile(handle, index, which, C.byref(name), C.byref(length))
        yield text(name.value, length.value)


class _Pace:
    """How many inputs of a packed batch are tried in one commit: whether they fit is known only when they are decided."""

    def __init__(self) -> None:
        self.size, self._good = 16, 0

    def fitted(self) -> None:
        """After 32 commits a little more is tried."""
        self._good += 1
        if self._good == 32:
            self.size, self._good = min(self.size + 1, LIMIT_INPUTS_PER_BATCH), 0

    def failed(self, taken: int) -> None:
        """Less, at once."""
        self.size, self._good = taken - max(1, taken // 4), 0


class _Forking(threading.local):
    def __init__(self) -> None:
        self.locks: List[Any] = []


_engines: "weakref.WeakSet[Engine]" = weakref.WeakSet()
_listing = threading.Lock()  # of _engines
_forking = _Forking()


def _before_fork() -> None:
    """No engine may be inside a call of another thread when its memory is copied. Every thread that forks takes the locks in
    the same order, and gives back its own."""
    with _listing:
        locks = {id(engine._lock): engine._lock for engine in _engines}
    for _, lock in sorted(locks.items()):
        lock.acquire()
        _forking.locks.append(lock)
    _listing.acquire()
    _forking.locks.append(_listing)


def _after_fork() -> None:
    while _forking.locks:
        _forking.locks.pop().release()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)


class Engine(Single, Looking, Explaining, Inventory, Policy, Bulk):
    """The service. Give it what happened (`apply`), do what its effects say, and call `advance` at `next_deadline`.

    store: a MemoryStore (the default: a new one), SqliteStore, PgsqlStore, or an object with the methods of PythonStore.
    clock: SystemClock (the default), ManualClock, or a callable that gives an aware datetime.
    permission: asked for each administrative input; gives True or False (OBS-9).
    trace: called with a Trace for each row of a table that ran.
    recording: called with the bytes of each frame (OBS-6); an exception ends the recording, not the service.

    An exception in one of these ends the call, which raises it: nothing of that call is committed. Threads may share an
    engine: one lock lets one of them in at a time; the interpreter's lock is released meanwhile. After a fork both
    processes may go on with their copy, but for stores that are connections.
    """

    def __init__(self, store: Any = None, *, clock: Any = None, permission: Optional[Callable[[Input], bool]] = None,
                 trace: Optional[Callable[[Trace], None]] = None, recording: Optional[Callable[[bytes], None]] = None,
                 node: int = 0, node_count: int = 1, poll: timedelta = timedelta(seconds=1), epoch: int = 0,
                 any_epoch: bool = False) -> None:
        self.clock = clocks.SystemClock() if clock is None else clock
        self._store = stores.binding(stores.MemoryStore() if store is None else store)
        self._lock: Any = self._store.lock
        self._inside = 0
        config = _abi.hsvc_config(struct_size=C.sizeof(_abi.hsvc_config), flags=1 if any_epoch else 0,
                                  allocator=ALLOCATOR, store=C.addressof(self._store.struct), node=fits("node: ", node, 32),
                                  node_count=fits("node_count: ", node_count, 32), poll_ms=lasting("poll", poll),
                                  epoch=fits("epoch: ", epoch))
        config.clock = clocks.callback(self.clock)
        self._recorder = None if recording is None else _Recorder(callable_of("recording", recording))
        _add_callbacks(config, callable_of("permission", permission), callable_of("trace", trace), self._recorder)
        self._config = config  # it holds the C functions, which must live as long as the engine
        self._batch = _Batch()
        self._spare: List[_Batch] = []
        self._pace = _Pace()
        self._handle = C.c_void_p()
        with self._lock:
            stores.binding(self._store)  # is it still open?
            settle(mark(), core.hsvc_engine_new(C.byref(config), C.byref(self._handle)))
            # The store outlives the engine, whatever order the garbage collector likes. Not so what is written in Python,
            # which may know the engine: it would keep it alive for ever, and the library does not call it at the end.
            held = None if isinstance(self._store, stores.Adapter) else self._store
            self._free = weakref.finalize(self, _free_engine, self._handle, held)
            self._free.atexit = False  # as a store's
            self._store.engines.add(self)
        with _listing:
            _engines.add(self)

    def close(self) -> None:
        """Frees the engine. Its store stays open: another engine may work on it."""
        with self._lock:
            if self._inside:
                raise Reentrant
            self._free()
            self._handle = C.c_void_p()

    @property
    def is_open(self) -> bool:
        """False after close."""
        return self._free.alive

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def recording_error(self) -> Optional[Exception]:
        """What ended the recording; None while it goes on."""
        return self._recorder.error if self._recorder else None

    # ---- calls into the library ----

    def _enter(self) -> int:
        """After the lock: refuses a call from inside a callback of this engine. Gives the mark of its exceptions."""
        if self._inside:
            raise Reentrant("the engine was entered from its own callback")
        if not self._handle:
            raise error_of(Status.ARGUMENT, "the engine is closed")
        self._inside = 1
        return mark()

    def _settle(self, begun: int, status: int) -> None:
        """settle, where a store of the library says more about why it failed."""
        try:
            settle(begun, status)
        except (Unavailable, OutcomeUnknown, StoreFull) as error:
            said = self._store.problem() if hasattr(self._store, "problem") else ""
            if said:
                error.args = (f"{error.args[0]}: {said}",)
            raise

    def _fills(self, batch: _Batch, function: Any, *arguments: Any, first: int = 0) -> None:
        """A call that fills a batch; the lock is held. first: the number of its first input, for what it complains of."""
        begun = self._enter()
        try:
            status = function(self._handle, *arguments, batch.handle)
        finally:
            self._inside = 0
        try:
            self._settle(begun, status)
        except HeadsetsvcError as error:
            batch.explain(error, first)
            raise
        except BaseException as error:
            if status == Status.OK:  # an interrupt that came when all was done
                error.__dict__["outcome"] = batch.outcome()
            raise

    def _filled(self, function: Any, *arguments: Any, partly: bool = False) -> Outcome:
        """A call that fills the batch. partly: it may fail and have committed something all the same."""
        with self._lock:
            try:
                self._fills(self._batch, function, *arguments)
            except BaseException as error:
                done = self._batch.outcome()  # and empties it
                if partly and "outcome" not in error.__dict__:
                    error.__dict__["outcome"] = done
                raise
            return self._batch.outcome()

    def _asked(self, function: Any, *arguments: Any) -> int:
        """A call that looks; gives its status when that is OK or NOT_FOUND."""
        return self._called(function, self._handle, *arguments)

    def _called(self, function: Any, *arguments: Any) -> int:
        """The same of a function that has the engine from somewhere else."""
        with self._lock:
            begun = self._enter()
            try:
                status = int(function(*arguments))
            finally:
                self._inside = 0
            self._settle(begun, 0 if status == Status.NOT_FOUND else status)
            return status

    def apply(self, *inputs: Input, dry_run: bool = False, all_or_none: bool = False) -> Outcome:
        """Decides the inputs, in order, in one commit. A refusal is a verdict, no exception.

        dry_run: decides without committing. all_or_none: one refusal undoes them all.
        """
        flags = (DRY_RUN if dry_run else 0) | (ALL_OR_NONE if all_or_none else 0)
        raws = (Raw * len(inputs))()
        keep: List[Any] = []
        pins: List[Any] = []
        try:
            for raw, given in zip(raws, inputs):
                fill(given, raw, keep, pins)
            at = C.cast(raws, C.POINTER(_abi.hsvc_input))
            return self._filled(core.hsvc_apply, at, len(inputs), flags)
        finally:
            for pin in pins:
                C.memset(pin, 0, C.sizeof(pin))

    def apply_packed(self, batch: PackedBatch, *, per_commit: Optional[int] = None) -> PackedOutcome:
        """Decides a packed batch, in order, in as many commits as it takes: as apply decides each of them.

        per_commit: so many inputs in each commit, or BatchTooLarge; None: as many as fit. An exception comes after the
        commits before it: its `outcome` holds what came of them, and `input_index` counts from the batch's beginning.
        """
        if not isinstance(batch, PackedBatch):
            raise TypeError(f"a PackedBatch is wanted, not {type(batch).__name__}")
        if per_commit is not None and per_commit < 1:
            raise ValueError(f"per_commit is {per_commit}")
        pieces: List[Any] = []
        row = 0
        try:
            with batch._held(), self._lock:
                while row < len(batch):
                    taken = min(per_commit or self._pace.size, len(batch) - row)
                    piece = self._spare.pop() if self._spare else _Batch()
                    try:
                        self._fills(piece, core.hsvc_apply, batch._at(row), taken, 0, first=row)
                    except BatchTooLarge:
                        if per_commit or taken == 1:
                            raise
                        self._spare.append(piece)
                        self._pace.failed(taken)
                        continue
                    self._pace.fitted()
                    pieces.append((row, piece))
                    row += taken
        except BaseException as error:
            error.__dict__["outcome"] = PackedOutcome(pieces, row, self._spare)
            raise
        return PackedOutcome(pieces, row, self._spare)

    def advance(self) -> Outcome:
        """Fires what is due. An error may come after some of it was committed: error.outcome holds that."""
        return self._filled(core.hsvc_advance, partly=True)

    def advance_packed(self) -> PackedOutcome:
        """advance, with what came of it left where it is until it is read."""
        with self._lock:
            piece = self._spare.pop() if self._spare else _Batch()
            try:
                self._fills(piece, core.hsvc_advance)
            except BaseException as error:
                error.__dict__["outcome"] = PackedOutcome([(0, piece)], 0, self._spare)
                raise
            return PackedOutcome([(0, piece)], 0, self._spare)

    @property
    def next_deadline_ms(self) -> Optional[int]:
        """When advance wants to be called, in milliseconds since the epoch; None if nothing is pending."""
        at = C.c_int64()
        self._asked(core.hsvc_next_deadline, C.byref(at))
        return None if at.value == (1 << 63) - 1 else at.value

    @property
    def next_deadline(self) -> Optional[datetime]:
        """When advance wants to be called; None if nothing is pending. It may lie in the past: call at once."""
        at = self.next_deadline_ms
        return None if at is None else when(max(at, 1))

    def resync(self, device: str = "", node: Optional[int] = None) -> Iterator[Outcome]:
        """Page by page, what devices should wear and show and nobody acknowledged. Before the first input (STORE-6)."""
        name = encode(device)
        scope = _abi.hsvc_resync_scope(struct_size=C.sizeof(_abi.hsvc_resync_scope), device_len=len(name))
        scope.device = C.cast(C.c_char_p(name), C.c_void_p) if name else None
        if node is not None:
            scope.flags, scope.node = 1, fits("node: ", node, 32)
        cursor = _abi.hsvc_cursor(struct_size=C.sizeof(_abi.hsvc_cursor))
        while not cursor.done:
            yield self._filled(core.hsvc_resync, C.byref(scope), C.byref(cursor), partly=True)
            if device:
                return

    @property
    def epoch(self) -> int:
        """The store's epoch (STORE-9)."""
        epoch = C.c_uint64()
        self._asked(core.hsvc_epoch_get, C.byref(epoch))
        return epoch.value

    def raise_epoch(self, epoch: int) -> None:
        """Raises the store's epoch: what is older is refused from then on."""
        self._asked(core.hsvc_epoch_raise, fits("epoch: ", epoch))

    def answer(self, effect: Effect, state: int = 1) -> Optional[Input]:
        """The input that answers or acknowledges an effect; None if none does. state: a Verify or Presence."""
        raw = _abi.hsvc_effect(struct_size=C.sizeof(_abi.hsvc_effect), kind=effect.kind, prompt=effect.prompt or 0,
                               request=effect.request, generation=effect.generation, prompt_id=effect.prompt_id,
                               session=effect.session)
        held: List[bytes] = []
        for name in ("device", "user", "serial", "profile"):
            held.append(encode(getattr(effect, name)))
            setattr(raw, name, C.cast(C.c_char_p(held[-1]), C.c_void_p))
            setattr(raw, name + "_len", len(held[-1]))
        made = _abi.hsvc_input(struct_size=SIZE)
        status = core.hsvc_answer(C.byref(raw), fits("state: ", state, 32), C.byref(made))
        return read(made, KINDS) if status == Status.OK else None


def _free_engine(handle: Any, *kept: Any) -> None:
    core.hsvc_engine_free(handle)


def _add_callbacks(config: Any, permission: Any, trace: Any, recording: Any) -> None:
    if permission is not None:
        def permitted(given: Any, user: Any) -> int:
            return 0 if permission(read(given[0], KINDS)) else int(Status.NOT_FOUND)
        config.permission = guarded(_abi.hsvc_permission_fn, Status.CALLBACK, permitted)
    if trace is not None:
        def traced(at: Any, user: Any) -> int:
            row = at[0]
            trace(Trace(word(row.machine), row.row, word(row.event), word(getattr(row, "from")), word(row.to),
                        word(row.rule), text(row.device, row.device_len)))
            return 0
        config.trace = guarded(_abi.hsvc_trace_fn, Status.CALLBACK, traced)
    if recording is not None:
        config.recording = guarded(_abi.hsvc_recording_fn, Status.CALLBACK, recording)


class _Recorder:
    """Hands frames on. One that fails does not disturb the service, so its exception is kept here and not raised."""

    def __init__(self, recording: Callable[[bytes], None]) -> None:
        self._recording = recording
        self.error: Optional[Exception] = None

    def __call__(self, at: Any, length: int, user: Any) -> int:
        try:
            self._recording(C.string_at(at, length))
            return 0
        except Exception as error:
            self.error = error
            return int(Status.CALLBACK)


__all__ = ["Engine", "Outcome", "Trace"]
