"""AsyncEngine: one timer, verifiers as coroutines, effects as an async iterator."""
import asyncio
import threading
from datetime import timedelta

import pytest
from conftest import furnish

from headsetsvc import Associate, DictStore, EffectKind, HeadsetConnected, HeadsetDisconnected, Prompt, Reason, Submit, UserPut, Verify
from headsetsvc.aio import AsyncEngine


async def until(engine, kind):
    async for effect in engine.effects():
        if effect.kind == kind:
            return effect


def run(work, **arguments):
    async def main():
        async with AsyncEngine(**arguments) as engine:
            furnish(engine.engine)
            await engine.apply(Associate("alice", "H1"), HeadsetConnected("desk-1", "H1"))
            return await asyncio.wait_for(work(engine), 20)
    return asyncio.run(main())


def test_a_verifier_is_a_coroutine_and_its_pin_is_wiped():
    pins = []

    async def verify(user, pin):
        await asyncio.sleep(0)
        pins.append(pin)
        return Verify.OK if (user, bytes(pin)) == ("alice", b"1234") else Verify.WRONG

    async def work(engine):
        shown = await until(engine, EffectKind.SHOW_PROMPT)
        assert shown.prompt == Prompt.SIGN_IN_PIN
        assert (await engine.apply(Submit("desk-1", shown.prompt_id, "alice", b"1234"))).reason == Reason.VERIFYING
        started = await until(engine, EffectKind.SESSION_STARTED)
        assert started.user == "alice"
    run(work, verify=verify)
    assert bytes(pins[0]) == bytes(4)


def test_a_verifier_that_raises_is_unavailable_and_reported():
    told = []

    async def verify(user, pin):
        raise RuntimeError("the directory is down")

    async def work(engine):
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["exception"]))
        shown = await until(engine, EffectKind.SHOW_PROMPT)
        await engine.apply(Submit("desk-1", shown.prompt_id, "alice", b"1234"))
        message = await until(engine, EffectKind.MESSAGE)
        assert message.reason == Reason.CREDENTIALS_UNAVAILABLE
    run(work, verify=verify)
    assert [str(error) for error in told] == ["the directory is down"]


def test_exactly_one_timer_however_many_calls():
    async def work(engine):
        loop = asyncio.get_running_loop()
        plain, armed = loop.call_later, []

        def call_later(*arguments):
            armed.append(plain(*arguments))
            return armed[-1]
        loop.call_later = call_later
        await asyncio.gather(*[engine.apply(UserPut(f"u{n}")) for n in range(30)])
        assert len([handle for handle in armed if not handle.cancelled()]) == 1
    run(work)


def test_deadlines_fire_by_themselves():
    async def work(engine):
        engine.engine.set_policy("pin_entry", "NOT_REQUIRED")
        engine.engine.set_policy("auto_sign_in_after", timedelta(seconds=1))
        await engine.apply(HeadsetDisconnected("desk-1", "H1"), HeadsetConnected("desk-1", "H1"))
        assert (await until(engine, EffectKind.SESSION_STARTED)).user == "alice"
    run(work)


class Boom(Exception):
    pass


class Sulking(DictStore):
    """Raises in its next commits."""

    sulks = 0

    def commit(self, ops):
        if self.sulks:
            self.sulks -= 1
            raise Boom
        return super().commit(ops)


def test_what_a_store_raises_comes_out_of_apply():
    store = Sulking()

    async def work(engine):
        store.sulks = 1
        with pytest.raises(Boom):
            await engine.apply(UserPut("carol"))
        assert (await engine.apply(UserPut("carol"))).accepted
    run(work, store=store)


def test_deadlines_go_on_after_a_store_that_raised():
    store, told = Sulking(), []

    async def work(engine):
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["exception"]))
        engine.engine.set_policy("pin_entry", "NOT_REQUIRED")
        engine.engine.set_policy("auto_sign_in_after", timedelta(seconds=1))
        await engine.apply(HeadsetDisconnected("desk-1", "H1"), HeadsetConnected("desk-1", "H1"))
        store.sulks = 1
        assert (await until(engine, EffectKind.SESSION_STARTED)).user == "alice"
    run(work, store=store)
    assert [type(error) for error in told] == [Boom]


def test_a_verifier_that_answers_rubbish_is_reported():
    told = []

    async def verify(user, pin):
        return 4711

    async def work(engine):
        loop, seen = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(lambda loop, context: (told.append(context["exception"]), seen.set()))
        shown = await until(engine, EffectKind.SHOW_PROMPT)
        await engine.apply(Submit("desk-1", shown.prompt_id, "alice", b"1234"))
        await seen.wait()
        assert (await until(engine, EffectKind.MESSAGE)).reason == Reason.CREDENTIALS_UNAVAILABLE
    run(work, verify=verify)
    assert [str(error) for error in told] == ["it gave an object of int, not a Verify"]


def test_a_verifier_that_is_under_way_at_the_end_is_cancelled_and_its_pin_wiped():
    pins = []

    async def verify(user, pin):
        pins.append(pin)
        await asyncio.sleep(3600)

    async def work(engine):
        shown = await until(engine, EffectKind.SHOW_PROMPT)
        await engine.apply(Submit("desk-1", shown.prompt_id, "alice", b"1234"))
        while not pins:
            await asyncio.sleep(0)
    run(work, verify=verify)
    assert bytes(pins[0]) == bytes(4)


class Slow(Sulking):
    """Its commits wait until they may."""

    def __init__(self):
        super().__init__()
        self.may, self.begun = threading.Event(), threading.Event()
        self.may.set()

    def commit(self, ops):
        self.begun.set()
        assert self.may.wait(20)
        return super().commit(ops)


async def cancelled_inside(engine, store):
    """Cancels who waits for an apply while the store commits."""
    store.may.clear()
    store.begun.clear()
    waiting = asyncio.ensure_future(engine.apply(HeadsetConnected("desk-1", "H1")))
    await asyncio.get_running_loop().run_in_executor(None, store.begun.wait, 20)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def with_a_slow_store(work):
    async def main():
        store = Slow()
        async with AsyncEngine(store) as engine:
            furnish(engine.engine)
            await engine.apply(Associate("alice", "H1"))
            await asyncio.wait_for(work(engine, store), 20)
    asyncio.run(main())


def test_effects_of_a_call_whose_waiter_was_cancelled_are_not_lost():
    """OUT-1: it is committed all the same."""
    async def work(engine, store):
        await cancelled_inside(engine, store)
        store.may.set()
        assert (await until(engine, EffectKind.SHOW_PROMPT)).prompt == Prompt.SIGN_IN_PIN
        while engine._timer is None:  # and the prompt's deadline is armed
            await asyncio.sleep(0)
    with_a_slow_store(work)


def test_close_waits_for_a_call_that_nobody_waits_for():
    async def work(engine, store):
        await cancelled_inside(engine, store)
        asyncio.get_running_loop().call_later(0.05, store.may.set)
        await engine.close()
        seen = [effect.kind async for effect in engine.effects()]
        assert EffectKind.SHOW_PROMPT in seen
    with_a_slow_store(work)


def test_what_is_raised_when_nobody_waits_is_reported():
    async def work(engine, store):
        told = asyncio.Event()
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: isinstance(context["exception"], Boom) and told.set())
        store.sulks = 1
        await cancelled_inside(engine, store)
        store.may.set()
        await told.wait()
    with_a_slow_store(work)


class Blind(DictStore):
    """Its next scan raises: where the engine looks for the next deadline."""

    blind = 0

    def scan(self, start, end, limit):
        if self.blind:
            self.blind -= 1
            raise Boom
        return super().scan(start, end, limit)


def test_deadlines_go_on_when_the_next_one_cannot_be_read():
    store, told = Blind(), []

    async def work(engine):
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["exception"]))
        engine.engine.set_policy("pin_entry", "NOT_REQUIRED")
        engine.engine.set_policy("auto_sign_in_after", timedelta(seconds=1))
        await engine.apply(HeadsetDisconnected("desk-1", "H1"))
        engine.engine.apply(HeadsetConnected("desk-1", "H1"))
        store.blind = 1
        await engine._arm()
        assert (await until(engine, EffectKind.SESSION_STARTED)).user == "alice"
    run(work, store=store)
    assert [type(error) for error in told] == [Boom]


def test_a_verifier_that_is_cancelled_within_is_unavailable():
    told = []

    async def verify(user, pin):
        raise asyncio.CancelledError  # as of a task that it waits for

    async def work(engine):
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["message"]))
        shown = await until(engine, EffectKind.SHOW_PROMPT)
        await engine.apply(Submit("desk-1", shown.prompt_id, "alice", b"1234"))
        assert (await until(engine, EffectKind.MESSAGE)).reason == Reason.CREDENTIALS_UNAVAILABLE
    run(work, verify=verify)
    assert told == ["a PIN verifier was cancelled"]


def test_a_verifier_may_close_the_engine():
    async def verify(user, pin):
        await closing[0].close()
        return Verify.OK
    closing = []

    async def work(engine):
        closing.append(engine)
        shown = await until(engine, EffectKind.SHOW_PROMPT)
        await engine.apply(Submit("desk-1", shown.prompt_id, "alice", b"1234"))
        assert [effect async for effect in engine.effects()] is not None and not engine.engine.is_open
    run(work, verify=verify)
