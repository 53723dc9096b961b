"""conftest.py: what the tests of the bindings share. The package is the one that Python finds: the tree's, or a wheel's."""
import pathlib
import subprocess
from datetime import timedelta

import pytest

from headsetsvc import (DeviceKind, DevicePut, DeviceRegistered, DictStore, Engine, ManualClock, MemoryStore, PgsqlStore,
                        SqliteStore, UserPut)

TOP = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture(params=["memory", "python", "sqlite"])
def store(request, tmp_path):
    """Each kind of store that needs no server."""
    return {"memory": MemoryStore, "python": DictStore,
            "sqlite": lambda: SqliteStore(tmp_path / "store.db", durable=False)}[request.param]()


class Postgres:
    """A server of PostgreSQL of our own, as tests/support/postgres makes them."""

    def __init__(self, folder):
        self.folder, self.conninfo = folder, ""

    def script(self, what):
        """start, stop, crash or remove; start gives the conninfo."""
        ran = subprocess.run([TOP / "tests/support/postgres", what, self.folder], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def start(self):
        self.conninfo = self.script("start")

    def store(self, schema):
        """A store that waits as long as a busy machine may need."""
        return PgsqlStore(self.conninfo, schema=schema, durable=False, connect=timedelta(minutes=1), call=timedelta(minutes=1))

    def sql(self, statement):
        ran = subprocess.run(["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo, "-c", statement],
                             capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    server = Postgres(tmp_path_factory.mktemp("pg") / "server")
    server.start()
    yield server
    server.script("remove")


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
