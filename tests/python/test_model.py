"""The engine beside a small model of SPEC in plain Python (spec_model.py), over each kind of store: whatever people do, each
input perhaps sent twice under its request id, and the store failing under it in each way that a store may (STORE-4)."""
import dataclasses
import itertools
import os
import tempfile
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from spec_model import DESK_MAX, LIMIT, LOCKED, LAPSES, LONGEST, USER_MAX, WINDOW, Model

from headsetsvc import (Associate, CallBegun, CallEnded, CallState, Cancel, Conflict, DictStore, Disassociate, Engine,
                        HeadsetConnected, HeadsetDisconnected, ManualClock, MemoryStore, No, OutcomeUnknown, Prompt,
                        Reason, SqliteStore, Unavailable, UserUnlock)
from headsetsvc.faults import COMMIT, READ, Fault, FaultStore
from headsetsvc.testing_office import Office

USERS, DESKS, SERIALS = ["alice", "bob"], ["desk-1", "desk-2"], ["H1", "H2", "H3", "H4", "H5"]
POLICY = {"presence_settle": timedelta(0), "headsets_per_user_max": LIMIT, "flap_connects": 100,
          "auto_sign_out_after": timedelta(seconds=WINDOW), "max_login_time": timedelta(seconds=LONGEST),
          "call_deferral_max": timedelta(hours=24), "lockout_failures": USER_MAX, "device_failures_max": DESK_MAX,
          "lockout_reset_after": timedelta(seconds=LAPSES), "lockout_duration": timedelta(seconds=LOCKED)}
FAULTS = [None, None, (Fault.UNAVAILABLE, READ), (Fault.UNAVAILABLE, COMMIT), (Fault.CONFLICT, COMMIT),
          (Fault.UNKNOWN_DONE, COMMIT), (Fault.UNKNOWN_LOST, COMMIT), (Fault.UNKNOWN_LATE, COMMIT)]
users, desks, serials, faults = (st.sampled_from(names) for names in (USERS, DESKS, SERIALS, FAULTS))
ASKED = {"PIN": Prompt.SIGN_IN_PIN, "OTHER": Prompt.SIGN_OUT_OTHER}


class Machine(RuleBasedStateMachine):
    make_store = MemoryStore

    def __init__(self):
        super().__init__()
        self.model, self.clock = Model(USERS, DESKS), ManualClock()
        self.start, self.numbers = self.clock.now, itertools.count(1)
        self.inner = type(self).make_store()
        self.store = FaultStore(self.inner)
        self.engine = Engine(self.store, clock=self.clock)
        for name, value in POLICY.items():
            assert self.engine.set_policy(name, value).accepted
        self.office = Office(self.engine, self.clock)
        for user in USERS:
            self.office.user(user)
            self.office.does(Disassociate(f"H-{user}"))
        for desk in DESKS:
            self.office.phone(desk)

    def teardown(self):
        assert self.engine.verify() == []
        self.engine.close()
        self.store.close()
        if hasattr(self.inner, "close"):
            self.inner.close()

    def does(self, given, fault=None, again=False):
        """Applies an input as a host does: the same again, with its request id, until somebody knows what came of it."""
        given = dataclasses.replace(given, request_id=next(self.numbers).to_bytes(16, "big"))
        if fault:
            self.store.arm(*fault, delay=2)
        outcome = None
        while outcome is None:
            try:
                outcome = self.engine.apply(given)
            except (Conflict, Unavailable, OutcomeUnknown):
                assert fault
        self.store.disarm()
        self.store.settle()
        self.office._obey(outcome)
        if again and outcome.accepted:
            repeated = self.engine.apply(given).verdict
            assert repeated.repeated and repeated.reason == outcome.reason
        return outcome

    def answers(self, asked, desk, wrong):
        """Does what the model says that the phone asks for: PINs, so many of them wrong, or No to a takeover."""
        shown = self.engine.device(desk)
        assert (shown.prompt if shown.prompt in ASKED.values() else None) == ASKED.get(asked)
        if asked == "OTHER":
            self.does(No(desk, shown.prompt_id))
        if asked != "PIN":
            return
        user = self.model.owner[self.model.desks[desk].serial]
        for pin in [b"0000"] * wrong + [b"1234"]:
            refusals = self.model.refusals(user, desk)
            outcome = self.office.enter(user, desk, pin)
            assert outcome.reason in refusals if refusals else outcome.accepted
            if self.model.enter(user, desk, pin == b"1234"):
                return
        self.does(Cancel(desk, self.engine.device(desk).prompt_id))

    @rule(user=users, serial=serials, fault=faults, again=st.booleans())
    def associate(self, user, serial, fault, again):
        if self.model.place(serial) is None:
            assert self.does(Associate(user, serial), fault, again).reason == self.model.associate(user, serial)

    @rule(serial=serials, fault=faults, again=st.booleans())
    def disassociate(self, serial, fault, again):
        if self.model.place(serial) is None:
            known = self.model.owner.pop(serial, None)
            assert self.does(Disassociate(serial), fault, again).accepted or known is None

    @rule(user=users, desk=desks)
    def unlock(self, user, desk):
        assert self.does(UserUnlock(user, desk)).accepted
        self.model.unlock(user, desk)

    @rule(serial=serials, desk=desks, wrong=st.sampled_from([0, 0, 0, 1, 2, 3, 6]), fault=faults, again=st.booleans())
    def plug_in(self, serial, desk, wrong, fault, again):
        if self.model.place(serial) is None and not self.model.desks[desk].serial:
            self.does(HeadsetConnected(desk, serial), fault, again)
            self.answers(self.model.plug_in(serial, desk), desk, wrong)

    @precondition(lambda self: any(desk.serial for desk in self.model.desks.values()))
    @rule(data=st.data(), fault=faults, again=st.booleans())
    def unplug(self, data, fault, again):
        desk = data.draw(st.sampled_from([name for name, desk in self.model.desks.items() if desk.serial]))
        self.does(HeadsetDisconnected(desk, self.model.desks[desk].serial), fault, again)
        self.model.unplug(desk)

    @rule(desk=desks, fault=faults, again=st.booleans())
    def call(self, desk, fault, again):
        """Begins, or ends the one that is."""
        if self.model.desks[desk].call:
            self.does(CallEnded(desk, 1), fault, again)
            self.answers(self.model.call_ends(desk), desk, 0)
        else:
            self.does(CallBegun(desk, 1, CallState.ACTIVE), fault, again)
            self.model.call_begins(desk)

    @rule(seconds=st.sampled_from([1, 60, WINDOW - 1, WINDOW, LOCKED, 2000]))
    def passes(self, seconds):
        self.office.passes(seconds=seconds)
        self.model.passes(seconds)

    def at(self, seconds):
        return None if seconds is None else self.start + timedelta(seconds=seconds)

    @invariant()
    def same(self):
        for name, desk in self.model.desks.items():
            seen = self.engine.device(name)
            assert seen.user == desk.user, name
            assert seen.window_due_at == self.at(desk.due)
            assert seen.call_count == desk.call and seen.headset_count == bool(desk.serial)
        for serial in SERIALS:
            seen = self.engine.headset(serial)
            assert (seen.owner if seen else "") == self.model.owner.get(serial, "")
        for user in USERS:
            seen = self.engine.user(user)
            assert seen.headset_count == list(self.model.owner.values()).count(user)
            until = self.model.locks[user].until
            assert until <= self.model.now or seen.locked_until_at == self.at(until)


def stores_of(kind, folder, request):
    """What makes a new, empty store of a kind, again and again."""
    made = itertools.count()
    if kind == "pgsql":
        server = request.getfixturevalue("postgres")
        return lambda: server.store(f"model_{next(made)}")
    return {"memory": MemoryStore, "python": DictStore,
            "sqlite": lambda: SqliteStore(f"{folder}/{next(made)}.db", durable=False)}[kind]


EXAMPLES = {"memory": 60, "python": 40, "sqlite": 15, "pgsql": 4}
MORE = int(os.environ.get("HEADSETSVC_MODEL_TIMES", "1"))  # for a night by hand


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_engine_does_what_the_model_says(kind, request):
    """ASSOC-1 ASSOC-3 SIGN-7 LOCK-1 OUT-3 OUT-4 OUT-5 OUT-12 CALL-1 MULTI-1 STORE-4"""
    with tempfile.TemporaryDirectory() as folder:
        machine = type("Machine", (Machine,), {"make_store": staticmethod(stores_of(kind, folder, request))})
        run_state_machine_as_test(machine, settings=settings(
            max_examples=EXAMPLES[kind] * MORE, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck)))
