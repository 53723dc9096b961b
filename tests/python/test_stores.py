"""The suite of the testkit on every kind of store, driven from Python."""
import pytest

from headsetsvc import (Conflict, DictStore, Engine, MemoryStore, Misuse, PgsqlStore, SqliteStore, StoreError, Unavailable, UserPut,
                        conformance)
from headsetsvc.faults import COMMIT, READ, Fault, FaultStore


def test_a_store_in_python_keeps_every_promise():
    store = DictStore()
    assert conformance.run(lambda: store, rounds=30) == []


def test_memory_keeps_every_promise():
    store = MemoryStore()
    assert conformance.run(lambda: store, threads=False) == []


def test_sqlite_keeps_every_promise(tmp_path):
    assert conformance.run(lambda: SqliteStore(tmp_path / "s.db", durable=False), rounds=3, histories=20) == []


@pytest.mark.parametrize("promise, broken", [
    ("expect-absent", lambda store, op: store._holds(op) or op.expect == 2),
    ("no-lost-update", lambda store, op: store._holds(op) or op.expect == 3)])
def test_a_store_that_breaks_a_promise_is_told_which(promise, broken):
    class Broken(DictStore):
        def commit(self, ops):
            with self._lock:
                if len({op.key for op in ops}) < len(ops) or not all(broken(self, op) for op in ops):
                    raise Conflict
                self.revision += 1
                for op in ops:
                    self._do(op)
                return self.revision
    store = Broken()
    found = conformance.run(lambda: store, threads=False)
    assert promise in [f.name for f in found] and promise in conformance.promises()
    assert all(f.sequence and f.rule.startswith("STORE-") for f in found)


def test_sqlite_says_what_is_wrong(tmp_path):
    (tmp_path / "text").write_text("this is no database, and long enough to tell" * 50)
    with pytest.raises(StoreError, match="NOT_A_DATABASE"):
        SqliteStore(tmp_path / "text")
    with pytest.raises(Unavailable, match="CANNOT_OPEN"):
        SqliteStore(tmp_path / "no" / "folder.db")


def test_postgresql_says_what_is_wrong(tmp_path):
    with PgsqlStore(f"host={tmp_path} dbname=x") as store, pytest.raises(Unavailable, match="NO_SERVER.*; "):
        assert store.counters.round_trips == 0
        store.connect()


def test_a_fault_comes_when_it_is_ordered(clock):
    inner = MemoryStore()
    with FaultStore(inner) as store, Engine(store, clock=clock) as engine:
        store.arm(Fault.UNAVAILABLE, COMMIT, nth=2)
        assert engine.apply(UserPut("alice")).accepted
        with pytest.raises(Unavailable):
            engine.apply(UserPut("bob"))
        assert engine.apply(UserPut("bob")).accepted and store.fired == 1
        store.arm(Fault.FULL, times=9)
        store.disarm()
        assert engine.apply(UserPut("carol")).accepted and store.fired == 0
        with pytest.raises(Misuse, match="cannot happen there"):
            store.arm(Fault.CONFLICT, READ)
        with pytest.raises(Misuse, match="is open"):
            inner.close()
    inner.close()


def test_a_late_commit_arrives_once(clock):
    """STORE-4"""
    with FaultStore(DictStore()) as store, Engine(store, clock=clock) as engine:
        store.arm(Fault.UNKNOWN_LATE)
        assert engine.apply(UserPut("alice", request_id=b"sixteen bytes ..")).accepted
        store.settle()
        assert [user.id for user in engine.users()] == ["alice"] and engine.verify() == []
