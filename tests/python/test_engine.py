"""The API: inputs in, outcomes out, records to look at."""
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
from conftest import furnish

import headsetsvc as h
from headsetsvc import (Associate, DictStore, EffectKind, Engine, HeadsetConnected, HeadsetDisconnected, Pin, Prompt,
                        ProfileApplied, Reason, SessionState, SignOut, Submit, UserPut, Verify)


def plug_in(engine, serial="H1"):
    engine.apply(Associate("alice", serial))
    return engine.apply(HeadsetConnected("desk-1", serial))


def sign_in(engine, pin=b"1234"):
    shown = plug_in(engine).prompt(Prompt.SIGN_IN_PIN)
    asked = engine.apply(Submit("desk-1", shown.prompt_id, "alice", pin))
    verify, = asked.of(EffectKind.VERIFY_PIN)
    done = engine.apply(engine.answer(verify, Verify.OK))
    applied, = done.of(EffectKind.APPLY_PROFILE)
    engine.apply(ProfileApplied("desk-1", applied.generation))
    return done


def test_a_morning_on_every_store(store, clock):
    with Engine(store, clock=clock) as engine:
        furnish(engine)
        assert sign_in(engine).reason == Reason.SIGNED_IN
        assert engine.device("desk-1").user == "alice"
        clock.advance(timedelta(hours=1))
        gone = engine.apply(HeadsetDisconnected("desk-1", "H1"))
        assert gone.reason == Reason.WINDOW_OPENED
        assert engine.next_deadline == clock.now + timedelta(minutes=5)
        clock.now = engine.next_deadline
        ended = engine.advance()
        assert [e.cause for e in ended.of(EffectKind.SESSION_ENDED)] == [h.Cause.WINDOW]
        assert engine.device("desk-1").session_state == SessionState.VACANT
        assert engine.verify() == []


def test_a_refusal_is_a_verdict_and_an_error_an_exception(desk):
    outcome = desk.apply(Associate("nobody", "H1"))
    assert not outcome.accepted and outcome.reason == Reason.USER_UNKNOWN and outcome.verdict.em_code == 23
    with pytest.raises(h.errors.InputFieldMissing) as raised:
        desk.apply(Associate("alice", "H1"), SignOut("", 0))
    assert raised.value.input_index == 1 and raised.value.field == h.Field.DEVICE
    assert isinstance(raised.value, ValueError) and desk.headset("H1") is None  # nothing half done


def test_a_wrong_pin_is_no_exception(desk):
    shown = plug_in(desk).prompt(Prompt.SIGN_IN_PIN)
    verify, = desk.apply(Submit("desk-1", shown.prompt_id, "alice", b"0000")).of(EffectKind.VERIFY_PIN)
    wrong = desk.apply(desk.answer(verify, Verify.WRONG))
    assert wrong.reason == Reason.CREDENTIALS_WRONG and desk.user("alice").failures == 1


def test_pins_are_wiped_and_do_not_show(desk):
    shown = plug_in(desk).prompt(Prompt.SIGN_IN_PIN)
    given = Submit("desk-1", shown.prompt_id, "alice", bytearray(b"4711"))
    assert "4711" not in repr(given)
    with desk.apply(given) as outcome:
        pin = outcome.of(EffectKind.VERIFY_PIN)[0].pin
        assert pin == b"4711" and len(pin) == 4 and bytes(pin) == b"4711" and pin == Pin(b"4711")
        assert "4711" not in repr(outcome) + repr(outcome.effects) + repr(pin)
    assert bytes(pin) == bytes(4)


def test_a_dry_run_changes_nothing(desk):
    tried = desk.apply(Associate("alice", "H1"), dry_run=True)
    assert tried.reason == Reason.ASSOCIATED and tried.of(EffectKind.ASSOCIATION_CHANGED)
    assert desk.headsets_of("alice") == []


def test_all_or_none(desk):
    outcome = desk.apply(Associate("alice", "H1"), Associate("nobody", "H2"), all_or_none=True)
    assert [v.accepted for v in outcome.verdicts] == [True, False] and not outcome.effects
    assert desk.headsets_of("alice") == []
    assert outcome.verdict_of(0).reason == Reason.ASSOCIATED and outcome.verdict_of(1).reason == Reason.USER_UNKNOWN


def test_a_request_id_is_done_once(desk):
    request = uuid4()
    assert not desk.apply(Associate("alice", "H1", request_id=request)).verdict.repeated
    assert desk.apply(Associate("alice", "H1", request_id=request.bytes)).verdict.repeated
    assert desk.apply(Associate("bob", "H2", request_id=uuid4())).accepted
    with pytest.raises(ValueError, match="16 bytes"):
        desk.apply(Associate("bob", "H2", request_id=b"short"))


def test_times_are_aware(desk, clock):
    with pytest.raises(ValueError, match="time zone"):
        desk.apply(Associate("alice", "H1", at=datetime(2026, 3, 2)))
    sign_in(desk)
    clock.advance(timedelta(minutes=10))
    zone = timezone(timedelta(hours=2))
    left = (clock.now - timedelta(minutes=1)).astimezone(zone)
    desk.apply(HeadsetDisconnected("desk-1", "H1", at=left))
    assert desk.device("desk-1").window_due_at == left + timedelta(minutes=5)


@pytest.mark.parametrize("name", ["ünïcødé", "名前", "a" * 128])
def test_text_round_trips(desk, name):
    assert desk.apply(UserPut(name, profiles=["p"])).accepted
    assert desk.user(name).id == name


@pytest.mark.parametrize("name, reason", [("a" * 129, Reason.TEXT_TOO_LONG), ("a\0b", Reason.TEXT_CONTROL),
                                          ("\udcff", Reason.TEXT_NOT_UTF8)])
def test_bad_text_is_refused_not_truncated(desk, name, reason):
    assert desk.apply(UserPut(name)).reason == reason


def test_a_value_of_another_type_is_named(desk):
    for wrong, words in ((UserPut(5), "UserPut.user: 5 is no text"), (h.PolicySet(h.Param.PIN_ENTRY, "x"), "PolicySet.state: ")):
        with pytest.raises(TypeError, match=words):
            desk.apply(wrong)


def test_records_and_lists(desk):
    sign_in(desk)
    assert [d.name for d in desk.devices()] == ["desk-1"] and [u.id for u in desk.users()] == ["alice", "bob"]
    assert [s.serial for s in desk.headsets()] == ["H1"] and desk.headset("H1").owner == "alice"
    assert [p.serial for p in desk.headsets_at("desk-1")] == ["H1"] and desk.calls_at("desk-1") == []
    assert [s.device for s in desk.sessions_of("alice")] == ["desk-1"]
    assert desk.profiles_of("alice") == ["alice-line"] and desk.headsets_of("alice") == ["H1"]
    assert desk.device("no") is desk.user("no") is desk.headset("no") is None
    assert desk.headsets_at("no") == desk.profiles_of("no") == []
    assert desk.counters.sign_ins_by_pin == 1


def test_the_audit_says_who_and_what(desk):
    sign_in(desk)
    entries = [entry for entry, _ in desk.audit(h.Subject.USER, desk.user("alice").number)]
    assert entries and all(entry.sequence == n for n, entry in enumerate(entries, 1))
    assert desk.subject(desk.user("alice").number).name == "alice" and desk.subject(99) is None


def test_policy_in_words(desk):
    assert desk.policy("auto_sign_out_after").value == 300000
    assert desk.set_policy("auto_sign_out_after", timedelta(minutes=10), device="desk-1").accepted
    assert desk.policy("auto_sign_out_after", device="desk-1") == (600000, h.Scope.DEVICE)
    assert desk.unset_policy("auto_sign_out_after", device="desk-1").accepted
    assert desk.policy("auto_sign_out_after", device="desk-1").value == 300000
    assert desk.set_policy("pin_entry", "NOT_REQUIRED", user="alice").accepted
    assert desk.set_policy(h.Param.PIN_ENTRY, h.PinEntry.REQUIRED).accepted
    assert desk.policy("pin_entry").value is h.PinEntry.REQUIRED
    assert desk.set_policy("supported_models", ["CP-88*", "78*"]).accepted
    refused = desk.set_policy("auto_sign_out_after", timedelta(minutes=16))
    assert refused.reason == Reason.OUT_OF_RANGE and refused.verdict.limit == 900000
    for wrong in [("pin_entry", "maybe"), ("association_attempts_max", timedelta(1)), ("supported_models", 3)]:
        with pytest.raises(ValueError):
            desk.set_policy(*wrong)
    with pytest.raises(ValueError, match="one user, one device or one site"):
        desk.set_policy("pin_entry", "REQUIRED", user="alice", device="desk-1")


def test_resync_repeats_what_nobody_acknowledged(desk):
    plug_in(desk)
    shown = [e for page in desk.resync("desk-1") for e in page if e.kind == EffectKind.SHOW_PROMPT]
    assert [e.prompt for e in shown] == [Prompt.SIGN_IN_PIN] and shown[0].flags & 256
    assert not any(page.effects for page in desk.resync(node=7))


def test_a_closed_engine_and_store_say_so(clock):
    memory = h.MemoryStore()
    engine = Engine(memory, clock=clock)
    with pytest.raises(h.Misuse, match="is open"):
        memory.close()
    engine.close()
    engine.close()
    with pytest.raises(h.Misuse, match="engine is closed"):
        engine.advance()
    memory.close()
    with pytest.raises(h.Misuse, match="store is closed"):
        Engine(memory)


def test_another_engine_goes_on_with_the_store(clock):
    kept = DictStore()
    with Engine(kept, clock=clock) as engine:
        sign_in(furnish(engine))
    with Engine(kept, clock=clock) as engine:
        assert engine.device("desk-1").user == "alice"


def test_the_epoch(clock):
    kept = DictStore()
    with Engine(kept, clock=clock) as engine:
        engine.raise_epoch(7)
        assert engine.epoch == 7
    with pytest.raises(h.EpochTooOld):
        Engine(kept, clock=clock, epoch=8).apply(UserPut("alice"))
    with Engine(kept, clock=clock, epoch=8, any_epoch=True) as engine:
        assert engine.apply(UserPut("alice")).accepted
