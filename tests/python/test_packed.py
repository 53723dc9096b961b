"""The packed path decides as single calls do, says what does not fit, and survives what callbacks do inside it."""
import gc
import subprocess
import sys
import weakref
from array import array
from datetime import timedelta
from itertools import accumulate
from uuid import uuid4

import pytest
from conftest import TOP, furnish
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import headsetsvc as h
from headsetsvc import (Associate, CallBegun, Conflict, DeviceKind, DevicePut, DeviceRegistered, DictStore, EffectKind, Engine,
                        Field, HeadsetConnected, HeadsetDisconnected, ManualClock, MemoryStore, PackedBatch, Prompt, Reason,
                        SqliteStore, Submit, Texts, UserPut, Verify, inputs)
from headsetsvc.testing import strategy

PEOPLE = 40


def names(prefix, count=PEOPLE):
    return Texts(f"{prefix}-{n}" for n in range(count))


def furnished(engine):
    """Phones, people and headsets, all by columns."""
    engine.set_policy("presence_settle", timedelta(0))
    batch = PackedBatch()
    batch.extend(DevicePut, device=names("desk"), profile="own", state=DeviceKind.ANONYMOUS, model="CP-8861", em_enabled=True)
    batch.extend(DeviceRegistered, device=names("desk"), headsets=[], calls=[])
    batch.extend(UserPut, user=names("user"), profiles=names("line"))
    batch.extend(Associate, user=names("user"), serial=names("H"))
    with engine.apply_packed(batch) as outcome:
        assert len(outcome) == outcome.decided == 4 * PEOPLE > outcome.commits and not list(outcome.refused())
    return engine


@pytest.fixture
def crowd(clock):
    with Engine(clock=clock) as engine:
        yield furnished(engine)
        assert engine.verify() == []


def test_a_crowd_signs_in(crowd, clock):
    """SIGN-4: from plugging in to the profile, without an object for an input or effect."""
    with crowd.apply_packed(PackedBatch().extend(HeadsetConnected, device=names("desk"), serial=names("H"))) as plugged:
        assert list(plugged.reasons) == [Reason.PIN_ASKED] * PEOPLE and list(plugged.accepted) == [1] * PEOPLE
        shown = plugged.effects.of(EffectKind.SHOW_PROMPT)
        ids, rows = plugged.effects.column("prompt_id"), plugged.effects.column("input_index")
        with PackedBatch() as batch:
            batch.extend(Submit, device=names("desk"), user=names("user"), prompt_id=[ids[row] for row in shown], pin=b"1234")
            assert [rows[row] for row in shown] == list(range(PEOPLE))
            submitted = crowd.apply_packed(batch)
    with submitted:
        asked = submitted.effects[0]
        assert (asked.kind, asked.user, asked.pin) == (EffectKind.VERIFY_PIN, "user-0", b"1234")
        answers = submitted.answers(Verify.OK)
    with crowd.apply_packed(answers) as signed_in:  # the answers outlive what they answer
        assert list(signed_in.reasons) == [Reason.SIGNED_IN] * PEOPLE
        applied = signed_in.answers(kinds=[EffectKind.APPLY_PROFILE])
    assert len(applied) == PEOPLE and applied[3] == inputs.ProfileApplied("desk-3", generation=applied[3].generation)
    crowd.apply_packed(applied)
    assert {crowd.device(f"desk-{n}").user for n in range(PEOPLE)} == {f"user-{n}" for n in range(PEOPLE)}
    left = PackedBatch().extend(HeadsetDisconnected, device=names("desk"), serial=names("H"),
                                at=[clock.now - timedelta(milliseconds=n) for n in range(PEOPLE)])
    assert set(crowd.apply_packed(left).reasons) == {Reason.WINDOW_OPENED}
    clock.advance(timedelta(minutes=6))
    with crowd.apply_packed(PackedBatch().extend(inputs.UserActivity, device=names("desk"))) as outcome:
        assert len(outcome.reasons) == PEOPLE < len(outcome.verdicts)  # deadlines have verdicts too
        assert len(outcome.effects.of(EffectKind.SESSION_ENDED)) == PEOPLE


def test_deadlines_fire_packed(crowd, clock):
    """TIME-3"""
    crowd.apply_packed(PackedBatch().extend(HeadsetConnected, device=names("desk"), serial=names("H")))
    clock.advance(timedelta(minutes=3))
    with crowd.advance_packed() as fired:
        assert len(fired.effects.of(EffectKind.CLEAR_PROMPT)) == PEOPLE == len(fired.verdicts) and len(fired) == 0
        acks = fired.answers()
    assert len(crowd.apply_packed(acks).reasons) == len(acks) >= PEOPLE


# ---- the same as single calls -----------------------------------------------------------------------------------------

KINDS = [k for k in set(inputs.KINDS.values()) if not k.__name__.startswith(("Policy", "Audit"))]
ANY = st.one_of([strategy(k, ["desk-1", "desk-2"], ["alice", "bob"], ["H1", "H2"])
                 for k in sorted(KINDS, key=lambda k: k.__name__)])


def flat(outcome):
    return list(outcome.verdicts), list(outcome.effects)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ANY, min_size=1, max_size=12), st.integers(1, 4))
def test_any_batch_is_decided_as_single_calls(steps, per_commit):
    """OBS-1, STORE-3: the same commits, verdicts, effects and rows, to the last byte."""
    stores = DictStore(), DictStore()
    with Engine(stores[0], clock=ManualClock()) as one, Engine(stores[1], clock=ManualClock()) as other:
        furnish(one), furnish(other)
        single = []
        try:
            for at in range(0, len(steps), per_commit):
                single.append(one.apply(*steps[at:at + per_commit]))
        except h.HeadsetsvcError as error:
            with pytest.raises(type(error)) as raised:
                other.apply_packed(PackedBatch(*steps), per_commit=per_commit)
            assert raised.value.outcome.commits == len(single)
            assert raised.value.input_index == at + (error.input_index or 0) and raised.value.field == error.field
        else:
            with other.apply_packed(PackedBatch(*steps), per_commit=per_commit) as outcome:
                firsts = list(accumulate((per_commit for _ in single[1:]), initial=0))
                verdicts = [(first, v) for first, o in zip(firsts, single) for v in o.verdicts]
                assert [v.reason for v in outcome.verdicts] == [v.reason for _, v in verdicts]
                assert all(mine.input_index in (h.errors.NO_INPUT, first + v.input_index) and mine.rule == v.rule
                           and mine.device == v.device for mine, (first, v) in zip(outcome.verdicts, verdicts))
                effects = [e for o in single for e in o.effects]
                assert [vars(e) | {"input_index": 0} for e in outcome.effects] == [vars(e) | {"input_index": 0} for e in effects]
                answers = [one.answer(e) for e in effects]
                assert [a for a in answers if a] == list(outcome.answers())
        assert stores[0]._rows == stores[1]._rows


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=9), st.integers(0, 2**64 - 1), st.booleans(), st.integers(0, 10**12)), max_size=9))
def test_columns_are_what_single_inputs_are(rows):
    when = [h._values.EPOCH + timedelta(milliseconds=ms + 1) for *_, ms in rows]
    batch = PackedBatch().extend(HeadsetConnected, device="desk", serial=[r[0] for r in rows],
                                 handle=(r[1] for r in rows), updating=[r[2] for r in rows], at=when)
    made = [HeadsetConnected("desk", r[0], handle=r[1], updating=r[2], at=at) for r, at in zip(rows, when)]
    assert list(batch) == made == list(PackedBatch(*made))


def test_every_kind_of_column():
    ids = [uuid4(), uuid4().bytes]
    batch = PackedBatch().extend(Submit, device="desk", prompt_id=array("Q", [1, 2]), user=["a", "ü"], pin=[b"1", bytearray(b"22")],
                                 request_id=ids, at=memoryview(array("q", [5, 6])), actor=Texts(["x", ""]))
    assert [(i.prompt_id, i.user, bytes(i.pin), i.actor) for i in batch] == [(1, "a", b"1", "x"), (2, "ü", b"22", "")]
    assert [i.request_id for i in batch] == [ids[0].bytes, ids[1]] and [i.at.microsecond for i in batch] == [5000, 6000]
    batch = PackedBatch().extend(DeviceRegistered, device=["a", "b"], headsets=Texts(["H1", "H2"]))
    assert batch[1] == DeviceRegistered("b", headsets=(h.Headset("H2"),))
    batch.extend(DeviceRegistered, count=2, device="c", calls=[h.Call(7)])
    assert len(batch) == 4 and batch[-1] == batch[2] == DeviceRegistered("c", calls=(h.Call(7),))
    assert len(PackedBatch().extend(UserPut, user=[])) == 0


def test_texts_are_encoded_once_and_picked():
    texts = Texts(["a", "名前", "", "d"])
    assert list(texts) == ["a", "名前", "", "d"] and list(texts[1:3]) == ["名前", ""]
    assert list(texts.pick([3, 1, 1])) == ["d", "名前", "名前"] and list(texts.pick([2])) == [""] and len(texts.pick([])) == 0
    assert list(PackedBatch().extend(UserPut, user=texts.pick([1, 0])))[0] == UserPut("名前")
    kept = PackedBatch().extend(UserPut, user=Texts(f"user-{n}" for n in range(1000)))
    gc.collect()  # the batch keeps what it points to
    assert kept[999] == UserPut("user-999")


# ---- what does not fit ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind, columns, error, words", [
    (UserPut, {"usr": ["a"]}, TypeError, "UserPut has no field usr"),
    (Associate, {"user": ["a"]}, TypeError, "Associate needs the field serial"),
    (Associate, {"user": ["a", "b"], "serial": ["H"]}, ValueError, "column serial has 1 rows, not 2"),
    (UserPut, {"user": ["a"], "count": 2}, ValueError, "column user has 1 rows, not 2"),
    (UserPut, {"user": ["a", 3]}, TypeError, "column user: sequence item 1: expected str"),
    (UserPut, {"user": 1.5}, TypeError, "column user: 'float' object"),
    (HeadsetConnected, {"device": "d", "serial": "s", "handle": [1, -1]}, ValueError, "handle of row 1: -1"),
    (HeadsetConnected, {"device": "d", "serial": "s", "handle": [2**64]}, ValueError, "handle of row 0"),
    (HeadsetConnected, {"device": "d", "serial": "s", "handle": [1, "x"]}, ValueError, "handle of row 1: 'x'"),
    (UserPut, {"user": ["a"], "request_id": [b"short"]}, ValueError, "request_id of row 0: .* 16 bytes"),
    (DeviceRegistered, {"device": "d", "calls": Texts(["x"])}, TypeError, "calls are no texts"),
    (DeviceRegistered, {"device": "d", "headsets": Texts(["x"]), "calls": [h.Call(1)]}, ValueError, "no room for calls"),
    (Submit, {"device": "d", "prompt_id": 1, "pin": [b"1", 2]}, TypeError, "column pin"),
    (Submit, {"device": 5, "prompt_id": [1], "pin": b"1"}, TypeError, "Submit.device: 5 is no text"),
    (UserPut, {"user": ["a"], "at": [h._values.EPOCH.replace(tzinfo=None)]}, ValueError, "time zone")])
def test_what_does_not_fit_is_named_and_nothing_is_added(kind, columns, error, words):
    batch = PackedBatch(UserPut("first"))
    with pytest.raises(error, match=words):
        batch.extend(kind, **columns)
    assert list(batch) == [UserPut("first")]


def test_an_input_that_does_not_fit_is_not_added():
    batch = PackedBatch(UserPut("first"))
    with pytest.raises(ValueError, match="16 bytes"):
        batch.append(UserPut("second"), UserPut("third", request_id=b"x"))
    assert list(batch) == [UserPut("first"), UserPut("second")]


def test_an_error_names_the_input_of_the_whole_batch_and_what_came_before_it(crowd):
    batch = PackedBatch().extend(UserPut, user=names("late", 100)).append(inputs.SignOut("", 0))
    with pytest.raises(h.errors.InputFieldMissing, match="input 100, field DEVICE") as raised:
        crowd.apply_packed(batch, per_commit=30)
    assert raised.value.input_index == 100 and raised.value.field == Field.DEVICE
    with raised.value.outcome as done:
        assert done.decided == 90 == len(done.reasons) and done.commits == 3
    assert crowd.user("late-89") and crowd.user("late-90") is None


def test_a_text_that_is_too_long_is_a_verdict(crowd):
    with crowd.apply_packed(PackedBatch().extend(UserPut, user=["ok", "a" * 129, "\udcff"])) as outcome:
        assert list(outcome.refused()) == [(1, Reason.TEXT_TOO_LONG), (2, Reason.TEXT_NOT_UTF8)]
        assert outcome.verdicts[1].field == Field.USER and not outcome.verdicts[1].accepted


@pytest.mark.parametrize("store", [MemoryStore, DictStore, lambda: SqliteStore(":memory:")])
def test_as_many_fit_into_a_commit_as_the_store_holds(store, clock):
    """STORE-3"""
    with Engine(store(), clock=clock) as engine:
        batch = PackedBatch().extend(UserPut, user=names("user", 600))
        if store is DictStore:  # the library's own hold more in one commit
            with pytest.raises(h.errors.BatchTooLarge) as raised:
                engine.apply_packed(batch, per_commit=300)
            assert raised.value.outcome.decided == 0 and list(engine.users()) == []
        for _ in range(3):  # it learns how many
            with engine.apply_packed(batch) as outcome:
                assert 1 < outcome.commits < 60 and list(outcome.accepted) == [1] * 600
        assert len(list(engine.users())) == 600


def test_a_commit_has_no_more_inputs_than_the_limit(crowd):
    many = h.LIMIT_INPUTS_PER_BATCH + 1
    with pytest.raises(h.errors.BatchTooLarge):
        crowd.apply_packed(PackedBatch().extend(inputs.UserActivity, count=many, device="desk-1"), per_commit=many)
    with pytest.raises(ValueError, match="per_commit is -1"):
        crowd.apply_packed(PackedBatch(UserPut("x")), per_commit=-1)
    with crowd.apply_packed(PackedBatch()) as nothing:
        assert nothing.commits == 0 and len(nothing.reasons) == len(nothing.effects) == len(nothing.answers()) == 0


# ---- a struct that is used again --------------------------------------------------------------------------------------

def test_a_row_is_filled_again(desk, clock):
    desk.apply(Associate("alice", "H1"), Associate("bob", "H2"))
    batch = PackedBatch(HeadsetConnected("desk-1", "H1"))
    for serial in ("H1", "H2", "H3"):
        batch.set(0, serial=serial, handle=len(serial), at=clock.now - timedelta(seconds=1))
        with desk.apply_packed(batch) as outcome:
            assert outcome.verdicts[0].accepted and desk.headset(serial).device == "desk-1"
    with pytest.raises(TypeError, match="HeadsetConnected has no field pin"):
        batch.set(0, pin=b"1")
    with pytest.raises(IndexError):
        batch.set(1, serial="x")
    batch.append(HeadsetConnected("desk-1", "H9"))  # which may move the array
    batch.set(-1, serial="H8")
    assert [i.serial for i in batch] == ["H3", "H8"]


# ---- PINs, and what callbacks do --------------------------------------------------------------------------------------

def test_pins_are_wiped():
    """SIGN-9"""
    batch = PackedBatch(Submit("d", 1, "u", b"4711")).extend(Submit, device="d", prompt_id=1, user="u", pin=[b"12", h.Pin(b"3")])
    batch.set(0, pin=b"0815")
    held = list(batch._pins)
    assert [bytes(i.pin) for i in batch] == [b"0815", b"12", b"3"] and "0815" not in repr(batch)
    assert any(any(block) for block in held)
    batch.clear()
    assert not any(any(block) for block in held) and len(batch) == 0
    batch.append(Submit("d", 1, "u", b"4711"))
    held = list(batch._pins)
    del batch
    assert not any(any(block) for block in held)


def test_a_pin_that_is_set_again_is_wiped_and_not_kept():
    """SIGN-9"""
    batch = PackedBatch(Submit("d", 1, "u", b"4711"))
    blocks = []
    for number in range(5):
        batch.set(0, pin=b"%d" % number)
        blocks += batch._row_pins[0]
    assert len(batch._row_pins[0]) == 1 and [bytes(b) for b in blocks[:-1]] == [b"\0"] * 4 and bytes(batch[0].pin) == b"4"


def test_an_outcome_that_is_closed_says_so(crowd):
    outcome = crowd.apply_packed(PackedBatch().extend(HeadsetConnected, device=names("desk"), serial=names("H")))
    effects, reasons = outcome.effects, outcome.reasons
    assert effects[0].kind == EffectKind.SHOW_PROMPT and len(effects[1:3]) == 2 and outcome.verdicts[1:2][0].accepted
    outcome.close()
    outcome.close()
    assert len(reasons) == PEOPLE
    for touch in (lambda: effects[0], lambda: effects.column("kind"), outcome.answers, lambda: outcome.verdicts):
        with pytest.raises(ValueError, match="closed"):
            touch()


def test_profiles_to_choose_from_are_read(crowd):
    crowd.apply(UserPut("user-3", profiles=["a", "b"]))
    crowd.apply_packed(PackedBatch().extend(HeadsetConnected, device=names("desk"), serial=names("H")))
    ids = [crowd.device(f"desk-{n}").prompt_id for n in range(PEOPLE)]
    submit = PackedBatch().extend(Submit, device=names("desk"), user=names("user"), prompt_id=ids, pin=b"1")
    with crowd.apply_packed(submit) as asked, crowd.apply_packed(asked.answers(Verify.OK)) as done:
        choose, = [e for e in done.effects if e.prompt == Prompt.CHOOSE_PROFILE]
        assert choose.profiles == ("a", "b") and choose.device == "desk-3"
    with pytest.raises(ValueError, match="1 states for 0 effects"):
        crowd.apply_packed(PackedBatch()).answers([1])


class Boom(Exception):
    pass


def test_callbacks_that_raise_inside(clock):
    """The very exception, with what was committed before it; the batch can be used again."""
    store, left = DictStore(), [3]

    class Sulking(DictStore):
        def commit(self, ops):
            left[0] -= 1
            if left[0] == 0:
                raise Boom
            return super().commit(ops)
    store = Sulking()
    batch = PackedBatch().extend(UserPut, user=names("user", 10))
    with Engine(store, clock=clock) as engine:
        with pytest.raises(Boom) as raised:
            engine.apply_packed(batch, per_commit=2)
        assert raised.value.outcome.decided == 4 and len(list(engine.users())) == 4
        assert list(engine.apply_packed(batch, per_commit=2).accepted) == [1] * 10 and len(list(engine.users())) == 10
        furnish(engine).apply(HeadsetConnected("desk-1", "H1"))
        clock.advance(timedelta(hours=1))
        left[0] = 1
        with pytest.raises(Boom) as raised:
            engine.advance_packed()
        assert len(raised.value.outcome.effects) == 0
        left[0], Sulking.commit = 0, lambda self, ops: (_ for _ in ()).throw(Conflict())
        with pytest.raises(Conflict) as raised:
            engine.apply_packed(batch)
        assert raised.value.outcome.decided == 0


def test_a_batch_in_use_cannot_be_changed(clock):
    tried = []

    def permission(given):
        for touch in (batch.clear, lambda: batch.append(given), lambda: batch.set(0, user="x"),
                      lambda: batch.extend(UserPut, user=["x"]), lambda: engine.apply_packed(batch)):
            with pytest.raises(h.Reentrant):
                touch()
        tried.append(batch[0])
        return given.user != "user-1"
    batch = PackedBatch().extend(UserPut, user=names("user", 3))
    with Engine(clock=clock, permission=permission) as engine:
        with engine.apply_packed(batch) as outcome:
            assert list(outcome.refused()) == [(1, Reason.NOT_PERMITTED)]
    assert tried == [UserPut("user-0")] * 3
    with pytest.raises(h.Misuse, match="engine is closed"):
        engine.apply_packed(batch)


def test_a_call_that_begins_and_ends_in_one_commit_is_no_end_of_calls(crowd):
    """TIME-3: inputs of one commit are decided on one clock sample; a verdict each."""
    batch = PackedBatch(CallBegun("desk-1", 1, h.CallState.ACTIVE), inputs.CallEnded("desk-1", 1))
    with crowd.apply_packed(batch) as outcome:
        assert outcome.commits == 1 and list(outcome.accepted) == [1, 1]
    assert crowd.calls_at("desk-1") == []


def test_nothing_is_left_behind(crowd):
    batch = PackedBatch().extend(inputs.UserActivity, device=names("desk"))
    outcome = crowd.apply_packed(batch)
    gone = weakref.ref(batch), weakref.ref(outcome)
    del batch, outcome
    gc.collect()
    assert [ref() for ref in gone] == [None, None]
    kept = set()
    for _ in range(3):
        with crowd.apply_packed(PackedBatch().extend(inputs.UserActivity, device=names("desk"))):
            pass
        kept.add(len(crowd._spare))
    assert len(kept) == 1  # the library's batches go round


def test_the_figures_can_be_measured():
    """tests/bench/python_paths.py: every way decides the same inputs."""
    ran = subprocess.run([sys.executable, str(TOP / "tests/bench/python_paths.py"), "--people", "12", "--rounds", "1"],
                         capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0 and ran.stdout.count("x\n") == 4, ran.stdout + ran.stderr
