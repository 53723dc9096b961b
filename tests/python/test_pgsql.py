"""PgsqlStore on a real server: the suite of the testkit, nodes that share it, and connections that go away."""
from datetime import timedelta
from uuid import uuid4

import pytest
from conftest import furnish

from headsetsvc import (Cause, EffectKind, Engine, HeadsetDisconnected, OutcomeUnknown, StoreError, Unavailable,
                        UserPut, conformance)
from headsetsvc.testing_office import Office


@pytest.fixture
def schema(request, postgres):
    """A schema of its own, gone afterwards."""
    name = request.node.name.split("[")[0]
    yield name
    postgres.sql(f"SET client_min_messages = error; DROP SCHEMA IF EXISTS {name} CASCADE")


def until_done(engine, *inputs):
    """As a host does: sends the same again, with its request id, while the store is away or nobody knows."""
    for _ in range(20):
        try:
            return engine.apply(*inputs)
        except (Unavailable, OutcomeUnknown):
            pass
    raise AssertionError("the store stays away")


def test_postgresql_keeps_every_promise(postgres, schema):
    """STORE-2, STORE-4"""
    with postgres.store(schema) as first:
        first.connect()
    assert conformance.run(lambda: postgres.store(schema), rounds=5, histories=10) == []


def test_what_one_node_committed_another_node_ends(postgres, schema, clock):
    """STORE-5"""
    with postgres.store(schema) as one, postgres.store(schema) as two, \
            Engine(one, clock=clock, node=0, node_count=2) as first, Engine(two, clock=clock, node=1, node_count=2) as second:
        Office(furnish(first), clock).sign_in("alice", "desk-1")
        assert second.device("desk-1").user == "alice"
        second.apply(HeadsetDisconnected("desk-1", "H-alice"))
        clock.advance(timedelta(minutes=5))
        ends = [e for engine in (second, first, second) for e in engine.advance().of(EffectKind.SESSION_ENDED)]
        assert [e.cause for e in ends] == [Cause.WINDOW]
        assert first.verify() == second.verify() == []


def test_a_connection_that_was_cut_is_made_anew(postgres, schema, clock):
    with postgres.store(schema) as store, Engine(store, clock=clock) as engine:
        furnish(engine)
        for number in range(3):
            postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                         " AND backend_type = 'client backend'")
            request = uuid4()
            assert until_done(engine, UserPut(f"user-{number}", request_id=request)).accepted
            assert engine.apply(UserPut(f"user-{number}", request_id=request)).verdict.repeated
        assert engine.verify() == [] and [u.id for u in engine.users()] == ["alice", "bob", "user-0", "user-1", "user-2"]


def test_a_server_that_goes_away_and_comes_back(postgres, schema, clock):
    """Nothing is decided while it is away, the call says so, and what was committed before a crash is there after it."""
    with postgres.store(schema) as store, Engine(store, clock=clock) as engine:
        Office(furnish(engine), clock).sign_in("alice", "desk-1")
        postgres.sql("CHECKPOINT")  # the server of the tests does not wait for its disk
        postgres.script("crash")
        try:
            for _ in range(2):
                with pytest.raises(StoreError) as raised:
                    engine.apply(UserPut("carol"))
                assert isinstance(raised.value, (Unavailable, OutcomeUnknown)) and store.problem()
        finally:
            postgres.start()
        assert until_done(engine, UserPut("carol")).accepted
        assert engine.device("desk-1").user == "alice" and engine.verify() == []
