"""The engine beside a small model of SPEC in plain Python, written from SPEC and not from the C: associations and their
limit (ASSOC-1..3), sign-in (SIGN-1, SIGN-4), windows (OUT-1..3), several logins (MULTI-1, OUT-12), over each kind of store."""
import tempfile
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from headsetsvc import (Associate, DictStore, Disassociate, Engine, HeadsetConnected, HeadsetDisconnected, ManualClock,
                        MemoryStore, No, Prompt, Reason, SqliteStore)
from headsetsvc.testing_office import Office

USERS, DESKS, SERIALS, LIMIT, WINDOW = ["alice", "bob"], ["desk-1", "desk-2"], ["H1", "H2", "H3", "H4", "H5"], 2, 300
users, desks, serials = (st.sampled_from(names) for names in (USERS, DESKS, SERIALS))


class Model:
    """What SPEC says of an office where at most one headset is at a desk, and nobody mistypes a PIN."""

    def __init__(self):
        self.now = 0
        self.owner, self.place = {}, {}  # serial -> user, serial -> desk
        self.user, self.due = {}, {}  # desk -> who is signed in, desk -> when the window ends

    def associate(self, user, serial):
        if serial in self.owner:
            return Reason.ALREADY_ASSOCIATED if self.owner[serial] == user else Reason.HEADSET_IN_USE
        if list(self.owner.values()).count(user) == LIMIT:
            return Reason.HEADSET_LIMIT
        self.owner[serial] = user
        return Reason.ASSOCIATED

    def plug_in(self, serial, desk):
        """Gives "enters" if its owner is asked for the PIN, "declines" if the desk is another's."""
        self.place[serial] = desk
        who = self.owner.get(serial)
        if who is None:
            return None
        if self.user.get(desk) == who:
            self.due.pop(desk, None)
            return None
        if any(u == who and d != desk and d not in self.due for d, u in self.user.items()):
            return None  # signed in elsewhere, and there
        if desk in self.user:
            return "declines"
        for other in [d for d, u in self.user.items() if u == who]:
            self.end(other)
        self.user[desk] = who
        return "enters"

    def unplug(self, serial):
        desk = self.place.pop(serial)
        if self.owner.get(serial) is not None and self.user.get(desk) == self.owner[serial]:
            self.due[desk] = self.now + WINDOW

    def end(self, desk):
        self.user.pop(desk, None)
        self.due.pop(desk, None)

    def passes(self, seconds):
        self.now += seconds
        for desk in [d for d, at in self.due.items() if at <= self.now]:
            self.end(desk)


class Machine(RuleBasedStateMachine):
    make_store = MemoryStore

    def __init__(self):
        super().__init__()
        self.model, self.clock = Model(), ManualClock()
        self.start = self.clock.now
        self.engine = Engine(type(self).make_store(), clock=self.clock)
        self.engine.set_policy("presence_settle", timedelta(0))
        self.engine.set_policy("headsets_per_user_max", LIMIT)
        self.engine.set_policy("flap_connects", 100)
        self.office = Office(self.engine, self.clock)
        for user in USERS:
            self.office.user(user)
            self.office.does(Disassociate(f"H-{user}"))
        for desk in DESKS:
            self.office.phone(desk)

    def teardown(self):
        assert self.engine.verify() == []
        self.engine.close()

    @rule(user=users, serial=serials)
    def associate(self, user, serial):
        if serial not in self.model.place:
            assert self.office.does(Associate(user, serial)).reason == self.model.associate(user, serial)

    @rule(serial=serials)
    def disassociate(self, serial):
        if serial not in self.model.place:
            known = self.model.owner.pop(serial, None)
            assert self.office.does(Disassociate(serial)).accepted or known is None

    @rule(serial=serials, desk=desks)
    def plug_in(self, serial, desk):
        if serial in self.model.place or desk in self.model.place.values():
            return
        self.office.does(HeadsetConnected(desk, serial))
        does = self.model.plug_in(serial, desk)
        shown = self.engine.device(desk)
        if does == "enters":
            assert shown.prompt == Prompt.SIGN_IN_PIN
            self.office.enter(self.model.owner[serial], desk)
        elif does == "declines":
            assert shown.prompt == Prompt.SIGN_OUT_OTHER
            self.office.does(No(desk, shown.prompt_id))
        else:
            assert shown.prompt not in (Prompt.SIGN_IN_PIN, Prompt.SIGN_OUT_OTHER)

    @precondition(lambda self: self.model.place)
    @rule(data=st.data())
    def unplug(self, data):
        serial = data.draw(st.sampled_from(sorted(self.model.place)))
        self.office.does(HeadsetDisconnected(self.model.place[serial], serial))
        self.model.unplug(serial)

    @rule(seconds=st.sampled_from([1, 60, WINDOW - 1, WINDOW, 2000]))
    def passes(self, seconds):
        self.office.passes(seconds=seconds)
        self.model.passes(seconds)

    @invariant()
    def same(self):
        for desk in DESKS:
            device = self.engine.device(desk)
            assert device.user == self.model.user.get(desk, ""), desk
            due = self.model.due.get(desk)
            assert device.window_due_at == (None if due is None else self.start + timedelta(seconds=due))
        for serial in SERIALS:
            seen = self.engine.headset(serial)
            assert (seen.owner if seen else "") == self.model.owner.get(serial, "")
        for user in USERS:
            assert self.engine.user(user).headset_count == list(self.model.owner.values()).count(user)


@pytest.mark.parametrize("kind", ["memory", "python", "sqlite"])
def test_the_engine_does_what_the_model_says(kind):
    with tempfile.TemporaryDirectory() as folder:
        made = iter(range(100000))
        stores = {"memory": MemoryStore, "python": DictStore,
                  "sqlite": lambda: SqliteStore(f"{folder}/{next(made)}.db", durable=False)}
        machine = type("Machine", (Machine,), {"make_store": staticmethod(stores[kind])})
        run_state_machine_as_test(machine, settings=settings(
            max_examples=15 if kind == "sqlite" else 60, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck)))
