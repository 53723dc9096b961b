"""aio.py: an engine in an asyncio program: one timer, PIN verifiers as coroutines, effects as an async iterator.

    async with AsyncEngine(verify=directory) as engine:
        await engine.apply(HeadsetConnected("desk-1", "H1"))
        async for effect in engine.effects():
            ...
"""
import asyncio
from typing import Any, AsyncIterator, Awaitable, Callable, Optional, Set

from . import clocks
from ._values import Pin
from .codes import EffectKind, Verify
from .engine import Engine
from .inputs import Input
from .outcome import Outcome
from .views import Effect

Verifier = Callable[[str, Pin], Awaitable[Verify]]
LONGEST = 60.0
"""Seconds after which the timer looks again, since a system's clock may be set while it sleeps."""


class AsyncEngine:
    """An Engine for one event loop. Calls run in the loop's default executor, one at a time.

    verify: asked about user and PIN (which is wiped when it returns); its answer goes back as VERIFY_RESULT. What it
    raises counts as UNAVAILABLE, and goes to the loop's exception handler. Other arguments are the Engine's.
    """

    def __init__(self, store: Any = None, *, verify: Optional[Verifier] = None, **arguments: Any) -> None:
        self.engine = Engine(store, **arguments)
        self._now_ms = clocks.reader(self.engine.clock)
        self._verify = verify
        self._effects: "asyncio.Queue[Optional[Effect]]" = asyncio.Queue()
        self._timer: Optional[asyncio.TimerHandle] = None
        self._tasks: Set["asyncio.Task[None]"] = set()
        self._calls: Set["asyncio.Task[Any]"] = set()
        self._lock = asyncio.Lock()
        self._closed = False

    async def __aenter__(self) -> "AsyncEngine":
        await self._arm()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the timer, the verifiers and the iterators of effects, and frees the engine."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        tasks = self._tasks - {asyncio.current_task()}  # a verifier may close, too
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*self._calls, return_exceptions=True)  # what they commit is handed out
        async with self._lock:
            self.engine.close()
        self._effects.put_nowait(None)

    async def apply(self, *inputs: Input, **flags: bool) -> Outcome:
        """See Engine.apply. The effects also go to `effects()`, unless it is a dry run; also if who waits is cancelled, as a
        call that has begun goes on."""
        outcome: Outcome = await self._call(lambda: self.engine.apply(*inputs, **flags), not flags.get("dry_run"))
        if not flags.get("dry_run"):
            await self._arm()
        return outcome

    async def effects(self) -> AsyncIterator[Effect]:
        """Every effect, in order, until the engine is closed. VERIFY_PIN is not among them if there is a verifier."""
        while True:
            effect = await self._effects.get()
            if effect is None:
                self._effects.put_nowait(None)  # for whoever else listens
                return
            yield effect

    async def _call(self, function: Callable[[], Any], hand_out: bool = False) -> Any:
        """Runs it to its end, also if who waits is cancelled: what was committed must be handed out."""
        call = asyncio.get_running_loop().create_task(self._alone(function, hand_out))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        try:
            return await asyncio.shield(call)
        except asyncio.CancelledError:
            call.add_done_callback(self._left)
            raise

    async def _alone(self, function: Callable[[], Any], hand_out: bool) -> Any:
        async with self._lock:
            try:
                done = await asyncio.get_running_loop().run_in_executor(None, function)
            except Exception as error:
                if hand_out and getattr(error, "outcome", None) is not None:
                    self._hand_out(getattr(error, "outcome"))
                raise
            if hand_out:
                self._hand_out(done)
            return done

    def _left(self, call: "asyncio.Task[Any]") -> None:
        """A call ended that nobody waits for any more."""
        if not call.cancelled() and call.exception() is not None:
            self._complain(call.exception(), "a call of the engine failed")
        elif not self._closed:
            self._start(self._arm())

    def _hand_out(self, outcome: Outcome) -> None:
        for effect in outcome:
            if effect.kind == EffectKind.VERIFY_PIN and self._verify is not None:
                self._start(self._ask(effect))
            else:
                self._effects.put_nowait(effect)

    async def _ask(self, effect: Effect) -> None:
        assert self._verify is not None
        state = Verify.UNAVAILABLE
        try:
            state = await self._verify(effect.user, effect.pin)
            if not isinstance(state, Verify):
                state, said = Verify.UNAVAILABLE, state
                raise TypeError(f"it gave an object of {type(said).__name__}, not a Verify")
        except asyncio.CancelledError as error:
            if self._closed:
                raise
            self._complain(error, "a PIN verifier was cancelled")
        except Exception as error:
            self._complain(error, "a PIN verifier failed")
        finally:
            effect.pin.wipe()
        answer = self.engine.answer(effect, state)
        if answer is not None:
            await self.apply(answer)

    def _start(self, work: Any) -> None:
        task: "asyncio.Task[None]" = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._complain(task.exception(), "a call of the engine failed")

    def _complain(self, error: Any, message: str) -> None:
        asyncio.get_running_loop().call_exception_handler({"message": message, "exception": error, "engine": self})

    async def _arm(self) -> None:
        """Exactly one timer, at the next deadline; armed anew after every call."""
        if self._closed:
            return
        try:
            at = await self._call(lambda: self.engine.next_deadline_ms)
            wait = None if at is None else min(max((at - self._now_ms()) / 1000, 0.0), LONGEST)
        except Exception as error:  # of the store, or the clock: what was decided before is no less decided
            self._complain(error, "the next deadline is not known; looked for again in a second")
            wait = 1.0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if wait is not None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(wait, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._start(self._advance())

    async def _advance(self) -> None:
        try:
            await self._call(self.engine.advance, True)
        except Exception as error:  # also what a store in Python raised: deadlines must not end with it
            self._complain(error, "advance failed; tried again in a second")
            await asyncio.sleep(1)
        await self._arm()


__all__ = ["AsyncEngine", "Verifier"]
