"""What a caller may get wrong, or mean ill: numbers that wrap, copies of what cannot be copied, what is closed, how a program ends."""
import copy
import gc
import os
import pickle
import subprocess
import sys
import threading
import weakref
from datetime import datetime, timedelta, timezone

import pytest
from conftest import furnish

import headsetsvc as h
from headsetsvc import (Associate, DeviceRegistered, DictStore, Engine, HeadsetConnected, MemoryStore, PackedBatch, Pin, PolicySet,
                        Submit, Texts, UserPut, faults)
from headsetsvc import engine as engines

# ---- numbers that ctypes would wrap, and values that would become others ----------------------------------------------

HUGE = 1 << 64


@pytest.mark.parametrize("given, words", [
    (HeadsetConnected("desk-1", "H1", handle=-1), "HeadsetConnected.handle: -1 does not fit into 64 bits"),
    (HeadsetConnected("desk-1", "H1", handle=HUGE), "HeadsetConnected.handle: 18446744073709551616 "),
    (Submit("desk-1", -1, "alice", b"1"), "Submit.prompt_id: -1 "),
    (PolicySet(h.Param.PIN_ENTRY, h.Scope.GLOBAL, 1 << 63), "PolicySet.value: 9223372036854775808 "),
    (PolicySet(1 << 32, h.Scope.GLOBAL, 1), "PolicySet.param: 4294967296 does not fit into 32 bits"),
    (DeviceRegistered("desk-1", headsets=[h.Headset("H1", -7)]), "DeviceRegistered.headsets: handle: -7 "),
    (DeviceRegistered("desk-1", calls=[h.Call(HUGE)]), "DeviceRegistered.calls: id: 18446744073709551616 "),
    (DeviceRegistered("desk-1", calls=[h.Call(1, -1)]), "DeviceRegistered.calls: state: -1 "),
    (UserPut("\ud800"), r"UserPut.user: .* surrogate"),
    (UserPut("alice", profiles=["ok", "\udfff"]), r"UserPut.profiles: .* surrogate"),
    (UserPut("alice", at=datetime(1970, 1, 1, tzinfo=timezone.utc)), "UserPut.at: .* stands for no time"),
    (UserPut("alice", request_id=b"short"), "UserPut.request_id: .* 16 bytes")])
def test_a_value_out_of_range_is_an_error_that_names_the_field(desk, given, words):
    for call in (lambda: desk.apply(given), lambda: PackedBatch(given)):
        with pytest.raises(ValueError, match=words):
            call()
    assert desk.counters.inputs == 5  # those of the fixture


@pytest.mark.parametrize("given, words", [
    (UserPut("alice", profiles="abc"), "UserPut.profiles: 'abc' is no list"),
    (DeviceRegistered("desk-1", headsets=["H1"]), "DeviceRegistered.headsets: 'H1' is no Headset"),
    (DeviceRegistered("desk-1", calls=[7]), "DeviceRegistered.calls: 7 is no Call"),
    (HeadsetConnected("desk-1", "H1", handle=1.5), "HeadsetConnected.handle: 1.5 is no whole number"),
    (HeadsetConnected("desk-1", "H1", handle=None), "HeadsetConnected.handle: None is no whole number"),
    (Submit("desk-1", 1, "alice", "4711"), "Submit.pin: a PIN is bytes"),
    (Submit("desk-1", 1, "alice", 4711), "Submit.pin: a PIN is bytes"),
    (Submit("desk-1", b"4711", "alice", b"1"), "Submit.prompt_id: an object of bytes is no whole number"),
    (Submit("desk-1", "4711", "alice", b"1"), "Submit.prompt_id: an object of str is no whole number"),
    (Submit("desk-1", bytearray(b"4711"), "alice", b"1"), "Submit.prompt_id: an object of bytearray is no whole number"),
    (Submit("desk-1", 1, "alice", b"1", at=b"4711"), "Submit.at: an object of bytes is no datetime")])
def test_a_value_of_another_type_is_an_error_that_names_the_field_and_shows_no_pin_SIGN_9(desk, given, words):
    with pytest.raises(TypeError, match=words) as raised:
        desk.apply(given)
    assert "4711" not in str(raised.value)


@pytest.mark.parametrize("call", [
    lambda e: e.raise_epoch(-1), lambda e: e.raise_epoch(HUGE), lambda e: e.subject(-1), lambda e: list(e.audit(number=HUGE)),
    lambda e: list(e.resync(node=-1)), lambda e: e.inventory_page(limit=-1), lambda e: e.inventory_page(h.Headsets(age=(-1, 2))),
    lambda e: Engine(node=HUGE), lambda e: Engine(node_count=1 << 32), lambda e: Engine(epoch=-1),
    lambda e: Engine(poll=timedelta(-1)), lambda e: Engine(poll=timedelta.max), lambda e: h.CacheStore(MemoryStore(), -1),
    lambda e: h.SqliteStore(":memory:", wait=timedelta(-1)), lambda e: e.answer(h.Effect.read(h._abi.hsvc_effect()), -1),
    lambda e: PackedBatch(HeadsetConnected("d", "s")).set(0, handle=-1)])
def test_a_number_of_a_call_does_not_wrap(desk, call):
    with pytest.raises(ValueError, match="does not fit into"):
        call(desk)
    assert desk.epoch == 0


def test_a_policy_is_not_rounded(desk):
    with pytest.raises(TypeError):
        desk.set_policy("association_attempts_max", 3.9)


@pytest.mark.parametrize("now", [1 << 64, -1 << 63, (1 << 64) + 1000000])
def test_a_clock_out_of_range_failed(clock, now):
    clock.set_ms(now)
    with Engine(clock=clock) as engine, pytest.raises((ValueError, h.ClockFailed)):
        engine.apply(UserPut("alice"))


def test_a_clock_that_gives_nothing_failed():
    with Engine(clock=lambda: None) as engine, pytest.raises(TypeError, match="None is no time"):
        engine.apply(UserPut("alice"))


def test_a_manual_clock_that_cannot_go_so_far_stays(clock):
    before = clock.now
    with pytest.raises(OverflowError):
        clock.advance(timedelta.max)
    assert clock.now == before


@pytest.mark.parametrize("revision", [-1, HUGE, 1 << 70])
def test_a_row_with_a_revision_that_wraps(clock, revision):
    class Wrapping(DictStore):
        def read(self, keys):
            return [h.Row(row.key, row.value, revision) for row in super().read(keys)]
    store = Wrapping()
    with Engine(store, clock=clock) as engine:
        assert engine.apply(UserPut("alice")).accepted
        with pytest.raises(ValueError, match="revision"):
            engine.apply(UserPut("alice"))


# ---- PINs -------------------------------------------------------------------------------------------------------------

def test_a_copy_of_a_pin_is_its_own_and_a_pickle_of_one_is_none_SIGN_9():
    """A copy that ends must not take the original with it, and a PIN is written nowhere."""
    pin = Pin(b"4711")
    for copied in (copy.copy(pin), copy.deepcopy(pin), Pin(pin)):
        assert copied == pin
        copied.wipe()
        del copied
        assert pin == b"4711"
    for held in (pin, Submit("d", 1, "u", pin)):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError, match="pickled"):
                pickle.dumps(held, protocol)


@pytest.mark.parametrize("wrong", ["4711", 4711, 5, None, [1, 2]])
@pytest.mark.filterwarnings("error")
def test_what_is_no_pin_is_not_shown_SIGN_9(wrong):
    with pytest.raises(TypeError, match="a PIN is bytes") as raised:
        Pin(wrong)
    assert "4711" not in str(raised.value)
    gc.collect()


def test_an_effect_can_stand_in_a_set(desk):
    outcome = desk.apply(Associate("alice", "H1"), HeadsetConnected("desk-1", "H1"))
    assert len(set(outcome.effects)) == len(outcome.effects) and set(outcome.verdicts)
    assert copy.deepcopy(outcome.effects) == outcome.effects


# ---- copies of what stands for the library's memory -------------------------------------------------------------------

@pytest.mark.parametrize("make", [Engine, MemoryStore, lambda: PackedBatch(UserPut("a")), lambda: faults.FaultStore(MemoryStore()),
                                  lambda: Engine().apply_packed(PackedBatch(UserPut("a")))])
def test_what_holds_memory_of_the_library_is_not_copied(make):
    held = make()
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="neither be copied nor pickled"):
            copied(held)


def test_texts_are_pickled_as_texts():
    """Not as the addresses of another process."""
    texts = pickle.loads(pickle.dumps(Texts(["alice", "名前"])[0:2]))
    assert list(texts) == ["alice", "名前"] == list(copy.deepcopy(texts))
    code = "import pickle, sys; print(list(pickle.load(sys.stdin.buffer)))"
    ran = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(Texts(["alice"])), capture_output=True,
                         env={**os.environ, "PYTHONPATH": ":".join(sys.path)})
    assert ran.stdout == b"['alice']\n", ran.stderr


def test_columns_of_what_came_are_not_to_be_written(desk):
    """Some are addresses."""
    with desk.apply_packed(PackedBatch(Associate("alice", "H1"))) as outcome:
        for name in ("device", "kind", "user_len"):
            with pytest.raises(TypeError, match="read-only"):
                outcome.effects.column(name)[0] = 1


# ---- what is closed, and how programs end -----------------------------------------------------------------------------

@pytest.mark.parametrize("make, use", [
    (MemoryStore, lambda s: s.size()), (lambda: h.SqliteStore(":memory:"), lambda s: s.problem()),
    (lambda: h.CacheStore(MemoryStore()), lambda s: s.drop()), (lambda: h.CacheStore(MemoryStore()), lambda s: s.counts),
    (lambda: faults.FaultStore(MemoryStore()), lambda s: s.disarm()), (lambda: faults.FaultStore(MemoryStore()), lambda s: s.fired),
    (lambda: faults.FaultStore(MemoryStore()), lambda s: s.settle()),
    (lambda: faults.FaultStore(MemoryStore()), lambda s: s.arm(faults.Fault.FULL))])
def test_a_closed_store_is_not_asked(make, use):
    store = make()
    use(store)
    store.close()
    store.close()
    with pytest.raises(h.Misuse, match="store is closed"):
        use(store)


class Host:
    """As hosts are: it has an engine, whose callback is a method of it."""

    def __init__(self):
        self.engine = Engine(permission=self.permitted, trace=self.traced)

    def permitted(self, given):
        return self.engine is not None

    def traced(self, row):
        pass


def test_an_engine_whose_callbacks_know_it_is_freed():
    host = Host()
    assert host.engine.apply(UserPut("alice")).accepted
    gone = weakref.ref(host.engine)
    del host
    gc.collect()
    assert gone() is None


AT_EXIT = """
import atexit
@atexit.register
def late(): print(engine.apply(h.UserPut("bob")).accepted, store.size()[0] > 2, packed.verdicts[0].accepted)
import headsetsvc as h
store = h.MemoryStore()
engine = h.Engine(store)
packed = engine.apply_packed(h.PackedBatch(h.UserPut("alice")))
"""
DAEMON = """
import threading, headsetsvc as h
engine, inside = h.Engine(h.DictStore(), trace=lambda row: inside.set()), threading.Event()
def work():
    while True:
        engine.apply(*[h.UserPut(f"user-{n}") for n in range(8)])
threading.Thread(target=work, daemon=True).start()
inside.wait(30)
print("True True True")
"""


@pytest.mark.parametrize("code", [AT_EXIT, DAEMON], ids=["at exit", "daemon"])
def test_nothing_is_freed_while_the_program_may_still_use_it(code):
    """At its end what exit handlers and threads hold is alive: MALLOC_PERTURB_ overwrites what is freed."""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
                         env={**os.environ, "PYTHONPATH": ":".join(sys.path), "MALLOC_PERTURB_": "165"})
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "True True True\n", "")


def test_helpers_fail_under_python_o_too():
    code = ("from headsetsvc import *; from headsetsvc.testing import assert_reason\n"
            "with Engine() as e:\n"
            "  try: assert_reason(e.apply(UserPut('alice')), 'USER_UNKNOWN')\n"
            "  except AssertionError as error: print(error)")
    ran = subprocess.run([sys.executable, "-O", "-c", code], capture_output=True, text=True,
                         env={**os.environ, "PYTHONPATH": ":".join(sys.path)})
    assert ran.stdout.startswith("expected USER_UNKNOWN, seen: accepted"), ran.stderr


def test_two_threads_that_fork_do_not_release_each_others_locks(clock):
    """The second one begins while the first one has all locks; an engine that came meanwhile is the second one's alone."""
    waits, after = threading.Event(), []
    with Engine(clock=clock) as one:
        engines._before_fork()
        one_more = []

        def other():
            waits.set()
            engines._before_fork()
            after.append(len(engines._forking.locks))
            engines._after_fork()
        thread = threading.Thread(target=other)
        thread.start()
        waits.wait(10)
        engines._after_fork()
        thread.join(10)
        assert not thread.is_alive() and after and one.apply(UserPut("alice")).accepted and not one_more


def test_an_interrupt_that_comes_too_late_brings_what_was_committed(clock):
    """The recording's last frame is written behind the commit: what happened is not lost."""
    def recording(frame):
        if armed:
            frames.append(frame)
            if len(frames) == armed[0]:
                raise KeyboardInterrupt
    armed, frames = [], []
    with Engine(clock=clock, recording=recording) as engine:
        furnish(engine)
        armed.append(10 ** 9)
        engine.apply(UserPut("carol"), dry_run=True)
        armed[0], frames[:] = len(frames), []
        with pytest.raises(KeyboardInterrupt) as raised:
            engine.apply(Associate("alice", "H1"))
        assert engine.headsets_of("alice") == ["H1"] and raised.value.outcome.accepted


def test_what_only_a_store_may_say_is_told_of_a_store_alone(clock):
    """A Conflict of another engine, raised in a callback, is no conflict of this one: it is not decided again."""
    asked = []

    def permission(given):
        asked.append(given)
        raise h.Conflict
    with Engine(clock=clock, permission=permission) as engine, pytest.raises(h.Conflict):
        engine.apply(UserPut("alice"))
    assert len(asked) == 1


@pytest.mark.parametrize("status", [0, 12, -999])
def test_a_store_error_that_says_nothing_failed(clock, status):
    class Odd(h.StoreError):
        pass
    Odd.status = status

    class Sulking(DictStore):
        def commit(self, ops):
            raise Odd("x")
    with Engine(Sulking(), clock=clock) as engine, pytest.raises(Odd):
        engine.apply(UserPut("alice"))


def test_a_file_of_text_that_hides_it_is_an_error(desk):
    class Hidden:
        def read(self, size):
            return "USERID\n"

        def tell(self):
            return 0

        def seek(self, at):
            pass
    with pytest.raises(TypeError, match="bytes"):
        desk.import_csv(Hidden(), "users")
