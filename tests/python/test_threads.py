"""Threads, forks, the garbage collector, and many engines."""
import gc
import os
import resource
import sys
import threading
import weakref

import pytest
from conftest import furnish

from headsetsvc import (Associate, Conflict, Disassociate, DictStore, Engine, HeadsetConnected, HeadsetDisconnected, ManualClock,
                        MemoryStore, UserPut)


def in_threads(count, work):
    """Runs work(0) .. work(count - 1) at the same time; the first exception of a thread is raised."""
    raised = []

    def guarded(number):
        try:
            work(number)
        except BaseException as error:
            raised.append(error)
    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if raised:
        raise raised[0]


def until_settled(engine, *inputs):
    """Applies as a host does: an engine gives up a decision after eight lost races (STORE-4), and nothing has happened."""
    while True:
        try:
            return engine.apply(*inputs)
        except Conflict:
            pass


def test_threads_share_an_engine(clock):
    with Engine(clock=clock) as engine:
        in_threads(6, lambda n: [engine.apply(UserPut(f"user-{n}-{i}")) and engine.user(f"user-{n}-{i}").id
                                 for i in range(60)])
        assert len(list(engine.users())) == 360 and engine.counters.inputs == 360


@pytest.mark.parametrize("store", [MemoryStore, DictStore])
def test_engines_of_several_threads_share_a_store(store, clock):
    """STORE-4"""
    shared = store()
    engines = [Engine(shared, clock=clock, node=n, node_count=4) for n in range(4)]
    for engine in engines:
        furnish(engine)

    def work(number):
        for turn in range(20):  # each fights for the same headset
            assert until_settled(engines[number], Associate("alice" if number % 2 else "bob", "H1")).verdicts
            assert until_settled(engines[number], Disassociate("H1")).verdicts
    in_threads(4, work)
    assert engines[0].verify() == []
    for engine in engines:
        engine.close()


def test_the_interpreter_is_free_during_a_call():
    """A callback of one thread waits for another thread: that one must be able to run."""
    other_ran = threading.Event()
    entered = threading.Event()

    class Waiting(DictStore):
        def commit(self, ops):
            entered.set()
            assert other_ran.wait(10)
            return super().commit(ops)
    with Engine(Waiting(), clock=ManualClock()) as engine:
        thread = threading.Thread(target=lambda: entered.wait(10) and other_ran.set())
        thread.start()
        assert engine.apply(UserPut("alice")).accepted
        thread.join()


def test_after_a_fork_both_go_on(clock):
    with Engine(clock=clock) as engine:
        furnish(engine)
        stop = threading.Event()
        busy = threading.Thread(target=lambda: [engine.apply(UserPut("carol")) for _ in iter(stop.is_set, True)])
        busy.start()  # so that the fork often meets a call
        try:
            for number in range(10):
                child = os.fork()
                if child == 0:
                    fine = engine.apply(UserPut(f"child-{number}")).accepted and engine.verify() == []
                    os._exit(0 if fine else 1)
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        finally:
            stop.set()
            busy.join()
        assert engine.user("child-0") is None and engine.apply(UserPut("dave")).accepted


def test_storms_of_the_garbage_collector(clock):
    """Whatever the collector takes, C must not call it any more, and what C calls must not be taken."""
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for number in range(10):
            asked = []
            engine = furnish(Engine(DictStore(), clock=ManualClock(), permission=lambda given: not asked.append(given),
                                    trace=lambda row: gc.collect(0)))
            engine.apply(Associate("alice", f"H{number}"), HeadsetConnected("desk-1", f"H{number}"))
            gc.collect()
            engine.apply(HeadsetDisconnected("desk-1", f"H{number}"))
            assert asked and engine.verify() == []
            gone = weakref.ref(engine)
            del engine
            gc.collect()
            assert gone() is None
    finally:
        gc.set_threshold(*before)


def test_ten_thousand_engines_leave_nothing_behind(clock):
    def one():
        engine = Engine(DictStore() if one.turn % 2 else MemoryStore(), clock=clock)
        engine.apply(UserPut("alice"))
        one.turn += 1
        if one.turn % 3:
            engine.close()
    one.turn = 0
    for _ in range(1500):
        one()
    gc.collect()
    high, objects = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(gc.get_objects())
    for _ in range(8500):
        one()
    gc.collect()
    assert len(gc.get_objects()) - objects < 200
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - high
    assert grown < 4096, f"{grown} KiB more after 8500 more engines"  # half a KiB each would show


def test_an_engine_alive_at_the_end_of_the_program_is_no_crash(tmp_path):
    import subprocess
    code = "import headsetsvc as h; e = h.Engine(h.DictStore(), trace=print); h.keep = e; e.apply(h.UserPut('alice'))"
    ran = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
                         capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stderr == ""
