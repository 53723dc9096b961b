"""conftest.py: what the tests of the bindings share. The package is the one that Python finds: the tree's, or a wheel's."""
import pathlib
from datetime import timedelta

import pytest

from headsetsvc import DeviceKind, DevicePut, DeviceRegistered, DictStore, Engine, ManualClock, MemoryStore, SqliteStore, UserPut

TOP = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture(params=["memory", "python", "sqlite"])
def store(request, tmp_path):
    """Each kind of store that needs no server."""
    return {"memory": MemoryStore, "python": DictStore,
            "sqlite": lambda: SqliteStore(tmp_path / "store.db", durable=False)}[request.param]()


def furnish(engine):
    """A desk with a phone, and two people with a headset each."""
    engine.apply(DevicePut("desk-1", "desk-1-own", DeviceKind.ANONYMOUS, model="CP-8861", em_enabled=True),
                 DeviceRegistered("desk-1", headsets=[], calls=[]))
    engine.apply(UserPut("alice", profiles=["alice-line"]), UserPut("bob", profiles=["bob-line"]))
    engine.set_policy("presence_settle", timedelta(0))
    return engine


@pytest.fixture
def desk(clock):
    with Engine(clock=clock) as engine:
        yield furnish(engine)
