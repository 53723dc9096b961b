"""PINs in the memory of a Python program (SIGN-9): on each way by which one goes to the library and comes back, it is nowhere in the
process once the program has overwritten its own copy and is done with what came of it.

The program is a process of its own, told by words on its stdin what to do next; here its memory is read as a debugger would. It
knows the PIN with every bit the other way, so that it has it nowhere but where it typed it, and nor has who searches.
"""
import random
import subprocess
import sys

import pytest

HIDDEN = random.Random(20261123).randbytes(64)
PIECE = 8
OTHER_WAY = bytes(255 - byte for byte in range(256))

PROGRAM = r'''
import asyncio, copy, sys
from conftest import furnish
import headsetsvc as h
from headsetsvc import Associate, DictStore, EffectKind, Engine, HeadsetConnected, PackedBatch, Prompt, Submit, Verify, VerifyResult
from headsetsvc.aio import AsyncEngine

HIDDEN = bytes.fromhex(sys.argv[1])


def typed():
    """A PIN as somebody types it: overwritten by whoever made it."""
    made = bytearray(64)
    for at in range(64):
        made[at] = HIDDEN[at] ^ 255
    return made


def forget(pin):
    for at in range(len(pin)):
        pin[at] = 0


def say(where):
    print(where, flush=True)
    sys.stdin.readline()


def asked(engine, **flags):
    """Somebody's PIN on its way to the directory."""
    pin = typed()
    shown = engine.apply(HeadsetConnected("desk-1", "H1")).prompt(Prompt.SIGN_IN_PIN)
    prompt = shown.prompt_id if shown else int(engine.device("desk-1").prompt_id)
    outcome = engine.apply(Submit("desk-1", prompt, "alice", pin), **flags)
    forget(pin)
    return outcome


def desk(store=None, **arguments):
    engine = furnish(Engine(store, **arguments))
    engine.apply(Associate("alice", "H1"))
    return engine


def apply():
    engine = desk()
    outcome = asked(engine)
    say("+apply, before its end")
    request = outcome.of(EffectKind.VERIFY_PIN)[0].request
    copied = copy.deepcopy(outcome.of(EffectKind.VERIFY_PIN)[0].pin)
    with outcome:
        pass
    copied.wipe()
    say("apply")
    engine.apply(VerifyResult("desk-1", request, Verify.WRONG))
    del outcome
    with asked(engine, dry_run=True):
        pass
    say("a dry run")
    asked(engine)
    say("an outcome that nobody kept")


def packed():
    engine = desk()
    prompt = engine.apply(HeadsetConnected("desk-1", "H1")).prompt(Prompt.SIGN_IN_PIN).prompt_id
    pin = typed()
    with PackedBatch(Submit("desk-1", prompt, "bob", pin)) as batch:
        batch.extend(Submit, device="desk-1", prompt_id=prompt, user="alice", pin=[pin, h.Pin(pin)])
        batch.set(0, pin=memoryview(pin))
        batch.set(0, pin=pin)
        forget(pin)
        say("+a packed batch")
        with engine.apply_packed(batch) as outcome:
            assert len(batch[1].pin) == 64 and [len(e.pin) for e in outcome.effects if e.kind == EffectKind.VERIFY_PIN] == [64]
            say("+what came of it")
    say("a packed batch")
    pin = typed()
    grown = PackedBatch(Submit("desk-1", prompt, "alice", pin))
    grown.extend(HeadsetConnected, device="desk-1", serial=["H%d" % n for n in range(500)])
    forget(pin)
    del grown
    say("a packed batch that grew and went")


def asynchronous():
    async def verify(user, pin):
        await asyncio.sleep(0)
        assert len(pin) == 64
        say("+a verifier")
        return Verify.OK

    async def main():
        async with AsyncEngine(verify=verify) as engine:
            furnish(engine.engine)
            await engine.apply(Associate("alice", "H1"))
            shown = (await engine.apply(HeadsetConnected("desk-1", "H1"))).prompt(Prompt.SIGN_IN_PIN)
            pin = typed()
            await engine.apply(Submit("desk-1", shown.prompt_id, "alice", pin))
            forget(pin)
            async for effect in engine.effects():
                if effect.kind == EffectKind.SESSION_STARTED:
                    break
            say("a verifier")

    asyncio.run(main())
    say("an AsyncEngine")


def callbacks():
    frames, traced, kept = [], [], []

    class Failing(DictStore):
        fails = False

        def commit(self, operations):
            kept.append(operations)
            if self.fails:
                raise OSError("the disk is gone")
            return super().commit(operations)

    store = Failing()
    engine = desk(store, recording=frames.append, trace=traced.append, permission=lambda given: True)
    prompt = engine.apply(HeadsetConnected("desk-1", "H1")).prompt(Prompt.SIGN_IN_PIN).prompt_id
    for wrong in ({}, {"profile": 5}, {"at": "then"}):
        pin = typed()
        store.fails = not wrong
        try:
            engine.apply(Submit("desk-1", prompt, "alice", pin, **wrong))
        except (OSError, TypeError, ValueError) as error:
            kept.append(error)  # with its traceback and all that hangs on it
        forget(pin)
    assert len(frames) > 5 and len(traced) > 5 and len([e for e in kept if isinstance(e, Exception)]) == 3
    say("exceptions, a recording, a trace, a store's operations")
    store.fails = False
    with asked(engine) as outcome:
        assert outcome.of(EffectKind.VERIFY_PIN)
    say("what comes after an exception")


for step in (apply, packed, asynchronous, callbacks):
    step()
    say(step.__name__ + " is over")
'''


def found_in(process):
    """How many pieces of the PIN the memory of a process holds."""
    pieces = [HIDDEN[at:at + PIECE] for at in range(0, len(HIDDEN), PIECE)]
    found = 0
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory:
        for line in maps:
            region, rights = line.split()[:2]
            begin, end = (int(bound, 16) for bound in region.split("-"))
            if not rights.startswith("rw") or end - begin > 1 << 30:
                continue
            memory.seek(begin)
            try:
                seen = memory.read(end - begin).translate(OTHER_WAY)
            except OSError:  # no memory behind it
                continue
            found += sum(seen.count(piece) for piece in pieces)
    return found


@pytest.fixture(scope="module")
def places():
    """Where the PIN was looked for, and how often it was found there."""
    seen = {}
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, HIDDEN.hex()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True, cwd=__file__.rpartition("/")[0])
    try:
        for line in program.stdout:
            seen[line.strip()] = found_in(program.pid)
            program.stdin.write("\n")
            program.stdin.flush()
    finally:
        program.stdin.close()
        assert program.wait(60) == 0
    return seen


def test_a_pin_is_found_while_it_is_on_its_way(places):
    """So it would be found elsewhere, too."""
    under_way = {place: found for place, found in places.items() if place.startswith("+")}
    assert len(under_way) == 4 and all(found >= len(HIDDEN) // PIECE for found in under_way.values()), under_way


def test_a_pin_is_nowhere_in_the_memory_afterwards_SIGN_9(places):
    left = {place: found for place, found in places.items() if not place.startswith("+")}
    assert len(left) == 13 and not any(left.values()), left
