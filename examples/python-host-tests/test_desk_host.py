"""The host's own tests. The fixtures `clock`, `engine` and `office` are the plug-in's that the package brings along; an
engine is on a store in memory, which must be sound when its test is over."""
from datetime import timedelta
from typing import Dict

import pytest
from desk_host import DeskHost

from headsetsvc import Engine, ManualClock, MemoryStore
from headsetsvc.faults import Fault, FaultStore
from headsetsvc.testing import Office, assert_reason

PINS = {"alice": b"1234", "bob": b"5678"}


def furnished(engine: Engine, clock: ManualClock) -> DeskHost:
    """Two people with a headset each, H-alice and H-bob, and a phone."""
    office = Office(engine, clock)
    engine.set_policy("presence_settle", timedelta(0))
    for user in PINS:
        office.user(user)
    office.phone("desk-1")
    return DeskHost(engine, PINS.__getitem__)


@pytest.fixture
def host(engine: Engine, clock: ManualClock) -> DeskHost:
    return furnished(engine, clock)


# ---- what people see ----

def test_alice_is_asked_for_her_pin_and_gets_her_line(host: DeskHost) -> None:
    host.plugged("desk-1", "H-alice")
    assert host.screens["desk-1"] == "PIN of alice?"
    host.typed("desk-1", "alice", b"1234")
    assert host.profiles["desk-1"] == "alice-line"


def test_a_wrong_pin_changes_nothing(host: DeskHost) -> None:
    host.plugged("desk-1", "H-alice")
    host.typed("desk-1", "alice", b"0000")
    assert "desk-1" not in host.profiles and host.screens["desk-1"] == "PIN of alice?"


def test_cancel_clears_the_screen(host: DeskHost) -> None:
    host.plugged("desk-1", "H-alice")
    host.pressed_cancel("desk-1")
    assert host.screens["desk-1"] == ""


def test_who_leaves_is_signed_out_after_the_window(host: DeskHost, clock: ManualClock) -> None:
    host.plugged("desk-1", "H-alice")
    host.typed("desk-1", "alice", b"1234")
    host.unplugged("desk-1", "H-alice")
    assert host.screens["desk-1"] == "Sign out alice?"
    clock.advance(timedelta(minutes=5))
    host.timer()
    assert host.profiles["desk-1"] == "desk-1-own"


def test_bob_may_take_the_desk(host: DeskHost) -> None:
    host.plugged("desk-1", "H-alice")
    host.typed("desk-1", "alice", b"1234")
    host.plugged("desk-1", "H-bob")
    assert host.screens["desk-1"] == "Sign out alice?"


# ---- what the service decides, without the host ----

def test_three_wrong_pins_lock(office: Office) -> None:
    office.user("alice")
    office.phone("desk-1")
    office.plug_in("alice", "desk-1")
    for _ in range(3):
        office.enter("alice", "desk-1", b"0000")
    assert_reason(office.enter("alice", "desk-1"), "LOCKED_OUT", accepted=False)


# ---- what becomes of an event when the store fails ----

@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.UNKNOWN_DONE, Fault.UNKNOWN_LOST])
def test_no_event_is_lost_or_done_twice(fault: Fault, clock: ManualClock) -> None:
    with MemoryStore() as inner, FaultStore(inner) as store, Engine(store, clock=clock) as engine:
        host = furnished(engine, clock)
        store.arm(fault, times=20)
        host.plugged("desk-1", "H-alice")
        assert host.waiting and not host.screens
        store.disarm()
        host.again()
        assert not host.waiting and host.screens["desk-1"] == "PIN of alice?"
        assert engine.verify() == []


def test_a_name_that_nobody_has_is_no_error(host: DeskHost) -> None:
    host.plugged("desk-1", "H-alice")
    host.typed("desk-1", "nobody", b"1234")
    assert host.screens["desk-1"] == "PIN of alice?"


def test_the_directory_is_asked_each_time(engine: Engine, clock: ManualClock) -> None:
    host, asked = furnished(engine, clock), []
    pins: Dict[str, bytes] = {"alice": b"9999"}

    def pin_of(user: str) -> bytes:
        asked.append(user)
        return pins[user]
    host.pin_of = pin_of
    host.plugged("desk-1", "H-alice")
    host.typed("desk-1", "alice", b"1234")
    host.typed("desk-1", "alice", b"9999")
    assert asked == ["alice", "alice"] and host.profiles["desk-1"] == "alice-line"
