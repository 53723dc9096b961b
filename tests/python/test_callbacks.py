"""Callbacks that raise: C sees a failure, the call raises the original, nothing is committed (trap: ctypes loses it)."""
import traceback
from datetime import timedelta

import pytest
from conftest import furnish

import headsetsvc as h
from headsetsvc import Associate, DictStore, Engine, HeadsetConnected, ManualClock, UserPut, conformance, scenario


class Boom(Exception):
    pass


class Sulking(DictStore):
    """Raises `error` in the method named `sulk`."""

    sulk = ""
    error = None

    def read(self, keys):
        if self.sulk == "read":
            raise self.error
        return super().read(keys)

    def scan(self, start, end, limit):
        if self.sulk == "scan":
            raise self.error
        return super().scan(start, end, limit)

    def commit(self, ops):
        if self.sulk == "commit":
            raise self.error
        if self.sulk == "returns":
            return self.error
        return super().commit(ops)


@pytest.fixture
def sulking(clock):
    store = Sulking()
    with Engine(store, clock=clock) as engine:
        yield store, furnish(engine)


def rows(store):
    return dict(store._rows), store.revision


def raises_the_very(error, store, function):
    """The same object, from where it was raised, and no revision was given."""
    before = rows(store)
    with pytest.raises(type(error)) as raised:
        function()
    assert raised.value is error
    assert "raise self.error" in "".join(traceback.format_tb(raised.value.__traceback__))
    assert rows(store) == before


@pytest.mark.parametrize("error", [Boom("x"), KeyboardInterrupt(), SystemExit(3), MemoryError(), StopIteration()],
                         ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("method", ["read", "commit"])
def test_a_store_that_raises(sulking, method, error):
    store, engine = sulking
    store.sulk, store.error = method, error
    raises_the_very(error, store, lambda: engine.apply(UserPut("carol")))
    store.sulk = ""
    assert engine.user("carol") is None and engine.apply(UserPut("carol")).accepted


def test_a_store_whose_scan_raises(sulking):
    store, engine = sulking
    store.sulk, store.error = "scan", Boom()
    raises_the_very(store.error, store, lambda: list(engine.devices()))
    raises_the_very(store.error, store, engine.advance)
    raises_the_very(store.error, store, engine.verify)


@pytest.mark.parametrize("error", [h.Unavailable("gone"), h.StoreFull(), h.Corrupt()], ids=lambda e: type(e).__name__)
def test_a_store_that_says_what_is_wrong(sulking, error):
    store, engine = sulking
    store.sulk, store.error = "commit", error
    raises_the_very(error, store, lambda: engine.apply(UserPut("carol")))


def test_a_conflict_is_decided_again_eight_times(sulking):
    store, engine = sulking
    store.sulk, store.error = "commit", h.Conflict()
    raises_the_very(store.error, store, lambda: engine.apply(UserPut("carol")))
    assert engine.counters.conflicts == h.codes.LIMIT_ATTEMPTS


def test_an_unknown_outcome_that_turns_out_well_raises_nothing(sulking):
    store, engine = sulking
    plain, tried = store.commit, []

    def commit(ops):
        tried.append(ops)
        if len(tried) == 1:
            raise h.OutcomeUnknown
        return plain(ops)
    store.commit = commit
    assert engine.apply(UserPut("carol")).accepted and len(tried) == 2


@pytest.mark.parametrize("given", [None, 0, -1, 1 << 64, "1", True and 0.5])
def test_a_commit_that_gives_no_revision_did_not_happen(sulking, given):
    store, engine = sulking
    store.sulk, store.error = "returns", given
    with pytest.raises((ValueError, TypeError), match="revision"):
        engine.apply(UserPut("carol"))


def test_a_read_that_gives_rubbish(sulking):
    store, engine = sulking
    store.read = lambda keys: [("not", "a", "row")]
    engine.apply  # rows that nobody asked for are left out
    store.read = lambda keys: [(keys[0], "text", 1)]
    with pytest.raises(TypeError):
        engine.apply(UserPut("carol"))


@pytest.mark.parametrize("error", [Boom(), KeyboardInterrupt()], ids=lambda e: type(e).__name__)
def test_a_clock_that_raises(error):
    def clock():
        raise error
    store = DictStore()
    with Engine(store, clock=clock) as engine:
        with pytest.raises(type(error)) as raised:
            engine.apply(UserPut("carol"))
        assert raised.value is error and store.revision == 0


def test_a_clock_without_a_time_zone():
    from datetime import datetime
    with Engine(clock=lambda: datetime(2026, 3, 2)) as engine, pytest.raises(ValueError, match="time zone"):
        engine.apply(UserPut("carol"))


def test_a_permission_that_raises_or_refuses(clock):
    asked, store = [], DictStore()

    def permission(given):
        asked.append(given)
        if given.actor == "mallory":
            raise Boom
        return given.actor == "root"
    with Engine(store, clock=clock, permission=permission) as engine:
        assert engine.apply(UserPut("carol", actor="guest")).reason == h.Reason.NOT_PERMITTED
        before = rows(store)
        with pytest.raises(Boom):
            engine.apply(UserPut("carol", actor="mallory"))
        assert rows(store) == before
        given = UserPut("carol", profiles=("a", "b"), disabled=True, actor="root", at=clock.now - timedelta(minutes=1))
        assert engine.apply(given).accepted
        assert asked[-1] == given  # what the callback sees is what was sent


def test_a_trace_that_raises(clock):
    seen, store = [], DictStore()

    def trace(row):
        seen.append(row)
        if "dave" in people:
            raise Boom
    people = []
    with Engine(store, clock=clock, trace=trace) as engine:
        assert engine.apply(UserPut("carol")).accepted
        assert seen[0].machine and seen[0].rule and seen[0].event
        before = rows(store)
        people.append("dave")
        with pytest.raises(Boom):
            engine.apply(UserPut("dave"))
        assert rows(store) == before


def test_a_recording_that_raises_ends_alone(clock):
    frames = []

    def recording(frame):
        frames.append(frame)
        if len(frames) > 3:
            raise Boom("disk full")
    with Engine(clock=clock, recording=recording) as engine:
        assert engine.apply(UserPut("carol")).accepted and engine.recording_error.args == ("disk full",)
        count = len(frames)
        assert engine.apply(UserPut("dave")).accepted and len(frames) == count
    assert frames[0][:2] == b"HR"


def test_an_allocator_that_is_interrupted_is_no_crash(clock, monkeypatch):
    from headsetsvc import _callbacks
    with Engine(clock=clock) as engine:
        def interrupted(block, size):
            raise KeyboardInterrupt
        monkeypatch.setattr(_callbacks, "_realloc", interrupted)
        with pytest.raises(KeyboardInterrupt):
            for number in range(1000):  # sooner or later one needs memory
                engine.apply(UserPut(f"user-{number}"))
        monkeypatch.undo()
        assert engine.apply(UserPut("carol")).accepted and engine.verify() == []


def test_an_engine_is_not_entered_from_its_own_callback(clock):
    inner = []

    def permission(given):
        try:
            engine.advance()
        except h.Reentrant as error:
            inner.append(error)
        with Engine(clock=clock) as other:  # another one is free
            inner.append(other.apply(UserPut("eve")).accepted)
        return True
    with Engine(clock=clock, permission=permission) as engine:
        assert engine.apply(UserPut("carol")).accepted
        assert isinstance(inner[0], h.Reentrant) and inner[1] is True
        assert engine.apply(Associate("carol", "H1")).accepted


def test_advance_raises_and_tells_what_it_had_done(clock):
    store = Sulking()
    with Engine(store, clock=clock) as engine:
        furnish(engine)
        engine.apply(Associate("alice", "H1"), HeadsetConnected("desk-1", "H1"))
        clock.advance(timedelta(minutes=3))
        store.sulk, store.error = "commit", Boom()
        with pytest.raises(Boom) as raised:
            engine.advance()
        assert raised.value.outcome.effects == ()


def test_scenario_and_conformance_hooks_raise_too():
    with pytest.raises(Boom):
        scenario.run("user alice\nphone desk-1\nheadset H1 of alice\nat 09:00 H1 plugs into desk-1\n",
                     step=lambda step: (_ for _ in ()).throw(Boom()))

    def connect():
        raise Boom
    with pytest.raises(Boom):
        conformance.run(connect)

    class Closing(h.MemoryStore):
        def close(self):
            super().close()
            raise Boom
    with pytest.raises(Boom):
        conformance.run(Closing, threads=False)


def test_manual_clock_runs_both_ways():
    clock = ManualClock()
    start = clock.now
    clock.advance(timedelta(hours=1))
    clock.now -= timedelta(minutes=30)
    assert clock.now - start == timedelta(minutes=30)
