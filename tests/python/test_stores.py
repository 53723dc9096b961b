"""The suite of the testkit on every kind of store, driven from Python."""
import pytest

from headsetsvc import Conflict, DictStore, MemoryStore, PgsqlStore, SqliteStore, StoreError, Unavailable, conformance


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
