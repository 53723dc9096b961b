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
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        async with self._lock:
            self.engine.close()
        self._effects.put_nowait(None)

    async def apply(self, *inputs: Input, **flags: bool) -> Outcome:
        """See Engine.apply. The effects also go to `effects()`, unless it is a dry run."""
        outcome: Outcome = await self._call(lambda: self.engine.apply(*inputs, **flags))
        if not flags.get("dry_run"):
            self._hand_out(outcome)
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

    async def _call(self, function: Callable[[], Any]) -> Any:
        async with self._lock:
            return await asyncio.get_running_loop().run_in_executor(None, function)

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
        at = await self._call(lambda: self.engine.next_deadline_ms)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at is not None and not self._closed:
            wait = min(max((at - self._now_ms()) / 1000, 0.0), LONGEST)
            self._timer = asyncio.get_running_loop().call_later(wait, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._start(self._advance())

    async def _advance(self) -> None:
        try:
            self._hand_out(await self._call(self.engine.advance))
        except Exception as error:  # also what a store in Python raised: deadlines must not end with it
            self._complain(error, "advance failed; tried again in a second")
            done = getattr(error, "outcome", None)
            if done is not None:
                self._hand_out(done)
            await asyncio.sleep(1)
        await self._arm()


__all__ = ["AsyncEngine", "Verifier"]
